//! What a log says of one row, or of one table: its changes by transaction, in words that can be kept when the log is
//! not.
//!
//! A change of a row is one where all conditions fit the image before or the one after it. Statements that name the
//! table stand among its changes: TRUNCATE and DROP take rows away without naming one. Bounded whatever the log: long
//! values and wide rows are cut, and of a transaction with very many changes the first are kept and all are counted.

mod shown;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::{
    event::Event,
    filter::{Filter, TableRule},
    matching::{Condition, Conditions},
    print::logged_micros,
    rows::Op,
    source::{Note, NoteKind},
    table::Origin,
    transaction::{Begin, End, Item, Outcome, Role, Rows, Statement},
    zone::Zone,
};

use self::shown::Shower;
pub use self::shown::{Image, Side};

/// Changes of one transaction that are kept.
pub const MOST_CHANGES: usize = 1000;
/// Statements of one transaction that are kept.
const MOST_STATEMENTS: usize = 100;
/// Letters of a statement that are kept.
const LONGEST_STATEMENT: usize = 4096;
/// Reasons why something may be missing that are kept.
const MOST_NOTES: usize = 20;

/// Whose changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The database of the table.
    pub database: String,
    /// The table.
    pub table: String,
    /// Columns and their values; none for all rows of the table, whose values are then not kept.
    pub row: Vec<Condition>,
    /// Only transactions that were logged at this second since 1970 UTC or later.
    pub from: Option<u32>,
    /// Only transactions that were logged before this second.
    pub to: Option<u32>,
}

impl Wanted {
    /// What a reader must give for it.
    pub fn filter(&self) -> Filter {
        Filter {
            tables: vec![TableRule {
                database: Some(self.database.clone()),
                table: Some(self.table.clone()),
            }],
            from: self.from,
            to: self.to,
            ..Filter::default()
        }
    }
}

/// A transaction that changed what is wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct Touched {
    /// Its name, where the server has GTIDs.
    pub gtid: Option<String>,
    /// The file of its first event.
    pub file: String,
    /// Where that begins, in bytes.
    pub offset: u64,
    /// The file of its last event, and where what follows it begins.
    pub end: (String, u64),
    /// When it was logged, in microseconds since 1970 UTC.
    pub micros: u64,
    /// The server that made it.
    pub server_id: u32,
    /// The connection that made it, where that is logged.
    pub thread_id: Option<u32>,
    /// What became of it.
    pub outcome: Outcome,
    /// Rows that were inserted, updated, deleted.
    pub rows: [u64; 3],
    /// The statement behind its first rows, where the server logs it.
    pub original: Option<String>,
    /// Statements that changed the table, or rows of it, by their text.
    pub statements: Vec<String>,
    /// Changes of rows, in their order; the first [`MOST_CHANGES`].
    pub changes: Vec<Change>,
}

/// One change of a row.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// What was done.
    pub op: Op,
    /// Where its event begins in the file, in bytes.
    pub offset: u64,
    /// The columns' names are from the log, from elsewhere, or not known.
    pub names: Origin,
    /// Of an update the columns that it changed, else all that were logged.
    pub columns: Vec<Image>,
    /// There are more columns.
    pub cut: bool,
}

/// What may be missing from a trail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Events that cannot be read, and files or transactions that are not there.
    pub count: u64,
    /// The first of them, in words.
    pub notes: Vec<String>,
}

/// Gathers what is wanted of a log.
pub struct Trail {
    wanted: Wanted,
    conditions: Conditions,
    shower: Shower,
    open: Option<Open>,
    missing: Missing,
}

/// The transaction that is read.
struct Open {
    begin: Arc<Begin>,
    rows: [u64; 3],
    /// The last statement that was logged before rows.
    original: Option<String>,
    /// The one behind the first rows that are wanted.
    behind: Option<String>,
    statements: Vec<String>,
    changes: Vec<Change>,
}

impl Trail {
    /// TIMESTAMPs are compared and shown in this zone.
    pub fn new(wanted: Wanted, zone: Zone) -> Self {
        Self {
            conditions: Conditions::new(wanted.row.clone(), zone.clone()),
            shower: Shower::new(zone),
            wanted,
            open: None,
            missing: Missing::default(),
        }
    }

    /// What may be missing by now.
    pub fn missing(&self) -> &Missing {
        &self.missing
    }

    /// The next of the log, which was read with [`Wanted::filter`]; a transaction when it is over.
    pub fn take(&mut self, item: &Item) -> Option<Touched> {
        match item {
            Item::Begin(begin) => {
                self.open = Some(Open {
                    begin: begin.clone(),
                    rows: [0; 3],
                    original: None,
                    behind: None,
                    statements: Vec::new(),
                    changes: Vec::new(),
                });
            }
            Item::Original(text) => {
                if let Some(open) = &mut self.open {
                    open.original = Some(bounded(&String::from_utf8_lossy(text)));
                }
            }
            Item::Rows(rows) => self.rows(rows),
            Item::Statement(statement) => self.statement(statement),
            Item::Other(raw, event) => match &**event {
                Event::LoadQuery(load) => self.named(&load.query.shown()),
                Event::Incident { .. } => self.miss(format!(
                    "{} at {}: the server says that changes are missing",
                    raw.file, raw.offset
                )),
                _ => {}
            },
            Item::End(end) => return self.end(end),
            Item::Note(note) => self.note(note),
            Item::Ended(_) => {}
        }
        None
    }

    fn rows(&mut self, rows: &Rows) {
        let Some(open) = &mut self.open else { return };
        let shower = &mut self.shower;
        let row_wanted = !self.wanted.row.is_empty();
        let mut count = 0;
        let changes = &mut open.changes;
        let read = self.conditions.each(rows, |change| {
            count += 1;
            if row_wanted && changes.len() < MOST_CHANGES {
                let (columns, cut) = shower.columns(&rows.table, rows.op, change)?;
                changes.push(Change {
                    op: rows.op,
                    offset: rows.raw.offset,
                    names: rows.table.origin,
                    columns,
                    cut,
                });
            }
            Ok(())
        });
        if let Some(sum) = open.rows.get_mut(rows.op as usize) {
            *sum += count;
        }
        if count > 0 && open.behind.is_none() {
            open.behind.clone_from(&open.original);
        }
        if let Err(reason) = read {
            self.miss(format!(
                "{} at {}: rows cannot be read: {reason}",
                rows.raw.file, rows.raw.offset
            ));
        }
    }

    fn statement(&mut self, statement: &Statement) {
        if statement.role == Role::Change {
            self.named(&statement.query.shown());
        }
    }

    /// Keep a statement if its text names the table.
    fn named(&mut self, shown: &str) {
        let names = shown
            .to_lowercase()
            .contains(&self.wanted.table.to_lowercase());
        if let Some(open) = &mut self.open
            && names
            && open.statements.len() < MOST_STATEMENTS
        {
            open.statements.push(bounded(shown));
        }
    }

    fn end(&mut self, end: &End) -> Option<Touched> {
        let open = self.open.take()?;
        let touched = open.rows != [0; 3] || !open.statements.is_empty();
        if !touched || end.outcome == Outcome::Cut {
            return None;
        }
        let begin = &open.begin;
        Some(Touched {
            gtid: begin.gtid.map(|gtid| gtid.to_string()),
            file: begin.file.to_string(),
            offset: begin.offset,
            end: (end.file.to_string(), end.end),
            micros: logged_micros(begin),
            server_id: begin.server_id,
            thread_id: end.thread_id,
            outcome: end.outcome.clone(),
            rows: open.rows,
            original: open.behind,
            statements: open.statements,
            changes: open.changes,
        })
    }

    fn note(&mut self, note: &Note) {
        match note.kind {
            NoteKind::Damage | NoteKind::Gap => self.miss(note.to_string()),
            // What had not ended comes again.
            NoteKind::Link => self.open = None,
            NoteKind::Info => {}
        }
    }

    fn miss(&mut self, why: String) {
        self.missing.count += 1;
        if self.missing.notes.len() < MOST_NOTES {
            self.missing.notes.push(why);
        }
    }
}

fn bounded(text: &str) -> String {
    text.chars().take(LONGEST_STATEMENT).collect()
}
