//! MySQL's binary JSON → the text that the server prints, to the byte.
//!
//! Nothing of a document is trusted: an offset may point anywhere inside its container, also back into itself, so
//! depth is bounded as the server bounds it, and the text by what a sound document of that size can give.

use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    bytes::{Malformed, Reader, SHORT},
    decimal,
};
use crate::engine::{digits, temporal};

/// The server stores no deeper document.
pub(super) const MAX_DEPTH: usize = 100;
/// A byte of a document becomes at most six of text (a control character), and small things have names.
const TEXT_PER_BYTE: usize = 8;

const SMALL_OBJECT: u8 = 0;
const LARGE_OBJECT: u8 = 1;
const LARGE_ARRAY: u8 = 3;
const LITERAL: u8 = 4;
const INT16: u8 = 5;
const UINT16: u8 = 6;
const INT32: u8 = 7;
const UINT32: u8 = 8;
const INT64: u8 = 9;
const UINT64: u8 = 10;
const DOUBLE: u8 = 11;
const STRING: u8 = 12;
const OPAQUE: u8 = 15;

/// What the server calls the types that JSON has no own word for.
const TIMESTAMP: u8 = 7;
const DATE: u8 = 10;
const TIME: u8 = 11;
const DATETIME: u8 = 12;
const DECIMAL: u8 = 246;

/// Append the text of a document.
pub(super) fn write_text(document: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
    let item = Item::root(document);
    Printer::new(out, document.len()).item(item, 1)
}

/// A value in a document: what it is, and bytes that begin with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item<'a> {
    kind: u8,
    bytes: &'a [u8],
}

impl<'a> Item<'a> {
    /// A whole document. One without bytes is the literal null, as the server reads it.
    pub(super) fn root(document: &'a [u8]) -> Self {
        match document.split_first() {
            Some((kind, bytes)) => Self { kind: *kind, bytes },
            None => Self {
                kind: LITERAL,
                bytes: &[0],
            },
        }
    }

    /// What it is, if it is neither object nor array.
    pub(super) fn scalar(self) -> Result<Scalar<'a>, Malformed> {
        let mut reader = Reader::new(self.bytes);
        Ok(match self.kind {
            UINT16 | UINT32 | UINT64 => Scalar::Unsigned,
            DOUBLE => Scalar::Double(f64::from_le_bytes(reader.array()?)),
            STRING => Scalar::Text(variable(&mut reader)?),
            OPAQUE => match reader.u8()? {
                DECIMAL => Scalar::Decimal,
                DATE => Scalar::Moment("DATE"),
                TIME => Scalar::Moment("TIME(6)"),
                DATETIME | TIMESTAMP => Scalar::Moment("DATETIME(6)"),
                _ => Scalar::Bytes(variable(&mut reader)?),
            },
            _ => Scalar::Plain,
        })
    }

    /// Its members, if it is an object or array.
    pub(super) fn container(self) -> Result<Option<Container<'a>>, Malformed> {
        if self.kind > LARGE_ARRAY {
            return Ok(None);
        }
        let object = matches!(self.kind, SMALL_OBJECT | LARGE_OBJECT);
        let width = if matches!(self.kind, LARGE_OBJECT | LARGE_ARRAY) {
            4
        } else {
            2
        };
        let mut reader = Reader::new(self.bytes);
        let count = reader.uint(width)?;
        let bytes = Reader::new(self.bytes).take_u64(reader.uint(width)?)?;
        let entry = if object { 2 * width + 3 } else { width + 1 };
        // Both numbers are of four bytes at most.
        if 2 * width as u64 + count * entry as u64 > bytes.len() as u64 {
            return Err(Malformed("JSON that counts more members than it has"));
        }
        Ok(Some(Container {
            bytes,
            object,
            width,
            count: count as usize,
        }))
    }
}

/// What a value is to SQL.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Scalar<'a> {
    /// Its text is the same in SQL.
    Plain,
    /// A number without sign, of which the text would be read as one with a sign.
    Unsigned,
    Double(f64),
    Text(&'a [u8]),
    Decimal,
    /// A date or time; the type in SQL.
    Moment(&'static str),
    /// Any other of the server's own types.
    Bytes(&'a [u8]),
}

/// An object or array.
#[derive(Clone, Copy, Debug)]
pub(super) struct Container<'a> {
    /// From its count of members to its end.
    bytes: &'a [u8],
    pub(super) object: bool,
    /// Bytes of a count or an offset.
    width: usize,
    pub(super) count: usize,
}

impl<'a> Container<'a> {
    fn at(&self, offset: usize) -> Result<Reader<'a>, Malformed> {
        self.bytes.get(offset..).map(Reader::new).ok_or(SHORT)
    }

    /// The name of a member of an object.
    pub(super) fn key(&self, index: usize) -> Result<&'a [u8], Malformed> {
        let mut entry = self.at(2 * self.width + index * (self.width + 2))?;
        let offset = entry.uint(self.width)? as usize;
        let length = entry.u16()?;
        self.at(offset)?.take(length.into())
    }

    /// A member.
    pub(super) fn item(&self, index: usize) -> Result<Item<'a>, Malformed> {
        let keys = if self.object {
            self.count * (self.width + 2)
        } else {
            0
        };
        let mut entry = self.at(2 * self.width + keys + index * (self.width + 1))?;
        let kind = entry.u8()?;
        let inline = match kind {
            LITERAL | INT16 | UINT16 => true,
            INT32 | UINT32 => self.width == 4,
            _ => false,
        };
        let bytes = if inline {
            entry.take(self.width)?
        } else {
            let offset = entry.uint(self.width)? as usize;
            self.at(offset)?.rest()
        };
        Ok(Item { kind, bytes })
    }
}

/// Writes text, up to an end.
pub(super) struct Printer<'o> {
    out: &'o mut Vec<u8>,
    end: usize,
}

impl<'o> Printer<'o> {
    /// `bytes` is how many bytes the document has.
    pub(super) fn new(out: &'o mut Vec<u8>, bytes: usize) -> Self {
        let room = bytes.saturating_mul(TEXT_PER_BYTE).saturating_add(64);
        Self {
            end: out.len().saturating_add(room),
            out,
        }
    }

    /// `depth` is 1 for the document itself.
    pub(super) fn item(&mut self, item: Item<'_>, depth: usize) -> Result<(), Malformed> {
        if let Some(container) = item.container()? {
            let (open, close) = if container.object { "{}" } else { "[]" }.split_at(1);
            self.open(open, depth)?;
            for index in 0..container.count {
                self.separator(index);
                if container.object {
                    self.key(container.key(index)?)?;
                }
                self.item(container.item(index)?, depth + 1)?;
            }
            self.close(close);
        } else {
            scalar(self.out, item)?;
        }
        self.check()
    }

    pub(super) fn open(&mut self, bracket: &str, depth: usize) -> Result<(), Malformed> {
        if depth > MAX_DEPTH {
            return Err(Malformed("JSON that is deeper than 100 levels"));
        }
        self.out.extend_from_slice(bracket.as_bytes());
        Ok(())
    }

    pub(super) fn close(&mut self, bracket: &str) {
        self.out.extend_from_slice(bracket.as_bytes());
    }

    pub(super) fn separator(&mut self, index: usize) {
        if index > 0 {
            self.out.extend_from_slice(b", ");
        }
    }

    pub(super) fn key(&mut self, key: &[u8]) -> Result<(), Malformed> {
        string(self.out, key);
        self.out.extend_from_slice(b": ");
        // Objects that are inside themselves have the same name on every level.
        self.check()
    }

    fn check(&self) -> Result<(), Malformed> {
        if self.out.len() > self.end {
            return Err(Malformed("JSON whose parts overlap"));
        }
        Ok(())
    }
}

/// Append the text of a value that is neither object nor array.
pub(super) fn scalar(out: &mut Vec<u8>, item: Item<'_>) -> Result<(), Malformed> {
    let mut reader = Reader::new(item.bytes);
    match item.kind {
        LITERAL => out.extend_from_slice(match reader.u8()? {
            0 => b"null",
            1 => b"true",
            2 => b"false",
            _ => return Err(Malformed("a JSON literal that is none")),
        }),
        INT16 => digits::int(out, reader.i16()?.into()),
        UINT16 => digits::uint(out, reader.u16()?.into(), 0),
        INT32 => digits::int(out, reader.i32()?.into()),
        UINT32 => digits::uint(out, reader.u32()?.into(), 0),
        INT64 => digits::int(out, reader.i64()?),
        UINT64 => digits::uint(out, reader.u64()?, 0),
        DOUBLE => double(out, f64::from_le_bytes(reader.array()?))?,
        STRING => string(out, variable(&mut reader)?),
        OPAQUE => {
            let kind = reader.u8()?;
            opaque(out, kind, variable(&mut reader)?)?;
        }
        _ => return Err(Malformed("a type of JSON that is not known")),
    }
    Ok(())
}

/// Bytes after their length, which has seven bits a byte, the lowest first.
fn variable<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], Malformed> {
    let mut length = 0_u64;
    for shift in [0, 7, 14, 21, 28] {
        let byte = reader.u8()?;
        length |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return reader.take_u64(length);
        }
    }
    Err(Malformed("a length in JSON that does not end"))
}

/// A string with its quotes, as the server escapes it.
fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    let special = |byte: &u8| *byte < 0x20 || matches!(byte, b'"' | b'\\');
    for part in text.split_inclusive(special) {
        let Some((last, before)) = part.split_last().filter(|(last, _)| special(last)) else {
            out.extend_from_slice(part);
            continue;
        };
        out.extend_from_slice(before);
        match last {
            0x08 => out.extend_from_slice(b"\\b"),
            b'\t' => out.extend_from_slice(b"\\t"),
            b'\n' => out.extend_from_slice(b"\\n"),
            0x0c => out.extend_from_slice(b"\\f"),
            b'\r' => out.extend_from_slice(b"\\r"),
            b'"' | b'\\' => out.extend_from_slice(&[b'\\', *last]),
            _ => {
                const HEX: &[u8; 16] = b"0123456789abcdef";
                out.extend_from_slice(b"\\u00");
                out.push(HEX[usize::from(last >> 4)]);
                out.push(HEX[usize::from(last & 15)]);
            }
        }
    }
    out.push(b'"');
}

/// The shortest digits that read back to the number. They stand plain where the point is not far from them, or where
/// some stand behind it; else with an exponent. A number that would look whole gets `.0`.
fn double(out: &mut Vec<u8>, number: f64) -> Result<(), Malformed> {
    if !number.is_finite() {
        return Err(Malformed("a JSON number that is none"));
    }
    let text = format!("{number:e}");
    let (digits, exponent) = text.split_once('e').expect("an exponent was asked for");
    let exponent: i32 = exponent.parse().expect("an exponent is a number");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", digits),
    };
    let mut digits = digits.replace('.', "");
    if let Some(even) = even_digits(number, exponent, digits.len()) {
        digits = even;
    }
    // Digits before the point.
    let point = exponent + 1;
    let length = i32::try_from(digits.len()).expect("17 at most");
    out.extend_from_slice(sign.as_bytes());
    if point <= -15 || point > 15 && length <= point {
        let (first, rest) = digits.split_at(1);
        out.extend_from_slice(first.as_bytes());
        if !rest.is_empty() {
            out.push(b'.');
            out.extend_from_slice(rest.as_bytes());
        }
        out.push(b'e');
        digits::int(out, exponent.into());
    } else if point <= 0 {
        out.extend_from_slice(b"0.");
        out.extend((point..0).map(|_| b'0'));
        out.extend_from_slice(digits.as_bytes());
    } else if length <= point {
        out.extend_from_slice(digits.as_bytes());
        out.extend((length..point).map(|_| b'0'));
        out.extend_from_slice(b".0");
    } else {
        let (whole, fraction) = digits.split_at(point as usize);
        out.extend_from_slice(whole.as_bytes());
        out.push(b'.');
        out.extend_from_slice(fraction.as_bytes());
    }
    Ok(())
}

/// The shortest digits of a number that lies exactly between two of that length: the server takes those that end in
/// an even digit, while the standard library takes the larger.
fn even_digits(number: f64, exponent: i32, length: usize) -> Option<String> {
    let digits_of = |digits: usize| {
        let text = format!("{:.*e}", digits - 1, number.abs());
        let (digits, _) = text.split_once('e').unwrap_or((&text, ""));
        digits.replace('.', "")
    };
    let with_next = digits_of(length + 1);
    let below = with_next.strip_suffix('5')?;
    // No number has more digits.
    let exact = digits_of(770);
    if exact.trim_end_matches('0') != with_next || !below.ends_with(['0', '2', '4', '6', '8']) {
        return None;
    }
    // Below a power of two the numbers lie closer together, so that those digits may be another number's.
    let (first, rest) = below.split_at(1);
    let read: f64 = format!("{first}.{rest}e{exponent}").parse().ok()?;
    (read.to_bits() == number.abs().to_bits()).then(|| below.to_owned())
}

/// A value of one of the server's own types.
fn opaque(out: &mut Vec<u8>, kind: u8, data: &[u8]) -> Result<(), Malformed> {
    match kind {
        DECIMAL => {
            let mut reader = Reader::new(data);
            let (precision, scale) = (reader.u8()?, reader.u8()?);
            decimal::write(reader.rest(), precision, scale, false, out)
        }
        DATE | TIME | DATETIME | TIMESTAMP => {
            let packed = i64::from_le_bytes(Reader::new(data).array()?);
            let mut text = temporal::Text::new();
            packed_text(&mut text, kind, packed)
                .ok_or(Malformed("a date or time in JSON that is none"))?;
            out.push(b'"');
            out.extend_from_slice(text.written());
            out.push(b'"');
            Ok(())
        }
        _ => {
            out.extend_from_slice(b"\"base64:type");
            digits::uint(out, kind.into(), 0);
            out.push(b':');
            // The server breaks lines of 76 characters; a string shows that escaped.
            for (index, line) in data.chunks(57).enumerate() {
                if index > 0 {
                    out.extend_from_slice(b"\\n");
                }
                out.extend_from_slice(STANDARD.encode(line).as_bytes());
            }
            out.push(b'"');
            Ok(())
        }
    }
}

/// From the low bits: 24 of microseconds, 6 of seconds, 6 of minutes, then hours; of a date and time, 5 of hours,
/// 5 of days, and months in years of 13.
fn packed_text(text: &mut temporal::Text, kind: u8, packed: i64) -> Option<()> {
    let magnitude = packed.unsigned_abs();
    let bits = |at: u32, count: u32| (magnitude >> at & ((1 << count) - 1)) as u32;
    let (minutes, seconds) = (bits(30, 6) as u8, bits(24, 6) as u8);
    if kind == TIME {
        if packed < 0 {
            text.push(b'-');
        }
        text.clock(bits(36, 10), minutes, seconds)?;
    } else {
        let months = bits(46, 18);
        let year = u16::try_from(months / 13).ok()?;
        text.date(year, (months % 13) as u8, bits(41, 5) as u8)?;
        if kind == DATE {
            return Some(());
        }
        text.push(b' ');
        text.clock(bits(36, 5), minutes, seconds)?;
    }
    text.decimals(bits(0, 24), 6);
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALL_ARRAY: u8 = 2;

    fn text(document: &[u8]) -> Result<String, Malformed> {
        let mut out = Vec::new();
        write_text(document, &mut out)?;
        Ok(String::from_utf8(out).unwrap())
    }

    /// A small container that holds `count` members, of which all are itself.
    fn loop_of(count: u16) -> Vec<u8> {
        let size = 4 + 3 * count;
        let mut document = vec![SMALL_ARRAY];
        document.extend(count.to_le_bytes());
        document.extend(size.to_le_bytes());
        for _ in 0..count {
            document.extend([SMALL_ARRAY, 0, 0]);
        }
        document
    }

    #[test]
    fn doubles_are_printed_as_the_server_prints_them() {
        let printed = |number: f64| {
            let mut out = Vec::new();
            double(&mut out, number).unwrap();
            String::from_utf8(out).unwrap()
        };
        for (number, expected) in [
            (1.0, "1.0"),
            (-0.0, "-0.0"),
            (1e14, "100000000000000.0"),
            (1e15, "1e15"),
            (1.5e15, "1.5e15"),
            (1_234_567_890_123_456.8, "1234567890123456.8"),
            (1e-15, "0.000000000000001"),
            (1e-16, "1e-16"),
            (
                1.234_567_890_123_456_7e-15,
                "0.0000000000000012345678901234568",
            ),
            (5e-324, "5e-324"),
            // Between two: the even one, unless it is another number's.
            (0.849_678_039_550_781_3, "0.8496780395507812"),
            (2_f64.powi(-24), "0.00000005960464477539063"),
        ] {
            assert_eq!(printed(number), expected);
        }
        assert!(double(&mut Vec::new(), f64::NAN).is_err());
    }

    #[test]
    fn a_document_without_bytes_is_null() {
        assert_eq!(text(&[]).unwrap(), "null");
    }

    #[test]
    fn a_container_that_holds_itself_ends() {
        assert_eq!(
            text(&loop_of(1)),
            Err(Malformed("JSON that is deeper than 100 levels"))
        );
        assert!(text(&loop_of(1000)).is_err());
    }

    #[test]
    fn parts_that_are_used_twice_too_often_are_refused() {
        // Ten containers, each of ten times the next: 10¹⁰ members, if they were written out.
        let mut document = vec![SMALL_ARRAY];
        let each = 4 + 3 * 10_u16;
        let bytes = 10 * each + 4;
        for level in 0..10 {
            document.extend(10_u16.to_le_bytes());
            document.extend((bytes - level * each).to_le_bytes());
            for _ in 0..10 {
                document.push(SMALL_ARRAY);
                document.extend(each.to_le_bytes());
            }
        }
        document.extend([0, 0, 4, 0]);
        assert_eq!(text(&document), Err(Malformed("JSON whose parts overlap")));
    }

    #[test]
    fn a_count_beyond_the_bytes_is_refused() {
        let document = [LARGE_ARRAY, 0xff, 0xff, 0xff, 0xff, 8, 0, 0, 0];
        assert_eq!(
            text(&document),
            Err(Malformed("JSON that counts more members than it has"))
        );
    }
}
