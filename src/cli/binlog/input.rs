//! What is read: files, a folder, standard input.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use super::{
    super::{Failure, target::TargetArgs},
    work::Context,
};
use crate::engine::{
    binlog::{
        checkpoint::Checkpoint,
        filter::Filter,
        gtid::GtidPosition,
        source::{
            Source, StartAt,
            dir::{self, DirSource},
            file::{FileSource, Options},
            live::Begin,
        },
        transaction::Transactions,
        zone::Zone,
    },
    visible,
};

/// A reader of any source.
pub(super) type Reader = Transactions<Box<dyn Source>>;

/// Which log.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Log")]
pub(super) struct InputArgs {
    /// Files of one log in their order, the folder of a server's log, the common part of its files' names
    /// (/var/lib/mysql/binlog), or - for standard input. Without any, the log of the server that is named is read
    /// live; with files, that server is asked for the names of columns that are not in the log.
    #[arg(value_name = "FILE", required_unless_present_any = ["profile", "url"])]
    files: Vec<PathBuf>,
    /// Wait for more at the end, also for the next file of a folder.
    #[arg(long)]
    pub(super) follow: bool,
    /// End where the log ends now. All verbs do so without --follow, but tail.
    #[arg(long, conflicts_with = "follow")]
    stop_at_end: bool,
    #[command(flatten)]
    pub(super) target: TargetArgs,
}

/// Where reading begins or ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Bound {
    /// A place in a file; none is the first file that is read.
    Position { file: Option<String>, offset: u64 },
    /// In seconds since 1970 UTC.
    Time(u32),
    /// Transactions.
    Gtids(GtidPosition),
    /// Only what comes from now on.
    Now,
}

impl Bound {
    fn start(&self) -> StartAt {
        match self {
            Self::Now => StartAt::Now,
            Self::Position { file, offset } => StartAt::Position {
                file: file.clone(),
                offset: *offset,
            },
            Self::Time(seconds) => StartAt::Time(*seconds),
            Self::Gtids(gtids) => StartAt::After(gtids.clone()),
        }
    }

    /// Understand `FILE:POS`, `POS`, a time, GTIDs, or `now`.
    pub(super) fn parse(text: &str, zone: &Zone) -> Result<Self, Failure> {
        let text = text.trim();
        if text == "now" {
            return Ok(Self::Now);
        }
        if let Ok(offset) = text.parse() {
            return Ok(Self::Position { file: None, offset });
        }
        // Before GTIDs: a date looks like one of MariaDB's.
        if let Some(seconds) = zone.seconds(text) {
            return Ok(Self::Time(seconds));
        }
        if is_date(text) {
            return Err(Failure::usage(
                format!("no such day or time: {text}"),
                "Write it as 2026-11-21T23:20:00Z or '2026-11-21 23:20'.",
            ));
        }
        if let Ok(gtids) = text.parse::<GtidPosition>()
            && !gtids.is_empty()
        {
            return Ok(Self::Gtids(gtids));
        }
        if let Some((file, offset)) = text.rsplit_once(':')
            && let Ok(offset) = offset.parse()
            && !file.is_empty()
        {
            return Ok(Self::Position {
                file: Some(file.to_owned()),
                offset,
            });
        }
        // The whole of a file is from its begin on.
        if is_log_file(text) {
            return Ok(Self::Position {
                file: Some(text.to_owned()),
                offset: 4,
            });
        }
        Err(Failure::usage(
            format!("no place in a log: {text}"),
            "Give FILE:POSITION, FILE, a position, a time such as 2026-11-21T23:20:00Z or '2026-11-21 23:20' (in --time-zone), or GTIDs.",
        ))
    }
}

impl InputArgs {
    /// Do not end where the log ends now, unless that was asked for.
    pub(super) fn wait_for_more(&mut self) {
        self.follow = !self.stop_at_end;
    }

    /// A server's log is read over the network.
    pub(super) fn is_live(&self) -> bool {
        self.files.is_empty()
    }

    /// The file in which reading is to end: the one that is named, or the last one. None where there is but one, without
    /// a name of its own.
    pub(super) fn file_of_end(&self, named: Option<String>) -> Result<Option<String>, Failure> {
        let there = match self.files.as_slice() {
            [] if named.is_some() => return Ok(named),
            [] => {
                return Err(Failure::usage(
                    "--to POSITION is in no file that is named",
                    "For the log of a server write FILE:POSITION; porthole binlog list says which files it has.",
                ));
            }
            [only] if only.as_os_str() == "-" || is_stream(only) => return Ok(None),
            given => files(given)?,
        };
        let name = |path: &PathBuf| Some(path.file_name()?.to_string_lossy().into_owned());
        let mut all = there.iter().filter_map(name);
        match named {
            Some(named) if self.follow || all.any(|name| name == named) => Ok(Some(named)),
            Some(named) => Err(Failure::usage(
                format!(
                    "--to names a file that is not among those that are read: {}",
                    visible::line(&named)
                ),
                "porthole binlog list says which there are.",
            )),
            None => Ok(all.next_back()),
        }
    }

    /// Open the log where reading begins. `filter` gets what is to be left out of the first file.
    pub(super) fn open(
        &self,
        from: Option<&Bound>,
        resume: Option<Checkpoint>,
        mut filter: Filter,
        context: &Context,
    ) -> Result<Reader, Failure> {
        let begin = match (&resume, from) {
            (Some(checkpoint), _) => Begin::Resume(checkpoint.clone()),
            (None, from) => Begin::At(from.map_or(StartAt::Begin, Bound::start)),
        };
        // Also when it is resumed: what is older is not wanted.
        if let Some(Bound::Time(seconds)) = from {
            filter.from = Some(*seconds);
        }
        let start = begin.start();
        let mut after = match &start {
            StartAt::After(gtids) => Some(gtids.clone()),
            _ => None,
        };
        let source = match &context.server {
            Some(server) if self.is_live() => {
                // The server leaves out what was before.
                after = None;
                Box::new(server.follow(begin, !self.follow, &context.cancel)?)
            }
            _ => {
                let options = Options {
                    offset: 0,
                    follow: self.follow,
                    until: filter.to,
                    cancel: context.cancel.clone(),
                };
                self.source(&start, options)?
            }
        };
        let mut reader = match resume {
            Some(checkpoint) => Transactions::resuming(source, filter, checkpoint),
            None => Transactions::new(source, filter),
        };
        if let Some(position) = after {
            reader = reader.after(position);
        }
        if let Some(server) = &context.server {
            reader = reader.with_names(server.names(&context.cancel));
        }
        Ok(reader)
    }

    fn source(&self, start: &StartAt, options: Options) -> Result<Box<dyn Source>, Failure> {
        let place = |offset| Options {
            offset,
            ..options.clone()
        };
        Ok(match self.files.as_slice() {
            [only] if only.as_os_str() == "-" => {
                let offset = offset_in_stream(start, "standard input")?;
                Box::new(FileSource::stdin("-", place(offset))?)
            }
            [only] if only.is_file() => match start {
                StartAt::Position { file: None, offset } => {
                    Box::new(FileSource::open(only, place(*offset))?)
                }
                // Only a regular file by itself waits; a list of files ends with its last.
                StartAt::Begin | StartAt::Time(_) if options.follow => {
                    Box::new(FileSource::open(only, options)?)
                }
                _ => Box::new(DirSource::of_files(self.files.clone(), start, options)?),
            },
            [only] if is_stream(only) => {
                let offset = offset_in_stream(start, "a pipe")?;
                Box::new(FileSource::open(only, place(offset))?)
            }
            [only] => Box::new(DirSource::open(only, start, options)?),
            named => Box::new(DirSource::of_files(files(named)?, start, options)?),
        })
    }
}

/// It begins as a date does, with two digits for month and day.
fn is_date(text: &str) -> bool {
    let is = |place: usize, byte: u8| match place {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let day = text.as_bytes().get(..10);
    let rest = text.as_bytes().get(10);
    day.is_some_and(|day| day.iter().enumerate().all(|(place, byte)| is(place, *byte)))
        && rest.is_none_or(|byte| matches!(byte, b' ' | b'T' | b't'))
}

/// A name as servers give it to a file of their log.
fn is_log_file(text: &str) -> bool {
    text.rsplit_once('.').is_some_and(|(stem, digits)| {
        let numbered = digits.len() >= 6 && digits.bytes().all(|byte| byte.is_ascii_digit());
        numbered && !stem.is_empty() && !stem.contains(':')
    })
}

/// A pipe or a device.
fn is_stream(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|there| !there.is_file() && !there.is_dir())
}

/// Where to begin in what has no name and is read once.
fn offset_in_stream(start: &StartAt, what: &str) -> Result<u64, Failure> {
    match start {
        StartAt::Position { offset, .. } => Ok(*offset),
        StartAt::Now => Err(Failure::usage(
            format!("{what} has no now"),
            "Leave --from out, or name a file or folder.",
        )),
        // What is before is for the filter to leave out.
        StartAt::Begin | StartAt::Time(_) | StartAt::After(_) => Ok(0),
    }
}

/// The files that are meant, in their order.
pub(super) fn files(named: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    match named {
        [only] if !only.is_file() => Ok(dir::list(only)?.1),
        files => {
            let mut seen = HashSet::new();
            let real = |file: &PathBuf| file.canonicalize().unwrap_or_else(|_| file.clone());
            match files.iter().find(|file| !seen.insert(real(file))) {
                Some(twice) => Err(Failure::usage(
                    format!("{} is named twice", visible::line(&twice.to_string_lossy())),
                    "Name each file once, the oldest first.",
                )),
                None => Ok(files.to_vec()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser as _;

    use super::*;

    #[derive(clap::Parser)]
    struct Program {
        #[command(flatten)]
        input: InputArgs,
    }

    #[test]
    fn reading_ends_in_the_file_that_is_named_or_the_last() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog/mariadb");
        let data = data.to_str().unwrap();
        let end = |named: &[&str], file: Option<&str>| {
            let words = ["porthole"].iter().chain(named);
            let Program { input } = Program::try_parse_from(words).unwrap();
            input.file_of_end(file.map(str::to_owned))
        };
        let last = |named: &[&str]| end(named, None).unwrap();
        let all = dir::list(Path::new(data)).unwrap().1;
        let newest = all.last().unwrap().file_name().unwrap().to_str();
        assert!(all.len() > 2);
        assert_eq!(last(&[data]).as_deref(), newest);
        let first = format!("{data}/binlog.000001");
        let second = format!("{data}/binlog.000002");
        assert_eq!(last(&[&first, &second]).as_deref(), Some("binlog.000002"));
        assert_eq!(last(&[&first]).as_deref(), Some("binlog.000001"));
        assert_eq!(last(&["-"]), None);
        let named = end(&[data], Some("binlog.000002")).unwrap();
        assert_eq!(named.as_deref(), Some("binlog.000002"));
        assert_eq!(end(&["-"], Some("binlog.000002")).unwrap(), None);
        assert!(end(&[data], Some("binlog.000999")).is_err());
        // It may come.
        assert!(end(&[data, "--follow"], Some("binlog.000999")).is_ok());
        let server = ["--url", "mysql://nobody@localhost"];
        assert!(end(&server, Some("binlog.000999")).is_ok());
        assert!(end(&server, None).is_err());
    }

    #[test]
    fn a_day_that_is_none_is_no_gtid_and_a_file_is_read_from_its_begin() {
        let parse = |text| Bound::parse(text, &Zone::default());
        for text in ["2026-11-31", "2026-13-45 10:00", "2026-02-30T10:00:00Z"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(matches!(parse("2026-11-30"), Ok(Bound::Time(_))));
        assert!(matches!(parse("0-1-5"), Ok(Bound::Gtids(_))));
        let begin = Bound::Position {
            file: Some("binlog.000006".to_owned()),
            offset: 4,
        };
        assert_eq!(parse("binlog.000006").unwrap(), begin);
    }
}
