//! Going to where reading begins: a place that somebody named, which may be none.

use std::io::{Seek as _, SeekFrom};

use bytes::Bytes;

use super::{BLOCK, FileSource, Input, State, unreadable};
use crate::engine::{
    Error, Result,
    binlog::{
        frame::{HEADER_LEN, Header, MAX_EVENT_LEN},
        kind,
        source::{Status, Step},
    },
};

const TOO_FAR: &str = "the file ends before that";
const NO_EVENT: &str = "no event begins there";

impl FileSource {
    /// A wrong place is not damage of the file.
    fn no_begin(&mut self, why: &str) -> Error {
        self.state = State::Ended(Status::Stopped);
        Error::Invalid(format!(
            "reading cannot begin at {} of {}: {why}",
            self.options.offset, self.name
        ))
    }

    /// Go to where reading begins, but not past the mark that the rest is encrypted.
    pub(super) fn jump(&mut self) -> Result<Step> {
        self.state = State::Events;
        if self.have(HEADER_LEN)? {
            let header = Header::of(self.rest()).expect("a header is there");
            if header.kind == kind::START_ENCRYPTION {
                return self.event();
            }
        }
        let Some(mut ahead) = self.options.offset.checked_sub(self.offset) else {
            return Err(self.no_begin(NO_EVENT));
        };
        if self.left()?.is_some_and(|left| left < ahead) {
            return Err(self.no_begin(TOO_FAR));
        }
        let here = self.rest().len();
        if let Input::File { file, path } = &mut self.input
            && ahead > here as u64
        {
            file.seek(SeekFrom::Start(self.options.offset))
                .map_err(|source| unreadable(path, source))?;
            self.block = Bytes::new();
            self.cut = 0;
            self.offset = self.options.offset;
            ahead = 0;
        }
        while ahead > 0 {
            let step = ahead.min(BLOCK as u64) as usize;
            if !self.have(step)? {
                if self.options.cancel.is_cancelled() {
                    return Ok(self.end(Status::Stopped));
                }
                return Err(self.no_begin(TOO_FAR));
            }
            self.advance(step);
            ahead -= step as u64;
        }
        // Nothing after a wrong place could be trusted.
        if self.have(HEADER_LEN)? && !self.begins_event() && !self.is_relayed()? {
            return Err(self.no_begin(NO_EVENT));
        }
        self.event()
    }

    /// Whether what comes next is an event of a relay log, whose positions are those of another server: the event
    /// after it stands behind it there.
    fn is_relayed(&mut self) -> Result<bool> {
        let Ok(header) = Header::of(self.rest()) else {
            return Ok(false);
        };
        let both = u64::from(header.size) + HEADER_LEN as u64;
        if !(HEADER_LEN as u32..=MAX_EVENT_LEN).contains(&header.size)
            || self.left()?.is_some_and(|left| left < both)
            || !self.have(both as usize)?
        {
            return Ok(false);
        }
        let after = self.rest().get(header.size as usize..).unwrap_or_default();
        Ok(Header::of(after).is_ok_and(|after| {
            header.log_pos != 0
                && after.size >= HEADER_LEN as u32
                && after.log_pos == header.log_pos.wrapping_add(after.size)
        }))
    }
}
