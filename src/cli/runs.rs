//! `porthole runs` lists training runs; `porthole run ID` prints what one has logged; `porthole compare-runs A B …`
//! sets some side by side.

mod drawing;
mod json;

use std::collections::{BTreeMap, BTreeSet, HashSet};

use clap::ValueEnum;

use super::{
    Failure,
    chart::ChartArgs,
    metrics::{MetricsArgs, ReportFormat, print_sheet},
    print,
};
use crate::engine::{
    Error,
    export::sheet::{Field, Sheet},
    metrics::runs::{
        self, Found, Goal, Listing, Precision, Run, Series, Summary, Tables, Unit, Wanted,
        charts::{Along, Look, MOST_SMOOTHING},
        compare, report,
    },
};

/// Runs that are listed unless told otherwise.
const NEWEST: u32 = 100;
/// Metrics that a table of runs shows unless told which.
const SHOWN: usize = 3;
/// Points that are read of each metric of a run.
const POINTS: usize = 500_000;
/// Points that are read of all of them together.
const ALL_POINTS: usize = 4_000_000;

const LIST_HELP: &str = "\
JSON: an array with an object for each run, the newest first:
  run_id, name, experiment_id, experiment, user, status, deleted, start, end (UTC), duration_ms,
  metrics: {KEY: {better: \"min\"|\"max\", points, repeated, last, best}}
where last is the value of the highest step and best the lowest or highest finite value, null where
that is no number; repeated counts points whose step was logged again later. What a run has not, is null.
CSV has durations in seconds.

Examples:
  porthole runs --profile lab --experiment churn-model --metric val_loss
  porthole runs --url mysql://ann@db.example.com/mlflow --all --format json";

const RUN_HELP: &str = "\
ID is the run's id, its beginning, or the run's name, if only one run is meant.

JSON: run (as `porthole runs` has it), precision (\"single\" or \"double\"), time_unit of the tracker,
  metrics: {KEY: {better, points, repeated, not_finite, cut, last: {step, time, value}, best: {…}}},
  params: {…}, tags: {…}. With --metric each of those has also
  series: [[step, time in ms since 1970 (UTC), value], …], with --smoothing a fourth number.
Where a step was logged twice the last counts. NaN and infinity are null, and never the best.
CSV is the table of metrics, and with --metric that of their points.

Examples:
  porthole run 3fa2 --profile lab
  porthole run 3fa2 --profile lab --metric val_loss --smoothing 0.6 --format csv
  porthole run 3fa2 --profile lab --metric val_loss --chart loss.svg --log --x relative";

const COMPARE_HELP: &str = "\
Differences are last values minus that of the first run.

JSON: runs (as `porthole runs` has them),
  metrics: {KEY: {better, last: […], best: […], difference: […], ahead: run_id or null}},
  params and tags: {KEY: {values: […], differs: true|false}}, lists in the order of the runs.

Examples:
  porthole compare-runs 3fa2 81bc --profile lab --format md
  porthole compare-runs 3fa2 81bc --profile lab --metric val_loss --chart both.svg";

/// Which runs to list.
#[derive(clap::Args)]
#[command(after_help = LIST_HELP)]
pub struct ListArgs {
    /// Only those of the experiment with this name or id.
    #[arg(long, value_name = "NAME")]
    experiment: Option<String>,
    /// All runs, however old, deleted ones too.
    #[arg(long, conflicts_with = "newest")]
    all: bool,
    /// So many at most, the newest.
    #[arg(long, value_name = "N", default_value_t = NEWEST, value_parser = clap::value_parser!(u32).range(1..))]
    newest: u32,
    /// Deleted ones too.
    #[arg(long)]
    deleted: bool,
    /// Show this metric. Once for each; else a table shows the most common ones.
    #[arg(long = "metric", value_name = "KEY")]
    metrics: Vec<String>,
    #[command(flatten)]
    goals: GoalArgs,
    /// How to print them.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,
    #[command(flatten)]
    source: MetricsArgs,
}

/// One run.
#[derive(clap::Args)]
#[command(after_help = RUN_HELP)]
pub struct Args {
    /// Which.
    #[arg(value_name = "ID")]
    id: String,
    /// With the points of this metric. Once for each.
    #[arg(long = "metric", value_name = "KEY")]
    metrics: Vec<String>,
    #[command(flatten)]
    look: LookArgs,
    #[command(flatten)]
    chart: ChartArgs,
    #[command(flatten)]
    goals: GoalArgs,
    /// How to print it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,
    #[command(flatten)]
    source: MetricsArgs,
}

/// Runs to compare.
#[derive(clap::Args)]
#[command(after_help = COMPARE_HELP)]
pub struct CompareArgs {
    /// Ids, their beginnings, or names; the others are compared with the first.
    #[arg(value_name = "ID", required = true, num_args = 2..)]
    ids: Vec<String>,
    /// Only this metric. Once for each.
    #[arg(long = "metric", value_name = "KEY")]
    metrics: Vec<String>,
    #[command(flatten)]
    look: LookArgs,
    #[command(flatten)]
    chart: ChartArgs,
    #[command(flatten)]
    goals: GoalArgs,
    /// How to print them.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,
    #[command(flatten)]
    source: MetricsArgs,
}

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

pub(super) fn run_list(args: &ListArgs) -> Result<(), Failure> {
    args.goals.check()?;
    let wanted = Wanted {
        experiment: args.experiment.clone(),
        deleted: args.deleted || args.all,
        newest: (!args.all).then_some(args.newest),
    };
    let listing = args.source.ask(async |session, mapping, cancel| {
        let tables = Tables::locate(session, mapping, cancel).await?;
        say_precision(&tables, args.format);
        Ok(runs::list(session, &tables, &wanted, cancel).await?)
    })?;
    say_left_out(args, &listing);
    if !listing.runs.is_empty() {
        let keys = listing.runs.iter().flat_map(|listed| listed.metrics.keys());
        check_metrics(&args.metrics, keys)?;
    }
    if args.format == ReportFormat::Json {
        return json::print(&runs::json::list(&listing, |key| args.goals.of(key)));
    }
    let sheet = report::list(&listing, &shown(args, &listing));
    if args.format == ReportFormat::Csv {
        return print_sheet(&sheet, args.format);
    }
    print_sheet(&report::without_empty(&sheet), args.format)
}

/// The metrics that a table has: those that were named, else all for programs and the most common ones for people.
fn shown<'a>(args: &'a ListArgs, listing: &'a Listing) -> Vec<(&'a str, Goal)> {
    let mut keys: Vec<&str> = listing.keys();
    if !args.metrics.is_empty() {
        keys = args.metrics.iter().map(String::as_str).collect();
    } else if args.format != ReportFormat::Csv {
        let runs = |key: &str| {
            let has = listing
                .runs
                .iter()
                .filter(|listed| listed.metrics.contains_key(key));
            has.count()
        };
        keys.sort_by_key(|key| usize::MAX - runs(key));
        if keys.len() > SHOWN {
            print::note(&format!(
                "{} of {} metrics are shown; --metric KEY chooses, --format csv or json has all",
                SHOWN,
                keys.len()
            ));
        }
        keys.truncate(SHOWN);
        keys.sort_unstable();
    }
    keys.into_iter()
        .map(|key| (key, args.goals.of(key)))
        .collect()
}

fn say_left_out(args: &ListArgs, listing: &Listing) {
    if listing.runs.is_empty() && listing.hidden == 0 {
        print::note(&match &args.experiment {
            Some(experiment) => format!("no runs of an experiment that is called {experiment}"),
            None => "no runs yet".to_owned(),
        });
    }
    if listing.more {
        print::note(&format!(
            "only the newest {} runs are listed; --newest N or --all lists more",
            args.newest
        ));
    }
    if listing.hidden > 0 {
        print::note(&format!(
            "{} deleted runs are left out; --deleted lists them too",
            listing.hidden
        ));
    }
    if listing.unit == Unit::Seconds {
        say_seconds();
    }
}

fn say_seconds() {
    print::note("times are taken for seconds since 1970, as they are too small for milliseconds");
}

fn say_precision(tables: &Tables, format: ReportFormat) {
    if tables.precision() == Precision::Single && format == ReportFormat::Table {
        print::note("this tracker keeps values in single precision (FLOAT), about seven digits");
    }
}

/// A run as it is printed.
struct Read {
    found: Found,
    series: BTreeMap<String, Series>,
    precision: Precision,
    /// Where it was read from, for charts.
    source: String,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    args.chart.check()?;
    args.goals.check()?;
    let read = args.source.ask(async |session, mapping, cancel| {
        let tables = Tables::locate(session, mapping, cancel).await?;
        let (run, unit, _) = runs::find(session, &tables, &args.id, cancel).await?;
        let (found, _) = runs::read(session, &tables, vec![(run, unit)], cancel).await?;
        let found = found.into_iter().next().unwrap_or_default();
        check_metrics(&args.metrics, found.metrics.keys())?;
        let pairs = found
            .metrics
            .keys()
            .map(|key| (found.run.id.clone(), key.clone()));
        let pairs: Vec<(String, String)> = pairs.collect();
        let most = POINTS.min(ALL_POINTS / pairs.len().max(1));
        let (series, _) = runs::points(session, &tables, &pairs, most, cancel).await?;
        say_precision(&tables, args.format);
        Ok(Read {
            found,
            series: series
                .into_iter()
                .map(|series| (series.key.clone(), series))
                .collect(),
            precision: tables.precision(),
            source: drawing::source(session, &tables),
        })
    })?;
    if read.found.unit == Unit::Seconds {
        say_seconds();
    }
    for series in read.series.values() {
        if series.cut {
            print::warning(&format!(
                "{} has more points than are read; its last steps are missing",
                series.key
            ));
        }
    }
    let look = args.look.look();
    if args.chart.is_wanted() {
        let runs = [(&read.found, &read.series)];
        let keys = drawing::keys(&args.metrics, std::slice::from_ref(&read.found));
        args.chart
            .write(&drawing::chart(&runs, &keys, look, &read.source, |key| {
                args.goals.of(key)
            }))?;
    }
    if args.format == ReportFormat::Json {
        return json::print(&json::run(&read, &args.metrics, look, |key| {
            args.goals.of(key)
        }));
    }
    if args.format == ReportFormat::Csv && args.metrics.is_empty() {
        return print_sheet(&metrics_sheet(args, &read), args.format);
    }
    if !args.metrics.is_empty() {
        let chosen: Vec<&Series> = args
            .metrics
            .iter()
            .filter_map(|key| read.series.get(key))
            .collect();
        return print_sheet(&report::points(&chosen, look), args.format);
    }
    let parts = [
        ("Metrics", metrics_sheet(args, &read)),
        ("Parameters", report::texts("parameter", &read.found.params)),
        ("Tags", report::texts("tag", &read.found.tags)),
    ];
    print_parts(
        &report::facts(&read.found.run),
        &read.found.run.label(),
        &parts,
        args.format,
    )
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

fn metrics_sheet(args: &Args, read: &Read) -> Sheet {
    let rows = read.found.metrics.iter().map(|(key, summary)| {
        let goal = args.goals.of(key);
        (
            key.as_str(),
            goal,
            summary,
            best_step(read, key, summary, goal),
        )
    });
    let mut sheet = report::metrics(rows);
    sheet.columns.push("not finite".to_owned());
    for (row, key) in sheet.rows.iter_mut().zip(read.found.metrics.keys()) {
        let series = read.series.get(key);
        row.push(series.map_or(Field::Undefined, |series| Field::whole(series.not_finite())));
    }
    sheet
}

/// The step of the best value, if it is among the points that were read.
fn best_step(read: &Read, key: &str, summary: &Summary, goal: Goal) -> Option<i64> {
    let best = read.series.get(key)?.best(goal)?;
    (best.value == summary.best(goal)).then_some(best.step)
}

/// Several tables: under headings in Markdown, else one below the other.
fn print_parts(
    facts: &Sheet,
    title: &str,
    parts: &[(&str, Sheet)],
    format: ReportFormat,
) -> Result<(), Failure> {
    let text = if format == ReportFormat::Md {
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

pub(super) fn run_compare(args: &CompareArgs) -> Result<(), Failure> {
    args.chart.check()?;
    args.goals.check()?;
    let (found, series, source) = args.source.ask(async |session, mapping, cancel| {
        let tables = Tables::locate(session, mapping, cancel).await?;
        let mut runs: Vec<(Run, Unit)> = Vec::new();
        for id in &args.ids {
            let (run, unit, _) = runs::find(session, &tables, id, cancel).await?;
            runs.push((run, unit));
        }
        say_precision(&tables, args.format);
        let (found, _) = runs::read(session, &tables, runs, cancel).await?;
        let keys = found.iter().flat_map(|found| found.metrics.keys());
        check_metrics(&args.metrics, keys)?;
        let source = drawing::source(session, &tables);
        if !args.chart.is_wanted() {
            return Ok((found, Vec::new(), source));
        }
        let keys = drawing::keys(&args.metrics, &found);
        let pairs = found.iter().flat_map(|found| {
            let has = keys.iter().filter(|key| found.metrics.contains_key(*key));
            has.map(|key| (found.run.id.clone(), key.clone()))
        });
        let pairs: Vec<(String, String)> = pairs.collect();
        let most = POINTS.min(ALL_POINTS / pairs.len().max(1));
        let (series, _) = runs::points(session, &tables, &pairs, most, cancel).await?;
        Ok((found, series, source))
    })?;
    let mut seen = HashSet::new();
    if let Some(twice) = found.iter().find(|found| !seen.insert(&found.run.id)) {
        return Err(Failure::usage(
            format!("the run {} is named twice", twice.run.id),
            "Name two or more different runs.",
        ));
    }
    if args.chart.is_wanted() {
        let series: Vec<BTreeMap<String, Series>> = found
            .iter()
            .map(|found| {
                let own = series.iter().filter(|series| series.run == found.run.id);
                own.map(|series| (series.key.clone(), series.clone()))
                    .collect()
            })
            .collect();
        let runs: Vec<_> = found.iter().zip(&series).collect();
        let keys = drawing::keys(&args.metrics, &found);
        let look = args.look.look();
        args.chart
            .write(&drawing::chart(&runs, &keys, look, &source, |key| {
                args.goals.of(key)
            }))?;
    }
    let mut metrics = compare::metrics(&found, |key| args.goals.of(key));
    if !args.metrics.is_empty() {
        metrics.retain(|metric| args.metrics.contains(&metric.key));
    }
    let (params, tags) = (compare::params(&found), compare::tags(&found));
    match args.format {
        ReportFormat::Json => json::print(&json::compared(&found, &metrics, &params, &tags)),
        ReportFormat::Csv => print_sheet(&report::compared(&found, &metrics), args.format),
        ReportFormat::Table | ReportFormat::Md => {
            let listing = listed(&found);
            let parts = [
                ("Metrics", report::compared(&found, &metrics)),
                ("Parameters", report::settings("parameter", &found, &params)),
                ("Tags", report::settings("tag", &found, &tags)),
            ];
            let labels: Vec<String> = found.iter().map(|found| found.run.label()).collect();
            print_parts(
                &report::without_empty(&report::list(&listing, &[])),
                &labels.join(", "),
                &parts,
                args.format,
            )
        }
    }
}

fn listed(found: &[Found]) -> Listing {
    let runs = found.iter().map(|found| runs::Listed {
        run: found.run.clone(),
        metrics: BTreeMap::new(),
    });
    Listing {
        runs: runs.collect(),
        ..Listing::default()
    }
}
