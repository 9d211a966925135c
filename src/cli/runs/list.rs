//! `porthole runs`.

use super::{GoalArgs, check_metrics, json, say_cost, say_precision, say_seconds};
use crate::{
    cli::{
        Failure,
        metrics::{FormatArgs, MetricsArgs},
        print,
    },
    engine::metrics::runs::{self, Goal, Listing, Tables, Unit, Wanted, report},
};

/// Runs that are listed unless told otherwise.
const NEWEST: u32 = 100;
/// Metrics that a table of runs shows unless told which.
const SHOWN: usize = 3;

const HELP: &str = "\
JSON: an array with an object for each run, the newest first:
  run_id, name, experiment_id, experiment, user, status, deleted, start, end (UTC), start_ms, end_ms
  (since 1970), duration_ms, metrics: {KEY: {better: \"min\"|\"max\"|null, points, repeated, last, best}}
where last is the value of the highest step and best the lowest or highest finite value; null where that
is no number, and best also where neither way is better, as of a learning rate, unless --min or --max
says so. repeated counts points whose step was logged again later. What a run has not, is null.
CSV has durations in seconds.

Examples:
  porthole runs --profile lab --experiment churn-model --metric val_loss
  porthole runs --url mysql://ann@db.example.com/mlflow --all --format json";

/// Which runs to list.
#[derive(clap::Args)]
#[command(after_help = HELP)]
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
    #[command(flatten)]
    output: FormatArgs,
    #[command(flatten)]
    source: MetricsArgs,
}

pub(in crate::cli) fn run_list(args: &ListArgs) -> Result<(), Failure> {
    args.output.check()?;
    args.goals.check()?;
    let wanted = Wanted {
        experiment: args.experiment.clone(),
        deleted: args.deleted || args.all,
        newest: (!args.all).then_some(args.newest),
    };
    let listing = args.source.ask(async |session, mapping, cancel| {
        let tables = Tables::locate(session, mapping, cancel).await?;
        say_precision(&tables, &args.output);
        let listing = runs::bare(session, &tables, &wanted, cancel).await?;
        let cost = runs::cost_of_list(session, &tables, &listing, cancel).await?;
        let instead = ", and a lower --newest reads less";
        say_cost(session, &tables, cost, instead, cancel).await?;
        Ok(runs::fill(session, &tables, &wanted, listing, cancel).await?)
    })?;
    say_left_out(args, &listing);
    if !listing.runs.is_empty() {
        let keys = listing.runs.iter().flat_map(|listed| listed.metrics.keys());
        check_metrics(&args.metrics, keys)?;
    }
    if args.output.is_json() {
        return json::print(&runs::json::list(&listing, |key| args.goals.of(key)));
    }
    let sheet = report::list(&listing, &shown(args, &listing));
    if args.output.is_csv() {
        return args.output.print(&sheet);
    }
    args.output.print(&report::without_empty(&sheet))
}

/// The metrics that a table has: those that were named, else all for programs and the most common ones for people.
fn shown<'a>(args: &'a ListArgs, listing: &'a Listing) -> Vec<(&'a str, Goal)> {
    let mut keys: Vec<&str> = listing.keys();
    if !args.metrics.is_empty() {
        keys = args.metrics.iter().map(String::as_str).collect();
    } else if !args.output.is_csv() {
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
