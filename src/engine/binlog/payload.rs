//! What is compressed becomes plain again: MySQL's whole transactions, MariaDB's single events.
//!
//! No declared size is trusted with memory. A payload is unpacked as a stream, one event at a time, so that its size
//! does not matter; a single event may grow to [`MAX_EVENT_LEN`] at most, and only as its bytes really come.

use std::io::{self, BufReader, Read};

use bytes::{Buf as _, Bytes};
use flate2::read::ZlibDecoder;

use super::{
    bytes::{Malformed, Reader},
    event::Payload,
    frame::{Format, HEADER_LEN, Header, MAX_EVENT_LEN, RawEvent},
    kind,
};

/// The events of one TRANSACTION_PAYLOAD, in their order.
pub struct Nested {
    input: BufReader<Box<dyn Read + Send>>,
    format: Format,
    /// The event that holds them.
    outer: RawEvent,
    /// Bytes that were unpacked.
    unpacked: u64,
    declared: u64,
    ended: bool,
}

/// How far back unpacking may look, as a power of two: 128 MiB, which zstd's highest levels use for what is as large.
/// At the server's default level it is 2 MiB.
const MAX_WINDOW_LOG: u32 = 27;

impl Nested {
    /// Begin to unpack. `outer` is the event that holds `payload`.
    pub fn new(outer: &RawEvent, payload: &Payload, format: &Format) -> Result<Self, Malformed> {
        let data = payload.data.clone().reader();
        let input: Box<dyn Read + Send> = match payload.compression {
            0 => {
                let unreadable = |_| Malformed("the compressed transaction cannot be unpacked");
                let mut decoder = zstd::Decoder::with_buffer(data)
                    .map_err(unreadable)?
                    .single_frame();
                decoder.window_log_max(MAX_WINDOW_LOG).map_err(unreadable)?;
                Box::new(decoder)
            }
            255 => Box::new(data),
            _ => return Err(Malformed("a compression that is not known")),
        };
        Ok(Self {
            input: BufReader::with_capacity(64 << 10, input),
            format: format.without_checksum(),
            outer: outer.clone(),
            unpacked: 0,
            declared: payload.uncompressed_len,
            ended: false,
        })
    }

    /// The next event; none at the end. After an error there is no more.
    pub fn next_event(&mut self) -> Result<Option<RawEvent>, Malformed> {
        if self.ended {
            return Ok(None);
        }
        let event = self.read();
        self.ended = !matches!(event, Ok(Some(_)));
        event
    }

    fn read(&mut self) -> Result<Option<RawEvent>, Malformed> {
        let mut head = Vec::with_capacity(HEADER_LEN);
        self.fill(&mut head, HEADER_LEN)?;
        if head.is_empty() {
            // A transaction that has lost its end must not pass for a whole one.
            let whole = self.unpacked == self.declared || self.declared == 0;
            return if whole {
                Ok(None)
            } else {
                Err(Malformed(
                    "the compressed transaction is not as long as it says",
                ))
            };
        }
        let mut header = Header::of(&head)?;
        let size = header.size as usize;
        if size < HEADER_LEN || header.size > MAX_EVENT_LEN {
            return Err(Malformed(
                "an event of an impossible size in a compressed transaction",
            ));
        }
        let mut event = Vec::with_capacity(size.min(64 << 10));
        event.append(&mut head);
        self.fill(&mut event, size)?;
        if event.len() < size {
            return Err(Malformed("the compressed transaction ends inside an event"));
        }
        let event = Bytes::from(event);
        let range = self.format.body_range(&header, &event)?;
        header.kind = self.format.kind(header.kind);
        if header.kind == kind::TRANSACTION_PAYLOAD {
            return Err(Malformed("a compressed transaction inside another"));
        }
        Ok(Some(RawEvent {
            file: self.outer.file.clone(),
            offset: self.outer.offset,
            end: self.outer.end,
            header,
            body: event.slice(range),
            nested: true,
        }))
    }

    /// Read until there are `wanted` bytes, or the end.
    fn fill(&mut self, bytes: &mut Vec<u8>, wanted: usize) -> Result<(), Malformed> {
        let missing = wanted.saturating_sub(bytes.len());
        let read = self
            .input
            .by_ref()
            .take(missing as u64)
            .read_to_end(bytes)
            .map_err(|_| Malformed("the compressed transaction cannot be unpacked"))?;
        self.unpacked += read as u64;
        Ok(())
    }
}

/// Make a compressed event of MariaDB the plain one; others stay as they are.
pub fn expand(raw: &mut RawEvent, format: &Format) -> Result<(), Malformed> {
    let (plain, head) = match raw.header.kind {
        kind::QUERY_COMPRESSED => (kind::QUERY, query_head(&raw.body, format)?),
        kind::WRITE_ROWS_COMPRESSED_V1 => (kind::WRITE_ROWS_V1, rows_head(&raw.body, 1, false)?),
        kind::UPDATE_ROWS_COMPRESSED_V1 => (kind::UPDATE_ROWS_V1, rows_head(&raw.body, 2, false)?),
        kind::DELETE_ROWS_COMPRESSED_V1 => (kind::DELETE_ROWS_V1, rows_head(&raw.body, 1, false)?),
        kind::WRITE_ROWS_COMPRESSED => (kind::WRITE_ROWS, rows_head(&raw.body, 1, true)?),
        kind::UPDATE_ROWS_COMPRESSED => (kind::UPDATE_ROWS, rows_head(&raw.body, 2, true)?),
        kind::DELETE_ROWS_COMPRESSED => (kind::DELETE_ROWS, rows_head(&raw.body, 1, true)?),
        _ => return Ok(()),
    };
    let mut body = raw.body.get(..head).unwrap_or_default().to_vec();
    inflate(raw.body.get(head..).unwrap_or_default(), &mut body)?;
    raw.body = body.into();
    raw.header.kind = plain;
    Ok(())
}

/// Where the compressed text of a statement begins.
fn query_head(body: &[u8], format: &Format) -> Result<usize, Malformed> {
    let fixed = format
        .post_header_len(kind::QUERY_COMPRESSED)
        .filter(|len| *len > 0)
        .unwrap_or(13);
    let mut reader = Reader::new(body);
    let mut head = Reader::new(reader.take(fixed)?);
    head.skip(8)?;
    let database = head.u8()?;
    head.skip(2)?;
    let vars = head.u16()?;
    reader.skip(usize::from(vars) + usize::from(database) + 1)?;
    Ok(body.len() - reader.remaining())
}

/// Where the compressed rows begin: after table, flags, extra data, and `bitmaps` of the columns.
fn rows_head(body: &[u8], bitmaps: usize, extra: bool) -> Result<usize, Malformed> {
    let mut reader = Reader::new(body);
    reader.skip(8)?;
    if extra {
        let len = reader.u16()?;
        reader.skip(usize::from(len).saturating_sub(2))?;
    }
    let columns = usize::try_from(reader.lenenc()?).map_err(|_| super::bytes::SHORT)?;
    for _ in 0..bitmaps {
        reader.bitmap(columns)?;
    }
    Ok(body.len() - reader.remaining())
}

/// Append what is packed: a byte of `1aaa0nnn` (algorithm, and how many bytes the length has), the length with the
/// highest byte first, and the packed bytes.
fn inflate(packed: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    const WRONG: Malformed = Malformed("the compressed event cannot be unpacked");
    let mut reader = Reader::new(packed);
    let head = reader.u8()?;
    if head & 0x80 == 0 || (head >> 4) & 0x7 != 0 {
        return Err(Malformed("a compression that is not known"));
    }
    let length = reader.uint_be(usize::from(head & 0x7))?;
    if length > u64::from(MAX_EVENT_LEN) {
        return Err(Malformed("an event of an impossible size"));
    }
    let before = out.len();
    // Grows as the bytes come: zlib makes at most a thousand of each.
    out.reserve(usize::try_from(length).map_or(0, |length| length.min(packed.len() * 8)));
    let read = ZlibDecoder::new(reader.rest())
        .take(length + 1)
        .read_to_end(out)
        .map_err(|_: io::Error| WRONG)?;
    if read as u64 == length && out.len() - before == read {
        Ok(())
    } else {
        Err(Malformed("the compressed event is not as long as it says"))
    }
}
