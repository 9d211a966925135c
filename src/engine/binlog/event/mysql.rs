//! Events that MySQL alone writes.

use bytes::Bytes;

use super::{Event, text};
use crate::engine::binlog::{
    bytes::{Malformed, Reader},
    frame::Format,
    gtid::{MySqlGtid, Origin, Tag, Uuid},
    kind,
};

/// GTID, GTID_TAGGED and ANONYMOUS_GTID: a transaction begins.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GtidEvent {
    /// Its name; none where the server has GTIDs off.
    pub gtid: Option<MySqlGtid>,
    /// It may hold statements as text.
    pub may_have_sbr: bool,
    /// Its place in its file, and that of the last transaction that must be applied before it.
    pub logical_clock: Option<LogicalClock>,
    /// When it was committed on the server where it was made, in microseconds since 1970 UTC.
    pub original_commit: Option<u64>,
    /// When it was committed on the server that wrote this file.
    pub immediate_commit: Option<u64>,
    /// Bytes of the whole transaction in its file, this event among them.
    pub transaction_len: Option<u64>,
    /// Version of the server where it was made, such as 90704.
    pub original_version: Option<u32>,
    /// Version of the server that wrote this file.
    pub immediate_version: Option<u32>,
    /// Group replication's order of commits.
    pub commit_group_ticket: Option<u64>,
}

/// What a replica needs to apply transactions beside each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogicalClock {
    /// The last transaction of this file on which it depends.
    pub last_committed: i64,
    /// Its number in this file.
    pub sequence_number: i64,
}

/// "Not known", as servers write it for a version.
const NO_VERSION: u32 = 999_999;

impl GtidEvent {
    /// Events 33 and 34. Each version has added to their end.
    pub fn parse(kind: u8, body: &[u8], format: &Format) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let flags = reader.u8()?;
        let uuid = Uuid(reader.array()?);
        let number = reader.u64()?;
        let gtid = (kind == kind::GTID).then_some(MySqlGtid {
            origin: Origin {
                uuid,
                tag: Tag::NONE,
            },
            number,
        });
        let mut event = Self {
            gtid,
            may_have_sbr: flags & 1 != 0,
            ..Self::default()
        };
        let has_clock = format.post_header_len(kind).is_none_or(|len| len >= 42);
        if !has_clock || reader.is_empty() || reader.u8()? != 2 {
            return Ok(event);
        }
        event.logical_clock = Some(LogicalClock {
            last_committed: reader.i64()?,
            sequence_number: reader.i64()?,
        });
        if reader.remaining() < 7 {
            return Ok(event);
        }
        // The highest bit says that a second one follows.
        let (immediate, differs) = marked(reader.u56()?, 55);
        event.immediate_commit = Some(immediate);
        event.original_commit = Some(if differs { reader.u56()? } else { immediate });
        if reader.is_empty() {
            return Ok(event);
        }
        event.transaction_len = Some(reader.lenenc()?);
        if reader.remaining() < 4 {
            return Ok(event);
        }
        let (immediate, differs) = marked(u64::from(reader.u32()?), 31);
        let original = if differs {
            u64::from(reader.u32()?)
        } else {
            immediate
        };
        event.immediate_version = version(immediate);
        event.original_version = version(original);
        if reader.remaining() >= 8 {
            event.commit_group_ticket = Some(reader.u64()?);
        }
        Ok(event)
    }

    /// Event 42: fields by number, of which those that a reader does not know say whether it may pass over them.
    pub fn parse_tagged(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        if varlen(&mut reader)? != 1 {
            return Err(Malformed("a tagged GTID in a form that is not known"));
        }
        let size = varlen(&mut reader)?;
        let mut reader = Reader::new(body);
        let mut reader = Reader::new(reader.take_u64(size)?);
        // Version and size again, as the size counts them.
        varlen(&mut reader)?;
        varlen(&mut reader)?;
        let last_needed = varlen(&mut reader)?;
        let mut event = Self::default();
        let mut clock = LogicalClock {
            last_committed: 0,
            sequence_number: 0,
        };
        let (mut uuid, mut tag, mut number) = (None, Tag::NONE, None);
        while !reader.is_empty() {
            match varlen(&mut reader)? {
                0 => event.may_have_sbr = varlen(&mut reader)? & 1 != 0,
                1 => uuid = Some(serial_uuid(&mut reader)?),
                2 => number = u64::try_from(varlen_signed(&mut reader)?).ok(),
                3 => tag = serial_tag(&mut reader)?,
                4 => clock.last_committed = varlen_signed(&mut reader)?,
                5 => clock.sequence_number = varlen_signed(&mut reader)?,
                6 => event.immediate_commit = Some(varlen(&mut reader)?),
                7 => event.original_commit = Some(varlen(&mut reader)?),
                8 => event.transaction_len = Some(varlen(&mut reader)?),
                9 => event.immediate_version = version(varlen(&mut reader)?),
                10 => event.original_version = version(varlen(&mut reader)?),
                11 => event.commit_group_ticket = Some(varlen(&mut reader)?),
                field if field < last_needed => {
                    return Err(Malformed("a tagged GTID with a part that is not known"));
                }
                // Its length is not known, so neither is where the next one begins; it may be passed over.
                _ => break,
            }
        }
        let (Some(uuid), Some(number)) = (uuid, number) else {
            return Err(Malformed("a tagged GTID without its name"));
        };
        event.gtid = Some(MySqlGtid {
            origin: Origin { uuid, tag },
            number,
        });
        event.logical_clock = Some(clock);
        event.original_commit = event.original_commit.or(event.immediate_commit);
        event.original_version = event.original_version.or(event.immediate_version);
        Ok(event)
    }
}

/// A number whose bit `at` is a mark.
fn marked(number: u64, at: u32) -> (u64, bool) {
    let mark = 1 << at;
    (number & !mark, number & mark != 0)
}

fn version(number: u64) -> Option<u32> {
    let number = u32::try_from(number).ok()?;
    (number != NO_VERSION).then_some(number)
}

/// A number of one to nine bytes: as many ones as its first byte ends in, so many bytes follow it.
fn varlen(reader: &mut Reader<'_>) -> Result<u64, Malformed> {
    let first = reader.u8()?;
    let more = first.trailing_ones();
    let rest = reader.uint(more as usize)?;
    // 8 bits less the mark of `more` ones and a zero, of which nine bytes have only the ones.
    let here = 7_u32.saturating_sub(more);
    Ok(u64::from(first.checked_shr(more + 1).unwrap_or(0)) | rest << here)
}

/// The sign is the lowest bit.
fn varlen_signed(reader: &mut Reader<'_>) -> Result<i64, Malformed> {
    let number = varlen(reader)?;
    let half = (number >> 1).cast_signed();
    Ok(if number & 1 == 0 { half } else { !half })
}

fn serial_uuid(reader: &mut Reader<'_>) -> Result<Uuid, Malformed> {
    let mut uuid = [0; 16];
    for byte in &mut uuid {
        *byte =
            u8::try_from(varlen(reader)?).map_err(|_| Malformed("a UUID with more than a byte"))?;
    }
    Ok(Uuid(uuid))
}

fn serial_tag(reader: &mut Reader<'_>) -> Result<Tag, Malformed> {
    let length = varlen(reader)?;
    std::str::from_utf8(reader.take_u64(length)?)
        .ok()
        .and_then(Tag::new)
        .ok_or(Malformed("a GTID tag that is none"))
}

/// The name of a distributed transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Xa {
    /// It was committed at once, without a second phase.
    pub one_phase: bool,
    /// `formatID`.
    pub format_id: i32,
    /// The global part.
    pub gtrid: Bytes,
    /// The branch.
    pub bqual: Bytes,
}

impl Xa {
    pub(super) fn parse(body: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let one_phase = reader.u8()? != 0;
        let format_id = reader.i32()?;
        let (gtrid, bqual) = (reader.u32()?, reader.u32()?);
        if gtrid > 64 || bqual > 64 {
            return Err(Malformed("an XA name that is too long"));
        }
        Ok(Self {
            one_phase,
            format_id,
            gtrid: body.slice_ref(reader.take(gtrid as usize)?),
            bqual: body.slice_ref(reader.take(bqual as usize)?),
        })
    }
}

impl std::fmt::Display for Xa {
    /// As XA statements name it: `X'61',X'62',1`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let hex = |f: &mut std::fmt::Formatter<'_>, bytes: &[u8]| -> std::fmt::Result {
            f.write_str("X'")?;
            bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
            f.write_str("',")
        };
        hex(f, &self.gtrid)?;
        hex(f, &self.bqual)?;
        write!(f, "{}", self.format_id)
    }
}

/// TRANSACTION_PAYLOAD: events of one transaction, compressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payload {
    /// The algorithm's number: 0 is zstd, 255 none.
    pub compression: u64,
    /// Bytes of the events, as the server says.
    pub uncompressed_len: u64,
    /// What is compressed.
    pub data: Bytes,
}

impl Payload {
    pub(super) fn parse(body: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let (mut size, mut compression, mut uncompressed_len) = (None, 255, 0);
        loop {
            let field = reader.lenenc()?;
            if field == 0 {
                break;
            }
            let mut value = Reader::new(reader.lenenc_bytes()?);
            match field {
                1 => size = Some(value.lenenc()?),
                2 => compression = value.lenenc()?,
                3 => uncompressed_len = value.lenenc()?,
                _ => {}
            }
        }
        let data = match size {
            Some(size) => reader.take_u64(size)?,
            None => reader.take_rest(),
        };
        Ok(Self {
            compression,
            uncompressed_len,
            data: body.slice_ref(data),
        })
    }
}

/// VIEW_CHANGE of group replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ViewChange {
    /// The name of the group's new state.
    pub view: String,
    /// Its number.
    pub number: u64,
}

impl ViewChange {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        Ok(Self {
            view: text(reader.take(40)?),
            number: reader.u64()?,
        })
    }
}

/// TRANSACTION_CONTEXT of group replication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TransactionContext {
    /// The server on which it ran.
    pub server: String,
    /// The connection that ran it.
    pub thread_id: u32,
    /// How many rows it wrote.
    pub writes: u32,
}

impl TransactionContext {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let server = reader.u8()?;
        let thread_id = reader.u32()?;
        reader.skip(1)?;
        reader.skip(4)?;
        let writes = reader.u32()?;
        reader.skip(4)?;
        Ok(Self {
            server: text(reader.take(usize::from(server))?),
            thread_id,
            writes,
        })
    }
}

/// HEARTBEAT of 8.0.26 and newer: fields by number, up to 0.
pub(super) fn heartbeat(body: &[u8]) -> Result<Event, Malformed> {
    let mut reader = Reader::new(body);
    let (mut file, mut offset) = (String::new(), 0);
    while !reader.is_empty() {
        let field = reader.lenenc()?;
        if field == 0 {
            break;
        }
        let value = reader.lenenc_bytes()?;
        match field {
            1 => file = text(value),
            2 => offset = Reader::new(value).lenenc()?,
            _ => {}
        }
    }
    Ok(Event::Heartbeat { file, offset })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_every_length_are_read() {
        let number = |bytes: &[u8]| varlen(&mut Reader::new(bytes));
        assert_eq!(number(&[0]), Ok(0));
        assert_eq!(number(&[127 << 1]), Ok(127));
        assert_eq!(number(&[0b01, 2]), Ok(128));
        assert_eq!(number(&[0b1111_1101, 0xff]), Ok((1 << 14) - 1));
        let mut nine = vec![0xff];
        nine.extend(u64::MAX.to_le_bytes());
        assert_eq!(number(&nine), Ok(u64::MAX));
        let mut eight = vec![0x7f];
        eight.extend([1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(number(&eight), Ok(1));
        assert!(number(&[1]).is_err());
    }

    #[test]
    fn signs_are_the_lowest_bit() {
        let number = |byte: u8| varlen_signed(&mut Reader::new(&[byte << 1]));
        assert_eq!(number(0), Ok(0));
        assert_eq!(number(1), Ok(-1));
        assert_eq!(number(2), Ok(1));
        assert_eq!(number(3), Ok(-2));
    }
}
