//! Experiments: the contract's figures and the analyst's, on tables that are clean, odd, and called otherwise.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use porthole::engine::{
    Error, Result,
    error::Stopped,
    metrics::{
        Ran, cost,
        experiments::{
            self, ASSIGNMENTS, Analysis, Check, Exposures, Method, Report, Sample, Variant,
            VariantMetrics, Verdict,
            contract::{self, Contract},
            index, list,
            method::Contamination,
        },
        health::Level,
        ids,
        stats::Interval,
        tables::{self, Located},
    },
    profiles::{Address, Mapping, Profile},
    query::Options,
    session::Session,
    sql::placeholders::Value as Bound,
};
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::{
    cli::Program,
    line::Line,
    sessions::{self, Opened, eventually, is_running, run},
    support::{self, TestDb},
};

const EDGES: &str = include_str!("../data/metrics/edge_assignments.csv");
const EDGES_EXPECTED: &str = include_str!("../data/metrics/edge_experiments_expected.json");
const EXPECTED: &str = include_str!("../data/metrics/experiments_expected.json");

/// The sample server's table, under a collation that both servers have.
const TABLE: &str = "CREATE TABLE experiment_assignments (
    id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY,
    experiment_id VARCHAR(255) NOT NULL, user_id VARCHAR(255) NOT NULL, variant_id VARCHAR(255) NOT NULL,
    converted TINYINT(1) NOT NULL DEFAULT 0, assigned_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP,
    INDEX idx_experiment_id (experiment_id)) CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci";
const INDEX: &str = "CREATE INDEX ix_exp_variant_user ON experiment_assignments \
                     (experiment_id, variant_id, user_id, converted, assigned_at)";

/// What one experiment shows.
struct Seen {
    metrics: Vec<VariantMetrics>,
    exposures: Exposures,
}

impl Seen {
    fn analyze(&self, method: &Method) -> Analysis {
        experiments::analyze(&self.metrics, &self.exposures, method)
    }
}

async fn locate(db: &Opened, mapping: &[&str]) -> Result<Located> {
    let mut all = Mapping::default();
    // Other tests have tables of this name in databases of their own.
    all.add(format!("assignments={}.experiment_assignments", db.db.name).parse()?);
    for entry in mapping {
        all.add(entry.parse()?);
    }
    tables::locate(&db.session, &ASSIGNMENTS, &all, &CancellationToken::new()).await
}

async fn see(db: &Opened, table: &Located, id: &str) -> Result<Seen> {
    let cancel = CancellationToken::new();
    let (metrics, _) = experiments::metrics(&db.session, table, id, &cancel).await?;
    let exposures = experiments::read(&db.session, table, id, &metrics, 0, &cancel).await?;
    Ok(Seen { metrics, exposures })
}

/// Insert rows of (experiment, user, variant, converted, time), a thousand at once.
async fn fill(db: &Opened, rows: &[[String; 5]]) {
    for chunk in rows.chunks(1000) {
        let mut sql = String::from(
            "INSERT INTO experiment_assignments (experiment_id, user_id, variant_id, converted, assigned_at) VALUES ",
        );
        for (at, row) in chunk.iter().enumerate() {
            let values = row.iter().map(|value| format!("'{value}'"));
            let comma = if at == 0 { "" } else { "," };
            write!(sql, "{comma}({})", values.collect::<Vec<_>>().join(",")).unwrap();
        }
        db.db.run(&[&sql]).await;
    }
}

fn rows(csv: &str) -> Vec<[String; 5]> {
    let fields = |line: &str| {
        let fields: Vec<String> = line.split(',').map(str::to_owned).collect();
        fields.try_into().unwrap()
    };
    csv.lines().skip(1).map(fields).collect()
}

/// `control` for `Control`: which spelling comes back is the server's choice.
fn label(name: &str) -> String {
    name.to_lowercase()
}

fn by_label(analysis: &Analysis) -> BTreeMap<String, &Variant> {
    let variants = analysis.variants.iter();
    variants
        .map(|variant| (label(&variant.name), variant))
        .collect()
}

fn members(value: &Value) -> impl Iterator<Item = (String, &Value)> {
    let members = value.as_object().unwrap().iter();
    members.map(|(name, value)| (label(name), value))
}

#[track_caller]
fn close(what: &str, got: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!(
        (got - expected).abs() <= 1e-12 + 1e-9 * expected.abs(),
        "{what}: {got} for {expected}"
    );
}

#[track_caller]
fn close_both(what: &str, got: Interval, low: &Value, high: &Value) {
    close(what, got.low, low);
    close(what, got.high, high);
}

fn check_edges(id: &str, seen: &Seen, expected: &Value) {
    let excluding = seen.analyze(&Method::default());
    let excluding = by_label(&excluding);
    assert_eq!(
        seen.metrics.len(),
        expected["metrics"].as_object().unwrap().len(),
        "{id}"
    );
    for (name, expected) in members(&expected["metrics"]) {
        let at = format!("{id}/{name}");
        let contract = excluding[&name].contract.as_ref().unwrap();
        assert_eq!(Some(contract.count), expected["count"].as_u64(), "{at}");
        let conversions = expected["conversions"].as_i64().map(i128::from);
        assert_eq!(Some(contract.conversions), conversions, "{at}");
        assert_eq!(contract.mean, expected["mean"].as_f64(), "{at}");
        let assigned = seen.exposures.variants.iter();
        let assigned = assigned
            .clone()
            .find(|one| label(&one.name) == name)
            .unwrap();
        for (got, key) in [
            (assigned.rows, "rows"),
            (assigned.all.total.users, "user_level_count"),
            (assigned.all.total.converters, "user_level_converters"),
            (assigned.shared.total.users, "users_in_several_variants"),
            (excluding[&name].arm.users, "excluding_count"),
            (excluding[&name].arm.converters, "excluding_converters"),
        ] {
            assert_eq!(Some(got), expected[key].as_u64(), "{at}: {key}");
        }
    }
    let mut days = Vec::new();
    for assigned in &seen.exposures.variants {
        for (day, arm) in &assigned.all.days {
            days.push((day.date(), label(&assigned.name), arm.users));
        }
    }
    days.sort();
    let expected = expected["daily_first_exposures"].as_array().unwrap().iter();
    let expected: Vec<_> = expected
        .map(|day| {
            (
                day["day"].as_str().unwrap().to_owned(),
                label(day["variant"].as_str().unwrap()),
                day["first_exposures"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(days, expected, "{id}");
}

#[tokio::test]
async fn odd_tables_give_the_figures_that_are_known_of_them_with_and_without_the_index() {
    let expected: Value = serde_json::from_str(EDGES_EXPECTED).unwrap();
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        fill(&db, &rows(EDGES)).await;
        let table = locate(&db, &[]).await.unwrap();
        for indexed in [false, true] {
            if indexed {
                db.db.run(&[INDEX]).await;
            }
            for (id, expected) in expected.as_object().unwrap() {
                let seen = see(&db, &table, id).await.unwrap();
                check_edges(id, &seen, expected);
            }
        }
    })
    .await;
}

/// A user for each that is counted: so many on a day in a variant, so many of whom converted.
fn expand(id: &str, day: &str, variant: &str, counts: &Value) -> Vec<[String; 5]> {
    let [users, converters] = ["count", "conversions"].map(|key| counts[key].as_u64().unwrap());
    let user = |nth| {
        [
            id.to_owned(),
            format!("{day}-{variant}-{nth}"),
            variant.to_owned(),
            u8::from(nth < converters).to_string(),
            format!("{day} {:02}:00:00", nth % 24),
        ]
    };
    (0..users).map(user).collect()
}

fn expand_all(id: &str, expected: &Value) -> Vec<[String; 5]> {
    let days = match expected.get("daily") {
        Some(days) => days.as_object().unwrap().iter().collect(),
        None => vec![],
    };
    let mut rows: Vec<_> = days
        .into_iter()
        .flat_map(|(day, variants)| {
            let variants = variants.as_object().unwrap().iter();
            variants.flat_map(move |(variant, counts)| expand(id, day, variant, counts))
        })
        .collect();
    if rows.is_empty() {
        let variants = expected["metrics"].as_object().unwrap().iter();
        rows = variants
            .flat_map(|(variant, counts)| expand(id, "2005-06-01", variant, counts))
            .collect();
    }
    rows
}

fn check_real(id: &str, seen: &Seen, expected: &Value) {
    let control = expected["control"].as_str().unwrap();
    let analysis = seen.analyze(&Method {
        control: Some(control.to_owned()),
        ..Method::default()
    });
    assert!(analysis.agrees, "{id}");
    assert_eq!(analysis.control().unwrap().name, control, "{id}");
    for (name, expected) in members(&expected["metrics"]) {
        let variant = by_label(&analysis)[&name].clone();
        let contract = variant.contract.as_ref().unwrap();
        assert_eq!(Some(contract.count), expected["count"].as_u64());
        assert_eq!(contract.mean, expected["mean"].as_f64());
        assert_eq!(
            Some(variant.arm.converters),
            expected["conversions"].as_u64()
        );
    }
    for (name, expected) in members(&expected["comparison"]) {
        let at = format!("{id}/{name}");
        let variant = by_label(&analysis)[&name].clone();
        let comparison = variant.comparison.unwrap();
        let fixed = &comparison.fixed;
        let lift = fixed.lift.unwrap();
        close(
            &at,
            analysis.control().unwrap().rate.unwrap(),
            &expected["p1"],
        );
        close(&at, variant.rate.unwrap(), &expected["p2"]);
        close(&at, fixed.difference, &expected["diff"]);
        close(&at, fixed.z.unwrap(), &expected["z"]);
        close(&at, fixed.p_value.p(), &expected["p_value"]);
        close(&at, fixed.p_value.log10(), &expected["log10_p"]);
        close(&at, fixed.standard_error, &expected["se_unpooled"]);
        close_both(
            &at,
            fixed.newcombe,
            &expected["newcombe_lo"],
            &expected["newcombe_hi"],
        );
        close_both(&at, fixed.wald, &expected["wald_lo"], &expected["wald_hi"]);
        close(&at, lift.estimate, &expected["lift"]);
        close(&at, lift.standard_error, &expected["lift_delta_se"]);
        close_both(
            &at,
            lift.delta,
            &expected["lift_delta_lo"],
            &expected["lift_delta_hi"],
        );
        let ratio = lift.log_ratio.unwrap();
        close_both(
            &at,
            ratio,
            &expected["lift_log_lo"],
            &expected["lift_log_hi"],
        );
        close(
            &at,
            comparison.chances.to_win,
            &expected["chance_to_win_uniform_prior"],
        );
        assert_eq!(comparison.difference, Some(fixed.newcombe), "{at}");
    }
    check_split(id, &analysis, expected);
}

fn check_split(id: &str, analysis: &Analysis, expected: &Value) {
    use porthole::engine::metrics::stats::chi_square;
    let users: Vec<u128> = analysis
        .variants
        .iter()
        .map(|one| u128::from(one.arm.users))
        .collect();
    let srm = chi_square::srm(&users, &vec![1.0; users.len()]).unwrap();
    close(
        id,
        srm.test.statistic,
        &expected["srm_equal_weights"]["chi2"],
    );
    close(
        id,
        srm.test.p_value.p(),
        &expected["srm_equal_weights"]["p_value"],
    );
    let Some(test) = expected.get("day_by_variant_homogeneity") else {
        assert_eq!(analysis.over_time.days.len(), 1, "{id}");
        return;
    };
    let found = chi_square::homogeneity(&analysis.over_time.first_exposures()).unwrap();
    close(id, found.test.statistic, &test["chi2"]);
    assert_eq!(Some(found.test.df), test["df"].as_u64(), "{id}");
    close(id, found.test.p_value.p(), &test["p_value"]);
    let treated = analysis.variants.iter().find_map(|one| one.comparison);
    let by_day = treated.unwrap().stratified.expect("the split moves");
    let expected = &expected["mantel_haenszel_by_day"];
    close(id, by_day.test.statistic, &expected["chi2"]);
    close(id, by_day.test.p_value.p(), &expected["p_value"]);
    close(
        id,
        by_day.odds_ratio.unwrap(),
        &expected["pooled_odds_ratio"],
    );
}

fn level(analysis: &Analysis, check: Check) -> Option<Level> {
    let mut findings = analysis.findings.iter();
    findings
        .find(|finding| finding.check == check)
        .map(|finding| finding.level)
}

#[tokio::test]
async fn real_experiments_give_their_published_figures() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        for (id, expected) in expected.as_object().unwrap() {
            fill(&db, &expand_all(id, expected)).await;
        }
        let table = locate(&db, &[]).await.unwrap();
        let mut seen = BTreeMap::new();
        for (id, expected) in expected.as_object().unwrap() {
            let experiment = see(&db, &table, id).await.unwrap();
            check_real(id, &experiment, expected);
            seen.insert(id.as_str(), experiment);
        }

        // The split as a whole passes, and hides one that changes wildly by day.
        let moving = seen["smartad_response"].analyze(&Method::default());
        assert_eq!(level(&moving, Check::Split), Some(Level::Ok));
        assert_eq!(level(&moving, Check::Stability), Some(Level::Warn));
        let treated = moving.variants[1].comparison.unwrap();
        assert_eq!(treated.verdict, Verdict::Better);

        // The design drew unequally: with equal weights nothing may be concluded, with its own it may.
        let thornton = &seen["thornton_hiv_result"];
        let verdict = |method: &Method| {
            let analysis = thornton.analyze(method);
            let treated = analysis.variants.iter().find_map(|one| one.comparison);
            (
                level(&analysis, Check::Split).unwrap(),
                treated.unwrap().verdict,
            )
        };
        assert_eq!(
            verdict(&Method::default()),
            (Level::Bad, Verdict::CheckData)
        );
        let weights = [("incentive", 0.78), ("no_incentive", 0.22)];
        let planned = Method {
            weights: weights
                .map(|(name, weight)| (name.to_owned(), weight))
                .into(),
            control: Some("no_incentive".to_owned()),
            ..Method::default()
        };
        assert_eq!(verdict(&planned), (Level::Ok, Verdict::Better));
    })
    .await;
}

#[tokio::test]
async fn users_in_several_variants_are_left_out_or_count_where_they_came_first() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        let row = |user: &str, variant: &str, converted: u8, time: &str| {
            ["x", user, variant, &converted.to_string(), time].map(str::to_owned)
        };
        fill(
            &db,
            &[
                row("alone", "control", 1, "2024-05-01 10:00:00"),
                row("single", "b", 0, "2024-05-01 10:00:00"),
                // First in b, written otherwise, and converted in control only.
                row("Both", "b", 0, "2024-05-01 09:00:00"),
                row("both", "Control", 1, "2024-05-02 09:00:00"),
                // At one moment: the row that was written first decides.
                row("tied", "control", 1, "2024-05-03 09:00:00"),
                row("tied", "b", 0, "2024-05-03 09:00:00"),
                // A time that has not come, or is none, is not the first.
                row("late", "b", 1, "2999-01-01 00:00:00"),
                row("late", "control", 0, "2024-05-04 09:00:00"),
            ],
        )
        .await;
        let table = locate(&db, &[]).await.unwrap();
        let seen = see(&db, &table, "x").await.unwrap();
        let arms = |contamination| {
            let analysis = seen.analyze(&Method {
                contamination,
                ..Method::default()
            });
            let arms = by_label(&analysis).into_iter();
            arms.map(|(name, one)| (name, one.arm.users, one.arm.converters))
                .collect::<Vec<_>>()
        };
        let named = |b: (u64, u64), control: (u64, u64)| {
            vec![
                ("b".to_owned(), b.0, b.1),
                ("control".to_owned(), control.0, control.1),
            ]
        };
        assert_eq!(arms(Contamination::Exclude), named((1, 0), (1, 1)));
        assert_eq!(arms(Contamination::First), named((2, 0), (3, 2)));
        assert_eq!((seen.exposures.several, seen.exposures.users()), (3, 5));
        assert_eq!(seen.exposures.odd.future, 1);
        let analysis = seen.analyze(&Method::default());
        assert_eq!(level(&analysis, Check::SeveralVariants), Some(Level::Bad));
        assert_eq!(level(&analysis, Check::Times), Some(Level::Warn));
        assert!(!analysis.agrees);
    })
    .await;
}

#[tokio::test]
async fn users_in_several_of_many_variants_are_found_with_and_without_the_index() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        let row = |user: usize, variant: usize| {
            [
                "x",
                &format!("u{user}"),
                &format!("v{variant}"),
                "0",
                "2024-05-01 10:00:00",
            ]
            .map(str::to_owned)
        };
        // Six variants of ten users; the first of each is also in the next one, and one user is in all.
        let mut all = Vec::new();
        for variant in 0..6 {
            all.extend((0..10).map(|nth| row(variant * 10 + nth, variant)));
            all.push(row(variant * 10, (variant + 1) % 6));
            all.push(row(999, variant));
        }
        fill(&db, &all).await;
        for indexed in [false, true] {
            if indexed {
                db.db.run(&[INDEX]).await;
            }
            let table = locate(&db, &[]).await.unwrap();
            let seen = see(&db, &table, "x").await.unwrap();
            assert_eq!((seen.exposures.several, seen.exposures.users()), (7, 61));
            let analysis = seen.analyze(&Method::default());
            assert!(analysis.variants.iter().all(|one| one.arm.users == 9));
        }
    })
    .await;
}

#[tokio::test]
async fn columns_called_otherwise_that_may_be_null_are_read_and_what_they_lack_is_counted() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db
            .run(&[
                "CREATE TABLE `odd ``names` (`exp` INT, `who is``it` BIGINT, arm VARCHAR(9), yes DECIMAL(65,0)) \
                 CHARSET = utf8mb4",
                "INSERT INTO `odd ``names` VALUES (1, 1, 'a', 0), (1, 2, 'a', NULL), (1, NULL, 'a', 1), (1, 3, 'b', 1), \
                 (1, 4, NULL, 1), (1, 5, 'b', 99999999999999999999999999999999999999), (2, 9, 'a', 0)",
            ])
            .await;
        let mapping = [
            format!("assignments={}.odd `names", db.db.name),
            "assignments.experiment_id=exp".to_owned(),
            "assignments.user_id=who is`it".to_owned(),
            "assignments.variant_id=arm".to_owned(),
            "assignments.converted=yes".to_owned(),
        ];
        let table = locate(&db, &mapping.each_ref().map(String::as_str)).await.unwrap();
        let seen = see(&db, &table, "1").await.unwrap();
        let json = serde_json::to_value(Contract(&seen.metrics[..0])).unwrap();
        assert_eq!(json, serde_json::json!({}));
        let text = serde_json::to_string(&Contract(&seen.metrics)).unwrap();
        let null = r#""NULL":{"mean":1.0,"count":1,"conversions":1}"#;
        let a = r#""a":{"mean":0.5,"count":2,"conversions":1}"#;
        let b = r#""b":{"mean":5e+37,"count":2,"conversions":100000000000000000000000000000000000000}"#;
        for part in [null, a, b] {
            assert!(text.contains(part), "{text}");
        }
        let analysis = seen.analyze(&Method::default());
        let arms = by_label(&analysis).into_iter();
        let arms: Vec<_> = arms.map(|(name, one)| (name, one.arm.users, one.arm.converters)).collect();
        assert_eq!(arms, [("a".to_owned(), 2, 0), ("b".to_owned(), 2, 2)]);
        let odd = seen.exposures.odd;
        assert_eq!((odd.no_user, odd.no_variant, odd.no_value, odd.other_value), (1, 1, 1, 1));
        assert_eq!(level(&analysis, Check::Values), Some(Level::Warn));
        assert_eq!(level(&analysis, Check::Mean), Some(Level::Bad));
        assert_eq!(level(&analysis, Check::Times), Some(Level::Info));
        assert!(analysis.over_time.days.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_table_that_is_not_there_or_lacks_columns_says_what_could_be_meant() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db
            .run(&["CREATE TABLE ab (experiment_key INT, uid INT, variation INT, outcome INT)"])
            .await;
        let error = locate(&db, &[]).await.unwrap_err();
        let Error::Unmapped(unmapped) = &error else {
            panic!("{error}");
        };
        let place = format!("assignments={}.ab", db.db.name);
        let ours = unmapped
            .candidates
            .iter()
            .find(|one| one.database == db.db.name);
        assert_eq!(ours.unwrap().missing, 0);
        let error = locate(&db, &[&place]).await.unwrap_err().to_string();
        assert!(error.contains("no column experiment_id"), "{error}");
        let mapped = [
            place.as_str(),
            "assignments.experiment_id=experiment_key",
            "assignments.user_id=uid",
            "assignments.variant_id=variation",
            "assignments.converted=outcome",
        ];
        let table = locate(&db, &mapped).await.unwrap();
        assert!(see(&db, &table, "7").await.unwrap().metrics.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_view_is_as_good_as_a_table_and_the_order_of_rows_changes_nothing() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db
            .run(&[
                TABLE,
                "CREATE VIEW seen AS SELECT * FROM experiment_assignments",
            ])
            .await;
        let mut edges = rows(EDGES);
        edges.reverse();
        fill(&db, &edges).await;
        let expected: Value = serde_json::from_str(EDGES_EXPECTED).unwrap();
        let view = format!("assignments={}.seen", db.db.name);
        let table = locate(&db, &[&view]).await.unwrap();
        for (id, expected) in expected.as_object().unwrap() {
            check_edges(id, &see(&db, &table, id).await.unwrap(), expected);
        }
    })
    .await;
}

#[tokio::test]
async fn names_that_the_collation_takes_for_equal_are_one() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        let spelled = |nth: usize| {
            let variant = ["control", "CONTROL", "Control ", "b", "B"][nth % 5];
            let user = ["u", "U"][nth % 2];
            [
                "x",
                &format!("{user}{nth}"),
                variant,
                &(nth % 3 % 2).to_string(),
                "2024-05-01 10:00:00",
            ]
            .map(str::to_owned)
        };
        fill(&db, &(0..500).map(spelled).collect::<Vec<_>>()).await;
        let table = locate(&db, &[]).await.unwrap();
        let seen = see(&db, &table, "x").await.unwrap();
        let analysis = seen.analyze(&Method::default());
        assert!(analysis.agrees, "{seen:?}", seen = seen.exposures);
        let arms: Vec<_> = analysis
            .variants
            .iter()
            .map(|one| (label(one.name.trim()), one.arm.users))
            .collect();
        let mut sorted = arms.clone();
        sorted.sort();
        assert_eq!(sorted, [("b".to_owned(), 200), ("control".to_owned(), 300)]);
        assert_eq!(seen.exposures.spellings.variants, 2);
        assert_eq!(level(&analysis, Check::Spelling), Some(Level::Warn));
    })
    .await;
}

#[tokio::test]
async fn zero_dates_count_in_the_totals_and_stay_outside_the_charts() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        db.db
            .run(&[
                "SET SESSION sql_mode = ''",
                "INSERT INTO experiment_assignments VALUES \
                 (1, 'x', 'u1', 'a', 1, '0000-00-00'), (2, 'x', 'u2', 'a', 0, '2999-01-01'), \
                 (3, 'x', 'u3', 'b', 0, '2024-05-01'), (4, 'x', 'u1', 'a', 1, '2024-05-02')",
            ])
            .await;
        let table = locate(&db, &[]).await.unwrap();
        let seen = see(&db, &table, "x").await.unwrap();
        let a = &seen.exposures.variants[0];
        assert_eq!((a.all.total.users, a.rows), (2, 3));
        let days: Vec<_> = a
            .all
            .days
            .iter()
            .map(|(day, arm)| (day.date(), arm.users))
            .collect();
        assert_eq!(days, [("2024-05-02".to_owned(), 1)]);
        let odd = seen.exposures.odd;
        assert_eq!((odd.no_date, odd.future), (1, 1));
        let (list, _) = experiments::list(&db.session, &table, &CancellationToken::new())
            .await
            .unwrap();
        assert_eq!(list[0].users, 3);
        assert_eq!(list[0].first.unwrap().date(), "2024-05-01");
    })
    .await;
}

#[tokio::test]
async fn an_unknown_experiment_is_empty_and_the_ids_near_it_are_found() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        fill(&db, &rows(EDGES)).await;
        let (table, cancel) = (locate(&db, &[]).await.unwrap(), CancellationToken::new());
        let seen = see(&db, &table, "exp-clear").await.unwrap();
        assert_eq!(
            serde_json::to_string(&Contract(&seen.metrics)).unwrap(),
            "{}"
        );
        let analysis = seen.analyze(&Method::default());
        assert!(analysis.variants.is_empty() && analysis.findings.is_empty());
        let (ids, _) = list::ids(&db.session, &table, &cancel).await.unwrap();
        assert_eq!(ids::near("exp-clear", &ids)[0], "exp-clean");
        let (all, _) = experiments::list(&db.session, &table, &cancel)
            .await
            .unwrap();
        assert_eq!(all.len(), ids.len());
        let days = list::days(&db.session, &table, &cancel).await.unwrap();
        let midnight = days.iter().find(|(id, _)| id == "exp-midnight").unwrap();
        let days: Vec<_> = midnight
            .1
            .iter()
            .map(|(day, rows)| (day.date(), *rows))
            .collect();
        assert_eq!(
            days,
            [("2024-05-01".to_owned(), 1), ("2024-05-02".to_owned(), 2)]
        );
    })
    .await;
}

#[tokio::test]
async fn the_statements_that_ran_give_the_same_when_run_again() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        fill(&db, &rows(EDGES)).await;
        let (table, cancel) = (locate(&db, &[]).await.unwrap(), CancellationToken::new());
        let (_, ran) = experiments::metrics(&db.session, &table, "exp-cross", &cancel).await.unwrap();
        let name = &db.db.name;
        assert_eq!(
            ran.sql,
            format!(
                "SELECT `variant_id`, COUNT(DISTINCT `user_id`), SUM(`converted`) FROM `{name}`.`experiment_assignments` \
                 WHERE `experiment_id` = 'exp-cross' GROUP BY `variant_id` LIMIT 10001"
            )
        );
        let seen = see(&db, &table, "exp-cross").await.unwrap();
        assert_eq!(seen.exposures.ran.len(), 3);
        for Ran { sql, rows, .. } in seen.exposures.ran.iter().chain([&ran]) {
            let (again, _) = db.query(sql).await.unwrap();
            assert_eq!(again.rows(), *rows, "{sql}");
        }
        let one = see(&db, &table, "exp-one-arm").await.unwrap();
        assert_eq!(one.exposures.ran.len(), 2, "nobody can be in several");
    })
    .await;
}

#[tokio::test]
async fn a_heavy_reading_is_foreseen_and_says_which_index_would_help() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        let kind = server.kind;
        db.db.run(&[TABLE]).await;
        fill(&db, &rows(EDGES)).await;
        db.db
            .run(&["CREATE TABLE bare AS SELECT * FROM experiment_assignments"])
            .await;
        let cancel = CancellationToken::new();
        let place = format!("assignments={}.bare", db.db.name);
        let mut bare = locate(&db, &[&place]).await.unwrap();
        assert!(!cost::is_large(&bare), "{kind}");
        bare.size.rows = None;
        assert!(cost::is_large(&bare), "{kind}: nobody knows");
        let estimate = async || {
            let sql = contract::statement(&bare);
            let id = [Bound::Text("exp-clean".to_owned())];
            cost::estimate(&db.session, &sql, &id, &cancel)
                .await
                .unwrap()
        };
        let cost = estimate().await;
        assert!(cost.whole_table && !cost.index_only, "{kind}: {cost:?}");
        let missing = async || index::missing(&db.session, &bare, &cancel).await.unwrap();
        db.db.run(&[&missing().await.unwrap().sql]).await;
        let cost = estimate().await;
        assert!(cost.index_only && !cost.whole_table, "{kind}: {cost:?}");
        assert_eq!(missing().await, None, "{kind}");
        let limit = index::limit(&bare);
        assert!(limit.contains("3066 bytes of the 3072"), "{kind}: {limit}");
    })
    .await;
}

#[tokio::test]
async fn a_sample_has_some_users_with_all_their_rows_and_no_figures_of_the_contract() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db.run(&[TABLE]).await;
        let row = |nth: usize| {
            let variant = ["control", "b"][nth % 2];
            ["x", &format!("user{}", nth / 2), variant, "1", "2024-05-01 10:00:00"].map(str::to_owned)
        };
        fill(&db, &(0..4000).map(row).collect::<Vec<_>>()).await;
        let (table, cancel) = (locate(&db, &[]).await.unwrap(), CancellationToken::new());
        let sample = Sample::new(4).unwrap();
        let read = experiments::read_sample(&db.session, &table, "x", sample, 0, &cancel).await.unwrap();
        let expected = db.one_cell("SELECT COUNT(DISTINCT user_id) FROM experiment_assignments WHERE CRC32(LOWER(user_id)) % 4 = 0").await;
        assert_eq!(read.several.to_string(), expected, "each is in both variants");
        assert_eq!((read.users(), read.sample), (read.several, Some(sample)));
        let method = Method::default();
        let analysis = experiments::analyze(&[], &read, &method);
        let report = Report {
            id: "x",
            metrics: None,
            ran: None,
            exposures: &read,
            method: &method,
            analysis: &analysis,
            server: "",
        };
        let json = serde_json::to_value(report.json()).unwrap();
        assert!(json.get("metrics").is_none() && json["method"]["sample"]["one_in"] == 4);
        assert!(json["analysis"]["agrees_with_metrics"].is_null());
        assert!(json["analysis"]["variants"]["b"]["agrees_with_metrics"].is_null());
        let flat = report.flat().to_csv(false);
        for line in flat.lines().skip(1) {
            let figures: Vec<&str> = line.split(',').skip(1).take(3).collect();
            assert_eq!(figures, ["", "", ""], "{line}");
        }
    })
    .await;
}

#[tokio::test]
async fn cancel_ends_the_reading_on_the_server() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        // Many times over itself, so that it takes long.
        db.db.run(&[TABLE]).await;
        fill(&db, &rows(EDGES)).await;
        let one = "SELECT e.* FROM experiment_assignments e";
        let joins = (0..8).map(|nth| format!("JOIN experiment_assignments j{nth}"));
        let joins = joins.collect::<Vec<_>>().join(" ");
        db.db
            .run(&[&format!("CREATE VIEW endless AS {one} {joins}")])
            .await;
        let view = format!("assignments={}.endless", db.db.name);
        let table = locate(&db, &[&view]).await.unwrap();
        let cancel = CancellationToken::new();
        let watch = async {
            let mut conn = db.db.admin().await;
            let part = format!("`{}`.`endless`", db.db.name);
            eventually("the reading runs", async || {
                is_running(&mut conn, &part).await
            })
            .await;
            cancel.cancel();
            eventually("the reading has ended", async || {
                !is_running(&mut conn, &part).await
            })
            .await;
        };
        let read = experiments::read(&db.session, &table, "exp-clean", &[], 0, &cancel);
        let (read, ()) = tokio::join!(read, watch);
        assert!(matches!(read, Err(Error::Cancelled(_))), "{read:?}");
    })
    .await;
}

#[tokio::test]
async fn cancel_ends_the_reading_while_users_arrive() {
    support::each_server(async |server| {
        let db = TestDb::create(server).await;
        db.run(&[
            TABLE,
            // A row of the answer is about a kilobyte, so that no buffer on the way holds all of them.
            "INSERT INTO experiment_assignments (experiment_id, user_id, variant_id) \
             WITH RECURSIVE n AS (SELECT 1 AS i UNION ALL SELECT i + 1 FROM n WHERE i < 250) \
             SELECT 'x', CONCAT(a.i, ' ', b.i), REPEAT('€', 255) FROM n a, n b",
        ])
        .await;
        let line = Line::to(server).await;
        let profile = Profile {
            address: Address::Tcp {
                host: "127.0.0.1".to_owned(),
                port: line.port,
            },
            database: Some(db.name.clone()),
            ..sessions::profile(server)
        };
        let session = Session::open(&profile, Some(&server.password))
            .await
            .unwrap();
        let cancel = CancellationToken::new();
        let mut mapping = Mapping::default();
        mapping.add(
            format!("assignments={}.experiment_assignments", db.name)
                .parse()
                .unwrap(),
        );
        let table = tables::locate(&session, &ASSIGNMENTS, &mapping, &cancel)
            .await
            .unwrap();
        let most = 1 << 20;
        line.hold_after(most);
        let stop = async {
            eventually("users have arrived", async || line.passed() >= most).await;
            let ended = line.ended();
            cancel.cancel();
            // Over a connection of its own, which is not held.
            eventually("the server was told to stop", async || line.ended() > ended).await;
            line.release();
        };
        let read = experiments::read(&session, &table, "x", &[], 0, &cancel);
        let (read, ()) = tokio::join!(read, stop);
        assert!(
            matches!(read, Err(Error::Cancelled(Stopped::OnServer))),
            "{read:?}"
        );
        let all = 250 * 250 * 765;
        assert!(
            line.passed() < all / 2,
            "{} of {all} bytes came",
            line.passed()
        );
        let answer = run(&session, "SELECT 1", &Options::of(&session)).await;
        assert_eq!(answer.unwrap().0.rows(), 1);
        session.close().await;
    })
    .await;
}

#[tokio::test]
async fn rows_without_a_user_are_counted_beside_a_sample_and_in_none() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db
            .run(&[TABLE, "ALTER TABLE experiment_assignments MODIFY user_id VARCHAR(255) NULL"])
            .await;
        let rows: Vec<String> = (0..400)
            .map(|nth| format!("('x', 'user{nth}', '{}', 1)", ["a", "b"][nth % 2]))
            .chain((0..7).map(|_| "('x', NULL, 'a', 1)".to_owned()))
            .collect();
        db.db
            .run(&[&format!(
                "INSERT INTO experiment_assignments (experiment_id, user_id, variant_id, converted) VALUES {}",
                rows.join(",")
            )])
            .await;
        let (table, cancel) = (locate(&db, &[]).await.unwrap(), CancellationToken::new());
        let sample = Sample::new(4).unwrap();
        let read = experiments::read_sample(&db.session, &table, "x", sample, 0, &cancel)
            .await
            .unwrap();
        let expected = db
            .one_cell("SELECT COUNT(*) FROM experiment_assignments WHERE CRC32(LOWER(user_id)) % 4 = 0")
            .await;
        assert_eq!(read.users().to_string(), expected, "{}", server.kind);
        assert_eq!(read.odd.no_user, 7, "{}", server.kind);
        let analysis = experiments::analyze(&[], &read, &Method::default());
        assert_eq!(level(&analysis, Check::Values), Some(Level::Warn));
    })
    .await;
}

#[tokio::test]
async fn a_column_may_be_called_as_a_word_of_our_statements() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db
            .run(&[
                TABLE,
                "INSERT INTO experiment_assignments (experiment_id, user_id, variant_id, converted, assigned_at) VALUES \
                 ('x', 'u1', 'a', 1, '2024-05-01 23:00:00'), ('x', 'u2', 'a', 0, '2024-05-02'), ('x', 'u3', 'b', 1, '2024-05-02'), \
                 ('x', 'u1', 'b', 0, '2024-05-03'), ('y', 'u1', 'a', 1, '2024-05-03')",
                "CREATE TABLE odd (newest VARCHAR(20), several VARCHAR(20), day VARCHAR(20), one TINYINT, other DATETIME, id INT)",
                "INSERT INTO odd SELECT experiment_id, user_id, variant_id, converted, assigned_at, id FROM experiment_assignments",
                "CREATE TABLE turned (day DATETIME, newest VARCHAR(20), several VARCHAR(20), series VARCHAR(20), other TINYINT)",
                "INSERT INTO turned SELECT assigned_at, experiment_id, user_id, variant_id, converted FROM experiment_assignments",
            ])
            .await;
        let plain = locate(&db, &[]).await.unwrap();
        let cancel = CancellationToken::new();
        let expected = see(&db, &plain, "x").await.unwrap();
        let days = list::days(&db.session, &plain, &cancel).await.unwrap();
        let (listed, _) = experiments::list(&db.session, &plain, &cancel).await.unwrap();
        for (name, columns) in [
            ("odd", ["newest", "several", "day", "one", "other"]),
            ("turned", ["newest", "several", "series", "other", "day"]),
        ] {
            let roles = ["experiment_id", "user_id", "variant_id", "converted", "assigned_at"];
            let mut mapping = vec![format!("assignments={}.{name}", db.db.name)];
            mapping.extend(roles.iter().zip(columns).map(|(role, column)| format!("assignments.{role}={column}")));
            let mapping: Vec<&str> = mapping.iter().map(String::as_str).collect();
            let table = locate(&db, &mapping).await.unwrap();
            let seen = see(&db, &table, "x").await.unwrap();
            assert_eq!(seen.metrics, expected.metrics, "{name}");
            assert_eq!(seen.exposures.several, 1, "{name}");
            assert_eq!(seen.exposures.variants, expected.exposures.variants, "{name}");
            assert_eq!(list::days(&db.session, &table, &cancel).await.unwrap(), days, "{name}");
            assert_eq!(experiments::list(&db.session, &table, &cancel).await.unwrap().0, listed, "{name}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_no_number_is_no_experiment_where_ids_are_numbers() {
    support::each_server(async |server| {
        let db = Opened::create(server).await;
        db.db
            .run(&[
                TABLE,
                "ALTER TABLE experiment_assignments MODIFY experiment_id INT NOT NULL",
                "INSERT INTO experiment_assignments (experiment_id, user_id, variant_id) VALUES (0, 'u', 'a'), (7, 'u', 'a'), (7, 'v', 'b')",
            ])
            .await;
        let table = locate(&db, &[]).await.unwrap();
        for (id, variants) in [("7", 2), ("0", 1), ("checkout", 0), ("7 days", 0), ("07", 0), ("", 0)] {
            let seen = see(&db, &table, id).await.unwrap();
            assert_eq!(seen.metrics.len(), variants, "{id:?}");
            assert_eq!(seen.exposures.variants.len(), variants, "{id:?}");
        }
    })
    .await;
}

/// All but when the server was asked: "as of 2026-11-21 22:22:45 UTC".
fn without_clock(chart: &str) -> String {
    let (before, read) = chart.split_once(", as of ").unwrap();
    let (_, after) = read.split_once(" UTC").unwrap();
    format!("{before}{after}")
}

#[tokio::test]
async fn the_command_line_prints_the_contract_and_nothing_else_unless_asked() {
    support::each_server(async |server| {
        let db = TestDb::create(server).await;
        db.run(&[TABLE]).await;
        db.run(&["INSERT INTO experiment_assignments VALUES (1, 'x', 'u1', 'control', 1, '2024-05-01'), \
                  (2, 'x', 'u2', 'control', 0, '2024-05-01'), (3, 'x', 'u3', '<b>', -128, '2024-05-02')"])
            .await;
        let map = format!("assignments={}.experiment_assignments", db.name);
        let run = async |arguments: &[&str]| {
            let arguments = [arguments, &["--map", &map]].concat();
            Program::at(&db, &arguments).run().await
        };
        let json = run(&["experiment", "x", "--format", "json"]).await.done();
        let b = r#""<b>":{"mean":-128.0,"count":1,"conversions":-128}"#;
        let control = r#""control":{"mean":0.5,"count":2,"conversions":1}"#;
        assert!(json == format!("{{\"metrics\":{{{b},{control}}}}}\n") || json == format!("{{\"metrics\":{{{control},{b}}}}}\n"), "{json}");
        let with: Value = serde_json::from_str(&run(&["experiment", "x", "--format", "json", "--analysis"]).await.done()).unwrap();
        let without: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(with["metrics"], without["metrics"]);
        let members: Vec<&String> = with.as_object().unwrap().keys().collect();
        assert_eq!(members, ["metrics", "analysis", "health", "method"]);
        let compared = &with["analysis"]["variants"]["<b>"]["comparison"];
        assert_eq!(compared["verdict"], "not enough data");
        assert_eq!(with["method"]["correction"], "holm");

        let md = run(&["experiment", "x", "--format", "md", "--analysis"]).await.done();
        assert!(md.contains("&lt;b&gt;") && !md.contains("<b> |"), "{md}");
        let text = run(&["experiment", "x", "--analysis", "--weights", "<b>=1,control=2", "--confidence", "90%"]).await.done();
        assert!(text.contains("66.67 %") && text.contains("90 % interval"), "{text}");
        let csv = run(&["experiment", "x", "--format", "csv", "--analysis", "--sequential"]).await.done();
        assert!(csv.starts_with("variant,count,conversions,mean,control,users"), "{csv}");
        assert!(csv.contains(",confidence sequence, 5000 users") || csv.contains("\"confidence sequence, 5000 users\",0.95,Holm"), "{csv}");
        let csv = run(&["experiment", "x", "--format", "csv", "--analysis", "--growthbook", "--confidence", "90%"]).await.done();
        let (columns, _) = csv.split_once('\n').unwrap();
        assert!(columns.contains(",method,confidence,correction,growthbook_lift,"), "{columns}");
        assert!(csv.contains(",fixed horizon,0.9,Holm,"), "{csv}");
        let list = run(&["experiments", "--format", "csv"]).await.done();
        assert_eq!(list, "experiment,users,first,last\nx,3,2024-05-01 00:00:00,2024-05-02 00:00:00\n");

        let folder = tempfile::tempdir().unwrap();
        let drawn = async |name: &str, what: &str| {
            let file = folder.path().join(name);
            let path = file.to_str().unwrap();
            let printed = run(&["experiment", "x", "--format", "json", "--chart", path, "--chart-of", what]).await.done();
            assert_eq!(printed, json, "a chart changes nothing of what is printed");
            fs::read_to_string(file).unwrap()
        };
        let svg = drawn("a.svg", "exposures").await;
        assert!(svg.starts_with("<svg") && svg.contains("&lt;b&gt;") && !svg.contains("<b>"), "{svg}");
        assert_eq!(without_clock(&drawn("b.svg", "exposures").await), without_clock(&svg));
        let points = drawn("a.csv", "rates").await;
        assert!(points.contains("control,2024-05-01T00:00:00Z,0.5"), "{points}");

        let unknown = run(&["experiment", "xx", "--format", "json"]).await;
        assert!(unknown.err.contains("no assignments for this experiment: xx"), "{}", unknown.err);
        assert!(unknown.err.contains("Did you mean x?"), "{}", unknown.err);
        assert_eq!(unknown.done(), "{\"metrics\":{}}\n");
        let wrong = run(&["experiment", "x", "--analysis", "--control", "c"]).await.failed(2);
        assert!(wrong.contains("no variant c") && wrong.contains("control"), "{wrong}");
        let wrong = run(&["experiment", "x", "--analysis", "--weights", "1,0"]).await.failed(2);
        assert!(wrong.contains("a number above 0"), "{wrong}");
        let wrong = run(&["experiment", "x", "--analysis", "--confidence", "95"]).await.failed(2);
        assert!(wrong.contains("write 95% or 0.95"), "{wrong}");
        let wrong = run(&["experiment", "x", "--map", "assignments.user=u"]).await.failed(2);
        assert!(wrong.contains("no role user") && wrong.contains("user_id"), "{wrong}");
    })
    .await;
}
