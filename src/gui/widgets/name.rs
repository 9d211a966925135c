//! Names that a server gave, made fit to stand in a row: bounded, harmless, and short enough by leaving out their
//! middle, where names differ least.

use std::sync::Arc;

use egui::{Color32, FontId, Galley, Ui};

use crate::engine::visible;

/// Letters of a name that are looked at: more than any column of names holds.
const LONGEST: usize = 300;
/// What stands where a name is the empty text.
const EMPTY: &str = "(empty)";

/// A server's name as it is shown and spoken: on one line, bounded, never empty.
pub fn shown(name: &str) -> String {
    if name.is_empty() {
        EMPTY.to_owned()
    } else {
        let mut shown = String::new();
        for letter in name.chars().take(LONGEST) {
            visible::push(&mut shown, letter);
        }
        if name.chars().nth(LONGEST).is_some() {
            shown.push('…');
        }
        shown
    }
}

/// The text laid out, with `…` for its middle where it is wider than `width`. True beside it if something was left
/// out: the whole belongs in a tooltip then.
pub fn fitted(ui: &Ui, text: &str, font: &FontId, ink: Color32, width: f32) -> (Arc<Galley>, bool) {
    let lay = |text: String| ui.painter().layout_no_wrap(text, font.clone(), ink);
    let whole = lay(text.to_owned());
    if whole.size().x <= width {
        return (whole, false);
    }
    let letters: Vec<char> = text.chars().collect();
    // The widest that fits, by halving: widths grow with the letters that are kept.
    let (mut fits, mut too_wide) = (0, letters.len());
    while too_wide - fits > 1 {
        let middle = fits.midpoint(too_wide);
        if lay(elided(&letters, middle)).size().x <= width {
            fits = middle;
        } else {
            too_wide = middle;
        }
    }
    (lay(elided(&letters, fits)), true)
}

/// So many letters of it: a little more from its beginning than from its end.
fn elided(letters: &[char], kept: usize) -> String {
    let head = kept.div_ceil(2);
    let tail = letters.len() - (kept - head);
    letters[..head]
        .iter()
        .chain(&['…'])
        .chain(&letters[tail..])
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stays_on_its_line_and_is_never_nothing() {
        assert_eq!(shown(""), "(empty)");
        assert_eq!(shown("a\nb\u{202e}c"), "a\\nb\\u{202E}c");
        assert_eq!(shown(&"x".repeat(400)).chars().count(), LONGEST + 1);
    }

    #[test]
    fn beginning_and_end_are_kept() {
        let letters: Vec<char> = "checkout-redesign".chars().collect();
        assert_eq!(elided(&letters, 5), "che…gn");
        assert_eq!(elided(&letters, 0), "…");
    }
}
