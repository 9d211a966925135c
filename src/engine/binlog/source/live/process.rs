//! Porthole's end of a reader process.

use std::{io, path::PathBuf, process::Stdio, time::Duration};

use tokio::{
    io::AsyncReadExt as _,
    process::{Child, ChildStdin, ChildStdout, Command},
};

use super::wire::{self, Failed, Kind, Opened, Order};
use crate::engine::Error;

/// Room of the pipe between the reader and us: the most that Linux gives to everybody.
#[cfg(target_os = "linux")]
const PIPE_BYTES: usize = 1 << 20;
/// What is kept of a reader's last words.
const LAST_WORDS: u64 = 2048;

/// How the reader process is started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Program {
    /// An executable of Porthole.
    pub path: PathBuf,
    /// What makes it read.
    pub args: Vec<String>,
}

impl Program {
    /// The subcommand that is the reader.
    pub const SUBCOMMAND: &str = "binlog-reader";

    /// This very program; by the name under which Linux keeps it even where its file was replaced meanwhile.
    pub fn of_this() -> io::Result<Self> {
        if cfg!(target_os = "linux") {
            return Ok(Self::at(PathBuf::from("/proc/self/exe")));
        }
        std::env::current_exe().map(Self::at)
    }

    /// Another one: what tests the engine is not Porthole itself.
    pub fn at(path: PathBuf) -> Self {
        Self {
            path,
            args: vec![Self::SUBCOMMAND.to_owned()],
        }
    }
}

/// Have room for what the reader writes at once: it need not wait for us in the middle. Where the system does not give
/// it, more turns are taken.
fn widen(pipe: &ChildStdout) {
    #[cfg(target_os = "linux")]
    rustix::pipe::fcntl_setpipe_size(pipe, PIPE_BYTES).ok();
    #[cfg(not(target_os = "linux"))]
    let _ = pipe;
}

/// What a reader said.
#[derive(Debug)]
pub(super) enum Said {
    Opened(Box<Opened>),
    Events(Vec<u8>),
    End,
    Failed(Error),
}

/// A running reader. Dropping it ends it.
pub(super) struct ReaderProcess {
    child: Child,
    output: ChildStdout,
    /// Its end tells the reader to end.
    _input: ChildStdin,
}

impl ReaderProcess {
    pub(super) async fn start(program: &Program, order: &Order) -> io::Result<Self> {
        let mut child = Command::new(&program.path)
            .args(&program.args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let pipes = (child.stdin.take(), child.stdout.take());
        let (Some(mut input), Some(output)) = pipes else {
            return Err(io::ErrorKind::BrokenPipe.into());
        };
        widen(&output);
        let mut frame = Vec::new();
        wire::write_value(&mut frame, Kind::Order, order)?;
        tokio::io::AsyncWriteExt::write_all(&mut input, &frame).await?;
        Ok(Self {
            child,
            output,
            _input: input,
        })
    }

    /// Wait for what it says next. It may be dropped only with the process.
    pub(super) async fn next(&mut self) -> io::Result<Said> {
        let Some((kind, content)) = wire::read_async(&mut self.output).await? else {
            return Err(self.died().await);
        };
        Ok(match kind {
            Kind::Opened => Said::Opened(Box::new(wire::value(&content)?)),
            Kind::Events => Said::Events(content),
            Kind::End => Said::End,
            Kind::Failed => Said::Failed(wire::value::<Failed>(&content)?.into()),
            Kind::Order => return Err(io::Error::other("the reader gave an order")),
        })
    }

    /// It ended without saying why.
    async fn died(&mut self) -> io::Error {
        let mut words = Vec::new();
        if let Some(errors) = self.child.stderr.take() {
            // What it says is told; what cannot be read of it is not.
            errors.take(LAST_WORDS).read_to_end(&mut words).await.ok();
        }
        let status = self.child.wait().await;
        let status = status.map_or_else(|error| error.to_string(), |status| status.to_string());
        let words = String::from_utf8_lossy(&words);
        let first = words.lines().next().unwrap_or_default();
        io::Error::other(format!("{status}: {first}"))
    }

    /// End it, and wait until it has gone.
    pub(super) async fn close(mut self) {
        tokio::time::timeout(Duration::from_secs(2), self.child.kill())
            .await
            .ok();
    }
}
