//! What a statement would cost, before it is run: the server's own plan and its estimate of rows. Nothing is read of
//! the tables themselves.

use tokio_util::sync::CancellationToken;

use super::{ask, optional_text, tables::Located, written};
use crate::engine::{Result, session::Session, sql::placeholders::Value};

/// Tables up to this size are read without a look at the plan.
pub const SMALL_TABLE: u64 = 5_000_000;
/// Rows that are read without asking where an index does not hold all that is wanted.
const READ_UNASKED: u64 = 20_000_000;

/// What the server says that it would do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Rows that it would look at, about.
    pub rows: u64,
    /// The table would be read from end to end.
    pub whole_table: bool,
    /// An index holds all that is wanted: the rows themselves are not touched.
    pub index_only: bool,
}

impl Cost {
    /// Of both, one after the other.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            rows: self.rows.saturating_add(other.rows),
            whole_table: self.whole_table || other.whole_table,
            index_only: self.index_only && other.index_only,
        }
    }

    /// Worth asking first.
    pub fn is_heavy(self) -> bool {
        self.whole_table && self.rows > SMALL_TABLE || self.rows > READ_UNASKED && !self.index_only
    }
}

/// A table whose statements deserve a look at their plan: large, or of unknown size.
pub fn is_large(table: &Located) -> bool {
    table.size.rows.is_none_or(|rows| rows > SMALL_TABLE)
}

/// Ask the server for its plan of a statement.
pub async fn estimate(
    session: &Session,
    sql: &str,
    values: &[Value],
    cancel: &CancellationToken,
) -> Result<Cost> {
    let sql_mode = session.rules().sql_mode;
    // TRADITIONAL, as MySQL can be set to answer with a tree.
    let explain = format!(
        "EXPLAIN FORMAT=TRADITIONAL {}",
        written(sql, values, sql_mode)
    );
    let (plan, _) = ask(session, &explain, Vec::new(), cancel).await?;
    let column = |name: &str| {
        let columns = plan.columns().iter();
        let mut named = columns.map(|column| column.name.eq_ignore_ascii_case(name));
        named.position(|is| is)
    };
    let (kind, rows, extra) = (column("type"), column("rows"), column("Extra"));
    let text = |row, column: Option<usize>| {
        column
            .and_then(|column| optional_text(&plan, row, column))
            .unwrap_or_default()
    };
    let mut cost = Cost {
        index_only: true,
        ..Cost::default()
    };
    for row in 0..plan.rows() {
        let looked_at: u64 = text(row, rows).parse().unwrap_or_default();
        if looked_at == 0 {
            continue;
        }
        cost.rows = cost.rows.saturating_add(looked_at);
        let is_index = is_index_only(&text(row, extra));
        cost.whole_table |= text(row, kind).eq_ignore_ascii_case("ALL");
        cost.index_only &= is_index;
    }
    Ok(cost)
}

/// Does the column Extra of a plan say that the rows themselves are not touched? `Using index condition` only looks
/// some of its conditions up in the index (MySQL manual, "EXPLAIN Extra Information").
fn is_index_only(extra: &str) -> bool {
    let mut notes = extra.split(';').map(str::trim);
    notes.any(|note| note == "Using index" || note.starts_with("Using index for "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_condition_that_is_looked_up_in_an_index_leaves_the_rows_to_be_read() {
        assert!(is_index_only("Using index"));
        assert!(is_index_only("Using where; Using index"));
        assert!(is_index_only("Using where; Using index for group-by"));
        assert!(!is_index_only("Using index condition; Using where"));
        assert!(!is_index_only("Using where; Using filesort"));
        assert!(!is_index_only(""));
    }

    #[test]
    fn what_an_index_holds_is_read_unasked_and_a_large_table_is_not() {
        let cost = |rows, whole_table, index_only| Cost {
            rows,
            whole_table,
            index_only,
        };
        assert!(!cost(1_000_000, true, false).is_heavy());
        assert!(cost(6_000_000, true, false).is_heavy());
        assert!(!cost(19_000_000, false, false).is_heavy());
        assert!(cost(21_000_000, false, false).is_heavy());
        assert!(!cost(21_000_000, false, true).is_heavy());
    }
}
