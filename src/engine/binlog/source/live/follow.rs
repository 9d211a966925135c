//! Keeps one stream of a server's binary log going: opens it, watches it, and opens it again from the last whole
//! transaction when it is lost.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    sync::{
        mpsc::{Sender, error::SendError},
        watch,
    },
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::{
    Batch, Link, Live,
    cut::{Cut, Cutter},
    process::{ReaderProcess, Said},
    refusal::{Verdict, judge},
    stream::{Place, Stream},
    wire::{Begin, Opened, Order, Password},
};
use crate::engine::{
    Error, Result,
    binlog::{
        event::Event,
        frame::RawEvent,
        gtid::GtidError,
        source::{Ending, Note, NoteKind, Status, Step},
        tracker::Tracker,
    },
};

/// Between two signs of life from a server that has nothing to send.
pub const HEARTBEAT: Duration = Duration::from_secs(5);
/// Without any for so long, the line is dead: three of them.
pub const DEAD_AFTER: Duration = Duration::from_secs(15);
/// The longest that is waited for one event which is larger than the line carries in that time.
const MOST_PATIENCE: Duration = Duration::from_mins(30);
/// Connecting, and MariaDB's search for a place in a large file.
const OPENING: Duration = Duration::from_secs(90);
/// Who takes nothing for so long lets the server wait too long: the stream is closed until there is room again.
const CONSUMER_PATIENCE: Duration = Duration::from_secs(20);
/// Pauses before a lost stream is opened again; the last one is repeated.
const PAUSES: [Duration; 8] = [
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(4),
    Duration::from_secs(8),
    Duration::from_secs(15),
    Duration::from_secs(30),
];
/// How often another replica id is tried at once.
const MOST_IDS: usize = 5;
/// How often a server is asked again that ends a stream without having sent anything, and with no end that is known.
const MOST_QUIET: usize = 2;

/// How often a place is read again at which the reader cannot read on.
const MOST_UNREADABLE: usize = 2;

/// What one stream came to.
enum Outcome {
    /// Who reads wants no more.
    Stopped,
    /// All that was there when it was asked for has come.
    AtEnd,
    /// The line or the server went away.
    Lost(Error),
    /// Another replica came with the same id.
    SameId(Error),
    /// The consumer took nothing for long, and now does.
    Waited,
    /// A person has to do something.
    Fatal(Error),
}

impl From<Error> for Outcome {
    fn from(error: Error) -> Self {
        match judge(error) {
            Verdict::Lost(error) => Self::Lost(error),
            Verdict::SameId(error) => Self::SameId(error),
            Verdict::Fatal(error) => Self::Fatal(error),
        }
    }
}

/// One following, over all its streams.
pub(super) struct Follower<'a> {
    live: &'a Live,
    begin: Begin,
    stop_at_end: bool,
    out: &'a Sender<Result<Batch>>,
    link: &'a watch::Sender<Link>,
    cancel: &'a CancellationToken,
    /// Once a stream was open.
    tracker: Option<Tracker>,
    /// Where the line fell silent, and how long it may be so when it is there again: one event can take longer than
    /// [`DEAD_AFTER`] on a slow line.
    silent: Option<(Place, Duration)>,
    /// The place of an event whose bytes were wrong: wrong again, it is told and left out.
    damaged: Option<Place>,
    /// Where the reader could not read on, and how often.
    unreadable: Option<(Place, usize)>,
    /// The last stream was closed because the consumer took nothing.
    waited: bool,
    /// A transaction has ended since the stream was opened.
    progressed: bool,
    /// Streams in a row that ended without one, and without a reason.
    quiet: usize,
    /// The last place that was given out.
    last: Option<Place>,
}

impl<'a> Follower<'a> {
    pub(super) fn new(
        live: &'a Live,
        begin: Begin,
        stop_at_end: bool,
        out: &'a Sender<Result<Batch>>,
        link: &'a watch::Sender<Link>,
        cancel: &'a CancellationToken,
    ) -> Self {
        Self {
            live,
            begin,
            stop_at_end,
            out,
            link,
            cancel,
            tracker: None,
            silent: None,
            damaged: None,
            unreadable: None,
            waited: false,
            progressed: false,
            quiet: 0,
            last: None,
        }
    }

    /// Follow until the end, the token, or an error that a person has to see.
    pub(super) async fn run(mut self) -> Result<()> {
        let (mut pauses, mut ids) = (0, 0);
        let status = loop {
            self.progressed = false;
            let outcome = self.stream().await;
            let mut waited = false;
            if self.progressed {
                (pauses, ids, self.quiet) = (0, 0, 0);
            }
            match outcome {
                Outcome::Stopped => break Status::Stopped,
                Outcome::AtEnd => break Status::Complete,
                Outcome::Waited => waited = true,
                Outcome::SameId(error) => {
                    ids += 1;
                    if ids > MOST_IDS {
                        return Err(error);
                    }
                }
                Outcome::Fatal(error) => return Err(error),
                // What cannot be reached at all is told at once.
                Outcome::Lost(error) if self.tracker.is_none() => return Err(error),
                Outcome::Lost(error) => {
                    let reason = match error {
                        Error::LostConnection { reason, .. } => reason,
                        other => other.to_string(),
                    };
                    let pause = *PAUSES.get(pauses).unwrap_or(&PAUSES[PAUSES.len() - 1]);
                    pauses += 1;
                    tracing::debug!(reason, ?pause, "the binary log's stream was lost");
                    self.link.send_replace(Link::Lost {
                        reason,
                        retry_in: pause,
                    });
                    tokio::select! {
                        () = self.cancel.cancelled() => break Status::Stopped,
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
            self.waited = waited;
        };
        self.link.send_replace(Link::Closed);
        let (file, offset) = self.last.take().unwrap_or_else(|| ("".into(), 0));
        let last = Batch {
            begun: None,
            steps: vec![Step::End(Ending {
                file,
                offset,
                status,
            })],
        };
        // Who cancelled may take it still, so room comes first. Nobody may be there to take it.
        tokio::select! {
            biased;
            sent = self.out.send(Ok(last)) => drop(sent),
            () = self.cancel.cancelled() => {}
        }
        Ok(())
    }

    fn lost(&self, reason: String) -> Outcome {
        Outcome::Lost(Error::LostConnection {
            address: self.live.profile.address.to_string(),
            reason,
        })
    }

    /// One stream, from its opening to its end.
    async fn stream(&mut self) -> Outcome {
        self.link.send_replace(Link::Connecting);
        let order = match self.order() {
            Ok(order) => order,
            Err(error) => return Outcome::Fatal(error),
        };
        let started = tokio::select! {
            biased;
            () = self.cancel.cancelled() => return Outcome::Stopped,
            started = timeout(OPENING, ReaderProcess::start(&self.live.program, &order)) => started,
        };
        let mut process = match started {
            Ok(Ok(process)) => process,
            Ok(Err(error)) => return Outcome::Fatal(reader_died(&error)),
            Err(_) => return Outcome::Fatal(reader_died(&std::io::ErrorKind::TimedOut.into())),
        };
        drop(order);
        let outcome = self.attend(&mut process).await;
        process.close().await;
        match outcome {
            Ok(outcome) => outcome,
            // The stream is closed while there is no room for this.
            Err(held) => self.wait_for_room(held).await,
        }
    }

    fn order(&self) -> Result<Order> {
        let mut random = [0; 4];
        getrandom::fill(&mut random).map_err(|error| {
            Error::Invalid(format!("the system gives no random bytes: {error}"))
        })?;
        let begin = match &self.tracker {
            Some(tracker) => Begin::Resume(tracker.checkpoint().clone()),
            None => self.begin.clone(),
        };
        let password = self.live.password.as_ref();
        Ok(Order {
            profile: self.live.profile.clone(),
            password: password.map(|secret| Password(secret.reveal().to_owned())),
            begin,
            reader_id: u32::from_le_bytes(random),
            heartbeat_secs: HEARTBEAT.as_secs(),
            stop_at_end: self.stop_at_end,
        })
    }

    /// Take what the reader says until it ends; `Err` holds what the consumer did not take in time.
    async fn attend(&mut self, process: &mut ReaderProcess) -> Result<Outcome, Batch> {
        let mut stream: Option<Stream> = None;
        loop {
            let patience = self.patience(stream.as_ref());
            let said = tokio::select! {
                () = self.cancel.cancelled() => return Ok(Outcome::Stopped),
                said = timeout(patience, process.next()) => said,
            };
            let said = match said {
                Err(_) => {
                    let longer = (patience * 2).min(MOST_PATIENCE);
                    self.silent = stream.map(|stream| (stream.place(), longer));
                    let reason = format!("nothing came for {} s", patience.as_secs());
                    return Ok(self.lost(reason));
                }
                Ok(Err(error)) => return Ok(Outcome::Fatal(reader_died(&error))),
                Ok(Ok(said)) => said,
            };
            let batch = match (said, &mut stream) {
                (Said::Opened(opened), None) => {
                    let (opened, batch) = self.opened(*opened);
                    stream = Some(opened);
                    batch
                }
                (Said::Events(block), Some(stream)) => {
                    let mut batch = Batch::default();
                    let cut = self.cut(stream, block.into(), &mut batch.steps);
                    // What came before the end goes out first: the checkpoint is behind it.
                    if let Err(outcome) = cut {
                        return Ok(self.give(batch).await?.unwrap_or(outcome));
                    }
                    batch
                }
                (Said::End, Some(stream)) => return Ok(self.ended(stream)),
                (Said::Failed(Error::Unreadable { address, reason }), Some(stream)) => {
                    return Ok(self.unreadable(stream.place(), address, &reason));
                }
                (Said::Failed(error), _) => return Ok(error.into()),
                _ => return Ok(self.lost("the reader lost its place".to_owned())),
            };
            if let Some(outcome) = self.give(batch).await? {
                return Ok(outcome);
            }
        }
    }

    /// How long to wait for what comes next.
    fn patience(&self, stream: Option<&Stream>) -> Duration {
        match (stream, &self.silent) {
            (None, _) => OPENING,
            (Some(stream), Some((place, patience))) if *place == stream.place() => *patience,
            _ => DEAD_AFTER,
        }
    }

    fn opened(&mut self, opened: Opened) -> (Stream, Batch) {
        let mut steps = Vec::new();
        let place = |tracker: &Tracker| {
            let checkpoint = tracker.checkpoint();
            (Arc::from(checkpoint.file.as_str()), checkpoint.offset)
        };
        match &mut self.tracker {
            Some(tracker) => {
                let (file, offset) = place(tracker);
                tracker.reopen(&opened.server);
                let text = if self.waited {
                    "the stream was closed while nothing took its events, and is open again"
                } else {
                    "the line to the server was lost and is back"
                };
                steps.push(Step::Note(Note {
                    file,
                    offset,
                    kind: NoteKind::Link,
                    text: text.to_owned(),
                }));
            }
            tracker @ None => *tracker = Some(Tracker::new(opened.begin.clone())),
        }
        for text in opened.notes {
            let (file, offset) = self.tracker.as_ref().map(place).unwrap_or_default();
            steps.push(Step::Note(Note {
                file,
                offset,
                kind: NoteKind::Info,
                text,
            }));
        }
        self.link.send_replace(Link::Open {
            version: opened.version,
            server: opened.server,
            reader_id: opened.reader_id,
        });
        let expected = opened.begin.file_begun.filter(|_| opened.by_place);
        let stream = Stream {
            cutter: Cutter::new(&opened.begin.file, opened.skip_before),
            expected_begin: expected,
            end: opened.end,
            gtids: opened.gtids,
        };
        let begun = self.tracker.as_ref();
        let batch = Batch {
            begun: begun.map(|tracker| tracker.checkpoint().clone()),
            steps,
        };
        (stream, batch)
    }

    /// Whole events become steps; transactions that end move the checkpoint.
    fn cut(
        &mut self,
        stream: &mut Stream,
        mut block: Bytes,
        steps: &mut Vec<Step>,
    ) -> Result<(), Outcome> {
        while !block.is_empty() {
            let cut = stream.cutter.cut(&mut block);
            match cut.map_err(|reason| self.lost(reason.to_string()))? {
                Cut::Skipped => {}
                Cut::Event(raw) => {
                    stream.check_begin(&raw).map_err(Outcome::Fatal)?;
                    self.track(stream, &raw)?;
                    self.last = Some((raw.file.clone(), raw.end));
                    steps.push(Step::Event(raw));
                }
                Cut::Damaged { offset, reason } => {
                    let place = (stream.cutter.file().clone(), offset);
                    // On its way or in the file? Read again, it shows.
                    if self.damaged.as_ref() != Some(&place) {
                        self.damaged = Some(place);
                        return Err(self.lost(format!("an event came damaged: {reason}")));
                    }
                    steps.push(Step::Note(Note {
                        file: place.0,
                        offset,
                        kind: NoteKind::Damage,
                        text: reason.to_string(),
                    }));
                }
            }
        }
        Ok(())
    }

    fn track(&mut self, stream: &Stream, raw: &RawEvent) -> Result<(), Outcome> {
        if !Tracker::wants(raw.header.kind) {
            return Ok(());
        }
        let Some(tracker) = &mut self.tracker else {
            return Ok(());
        };
        let Ok(event) = Event::parse(raw, stream.cutter.format()) else {
            // Whoever decodes it says so; a transaction whose begin or end cannot be read does not end here.
            return Ok(());
        };
        let taken = tracker.take(raw, &event);
        self.progressed |=
            taken.map_err(|error: GtidError| Outcome::Fatal(Error::Invalid(error.to_string())))?;
        Ok(())
    }

    /// The server has sent all that it had, or is going down: the place tells, or the GTIDs. Where neither does, for
    /// what was not asked for stands at the end of the log, it is asked again.
    fn ended(&mut self, stream: &Stream) -> Outcome {
        let tracker = self.tracker.as_ref();
        let is_inside = tracker.is_some_and(Tracker::is_inside);
        let has_all = tracker.is_some_and(|tracker| stream.has_all(tracker.checkpoint()));
        self.quiet += usize::from(!self.progressed && !is_inside);
        let at_end = !is_inside && (has_all || stream.is_at_end() || self.quiet >= MOST_QUIET);
        if self.stop_at_end && at_end {
            Outcome::AtEnd
        } else {
            self.lost("the server ended the stream".to_owned())
        }
    }

    /// The driver looks into some events before their checksums are verified. Read again, it shows whether the damage
    /// was on the way or is in the file.
    fn unreadable(&mut self, place: Place, address: String, reason: &str) -> Outcome {
        let tries = match &self.unreadable {
            Some((before, tries)) if *before == place => *tries,
            _ => 0,
        };
        if tries < MOST_UNREADABLE {
            self.unreadable = Some((place, tries + 1));
            return self.lost(format!("what came cannot be read: {reason}"));
        }
        let (file, offset) = place;
        Outcome::Fatal(Error::Unreadable {
            address,
            reason: format!("{file} behind {offset}: {reason}"),
        })
    }

    async fn give(&mut self, batch: Batch) -> Result<Option<Outcome>, Batch> {
        if batch.steps.is_empty() && batch.begun.is_none() {
            return Ok(None);
        }
        let room = tokio::select! {
            () = self.cancel.cancelled() => return Ok(Some(Outcome::Stopped)),
            room = timeout(CONSUMER_PATIENCE, self.out.reserve()) => room,
        };
        match room {
            Ok(Ok(permit)) => {
                permit.send(Ok(batch));
                Ok(None)
            }
            Ok(Err(SendError(()))) => Ok(Some(Outcome::Stopped)),
            Err(_) => Err(batch),
        }
    }

    async fn wait_for_room(&mut self, held: Batch) -> Outcome {
        self.link.send_replace(Link::Waiting);
        tokio::select! {
            () = self.cancel.cancelled() => Outcome::Stopped,
            sent = self.out.send(Ok(held)) => match sent {
                Ok(()) => Outcome::Waited,
                Err(_) => Outcome::Stopped,
            },
        }
    }
}

fn reader_died(error: &std::io::Error) -> Error {
    Error::BinlogReader {
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests;
