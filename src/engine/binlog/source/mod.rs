//! Where events come from, behind one trait: a server, a file, a folder of files, standard input.
//!
//! A source is *pulled*, and blocks while it waits. Cutting, decoding and printing are work of the processor at
//! gigabytes a second, where one wake-up an event would cost more than the event; so the whole way from bytes to
//! rows runs on one blocking thread (the command line's own, or one of `spawn_blocking`), and only its results go
//! through a bounded channel. The live source, which is asynchronous inside, hands its events over in batches.
//! Whoever wants to stop cancels the token that the source was made with: `next` then returns
//! [`Status::Stopped`] within a block, or within a tenth of a second where it waits.
//!
//! The contract of every source: the FORMAT_DESCRIPTION of a file comes before any other event of it (also where
//! reading begins in the middle), offsets are our own 64-bit ones, and nothing is left out without a [`Note`].

pub mod dir;
pub mod file;
pub mod head;
// The fuzz targets have no server.
#[cfg(not(fuzzing))]
pub mod live;

use std::{fmt, sync::Arc};

use serde::{Deserialize, Serialize};

use super::{
    checkpoint::Checkpoint,
    frame::{Malformed, RawEvent},
    gtid::GtidPosition,
};
use crate::engine::Result;

/// A stream of events.
pub trait Source: Send {
    /// Wait for what comes next. After [`Step::End`] it is the same end again.
    ///
    /// An error is what the outside refuses (a file that cannot be read, a server that says no); damage in what was
    /// read is a [`Note`] or an [`Ending`].
    fn next(&mut self) -> Result<Step>;

    /// Asked after each step: the checkpoint after which this step comes, where the source knows it and it is not the
    /// one before it. A server is the one that knows; what was open is forgotten then.
    #[inline]
    fn begun(&mut self) -> Option<Checkpoint> {
        None
    }

    /// How far reading has come.
    fn progress(&self) -> Progress {
        Progress::default()
    }
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn next(&mut self) -> Result<Step> {
        (**self).next()
    }

    #[inline]
    fn begun(&mut self) -> Option<Checkpoint> {
        (**self).begun()
    }

    fn progress(&self) -> Progress {
        (**self).progress()
    }
}

/// What a source gives.
#[derive(Clone, Debug)]
pub enum Step {
    /// An event.
    Event(RawEvent),
    /// Something that a reader must be told; events go on after it.
    Note(Note),
    /// There are no more.
    End(Ending),
}

/// Bytes, for a bar.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Read so far, in all files.
    pub read: u64,
    /// To be read, where that is known; a file that grows makes it grow.
    pub total: Option<u64>,
}

/// Where reading begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartAt {
    /// The first event of the first file.
    Begin,
    /// Only what is written from now on.
    Now,
    /// An event's own place.
    Position {
        /// A file's name without its folder; none is the first.
        file: Option<String>,
        /// Where an event begins, in bytes; up to 4 is the file's begin.
        offset: u64,
    },
    /// The file that was being written at that time, in seconds since 1970 UTC. Transactions in it that are older are
    /// for the filter to leave out.
    Time(u32),
    /// The last file before which nothing is missing that is not among these. Transactions in it that are among
    /// these are for the filter to leave out.
    After(GtidPosition),
}

/// Something beside the events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// The file.
    pub file: Arc<str>,
    /// What it is about begins here, in bytes.
    pub offset: u64,
    /// Of what sort.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {}: {}", self.file, self.offset, self.text)
    }
}

/// What a [`Note`] means for who reads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoteKind {
    /// An event, or part of one, cannot be used and is left out: changes may be missing.
    Damage,
    /// Files or transactions between what was read and what follows are not there.
    Gap,
    /// The line to the server was lost and is back. Nothing is missing: the transaction that had not ended comes again
    /// from its start ([`Source::begun`]).
    Link,
    /// Worth knowing, and no loss.
    Info,
}

/// How and where a source ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// The last file that was read.
    pub file: Arc<str>,
    /// Up to here its events were read, in bytes.
    pub offset: u64,
    /// Why it ended.
    pub status: Status,
}

/// Why a source ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All was read: the file was closed by its server, or it is one that was followed by another.
    Complete,
    /// All whole events were read; the file is marked as being written, so more may come.
    InUse {
        /// Bytes of an event that is not whole yet.
        partial: u64,
    },
    /// The file ends inside an event, or between the events of a transaction, and is not marked as being written.
    Truncated {
        /// Bytes of the event that are there; 0 between events.
        partial: u64,
    },
    /// From here on nothing can be cut into events.
    Corrupt(Malformed),
    /// From here on the file is encrypted.
    Encrypted(Encryption),
    /// Written before MySQL 5.0, in this version of the format.
    TooOld(u8),
    /// It does not begin as a binary log does.
    NotABinlog,
    /// Who read it wanted no more.
    Stopped,
}

/// By whose hand a file is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encryption {
    /// `binlog_encryption` of MySQL: the whole file.
    MySql,
    /// `encrypt_binlog` of MariaDB: all after its first events.
    MariaDb,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, offset, .. } = self;
        match self.status {
            Status::Complete => write!(f, "complete: {file} was read to its end at {offset}"),
            Status::InUse { partial: 0 } => {
                write!(f, "still being written: {file} was read up to {offset}")
            }
            Status::InUse { partial } => write!(
                f,
                "still being written: {file} was read up to {offset}, where {partial} bytes of an event are not whole yet"
            ),
            Status::Truncated { partial: 0 } if *offset == 0 => {
                write!(f, "truncated: {file} is empty")
            }
            Status::Truncated { .. } if *offset <= 4 => {
                write!(f, "truncated: {file} ends before its first event")
            }
            Status::Truncated { partial: 0 } => {
                write!(f, "truncated: {file} ends at {offset} inside a transaction")
            }
            Status::Truncated { partial } => write!(
                f,
                "truncated: {file} ends inside the event at {offset}, of which {partial} bytes are there"
            ),
            Status::Corrupt(reason) => write!(f, "corrupt: {file} at {offset}: {reason}"),
            Status::Encrypted(Encryption::MySql) => write!(
                f,
                "encrypted: {file} can be read by its server alone (binlog_encryption); read it live"
            ),
            Status::Encrypted(Encryption::MariaDb) => write!(
                f,
                "encrypted: {file} from {offset} on can be read by its server alone (encrypt_binlog); read it live"
            ),
            Status::TooOld(version) => write!(
                f,
                "not supported: {file} has version {version} of the format, from before MySQL 5.0"
            ),
            Status::NotABinlog => write!(f, "not a binary log: {file}"),
            // A line may end before anything came.
            Status::Stopped if file.is_empty() => f.write_str("stopped"),
            Status::Stopped => write!(f, "stopped: {file} was read up to {offset}"),
        }
    }
}
