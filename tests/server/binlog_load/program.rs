//! A reader that is the program: it appends to a file, is killed at any moment, and is started again with the same
//! checkpoint.

use std::{
    fs::{self, File},
    io::Write as _,
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{ExitStatus, Stdio},
    time::Duration,
};

use porthole::engine::{binlog::checkpoint::Checkpoint, profiles::Secret};
use tokio::{
    io::AsyncWriteExt as _,
    process::{Child, Command},
    sync::mpsc,
    time::Instant,
};
use tokio_util::sync::CancellationToken;

/// Between what one run said and the next.
const START: &str = "--- started";

/// Where it reads, and where its files are.
#[derive(Clone)]
pub(super) struct Place {
    pub(super) port: u16,
    pub(super) password: Secret,
    pub(super) folder: PathBuf,
    /// Of its files.
    pub(super) name: &'static str,
}

/// What happened to it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) kills: u64,
    /// Starts that ended because the server was not there.
    pub(super) refused: u64,
    /// Memory in KiB of the program and of its reader process: soon after the start, at the end, and the most.
    pub(super) memory: Option<[[u64; 2]; 3]>,
}

impl Place {
    pub(super) fn output(&self) -> PathBuf {
        self.folder.join(format!("{}.ndjson", self.name))
    }

    pub(super) fn errors(&self) -> PathBuf {
        self.folder.join(format!("{}.err", self.name))
    }

    fn kept(&self) -> PathBuf {
        self.folder.join(format!("{}.checkpoint", self.name))
    }

    /// Where the last run is, as far as it has kept that.
    pub(super) fn checkpoint(&self) -> Option<Checkpoint> {
        Checkpoint::read(&self.kept()).unwrap()
    }

    async fn start(&self) -> Child {
        let append = |path: &Path| -> File {
            let mut options = File::options();
            options.create(true).append(true).open(path).unwrap()
        };
        let mut errors = append(&self.errors());
        writeln!(errors, "{START}").unwrap();
        let url = format!("mysql://root@127.0.0.1:{}", self.port);
        let mut child = Command::new(env!("CARGO_BIN_EXE_porthole"))
            .args(["binlog", "tail", "--url", &url, "--password-stdin"])
            .args(["--format", "ndjson", "--time-zone", "+00:00"])
            .arg("--checkpoint")
            .arg(self.kept())
            .env("PORTHOLE_CONFIG_DIR", &self.folder)
            .env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent")
            .stdin(Stdio::piped())
            .stdout(append(&self.output()))
            .stderr(errors)
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        // A program that was killed reads nothing.
        stdin
            .write_all(self.password.reveal().as_bytes())
            .await
            .ok();
        child
    }

    /// Read, with these orders to be killed, until it is enough; then it ends in order.
    pub(super) async fn run(
        self,
        mut kills: mpsc::Receiver<()>,
        enough: CancellationToken,
    ) -> Figures {
        let mut figures = Figures::default();
        loop {
            let mut child = self.start().await;
            // Not before it has begun.
            let every = Duration::from_secs(5);
            let mut look = tokio::time::interval_at(Instant::now() + every, every);
            let ended = loop {
                tokio::select! {
                    ended = child.wait() => break Some(ended.unwrap()),
                    Some(()) = kills.recv() => break None,
                    () = enough.cancelled() => {
                        figures.measure(&child);
                        return self.end(child, figures).await;
                    }
                    _ = look.tick() => figures.measure(&child),
                }
            };
            match ended {
                None => {
                    child.kill().await.unwrap();
                    figures.kills += 1;
                }
                Some(status) => {
                    self.assert_refused(status);
                    figures.refused += 1;
                    tokio::time::sleep(Duration::from_millis(100)).await;
                }
            }
        }
    }

    /// It may end by itself only because its server was down when it began.
    fn assert_refused(&self, status: ExitStatus) {
        let said = fs::read_to_string(self.errors()).unwrap();
        let said = said.rsplit(START).next().unwrap_or_default();
        let refused = said.contains("error: cannot connect") || said.contains("error: lost");
        let had_begun = said.contains("and is back") || said.contains("trying again");
        assert!(refused && !had_begun, "{}: {status}: {said}", self.name);
    }

    async fn end(&self, mut child: Child, figures: Figures) -> Figures {
        let pid = child.id().unwrap().to_string();
        let sent = Command::new("kill").args(["-INT", &pid]).status().await;
        assert!(sent.unwrap().success());
        let ended = tokio::time::timeout(Duration::from_mins(1), child.wait()).await;
        let ended = ended.expect("it ends by itself").unwrap();
        assert_eq!(ended.signal(), None, "{}", self.name);
        figures
    }
}

impl Figures {
    /// Of a process and the reader that it has started.
    fn measure(&mut self, child: &Child) {
        let Some(pid) = child.id() else { return };
        let Some(own) = resident_kib(pid) else { return };
        let reader = child_of(pid).and_then(resident_kib).unwrap_or_default();
        let now = [own, reader];
        let [_, last, most] = self.memory.get_or_insert([now; 3]);
        *last = now;
        for (most, now) in most.iter_mut().zip(now) {
            *most = now.max(*most);
        }
    }
}

/// Nothing where there is no such process any more, or no /proc.
fn resident_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn child_of(pid: u32) -> Option<u32> {
    // Any thread may have started it.
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).ok()?;
    tasks
        .filter_map(|task| fs::read_to_string(task.ok()?.path().join("children")).ok())
        .find_map(|children| children.split_whitespace().next()?.parse().ok())
}
