//! Where rows go: stdout, or a file that appears whole or not at all.

use std::{
    fs::{self, File, Permissions},
    io,
    os::{fd::AsFd as _, unix::fs::PermissionsExt as _},
    path::{Path, PathBuf},
};

use tempfile::TempPath;

use super::Failure;
use crate::engine::Error;

/// Rights of a new file, less the umask: those of any file that a program makes.
const NEW_FILE: u32 = 0o666;

/// The place, opened.
pub(super) struct Output {
    file: File,
    /// The temporary file's name, and the one it gets in the end.
    pending: Option<(TempPath, PathBuf)>,
    force: bool,
}

impl Output {
    /// Standard output.
    pub(super) fn stdout() -> Result<Self, Failure> {
        let fd = io::stdout()
            .as_fd()
            .try_clone_to_owned()
            .map_err(|error| Failure::writing("standard output", &error))?;
        Ok(Self {
            file: fd.into(),
            pending: None,
            force: false,
        })
    }

    /// Whether a file can be written there, as far as can be told without making one.
    pub(super) fn check(path: &Path, force: bool) -> Result<(), Failure> {
        place(path, force).map(drop)
    }

    /// A file, written beside its place and renamed by [`Output::commit`]. With `force` one that is there is replaced.
    /// The temporary file is removed when this is dropped, so whoever holds it listens for Ctrl-C.
    pub(super) fn file(path: &Path, force: bool) -> Result<Self, Failure> {
        let (path, permissions) = place(path, force)?;
        let folder = match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        };
        let temporary = tempfile::Builder::new()
            .prefix(".porthole-")
            .permissions(permissions)
            .tempfile_in(folder)
            .map_err(|source| cannot_write(&path, source))?;
        let (file, temporary) = temporary.into_parts();
        Ok(Self {
            file,
            pending: Some((temporary, path)),
            force,
        })
    }

    /// Another handle to write through.
    pub(super) fn handle(&self) -> Result<File, Failure> {
        self.file
            .try_clone()
            .map_err(|error| Failure::writing(&self.name(), &error))
    }

    /// For messages.
    pub(super) fn name(&self) -> String {
        match &self.pending {
            Some((_, path)) => path.display().to_string(),
            None => "standard output".to_owned(),
        }
    }

    /// All is written: give the file its name.
    pub(super) fn commit(self) -> Result<(), Failure> {
        let Some((temporary, path)) = self.pending else {
            return Ok(());
        };
        let named = if self.force {
            temporary.persist(&path)
        } else {
            temporary.persist_noclobber(&path)
        };
        named.map_err(|failed| match failed.error.kind() {
            io::ErrorKind::AlreadyExists => exists(&path),
            _ => cannot_write(&path, failed.error),
        })
    }
}

/// Where the file will be, and with which rights.
fn place(path: &Path, force: bool) -> Result<(PathBuf, Permissions), Failure> {
    // Through a symbolic link the file it names is meant, not the link.
    let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut permissions = Permissions::from_mode(NEW_FILE);
    match fs::metadata(&path) {
        Ok(there) if !there.is_file() => {
            return Err(Failure::usage(
                format!("not an ordinary file: {}", path.display()),
                "Leave -o out and let the shell send the output there: porthole query … > PLACE",
            ));
        }
        Ok(_) if !force => return Err(exists(&path)),
        Ok(there) => permissions = there.permissions(),
        Err(_) => {}
    }
    Ok((path, permissions))
}

fn exists(path: &Path) -> Failure {
    Failure::usage(
        format!("there is a file already: {}", path.display()),
        "Name another, or replace it with --force.",
    )
}

fn cannot_write(path: &Path, source: io::Error) -> Failure {
    Failure::Engine(Error::File {
        action: "write",
        path: path.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = fs::read_dir(folder).unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_appears_when_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let output = Output::file(&path, false).unwrap();
        output.handle().unwrap().write_all(b"rows").unwrap();
        assert!(!path.exists());
        output.commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"rows");
        assert_eq!(names(folder.path()), ["out.csv"]);
    }

    #[test]
    fn what_was_not_finished_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        Output::check(&path, false).unwrap();
        assert!(names(folder.path()).is_empty());
        let output = Output::file(&path, false).unwrap();
        assert_eq!(names(folder.path()).len(), 1);
        drop(output);
        assert!(names(folder.path()).is_empty());
    }

    #[test]
    fn an_existing_file_is_replaced_only_by_force() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.csv");
        let late = Output::file(&path, false).unwrap();
        fs::write(&path, "mine").unwrap();
        fs::set_permissions(&path, Permissions::from_mode(0o640)).unwrap();
        assert_eq!(late.commit().unwrap_err().exit_code(), 2);
        assert_eq!(Output::file(&path, false).err().unwrap().exit_code(), 2);
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        assert_eq!(Output::check(&path, false).unwrap_err().exit_code(), 2);
        Output::check(&path, true).unwrap();
        let link = folder.path().join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        Output::file(&link, true).unwrap().commit().unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"");
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(names(folder.path()), ["link", "out.csv"]);
    }

    #[test]
    fn a_device_is_never_replaced() {
        let refused = Output::file(Path::new("/dev/null"), true).err().unwrap();
        assert_eq!(refused.exit_code(), 2);
    }
}
