//! The servers that the tests talk to, and databases in them that belong to one test each.
//!
//! A private server of each kind is started when the first test asks for it and shared by all tests of this process;
//! it ends with the process. `PORTHOLE_TEST_MYSQL_URL` and `PORTHOLE_TEST_MARIADB_URL` name others to use instead,
//! with an account that may do everything.

use std::{
    env,
    fmt::Write as _,
    path::PathBuf,
    process,
    sync::atomic::{AtomicU32, Ordering},
    thread,
};

use mysql_async::{Conn, Opts, OptsBuilder, prelude::Queryable as _};
use porthole::{
    demo::{Kind, Options, Server},
    engine::profiles::secrets::Secret,
};
use tokio::sync::OnceCell;

pub(crate) const BOTH: [Kind; 2] = [Kind::MySql, Kind::MariaDb];

/// A server that tests may fill, and its account that may do everything.
pub(crate) struct TestServer {
    pub(crate) kind: Kind,
    pub(crate) host: String,
    pub(crate) port: u16,
    /// Only where we started it.
    pub(crate) socket: Option<PathBuf>,
    pub(crate) user: String,
    pub(crate) password: Secret,
    /// Kept for as long as the process runs.
    _own: Option<Server>,
}

/// The MySQL of this test run.
pub(crate) async fn mysql() -> &'static TestServer {
    static SERVER: OnceCell<TestServer> = OnceCell::const_new();
    SERVER.get_or_init(|| TestServer::find(Kind::MySql)).await
}

/// The MariaDB of this test run.
pub(crate) async fn mariadb() -> &'static TestServer {
    static SERVER: OnceCell<TestServer> = OnceCell::const_new();
    SERVER.get_or_init(|| TestServer::find(Kind::MariaDb)).await
}

/// Runs a test against both, MySQL first.
pub(crate) async fn each_server(test: impl AsyncFn(&'static TestServer)) {
    test(mysql().await).await;
    test(mariadb().await).await;
}

/// What every private server of the tests is started with. Root's servers run as `nobody` there.
pub(crate) fn options() -> Options {
    Options {
        parent: Some(env::temp_dir()),
        ..Options::default()
    }
}

/// A private server for one test alone, stopped when dropped.
pub(crate) async fn start(kind: Kind, options: &Options) -> Server {
    match Server::start(kind, options).await {
        Ok(server) => server,
        Err(error) => panic!("{error}\n{}", error.hint().unwrap_or_default()),
    }
}

impl TestServer {
    async fn find(kind: Kind) -> Self {
        let variable = match kind {
            Kind::MySql => "PORTHOLE_TEST_MYSQL_URL",
            Kind::MariaDb => "PORTHOLE_TEST_MARIADB_URL",
        };
        match env::var(variable) {
            Ok(url) => Self::at(kind, variable, &url),
            Err(_) => Self::own(start(kind, &options()).await),
        }
    }

    fn at(kind: Kind, variable: &str, url: &str) -> Self {
        // Not the driver's error: it could repeat the URL, password and all.
        let opts =
            Opts::from_url(&url.replacen("mariadb://", "mysql://", 1)).unwrap_or_else(|_| {
                panic!("{variable} is not a URL of the form mysql://user:password@host:port")
            });
        Self {
            kind,
            host: opts.ip_or_hostname().to_owned(),
            port: opts.tcp_port(),
            socket: None,
            user: opts.user().unwrap_or("root").to_owned(),
            password: Secret::new(opts.pass().unwrap_or_default().to_owned()),
            _own: None,
        }
    }

    fn own(server: Server) -> Self {
        Self {
            kind: server.kind(),
            host: "127.0.0.1".to_owned(),
            port: server.port(),
            socket: Some(server.socket().to_owned()),
            user: server.root_user().to_owned(),
            password: server.root_password().clone(),
            _own: Some(server),
        }
    }

    /// How to reach it with the bare driver, without Porthole's own session in between.
    pub(crate) fn opts(&self) -> OptsBuilder {
        OptsBuilder::default()
            .ip_or_hostname(self.host.clone())
            .tcp_port(self.port)
            .prefer_socket(false)
            .user(Some(self.user.clone()))
            .pass(Some(self.password.reveal()))
    }

    /// A connection that may do everything, for fixtures.
    pub(crate) async fn admin(&self) -> Conn {
        Conn::new(self.opts())
            .await
            .expect("the test server lets its own account in")
    }
}

/// A database of one test, dropped with this value.
pub(crate) struct TestDb {
    pub(crate) server: &'static TestServer,
    pub(crate) name: String,
}

impl TestDb {
    pub(crate) async fn create(server: &'static TestServer) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let nth = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("porthole_test_{}_{nth}", process::id());
        let mut conn = server.admin().await;
        conn.query_drop(format!("CREATE DATABASE {name} CHARACTER SET utf8mb4"))
            .await
            .unwrap();
        conn.disconnect().await.unwrap();
        Self { server, name }
    }

    /// A connection that may do everything, in this database.
    pub(crate) async fn admin(&self) -> Conn {
        Conn::new(self.server.opts().db_name(Some(self.name.clone())))
            .await
            .expect("the test server lets its own account in")
    }

    /// Runs these statements in this database, on one connection.
    pub(crate) async fn run(&self, statements: &[&str]) {
        let mut conn = self.admin().await;
        for sql in statements {
            conn.query_drop(*sql)
                .await
                .unwrap_or_else(|error| panic!("{error}: {sql}"));
        }
        conn.disconnect().await.unwrap();
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let (opts, name) = (self.server.opts(), self.name.clone());
        // A test's own runtime cannot wait in a destructor; another thread's can. A failed test may leave locks on
        // the database, so this gives up after a while; the server is private or the name tells whose it is.
        let dropped = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut conn = Conn::new(opts).await?;
                conn.query_drop("SET SESSION lock_wait_timeout = 10")
                    .await?;
                conn.query_drop(format!("DROP DATABASE {name}")).await?;
                conn.disconnect().await?;
                Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
            })
        })
        .join();
        if !thread::panicking() {
            dropped
                .expect("dropping a database does not panic")
                .unwrap();
        }
    }
}

#[tokio::test]
async fn a_test_s_database_is_its_own_and_goes_with_it() {
    each_server(async |server| {
        assert!(server.socket.as_ref().is_none_or(|socket| socket.exists()));
        let (one, other) = (TestDb::create(server).await, TestDb::create(server).await);
        for db in [&one, &other] {
            db.run(&["CREATE TABLE t (id INT)", "INSERT INTO t VALUES (1)"])
                .await;
            let mut conn = db.admin().await;
            let rows: Option<u64> = conn.query_first("SELECT COUNT(*) FROM t").await.unwrap();
            assert_eq!(rows, Some(1));
            conn.disconnect().await.unwrap();
        }
        let name = one.name.clone();
        drop(one);
        let mut conn = server.admin().await;
        let left: Vec<String> = conn.query("SHOW DATABASES").await.unwrap();
        conn.disconnect().await.unwrap();
        let right = !left.contains(&name) && left.contains(&other.name);
        assert!(right, "{}: {left:?}", server.kind);
    })
    .await;
}

/// Bytes as a literal of SQL that no sql_mode reads otherwise.
pub(crate) fn hex_literal(bytes: &[u8]) -> String {
    let mut sql = "x'".to_owned();
    for byte in bytes {
        write!(sql, "{byte:02x}").unwrap();
    }
    sql + "'"
}
