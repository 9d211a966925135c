//! The catalogue's statements, from `tests/data/catalogue/*.toml`, and what each layer is known to do with them.

use std::{collections::BTreeMap, fs, path::PathBuf};

use porthole::demo::{Kind, Server};
use serde::Deserialize;

/// Statements of one row of the catalogue that fare alike.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    /// The row, from 1.
    pub(super) row: u8,
    /// Each is run by itself.
    #[serde(default)]
    pub(super) sql: Vec<String>,
    /// Or these, one after the other over the same session.
    #[serde(default)]
    pub(super) steps: Vec<String>,
    #[serde(default)]
    pub(super) on: Servers,
    #[serde(default)]
    pub(super) expect: Expect,
    /// An allowed statement that has no rows to show.
    #[serde(default)]
    pub(super) empty: bool,
    /// Where the state is known to be another one afterwards. Everywhere else it must be as before.
    #[serde(default)]
    pub(super) changed: BTreeMap<Way, Servers>,
    /// What brings the old state back where it changed; files are removed without being told.
    #[serde(default)]
    pub(super) undo: Vec<String>,
    /// Another session holds this meanwhile; a statement that waits for it has been let through, and counts as a
    /// change.
    pub(super) held: Option<String>,
    /// Added to the server's `sql_mode` before the session opens.
    pub(super) mode: Option<String>,
    /// The profile's switches are on: it lets declared readers be called, and tables be checked.
    #[serde(default)]
    pub(super) switches: bool,
    /// The command line refuses it as well.
    #[serde(default)]
    pub(super) cli: bool,
    /// Where it is not run, and why.
    #[serde(default)]
    pub(super) skip: BTreeMap<Way, String>,
}

/// What the guard does with a case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Expect {
    /// It refuses, and nothing is sent.
    #[default]
    Refuse,
    /// It lets pass, and the server answers.
    Allow,
    /// It lets pass; what then happens is the server's to decide.
    Leave,
}

/// One of the ways that the catalogue is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Way {
    /// Both layers, with an account that may do everything.
    All,
    /// The server layer alone: read-only mode and PREPARE.
    Server,
    /// The guard alone: a session that writes, and text that is not prepared.
    Guard,
    /// Both layers, with an account that may only SELECT.
    Account,
    /// That account and the server layer, without the guard.
    AccountServer,
}

impl Way {
    pub(super) const EACH: [Self; 5] = [
        Self::All,
        Self::Server,
        Self::Guard,
        Self::Account,
        Self::AccountServer,
    ];

    pub(super) fn is_guarded(self) -> bool {
        !matches!(self, Self::Server | Self::AccountServer)
    }

    pub(super) fn only_selects(self) -> bool {
        matches!(self, Self::Account | Self::AccountServer)
    }
}

/// On which of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Servers {
    #[default]
    Both,
    Mysql,
    Mariadb,
    /// MariaDB 11 and newer.
    Mariadb11,
}

impl Servers {
    pub(super) fn include(self, server: &Server) -> bool {
        let is_mariadb = server.kind() == Kind::MariaDb;
        match self {
            Self::Both => true,
            Self::Mysql => !is_mariadb,
            Self::Mariadb => is_mariadb,
            Self::Mariadb11 => is_mariadb && server.release() >= (11, 0),
        }
    }
}

impl Case {
    /// What is run at once, and then looked at.
    pub(super) fn runs(&self) -> Vec<&[String]> {
        if self.steps.is_empty() {
            self.sql.chunks(1).collect()
        } else {
            vec![&self.steps]
        }
    }

    pub(super) fn is_changed(&self, way: Way, server: &Server) -> bool {
        self.changed
            .get(&way)
            .is_some_and(|servers| servers.include(server))
    }
}

/// All cases, in the order of their files.
pub(super) fn all() -> Vec<Case> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct File {
        case: Vec<Case>,
    }
    let mut files: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "toml"))
        .collect();
    files.sort();
    files
        .iter()
        .flat_map(|path| {
            let text = fs::read_to_string(path).unwrap();
            let file: File =
                toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            file.case
        })
        .collect()
}

/// One of the fixtures.
pub(super) fn fixture(name: &str) -> String {
    fs::read_to_string(folder().join(name)).unwrap()
}

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/catalogue"))
}
