//! The tables of a server that this account sees, with their columns.

use tokio_util::sync::CancellationToken;

use super::{Column, Located, Place, Size};
use crate::engine::{
    Result,
    metrics::{ask, optional_text, text},
    profiles::mapping::TableMapping,
    session::Session,
    sql::placeholders::Value,
};

/// Databases that are the server's own.
pub(super) const SYSTEM: &str = "'mysql','sys','information_schema','performance_schema'";
/// Columns that are looked at for suggestions.
pub(super) const LOOKED_AT: u32 = 50_000;

/// The columns of tables, for [`read`].
pub(super) const COLUMNS: &str = "SELECT table_schema, table_name, column_name, data_type, column_type, is_nullable, collation_name \
                       FROM information_schema.columns";

/// A table with all its columns.
pub(super) struct Table {
    pub(super) database: String,
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
}

impl Table {
    pub(super) fn column(&self, name: &str) -> Option<&Column> {
        self.columns
            .iter()
            .find(|column| column.name.eq_ignore_ascii_case(name))
    }

    /// The columns by role, else the required roles that have none.
    pub(super) fn located(
        &self,
        place: &Place,
        said: &TableMapping,
    ) -> Result<Located, Vec<(&'static str, String)>> {
        let mut columns = Vec::new();
        let mut missing = Vec::new();
        for role in place.roles {
            let said = said.columns.get(role.name);
            let found = match said {
                Some(name) => self.column(name),
                None => role.names.iter().find_map(|name| self.column(name)),
            };
            match found {
                Some(column) => columns.push((role.name, column.clone())),
                // What the person has named must be there.
                None if role.required || said.is_some() => {
                    let name = said.map_or(role.names[0], String::as_str);
                    missing.push((role.name, name.to_owned()));
                }
                None => {}
            }
        }
        if !missing.is_empty() {
            return Err(missing);
        }
        Ok(Located {
            database: self.database.clone(),
            table: self.name.clone(),
            columns,
            size: Size::default(),
        })
    }
}

/// The tables that the mapping may mean, with their columns: more than one only if nothing says which.
pub(super) async fn find(
    session: &Session,
    place: &Place,
    said: &TableMapping,
    cancel: &CancellationToken,
) -> Result<Vec<Table>> {
    let usual: Vec<&str> = match &said.table {
        Some(name) => vec![name],
        None => place.tables.to_vec(),
    };
    let mut values = usual
        .into_iter()
        .map(|name| Value::Text(name.to_owned()))
        .collect::<Vec<_>>();
    let places = vec!["?"; values.len()].join(",");
    let database = match &said.database {
        Some(database) => {
            values.push(Value::Text(database.clone()));
            String::from("= ?")
        }
        None => format!("NOT IN ({SYSTEM})"),
    };
    let condition = format!("table_name IN ({places}) AND table_schema {database}");
    let sql = format!(
        "{COLUMNS} WHERE {condition} ORDER BY table_schema, table_name, ordinal_position LIMIT {LOOKED_AT}"
    );
    let mut tables = read(session, &sql, values, cancel).await?;
    // Another table may bear a usual name: one that fits goes first, and so does the profile's database.
    if said.table.is_none()
        && tables
            .iter()
            .any(|table| table.located(place, said).is_ok())
    {
        tables.retain(|table| table.located(place, said).is_ok());
    }
    let default = session.profile().database.as_deref();
    if let Some(at) = tables
        .iter()
        .position(|table| Some(table.database.as_str()) == default)
    {
        tables = vec![tables.swap_remove(at)];
    }
    Ok(tables)
}

/// Run a statement of [`COLUMNS`] in the order of tables.
pub(super) async fn read(
    session: &Session,
    sql: &str,
    values: Vec<Value>,
    cancel: &CancellationToken,
) -> Result<Vec<Table>> {
    let (rows, _) = ask(session, sql, values, cancel).await?;
    let mut tables: Vec<Table> = Vec::new();
    for row in 0..rows.rows() {
        let (database, table) = (text(&rows, row, 0), text(&rows, row, 1));
        let column = Column {
            name: text(&rows, row, 2),
            data_type: text(&rows, row, 3).to_ascii_lowercase(),
            column_type: text(&rows, row, 4),
            nullable: text(&rows, row, 5) == "YES",
            collation: optional_text(&rows, row, 6),
        };
        match tables.last_mut() {
            Some(last) if last.database == database && last.name == table => {
                last.columns.push(column);
            }
            _ => tables.push(Table {
                database,
                name: table,
                columns: vec![column],
            }),
        }
    }
    Ok(tables)
}

/// What the server estimates of a table's size.
pub(super) async fn size(
    session: &Session,
    database: &str,
    table: &str,
    cancel: &CancellationToken,
) -> Result<Size> {
    let sql = "SELECT table_rows, data_length, index_length FROM information_schema.tables \
               WHERE table_schema = ? AND table_name = ?";
    let values = [database, table].map(|name| Value::Text(name.to_owned()));
    let (rows, _) = ask(session, sql, values.to_vec(), cancel).await?;
    let number = |column| optional_text(&rows, 0, column).and_then(|text| text.parse().ok());
    Ok(Size {
        rows: number(0),
        data_bytes: number(1),
        index_bytes: number(2),
    })
}
