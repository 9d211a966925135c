//! The tokens of one statement that mean something to it, and what stands around each.

use crate::engine::sql::lexer::{Token, TokenKind};

/// The tokens of a statement that mean something to it.
#[derive(Clone, Copy)]
pub(super) struct Code<'a> {
    pub(super) sql: &'a str,
    pub(super) tokens: &'a [Token],
    /// For each `(`, the place of its `)`; the number of tokens where there is none.
    pub(super) closes: &'a [usize],
    /// For each token, the `(` around it.
    pub(super) inside: &'a [Option<usize>],
}

impl<'a> Code<'a> {
    pub(super) fn text(&self, index: usize) -> &'a str {
        self.tokens
            .get(index)
            .map_or("", |token| token.text(self.sql))
    }

    /// Is this the unquoted word?
    pub(super) fn is(&self, index: usize, word: &str) -> bool {
        self.tokens
            .get(index)
            .is_some_and(|token| is_word(self.sql, token, word))
    }

    /// The word before, unquoted.
    pub(super) fn before(&self, index: usize, word: &str) -> bool {
        index
            .checked_sub(1)
            .is_some_and(|before| self.is(before, word))
    }

    /// An unquoted word that no point makes a name.
    pub(super) fn is_keyword(&self, index: usize) -> bool {
        self.tokens[index].kind == TokenKind::Word && (index == 0 || self.text(index - 1) != ".")
    }

    /// Is this the INTO of `EXPLAIN INSERT [options] INTO`?
    pub(super) fn begins_target(&self, into: usize) -> bool {
        let mut at = into;
        // No more options than there are.
        while at > 0
            && into - at < 5
            && ["INTO", "LOW_PRIORITY", "HIGH_PRIORITY", "DELAYED", "IGNORE"]
                .iter()
                .any(|word| self.is(at, word))
        {
            at -= 1;
        }
        at < into && self.is_keyword(at) && (self.is(at, "INSERT") || self.is(at, "REPLACE"))
    }
}

/// For each `(` its `)`, and for each token the `(` around it.
pub(super) fn parentheses(sql: &str, tokens: &[Token]) -> (Vec<usize>, Vec<Option<usize>>) {
    let mut closes = vec![tokens.len(); tokens.len()];
    let mut inside = Vec::with_capacity(tokens.len());
    let mut open = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        inside.push(open.last().copied());
        match token.text(sql) {
            "(" => open.push(index),
            ")" => {
                if let Some(opening) = open.pop() {
                    closes[opening] = index;
                }
            }
            _ => {}
        }
    }
    (closes, inside)
}

pub(super) fn is_word(sql: &str, token: &Token, word: &str) -> bool {
    token.kind == TokenKind::Word && token.text(sql).eq_ignore_ascii_case(word)
}
