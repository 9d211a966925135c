//! Words in a chart: made safe to show, measured with the bundled fonts, and shortened in the middle where they are
//! too long. Nothing here needs a window or the system's fonts, so a file comes out the same everywhere.

use std::sync::LazyLock;

use skrifa::{FontRef, MetadataProvider as _, instance::LocationRef, prelude::Size};
use unicode_width::UnicodeWidthChar as _;

use crate::engine::visible;

/// The face of ordinary words.
pub const REGULAR: &[u8] = include_bytes!("../../../assets/fonts/Inter-Regular.otf");
/// The face of titles and names.
pub const SEMIBOLD: &[u8] = include_bytes!("../../../assets/fonts/Inter-SemiBold.otf");

/// The weight of a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Weight {
    /// Ordinary.
    #[default]
    Regular,
    /// Titles and names.
    Semibold,
}

/// Characters up to this have their width in a table.
const TABLE: usize = 0x250;

/// Widths at a size of 1.
struct Widths {
    font: FontRef<'static>,
    table: [f32; TABLE],
}

impl Widths {
    fn new(file: &'static [u8]) -> Self {
        let font = FontRef::new(file).expect("the bundled fonts can be read");
        let mut table = [0.0; TABLE];
        for (code, width) in table.iter_mut().enumerate() {
            let letter = u32::try_from(code).ok().and_then(char::from_u32);
            *width = letter.map_or(0.0, |letter| measured(&font, letter));
        }
        Self { font, table }
    }

    fn of(&self, letter: char) -> f32 {
        match self.table.get(letter as usize) {
            Some(width) => *width,
            None => measured(&self.font, letter),
        }
    }
}

/// What the bundled font lacks comes from another one: its width is guessed from the columns of a terminal.
fn measured(font: &FontRef<'_>, letter: char) -> f32 {
    let metrics = font.glyph_metrics(Size::new(1.0), LocationRef::default());
    let glyph = font.charmap().map(letter);
    glyph
        .and_then(|glyph| metrics.advance_width(glyph))
        .unwrap_or_else(|| letter.width().unwrap_or(0) as f32 * 0.55)
}

static WIDTHS: LazyLock<[Widths; 2]> =
    LazyLock::new(|| [Widths::new(REGULAR), Widths::new(SEMIBOLD)]);

fn widths(weight: Weight) -> &'static Widths {
    match weight {
        Weight::Regular => &WIDTHS[0],
        Weight::Semibold => &WIDTHS[1],
    }
}

/// How wide a text is set, in pixels, without kerning.
pub fn width(text: &str, size: f32, weight: Weight) -> f32 {
    let widths = widths(weight);
    text.chars().map(|letter| widths.of(letter)).sum::<f32>() * size
}

/// A name from anywhere as it can be shown: control, bidirectional and invisible characters as marks, "(empty)" for
/// none.
pub fn shown(name: &str) -> String {
    if name.is_empty() {
        return "(empty)".to_owned();
    }
    visible(name)
}

/// Control, bidirectional and invisible characters as marks.
pub fn visible(text: &str) -> String {
    visible::line(text)
}

/// The text if it fits, else its beginning and end around an ellipsis.
pub fn fitted(text: &str, room: f32, size: f32, weight: Weight) -> String {
    let widths = widths(weight);
    let mut total = 0.0;
    // Longer than any room: most of a long text need not be measured.
    let fits = text.chars().all(|letter| {
        total += widths.of(letter) * size;
        total <= room
    });
    if fits {
        return text.to_owned();
    }
    let half = ((room - widths.of('…') * size) / 2.0).max(0.0);
    let start = reach(text.char_indices(), half / size, widths);
    let end = reach(text.char_indices().rev(), half / size, widths);
    let (head, tail) = match (start, end) {
        (Some(start), Some(end)) if start <= end => (
            &text[..start],
            &text[end + text[end..].chars().next().map_or(0, char::len_utf8)..],
        ),
        _ => ("", ""),
    };
    format!("{}…{}", head.trim_end(), tail.trim_start())
}

/// The first character that does not fit.
fn reach(
    letters: impl Iterator<Item = (usize, char)>,
    room: f32,
    widths: &Widths,
) -> Option<usize> {
    let mut total = 0.0;
    for (at, letter) in letters {
        total += widths.of(letter);
        if total > room {
            return Some(at);
        }
    }
    None
}

/// Lines of words that fit; a word that is too long for a line is shortened.
pub fn wrapped(text: &str, room: f32, size: f32) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        let longer = if line.is_empty() {
            word.to_owned()
        } else {
            format!("{line} {word}")
        };
        if line.is_empty() || width(&longer, size, Weight::Regular) <= room {
            line = longer;
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
        .iter()
        .map(|line| fitted(line, room, size, Weight::Regular))
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn widths_are_the_fonts() {
        let width = |text| width(text, 100.0, Weight::Regular);
        assert!((width("mm") - 2.0 * width("m")).abs() < 0.01);
        assert!(width("m") > 2.0 * width("i"));
        assert!(super::width("m", 100.0, Weight::Semibold) > width("m"));
        assert!((width("日") - 110.0).abs() < 0.01); // not in the font
    }

    #[test]
    fn long_names_keep_both_ends() {
        let name = "checkout-redesign-of-the-autumn-for-all-shops";
        let short = fitted(name, 120.0, 12.0, Weight::Regular);
        assert!(
            short.starts_with("check") && short.ends_with("shops") && short.contains('…'),
            "{short}"
        );
        assert_eq!(fitted(name, 1000.0, 12.0, Weight::Regular), name);
        assert_eq!(fitted(name, 0.0, 12.0, Weight::Regular), "…");
    }

    proptest! {
        #[test]
        fn what_is_fitted_fits(text in any::<String>(), room in 20f32..300.0) {
            let fitted = fitted(&text, room, 12.0, Weight::Semibold);
            prop_assert!(width(&fitted, 12.0, Weight::Semibold) <= room + 0.01);
        }

        #[test]
        fn wrapping_loses_no_short_word(words in prop::collection::vec("[a-z]{1,8}", 0..20)) {
            let text = words.join(" ");
            prop_assert_eq!(wrapped(&text, 100.0, 12.0).join(" "), text);
        }
    }
}
