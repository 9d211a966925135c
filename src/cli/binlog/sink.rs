//! Where the text goes: a buffer, and a thread that writes it.
//!
//! The text of a transaction can be held back until its end says whether it is wanted. It is held in memory up to a
//! bound, in pieces, and beyond that in a temporary file, so its size does not matter.

use std::{
    fs::File,
    io::{self, Read as _, Seek as _, Write as _},
    path::PathBuf,
    sync::mpsc::{Receiver, SyncSender, sync_channel},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use super::{
    super::{Failure, output::Output},
    progress::Progress,
};
use crate::engine::{Error, binlog::checkpoint::Checkpoint};

/// Bytes that are gathered before they are written.
const WRITE_BYTES: usize = 256 << 10;
/// Pieces that wait to be written.
const AHEAD: usize = 2;
/// Bytes of an open transaction that are held in memory.
const MOST_HELD: usize = 24 << 20;
/// A checkpoint is on the disk this long after it was reached, at the latest.
const SAVE_EVERY: Duration = Duration::from_secs(1);

/// Bytes, and what is known once they are written.
#[derive(Default)]
struct Piece {
    bytes: Vec<u8>,
    checkpoint: Option<Box<Checkpoint>>,
}

/// The buffer.
pub(super) struct Sink {
    /// Text is appended here.
    pub(super) text: Vec<u8>,
    held: Option<Held>,
    /// For what is too large to be held in memory; it is used again.
    spill: Option<File>,
    /// What an earlier run wrote is before it, in the same file.
    pub(super) continues: bool,
    pieces: SyncSender<Piece>,
    used: Receiver<Vec<u8>>,
    writer: JoinHandle<Result<(), Failure>>,
}

/// A transaction that is held back: what is spilled of it, then `pieces`, then the buffer's text from `start` on.
#[derive(Default)]
struct Held {
    /// Bytes at the begin of the spill file.
    spilled: u64,
    pieces: Vec<Vec<u8>>,
    /// Bytes of `pieces`.
    bytes: usize,
    start: usize,
}

impl Sink {
    /// Write to `output`. With the file of a checkpoint, and what the last run left in it, keep there how far this
    /// one comes.
    pub(super) fn start(
        output: &Output,
        checkpoint: Option<(PathBuf, Option<Checkpoint>)>,
    ) -> Result<Self, Failure> {
        let (pieces, receiver) = sync_channel(AHEAD);
        let (back, used) = sync_channel(AHEAD + 1);
        let mut file = output.handle()?;
        let started = checkpoint.map(|(path, last)| Progress::start(path, last, &mut file));
        let (progress, continues) = match started.transpose()? {
            Some((progress, continues)) => (Some(progress), continues),
            None => (None, false),
        };
        let writer = Writer {
            file,
            name: output.name(),
            progress,
            saved: None,
        };
        let writer = thread::Builder::new()
            .name("writer".to_owned())
            .spawn(move || writer.run(&receiver, &back))
            .map_err(|error| Failure::Failed {
                message: format!("cannot start a thread: {error}"),
                hint: None,
            })?;
        Ok(Self {
            text: Vec::with_capacity(WRITE_BYTES * 2),
            held: None,
            spill: None,
            continues,
            pieces,
            used,
            writer,
        })
    }

    /// What is appended from here on is written only after [`Sink::release`].
    pub(super) fn hold(&mut self) {
        self.held = Some(Held {
            start: self.text.len(),
            ..Held::default()
        });
    }

    /// What was held back is wanted.
    pub(super) fn release(&mut self) -> Result<(), Closed> {
        let Some(held) = self.held.take() else {
            return Ok(());
        };
        if let Some(mut file) = self.spill.take_if(|_| held.spilled > 0) {
            file.rewind().map_err(spill)?;
            let mut left = file.take(held.spilled);
            loop {
                let mut bytes = self.room();
                let mut part = io::Read::by_ref(&mut left).take(WRITE_BYTES as u64);
                if part.read_to_end(&mut bytes).map_err(spill)? == 0 {
                    break;
                }
                self.give(bytes, None)?;
            }
            self.spill = Some(left.into_inner());
        }
        for bytes in held.pieces {
            self.give(bytes, None)?;
        }
        Ok(())
    }

    /// What was held back is not wanted.
    pub(super) fn discard(&mut self) {
        if let Some(held) = self.held.take() {
            self.text.truncate(held.start);
        }
    }

    /// Write what has gathered, if that is much.
    pub(super) fn settle(&mut self) -> Result<(), Closed> {
        if self.text.len() >= WRITE_BYTES && self.held.as_ref().is_none_or(|held| held.start > 0) {
            self.send(None)?;
        }
        if self.text.len() < WRITE_BYTES {
            return Ok(());
        }
        let room = self.room();
        let Some(held) = &mut self.held else {
            return Ok(());
        };
        let piece = std::mem::replace(&mut self.text, room);
        held.bytes += piece.len();
        held.pieces.push(piece);
        if held.bytes <= MOST_HELD {
            return Ok(());
        }
        let file = match &mut self.spill {
            Some(file) => file,
            none => none.insert(tempfile::tempfile().map_err(spill)?),
        };
        if held.spilled == 0 {
            file.rewind().map_err(spill)?;
        }
        for piece in held.pieces.drain(..) {
            file.write_all(&piece).map_err(spill)?;
        }
        held.spilled += std::mem::take(&mut held.bytes) as u64;
        Ok(())
    }

    /// There is about as much as is written at once.
    pub(super) fn has_much(&self) -> bool {
        self.text.len() >= WRITE_BYTES / 2
    }

    /// Write all that is not held back, and keep the checkpoint then.
    pub(super) fn flush(&mut self, checkpoint: Option<Box<Checkpoint>>) -> Result<(), Closed> {
        let ready = self
            .held
            .as_ref()
            .map_or(self.text.len(), |held| held.start);
        if checkpoint.is_none() && ready == 0 {
            return Ok(());
        }
        self.send(checkpoint)
    }

    /// Wait until all is written.
    pub(super) fn finish(self) -> Result<(), Failure> {
        drop(self.pieces);
        self.writer.join().unwrap_or_else(|_| {
            Err(Failure::Failed {
                message: "writing stopped".to_owned(),
                hint: None,
            })
        })
    }

    /// Write what is not held back.
    fn send(&mut self, checkpoint: Option<Box<Checkpoint>>) -> Result<(), Closed> {
        let mut bytes = self.room();
        std::mem::swap(&mut bytes, &mut self.text);
        if let Some(held) = &mut self.held {
            let rest = bytes.get(held.start..).unwrap_or_default();
            self.text.extend_from_slice(rest);
            bytes.truncate(held.start);
            held.start = 0;
        }
        self.give(bytes, checkpoint)
    }

    fn give(&self, bytes: Vec<u8>, checkpoint: Option<Box<Checkpoint>>) -> Result<(), Closed> {
        let piece = Piece { bytes, checkpoint };
        self.pieces.send(piece).map_err(|_| Closed::Writer)
    }

    /// An empty buffer: one that was written, if there is one.
    fn room(&self) -> Vec<u8> {
        let used = self.used.try_recv();
        used.unwrap_or_else(|_| Vec::with_capacity(WRITE_BYTES + WRITE_BYTES / 4))
    }
}

/// Why no more can be printed.
#[derive(Debug)]
pub(super) enum Closed {
    /// The writer has ended: it says why.
    Writer,
    /// What is held back cannot be kept.
    Spill(io::Error),
}

fn spill(error: io::Error) -> Closed {
    Closed::Spill(error)
}

impl Closed {
    /// In the words of the command line; nothing where the writer will say it.
    pub(super) fn failure(self) -> Option<Failure> {
        match self {
            Self::Writer => None,
            Self::Spill(source) => Some(Error::Spill { source }.into()),
        }
    }
}

/// Writes, on a thread of its own.
struct Writer {
    file: File,
    name: String,
    progress: Option<Progress>,
    /// When the last checkpoint was kept. The first one is kept at once: it says where a log begins that is read from
    /// now on.
    saved: Option<Instant>,
}

impl Writer {
    fn run(mut self, pieces: &Receiver<Piece>, used: &SyncSender<Vec<u8>>) -> Result<(), Failure> {
        loop {
            let is_due = self.progress.as_ref().is_some_and(Progress::is_due);
            let wait = if is_due {
                self.left()
            } else {
                Duration::from_hours(1)
            };
            let mut piece = match pieces.recv_timeout(wait) {
                Ok(piece) => piece,
                Err(std::sync::mpsc::RecvTimeoutError::Timeout) => {
                    self.save()?;
                    continue;
                }
                Err(std::sync::mpsc::RecvTimeoutError::Disconnected) => return self.end(),
            };
            self.file
                .write_all(&piece.bytes)
                .map_err(|error| Failure::writing(&self.name, &error))?;
            if let Some(progress) = &mut self.progress {
                progress.wrote(piece.bytes.len());
                if let Some(checkpoint) = piece.checkpoint {
                    progress.reach(checkpoint);
                    if self.left().is_zero() {
                        self.save()?;
                    }
                }
            }
            piece.bytes.clear();
            // One huge value must not keep its room.
            piece.bytes.shrink_to(4 * WRITE_BYTES);
            // Where enough are there already, it is let go.
            used.try_send(piece.bytes).ok();
        }
    }

    /// Until a checkpoint may be kept.
    fn left(&self) -> Duration {
        self.saved.map_or(Duration::ZERO, |saved| {
            SAVE_EVERY.saturating_sub(saved.elapsed())
        })
    }

    /// Only what was written is behind a checkpoint.
    fn save(&mut self) -> Result<(), Failure> {
        if let Some(progress) = &mut self.progress {
            progress.save(&self.file)?;
            self.saved = Some(Instant::now());
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), Failure> {
        match &mut self.progress {
            Some(progress) => progress.end(&self.file),
            None => Ok(()),
        }
    }
}
