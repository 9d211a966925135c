//! The name of one MySQL transaction: who numbered it, and its number.

use std::{cmp::Ordering, fmt, str::FromStr};

use super::{GtidError, mysql_text::Cursor};

/// Numbers run from 1 to this.
pub(super) const LAST_NUMBER: u64 = i64::MAX as u64 - 1;

/// A server's UUID, ordered as its text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uuid(pub [u8; 16]);

impl fmt::Display for Uuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

/// What an origin calls a part of its transactions (MySQL 8.3 and newer); empty for most. At most 32 letters, digits
/// and underscores, no capitals, no digit first.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Zeros behind the text, so that it orders as the text does.
    bytes: [u8; Self::MOST],
}

impl Tag {
    /// No tag.
    pub const NONE: Self = Self {
        bytes: [0; Self::MOST],
    };
    /// The longest, in bytes.
    pub const MOST: usize = 32;

    /// A text that fits; capitals become small.
    pub fn new(text: &str) -> Option<Self> {
        let fits = text.len() <= Self::MOST
            && text.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'_')
            && !text.starts_with(|c: char| c.is_ascii_digit());
        if !fits {
            return None;
        }
        let mut tag = Self::NONE;
        for (to, from) in tag.bytes.iter_mut().zip(text.bytes()) {
            *to = from.to_ascii_lowercase();
        }
        Some(tag)
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::NONE
    }

    /// Its text; empty where there is no tag.
    pub fn as_str(&self) -> &str {
        let end = self.bytes.iter().position(|byte| *byte == 0);
        let text = self.bytes.get(..end.unwrap_or(Self::MOST));
        // Nothing else is put in.
        text.and_then(|text| std::str::from_utf8(text).ok())
            .unwrap_or_default()
    }
}

impl PartialOrd for Tag {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Tag {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes.cmp(&other.bytes)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

/// Who numbers transactions: a server, or what it calls a part of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Origin {
    /// The server's.
    pub uuid: Uuid,
    /// The part's.
    pub tag: Tag,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.uuid.fmt(f)?;
        if !self.tag.is_none() {
            write!(f, ":{}", self.tag.as_str())?;
        }
        Ok(())
    }
}

/// The name of one transaction of MySQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MySqlGtid {
    /// Who numbered it.
    pub origin: Origin,
    /// From 1.
    pub number: u64,
}

impl fmt::Display for MySqlGtid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.origin, self.number)
    }
}

impl FromStr for MySqlGtid {
    type Err = GtidError;

    fn from_str(text: &str) -> Result<Self, GtidError> {
        let mut cursor = Cursor::new(text)?;
        let uuid = cursor.uuid()?;
        cursor.colon()?;
        let tag = match cursor.tag()? {
            Some(tag) => {
                cursor.colon()?;
                tag
            }
            None => Tag::NONE,
        };
        let number = cursor.number(1)?;
        cursor.end()?;
        Ok(Self {
            origin: Origin { uuid, tag },
            number,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_what_the_server_takes_for_one() {
        assert_eq!(Tag::new("My_tag1").unwrap().as_str(), "my_tag1");
        assert!(Tag::new(&"a".repeat(32)).is_some());
        for odd in [&"a".repeat(33), "1a", "a-b", "a b", "ä"] {
            assert!(Tag::new(odd).is_none(), "{odd}");
        }
        assert!(Tag::new("").unwrap().is_none());
        assert!(Tag::NONE < Tag::new("_").unwrap());
        assert!(Tag::new("ab").unwrap() < Tag::new("ab0").unwrap());
    }

    #[test]
    fn one_name_is_read_and_printed() {
        let text = "3e11fa47-71ca-11e1-9e33-c80aa9429562:tag:7";
        assert_eq!(text.parse::<MySqlGtid>().unwrap().to_string(), text);
        for odd in [
            "",
            "3e11fa47-71ca-11e1-9e33-c80aa9429562",
            &format!("{text}-9"),
            &format!("{text}:8"),
            &format!("{text},"),
        ] {
            assert!(odd.parse::<MySqlGtid>().is_err(), "{odd}");
        }
    }
}
