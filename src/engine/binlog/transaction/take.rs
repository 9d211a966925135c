//! What each event of a log does to the open transaction, and which items it makes.

use std::sync::Arc;

use super::{Begin, Item, Mapped, Outcome, Packed, Role, Rows, Statement, Transactions};
use crate::engine::binlog::{
    bytes::Malformed,
    event::{Event, MariaBegin, Payload, Query, RowsHead},
    filter::TableRule,
    frame::{FLAG_ARTIFICIAL, RawEvent},
    gtid::{Gtid, MariaGtid},
    kind,
    payload::{Nested, expand},
    rows::Op,
    source::Source,
};

/// The most tables of one statement; no server has more in a join.
const MOST_MAPPED: usize = 4096;

/// The most variables of one statement that are kept until it is known to be wanted.
const MOST_VARIABLES: usize = 4096;

/// Events that are never inside a transaction.
fn begins_anew(kind: u8) -> bool {
    matches!(
        kind,
        kind::GTID
            | kind::ANONYMOUS_GTID
            | kind::GTID_TAGGED
            | kind::MARIADB_GTID
            | kind::FORMAT_DESCRIPTION
            | kind::ROTATE
            | kind::HEARTBEAT
            | kind::HEARTBEAT_V2
    )
}

impl<S: Source> Transactions<S> {
    /// The next event of a compressed transaction.
    pub(super) fn take_packed(&mut self, mut packed: Packed) {
        match packed.events.next_event() {
            Ok(Some(raw)) => {
                self.packed = Some(packed);
                self.take(raw);
            }
            Ok(None) => self.end_packed(&packed.raw, packed.payload),
            Err(reason) => {
                self.damaged(&packed.raw, reason);
                self.end_packed(&packed.raw, packed.payload);
            }
        }
    }

    /// A compressed transaction is over, whatever its events said.
    fn end_packed(&mut self, raw: &RawEvent, payload: Payload) {
        self.track(raw, &Event::Payload(payload));
        let said = self.open.as_mut().and_then(|open| open.outcome.take());
        self.end(raw, said.unwrap_or(Outcome::Committed));
    }

    pub(super) fn take(&mut self, mut raw: RawEvent) {
        let packed_len = u64::from(raw.header.size);
        if let Some(format) = &self.format
            && let Err(reason) = expand(&mut raw, format)
        {
            self.damaged(&raw, reason);
            return;
        }
        if let Some(open) = &mut self.open
            && !begins_anew(raw.header.kind)
        {
            open.end.count(&raw, packed_len);
        }
        match raw.header.kind {
            kind::TABLE_MAP => self.map_table(&raw),
            kind if Op::of(kind).is_some() => self.take_rows(raw),
            _ => match Event::parse(&raw, self.format.as_deref()) {
                Ok(event) => self.take_event(raw, event, packed_len),
                Err(reason) => self.damaged(&raw, reason),
            },
        }
    }

    /// Rows follow that name this table by its number.
    fn map_table(&mut self, raw: &RawEvent) {
        let Some(format) = self.format.clone() else {
            return self.damaged(
                raw,
                Malformed("an event before the description of the file"),
            );
        };
        self.begin_inside(raw);
        let Self { names, filter, .. } = self;
        let plan = self.tables.take(&raw.body, &format, |plan| match names {
            Some(names) if filter.wants_table(&plan.database, &plan.table) => names(plan),
            _ => plan,
        });
        match plan {
            Ok(_) if self.mapped.len() >= MOST_MAPPED => {
                self.damaged(raw, Malformed("more tables than one statement can have"));
            }
            Ok(table) => {
                let wanted = self.filter.wants_table(&table.database, &table.table);
                if wanted && !self.unmet.is_empty() {
                    let met = |rule: &TableRule| rule.fits(&table.database, &table.table);
                    self.unmet.retain(|rule| !met(rule));
                }
                let id = table.id;
                self.mapped.retain(|mapped| mapped.id != id);
                self.mapped.push(Mapped { id, table, wanted });
            }
            Err(reason) => self.damaged(raw, reason),
        }
    }

    fn take_rows(&mut self, raw: RawEvent) {
        let Some(format) = self.format.clone() else {
            let reason = Malformed("an event before the description of the file");
            return self.damaged(&raw, reason);
        };
        self.begin_inside(&raw);
        let head = match RowsHead::parse(raw.header.kind, &raw.body, &format) {
            Ok(head) => head,
            Err(reason) => return self.damaged(&raw, reason),
        };
        let mapped = self.mapped.iter().find(|mapped| mapped.id == head.table_id);
        let found = mapped.map(|mapped| (Arc::clone(&mapped.table), mapped.wanted));
        if head.ends_statement() {
            self.mapped.clear();
        }
        let Some((table, wanted)) = found else {
            // An event without a table that only ends its statement.
            if !head.is_empty() {
                self.damaged(&raw, Malformed("rows of a table that was not named before"));
            }
            return;
        };
        let Some(open) = &mut self.open else {
            return;
        };
        open.end.tally(&table).count(head.op, raw.body.len());
        let shown = open.wanted && wanted && self.filter.wants_op(head.op);
        // It is of this statement alone.
        let original = open.original.take_if(|_| shown || head.ends_statement());
        if shown {
            self.announce();
            self.queue.extend(original.map(Item::Original));
            self.queue.push_back(Item::Rows(Rows {
                raw,
                op: head.op,
                table,
                format,
            }));
        }
    }

    fn take_event(&mut self, raw: RawEvent, event: Event, packed_len: u64) {
        match event {
            Event::FormatDescription(_)
            | Event::Rotate(_)
            | Event::Gtid(_)
            | Event::MariaGtid(_)
            | Event::Payload(_)
                if raw.nested =>
            {
                self.damaged(&raw, Malformed("no compressed transaction can hold it"));
            }
            Event::FormatDescription(format) => {
                // Numbers of tables begin anew with the server.
                if format.created != 0 {
                    self.tables.forget(|_| true);
                }
                // A file that is begun ends what its server left open when it died.
                if !raw.header.has(FLAG_ARTIFICIAL) && raw.header.log_pos != 0 {
                    self.cut();
                }
                let event = Event::FormatDescription(format.clone());
                self.format = Some(Arc::from(format));
                self.track(&raw, &event);
                if !self.tracker.repeats() {
                    self.other(raw, event);
                }
            }
            Event::Gtid(begin) => {
                self.cut();
                self.track(&raw, &Event::Gtid(begin.clone()));
                let mut start = Begin::at(&raw);
                start.gtid = begin.gtid.map(Gtid::MySql);
                let left_out = start
                    .gtid
                    .is_some_and(|gtid| self.left_out(&gtid).is_some());
                start.mysql = Some(begin);
                self.begin(start, left_out, &raw, packed_len);
            }
            Event::MariaGtid(begin) => {
                self.cut();
                let mut start = Begin::at(&raw);
                start.gtid = Some(Gtid::MariaDb(begin.gtid));
                let left_out = self.left_out(&Gtid::MariaDb(begin.gtid));
                let mut tracked = begin.clone();
                if let Some(Gtid::MariaDb(reached)) = left_out {
                    tracked.gtid = reached;
                }
                self.track(&raw, &Event::MariaGtid(tracked));
                let thread_id = begin.thread_id;
                start.mariadb = Some(begin);
                self.begin(start, left_out.is_some(), &raw, packed_len);
                if let Some(open) = &mut self.open {
                    open.end.thread_id = thread_id;
                }
            }
            Event::Query(query) => self.statement(&raw, query),
            Event::Xid(xid) => {
                self.begin_inside(&raw);
                if let Some(open) = &mut self.open {
                    open.end.xid = Some(xid);
                }
                self.track(&raw, &Event::Xid(xid));
                self.end(&raw, Outcome::Committed);
            }
            Event::XaPrepare(xa) => {
                self.begin_inside(&raw);
                self.track(&raw, &Event::XaPrepare(xa.clone()));
                let outcome = if xa.one_phase {
                    Outcome::Committed
                } else {
                    Outcome::Prepared(xa)
                };
                self.end(&raw, outcome);
            }
            Event::Payload(payload) => self.unpack(raw, payload),
            Event::RowsQuery(text) | Event::AnnotateRows(text) => {
                self.begin_inside(&raw);
                let only_with_rows = self.filter.chooses_changes();
                if let Some(open) = &mut self.open
                    && open.wanted
                {
                    if only_with_rows {
                        open.original = Some(text);
                    } else {
                        self.queue.push_back(Item::Original(text));
                    }
                }
            }
            event => self.take_other(&raw, event),
        }
    }

    /// The events of a compressed transaction come next.
    fn unpack(&mut self, raw: RawEvent, payload: Payload) {
        self.begin_inside(&raw);
        let Some(format) = &self.format else {
            return;
        };
        match Nested::new(&raw, &payload, format) {
            Ok(events) => {
                self.packed = Some(Packed {
                    events,
                    raw,
                    payload,
                });
            }
            Err(reason) => {
                self.damaged(&raw, reason);
                self.end_packed(&raw, payload);
            }
        }
    }

    /// An event that is no change by itself.
    fn take_other(&mut self, raw: &RawEvent, event: Event) {
        if let (Event::GtidList(_), Some(skip)) = (&event, &mut self.skip)
            && let Ok(listed) = MariaGtid::listed(&raw.body)
        {
            skip.file_begins(&listed);
        }
        self.remember();
        let ended = self.track(raw, &event);
        if ended || matches!(event, Event::LoadQuery(_)) {
            self.begin_at_statement(raw, false);
        }
        let inside = self.open.is_some();
        if matches!(
            event,
            Event::IntVar(_) | Event::Rand(..) | Event::UserVar(_)
        ) && self.filter.chooses_changes()
            && let Some(open) = &mut self.open
        {
            if open.wanted && open.variables.len() < MOST_VARIABLES {
                let item = Item::Other(raw.clone(), Box::new(event));
                open.variables.push(item);
            }
            return;
        }
        let wanted = match &event {
            Event::LoadQuery(load) => self.wants_statement(&load.query, Role::Change),
            // What stands before the checkpoint has been read before it was made.
            _ if !inside => !self.tracker.repeats(),
            _ => self.changes_wanted(),
        };
        if wanted {
            if inside {
                self.announce();
            }
            self.other(raw.clone(), event);
        }
        if ended {
            self.end(raw, Outcome::Committed);
        }
    }

    fn statement(&mut self, raw: &RawEvent, query: Box<Query>) {
        let text = query.sql.clone();
        let sql: &[u8] = &text;
        if matches!(sql, b"BEGIN" | b"COMMIT" | b"ROLLBACK") {
            if sql == b"BEGIN" {
                self.begin_at_statement(raw, false);
            }
            self.begin_inside(raw);
            if let Some(open) = &mut self.open {
                open.end.thread_id.get_or_insert(query.thread_id);
            }
            let rolled_back = sql == b"ROLLBACK";
            let begins = sql == b"BEGIN";
            if self.track(raw, &Event::Query(query)) || raw.nested && !begins {
                let outcome = if rolled_back {
                    Outcome::RolledBack
                } else {
                    Outcome::Committed
                };
                self.end(raw, outcome);
            }
            return;
        }
        self.begin_at_statement(raw, false);
        let half = query.vars.alter_flags.unwrap_or(0);
        let failed = half & MariaBegin::MORE_ROLLBACK_ALTER != 0;
        let role = if failed || half & MariaBegin::MORE_START_ALTER != 0 {
            Role::AlterMark
        } else {
            Role::of(sql)
        };
        let undone = failed || starts(sql, b"XA ROLLBACK");
        if let Some(open) = &mut self.open {
            open.end.thread_id.get_or_insert(query.thread_id);
            open.end.xid = open.end.xid.or(query.vars.xid);
        }
        let event = Event::Query(query);
        self.remember();
        let ended = self.track(raw, &event);
        let Event::Query(query) = event else {
            return;
        };
        let wanted = self.wants_statement(&query, role);
        let variables = self
            .open
            .as_mut()
            .map(|open| std::mem::take(&mut open.variables));
        if wanted {
            self.announce();
            self.queue.extend(variables.into_iter().flatten());
            self.queue.push_back(Item::Statement(Statement {
                raw: raw.clone(),
                query,
                role,
            }));
        }
        if ended {
            let outcome = if undone {
                Outcome::RolledBack
            } else {
                Outcome::Committed
            };
            self.end(raw, outcome);
        }
    }

    fn wants_statement(&self, query: &Query, role: Role) -> bool {
        let Some(open) = &self.open else {
            return false;
        };
        // Also those of transactions that are not chosen.
        if self.filter.every_statement && role == Role::Change {
            return open.in_range;
        }
        if !open.wanted || !self.filter.chooses_changes() {
            return open.wanted;
        }
        // What frames the changes is wanted with them, what changes by itself only where it may be meant.
        match role {
            Role::Change => !self.filter.rows_only && self.filter.wants_change(query),
            _ => open.announced,
        }
    }

    /// Whether what belongs to changes, but is none, is wanted now.
    fn changes_wanted(&self) -> bool {
        self.open
            .as_ref()
            .is_some_and(|open| open.wanted && (open.announced || !self.filter.chooses_changes()))
    }

    fn other(&mut self, raw: RawEvent, event: Event) {
        self.queue.push_back(Item::Other(raw, Box::new(event)));
    }
}

impl Role {
    fn of(sql: &[u8]) -> Self {
        match () {
            () if starts(sql, b"SAVEPOINT ") => Self::Savepoint,
            () if starts(sql, b"ROLLBACK TO ") => Self::RollbackTo,
            () if starts(sql, b"XA COMMIT") || starts(sql, b"XA ROLLBACK") => Self::XaEnd,
            () if starts(sql, b"XA ") => Self::XaMark,
            () => Self::Change,
        }
    }
}

fn starts(sql: &[u8], word: &[u8]) -> bool {
    sql.get(..word.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(word))
}
