//! A folder of files, or a list of them, read as the one log that they are.
//!
//! Which files belong together and in which order says the server's index file where it lies beside them, else their
//! numbers. Where one cannot be read to its end the next one is gone on with, and a [`Note`] says what is missing.

use std::{
    collections::{BTreeMap, VecDeque},
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Ending, Note, NoteKind, Progress, Source, StartAt, Status, Step,
    file::{FIRST, FileSource, Options, pause},
    head::head,
};
use crate::engine::{
    Error, Result,
    binlog::{checkpoint::Checkpoint, gtid::GtidPosition},
};

/// Events of several files.
pub struct DirSource {
    /// Where new files appear; none for a list.
    folder: Option<PathBuf>,
    files: Vec<PathBuf>,
    /// Which of `files` is read.
    at: usize,
    current: FileSource,
    options: Options,
    /// To be told before the next event.
    notes: VecDeque<Note>,
    /// Bytes of the files before the current one, from where reading began.
    before: u64,
    ended: bool,
}

impl DirSource {
    /// All files of a folder's log. A name that is not one of a folder but the common part of its files' names
    /// (`/var/lib/mysql/binlog`) chooses among several logs.
    pub fn open(folder: &Path, start: &StartAt, options: Options) -> Result<Self> {
        let (folder, files) = list(folder)?;
        Self::new(Some(folder), files, start, options)
    }

    /// These files, in this order.
    pub fn of_files(files: Vec<PathBuf>, start: &StartAt, options: Options) -> Result<Self> {
        Self::new(None, files, start, options)
    }

    fn new(
        folder: Option<PathBuf>,
        files: Vec<PathBuf>,
        start: &StartAt,
        options: Options,
    ) -> Result<Self> {
        let mut notes = VecDeque::new();
        let (at, offset) = place(&files, start, &options, &mut notes)?;
        let Some(path) = files.get(at) else {
            return Err(Error::Invalid("no binary log file is named".to_owned()));
        };
        Ok(Self {
            current: FileSource::open(path, first_options(&options, offset))?,
            folder,
            at,
            options,
            notes,
            before: 0,
            ended: false,
            files,
        })
    }

    /// The file that is read.
    pub fn path(&self) -> &Path {
        self.files.get(self.at).map_or(Path::new(""), |path| path)
    }

    /// Which files, in order.
    pub fn files(&self) -> &[PathBuf] {
        &self.files
    }

    /// The file after the current one, if there is one by now.
    fn following(&mut self) -> Result<Option<PathBuf>> {
        if self.at + 1 >= self.files.len()
            && self.options.follow
            && let Some(folder) = &self.folder
        {
            let (_, files) = list(folder)?;
            if let Some(here) = files.iter().position(|file| file == self.path()) {
                self.files = files;
                self.at = here;
            } else {
                // It was purged while it was read: its descriptor gave it to the end, and what is left of the log
                // follows it.
                let here = number(self.path());
                let later = files.into_iter().filter(|file| number(file) > here);
                self.files.extend(later);
            }
        }
        Ok(self.files.get(self.at + 1).cloned())
    }

    /// The current file has ended: go on with the next, wait, or end.
    fn after(&mut self, ending: Ending) -> Result<Option<Step>> {
        if ending.status == Status::Stopped {
            self.ended = true;
            return Ok(Some(Step::End(ending)));
        }
        let next = self.following()?;
        if let (Some(until), Some(next)) = (self.options.until, &next)
            && head(next)?.is_ok_and(|head| head.timestamp >= until)
        {
            self.ended = true;
            return Ok(Some(Step::End(ending)));
        }
        if let Some(next) = next {
            // What came between the last look and the next file's appearance.
            if self.options.follow && self.current.resume()? {
                let step = self.current.next()?;
                if !matches!(step, Step::End(_)) {
                    return Ok(Some(step));
                }
            }
            self.notes.extend(unfinished(&ending));
            self.notes.extend(gap(self.path(), &next, &ending));
            self.before += self.current.progress().read;
            self.current = FileSource::open(&next, first_options(&self.options, 0))?;
            self.at += 1;
            return Ok(None);
        }
        // The next file may appear in a folder; of files that are named, the last may grow.
        let waits = self.options.follow
            && match ending.status {
                Status::InUse { .. } => true,
                Status::Complete | Status::Truncated { .. } => self.folder.is_some(),
                _ => false,
            };
        if !waits {
            self.ended = true;
            return Ok(Some(Step::End(ending)));
        }
        if !pause(&self.options.cancel) {
            self.ended = true;
            return Ok(Some(Step::End(Ending {
                status: Status::Stopped,
                ..ending
            })));
        }
        self.current.resume()?;
        Ok(None)
    }
}

impl Source for DirSource {
    #[inline]
    fn next(&mut self) -> Result<Step> {
        loop {
            if let Some(note) = self.notes.pop_front() {
                return Ok(Step::Note(note));
            }
            match self.current.next()? {
                Step::End(ending) if !self.ended => {
                    if let Some(step) = self.after(ending)? {
                        return Ok(step);
                    }
                }
                step => return Ok(step),
            }
        }
    }

    #[inline]
    fn begun(&mut self) -> Option<Checkpoint> {
        self.current.begun()
    }

    fn progress(&self) -> Progress {
        let current = self.current.progress();
        let later = self.files.get(self.at + 1..).unwrap_or_default();
        let later = later
            .iter()
            .filter_map(|file| fs::metadata(file).ok())
            .map(|file| file.len());
        Progress {
            read: self.before + current.read,
            total: current
                .total
                .map(|total| self.before + total + later.sum::<u64>()),
        }
    }
}

/// Options of a file within: it does not wait by itself, as the next file may appear without it being closed.
fn first_options(options: &Options, offset: u64) -> Options {
    Options {
        offset,
        follow: false,
        until: None,
        cancel: options.cancel.clone(),
    }
}

/// The folder and the files of its log, oldest first.
pub fn list(path: &Path) -> Result<(PathBuf, Vec<PathBuf>)> {
    let (folder, base) = if path.is_dir() {
        (path, None)
    } else {
        let folder = match path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        (folder, path.file_name().map(|name| name.to_string_lossy()))
    };
    let mut logs: BTreeMap<String, BTreeMap<(u64, usize), PathBuf>> = BTreeMap::new();
    let unreadable = |source| Error::File {
        action: "read",
        path: folder.to_owned(),
        source,
    };
    let missing = || {
        Error::Invalid(format!(
            "there is no {0}: no file or folder has that name, and no files are called {0}.000001 or the like",
            path.display()
        ))
    };
    if !folder.exists() {
        return Err(missing());
    }
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let Some((stem, digits)) = numbered(&name) else {
            continue;
        };
        if base.as_ref().is_some_and(|base| base != stem) {
            continue;
        }
        let number = digits.parse().unwrap_or(u64::MAX);
        logs.entry(stem.to_owned())
            .or_default()
            .insert((number, digits.len()), entry.path());
    }
    // The journal of MariaDB's storage engine Aria lies in every folder of its data and is named alike.
    if base.is_none() {
        logs.remove("aria_log");
    }
    // A server's relay logs lie beside its log and are never meant without being named.
    if logs.len() > 1 && base.is_none() {
        logs.retain(|stem, _| !stem.ends_with("relay-bin"));
    }
    let mut logs = logs.into_iter();
    match (logs.next(), logs.next()) {
        (Some((stem, files)), None) => {
            // As the path was given, so that following it lists the same log.
            let given = if base.is_some() {
                folder.join(&stem)
            } else {
                folder.to_owned()
            };
            let files = indexed(folder, &stem, files.into_values().collect());
            Ok((given, files))
        }
        (None, _) if base.is_some() => Err(missing()),
        (None, _) => Err(Error::Invalid(format!(
            "there is no binary log in {}: no file whose name ends in .000001 or the like",
            folder.display()
        ))),
        (Some((first, _)), Some((second, _))) => Err(Error::Invalid(format!(
            "there are several binary logs in {}: name one, such as {} or {}",
            folder.display(),
            folder.join(first).display(),
            folder.join(second).display(),
        ))),
    }
}

/// `binlog.000042` in two.
pub(in crate::engine::binlog) fn numbered(name: &str) -> Option<(&str, &str)> {
    let (stem, digits) = name.rsplit_once('.')?;
    let number = digits.len() >= 6 && digits.bytes().all(|digit| digit.is_ascii_digit());
    (number && !stem.is_empty()).then_some((stem, digits))
}

/// The order of the server's index where it names files that are here; those that it lacks are left out, as the
/// server has purged them or was not asked to know them.
fn indexed(folder: &Path, stem: &str, files: Vec<PathBuf>) -> Vec<PathBuf> {
    let Ok(index) = fs::read_to_string(folder.join(format!("{stem}.index"))) else {
        return files;
    };
    let listed: Vec<PathBuf> = index
        .lines()
        .filter_map(|line| Path::new(line.trim()).file_name())
        .map(|name| folder.join(name))
        .filter(|path| files.contains(path))
        .collect();
    // An index that was copied earlier than the files would hide the newest ones.
    let whole = listed.last() == files.last();
    if whole { listed } else { files }
}

/// Which file to begin with, and where in it.
fn place(
    files: &[PathBuf],
    start: &StartAt,
    options: &Options,
    notes: &mut VecDeque<Note>,
) -> Result<(usize, u64)> {
    match start {
        StartAt::Begin => Ok((0, 0)),
        StartAt::Now => {
            let last = files.len().saturating_sub(1);
            let Some(path) = files.get(last) else {
                return Ok((0, 0));
            };
            Ok((last, end_of(path, options)?))
        }
        StartAt::Position { file: None, offset } => Ok((0, *offset)),
        StartAt::Position {
            file: Some(name),
            offset,
        } => {
            let named = |path: &PathBuf| {
                path.file_name()
                    .is_some_and(|file| file.to_string_lossy() == *name)
            };
            match files.iter().position(named) {
                Some(at) => Ok((at, *offset)),
                // A log that was closed says which file is next before there is one.
                None if *offset <= FIRST
                    && files
                        .last()
                        .is_some_and(|last| follows(last, Path::new(name))) =>
                {
                    place(files, &StartAt::Now, options, notes)
                }
                None => Err(Error::NotFound {
                    what: "binary log file",
                    name: name.clone(),
                    near: files
                        .iter()
                        .rev()
                        .take(3)
                        .map(|path| base_name(path))
                        .collect(),
                }),
            }
        }
        StartAt::Time(time) => Ok((by_time(files, *time)?, 0)),
        StartAt::After(position) => Ok((by_gtid(files, position, notes)?, 0)),
    }
}

/// Where the whole events of a file end.
fn end_of(path: &Path, options: &Options) -> Result<u64> {
    let mut source = FileSource::open(path, first_options(options, 0))?;
    loop {
        if let Step::End(ending) = source.next()? {
            return Ok(ending.offset);
        }
    }
}

/// The last file that was begun at or before `time`. Files that do not say when are taken to be as old as the one
/// before them.
fn by_time(files: &[PathBuf], time: u32) -> Result<usize> {
    let begun_after = |at: usize| -> Result<bool> {
        for file in files.get(..=at).unwrap_or_default().iter().rev() {
            if let Ok(head) = head(file)? {
                return Ok(head.timestamp > time);
            }
        }
        Ok(false)
    };
    let (mut low, mut high) = (0, files.len());
    while low < high {
        let middle = low + (high - low) / 2;
        if begun_after(middle)? {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    Ok(low.saturating_sub(1))
}

/// The last file before which all is among `position`.
fn by_gtid(
    files: &[PathBuf],
    position: &GtidPosition,
    notes: &mut VecDeque<Note>,
) -> Result<usize> {
    for (at, file) in files.iter().enumerate().rev() {
        if head(file)?.is_ok_and(|head| head.is_after(position)) {
            return Ok(at);
        }
    }
    if let Some(first) = files.first() {
        notes.push_back(Note {
            file: base_name(first).into(),
            offset: 0,
            kind: NoteKind::Gap,
            text: "transactions between the GTID position and the oldest file are not here"
                .to_owned(),
        });
    }
    Ok(0)
}

/// What is to be said of a file that did not end as it should, though others follow it.
fn unfinished(ending: &Ending) -> Option<Note> {
    let kind = match ending.status {
        Status::Complete | Status::Stopped => return None,
        // A server that starts again cuts off what was not whole.
        Status::InUse { .. } => NoteKind::Info,
        Status::Encrypted(_) | Status::TooOld(_) => NoteKind::Gap,
        Status::Truncated { .. } | Status::Corrupt(_) | Status::NotABinlog => NoteKind::Damage,
    };
    let text = match ending.status {
        Status::InUse { partial } => format!(
            "the file was not closed, so its server stopped suddenly; {partial} bytes of an event that was never whole are left out"
        ),
        Status::Corrupt(reason) => format!("corrupt from here on: {reason}"),
        _ => ending.to_string(),
    };
    Some(Note {
        file: Arc::clone(&ending.file),
        offset: ending.offset,
        kind,
        text,
    })
}

/// The common part of a file's name, and its number.
fn number(path: &Path) -> Option<(String, u64)> {
    let name = base_name(path);
    let (stem, digits) = numbered(&name)?;
    Some((stem.to_owned(), digits.parse().ok()?))
}

/// Whether one file's number is the next after the other's.
fn follows(here: &Path, next: &Path) -> bool {
    number(here).is_some_and(|(stem, number_here)| {
        number(next) == Some((stem, number_here.wrapping_add(1)))
    })
}

/// A number is missing between two files.
fn gap(here: &Path, next: &Path, ending: &Ending) -> Option<Note> {
    let ((stem, here), (other, number)) = (number(here)?, number(next)?);
    let missing = stem == other && number != here.wrapping_add(1);
    missing.then(|| Note {
        file: Arc::clone(&ending.file),
        offset: ending.offset,
        kind: NoteKind::Gap,
        text: format!(
            "the files between this one and {} are missing",
            base_name(next)
        ),
    })
}

fn base_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    name.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests;
