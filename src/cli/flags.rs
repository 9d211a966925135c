//! `porthole flags` lists them; `porthole flag ID` prints one's figures: the plain ones, or with `--analysis` what an
//! analyst sees.

use clap::ValueEnum;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use super::{
    Failure,
    chart::ChartArgs,
    metrics::{
        FormatArgs, MetricsArgs, ReportFormat, check_line, confidence, print_json, say_advice,
        say_heavy, say_newest,
    },
    print,
};
use crate::engine::{
    Error,
    metrics::{
        flags::{
            self, Group, Source, Span, Window,
            analysis::{Analysis, Method, analyse},
            burn,
            charts::{self, Which},
            data::{self, Data, Request},
            group, health,
            json::{Contract, Document},
            markdown, sheets,
            words::{method_words, pair_words},
        },
        ids::near,
        series::step_words,
        share,
        slots::{self, Slots},
        stats::Level,
    },
    session::Session,
    visible,
};

/// List what there is.
#[derive(clap::Args)]
pub struct ListArgs {
    #[command(flatten)]
    output: FormatArgs,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// One flag's figures.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  porthole flag new-search --window 7d
  porthole flag new-search --window 2026-05-01..2026-05-08T12:00 --format json
  porthole flag new-search --window 28d --analysis --slo 99.9%")]
pub struct Args {
    /// The flag's id, as `porthole flags` lists it.
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    output: FormatArgs,
    /// Which events: all, 30m, 1h, 24h, 7d, 28d … up to now on the server's clock, or FROM..TO as dates or times in
    /// UTC; FROM is part of it and TO is not, and either may be left out.
    #[arg(long, value_name = "WINDOW", default_value = "all")]
    window: Window,
    /// Also intervals, differences to the baseline and whether the data can be trusted.
    #[arg(long)]
    analysis: bool,
    #[command(flatten)]
    method: MethodArgs,
    #[command(flatten)]
    chart: ChartArgs,
    /// Which chart.
    #[arg(
        long,
        value_enum,
        value_name = "CHART",
        default_value_t,
        requires = "chart",
        help_heading = "Chart"
    )]
    chart_of: ChartOf,
    /// How wide a bucket of it is, such as 15m, 1h or 1d; else what fits.
    #[arg(long, value_name = "WIDTH", requires = "chart", help_heading = "Chart")]
    bucket: Option<Span>,
    #[command(flatten)]
    metrics: MetricsArgs,
}

/// What a chart can show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum ChartOf {
    /// The error rate of each group over time, requests below.
    #[default]
    Rates,
    /// The error rate over the seven days up to each.
    Rolling,
    /// The difference to the baseline over time.
    Difference,
}

impl ChartOf {
    fn which(self) -> Which {
        match self {
            Self::Rates => Which::Rates,
            Self::Rolling => Which::Rolling,
            Self::Difference => Which::Difference,
        }
    }
}

/// How the groups are compared.
#[derive(clap::Args)]
#[command(next_help_heading = "Analysis")]
struct MethodArgs {
    /// The group that the others are compared with; else the one that is called so (control, off, disabled …), else
    /// the largest.
    #[arg(long, value_name = "GROUP")]
    baseline: Option<String>,
    /// What a rate may rise by before it counts as worse: 0.1% for a tenth of a point.
    #[arg(long, value_name = "SHARE", value_parser = margin, default_value = "0")]
    margin: f64,
    /// The share of requests that shall succeed, such as 99.9%: adds burn rates and what is left of 30 days' budget.
    #[arg(long, value_name = "SHARE", value_parser = burn::parse_objective)]
    slo: Option<f64>,
    /// How sure intervals are to be.
    #[arg(long, value_name = "SHARE", value_parser = confidence, default_value = "95%")]
    confidence: Level,
}

impl MethodArgs {
    fn method(&self, groups: &[Group]) -> Result<Method, Failure> {
        let baseline = match &self.baseline {
            // Without events there is nothing to compare, and nothing to name.
            Some(name) if !groups.is_empty() => {
                let at = group::named(groups, name).ok_or_else(|| {
                    let keys: Vec<&str> = groups.iter().map(|group| group.key.shown()).collect();
                    Failure::usage(
                        format!("the flag has no group {name}"),
                        format!("Its groups are {}.", keys.join(", ")),
                    )
                })?;
                Some(groups[at].key.clone())
            }
            _ => None,
        };
        Ok(Method {
            baseline,
            level: self.confidence,
            margin: self.margin,
            objective: self.slo,
        })
    }
}

fn margin(text: &str) -> Result<f64, Error> {
    share::parse(text)
        .filter(|margin| (0.0..=1.0).contains(margin))
        .ok_or_else(|| Error::Invalid(format!("`{text}` is no margin: write 0.1% or 0.001")))
}

/// What stands in JSON without an analysis.
#[derive(Serialize)]
struct Plain<'a> {
    metrics: Contract<'a>,
}

pub(super) fn run_list(args: &ListArgs) -> Result<(), Failure> {
    args.output.check()?;
    let flags = args.metrics.ask(async |session, mapping, cancel| {
        let source = Source::locate(session, mapping, cancel).await?;
        Ok(flags::list(session, &source, cancel).await?.0)
    })?;
    say_newest(flags.len(), "flags");
    if args.output.is_json() {
        return print_json(&flags);
    }
    args.output.print(&sheets::list(&flags))
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    args.output.check()?;
    args.chart.check()?;
    if args.analysis || args.chart.is_wanted() {
        return run_analysis(args);
    }
    let groups = args.metrics.ask(async |session, mapping, cancel| {
        let source = Source::locate(session, mapping, cancel).await?;
        say_cost(session, &source, args, cancel).await?;
        let (groups, _) = flags::metrics(session, &source, &args.id, args.window, cancel).await?;
        say_unknown(session, &source, args, &groups, cancel).await?;
        Ok(groups)
    })?;
    print_plain(&groups, &args.output)
}

fn print_plain(groups: &[Group], output: &FormatArgs) -> Result<(), Failure> {
    if output.is_json() {
        return print_json(&Plain {
            metrics: Contract(groups),
        });
    }
    output.print(&sheets::plain(groups))?;
    for (check, sentence) in health::of_sums(groups) {
        print::warning(&format!("{}: {sentence}", check.label()));
    }
    Ok(())
}

fn write_chart(
    args: &Args,
    data: &Data,
    analysis: &Analysis,
    method: &Method,
) -> Result<(), Failure> {
    let mut slots: Slots<_> = Slots::default();
    let keys = data.groups.iter().map(|group| &group.key);
    slots::give(&mut slots, keys, analysis.baseline);
    let source = charts::Source {
        data,
        analysis,
        method,
        notes: &[],
        shown: &[],
        slots: &slots,
    };
    let chart = source.chart(args.chart_of.which()).ok_or_else(|| Failure::Failed {
        message: "there is nothing to draw: no event of this window has a date, or no second group is there".to_owned(),
        hint: None,
    })?;
    args.chart.write(&chart)
}

fn run_analysis(args: &Args) -> Result<(), Failure> {
    let request = Request {
        flag: args.id.clone(),
        window: args.window,
        step: args.bucket.map(Span::seconds),
        rolling: args.chart_of == ChartOf::Rolling,
        burn: args.method.slo.is_some(),
        ..Request::default()
    };
    let (data, method) = args.metrics.ask(async |session, mapping, cancel| {
        let source = Source::locate(session, mapping, cancel).await?;
        say_cost(session, &source, args, cancel).await?;
        let first = data::first(session, mapping, &request, cancel).await?;
        // A slip in the baseline's name is found before the rest is read.
        let method = args.method.method(&first.groups)?;
        say_unknown(session, &source, args, &first.groups, cancel).await?;
        let data = data::rest(session, mapping, first, cancel).await?;
        Ok((data, method))
    })?;
    let analysis = analyse(&data.groups, &method);
    if args.chart.is_wanted() {
        write_chart(args, &data, &analysis, &method)?;
    }
    if !args.analysis {
        return print_plain(&data.groups, &args.output);
    }
    match args.output.format {
        ReportFormat::Json => print_json(&Document::new(&data, &analysis, &method)),
        ReportFormat::Md => print::data(markdown::report(&data, &analysis, &method).as_bytes()),
        ReportFormat::Csv => args
            .output
            .print(&sheets::compared(&data, &analysis, &method)),
        ReportFormat::Table => {
            let sheet = sheets::people(&data, &analysis, &method);
            let parts = [checks_words(&data), sheet.to_text()];
            print::data(parts.join("\n").as_bytes())?;
            print_alerts(&data, &method)?;
            say_around(&data, &method);
            Ok(())
        }
    }
}

/// What each check of the data found, a line each, above the table.
fn checks_words(data: &Data) -> String {
    let checks = health::checks(&data.groups, &data.facts, data.request.window);
    let lines = checks.iter().map(|finding| {
        let words = format!("{}. {}", finding.figure, finding.sentence);
        check_line(finding.level.word(), finding.check.label(), &words)
    });
    lines.collect()
}

/// Whether somebody should be woken, below the table.
fn print_alerts(data: &Data, method: &Method) -> Result<(), Failure> {
    let Some((objective, windows)) = method.objective.zip(data.burn.as_ref()) else {
        return Ok(());
    };
    let mut text = String::new();
    for (at, group) in data.groups.iter().enumerate() {
        for state in windows.pairs(at, objective) {
            text.extend([
                visible::line(group.key.shown()),
                ": ".to_owned(),
                pair_words(&state),
                "\n".to_owned(),
            ]);
        }
    }
    print::data(format!("\n{text}").as_bytes())
}

/// What a person should know beside the table.
fn say_around(data: &Data, method: &Method) {
    print::note(&method_words(data, method));
    if let Some(timeline) = &data.timeline {
        print::note(&format!(
            "{} buckets of {}; as of {} UTC",
            timeline.starts().count(),
            step_words(timeline.step),
            data.as_of()
        ));
    }
    if let Some(advice) = &data.advice {
        say_advice(advice, "");
    }
}

/// What would take long is said first.
async fn say_cost(
    session: &Session,
    source: &Source,
    args: &Args,
    cancel: &CancellationToken,
) -> Result<(), Failure> {
    let cost = flags::cost(session, source, &args.id, args.window, cancel).await?;
    let Some(cost) = cost.filter(|cost| cost.is_heavy()) else {
        return Ok(());
    };
    say_heavy(cost, ", and a narrower --window reads less");
    // Beside an analysis it is said anyway.
    if !args.analysis
        && let Some(advice) = data::advice(session, source, cancel).await?
    {
        say_advice(&advice, "");
    }
    Ok(())
}

/// An id without events is an answer, not an error; but it may be a slip.
async fn say_unknown(
    session: &Session,
    source: &Source,
    args: &Args,
    groups: &[Group],
    cancel: &CancellationToken,
) -> Result<(), Failure> {
    if !groups.is_empty() {
        return Ok(());
    }
    let (ids, _) = flags::ids(session, source, cancel).await?;
    if ids.contains(&args.id) {
        print::note(&format!(
            "no events of {} in this window: {}",
            args.id,
            args.window.words()
        ));
        return Ok(());
    }
    print::note(&format!("no events for this flag: {}", args.id));
    let near = near(&args.id, &ids);
    if !near.is_empty() {
        print::hint(&format!("Did you mean {}?", near.join(", ")));
    }
    Ok(())
}
