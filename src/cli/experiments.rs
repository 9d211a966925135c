//! `porthole experiments` lists them; `porthole experiment ID` prints one's figures.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{
    Failure,
    metrics::{MetricsArgs, ReportFormat, print_sheet},
    print,
};
use crate::engine::{
    export::sheet::{Field, Sheet},
    metrics::{
        experiments::{self, VariantMetrics, contract::Contract, list},
        tables::{self, Located},
    },
    session::Session,
};

/// List what there is.
#[derive(clap::Args)]
pub struct ListArgs {
    /// How to print it.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// One experiment's figures.
#[derive(clap::Args)]
pub struct Args {
    /// The experiment's id, as `porthole experiments` lists it.
    #[arg(value_name = "ID")]
    id: String,
    /// How to print them.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// What stands in JSON.
#[derive(Serialize)]
struct Report<'a> {
    metrics: Contract<'a>,
}

pub(super) fn run_list(args: &ListArgs) -> Result<(), Failure> {
    let experiments = args.metrics.ask(async |session, mapping, cancel| {
        let table = tables::locate(session, &experiments::ASSIGNMENTS, mapping, cancel).await?;
        Ok(experiments::list(session, &table, cancel).await?.0)
    })?;
    if experiments.len() == list::MOST {
        print::note(&format!(
            "only the newest {} experiments are listed",
            list::MOST
        ));
    }
    if args.format == ReportFormat::Json {
        return print_json(&experiments);
    }
    let mut sheet = Sheet::new(&["experiment", "users", "first", "last"]);
    let time =
        |moment: Option<_>| moment.map_or(Field::Undefined, |at| Field::text(format!("{at}")));
    sheet.rows = experiments
        .into_iter()
        .map(|experiment| {
            vec![
                Field::text(experiment.id),
                Field::whole(experiment.users),
                time(experiment.first),
                time(experiment.last),
            ]
        })
        .collect();
    print_sheet(&sheet, args.format)
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let metrics = args.metrics.ask(async |session, mapping, cancel| {
        let table = tables::locate(session, &experiments::ASSIGNMENTS, mapping, cancel).await?;
        let (metrics, _) = experiments::metrics(session, &table, &args.id, cancel).await?;
        if metrics.is_empty() {
            say_unknown(session, &table, &args.id, cancel).await?;
        }
        Ok(metrics)
    })?;
    match args.format {
        ReportFormat::Json => print_json(&Report {
            metrics: Contract(&metrics),
        }),
        format => print_sheet(&sheet(&metrics), format),
    }
}

/// The contract as a table.
fn sheet(metrics: &[VariantMetrics]) -> Sheet {
    let mut sheet = Sheet::new(&["variant", "users", "conversions", "mean"]);
    sheet.rows = metrics
        .iter()
        .map(|metrics| {
            vec![
                Field::text(&metrics.variant),
                Field::whole(metrics.count),
                Field::whole(metrics.conversions),
                Field::number(metrics.mean, |mean| format!("{mean:.4}")),
            ]
        })
        .collect();
    sheet
}

/// An id without rows is an answer, not an error; but it may be a slip.
async fn say_unknown(
    session: &Session,
    table: &Located,
    id: &str,
    cancel: &CancellationToken,
) -> Result<(), Failure> {
    print::note(&format!("no assignments for this experiment: {id}"));
    let (ids, _) = list::ids(session, table, cancel).await?;
    let near = list::near(id, &ids);
    if !near.is_empty() {
        print::hint(&format!("Did you mean {}?", near.join(", ")));
    }
    Ok(())
}

fn print_json(value: &impl Serialize) -> Result<(), Failure> {
    let mut text = serde_json::to_string(value).map_err(|error| Failure::Failed {
        message: format!("the figures cannot be written as JSON: {error}"),
        hint: None,
    })?;
    text.push('\n');
    print::data(text.as_bytes())
}
