//! What reading runs would cost, asked before it is read: of the statements behind a list, those that look at every
//! point that was logged. Of very many runs only some statements are estimated, as the plan of each is a question too.

use tokio_util::sync::CancellationToken;

use super::{
    list::Listing,
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
    let chunks: Vec<&[&str]> = ids.chunks(AT_ONCE).collect();
    let mut all: Option<Cost> = None;
    let mut asked = 0;
    for at in spread(chunks.len()) {
        let some = chunks[at];
        let values: Vec<Value> = some
            .iter()
            .map(|id| Value::Text((*id).to_owned()))
            .collect();
        let sql = extremes(tables, some.len());
        let one = cost::estimate(session, &sql, &values, cancel).await?;
        all = Some(all.map_or(one, |all| all.and(one)));
        asked += 1;
        if all.is_some_and(Cost::is_heavy) {
            break;
        }
    }
    Ok(all.map(|all| of_all(all, asked, chunks.len())))
}

/// Statements that are estimated at most.
const MOST_PLANS: usize = 10;

/// Which of so many statements are estimated: some over the whole length, as runs of one time are alike.
fn spread(statements: usize) -> impl Iterator<Item = usize> {
    let plans = statements.min(MOST_PLANS);
    (0..plans).map(move |at| at * statements / plans)
}

/// What all would cost, where some of them cost so much.
fn of_all(some: Cost, asked: usize, statements: usize) -> Cost {
    let rows = u128::from(some.rows) * statements as u128 / asked.max(1) as u128;
    Cost {
        rows: u64::try_from(rows).unwrap_or(u64::MAX),
        ..some
    }
}

/// What [`fill`](super::fill()) would make the server look at; `None` where that is surely little.
///
/// # Errors
/// As [`cost()`].
pub async fn cost_of_list(
    session: &Session,
    tables: &Tables,
    listing: &Listing,
    cancel: &CancellationToken,
) -> Result<Option<Cost>> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_very_many_statements_a_few_stand_for_all() {
        let spread = |statements| spread(statements).collect::<Vec<_>>();
        assert_eq!(spread(0), [0; 0]);
        assert_eq!(spread(3), [0, 1, 2]);
        assert_eq!(spread(5_000).len(), MOST_PLANS);
        assert_eq!(spread(5_000)[MOST_PLANS - 1], 4_500);
        let some = Cost {
            rows: 1_000,
            whole_table: true,
            index_only: false,
        };
        assert_eq!(
            of_all(some, 10, 5_000),
            Cost {
                rows: 500_000,
                ..some
            }
        );
        assert_eq!(of_all(some, 3, 3), some);
    }
}
