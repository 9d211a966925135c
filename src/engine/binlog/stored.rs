//! Text as it is stored → SQL that gives the same bytes again, and SQL that finds exactly them.
//!
//! Text is written as text where the server makes the same bytes of it, else as bytes. What is found is compared byte
//! by byte: every collation of text takes something for the same, if only blanks at the end.

use super::{
    charset::Charset,
    column::{Column, Layout},
};
use crate::engine::sql::{lexer::SqlMode, literal};

/// Append an expression that gives a column these bytes; `false`, and nothing is appended, where the server takes them
/// in no form.
pub(super) fn assign(out: &mut String, charset: Charset, bytes: &[u8]) -> bool {
    if charset == Charset::UNKNOWN {
        match ascii(bytes) {
            Some(text) => literal::text(out, text, SqlMode::default()),
            None => literal::bytes(out, bytes),
        }
    } else if charset.is_faithful(bytes) {
        let mut text = Vec::with_capacity(bytes.len());
        charset.decode(bytes, &mut text);
        literal::text(out, &String::from_utf8_lossy(&text), SqlMode::default());
    } else if charset.is_checked() {
        return false;
    } else {
        out.push('_');
        out.push_str(charset.name());
        out.push(' ');
        literal::bytes(out, bytes);
    }
    true
}

/// Append a condition that holds where the column of this name has these bytes.
pub(super) fn find(out: &mut String, name: &str, column: &Column, bytes: &[u8]) {
    let charset = column.charset;
    let bytes = match column.layout {
        // What a CHAR gives has no blanks at its end.
        Layout::Char(_) if charset.has_ascii() => without_blanks(bytes),
        _ => bytes,
    };
    out.push_str("CAST(");
    out.push_str(name);
    out.push_str(" AS BINARY) <=> ");
    let text = if charset.is_utf8() {
        std::str::from_utf8(bytes).ok()
    } else if charset.has_ascii() {
        ascii(bytes)
    } else {
        None
    };
    match text {
        Some(text) => literal::text(out, text, SqlMode::default()),
        None => literal::bytes(out, bytes),
    }
}

fn without_blanks(bytes: &[u8]) -> &[u8] {
    let last = bytes.iter().rposition(|byte| *byte != b' ');
    bytes
        .get(..last.map_or(0, |last| last + 1))
        .unwrap_or(bytes)
}

fn ascii(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes)
        .ok()
        .filter(|text| text.is_ascii())
}
