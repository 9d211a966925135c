//! `porthole binlog undo`: statements that take changes back, or make them again. Text alone.

use super::{
    super::{Failure, output::Output, print},
    ending::{self, many},
    input::InputArgs,
    selection::SelectionArgs,
    sink::Sink,
    work,
};
use crate::engine::{
    Error,
    binlog::{
        print::{self as printer, Form, Printer},
        source::NoteKind,
        transaction::{Item, Outcome},
        undo::{Options, Report, Undo},
    },
    visible,
};

const EXAMPLES: &str = "\
The statements come in the other order, transaction by transaction, and find a row by its primary key where that
is known, else by all its columns. Values are exact to the last bit. Read the head of the text before you run it:
it says what the log does not know. Which columns are generated is not in the log: name its server (--url or
--profile), else they are in the statements, which the server then refuses.

A change of which the log does not hold enough (binlog_row_image is not FULL) is refused, and then nothing is
written; --partial writes the rest. Changes before a statement that may have changed their table (DDL) are not
taken back; --past-ddl goes on. Rows that were logged as their statement alone (binlog_format) are not in the log, and
are named. A row that is found by its key and was changed again later loses that change, too.

Examples:
  porthole binlog undo binlog.000042 --from '2026-11-21 23:00' --to '2026-11-21 23:10' --table shop.orders > undo.sql
  porthole binlog undo /var/lib/mysql --gtid 3e11fa47-71ca-11e1-9e33-c80aa9429562:17
  porthole binlog undo binlog.000042 --redo --table shop.orders

Exit codes: 0 all is taken back, 3 some or all is not, 4 truncated or still being written, 5 damaged, encrypted or of an unknown format.";

/// What to take back.
#[derive(clap::Args, Clone)]
#[command(after_help = EXAMPLES)]
pub(super) struct Args {
    /// Statements that make the changes again, in their order.
    #[arg(long, conflicts_with_all = ["partial", "past_ddl"])]
    redo: bool,
    /// Write what can be taken back where something cannot.
    #[arg(long)]
    partial: bool,
    /// Go on before statements that may have changed a table.
    #[arg(long)]
    past_ddl: bool,
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    selection: SelectionArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let args = args.clone();
    let target = args.input.target.clone();
    let live = args.input.is_live();
    work::run(&target, live, move |context| {
        if args.input.follow {
            return Err(Failure::usage(
                "undo has no --follow",
                "What is to be taken back must have ended.",
            ));
        }
        let selection = args.selection.parse(&args.input, context.server.as_ref())?;
        let conditions = selection.conditions();
        let from = selection.from.as_ref();
        let wanted = selection.filter.clone();
        let filter = if args.redo {
            selection.filter
        } else {
            Undo::filter(selection.filter)
        };
        let mut reader = args.input.open(from, None, filter, context)?;
        let mut output = Text::start()?;
        if args.redo {
            let mut printer = Printer::new(Form::Sql, &printer::Options::default(), conditions);
            printer.start(&mut output.sink.text);
            let end = work::walk(&mut reader, selection.until, |item| {
                // Only what has happened is made again.
                if let Item::Begin(_) = item {
                    output.sink.hold();
                }
                printer.item(item, &mut output.sink.text);
                output.ended(item)?;
                output.settle()
            });
            return output.end(end, |end| {
                work::tell_unknown(printer.conditions());
                let counts = printer.counts();
                ending::say_with(&end, counts.damaged, ending::unsaid(counts.refused))
            });
        }
        let options = Options {
            partial: args.partial,
            past_barriers: args.past_ddl,
        };
        let mut undo = Undo::new(options, conditions, wanted)?;
        let end = work::walk(&mut reader, selection.until, |item| Ok(undo.take(item)?))?;
        work::tell_unknown(undo.conditions());
        let mut stuck = None;
        let written = undo.finish(&mut |text| {
            output.sink.text.extend_from_slice(text);
            if let Err(failure) = output.settle() {
                stuck = Some(failure);
                // The reason is said below.
                return Err(Error::Invalid("writing has ended".to_owned()));
            }
            Ok(())
        });
        let report = match (written, stuck) {
            (_, Some(failure)) => Err(failure),
            (report, None) => report.map_err(Failure::from),
        };
        output.end(report, |report| {
            say(&report, args.partial)?;
            ending::say_with(&end, report.damaged, left(&report))
        })
    })
}

/// Say what was not taken back.
fn say(report: &Report, partial: bool) -> Result<(), Failure> {
    for reason in &report.reasons {
        print::warning(reason);
    }
    if report.refused > 0 && !partial {
        return Err(Failure::Ended {
            message: format!(
                "refused: {} cannot be taken back, so nothing was written",
                many(report.refused, "change")
            ),
            hint: Some(
                "--partial writes statements for the others. Names that the log lacks are taken from a server (--url or --profile)."
                    .to_owned(),
            ),
            code: ending::REFUSED,
        });
    }
    if let Some((statement, rows)) = &report.barrier {
        print::warning(&format!(
            "not taken back: {} before this statement: {statement}",
            many(*rows, "change")
        ));
        print::hint("--past-ddl goes on; the table may have been another one then.");
    }
    if report.lost > 0 {
        print::warning(&format!(
            "not taken back: {} that changed rows and logged none of them (binlog_format): the text names {}",
            many(report.lost, "statement"),
            if report.lost == 1 { "it" } else { "them" },
        ));
    }
    print::note(&format!(
        "{} for {}; nothing was executed",
        many(report.rows, "statement"),
        many(report.transactions, "transaction")
    ));
    Ok(())
}

/// What is left out, for who asks for the exit code alone.
fn left(report: &Report) -> Option<String> {
    let before = report.barrier.as_ref().map_or(0, |(_, rows)| *rows);
    match report.refused + before + report.lost {
        0 => None,
        left => Some(format!("{} not taken back", many(left, "change"))),
    }
}

/// The text on its way out.
struct Text {
    sink: Sink,
}

impl Text {
    fn start() -> Result<Self, Failure> {
        Ok(Self {
            sink: Sink::start(&Output::stdout()?, None)?,
        })
    }

    fn settle(&mut self) -> Result<(), Failure> {
        self.sink
            .settle()
            .map_err(|closed| closed.failure().unwrap_or(Failure::ClosedPipe))
    }

    /// A transaction is over: it is wanted if it has happened.
    fn ended(&mut self, item: &Item) -> Result<(), Failure> {
        match item {
            Item::End(end) if end.outcome == Outcome::Committed => self
                .sink
                .release()
                .map_err(|closed| closed.failure().unwrap_or(Failure::ClosedPipe)),
            Item::End(end) => {
                self.sink.discard();
                if let Outcome::Prepared(xa) = &end.outcome {
                    let line = format!(
                        "\n-- REFUSED: {}:{} is prepared as {xa}: another transaction says whether it happened\n",
                        visible::line(&end.begin.file),
                        end.begin.offset
                    );
                    self.sink.text.extend_from_slice(line.as_bytes());
                }
                Ok(())
            }
            Item::Note(note) if note.kind == NoteKind::Link => {
                self.sink.discard();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Write the rest, and say how it went.
    fn end<T>(
        mut self,
        done: Result<T, Failure>,
        say: impl FnOnce(T) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.sink.flush(None).ok();
        let written = self.sink.finish();
        match done {
            // The writer knows better why nothing more was taken.
            Err(Failure::ClosedPipe) => written,
            Err(failure) => Err(failure),
            Ok(value) => {
                written?;
                say(value)
            }
        }
    }
}
