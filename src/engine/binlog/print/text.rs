//! By transaction, for people: what was changed is seen at once.
//!
//! ```text
//! 2026-11-21 23:20:01.123456  3e11fa47-…:17  server 1  binlog.000003:1234
//!   > UPDATE item SET price = 5 WHERE id = 7
//!   ~ shop.item  id=7  price: 4 → 5
//!   committed: 1 row, 512 bytes, thread 42
//! ```
//!
//! An insert begins with `+`, a delete with `-`, an update with `~`: it shows the key, and of the other columns those
//! that were changed. Where the key is not known all columns are shown. Nothing that a server sent can move the
//! cursor or reorder what stands beside it.

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
        table::{Origin, TablePlan},
        transaction::{Begin, End, Outcome, Role, Rows, Statement},
        value::Value,
    },
    digits, member,
    value::{Cell, Kind},
    visible,
};

/// The longest value that is shown whole, in bytes.
const LONGEST: usize = 256;

/// The form.
pub(super) struct Text {
    render: Render,
    tables: PerTable<Names>,
    whole: bool,
    coloured: bool,
    /// A transaction's line was printed.
    inside: bool,
    scratch: String,
}

/// A table's names, ready to be printed.
struct Names {
    /// `shop.item`
    table: Box<[u8]>,
    columns: Box<[Box<[u8]>]>,
    /// Columns that tell which row it is.
    key: Box<[bool]>,
    key_known: bool,
}

impl Names {
    fn of(table: &TablePlan) -> Self {
        let name = |name: &str| visible::line(name).into_bytes();
        let key = table.key();
        let mut full = name(&table.database);
        full.push(b'.');
        full.extend(name(&table.table));
        Self {
            table: full.into(),
            columns: table
                .columns
                .iter()
                .map(|column| name(&column.name).into())
                .collect(),
            key: (0..table.columns.len())
                .map(|column| key.contains(&column))
                .collect(),
            key_known: !key.is_empty() && table.origin != Origin::Position,
        }
    }
}

impl Text {
    pub(super) fn new(options: Options) -> Self {
        Self {
            render: Render::new(options.zone),
            tables: PerTable::new(),
            whole: options.whole,
            coloured: options.coloured,
            inside: false,
            scratch: String::new(),
        }
    }

    fn colour(&self, code: &str, out: &mut Vec<u8>) {
        if self.coloured {
            out.extend_from_slice(b"\x1b[");
            out.extend_from_slice(code.as_bytes());
            out.push(b'm');
        }
    }

    /// Two spaces and a mark.
    fn mark(&self, mark: u8, colour: &str, out: &mut Vec<u8>) {
        out.extend_from_slice(b"  ");
        self.colour(colour, out);
        out.push(mark);
        self.colour("0", out);
        out.push(b' ');
    }

    /// A statement, on one line.
    fn sql(&self, mark: u8, sql: &str, out: &mut Vec<u8>) {
        self.mark(mark, "36", out);
        let mut end = sql.len();
        if !self.whole && end > 4 * LONGEST {
            end = floor(sql.as_bytes(), 4 * LONGEST);
        }
        let shown = sql.get(..end).unwrap_or(sql);
        for (index, line) in shown.lines().enumerate() {
            if index > 0 {
                out.push(b' ');
            }
            let line = if index > 0 { line.trim_start() } else { line };
            shown_text(line.as_bytes(), out);
        }
        cut(sql.len() - end, out);
        out.push(b'\n');
    }

    /// An event that belongs to no transaction stands at the margin.
    fn margin(&self, place: Place<'_>, out: &mut Vec<u8>) {
        if self.inside {
            out.extend_from_slice(b"  ");
            return;
        }
        // What a server makes up for its reader has no time.
        if place.micros() > 0 {
            stamp(out, place.micros(), b' ');
            out.extend_from_slice(b"  ");
        }
        if let Some(raw) = place.raw {
            where_it_is(&raw.file, raw.offset, out);
            out.extend_from_slice(b"  ");
        }
    }

    fn image(
        &mut self,
        rows: &Rows,
        values: &[Value<'_>],
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let names = self.tables.of(&rows.table, Names::of);
        let columns = rows.table.columns.iter().zip(&names.columns);
        for ((column, name), value) in columns.zip(values) {
            if value.is_present() {
                out.push(b' ');
                out.extend_from_slice(name);
                out.push(b'=');
                let whole = self.whole;
                write_value(
                    &mut self.render,
                    column,
                    *value,
                    whole,
                    &mut self.scratch,
                    out,
                )?;
            }
        }
        Ok(())
    }

    fn update(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(), Malformed> {
        let names = self.tables.of(&rows.table, Names::of);
        let all = self.whole || !names.key_known;
        let (open, close): (&[u8], &[u8]) = if self.coloured {
            (b"\x1b[33m", b"\x1b[0m")
        } else {
            (b"", b"")
        };
        for (index, (column, name)) in rows.table.columns.iter().zip(&names.columns).enumerate() {
            let before = change.before.get(index).copied().unwrap_or(Value::Absent);
            let after = change.after.get(index).copied().unwrap_or(Value::Absent);
            let mut value = |value, out: &mut Vec<u8>| {
                write_value(
                    &mut self.render,
                    column,
                    value,
                    self.whole,
                    &mut self.scratch,
                    out,
                )
            };
            match (before.is_present(), after.is_present()) {
                (false, false) => {}
                (true, true) if change.is_changed(index) => {
                    out.extend_from_slice(b"  ");
                    out.extend_from_slice(open);
                    out.extend_from_slice(name);
                    out.extend_from_slice(b": ");
                    value(before, out)?;
                    out.extend_from_slice(" → ".as_bytes());
                    value(after, out)?;
                    out.extend_from_slice(close);
                }
                // What it was before was not logged.
                (false, true) => {
                    out.extend_from_slice(b"  ");
                    out.extend_from_slice(open);
                    out.extend_from_slice(name);
                    out.extend_from_slice(": ? → ".as_bytes());
                    value(after, out)?;
                    out.extend_from_slice(close);
                }
                (true, _) => {
                    // Where only what was changed is logged after, all that is logged before is the key.
                    let key = names.key.get(index) == Some(&true);
                    if all || key || !after.is_present() {
                        out.extend_from_slice(b"  ");
                        out.extend_from_slice(name);
                        out.push(b'=');
                        value(before, out)?;
                    }
                }
            }
        }
        Ok(())
    }
}

impl Shape for Text {
    fn begin(&mut self, begin: &Begin, out: &mut Vec<u8>) {
        self.inside = true;
        self.colour("1", out);
        stamp(out, logged_micros(begin), b' ');
        out.extend_from_slice(b"  ");
        match &begin.gtid {
            Some(gtid) => out.extend_from_slice(gtid.to_string().as_bytes()),
            None => out.extend_from_slice(b"anonymous"),
        }
        out.extend_from_slice(b"  server ");
        digits::uint(out, begin.server_id.into(), 0);
        out.extend_from_slice(b"  ");
        where_it_is(&begin.file, begin.offset, out);
        if begin.partial {
            out.extend_from_slice(b"  (its beginning was not read)");
        }
        self.colour("0", out);
        out.push(b'\n');
    }

    fn rows(&mut self, _place: Place<'_>, _rows: &Rows) {}

    fn change(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, Malformed> {
        let (mark, colour) = match rows.op {
            Op::Insert => (b'+', "32"),
            Op::Update => (b'~', "33"),
            Op::Delete => (b'-', "31"),
        };
        self.mark(mark, colour, out);
        out.extend_from_slice(&self.tables.of(&rows.table, Names::of).table);
        match rows.op {
            Op::Insert => {
                out.push(b' ');
                self.image(rows, &change.after, out)?;
            }
            Op::Delete => {
                out.push(b' ');
                self.image(rows, &change.before, out)?;
            }
            Op::Update => self.update(rows, change, out)?,
        }
        out.push(b'\n');
        Ok(true)
    }

    fn statement(&mut self, _place: Place<'_>, statement: &Statement, out: &mut Vec<u8>) {
        let mark = match statement.role {
            Role::Change => b'!',
            Role::Savepoint | Role::RollbackTo | Role::XaMark | Role::XaEnd | Role::AlterMark => {
                b'.'
            }
        };
        self.sql(mark, &statement.query.shown(), out);
    }

    fn original(&mut self, _place: Place<'_>, sql: &str, out: &mut Vec<u8>) {
        self.sql(b'>', sql, out);
    }

    fn other(&mut self, place: Place<'_>, event: &Event, out: &mut Vec<u8>) {
        self.margin(place, out);
        let Described { name, details } = describe(event);
        out.extend_from_slice(name.as_bytes());
        for (key, detail) in details {
            out.push(b' ');
            out.extend_from_slice(key.as_bytes());
            out.push(b'=');
            match detail {
                Detail::Text(text) => shown_text(text.as_bytes(), out),
                Detail::Number(number) => digits::uint(out, number, 0),
                Detail::Signed(number) => digits::int(out, number),
                Detail::Real(number) => digits::double(out, number, &mut self.scratch),
                Detail::Yes(yes) => out.extend_from_slice(if yes { b"yes" } else { b"no" }),
            }
        }
        out.push(b'\n');
    }

    fn end(&mut self, end: &End, rows: u64, out: &mut Vec<u8>) {
        self.inside = false;
        out.extend_from_slice(b"  ");
        match &end.outcome {
            Outcome::Committed => out.extend_from_slice(b"committed"),
            Outcome::RolledBack => out.extend_from_slice(b"ROLLED BACK"),
            Outcome::Prepared(xa) => {
                out.extend_from_slice(b"prepared as ");
                out.extend_from_slice(xa.to_string().as_bytes());
            }
            Outcome::Cut => {
                out.extend_from_slice(
                    b"CUT OFF: it has no end in this log, so it has not happened",
                );
            }
        }
        out.extend_from_slice(b": ");
        digits::uint(out, rows, 0);
        out.extend_from_slice(if rows == 1 { b" row, " } else { b" rows, " });
        digits::uint(out, end.bytes, 0);
        out.extend_from_slice(b" bytes");
        if let Some(thread) = end.thread_id {
            out.extend_from_slice(b", thread ");
            digits::uint(out, thread.into(), 0);
        }
        if let Some(xid) = end.xid {
            out.extend_from_slice(b", xid ");
            digits::uint(out, xid, 0);
        }
        if end.damaged > 0 {
            out.extend_from_slice(b", DAMAGED EVENTS LEFT OUT: ");
            digits::uint(out, end.damaged, 0);
        }
        out.push(b'\n');
    }

    fn note(&mut self, note: &Note, out: &mut Vec<u8>) {
        out.extend_from_slice(match note.kind {
            NoteKind::Damage => b"!! damaged: ".as_slice(),
            NoteKind::Gap => b"!! missing: ",
            NoteKind::Link => b"-- line: ",
            NoteKind::Info => b"-- ",
        });
        where_it_is(&note.file, note.offset, out);
        out.extend_from_slice(b": ");
        shown_text(note.text.as_bytes(), out);
        out.push(b'\n');
    }
}

/// `binlog.000003:1234`
fn where_it_is(file: &str, offset: u64, out: &mut Vec<u8>) {
    shown_text(file.as_bytes(), out);
    out.push(b':');
    digits::uint(out, offset, 0);
}

fn write_value(
    render: &mut Render,
    column: &Column,
    value: Value<'_>,
    whole: bool,
    scratch: &mut String,
    out: &mut Vec<u8>,
) -> Result<(), Malformed> {
    let (cell, kind) = render.cell(column, value)?;
    let most = if whole { usize::MAX } else { LONGEST };
    match cell {
        Cell::Null => out.extend_from_slice(b"NULL"),
        Cell::Int(number) => digits::int(out, number),
        Cell::UInt(number) => digits::uint(
            out,
            number,
            match kind {
                Kind::Year => 4,
                Kind::UInt { zerofill } => zerofill,
                _ => 0,
            },
        ),
        Cell::Float(number) => digits::float(out, number, scratch),
        Cell::Double(number) => digits::double(out, number, scratch),
        Cell::Binary(bytes) => {
            let shown = bytes.get(..most / 2).unwrap_or(bytes);
            digits::hex(out, shown);
            cut(bytes.len() - shown.len(), out);
        }
        Cell::Text(text) => match kind {
            Kind::Decimal | Kind::Date | Kind::DateTime | Kind::Time => out.extend_from_slice(text),
            _ => {
                let end = if text.len() > most {
                    floor(text, most)
                } else {
                    text.len()
                };
                out.push(b'\'');
                shown_text(text.get(..end).unwrap_or(text), out);
                out.push(b'\'');
                cut(text.len() - end, out);
            }
        },
    }
    Ok(())
}

/// Bytes that are left out.
fn cut(bytes: usize, out: &mut Vec<u8>) {
    if bytes > 0 {
        out.extend_from_slice("…(+".as_bytes());
        digits::uint(out, bytes as u64, 0);
        out.extend_from_slice(b" bytes)");
    }
}

/// The largest end of a character up to `most`.
fn floor(text: &[u8], most: usize) -> usize {
    let within = |end: &usize| text.get(*end).is_none_or(|byte| byte & 0xc0 != 0x80);
    (most.saturating_sub(3)..=most)
        .rev()
        .find(within)
        .unwrap_or(most)
}

/// Append text with marks for what cannot be seen, and for quotes and backslashes.
fn shown_text(text: &[u8], out: &mut Vec<u8>) {
    if !member::any(text, |byte| !(0x20..0x7f).contains(&byte) || byte == b'\\') {
        return out.extend_from_slice(text);
    }
    let mut marked = String::with_capacity(text.len() + 16);
    for letter in String::from_utf8_lossy(text).chars() {
        if letter == '\\' {
            marked.push('\\');
        }
        visible::push(&mut marked, letter);
    }
    out.extend_from_slice(marked.as_bytes());
}
