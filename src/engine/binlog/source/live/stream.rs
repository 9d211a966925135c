//! One open stream: what was known of the log when it was opened, and how far it has come.

use std::sync::Arc;

use super::{
    cut::Cutter,
    refusal::{Cause, Refusal},
};
use crate::engine::{
    Result,
    binlog::{
        checkpoint::Checkpoint, frame::RawEvent, gtid::GtidPosition, kind::FORMAT_DESCRIPTION,
    },
};

/// A file and an offset in it.
pub(super) type Place = (Arc<str>, u64);

/// What is known of an open stream.
pub(super) struct Stream {
    pub(super) cutter: Cutter,
    /// When the file was begun in which a checkpoint stands.
    pub(super) expected_begin: Option<u32>,
    /// Where the log ended when the stream was asked for.
    pub(super) end: Option<(String, u64)>,
    /// What the server had then.
    pub(super) gtids: Option<GtidPosition>,
}

impl Stream {
    /// A file of the same name that was begun at another time is another file.
    pub(super) fn check_begin(&mut self, raw: &RawEvent) -> Result<()> {
        if raw.header.kind != FORMAT_DESCRIPTION {
            return Ok(());
        }
        match self.expected_begin.take() {
            Some(begun) if begun != raw.header.timestamp => Err(Refusal::found(Cause::OtherServer)),
            _ => Ok(()),
        }
    }

    /// Up to where events came.
    pub(super) fn place(&self) -> Place {
        (self.cutter.file().clone(), self.cutter.offset())
    }

    /// Whether what the server had when it was asked has been passed.
    pub(super) fn has_all(&self, checkpoint: &Checkpoint) -> bool {
        match (&self.gtids, &checkpoint.gtids) {
            (Some(theirs), Some(ours)) => theirs.is_subset_of(ours),
            _ => false,
        }
    }

    /// Whether the place was reached at which the log ended then.
    pub(super) fn is_at_end(&self) -> bool {
        self.end.as_ref().is_some_and(|(file, offset)| {
            let here = self.cutter.file();
            // A server numbers its files, and after .999999 their names grow.
            let later = (here.len(), &**here) > (file.len(), file.as_str());
            later || **here == **file && self.cutter.offset() >= *offset
        })
    }
}
