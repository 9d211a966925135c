//! Events → transactions, as a stream: begin, changes, end. Nothing of a transaction is held here, so its size does
//! not matter; who reads decides what to keep.
//!
//! A change belongs to the transaction between whose begin and end it comes. It counts when the end says so
//! ([`Outcome::Committed`]); a transaction that is cut off has not happened.

mod item;

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

use super::{
    bytes::Malformed,
    checkpoint::Checkpoint,
    event::{Event, MariaBegin, Payload, Query, RowsHead},
    filter::{Filter, TableRule},
    frame::{FLAG_ARTIFICIAL, Flavour, Format, RawEvent},
    gtid::{Gtid, GtidPosition, MariaGtid},
    kind,
    payload::{Nested, expand},
    rows::Op,
    skip::Skip,
    source::{Ending, Note, NoteKind, Progress, Source, Status, Step},
    table::{TablePlan, Tables},
    tracker::Tracker,
};
use crate::engine::{Error, Result};

use item::place;
pub use item::{Begin, End, Item, MOST_TALLIES, Outcome, Role, Rows, Statement, TableTally, Tally};

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

/// Reads a source as transactions.
pub struct Transactions<S> {
    source: S,
    filter: Filter,
    names: Option<Names>,
    format: Option<Arc<Format>>,
    tracker: Tracker,
    tables: Tables,
    /// The tables of the statement that is read.
    mapped: Vec<Mapped>,
    open: Option<Open>,
    packed: Option<Packed>,
    skip: Option<Skip>,
    /// The source has ended, and a transaction was open.
    ends_inside: bool,
    /// Tables that are asked for and were not met.
    unmet: Vec<TableRule>,
    /// The checkpoint is another log's until its first description says otherwise.
    unproven: bool,
    queue: VecDeque<Item>,
    /// What was before a transaction of which all is in the queue.
    before: Option<Box<Tracker>>,
}

/// A compressed transaction that is read.
struct Packed {
    events: Nested,
    raw: RawEvent,
    payload: Payload,
}

/// Makes a plan better.
type Names = Box<dyn FnMut(TablePlan) -> TablePlan + Send>;

struct Mapped {
    id: u64,
    table: Arc<TablePlan>,
    wanted: bool,
}

/// A transaction that has begun.
struct Open {
    end: Box<End>,
    wanted: bool,
    /// It is where reading was asked for, chosen or not.
    in_range: bool,
    announced: bool,
    /// What the events of a compressed transaction say; it holds when the whole of it was read.
    outcome: Option<Outcome>,
    /// The statement behind rows that may not be wanted.
    original: Option<Bytes>,
    /// Variables of a statement that may not be wanted.
    variables: Vec<Item>,
}

impl<S: Source> Transactions<S> {
    /// Read all of a source; the flavour is that of the server, until a file says its own.
    pub fn new(source: S, filter: Filter) -> Self {
        Self::resuming(source, filter, Checkpoint::new(Flavour::MySql, None))
    }

    /// Read a source that begins where `checkpoint` is, so that later ones count on. Reading fails where the first
    /// description is another product's, or where only the place is known and its file was begun anew.
    pub fn resuming(source: S, filter: Filter, checkpoint: Checkpoint) -> Self {
        Self {
            unproven: checkpoint.is_somewhere(),
            source,
            unmet: filter.tables.clone(),
            filter,
            names: None,
            format: None,
            tracker: Tracker::new(checkpoint),
            tables: Tables::default(),
            mapped: Vec::new(),
            open: None,
            packed: None,
            skip: None,
            ends_inside: false,
            queue: VecDeque::new(),
            before: None,
        }
    }

    /// Leave out what is before this position: the source begins with a file in which some of it still is.
    #[must_use]
    pub fn after(mut self, position: GtidPosition) -> Self {
        let mut checkpoint = self.tracker.checkpoint().clone();
        checkpoint.gtids.get_or_insert_with(|| position.clone());
        self.tracker = Tracker::new(checkpoint);
        self.skip = Some(Skip::new(position));
        self
    }

    /// Let every table that comes up be made better, with names from elsewhere.
    #[must_use]
    pub fn with_names(
        mut self,
        names: impl FnMut(TablePlan) -> TablePlan + Send + 'static,
    ) -> Self {
        self.names = Some(Box::new(names));
        self
    }

    /// What comes next. Blocks as its source does.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator has no errors beside its end"
    )]
    pub fn next(&mut self) -> Result<Item> {
        loop {
            if let Some(item) = self.queue.pop_front() {
                if self.queue.is_empty() {
                    self.before = None;
                }
                return Ok(item);
            }
            self.before = None;
            if let Some(packed) = self.packed.take() {
                self.take_packed(packed);
                continue;
            }
            let step = self.source.next()?;
            if let Some(begun) = self.source.begun() {
                self.cut();
                let known = self.tracker.checkpoint();
                // A file knows the place alone; whoever resumes there knows more.
                let is_known = begun.gtids.is_none()
                    && (&known.file, known.offset) == (&begun.file, begun.offset);
                // Else the source has found out whose it is.
                self.unproven &= is_known;
                self.tracker = Tracker::new(if is_known { known.clone() } else { begun });
            }
            match step {
                Step::Event(raw) => {
                    if raw.header.kind == kind::FORMAT_DESCRIPTION {
                        self.prove(&raw)?;
                    }
                    self.take(raw);
                }
                Step::Note(note) => self.note(note),
                Step::End(mut ending) => {
                    // What a transaction has begun with is there, and its end is not.
                    self.ends_inside |= self.open.is_some();
                    if self.ends_inside && ending.status == Status::Complete {
                        ending.status = Status::Truncated { partial: 0 };
                    }
                    self.cut();
                    self.tell_missed(&ending);
                    self.queue.push_back(Item::Ended(ending));
                }
            }
        }
    }

    /// After the last transaction. Asked after an [`Item::End`], it is the place behind that one.
    pub fn checkpoint(&self) -> &Checkpoint {
        self.reached().checkpoint()
    }

    /// Whether all of these transactions are before the checkpoint, as far as is known ([`Tracker::has_passed`]).
    pub fn has_passed(&self, gtids: &GtidPosition) -> bool {
        self.reached().has_passed(gtids)
    }

    fn reached(&self) -> &Tracker {
        self.before.as_deref().unwrap_or(&self.tracker)
    }

    /// Tables that are asked for, and of which no change of a row was read.
    pub fn unmet(&self) -> &[TableRule] {
        &self.unmet
    }

    /// How far reading has come.
    pub fn progress(&self) -> Progress {
        self.source.progress()
    }

    /// How events are laid out now.
    pub fn format(&self) -> Option<&Arc<Format>> {
        self.format.as_ref()
    }

    /// What is read from.
    pub fn source(&self) -> &S {
        &self.source
    }

    /// Who has read rows of the open transaction says how many they were, for the counts in its [`End`].
    pub fn count_rows(&mut self, table: &Arc<TablePlan>, op: Op, rows: u64) {
        if let Some(open) = &mut self.open
            && let Some(count) = open.end.tally(table).rows.get_mut(place(op))
        {
            *count += rows;
        }
    }

    /// What was left out though it may have come behind the position.
    fn tell_missed(&mut self, ending: &Ending) {
        if ending.status == Status::Stopped {
            return;
        }
        let missed = self.skip.take().map(|skip| skip.missed());
        for gtid in missed.unwrap_or_default() {
            self.note(Note {
                file: ending.file.clone(),
                offset: ending.offset,
                kind: NoteKind::Gap,
                text: format!(
                    "{gtid}, behind which reading was to begin, is not in the log; all of its domain was left out"
                ),
            });
        }
    }

    /// Whether the checkpoint and the GTIDs that were given can be of this log.
    fn prove(&mut self, raw: &RawEvent) -> Result<()> {
        let Ok(Event::FormatDescription(format)) = Event::parse(raw, None) else {
            // It is told as damage.
            return Ok(());
        };
        if std::mem::take(&mut self.unproven) {
            self.compare(raw, format.flavour)?;
        }
        let begins = self.skip.as_ref().map(Skip::product);
        let begins_elsewhere = begins.is_some_and(|product| product != format.flavour);
        if begins_elsewhere || self.filter.names_another(format.flavour) {
            return Err(Error::Invalid(format!(
                "these GTIDs are none of this log, which is of {}",
                format.flavour
            )));
        }
        Ok(())
    }

    /// Whether the checkpoint is one of this log.
    fn compare(&self, raw: &RawEvent, product: Flavour) -> Result<()> {
        let from = self.tracker.checkpoint();
        if from.product != product {
            return Err(Error::Invalid(format!(
                "the checkpoint belongs to another log: it is of {}, and this log of {}",
                from.product, product
            )));
        }
        let begun = from.file_begun.filter(|_| from.gtids.is_none());
        if from.file == *raw.file && begun.is_some_and(|begun| begun != raw.header.timestamp) {
            return Err(Error::Invalid(format!(
                "the checkpoint belongs to another log: {} was begun at another time than the file of this name that it means",
                raw.file
            )));
        }
        Ok(())
    }

    /// The next event of a compressed transaction.
    fn take_packed(&mut self, mut packed: Packed) {
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

    fn take(&mut self, mut raw: RawEvent) {
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

    /// The transaction that an event may end begins with it, or is not announced yet: who takes its first item is not
    /// behind its last one.
    fn remember(&mut self) {
        let announced = self
            .open
            .as_ref()
            .is_some_and(|open| open.announced && self.queue.is_empty());
        if !announced {
            self.before = Some(Box::new(self.tracker.clone()));
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

    /// Move the checkpoint; true where a transaction ends. Of a compressed one, only its outer event counts.
    fn track(&mut self, raw: &RawEvent, event: &Event) -> bool {
        if raw.nested {
            return false;
        }
        self.tracker.take(raw, event).unwrap_or_else(|error| {
            self.queue.push_back(Item::Note(Note {
                file: raw.file.clone(),
                offset: raw.offset,
                kind: NoteKind::Info,
                text: format!("the GTID position cannot be followed any longer: {error}"),
            }));
            true
        })
    }

    /// Whether a transaction is before the position behind which reading was asked for.
    fn left_out(&mut self, gtid: &Gtid) -> Option<Gtid> {
        self.skip.as_mut()?.leaves_out(gtid)
    }

    fn begin(&mut self, begin: Begin, left_out: bool, raw: &RawEvent, packed_len: u64) {
        let in_range = !left_out && self.filter.reaches(&begin);
        let wanted = in_range && self.filter.wants_transaction(&begin);
        self.mapped.clear();
        let mut end = Box::new(End::of(Arc::new(begin), raw));
        end.count(raw, packed_len);
        self.open = Some(Open {
            end,
            wanted,
            in_range,
            announced: false,
            outcome: None,
            original: None,
            variables: Vec::new(),
        });
        if wanted && !self.filter.chooses_changes() {
            self.announce();
        }
    }

    /// A transaction that begins with a statement: one without a GTID event before it.
    fn begin_at_statement(&mut self, raw: &RawEvent, partial: bool) {
        if self.open.is_none() {
            let mut begin = Begin::at(raw);
            begin.partial = partial;
            self.begin(begin, false, raw, u64::from(raw.header.size));
        }
    }

    /// A change outside of any transaction belongs to one whose beginning was not seen.
    fn begin_inside(&mut self, raw: &RawEvent) {
        self.begin_at_statement(raw, true);
    }

    /// Say that the open transaction begins, once.
    fn announce(&mut self) {
        if let Some(open) = &mut self.open
            && !open.announced
        {
            open.announced = true;
            self.queue.push_back(Item::Begin(open.end.begin.clone()));
        }
    }

    fn end(&mut self, raw: &RawEvent, outcome: Outcome) {
        self.mapped.clear();
        if raw.nested {
            if let Some(open) = &mut self.open {
                open.outcome = Some(outcome);
            }
            return;
        }
        if let Some(mut open) = self.open.take()
            && open.announced
        {
            open.end.outcome = outcome;
            open.end.file = raw.file.clone();
            open.end.end = raw.end;
            self.queue.push_back(Item::End(open.end));
        }
    }

    /// What is open has no end.
    fn cut(&mut self) {
        self.mapped.clear();
        self.packed = None;
        if let Some(open) = self.open.take()
            && open.announced
        {
            self.queue.push_back(Item::End(open.end));
        }
    }

    fn note(&mut self, note: Note) {
        match note.kind {
            NoteKind::Link => {
                self.tracker.restart();
                self.cut();
            }
            NoteKind::Damage => {
                if let Some(open) = &mut self.open {
                    open.end.damaged += 1;
                }
            }
            NoteKind::Gap | NoteKind::Info => {}
        }
        self.queue.push_back(Item::Note(note));
    }

    /// An event cannot be used.
    fn damaged(&mut self, raw: &RawEvent, reason: Malformed) {
        let name = kind::name(raw.header.kind).unwrap_or("unknown");
        self.note(Note {
            file: raw.file.clone(),
            offset: raw.offset,
            kind: NoteKind::Damage,
            text: format!("the {name} event cannot be read and was left out: {reason}"),
        });
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

#[cfg(test)]
mod tests;
