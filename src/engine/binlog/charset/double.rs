//! Sets of two bytes a character and more: East Asia's.
//!
//! The tables are those of the Encoding Standard, but where the servers, both alike, convert otherwise. Found by
//! converting every code on a server; what stands here is all that differs.

use std::sync::LazyLock;

use encoding_rs::{BIG5, EUC_JP, EUC_KR, Encoding, GBK, SHIFT_JIS};

use super::whole;

/// What the codes of a range are instead.
enum Instead {
    /// No character.
    Nothing,
    /// These, in order.
    These(&'static str),
    /// Those from this one on: 94 of each row of codes that end in A1 to FE.
    From(u32),
}
use Instead::{From, Nothing, These};

type Fixes = &'static [(u32, u32, Instead)];

/// The characters of the codes of two bytes, and of three if they begin with 8F.
pub(super) struct Table {
    two: Box<[u16]>,
    three: Box<[u16]>,
    /// Bytes from 0x80 on that are a character by themselves.
    halves: bool,
}

impl Table {
    fn new(encoding: &'static Encoding, fixes: Fixes, private: bool, halves: bool) -> Self {
        let code_of = |prefix: &[u8], index: u32| {
            let code = 0x8000 + index;
            let bytes: Vec<u8> = prefix
                .iter()
                .copied()
                .chain([(code >> 8) as u8, code as u8])
                .collect();
            let whole_code = bytes
                .iter()
                .fold(0, |code, byte| code << 8 | u32::from(*byte));
            let found = fixed(fixes, whole_code).or_else(|| {
                whole(encoding, &bytes)
                    .map(u32::from)
                    .filter(|code| private || !(0xe000..0xf900).contains(code))
            });
            // All of these sets are within the first 65,536 characters.
            found.and_then(|code| u16::try_from(code).ok()).unwrap_or(0)
        };
        Self {
            two: (0..0x8000).map(|index| code_of(&[], index)).collect(),
            three: if encoding == EUC_JP {
                (0..0x8000).map(|index| code_of(&[0x8f], index)).collect()
            } else {
                Box::default()
            },
            halves,
        }
    }

    /// The next character and how many bytes it takes.
    #[inline]
    pub(super) fn char(&self, bytes: &[u8]) -> (Option<char>, usize) {
        match *bytes {
            [byte @ 0..0x80, ..] => (Some(char::from(byte)), 1),
            // Half-width katakana.
            [byte @ 0xa1..=0xdf, ..] if self.halves => {
                (char::from_u32(0xff61 + u32::from(byte - 0xa1)), 1)
            }
            [0x8f, high @ 0x80..=0xff, low, ..] if !self.three.is_empty() => {
                (entry(&self.three, high, low), 3)
            }
            [high, low, ..] => (entry(&self.two, high, low), 2),
            _ => (None, 1),
        }
    }
}

fn entry(table: &[u16], high: u8, low: u8) -> Option<char> {
    let code = table.get(usize::from(high & 0x7f) << 8 | usize::from(low))?;
    char::from_u32((*code).into()).filter(|letter| *letter != '\0')
}

/// What stands instead of a code, 0 for no character; `None` if the table holds.
fn fixed(fixes: Fixes, code: u32) -> Option<u32> {
    let (first, _, instead) = fixes
        .iter()
        .find(|(first, last, _)| (*first..=*last).contains(&code))?;
    let character = match instead {
        Nothing => None,
        These(letters) => letters.chars().nth((code - first) as usize).map(u32::from),
        From(start) => {
            let (row, cell) = ((code >> 8) - (first >> 8), code & 0xff);
            (0xa1..=0xfe)
                .contains(&cell)
                .then(|| start + row * 94 + cell - 0xa1)
        }
    };
    Some(character.unwrap_or(0))
}

pub(super) static CP932: LazyLock<Table> = LazyLock::new(|| Table::new(SHIFT_JIS, &[], true, true));
pub(super) static SJIS: LazyLock<Table> =
    LazyLock::new(|| Table::new(SHIFT_JIS, SJIS_FIXES, false, true));
pub(super) static EUCKR: LazyLock<Table> = LazyLock::new(|| Table::new(EUC_KR, &[], true, false));

const BIG5_FIXES: Fixes = &[
    (0xa145, 0xa145, These("•")),
    (0xa14e, 0xa14e, These("､")),
    (0xa15a, 0xa15a, These("\u{fffd}")),
    (0xa1c2, 0xa1c3, These("‾\u{fffd}")),
    (0xa1c5, 0xa1c5, These("\u{fffd}")),
    (0xa1e3, 0xa1e3, These("∼")),
    (0xa1f2, 0xa1f3, These("♁☉")),
    (0xa1fe, 0xa1fe, These("\u{fffd}")),
    (0xa240, 0xa242, These("\u{fffd}／＼")),
    (0xa244, 0xa244, These("¥")),
    (0xa246, 0xa247, These("¢£")),
    (0xa2cc, 0xa2cc, These("\u{fffd}")),
    (0xa2ce, 0xa2ce, These("\u{fffd}")),
    (0xa3c0, 0xa3e1, Nothing),
    (
        0xc6a1,
        0xc6fe,
        These(
            "ヾゝゞ々ぁあぃいぅうぇえぉおかがきぎくぐけげこごさざしじすずせぜそぞただちぢっつづてでとどなにぬねのはばぱひびぴふぶぷへべぺほぼぽまみむめもゃやゅゆょよらりるれろゎわゐゑをんァアィイゥウェ",
        ),
    ),
    (
        0xc740,
        0xc77e,
        These(
            "エォオカガキギクグケゲコゴサザシジスズセゼソゾタダチヂッツヅテデトドナニヌネノハバパヒビピフブプヘベペホボポマミムメモャヤュユ",
        ),
    ),
    (
        0xc7a1,
        0xc7fc,
        These(
            "ョヨラリルレロヮワヰヱヲンヴヵヶДЕЁЖЗИЙКЛМУФХЦЧШЩЪЫЬЭЮЯабвгдеёжзийклмнопрстуфхцчшщъыьэюя①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⑹⑺⑻⑼⑽",
        ),
    ),
    (0xc7fd, 0xc8fe, Nothing),
    (0xf9dd, 0xf9fe, Nothing),
];

const SJIS_FIXES: Fixes = &[
    (0x815f, 0x8161, These("\\〜‖")),
    (0x817c, 0x817c, These("−")),
    (0x8191, 0x8192, These("¢£")),
    (0x81ca, 0x81ca, These("¬")),
    (0x8740, 0x879c, Nothing),
    (0xed40, 0xeefc, Nothing),
    (0xf040, 0xfc4b, Nothing),
];

const UJIS_FIXES: Fixes = &[
    (0xa1c0, 0xa1c2, These("\\〜‖")),
    (0xa1dd, 0xa1dd, These("−")),
    (0xa1f1, 0xa1f2, These("¢£")),
    (0xa2cc, 0xa2cc, These("¬")),
    (0xada1, 0xadfc, Nothing),
    (0xf5a1, 0xfefe, From(0xe000)),
    (0x008f_a2b7, 0x008f_a2b7, These("~")),
    (0x008f_f5a1, 0x008f_fefe, From(0xe3ac)),
];

const EUCJPMS_FIXES: Fixes = &[
    (0xf5a1, 0xfefe, From(0xe000)),
    (0x008f_a2c3, 0x008f_a2c3, These("￤")),
    (0x008f_f3f3, 0x008f_f3fe, These("ⅰⅱⅲⅳⅴⅵⅶⅷⅸⅹⅠⅡ")),
    (
        0x008f_f4a1,
        0x008f_f4fe,
        These(
            "ⅢⅣⅤⅥⅦⅧⅨⅩ＇＂㈱№℡炻仼僴凬匇匤﨎咊坙﨏\u{fa10}增寬峵嵓﨑德悅愠敎昻晥\u{fa12}\u{f929}栁﨓﨔橫櫢淸淲瀨\u{fa15}\u{fa16}甁皂皞\u{fa17}礰\u{fa18}\u{fa19}\u{fa1a}\u{fa1b}竧\u{fa1c}\u{fa1d}綠緖\u{fa1e}荢﨟薰\u{fa20}﨡蠇\u{fa22}譿賴赶﨣﨤\u{fa25}郞\u{fa26}鄕﨧﨨閒\u{f9dc}﨩霻靍靑\u{fa2a}\u{fa2b}\u{fa2c}馞髙魲\u{fa2d}黑",
        ),
    ),
    (0x008f_f5a1, 0x008f_fefe, From(0xe3ac)),
];

const GB2312_FIXES: Fixes = &[
    (0xa1a4, 0xa1a4, These("・")),
    (0xa1aa, 0xa1aa, These("―")),
    (0xa2a1, 0xa2aa, Nothing),
    (0xa2e3, 0xa2e3, Nothing),
    (0xa6d9, 0xa6f5, Nothing),
    (0xa8bb, 0xa8c0, Nothing),
];

const GBK_FIXES: Fixes = &[
    (0xa2e3, 0xa2e3, Nothing),
    (0xa3a0, 0xa3a0, Nothing),
    (0xa6d9, 0xa6df, Nothing),
    (0xa6ec, 0xa6ed, Nothing),
    (0xa6f3, 0xa6f3, Nothing),
    (0xa8bc, 0xa8bc, Nothing),
    (0xa8bf, 0xa8bf, Nothing),
    (0xa989, 0xa995, Nothing),
    (0xfe50, 0xfea0, Nothing),
];

pub(super) static BIG5_TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new(BIG5, BIG5_FIXES, true, false));

pub(super) static UJIS: LazyLock<Table> =
    LazyLock::new(|| Table::new(EUC_JP, UJIS_FIXES, true, false));

pub(super) static EUCJPMS: LazyLock<Table> =
    LazyLock::new(|| Table::new(EUC_JP, EUCJPMS_FIXES, true, false));

pub(super) static GB2312: LazyLock<Table> =
    LazyLock::new(|| Table::new(GBK, GB2312_FIXES, false, false));

pub(super) static GBK_TABLE: LazyLock<Table> =
    LazyLock::new(|| Table::new(GBK, GBK_FIXES, false, false));
