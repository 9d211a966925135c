//! A logged statement → text that the servers' own clients run as it ran: with what it needs of its session, and with
//! nothing in it that a client takes for a command of its own.
//!
//! What of a session is logged is set as the servers' own tools set it. What a statement needs and is not logged, or
//! cannot be written, makes it one that is refused.

use std::{borrow::Cow, fmt::Write as _};

use crate::engine::{
    binlog::{
        charset::Charset,
        decimal,
        event::{IntVar, Query, StatusVars, UserValue, UserVar},
        words,
    },
    sql::{
        lexer::{SqlMode, Token, TokenKind, tokens},
        literal,
        names::quote_identifier,
    },
};

const TAKEN: &str = "a String takes any text";

/// Bits of a statement's options (`flags2`), on both servers.
const AUTO_IS_NULL: u32 = 1 << 14;
const NO_FOREIGN_KEY_CHECKS: u32 = 1 << 26;
const RELAXED_UNIQUE_CHECKS: u32 = 1 << 27;

/// The collation of utf8mb4 that MySQL has by default.
const UTF8MB4_DEFAULT: u16 = 255;

/// Words that statements of a log begin with. Clients have commands of their own, which begin with others.
const FIRST: &[&str] = &[
    "alter",
    "analyze",
    "call",
    "create",
    "delete",
    "do",
    "drop",
    "flush",
    "grant",
    "import",
    "insert",
    "install",
    "optimize",
    "release",
    "rename",
    "repair",
    "replace",
    "revoke",
    "rollback",
    "savepoint",
    "select",
    "set",
    "truncate",
    "uninstall",
    "update",
    "values",
    "with",
];

/// Delimiters of clients; the first that a text does not hold is used.
const DELIMITERS: [&str; 4] = ["//", "$$", "||", "%%"];

/// A statement as text.
pub(super) struct Script {
    /// `SET …;` of what stays the same for many statements.
    pub(super) settings: String,
    /// `SET TIMESTAMP …;`.
    pub(super) moment: String,
    /// The statement, with what ends it.
    pub(super) text: String,
    /// It changes rows, so it is a part of a transaction.
    pub(super) changes_rows: bool,
}

/// Why a statement is not written.
pub(super) type Refusal = &'static str;

/// Write a statement that began at this second since 1970 UTC.
pub(super) fn write(query: &Query, seconds: u32) -> Result<Script, Refusal> {
    let text = whole(query)?;
    let mut moment = format!("SET TIMESTAMP = {seconds}");
    if let Some(micros) = query.vars.micros.filter(|micros| *micros > 0) {
        write!(moment, ".{micros:06}").expect(TAKEN);
    }
    moment.push_str(";\n");
    Ok(Script {
        settings: settings(&query.vars)?,
        moment,
        changes_rows: words::changes_rows(&text, query.mode()),
        text: runnable(&text, query)?,
    })
}

/// Write a statement that needs nothing of its session.
pub(super) fn write_bare(query: &Query) -> Result<String, Refusal> {
    runnable(&whole(query)?, query)
}

/// The text, if nothing of it is lost as UTF-8.
fn whole(query: &Query) -> Result<Cow<'_, str>, Refusal> {
    const LOSSY: Refusal = "its text is not the same in UTF-8";
    let text = query.text();
    if query.shown() != text {
        return Err("its password is not shown here");
    }
    if query.error_code != 0 {
        return Err("it ended with an error and had changed something nevertheless");
    }
    if query.vars.unknown.is_some() {
        return Err("what it needs of its session is not known whole");
    }
    let charset = query.charset();
    if charset.is_utf8() {
        return match std::str::from_utf8(&query.sql) {
            Ok(_) => Ok(text),
            Err(_) => Err(LOSSY),
        };
    }
    if query.sql.is_ascii() && charset.has_ascii() {
        return Ok(text);
    }
    let mut introduced = false;
    for token in tokens(&text, query.mode()) {
        let is_text = token.kind == TokenKind::String && !token.text(&text).is_ascii();
        if introduced && is_text {
            return Err(LOSSY);
        }
        if token.is_code() {
            introduced = token.kind == TokenKind::Word && token.text(&text).starts_with('_');
        }
    }
    if charset.is_faithful(&query.sql) {
        Ok(text)
    } else {
        Err(LOSSY)
    }
}

fn settings(vars: &StatusVars) -> Result<String, Refusal> {
    let flags = vars.flags2.unwrap_or(0);
    let is = |bit: u32| u8::from(flags & bit != 0);
    let (increment, offset) = vars.auto_increment.unwrap_or((1, 1));
    let mut out = format!(
        "SET SESSION sql_mode = {}, foreign_key_checks = {}, unique_checks = {}, sql_auto_is_null = {}, \
         auto_increment_increment = {increment}, auto_increment_offset = {offset}",
        vars.sql_mode.unwrap_or(0),
        1 - is(NO_FOREIGN_KEY_CHECKS),
        1 - is(RELAXED_UNIQUE_CHECKS),
        is(AUTO_IS_NULL),
    );
    // The text is UTF-8 here, whatever it was.
    out.push_str(", character_set_client = utf8mb4");
    if let Some((_, connection, server)) = vars.collations {
        write!(out, ", collation_connection = {connection}").expect(TAKEN);
        write!(out, ", collation_server = {server}").expect(TAKEN);
    }
    let zone = vars.time_zone.as_deref().unwrap_or(b"+00:00");
    let zone = std::str::from_utf8(zone).map_err(|_| "its time zone has no name")?;
    out.push_str(", time_zone = ");
    literal::text(&mut out, zone, SqlMode::default());
    write!(out, ", lc_time_names = {}", vars.lc_time_names.unwrap_or(0)).expect(TAKEN);
    // Only where they are not as ever: an account may not be allowed to set them.
    if let Some(collation) = vars.database_collation {
        write!(out, ", collation_database = {collation}").expect(TAKEN);
    }
    if let Some(collation) = vars.utf8mb4_collation.filter(|id| *id != UTF8MB4_DEFAULT) {
        write!(out, ", default_collation_for_utf8mb4 = {collation}").expect(TAKEN);
    }
    if vars.explicit_defaults == Some(false) {
        out.push_str(", explicit_defaults_for_timestamp = 0");
    }
    if vars.table_encryption == Some(true) {
        out.push_str(", default_table_encryption = 1");
    }
    out.push_str(";\n");
    Ok(out)
}

/// Settings that are not always made.
const RARE: [&str; 4] = [
    "collation_database",
    "default_collation_for_utf8mb4",
    "explicit_defaults_for_timestamp",
    "default_table_encryption",
];

/// `SET …;` that takes back what the settings before had and these have not.
pub(super) fn between(before: &str, settings: &str) -> String {
    let mut out = String::new();
    for name in RARE {
        if before.contains(name) && !settings.contains(name) {
            writeln!(out, "SET SESSION {name} = DEFAULT;").expect(TAKEN);
        }
    }
    out
}

/// What takes [`settings`] back; the rest is as [`HEAD`](crate::engine::binlog::statements::HEAD) says.
pub(super) const SETTLED: &str = "\
SET SESSION foreign_key_checks = DEFAULT, unique_checks = DEFAULT, sql_auto_is_null = DEFAULT, \
auto_increment_increment = DEFAULT, auto_increment_offset = DEFAULT, collation_server = DEFAULT, \
lc_time_names = DEFAULT, timestamp = DEFAULT;
";

/// The text with its delimiter, if clients send it as it is.
fn runnable(text: &str, query: &Query) -> Result<String, Refusal> {
    let tokens = tokens(text, query.mode());
    let code: Vec<&Token> = tokens.iter().filter(|token| token.is_code()).collect();
    if !tokens.iter().all(|token| is_harmless(token, text)) {
        return Err("it holds a control character, which a client or a terminal would act upon");
    }
    let first = code
        .iter()
        .find(|token| token.kind != TokenKind::ExecutableOpen);
    let begins = first.is_some_and(|token| {
        let word = token.text(text).to_ascii_lowercase();
        word == "(" || FIRST.contains(&word.as_str())
    });
    if !begins {
        return Err("clients may take it for a command of their own");
    }
    let mut has_semicolon = false;
    for (at, token) in code.iter().enumerate() {
        let next = code.get(at + 1).map_or("", |next| next.text(text));
        match token.text(text) {
            ";" => has_semicolon = true,
            // NULL in an old way; anything else is a command.
            "\\" if next == "N" => {}
            "\\" => return Err("clients may take a part of it for a command of their own"),
            word if word.eq_ignore_ascii_case("delimiter") => {
                return Err("clients may take a part of it for a command of their own");
            }
            _ => {}
        }
    }
    let text = without_start(text, &code);
    if !has_semicolon {
        // A comment at its end must not take the semicolon in.
        return Ok(format!("{text}\n;\n"));
    }
    let mut delimiters = DELIMITERS.iter();
    let delimiter = delimiters
        .find(|delimiter| !text.contains(**delimiter))
        .ok_or("it holds all delimiters that there are")?;
    Ok(format!(
        "DELIMITER {delimiter}\n{text}\n{delimiter}\nDELIMITER ;\n"
    ))
}

/// Line breaks and tabs alone: a carriage return where it means nothing.
fn is_harmless(token: &Token, text: &str) -> bool {
    match token.kind {
        TokenKind::Unterminated | TokenKind::Odd => false,
        kind => {
            let may_return = matches!(kind, TokenKind::Blank | TokenKind::Comment);
            let mut letters = token.text(text).chars();
            letters.all(|letter| {
                !letter.is_control()
                    || matches!(letter, '\n' | '\t')
                    || may_return && letter == '\r'
            })
        }
    }
}

/// MySQL logs CREATE TABLE … SELECT as a table that is made, and rows, in a transaction that begins so.
fn without_start<'a>(text: &'a str, code: &[&Token]) -> &'a str {
    let is = |token: &Token, word: &str| token.text(text).eq_ignore_ascii_case(word);
    match code {
        [create, .., start, transaction]
            if is(create, "create") && is(start, "start") && is(transaction, "transaction") =>
        {
            text.get(..start.range.start).unwrap_or(text).trim_end()
        }
        _ => text,
    }
}

/// `SET …;` of an automatic value.
pub(super) fn int_var(variable: IntVar) -> Result<String, Refusal> {
    match variable {
        IntVar::LastInsertId(value) => Ok(format!("SET LAST_INSERT_ID = {value};\n")),
        IntVar::InsertId(value) => Ok(format!("SET INSERT_ID = {value};\n")),
        IntVar::Other(..) => Err("it needs a variable that is not known"),
    }
}

/// `SET …;` of what RAND() begins with.
pub(super) fn seeds(first: u64, second: u64) -> String {
    format!("SET RAND_SEED1 = {first}, RAND_SEED2 = {second};\n")
}

/// `SET …;` of a user variable. Text has the collation that its character set has by default.
pub(super) fn user_var(variable: &UserVar) -> Result<String, Refusal> {
    const UNKNOWN: Refusal = "it needs a variable whose value is not known";
    let name = std::str::from_utf8(&variable.name).map_err(|_| UNKNOWN)?;
    if name.contains(char::is_control) {
        return Err("it needs a variable with a control character in its name");
    }
    let mut out = format!("SET @{} := ", quote_identifier(name));
    match &variable.value {
        UserValue::Null => out.push_str("NULL"),
        UserValue::Int(value) => write!(out, "{value}").expect(TAKEN),
        UserValue::Uint(value) => write!(out, "{value}").expect(TAKEN),
        UserValue::Real(value) if !value.is_finite() => return Err(UNKNOWN),
        UserValue::Real(value) => write!(out, "{value:e}").expect(TAKEN),
        UserValue::Decimal(bytes) => match bytes.split_first_chunk::<2>() {
            Some((&[precision, scale], digits)) => {
                let mut text = Vec::new();
                decimal::write(digits, precision, scale, false, &mut text).map_err(|_| UNKNOWN)?;
                out.push_str(&String::from_utf8_lossy(&text));
            }
            None => return Err(UNKNOWN),
        },
        UserValue::Text(_, Charset::UNKNOWN) | UserValue::Other(..) => return Err(UNKNOWN),
        UserValue::Text(bytes, charset) => {
            out.push('_');
            out.push_str(charset.name());
            out.push(' ');
            literal::bytes(&mut out, bytes);
        }
    }
    out.push_str(";\n");
    Ok(out)
}
