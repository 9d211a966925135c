//! `porthole check`: what the guard says of statements, for other people's pipelines. No server is asked.

use std::{
    fmt::Write as _,
    fs::File,
    io::{self, BufRead, BufReader, Read as _},
    path::{Path, PathBuf},
    str,
};

use clap::{ValueEnum, builder::ValueHint};
use serde::{Deserialize, Serialize};

use super::{Failure, print};
use crate::engine::{
    Error,
    sql::{
        dialect::{Dialect, Product},
        guard::{self, Refusal, Rules},
        kind::Kind,
        lexer::SqlMode,
        statement,
    },
    visible,
};

const EXAMPLES: &str = "\
Each statement is allowed, or refused with the word that caused it, its place and the reason.
Stored and loadable functions are not known here, so calls of them are refused.

With --input sql the input is a script; DELIMITER works as in the mysql client. MySQL 9's
dollar-quoted bodies ($$ … $$) are split at their semicolons. With --input ndjson each line
is an object {\"sql\": \"…\"} and is judged as one submission: two statements in it are refused, and
so is an empty one. --format ndjson gives for each an object, in the same order:
  {\"verdict\":\"allow\"|\"refuse\",\"kind\":\"select\",\"reason\":null,\"at\":null}
where at is the byte in the statement's own text that the refusal is about.

Exit codes: 0 all allowed (or nothing to judge), 1 failed, 2 wrong use, 3 something was refused.

Examples:
  porthole check report.sql
  echo 'SELECT 1 INTO OUTFILE \"x\"' | porthole check --dialect mysql -
  porthole check --input ndjson --format ndjson --dialect mariadb --server-version 10.11.18 log.ndjson";

/// The modes of all versions of both products: a mistyped one would have the statements read as another server does.
const MODES: &[&str] = &[
    "ALLOW_INVALID_DATES",
    "ANSI",
    "ANSI_QUOTES",
    "DB2",
    "EMPTY_STRING_IS_NULL",
    "ERROR_FOR_DIVISION_BY_ZERO",
    "HIGH_NOT_PRECEDENCE",
    "IGNORE_BAD_TABLE_OPTIONS",
    "IGNORE_SPACE",
    "MAXDB",
    "MSSQL",
    "MYSQL323",
    "MYSQL40",
    "NO_AUTO_CREATE_USER",
    "NO_AUTO_VALUE_ON_ZERO",
    "NO_BACKSLASH_ESCAPES",
    "NO_DIR_IN_CREATE",
    "NO_ENGINE_SUBSTITUTION",
    "NO_FIELD_OPTIONS",
    "NO_KEY_OPTIONS",
    "NO_TABLE_OPTIONS",
    "NO_UNSIGNED_SUBTRACTION",
    "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE",
    "ONLY_FULL_GROUP_BY",
    "ORACLE",
    "PAD_CHAR_TO_FULL_LENGTH",
    "PIPES_AS_CONCAT",
    "POSTGRESQL",
    "REAL_AS_FLOAT",
    "SIMULTANEOUS_ASSIGNMENT",
    "STRICT_ALL_TABLES",
    "STRICT_TRANS_TABLES",
    "TIME_ROUND_FRACTIONAL",
    "TIME_TRUNCATE_FRACTIONAL",
    "TRADITIONAL",
];

/// Verdicts are printed once there is so much of them.
const PIECE: usize = 64 * 1024;

/// Whom the statements are for, and how they come.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The product that would run them; without it, both must allow.
    #[arg(long, value_name = "PRODUCT")]
    dialect: Option<DialectArg>,
    /// Its version, such as 8.0.36; without it, the newest that Porthole knows.
    #[arg(long, value_name = "VERSION", requires = "dialect", value_parser = version)]
    server_version: Option<(u16, u16, u16)>,
    /// Its sql_mode, such as ANSI_QUOTES,NO_BACKSLASH_ESCAPES; without it, the server's default.
    #[arg(long, value_name = "MODE", default_value = "", hide_default_value = true, value_parser = sql_mode)]
    sql_mode: SqlMode,
    /// A script, or a JSON object a line.
    #[arg(long, value_name = "INPUT", default_value = "sql")]
    input: Input,
    /// Lines for people, or a JSON object a line.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Output,
    /// The file to read; `-`, or nothing, reads standard input.
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum DialectArg {
    #[value(name = "mysql")]
    MySql,
    #[value(name = "mariadb")]
    MariaDb,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Input {
    Sql,
    Ndjson,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    Text,
    Ndjson,
}

/// Digits, and what VERSION() prints behind them.
fn version(text: &str) -> Result<(u16, u16, u16), String> {
    let digits = text.split('-').next().unwrap_or_default();
    let number = |part: &str| {
        let plain = part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse().ok().filter(|_| plain)
    };
    let parts: Option<Vec<u16>> = digits.split('.').map(number).collect();
    match parts.as_deref() {
        Some([major]) => Ok((*major, 0, 0)),
        Some([major, minor]) => Ok((*major, *minor, 0)),
        Some([major, minor, patch]) => Ok((*major, *minor, *patch)),
        _ => Err("a version is such as 8.0.36, 10.11 or 10.11.18-MariaDB".to_owned()),
    }
}

fn sql_mode(text: &str) -> Result<SqlMode, String> {
    let is_known = |mode: &str| MODES.iter().any(|known| known.eq_ignore_ascii_case(mode));
    let mut modes = text.split(',').map(str::trim);
    match modes.find(|mode| !mode.is_empty() && !is_known(mode)) {
        Some(unknown) => Err(format!("no server has the mode {unknown}")),
        None => Ok(SqlMode::parse(text)),
    }
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let file = args.file.as_deref().filter(|path| *path != Path::new("-"));
    let unreadable = |error| unreadable(file, error);
    let mut input = open(file).map_err(unreadable)?;
    let rules = args.rules();
    let mut report = Report {
        format: args.format,
        text: String::new(),
        allowed: 0,
        refused: 0,
    };
    let done = match args.input {
        Input::Sql => {
            let mut text = Vec::new();
            input.read_to_end(&mut text).map_err(unreadable)?;
            script(&text, &rules, args.sql_mode, &mut report)
        }
        Input::Ndjson => {
            let input = input.split(b'\n').map(|line| line.map_err(unreadable));
            lines(input, &rules, &mut report)
        }
    };
    report.print()?;
    done?;
    if args.format == Output::Text && report.allowed + report.refused > 0 {
        print::note(&format!(
            "{} allowed, {} refused",
            report.allowed, report.refused
        ));
    }
    if report.refused > 0 {
        Err(Failure::Refused)
    } else {
        Ok(())
    }
}

impl Args {
    /// What each product that may run the statements needs; the given one, else both.
    fn rules(&self) -> Vec<Rules> {
        let products = match self.dialect {
            Some(DialectArg::MySql) => vec![Product::MySql],
            Some(DialectArg::MariaDb) => vec![Product::MariaDb],
            None => vec![Product::MySql, Product::MariaDb],
        };
        let rules = |product| {
            let newest = Dialect::newest(product);
            Rules {
                dialect: Dialect {
                    product,
                    version: self.server_version.unwrap_or(newest.version),
                },
                sql_mode: self.sql_mode,
                ..Rules::default()
            }
        };
        products.into_iter().map(rules).collect()
    }
}

/// The file, or else standard input.
fn open(file: Option<&Path>) -> io::Result<Box<dyn BufRead>> {
    Ok(match file {
        Some(path) => Box::new(BufReader::new(File::open(path)?)),
        None => Box::new(io::stdin().lock()),
    })
}

fn unreadable(file: Option<&Path>, source: io::Error) -> Failure {
    match file {
        Some(path) => Failure::Engine(Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        }),
        None => Failure::Failed {
            message: format!("cannot read standard input: {source}"),
            hint: None,
        },
    }
}

/// The statements of a script, one after another.
fn script(
    input: &[u8],
    rules: &[Rules],
    mode: SqlMode,
    report: &mut Report,
) -> Result<(), Failure> {
    let text = str::from_utf8(input).map_err(|error| not_utf8(input, error.valid_up_to()))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut place = Place {
        line: 1,
        column: 1,
        at: 0,
    };
    for statement in statement::split(text, mode) {
        let sql = &text[statement.range.clone()];
        let verdict = judge(sql, rules);
        let at = verdict.as_ref().err().map_or(0, |refusal| refusal.at.start);
        let (line, column) = place.advance(text, statement.range.start + at);
        report.say(&verdict, sql, &format!("{line}:{column}"));
    }
    Ok(())
}

/// Counts lines and characters once, not once a statement.
struct Place {
    line: usize,
    /// In characters, from 1.
    column: usize,
    at: usize,
}

impl Place {
    /// Line and column of a later place, from 1, in characters.
    fn advance(&mut self, text: &str, to: usize) -> (usize, usize) {
        for c in text[self.at..to].chars() {
            if c == '\n' {
                self.line += 1;
                self.column = 1;
            } else {
                self.column += 1;
            }
        }
        self.at = to;
        (self.line, self.column)
    }
}

fn not_utf8(input: &[u8], valid: usize) -> Failure {
    let line = input[..valid].split(|byte| *byte == b'\n').count();
    Failure::usage(
        format!("the input is not UTF-8: line {line}, byte {valid}"),
        "Convert it, for example with iconv -f latin1 -t utf-8; statements are sent as utf8mb4.",
    )
}

#[derive(Deserialize)]
struct Submission {
    sql: String,
}

/// A JSON object a line, each one submission.
fn lines(
    input: impl Iterator<Item = Result<Vec<u8>, Failure>>,
    rules: &[Rules],
    report: &mut Report,
) -> Result<(), Failure> {
    for (index, line) in input.enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        // The parser's own message would repeat the statement.
        let submission: Submission = serde_json::from_slice(&line).map_err(|error| {
            let (line, column) = (index + 1, error.column());
            Failure::usage(
                format!("line {line}: not an object with \"sql\" (column {column})"),
                "Each line is an object such as {\"sql\": \"SELECT 1\"}.",
            )
        })?;
        let verdict = judge(&submission.sql, rules);
        report.say(&verdict, &submission.sql, &format!("line {}", index + 1));
        if report.text.len() >= PIECE {
            report.print()?;
        }
    }
    Ok(())
}

/// All must allow; the first that does not is told.
fn judge(sql: &str, rules: &[Rules]) -> Result<Kind, Refusal> {
    let mut kind = Kind::Empty;
    for (index, rules) in rules.iter().enumerate() {
        let checked = guard::check(sql, rules)?;
        if index == 0 {
            kind = checked.kind();
        }
    }
    Ok(kind)
}

#[derive(Serialize)]
struct Line<'a> {
    verdict: &'a str,
    kind: &'a str,
    reason: Option<String>,
    at: Option<usize>,
}

struct Report {
    format: Output,
    text: String,
    allowed: u64,
    refused: u64,
}

impl Report {
    /// What has been said since the last time.
    fn print(&mut self) -> Result<(), Failure> {
        print::data(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }

    fn say(&mut self, verdict: &Result<Kind, Refusal>, sql: &str, place: &str) {
        match verdict {
            Ok(_) => self.allowed += 1,
            Err(_) => self.refused += 1,
        }
        match self.format {
            Output::Text => self.say_to_people(verdict, sql, place),
            Output::Ndjson => self.say_to_programs(verdict),
        }
    }

    fn say_to_people(&mut self, verdict: &Result<Kind, Refusal>, sql: &str, place: &str) {
        let line = match verdict {
            Ok(kind) => format!("{place}: allowed: {}: {}", kind.name(), beginning(sql)),
            Err(refusal) => {
                let instead = refusal
                    .advice()
                    .map_or_else(String::new, |advice| format!(" ({advice})"));
                format!(
                    "{place}: refused: {}: {}{instead}",
                    refusal.word, refusal.reason
                )
            }
        };
        self.text.push_str(&visible::line(&line));
        self.text.push('\n');
    }

    fn say_to_programs(&mut self, verdict: &Result<Kind, Refusal>) {
        let line = match verdict {
            Ok(kind) => Line {
                verdict: "allow",
                kind: kind.name(),
                reason: None,
                at: None,
            },
            Err(refusal) => Line {
                verdict: "refuse",
                kind: refusal.kind.name(),
                reason: Some(format!("{}: {}", refusal.word, refusal.reason)),
                at: Some(refusal.at.start),
            },
        };
        let json = serde_json::to_string(&line).expect("four plain fields");
        writeln!(self.text, "{json}").expect("a String takes any text");
    }
}

/// The first line of a statement, cut.
fn beginning(sql: &str) -> String {
    const LONGEST: usize = 60;
    let line = sql.lines().next().unwrap_or_default();
    let end = line
        .char_indices()
        .nth(LONGEST)
        .map_or(line.len(), |(at, _)| at);
    let cut = if end < sql.len() { " …" } else { "" };
    format!("{}{cut}", line[..end].trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is printed, and then the error.
    fn checked(input: &str, ndjson: bool) -> String {
        let rules: Vec<_> = [Product::MySql, Product::MariaDb]
            .map(|product| Rules {
                dialect: Dialect::newest(product),
                ..Rules::default()
            })
            .into();
        let format = if ndjson { Output::Ndjson } else { Output::Text };
        let mut report = Report {
            format,
            text: String::new(),
            allowed: 0,
            refused: 0,
        };
        let done = if ndjson {
            let lines_of_input = input.split('\n').map(|line| Ok(line.into()));
            lines(lines_of_input, &rules, &mut report)
        } else {
            script(input.as_bytes(), &rules, SqlMode::default(), &mut report)
        };
        match done {
            Ok(()) => report.text,
            Err(failure) => report.text + &failure.message().unwrap_or_default(),
        }
    }

    #[test]
    fn a_script_is_judged_statement_by_statement_with_places() {
        let script = "SELECT 1;\nSELECT 'ä', sleep(2);\nDELIMITER //\nDELETE FROM t//\n";
        assert_eq!(
            checked(script, false),
            "1:1: allowed: select: SELECT 1\n\
             2:13: refused: SLEEP: it makes the server wait (SLEEP(1) and shorter may run.)\n\
             4:1: refused: DELETE: it changes rows (This query shows the rows that it is about: SELECT * FROM t)\n"
        );
    }

    #[test]
    fn a_line_is_one_submission() {
        let input = "{\"sql\":\"SELECT 1; DROP TABLE t\"}\n\n{\"sql\":\"SHOW TABLES\"}\n";
        assert_eq!(
            checked(input, true),
            "{\"verdict\":\"refuse\",\"kind\":\"select\",\"reason\":\";: one statement at a time\",\"at\":8}\n\
             {\"verdict\":\"allow\",\"kind\":\"show\",\"reason\":null,\"at\":null}\n"
        );
    }

    #[test]
    fn a_malformed_line_ends_it_after_the_verdicts_before_and_is_not_repeated() {
        let allowed = "{\"verdict\":\"allow\",\"kind\":\"select\",\"reason\":null,\"at\":null}\n";
        for (line, column) in [("[1]", 2), ("\"SELECT secret\"", 15), ("{}", 2)] {
            let input = format!("{{\"sql\":\"SELECT 1\"}}\n{line}\n");
            let error = format!("line 2: not an object with \"sql\" (column {column})");
            assert_eq!(checked(&input, true), format!("{allowed}{error}"));
        }
    }

    #[test]
    fn a_mode_is_one_that_a_server_has() {
        assert_eq!(sql_mode(""), Ok(SqlMode::default()));
        assert!(
            sql_mode("ansi_quotes, STRICT_TRANS_TABLES")
                .unwrap()
                .ansi_quotes
        );
        assert_eq!(
            sql_mode("ORACLE,ANSI_QUOTE"),
            Err("no server has the mode ANSI_QUOTE".to_owned())
        );
    }

    #[test]
    fn a_version_may_be_short_or_as_a_server_prints_it() {
        assert_eq!(version("10.11"), Ok((10, 11, 0)));
        assert_eq!(version("8.0.36-28"), Ok((8, 0, 36)));
        assert_eq!(version("10.11.18-MariaDB-deb12"), Ok((10, 11, 18)));
        for wrong in ["ten", "", "-8", "+8", "8.", "8.0.36.1", "8.0.70000"] {
            assert!(version(wrong).is_err(), "{wrong}");
        }
    }
}
