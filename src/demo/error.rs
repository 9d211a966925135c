//! What can go wrong with the sample server. Apart from the engine's errors: those are about servers that
//! belong to somebody, this is about one that we make, start and stop.

use std::{io, path::PathBuf};

use super::Kind;

/// The sample server's result.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that starting, filling and stopping a private server can fail with.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// No program to start.
    #[error("{kind} is not installed: no {} on PATH or in {}", .kind.program(), .folder.display())]
    NotInstalled {
        /// What was asked for.
        kind: Kind,
        /// Where `packaging/servers.sh` would have put it.
        folder: PathBuf,
    },
    /// There is no home folder to keep anything in.
    #[error("there is no home folder to keep the sample server in")]
    NoHome,
    /// A file or folder of ours.
    #[error("cannot {doing}: {source} ({})", .path.display())]
    File {
        /// In words, after "cannot".
        doing: &'static str,
        /// Which one.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The server, or the program that makes its system tables, ended instead of running.
    #[error("{kind} did not start: {log}")]
    Ended {
        /// Which server.
        kind: Kind,
        /// The errors of its log, or its last lines.
        log: String,
    },
    /// It runs and does not let us in.
    #[error("{kind} did not answer within {seconds} s: {log}")]
    Silent {
        /// Which server.
        kind: Kind,
        /// How long we waited.
        seconds: u64,
        /// The last thing that connecting or the log said.
        log: String,
    },
    /// It refused a statement of ours.
    #[error("the sample server refused a statement")]
    Sql(#[from] mysql_async::Error),
}

impl Error {
    /// What to try.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotInstalled { kind, .. } => Some(format!(
                "`packaging/servers.sh {}` of Porthole's source installs one for you alone, without root \
                 (Debian and Ubuntu); elsewhere install the system's {kind} server and have `{}` on PATH. \
                 Its service does not have to run.",
                kind.folder(),
                kind.program(),
            )),
            Self::NoHome => Some("Set HOME.".to_owned()),
            Self::File { .. } | Self::Ended { .. } | Self::Silent { .. } | Self::Sql(_) => None,
        }
    }
}

/// Names the file beside what the system said about it.
pub(super) trait AtPath<T> {
    fn at(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T>;
}

impl<T> AtPath<T> for io::Result<T> {
    fn at(self, doing: &'static str, path: impl Into<PathBuf>) -> Result<T> {
        self.map_err(|source| Error::File {
            doing,
            path: path.into(),
            source,
        })
    }
}
