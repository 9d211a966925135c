//! The figures of a run, for people.

use std::{
    env,
    fmt::Write as _,
    fs::{self, File},
    io::Write as _,
    time::Duration,
};

use porthole::demo::Kind;

use super::{
    engine::Read,
    program::{Figures, Place},
    trouble::Troubles,
    truth::{Received, Transactions},
    writer,
};

pub(super) struct Report {
    text: String,
    writers: writer::Figures,
}

impl Report {
    pub(super) fn new(kind: Kind, seed: u64) -> Self {
        Self {
            text: format!("{kind}, seed {seed}\n"),
            writers: writer::Figures::default(),
        }
    }

    fn line(&mut self, line: &str) {
        writeln!(self.text, "  {line}").unwrap();
    }

    pub(super) fn writer(&mut self, figures: writer::Figures) {
        let sum = &mut self.writers;
        sum.connections += figures.connections;
        sum.rolled_back += figures.rolled_back;
        sum.deadlocks += figures.deadlocks;
        for (sum, lost) in sum.answers_lost.iter_mut().zip(figures.answers_lost) {
            *sum += lost;
        }
    }

    pub(super) fn load(&mut self, time: Duration, troubles: &Troubles) {
        self.line(&format!("load: {} s", time.as_secs()));
        self.line(&format!("disturbances: {:?}", troubles.made));
        self.line(&format!("writers: {:?}", self.writers));
    }

    pub(super) fn made(&mut self, made: &Transactions, received: &Received) {
        let rows: u64 = made.values().map(|digest| digest.rows).sum();
        let with_rows = made.len() as u64;
        self.line(&format!(
            "transactions: {with_rows} with {rows} changes, {} without rows",
            received.ended - with_rows
        ));
        self.line(&format!("changes: {:?}", received.counts));
    }

    pub(super) fn engine(&mut self, read: &Read) {
        self.line(&format!(
            "engine: {} pauses, {} times the line came back, {} transactions cut off, {} openings refused",
            read.pauses, read.links, read.cuts, read.refused
        ));
    }

    pub(super) fn program(&mut self, place: &Place, figures: &Figures) {
        let said = fs::read_to_string(place.errors()).unwrap();
        let count = |words: &str| said.lines().filter(|line| line.contains(words)).count();
        self.line(&format!(
            "{}: {} kills, {} starts refused, {} times the line came back, {} times cut its file",
            place.name,
            figures.kills,
            figures.refused,
            count("and is back"),
            count("cut off, for they come again")
        ));
        let bytes = place.output().metadata().unwrap().len();
        self.line(&format!(
            "{}: {bytes} bytes; KiB of program and reader, first, last, most: {:?}",
            place.name, figures.memory
        ));
    }

    pub(super) fn files(&mut self, files: usize) {
        self.line(&format!("files of the log: {files}"));
    }

    /// Append it to the file that is named for it.
    pub(super) fn finish(self) {
        if let Some(path) = env::var_os("PORTHOLE_LOAD_REPORT") {
            let mut file = File::options()
                .create(true)
                .append(true)
                .open(path)
                .unwrap();
            file.write_all(self.text.as_bytes()).unwrap();
        }
    }
}
