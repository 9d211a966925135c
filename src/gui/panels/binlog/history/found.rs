//! What has been found, the newest first, as lines: a change of a row, a statement, or a whole transaction.

use crate::engine::binlog::{
    source::Progress,
    trail::{Change, Image, Side, Touched},
};

/// Bytes of changes that are kept.
pub(super) const MOST_BYTES: usize = 64 << 20;
/// Transactions that are kept.
pub(super) const MOST: usize = 50_000;

/// A word from the search.
pub enum Told {
    Progress(Progress),
    /// This file is read next.
    File(String),
    /// A transaction of the file that is read, newer than those of it before.
    Touched(Box<Touched>),
}

/// Gathered, the newest file first.
#[derive(Default)]
pub struct Found {
    progress: Option<Progress>,
    file: Option<String>,
    /// Of the files that were read to their end, the newest first.
    done: Vec<Touched>,
    /// Of the file that is read, the oldest first.
    current: Vec<Touched>,
    /// Lines of `done`, then the ends of those of `current`: how many lines there are up to each.
    done_lines: Vec<usize>,
    current_lines: Vec<usize>,
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
                let before = self.current_lines.last().copied().unwrap_or_default();
                self.current_lines.push(before + lines_of(&touched));
                self.current.push(*touched);
            }
        }
    }
}

impl Found {
    /// What is older comes behind it.
    fn finish_file(&mut self) {
        self.current_lines.clear();
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

    /// How many lines there are.
    pub fn lines(&self) -> usize {
        let (done, current) = self.places();
        done + current
    }

    /// Lines of files that were read to their end, and of the one that is read.
    fn places(&self) -> (usize, usize) {
        let last = |lines: &Vec<usize>| lines.last().copied().unwrap_or_default();
        (last(&self.done_lines), last(&self.current_lines))
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
        let all = self.done.iter().chain(self.current.iter().rev());
        let mut line = 0;
        for touched in all {
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
        let from_begin = current.checked_sub(line - done + 1)?;
        let at = self.current_lines.partition_point(|end| *end <= from_begin);
        let end = *self.current_lines.get(at)?;
        part(self.current.get(at)?, end - 1 - from_begin)
    }
}

/// Lines of a transaction, the last change first.
fn lines_of(touched: &Touched) -> usize {
    (touched.changes.len() + touched.statements.len()).max(1)
}

fn part(touched: &Touched, line: usize) -> Option<Line<'_>> {
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
        Told::Touched(Box::new(Touched {
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
}
