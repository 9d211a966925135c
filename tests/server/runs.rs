//! Training runs: both layouts of trackers, exact values, order, what is hidden, and what is said where tables are not
//! as expected.

use porthole::engine::{
    Error,
    error::unmapped::Problem,
    metrics::runs::{self, Found, Goal, Listing, Precision, Series, Tables, Unit, Wanted},
    profiles::{Mapping, Profile},
    session::Session,
};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Program,
    sessions::{self, Opened},
    support::{TestServer, each_server},
};

/// A tracker as the sample server has it.
const TRACKER: [&str; 3] = [
    "CREATE TABLE experiments (experiment_id INT AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL,
        lifecycle_stage VARCHAR(50))",
    "CREATE TABLE runs (run_id VARCHAR(255) PRIMARY KEY, experiment_id INT NOT NULL, user_id VARCHAR(255),
        status VARCHAR(50), start_time BIGINT, end_time BIGINT, artifact_uri VARCHAR(500))",
    "CREATE TABLE metrics (run_id VARCHAR(255) NOT NULL, metric_key VARCHAR(255) NOT NULL, metric_value FLOAT,
        timestamp BIGINT, step INT DEFAULT 0, PRIMARY KEY (run_id, metric_key, timestamp))",
];

/// MLflow's own tables, as its migrations make them.
const MLFLOW: [&str; 6] = [
    "CREATE TABLE experiments (experiment_id INTEGER NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(256) NOT NULL UNIQUE,
        artifact_location VARCHAR(256), lifecycle_stage VARCHAR(32), creation_time BIGINT, last_update_time BIGINT)",
    "CREATE TABLE runs (run_uuid VARCHAR(32) NOT NULL PRIMARY KEY, name VARCHAR(250), source_type VARCHAR(20),
        user_id VARCHAR(256), status VARCHAR(9), start_time BIGINT, end_time BIGINT, deleted_time BIGINT,
        lifecycle_stage VARCHAR(20), artifact_uri VARCHAR(200), experiment_id INTEGER)",
    "CREATE TABLE metrics (`key` VARCHAR(250) NOT NULL, value DOUBLE NOT NULL, timestamp BIGINT NOT NULL,
        run_uuid VARCHAR(32) NOT NULL, step BIGINT NOT NULL DEFAULT 0, is_nan BOOL NOT NULL DEFAULT 0,
        PRIMARY KEY (`key`, timestamp, step, run_uuid, value, is_nan))",
    "CREATE TABLE latest_metrics (`key` VARCHAR(250) NOT NULL, value DOUBLE NOT NULL, timestamp BIGINT, step BIGINT NOT NULL,
        is_nan BOOL NOT NULL, run_uuid VARCHAR(32) NOT NULL, PRIMARY KEY (`key`, run_uuid))",
    "CREATE TABLE params (`key` VARCHAR(250) NOT NULL, value VARCHAR(8000) NOT NULL, run_uuid VARCHAR(32) NOT NULL,
        PRIMARY KEY (`key`, run_uuid))",
    "CREATE TABLE tags (`key` VARCHAR(250) NOT NULL, value VARCHAR(8000), run_uuid VARCHAR(32) NOT NULL,
        PRIMARY KEY (`key`, run_uuid))",
];

/// 2026-09-21 10:13:20 UTC in milliseconds.
const T: i64 = 1_789_985_600_000;

struct Tracker {
    opened: Opened,
    mapping: Mapping,
    cancel: CancellationToken,
}

impl Tracker {
    async fn create(server: &'static TestServer, statements: &[&str], rows: &[&str]) -> Self {
        let opened = Opened::create(server).await;
        opened.db.run(statements).await;
        opened.db.run(rows).await;
        Self {
            opened,
            mapping: Mapping::default(),
            cancel: CancellationToken::new(),
        }
    }

    async fn tables(&self) -> Result<Tables, Error> {
        Tables::locate(&self.opened.session, &self.mapping, &self.cancel).await
    }

    async fn list(&self, wanted: &Wanted) -> Listing {
        let tables = self.tables().await.unwrap();
        let listing = runs::list(&self.opened.session, &tables, wanted, &self.cancel).await;
        listing.unwrap()
    }

    async fn find(&self, name: &str) -> Result<Found, Error> {
        let (session, tables) = (&self.opened.session, self.tables().await?);
        let (run, unit, _) = runs::find(session, &tables, name, &self.cancel).await?;
        let (mut found, _) = runs::read(session, &tables, vec![(run, unit)], &self.cancel).await?;
        Ok(found.remove(0))
    }

    async fn points(&self, run: &str, key: &str, most: usize) -> Series {
        let wanted = [(run.to_owned(), key.to_owned())];
        let (session, tables) = (&self.opened.session, self.tables().await.unwrap());
        let read = runs::points(session, &tables, &wanted, most, &self.cancel).await;
        read.unwrap().0.remove(0)
    }
}

fn ids(listing: &Listing) -> Vec<&str> {
    let runs = listing.runs.iter();
    runs.map(|listed| listed.run.id.as_str()).collect()
}

fn values(series: &Series) -> Vec<(i64, f64)> {
    let points = series.points.iter();
    points
        .map(|point| (point.step, point.value.unwrap_or(f64::NAN)))
        .collect()
}

const TRACKED: [&str; 3] = [
    "INSERT INTO experiments VALUES (1, 'churn', 'active'), (2, 'gone', 'deleted')",
    "INSERT INTO runs VALUES
        ('a1', 1, 'ada', 'FINISHED', 1789985600000, 1789985661500, ''),
        ('b2', 1, 'ada', 'RUNNING', 1789985700000, NULL, ''),
        ('c3', 2, 'ada', 'FINISHED', 1789985800000, 1789985800001, ''),
        ('empty', 1, NULL, NULL, NULL, NULL, NULL)",
    // Step 1 twice, out of order; a value that FLOAT rounds; the same best value twice; no value at the end.
    "INSERT INTO metrics VALUES
        ('a1', 'loss', 0.1, 1789985600003, 2),
        ('a1', 'loss', 0.05, 1789985600001, 1),
        ('a1', 'loss', 0.7, 1789985600002, 1),
        ('a1', 'loss', 0.1, 1789985600005, 4),
        ('a1', 'loss', 16777216, 1789985600000, 0),
        ('a1', 'accuracy', 0.25, 1789985600000, 0),
        ('b2', 'loss', 0.5, 1789985700000, 0),
        ('b2', 'loss', NULL, 1789985700001, 1)",
];

#[tokio::test]
async fn a_tracker_s_values_are_exact_and_of_a_step_the_last_counts() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &TRACKER, &TRACKED).await;
        let kind = server.kind;
        assert_eq!(
            tracker.tables().await.unwrap().precision(),
            Precision::Single
        );
        let series = tracker.points("a1", "loss", 100).await;
        // FLOAT as text would be 16777200 and 0.1: these are what the column holds.
        let float = f64::from(0.1_f32);
        assert_eq!(
            values(&series),
            [
                (0, 16_777_216.0),
                (1, f64::from(0.7_f32)),
                (2, float),
                (4, float)
            ],
            "{kind:?}"
        );
        assert_eq!(series.repeated.len(), 1);
        assert_eq!(series.repeated[0].value, Some(f64::from(0.05_f32)));
        assert_eq!(
            series.best(Goal::Min).unwrap().step,
            2,
            "ties to the earliest step"
        );
        assert_eq!(series.points[0].time, Some(T));
        assert!(!series.cut);
        let short = tracker.points("a1", "loss", 2).await;
        assert!(short.cut);
        assert_eq!(short.points.len() + short.repeated.len(), 2);
        assert_eq!(short.points[0].step, 0);
    })
    .await;
}

#[tokio::test]
async fn a_list_has_the_newest_first_with_last_and_best_and_hides_what_is_deleted() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &TRACKER, &TRACKED).await;
        let kind = server.kind;
        let listing = tracker.list(&Wanted::default()).await;
        assert_eq!(ids(&listing), ["b2", "a1", "empty"], "{kind:?}");
        assert_eq!((listing.more, listing.hidden), (false, 1));
        assert_eq!(listing.keys(), ["accuracy", "loss"]);
        let a1 = &listing.runs[1];
        assert_eq!(a1.run.group(), Some("churn"));
        assert_eq!(a1.run.start, Some(T));
        assert_eq!(a1.run.millis(), Some(61_500));
        let loss = &a1.metrics["loss"];
        let float = f64::from(0.1_f32);
        assert_eq!((loss.points, loss.repeated), (4, 1));
        assert_eq!(loss.last, Some(float));
        // Not the 0.05 that step 1 had before it was logged again.
        assert_eq!(
            (loss.lowest, loss.highest),
            (Some(float), Some(16_777_216.0))
        );
        let b2 = &listing.runs[0].metrics["loss"];
        assert_eq!(
            (b2.last, b2.lowest, b2.highest),
            (None, Some(0.5), Some(0.5))
        );
        assert_eq!(listing.best("loss", Goal::Min).unwrap().run.id, "a1");
        assert_eq!(listing.runs[2].metrics.len(), 0);
        assert_eq!(listing.best("none", Goal::Min), None);

        let all = Wanted {
            deleted: true,
            ..Wanted::default()
        };
        let all = tracker.list(&all).await;
        assert_eq!(ids(&all), ["c3", "b2", "a1", "empty"]);
        assert!(all.runs[0].run.deleted);
        let one = Wanted {
            newest: Some(1),
            ..Wanted::default()
        };
        let one = tracker.list(&one).await;
        assert_eq!((ids(&one), one.more), (vec!["b2"], true));
        for (experiment, expected) in [("churn", 3), ("1", 3), ("nothing", 0)] {
            let wanted = Wanted {
                experiment: Some(experiment.to_owned()),
                ..Wanted::default()
            };
            assert_eq!(
                tracker.list(&wanted).await.runs.len(),
                expected,
                "{experiment}"
            );
        }
    })
    .await;
}

const LOGGED: [&str; 7] = [
    // MLflow's first group has the id 0: any name compared with it as a number would be equal.
    "SET SESSION sql_mode = CONCAT(@@sql_mode, ',NO_AUTO_VALUE_ON_ZERO')",
    "INSERT INTO experiments (experiment_id, name, lifecycle_stage) VALUES (0, 'Default', 'active')",
    "INSERT INTO runs (run_uuid, name, status, start_time, end_time, lifecycle_stage, experiment_id) VALUES
        ('0af3', 'wide-net', 'FINISHED', 1789985600000, 1789985700000, 'active', 0),
        ('0bf3', 'deep-net', 'FAILED', 1789985601000, 1789985700000, 'active', 0),
        ('dead', 'oops', 'FINISHED', 1789985602000, 1789985700000, 'deleted', 0)",
    "INSERT INTO metrics (`key`, value, timestamp, run_uuid, step, is_nan) VALUES
        ('auc', 0.1, 1789985600000, '0af3', 0, 0),
        ('auc', 0.30000000000000004, 1789985600001, '0af3', 1, 0),
        ('auc', 1.7976931348623157e308, 1789985600002, '0af3', 2, 0),
        ('auc', 0, 1789985600003, '0af3', 3, 1),
        ('auc', -1.7976931348623157e308, 1789985600000, '0bf3', 9007199254740993, 0)",
    "INSERT INTO latest_metrics (`key`, value, timestamp, run_uuid, step, is_nan) VALUES
        ('auc', 0, 1789985600003, '0af3', 3, 1),
        ('auc', -1.7976931348623157e308, 1789985600000, '0bf3', 9007199254740993, 0)",
    "INSERT INTO params VALUES ('lr', '0.1', '0af3'), ('depth', '3', '0af3'), ('lr', '0.10', '0bf3')",
    "INSERT INTO tags VALUES ('mlflow.user', 'ada', '0af3'), ('note', NULL, '0bf3')",
];

#[tokio::test]
async fn mlflow_is_known_by_looking_and_its_marks_are_read() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &MLFLOW, &LOGGED).await;
        let kind = server.kind;
        let tables = tracker.tables().await.unwrap();
        assert_eq!(
            (tables.precision(), tables.layout()),
            (Precision::Double, "MLflow")
        );
        let series = tracker.points("0af3", "auc", 100).await;
        assert_eq!(
            values(&series)[..3],
            [(0, 0.1), (1, 0.300_000_000_000_000_04), (2, f64::INFINITY)],
            "{kind:?}"
        );
        assert!(series.points[3].value.unwrap().is_nan());
        assert_eq!(series.best(Goal::Max).unwrap().step, 1);
        assert_eq!(series.not_finite(), 2);
        let other = tracker.points("0bf3", "auc", 100).await;
        assert_eq!(values(&other), [(9_007_199_254_740_993, f64::NEG_INFINITY)]);

        let listing = tracker.list(&Wanted::default()).await;
        assert_eq!((ids(&listing), listing.hidden), (vec!["0bf3", "0af3"], 1));
        let auc = &listing.runs[1].metrics["auc"];
        assert!(auc.last.unwrap().is_nan());
        assert_eq!(
            (auc.points, auc.lowest, auc.highest),
            (4, Some(0.1), Some(0.300_000_000_000_000_04))
        );
        let none = &listing.runs[0].metrics["auc"];
        assert_eq!((none.last, none.lowest), (Some(f64::NEG_INFINITY), None));
        let elsewhere = Wanted {
            experiment: Some("Other".to_owned()),
            ..Wanted::default()
        };
        let elsewhere = tracker.list(&elsewhere).await;
        assert_eq!((elsewhere.runs.len(), elsewhere.hidden), (0, 0));
        let hidden = Wanted {
            deleted: true,
            newest: None,
            experiment: Some("Default".to_owned()),
        };
        assert_eq!(ids(&tracker.list(&hidden).await), ["dead", "0bf3", "0af3"]);

        let found = tracker.find("0af3").await.unwrap();
        assert_eq!(found.run.label(), "wide-net");
        assert_eq!(found.params["lr"], "0.1");
        assert_eq!(found.params.len(), 2);
        assert_eq!(found.tags["mlflow.user"], "ada");
        let other = tracker.find("deep-net").await.unwrap();
        assert_eq!(other.tags["note"], "");
        let settings = runs::compare::params(&[found, other]);
        let differs: Vec<(&str, bool)> = settings
            .iter()
            .map(|setting| (setting.key.as_str(), setting.differs))
            .collect();
        assert_eq!(differs, [("depth", true), ("lr", true)]);
    })
    .await;
}

#[tokio::test]
async fn a_run_is_found_by_its_id_the_beginning_of_it_or_its_name() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &MLFLOW, &LOGGED).await;
        for name in ["0af3", "0a", "wide-net"] {
            assert_eq!(tracker.find(name).await.unwrap().run.id, "0af3", "{name}");
        }
        let several = tracker.find("0").await.unwrap_err();
        assert!(matches!(several, Error::Invalid(_)), "{several}");
        assert!(several.to_string().contains("0bf3 (deep-net)"), "{several}");
        let missing = tracker.find("net").await.unwrap_err();
        assert_eq!(missing.to_string(), "there is no run \"net\"");
        let hint = missing.hint().unwrap();
        assert!(
            hint.contains("0af3 (wide-net)") && !hint.contains("dead"),
            "{hint}"
        );
        // Nothing near: the newest are named.
        let hint = tracker.find("%").await.unwrap_err().hint().unwrap();
        assert!(hint.contains("dead (oops)"), "{hint}");
    })
    .await;
}

#[tokio::test]
async fn seconds_and_dates_become_milliseconds() {
    each_server(async |server| {
        let tracker = Tracker::create(
            server,
            &[
                "CREATE TABLE runs (run_id VARCHAR(20) PRIMARY KEY, start_time DOUBLE, end_time BIGINT)",
                "CREATE TABLE metrics (run_id VARCHAR(20), metric_key VARCHAR(20), metric_value DECIMAL(10,3), \
                    timestamp DATETIME(3), step INT)",
            ],
            &[
                "INSERT INTO runs VALUES ('s', 1789985600.25, 1789985601), ('zero', 0, 0)",
                "INSERT INTO metrics VALUES ('s', 'k', 1.125, '2026-09-21 10:13:20.500', NULL)",
            ],
        )
        .await;
        let listing = tracker.list(&Wanted::default()).await;
        assert_eq!(listing.unit, Unit::Seconds);
        let run = &listing.runs[0].run;
        assert_eq!((run.start, run.millis()), (Some(T + 250), Some(750)));
        assert_eq!(listing.runs[1].run.start, None);
        let series = tracker.points("s", "k", 10).await;
        assert_eq!(series.points[0].time, Some(T + 500));
        assert_eq!(values(&series), [(0, 1.125)]);
        // Stored times are UTC, whatever the session's zone.
        let profile = Profile {
            time_zone: "+02:00".to_owned(),
            database: Some(tracker.opened.db.name.clone()),
            ..sessions::profile(server)
        };
        let session = Session::open(&profile, Some(&server.password))
            .await
            .unwrap();
        let wanted = [("s".to_owned(), "k".to_owned())];
        let tables = tracker.tables().await.unwrap();
        let read = runs::points(&session, &tables, &wanted, 10, &tracker.cancel).await;
        assert_eq!(read.unwrap().0[0].points[0].time, Some(T + 500));
        session.close().await;
    })
    .await;
}

#[tokio::test]
async fn no_runs_are_an_empty_list_and_a_run_without_points_has_an_empty_series() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &TRACKER, &[]).await;
        let listing = tracker.list(&Wanted::default()).await;
        assert_eq!(
            (listing.runs.len(), listing.more, listing.hidden),
            (0, false, 0)
        );
        let error = tracker.find("x").await.unwrap_err();
        assert!(
            matches!(&error, Error::NotFound { near, .. } if near.is_empty()),
            "{error}"
        );
        assert_eq!(error.hint(), None);
        assert_eq!(tracker.points("x", "k", 10).await.points, []);
    })
    .await;
}

#[tokio::test]
async fn tables_that_are_called_otherwise_are_suggested_and_can_be_mapped() {
    each_server(async |server| {
        let mut tracker = Tracker::create(
            server,
            &[
                "CREATE TABLE trainings (uuid VARCHAR(20) PRIMARY KEY, title VARCHAR(20), state VARCHAR(9))",
                "CREATE TABLE logged (run VARCHAR(20), metric VARCHAR(20), val DOUBLE, epoch INT)",
                "CREATE TABLE tags (id INT)",
            ],
            &[
                "INSERT INTO trainings VALUES ('x', 'first', 'done')",
                "INSERT INTO logged VALUES ('x', 'f1', 0.5, 3)",
            ],
        )
        .await;
        let db = tracker.opened.db.name.clone();
        let only = |entries: &[&str]| {
            let mut mapping = Mapping::default();
            for entry in entries {
                mapping.add(entry.parse().unwrap());
            }
            mapping
        };
        tracker.mapping = only(&[&format!("runs={db}.nothing")]);
        let error = tracker.tables().await.unwrap_err();
        assert!(error.to_string().contains("training runs"), "{error}");
        tracker.mapping = only(&[&format!("runs={db}.trainings")]);
        let error = tracker.tables().await.unwrap_err();
        let Error::Unmapped(unmapped) = &error else {
            panic!("{error}")
        };
        assert_eq!(unmapped.place, "runs");
        assert!(matches!(&unmapped.problem, Problem::NoColumns { .. }), "{error}");

        tracker.mapping = only(&[
            &format!("runs={db}.trainings"),
            "runs.run_id=uuid",
            "runs.name=title",
            "runs.status=state",
        ]);
        let error = tracker.tables().await.unwrap_err();
        let Error::Unmapped(unmapped) = &error else {
            panic!("{error}")
        };
        assert_eq!(unmapped.place, "run_metrics");
        let likely = unmapped.candidates.iter().find(|table| table.database == db && table.table == "logged");
        assert_eq!(likely.map(|table| table.missing), Some(0), "{:?}", unmapped.candidates);

        for entry in [
            "run_metrics=logged",
            "run_metrics.run_id=run",
            "run_metrics.key=metric",
            "run_metrics.value=val",
            "run_metrics.step=epoch",
        ] {
            tracker.mapping.add(entry.parse().unwrap());
        }
        let found = tracker.find("first").await.unwrap();
        assert_eq!(found.run.status.as_deref(), Some("done"));
        assert_eq!(found.metrics["f1"].last, Some(0.5));
        // Another `tags` that fits nothing is left alone, unless the mapping names it.
        assert_eq!(found.tags.len(), 0);
        tracker.mapping.add("run_tags=tags".parse().unwrap());
        assert!(matches!(tracker.tables().await, Err(Error::Unmapped(_))));
    })
    .await;
}

#[tokio::test]
async fn runs_in_several_databases_must_be_named() {
    each_server(async |server| {
        let one = Tracker::create(server, &TRACKER, &[]).await;
        let other = Tracker::create(server, &MLFLOW, &[]).await;
        // Each session is in a database of its own, which decides.
        assert_eq!(one.tables().await.unwrap().layout(), "plain tracker");
        assert_eq!(other.tables().await.unwrap().layout(), "MLflow");
        let mut third = Tracker::create(server, &[], &[]).await;
        let error = third.tables().await.unwrap_err();
        assert!(matches!(&error, Error::Unmapped(unmapped) if matches!(unmapped.problem, Problem::Several { .. })), "{error}");
        third.mapping.add(format!("runs={}.runs", other.opened.db.name).parse().unwrap());
        // The other tables are looked for beside it.
        assert_eq!(third.tables().await.unwrap().layout(), "MLflow");
    })
    .await;
}

#[tokio::test]
async fn the_command_line_prints_what_was_logged_and_draws_it() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &TRACKER, &TRACKED).await;
        let db = &tracker.opened.db;
        let json = async |arguments: &[&str]| -> Value {
            let out = Program::at(db, arguments).run().await.done();
            serde_json::from_str(&out).unwrap()
        };
        let listed = json(&["runs", "--format", "json"]).await;
        assert_eq!(listed[0]["run_id"], "b2");
        assert_eq!(listed[1]["metrics"]["loss"]["better"], "min");
        assert_eq!(listed[1]["duration_ms"], 61_500);
        assert_eq!(listed[1]["start"], "2026-09-21 10:13:20");
        assert_eq!(listed[2]["metrics"], json!({}));
        let all = json(&["runs", "--all", "--format", "json"]).await;
        assert_eq!(
            (all.as_array().unwrap().len(), &all[0]["deleted"]),
            (4, &json!(true))
        );

        let read = json(&[
            "run",
            "a1",
            "--metric",
            "loss",
            "--smoothing",
            "0.5",
            "--format",
            "json",
        ])
        .await;
        let loss = &read["metrics"]["loss"];
        let float = f64::from(0.1_f32);
        assert_eq!(read["precision"], "single");
        assert_eq!(
            (&loss["repeated"], &loss["best"]["step"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(
            loss["last"],
            json!({"step": 4, "time": "2026-09-21 10:13:20", "time_ms": T + 5, "value": float})
        );
        assert_eq!(loss["series"][0], json!([0, T, 16_777_216.0, 16_777_216.0]));
        assert_eq!(
            read["metrics"]["accuracy"],
            Value::Null,
            "only what was named"
        );
        let turned = json(&["run", "a1", "--max", "loss", "--format", "json"]).await;
        assert_eq!(turned["metrics"]["loss"]["best"]["value"], 16_777_216.0);

        let compared = json(&["compare-runs", "a1", "b2", "--format", "json"]).await;
        assert_eq!(compared["metrics"]["loss"]["last"], json!([float, null]));
        assert_eq!(compared["metrics"]["accuracy"]["ahead"], Value::Null);

        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("loss.svg");
        let chart = file.to_str().unwrap();
        let arguments = [
            "compare-runs",
            "a1",
            "b2",
            "--metric",
            "loss",
            "--log",
            "--x",
            "time",
            "--chart",
            chart,
        ];
        Program::at(db, &arguments).run().await.done();
        let svg = std::fs::read_to_string(&file).unwrap();
        assert!(
            svg.starts_with("<svg") && svg.contains("loss") && svg.contains("a1"),
            "{svg}"
        );
        Program::at(db, &[&arguments[..], &["--force"]].concat())
            .run()
            .await
            .done();
        assert_eq!(
            std::fs::read_to_string(&file).unwrap(),
            svg,
            "equal for equal input"
        );
    })
    .await;
}

#[tokio::test]
async fn a_learning_rate_has_no_best_unless_a_person_says_which_way() {
    each_server(async |server| {
        let rows = [
            TRACKED[0],
            TRACKED[1],
            "INSERT INTO metrics VALUES
                ('a1', 'lr', 0.5, 1789985600000, 0), ('a1', 'lr', 0.25, 1789985600001, 1),
                ('b2', 'lr', 1, 1789985700000, 0), ('b2', 'loss', 2, 1789985700000, 0)",
        ];
        let tracker = Tracker::create(server, &TRACKER, &rows).await;
        let db = &tracker.opened.db;
        let listing = tracker.list(&Wanted::default()).await;
        assert_eq!(listing.best("lr", Goal::of("lr")), None);
        let print = async |arguments: &[&str]| Program::at(db, arguments).run().await.done();
        let json = async |arguments: &[&str]| -> Value {
            let out = print(&[arguments, &["--format", "json"]].concat()).await;
            serde_json::from_str(&out).unwrap()
        };
        let read = json(&["run", "a1"]).await;
        let lr = &read["metrics"]["lr"];
        assert_eq!(
            (&lr["better"], &lr["best"]["value"]),
            (&Value::Null, &Value::Null)
        );
        assert_eq!(lr["last"]["value"], 0.25);
        let turned = json(&["run", "a1", "--max", "lr"]).await;
        assert_eq!(turned["metrics"]["lr"]["best"]["value"], 0.5);
        let compared = json(&["compare-runs", "a1", "b2"]).await;
        assert_eq!(compared["metrics"]["lr"]["ahead"], Value::Null);
        assert_eq!(compared["metrics"]["lr"]["difference"], json!([null, 0.75]));
        let csv = print(&["runs", "--format", "csv"]).await;
        let (columns, _) = csv.split_once('\n').unwrap();
        assert!(
            columns.ends_with(",loss last,loss best (min),lr last"),
            "{columns}"
        );
    })
    .await;
}

#[tokio::test]
async fn points_have_times_for_people_and_milliseconds_for_programs() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &TRACKER, &TRACKED).await;
        let db = &tracker.opened.db;
        let print = async |format| {
            let arguments = ["run", "a1", "--metric", "loss", "--format", format];
            Program::at(db, &arguments).run().await.done()
        };
        let table = print("table").await;
        assert!(table.contains("  2026-09-21T10:13:20.003Z  "), "{table}");
        assert!(!table.contains("1789985600003"), "{table}");
        let md = print("md").await;
        assert!(md.contains("| 2026-09-21T10:13:20Z |"), "{md}");
        let csv = print("csv").await;
        assert!(
            csv.contains("a1,loss,2,2026-09-21T10:13:20.003Z,1789985600003,0.1"),
            "{csv}"
        );
        let json: Value = serde_json::from_str(&print("json").await).unwrap();
        assert_eq!(
            (&json["run"]["start_ms"], &json["run"]["end_ms"]),
            (&json!(T), &json!(T + 61_500))
        );
        assert_eq!(json["metrics"]["loss"]["best"]["time_ms"], T + 3);
        assert_eq!(json["metrics"]["loss"]["series"][2][1], T + 3);
    })
    .await;
}

#[tokio::test]
async fn what_reading_many_points_costs_is_foreseen() {
    each_server(async |server| {
        let bare = [
            TRACKER[0],
            TRACKER[1],
            "CREATE TABLE metrics (run_id VARCHAR(20), metric_key VARCHAR(20), metric_value DOUBLE, timestamp BIGINT, step INT)",
        ];
        let points = "INSERT INTO metrics WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 900) \
                      SELECT 'a1', 'loss', i, i, i FROM n";
        let rows = [TRACKED[0], TRACKED[1], points, "ANALYZE TABLE metrics"];
        let tracker = Tracker::create(server, &bare, &rows).await;
        let (session, cancel) = (&tracker.opened.session, &tracker.cancel);
        let mut tables = tracker.tables().await.unwrap();
        let wanted = Wanted::default();
        let listing = runs::bare(session, &tables, &wanted, cancel).await.unwrap();
        let cost = runs::cost_of_list(session, &tables, &listing, cancel).await.unwrap();
        assert_eq!(cost, None, "small");
        tables.metrics.size.rows = None;
        let cost = runs::cost_of_list(session, &tables, &listing, cancel).await.unwrap().unwrap();
        assert!(cost.whole_table && cost.rows > 500, "{cost:?}");
        let of_run = runs::cost(session, &tables, &["a1", "b2"], cancel).await.unwrap().unwrap();
        assert!(of_run.whole_table, "{of_run:?}");
        let advice = runs::advice(session, &tables, cancel).await.unwrap().unwrap();
        tracker.opened.db.run(&[&advice.sql, "ANALYZE TABLE metrics"]).await;
        let cost = runs::cost(session, &tables, &["b2"], cancel).await.unwrap().unwrap();
        assert!(!cost.whole_table && cost.index_only, "{cost:?}");
        assert_eq!(runs::advice(session, &tables, cancel).await.unwrap(), None);

        // The sample server's table lies in the order of runs already.
        let sample = Tracker::create(server, &TRACKER, &TRACKED).await;
        let tables = sample.tables().await.unwrap();
        assert_eq!(runs::advice(&sample.opened.session, &tables, cancel).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_command_line_says_what_is_wrong() {
    each_server(async |server| {
        let tracker = Tracker::create(server, &TRACKER, &TRACKED).await;
        let db = &tracker.opened.db;
        for (arguments, code, part) in [
            (&["run", "zz"][..], 1, "there is no run \"zz\""),
            (
                &["run", "a1", "--metric", "los"],
                1,
                "There is accuracy, loss.",
            ),
            (
                &["runs", "--metric", "los"],
                1,
                "there is no metric \"los\"",
            ),
            (
                &[
                    "compare-runs",
                    "a1",
                    "b2",
                    "--metric",
                    "loss",
                    "--metric",
                    "los",
                ],
                1,
                "There is accuracy, loss.",
            ),
            (&["compare-runs", "a1", "a1"], 2, "named twice"),
            (
                &["run", "a1", "--smoothing", "1"],
                2,
                "a number from 0 to 0.99",
            ),
            (&["run", "a1", "--chart", "x.gif"], 2, "x.gif"),
            (&["runs", "--map", "runs=nowhere.runs"], 1, "training runs"),
        ] {
            let said = Program::at(db, arguments).run().await.failed(code);
            assert!(said.contains(part), "{arguments:?}: {said}");
        }
    })
    .await;
}
