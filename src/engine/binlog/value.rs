//! A value as it stands in a row event: read, but not yet turned into text.
//!
//! It borrows from the event, so reading a row copies nothing. [`Render`](super::render::Render) makes of it what
//! the rest of the program prints.

/// A day; may be zero or partly zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Date {
    /// 0 to 9999.
    pub year: u16,
    /// 0 to 12.
    pub month: u8,
    /// 0 to 31.
    pub day: u8,
}

/// A day and a time on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime {
    /// The day.
    pub date: Date,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Millionths of a second.
    pub micros: u32,
}

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Time {
    /// Before zero.
    pub negative: bool,
    /// 0 to 838.
    pub hours: u16,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// Millionths of a second.
    pub micros: u32,
}

/// One value of a row image.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// The column was not logged. That is not NULL.
    Absent,
    /// SQL NULL.
    Null,
    /// An integer with sign, or one of which nobody has said that it has none.
    Int(i64),
    /// An integer without sign.
    UInt(u64),
    /// FLOAT.
    Float(f32),
    /// DOUBLE.
    Double(f64),
    /// DECIMAL as it is stored.
    Decimal(&'a [u8]),
    /// BIT.
    Bit(u64),
    /// YEAR; 0 is the year 0000.
    Year(u16),
    /// DATE.
    Date(Date),
    /// DATETIME.
    DateTime(DateTime),
    /// TIMESTAMP; 0 without fraction is the zero date.
    Timestamp {
        /// Since 1970 UTC.
        seconds: u32,
        /// Millionths of a second.
        micros: u32,
    },
    /// TIME.
    Time(Time),
    /// CHAR, VARCHAR, TEXT in the column's character set; BINARY (without the zeros at its end), VARBINARY, BLOB;
    /// geometry, VECTOR; MariaDB's UUID, INET4, INET6.
    Bytes(&'a [u8]),
    /// The same, compressed or not as its first byte says (MariaDB's COMPRESSED columns).
    Compressed(&'a [u8]),
    /// ENUM: the number of its label from 1, 0 for the error value.
    Enum(u16),
    /// SET: a bit for each label, the lowest for the first.
    Set(u64),
    /// MySQL's binary JSON.
    Json(&'a [u8]),
    /// Changes of a JSON document.
    JsonDiff {
        /// The changes.
        diff: &'a [u8],
        /// The document before them, in binary; `None` where it was not logged.
        before: Option<&'a [u8]>,
    },
}

impl Value<'_> {
    /// The column was logged.
    pub fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }

    /// The same value, to the last bit.
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Float(one), Self::Float(other)) => one.to_bits() == other.to_bits(),
            (Self::Double(one), Self::Double(other)) => one.to_bits() == other.to_bits(),
            _ => self == other,
        }
    }
}
