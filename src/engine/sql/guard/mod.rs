//! May this statement run here? The only maker of [`Checked`].
//!
//! A short list of kinds may pass, over real tokens; inside them, what writes, locks, waits, touches files, changes
//! the session or calls what is not known is refused by its word. What is not known to read is refused. The guard
//! knows no server: [`Rules`] is plain data that the session fills.
//!
//! `/*!50000 … */` is code for some servers and a comment for others. Every reading that some server has must pass.
//!
//! Not here: what a view, a table's engine or a falsely declared function does on the server. The session's
//! read-only mode and the account's rights stand behind that.

mod advice;
mod calls;
mod code;

use std::{collections::HashMap, fmt, ops::Range, sync::Arc};

use self::code::{Code, is_word, parentheses};
use super::{
    dialect::{Dialect, Product},
    executable::{self, Reading},
    kind::{self, Kind},
    lexer::{SqlMode, Token, TokenKind, tokens_as},
};

/// What the guard needs to know of the server and of the profile.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// Who reads the text.
    pub dialect: Dialect,
    /// How the session reads quotes.
    pub sql_mode: SqlMode,
    /// The server's stored and loadable functions; empty where there is no server, and then none may be called.
    pub functions: Arc<Functions>,
    /// The profile lets stored functions be called that are declared to read at most.
    pub call_stored_functions: bool,
    /// The profile lets CHECK TABLE run.
    pub check_tables: bool,
}

/// Functions that the server has beyond its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Functions {
    /// Stored functions by name in lower case: database, and what they are declared to do.
    pub stored: HashMap<String, Vec<(String, DataAccess)>>,
    /// Names of loadable functions in lower case.
    pub loadable: Vec<String>,
    /// The server has a list of stored functions that could not be read, or is too long.
    pub unread_stored: bool,
    /// The server has a list of loadable functions that could not be read.
    pub unread_loadable: bool,
}

/// What a stored function is declared to do with data (`information_schema.ROUTINES.SQL_DATA_ACCESS`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataAccess {
    /// NO SQL or READS SQL DATA.
    Reads,
    /// CONTAINS SQL, which a function gets that declares nothing, or MODIFIES SQL DATA.
    Other,
}

/// One statement that may run. Only [`check`] makes it; tests have a door of their own, which no release has.
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

    /// What it is.
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
    /// What the statement is.
    pub kind: Kind,
    /// The word that caused it.
    pub word: String,
    /// Its place in the text, in bytes.
    pub at: Range<usize>,
    /// Why.
    pub reason: &'static str,
    /// What would be allowed, in words.
    pub instead: Option<String>,
    /// A query that may run: it shows the rows that the statement is about.
    pub query: Option<String>,
}

impl Refusal {
    /// What would be allowed, in one line: the words, and the query after them.
    pub fn advice(&self) -> Option<String> {
        let words = self.instead.as_deref()?;
        Some(match &self.query {
            Some(query) => format!("{words} {query}"),
            None => words.to_owned(),
        })
    }
}

const ONE_STATEMENT: &str = "one statement at a time";
const LOCKS: &str = "it takes locks that others must wait for";
const UNCLEAR: &str = "servers may read this text differently";
/// Longest word that a refusal repeats, in characters.
const WORD: usize = 64;
/// Versions in executable comments of one statement; each adds two readings.
const MOST_VERSIONS: usize = 8;

/// Judge one statement.
///
/// # Errors
/// A [`Refusal`] that names the word, its place and what would be allowed.
pub fn check(sql: &str, rules: &Rules) -> Result<Checked, Refusal> {
    let mut kind = Kind::Empty;
    for reading in readings(sql, rules)? {
        let read = Statement::read(sql, rules, reading).judge()?;
        if kind == Kind::Empty {
            kind = read;
        }
    }
    if kind == Kind::Empty {
        return Err(Refusal {
            kind,
            word: "nothing".to_owned(),
            at: 0..0,
            reason: "there is no statement here",
            instead: None,
            query: None,
        });
    }
    Ok(Checked {
        sql: sql.to_owned(),
        kind,
        sql_mode: rules.sql_mode,
    })
}

/// Let anything through, so that a test can see the server layer hold alone. No release can have this.
#[cfg(feature = "unguarded")]
pub fn unchecked(sql: &str, rules: &Rules) -> Checked {
    Checked {
        sql: sql.to_owned(),
        kind: kind_of(sql, rules),
        sql_mode: rules.sql_mode,
    }
}

/// The kind of a statement and nothing more; as the server reads it that the rules name.
pub fn kind_of(sql: &str, rules: &Rules) -> Kind {
    let statement = Statement::read(sql, rules, Reading::Server(rules.dialect));
    kind::kind(sql, &statement.words()).0
}

/// The server's own reading first, then all that another server or version could have.
fn readings(sql: &str, rules: &Rules) -> Result<Vec<Reading>, Refusal> {
    let mut readings = vec![Reading::Server(rules.dialect)];
    if !executable::is_in(sql) {
        return Ok(readings);
    }
    let versions = executable::versions(sql, MOST_VERSIONS);
    if versions.len() > MOST_VERSIONS {
        return Err(Refusal {
            kind: kind_of(sql, rules),
            word: "/*!".to_owned(),
            at: sql.find("/*!").map_or(0..0, |at| at..at + 3),
            reason: UNCLEAR,
            instead: Some(
                "Write what is inside the comments as ordinary text, or leave it out.".to_owned(),
            ),
            query: None,
        });
    }
    readings.extend([Reading::Code, Reading::Comments]);
    // Either product, and older than any version that the text names.
    readings.extend([Product::MySql, Product::MariaDb].map(|product| {
        Reading::Server(Dialect {
            product,
            version: (0, 0, 0),
        })
    }));
    for number in versions {
        let part = |unit: u32| u16::try_from(number / unit % 100).unwrap_or(u16::MAX);
        let version = (part(10_000), part(100), part(1));
        for product in [Product::MySql, Product::MariaDb] {
            readings.push(Reading::Server(Dialect { product, version }));
        }
    }
    Ok(readings)
}

/// One statement in one reading: its tokens without blanks, comments and the marks around executable code.
struct Statement<'a> {
    sql: &'a str,
    rules: &'a Rules,
    code: Vec<Token>,
    /// An executable comment, if there is one.
    executable: Option<Token>,
    /// An executable comment that is still open at the end.
    open: Option<Token>,
}

impl<'a> Statement<'a> {
    fn read(sql: &'a str, rules: &'a Rules, reading: Reading) -> Self {
        let mut code = Vec::with_capacity(sql.len() / 6);
        let (mut executable, mut open) = (None, None);
        for token in tokens_as(sql, rules.sql_mode, reading) {
            match token.kind {
                TokenKind::Blank | TokenKind::Comment => {}
                TokenKind::ExecutableOpen => {
                    executable = Some(token.clone());
                    open = Some(token);
                }
                TokenKind::ExecutableClose => open = None,
                _ => code.push(token),
            }
        }
        let is_end = |token: &Token| token.kind == TokenKind::Symbol && token.text(sql) == ";";
        while code.last().is_some_and(is_end) {
            code.pop();
        }
        Self {
            sql,
            rules,
            code,
            executable,
            open,
        }
    }

    /// Its code without hints, which are no part of what a statement is.
    fn words(&self) -> Vec<Token> {
        let is_word = |token: &&Token| token.kind != TokenKind::Hint;
        self.code.iter().filter(is_word).cloned().collect()
    }

    fn judge(&self) -> Result<Kind, Refusal> {
        let words = self.words();
        let (kind, decided) = kind::kind(self.sql, &words);
        if let Some(open) = &self.open {
            return Err(self.refusal(kind, open, "this comment never ends", Some("Close it.")));
        }
        // What cannot be read is said before what must not be done.
        for token in &self.code {
            self.check_text(kind, token)?;
        }
        match kind {
            Kind::Empty => return Ok(kind),
            Kind::Select
            | Kind::Show
            | Kind::Describe
            | Kind::Explain
            | Kind::Analyze
            | Kind::Checksum => {}
            Kind::Diagnostics | Kind::Help | Kind::XaRecover => self.check_plain(kind)?,
            Kind::Use => self.check_use(&words)?,
            Kind::CheckTable => {
                self.check_plain(kind)?;
                self.check_check_table(&words)?;
            }
            _ => return Err(advice::refuse(self.sql, self.rules, kind, &words, decided)),
        }
        let (closes, inside) = parentheses(self.sql, &words);
        let code = Code {
            sql: self.sql,
            tokens: &words,
            closes: &closes,
            inside: &inside,
        };
        for index in 0..words.len() {
            self.check_word(kind, code, index)?;
            calls::check(self.rules, kind, code, index)?;
        }
        Ok(kind)
    }

    /// What a token is by itself.
    fn check_text(&self, kind: Kind, token: &Token) -> Result<(), Refusal> {
        let text = token.text(self.sql);
        let refuse = |reason, instead| Err(self.refusal(kind, token, reason, Some(instead)));
        match token.kind {
            TokenKind::Unterminated => refuse("this quote or comment never ends", "Close it."),
            TokenKind::Odd => refuse(UNCLEAR, "Replace this character by an ordinary blank."),
            TokenKind::Assign if !is_write(kind) && kind != Kind::Set => refuse(
                "it sets a variable of the session",
                "Use a subquery or WITH.",
            ),
            TokenKind::Hint if contains_word(text, "SET_VAR") => {
                refuse("the hint SET_VAR sets a variable", "Leave the hint out.")
            }
            TokenKind::Symbol if text == ";" => {
                refuse(ONE_STATEMENT, "Run the statements one after the other.")
            }
            _ => Ok(()),
        }
    }

    /// What goes as text, in which a server could find a second statement.
    fn check_plain(&self, kind: Kind) -> Result<(), Refusal> {
        match &self.executable {
            Some(token) => Err(self.refusal(kind, token, UNCLEAR, Some("Leave the comment out."))),
            None => Ok(()),
        }
    }

    fn check_use(&self, words: &[Token]) -> Result<(), Refusal> {
        match words {
            [_, name] if matches!(name.kind, TokenKind::Word | TokenKind::QuotedIdentifier) => {
                Ok(())
            }
            _ => Err(self.refusal(
                Kind::Use,
                &words[0],
                "USE takes the name of one database",
                Some("USE shop"),
            )),
        }
    }

    fn check_check_table(&self, words: &[Token]) -> Result<(), Refusal> {
        let upgrade = words
            .iter()
            .find(|token| is_word(self.sql, token, "UPGRADE"));
        match upgrade {
            Some(token) => Err(self.refusal(
                Kind::CheckTable,
                token,
                "it may change the table",
                Some("Leave FOR UPGRADE out."),
            )),
            None if self.rules.check_tables => Ok(()),
            None => Err(self.refusal(
                Kind::CheckTable,
                &words[0],
                "it reads whole tables and holds them meanwhile",
                Some(
                    "The profile can allow CHECK TABLE. CHECKSUM TABLE reads a table without that.",
                ),
            )),
        }
    }

    /// Words that make a reading statement do more.
    fn check_word(&self, kind: Kind, code: Code<'_>, index: usize) -> Result<(), Refusal> {
        let token = &code.tokens[index];
        if !code.is_keyword(index) {
            return Ok(());
        }
        let refuse = |word: &str, reason, instead| {
            Err(Refusal {
                word: word.to_owned(),
                ..self.refusal(kind, token, reason, instead)
            })
        };
        // The condition of a SHOW may hold queries, in parentheses.
        let is_query = matches!(
            kind,
            Kind::Select | Kind::Explain | Kind::Analyze | Kind::Describe
        ) || code.inside[index].is_some();
        let next = |words: &[&str]| {
            words
                .iter()
                .enumerate()
                .all(|(n, word)| code.is(index + 1 + n, word))
        };
        match token.text(self.sql).to_ascii_uppercase().as_str() {
            "INTO" if kind == Kind::Explain && code.begins_target(index) => Ok(()),
            "INTO" => refuse(
                "INTO",
                "the rows would go to a file, a table or a variable",
                Some("Leave INTO out: the rows come here, and can be copied or saved from here."),
            ),
            "FOR" if is_query && next(&["UPDATE"]) => {
                refuse("FOR UPDATE", LOCKS, Some("Leave it out."))
            }
            "FOR" if is_query && next(&["SHARE"]) => {
                refuse("FOR SHARE", LOCKS, Some("Leave it out."))
            }
            "LOCK" if is_query && next(&["IN"]) => {
                refuse("LOCK IN SHARE MODE", LOCKS, Some("Leave it out."))
            }
            "PROCEDURE" if is_query => refuse(
                "PROCEDURE",
                "a procedure of the server would run over the rows",
                Some("Leave it out."),
            ),
            "NEXT" if next(&["VALUE", "FOR"]) => refuse(
                "NEXT VALUE FOR",
                "it takes a number from the sequence",
                Some(
                    "PREVIOUS VALUE FOR shows the last one; SELECT * FROM the sequence shows where it stands.",
                ),
            ),
            _ => Ok(()),
        }
    }

    fn refusal(
        &self,
        kind: Kind,
        token: &Token,
        reason: &'static str,
        instead: Option<&str>,
    ) -> Refusal {
        Refusal {
            kind,
            word: shortened(token.text(self.sql)),
            at: token.range.clone(),
            reason,
            instead: instead.map(str::to_owned),
            query: None,
        }
    }
}

fn is_write(kind: Kind) -> bool {
    matches!(
        kind,
        Kind::Insert | Kind::Replace | Kind::Update | Kind::Delete
    )
}

fn shortened(text: &str) -> String {
    text.chars().take(WORD).collect()
}

fn contains_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .any(|part| part.eq_ignore_ascii_case(word))
}

#[cfg(test)]
mod tests;
