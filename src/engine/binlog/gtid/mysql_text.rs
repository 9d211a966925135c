//! The text of MySQL's GTID sets, read as `Gtid_set::add_gtid_text` of the server reads it: white space between all
//! words, empty parts between commas, a UUID with or without hyphens or in braces, numbers with leading zeros, an
//! interval that ends before it starts (which is none).

use std::fmt;

use super::{
    GtidError, MOST_TEXT, MySqlGtidSet, Origin, Tag, Uuid, mysql::LAST_NUMBER, mysql_set::Builder,
};

/// Reads words from the front of a text.
pub(super) struct Cursor<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Result<Self, GtidError> {
        if text.len() > MOST_TEXT {
            return Err(GtidError::TooMany);
        }
        let mut cursor = Self {
            text: text.as_bytes(),
            at: 0,
        };
        cursor.skip_space();
        Ok(cursor)
    }

    pub(super) fn expected<T>(&self, expected: &'static str) -> Result<T, GtidError> {
        Err(GtidError::Expected {
            expected,
            at: self.at,
        })
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t'..=b'\r')) {
            self.at += 1;
        }
    }

    /// This byte and the white space after it, if it is the next.
    pub(super) fn take(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        if is_next {
            self.at += 1;
            self.skip_space();
        }
        is_next
    }

    pub(super) fn colon(&mut self) -> Result<(), GtidError> {
        if self.take(b':') {
            return Ok(());
        }
        self.expected("a colon")
    }

    pub(super) fn end(&mut self) -> Result<(), GtidError> {
        if self.peek().is_none() {
            return Ok(());
        }
        self.expected("the end")
    }

    /// 32 hexadecimal digits, with hyphens in four places, which may also be in braces, or without any.
    pub(super) fn uuid(&mut self) -> Result<Uuid, GtidError> {
        let braces = self.peek() == Some(b'{');
        self.at += usize::from(braces);
        let hyphens = self.text.get(self.at + 8) == Some(&b'-');
        if braces && !hyphens {
            return self.expected("a UUID");
        }
        let mut uuid = [0; 16];
        for (index, byte) in uuid.iter_mut().enumerate() {
            if hyphens && matches!(index, 4 | 6 | 8 | 10) && !self.skip(b'-') {
                return self.expected("a UUID");
            }
            let digits = (self.hex_digit(), self.hex_digit());
            let (Some(high), Some(low)) = digits else {
                return self.expected("a UUID");
            };
            *byte = high << 4 | low;
        }
        if braces && !self.skip(b'}') {
            return self.expected("a UUID");
        }
        self.skip_space();
        Ok(Uuid(uuid))
    }

    fn skip(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn hex_digit(&mut self) -> Option<u8> {
        let digit = char::from(self.peek()?).to_digit(16)?;
        self.at += 1;
        u8::try_from(digit).ok()
    }

    /// A tag, where the next word begins like one.
    pub(super) fn tag(&mut self) -> Result<Option<Tag>, GtidError> {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let length = rest.iter().position(|byte| !is_part(byte));
        let word = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        if word.first().is_none_or(u8::is_ascii_digit) {
            return Ok(None);
        }
        let Some(tag) = std::str::from_utf8(word).ok().and_then(Tag::new) else {
            return self.expected("a tag of at most 32 characters");
        };
        self.at += word.len();
        self.skip_space();
        Ok(Some(tag))
    }

    /// A number between `least` and the last that MySQL gives.
    pub(super) fn number(&mut self, least: u64) -> Result<u64, GtidError> {
        let start = self.at;
        let mut number = 0_u64;
        while let Some(digit @ b'0'..=b'9') = self.peek() {
            number = number
                .saturating_mul(10)
                .saturating_add(u64::from(digit - b'0'));
            self.at += 1;
        }
        if start == self.at {
            return self.expected("a number");
        }
        if number < least || number > LAST_NUMBER {
            self.at = start;
            return self.expected("a number that MySQL gives to transactions");
        }
        self.skip_space();
        Ok(number)
    }
}

impl std::str::FromStr for MySqlGtidSet {
    type Err = GtidError;

    fn from_str(text: &str) -> Result<Self, GtidError> {
        let mut cursor = Cursor::new(text)?;
        let mut set = Builder::default();
        loop {
            while cursor.take(b',') {}
            if cursor.peek().is_none() {
                return Ok(set.finish());
            }
            let uuid = cursor.uuid()?;
            numbers_of(uuid, &mut cursor, &mut set)?;
            if cursor.peek().is_some_and(|next| next != b',') {
                return cursor.expected("a comma");
            }
        }
    }
}

/// `:1-3:5:tag:1`, all of one UUID: a tag holds until the next.
fn numbers_of(uuid: Uuid, cursor: &mut Cursor<'_>, set: &mut Builder) -> Result<(), GtidError> {
    let mut origin = Origin {
        uuid,
        tag: Tag::NONE,
    };
    while cursor.take(b':') {
        if let Some(tag) = cursor.tag()? {
            origin.tag = tag;
            continue;
        }
        let first = cursor.number(1)?;
        let last = if cursor.take(b'-') {
            cursor.number(0)?
        } else {
            first
        };
        set.push(origin, first, last + 1)?;
    }
    Ok(())
}

impl fmt::Display for MySqlGtidSet {
    /// As the server prints it: one line a UUID, and a UUID is not repeated before each of its tags.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut before: Option<Uuid> = None;
        for (origin, intervals) in self.iter() {
            if before != Some(origin.uuid) {
                if before.is_some() {
                    f.write_str(",\n")?;
                }
                origin.uuid.fmt(f)?;
                before = Some(origin.uuid);
            }
            if !origin.tag.is_none() {
                write!(f, ":{}", origin.tag.as_str())?;
            }
            for (first, last) in intervals {
                write!(f, ":{first}")?;
                if first < last {
                    write!(f, "-{last}")?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const U: &str = "3e11fa47-71ca-11e1-9e33-c80aa9429562";

    /// What the server printed for each (9.7.4), with U for the UUID and V for a smaller one; `!` where it refused.
    const ANSWERS: &[(&str, &str)] = &[
        ("", ""),
        ("  ", ""),
        (",,", ""),
        (" U : 1 - 5 ", "U:1-5"),
        ("U:1-5:7:6", "U:1-7"),
        ("U:5-3", ""),
        ("U:5-3:6", "U:6"),
        ("U:0", "!"),
        ("U:-1", "!"),
        ("U:+1", "!"),
        ("+U:1", "!"),
        ("U:1-", "!"),
        ("U", ""),
        ("U:", "!"),
        ("U:1:", "!"),
        ("U::1", "!"),
        ("U:1,", "U:1"),
        (",U:1,,V:2-3,", "V:2-3,\nU:1"),
        ("U:TaG:1-2", "U:tag:1-2"),
        ("U:1-21:mytag:1", "U:1-21:mytag:1"),
        ("U:mytag:1:2:other:5-6:mytag:3", "U:mytag:1-3:other:5-6"),
        ("U:tag", ""),
        ("U:tag:", "!"),
        ("U:1:tag", "U:1"),
        ("U:tag:tag2:1", "U:tag2:1"),
        ("U: tag : 1", "U:tag:1"),
        ("U:tag 1", "!"),
        ("U:1a:1", "!"),
        ("U:a-b:1", "!"),
        ("{U}:1", "U:1"),
        ("{U:1", "!"),
        ("U:9223372036854775806", "U:9223372036854775806"),
        ("U:9223372036854775807", "!"),
        ("U:1-9223372036854775807", "!"),
        ("U:99999999999999999999999", "!"),
        ("U:01-007", "U:1-7"),
        ("U:1 2", "!"),
        ("U:1-2-3", "!"),
        ("U:1;V:1", "!"),
        ("U:1 V:1", "!"),
        ("V:1,U:b:1:a:1:5", "V:1,\nU:a:1:5:b:1"),
        ("U:1:tag:2,U:tag:3", "U:1:tag:2-3"),
        ("U:1\u{b},\u{c}V:1", "V:1,\nU:1"),
        ("\0", "!"),
    ];

    #[test]
    fn texts_are_read_and_printed_as_the_server_does() {
        for (text, answer) in ANSWERS {
            let full = |text: &str| {
                text.replace('U', U)
                    .replace('V', "00000000-0000-0000-0000-00000000000a")
            };
            let ours = match full(text).parse::<MySqlGtidSet>() {
                Ok(set) => set.to_string(),
                Err(_) => "!".to_owned(),
            };
            assert_eq!(ours, full(answer), "{text:?}");
        }
        let plain = U.replace('-', "");
        let set: MySqlGtidSet = format!("{}:1", plain.to_uppercase()).parse().unwrap();
        assert_eq!(set.to_string(), format!("{U}:1"));
    }

    #[test]
    fn an_error_says_where() {
        let error = format!("{U}:x:y-1").parse::<MySqlGtidSet>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "not a GTID position: a comma expected at byte 40"
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[ ,:{}\\-_0-9a-fA-Fxyz\t]{0,120}") {
            if let Ok(set) = text.parse::<MySqlGtidSet>() {
                prop_assert_eq!(set.to_string().parse::<MySqlGtidSet>(), Ok(set));
            }
        }

        #[test]
        fn any_bytes_are_no_reason_to_panic(text: String) {
            text.parse::<MySqlGtidSet>().ok();
        }
    }
}
