//! An object a line, for programs.
//!
//! A change has the members `op`, `database`, `table`, `before`, `after` (objects by column; null where there is no
//! such image; a column that was not logged is missing; a JSON document of which only changes were logged, and of which
//! nothing is known before them, is an array of these), `gtid`, `file`, `pos`, `end_pos`, `timestamp`, `server_id`.
//! Everything else has the member `event` first.

use super::{
    Options, PerTable, Place, Shape,
    describe::{Described, Detail, describe},
    logged_micros, stamp,
};
use crate::engine::{
    binlog::{
        bytes::Malformed,
        column::Column,
        event::Event,
        render::Render,
        rows::{Change, Op},
        source::{Note, NoteKind},
        table::TablePlan,
        transaction::{Begin, End, Outcome, Role, Rows, Statement},
        value::Value,
    },
    digits, member,
};

/// The form.
pub(super) struct Ndjson {
    images: Images,
    changes_only: bool,
    /// `{"op":…,"database":…,"table":…,"before":` of the event that is printed.
    head: Vec<u8>,
    /// `,"gtid":…}` of the event that is printed.
    tail: Vec<u8>,
    scratch: String,
}

/// Prints row images as objects.
pub(super) struct Images {
    render: Render,
    /// `"name":` of each column.
    keys: PerTable<Box<[Box<[u8]>]>>,
}

impl Images {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            render: Render::new(options.zone.clone()),
            keys: PerTable::new(),
        }
    }

    /// Both images, with `between` before the second.
    pub(super) fn write(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        between: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let keys = self.keys.of(&rows.table, keys);
        image(&mut self.render, &rows.table, keys, change.before(), out)?;
        out.extend_from_slice(between);
        image(&mut self.render, &rows.table, keys, change.after(), out)
    }

    /// One image.
    pub(super) fn write_one(
        &mut self,
        rows: &Rows,
        values: Option<&[Value<'_>]>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let keys = self.keys.of(&rows.table, keys);
        image(&mut self.render, &rows.table, keys, values, out)
    }
}

fn keys(table: &TablePlan) -> Box<[Box<[u8]>]> {
    let key = |column: &Column| {
        let mut key = Vec::new();
        member::string(&mut key, column.name.as_bytes());
        key.push(b':');
        key.into()
    };
    table.columns.iter().map(key).collect()
}

fn image(
    render: &mut Render,
    table: &TablePlan,
    keys: &[Box<[u8]>],
    values: Option<&[Value<'_>]>,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let Some(values) = values else {
        out.extend_from_slice(b"null");
        return Ok(());
    };
    let mut separator = b'{';
    for ((column, key), value) in table.columns.iter().zip(keys).zip(values) {
        if !value.is_present() {
            continue;
        }
        out.push(separator);
        separator = b',';
        out.extend_from_slice(key);
        render.json(column, *value, out)?;
    }
    if separator == b'{' {
        out.push(b'{');
    }
    out.push(b'}');
    Ok(())
}

impl Ndjson {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            images: Images::new(options),
            changes_only: options.changes_only,
            head: Vec::new(),
            tail: Vec::new(),
            scratch: String::new(),
        }
    }

    /// Append the members that every event has, and the object's end.
    fn place(place: Place<'_>, out: &mut Vec<u8>) {
        let mut object = Object { out };
        object.gtid(place.begin);
        if let Some(raw) = place.raw {
            object.text("file", &raw.file);
            object.number("pos", raw.offset);
            object.number("end_pos", raw.end);
        }
        object.moment("timestamp", place.micros());
        let server = place
            .begin
            .map(|begin| begin.server_id)
            .or(place.raw.map(|raw| raw.header.server_id));
        if let Some(server) = server {
            object.number("server_id", server.into());
        }
        object.end();
    }
}

impl Shape for Ndjson {
    fn begin(&mut self, _begin: &Begin, _out: &mut Vec<u8>) {}

    fn rows(&mut self, place: Place<'_>, rows: &Rows) {
        let mut tail = std::mem::take(&mut self.tail);
        tail.clear();
        Self::place(place, &mut tail);
        self.tail = tail;
        self.head.clear();
        self.head.extend_from_slice(match rows.op {
            Op::Insert => b"{\"op\":\"insert\",\"database\":",
            Op::Update => b"{\"op\":\"update\",\"database\":",
            Op::Delete => b"{\"op\":\"delete\",\"database\":",
        });
        member::string(&mut self.head, rows.table.database.as_bytes());
        self.head.extend_from_slice(b",\"table\":");
        member::string(&mut self.head, rows.table.table.as_bytes());
        self.head.extend_from_slice(b",\"before\":");
    }

    fn change(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, Malformed> {
        out.extend_from_slice(&self.head);
        self.images.write(rows, change, b",\"after\":", out)?;
        out.extend_from_slice(&self.tail);
        Ok(true)
    }

    fn statement(&mut self, place: Place<'_>, statement: &Statement, out: &mut Vec<u8>) {
        if self.changes_only {
            return;
        }
        let name = match statement.role {
            Role::Change => "statement",
            Role::Savepoint => "savepoint",
            Role::RollbackTo => "rollback_to",
            Role::XaMark => "xa_mark",
            Role::AlterMark => "alter_mark",
            Role::XaEnd => "xa_end",
        };
        let mut object = Object::event(out, name);
        object.text("database", &statement.query.database());
        object.text("sql", &statement.query.shown());
        object.number("thread_id", statement.query.thread_id.into());
        object.number("exec_secs", statement.query.exec_secs.into());
        object.number("error_code", statement.query.error_code.into());
        Self::place(place, out);
    }

    fn original(&mut self, place: Place<'_>, sql: &str, out: &mut Vec<u8>) {
        if self.changes_only {
            return;
        }
        Object::event(out, "original_statement").text("sql", sql);
        Self::place(place, out);
    }

    fn other(&mut self, place: Place<'_>, event: &Event, out: &mut Vec<u8>) {
        if self.changes_only {
            return;
        }
        let Described { name, details } = describe(event);
        let mut object = Object::event(out, name);
        for (key, detail) in details {
            match detail {
                Detail::Text(text) => object.text(key, &text),
                Detail::Number(number) => object.number(key, number),
                Detail::Signed(number) => {
                    object.key(key);
                    digits::int(object.out, number);
                }
                // No server has it, and JSON neither.
                Detail::Real(number) if !number.is_finite() => {
                    object.text(key, &number.to_string());
                }
                Detail::Real(number) => {
                    object.key(key);
                    digits::double(object.out, number, &mut self.scratch);
                }
                Detail::Yes(yes) => {
                    object.key(key);
                    object
                        .out
                        .extend_from_slice(if yes { b"true" } else { b"false" });
                }
            }
        }
        Self::place(place, out);
    }

    fn end(&mut self, end: &End, rows: u64, out: &mut Vec<u8>) {
        if self.changes_only {
            return;
        }
        let mut object = Object::event(
            out,
            match end.outcome {
                Outcome::Committed => "commit",
                Outcome::RolledBack => "rollback",
                Outcome::Prepared(_) => "xa_prepare",
                Outcome::Cut => "cut",
            },
        );
        if let Outcome::Prepared(xa) = &end.outcome {
            object.text("xa", &xa.to_string());
        }
        object.number("rows", rows);
        object.number("events", end.events);
        object.number("bytes", end.bytes);
        if end.damaged > 0 {
            object.number("damaged", end.damaged);
        }
        if let Some(thread) = end.thread_id {
            object.number("thread_id", thread.into());
        }
        if let Some(xid) = end.xid {
            object.number("xid", xid);
        }
        let original = end
            .begin
            .mysql
            .as_ref()
            .and_then(|begin| begin.original_commit);
        if let Some(micros) = original.filter(|micros| *micros > 0) {
            object.moment("original_commit", micros);
        }
        object.gtid(Some(&end.begin));
        object.text("file", &end.begin.file);
        object.number("pos", end.begin.offset);
        if end.file != end.begin.file {
            object.text("end_file", &end.file);
        }
        object.number("end_pos", end.end);
        object.moment("timestamp", logged_micros(&end.begin));
        object.number("server_id", end.begin.server_id.into());
        object.end();
    }

    fn note(&mut self, note: &Note, out: &mut Vec<u8>) {
        if self.changes_only {
            return;
        }
        let mut object = Object::event(
            out,
            match note.kind {
                NoteKind::Damage => "damage",
                NoteKind::Gap => "gap",
                NoteKind::Link => "link",
                NoteKind::Info => "info",
            },
        );
        object.text("text", &note.text);
        object.text("file", &note.file);
        object.number("pos", note.offset);
        object.end();
    }
}

/// An object that has begun.
struct Object<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Object<'a> {
    fn event(out: &'a mut Vec<u8>, name: &str) -> Self {
        out.extend_from_slice(b"{\"event\":");
        member::string(out, name.as_bytes());
        Self { out }
    }

    fn key(&mut self, key: &str) {
        self.out.extend_from_slice(b",\"");
        self.out.extend_from_slice(key.as_bytes());
        self.out.extend_from_slice(b"\":");
    }

    fn text(&mut self, key: &str, text: &str) {
        self.key(key);
        member::string(self.out, text.as_bytes());
    }

    fn number(&mut self, key: &str, number: u64) {
        self.key(key);
        digits::uint(self.out, number, 0);
    }

    fn moment(&mut self, key: &str, micros: u64) {
        self.key(key);
        // What a server makes up to send it has no time.
        if micros == 0 {
            self.out.extend_from_slice(b"null");
            return;
        }
        self.out.push(b'"');
        stamp(self.out, micros, b'T');
        self.out.push(b'"');
    }

    fn gtid(&mut self, begin: Option<&Begin>) {
        if let Some(gtid) = begin.and_then(|begin| begin.gtid) {
            self.text("gtid", &gtid.to_string());
        } else {
            self.key("gtid");
            self.out.extend_from_slice(b"null");
        }
    }

    fn end(self) {
        self.out.extend_from_slice(b"}\n");
    }
}
