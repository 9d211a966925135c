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

#[cfg(test)]
mod tests {
    use std::{fs, io::Write as _, path::Path};

    use super::*;

    /// A run: it is at a place behind what it writes, and behind that writes more.
    fn run(folder: &Path, output: &str, text: &str, more: &str) -> (Progress, File, bool) {
        let path = folder.join("at");
        let mut options = File::options();
        let mut out = options
            .create(true)
            .append(true)
            .open(folder.join(output))
            .unwrap();
        let last = Checkpoint::read(&path).unwrap();
        let (mut progress, continues) = Progress::start(path, last, &mut out).unwrap();
        out.write_all(text.as_bytes()).unwrap();
        progress.wrote(text.len());
        let mut at = Checkpoint::nowhere();
        at.file = "binlog.000001".to_owned();
        progress.reach(Box::new(at));
        out.write_all(more.as_bytes()).unwrap();
        progress.wrote(more.len());
        (progress, out, continues)
    }

    fn text(folder: &Path, output: &str) -> String {
        fs::read_to_string(folder.join(output)).unwrap()
    }

    #[test]
    fn what_a_killed_run_wrote_behind_its_checkpoint_is_cut_off() {
        let folder = tempfile::tempdir().unwrap();
        let (mut killed, out, continues) = run(folder.path(), "out", "one\n", "tw");
        assert!(!continues);
        killed.save(&out).unwrap();
        drop((killed, out));
        assert_eq!(text(folder.path(), "out"), "one\ntw");
        let (mut next, out, continues) = run(folder.path(), "out", "two\n", "");
        assert!(continues);
        next.end(&out).unwrap();
        assert_eq!(text(folder.path(), "out"), "one\ntwo\n");
    }

    #[test]
    fn a_run_that_was_killed_before_its_first_checkpoint_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("out"), "of another\n").unwrap();
        drop(run(folder.path(), "out", "one\n", "two\n"));
        let (mut next, out, _) = run(folder.path(), "out", "one\n", "");
        next.end(&out).unwrap();
        assert_eq!(text(folder.path(), "out"), "of another\none\n");
    }

    #[test]
    fn what_others_added_after_an_end_in_order_stays() {
        let folder = tempfile::tempdir().unwrap();
        let (mut first, out, _) = run(folder.path(), "out", "one\n", "");
        first.end(&out).unwrap();
        drop(out);
        let mut options = File::options();
        let mut other = options
            .append(true)
            .open(folder.path().join("out"))
            .unwrap();
        other.write_all(b"mine\n").unwrap();
        let (mut next, out, _) = run(folder.path(), "out", "two\n", "");
        next.end(&out).unwrap();
        assert_eq!(text(folder.path(), "out"), "one\nmine\ntwo\n");
    }

    #[test]
    fn an_end_with_text_behind_the_checkpoint_is_not_in_order() {
        let folder = tempfile::tempdir().unwrap();
        let (mut failed, out, _) = run(folder.path(), "out", "one\n", "two\n");
        failed.end(&out).unwrap();
        drop(out);
        let (mut next, out, _) = run(folder.path(), "out", "two\n", "");
        next.end(&out).unwrap();
        assert_eq!(text(folder.path(), "out"), "one\ntwo\n");
    }

    #[test]
    fn no_other_file_is_cut() {
        let folder = tempfile::tempdir().unwrap();
        let (mut killed, out, _) = run(folder.path(), "out", "one\n", "two\n");
        killed.save(&out).unwrap();
        drop((killed, out));
        fs::write(folder.path().join("other"), "something much longer\n").unwrap();
        let (_, _, continues) = run(folder.path(), "other", "two\n", "");
        assert!(!continues);
        assert_eq!(text(folder.path(), "out"), "one\ntwo\n");
        assert_eq!(text(folder.path(), "other"), "something much longer\ntwo\n");
    }
}
