//! The temporary file that takes what does not fit in memory: one Arrow IPC message after another.
//!
//! The file has no name from the moment it is made (mode 0600), so nothing is left of it when the program ends,
//! however it ends.

use std::{
    fs::File,
    io::{self, Seek as _, Write as _},
    os::unix::fs::FileExt as _,
    sync::Arc,
};

use arrow_array::RecordBatch;
use arrow_buffer::Buffer;
use arrow_ipc::{
    Block, MetadataVersion,
    reader::FileDecoder,
    writer::{
        DictionaryTracker, IpcDataGenerator, IpcWriteContext, IpcWriteOptions, write_message,
    },
};
use arrow_schema::{ArrowError, SchemaRef};

use crate::engine::{Error, Result};

/// Where the rows of one batch stand in the temporary file.
#[derive(Clone, Debug)]
pub struct SpilledBatch {
    file: Arc<File>,
    schema: SchemaRef,
    offset: u64,
    metadata: usize,
    body: usize,
    rows: usize,
}

impl SpilledBatch {
    /// How many rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Bytes that they take in the file, about what they take in memory.
    pub fn bytes(&self) -> usize {
        self.metadata + self.body
    }

    /// Read them back. This waits for the disk.
    pub fn read(&self) -> Result<RecordBatch> {
        let mut bytes = vec![0; self.metadata + self.body];
        self.file
            .read_exact_at(&mut bytes, self.offset)
            .map_err(|source| Error::Spill { source })?;
        let length = |bytes: usize| {
            i64::try_from(bytes)
                .map_err(io::Error::other)
                .map_err(|source| Error::Spill { source })
        };
        let metadata = i32::try_from(self.metadata)
            .map_err(io::Error::other)
            .map_err(|source| Error::Spill { source })?;
        let block = Block::new(0, metadata, length(self.body)?);
        FileDecoder::new(self.schema.clone(), MetadataVersion::V5)
            .read_record_batch(&block, &Buffer::from_vec(bytes))
            .map_err(spill_error)?
            .ok_or_else(|| Error::Spill {
                source: io::Error::other("a batch without rows"),
            })
    }
}

/// Writes batches to a temporary file of its own.
pub(super) struct SpillWriter {
    file: Arc<File>,
    schema: SchemaRef,
    offset: u64,
}

impl SpillWriter {
    /// Make the file in `TMPDIR`, else in the user's cache folder: `/tmp` may itself be memory.
    pub(super) fn new(schema: SchemaRef) -> Result<Self> {
        let cache = directories::ProjectDirs::from("", "", "porthole")
            .map(|folders| folders.cache_dir().to_owned())
            .filter(|_| std::env::var_os("TMPDIR").is_none());
        let made = cache
            .and_then(|folder| std::fs::create_dir_all(&folder).ok().map(|()| folder))
            .map_or_else(tempfile::tempfile, tempfile::tempfile_in);
        let file = made.map_err(|source| Error::Spill { source })?;
        Ok(Self {
            file: Arc::new(file),
            schema,
            offset: 0,
        })
    }

    /// Append a batch. What was written before stays readable if this fails.
    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<SpilledBatch> {
        let options = IpcWriteOptions::default();
        let (_, encoded) = IpcDataGenerator::default()
            .encode(
                batch,
                &mut DictionaryTracker::new(false),
                &options,
                &mut IpcWriteContext::default(),
            )
            .map_err(spill_error)?;
        let mut file = self.file.as_ref();
        file.seek(io::SeekFrom::Start(self.offset))
            .map_err(|source| Error::Spill { source })?;
        let (metadata, body) = write_message(&mut file, encoded, &options).map_err(spill_error)?;
        file.flush().map_err(|source| Error::Spill { source })?;
        let spilled = SpilledBatch {
            file: self.file.clone(),
            schema: self.schema.clone(),
            offset: self.offset,
            metadata,
            body,
            rows: batch.num_rows(),
        };
        self.offset += (metadata + body) as u64;
        Ok(spilled)
    }
}

fn spill_error(error: ArrowError) -> Error {
    let source = match error {
        ArrowError::IoError(_, source) => source,
        other => io::Error::other(other),
    };
    Error::Spill { source }
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, BinaryArray, Int64Array};

    use super::*;

    #[test]
    fn batches_come_back_as_they_were_written() {
        let batch = |from: i64| {
            let numbers: ArrayRef =
                Arc::new(Int64Array::from((from..from + 3).collect::<Vec<_>>()));
            let texts: ArrayRef = Arc::new(BinaryArray::from_iter([
                Some("a".as_bytes()),
                None,
                Some(&[0xff; 100]),
            ]));
            RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap()
        };
        let schema = RecordBatch::try_from_iter_with_nullable([
            ("n", batch(0).column(0).clone(), true),
            ("t", batch(0).column(1).clone(), true),
        ])
        .unwrap()
        .schema();
        let mut writer = SpillWriter::new(schema.clone()).unwrap();
        let written: Vec<_> = (0..3)
            .map(|index| {
                let batch = batch(index * 10).with_schema(schema.clone()).unwrap();
                (writer.write(&batch).unwrap(), batch)
            })
            .collect();
        drop(writer);
        for (spilled, batch) in written.iter().rev() {
            assert_eq!(spilled.read().unwrap(), *batch);
        }
    }
}
