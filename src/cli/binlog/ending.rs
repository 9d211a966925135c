//! How reading ended: a line on stderr, and the exit code.

use super::super::{Failure, print};
use crate::engine::binlog::source::{Ending, Status};

/// Something cannot be said as statements.
pub(super) const REFUSED: u8 = 3;
/// Cut off, or still being written.
const MORE_MAY_COME: u8 = 4;
/// Damaged, encrypted, or of a format that is not read.
const NOT_READABLE: u8 = 5;

/// Why a verb has stopped reading.
pub(super) enum End {
    /// The source has.
    Source(Ending),
    /// The place was reached at which to end.
    Reached,
}

/// Say it.
pub(super) fn say(end: &End, damaged: u64) -> Result<(), Failure> {
    let ending = match end {
        End::Source(ending) => ending,
        End::Reached => {
            print::note("complete: read up to the place given by --to");
            return unharmed(damaged);
        }
    };
    let message = ending.to_string();
    match ending.status {
        Status::Complete => {
            print::note(&message);
            unharmed(damaged)
        }
        Status::InUse { .. } => Err(Failure::Ended {
            message,
            hint: Some("--follow waits for more.".to_owned()),
            code: MORE_MAY_COME,
        }),
        Status::Truncated { .. } => Err(Failure::Ended {
            message,
            hint: Some("A file that is being copied, or whose server died, ends so.".to_owned()),
            code: MORE_MAY_COME,
        }),
        Status::Stopped => {
            print::note(&message);
            Err(Failure::Interrupted)
        }
        _ => Err(Failure::Ended {
            message,
            hint: None,
            code: NOT_READABLE,
        }),
    }
}

/// Statements may lack some of what the log says.
pub(super) fn all_said(refused: u64) -> Result<(), Failure> {
    if refused == 0 {
        return Ok(());
    }
    let changes = many(refused, "change");
    Err(Failure::Ended {
        message: format!("refused: {changes} could not be written as statements"),
        hint: Some("Comments in the text say why.".to_owned()),
        code: REFUSED,
    })
}

/// A number and what is counted.
pub(super) fn many(count: u64, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// A log may be whole and hold events that are not.
fn unharmed(damaged: u64) -> Result<(), Failure> {
    if damaged == 0 {
        return Ok(());
    }
    Err(Failure::Ended {
        message: format!("corrupt: {} left out", many(damaged, "event")),
        hint: Some("The places are said above; what else is in the log was read.".to_owned()),
        code: NOT_READABLE,
    })
}
