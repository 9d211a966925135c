//! One file, or standard input, cut into events.
//!
//! Read in blocks into memory that the events then share. Nothing is allocated because a file says so: an event
//! that is larger than what is left of the file is damage, and of a stream no more is reserved than has arrived.
//!
//! Where an event's checksum is wrong but the next event begins where this one says that it ends, the event is left
//! out with a [`Note`] and reading goes on; where it does not, the file is corrupt from there.

mod jump;
mod pipe;

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

use self::pipe::Pipe;
use super::{Encryption, Ending, Note, NoteKind, Progress, Source, Status, Step};
use crate::engine::{
    Error, Result,
    binlog::{
        checkpoint::Checkpoint,
        frame::{
            self, FLAG_ARTIFICIAL, FLAG_IN_USE, Flavour, Format, HEADER_LEN, Header, MAGIC,
            MAGIC_ENCRYPTED, MAX_EVENT_LEN, Malformed, RawEvent,
        },
        kind,
    },
};

/// Bytes that are read at once.
const BLOCK: usize = 256 << 10;
/// How often a file that is being written is looked at.
const PAUSE: Duration = Duration::from_millis(100);
/// Where a file's first event begins.
pub const FIRST: u64 = MAGIC.len() as u64;

/// How a file is read.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where an event begins, in bytes; up to 4 is the file's begin. The description is given in any case.
    pub offset: u64,
    /// At the end of a file that is being written, wait for more.
    pub follow: bool,
    /// Of several files, those that were begun at this second since 1970 UTC or later are not read.
    pub until: Option<u32>,
    /// Ends reading.
    pub cancel: CancellationToken,
}

/// Events of one file.
pub struct FileSource {
    input: Input,
    name: Arc<str>,
    options: Options,
    /// What was read.
    block: Bytes,
    /// How much of `block` has been given out.
    cut: usize,
    /// Where in the file the rest of `block` begins.
    offset: u64,
    state: State,
    format: Option<Format>,
    /// The description has the mark.
    in_use: bool,
    /// The last event is one after which a server writes nothing.
    closed: bool,
    /// All events so far ended where their `log_pos` says; not so in a relay log.
    positions_hold: bool,
    /// Reading begins in the middle of the file, and nobody was told yet.
    begun: Option<Checkpoint>,
}

/// What the next step is.
enum State {
    /// Magic and description.
    Start,
    /// Events.
    Events,
    /// What is after the description must be looked at before going to where reading begins.
    Jump,
    Ended(Status),
}

/// What is read.
enum Input {
    /// A file, which can be gone through by place.
    File { file: File, path: PathBuf },
    /// Anything else: no place, no length.
    Stream(Box<dyn Read + Send>),
}

impl FileSource {
    /// A file. Its events bear the file's name without the folder.
    pub fn open(path: &Path, options: Options) -> Result<Self> {
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        let kind = file.metadata().map_err(|source| unreadable(path, source))?;
        let name = path.file_name().unwrap_or(path.as_os_str());
        let input = if kind.is_file() {
            Input::File {
                file,
                path: path.to_owned(),
            }
        } else if kind.is_dir() {
            let source = io::Error::from(io::ErrorKind::IsADirectory);
            return Err(unreadable(path, source));
        } else {
            let cancel = options.cancel.clone();
            let pipe = Pipe::start(file, cancel).map_err(|source| unreadable(path, source))?;
            Input::Stream(Box::new(pipe))
        };
        Ok(Self::new(input, &name.to_string_lossy(), options))
    }

    /// Anything that gives bytes and does not wait for them; reading it is not ended while it does.
    pub fn stream(input: impl Read + Send + 'static, name: &str, options: Options) -> Self {
        Self::new(Input::Stream(Box::new(input)), name, options)
    }

    /// Standard input.
    pub fn stdin(name: &str, options: Options) -> Result<Self> {
        let pipe = Pipe::start(io::stdin(), options.cancel.clone())
            .map_err(|source| unreadable(Path::new(name), source))?;
        Ok(Self::stream(pipe, name, options))
    }

    fn new(input: Input, name: &str, options: Options) -> Self {
        Self {
            input,
            name: name.into(),
            options,
            block: Bytes::new(),
            cut: 0,
            offset: 0,
            state: State::Start,
            format: None,
            in_use: false,
            closed: false,
            positions_hold: true,
            begun: None,
        }
    }

    /// The name that its events bear.
    pub fn name(&self) -> &Arc<str> {
        &self.name
    }

    /// How events are laid out, once the description was read.
    pub fn format(&self) -> Option<&Format> {
        self.format.as_ref()
    }

    /// What has been read and not been given out.
    #[inline]
    fn rest(&self) -> &[u8] {
        self.block.get(self.cut..).unwrap_or_default()
    }

    /// Have `wanted` bytes in [`FileSource::rest`]. False: the input ends before.
    #[inline]
    fn have(&mut self, wanted: usize) -> Result<bool> {
        if self.block.len() - self.cut >= wanted {
            return Ok(true);
        }
        self.read(wanted)
    }

    #[cold]
    fn read(&mut self, wanted: usize) -> Result<bool> {
        let mut block = Vec::new();
        let read = match &mut self.input {
            Input::File { file, path } => {
                // The caller has compared `wanted` with the length of the file.
                block.reserve_exact(wanted.max(BLOCK));
                block.extend_from_slice(self.block.get(self.cut..).unwrap_or_default());
                file.by_ref()
                    .take((wanted.max(BLOCK) - block.len()) as u64)
                    .read_to_end(&mut block)
                    .map(|_| ())
                    .map_err(|source| unreadable(path, source))
            }
            Input::Stream(input) => {
                block.extend_from_slice(self.block.get(self.cut..).unwrap_or_default());
                let path = Path::new(&*self.name);
                read_some(input, &mut block, wanted).map_err(|source| unreadable(path, source))
            }
        };
        self.block = block.into();
        self.cut = 0;
        read?;
        Ok(self.block.len() >= wanted)
    }

    /// Give `count` bytes out.
    #[inline]
    fn advance(&mut self, count: usize) {
        self.cut += count;
        self.offset += count as u64;
    }

    /// Bytes of the file from `offset` on; none where that is not known.
    fn left(&self) -> Result<Option<u64>> {
        let Input::File { file, path } = &self.input else {
            return Ok(None);
        };
        let length = file.metadata().map_err(|source| unreadable(path, source))?;
        Ok(Some(length.len().saturating_sub(self.offset)))
    }

    /// Magic and description.
    fn start(&mut self) -> Result<Step> {
        if !self.have(MAGIC.len())? {
            return Ok(self.end(if self.rest().is_empty() {
                Status::Truncated { partial: 0 }
            } else {
                Status::NotABinlog
            }));
        }
        match self.rest().first_chunk() {
            Some(&MAGIC) => {}
            Some(&MAGIC_ENCRYPTED) => return Ok(self.end(Status::Encrypted(Encryption::MySql))),
            _ => return Ok(self.end(Status::NotABinlog)),
        }
        self.advance(MAGIC.len());
        self.state = State::Events;
        let mut step = self.event()?;
        if let Step::Event(raw) = &mut step
            && self.options.offset > FIRST
        {
            self.state = State::Jump;
            // What follows does not stand behind it, which a server that jumps says in the same way.
            raw.header.log_pos = 0;
            let flavour = self
                .format
                .as_ref()
                .map_or(Flavour::MySql, |format| format.flavour);
            let mut begun = Checkpoint::new(flavour, None);
            begun.file = raw.file.to_string();
            begun.offset = self.options.offset;
            self.begun = Some(begun);
        }
        Ok(step)
    }

    /// The next event, or how it ends.
    #[inline]
    fn event(&mut self) -> Result<Step> {
        loop {
            let mut header = match Header::of(self.rest()) {
                Ok(header) => header,
                Err(_) if self.have(HEADER_LEN)? => continue,
                Err(_) => {
                    if self.grew_after_closing()? {
                        continue;
                    }
                    return Ok(self.end_of_input());
                }
            };
            let size = header.size as usize;
            if size < HEADER_LEN || header.size > MAX_EVENT_LEN {
                return Ok(self.end(Status::Corrupt(Malformed("an event of an impossible size"))));
            }
            if self.block.len() - self.cut < size {
                let short = |left| left < u64::from(header.size);
                if self.left()?.is_some_and(short) || !self.have(size)? {
                    if self.grew_after_closing()? {
                        continue;
                    }
                    return Ok(self.end_inside(&header));
                }
            }
            let (from, to) = (self.cut, self.cut + size);
            let whole = self.block.get(from..to).unwrap_or_default();
            let body = match &self.format {
                Some(format) if header.kind != kind::FORMAT_DESCRIPTION => {
                    let body = format.body_range(&header, whole);
                    header.kind = format.kind(header.kind);
                    body.map(|range| self.block.slice(from + range.start..from + range.end))
                }
                _ => match Format::start(&self.block.slice(from..to)) {
                    Ok(frame::Start::Readable(format, body)) => {
                        if self.format.is_none() {
                            self.in_use = header.has(FLAG_IN_USE);
                        }
                        self.format = Some(*format);
                        Ok(body)
                    }
                    Ok(frame::Start::TooOld(version)) => {
                        return Ok(self.end(Status::TooOld(version)));
                    }
                    Err(reason) => return Ok(self.end(Status::Corrupt(reason))),
                },
            };
            let offset = self.offset;
            self.positions_hold &= header.log_pos == (offset + size as u64) as u32
                || header.log_pos == 0
                || body.is_err()
                || header.kind == kind::FORMAT_DESCRIPTION;
            let body = match body {
                Ok(body) => body,
                Err(reason) => return self.damaged(&header, reason),
            };
            self.advance(size);
            self.closed =
                matches!(header.kind, kind::ROTATE | kind::STOP) && !header.has(FLAG_ARTIFICIAL);
            if header.kind == kind::START_ENCRYPTION {
                self.state = State::Ended(Status::Encrypted(Encryption::MariaDb));
            }
            return Ok(Step::Event(RawEvent {
                file: self.name.clone(),
                offset,
                end: self.offset,
                header,
                body,
                nested: false,
            }));
        }
    }

    /// An event that is cut out but wrong: go on after it if that is where another begins.
    #[cold]
    fn damaged(&mut self, header: &Header, reason: Malformed) -> Result<Step> {
        let offset = self.offset;
        let size = header.size as usize;
        let before = (self.block.clone(), self.cut);
        self.advance(size);
        let more = self.have(HEADER_LEN)?;
        let framed = if more {
            self.begins_event()
        } else {
            self.rest().is_empty() && header.log_pos == self.offset as u32
        };
        if !framed {
            (self.block, self.cut) = before;
            self.offset = offset;
            return Ok(self.end(Status::Corrupt(reason)));
        }
        self.closed = false;
        let name = kind::name(header.kind).unwrap_or("unknown");
        Ok(Step::Note(Note {
            file: self.name.clone(),
            offset,
            kind: NoteKind::Damage,
            text: format!("the {name} event of {size} bytes is damaged and was left out: {reason}"),
        }))
    }

    /// Whether what comes next looks like an event's header.
    fn begins_event(&self) -> bool {
        let Ok(header) = Header::of(self.rest()) else {
            return false;
        };
        let end = self.offset.wrapping_add(u64::from(header.size));
        (HEADER_LEN as u32..=MAX_EVENT_LEN).contains(&header.size)
            && (header.log_pos == end as u32 || !self.positions_hold)
    }

    /// Look again whether the file is being written. True: it was closed since, and more came before that.
    fn grew_after_closing(&mut self) -> Result<bool> {
        if !self.in_use {
            return Ok(false);
        }
        let known = self.left()?;
        self.read_mark()?;
        Ok(!self.in_use && self.left()? > known)
    }

    /// Look for more after the end of a file that is being written. False: it ended otherwise.
    pub(super) fn resume(&mut self) -> Result<bool> {
        let fresh = self.format.is_none();
        let again = match self.state {
            State::Ended(Status::InUse { .. }) => true,
            State::Ended(Status::Truncated { .. }) => fresh,
            _ => false,
        };
        let Input::File { file, path } = &mut self.input else {
            return Ok(false);
        };
        if !again {
            return Ok(false);
        }
        if fresh {
            self.offset = 0;
        }
        let length = file.metadata().map_err(|source| unreadable(path, source))?;
        if length.len() < self.offset {
            self.state = State::Ended(Status::Corrupt(Malformed(
                "the file has become shorter while it was read",
            )));
            return Ok(true);
        }
        file.seek(SeekFrom::Start(self.offset))
            .map_err(|source| unreadable(path, source))?;
        self.state = if fresh { State::Start } else { State::Events };
        Ok(true)
    }

    fn step(&mut self) -> Result<Step> {
        match self.state {
            State::Events => {
                if self.block.len() - self.cut < HEADER_LEN && self.options.cancel.is_cancelled() {
                    return Ok(self.end(Status::Stopped));
                }
                self.event()
            }
            State::Start => self.start(),
            State::Jump => self.jump(),
            State::Ended(status) => Ok(self.ending(status)),
        }
    }

    /// Look whether the file still has its mark: a server takes it off when it closes the file.
    fn read_mark(&mut self) -> Result<()> {
        let Input::File { file, path } = &mut self.input else {
            return Ok(());
        };
        let mut flags = [0; 2];
        let at = FIRST + 17;
        let read = file.stream_position().and_then(|back| {
            file.seek(SeekFrom::Start(at))?;
            let read = file.read_exact(&mut flags);
            file.seek(SeekFrom::Start(back))?;
            read
        });
        match read {
            Ok(()) => self.in_use = u16::from_le_bytes(flags) & FLAG_IN_USE != 0,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {}
            Err(source) => return Err(unreadable(path, source)),
        }
        Ok(())
    }

    /// Fewer bytes than a header are left.
    #[cold]
    fn end_of_input(&mut self) -> Step {
        let partial = self.rest().len() as u64;
        self.end(match partial {
            _ if self.format.is_none() => Status::Truncated { partial },
            0 if !self.in_use || self.closed => Status::Complete,
            _ if self.in_use => Status::InUse { partial },
            _ => Status::Truncated { partial },
        })
    }

    /// A header announces more than is there.
    #[cold]
    fn end_inside(&mut self, header: &Header) -> Step {
        let partial = match self.left() {
            Ok(Some(left)) => left,
            _ => self.rest().len() as u64,
        };
        let end = self.offset.wrapping_add(u64::from(header.size));
        let sound = header.log_pos == end as u32 || !self.positions_hold || self.format.is_none();
        self.end(match () {
            // A cut leaves a header that agrees with itself.
            () if !sound => Status::Corrupt(Malformed(
                "an event that is larger than what is left of the file",
            )),
            () if self.in_use => Status::InUse { partial },
            () => Status::Truncated { partial },
        })
    }

    fn end(&mut self, status: Status) -> Step {
        let is_short = matches!(
            status,
            Status::Complete | Status::InUse { .. } | Status::Truncated { .. } | Status::NotABinlog
        );
        // A pipe gives no more then.
        let stopped = is_short
            && matches!(self.input, Input::Stream(_))
            && self.options.cancel.is_cancelled();
        let status = if stopped { Status::Stopped } else { status };
        self.state = State::Ended(status);
        self.block = Bytes::new();
        self.cut = 0;
        self.ending(status)
    }

    fn ending(&self, status: Status) -> Step {
        Step::End(Ending {
            file: self.name.clone(),
            offset: self.offset,
            status,
        })
    }
}

impl Source for FileSource {
    #[inline]
    fn next(&mut self) -> Result<Step> {
        loop {
            let step = self.step()?;
            if !matches!(step, Step::End(_)) || !self.options.follow || !self.resume()? {
                return Ok(step);
            }
            if !pause(&self.options.cancel) {
                return Ok(self.end(Status::Stopped));
            }
        }
    }

    #[inline]
    fn begun(&mut self) -> Option<Checkpoint> {
        self.begun.take()
    }

    fn progress(&self) -> Progress {
        let total = match &self.input {
            Input::File { file, .. } => file.metadata().ok().map(|file| file.len()),
            Input::Stream(_) => None,
        };
        Progress {
            read: self.offset,
            total,
        }
    }
}

/// Wait a little. False: who reads wants no more.
pub(super) fn pause(cancel: &CancellationToken) -> bool {
    std::thread::park_timeout(PAUSE);
    !cancel.is_cancelled()
}

/// Read until there are `wanted` bytes, and what comes with them; reserve no more than a block beyond what came.
fn read_some(input: &mut dyn Read, block: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
    while block.len() < wanted {
        let filled = block.len();
        block.resize(filled + BLOCK, 0);
        let room = block.get_mut(filled..).unwrap_or_default();
        let read = match input.read(room) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {
                block.truncate(filled);
                continue;
            }
            read => read,
        };
        block.truncate(filled + read.as_ref().copied().unwrap_or(0));
        if read? == 0 {
            break;
        }
    }
    Ok(())
}

fn unreadable(path: &Path, source: io::Error) -> Error {
    Error::File {
        action: "read",
        path: path.to_owned(),
        source,
    }
}

#[cfg(test)]
mod tests;
