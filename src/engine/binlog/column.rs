//! One column of a logged table: how its bytes are laid out, and what they mean.

use super::{
    bytes::{Malformed, Reader},
    charset::Charset,
    decimal,
    value::{Date, DateTime, Time, Value},
};
use crate::engine::value::Kind;

/// How the bytes of a column stand in a row, as TABLE_MAP says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Layout {
    /// TINYINT to BIGINT, of so many bytes.
    Int(u8),
    /// FLOAT.
    Float,
    /// DOUBLE.
    Double,
    /// DECIMAL.
    Decimal {
        /// All digits.
        precision: u8,
        /// Digits after the point.
        scale: u8,
    },
    /// BIT of so many bits.
    Bit(u8),
    /// YEAR.
    Year,
    /// DATE.
    Date,
    /// TIME before MySQL 5.6, without fraction.
    OldTime,
    /// DATETIME before MySQL 5.6, without fraction.
    OldDateTime,
    /// TIMESTAMP before MySQL 5.6, without fraction.
    OldTimestamp,
    /// TIME with so many fraction digits.
    Time(u8),
    /// DATETIME with so many fraction digits.
    DateTime(u8),
    /// TIMESTAMP with so many fraction digits.
    Timestamp(u8),
    /// CHAR, BINARY, and MariaDB's UUID, INET4 and INET6, of at most so many bytes.
    Char(u16),
    /// VARCHAR and VARBINARY of at most so many bytes.
    VarChar {
        /// The most bytes of a value.
        bytes: u16,
        /// MariaDB: each value may be compressed.
        compressed: bool,
    },
    /// TEXT and BLOB of every size.
    Blob {
        /// Bytes of the length before the value: 1 for TINYBLOB to 4 for LONGBLOB.
        prefix: u8,
        /// MariaDB: each value may be compressed.
        compressed: bool,
    },
    /// ENUM, whose number has so many bytes.
    Enum(u8),
    /// SET of so many bytes.
    Set(u8),
    /// MySQL's JSON.
    Json(u8),
    /// Geometry, with so many bytes of length before it.
    Geometry(u8),
    /// MySQL's VECTOR, with so many bytes of length before it.
    Vector(u8),
    /// A column that holds nothing but NULL.
    Null,
}

/// What a column of CHAR(16) or CHAR(4) bytes is on MariaDB, which TABLE_MAP does not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Real {
    /// What its layout says.
    Plain,
    /// UUID.
    Uuid,
    /// INET4.
    Inet4,
    /// INET6.
    Inet6,
}

/// What nobody has said about a column, so that its values may be shown otherwise than a SELECT shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own, and any of them may be open"
)]
pub struct Doubts {
    /// An integer may be unsigned: it is shown with a sign.
    pub sign: bool,
    /// ENUM and SET are shown as numbers.
    pub labels: bool,
    /// The character set is not known: values that are UTF-8 are shown as text, others as bytes.
    pub charset: bool,
    /// It may be a UUID or an address (MariaDB).
    pub real: bool,
}

impl Doubts {
    /// There is any.
    pub fn any(self) -> bool {
        self.sign || self.labels || self.charset || self.real
    }
}

/// A column of a logged table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name; `@1` and so on where it is not known.
    pub name: String,
    /// How its bytes stand in a row.
    pub layout: Layout,
    /// How its values are held and printed.
    pub kind: Kind,
    /// An integer without sign. `None`: nobody has said.
    pub unsigned: Option<bool>,
    /// ZEROFILL, where the schema says so: digits to which an integer is padded, anything but 0 for DECIMAL.
    pub zerofill: u8,
    /// What its text is written in; of ENUM and SET nothing, as their labels are UTF-8 here.
    pub charset: Charset,
    /// Of ENUM and SET. `None`: nobody has said.
    pub labels: Option<Box<[String]>>,
    /// What it is on MariaDB.
    pub real: Real,
    /// May hold NULL.
    pub nullable: bool,
    /// Stands in the primary key: its place in it from 0, and how many characters of it count (0: all).
    pub key: Option<(u16, u16)>,
    /// Left out by `SELECT *`. `None`: nobody has said.
    pub invisible: Option<bool>,
    /// Computed by the server, so no statement may give it a value. `None`: nobody has said.
    pub generated: Option<bool>,
    /// Which kind of geometry, as the server numbers them (0 any, 1 point, …).
    pub geometry: Option<u64>,
    /// Numbers in a VECTOR.
    pub dimensions: Option<u64>,
    /// What may be otherwise than it is shown.
    pub doubts: Doubts,
}

impl Column {
    /// A column of which nothing is known but its layout and place.
    pub(super) fn new(index: usize, layout: Layout, nullable: bool) -> Self {
        let mut column = Self {
            name: format!("@{}", index + 1),
            layout,
            kind: Kind::Null,
            unsigned: None,
            zerofill: 0,
            charset: Charset::UNKNOWN,
            labels: None,
            real: Real::Plain,
            nullable,
            key: None,
            invisible: None,
            generated: None,
            geometry: None,
            dimensions: None,
            doubts: Doubts::default(),
        };
        column.settle(false);
        column
    }

    /// Draw from what is known by now how values are shown, and what is in doubt. `typed`: the schema has told the
    /// column's type.
    pub(super) fn settle(&mut self, typed: bool) {
        self.doubts = Doubts::default();
        self.kind = match self.layout {
            Layout::Int(_) => {
                self.doubts.sign = self.unsigned.is_none();
                if self.unsigned == Some(true) {
                    Kind::UInt {
                        zerofill: self.zerofill,
                    }
                } else {
                    Kind::Int
                }
            }
            Layout::Float => Kind::Float,
            Layout::Double => Kind::Double,
            Layout::Decimal { .. } => Kind::Decimal,
            Layout::Bit(_) => Kind::Bit,
            Layout::Year => Kind::Year,
            Layout::Date => Kind::Date,
            Layout::OldTime | Layout::Time(_) => Kind::Time,
            Layout::OldDateTime
            | Layout::OldTimestamp
            | Layout::DateTime(_)
            | Layout::Timestamp(_) => Kind::DateTime,
            Layout::Enum(_) => {
                self.doubts.labels = self.labels.is_none();
                Kind::Enum
            }
            Layout::Set(_) => {
                self.doubts.labels = self.labels.is_none();
                Kind::Set
            }
            Layout::Json(_) => Kind::Json,
            Layout::Geometry(_) => Kind::Geometry,
            Layout::Vector(_) => Kind::Vector,
            Layout::Null => Kind::Null,
            Layout::Char(_) if self.real != Real::Plain => Kind::Text,
            Layout::Char(_) | Layout::VarChar { .. } | Layout::Blob { .. } => {
                self.doubts.charset = self.charset == Charset::UNKNOWN;
                self.doubts.real = !typed
                    && matches!(self.layout, Layout::Char(4 | 16))
                    && matches!(self.charset, Charset::BINARY | Charset::UNKNOWN);
                if self.charset == Charset::BINARY {
                    Kind::Binary
                } else {
                    Kind::Text
                }
            }
        };
    }
}

/// Bytes of a fraction of so many digits.
fn fraction_bytes(digits: u8) -> usize {
    usize::from(digits).div_ceil(2)
}

/// A fraction in units of 100, 10,000 or 1,000,000 of a second, as microseconds.
fn micros(fraction: u64, digits: u8) -> u32 {
    let unit = match fraction_bytes(digits) {
        0 => 0,
        1 => 10_000,
        2 => 100,
        _ => 1,
    };
    // Three bytes at most.
    fraction as u32 * unit
}

impl Layout {
    /// Read one value, which is not NULL.
    #[inline]
    pub(super) fn read<'a>(
        self,
        unsigned: bool,
        reader: &mut Reader<'a>,
    ) -> Result<Value<'a>, Malformed> {
        Ok(match self {
            Self::Int(bytes) if unsigned => Value::UInt(match bytes {
                1 => reader.u8()?.into(),
                2 => reader.u16()?.into(),
                3 => reader.u24()?.into(),
                4 => reader.u32()?.into(),
                _ => reader.u64()?,
            }),
            Self::Int(bytes) => Value::Int(match bytes {
                1 => reader.i8()?.into(),
                2 => reader.i16()?.into(),
                3 => reader.i24()?.into(),
                4 => reader.i32()?.into(),
                _ => reader.i64()?,
            }),
            Self::Float => Value::Float(f32::from_le_bytes(reader.array()?)),
            Self::Double => Value::Double(f64::from_le_bytes(reader.array()?)),
            Self::Decimal { precision, scale } => {
                let size =
                    decimal::size(precision, scale).ok_or(Malformed("a DECIMAL that is none"))?;
                Value::Decimal(reader.take(size)?)
            }
            Self::Bit(bits) => Value::Bit(reader.uint_be(usize::from(bits).div_ceil(8))?),
            Self::Year => Value::Year(match reader.u8()? {
                0 => 0,
                year => 1900 + u16::from(year),
            }),
            Self::Date => {
                let packed = reader.u24()?;
                Value::Date(Date {
                    year: (packed >> 9) as u16,
                    month: (packed >> 5 & 15) as u8,
                    day: (packed & 31) as u8,
                })
            }
            Self::VarChar { bytes, compressed } => {
                let length = if bytes < 256 {
                    reader.u8()?.into()
                } else {
                    reader.u16()?.into()
                };
                let taken = reader.take(length)?;
                if compressed {
                    Value::Compressed(taken)
                } else {
                    Value::Bytes(taken)
                }
            }
            Self::Char(bytes) => {
                let length = if bytes < 256 {
                    reader.u8()?.into()
                } else {
                    reader.u16()?.into()
                };
                Value::Bytes(reader.take(length)?)
            }
            Self::Blob { prefix, compressed } => {
                let length = reader.uint(prefix.into())?;
                let taken = reader.take_u64(length)?;
                if compressed {
                    Value::Compressed(taken)
                } else {
                    Value::Bytes(taken)
                }
            }
            Self::Geometry(prefix) | Self::Vector(prefix) => {
                let length = reader.uint(prefix.into())?;
                Value::Bytes(reader.take_u64(length)?)
            }
            Self::Json(prefix) => {
                let length = reader.uint(prefix.into())?;
                Value::Json(reader.take_u64(length)?)
            }
            Self::Enum(bytes) => Value::Enum(reader.uint(bytes.into())? as u16),
            Self::Set(bytes) => Value::Set(reader.uint(bytes.into())?),
            Self::Null => Value::Null,
            _ => self.read_moment(reader)?,
        })
    }

    fn read_moment<'a>(self, reader: &mut Reader<'a>) -> Result<Value<'a>, Malformed> {
        Ok(match self {
            Self::Time(digits) => Value::Time(time(reader, digits)?),
            Self::DateTime(digits) => Value::DateTime(date_time(reader, digits)?),
            Self::Timestamp(digits) => {
                let seconds = u32::from_be_bytes(reader.array()?);
                Value::Timestamp {
                    seconds,
                    micros: micros(reader.uint_be(fraction_bytes(digits))?, digits),
                }
            }
            Self::OldTimestamp => Value::Timestamp {
                seconds: reader.u32()?,
                micros: 0,
            },
            Self::OldTime => {
                let packed = reader.i24()?;
                let digits = packed.unsigned_abs();
                Value::Time(Time {
                    negative: packed < 0,
                    hours: (digits / 10_000) as u16,
                    minute: (digits / 100 % 100) as u8,
                    second: (digits % 100) as u8,
                    micros: 0,
                })
            }
            Self::OldDateTime => {
                let packed = reader.u64()?;
                let (date, clock) = (packed / 1_000_000, packed % 1_000_000);
                let year = u16::try_from(date / 10_000);
                Value::DateTime(DateTime {
                    date: Date {
                        year: year.map_err(|_| Malformed("a DATETIME that is none"))?,
                        month: (date / 100 % 100) as u8,
                        day: (date % 100) as u8,
                    },
                    hour: (clock / 10_000) as u8,
                    minute: (clock / 100 % 100) as u8,
                    second: (clock % 100) as u8,
                    micros: 0,
                })
            }
            _ => return Err(Malformed("a column that cannot be read")),
        })
    }
}

/// A bit for the sign, one that is not used, 10 of hours, 6 of minutes, 6 of seconds, then the fraction; a negative
/// time is stored as what is missing to the next power of two.
fn time(reader: &mut Reader<'_>, digits: u8) -> Result<Time, Malformed> {
    let bytes = fraction_bytes(digits);
    let bits = 8 * bytes as u32;
    let packed = reader.uint_be(3 + bytes)?.cast_signed() - (0x80_0000 << bits);
    let magnitude = packed.unsigned_abs();
    let clock = magnitude >> bits;
    Ok(Time {
        negative: packed < 0,
        hours: (clock >> 12 & 0x3ff) as u16,
        minute: (clock >> 6 & 0x3f) as u8,
        second: (clock & 0x3f) as u8,
        micros: micros(magnitude & ((1 << bits) - 1), digits),
    })
}

/// A bit that is set, 17 of months in years of 13, 5 of days, 5 of hours, 6 of minutes, 6 of seconds, the fraction.
fn date_time(reader: &mut Reader<'_>, digits: u8) -> Result<DateTime, Malformed> {
    let packed = reader.uint_be(5)?;
    let months = (packed >> 22 & 0x1_ffff) as u32;
    Ok(DateTime {
        date: Date {
            year: (months / 13) as u16,
            month: (months % 13) as u8,
            day: (packed >> 17 & 31) as u8,
        },
        hour: (packed >> 12 & 31) as u8,
        minute: (packed >> 6 & 63) as u8,
        second: (packed & 63) as u8,
        micros: micros(reader.uint_be(fraction_bytes(digits))?, digits),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(layout: Layout, bytes: &[u8]) -> Value<'_> {
        let mut reader = Reader::new(bytes);
        let value = layout.read(false, &mut reader).unwrap();
        assert!(reader.is_empty());
        value
    }

    #[test]
    fn dates_and_times_of_before_5_6_keep_their_sign() {
        // -838:59:59 as the number -8385959, and 2012-05-07 13:14:15 as the number 20120507131415.
        let packed = (-8_385_959_i32).to_le_bytes();
        let Value::Time(time) = read(Layout::OldTime, &packed[..3]) else {
            panic!("no time");
        };
        assert_eq!(
            (time.negative, time.hours, time.minute, time.second),
            (true, 838, 59, 59)
        );
        let packed = 20_120_507_131_415_u64.to_le_bytes();
        let Value::DateTime(moment) = read(Layout::OldDateTime, &packed) else {
            panic!("no date and time");
        };
        assert_eq!(
            (moment.date.year, moment.date.month, moment.date.day),
            (2012, 5, 7)
        );
        assert_eq!((moment.hour, moment.minute, moment.second), (13, 14, 15));
        let seconds = u32::MAX;
        assert_eq!(
            read(Layout::OldTimestamp, &seconds.to_le_bytes()),
            Value::Timestamp { seconds, micros: 0 }
        );
    }

    #[test]
    fn a_negative_time_keeps_its_fraction() {
        // -00:00:00.5 and -00:00:01.25: what is missing to 0x800000, fraction and all.
        let Value::Time(time) = read(Layout::Time(1), &[0x7f, 0xff, 0xff, 206]) else {
            panic!("no time");
        };
        assert_eq!(
            (time.negative, time.second, time.micros),
            (true, 0, 500_000)
        );
        let packed = (0x8000_0000_0000_u64 - 0x01_00_00_00 - 250_000).to_be_bytes();
        let Value::Time(time) = read(Layout::Time(6), &packed[2..]) else {
            panic!("no time");
        };
        assert_eq!(
            (time.negative, time.second, time.micros),
            (true, 1, 250_000)
        );
    }

    #[test]
    fn the_year_0_is_not_1900() {
        assert_eq!(read(Layout::Year, &[0]), Value::Year(0));
        assert_eq!(read(Layout::Year, &[1]), Value::Year(1901));
        assert_eq!(read(Layout::Year, &[255]), Value::Year(2155));
    }

    #[test]
    fn numbers_of_three_bytes_keep_their_sign() {
        assert_eq!(read(Layout::Int(3), &[0xff, 0xff, 0xff]), Value::Int(-1));
        let mut reader = Reader::new(&[0xff, 0xff, 0xff]);
        assert_eq!(
            Layout::Int(3).read(true, &mut reader),
            Ok(Value::UInt(0xff_ffff))
        );
    }
}
