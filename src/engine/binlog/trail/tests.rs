//! Histories in the recorded logs of both servers.

use std::path::Path;

use super::*;
use crate::engine::binlog::{
    source::{StartAt, dir::DirSource, file::Options},
    transaction::Transactions,
};

fn trail(folder: &str, table: &str, row: &[(&str, &str)]) -> Vec<Touched> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/binlog")
        .join(folder);
    let wanted = Wanted {
        database: "shop".to_owned(),
        table: table.to_owned(),
        row: row
            .iter()
            .map(|(column, value)| Condition {
                column: (*column).to_owned(),
                value: (*value).to_owned(),
            })
            .collect(),
        from: None,
        to: None,
    };
    let source = DirSource::open(&folder, &StartAt::Begin, Options::default()).unwrap();
    let mut transactions = Transactions::new(source, wanted.filter());
    let mut trail = Trail::new(wanted, Zone::UTC);
    let mut found = Vec::new();
    loop {
        let item = transactions.next().unwrap();
        if let Item::Ended(_) = item {
            assert_eq!(trail.missing().count, 0);
            return found;
        }
        found.extend(trail.take(&item));
    }
}

fn text(text: &str) -> Side {
    Side::Text(text.to_owned())
}

#[test]
fn a_row_is_followed_from_its_insert_to_its_delete() {
    // Nobody logged the names of the columns in the first file.
    let found = trail("mysql", "item", &[("@1", "1")]);
    let first: Vec<&Touched> = found
        .iter()
        .filter(|touched| touched.file == "binlog.000001" && !touched.changes.is_empty())
        .collect();
    let ops: Vec<Op> = first.iter().map(|touched| touched.changes[0].op).collect();
    assert_eq!(ops, [Op::Insert, Op::Update, Op::Delete]);

    let insert = first[0];
    assert_eq!(insert.rows, [1, 0, 0]);
    assert!(
        insert
            .original
            .as_ref()
            .unwrap()
            .starts_with("INSERT INTO item")
    );
    let change = &insert.changes[0];
    assert_eq!(change.names, Origin::Position);
    assert_eq!(change.columns[1].after, text("tea"));
    assert_eq!(change.columns[1].before, Side::Absent);

    // Of an update only what it changed.
    let change = &first[1].changes[0];
    assert_eq!(change.columns.len(), 1);
    assert_eq!(change.columns[0].before, text("3.50"));
    assert_eq!(change.columns[0].after, text("4.50"));
}

#[test]
fn statements_that_name_the_table_are_part_of_its_history() {
    let found = trail("mysql", "note", &[("@1", "2")]);
    let statements: Vec<&str> = found
        .iter()
        .filter(|touched| touched.file == "binlog.000001")
        .flat_map(|touched| &touched.statements)
        .map(String::as_str)
        .collect();
    assert!(
        statements
            .iter()
            .any(|text| text.starts_with("CREATE TABLE note"))
    );
    assert!(statements.contains(&"TRUNCATE note"));
    assert!(!statements.iter().any(|text| text.contains("TABLE item")));
}

#[test]
fn who_changed_a_table_is_a_line_for_each_transaction() {
    for server in ["mysql", "mariadb"] {
        let found = trail(server, "copied", &[]);
        let first: Vec<&Touched> = found
            .iter()
            .filter(|touched| touched.file == "binlog.000001")
            .collect();
        let rows: Vec<[u64; 3]> = first.iter().map(|touched| touched.rows).collect();
        assert!(rows.contains(&[2, 0, 0]), "{server}: {rows:?}");
        assert!(rows.contains(&[0, 0, 2]), "{server}: {rows:?}");
        assert!(first.iter().all(|touched| touched.changes.is_empty()));
        assert!(
            first
                .iter()
                .all(|touched| touched.server_id > 0 && touched.micros > 0)
        );
        let dropped = first.last().unwrap();
        assert!(dropped.statements[0].starts_with("DROP TABLE"), "{server}");
    }
}

#[test]
fn what_was_only_prepared_says_so() {
    let found = trail("mysql", "item", &[("@2", "xa")]);
    let prepared = found
        .iter()
        .filter(|touched| matches!(touched.outcome, Outcome::Prepared(_)));
    assert!(prepared.count() > 0);
}

#[test]
fn nothing_is_found_of_a_row_that_nobody_changed() {
    let found = trail("mysql", "item", &[("@1", "1"), ("@2", "no such name")]);
    assert!(found.iter().all(|touched| touched.changes.is_empty()));
}
