//! Which row of which table a row of the grid is, as far as the answer says: what its history is asked for by.

use crate::{
    engine::value::{self, Cell, Column},
    gui::{
        command::RowKey,
        widgets::rows_table::{CellRef, Rows},
    },
};

/// The row that a cell belongs to: of the cell's own table where the answer has that one's key, else of the one whose
/// key it has. Without a key, the table with a place for one; none where its row is not loaded.
pub(super) fn row_key(rows: &dyn Rows, at: CellRef) -> Option<RowKey> {
    let columns = rows.columns();
    let own = columns.get(at.column).filter(|column| is_of_table(column));
    let keyed = |like: &Column| {
        let mut key = columns.iter().filter(|column| column.primary_key);
        key.any(|column| same_table(column, like))
    };
    let table = own
        .filter(|column| keyed(column))
        .or_else(|| columns.iter().find(|column| column.primary_key))
        .or(own)
        .or_else(|| columns.iter().find(|column| is_of_table(column)));
    let Some(table) = table else {
        return Some(RowKey {
            database: String::new(),
            table: String::new(),
            columns: unknown(),
        });
    };
    let mut key: Vec<(String, String)> = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        let known = key.iter().any(|(name, _)| *name == column.column);
        if column.primary_key && same_table(column, table) && !known {
            let value = match rows.cell(at.row, index)? {
                // What an outer join did not find.
                Cell::Null => "NULL".to_owned(),
                cell => value::text(cell, column.kind),
            };
            key.push((column.column.clone(), value));
        }
    }
    Some(RowKey {
        database: table.database.clone(),
        table: table.table.clone(),
        columns: if key.is_empty() { unknown() } else { key },
    })
}

/// A column that has to be named.
fn unknown() -> Vec<(String, String)> {
    vec![<_>::default()]
}

fn is_of_table(column: &Column) -> bool {
    !column.table.is_empty()
}

fn same_table(column: &Column, other: &Column) -> bool {
    is_of_table(column) && column.table == other.table && column.database == other.database
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::value::Kind;

    struct Answer(Vec<Column>);

    impl Rows for Answer {
        fn columns(&self) -> &[Column] {
            &self.0
        }

        fn rows(&self) -> u64 {
            2
        }

        fn cell(&self, row: u64, column: usize) -> Option<Cell<'_>> {
            (row == 1).then_some(Cell::UInt(column as u64 * 10))
        }
    }

    fn column(table: &str, name: &str, primary_key: bool) -> Column {
        Column {
            name: format!("{name} here"),
            database: if table.is_empty() { "" } else { "shop" }.to_owned(),
            table: table.to_owned(),
            column: if table.is_empty() { "" } else { name }.to_owned(),
            kind: Kind::Int,
            type_name: "int".to_owned(),
            primary_key,
        }
    }

    fn key_at(answer: &Answer, column: usize) -> (String, Vec<(String, String)>) {
        let key = row_key(answer, CellRef { row: 1, column }).unwrap();
        (format!("{}.{}", key.database, key.table), key.columns)
    }

    fn pair(name: &str, value: &str) -> (String, String) {
        (name.to_owned(), value.to_owned())
    }

    #[test]
    fn a_row_is_named_by_the_key_of_the_table_that_its_cell_is_of() {
        let answer = Answer(vec![
            column("orders", "id", true),
            column("orders", "status", false),
            column("lines", "order_id", true),
            column("lines", "number", true),
            column("", "count(*)", false),
        ]);
        let orders = ("shop.orders".to_owned(), vec![pair("id", "0")]);
        assert_eq!(key_at(&answer, 1), orders);
        let lines = vec![pair("order_id", "20"), pair("number", "30")];
        assert_eq!(key_at(&answer, 3), ("shop.lines".to_owned(), lines));
        assert_eq!(key_at(&answer, 4), orders);
    }

    #[test]
    fn without_a_key_there_is_a_place_for_one() {
        let answer = Answer(vec![column("log", "word", false)]);
        let unknown = ("shop.log".to_owned(), vec![pair("", "")]);
        assert_eq!(key_at(&answer, 0), unknown);
        let nothing = (".".to_owned(), vec![pair("", "")]);
        assert_eq!(key_at(&Answer(vec![column("", "1", false)]), 0), nothing);
    }

    #[test]
    fn a_row_that_is_not_loaded_has_no_key() {
        let answer = Answer(vec![column("orders", "id", true)]);
        assert_eq!(row_key(&answer, CellRef { row: 0, column: 0 }), None);
    }
}
