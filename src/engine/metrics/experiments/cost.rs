//! What reading an experiment would cost the server, asked before it is read: a large table is not scanned by surprise.

use tokio_util::sync::CancellationToken;

use super::{contract, index};
use crate::engine::{
    Result,
    metrics::{advice::Advice, ask, optional_text, tables::Located, written},
    query::ResultSet,
    session::{Product, Session},
    sql::placeholders::Value,
};

/// Tables up to so many rows are read without asking.
const SMALL_TABLE: u64 = 5_000_000;
/// Rows that are many, unless an index has all that is read of them.
const MANY_ROWS: u64 = 20_000_000;

/// A reading that would be heavy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cost {
    /// What would run, with its values written in.
    pub statement: String,
    /// Why it is heavy, in a sentence.
    pub why: String,
    /// Rows that the server expects to look at, as its plan says.
    pub rows: Option<u64>,
    /// The index that would make it light; `None` where the table has it.
    pub advice: Option<Advice>,
}

/// Ask the server for its plan of the contract's statement; `None` where that is light. A table that is known to be
/// small is not asked for.
pub async fn check(
    session: &Session,
    table: &Located,
    id: &str,
    cancel: &CancellationToken,
) -> Result<Option<Cost>> {
    if table.size.rows.is_some_and(|rows| rows <= SMALL_TABLE) {
        return Ok(None);
    }
    let format = match session.facts().product {
        // Newer ones may have another default.
        Product::MySql => "FORMAT=TRADITIONAL ",
        Product::MariaDb => "",
    };
    let sql = contract::statement(table);
    let values = vec![Value::Text(id.to_owned())];
    let statement = written(&sql, &values, session.rules().sql_mode);
    let (plan, _) = ask(session, &format!("EXPLAIN {format}{sql}"), values, cancel).await?;
    let Some((why, rows)) = heavy(&plan) else {
        return Ok(None);
    };
    Ok(Some(Cost {
        statement,
        why,
        rows,
        advice: index::missing(session, table, cancel).await?,
    }))
}

/// Why a plan is heavy, and how many rows it looks at.
fn heavy(plan: &ResultSet) -> Option<(String, Option<u64>)> {
    let column = |name: &str| {
        let mut columns = plan.columns().iter();
        columns.position(|column| column.name.eq_ignore_ascii_case(name))
    };
    let text = |row, name| optional_text(plan, row, column(name)?);
    let step = |row| {
        let rows: Option<u64> = text(row, "rows").and_then(|rows| rows.parse().ok());
        let access = text(row, "type").unwrap_or_default();
        let covered = text(row, "Extra").is_some_and(|extra| extra.contains("Using index"));
        (access, rows, covered)
    };
    let steps: Vec<_> = (0..plan.rows()).map(step).collect();
    let rows = steps.iter().filter_map(|(_, rows, _)| *rows).max();
    let many = rows.map_or_else(|| "all".to_owned(), |rows| format!("about {rows}"));
    if steps
        .iter()
        .any(|(access, ..)| access.eq_ignore_ascii_case("ALL"))
    {
        return Some((
            format!("No index helps: the server would read the whole table, {many} rows."),
            rows,
        ));
    }
    let uncovered = steps
        .iter()
        .any(|(_, rows, covered)| !covered && rows.is_some_and(|rows| rows > MANY_ROWS));
    uncovered.then(|| {
        (
            format!("The server would look up {many} rows one by one: no index has all that is read of them."),
            rows,
        )
    })
}
