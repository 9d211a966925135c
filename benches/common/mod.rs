//! What several benches need.

use std::{env, ffi::OsString};

/// The program that is measured: as it is published where packaging/bench.sh built it so, else as cargo built it
/// for the benches.
pub(crate) fn program() -> OsString {
    env::var_os("PORTHOLE_BENCH_PROGRAM").unwrap_or_else(|| env!("CARGO_BIN_EXE_porthole").into())
}
