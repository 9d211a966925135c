//! What a cell shows: its text made safe to draw, and cut before it is laid out.
//!
//! Whatever a server sends, one cell is one line of a few hundred characters at most. Control, bidirectional and
//! invisible characters become visible marks, which are drawn faint so that they cannot be taken for text. Each
//! cell is laid out alone, so that text that runs from right to left cannot reorder its neighbours.

use std::{fmt::Write as _, ops::Range};

use crate::engine::{
    value::{self, Cell, Kind},
    visible::is_invisible,
};

/// Characters of a cell that are looked at, wherever it is shown in the grid.
pub(super) const LONGEST: usize = 300;

/// Bytes of a binary value that are shown.
const BINARY_SHOWN: usize = 12;

/// Marks above one letter before they are written out: enough for every script, too few to reach the next row.
const MARKS_STACKED: u32 = 4;

/// How a cell's text is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Look {
    /// A value, in full colour.
    Value,
    /// A value that is read only when looked for: JSON, binary.
    Quiet,
    /// A word of ours instead of a value: NULL, smaller.
    Null,
    /// A sign of ours instead of a value: empty text, not loaded.
    Sign,
}

/// The text of a cell as it is drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CellText {
    pub(super) text: String,
    /// Byte ranges of `text` that are ours and not the value's: drawn faint.
    pub(super) marks: Vec<Range<usize>>,
    pub(super) look: Look,
    /// The value goes on after `text`.
    pub(super) cut: bool,
}

impl CellText {
    /// The first `limit` characters of a cell; `None` is a cell that is not loaded.
    pub(super) fn new(cell: Option<Cell<'_>>, kind: Kind, limit: usize) -> Self {
        match cell {
            None => Self::sign("·", Look::Sign),
            Some(Cell::Null) => Self::sign("NULL", Look::Null),
            Some(Cell::Text([])) => Self::sign("''", Look::Sign),
            Some(Cell::Text(bytes)) => {
                let look = if kind == Kind::Json {
                    Look::Quiet
                } else {
                    Look::Value
                };
                text_shown(bytes, limit, look)
            }
            Some(Cell::Binary(bytes)) => binary_shown(bytes),
            Some(number) => Self {
                text: value::text(number, kind),
                marks: Vec::new(),
                look: Look::Value,
                cut: false,
            },
        }
    }

    /// A name of the server's making (a column's), by the same rules.
    pub(super) fn name(name: &str, limit: usize) -> Self {
        text_shown(name.as_bytes(), limit, Look::Value)
    }

    /// The text with an ellipsis where it was cut, for readers that do not see the drawing.
    pub(super) fn into_label(mut self) -> String {
        if self.cut {
            self.text.push('…');
        }
        self.text
    }

    /// Keep the first so many bytes of a text that is ASCII; what is left out counts as cut.
    pub(super) fn shorten(&mut self, bytes: usize) {
        if bytes >= self.text.len() {
            return;
        }
        self.text.truncate(bytes);
        self.cut = true;
        self.marks.retain(|mark| mark.start < bytes);
        if let Some(last) = self.marks.last_mut() {
            last.end = last.end.min(bytes);
        }
    }

    /// Columns of a fixed-width face that the text takes.
    pub(super) fn width(&self) -> usize {
        if self.text.is_ascii() {
            self.text.len()
        } else {
            self.text.chars().map(char_width).sum()
        }
    }

    fn sign(text: &str, look: Look) -> Self {
        Self {
            text: text.to_owned(),
            marks: Vec::new(),
            look,
            cut: false,
        }
    }

    fn mark(&mut self, write: impl FnOnce(&mut String)) {
        let start = self.text.len();
        write(&mut self.text);
        match self.marks.last_mut() {
            Some(last) if last.end == start => last.end = self.text.len(),
            _ => self.marks.push(start..self.text.len()),
        }
    }
}

fn text_shown(bytes: &[u8], limit: usize, look: Look) -> CellText {
    // No character is longer than four bytes: the rest of a large value is never touched.
    let head = &bytes[..bytes.len().min(limit.saturating_mul(4))];
    if head.len() <= limit && head.iter().all(|byte| (b' '..=b'~').contains(byte)) {
        return CellText {
            text: String::from_utf8_lossy(head).into_owned(),
            marks: Vec::new(),
            look,
            cut: false,
        };
    }
    let mut shown = CellText {
        text: String::with_capacity(head.len().min(limit) + 8),
        marks: Vec::new(),
        look,
        cut: false,
    };
    let mut characters = 0;
    let mut stacked = 0;
    let mut taken = 0;
    for chunk in head.utf8_chunks() {
        for letter in chunk.valid().chars() {
            if characters == limit {
                shown.cut = true;
                return shown;
            }
            push_letter(&mut shown, letter, &mut stacked);
            characters += 1;
        }
        taken += chunk.valid().len() + chunk.invalid().len();
        // A character that our own cut has broken is no fault of the value.
        if taken == head.len() && head.len() < bytes.len() {
            break;
        }
        for byte in chunk.invalid() {
            if characters == limit {
                shown.cut = true;
                return shown;
            }
            push_code(&mut shown, 'x', u32::from(*byte));
            characters += 1;
        }
    }
    shown.cut = head.len() < bytes.len();
    shown
}

fn push_letter(shown: &mut CellText, letter: char, stacked: &mut u32) {
    *stacked = if is_combining(letter) {
        *stacked + 1
    } else {
        0
    };
    match letter {
        '\n' => shown.mark(|text| text.push('↵')),
        '\t' => shown.mark(|text| text.push('→')),
        '\r' => shown.mark(|text| text.push_str("\\r")),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => push_code(shown, 'x', u32::from(letter)),
        // Joiners shape emoji and many scripts, and only deceive between plain letters.
        '\u{200c}' | '\u{200d}' if joins(&shown.text) => shown.text.push(letter),
        _ if is_invisible(letter) || *stacked > MARKS_STACKED => {
            push_code(shown, 'u', u32::from(letter));
        }
        _ => shown.text.push(letter),
    }
}

fn push_code(shown: &mut CellText, prefix: char, code: u32) {
    shown.mark(|text| {
        let written = if prefix == 'x' {
            write!(text, "\\x{code:02X}")
        } else {
            write!(text, "\\u{{{code:04X}}}")
        };
        written.expect("a String takes any text");
    });
}

fn joins(before: &str) -> bool {
    before
        .chars()
        .next_back()
        .is_some_and(|last| !last.is_ascii())
}

fn is_combining(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{483}'..='\u{489}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

fn char_width(letter: char) -> usize {
    let wide = matches!(letter,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}');
    if wide {
        2
    } else {
        usize::from(!is_combining(letter))
    }
}

fn binary_shown(bytes: &[u8]) -> CellText {
    let head = &bytes[..bytes.len().min(BINARY_SHOWN)];
    let mut shown = CellText {
        text: value::text(Cell::Binary(head), Kind::Binary),
        marks: Vec::new(),
        look: Look::Quiet,
        cut: false,
    };
    let more = if head.len() < bytes.len() { "…" } else { "" };
    shown.mark(|text| {
        write!(text, "{more}  {}", size(bytes.len())).expect("a String takes any text");
    });
    shown
}

/// A number of bytes for people.
fn size(bytes: usize) -> String {
    let units = ["KiB", "MiB", "GiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let mut amount = bytes as f64 / 1024.0;
    let mut unit = 0;
    while amount >= 1024.0 && unit + 1 < units.len() {
        amount /= 1024.0;
        unit += 1;
    }
    format!("{amount:.1} {}", units[unit])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(bytes: &[u8]) -> CellText {
        CellText::new(Some(Cell::Text(bytes)), Kind::Text, LONGEST)
    }

    fn marks(cell: &CellText) -> Vec<&str> {
        cell.marks
            .iter()
            .map(|mark| &cell.text[mark.clone()])
            .collect()
    }

    #[test]
    fn null_empty_and_absent_look_different() {
        let null = CellText::new(Some(Cell::Null), Kind::Text, LONGEST);
        let empty = shown(b"");
        let absent = CellText::new(None, Kind::Text, LONGEST);
        let word = shown(b"NULL");
        assert_eq!((null.text.as_str(), null.look), ("NULL", Look::Null));
        assert_eq!((empty.text.as_str(), empty.look), ("''", Look::Sign));
        assert_eq!((absent.text.as_str(), absent.look), ("·", Look::Sign));
        assert_eq!((word.text.as_str(), word.look), ("NULL", Look::Value));
    }

    #[test]
    fn control_and_bidirectional_characters_are_marks() {
        let cell = shown("a\nb\t\u{1b}[31m\u{202e}gpj.exe\u{0}".as_bytes());
        assert_eq!(cell.text, "a↵b→\\x1B[31m\\u{202E}gpj.exe\\x00");
        assert_eq!(marks(&cell), ["↵", "→\\x1B", "\\u{202E}", "\\x00"]);
        assert!(!cell.cut);
    }

    #[test]
    fn bytes_that_are_not_text_are_marks() {
        let cell = shown(b"caf\xe9!");
        assert_eq!(cell.text, "caf\\xE9!");
        assert_eq!(marks(&cell), ["\\xE9"]);
    }

    #[test]
    fn joined_emoji_stay_whole_and_hidden_joiners_show() {
        assert_eq!(shown("👩\u{200d}🚀".as_bytes()).text, "👩\u{200d}🚀");
        assert_eq!(shown("ad\u{200d}min".as_bytes()).text, "ad\\u{200D}min");
    }

    #[test]
    fn a_tower_of_accents_does_not_reach_the_next_row() {
        let cell = shown(format!("e{}", "\u{301}".repeat(50)).as_bytes());
        assert_eq!(cell.text.matches('\u{301}').count(), 4);
        assert!(cell.text.contains("\\u{0301}"));
    }

    #[test]
    fn a_cut_does_not_break_a_character() {
        let long = "é".repeat(1000);
        let cell = shown(long.as_bytes());
        assert_eq!(cell.text, "é".repeat(LONGEST));
        assert!(cell.cut && cell.marks.is_empty());
        let longer = "日".repeat(LONGEST + 1);
        let cell = shown(longer.as_bytes());
        assert_eq!(cell.text, "日".repeat(LONGEST));
        assert!(cell.cut);
    }

    #[test]
    fn text_of_just_the_longest_length_is_not_cut() {
        assert!(!shown("é".repeat(LONGEST).as_bytes()).cut);
        assert!(!shown("e".repeat(LONGEST).as_bytes()).cut);
        assert!(shown("e".repeat(LONGEST + 1).as_bytes()).cut);
    }

    #[test]
    fn shortening_keeps_the_marks_that_are_left() {
        let mut cell = shown(b"ab\x01c\x02d");
        cell.shorten(4);
        assert_eq!((cell.text.as_str(), marks(&cell)), ("ab\\x", vec!["\\x"]));
        assert!(cell.cut);
        cell.shorten(1);
        assert_eq!((cell.text.as_str(), cell.marks.len()), ("a", 0));
    }

    #[test]
    fn binary_says_its_length() {
        let text =
            |bytes: &[u8]| CellText::new(Some(Cell::Binary(bytes)), Kind::Binary, LONGEST).text;
        assert_eq!(text(&[0x1f, 0x8b]), "0x1F8B  2 B");
        assert_eq!(text(&[]), "0x  0 B");
        assert_eq!(
            text(&vec![0xab; 1 << 20]),
            format!("0x{}…  1.0 MiB", "AB".repeat(12))
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_short_line_of_visible_text(bytes in prop::collection::vec(any::<u8>(), 0..600), limit in 0usize..400) {
            let cell = CellText::new(Some(Cell::Text(&bytes)), Kind::Text, limit);
            prop_assert!(cell.text.chars().count() <= limit.max(1) * 10);
            prop_assert!(!cell.text.chars().any(char::is_control));
            for mark in &cell.marks {
                prop_assert!(cell.text.get(mark.clone()).is_some());
            }
        }

        #[test]
        fn any_text_without_marks_is_itself(text in "[ -~à-ÿ一-丠]{1,300}") {
            let cell = shown(text.as_bytes());
            prop_assert_eq!(cell.text, text);
        }
    }
}
