//! `porthole binlog cat`: what a log says, as text, NDJSON, CSV or SQL.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use tokio_util::sync::CancellationToken;

use super::{
    super::{Failure, output::Output, print},
    ending::{self, End},
    input::InputArgs,
    pipe::{self, Batches, Reading},
    selection::SelectionArgs,
    sink::{Closed, Sink},
    work::{self, Context},
};
use crate::engine::{
    binlog::{
        checkpoint::Checkpoint,
        column::Doubts,
        print::{Form, Options, Printer},
        table::TablePlan,
        transaction::{End as TransactionEnd, Item, Outcome},
    },
    visible,
};

const EXAMPLES: &str = "\
Formats: text shows transactions with + inserted, - deleted and ~ updated rows, of which the key and what was
changed (--whole: all columns, and values of any length). ndjson has an object for each change: op, database,
table, before, after, gtid, file, pos, end_pos, timestamp, server_id; a column that was not logged is missing,
and a JSON document of which only the changes were logged is an array of them, not a text. Everything else that
the log says is an object with \"event\". csv has a line for each change, with before
and after as JSON. sql has statements that make the changes again. Columns whose names are not in the log are
@1, @2 and so on.

A checkpoint is a place behind a whole transaction: with --checkpoint only whole transactions are printed, and
the next run begins where this one ended. It is kept every second, when all before it is written. If a run is
killed in between, what it printed after its checkpoint comes again: the next run that appends to the same file
(>> changes.ndjson) cuts that off first, so that the file has each change once, and is to have no other writer.
Into a pipe or another file it comes twice, with the same gtid, file and pos; stderr says so.

Examples:
  porthole binlog cat binlog.000042
  porthole binlog cat /var/lib/mysql --from '2026-11-21 23:00' --to '2026-11-21 23:10' --table shop.orders
  porthole binlog cat /var/lib/mysql/binlog --format ndjson --where id=42 --op update,delete
  porthole binlog cat --profile shop --format ndjson --checkpoint orders.checkpoint >> orders.ndjson

Exit codes: 0 complete, 3 sql: changes that could not be written, 4 truncated or still being written, 5 damaged, encrypted or of an unknown format.";

/// What `tail` adds.
pub(super) const TAIL_EXAMPLES: &str = "\
What is printed, and --format, --checkpoint and the selection, are as of cat: see porthole binlog cat --help.
With --from, what was before now comes first. Ctrl-C ends it.

Examples:
  porthole binlog tail --profile shop
  porthole binlog tail --profile shop --format ndjson --table shop.orders --checkpoint orders.checkpoint
  porthole binlog tail /var/lib/mysql --from '2026-11-21 23:00'

Exit codes: 0 complete (--stop-at-end), 1 the server cannot be read any longer, 5 damaged, encrypted or of an unknown
format, 130 ended by Ctrl-C.";

/// What to print.
#[derive(clap::Args, Clone)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = PossibleValuesParser::new(Form::ALL.map(Form::name)).map(|name| Form::parse(&name).expect("one of the names")))]
    format: Form,
    /// With --format text: all columns of updated rows, and values of any length.
    #[arg(long)]
    whole: bool,
    /// With --format ndjson: changes of rows alone.
    #[arg(long)]
    changes_only: bool,
    /// Begin where the last run with this file ended, else where --from says, and keep there how far this one came.
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    selection: SelectionArgs,
    /// Only transactions with at least so many rows that are wanted.
    #[arg(
        long,
        value_name = "N",
        default_value_t = 0,
        help_heading = "Selection"
    )]
    min_rows: u64,
    /// Only transactions of at least so many bytes in the log.
    #[arg(
        long,
        value_name = "BYTES",
        default_value_t = 0,
        help_heading = "Selection"
    )]
    min_bytes: u64,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let args = args.clone();
    let target = args.input.target.clone();
    let live = args.input.is_live();
    work::run(&target, live, move |context| {
        Job::new(&args, context)?.run(&context.cancel)
    })
}

impl Args {
    /// As `tail` means it: from now on where no place is named, and waiting for more.
    pub(super) fn now_on(mut self) -> Self {
        self.input.wait_for_more();
        self.selection.begin_now();
        self
    }
}

/// A log that is open, and how it is printed.
struct Job {
    batches: Batches,
    printer: Printer,
    sink: Sink,
    /// The text of a transaction waits for its end.
    holds: bool,
    /// A transaction that was cut off comes again, whole: over a line that is back, or in the next run.
    comes_again: bool,
    min_rows: u64,
    min_bytes: u64,
    /// Transactions of which no row is wanted are left out.
    rows_only: bool,
    form: Form,
    /// The table that was looked at last.
    doubted: Option<Arc<TablePlan>>,
    /// Tables that a warning was given of.
    told: HashSet<String>,
}

/// Where the last run ended. Where this one could not write that down, it does not begin.
fn resume(path: &Path) -> Result<Option<Checkpoint>, Failure> {
    let there = Checkpoint::read(path)?;
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    if let (None, Some(folder)) = (&there, folder)
        && !folder.is_dir()
    {
        return Err(Failure::usage(
            format!(
                "the checkpoint cannot be kept: there is no folder {}",
                folder.display()
            ),
            "Make the folder first.",
        ));
    }
    Ok(there)
}

impl Job {
    fn new(args: &Args, context: &Context) -> Result<Self, Failure> {
        if args.whole && args.format != Form::Text {
            return Err(Failure::usage(
                "--whole is for --format text",
                "The other formats have all columns that were logged, and values of any length.",
            ));
        }
        if args.changes_only && args.format != Form::Ndjson {
            return Err(Failure::usage(
                "--changes-only is for --format ndjson",
                "csv has nothing but changes of rows.",
            ));
        }
        let selection = args.selection.parse(&args.input, context.server.as_ref())?;
        let last = match &args.checkpoint {
            Some(path) => resume(path)?,
            None => None,
        };
        let resume = last.clone().filter(Checkpoint::is_somewhere);
        let options = Options {
            zone: selection.zone.clone(),
            whole: args.whole,
            coloured: args.format == Form::Text && print::is_coloured_data(),
            changes_only: args.changes_only,
        };
        let printer = Printer::new(args.format, &options, selection.conditions());
        let rows_only = selection.chooses_rows();
        let reader = args
            .input
            .open(selection.from.as_ref(), resume, selection.filter, context)?;
        let reading = Reading {
            until: selection.until,
            checkpoints: args.checkpoint.is_some(),
            live: args.input.follow || args.input.is_live(),
        };
        let comes_again = args.checkpoint.is_some() || args.input.is_live();
        let chooses = args.min_rows > 0 || args.min_bytes > 0 || rows_only;
        let checkpoint = args.checkpoint.clone().map(|path| (path, last));
        Ok(Self {
            sink: Sink::start(&Output::stdout()?, checkpoint)?,
            batches: pipe::start(reader, reading)?,
            printer,
            holds: comes_again || chooses,
            comes_again,
            min_rows: args.min_rows.max(u64::from(rows_only)),
            min_bytes: args.min_bytes,
            rows_only,
            form: args.format,
            doubted: None,
            told: HashSet::new(),
        })
    }

    fn run(mut self, cancel: &CancellationToken) -> Result<(), Failure> {
        let end = self.print_all();
        // Where printing ended first, reading has nothing left to do.
        cancel.cancel();
        work::tell_unknown(self.printer.conditions());
        let damaged = self.printer.counts().damaged;
        let refused = self.printer.counts().refused;
        let end = match end {
            Ok(end) => {
                self.sink.finish()?;
                end
            }
            Err(closed) => {
                let written = self.sink.finish();
                return Err(closed
                    .failure()
                    .unwrap_or_else(|| written.err().unwrap_or(Failure::ClosedPipe)));
            }
        };
        match end {
            Some(end) => ending::say_with(&end?, damaged, ending::unsaid(refused)),
            None => Err(Failure::Failed {
                message: "reading stopped".to_owned(),
                hint: None,
            }),
        }
    }

    /// Print until there is no more. None: the reading thread ended without a word.
    fn print_all(&mut self) -> Result<Option<Result<End, Failure>>, Closed> {
        if !self.sink.continues {
            self.printer.start(&mut self.sink.text);
        }
        let mut reached = None;
        loop {
            let batch = if let Some(batch) = self.batches.ready() {
                batch
            } else {
                // What is there is shown before more is waited for.
                self.sink.flush(reached.take())?;
                let Some(batch) = self.batches.next() else {
                    return Ok(None);
                };
                batch
            };
            // It is kept before what follows it is printed, or else for one that comes later.
            if reached.is_some() && (batch.checkpoint.is_none() || self.sink.has_much()) {
                self.sink.flush(reached)?;
            }
            for item in &batch.items {
                self.item(item)?;
            }
            reached = batch.checkpoint;
            if let Some(end) = batch.end {
                self.sink.flush(reached)?;
                return Ok(Some(end));
            }
        }
    }

    fn item(&mut self, item: &Item) -> Result<(), Closed> {
        match item {
            Item::Begin(_) if self.holds => self.sink.hold(),
            Item::Note(note) => work::tell(note),
            Item::Rows(rows) => self.tell_doubts(&rows.table),
            Item::Other(..) if self.rows_only => return Ok(()),
            _ => {}
        }
        self.printer.item(item, &mut self.sink.text);
        if let Item::End(end) = item {
            if self.is_wanted(end) {
                self.sink.release()?;
            } else {
                self.sink.discard();
            }
        }
        self.sink.settle()
    }

    /// Say once of each table that its values may read otherwise than a SELECT prints them. SQL says it itself.
    fn tell_doubts(&mut self, table: &Arc<TablePlan>) {
        if self
            .doubted
            .as_ref()
            .is_some_and(|last| Arc::ptr_eq(last, table))
        {
            return;
        }
        self.doubted = Some(table.clone());
        if self.form == Form::Sql || !table.has_doubts() {
            return;
        }
        let name = visible::line(&format!("{}.{}", table.database, table.table));
        if self.told.len() < work::MOST_TOLD && self.told.insert(name.clone()) {
            let any = |doubted: fn(&Doubts) -> bool| {
                table.columns.iter().any(|column| doubted(&column.doubts))
            };
            let missing = [
                ("signs", any(|doubts| doubts.sign)),
                ("types", any(|doubts| doubts.real)),
                ("character sets", any(|doubts| doubts.charset)),
                ("labels of ENUM and SET", any(|doubts| doubts.labels)),
            ];
            let missing = missing.into_iter().filter(|(_, missing)| *missing);
            let missing: Vec<&str> = missing.map(|(what, _)| what).collect();
            print::warning(&format!(
                "{name}: {} are not in the log, so some values read otherwise than a SELECT shows them (--profile or \
                 --url: the server tells)",
                missing.join(", ")
            ));
        }
    }

    fn is_wanted(&self, end: &TransactionEnd) -> bool {
        if self.comes_again && end.outcome == Outcome::Cut {
            return false;
        }
        self.printer.counts().transaction_rows >= self.min_rows && end.bytes >= self.min_bytes
    }
}
