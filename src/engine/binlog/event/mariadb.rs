//! Events that MariaDB alone writes.

use bytes::Bytes;

use super::Xa;
use crate::engine::binlog::{
    bytes::{Malformed, Reader},
    gtid::MariaGtid,
};

/// MariaDB's GTID: a transaction begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MariaBegin {
    /// Its name.
    pub gtid: MariaGtid,
    /// `FLAG_…`.
    pub flags: u8,
    /// Transactions with the same number were committed together.
    pub commit_id: Option<u64>,
    /// The distributed transaction that is prepared, or whose end this is.
    pub xa: Option<Xa>,
    /// The number of the ALTER that this one begins or ends (`binlog_alter_two_phase`).
    pub alter: Option<u64>,
    /// The connection that ran it, where that is logged here (11.5 and newer).
    pub thread_id: Option<u32>,
    /// The further flags, 0 where there are none.
    pub more_flags: u8,
}

impl MariaBegin {
    /// The transaction is the one event that follows, without a COMMIT.
    pub const FLAG_STANDALONE: u8 = 1;
    const FLAG_COMMIT_ID: u8 = 2;
    /// All its tables are transactional.
    pub const FLAG_TRANSACTIONAL: u8 = 4;
    /// Its writer had to wait for a lock.
    pub const FLAG_WAITED: u8 = 16;
    /// It is a DDL.
    pub const FLAG_DDL: u8 = 32;
    /// XA PREPARE.
    pub const FLAG_PREPARED_XA: u8 = 64;
    /// XA COMMIT or XA ROLLBACK.
    pub const FLAG_COMPLETED_XA: u8 = 128;

    const MORE_ENGINES: u8 = 1;
    /// [`MariaBegin::more_flags`]: the first half of an ALTER.
    pub const MORE_START_ALTER: u8 = 2;
    /// [`MariaBegin::more_flags`]: the second half of an ALTER, which succeeded.
    pub const MORE_COMMIT_ALTER: u8 = 4;
    /// [`MariaBegin::more_flags`]: the second half of an ALTER, which failed.
    pub const MORE_ROLLBACK_ALTER: u8 = 8;
    const MORE_THREAD_ID: u8 = 16;

    /// Read the event's body; the server's number stands in its header.
    pub fn parse(server: u32, body: &Bytes) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        let number = reader.u64()?;
        let domain = reader.u32()?;
        let flags = reader.u8()?;
        let mut begin = Self {
            gtid: MariaGtid {
                domain,
                server,
                number,
            },
            flags,
            commit_id: None,
            xa: None,
            alter: None,
            thread_id: None,
            more_flags: 0,
        };
        if begin.has(Self::FLAG_COMMIT_ID) {
            begin.commit_id = Some(reader.u64()?);
        }
        if flags & (Self::FLAG_PREPARED_XA | Self::FLAG_COMPLETED_XA) != 0 {
            let format_id = reader.i32()?;
            let (gtrid, bqual) = (reader.u8()?, reader.u8()?);
            begin.xa = Some(Xa {
                one_phase: false,
                format_id,
                gtrid: body.slice_ref(reader.take(usize::from(gtrid))?),
                bqual: body.slice_ref(reader.take(usize::from(bqual))?),
            });
        }
        // Short events are filled up with zeros, which say the same as nothing; what is longer is of newer servers.
        begin.more(&mut reader).ok();
        Ok(begin)
    }

    fn more(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        self.more_flags = reader.u8()?;
        if self.more_flags & Self::MORE_ENGINES != 0 {
            reader.skip(1)?;
        }
        if self.more_flags & (Self::MORE_COMMIT_ALTER | Self::MORE_ROLLBACK_ALTER) != 0 {
            self.alter = Some(reader.u64()?);
        }
        if self.more_flags & Self::MORE_START_ALTER != 0 {
            self.alter = Some(self.gtid.number);
        }
        if self.more_flags & Self::MORE_THREAD_ID != 0 {
            self.thread_id = Some(reader.u32()?);
        }
        Ok(())
    }

    /// Whether all `flags` are set.
    pub fn has(&self, flags: u8) -> bool {
        self.flags & flags == flags
    }
}

/// How the rest of a file is encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartEncryption {
    /// The algorithm's number.
    pub scheme: u8,
    /// The version of the server's key.
    pub key_version: u32,
}

impl StartEncryption {
    pub(super) fn parse(body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        Ok(Self {
            scheme: reader.u8()?,
            key_version: reader.u32()?,
        })
    }
}
