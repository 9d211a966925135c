//! Why a command did not do what was asked, and its exit code.

use std::{fmt::Write as _, io};

use crate::{demo, engine::Error};

/// What ends a command early.
#[derive(Debug)]
pub enum Failure {
    /// The engine's error.
    Engine(Error),
    /// The command cannot be understood or does not fit together.
    Usage {
        /// What is wrong.
        message: String,
        /// What to try.
        hint: Option<String>,
    },
    /// Something of this side failed.
    Failed {
        /// What, and why.
        message: String,
        /// What to try.
        hint: Option<String>,
    },
    /// All was read that could be, and that was not all.
    Ended {
        /// How far, and why not further.
        message: String,
        /// What to try.
        hint: Option<String>,
        /// The exit code that tells why.
        code: u8,
    },
    /// The answer is already printed; only the exit code is left to say.
    Said,
    /// Something was refused, and that is printed already.
    Refused,
    /// Who read our output has left. Not an error: `porthole query … | head` ends so.
    ClosedPipe,
    /// Ended at once, at the second Ctrl-C.
    Interrupted,
}

impl From<demo::Error> for Failure {
    fn from(error: demo::Error) -> Self {
        Self::Failed {
            message: with_causes(&error),
            hint: error.hint(),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Engine(error)
    }
}

impl Failure {
    /// Wrong use.
    pub(super) fn usage(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Usage {
            message: message.into(),
            hint: Some(hint.into()),
        }
    }

    /// The runtime cannot be had.
    pub(super) fn no_runtime(error: &io::Error) -> Self {
        Self::Failed {
            message: format!("cannot start: {error}"),
            hint: None,
        }
    }

    /// Signals cannot be listened for.
    pub(super) fn no_signals(error: &io::Error) -> Self {
        Self::Failed {
            message: format!("cannot listen for Ctrl-C: {error}"),
            hint: None,
        }
    }

    /// Writing to `whereto` failed.
    pub(super) fn writing(whereto: &str, error: &io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::ClosedPipe;
        }
        Self::Failed {
            message: format!("cannot write to {whereto}: {error}"),
            hint: (error.kind() == io::ErrorKind::StorageFull)
                .then(|| "The disk is full.".to_owned()),
        }
    }

    /// The exit code, as README lists them.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::ClosedPipe => 0,
            Self::Failed { .. } | Self::Said => 1,
            Self::Usage { .. } => 2,
            Self::Refused => 3,
            Self::Ended { code, .. } => *code,
            Self::Interrupted => 130,
            Self::Engine(error) => match error {
                Error::Refused(_) => 3,
                Error::Cancelled(_) => 130,
                Error::NotOneStatement(_) | Error::Parameters(_) | Error::Invalid(_) => 2,
                Error::Connect(_)
                | Error::Server { .. }
                | Error::LostConnection { .. }
                | Error::Unreadable { .. }
                | Error::ReadTimeout { .. }
                | Error::FileRequested
                | Error::File { .. }
                | Error::Spill { .. }
                | Error::UnsafeSession { .. }
                | Error::Unmapped(_)
                | Error::Binlog(_)
                | Error::BinlogReader { .. }
                | Error::NotFound { .. }
                | Error::Secret(_) => 1,
            },
        }
    }

    /// What failed and why, in one line; `None` if there is nothing to say.
    pub(super) fn message(&self) -> Option<String> {
        match self {
            Self::Engine(error) => Some(with_causes(error)),
            Self::Usage { message, .. }
            | Self::Failed { message, .. }
            | Self::Ended { message, .. } => Some(message.clone()),
            Self::Said | Self::Refused | Self::ClosedPipe | Self::Interrupted => None,
        }
    }

    /// What to try.
    pub(super) fn hint(&self) -> Option<String> {
        match self {
            Self::Engine(error) => error.hint(),
            Self::Usage { hint, .. } | Self::Failed { hint, .. } | Self::Ended { hint, .. } => {
                hint.clone()
            }
            Self::Said | Self::Refused | Self::ClosedPipe | Self::Interrupted => None,
        }
    }
}

/// The message, and the causes that it does not already tell.
fn with_causes(error: &dyn std::error::Error) -> String {
    let mut message = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let text = cause.to_string();
        if !message.contains(&text) {
            write!(message, ": {text}").expect("a String takes any text");
        }
        source = cause.source();
    }
    message
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_cause_is_said_once() {
        let error = Error::File {
            action: "read",
            path: PathBuf::from("a.sql"),
            source: io::Error::other("gone"),
        };
        assert_eq!(with_causes(&error), "cannot read a.sql: gone");
    }

    #[test]
    fn a_closed_pipe_is_no_error() {
        let closed = io::Error::from(io::ErrorKind::BrokenPipe);
        let failure = Failure::writing("standard output", &closed);
        assert_eq!((failure.exit_code(), failure.message()), (0, None));
    }
}
