//! LOAD DATA in statement format: the file comes in blocks, then the statement that reads it.

use bytes::Bytes;

use super::Query;
use crate::engine::binlog::{
    bytes::{Malformed, Reader},
    frame::Format,
    kind,
};

/// A part of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Which file.
    pub file_id: u32,
    /// What becomes of it.
    pub step: LoadStep,
    /// The block, where there is one.
    pub data: Bytes,
}

/// What an event does with the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoadStep {
    /// Its first block.
    Begin,
    /// A further one.
    Append,
    /// It is complete (before 5.0.3).
    Execute,
    /// It is not wanted.
    Delete,
}

impl Load {
    pub(super) fn parse(kind: u8, body: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        Ok(Self {
            file_id: reader.u32()?,
            step: match kind {
                kind::BEGIN_LOAD_QUERY => LoadStep::Begin,
                kind::APPEND_BLOCK => LoadStep::Append,
                kind::EXEC_LOAD => LoadStep::Execute,
                _ => LoadStep::Delete,
            },
            data: body.slice_ref(reader.rest()),
        })
    }
}

/// The statement.
#[derive(Clone, Debug)]
pub struct LoadQuery {
    /// LOAD DATA as it was sent, with the name of the file as it was there.
    pub query: Query,
    /// Which file.
    pub file_id: u32,
    /// Where in the statement the file's name stands, with its keyword; in bytes.
    pub file_name: (u32, u32),
}

/// Bytes of the fixed part that QUERY has not.
const MORE: usize = 13;

impl LoadQuery {
    pub(super) fn parse(body: &Bytes, format: &Format) -> Result<Self, Malformed> {
        let fixed = format
            .post_header_len(kind::EXECUTE_LOAD_QUERY)
            .unwrap_or(26);
        let Some(own) = fixed.checked_sub(MORE) else {
            return Err(Malformed("a LOAD DATA of an impossible size"));
        };
        let mut reader = Reader::new(body);
        reader.skip(own)?;
        Ok(Self {
            file_id: reader.u32()?,
            file_name: (reader.u32()?, reader.u32()?),
            query: Query::parse_after(body, fixed, MORE, format)?,
        })
    }
}
