//! The stair between the thread that reads a log and the one that prints it: each has a core to itself, and a slow
//! printer slows the reader.

use std::{
    io, mem,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread,
};

use super::{super::Failure, ending::End, input::Reader, selection::Until};
use crate::engine::{
    Error,
    binlog::{checkpoint::Checkpoint, transaction::Item},
};

/// Batches that wait for the printer.
const AHEAD: usize = 2;
/// Items of a batch.
const MOST_ITEMS: usize = 1024;
/// Bytes that the events of a batch keep in memory.
const MOST_BYTES: usize = 1 << 20;
/// What a source reads at once: an event keeps all of it.
const BLOCK: usize = 256 << 10;

/// What was read at once.
#[derive(Default)]
pub(super) struct Batch {
    /// In order.
    pub(super) items: Vec<Item>,
    /// Behind the last whole transaction of the items, where checkpoints are wanted and nothing follows it here that
    /// could be printed.
    pub(super) checkpoint: Option<Box<Checkpoint>>,
    /// There is no more.
    pub(super) end: Option<Result<End, Error>>,
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

/// Read on a thread of its own. It ends when nobody takes its batches.
pub(super) fn start(reader: Reader, reading: Reading) -> Result<Receiver<Batch>, Failure> {
    let (sender, receiver) = sync_channel(AHEAD);
    thread::Builder::new()
        .name("binlog".to_owned())
        .spawn(move || read(reader, reading, &sender))
        .map_err(|error: io::Error| Failure::Failed {
            message: format!("cannot start a thread: {error}"),
            hint: None,
        })?;
    Ok(receiver)
}

fn read(mut reader: Reader, mut reading: Reading, sender: &SyncSender<Batch>) {
    let mut batch = Batch::default();
    let (mut bytes, mut kept) = (0, Kept::default());
    // Where a log begins that is read from now on is known only once it is open, and nowhere else afterwards.
    let mut begins = reading.live && reading.checkpoints;
    loop {
        let item = match reader.next() {
            Ok(Item::Ended(ending)) => {
                if let Some(until) = &reading.until {
                    until.tell_unmet();
                }
                batch.end = Some(Ok(End::Source(ending)));
                break;
            }
            Ok(item) => item,
            Err(error) => {
                batch.end = Some(Err(error));
                break;
            }
        };
        if mem::take(&mut begins) {
            let first = Batch {
                checkpoint: Some(Box::new(reader.checkpoint().clone())),
                ..Batch::default()
            };
            if sender.send(first).is_err() {
                return;
            }
        }
        if let Some(until) = &mut reading.until
            && until.is_reached(&item)
        {
            batch.end = Some(Ok(End::Reached));
            break;
        }
        bytes += kept.take(&item);
        let is_end = matches!(item, Item::End(_));
        batch.items.push(item);
        let full = batch.items.len() >= MOST_ITEMS || bytes >= MOST_BYTES;
        // A batch ends with a transaction where that matters; one that is larger has no checkpoint inside.
        let sends = if reading.live {
            !matches!(batch.items.last(), Some(Item::Begin(_) | Item::Original(_)))
        } else {
            full
        };
        if is_end && reading.checkpoints && (sends || full) {
            batch.checkpoint = Some(Box::new(reader.checkpoint().clone()));
        }
        if sends || full {
            bytes = 0;
            if sender.send(mem::take(&mut batch)).is_err() {
                return;
            }
        }
    }
    if reading.checkpoints && matches!(batch.end, Some(Ok(_))) {
        batch.checkpoint = Some(Box::new(reader.checkpoint().clone()));
    }
    // Where nobody takes it, nobody waits for it.
    sender.send(batch).ok();
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
