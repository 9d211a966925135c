//! What a statement is, by its words: the closed list of all that Porthole tells apart.

use super::lexer::{Token, TokenKind};

/// What a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// SELECT, also in parentheses or after WITH; TABLE; VALUES.
    Select,
    /// SHOW.
    Show,
    /// SHOW WARNINGS, SHOW ERRORS, SHOW COUNT(*) …: about the statement before it. No server prepares them.
    Diagnostics,
    /// DESCRIBE, DESC and EXPLAIN of a table.
    Describe,
    /// EXPLAIN of a statement, which is planned and not run.
    Explain,
    /// EXPLAIN ANALYZE, or MariaDB's ANALYZE, of a query, which is run.
    Analyze,
    /// HELP.
    Help,
    /// CHECKSUM TABLE.
    Checksum,
    /// USE.
    Use,
    /// CHECK TABLE.
    CheckTable,
    /// INSERT.
    Insert,
    /// REPLACE.
    Replace,
    /// UPDATE, also after WITH or ANALYZE.
    Update,
    /// DELETE, also after WITH or ANALYZE.
    Delete,
    /// LOAD DATA, LOAD XML.
    Load,
    /// IMPORT TABLE.
    Import,
    /// CALL.
    Call,
    /// DO.
    Do,
    /// SET of variables, names, roles, passwords.
    Set,
    /// MariaDB's SET STATEMENT … FOR.
    SetStatement,
    /// START TRANSACTION, BEGIN, COMMIT, ROLLBACK, SAVEPOINT, RELEASE.
    Transaction,
    /// XA RECOVER, which lists the transactions that are prepared.
    XaRecover,
    /// Any other XA.
    Xa,
    /// LOCK and UNLOCK of tables and instances.
    Lock,
    /// HANDLER.
    Handler,
    /// PREPARE, EXECUTE, EXECUTE IMMEDIATE, DEALLOCATE.
    Prepared,
    /// CREATE.
    Create,
    /// ALTER.
    Alter,
    /// DROP.
    Drop,
    /// TRUNCATE.
    Truncate,
    /// RENAME.
    Rename,
    /// GRANT and REVOKE.
    Grant,
    /// ANALYZE TABLE, OPTIMIZE, REPAIR, CACHE INDEX, LOAD INDEX.
    Maintenance,
    /// FLUSH.
    Flush,
    /// RESET.
    Reset,
    /// PURGE.
    Purge,
    /// KILL.
    Kill,
    /// SHUTDOWN and RESTART.
    Shutdown,
    /// CHANGE, START and STOP of replication; BINLOG.
    Replication,
    /// INSTALL and UNINSTALL.
    Install,
    /// BACKUP and CLONE.
    Backup,
    /// BEGIN NOT ATOMIC and other statements of stored programs: IF, CASE, LOOP, WHILE, REPEAT, DECLARE, FOR.
    Compound,
    /// SIGNAL, RESIGNAL, GET DIAGNOSTICS.
    Condition,
    /// A command of the mysql client: DELIMITER, SOURCE, SYSTEM, TEE, PAGER and others.
    Client,
    /// No statement at all: blanks and comments.
    Empty,
    /// Nothing that Porthole knows.
    Unknown,
}

impl Kind {
    /// Every kind.
    pub const ALL: &[Self] = &[
        Self::Select,
        Self::Show,
        Self::Diagnostics,
        Self::Describe,
        Self::Explain,
        Self::Analyze,
        Self::Help,
        Self::Checksum,
        Self::Use,
        Self::CheckTable,
        Self::Insert,
        Self::Replace,
        Self::Update,
        Self::Delete,
        Self::Load,
        Self::Import,
        Self::Call,
        Self::Do,
        Self::Set,
        Self::SetStatement,
        Self::Transaction,
        Self::XaRecover,
        Self::Xa,
        Self::Lock,
        Self::Handler,
        Self::Prepared,
        Self::Create,
        Self::Alter,
        Self::Drop,
        Self::Truncate,
        Self::Rename,
        Self::Grant,
        Self::Maintenance,
        Self::Flush,
        Self::Reset,
        Self::Purge,
        Self::Kill,
        Self::Shutdown,
        Self::Replication,
        Self::Install,
        Self::Backup,
        Self::Compound,
        Self::Condition,
        Self::Client,
        Self::Empty,
        Self::Unknown,
    ];

    /// Its name for programs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Select => "select",
            Self::Show => "show",
            Self::Diagnostics => "diagnostics",
            Self::Describe => "describe",
            Self::Explain => "explain",
            Self::Analyze => "analyze",
            Self::Help => "help",
            Self::Checksum => "checksum",
            Self::Use => "use",
            Self::CheckTable => "check_table",
            Self::Insert => "insert",
            Self::Replace => "replace",
            Self::Update => "update",
            Self::Delete => "delete",
            Self::Load => "load",
            Self::Import => "import",
            Self::Call => "call",
            Self::Do => "do",
            Self::Set => "set",
            Self::SetStatement => "set_statement",
            Self::Transaction => "transaction",
            Self::XaRecover => "xa_recover",
            Self::Xa => "xa",
            Self::Lock => "lock",
            Self::Handler => "handler",
            Self::Prepared => "prepared",
            Self::Create => "create",
            Self::Alter => "alter",
            Self::Drop => "drop",
            Self::Truncate => "truncate",
            Self::Rename => "rename",
            Self::Grant => "grant",
            Self::Maintenance => "maintenance",
            Self::Flush => "flush",
            Self::Reset => "reset",
            Self::Purge => "purge",
            Self::Kill => "kill",
            Self::Shutdown => "shutdown",
            Self::Replication => "replication",
            Self::Install => "install",
            Self::Backup => "backup",
            Self::Compound => "compound",
            Self::Condition => "condition",
            Self::Client => "client",
            Self::Empty => "empty",
            Self::Unknown => "unknown",
        }
    }
}

/// The kind of one statement, and the token that decided, from its tokens that are code.
pub(super) fn kind(sql: &str, code: &[Token]) -> (Kind, usize) {
    let Some(first) = code.iter().position(|token| token.text(sql) != "(") else {
        let kind = if code.is_empty() {
            Kind::Empty
        } else {
            Kind::Unknown
        };
        return (kind, 0);
    };
    let words = Words { sql, code };
    let kind = |kind| (kind, first);
    let verb = words.upper(first);
    let second = words.upper(first + 1);
    // Only queries stand in parentheses.
    let alone = first == 0;
    match verb.as_str() {
        "SELECT" | "TABLE" | "VALUES" => kind(Kind::Select),
        "WITH" => words.after_with(first),
        _ if !alone => kind(Kind::Unknown),
        "SHOW" if matches!(second.as_str(), "WARNINGS" | "ERRORS" | "COUNT") => {
            kind(Kind::Diagnostics)
        }
        "SHOW" => kind(Kind::Show),
        "EXPLAIN" | "DESCRIBE" | "DESC" => words.explained(),
        "ANALYZE" => words.analyzed(1),
        "HELP" => kind(Kind::Help),
        "CHECKSUM" => kind(Kind::Checksum),
        "CHECK" => kind(Kind::CheckTable),
        "USE" => kind(Kind::Use),
        "SET" if second == "STATEMENT" && !matches!(words.upper(2).as_str(), "=" | ":=") => {
            kind(Kind::SetStatement)
        }
        "XA" if second == "RECOVER" => kind(Kind::XaRecover),
        "BEGIN" if second == "NOT" => kind(Kind::Compound),
        "LOAD" if second == "INDEX" => kind(Kind::Maintenance),
        "START" if second == "TRANSACTION" => kind(Kind::Transaction),
        other => kind(by_verb(other)),
    }
}

fn by_verb(verb: &str) -> Kind {
    match verb {
        "INSERT" => Kind::Insert,
        "REPLACE" => Kind::Replace,
        "UPDATE" => Kind::Update,
        "DELETE" => Kind::Delete,
        "LOAD" => Kind::Load,
        "IMPORT" => Kind::Import,
        "CALL" => Kind::Call,
        "DO" => Kind::Do,
        "SET" => Kind::Set,
        "BEGIN" | "COMMIT" | "ROLLBACK" | "SAVEPOINT" | "RELEASE" => Kind::Transaction,
        "XA" => Kind::Xa,
        "LOCK" | "UNLOCK" => Kind::Lock,
        "HANDLER" => Kind::Handler,
        "PREPARE" | "EXECUTE" | "DEALLOCATE" => Kind::Prepared,
        "CREATE" => Kind::Create,
        "ALTER" => Kind::Alter,
        "DROP" => Kind::Drop,
        "TRUNCATE" => Kind::Truncate,
        "RENAME" => Kind::Rename,
        "GRANT" | "REVOKE" => Kind::Grant,
        "OPTIMIZE" | "REPAIR" | "CACHE" => Kind::Maintenance,
        "FLUSH" => Kind::Flush,
        "RESET" => Kind::Reset,
        "PURGE" => Kind::Purge,
        "KILL" => Kind::Kill,
        "SHUTDOWN" | "RESTART" => Kind::Shutdown,
        "CHANGE" | "START" | "STOP" | "BINLOG" => Kind::Replication,
        "INSTALL" | "UNINSTALL" => Kind::Install,
        "BACKUP" | "CLONE" => Kind::Backup,
        "IF" | "CASE" | "LOOP" | "WHILE" | "REPEAT" | "DECLARE" | "FOR" | "RETURN" => {
            Kind::Compound
        }
        "SIGNAL" | "RESIGNAL" | "GET" => Kind::Condition,
        "DELIMITER" | "SOURCE" | "SYSTEM" | "TEE" | "NOTEE" | "PAGER" | "NOPAGER" | "EDIT"
        | "REHASH" | "CONNECT" | "STATUS" | "QUIT" | "EXIT" | "\\" => Kind::Client,
        _ => Kind::Unknown,
    }
}

/// The code of one statement, by index.
#[derive(Clone, Copy)]
struct Words<'a> {
    sql: &'a str,
    code: &'a [Token],
}

impl Words<'_> {
    fn text(&self, index: usize) -> &str {
        self.code
            .get(index)
            .map_or("", |token| token.text(self.sql))
    }

    /// An unquoted word or a symbol in capitals; nothing for all that is quoted.
    fn upper(&self, index: usize) -> String {
        let plain = |token: &&Token| {
            matches!(
                token.kind,
                TokenKind::Word | TokenKind::Symbol | TokenKind::Assign
            )
        };
        self.code
            .get(index)
            .filter(plain)
            .map_or_else(String::new, |token| {
                token.text(self.sql).to_ascii_uppercase()
            })
    }

    /// EXPLAIN: of a statement, which may be run, or of a table.
    fn explained(&self) -> (Kind, usize) {
        if self.upper(1) == "ANALYZE" {
            return self.analyzed(2);
        }
        let verb = self.after_options(1);
        let kind = match self.upper(verb).as_str() {
            // FOR: of what another connection runs.
            "SELECT" | "TABLE" | "VALUES" | "WITH" | "(" | "INSERT" | "REPLACE" | "UPDATE"
            | "DELETE" | "FOR" => Kind::Explain,
            // Options belong to statements: there is none.
            _ if verb > 1 => Kind::Unknown,
            "" if self
                .code
                .get(1)
                .is_none_or(|token| token.kind != TokenKind::QuotedIdentifier) =>
            {
                Kind::Unknown
            }
            _ => Kind::Describe,
        };
        if kind == Kind::Explain && self.upper(verb) == "WITH" {
            let (explained, at) = self.after_with(verb);
            let known = matches!(explained, Kind::Select | Kind::Update | Kind::Delete);
            return if known { (kind, 0) } else { (explained, at) };
        }
        (kind, 0)
    }

    /// What is analysed is run, so its own kind counts unless it is a query. ANALYZE TABLE is another statement.
    fn analyzed(&self, from: usize) -> (Kind, usize) {
        let verb = self.after_options(from);
        match self.upper(verb).as_str() {
            "SELECT" | "VALUES" | "(" => (Kind::Analyze, 0),
            "TABLE" if from == 2 => (Kind::Analyze, 0),
            "WITH" => match self.after_with(verb) {
                (Kind::Select, _) => (Kind::Analyze, 0),
                other => other,
            },
            "INSERT" => (Kind::Insert, verb),
            "REPLACE" => (Kind::Replace, verb),
            "UPDATE" => (Kind::Update, verb),
            "DELETE" => (Kind::Delete, verb),
            "TABLE" | "TABLES" | "LOCAL" | "NO_WRITE_TO_BINLOG" if from == 1 => {
                (Kind::Maintenance, 0)
            }
            // EXPLAIN ANALYZE of a table of that name.
            "" | ";" if from == 2 => (Kind::Describe, 0),
            _ => (Kind::Unknown, 0),
        }
    }

    /// Past `FORMAT = JSON`, `EXTENDED`, `PARTITIONS`, and MySQL's `FOR SCHEMA x`.
    fn after_options(&self, mut at: usize) -> usize {
        loop {
            at += match self.upper(at).as_str() {
                "FORMAT" if self.text(at + 1) == "=" => 3,
                "EXTENDED" | "PARTITIONS" if at + 1 < self.code.len() => 1,
                // EXPLAIN … INTO @variable: the guard finds the INTO.
                "INTO" => 2,
                "FOR" if matches!(self.upper(at + 1).as_str(), "SCHEMA" | "DATABASE") => 3,
                _ => return at,
            };
        }
    }

    /// The statement after the tables of WITH: `WITH [RECURSIVE] name [(…)] AS (…) [CYCLE …], … statement`.
    fn after_with(&self, with: usize) -> (Kind, usize) {
        let mut depth = 0_u32;
        for (index, token) in self.code.iter().enumerate().skip(with + 1) {
            match token.text(self.sql) {
                "(" if depth == 0 && self.text(index - 1) == ")" => return (Kind::Select, with),
                "(" => depth += 1,
                ")" => depth = depth.saturating_sub(1),
                _ if depth > 0 || token.kind != TokenKind::Word => {}
                // A table of WITH may have any name; its statement follows a closing parenthesis.
                _ if self.text(index - 1) != ")" && !self.in_cycle(index) => {}
                _ => match self.upper(index).as_str() {
                    "SELECT" | "TABLE" | "VALUES" => return (Kind::Select, with),
                    "UPDATE" => return (Kind::Update, index),
                    "DELETE" => return (Kind::Delete, index),
                    "INSERT" => return (Kind::Insert, index),
                    "REPLACE" => return (Kind::Replace, index),
                    "AS" | "CYCLE" | "RESTRICT" => {}
                    _ => return (Kind::Unknown, index),
                },
            }
        }
        (Kind::Unknown, with)
    }

    /// After MariaDB's `CYCLE columns RESTRICT`.
    fn in_cycle(&self, index: usize) -> bool {
        self.upper(index - 1) == "RESTRICT"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::sql::lexer::{SqlMode, tokens};

    fn name(sql: &str) -> &'static str {
        let code: Vec<_> = tokens(sql, SqlMode::default())
            .into_iter()
            .filter(Token::is_code)
            .collect();
        kind(sql, &code).0.name()
    }

    #[test]
    fn names_are_unique() {
        let names: std::collections::HashSet<_> =
            Kind::ALL.iter().map(|kind| kind.name()).collect();
        assert_eq!(names.len(), Kind::ALL.len());
    }

    #[test]
    fn with_is_what_follows_its_tables() {
        assert_eq!(
            name("WITH a AS (SELECT 1), b (x) AS (SELECT 2) SELECT * FROM a"),
            "select"
        );
        assert_eq!(name("WITH a AS (SELECT 1) DELETE FROM t"), "delete");
        assert_eq!(name("WITH a AS (SELECT 1) UPDATE t SET a = 1"), "update");
        assert_eq!(name("WITH a AS (SELECT 1) (SELECT 2)"), "select");
        assert_eq!(name("WITH `delete` AS (SELECT 1) TABLE `delete`"), "select");
        assert_eq!(
            name("WITH RECURSIVE a AS (SELECT 1 AS n) CYCLE n RESTRICT SELECT * FROM a"),
            "select"
        );
        assert_eq!(name("WITH a AS (SELECT 1)"), "unknown");
    }

    #[test]
    fn what_is_analysed_has_its_own_kind_unless_it_is_a_query() {
        assert_eq!(name("ANALYZE FORMAT=JSON SELECT 1"), "analyze");
        assert_eq!(name("ANALYZE UPDATE (t) SET a = 1"), "update");
        assert_eq!(
            name("EXPLAIN ANALYZE FORMAT = TREE DELETE FROM t"),
            "delete"
        );
        assert_eq!(
            name("EXPLAIN ANALYZE WITH a AS (SELECT 1) DELETE FROM t"),
            "delete"
        );
        assert_eq!(name("ANALYZE NO_WRITE_TO_BINLOG TABLE t"), "maintenance");
    }

    #[test]
    fn explain_is_of_a_statement_or_a_table() {
        assert_eq!(name("EXPLAIN FORMAT=JSON SELECT 1"), "explain");
        assert_eq!(name("EXPLAIN DELETE FROM t"), "explain");
        assert_eq!(name("DESC t a"), "describe");
        assert_eq!(name("EXPLAIN `select`"), "describe");
        assert_eq!(name("EXPLAIN FORMAT=JSON DROP TABLE t"), "unknown");
        assert_eq!(name("EXPLAIN"), "unknown");
    }
}
