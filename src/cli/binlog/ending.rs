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
        Status::NotABinlog => Err(Failure::Ended {
            message,
            hint: Some(
                "A compressed log is unpacked on the way: zcat FILE | porthole binlog cat -"
                    .to_owned(),
            ),
            code: NOT_READABLE,
        }),
        _ => Err(Failure::Ended {
            message,
            hint: None,
            code: NOT_READABLE,
        }),
    }
}

/// Say it where statements were written, which may lack some of what the log says: `left` has what. That is told by the
/// exit code also where more of the log may come.
pub(super) fn say_with(end: &End, damaged: u64, left: Option<String>) -> Result<(), Failure> {
    let Some(left) = left else {
        return say(end, damaged);
    };
    match say(end, damaged) {
        Err(Failure::Ended {
            message,
            code: MORE_MAY_COME,
            ..
        }) => print::note(&message),
        said => said?,
    }
    Err(Failure::Ended {
        message: format!("refused: {left}"),
        hint: Some("Comments in the text say why.".to_owned()),
        code: REFUSED,
    })
}

/// Changes that statements cannot make.
pub(super) fn unsaid(refused: u64) -> Option<String> {
    let changes = many(refused, "change");
    (refused > 0).then(|| format!("{changes} could not be written as statements"))
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
