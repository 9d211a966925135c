//! What reading runs would cost, asked before it is read: of the statements behind a list, those that look at every
//! point that was logged.

use tokio_util::sync::CancellationToken;

use super::{
    list::{self, Wanted},
    places::Tables,
    summary::{AT_ONCE, extremes},
};
use crate::engine::{
    Result,
    metrics::{
        advice::{self, Advice},
        cost::{self, Cost},
    },
    session::Session,
    sql::placeholders::Value,
};

/// What reading the metrics of these runs would make the server look at; `None` where that is surely little.
///
/// # Errors
/// What the server said, or [`Error::Cancelled`](crate::engine::Error::Cancelled).
pub async fn cost(
    session: &Session,
    tables: &Tables,
    ids: &[&str],
    cancel: &CancellationToken,
) -> Result<Option<Cost>> {
    if !cost::is_large(&tables.metrics) {
        return Ok(None);
    }
    let mut all: Option<Cost> = None;
    for some in ids.chunks(AT_ONCE) {
        let values: Vec<Value> = some
            .iter()
            .map(|id| Value::Text((*id).to_owned()))
            .collect();
        let sql = extremes(tables, some.len());
        let one = cost::estimate(session, &sql, &values, cancel).await?;
        all = Some(all.map_or(one, |all| all.and(one)));
    }
    Ok(all)
}

/// What [`list`](super::list()) would make the server look at; `None` where that is surely little.
///
/// # Errors
/// As [`cost()`].
pub async fn cost_of_list(
    session: &Session,
    tables: &Tables,
    wanted: &Wanted,
    cancel: &CancellationToken,
) -> Result<Option<Cost>> {
    if !cost::is_large(&tables.metrics) {
        return Ok(None);
    }
    let listing = list::runs(session, tables, wanted, cancel).await?;
    let ids: Vec<&str> = (listing.runs.iter())
        .map(|listed| listed.run.id.as_str())
        .collect();
    cost(session, tables, &ids, cancel).await
}

/// The index that would make reading quicker; `None` where there is one, and where points lie by run already.
///
/// # Errors
/// As [`cost()`].
pub async fn advice(
    session: &Session,
    tables: &Tables,
    cancel: &CancellationToken,
) -> Result<Option<Advice>> {
    let table = &tables.metrics;
    if advice::is_clustered_by(session, table, "run_id", cancel).await? {
        return Ok(None);
    }
    let columns = ["run_id", "key", "step", "timestamp", "value", "is_nan"];
    let found = advice::covering_index(session, table, "ix_run_metric", &columns, cancel);
    Ok(found.await?.0)
}
