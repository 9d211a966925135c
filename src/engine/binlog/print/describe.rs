//! Events other than rows and statements, as a name and named details.

use crate::engine::{
    binlog::{
        event::{Event, IntVar, LoadStep, UserValue},
        frame::Flavour,
        kind,
    },
    digits,
};

/// A detail.
pub(super) enum Detail {
    Text(String),
    Number(u64),
    Signed(i64),
    Real(f64),
    Yes(bool),
}

impl From<u64> for Detail {
    fn from(number: u64) -> Self {
        Self::Number(number)
    }
}

impl From<u32> for Detail {
    fn from(number: u32) -> Self {
        Self::Number(number.into())
    }
}

impl From<String> for Detail {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Detail {
    fn from(yes: bool) -> Self {
        Self::Yes(yes)
    }
}

impl From<&str> for Detail {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&[u8]> for Detail {
    fn from(bytes: &[u8]) -> Self {
        Self::Text(String::from_utf8_lossy(bytes).into_owned())
    }
}

/// What an event is called, and what it says.
pub(super) struct Described {
    pub(super) name: &'static str,
    pub(super) details: Vec<(&'static str, Detail)>,
}

fn named(name: &'static str) -> Described {
    Described {
        name,
        details: Vec::new(),
    }
}

impl Described {
    fn with(mut self, key: &'static str, detail: impl Into<Detail>) -> Self {
        self.details.push((key, detail.into()));
        self
    }
}

/// Describe an event.
pub(super) fn describe(event: &Event) -> Described {
    match event {
        Event::Rotate(rotate) => named("rotate")
            .with("next_file", rotate.file.clone())
            .with("next_pos", rotate.offset),
        Event::FormatDescription(format) => {
            let product = match format.flavour {
                Flavour::MySql => "MySQL",
                Flavour::MariaDb => "MariaDB",
            };
            named("format_description")
                .with("product", product)
                .with("server_version", format.server_version.clone())
                .with("checksum", format.checksum)
        }
        Event::PreviousGtids(set) => named("previous_gtids").with("gtids", set.to_string()),
        Event::GtidList(state) => named("gtid_list").with("gtids", state.to_string()),
        Event::Gtid(begin) => match begin.gtid {
            Some(gtid) => named("gtid").with("gtid", gtid.to_string()),
            None => named("gtid"),
        },
        Event::MariaGtid(begin) => named("gtid").with("gtid", begin.gtid.to_string()),
        Event::Query(query) => named("statement").with("sql", query.shown().into_owned()),
        Event::Xid(xid) => named("xid").with("xid", *xid),
        Event::XaPrepare(xa) => named("xa_prepare").with("xa", xa.to_string()),
        Event::TableMap(head) => named("table_map")
            .with("database", head.database.as_ref())
            .with("table", head.table.as_ref()),
        Event::Rows(head) => named("rows").with("op", head.op.name()),
        Event::RowsQuery(sql) | Event::AnnotateRows(sql) => {
            named("original_statement").with("sql", sql.as_ref())
        }
        Event::IntVar(variable) => match variable {
            IntVar::LastInsertId(value) => named("variable").with("last_insert_id", *value),
            IntVar::InsertId(value) => named("variable").with("insert_id", *value),
            IntVar::Other(kind, value) => named("variable")
                .with("kind", u32::from(*kind))
                .with("value", *value),
        },
        Event::Rand(first, second) => named("rand").with("seed1", *first).with("seed2", *second),
        Event::UserVar(variable) => named("user_variable")
            .with("name", variable.name.as_ref())
            .with("value", user_value(&variable.value)),
        Event::Load(load) => named("load_block")
            .with("file_id", load.file_id)
            .with("step", step(load.step))
            .with("bytes", load.data.len() as u64),
        Event::LoadQuery(load) => named("load_data")
            .with("database", load.query.database().into_owned())
            .with("sql", load.query.shown().into_owned())
            .with("file_id", load.file_id),
        Event::Payload(payload) => {
            named("compressed_transaction").with("bytes", payload.data.len() as u64)
        }
        Event::Incident { code, message } => named("incident")
            .with("code", u32::from(*code))
            .with("message", message.as_ref()),
        Event::Heartbeat { file, offset } => named("heartbeat")
            .with("log_file", file.clone())
            .with("log_pos", *offset),
        Event::Stop => named("stop"),
        Event::ViewChange(change) => named("view_change")
            .with("view", change.view.clone())
            .with("number", change.number),
        Event::TransactionContext(_) => named("transaction_context"),
        Event::BinlogCheckpoint(file) => {
            named("binlog_checkpoint").with("oldest_file", file.clone())
        }
        Event::StartEncryption(start) => named("start_encryption")
            .with("scheme", u32::from(start.scheme))
            .with("key_version", start.key_version),
        Event::Ignorable(body) => named("ignorable").with("bytes", body.len() as u64),
        Event::Unknown { kind, size } => named("unknown")
            .with("type", u32::from(*kind))
            .with("name", kind::name(*kind).unwrap_or("unknown"))
            .with("bytes", *size as u64),
    }
}

fn step(step: LoadStep) -> &'static str {
    match step {
        LoadStep::Begin => "begin",
        LoadStep::Append => "append",
        LoadStep::Execute => "execute",
        LoadStep::Delete => "delete",
    }
}

fn user_value(value: &UserValue) -> Detail {
    match value {
        UserValue::Null => Detail::Text("NULL".to_owned()),
        UserValue::Text(bytes, charset) => {
            let mut out = Vec::new();
            charset.decode(bytes, &mut out);
            out.as_slice().into()
        }
        UserValue::Real(number) => Detail::Real(*number),
        UserValue::Int(number) => Detail::Signed(*number),
        UserValue::Uint(number) => Detail::Number(*number),
        UserValue::Decimal(bytes) | UserValue::Other(_, bytes) => {
            let mut hex = Vec::new();
            digits::hex(&mut hex, bytes);
            hex.as_slice().into()
        }
    }
}
