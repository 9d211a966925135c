//! A part of a log, read from its begin to its end on a thread that may block, for the parts of the screen that want
//! an answer and not what comes next.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use tokio::{
    runtime::Handle,
    sync::{mpsc::Sender, oneshot},
};
use tokio_util::sync::CancellationToken;

use super::input::{Input, Log, Reader};
use crate::engine::{
    Error, Result,
    binlog::{
        checkpoint::Checkpoint,
        checks::{self, LogFile},
        filter::Filter,
        frame::RawEvent,
        kind,
        source::{Ending, Progress, Source, StartAt, Status, Step, live::Begin},
        transaction::Item,
    },
    error::Stopped,
};

/// How often those who wait are told how far reading has come.
const TOLD_EVERY: Duration = Duration::from_millis(200);
/// Steps between two looks at the clock.
const STEPS: u32 = 512;

/// Which part of a log.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Where reading begins.
    pub start: StartAt,
    /// Reading ends before the event at this place of a file.
    pub end: Option<(String, u64)>,
    /// What is wanted of it.
    pub filter: Filter,
}

impl Part {
    /// What was logged between two seconds since 1970 UTC; all without them.
    pub fn between(from: Option<u32>, to: Option<u32>) -> Self {
        Self {
            start: from.map_or(StartAt::Begin, StartAt::Time),
            end: None,
            filter: Filter {
                from,
                to,
                ..Filter::default()
            },
        }
    }
}

/// Read a part. `tell` hears now and then how far reading has come; what `work` gives is the answer. A stop from
/// outside is [`Error::Cancelled`]. A part with an end in time ends before a file that was begun later.
pub async fn scan<T: Send + 'static>(
    input: Input,
    part: Part,
    cancel: CancellationToken,
    tell: impl FnMut(Progress) + Send + 'static,
    work: impl FnOnce(&mut Reader) -> Result<T> + Send + 'static,
) -> Result<T> {
    let (answer, _) = scan_dated(input, part, cancel, tell, work).await?;
    Ok(answer)
}

/// The same, and when the first file of the part was begun, in seconds since 1970 UTC, where reading came so far.
pub async fn scan_dated<T: Send + 'static>(
    input: Input,
    part: Part,
    cancel: CancellationToken,
    tell: impl FnMut(Progress) + Send + 'static,
    work: impl FnOnce(&mut Reader) -> Result<T> + Send + 'static,
) -> Result<(T, Option<u32>)> {
    let sizes = match &input.log {
        // A part with an end is short, or its reader knows how much there is.
        Log::Server(session) if part.end.is_none() => checks::survey(session, &cancel).await?.files,
        Log::Server(_) | Log::Files(_) | Log::Folder(_) => None,
    };
    let handle = Handle::current();
    // What runs beside the reader ends with it, also where the part ends before the log.
    let beside = cancel.child_token();
    let read = move || {
        let _ends = beside.clone().drop_guard();
        let start = match part.start {
            StartAt::Position { offset, .. } => offset,
            _ => 0,
        };
        let (date, mut dated) = oneshot::channel();
        let (filter, to) = (part.filter.clone(), part.filter.to);
        let bound = |source| -> Box<dyn Source> {
            Box::new(Bounded {
                source,
                date: Some(date),
                to,
                end: part.end,
                met: false,
                sizes: sizes.unwrap_or_default(),
                start,
                total: None,
                steps: 0,
                told: Instant::now(),
                tell: Box::new(tell),
                ended: None,
            })
        };
        let begin = Begin::At(part.start);
        let opened = input.open_as(begin, filter, false, &beside, &handle, bound)?;
        let mut reader = opened.reader;
        let answer = work(&mut reader)?;
        Ok((answer, dated.try_recv().ok()))
    };
    tokio::task::spawn_blocking(read)
        .await
        .map_err(|stopped| Error::Invalid(format!("reading the log stopped: {stopped}")))?
}

/// Give all items to `take`, and say how the part ended.
pub fn walk(reader: &mut Reader, mut take: impl FnMut(&Item) -> Result<()>) -> Result<Ending> {
    loop {
        match reader.next()? {
            Item::Ended(ending) if ending.status == Status::Stopped => {
                return Err(Error::Cancelled(Stopped::BeforeServer));
            }
            Item::Ended(ending) => return Ok(ending),
            item => take(&item)?,
        }
    }
}

/// Why a log was not read as far as it goes; none where it was, or where it is still being written.
pub fn cut_short(ending: &Ending) -> Option<String> {
    match ending.status {
        Status::Complete | Status::InUse { .. } | Status::Stopped => None,
        _ => Some(ending.to_string()),
    }
}

/// Tell this and end so, in the place of a reading; without an end, wait until it is stopped. For tests of the parts.
pub(super) async fn as_told<T, S>(
    told: Vec<T>,
    end: Option<Result<S>>,
    send: Sender<T>,
    cancel: CancellationToken,
) -> Result<S> {
    for told in told {
        send.send(told).await.ok();
    }
    if let Some(end) = end {
        return end;
    }
    cancel.cancelled().await;
    Err(Error::Cancelled(Stopped::BeforeServer))
}

/// A source that ends where its part does, and says how far it has come, whatever is left out of its events.
struct Bounded {
    source: Box<dyn Source>,
    /// Who asks when the first file was begun.
    date: Option<oneshot::Sender<u32>>,
    /// Nothing that was logged at this second since 1970 UTC or later is wanted.
    to: Option<u32>,
    end: Option<(String, u64)>,
    /// The file of `end` was seen.
    met: bool,
    /// Of a server, its files and their bytes.
    sizes: Vec<LogFile>,
    /// Bytes of the first file that are not read.
    start: u64,
    /// Bytes that a server will send.
    total: Option<u64>,
    steps: u32,
    told: Instant,
    tell: Box<dyn FnMut(Progress) + Send>,
    ended: Option<Ending>,
}

impl Source for Bounded {
    fn next(&mut self) -> Result<Step> {
        if let Some(ending) = &self.ended {
            return Ok(Step::End(ending.clone()));
        }
        let step = self.source.next()?;
        if let Step::Event(raw) = &step {
            if self.total.is_none() && !self.sizes.is_empty() {
                self.total = total(&self.sizes, &raw.file, self.start);
            }
            if self.is_late(raw) || self.is_beyond(&raw.file, raw.offset) {
                let ending = Ending {
                    file: Arc::clone(&raw.file),
                    offset: raw.offset,
                    status: Status::Complete,
                };
                self.ended = Some(ending.clone());
                return Ok(Step::End(ending));
            }
        }
        self.steps = self.steps.wrapping_add(1);
        if self.steps.is_multiple_of(STEPS) && self.told.elapsed() >= TOLD_EVERY {
            self.told = Instant::now();
            let progress = self.progress();
            (self.tell)(progress);
        }
        Ok(step)
    }

    fn begun(&mut self) -> Option<Checkpoint> {
        self.source.begun()
    }

    fn progress(&self) -> Progress {
        let progress = self.source.progress();
        Progress {
            total: progress.total.or(self.total),
            ..progress
        }
    }
}

impl Bounded {
    /// A file begins that was begun too late to hold anything of the part.
    fn is_late(&mut self, raw: &RawEvent) -> bool {
        if raw.header.kind != kind::FORMAT_DESCRIPTION {
            return false;
        }
        let begun = raw.header.timestamp;
        if begun > 0
            && let Some(date) = self.date.take()
        {
            // Nobody may have asked.
            date.send(begun).ok();
        }
        self.to.is_some_and(|to| begun >= to)
    }

    fn is_beyond(&mut self, file: &str, offset: u64) -> bool {
        let Some((last, end)) = &self.end else {
            return false;
        };
        let here = last == file;
        self.met |= here;
        if here { offset >= *end } else { self.met }
    }
}

/// Bytes of a server's files from this place on; none where its files are not known.
fn total(sizes: &[LogFile], file: &str, start: u64) -> Option<u64> {
    let first = sizes.iter().position(|size| size.name == file)?;
    let all: u64 = sizes.iter().skip(first).map(|size| size.bytes).sum();
    Some(all.saturating_sub(start))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::binlog::{frame::Header, source::head::head};

    /// Descriptions of files, each begun at one of these seconds.
    struct Files(Vec<u32>);

    impl Source for Files {
        fn next(&mut self) -> Result<Step> {
            let timestamp = self.0.remove(0);
            Ok(Step::Event(RawEvent {
                file: format!("binlog.{timestamp}").into(),
                offset: 4,
                end: 120,
                header: Header {
                    timestamp,
                    kind: kind::FORMAT_DESCRIPTION,
                    server_id: 1,
                    size: 116,
                    log_pos: 120,
                    flags: 0,
                },
                body: bytes::Bytes::new(),
                nested: false,
            }))
        }
    }

    fn bounded(begun: Vec<u32>, to: u32) -> (Bounded, oneshot::Receiver<u32>) {
        let (date, dated) = oneshot::channel();
        let bounded = Bounded {
            source: Box::new(Files(begun)),
            date: Some(date),
            to: Some(to),
            end: None,
            met: false,
            sizes: Vec::new(),
            start: 0,
            total: None,
            steps: 0,
            told: Instant::now(),
            tell: Box::new(|_| {}),
            ended: None,
        };
        (bounded, dated)
    }

    #[test]
    fn a_part_ends_before_a_file_that_was_begun_after_it() {
        let (mut bounded, mut dated) = bounded(vec![100, 200, 300], 200);
        assert!(matches!(bounded.next().unwrap(), Step::Event(_)));
        assert_eq!(dated.try_recv(), Ok(100));
        for _ in 0..2 {
            let Step::End(ending) = bounded.next().unwrap() else {
                panic!("it goes on");
            };
            assert_eq!(
                (&*ending.file, ending.status),
                ("binlog.200", Status::Complete)
            );
        }
    }

    #[tokio::test]
    async fn who_reads_a_file_hears_when_it_was_begun() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog/mysql");
        let path = data.join("binlog.000002");
        let input = Input {
            log: Log::Files(vec![path.clone()]),
            names: None,
            program: None,
        };
        let part = Part::between(None, None);
        let cancel = CancellationToken::new();
        let (ending, begun) = scan_dated(
            input,
            part,
            cancel,
            |_| {},
            |reader| walk(reader, |_| Ok(())),
        )
        .await
        .unwrap();
        assert_eq!(ending.status, Status::Complete);
        assert_eq!(begun, Some(head(&path).unwrap().unwrap().timestamp));
    }
}
