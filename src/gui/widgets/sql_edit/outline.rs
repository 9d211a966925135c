//! What is known of a text without asking any server: its lines, its statements, and what the guard would refuse.
//!
//! Made anew when the text changes, not when a frame is drawn.

use std::ops::Range;

use crate::engine::sql::{
    guard::{self, Refusal, Rules},
    statement::{self, Statement},
};

/// Lines, statements and refusals of a text.
#[derive(Default)]
pub(super) struct Outline {
    text: String,
    rules: Rules,
    /// Where each line begins, in bytes.
    lines: Vec<usize>,
    statements: Vec<Statement>,
    /// Places are those of the whole text.
    refusals: Vec<Refusal>,
}

impl Outline {
    /// Look again, if the text or the rules are others.
    pub(super) fn update(&mut self, text: &str, rules: &Rules, most_lines: usize) {
        if !self.lines.is_empty() && self.text == text && self.rules == *rules {
            return;
        }
        text.clone_into(&mut self.text);
        self.rules = rules.clone();
        self.lines.clear();
        self.lines.push(0);
        self.lines.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, byte)| *byte == b'\n')
                .map(|(at, _)| at + 1),
        );
        self.statements = statement::split(text, rules.sql_mode);
        self.refusals = if self.lines.len() > most_lines {
            Vec::new()
        } else {
            self.statements
                .iter()
                .filter_map(|statement| refusal(text, statement, rules))
                .collect()
        };
    }

    /// How many lines.
    pub(super) fn lines(&self) -> usize {
        self.lines.len()
    }

    /// The line that holds a place, from 0.
    pub(super) fn line_at(&self, byte: usize) -> usize {
        self.lines
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    }

    /// Where a line begins, in bytes.
    pub(super) fn line_start(&self, line: usize) -> usize {
        self.lines.get(line).copied().unwrap_or(self.text.len())
    }

    /// The statement at a place; see [`statement::at`].
    pub(super) fn statement_at(&self, byte: usize) -> Option<Range<usize>> {
        statement::at(&self.statements, byte).map(|statement| statement.range.clone())
    }

    /// What the guard would refuse and the person is not just writing: the word at the caret may be half a word.
    pub(super) fn refusals(&self, caret: usize) -> impl Iterator<Item = &Refusal> {
        self.refusals
            .iter()
            .filter(move |refusal| caret < refusal.at.start || refusal.at.end < caret)
    }
}

fn refusal(text: &str, statement: &Statement, rules: &Rules) -> Option<Refusal> {
    let start = statement.range.start;
    let refusal = guard::check(&text[statement.range.clone()], rules).err()?;
    Some(Refusal {
        at: start + refusal.at.start..start + refusal.at.end,
        ..refusal
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outline(text: &str) -> Outline {
        let mut outline = Outline::default();
        outline.update(text, &Rules::default(), 100);
        outline
    }

    #[test]
    fn refusals_stand_at_their_place_in_the_whole_text() {
        let text = "SELECT 1;\nDELETE FROM t;\nUSE shop";
        let outline = outline(text);
        let words: Vec<_> = outline
            .refusals(0)
            .map(|refusal| &text[refusal.at.clone()])
            .collect();
        assert_eq!(words, ["DELETE"]);
    }

    #[test]
    fn a_word_that_is_being_written_is_not_blamed() {
        assert_eq!(outline("SEL").refusals(3).count(), 0);
        assert_eq!(outline("SEL ").refusals(4).count(), 1);
    }

    #[test]
    fn places_know_their_line() {
        let outline = outline("a\nb\n");
        assert_eq!(outline.lines(), 3);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|byte| outline.line_at(byte)),
            [0, 0, 1, 1, 2]
        );
    }
}
