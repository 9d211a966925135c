//! What `--checkpoint` keeps: how far a log was read, and how much of the text was written by then.
//!
//! A run can be killed between writing and keeping the checkpoint. What it wrote in between comes again, so the next
//! run has to know what counts: where the text goes into a file, what follows the checkpoint there is cut off before
//! anything else is written, and the file has each change once. A pipe has no such way back; then it is said.

use std::{
    fs::{File, Metadata},
    io::{Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::PathBuf,
    time::{SystemTime, UNIX_EPOCH},
};

use super::super::{Failure, print};
use crate::engine::{
    Error,
    binlog::checkpoint::{Checkpoint, Output, Written},
};

/// The file of the checkpoint, and what belongs in it.
pub(super) struct Progress {
    path: PathBuf,
    /// Where the text goes; none if that is no file.
    file: Option<Output>,
    /// The last place behind which nothing that was written is lost, and it is not kept yet.
    reached: Option<Box<Checkpoint>>,
    /// The last that was kept.
    kept: Box<Checkpoint>,
    /// Bytes of the file by now.
    length: u64,
    /// Text was written behind the last place.
    ahead: bool,
}

impl Progress {
    /// Go on where `last` was, or begin; `out` is where the text goes, and true says that there is text of an earlier
    /// run in it. From here on a run that is killed is known as such.
    pub(super) fn start(
        path: PathBuf,
        last: Option<Checkpoint>,
        out: &mut File,
    ) -> Result<(Self, bool), Failure> {
        let failed = |error| Failure::writing("standard output", &error);
        let mut continues = false;
        let there = out.metadata().map_err(failed)?;
        let mut file = there.is_file().then(|| output(&there));
        if let Some(written) = last.as_ref().and_then(|last| last.written.as_ref()) {
            match (&written.output, &mut file) {
                (Some(before), Some(now)) if before.is_same(now) => {
                    continues = before.length > 0 && now.length >= before.length;
                    if !written.ended && now.length > before.length {
                        cut(out, now.length, before.length).map_err(failed)?;
                        now.length = before.length;
                    }
                }
                (Some(before), _) if !written.ended => print::warning(&format!(
                    "the last run with this checkpoint did not end in order: of the file that it wrote, the first {} \
                     bytes count, and what follows them comes again",
                    before.length
                )),
                (None, _) if !written.ended => print::warning(
                    "the last run with this checkpoint did not end in order: what it had printed since its checkpoint \
                     comes again, with the same gtid, file and pos",
                ),
                _ => {}
            }
        }
        let length = file.as_ref().map_or(0, |file| file.length);
        let mut progress = Self {
            path,
            file,
            reached: None,
            kept: Box::new(last.unwrap_or_else(Checkpoint::nowhere)),
            length,
            ahead: false,
        };
        progress.keep(false)?;
        Ok((progress, continues))
    }

    /// So many bytes were written.
    pub(super) fn wrote(&mut self, bytes: usize) {
        self.length += bytes as u64;
        self.ahead |= bytes > 0;
    }

    /// All that was written is before this place.
    pub(super) fn reach(&mut self, checkpoint: Box<Checkpoint>) {
        if let Some(file) = &mut self.file {
            file.length = self.length;
        }
        self.reached = Some(checkpoint);
        self.ahead = false;
    }

    /// There is a place that was not kept.
    pub(super) fn is_due(&self) -> bool {
        self.reached.is_some()
    }

    /// Keep the place on the disk, and the text before it.
    pub(super) fn save(&mut self, out: &File) -> Result<(), Failure> {
        let Some(reached) = self.reached.take() else {
            return Ok(());
        };
        self.kept = reached;
        self.sync(out)?;
        self.keep(false)
    }

    /// The run ends in order.
    pub(super) fn end(&mut self, out: &File) -> Result<(), Failure> {
        if let Some(reached) = self.reached.take() {
            self.kept = reached;
        }
        self.sync(out)?;
        self.keep(!self.ahead)
    }

    /// The checkpoint must not outlive the text.
    fn sync(&self, out: &File) -> Result<(), Failure> {
        if self.file.is_some() {
            out.sync_data()
                .map_err(|error| Failure::writing("standard output", &error))?;
        }
        Ok(())
    }

    fn keep(&mut self, ended: bool) -> Result<(), Failure> {
        self.kept.written = Some(Written {
            ended,
            output: self.file.clone(),
        });
        self.kept.write(&self.path).map_err(Error::into)
    }
}

fn output(there: &Metadata) -> Output {
    let born = there.created().ok();
    Output {
        device: there.dev(),
        inode: there.ino(),
        born_micros: born
            .and_then(|born: SystemTime| born.duration_since(UNIX_EPOCH).ok())
            .and_then(|since| u64::try_from(since.as_micros()).ok()),
        length: there.len(),
    }
}

/// Leave out what will come again.
fn cut(out: &mut File, from: u64, to: u64) -> std::io::Result<()> {
    out.set_len(to)?;
    out.seek(SeekFrom::Start(to))?;
    print::note(&format!(
        "the last run with this checkpoint did not end in order: {} bytes that it wrote after its checkpoint were cut \
         off, for they come again",
        from - to
    ));
    Ok(())
}
