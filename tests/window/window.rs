//! The real program, and somebody who uses it through the accessibility bus (`drive.py`).

use std::{
    fs::{self, File},
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
    process::{Child, ChildStdin, ChildStdout, ExitStatus, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::desktop::{Desktop, output, program_of_tests};

/// Generous: both cores may be busy with other tests.
const PATIENCE: Duration = Duration::from_mins(2);

/// `porthole`, as it comes, with its window open. Killed when dropped.
pub(crate) struct Window<'a> {
    desktop: &'a Desktop,
    program: Child,
    user: User,
}

/// A control, by what people know it by.
#[derive(Clone, Copy)]
pub(crate) struct Control(pub(crate) &'static str, pub(crate) &'static str);

pub(crate) const fn button(name: &'static str) -> Control {
    Control("button", name)
}

pub(crate) const fn frame(name: &'static str) -> Control {
    Control("frame", name)
}

pub(crate) const fn entry(name: &'static str) -> Control {
    Control("entry", name)
}

pub(crate) const fn radio(name: &'static str) -> Control {
    Control("radio button", name)
}

impl<'a> Window<'a> {
    /// Starts it and waits until it can be used. What it prints is kept in `output`.
    pub(crate) fn open(desktop: &'a Desktop) -> Self {
        let output = File::options()
            .create(true)
            .append(true)
            .open(Self::output(desktop))
            .unwrap();
        let program = desktop
            .command(env!("CARGO_BIN_EXE_porthole"))
            .arg("-vv")
            .env_remove("PORTHOLE_CONFIG_DIR")
            .env_remove("PORTHOLE_STATE_DIR")
            .env_remove("MYSQL_HOST")
            .stdin(Stdio::null())
            .stdout(output.try_clone().unwrap())
            .stderr(output)
            .spawn()
            .unwrap();
        let mut window = Self {
            desktop,
            program,
            user: User::start(desktop),
        };
        window.wait(button("Settings"));
        window
    }

    /// Everything that the program has printed, over all its runs.
    pub(crate) fn output(desktop: &Desktop) -> PathBuf {
        desktop.folder().join("output")
    }

    pub(crate) fn id(&self) -> u32 {
        self.program.id()
    }

    #[track_caller]
    pub(crate) fn press(&mut self, Control(role, name): Control) {
        self.order(&json!({"do": "press", "role": role, "name": name}));
    }

    /// Where several controls have one name and do one thing.
    #[track_caller]
    pub(crate) fn press_any(&mut self, Control(role, name): Control) {
        self.order(&json!({"do": "press", "role": role, "name": name, "any": true}));
    }

    #[track_caller]
    pub(crate) fn set(&mut self, Control(role, name): Control, text: &str) {
        self.order(&json!({"do": "set", "role": role, "name": name, "text": text}));
    }

    /// What stands in a field.
    #[track_caller]
    pub(crate) fn text(&mut self, Control(role, name): Control) -> String {
        let answer = self.order(&json!({"do": "text", "role": role, "name": name}));
        answer.as_str().unwrap().to_owned()
    }

    #[track_caller]
    pub(crate) fn wait(&mut self, Control(role, name): Control) {
        self.order(&json!({"do": "wait", "role": role, "name": name}));
    }

    /// Waits for something that says so, and gives all that it says.
    #[track_caller]
    pub(crate) fn read(&mut self, part: &str) -> String {
        let answer = self.order(&json!({"do": "wait", "part": part}));
        answer.as_str().unwrap().to_owned()
    }

    /// The text of a cell of the grid, by the names of its column and its row.
    #[track_caller]
    pub(crate) fn cell(&mut self, column: &str, row: &str) -> String {
        let answer = self.order(&json!({"do": "cell", "column": column, "row": row}));
        answer.as_str().unwrap().to_owned()
    }

    #[track_caller]
    fn order(&mut self, order: &Value) -> Value {
        let ended = self.program.try_wait().unwrap();
        let reply = match ended {
            None => self.user.order(order),
            Some(status) => json!({"error": format!("the program has ended: {status}")}),
        };
        if let Some(error) = reply["error"].as_str() {
            let seen: Vec<_> = reply["tree"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
                .collect();
            let printed = fs::read_to_string(Self::output(self.desktop)).unwrap_or_default();
            panic!("{order}: {error}\n{}\n{printed}", seen.join("\n"));
        }
        reply["answer"].clone()
    }

    /// Closes it as people do, by the window's own button, and gives how the program ended.
    #[track_caller]
    pub(crate) fn close(mut self) -> ExitStatus {
        let title = "Porthole";
        output(self.desktop.command("wmctrl").args(["-F", "-c", title]));
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.program.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < deadline, "the program does not end");
            pause();
        }
    }
}

impl Drop for Window<'_> {
    fn drop(&mut self) {
        self.program.kill().ok(); // it may have ended by itself
        self.program.wait().ok();
    }
}

/// `drive.py`. Ends when its input is closed.
struct User {
    program: Child,
    orders: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl User {
    fn start(desktop: &Desktop) -> Self {
        // Not the first python3 on PATH: another one lacks the accessibility library.
        let mut program = desktop
            .command("/usr/bin/python3")
            .arg(program_of_tests("drive.py"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        Self {
            orders: program.stdin.take(),
            replies: BufReader::new(program.stdout.take().unwrap()),
            program,
        }
    }

    fn order(&mut self, order: &Value) -> Value {
        let orders = self.orders.as_mut().unwrap();
        writeln!(orders, "{order}").unwrap();
        let mut reply = String::new();
        self.replies.read_line(&mut reply).unwrap();
        serde_json::from_str(&reply).unwrap_or_else(|_| json!({"error": "drive.py has ended"}))
    }
}

impl Drop for User {
    fn drop(&mut self) {
        drop(self.orders.take());
        self.program.kill().ok(); // it may have ended by itself
        self.program.wait().ok();
    }
}

/// Between two looks at something that changes by itself.
pub(crate) fn pause() {
    #[expect(
        clippy::disallowed_methods,
        reason = "a pause between two looks, not a wait for anything"
    )]
    thread::sleep(Duration::from_millis(50));
}
