//! The text that the driver gets, so that the server gets the text that was checked.
//!
//! The driver looks for `:name` in each text that it prepares and puts `?` there, with a parser that loses its way
//! after `-'` or `/'` and knows no NO_BACKSLASH_ESCAPES: in `SELECT 1-'a:b'` it would change the string. It takes
//! the empty comment `/**/` for the beginning of a comment, which hides the rest of the text from it and means
//! nothing to the server.

use std::borrow::Cow;

use mysql_common::named_params::ParsedNamedParams;

use crate::engine::sql::{
    guard::Checked,
    lexer::{TokenKind, tokens},
};

/// The statement's text, with `/**/` in front and its comments blanked where the driver would change it;
/// `None` where it would even then.
pub(super) fn shielded(statement: &Checked) -> Option<Cow<'_, str>> {
    let sql = statement.sql();
    if !driver_would_change(sql) {
        return Some(Cow::Borrowed(sql));
    }
    // A comment of the text would end what the driver takes for one comment.
    let mut out = String::with_capacity(sql.len() + 4);
    out.push_str("/**/");
    for token in tokens(sql, statement.sql_mode()) {
        out.push_str(if token.kind == TokenKind::Comment {
            " "
        } else {
            token.text(sql)
        });
    }
    (!driver_would_change(&out)).then_some(Cow::Owned(out))
}

fn driver_would_change(sql: &str) -> bool {
    ParsedNamedParams::parse(sql.as_bytes()).map_or(true, |parsed| !parsed.params().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sql::guard::{self, Rules};

    fn shield(sql: &str) -> Option<String> {
        shielded(&guard::check(sql, &Rules::default()).unwrap()).map(Cow::into_owned)
    }

    #[test]
    fn ordinary_text_is_sent_as_it_is() {
        assert_eq!(
            shield("SELECT ':a', `b:c` -- :d").as_deref(),
            Some("SELECT ':a', `b:c` -- :d")
        );
    }

    #[test]
    fn a_string_after_a_minus_is_not_changed() {
        assert_eq!(
            shield("SELECT 1-'a:b' /* :c */").as_deref(),
            Some("/**/SELECT 1-'a:b'  ")
        );
    }

    #[test]
    fn what_cannot_be_hidden_is_said() {
        assert_eq!(shield("SELECT 1-'a:b', '*/', 1-'c:d'"), None);
    }
}
