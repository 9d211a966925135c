//! Reads the points of metrics: so many a series at most, each series in the order of its steps.

use tokio_util::sync::CancellationToken;

use super::{
    places::{self, Tables},
    series::{Point, Series, Unit},
};
use crate::engine::{
    Result,
    metrics::{Ran, ask},
    query::ResultSet,
    session::Session,
    sql::placeholders::Value,
    value::Cell,
};

/// Series that one statement asks for.
const AT_ONCE: usize = 40;

/// Read the points of these metrics of these runs, as pairs of a run's id and a metric's name, in the same order; of
/// each so many at most, the earliest steps first.
///
/// # Errors
/// What the server said, or [`Error::Cancelled`](crate::engine::Error::Cancelled).
pub async fn points(
    session: &Session,
    tables: &Tables,
    wanted: &[(String, String)],
    most: usize,
    cancel: &CancellationToken,
) -> Result<(Vec<Series>, Vec<Ran>)> {
    let mut all = Vec::with_capacity(wanted.len());
    let mut ran = Vec::new();
    for some in wanted.chunks(AT_ONCE) {
        let (sql, values) = statement(tables, some, most);
        let (rows, run) = ask(session, &sql, values, cancel).await?;
        ran.push(run);
        all.extend(gathered(tables, some, most, &rows));
    }
    Ok((all, ran))
}

/// One SELECT for each series, each with a limit of its own: windows would do the same, but MySQL 5.7 has none.
fn statement(tables: &Tables, wanted: &[(String, String)], most: usize) -> (String, Vec<Value>) {
    let table = &tables.metrics;
    let (step, value, nan) = (
        places::step(table, "m"),
        places::value(table, "m"),
        places::nan(table, "m"),
    );
    let (time, order) = (
        places::time(table, "m", "timestamp"),
        places::order(table, "m"),
    );
    let (run, key, name) = (table.name("run_id"), table.name("key"), table.sql());
    let limit = most.saturating_add(1);
    let parts = (0..wanted.len()).map(|nth| {
        // Of points of one step and moment the highest is the last, as MLflow has it.
        format!(
            "(SELECT {nth} AS series, {step} AS step, {time} AS time, {value} AS value, {nan} AS nan FROM {name} m \
             WHERE m.{run} = ? AND m.{key} = ? ORDER BY {step}, {order}, {value} LIMIT {limit})"
        )
    });
    let sql = parts.collect::<Vec<_>>().join(" UNION ALL ");
    let values = wanted
        .iter()
        .flat_map(|(run, key)| [run, key].map(|text| Value::Text(text.clone())));
    (sql, values.collect())
}

fn gathered(
    tables: &Tables,
    wanted: &[(String, String)],
    most: usize,
    rows: &ResultSet,
) -> Vec<Series> {
    let marks = tables.metrics.column("is_nan").is_some();
    let dated = places::is_dated(tables.metrics.column("timestamp"));
    let times = (0..rows.rows()).filter_map(|row| double(rows, row, 2));
    let unit = if dated {
        Unit::Milliseconds
    } else {
        Unit::guess(times)
    };
    let mut points: Vec<Vec<Point>> = vec![Vec::new(); wanted.len()];
    for row in 0..rows.rows() {
        let nth = int(rows, row, 0).and_then(|nth| usize::try_from(nth).ok());
        let Some(points) = nth.and_then(|nth| points.get_mut(nth)) else {
            continue; // only an answer to another question has such a row
        };
        points.push(Point {
            step: int(rows, row, 1).unwrap_or_default(),
            time: double(rows, row, 2).map(|time| unit.millis(time)),
            value: logged(double(rows, row, 3), int(rows, row, 4) == Some(1), marks),
        });
    }
    let series = wanted.iter().zip(points).map(|((run, key), mut points)| {
        let cut = points.len() > most;
        points.truncate(most);
        Series::of(run, key, points, cut)
    });
    series.collect()
}

/// The value that was meant. A tracker that marks what is not a number is MLflow, which writes infinity as the largest
/// DOUBLE.
pub(super) fn logged(value: Option<f64>, nan: bool, marks: bool) -> Option<f64> {
    match value {
        _ if nan => Some(f64::NAN),
        Some(value) if marks && value.abs() >= f64::MAX => Some(f64::INFINITY.copysign(value)),
        value => value,
    }
}

/// A number of a cell; `None` for NULL.
pub(super) fn double(rows: &ResultSet, row: u64, column: usize) -> Option<f64> {
    match rows.cell(row, column)? {
        Cell::Int(value) => Some(value as f64),
        Cell::UInt(value) => Some(value as f64),
        Cell::Float(value) => Some(f64::from(value)),
        Cell::Double(value) => Some(value),
        Cell::Text(bytes) => std::str::from_utf8(bytes).ok()?.parse().ok(),
        Cell::Null | Cell::Binary(_) => None,
    }
}

/// A whole number of a cell; `None` for NULL.
pub(super) fn int(rows: &ResultSet, row: u64, column: usize) -> Option<i64> {
    match rows.cell(row, column)? {
        Cell::Int(value) => Some(value),
        Cell::UInt(value) => i64::try_from(value).ok(),
        _ => double(rows, row, column).map(|value| value as i64),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinity_is_the_largest_number_where_nan_has_a_mark() {
        assert_eq!(logged(Some(f64::MAX), false, true), Some(f64::INFINITY));
        assert_eq!(logged(Some(f64::MIN), false, true), Some(f64::NEG_INFINITY));
        assert_eq!(logged(Some(f64::MAX), false, false), Some(f64::MAX));
        assert_eq!(logged(None, false, true), None);
        assert!(logged(Some(0.0), true, true).unwrap().is_nan());
    }
}
