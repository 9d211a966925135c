//! What a person can do instead of a statement that may not run.

use super::{Refusal, Rules, check, code::is_word, is_write, shortened};
use crate::engine::sql::{
    kind::Kind,
    lexer::{Token, TokenKind},
};

/// Longest statement that is offered, in bytes.
const LONGEST: usize = 4000;

/// Refuse a statement for what it is. `decided` is the token that told the kind.
pub(super) fn refuse(
    sql: &str,
    rules: &Rules,
    kind: Kind,
    words: &[Token],
    decided: usize,
) -> Refusal {
    let token = words.get(decided).unwrap_or(&words[0]);
    let query = is_write(kind)
        .then(|| rows_of(sql, rules, kind, words, decided))
        .flatten();
    let instead = if query.is_some() {
        "This query shows the rows that it is about:"
    } else {
        instead(kind)
    };
    Refusal {
        kind,
        word: shortened(&token.text(sql).to_uppercase()),
        at: token.range.clone(),
        reason: reason(kind),
        instead: Some(instead.to_owned()),
        query,
    }
}

fn reason(kind: Kind) -> &'static str {
    match kind {
        Kind::Insert
        | Kind::Replace
        | Kind::Update
        | Kind::Delete
        | Kind::Load
        | Kind::Import
        | Kind::Truncate => "it changes rows",
        Kind::Create | Kind::Alter | Kind::Drop | Kind::Rename => {
            "it changes what the server holds"
        }
        Kind::Maintenance => "it rewrites tables or their statistics",
        Kind::Grant => "it changes accounts",
        Kind::Set | Kind::SetStatement => "it changes the session or the server",
        Kind::Call | Kind::Do | Kind::Compound | Kind::Prepared => {
            "what it runs cannot be seen in its text"
        }
        Kind::Transaction | Kind::Xa => "it would end the transaction that only reads",
        Kind::Lock | Kind::Handler | Kind::Backup => "it takes locks that others must wait for",
        Kind::Flush
        | Kind::Reset
        | Kind::Purge
        | Kind::Kill
        | Kind::Shutdown
        | Kind::Replication
        | Kind::Install => "it acts on the server",
        Kind::Condition => "it belongs into a stored program",
        Kind::Client => "it is a command of the mysql client",
        _ => "it is not known to read only",
    }
}

fn instead(kind: Kind) -> &'static str {
    match kind {
        Kind::Maintenance => {
            "CHECKSUM TABLE and SHOW TABLE STATUS look at a table; to run this, copy it into a tool that may write."
        }
        Kind::Grant => "SHOW GRANTS FOR an account shows its rights.",
        Kind::Set => {
            "The profile has the time zone and limits of its sessions; SHOW VARIABLES shows the server's settings."
        }
        Kind::SetStatement => {
            "Leave SET STATEMENT … FOR out; the profile has the limits of its statements."
        }
        Kind::Call => "SHOW CREATE PROCEDURE shows what it would do.",
        Kind::Do => "SELECT shows the value of an expression.",
        Kind::Transaction => "Leave it out: each statement reads a state of its own.",
        Kind::Handler => "SELECT reads the same rows.",
        Kind::Prepared => "Write the statement itself, with ? for its values.",
        Kind::Kill => "SHOW PROCESSLIST shows what runs; Cancel stops your own statement.",
        Kind::Client => "Leave it out. DELIMITER works in scripts.",
        Kind::Unknown => {
            "SELECT, TABLE, VALUES, SHOW, DESCRIBE, EXPLAIN, HELP and CHECKSUM TABLE can run here."
        }
        _ => "To run it, copy it into a tool that may write.",
    }
}

/// The query that shows the rows that a statement is about, if it may run itself.
fn rows_of(
    sql: &str,
    rules: &Rules,
    kind: Kind,
    words: &[Token],
    decided: usize,
) -> Option<String> {
    let with = words[0].range.start..words[decided].range.start;
    let with = if is_word(sql, &words[0], "WITH") {
        &sql[with]
    } else {
        ""
    };
    let query = format!("{with}{}", select(sql, kind, &words[decided..])?);
    (query.len() <= LONGEST && check(&query, rules).is_ok()).then_some(query)
}

fn select(sql: &str, kind: Kind, words: &[Token]) -> Option<String> {
    let tables = words
        .iter()
        .position(|token| !is_option(sql, token))
        .filter(|at| *at > 0)?;
    let word = |name: &str| top_level(sql, words, tables, |token| is_word(sql, token, name));
    let end = match word("RETURNING") {
        Some(returning) => words[returning - 1].range.end,
        None => words.last()?.range.end,
    };
    Some(match kind {
        Kind::Delete => {
            // DELETE FROM a USING t1 a JOIN …; a join has its own USING (columns).
            let using = word("USING")
                .filter(|at| words.get(at + 1).is_some_and(|next| next.text(sql) != "("));
            let from = word("FROM")?;
            let from = using.filter(|_| from == tables).unwrap_or(from) + 1;
            format!("SELECT * FROM {}", text(sql, words, from, end)?)
        }
        Kind::Update => {
            let set = word("SET")?;
            let refs = sql.get(words[tables].range.start..words[set - 1].range.end)?;
            let rest = ["WHERE", "ORDER", "LIMIT"]
                .iter()
                .filter_map(|name| word(name))
                .min();
            match rest {
                Some(rest) => format!("SELECT * FROM {refs} {}", text(sql, words, rest, end)?),
                None => format!("SELECT * FROM {refs}"),
            }
        }
        Kind::Insert | Kind::Replace => {
            let query = word("SELECT").or_else(|| word("WITH"))?;
            let end = match top_level(sql, words, query, |token| is_word(sql, token, "DUPLICATE")) {
                Some(duplicate) => words.get(duplicate.checked_sub(2)?)?.range.end,
                None => end,
            };
            sql.get(words[query].range.start..end)?.to_owned()
        }
        _ => return None,
    })
}

fn text<'a>(sql: &'a str, words: &[Token], from: usize, end: usize) -> Option<&'a str> {
    sql.get(words.get(from)?.range.start..end)
}

/// The verb itself, and words between it and its table.
fn is_option(sql: &str, token: &Token) -> bool {
    [
        "DELETE",
        "UPDATE",
        "INSERT",
        "REPLACE",
        "LOW_PRIORITY",
        "HIGH_PRIORITY",
        "DELAYED",
        "QUICK",
        "IGNORE",
        "INTO",
    ]
    .iter()
    .any(|word| is_word(sql, token, word))
}

/// The first such token outside parentheses.
fn top_level(
    sql: &str,
    words: &[Token],
    from: usize,
    wanted: impl Fn(&Token) -> bool,
) -> Option<usize> {
    let mut depth = 0_u32;
    for (index, token) in words.iter().enumerate().skip(from) {
        match token.text(sql) {
            "(" if token.kind == TokenKind::Symbol => depth += 1,
            ")" if token.kind == TokenKind::Symbol => depth = depth.saturating_sub(1),
            _ if depth == 0 && wanted(token) => return Some(index),
            _ => {}
        }
    }
    None
}
