//! CSV and TSV: a row a line, the values between separators.

use std::{marker::PhantomData, sync::Arc};

use arrow_array::RecordBatch;

use super::batch::{Slice, Values};
use crate::engine::{
    csv, digits,
    member::utf8,
    value::{Column, Kind},
};

/// What differs between the two.
pub(super) trait Dialect {
    const SEPARATOR: u8;
    const NULL: &'static [u8];

    /// A text with this byte cannot be copied as it is.
    fn is_special(byte: u8) -> bool;

    /// Write a text that may hold special bytes.
    fn text(out: &mut Vec<u8>, text: &[u8]);

    /// Write a text that holds none.
    fn plain(out: &mut Vec<u8>, text: &[u8]) {
        out.extend_from_slice(text);
    }
}

/// RFC 4180, with LF.
pub(super) enum Csv {}

impl Dialect for Csv {
    const SEPARATOR: u8 = b',';
    const NULL: &'static [u8] = b"";

    fn is_special(byte: u8) -> bool {
        csv::is_special(byte)
    }

    fn text(out: &mut Vec<u8>, text: &[u8]) {
        csv::text(out, text);
    }

    fn plain(out: &mut Vec<u8>, text: &[u8]) {
        // Without quotes it would be NULL.
        out.extend_from_slice(if text.is_empty() { b"\"\"" } else { text });
    }
}

/// Tabs, with backslash escapes.
pub(super) enum Tsv {}

impl Dialect for Tsv {
    const SEPARATOR: u8 = b'\t';
    const NULL: &'static [u8] = b"\\N";

    fn is_special(byte: u8) -> bool {
        matches!(byte, b'\t' | b'\n' | b'\\')
    }

    fn text(out: &mut Vec<u8>, text: &[u8]) {
        for part in text.split_inclusive(|byte| Self::is_special(*byte)) {
            let (mark, before) = match part.split_last() {
                Some((b'\t', before)) => (&b"\\t"[..], before),
                Some((b'\n', before)) => (&b"\\n"[..], before),
                Some((b'\\', before)) => (&b"\\\\"[..], before),
                _ => (&b""[..], part),
            };
            out.extend_from_slice(before);
            out.extend_from_slice(mark);
        }
    }
}

/// Writes rows with separators.
pub(super) struct Delimited<D> {
    columns: Arc<[Column]>,
    header: bool,
    scratch: String,
    dialect: PhantomData<D>,
}

impl<D: Dialect> Delimited<D> {
    pub(super) fn new(columns: Arc<[Column]>, header: bool) -> Self {
        Self {
            columns,
            header,
            scratch: String::new(),
            dialect: PhantomData,
        }
    }

    pub(super) fn start(&mut self, out: &mut Vec<u8>) {
        if !self.header || self.columns.is_empty() {
            return;
        }
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                out.push(D::SEPARATOR);
            }
            D::text(out, column.name.as_bytes());
        }
        out.push(b'\n');
    }

    pub(super) fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        let slices = Slice::all(batch, &self.columns, D::is_special);
        let separators = slices.len() * batch.num_rows();
        out.reserve(slices.iter().map(Slice::size).sum::<usize>() + separators);
        let slices: Vec<_> = slices
            .into_iter()
            .zip(self.columns.iter())
            .map(|(slice, column)| (slice, zeros(column.kind)))
            .collect();
        for row in 0..batch.num_rows() {
            for (index, (slice, zeros)) in slices.iter().enumerate() {
                if index > 0 {
                    out.push(D::SEPARATOR);
                }
                self.cell(slice, row, *zeros, out);
            }
            out.push(b'\n');
        }
    }

    fn cell(&mut self, slice: &Slice<'_>, row: usize, zeros: u8, out: &mut Vec<u8>) {
        if slice.is_null(row) {
            return out.extend_from_slice(D::NULL);
        }
        match &slice.values {
            Values::Int(values) => digits::int(out, values[row]),
            Values::UInt(values) => digits::uint(out, values[row], zeros),
            Values::Text(texts) if texts.plain => D::plain(out, texts.at(row)),
            Values::Text(texts) => D::text(out, &utf8(texts.at(row))),
            Values::Float(values) => digits::float(out, values[row], &mut self.scratch),
            Values::Double(values) => digits::double(out, values[row], &mut self.scratch),
            Values::Binary(texts) => digits::hex(out, texts.at(row)),
            Values::Null => out.extend_from_slice(D::NULL),
        }
    }
}

/// How many digits an unsigned number is padded to.
fn zeros(kind: Kind) -> u8 {
    match kind {
        Kind::UInt { zerofill } => zerofill,
        Kind::Year => 4,
        _ => 0,
    }
}
