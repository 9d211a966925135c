//! Where in a statement the server found fault, read out of its message. Pure; a guess that finds nothing is `None`.

use std::ops::Range;

use crate::engine::{
    Error,
    sql::lexer::{SqlMode, TokenKind, tokens},
};

/// The place in `sql`, in bytes, that an error speaks of.
pub(super) fn of(error: &Error, sql: &str) -> Option<Range<usize>> {
    match error {
        Error::Refused(refusal) => Some(refusal.at.clone()),
        // "… near 'FORM t' at line 2"
        Error::Server {
            code: 1064,
            message,
            ..
        } => near(message, sql),
        // "Unknown column 'a.b' in 'field list'", "Table 'shop.t' doesn't exist", "FUNCTION shop.f does not exist",
        // "Unknown table 't'", "Column 'a' in field list is ambiguous"
        Error::Server {
            code: 1051 | 1052 | 1054 | 1146 | 1305,
            message,
            ..
        } => {
            let name = quoted(message).or_else(|| message.split(' ').nth(1))?;
            word(name.rsplit('.').next()?, sql)
        }
        _ => None,
    }
}

fn near(message: &str, sql: &str) -> Option<Range<usize>> {
    let text = message.split_once("near '")?.1;
    let (text, line) = text.rsplit_once("' at line ")?;
    let line: usize = line.trim().parse().ok()?;
    if text.is_empty() {
        let end = sql.trim_end().len();
        return Some(last_word(sql, end));
    }
    let line_start = sql
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum::<usize>();
    let at = sql
        .get(line_start..)
        .and_then(|rest| rest.find(text))
        .map(|at| line_start + at)
        .or_else(|| sql.find(text))?;
    let end = sql[at..]
        .find(|c: char| c.is_whitespace())
        .map_or(sql.len(), |end| at + end);
    Some(at..end.max(at + 1).min(sql.len()))
}

fn last_word(sql: &str, end: usize) -> Range<usize> {
    let start = sql[..end]
        .rfind(|c: char| c.is_whitespace())
        .map_or(0, |blank| blank + 1);
    start..end
}

fn quoted(message: &str) -> Option<&str> {
    Some(message.split_once('\'')?.1.split_once('\'')?.0)
}

fn word(name: &str, sql: &str) -> Option<Range<usize>> {
    let named = |kind, text: &str| match kind {
        TokenKind::Word => text.eq_ignore_ascii_case(name),
        TokenKind::QuotedIdentifier => text.trim_matches('`').eq_ignore_ascii_case(name),
        _ => false,
    };
    tokens(sql, SqlMode::default())
        .into_iter()
        .find(|token| named(token.kind, token.text(sql)))
        .map(|token| token.range)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(code: u16, message: &str, sql: &str, expect: Option<&str>) {
        let error = Error::Server {
            code,
            state: "42000".to_owned(),
            message: message.to_owned(),
        };
        assert_eq!(of(&error, sql).map(|range| &sql[range]), expect);
    }

    #[test]
    fn the_place_of_a_syntax_error_is_what_the_server_quotes() {
        let near = |text: &str, line: u32| {
            format!(
                "You have an error in your SQL syntax; check the manual … near '{text}' at line {line}"
            )
        };
        check(1064, &near("FORM t", 1), "SELECT * FORM t", Some("FORM"));
        check(1064, &near("x\nx", 3), "x\nx\nx\nx", Some("x"));
        check(1064, &near("", 1), "SELECT * FROM ", Some("FROM"));
        check(1064, &near("é'", 1), "SELECT 1 é'", Some("é'"));
        check(1064, &near("gone", 9), "SELECT 1", None);
        check(1064, "no place", "SELECT 1", None);
    }

    #[test]
    fn names_are_found_by_their_last_part() {
        check(
            1054,
            "Unknown column 'o.idd' in 'field list'",
            "SELECT o.idd FROM o",
            Some("idd"),
        );
        check(
            1146,
            "Table 'shop.orderz' doesn't exist",
            "SELECT * FROM `orderz`",
            Some("`orderz`"),
        );
        check(
            1305,
            "FUNCTION shop.f does not exist",
            "SELECT f(1)",
            Some("f"),
        );
        check(2013, "Lost", "SELECT 1", None);
    }
}
