//! Finds an installed server. Not here: starting it, and installing it (`packaging/servers.sh` does that).

use std::{
    env, fmt,
    path::{Path, PathBuf},
    process::Command,
};

use super::{Error, Result};

/// Which of the two products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Oracle's.
    MySql,
    /// The MariaDB Foundation's.
    MariaDb,
}

impl Kind {
    /// The server's program.
    pub fn program(self) -> &'static str {
        match self {
            Self::MySql => "mysqld",
            Self::MariaDb => "mariadbd",
        }
    }

    /// Its folder under `porthole/servers`, and the scheme of its URLs.
    pub fn folder(self) -> &'static str {
        match self {
            Self::MySql => "mysql",
            Self::MariaDb => "mariadb",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MySql => "MySQL",
            Self::MariaDb => "MariaDB",
        })
    }
}

/// An installed server.
#[derive(Clone, Debug)]
pub(super) struct Programs {
    pub(super) kind: Kind,
    pub(super) server: PathBuf,
    /// MariaDB makes its system tables by a program of its own, MySQL by its server.
    pub(super) install_db: Option<PathBuf>,
    /// As the server prints it, without spaces.
    pub(super) version: String,
}

impl Programs {
    /// The first that fits: on PATH, where systems keep their daemons, then in Porthole's own folder.
    pub(super) fn find(kind: Kind) -> Result<Self> {
        let own = directories::BaseDirs::new()
            .ok_or(Error::NoHome)?
            .data_dir()
            .join("porthole/servers")
            .join(kind.folder());
        let path: Vec<PathBuf> = env::var_os("PATH")
            .map(|path| env::split_paths(&path).collect())
            .unwrap_or_default();
        let daemons = ["/usr/sbin", "/usr/local/sbin", "/usr/libexec"].map(PathBuf::from);
        path.iter()
            .cloned()
            .chain(daemons)
            .chain([own.join("bin")])
            .find_map(|folder| Self::in_folder(kind, &folder, &path))
            .ok_or(Error::NotInstalled { kind, folder: own })
    }

    fn in_folder(kind: Kind, folder: &Path, path: &[PathBuf]) -> Option<Self> {
        let server = folder.join(kind.program());
        let said = server.is_file().then(|| said_by(&server)).flatten()?;
        // MariaDB packages also have a `mysqld`.
        if said.contains("MariaDB") != (kind == Kind::MariaDb) {
            return None;
        }
        let version = said.split("Ver ").nth(1)?.split_whitespace().next()?;
        let install_db = match kind {
            Kind::MySql => None,
            Kind::MariaDb => Some(install_db(folder, path)?),
        };
        Some(Self {
            kind,
            server,
            install_db,
            version: version.to_owned(),
        })
    }

    /// Major and minor version: some column types came late.
    pub(super) fn release(&self) -> (u32, u32) {
        let mut numbers = self
            .version
            .split(['.', '-'])
            .map_while(|part| part.parse().ok());
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
    }
}

fn said_by(server: &Path) -> Option<String> {
    let output = Command::new(server).arg("--version").output().ok()?;
    output
        .status
        .success()
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

fn install_db(folder: &Path, path: &[PathBuf]) -> Option<PathBuf> {
    let beside = [folder.to_owned(), folder.join("../bin")];
    beside
        .iter()
        .chain(path)
        .flat_map(|folder| ["mariadb-install-db", "mysql_install_db"].map(|name| folder.join(name)))
        .find(|program| program.is_file())
}
