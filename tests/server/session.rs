//! Opening sessions: every way to fail has its own cause, encryption does what its mode says, and logins work.

use std::{
    net::TcpListener,
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::{
    demo::{self, Kind},
    engine::{
        Error,
        error::ConnectCause,
        profiles::{Address, PoolSettings, Profile, TlsMode},
        query::Options,
        session::{self, ReadOnly, Session},
    },
};

use crate::{
    cli::Program,
    scripted::{Answer, Command, Scripted, error, result_set, result_set_ending, text_row},
    sessions::{Opened, eventually, one_cell, profile, profile_of, run, secret},
    support,
};

pub(crate) async fn cause(profile: &Profile, password: &str) -> ConnectCause {
    match session::test(profile, Some(&secret(password))).await {
        Err(Error::Connect(error)) => {
            assert!(
                !error.to_string().contains("geheim"),
                "no password in {error}"
            );
            error.cause
        }
        other => panic!("expected a failure to connect, got {other:?}"),
    }
}

pub(crate) async fn write(admin: &mut Conn, sql: &str) {
    admin
        .query_drop(sql)
        .await
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
}

#[tokio::test]
async fn facts_say_who_answers() {
    support::each_server(async |server| {
        let kind = server.kind;
        let session = Session::open(&profile(server), Some(&server.password))
            .await
            .unwrap();
        let facts = session.facts();
        assert_eq!(
            facts.product.to_string() == "MariaDB",
            (kind == Kind::MariaDb)
        );
        assert!(facts.dialect().version >= (9, 0, 0), "{}", facts.version);
        assert_eq!(facts.time_zone, "+00:00");
        assert!(
            matches!(&facts.read_only, ReadOnly::Porthole { .. }),
            "root could write"
        );
        let db = Opened::create(server).await;
        db.db
            .run(&["CREATE USER IF NOT EXISTS reader@'%' IDENTIFIED BY 'geheim'"])
            .await;
        db.db
            .run(&["GRANT SELECT, SHOW VIEW ON *.* TO reader@'%'"])
            .await;
        let reader = Profile {
            user: "reader".to_owned(),
            ..profile(server)
        };
        let facts = session::test(&reader, Some(&secret("geheim")))
            .await
            .unwrap();
        assert_eq!(facts.read_only, ReadOnly::Server, "{kind:?}");
    })
    .await;
}

#[tokio::test]
async fn the_account_that_is_recommended_can_be_made_and_is_safe() {
    support::each_server(async |server| {
        let kind = server.kind;
        let session = Session::open(&profile(server), Some(&server.password))
            .await
            .unwrap();
        let ReadOnly::Porthole { better_account, .. } = &session.facts().read_only else {
            panic!("root could write")
        };
        let db = Opened::create(server).await;
        db.db.run(&["DROP USER IF EXISTS 'porthole'@'%'"]).await;
        // Where the test server has no TLS, the account cannot ask for it.
        let plain = session.facts().tls.is_none();
        let kept = if plain { " REQUIRE SSL" } else { "" };
        for statement in better_account
            .replace("<password>", "geheim")
            .replace(kept, "")
            .lines()
        {
            db.db.run(&[statement]).await;
        }
        let reader = Profile {
            user: "porthole".to_owned(),
            ..profile(server)
        };
        let facts = session::test(&reader, Some(&secret("geheim")))
            .await
            .unwrap();
        assert_eq!(facts.read_only, ReadOnly::Server, "{kind:?}");
        assert_eq!(facts.read_only.guard(), "the server");
    })
    .await;
}

/// The rights beyond reading that a session of this account sees.
async fn rights(account: &Profile) -> Vec<String> {
    match session::test(account, Some(&secret("geheim")))
        .await
        .unwrap()
        .read_only
    {
        ReadOnly::Server => Vec::new(),
        ReadOnly::Porthole { powers, .. } => {
            powers.into_iter().flat_map(|power| power.rights).collect()
        }
    }
}

#[tokio::test]
async fn rights_of_active_roles_count_and_those_of_others_do_not() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let default = match kind {
            Kind::MySql => "SET DEFAULT ROLE porthole_active TO rolled@'%'",
            Kind::MariaDb => "SET DEFAULT ROLE porthole_active FOR rolled@'%'",
        };
        let none = default.replace("porthole_active", "NONE");
        db.db
            .run(&[
                "DROP USER IF EXISTS rolled@'%'",
                "DROP ROLE IF EXISTS porthole_active",
                "DROP ROLE IF EXISTS porthole_inner",
                "DROP ROLE IF EXISTS porthole_idle",
                "CREATE ROLE porthole_active",
                "CREATE ROLE porthole_inner",
                "CREATE ROLE porthole_idle",
                "CREATE USER rolled@'%' IDENTIFIED BY 'geheim'",
                "GRANT SELECT ON *.* TO rolled@'%'",
                "GRANT LOCK TABLES ON *.* TO porthole_active",
                "GRANT INSERT, FILE ON *.* TO porthole_inner",
                "GRANT DROP ON *.* TO porthole_idle",
                "GRANT porthole_inner TO porthole_active",
                "GRANT porthole_active TO rolled@'%'",
                "GRANT porthole_idle TO rolled@'%'",
            ])
            .await;
        let rolled = Profile {
            user: "rolled".to_owned(),
            ..profile(server)
        };
        assert_eq!(rights(&rolled).await, [""; 0], "{kind:?}: none is active");
        db.db.run(&[default]).await;
        assert_eq!(
            rights(&rolled).await,
            ["INSERT", "FILE", "LOCK TABLES"],
            "{kind:?}"
        );
        db.db.run(&[none.as_str()]).await;
        if kind == Kind::MariaDb {
            db.db.run(&["GRANT UPDATE ON *.* TO PUBLIC"]).await;
            let with_public = rights(&rolled).await;
            db.db.run(&["REVOKE UPDATE ON *.* FROM PUBLIC"]).await;
            assert_eq!(with_public, ["UPDATE"], "what everybody may");
        }
    })
    .await;
}

#[tokio::test]
async fn stored_functions_run_if_the_profile_lets_them_and_they_are_declared_to_read() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        db.db
            .run(&[
                "SET GLOBAL log_bin_trust_function_creators = 1",
                "CREATE FUNCTION reads_it() RETURNS INT READS SQL DATA RETURN 41",
                "CREATE FUNCTION has_none() RETURNS INT NO SQL RETURN 42",
                "CREATE FUNCTION says_nothing() RETURNS INT RETURN 43",
                "CREATE FUNCTION writes_it() RETURNS INT MODIFIES SQL DATA RETURN 44",
            ])
            .await;
        let declared = [("reads_it", "41"), ("has_none", "42")];
        let others = ["says_nothing", "writes_it"];
        for (name, _) in declared {
            refused(&db.session, name).await;
        }
        let allows = Profile {
            call_stored_functions: true,
            ..db.session.profile().clone()
        };
        let open = Session::open(&allows, Some(&server.password))
            .await
            .unwrap();
        let options = Options::of(&open);
        for (name, value) in declared {
            let qualified = format!("SELECT `{}`.{name}()", db.db.name);
            for sql in [&format!("SELECT {name}()"), &qualified] {
                assert_eq!(
                    one_cell(&open, sql, &options).await,
                    value,
                    "{kind:?}: {sql}"
                );
            }
        }
        for name in others {
            refused(&db.session, name).await;
            refused(&open, name).await;
        }
        // MySQL registers some of its own as loadable ones.
        assert_eq!(
            open.rules().functions.loadable.is_empty(),
            kind == Kind::MariaDb
        );
    })
    .await;
}

async fn refused(session: &Session, function: &str) {
    let sql = format!("SELECT {function}()");
    match run(session, &sql, &Options::of(session)).await {
        Err(Error::Refused(refusal)) => assert_eq!(refusal.word, function.to_uppercase()),
        other => panic!("expected a refusal of {function}, got {other:?}"),
    }
}

#[tokio::test]
async fn tables_are_checked_if_the_profile_lets_them() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&["CREATE TABLE t (id INT)"]).await;
        assert!(matches!(
            db.query("CHECK TABLE t").await,
            Err(Error::Refused(_))
        ));
        let allows = Profile {
            check_tables: true,
            ..db.session.profile().clone()
        };
        let open = Session::open(&allows, Some(&server.password))
            .await
            .unwrap();
        let table = one_cell(&open, "CHECK TABLE t", &Options::of(&open)).await;
        assert_eq!(table, format!("{}.t", db.db.name), "{:?}", server.kind);
    })
    .await;
}

const VERIFY: &str = "SELECT @@session.transaction_read_only, @@session.autocommit";

fn verified(read_only: &str, autocommit: &str) -> Answer {
    let names = ["@@session.transaction_read_only", "@@session.autocommit"];
    let row = text_row(&[read_only, autocommit]);
    Answer::Packets(result_set(&names, &[row]))
}

#[tokio::test]
async fn a_server_that_refuses_or_ignores_read_only_is_guarded_by_porthole_alone() {
    let refuses = Scripted::start(|_, text| {
        text.contains("transaction_read_only = 1").then(|| {
            Answer::Packets(vec![error(
                1235,
                "function READ ONLY has only noop implementation",
            )])
        })
    })
    .await;
    let ignores = Scripted::start(|_, text| (text == VERIFY).then(|| verified("0", "1"))).await;
    let says_so = Scripted::start(|_, text| {
        (text == "select @@version_comment limit 1").then(|| {
            Answer::Packets(result_set(
                &["@@version_comment"],
                &[text_row(&["(ProxySQL)"])],
            ))
        })
    })
    .await;
    for (server, name) in [
        (&refuses, "this server, or a proxy before it,"),
        (&ignores, "this server, or a proxy before it,"),
        (&says_so, "ProxySQL"),
    ] {
        let session = Session::open(&server.profile(), None).await.unwrap();
        let read_only = &session.facts().read_only;
        let ReadOnly::Porthole { unkept_by, .. } = read_only else {
            panic!("nobody keeps it")
        };
        assert_eq!(unkept_by.as_deref(), Some(name));
        assert_eq!(read_only.guard(), "Porthole alone");
        let reads = run(&session, "SELECT 1", &Options::of(&session)).await;
        assert!(reads.is_ok(), "{name}: {reads:?}");
    }
    let asked = |more: &'static [&'static str]| {
        let arguments = [&["test-connection"], more].concat();
        Program::at_address("127.0.0.1", says_so.port(), &arguments)
    };
    let words = asked(&[]).run().await.done();
    let says = "guaranteed by Porthole alone: ProxySQL does not keep a session read-only";
    assert!(words.contains(says), "{words}");
    let json = asked(&["--format", "json"]).run().await.done();
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["read_only"], "porthole");
}

/// A server with one connection for each session, whose verifications from the second on are answered by `later`
/// with their number: the first is the one at connect.
async fn surprising(later: impl Fn(u32) -> Option<Answer> + Send + Sync + 'static) -> Scripted {
    let verifications = AtomicU32::new(0);
    Scripted::start(move |_, text| {
        if text != VERIFY {
            return None;
        }
        match verifications.fetch_add(1, Ordering::SeqCst) {
            0 => None,
            number => later(number),
        }
    })
    .await
}

#[tokio::test]
async fn a_session_that_is_not_read_only_any_more_gets_no_statement() {
    const STATEMENT: &str = "SELECT 'not to be sent'";
    for (read_only, autocommit, why) in [
        ("0", "1", "it is not read-only"),
        ("1", "0", "it does not commit by itself"),
    ] {
        let server = surprising(move |_| Some(verified(read_only, autocommit))).await;
        let session = Session::open(&server.profile(), None).await.unwrap();
        assert!(session.facts().read_only.guard() != "Porthole alone");
        let error = run(&session, STATEMENT, &Options::of(&session))
            .await
            .unwrap_err();
        let Error::UnsafeSession { found, .. } = &error else {
            panic!("expected an unsafe session, got {error:?}")
        };
        assert_eq!(*found, why);
        assert!(error.hint().is_some());
        assert!(!server.received(STATEMENT), "{why}");
        eventually("both connections are closed", async || server.open() == 0).await;
    }
}

#[tokio::test]
async fn a_connection_that_surprises_is_replaced_by_a_fresh_one() {
    let server = surprising(|number| (number == 1).then(|| verified("0", "1"))).await;
    let session = Session::open(&server.profile(), None).await.unwrap();
    run(&session, "SELECT 'sent'", &Options::of(&session))
        .await
        .unwrap();
    assert!(server.received("SELECT 'sent'"));
    eventually("the first connection is closed", async || {
        server.open() == 1
    })
    .await;
}

#[tokio::test]
async fn a_connection_whose_statement_left_a_transaction_open_is_closed() {
    const IN_TRANSACTION: u16 = 0x0003;
    const NO_AUTOCOMMIT: u16 = 0x0000;
    const AS_IT_SHOULD_BE: u16 = 0x0002;
    for (status, left) in [
        (IN_TRANSACTION, 0),
        (NO_AUTOCOMMIT, 0),
        (AS_IT_SHOULD_BE, 1),
    ] {
        let executed = Arc::new(AtomicU32::new(0));
        let counted = executed.clone();
        let server = Scripted::start(move |command, _| {
            (command == Command::Execute).then(|| {
                counted.fetch_add(1, Ordering::SeqCst);
                let row = crate::scripted::binary_row(&["1"]);
                Answer::Packets(result_set_ending(&["1"], &[row], status))
            })
        })
        .await;
        let profile = Profile {
            pool: PoolSettings {
                min: 1,
                max: 1,
                ..PoolSettings::default()
            },
            ..server.profile()
        };
        let session = Session::open(&profile, None).await.unwrap();
        run(&session, "SELECT 1", &Options::of(&session))
            .await
            .unwrap();
        assert_eq!(executed.load(Ordering::SeqCst), 1);
        eventually("the connection is closed, or reset and kept", async || {
            server.open() == left && (left == 0 || server.received("\u{1f}"))
        })
        .await;
    }
}

#[tokio::test]
async fn each_kind_of_failure_has_its_own_cause() {
    let nobody = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = nobody.local_addr().unwrap().port();
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap().port()
    };
    let at = |host: &str, port| Profile {
        address: Address::Tcp {
            host: host.to_owned(),
            port,
        },
        limits: porthole::engine::profiles::Limits {
            connect_timeout_secs: 1,
            ..Default::default()
        },
        ..Profile::default()
    };
    assert_eq!(
        cause(&at("127.0.0.1", closed), "geheim").await,
        ConnectCause::PortClosed
    );
    assert_eq!(
        cause(&at("127.0.0.1", silent), "geheim").await,
        ConnectCause::Timeout
    );
    assert_eq!(
        cause(&at("no-such-host.invalid", 3306), "geheim").await,
        ConnectCause::NameNotResolved
    );
    let socket = Profile {
        address: Address::Socket(PathBuf::from("/nowhere/mysqld.sock")),
        ..Profile::default()
    };
    assert_eq!(cause(&socket, "geheim").await, ConnectCause::PortClosed);
    support::each_server(async |server| {
        let kind = server.kind;
        let good = profile(server);
        assert_eq!(cause(&good, "geheim").await, ConnectCause::AccessDenied, "{kind:?}");
        let database = Profile { database: Some("no such database".to_owned()), ..good.clone() };
        assert_eq!(cause(&database, server.password.reveal()).await, ConnectCause::UnknownDatabase, "{kind:?}");
        let zone = Profile { time_zone: "Europe/Berlin".to_owned(), ..good.clone() };
        assert_eq!(cause(&zone, server.password.reveal()).await, ConnectCause::UnknownTimeZone, "{kind:?}");
        if kind == Kind::MariaDb {
            return; // it forgets to count a connection that was reset
        }
        let db = Opened::create(server).await;
        db.db.run(&["CREATE USER IF NOT EXISTS narrow@'%' IDENTIFIED BY 'geheim' WITH MAX_USER_CONNECTIONS 1"]).await;
        let narrow = Profile { user: "narrow".to_owned(), ..good };
        let password = secret("geheim");
        let session = Session::open(&narrow, Some(&password)).await.unwrap();
        session.ping().await.unwrap();
        assert_eq!(cause(&narrow, "geheim").await, ConnectCause::TooManyConnections, "{kind:?}");
    })
    .await;
}

#[tokio::test]
async fn a_tcp_connection_stays_on_tcp_though_the_server_names_a_socket_of_this_machine() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let socket = db.one_cell("SELECT @@socket").await;
        assert!(PathBuf::from(&socket).exists(), "the trap is set: {socket}");
        let user = db.one_cell("SELECT USER()").await;
        assert!(user.ends_with("@127.0.0.1"), "{kind:?}: {user}");
    })
    .await;
}

#[tokio::test]
async fn modern_logins_work() {
    let maria = demo::Options {
        args: vec!["--plugin-load-add=auth_ed25519".to_owned()],
        plugins: true,
        ..support::options()
    };
    let server = support::start(Kind::MariaDb, &maria).await;
    write(
        &mut server.connect().await.unwrap(),
        "CREATE USER ed@'%' IDENTIFIED VIA ed25519 USING PASSWORD('geheim')",
    )
    .await;
    let ed = Profile {
        user: "ed".to_owned(),
        ..profile_of(&server)
    };
    session::test(&ed, Some(&secret("geheim"))).await.unwrap();

    let server = support::mysql().await;
    write(
        &mut server.admin().await,
        "CREATE USER IF NOT EXISTS sha@'%' IDENTIFIED WITH caching_sha2_password BY 'geheim'",
    )
    .await;
    for mode in [TlsMode::Disabled, TlsMode::Required] {
        let mut sha = Profile {
            user: "sha".to_owned(),
            ..profile(server)
        };
        sha.tls.mode = Some(mode);
        session::test(&sha, Some(&secret("geheim"))).await.unwrap();
    }
}
