//! Our arithmetic of GTIDs against the servers' own functions: the same texts are read, refused and printed, and the
//! same sets come out.

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::engine::binlog::gtid::{MariaGtidState, MySqlGtidSet};
use proptest::{
    prelude::*,
    strategy::ValueTree as _,
    test_runner::{Config, RngAlgorithm, RngSeed, TestRunner},
};

use crate::support::{self, hex_literal};

const PAIRS: usize = 4000;
const PAIRS_AT_ONCE: usize = 500;
const ODD_TEXTS: usize = 3000;
const STATES: usize = 60;
const LISTS_PER_STATE: usize = 60;

/// The same cases each time, others with another `PROPTEST_RNG_SEED`.
struct Cases(TestRunner);

impl Cases {
    fn new() -> Self {
        let config = Config::default();
        let seed = match config.rng_seed {
            RngSeed::Fixed(seed) => seed,
            RngSeed::Random => 20_261_121,
        };
        Self(TestRunner::new(Config {
            rng_algorithm: RngAlgorithm::ChaCha,
            rng_seed: RngSeed::Fixed(seed),
            ..config
        }))
    }

    fn next<T: std::fmt::Debug>(&mut self, of: &impl Strategy<Value = T>) -> T {
        of.new_tree(&mut self.0).unwrap().current()
    }
}

/// Texts of sets as people and servers write them: few UUIDs and tags, so that sets meet.
fn sets() -> impl Strategy<Value = String> {
    let uuid = prop::sample::select(vec![
        "3e11fa47-71ca-11e1-9e33-c80aa9429562",
        "3E11FA47-71CA-11E1-9E33-C80AA9429562",
        "3e11fa4771ca11e19e33c80aa9429562",
        "{3e11fa47-71ca-11e1-9e33-c80aa9429562}",
        "00000000-0000-0000-0000-00000000000a",
        "ffffffff-0000-0000-0000-000000000000",
    ]);
    let number = prop_oneof![
        9 => 1_u64..60,
        1 => (i64::MAX as u64 - 9)..(i64::MAX as u64)
    ];
    let interval = (number, 0_u64..12, any::<bool>()).prop_map(|(first, more, single)| {
        let last = (first + more).min(i64::MAX as u64 - 1);
        if single {
            format!(":{first}")
        } else {
            format!(":{first}-{last}")
        }
    });
    let tag = prop::sample::select(vec![":a", ":b_1", ":Tag"]).prop_map(str::to_owned);
    let part = prop_oneof![5 => interval, 1 => tag];
    let of_one = (uuid, prop::collection::vec(part, 1..6))
        .prop_map(|(uuid, parts)| format!("{uuid}{}", parts.concat()));
    let separator = prop::sample::select(vec![",", ",\n", " , ", ",,"]);
    (prop::collection::vec(of_one, 0..4), separator)
        .prop_map(|(all, separator)| all.join(separator))
}

/// The same with a few characters changed, so that some are no sets any more.
fn odd_sets() -> impl Strategy<Value = String> {
    let letters = prop::sample::select(" ,:-{}0129aAfgz_\t\n+".chars().collect::<Vec<_>>());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), letters, 0_u8..3), 0..4);
    (sets(), changes).prop_map(|(text, changes)| changed(&text, changes))
}

fn changed(text: &str, changes: Vec<(prop::sample::Index, char, u8)>) -> String {
    let mut text: Vec<char> = text.chars().collect();
    for (at, letter, how) in changes {
        let at = at.index(text.len() + 1);
        match how {
            0 => text.insert(at, letter),
            1 if at < text.len() => drop(text.remove(at)),
            _ if at < text.len() => text[at] = letter,
            _ => text.push(letter),
        }
    }
    text.into_iter().collect()
}

fn quoted(text: &str) -> String {
    format!("CONVERT({} USING utf8mb4)", hex_literal(text.as_bytes()))
}

#[tokio::test]
async fn sets_of_mysql_are_what_the_server_makes_of_them() {
    let mut admin = support::mysql().await.admin().await;
    let mut cases = Cases::new();
    let strategy = (sets(), sets());
    let pairs: Vec<(String, String)> = (0..PAIRS).map(|_| cases.next(&strategy)).collect();
    let (mut meeting, mut subsets) = (0, 0);
    for pairs in pairs.chunks(PAIRS_AT_ONCE) {
        let rows: Vec<String> = pairs
            .iter()
            .enumerate()
            .map(|(n, (a, b))| format!("ROW({n}, {}, {})", quoted(a), quoted(b)))
            .collect();
        let sql = format!(
            "SELECT GTID_SUBTRACT(a, ''), GTID_SUBTRACT(CONCAT(a, ',', b), ''), GTID_SUBTRACT(a, b), \
             GTID_SUBTRACT(a, GTID_SUBTRACT(a, b)), GTID_SUBSET(a, b) \
             FROM (VALUES {}) AS pairs (n, a, b) ORDER BY n",
            rows.join(", ")
        );
        let answers: Vec<(String, String, String, String, bool)> = admin.query(sql).await.unwrap();
        assert_eq!(answers.len(), pairs.len());
        for ((a, b), (normal, union, rest, both, subset)) in pairs.iter().zip(answers) {
            let (ours, theirs): (MySqlGtidSet, MySqlGtidSet) =
                (a.parse().unwrap(), b.parse().unwrap());
            let context = format!("{a:?} and {b:?}");
            assert_eq!(ours.to_string(), normal, "{context}");
            assert_eq!(ours.union(&theirs).to_string(), union, "{context}");
            assert_eq!(ours.subtract(&theirs).to_string(), rest, "{context}");
            assert_eq!(ours.intersect(&theirs).to_string(), both, "{context}");
            assert_eq!(ours.is_subset_of(&theirs), subset, "{context}");
            meeting += usize::from(!both.is_empty());
            subsets += usize::from(subset && !normal.is_empty());
        }
    }
    assert!(
        meeting > PAIRS / 10 && subsets > 0,
        "the cases say something: {meeting}, {subsets}"
    );
}

#[tokio::test]
async fn texts_that_mysql_refuses_are_refused() {
    let mut admin = support::mysql().await.admin().await;
    let mut cases = Cases::new();
    let strategy = odd_sets();
    let (mut read, mut refused) = (0, 0);
    for _ in 0..ODD_TEXTS {
        let text = cases.next(&strategy);
        let sql = format!("SELECT GTID_SUBTRACT({}, '')", quoted(&text));
        let answer: mysql_async::Result<Option<String>> = admin.query_first(sql).await;
        match (answer, text.parse::<MySqlGtidSet>()) {
            (Ok(Some(answer)), Ok(set)) => {
                assert_eq!(set.to_string(), answer, "{text:?}");
                read += 1;
            }
            (Err(mysql_async::Error::Server(error)), Err(_)) => {
                assert_eq!(error.code, 1772, "{text:?}: {error}");
                refused += 1;
            }
            (answer, ours) => panic!("{text:?}: the server {answer:?}, we {ours:?}"),
        }
    }
    assert!(
        read > ODD_TEXTS / 10 && refused > ODD_TEXTS / 10,
        "{read} read, {refused} refused"
    );
}

/// States of a few domains which the server's own log has not.
fn states() -> impl Strategy<Value = String> {
    let gtid = (1_u32..4, 1_u64..12).prop_map(|(server, number)| (server, number));
    let spaces = prop::sample::select(vec![",", ", "]);
    (
        prop::collection::btree_map(101_u32..106, gtid, 0..5),
        spaces,
    )
        .prop_map(|(domains, separator)| {
            let gtids: Vec<String> = domains
                .into_iter()
                .rev()
                .map(|(domain, (server, number))| format!("{domain}-{server}-{number}"))
                .collect();
            gtids.join(separator)
        })
}

async fn set_position(admin: &mut Conn, text: &str) -> mysql_async::Result<String> {
    admin
        .query_drop(format!("SET GLOBAL gtid_slave_pos = {}", quoted(text)))
        .await?;
    let position: Option<String> = admin.query_first("SELECT @@global.gtid_slave_pos").await?;
    Ok(position.unwrap_or_default())
}

#[tokio::test]
async fn states_of_mariadb_are_what_the_server_makes_of_them() {
    let server = support::start(porthole::demo::Kind::MariaDb, &support::options()).await;
    let mut admin = server.connect().await.unwrap();
    let mut cases = Cases::new();
    let strategy = states();
    let mut passed = 0;
    for _ in 0..STATES {
        let text = cases.next(&strategy);
        let state: MariaGtidState = text.parse().unwrap();
        assert_eq!(
            set_position(&mut admin, &text).await.unwrap(),
            state.to_string()
        );
        let lists: Vec<String> = (0..LISTS_PER_STATE)
            .map(|_| cases.next(&strategy))
            .collect();
        let waits: Vec<String> = lists
            .iter()
            .map(|list| format!("SELECT MASTER_GTID_WAIT({}, 0)", quoted(list)))
            .collect();
        let answers: Vec<i64> = admin.query(waits.join(" UNION ALL ")).await.unwrap();
        for (list, answer) in lists.iter().zip(answers) {
            let other: MariaGtidState = list.parse().unwrap();
            let reached = answer == 0;
            assert_eq!(other.is_subset_of(&state), reached, "{list:?} in {text:?}");
            assert_eq!(
                other.subtract(&state).is_empty(),
                reached,
                "{list:?} in {text:?}"
            );
            assert_eq!(
                state.union(&other) == state,
                reached,
                "{list:?} in {text:?}"
            );
            passed += usize::from(reached && !other.is_empty());
        }
    }
    assert!(passed > 20, "the cases say something: {passed}");
}

#[tokio::test]
async fn texts_that_mariadb_refuses_are_refused() {
    let server = support::start(porthole::demo::Kind::MariaDb, &support::options()).await;
    let mut admin = server.connect().await.unwrap();
    let mut cases = Cases::new();
    let letters = prop::sample::select(" ,-0129+a\t".chars().collect::<Vec<_>>());
    let changes = prop::collection::vec((any::<prop::sample::Index>(), letters, 0_u8..3), 0..3);
    let strategy = (states(), changes).prop_map(|(text, changes)| changed(&text, changes));
    let (mut read, mut refused) = (0, 0);
    for _ in 0..ODD_TEXTS / 4 {
        let text = cases.next(&strategy);
        match (
            set_position(&mut admin, &text).await,
            text.parse::<MariaGtidState>(),
        ) {
            (Ok(answer), Ok(state)) => {
                assert_eq!(state.to_string(), answer, "{text:?}");
                read += 1;
            }
            (Err(mysql_async::Error::Server(error)), Err(_)) => {
                assert!([1941, 1943].contains(&error.code), "{text:?}: {error}");
                refused += 1;
            }
            (answer, ours) => panic!("{text:?}: the server {answer:?}, we {ours:?}"),
        }
    }
    assert!(read > 20 && refused > 20, "{read} read, {refused} refused");
}
