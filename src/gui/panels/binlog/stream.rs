//! One log that is read: what is held of it, how reading goes, and how it is paused and gone on with.

use std::{
    collections::VecDeque,
    time::{Duration, Instant},
};

use super::{
    input::Log,
    reading::{self, Arrived, Batch, Done, Order, Reading},
    ring::Ring,
    wishes::{Wanted, Wishes},
};
use crate::{
    engine::{
        Error,
        binlog::{
            checkpoint::Checkpoint,
            source::{
                Ending, Note, NoteKind, Progress, StartAt, Status,
                live::{Begin, Link},
            },
        },
    },
    worker::Worker,
};

/// Transactions that one frame takes in.
const MOST_AT_ONCE: usize = 3_000;
/// Notes that are kept, the newest.
const MOST_NOTES: usize = 200;

/// A log that is read, or was.
pub(super) struct Stream {
    order: Order,
    /// The job's name, for people.
    job: &'static str,
    /// What was wished of it, as it was written.
    pub(super) wishes: Wishes,
    /// The name that they are kept under; none where they are of this reading alone.
    pub(super) kept_under: Option<String>,
    pub(super) ring: Ring,
    reading: Reading,
    incoming: VecDeque<Batch>,
    /// The reading has ended, and what it brought is taken in yet.
    over: bool,
    pub(super) link: Option<Link>,
    /// When the server was heard last.
    pub(super) heard: Option<Instant>,
    pub(super) notes: VecDeque<Note>,
    pub(super) notes_count: u64,
    /// Where the reader was when it last said so.
    pub(super) checkpoint: Option<Box<Checkpoint>>,
    /// All transactions up to there, in words.
    gtids: Option<String>,
    /// Where it was when it began.
    origin: Option<Box<Checkpoint>>,
    pub(super) progress: Progress,
    pub(super) ending: Option<Ending>,
    pub(super) error: Option<Error>,
    /// What is done once the reading has ended.
    then: Option<Then>,
}

/// What follows the end of a reading.
enum Then {
    /// Go on from where it ended.
    Resume,
    /// Read again from where it began.
    Again,
}

/// What a stream is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doing {
    Reads,
    /// It was asked to end.
    Ends,
    /// It can be gone on with.
    Paused,
    /// All was read.
    Ended,
    Failed,
}

impl Stream {
    pub(super) fn start(
        order: Order,
        wishes: Wishes,
        kept_under: Option<String>,
        ring: Ring,
        worker: &Worker,
    ) -> Self {
        let job = match order.input.log {
            Log::Server(_) => "Follow the binary log",
            Log::Files(_) | Log::Folder(_) => "Read binary log files",
        };
        let mut stream = Self {
            job,
            wishes,
            kept_under,
            ring,
            reading: Reading::default(),
            incoming: VecDeque::new(),
            over: false,
            link: None,
            heard: None,
            notes: VecDeque::new(),
            notes_count: 0,
            checkpoint: None,
            gtids: None,
            origin: None,
            progress: Progress::default(),
            ending: None,
            error: None,
            then: None,
            order,
        };
        stream.read(stream.order.begin.clone(), worker);
        stream
    }

    fn read(&mut self, begin: Begin, worker: &Worker) {
        self.error = None;
        self.ending = None;
        self.over = false;
        self.then = None;
        self.heard = None;
        let order = Order {
            begin,
            ..self.order.clone()
        };
        reading::start(&mut self.reading, worker, self.job, order);
    }

    /// Take in what has come; true while more waits for the next frame.
    pub(super) fn poll(&mut self, worker: &Worker) -> bool {
        if self.incoming.is_empty() && !self.over {
            self.over = self.reading.poll();
            if let Some(Arrived(batches)) = self.reading.value_mut() {
                self.incoming.append(batches);
            }
        }
        let now = Instant::now();
        let mut room = MOST_AT_ONCE;
        while room > 0
            && let Some(batch) = self.incoming.pop_front()
        {
            room = room.saturating_sub(batch.transactions.len().max(1));
            self.take(batch, now);
        }
        if self.over && self.incoming.is_empty() {
            self.end(worker);
        }
        !self.incoming.is_empty()
    }

    fn take(&mut self, batch: Batch, now: Instant) {
        let rows = batch.transactions.iter().map(|held| held.rows).sum();
        let count = batch.transactions.len() as u64;
        if count > 0 {
            self.ring.arrived(now, count, rows);
        }
        if count > 0 || batch.heard || batch.place.is_some() {
            self.heard = Some(now);
        }
        for held in batch.transactions {
            self.ring.push(held);
        }
        for note in batch.notes {
            self.notes_count += 1;
            self.notes.push_back(note);
            if self.notes.len() > MOST_NOTES {
                self.notes.pop_front();
            }
        }
        if batch.link.is_some() {
            self.link = batch.link;
        }
        if let Some((checkpoint, progress)) = batch.place {
            if is_place(&checkpoint) && self.origin.is_none() {
                self.origin = Some(checkpoint.clone());
            }
            self.stand(checkpoint);
            self.progress = progress;
        }
    }

    /// The reader is there.
    fn stand(&mut self, checkpoint: Box<Checkpoint>) {
        let known = self.checkpoint.as_ref().and_then(|was| was.gtids.as_ref());
        if known != checkpoint.gtids.as_ref() {
            let gtids = checkpoint.gtids.as_ref();
            self.gtids = gtids.map(|gtids| gtids.to_string().replace('\n', ""));
        }
        self.checkpoint = Some(checkpoint);
    }

    /// All transactions up to where the reader was when it last said so.
    pub(super) fn gtids(&self) -> Option<&str> {
        self.gtids.as_deref()
    }

    fn end(&mut self, worker: &Worker) {
        self.over = false;
        // A line that is gone is in no state.
        self.link = None;
        match self.reading.take_summary() {
            Some(Done {
                ending,
                error,
                checkpoint,
                progress,
            }) => {
                self.ending = ending;
                self.error = error;
                if is_place(&checkpoint) {
                    self.stand(checkpoint);
                }
                self.progress = progress;
            }
            None => self.error = self.reading.take_error(),
        }
        if self.error.as_ref().is_some_and(Error::is_cancelled) {
            self.error = None;
        }
        match self.then.take() {
            Some(Then::Resume) => self.resume(worker),
            Some(Then::Again) => self.again(worker),
            None => {}
        }
    }

    /// End the reading; it can be gone on with exactly where it ended.
    pub(super) fn pause(&mut self) {
        self.then = None;
        self.reading.cancel();
    }

    /// Go on where the last reading ended.
    pub(super) fn resume(&mut self, worker: &Worker) {
        if self.is_reading() {
            return;
        }
        let begin = match &self.checkpoint {
            Some(checkpoint) if is_place(checkpoint) => Begin::Resume((**checkpoint).clone()),
            _ => self.order.begin.clone(),
        };
        self.read(begin, worker);
    }

    /// The same, and wait for more at the end of a file that is being written.
    pub(super) fn follow(&mut self, worker: &Worker) {
        self.order.follow = true;
        self.resume(worker);
    }

    /// Want something else: of what comes from now on, or of all from where reading began.
    pub(super) fn want(&mut self, wanted: Wanted, wishes: Wishes, again: bool, worker: &Worker) {
        self.order.wanted = wanted;
        self.wishes = wishes;
        if !self.is_reading() {
            // What is paused stays so, and wants it when it goes on.
            if again {
                self.again(worker);
            }
            return;
        }
        self.then = Some(if again { Then::Again } else { Then::Resume });
        self.reading.cancel();
    }

    fn again(&mut self, worker: &Worker) {
        self.ring.clear();
        self.notes.clear();
        self.notes_count = 0;
        let begin = match (&self.order.begin, &self.origin) {
            // "Now" was then.
            (Begin::At(StartAt::Now), Some(origin)) => Begin::Resume((**origin).clone()),
            (begin, _) => begin.clone(),
        };
        self.checkpoint = None;
        self.gtids = None;
        self.read(begin, worker);
    }

    pub(super) fn order(&self) -> &Order {
        &self.order
    }

    pub(super) fn is_reading(&self) -> bool {
        self.reading.is_running() || self.over
    }

    pub(super) fn elapsed(&self) -> Option<Duration> {
        self.reading.elapsed()
    }

    pub(super) fn doing(&self) -> Doing {
        if self.is_reading() {
            return if self.reading.is_cancelling() || self.over {
                Doing::Ends
            } else {
                Doing::Reads
            };
        }
        match (&self.error, &self.ending) {
            (Some(_), _) => Doing::Failed,
            (None, Some(ending)) if ending.status != Status::Stopped => Doing::Ended,
            _ => Doing::Paused,
        }
    }

    /// The last note of a loss.
    pub(super) fn loss(&self) -> Option<&Note> {
        let mut notes = self.notes.iter().rev();
        notes.find(|note| matches!(note.kind, NoteKind::Damage | NoteKind::Gap))
    }
}

/// Reading can begin there.
fn is_place(checkpoint: &Checkpoint) -> bool {
    !checkpoint.file.is_empty() || checkpoint.gtids.is_some()
}
