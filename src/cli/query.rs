//! `porthole query`: one statement, its rows to stdout or a file.
//!
//! Three stages side by side: the connection reads and decodes rows, a thread of its own formats and writes them,
//! and a short channel between them lets a slow reader slow the server.

use std::{
    fs,
    io::{self, Read as _, Write as _},
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{
    Failure,
    interrupt::Interrupt,
    output::Output,
    parameters, print, runtime,
    target::{self, TargetArgs},
};
use crate::engine::{
    Error,
    error::Stopped,
    export::{Format, Writer},
    profiles::Target,
    query::{self, Batch, Options, Output as Piece, Summary},
    session::Session,
    sql::{
        guard,
        lexer::SqlMode,
        placeholders::{self, Values},
        statement,
    },
    value::Column,
};

const EXAMPLES: &str = "\
Values: -p binds the next ? (or %s) of the statement as text; -p NAME=VALUE binds :NAME. Before the
value may stand its type: int:5, uint:5, double:1.5, null: or text:… for any text as it is
(-p text:a=b). Values are sent apart from the statement, so nothing in them is taken for SQL.

Formats: csv, tsv and table begin with the columns' names; NULL is nothing in csv (empty text is \"\"),
\\N in tsv, and null in json and ndjson. A terminal gets a table; a pipe gets tsv; a file gets what
its name ends in (.csv, .tsv, .json, .ndjson), else tsv. table is for people: it cuts long values.

Examples:
  porthole query --profile shop 'SELECT * FROM orders WHERE id = ?' -p int:42
  porthole query --profile shop 'SELECT * FROM orders WHERE city = :city' -p city=Oslo
  porthole query --profile shop -f report.sql --format csv -o report.csv
  echo 'SHOW TABLES' | porthole query --url mysql://ann@db.example.com/shop -";

/// Bytes that are gathered before they are written.
const WRITE_BYTES: usize = 256 << 10;
/// Batches that wait between connection and writer.
const BATCHES_AHEAD: usize = 2;

/// What to run, and where its rows go.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The statement; `-` reads it from standard input.
    #[arg(value_name = "SQL", required_unless_present = "file")]
    sql: Option<String>,
    /// Read the statement from a file.
    #[arg(short, long, value_name = "FILE", conflicts_with = "sql")]
    file: Option<PathBuf>,
    /// A value for the statement: VALUE, TYPE:VALUE, NAME=VALUE or NAME=TYPE:VALUE. Once for each.
    #[arg(short, value_name = "VALUE", allow_hyphen_values = true)]
    parameters: Vec<String>,
    /// How to print the rows.
    #[arg(long, value_name = "FORMAT", value_parser = PossibleValuesParser::new(Format::ALL.map(Format::name)).map(|name| Format::parse(&name).expect("one of the names")))]
    format: Option<Format>,
    /// Leave the columns' names out (table, csv, tsv).
    #[arg(long)]
    no_header: bool,
    /// Write to a file, which appears when it is whole.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Replace the file if it is there.
    #[arg(long, requires = "output")]
    force: bool,
    /// Stop after so many rows, and say so; without it there is no limit.
    #[arg(long, value_name = "N")]
    max_rows: Option<u64>,
    /// Seconds that the server may work on the statement; 0 for no limit. Else the profile's limit (300).
    #[arg(long, value_name = "S")]
    timeout: Option<u64>,
    #[command(flatten)]
    target: TargetArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let values = parameters::parse(&args.parameters)?;
    if let Some(path) = &args.output {
        Output::check(path, args.force)?;
    }
    let sql = args.statement()?;
    let target = args.target.resolve()?;
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let interrupt = Interrupt::listen()?;
        // From here on Ctrl-C removes the temporary file.
        let output = match &args.output {
            Some(path) => Output::file(path, args.force)?,
            None => Output::stdout()?,
        };
        let job = Job {
            sql,
            values,
            format: args.format(),
            header: !args.no_header,
            output,
            max_rows: args.max_rows,
            timeout: args.timeout.map(Duration::from_secs),
        };
        interrupt.guard(job.run(&target, interrupt.cancel())).await
    });
    // Not waiting for a writer that is stuck in a pipe which nobody reads.
    runtime.shutdown_background();
    done
}

impl Args {
    fn statement(&self) -> Result<String, Failure> {
        if let Some(path) = &self.file {
            let sql = fs::read_to_string(path).map_err(|source| Error::File {
                action: "read",
                path: path.clone(),
                source,
            })?;
            return Ok(without_bom(sql));
        }
        let sql = self.sql.as_deref().unwrap_or_default();
        if sql != "-" {
            return Ok(sql.to_owned());
        }
        if self.target.password_stdin {
            return Err(Failure::usage(
                "statement and password cannot both come from standard input",
                "Give the statement as an argument or with -f FILE.",
            ));
        }
        let mut sql = String::new();
        io::stdin()
            .read_to_string(&mut sql)
            .map_err(|error| Failure::Failed {
                message: format!("cannot read the statement from standard input: {error}"),
                hint: None,
            })?;
        Ok(without_bom(sql))
    }

    fn format(&self) -> Format {
        let by_name = |path: &PathBuf| {
            let ending = path.extension()?.to_str()?.to_ascii_lowercase();
            Format::parse(&ending).filter(|format| *format != Format::Table)
        };
        match (self.format, &self.output) {
            (Some(format), _) => format,
            (None, Some(path)) => by_name(path).unwrap_or(Format::Tsv),
            (None, None) if print::is_terminal() => Format::Table,
            (None, None) => Format::Tsv,
        }
    }
}

/// Editors of some systems put a mark in front of UTF-8; it is no part of the statement.
fn without_bom(mut sql: String) -> String {
    if sql.starts_with('\u{feff}') {
        sql.remove(0);
    }
    sql
}

/// A query that is ready to run.
struct Job {
    sql: String,
    values: Values,
    format: Format,
    header: bool,
    output: Output,
    max_rows: Option<u64>,
    timeout: Option<Duration>,
}

impl Job {
    async fn run(self, target: &Target, cancel: &CancellationToken) -> Result<(), Failure> {
        let opening = Session::open(&target.profile, target.password.as_ref());
        let session = cancel
            .run_until_cancelled(opening)
            .await
            .ok_or(Failure::Interrupted)?
            .map_err(|error| target::explain(error, target))?;
        debug!(version = session.facts().version, latency = ?session.facts().latency, "connected");
        let done = self.stream(&session, cancel).await;
        session.close().await;
        done
    }

    async fn stream(self, session: &Session, cancel: &CancellationToken) -> Result<(), Failure> {
        let rules = session.rules();
        let sql = only_statement(&self.sql, rules.sql_mode)?;
        let bound = placeholders::bind(sql, &self.values, rules.sql_mode)?;
        let checked = guard::check(&bound.sql, &rules).map_err(Error::from)?;
        let options = Options {
            row_limit: self.max_rows,
            time_limit: self.timeout.unwrap_or(session.profile().limits.statement()),
            memory: None,
            values: bound.values,
            ..Options::of(session)
        };
        let (sender, receiver) = mpsc::channel(BATCHES_AHEAD);
        let mut printer = Printer::new(self.format, self.header, self.output.handle()?);
        let printing = tokio::task::spawn_blocking(move || {
            let outcome = printer.print(receiver);
            (printer, outcome)
        });
        let run = query::run(session, &checked, &options, sender, cancel).await;
        if cancel.is_cancelled()
            && let Err(error) = run
        {
            // The writer may be stuck in a pipe that nobody reads.
            return Err(error.into());
        }
        let (mut printer, outcome) = printing.await.map_err(|stopped| Failure::Failed {
            message: format!("writing the rows stopped: {stopped}"),
            hint: None,
        })?;
        // A reader that has gone ends the statement, and that itself is no error to speak of.
        if outcome.is_err()
            && let Err(Error::Cancelled(stopped @ Stopped::Unconfirmed { .. })) = &run
        {
            print::warning(&stopped.to_string());
        }
        let name = self.output.name();
        outcome.map_err(|error| Failure::writing(&name, &error))?;
        // The rows of a table are held back to measure them; those that came before a failure are shown.
        if run.is_ok() || self.format == Format::Table {
            printer
                .finish()
                .map_err(|error| Failure::writing(&name, &error))?;
        }
        let summary = run?;
        self.output.commit()?;
        say(&summary);
        Ok(())
    }
}

/// What is worth saying beside the rows.
fn say(summary: &Summary) {
    debug!(rows = summary.rows, first_row = ?summary.first_row, elapsed = ?summary.elapsed, "done");
    for warning in &summary.warnings {
        let text = format!(
            "{} (the server's {} {})",
            warning.message,
            warning.level.to_lowercase(),
            warning.code
        );
        if warning.level.eq_ignore_ascii_case("Note") {
            print::note(&text);
        } else {
            print::warning(&text);
        }
    }
    if summary.cut {
        print::note(&format!(
            "stopped after {} rows (--max-rows); there are more",
            summary.rows
        ));
    }
}

/// The one statement of a text.
fn only_statement(sql: &str, mode: SqlMode) -> Result<&str, Error> {
    let statements = statement::split(sql, mode);
    match statements.as_slice() {
        [only] => Ok(&sql[only.range.clone()]),
        [] => Err(Error::NotOneStatement(
            "there is no statement to run".to_owned(),
        )),
        [_, second, ..] => {
            let (line, column) = place(sql, second.range.start);
            Err(Error::NotOneStatement(format!(
                "one statement at a time: a second one begins at {line}:{column} (line:column)"
            )))
        }
    }
}

/// Line and column of a place in a text, from 1, in characters.
fn place(text: &str, at: usize) -> (usize, usize) {
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |end| end + 1);
    (
        before.matches('\n').count() + 1,
        before[line_start..].chars().count() + 1,
    )
}

/// Formats rows and writes them; it lives on a thread that may wait.
struct Printer {
    format: Format,
    header: bool,
    file: fs::File,
    writer: Option<Writer>,
    buffer: Vec<u8>,
}

impl Printer {
    fn new(format: Format, header: bool, file: fs::File) -> Self {
        Self {
            format,
            header,
            file,
            writer: None,
            buffer: Vec::new(),
        }
    }

    /// Write what comes, until there is no more. Rows are not held back while more are awaited; the columns' names
    /// alone are, so that a statement that fails at once prints nothing.
    fn print(&mut self, mut pieces: mpsc::Receiver<Piece>) -> io::Result<()> {
        while let Some(piece) = pieces.blocking_recv() {
            match piece {
                Piece::Columns(columns) => self.start(columns),
                Piece::Rows(batch) => {
                    self.rows(&batch)?;
                    if self.buffer.len() >= WRITE_BYTES || pieces.is_empty() {
                        self.write()?;
                    }
                }
            }
        }
        Ok(())
    }

    fn start(&mut self, columns: Arc<[Column]>) {
        let mut writer = Writer::new(self.format, columns, self.header);
        writer.start(&mut self.buffer);
        self.writer = Some(writer);
    }

    fn rows(&mut self, batch: &Batch) -> io::Result<()> {
        let writer = self.writer.as_mut().expect("the columns come first");
        match batch {
            Batch::Memory(batch) => writer.rows(batch, &mut self.buffer),
            Batch::Spilled(batch) => {
                let batch = batch.read().map_err(io::Error::other)?;
                writer.rows(&batch, &mut self.buffer);
            }
        }
        Ok(())
    }

    fn write(&mut self) -> io::Result<()> {
        let written = self.file.write_all(&self.buffer);
        self.buffer.clear();
        // One huge value must not keep its room for the rest of the rows.
        self.buffer.shrink_to(4 * WRITE_BYTES);
        written
    }

    fn finish(&mut self) -> io::Result<()> {
        if let Some(writer) = &mut self.writer {
            writer.finish(&mut self.buffer);
        }
        self.write()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(sql: &str) -> Result<&str, String> {
        only_statement(sql, SqlMode::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_second_statement_is_refused_with_its_place() {
        assert_eq!(only(" SELECT 1 ; -- end"), Ok("SELECT 1"));
        assert_eq!(only(" ; "), Err("there is no statement to run".to_owned()));
        assert_eq!(
            only("SELECT ';';\n/* ä */ SELECT 2; SELECT 3"),
            Err("one statement at a time: a second one begins at 2:9 (line:column)".to_owned())
        );
    }
}
