//! `porthole runs` lists training runs; `porthole run ID` prints what one has logged; `porthole compare-runs A B …`
//! sets some side by side. Here stands what the three share.

mod compare;
mod drawing;
mod json;
mod list;
mod one;

use std::collections::BTreeSet;

use clap::ValueEnum;
use tokio_util::sync::CancellationToken;

pub(super) use self::{
    compare::{CompareArgs, run_compare},
    list::{ListArgs, run_list},
    one::{Args, run},
};
use super::{
    Failure,
    metrics::{FormatArgs, ReportFormat, say_advice, say_heavy},
    print,
};
use crate::engine::{
    Error,
    export::sheet::Sheet,
    metrics::{
        cost::Cost,
        runs::{
            self, Goal, Precision, Tables,
            charts::{Along, Look, MOST_SMOOTHING},
            report,
        },
    },
    session::Session,
};

/// Points that are read of each metric of a run.
const POINTS: usize = 500_000;
/// Points that are read of all of them together.
const ALL_POINTS: usize = 4_000_000;

/// Which way metrics get better.
#[derive(clap::Args)]
struct GoalArgs {
    /// Less of this metric is better, whatever its name suggests (loss, error, rmse, mae … do). Once for each.
    #[arg(long = "min", value_name = "KEY")]
    less: Vec<String>,
    /// More of this metric is better. Once for each.
    #[arg(long = "max", value_name = "KEY")]
    more: Vec<String>,
}

impl GoalArgs {
    fn check(&self) -> Result<(), Failure> {
        match self.less.iter().find(|key| self.more.contains(key)) {
            Some(both) => Err(Failure::usage(
                format!("{both} is named by --min and by --max"),
                "Name it by one of them.",
            )),
            None => Ok(()),
        }
    }

    fn of(&self, key: &str) -> Goal {
        let named = |keys: &[String]| keys.iter().any(|named| named == key);
        if named(&self.less) {
            Goal::Min
        } else if named(&self.more) {
            Goal::Max
        } else {
            Goal::of(key)
        }
    }
}

/// How lines are drawn and smoothed.
#[derive(clap::Args)]
struct LookArgs {
    /// What runs along the x axis of a chart.
    #[arg(
        long,
        value_enum,
        value_name = "AXIS",
        default_value_t,
        help_heading = "Chart"
    )]
    x: AlongArg,
    /// A chart's y axis is logarithmic.
    #[arg(long, help_heading = "Chart")]
    log: bool,
    /// Smooth: the weight of what came before, from 0 to 0.99 (debiased exponential moving average).
    #[arg(long, value_name = "W", default_value_t = 0.0, value_parser = smoothing)]
    smoothing: f64,
}

impl LookArgs {
    fn look(&self) -> Look {
        Look {
            along: match self.x {
                AlongArg::Step => Along::Step,
                AlongArg::Time => Along::Time,
                AlongArg::Relative => Along::Relative,
            },
            smoothing: self.smoothing,
            log: self.log,
            // A file has no button that shows the rest.
            whole: true,
        }
    }
}

/// What runs along the x axis.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum AlongArg {
    /// The step.
    #[default]
    Step,
    /// The time of day, in UTC.
    Time,
    /// The time since the run began.
    Relative,
}

fn smoothing(text: &str) -> Result<f64, Error> {
    let weight = text.parse().ok();
    weight
        .filter(|weight| (0.0..=MOST_SMOOTHING).contains(weight))
        .ok_or_else(|| {
            Error::Invalid(format!(
                "`{text}` is no smoothing: write a number from 0 to {MOST_SMOOTHING}"
            ))
        })
}

fn say_seconds() {
    print::note("times are taken for seconds since 1970, as they are too small for milliseconds");
}

fn say_precision(tables: &Tables, output: &FormatArgs) {
    if tables.precision() == Precision::Single && output.format == ReportFormat::Table {
        print::note("this tracker keeps values in single precision (FLOAT), about seven digits");
    }
}

/// What would take long is said first.
async fn say_cost(
    session: &Session,
    tables: &Tables,
    cost: Option<Cost>,
    instead: &str,
    cancel: &CancellationToken,
) -> Result<(), Failure> {
    let Some(cost) = cost.filter(|cost| cost.is_heavy()) else {
        return Ok(());
    };
    say_heavy(cost, instead);
    if let Some(advice) = runs::advice(session, tables, cancel).await? {
        say_advice(&advice, "");
    }
    Ok(())
}

/// Are the metrics that were named among those that there are?
fn check_metrics<'a>(
    named: &[String],
    there: impl Iterator<Item = &'a String>,
) -> Result<(), Failure> {
    let there: BTreeSet<&String> = there.collect();
    match named.iter().find(|key| !there.contains(key)) {
        Some(key) => Err(Failure::Engine(Error::NotFound {
            what: "metric",
            name: key.clone(),
            near: there.into_iter().cloned().collect(),
        })),
        None => Ok(()),
    }
}

/// Several tables: under headings in Markdown, else one below the other.
fn print_parts(
    facts: &Sheet,
    title: &str,
    parts: &[(&str, Sheet)],
    output: &FormatArgs,
) -> Result<(), Failure> {
    let text = if output.format == ReportFormat::Md {
        let mut all = vec![("Run", facts.clone())];
        all.extend(parts.iter().cloned());
        report::document(title, &[], &all)
    } else {
        let mut texts = vec![facts.to_text()];
        let filled = parts.iter().filter(|(_, sheet)| !sheet.rows.is_empty());
        texts.extend(filled.map(|(_, sheet)| sheet.to_text()));
        texts.join("\n")
    };
    print::data(text.as_bytes())
}
