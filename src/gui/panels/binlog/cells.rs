//! A change as it is shown: each column's value before and after, bounded and made harmless.

use super::held::Kept;
use crate::{
    engine::{
        binlog::{
            column::Column,
            owned::OwnedRow,
            render::Render,
            rows::{Change, Op},
            statements::{Direction, Statements, Unsayable},
            table::{Origin, TablePlan},
            value::Value,
        },
        sql::{lexer::SqlMode, names::quote_identifier},
        value::Kind,
    },
    gui::{
        command::RowKey,
        widgets::{name, rows_table::escape_tsv},
    },
};

/// A value that stands in a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Shown {
    pub(super) text: String,
    /// It is no value: NULL, not logged, or not to be read.
    pub(super) faint: bool,
}

/// A column of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    pub(super) name: String,
    pub(super) before: Option<Shown>,
    pub(super) after: Option<Shown>,
    pub(super) changed: bool,
    pub(super) key: bool,
}

/// What was done to a row.
pub(super) fn op_words(op: Op) -> &'static str {
    match op {
        Op::Insert => "Inserted",
        Op::Update => "Updated",
        Op::Delete => "Deleted",
    }
}

/// Where the names of its columns come from.
pub(super) fn origin_words(origin: Origin) -> &'static str {
    match origin {
        Origin::Logged => "names from the log",
        Origin::History => "names from the table's history",
        Origin::Server => "names from the server, as its tables are now",
        Origin::Position => "names are not known",
    }
}

/// All columns of a change.
pub(super) fn lines(change: &Kept, render: &mut Render) -> Vec<Line> {
    let mut image = |row: &OwnedRow, at: usize, column: &Column| {
        (!row.is_empty()).then(|| shown(render, column, row.value(at)))
    };
    let columns = change.table.columns.iter().enumerate();
    columns
        .map(|(at, column)| Line {
            name: name::shown(&column.name),
            before: image(&change.before, at, column),
            after: image(&change.after, at, column),
            changed: change.op != Op::Update || change.is_changed(at),
            key: column.key.is_some(),
        })
        .collect()
}

fn shown(render: &mut Render, column: &Column, value: Value<'_>) -> Shown {
    let faint = |text: &str| Shown {
        text: text.to_owned(),
        faint: true,
    };
    match value {
        Value::Absent => faint("not logged"),
        Value::Null => faint("NULL"),
        value => {
            let mut text = String::new();
            if render.text(column, value, &mut text).is_err() {
                return faint("cannot be read");
            }
            let quoted = matches!(column.kind, Kind::Text | Kind::Enum | Kind::Set);
            let text = if text.is_empty() {
                String::new()
            } else {
                name::shown(&text)
            };
            Shown {
                text: if quoted { format!("'{text}'") } else { text },
                faint: false,
            }
        }
    }
}

/// A value whole, to be copied: as `porthole query` prints it.
pub(super) fn whole(change: &Kept, at: usize, after: bool, render: &mut Render) -> Option<String> {
    let row = if after { &change.after } else { &change.before };
    let column = change.table.columns.get(at)?;
    match row.value(at) {
        Value::Absent => None,
        Value::Null => Some("NULL".to_owned()),
        value => {
            let mut text = String::new();
            render.text(column, value, &mut text).ok()?;
            Some(text)
        }
    }
}

/// A change as lines of column, before and after, to be copied: escaped as the grid escapes what it copies. An image
/// that the change does not have is left out.
pub(super) fn copied(change: &Kept, render: &mut Render) -> String {
    let images = [("before", &change.before), ("after", &change.after)];
    let images = images.into_iter().filter(|(_, row)| !row.is_empty());
    let (heads, images): (Vec<_>, Vec<_>) = images.unzip();
    let mut out = format!("column\t{}\n", heads.join("\t"));
    let mut text = String::new();
    for (at, column) in change.table.columns.iter().enumerate() {
        escape_tsv(&mut out, &column.name);
        for row in &images {
            out.push('\t');
            text.clear();
            match row.value(at) {
                Value::Absent => out.push_str("(not logged)"),
                Value::Null => out.push_str("\\N"),
                value if render.text(column, value, &mut text).is_err() => {
                    out.push_str("(cannot be read)");
                }
                _ => escape_tsv(&mut out, &text),
            }
        }
        out.push('\n');
    }
    out
}

/// What names the row, where the table's key is known and was logged.
pub(super) fn key(change: &Kept, render: &mut Render) -> Option<RowKey> {
    let table = &change.table;
    if table.origin == Origin::Position {
        return None;
    }
    let mut columns = Vec::new();
    for at in table.key() {
        let column = table.columns.get(at)?;
        let value = change.image().value(at);
        if matches!(value, Value::Absent | Value::Null) {
            return None;
        }
        let mut text = String::new();
        render.text(column, value, &mut text).ok()?;
        columns.push((column.name.clone(), text));
    }
    (!columns.is_empty()).then(|| RowKey {
        database: table.database.clone(),
        table: table.table.clone(),
        columns,
    })
}

/// The row in few words: its key, else its first values.
pub(super) fn row_words(change: &Kept, render: &mut Render) -> String {
    let table = &change.table;
    let mut places = table.key();
    if places.is_empty() {
        places = (0..table.columns.len().min(3)).collect();
    }
    let mut words = Vec::new();
    for at in places.into_iter().take(4) {
        let Some(column) = table.columns.get(at) else {
            continue;
        };
        let value = shown(render, column, change.image().value(at)).text;
        let value: String = value.chars().take(60).collect();
        words.push(format!("{} = {value}", name::shown(&column.name)));
    }
    words.join(", ")
}

/// The row as it is on the server now, as a statement to be run by the person: by its key, else by all values that
/// can be compared. None where the names of its columns are not known.
pub(super) fn select(change: &Kept, render: &mut Render) -> Option<String> {
    let table: &TablePlan = &change.table;
    if table.origin == Origin::Position {
        return None;
    }
    let image = if change.after.is_empty() {
        &change.before
    } else {
        &change.after
    };
    let mut places = table.key();
    let by_key = !places.is_empty() && places.iter().all(|at| image.value(*at).is_present());
    if !by_key {
        // Equality of these does not hold what it promises.
        let comparable =
            |column: &Column| !matches!(column.kind, Kind::Float | Kind::Double | Kind::Json);
        let columns = table.columns.iter().enumerate();
        places = columns
            .filter(|(at, column)| comparable(column) && image.value(*at).is_present())
            .map(|(at, _)| at)
            .collect();
    }
    let mut conditions = Vec::new();
    for at in places {
        let column = table.columns.get(at)?;
        let name = quote_identifier(&column.name);
        let value = image.value(at);
        if value == Value::Null {
            conditions.push(format!("{name} IS NULL"));
            continue;
        }
        let mut literal = String::new();
        render
            .sql(column, value, SqlMode::default(), &mut literal)
            .ok()?;
        conditions.push(format!("{name} = {literal}"));
    }
    (!conditions.is_empty()).then(|| {
        format!(
            "SELECT *\nFROM {}.{}\nWHERE {};\n",
            quote_identifier(&table.database),
            quote_identifier(&table.table),
            conditions.join("\n  AND ")
        )
    })
}

/// The statement that takes the change back, or why there is none.
pub(super) fn undo(change: &Kept) -> Result<String, Unsayable> {
    let images = Change {
        before: change.before.values().collect(),
        after: change.after.values().collect(),
    };
    let mut sql = String::new();
    let mut statements = Statements::new();
    let written = statements.write(&change.table, change.op, &images, Direction::Undo, &mut sql);
    written.map(|()| sql)
}
