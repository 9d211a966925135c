//! `porthole experiments` lists them; `porthole experiment ID` prints one's figures.

mod method;

use clap::ValueEnum;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use self::method::MethodArgs;
use super::{
    Failure,
    chart::ChartArgs,
    metrics::{
        FormatArgs, MetricsArgs, ReportFormat, check_line, print_json, say_advice, say_heavy,
        say_newest,
    },
    print,
};
use crate::engine::{
    export::sheet::{Field, Sheet},
    metrics::{
        Ran, cost,
        experiments::{
            self, Exposures, Method, Report, Sample, VariantMetrics,
            charts::{Charted, EffectView, ExposureView},
            contract::{self, Contract},
            index, list,
        },
        ids::near,
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
method, and leaves metrics as it is; intervals are {\"low\": …, \"high\": …}, and what is undefined is null.
analysis.planning.new_users_per_day_of_smallest_variant has the last full days, the oldest first.

Examples:
  porthole experiment checkout-button --profile shop
  porthole experiment checkout-button --profile shop --format json
  porthole experiment checkout-button --profile shop --analysis --weights control=9,treatment=1
  porthole experiment checkout-button --profile shop --analysis --sequential
  porthole experiment checkout-button --profile shop --analysis --format md > report.md
  porthole experiment checkout-button --profile shop --chart rates.svg --chart-of rates
  porthole experiment signup --profile shop --map assignments=ab.exposures --map assignments.user_id=uid";

/// List what there is.
#[derive(clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    output: FormatArgs,
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
    #[command(flatten)]
    output: FormatArgs,
    /// Say on stderr which statements ran, how long they took and how many rows they gave.
    #[arg(long)]
    sql: bool,
    #[command(flatten)]
    metrics: MetricsArgs,
    #[command(flatten)]
    method: MethodArgs,
    #[command(flatten)]
    chart: ChartArgs,
    /// Which chart.
    #[arg(
        long,
        value_enum,
        value_name = "WHAT",
        default_value_t,
        requires = "chart",
        help_heading = "Chart"
    )]
    chart_of: ChartOf,
}

/// What a chart can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ChartOf {
    /// Users so far, by variant.
    Exposures,
    /// New users by day.
    NewUsers,
    /// Each variant's share of the users so far.
    Share,
    /// Treatment less control as it settled, with its band.
    #[default]
    Difference,
    /// The same as a part of the control's rate.
    Lift,
    /// The rate of each day's users, with intervals.
    Rates,
    /// The rate of the users so far.
    RatesSoFar,
    /// The smallest effect that is found, by days.
    SmallestEffect,
}

/// What stands in JSON without an analysis.
#[derive(Serialize)]
struct Figures<'a> {
    metrics: Contract<'a>,
}

pub(super) fn run_list(args: &ListArgs) -> Result<(), Failure> {
    args.output.check()?;
    let experiments = args.metrics.ask(async |session, mapping, cancel| {
        let table = tables::locate(session, &experiments::ASSIGNMENTS, mapping, cancel).await?;
        Ok(experiments::list(session, &table, cancel).await?.0)
    })?;
    say_newest(experiments.len(), "experiments");
    if args.output.is_json() {
        return print_json(&experiments);
    }
    let mut sheet = Sheet::new(&["experiment", "users", "first", "last"]);
    let time =
        |moment: Option<_>| moment.map_or(Field::Undefined, |at| Field::text(format!("{at}")));
    sheet.rows = experiments
        .into_iter()
        .map(|experiment| {
            vec![
                Field::name(experiment.id),
                Field::whole(experiment.users),
                time(experiment.first),
                time(experiment.last),
            ]
        })
        .collect();
    args.output.print(&sheet)
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    args.output.check()?;
    args.chart.check()?;
    args.metrics.ask(async |session, mapping, cancel| {
        let place = &experiments::ASSIGNMENTS;
        let table = tables::locate(session, place, mapping, cancel).await?;
        let asked = Asked {
            args,
            session,
            table: &table,
            cancel,
        };
        if let Some(one_in) = args.method.sample {
            return asked.sample(one_in).await;
        }
        asked.say_cost().await?;
        let (metrics, ran) = experiments::metrics(session, &table, &args.id, cancel).await?;
        if metrics.is_empty() {
            asked.say_unknown().await?;
        } else if args.method.analysis || args.chart.is_wanted() {
            return asked.analyze(&metrics, &ran).await;
        }
        if args.sql {
            say_statements([&ran]);
        }
        asked.print_contract(&metrics)
    })
}

/// One experiment that is asked for.
struct Asked<'a> {
    args: &'a Args,
    session: &'a Session,
    table: &'a Located,
    cancel: &'a CancellationToken,
}

impl Asked<'_> {
    async fn analyze(&self, metrics: &[VariantMetrics], ran: &Ran) -> Result<(), Failure> {
        let with_name = metrics.iter().filter(|one| one.named);
        let names: Vec<&str> = with_name.map(|one| one.variant.as_str()).collect();
        let method = self.args.method.method(&names)?;
        let (session, id) = (self.session, &self.args.id);
        let exposures = experiments::read(session, self.table, id, metrics, 0, self.cancel).await?;
        self.print(&exposures, &method, Some((metrics, ran)))
    }

    async fn sample(&self, one_in: u32) -> Result<(), Failure> {
        let sample = Sample::new(one_in).ok_or_else(|| {
            Failure::usage("--sample is 2 or more", "--sample 64 reads one user in 64.")
        })?;
        let (session, id) = (self.session, &self.args.id);
        let exposures =
            experiments::read_sample(session, self.table, id, sample, 0, self.cancel).await?;
        if exposures.variants.is_empty() {
            self.say_unknown().await?;
        }
        let names: Vec<&str> = exposures
            .variants
            .iter()
            .map(|one| one.name.as_str())
            .collect();
        let method = self.args.method.method(&names)?;
        self.print(&exposures, &method, None)
    }

    fn print(
        &self,
        exposures: &Exposures,
        method: &Method,
        contract: Option<(&[VariantMetrics], &Ran)>,
    ) -> Result<(), Failure> {
        let facts = self.session.facts();
        let (metrics, ran) = contract.unzip();
        let report = Report {
            id: &self.args.id,
            metrics,
            ran,
            exposures,
            method,
            analysis: &experiments::analyze(metrics.unwrap_or_default(), exposures, method),
            server: &format!("{} {}", facts.product, facts.version),
        };
        if self.args.sql {
            say_statements(report.statements());
        }
        if self.args.chart.is_wanted() {
            self.draw(&report)?;
        }
        if !self.args.method.analysis {
            return self.print_contract(metrics.unwrap_or_default());
        }
        let output = &self.args.output;
        match output.format {
            ReportFormat::Json => print_json(&report.json()),
            ReportFormat::Csv => output.print(&report.flat()),
            ReportFormat::Md => print::data(report.to_markdown().as_bytes()),
            ReportFormat::Table => print::data(for_people(&report).as_bytes()),
        }
    }

    fn print_contract(&self, metrics: &[VariantMetrics]) -> Result<(), Failure> {
        if self.args.output.is_json() {
            return print_json(&Figures {
                metrics: Contract(metrics),
            });
        }
        self.args.output.print(&sheet(metrics))
    }

    fn draw(&self, report: &Report<'_>) -> Result<(), Failure> {
        let charted = Charted {
            analysis: report.analysis,
            method: report.method,
            slots: &[],
            offset_secs: report.exposures.offset_secs,
            markers: &[],
            shown: &[],
        };
        let chart = match self.args.chart_of {
            ChartOf::Exposures => Some(charted.exposures(ExposureView::SoFar)),
            ChartOf::NewUsers => Some(charted.exposures(ExposureView::Daily)),
            ChartOf::Share => Some(charted.exposures(ExposureView::Share)),
            ChartOf::Difference => Some(charted.effect(EffectView::Difference)),
            ChartOf::Lift => Some(charted.effect(EffectView::Lift)),
            ChartOf::Rates => Some(charted.effect(EffectView::DailyRate)),
            ChartOf::RatesSoFar => Some(charted.effect(EffectView::Rate)),
            ChartOf::SmallestEffect => charted.smallest_effect(),
        };
        let chart = chart.filter(|_| !report.analysis.over_time.days.is_empty());
        let mut chart = chart.ok_or_else(|| Failure::Failed {
            message: "there is nothing to draw: no assignment has a time that has passed"
                .to_owned(),
            hint: None,
        })?;
        chart.footnotes = vec![format!("Experiment {}", report.id)];
        chart.footnotes.extend(report.method_lines());
        self.args.chart.write(&chart)
    }

    /// What would take long is said first.
    async fn say_cost(&self) -> Result<(), Failure> {
        let (session, table, cancel) = (self.session, self.table, self.cancel);
        if !cost::is_large(table) {
            return Ok(());
        }
        let id = contract::bound(table, &self.args.id);
        let sql = contract::statement(table);
        let cost = cost::estimate(session, &sql, &[id], cancel).await?;
        if !cost.is_heavy() {
            return Ok(());
        }
        say_heavy(cost, ", and --analysis --sample 64 reads one user in 64");
        if let Some(advice) = index::missing(session, table, cancel).await? {
            say_advice(&advice, &index::limit(table));
        }
        Ok(())
    }

    /// An id without rows is an answer, not an error; but it may be a slip.
    async fn say_unknown(&self) -> Result<(), Failure> {
        let id = &self.args.id;
        print::note(&format!("no assignments for this experiment: {id}"));
        let (ids, _) = list::ids(self.session, self.table, self.cancel).await?;
        let near = near(id, &ids);
        if !near.is_empty() {
            print::hint(&format!("Did you mean {}?", near.join(", ")));
        }
        Ok(())
    }
}

/// Checks first, then figures, then how they were made.
fn for_people(report: &Report<'_>) -> String {
    let checks = report.analysis.findings.iter().map(|finding| {
        check_line(
            finding.level.word(),
            finding.check.label(),
            &finding.sentence,
        )
    });
    let mut parts = vec![checks.collect::<String>()];
    let sheets = [
        report.variants(),
        report.comparisons(),
        report.growthbook(),
        report.by_day(),
    ];
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
        .zip(contract::shown_names(metrics))
        .map(|(metrics, name)| {
            vec![
                Field::name(name),
                Field::whole(metrics.count),
                Field::whole(metrics.conversions),
                Field::number(metrics.mean, |mean| format!("{mean:.4}")),
            ]
        })
        .collect();
    sheet
}
