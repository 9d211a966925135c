//! The summary of a binary log, by its labels; recorded logs, no server.

use std::{path::PathBuf, sync::Arc};

use egui::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use porthole::{
    engine::binlog::{
        source::{Ending, Progress, Status},
        summary::{Summary, Text},
    },
    gui::{
        command::{BinlogCommand, Span, SummaryStep},
        panels::binlog::summary::{Figures, SummaryView, Told},
    },
};

use super::binlog_part::{Window, files, press, recorded, sees, until, until_seen, window};

fn read(name: &str) -> Window<SummaryView> {
    let mut window = window(Some(recorded(name)), |_| SummaryView::default());
    press(&mut window, "Time: all that the log holds");
    press(&mut window, "Count the changes");
    until(&mut window, "the end", |window| {
        !window.state().view.is_running()
    });
    window
}

/// The first column of a table.
fn first_column(window: &Window<SummaryView>, table: &str) -> Vec<String> {
    let table = window.get_by_role_and_label(Role::Table, table);
    let cells = table.query_all_by_role(Role::RowHeader);
    cells
        .filter_map(|cell| cell.accesskit_node().label())
        .collect()
}

#[test]
fn without_a_log_there_is_nothing_to_count() {
    let window = window(None, |_| SummaryView::default());
    assert!(sees(&window, "No log is open"));
    let button = window.get_by_label("Count the changes");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn it_reads_nothing_before_it_is_asked_to() {
    let window = window(Some(recorded("mysql")), |_| SummaryView::default());
    assert!(sees(&window, "No summary yet"));
    assert!(!window.state().view.is_running());
    assert!(window.state().asked.is_empty());
}

#[test]
fn figures_are_of_what_the_log_holds() {
    let window = read("mysql");
    for words in ["transactions", "inserted", "updated", "deleted", "UTC"] {
        assert!(sees(&window, words), "{words}");
    }
    // Statement format is in it.
    assert!(sees(&window, "changed rows by their text"));
    let tables = first_column(&window, "Tables by changes");
    assert!(tables.contains(&"shop.item".to_owned()), "{tables:?}");
    assert!(
        window
            .query_by_role_and_label(Role::Image, "Rows per minute")
            .is_some()
    );
}

#[test]
fn tables_are_sorted_by_the_head_that_is_pressed() {
    let mut window = read("mysql");
    let by_bytes = first_column(&window, "Tables by changes");
    press(&mut window, "Table");
    let mut by_name = first_column(&window, "Tables by changes");
    assert!(by_name.is_sorted());
    press(&mut window, "Table");
    by_name.reverse();
    assert_eq!(first_column(&window, "Tables by changes"), by_name);
    // Of the two with this name the first chooses what is counted, the other is the head.
    let head = window.query_all_by_label("Bytes").last().unwrap();
    head.click();
    window.step();
    window.step();
    assert_eq!(first_column(&window, "Tables by changes"), by_bytes);
}

/// Places that were to be shown in the timeline.
fn shown(window: &Window<SummaryView>) -> Vec<Span> {
    let asked = window.state().asked.iter();
    asked
        .filter_map(|command| match command {
            BinlogCommand::ShowAt(span) => Some(span.clone()),
            _ => None,
        })
        .collect()
}

#[test]
fn a_large_transaction_is_opened_at_its_place_when_that_is_asked_for() {
    let mut window = read("mysql");
    let is_off = |window: &Window<SummaryView>| {
        let button = window.get_by_label("Show in the timeline");
        button.accesskit_node().is_disabled()
    };
    assert!(is_off(&window));
    let table = window.get_by_role_and_label(Role::Table, "Biggest transactions");
    let row = table.query_all_by_role(Role::Row).nth(1).unwrap();
    row.click();
    window.step();
    window.key_press(egui::Key::ArrowDown);
    window.step();
    window.step();
    // Who looks through the list loses nothing of the log that is open.
    assert_eq!(shown(&window), []);
    assert!(!is_off(&window));

    window.key_press(egui::Key::Enter);
    window.step();
    window.step();
    press(&mut window, "Show in the timeline");
    let shown = shown(&window);
    let [first, second] = shown.as_slice() else {
        panic!("{shown:?}");
    };
    assert_eq!(first, second);
    assert!(first.file.starts_with("binlog.") && first.offset > 4);
    assert!(first.end.0 == first.file && first.end.1 > first.offset);
}

#[test]
fn a_statement_is_opened_at_its_place_and_what_is_not_there_is_not() {
    let mut summary = Summary::default();
    summary.transactions = 1;
    summary.ddl_count = 1;
    let text = |logged: u32| Text {
        logged,
        file: "binlog.000001".to_owned(),
        pos: 120,
        text: "DROP TABLE item".to_owned(),
    };
    summary.ddl = vec![text(1_789_985_600)];
    summary.gap_count = 1234;
    summary.gaps = vec![text(0)];
    summary.other_tables.inserts = 5;
    let told = vec![Told::Figures(Arc::new(Figures::of(&summary)))];
    let mut window = window(Some(recorded("mysql")), |worker| {
        SummaryView::with_reading(told, None, worker)
    });
    until_seen(&mut window, "DDL (1)");
    assert!(sees(
        &window,
        "5 rows of other tables are in the totals alone"
    ));
    for (tab, list, places) in [
        ("DDL (1)", "Statements", 1),
        ("Missing (1,234)", "What is missing", 0),
    ] {
        press(&mut window, tab);
        let table = window.get_by_role_and_label(Role::Table, list);
        table.query_all_by_role(Role::Row).nth(1).unwrap().click();
        window.step();
        window.key_press(egui::Key::Enter);
        window.step();
        window.step();
        assert_eq!(shown(&window).len(), places, "{tab}");
        window.state_mut().asked.clear();
    }
    assert!(sees(&window, "The first 1 are listed."));
}

#[test]
fn ddl_is_listed_with_its_statements() {
    let mut window = read("mysql");
    let tab = window.query_all_by_label_contains("DDL (").next().unwrap();
    tab.click();
    window.step();
    window.step();
    assert!(sees(&window, "CREATE DATABASE shop"));
}

#[test]
fn a_damaged_log_says_where_it_ends() {
    let window = read("mariadb-encrypted.000001");
    assert!(sees(&window, "encrypted"));
}

#[test]
fn what_cannot_be_read_is_said_and_can_be_tried_again() {
    let missing = files(vec![PathBuf::from("/nonexistent/binlog.000001")]);
    let mut window = window(Some(missing), |_| SummaryView::default());
    press(&mut window, "Count the changes");
    until_seen(&mut window, "The log could not be read");
    press(&mut window, "Try again");
    let read = BinlogCommand::Summary(SummaryStep::Read);
    assert_eq!(window.state().asked, [read.clone(), read]);
}

fn partial() -> Vec<Told> {
    let mut summary = Summary::default();
    summary.transactions = 1234;
    summary.first = Some(1_789_985_600);
    summary.last = Some(1_789_985_700);
    vec![
        Told::Progress(Progress {
            read: 612_000_000,
            total: Some(1_200_000_000),
        }),
        Told::Figures(Arc::new(Figures::of(&summary))),
    ]
}

#[test]
fn while_it_reads_it_shows_how_far_it_is_and_what_it_has_counted() {
    let mut window = window(Some(recorded("mysql")), |worker| {
        SummaryView::with_reading(partial(), None, worker)
    });
    until_seen(&mut window, "1,234 transactions");
    assert!(sees(&window, "612 MB of 1.2 GB"));
    assert!(window.query_by_label("Count the changes").is_none());
    press(&mut window, "Stop reading the binary log");
    until_seen(&mut window, "Stopped");
    // What has been counted stays.
    assert!(sees(&window, "1,234 transactions"));
}

#[test]
fn before_the_first_figures_it_says_that_it_reads() {
    let window = window(Some(recorded("mysql")), |worker| {
        SummaryView::with_reading(Vec::new(), None, worker)
    });
    assert!(sees(&window, "Reading…"));
    assert!(sees(&window, "opening the log"));
}

#[test]
fn a_part_of_time_without_changes_says_so() {
    let told = vec![Told::Figures(Arc::new(Figures::of(&Summary::default())))];
    let ending = Ending {
        file: "binlog.000001".into(),
        offset: 4,
        status: Status::Complete,
    };
    let mut window = window(Some(recorded("mysql")), |worker| {
        SummaryView::with_reading(told, Some(Ok(ending)), worker)
    });
    until_seen(&mut window, "No transactions");
}
