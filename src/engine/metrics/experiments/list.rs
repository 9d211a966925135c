//! Which experiments there are.

use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::engine::{
    Result,
    metrics::{
        Ran, ask, count,
        listing::{self, Days, MOST, MOST_DAYS, by_id},
        moments::Moments,
        optional_text,
        series::{DAY, Moment},
        tables::Located,
        text,
    },
    session::Session,
};

/// DIV rounds towards 0, and so must not see a number below it: whole days from year 0 to 1970. (A quotient with `/`
/// is rounded to four digits.)
const SHIFT: i64 = 719_528 * DAY;

/// One experiment of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Experiment {
    /// Its id.
    pub id: String,
    /// Distinct users, in all variants together.
    pub users: u64,
    /// The first assignment that has a time.
    pub first: Option<Moment>,
    /// The last one.
    pub last: Option<Moment>,
}

/// All experiments, the one with the newest assignment first; at most [`MOST`]. It reads the whole table.
pub async fn list(
    session: &Session,
    table: &Located,
    cancel: &CancellationToken,
) -> Result<(Vec<Experiment>, Ran)> {
    let (experiment, user) = (table.name("experiment_id"), table.name("user_id"));
    let seconds = match table.column("assigned_at") {
        Some(column) => Moments::of(column)?.seconds(),
        None => "NULL".to_owned(),
    };
    let sql = format!(
        "SELECT {experiment}, COUNT(DISTINCT {user}), MIN({seconds}), MAX({seconds}) FROM {} \
         GROUP BY {experiment} ORDER BY 4 DESC, 1 LIMIT {MOST}",
        table.sql()
    );
    let (rows, ran) = ask(session, &sql, Vec::new(), cancel).await?;
    let moment = |row, column| Some(Moment(optional_text(&rows, row, column)?.parse().ok()?));
    let list = (0..rows.rows()).map(|row| {
        Ok(Experiment {
            id: text(&rows, row, 0),
            users: count(&rows, row, 1)?,
            first: moment(row, 2),
            last: moment(row, 3),
        })
    });
    Ok((list.collect::<Result<_>>()?, ran))
}

/// The ids alone, in the server's order and at most [`MOST`]: quick on a table of any size that has an index on them.
pub async fn ids(
    session: &Session,
    table: &Located,
    cancel: &CancellationToken,
) -> Result<(Vec<String>, Ran)> {
    listing::ids(session, table, "experiment_id", cancel).await
}

/// Rows by day for each experiment, for the small curves of a list: id, then days and rows, ascending. It reads the
/// whole table. Nothing where the table has no times.
pub async fn days(
    session: &Session,
    table: &Located,
    cancel: &CancellationToken,
) -> Result<Days<u64>> {
    let Some(column) = table.column("assigned_at") else {
        return Ok(Vec::new());
    };
    let (experiment, seconds) = (table.name("experiment_id"), Moments::of(column)?.seconds());
    let sql = format!(
        "SELECT {experiment}, ({seconds} + {SHIFT}) DIV {DAY}, COUNT(*) FROM {} \
         WHERE {seconds} IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2 LIMIT {MOST_DAYS}",
        table.sql()
    );
    let (rows, _) = ask(session, &sql, Vec::new(), cancel).await?;
    let days = (0..rows.rows()).filter_map(|row| {
        let day: i64 = text(&rows, row, 1).parse().ok()?;
        let count = text(&rows, row, 2).parse().ok()?;
        Some((text(&rows, row, 0), Moment(day * DAY - SHIFT), count))
    });
    Ok(by_id(days))
}
