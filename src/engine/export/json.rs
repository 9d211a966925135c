//! JSON: an object a row, its members in the order of the columns.
//!
//! Integers, floats and BIT are numbers with all their digits; binary is base64; everything else is a string with
//! the server's exact text, JSON columns too: a reader's parser may not keep what the server keeps.

use std::collections::HashSet;

use arrow_array::RecordBatch;
use base64::{Engine as _, engine::general_purpose::STANDARD};

use super::{
    batch::{Slice, Values, any, utf8},
    digits,
};
use crate::engine::value::{Column, Kind};

/// Writes rows as JSON.
pub(super) struct Json {
    columns: Vec<Column>,
    /// `{"id":`, `,"name":` …
    keys: Vec<Vec<u8>>,
    /// All rows stand in one array.
    array: bool,
    rows: u64,
    scratch: String,
}

impl Json {
    /// One array.
    pub(super) fn array(columns: &[Column]) -> Self {
        Self::new(columns, true)
    }

    /// One object a line.
    pub(super) fn lines(columns: &[Column]) -> Self {
        Self::new(columns, false)
    }

    fn new(columns: &[Column], array: bool) -> Self {
        let keys = keys(columns).into_iter().enumerate().map(|(index, key)| {
            let mut out = vec![if index == 0 { b'{' } else { b',' }];
            string(&mut out, key.as_bytes());
            out.push(b':');
            out
        });
        Self {
            keys: keys.collect(),
            columns: columns.to_vec(),
            array,
            rows: 0,
            scratch: String::new(),
        }
    }

    pub(super) fn start(&mut self, out: &mut Vec<u8>) {
        if self.array {
            out.push(b'[');
        }
    }

    pub(super) fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let slices = Slice::all(batch, &self.columns, is_special);
        let keys: usize = self.keys.iter().map(|key| key.len() + 2).sum();
        out.reserve(slices.iter().map(Slice::size).sum::<usize>() + keys * batch.num_rows());
        for row in 0..batch.num_rows() {
            if self.array {
                out.extend_from_slice(if self.rows == 0 { b"\n" } else { b",\n" });
            }
            self.rows += 1;
            for (index, slice) in slices.iter().enumerate() {
                out.extend_from_slice(&self.keys[index]);
                self.cell(index, slice, row, out);
            }
            out.extend_from_slice(if self.array { b"}" } else { b"}\n" });
        }
    }

    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.array {
            out.extend_from_slice(if self.rows == 0 { b"]\n" } else { b"\n]\n" });
        }
    }

    fn cell(&mut self, column: usize, slice: &Slice<'_>, row: usize, out: &mut Vec<u8>) {
        if slice.is_null(row) {
            return out.extend_from_slice(b"null");
        }
        match &slice.values {
            Values::Int(values) => digits::int(out, values[row]),
            Values::UInt(values) if self.columns[column].kind == Kind::Year => {
                out.push(b'"');
                digits::uint(out, values[row], 4);
                out.push(b'"');
            }
            Values::UInt(values) => digits::uint(out, values[row], 0),
            Values::Text(texts) if texts.plain => {
                out.push(b'"');
                out.extend_from_slice(texts.at(row));
                out.push(b'"');
            }
            Values::Text(texts) => string(out, &utf8(texts.at(row))),
            // Neither server stores them; a JSON number they could not be.
            Values::Float(values) if !values[row].is_finite() => out.extend_from_slice(b"null"),
            Values::Double(values) if !values[row].is_finite() => out.extend_from_slice(b"null"),
            Values::Float(values) => digits::float(out, values[row], &mut self.scratch),
            Values::Double(values) => digits::double(out, values[row], &mut self.scratch),
            Values::Binary(texts) => {
                self.scratch.clear();
                STANDARD.encode_string(texts.at(row), &mut self.scratch);
                out.push(b'"');
                out.extend_from_slice(self.scratch.as_bytes());
                out.push(b'"');
            }
            Values::Null => out.extend_from_slice(b"null"),
        }
    }
}

fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// A string with its quotes.
fn string(out: &mut Vec<u8>, text: &[u8]) {
    out.push(b'"');
    if any(text, is_special) {
        for part in text.split_inclusive(|byte| is_special(*byte)) {
            match part.split_last() {
                Some((last, before)) if is_special(*last) => {
                    out.extend_from_slice(before);
                    escape(out, *last);
                }
                _ => out.extend_from_slice(part),
            }
        }
    } else {
        out.extend_from_slice(text);
    }
    out.push(b'"');
}

fn escape(out: &mut Vec<u8>, byte: u8) {
    match byte {
        b'"' => out.extend_from_slice(b"\\\""),
        b'\\' => out.extend_from_slice(b"\\\\"),
        b'\n' => out.extend_from_slice(b"\\n"),
        b'\r' => out.extend_from_slice(b"\\r"),
        b'\t' => out.extend_from_slice(b"\\t"),
        _ => out.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
    }
}

/// The columns' names, each once: an equal one gets `_2`, `_3` and so on, and no name that another column has.
fn keys(columns: &[Column]) -> Vec<String> {
    let mut taken: HashSet<String> = columns.iter().map(|column| column.name.clone()).collect();
    let mut first = HashSet::new();
    columns
        .iter()
        .map(|column| {
            if first.insert(column.name.as_str()) {
                return column.name.clone();
            }
            let mut number = 2_u32;
            loop {
                let key = format!("{}_{number}", column.name);
                if taken.insert(key.clone()) {
                    return key;
                }
                number += 1;
            }
        })
        .collect()
}
