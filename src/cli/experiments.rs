//! `porthole experiments` lists them; `porthole experiment ID` prints one's figures.

use std::collections::BTreeMap;

use clap::ValueEnum;
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
        Ran,
        experiments::{
            self, Method, Report, VariantMetrics, analysis,
            contract::Contract,
            list,
            method::{Contamination, Correction, Plan},
            report,
        },
        tables::{self, Located},
    },
    session::Session,
    visible,
};

const EXAMPLES: &str = "\
The figures are those of
  SELECT variant_id, COUNT(DISTINCT user_id), SUM(converted) … WHERE experiment_id = ID GROUP BY variant_id
and mean = conversions / count. --analysis adds checks of the data, intervals, comparisons with the
control and verdicts; there each user counts once. In JSON it adds the members analysis, health and
method, and leaves metrics as it is.

Examples:
  porthole experiment checkout-button --profile shop
  porthole experiment checkout-button --profile shop --format json
  porthole experiment checkout-button --profile shop --analysis --weights control=9,treatment=1
  porthole experiment checkout-button --profile shop --analysis --sequential
  porthole experiment checkout-button --profile shop --analysis --format md > report.md
  porthole experiment signup --profile shop --map assignments=ab.exposures --map assignments.user_id=uid";

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
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The experiment's id, as `porthole experiments` lists it.
    #[arg(value_name = "ID")]
    id: String,
    /// How to print them.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: ReportFormat,
    /// Say on stderr which statements ran, how long they took and how many rows they gave.
    #[arg(long)]
    sql: bool,
    #[command(flatten)]
    method: MethodArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// How the analysis is made.
#[derive(clap::Args)]
#[command(next_help_heading = "Analysis")]
struct MethodArgs {
    /// Check the data, and compare the variants with the control.
    #[arg(long)]
    analysis: bool,
    /// The variant that the others are compared with [default: by name (control, baseline, off …), else the largest]
    #[arg(long, value_name = "VARIANT", requires = "analysis")]
    control: Option<String>,
    /// The planned split: control=9,treatment=1, or 9,1 in the order in which the variants are printed [default: equal]
    #[arg(long, value_name = "WEIGHTS", requires = "analysis")]
    weights: Option<String>,
    /// How sure intervals are to be, in percent.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 95.0,
        requires = "analysis"
    )]
    confidence: f64,
    /// For who looks every day: figures that stay valid however often one looks, narrowest at N users [N: 5000]
    #[arg(long, value_name = "N", num_args = 0..=1, require_equals = true, default_missing_value = "5000", requires = "analysis")]
    sequential: Option<f64>,
    /// For p-values of several treatments.
    #[arg(
        long,
        value_enum,
        value_name = "NAME",
        default_value = "holm",
        requires = "analysis"
    )]
    correction: CorrectionArg,
    /// Users in several variants: leave them out, or count them where they came first.
    #[arg(
        long,
        value_enum,
        value_name = "RULE",
        default_value = "exclude",
        requires = "analysis"
    )]
    contamination: ContaminationArg,
    /// The figures that GrowthBook would show, beside the others (in JSON).
    #[arg(long, requires = "analysis")]
    growthbook: bool,
    /// Plan for this lift, in percent.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 10.0,
        requires = "analysis"
    )]
    plan_lift: f64,
    /// Plan for this chance to find it, in percent.
    #[arg(
        long,
        value_name = "PERCENT",
        default_value_t = 80.0,
        requires = "analysis"
    )]
    plan_power: f64,
    /// Plan from this rate, in percent [default: the control's]
    #[arg(long, value_name = "PERCENT", requires = "analysis")]
    plan_baseline: Option<f64>,
}

#[derive(Clone, Copy, ValueEnum)]
enum CorrectionArg {
    Holm,
    Bh,
    None,
}

#[derive(Clone, Copy, ValueEnum)]
enum ContaminationArg {
    Exclude,
    First,
}

/// What stands in JSON without an analysis.
#[derive(Serialize)]
struct Figures<'a> {
    metrics: Contract<'a>,
}

impl MethodArgs {
    fn method(&self, metrics: &[VariantMetrics]) -> Result<Method, Failure> {
        let names: Vec<&str> = metrics.iter().map(|one| one.variant.as_str()).collect();
        let control = match &self.control {
            Some(control) => {
                let at = place(&names, control, "--control")?;
                Some(names[at].to_owned())
            }
            None => None,
        };
        Ok(Method {
            alpha: part(100.0 - self.confidence, "--confidence")?,
            sequential: match self.sequential {
                None => None,
                Some(users) => Some(above_zero(users, "--sequential")?),
            },
            correction: match self.correction {
                CorrectionArg::Holm => Correction::Holm,
                CorrectionArg::Bh => Correction::Bh,
                CorrectionArg::None => Correction::None,
            },
            weights: match &self.weights {
                Some(text) => weights(text, &names)?,
                None => BTreeMap::new(),
            },
            contamination: match self.contamination {
                ContaminationArg::Exclude => Contamination::Exclude,
                ContaminationArg::First => Contamination::First,
            },
            control,
            growthbook: self.growthbook,
            plan: Plan {
                baseline: match self.plan_baseline {
                    Some(rate) => Some(part(rate, "--plan-baseline")?),
                    None => None,
                },
                lift: above_zero(self.plan_lift, "--plan-lift")? / 100.0,
                power: part(self.plan_power, "--plan-power")?,
            },
            ..Method::default()
        })
    }
}

/// Percent as a part, strictly between 0 and 1. In hundredths first: 100 - 95 is exact, and 1 - 0.95 is not.
fn part(percent: f64, option: &str) -> Result<f64, Failure> {
    if percent > 0.0 && percent < 100.0 {
        return Ok(percent / 100.0);
    }
    Err(Failure::usage(
        format!("{option} is between 0 and 100, without either"),
        "It is in percent: 95 for 95 %.",
    ))
}

fn above_zero(number: f64, option: &str) -> Result<f64, Failure> {
    if number > 0.0 && number.is_finite() {
        return Ok(number);
    }
    Err(Failure::usage(
        format!("{option} is a number above 0"),
        "Leave it out for the usual one.",
    ))
}

/// Where a variant is that a person has named.
fn place(names: &[&str], wanted: &str, option: &str) -> Result<usize, Failure> {
    analysis::place(names, wanted).ok_or_else(|| {
        Failure::usage(
            format!("{option}: the experiment has no variant {wanted}"),
            format!("It has {}.", names.join(", ")),
        )
    })
}

/// `control=9,treatment=1`, or `9,1` in the variants' order.
fn weights(text: &str, names: &[&str]) -> Result<BTreeMap<String, f64>, Failure> {
    let parts: Vec<&str> = text.split(',').collect();
    let by_name = text.contains('=');
    if parts.len() != names.len() {
        return Err(Failure::usage(
            format!(
                "--weights has {} weights for {} variants",
                parts.len(),
                names.len()
            ),
            format!("Each needs one: {}.", names.join(", ")),
        ));
    }
    let weight = |(at, part): (usize, &&str)| {
        let (name, weight) = if by_name {
            // A variant's name may hold `=`, a weight does not.
            let (name, weight) = part.rsplit_once('=').unwrap_or((part, ""));
            (names[place(names, name.trim(), "--weights")?], weight)
        } else {
            (names[at], *part)
        };
        let weight = weight.trim().parse().unwrap_or(f64::NAN);
        Ok((
            name.to_owned(),
            above_zero(weight, &format!("--weights: the weight of {name}"))?,
        ))
    };
    parts.iter().enumerate().map(weight).collect()
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
    args.metrics.ask(async |session, mapping, cancel| {
        let table = tables::locate(session, &experiments::ASSIGNMENTS, mapping, cancel).await?;
        let (metrics, ran) = experiments::metrics(session, &table, &args.id, cancel).await?;
        if metrics.is_empty() {
            say_unknown(session, &table, &args.id, cancel).await?;
        }
        if args.method.analysis && !metrics.is_empty() {
            return analyze(args, session, &table, &metrics, &ran, cancel).await;
        }
        if args.sql {
            say_statements([&ran]);
        }
        match args.format {
            ReportFormat::Json => print_json(&Figures {
                metrics: Contract(&metrics),
            }),
            format => print_sheet(&sheet(&metrics), format),
        }
    })
}

async fn analyze(
    args: &Args,
    session: &Session,
    table: &Located,
    metrics: &[VariantMetrics],
    ran: &Ran,
    cancel: &CancellationToken,
) -> Result<(), Failure> {
    let method = args.method.method(metrics)?;
    let exposures = experiments::read(session, table, &args.id, metrics, 0, cancel).await?;
    let analysis = experiments::analyze(metrics, &exposures, &method);
    let report = Report {
        id: &args.id,
        metrics,
        ran,
        exposures: &exposures,
        method: &method,
        analysis: &analysis,
        server: &format!("{} {}", session.facts().product, session.facts().version),
    };
    if args.sql {
        say_statements(report.statements());
    }
    match args.format {
        ReportFormat::Json => print_json(&report.json()),
        ReportFormat::Csv => print_sheet(&report.flat(), args.format),
        ReportFormat::Md => print::data(report.to_markdown().as_bytes()),
        ReportFormat::Table => print::data(for_people(&report).as_bytes()),
    }
}

/// Checks first, then figures, then how they were made.
fn for_people(report: &Report<'_>) -> String {
    let checks = report.analysis.findings.iter().map(|finding| {
        let (level, label) = (report::level_word(finding.level), finding.check.label());
        visible::line(&format!("{level:7}  {label}: {}", finding.sentence)) + "\n"
    });
    let mut parts = vec![checks.collect::<String>()];
    let sheets = [report.variants(), report.comparisons(), report.by_day()];
    let filled = sheets.iter().filter(|sheet| !sheet.rows.is_empty());
    parts.extend(filled.map(Sheet::to_text));
    let mut lines: Vec<String> = report.plan_line().into_iter().collect();
    lines.extend(report.method_lines());
    parts.push(
        lines
            .iter()
            .map(|line| visible::line(line) + "\n")
            .collect(),
    );
    parts.join("\n")
}

fn say_statements<'a>(statements: impl IntoIterator<Item = &'a Ran>) {
    for ran in statements {
        print::note(&format!(
            "{:.2} s, {} rows: {}",
            ran.took.as_secs_f64(),
            ran.rows,
            ran.sql
        ));
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
