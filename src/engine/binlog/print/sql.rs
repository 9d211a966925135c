//! Statements that make the changes again, by transaction. What cannot be said as one is a comment, and counted.

use std::collections::HashSet;

use super::{Place, Shape, describe::describe, logged_micros, stamp};
use crate::engine::{
    binlog::{
        bytes::Malformed,
        event::Event,
        frame::FLAG_NO_DATABASE,
        rows::Change,
        source::Note,
        statements::{Direction, HEAD, Statements, Unsayable, doubts},
        transaction::{Begin, End, Outcome, Role, Rows, Statement},
    },
    visible,
};

/// The form.
pub(super) struct Sql {
    statements: Statements,
    line: String,
    /// Tables that were warned of.
    warned: HashSet<(String, String)>,
    /// BEGIN was printed.
    inside: bool,
    database: String,
}

impl Sql {
    pub(super) fn new() -> Self {
        Self {
            statements: Statements::new(),
            line: String::new(),
            warned: HashSet::new(),
            inside: false,
            database: String::new(),
        }
    }

    fn enter(&mut self, out: &mut Vec<u8>) {
        if !self.inside {
            self.inside = true;
            out.extend_from_slice(b"BEGIN;\n");
        }
    }
}

impl Shape for Sql {
    fn start(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(HEAD.as_bytes());
    }

    fn begin(&mut self, begin: &Begin, out: &mut Vec<u8>) {
        out.extend_from_slice(b"\n-- ");
        stamp(out, logged_micros(begin), b' ');
        let gtid = begin.gtid.map(|gtid| format!("  {gtid}"));
        let line = format!(
            "{}  {}:{}",
            gtid.unwrap_or_default(),
            visible::line(&begin.file),
            begin.offset
        );
        comment_rest(&line, out);
    }

    fn rows(&mut self, _place: Place<'_>, _rows: &Rows) {}

    fn change(
        &mut self,
        rows: &Rows,
        change: &Change<'_>,
        out: &mut Vec<u8>,
    ) -> Result<bool, Malformed> {
        let table = &rows.table;
        let named = |known: &(String, String)| known.0 == table.database && known.1 == table.table;
        if !self.warned.iter().any(named) {
            self.warned
                .insert((table.database.clone(), table.table.clone()));
            for doubt in doubts(table) {
                comment(&doubt, out);
            }
        }
        self.enter(out);
        self.line.clear();
        let redo = Direction::Redo;
        let written = self
            .statements
            .write(table, rows.op, change, redo, &mut self.line);
        match written {
            Ok(()) => {
                out.extend_from_slice(self.line.as_bytes());
                out.push(b'\n');
                Ok(true)
            }
            Err(Unsayable::Damaged { reason, .. }) => Err(reason),
            Err(reason) => {
                comment(&format!("REFUSED: {} {reason}", rows.op.name()), out);
                Ok(false)
            }
        }
    }

    fn statement(&mut self, _place: Place<'_>, statement: &Statement, out: &mut Vec<u8>) {
        let query = &statement.query;
        match statement.role {
            Role::Change => {}
            Role::Savepoint | Role::RollbackTo => self.enter(out),
            Role::XaMark | Role::XaEnd | Role::AlterMark => {
                comment(&query.shown(), out);
                return;
            }
        }
        let database = query.database();
        let needs = statement.raw.header.flags & FLAG_NO_DATABASE == 0;
        if needs && !database.is_empty() && *database != *self.database {
            self.database = database.into_owned();
            let name = crate::engine::sql::names::quote_identifier(&self.database);
            out.extend_from_slice(format!("USE {name};\n").as_bytes());
        }
        let shown = query.shown();
        if shown != query.text() {
            comment("REFUSED: its password is not shown here", out);
            return comment(&shown, out);
        }
        out.extend_from_slice(shown.as_bytes());
        // A comment at its end must not take the semicolon in.
        out.extend_from_slice(b"\n;\n");
    }

    fn original(&mut self, _place: Place<'_>, sql: &str, out: &mut Vec<u8>) {
        comment(sql, out);
    }

    fn other(&mut self, _place: Place<'_>, event: &Event, out: &mut Vec<u8>) {
        let name = describe(event).name;
        if matches!(
            event,
            Event::IntVar(_)
                | Event::Rand(..)
                | Event::UserVar(_)
                | Event::LoadQuery(_)
                | Event::Incident { .. }
        ) {
            comment(
                &format!("NOT HERE: {name}, which belongs to a statement"),
                out,
            );
        }
    }

    fn end(&mut self, end: &End, _rows: u64, out: &mut Vec<u8>) {
        let inside = std::mem::take(&mut self.inside);
        let word: &[u8] = match end.outcome {
            Outcome::Committed => b"COMMIT;\n",
            Outcome::RolledBack | Outcome::Cut => b"ROLLBACK;\n",
            Outcome::Prepared(_) => {
                comment(
                    "it was prepared as a part of a distributed transaction",
                    out,
                );
                b"COMMIT;\n"
            }
        };
        if inside {
            out.extend_from_slice(word);
        }
    }

    fn note(&mut self, note: &Note, out: &mut Vec<u8>) {
        comment(&note.to_string(), out);
    }
}

/// A comment of a line.
fn comment(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(b"-- ");
    comment_rest(text, out);
}

fn comment_rest(text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(visible::line(text).as_bytes());
    out.push(b'\n');
}
