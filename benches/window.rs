//! The window's start and its rest, under Xvfb with software GL: the first frame beside that of an empty eframe
//! window, memory, and frames while nothing happens.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

mod common;

use std::{
    env, fs,
    io::{BufRead as _, BufReader, Read, Write as _},
    process::{Child, Command, ExitCode, Stdio},
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// Makes this program an empty window that says when it draws.
const EMPTY: &str = "--empty-window";
const RUNS: usize = 5;
const TARGET_START: Duration = Duration::from_millis(400);
const TARGET_RESIDENT_MIB: u64 = 140;
const REST: Duration = Duration::from_secs(10);

fn main() -> ExitCode {
    let done = if env::args().any(|arg| arg == EMPTY) {
        empty_window()
    } else {
        measure()
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("window: not measured: {error}");
            ExitCode::FAILURE
        }
    }
}

/// As little as eframe can be.
fn empty_window() -> Result<()> {
    struct Empty;
    impl eframe::App for Empty {
        fn ui(&mut self, ui: &mut egui::Ui, _: &mut eframe::Frame) {
            ui.label("empty");
            let mut stderr = std::io::stderr();
            writeln!(stderr, "drawn").ok(); // the parent may have seen enough
        }
    }
    eframe::run_native(
        "empty",
        eframe::NativeOptions::default(),
        Box::new(|_| Ok(Box::new(Empty))),
    )?;
    Ok(())
}

fn measure() -> Result<()> {
    let display = Display::start()?;
    let folder = tempfile::tempdir()?;
    let porthole = || -> Result<Window> {
        let mut command = Command::new(common::program());
        command
            .arg("-vv")
            .env("PORTHOLE_CONFIG_DIR", folder.path())
            .env("PORTHOLE_STATE_DIR", folder.path());
        Window::open(command, &display)
    };
    let empty = || -> Result<Window> {
        let mut command = Command::new(env::current_exe()?);
        command.arg(EMPTY);
        Window::open(command, &display)
    };
    let mut starts = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        starts.0.push(porthole()?.first_frame);
        starts.1.push(empty()?.first_frame);
    }
    let (ours, bare) = (median(starts.0), median(starts.1));
    println!(
        "| first frame after the start | {} ms | an empty eframe window: {} ms ({:.1}x) | at most {} ms | {} |",
        ours.as_millis(),
        bare.as_millis(),
        ours.as_secs_f64() / bare.as_secs_f64(),
        TARGET_START.as_millis(),
        verdict(ours <= TARGET_START)
    );
    let window = porthole()?;
    let bare = empty()?;
    window.settle();
    bare.settle();
    let frames = window.frames_in(REST);
    println!(
        "| frames in 10 s with nothing happening | {frames} | | 0 | {} |",
        verdict(frames == 0)
    );
    let (resident, bare) = (window.resident_mib()?, bare.resident_mib()?);
    println!(
        "| memory of the idle window | {resident} MiB | an empty eframe window: {bare} MiB | at most {TARGET_RESIDENT_MIB} MiB | {} |",
        verdict(resident <= TARGET_RESIDENT_MIB)
    );
    Ok(())
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// A screen of our own.
struct Display {
    server: Child,
    number: String,
}

impl Display {
    fn start() -> Result<Self> {
        let mut server = Command::new("Xvfb")
            .args([
                "-displayfd",
                "1",
                "-screen",
                "0",
                "1280x800x24",
                "-nolisten",
                "tcp",
            ])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let mut number = String::new();
        BufReader::new(server.stdout.take().ok_or("Xvfb has no output")?).read_line(&mut number)?;
        Ok(Self {
            server,
            number: number.trim().to_owned(),
        })
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        self.server.kill().ok(); // it may have ended by itself
        self.server.wait().ok();
    }
}

/// A program with a window, watched by its words on standard error: a line with `drawn` for each frame.
struct Window {
    program: Child,
    first_frame: Duration,
    frames: mpsc::Receiver<()>,
}

impl Window {
    fn open(mut command: Command, display: &Display) -> Result<Self> {
        let start = Instant::now();
        let mut program = command
            .env("DISPLAY", format!(":{}", display.number))
            .env_remove("WAYLAND_DISPLAY")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()?;
        let words = program
            .stderr
            .take()
            .ok_or("the program has no standard error")?;
        let (sender, frames) = mpsc::channel();
        thread::spawn(move || watch(words, &sender));
        frames
            .recv_timeout(Duration::from_secs(30))
            .map_err(|_| "no frame within 30 s")?;
        Ok(Self {
            program,
            first_frame: start.elapsed(),
            frames,
        })
    }

    /// Wait until no frame has come for longer than the window waits before it saves its state.
    fn settle(&self) {
        while self.frames.recv_timeout(Duration::from_secs(5)).is_ok() {}
    }

    fn frames_in(&self, time: Duration) -> usize {
        let end = Instant::now() + time;
        let mut frames = 0;
        while self
            .frames
            .recv_timeout(end.saturating_duration_since(Instant::now()))
            .is_ok()
        {
            frames += 1;
        }
        frames
    }

    fn resident_mib(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.program.id()))?;
        let line = status
            .lines()
            .find(|line| line.starts_with("VmRSS:"))
            .ok_or("no VmRSS")?;
        let kib: u64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
        Ok(kib / 1024)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        self.program.kill().ok(); // it may have ended by itself
        self.program.wait().ok();
    }
}

fn watch(words: impl Read, frames: &mpsc::Sender<()>) {
    for line in BufReader::new(words)
        .lines()
        .map_while(std::result::Result::ok)
    {
        if line.contains("drawn") && frames.send(()).is_err() {
            break;
        }
    }
}
