//! What transactions consist of.

use std::sync::Arc;

use bytes::Bytes;

use crate::engine::binlog::{
    bytes::Malformed,
    event::{Event, GtidEvent, MariaBegin, Query, Xa},
    frame::{FLAG_ARTIFICIAL, Format, RawEvent},
    gtid::Gtid,
    kind,
    rows::{Op, RowsEvent},
    source::{Ending, Note},
    table::TablePlan,
};

/// The most tables of one transaction that are counted by name.
pub const MOST_TALLIES: usize = 1000;

/// What a log consists of.
#[derive(Clone, Debug)]
pub enum Item {
    /// A transaction begins. With a filter of changes it comes before the first that is wanted, and not without one.
    Begin(Arc<Begin>),
    /// Rows of one operation on one table.
    Rows(Rows),
    /// A statement.
    Statement(Statement),
    /// The statement behind the rows that follow, where the server logs it.
    Original(Bytes),
    /// Any other event, in a transaction or between two.
    Other(RawEvent, Box<Event>),
    /// The transaction is over.
    End(Box<End>),
    /// Something that a reader must be told.
    Note(Note),
    /// There is no more; asked again it is the same.
    Ended(Ending),
}

/// How a transaction begins.
#[derive(Clone, Debug)]
pub struct Begin {
    /// Its name, where the server has GTIDs.
    pub gtid: Option<Gtid>,
    /// The file of its first event.
    pub file: Arc<str>,
    /// Where its first event begins, in bytes.
    pub offset: u64,
    /// The time of its first event, in seconds since 1970 UTC: when its last statement began.
    pub timestamp: u32,
    /// The server that made it.
    pub server_id: u32,
    /// Reading began inside it, or its beginning was damaged: changes may be missing.
    pub partial: bool,
    /// What MySQL says of it.
    pub mysql: Option<GtidEvent>,
    /// What MariaDB says of it.
    pub mariadb: Option<MariaBegin>,
}

impl Begin {
    /// When it was written to this log, in seconds since 1970 UTC; where that is not logged, when its last statement
    /// began.
    pub fn logged_secs(&self) -> u32 {
        let micros = self.mysql.as_ref().and_then(|begin| begin.immediate_commit);
        micros
            .and_then(|micros| u32::try_from(micros / 1_000_000).ok())
            .filter(|secs| *secs > 0)
            .unwrap_or(self.timestamp)
    }
}

/// Rows as they were logged, not yet read: `rows.event()?.rows(&rows.table)?`.
#[derive(Clone, Debug)]
pub struct Rows {
    /// The event; not compressed.
    pub raw: RawEvent,
    /// What was done.
    pub op: Op,
    /// How to read them.
    pub table: Arc<TablePlan>,
    /// How the event is laid out.
    pub format: Arc<Format>,
}

impl Rows {
    /// The event with its head read.
    pub fn event(&self) -> Result<RowsEvent<'_>, Malformed> {
        RowsEvent::parse(self.raw.header.kind, &self.raw.body, &self.format)
    }
}

/// A statement of a transaction.
#[derive(Clone, Debug)]
pub struct Statement {
    /// The event; not compressed.
    pub raw: RawEvent,
    /// What it says.
    pub query: Box<Query>,
    /// What it does to the transaction.
    pub role: Role,
}

/// What a statement does to its transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// A change by its text: DDL, accounts, or rows in statement format.
    Change,
    /// SAVEPOINT.
    Savepoint,
    /// ROLLBACK TO: changes of transactional tables since that savepoint are undone.
    RollbackTo,
    /// XA START and XA END around the changes.
    XaMark,
    /// XA COMMIT or XA ROLLBACK of a transaction that was prepared before.
    XaEnd,
    /// The first half of an ALTER, or its second where it failed: it is not, or not yet, a change (MariaDB's
    /// `binlog_alter_two_phase`).
    AlterMark,
}

/// How a transaction ends.
#[derive(Clone, Debug)]
pub struct End {
    /// How it began.
    pub begin: Arc<Begin>,
    /// What became of it.
    pub outcome: Outcome,
    /// The file of its last event.
    pub file: Arc<str>,
    /// Where what follows it begins, in bytes.
    pub end: u64,
    /// Bytes of its events in the file; compressed ones as they are there.
    pub bytes: u64,
    /// Bytes of its events unpacked.
    pub plain_bytes: u64,
    /// How many events it has, those that were left out among them.
    pub events: u64,
    /// The time of its last event, in seconds since 1970 UTC.
    pub timestamp: u32,
    /// The connection that made it, where that is logged.
    pub thread_id: Option<u32>,
    /// The storage engine's number.
    pub xid: Option<u64>,
    /// Events of it that are damaged and left out.
    pub damaged: u64,
    /// What it did to which tables, also where those were left out; tables in the order of their first change.
    pub tables: Vec<TableTally>,
    /// Changes of more tables than [`MOST_TALLIES`] are counted here.
    pub other_tables: Tally,
}

/// What became of a transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It has happened.
    Committed,
    /// It was undone, though parts of it may have stayed: a server logs that only where tables are not transactional.
    RolledBack,
    /// XA PREPARE: another transaction will say what becomes of it.
    Prepared(Xa),
    /// It has no end in this log, so it has not happened; over a line it comes again.
    Cut,
}

/// What was done to one table.
#[derive(Clone, Debug)]
pub struct TableTally {
    /// The table.
    pub table: Arc<TablePlan>,
    /// By operation.
    pub tally: Tally,
}

/// Counts by operation: inserts, updates, deletes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Rows, as far as who reads them has counted ([`Transactions::count_rows`](super::Transactions::count_rows)).
    pub rows: [u64; 3],
    /// Events.
    pub events: [u64; 3],
    /// Bytes of the events' bodies.
    pub bytes: [u64; 3],
}

/// Where an operation is in a [`Tally`].
pub(super) fn place(op: Op) -> usize {
    match op {
        Op::Insert => 0,
        Op::Update => 1,
        Op::Delete => 2,
    }
}

impl Begin {
    pub(super) fn at(raw: &RawEvent) -> Self {
        Self {
            gtid: None,
            file: raw.file.clone(),
            offset: raw.offset,
            timestamp: raw.header.timestamp,
            server_id: raw.header.server_id,
            partial: false,
            mysql: None,
            mariadb: None,
        }
    }
}

impl End {
    /// Of a transaction that begins with this event; cut, until its end is seen.
    pub(super) fn of(begin: Arc<Begin>, raw: &RawEvent) -> Self {
        Self {
            begin,
            outcome: Outcome::Cut,
            file: raw.file.clone(),
            end: raw.end,
            bytes: 0,
            plain_bytes: 0,
            events: 0,
            timestamp: raw.header.timestamp,
            thread_id: None,
            xid: None,
            damaged: 0,
            tables: Vec::new(),
            other_tables: Tally::default(),
        }
    }

    pub(super) fn count(&mut self, raw: &RawEvent, packed_len: u64) {
        self.events += 1;
        self.end = raw.end;
        if raw.header.timestamp != 0 && !raw.header.has(FLAG_ARTIFICIAL) {
            self.timestamp = raw.header.timestamp;
        }
        if !raw.nested {
            self.bytes += packed_len;
        }
        if raw.header.kind != kind::TRANSACTION_PAYLOAD {
            self.plain_bytes += u64::from(raw.header.size);
        }
    }

    pub(super) fn tally(&mut self, table: &Arc<TablePlan>) -> &mut Tally {
        let known = |tally: &TableTally| {
            Arc::ptr_eq(&tally.table, table)
                || tally.table.table == table.table && tally.table.database == table.database
        };
        let at = match self.tables.iter().position(known) {
            Some(at) => at,
            None if self.tables.len() >= MOST_TALLIES => return &mut self.other_tables,
            None => {
                self.tables.push(TableTally {
                    table: table.clone(),
                    tally: Tally::default(),
                });
                self.tables.len() - 1
            }
        };
        match self.tables.get_mut(at) {
            Some(found) => &mut found.tally,
            None => &mut self.other_tables,
        }
    }
}

impl Tally {
    pub(super) fn count(&mut self, op: Op, bytes: usize) {
        let at = place(op);
        if let (Some(events), Some(sum)) = (self.events.get_mut(at), self.bytes.get_mut(at)) {
            *events += 1;
            *sum += bytes as u64;
        }
    }
}
