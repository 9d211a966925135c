//! The file that one window keeps its state in, in the state folder.
//!
//! The first window has `window.toml`, one opened beside it `window-2.toml`, and so on. Each holds the lock of its file
//! for as long as it is open, so that no window writes over the texts of another. The texts of a window that has been
//! closed come back with the next one that opens, as tabs behind its own. Settings and layout are not brought together:
//! a window has those of its own file, and one without a file the first window's settings.
//!
//! Where the file system knows no locks, two windows share one file and the last one wins.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use super::saved::{Saved, SavedTab, Unreadable};
use crate::engine::{Error, Result};

/// One window's file, locked while this lives.
#[derive(Debug)]
pub struct WindowFile {
    path: PathBuf,
    _lock: Option<File>,
}

impl WindowFile {
    /// The first file that no open window has, and what is in it; the default where there is nothing. A file that
    /// cannot be read is put aside under another name and the error returned beside, to be said once. Does I/O: not
    /// in a frame.
    pub fn open(folder: &Path) -> (Self, Saved, Option<Error>) {
        let mut number = 1;
        let file = loop {
            match Self::claim(folder, number) {
                Some(file) => break file,
                None => number += 1,
            }
        };
        let (mut saved, mut error) = match file.read() {
            Some(read) => read,
            None if number > 1 => (settings_of_first(folder), None),
            None => <_>::default(),
        };
        let closed = left_behind(folder, number);
        for other in &closed {
            let (left, unreadable) = other.read().unwrap_or_default();
            append(&mut saved.tabs, left.tabs);
            error = error.or(unreadable);
        }
        if !closed.is_empty() {
            match saved.text().and_then(|text| file.write(&text)) {
                // One that stays is found again the next time, and its texts are known then.
                Ok(()) => closed.iter().for_each(|other| {
                    fs::remove_file(&other.path).ok();
                }),
                Err(unwritten) => error = error.or(Some(unwritten)),
            }
        }
        (file, saved, error)
    }

    /// Write in one step: a crash leaves the old file or the new one. Does I/O: not in a frame.
    pub fn write(&self, text: &str) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let written = fs::create_dir_all(folder).and_then(|()| {
            // Made with mode 0600 on Unix.
            let mut file = tempfile::NamedTempFile::new_in(folder)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_all()?;
            file.persist(&self.path).map_err(|error| error.error)?;
            Ok(())
        });
        written.map_err(|source| Error::File {
            action: "write",
            path: self.path.clone(),
            source,
        })
    }

    /// `None` while another window has it.
    fn claim(folder: &Path, number: u32) -> Option<Self> {
        let path = folder.join(name(number));
        let lock = fs::create_dir_all(folder)
            .and_then(|()| File::create(path.with_extension("lock")))
            .map_err(TryLockError::Error)
            .and_then(|lock| lock.try_lock().map(|()| lock));
        let lock = match lock {
            Ok(lock) => Some(lock),
            Err(TryLockError::WouldBlock) => return None,
            Err(TryLockError::Error(error)) => {
                tracing::warn!("the window's state is not locked: {error}");
                None
            }
        };
        Some(Self { path, _lock: lock })
    }

    /// `None` where there is no file.
    fn read(&self) -> Option<(Saved, Option<Error>)> {
        let read = fs::read_to_string(&self.path);
        match read
            .map_err(Unreadable::from)
            .and_then(|text| Saved::parse(&text))
        {
            Ok(saved) => Some((saved, None)),
            Err(Unreadable::File(error)) if error.kind() == io::ErrorKind::NotFound => None,
            Err(why) => Some((Saved::default(), Some(self.set_aside(&why)))),
        }
    }

    /// Rename the file to a name that nothing has, so that what is saved next does not take its place.
    fn set_aside(&self, why: &Unreadable) -> Error {
        let named = |number: u32| {
            self.path
                .with_extension(format!("toml.unreadable-{number}"))
        };
        let mut number = 1;
        while fs::symlink_metadata(named(number)).is_ok() {
            number += 1;
        }
        let aside = named(number);
        Error::Invalid(match fs::rename(&self.path, &aside) {
            Ok(()) => format!(
                "the window starts afresh, as its saved state cannot be read ({why}); it was kept as {}",
                aside.display()
            ),
            Err(error) => {
                format!("the window's saved state cannot be read ({why}), nor kept aside: {error}")
            }
        })
    }
}

fn name(number: u32) -> String {
    match number {
        1 => "window.toml".to_owned(),
        number => format!("window-{number}.toml"),
    }
}

/// Files of windows that are closed by now, each with its lock.
fn left_behind(folder: &Path, own: u32) -> Vec<WindowFile> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let number = |entry: fs::DirEntry| {
        let file = entry.file_name();
        let file = file.to_str()?;
        let number = file.strip_prefix("window-")?.strip_suffix(".toml")?;
        // Another spelling of a number, such as +5, is no name of ours.
        number.parse().ok().filter(|number| name(*number) == file)
    };
    let mut numbers: Vec<u32> = entries.filter_map(number).collect();
    numbers.retain(|number| *number > own);
    numbers.sort_unstable();
    let claim = |number| WindowFile::claim(folder, number);
    numbers.into_iter().filter_map(claim).collect()
}

/// A further window looks like the first, and begins with no text.
fn settings_of_first(folder: &Path) -> Saved {
    let text = fs::read_to_string(folder.join(name(1))).unwrap_or_default();
    let first = Saved::parse(&text).unwrap_or_default();
    Saved {
        section: first.section,
        profile: first.profile,
        settings: first.settings,
        ..Saved::default()
    }
}

/// Texts that are not there yet, behind the others.
fn append(tabs: &mut Vec<SavedTab>, more: Vec<SavedTab>) {
    for tab in more {
        let known = tabs.iter().any(|here| here.sql == tab.sql);
        if !known && !tab.sql.trim().is_empty() {
            tabs.push(SavedTab {
                front: false,
                ..tab
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::{
        layout::{Direction, Layout},
        state::Section,
    };

    fn with_texts(texts: &[&str]) -> Saved {
        let tab = |text: &&str| SavedTab {
            sql: (*text).to_owned(),
            ..SavedTab::default()
        };
        Saved {
            tabs: texts.iter().map(tab).collect(),
            ..Saved::default()
        }
    }

    fn keep(file: &WindowFile, texts: &[&str]) {
        file.write(&with_texts(texts).text().unwrap()).unwrap();
    }

    fn texts(saved: &Saved) -> Vec<&str> {
        saved.tabs.iter().map(|tab| tab.sql.as_str()).collect()
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new");
        let mut layout = Layout::default();
        let id = layout.split(Direction::Right).unwrap();
        let saved = Saved {
            section: Section::Query,
            layout: serde_json::to_string(&layout).unwrap(),
            ..Saved::default()
        };
        let (file, ..) = WindowFile::open(&folder);
        file.write(&saved.text().unwrap()).unwrap();
        drop(file);
        let (_, read, error) = WindowFile::open(&folder);
        assert!(error.is_none());
        assert_eq!(read.text().unwrap(), saved.text().unwrap());
        assert_eq!(read.layout().active(), id);
    }

    #[test]
    fn nothing_saved_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let (_, read, error) = WindowFile::open(folder.path());
        assert_eq!(read, Saved::default());
        assert!(error.is_none());
    }

    #[test]
    fn two_open_windows_do_not_write_over_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let (first, ..) = WindowFile::open(folder.path());
        let (second, ..) = WindowFile::open(folder.path());
        keep(&first, &["first"]);
        keep(&second, &["second"]);
        keep(&first, &["first"]);
        drop((first, second));
        let (_, both, error) = WindowFile::open(folder.path());
        assert_eq!(texts(&both), ["first", "second"]);
        assert!(error.is_none());
    }

    #[test]
    fn texts_of_a_closed_window_come_back_once() {
        let folder = tempfile::tempdir().unwrap();
        let (first, ..) = WindowFile::open(folder.path());
        let (second, ..) = WindowFile::open(folder.path());
        keep(&first, &["same", "first"]);
        keep(&second, &["same", " ", "second"]);
        drop((first, second));
        for _ in 0..2 {
            let (file, read, _) = WindowFile::open(folder.path());
            assert_eq!(texts(&read), ["same", "first", "second"]);
            drop(file);
        }
        assert!(!folder.path().join("window-2.toml").exists());
    }

    #[test]
    fn a_file_with_a_name_that_no_window_gives_is_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        for other in ["window-+5.toml", "window-05.toml"] {
            fs::write(folder.path().join(other), "").unwrap();
        }
        WindowFile::open(folder.path());
        assert!(!folder.path().join("window-5.lock").exists());
    }

    #[test]
    fn texts_of_an_open_window_stay_with_it() {
        let folder = tempfile::tempdir().unwrap();
        let (first, ..) = WindowFile::open(folder.path());
        let (second, ..) = WindowFile::open(folder.path());
        keep(&first, &["first"]);
        keep(&second, &["second"]);
        drop(first);
        let (_first, read, _) = WindowFile::open(folder.path());
        assert_eq!(texts(&read), ["first"]);
        drop(second);
        // The first has been open all the time: the next one has what the second left.
        let (_second, read, _) = WindowFile::open(folder.path());
        assert_eq!(texts(&read), ["second"]);
    }

    #[test]
    fn a_further_window_looks_like_the_first_and_has_none_of_its_texts() {
        let folder = tempfile::tempdir().unwrap();
        let (first, mut saved, _) = WindowFile::open(folder.path());
        saved.settings.zoom = 1.5;
        saved.tabs = with_texts(&["first"]).tabs;
        first.write(&saved.text().unwrap()).unwrap();
        let (_, read, _) = WindowFile::open(folder.path());
        assert!((read.settings.zoom - 1.5).abs() < f32::EPSILON);
        assert_eq!(texts(&read), Vec::<&str>::new());
    }

    /// Open what cannot be read; the name that it was kept under.
    #[track_caller]
    fn kept_as(folder: &Path, contents: &[u8], kept: &str) {
        fs::write(folder.join(name(1)), contents).unwrap();
        let (_, read, error) = WindowFile::open(folder);
        assert_eq!(read, Saved::default());
        assert!(error.unwrap().to_string().contains(kept));
        assert!(!folder.join(name(1)).exists());
        assert_eq!(fs::read(folder.join(kept)).unwrap(), contents);
    }

    #[test]
    fn an_unreadable_file_is_kept_and_said() {
        let folder = tempfile::tempdir().unwrap();
        kept_as(folder.path(), b"= not toml", "window.toml.unreadable-1");
        kept_as(folder.path(), b"sql = \"\xff\"", "window.toml.unreadable-2");
        kept_as(folder.path(), b"version = 99", "window.toml.unreadable-3");
        let first = fs::read(folder.path().join("window.toml.unreadable-1")).unwrap();
        assert_eq!(first, b"= not toml");
    }

    #[test]
    fn what_is_saved_next_does_not_replace_a_file_that_could_not_be_opened() {
        let folder = tempfile::tempdir().unwrap();
        // Reading a folder fails for everybody, root included.
        fs::create_dir(folder.path().join(name(1))).unwrap();
        let (file, _, error) = WindowFile::open(folder.path());
        assert!(error.is_some());
        file.write("version = 1").unwrap();
        assert!(folder.path().join("window.toml.unreadable-1").is_dir());
    }
}
