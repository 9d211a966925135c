//! Feature flags: requests and errors by group, read from a table of counted events.
//!
//! [`metrics`] is the plain answer: sums over a [`Window`] and their quotient, nothing else. [`analysis`] compares the
//! groups, [`health`] says whether the data can be trusted, [`timeline`] has them over time and [`burn`] against an
//! objective. What asks the server ends in this folder's `async fn`s; the rest is arithmetic over what they gave, so
//! that another baseline or margin asks nobody.

pub mod analysis;
pub mod burn;
pub mod charts;
pub mod data;
pub mod health;
pub mod json;
pub mod markdown;
pub mod sheets;
pub mod timeline;
pub mod window;
pub mod words;

use serde::Serialize;
use tokio_util::sync::CancellationToken;

pub use window::{Span, Window};

use super::{
    Ran, ask,
    cost::{self, Cost},
    ids,
    moments::Moments,
    optional_text,
    ratio::ratio,
    series::{DAY, Moment},
    stats::Counts,
    tables::{self, Located, Place, role},
    text,
};
use crate::engine::{
    Error, Result, profiles::Mapping, query::ResultSet, session::Session, sql::placeholders::Value,
};

/// Groups that a flag has at most: with more, the column is surely another.
const MOST_GROUPS: usize = 10_000;
/// Flags that are listed at most.
const MOST_FLAGS: usize = 10_000;
/// Rows of days that are read at most.
const MOST_DAYS: usize = 200_000;
/// What NULL is called where a name is needed.
const NULL: &str = "NULL";

/// The table of flags' events.
pub const EVENTS: Place = Place {
    name: "flag_events",
    what: "events of feature flags",
    tables: &["feature_flag_events", "flag_events"],
    roles: &[
        role(
            "flag_id",
            "the flag",
            &["flag_id"],
            &["flag", "flag_key", "flag_name", "feature", "feature_id"],
        ),
        role(
            "group_key",
            "the group",
            &["group_key"],
            &["group_name", "variant", "variant_id", "variation", "bucket"],
        ),
        role(
            "request_count",
            "how many requests",
            &["request_count"],
            &["requests", "total", "total_count", "calls", "hits"],
        ),
        role(
            "error_count",
            "how many of them failed",
            &["error_count"],
            &["errors", "failures", "failed"],
        ),
        role(
            "recorded_at",
            "when they were counted",
            &["recorded_at"],
            &[
                "created_at",
                "at",
                "ts",
                "timestamp",
                "time",
                "bucket_start",
            ],
        ),
    ],
};

/// The table of events on a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Where it is.
    pub table: Located,
    pub(super) moments: Moments,
}

impl Source {
    /// Find it.
    ///
    /// # Errors
    /// [`Error::Unmapped`] with suggestions where it is not found.
    pub async fn locate(
        session: &Session,
        mapping: &Mapping,
        cancel: &CancellationToken,
    ) -> Result<Self> {
        let table = tables::locate(session, &EVENTS, mapping, cancel).await?;
        let moments = Moments::of(table.required("recorded_at"))?;
        Ok(Self { table, moments })
    }

    fn name(&self, role: &str) -> String {
        self.table.name(role)
    }

    /// A flag's id, as it is bound.
    fn id(&self, flag: &str) -> Value {
        ids::bound(self.table.required("flag_id"), flag)
    }
}

/// A group of one flag: the plain figures.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Group {
    /// Its key.
    pub key: String,
    /// The sum of `request_count`.
    pub requests: u128,
    /// The sum of `error_count`.
    pub errors: u128,
}

impl Group {
    /// errors / requests, not rounded before; above 1 where there are more errors than requests. `None` without
    /// requests.
    pub fn error_rate(&self) -> Option<f64> {
        ratio(i128::try_from(self.errors).ok()?, self.requests)
    }

    /// As a share that statistics can be made of; `None` without requests, or with more errors than requests.
    pub fn counts(&self) -> Option<Counts> {
        Counts::new(self.errors, self.requests).filter(|counts| counts.trials() > 0)
    }
}

/// Requests and errors of each group of a flag, in the server's order.
pub async fn metrics(
    session: &Session,
    source: &Source,
    flag: &str,
    window: Window,
    cancel: &CancellationToken,
) -> Result<(Vec<Group>, Ran)> {
    let (sql, values) = statement(source, flag, window);
    let (rows, ran) = ask(session, &sql, values, cancel).await?;
    if rows.rows() > MOST_GROUPS as u64 {
        return Err(Error::Invalid(format!(
            "the flag has more than {MOST_GROUPS} groups in the column {}; another column may be meant",
            source.table.required("group_key").name
        )));
    }
    let groups = (0..rows.rows()).map(|row| {
        Ok(Group {
            key: optional_text(&rows, row, 0).unwrap_or_else(|| NULL.to_owned()),
            requests: sum(&rows, row, 1)?,
            errors: sum(&rows, row, 2)?,
        })
    });
    Ok((groups.collect::<Result<_>>()?, ran))
}

/// What [`metrics`] would make the server read; `None` where that is surely little.
pub async fn cost(
    session: &Session,
    source: &Source,
    flag: &str,
    window: Window,
    cancel: &CancellationToken,
) -> Result<Option<Cost>> {
    if !cost::is_large(&source.table) {
        return Ok(None);
    }
    let (sql, values) = statement(source, flag, window);
    cost::estimate(session, &sql, &values, cancel)
        .await
        .map(Some)
}

/// The statement of the plain figures, and what is bound in it.
fn statement(source: &Source, flag: &str, window: Window) -> (String, Vec<Value>) {
    let (group, requests, errors) = (
        source.name("group_key"),
        source.name("request_count"),
        source.name("error_count"),
    );
    let (condition, more) = window.condition(&source.moments);
    let sql = format!(
        "SELECT {group}, SUM({requests}), SUM({errors}) FROM {} WHERE {} = ?{condition} GROUP BY {group} LIMIT {}",
        source.table.sql(),
        source.name("flag_id"),
        MOST_GROUPS + 1,
    );
    let mut values = vec![source.id(flag)];
    values.extend(more);
    (sql, values)
}

/// A flag in the list of all.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its id.
    pub id: String,
    /// All its requests and errors.
    #[serde(flatten)]
    pub total: Totals,
    /// Those of the last seven days.
    pub week: Totals,
    /// Its first event with a date that the calendar has.
    pub first: Option<Moment>,
    /// The last one.
    pub last: Option<Moment>,
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

/// All flags, those with the newest events first.
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
        "SELECT {flag}, SUM({requests}), SUM({errors}), {}, {}, MIN({seconds}), MAX({seconds}) FROM {} GROUP BY {flag} ORDER BY 7 DESC, 1 LIMIT {MOST_FLAGS}",
        week(&requests),
        week(&errors),
        source.table.sql(),
    );
    let (rows, ran) = ask(session, &sql, Vec::new(), cancel).await?;
    let listed = (0..rows.rows()).map(|row| {
        let totals = |column| {
            Ok::<_, Error>(Totals {
                requests: sum(&rows, row, column)?,
                errors: sum(&rows, row, column + 1)?,
            })
        };
        Ok(Listed {
            id: optional_text(&rows, row, 0).unwrap_or_else(|| NULL.to_owned()),
            total: totals(1)?,
            week: totals(3)?,
            first: moment(&rows, row, 5),
            last: moment(&rows, row, 6),
        })
    });
    Ok((listed.collect::<Result<_>>()?, ran))
}

/// Requests and errors of each flag by day, of so many days up to now: id, then days, ascending. It reads the whole
/// table.
pub async fn days(
    session: &Session,
    source: &Source,
    days: u32,
    cancel: &CancellationToken,
) -> Result<Vec<(String, Vec<(Moment, Totals)>)>> {
    let (flag, requests, errors) = (
        source.name("flag_id"),
        source.name("request_count"),
        source.name("error_count"),
    );
    let moments = &source.moments;
    let (at, now) = (moments.column(), moments.now());
    let sql = format!(
        "SELECT {flag}, {} DIV {DAY} * {DAY}, SUM({requests}), SUM({errors}) FROM {} WHERE {at} >= {now} - {} AND {at} <= {now} GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {MOST_DAYS}",
        moments.seconds(),
        source.table.sql(),
        Span::Days(days).sql(),
    );
    let (rows, _) = ask(session, &sql, Vec::new(), cancel).await?;
    let mut all: Vec<(String, Vec<(Moment, Totals)>)> = Vec::new();
    for row in 0..rows.rows() {
        let Some(day) = moment(&rows, row, 1) else {
            continue;
        };
        let id = optional_text(&rows, row, 0).unwrap_or_else(|| NULL.to_owned());
        let totals = Totals {
            requests: sum(&rows, row, 2)?,
            errors: sum(&rows, row, 3)?,
        };
        match all.last_mut() {
            Some((last, days)) if *last == id => days.push((day, totals)),
            _ => all.push((id, vec![(day, totals)])),
        }
    }
    Ok(all)
}

/// The ids alone, in the server's order: quick on a table of any size that has an index on them.
pub async fn ids(
    session: &Session,
    source: &Source,
    cancel: &CancellationToken,
) -> Result<(Vec<String>, Ran)> {
    let flag = source.name("flag_id");
    let sql = format!(
        "SELECT DISTINCT {flag} FROM {} ORDER BY {flag} LIMIT {MOST_FLAGS}",
        source.table.sql()
    );
    let (rows, ran) = ask(session, &sql, Vec::new(), cancel).await?;
    Ok((
        (0..rows.rows()).map(|row| text(&rows, row, 0)).collect(),
        ran,
    ))
}

/// Which of these groups a row is of, by number, and the keys that are bound in it. By number, as the server may spell a
/// key otherwise in another statement, where its collation sees no difference; other groups are NULL.
fn numbered(source: &Source, keys: &[String]) -> (String, Vec<Value>) {
    let group = source.name("group_key");
    let twice = keys.iter().filter(|key| *key == NULL).count() > 1;
    let first = keys.iter().position(|key| key == NULL);
    let cases: Vec<String> = (0..keys.len())
        .map(|number| match Some(number) == first {
            // A group that is called so sorts after the one without a name; alone it may be either.
            true if twice => format!("WHEN {group} IS NULL AND ? IS NOT NULL THEN {number}"),
            true => format!("WHEN {group} = ? OR {group} IS NULL THEN {number}"),
            false => format!("WHEN {group} = ? THEN {number}"),
        })
        .collect();
    let values = keys.iter().map(|key| Value::Text(key.clone()));
    (format!("CASE {} END", cases.join(" ")), values.collect())
}

/// A sum of counts; NULL, where there was nothing to add up, is 0.
fn sum(rows: &ResultSet, row: u64, column: usize) -> Result<u128> {
    let text = text(rows, row, column);
    let whole = match text.split_once('.') {
        Some((whole, fraction)) if fraction.bytes().all(|digit| digit == b'0') => whole,
        _ => &text,
    };
    if whole.is_empty() {
        return Ok(0);
    }
    whole.parse().map_err(|_| {
        Error::Invalid(format!(
            "counts of requests and errors are whole numbers from 0, and one adds up to {text}"
        ))
    })
}

/// A number of rows; 0 for NULL.
fn count(rows: &ResultSet, row: u64, column: usize) -> u64 {
    text(rows, row, column).parse().unwrap_or(0)
}

/// Seconds since 1970.
fn moment(rows: &ResultSet, row: u64, column: usize) -> Option<Moment> {
    text(rows, row, column).parse().ok().map(Moment)
}
