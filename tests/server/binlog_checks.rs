//! What is told before a binary log is opened, on both servers.

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::{
    demo::{Kind, Options, Server},
    engine::{
        binlog::checks::{self, Survey, Weight},
        profiles::Profile,
        session::Session,
    },
};
use tokio_util::sync::CancellationToken;

use crate::{
    sessions::{profile_of, secret},
    support::{self, BOTH},
};

async fn start(kind: Kind, args: &[&str]) -> (Server, Conn) {
    let options = Options {
        args: args.iter().map(ToString::to_string).collect(),
        ..support::options()
    };
    let server = support::start(kind, &options).await;
    let admin = server.connect().await.unwrap();
    (server, admin)
}

async fn survey(server: &Server, user: &str, password: &str) -> Survey {
    let profile = Profile {
        user: user.to_owned(),
        ..profile_of(server)
    };
    let session = Session::open(&profile, Some(&secret(password)))
        .await
        .unwrap();
    let survey = checks::survey(&session, &CancellationToken::new())
        .await
        .unwrap();
    session.close().await;
    survey
}

async fn of_root(server: &Server) -> Survey {
    survey(server, server.root_user(), server.root_password().reveal()).await
}

fn costs(survey: &Survey) -> Vec<&'static str> {
    let costly = survey.findings.iter();
    costly
        .filter(|finding| finding.weight != Weight::Good)
        .map(|finding| finding.setting)
        .collect()
}

#[tokio::test]
async fn an_account_without_the_rights_is_told_the_grant_that_gives_them() {
    for kind in BOTH {
        let (server, mut admin) = start(kind, &[]).await;
        for sql in [
            "CREATE USER poor@'%' IDENTIFIED BY 'geheim'",
            "CREATE ROLE reading",
            "GRANT REPLICATION SLAVE ON *.* TO reading",
            "CREATE USER member@'%' IDENTIFIED BY 'geheim'",
            "GRANT reading TO member@'%'",
            match kind {
                Kind::MySql => "SET DEFAULT ROLE reading TO member@'%'",
                Kind::MariaDb => "SET DEFAULT ROLE reading FOR member@'%'",
            },
        ] {
            admin.query_drop(sql).await.unwrap();
        }
        let poor = survey(&server, "poor", "geheim").await;
        assert!(
            !poor.rights.follow && !poor.rights.list && !poor.is_readable(),
            "{kind}"
        );
        assert_eq!((&poor.files, &poor.end), (&None, &None), "{kind}");
        let grant = poor.grant.unwrap();
        admin.query_drop(&grant).await.unwrap();
        let rich = survey(&server, "poor", "geheim").await;
        assert!(rich.is_readable() && rich.rights.list, "{kind}: {grant}");
        assert_eq!(rich.grant, None, "{kind}");
        assert!(!rich.files.unwrap().is_empty(), "{kind}");

        let member = survey(&server, "member", "geheim").await;
        assert!(
            member.rights.follow && !member.rights.list,
            "{kind}: by its role"
        );
    }
}

#[tokio::test]
async fn settings_that_cost_a_reader_something_are_told_and_the_statements_mend_them() {
    for kind in BOTH {
        let (server, mut admin) = start(
            kind,
            &[
                "--binlog-format=STATEMENT",
                "--binlog-row-image=MINIMAL",
                "--binlog-row-metadata=MINIMAL",
                "--binlog-checksum=NONE",
                "--binlog-expire-logs-seconds=3600",
                "--binlog-ignore-db=hidden",
            ],
        )
        .await;
        let before = of_root(&server).await;
        let mut told = costs(&before);
        told.sort_unstable();
        let mut expected = vec![
            "binlog_checksum",
            "binlog_expire_logs_seconds",
            "binlog_format",
            "binlog_ignore_db",
            "binlog_row_image",
            "binlog_row_metadata",
        ];
        if kind == Kind::MySql {
            expected.push("binlog_rows_query_log_events");
        }
        assert_eq!(told, expected, "{kind}");
        assert!(before.is_readable(), "{kind}");
        for finding in &before.findings {
            for sql in finding.statement.iter().flat_map(|text| text.split(";\n")) {
                let sql = sql.split(" --").next().unwrap_or_default();
                admin
                    .query_drop(sql)
                    .await
                    .unwrap_or_else(|error| panic!("{error}: {sql}"));
            }
        }
        assert_eq!(
            costs(&of_root(&server).await),
            ["binlog_ignore_db"],
            "{kind}"
        );
    }
}

#[tokio::test]
async fn files_and_the_end_are_what_the_server_has() {
    for kind in BOTH {
        let (server, mut admin) = start(kind, &[]).await;
        admin.query_drop("CREATE DATABASE one").await.unwrap();
        admin.query_drop("FLUSH BINARY LOGS").await.unwrap();
        admin.query_drop("CREATE DATABASE two").await.unwrap();
        let survey = of_root(&server).await;
        let (files, end) = (survey.files.unwrap(), survey.end.unwrap());
        let last = files.last().unwrap();
        assert!(files.len() >= 2, "{kind}");
        assert_eq!((&last.name, last.bytes), (&end.file, end.offset), "{kind}");
        assert!(
            files.iter().all(|file| file.bytes > 100 && !file.encrypted),
            "{kind}"
        );
        assert!(!survey.gtids.unwrap().is_empty(), "{kind}");
    }
}

#[tokio::test]
async fn a_server_without_a_log_has_nothing_to_read() {
    for kind in BOTH {
        let args: &[&str] = match kind {
            Kind::MySql => &[
                "--skip-log-bin",
                "--gtid-mode=OFF",
                "--enforce-gtid-consistency=OFF",
            ],
            Kind::MariaDb => &["--skip-log-bin"],
        };
        let (server, _admin) = start(kind, args).await;
        let survey = of_root(&server).await;
        assert!(!survey.is_readable(), "{kind}");
        assert_eq!(costs(&survey), ["log_bin"], "{kind}");
        assert_eq!(survey.end, None, "{kind}");
    }
}
