//! What the log says of each cell is what a SELECT gave: every type, every form of the log.
//!
//! Changes are made in stages. What the log says is made again in memory, change by change, where every value before a
//! change must be the one that is known by then; after each stage, memory must hold what a SELECT gave at that moment.
//!
//! `PORTHOLE_BINLOG_SEED` gives other values, `PORTHOLE_BINLOG_ROWS` more rows.

use std::collections::{BTreeMap, BTreeSet};

use porthole::demo::{Kind, random::Random};
use serde_json::Value;

use super::{
    every_type::Table,
    logged::{DATABASE, Logged, each_kind, lines, number, random, say},
};

/// A row: JSON text by column.
type Row = BTreeMap<String, String>;
/// Rows by id.
type Rows = BTreeMap<i64, Row>;
/// The rows of some tables.
type Shot = BTreeMap<String, Rows>;

/// How a log is written.
struct Form {
    settings: Vec<(&'static str, &'static str)>,
}

impl Form {
    fn has(&self, wanted: &str) -> bool {
        self.settings.iter().any(|(_, value)| *value == wanted)
    }
}

fn forms(kind: Kind, release: (u32, u32)) -> Vec<Form> {
    let form = |names: &[&'static str], values: &[&'static str]| Form {
        settings: names.iter().copied().zip(values.iter().copied()).collect(),
    };
    let row = ["binlog_row_metadata", "binlog_row_image"];
    match kind {
        Kind::MySql => {
            let names = [
                row[0],
                row[1],
                "binlog_transaction_compression",
                "binlog_row_value_options",
            ];
            [
                ["'FULL'", "'FULL'", "OFF", "''"],
                ["'MINIMAL'", "'FULL'", "ON", "'PARTIAL_JSON'"],
                ["'FULL'", "'MINIMAL'", "ON", "''"],
                ["'MINIMAL'", "'NOBLOB'", "OFF", "'PARTIAL_JSON'"],
                ["'FULL'", "'MINIMAL'", "OFF", "'PARTIAL_JSON'"],
            ]
            .iter()
            .map(|values| form(&names, values))
            .collect()
        }
        Kind::MariaDb => {
            let names = [
                row[0],
                row[1],
                "log_bin_compress",
                "log_bin_compress_min_len",
            ];
            let mut forms = vec![
                ["'FULL'", "'FULL'", "OFF", "256"],
                ["'NO_LOG'", "'FULL'", "ON", "10"],
                ["'MINIMAL'", "'MINIMAL'", "OFF", "256"],
                ["'NO_LOG'", "'NOBLOB'", "OFF", "256"],
                ["'FULL'", "'MINIMAL'", "ON", "10"],
            ];
            if release >= (11, 4) {
                forms.push(["'NO_LOG'", "'FULL_NODUP'", "OFF", "256"]);
            }
            forms.iter().map(|values| form(&names, values)).collect()
        }
    }
}

/// Statements of one transaction, and the tables that they change.
struct Stage<'a> {
    statements: Vec<String>,
    tables: Vec<&'a Table>,
}

/// What happens to the tables.
fn stages<'a>(tables: &'a [Table], kind: Kind, random: &mut Random) -> Vec<Stage<'a>> {
    let count = number("PORTHOLE_BINLOG_ROWS", 8);
    let mut stages = Vec::new();
    let mut each = |statements: &mut dyn FnMut(&Table) -> Vec<String>| {
        stages.push(Stage {
            statements: tables.iter().flat_map(&mut *statements).collect(),
            tables: tables.iter().collect(),
        });
    };
    each(&mut |table| {
        vec![
            table.insert(1..=count, random),
            table.insert_nulls(count + 1, random),
        ]
    });
    for columns in [1, 2, 6, 1000] {
        each(&mut |table| {
            let from = 1 + random.below(count / 2);
            let to = count / 2 + random.below(count / 2 + 2);
            let rows = format!("id BETWEEN {from} AND {to}");
            vec![table.update(columns, &rows, random)]
        });
    }
    each(&mut |table| {
        vec![
            format!("DELETE FROM {} WHERE id % 3 = 0", table.name),
            format!("UPDATE {} SET id = id + 1000 WHERE id % 3 = 1", table.name),
        ]
    });
    let specials = tables.iter().find(|table| table.name == "specials");
    if let (Kind::MySql, Some(table)) = (kind, specials) {
        stages.insert(
            5,
            Stage {
                statements: JSON
                    .map(|value| format!("UPDATE specials SET {value} WHERE id < 7"))
                    .into(),
                tables: vec![table],
            },
        );
    }
    stages
}

/// Changes of documents, which may be logged in part.
const JSON: [&str; 10] = [
    r#"j = JSON_OBJECT('a', JSON_ARRAY(1, 2, JSON_OBJECT('b', REPEAT('x', 300))), 'long "k".[1]', JSON_OBJECT('c', 1.5),
    'z', 1, 'arr', JSON_ARRAY(1, 2, 3))"#,
    "j = JSON_SET(j, '$.a[2].b', 'new')",
    "j = JSON_REMOVE(j, '$.z')",
    "j = JSON_SET(j, '$.fresh', 'v', '$.arr[5]', JSON_OBJECT('last', 2))",
    r#"j = JSON_REPLACE(j, '$."long \\"k\\".[1]".c', CAST('2020-01-01' AS DATE))"#,
    "j = JSON_ARRAY_INSERT(j, '$.arr[1]', 'ins')",
    "j = JSON_INSERT(j, '$.arr[10]', 'app', '$.newkey', 'v')",
    "j = JSON_REMOVE(j, '$.arr[0]', '$.a[0]')",
    "j = JSON_SET(j, '$.a[1].b.c', 3, '$.arr', JSON_ARRAY())",
    "j = JSON_SET(j, '$.newkey', REPEAT('y', 200)), x = 'changed'",
];

fn row(object: &Value) -> Row {
    let members = object.as_object().unwrap().iter();
    members
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect()
}

fn id(row: &Row) -> i64 {
    row["id"].parse().unwrap()
}

async fn shot(logged: &Logged, tables: &[&Table]) -> Shot {
    let mut shot = Shot::new();
    for table in tables {
        let sql = format!("SELECT {} FROM {}", table.names(), table.name);
        let rows = lines(&logged.query(&sql).await);
        let rows = rows.iter().map(row).map(|row| (id(&row), row)).collect();
        shot.insert(table.name.clone(), rows);
    }
    shot
}

/// The tables as the log says that they are.
struct Replay<'a> {
    tables: &'a [Table],
    rows: Shot,
    /// Cells that the log does not say: generated ones, and documents of which it has a part alone.
    unknown: BTreeSet<(String, i64, String)>,
    /// Cells that were compared.
    cells: u64,
    /// Documents of which only the changes were logged.
    parts: u64,
    ops: BTreeMap<(String, String), u64>,
}

impl Replay<'_> {
    fn take(&mut self, change: &Value) {
        let table = change["table"].as_str().unwrap().to_owned();
        let op = change["op"].as_str().unwrap().to_owned();
        *self.ops.entry((table.clone(), op)).or_default() += 1;
        let image = |image: &Value| (!image.is_null()).then(|| row(image));
        let (before, after) = (image(&change["before"]), image(&change["after"]));
        let rows = self.rows.entry(table.clone()).or_default();
        let mut known = Row::new();
        if let Some(before) = &before {
            known = rows.remove(&id(before)).expect("the row is known");
            for (name, value) in before {
                if !self
                    .unknown
                    .remove(&(table.clone(), id(&known), name.clone()))
                {
                    assert_eq!(Some(value), known.get(name), "{name} before: {change}");
                    self.cells += 1;
                }
                known.insert(name.clone(), value.clone());
            }
        }
        let Some(after) = after else { return };
        let old = known.get("id").cloned();
        known.extend(after.clone());
        let new = id(&known);
        let columns = self.tables.iter().find(|other| other.name == table);
        let columns = columns.map_or(&[][..], |table| &table.columns);
        for column in columns {
            let name = &column.name;
            let logged = after.contains_key(name);
            let in_part = after.get(name).is_some_and(|value| value.starts_with('['));
            self.parts += u64::from(in_part);
            let was = old.as_ref().is_some_and(|old| {
                self.unknown
                    .remove(&(table.clone(), old.parse().unwrap(), name.clone()))
            });
            if in_part || was && !logged || column.is_generated() && !logged {
                self.unknown.insert((table.clone(), new, name.clone()));
            }
        }
        self.cells += after.len() as u64;
        assert_eq!(rows.insert(new, known), None, "{change}");
    }

    /// The rows are as they were seen; gives what the log did not say.
    fn compare(&mut self, seen: &Shot) {
        for (table, seen) in seen {
            let rows = self.rows.entry(table.clone()).or_default();
            let ids = |rows: &Rows| rows.keys().copied().collect::<Vec<_>>();
            assert_eq!(ids(rows), ids(seen), "{table}");
            for (id, row) in rows {
                for (name, value) in &seen[id] {
                    let known = row.insert(name.clone(), value.clone());
                    if !self.unknown.contains(&(table.clone(), *id, name.clone())) {
                        assert_eq!(known.as_ref(), Some(value), "{table}.{name} of {id}");
                    }
                }
            }
        }
        self.unknown.clear();
    }
}

/// Change the tables, and compare the changes that the log has.
async fn compare(logged: &mut Logged, tables: &[Table], form: &Form, random: &mut Random) {
    for (name, value) in &form.settings {
        logged.run(&format!("SET GLOBAL {name} = {value}")).await;
    }
    logged.begin_session().await;
    for name in tables
        .iter()
        .map(|table| table.name.as_str())
        .chain(["marker"])
    {
        logged.run(&format!("TRUNCATE {name}")).await;
    }
    logged.closed_file().await;
    let mut shots = Vec::new();
    for (number, mut stage) in stages(tables, logged.kind(), random)
        .into_iter()
        .enumerate()
    {
        stage
            .statements
            .push(format!("INSERT INTO marker VALUES ({number})"));
        logged.transact(&stage.statements).await;
        shots.push(shot(logged, &stage.tables).await);
    }
    let file = logged.closed_file().await;
    let changes = logged.changes(&[&file]).await;
    let mut replay = Replay {
        tables,
        rows: Shot::new(),
        unknown: BTreeSet::new(),
        cells: 0,
        parts: 0,
        ops: BTreeMap::new(),
    };
    let mut shots = shots.iter();
    for change in &changes {
        assert_eq!(change["database"], DATABASE);
        if change["table"] == "marker" {
            replay.compare(shots.next().unwrap());
        } else {
            replay.take(change);
        }
    }
    assert_eq!(shots.count(), 0, "every stage was compared");
    for table in tables {
        for op in ["insert", "update", "delete"] {
            let count = replay.ops.get(&(table.name.clone(), op.to_owned()));
            assert!(count.is_some(), "{op} of {}", table.name);
        }
    }
    assert!(replay.cells > 2000, "{}", replay.cells);
    // Beside the whole document before them, changes are known as the whole document after.
    let in_parts = form.has("'PARTIAL_JSON'") && form.settings[1].1 == "'MINIMAL'";
    assert_eq!(replay.parts > 0, in_parts);
    if form.has("ON") {
        same_live(logged, &file, &changes).await;
    }
    if form.settings[0].1 == "'FULL'" {
        same_alone(logged.kind(), &file, changes).await;
    }
}

/// Read from the server, the log says the same.
async fn same_live(logged: &mut Logged, file: &str, changes: &[Value]) {
    let name = file.rsplit('/').next().unwrap();
    let (next, _) = logged.place().await;
    let (from, to) = (format!("{name}:4"), format!("{next}:4"));
    let mut live = logged.changes(&["--from", &from, "--to", &to]).await;
    let mut changes = changes.to_owned();
    // Newer MariaDB does not say where the events of a transaction are (binlog_legacy_event_pos), and does not send all
    // of them: only the place of the transaction is known.
    if logged.kind() == Kind::MariaDb && logged.server.release() >= (11, 7) {
        for change in live.iter_mut().chain(&mut changes) {
            for place in ["pos", "end_pos"] {
                change.as_object_mut().unwrap().remove(place);
            }
        }
    }
    assert_same(&live, &changes);
}

#[track_caller]
fn assert_same(changes: &[Value], expected: &[Value]) {
    for (change, expected) in changes.iter().zip(expected) {
        assert_eq!(change, expected);
    }
    assert_eq!(changes.len(), expected.len());
}

/// Without a server to ask, a log with full metadata says the same, but that it does not know which numbers are filled
/// with zeros, and MariaDB's not all types.
async fn same_alone(kind: Kind, file: &str, mut changes: Vec<Value>) {
    let mut read = vec!["cat", file, "--format", "ndjson", "--changes-only"];
    if kind == Kind::MariaDb {
        read.extend(["--not-table", "specials"]);
        changes.retain(|change| change["table"] != "specials");
    }
    let mut alone = lines(&super::logged::binlog(&read).await.done());
    for change in alone.iter_mut().chain(&mut changes) {
        for image in ["before", "after"] {
            if let Some(row) = change[image].as_object_mut() {
                row.remove("dz");
            }
        }
    }
    assert_same(&alone, &changes);
}

#[tokio::test]
async fn every_cell_of_every_type_is_what_a_select_gave() {
    each_kind(async |kind| {
        let mut logged = Logged::start(kind, &[]).await;
        let (seed, mut random) = random();
        let mut tables = logged.every_type();
        // Without a key, a minimal image has other columns.
        let keyless = tables[0].keyless();
        tables.push(keyless);
        logged.run("CREATE TABLE marker (id INT PRIMARY KEY)").await;
        for table in &tables {
            logged.run(&table.create()).await;
        }
        for form in forms(kind, logged.server.release()) {
            say(&format!("{kind}, seed {seed}, {:?}", form.settings));
            compare(&mut logged, &tables, &form, &mut random).await;
        }
    })
    .await;
}
