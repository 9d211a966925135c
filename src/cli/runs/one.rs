//! `porthole run ID`.

use std::collections::BTreeMap;

use super::{
    ALL_POINTS, GoalArgs, LookArgs, POINTS, check_metrics, drawing, json, print_parts, say_cost,
    say_precision, say_seconds,
};
use crate::{
    cli::{
        Failure,
        chart::ChartArgs,
        metrics::{FormatArgs, MetricsArgs},
        print,
    },
    engine::{
        export::sheet::{Field, Sheet},
        metrics::runs::{self, Found, Goal, Precision, Series, Summary, Tables, Unit, report},
    },
};

const HELP: &str = "\
ID is the run's id, its beginning, or the run's name, if only one run is meant.

JSON: run (as `porthole runs` has it), precision (\"single\" or \"double\"), time_unit of the tracker,
  metrics: {KEY: {better, points, repeated, not_finite, cut, last: {step, time, time_ms, value}, best: {…}}},
  params: {…}, tags: {…}. With --metric each of those has also
  series: [[step, time in ms since 1970 (UTC), value], …], with --smoothing a fourth number.
Where a step was logged twice the last counts. NaN and infinity are null, and never the best.
CSV is the table of metrics, and with --metric that of their points.

Examples:
  porthole run 3fa2 --profile lab
  porthole run 3fa2 --profile lab --metric val_loss --smoothing 0.6 --format csv
  porthole run 3fa2 --profile lab --metric val_loss --chart loss.svg --log --x relative";

/// One run.
#[derive(clap::Args)]
#[command(after_help = HELP)]
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
    #[command(flatten)]
    output: FormatArgs,
    #[command(flatten)]
    source: MetricsArgs,
}

/// A run as it is printed.
pub(super) struct Read {
    pub(super) found: Found,
    pub(super) series: BTreeMap<String, Series>,
    pub(super) precision: Precision,
    /// Where it was read from, for charts.
    source: String,
}

pub(in crate::cli) fn run(args: &Args) -> Result<(), Failure> {
    args.output.check()?;
    args.chart.check()?;
    args.goals.check()?;
    let read = args.source.ask(async |session, mapping, cancel| {
        let tables = Tables::locate(session, mapping, cancel).await?;
        let (run, unit, _) = runs::find(session, &tables, &args.id, cancel).await?;
        let cost = runs::cost(session, &tables, &[&run.id], cancel).await?;
        say_cost(session, &tables, cost, "", cancel).await?;
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
        say_precision(&tables, &args.output);
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
    if args.output.is_json() {
        return json::print(&json::run(&read, &args.metrics, look, |key| {
            args.goals.of(key)
        }));
    }
    if args.output.is_csv() && args.metrics.is_empty() {
        return args.output.print(&metrics_sheet(args, &read));
    }
    if !args.metrics.is_empty() {
        let chosen: Vec<&Series> = args
            .metrics
            .iter()
            .filter_map(|key| read.series.get(key))
            .collect();
        let points = report::points(&chosen, look, args.output.is_csv());
        return args.output.print(&points);
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
        &args.output,
    )
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
pub(super) fn best_step(read: &Read, key: &str, summary: &Summary, goal: Goal) -> Option<i64> {
    let best = read.series.get(key)?.best(goal)?;
    (best.value == summary.best(goal)).then_some(best.step)
}
