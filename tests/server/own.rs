//! What reaches a server, seen from the server: its general log shows what a person asked, what the schema list asks,
//! and what stands in the closed list below. It is written down here a second time on purpose: a statement that is
//! added to `engine/session/own.rs` has to be added, with a thought, here too.

use std::time::Duration;

use mysql_async::{Conn, OptsBuilder, prelude::Queryable as _};
use porthole::{
    demo::{Kind, Server},
    engine::{
        Error,
        binlog::source::{
            Source as _, StartAt, Step,
            live::{self, Begin, Live, Program},
        },
        profiles::{Profile, Secret},
        query::Options,
        schema::{self, Most},
        session::{self, Session},
        sql::{guard, placeholders::Value},
    },
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    session::write,
    sessions::{endless, eventually, is_running, profile_of, run, secret},
    support,
};

const ACCOUNT: &str = "watched";

/// What Porthole itself sends, with the name that the read-only mode has there. `*` stands for letters, digits, `_`,
/// `.` and commas.
fn own(kind: Kind, mode: &str) -> Vec<String> {
    let mut own = vec![
        "SELECT VERSION()",
        "select @@version_comment limit 1",
        "SHOW VARIABLES WHERE Variable_name IN ('tidb_current_ts', 'ob_query_timeout', 'memsql_version')",
        "SELECT CURRENT_USER(), @@sql_mode, NOW(), @@time_zone, @@system_time_zone",
        "SELECT @@hostname, @@server_id",
        "SHOW SESSION STATUS LIKE 'Ssl_%'",
        "SHOW GRANTS",
        "SELECT routine_schema, routine_name, sql_data_access FROM information_schema.routines WHERE routine_type = 'FUNCTION' LIMIT 20001",
        "USE `*`",
        "SHOW WARNINGS LIMIT 100",
        "KILL QUERY *",
        "SHOW BINARY LOGS",
        "SET @master_binlog_checksum='ALL'",
    ];
    own.extend(match kind {
        Kind::MySql => &[
            "SELECT udf_name FROM performance_schema.user_defined_functions",
            "SELECT CURRENT_ROLE()",
            "SHOW GRANTS FOR CURRENT_USER() USING `watched_role`@`%`",
            "SELECT @@server_id, @@server_uuid, @@global.gtid_mode, @@global.gtid_executed",
            "SHOW BINARY LOG STATUS",
            "SET SESSION net_write_timeout = 300, @master_heartbeat_period = 5000000000, @source_heartbeat_period = 5000000000",
        ][..],
        Kind::MariaDb => &[
            "SELECT name FROM mysql.func",
            "SELECT @@server_id, @@global.gtid_binlog_pos",
            "SHOW MASTER STATUS",
            "SELECT BINLOG_GTID_POS(0x* *)",
            "SET SESSION net_write_timeout = 300, @master_heartbeat_period = 5000000000, @mariadb_slave_capability = 4",
            "SET SESSION net_write_timeout = 300, @master_heartbeat_period = 5000000000, @mariadb_slave_capability = 4, @slave_connect_state = '*-*-*'",
        ],
    });
    let (limit, transaction) = match kind {
        Kind::MySql => ("max_execution_time", ""),
        Kind::MariaDb => ("max_statement_time", ", @@session.in_transaction"),
    };
    let utf8 = "character_set_client = utf8mb4, character_set_connection = utf8mb4, character_set_results = utf8mb4";
    let set = format!("SET SESSION {mode} = 1, autocommit = 1, time_zone = '+00:00', {utf8}");
    let mut own: Vec<String> = own.into_iter().map(str::to_owned).collect();
    own.extend([
        format!("{set}, {limit} = *"),
        format!("{set}, sql_mode = '*', {limit} = *"),
        format!("SELECT @@session.{mode}, @@session.autocommit{transaction}"),
    ]);
    own
}

/// What the schema list asks.
const SCHEMA: [&str; 3] = [
    "SELECT schema_name FROM information_schema.schemata ORDER BY schema_name",
    "SELECT table_name, table_type, table_rows, data_length + index_length FROM information_schema.tables WHERE table_schema = ? ORDER BY table_name",
    "SELECT column_name, column_type, is_nullable, column_key, extra, character_set_name FROM information_schema.columns WHERE table_schema = ? AND table_name = ? ORDER BY ordinal_position",
];

/// What a person asks: once with a value, once with a warning, once in error.
const ASKED: [&str; 6] = [
    "SELECT 1",
    "SELECT word FROM watching.words WHERE id = ?",
    "SELECT CAST('12x' AS SIGNED)",
    "SHOW TABLES FROM watching",
    "SELECT nothing FROM watching.words",
    "SELECT watching.twice(21)",
];
/// And this, which MySQL does not prepare.
const AS_TEXT: &str = "HELP 'contents'";
const REFUSED: &str = "DELETE FROM watching.words";

/// Words of the protocol that carry no text of ours.
const WORDLESS: [&str; 10] = [
    "binlog dump",
    "binlog dump gtid",
    "register replica",
    "register slave",
    "connect",
    "quit",
    "ping",
    "reset connection",
    "close stmt",
    "reset stmt",
];

/// A line of the general log.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Line {
    command: String,
    text: String,
}

impl Line {
    /// Nothing that we know: neither ours nor asked for.
    fn is_stranger(&self, own: &[String], prepared: &[String]) -> bool {
        let is_asked = || prepared.iter().any(|asked| with_values(&self.text, asked));
        match self.command.as_str() {
            "Query" => !own.iter().any(|own| is_like(&self.text, own)) && self.text != AS_TEXT,
            "Prepare" | "Execute" => !is_asked(),
            word => !WORDLESS.contains(&word.to_lowercase().as_str()),
        }
    }
}

/// `*` in the pattern stands for letters, digits, `_`, `.` and commas.
fn is_like(text: &str, pattern: &str) -> bool {
    let Some((before, after)) = pattern.split_once('*') else {
        return text == pattern;
    };
    let Some(rest) = text.strip_prefix(before) else {
        return false;
    };
    let plain = |c: char| c.is_alphanumeric() || "_.,".contains(c);
    let end = rest.find(|c| !plain(c)).unwrap_or(rest.len());
    is_like(&rest[end..], after)
}

/// The log shows an execution with its values in the place of `?`.
fn with_values(text: &str, asked: &str) -> bool {
    let Some((before, after)) = asked.split_once('?') else {
        return text == asked;
    };
    let rest = text.strip_prefix(before).and_then(behind_value);
    rest.is_some_and(|rest| with_values(rest, after))
}

/// What stands behind one value: `?` itself, a number, or a string without quotes in it.
fn behind_value(text: &str) -> Option<&str> {
    if let Some(rest) = text.strip_prefix('?') {
        return Some(rest);
    }
    if let Some(string) = text.strip_prefix('\'') {
        return string.split_once('\'').map(|(_, rest)| rest);
    }
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
    (rest.len() < text.len()).then_some(rest)
}

#[test]
fn an_execution_is_what_was_asked_with_values_and_nothing_more() {
    let asked = "SELECT a FROM t WHERE b = ? AND c = ?";
    let is_asked = |values: &str| with_values(&format!("SELECT a FROM t WHERE {values}"), asked);
    for same in ["b = ? AND c = ?", "b = 1 AND c = 'one'"] {
        assert!(is_asked(same), "{same}");
    }
    for more in [
        "b = 1 AND c = 2; DELETE FROM t",
        "b = 1 AND c = 'one' OR 1",
        "b = 1 OR 1 AND c = 2",
        "b = 1 AND c = ",
    ] {
        assert!(!is_asked(more), "{more}");
    }
}

async fn make(admin: &mut Conn, kind: Kind) {
    let role = match kind {
        Kind::MySql => "SET DEFAULT ROLE watched_role TO watched@'%'",
        Kind::MariaDb => "SET DEFAULT ROLE watched_role FOR watched@'%'",
    };
    for sql in [
        "CREATE DATABASE watching",
        "CREATE TABLE watching.words (id INT PRIMARY KEY, word VARCHAR(20))",
        "INSERT INTO watching.words VALUES (1, 'one')",
        "CREATE FUNCTION watching.twice(n INT) RETURNS INT NO SQL RETURN 2 * n",
        "CREATE ROLE watched_role",
        "GRANT SHOW VIEW ON *.* TO watched_role",
        "CREATE USER watched@'%' IDENTIFIED BY 'geheim'",
        "GRANT SELECT, EXECUTE ON *.* TO watched@'%'",
        "GRANT REPLICATION SLAVE, REPLICATION CLIENT ON *.* TO watched@'%'",
        "GRANT watched_role TO watched@'%'",
        role,
        "SET GLOBAL log_output = 'TABLE'",
        "SET GLOBAL general_log = ON",
    ] {
        write(admin, sql).await;
    }
}

/// All that a person does in a session, and then it is closed.
async fn use_session(server: &Server, admin: &mut Conn) {
    let profile = Profile {
        user: ACCOUNT.to_owned(),
        call_stored_functions: true,
        ..profile_of(server)
    };
    let password = secret("geheim");
    session::test(&profile, Some(&password)).await.unwrap();
    let session = Session::open(&profile, Some(&password)).await.unwrap();
    let plain = Options::of(&session);
    for sql in ASKED.into_iter().chain([AS_TEXT]) {
        let options = Options {
            values: vec![Value::Int(1); sql.matches('?').count()],
            ..plain.clone()
        };
        let end = run(&session, sql, &options).await;
        assert_eq!(end.is_err(), sql.contains("nothing"), "{sql}: {end:?}");
    }
    assert!(matches!(
        run(&session, REFUSED, &plain).await,
        Err(Error::Refused(_))
    ));
    let in_database = Options {
        database: Some("watching".to_owned()),
        ..plain.clone()
    };
    run(&session, ASKED[0], &in_database).await.unwrap();
    let cancel = CancellationToken::new();
    schema::databases(&session, Most::DATABASES, &cancel)
        .await
        .unwrap();
    schema::tables(&session, "watching", Most::TABLES, &cancel)
        .await
        .unwrap();
    schema::columns(&session, "watching", "words", Most::COLUMNS, &cancel)
        .await
        .unwrap();
    session.ping().await.unwrap();
    cancel_endless(&session, admin).await;
    session.close().await;
    follow_the_log(&profile, &password, admin).await;
}

/// From a time, from a place and from GTIDs, each up to the log's end.
async fn follow_the_log(profile: &Profile, password: &Secret, admin: &mut Conn) {
    let begun = |begin| {
        let live = Live {
            profile: profile.clone(),
            password: Some(password.clone()),
            program: Program::at(env!("CARGO_BIN_EXE_porthole").into()),
        };
        let (mut source, _, work) = live::follow(live, begin, true, CancellationToken::new());
        async move {
            let read = tokio::task::spawn_blocking(move || {
                loop {
                    if let Step::End(ending) = source.next().unwrap() {
                        return (ending.file.to_string(), ending.offset);
                    }
                }
            });
            work.await;
            read.await.unwrap()
        }
    };
    let (file, offset) = begun(Begin::At(StartAt::Time(1))).await;
    let place = StartAt::Position {
        file: Some(file),
        offset,
    };
    begun(Begin::At(place)).await;
    write(admin, "INSERT INTO watching.words VALUES (2, 'two')").await;
    begun(Begin::At(StartAt::Now)).await;
}

async fn cancel_endless(session: &Session, admin: &mut Conn) {
    let checked = guard::check(&endless(ACCOUNT), &session.rules()).unwrap();
    let cancel = CancellationToken::new();
    let (sender, mut receiver) = mpsc::channel(8);
    let options = Options {
        time_limit: Duration::from_mins(5),
        ..Options::of(session)
    };
    let stop = async {
        eventually("the statement runs", async || {
            is_running(admin, &format!(") {ACCOUNT}")).await
        })
        .await;
        cancel.cancel();
    };
    let read = async { while receiver.recv().await.is_some() {} };
    let (end, (), ()) = tokio::join!(
        porthole::engine::query::run(session, &checked, &options, sender, &cancel),
        stop,
        read
    );
    assert!(end.unwrap_err().is_cancelled());
}

/// What the account sent, once it has gone.
async fn log(admin: &mut Conn) -> Vec<Line> {
    eventually("all its connections are closed", async || {
        let open: Option<u32> = admin
            .query_first(format!(
                "SELECT COUNT(*) FROM information_schema.processlist WHERE user = '{ACCOUNT}'"
            ))
            .await
            .unwrap();
        open == Some(0)
    })
    .await;
    let rows: Vec<(String, Vec<u8>)> = admin
        .query(format!(
            "SELECT command_type, argument FROM mysql.general_log WHERE user_host LIKE '%[{ACCOUNT}]%' ORDER BY event_time"
        ))
        .await
        .unwrap();
    rows.into_iter()
        .map(|(command, text)| Line {
            command,
            text: String::from_utf8_lossy(&text).into_owned(),
        })
        .collect()
}

async fn strangers(admin: &mut Conn, own: &[String]) -> Vec<Line> {
    let mut prepared: Vec<String> = ASKED.into_iter().chain(SCHEMA).map(str::to_owned).collect();
    prepared.extend([AS_TEXT.to_owned(), endless(ACCOUNT)]);
    let lines = log(admin).await.into_iter();
    lines
        .filter(|line| line.is_stranger(own, &prepared))
        .collect()
}

#[tokio::test]
async fn nothing_reaches_a_server_but_what_was_asked_and_the_closed_list() {
    for kind in support::BOTH {
        let mut options = support::options();
        options
            .args
            .push("--log-bin-trust-function-creators=ON".to_owned());
        let server = support::start(kind, &options).await;
        let mut admin = server.connect().await.unwrap();
        make(&mut admin, kind).await;
        // MariaDB has the newer name since 11.1.
        let newer: Vec<(String, String)> = admin
            .query("SHOW VARIABLES LIKE 'transaction_read_only'")
            .await
            .unwrap();
        let mode = ["transaction_read_only", "tx_read_only"][usize::from(newer.is_empty())];
        let own = own(kind, mode);
        use_session(&server, &mut admin).await;

        assert_eq!(strangers(&mut admin, &own).await, [], "{kind}");
        let lines = log(&mut admin).await;
        let seen = |command: &str, pattern: &str| {
            lines
                .iter()
                .any(|line| line.command == command && is_like(&line.text, pattern))
        };
        let unseen: Vec<_> = own.iter().filter(|own| !seen("Query", own)).collect();
        assert_eq!(unseen, [""; 0], "{kind}: the list has no more than is sent");
        for sql in [ASKED[0], SCHEMA[0]] {
            assert!(seen("Execute", sql), "{kind}: {sql}");
        }
        assert!(!lines.iter().any(|line| line.text.contains("DELETE")));

        // The same judgement over one statement more.
        let opts = OptsBuilder::default()
            .ip_or_hostname("127.0.0.1")
            .tcp_port(server.port())
            .prefer_socket(false)
            .max_allowed_packet(Some(1 << 24))
            .wait_timeout(Some(60))
            .user(Some(ACCOUNT))
            .pass(Some("geheim"));
        let mut other = Conn::new(opts).await.unwrap();
        let extra = "SET SESSION transaction_read_only = 0";
        other.query_drop(extra).await.ok();
        other.disconnect().await.unwrap();
        let extra = Line {
            command: "Query".to_owned(),
            text: extra.to_owned(),
        };
        assert_eq!(strangers(&mut admin, &own).await, [extra], "{kind}");
    }
}
