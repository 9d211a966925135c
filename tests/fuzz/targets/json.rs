#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::{engine::binlog::properties, memory};

fuzz_target!(|data: &[u8]| memory::within(memory::of_a_value(data), || properties::json(data)));
