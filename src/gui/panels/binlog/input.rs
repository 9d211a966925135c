//! Which log is looked at, and how its reader is opened. All parts of the screen read by this.

use std::path::PathBuf;

use tokio::{runtime::Handle, sync::watch};
use tokio_util::sync::CancellationToken;

use crate::engine::{
    Error, Result,
    binlog::{
        filter::Filter,
        lookup,
        source::{
            Source, StartAt,
            dir::DirSource,
            file::{FileSource, Options},
            live::{self, Begin, Link, Live, Program},
        },
        transaction::Transactions,
        zone::Zone,
    },
    session::Session,
};

/// Where events come from.
#[derive(Clone, Debug)]
pub enum Log {
    /// A server, by a connection of its own.
    Server(Session),
    /// Files of one log in their order.
    Files(Vec<PathBuf>),
    /// A folder with the files of a log.
    Folder(PathBuf),
}

/// A log, and who knows the names that are not in it.
#[derive(Clone, Debug)]
pub struct Input {
    pub log: Log,
    /// Whose tables lend their names to a log that has none; where files are read it may be another server's.
    pub names: Option<Session>,
    /// What holds the connection to a server's log; none is this program.
    pub program: Option<Program>,
}

pub type Reader = Transactions<Box<dyn Source>>;

/// A reader, for a thread that may block, and the state of the line where there is one.
pub struct Opened {
    pub reader: Reader,
    pub link: Option<watch::Receiver<Link>>,
}

impl Input {
    /// The zone in which TIMESTAMPs are shown: the profile's.
    pub fn zone(&self) -> Zone {
        let session = match &self.log {
            Log::Server(session) => Some(session),
            Log::Files(_) | Log::Folder(_) => self.names.as_ref(),
        };
        let zone = session.map(|session| Zone::parse(&session.profile().time_zone));
        zone.flatten().unwrap_or_default()
    }

    /// Open a log where reading begins. Blocks where files are looked through; `handle` runs the work beside it, until
    /// the reader is dropped or `cancel` fires. Without `follow`, reading ends where the log ends now.
    pub fn open(
        &self,
        begin: Begin,
        filter: Filter,
        follow: bool,
        cancel: &CancellationToken,
        handle: &Handle,
    ) -> Result<Opened> {
        self.open_as(begin, filter, follow, cancel, handle, |source| source)
    }

    /// The same, with a source around the log's own.
    pub fn open_as(
        &self,
        begin: Begin,
        mut filter: Filter,
        follow: bool,
        cancel: &CancellationToken,
        handle: &Handle,
        around: impl FnOnce(Box<dyn Source>) -> Box<dyn Source>,
    ) -> Result<Opened> {
        if let Begin::At(StartAt::Time(seconds)) = begin {
            filter.from = Some(filter.from.map_or(seconds, |from| from.max(seconds)));
        }
        let until = filter.to;
        let mut link = None;
        let source: Box<dyn Source> = match &self.log {
            Log::Server(session) => {
                let program = match &self.program {
                    Some(program) => program.clone(),
                    None => Program::of_this().map_err(|error| Error::BinlogReader {
                        reason: error.to_string(),
                    })?,
                };
                let live = Live::of(session, program);
                let (source, state, work) =
                    live::follow(live, begin.clone(), !follow, cancel.clone());
                handle.spawn(work);
                link = Some(state);
                Box::new(source)
            }
            Log::Files(_) | Log::Folder(_) => {
                let options = Options {
                    offset: 0,
                    follow,
                    until,
                    cancel: cancel.clone(),
                };
                self.files(&begin.start(), options)?
            }
        };
        let source = around(source);
        let (is_live, start) = (link.is_some(), begin.start());
        let mut reader = match begin {
            Begin::Resume(checkpoint) => Transactions::resuming(source, filter, checkpoint),
            Begin::At(_) => Transactions::new(source, filter),
        };
        // A server leaves out what was before by itself.
        if let (false, StartAt::After(gtids)) = (is_live, start) {
            reader = reader.after(gtids);
        }
        if let Some(session) = &self.names {
            // A column whose name is not known says so where it is shown.
            let (names, work) = lookup::names(session.clone(), cancel.clone(), |_, _| {});
            handle.spawn(work);
            reader = reader.with_names(names);
        }
        Ok(Opened { reader, link })
    }

    fn files(&self, start: &StartAt, options: Options) -> Result<Box<dyn Source>> {
        Ok(match &self.log {
            Log::Folder(folder) => Box::new(DirSource::open(folder, start, options)?),
            Log::Files(files) => match files.as_slice() {
                // Only a file by itself waits for more. What is before the place is left out by the filter.
                [only] if options.follow && *start != StartAt::Now => {
                    let offset = match start {
                        StartAt::Position { offset, .. } => *offset,
                        _ => 0,
                    };
                    let options = Options { offset, ..options };
                    Box::new(FileSource::open(only, options)?)
                }
                files => Box::new(DirSource::of_files(files.to_vec(), start, options)?),
            },
            Log::Server(_) => {
                return Err(Error::Invalid("a server has no files here".to_owned()));
            }
        })
    }
}
