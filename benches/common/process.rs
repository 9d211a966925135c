//! One run of a program: how long it took, and the most memory that it had.

use std::{
    fs::{self, File},
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// One run of a program.
#[derive(Clone, Copy)]
pub(crate) struct Run {
    pub(crate) time: Duration,
    /// Of it, or of the one process that it started and that had more.
    pub(crate) peak_mib: f64,
}

/// Run it to its end, its output into a file.
pub(crate) fn run(mut command: Command, output: &Path) -> Result<Run, Box<dyn std::error::Error>> {
    let start = Instant::now();
    let mut child = command
        .stdin(Stdio::null())
        .stdout(File::create(output)?)
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    // The system forgets the mark when the process ends, so it is read until then; it never falls.
    let process = child.id();
    let watcher = std::thread::spawn(move || {
        let mut peak = 0;
        while let Some(now) = high_water_kib(process) {
            let started = children(process).into_iter().filter_map(high_water_kib);
            peak = started.fold(now.max(peak), u64::max);
            std::thread::park_timeout(Duration::from_millis(2));
        }
        peak
    });
    let ended = child.wait()?;
    let time = start.elapsed();
    let peak = watcher
        .join()
        .map_err(|_| "the watcher of memory stopped")?;
    if !ended.success() {
        let mut said = String::new();
        if let Some(mut stderr) = child.stderr.take() {
            std::io::Read::read_to_string(&mut stderr, &mut said)?;
        }
        return Err(format!("{} failed: {said}", command.get_program().display()).into());
    }
    Ok(Run {
        time,
        peak_mib: peak as f64 / 1024.0,
    })
}

/// `None` once the process has ended.
fn high_water_kib(process: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// The processes that a process has started and that still run.
fn children(process: u32) -> Vec<u32> {
    let Ok(tasks) = fs::read_dir(format!("/proc/{process}/task")) else {
        return Vec::new();
    };
    let of_task = |task: fs::DirEntry| fs::read_to_string(task.path().join("children"));
    let lists: Vec<String> = tasks.flatten().flat_map(of_task).collect();
    let ids = lists.iter().flat_map(|list| list.split_whitespace());
    ids.flat_map(str::parse).collect()
}
