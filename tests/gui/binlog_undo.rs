//! Statements that take changes back, by their labels; recorded logs, no server.

use std::path::PathBuf;

use egui::Role;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use porthole::{
    engine::binlog::statements::Direction,
    gui::{
        command::{BinlogCommand, Span, UndoStep},
        panels::binlog::undo::{Made, UndoView},
    },
};

use super::binlog_part::{Window, files, press, recorded, sees, until, until_seen, window};

const NEVER: &str = "Porthole never runs it.";

fn ended(window: &mut Window<UndoView>) {
    until(window, "the end", |window| {
        !window.state().view.is_running()
    });
}

/// All of the recorded file with names of columns.
fn read(name: &str) -> Window<UndoView> {
    let mut window = window(Some(recorded(name)), |_| UndoView::default());
    press(&mut window, "Time: all that the log holds");
    press(&mut window, "Write the statements");
    ended(&mut window);
    window
}

#[test]
fn without_a_log_nothing_can_be_written() {
    let window = window(None, |_| UndoView::default());
    assert!(sees(&window, "No statements yet"));
    assert!(sees(&window, NEVER));
    let button = window.get_by_label("Write the statements");
    assert!(button.accesskit_node().is_disabled());
}

#[test]
fn changes_are_taken_back_as_text() {
    let window = read("types-mysql.binlog");
    assert!(sees(&window, "Statements that take changes back"));
    assert!(sees(&window, "SET SESSION time_zone = '+00:00';"));
    assert!(sees(&window, "are here only where the server logs them"));
    assert!(sees(&window, NEVER));
    assert!(!window.get_by_label("Copy").accesskit_node().is_disabled());
}

#[test]
fn what_is_copied_is_the_whole_text() {
    let mut window = read("types-mysql.binlog");
    window.get_by_label("Copy").click();
    window.step();
    let mut copied = window.output().platform_output.commands.iter();
    let copied = copied.find_map(|command| match command {
        egui::OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let text = copied.unwrap();
    assert!(text.contains("DELETE FROM") && text.ends_with("COMMIT;\n"));
    window.step();
    assert!(sees(&window, "Copied"));
}

#[test]
fn what_cannot_be_undone_is_refused_with_the_reason() {
    let mut window = read("types-mariadb.binlog");
    assert!(sees(&window, "Refused"));
    assert!(sees(&window, "so nothing was written"));
    assert!(sees(&window, "the names of the columns of"));
    assert!(window.get_by_label("Copy").accesskit_node().is_disabled());
    assert!(
        window
            .get_by_label("Save as…")
            .accesskit_node()
            .is_disabled()
    );

    press(&mut window, "Leave out what cannot be undone");
    press(&mut window, "Write the statements");
    ended(&mut window);
    assert!(!sees(&window, "Refused"));
    assert!(sees(&window, "cannot be undone and left out"));
}

#[test]
fn ddl_stands_in_the_way_until_it_is_passed() {
    let mut window = read("types-mysql.binlog");
    assert!(!sees(&window, "before this statement left out"));
    press(&mut window, "Redo");
    press(&mut window, "Write the statements");
    ended(&mut window);
    assert!(sees(&window, "INSERT INTO"));
    // These are of taking back alone.
    assert!(window.query_by_label("Also before DDL").is_none());
}

#[test]
fn a_text_does_not_outlive_what_it_was_made_of() {
    for change in ["Redo", "Also before DDL", "Time: the last hour", "Tables"] {
        let mut window = read("types-mysql.binlog");
        assert!(window.query_by_label("Copy").is_some());
        if change == "Tables" {
            let field = window.get_by_role_and_label(Role::TextInput, change);
            field.focus();
            window.step();
            let field = window.get_by_role_and_label(Role::TextInput, change);
            field.type_text("item");
            window.step();
            window.step();
        } else {
            press(&mut window, change);
        }
        assert!(window.query_by_label("Copy").is_none(), "{change}");
        assert!(sees(&window, "No statements yet"), "{change}");
    }
}

#[test]
fn a_part_of_time_that_is_read_is_not_shown_under_other_switches() {
    let mut window = window(Some(recorded("mysql")), |worker| {
        UndoView::with_reading(None, None, worker)
    });
    press(&mut window, "Leave out what cannot be undone");
    assert!(!window.state().view.is_running());
    assert!(sees(&window, "No statements yet"));
    assert!(window.state().asked.is_empty());
}

fn transaction() -> Span {
    Span {
        file: "types-mysql.binlog".to_owned(),
        offset: 4,
        end: ("types-mysql.binlog".to_owned(), 500),
        gtid: Some("3e11fa47-71ca-11e1-9e33-c80aa9429562:17".to_owned()),
    }
}

#[test]
fn a_switch_counts_while_a_transaction_is_read() {
    let mut window = window(Some(recorded("types-mysql.binlog")), |worker| {
        UndoView::with_reading(Some(transaction()), None, worker)
    });
    press(&mut window, "Leave out what cannot be undone");
    let read = BinlogCommand::Undo(UndoStep::Read);
    assert_eq!(window.state().asked, [read]);
    ended(&mut window);
}

#[test]
fn a_reading_that_fails_leaves_no_older_text() {
    let missing = files(vec![PathBuf::from("/nonexistent/types-mysql.binlog")]);
    let mut window = window(Some(missing), |worker| {
        let made = Made::new(Direction::Undo, "DELETE FROM a;\n".to_owned());
        UndoView::with_reading(Some(transaction()), Some(Ok(made)), worker)
    });
    until_seen(&mut window, "DELETE FROM a;");
    press(&mut window, "Save as…");
    assert!(sees(&window, "Close without writing"));
    press(&mut window, "Write the statements");
    until_seen(&mut window, "The log could not be read");
    assert!(!sees(&window, "DELETE FROM a;"));
    assert!(!sees(&window, "Close without writing"));
}

#[test]
fn of_a_transaction_that_alone_is_read_and_the_switch_reads_again() {
    let mut window = window(Some(recorded("types-mysql.binlog")), |worker| {
        let made = Made::new(Direction::Undo, "DELETE FROM a;\n".to_owned());
        UndoView::with_reading(Some(transaction()), Some(Ok(made)), worker)
    });
    until_seen(&mut window, "DELETE FROM a;");
    assert!(sees(&window, "c80aa9429562:17"));
    assert!(sees(&window, "types-mysql.binlog:4"));
    assert!(
        window
            .query_by_label("Time: all that the log holds")
            .is_none()
    );

    press(&mut window, "Redo");
    let read = BinlogCommand::Undo(UndoStep::Read);
    assert_eq!(window.state().asked, [read]);
    ended(&mut window);

    press(&mut window, "Choose a part of time instead");
    assert!(
        window
            .query_by_label("Time: all that the log holds")
            .is_some()
    );
}

#[test]
fn while_it_reads_it_can_be_stopped() {
    let mut window = window(Some(recorded("mysql")), |worker| {
        UndoView::with_reading(None, None, worker)
    });
    assert!(sees(&window, "Reading…"));
    press(&mut window, "Stop reading the binary log");
    until_seen(&mut window, "Stopped");
    assert!(!window.state().view.is_running());
}

#[test]
fn what_cannot_be_read_is_said() {
    let missing = files(vec![PathBuf::from("/nonexistent/binlog.000001")]);
    let mut window = window(Some(missing), |_| UndoView::default());
    press(&mut window, "Write the statements");
    until_seen(&mut window, "The log could not be read");
    assert!(sees(&window, "Try again"));
}

#[test]
fn a_part_without_changes_says_so() {
    let mut window = window(Some(recorded("mysql")), |worker| {
        let made = Made::new(Direction::Undo, String::new());
        UndoView::with_reading(None, Some(Ok(made)), worker)
    });
    until_seen(&mut window, "Nothing to write");
}
