//! Which colour which part of a text has: the engine's tokens, joined into few, long spans.
//!
//! Names, signs and blanks share one span, because what a span costs is paid at each frame. Nothing here judges:
//! whether a statement may run is the guard's word.

use std::{collections::HashSet, ops::Range, sync::LazyLock};

use crate::{
    engine::sql::lexer::{SqlMode, Token, TokenKind, tokens},
    gui::theme::Palette,
};

/// What a span is, which decides its colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::gui::widgets) enum Paint {
    /// Names, signs, blanks.
    Plain,
    /// A word of the language.
    Keyword,
    /// A function's name, before its parenthesis.
    Function,
    /// A string.
    Text,
    /// A number, a variable or a place for a value.
    Number,
    /// A comment or a hint.
    Comment,
    /// What the servers may misread: a quote that never ends, a blank that is none.
    Odd,
}

impl Paint {
    pub(in crate::gui::widgets) fn color(self, palette: &Palette) -> egui::Color32 {
        match self {
            Self::Plain => palette.text,
            Self::Keyword => palette.keyword,
            Self::Function => palette.function,
            Self::Text => palette.string,
            Self::Number => palette.number,
            Self::Comment => palette.comment,
            Self::Odd => palette.danger,
        }
    }
}

/// The spans of a text, in order, without gaps.
pub(in crate::gui::widgets) fn spans(sql: &str, mode: SqlMode) -> Vec<(Range<usize>, Paint)> {
    let all = tokens(sql, mode);
    let mut spans: Vec<(Range<usize>, Paint)> = Vec::new();
    for (index, token) in all.iter().enumerate() {
        let paint = match token.kind {
            // A blank looks the same in any colour.
            TokenKind::Blank => spans.last().map_or(Paint::Plain, |(_, paint)| *paint),
            _ => paint(sql, &all, index),
        };
        match spans.last_mut() {
            Some((range, last)) if *last == paint => range.end = token.range.end,
            _ => spans.push((token.range.clone(), paint)),
        }
    }
    spans
}

fn paint(sql: &str, all: &[Token], index: usize) -> Paint {
    let token = &all[index];
    match token.kind {
        TokenKind::Comment | TokenKind::Hint => Paint::Comment,
        TokenKind::String => Paint::Text,
        TokenKind::Number | TokenKind::Variable | TokenKind::Placeholder => Paint::Number,
        TokenKind::Unterminated | TokenKind::Odd => Paint::Odd,
        TokenKind::ExecutableOpen | TokenKind::ExecutableClose => Paint::Keyword,
        TokenKind::Symbol if is_parameter(sql, all, index) => Paint::Number,
        TokenKind::Word if index > 0 && is_parameter(sql, all, index - 1) => Paint::Number,
        TokenKind::Word => word_paint(sql, all, index),
        _ => Paint::Plain,
    }
}

/// `:name`, which is a place for a value.
fn is_parameter(sql: &str, all: &[Token], index: usize) -> bool {
    all[index].kind == TokenKind::Symbol
        && all[index].text(sql) == ":"
        && all
            .get(index + 1)
            .is_some_and(|next| next.kind == TokenKind::Word)
}

fn word_paint(sql: &str, all: &[Token], index: usize) -> Paint {
    let word = all[index].text(sql);
    let near = |token: Option<&Token>| token.map_or("", |token| token.text(sql));
    let before = near(all[..index].last());
    if before == "." || before == "@" {
        return Paint::Plain; // the second half of a name
    }
    if word.starts_with(|c: char| c.is_ascii_digit()) {
        return Paint::Number; // 0x1F
    }
    let next = near(all[index + 1..].iter().find(|token| token.is_code()));
    let called = next == "(";
    let upper = word.to_ascii_uppercase();
    if called && BOTH.contains(upper.as_str()) {
        Paint::Function
    } else if KEYWORDS.contains(upper.as_str()) {
        Paint::Keyword
    } else if called && near(all.get(index + 1)) == "(" {
        Paint::Function
    } else {
        Paint::Plain
    }
}

type Words = LazyLock<HashSet<&'static str>>;

/// Words of the language that are also functions.
static BOTH: Words = LazyLock::new(|| {
    "CHAR CONVERT DATABASE DATE IF INSERT LEFT MOD REPLACE RIGHT SCHEMA TIME TIMESTAMP TRUNCATE VALUES \
     YEAR"
    .split_ascii_whitespace()
    .collect()
});

/// The words that people meet in statements that read, and those that the guard refuses.
static KEYWORDS: Words = LazyLock::new(|| {
    "ALL ALTER ANALYZE AND AS ASC BEGIN BETWEEN BINARY BY CALL CASE CAST CHAR CHARACTER CHECK CHECKSUM \
     COLLATE COLUMN COLUMNS COMMIT CREATE CROSS CURRENT DATABASE DATABASES DATE DATETIME DECIMAL DELETE \
     DESC DESCRIBE DISTINCT DIV DROP DUAL ELSE END ENGINE ESCAPE EVENTS EXCEPT EXISTS EXPLAIN EXTENDED \
     FALSE FIELDS FIRST FOLLOWING FOR FORCE FORMAT FROM FULL FUNCTION GLOBAL GRANT GRANTS GROUP GROUPING \
     HAVING HELP IF IGNORE IN INDEX INDEXES INNER INSERT INTERSECT INTERVAL INTO IS JOIN JSON KEY KEYS \
     KILL LAST LATERAL LEFT LIKE LIMIT LOAD LOCK MATCH MEMBER MOD NATURAL NOT NULL NULLS OF OFFSET ON OR \
     ORDER OUTER OUTFILE OVER PARTITION PARTITIONS PRECEDING PROCEDURE PROCESSLIST RANGE RECURSIVE REGEXP \
     RENAME REPLACE REPLICA REVOKE RIGHT RLIKE ROLLBACK ROLLUP ROW ROWS SCHEMA SCHEMAS SELECT SEPARATOR \
     SESSION SET SHARE SHOW SIGNED SLAVE SOUNDS STATUS STRAIGHT_JOIN TABLE TABLES THEN TIME TIMESTAMP TO \
     TRIGGERS TRUE TRUNCATE UNBOUNDED UNION UNKNOWN UNSIGNED UPDATE USE USING VALUES VARIABLES VIEW \
     WARNINGS WHEN WHERE WINDOW WITH XOR"
    .split_ascii_whitespace()
    .collect()
});

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn painted(sql: &str) -> Vec<(&str, Paint)> {
        spans(sql, SqlMode::default())
            .into_iter()
            .map(|(range, paint)| (&sql[range], paint))
            .collect()
    }

    #[test]
    fn keywords_functions_texts_numbers_and_comments_differ() {
        assert_eq!(
            painted("SELECT count(*), left(a, 2) FROM t -- all"),
            [
                ("SELECT ", Paint::Keyword),
                ("count", Paint::Function),
                ("(*), ", Paint::Plain),
                ("left", Paint::Function),
                ("(a, ", Paint::Plain),
                ("2", Paint::Number),
                (") ", Paint::Plain),
                ("FROM ", Paint::Keyword),
                ("t ", Paint::Plain),
                ("-- all", Paint::Comment),
            ]
        );
        assert_eq!(
            painted("a LEFT JOIN b WHERE x = :from AND y = 'é'"),
            [
                ("a ", Paint::Plain),
                ("LEFT JOIN ", Paint::Keyword),
                ("b ", Paint::Plain),
                ("WHERE ", Paint::Keyword),
                ("x = ", Paint::Plain),
                (":from ", Paint::Number),
                ("AND ", Paint::Keyword),
                ("y = ", Paint::Plain),
                ("'é'", Paint::Text),
            ]
        );
    }

    #[test]
    fn a_column_named_like_a_keyword_is_a_name_after_its_point() {
        assert_eq!(painted("t.order"), [("t.order", Paint::Plain)]);
    }

    #[test]
    fn a_long_script_has_few_spans() {
        let line = "SELECT a.b, c.d, e.f FROM g.h AS i\n";
        assert!(spans(&line.repeat(100), SqlMode::default()).len() <= 6 * 100);
    }

    proptest! {
        #[test]
        fn spans_join_back_to_the_text(sql in "[ -~\\n'\"`/*!#@:;?é日]{0,80}") {
            let mut end = 0;
            for (range, _) in spans(&sql, SqlMode::default()) {
                prop_assert_eq!(range.start, end);
                end = range.end;
            }
            prop_assert_eq!(end, sql.len());
        }
    }
}
