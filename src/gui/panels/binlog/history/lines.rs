//! The list: a line for each change, the newest first; for a table a line for each transaction.

use egui::Ui;

use super::found::{Found, Line, Part};
use crate::{
    engine::{
        binlog::{
            rows::Op,
            trail::{Change, Image, Side, Touched},
            transaction::Outcome,
        },
        visible,
    },
    gui::{
        command::Span,
        format,
        panels::binlog::when::moment_of,
        widgets::list_table::{Cell, Head, Ink, ListTable, Listing, Pressed},
        zone::Zone,
    },
};

/// Columns of a change that its line names.
const MOST_NAMED: usize = 8;
/// Letters of a value in a line.
const LETTERS: usize = 60;

/// Draw it.
pub(super) fn ui(
    ui: &mut Ui,
    table: &mut ListTable,
    found: &Found,
    of_table: bool,
    zone: Zone,
) -> Option<Pressed> {
    let time = Head::new("Time", 198.0).mono();
    let heads: Vec<Head> = if of_table {
        vec![
            time,
            Head::new("Rows", 170.0),
            Head::new("Server", 80.0).number(),
            Head::new("Thread", 80.0).number(),
            Head::wide("Statement", 1.0, 160.0).mono(),
        ]
    } else {
        vec![
            time,
            Head::new("What", 84.0),
            Head::wide("Columns", 1.0, 200.0).mono(),
            Head::new("Thread", 80.0).number(),
        ]
    };
    let cell = |row: usize, column: usize| {
        let Some(line) = found.line(row) else {
            return Cell::default();
        };
        match (column, of_table) {
            (0, _) => Cell::new(moment_of(line.touched.micros, zone)).ink(Ink::Secondary),
            (1, true) => counts(line.touched),
            (2, true) => Cell::new(line.touched.server_id.to_string()),
            (3, _) => thread(line.touched),
            (1, false) => what(&line),
            _ => said(&line),
        }
    };
    let listing = Listing {
        name: if of_table {
            "Transactions that changed the table"
        } else {
            "Changes of the row"
        },
        heads: &heads,
        count: found.lines(),
        sorted: None,
        cell: &cell,
    };
    table.ui(ui, &listing)
}

/// Where a transaction is.
pub(super) fn span(touched: &Touched) -> Span {
    Span {
        file: touched.file.clone(),
        offset: touched.offset,
        end: touched.end.clone(),
        gtid: touched.gtid.clone(),
    }
}

fn thread(touched: &Touched) -> Cell {
    match touched.thread_id {
        Some(thread) => Cell::new(thread.to_string()),
        None => Cell::new("n/a").ink(Ink::Faint),
    }
}

/// Of a transaction that did not simply happen.
pub(super) fn fate(touched: &Touched) -> Option<&'static str> {
    match touched.outcome {
        Outcome::Committed => None,
        Outcome::RolledBack => Some("rolled back"),
        Outcome::Prepared(_) => Some("prepared (XA)"),
        Outcome::Cut => Some("without an end"),
    }
}

/// `3 inserted, 1 deleted`.
pub(super) fn counts(touched: &Touched) -> Cell {
    let words = ["inserted", "updated", "deleted"];
    let mut parts: Vec<String> = touched
        .rows
        .iter()
        .zip(words)
        .filter(|(count, _)| **count > 0)
        .map(|(count, word)| format!("{} {word}", format::count(*count)))
        .collect();
    if parts.is_empty() {
        parts.push("by statement".to_owned());
    }
    parts.extend(fate(touched).map(str::to_owned));
    let ink = if fate(touched).is_some() {
        Ink::Warning
    } else {
        Ink::Text
    };
    Cell::new(parts.join(", ")).ink(ink)
}

fn what(line: &Line<'_>) -> Cell {
    let word = match &line.part {
        Part::Change(change) => change.op.name(),
        Part::Statement(_) => "statement",
        Part::Whole => "rows",
    };
    match fate(line.touched) {
        Some(fate) => Cell::new(format!("{word}, {fate}")).ink(Ink::Warning),
        None => Cell::new(word),
    }
}

/// What a change did, or the statement.
fn said(line: &Line<'_>) -> Cell {
    match &line.part {
        Part::Change(change) => Cell::new(in_words(change)),
        Part::Statement(text) => Cell::new(visible::line(text)).ink(Ink::Statement),
        Part::Whole => match &line.touched.original {
            Some(text) => Cell::new(visible::line(text)),
            None => Cell::new("the statement was not logged").ink(Ink::Faint),
        },
    }
}

/// `status: paid → shipped · note: NULL → 'x'`.
fn in_words(change: &Change) -> String {
    let mut parts: Vec<String> = change
        .columns
        .iter()
        .take(MOST_NAMED)
        .map(|image| column_in_words(change.op, image))
        .collect();
    let more = change.columns.len().saturating_sub(MOST_NAMED);
    if more > 0 || change.cut {
        parts.push("…".to_owned());
    }
    if parts.is_empty() {
        return "no column that was logged differs".to_owned();
    }
    parts.join(" · ")
}

fn column_in_words(op: Op, image: &Image) -> String {
    let name = visible::line(&image.column);
    match op {
        Op::Insert => format!("{name}: {}", short(&image.after)),
        Op::Delete => format!("{name}: {}", short(&image.before)),
        Op::Update => format!("{name}: {} → {}", short(&image.before), short(&image.after)),
    }
}

/// A value on one line, cut where it is long.
fn short(side: &Side) -> String {
    let text = match side {
        Side::Absent => return "not logged".to_owned(),
        Side::Null => return "NULL".to_owned(),
        Side::Text(text) | Side::Start(text) => text,
    };
    let mut shown: String = text.chars().take(LETTERS).collect();
    if text.chars().nth(LETTERS).is_some() || matches!(side, Side::Start(_)) {
        shown.push('…');
    }
    visible::line(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::binlog::table::Origin;

    #[test]
    fn a_line_says_what_became_of_each_column() {
        let image = |column: &str, before: Side, after: Side| Image {
            column: column.to_owned(),
            before,
            after,
        };
        let text = |text: &str| Side::Text(text.to_owned());
        let change = Change {
            op: Op::Update,
            offset: 4,
            names: Origin::Logged,
            columns: vec![
                image("status", text("paid"), text("ship\nped")),
                image("note", Side::Null, text(&"x".repeat(100))),
                image("old", Side::Absent, text("1")),
            ],
            cut: false,
        };
        let long = "x".repeat(60);
        assert_eq!(
            in_words(&change),
            format!("status: paid → ship\\nped · note: NULL → {long}… · old: not logged → 1")
        );
        let deleted = Change {
            op: Op::Delete,
            columns: vec![image("id", text("7"), Side::Absent)],
            cut: true,
            ..change
        };
        assert_eq!(in_words(&deleted), "id: 7 · …");
    }
}
