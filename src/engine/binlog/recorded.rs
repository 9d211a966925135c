//! Tests: every type, as both servers logged it, against what `porthole query --format ndjson` printed of the same
//! rows; and the same events damaged.

use bytes::Bytes;
use proptest::prelude::*;

use super::{
    charset::Charset,
    frame::{Format, Header, Start},
    jsonb, jsondiff, kind,
    owned::OwnedRow,
    render::Render,
    rows::{Change, Op, RowsEvent},
    schema::{Described, fit},
    table::{Origin, TablePlan, Tables},
    value::Value,
    zone::Zone,
};
use crate::engine::{member, sql::lexer::SqlMode};

struct Recorded {
    log: Bytes,
    /// A table, `inserted` or `updated`, and a row, on each line.
    rows: &'static str,
    /// Of MariaDB's tables, of which nothing but types was logged.
    schema: Option<serde_json::Value>,
}

fn mysql() -> Recorded {
    Recorded {
        log: Bytes::from_static(include_bytes!(
            "../../../tests/data/binlog/types-mysql.binlog"
        )),
        rows: include_str!("../../../tests/data/binlog/types-mysql.txt"),
        schema: None,
    }
}

fn mariadb() -> Recorded {
    let schema = include_str!("../../../tests/data/binlog/types-mariadb.schema.json");
    Recorded {
        log: Bytes::from_static(include_bytes!(
            "../../../tests/data/binlog/types-mariadb.binlog"
        )),
        rows: include_str!("../../../tests/data/binlog/types-mariadb.txt"),
        schema: Some(serde_json::from_str(schema).unwrap()),
    }
}

impl Recorded {
    fn events(&self) -> (Format, Vec<(u8, Bytes)>) {
        let mut format: Option<Format> = None;
        let mut events = Vec::new();
        let mut at = 4;
        while at < self.log.len() {
            let header = Header::of(&self.log[at..]).unwrap();
            let event = self.log.slice(at..at + header.size as usize);
            at += header.size as usize;
            match &format {
                Some(format) => events.push((header.kind, format.body(&header, &event).unwrap())),
                None => match Format::start(&event).unwrap() {
                    Start::Readable(read, _) => format = Some(*read),
                    Start::TooOld(version) => panic!("version {version}"),
                },
            }
        }
        (format.unwrap(), events)
    }

    fn described(&self, table: &str) -> Option<Vec<Described>> {
        let columns = self.schema.as_ref()?.get(table)?.as_array()?;
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        let described = columns.iter().map(|column| Described {
            name: text(&column[0]),
            type_text: text(&column[1]),
            charset: column[2].as_str().map(str::to_owned),
            primary_key: column[3] == true,
            extra: text(&column[4]),
        });
        Some(described.collect())
    }

    fn complete(&self, plan: TablePlan) -> TablePlan {
        match self.described(&plan.table) {
            Some(described) => fit(&plan, &described, Origin::Server).unwrap(),
            None => plan,
        }
    }

    /// Each row of each event, its images as NDJSON.
    fn changes(&self) -> Vec<(String, Op, [Option<String>; 2])> {
        let (format, events) = self.events();
        let mut tables = Tables::default();
        let mut found = Vec::new();
        let mut render = Render::new(Zone::UTC);
        for (kind, body) in &events {
            if *kind == kind::TABLE_MAP {
                tables
                    .take(body, &format, |plan| self.complete(plan))
                    .unwrap();
            }
            let Ok(event) = RowsEvent::parse(*kind, body, &format) else {
                continue;
            };
            let plan = tables.plan(event.table_id).unwrap();
            let mut rows = event.rows(plan).unwrap();
            let mut change = Change::default();
            while rows.next(&mut change).unwrap() {
                let mut json = |image: Option<&[Value<'_>]>| {
                    image.map(|values| object(&mut render, plan, values))
                };
                let images = [json(change.before()), json(change.after())];
                found.push((plan.table.clone(), event.op, images));
            }
        }
        found
    }

    /// The rows of a table as a SELECT printed them.
    fn printed(&self, table: &str, stage: &str) -> Vec<&'static str> {
        let start = format!("{table} {stage} ");
        self.rows
            .lines()
            .filter_map(|line| line.strip_prefix(&start))
            .collect()
    }
}

fn object(render: &mut Render, plan: &TablePlan, values: &[Value<'_>]) -> String {
    let mut out = vec![b'{'];
    for (column, value) in plan.columns.iter().zip(values) {
        if !value.is_present() || column.name == "dz" {
            continue;
        }
        if out.len() > 1 {
            out.push(b',');
        }
        member::string(&mut out, column.name.as_bytes());
        out.push(b':');
        render.json(column, *value, &mut out).unwrap();
    }
    out.push(b'}');
    String::from_utf8(out).unwrap()
}

/// ZEROFILL is logged nowhere, and MySQL's tables are read without their schema here.
fn without_zerofill(line: &str) -> String {
    let Some((before, after)) = line.split_once(",\"dz\":") else {
        return line.to_owned();
    };
    let end = after.find(",\"").unwrap_or(after.len() - 1);
    format!("{before}{}", &after[end..])
}

#[track_caller]
fn check(recorded: &Recorded, count: usize) {
    let changes = recorded.changes();
    assert_eq!(changes.len(), count);
    let tables: std::collections::BTreeSet<_> = changes.iter().map(|change| &change.0).collect();
    for table in tables {
        let inserted = recorded.printed(table, "inserted");
        let updated = recorded.printed(table, "updated");
        let of = |op: Op, image: usize| -> Vec<&String> {
            changes
                .iter()
                .filter(|change| change.0 == *table && change.1 == op)
                .map(|change| change.2[image].as_ref().unwrap())
                .collect()
        };
        let same = |images: Vec<&String>, lines: &[&str]| {
            assert_eq!(images.len(), lines.len(), "{table}");
            for (image, line) in images.into_iter().zip(lines) {
                assert_eq!(*image, without_zerofill(line));
            }
        };
        same(of(Op::Insert, 1), &inserted);
        same(of(Op::Update, 0), &inserted);
        same(of(Op::Update, 1), &updated);
        same(of(Op::Delete, 0), &updated[1..2]);
    }
}

#[test]
fn every_type_of_mysql_is_what_a_select_prints() {
    check(&mysql(), 45);
}

#[test]
fn every_type_of_mariadb_is_what_a_select_prints_with_the_schema_alone() {
    check(&mariadb(), 45);
}

#[test]
fn an_owned_row_holds_what_the_event_held() {
    let recorded = mysql();
    let (format, events) = recorded.events();
    let mut tables = Tables::default();
    let mut seen = 0;
    for (kind, body) in &events {
        if *kind == kind::TABLE_MAP {
            tables.take(body, &format, |plan| plan).unwrap();
        }
        let Ok(event) = RowsEvent::parse(*kind, body, &format) else {
            continue;
        };
        let mut rows = event.rows(tables.plan(event.table_id).unwrap()).unwrap();
        let mut change = Change::default();
        while rows.next(&mut change).unwrap() {
            for image in [&change.before, &change.after] {
                let owned = OwnedRow::new(image);
                assert!(
                    owned
                        .values()
                        .zip(image)
                        .all(|(owned, value)| owned.is_same(value))
                );
                assert_eq!(owned.len(), image.len());
                seen += image.len();
            }
        }
    }
    assert!(seen > 1000);
}

#[test]
fn the_same_table_again_is_not_read_again() {
    let recorded = mysql();
    let (format, events) = recorded.events();
    let mut tables = Tables::default();
    let mut read = 0;
    let mut maps = 0;
    for (_, body) in events.iter().filter(|(kind, _)| *kind == kind::TABLE_MAP) {
        maps += 1;
        let count = |plan| {
            read += 1;
            plan
        };
        tables.take(body, &format, count).unwrap();
    }
    assert!(read < maps);
    assert_eq!(read, 5);
}

#[test]
fn a_description_of_another_table_is_refused() {
    let recorded = mariadb();
    let (format, events) = recorded.events();
    let (_, body) = events
        .iter()
        .find(|(kind, _)| *kind == kind::TABLE_MAP)
        .unwrap();
    let plan = TablePlan::parse(body, &format).unwrap();
    assert_eq!(plan.columns[0].name, "@1");
    assert!(plan.has_doubts());
    let described = recorded.described(&plan.table).unwrap();
    let fitted = fit(&plan, &described, Origin::Server).unwrap();
    assert_eq!(
        (fitted.columns[0].name.as_str(), fitted.origin),
        ("id", Origin::Server)
    );
    assert_eq!(fitted.key(), [0]);
    assert!(!fitted.has_doubts());

    let mut swapped = described.clone();
    swapped.swap(0, 1);
    let misfit = fit(&plan, &swapped, Origin::Server).unwrap_err();
    assert_eq!((misfit.column, misfit.reason), (0, "another type"));
    let misfit = fit(&plan, &described[1..], Origin::Server).unwrap_err();
    assert_eq!(misfit.reason, "another number of columns");
}

/// Read an event as far as it goes, and print all of it.
fn read_all(body: &[u8], plan: &TablePlan, kind: u8, format: &Format) -> usize {
    let mut render = Render::new(Zone::parse("+02:00").unwrap());
    let mut written = 0;
    let Ok(event) = RowsEvent::parse(kind, body, format) else {
        return 0;
    };
    let Ok(mut rows) = event.rows(plan) else {
        return 0;
    };
    let mut change = Change::default();
    while let Ok(true) = rows.next(&mut change) {
        for (column, value) in plan
            .columns
            .iter()
            .zip(change.before.iter().chain(&change.after))
        {
            let (mut text, mut json) = (String::new(), Vec::new());
            render.text(column, *value, &mut text).ok();
            render.json(column, *value, &mut json).ok();
            render
                .sql(column, *value, SqlMode::default(), &mut text)
                .ok();
            written += text.len() + json.len();
        }
    }
    written
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_events_are_read_without_panic_and_give_no_more_than_they_hold(
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<prop::sample::Index>(),
        whole: bool,
        mariadb_log: bool,
    ) {
        let recorded = if mariadb_log { mariadb() } else { mysql() };
        let (format, events) = recorded.events();
        let mut tables = Tables::default();
        for (kind, body) in &events {
            let mut damaged = body.to_vec();
            for (at, value) in &flips {
                if !damaged.is_empty() {
                    let at = at.index(damaged.len());
                    damaged[at] ^= value;
                }
            }
            if !whole {
                damaged.truncate(cut.index(damaged.len() + 1));
            }
            if *kind == kind::TABLE_MAP {
                TablePlan::parse(&damaged, &format).ok();
                tables.take(body, &format, |plan| recorded.complete(plan)).unwrap();
            } else if let Ok(event) = RowsEvent::parse(*kind, body, &format) {
                let plan = tables.plan(event.table_id).unwrap();
                // Bytes become hex, twice as text; JSON and SQL as much again. A compressed value may be larger.
                let written = read_all(&damaged, plan, *kind, &format);
                prop_assert!(mariadb_log || written <= damaged.len() * 40 + 4096);
            }
        }
    }

    #[test]
    fn any_bytes_are_json_or_malformed(bytes: Vec<u8>, diff: Vec<u8>, kind in 0_u8..16) {
        let mut document = vec![kind];
        document.extend(&bytes);
        let mut out = Vec::new();
        jsonb::write_text(&document, &mut out).ok();
        prop_assert!(out.len() <= 16 * document.len() + 128);
        jsondiff::write_changed(&document, &diff, &mut out).ok();
        jsondiff::write_changes(&diff, &mut out).ok();
    }

    #[test]
    fn text_in_any_set_becomes_utf8(bytes: Vec<u8>, collation in 0_u64..4096) {
        let charset = Charset::of_collation(collation);
        let mut out = Vec::new();
        charset.decode(&bytes, &mut out);
        if charset.is_utf8() || charset == Charset::BINARY || charset == Charset::UNKNOWN {
            prop_assert_eq!(out, bytes);
        } else {
            prop_assert!(String::from_utf8(out).is_ok());
        }
    }
}
