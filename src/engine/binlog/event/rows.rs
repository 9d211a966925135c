//! The heads of TABLE_MAP and rows events: enough to say which table and which operation, so that an event that
//! nobody wants costs no more than this.

use bytes::Bytes;

use crate::engine::binlog::{
    bytes::{Malformed, Reader},
    frame::Format,
    kind,
    rows::Op,
    table::table_id,
};

/// The head of a TABLE_MAP.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableHead {
    /// The number that rows of the same statement name.
    pub id: u64,
    /// The database, in UTF-8.
    pub database: Bytes,
    /// The table, in UTF-8.
    pub table: Bytes,
}

impl TableHead {
    /// Read it from the event's body.
    #[inline]
    pub fn parse(body: &Bytes, format: &Format) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let id = table_id(&mut reader, kind::TABLE_MAP, format)?;
        reader.skip(2)?;
        let database = reader.lenenc_bytes()?;
        reader.skip(1)?;
        let table = reader.lenenc_bytes()?;
        Ok(Self {
            id,
            database: body.slice_ref(database),
            table: body.slice_ref(table),
        })
    }
}

/// The head of a rows event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowsHead {
    /// What was done with the rows.
    pub op: Op,
    /// Which table: the number of a TABLE_MAP before it.
    pub table_id: u64,
    /// `ENDS_STATEMENT` and others of the server.
    pub flags: u16,
}

impl RowsHead {
    /// [`RowsHead::flags`]: the last of its statement; the numbers of tables mean nothing after it.
    pub const ENDS_STATEMENT: u16 = 1;

    /// Read it from the event's body.
    #[inline]
    pub fn parse(kind: u8, body: &[u8], format: &Format) -> Result<Self, Malformed> {
        let Some(op) = Op::of(kind) else {
            return Err(Malformed("an event without rows"));
        };
        let mut reader = Reader::new(body);
        Ok(Self {
            op,
            table_id: table_id(&mut reader, kind, format)?,
            flags: reader.u16()?,
        })
    }

    /// It is of no table and has no rows: it only ends its statement.
    pub fn is_empty(&self) -> bool {
        self.table_id == 0xff_ffff
    }

    /// Whether its statement ends with it.
    pub fn ends_statement(&self) -> bool {
        self.flags & Self::ENDS_STATEMENT != 0
    }
}
