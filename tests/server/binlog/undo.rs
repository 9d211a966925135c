//! What is undone is as it was: the text is run by the server's own client, and the data compared.
//!
//! `PORTHOLE_BINLOG_SEED` makes other changes, `PORTHOLE_BINLOG_ROWS` more rows and more transactions.

use std::fmt::Write as _;

use porthole::demo::{Kind, random::Random};

use super::{
    every_type::{Table, quoted},
    logged::{Logged, each_kind, number, random, say},
};

/// A database of every type, of which all is known.
struct World {
    logged: Logged,
    tables: Vec<Table>,
    random: Random,
    /// Ids up to this one were given.
    last: u64,
    rows: u64,
}

impl World {
    async fn start(kind: Kind, args: &[&str]) -> Self {
        let (seed, random) = random();
        say(&format!("{kind}, seed {seed}"));
        let mut logged = Logged::start(kind, args).await;
        let mut tables = logged.every_type();
        tables.extend(tables.clone().iter().map(Table::keyless));
        for table in &tables {
            logged.run(&table.create()).await;
        }
        let mut world = Self {
            logged,
            tables,
            random,
            last: 0,
            rows: number("PORTHOLE_BINLOG_ROWS", 8),
        };
        for at in 0..world.tables.len() {
            let insert = world.insert(at, world.rows);
            world.logged.run(&insert).await;
            let nulls = world.tables[at].insert_nulls(world.last + 1, &mut world.random);
            world.logged.run(&nulls).await;
            world.last += 1;
        }
        world
    }

    fn insert(&mut self, table: usize, count: u64) -> String {
        let ids = self.last + 1..=self.last + count;
        self.last += count;
        self.tables[table].insert(ids, &mut self.random)
    }

    /// Rows of any table, which may be none.
    fn some_rows(&mut self) -> String {
        let (modulus, rest) = (2 + self.random.below(5), self.random.below(7));
        format!("id % {modulus} = {}", rest % modulus)
    }

    /// A statement that changes rows in any way.
    fn change(&mut self) -> String {
        let at = self.random.below(self.tables.len() as u64) as usize;
        let rows = self.some_rows();
        let name = self.tables[at].name.clone();
        match self.random.below(10) {
            0 | 1 => {
                let count = 1 + self.random.below(4);
                self.insert(at, count)
            }
            2 | 3 => format!("DELETE FROM {name} WHERE {rows}"),
            4 => {
                self.last += 10_000;
                format!("UPDATE {name} SET id = id + {} WHERE {rows}", self.last)
            }
            5 if !self.tables[at].keyed => {
                // The same rows again: only how many there are tells them apart.
                let columns: Vec<String> = ["id".to_owned()]
                    .into_iter()
                    .chain(
                        self.tables[at]
                            .settable()
                            .iter()
                            .map(|column| column.name.clone()),
                    )
                    .collect();
                let columns = columns.join(", ");
                format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM {name} WHERE {rows}")
            }
            choice => {
                let columns = [1, 2, 5, 1000][choice as usize % 4];
                self.tables[at].update(columns, &rows, &mut self.random)
            }
        }
    }

    /// Transactions of some statements each; one of them does not happen.
    async fn change_much(&mut self) {
        for _ in 0..3 + self.rows / 2 {
            let count = 1 + self.random.below(6);
            let statements: Vec<String> = (0..count).map(|_| self.change()).collect();
            self.logged.transact(&statements).await;
        }
        self.logged.run("BEGIN").await;
        let change = self.change();
        self.logged.run(&change).await;
        self.logged.run("ROLLBACK").await;
        let change = self.change();
        self.logged.run(&change).await;
    }

    /// Write statements for a file, and run them.
    async fn apply(&self, file: &str, more: &[&str]) {
        let text = text(&self.logged, file, more).await;
        self.logged.apply(&text).await;
    }

    /// Everything, to the last bit: the rows as SELECT gives them, the bits of floating-point numbers, the types in
    /// documents, and the servers' own checksums.
    async fn state(&mut self) -> Vec<String> {
        let mut state = Vec::new();
        for table in &self.tables {
            let mut bits = String::new();
            for column in &table.columns {
                let name = &column.name;
                if self.logged.kind() == Kind::MySql && matches!(name.as_str(), "j" | "j2") {
                    for path in ["$", "$[0]", "$[1]", "$[2]", "$.k1", "$.\"é\"", "$.\"\"[0]"] {
                        write!(bits, ", JSON_TYPE(JSON_EXTRACT({name}, {}))", quoted(path))
                            .unwrap();
                    }
                }
                if matches!(name.as_str(), "f" | "f10" | "e") {
                    write!(bits, ", {name} + 0e0").unwrap();
                }
            }
            let names = table.names();
            let sql = format!("SELECT {names}{bits} FROM {}", table.name);
            let rows = self.logged.query(&sql).await;
            let mut rows: Vec<&str> = rows.lines().collect();
            rows.sort_unstable();
            state.extend(rows.iter().map(|row| format!("{} {row}", table.name)));
            let sum = self.logged.checksum(&table.name).await;
            state.push(format!("{} {sum}", table.name));
        }
        state
    }
}

/// What `porthole binlog undo` writes for a file.
async fn text(logged: &Logged, file: &str, more: &[&str]) -> String {
    let read = [&["undo", file], more].concat();
    let outcome = logged.binlog(&read).await;
    let all = !outcome.err.contains("not taken back");
    assert_eq!(
        outcome.code,
        Some(if all { 0 } else { 3 }),
        "{}",
        outcome.err
    );
    outcome.printed().to_owned()
}

#[track_caller]
fn assert_same(state: &[String], expected: &[String], what: &str) {
    let other = |one: &[String], other: &[String]| {
        let lines = one.iter().filter(|line| !other.contains(line));
        lines.take(3).cloned().collect::<Vec<_>>().join("\n")
    };
    assert!(
        state == expected,
        "{what}: is\n{}\nand should be\n{}",
        other(state, expected),
        other(expected, state)
    );
}

#[tokio::test]
async fn what_is_undone_is_as_it_was_and_undoing_that_is_as_it_was_then() {
    each_kind(async |kind| {
        let mut world = World::start(kind, &[]).await;
        let before = world.state().await;
        world.logged.closed_file().await;
        world.change_much().await;
        let changed = world.state().await;
        assert_ne!(before, changed);
        let file = world.logged.closed_file().await;

        world.apply(&file, &[]).await;
        assert_same(&world.state().await, &before, "undo");
        let undo = world.logged.closed_file().await;
        world.apply(&undo, &[]).await;
        assert_same(&world.state().await, &changed, "undo of undo");
        world.apply(&undo, &["--redo"]).await;
        assert_same(&world.state().await, &before, "redo of undo");
        world.apply(&file, &["--redo"]).await;
        assert_same(&world.state().await, &changed, "redo");
    })
    .await;
}

/// A server with a small table, and rows in it.
async fn small(kind: Kind, args: &[&str], statements: &[&str]) -> Logged {
    let mut logged = Logged::start(kind, args).await;
    logged.run_all(statements).await;
    logged.closed_file().await;
    logged
}

/// The rows of a table in any order, a line each.
async fn rows(logged: &Logged, table: &str) -> Vec<String> {
    let text = logged.query(&format!("SELECT * FROM {table}")).await;
    let mut rows: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    rows.sort_unstable();
    rows
}

#[tokio::test]
async fn rows_without_a_key_that_differ_in_one_bit_are_told_apart() {
    each_kind(async |kind| {
        let mut logged = small(
            kind,
            &[],
            &[
                "CREATE TABLE t (s VARCHAR(20), x TEXT CHARACTER SET latin1, d DOUBLE, f FLOAT, j JSON, b VARBINARY(9))",
                "INSERT INTO t VALUES ('a', 'é', 0, 0, '[1]', 'a'), ('a ', 'é', 0, 0, '[1]', 'a'), \
                 ('A', 'é', 0, 0, '[1]', 'a'), ('a', 'e', 0, 0, '[1]', 'a'), ('a', 'é', -0e0, 0, '[1]', 'a'), \
                 ('a', 'é', 0, -0e0, '[1]', 'a'), ('a', 'é', 0, 0, '[1.0]', 'a'), ('a', 'é', 0, 0, '\"1\"', 'a'), \
                 ('a', 'é', 0, 0, '[1]', 'a '), ('a', 'é', 0, 0, '[1]', NULL), ('a', 'é', 0, 0, '[1]', 'a'), \
                 (NULL, NULL, NULL, NULL, NULL, NULL), ('', '', NULL, NULL, NULL, '')",
            ],
        )
        .await;
        let before = rows(&logged, "t").await;
        // Each row by itself, so that its undo must find it among the others.
        for (at, _) in before.iter().enumerate() {
            let place = format!("CREATE TABLE one AS SELECT * FROM t LIMIT 1 OFFSET {at}");
            logged
                .run_all(&[&place, "INSERT INTO t SELECT * FROM one", "DROP TABLE one"])
                .await;
            let (name, _) = logged.place().await;
            let file = logged.path(&name);
            let undo = [file.to_str().unwrap(), "--table", "logged.t", "--op", "insert"];
            let read = [&["undo"], &undo[..]].concat();
            let outcome = logged.binlog(&read).await;
            assert_eq!(outcome.code, Some(4), "the file is still written: {}", outcome.err);
            logged.apply(outcome.printed()).await;
            assert_eq!(rows(&logged, "t").await, before, "{kind}, row {at}");
            logged.closed_file().await;
        }
    })
    .await;
}

#[tokio::test]
async fn one_of_equal_rows_is_taken_back_for_each_that_was_changed() {
    each_kind(async |kind| {
        let mut logged = small(
            kind,
            &[],
            &[
                "CREATE TABLE t (a INT, b VARCHAR(9))",
                "INSERT INTO t VALUES (1, 'x'), (1, 'x'), (1, 'x'), (2, 'y')",
            ],
        )
        .await;
        let before = rows(&logged, "t").await;
        logged
            .transact(&[
                "DELETE FROM t WHERE a = 1 LIMIT 1",
                "UPDATE t SET b = 'z' WHERE a = 1 LIMIT 1",
                "INSERT INTO t VALUES (1, 'x'), (2, 'y'), (2, 'y')",
                "UPDATE t SET a = 3 WHERE a = 2 LIMIT 2",
            ])
            .await;
        let file = logged.closed_file().await;
        let undo = text(&logged, &file, &[]).await;
        logged.apply(&undo).await;
        assert_eq!(rows(&logged, "t").await, before);
    })
    .await;
}

#[tokio::test]
async fn what_the_log_has_in_part_is_refused_with_the_reason() {
    each_kind(async |kind| {
        let mut logged = small(
            kind,
            &["--binlog-row-image=MINIMAL"],
            &[
                "CREATE TABLE t (id INT PRIMARY KEY, n INT)",
                "CREATE TABLE other (id INT PRIMARY KEY, n INT)",
                "INSERT INTO t VALUES (1, 1), (2, 2)",
            ],
        )
        .await;
        logged.run("UPDATE t SET n = 5 WHERE id = 1").await;
        logged.run("DELETE FROM t WHERE id = 2").await;
        logged.run("INSERT INTO other VALUES (7, 7)").await;
        let file = logged.closed_file().await;
        let said = logged.binlog(&["undo", &file]).await.failed(3);
        for reason in [
            "the earlier value of logged.t was not logged (binlog_row_image is not FULL): the first is column n",
            "a value of the deleted row of logged.t was not logged",
            "refused: 2 changes cannot be taken back, so nothing was written",
            "--partial",
        ] {
            assert!(said.contains(reason), "{reason} in {said}");
        }
        // What can be is taken back where that is asked for, and the text says what is missing.
        let partial = text(&logged, &file, &["--partial"]).await;
        assert_eq!(partial.matches("NOT TAKEN BACK").count(), 2, "{partial}");
        logged.apply(&partial).await;
        assert!(rows(&logged, "other").await.is_empty());
        // To make it again, the log has enough.
        logged.run_all(&["DELETE FROM t", "INSERT INTO t VALUES (1, 1), (2, 2)"]).await;
        let redo = text(&logged, &file, &["--redo"]).await;
        logged.apply(&redo).await;
        assert_eq!(rows(&logged, "t").await, [r#"{"id":1,"n":5}"#]);
        assert_eq!(rows(&logged, "other").await, [r#"{"id":7,"n":7}"#]);
    })
    .await;
}

#[tokio::test]
async fn a_change_of_the_table_in_between_is_where_undoing_ends() {
    each_kind(async |kind| {
        let mut logged = small(
            kind,
            &[],
            &[
                "CREATE TABLE t (id INT PRIMARY KEY, n INT)",
                "CREATE TABLE other (id INT PRIMARY KEY)",
                "INSERT INTO t VALUES (1, 1)",
            ],
        )
        .await;
        logged
            .run_all(&[
                "UPDATE t SET n = 2",
                "ALTER TABLE t ADD COLUMN more INT DEFAULT 9",
                "UPDATE t SET n = 3, more = 10",
                "CREATE TABLE unrelated (id INT)",
                "INSERT INTO other VALUES (1)",
            ])
            .await;
        // That something is left out is told also while more may come.
        let (open, _) = logged.place().await;
        let open = logged.path(&open);
        let outcome = logged.binlog(&["undo", open.to_str().unwrap()]).await;
        assert_eq!(outcome.code, Some(3), "{}", outcome.err);
        assert!(
            outcome.err.contains("still being written"),
            "{}",
            outcome.err
        );
        let file = logged.closed_file().await;
        let outcome = logged.binlog(&["undo", &file]).await;
        assert!(
            outcome
                .err
                .contains("not taken back: 1 change before this statement")
                && outcome.err.contains("ALTER TABLE t ADD COLUMN more")
                && outcome.err.contains("--past-ddl"),
            "{}",
            outcome.err
        );
        assert_eq!(outcome.code, Some(3), "{}", outcome.err);
        let undo = outcome.printed();
        assert!(undo.contains("NOT TAKEN BACK: 1 change before"), "{undo}");
        logged.apply(undo).await;
        assert_eq!(rows(&logged, "t").await, [r#"{"id":1,"n":2,"more":9}"#]);
        assert!(rows(&logged, "other").await.is_empty());

        logged
            .run_all(&[
                "UPDATE t SET n = 3, more = 10",
                "INSERT INTO other VALUES (1)",
            ])
            .await;
        let undo = text(&logged, &file, &["--past-ddl"]).await;
        logged.apply(&undo).await;
        assert_eq!(rows(&logged, "t").await, [r#"{"id":1,"n":1,"more":9}"#]);
    })
    .await;
}

#[tokio::test]
async fn rows_of_foreign_keys_come_back_where_they_are_in_the_log_and_are_warned_of() {
    each_kind(async |kind| {
        let mut logged = small(
            kind,
            &[],
            &[
                "CREATE TABLE parent (id INT PRIMARY KEY)",
                "CREATE TABLE child (id INT PRIMARY KEY, parent INT, other INT, \
                 FOREIGN KEY (parent) REFERENCES parent (id) ON DELETE CASCADE ON UPDATE CASCADE, \
                 FOREIGN KEY (other) REFERENCES parent (id) ON DELETE SET NULL ON UPDATE CASCADE)",
                "INSERT INTO parent VALUES (1), (2), (3)",
                "INSERT INTO child VALUES (10, 1, 2), (11, 1, NULL), (12, 2, 1), (13, 3, 3)",
            ],
        )
        .await;
        let before = rows(&logged, "child").await;
        logged
            .transact(&[
                "DELETE FROM parent WHERE id = 1",
                "UPDATE parent SET id = 4 WHERE id = 3",
            ])
            .await;
        let file = logged.closed_file().await;
        let undo = text(&logged, &file, &[]).await;
        assert!(
            undo.contains("-- Rows that foreign keys changed by themselves"),
            "{undo}"
        );
        logged.apply(&undo).await;
        assert_eq!(rows(&logged, "parent").await.len(), 3);
        let after = rows(&logged, "child").await;
        let logs_cascades = undo.contains("child");
        assert_eq!(logs_cascades, kind == Kind::MySql, "{undo}");
        assert_eq!(after == before, logs_cascades, "{after:?}\n{undo}");
    })
    .await;
}
