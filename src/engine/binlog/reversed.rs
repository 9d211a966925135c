//! Records that are written in one order and read in the other, in a temporary file: how many there are does not
//! matter.

use std::{
    fs::File,
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
};

use crate::engine::{Error, Result};

/// Bytes that are written and read at once.
const BLOCK: usize = 1 << 20;
/// Bytes behind those of a record: its length, and the tag.
const TRAILER: u64 = 9;

/// Records that are written.
pub struct Reversed {
    file: BufWriter<File>,
    length: u64,
}

impl Reversed {
    /// None yet.
    pub fn new() -> Result<Self> {
        let file = tempfile::tempfile().map_err(spill)?;
        Ok(Self {
            file: BufWriter::with_capacity(BLOCK, file),
            length: 0,
        })
    }

    /// One more, with a mark of the writer's own.
    pub fn put(&mut self, tag: u8, bytes: &[u8]) -> Result<()> {
        let length = bytes.len() as u64;
        let mut put = |bytes: &[u8]| self.file.write_all(bytes).map_err(spill);
        put(bytes)?;
        put(&length.to_le_bytes())?;
        put(&[tag])?;
        self.length += length + TRAILER;
        Ok(())
    }

    /// Forget them all.
    pub fn clear(&mut self) -> Result<()> {
        self.length = 0;
        self.file.seek(SeekFrom::Start(0)).map_err(spill)?;
        Ok(())
    }

    /// Read them, the last first.
    pub fn read(self) -> Result<Records> {
        let file = self.file.into_inner();
        Ok(Records {
            file: file.map_err(|error| spill(error.into_error()))?,
            unread: self.length,
            block: Vec::new(),
        })
    }
}

/// Records that are read.
pub struct Records {
    file: File,
    /// Bytes of the file that are not in `block`.
    unread: u64,
    /// What was read and not given out.
    block: Vec<u8>,
}

impl Records {
    /// The one before.
    #[expect(
        clippy::should_implement_trait,
        reason = "an iterator of results does not stop at the first error"
    )]
    pub fn next(&mut self) -> Result<Option<(u8, Vec<u8>)>> {
        if self.block.is_empty() && self.unread == 0 {
            return Ok(None);
        }
        let trailer = self.take(TRAILER).map_err(spill)?;
        let Some(([tag], length)) = trailer
            .split_last_chunk::<1>()
            .map(|(length, tag)| (tag, length))
        else {
            return Err(spill(io::ErrorKind::InvalidData.into()));
        };
        let length = length.try_into().map(u64::from_le_bytes);
        let length = length.map_err(|error| spill(io::Error::other(error)))?;
        Ok(Some((*tag, self.take(length).map_err(spill)?)))
    }

    /// The last bytes.
    fn take(&mut self, count: u64) -> io::Result<Vec<u8>> {
        let count = usize::try_from(count).map_err(io::Error::other)?;
        while self.block.len() < count {
            let more = ((count - self.block.len()).max(BLOCK) as u64).min(self.unread);
            if more == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            self.unread -= more;
            self.file.seek(SeekFrom::Start(self.unread))?;
            let mut block = Vec::new();
            let mut part = io::Read::by_ref(&mut self.file).take(more);
            part.read_to_end(&mut block)?;
            if block.len() as u64 != more {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            block.append(&mut self.block);
            self.block = block;
        }
        Ok(self.block.split_off(self.block.len() - count))
    }
}

fn spill(source: io::Error) -> Error {
    Error::Spill { source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_come_back_in_the_other_order_whatever_their_size() {
        let sizes = [0, 1, 9, BLOCK - 9, BLOCK, 3 * BLOCK + 1, 5];
        let record = |size: usize| vec![size as u8; size];
        let mut kept = Reversed::new().unwrap();
        kept.put(7, b"forgotten").unwrap();
        kept.clear().unwrap();
        for (tag, size) in sizes.into_iter().enumerate() {
            kept.put(tag as u8, &record(size)).unwrap();
        }
        let mut records = kept.read().unwrap();
        for (tag, size) in sizes.into_iter().enumerate().rev() {
            assert_eq!(records.next().unwrap(), Some((tag as u8, record(size))));
        }
        assert_eq!(records.next().unwrap(), None);
    }
}
