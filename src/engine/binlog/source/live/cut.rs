//! What a server sends, cut into events with their places.
//!
//! A server says in which file it reads, and each event says where it ends there, modulo 2³²; from these the places
//! are counted in 64 bits. Checksums are verified here: the driver takes them off unseen.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::binlog::{
    bytes::{Malformed, SHORT},
    event::Event,
    frame::{
        FLAG_ARTIFICIAL, Format, HEADER_LEN, Header, RawEvent, Start, rotate_without_checksum,
    },
    kind::{FORMAT_DESCRIPTION, HEARTBEAT, HEARTBEAT_V2, ROTATE},
};

/// Cuts the events of one connection.
#[derive(Debug)]
pub(super) struct Cutter {
    file: Arc<str>,
    /// Where the next event begins.
    next: u64,
    format: Option<Format>,
    /// Events that end up to here were not asked for.
    skip_before: Option<u64>,
}

/// What became of one event.
#[derive(Debug)]
pub(super) enum Cut {
    /// It is whole.
    Event(RawEvent),
    /// It is not wanted.
    Skipped,
    /// Its bytes are not what its server wrote, or not an event.
    Damaged { offset: u64, reason: Malformed },
}

impl Cutter {
    pub(super) fn new(file: &str, skip_before: Option<u64>) -> Self {
        Self {
            file: file.into(),
            next: 0,
            format: None,
            skip_before,
        }
    }

    /// The file that the server reads.
    pub(super) fn file(&self) -> &Arc<str> {
        &self.file
    }

    /// How its events are laid out.
    pub(super) fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    /// How far the server has come in it.
    pub(super) fn offset(&self) -> u64 {
        self.next
    }

    /// Take one event from the front of a block of whole ones.
    pub(super) fn cut(&mut self, block: &mut Bytes) -> Result<Cut, Malformed> {
        let header = Header::of(block)?;
        let size = header.size as usize;
        if size < HEADER_LEN || size > block.len() {
            return Err(SHORT);
        }
        let event = block.split_to(size);
        Ok(match self.event(header, &event) {
            Ok(cut) => cut,
            Err(reason) => Cut::Damaged {
                offset: self.next,
                reason,
            },
        })
    }

    fn event(&mut self, mut header: Header, event: &Bytes) -> Result<Cut, Malformed> {
        if header.kind == FORMAT_DESCRIPTION {
            let Start::Readable(format, body) = Format::start(event)? else {
                return Err(Malformed("a format from before MySQL 5.0"));
            };
            self.format = Some(*format);
            return Ok(self.placed(header, body));
        }
        let body = match &self.format {
            Some(format) => {
                header.kind = format.kind(header.kind);
                format.body(&header, event)?
            }
            None => rotate_without_checksum(&header, &event.slice(HEADER_LEN..)),
        };
        let cut = self.placed(header, body);
        let Cut::Event(raw) = &cut else {
            return Ok(cut);
        };
        match header.kind {
            ROTATE => {
                let Event::Rotate(rotate) = Event::parse(raw, self.format.as_ref())? else {
                    return Ok(cut);
                };
                if *self.file != rotate.file {
                    self.skip_before = None;
                    self.file = rotate.file.as_str().into();
                }
                self.next = rotate.offset;
                if rotate.artificial {
                    return Ok(Cut::Event(RawEvent {
                        file: self.file.clone(),
                        offset: self.next,
                        end: self.next,
                        ..raw.clone()
                    }));
                }
            }
            HEARTBEAT | HEARTBEAT_V2 => {
                let Event::Heartbeat { file, offset } = Event::parse(raw, self.format.as_ref())?
                else {
                    return Ok(cut);
                };
                // It tells where the server is while it passes over what was not asked for.
                if *self.file == file && offset > self.next {
                    self.next = offset;
                }
            }
            _ => {}
        }
        Ok(cut)
    }

    fn placed(&mut self, header: Header, body: Bytes) -> Cut {
        let stands_alone = matches!(header.kind, HEARTBEAT | HEARTBEAT_V2)
            || header.has(FLAG_ARTIFICIAL)
            || header.log_pos == 0;
        let (offset, end) = if stands_alone {
            (self.next, self.next)
        } else {
            let forward = header.log_pos.wrapping_sub(self.next as u32);
            let end = self.next.saturating_add(u64::from(forward));
            (end.saturating_sub(u64::from(header.size)), end)
        };
        self.next = end;
        let wanted = stands_alone
            || header.kind == FORMAT_DESCRIPTION
            || self.skip_before.is_none_or(|before| end > before);
        if !wanted {
            return Cut::Skipped;
        }
        Cut::Event(RawEvent {
            file: self.file.clone(),
            offset,
            end,
            header,
            body,
            nested: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(kind: u8, log_pos: u32, flags: u16, body: &[u8], checksum: bool) -> Vec<u8> {
        let header = Header {
            timestamp: 1,
            kind,
            server_id: 7,
            size: (HEADER_LEN + body.len() + if checksum { 4 } else { 0 }) as u32,
            log_pos,
            flags,
        };
        let mut event = header.to_bytes().to_vec();
        event.extend(body);
        if checksum {
            event.extend(crc32fast::hash(&event).to_le_bytes());
        }
        event
    }

    fn rotate(file: &str, offset: u64, checksum: bool) -> Vec<u8> {
        let mut body = offset.to_le_bytes().to_vec();
        body.extend(file.as_bytes());
        event(ROTATE, 0, FLAG_ARTIFICIAL, &body, checksum)
    }

    fn description() -> Vec<u8> {
        let mut body = 4_u16.to_le_bytes().to_vec();
        let mut version = b"10.11.18-MariaDB".to_vec();
        version.resize(50, 0);
        body.extend(version);
        body.extend([0, 0, 0, 0, 19]);
        body.extend([0; 171]);
        body.push(1);
        event(FORMAT_DESCRIPTION, 0, 0, &body, true)
    }

    fn cut_all(cutter: &mut Cutter, bytes: Vec<u8>) -> Vec<Cut> {
        let mut block = Bytes::from(bytes);
        let mut cuts = Vec::new();
        while !block.is_empty() {
            cuts.push(cutter.cut(&mut block).unwrap());
        }
        cuts
    }

    fn place(cut: &Cut) -> (&str, u64, u64) {
        match cut {
            Cut::Event(raw) => (&raw.file, raw.offset, raw.end),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn places_are_counted_beyond_four_gibibytes() {
        let mut cutter = Cutter::new("", None);
        let mut bytes = rotate("bin.000007", (1 << 32) - 50, true);
        bytes.extend(description());
        bytes.extend(event(16, 4, 0, &[0; 8], true));
        bytes.extend(event(16, 35, 0, &[0; 8], true));
        let cuts = cut_all(&mut cutter, bytes);
        assert_eq!(
            place(&cuts[0]).0,
            "bin.000007",
            "the checksum is no part of the name"
        );
        let far = 1_u64 << 32;
        assert_eq!(place(&cuts[2]), ("bin.000007", far + 4 - 31, far + 4));
        assert_eq!(place(&cuts[3]), ("bin.000007", far + 4, far + 35));
    }

    #[test]
    fn a_changed_byte_is_damage_and_the_next_event_is_read() {
        let mut cutter = Cutter::new("", None);
        let mut bytes = rotate("bin.000001", 4, false);
        bytes.extend(description());
        let mut broken = event(16, 35, 0, &[0; 8], true);
        broken[HEADER_LEN] ^= 1;
        bytes.extend(broken);
        bytes.extend(event(16, 66, 0, &[0; 8], true));
        let cuts = cut_all(&mut cutter, bytes);
        assert!(matches!(cuts[2], Cut::Damaged { offset: 4, .. }));
        assert_eq!(place(&cuts[3]), ("bin.000001", 35, 66));
    }

    #[test]
    fn what_was_not_asked_for_is_left_out_up_to_its_place() {
        let mut cutter = Cutter::new("bin.000001", Some(35));
        let mut bytes = rotate("bin.000001", 4, false);
        bytes.extend(description());
        bytes.extend(event(16, 35, 0, &[0; 8], true));
        bytes.extend(event(16, 66, 0, &[0; 8], true));
        let cuts = cut_all(&mut cutter, bytes);
        assert!(matches!(cuts[2], Cut::Skipped));
        assert_eq!(place(&cuts[3]), ("bin.000001", 35, 66));
    }

    #[test]
    fn bytes_that_are_no_event_are_refused() {
        let mut cutter = Cutter::new("", None);
        for bytes in [&[][..], &[0; 18], &[0; 40], &[0xff; 40]] {
            let mut block = Bytes::copy_from_slice(bytes);
            assert!(cutter.cut(&mut block).is_err());
        }
    }
}
