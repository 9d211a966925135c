//! The text, made off the window's thread: kept in memory as long as it is short, else in a temporary file.

use std::{
    fs::File,
    io::{self, Read, Seek as _, SeekFrom, Write},
    os::unix::fs::FileExt as _,
    sync::Arc,
};

use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use crate::{
    engine::{
        Error, Result,
        binlog::{
            filter::Filter,
            matching::Conditions,
            print::{Form, Options as Printing, Printer},
            source::{NoteKind, Progress},
            statements::Direction,
            transaction::{Item, Outcome, Role},
            undo::{Options, Report, Undo},
        },
    },
    gui::{
        format,
        panels::binlog::{
            input::{Input, Reader},
            scan::{Part, cut_short, scan, walk},
        },
        widgets::sql_text::SqlText,
    },
};

/// Bytes of a text that are shown, and can be copied.
const MOST_SHOWN: usize = 2 << 20;

/// Which statements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub direction: Direction,
    /// What cannot be taken back is left out; else nothing is written then.
    pub partial: bool,
    /// Also what is before statements that may have changed a table.
    pub past_barriers: bool,
}

impl Default for Work {
    fn default() -> Self {
        Self {
            direction: Direction::Undo,
            partial: false,
            past_barriers: false,
        }
    }
}

/// A text with what must be known of it.
pub struct Made {
    direction: Direction,
    text: SqlText,
    /// The whole of a longer one.
    rest: Option<Rest>,
    rows: u64,
    transactions: u64,
    /// Why there is no text.
    pub refusal: Option<String>,
    /// What is not in the text, or was not read.
    pub warnings: Vec<String>,
    /// What it is about, one by one.
    pub reasons: Vec<String>,
    /// What is worth knowing.
    pub hints: Vec<String>,
}

/// A text that is kept in a file without a name: it is gone with the program, however that ends.
struct Rest {
    file: File,
    bytes: u64,
}

/// Reads such a file at a place of its own: several may write the text at once.
struct At<'a> {
    file: &'a File,
    at: u64,
}

impl Read for At<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read_at(out, self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Made {
    /// Of a text that is whole; for tests and for one row.
    pub fn new(direction: Direction, text: String) -> Self {
        Self {
            direction,
            text: SqlText::new(text),
            rest: None,
            rows: 0,
            transactions: 0,
            refusal: None,
            warnings: Vec::new(),
            reasons: Vec::new(),
            hints: Vec::new(),
        }
    }

    pub fn text(&self) -> &SqlText {
        &self.text
    }

    /// All of it is shown.
    pub fn is_whole(&self) -> bool {
        self.rest.is_none()
    }

    /// Of the whole.
    pub fn bytes(&self) -> u64 {
        let shown = self.text.text().len() as u64;
        self.rest.as_ref().map_or(shown, |rest| rest.bytes)
    }

    pub(super) fn direction_word(&self) -> &'static str {
        match self.direction {
            Direction::Undo => "undo",
            Direction::Redo => "redo",
        }
    }

    /// How much it is.
    pub(super) fn in_words(&self) -> String {
        let statements = format::many(self.rows, "statement");
        match self.direction {
            Direction::Undo => format!(
                "{statements} for {}",
                format::many(self.transactions, "transaction")
            ),
            Direction::Redo => statements,
        }
    }

    /// Write the whole.
    pub(super) fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let Some(rest) = &self.rest else {
            return out.write_all(self.text.text().as_bytes());
        };
        let file = At {
            file: &rest.file,
            at: 0,
        };
        io::copy(&mut file.take(rest.bytes), out)?;
        Ok(())
    }
}

/// A text on its way: of its end, what has not been settled can be taken away again.
#[derive(Default)]
struct Sink {
    memory: Vec<u8>,
    /// Where the text goes once it is too long for memory.
    file: Option<File>,
    bytes: u64,
}

impl Sink {
    fn push(&mut self, text: &[u8]) -> Result<()> {
        self.bytes += text.len() as u64;
        if self.file.is_none() {
            self.memory.extend_from_slice(text);
            if self.memory.len() > MOST_SHOWN {
                let mut file = tempfile::tempfile().map_err(spill)?;
                file.write_all(&self.memory).map_err(spill)?;
                self.file = Some(file);
            }
            return Ok(());
        }
        match &mut self.file {
            Some(file) => file.write_all(text).map_err(spill),
            None => Ok(()),
        }
    }

    /// Be as short as this again.
    fn truncate(&mut self, bytes: u64) -> Result<()> {
        self.bytes = bytes;
        let kept = usize::try_from(bytes).unwrap_or(usize::MAX);
        self.memory.truncate(kept);
        if let Some(file) = &mut self.file {
            file.set_len(bytes).map_err(spill)?;
            file.seek(SeekFrom::Start(bytes)).map_err(spill)?;
            if kept <= MOST_SHOWN {
                self.file = None;
            }
        }
        Ok(())
    }

    fn end(mut self, direction: Direction) -> Made {
        let rest = self.file.map(|file| Rest {
            file,
            bytes: self.bytes,
        });
        if rest.is_some() {
            // Whole lines.
            let lines = self.memory.get(..MOST_SHOWN).unwrap_or(&self.memory);
            let end = lines.iter().rposition(|byte| *byte == b'\n');
            self.memory.truncate(end.map_or(MOST_SHOWN, |end| end + 1));
        }
        let text = String::from_utf8_lossy(&self.memory).into_owned();
        Made {
            rest,
            ..Made::new(direction, text)
        }
    }
}

fn spill(source: io::Error) -> Error {
    Error::Spill { source }
}

/// Read a part and write the statements for it.
pub(super) async fn make(
    input: Input,
    mut part: Part,
    work: Work,
    send: Sender<Progress>,
    cancel: CancellationToken,
) -> Result<Arc<Made>> {
    let wanted = part.filter.clone();
    if work.direction == Direction::Undo {
        part.filter = Undo::filter(part.filter);
    }
    let zone = input.zone();
    let tell = move |progress| {
        // The window may have gone.
        send.blocking_send(progress).ok();
    };
    scan(input, part, cancel, tell, move |reader| {
        let conditions = Conditions::new(Vec::new(), zone);
        let made = match work.direction {
            Direction::Undo => undo(reader, work, conditions, wanted)?,
            Direction::Redo => redo(reader, conditions)?,
        };
        Ok(Arc::new(made))
    })
    .await
}

fn undo(reader: &mut Reader, work: Work, conditions: Conditions, wanted: Filter) -> Result<Made> {
    let options = Options {
        partial: work.partial,
        past_barriers: work.past_barriers,
    };
    let mut undo = Undo::new(options, conditions, wanted)?;
    let ending = walk(reader, |item| undo.take(item))?;
    let mut sink = Sink::default();
    let report = undo.finish(&mut |text| sink.push(text))?;
    if report.rows == 0 {
        // A head without a statement says nothing.
        sink = Sink::default();
    }
    let mut made = sink.end(Direction::Undo);
    made.rows = report.rows;
    made.transactions = report.transactions;
    made.warnings.extend(cut_short(&ending));
    said(&mut made, report, work);
    Ok(made)
}

/// What a report says of a text.
fn said(made: &mut Made, report: Report, work: Work) {
    if report.refused > 0 && !work.partial {
        made.refusal = Some(format!(
            "{} cannot be undone, so nothing was written.",
            format::many(report.refused, "change")
        ));
    } else if report.refused > 0 {
        made.warnings.push(format!(
            "{} cannot be undone and left out:",
            format::many(report.refused, "change")
        ));
    }
    if let Some((statement, rows)) = &report.barrier {
        made.warnings.push(format!(
            "{} before this statement left out, as it may have changed the table: {statement}",
            format::many(*rows, "change")
        ));
    }
    if report.lost > 0 {
        made.warnings.push(format!(
            "{} changed rows without logging them, and cannot be undone: the text names them where it has statements.",
            format::many(report.lost, "statement")
        ));
    }
    made.reasons = report.reasons;
    made.hints.extend(report.doubts);
    if report.rows > 0 {
        made.hints.push(
            "Rows that foreign keys changed by themselves (CASCADE, SET NULL) are here only where the server logs them: MySQL 9.7 does, MariaDB and older ones do not."
                .to_owned(),
        );
    }
}

/// What a text has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Said {
    /// Statements that make a change.
    statements: u64,
    /// Comments in the place of one.
    refused: u64,
}

/// Only what has happened is made again.
fn redo(reader: &mut Reader, conditions: Conditions) -> Result<Made> {
    let mut printer = Printer::new(Form::Sql, &Printing::default(), conditions);
    let mut sink = Sink::default();
    let mut text = Vec::new();
    printer.start(&mut text);
    sink.push(&text)?;
    let mut settled = sink.bytes;
    // Of the whole text, and of the transaction that is open.
    let (mut said, mut open) = (Said::default(), Said::default());
    let ending = walk(reader, |item| {
        text.clear();
        let before = printer.counts();
        printer.item(item, &mut text);
        sink.push(&text)?;
        let counts = printer.counts();
        open.refused += counts.refused - before.refused;
        let happened = match item {
            Item::Begin(_) => {
                open = Said::default();
                return Ok(());
            }
            Item::Statement(statement) => {
                let written = counts.refused == before.refused;
                open.statements += u64::from(written && statement.role == Role::Change);
                return Ok(());
            }
            Item::End(end) => end.outcome == Outcome::Committed,
            Item::Note(note) if note.kind == NoteKind::Link => false,
            _ => return Ok(()),
        };
        if happened {
            settled = sink.bytes;
            said.statements += open.statements + counts.transaction_rows;
            said.refused += open.refused;
            return Ok(());
        }
        sink.truncate(settled)
    })?;
    let counts = printer.counts();
    sink.truncate(settled)?;
    if said == Said::default() {
        // A head without a statement says nothing.
        sink = Sink::default();
    }
    let mut made = sink.end(Direction::Redo);
    made.rows = said.statements;
    made.warnings.extend(cut_short(&ending));
    for (count, what) in [
        (counts.refused, "could not be written as statements"),
        (counts.damaged, "could not be read"),
    ] {
        if count > 0 {
            made.warnings.push(format!(
                "{} {what}; comments in the text say why.",
                format::many(count, "change")
            ));
        }
    }
    Ok(made)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{engine::binlog::source::StartAt, gui::panels::binlog::input::Log};

    #[tokio::test]
    async fn what_stands_in_the_text_as_a_comment_is_no_statement() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog/mysql");
        let input = Input {
            log: Log::Files(vec![data.join("binlog.000001")]),
            names: None,
            program: None,
        };
        let find = |reader: &mut Reader| {
            let (mut part, mut named) = (Part::between(None, None), false);
            walk(reader, |item| {
                match item {
                    Item::Statement(statement) => {
                        named |= statement.query.shown().starts_with("CREATE USER");
                    }
                    Item::End(end) if std::mem::take(&mut named) => {
                        part.start = StartAt::Position {
                            file: Some(end.begin.file.to_string()),
                            offset: end.begin.offset,
                        };
                        part.end = Some((end.file.to_string(), end.end));
                    }
                    _ => {}
                }
                Ok(())
            })?;
            Ok(part)
        };
        let all = Part::between(None, None);
        let cancel = CancellationToken::new();
        let part = scan(input.clone(), all, cancel.clone(), |_| {}, find).await;
        let work = Work {
            direction: Direction::Redo,
            ..Work::default()
        };
        let (send, _progress) = tokio::sync::mpsc::channel(1);
        let made = make(input, part.unwrap(), work, send, cancel)
            .await
            .unwrap();
        assert_eq!(made.in_words(), "0 statements");
        assert!(made.text().text().contains("-- REFUSED: its password"));
        assert_eq!(made.warnings.len(), 1, "{:?}", made.warnings);
    }

    fn whole(made: &Made) -> Vec<u8> {
        let mut out = Vec::new();
        made.write(&mut out).unwrap();
        out
    }

    #[test]
    fn a_short_text_is_all_shown() {
        let mut sink = Sink::default();
        sink.push(b"a;\n").unwrap();
        let settled = sink.bytes;
        sink.push(b"b;\n").unwrap();
        sink.truncate(settled).unwrap();
        let made = sink.end(Direction::Undo);
        assert!(made.is_whole());
        assert_eq!((made.text().text(), made.bytes()), ("a;\n", 3));
    }

    #[test]
    fn a_long_text_is_kept_in_a_file_and_shown_in_part() {
        let mut sink = Sink::default();
        let line = format!("-- {}\n", "x".repeat(1000));
        let mut expected = Vec::new();
        while expected.len() < 2 * MOST_SHOWN {
            sink.push(line.as_bytes()).unwrap();
            expected.extend_from_slice(line.as_bytes());
        }
        let settled = sink.bytes;
        sink.push(b"taken away again").unwrap();
        sink.truncate(settled).unwrap();
        sink.push(b"end;\n").unwrap();
        expected.extend_from_slice(b"end;\n");
        let made = sink.end(Direction::Redo);
        assert!(!made.is_whole());
        assert_eq!(made.bytes(), expected.len() as u64);
        assert!(made.text().text().len() <= MOST_SHOWN && made.text().text().ends_with("x\n"));
        assert!(whole(&made) == expected);
        // Once more: a text can be saved twice.
        assert!(whole(&made) == expected);
    }

    #[test]
    fn a_text_that_becomes_short_again_is_in_memory_again() {
        let mut sink = Sink::default();
        sink.push(b"kept;\n").unwrap();
        let settled = sink.bytes;
        sink.push(&vec![b'x'; MOST_SHOWN + 1]).unwrap();
        assert!(sink.file.is_some());
        sink.truncate(settled).unwrap();
        sink.push(b"more;\n").unwrap();
        let made = sink.end(Direction::Redo);
        assert!(made.is_whole());
        assert_eq!(whole(&made), b"kept;\nmore;\n");
    }
}
