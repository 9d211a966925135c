//! Passwords in statements are not shown.
//!
//! The log has them as hashes, and in statements about other servers as they are. Hiding errs on the side of hiding:
//! a string behind the words that announce a password is hidden, whatever stands between.

use std::borrow::Cow;

use crate::engine::sql::lexer::{SqlMode, Token, TokenKind, tokens};

/// What stands in place of a password.
const HIDDEN: &str = "'***'";

/// Statements whose values are data, whatever their columns are called.
const DATA: &[&str] = &[
    "BEGIN",
    "COMMIT",
    "DELETE",
    "INSERT",
    "LOAD",
    "REPLACE",
    "ROLLBACK",
    "SAVEPOINT",
    "SELECT",
    "TRUNCATE",
    "UPDATE",
    "WITH",
    "XA",
];

/// A statement with its passwords hidden.
pub fn hidden(sql: Cow<'_, str>, mode: SqlMode) -> Cow<'_, str> {
    if !may_announce(&sql) {
        return sql;
    }
    let tokens: Vec<Token> = tokens(&sql, mode)
        .into_iter()
        .filter(Token::is_code)
        .collect();
    let first = tokens
        .iter()
        .find(|token| token.kind == TokenKind::Word)
        .map_or("", |token| token.text(&sql));
    if DATA.iter().any(|word| word.eq_ignore_ascii_case(first)) {
        return sql;
    }
    let mut out = String::new();
    let mut copied = 0;
    let mut announced = false;
    let mut before = "";
    for token in &tokens {
        let text = token.text(&sql);
        match token.kind {
            TokenKind::Word if announces(text) => announced = true,
            TokenKind::Word if ["COMMENT", "ATTRIBUTE", "REQUIRE"].contains(&&*upper(text)) => {
                announced = false;
            }
            TokenKind::Symbol if text == "," || text == ";" => announced = false,
            _ if is_value(token.kind, text)
                && (announced && !names(before) || holds_password(text)) =>
            {
                out.push_str(&sql[copied..token.range.start]);
                out.push_str(HIDDEN);
                copied = token.range.end;
            }
            _ => {}
        }
        before = text;
    }
    if copied == 0 {
        return sql;
    }
    out.push_str(&sql[copied..]);
    Cow::Owned(out)
}

/// Whether it is worth a look: in one pass without reading the text.
fn may_announce(sql: &str) -> bool {
    ["identified", "password", "connection", "authentication"]
        .iter()
        .any(|word| {
            sql.as_bytes()
                .windows(word.len())
                .any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        })
}

/// Words behind which a password may stand: `IDENTIFIED BY`, `SET PASSWORD`, `MASTER_PASSWORD =`, the
/// `CONNECTION =` of a federated table.
fn announces(word: &str) -> bool {
    let word = upper(word);
    matches!(&*word, "IDENTIFIED" | "CONNECTION" | "AUTHENTICATION") || word.ends_with("PASSWORD")
}

/// After these a string is the name of a plugin, a user or a host.
fn names(before: &str) -> bool {
    ["WITH", "VIA", "FOR", "USER", "@"].contains(&&*upper(before))
}

/// Engines that fetch their rows elsewhere have options inside one string: `password "x"` in a comment of Spider,
/// `Password=x` in an option list of Connect.
fn holds_password(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    let inside = text.trim_matches(['"', '\'']);
    let after = inside.split("password").skip(1);
    after
        .map(str::trim_start)
        .any(|after| after.starts_with(['=', '"', '\'', '\\']))
}

/// A string in any of its forms, hexadecimal ones among them, and one that never ends.
fn is_value(kind: TokenKind, text: &str) -> bool {
    match kind {
        TokenKind::String | TokenKind::Unterminated => true,
        TokenKind::QuotedIdentifier => text.starts_with('"'),
        TokenKind::Word | TokenKind::Number => text.starts_with("0x") || text.starts_with("0X"),
        _ => false,
    }
}

fn upper(text: &str) -> String {
    text.to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(sql: &str, expect: &str) {
        assert_eq!(hidden(sql.into(), SqlMode::default()), expect);
    }

    #[test]
    fn hashes_and_passwords_of_accounts_are_hidden() {
        check(
            "CREATE USER 'a'@'h' IDENTIFIED WITH 'caching_sha2_password' AS '$A$005$xyz', 'b'@'h' IDENTIFIED BY 'x' REPLACE 'old' RETAIN CURRENT PASSWORD",
            "CREATE USER 'a'@'h' IDENTIFIED WITH 'caching_sha2_password' AS '***', 'b'@'h' IDENTIFIED BY '***' REPLACE '***' RETAIN CURRENT PASSWORD",
        );
        check(
            "ALTER USER a IDENTIFIED WITH p AS 0x2441 COMMENT 'hello'",
            "ALTER USER a IDENTIFIED WITH p AS '***' COMMENT 'hello'",
        );
        check(
            "CREATE USER a IDENTIFIED VIA ed25519 USING 'hash' OR unix_socket",
            "CREATE USER a IDENTIFIED VIA ed25519 USING '***' OR unix_socket",
        );
        check(
            "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD '*ABC'",
            "GRANT ALL ON *.* TO a IDENTIFIED BY PASSWORD '***'",
        );
        check(
            "set password for 'a'@'h' = password('x')",
            "set password for 'a'@'h' = password('***')",
        );
        check(
            "ALTER USER u IDENTIFIED/* c */BY 'a' 'b'",
            "ALTER USER u IDENTIFIED/* c */BY '***' '***'",
        );
    }

    #[test]
    fn passwords_for_other_servers_are_hidden() {
        check(
            "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD = 'p', MASTER_PORT=1",
            "CHANGE MASTER TO MASTER_HOST='h', MASTER_PASSWORD = '***', MASTER_PORT=1",
        );
        check(
            "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD 'p', HOST 'h')",
            "CREATE SERVER s FOREIGN DATA WRAPPER mysql OPTIONS (USER 'u', PASSWORD '***', HOST 'h')",
        );
        check(
            "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='mysql://u:p@h/d/t'",
            "CREATE TABLE t (a INT) ENGINE=FEDERATED CONNECTION='***'",
        );
        check(
            "CREATE TABLE t (a INT) ENGINE=SPIDER COMMENT='host \"h\", user \"u\", password \"p\"'",
            "CREATE TABLE t (a INT) ENGINE=SPIDER COMMENT='***'",
        );
        check(
            "CREATE TABLE t (a INT) ENGINE=CONNECT OPTION_LIST='User=u,Password=p'",
            "CREATE TABLE t (a INT) ENGINE=CONNECT OPTION_LIST='***'",
        );
    }

    #[test]
    fn a_password_that_never_ends_is_hidden() {
        check(
            "ALTER USER u IDENTIFIED BY 'abc",
            "ALTER USER u IDENTIFIED BY '***'",
        );
    }

    #[test]
    fn data_stays_as_it_is() {
        for sql in [
            "INSERT INTO t (password) VALUES ('x')",
            "UPDATE t SET password = 'x'",
            "CREATE TABLE t (a INT DEFAULT '1')",
        ] {
            check(sql, sql);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_hidden_without_a_panic(sql in "(?i)(alter |identified |password |by |'[^']*|\"|,|=|\\PC){0,20}") {
            hidden(sql.as_str().into(), SqlMode::default());
        }

        #[test]
        fn a_password_never_shows(secret in "[a-z]{8}", between in "( |/\\*x\\*/|\n)( |=|\\()?") {
            let sql = format!("ALTER USER u IDENTIFIED BY{between}'{secret}q'");
            let shown = hidden(sql.as_str().into(), SqlMode::default());
            let shows = shown.contains(&format!("{secret}q"));
            prop_assert!(!shows);
        }
    }
}
