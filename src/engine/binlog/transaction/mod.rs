//! Events → transactions, as a stream: begin, changes, end. Nothing of a transaction is held here, so its size does
//! not matter; who reads decides what to keep.
//!
//! A change belongs to the transaction between whose begin and end it comes. It counts when the end says so
//! ([`Outcome::Committed`]); a transaction that is cut off has not happened.

mod item;
mod take;

use std::{collections::VecDeque, sync::Arc};

use bytes::Bytes;

use super::{
    bytes::Malformed,
    checkpoint::Checkpoint,
    event::{Event, Payload},
    filter::{Filter, TableRule},
    frame::{Flavour, Format, RawEvent},
    gtid::{Gtid, GtidPosition},
    kind,
    payload::Nested,
    rows::Op,
    skip::Skip,
    source::{Ending, Note, NoteKind, Progress, Source, Status, Step},
    table::{TablePlan, Tables},
    tracker::Tracker,
};
use crate::engine::{Error, Result};

use item::place;
pub use item::{Begin, End, Item, MOST_TALLIES, Outcome, Role, Rows, Statement, TableTally, Tally};

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

#[cfg(test)]
mod tests;
