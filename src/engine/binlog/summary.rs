//! What happened in a log, in numbers: by table and over time, the largest and the longest transactions, the DDL, and
//! what is missing.
//!
//! Bounded whatever the log: tables beyond [`MOST_TABLES`] are counted together, and time is counted in minutes until
//! there are too many of them, then in twice as long steps.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

use serde::Serialize;

use super::{
    event::Event,
    print::logged_micros,
    rows::Op,
    source::NoteKind,
    table::TablePlan,
    transaction::{Begin, End, Item, MOST_TALLIES, Outcome, Role, Rows},
    words::changes_rows,
};

/// The most tables that are counted by name.
pub const MOST_TABLES: usize = 10_000;
/// The most steps of time.
pub const MOST_STEPS: usize = 4096;
/// The most transactions of a list, and of DDL statements and notes.
const MOST_LISTED: usize = 10;
const MOST_TEXTS: usize = 1000;

/// Counts by operation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Inserted rows.
    pub inserts: u64,
    /// Updated rows.
    pub updates: u64,
    /// Deleted rows.
    pub deletes: u64,
    /// Bytes of the events with inserted rows.
    pub insert_bytes: u64,
    /// Bytes of the events with updated rows.
    pub update_bytes: u64,
    /// Bytes of the events with deleted rows.
    pub delete_bytes: u64,
}

impl Counts {
    fn add(&mut self, op: Op, rows: u64, bytes: u64) {
        let (count, sum) = match op {
            Op::Insert => (&mut self.inserts, &mut self.insert_bytes),
            Op::Update => (&mut self.updates, &mut self.update_bytes),
            Op::Delete => (&mut self.deletes, &mut self.delete_bytes),
        };
        *count += rows;
        *sum += bytes;
    }

    /// And these.
    pub fn merge(&mut self, other: Self) {
        self.inserts += other.inserts;
        self.updates += other.updates;
        self.deletes += other.deletes;
        self.insert_bytes += other.insert_bytes;
        self.update_bytes += other.update_bytes;
        self.delete_bytes += other.delete_bytes;
    }

    /// All rows.
    pub fn rows(&self) -> u64 {
        self.inserts + self.updates + self.deletes
    }

    /// All bytes of events with rows.
    pub fn bytes(&self) -> u64 {
        self.insert_bytes + self.update_bytes + self.delete_bytes
    }
}

/// A table's counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TableCounts {
    /// Its database.
    pub database: String,
    /// Its name.
    pub table: String,
    /// What was done to it.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A step of time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Step {
    /// When it begins, in seconds since 1970 UTC.
    pub begin: u32,
    /// Transactions that were committed in it.
    pub transactions: u64,
    /// What they did.
    #[serde(flatten)]
    pub counts: Counts,
}

/// A transaction of a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its name.
    pub gtid: Option<String>,
    /// The file of its first event.
    pub file: String,
    /// Where that begins.
    pub pos: u64,
    /// The file of its last event.
    pub end_file: String,
    /// Where what follows that begins.
    pub end_pos: u64,
    /// When it was logged, in seconds since 1970 UTC.
    pub logged: u32,
    /// Seconds from the begin of its first statement to its end.
    pub seconds: u32,
    /// Its rows.
    pub rows: u64,
    /// Its bytes in the log.
    pub bytes: u64,
    /// Its connection.
    pub thread_id: Option<u32>,
    /// Some of its tables.
    pub tables: Vec<String>,
}

/// A statement that is no change of rows, or a note.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// When, in seconds since 1970 UTC; 0 where that is not known.
    pub logged: u32,
    /// The file.
    pub file: String,
    /// Where in it.
    pub pos: u64,
    /// The statement with passwords hidden, or what is missing.
    pub text: String,
}

/// What happened in a log.
#[derive(Clone, Debug, Serialize)]
pub struct Summary {
    /// Transactions that were committed.
    pub transactions: u64,
    /// Transactions that were rolled back, though they were logged.
    pub rolled_back: u64,
    /// Transactions that were prepared as a part of distributed ones.
    pub prepared: u64,
    /// Transactions without an end.
    pub cut: u64,
    /// Bytes of all transactions in the log.
    pub bytes: u64,
    /// When the first transaction was logged, in seconds since 1970 UTC.
    pub first: Option<u32>,
    /// When the last was.
    pub last: Option<u32>,
    /// All rows.
    pub counts: Counts,
    /// Changes in tables that are not counted by name.
    pub other_tables: Counts,
    /// Seconds of a step.
    pub step_secs: u32,
    /// Transactions by bytes.
    pub biggest: Vec<Listed>,
    /// Transactions by seconds.
    pub longest: Vec<Listed>,
    /// How many DDL statements there are.
    pub ddl_count: u64,
    /// The first ones.
    pub ddl: Vec<Text>,
    /// How many statements change rows by their text.
    pub statement_format: u64,
    /// How many files, transactions or parts of them are not there or cannot be read.
    pub gap_count: u64,
    /// The first ones.
    pub gaps: Vec<Text>,
    /// Events that cannot be read.
    pub damaged: u64,
    #[serde(skip)]
    tables: HashMap<(String, String), Counts>,
    #[serde(skip)]
    steps: BTreeMap<u32, Step>,
    #[serde(skip)]
    open: Open,
}

/// The transaction that is read: what it did counts when it is over.
#[derive(Clone, Debug, Default)]
struct Open {
    /// When its first statement began.
    since: Option<u32>,
    counts: Counts,
    /// Its tables, at most [`MOST_TALLIES`], and what it did to others.
    tables: Vec<(Arc<TablePlan>, Counts)>,
    other_tables: Counts,
    statement_format: u64,
    /// It was cut off, and nothing came after it.
    was_cut: bool,
}

impl Open {
    fn add(&mut self, table: &Arc<TablePlan>, op: Op, rows: u64, bytes: u64) {
        self.counts.add(op, rows, bytes);
        let same = |(known, _): &&mut (Arc<TablePlan>, Counts)| Arc::ptr_eq(known, table);
        if let Some((_, counts)) = self.tables.iter_mut().find(same) {
            counts.add(op, rows, bytes);
        } else if self.tables.len() >= MOST_TALLIES {
            self.other_tables.add(op, rows, bytes);
        } else {
            let mut counts = Counts::default();
            counts.add(op, rows, bytes);
            self.tables.push((table.clone(), counts));
        }
    }
}

impl Default for Summary {
    fn default() -> Self {
        Self {
            transactions: 0,
            rolled_back: 0,
            prepared: 0,
            cut: 0,
            bytes: 0,
            first: None,
            last: None,
            counts: Counts::default(),
            other_tables: Counts::default(),
            step_secs: 60,
            biggest: Vec::new(),
            longest: Vec::new(),
            ddl_count: 0,
            ddl: Vec::new(),
            statement_format: 0,
            gap_count: 0,
            gaps: Vec::new(),
            damaged: 0,
            tables: HashMap::new(),
            steps: BTreeMap::new(),
            open: Open::default(),
        }
    }
}

impl Summary {
    /// The next of the log.
    pub fn take(&mut self, item: &Item) {
        match item {
            Item::Begin(_) => self.open = Open::default(),
            Item::Rows(rows) => self.rows(rows),
            Item::Statement(statement) => {
                self.since(statement.raw.header.timestamp);
                if statement.role == Role::Change {
                    self.statement(
                        statement.raw.header.timestamp,
                        &statement.raw,
                        &statement.query,
                    );
                }
            }
            Item::Other(raw, event) => {
                if let Event::LoadQuery(_) = **event {
                    self.open.statement_format += 1;
                }
                if let Event::Incident { .. } = **event {
                    self.gap(Text {
                        logged: raw.header.timestamp,
                        file: raw.file.to_string(),
                        pos: raw.offset,
                        text: "incident: the server says that changes are missing".to_owned(),
                    });
                }
            }
            Item::End(end) => self.end(end),
            Item::Note(note) => {
                // It comes again, from its start.
                if note.kind == NoteKind::Link && std::mem::take(&mut self.open.was_cut) {
                    self.cut -= 1;
                }
                self.damaged += u64::from(note.kind == NoteKind::Damage);
                if matches!(note.kind, NoteKind::Damage | NoteKind::Gap) {
                    self.gap(Text {
                        logged: 0,
                        file: note.file.to_string(),
                        pos: note.offset,
                        text: note.text.clone(),
                    });
                }
            }
            Item::Original(_) | Item::Ended(_) => {}
        }
    }

    fn gap(&mut self, text: Text) {
        self.gap_count += 1;
        push(&mut self.gaps, text);
    }

    fn rows(&mut self, rows: &Rows) {
        self.since(rows.raw.header.timestamp);
        let counted = rows
            .event()
            .and_then(|event| event.rows(&rows.table)?.count());
        let Ok(count) = counted else {
            self.damaged += 1;
            return;
        };
        let bytes = rows.raw.body.len() as u64;
        self.open.add(&rows.table, rows.op, count, bytes);
    }

    /// A transaction has happened, or a part of it.
    fn merge(&mut self, open: &Open) {
        self.counts.merge(open.counts);
        self.other_tables.merge(open.other_tables);
        self.statement_format += open.statement_format;
        for (table, counts) in &open.tables {
            let name = (table.database.clone(), table.table.clone());
            let known = self.tables.len();
            match self.tables.get_mut(&name) {
                Some(sum) => sum.merge(*counts),
                None if known >= MOST_TABLES => self.other_tables.merge(*counts),
                None => drop(self.tables.insert(name, *counts)),
            }
        }
    }

    fn since(&mut self, timestamp: u32) {
        let since = self.open.since.get_or_insert(timestamp);
        *since = timestamp.min(*since);
    }

    fn statement(
        &mut self,
        logged: u32,
        raw: &super::frame::RawEvent,
        query: &super::event::Query,
    ) {
        if changes_rows(&query.text(), query.mode()) {
            self.open.statement_format += 1;
            return;
        }
        self.ddl_count += 1;
        push(
            &mut self.ddl,
            Text {
                logged,
                file: raw.file.to_string(),
                pos: raw.offset,
                text: query.shown().chars().take(4096).collect(),
            },
        );
    }

    fn end(&mut self, end: &End) {
        let open = std::mem::take(&mut self.open);
        match end.outcome {
            Outcome::Committed => self.transactions += 1,
            Outcome::RolledBack => self.rolled_back += 1,
            Outcome::Prepared(_) => self.prepared += 1,
            Outcome::Cut => {
                self.cut += 1;
                self.open.was_cut = true;
                return;
            }
        }
        let logged = end.begin.logged_secs();
        self.bytes += end.bytes;
        self.merge(&open);
        self.first = Some(self.first.map_or(logged, |first| first.min(logged)));
        self.last = Some(self.last.map_or(logged, |last| last.max(logged)));
        let committed = u64::from(end.outcome == Outcome::Committed);
        self.step(logged, committed, open.counts);
        let seconds = end
            .timestamp
            .saturating_sub(open.since.unwrap_or(end.timestamp));
        list(
            &mut self.biggest,
            end.bytes,
            |listed| listed.bytes,
            || listed(end, seconds, &open),
        );
        if seconds > 0 {
            let by = |listed: &Listed| u64::from(listed.seconds);
            list(&mut self.longest, seconds.into(), by, || {
                listed(end, seconds, &open)
            });
        }
    }

    fn step(&mut self, logged: u32, committed: u64, counts: Counts) {
        let begin = logged - logged % self.step_secs;
        let step = self.steps.entry(begin).or_insert(Step {
            begin,
            ..Step::default()
        });
        step.transactions += committed;
        step.counts.merge(counts);
        while self.steps.len() > MOST_STEPS {
            self.step_secs *= 2;
            let finer = std::mem::take(&mut self.steps);
            for (at, step) in finer {
                let begin = at - at % self.step_secs;
                let wider = self.steps.entry(begin).or_insert(Step {
                    begin,
                    ..Step::default()
                });
                wider.transactions += step.transactions;
                wider.counts.merge(step.counts);
            }
        }
    }

    /// Tables, those with most bytes first.
    pub fn tables(&self) -> Vec<TableCounts> {
        let mut tables: Vec<_> = self
            .tables
            .iter()
            .map(|((database, table), counts)| TableCounts {
                database: database.clone(),
                table: table.clone(),
                counts: *counts,
            })
            .collect();
        tables.sort_by(|one, other| {
            let by = |table: &TableCounts| (table.counts.bytes(), table.counts.rows());
            by(other)
                .cmp(&by(one))
                .then_with(|| (&one.database, &one.table).cmp(&(&other.database, &other.table)))
        });
        tables
    }

    /// Steps of time in which something happened.
    pub fn steps(&self) -> impl Iterator<Item = &Step> {
        self.steps.values()
    }
}

fn push(texts: &mut Vec<Text>, text: Text) {
    if texts.len() < MOST_TEXTS {
        texts.push(text);
    }
}

/// Put a transaction in its place of a list that is sorted, if it has one.
fn list(
    list: &mut Vec<Listed>,
    size: u64,
    by: impl Fn(&Listed) -> u64,
    make: impl FnOnce() -> Listed,
) {
    let at = list.partition_point(|listed| by(listed) >= size);
    if at < MOST_LISTED {
        list.insert(at, make());
        list.truncate(MOST_LISTED);
    }
}

fn listed(end: &End, seconds: u32, open: &Open) -> Listed {
    let begin: &Begin = &end.begin;
    Listed {
        gtid: begin.gtid.map(|gtid| gtid.to_string()),
        file: begin.file.to_string(),
        pos: begin.offset,
        end_file: end.file.to_string(),
        end_pos: end.end,
        logged: u32::try_from(logged_micros(begin) / 1_000_000).unwrap_or(u32::MAX),
        seconds,
        rows: open.counts.rows(),
        bytes: end.bytes,
        thread_id: end.thread_id,
        tables: end
            .tables
            .iter()
            .take(3)
            .map(|tally| format!("{}.{}", tally.table.database, tally.table.table))
            .collect(),
    }
}

#[cfg(test)]
mod tests;
