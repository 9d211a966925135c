//! A private server process: its own folder, a socket, a free port on the loopback address, a password made at this
//! start. It ends with this value, and with this process however that ends (`supervisor.sh` sees to it).
//!
//! Not crash-safe on purpose: nothing is synced to disk, because nothing in it outlives it.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    net::{Ipv4Addr, TcpListener},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};

use mysql_async::{Conn, Opts, OptsBuilder};
use tokio::time::{Instant, sleep, timeout};

use super::{
    Error, Kind, Result,
    error::AtPath as _,
    instance::{Instance, last_words},
    programs::Programs,
};
use crate::engine::profiles::secrets::Secret;

const SUPERVISOR: &str = include_str!("supervisor.sh");
/// Generous: a loaded machine with a cold disk. A server that ends is noticed at once.
const START_SECS: u64 = 120;

/// What a start may be told.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where the server's folder is made; the user's cache unless told.
    pub parent: Option<PathBuf>,
    /// Options for the server after Porthole's own. `{folder}` in them is the server's folder.
    pub args: Vec<String>,
    /// Files for the server to read, as name in its folder and contents; they belong to the server's user.
    pub files: Vec<(String, Vec<u8>)>,
    /// Whether `args` load plugins from files: then a server started by root keeps root's rights to reach them.
    pub plugins: bool,
}

/// A running server that we started. Dropping it stops it.
#[derive(Debug)]
pub struct Server {
    kind: Kind,
    release: (u32, u32),
    folder: PathBuf,
    socket: PathBuf,
    port: u16,
    password: Secret,
    supervisor: Option<Child>,
}

impl Server {
    /// Starts one and waits until it answers.
    pub async fn start(kind: Kind, options: &Options) -> Result<Self> {
        let mut tries_left = 3;
        loop {
            tries_left -= 1;
            match Self::try_start(kind, options).await {
                // Between our finding a free port and the server's taking it, somebody else did.
                Err(Error::Ended { log, .. })
                    if tries_left > 0 && log.contains("already in use") => {}
                end => return end,
            }
        }
    }

    async fn try_start(kind: Kind, options: &Options) -> Result<Self> {
        let programs = Programs::find(kind)?;
        let password = new_password()?;
        let (instance, programs) = {
            let (options, password) = (options.clone(), password.clone());
            let make =
                move || Instance::make(&programs, &options, &password).map(|made| (made, programs));
            tokio::task::spawn_blocking(make)
                .await
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))?
        };
        let mut server = Self {
            kind,
            release: programs.release(),
            folder: instance.folder.clone(),
            socket: instance.socket.clone(),
            port: free_port().at("find a free port on", "127.0.0.1")?,
            password,
            supervisor: None,
        };
        let arguments = server.arguments(&instance, options);
        server.supervisor = Some(supervise(&programs, &instance, &arguments).at("start", "sh")?);
        server.order("start")?;
        server.ready().await?;
        // It has been read. Emptied, not removed: the server asks for it again at each start.
        let accounts = server.folder.join("init.sql");
        File::create(&accounts).at("empty", &accounts)?;
        Ok(server)
    }

    /// Which product.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Major and minor version.
    pub fn release(&self) -> (u32, u32) {
        self.release
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its Unix socket.
    pub fn socket(&self) -> &Path {
        &self.socket
    }

    /// The account that may do everything, from this machine.
    pub fn root_user(&self) -> &'static str {
        "root"
    }

    /// The password of [`Self::root_user`].
    pub fn root_password(&self) -> &Secret {
        &self.password
    }

    /// Everything of this server lies in here.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Its data folder.
    pub fn data_dir(&self) -> PathBuf {
        self.folder.join("data")
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        log_in(&self.folder)
    }

    /// A connection as root, over the socket.
    pub async fn connect(&self) -> Result<Conn> {
        Ok(Conn::new(self.root_opts()).await?)
    }

    /// Ends the server as a crash would, keeping its folder for [`Self::resume`].
    pub async fn kill(&mut self) -> Result<()> {
        self.order("kill")?;
        self.gone().await
    }

    /// Stops the server in good order, keeping its folder for [`Self::resume`].
    pub async fn pause(&mut self) -> Result<()> {
        self.order("stop")?;
        self.gone().await
    }

    /// Starts it again, on the same port and data; a server that still runs is stopped first.
    pub async fn resume(&mut self) -> Result<()> {
        self.pause().await?;
        self.order("start")?;
        self.ready().await
    }

    /// Stops it and removes its folder. Dropping does the same and blocks for as long.
    pub async fn stop(mut self) -> Result<()> {
        let Some(mut supervisor) = self.supervisor.take() else {
            return Ok(());
        };
        drop(supervisor.stdin.take());
        while supervisor.try_wait().at("wait for", "sh")?.is_none() {
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    fn root_opts(&self) -> Opts {
        OptsBuilder::default()
            .socket(Some(self.socket.to_string_lossy()))
            .user(Some(self.root_user()))
            .pass(Some(self.password.reveal()))
            .into()
    }

    fn order(&mut self, order: &str) -> Result<()> {
        let pipe = self
            .supervisor
            .as_mut()
            .and_then(|child| child.stdin.as_mut());
        pipe.ok_or_else(|| io::Error::from(io::ErrorKind::BrokenPipe))
            .and_then(|pipe| writeln!(pipe, "{order}"))
            .at("give an order to the supervisor of", &self.folder)
    }

    async fn ready(&self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(START_SECS);
        loop {
            if self.folder.join("ended").exists() {
                return Err(Error::Ended {
                    kind: self.kind,
                    log: last_words(&self.log()),
                });
            }
            let refusal = match timeout(Duration::from_secs(5), Conn::new(self.root_opts())).await {
                Ok(Ok(conn)) => return Ok(conn.disconnect().await?),
                Ok(Err(error)) => error.to_string(),
                Err(_) => last_words(&self.log()),
            };
            if Instant::now() > deadline {
                return Err(Error::Silent {
                    kind: self.kind,
                    seconds: START_SECS,
                    log: refusal,
                });
            }
            sleep(Duration::from_millis(25)).await;
        }
    }

    async fn gone(&self) -> Result<()> {
        // The supervisor sees to it that this comes, if need be by SIGKILL.
        let deadline = Instant::now() + Duration::from_secs(START_SECS);
        while !self.folder.join("stopped").exists() {
            if Instant::now() > deadline {
                return Err(Error::Silent {
                    kind: self.kind,
                    seconds: START_SECS,
                    log: last_words(&self.log()),
                });
            }
            sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    }

    fn arguments(&self, instance: &Instance, options: &Options) -> Vec<String> {
        let folder = self.folder.display();
        let mut arguments = vec![
            "--no-defaults".to_owned(),
            format!("--datadir={folder}/data"),
            format!("--socket={}", self.socket.display()),
            format!("--pid-file={folder}/server.pid"),
            // MariaDB removes at its start what it takes for leftovers in there: the temporary tables of another server.
            format!("--tmpdir={folder}"),
            format!("--init-file={folder}/init.sql"),
            format!("--port={}", self.port),
            // Different for servers that run at once, so that they can replicate from each other.
            format!("--server-id={}", self.port),
        ];
        arguments.extend(
            SMALL
                .iter()
                .chain(self.kind_arguments())
                .map(ToString::to_string),
        );
        if let Some(user) = instance.user {
            arguments.push(format!("--user={user}"));
        }
        let folder = folder.to_string();
        arguments.extend(
            options
                .args
                .iter()
                .map(|arg| arg.replace("{folder}", &folder)),
        );
        arguments
    }

    fn kind_arguments(&self) -> &'static [&'static str] {
        match self.kind {
            Kind::MySql => MYSQL,
            Kind::MariaDb => MARIADB,
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(mut supervisor) = self.supervisor.take() {
            drop(supervisor.stdin.take());
            supervisor.wait().ok(); // it ends by itself even if we cannot wait for it
        }
    }
}

/// For both: little memory, nothing synced, and the binary log in the form that says most.
const SMALL: &[&str] = &[
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--default-time-zone=+00:00",
    "--character-set-server=utf8mb4",
    "--log-bin=binlog",
    "--binlog-row-metadata=FULL",
    "--sync-binlog=0",
    "--innodb-buffer-pool-size=64M",
    "--innodb-log-buffer-size=2M",
    "--innodb-flush-method=nosync",
    "--innodb-flush-log-at-trx-commit=2",
    "--table-open-cache=400",
    "--table-definition-cache=400",
];

const MYSQL: &[&str] = &[
    "--gtid-mode=ON",
    "--enforce-gtid-consistency=ON",
    "--innodb-doublewrite=OFF",
    "--mysqlx=OFF", // it would take a second port
    "--secure-file-priv=NULL",
];

const MARIADB: &[&str] = &[
    "--binlog-format=ROW",
    "--gtid-strict-mode=ON",
    "--innodb-log-file-size=64M",
];

fn supervise(programs: &Programs, instance: &Instance, arguments: &[String]) -> io::Result<Child> {
    let log = OpenOptions::new()
        .create(true)
        .append(true)
        .open(instance.folder.join("server.log"))?;
    Command::new("sh")
        .args(["-c", SUPERVISOR, "porthole-supervisor"])
        .arg(&instance.folder)
        .arg(instance.link.as_deref().unwrap_or(Path::new("")))
        .arg(&programs.server)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(instance.lock.try_clone()?)
        .stderr(log)
        // A Ctrl-C in the terminal is for the parent; the supervisor follows it.
        .process_group(0)
        .current_dir("/")
        .spawn()
}

fn free_port() -> io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
        .local_addr()?
        .port())
}

/// 128 bits from the system, in letters that need no quoting anywhere.
pub(super) fn new_password() -> Result<Secret> {
    let path = "/dev/urandom";
    let mut bytes = [0; 16];
    File::open(path)
        .and_then(|mut file| file.read_exact(&mut bytes))
        .at("read", path)?;
    Ok(Secret::new(format!("{:032x}", u128::from_ne_bytes(bytes))))
}

fn log_in(folder: &Path) -> String {
    fs::read(folder.join("server.log"))
        .map(|log| String::from_utf8_lossy(&log).into_owned())
        .unwrap_or_default()
}
