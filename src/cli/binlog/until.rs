//! Where reading ends before the log does.

use super::{super::Failure, ending::End, input::Reader};
use crate::engine::{
    binlog::{
        gtid::GtidPosition,
        source::{Ending, Status},
        transaction::Item,
    },
    visible,
};

/// The end that was asked for.
#[derive(Clone, Debug)]
pub(super) struct Until {
    place: Place,
    /// A transaction has begun, and is read to its end.
    inside: bool,
}

#[derive(Clone, Debug)]
enum Place {
    /// Before what begins here or later.
    Offset {
        /// None is any: there is but one.
        file: Option<String>,
        offset: u64,
        /// The file was seen.
        met: bool,
    },
    /// Where all of these have been.
    Gtids(GtidPosition),
}

impl Until {
    /// Before the transaction that begins here, or the first one that begins later; without a file, in whichever is
    /// read.
    pub(super) fn before(file: Option<String>, offset: u64) -> Self {
        Self {
            place: Place::Offset {
                file,
                offset,
                met: false,
            },
            inside: false,
        }
    }

    /// Behind the last of these transactions.
    pub(super) fn behind(gtids: GtidPosition) -> Self {
        Self {
            place: Place::Gtids(gtids),
            inside: false,
        }
    }

    /// Whether an item that was just read is no longer wanted.
    pub(super) fn is_reached(&mut self, item: &Item, reader: &Reader) -> bool {
        let (at_file, at) = match item {
            Item::Begin(begin) => {
                self.inside = true;
                (&begin.file, begin.offset)
            }
            Item::End(_) => {
                self.inside = false;
                return false;
            }
            Item::Other(raw, _) if !self.inside => (&raw.file, raw.offset),
            _ => return false,
        };
        match &mut self.place {
            Place::Offset { file, offset, met } => match file {
                Some(wanted) if **wanted == **at_file => {
                    *met = true;
                    at >= *offset
                }
                Some(_) => *met,
                None => at >= *offset,
            },
            Place::Gtids(gtids) => reader.has_passed(gtids),
        }
    }

    /// The log ended first: what that is where the place was met, or is the log's end. Where it was not, more was read
    /// than was asked for.
    pub(super) fn elsewhere(&self, ending: Ending, reader: &Reader) -> Result<End, Failure> {
        let (met, what) = match &self.place {
            Place::Offset { file, met, .. } => match file {
                Some(file) => (
                    *met,
                    format!("a file that is not among those that were read: {file}"),
                ),
                None => (true, String::new()),
            },
            Place::Gtids(gtids) => (
                reader.has_passed(gtids),
                format!("transactions that are not all among those that were read: {gtids}"),
            ),
        };
        let whole = matches!(ending.status, Status::Complete | Status::InUse { .. });
        if met || !whole {
            return Ok(End::Source(ending));
        }
        Err(Failure::usage(
            format!("--to names {}", visible::line(&what)),
            "porthole binlog list says which files there are, and what each begins with.",
        ))
    }
}
