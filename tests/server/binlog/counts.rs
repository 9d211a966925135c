//! How many rows of each table were inserted, updated and deleted, is what the server's own tool prints.
//!
//! `PORTHOLE_BINLOG_BYTES` says how large the log becomes: some hundred kilobytes unless told.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    process::Stdio,
};

use porthole::demo::{Kind, random::Random};
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
};

use super::logged::{DATABASE, Logged, each_kind, number, random, say};
use crate::cli::Program;

/// Rows by table and operation.
type Counts = BTreeMap<(String, &'static str), u64>;

const TABLES: [&str; 5] = [
    "CREATE TABLE ten (n INT PRIMARY KEY)",
    "CREATE TABLE item (id BIGINT AUTO_INCREMENT PRIMARY KEY, code CHAR(120), word VARCHAR(60), n INT, at DATETIME(6), \
     price DECIMAL(12,2), KEY (n))",
    "CREATE TABLE event (id BIGINT AUTO_INCREMENT PRIMARY KEY, item BIGINT, body TEXT, weight DOUBLE)",
    "CREATE TABLE heap (a INT, b VARBINARY(200), c ENUM('x','y'))",
    "CREATE TABLE counter (id INT PRIMARY KEY, n INT NOT NULL)",
];

/// A load of many sorts of statements.
struct Load {
    logged: Logged,
    random: Random,
    /// Rows that a large statement inserts.
    rows: u64,
}

impl Load {
    /// Transactions of one statement and of many, large and small, some of which do not happen.
    async fn round(&mut self) {
        let compressed = match self.logged.kind() {
            Kind::MySql => "SET SESSION binlog_transaction_compression = ",
            Kind::MariaDb => "SET GLOBAL log_bin_compress = ",
        };
        let switch = self.random.pick(&["ON", "OFF"]);
        self.logged.run(&format!("{compressed}{switch}")).await;
        let (rows, seed) = (self.rows, self.random.below(1000));
        let source = "FROM ten a, ten b, ten c, ten d LIMIT";
        self.logged
            .transact(&[
                format!(
                    "INSERT INTO item (code, word, n, at, price) SELECT SHA2(a.n + 10 * b.n + 100 * c.n + {seed}, 256), \
                     REPEAT(CHAR(97 + a.n), 5 * b.n), a.n + 10 * b.n + {seed}, NOW(6), RAND({seed}) * 1e6 {source} {rows}"
                ),
                format!(
                    "INSERT INTO event (item, body, weight) SELECT a.n, REPEAT('word ', 20 * b.n), RAND({seed}) {source} {}",
                    rows / 2
                ),
            ])
            .await;
        let part = self.random.below(4);
        for statement in [
            format!(
                "UPDATE item SET price = price + 1, word = REVERSE(word) WHERE id % 4 = {part}"
            ),
            format!(
                "INSERT INTO heap (a, b, c) SELECT a.n, UNHEX(SHA2(a.n + {seed}, 256)), 1 + b.n % 2 {source} {}",
                rows / 4
            ),
            format!("UPDATE heap SET c = 'y' WHERE a = {part}"),
            "INSERT INTO counter VALUES (1, 1), (2, 1), (3, 1) ON DUPLICATE KEY UPDATE n = n + 1"
                .to_owned(),
            format!("REPLACE INTO counter VALUES ({part}, 0), (100, 0)"),
            format!(
                "UPDATE item, event SET item.n = item.n + 1, event.weight = -event.weight WHERE item.id = event.id AND item.id % 8 = {part}"
            ),
        ] {
            self.logged.run(&statement).await;
        }
        for _ in 0..20 {
            let id = self.random.below(50);
            let sql =
                format!("INSERT INTO counter VALUES ({id}, 0) ON DUPLICATE KEY UPDATE n = n + 1");
            self.logged.run(&sql).await;
        }
        self.logged
            .run_all(&[
                "BEGIN",
                "UPDATE counter SET n = n + 1",
                "SAVEPOINT s",
                "DELETE FROM counter WHERE id > 2",
                "ROLLBACK TO s",
                "DELETE FROM counter WHERE id > 30",
                "COMMIT",
                "BEGIN",
                "DELETE FROM item",
                "ROLLBACK",
            ])
            .await;
        // What is there stays about as large.
        let keep = rows * 3;
        for table in ["item", "event"] {
            let sql = format!(
                "DELETE FROM {table} WHERE id <= (SELECT id FROM (SELECT MAX(id) - {keep} AS id FROM {table}) last)"
            );
            self.logged.run(&sql).await;
        }
        if self.random.chance(0.3) {
            let other = *self
                .random
                .pick(&["ADD COLUMN more INT DEFAULT 7", "COMMENT = ''"]);
            let column = self
                .logged
                .one("SELECT COUNT(*) FROM information_schema.columns WHERE table_name = 'heap'")
                .await;
            let change = if column == "4" {
                "DROP COLUMN more"
            } else {
                other
            };
            self.logged.run(&format!("ALTER TABLE heap {change}")).await;
            self.logged.run("TRUNCATE heap").await;
        }
    }
}

/// The log's files.
async fn files(logged: &mut Logged) -> Vec<PathBuf> {
    let rows: Vec<mysql_async::Row> =
        mysql_async::prelude::Queryable::query(&mut logged.admin, "SHOW BINARY LOGS")
            .await
            .unwrap();
    let name = |row: &mysql_async::Row| row.get::<String, _>(0).unwrap();
    rows.iter().map(|row| logged.path(&name(row))).collect()
}

/// Count the lines that begin with one of these, up to what stands after `end`.
async fn counted(mut child: Child, of: impl Fn(&str) -> Option<(String, &'static str)>) -> Counts {
    let mut lines = BufReader::with_capacity(1 << 20, child.stdout.take().unwrap());
    let mut counts = Counts::new();
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line).await.unwrap() > 0 {
        if let Some(key) = of(&String::from_utf8_lossy(&line)) {
            *counts.entry(key).or_default() += 1;
        }
        line.clear();
    }
    assert!(child.wait().await.unwrap().success());
    counts
}

/// As the server's own tool prints them.
async fn by_tool(kind: Kind, files: &[PathBuf]) -> Counts {
    let tool = match kind {
        Kind::MySql => "mysqlbinlog",
        Kind::MariaDb => "mariadb-binlog",
    };
    let child = Command::new(tool)
        .args(["--no-defaults", "-vv", "--base64-output=decode-rows"])
        .args(files)
        .stdout(Stdio::piped())
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .unwrap_or_else(|error| panic!("{tool}: {error}"));
    counted(child, |line| {
        let rest = line.strip_prefix("### ")?;
        let (op, name) = [
            ("insert", "INSERT INTO "),
            ("update", "UPDATE "),
            ("delete", "DELETE FROM "),
        ]
        .iter()
        .find_map(|(op, words)| Some((*op, rest.strip_prefix(words)?)))?;
        Some((name.trim_end().replace('`', ""), op))
    })
    .await
}

/// As we print them.
async fn by_us(log: &Path) -> Counts {
    let read = ["binlog", "cat", log.to_str().unwrap()];
    let form = ["--format", "ndjson", "--changes-only"];
    let child = Program::new(&[&read[..], &form].concat()).start();
    counted(child, |line| {
        let op = ["insert", "update", "delete"].into_iter();
        let start = |op| format!("{{\"op\":\"{op}\",\"database\":\"");
        let (op, rest) = op
            .map(|op| (op, start(op)))
            .find_map(|(op, start)| Some((op, line.strip_prefix(&start)?)))
            .expect("a change of a row");
        let (database, rest) = rest.split_once("\",\"table\":\"").unwrap();
        let (table, _) = rest.split_once('"').unwrap();
        Some((format!("{database}.{table}"), op))
    })
    .await
}

/// As the summary counts them.
async fn by_summary(log: &Path) -> Counts {
    let read = [
        "binlog",
        "summary",
        log.to_str().unwrap(),
        "--format",
        "json",
    ];
    let mut text = Vec::new();
    let mut child = Program::new(&read).start();
    let mut out = child.stdout.take().unwrap();
    tokio::io::AsyncReadExt::read_to_end(&mut out, &mut text)
        .await
        .unwrap();
    assert!(child.wait().await.unwrap().success());
    let summary: serde_json::Value = serde_json::from_slice(&text).unwrap();
    let mut counts = Counts::new();
    for table in summary["tables"].as_array().unwrap() {
        let name = |key: &str| table[key].as_str().unwrap();
        let name = format!("{}.{}", name("database"), name("table"));
        for (op, key) in [
            ("insert", "inserts"),
            ("update", "updates"),
            ("delete", "deletes"),
        ] {
            let count = table[key].as_u64().unwrap();
            if count > 0 {
                counts.insert((name.clone(), op), count);
            }
        }
    }
    counts
}

#[tokio::test]
async fn rows_are_as_many_as_the_server_s_own_tool_prints() {
    each_kind(async |kind| {
        let bytes = number("PORTHOLE_BINLOG_BYTES", 300_000);
        let (seed, random) = random();
        let size = format!("--max-binlog-size={}", (bytes / 5).max(4096));
        let mut logged = Logged::start(kind, &[&size]).await;
        logged.run_all(&TABLES).await;
        logged
            .run("INSERT INTO ten VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)")
            .await;
        let rows = (bytes / 20_000).clamp(30, 4000);
        let mut load = Load {
            logged,
            random,
            rows,
        };
        let written = async |logged: &mut Logged| -> u64 {
            let files = files(logged).await;
            files
                .iter()
                .map(|file| file.metadata().unwrap().len())
                .sum()
        };
        while written(&mut load.logged).await < bytes {
            load.round().await;
        }
        load.logged.run("FLUSH BINARY LOGS").await;
        // The one that is being written now is left out.
        let mut files = files(&mut load.logged).await;
        files.pop();
        let log = load.logged.path("closed");
        std::fs::create_dir(&log).unwrap();
        for file in &files {
            std::fs::hard_link(file, log.join(file.file_name().unwrap())).unwrap();
        }
        assert!(files.len() > 3, "{files:?}");
        let bytes: u64 = files
            .iter()
            .map(|file| file.metadata().unwrap().len())
            .sum();
        let by_tool = by_tool(kind, &files).await;
        say(&format!(
            "{kind}, seed {seed}, {bytes} bytes, {} files: {by_tool:?}",
            files.len()
        ));
        for table in ["item", "event", "heap", "counter"] {
            for op in ["insert", "update", "delete"] {
                let key = (format!("{DATABASE}.{table}"), op);
                // Nothing is deleted from it but by TRUNCATE.
                assert_eq!(
                    by_tool.contains_key(&key),
                    key.0 != "logged.heap" || op != "delete"
                );
            }
        }
        assert_eq!(by_us(&log).await, by_tool);
        assert_eq!(by_summary(&log).await, by_tool);
    })
    .await;
}
