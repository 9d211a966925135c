//! The binary log as statements: what is printed is run by the server's own client, as a person runs a file of
//! statements, and the data is compared to the last byte.

use std::process::{Output, Stdio};

use mysql_async::{Conn, Row, prelude::Queryable as _};
use porthole::demo::{Kind, Options, Server};
use tokio::{io::AsyncWriteExt as _, process::Command};

use crate::support;

/// A server of one test.
struct Logged {
    server: Server,
    admin: Conn,
}

/// A row of these differs from another by what collations and comparisons do not see.
const ALIKE: &str = "CREATE TABLE alike (v VARCHAR(20) CHARACTER SET utf8mb4, c CHAR(10) CHARACTER SET latin1, \
    l VARCHAR(20) CHARACTER SET latin1, s VARCHAR(20) CHARACTER SET cp932, u VARCHAR(20) CHARACTER SET utf16, t TEXT, \
    b VARBINARY(10), d DOUBLE, f FLOAT, e ENUM('a','B ?',''))";

/// One column each, and a value as SQL; all others are NULL.
const CELLS: &[(&str, &str)] = &[
    ("v", "'a'"),
    ("v", "'A'"),
    ("v", "'a '"),
    ("v", "'á'"),
    ("v", "''"),
    ("v", "' '"),
    ("v", "'a\\t'"),
    ("v", "_utf8mb4 0x610D0A001B5B33316D1A275C225C6E25"),
    ("c", "'a'"),
    ("c", "'A'"),
    ("c", "'é'"),
    ("l", "'a'"),
    ("l", "'a '"),
    ("l", "_latin1 0x81"),
    ("l", "_latin1 0xE9"),
    ("l", "'e'"),
    ("s", "_cp932 0x8754"),
    ("s", "_cp932 0xFA4A"),
    ("s", "_cp932 0x5C"),
    ("u", "'a'"),
    ("u", "'a '"),
    ("u", "'𝄞'"),
    ("t", "'a'"),
    ("t", "'a '"),
    ("t", "'it''s \\\\ \\r\\n \\Z'"),
    ("b", "'a'"),
    ("b", "'a '"),
    ("b", "x'00'"),
    ("b", "x'0000'"),
    ("d", "0"),
    ("d", "-0e0"),
    ("d", "0.1"),
    ("f", "0"),
    ("f", "-0e0"),
    ("f", "0.1"),
    ("e", "'a'"),
    ("e", "'B ?'"),
    ("e", "''"),
    ("e", "0"),
];

const COLUMNS: [&str; 10] = ["v", "c", "l", "s", "u", "t", "b", "d", "f", "e"];

impl Logged {
    async fn start(kind: Kind) -> Self {
        let args = [
            "--log-bin",
            "--server-id=7",
            "--binlog-format=ROW",
            "--binlog-row-metadata=FULL",
        ];
        let options = Options {
            args: args.iter().map(ToString::to_string).collect(),
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let mut logged = Self {
            admin: server.connect().await.unwrap(),
            server,
        };
        logged.begin().await;
        logged
    }

    /// An empty database, and nothing of it in the file that is written now.
    async fn begin(&mut self) {
        self.run("DROP DATABASE IF EXISTS logged").await;
        self.run("CREATE DATABASE logged CHARACTER SET utf8mb4")
            .await;
        self.admin = self.server.connect().await.unwrap();
        self.run("USE logged").await;
        self.run("SET SESSION sql_mode = '', time_zone = '+00:00', NAMES utf8mb4")
            .await;
        self.run("FLUSH BINARY LOGS").await;
    }

    async fn run(&mut self, sql: &str) {
        let done = self.admin.query_drop(sql).await;
        done.unwrap_or_else(|error| panic!("{}: {error}: {sql}", self.server.kind()));
    }

    /// Begin another file, and give the one that was closed.
    async fn closed_file(&mut self) -> String {
        let rows: Vec<Row> = self.admin.query("SHOW BINARY LOGS").await.unwrap();
        let name: String = rows.last().unwrap().get(0).unwrap();
        self.run("FLUSH BINARY LOGS").await;
        let path = self.server.data_dir().join(name);
        path.to_str().unwrap().to_owned()
    }

    /// What a SELECT gives, in any order.
    async fn rows(&mut self, sql: &str) -> Vec<String> {
        let rows: Vec<Row> = self.admin.query(sql).await.unwrap();
        let text = |row: Row| {
            let cells = row.unwrap().into_iter();
            cells
                .map(|cell| cell.as_sql(true))
                .collect::<Vec<_>>()
                .join(" | ")
        };
        let mut rows: Vec<String> = rows.into_iter().map(text).collect();
        rows.sort();
        rows
    }

    /// Rows of the table that are alike, to the last byte.
    async fn alike(&mut self) -> Vec<String> {
        let cells = COLUMNS.map(|name| match name {
            "d" | "f" | "e" => format!("CONCAT({name}), {name} + 0"),
            _ => format!("HEX({name})"),
        });
        self.rows(&format!("SELECT {} FROM alike", cells.join(", ")))
            .await
    }

    async fn insert<'c>(&mut self, cells: impl IntoIterator<Item = &'c (&'c str, &'c str)>) {
        for (column, value) in cells {
            self.run(&format!("INSERT INTO alike ({column}) VALUES ({value})"))
                .await;
        }
    }

    /// Run statements as a person would, in a session that begins with settings under which they would mean others.
    async fn apply(&self, sql: &str) {
        let program = match self.server.kind() {
            Kind::MySql => "mysql",
            Kind::MariaDb => "mariadb",
        };
        let mut client = Command::new(program)
            .arg("--no-defaults")
            .arg(format!("--user={}", self.server.root_user()))
            .arg(format!("--socket={}", self.server.socket().display()))
            .arg(format!(
                "--password={}",
                self.server.root_password().reveal()
            ))
            .arg("--default-character-set=latin1")
            .arg("--init-command=SET time_zone = '-07:00', sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let mut stdin = client.stdin.take().unwrap();
        let write = async {
            // One that stops at an error says why on its stderr.
            stdin.write_all(sql.as_bytes()).await.ok();
            drop(stdin);
        };
        let (done, ()) = tokio::join!(client.wait_with_output(), write);
        let done = done.unwrap();
        let said = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{program}: {said}\n{sql}");
    }
}

/// `porthole binlog …` on a file.
async fn binlog(verb: &[&str], file: &str) -> Output {
    let config = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_porthole"))
        .arg("binlog")
        .args(verb)
        .arg(file)
        .env("PORTHOLE_CONFIG_DIR", config.path())
        .stdin(Stdio::null())
        .output();
    output.await.unwrap()
}

/// What it printed, as there was nothing that it refused.
async fn statements(verb: &[&str], file: &str) -> String {
    let output = binlog(verb, file).await;
    let said = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{said}\n{text}");
    let acted_upon = |letter: char| letter.is_control() && letter != '\n';
    assert!(!text.contains(acted_upon), "{text:?}");
    text
}

const AGAIN: [&str; 3] = ["cat", "--format", "sql"];

#[tokio::test]
async fn rows_that_look_alike_are_told_apart_to_the_last_byte() {
    for kind in support::BOTH {
        let mut logged = Logged::start(kind).await;
        logged.run(ALIKE).await;
        for rest in 0..2 {
            logged.run("TRUNCATE alike").await;
            let (there, new): (Vec<_>, Vec<_>) =
                CELLS.iter().enumerate().partition(|(at, _)| at % 2 == rest);
            logged.insert(there.iter().map(|(_, cell)| *cell)).await;
            let before = logged.alike().await;
            logged.closed_file().await;
            logged.insert(new.iter().map(|(_, cell)| *cell)).await;
            logged
                .run("UPDATE alike SET d = -d, f = -f WHERE d = 0 OR f = 0")
                .await;
            logged
                .run("UPDATE alike SET v = CONCAT(v, ' ') WHERE v = 'a'")
                .await;
            logged
                .run("DELETE FROM alike WHERE HEX(v) = '612020' OR s IS NOT NULL")
                .await;
            let changed = logged.alike().await;
            for expected in [&before, &changed] {
                let file = logged.closed_file().await;
                let text = statements(&["undo"], &file).await;
                logged.apply(&text).await;
                assert_eq!(&logged.alike().await, expected, "{kind:?}\n{text}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_printed_as_statements_makes_the_same_rows_again() {
    for kind in support::BOTH {
        let mut logged = Logged::start(kind).await;
        logged.run(ALIKE).await;
        logged.insert(CELLS).await;
        logged.run("DELETE FROM alike WHERE HEX(v) = '6120'").await;
        logged.run("UPDATE alike SET d = -d WHERE d = 0").await;
        logged
            .run("CREATE TABLE copied AS SELECT v, d FROM alike")
            .await;
        let expected = logged.alike().await;
        let copied = "SELECT HEX(v), CONCAT(d) FROM copied";
        let expected_copy = logged.rows(copied).await;
        let file = logged.closed_file().await;
        let text = statements(&AGAIN, &file).await;
        logged.begin().await;
        logged.apply(&text).await;
        assert_eq!(logged.alike().await, expected, "{kind:?}\n{text}");
        assert_eq!(logged.rows(copied).await, expected_copy, "{kind:?}\n{text}");
    }
}

#[tokio::test]
async fn a_statement_in_place_of_rows_has_its_session_with_it() {
    const RUN: &[&str] = &[
        "CREATE TABLE said (id INT AUTO_INCREMENT PRIMARY KEY, t TEXT, n DECIMAL(10,3), r DOUBLE, \
         at DATETIME(6), ts TIMESTAMP NULL, prev INT)",
        "CREATE TABLE parent (id INT PRIMARY KEY) ENGINE=InnoDB",
        "CREATE TABLE child (id INT, FOREIGN KEY (id) REFERENCES parent (id)) ENGINE=InnoDB",
        "CREATE PROCEDURE fill(x INT) BEGIN DECLARE y INT; SET y = x * 2; INSERT INTO said (n) VALUES (y); END",
        "CREATE TRIGGER after_child AFTER INSERT ON child FOR EACH ROW BEGIN SET @seen = 1; SET @seen = 2; END",
        "SET SESSION binlog_format = 'STATEMENT'",
        "SET @text := 'a\\r\\n\\0ü', @number := -1.125, @none := NULL, @whole := 18446744073709551615",
        "INSERT INTO said (t, n, r, at, prev) VALUES (@text, @number, RAND(), NOW(6), @none)",
        "INSERT INTO said (t, prev) VALUES (@whole, LAST_INSERT_ID())",
        "SET time_zone = '+05:00'",
        "INSERT INTO said (ts, at) VALUES ('2026-01-02 03:04:05', FROM_UNIXTIME(86400))",
        "SET sql_mode = 'ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT'",
        "INSERT INTO \"said\" (t) VALUES ('a\\' || 'b')",
        "SET sql_mode = ''",
        "INSERT INTO said (n) VALUES ('12 cats')",
        "SET foreign_key_checks = 0",
        "INSERT INTO child VALUES (5)",
        "SET foreign_key_checks = 1",
        "SET auto_increment_increment = 10",
        "INSERT INTO said (t) VALUES ('x'), ('y')",
        "SET auto_increment_increment = 1",
        "BEGIN",
        "UPDATE said SET n = n + 1",
        "SAVEPOINT `odd name`",
        "DELETE FROM said WHERE id = 2",
        "COMMIT",
        "SET SESSION binlog_format = 'ROW'",
        "INSERT INTO said (ts) VALUES ('2026-01-02 03:04:05')",
        "CALL fill(21)",
    ];
    const STATE: [&str; 3] = [
        "SELECT id, HEX(t), n, r + 0e0, at, UNIX_TIMESTAMP(ts), prev FROM said",
        "SELECT * FROM child",
        "SELECT ROUTINE_DEFINITION FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = 'logged'",
    ];
    for kind in support::BOTH {
        let mut logged = Logged::start(kind).await;
        for sql in RUN {
            logged.run(sql).await;
        }
        let mut expected = Vec::new();
        for sql in STATE {
            expected.push(logged.rows(sql).await);
        }
        let file = logged.closed_file().await;
        let text = statements(&AGAIN, &file).await;
        logged.begin().await;
        logged.apply(&text).await;
        for (sql, expected) in STATE.iter().zip(&expected) {
            assert_eq!(&logged.rows(sql).await, expected, "{kind:?}\n{text}");
        }
    }
}

#[tokio::test]
async fn what_is_only_prepared_is_not_made_again_and_the_exit_code_says_so() {
    for kind in support::BOTH {
        let mut logged = Logged::start(kind).await;
        logged
            .run("CREATE TABLE kept (id INT PRIMARY KEY) ENGINE=InnoDB")
            .await;
        logged.closed_file().await;
        logged.run("INSERT INTO kept VALUES (1)").await;
        for sql in [
            "XA START 'x'",
            "INSERT INTO kept VALUES (2)",
            "XA END 'x'",
            "XA PREPARE 'x'",
        ] {
            logged.run(sql).await;
        }
        // The session of what is prepared can do nothing else.
        let mut other = logged.server.connect().await.unwrap();
        std::mem::swap(&mut logged.admin, &mut other);
        let file = logged.closed_file().await;
        std::mem::swap(&mut logged.admin, &mut other);
        logged.run("XA ROLLBACK 'x'").await;
        for verb in [&AGAIN[..], &["undo", "--redo"]] {
            let output = binlog(verb, &file).await;
            assert_eq!(output.status.code(), Some(3), "{kind:?} {verb:?}");
            let text = String::from_utf8(output.stdout).unwrap();
            assert!(text.contains("-- REFUSED: "), "{text}");
            logged.run("DELETE FROM logged.kept").await;
            logged.apply(&text).await;
            let ids = logged.rows("SELECT id FROM logged.kept").await;
            assert_eq!(ids, ["'1'"], "{kind:?} {verb:?}\n{text}");
        }
    }
}
