//! `porthole binlog summary`: what happened in a log, in numbers.

use std::fmt::Write as _;

use serde::Serialize;

use super::{
    super::{
        Failure,
        metrics::{FormatArgs, ReportFormat, print_json},
        print,
    },
    ending,
    input::InputArgs,
    selection::SelectionArgs,
    work,
};
use crate::engine::{
    binlog::summary::{Counts, Listed, Step, Summary, TableCounts, Text},
    export::sheet::{Field, Sheet},
    visible,
};

/// What to count.
#[derive(clap::Args, Clone)]
#[command(after_help = "\
Exit codes: 0 complete, 4 truncated or still being written, 5 damaged, encrypted or of an unknown format.")]
pub(super) struct Args {
    #[command(flatten)]
    input: InputArgs,
    #[command(flatten)]
    format: FormatArgs,
    /// What the rows are of --format csv and md, which have that table alone.
    #[arg(long, value_name = "WHAT", default_value = "table")]
    by: By,
    /// How many tables and steps of time people are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    #[command(flatten)]
    selection: SelectionArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum By {
    /// Tables, those with most bytes first.
    Table,
    /// Steps of time: minutes, or longer ones where the log is long.
    Time,
}

/// Everything, for programs.
#[derive(Serialize)]
struct Whole<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    tables: Vec<TableCounts>,
    steps: Vec<Step>,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    args.format.check()?;
    let args = args.clone();
    let target = args.input.target.clone();
    let live = args.input.is_live();
    work::run(&target, live, move |context| {
        let selection = args.selection.parse(context.server.as_ref())?;
        if selection.chooses_rows() {
            return Err(Failure::usage(
                "--where is not for a summary",
                "It counts rows without reading their values; porthole binlog cat has --where.",
            ));
        }
        let from = selection.from.as_ref();
        let mut reader = args.input.open(from, None, selection.filter, context)?;
        let mut summary = Summary::default();
        let end = work::walk(&mut reader, selection.until, |item| {
            summary.take(item);
            Ok(())
        })?;
        args.print(&summary)?;
        ending::say(&end, summary.damaged)
    })
}

impl Args {
    fn print(&self, summary: &Summary) -> Result<(), Failure> {
        let tables = summary.tables();
        let steps: Vec<Step> = summary.steps().copied().collect();
        match (self.format.format, self.by) {
            (ReportFormat::Json, _) => print_json(&Whole {
                summary,
                tables,
                steps,
            }),
            (ReportFormat::Csv | ReportFormat::Md, By::Table) => {
                self.format.print(&by_table(&tables))
            }
            (ReportFormat::Csv | ReportFormat::Md, By::Time) => self.format.print(&by_time(&steps)),
            (ReportFormat::Table, _) => {
                print::data(self.for_people(summary, &tables, &steps).as_bytes())
            }
        }
    }

    fn for_people(&self, summary: &Summary, tables: &[TableCounts], steps: &[Step]) -> String {
        let mut text = String::new();
        let mut part = |title: &str, body: &str| {
            if !body.is_empty() {
                let gap = if text.is_empty() { "" } else { "\n" };
                write!(text, "{gap}{title}\n{body}").expect("a String takes any text");
            }
        };
        part("Log", &facts(summary).to_text());
        let shown = tables.get(..self.top).unwrap_or(tables);
        let title = if shown.len() < tables.len() {
            format!(
                "Tables ({} of {}, those with most bytes)",
                shown.len(),
                tables.len()
            )
        } else {
            "Tables".to_owned()
        };
        part(&title, &filled(&by_table(shown)));
        let mut busiest: Vec<Step> = steps.to_vec();
        busiest.sort_by_key(|step| std::cmp::Reverse((step.counts.bytes(), step.transactions)));
        busiest.truncate(self.top);
        busiest.sort_by_key(|step| step.begin);
        let title = format!(
            "Time, in steps of {} s ({} of {}, those with most bytes)",
            summary.step_secs,
            busiest.len(),
            steps.len()
        );
        part(&title, &filled(&by_time(&busiest)));
        part(
            "Biggest transactions",
            &filled(&transactions(&summary.biggest)),
        );
        part(
            "Longest transactions",
            &filled(&transactions(&summary.longest)),
        );
        let ddl = format!("DDL ({})", summary.ddl_count);
        part(&ddl, &filled(&texts(&summary.ddl, self.top)));
        part("Missing", &filled(&texts(&summary.gaps, self.top)));
        text
    }
}

fn filled(sheet: &Sheet) -> String {
    if sheet.rows.is_empty() {
        return String::new();
    }
    sheet.to_text()
}

fn facts(summary: &Summary) -> Sheet {
    let mut sheet = Sheet::new(&["what", "value"]);
    let mut fact = |what: &str, value: Field| sheet.rows.push(vec![Field::text(what), value]);
    fact("from", moment(summary.first));
    fact("to", moment(summary.last));
    fact("transactions", Field::whole(summary.transactions));
    fact("bytes", Field::whole(summary.bytes));
    fact("inserted rows", Field::whole(summary.counts.inserts));
    fact("updated rows", Field::whole(summary.counts.updates));
    fact("deleted rows", Field::whole(summary.counts.deletes));
    for (what, count) in [
        ("rolled back", summary.rolled_back),
        ("prepared (XA)", summary.prepared),
        ("without an end", summary.cut),
        (
            "statements that change rows by their text",
            summary.statement_format,
        ),
        ("damaged events", summary.damaged),
        (
            "rows of tables that are not listed",
            summary.other_tables.rows(),
        ),
    ] {
        if count > 0 {
            fact(what, Field::whole(count));
        }
    }
    sheet
}

const COUNTS: [&str; 6] = [
    "inserts",
    "updates",
    "deletes",
    "insert bytes",
    "update bytes",
    "delete bytes",
];

fn counts(counts: &Counts) -> impl Iterator<Item = Field> {
    [
        counts.inserts,
        counts.updates,
        counts.deletes,
        counts.insert_bytes,
        counts.update_bytes,
        counts.delete_bytes,
    ]
    .into_iter()
    .map(Field::whole)
}

fn by_table(tables: &[TableCounts]) -> Sheet {
    let mut sheet = Sheet::new(&[&["database", "table"][..], &COUNTS].concat());
    sheet.rows = tables
        .iter()
        .map(|table| {
            [Field::name(&table.database), Field::name(&table.table)]
                .into_iter()
                .chain(counts(&table.counts))
                .collect()
        })
        .collect();
    sheet
}

fn by_time(steps: &[Step]) -> Sheet {
    let mut sheet = Sheet::new(&[&["from", "transactions"][..], &COUNTS].concat());
    sheet.rows = steps
        .iter()
        .map(|step| {
            [moment(Some(step.begin)), Field::whole(step.transactions)]
                .into_iter()
                .chain(counts(&step.counts))
                .collect()
        })
        .collect();
    sheet
}

fn transactions(listed: &[Listed]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "logged", "seconds", "rows", "bytes", "place", "gtid", "tables",
    ]);
    sheet.rows = listed
        .iter()
        .map(|listed| {
            vec![
                moment(Some(listed.logged)),
                Field::whole(listed.seconds),
                Field::whole(listed.rows),
                Field::whole(listed.bytes),
                Field::text(format!("{}:{}", visible::line(&listed.file), listed.pos)),
                Field::text(listed.gtid.as_deref().unwrap_or("")),
                Field::name(listed.tables.join(" ")),
            ]
        })
        .collect();
    sheet
}

fn texts(texts: &[Text], most: usize) -> Sheet {
    let mut sheet = Sheet::new(&["at", "place", "text"]);
    sheet.rows = texts
        .iter()
        .take(most)
        .map(|text| {
            vec![
                moment((text.logged > 0).then_some(text.logged)),
                Field::text(format!("{}:{}", visible::line(&text.file), text.pos)),
                Field::text(visible::line(&text.text)),
            ]
        })
        .collect();
    sheet
}

/// In UTC.
fn moment(seconds: Option<u32>) -> Field {
    let moment = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds.into()).ok());
    moment.map_or(Field::Undefined, |moment| Field::text(moment.to_string()))
}
