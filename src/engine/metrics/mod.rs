//! What is measured, per experiment, feature flag and training run: figures read from the tables where they are.
//!
//! The server counts and adds up integers; every rate is divided here, in f64. What a statement was, how long it took
//! and how many rows it gave is kept beside each figure as [`Ran`].

pub mod advice;
pub mod baseline;
pub mod cost;
pub mod experiments;
pub mod flags;
pub mod health;
pub mod ids;
pub mod listing;
pub mod markers;
pub mod moments;
pub mod names;
pub mod ratio;
pub mod runs;
pub mod series;
pub mod share;
pub mod slots;
pub mod stats;
pub mod tables;
pub mod words;

use std::time::Duration;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use self::tables::Place;
use super::{
    Error, Result,
    query::{self, Batch, Options, Output, ResultSet},
    session::Session,
    sql::{guard, lexer::SqlMode, literal, placeholders::Value},
    value,
};

/// Every table that a mapping can name.
pub fn places() -> impl Iterator<Item = &'static Place> {
    [&experiments::ASSIGNMENTS, &flags::EVENTS, &markers::CHANGES]
        .into_iter()
        .chain(runs::PLACES)
}

/// A statement that was run for a figure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// Its text with the values written in: can be read, and run again in the editor.
    pub sql: String,
    /// From sending it to its last row.
    pub took: Duration,
    /// Rows that came.
    pub rows: u64,
}

/// Batches that wait to be gathered.
const BATCHES_AHEAD: usize = 8;

/// Run a statement of ours and gather its rows; it passes the guard as a person's does.
///
/// # Errors
/// As [`ask_within`]'s, with the limit of all statements.
pub(in crate::engine) async fn ask(
    session: &Session,
    sql: &str,
    values: Vec<Value>,
    cancel: &CancellationToken,
) -> Result<(ResultSet, Ran)> {
    ask_within(session, sql, values, query::MEMORY_BUDGET, cancel).await
}

/// Run a statement that reads and gather its rows in so many bytes of memory. Figures are asked for without a limit of
/// their own; the limit is open to all so that it can be tried with answers that are small.
///
/// # Errors
/// What the server says, cancelled, or [`Error::Invalid`] where the rows do not fit: figures are read from all of them
/// at once. Then the statement is stopped.
pub async fn ask_within(
    session: &Session,
    sql: &str,
    values: Vec<Value>,
    most_bytes: usize,
    cancel: &CancellationToken,
) -> Result<(ResultSet, Ran)> {
    let rules = session.rules();
    let checked = guard::check(sql, &rules)?;
    let written = written(sql, &values, rules.sql_mode);
    let options = Options {
        row_limit: None,
        memory: Some(most_bytes),
        values,
        ..Options::of(session)
    };
    let (sender, mut receiver) = mpsc::channel(BATCHES_AHEAD);
    let gather = async move {
        let mut rows = ResultSet::default();
        while let Some(output) = receiver.recv().await {
            match output {
                Output::Columns(columns) => rows = ResultSet::new(columns),
                Output::Rows(Batch::Spilled(_)) => {
                    return Err(Error::Invalid(format!(
                        "the answer is larger than {} MiB, more than figures are made of: narrow what is asked for, or look whether other columns are meant",
                        most_bytes >> 20
                    )));
                }
                Output::Rows(batch) => rows.push(batch),
            }
        }
        // The receiver goes with this block: where it ends early, the statement is stopped.
        Ok(rows)
    };
    let run = query::run(session, &checked, &options, sender, cancel);
    let (summary, rows) = tokio::join!(run, gather);
    let (rows, summary) = (rows?, summary?);
    let ran = Ran {
        sql: written,
        took: summary.elapsed,
        rows: summary.rows,
    };
    Ok((rows, ran))
}

/// The text with its values in the places of `?`.
pub(in crate::engine) fn written(sql: &str, values: &[Value], mode: SqlMode) -> String {
    literal::fill(sql, values, mode)
}

/// A number of rows, or a sum of such; 0 for NULL, which is the sum of nothing.
///
/// # Errors
/// [`Error::Invalid`] where it is no whole number from 0 that can be held.
pub(in crate::engine) fn count(rows: &ResultSet, row: u64, column: usize) -> Result<u64> {
    optional_text(rows, row, column).map_or(Ok(0), |text| whole_count(&text))
}

fn whole_count(text: &str) -> Result<u64> {
    text.parse().map_err(|_| {
        Error::Invalid(format!(
            "the server has counted {text}, which is no whole number from 0 that can be held"
        ))
    })
}

/// The text of a cell; empty for NULL and where there is none.
pub(in crate::engine) fn text(rows: &ResultSet, row: u64, column: usize) -> String {
    optional_text(rows, row, column).unwrap_or_default()
}

/// The text of a cell; `None` for NULL and where there is none.
pub(in crate::engine) fn optional_text(
    rows: &ResultSet,
    row: u64,
    column: usize,
) -> Option<String> {
    match rows.cell(row, column)? {
        value::Cell::Null => None,
        cell => Some(value::text(cell, rows.columns()[column].kind)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_count_is_not_taken_for_nothing() {
        assert_eq!(whole_count("18446744073709551615").ok(), Some(u64::MAX));
        for text in ["-1", "18446744073709551616", "1.5", "1e3", ""] {
            let error = whole_count(text).unwrap_err();
            assert!(
                matches!(&error, Error::Invalid(why) if why.contains("counted")),
                "{text}: {error}"
            );
        }
    }
}
