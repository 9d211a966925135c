//! JSON: an object a row, its members in the order of the columns.
//!
//! What a member looks like stands in [`member`].

use std::collections::HashSet;

use arrow_array::RecordBatch;

use super::batch::{Slice, Values};
use crate::engine::{
    member,
    value::{Cell, Column},
};

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
            member::string(&mut out, key.as_bytes());
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
        let slices = Slice::all(batch, &self.columns, member::is_special);
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
        let cell = match &slice.values {
            Values::Text(texts) if texts.plain => {
                out.push(b'"');
                out.extend_from_slice(texts.at(row));
                return out.push(b'"');
            }
            Values::Int(values) => Cell::Int(values[row]),
            Values::UInt(values) => Cell::UInt(values[row]),
            Values::Text(texts) => Cell::Text(texts.at(row)),
            Values::Float(values) => Cell::Float(values[row]),
            Values::Double(values) => Cell::Double(values[row]),
            Values::Binary(texts) => Cell::Binary(texts.at(row)),
            Values::Null => Cell::Null,
        };
        member::write(out, cell, self.columns[column].kind, &mut self.scratch);
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
