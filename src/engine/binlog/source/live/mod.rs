//! A server's binary log, live.
//!
//! Three parts: the reader, a process of its own that holds the connection (`reader.rs`: why); the follower, which
//! starts it, cuts what comes and starts it again where the last whole transaction ended (`follow.rs`); and
//! [`LiveSource`], which gives the events to the thread that decodes them. Between follower and decoder there is room
//! for few batches: a decoder that is slow makes the server wait, and one that stands still for 20 seconds makes the
//! follower close the stream, until there is room again.
//!
//! Each change comes once. With the first step of each stream comes the checkpoint after which it begins
//! ([`Source::begun`]); where a stream was lost, the transaction that had not ended comes again from its start, so who
//! gathers transactions forgets what it has of an open one. To pause is to cancel, and to go on is to resume from the
//! checkpoint.

mod begin;
mod cut;
mod follow;
mod process;
pub mod reader;
mod refusal;
mod stream;
mod wire;

use std::{sync::Arc, time::Duration};

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

pub use follow::{DEAD_AFTER, HEARTBEAT};
pub use process::Program;
pub use refusal::{Cause, Refusal};
pub use wire::Begin;

use self::follow::Follower;
use super::{Ending, Progress, Source, Status, Step};
use crate::engine::{
    Result,
    binlog::checkpoint::{Checkpoint, Identity},
    profiles::{Profile, Secret},
    session::Session,
};

/// How many batches wait for the decoder.
const ROOM: usize = 2;

/// Steps that came together.
#[derive(Debug, Default)]
struct Batch {
    /// They come after this, on a stream that was just opened.
    begun: Option<Checkpoint>,
    steps: Vec<Step>,
}

/// Whose log is followed, and by what.
#[derive(Clone, Debug)]
pub struct Live {
    /// The server.
    pub profile: Profile,
    /// The account's password.
    pub password: Option<Secret>,
    /// The reader process.
    pub program: Program,
}

impl Live {
    /// The server of a session that is open, by a connection of the reader's own.
    pub fn of(session: &Session, program: Program) -> Self {
        Self {
            profile: session.profile().clone(),
            password: session.password(),
            program,
        }
    }
}

/// What the line to the server is doing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// A connection is being made, or the server looks for the place to begin.
    Connecting,
    /// Events come, or will.
    Open {
        /// The server's version text.
        version: String,
        /// Which server it is.
        server: Identity,
        /// The replica id under which it lists the reader.
        reader_id: u32,
    },
    /// It was lost, and will be tried again.
    Lost {
        /// What the network or the server said.
        reason: String,
        /// The pause before the next try.
        retry_in: Duration,
    },
    /// It was closed because nothing took its events; it will be opened again when something does.
    Waiting,
    /// It has ended.
    Closed,
}

/// Follow a log: a source for the thread that decodes, the state of the line, and the work, which somebody has to run.
///
/// The work ends with the source's last step: at the end of the log if `stop_at_end`, when `cancel` fires, or with an
/// error. Up to where events were decoded by then, who decodes them knows alone.
pub fn follow(
    live: Live,
    begin: Begin,
    stop_at_end: bool,
    cancel: CancellationToken,
) -> (
    LiveSource,
    watch::Receiver<Link>,
    impl Future<Output = ()> + Send,
) {
    let (out, batches) = mpsc::channel(ROOM);
    let (state, link) = watch::channel(Link::Connecting);
    let source = LiveSource {
        batches,
        batch: Vec::new().into_iter(),
        begun: None,
        bytes: 0,
        last: ("".into(), 0),
        ending: None,
    };
    let work = async move {
        let follower = Follower::new(&live, begin, stop_at_end, &out, &state, &cancel);
        if let Err(error) = follower.run().await {
            state.send_replace(Link::Closed);
            // Without anybody to take it, nobody waits for it either.
            tokio::select! {
                biased;
                sent = out.send(Err(error)) => drop(sent),
                () = cancel.cancelled() => {}
            }
        }
    };
    (source, link, work)
}

/// The events of a server, for a thread that may block.
#[derive(Debug)]
pub struct LiveSource {
    batches: mpsc::Receiver<Result<Batch>>,
    batch: std::vec::IntoIter<Step>,
    begun: Option<Checkpoint>,
    /// Of the events given out.
    bytes: u64,
    /// Up to where they were given out.
    last: (Arc<str>, u64),
    ending: Option<Ending>,
}

impl Source for LiveSource {
    #[inline]
    fn next(&mut self) -> Result<Step> {
        loop {
            if let Some(step) = self.batch.next() {
                match &step {
                    Step::Event(raw) => {
                        self.bytes += u64::from(raw.header.size);
                        if !Arc::ptr_eq(&self.last.0, &raw.file) {
                            self.last.0 = Arc::clone(&raw.file);
                        }
                        self.last.1 = raw.end;
                    }
                    Step::End(ending) => self.ending = Some(ending.clone()),
                    Step::Note(_) => {}
                }
                return Ok(step);
            }
            if let Some(ending) = &self.ending {
                return Ok(Step::End(ending.clone()));
            }
            if let Some(batch) = self.batches.blocking_recv() {
                let batch = batch?;
                self.batch = batch.steps.into_iter();
                self.begun = batch.begun.or(self.begun.take());
            } else {
                // The work was dropped, or cancelled where there was no room for its end.
                let (file, offset) = self.last.clone();
                self.ending = Some(Ending {
                    file,
                    offset,
                    status: Status::Stopped,
                });
            }
        }
    }

    #[inline]
    fn begun(&mut self) -> Option<Checkpoint> {
        self.begun.take()
    }

    fn progress(&self) -> Progress {
        Progress {
            read: self.bytes,
            total: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::binlog::source::{StartAt, file};

    #[test]
    fn a_source_whose_work_was_dropped_ends_where_its_events_did() {
        let data = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/data/binlog/mysql/binlog.000001"
        );
        let mut file = file::FileSource::open(data.as_ref(), file::Options::default()).unwrap();
        let step = file.next().unwrap();
        let Step::Event(first) = &step else {
            panic!("{step:?}")
        };
        let place = (first.file.clone(), first.end);
        let live = Live {
            profile: Profile::default(),
            password: None,
            program: Program::at("porthole".into()),
        };
        let begin = Begin::At(StartAt::Begin);
        let (mut source, _link, work) = follow(live, begin, false, CancellationToken::new());
        source.batch = vec![step].into_iter();
        drop(work);
        assert!(matches!(source.next().unwrap(), Step::Event(_)));
        let Step::End(ending) = source.next().unwrap() else {
            panic!("nothing more can come")
        };
        assert_eq!((ending.file, ending.offset), place);
        assert_eq!(ending.status, Status::Stopped);
    }
}
