//! May this statement run here? The only maker of [`Checked`].
//!
//! A short list of kinds may pass, over real tokens; inside them, what writes, locks, waits or touches files is
//! refused by its word. A kind of statement that is not known to read is refused. The guard knows no server:
//! [`Rules`] is plain data that the session fills.
//!
//! Not here: whether a stored or loadable function that is called without its database's name has effects. The
//! session's read-only mode and the account's rights stand behind that.

use std::{fmt, ops::Range};

use super::{
    lexer::{SqlMode, Token, TokenKind, tokens},
    statement::{self, Kind},
};

/// What the guard needs to know of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// How the session reads quotes.
    pub sql_mode: SqlMode,
}

/// One statement that may run. Only [`check`] makes it.
#[derive(Clone, PartialEq, Eq)]
pub struct Checked {
    sql: String,
    kind: Kind,
    sql_mode: SqlMode,
}

impl Checked {
    /// The text to send.
    pub fn sql(&self) -> &str {
        &self.sql
    }

    /// What it does.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How its quotes were read.
    pub fn sql_mode(&self) -> SqlMode {
        self.sql_mode
    }
}

impl fmt::Debug for Checked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Checked")
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

/// Why a statement may not run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("refused: {word}: {reason}")]
pub struct Refusal {
    /// The word that caused it.
    pub word: String,
    /// Its place in the text, in bytes.
    pub at: Range<usize>,
    /// Why.
    pub reason: &'static str,
    /// What would be allowed.
    pub instead: Option<String>,
}

const READS_ONLY: &str = "Porthole runs only what it knows to read";
const ONE_STATEMENT: &str = "one statement at a time";
const LOCKS: &str = "it takes locks that others must wait for";
const FUNCTION: &str = "this function does more than read";
const UNCLEAR: &str = "the servers may read this text differently";

/// Functions with effects beyond their value, or that wait or read files.
const FUNCTIONS: &[&str] = &[
    "BENCHMARK",
    "GET_LOCK",
    "LOAD_FILE",
    "MASTER_GTID_WAIT",
    "MASTER_POS_WAIT",
    "NEXTVAL",
    "RELEASE_ALL_LOCKS",
    "RELEASE_LOCK",
    "SETVAL",
    "SLEEP",
    "SOURCE_POS_WAIT",
    "WAIT_FOR_EXECUTED_GTID_SET",
    "WAIT_UNTIL_SQL_THREAD_AFTER_GTIDS",
];

/// Families of functions that act: group replication, failover, keyring, audit, locks of the locking service.
const FUNCTION_FAMILIES: &[&str] = &[
    "ASYNCHRONOUS_CONNECTION_FAILOVER_",
    "AUDIT_LOG_",
    "GROUP_REPLICATION_",
    "KEYRING_",
    "SERVICE_",
];

/// Judge one statement.
///
/// # Errors
/// A [`Refusal`] that names the word, its place and what would be allowed.
pub fn check(sql: &str, rules: &Rules) -> Result<Checked, Refusal> {
    let all = tokens(sql, rules.sql_mode);
    let mut code: Vec<Token> = all.into_iter().filter(Token::is_code).collect();
    while code.last().is_some_and(|token| token.text(sql) == ";") {
        code.pop();
    }
    let Some(first) = code.first() else {
        return Err(Refusal {
            word: "nothing".to_owned(),
            at: 0..0,
            reason: "there is no statement here",
            instead: None,
        });
    };
    let kind = statement::kind(sql, &code);
    if matches!(kind, Kind::Other | Kind::Use) {
        return Err(refuse_kind(sql, kind, first, &code));
    }
    for (index, token) in code.iter().enumerate() {
        check_token(sql, kind, &code, index, token)?;
    }
    Ok(Checked {
        sql: sql.to_owned(),
        kind,
        sql_mode: rules.sql_mode,
    })
}

fn refuse_kind(sql: &str, kind: Kind, first: &Token, code: &[Token]) -> Refusal {
    let verb = code
        .iter()
        .find(|token| token.kind == TokenKind::Word && is_write_verb(token.text(sql)));
    let word = verb.unwrap_or(first);
    let instead = if kind == Kind::Use {
        "Choose the database of this tab above the editor (or with --url …/database on the command line)."
    } else if verb.is_some() {
        "A SELECT with the same tables and conditions shows which rows it would touch. To run it, paste it into a tool that may write."
    } else {
        "SELECT, SHOW, DESCRIBE, EXPLAIN, HELP and CHECKSUM TABLE can run here."
    };
    Refusal {
        word: word.text(sql).to_uppercase(),
        at: word.range.clone(),
        reason: READS_ONLY,
        instead: Some(instead.to_owned()),
    }
}

fn is_write_verb(word: &str) -> bool {
    ["DELETE", "INSERT", "REPLACE", "UPDATE"]
        .iter()
        .any(|verb| word.eq_ignore_ascii_case(verb))
}

/// A call of something that does more than read. The servers find their own functions in quotes too; one that is
/// named with its database is a stored one.
fn check_call(sql: &str, code: &[Token], index: usize, token: &Token) -> Result<(), Refusal> {
    let at = |offset: usize| {
        index
            .checked_sub(offset)
            .map_or("", |index| code[index].text(sql))
    };
    if code.get(index + 1).is_none_or(|next| next.text(sql) != "(") {
        return Ok(());
    }
    let name = token.text(sql).trim_matches(['`', '"']).to_uppercase();
    // `EXPLAIN INSERT INTO shop.orders (id) …` names columns.
    let is_target = ["INTO", "INSERT", "REPLACE", "IGNORE"]
        .iter()
        .any(|verb| at(3).eq_ignore_ascii_case(verb));
    let acts = (at(1) == "." && !is_target)
        || FUNCTIONS.contains(&name.as_str())
        || FUNCTION_FAMILIES
            .iter()
            .any(|family| name.starts_with(family));
    if acts {
        return Err(Refusal {
            word: name,
            at: token.range.clone(),
            reason: FUNCTION,
            instead: None,
        });
    }
    Ok(())
}

fn check_token(
    sql: &str,
    kind: Kind,
    code: &[Token],
    index: usize,
    token: &Token,
) -> Result<(), Refusal> {
    let text = token.text(sql);
    let refuse = |reason: &'static str, instead: Option<&str>| {
        Err(Refusal {
            word: text.chars().take(40).collect(),
            at: token.range.clone(),
            reason,
            instead: instead.map(str::to_owned),
        })
    };
    match token.kind {
        TokenKind::Unterminated => refuse("this quote or comment never ends", Some("Close it.")),
        TokenKind::Odd => refuse(
            UNCLEAR,
            Some("Replace this character by an ordinary blank."),
        ),
        TokenKind::ExecutableOpen => refuse(
            UNCLEAR,
            Some("Write what is inside the comment as ordinary text, or leave it out."),
        ),
        TokenKind::Assign => refuse(
            "it sets a variable of the session",
            Some("Use a subquery or WITH."),
        ),
        TokenKind::Hint if contains_word(text, "SET_VAR") => refuse(
            "the hint SET_VAR sets a variable",
            Some("Leave the hint out."),
        ),
        TokenKind::Symbol if text == ";" => refuse(
            ONE_STATEMENT,
            Some("Run the statements one after the other."),
        ),
        TokenKind::Word | TokenKind::QuotedIdentifier => {
            check_call(sql, code, index, token)?;
            check_word(sql, kind, code, index, token)
        }
        _ => Ok(()),
    }
}

fn check_word(
    sql: &str,
    kind: Kind,
    code: &[Token],
    index: usize,
    token: &Token,
) -> Result<(), Refusal> {
    let text = token.text(sql);
    let near = |offset: usize| code.get(index + offset).map_or("", |token| token.text(sql));
    let before = if index == 0 {
        ""
    } else {
        code[index - 1].text(sql)
    };
    if before == "." || token.kind == TokenKind::QuotedIdentifier {
        return Ok(()); // a name
    }
    let is = |word: &str| text.eq_ignore_ascii_case(word);
    let follows = |word: &str| near(1).eq_ignore_ascii_case(word);
    let refuse = |word: String, reason: &'static str, instead: Option<&str>| {
        Err(Refusal {
            word,
            at: token.range.clone(),
            reason,
            instead: instead.map(str::to_owned),
        })
    };
    // The plan of a writing statement may be read; `INSERT INTO` is then part of what is planned.
    if kind == Kind::Explain
        && is("INTO")
        && (is_write_verb(before) || before.eq_ignore_ascii_case("IGNORE"))
    {
        return Ok(());
    }
    if is("INTO") && !matches!(kind, Kind::Show | Kind::Diagnostics | Kind::Help) {
        return refuse(
            "INTO".to_owned(),
            "the rows would go to a file, a table or a variable",
            Some("Leave INTO out: the rows come here, and can be copied or saved from here."),
        );
    }
    if is("FOR") && (follows("UPDATE") || follows("SHARE")) {
        return refuse(
            format!("FOR {}", near(1).to_uppercase()),
            LOCKS,
            Some("Leave it out."),
        );
    }
    if is("LOCK") && follows("IN") {
        return refuse(
            "LOCK IN SHARE MODE".to_owned(),
            LOCKS,
            Some("Leave it out."),
        );
    }
    if is("PROCEDURE") && kind == Kind::Select && near(2) == "(" {
        return refuse("PROCEDURE".to_owned(), READS_ONLY, None);
    }
    if is("NEXT") && follows("VALUE") && near(2).eq_ignore_ascii_case("FOR") {
        return refuse(
            "NEXT VALUE FOR".to_owned(),
            "it takes a number from the sequence",
            None,
        );
    }
    Ok(())
}

fn contains_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    /// The one place that calls the guard; the cases below survive any change of its signature.
    #[track_caller]
    fn check_sql(sql: &str, expect: &Expect) {
        let verdict = match check(sql, &Rules::default()) {
            Ok(checked) => format!("{:?}", checked.kind()),
            Err(refusal) => format!("refused: {} at {}", refusal.word, &sql[refusal.at]),
        };
        expect.assert_eq(&verdict);
    }

    #[test]
    fn what_reads_passes() {
        check_sql("SELECT 1", &expect!["Select"]);
        check_sql("(SELECT 1) UNION (SELECT 2);", &expect!["Select"]);
        check_sql("WITH a AS (SELECT 1) SELECT * FROM a", &expect!["Select"]);
        check_sql(
            "SELECT REPLACE('a', 'b', 'c'), `delete` FROM `into`",
            &expect!["Select"],
        );
        check_sql("SHOW CREATE TABLE t", &expect!["Show"]);
        check_sql("SHOW COUNT(*) WARNINGS", &expect!["Diagnostics"]);
        check_sql("DESC t", &expect!["Describe"]);
        check_sql("EXPLAIN DELETE FROM t", &expect!["Explain"]);
        check_sql("EXPLAIN INSERT INTO t SELECT 1", &expect!["Explain"]);
        check_sql("EXPLAIN ANALYZE SELECT 1", &expect!["Analyze"]);
        check_sql("CHECKSUM TABLE t", &expect!["Checksum"]);
        check_sql("TABLE t", &expect!["Select"]);
    }

    #[test]
    fn what_writes_is_refused_by_its_word() {
        check_sql("DELETE FROM t", &expect!["refused: DELETE at DELETE"]);
        check_sql(
            "WITH a AS (SELECT 1) DELETE FROM t",
            &expect!["refused: DELETE at DELETE"],
        );
        check_sql(
            "SELECT 1 INTO OUTFILE 'x'",
            &expect!["refused: INTO at INTO"],
        );
        check_sql(
            "SELECT 1 /*!50000 INTO OUTFILE 'x' */",
            &expect!["refused: /*!50000 at /*!50000"],
        );
        check_sql("SELECT 1; DELETE FROM t", &expect!["refused: ; at ;"]);
        check_sql("SELECT 1--1; DELETE FROM t", &expect!["refused: ; at ;"]);
        check_sql(
            "SELECT * FROM t FOR UPDATE",
            &expect!["refused: FOR UPDATE at FOR"],
        );
        check_sql(
            "SELECT * FROM t LOCK IN SHARE MODE",
            &expect!["refused: LOCK IN SHARE MODE at LOCK"],
        );
        check_sql("SELECT @a := 1", &expect!["refused: := at :="]);
        check_sql("SELECT sleep (10)", &expect!["refused: SLEEP at sleep"]);
        check_sql(
            "SELECT /*+ SET_VAR(x=1) */ 1",
            &expect!["refused: /*+ SET_VAR(x=1) */ at /*+ SET_VAR(x=1) */"],
        );
        check_sql(
            "EXPLAIN ANALYZE DELETE FROM t",
            &expect!["refused: DELETE at DELETE"],
        );
        check_sql("ANALYZE TABLE t", &expect!["refused: ANALYZE at ANALYZE"]);
        check_sql("SET GLOBAL x = 1", &expect!["refused: SET at SET"]);
        check_sql("CALL p()", &expect!["refused: CALL at CALL"]);
        check_sql("USE shop", &expect!["refused: USE at USE"]);
        check_sql("", &expect!["refused: nothing at "]);
        check_sql("SELECT 'open", &expect!["refused: 'open at 'open"]);
    }

    #[test]
    fn what_is_analysed_is_run_and_must_be_a_query() {
        check_sql("ANALYZE FORMAT=JSON SELECT 1", &expect!["Analyze"]);
        check_sql(
            "ANALYZE UPDATE (t) SET a = 1",
            &expect!["refused: UPDATE at UPDATE"],
        );
        check_sql(
            "ANALYZE FORMAT=JSON DELETE FROM t",
            &expect!["refused: DELETE at DELETE"],
        );
        check_sql(
            "EXPLAIN ANALYZE WITH a AS (SELECT 1) DELETE FROM t",
            &expect!["refused: DELETE at DELETE"],
        );
        check_sql("ANALYZE TABLES t", &expect!["refused: ANALYZE at ANALYZE"]);
    }

    #[test]
    fn a_function_that_acts_is_refused_in_quotes_and_by_its_family_too() {
        check_sql(
            "SELECT `load_file` ('/etc/passwd')",
            &expect!["refused: LOAD_FILE at `load_file`"],
        );
        check_sql(
            "SELECT group_replication_disable_member_action(1)",
            &expect![
                "refused: GROUP_REPLICATION_DISABLE_MEMBER_ACTION at group_replication_disable_member_action"
            ],
        );
        check_sql(
            "SELECT shop.charge(1)",
            &expect!["refused: CHARGE at charge"],
        );
        check_sql(
            "EXPLAIN INSERT INTO shop.orders (id) VALUES (1)",
            &expect!["Explain"],
        );
        check_sql(
            "SELECT `count` FROM shop.orders WHERE id IN (1)",
            &expect!["Select"],
        );
    }
}
