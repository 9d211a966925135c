//! Reading a log beside the window: a thread that may block reads and decodes, what it gathers goes to the window in
//! batches, and each frame takes a few of them.
//!
//! To pause is to cancel, and to go on is to read from the checkpoint behind the last transaction that was gathered:
//! everything that was gathered arrives before the reading ends, so nothing is lost or comes twice.

use std::{
    collections::VecDeque,
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{mpsc, watch},
    task, time,
};
use tokio_util::sync::CancellationToken;

use super::{
    held::{Gathering, Held},
    input::{Input, Opened, Reader},
    wishes::Wanted,
};
use crate::{
    engine::{
        Error, Result,
        binlog::{
            checkpoint::Checkpoint,
            event::Event,
            source::{
                Ending, Note, NoteKind, Progress, Status,
                live::{Begin, Link},
            },
            transaction::{Item, Outcome},
        },
    },
    worker::{Feed, Gather, Worker, no_answer},
};

/// Transactions that wait to be put into a batch.
const WAITING: usize = 32;
/// A batch is sent when it has so many transactions, or bytes.
const MOST: usize = 1_000;
const MOST_BYTES: usize = 2 << 20;
/// Between two batches that are not full: a frame has no use for more.
const PAUSE: Duration = Duration::from_millis(30);
/// How often the reader says where it is.
const SAYS: Duration = Duration::from_millis(200);

/// What is to be read.
#[derive(Clone, Debug)]
pub struct Order {
    pub input: Input,
    pub begin: Begin,
    pub wanted: Wanted,
    /// Wait for more at the end.
    pub follow: bool,
}

/// What came together.
#[derive(Default)]
pub struct Batch {
    pub transactions: Vec<Arc<Held>>,
    pub notes: Vec<Note>,
    pub link: Option<Link>,
    /// Where the reader was, and how far of all there is.
    pub place: Option<(Box<Checkpoint>, Progress)>,
    /// The server has shown that it is there.
    pub heard: bool,
}

/// How reading ended.
pub struct Done {
    /// As its source says; none where it failed.
    pub ending: Option<Ending>,
    pub error: Option<Error>,
    /// Behind the last transaction.
    pub checkpoint: Box<Checkpoint>,
    pub progress: Progress,
}

/// What has come and was not taken in yet.
#[derive(Default)]
pub struct Arrived(pub VecDeque<Batch>);

impl Gather<Batch> for Arrived {
    fn gather(&mut self, batch: Batch) {
        self.0.push_back(batch);
    }
}

pub type Reading = Feed<Batch, Arrived, Done>;

/// From the thread that reads.
enum Piece {
    Transaction(Arc<Held>),
    Note(Note),
    Place(Box<Checkpoint>, Progress),
    Heard,
}

/// Begin.
pub fn start(reading: &mut Reading, worker: &Worker, name: &str, order: Order) {
    reading.start(worker, name, Arrived::default(), |out, cancel| {
        run(order, out, cancel)
    });
}

async fn run(order: Order, out: mpsc::Sender<Batch>, cancel: CancellationToken) -> Result<Done> {
    let handle = Handle::current();
    let (give, pieces) = mpsc::channel(WAITING);
    let (tell, told) = tokio::sync::oneshot::channel();
    let reading = task::spawn_blocking(move || {
        let Order {
            input,
            begin,
            wanted,
            follow,
        } = order;
        let zone = input.zone();
        let filter = wanted.filter.clone();
        let Opened { mut reader, link } = input.open(begin, filter, follow, &cancel, &handle)?;
        let keeps_cut = link.is_none();
        // Nobody may wait for it any more.
        drop(tell.send(link));
        let gathering = Gathering::new(
            wanted.conditions,
            zone,
            wanted.least_rows,
            wanted.least_bytes,
            keeps_cut,
        );
        Ok(read(&mut reader, gathering, &give))
    });
    let link = told.await.ok().flatten();
    hand_on(pieces, link, &out).await;
    match reading.await {
        Ok(done) => done,
        Err(_) => Err(no_answer()),
    }
}

/// Read to the end, an error, or where nobody takes any more.
fn read(reader: &mut Reader, mut gathering: Gathering, give: &mpsc::Sender<Piece>) -> Done {
    let mut said: Option<Instant> = None;
    let mut cut: Option<Arc<Held>> = None;
    let end = loop {
        let item = match reader.next() {
            Ok(item) => item,
            Err(error) => break Err(error),
        };
        // One in which reading was stopped, or that is being written, comes again whole when reading goes on; what has
        // no end otherwise is a file's last.
        let comes_again = matches!(
            &item,
            Item::Ended(Ending {
                status: Status::Stopped | Status::InUse { .. },
                ..
            })
        );
        if let Some(held) = cut.take().filter(|_| !comes_again) {
            give.blocking_send(Piece::Transaction(held)).ok();
        }
        let piece = match item {
            Item::Ended(ending) => break Ok(ending),
            Item::Rows(rows) => {
                let count = gathering.rows(&rows);
                reader.count_rows(&rows.table, rows.op, count);
                None
            }
            Item::Note(note) => Some(Piece::Note(note)),
            Item::Other(raw, event) => match *event {
                Event::Heartbeat { .. } => Some(Piece::Heard),
                Event::Incident { .. } => Some(Piece::Note(Note {
                    file: raw.file,
                    offset: raw.offset,
                    kind: NoteKind::Gap,
                    text: "incident: the server says that changes are missing".to_owned(),
                })),
                _ => None,
            },
            item => {
                let held = gathering.take(item).map(Arc::new);
                if held
                    .as_ref()
                    .is_some_and(|held| held.end.outcome == Outcome::Cut)
                {
                    cut = held;
                    None
                } else {
                    held.map(Piece::Transaction)
                }
            }
        };
        // The place where reading begins comes before what is read.
        if said.is_none_or(|said| said.elapsed() >= SAYS) {
            said = Some(Instant::now());
            let place = Piece::Place(Box::new(reader.checkpoint().clone()), reader.progress());
            give.blocking_send(place).ok();
        }
        if let Some(piece) = piece {
            // Who took them was dropped: nobody asks for the checkpoint either.
            give.blocking_send(piece).ok();
        }
    };
    let (ending, error) = match end {
        Ok(ending) => (Some(ending), None),
        Err(error) => (None, Some(error)),
    };
    Done {
        ending,
        error,
        checkpoint: Box::new(reader.checkpoint().clone()),
        progress: reader.progress(),
    }
}

/// Put what comes into batches, until there is no more.
async fn hand_on(
    mut pieces: mpsc::Receiver<Piece>,
    mut link: Option<watch::Receiver<Link>>,
    out: &mpsc::Sender<Batch>,
) {
    let mut batch = Batch {
        link: link.as_mut().map(|link| link.borrow_and_update().clone()),
        ..Batch::default()
    };
    let mut bytes = 0;
    let mut next_at = time::Instant::now();
    loop {
        let waits = batch.is_empty();
        tokio::select! {
            piece = pieces.recv() => match piece {
                Some(piece) => bytes += batch.put(piece),
                None => break,
            },
            state = changed(&mut link) => batch.link = Some(state),
            () = time::sleep_until(next_at), if !waits => {
                out.send(std::mem::take(&mut batch)).await.ok();
                bytes = 0;
                next_at = time::Instant::now() + PAUSE;
            }
        }
        if batch.transactions.len() >= MOST || bytes >= MOST_BYTES {
            out.send(std::mem::take(&mut batch)).await.ok();
            bytes = 0;
            next_at = time::Instant::now() + PAUSE;
        }
    }
    if let Some(link) = &link {
        batch.link = Some(link.borrow().clone());
    }
    out.send(batch).await.ok();
}

/// The next state of the line. Where there is none, or no more, never.
async fn changed(link: &mut Option<watch::Receiver<Link>>) -> Link {
    if let Some(state) = link
        && state.changed().await.is_ok()
    {
        return state.borrow_and_update().clone();
    }
    *link = None;
    std::future::pending().await
}

impl Batch {
    fn is_empty(&self) -> bool {
        self.transactions.is_empty()
            && self.notes.is_empty()
            && self.link.is_none()
            && self.place.is_none()
            && !self.heard
    }

    /// Bytes that it takes are given back.
    fn put(&mut self, piece: Piece) -> usize {
        match piece {
            Piece::Transaction(held) => {
                let bytes = held.memory();
                self.transactions.push(held);
                return bytes;
            }
            Piece::Note(note) => self.notes.push(note),
            Piece::Place(checkpoint, progress) => self.place = Some((checkpoint, progress)),
            Piece::Heard => self.heard = true,
        }
        0
    }
}
