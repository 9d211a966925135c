//! Aligned columns for a terminal.
//!
//! The first rows decide how wide the columns are; later rows stream, and a longer value then moves the rest of
//! its line rather than being lost. Nothing that a server sends can move the cursor: see
//! [`visible`](crate::engine::visible).

use std::{borrow::Cow, fmt::Write as _, sync::Arc};

use arrow_array::RecordBatch;

use crate::engine::{
    query::rows,
    value::{self, Cell, Column},
    visible,
};

/// Rows that decide the widths.
const MEASURED_ROWS: usize = 500;
/// Terminal columns that one value takes at most; what is longer ends in `…`.
const WIDEST: usize = 80;
/// Bytes of a value that are looked at: enough for [`WIDEST`] characters, too few for a pile of combining ones.
const LOOKED_AT: usize = WIDEST * 4;

/// Writes rows as a table.
pub(super) struct Table {
    columns: Arc<[Column]>,
    header: bool,
    state: State,
}

enum State {
    /// The first rows.
    Measuring(Vec<RecordBatch>),
    /// The widths are known and the header is written.
    Writing(Vec<usize>),
}

impl Table {
    pub(super) fn new(columns: Arc<[Column]>, header: bool) -> Self {
        Self {
            columns,
            header,
            state: State::Measuring(Vec::new()),
        }
    }

    pub(super) fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        match &mut self.state {
            State::Measuring(batches) => {
                batches.push(batch.clone());
                if batches.iter().map(RecordBatch::num_rows).sum::<usize>() >= MEASURED_ROWS {
                    self.finish(out);
                }
            }
            State::Writing(widths) => write_rows(batch, &self.columns, widths, out),
        }
    }

    /// Write what is still held for measuring.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        let State::Measuring(batches) = &mut self.state else {
            return;
        };
        let batches = std::mem::take(batches);
        let widths = self.widths(&batches);
        if self.header && !self.columns.is_empty() {
            self.write_header(&widths, out);
        }
        for batch in &batches {
            write_rows(batch, &self.columns, &widths, out);
        }
        self.state = State::Writing(widths);
    }

    fn widths(&self, batches: &[RecordBatch]) -> Vec<usize> {
        let measure = |(index, column): (usize, &Column)| {
            let name = if self.header {
                visible::width(&name(column))
            } else {
                0
            };
            let cells = batches
                .iter()
                .flat_map(|batch| (0..batch.num_rows()).map(move |row| (batch, row)))
                .take(MEASURED_ROWS)
                .map(|(batch, row)| {
                    let array = batch.column(index).as_ref();
                    visible::width(&shown(rows::cell(array, row, column.kind), column))
                });
            cells.max().unwrap_or(0).max(name)
        };
        self.columns.iter().enumerate().map(measure).collect()
    }

    fn write_header(&self, widths: &[usize], out: &mut Vec<u8>) {
        let names = self.columns.iter().map(name);
        write_line(names, &self.columns, widths, out);
        let rules = widths.iter().map(|width| "-".repeat(*width));
        out.extend_from_slice(rules.collect::<Vec<_>>().join("-+-").as_bytes());
        out.push(b'\n');
    }
}

fn write_rows(batch: &RecordBatch, columns: &[Column], widths: &[usize], out: &mut Vec<u8>) {
    for row in 0..batch.num_rows() {
        let cells = columns
            .iter()
            .zip(batch.columns())
            .map(|(column, array)| shown(rows::cell(array.as_ref(), row, column.kind), column));
        write_line(cells, columns, widths, out);
    }
}

fn write_line(
    cells: impl Iterator<Item = String>,
    columns: &[Column],
    widths: &[usize],
    out: &mut Vec<u8>,
) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            out.extend_from_slice(b" | ");
        }
        let blanks = widths[index].saturating_sub(visible::width(&cell));
        let right = columns[index].kind.is_number();
        if right {
            out.resize(out.len() + blanks, b' ');
        }
        out.extend_from_slice(cell.as_bytes());
        if !right && index + 1 < columns.len() {
            out.resize(out.len() + blanks, b' ');
        }
    }
    out.push(b'\n');
}

fn name(column: &Column) -> String {
    let (head, more) = head(column.name.as_bytes());
    cut(&head, more)
}

/// What a cell shows.
fn shown(cell: Cell<'_>, column: &Column) -> String {
    match cell {
        Cell::Null => "NULL".to_owned(),
        Cell::Text(bytes) => {
            let (head, more) = head(bytes);
            cut(&head, more)
        }
        Cell::Binary(bytes) => {
            let head = &bytes[..bytes.len().min(LOOKED_AT)];
            let text = value::text(Cell::Binary(head), column.kind);
            let more = head.len() < bytes.len();
            let mut out = cut(&text, more);
            if out.ends_with('…') {
                write!(out, " ({} bytes)", bytes.len()).expect("a String takes any text");
            }
            out
        }
        number => value::text(number, column.kind),
    }
}

/// The part of a text that is looked at, and whether it goes on.
fn head(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    let mut head = &bytes[..bytes.len().min(LOOKED_AT)];
    let more = head.len() < bytes.len();
    if let Err(error) = std::str::from_utf8(head)
        && more
        && error.error_len().is_none()
    {
        // A character that our own cut has broken is no fault of the value.
        head = &head[..error.valid_up_to()];
    }
    (String::from_utf8_lossy(head), more)
}

/// At most [`WIDEST`] terminal columns, with `…` at the end where there is more.
fn cut(text: &str, more: bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut width = 0;
    let mut fits = 0;
    for letter in text.chars() {
        let before = out.len();
        visible::push(&mut out, letter);
        width += visible::width(&out[before..]);
        if width < WIDEST {
            fits = out.len();
        }
    }
    if width > WIDEST || more {
        out.truncate(fits);
        out.push('…');
    }
    out
}
