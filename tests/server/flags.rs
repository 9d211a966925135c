//! Feature flags against both servers: every figure of the edge cases, windows on the server's clock and in UTC,
//! tables that are called otherwise, and cancelling.

use std::{fs, path::Path};

use mysql_async::prelude::Queryable as _;
use porthole::engine::{
    Error,
    error::unmapped::Problem,
    metrics::{
        flags::{
            self, Group, GroupKey, Source, Window,
            analysis::{Method, Verdict, analyse},
            burn::Alert,
            data::{self, Data, Request},
        },
        series::{DAY, HOUR, MINUTE, Moment},
    },
    profiles::{Mapping, Profile},
    session::Session,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Program,
    sessions::{self, Opened, eventually},
    support::{TestDb, each_server},
};

const TABLE: &str = "CREATE TABLE feature_flag_events (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    flag_id VARCHAR(255) NOT NULL,
    group_key VARCHAR(255) NOT NULL,
    request_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
    error_count BIGINT UNSIGNED NOT NULL DEFAULT 0,
    recorded_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    INDEX idx_flag_id (flag_id))";

fn of_tests(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/metrics")
        .join(name);
    fs::read_to_string(path).unwrap()
}

/// The events of the edge cases.
async fn with_edge_cases(db: &TestDb) {
    let events = of_tests("edge_flag_events.csv");
    let rows: Vec<String> = events
        .lines()
        .skip(1)
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let [flag, group, requests, errors, at] = fields[..] else {
                panic!("{line}")
            };
            format!("('{flag}', '{group}', {requests}, {errors}, '{at}')")
        })
        .collect();
    db.run(&[
        TABLE,
        &format!("INSERT INTO feature_flag_events (flag_id, group_key, request_count, error_count, recorded_at) VALUES {}", rows.join(",")),
    ]).await;
}

/// Events of one flag: group, requests, errors, and when as SQL.
async fn insert(db: &TestDb, rows: &[(&str, u64, u64, &str)]) {
    let rows: Vec<String> = rows
        .iter()
        .map(|(group, requests, errors, at)| {
            format!("('f', '{group}', {requests}, {errors}, {at})")
        })
        .collect();
    db.run(&[&format!("INSERT INTO feature_flag_events (flag_id, group_key, request_count, error_count, recorded_at) VALUES {}", rows.join(","))]).await;
}

async fn figures(session: &Session, flag: &str, window: &str) -> Vec<Group> {
    let cancel = CancellationToken::new();
    let source = Source::locate(session, &Mapping::default(), &cancel)
        .await
        .unwrap();
    let window: Window = window.parse().unwrap();
    flags::metrics(session, &source, flag, window, &cancel)
        .await
        .unwrap()
        .0
}

async fn read(session: &Session, request: &Request) -> Data {
    data::read(
        session,
        &Mapping::default(),
        request,
        &CancellationToken::new(),
    )
    .await
    .unwrap()
}

fn sorted_keys(groups: &[Group]) -> Vec<&str> {
    let mut keys: Vec<&str> = groups.iter().map(|group| group.key.shown()).collect();
    keys.sort_unstable();
    keys
}

/// Numbers are written as texts there: they do not all fit into 64 bits.
fn check(flag: &str, groups: &[Group], expected: &Value) {
    let expected = expected.as_object().unwrap();
    assert_eq!(groups.len(), expected.len(), "{flag}");
    for group in groups {
        let figures = &expected[group.key.shown()];
        let counts = [group.requests, group.errors].map(|count| count.to_string());
        assert_eq!(
            counts,
            [
                figures["requests"].as_str().unwrap(),
                figures["errors"].as_str().unwrap()
            ],
            "{flag} {:?}",
            group.key
        );
        assert_eq!(
            group.error_rate(),
            figures["error_rate"].as_f64(),
            "{flag} {:?}",
            group.key
        );
    }
}

#[tokio::test]
async fn every_figure_of_the_edge_cases_is_exact() {
    let expected: Value = serde_json::from_str(&of_tests("edge_flags_expected.json")).unwrap();
    each_server(async |server| {
        let db = Opened::create(server).await;
        with_edge_cases(&db.db).await;
        for (flag, of_flag) in expected.as_object().unwrap() {
            check(
                flag,
                &figures(&db.session, flag, "all").await,
                &of_flag["metrics"],
            );
            let rolling = figures(&db.session, flag, "2024-05-08T12:00:00..").await;
            check(
                flag,
                &rolling,
                &of_flag["seven_days_to_2024_05_15_12_00_00"],
            );
        }
        assert!(figures(&db.session, "flag-none", "all").await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn the_command_line_prints_the_contract_and_nothing_else() {
    each_server(async |server| {
        let db = TestDb::create(server).await;
        with_edge_cases(&db).await;
        let print = async |arguments: &[&str]| {
            let arguments = [&["flag"], arguments].concat();
            Program::at(&db, &arguments).run().await
        };
        let huge = print(&["flag-huge", "--format", "json"]).await.done();
        let members = [
            r#""disabled":{"error_rate":0.0,"requests":1,"errors":0}"#,
            r#""enabled":{"error_rate":0.0005,"requests":36893488147419103230,"errors":18446744073709552}"#,
        ];
        assert!(members.iter().all(|member| huge.contains(member)), "{huge}");
        assert_eq!(huge.len(), members.concat().len() + "{\"metrics\":{,}}\n".len(), "{huge}");
        let zero = print(&["flag-zero", "--format", "json"]).await.done();
        assert!(zero.contains(r#""enabled":{"error_rate":null,"requests":0,"errors":0}"#), "{zero}");
        let text = print(&["flag-huge", "--format", "csv", "--spreadsheet"]).await.done();
        assert!(text.contains("\nenabled,'36893488147419103230,'18446744073709552,0.0005\n"), "{text}");
        let wrong = print(&["flag-huge", "--spreadsheet"]).await.failed(2);
        assert!(wrong.contains("--spreadsheet is for CSV"), "{wrong}");
        let compared = print(&["flag-seed", "--analysis", "--format", "csv", "--confidence", "99%"]).await.done();
        assert!(compared.contains(",verdict,method,confidence\n") && compared.contains(",\"Wilson, Newcombe, pooled z; Holm\",0.99\n"), "{compared}");
        let seed = print(&["flag-seed", "--window", "2024-05-08T12:00..", "--format", "csv"]).await.done();
        assert!(seed.contains("\nenabled,21426,106,0.004947260337907215\n"), "{seed}");

        let unknown = print(&["flag-sead", "--format", "json"]).await;
        assert!(unknown.err.contains("no events for this flag") && unknown.err.contains("flag-seed"), "{}", unknown.err);
        assert_eq!(unknown.done(), "{\"metrics\":{}}\n");
        let quiet = print(&["flag-seed", "--window", "1h", "--format", "json"]).await;
        assert!(quiet.err.contains("in this window: last 1 hour"), "{}", quiet.err);
        assert_eq!(quiet.done(), "{\"metrics\":{}}\n");
        let wrong = print(&["flag-seed", "--window", "soon"]).await.failed(2);
        assert!(wrong.contains("24h, 7d or FROM..TO"), "{wrong}");

        let listed = Program::at(&db, &["flags", "--format", "json"]).run().await.done();
        let listed: Value = serde_json::from_str(&listed).unwrap();
        assert_eq!(listed.as_array().unwrap().len(), 6);
        assert_eq!(listed[0]["id"], "flag-incident");
        assert_eq!((&listed[0]["requests"], &listed[0]["errors"], &listed[0]["last"]), (&54_000.into(), &420.into(), &"2024-05-28 12:00:00".into()));
        assert_eq!(listed[0]["week"]["requests"], 0);
    })
    .await;
}

#[tokio::test]
async fn the_analysis_stands_beside_the_contract() {
    each_server(async |server| {
        let db = TestDb::create(server).await;
        with_edge_cases(&db).await;
        let print = async |arguments: &[&str]| {
            let arguments = [&["flag"], arguments].concat();
            Program::at(&db, &arguments).run().await
        };
        let json = print(&[
            "flag-seed",
            "--analysis",
            "--slo",
            "99.5%",
            "--format",
            "json",
        ])
        .await
        .done();
        let report: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(report["metrics"]["enabled"].as_object().unwrap().len(), 3);
        assert_eq!(report["analysis"]["baseline"], "disabled");
        let enabled = &report["analysis"]["groups"]["enabled"];
        let close = |value: &Value, expected: f64| {
            let value = value.as_f64().unwrap();
            assert!(
                (value - expected).abs() <= 1e-9 * expected.abs(),
                "{value} {expected}"
            );
        };
        // Case F01 of the reference figures.
        let against = &enabled["against_baseline"];
        close(&enabled["interval"]["low"], 0.004_418_639_208_572_703);
        close(&against["difference"], 0.001);
        close(
            &against["difference_interval"]["low"],
            0.000_160_428_374_515_965_06,
        );
        close(
            &against["difference_interval"]["high"],
            0.001_842_156_965_271_906_9,
        );
        close(&against["p_value"], 0.019_518_379_918_194_786);
        close(&against["ratio"], 1.25);
        close(&enabled["burn"]["rate"], 1.0);
        assert_eq!(against["regression"], true);
        assert_eq!(enabled["burn"]["alerts"][0]["alert"], "data too coarse");
        assert_eq!(
            report["method"]["caution"],
            "requests treated as independent"
        );

        let bad = print(&["flag-bad", "--analysis"]).await;
        assert!(
            bad.err.contains("This index would help: CREATE INDEX"),
            "{}",
            bad.err
        );
        let table = bad.done();
        assert!(
            table.contains("\nred      Errors over requests: 2. More errors"),
            "{table}"
        );
        assert!(
            table.contains("check the data first") && table.contains("180.00 %"),
            "{table}"
        );
        let plain = print(&["flag-bad"]).await;
        assert!(
            plain
                .err
                .contains("warning: Errors over requests: More errors than requests in"),
            "{}",
            plain.err
        );
        let other = print(&["flag-seed", "--analysis", "--baseline", "nobody"])
            .await
            .failed(2);
        assert!(other.contains("no group nobody"), "{other}");
        let report = print(&["flag-seed", "--analysis", "--format", "md"])
            .await
            .done();
        assert!(
            report.contains("```sql\nSELECT `group_key`, SUM(`request_count`)"),
            "{report}"
        );
        assert!(report.contains("worse than baseline"), "{report}");
    })
    .await;
}

/// All but when the server was asked: "read 2026-11-21 22:22:45 UTC".
fn without_read_time(chart: &str) -> String {
    let (before, read) = chart.split_once(", read ").unwrap();
    let (_, after) = read.split_once(" UTC").unwrap();
    format!("{before}{after}")
}

#[tokio::test]
async fn a_chart_is_a_file_that_is_the_same_each_time() {
    each_server(async |server| {
        let db = TestDb::create(server).await;
        with_edge_cases(&db).await;
        let folder = tempfile::tempdir().unwrap();
        let draw = async |of: &str, name: &str| {
            let path = folder.path().join(name);
            let chart = path.to_str().unwrap();
            let arguments = ["flag", "flag-incident", "--chart", chart, "--chart-of", of];
            let figures = Program::at(&db, &arguments).run().await.done();
            assert!(figures.contains("27,000"), "{figures}");
            without_read_time(&fs::read_to_string(&path).unwrap())
        };
        for of in ["rates", "rolling", "difference"] {
            let csv = draw(of, &format!("{of}.csv")).await;
            assert_eq!(csv, draw(of, &format!("{of} again.csv")).await);
            assert!(csv.contains("enabled"), "{csv}");
        }
        let svg = draw("rates", "rates.svg").await;
        assert!(
            svg.starts_with("<svg") && svg.contains("Error rate over time"),
            "{svg}"
        );
        let taken = folder.path().join("rates.svg");
        let taken = ["flag", "flag-incident", "--chart", taken.to_str().unwrap()];
        let said = Program::at(&db, &taken).run().await.failed(2);
        assert!(said.contains("--force"), "{said}");
    })
    .await;
}

#[tokio::test]
async fn the_lower_bound_counts_and_the_upper_does_not() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        insert(
            &db.db,
            &[
                ("first", 1, 0, "'2024-05-01'"),
                ("in", 1, 0, "'2024-05-01 23:59:59'"),
                ("out", 1, 0, "'2024-05-02'"),
            ],
        )
        .await;
        let of = async |window| figures(&db.session, "f", window).await;
        assert_eq!(
            sorted_keys(&of("2024-05-01..2024-05-02").await),
            ["first", "in"]
        );
        assert_eq!(
            sorted_keys(&of("2024-05-01T00:00:01..").await),
            ["in", "out"]
        );
        assert_eq!(sorted_keys(&of("..2024-05-01").await), Vec::<&str>::new());
    })
    .await;
}

#[tokio::test]
async fn a_window_ends_at_the_server_s_now_in_utc_whatever_the_session_s_zone() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        let ago = ["30 MINUTE", "90 MINUTE", "23 HOUR", "167 HOUR", "169 HOUR"];
        let times = ago.map(|ago| format!("UTC_TIMESTAMP() - INTERVAL {ago}"));
        let mut rows: Vec<(&str, u64, u64, &str)> = ago
            .iter()
            .zip(&times)
            .map(|(ago, at)| (*ago, 1, 0, at.as_str()))
            .collect();
        rows.push(("ahead", 1, 0, "UTC_TIMESTAMP() + INTERVAL 2 HOUR"));
        insert(&db.db, &rows).await;
        for zone in ["+00:00", "+05:00", "-11:00"] {
            let profile = Profile {
                time_zone: zone.to_owned(),
                database: Some(db.db.name.clone()),
                ..sessions::profile(server)
            };
            let session = Session::open(&profile, Some(&server.password))
                .await
                .unwrap();
            let of = async |window| figures(&session, "f", window).await;
            assert_eq!(
                sorted_keys(&of("1h").await),
                ["30 MINUTE", "ahead"],
                "{zone}"
            );
            assert_eq!(
                sorted_keys(&of("24h").await),
                ["23 HOUR", "30 MINUTE", "90 MINUTE", "ahead"],
                "{zone}"
            );
            assert_eq!(of("7d").await.len(), 5, "{zone}");
            assert_eq!(of("28d").await.len(), 6, "{zone}");
            // What is dated ahead counts, and stands in no bucket.
            let data = read(
                &session,
                &Request {
                    flag: "f".to_owned(),
                    window: Window::days(1),
                    ..Request::default()
                },
            )
            .await;
            let timeline = data.timeline.as_ref().unwrap();
            let drawn: u128 = timeline
                .lines
                .iter()
                .flat_map(|line| &line.buckets)
                .map(|bucket| bucket.sums.requests)
                .sum();
            assert_eq!(
                (data.facts.rows, data.facts.future, drawn),
                (4, 1, 3),
                "{zone}"
            );
            session.close().await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_timestamp_is_a_moment_in_any_zone_and_other_names_are_mapped() {
    each_server(async |server| {
        let db = TestDb::create(server).await;
        db.run(&[
            "CREATE TABLE hits (feature VARCHAR(20), arm VARCHAR(20), n INT, failed INT, ts TIMESTAMP NULL)",
            "SET time_zone = '+00:00'",
        ]).await;
        let mut conn = db.admin().await;
        conn.query_drop("SET time_zone = '+00:00'").await.unwrap();
        conn.query_drop("INSERT INTO hits VALUES ('f', 'on', 10, 1, NOW() - INTERVAL 30 MINUTE), ('f', 'on', 20, 2, NOW() - INTERVAL 90 MINUTE), ('f', 'off', 5, 0, '2024-05-01 12:00:00')").await.unwrap();
        conn.disconnect().await.unwrap();
        let mut mapping = Mapping::default();
        for name in ["flag_events=hits", "flag_events.flag_id=feature", "flag_events.group_key=arm", "flag_events.request_count=n", "flag_events.error_count=failed", "flag_events.recorded_at=ts"] {
            mapping.add(name.parse().unwrap());
        }
        let profile = Profile {
            time_zone: "+05:00".to_owned(),
            database: Some(db.name.clone()),
            mapping: mapping.clone(),
            ..sessions::profile(server)
        };
        let session = Session::open(&profile, Some(&server.password)).await.unwrap();
        let cancel = CancellationToken::new();
        let source = Source::locate(&session, &mapping, &cancel).await.unwrap();
        let of = async |window: &str| {
            let window = window.parse().unwrap();
            let (groups, _) = flags::metrics(&session, &source, "f", window, &cancel).await.unwrap();
            groups.iter().map(|group| (group.key.shown().to_owned(), group.requests)).collect::<Vec<_>>()
        };
        assert_eq!(of("1h").await, [("on".to_owned(), 10)]);
        assert_eq!(of("2024-05-01T12:00..2024-05-01T12:00:01").await, [("off".to_owned(), 5)]);
        let request = Request { flag: "f".to_owned(), step: Some(DAY), ..Request::default() };
        let data = data::read(&session, &mapping, &request, &cancel).await.unwrap();
        assert_eq!(data.timeline.unwrap().from, Moment::parse("2024-05-01").unwrap());
        session.close().await;
    })
    .await;
}

#[tokio::test]
async fn days_are_those_of_the_zone_that_is_asked_for() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        insert(
            &db.db,
            &[
                ("on", 10, 1, "'2024-05-01 17:59:00'"),
                ("on", 20, 0, "'2024-05-01 18:15:00'"),
                ("on", 5, 0, "'2024-05-02 18:14:59'"),
            ],
        )
        .await;
        let of = async |offset_secs: i32| {
            let request = Request {
                flag: "f".to_owned(),
                window: Window::All,
                step: Some(DAY),
                offset_secs,
                ..Request::default()
            };
            let timeline = read(&db.session, &request).await.timeline.unwrap();
            let days = timeline.lines[0].buckets.iter();
            days.map(|day| (day.at.to_string(), day.sums.requests))
                .collect::<Vec<_>>()
        };
        let day = |at: &str, requests| (at.to_owned(), requests);
        assert_eq!(
            of(0).await,
            [
                day("2024-05-01 00:00:00", 30),
                day("2024-05-02 00:00:00", 5)
            ]
        );
        // In Kathmandu midnight is at 18:15 UTC.
        assert_eq!(
            of(20_700).await,
            [
                day("2024-04-30 18:15:00", 10),
                day("2024-05-01 18:15:00", 25)
            ]
        );
        assert_eq!(
            of(-5 * 3_600).await,
            [
                day("2024-05-01 05:00:00", 30),
                day("2024-05-02 05:00:00", 5)
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn a_table_that_is_not_there_is_named_with_what_could_be_meant() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&["CREATE TABLE hits (flag VARCHAR(20), variant VARCHAR(20), requests INT, errors INT, at DATETIME)"]).await;
        let mut mapping = Mapping::default();
        mapping.add(format!("flag_events={}.missing", db.db.name).parse().unwrap());
        let located = Source::locate(&db.session, &mapping, &CancellationToken::new()).await;
        let Err(Error::Unmapped(unmapped)) = located else { panic!("{located:?}") };
        assert!(matches!(unmapped.problem, Problem::NoTable { .. }));
        let ours = unmapped.candidates.iter().find(|candidate| candidate.database == db.db.name).unwrap();
        assert_eq!((ours.table.as_str(), ours.missing), ("hits", 0));
        mapping.add(format!("flag_events={}.hits", db.db.name).parse().unwrap());
        for (role, column) in &ours.guess {
            mapping.add(format!("flag_events.{role}={column}").parse().unwrap());
        }
        Source::locate(&db.session, &mapping, &CancellationToken::new()).await.unwrap();

        let map = format!("flag_events={}.hits", db.db.name);
        let said = Program::at(&db.db, &["flag", "f", "--map", &map]).run().await.failed(1);
        assert!(said.contains("has no column flag_id") && said.contains("--map flag_events="), "{said}");
        db.db.run(&["ALTER TABLE hits MODIFY at BIGINT"]).await;
        let wrong = Source::locate(&db.session, &mapping, &CancellationToken::new()).await.unwrap_err();
        assert!(wrong.to_string().contains("at is of type bigint"), "{wrong}");
    })
    .await;
}

#[tokio::test]
async fn odd_events_are_found_before_the_figures_are_read() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        insert(&db.db, &[
            ("off", 100, 1, "UTC_TIMESTAMP() - INTERVAL 2 HOUR"),
            ("on", 0, 0, "UTC_TIMESTAMP() - INTERVAL 1 HOUR"),
            ("on", 0, 3, "UTC_TIMESTAMP() - INTERVAL 1 HOUR"),
            ("on", 5, 9, "UTC_TIMESTAMP() + INTERVAL 1 DAY"),
        ]).await;
        db.db.run(&["SET SESSION sql_mode = ''", "INSERT INTO feature_flag_events (flag_id, group_key, recorded_at) VALUES ('f', 'off', '0000-00-00')"]).await;
        let data = read(&db.session, &Request { flag: "f".to_owned(), ..Request::default() }).await;
        let facts = &data.facts;
        assert_eq!((facts.rows, facts.zero_requests, facts.impossible, facts.errors_alone), (5, 3, 2, 1));
        assert_eq!((facts.future, facts.timeless), (1, 1));
        let [first, last] = facts.first_last.unwrap();
        assert_eq!(last.0 - first.0, HOUR);
        let on = data.groups.iter().find(|group| group.key == "on".into()).unwrap();
        assert_eq!((on.requests, on.errors, on.error_rate()), (5, 12, Some(2.4)));
    })
    .await;
}

#[tokio::test]
async fn buckets_are_whole_sums_that_add_up_to_the_plain_figures() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        with_edge_cases(&db.db).await;
        let request = |flag: &str| Request {
            flag: flag.to_owned(),
            rolling: true,
            ..Request::default()
        };
        for flag in ["flag-seed", "flag-huge", "flag-incident", "flag-bad"] {
            let data = read(&db.session, &request(flag)).await;
            let timeline = data.timeline.unwrap();
            for group in &data.groups {
                let line = timeline
                    .lines
                    .iter()
                    .find(|line| line.key == group.key)
                    .unwrap();
                let requests: u128 = line.buckets.iter().map(|bucket| bucket.sums.requests).sum();
                let errors: u128 = line.buckets.iter().map(|bucket| bucket.sums.errors).sum();
                assert_eq!(
                    (requests, errors),
                    (group.requests, group.errors),
                    "{flag} {:?}",
                    group.key
                );
            }
        }
        let data = read(&db.session, &request("flag-incident")).await;
        let timeline = data.timeline.as_ref().unwrap();
        assert_eq!(
            (timeline.step, timeline.from),
            (DAY, Moment::parse("2024-05-01").unwrap())
        );
        // The 10th has no rows.
        assert_eq!(
            (timeline.starts().count(), timeline.lines[0].buckets.len()),
            (28, 27)
        );
        let rolling = data
            .daily
            .as_ref()
            .unwrap()
            .rolling(timeline.from, data.first_event);
        let enabled = rolling
            .iter()
            .find(|line| line.key == "enabled".into())
            .unwrap();
        let on = |day: &str| {
            enabled
                .days
                .iter()
                .find(|at| at.day == Moment::parse(day).unwrap())
                .unwrap()
        };
        let at = |day| (on(day).sums.requests, on(day).sums.errors, on(day).whole);
        assert_eq!(at("2024-05-06"), (6_000, 30, false));
        assert_eq!(at("2024-05-07"), (7_000, 35, true));
        assert_eq!(at("2024-05-15"), (6_000, 180, true));
        // Buckets that somebody asks for, and too many of them.
        let narrow = Request {
            step: Some(MINUTE),
            ..request("flag-seed")
        };
        let refused = data::read(
            &db.session,
            &Mapping::default(),
            &narrow,
            &CancellationToken::new(),
        )
        .await;
        assert!(refused.unwrap_err().to_string().contains("more than 5000"));
    })
    .await;
}

#[tokio::test]
async fn keys_that_the_collation_takes_for_equal_are_one_group_and_one_line() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        insert(
            &db.db,
            &[
                ("On", 10, 1, "'2024-05-01 10:00:00'"),
                ("on", 20, 2, "'2024-05-01 11:00:00'"),
                ("off", 30, 0, "'2024-05-01 11:00:00'"),
            ],
        )
        .await;
        let data = read(
            &db.session,
            &Request {
                flag: "f".to_owned(),
                ..Request::default()
            },
        )
        .await;
        let on = data
            .groups
            .iter()
            .find(|group| group.key.shown().eq_ignore_ascii_case("on"))
            .unwrap();
        let line = data
            .timeline
            .as_ref()
            .unwrap()
            .lines
            .iter()
            .find(|line| line.key == on.key)
            .unwrap();
        assert_eq!((on.requests, line.buckets.len()), (30, 2));
    })
    .await;
}

#[tokio::test]
async fn rows_without_a_group_are_not_those_of_a_group_that_is_called_null() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE, "ALTER TABLE feature_flag_events MODIFY group_key VARCHAR(255) NULL"]).await;
        db.db.run(&["INSERT INTO feature_flag_events (flag_id, group_key, request_count, error_count, recorded_at) VALUES
            ('f', NULL, 10, 1, UTC_TIMESTAMP() - INTERVAL 10 MINUTE), ('f', 'NULL', 20, 5, UTC_TIMESTAMP() - INTERVAL 10 MINUTE),
            ('f', 'on', 40, 0, UTC_TIMESTAMP() - INTERVAL 10 MINUTE), ('f', NULL, 100, 2, UTC_TIMESTAMP() - INTERVAL 9 MINUTE)"]).await;
        let request = Request { flag: "f".to_owned(), rolling: true, burn: true, ..Request::default() };
        let data = read(&db.session, &request).await;
        let timeline = data.timeline.as_ref().unwrap();
        let daily = data.daily.as_ref().unwrap();
        let burn = data.burn.as_ref().unwrap();
        for (key, sums) in [(GroupKey::Null, (110, 3)), ("NULL".into(), (20, 5)), ("on".into(), (40, 0))] {
            let at = data.groups.iter().position(|group| group.key == key).unwrap();
            let group = &data.groups[at];
            assert_eq!((group.requests, group.errors), sums, "{key:?}");
            for lines in [&timeline.lines, &daily.lines] {
                let buckets = &lines.iter().find(|line| line.key == key).unwrap().buckets;
                let drawn = buckets.iter().fold((0, 0), |all, one| (all.0 + one.sums.requests, all.1 + one.sums.errors));
                assert_eq!(drawn, sums, "{key:?}");
            }
            let budget = burn.groups[at].unwrap().budget;
            assert_eq!((budget.requests, budget.errors), sums, "{key:?}");
        }
        let print = async |arguments: &[&str]| {
            let arguments = [&["flag", "f"], arguments].concat();
            Program::at(&db.db, &arguments).run().await
        };
        let json = print(&["--format", "json"]).await.done();
        let json: Value = serde_json::from_str(&json).unwrap();
        // Whichever the server gives first, a real name is its group's.
        for (name, sums) in [("NULL", (20, 5)), ("NULL_2", (110, 3)), ("on", (40, 0))] {
            let group = &json["metrics"][name];
            assert_eq!((group["requests"].as_u64(), group["errors"].as_u64()), (Some(sums.0), Some(sums.1)), "{json}");
        }
        assert_eq!(json["metrics"].as_object().unwrap().len(), 3, "{json}");
        let csv = print(&["--format", "csv"]).await.done();
        assert!(csv.contains("\n(NULL),110,3,") && csv.contains("\nNULL,20,5,"), "{csv}");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("f.csv");
        print(&["--chart", file.to_str().unwrap()]).await.done();
        let points = fs::read_to_string(&file).unwrap();
        assert!(points.contains(",(NULL),") && points.contains(",NULL,"), "{points}");
        for (baseline, other) in [("(NULL)", "NULL"), ("NULL", "(NULL)")] {
            let table = print(&["--analysis", "--baseline", baseline]).await.done();
            let ends = |name: &str, end: &str| table.lines().any(|line| line.starts_with(name) && line.ends_with(end));
            assert!(ends(&format!("{baseline} "), "baseline") && !ends(&format!("{other} "), "baseline"), "{table}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_flag_whose_counts_add_up_to_nonsense_says_so_and_hides_no_other() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[
            "CREATE TABLE feature_flag_events (flag_id VARCHAR(20), group_key VARCHAR(20), request_count DECIMAL(20,2), error_count DECIMAL(20,2), recorded_at DATETIME)",
            "INSERT INTO feature_flag_events VALUES ('good', 'on', 10, 1, '2024-05-03'), ('less', 'on', -5, 0, '2024-05-02'), \
             ('half', 'on', 10, 0.5, '2024-05-01'), (NULL, 'on', 7, 0, '2024-04-01')",
        ]).await;
        let cancel = CancellationToken::new();
        let source = Source::locate(&db.session, &Mapping::default(), &cancel).await.unwrap();
        let (listed, _) = flags::list(&db.session, &source, &cancel).await.unwrap();
        let seen: Vec<(Option<&str>, Option<u128>, bool)> = listed.iter().map(|flag| (flag.id.as_deref(), flag.total.map(|total| total.requests), flag.wrong.is_some())).collect();
        assert_eq!(seen, [(Some("good"), Some(10), false), (Some("less"), None, true), (Some("half"), None, true), (None, Some(7), false)]);
        assert!(listed[1].wrong.as_ref().unwrap().ends_with("adds up to -5.00"), "{listed:?}");
        let (ids, _) = flags::ids(&db.session, &source, &cancel).await.unwrap();
        assert_eq!(ids, ["good", "half", "less"]);

        let print = async |format| Program::at(&db.db, &["flags", "--format", format]).run().await.done();
        let json: Value = serde_json::from_str(&print("json").await).unwrap();
        assert_eq!((&json[0]["requests"], &json[0]["wrong"]), (&10.into(), &Value::Null));
        assert_eq!((&json[2]["requests"], &json[2]["errors"]), (&Value::Null, &Value::Null));
        assert!(json[2]["wrong"].as_str().unwrap().ends_with("adds up to 0.50"), "{json}");
        let table = print("table").await;
        let line = |id: &str| table.lines().find(|line| line.starts_with(id)).unwrap().to_owned();
        assert!(line("good").contains("10") && line("less").contains("adds up to -5.00"), "{table}");
    })
    .await;
}

#[tokio::test]
async fn what_is_no_number_is_no_flag_where_ids_are_numbers_and_columns_may_be_called_day() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[
            "CREATE TABLE odd (flag INT, series INT, requests INT, errors INT, day DATETIME)",
            "INSERT INTO odd VALUES (0, 1, 10, 1, '2024-05-01'), (7, 1, 20, 2, '2024-05-02'), (7, 2, 30, 3, '2024-05-03')",
        ]).await;
        let mut mapping = Mapping::default();
        for name in ["flag_events=odd", "flag_events.flag_id=flag", "flag_events.group_key=series", "flag_events.request_count=requests", "flag_events.error_count=errors", "flag_events.recorded_at=day"] {
            mapping.add(name.parse().unwrap());
        }
        let cancel = CancellationToken::new();
        for (flag, groups) in [("7", 2), ("0", 1), ("checkout", 0), ("7 days", 0), ("07", 0)] {
            let request = Request { flag: flag.to_owned(), rolling: true, burn: true, ..Request::default() };
            let data = data::read(&db.session, &mapping, &request, &cancel).await.unwrap();
            assert_eq!(data.groups.len(), groups, "{flag}");
            let lines = data.timeline.map_or(0, |timeline| timeline.lines.len());
            assert_eq!(lines, groups, "{flag}");
        }
        let source = Source::locate(&db.session, &mapping, &cancel).await.unwrap();
        let (listed, _) = flags::list(&db.session, &source, &cancel).await.unwrap();
        let ids: Vec<Option<&str>> = listed.iter().map(|flag| flag.id.as_deref()).collect();
        assert_eq!(ids, [Some("7"), Some("0")]);
    })
    .await;
}

#[tokio::test]
async fn a_budget_that_burns_in_both_windows_fires_and_the_group_is_marked() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        let times: Vec<String> = (0..90)
            .map(|minute| format!("UTC_TIMESTAMP() - INTERVAL {minute} MINUTE"))
            .collect();
        let rows: Vec<(&str, u64, u64, &str)> = times
            .iter()
            .flat_map(|at| {
                [
                    ("off", 1_000, 0, at.as_str()),
                    ("on", 1_000, 20, at.as_str()),
                ]
            })
            .collect();
        insert(&db.db, &rows).await;
        let data = read(
            &db.session,
            &Request {
                flag: "f".to_owned(),
                burn: true,
                window: Window::days(7),
                ..Request::default()
            },
        )
        .await;
        let burn = data.burn.as_ref().unwrap();
        assert!(
            burn.groups
                .iter()
                .flatten()
                .all(|group| group.spacing.is_some_and(|spacing| spacing < 5 * MINUTE)),
            "{burn:?}"
        );
        let at = |key: &str| {
            data.groups
                .iter()
                .position(|group| group.key == key.into())
                .unwrap()
        };
        let alerts = |key| {
            burn.pairs(at(key), 0.999)
                .iter()
                .map(|state| state.alert)
                .collect::<Vec<_>>()
        };
        assert_eq!(alerts("on"), [Alert::Firing; 3]);
        assert_eq!(alerts("off"), [Alert::Quiet; 3]);
        assert_eq!(burn.budget_left(at("off"), 0.999), Some(1.0));
        let analysis = analyse(&data.groups, &Method::default());
        assert_eq!(
            analysis.rows[at("on")].against.unwrap().verdict,
            Verdict::Worse
        );
    })
    .await;
}

#[tokio::test]
async fn changes_of_flags_are_read_from_the_table_that_is_chosen() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        with_edge_cases(&db.db).await;
        db.db.run(&[
            "CREATE TABLE audit (flag_key VARCHAR(50), at DATETIME, note TEXT)",
            "INSERT INTO audit VALUES ('flag-seed', '2024-05-03 08:00:00', '10 % -> 50 %'), ('flag-seed', '2023-01-01', 'before'), ('flag-tiny', '2024-05-03', 'another')",
        ]).await;
        let mut mapping = Mapping::default();
        for name in ["flag_changes=audit", "flag_changes.flag_id=flag_key", "flag_changes.changed_at=at", "flag_changes.what=note"] {
            mapping.add(name.parse().unwrap());
        }
        let request = Request { flag: "flag-seed".to_owned(), ..Request::default() };
        let data = data::read(&db.session, &mapping, &request, &CancellationToken::new()).await.unwrap();
        let seen: Vec<(String, Option<&str>)> = data.changes.iter().map(|change| (change.at.to_string(), change.what.as_deref())).collect();
        assert_eq!(seen, [("2024-05-03 08:00:00".to_owned(), Some("10 % -> 50 %"))]);
        assert!(read(&db.session, &request).await.changes.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_index_is_offered_until_there_is_one() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        with_edge_cases(&db.db).await;
        let request = Request {
            flag: "flag-seed".to_owned(),
            ..Request::default()
        };
        let advice = read(&db.session, &request).await.advice.unwrap();
        assert!(advice.bytes.is_some(), "{advice:?}");
        db.db.run(&[&advice.sql]).await;
        assert_eq!(read(&db.session, &request).await.advice, None);
    })
    .await;
}

#[tokio::test]
async fn cancelling_stops_the_statement_on_the_server() {
    each_server(async |server| {
        let db = Opened::create(server).await;
        let numbers: Vec<String> = (0..1_000).map(|number| format!("({number})")).collect();
        db.db.run(&[
            "CREATE TABLE n (n INT)",
            &format!("INSERT INTO n VALUES {}", numbers.join(",")),
            "CREATE VIEW feature_flag_events AS SELECT 'f' AS flag_id, 'on' AS group_key, a.n AS request_count, d.n AS error_count, CAST('2024-05-01' AS DATETIME) AS recorded_at FROM n a, n b, n c, n d",
        ]).await;
        let cancel = CancellationToken::new();
        let request = Request { flag: "f".to_owned(), ..Request::default() };
        let mut watcher = server.admin().await;
        let name = db.db.name.clone();
        let stop = async {
            eventually("the sums are being made", async || {
                let count: Option<u64> = watcher.exec_first(
                    "SELECT COUNT(*) FROM information_schema.processlist WHERE db = ? AND info LIKE 'SELECT `group_key`%' AND command = 'Execute'",
                    (&name,),
                ).await.unwrap();
                count == Some(1)
            }).await;
            cancel.cancel();
        };
        let mapping = Mapping::default();
        let (read, ()) = tokio::join!(data::read(&db.session, &mapping, &request, &cancel), stop);
        assert!(read.unwrap_err().is_cancelled());
        eventually("nothing runs any more", async || {
            let count: Option<u64> = watcher.exec_first(
                "SELECT COUNT(*) FROM information_schema.processlist WHERE db = ? AND command <> 'Sleep'",
                (&name,),
            ).await.unwrap();
            count == Some(0)
        }).await;
        watcher.disconnect().await.unwrap();
    })
    .await;
}
