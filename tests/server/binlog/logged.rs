//! A server of one test whose log is read, and the programs that read it: ours, and the server's own.

use std::{path::PathBuf, process::Stdio};

use mysql_async::{Conn, Row, prelude::Queryable as _};
use porthole::demo::{Kind, Options, Server, random::Random};
use serde_json::Value;
use tokio::{io::AsyncWriteExt as _, process::Command};

use super::every_type::{self, Table};
use crate::{
    cli::{Outcome, Program},
    support,
};

/// The database that the tests write to.
pub(super) const DATABASE: &str = "logged";

/// A server of one test.
pub(super) struct Logged {
    pub(super) server: Server,
    /// In [`DATABASE`], in UTC, and taking any value.
    pub(super) admin: Conn,
}

impl Logged {
    pub(super) async fn start(kind: Kind, args: &[&str]) -> Self {
        let options = Options {
            args: args.iter().map(ToString::to_string).collect(),
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let mut logged = Self {
            admin: server.connect().await.unwrap(),
            server,
        };
        logged
            .run(&format!("CREATE DATABASE {DATABASE} CHARACTER SET utf8mb4"))
            .await;
        logged.begin_session().await;
        logged
    }

    pub(super) fn kind(&self) -> Kind {
        self.server.kind()
    }

    /// Another session: settings of the server that a session has from its start are as they are now.
    pub(super) async fn begin_session(&mut self) {
        self.admin = self.server.connect().await.unwrap();
        self.run(&format!("USE {DATABASE}")).await;
        self.run("SET SESSION sql_mode = '', time_zone = '+00:00', NAMES utf8mb4")
            .await;
    }

    pub(super) async fn run(&mut self, sql: &str) {
        if let Err(error) = self.admin.query_drop(sql).await {
            let sql: String = sql.chars().take(2000).collect();
            panic!("{}: {error}: {sql}", self.server.kind());
        }
    }

    pub(super) async fn run_all(&mut self, statements: &[&str]) {
        for sql in statements {
            self.run(sql).await;
        }
    }

    /// One transaction.
    pub(super) async fn transact<S: AsRef<str>>(&mut self, statements: &[S]) {
        self.run("BEGIN").await;
        for sql in statements {
            self.run(sql.as_ref()).await;
        }
        self.run("COMMIT").await;
    }

    /// The first column of the first row.
    pub(super) async fn one(&mut self, sql: &str) -> String {
        self.admin.query_first(sql).await.unwrap().unwrap()
    }

    /// The server's own checksum of the rows of a table, in any order.
    pub(super) async fn checksum(&mut self, table: &str) -> u64 {
        let sql = format!("CHECKSUM TABLE {table} EXTENDED");
        let sum: Option<(String, u64)> = self.admin.query_first(sql).await.unwrap();
        sum.unwrap().1
    }

    /// Tables of every type that this server has.
    pub(super) fn every_type(&self) -> Vec<Table> {
        every_type::tables(self.kind(), self.server.release())
    }

    /// The name of the file that is being written, and how long it is.
    pub(super) async fn place(&mut self) -> (String, u64) {
        let rows: Vec<Row> = self.admin.query("SHOW BINARY LOGS").await.unwrap();
        let last = rows.last().unwrap();
        (last.get(0).unwrap(), last.get(1).unwrap())
    }

    pub(super) fn path(&self, file: &str) -> PathBuf {
        self.server.data_dir().join(file)
    }

    /// Begin another file, and give the one that was closed.
    pub(super) async fn closed_file(&mut self) -> String {
        let (name, _) = self.place().await;
        self.run("FLUSH BINARY LOGS").await;
        self.path(&name).to_str().unwrap().to_owned()
    }

    /// The last GTID of the log, as the server names it.
    pub(super) async fn gtids(&mut self) -> String {
        let sql = match self.kind() {
            Kind::MySql => "SELECT @@global.gtid_executed",
            Kind::MariaDb => "SELECT @@global.gtid_binlog_pos",
        };
        self.one(sql).await.replace('\n', "")
    }

    pub(super) fn url(&self) -> String {
        let (user, port) = (self.server.root_user(), self.server.port());
        let password = self.server.root_password();
        format!(
            "mysql://{user}:{}@127.0.0.1:{port}/{DATABASE}",
            password.reveal()
        )
    }

    /// `porthole binlog …`, with the server to ask.
    pub(super) async fn binlog(&self, arguments: &[&str]) -> Outcome {
        let url = self.url();
        binlog(&[arguments, &["--url", &url]].concat()).await
    }

    /// The changes of a file.
    pub(super) async fn changes(&self, arguments: &[&str]) -> Vec<Value> {
        let form = ["--format", "ndjson", "--changes-only"];
        let read = [&["cat"], arguments, &form].concat();
        lines(&self.binlog(&read).await.done())
    }

    /// What a SELECT gives, a row a line.
    pub(super) async fn query(&self, sql: &str) -> String {
        let url = self.url();
        let arguments = ["query", "--url", &url, "--format", "ndjson", sql];
        Program::new(&arguments).run().await.done()
    }

    /// Run statements as a person would: the server's own client reads them. Its session begins with settings that
    /// change what statements mean.
    pub(super) async fn apply(&self, sql: &str) {
        let program = match self.kind() {
            Kind::MySql => "mysql",
            Kind::MariaDb => "mariadb",
        };
        let mut client = self
            .client(program)
            .arg("--default-character-set=latin1")
            .arg("--init-command=SET time_zone = '-07:00', sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES'")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
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
        assert!(
            done.status.success(),
            "{program}: {}\n{sql}",
            String::from_utf8_lossy(&done.stderr)
        );
    }

    /// A program of the server's own, told where the server is.
    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .arg("--no-defaults")
            .arg(format!("--user={}", self.server.root_user()))
            .arg(format!("--socket={}", self.server.socket().display()))
            .arg(format!(
                "--password={}",
                self.server.root_password().reveal()
            ))
            .kill_on_drop(true);
        command
    }
}

/// `porthole binlog …`, with no server.
pub(super) async fn binlog(arguments: &[&str]) -> Outcome {
    Program::new(&[&["binlog"], arguments].concat()).run().await
}

/// Objects, one a line.
pub(super) fn lines(text: &str) -> Vec<Value> {
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Runs a test against both, MySQL first.
pub(super) async fn each_kind(test: impl AsyncFn(Kind)) {
    for kind in support::BOTH {
        test(kind).await;
    }
}

/// A number from the environment, for longer runs: what the test does grows with it.
pub(super) fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).map_or(otherwise, |text| {
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number: {text}"))
    })
}

/// Say what a failed test was about.
#[expect(
    clippy::print_stdout,
    reason = "cargo shows it of a failed test alone, which must name its seed"
)]
pub(super) fn say(what: &str) {
    println!("{what}");
}

/// The stream of `PORTHOLE_BINLOG_SEED`, which a failed test names.
pub(super) fn random() -> (u64, Random) {
    let seed = number("PORTHOLE_BINLOG_SEED", 1);
    (seed, Random::new(seed))
}
