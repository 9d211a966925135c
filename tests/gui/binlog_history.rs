//! The history of a row and of a table, by its labels; recorded logs, no server.

use std::{path::PathBuf, sync::Arc};

use egui::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use porthole::{
    engine::binlog::{
        rows::Op,
        source::Progress,
        table::Origin,
        trail::{Change, Image, Missing, Side, Touched},
        transaction::Outcome,
    },
    gui::{
        command::{BinlogCommand, HistoryStep, RowKey},
        panels::binlog::history::{Ended, HistoryView, Told},
    },
};

use super::binlog_part::{Window, files, press, recorded, sees, until, until_seen, window};

fn key(table: &str, columns: &[(&str, &str)]) -> RowKey {
    RowKey {
        database: "shop".to_owned(),
        table: table.to_owned(),
        columns: columns
            .iter()
            .map(|(column, value)| ((*column).to_owned(), (*value).to_owned()))
            .collect(),
    }
}

/// Filled in, and looked for by the button.
fn look(log: &str, key: &RowKey) -> Window<HistoryView> {
    let key = key.clone();
    let mut window = window(Some(recorded(log)), |worker| {
        let mut view = HistoryView::default();
        view.of(&key, None, worker);
        view
    });
    press(&mut window, "Find changes");
    until(&mut window, "the end", |window| {
        !window.state().view.is_running()
    });
    window
}

fn rows(window: &Window<HistoryView>, table: &str) -> Vec<String> {
    let table = window.get_by_role_and_label(Role::Table, table);
    let rows = table.query_all_by_role(Role::Row).skip(1);
    rows.map(|row| {
        let cells = row.query_all_by_role(Role::Cell);
        let cells: Vec<String> = cells
            .filter_map(|cell| cell.accesskit_node().label())
            .collect();
        cells.join(" | ")
    })
    .collect()
}

fn touched(file: &str, offset: u64, outcome: Outcome) -> Told {
    Told::Touched(Arc::new(Touched {
        gtid: Some(format!("0-1-{offset}")),
        file: file.to_owned(),
        offset,
        end: (file.to_owned(), offset + 100),
        micros: 1_789_985_600_000_000 + offset * 1_000_000,
        server_id: 12,
        thread_id: Some(90_118),
        outcome,
        rows: [0, 1, 0],
        original: Some("UPDATE orders SET status = 'shipped'".to_owned()),
        statements: Vec::new(),
        changes: vec![Change {
            op: Op::Update,
            offset: offset + 10,
            names: Origin::Logged,
            columns: vec![Image {
                column: "status".to_owned(),
                before: Side::Text("paid".to_owned()),
                after: Side::Text(format!("shipped {offset}")),
            }],
            cut: false,
        }],
    }))
}

#[test]
fn without_a_table_there_is_nothing_to_look_for() {
    let window = window(Some(recorded("mysql")), |_| HistoryView::default());
    assert!(sees(&window, "No history yet"));
    let button = window.get_by_label("Find changes");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn a_row_has_its_changes_the_newest_first() {
    let window = look("mysql/binlog.000001", &key("item", &[("@1", "1")]));
    let rows = rows(&window, "Changes of the row");
    let of_rows: Vec<&String> = rows
        .iter()
        .filter(|row| !row.starts_with("statement"))
        .collect();
    assert_eq!(of_rows.len(), 3, "{rows:?}");
    assert!(
        of_rows[0].starts_with("delete | @1: 1 · @2: tea"),
        "{rows:?}"
    );
    assert!(
        of_rows[1].starts_with("update | @3: 3.50 → 4.50"),
        "{rows:?}"
    );
    assert!(of_rows[2].starts_with("insert | @1: 1"), "{rows:?}");
    // The table was made before them.
    assert!(
        rows.last().unwrap().contains("CREATE TABLE item"),
        "{rows:?}"
    );
}

#[test]
fn a_table_has_the_transactions_that_changed_it() {
    let window = look("mysql", &key("copied", &[]));
    let rows = rows(&window, "Transactions that changed the table");
    assert!(
        rows.iter().any(|row| row.starts_with("2 inserted")),
        "{rows:?}"
    );
    assert!(
        rows.iter().any(|row| row.starts_with("2 deleted")),
        "{rows:?}"
    );
    assert!(
        rows.iter().any(|row| row.contains("DELETE a, b FROM item")),
        "{rows:?}"
    );
}

#[test]
fn what_is_found_is_shown_while_older_files_are_read() {
    let told = vec![
        Told::File("log.000002".to_owned()),
        touched("log.000002", 10, Outcome::Committed),
        touched("log.000002", 20, Outcome::Committed),
        Told::File("log.000001".to_owned()),
        Told::Progress(Progress {
            read: 500,
            total: Some(1000),
        }),
        touched("log.000001", 30, Outcome::RolledBack),
    ];
    let mut window = window(Some(recorded("mysql")), |worker| {
        let key = key("orders", &[("id", "1")]);
        HistoryView::with_reading(key, told, None, worker)
    });
    until_seen(&mut window, "shipped 30");
    assert!(sees(
        &window,
        "3 changes of shop.orders so far, back to log.000001"
    ));
    assert!(sees(&window, "500 B of"));
    let rows = rows(&window, "Changes of the row");
    assert!(
        rows[0].contains("shipped 20") && rows[1].contains("shipped 10"),
        "{rows:?}"
    );
    assert!(rows[2].starts_with("update, rolled back"), "{rows:?}");

    press(&mut window, "Stop reading the binary log");
    until_seen(&mut window, "Stopped");
    assert!(sees(&window, "3 changes of shop.orders, back to"));
}

#[test]
fn a_change_is_seen_before_and_after_and_leads_to_its_transaction() {
    let told = vec![
        Told::File("log.000002".to_owned()),
        touched("log.000002", 10, Outcome::Committed),
    ];
    let mut window = window(Some(recorded("mysql")), |worker| {
        let key = key("orders", &[("id", "1")]);
        HistoryView::with_reading(key, told, Some(Ok(Ended::default())), worker)
    });
    until_seen(&mut window, "shipped 10");
    let table = window.get_by_role_and_label(Role::Table, "Changes of the row");
    table.query_all_by_role(Role::Row).nth(1).unwrap().click();
    window.step();
    window.step();
    for words in [
        "Updated",
        "server 12 · thread 90118 · names from the log",
        "0-1-10 · log.000002:10",
        "paid",
        "UPDATE orders SET status = 'shipped'",
    ] {
        assert!(sees(&window, words), "{words}");
    }
    press(&mut window, "Show in the timeline");
    press(&mut window, "Undo as SQL");
    let asked = &window.state().asked;
    let places: Vec<u64> = asked
        .iter()
        .map(|command| match command {
            BinlogCommand::ShowAt(span) | BinlogCommand::UndoOf(span) => span.offset,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(places, [10, 10]);
}

#[test]
fn what_may_be_missing_is_said() {
    let ended = Ended {
        missing: Missing {
            count: 2,
            notes: vec!["log.000001 at 120: damaged".to_owned()],
        },
        full: true,
    };
    let mut window = window(Some(recorded("mysql")), |worker| {
        let key = key("orders", &[("id", "1")]);
        HistoryView::with_reading(key, Vec::new(), Some(Ok(ended)), worker)
    });
    until_seen(&mut window, "log.000001 at 120: damaged");
    assert!(sees(&window, "Older changes are not shown"));
    assert!(sees(&window, "No changes"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let missing = files(vec![PathBuf::from("/nonexistent/binlog.000001")]);
    let mut window = window(Some(missing.clone()), |worker| {
        let mut view = HistoryView::default();
        // As from a row of the grid: at once, where a log is open.
        view.of(&key("orders", &[("id", "1")]), Some(&missing), worker);
        view
    });
    until_seen(&mut window, "The log could not be read");
    press(&mut window, "Try again");
    let read = BinlogCommand::History(HistoryStep::Read);
    assert_eq!(window.state().asked, [read]);
}

#[test]
fn a_key_that_is_not_known_has_to_be_written_first() {
    let input = recorded("mysql");
    let window = window(Some(input.clone()), |worker| {
        let mut view = HistoryView::default();
        view.of(&key("item", &[("", "")]), Some(&input), worker);
        view
    });
    assert!(!window.state().view.is_running());
    assert!(sees(&window, "No history yet"));
}

#[test]
fn another_row_that_is_asked_for_does_not_keep_what_was_found_of_the_first() {
    let told = vec![
        Told::File("log.000002".to_owned()),
        touched("log.000002", 10, Outcome::Committed),
    ];
    let mut window = window(Some(recorded("mysql")), |worker| {
        let key = key("orders", &[("id", "1")]);
        HistoryView::with_reading(key, told, Some(Ok(Ended::default())), worker)
    });
    until_seen(&mut window, "shipped 10");
    // As from a row of the grid whose key is not known.
    window
        .state_mut()
        .ask(BinlogCommand::HistoryOf(key("item", &[("", "")])));
    window.step();
    window.step();
    assert!(!sees(&window, "shipped 10"));
    assert!(sees(&window, "No history yet"));
}

#[test]
fn a_search_that_fails_does_not_keep_what_was_found_of_another_row() {
    let told = vec![
        Told::File("log.000002".to_owned()),
        touched("log.000002", 10, Outcome::Committed),
    ];
    let missing = files(vec![PathBuf::from("/nonexistent/binlog.000001")]);
    let mut window = window(Some(missing), |worker| {
        let key = key("orders", &[("id", "1")]);
        HistoryView::with_reading(key, told, Some(Ok(Ended::default())), worker)
    });
    until_seen(&mut window, "shipped 10");
    press(&mut window, "Save as CSV…");
    assert!(sees(&window, "Close without writing"));
    // The same once more: nothing else is there to be seen.
    press(&mut window, "Find changes");
    until_seen(&mut window, "The log could not be read");
    assert!(sees(&window, "shipped 10"));
    // As from a row of the grid.
    window
        .state_mut()
        .ask(BinlogCommand::HistoryOf(key("orders", &[("id", "2")])));
    window.step();
    until_seen(&mut window, "The log could not be read");
    assert!(!sees(&window, "shipped 10"));
    assert!(!sees(&window, "Close without writing"));
}

#[test]
fn what_was_found_is_written_as_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("history.csv");
    let mut window = look("mysql/binlog.000001", &key("item", &[("@1", "1")]));
    press(&mut window, "Save as CSV…");
    let field = window.get_by_role_and_label(Role::TextInput, "Table as CSV");
    field.set_text_value_accesskit(path.to_str().unwrap());
    window.step();
    window.step();
    press(&mut window, "Write the file");
    until(&mut window, "the file", |window| {
        !sees(window, "Close without writing")
    });
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.starts_with("time,file,position,"), "{text}");
    // A row for each column, the newest change first.
    let deleted = text.find(",committed,delete,'@2,tea,,");
    let updated = text.find(",committed,update,'@3,3.50,4.50,");
    assert!(deleted.is_some() && deleted < updated, "{text}");
}
