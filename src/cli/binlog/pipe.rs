//! The stair between the thread that reads a log and the one that prints it: each has a core to itself, and a slow
//! printer slows the reader.
//!
//! One batch is filled while the other is printed. A log that is complete is handed over in full batches; of one that
//! grows, what came is taken whenever the printer has nothing to do, so that a batch is small while little comes and
//! large while much does.

use std::{
    io, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use super::{super::Failure, ending::End, input::Reader, until::Until, work};
use crate::engine::binlog::{checkpoint::Checkpoint, transaction::Item};

/// Items of a batch.
const MOST_ITEMS: usize = 1024;
/// Bytes that the events of a batch keep in memory.
const MOST_BYTES: usize = 1 << 20;
/// What a source reads at once: an event keeps all of it.
const BLOCK: usize = 256 << 10;
/// What comes within this time is printed together.
const TOGETHER: Duration = Duration::from_millis(1);

/// What was read at once.
#[derive(Default)]
pub(super) struct Batch {
    /// In order.
    pub(super) items: Vec<Item>,
    /// Behind the last whole transaction of the items, where checkpoints are wanted and nothing follows it here that
    /// could be printed.
    pub(super) checkpoint: Option<Box<Checkpoint>>,
    /// There is no more.
    pub(super) end: Option<Result<End, Failure>>,
}

/// How a log is read.
pub(super) struct Reading {
    /// Where to end.
    pub(super) until: Option<Until>,
    /// Checkpoints are wanted.
    pub(super) checkpoints: bool,
    /// More comes while the log is read: nothing waits for a batch to be full.
    pub(super) live: bool,
}

/// Read on a thread of its own. It ends when its batches are dropped.
pub(super) fn start(reader: Reader, reading: Reading) -> Result<Batches, Failure> {
    let stair = Arc::new(Stair {
        live: reading.live,
        state: Mutex::default(),
        filled: Condvar::new(),
        taken: Condvar::new(),
    });
    let given = Given(stair.clone());
    thread::Builder::new()
        .name("binlog".to_owned())
        .spawn(move || read(reader, reading, &given))
        .map_err(|error: io::Error| Failure::Failed {
            message: format!("cannot start a thread: {error}"),
            hint: None,
        })?;
    Ok(Batches(stair))
}

/// What both threads see.
struct Stair {
    /// What is there is taken, however little.
    live: bool,
    state: Mutex<State>,
    /// There is something to take.
    filled: Condvar,
    /// There is room again.
    taken: Condvar,
}

/// What the printer waits for.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Wanted {
    #[default]
    Nothing,
    Something,
    FullBatch,
}

#[derive(Default)]
struct State {
    batch: Batch,
    /// Bytes that the batch keeps.
    bytes: usize,
    /// Of the batch's items and bytes, those up to its checkpoint.
    whole: (usize, usize),
    /// What the printer waits for.
    wanted: Wanted,
    /// The reading thread waits for room.
    crowded: bool,
    /// The reading thread has ended.
    ended: bool,
    /// Nobody takes batches any more.
    dropped: bool,
}

impl State {
    fn is_full(&self) -> bool {
        self.batch.items.len() >= MOST_ITEMS || self.bytes >= MOST_BYTES
    }

    fn can_be_taken(&self, live: bool) -> bool {
        let batch = &self.batch;
        let some = !batch.items.is_empty() || batch.checkpoint.is_some();
        self.ended || self.is_full() || live && some
    }

    fn add(&mut self, gathered: Gathered) {
        let Batch {
            items,
            checkpoint,
            end,
        } = gathered.batch;
        self.batch.items.extend(items);
        self.bytes += gathered.bytes;
        if checkpoint.is_some() {
            self.whole = (self.batch.items.len(), self.bytes);
            self.batch.checkpoint = checkpoint;
        }
        self.batch.end = end;
    }

    /// All that is there; where something follows the checkpoint, what is before that.
    fn take(&mut self) -> Batch {
        let mut batch = mem::take(&mut self.batch);
        let (items, bytes) = mem::take(&mut self.whole);
        if batch.checkpoint.is_some() && items < batch.items.len() {
            self.batch.items = batch.items.split_off(items);
            self.batch.end = batch.end.take();
            self.bytes -= bytes;
        } else {
            self.bytes = 0;
        }
        batch
    }
}

impl Stair {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing of it is left half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The printer's end.
pub(super) struct Batches(Arc<Stair>);

impl Batches {
    /// What there is, without waiting for it.
    pub(super) fn ready(&self) -> Option<Batch> {
        self.take(&mut self.0.lock())
    }

    /// Wait for what comes next. `None`: the thread that reads has ended without a word.
    pub(super) fn next(&self) -> Option<Batch> {
        let Self(stair) = self;
        let mut state = stair.lock();
        state.wanted = Wanted::Something;
        let waits = |state: &mut State| !state.can_be_taken(stair.live);
        let waited = stair.filled.wait_while(state, waits);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.wanted = Wanted::FullBatch;
        let waits = |state: &mut State| !state.can_be_taken(false);
        let waited = stair.filled.wait_timeout_while(state, TOGETHER, waits);
        let (mut state, _) = waited.unwrap_or_else(PoisonError::into_inner);
        state.wanted = Wanted::Nothing;
        self.take(&mut state)
    }

    fn take(&self, state: &mut State) -> Option<Batch> {
        if state.batch.is_empty() || !state.can_be_taken(self.0.live) {
            return None;
        }
        let batch = state.take();
        if mem::take(&mut state.crowded) {
            self.0.taken.notify_one();
        }
        Some(batch)
    }
}

impl Drop for Batches {
    fn drop(&mut self) {
        let Self(stair) = self;
        stair.lock().dropped = true;
        stair.taken.notify_one();
    }
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.items.is_empty() && self.checkpoint.is_none() && self.end.is_none()
    }
}

/// The reader's end.
struct Given(Arc<Stair>);

impl Given {
    /// Add to what is there, when there is room for it. False: nobody takes it.
    fn add(&self, gathered: &mut Gathered) -> bool {
        let Self(stair) = self;
        let full = |state: &mut State| {
            state.crowded = state.is_full() && !state.dropped;
            state.crowded
        };
        let waited = stair.taken.wait_while(stair.lock(), full);
        let mut state = waited.unwrap_or_else(PoisonError::into_inner);
        state.add(mem::take(gathered));
        let wakes = match state.wanted {
            Wanted::Nothing => false,
            Wanted::Something => state.can_be_taken(stair.live),
            Wanted::FullBatch => state.can_be_taken(false),
        };
        if wakes {
            stair.filled.notify_one();
        }
        !state.dropped
    }
}

impl Drop for Given {
    fn drop(&mut self) {
        let Self(stair) = self;
        stair.lock().ended = true;
        stair.filled.notify_one();
    }
}

/// What was read and not given yet.
#[derive(Default)]
struct Gathered {
    batch: Batch,
    /// Bytes that it keeps.
    bytes: usize,
}

impl Gathered {
    fn is_full(&self) -> bool {
        self.batch.items.len() >= MOST_ITEMS || self.bytes >= MOST_BYTES
    }
}

fn read(mut reader: Reader, mut reading: Reading, given: &Given) {
    let mut gathered = Gathered::default();
    let mut kept = Kept::default();
    // Where a log begins that is read from now on is known only once it is open, and nowhere else afterwards.
    let mut begins = reading.live && reading.checkpoints;
    let end = loop {
        let item = match reader.next() {
            Ok(Item::Ended(ending)) => {
                break match &reading.until {
                    Some(until) => until.elsewhere(ending, &reader),
                    None => Ok(End::Source(ending)),
                };
            }
            Ok(item) => item,
            Err(error) => break Err(error.into()),
        };
        if mem::take(&mut begins) {
            gathered.batch.checkpoint = Some(Box::new(reader.checkpoint().clone()));
            if !given.add(&mut gathered) {
                return;
            }
        }
        if let Some(until) = &mut reading.until
            && until.is_reached(&item, &reader)
        {
            break Ok(End::Reached);
        }
        gathered.bytes += kept.take(&item);
        // What begins one is nothing to be printed yet.
        let shows = !matches!(item, Item::Begin(_) | Item::Original(_));
        if matches!(item, Item::End(_)) && reading.checkpoints {
            gathered.batch.checkpoint = Some(Box::new(reader.checkpoint().clone()));
        }
        let ends = gathered.batch.checkpoint.is_some();
        gathered.batch.items.push(item);
        if (ends || reading.live && shows || gathered.is_full()) && !given.add(&mut gathered) {
            return;
        }
    };
    if reading.checkpoints && end.is_ok() {
        gathered.batch.checkpoint = Some(Box::new(reader.checkpoint().clone()));
    }
    if end.is_ok() {
        work::tell_unmet(&reader);
    }
    gathered.batch.end = Some(end);
    given.add(&mut gathered);
}

/// How much memory items keep: those that stand near each other keep the same block.
#[derive(Default)]
struct Kept {
    /// Where the last event ended that an item has.
    end: u64,
}

impl Kept {
    /// What one more item keeps.
    fn take(&mut self, item: &Item) -> usize {
        let raw = match item {
            Item::Rows(rows) => &rows.raw,
            Item::Statement(statement) => &statement.raw,
            Item::Other(raw, _) => raw,
            // It stands before rows, which keep it too.
            Item::Original(text) => return text.len(),
            _ => return 0,
        };
        if raw.nested {
            return raw.body.len();
        }
        let apart = raw.end.abs_diff(self.end);
        self.end = raw.end;
        let most = BLOCK + raw.body.len();
        usize::try_from(apart).map_or(most, |apart| apart.clamp(raw.body.len(), most))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::binlog::{
        frame::Flavour,
        source::{Note, NoteKind},
    };

    fn item(offset: u64) -> Item {
        Item::Note(Note {
            file: "binlog.000001".into(),
            offset,
            kind: NoteKind::Info,
            text: String::new(),
        })
    }

    fn gathered(items: std::ops::Range<u64>, ends: bool) -> Gathered {
        let checkpoint = || Box::new(Checkpoint::new(Flavour::MySql, None));
        Gathered {
            bytes: items.clone().count(),
            batch: Batch {
                items: items.map(item).collect(),
                checkpoint: ends.then(checkpoint),
                end: None,
            },
        }
    }

    fn offsets(batch: &Batch) -> Vec<u64> {
        let offset = |item: &Item| match item {
            Item::Note(note) => note.offset,
            other => panic!("{other:?}"),
        };
        batch.items.iter().map(offset).collect()
    }

    fn stair(live: bool) -> (Given, Batches) {
        let stair = Arc::new(Stair {
            live,
            state: Mutex::default(),
            filled: Condvar::new(),
            taken: Condvar::new(),
        });
        (Given(stair.clone()), Batches(stair))
    }

    #[test]
    fn what_follows_a_checkpoint_is_taken_after_it_with_the_end() {
        let mut state = State::default();
        state.add(gathered(0..2, true));
        state.add(gathered(2..5, true));
        let mut last = gathered(5..7, false);
        last.batch.end = Some(Ok(End::Reached));
        state.add(last);
        let first = state.take();
        assert_eq!(offsets(&first), [0, 1, 2, 3, 4]);
        assert!(first.checkpoint.is_some() && first.end.is_none());
        assert_eq!(state.bytes, 2);
        let second = state.take();
        assert_eq!(offsets(&second), [5, 6]);
        assert!(second.checkpoint.is_none() && second.end.is_some());
        assert_eq!(state.bytes, 0);
    }

    #[test]
    fn of_a_log_that_grows_what_is_there_is_taken_and_of_another_a_full_batch() {
        let (given, batches) = stair(true);
        assert!(batches.ready().is_none());
        given.add(&mut gathered(0..1, false));
        assert_eq!(offsets(&batches.ready().unwrap()), [0]);
        let (given, batches) = stair(false);
        let half = MOST_ITEMS as u64 / 2;
        given.add(&mut gathered(0..half, false));
        assert!(batches.ready().is_none());
        given.add(&mut gathered(half..2 * half, false));
        assert_eq!(batches.ready().unwrap().items.len(), MOST_ITEMS);
        given.add(&mut gathered(0..1, false));
        drop(given);
        assert_eq!(offsets(&batches.ready().unwrap()), [0]);
        assert!(batches.next().is_none());
    }

    #[test]
    fn all_comes_in_order_however_the_threads_run_and_who_reads_ends_with_who_prints() {
        for live in [true, false] {
            let (given, batches) = stair(live);
            let reading = thread::spawn(move || {
                (0..20_000).all(|at| given.add(&mut gathered(at..at + 1, at % 3 == 0)))
            });
            let mut taken = Vec::new();
            while let Some(batch) = batches.next() {
                assert!(batch.items.len() <= MOST_ITEMS);
                taken.extend(offsets(&batch));
            }
            assert!(taken.into_iter().eq(0..20_000));
            assert!(reading.join().unwrap());
        }
        let (given, batches) = stair(true);
        let reading = thread::spawn(move || while given.add(&mut gathered(0..1, false)) {});
        batches.next();
        drop(batches);
        reading.join().unwrap();
    }
}
