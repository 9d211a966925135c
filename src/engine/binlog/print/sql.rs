//! Statements that make the changes again, by transaction. What cannot be said as one is a comment, and counted; so is
//! what is only prepared, of which another transaction says whether it happened.

use std::{collections::HashSet, sync::Arc};

use super::{Place, Shape, describe::describe, logged_micros, script, stamp};
use crate::engine::{
    binlog::{
        bytes::Malformed,
        event::{Event, Query},
        frame::FLAG_NO_DATABASE,
        rows::Change,
        source::Note,
        statements::{Direction, HEAD, Statements, Unsayable, doubts},
        table::TablePlan,
        transaction::{Begin, End, Outcome, Role, Rows, Statement},
    },
    visible,
};

/// Tables that are warned of.
const MOST_WARNED: usize = 10_000;

/// The form.
pub(super) struct Sql {
    statements: Statements,
    line: String,
    /// Tables that were warned of, and the one of the last row.
    warned: HashSet<(String, String)>,
    last: Option<Arc<TablePlan>>,
    /// BEGIN was printed.
    inside: bool,
    database: String,
    /// What of its session the last statement needed; `None`: all is as [`HEAD`] says.
    settings: Option<String>,
    /// Variables that the next statement needs, or why it is refused.
    variables: Result<String, script::Refusal>,
    /// Statements that are not said.
    refused: u64,
    /// Statements of the open transaction that are said.
    said: u64,
}

impl Sql {
    pub(super) fn new() -> Self {
        Self {
            statements: Statements::new(),
            line: String::new(),
            warned: HashSet::new(),
            last: None,
            inside: false,
            database: String::new(),
            settings: None,
            variables: Ok(String::new()),
            refused: 0,
            said: 0,
        }
    }

    /// Rows need the session of [`HEAD`].
    fn settle(&mut self, out: &mut Vec<u8>) {
        if let Some(before) = self.settings.take() {
            out.extend_from_slice(script::between(&before, "").as_bytes());
            out.extend_from_slice(script::SETTLED.as_bytes());
            out.extend_from_slice(HEAD.as_bytes());
        }
    }

    /// Say once of a table what its statements may lack.
    fn warn(&mut self, table: &Arc<TablePlan>, out: &mut Vec<u8>) {
        let same = |last: &Arc<TablePlan>| Arc::ptr_eq(last, table);
        if self.last.as_ref().is_some_and(same) {
            return;
        }
        self.last = Some(table.clone());
        let name = (table.database.clone(), table.table.clone());
        if self.warned.len() < MOST_WARNED && self.warned.insert(name) {
            for doubt in doubts(table) {
                comment(&doubt, out);
            }
        }
    }

    fn refuse(&mut self, query: &Query, reason: &str, out: &mut Vec<u8>) {
        self.refused += 1;
        comment(&format!("REFUSED: {reason}"), out);
        comment(&query.shown(), out);
    }

    fn use_database(&mut self, query: &Query, out: &mut Vec<u8>) {
        let database = query.database();
        if !database.is_empty() && *database != *self.database {
            self.database = database.into_owned();
            let name = crate::engine::sql::names::quote_identifier(&self.database);
            out.extend_from_slice(format!("USE {name};\n").as_bytes());
        }
    }

    fn need(&mut self, variable: Result<String, script::Refusal>) {
        match (&mut self.variables, variable) {
            (Ok(variables), Ok(more)) => variables.push_str(&more),
            (Ok(_), Err(reason)) => self.variables = Err(reason),
            (Err(_), _) => {}
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
        self.variables = Ok(String::new());
        self.said = 0;
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
        self.warn(&rows.table, out);
        self.settle(out);
        self.enter(out);
        self.line.clear();
        let redo = Direction::Redo;
        let written = self
            .statements
            .write(&rows.table, rows.op, change, redo, &mut self.line);
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
        let variables = std::mem::replace(&mut self.variables, Ok(String::new()));
        match statement.role {
            Role::Change => {}
            Role::Savepoint | Role::RollbackTo => {
                self.enter(out);
                match script::write_bare(query) {
                    Ok(text) => out.extend_from_slice(text.as_bytes()),
                    Err(reason) => self.refuse(query, reason, out),
                }
                return;
            }
            Role::XaMark | Role::XaEnd | Role::AlterMark => {
                comment(&query.shown(), out);
                return;
            }
        }
        if query.database().contains(char::is_control) {
            return self.refuse(
                query,
                "its database has a control character in its name",
                out,
            );
        }
        let written = script::write(query, statement.raw.header.timestamp);
        let (script, variables) = match (written, variables) {
            (Ok(script), Ok(variables)) => (script, variables),
            (Err(reason), _) | (_, Err(reason)) => return self.refuse(query, reason, out),
        };
        if script.changes_rows {
            self.enter(out);
        }
        if statement.raw.header.flags & FLAG_NO_DATABASE == 0 {
            self.use_database(query, out);
        }
        if self.settings.as_ref() != Some(&script.settings) {
            let before = self.settings.take().unwrap_or_default();
            out.extend_from_slice(script::between(&before, &script.settings).as_bytes());
            out.extend_from_slice(script.settings.as_bytes());
            self.settings = Some(script.settings);
        }
        for part in [&script.moment, &variables, &script.text] {
            out.extend_from_slice(part.as_bytes());
        }
        self.said += 1;
    }

    fn original(&mut self, _place: Place<'_>, sql: &str, out: &mut Vec<u8>) {
        comment(sql, out);
    }

    fn other(&mut self, _place: Place<'_>, event: &Event, out: &mut Vec<u8>) {
        match event {
            Event::IntVar(variable) => self.need(script::int_var(*variable)),
            Event::Rand(first, second) => self.need(Ok(script::seeds(*first, *second))),
            Event::UserVar(variable) => self.need(script::user_var(variable)),
            Event::LoadQuery(load) => {
                self.refuse(&load.query, "its data is a file, which is not here", out);
            }
            Event::Incident { .. } => {
                self.refused += 1;
                comment(&format!("NOT HERE: {}", describe(event).name), out);
            }
            _ => {}
        }
    }

    fn end(&mut self, end: &End, rows: u64, out: &mut Vec<u8>) {
        let inside = std::mem::take(&mut self.inside);
        let word: &[u8] = match &end.outcome {
            Outcome::Committed => b"COMMIT;\n",
            Outcome::RolledBack | Outcome::Cut => b"ROLLBACK;\n",
            Outcome::Prepared(xa) => {
                self.refused += rows + self.said;
                let reason = "another transaction says whether it happened";
                comment(&format!("REFUSED: it is prepared as {xa}: {reason}"), out);
                b"ROLLBACK;\n"
            }
        };
        if inside {
            out.extend_from_slice(word);
        }
        // Whoever leaves this transaction out leaves nothing of it to the next.
        self.settle(out);
        self.database.clear();
    }

    fn refused(&self) -> u64 {
        self.refused
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
