//! Databases, tables and columns, read on demand from `information_schema` through the same door as a person's
//! statements.
//!
//! Each list ends somewhere, however many names a server sends and however long they are; it says when it does.

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Error, Result,
    query::{self, Options, Output, ResultSet},
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
    /// The character set of its text; `None` where it holds none.
    pub charset: Option<String>,
}

/// Where a list ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Most {
    /// After so many names.
    pub rows: u64,
    /// After so much memory, roughly: between one batch and the next.
    pub bytes: usize,
}

impl Most {
    /// Of databases.
    pub const DATABASES: Self = Self {
        rows: 10_000,
        bytes: 32 << 20,
    };
    /// Of tables in one database.
    pub const TABLES: Self = Self {
        rows: 100_000,
        bytes: 32 << 20,
    };
    /// Of columns in one table; no server has more than 4,096.
    pub const COLUMNS: Self = Self {
        rows: 5_000,
        bytes: 32 << 20,
    };
}

/// A list, as far as it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List<T> {
    /// What was read.
    pub items: Vec<T>,
    /// There are more.
    pub cut: bool,
    /// Memory that it took on its way here, which is about what it takes now.
    pub bytes: usize,
}

/// The databases that this account sees and the profile includes, by name.
pub async fn databases(
    session: &Session,
    most: Most,
    cancel: &CancellationToken,
) -> Result<List<String>> {
    let sql = "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name";
    let answer = ask(session, sql, &[], most, cancel).await?;
    let include = &session.profile().include_databases;
    Ok(answer.list(|rows, row| {
        let name = text(rows, row, 0);
        let wanted = include.is_empty()
            || include
                .iter()
                .any(|pattern| matches_pattern(&name, pattern));
        wanted.then_some(name)
    }))
}

/// The tables of a database, without those that the profile leaves out, by name.
pub async fn tables(
    session: &Session,
    database: &str,
    most: Most,
    cancel: &CancellationToken,
) -> Result<List<Table>> {
    let sql = "SELECT table_name, table_type, table_rows, data_length + index_length FROM information_schema.tables \
               WHERE table_schema = ? ORDER BY table_name";
    let answer = ask(session, sql, &[database], most, cancel).await?;
    let exclude = &session.profile().exclude_tables;
    let left_out = |table: &str| {
        let full = format!("{database}.{table}");
        exclude
            .iter()
            .any(|pattern| matches_pattern(table, pattern) || matches_pattern(&full, pattern))
    };
    Ok(answer.list(|rows, row| {
        let name = text(rows, row, 0);
        if left_out(&name) {
            return None;
        }
        Some(Table {
            name,
            kind: match text(rows, row, 1).as_str() {
                "VIEW" | "SYSTEM VIEW" => TableKind::View,
                "SEQUENCE" => TableKind::Sequence,
                _ => TableKind::Table,
            },
            rows: text(rows, row, 2).parse().ok(),
            bytes: text(rows, row, 3).parse().ok(),
        })
    }))
}

/// The columns of a table, in its order.
pub async fn columns(
    session: &Session,
    database: &str,
    table: &str,
    most: Most,
    cancel: &CancellationToken,
) -> Result<List<TableColumn>> {
    let sql = "SELECT column_name, column_type, is_nullable, column_key, extra, character_set_name \
               FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position";
    let answer = ask(session, sql, &[database, table], most, cancel).await?;
    Ok(answer.list(|rows, row| {
        Some(TableColumn {
            name: text(rows, row, 0),
            type_name: text(rows, row, 1),
            nullable: text(rows, row, 2) == "YES",
            primary_key: text(rows, row, 3) == "PRI",
            extra: text(rows, row, 4),
            charset: Some(text(rows, row, 5)).filter(|name| !name.is_empty()),
        })
    }))
}

/// Rows of an answer that may have been cut.
pub(in crate::engine) struct Answer {
    pub(in crate::engine) rows: ResultSet,
    pub(in crate::engine) cut: bool,
}

impl Answer {
    /// One item a row, without those that are left out.
    pub(in crate::engine) fn list<T>(
        &self,
        item: impl Fn(&ResultSet, u64) -> Option<T>,
    ) -> List<T> {
        List {
            items: (0..self.rows.rows())
                .filter_map(|row| item(&self.rows, row))
                .collect(),
            cut: self.cut,
            bytes: self.rows.memory(),
        }
    }
}

/// Run a statement of ours, which passes the guard as a person's does, and gather its rows up to a limit.
pub(in crate::engine) async fn ask(
    session: &Session,
    sql: &str,
    values: &[&str],
    most: Most,
    cancel: &CancellationToken,
) -> Result<Answer> {
    let checked = guard::check(sql, &session.rules())?;
    let values = values
        .iter()
        .map(|value| Value::Text((*value).to_owned()))
        .collect();
    let options = Options {
        row_limit: Some(most.rows),
        values,
        ..Options::of(session)
    };
    let (sender, receiver) = mpsc::channel(8);
    let (summary, (rows, full)) = tokio::join!(
        query::run(session, &checked, &options, sender, cancel),
        gather(receiver, most.bytes)
    );
    let cut = match summary {
        Ok(summary) => summary.cut || full,
        // It ended because we had enough.
        Err(Error::Cancelled(_)) if full && !cancel.is_cancelled() => true,
        Err(error) => return Err(error),
    };
    Ok(Answer { rows, cut })
}

/// Rows until they take so many bytes. What comes after them finds nobody, which stops the statement.
async fn gather(mut receiver: mpsc::Receiver<Output>, bytes: usize) -> (ResultSet, bool) {
    let mut rows = ResultSet::default();
    while let Some(output) = receiver.recv().await {
        match output {
            Output::Columns(columns) => rows = ResultSet::new(columns),
            Output::Rows(batch) => rows.push(batch),
        }
        if rows.memory() > bytes {
            return (rows, true);
        }
    }
    (rows, false)
}

/// The text of a cell; empty for NULL and where there is none.
pub(in crate::engine) fn text(rows: &ResultSet, row: u64, column: usize) -> String {
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
