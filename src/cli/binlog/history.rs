//! `porthole binlog row-history`: every change of a row, the newest first.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{
    super::{Failure, print},
    ending,
    input::InputArgs,
    selection::SelectionArgs,
    work,
};
use crate::engine::binlog::{
    print::{Form, Options, Printer},
    reversed::Reversed,
    source::NoteKind,
    transaction::{Item, Outcome},
};

/// Forms that have each change by itself.
const FORMS: [Form; 3] = [Form::Text, Form::Ndjson, Form::Csv];

/// Which row.
#[derive(clap::Args, Clone)]
#[command(after_help = "\
A row is named by its table and the columns of its key: a change is one of it where all of them had these values
before or after.

Example:
  porthole binlog row-history /var/lib/mysql --table shop.orders --where id=42

Exit codes: 0 complete, 4 truncated or still being written, 5 damaged, encrypted or of an unknown format.")]
pub(super) struct Args {
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = PossibleValuesParser::new(FORMS.map(Form::name)).map(|name| Form::parse(&name).expect("one of the names")))]
    format: Form,
    /// With --format text: all columns of updated rows, and values of any length.
    #[arg(long)]
    whole: bool,
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
        let selection = args.selection.parse(&args.input, context.server.as_ref())?;
        if !selection.chooses_rows() || selection.filter.tables.is_empty() {
            return Err(Failure::usage(
                "no row is named",
                "Name it with --table DATABASE.TABLE and --where COLUMN=VALUE.",
            ));
        }
        let options = Options {
            zone: selection.zone.clone(),
            whole: args.whole,
            coloured: args.format == Form::Text && print::is_coloured_data(),
            changes_only: true,
        };
        let mut printer =
            Printer::new(args.format, &options, selection.conditions()).newest_first();
        let from = selection.from.as_ref();
        let mut reader = args.input.open(from, None, selection.filter, context)?;
        let mut kept = Reversed::new()?;
        let mut head = Vec::new();
        printer.start(&mut head);
        let mut open = Open::default();
        let mut damaged = 0;
        let end = work::walk(&mut reader, selection.until, |item| {
            match item {
                Item::Other(..) | Item::Statement(_) => return Ok(()),
                Item::Note(note) => {
                    damaged += u64::from(note.kind == NoteKind::Damage);
                    return Ok(());
                }
                _ => {}
            }
            printer.item(item, open.room(item));
            if let Item::End(end) = item {
                // One that comes again, or will.
                let is_whole = end.outcome != Outcome::Cut || !live;
                if printer.counts().transaction_rows > 0 && is_whole {
                    kept.put(0, &open.newest_first())?;
                }
                open = Open::default();
            }
            Ok(())
        })?;
        work::tell_unknown(printer.conditions());
        if printer.counts().rows == 0 {
            print::note("no change of this row is in what was read");
        }
        print::data(&head)?;
        let mut records = kept.read()?;
        while let Some((_, text)) = records.next()? {
            print::data(&text)?;
        }
        ending::say(&end, printer.counts().damaged + damaged)
    })
}

/// The text of a transaction that is open.
#[derive(Default)]
struct Open {
    begin: Vec<u8>,
    /// Each with what it was logged for.
    statements: Vec<Logged>,
    end: Vec<u8>,
}

/// The text of a statement's changes.
#[derive(Default)]
struct Logged {
    original: Vec<u8>,
    /// By event.
    changes: Vec<Vec<u8>>,
}

impl Open {
    /// Where the text of this item belongs.
    fn room(&mut self, item: &Item) -> &mut Vec<u8> {
        match item {
            Item::Original(_) => {
                self.statements.push(Logged::default());
                &mut self.last().original
            }
            Item::Rows(_) => {
                let changes = &mut self.last().changes;
                changes.push(Vec::new());
                changes.last_mut().expect("one was put in")
            }
            Item::End(_) => &mut self.end,
            _ => &mut self.begin,
        }
    }

    fn last(&mut self) -> &mut Logged {
        if self.statements.is_empty() {
            self.statements.push(Logged::default());
        }
        self.statements.last_mut().expect("one was put in")
    }

    fn newest_first(&self) -> Vec<u8> {
        let mut text = self.begin.clone();
        for statement in self.statements.iter().rev() {
            text.extend_from_slice(&statement.original);
            for change in statement.changes.iter().rev() {
                text.extend_from_slice(change);
            }
        }
        text.extend_from_slice(&self.end);
        text
    }
}
