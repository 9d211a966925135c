//! Transactions, the last first → statements that take them back. Text alone: nothing is executed here.
//!
//! A log is read forwards, so the statements are kept in a temporary file and read backwards in the end: how large the
//! log is does not matter. A change that cannot be taken back exactly is never left out in silence: the whole text is
//! refused, unless the rest is asked for. A statement that may have changed a table in between (DDL, or rows in
//! statement format) is a barrier: what was before it is not taken back, unless that is asked for.

use std::collections::BTreeSet;

use super::{
    bytes::Malformed,
    event::{Event, Query},
    filter::Filter,
    frame::RawEvent,
    matching::Conditions,
    print::{logged_micros, stamp},
    reversed::Reversed,
    source::NoteKind,
    statements::{Direction, HEAD, Statements, Unsayable, doubts},
    table::TablePlan,
    transaction::{End, Item, Outcome, Role, Rows},
    words::{Loses, may_change},
};
use crate::engine::{Result, visible};

/// Bytes of text that are written at once.
const BLOCK: usize = 1 << 20;
/// Reasons that are kept.
const MOST_REASONS: usize = 20;
/// Tables that are told from others by name.
const MOST_TABLES: usize = 10_000;

/// What is to be done where something stands in the way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Take back what can be, where something cannot.
    pub partial: bool,
    /// Go on behind statements that may have changed a table.
    pub past_barriers: bool,
}

/// Gathers what is to be taken back.
pub struct Undo {
    options: Options,
    conditions: Conditions,
    /// By which the log is read.
    filter: Filter,
    /// The open transaction is chosen by it.
    chosen: bool,
    statements: Statements,
    kept: Reversed,
    line: String,
    refused: Refusals,
    /// Those of the open transaction, which may not have happened.
    open: Refusals,
    /// Tables with changes in the file.
    tables: BTreeSet<(String, String)>,
    /// There are more: any statement may be about one of them.
    more_tables: bool,
    report: Report,
}

/// What became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Statements that take changes back.
    pub rows: u64,
    /// Transactions of which there are any.
    pub transactions: u64,
    /// Changes that cannot be taken back.
    pub refused: u64,
    /// Why, in words; the first ones.
    pub reasons: Vec<String>,
    /// The last statement behind which nothing was taken back, with its place; and how many changes are before it.
    pub barrier: Option<(String, u64)>,
    /// Statements that changed rows by their text alone, and are not taken back.
    pub lost: u64,
    /// What a reader of the text should know of its tables.
    pub doubts: BTreeSet<String>,
    /// Events that could not be read.
    pub damaged: u64,
}

/// Changes that cannot be taken back.
#[derive(Default)]
struct Refusals {
    count: u64,
    /// Why: the first place, the reason, and in how many places.
    reasons: Vec<(String, String, u64)>,
}

impl Refusals {
    fn add(&mut self, place: &str, reason: &str) {
        self.count += 1;
        self.say(place, reason, 1);
    }

    /// A reason is said once, with the first place.
    fn say(&mut self, place: &str, reason: &str, places: u64) {
        let mut known = self.reasons.iter_mut();
        if let Some((_, _, sum)) = known.find(|known| known.1 == reason) {
            *sum += places;
        } else if self.reasons.len() < MOST_REASONS {
            let (place, reason) = (place.to_owned(), reason.to_owned());
            self.reasons.push((place, reason, places));
        }
    }

    /// Those of a transaction, too.
    fn take(&mut self, other: Self) {
        self.count += other.count;
        for (place, reason, places) in other.reasons {
            self.say(&place, &reason, places);
        }
    }
}

/// What a record that is kept is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    /// A transaction begins.
    Begin,
    /// A statement.
    Row,
    /// A transaction has happened.
    Committed,
    /// A transaction has not happened, or only prepared.
    Dropped,
    /// A comment.
    Comment,
}

impl Tag {
    const ALL: [Self; 5] = [
        Self::Begin,
        Self::Row,
        Self::Committed,
        Self::Dropped,
        Self::Comment,
    ];
}

impl Undo {
    /// Take back what fits the conditions, of a log that is read with [`Undo::filter`].
    pub fn new(options: Options, conditions: Conditions, filter: Filter) -> Result<Self> {
        Ok(Self {
            options,
            conditions,
            filter,
            chosen: false,
            statements: Statements::new(),
            kept: Reversed::new()?,
            line: String::new(),
            refused: Refusals::default(),
            open: Refusals::default(),
            tables: BTreeSet::new(),
            more_tables: false,
            report: Report::default(),
        })
    }

    /// With this a log is read to take back what another filter wants: every statement matters.
    pub fn filter(wanted: Filter) -> Filter {
        Filter {
            every_statement: true,
            ..wanted
        }
    }

    /// What changes must fit to be taken back.
    pub fn conditions(&self) -> &Conditions {
        &self.conditions
    }

    /// The next of the log.
    pub fn take(&mut self, item: &Item) -> Result<()> {
        match item {
            Item::Begin(begin) => {
                self.open = Refusals::default();
                self.chosen = self.filter.wants_transaction(begin);
                self.put(Tag::Begin, "")
            }
            Item::Rows(rows) => self.rows(rows),
            Item::Statement(statement) => match statement.role {
                Role::Change => self.statement(&statement.query, &place(&statement.raw)),
                Role::RollbackTo => {
                    self.open.add(
                        &place(&statement.raw),
                        "part of the transaction was rolled back to a savepoint",
                    );
                    Ok(())
                }
                Role::Savepoint | Role::XaMark | Role::XaEnd | Role::AlterMark => Ok(()),
            },
            Item::Other(raw, event) => match &**event {
                Event::LoadQuery(load) => self.statement(&load.query, &place(raw)),
                Event::Incident { .. } => {
                    self.refused
                        .add(&place(raw), "changes are missing from the log");
                    Ok(())
                }
                _ => Ok(()),
            },
            Item::End(end) => self.end(end),
            Item::Note(note) => {
                if matches!(note.kind, NoteKind::Damage | NoteKind::Gap) {
                    self.report.damaged += u64::from(note.kind == NoteKind::Damage);
                    let place = format!("{}:{}", visible::line(&note.file), note.offset);
                    self.refused.add(&place, &note.text);
                }
                Ok(())
            }
            Item::Original(_) | Item::Ended(_) => Ok(()),
        }
    }

    fn rows(&mut self, rows: &Rows) -> Result<()> {
        self.meet(&rows.table);
        let mut conditions = std::mem::take(&mut self.conditions);
        let mut failed = Ok(());
        let read = conditions.each(rows, |change| {
            self.line.clear();
            let undo = Direction::Undo;
            let written = self
                .statements
                .write(&rows.table, rows.op, change, undo, &mut self.line);
            match written {
                Ok(()) => {
                    self.report.rows += 1;
                    let line = std::mem::take(&mut self.line);
                    if failed.is_ok() {
                        failed = self.put(Tag::Row, &line);
                    }
                    self.line = line;
                    Ok(())
                }
                Err(Unsayable::Damaged { reason, .. }) => Err(reason),
                Err(reason) => {
                    self.open.add(&place(&rows.raw), &reason.to_string());
                    Ok(())
                }
            }
        });
        self.conditions = conditions;
        if let Err(Malformed(reason)) = read {
            self.report.damaged += 1;
            let place = place(&rows.raw);
            self.open
                .add(&place, &format!("rows cannot be read: {reason}"));
        }
        failed
    }

    /// A statement: it may have changed what the rows before it are about, and rows of its own.
    fn statement(&mut self, query: &Query, place: &str) -> Result<()> {
        let concerns = self.more_tables || may_change(query, &self.tables);
        let earlier = self.report.barrier.as_ref().map_or(0, |(_, rows)| *rows);
        let refused = self.refused.count + self.open.count;
        let before = self.report.rows + refused + earlier;
        let ends = concerns && before > 0 && !self.options.past_barriers;
        let loses = self.chosen
            && match Loses::of(&query.text(), query.mode()) {
                Loses::Nothing => false,
                Loses::Named => self.filter.wants_named(query),
                Loses::Any => self.filter.wants_change(query),
            };
        let passed = concerns && self.options.past_barriers;
        if !(ends || loses || passed) {
            return Ok(());
        }
        let shown = visible::line(&query.shown());
        self.report.lost += u64::from(loses);
        if !ends {
            return self.put(Tag::Comment, &format!("NOT TAKEN BACK: {place}: {shown}"));
        }
        let doubts = std::mem::take(&mut self.report.doubts);
        self.report = Report {
            barrier: Some((format!("{place}: {shown}"), before)),
            doubts,
            lost: self.report.lost,
            // What could not be read may have been anything.
            damaged: self.report.damaged,
            ..Report::default()
        };
        self.tables.clear();
        self.more_tables = false;
        self.refused = Refusals::default();
        self.open = Refusals::default();
        self.kept.clear()?;
        // The transaction that holds the statement has begun already.
        self.put(Tag::Begin, "")
    }

    fn end(&mut self, end: &End) -> Result<()> {
        let mut title = Vec::new();
        stamp(&mut title, logged_micros(&end.begin), b' ');
        let gtid = end.begin.gtid.map(|gtid| format!("  {gtid}"));
        let title = format!(
            "{}{}  {}:{}",
            String::from_utf8_lossy(&title),
            gtid.unwrap_or_default(),
            visible::line(&end.begin.file),
            end.begin.offset
        );
        let open = std::mem::take(&mut self.open);
        match &end.outcome {
            Outcome::Committed | Outcome::Prepared(_) => self.refused.take(open),
            // It has not happened.
            Outcome::RolledBack | Outcome::Cut => {}
        }
        match &end.outcome {
            Outcome::Committed => self.put(Tag::Committed, &title),
            Outcome::RolledBack | Outcome::Cut => self.put(Tag::Dropped, &title),
            Outcome::Prepared(xa) => {
                self.refused.add(
                    &title,
                    &format!("it is prepared as {xa}: whether it happened is said elsewhere"),
                );
                self.put(Tag::Dropped, &title)
            }
        }
    }

    /// A table with changes, and what a reader should know of it.
    fn meet(&mut self, table: &TablePlan) {
        let name = (table.database.clone(), table.table.clone());
        if self.tables.contains(&name) {
            return;
        }
        if self.tables.len() >= MOST_TABLES {
            self.more_tables = true;
            return;
        }
        self.tables.insert(name);
        if self.report.doubts.len() < MOST_TABLES {
            self.report.doubts.extend(doubts(table));
        }
    }

    fn put(&mut self, tag: Tag, text: &str) -> Result<()> {
        self.kept.put(tag as u8, text.as_bytes())
    }

    /// Write the text, the last transaction first, and say what became of it. Nothing is written where something
    /// cannot be taken back, unless the rest was asked for.
    pub fn finish(mut self, write: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<Report> {
        self.report.refused = self.refused.count;
        self.report.reasons = self.refused.reasons.iter().map(said).collect();
        if self.report.refused > 0 && !self.options.partial {
            return Ok(self.report);
        }
        let mut text = head(&self.report).into_bytes();
        let mut records = self.kept.read()?;
        // Of the transaction that is written: it has happened, and BEGIN was written.
        let (mut happened, mut begun) = (false, false);
        let mut title = String::new();
        while let Some((tag, record)) = records.next()? {
            let record = String::from_utf8_lossy(&record);
            // Nothing else was put in.
            let Some(tag) = Tag::ALL.get(usize::from(tag)).copied() else {
                continue;
            };
            match tag {
                Tag::Committed | Tag::Dropped => {
                    happened = tag == Tag::Committed;
                    title = record.into_owned();
                }
                Tag::Row if happened => {
                    if !begun {
                        begun = true;
                        self.report.transactions += 1;
                        text.extend_from_slice(
                            format!("\n-- undo of {title}\nBEGIN;\n").as_bytes(),
                        );
                    }
                    text.extend_from_slice(record.as_bytes());
                    text.push(b'\n');
                }
                Tag::Row => self.report.rows -= 1,
                Tag::Comment => {
                    text.extend_from_slice(format!("-- {record}\n").as_bytes());
                }
                Tag::Begin => {
                    if begun {
                        text.extend_from_slice(b"COMMIT;\n");
                    }
                    (happened, begun) = (false, false);
                }
            }
            if text.len() >= BLOCK {
                write(&text)?;
                text.clear();
            }
        }
        if begun {
            text.extend_from_slice(b"COMMIT;\n");
        }
        if let Some((statement, rows)) = &self.report.barrier {
            text.extend_from_slice(
                format!(
                    "\n-- NOT TAKEN BACK: {rows} {} before the statement at {statement}\n",
                    if *rows == 1 { "change" } else { "changes" }
                )
                .as_bytes(),
            );
        }
        write(&text)?;
        Ok(self.report)
    }
}

fn said((place, reason, places): &(String, String, u64)) -> String {
    match places {
        1 => format!("{place}: {reason}"),
        2 => format!("{place}: {reason} (and once more)"),
        _ => format!("{place}: {reason} (and {} times more)", places - 1),
    }
}

/// What stands before the statements.
fn head(report: &Report) -> String {
    let mut head = String::from(
        "\
-- Statements that take changes back, the last change first. Read them before you run them.
-- Rows that foreign keys changed by themselves (ON DELETE or ON UPDATE CASCADE, SET NULL) are here only where the
-- server logs them: MySQL 9.7 does, MariaDB and older ones do not. Triggers would fire again; what they changed in row
-- format is in the log, and is here. A row that was changed again later loses that change, too, where it is found by
-- its key.
",
    );
    for doubt in &report.doubts {
        head.push_str("-- ");
        head.push_str(&visible::line(doubt));
        head.push('\n');
    }
    for reason in &report.reasons {
        head.push_str("-- NOT TAKEN BACK: ");
        head.push_str(&visible::line(reason));
        head.push('\n');
    }
    head.push_str(HEAD);
    head
}

fn place(raw: &RawEvent) -> String {
    format!("{}:{}", visible::line(&raw.file), raw.offset)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::binlog::{event::StatusVars, filter::TableRule};

    fn undo() -> Undo {
        let all = Filter::default();
        Undo::new(Options::default(), Conditions::default(), all).unwrap()
    }

    #[test]
    fn a_barrier_forgets_no_damage() {
        let call = Query {
            thread_id: 1,
            exec_secs: 0,
            error_code: 0,
            database: bytes::Bytes::new(),
            sql: bytes::Bytes::from_static(b"CALL p()"),
            vars: StatusVars::default(),
        };
        let mut undo = undo();
        undo.report.rows = 2;
        undo.report.damaged = 1;
        undo.refused.add("a:4", "it is torn");
        undo.statement(&call, "a:9").unwrap();
        let report = undo.finish(&mut |_| Ok(())).unwrap();
        assert_eq!(report.damaged, 1);
        assert_eq!((report.rows, report.refused), (0, 0));
        assert_eq!(report.barrier, Some(("a:9: CALL p()".to_owned(), 3)));
    }

    #[test]
    fn rows_that_only_their_statement_tells_of_are_named_and_counted() {
        let query = |sql: &'static str| Query {
            thread_id: 1,
            exec_secs: 0,
            error_code: 0,
            database: bytes::Bytes::from_static(b"shop"),
            sql: bytes::Bytes::from_static(sql.as_bytes()),
            vars: StatusVars::default(),
        };
        let of = |filter: Filter, chosen: bool| {
            let mut undo = Undo::new(Options::default(), Conditions::default(), filter).unwrap();
            undo.chosen = chosen;
            for sql in [
                "UPDATE item SET n = 1",
                "TRUNCATE item",
                "DROP TABLE item",
                "CREATE TABLE other (id INT)",
                "ALTER TABLE item ADD m INT",
                "DROP TEMPORARY TABLE x",
            ] {
                undo.statement(&query(sql), "a:4").unwrap();
            }
            let mut text = Vec::new();
            let report = undo.finish(&mut |part| {
                text.extend_from_slice(part);
                Ok(())
            });
            let text = String::from_utf8(text).unwrap();
            (
                report.unwrap().lost,
                text.matches("NOT TAKEN BACK: a:4").count(),
            )
        };
        assert_eq!(of(Filter::default(), true), (3, 3));
        assert_eq!(of(Filter::default(), false), (0, 0));
        let elsewhere = Filter {
            tables: vec![TableRule::parse("archive.old")],
            ..Filter::default()
        };
        assert_eq!(of(elsewhere, true), (0, 0));
        // An update may have set off a trigger.
        let beside = Filter {
            tables: vec![TableRule::parse("shop.other")],
            ..Filter::default()
        };
        assert_eq!(of(beside, true), (1, 1));
    }

    #[test]
    fn a_reason_is_said_once_with_its_first_place() {
        let mut undo = undo();
        for place in ["a:4", "a:9", "b:4"] {
            undo.refused.add(place, "it is torn");
        }
        undo.refused.add("b:9", "it is burnt");
        let report = undo.finish(&mut |_| Ok(())).unwrap();
        assert_eq!(report.refused, 4);
        assert_eq!(
            report.reasons,
            ["a:4: it is torn (and 2 times more)", "b:9: it is burnt"]
        );
    }
}
