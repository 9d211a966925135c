//! Running statements: limits, parameters, warnings, cancel, lost lines, and that nothing of one statement's
//! session reaches the next.

use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use porthole::engine::{
    Error,
    error::Stopped,
    query::{self, Batch, Options, Output},
    session::Session,
    sql::{guard, lexer, placeholders::Value},
    value::Cell,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use porthole::demo::{self, Kind};

use crate::{
    sessions::{self, Opened, endless, eventually, is_running, one_cell, texts},
    support,
};

/// A table `n` of 500 rows, for joins that send rows without end.
async fn with_numbers(db: &Opened) {
    let rows: Vec<String> = (0..500).map(|i| format!("({i})")).collect();
    db.db
        .run(&[
            "CREATE TABLE n (i INT)",
            &format!("INSERT INTO n VALUES {}", rows.join(", ")),
        ])
        .await;
}

#[tokio::test]
async fn a_row_limit_cuts_and_says_so() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        db.db.run(&["CREATE TABLE n (i INT)"]).await;
        db.db.run(&["INSERT INTO n VALUES (1), (2), (3)"]).await;
        let limited = |limit| Options {
            row_limit: Some(limit),
            ..db.options()
        };
        let (rows, summary) = db.query_with("SELECT i FROM n", &limited(2)).await.unwrap();
        assert_eq!((rows.rows(), summary.cut), (2, true), "{kind:?}");
        let (rows, summary) = db.query_with("SELECT i FROM n", &limited(3)).await.unwrap();
        assert_eq!((rows.rows(), summary.cut), (3, false), "{kind:?}");
    })
    .await;
}

#[tokio::test]
async fn values_are_bound_and_never_pasted() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let values = vec![
            Value::Text("' OR 1=1 -- ".to_owned()),
            Value::UInt(u64::MAX),
            Value::Int(-1),
            Value::Null,
            Value::Double(0.5),
        ];
        let options = Options {
            values,
            ..db.options()
        };
        let (rows, _) = db
            .query_with("SELECT ?, ?, ?, ?, ?", &options)
            .await
            .unwrap();
        assert_eq!(
            rows.cell(0, 0),
            Some(Cell::Text(b"' OR 1=1 -- ")),
            "{kind:?}"
        );
        assert_eq!(
            texts(&rows)[0][1..],
            ["18446744073709551615", "-1", "NULL", "0.5"]
        );
        let error = db.query("SELECT ?").await.unwrap_err();
        assert!(matches!(error, Error::Parameters(_)), "{error}");
    })
    .await;
}

#[tokio::test]
async fn a_string_that_looks_like_a_parameter_is_left_alone() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let (rows, _) = db
            .query("SELECT CONCAT('x', 1-'1:b'), ':c', 1 -'2:d' /* :e */")
            .await
            .unwrap();
        assert_eq!(texts(&rows)[0], ["x0", ":c", "-1"], "{kind:?}");
    })
    .await;
}

#[tokio::test]
async fn writes_and_second_statements_are_refused_before_they_are_sent() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        assert!(
            matches!(db.query("SELECT 1; SELECT 2").await, Err(Error::Refused(_))),
            "{kind:?}"
        );
        assert!(
            matches!(
                db.query("DELETE FROM mysql.user").await,
                Err(Error::Refused(_))
            ),
            "{kind:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn warnings_come_with_the_result() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let (_, summary) = db.query("SELECT CAST('12x' AS SIGNED)").await.unwrap();
        assert_eq!(summary.warnings.len(), 1, "{kind:?}");
        assert!(summary.warnings[0].message.contains("12x"));
        assert_eq!(db.query("SELECT 1").await.unwrap().1.warnings, []);
    })
    .await;
}

#[tokio::test]
async fn every_statement_runs_read_only_in_utc_with_its_limit() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let sql = if kind == Kind::MariaDb {
            "SELECT @@session.tx_read_only, @@session.time_zone, @@session.max_statement_time * 1000, @@session.character_set_results"
        } else {
            "SELECT @@session.transaction_read_only, @@session.time_zone, @@session.max_execution_time, @@session.character_set_results"
        };
        for limit in [1500, 2500] {
            let options = Options { time_limit: Duration::from_millis(limit), ..db.options() };
            let (rows, _) = db.query_with(sql, &options).await.unwrap();
            let texts = &texts(&rows)[0];
            assert_eq!(texts[..2], ["1", "+00:00"], "{kind:?}");
            assert_eq!(texts[2].parse::<f64>().unwrap() as u64, limit, "{kind:?}");
            assert_eq!(texts[3], "utf8mb4");
        }
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_passes_its_time_limit_is_ended_by_the_server() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let options = Options {
            time_limit: Duration::from_millis(200),
            ..db.options()
        };
        let error = db
            .query_with(&endless("limited"), &options)
            .await
            .unwrap_err();
        assert!(
            matches!(
                error,
                Error::Server {
                    code: 3024 | 1969,
                    ..
                }
            ),
            "{kind:?}: {error}"
        );
        assert!(error.hint().is_some());
    })
    .await;
}

#[tokio::test]
async fn nothing_of_one_statement_reaches_the_next() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let other = Opened::create(server).await;
        for _ in 0..4 {
            let (rows, _) = db
                .query("SELECT LAST_INSERT_ID(77), DATABASE()")
                .await
                .unwrap();
            assert_eq!(texts(&rows)[0], ["77", db.db.name.as_str()], "{kind:?}");
            let elsewhere = Options {
                database: Some(other.db.name.clone()),
                ..db.options()
            };
            let (rows, _) = db
                .query_with("SELECT LAST_INSERT_ID(), DATABASE()", &elsewhere)
                .await
                .unwrap();
            assert_eq!(texts(&rows)[0], ["0", other.db.name.as_str()], "{kind:?}");
        }
        let nowhere = Session::open(&sessions::profile(server), Some(&server.password))
            .await
            .unwrap();
        let placed = Options {
            database: Some(db.db.name.clone()),
            ..Options::of(&nowhere)
        };
        for _ in 0..4 {
            let name = one_cell(&nowhere, "SELECT DATABASE()", &placed).await;
            assert_eq!(name, db.db.name, "{kind:?}");
            let name = one_cell(&nowhere, "SELECT DATABASE()", &Options::of(&nowhere)).await;
            assert_eq!(name, "NULL", "{kind:?}");
        }
    })
    .await;
}

#[tokio::test]
async fn rows_beyond_the_memory_budget_come_back_from_disk() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        db.db
            .run(&["CREATE TABLE n (i INT PRIMARY KEY, t VARCHAR(100))"])
            .await;
        let rows: Vec<String> = (0..20_000)
            .map(|i| format!("({i}, REPEAT('{i}-', 10))"))
            .collect();
        db.db
            .run(&[&format!("INSERT INTO n VALUES {}", rows.join(", "))])
            .await;
        let options = Options {
            memory: Some(100_000),
            row_limit: None,
            ..db.options()
        };
        let (mut rows, _) = db
            .query_with("SELECT i, t FROM n ORDER BY i", &options)
            .await
            .unwrap();
        assert_eq!(rows.rows(), 20_000, "{kind:?}");
        assert!(
            rows.memory() < 1_000_000,
            "{} bytes in memory",
            rows.memory()
        );
        assert_eq!(rows.cell(19_999, 0), None, "it is on disk");
        for row in [19_999_u64, 10_000, 0] {
            for (index, batch) in rows.missing(row..row + 1) {
                let batch = batch.read().unwrap();
                rows.insert_loaded(index, batch);
            }
            assert_eq!(
                rows.cell(row, 0),
                Some(Cell::Int(i64::try_from(row).unwrap()))
            );
            assert_eq!(
                rows.cell(row, 1),
                Some(Cell::Text(format!("{row}-").repeat(10).as_bytes()))
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_statement_leaves_the_servers_process_list() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let cancel = CancellationToken::new();
        let checked = guard::check(&endless("cancelled"), &db.session.rules()).unwrap();
        let (sender, mut receiver) = mpsc::channel(8);
        let options = db.options();
        let run = query::run(&db.session, &checked, &options, sender, &cancel);
        let watch = async {
            let mut admin = server.admin().await;
            eventually("the statement runs", async || {
                is_running(&mut admin, ") cancelled").await
            })
            .await;
            cancel.cancel();
        };
        let (end, ()) = tokio::join!(run, watch);
        assert!(
            matches!(end, Err(Error::Cancelled(Stopped::OnServer))),
            "{kind:?}: {end:?}"
        );
        let mut admin = server.admin().await;
        eventually("the statement is gone", async || {
            !is_running(&mut admin, ") cancelled").await
        })
        .await;
        assert!(receiver.try_recv().is_err(), "no rows came");
        assert_eq!(db.one_cell("SELECT 1").await, "1", "the session goes on");
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_nobody_reads_any_more_is_stopped() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        with_numbers(&db).await;
        let checked = guard::check(
            "SELECT a.i FROM n a, n b, n c, n unread",
            &db.session.rules(),
        )
        .unwrap();
        let (sender, mut receiver) = mpsc::channel(1);
        let options = Options {
            row_limit: None,
            ..db.options()
        };
        let cancel = CancellationToken::new();
        let run = query::run(&db.session, &checked, &options, sender, &cancel);
        let read = async {
            assert!(matches!(receiver.recv().await, Some(Output::Columns(_))));
            assert!(matches!(
                receiver.recv().await,
                Some(Output::Rows(Batch::Memory(_)))
            ));
            drop(receiver);
        };
        let (end, ()) = tokio::join!(run, read);
        assert!(matches!(end, Err(Error::Cancelled(_))), "{kind:?}: {end:?}");
        let mut admin = server.admin().await;
        eventually("the statement is gone", async || {
            !is_running(&mut admin, "n unread").await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn a_statement_that_was_cut_leaves_the_servers_process_list() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let limited = Options {
            row_limit: Some(1),
            ..db.options()
        };
        with_numbers(&db).await;
        let sql = "SELECT a.i FROM n a, n b, n c, n slow";
        let (_, summary) = db.query_with(sql, &limited).await.unwrap();
        assert!(summary.cut, "{kind:?}");
        let mut admin = server.admin().await;
        eventually("the statement is gone", async || {
            !is_running(&mut admin, "n slow").await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn every_statement_is_read_as_the_guard_reads_it_whatever_the_server_is_set_to() {
    for kind in support::BOTH {
        let options = demo::Options {
            args: vec!["--character-set-server=latin1".to_owned()],
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let session = Session::open(&sessions::profile_of(&server), Some(server.root_password()))
            .await
            .unwrap();
        assert_eq!(
            session.rules().sql_mode,
            lexer::SqlMode::default(),
            "{kind:?}: {:?}",
            session.facts()
        );
        let mut admin = server.connect().await.unwrap();
        admin
            .query_drop("SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,ANSI_QUOTES'")
            .await
            .unwrap();
        for _ in 0..3 {
            let sql = r#"SELECT @@character_set_client, @@character_set_results, HEX('é'), 'a\'b', "text""#;
            let (rows, _) = sessions::run(&session, sql, &Options::of(&session))
                .await
                .unwrap();
            let expected = ["utf8mb4", "utf8mb4", "C3A9", "a'b", "text"];
            assert_eq!(texts(&rows)[0], expected, "{kind:?}");
        }
    }
}

#[tokio::test]
async fn a_server_killed_during_a_query_is_told_apart_and_the_next_query_works_once_it_is_back() {
    for kind in support::BOTH {
        let mut server = support::start(kind, &support::options()).await;
        let session = Session::open(&sessions::profile_of(&server), Some(server.root_password()))
            .await
            .unwrap();
        let mut admin = server.connect().await.unwrap();
        let options = Options::of(&session);
        let kill = async {
            eventually("the statement runs", async || {
                is_running(&mut admin, ") killed").await
            })
            .await;
            server.kill().await.unwrap();
        };
        let sql = endless("killed");
        let (end, ()) = tokio::join!(sessions::run(&session, &sql, &options), kill);
        let error = end.unwrap_err();
        assert!(
            matches!(error, Error::LostConnection { .. }),
            "{kind:?}: {error:?}"
        );
        let error = sessions::run(&session, "SELECT 1", &options)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Connect(_)), "{kind:?}: {error:?}");
        assert!(session.ping().await.is_err());
        server.resume().await.unwrap();
        assert_eq!(one_cell(&session, "SELECT 1", &options).await, "1");
        assert!(session.ping().await.is_ok());
    }
}
