//! `porthole compare-runs A B …`.

use std::collections::{BTreeMap, HashSet};

use super::{
    ALL_POINTS, GoalArgs, LookArgs, POINTS, check_metrics, drawing, json, print_parts, say_cost,
    say_precision,
};
use crate::{
    cli::{
        Failure,
        chart::ChartArgs,
        metrics::{FormatArgs, MetricsArgs, ReportFormat},
    },
    engine::metrics::runs::{self, Found, Listing, Run, Series, Tables, Unit, compare, report},
};

const HELP: &str = "\
Differences are last values minus that of the first run.

JSON: runs (as `porthole runs` has them),
  metrics: {KEY: {better, last: […], best: […], difference: […], ahead: run_id or null}},
  params and tags: {KEY: {values: […], differs: true|false}}, lists in the order of the runs.

Examples:
  porthole compare-runs 3fa2 81bc --profile lab --format md
  porthole compare-runs 3fa2 81bc --profile lab --metric val_loss --chart both.svg";

/// Runs to compare.
#[derive(clap::Args)]
#[command(after_help = HELP)]
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
    #[command(flatten)]
    output: FormatArgs,
    #[command(flatten)]
    source: MetricsArgs,
}

pub(in crate::cli) fn run_compare(args: &CompareArgs) -> Result<(), Failure> {
    args.output.check()?;
    args.chart.check()?;
    args.goals.check()?;
    let (found, series, source) = args.source.ask(async |session, mapping, cancel| {
        let tables = Tables::locate(session, mapping, cancel).await?;
        let mut runs: Vec<(Run, Unit)> = Vec::new();
        for id in &args.ids {
            let (run, unit, _) = runs::find(session, &tables, id, cancel).await?;
            runs.push((run, unit));
        }
        check_once(&runs)?;
        say_precision(&tables, &args.output);
        let ids: Vec<&str> = runs.iter().map(|(run, _)| run.id.as_str()).collect();
        let cost = runs::cost(session, &tables, &ids, cancel).await?;
        say_cost(session, &tables, cost, "", cancel).await?;
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
    match args.output.format {
        ReportFormat::Json => json::print(&json::compared(&found, &metrics, &params, &tags)),
        ReportFormat::Csv => args.output.print(&report::compared(&found, &metrics)),
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
                &args.output,
            )
        }
    }
}

/// Two names may be of one run.
fn check_once(runs: &[(Run, Unit)]) -> Result<(), Failure> {
    let mut seen = HashSet::new();
    match runs.iter().find(|(run, _)| !seen.insert(&run.id)) {
        Some((twice, _)) => Err(Failure::usage(
            format!("the run {} is named twice", twice.id),
            "Name two or more different runs.",
        )),
        None => Ok(()),
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
