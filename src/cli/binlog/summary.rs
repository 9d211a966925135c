//! `porthole binlog summary`: what happened in a log, in numbers.

use std::fmt::Write as _;

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
    binlog::{
        report::{Whole, by_table, by_time, facts, texts, transactions},
        summary::{Step, Summary, TableCounts},
    },
    export::sheet::Sheet,
};

/// What to count.
#[derive(clap::Args, Clone)]
#[command(after_help = "\
Exit codes: 0 complete, 4 truncated or still being written, 5 damaged, encrypted or of an unknown format.")]
pub(super) struct Args {
    #[command(flatten)]
    format: FormatArgs,
    /// What the rows are of --format csv and md, which have that table alone.
    #[arg(long, value_name = "WHAT", default_value = "table")]
    by: By,
    /// How many tables and steps of time people are shown.
    #[arg(long, value_name = "N", default_value_t = 20)]
    top: usize,
    #[command(flatten)]
    input: InputArgs,
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

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    args.format.check()?;
    let args = args.clone();
    let target = args.input.target.clone();
    let live = args.input.is_live();
    work::run(&target, live, move |context| {
        let selection = args.selection.parse(&args.input, context.server.as_ref())?;
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
            (ReportFormat::Json, _) => print_json(&Whole::of(summary)),
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
