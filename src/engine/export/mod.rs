//! Rows → text: table, CSV, TSV, JSON, NDJSON.
//!
//! A [`Writer`] appends to a buffer and does no I/O: who calls it decides where the bytes go and when. It is on
//! the hot path of `porthole query`, so the types of a batch are found out once a batch and nothing is allocated
//! per cell. What a value's text is stands in [`value`](crate::engine::value); here stands what a format puts
//! around it.

mod batch;
mod delimited;
mod json;
pub mod sheet;
mod table;

use std::sync::Arc;

use arrow_array::RecordBatch;

use self::{
    delimited::{Csv, Delimited, Tsv},
    json::Json,
    table::Table,
};
use crate::engine::value::Column;

/// A text format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Aligned columns for people, control characters made visible, long values cut. Not for programs.
    Table,
    /// RFC 4180 with LF: NULL is nothing, empty text is `""`.
    Csv,
    /// Tab-separated: NULL is `\N`; tab, line feed and backslash are `\t`, `\n`, `\\`.
    Tsv,
    /// One array of objects.
    Json,
    /// One object a line.
    Ndjson,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Table, Self::Csv, Self::Tsv, Self::Json, Self::Ndjson];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Csv => "csv",
            Self::Tsv => "tsv",
            Self::Json => "json",
            Self::Ndjson => "ndjson",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }
}

/// Writes one answer: [`Writer::start`], then [`Writer::rows`] for each batch, then [`Writer::finish`].
pub struct Writer(Kind);

enum Kind {
    Table(Table),
    Csv(Delimited<Csv>),
    Tsv(Delimited<Tsv>),
    Json(Json),
}

impl Writer {
    /// For rows of these columns. Without `header`, table, CSV and TSV do not begin with the columns' names.
    pub fn new(format: Format, columns: Arc<[Column]>, header: bool) -> Self {
        Self(match format {
            Format::Table => Kind::Table(Table::new(columns, header)),
            Format::Csv => Kind::Csv(Delimited::new(columns, header)),
            Format::Tsv => Kind::Tsv(Delimited::new(columns, header)),
            Format::Json => Kind::Json(Json::array(&columns)),
            Format::Ndjson => Kind::Json(Json::lines(&columns)),
        })
    }

    /// What stands before the first row.
    pub fn start(&mut self, out: &mut Vec<u8>) {
        match &mut self.0 {
            Kind::Table(_) => {} // its widths depend on the first rows
            Kind::Csv(writer) => writer.start(out),
            Kind::Tsv(writer) => writer.start(out),
            Kind::Json(writer) => writer.start(out),
        }
    }

    /// Some rows.
    pub fn rows(&mut self, batch: &RecordBatch, out: &mut Vec<u8>) {
        match &mut self.0 {
            Kind::Table(writer) => writer.rows(batch, out),
            Kind::Csv(writer) => writer.rows(batch, out),
            Kind::Tsv(writer) => writer.rows(batch, out),
            Kind::Json(writer) => writer.rows(batch, out),
        }
    }

    /// What stands after the last row.
    pub fn finish(&mut self, out: &mut Vec<u8>) {
        match &mut self.0 {
            Kind::Table(writer) => writer.finish(out),
            Kind::Csv(_) | Kind::Tsv(_) => {}
            Kind::Json(writer) => writer.finish(out),
        }
    }
}

#[cfg(test)]
mod tests;
