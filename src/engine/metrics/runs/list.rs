//! The list of runs, newest first, each with the last, lowest and highest value of its metrics.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::{
    Run,
    goal::Goal,
    places::{self, Tables, column, column_or_null},
    points::{double, int},
    series::Unit,
    summary::{Summary, summaries},
};
use crate::engine::{
    Result,
    metrics::{Ran, ask, count, optional_text, series::Moment, text},
    query::ResultSet,
    session::Session,
    sql::placeholders::Value,
};

/// Which runs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only of the group with this name or id.
    pub experiment: Option<String>,
    /// Also runs that are marked as deleted.
    pub deleted: bool,
    /// So many at most, the newest; `None` for all.
    pub newest: Option<u32>,
}

/// A run and its metrics.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The run.
    pub run: Run,
    /// Its metrics, by name.
    pub metrics: BTreeMap<String, Summary>,
}

/// Runs as they were asked for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Listing {
    /// The newest first.
    pub runs: Vec<Listed>,
    /// There are older ones.
    pub more: bool,
    /// Runs that are left out because they are marked as deleted.
    pub hidden: u64,
    /// What the numbers in the columns of times count.
    pub unit: Unit,
    /// The server's clock when they were read.
    pub as_of: Option<Moment>,
    /// The statements that were run, each with what it was for.
    pub ran: Vec<(&'static str, Ran)>,
}

impl Listing {
    /// The names of all metrics, each once.
    pub fn keys(&self) -> Vec<&str> {
        let mut keys: Vec<&str> = self
            .runs
            .iter()
            .flat_map(|listed| listed.metrics.keys().map(String::as_str))
            .collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The run that has the best value of a metric; of equal ones the earliest.
    pub fn best(&self, key: &str, goal: Goal) -> Option<&Listed> {
        let oldest_first = self.runs.iter().rev();
        goal.best(oldest_first.filter_map(|listed| {
            let best = listed.metrics.get(key)?.best(goal)?;
            Some((listed, best))
        }))
    }
}

/// List runs.
///
/// # Errors
/// What the server said, or [`Error::Cancelled`](crate::engine::Error::Cancelled).
pub async fn list(
    session: &Session,
    tables: &Tables,
    wanted: &Wanted,
    cancel: &CancellationToken,
) -> Result<Listing> {
    let listing = bare(session, tables, wanted, cancel).await?;
    fill(session, tables, wanted, listing, cancel).await
}

/// Add to the runs alone what they have logged, which may read very many points, and what was left out.
///
/// # Errors
/// As [`list()`].
pub async fn fill(
    session: &Session,
    tables: &Tables,
    wanted: &Wanted,
    mut listing: Listing,
    cancel: &CancellationToken,
) -> Result<Listing> {
    if !wanted.deleted
        && let Some(is_deleted) = deleted(tables)
    {
        let (condition, values) = group(tables, wanted);
        let sql = format!(
            "SELECT COUNT(*) FROM {}{}",
            source(tables),
            all_of(&[Some(is_deleted), condition])
        );
        let (rows, ran) = ask(session, &sql, values, cancel).await?;
        listing.hidden = count(&rows, 0, 0)?;
        listing.ran.push(("Deleted runs that are left out", ran));
    }
    let (rows, ran) = ask(session, "SELECT UNIX_TIMESTAMP()", Vec::new(), cancel).await?;
    listing.as_of = int(&rows, 0, 0).map(Moment);
    listing.ran.push(("The server's clock", ran));
    let ids: Vec<&str> = listing
        .runs
        .iter()
        .map(|listed| listed.run.id.as_str())
        .collect();
    let (mut found, ran) = summaries(session, tables, &ids, cancel).await?;
    for listed in &mut listing.runs {
        listed.metrics = found.remove(&listed.run.id).unwrap_or_default();
    }
    listing.ran.extend(ran);
    Ok(listing)
}

/// The runs alone, without their metrics.
///
/// # Errors
/// As [`list()`].
pub async fn bare(
    session: &Session,
    tables: &Tables,
    wanted: &Wanted,
    cancel: &CancellationToken,
) -> Result<Listing> {
    let (group, values) = group(tables, wanted);
    let not_deleted = deleted(tables)
        .filter(|_| !wanted.deleted)
        .map(|is_deleted| format!("NOT ({is_deleted})"));
    let limit = match wanted.newest {
        Some(newest) => format!(" LIMIT {}", u64::from(newest) + 1),
        None => String::new(),
    };
    let start = column_or_null(&tables.runs, "r", "start_time");
    let sql = format!(
        "SELECT {} FROM {}{} ORDER BY {start} DESC, r.{}{limit}",
        columns(tables),
        source(tables),
        all_of(&[group, not_deleted]),
        tables.runs.name("run_id"),
    );
    let (rows, ran) = ask(session, &sql, values, cancel).await?;
    let (mut runs, unit) = read_runs(tables, &rows);
    let more = wanted
        .newest
        .is_some_and(|newest| runs.len() > newest as usize);
    if let Some(newest) = wanted.newest {
        runs.truncate(newest as usize);
    }
    Ok(Listing {
        runs: runs
            .into_iter()
            .map(|run| Listed {
                run,
                metrics: BTreeMap::new(),
            })
            .collect(),
        more,
        hidden: 0,
        as_of: None,
        unit,
        ran: vec![("Runs, the newest first", ran)],
    })
}

/// What a statement selects of a run; read by [`read_runs`].
pub(super) fn columns(tables: &Tables) -> String {
    let runs = &tables.runs;
    let of = |role| column_or_null(runs, "r", role);
    let experiment = tables
        .experiments
        .as_ref()
        .map_or("NULL".to_owned(), |table| {
            column_or_null(table, "e", "name")
        });
    [
        of("run_id"),
        of("name"),
        of("experiment_id"),
        experiment,
        of("user"),
        of("status"),
        deleted(tables).unwrap_or_else(|| "0".to_owned()),
        places::time(runs, "r", "start_time"),
        places::time(runs, "r", "end_time"),
    ]
    .join(", ")
}

/// Where a statement selects them from.
pub(super) fn source(tables: &Tables) -> String {
    let runs = format!("{} r", tables.runs.sql());
    match (
        &tables.experiments,
        column(&tables.runs, "r", "experiment_id"),
    ) {
        (Some(experiments), Some(id)) => format!(
            "{runs} LEFT JOIN {} e ON e.{} = {id}",
            experiments.sql(),
            experiments.name("experiment_id")
        ),
        (Some(experiments), None) => format!("{runs} LEFT JOIN {} e ON FALSE", experiments.sql()),
        (None, _) => runs,
    }
}

/// Whether a run or its group is marked as deleted; `None` where the tracker marks neither.
fn deleted(tables: &Tables) -> Option<String> {
    let marks = [
        column(&tables.runs, "r", "stage"),
        tables
            .experiments
            .as_ref()
            .and_then(|table| column(table, "e", "stage")),
    ];
    let marks: Vec<String> = marks
        .into_iter()
        .flatten()
        .map(|stage| format!("COALESCE({stage}, '') = 'deleted'"))
        .collect();
    (!marks.is_empty()).then(|| marks.join(" OR "))
}

/// The condition for the group that is wanted; `None` for all.
fn group(tables: &Tables, wanted: &Wanted) -> (Option<String>, Vec<Value>) {
    let Some(experiment) = &wanted.experiment else {
        return (None, Vec::new());
    };
    // As text: a name compared with a number would be 0, which is the id of MLflow's first group.
    let id = column(&tables.runs, "r", "experiment_id");
    let id = id.map(|id| format!("CAST({id} AS CHAR) = ?"));
    let name = tables.experiments.as_ref();
    let name = name.map(|table| format!("{} = ?", column_or_null(table, "e", "name")));
    let ways: Vec<String> = id.into_iter().chain(name).collect();
    if ways.is_empty() {
        return (Some("FALSE".to_owned()), Vec::new());
    }
    let values = vec![Value::Text(experiment.clone()); ways.len()];
    (Some(ways.join(" OR ")), values)
}

/// ` WHERE` and all of these conditions; nothing where there are none.
fn all_of(conditions: &[Option<String>]) -> String {
    let conditions: Vec<String> = conditions
        .iter()
        .flatten()
        .map(|condition| format!("({condition})"))
        .collect();
    if conditions.is_empty() {
        String::new()
    } else {
        format!(" WHERE {}", conditions.join(" AND "))
    }
}

/// Runs out of rows of [`columns`], and what their times count.
pub(super) fn read_runs(tables: &Tables, rows: &ResultSet) -> (Vec<Run>, Unit) {
    let all = 0..rows.rows();
    let times = all
        .clone()
        .flat_map(|row| [double(rows, row, 7), double(rows, row, 8)]);
    let dated = places::is_dated(tables.runs.column("start_time"));
    let unit = if dated {
        Unit::Milliseconds
    } else {
        Unit::guess(times.flatten())
    };
    let time = |row, column| {
        // 0 is what some trackers write for "not yet".
        let time = double(rows, row, column).filter(|time| *time != 0.0);
        time.map(|time| unit.millis(time))
    };
    let runs = all.map(|row| Run {
        id: text(rows, row, 0),
        name: optional_text(rows, row, 1),
        experiment_id: optional_text(rows, row, 2),
        experiment: optional_text(rows, row, 3),
        user: optional_text(rows, row, 4),
        status: optional_text(rows, row, 5),
        deleted: int(rows, row, 6) == Some(1),
        start: time(row, 7),
        end: time(row, 8),
    });
    (runs.collect(), unit)
}
