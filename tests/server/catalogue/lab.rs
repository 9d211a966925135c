//! A server that the catalogue may change: its data, its accounts, a folder that it can write, a session to kill.

use std::{fs, os::unix::fs::PermissionsExt as _, time::Duration};

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::{
    demo::{Kind, Options, Server},
    engine::{
        profiles::{Limits, PoolSettings, Profile},
        session::Session,
        sql::{lexer::SqlMode, statement},
    },
};
use tempfile::TempDir;
use tokio::time::{Instant, sleep};

use super::{
    PATIENCE,
    cases::{self, Way},
    state::{self, State},
};
use crate::{
    sessions::{profile_of, secret},
    support,
};

const READER: &str = "reader";
const VICTIM: &str = "victim";

pub(super) struct Lab {
    pub(super) kind: Kind,
    pub(super) server: Server,
    pub(super) admin: Conn,
    /// The server writes and reads files here alone.
    files: TempDir,
    /// Somebody else's session, for statements that kill.
    victim: Conn,
}

impl Lab {
    pub(super) async fn start(kind: Kind) -> Self {
        let files = tempfile::tempdir().unwrap();
        // The server may run as another user.
        fs::set_permissions(files.path(), fs::Permissions::from_mode(0o777)).unwrap();
        fs::write(files.path().join("in.csv"), "x\ny\n").unwrap();
        let mut args = vec![
            format!("--secure-file-priv={}", files.path().display()),
            "--event-scheduler=OFF".to_owned(),
            "--log-bin-trust-function-creators=ON".to_owned(),
            "--innodb-stats-auto-recalc=OFF".to_owned(),
            "--performance-schema=ON".to_owned(),
        ];
        if kind == Kind::MariaDb {
            args.push("--performance-schema-instrument=wait/lock/metadata/sql/mdl=ON".to_owned());
        }
        let options = Options {
            args,
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let mut admin = server.connect().await.unwrap();
        let fixtures: &[&str] = match kind {
            Kind::MySql => &["fixture.sql"],
            Kind::MariaDb => &["fixture.sql", "fixture-mariadb.sql"],
        };
        for name in fixtures {
            let sql = cases::fixture(name).replace("{files}", &files.path().to_string_lossy());
            for part in statement::split(&sql, SqlMode::default()) {
                execute(&mut admin, &sql[part.range]).await;
            }
        }
        let victim = victim(&server).await;
        Self {
            kind,
            server,
            admin,
            files,
            victim,
        }
    }

    /// A session as this way has it. One connection, so that what a statement leaves behind could meet the next.
    pub(super) async fn open(&self, way: Way, switches: bool) -> Session {
        let profile = Profile {
            call_stored_functions: switches,
            check_tables: switches,
            limits: Limits {
                statement_secs: 30,
                ..Limits::default()
            },
            pool: PoolSettings {
                max: 1,
                ..PoolSettings::default()
            },
            ..profile_of(&self.server)
        };
        let root = self.server.root_password();
        let opened = match way {
            Way::Guard => Session::open_bare(&profile, Some(root)).await,
            _ if way.only_selects() => {
                let profile = Profile {
                    user: READER.to_owned(),
                    ..profile
                };
                Session::open(&profile, Some(&secret(READER))).await
            }
            _ => Session::open(&profile, Some(root)).await,
        };
        opened.unwrap()
    }

    /// The text of a case for this server.
    pub(super) fn text(&self, sql: &str) -> String {
        sql.replace("{files}", &self.files.path().to_string_lossy())
            .replace("{victim}", &self.victim.id().to_string())
    }

    /// Everything that a statement could have changed.
    pub(super) async fn state(&mut self) -> State {
        // Connections are reset when they go back to their pool, which nobody waits for.
        let deadline = Instant::now() + PATIENCE;
        loop {
            let held = state::held(&mut self.admin).await;
            if held.is_empty() {
                break;
            }
            assert!(Instant::now() < deadline, "still held: {held:#?}");
            sleep(Duration::from_millis(5)).await;
        }
        state::read(&mut self.admin, self.kind, self.files.path()).await
    }

    /// Back to what it was, as far as the case says how.
    pub(super) async fn undo(&mut self, statements: &[String]) {
        for sql in statements {
            execute(&mut self.admin, sql).await;
        }
        for entry in fs::read_dir(self.files.path()).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().is_some_and(|name| name != "in.csv") {
                fs::remove_file(path).unwrap();
            }
        }
        if self.victim.ping().await.is_err() {
            self.victim = victim(&self.server).await;
        }
    }
}

pub(super) async fn execute(conn: &mut Conn, sql: &str) {
    conn.query_drop(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

async fn victim(server: &Server) -> Conn {
    let opts = mysql_async::OptsBuilder::default()
        .ip_or_hostname("127.0.0.1")
        .tcp_port(server.port())
        .prefer_socket(false)
        .user(Some(VICTIM))
        .pass(Some(VICTIM));
    Conn::new(opts).await.unwrap()
}
