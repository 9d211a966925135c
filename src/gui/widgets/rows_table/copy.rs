//! The selection as text for the clipboard: tab-separated, as the command line's `--format tsv` writes it.
//!
//! It is made while a frame is drawn, so it has a limit; what is larger belongs in an export, and the message says
//! so. One cell alone is copied as it is, for it stands in no table that tabs could break.

use std::{fmt, ops::Range};

use super::{Rows, Selection};
use crate::engine::value::{self, Cell, Kind};

/// Cells that are copied at most.
const MOST_CELLS: u64 = 200_000;

/// Bytes that are copied at most: built in well under a frame.
const MOST_BYTES: usize = 16 << 20;

/// What became of a wish to copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Copied {
    /// So many rows and columns are on the clipboard.
    Done {
        /// Rows that were copied.
        rows: u64,
        /// Columns that were copied.
        columns: usize,
    },
    /// More cells than the clipboard should hold.
    TooManyCells {
        /// Cells that are selected.
        cells: u64,
    },
    /// Larger values than the clipboard should hold.
    TooLarge,
    /// Some of these rows are in the temporary file; nothing was copied.
    NotLoaded {
        /// The selected rows.
        rows: Range<u64>,
    },
}

impl fmt::Display for Copied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Done {
                rows: 1,
                columns: 1,
            } => write!(f, "1 cell copied"),
            Self::Done { rows, columns } => write!(
                f,
                "{} x {} copied",
                counted(*rows, "row"),
                counted(*columns as u64, "column")
            ),
            Self::TooManyCells { cells } => write!(
                f,
                "{} are too many for the clipboard, which takes {}; export them instead",
                counted(*cells, "cell"),
                thousands(MOST_CELLS)
            ),
            Self::TooLarge => write!(
                f,
                "the selected values are larger than {} MiB; export them instead",
                MOST_BYTES >> 20
            ),
            Self::NotLoaded { .. } => {
                write!(
                    f,
                    "some selected rows are still being loaded; copy again in a moment"
                )
            }
        }
    }
}

/// The selection as tab-separated text, with the column names first where they are wanted.
pub(super) fn tsv(
    rows: &dyn Rows,
    selection: &Selection,
    with_names: bool,
) -> Result<(String, Copied), Copied> {
    let columns = rows.columns();
    let wanted_rows = selection.rows(rows.rows());
    let wanted = selection.columns(columns.len());
    let height = wanted_rows.end - wanted_rows.start;
    let cells = height.saturating_mul(wanted.len() as u64);
    if cells > MOST_CELLS {
        return Err(Copied::TooManyCells { cells });
    }
    let mut out = String::new();
    if with_names {
        for (place, column) in columns[wanted.clone()].iter().enumerate() {
            separate(&mut out, place);
            escape_tsv(&mut out, &column.name);
        }
        out.push('\n');
    }
    let alone = cells == 1 && !with_names;
    for row in wanted_rows.clone() {
        if row > wanted_rows.start {
            out.push('\n');
        }
        for (place, column) in wanted.clone().enumerate() {
            separate(&mut out, place);
            let Some(cell) = rows.cell(row, column) else {
                return Err(Copied::NotLoaded { rows: wanted_rows });
            };
            if out.len() + size(cell) > MOST_BYTES {
                return Err(Copied::TooLarge);
            }
            write_cell(&mut out, cell, columns[column].kind, alone);
        }
    }
    let done = Copied::Done {
        rows: height,
        columns: wanted.len(),
    };
    Ok((out, done))
}

fn separate(out: &mut String, place: usize) {
    if place > 0 {
        out.push('\t');
    }
}

/// Bytes that the text of a value takes before anything is escaped.
fn size(cell: Cell<'_>) -> usize {
    match cell {
        Cell::Text(bytes) => bytes.len(),
        Cell::Binary(bytes) => bytes.len() * 2 + 2,
        _ => 32,
    }
}

fn write_cell(out: &mut String, cell: Cell<'_>, kind: Kind, alone: bool) {
    match cell {
        Cell::Null => out.push_str("\\N"),
        Cell::Text(bytes) if !alone => escape_tsv(out, &String::from_utf8_lossy(bytes)),
        _ => value::write_text(out, cell, kind),
    }
}

/// A text so that tabs and line breaks in it end no cell, and no text reads as NULL, which is `\N`.
pub fn escape_tsv(out: &mut String, text: &str) {
    let mut plain = 0;
    for (at, letter) in text.match_indices(['\t', '\n', '\\']) {
        out.push_str(&text[plain..at]);
        out.push_str(match letter {
            "\t" => "\\t",
            "\n" => "\\n",
            _ => "\\\\",
        });
        plain = at + 1;
    }
    out.push_str(&text[plain..]);
}

/// A number with its thousands apart: 9,990,000.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn counted(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{} {noun}{plural}", thousands(number))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, BinaryArray, Int64Array, RecordBatch};

    use super::*;
    use crate::{
        engine::{
            export::{Format, Writer},
            query::rows::{Batch, ResultSet},
            value::Column,
        },
        gui::widgets::rows_table::{CellRef, Reach},
    };

    #[test]
    fn the_clipboard_takes_what_the_command_line_writes() {
        let column = |name: &str, kind| Column {
            name: name.to_owned(),
            database: String::new(),
            table: String::new(),
            column: String::new(),
            kind,
            type_name: String::new(),
            primary_key: false,
        };
        let columns: Arc<[Column]> = Arc::new([
            column("a\t\"\\", Kind::Text),
            column("n", Kind::Int),
            column("b", Kind::Binary),
        ]);
        let texts: [Option<&[u8]>; 5] = [
            None,
            Some(b""),
            Some(b"\\N"),
            Some(b"a\tb\nc\rd\0"),
            Some(b"broken \xff\xfe"),
        ];
        let blobs: [Option<&[u8]>; 5] = [Some(b""), None, Some(b"\t\n"), Some(b"\\"), None];
        let arrays: [(&str, ArrayRef); 3] = [
            ("a", Arc::new(BinaryArray::from_iter(texts))),
            ("n", Arc::new(Int64Array::from_iter_values(-2..3))),
            ("b", Arc::new(BinaryArray::from_iter(blobs))),
        ];
        let batch = RecordBatch::try_from_iter_with_nullable(
            arrays.map(|(name, array)| (name, array, true)),
        )
        .unwrap();
        let mut written = Vec::new();
        let mut writer = Writer::new(Format::Tsv, columns.clone(), true);
        writer.start(&mut written);
        writer.rows(&batch, &mut written);
        writer.finish(&mut written);

        let mut rows = ResultSet::new(columns);
        rows.push(Batch::Memory(batch));
        let all = Selection {
            reach: Reach::All,
            ..Selection::cell(CellRef::default())
        };
        let (copied, _) = tsv(&rows, &all, true).unwrap();
        assert_eq!(format!("{copied}\n").into_bytes(), written);
    }

    #[test]
    fn thousands_stand_apart() {
        for (number, text) in [
            (0, "0"),
            (999, "999"),
            (1000, "1,000"),
            (9_990_000, "9,990,000"),
            (u64::MAX, "18,446,744,073,709,551,615"),
        ] {
            assert_eq!(thousands(number), text);
        }
    }

    #[test]
    fn escapes_are_those_of_tsv() {
        let mut out = String::new();
        escape_tsv(&mut out, "a\tb\nc\\d\re");
        assert_eq!(out, "a\\tb\\nc\\\\d\re");
    }
}
