//! Which flags there are.

use serde::{Serialize, Serializer, ser::SerializeStruct as _};
use tokio_util::sync::CancellationToken;

use super::{Source, Span, moment, sum};
use crate::engine::{
    Result,
    metrics::{
        Ran, ask,
        listing::{self, Days, MOST, MOST_DAYS, by_id},
        optional_text,
        ratio::ratio,
        series::{DAY, Moment},
        text,
    },
    query::ResultSet,
    session::Session,
};

/// A flag in the list of all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id; `None` for rows that name no flag.
    pub id: Option<String>,
    /// All its requests and errors; `None` where they add up to what is no count.
    pub total: Option<Totals>,
    /// Those of the last seven days; likewise.
    pub week: Option<Totals>,
    /// Why figures are missing.
    pub wrong: Option<String>,
    /// Its first event with a date that the calendar has.
    pub first: Option<Moment>,
    /// The last one.
    pub last: Option<Moment>,
}

impl Serialize for Listed {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut members = serializer.serialize_struct("Listed", 7)?;
        members.serialize_field("id", &self.id)?;
        members.serialize_field("requests", &self.total.map(|total| total.requests))?;
        members.serialize_field("errors", &self.total.map(|total| total.errors))?;
        members.serialize_field("week", &self.week)?;
        members.serialize_field("first", &self.first)?;
        members.serialize_field("last", &self.last)?;
        members.serialize_field("wrong", &self.wrong)?;
        members.end()
    }
}

/// Sums over all groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Requests.
    pub requests: u128,
    /// Errors.
    pub errors: u128,
}

impl Totals {
    /// errors / requests; `None` without requests.
    pub fn error_rate(self) -> Option<f64> {
        ratio(i128::try_from(self.errors).ok()?, self.requests)
    }
}

/// All flags, those with the newest events first; at most [`MOST`].
pub async fn list(
    session: &Session,
    source: &Source,
    cancel: &CancellationToken,
) -> Result<(Vec<Listed>, Ran)> {
    let (flag, requests, errors) = (
        source.name("flag_id"),
        source.name("request_count"),
        source.name("error_count"),
    );
    let seconds = source.moments.seconds();
    let week = |column: &str| {
        let (at, now) = (source.moments.column(), source.moments.now());
        format!("SUM(CASE WHEN {at} >= {now} - INTERVAL 7 DAY THEN {column} END)")
    };
    let sql = format!(
        "SELECT {flag}, SUM({requests}), SUM({errors}), {}, {}, MIN({seconds}), MAX({seconds}) FROM {} GROUP BY {flag} ORDER BY 7 DESC, 1 LIMIT {MOST}",
        week(&requests),
        week(&errors),
        source.table.sql(),
    );
    let (rows, ran) = ask(session, &sql, Vec::new(), cancel).await?;
    let listed = (0..rows.rows()).map(|row| {
        let totals = |column| totals(&rows, row, column);
        let (total, week) = (totals(1), totals(3));
        let wrong = [&total, &week]
            .into_iter()
            .find_map(|sums| sums.as_ref().err());
        Listed {
            id: optional_text(&rows, row, 0),
            wrong: wrong.map(ToString::to_string),
            total: total.ok(),
            week: week.ok(),
            first: moment(&rows, row, 5),
            last: moment(&rows, row, 6),
        }
    });
    Ok((listed.collect(), ran))
}

/// The sums of requests and errors in two columns of a row.
fn totals(rows: &ResultSet, row: u64, column: usize) -> Result<Totals> {
    Ok(Totals {
        requests: sum(rows, row, column)?,
        errors: sum(rows, row, column + 1)?,
    })
}

/// Requests and errors of each flag by day, of so many days up to now: id, then days, ascending. It reads the whole
/// table.
pub async fn days(
    session: &Session,
    source: &Source,
    days: u32,
    cancel: &CancellationToken,
) -> Result<Days<Totals>> {
    let (flag, requests, errors) = (
        source.name("flag_id"),
        source.name("request_count"),
        source.name("error_count"),
    );
    let moments = &source.moments;
    let (at, now) = (moments.column(), moments.now());
    let sql = format!(
        "SELECT {flag}, {} DIV {DAY} * {DAY}, SUM({requests}), SUM({errors}) FROM {} WHERE {flag} IS NOT NULL AND {at} >= {now} - {} AND {at} <= {now} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {MOST_DAYS}",
        moments.seconds(),
        source.table.sql(),
        Span::Days(days).sql(),
    );
    let (rows, _) = ask(session, &sql, Vec::new(), cancel).await?;
    let days = (0..rows.rows()).filter_map(|row| {
        // A day whose sums are no counts has no point; the list says why.
        let totals = totals(&rows, row, 2).ok()?;
        Some((text(&rows, row, 0), moment(&rows, row, 1)?, totals))
    });
    Ok(by_id(days))
}

/// The ids alone, in the server's order: quick on a table of any size that has an index on them.
pub async fn ids(
    session: &Session,
    source: &Source,
    cancel: &CancellationToken,
) -> Result<(Vec<String>, Ran)> {
    listing::ids(session, &source.table, "flag_id", cancel).await
}
