//! The binary log on the command line, against both servers: what is printed of it is what a SELECT gives, and what is
//! undone is as it was.

use std::{collections::BTreeMap, path::PathBuf};

use mysql_async::{Conn, Row, prelude::Queryable as _};
use porthole::demo::{Kind, Options, Server};
use serde_json::Value;

use crate::{cli::Program, support};

/// A server of one test, whose log names its columns.
struct Logged {
    server: Server,
    admin: Conn,
}

/// Rows by their id.
type Rows = BTreeMap<i64, Value>;

const COLUMNS: &str = "id INT PRIMARY KEY, ti TINYINT, mi MEDIUMINT, mu MEDIUMINT UNSIGNED, bu BIGINT UNSIGNED, \
    f FLOAT, d DOUBLE, n DECIMAL(30,10), b BIT(9), y YEAR, da DATE, t6 TIME(6), dt DATETIME(3), ts TIMESTAMP(6) NULL, \
    c CHAR(10) CHARACTER SET latin1, v VARCHAR(50), x TEXT CHARACTER SET cp1251, bin BINARY(4), vb VARBINARY(20), \
    bl BLOB, e ENUM('a','b,c',''), s SET('x','y'), j JSON, g POINT, double_id INT AS (id * 2) STORED";

const NAMES: &str =
    "id, ti, mi, mu, bu, f, d, n, b, y, da, t6, dt, ts, c, v, x, bin, vb, bl, e, s, j, g";

const VALUES: [&str; 5] = [
    "-128, -8388608, 16777215, 18446744073709551615, 0.1, 1e300, -0.0000000001, b'101', 0, '0000-00-00', \
     '-838:59:58.000001', '2024-02-29 12:34:56.7', '2038-01-19 03:14:07.999999', 'Größe', 'tab\\tlf\\nback\\\\ \\'q\\'', \
     'Привет', x'00ff', x'00ff00', '', 'b,c', 'x,y', '{\"b\": [1, 1.5, null], \"a\": \"ü\"}', \
     ST_GeomFromText('POINT(1 2)')",
    "NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, \
     NULL, NULL, NULL, NULL",
    "127, -1, 0, 0, 16777217, -2.2250738585072014e-308, 12345678901234567890.0123456789, 511, 2155, '9999-12-31', \
     '00:00:00', '0000-00-00 00:00:00', '1970-01-01 00:00:01', '', '', '', '', '', REPEAT('x', 3000), '', '', '[]', \
     ST_GeomFromText('POINT(-1.5 1e10)')",
    "0, 1, 1, 1, 3.4e38, 0, 0, 0, 1901, '2024-00-00', '837:00:00.5', '1000-01-01 00:00:00', '2001-09-09 01:46:40', 'a', \
     'A', 'a', 'a', 'a', 'a', 'a', 'x', '\"text\"', NULL",
    // The error value of an ENUM.
    "1, 2, 3, 4, 1e-38, 1e-5, 1, 2, 2024, '2024-02-29', '01:02:03.4', '2024-01-01 00:00:00', NULL, 'b', 'a', 'b', 'b', \
     'b', 'b', 0, 'y', '1', NULL",
];

impl Logged {
    async fn start(kind: Kind, args: &[&str]) -> Self {
        let all = ["--log-bin", "--server-id=7", "--binlog-format=ROW"];
        let options = Options {
            args: all.iter().chain(args).map(ToString::to_string).collect(),
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let mut logged = Self {
            admin: server.connect().await.unwrap(),
            server,
        };
        logged
            .run("CREATE DATABASE types CHARACTER SET utf8mb4")
            .await;
        logged.run("USE types").await;
        logged
            .run("SET SESSION sql_mode = '', time_zone = '+00:00', NAMES utf8mb4")
            .await;
        for table in ["keyed", "keyless"] {
            let columns = match table {
                "keyed" => COLUMNS.to_owned(),
                _ => COLUMNS.replace("id INT PRIMARY KEY", "id INT"),
            };
            logged
                .run(&format!("CREATE TABLE {table} ({columns})"))
                .await;
        }
        logged
    }

    async fn run(&mut self, sql: &str) {
        self.admin
            .query_drop(sql)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    async fn insert(&mut self, from: usize) {
        for table in ["keyed", "keyless"] {
            for (at, values) in VALUES.iter().enumerate() {
                let id = from + at;
                self.run(&format!(
                    "INSERT INTO {table} ({NAMES}) VALUES ({id}, {values})"
                ))
                .await;
            }
        }
    }

    /// Updates and deletes of every sort, in transactions of several statements.
    async fn change(&mut self) {
        for table in ["keyed", "keyless"] {
            self.run("BEGIN").await;
            for at in 0..VALUES.len() {
                let id = 1 + (at + 1) % VALUES.len();
                let set: Vec<_> = NAMES
                    .split(", ")
                    .skip(1)
                    .map(|name| format!("o.{name} = s.{name}"))
                    .collect();
                self.run(&format!(
                    "UPDATE {table} o JOIN (SELECT * FROM {table} WHERE id = {}) s SET {} WHERE o.id = {id}",
                    at + 1,
                    set.join(", ")
                ))
                .await;
            }
            self.run("COMMIT").await;
            self.run(&format!(
                "UPDATE {table} SET v = UPPER(v), e = 'a' WHERE id < 4"
            ))
            .await;
            self.run(&format!("DELETE FROM {table} WHERE id = 2")).await;
            self.run(&format!("UPDATE {table} SET id = id + 100 WHERE id = 3"))
                .await;
        }
        self.insert(50).await;
    }

    /// The file of the log that is being written.
    async fn file(&mut self) -> PathBuf {
        let rows: Vec<Row> = self.admin.query("SHOW BINARY LOGS").await.unwrap();
        let name: String = rows.last().unwrap().get(0).unwrap();
        self.server.data_dir().join(name)
    }

    /// Begin another file, and give the one that was closed.
    async fn closed_file(&mut self) -> PathBuf {
        let file = self.file().await;
        self.run("FLUSH BINARY LOGS").await;
        file
    }

    fn url(&self) -> String {
        let (user, port) = (self.server.root_user(), self.server.port());
        let password = self.server.root_password();
        format!(
            "mysql://{user}:{}@127.0.0.1:{port}/types",
            password.reveal()
        )
    }

    async fn program(&self, arguments: &[&str]) -> String {
        Program::new(arguments).run().await.done()
    }

    async fn rows(&self, table: &str) -> Vec<Value> {
        let sql = format!("SELECT * FROM {table} ORDER BY id");
        let url = self.url();
        let arguments = ["query", "--url", &url, "--format", "ndjson", &sql];
        lines(&self.program(&arguments).await)
    }

    async fn state(&self) -> [Vec<Value>; 2] {
        [self.rows("keyed").await, self.rows("keyless").await]
    }

    /// Run statements as a person would: in one go, in a session of their own.
    async fn apply(&mut self, sql: &str) {
        let mut session = self.server.connect().await.unwrap();
        session
            .query_drop(sql)
            .await
            .unwrap_or_else(|error| panic!("{error}\n{sql}"));
        session.disconnect().await.unwrap();
    }
}

fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

async fn each_kind(test: impl AsyncFn(Kind)) {
    for kind in support::BOTH {
        test(kind).await;
    }
}

/// Make the changes one after another; each must find what it says was there before.
fn replayed(changes: &[Value], table: &str) -> Rows {
    let mut rows = Rows::new();
    let id = |image: &Value| image["id"].as_i64().unwrap();
    for change in changes.iter().filter(|change| change["table"] == table) {
        let (before, after) = (&change["before"], &change["after"]);
        if !before.is_null() {
            assert_eq!(rows.remove(&id(before)).as_ref(), Some(before), "{change}");
        }
        if !after.is_null() {
            assert_eq!(rows.insert(id(after), after.clone()), None, "{change}");
        }
    }
    rows
}

#[tokio::test]
async fn every_change_of_every_type_is_printed_as_a_select_prints_it() {
    each_kind(async |kind| {
        for metadata in ["FULL", "MINIMAL"] {
            let mut logged =
                Logged::start(kind, &[&format!("--binlog-row-metadata={metadata}")]).await;
            logged.insert(1).await;
            logged.change().await;
            let file = logged.closed_file().await;
            let (file, url) = (file.to_str().unwrap(), logged.url());
            let read = [
                "binlog",
                "cat",
                file,
                "--url",
                &url,
                "--format",
                "ndjson",
                "--changes-only",
            ];
            let changes = lines(&logged.program(&read).await);
            for table in ["keyed", "keyless"] {
                let replayed: Vec<Value> = replayed(&changes, table).into_values().collect();
                assert_eq!(
                    replayed,
                    logged.rows(table).await,
                    "{kind:?} {metadata} {table}"
                );
            }
            let live = [
                "binlog",
                "cat",
                "--url",
                &url,
                "--format",
                "ndjson",
                "--changes-only",
            ];
            assert_eq!(lines(&logged.program(&live).await), changes);
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_undone_is_as_it_was_and_undoing_that_is_as_it_was_then() {
    each_kind(async |kind| {
        let mut logged = Logged::start(kind, &["--binlog-row-metadata=FULL"]).await;
        logged.insert(1).await;
        let before = logged.state().await;
        logged.closed_file().await;
        logged.change().await;
        let changed = logged.state().await;
        assert_ne!(before, changed);
        let url = logged.url();
        for expected in [&before, &changed] {
            let file = logged.closed_file().await;
            let undo = ["binlog", "undo", file.to_str().unwrap(), "--url", &url];
            let text = logged.program(&undo).await;
            logged.apply(&text).await;
            assert_eq!(&logged.state().await, expected, "{kind:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_printed_before_the_checkpoint_is_not_printed_again() {
    each_kind(async |kind| {
        let mut logged = Logged::start(kind, &[]).await;
        let folder = tempfile::tempdir().unwrap();
        let checkpoint = folder.path().join("at.json");
        let url = logged.url();
        let read = [
            "binlog",
            "cat",
            "--url",
            &url,
            "--format",
            "ndjson",
            "--changes-only",
            "--checkpoint",
            checkpoint.to_str().unwrap(),
        ];
        let mut count = 0;
        for part in 0..3 {
            logged.insert(1 + part * 10).await;
            let changes = lines(&logged.program(&read).await);
            assert_eq!(changes.len(), 2 * VALUES.len(), "{kind:?}");
            count += changes.len();
        }
        assert_eq!(count, 6 * VALUES.len());
        assert_eq!(logged.program(&read).await, "");
    })
    .await;
}
