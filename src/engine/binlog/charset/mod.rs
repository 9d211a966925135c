//! The servers' character sets → UTF-8, exactly as the servers convert what they store.
//!
//! MySQL and MariaDB number their collations without contradiction, so one table serves both. A set that is not
//! known here is shown as bytes by whoever asks.

mod double;
mod single;

use std::sync::LazyLock;

use encoding_rs::GB18030;

/// A character set of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Charset(u8);

impl Charset {
    /// Nobody has said which.
    pub const UNKNOWN: Self = Self(0);
    /// Bytes that are no text.
    pub const BINARY: Self = Self(1);
    /// What both servers use unless told otherwise.
    pub const UTF8MB4: Self = Self(2);

    /// The set of a collation, by the server's number of it.
    pub fn of_collation(id: u64) -> Self {
        let id = match id {
            // MariaDB's: without padding, and by Unicode 14.
            1024..2048 => id - 1024,
            2048..2304 => 33,
            2304..2560 => 45,
            2560..2816 => 35,
            2816..3072 => 54,
            3072..3328 => 60,
            _ => id,
        };
        COLLATIONS
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&id))
            .map_or(Self::UNKNOWN, |(_, _, name)| Self::named(name))
    }

    /// The set of that name.
    pub fn named(name: &str) -> Self {
        let name = if name == "utf8" { "utf8mb3" } else { name };
        let found = SETS.iter().position(|set| set.name == name);
        found.map_or(Self::UNKNOWN, |at| Self(at as u8))
    }

    /// Its name; empty for one that is not known.
    pub fn name(self) -> &'static str {
        self.set().name
    }

    /// The most bytes that a character takes.
    pub fn max_bytes(self) -> usize {
        self.set().max_bytes.into()
    }

    /// Its text is UTF-8 as it is stored.
    #[inline]
    pub fn is_utf8(self) -> bool {
        matches!(self.set().codec, Codec::Utf8)
    }

    /// Append stored bytes as UTF-8. What is no character, or none that Unicode has, is `?`, as the servers print
    /// it. Not for [`Charset::BINARY`] and [`Charset::UNKNOWN`], whose bytes go as they are.
    pub fn decode(self, bytes: &[u8], out: &mut Vec<u8>) {
        match &self.set().codec {
            Codec::None | Codec::Utf8 => out.extend_from_slice(bytes),
            Codec::Ascii => out.extend(bytes.iter().map(|byte| match byte {
                0..=0x7f => *byte,
                _ => b'?',
            })),
            Codec::Single(high) => each(out, bytes, |bytes| (Some(high.char(bytes[0])), 1)),
            Codec::Swe7 => each(out, bytes, |bytes| (swe7(bytes[0]), 1)),
            Codec::Double(table) => each(out, bytes, |bytes| table.char(bytes)),
            Codec::Gb18030 => each(out, bytes, gb18030),
            Codec::Utf16 => each(out, bytes, |bytes| utf16(bytes, u16::from_be_bytes)),
            Codec::Utf16le => each(out, bytes, |bytes| utf16(bytes, u16::from_le_bytes)),
            Codec::Ucs2 => each(out, bytes, |bytes| match bytes {
                [a, b, ..] => (char::from_u32(u16::from_be_bytes([*a, *b]).into()), 2),
                _ => (None, 1),
            }),
            Codec::Utf32 => each(out, bytes, |bytes| match bytes.first_chunk() {
                Some(code) => (char::from_u32(u32::from_be_bytes(*code)), 4),
                None => (None, bytes.len()),
            }),
        }
    }

    /// Whether the server makes these bytes again of the text that [`Charset::decode`] gives. `false` also where that
    /// is not known: of sets of two bytes a character, which have characters with several codes.
    pub fn is_faithful(self, bytes: &[u8]) -> bool {
        let again = |unit: fn(char, &mut Vec<u8>)| {
            let mut text = Vec::new();
            self.decode(bytes, &mut text);
            let mut written = Vec::with_capacity(bytes.len());
            for letter in String::from_utf8_lossy(&text).chars() {
                unit(letter, &mut written);
            }
            written == bytes
        };
        match &self.set().codec {
            Codec::None => false,
            Codec::Utf8 => {
                let longest = if self.max_bytes() < 4 { 0xf0 } else { 0xff };
                std::str::from_utf8(bytes).is_ok() && bytes.iter().all(|byte| *byte < longest)
            }
            Codec::Ascii | Codec::Double(_) | Codec::Gb18030 => bytes.is_ascii(),
            Codec::Single(high) => bytes.iter().all(|byte| high.is_alone(*byte)),
            Codec::Swe7 => bytes.iter().all(|byte| *byte < 0x7f),
            Codec::Utf16 => again(|letter, out| {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(&unit.to_be_bytes());
                }
            }),
            Codec::Utf16le => again(|letter, out| {
                for unit in letter.encode_utf16(&mut [0; 2]) {
                    out.extend_from_slice(&unit.to_le_bytes());
                }
            }),
            Codec::Ucs2 => again(|letter, out| {
                let unit = u16::try_from(u32::from(letter)).unwrap_or_default();
                out.extend_from_slice(&unit.to_be_bytes());
            }),
            Codec::Utf32 => {
                again(|letter, out| out.extend_from_slice(&u32::from(letter).to_be_bytes()))
            }
        }
    }

    /// The server takes no bytes for this set that are no text of it, not even written as bytes.
    pub fn is_checked(self) -> bool {
        matches!(
            self.set().codec,
            Codec::Utf8 | Codec::Utf16 | Codec::Utf16le | Codec::Utf32
        )
    }

    /// ASCII is stored as it is.
    pub fn has_ascii(self) -> bool {
        !matches!(
            self.set().codec,
            Codec::Swe7 | Codec::Utf16 | Codec::Utf16le | Codec::Ucs2 | Codec::Utf32
        )
    }

    fn set(self) -> &'static Set {
        &SETS[usize::from(self.0)]
    }
}

/// Append one character after another. `next` sees what is left, which is never nothing, and says how many bytes it
/// has read.
#[inline]
fn each(out: &mut Vec<u8>, mut bytes: &[u8], next: impl Fn(&[u8]) -> (Option<char>, usize)) {
    out.reserve(bytes.len());
    while !bytes.is_empty() {
        let (letter, read) = next(bytes);
        let mut buffer = [0; 4];
        out.extend_from_slice(letter.unwrap_or('?').encode_utf8(&mut buffer).as_bytes());
        bytes = bytes.get(read.max(1)..).unwrap_or_default();
    }
}

/// A 7-bit set with Swedish letters.
fn swe7(byte: u8) -> Option<char> {
    Some(match byte {
        b'@' => 'É',
        b'[' => 'Ä',
        b'\\' => 'Ö',
        b']' => 'Å',
        b'^' => 'Ü',
        b'`' => 'é',
        b'{' => 'ä',
        b'|' => 'ö',
        b'}' => 'å',
        b'~' => 'ü',
        0..=0x7e => char::from(byte),
        _ => return None,
    })
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> (Option<char>, usize) {
    let Some(first) = bytes.first_chunk() else {
        return (None, 1);
    };
    let first = unit(*first);
    if !(0xd800..0xdc00).contains(&first) {
        return (char::from_u32(first.into()), 2);
    }
    let second = bytes.get(2..).and_then(|rest| rest.first_chunk());
    match second.map(|second| unit(*second)) {
        Some(second @ 0xdc00..0xe000) => {
            let code = 0x1_0000 + (u32::from(first - 0xd800) << 10 | u32::from(second - 0xdc00));
            (char::from_u32(code), 4)
        }
        _ => (None, 2),
    }
}

fn gb18030(bytes: &[u8]) -> (Option<char>, usize) {
    /// Characters that got a place of their own in Unicode later: the server keeps them in the private area, where
    /// they stand in this order.
    const PRIVATE: [(u16, u16, u32); 11] = [
        (0xa3a0, 0xa3a0, 0xe5e5),
        (0xa6d9, 0xa6df, 0xe78d),
        (0xa6ec, 0xa6ed, 0xe794),
        (0xa6f3, 0xa6f3, 0xe796),
        (0xfe59, 0xfe59, 0xe81e),
        (0xfe61, 0xfe61, 0xe826),
        (0xfe66, 0xfe67, 0xe82b),
        (0xfe6d, 0xfe6d, 0xe832),
        (0xfe7e, 0xfe7e, 0xe843),
        (0xfe90, 0xfe90, 0xe854),
        (0xfea0, 0xfea0, 0xe864),
    ];
    let length = match bytes {
        [0..=0x7f, ..] => return (Some(char::from(bytes[0])), 1),
        [0x81..=0xfe, 0x30..=0x39, ..] => 4,
        _ => 2,
    };
    let Some(code) = bytes.get(..length) else {
        return (None, bytes.len());
    };
    if let [high, low] = *code {
        let code = u16::from_be_bytes([high, low]);
        let private = PRIVATE
            .iter()
            .find(|(first, last, _)| (*first..=*last).contains(&code));
        if let Some((first, _, at)) = private {
            return (char::from_u32(at + u32::from(code - first)), 2);
        }
    }
    let later = match code {
        [0x82, 0x35, 0x90, 0x37] => Some('\u{9fb4}'),
        [0x84, 0x31, 0x82, 0x36] => Some('\u{fe10}'),
        _ => None,
    };
    (later.or_else(|| whole(GB18030, code)), length)
}

/// One character of an encoding, if the bytes are one.
fn whole(encoding: &'static encoding_rs::Encoding, bytes: &[u8]) -> Option<char> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let mut letters = text.chars();
    letters.next().filter(|_| letters.next().is_none())
}

struct Set {
    name: &'static str,
    max_bytes: u8,
    codec: Codec,
}

enum Codec {
    /// The bytes are not read as text.
    None,
    Utf8,
    Ascii,
    Single(&'static LazyLock<High>),
    Swe7,
    Double(&'static LazyLock<double::Table>),
    Gb18030,
    Utf16,
    Utf16le,
    Ucs2,
    Utf32,
}

/// The characters of the bytes from 0x80 on.
struct High([char; 128]);

impl High {
    fn new(text: &str) -> Self {
        let mut high = ['?'; 128];
        for (at, letter) in high.iter_mut().zip(text.chars()) {
            *at = letter;
        }
        Self(high)
    }

    /// The byte is a character, and the only one that is this character.
    fn is_alone(&self, byte: u8) -> bool {
        let letter = self.char(byte);
        let same = || self.0.iter().filter(|other| **other == letter).count();
        byte < 0x80 || !letter.is_ascii() && same() == 1
    }

    #[inline]
    fn char(&self, byte: u8) -> char {
        if byte < 0x80 {
            char::from(byte)
        } else {
            self.0[usize::from(byte & 0x7f)]
        }
    }
}

macro_rules! single {
    ($name:literal, $table:ident) => {
        Set {
            name: $name,
            max_bytes: 1,
            codec: Codec::Single({
                static HIGH: LazyLock<High> = LazyLock::new(|| High::new(single::$table));
                &HIGH
            }),
        }
    };
}

const fn set(name: &'static str, max_bytes: u8, codec: Codec) -> Set {
    Set {
        name,
        max_bytes,
        codec,
    }
}

static SETS: [Set; 42] = [
    set("", 1, Codec::None),
    set("binary", 1, Codec::None),
    set("utf8mb4", 4, Codec::Utf8),
    set("utf8mb3", 3, Codec::Utf8),
    set("ascii", 1, Codec::Ascii),
    single!("latin1", LATIN1),
    single!("latin2", LATIN2),
    single!("latin5", LATIN5),
    single!("latin7", LATIN7),
    single!("armscii8", ARMSCII8),
    single!("cp1250", CP1250),
    single!("cp1251", CP1251),
    single!("cp1256", CP1256),
    single!("cp1257", CP1257),
    single!("cp850", CP850),
    single!("cp852", CP852),
    single!("cp866", CP866),
    single!("dec8", DEC8),
    single!("geostd8", GEOSTD8),
    single!("greek", GREEK),
    single!("hebrew", HEBREW),
    single!("hp8", HP8),
    single!("keybcs2", KEYBCS2),
    single!("koi8r", KOI8R),
    single!("koi8u", KOI8U),
    single!("macce", MACCE),
    single!("macroman", MACROMAN),
    single!("tis620", TIS620),
    set("swe7", 1, Codec::Swe7),
    set("ucs2", 2, Codec::Ucs2),
    set("utf16", 4, Codec::Utf16),
    set("utf16le", 4, Codec::Utf16le),
    set("utf32", 4, Codec::Utf32),
    set("gb18030", 4, Codec::Gb18030),
    set("big5", 2, Codec::Double(&double::BIG5_TABLE)),
    set("cp932", 2, Codec::Double(&double::CP932)),
    set("eucjpms", 3, Codec::Double(&double::EUCJPMS)),
    set("euckr", 2, Codec::Double(&double::EUCKR)),
    set("gb2312", 2, Codec::Double(&double::GB2312)),
    set("gbk", 2, Codec::Double(&double::GBK_TABLE)),
    set("sjis", 2, Codec::Double(&double::SJIS)),
    set("ujis", 3, Codec::Double(&double::UJIS)),
];

/// First and last number, and the set of all collations between that there are.
const COLLATIONS: [(u64, u64, &str); 98] = [
    (1, 1, "big5"),
    (2, 2, "latin2"),
    (3, 3, "dec8"),
    (4, 4, "cp850"),
    (5, 5, "latin1"),
    (6, 6, "hp8"),
    (7, 7, "koi8r"),
    (8, 8, "latin1"),
    (9, 9, "latin2"),
    (10, 10, "swe7"),
    (11, 11, "ascii"),
    (12, 12, "ujis"),
    (13, 13, "sjis"),
    (14, 14, "cp1251"),
    (15, 15, "latin1"),
    (16, 16, "hebrew"),
    (18, 18, "tis620"),
    (19, 19, "euckr"),
    (20, 20, "latin7"),
    (21, 21, "latin2"),
    (22, 22, "koi8u"),
    (23, 23, "cp1251"),
    (24, 24, "gb2312"),
    (25, 25, "greek"),
    (26, 26, "cp1250"),
    (27, 27, "latin2"),
    (28, 28, "gbk"),
    (29, 29, "cp1257"),
    (30, 30, "latin5"),
    (31, 31, "latin1"),
    (32, 32, "armscii8"),
    (33, 33, "utf8mb3"),
    (34, 34, "cp1250"),
    (35, 35, "ucs2"),
    (36, 36, "cp866"),
    (37, 37, "keybcs2"),
    (38, 38, "macce"),
    (39, 39, "macroman"),
    (40, 40, "cp852"),
    (41, 42, "latin7"),
    (43, 43, "macce"),
    (44, 44, "cp1250"),
    (45, 46, "utf8mb4"),
    (47, 49, "latin1"),
    (50, 52, "cp1251"),
    (53, 53, "macroman"),
    (54, 55, "utf16"),
    (56, 56, "utf16le"),
    (57, 57, "cp1256"),
    (58, 59, "cp1257"),
    (60, 61, "utf32"),
    (62, 62, "utf16le"),
    (63, 63, "binary"),
    (64, 64, "armscii8"),
    (65, 65, "ascii"),
    (66, 66, "cp1250"),
    (67, 67, "cp1256"),
    (68, 68, "cp866"),
    (69, 69, "dec8"),
    (70, 70, "greek"),
    (71, 71, "hebrew"),
    (72, 72, "hp8"),
    (73, 73, "keybcs2"),
    (74, 74, "koi8r"),
    (75, 75, "koi8u"),
    (76, 76, "utf8mb3"),
    (77, 77, "latin2"),
    (78, 78, "latin5"),
    (79, 79, "latin7"),
    (80, 80, "cp850"),
    (81, 81, "cp852"),
    (82, 82, "swe7"),
    (83, 83, "utf8mb3"),
    (84, 84, "big5"),
    (85, 85, "euckr"),
    (86, 86, "gb2312"),
    (87, 87, "gbk"),
    (88, 88, "sjis"),
    (89, 89, "tis620"),
    (90, 90, "ucs2"),
    (91, 91, "ujis"),
    (92, 93, "geostd8"),
    (94, 94, "latin1"),
    (95, 96, "cp932"),
    (97, 98, "eucjpms"),
    (99, 99, "cp1250"),
    (101, 124, "utf16"),
    (128, 159, "ucs2"),
    (160, 183, "utf32"),
    (192, 223, "utf8mb3"),
    (224, 247, "utf8mb4"),
    (248, 250, "gb18030"),
    (255, 323, "utf8mb4"),
    (576, 579, "utf8mb3"),
    (608, 611, "utf8mb4"),
    (640, 642, "ucs2"),
    (672, 674, "utf16"),
    (736, 738, "utf32"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_of_which_the_server_makes_the_same_bytes_is_told_from_other_text() {
        let faithful: [(&str, &[u8]); 8] = [
            ("utf8mb4", "Grüße 🦀".as_bytes()),
            ("utf8mb3", "Grüße".as_bytes()),
            ("latin1", b"Gr\xfc\xdfe?"),
            ("swe7", b"{|}"),
            ("sjis", b"a\\b"),
            ("utf16", &[0xd8, 0x3e, 0xdd, 0x80]),
            ("ucs2", &[0, b'a']),
            ("utf32", &[0, 1, 0xf9, 0x80]),
        ];
        for (name, bytes) in faithful {
            assert!(Charset::named(name).is_faithful(bytes), "{name}");
        }
        let unfaithful: [(&str, &[u8]); 9] = [
            ("utf8mb4", b"a\xff"),
            ("utf8mb3", "🦀".as_bytes()),
            ("ascii", b"\x80"),
            ("tis620", b"\xff"),
            ("swe7", b"\x7f"),
            ("cp932", b"\xfa\x4a"),
            ("utf16", &[0xd8, 0]),
            ("ucs2", &[0xd8, 0]),
            ("utf32", &[0, 0, 0]),
        ];
        for (name, bytes) in unfaithful {
            assert!(!Charset::named(name).is_faithful(bytes), "{name}");
        }
        assert!(!Charset::UNKNOWN.is_faithful(b"a"));
    }
}
