//! Values as SQL text, for statements that are shown and may be run again by hand. What Porthole itself runs is bound.

use std::fmt::Write as _;

use super::{
    lexer::{SqlMode, TokenKind, tokens},
    placeholders::Value,
};
use crate::engine::value::{self, Cell, Kind};

/// A text in single quotes: a quote inside is doubled. Where the server reads a backslash as an escape (MySQL manual,
/// "String Literals"), a backslash is doubled too, and what the servers' own clients change or refuse in a file of
/// statements is escaped: they take carriage returns out and stop at a zero byte.
pub fn quote_text(text: &str, mode: SqlMode) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for letter in text.chars() {
        match letter {
            '\'' => out.push_str("''"),
            _ if mode.no_backslash_escapes => out.push(letter),
            '\\' => out.push_str("\\\\"),
            '\r' => out.push_str("\\r"),
            '\0' => out.push_str("\\0"),
            '\u{1a}' => out.push_str("\\Z"),
            _ => out.push(letter),
        }
    }
    out.push('\'');
    out
}

/// A value as it would be written in a statement.
pub fn literal(value: &Value, mode: SqlMode) -> String {
    match value {
        Value::Null => String::from("NULL"),
        Value::Int(value) => value.to_string(),
        Value::UInt(value) => value.to_string(),
        // With an exponent it is a DOUBLE to the server, without one a DECIMAL.
        Value::Double(value) => format!("{value:e}"),
        Value::Text(text) => quote_text(text, mode),
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
        Cell::Text(text) => {
            let text = quote_text(&String::from_utf8_lossy(text), mode);
            if kind == Kind::Json {
                // Alone, it would be compared as a JSON string.
                write!(out, "CAST({text} AS JSON)").expect(TAKEN);
            } else {
                out.push_str(&text);
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
    fn what_a_client_would_change_in_a_file_is_escaped() {
        let quoted = quote_text("a\r\n\0\u{1a}", SqlMode::default());
        assert_eq!(quoted, "'a\\r\n\\0\\Z'");
    }
}
