//! Porthole's own sessions on the test servers.

use std::time::Duration;

use mysql_async::prelude::Queryable as _;
use porthole::{
    demo::Server,
    engine::{
        Result,
        profiles::{Address, Profile, Secret},
        query::{self, Options, ResultSet, Summary},
        session::Session,
        sql::guard,
        value::{self, Cell},
    },
};
use tokio::time::{Instant, sleep};
use tokio_util::sync::CancellationToken;

use crate::support::{TestDb, TestServer};

/// A database of one test, and a session in it with the account that may do everything.
pub(crate) struct Opened {
    pub(crate) db: TestDb,
    pub(crate) session: Session,
}

impl Opened {
    pub(crate) async fn create(server: &'static TestServer) -> Self {
        let db = TestDb::create(server).await;
        let profile = Profile {
            database: Some(db.name.clone()),
            ..profile(server)
        };
        let session = Session::open(&profile, Some(&server.password))
            .await
            .unwrap();
        Self { db, session }
    }

    pub(crate) fn options(&self) -> Options {
        Options::of(&self.session)
    }

    pub(crate) async fn query(&self, sql: &str) -> Result<(ResultSet, Summary)> {
        run(&self.session, sql, &self.options()).await
    }

    pub(crate) async fn query_with(
        &self,
        sql: &str,
        options: &Options,
    ) -> Result<(ResultSet, Summary)> {
        run(&self.session, sql, options).await
    }

    pub(crate) async fn one_cell(&self, sql: &str) -> String {
        one_cell(&self.session, sql, &self.options()).await
    }
}

/// How Porthole reaches a test server.
pub(crate) fn profile(server: &TestServer) -> Profile {
    at(&server.host, server.port, &server.user)
}

/// How Porthole reaches a server that one test has for itself.
pub(crate) fn profile_of(server: &Server) -> Profile {
    at("127.0.0.1", server.port(), server.root_user())
}

fn at(host: &str, port: u16, user: &str) -> Profile {
    Profile {
        address: Address::Tcp {
            host: host.to_owned(),
            port,
        },
        user: user.to_owned(),
        ..Profile::default()
    }
}

pub(crate) fn secret(password: &str) -> Secret {
    Secret::new(password.to_owned())
}

pub(crate) async fn run(
    session: &Session,
    sql: &str,
    options: &Options,
) -> Result<(ResultSet, Summary)> {
    let checked = guard::check(sql, &session.rules())?;
    query::collect(session, &checked, options, &CancellationToken::new()).await
}

pub(crate) async fn one_cell(session: &Session, sql: &str, options: &Options) -> String {
    texts(&run(session, sql, options).await.unwrap().0)[0][0].clone()
}

/// All rows as texts; NULL as `NULL`.
pub(crate) fn texts(rows: &ResultSet) -> Vec<Vec<String>> {
    let cell = |row, column: usize| match rows.cell(row, column).unwrap() {
        Cell::Null => "NULL".to_owned(),
        cell => value::text(cell, rows.columns()[column].kind),
    };
    (0..rows.rows())
        .map(|row| {
            (0..rows.columns().len())
                .map(|column| cell(row, column))
                .collect()
        })
        .collect()
}

/// Counts far more rows than any test waits for, out of nothing; `mark` tells it from those of other tests.
/// Not over `information_schema`: stopping that crashes MariaDB 10.11 now and then.
pub(crate) fn endless(mark: &str) -> String {
    let ten: Vec<String> = (0..10).map(|i| format!("SELECT {i} AS i")).collect();
    let ten = format!("({})", ten.join(" UNION ALL "));
    let tables: Vec<String> = (0..11).map(|index| format!("{ten} t{index}")).collect();
    format!("SELECT COUNT(*) FROM {}, {ten} {mark}", tables.join(", "))
}

/// Does the server work on a statement that contains this? Preparing one does not count.
pub(crate) async fn is_running(conn: &mut mysql_async::Conn, part: &str) -> bool {
    let texts: Vec<Option<String>> = conn
        .query("SELECT info FROM information_schema.processlist WHERE command IN ('Execute', 'Query') AND id <> CONNECTION_ID()")
        .await
        .unwrap();
    texts.iter().flatten().any(|text| text.contains(part))
}

/// Wait until something is so.
#[track_caller]
pub(crate) fn eventually(
    what: &'static str,
    mut check: impl AsyncFnMut() -> bool,
) -> impl Future<Output = ()> {
    let deadline = Instant::now() + Duration::from_mins(1);
    async move {
        while !check().await {
            assert!(Instant::now() < deadline, "waited for: {what}");
            sleep(Duration::from_millis(20)).await;
        }
    }
}
