//! Where a reader ended: after a whole transaction, in the server's global names and as a place in a file.
//!
//! GTIDs are what is resumed by where there are any, for they mean the same on every server of a replication. A place
//! in a file means something on one server only, and until its files are begun anew: so it has the server's identity
//! and the file's birth beside it, and whoever resumes by it compares both.

use std::{
    fs::File,
    io::{self, Read as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

use super::{frame::Flavour, gtid::GtidPosition};
use crate::engine::{Error, Result, replace::replace};

/// The format that this Porthole writes.
const VERSION: u32 = 1;
/// What is larger is not ours: it is the text of a GTID position of the most intervals that one may have.
const MOST_BYTES: u64 = 96 << 20;

/// After a whole transaction. As JSON it is what `--checkpoint` keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Of the format.
    version: u32,
    /// Whose log it is.
    pub product: Flavour,
    /// Which server's; none where files were read.
    pub server: Option<Identity>,
    /// The file's name on the server, without folder; empty before the first event.
    pub file: String,
    /// Where the next transaction begins in it, in bytes.
    pub offset: u64,
    /// When the file was begun, in seconds since 1970 UTC.
    pub file_begun: Option<u32>,
    /// All transactions up to here. None where the server has no GTIDs, or before it has named those that came before.
    pub gtids: Option<GtidPosition>,
    /// What a program that prints the log had written by then; none where nothing is written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// How far a run that prints the log had come with its text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Written {
    /// The run has ended, and nothing that it wrote comes after the checkpoint. Else it may have written more.
    pub ended: bool,
    /// The file that it wrote to; none for a pipe or a terminal.
    pub output: Option<Output>,
}

/// A file with the text of what comes before a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The file system's number.
    pub device: u64,
    /// The file's number in it.
    pub inode: u64,
    /// When the file was made, in microseconds since 1970 UTC, where the file system knows: numbers are used again.
    pub born_micros: Option<u64>,
    /// Bytes of it that come before the checkpoint.
    pub length: u64,
}

impl Output {
    /// Whether these are one file.
    pub fn is_same(&self, other: &Self) -> bool {
        (self.device, self.inode, self.born_micros)
            == (other.device, other.inode, other.born_micros)
    }
}

/// Which server it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// Its replication id.
    pub id: u32,
    /// MySQL's UUID, which stays with the server's data.
    pub uuid: Option<String>,
}

impl Identity {
    /// Whether these are one server. MySQL's are told by their UUID, for an id can be changed; MariaDB has ids alone.
    pub fn is_same(&self, other: &Self) -> bool {
        match (&self.uuid, &other.uuid) {
            (Some(ours), Some(theirs)) => ours.eq_ignore_ascii_case(theirs),
            _ => self.id == other.id,
        }
    }
}

impl Checkpoint {
    /// Before any event of this server.
    pub fn new(product: Flavour, server: Option<Identity>) -> Self {
        Self {
            version: VERSION,
            product,
            server,
            file: String::new(),
            offset: 0,
            file_begun: None,
            gtids: None,
            written: None,
        }
    }

    /// Before anything was read: it says nothing of where to begin.
    pub fn nowhere() -> Self {
        Self::new(Flavour::MySql, None)
    }

    /// Whether it says where to go on.
    pub fn is_somewhere(&self) -> bool {
        self.gtids.is_some() || !self.file.is_empty()
    }

    /// Read one; `None` where there is no such file. Blocks.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        let failed = |source| Error::File {
            action: "read",
            path: path.to_owned(),
            source,
        };
        let file = match File::open(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            opened => opened.map_err(failed)?,
        };
        let mut text = Vec::new();
        let mut limited = file.take(MOST_BYTES + 1);
        limited.read_to_end(&mut text).map_err(failed)?;
        if text.len() as u64 > MOST_BYTES {
            return Err(failed(io::Error::other("it is too large for a checkpoint")));
        }
        let read: Self = serde_json::from_slice(&text).map_err(|error| {
            failed(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("it is no checkpoint of a binary log ({error})"),
            ))
        })?;
        if read.version != VERSION {
            return Err(failed(io::Error::other(format!(
                "it was written by another Porthole (format {}; this one knows {VERSION})",
                read.version
            ))));
        }
        Ok(Some(read))
    }

    /// Write it in the place of an older one: whoever reads finds the one or the other, never a part. Blocks until it
    /// is on the disk.
    pub fn write(&self, path: &Path) -> Result<()> {
        let failed = |source| Error::File {
            action: "write",
            path: path.to_owned(),
            source,
        };
        let mut text =
            serde_json::to_string_pretty(self).map_err(|error| failed(io::Error::other(error)))?;
        text.push('\n');
        replace(path, ".checkpoint-", text.as_bytes()).map_err(failed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint {
            file: "binlog.000007".to_owned(),
            offset: 5_000_000_000,
            file_begun: Some(1_700_000_000),
            gtids: Some(
                "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-21:mytag:1"
                    .parse()
                    .unwrap(),
            ),
            ..Checkpoint::new(
                Flavour::MySql,
                Some(Identity {
                    id: 7,
                    uuid: Some("3e11fa47-71ca-11e1-9e33-c80aa9429562".to_owned()),
                }),
            )
        }
    }

    #[test]
    fn a_checkpoint_is_read_as_it_was_written() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("at.json");
        assert_eq!(Checkpoint::read(&path).unwrap(), None);
        checkpoint().write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), Some(checkpoint()));
        let next = Checkpoint {
            offset: 5_000_000_120,
            ..checkpoint()
        };
        next.write(&path).unwrap();
        assert_eq!(Checkpoint::read(&path).unwrap(), Some(next));
        let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
        assert_eq!(left.len(), 1, "no temporary file stays");
    }

    #[test]
    fn what_is_no_checkpoint_is_refused_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("at.json");
        let newer = serde_json::to_string(&checkpoint())
            .unwrap()
            .replace("\"version\":1", "\"version\":2");
        for text in ["", "{}", "{\"version\": 1}", &newer] {
            std::fs::write(&path, text).unwrap();
            assert!(Checkpoint::read(&path).is_err(), "{text}");
            assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        }
    }

    #[test]
    fn a_server_is_known_by_its_uuid_where_it_has_one() {
        let identity = |id, uuid: Option<&str>| Identity {
            id,
            uuid: uuid.map(str::to_owned),
        };
        assert!(identity(1, Some("ab")).is_same(&identity(2, Some("AB"))));
        assert!(!identity(1, Some("ab")).is_same(&identity(1, Some("cd"))));
        assert!(identity(1, None).is_same(&identity(1, None)));
        assert!(!identity(1, None).is_same(&identity(2, None)));
    }
}
