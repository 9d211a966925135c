//! The folder that one private server lives in. Its system tables are made once for each version, as a template in
//! the user's cache, and copied for every instance: making them takes seconds, copying them does not.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, Write as _},
    os::unix::fs::{
        DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _, PermissionsExt as _, chown,
        symlink,
    },
    path::{Path, PathBuf},
    process::Command,
};

use super::{Error, Kind, Options, Result, error::AtPath as _, programs::Programs};
use crate::engine::profiles::secrets::Secret;

/// Raise it when templates are made differently: older ones are then left alone.
const RECIPE: u32 = 1;
const PREFIX: &str = "porthole-server-";
/// `sockaddr_un` has room for 107 bytes; some are kept for MariaDB's and MySQL's own additions.
const SOCKET_PATH_MAX: usize = 100;

/// A folder with a data folder in it, ready to be started on.
pub(super) struct Instance {
    pub(super) folder: PathBuf,
    /// Held by whoever uses the folder.
    pub(super) lock: File,
    /// Where its socket will be.
    pub(super) socket: PathBuf,
    /// A link outside the folder that goes with it.
    pub(super) link: Option<PathBuf>,
    /// The system user to run as, when we are root.
    pub(super) user: Option<&'static str>,
}

impl Instance {
    /// Makes the folder. Blocks: a template may have to be made first.
    pub(super) fn make(
        programs: &Programs,
        options: &Options,
        root_password: &Secret,
    ) -> Result<Self> {
        let cache = directories::BaseDirs::new()
            .ok_or(Error::NoHome)?
            .cache_dir()
            .join("porthole");
        let parent = options
            .parent
            .clone()
            .unwrap_or_else(|| cache.join("servers"));
        fs::create_dir_all(&parent).at("make the folder of the sample servers", &parent)?;
        sweep(&parent).at("read the folder of the sample servers", &parent)?;
        let template = template(programs, &cache.join("templates"))?;

        // Removed by this guard as long as it is unfinished; by the supervisor once it is started on.
        let unfinished = tempfile::Builder::new()
            .prefix(PREFIX)
            .tempdir_in(&parent)
            .at("make a server's folder", &parent)?;
        let folder = unfinished.path().to_owned();
        let lock = take_lock(&folder).at("lock a server's folder", &folder)?;
        let data = folder.join("data");
        copy(&template, &data).at("copy the system tables", &data)?;
        let mut owned = vec![folder.clone(), data];
        for (name, contents) in &options.files {
            owned.push(write_private(&folder.join(name), contents)?);
        }
        let accounts = accounts(programs.kind, root_password);
        owned.push(write_private(
            &folder.join("init.sql"),
            accounts.as_bytes(),
        )?);
        let user = user_of(&folder, options).at("read a server's folder", &folder)?;
        if let Some((_, uid)) = user {
            for path in &owned {
                give(path, uid).at("give a file to the server's user", path)?;
            }
        }
        let (socket, link) = socket(&folder)?;
        Ok(Self {
            folder: unfinished.keep(),
            socket,
            link,
            lock,
            user: user.map(|(name, _)| name),
        })
    }
}

/// Where the socket of the server in this folder is, and the link to the folder by which its path is short enough.
fn socket(folder: &Path) -> Result<(PathBuf, Option<PathBuf>)> {
    let plain = folder.join("s");
    if plain.as_os_str().len() <= SOCKET_PATH_MAX {
        return Ok((plain, None));
    }
    let link = Path::new("/tmp").join(folder.file_name().unwrap_or_default());
    symlink(folder, &link).at("link to the socket", &link)?;
    Ok((link.join("s"), Some(link)))
}

/// Statements that the server runs before it lets anybody in: from its first moment there is a password. Not in the
/// binary log, or a replica of this server would start with transactions that its source never had.
fn accounts(kind: Kind, password: &Secret) -> String {
    let mut sql = vec!["SET sql_log_bin = 0".to_owned()];
    for host in ["localhost", "127.0.0.1"] {
        let root = format!("root@'{host}'");
        if kind == Kind::MySql {
            sql.push(format!("CREATE USER IF NOT EXISTS {root}"));
            sql.push(format!("GRANT ALL ON *.* TO {root} WITH GRANT OPTION"));
            sql.push(format!("GRANT PROXY ON ''@'' TO {root} WITH GRANT OPTION"));
        }
        sql.push(format!(
            "ALTER USER {root} IDENTIFIED BY '{}'",
            password.reveal()
        ));
    }
    if kind == Kind::MariaDb {
        sql.push("DROP USER IF EXISTS root@'::1'".to_owned());
    }
    sql.join(";\n") + ";\n"
}

/// Folders that nobody holds were left by a power cut or the like.
fn sweep(parent: &Path) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let folder = entry?.path();
        let ours = folder
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with(PREFIX));
        if !ours {
            continue;
        }
        // No lock: one that is being made or removed right now. Not readable: somebody else's.
        let Ok(lock) = File::open(folder.join("lock")) else {
            continue;
        };
        match lock.try_lock() {
            // Two sweeps may meet here, so a file that is already gone is no error.
            Ok(()) => fs::remove_dir_all(&folder).ok(),
            Err(TryLockError::WouldBlock) => None,
            Err(TryLockError::Error(error)) => return Err(error),
        };
    }
    Ok(())
}

/// Under its final name only when it is locked, so that no sweep sees it unlocked.
fn take_lock(folder: &Path) -> io::Result<File> {
    let new = folder.join("lock.new");
    let lock = File::create(&new)?;
    lock.lock()?;
    fs::rename(new, folder.join("lock"))?;
    Ok(lock)
}

/// The data folder to copy, made now if this version has none yet.
fn template(programs: &Programs, templates: &Path) -> Result<PathBuf> {
    let name = format!("{}-{}-{RECIPE}", programs.kind.folder(), programs.version);
    let template = templates.join(&name);
    fs::create_dir_all(templates).at("make the folder of templates", templates)?;
    // Several tests start at once; one of them makes it.
    let lock = templates.join(format!("{name}.lock"));
    let lock = File::create(&lock).at("lock the templates", &lock)?;
    lock.lock().at("lock the templates", templates)?;
    if template.is_dir() {
        return Ok(template);
    }
    let unfinished = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(templates)
        .at("make a template", templates)?;
    let data = unfinished.path().join("data");
    make_folder(&data).at("make a template", &data)?;
    initialise(programs, &data)?;
    // Who copies it must not become the same server: its id, and the log that names that id.
    for entry in fs::read_dir(&data).at("read a template", &data)? {
        let path = entry.at("read a template", &data)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if name == "auto.cnf" || name.starts_with("binlog.") {
            fs::remove_file(&path).at("finish a template", &path)?;
        }
    }
    fs::rename(&data, &template).at("finish a template", &template)?;
    Ok(template)
}

fn initialise(programs: &Programs, data: &Path) -> Result<()> {
    let (program, arguments): (_, &[&str]) = if let Some(install_db) = &programs.install_db {
        (
            install_db,
            &[
                "--no-defaults",
                "--auth-root-authentication-method=normal",
                "--skip-test-db",
                "--innodb-log-file-size=8M",
            ],
        )
    } else {
        (
            &programs.server,
            &[
                "--no-defaults",
                "--initialize-insecure",
                "--innodb-doublewrite=OFF",
            ],
        )
    };
    let mut command = Command::new(program);
    command.args(arguments);
    command.arg(format!("--datadir={}", data.display()));
    command.arg("--innodb-flush-method=nosync");
    if let Some(folder) = data.parent() {
        // Not the one that running servers may share.
        command.arg(format!("--tmpdir={}", folder.display()));
    }
    if is_root(data).at("read a template", data)? {
        command.arg("--user=root");
    }
    let output = command.output().at("run", command.get_program())?;
    if output.status.success() {
        return Ok(());
    }
    let log = [output.stdout, output.stderr].concat();
    Err(Error::Ended {
        kind: programs.kind,
        log: last_words(&String::from_utf8_lossy(&log)),
    })
}

/// What a server's log says about its end: its errors, else its last lines.
pub(super) fn last_words(log: &str) -> String {
    let mut lines: Vec<&str> = log
        .lines()
        .filter(|line| line.contains("[ERROR]"))
        .collect();
    if lines.is_empty() {
        lines = log.lines().collect();
    }
    lines[lines.len().saturating_sub(5)..].join("\n")
}

/// Servers started by root run as `nobody` where that user can reach the folder; a folder under a private home stays
/// root's. A plugin is opened after the change of user, by a path that may lie in a private home too.
fn user_of(folder: &Path, options: &Options) -> io::Result<Option<(&'static str, u32)>> {
    if !is_root(folder)? {
        return Ok(None);
    }
    let reachable = folder
        .ancestors()
        .skip(1)
        .all(|above| fs::metadata(above).is_ok_and(|it| it.permissions().mode() & 0o001 != 0));
    let nobody = fs::read_to_string("/etc/passwd")?.lines().find_map(|line| {
        line.strip_prefix("nobody:")?
            .split(':')
            .nth(1)?
            .parse()
            .ok()
    });
    Ok(Some(match nobody {
        Some(uid) if reachable && !options.plugins => ("nobody", uid),
        _ => ("root", 0),
    }))
}

/// Whether we are root, by whom a file of ours belongs to.
fn is_root(ours: &Path) -> io::Result<bool> {
    Ok(fs::metadata(ours)?.uid() == 0)
}

fn make_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    make_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn write_private(path: &Path, contents: &[u8]) -> Result<PathBuf> {
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(contents))
        .at("write a file for the server", path)?;
    Ok(path.to_owned())
}

fn give(path: &Path, uid: u32) -> io::Result<()> {
    chown(path, Some(uid), None)?;
    if path.is_dir()
        && path
            .file_name()
            .is_none_or(|name| !name.to_string_lossy().starts_with(PREFIX))
    {
        for entry in fs::read_dir(path)? {
            give(&entry?.path(), uid)?;
        }
    }
    Ok(())
}
