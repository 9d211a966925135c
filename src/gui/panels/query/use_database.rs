//! `USE x` in the editor: our own operation, because no state of a statement outlives it.

use crate::engine::sql::lexer::{SqlMode, Token, TokenKind, tokens};

/// The database that a statement switches to, if that is all it does.
pub(super) fn parse(sql: &str, mode: SqlMode) -> Option<String> {
    let code: Vec<Token> = tokens(sql, mode)
        .into_iter()
        .filter(|token| token.is_code() && token.text(sql) != ";")
        .collect();
    let [verb, name] = code.as_slice() else {
        return None;
    };
    if !verb.text(sql).eq_ignore_ascii_case("USE") {
        return None;
    }
    let text = name.text(sql);
    match name.kind {
        TokenKind::Word => Some(text.to_owned()),
        TokenKind::QuotedIdentifier => {
            let quote = text.get(..1)?;
            let inner = text.get(1..text.len() - 1)?;
            Some(inner.replace(&quote.repeat(2), quote))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_use_is_one() {
        let parse = |sql| parse(sql, SqlMode::default());
        assert_eq!(parse("use shop;").as_deref(), Some("shop"));
        assert_eq!(parse("USE `a``b` -- c").as_deref(), Some("a`b"));
        assert_eq!(parse("USE 'shop'"), None);
        assert_eq!(parse("USE shop DELETE"), None);
        assert_eq!(parse("SELECT 1"), None);
    }
}
