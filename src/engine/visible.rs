//! Text of servers made safe to show: control characters, bidirectional and invisible ones become marks that can
//! be read, so that no value can move the cursor, colour the terminal or reorder what stands beside it.

use std::fmt::Write as _;

use unicode_width::UnicodeWidthChar as _;

/// Append one character, or the mark that stands for it: `\n`, `\t`, `\r`, `\x1B`, `\u{202E}`.
pub fn push(out: &mut String, letter: char) {
    match letter {
        '\n' => out.push_str("\\n"),
        '\t' => out.push_str("\\t"),
        '\r' => out.push_str("\\r"),
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => {
            write!(out, "\\x{:02X}", u32::from(letter)).expect("a String takes any text");
        }
        _ if is_invisible(letter) => {
            write!(out, "\\u{{{:04X}}}", u32::from(letter)).expect("a String takes any text");
        }
        _ => out.push(letter),
    }
}

/// A text on one line, with marks.
pub fn line(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    text.chars().for_each(|letter| push(&mut out, letter));
    out
}

/// Columns of a terminal that a text takes.
pub fn width(text: &str) -> usize {
    text.chars().map(|letter| letter.width().unwrap_or(0)).sum()
}

/// Characters that change or hide what stands around them: bidirectional controls, zero-width characters, line
/// and paragraph separators, tags, interlinear marks.
pub fn is_invisible(letter: char) -> bool {
    matches!(letter,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180e}'
        | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
        | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1d173}'..='\u{1d17a}'
        | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_moves_or_hides_gets_through() {
        assert_eq!(
            line("a\u{1b}[31m\n\u{202e}b\u{feff}\u{9b}"),
            "a\\x1B[31m\\n\\u{202E}b\\u{FEFF}\\x9B"
        );
        assert_eq!(line("Grüße 日本 🦀"), "Grüße 日本 🦀");
    }

    #[test]
    fn wide_characters_take_two_columns() {
        assert_eq!(width("a日"), 3);
    }
}
