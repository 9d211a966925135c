//! What has been found, the newest first, as lines: a change of a row, a statement, or a whole transaction.

use std::{collections::VecDeque, sync::Arc};

use crate::engine::binlog::{
    source::Progress,
    trail::{Change, Image, Side, Touched},
};

/// How much is kept: the newest, as many as there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) transactions: usize,
    pub(super) bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self {
            transactions: 50_000,
            bytes: 64 << 20,
        }
    }
}

/// A word from the search.
pub enum Told {
    Progress(Progress),
    /// This file is read next.
    File(String),
    /// A transaction of the file that is read, newer than those of it before.
    Touched(Arc<Touched>),
}

/// Gathered, the newest file first.
#[derive(Default)]
pub struct Found {
    progress: Option<Progress>,
    file: Option<String>,
    room: Room,
    bytes: usize,
    /// Of the files that were read to their end, the newest first.
    done: Vec<Arc<Touched>>,
    /// Of the file that is read, the oldest first.
    current: VecDeque<Arc<Touched>>,
    /// How many lines there are up to each of `done`, and up to each of `current`.
    done_lines: Vec<usize>,
    current_lines: VecDeque<usize>,
    /// Lines of those that were before `current` and are not kept: what counts its lines counts these too.
    gone_lines: usize,
}

/// One line.
pub struct Line<'a> {
    pub touched: &'a Touched,
    pub part: Part<'a>,
}

/// Names a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mark {
    file: String,
    offset: u64,
    part: usize,
}

/// What of a transaction a line is.
pub enum Part<'a> {
    Change(&'a Change),
    Statement(&'a str),
    /// Without changes that are kept one by one.
    Whole,
}

impl crate::worker::Gather<Told> for Found {
    fn gather(&mut self, told: Told) {
        match told {
            Told::Progress(progress) => self.progress = Some(progress),
            Told::File(file) => {
                self.finish_file();
                self.file = Some(file);
            }
            Told::Touched(touched) => {
                let before = self.current_lines.back().copied();
                let before = before.unwrap_or(self.gone_lines);
                self.current_lines.push_back(before + lines_of(&touched));
                self.bytes += memory(&touched);
                self.current.push_back(touched);
                self.fit();
            }
        }
    }
}

impl Found {
    #[cfg(test)]
    pub(super) fn within(room: Room) -> Self {
        Self {
            room,
            ..Self::default()
        }
    }

    /// A file is read from its begin: where there is no room for all of it, its oldest go. One stays, however large.
    fn fit(&mut self) {
        while self.done.len() + self.current.len() > 1
            && (self.done.len() + self.current.len() > self.room.transactions
                || self.bytes > self.room.bytes)
            && let Some(touched) = self.current.pop_front()
        {
            self.bytes -= memory(&touched);
            self.gone_lines = self.current_lines.pop_front().unwrap_or_default();
        }
    }

    /// What is older comes behind it.
    fn finish_file(&mut self) {
        self.current_lines.clear();
        self.gone_lines = 0;
        for touched in self.current.drain(..).rev() {
            let before = self.done_lines.last().copied().unwrap_or_default();
            self.done_lines.push(before + lines_of(&touched));
            self.done.push(touched);
        }
    }

    pub fn progress(&self) -> Option<Progress> {
        self.progress
    }

    /// The oldest file that was looked at.
    pub fn file(&self) -> Option<&str> {
        self.file.as_deref()
    }

    /// All transactions, the newest first.
    pub(super) fn all(&self) -> impl Iterator<Item = &Arc<Touched>> {
        self.done.iter().chain(self.current.iter().rev())
    }

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        let (done, current) = self.places();
        done + current
    }

    /// Lines of files that were read to their end, and of the one that is read.
    fn places(&self) -> (usize, usize) {
        let done = self.done_lines.last().copied().unwrap_or_default();
        let current = self.current_lines.back();
        (done, current.map_or(0, |end| end - self.gone_lines))
    }

    /// What a line is, wherever it moves to: newer changes of a file come before those that were found first.
    pub fn mark(&self, line: usize) -> Option<Mark> {
        let mut first = line;
        let touched = self.line(line)?.touched;
        while let Some(before) = first.checked_sub(1)
            && self
                .line(before)
                .is_some_and(|line| std::ptr::eq(line.touched, touched))
        {
            first = before;
        }
        Some(Mark {
            file: touched.file.clone(),
            offset: touched.offset,
            part: line - first,
        })
    }

    /// Where it is now.
    pub fn find(&self, mark: &Mark) -> Option<usize> {
        let mut line = 0;
        for touched in self.all() {
            if touched.offset == mark.offset && touched.file == mark.file {
                return Some(line + mark.part);
            }
            line += lines_of(touched);
        }
        None
    }

    /// One line, the newest being 0.
    pub fn line(&self, line: usize) -> Option<Line<'_>> {
        let (done, current) = self.places();
        if line < done {
            let at = self.done_lines.partition_point(|end| *end <= line);
            let before = at.checked_sub(1).and_then(|at| self.done_lines.get(at));
            let touched = self.done.get(at)?;
            return part(touched, line - before.copied().unwrap_or_default());
        }
        // Counted from the end of those that are the oldest first.
        let from_begin = self.gone_lines + current.checked_sub(line - done + 1)?;
        let at = self.current_lines.partition_point(|end| *end <= from_begin);
        let end = *self.current_lines.get(at)?;
        part(self.current.get(at)?, end - 1 - from_begin)
    }
}

/// Lines of a transaction, the last change first.
pub(super) fn lines_of(touched: &Touched) -> usize {
    (touched.changes.len() + touched.statements.len()).max(1)
}

pub(super) fn part(touched: &Touched, line: usize) -> Option<Line<'_>> {
    let changes = touched.changes.len();
    let part = if lines_of(touched) == 1 && changes == 0 && touched.statements.is_empty() {
        Part::Whole
    } else if line < changes {
        Part::Change(touched.changes.get(changes - 1 - line)?)
    } else {
        Part::Statement(touched.statements.get(line - changes)?)
    };
    Some(Line { touched, part })
}

/// Bytes that a transaction takes.
pub(super) fn memory(touched: &Touched) -> usize {
    let side = |side: &Side| match side {
        Side::Text(text) | Side::Start(text) => text.len(),
        Side::Absent | Side::Null => 0,
    };
    let image = |image: &Image| {
        size_of::<Image>() + image.column.len() + side(&image.before) + side(&image.after)
    };
    let change =
        |change: &Change| size_of::<Change>() + change.columns.iter().map(image).sum::<usize>();
    let texts = touched.statements.iter().chain(&touched.original);
    size_of::<Touched>()
        + touched.changes.iter().map(change).sum::<usize>()
        + texts.map(String::len).sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::binlog::{rows::Op, table::Origin, transaction::Outcome},
        worker::Gather as _,
    };

    fn touched(file: &str, offset: u64, changes: usize, statements: &[&str]) -> Told {
        let change = |at: usize| Change {
            op: Op::Update,
            offset: offset + at as u64,
            names: Origin::Logged,
            columns: Vec::new(),
            cut: false,
        };
        Told::Touched(Arc::new(Touched {
            gtid: None,
            file: file.to_owned(),
            offset,
            end: (file.to_owned(), offset + 100),
            micros: offset * 1_000_000,
            server_id: 1,
            thread_id: None,
            outcome: Outcome::Committed,
            rows: [0, changes as u64, 0],
            original: None,
            statements: statements.iter().map(|text| (*text).to_owned()).collect(),
            changes: (0..changes).map(change).collect(),
        }))
    }

    fn shown(found: &Found) -> Vec<String> {
        let line = |at| {
            let line = found.line(at).unwrap();
            match line.part {
                Part::Change(change) => format!("{} {}", line.touched.file, change.offset),
                Part::Statement(text) => format!("{} {text}", line.touched.file),
                Part::Whole => format!("{} all of {}", line.touched.file, line.touched.offset),
            }
        };
        (0..found.lines()).map(line).collect()
    }

    #[test]
    fn the_newest_file_and_in_it_the_newest_change_comes_first() {
        let mut found = Found::default();
        found.gather(Told::File("log.2".to_owned()));
        found.gather(touched("log.2", 10, 2, &[]));
        found.gather(touched("log.2", 50, 0, &["TRUNCATE t"]));
        assert_eq!(shown(&found), ["log.2 TRUNCATE t", "log.2 11", "log.2 10"]);
        let mark = found.mark(1).unwrap();

        found.gather(touched("log.2", 70, 0, &[]));
        assert_eq!(found.find(&mark), Some(2));
        found.gather(Told::File("log.1".to_owned()));
        found.gather(touched("log.1", 5, 1, &[]));
        found.gather(touched("log.1", 10, 1, &[]));
        let all = [
            "log.2 all of 70",
            "log.2 TRUNCATE t",
            "log.2 11",
            "log.2 10",
            "log.1 10",
            "log.1 5",
        ];
        assert_eq!(shown(&found), all);
        assert_eq!(found.find(&mark), Some(2));
        for line in 0..all.len() {
            let mark = found.mark(line).unwrap();
            assert_eq!(found.find(&mark), Some(line));
        }
        assert!(found.line(all.len()).is_none());
    }

    #[test]
    fn where_there_is_no_room_for_all_the_newest_are_kept() {
        let mut found = Found::within(Room {
            transactions: 3,
            bytes: 1 << 20,
        });
        found.gather(Told::File("log.2".to_owned()));
        for at in 1..=5 {
            found.gather(touched("log.2", 10 * at, 1, &["TRUNCATE t"]));
        }
        let newest = [
            "log.2 50",
            "log.2 TRUNCATE t",
            "log.2 40",
            "log.2 TRUNCATE t",
            "log.2 30",
            "log.2 TRUNCATE t",
        ];
        assert_eq!(shown(&found), newest);
        assert!(found.line(newest.len()).is_none());
        for line in 0..newest.len() {
            let mark = found.mark(line).unwrap();
            assert_eq!(found.find(&mark), Some(line));
        }
        // None of an older file takes the place of a newer one.
        found.gather(Told::File("log.1".to_owned()));
        found.gather(touched("log.1", 5, 1, &[]));
        assert_eq!(shown(&found), newest);
    }

    #[test]
    fn bytes_are_bounded_too_and_one_transaction_always_stays() {
        let mut found = Found::within(Room {
            transactions: 100,
            bytes: 5000,
        });
        let long = "x".repeat(2000);
        found.gather(Told::File("log.2".to_owned()));
        for at in 1..=4 {
            found.gather(touched("log.2", at, 0, &[&long]));
        }
        let offsets = |found: &Found| -> Vec<u64> { found.all().map(|one| one.offset).collect() };
        assert_eq!(offsets(&found), [4, 3]);
        let longer = "x".repeat(10_000);
        found.gather(touched("log.2", 5, 0, &[&longer]));
        assert_eq!(offsets(&found), [5]);
        found.gather(touched("log.2", 6, 0, &[]));
        assert_eq!(offsets(&found), [6]);
        assert_eq!(found.lines(), 1);
    }
}
