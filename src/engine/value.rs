//! One cell: the servers' types as we hold and print them.
//!
//! The text that [`write_text`] gives is the one text of a value in the whole program: grid, command line and
//! exports use it. What a file format adds around it (quotes, base64) is in `engine/export`.

use std::fmt::Write as _;

/// What a column holds, which decides how it is stored, aligned, printed and exported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// TINYINT to BIGINT, signed.
    Int,
    /// TINYINT to BIGINT, unsigned. `zerofill` is the width that a ZEROFILL column pads to, else 0.
    UInt {
        /// Digits to pad to with zeros; 0 means no padding.
        zerofill: u8,
    },
    /// FLOAT, single precision.
    Float,
    /// DOUBLE.
    Double,
    /// DECIMAL, as the server's text.
    Decimal,
    /// DATE, as text; may be `0000-00-00`.
    Date,
    /// DATETIME or TIMESTAMP, as text, with the column's number of fraction digits.
    DateTime,
    /// TIME, as text, from `-838:59:59` to `838:59:59`.
    Time,
    /// YEAR, printed with four digits; may be 0.
    Year,
    /// CHAR, VARCHAR, TEXT and every other type that the server sends as characters.
    Text,
    /// ENUM, as its label.
    Enum,
    /// SET, as its labels with commas between.
    Set,
    /// JSON, as the server's text.
    Json,
    /// BIT, as an unsigned number.
    Bit,
    /// BINARY, VARBINARY, BLOB.
    Binary,
    /// Geometry in the server's internal format: SRID (4 bytes), then WKB.
    Geometry,
    /// VECTOR: 4-byte little-endian floats.
    Vector,
    /// A column that can hold only NULL (`SELECT NULL`).
    Null,
}

impl Kind {
    /// Numbers are aligned right.
    pub fn is_number(self) -> bool {
        matches!(
            self,
            Self::Int
                | Self::UInt { .. }
                | Self::Float
                | Self::Double
                | Self::Decimal
                | Self::Year
                | Self::Bit
        )
    }

    /// Bytes that are not text: printed as `0x…` hex.
    pub fn is_binary(self) -> bool {
        matches!(self, Self::Binary | Self::Geometry | Self::Vector)
    }
}

/// A column of an answer, as the server described it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// The name in the answer (an alias, if one was given).
    pub name: String,
    /// Database of the table it comes from; empty for expressions.
    pub database: String,
    /// Table it comes from, by its real name; empty for expressions.
    pub table: String,
    /// Name in that table; empty for expressions.
    pub column: String,
    /// How it is held and printed.
    pub kind: Kind,
    /// The server's type in words, such as `bigint unsigned`.
    pub type_name: String,
    /// Part of the table's primary key.
    pub primary_key: bool,
}

/// One value, borrowed from where the rows are held.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    /// SQL NULL.
    Null,
    /// A signed integer.
    Int(i64),
    /// An unsigned integer (also YEAR and BIT).
    UInt(u64),
    /// Single precision.
    Float(f32),
    /// Double precision.
    Double(f64),
    /// Characters as the server sent them: UTF-8, unless the server broke its word.
    Text(&'a [u8]),
    /// Bytes that are no text.
    Binary(&'a [u8]),
}

/// Append the text of a value: integers (padded where ZEROFILL), floats as the shortest text that reads back to
/// the same value, texts as they are (bytes that are not UTF-8 as U+FFFD), binary as `0x` and hex digits.
/// NULL appends nothing: each format has its own word for it.
pub fn write_text(out: &mut String, cell: Cell<'_>, kind: Kind) {
    match cell {
        Cell::Null => {}
        Cell::Int(value) => write!(out, "{value}").expect("a String takes any text"),
        Cell::UInt(value) => match kind {
            Kind::UInt { zerofill } if zerofill > 0 => {
                write!(out, "{value:0width$}", width = usize::from(zerofill))
                    .expect("a String takes any text");
            }
            Kind::Year => write!(out, "{value:04}").expect("a String takes any text"),
            _ => write!(out, "{value}").expect("a String takes any text"),
        },
        Cell::Float(value) => write_float(out, f64::from(value).abs(), &value),
        Cell::Double(value) => write_float(out, value.abs(), &value),
        Cell::Text(bytes) => out.push_str(&String::from_utf8_lossy(bytes)),
        Cell::Binary(bytes) => write_hex(out, bytes),
    }
}

/// The text of a value; see [`write_text`].
pub fn text(cell: Cell<'_>, kind: Kind) -> String {
    let mut out = String::new();
    write_text(&mut out, cell, kind);
    out
}

/// Plain digits where they are short, an exponent where they would be long (as both servers print).
fn write_float<T: std::fmt::Display + std::fmt::LowerExp>(
    out: &mut String,
    magnitude: f64,
    value: &T,
) {
    let plain = magnitude == 0.0 || (1e-5..1e15).contains(&magnitude);
    if plain {
        write!(out, "{value}").expect("a String takes any text");
    } else {
        write!(out, "{value:e}").expect("a String takes any text");
    }
}

fn write_hex(out: &mut String, bytes: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    out.reserve(2 + bytes.len() * 2);
    out.push_str("0x");
    for byte in bytes {
        out.push(char::from(DIGITS[usize::from(byte >> 4)]));
        out.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_read_back_to_the_same_value() {
        for value in [
            0.1_f64,
            -0.0,
            1e15,
            1e-5,
            123_456.789,
            f64::MAX,
            f64::MIN_POSITIVE,
            1.0 / 3.0,
        ] {
            let printed = text(Cell::Double(value), Kind::Double);
            assert_eq!(
                printed.parse::<f64>().unwrap().to_bits(),
                value.to_bits(),
                "{printed}"
            );
        }
        assert_eq!(text(Cell::Float(0.1), Kind::Float), "0.1");
        assert_eq!(text(Cell::Double(1e300), Kind::Double), "1e300");
    }

    #[test]
    fn integers_keep_all_digits_and_zerofill_its_zeros() {
        assert_eq!(
            text(Cell::UInt(u64::MAX), Kind::UInt { zerofill: 0 }),
            "18446744073709551615"
        );
        assert_eq!(text(Cell::UInt(7), Kind::UInt { zerofill: 5 }), "00007");
        assert_eq!(text(Cell::Int(i64::MIN), Kind::Int), "-9223372036854775808");
        assert_eq!(text(Cell::UInt(0), Kind::Year), "0000");
    }

    #[test]
    fn binary_is_hex_and_broken_text_is_marked() {
        assert_eq!(text(Cell::Binary(&[0, 0xff]), Kind::Binary), "0x00FF");
        assert_eq!(text(Cell::Binary(&[]), Kind::Binary), "0x");
        assert_eq!(text(Cell::Text(b"a\xffb"), Kind::Text), "a\u{fffd}b");
    }
}
