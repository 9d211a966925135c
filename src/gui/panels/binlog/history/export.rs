//! What was found, as CSV; times are in UTC.

use std::{
    io::{self, Write},
    sync::Arc,
};

use super::{
    found::{Line, Part, lines_of, part},
    lines::{counts, fate},
};
use crate::{
    engine::{
        binlog::trail::{Side, Touched},
        export::sheet::{Field, Sheet},
    },
    gui::{panels::binlog::when::moment_of, zone::Zone},
};

const COLUMNS: [&str; 12] = [
    "time",
    "file",
    "position",
    "gtid",
    "server",
    "thread",
    "outcome",
    "what",
    "column",
    "before",
    "after",
    "statement",
];

/// Write transactions one after another: all of them as text would take many times their memory.
pub(super) fn write(all: &[Arc<Touched>], out: &mut dyn Write) -> io::Result<()> {
    let mut sheet = Sheet::new(&COLUMNS);
    out.write_all(sheet.to_csv(true).as_bytes())?;
    let mut text = Vec::new();
    for touched in all {
        text.clear();
        for line in (0..lines_of(touched)).filter_map(|line| part(touched, line)) {
            sheet.rows.clear();
            rows(&line, &mut sheet);
            for row in &sheet.rows {
                Sheet::csv_row(&mut text, row, true);
            }
        }
        out.write_all(&text)?;
    }
    Ok(())
}

/// A line; a row for each column of a change.
fn rows(line: &Line<'_>, sheet: &mut Sheet) {
    let touched = line.touched;
    let optional = |text: Option<&String>| text.map_or(Field::Undefined, Field::text);
    let head = [
        Field::text(moment_of(touched.micros, Zone::default())),
        Field::text(&touched.file),
        Field::whole(touched.offset),
        optional(touched.gtid.as_ref()),
        Field::whole(touched.server_id),
        touched.thread_id.map_or(Field::Undefined, Field::whole),
        Field::text(fate(touched).unwrap_or("committed")),
    ];
    let mut push = |what: &str, column: Field, before: Field, after: Field, statement: Field| {
        let mut row = head.to_vec();
        row.extend([Field::text(what), column, before, after, statement]);
        sheet.rows.push(row);
    };
    let none = || Field::Undefined;
    let original = || optional(touched.original.as_ref());
    match &line.part {
        Part::Change(change) => {
            for image in &change.columns {
                let name = Field::name(&image.column);
                let (before, after) = (field(&image.before), field(&image.after));
                push(change.op.name(), name, before, after, original());
            }
        }
        Part::Statement(text) => push("statement", none(), none(), none(), Field::text(*text)),
        Part::Whole => {
            let what = counts(touched).text;
            push(&what, none(), none(), none(), original());
        }
    }
}

/// NULL is a word here, what was not logged is nothing.
fn field(side: &Side) -> Field {
    match side {
        Side::Absent => Field::Undefined,
        Side::Null => Field::text("NULL"),
        Side::Text(text) => Field::text(text),
        Side::Start(text) => Field::text(format!("{text}…")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::binlog::{
        rows::Op,
        table::Origin,
        trail::{Change, Image},
        transaction::Outcome,
    };

    #[test]
    fn a_column_that_was_changed_is_a_row() {
        let image = |column: &str, before: Side, after: Side| Image {
            column: column.to_owned(),
            before,
            after,
        };
        let changed = Touched {
            gtid: Some("0-1-7".to_owned()),
            file: "log.000001".to_owned(),
            offset: 120,
            end: ("log.000001".to_owned(), 300),
            micros: 1_789_985_600_250_000,
            server_id: 12,
            thread_id: None,
            outcome: Outcome::Committed,
            rows: [0, 1, 0],
            original: Some("UPDATE orders SET status = 'a, b'".to_owned()),
            statements: vec!["TRUNCATE orders".to_owned()],
            changes: vec![Change {
                op: Op::Update,
                offset: 200,
                names: Origin::Logged,
                columns: vec![
                    image("status", Side::Null, Side::Text("a, b".to_owned())),
                    image("note", Side::Absent, Side::Start("=1".to_owned())),
                ],
                cut: false,
            }],
        };
        let whole = Touched {
            gtid: None,
            statements: Vec::new(),
            changes: Vec::new(),
            ..changed.clone()
        };
        let mut out = Vec::new();
        write(&[Arc::new(changed), Arc::new(whole)], &mut out).unwrap();
        let expected = "\
time,file,position,gtid,server,thread,outcome,what,column,before,after,statement
2026-09-21 10:13:20.250,log.000001,120,0-1-7,12,,committed,update,status,NULL,\"a, b\",\"UPDATE orders SET status = 'a, b'\"
2026-09-21 10:13:20.250,log.000001,120,0-1-7,12,,committed,update,note,,'=1…,\"UPDATE orders SET status = 'a, b'\"
2026-09-21 10:13:20.250,log.000001,120,0-1-7,12,,committed,statement,,,,TRUNCATE orders
2026-09-21 10:13:20.250,log.000001,120,,12,,committed,1 updated,,,,\"UPDATE orders SET status = 'a, b'\"
";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}
