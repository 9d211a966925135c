//! `ResultSet`: what came back, in Arrow record batches, read by its methods only.
//!
//! Batches in memory are read at once. Batches that were spilled to the temporary file are named by
//! [`ResultSet::missing`], read elsewhere by [`SpilledBatch::read`] (it does I/O) and put back by
//! [`ResultSet::insert_loaded`]: drawing never touches the disk.

use std::{collections::VecDeque, ops::Range, sync::Arc};

use arrow_array::{Array, RecordBatch, cast::AsArray, types};

use super::spill::SpilledBatch;
use crate::engine::value::{Cell, Column, Kind};

/// Spilled batches that are kept after having been read back: at least a screen of rows, each as large as a
/// batch, else drawing would ask for them for ever.
const LOADED_LEAST: usize = 64;
/// Beyond these, as many as fit into so many bytes.
const LOADED_BYTES: usize = 128 << 20;

/// A piece of an answer: some rows, held in memory or in the temporary file.
#[derive(Clone, Debug)]
pub enum Batch {
    /// In memory.
    Memory(RecordBatch),
    /// In the temporary file.
    Spilled(SpilledBatch),
}

impl Batch {
    /// How many rows.
    pub fn rows(&self) -> usize {
        match self {
            Self::Memory(batch) => batch.num_rows(),
            Self::Spilled(batch) => batch.rows(),
        }
    }
}

/// The rows of an answer, as far as they have arrived.
#[derive(Clone, Debug, Default)]
pub struct ResultSet {
    columns: Arc<[Column]>,
    batches: Vec<Batch>,
    /// First row of each batch, and the number of rows at the end.
    starts: Vec<u64>,
    loaded: VecDeque<(usize, RecordBatch)>,
}

impl ResultSet {
    /// No rows yet.
    pub fn new(columns: Arc<[Column]>) -> Self {
        Self {
            columns,
            batches: Vec::new(),
            starts: vec![0],
            loaded: VecDeque::new(),
        }
    }

    /// Add what has arrived.
    pub fn push(&mut self, batch: Batch) {
        if self.starts.is_empty() {
            self.starts.push(0);
        }
        self.starts.push(self.rows() + batch.rows() as u64);
        self.batches.push(batch);
    }

    /// The columns, in order; empty where the statement has no rows to give.
    pub fn columns(&self) -> &Arc<[Column]> {
        &self.columns
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.starts.last().copied().unwrap_or(0)
    }

    /// The pieces that have arrived, in order; for exports, which may wait for the disk.
    pub fn batches(&self) -> &[Batch] {
        &self.batches
    }

    /// One value; `None` where there is no such cell, or its batch is on disk and not loaded.
    pub fn cell(&self, row: u64, column: usize) -> Option<Cell<'_>> {
        let index = self.batch_of(row)?;
        let within = usize::try_from(row - self.starts[index]).ok()?;
        let batch = match &self.batches[index] {
            Batch::Memory(batch) => batch,
            Batch::Spilled(_) => &self.loaded.iter().find(|(loaded, _)| *loaded == index)?.1,
        };
        let kind = self.columns.get(column)?.kind;
        Some(cell(batch.column(column).as_ref(), within, kind))
    }

    /// The batches on disk that these rows need and that are not loaded.
    pub fn missing(&self, rows: Range<u64>) -> Vec<(usize, SpilledBatch)> {
        let Some(first) = self.batch_of(rows.start.min(self.rows().saturating_sub(1))) else {
            return Vec::new();
        };
        (first..self.batches.len())
            .take_while(|index| self.starts[*index] < rows.end)
            .filter(|index| !self.loaded.iter().any(|(loaded, _)| loaded == index))
            .filter_map(|index| match &self.batches[index] {
                Batch::Spilled(batch) => Some((index, batch.clone())),
                Batch::Memory(_) => None,
            })
            .collect()
    }

    /// Keep a batch that was read from disk; the one read longest ago gives way.
    pub fn insert_loaded(&mut self, index: usize, batch: RecordBatch) {
        self.loaded.retain(|(loaded, _)| *loaded != index);
        self.loaded.push_back((index, batch));
        while self.loaded.len() > LOADED_LEAST && self.loaded_bytes() > LOADED_BYTES {
            self.loaded.pop_front();
        }
    }

    fn loaded_bytes(&self) -> usize {
        self.loaded
            .iter()
            .map(|(_, batch)| batch.get_array_memory_size())
            .sum()
    }

    /// Bytes that the rows take in memory.
    pub fn memory(&self) -> usize {
        let held = self.batches.iter().map(|batch| match batch {
            Batch::Memory(batch) => batch.get_array_memory_size(),
            Batch::Spilled(_) => 0,
        });
        held.sum::<usize>() + self.loaded_bytes()
    }

    fn batch_of(&self, row: u64) -> Option<usize> {
        (row < self.rows()).then(|| self.starts.partition_point(|start| *start <= row) - 1)
    }
}

/// The value at a place of an Arrow column, by the kind of the column that it was made for.
pub fn cell(array: &dyn Array, row: usize, kind: Kind) -> Cell<'_> {
    if array.is_null(row) {
        return Cell::Null;
    }
    match kind {
        Kind::Int => Cell::Int(array.as_primitive::<types::Int64Type>().value(row)),
        Kind::UInt { .. } | Kind::Year | Kind::Bit => {
            Cell::UInt(array.as_primitive::<types::UInt64Type>().value(row))
        }
        Kind::Float => Cell::Float(array.as_primitive::<types::Float32Type>().value(row)),
        Kind::Double => Cell::Double(array.as_primitive::<types::Float64Type>().value(row)),
        Kind::Binary | Kind::Geometry | Kind::Vector => {
            Cell::Binary(array.as_binary::<i32>().value(row))
        }
        Kind::Null => Cell::Null,
        Kind::Decimal
        | Kind::Date
        | Kind::DateTime
        | Kind::Time
        | Kind::Text
        | Kind::Enum
        | Kind::Set
        | Kind::Json => Cell::Text(array.as_binary::<i32>().value(row)),
    }
}
