//! What runs have logged of their metrics, in short: counted on the server, so that no point need be sent.

use std::collections::{BTreeMap, HashMap};

use tokio_util::sync::CancellationToken;

use super::{
    goal::Goal,
    places::{self, Tables},
    points::{double, int, logged},
};
use crate::engine::{
    Result,
    metrics::{Ran, ask, tables::Located, text},
    query::ResultSet,
    session::Session,
    sql::placeholders::Value,
};

/// Runs whose metrics one statement asks for.
pub(super) const AT_ONCE: usize = 200;

/// What a run has logged of a metric, in short.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Points, one a step.
    pub points: u64,
    /// Points whose step was logged again later.
    pub repeated: u64,
    /// The value of the highest step: NaN and the infinities as they were logged, `None` for NULL.
    pub last: Option<f64>,
    /// The lowest finite value; `None` where there is none.
    pub lowest: Option<f64>,
    /// The highest finite value.
    pub highest: Option<f64>,
}

impl Summary {
    /// The best finite value; `None` where neither way is better.
    pub fn best(&self, goal: Goal) -> Option<f64> {
        match goal {
            Goal::Min => self.lowest,
            Goal::Max => self.highest,
            Goal::Neither => None,
        }
    }
}

/// The metrics of runs, by their names.
pub(super) type Summaries = HashMap<String, BTreeMap<String, Summary>>;

/// The metrics of these runs, by the runs' ids.
pub(super) async fn summaries(
    session: &Session,
    tables: &Tables,
    ids: &[&str],
    cancel: &CancellationToken,
) -> Result<(Summaries, Vec<(&'static str, Ran)>)> {
    let mut found = Summaries::new();
    let mut ran = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let (rows, run) = ask_of(session, &extremes(tables, some.len()), some, cancel).await?;
        ran.push(("How many points, lowest and highest values", run));
        take(&mut found, &rows, |summary, row| {
            let count =
                |column| int(&rows, row, column).and_then(|count| u64::try_from(count).ok());
            let all = count(2).unwrap_or(0);
            summary.points = count(3).unwrap_or(0);
            summary.repeated = all.saturating_sub(summary.points);
            summary.lowest = double(&rows, row, 4);
            summary.highest = double(&rows, row, 5);
        });
        let table = tables.latest.as_ref().unwrap_or(&tables.metrics);
        let marks = table.column("is_nan").is_some();
        let (rows, run) = ask_of(session, &last(tables, some.len()), some, cancel).await?;
        ran.push(("Last values", run));
        take(&mut found, &rows, |summary, row| {
            summary.last = logged(double(&rows, row, 2), int(&rows, row, 3) == Some(1), marks);
        });
        let repeats = |id: &&&str| {
            let metrics = found.get(**id).into_iter().flat_map(BTreeMap::values);
            metrics.into_iter().any(|summary| summary.repeated > 0)
        };
        let some: Vec<&str> = some.iter().filter(repeats).copied().collect();
        if !some.is_empty() {
            let sql = extremes_of_last(tables, some.len());
            let (rows, run) = ask_of(session, &sql, &some, cancel).await?;
            ran.push(("Lowest and highest, where a step was logged twice", run));
            take(&mut found, &rows, |summary, row| {
                summary.lowest = double(&rows, row, 2);
                summary.highest = double(&rows, row, 3);
            });
        }
    }
    Ok((found, ran))
}

async fn ask_of(
    session: &Session,
    sql: &str,
    ids: &[&str],
    cancel: &CancellationToken,
) -> Result<(ResultSet, Ran)> {
    let values = ids.iter().map(|id| Value::Text((*id).to_owned()));
    ask(session, sql, values.collect(), cancel).await
}

/// Rows begin with a run's id and a metric's name.
fn take(found: &mut Summaries, rows: &ResultSet, mut fill: impl FnMut(&mut Summary, u64)) {
    for row in 0..rows.rows() {
        let metrics = found.entry(text(rows, row, 0)).or_default();
        fill(metrics.entry(text(rows, row, 1)).or_default(), row);
    }
}

/// Which rows: those of so many runs.
fn of_runs(table: &Located, alias: &str, count: usize) -> String {
    let marks = vec!["?"; count].join(",");
    format!("{alias}.{} IN ({marks})", table.name("run_id"))
}

pub(super) fn extremes(tables: &Tables, count: usize) -> String {
    let table = &tables.metrics;
    let (run, key) = (table.name("run_id"), table.name("key"));
    let (step, finite) = (places::step(table, "m"), places::finite(table, "m"));
    format!(
        "SELECT m.{run}, m.{key}, COUNT(*), COUNT(DISTINCT {step}), MIN({finite}), MAX({finite}) FROM {} m \
         WHERE {} GROUP BY m.{run}, m.{key}",
        table.sql(),
        of_runs(table, "m", count)
    )
}

/// The last point of each metric: from the table that keeps them, else that of the highest step, then of the latest
/// moment, then the highest.
fn last(tables: &Tables, count: usize) -> String {
    if let Some(latest) = &tables.latest {
        return format!(
            "SELECT m.{}, m.{}, {}, {} FROM {} m WHERE {}",
            latest.name("run_id"),
            latest.name("key"),
            places::value(latest, "m"),
            places::nan(latest, "m"),
            latest.sql(),
            of_runs(latest, "m", count)
        );
    }
    let table = &tables.metrics;
    let (name, run, key) = (table.sql(), table.name("run_id"), table.name("key"));
    let (step, order) = (places::step(table, "m"), places::order(table, "m"));
    let steps = format!(
        "SELECT m.{run} AS run, m.{key} AS metric, MAX({step}) AS step FROM {name} m WHERE {} GROUP BY m.{run}, m.{key}",
        of_runs(table, "m", count)
    );
    let moments = format!(
        "SELECT s.run, s.metric, s.step, MAX({order}) AS moment FROM ({steps}) s \
         JOIN {name} m ON m.{run} = s.run AND m.{key} = s.metric AND {step} = s.step GROUP BY s.run, s.metric, s.step"
    );
    format!(
        "SELECT t.run, t.metric, MAX({}), MAX({}) FROM ({moments}) t \
         JOIN {name} m ON m.{run} = t.run AND m.{key} = t.metric AND {step} = t.step AND {order} = t.moment \
         GROUP BY t.run, t.metric",
        places::value(table, "m"),
        places::nan(table, "m"),
    )
}

/// Lowest and highest value of the points that count: where a step was logged again, the last of it.
fn extremes_of_last(tables: &Tables, count: usize) -> String {
    let table = &tables.metrics;
    let (name, run, key) = (table.sql(), table.name("run_id"), table.name("key"));
    let (step, order) = (places::step(table, "m"), places::order(table, "m"));
    let moments = format!(
        "SELECT m.{run} AS run, m.{key} AS metric, {step} AS step, MAX({order}) AS moment FROM {name} m \
         WHERE {} GROUP BY m.{run}, m.{key}, {step}",
        of_runs(table, "m", count)
    );
    let points = format!(
        "SELECT t.run, t.metric, MAX({}) AS value FROM ({moments}) t \
         JOIN {name} m ON m.{run} = t.run AND m.{key} = t.metric AND {step} = t.step AND {order} = t.moment \
         GROUP BY t.run, t.metric, t.step",
        places::finite(table, "m")
    );
    format!(
        "SELECT p.run, p.metric, MIN(p.value), MAX(p.value) FROM ({points}) p GROUP BY p.run, p.metric"
    )
}
