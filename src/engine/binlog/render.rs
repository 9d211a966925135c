//! Values of row images → what the rest of the program prints: the same text, JSON member and SQL literal as for a
//! value that came from a SELECT.

use std::{
    io::Read as _,
    net::{Ipv4Addr, Ipv6Addr},
};

use flate2::read::{DeflateDecoder, ZlibDecoder};

use super::{
    bytes::{Malformed, Reader},
    charset::Charset,
    column::{Column, Layout, Real},
    decimal, jsonb, jsondiff, jsonsql,
    value::{Date, DateTime, Time, Value},
    zone::Zone,
};
use crate::engine::{
    member,
    sql::{lexer::SqlMode, literal},
    temporal,
    value::{self, Cell, Kind},
};

/// The longest value of a compressed column that is shown, in bytes; the servers' packets are no larger.
const MOST_INFLATED: u64 = 1 << 30;

/// Turns values into text, with room that is used again and again.
#[derive(Debug, Default)]
pub struct Render {
    zone: Zone,
    bytes: Vec<u8>,
    /// What a compressed value holds.
    inflated: Vec<u8>,
    scratch: String,
}

impl Render {
    /// TIMESTAMP is shown in this zone.
    pub fn new(zone: Zone) -> Self {
        Self {
            zone,
            ..Self::default()
        }
    }

    /// A value as a cell, and the kind by which to print it: the column's, but that what cannot be shown so is a
    /// number (labels that nobody knows) or bytes (text in a character set that nobody knows).
    ///
    /// [`Value::Absent`] is as NULL here: whether a column was logged is asked before.
    pub fn cell<'v>(
        &'v mut self,
        column: &'v Column,
        value: Value<'v>,
    ) -> Result<(Cell<'v>, Kind), Malformed> {
        self.bytes.clear();
        let kind = column.kind;
        let cell = match value {
            Value::Absent | Value::Null => Cell::Null,
            Value::Int(number) => Cell::Int(number),
            Value::UInt(number) | Value::Bit(number) => Cell::UInt(number),
            Value::Year(year) => Cell::UInt(year.into()),
            Value::Float(number) => Cell::Float(number),
            Value::Double(number) => Cell::Double(number),
            Value::Decimal(bytes) => {
                let Layout::Decimal { precision, scale } = column.layout else {
                    return Err(MISFIT);
                };
                let zerofill = column.zerofill > 0;
                decimal::write(bytes, precision, scale, zerofill, &mut self.bytes)?;
                Cell::Text(&self.bytes)
            }
            Value::Date(_) | Value::DateTime(_) | Value::Timestamp { .. } | Value::Time(_) => {
                let text = self.moment(column.layout, value);
                let text = text.ok_or(Malformed("a date or time that is none"))?;
                self.bytes.extend_from_slice(text.written());
                Cell::Text(&self.bytes)
            }
            Value::Bytes(bytes) => return bytes_cell(&mut self.bytes, column, bytes),
            Value::Compressed(bytes) => {
                let bytes = inflate(bytes, &mut self.inflated)?;
                return bytes_cell(&mut self.bytes, column, bytes);
            }
            Value::Enum(number) => match label(column, number) {
                Some(label) => Cell::Text(label.as_bytes()),
                None => Cell::UInt(number.into()),
            },
            Value::Set(bits) => {
                if set_labels(&mut self.bytes, column, bits) {
                    Cell::Text(&self.bytes)
                } else {
                    Cell::UInt(bits)
                }
            }
            Value::Json(document) => {
                jsonb::write_text(document, &mut self.bytes)?;
                Cell::Text(&self.bytes)
            }
            Value::JsonDiff { diff, before } => {
                match before {
                    Some(document) => jsondiff::write_changed(document, diff, &mut self.bytes)?,
                    None => jsondiff::write_changes(diff, &mut self.bytes)?,
                }
                Cell::Text(&self.bytes)
            }
        };
        Ok((cell, kind))
    }

    /// The bytes of CHAR, VARCHAR and TEXT as they are stored; `None` of everything else.
    pub fn stored<'v>(
        &'v mut self,
        column: &Column,
        value: Value<'v>,
    ) -> Result<Option<&'v [u8]>, Malformed> {
        if column.kind != Kind::Text || column.real != Real::Plain {
            return Ok(None);
        }
        Ok(match value {
            Value::Bytes(bytes) => Some(bytes),
            Value::Compressed(bytes) => Some(inflate(bytes, &mut self.inflated)?),
            _ => None,
        })
    }

    /// Append the value's text as it stands in a grid or a CSV file; NULL appends nothing.
    pub fn text(
        &mut self,
        column: &Column,
        value: Value<'_>,
        out: &mut String,
    ) -> Result<(), Malformed> {
        let (cell, kind) = self.cell(column, value)?;
        value::write_text(out, cell, kind);
        Ok(())
    }

    /// Append the value as a member of a JSON object, as `query --format ndjson` prints it. A document of which only
    /// the changes are known is an array of them, which no value is.
    pub fn json(
        &mut self,
        column: &Column,
        value: Value<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        if let Value::JsonDiff { diff, before: None } = value {
            return jsondiff::write_changes(diff, out);
        }
        let mut scratch = std::mem::take(&mut self.scratch);
        let written = self
            .cell(column, value)
            .map(|(cell, kind)| member::write(out, cell, kind, &mut scratch));
        self.scratch = scratch;
        written
    }

    /// Append the value as a literal that gives the same value again; TIMESTAMP is of the renderer's zone.
    pub fn sql(
        &mut self,
        column: &Column,
        value: Value<'_>,
        mode: SqlMode,
        out: &mut String,
    ) -> Result<(), Malformed> {
        if let Value::Json(document) = value {
            self.bytes.clear();
            if jsonsql::write(document, mode, &mut self.bytes)? {
                out.push_str(&String::from_utf8_lossy(&self.bytes));
                return Ok(());
            }
        }
        let (cell, kind) = self.cell(column, value)?;
        literal::cell(out, cell, kind, mode);
        Ok(())
    }

    fn moment(&self, layout: Layout, value: Value<'_>) -> Option<temporal::Text> {
        let mut text = temporal::Text::new();
        let digits = match layout {
            Layout::Time(digits) | Layout::DateTime(digits) | Layout::Timestamp(digits) => digits,
            _ => 0,
        };
        let (clock, digits) = match value {
            Value::Date(Date { year, month, day }) => {
                text.date(year, month, day)?;
                return Some(text);
            }
            Value::Time(Time {
                negative,
                hours,
                minute,
                second,
                micros,
            }) => {
                if negative {
                    text.push(b'-');
                }
                text.clock(hours.into(), minute, second)?;
                text.decimals(micros, digits);
                return Some(text);
            }
            Value::DateTime(clock) => (clock, digits),
            Value::Timestamp {
                seconds: 0,
                micros: 0,
            } => (ZERO, digits),
            Value::Timestamp { seconds, micros } => (self.zone.clock(seconds, micros)?, digits),
            _ => return None,
        };
        text.date(clock.date.year, clock.date.month, clock.date.day)?;
        text.push(b' ');
        text.clock(clock.hour.into(), clock.minute, clock.second)?;
        text.decimals(clock.micros, digits);
        Some(text)
    }
}

const MISFIT: Malformed = Malformed("a value of another type than its column");

const ZERO: DateTime = DateTime {
    date: Date {
        year: 0,
        month: 0,
        day: 0,
    },
    hour: 0,
    minute: 0,
    second: 0,
    micros: 0,
};

/// A value that is bytes: as text, as bytes, or as what the column really is.
fn bytes_cell<'v>(
    room: &'v mut Vec<u8>,
    column: &Column,
    bytes: &'v [u8],
) -> Result<(Cell<'v>, Kind), Malformed> {
    if column.real != Real::Plain {
        address(room, column.real, bytes)?;
        return Ok((Cell::Text(room), Kind::Text));
    }
    if column.kind.is_binary() {
        let cell = match column.layout {
            // The server leaves the zeros at the end out.
            Layout::Char(length) if bytes.len() < usize::from(length) => {
                room.extend_from_slice(bytes);
                room.resize(length.into(), 0);
                Cell::Binary(room)
            }
            _ => Cell::Binary(bytes),
        };
        return Ok((cell, column.kind));
    }
    if column.charset == Charset::UNKNOWN {
        return Ok(match std::str::from_utf8(bytes) {
            Ok(_) => (Cell::Text(bytes), Kind::Text),
            Err(_) => (Cell::Binary(bytes), Kind::Binary),
        });
    }
    if column.charset.is_utf8() {
        return Ok((Cell::Text(bytes), column.kind));
    }
    column.charset.decode(bytes, room);
    Ok((Cell::Text(room), column.kind))
}

/// The text of MariaDB's UUID, INET4 or INET6.
fn address(room: &mut Vec<u8>, real: Real, bytes: &[u8]) -> Result<(), Malformed> {
    let mut whole = [0; 16];
    let length = if real == Real::Inet4 { 4 } else { 16 };
    let given = whole[..length].get_mut(..bytes.len()).ok_or(MISFIT)?;
    given.copy_from_slice(bytes);
    let text = match real {
        Real::Plain => return Err(MISFIT),
        Real::Inet4 => Ipv4Addr::from([whole[0], whole[1], whole[2], whole[3]]).to_string(),
        Real::Inet6 => inet6(whole.into()),
        Real::Uuid => uuid(whole),
    };
    room.extend_from_slice(text.as_bytes());
    Ok(())
}

/// As MariaDB prints it: the first of the longest runs of zeros is left out, also one of a single zero; and an address
/// that ends in one of version 4 shows that.
fn inet6(address: Ipv6Addr) -> String {
    let parts = address.segments();
    let zeros = |from: usize| parts[from..].iter().take_while(|part| **part == 0).count();
    let (start, length) = (0..8)
        .rev()
        .map(|from| (from, zeros(from)))
        .max_by_key(|(_, length)| *length)
        .unwrap_or_default();
    let hex = |parts: &[u16]| {
        let parts: Vec<String> = parts.iter().map(|part| format!("{part:x}")).collect();
        parts.join(":")
    };
    let [.., a, b, c, d] = address.octets();
    match (start, length) {
        (_, 0) => hex(&parts),
        (0, 6) => format!("::{a}.{b}.{c}.{d}"),
        (0, 5) if parts[5] == 0xffff => format!("::ffff:{a}.{b}.{c}.{d}"),
        _ => format!(
            "{}::{}",
            hex(&parts[..start]),
            hex(&parts[start + length..])
        ),
    }
}

/// MariaDB stores the parts of a UUID in the reverse order, so that those of one time and place lie together; but
/// not of versions that begin with their time anyway (6 and later), nor what is no UUID by its variant.
fn uuid(stored: [u8; 16]) -> String {
    let swapped = stored[6] & 0x80 != 0 && (1..0x60).contains(&stored[8]);
    let mut bytes = stored;
    if swapped {
        bytes[..4].copy_from_slice(&stored[12..]);
        bytes[4..6].copy_from_slice(&stored[10..12]);
        bytes[6..8].copy_from_slice(&stored[8..10]);
        bytes[8..10].copy_from_slice(&stored[6..8]);
        bytes[10..].copy_from_slice(&stored[..6]);
    }
    let mut text = String::with_capacity(36);
    for (index, byte) in bytes.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from(b"0123456789abcdef"[usize::from(digit)]));
        }
    }
    text
}

/// What a value of a compressed column holds. Its first byte says how: 0 for bytes as they are; else the low three
/// bits how many bytes of length follow, and 8 that the stream has no head of its own.
fn inflate<'v>(stored: &'v [u8], room: &'v mut Vec<u8>) -> Result<&'v [u8], Malformed> {
    const WRONG: Malformed = Malformed("a compressed value that is none");
    let mut reader = Reader::new(stored);
    if reader.is_empty() {
        return Ok(&[]);
    }
    let head = reader.u8()?;
    if head == 0 {
        return Ok(reader.rest());
    }
    let length = reader.uint_be((head & 7).into())?;
    if length > MOST_INFLATED {
        return Err(WRONG);
    }
    room.clear();
    let read = if head & 8 == 0 {
        ZlibDecoder::new(reader.rest())
            .take(length + 1)
            .read_to_end(room)
    } else {
        DeflateDecoder::new(reader.rest())
            .take(length + 1)
            .read_to_end(room)
    };
    match read {
        Ok(read) if read as u64 == length => Ok(room),
        _ => Err(WRONG),
    }
}

/// The label of a number; none for 0, which the server shows as empty text.
fn label(column: &Column, number: u16) -> Option<&str> {
    let labels = column.labels.as_ref()?;
    match number.checked_sub(1) {
        None => Some(""),
        Some(at) => labels.get(usize::from(at)).map(String::as_str),
    }
}

/// Append the labels of the bits; `false` if one has none.
fn set_labels(out: &mut Vec<u8>, column: &Column, bits: u64) -> bool {
    let Some(labels) = &column.labels else {
        return false;
    };
    let mut left = bits;
    for (index, label) in labels.iter().take(64).enumerate() {
        let bit = 1 << index;
        if left & bit != 0 {
            if left != bits {
                out.push(b',');
            }
            out.extend_from_slice(label.as_bytes());
            left &= !bit;
        }
    }
    left == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_printed_as_mariadb_prints_them() {
        for (address, expected) in [
            ("::", "::"),
            ("::1", "::1"),
            ("::102:304", "::1.2.3.4"),
            ("::ffff:102:304", "::ffff:1.2.3.4"),
            ("1:0:3:4:5:6:7:8", "1::3:4:5:6:7:8"),
            ("1:0:0:2:0:0:0:3", "1:0:0:2::3"),
            ("1:0:0:2:3:0:0:4", "1::2:3:0:0:4"),
            ("ff00::", "ff00::"),
            ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ] {
            assert_eq!(inet6(address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn a_compressed_value_is_no_larger_than_it_says() {
        use std::io::Write as _;
        let text = vec![b'x'; 1000];
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(&text).unwrap();
        let stream = encoder.finish().unwrap();
        let stored = |length: u16| [&[2][..], &length.to_be_bytes(), &stream].concat();
        let mut room = Vec::new();
        assert_eq!(inflate(&stored(1000), &mut room).unwrap(), text);
        assert_eq!(inflate(&[0, b'a'], &mut room).unwrap(), b"a");
        assert_eq!(inflate(&[], &mut room).unwrap(), b"");
        assert!(inflate(&stored(1001), &mut room).is_err());
        assert!(inflate(&stored(999), &mut room).is_err());
        assert!(room.len() <= 1000);
        assert!(inflate(&[5, 0xff, 0xff, 0xff, 0xff, 0xff], &mut room).is_err());
    }
}
