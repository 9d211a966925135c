//! What the window keeps from one start to the next, in `window.toml` of the state folder: settings, section, layout
//! and the texts of the query tabs. Never a password, never rows.
//!
//! eframe keeps the window's place and egui's scroll and fold positions in a file of its own beside it; that file is
//! not written in one step, so nothing that people would miss is there.

use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize};

use super::{
    layout::{Layout, PaneId},
    state::{Section, Settings},
};
use crate::engine::{Error, Result, profiles::ProfileId};

const FILE: &str = "window.toml";
const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Saved {
    pub version: u32,
    pub section: Section,
    /// The profile in the top bar; it is not connected to before it is asked for.
    pub profile: Option<ProfileId>,
    /// The tree of tiles as JSON: TOML has no maps by number.
    pub layout: String,
    pub settings: Settings,
    pub tabs: Vec<SavedTab>,
}

/// One query tab.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct SavedTab {
    pub name: String,
    /// The tile that it stands in, and whether it is seen there.
    pub pane: PaneId,
    pub front: bool,
    /// The database chosen for this tab, and on whose server.
    pub profile: Option<ProfileId>,
    pub database: Option<String>,
    pub limit: RowLimit,
    pub sql: String,
}

/// How many rows a run may bring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RowLimit {
    /// What the profile says.
    #[default]
    OfProfile,
    Rows(u64),
    All,
}

/// Where the window's files are: `PORTHOLE_STATE_DIR`, else the platform's folder for state.
pub fn folder() -> Option<PathBuf> {
    if let Some(folder) = std::env::var_os("PORTHOLE_STATE_DIR").filter(|path| !path.is_empty()) {
        return Some(folder.into());
    }
    let folders = directories::ProjectDirs::from("", "", "porthole")?;
    let state = folders.state_dir().unwrap_or(folders.data_local_dir());
    Some(state.to_owned())
}

impl Saved {
    /// What is in the folder; the default where there is nothing. A file that cannot be read is put aside under
    /// another name and the error returned beside the default, to be said once.
    pub fn load(folder: &Path) -> (Self, Option<Error>) {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return <_>::default(),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => {
                return set_aside(&path, "it is not UTF-8 text");
            }
            Err(error) => return set_aside(&path, &error.to_string()),
        };
        match toml::from_str::<Self>(&text) {
            Ok(saved) if saved.version <= VERSION => (saved, None),
            Ok(_) => set_aside(&path, "it is of a newer version of Porthole"),
            Err(error) => set_aside(&path, error.message()),
        }
    }

    /// The tree of tiles; the default if it cannot be read.
    pub fn layout(&self) -> Layout {
        let layout: Layout = serde_json::from_str(&self.layout).unwrap_or_default();
        layout.mend(|_| true)
    }

    /// Text of the file.
    pub fn text(&self) -> Result<String> {
        let saved = Self {
            version: VERSION,
            ..self.clone()
        };
        toml::to_string(&saved).map_err(|error| Error::Invalid(error.to_string()))
    }
}

/// Write in one step: a crash leaves the old file or the new one. Does I/O: not in a frame.
pub fn write(folder: &Path, text: &str) -> Result<()> {
    let path = folder.join(FILE);
    let written = fs::create_dir_all(folder).and_then(|()| {
        // Made with mode 0600 on Unix.
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.as_file().sync_all()?;
        file.persist(&path).map_err(|error| error.error)?;
        Ok(())
    });
    written.map_err(|source| file_error("write", path, source))
}

/// Rename the file to a name that nothing has, so that what is saved next does not take its place.
fn set_aside(path: &Path, why: &str) -> (Saved, Option<Error>) {
    let named = |number: u32| path.with_extension(format!("toml.unreadable-{number}"));
    let mut number = 1;
    while fs::symlink_metadata(named(number)).is_ok() {
        number += 1;
    }
    let aside = named(number);
    let what = match fs::rename(path, &aside) {
        Ok(()) => format!(
            "the window starts afresh, as its saved state cannot be read ({why}); it was kept as {}",
            aside.display()
        ),
        Err(error) => {
            format!("the window's saved state cannot be read ({why}), nor kept aside: {error}")
        }
    };
    (Saved::default(), Some(Error::Invalid(what)))
}

fn file_error(action: &'static str, path: PathBuf, source: io::Error) -> Error {
    Error::File {
        action,
        path,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gui::layout::Direction;

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut layout = Layout::default();
        let id = layout.split(Direction::Right).unwrap();
        let saved = Saved {
            version: VERSION,
            section: Section::Query,
            layout: serde_json::to_string(&layout).unwrap(),
            ..Saved::default()
        };
        write(&folder.path().join("new"), &saved.text().unwrap()).unwrap();
        let (read, error) = Saved::load(&folder.path().join("new"));
        assert!(error.is_none());
        assert_eq!(read, saved);
        assert_eq!(read.layout().active(), id);
    }

    #[test]
    fn nothing_saved_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let (read, error) = Saved::load(folder.path());
        assert_eq!(read, Saved::default());
        assert!(error.is_none());
    }

    /// Load what cannot be read; the name that it was kept under.
    #[track_caller]
    fn kept_as(folder: &Path, contents: &[u8], name: &str) {
        fs::write(folder.join(FILE), contents).unwrap();
        let (read, error) = Saved::load(folder);
        assert_eq!(read, Saved::default());
        assert!(error.unwrap().to_string().contains(name));
        assert!(!folder.join(FILE).exists());
        assert_eq!(fs::read(folder.join(name)).unwrap(), contents);
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
        fs::create_dir(folder.path().join(FILE)).unwrap();
        let (_, error) = Saved::load(folder.path());
        assert!(error.is_some());
        write(folder.path(), "version = 1").unwrap();
        assert!(folder.path().join("window.toml.unreadable-1").is_dir());
    }

    #[test]
    fn a_broken_layout_costs_the_layout_alone() {
        let saved = Saved {
            layout: "{".to_owned(),
            ..Saved::default()
        };
        assert_eq!(saved.layout().panes().len(), 1);
    }
}
