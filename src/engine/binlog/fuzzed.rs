//! Tests: the inputs that fuzzing begins with or has saved, and the recorded logs, hold what its targets assert; and
//! so do recorded logs of which parts stand in each other's place.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::frame::{Header, MAGIC};

#[path = "../../../tests/fuzz/src/log_properties.rs"]
#[expect(unreachable_pub, reason = "the targets are a package of their own")]
mod properties;

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let entries = fs::read_dir(folder).unwrap();
    let mut files: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

/// What stands in a folder of saved inputs, at least so many.
fn inputs(target: &str, least: usize) -> Vec<Vec<u8>> {
    let files = files(&format!("tests/fuzz/logs/{target}"));
    assert!(files.len() >= least, "only {} of {target}", files.len());
    files.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Logs of both servers, small ones.
fn logs() -> Vec<Vec<u8>> {
    let mut logs = Vec::new();
    for folder in ["", "/mysql", "/mariadb"] {
        for path in files(&format!("tests/data/binlog{folder}")) {
            let log = fs::read(path).unwrap();
            if log.starts_with(&MAGIC) {
                logs.push(log);
            }
        }
    }
    assert!(logs.len() > 12, "only {} logs", logs.len());
    logs
}

#[test]
fn what_fuzzing_found_in_logs_stays_fixed() {
    for data in inputs("events", 3) {
        properties::events(&data);
    }
    for data in inputs("rows", 4) {
        properties::rows(&data);
    }
    for data in inputs("json", 8) {
        properties::json(&data);
    }
    for data in inputs("gtids", 9) {
        properties::gtids(&data);
    }
}

#[test]
fn recorded_logs_hold_what_is_asserted_of_any() {
    for log in logs() {
        properties::events(&log);
        properties::rows(&log);
        properties::log(&log);
    }
}

/// Numbers without order, the same in every run.
struct Mixed(u64);

impl Mixed {
    /// Less than `most`.
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % most as u64) as usize
    }
}

#[test]
fn logs_with_bytes_of_others_among_theirs_end_honestly() {
    let logs = logs();
    let mut mixed = Mixed(5);
    for _ in 0..200 {
        let mut log = logs[mixed.below(logs.len())].clone();
        let other = &logs[mixed.below(logs.len())];
        for _ in 0..=mixed.below(4) {
            let at = 4 + mixed.below(log.len() - 4);
            let to = (at + mixed.below(300)).min(log.len());
            let from = mixed.below(other.len());
            let until = (from + mixed.below(300)).min(other.len());
            log.splice(at..to, other[from..until].iter().copied());
        }
        properties::log(&log);
    }
}

#[test]
fn logs_with_events_of_others_among_theirs_end_honestly() {
    let logs: Vec<Vec<Vec<u8>>> = logs().iter().map(|log| cut(log)).collect();
    let mut mixed = Mixed(7);
    for _ in 0..200 {
        let events = &logs[mixed.below(logs.len())];
        let mut log = MAGIC.to_vec();
        log.extend(&events[0]);
        for _ in 0..mixed.below(40) {
            // Mostly in their order, so that much of it makes sense.
            let other = &logs[mixed.below(logs.len())];
            let from = mixed.below(other.len());
            let some = other.iter().skip(from).take(1 + mixed.below(8));
            log.extend(some.flatten());
        }
        properties::log(&log);
    }
}

/// The events of a log, as far as they are whole.
fn cut(log: &[u8]) -> Vec<Vec<u8>> {
    let mut rest = &log[MAGIC.len()..];
    let mut events = Vec::new();
    while let Ok(header) = Header::of(rest)
        && let Some((event, after)) = rest.split_at_checked(header.size as usize)
        && !event.is_empty()
    {
        events.push(event.to_vec());
        rest = after;
    }
    events
}
