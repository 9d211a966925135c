//! Databases, tables and columns, read on demand from `information_schema` through the same door as a person's
//! statements.

use tokio_util::sync::CancellationToken;

use super::{
    Result,
    query::{self, Options, ResultSet},
    session::Session,
    sql::{guard, placeholders::Value},
    value,
};

/// A table, view or sequence in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: TableKind,
    /// Rows as the storage engine estimates them.
    pub rows: Option<u64>,
    /// Bytes of data and indexes, as estimated.
    pub bytes: Option<u64>,
}

/// What stands under a table's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TableKind {
    /// A table.
    Table,
    /// A view.
    View,
    /// A sequence (MariaDB).
    Sequence,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableColumn {
    /// Its name.
    pub name: String,
    /// The full type, such as `bigint unsigned`.
    pub type_name: String,
    /// May hold NULL.
    pub nullable: bool,
    /// Part of the primary key.
    pub primary_key: bool,
    /// What else the server says, such as `auto_increment`.
    pub extra: String,
}

/// The databases that this account sees and the profile includes, by name.
pub async fn databases(session: &Session, cancel: &CancellationToken) -> Result<Vec<String>> {
    let rows = ask(
        session,
        "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name",
        &[],
        cancel,
    )
    .await?;
    let include = &session.profile().include_databases;
    let names = (0..rows.rows()).map(|row| text(&rows, row, 0));
    Ok(names
        .filter(|name| {
            include.is_empty() || include.iter().any(|pattern| matches_pattern(name, pattern))
        })
        .collect())
}

/// The tables of a database, without those that the profile leaves out, by name.
pub async fn tables(
    session: &Session,
    database: &str,
    cancel: &CancellationToken,
) -> Result<Vec<Table>> {
    let sql = "SELECT table_name, table_type, table_rows, data_length + index_length FROM information_schema.tables \
               WHERE table_schema = ? ORDER BY table_name";
    let rows = ask(session, sql, &[database], cancel).await?;
    let exclude = &session.profile().exclude_tables;
    let tables = (0..rows.rows()).map(|row| Table {
        name: text(&rows, row, 0),
        kind: match text(&rows, row, 1).as_str() {
            "VIEW" | "SYSTEM VIEW" => TableKind::View,
            "SEQUENCE" => TableKind::Sequence,
            _ => TableKind::Table,
        },
        rows: text(&rows, row, 2).parse().ok(),
        bytes: text(&rows, row, 3).parse().ok(),
    });
    let left_out = |table: &Table| {
        let full = format!("{database}.{}", table.name);
        exclude
            .iter()
            .any(|pattern| matches_pattern(&table.name, pattern) || matches_pattern(&full, pattern))
    };
    Ok(tables.filter(|table| !left_out(table)).collect())
}

/// The columns of a table, in its order.
pub async fn columns(
    session: &Session,
    database: &str,
    table: &str,
    cancel: &CancellationToken,
) -> Result<Vec<TableColumn>> {
    let sql = "SELECT column_name, column_type, is_nullable, column_key, extra FROM information_schema.columns \
               WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position";
    let rows = ask(session, sql, &[database, table], cancel).await?;
    let column = |row| TableColumn {
        name: text(&rows, row, 0),
        type_name: text(&rows, row, 1),
        nullable: text(&rows, row, 2) == "YES",
        primary_key: text(&rows, row, 3) == "PRI",
        extra: text(&rows, row, 4),
    };
    Ok((0..rows.rows()).map(column).collect())
}

async fn ask(
    session: &Session,
    sql: &str,
    values: &[&str],
    cancel: &CancellationToken,
) -> Result<ResultSet> {
    let checked = guard::check(sql, &session.rules())?;
    let values = values
        .iter()
        .map(|value| Value::Text((*value).to_owned()))
        .collect();
    let options = Options {
        row_limit: None,
        values,
        ..Options::of(session)
    };
    Ok(query::collect(session, &checked, &options, cancel).await?.0)
}

fn text(rows: &ResultSet, row: u64, column: usize) -> String {
    rows.cell(row, column).map_or_else(String::new, |cell| {
        value::text(cell, rows.columns()[column].kind)
    })
}

/// `*` stands for any characters; letters in either case.
fn matches_pattern(name: &str, pattern: &str) -> bool {
    let (name, pattern) = (name.to_lowercase(), pattern.to_lowercase());
    let mut parts = pattern.split('*');
    let first = parts.next().unwrap_or("");
    let Some(mut rest) = name.strip_prefix(first) else {
        return false;
    };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else {
        return rest.is_empty();
    };
    for part in middle {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(matches_pattern("Orders_2026", "orders_*"));
        assert!(matches_pattern("shop.tmp_a_old", "*.tmp_*_old"));
        assert!(!matches_pattern("orders", "order"));
        assert!(matches_pattern("orders", "orders"));
        assert!(!matches_pattern("ab", "a*ab"));
    }
}
