//! What a log says → text: for people, for programs, for spreadsheets, and as statements that do it again.
//!
//! One [`Printer`] reads the rows, leaves out those that the conditions do not want, and hands each change to a form
//! (`Shape`) of its own file. Values have the text that `porthole query` prints. Nothing is printed on time or
//! written to anywhere here: bytes are appended to a buffer.

mod csv;
mod describe;
mod ndjson;
mod script;
mod sql;
mod text;

use std::{collections::HashMap, sync::Arc};

use super::{
    bytes::Malformed,
    event::Event,
    frame::RawEvent,
    kind,
    matching::Conditions,
    rows::Change,
    source::{Note, NoteKind},
    table::TablePlan,
    transaction::{Begin, End, Item, Rows, Statement},
    zone::Zone,
};

/// How a log is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// By transaction, for people.
    Text,
    /// An object a line.
    Ndjson,
    /// A line a change.
    Csv,
    /// Statements that make the same changes.
    Sql,
}

impl Form {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Text, Self::Ndjson, Self::Csv, Self::Sql];

    /// As it is named on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
            Self::Sql => "sql",
        }
    }

    /// By its name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|form| form.name() == name)
    }
}

/// What is printed of a log.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// TIMESTAMP columns are shown in this zone; SQL has its own.
    pub zone: Zone,
    /// Text: columns that were not changed, and values of any length.
    pub whole: bool,
    /// Text: colours of a terminal.
    pub coloured: bool,
    /// NDJSON: nothing but changes of rows.
    pub changes_only: bool,
}

/// Prints what a log says.
pub struct Printer {
    shape: Box<dyn Shape>,
    newest_first: bool,
    conditions: Conditions,
    begin: Option<Arc<Begin>>,
    counts: Counts,
}

/// What was printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Changes of rows.
    pub rows: u64,
    /// Changes of rows of the transaction that is open, or was last.
    pub transaction_rows: u64,
    /// Events that could not be read, in whole or in part.
    pub damaged: u64,
    /// Changes that could not be said in this form.
    pub refused: u64,
}

/// A form.
trait Shape: Send {
    /// Before anything else.
    fn start(&mut self, _out: &mut Vec<u8>) {}
    /// A transaction begins.
    fn begin(&mut self, begin: &Begin, out: &mut Vec<u8>);
    /// Changes of one event follow.
    fn rows(&mut self, place: Place<'_>, rows: &Rows);
    /// A change; false where this form cannot say it, and says that instead.
    fn change(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, Malformed>;
    /// A statement.
    fn statement(&mut self, place: Place<'_>, statement: &Statement, out: &mut Vec<u8>);
    /// The statement behind rows.
    fn original(&mut self, place: Place<'_>, sql: &str, out: &mut Vec<u8>);
    /// Any other event.
    fn other(&mut self, place: Place<'_>, event: &Event, out: &mut Vec<u8>);
    /// A transaction is over.
    fn end(&mut self, end: &End, rows: u64, out: &mut Vec<u8>);
    /// What beside changes of rows this form could not say.
    fn refused(&self) -> u64 {
        0
    }
    /// Something beside the events.
    fn note(&mut self, note: &Note, out: &mut Vec<u8>);
}

/// Where an event stands.
#[derive(Clone, Copy)]
struct Place<'a> {
    raw: Option<&'a RawEvent>,
    begin: Option<&'a Begin>,
}

impl Place<'_> {
    /// When it was logged: of a transaction when that was committed, where the server says so.
    fn micros(&self) -> u64 {
        match (self.begin, self.raw) {
            (Some(begin), _) => logged_micros(begin),
            (None, Some(raw)) => u64::from(raw.header.timestamp) * 1_000_000,
            (None, None) => 0,
        }
    }
}

/// When a transaction was written to this log, in microseconds since 1970 UTC; where that is not logged, when its
/// last statement began.
pub fn logged_micros(begin: &Begin) -> u64 {
    let commit = begin
        .mysql
        .as_ref()
        .and_then(|mysql| mysql.immediate_commit);
    commit
        .filter(|micros| *micros > 0)
        .unwrap_or(u64::from(begin.timestamp) * 1_000_000)
}

impl Printer {
    /// Print in this form what fits the conditions.
    pub fn new(form: Form, options: &Options, conditions: Conditions) -> Self {
        let shape: Box<dyn Shape> = match form {
            Form::Text => Box::new(text::Text::new(options.clone())),
            Form::Ndjson => Box::new(ndjson::Ndjson::new(options)),
            Form::Csv => Box::new(csv::Csv::new(options)),
            Form::Sql => Box::new(sql::Sql::new()),
        };
        Self {
            shape,
            newest_first: false,
            conditions,
            begin: None,
            counts: Counts::default(),
        }
    }

    /// Print the changes of each event in the other order, the last first.
    #[must_use]
    pub fn newest_first(mut self) -> Self {
        self.newest_first = true;
        self
    }

    /// What was printed by now.
    pub fn counts(&self) -> Counts {
        Counts {
            refused: self.counts.refused + self.shape.refused(),
            ..self.counts
        }
    }

    /// What changes must fit to be printed.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// What comes before everything.
    pub fn start(&mut self, out: &mut Vec<u8>) {
        self.shape.start(out);
    }

    /// Append an item.
    pub fn item(&mut self, item: &Item, out: &mut Vec<u8>) {
        let begin = self.begin.clone();
        let place = |raw| Place {
            raw,
            begin: begin.as_deref(),
        };
        match item {
            Item::Begin(begin) => {
                self.counts.transaction_rows = 0;
                self.begin = Some(begin.clone());
                self.shape.begin(begin, out);
            }
            Item::Rows(rows) => {
                self.shape.rows(place(Some(&rows.raw)), rows);
                let start = out.len();
                let mut ends = Vec::new();
                let rest = self.changes(rows, out, &mut ends);
                if self.newest_first {
                    turn_round(out, start, &ends);
                }
                if let Err(reason) = rest {
                    self.damaged(&rows.raw, reason, out);
                }
            }
            Item::Statement(statement) => {
                self.shape
                    .statement(place(Some(&statement.raw)), statement, out);
            }
            Item::Original(text) => {
                let text = String::from_utf8_lossy(text);
                self.shape.original(place(None), &text, out);
            }
            Item::Other(raw, event) => self.shape.other(place(Some(raw)), event, out),
            Item::End(end) => {
                self.shape.end(end, self.counts.transaction_rows, out);
                self.begin = None;
            }
            Item::Note(note) => {
                self.counts.damaged += u64::from(note.kind == NoteKind::Damage);
                self.shape.note(note, out);
            }
            Item::Ended(_) => {}
        }
    }

    /// `ends` gets where each change ends, if that will be asked.
    fn changes(
        &mut self,
        rows: &Rows,
        out: &mut Vec<u8>,
        ends: &mut Vec<usize>,
    ) -> Result<(), Malformed> {
        let newest_first = self.newest_first;
        let Self {
            shape,
            conditions,
            counts,
            ..
        } = self;
        conditions.each(rows, |change| {
            let mark = out.len();
            match shape.change(rows, change, out) {
                Ok(true) => {
                    counts.rows += 1;
                    counts.transaction_rows += 1;
                    if newest_first {
                        ends.push(out.len());
                    }
                }
                Ok(false) => counts.refused += 1,
                Err(reason) => {
                    out.truncate(mark);
                    return Err(reason);
                }
            }
            Ok(())
        })
    }

    fn damaged(&mut self, raw: &RawEvent, reason: Malformed, out: &mut Vec<u8>) {
        self.counts.damaged += 1;
        let name = kind::name(raw.header.kind).unwrap_or("unknown");
        let note = Note {
            file: raw.file.clone(),
            offset: raw.offset,
            kind: NoteKind::Damage,
            text: format!("rows of the {name} event cannot be read and were left out: {reason}"),
        };
        self.shape.note(&note, out);
    }
}

/// The pieces of `out` from `start` on, which end at these places, in the other order; what is behind them stays there.
fn turn_round(out: &mut Vec<u8>, start: usize, ends: &[usize]) {
    let Some(last) = ends.last() else { return };
    let behind = out.split_off(*last);
    let pieces = out.split_off(start);
    let starts = ends.iter().rev().skip(1).map(|end| end - start);
    for (from, to) in starts.chain([0]).zip(ends.iter().rev()) {
        out.extend_from_slice(pieces.get(from..to - start).unwrap_or_default());
    }
    out.extend_from_slice(&behind);
}

/// Append a moment in UTC, with microseconds: `2026-11-21T23:20:01.123456Z`, or with a space and without the zone.
pub(super) fn stamp(out: &mut Vec<u8>, micros: u64, between: u8) {
    let seconds = u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX);
    let fraction = (micros % 1_000_000) as u32;
    let mut text = crate::engine::temporal::Text::new();
    let clock = Zone::UTC.clock(seconds, fraction);
    let written = clock.and_then(|clock| {
        text.date(clock.date.year, clock.date.month, clock.date.day)?;
        text.push(between);
        text.clock(clock.hour.into(), clock.minute, clock.second)?;
        text.decimals(clock.micros, 6);
        Some(())
    });
    written.expect("every moment of 32 bits of seconds has a date");
    out.extend_from_slice(text.written());
    if between == b'T' {
        out.push(b'Z');
    }
}

/// The most tables whose names are kept ready.
const MOST_TABLES: usize = 1024;

/// What is kept ready for each table.
struct PerTable<T> {
    known: HashMap<usize, (Arc<TablePlan>, T)>,
}

impl<T> PerTable<T> {
    fn new() -> Self {
        Self {
            known: std::collections::HashMap::new(),
        }
    }

    /// What there is for a table, made if it is a new one.
    fn of(&mut self, table: &Arc<TablePlan>, make: impl FnOnce(&TablePlan) -> T) -> &mut T {
        // While the entry holds the table, no other one has its address.
        let key = Arc::as_ptr(table).addr();
        if self.known.len() >= MOST_TABLES && !self.known.contains_key(&key) {
            self.known.clear();
        }
        let entry = self.known.entry(key);
        &mut entry.or_insert_with(|| (table.clone(), make(table))).1
    }
}

#[cfg(test)]
mod tests;
