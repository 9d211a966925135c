//! What can go wrong, by what a person can do about it; not by which library spoke.
//!
//! A message says what failed; [`Error::hint`] says what to try. Passwords and SQL never enter a message that
//! the server did not itself send.

mod connect;
pub mod unmapped;

use std::{io, path::PathBuf, time::Duration};

pub use self::connect::{ConnectCause, ConnectError};
use self::unmapped::Unmapped;
use crate::engine::{
    binlog::source::live::Refusal as BinlogRefusal, profiles::secrets::SecretError,
    sql::guard::Refusal,
};

/// The engine's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that the engine can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No session could be opened.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The guard's refusal; names the word that caused it.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server's own words, with its code kept beside them.
    #[error("{message} (error {code}, SQLSTATE {state})")]
    Server {
        /// The server's error number.
        code: u16,
        /// Five characters of SQLSTATE.
        state: String,
        /// The server's text.
        message: String,
    },
    /// The line broke while a statement was running.
    #[error("lost connection to {address} during the query: {reason}")]
    LostConnection {
        /// Host and port, or socket.
        address: String,
        /// What the network said.
        reason: String,
    },
    /// The server sent what its own description of it does not allow; the connection was closed.
    #[error("the answer of {address} cannot be read: {reason}")]
    Unreadable {
        /// Host and port, or socket.
        address: String,
        /// What does not fit.
        reason: String,
    },
    /// Nothing came from the server for longer than the profile's read timeout.
    #[error("no answer from {address} for {} s", .after.as_secs())]
    ReadTimeout {
        /// Host and port, or socket.
        address: String,
        /// The limit that was passed.
        after: Duration,
    },
    /// The session could not be made one that only reads, though it could at connect; nothing was sent.
    #[error(
        "the statement was not sent: the session at {address} was set to read only, but {found}"
    )]
    UnsafeSession {
        /// Host and port, or socket.
        address: String,
        /// What it is instead.
        found: &'static str,
    },
    /// The server asked for a file of this machine; it got nothing and the connection was closed.
    #[error(
        "the server asked for a file of this machine (LOAD DATA LOCAL); nothing was sent and the connection was closed"
    )]
    FileRequested,
    /// The person stopped it. Not an error to show in red.
    #[error("{0}")]
    Cancelled(Stopped),
    /// The text is not exactly one statement.
    #[error("{0}")]
    NotOneStatement(String),
    /// Values given do not fit the placeholders of the statement.
    #[error("{0}")]
    Parameters(String),
    /// A text that cannot be understood as what it should be (a URL, a setting).
    #[error("{0}")]
    Invalid(String),
    /// A file could not be read or written.
    #[error("cannot {action} {}: {source}", .path.display())]
    File {
        /// A verb, such as `write`.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The temporary file for large results could not grow.
    #[error("cannot keep more rows in the temporary file: {source}")]
    Spill {
        /// What the system said.
        source: io::Error,
    },
    /// The tables of experiments, flags or runs are not where they are looked for.
    #[error(transparent)]
    Unmapped(Box<Unmapped>),
    /// What was named is not there.
    #[error("there is no {what} {name:?}")]
    NotFound {
        /// What it would be: `run`.
        what: &'static str,
        /// How it was named.
        name: String,
        /// Names that are there, the likeliest first.
        near: Vec<String>,
    },
    /// The password store.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// The server does not give its binary log, or not from there.
    #[error(transparent)]
    Binlog(#[from] BinlogRefusal),
    /// The process that reads the binary log could not be started, or ended without a word.
    #[error("the process that reads the binary log ended: {reason}")]
    BinlogReader {
        /// How, and what it said.
        reason: String,
    },
}

/// How a cancelled statement ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// The server confirmed that the statement has ended.
    OnServer,
    /// Cancelled before the server had it.
    BeforeServer,
    /// The server could not be asked, or did not end it in time.
    Unconfirmed {
        /// Why.
        reason: String,
        /// What a DBA can run to end it.
        statement: String,
    },
}

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::OnServer => f.write_str("cancelled; the statement has stopped on the server"),
            Self::BeforeServer => f.write_str("cancelled before the statement was sent"),
            Self::Unconfirmed { reason, statement } => {
                write!(
                    f,
                    "cancelled here, but the server could not be told to stop ({reason}); a DBA can run: {statement}"
                )
            }
        }
    }
}

impl Error {
    /// What to try next, if there is something better to say than the message.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Connect(error) => Some(error.cause.hint().to_owned()),
            Self::Refused(refusal) => refusal.advice(),
            Self::Server { code, .. } => server_hint(*code).map(str::to_owned),
            Self::LostConnection { .. } => {
                Some("Text and rows are kept. The next run opens a new connection; run it again once the server is back.".to_owned())
            }
            Self::Unreadable { .. } => Some(
                "The server, or a proxy before it, breaks MySQL's protocol. Run it again; if it stays so, leave columns out to find the one that cannot be read.".to_owned(),
            ),
            Self::ReadTimeout { .. } => Some("Run it again, or set a longer read timeout in the profile.".to_owned()),
            Self::UnsafeSession { .. } => Some(
                "Connect again: if a proxy stands before the server, Porthole then sees who keeps the session read-only and who does not.".to_owned(),
            ),
            Self::FileRequested => {
                Some("An honest server does not do this. Find out who answers at this address before you connect again.".to_owned())
            }
            Self::Spill { .. } => Some(
                "The rows that arrived are kept. Free space in your cache folder, set TMPDIR to a folder with more room, or ask for fewer rows.".to_owned(),
            ),
            Self::Unmapped(unmapped) => Some(unmapped.hint()),
            Self::NotFound { near, .. } => {
                (!near.is_empty()).then(|| format!("There is {}.", near.join(", ")))
            }
            Self::Secret(error) => Some(error.hint().to_owned()),
            Self::Binlog(refusal) => Some(refusal.cause.hint().to_owned()),
            Self::BinlogReader { .. } => Some(
                "What the server sent could not be held in memory or read; nothing else of Porthole is harmed. Begin after the transaction at which it ended, and ask who answers at this address.".to_owned(),
            ),
            Self::Cancelled(_) | Self::NotOneStatement(_) | Self::Parameters(_) | Self::Invalid(_) | Self::File { .. } => None,
        }
    }

    /// Cancelling is what the person wanted: show nothing red.
    pub fn is_cancelled(&self) -> bool {
        matches!(self, Self::Cancelled(_))
    }
}

/// Hints for the server's errors that people meet most, by number
/// (MySQL: Server Error Message Reference; MariaDB: MariaDB Error Code Reference).
fn server_hint(code: u16) -> Option<&'static str> {
    Some(match code {
        1046 => "Choose a database for this tab, or write database.table.",
        1054 => "Check the column's name in the schema list.",
        1064 => "The server could not read the statement near the place that it quotes.",
        1142 | 1143 | 1227 | 1044 | 1370 => "This account lacks the right; a DBA can grant it.",
        1146 => "Check the table's name in the schema list, and the database of this tab.",
        1290 => "The server runs with an option that forbids this.",
        1298 => ConnectCause::UnknownTimeZone.hint(),
        1792 => "The server refused it because this session is read-only.",
        3024 | 1969 => "The statement passed its time limit; the profile or --timeout sets it.",
        1205 => "Another transaction holds what this statement needs; try again.",
        _ => return None,
    })
}
