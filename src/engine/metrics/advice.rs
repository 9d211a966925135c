//! A covering index, as text for whoever may create it. Porthole creates none, and asks for none where there is one.

use tokio_util::sync::CancellationToken;

use super::{Ran, ask, optional_text, tables::Located, text};
use crate::engine::{
    Result,
    session::{Product, Session},
    sql::{names::quote_identifier, placeholders::Value},
};

/// An index that would let a figure be read without touching the rows themselves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advice {
    /// The statement that creates it.
    pub sql: String,
    /// How large it would be, about; `None` where the server does not know the table's size.
    pub bytes: Option<u64>,
}

/// What must be said with it.
pub const CAUTION: &str =
    "Ask your DBA: building it reads the whole table, and every replica builds it again.";

/// The index over the columns of these roles in this order; `None` where one begins with them already, in this order,
/// holds them whole, is kept sorted and may be used by the optimizer.
pub async fn covering_index(
    session: &Session,
    table: &Located,
    name: &str,
    roles: &[&str],
    cancel: &CancellationToken,
) -> Result<(Option<Advice>, Ran)> {
    let dialect = session.facts().dialect();
    let used = match dialect.product {
        Product::MySql if dialect.version >= (8, 0, 0) => " AND is_visible = 'YES'",
        Product::MariaDb if dialect.version >= (10, 6, 0) => " AND ignored = 'NO'",
        _ => "",
    };
    // A part of a column, or one in an index of another kind, stands as none.
    let sql = format!(
        "SELECT index_name, CASE WHEN sub_part IS NULL AND index_type = 'BTREE' THEN column_name END \
         FROM information_schema.statistics \
         WHERE table_schema = ? AND table_name = ?{used} ORDER BY index_name, seq_in_index"
    );
    let values = [&table.database, &table.table].map(|name| Value::Text(name.clone()));
    let (rows, ran) = ask(session, &sql, values.to_vec(), cancel).await?;
    let mut indexes: Vec<(String, Vec<String>)> = Vec::new();
    for row in 0..rows.rows() {
        let (index, column) = (text(&rows, row, 0), text(&rows, row, 1));
        match indexes.last_mut() {
            Some((last, columns)) if *last == index => columns.push(column),
            _ => indexes.push((index, vec![column])),
        }
    }
    let wanted: Vec<&str> = roles
        .iter()
        .filter_map(|role| table.column(role))
        .map(|column| column.name.as_str())
        .collect();
    let is_there = indexes.iter().any(|(_, columns)| covers(columns, &wanted));
    Ok(((!is_there).then(|| advice(table, name, &wanted)), ran))
}

/// Do the rows lie in the order of this role's column, as the primary key begins with it? InnoDB keeps whole rows there
/// (MySQL manual, "Clustered and Secondary Indexes").
pub async fn is_clustered_by(
    session: &Session,
    table: &Located,
    role: &str,
    cancel: &CancellationToken,
) -> Result<bool> {
    let sql = "SELECT column_name FROM information_schema.statistics \
               WHERE table_schema = ? AND table_name = ? AND index_name = 'PRIMARY' AND seq_in_index = 1";
    let values = [&table.database, &table.table].map(|name| Value::Text(name.clone()));
    let (rows, _) = ask(session, sql, values.to_vec(), cancel).await?;
    let first = optional_text(&rows, 0, 0);
    let wanted = table.column(role).map(|column| column.name.as_str());
    Ok(first
        .zip(wanted)
        .is_some_and(|(first, wanted)| first.eq_ignore_ascii_case(wanted)))
}

fn advice(table: &Located, name: &str, columns: &[&str]) -> Advice {
    let quoted: Vec<String> = columns
        .iter()
        .map(|column| quote_identifier(column))
        .collect();
    Advice {
        sql: format!(
            "CREATE INDEX {} ON {} ({})",
            quote_identifier(name),
            table.sql(),
            quoted.join(", ")
        ),
        // Such an index holds nearly the whole of a narrow table; measured, 85% of one.
        bytes: table.size.data_bytes.map(|bytes| bytes / 100 * 85),
    }
}

fn covers(columns: &[String], wanted: &[&str]) -> bool {
    columns.len() >= wanted.len()
        && columns
            .iter()
            .zip(wanted)
            .all(|(column, wanted)| column.eq_ignore_ascii_case(wanted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_covers_by_its_first_columns_in_order() {
        let columns = ["Flag_id", "at", "requests"].map(str::to_owned);
        assert!(covers(&columns, &["flag_id", "at"]));
        assert!(!covers(&columns, &["at", "flag_id"]));
        assert!(!covers(&columns[..1], &["flag_id", "at"]));
    }
}
