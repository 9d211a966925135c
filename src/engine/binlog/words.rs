//! What a logged statement does, by its words.
//!
//! A statement is read as code with its executable comments, and again without: which servers run them is not known.
//! Nothing is guessed here: what is not known to leave tables alone may change them.

use std::collections::BTreeSet;

use super::event::Query;
use crate::engine::sql::{
    executable::Reading,
    lexer::{SqlMode, TokenKind, tokens_as},
};

/// A word, name or symbol of a statement.
struct Word {
    /// In small letters, and without its quotes.
    text: String,
    /// It may be a name.
    named: bool,
    /// It is no keyword.
    quoted: bool,
}

/// What of a statement is code; `None` where the text is broken.
fn words(sql: &str, mode: SqlMode, reading: Reading) -> Option<Vec<Word>> {
    let mut words = Vec::new();
    for token in tokens_as(sql, mode, reading) {
        let text = token.text(sql);
        match token.kind {
            TokenKind::Blank
            | TokenKind::Comment
            | TokenKind::Hint
            | TokenKind::ExecutableOpen
            | TokenKind::ExecutableClose => {}
            TokenKind::Unterminated | TokenKind::Odd => return None,
            TokenKind::QuotedIdentifier | TokenKind::String => words.push(Word {
                text: unquoted(text).to_lowercase(),
                // Under which sql_mode it was written is not always logged.
                named: !text.starts_with('\''),
                quoted: true,
            }),
            kind => words.push(Word {
                text: text.to_lowercase(),
                named: kind == TokenKind::Word,
                quoted: false,
            }),
        }
    }
    Some(words)
}

fn unquoted(text: &str) -> String {
    let quote = text.chars().next().unwrap_or('`');
    let inner = text.strip_prefix(quote).unwrap_or(text);
    let inner = inner.strip_suffix(quote).unwrap_or(inner);
    inner.replace(&format!("{quote}{quote}"), &quote.to_string())
}

/// Names that stand in a statement, in small letters; keywords are among them.
pub(super) fn names(sql: &str, mode: SqlMode) -> impl Iterator<Item = String> {
    let words = words(sql, mode, Reading::Code).unwrap_or_default();
    words
        .into_iter()
        .filter(|word| word.named)
        .map(|word| word.text)
}

/// Whether a statement is one that changes rows by its text, so that the server logged it in place of them.
pub(super) fn changes_rows(sql: &str, mode: SqlMode) -> bool {
    let words = words(sql, mode, Reading::Code).unwrap_or_default();
    words.first().is_some_and(|word| {
        matches!(
            word.text.as_str(),
            "insert" | "update" | "delete" | "replace" | "load" | "with" | "call" | "select" | "do"
        )
    })
}

/// Whose rows a statement changes or drops without logging them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Loses {
    /// None.
    Nothing,
    /// Those of the tables that it names.
    Named,
    /// It may be those of others, too.
    Any,
}

impl Loses {
    pub(super) fn of(sql: &str, mode: SqlMode) -> Self {
        let words = words(sql, mode, Reading::Code).unwrap_or_default();
        let mut words = words.iter().map(|word| word.text.as_str());
        match (words.next(), words.next()) {
            (Some("truncate"), _) | (Some("drop"), Some("table")) => Self::Named,
            (Some("drop"), Some("database" | "schema")) => Self::Any,
            _ if changes_rows(sql, mode) => Self::Any,
            _ => Self::Nothing,
        }
    }
}

/// Whether a statement may have changed rows of one of these tables (database, name), or what they are stored in.
pub(super) fn may_change(query: &Query, tables: &BTreeSet<(String, String)>) -> bool {
    let sql = query.text();
    let spares = |reading| {
        words(&sql, query.mode(), reading).is_some_and(|words| {
            let statement = Reader {
                words: &words,
                default: query.database().to_lowercase(),
            };
            statement.spares(tables)
        })
    };
    !(spares(Reading::Code) && spares(Reading::Comments))
}

struct Reader<'a> {
    words: &'a [Word],
    /// The default database.
    default: String,
}

impl Reader<'_> {
    /// The keyword at a place; empty where there is none.
    fn key(&self, at: usize) -> &str {
        let word = self.words.get(at).filter(|word| !word.quoted);
        word.map_or("", |word| word.text.as_str())
    }

    /// The statement leaves these tables as they are.
    fn spares(&self, tables: &BTreeSet<(String, String)>) -> bool {
        match self.key(0) {
            "grant" | "revoke" | "flush" => true,
            "set" => matches!(
                (self.key(1), self.key(2)),
                ("password", _) | ("default", "role")
            ),
            "optimize" | "repair" | "analyze" => {
                self.key(1) == "table"
                    || matches!(self.key(1), "local" | "no_write_to_binlog")
                        && self.key(2) == "table"
            }
            "truncate" => !self.names_any(tables),
            verb @ ("create" | "alter" | "drop" | "rename") => self.object_spares(verb, tables),
            _ => false,
        }
    }

    /// By the first word that says what is created, altered or dropped.
    fn object_spares(&self, verb: &str, tables: &BTreeSet<(String, String)>) -> bool {
        for at in 1..self.words.len() {
            match self.key(at) {
                "user" | "role" | "server" | "procedure" | "function" | "event" | "package" => {
                    return true;
                }
                "table" | "view" | "trigger" | "index" | "sequence" => {
                    return !self.names_any(tables);
                }
                "database" | "schema" => {
                    return match verb {
                        "drop" => !self.names_database_of(tables),
                        // ALTER DATABASE … UPGRADE gives it another name.
                        _ => self.words.iter().all(|word| word.text != "upgrade"),
                    };
                }
                _ => {}
            }
        }
        false
    }

    fn names_database_of(&self, tables: &BTreeSet<(String, String)>) -> bool {
        let databases = tables.iter().map(|(database, _)| database.to_lowercase());
        let databases: BTreeSet<String> = databases.collect();
        let mut named = self.words.iter().filter(|word| word.named);
        named.any(|word| databases.contains(&word.text))
    }

    /// One of the tables is named: in its database where one is written or is the default.
    fn names_any(&self, tables: &BTreeSet<(String, String)>) -> bool {
        let tables: BTreeSet<(String, String)> = tables
            .iter()
            .map(|(database, table)| (database.to_lowercase(), table.to_lowercase()))
            .collect();
        self.words.iter().enumerate().any(|(at, word)| {
            if !word.named {
                return false;
            }
            let qualifier = at
                .checked_sub(2)
                .filter(|_| self.key(at - 1) == ".")
                .and_then(|place| self.words.get(place))
                .filter(|word| word.named);
            let is_in = |database: &str| {
                tables
                    .iter()
                    .any(|(known, table)| *table == word.text && known == database)
            };
            // A point that no name stands before means the default database.
            let keyword = |word: &Word| {
                !word.quoted
                    && matches!(
                        word.text.as_str(),
                        "table" | "exists" | "to" | "on" | "like"
                    )
            };
            match qualifier {
                Some(database) if is_in(&database.text) => true,
                Some(database) if !keyword(database) => false,
                _ if self.default.is_empty() => tables.iter().any(|(_, table)| *table == word.text),
                _ => is_in(&self.default),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    fn changes(sql: &str, database: &str) -> bool {
        let query = Query {
            thread_id: 1,
            exec_secs: 0,
            error_code: 0,
            database: Bytes::copy_from_slice(database.as_bytes()),
            sql: Bytes::copy_from_slice(sql.as_bytes()),
            vars: crate::engine::binlog::event::StatusVars::default(),
        };
        let tables = [("shop", "item"), ("shop", "a`b")];
        let tables = tables.map(|(database, table)| (database.to_owned(), table.to_owned()));
        may_change(&query, &tables.into())
    }

    #[test]
    fn what_may_change_a_table_is_a_barrier() {
        for sql in [
            "alter table item add x int",
            "ALTER TABLE `shop`.`item` ADD x INT",
            "ALTER TABLE /* of */ shop . /*!50000 item */ ADD x INT",
            "/*!40000 DROP TABLE item */",
            "/*!40000 DROP DATABASE IF EXISTS shop*/",
            "DROP SCHEMA `shop`",
            "/* why */ TRUNCATE item",
            "DROP TABLE `a``b`",
            "RENAME TABLE other TO x, item TO y",
            "DROP INDEX i ON item",
            "CREATE /*!99999 USER */ TABLE item (a INT)",
            "SELECT `shop`.`f`()",
            "SELECT f()",
            "CALL p()",
            "UPDATE other SET a = 1",
            "INSERT INTO other VALUES (1)",
            "-- why\nDELETE FROM other",
            "(SELECT f())",
            "ANALYZE UPDATE other SET a = 1",
            "IMPORT TABLE FROM 'item.sdi'",
            "ALTER TABLE other COMMENT 'never ends",
            "DROP TABLE \"item\"",
            "",
        ] {
            assert!(changes(sql, "shop"), "{sql}");
        }
        assert!(changes("ALTER TABLE item ADD x INT", ""));
        assert!(changes("ALTER TABLE shop.item ADD x INT", "other"));
    }

    #[test]
    fn what_is_proved_to_leave_a_table_alone_is_none() {
        for sql in [
            "CREATE USER item",
            "GRANT SELECT ON shop.item TO a",
            "DROP ROLE item",
            "CREATE DEFINER=`a`@`b` PROCEDURE p() UPDATE item SET a = 1",
            "CREATE TABLE other (a INT COMMENT 'item')",
            "ALTER TABLE archive.item ADD x INT",
            "DROP TABLE items, item_2, öitem",
            "DROP TABLE /* item */ other -- item",
            "DROP DATABASE archive",
            "CREATE DATABASE shop_2",
            "SET PASSWORD FOR a = 'x'",
            "OPTIMIZE TABLE item",
            "TRUNCATE TABLE other",
        ] {
            assert!(!changes(sql, "elsewhere"), "{sql}");
        }
        assert!(!changes("ALTER TABLE item ADD x INT", "archive"));
        assert!(!changes("DROP TABLE `archive`.item", "shop"));
    }

    #[test]
    fn statements_that_change_rows_are_told_by_their_first_word() {
        let changes = |sql| changes_rows(sql, SqlMode::default());
        assert!(changes("/* x */ insert into t values (1)"));
        assert!(changes("SELECT f()"));
        assert!(!changes("CREATE TABLE t AS SELECT 1"));
        assert!(!changes(""));
    }
}
