//! One run: found by its id, the beginning of it or its name; its metrics, parameters and tags.

use std::collections::BTreeMap;

use tokio_util::sync::CancellationToken;

use super::{
    Run,
    list::{Listing, columns, read_runs, source},
    places::{Tables, column_or_null},
    series::Unit,
    summary::{Summary, summaries},
};
use crate::engine::{
    Error, Result,
    metrics::{Ran, ask, ids, tables::Located, text},
    session::Session,
    sql::placeholders::Value,
};

/// Parameters or tags that are read of a run.
const MOST_TEXTS: u32 = 1_000;
/// Letters that are read of each.
const MOST_LETTERS: u32 = 8_000;
/// Runs whose parameters or tags one statement asks for.
const AT_ONCE: usize = 200;
/// Runs that are named where one is not found.
const NEAR: usize = 5;

/// Parameters or tags, by name.
pub type Texts = BTreeMap<String, String>;

/// A run and all that its tracker knows of it, but the points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// The run.
    pub run: Run,
    /// Its metrics, by name.
    pub metrics: BTreeMap<String, Summary>,
    /// What it was started with; empty where the tracker does not keep that.
    pub params: Texts,
    /// What was noted of it; likewise.
    pub tags: Texts,
    /// What the numbers in its times count.
    pub unit: Unit,
}

/// Find a run by its id, else by the beginning of its id or by its name if only one run has it.
///
/// # Errors
/// [`Error::NotFound`] with runs that are near; [`Error::Invalid`] where several are meant; what the server said.
pub async fn find(
    session: &Session,
    tables: &Tables,
    name: &str,
    cancel: &CancellationToken,
) -> Result<(Run, Unit, Vec<Ran>)> {
    let id = format!("r.{}", tables.runs.name("run_id"));
    let called = column_or_null(&tables.runs, "r", "name");
    let beginning = format!("{}%", escaped(name));
    let text = |text: &str| Value::Text(text.to_owned());
    let exact = ids::bound(tables.runs.required("run_id"), name);
    // A name may stand in a column of numbers too.
    let called_so = match tables.runs.column("name") {
        Some(column) => ids::bound(column, name),
        None => text(name),
    };
    let ways = [
        (format!("{id} = ?"), vec![exact]),
        (
            format!("{id} LIKE ? ESCAPE '|' OR {called} = ?"),
            vec![text(&beginning), called_so],
        ),
    ];
    let mut ran = Vec::new();
    for (condition, values) in ways {
        let (mut runs, unit, run) = some(session, tables, &condition, values, cancel).await?;
        ran.push(run);
        match runs.len() {
            0 => {}
            1 => return Ok((runs.remove(0), unit, ran)),
            _ => return Err(several(name, &runs)),
        }
    }
    let condition = format!("{id} LIKE ? ESCAPE '|' OR {called} LIKE ? ESCAPE '|'");
    let part = format!("%{}%", escaped(&name.chars().take(6).collect::<String>()));
    let (mut near, ..) = some(session, tables, &condition, vec![text(&part); 2], cancel).await?;
    if near.is_empty() {
        (near, ..) = some(session, tables, "1 = 1", Vec::new(), cancel).await?;
    }
    Err(Error::NotFound {
        what: "run",
        name: name.to_owned(),
        near: near.iter().map(named).collect(),
    })
}

/// Read what the tracker knows of these runs, in the same order.
///
/// # Errors
/// What the server said, or [`Error::Cancelled`].
pub async fn read(
    session: &Session,
    tables: &Tables,
    runs: Vec<(Run, Unit)>,
    cancel: &CancellationToken,
) -> Result<(Vec<Found>, Vec<(&'static str, Ran)>)> {
    let ids: Vec<&str> = runs.iter().map(|(run, _)| run.id.as_str()).collect();
    let (mut metrics, mut ran) = summaries(session, tables, &ids, cancel).await?;
    let mut params = texts(session, tables.params.as_ref(), &ids, &mut ran, cancel).await?;
    let mut tags = texts(session, tables.tags.as_ref(), &ids, &mut ran, cancel).await?;
    let found = runs.into_iter().map(|(run, unit)| Found {
        metrics: metrics.remove(&run.id).unwrap_or_default(),
        params: params.remove(&run.id).unwrap_or_default(),
        tags: tags.remove(&run.id).unwrap_or_default(),
        run,
        unit,
    });
    Ok((found.collect(), ran))
}

/// What the tracker knows of the runs of a list beyond it, in the same order.
///
/// # Errors
/// What the server said, or [`Error::Cancelled`].
pub async fn describe(
    session: &Session,
    tables: &Tables,
    listing: &Listing,
    cancel: &CancellationToken,
) -> Result<(Vec<Found>, Vec<(&'static str, Ran)>)> {
    let ids: Vec<&str> = listing
        .runs
        .iter()
        .map(|listed| listed.run.id.as_str())
        .collect();
    let mut ran = Vec::new();
    let (mut params, mut tags) = (BTreeMap::new(), BTreeMap::new());
    for some in ids.chunks(AT_ONCE) {
        params.extend(texts(session, tables.params.as_ref(), some, &mut ran, cancel).await?);
        tags.extend(texts(session, tables.tags.as_ref(), some, &mut ran, cancel).await?);
    }
    let found = listing.runs.iter().map(|listed| Found {
        params: params.remove(&listed.run.id).unwrap_or_default(),
        tags: tags.remove(&listed.run.id).unwrap_or_default(),
        run: listed.run.clone(),
        metrics: listed.metrics.clone(),
        unit: listing.unit,
    });
    Ok((found.collect(), ran))
}

/// The newest runs that fit a condition.
async fn some(
    session: &Session,
    tables: &Tables,
    condition: &str,
    values: Vec<Value>,
    cancel: &CancellationToken,
) -> Result<(Vec<Run>, Unit, Ran)> {
    let start = column_or_null(&tables.runs, "r", "start_time");
    let sql = format!(
        "SELECT {} FROM {} WHERE {condition} ORDER BY {start} DESC LIMIT {NEAR}",
        columns(tables),
        source(tables)
    );
    let (rows, ran) = ask(session, &sql, values, cancel).await?;
    let (runs, unit) = read_runs(tables, &rows);
    Ok((runs, unit, ran))
}

fn several(name: &str, runs: &[Run]) -> Error {
    let names: Vec<String> = runs.iter().map(named).collect();
    Error::Invalid(format!(
        "several runs are called {name:?}, or their ids begin so: {}",
        names.join(", ")
    ))
}

/// A run's id, with its name where it has one.
fn named(run: &Run) -> String {
    match &run.name {
        Some(name) if !name.trim().is_empty() => format!("{} ({name})", run.id),
        _ => run.id.clone(),
    }
}

/// A text as a pattern that means itself.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '|') {
            out.push('|');
        }
        out.push(letter);
    }
    out
}

/// Parameters or tags of these runs, by the runs' ids.
async fn texts(
    session: &Session,
    table: Option<&Located>,
    ids: &[&str],
    ran: &mut Vec<(&'static str, Ran)>,
    cancel: &CancellationToken,
) -> Result<BTreeMap<String, Texts>> {
    let mut found: BTreeMap<String, Texts> = BTreeMap::new();
    let Some(table) = table.filter(|_| !ids.is_empty()) else {
        return Ok(found);
    };
    let (run, key) = (table.name("run_id"), table.name("key"));
    let marks = vec!["?"; ids.len()].join(",");
    let most = u64::from(MOST_TEXTS) * ids.len() as u64;
    let sql = format!(
        "SELECT t.{run}, t.{key}, LEFT(t.{}, {MOST_LETTERS}) FROM {} t WHERE t.{run} IN ({marks}) \
         ORDER BY t.{run}, t.{key} LIMIT {most}",
        table.name("value"),
        table.sql()
    );
    let values = ids.iter().map(|id| Value::Text((*id).to_owned()));
    let (rows, statement) = ask(session, &sql, values.collect(), cancel).await?;
    ran.push(("Parameters and tags", statement));
    for row in 0..rows.rows() {
        let of_run = found.entry(text(&rows, row, 0)).or_default();
        of_run.insert(text(&rows, row, 1), text(&rows, row, 2));
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_no_pattern() {
        assert_eq!(escaped("a%b_c|d\\"), "a|%b|_c||d\\");
    }
}
