//! Changes of rows → statements that make them again, or take them back. Text alone: nothing is executed here.
//!
//! What a statement needs of its session is said once, at the head ([`HEAD`]): the zone in which TIMESTAMPs are
//! written, the character set of the text, and modes under which every value that was stored can be stored again.
//! A row is found by its primary key where that is known and was logged, else by all its columns, exactly: text by
//! its bytes and NULL as a value.

use super::{
    bytes::Malformed,
    column::Column,
    render::Render,
    rows::{Change, Op},
    stored,
    table::{Origin, TablePlan},
    value::Value,
    zone::Zone,
};
use crate::engine::{
    sql::{lexer::SqlMode, literal, names::quote_identifier},
    value::{Cell, Kind},
};

/// What the statements need of their session.
pub const HEAD: &str = "\
SET NAMES utf8mb4;
SET SESSION time_zone = '+00:00';
SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,STRICT_ALL_TABLES';
";
/// Around a statement with an ENUM's error value, which a strict server does not take.
const LENIENT: &str = "SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES'; ";
const STRICT: &str =
    " SET SESSION sql_mode = 'NO_AUTO_VALUE_ON_ZERO,ALLOW_INVALID_DATES,STRICT_ALL_TABLES';";

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Direction {
    /// Make the change again.
    Redo,
    /// Take it back.
    Undo,
}

/// Why a change cannot be said as a statement.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unsayable {
    /// Nobody knows the columns' names.
    #[error(
        "the names of the columns of {table} are not known (binlog_row_metadata is not FULL, and no server that was asked has a table that fits)"
    )]
    Names {
        /// `database.table`
        table: String,
    },
    /// The log does not hold the values that are needed.
    #[error(
        "{what} of {table} was not logged (binlog_row_image is not FULL): the first is column {column}"
    )]
    Incomplete {
        /// `database.table`
        table: String,
        /// What is missing.
        what: &'static str,
        /// The first column that is missing.
        column: String,
    },
    /// The server takes these bytes in no form.
    #[error("the text of column {column} of {table} is no {charset}, and no statement can give it")]
    Text {
        /// `database.table`
        table: String,
        /// The column.
        column: String,
        /// Its character set.
        charset: &'static str,
    },
    /// A name that a terminal or a client would act upon, and that has no other form.
    #[error("{table} has a control character in its name or in that of a column")]
    Control {
        /// `database.table`
        table: String,
    },
    /// The bytes are damaged.
    #[error("a row of {table} cannot be read: {reason}")]
    Damaged {
        /// `database.table`
        table: String,
        /// Why.
        reason: Malformed,
    },
}

/// Writes statements.
#[derive(Debug, Default)]
pub struct Statements {
    render: Render,
    /// The statement gives a column a value that a strict server does not take.
    lenient: bool,
}

/// An image of a row with its table.
#[derive(Clone, Copy)]
struct Image<'a> {
    table: &'a TablePlan,
    values: &'a [Value<'a>],
}

impl<'a> Image<'a> {
    fn value(self, column: usize) -> Value<'a> {
        self.values.get(column).copied().unwrap_or(Value::Absent)
    }

    fn name(self) -> String {
        format!("{}.{}", self.table.database, self.table.table)
    }

    /// Columns that a statement may give a value.
    fn settable(self) -> impl Iterator<Item = (usize, &'a Column)> {
        let columns = self.table.columns.iter().enumerate();
        columns.filter(|(_, column)| column.generated != Some(true))
    }

    /// What was logged of a column is the whole value.
    fn has(self, column: usize) -> bool {
        !matches!(
            self.value(column),
            Value::Absent | Value::JsonDiff { before: None, .. }
        )
    }

    fn lacks(self, what: &'static str, column: &Column) -> Unsayable {
        Unsayable::Incomplete {
            table: self.name(),
            what,
            column: column.name.clone(),
        }
    }
}

impl Statements {
    /// A writer; its values fit the session of [`HEAD`].
    pub fn new() -> Self {
        Self {
            render: Render::new(Zone::UTC),
            lenient: false,
        }
    }

    /// Append the statement of a change, with `;` and no end of line.
    ///
    /// # Errors
    /// [`Unsayable`], and `out` as it was.
    pub fn write(
        &mut self,
        table: &TablePlan,
        op: Op,
        change: &Change<'_>,
        direction: Direction,
        out: &mut String,
    ) -> Result<(), Unsayable> {
        let mark = out.len();
        self.lenient = false;
        let image = |values| Image { table, values };
        let (before, after) = (image(&change.before), image(&change.after));
        let columns = table.columns.iter().map(|column| &column.name);
        let mut names = columns.chain([&table.database, &table.table]);
        let written = if table.origin == Origin::Position {
            Err(Unsayable::Names {
                table: after.name(),
            })
        } else if names.any(|name| name.contains(char::is_control)) {
            Err(Unsayable::Control {
                table: after.name(),
            })
        } else {
            match (op, direction) {
                (Op::Insert, Direction::Redo) => self.insert(after, false, out),
                (Op::Delete, Direction::Undo) => self.insert(before, true, out),
                (Op::Insert, Direction::Undo) => self.delete(after, out),
                (Op::Delete, Direction::Redo) => self.delete(before, out),
                (Op::Update, Direction::Redo) => self.update(before, after, before, out),
                (Op::Update, Direction::Undo) => self.update(after, before, before, out),
            }
        };
        if written.is_err() {
            out.truncate(mark);
        } else if self.lenient {
            out.insert_str(mark, LENIENT);
            out.push_str(STRICT);
        }
        written
    }

    /// The row comes to be. `whole`: it must be as it was, so no column may be missing.
    fn insert(&mut self, image: Image<'_>, whole: bool, out: &mut String) -> Result<(), Unsayable> {
        out.push_str("INSERT INTO ");
        push_table(out, image.table);
        out.push_str(" (");
        let mut separator = "";
        for (index, column) in image.settable() {
            if !image.has(index) {
                if whole {
                    return Err(image.lacks("a value of the deleted row", column));
                }
                continue;
            }
            out.push_str(separator);
            out.push_str(&quote_identifier(&column.name));
            separator = ", ";
        }
        out.push_str(") VALUES (");
        separator = "";
        for (index, column) in image.settable() {
            if image.has(index) {
                out.push_str(separator);
                self.assign(image, column, image.value(index), out)?;
                separator = ", ";
            }
        }
        out.push_str(");");
        Ok(())
    }

    fn delete(&mut self, image: Image<'_>, out: &mut String) -> Result<(), Unsayable> {
        out.push_str("DELETE FROM ");
        push_table(out, image.table);
        self.find(image, image, out)?;
        out.push(';');
        Ok(())
    }

    /// The row that is as `now` becomes as `then`; what `now` does not hold is as it was `before`.
    fn update(
        &mut self,
        now: Image<'_>,
        then: Image<'_>,
        before: Image<'_>,
        out: &mut String,
    ) -> Result<(), Unsayable> {
        out.push_str("UPDATE ");
        push_table(out, now.table);
        out.push_str(" SET ");
        let mut separator = "";
        for (index, column) in now.settable() {
            let (old, new) = (now.value(index), then.value(index));
            if !then.has(index) {
                // It was changed, and what it should become is not known.
                if old.is_present() && !std::ptr::eq(now.values, before.values) {
                    return Err(now.lacks("the earlier value", column));
                }
                if matches!(new, Value::JsonDiff { .. }) {
                    return Err(now.lacks("the whole JSON document", column));
                }
                continue;
            }
            if old.is_present() && old.is_same(&new) {
                continue;
            }
            out.push_str(separator);
            out.push_str(&quote_identifier(&column.name));
            out.push_str(" = ");
            self.assign(now, column, new, out)?;
            separator = ", ";
        }
        if separator.is_empty() {
            // Nothing that a statement could set was changed; the row is found and left as it is.
            let Some((_, column)) = now.settable().next() else {
                return Err(Unsayable::Names { table: now.name() });
            };
            let name = quote_identifier(&column.name);
            out.push_str(&name);
            out.push_str(" = ");
            out.push_str(&name);
        }
        self.find(now, before, out)?;
        out.push(';');
        Ok(())
    }

    /// `WHERE …`: the row that is as `image`, or `otherwise` where that has no value.
    fn find(
        &mut self,
        image: Image<'_>,
        otherwise: Image<'_>,
        out: &mut String,
    ) -> Result<(), Unsayable> {
        let table = image.table;
        let value = |index| match image.value(index) {
            Value::Absent => otherwise.value(index),
            value => value,
        };
        let key = table.key();
        let by_key = !key.is_empty() && key.iter().all(|index| value(*index).is_present());
        out.push_str(" WHERE ");
        if by_key {
            for (place, index) in key.iter().enumerate() {
                let Some(column) = table.columns.get(*index) else {
                    continue;
                };
                if place > 0 {
                    out.push_str(" AND ");
                }
                let value = value(*index);
                let stored = self.stored(image, column, value)?;
                // Bytes that are no text are in no index of text.
                if stored.is_some_and(|bytes| !column.charset.is_faithful(bytes)) {
                    self.equal(image, column, value, out)?;
                    continue;
                }
                out.push_str(&quote_identifier(&column.name));
                out.push_str(" = ");
                self.literal(image, column, value, out)?;
            }
            return Ok(());
        }
        let mut separator = "";
        for (index, column) in table.columns.iter().enumerate() {
            match value(index) {
                Value::Absent | Value::JsonDiff { before: None, .. } => {
                    return Err(image.lacks("a value by which the row is found", column));
                }
                value => {
                    out.push_str(separator);
                    self.equal(image, column, value, out)?;
                    separator = " AND ";
                }
            }
        }
        out.push_str(" LIMIT 1");
        Ok(())
    }

    /// The column has exactly this value, NULL among them.
    fn equal(
        &mut self,
        image: Image<'_>,
        column: &Column,
        value: Value<'_>,
        out: &mut String,
    ) -> Result<(), Unsayable> {
        let name = quote_identifier(&column.name);
        if matches!(value, Value::Null) {
            out.push_str(&name);
            out.push_str(" IS NULL");
            return Ok(());
        }
        if let Some(bytes) = self.stored(image, column, value)? {
            stored::find(out, &name, column, bytes);
            return Ok(());
        }
        match column.kind {
            // Compared as JSON, what looks the same may differ: a date and its text.
            Kind::Json => {
                out.push_str("CAST(");
                out.push_str(&name);
                out.push_str(" AS CHAR) COLLATE utf8mb4_bin <=> ");
                let (cell, _) = self.cell(image, column, value)?;
                literal::cell(out, cell, Kind::Text, SqlMode::default());
            }
            Kind::Geometry | Kind::Vector => {
                out.push_str("HEX(");
                out.push_str(&name);
                out.push_str(") <=> '");
                let (cell, kind) = self.cell(image, column, value)?;
                let hex = crate::engine::value::text(cell, kind);
                out.push_str(hex.trim_start_matches("0x"));
                out.push('\'');
            }
            _ => {
                out.push_str(&name);
                out.push_str(" <=> ");
                self.literal(image, column, value, out)?;
                let (cell, kind) = self.cell(image, column, value)?;
                let is_label = matches!(kind, Kind::Enum | Kind::Set)
                    && nameless(column, value).is_none()
                    && matches!(cell, Cell::Text(_));
                // Else 'a' would be found as 'A'.
                if is_label {
                    out.push_str(" COLLATE utf8mb4_bin");
                }
                // And 0 as -0.
                let negative = match cell {
                    Cell::Float(number @ 0.0) => Some(number.is_sign_negative()),
                    Cell::Double(number @ 0.0) => Some(number.is_sign_negative()),
                    _ => None,
                };
                if let Some(negative) = negative {
                    out.push_str(" AND ");
                    out.push_str(&name);
                    out.push_str(if negative {
                        " LIKE '-%'"
                    } else {
                        " NOT LIKE '-%'"
                    });
                }
            }
        }
        Ok(())
    }

    fn cell<'v>(
        &'v mut self,
        image: Image<'_>,
        column: &'v Column,
        value: Value<'v>,
    ) -> Result<(Cell<'v>, Kind), Unsayable> {
        self.render
            .cell(column, value)
            .map_err(|reason| Unsayable::Damaged {
                table: image.name(),
                reason,
            })
    }

    fn stored<'v>(
        &'v mut self,
        image: Image<'_>,
        column: &Column,
        value: Value<'v>,
    ) -> Result<Option<&'v [u8]>, Unsayable> {
        self.render
            .stored(column, value)
            .map_err(|reason| Unsayable::Damaged {
                table: image.name(),
                reason,
            })
    }

    /// Append what a column gets.
    fn assign(
        &mut self,
        image: Image<'_>,
        column: &Column,
        value: Value<'_>,
        out: &mut String,
    ) -> Result<(), Unsayable> {
        self.lenient |= matches!(value, Value::Enum(0));
        self.literal(image, column, value, out)
    }

    /// Append a literal.
    fn literal(
        &mut self,
        image: Image<'_>,
        column: &Column,
        value: Value<'_>,
        out: &mut String,
    ) -> Result<(), Unsayable> {
        if let Some(number) = nameless(column, value) {
            out.push_str(&number.to_string());
            return Ok(());
        }
        if let Some(bytes) = self.stored(image, column, value)? {
            if stored::assign(out, column.charset, bytes) {
                return Ok(());
            }
            return Err(Unsayable::Text {
                table: image.name(),
                column: column.name.clone(),
                charset: column.charset.name(),
            });
        }
        self.render
            .sql(column, value, SqlMode::default(), out)
            .map_err(|reason| Unsayable::Damaged {
                table: image.name(),
                reason,
            })
    }
}

/// The number of an ENUM's or a SET's value whose text could be another one's: the error value is printed as an empty
/// label, and what is no character in a label as a question mark.
fn nameless(column: &Column, value: Value<'_>) -> Option<u64> {
    let labels = column.labels.as_deref().unwrap_or_default();
    let odd = |label: &String| label.contains(['?', char::REPLACEMENT_CHARACTER]);
    match value {
        Value::Enum(number) => {
            let place = usize::from(number).checked_sub(1);
            let label = place.and_then(|place| labels.get(place));
            let odd = label.is_none_or(|label| label.is_empty() || odd(label));
            odd.then_some(number.into())
        }
        Value::Set(bits) => labels.iter().any(odd).then_some(bits),
        _ => None,
    }
}

fn push_table(out: &mut String, table: &TablePlan) {
    out.push_str(&quote_identifier(&table.database));
    out.push('.');
    out.push_str(&quote_identifier(&table.table));
}

/// What a reader of statements for this table should know; empty where there is nothing.
pub fn doubts(table: &TablePlan) -> Vec<String> {
    let mut doubts = Vec::new();
    let name = format!("{}.{}", table.database, table.table);
    if table
        .columns
        .iter()
        .any(|column| column.generated.is_none())
    {
        doubts.push(format!(
            "{name}: whether columns are generated is not in the log; name the server (--url, --profile), which knows, or take generated ones out of the statements"
        ));
    }
    if table.columns.iter().any(|column| column.doubts.sign) {
        doubts.push(format!(
            "{name}: whether integers are unsigned is not in the log; they are written with a sign"
        ));
    }
    if table
        .columns
        .iter()
        .any(|column| column.doubts.charset || column.doubts.real)
    {
        doubts.push(format!(
            "{name}: character sets or types of some columns are not in the log; their bytes are written as they are"
        ));
    }
    if table.key().is_empty() {
        doubts.push(format!(
            "{name}: {}; rows are found by all their columns",
            if table.key_known {
                "it has no primary key"
            } else {
                "its primary key is not in the log"
            }
        ));
    }
    doubts
}
