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
pub mod group;
pub mod health;
pub mod json;
pub mod list;
pub mod markdown;
pub mod sheets;
pub mod timeline;
pub mod window;
pub mod words;

use tokio_util::sync::CancellationToken;

pub use self::{
    group::{Group, GroupKey},
    list::{Listed, Totals, days, ids, list},
    window::{Span, Window},
};
use super::{
    Ran, ask,
    cost::{self, Cost},
    ids::bound,
    moments::Moments,
    optional_text,
    series::Moment,
    tables::{self, Located, Place, role},
    text,
};
use crate::engine::{
    Error, Result, profiles::Mapping, query::ResultSet, session::Session, sql::placeholders::Value,
};

/// Groups that a flag has at most: with more, the column is surely another.
const MOST_GROUPS: usize = 10_000;

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
        Self::of(tables::locate(session, &EVENTS, mapping, cancel).await?)
    }

    /// Of a table that was found.
    ///
    /// # Errors
    /// [`Error::Invalid`] where its column of times holds none.
    pub fn of(table: Located) -> Result<Self> {
        let moments = Moments::of(table.required("recorded_at"))?;
        Ok(Self { table, moments })
    }

    fn name(&self, role: &str) -> String {
        self.table.name(role)
    }

    /// A flag's id, as it is bound.
    fn id(&self, flag: &str) -> Value {
        bound(self.table.required("flag_id"), flag)
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
            key: optional_text(&rows, row, 0).into(),
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

/// Which of these groups a row is of, by number, and the keys that are bound in it. By number, as the server may spell a
/// key otherwise in another statement, where its collation sees no difference; other groups are NULL.
fn numbered(source: &Source, keys: &[GroupKey]) -> (String, Vec<Value>) {
    let group = source.name("group_key");
    let mut values = Vec::new();
    let cases: Vec<String> = (keys.iter().enumerate())
        .map(|(number, key)| match key {
            GroupKey::Null => format!("WHEN {group} IS NULL THEN {number}"),
            GroupKey::Named(name) => {
                values.push(Value::Text(name.clone()));
                format!("WHEN {group} = ? THEN {number}")
            }
        })
        .collect();
    (format!("CASE {} END", cases.join(" ")), values)
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

/// Seconds since 1970.
fn moment(rows: &ResultSet, row: u64, column: usize) -> Option<Moment> {
    text(rows, row, column).parse().ok().map(Moment)
}
