//! `porthole binlog-reader`: the process that holds the connection to a binary log. Porthole starts it by itself; it is
//! no command of a person, and is in no help.

use std::{fs::File, io};

use super::{Failure, runtime};
use crate::engine::binlog::source::live::reader;

/// Read what the order on standard input says, until it ends.
pub(super) fn run() -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::Failed {
        message: format!("the reader of the binary log cannot go on: {error}"),
        hint: Some("Porthole starts this command by itself.".to_owned()),
    };
    let output = output().map_err(failed)?;
    runtime()?
        .block_on(reader::serve(io::stdin(), output))
        .map_err(failed)
}

/// Standard output without a buffer that looks for the ends of lines.
#[cfg(unix)]
fn output() -> io::Result<File> {
    use std::os::fd::AsFd as _;

    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

#[cfg(windows)]
fn output() -> io::Result<File> {
    use std::os::windows::io::AsHandle as _;

    Ok(File::from(io::stdout().as_handle().try_clone_to_owned()?))
}
