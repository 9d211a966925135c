//! How a binary log is cut into events: header, checksum, and the description that opens each file.
//!
//! Knows nothing of what is in an event but of FORMAT_DESCRIPTION, without which no other can be cut. Reads binlog
//! version 4, which is MySQL 5.0 and later and every MariaDB; versions 1 and 3 are named and refused ([`Start`]).

use std::{fmt, ops::Range, sync::Arc};

use bytes::Bytes;

use super::{
    bytes::Reader,
    kind::{self, FORMAT_DESCRIPTION, ROTATE, START_V3},
};
use crate::engine::sql::dialect::Dialect;

pub use super::bytes::Malformed;
/// Which of the two wrote it.
pub use crate::engine::sql::dialect::Product as Flavour;

/// What a file begins with.
pub const MAGIC: [u8; 4] = [0xfe, b'b', b'i', b'n'];
/// What a file that MySQL encrypted begins with.
pub const MAGIC_ENCRYPTED: [u8; 4] = [0xfd, b'b', b'i', b'n'];
/// Bytes of a header.
pub const HEADER_LEN: usize = 19;
/// Bytes after the body, where the file has checksums.
pub const CHECKSUM_LEN: usize = 4;
/// The largest event that is read, in bytes: the most that `max_allowed_packet` can be.
pub const MAX_EVENT_LEN: u32 = 1 << 30;

/// [`Header::flags`]: the file is being written, or was when its server died. In a FORMAT_DESCRIPTION alone.
pub const FLAG_IN_USE: u16 = 0x1;
/// [`Header::flags`]: the statement is of a session's temporary table, and holds for that thread alone.
pub const FLAG_THREAD_SPECIFIC: u16 = 0x4;
/// [`Header::flags`]: made for the reader, in no file.
pub const FLAG_ARTIFICIAL: u16 = 0x20;
/// A statement that needs no current database: it may make or drop the one that it was run in.
pub const FLAG_NO_DATABASE: u16 = 0x8;
/// [`Header::flags`]: a reader that does not know the event may pass over it.
pub const FLAG_IGNORABLE: u16 = 0x80;

/// What stands before every event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// When the statement began, in seconds since 1970 UTC.
    pub timestamp: u32,
    /// What it is; one of [`kind`], in the numbering of today.
    pub kind: u8,
    /// The server that ran the statement first.
    pub server_id: u32,
    /// Bytes of the event with header and checksum.
    pub size: u32,
    /// Where the event ends in its file, modulo 2³²; 0 where the server did not know.
    pub log_pos: u32,
    /// `FLAG_…`.
    pub flags: u16,
}

impl Header {
    /// Read it as it stands; `kind` may still be of an early numbering ([`Format::kind`]).
    #[inline]
    pub fn parse(bytes: &[u8; HEADER_LEN]) -> Self {
        let [
            t0,
            t1,
            t2,
            t3,
            kind,
            i0,
            i1,
            i2,
            i3,
            s0,
            s1,
            s2,
            s3,
            p0,
            p1,
            p2,
            p3,
            f0,
            f1,
        ] = *bytes;
        Self {
            timestamp: u32::from_le_bytes([t0, t1, t2, t3]),
            kind,
            server_id: u32::from_le_bytes([i0, i1, i2, i3]),
            size: u32::from_le_bytes([s0, s1, s2, s3]),
            log_pos: u32::from_le_bytes([p0, p1, p2, p3]),
            flags: u16::from_le_bytes([f0, f1]),
        }
    }

    /// Read it from an event.
    #[inline]
    pub fn of(event: &[u8]) -> Result<Self, Malformed> {
        event
            .first_chunk()
            .map(Self::parse)
            .ok_or(super::bytes::SHORT)
    }

    /// The bytes that [`Header::parse`] reads.
    pub fn to_bytes(self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        let fields: [&[u8]; 6] = [
            &self.timestamp.to_le_bytes(),
            &[self.kind],
            &self.server_id.to_le_bytes(),
            &self.size.to_le_bytes(),
            &self.log_pos.to_le_bytes(),
            &self.flags.to_le_bytes(),
        ];
        let mut rest = bytes.as_mut_slice();
        for field in fields {
            let (here, after) = rest.split_at_mut(field.len());
            here.copy_from_slice(field);
            rest = after;
        }
        bytes
    }

    /// Whether all `flags` are set.
    pub fn has(&self, flags: u16) -> bool {
        self.flags & flags == flags
    }
}

/// One event, cut but not read.
///
/// `body` points into the block that was read from the source and keeps the whole block alive: who holds events
/// for longer than it takes to read them copies what is wanted ([`RawEvent::detach`]).
#[derive(Clone)]
pub struct RawEvent {
    /// The name of its file, as the server has it in its index where that is known.
    pub file: Arc<str>,
    /// Where its header begins, in bytes from the start of the file; counted here, in 64 bits.
    pub offset: u64,
    /// Where the next event begins.
    pub end: u64,
    /// Its header, in today's numbering.
    pub header: Header,
    /// What is between header and checksum.
    pub body: Bytes,
    /// It came out of a compressed transaction; `offset` and `end` are those of the event that held it.
    pub nested: bool,
}

/// Without its body: statements hold passwords.
impl fmt::Debug for RawEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawEvent")
            .field("file", &self.file)
            .field("offset", &self.offset)
            .field("end", &self.end)
            .field("header", &self.header)
            .field("bytes", &self.body.len())
            .field("nested", &self.nested)
            .finish()
    }
}

impl RawEvent {
    /// Stop sharing the block that was read.
    pub fn detach(&mut self) {
        self.body = Bytes::copy_from_slice(&self.body);
    }
}

/// How the events of a file are laid out, as its FORMAT_DESCRIPTION says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Format {
    /// MySQL or MariaDB.
    pub flavour: Flavour,
    /// Such as `9.7.4` or `10.11.18-MariaDB-log`.
    pub server_version: String,
    /// `server_version` in numbers.
    pub version: (u16, u16, u16),
    /// When the server was started, if this is its first file since, in seconds since 1970; else 0.
    pub created: u32,
    /// Bytes of every header; 19, but for servers that never were released.
    pub header_len: u8,
    /// Bytes of the fixed part of each kind of event, the first for kind 1.
    pub post_header_lens: Vec<u8>,
    /// Whether each event ends in a CRC32.
    pub checksum: bool,
    /// Kinds are numbered as in some versions before 5.1 was released.
    early_numbers: bool,
}

/// What the first event of a file says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// It can be read; how, and the FORMAT_DESCRIPTION's own body without checksum.
    Readable(Box<Format>, Bytes),
    /// Written before MySQL 5.0, in version 1 or 3 of the format.
    TooOld(u8),
}

/// Whether a first event of `version` ends in the algorithm of its checksums, and in its own checksum.
fn knows_checksums(flavour: Flavour, version: (u16, u16, u16)) -> bool {
    match flavour {
        Flavour::MySql => version >= (5, 6, 1),
        Flavour::MariaDb => version >= (5, 3, 0),
    }
}

/// Servers that know no checksums know no more kinds of events than these.
const MOST_KINDS_BEFORE_CHECKSUMS: usize = 34;

/// Version and text of the server, from the body of a FORMAT_DESCRIPTION.
fn server_of(body: &[u8]) -> Result<(Dialect, String), Malformed> {
    let mut reader = Reader::new(body);
    if reader.u16()? != 4 {
        return Err(Malformed("a version of the format that is not known"));
    }
    let text = reader.take(50)?;
    let text = text.split(|byte| *byte == 0).next().unwrap_or(text);
    let text = String::from_utf8_lossy(text).into_owned();
    reader.skip(5)?;
    // A server can be told to name another version; only MariaDB counts this many kinds of events.
    let mut dialect = Dialect::parse(&text);
    if reader.remaining() > 160 {
        dialect.product = Flavour::MariaDb;
    }
    Ok((dialect, text))
}

impl Format {
    /// Read the first event of a file, the whole of it with header, and check its checksum.
    pub fn start(event: &Bytes) -> Result<Start, Malformed> {
        let header = Header::of(event)?;
        if header.kind == START_V3 {
            return Ok(Start::TooOld(if event.len() < 75 { 1 } else { 3 }));
        }
        if header.kind != FORMAT_DESCRIPTION {
            return Err(Malformed("the file does not begin with its description"));
        }
        let body = event.slice(HEADER_LEN..);
        let (dialect, _) = server_of(&body)?;
        let body = if knows_checksums(dialect.product, dialect.version) {
            let Some(len) = body.len().checked_sub(CHECKSUM_LEN) else {
                return Err(super::bytes::SHORT);
            };
            body.slice(..len)
        } else {
            body
        };
        let format = Self::parse(&body)?;
        if format.checksum {
            verify(event)?;
        }
        Ok(Start::Readable(Box::new(format), body))
    }

    /// Read the body of a FORMAT_DESCRIPTION that has lost its own checksum (but not the algorithm before it).
    pub fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let (dialect, server_version) = server_of(body)?;
        let mut reader = Reader::new(body);
        reader.skip(52)?;
        let created = reader.u32()?;
        let header_len = reader.u8()?;
        if usize::from(header_len) < HEADER_LEN {
            return Err(Malformed("headers of less than 19 bytes"));
        }
        let mut lens = reader.take_rest();
        let mut checksum = false;
        if knows_checksums(dialect.product, dialect.version) {
            let (algorithm, before) = lens.split_last().ok_or(super::bytes::SHORT)?;
            checksum = match algorithm {
                0 => false,
                1 => true,
                _ => return Err(Malformed("a kind of checksum that is not known")),
            };
            lens = before;
        } else if lens.len() > MOST_KINDS_BEFORE_CHECKSUMS {
            return Err(Malformed("a description that contradicts itself"));
        }
        let mut post_header_lens = lens.to_vec();
        let early_numbers = has_early_numbers(&server_version);
        if early_numbers {
            post_header_lens = (1..=EARLY.len() as u8)
                .map(|kind| {
                    let early = EARLY.iter().position(|now| *now == kind);
                    early.and_then(|at| lens.get(at)).copied().unwrap_or(0)
                })
                .collect();
        }
        Ok(Self {
            flavour: dialect.product,
            server_version,
            version: dialect.version,
            created,
            header_len,
            post_header_lens,
            checksum,
            early_numbers,
        })
    }

    /// The same layout without checksums: that of events inside a compressed transaction.
    #[must_use]
    pub fn without_checksum(&self) -> Self {
        Self {
            checksum: false,
            ..self.clone()
        }
    }

    /// A kind of event as today's servers number it.
    #[inline]
    pub fn kind(&self, raw: u8) -> u8 {
        if self.early_numbers {
            let at = usize::from(raw).wrapping_sub(1);
            return EARLY.get(at).copied().unwrap_or(raw);
        }
        raw
    }

    /// Bytes of the fixed part of a kind of event, where the file says so.
    #[inline]
    pub fn post_header_len(&self, kind: u8) -> Option<usize> {
        let at = usize::from(kind).checked_sub(1)?;
        self.post_header_lens.get(at).map(|len| usize::from(*len))
    }

    /// What is between the header and the checksum of a whole event; checks the checksum.
    #[inline]
    pub fn body(&self, header: &Header, event: &Bytes) -> Result<Bytes, Malformed> {
        self.body_range(header, event)
            .map(|range| event.slice(range))
    }

    /// Where [`Format::body`] is.
    #[inline]
    pub fn body_range(&self, header: &Header, event: &[u8]) -> Result<Range<usize>, Malformed> {
        // These two never have more than the 19 bytes, so that they can be read before the layout is known.
        let start = match header.kind {
            ROTATE | FORMAT_DESCRIPTION => HEADER_LEN,
            _ => usize::from(self.header_len),
        };
        let mut end = event.len();
        if self.checksum {
            verify(event)?;
            end -= CHECKSUM_LEN;
        }
        if end < start {
            return Err(super::bytes::SHORT);
        }
        Ok(start..end)
    }
}

/// Compare the CRC32 at the end of an event with the one of its bytes.
pub fn verify(event: &[u8]) -> Result<(), Malformed> {
    let Some((covered, stored)) = event.split_last_chunk::<CHECKSUM_LEN>() else {
        return Err(super::bytes::SHORT);
    };
    let mut hasher = crc32fast::Hasher::new();
    match covered.split_first_chunk::<HEADER_LEN>() {
        // The mark "in use" is taken off when the file is closed, and is not covered.
        Some((header, body)) if Header::parse(header).kind == FORMAT_DESCRIPTION => {
            let mut header = Header::parse(header);
            header.flags &= !FLAG_IN_USE;
            hasher.update(&header.to_bytes());
            hasher.update(body);
        }
        _ => hasher.update(covered),
    }
    if hasher.finalize() == u32::from_le_bytes(*stored) {
        Ok(())
    } else {
        Err(Malformed("the checksum does not fit the bytes"))
    }
}

/// The first ROTATE that MariaDB sends comes before any description, yet may end in a checksum: its body without.
pub fn rotate_without_checksum(header: &Header, body: &Bytes) -> Bytes {
    let Some((before, stored)) = body.split_last_chunk::<CHECKSUM_LEN>() else {
        return body.clone();
    };
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header.to_bytes());
    hasher.update(before);
    if hasher.finalize() == u32::from_le_bytes(*stored) {
        body.slice(..before.len())
    } else {
        body.clone()
    }
}

/// What kinds 1, 2, … of the early numbering are today. Up to FORMAT_DESCRIPTION nothing differs.
const EARLY: [u8; 22] = [
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    9,
    10,
    11,
    12,
    13,
    14,
    15,
    kind::TABLE_MAP,
    kind::PRE_GA_WRITE_ROWS,
    kind::PRE_GA_UPDATE_ROWS,
    kind::PRE_GA_DELETE_ROWS,
    kind::XID,
    kind::BEGIN_LOAD_QUERY,
    kind::EXECUTE_LOAD_QUERY,
];

/// Trees of 5.1 and 5.2 in which rows came before their number was final name themselves so: 5.1.1 to 5.1.5 of
/// "drop 5", 5.1.4 of "drop 6", and 5.2.0 to 5.2.2 of "drop 6".
fn has_early_numbers(server_version: &str) -> bool {
    let Some((version, tree)) = server_version.split_once("-a_drop") else {
        return false;
    };
    match tree.as_bytes().first() {
        Some(b'5') => matches!(version, "5.1.1" | "5.1.2" | "5.1.3" | "5.1.4" | "5.1.5"),
        Some(b'6') => matches!(version, "5.1.4" | "5.2.0" | "5.2.1" | "5.2.2"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// A whole FORMAT_DESCRIPTION.
    fn description(version: &str, header_len: u8, kinds: usize, checksum: Option<u8>) -> Bytes {
        let mut event = vec![0; HEADER_LEN];
        event.extend(4u16.to_le_bytes());
        let mut text = version.as_bytes().to_vec();
        text.resize(50, 0);
        event.extend(text);
        event.extend(0u32.to_le_bytes());
        event.push(header_len);
        event.extend((1..=kinds).map(|at| at as u8));
        event.extend(checksum);
        let mut header = Header {
            kind: FORMAT_DESCRIPTION,
            size: (event.len() + if checksum.is_some() { 4 } else { 0 }) as u32,
            ..Header::default()
        };
        event[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        if checksum.is_some() {
            let crc = crc32fast::hash(&event);
            event.extend(crc.to_le_bytes());
        }
        header.flags |= FLAG_IN_USE;
        event[..HEADER_LEN].copy_from_slice(&header.to_bytes());
        event.into()
    }

    fn format(event: &Bytes) -> Format {
        match Format::start(event).unwrap() {
            Start::Readable(format, _) => *format,
            Start::TooOld(version) => panic!("version {version}"),
        }
    }

    #[test]
    fn a_header_is_written_as_it_is_read() {
        let bytes = std::array::from_fn(|at| at as u8);
        assert_eq!(Header::parse(&bytes).to_bytes(), bytes);
    }

    #[test]
    fn descriptions_of_both_servers_are_read_with_their_checksum() {
        let mysql = format(&description("9.7.4", 19, 42, Some(1)));
        assert_eq!(mysql.flavour, Flavour::MySql);
        assert_eq!(mysql.version, (9, 7, 4));
        assert!(mysql.checksum);
        assert_eq!(mysql.post_header_lens.len(), 42);
        let maria = format(&description("10.11.18-MariaDB-log", 19, 171, Some(0)));
        assert_eq!(maria.flavour, Flavour::MariaDb);
        assert!(!maria.checksum);
        assert_eq!(maria.post_header_len(171), Some(171));
        assert_eq!(maria.post_header_len(172), None);
        assert_eq!(maria.post_header_len(0), None);
    }

    #[test]
    fn a_server_that_calls_itself_otherwise_is_known_by_its_kinds() {
        let format = format(&description("5.7.99-custom", 19, 171, Some(1)));
        assert_eq!(format.flavour, Flavour::MariaDb);
    }

    #[test]
    fn a_description_before_checksums_has_none() {
        let format = format(&description("5.5.62-log", 19, 27, None));
        assert!(!format.checksum);
        assert_eq!(format.post_header_lens.len(), 27);
    }

    #[test]
    fn one_flipped_bit_of_a_description_is_found() {
        let event = description("9.7.4", 19, 42, Some(1));
        let mut damaged = event.to_vec();
        damaged[30] ^= 1;
        assert_eq!(
            Format::start(&damaged.into()),
            Err(Malformed("the checksum does not fit the bytes"))
        );
    }

    #[test]
    fn longer_headers_are_left_out_but_not_of_rotate() {
        let format = format(&description("5.5.27-MariaDB", 27, 160, Some(0)));
        let event = Bytes::from(vec![7; 40]);
        let of = |kind| {
            let header = Header {
                kind,
                ..Header::default()
            };
            format.body(&header, &event).unwrap().len()
        };
        assert_eq!(of(kind::QUERY), 13);
        assert_eq!(of(ROTATE), 21);
        assert_eq!(
            format.body(&Header::default(), &Bytes::from(vec![7; 26])),
            Err(super::super::bytes::SHORT)
        );
    }

    #[test]
    fn early_numbers_are_those_of_today() {
        let format = format(&description("5.1.5-a_drop5p16-log", 19, 22, None));
        assert_eq!(format.kind(16), kind::TABLE_MAP);
        assert_eq!(format.kind(20), kind::XID);
        assert_eq!(format.kind(2), kind::QUERY);
        assert_eq!(format.kind(99), 99);
        assert_eq!(format.post_header_len(kind::TABLE_MAP), Some(16));
        assert_eq!(format.post_header_len(kind::XID), Some(20));
        assert!(!has_early_numbers("5.1.73-log"));
    }

    #[test]
    fn files_before_5_0_are_named() {
        let mut event = vec![0; 75];
        event[4] = START_V3;
        assert_eq!(Format::start(&event.into()), Ok(Start::TooOld(3)));
        let mut event = vec![0; 69];
        event[4] = START_V3;
        assert_eq!(Format::start(&event.into()), Ok(Start::TooOld(1)));
    }

    #[test]
    fn a_glued_checksum_is_taken_off_a_rotate() {
        let header = Header {
            kind: ROTATE,
            flags: FLAG_ARTIFICIAL,
            ..Header::default()
        };
        let plain = Bytes::from_static(b"\x04\0\0\0\0\0\0\0mdbin.000001");
        let mut whole = header.to_bytes().to_vec();
        whole.extend(&plain);
        let crc = crc32fast::hash(&whole);
        let mut glued = plain.to_vec();
        glued.extend(crc.to_le_bytes());
        assert_eq!(rotate_without_checksum(&header, &glued.into()), plain);
        assert_eq!(rotate_without_checksum(&header, &plain), plain);
    }

    proptest! {
        #[test]
        fn any_bytes_are_a_description_or_malformed(bytes: Vec<u8>, sane: bool) {
            let mut bytes = bytes;
            if sane && bytes.len() > 21 {
                bytes[4] = FORMAT_DESCRIPTION;
                bytes[19..21].copy_from_slice(&[4, 0]);
            }
            let event = Bytes::from(bytes);
            Format::start(&event).ok();
            Format::parse(&event).ok();
            verify(&event).ok();
        }
    }
}
