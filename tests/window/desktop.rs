//! A desktop session of a test's own (`desktop.sh`): screen, buses, keyring, window manager and folders. All of it
//! ends with its value, and with this process however that ends.

use std::{
    ffi::OsStr,
    io::{BufRead as _, BufReader},
    os::unix::process::CommandExt as _,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

pub(crate) struct Desktop {
    /// Stops everything when its input is closed.
    session: Child,
    environment: Vec<(String, String)>,
    folder: tempfile::TempDir,
}

impl Desktop {
    pub(crate) fn start() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("porthole-")
            .tempdir_in("/tmp") // sockets want a short path
            .unwrap();
        let mut session = Command::new(program_of_tests("desktop.sh"))
            .arg(folder.path())
            .arg("1280x800")
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(session.stdout.take().unwrap()).lines();
        let mut environment = Vec::new();
        let ready = loop {
            match lines.next() {
                Some(Ok(line)) => match line.split_once('=') {
                    Some((name, value)) => environment.push((name.to_owned(), value.to_owned())),
                    None => break true,
                },
                _ => break false,
            }
        };
        let desktop = Self {
            session,
            environment,
            folder,
        };
        assert!(ready, "{}", desktop.log());
        desktop
    }

    /// A program that will run in this session and nowhere else.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        for name in [
            "WAYLAND_DISPLAY",
            "GNOME_KEYRING_CONTROL",
            "AT_SPI_BUS_ADDRESS",
        ] {
            command.env_remove(name);
        }
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .process_group(0);
        command
    }

    /// Everything lies in here that programs of this session keep.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("desktop.log")).unwrap_or_default()
    }
}

impl Drop for Desktop {
    fn drop(&mut self) {
        drop(self.session.stdin.take());
        self.session.wait().ok(); // it ends by itself even if we cannot wait for it
    }
}

/// A file that stands beside this one.
pub(crate) fn program_of_tests(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/window")
        .join(name)
}

/// Runs it to its end and gives what it printed.
#[track_caller]
pub(crate) fn output(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}
