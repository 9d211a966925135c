#![no_main]

use libfuzzer_sys::fuzz_target;
use porthole_fuzz::properties;

fuzz_target!(|data: &[u8]| properties::lexer(data));
