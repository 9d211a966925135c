//! Profiles on disk: one readable TOML file, which never holds a password.
//!
//! Nothing of a person's is ever lost here. A write goes to a temporary file that then takes the place of the old
//! one; each change is made to what is on disk at that moment, under a lock, so two windows keep each other's
//! profiles; a file that cannot be understood stays where it is until the first save, which then moves it aside
//! under a name of its own; and a file of a newer Porthole is not written at all.
//!
//! Everything blocks, for the time of a small file; callers in the window use `spawn_blocking`.

use std::{
    env, fs,
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use serde::{Deserialize, Serialize};

use super::{Profile, ProfileId, ProfileName, check};
use crate::engine::{Error, Result, replace::replace};

/// The format that this Porthole writes.
const VERSION: i64 = 1;

/// More than any list of profiles; what is larger is not ours.
const MAX_BYTES: u64 = 16 << 20;

const HEADER: &str = "\
# Connection profiles of Porthole. Passwords are not kept here.
# You may edit this file while Porthole is closed; Porthole rewrites it whole and keeps no comments.

";

/// The folder of settings: `PORTHOLE_CONFIG_DIR`, else the platform's.
pub fn config_dir() -> Result<PathBuf> {
    if let Some(dir) = env::var_os("PORTHOLE_CONFIG_DIR").filter(|dir| !dir.is_empty()) {
        return Ok(dir.into());
    }
    directories::ProjectDirs::from("", "", "porthole")
        .map(|dirs| dirs.config_dir().to_owned())
        .ok_or_else(|| {
            Error::Invalid(
                "there is no home folder to keep profiles in; set PORTHOLE_CONFIG_DIR".to_owned(),
            )
        })
}

/// The file of profiles. Cheap to make and to clone; holds nothing open.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

/// What is on disk.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// In the order of the file.
    pub profiles: Vec<Profile>,
    /// What the person should know about the file, such as that it could not be understood.
    pub notice: Option<String>,
}

impl Loaded {
    /// The profile of that name; the error lists the names there are.
    pub fn by_name(&self, name: &str) -> Result<&Profile> {
        self.profiles
            .iter()
            .find(|profile| profile.name.as_str() == name)
            .ok_or_else(|| {
                let shown: String = name
                    .chars()
                    .take(100)
                    .flat_map(char::escape_debug)
                    .collect();
                let names: Vec<_> = self.profiles.iter().map(|p| p.name.as_str()).collect();
                Error::Invalid(if names.is_empty() {
                    format!("there is no profile \"{shown}\": none is saved yet")
                } else {
                    format!(
                        "there is no profile \"{shown}\"; saved are: {}",
                        names.join(", ")
                    )
                })
            })
    }

    /// The profile with that identity.
    pub fn by_id(&self, id: &ProfileId) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == *id)
    }
}

/// A name that no profile has yet: `base`, else `base 2`, `base 3` and so on.
#[expect(clippy::missing_panics_doc, reason = "what is expected cannot fail")]
pub fn free_name(profiles: &[Profile], base: &ProfileName) -> ProfileName {
    let taken = |name: &ProfileName| profiles.iter().any(|profile| profile.name == *name);
    if !taken(base) {
        return base.clone();
    }
    let stem: String = base.as_str().chars().take(90).collect();
    let mut number = 2;
    loop {
        let name =
            ProfileName::new(&format!("{stem} {number}")).expect("a name and a number are a name");
        if !taken(&name) {
            return name;
        }
        number += 1;
    }
}

impl Store {
    /// The store of this person, in [`config_dir`].
    pub fn open_default() -> Result<Self> {
        Ok(Self::open(config_dir()?))
    }

    /// The store in `dir`; neither it nor the file need exist yet.
    pub fn open(dir: impl AsRef<Path>) -> Self {
        Self {
            path: dir.as_ref().join("profiles.toml"),
        }
    }

    /// Where the file is, for messages.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Read the file. No file is an empty list; one that is not understood is an empty list and a notice.
    pub fn load(&self) -> Result<Loaded> {
        Ok(match self.read()? {
            Contents::Profiles(profiles) => Loaded {
                profiles,
                notice: None,
            },
            Contents::Unreadable(why) => Loaded {
                profiles: Vec::new(),
                notice: Some(format!(
                    "The saved profiles could not be read: {why}. The file is untouched; mend it and start again. \
                     Should you save a profile first, it is kept aside under another name: {}",
                    self.path.display()
                )),
            },
            Contents::Newer(version) => Loaded {
                profiles: Vec::new(),
                notice: Some(newer(version, &self.path)),
            },
        })
    }

    /// Add a profile; its name and id must be new.
    pub fn add(&self, profile: &Profile) -> Result<Loaded> {
        self.change(|profiles| {
            profiles.push(profile.clone());
            Ok(())
        })
    }

    /// Put `after` in the place of `before`, which must still be what is on disk.
    pub fn replace(&self, before: &Profile, after: &Profile) -> Result<Loaded> {
        self.change(|profiles| {
            *find_unchanged(profiles, before)? = after.clone();
            Ok(())
        })
    }

    /// Remove `profile`, which must still be what is on disk. Its password is forgotten by
    /// [`Passwords::forget`](super::secrets::Passwords::forget).
    pub fn remove(&self, profile: &Profile) -> Result<Loaded> {
        self.change(|profiles| {
            find_unchanged(profiles, profile)?;
            profiles.retain(|other| other.id != profile.id);
            Ok(())
        })
    }

    /// Change what is on disk now; gives what is there afterwards, other windows' changes included.
    fn change(&self, change: impl FnOnce(&mut Vec<Profile>) -> Result<()>) -> Result<Loaded> {
        self.make_folder()?;
        let _lock = self.lock()?;
        let (mut profiles, unreadable) = match self.read()? {
            Contents::Profiles(profiles) => (profiles, false),
            Contents::Unreadable(_) => (Vec::new(), true),
            Contents::Newer(version) => return Err(Error::Invalid(newer(version, &self.path))),
        };
        change(&mut profiles)?;
        check_all(&profiles).map_err(|why| Error::Invalid(why.to_string()))?;
        let notice = if unreadable {
            let aside = self.move_aside()?;
            Some(format!(
                "The old file of profiles, which could not be read, is kept as {}",
                aside.display()
            ))
        } else {
            None
        };
        self.write(&profiles)?;
        Ok(Loaded { profiles, notice })
    }

    fn read(&self) -> Result<Contents> {
        let file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Contents::Profiles(Vec::new()));
            }
            Err(source) => return Err(self.failed("read", source)),
        };
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|source| self.failed("read", source))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Ok(Contents::Unreadable("it is larger than 16 MiB".to_owned()));
        }
        Ok(match String::from_utf8(bytes) {
            Ok(text) => understand(&text),
            Err(_) => Contents::Unreadable("it is not UTF-8 text".to_owned()),
        })
    }

    fn write(&self, profiles: &[Profile]) -> Result<()> {
        let failed = |source| self.failed("write", source);
        let body = toml::to_string_pretty(&Document {
            version: VERSION,
            profile: profiles.to_vec(),
        })
        .map_err(|error| failed(io::Error::other(error.to_string())))?;
        let contents = format!("{HEADER}{body}");
        replace(&self.path, ".profiles-", contents.as_bytes()).map_err(failed)
    }

    /// Rename the file to a name that nothing has.
    fn move_aside(&self) -> Result<PathBuf> {
        let seconds = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |since| since.as_secs());
        let named = |suffix: &str| {
            self.path
                .with_file_name(format!("profiles.toml.unreadable-{seconds}{suffix}"))
        };
        let mut aside = named("");
        let mut number = 1;
        while fs::symlink_metadata(&aside).is_ok() {
            number += 1;
            aside = named(&format!("-{number}"));
        }
        fs::rename(&self.path, &aside).map_err(|source| self.failed("move aside", source))?;
        Ok(aside)
    }

    fn make_folder(&self) -> Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(|source| Error::File {
            action: "make",
            path: folder.to_owned(),
            source,
        })
    }

    /// One writer at a time. A file system without locks is no reason to refuse: each write is whole all the same.
    fn lock(&self) -> Result<File> {
        let path = self.path.with_file_name("profiles.toml.lock");
        let failed = |source| Error::File {
            action: "lock",
            path: path.clone(),
            source,
        };
        let mut options = File::options();
        options.create(true).write(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(failed)?;
        match file.lock() {
            Err(error) if error.kind() != io::ErrorKind::Unsupported => Err(failed(error)),
            _ => Ok(file),
        }
    }

    fn failed(&self, action: &'static str, source: io::Error) -> Error {
        Error::File {
            action,
            path: self.path.clone(),
            source,
        }
    }
}

/// What a file turned out to be.
enum Contents {
    Profiles(Vec<Profile>),
    Unreadable(String),
    Newer(i64),
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    version: i64,
    #[serde(default)]
    profile: Vec<Profile>,
}

/// Read first of all, so that a newer file is known as such whatever else is in it.
#[derive(Deserialize)]
struct Version {
    version: i64,
}

fn understand(text: &str) -> Contents {
    match toml::from_str(text) {
        Ok(Version { version }) if version > VERSION => return Contents::Newer(version),
        Ok(Version { version }) if version < VERSION => {
            return Contents::Unreadable(format!("`version` is {version}; it should be {VERSION}"));
        }
        Ok(_) => {}
        Err(error) => return Contents::Unreadable(place(text, &error)),
    }
    match toml::from_str::<Document>(text) {
        Err(error) => Contents::Unreadable(place(text, &error)),
        Ok(document) => match check_all(&document.profile) {
            Ok(()) => Contents::Profiles(document.profile),
            Err(why) => Contents::Unreadable(why.to_string()),
        },
    }
}

/// The line and the message, without the line's text: somebody may have written a password there.
fn place(text: &str, error: &toml::de::Error) -> String {
    let message = error.message();
    match error.span() {
        Some(span) => {
            let before = text.get(..span.start).unwrap_or_default();
            let line = 1 + before.matches('\n').count();
            format!("line {line}: {message}")
        }
        None => message.to_owned(),
    }
}

/// Why a list of profiles cannot be used.
#[derive(Debug, thiserror::Error)]
enum Unusable {
    #[error("profile \"{name}\" needs an id of 32 hex digits, such as id = \"{}\"", example.0)]
    Id {
        name: ProfileName,
        example: ProfileId,
    },
    #[error("profile \"{name}\", {}: {}", problem.field.label(), problem.message)]
    Setting {
        name: ProfileName,
        problem: check::Problem,
    },
    #[error("there is already a profile \"{0}\"; choose another name")]
    NameTaken(ProfileName),
    #[error("profiles \"{other}\" and \"{name}\" have the same id; give one of them another")]
    IdTaken {
        name: ProfileName,
        other: ProfileName,
    },
}

/// Each profile is usable, and names and ids are unique.
fn check_all(profiles: &[Profile]) -> Result<(), Unusable> {
    for (index, profile) in profiles.iter().enumerate() {
        let name = || profile.name.clone();
        if !profile.id.is_valid() {
            return Err(Unusable::Id {
                name: name(),
                example: ProfileId::random(),
            });
        }
        if let Some(problem) = check::problems(profile).into_iter().next() {
            return Err(Unusable::Setting {
                name: name(),
                problem,
            });
        }
        for other in profiles.iter().take(index) {
            if other.name == profile.name {
                return Err(Unusable::NameTaken(name()));
            }
            if other.id == profile.id {
                return Err(Unusable::IdTaken {
                    name: name(),
                    other: other.name.clone(),
                });
            }
        }
    }
    Ok(())
}

fn find_unchanged<'a>(profiles: &'a mut [Profile], before: &Profile) -> Result<&'a mut Profile> {
    let name = &before.name;
    match profiles.iter_mut().find(|profile| profile.id == before.id) {
        Some(profile) if profile == before => Ok(profile),
        Some(_) => Err(Error::Invalid(format!(
            "profile \"{name}\" was changed in another window or by hand meanwhile; nothing was written. \
             Open it again to see the change, then make yours"
        ))),
        None => Err(Error::Invalid(format!(
            "profile \"{name}\" was deleted in another window or by hand meanwhile; nothing was written. \
             Save yours as a new profile if you still want it"
        ))),
    }
}

fn newer(version: i64, path: &Path) -> String {
    format!(
        "the saved profiles were written by a newer Porthole (format {version}; this one knows {VERSION}), so they \
         are neither read nor changed. Use the newer one, or set PORTHOLE_CONFIG_DIR to another folder. The file is {}",
        path.display()
    )
}

#[cfg(test)]
mod tests;
