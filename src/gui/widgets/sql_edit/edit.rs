//! What keys do to a text beyond typing: indent, comment, a new line that stands under the last. Pure; a text and a
//! selection in bytes go in, the new selection comes out.

use std::ops::Range;

/// One step of indentation.
pub(super) const INDENT: &str = "  ";

/// Put a text in the place of the selection; the caret stands after it.
pub(super) fn replace(text: &mut String, selection: Range<usize>, with: &str) -> Range<usize> {
    let caret = selection.start + with.len();
    text.replace_range(selection, with);
    caret..caret
}

/// Tab: blanks to the next step, or the selected lines one step to the right.
pub(super) fn indent(text: &mut String, selection: Range<usize>) -> Range<usize> {
    if text[selection.clone()].contains('\n') {
        return each_line(text, selection, |line| {
            (!line.is_empty()).then(|| Change::insert(0, INDENT))
        });
    }
    let column = text[line_start(text, selection.start)..selection.start]
        .chars()
        .count();
    let blanks = " ".repeat(INDENT.len() - column % INDENT.len());
    replace(text, selection, &blanks)
}

/// Shift+Tab: the lines of the selection one step to the left.
pub(super) fn unindent(text: &mut String, selection: Range<usize>) -> Range<usize> {
    each_line(text, selection, |line| {
        let blanks = line
            .bytes()
            .take(INDENT.len())
            .take_while(|byte| *byte == b' ')
            .count();
        let width = if line.starts_with('\t') { 1 } else { blanks };
        (width > 0).then_some(Change::remove(0, width))
    })
}

/// Enter: a new line, as far to the right as the one it leaves.
pub(super) fn new_line(text: &mut String, selection: Range<usize>) -> Range<usize> {
    let line = &text[line_start(text, selection.start)..selection.start];
    let blanks: String = line
        .chars()
        .take_while(|c| matches!(c, ' ' | '\t'))
        .collect();
    replace(text, selection, &format!("\n{blanks}"))
}

/// Ctrl+/: `-- ` before each line of the selection, or away where all of them have it.
pub(super) fn toggle_comment(text: &mut String, selection: Range<usize>) -> Range<usize> {
    // A selection that ends before the first letter of a line does not mean that line.
    let last = selection.end - usize::from(text[selection.clone()].ends_with('\n'));
    let lines = line_start(text, selection.start)..line_end(text, last);
    let full = |line: &&str| !line.trim().is_empty();
    let block = &text[lines];
    let commented = block.lines().any(|line| full(&line))
        && block
            .lines()
            .filter(full)
            .all(|line| line.trim_start().starts_with("--"));
    // Under each other, also where lines begin at different columns.
    let column = block.lines().filter(full).map(first_column).min();
    let empty = column.is_none();
    let column = column.unwrap_or(0);
    each_line(text, selection, |line| {
        if commented {
            let at = line.find("--")?;
            let blank = usize::from(line[at + 2..].starts_with(' '));
            Some(Change::remove(at, 2 + blank))
        } else {
            (empty || full(&line)).then(|| Change::insert(column, "-- "))
        }
    })
}

fn first_column(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

/// A change to one line, at a place in bytes.
struct Change {
    at: usize,
    remove: usize,
    insert: &'static str,
}

impl Change {
    fn insert(at: usize, insert: &'static str) -> Self {
        Self {
            at,
            remove: 0,
            insert,
        }
    }

    fn remove(at: usize, remove: usize) -> Self {
        Self {
            at,
            remove,
            insert: "",
        }
    }
}

/// Change each line that the selection touches; the selection keeps its letters.
fn each_line(
    text: &mut String,
    selection: Range<usize>,
    change: impl Fn(&str) -> Option<Change>,
) -> Range<usize> {
    let mut selection = selection;
    let mut start = line_start(text, selection.start);
    loop {
        let end = line_end(text, start);
        let touched = start < selection.end || selection.is_empty() || start <= selection.start;
        if let Some(change) = change(&text[start..end]).filter(|_| touched) {
            let at = start + change.at;
            text.replace_range(at..at + change.remove, change.insert);
            let moved = |place: usize| {
                if place < at || (place == at && change.remove > 0) {
                    place
                } else {
                    place.saturating_sub(change.remove).max(at) + change.insert.len()
                }
            };
            selection = moved(selection.start)..moved(selection.end);
        }
        let end = line_end(text, start);
        if end >= selection.end || end == text.len() {
            return selection;
        }
        start = end + 1;
    }
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |end| end + 1)
}

fn line_end(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |end| at + end)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `[` and `]` mark the selection, `|` the caret.
    #[track_caller]
    fn check(before: &str, edit: fn(&mut String, Range<usize>) -> Range<usize>, after: &str) {
        let start = before.find(['[', '|']).unwrap();
        let mut text = before.replacen(['[', '|'], "", 1);
        let end = text.find(']').unwrap_or(start);
        text = text.replacen(']', "", 1);
        let selection = edit(&mut text, start..end);
        if selection.is_empty() {
            text.insert(selection.start, '|');
        } else {
            text.insert(selection.end, ']');
            text.insert(selection.start, '[');
        }
        assert_eq!(text, after);
    }

    #[test]
    fn tab_goes_to_the_next_step_and_moves_selected_lines() {
        check("|a", indent, "  |a");
        check("a|b", indent, "a |b");
        check("a[b\nc]d", indent, "  a[b\n  c]d");
        check("[a\n\nb\n]c", indent, "  [a\n\n  b\n]c");
    }

    #[test]
    fn shift_tab_takes_one_step_back() {
        check("    a|", unindent, "  a|");
        check(" a|", unindent, "a|");
        check("|  a", unindent, "|a");
        check("  [a\n\tb]\nc", unindent, "[a\nb]\nc");
    }

    #[test]
    fn a_new_line_stands_under_the_last() {
        check("  a|b", new_line, "  a\n  |b");
        check("[é]", new_line, "\n|");
    }

    #[test]
    fn a_comment_goes_on_and_off() {
        check("a|", toggle_comment, "-- a|");
        check("-- a|", toggle_comment, "a|");
        check("--a|", toggle_comment, "a|");
        check(
            "  [a\n    b\n\n]c",
            toggle_comment,
            "  -- [a\n  --   b\n\n]c",
        );
        check("  -- [a\n  --   b]", toggle_comment, "  [a\n    b]");
        check("[-- a\nb]", toggle_comment, "-- [-- a\n-- b]");
        check("|", toggle_comment, "-- |");
    }
}
