//! Values as SQL text, for statements that are shown and may be run again by hand. What Porthole itself runs is bound.

use std::fmt::Write as _;

use super::{
    lexer::{SqlMode, TokenKind, tokens},
    placeholders::Value,
};
use crate::engine::value::{self, Cell, Kind};

/// A text in single quotes: a quote inside is doubled. Where the server reads a backslash as an escape (MySQL manual,
/// "String Literals"), a backslash is doubled too, and the control characters that have an escape get it: the servers'
/// own clients take carriage returns out of a file of statements and refuse a zero byte.
pub fn quote_text(text: &str, mode: SqlMode) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' => out.push_str("''"),
            _ if mode.no_backslash_escapes => out.push(letter),
            '\\' => out.push_str("\\\\"),
            _ => match escape(letter) {
                Some(escape) => out.push_str(escape),
                None => out.push(letter),
            },
        }
    }
    out.push('\'');
    out
}

/// How a control character is written where a backslash escapes.
fn escape(letter: char) -> Option<&'static str> {
    Some(match letter {
        '\0' => "\\0",
        '\u{8}' => "\\b",
        '\t' => "\\t",
        '\n' => "\\n",
        '\r' => "\\r",
        '\u{1a}' => "\\Z",
        _ => return None,
    })
}

/// Append a text as a literal with nothing in it that a terminal or a client acts upon: in single quotes, or as bytes
/// where it holds a control character that has no escape.
pub fn text(out: &mut String, text: &str, mode: SqlMode) {
    let bare = |letter: char| {
        letter.is_control() && (mode.no_backslash_escapes || escape(letter).is_none())
    };
    if text.chars().any(bare) {
        out.push_str("_utf8mb4 ");
        bytes(out, text.as_bytes());
    } else {
        out.push_str(&quote_text(text, mode));
    }
}

/// Append bytes as a literal.
pub fn bytes(out: &mut String, bytes: &[u8]) {
    cell(out, Cell::Binary(bytes), Kind::Binary, SqlMode::default());
}

/// A value as it would be written in a statement.
pub fn literal(value: &Value, mode: SqlMode) -> String {
    match value {
        Value::Null => String::from("NULL"),
        Value::Int(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        // With an exponent it is a DOUBLE to the server, without one a DECIMAL.
        Value::Double(value) => format!("{value:e}"),
        Value::Text(value) => {
            let mut out = String::new();
            text(&mut out, value, mode);
            out
        }
    }
}

/// Append a cell as a literal that gives the same value again, to the last bit, in a column of its kind as well as in
/// a comparison with it.
pub fn cell(out: &mut String, cell: Cell<'_>, kind: Kind, mode: SqlMode) {
    const TAKEN: &str = "a String takes any text";
    match cell {
        Cell::Null => out.push_str("NULL"),
        Cell::Int(value) => write!(out, "{value}").expect(TAKEN),
        // YEAR too: the number 0 is the year 0000, the text '0' the year 2000.
        Cell::UInt(value) => write!(out, "{value}").expect(TAKEN),
        // The server compares a FLOAT as the DOUBLE of the same value.
        Cell::Float(value) => write!(out, "{:e}", f64::from(value)).expect(TAKEN),
        Cell::Double(value) => write!(out, "{value:e}").expect(TAKEN),
        Cell::Text(text) if kind == Kind::Decimal => out.push_str(&String::from_utf8_lossy(text)),
        Cell::Text(value) => {
            let value = String::from_utf8_lossy(value);
            if kind == Kind::Json {
                // Alone, it would be compared as a JSON string.
                out.push_str("CAST(");
                text(out, &value, mode);
                out.push_str(" AS JSON)");
            } else {
                text(out, &value, mode);
            }
        }
        // `0x` without digits is none.
        Cell::Binary([]) => out.push_str("''"),
        Cell::Binary(_) => value::write_text(out, cell, kind),
    }
}

/// The statement with its values in the places of `?`, in order; a place without a value stays.
pub fn fill(sql: &str, values: &[Value], mode: SqlMode) -> String {
    let mut out = String::with_capacity(sql.len() + values.len() * 16);
    let mut values = values.iter();
    for token in tokens(sql, mode) {
        let value = (token.kind == TokenKind::Placeholder)
            .then(|| values.next())
            .flatten();
        match value {
            Some(value) => out.push_str(&literal(value, mode)),
            None => out.push_str(token.text(sql)),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_stand_in_their_places() {
        let values = [
            Value::Text("it's \\".to_owned()),
            Value::Int(-1),
            Value::Null,
        ];
        let filled = fill("SELECT '?', ?, ?, ? -- ?", &values, SqlMode::default());
        assert_eq!(filled, "SELECT '?', 'it''s \\\\', -1, NULL -- ?");
    }

    #[test]
    fn a_backslash_is_doubled_only_where_it_escapes() {
        let mode = SqlMode {
            no_backslash_escapes: true,
            ..SqlMode::default()
        };
        assert_eq!(quote_text("a\\'", mode), "'a\\'''");
    }

    #[test]
    fn nothing_in_a_literal_is_for_a_client_or_a_terminal_to_act_upon() {
        let written = |value: &str, mode| {
            let mut out = String::new();
            text(&mut out, value, mode);
            out
        };
        let plain = SqlMode::default();
        assert_eq!(
            written("a\r\n\0\u{1a}\t\u{8}", plain),
            "'a\\r\\n\\0\\Z\\t\\b'"
        );
        assert_eq!(written("a\u{1b}[31m", plain), "_utf8mb4 0x611B5B33316D");
        assert_eq!(written("\u{9b}", plain), "_utf8mb4 0xC29B");
        let raw = SqlMode {
            no_backslash_escapes: true,
            ..plain
        };
        assert_eq!(written("a\n", raw), "_utf8mb4 0x610A");
        assert_eq!(written("a\\'", raw), "'a\\'''");
    }
}
