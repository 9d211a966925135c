//! Opening sessions: every way to fail has its own cause, encryption does what its mode says, and logins work.

use std::{net::TcpListener, path::PathBuf};

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::{
    demo::{self, Kind},
    engine::{
        Error,
        error::ConnectCause,
        profiles::{Address, Profile, TlsMode},
        session::{self, ReadOnly, Session},
    },
};

use crate::{
    sessions::{Opened, profile, profile_of, secret},
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
        for statement in better_account
            .replace("<password>", "geheim")
            .replace(" REQUIRE SSL", "")
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
    })
    .await;
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
