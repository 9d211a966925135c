//! What the events of both servers say, from MySQL 5.0 to 9 and MariaDB 10 to 12.
//!
//! Every event becomes an [`Event`]; one that is not known keeps its number and size. Rows and table maps are only
//! cut here: `table.rs` and `rows.rs` read them, for those who want their values.
//!
//! Texts are bytes until they are shown, as their character set is a part of the event.

mod load;
mod mariadb;
mod mysql;
mod query;
mod rows;
pub mod secret;

use bytes::Bytes;

use super::{
    bytes::{Malformed, Reader},
    charset::Charset,
    frame::{FLAG_ARTIFICIAL, Flavour, Format, Header, RawEvent, rotate_without_checksum},
    gtid::{MariaGtidState, MySqlGtidSet},
    kind,
    rows::Op,
};

pub use load::{Load, LoadQuery, LoadStep};
pub use mariadb::{MariaBegin, StartEncryption};
pub use mysql::{GtidEvent, Payload, TransactionContext, ViewChange, Xa};
pub use query::{Query, StatusVars};
pub use rows::{RowsHead, TableHead};

/// One event, read.
#[derive(Clone, Debug)]
pub enum Event {
    /// The next event is in another file.
    Rotate(Rotate),
    /// How events are laid out from here on.
    FormatDescription(Box<Format>),
    /// What the files before this one hold (MySQL).
    PreviousGtids(MySqlGtidSet),
    /// What the files before this one hold (MariaDB).
    GtidList(MariaGtidState),
    /// A transaction of MySQL begins.
    Gtid(GtidEvent),
    /// A transaction of MariaDB begins.
    MariaGtid(MariaBegin),
    /// A statement, BEGIN, COMMIT or ROLLBACK among them.
    Query(Box<Query>),
    /// COMMIT, with the number that the storage engine has for it.
    Xid(u64),
    /// XA PREPARE, or its one-phase commit.
    XaPrepare(Xa),
    /// The numbers of a table, which rows name.
    TableMap(TableHead),
    /// Rows of one operation on one table.
    Rows(RowsHead),
    /// The statement behind the rows that follow (MySQL), in UTF-8.
    RowsQuery(Bytes),
    /// The statement behind the rows that follow (MariaDB), in UTF-8.
    AnnotateRows(Bytes),
    /// An automatic value for the next statement.
    IntVar(IntVar),
    /// Seeds of `RAND()` for the next statement.
    Rand(u64, u64),
    /// A user variable for the next statement.
    UserVar(UserVar),
    /// A part of a file for LOAD DATA.
    Load(Load),
    /// LOAD DATA, whose file came before it.
    LoadQuery(Box<LoadQuery>),
    /// A compressed transaction.
    Payload(Payload),
    /// Something happened that is not in the log: changes are missing.
    Incident {
        /// 1 is "lost events".
        code: u16,
        /// The server's words.
        message: Bytes,
    },
    /// A sign of life: nothing new beyond this place.
    Heartbeat {
        /// The file that the server reads.
        file: String,
        /// In bytes.
        offset: u64,
    },
    /// The server was stopped in order.
    Stop,
    /// Group replication: the members have changed.
    ViewChange(ViewChange),
    /// Group replication: what the transaction was checked against.
    TransactionContext(TransactionContext),
    /// The oldest file that crash recovery needs (MariaDB).
    BinlogCheckpoint(String),
    /// What follows in this file is encrypted (MariaDB).
    StartEncryption(StartEncryption),
    /// What a reader may pass over.
    Ignorable(Bytes),
    /// An event that is not known here.
    Unknown {
        /// Its number.
        kind: u8,
        /// Bytes of its body.
        size: usize,
    },
}

/// Where the log goes on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotate {
    /// The name of the file.
    pub file: String,
    /// Where in it.
    pub offset: u64,
    /// It stands in no file: the server says where it begins to send.
    pub artificial: bool,
}

/// An automatic value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntVar {
    /// What `LAST_INSERT_ID()` gives.
    LastInsertId(u64),
    /// What the next AUTO_INCREMENT takes.
    InsertId(u64),
    /// A kind that is not known.
    Other(u8, u64),
}

/// `SET @name = value`.
#[derive(Clone, Debug, PartialEq)]
pub struct UserVar {
    /// Without the `@`.
    pub name: Bytes,
    /// Its value.
    pub value: UserValue,
}

/// What a user variable holds.
#[derive(Clone, Debug, PartialEq)]
pub enum UserValue {
    /// NULL.
    Null,
    /// Text in the charset of a collation.
    Text(Bytes, Charset),
    /// A floating-point number.
    Real(f64),
    /// An integer.
    Int(i64),
    /// An integer without sign.
    Uint(u64),
    /// A DECIMAL: precision, scale and digits as they are stored.
    Decimal(Bytes),
    /// A kind that is not known, with its bytes.
    Other(u8, Bytes),
}

impl Event {
    /// Read an event whose file is laid out so. Compressed ones of MariaDB are expanded before
    /// ([`payload::expand`](super::payload::expand)), else they are unknown.
    pub fn parse(raw: &RawEvent, format: Option<&Format>) -> Result<Self, Malformed> {
        let RawEvent { header, body, .. } = raw;
        let Some(format) = format else {
            return Self::parse_first(header, body);
        };
        let mut reader = Reader::new(body);
        let event = match header.kind {
            kind::TABLE_MAP => Self::TableMap(TableHead::parse(body, format)?),
            kind if Op::of(kind).is_some() => Self::Rows(RowsHead::parse(kind, body, format)?),
            kind::GTID | kind::ANONYMOUS_GTID => {
                Self::Gtid(GtidEvent::parse(header.kind, body, format)?)
            }
            kind::GTID_TAGGED => Self::Gtid(GtidEvent::parse_tagged(body)?),
            kind::MARIADB_GTID => Self::MariaGtid(MariaBegin::parse(header.server_id, body)?),
            kind::QUERY => Self::Query(Box::new(Query::parse(body, format)?)),
            kind::XID => Self::Xid(fixed(body, kind::XID, format)?.u64()?),
            kind::XA_PREPARE => Self::XaPrepare(Xa::parse(body)?),
            kind::ROWS_QUERY => {
                // The length is of one byte and was cut off where the text is longer.
                reader.skip(1)?;
                Self::RowsQuery(body.slice_ref(reader.rest()))
            }
            kind::ANNOTATE_ROWS => Self::AnnotateRows(body.clone()),
            kind::ROTATE => Self::Rotate(Rotate::parse(header, body)?),
            kind::FORMAT_DESCRIPTION => Self::FormatDescription(Box::new(Format::parse(body)?)),
            kind::PREVIOUS_GTIDS => Self::PreviousGtids(MySqlGtidSet::decode(body)?),
            kind::GTID_LIST => Self::GtidList(MariaGtidState::decode(body)?),
            kind::INTVAR => Self::IntVar(IntVar::parse(fixed(body, kind::INTVAR, format)?)?),
            kind::RAND => {
                let mut reader = fixed(body, kind::RAND, format)?;
                Self::Rand(reader.u64()?, reader.u64()?)
            }
            kind::USER_VAR => Self::UserVar(UserVar::parse(body, format)?),
            kind::BEGIN_LOAD_QUERY | kind::APPEND_BLOCK | kind::DELETE_FILE | kind::EXEC_LOAD => {
                Self::Load(Load::parse(header.kind, body)?)
            }
            kind::EXECUTE_LOAD_QUERY => Self::LoadQuery(Box::new(LoadQuery::parse(body, format)?)),
            kind::TRANSACTION_PAYLOAD => Self::Payload(Payload::parse(body)?),
            kind::INCIDENT => Self::Incident {
                code: reader.u16()?,
                message: body.slice_ref(reader.bytes_u8()?),
            },
            kind::HEARTBEAT => Self::Heartbeat {
                file: text(body),
                offset: u64::from(header.log_pos),
            },
            kind::HEARTBEAT_V2 => mysql::heartbeat(body)?,
            kind::STOP => Self::Stop,
            kind::VIEW_CHANGE => Self::ViewChange(ViewChange::parse(body)?),
            kind::TRANSACTION_CONTEXT => Self::TransactionContext(TransactionContext::parse(body)?),
            kind::BINLOG_CHECKPOINT => {
                let length = reader.u32()?;
                Self::BinlogCheckpoint(text(reader.take(length as usize)?))
            }
            kind::START_ENCRYPTION => Self::StartEncryption(StartEncryption::parse(body)?),
            kind::IGNORABLE => Self::Ignorable(body.clone()),
            kind => Self::Unknown {
                kind,
                size: body.len(),
            },
        };
        Ok(event)
    }

    /// What may come before any description: where a server begins to send.
    fn parse_first(header: &Header, body: &Bytes) -> Result<Self, Malformed> {
        match header.kind {
            kind::ROTATE => Ok(Self::Rotate(Rotate::parse(
                header,
                &rotate_without_checksum(header, body),
            )?)),
            kind::FORMAT_DESCRIPTION => Ok(Self::FormatDescription(Box::new(Format::parse(body)?))),
            kind::HEARTBEAT => Ok(Self::Heartbeat {
                file: text(body),
                offset: u64::from(header.log_pos),
            }),
            _ => Err(Malformed("an event before the description of the file")),
        }
    }
}

impl Rotate {
    fn parse(header: &Header, body: &[u8]) -> Result<Self, Malformed> {
        let mut reader = Reader::new(body);
        Ok(Self {
            offset: reader.u64()?,
            file: text(reader.rest()),
            artificial: header.has(FLAG_ARTIFICIAL) || header.timestamp == 0,
        })
    }
}

impl IntVar {
    fn parse(mut reader: Reader<'_>) -> Result<Self, Malformed> {
        let kind = reader.u8()?;
        let value = reader.u64()?;
        Ok(match kind {
            1 => Self::LastInsertId(value),
            2 => Self::InsertId(value),
            kind => Self::Other(kind, value),
        })
    }
}

impl UserVar {
    fn parse(body: &Bytes, format: &Format) -> Result<Self, Malformed> {
        let mut reader = fixed(body, kind::USER_VAR, format)?;
        let length = reader.u32()?;
        let name = body.slice_ref(reader.take(length as usize)?);
        if reader.u8()? != 0 {
            let value = UserValue::Null;
            return Ok(Self { name, value });
        }
        let kind = reader.u8()?;
        let charset = Charset::of_collation(u64::from(reader.u32()?));
        let length = reader.u32()?;
        let bytes = reader.take(length as usize)?;
        // Older servers end here; what is without sign is then not known.
        let unsigned = reader.u8().is_ok_and(|flags| flags & 1 != 0);
        let mut number = Reader::new(bytes);
        let value = match kind {
            0 => UserValue::Text(body.slice_ref(bytes), charset),
            1 => UserValue::Real(f64::from_bits(number.u64()?)),
            2 if unsigned => UserValue::Uint(number.u64()?),
            2 => UserValue::Int(number.i64()?),
            4 => UserValue::Decimal(body.slice_ref(bytes)),
            kind => UserValue::Other(kind, body.slice_ref(bytes)),
        };
        Ok(Self { name, value })
    }
}

/// Behind the fixed part of an event, where its description says how long that is.
fn fixed<'a>(body: &'a [u8], kind: u8, format: &Format) -> Result<Reader<'a>, Malformed> {
    let mut reader = Reader::new(body);
    reader.skip(format.post_header_len(kind).unwrap_or(0))?;
    Ok(reader)
}

/// A name of the server's own, such as a file's.
fn text(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| *byte == 0);
    let bytes = bytes.get(..end.unwrap_or(bytes.len())).unwrap_or(bytes);
    String::from_utf8_lossy(bytes).into_owned()
}

/// What an event of MariaDB alone may hold.
fn is_mariadb(format: &Format) -> bool {
    format.flavour == Flavour::MariaDb
}

#[cfg(test)]
mod tests;
