//! `porthole binlog row-history`: every change of a row, the newest first.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{
    super::{Failure, print},
    ending,
    input::InputArgs,
    selection::SelectionArgs,
    work,
};
use crate::engine::{
    Error,
    binlog::{
        print::{Form, Options, Printer},
        reversed::Reversed,
        source::NoteKind,
        transaction::{Item, Outcome},
    },
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
        if args.input.follow {
            return Err(Failure::usage(
                "row-history has no --follow",
                "The newest change comes first, so the log must have an end.",
            ));
        }
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
        let mut head = Vec::new();
        printer.start(&mut head);
        let mut kept = Kept::new()?;
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
            printer.item(item, kept.room(item)?);
            let is_wanted = match item {
                // One that comes again, or will.
                Item::End(end) if live && end.outcome == Outcome::Cut => false,
                _ => printer.counts().transaction_rows > 0,
            };
            Ok(kept.took(item, is_wanted)?)
        })?;
        work::tell_unknown(printer.conditions());
        if printer.counts().rows == 0 {
            print::note("no change of this row is in what was read");
        }
        print::data(&head)?;
        kept.newest_first(print::data)?;
        ending::say(&end, printer.counts().damaged + damaged)
    })
}

/// What a record of text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    /// Changes of one event.
    Changes,
    /// The statement of the changes before it.
    Original,
    /// The end of a transaction with changes, and its begin.
    End,
    Begin,
    /// The changes before it are of a transaction that is not wanted.
    Dropped,
}

impl Tag {
    const ALL: [Self; 5] = [
        Self::Changes,
        Self::Original,
        Self::End,
        Self::Begin,
        Self::Dropped,
    ];
}

/// The text of all transactions, in a file; of the open one, what does not grow with it is in memory.
struct Kept {
    records: Reversed,
    begin: Vec<u8>,
    original: Vec<u8>,
    /// Of the last item.
    text: Vec<u8>,
    /// The open transaction has changes; and the statement of `original` has.
    changed: (bool, bool),
}

impl Kept {
    fn new() -> Result<Self, Error> {
        Ok(Self {
            records: Reversed::new()?,
            begin: Vec::new(),
            original: Vec::new(),
            text: Vec::new(),
            changed: (false, false),
        })
    }

    /// Where the text of an item is written.
    fn room(&mut self, item: &Item) -> Result<&mut Vec<u8>, Error> {
        let room = match item {
            Item::Begin(_) => {
                self.changed = (false, false);
                self.original.clear();
                &mut self.begin
            }
            Item::Original(_) => {
                self.end_statement()?;
                &mut self.original
            }
            _ => &mut self.text,
        };
        room.clear();
        Ok(room)
    }

    /// The text of this item has been written; of an end, whether its transaction is wanted.
    fn took(&mut self, item: &Item, is_wanted: bool) -> Result<(), Error> {
        match item {
            Item::Rows(_) if !self.text.is_empty() => {
                self.changed = (true, true);
                self.records.put(Tag::Changes as u8, &self.text)?;
            }
            Item::End(_) => {
                self.end_statement()?;
                if self.changed.0 && is_wanted {
                    let end = std::mem::take(&mut self.text);
                    self.put(Tag::End, &end)?;
                    let begin = std::mem::take(&mut self.begin);
                    self.put(Tag::Begin, &begin)?;
                } else if self.changed.0 {
                    self.put(Tag::Dropped, b"")?;
                }
                self.changed = (false, false);
            }
            _ => {}
        }
        Ok(())
    }

    fn end_statement(&mut self) -> Result<(), Error> {
        let original = std::mem::take(&mut self.original);
        if self.changed.1 {
            self.put(Tag::Original, &original)?;
        }
        self.changed.1 = false;
        Ok(())
    }

    fn put(&mut self, tag: Tag, text: &[u8]) -> Result<(), Error> {
        self.records.put(tag as u8, text)
    }

    /// All of it, the last transaction first; of each the last statement, and of that the last change.
    fn newest_first(
        self,
        mut print: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut records = self.records.read()?;
        // What has no end is not wanted.
        let (mut wanted, mut end) = (false, Vec::new());
        while let Some((tag, text)) = records.next()? {
            // Nothing else was put in.
            let Some(tag) = Tag::ALL.get(usize::from(tag)) else {
                continue;
            };
            match tag {
                Tag::Begin | Tag::Dropped => {
                    print(&std::mem::take(&mut end))?;
                    wanted = *tag == Tag::Begin;
                    print(&text)?;
                }
                Tag::End => end = text,
                Tag::Changes | Tag::Original if wanted => print(&text)?,
                Tag::Changes | Tag::Original => {}
            }
        }
        print(&end)
    }
}
