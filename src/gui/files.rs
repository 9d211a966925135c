//! Files: the system's chooser, behind a trait so that tests open none, and writing in one step.

use std::{
    io,
    path::{Path, PathBuf},
    pin::Pin,
};

use crate::engine::{Error, Result};

/// The person's answer, when it comes.
pub type Picked = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// The same of several files.
pub type PickedSeveral = Pin<Box<dyn Future<Output = Option<Vec<PathBuf>>> + Send>>;

/// Asks for a file. `None` is both "cancelled" and "no chooser on this system", so a path can always be typed too.
pub trait FilePicker {
    fn pick(&self, title: &str) -> Picked;
}

/// The desktop's own dialog.
pub struct SystemFiles;

impl SystemFiles {
    /// Asks for files.
    pub fn pick_several(title: &str) -> PickedSeveral {
        let dialog = rfd::AsyncFileDialog::new().set_title(title).pick_files();
        Box::pin(async move {
            let files = dialog.await?;
            Some(files.iter().map(|file| file.path().to_owned()).collect())
        })
    }

    /// Asks for a folder.
    pub fn pick_folder(title: &str) -> Picked {
        let dialog = rfd::AsyncFileDialog::new().set_title(title).pick_folder();
        Box::pin(async move { dialog.await.map(|folder| folder.path().to_owned()) })
    }

    /// Asks where a new file is to be.
    pub fn pick_new(title: &str, name: &str) -> Picked {
        let dialog = rfd::AsyncFileDialog::new()
            .set_title(title)
            .set_file_name(name)
            .save_file();
        Box::pin(async move { dialog.await.map(|file| file.path().to_owned()) })
    }
}

impl FilePicker for SystemFiles {
    fn pick(&self, title: &str) -> Picked {
        let dialog = rfd::AsyncFileDialog::new().set_title(title).pick_file();
        Box::pin(async move { dialog.await.map(|file| file.path().to_owned()) })
    }
}

/// The folder that new files are suggested in.
pub fn downloads() -> Option<PathBuf> {
    let folders = directories::UserDirs::new()?;
    let downloads = folders.download_dir().filter(|folder| folder.is_dir());
    Some(downloads.unwrap_or(folders.home_dir()).to_owned())
}

/// A name that any system takes for a file's.
pub fn file_name(name: &str) -> String {
    let letter = |letter: char| {
        if letter.is_alphanumeric() || "-_ ".contains(letter) {
            letter
        } else {
            '_'
        }
    };
    // Longer ones are refused by file systems.
    name.chars().take(80).map(letter).collect()
}

/// Why a file could not be written.
pub enum WriteError {
    Io(io::Error),
    /// What it was to hold could not be had.
    Content(Error),
}

/// Write beside the place, then give the file its name: it appears whole or not at all. One that is there is replaced
/// only if that is asked for; otherwise the error is of the kind [`io::ErrorKind::AlreadyExists`].
pub fn write_whole<T>(
    path: &Path,
    replace: bool,
    write: impl FnOnce(&mut dyn io::Write) -> Result<T, WriteError>,
) -> Result<T> {
    let failed = |source| Error::File {
        action: "write",
        path: path.to_owned(),
        source,
    };
    if !replace && path.exists() {
        return Err(failed(io::ErrorKind::AlreadyExists.into()));
    }
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".porthole-")
        .tempfile_in(folder)
        .map_err(failed)?;
    let written = write(file.as_file_mut()).map_err(|error| match error {
        WriteError::Io(source) => failed(source),
        WriteError::Content(error) => error,
    })?;
    file.as_file().sync_all().map_err(failed)?;
    let named = if replace {
        file.persist(path)
    } else {
        file.persist_noclobber(path)
    };
    named.map_err(|error| failed(error.error))?;
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_appears_whole_and_replaces_none_unasked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.csv");
        let write = |text: &'static str| {
            move |file: &mut dyn io::Write| {
                file.write_all(text.as_bytes()).map_err(WriteError::Io)?;
                Ok(1)
            }
        };
        write_whole(&path, false, write("a")).unwrap();
        assert!(write_whole(&path, false, write("b")).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "a");
        write_whole(&path, true, write("b")).unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "b");
        let broken = |_: &mut dyn io::Write| -> Result<u64, WriteError> {
            Err(WriteError::Io(io::ErrorKind::StorageFull.into()))
        };
        assert!(write_whole(&path, true, broken).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "b");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
