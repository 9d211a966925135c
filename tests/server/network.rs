//! A network that goes away without a word, and comes back.

use std::time::Duration;

use porthole::engine::{
    Error,
    binlog::lookup,
    error::ConnectCause,
    profiles::{Address, Limits, PoolSettings, Profile},
    query::{self, Batch, Options, Output},
    session::Session,
    sql::guard,
};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::{
    line::Line,
    sessions::{self, endless, eventually, is_running, one_cell, run},
    support::{self, TestDb, TestServer},
};

/// A session over a line of its own, with one connection, so that none hides what became of another.
async fn over_a_line(server: &TestServer) -> (Session, Line) {
    let line = Line::to(server).await;
    let profile = Profile {
        address: Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: line.port,
        },
        limits: Limits {
            connect_timeout_secs: 5,
            read_timeout_secs: 1,
            statement_secs: 4,
            ..Limits::default()
        },
        pool: PoolSettings {
            min: 1,
            max: 1,
            ..PoolSettings::default()
        },
        ..sessions::profile(server)
    };
    let session = Session::open(&profile, Some(&server.password))
        .await
        .unwrap();
    (session, line)
}

/// What a session needs to be opened, or why it is not.
async fn open_over(server: &TestServer, line: &Line) -> Result<Session, Error> {
    let profile = Profile {
        address: Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: line.port,
        },
        ..sessions::profile(server)
    };
    Session::open(&profile, Some(&server.password)).await
}

#[tokio::test]
async fn a_line_that_breaks_in_the_middle_of_a_handshake_is_no_fault_of_the_encryption() {
    both(async |server| {
        let line = Line::to(server).await;
        for bytes in [0, 3, 40, 90, 150, 400, 1000] {
            line.tear_after(bytes);
            let Err(Error::Connect(error)) = open_over(server, &line).await else {
                panic!("{bytes}: a connection that was not made")
            };
            assert_eq!(error.cause, ConnectCause::ServerGone, "{bytes}: {error:?}");
        }
        open_over(server, &line).await.unwrap().close().await;
    })
    .await;
}

#[tokio::test]
async fn the_columns_of_a_table_are_asked_for_again_where_the_line_has_died() {
    both(async |server| {
        let db = TestDb::create(server).await;
        db.run(&["CREATE TABLE t (id INT PRIMARY KEY, word TEXT)"])
            .await;
        let (session, line) = over_a_line(server).await;
        let cancel = CancellationToken::new();
        let ask = async || {
            let columns = lookup::columns(&session, &db.name, "t", &cancel).await;
            let names: Vec<String> = columns.unwrap().into_iter().map(|one| one.name).collect();
            assert_eq!(names, ["id", "word"]);
        };
        ask().await;
        line.cut();
        line.mend();
        ask().await;
        session.close().await;
    })
    .await;
}

/// Both servers at once: these tests mostly wait.
async fn both(test: impl AsyncFn(&'static TestServer)) {
    tokio::join!(test(support::mysql().await), test(support::mariadb().await));
}

async fn answers(session: &Session) -> bool {
    one_cell(session, "SELECT 1", &Options::of(session)).await == "1"
}

/// What a person reads when nothing came for as long as the profile allows.
#[track_caller]
fn assert_silent(error: &Error, session: &Session) {
    let Error::ReadTimeout { address, after } = error else {
        panic!("expected silence, got {error:?}")
    };
    assert_eq!(*after, Duration::from_secs(5), "both limits of the profile");
    assert_eq!(*address, session.facts().address);
    assert!(error.hint().is_some());
}

#[tokio::test]
async fn a_statement_whose_network_goes_away_ends_within_the_profiles_limits() {
    both(async |server| {
        let (session, line) = over_a_line(server).await;
        let mut admin = server.admin().await;
        let mark = format!("pulled{}", line.port);
        let sql = endless(&mark);
        let options = Options::of(&session);
        let pull = async {
            eventually("the statement runs", async || {
                is_running(&mut admin, &mark).await
            })
            .await;
            line.cut();
        };
        let (end, ()) = tokio::join!(run(&session, &sql, &options), pull);
        assert_silent(&end.unwrap_err(), &session);
        line.mend();
        assert!(answers(&session).await, "{}", server.kind);
    })
    .await;
}

#[tokio::test]
async fn rows_that_came_before_the_network_went_away_are_kept() {
    both(async |server| {
        let db = TestDb::create(server).await;
        let (session, line) = over_a_line(server).await;
        let numbers: Vec<String> = (0..500).map(|i| format!("({i})")).collect();
        db.run(&[
            "CREATE TABLE n (i INT)",
            &format!("INSERT INTO n VALUES {}", numbers.join(", ")),
        ])
        .await;
        let sql = format!("SELECT a.i FROM {0}.n a, {0}.n b, {0}.n c", db.name);
        let checked = guard::check(&sql, &session.rules()).unwrap();
        let options = Options {
            row_limit: None,
            ..Options::of(&session)
        };
        let (sender, mut receiver) = mpsc::channel(1);
        let cancel = CancellationToken::new();
        let read = async {
            let mut rows = 0;
            while let Some(output) = receiver.recv().await {
                if let Output::Rows(Batch::Memory(batch)) = output {
                    rows += batch.num_rows();
                    line.cut();
                }
            }
            rows
        };
        let (end, rows) = tokio::join!(
            query::run(&session, &checked, &options, sender, &cancel),
            read
        );
        assert_silent(&end.unwrap_err(), &session);
        assert!(rows > 0, "{}", server.kind);
        drop(line);
        let mut admin = server.admin().await;
        eventually("the server sees the end of the line", async || {
            !is_running(&mut admin, &db.name).await
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_next_query_works_though_the_idle_connection_has_died_unseen() {
    both(async |server| {
        let (session, line) = over_a_line(server).await;
        line.cut();
        line.mend();
        assert!(answers(&session).await, "{}", server.kind);
    })
    .await;
}

#[tokio::test]
async fn the_next_query_works_though_the_network_went_away_while_a_connection_was_reset() {
    both(async |server| {
        let (session, line) = over_a_line(server).await;
        let options = Options::of(&session);
        let before = one_cell(&session, "SELECT CONNECTION_ID()", &options).await;
        line.cut(); // it is on its way back to the pool
        line.mend();
        let after = one_cell(&session, "SELECT CONNECTION_ID()", &options).await;
        assert_ne!(after, before, "{}", server.kind);
    })
    .await;
}

#[tokio::test]
async fn while_the_network_is_away_a_query_says_so_and_the_next_one_works() {
    both(async |server| {
        let (session, line) = over_a_line(server).await;
        assert!(answers(&session).await);
        line.cut();
        let error = run(&session, "SELECT 1", &Options::of(&session))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Connect(_)), "{error:?}");
        assert!(
            error.to_string().ends_with("no answer within 5 s"),
            "{error}"
        );
        line.mend();
        assert!(answers(&session).await, "{}", server.kind);
    })
    .await;
}

#[tokio::test]
async fn whether_the_server_is_there_is_known_and_a_dead_connection_leaves_its_place_to_another() {
    both(async |server| {
        let (session, line) = over_a_line(server).await;
        line.cut();
        let error = session.ping().await.unwrap_err();
        assert!(matches!(error, Error::ReadTimeout { .. }), "{error:?}");
        line.mend();
        assert!(session.ping().await.is_ok(), "{}", server.kind);
        let options = Options::of(&session);
        let first = one_cell(&session, "SELECT CONNECTION_ID()", &options).await;
        let second = one_cell(&session, "SELECT CONNECTION_ID()", &options).await;
        assert_eq!(first, second, "{}: both came from the pool", server.kind);
    })
    .await;
}
