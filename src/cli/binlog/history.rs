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
  porthole binlog row-history /var/lib/mysql --table shop.orders --where id=42")]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    /// How to print it.
    #[arg(long, value_name = "FORMAT", default_value = "text", value_parser = PossibleValuesParser::new(FORMS.map(Form::name)).map(|name| Form::parse(&name).expect("one of the names")))]
    format: Form,
    /// Text: all columns of updated rows, and values of any length.
    #[arg(long)]
    whole: bool,
    #[command(flatten)]
    selection: SelectionArgs,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let args = args.clone();
    let target = args.input.target.clone();
    let live = args.input.is_live();
    work::run(&target, live, move |context| {
        let selection = args.selection.parse(context.server.as_ref())?;
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
        let mut printer = Printer::new(args.format, &options, selection.conditions());
        let from = selection.from.as_ref();
        let mut reader = args.input.open(from, None, selection.filter, context)?;
        let mut kept = Reversed::new()?;
        let mut head = Vec::new();
        printer.start(&mut head);
        let mut text = Vec::new();
        let end = work::walk(&mut reader, selection.until, |item| {
            if matches!(item, Item::Other(..) | Item::Statement(_) | Item::Note(_)) {
                return Ok(());
            }
            printer.item(item, &mut text);
            if let Item::End(end) = item {
                if printer.counts().transaction_rows > 0 && end.outcome != Outcome::Cut {
                    kept.put(0, &text)?;
                }
                text.clear();
            }
            Ok(())
        })?;
        print::data(&head)?;
        let mut records = kept.read()?;
        while let Some((_, text)) = records.next()? {
            print::data(&text)?;
        }
        ending::say(&end, printer.counts().damaged)
    })
}
