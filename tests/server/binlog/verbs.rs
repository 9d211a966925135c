//! The verbs of `porthole binlog`: what they print, where they begin and end, and the codes that they end with.

use std::{fs, path::Path};

use porthole::demo::Kind;
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader, Lines},
    process::ChildStdout,
};

use super::logged::{Logged, binlog, each_kind, lines};
use crate::cli::{Program, exit_code, signal};

/// A server with a log of a few transactions.
struct Told {
    logged: Logged,
    /// Where each transaction ends, and its GTID set or state then.
    after: Vec<(String, u64, String)>,
    file: String,
}

impl Told {
    async fn start(kind: Kind) -> Self {
        Self::start_with(kind, false).await
    }

    /// The second transaction is in a later second than the first, and the fourth than the third.
    async fn start_spaced(kind: Kind) -> Self {
        Self::start_with(kind, true).await
    }

    async fn start_with(kind: Kind, spaced: bool) -> Self {
        let mut logged = Logged::start(kind, &[]).await;
        logged
            .run_all(&[
                "CREATE TABLE item (id INT PRIMARY KEY, name VARCHAR(20), price DECIMAL(6,2))",
                "CREATE TABLE note (id INT PRIMARY KEY, body TEXT)",
            ])
            .await;
        logged.closed_file().await;
        let mut after = Vec::new();
        for (number, statements) in [
            &["INSERT INTO item VALUES (1, 'apple', 1.50), (2, 'pear', 2)"][..],
            &[
                "UPDATE item SET price = 3 WHERE id = 1",
                "INSERT INTO note VALUES (1, 'dearer')",
            ],
            &["UPDATE item SET id = 7, name = 'plum' WHERE id = 1"],
            &["DELETE FROM item WHERE id = 7"],
            &["INSERT INTO item VALUES (9, NULL, NULL)"],
        ]
        .into_iter()
        .enumerate()
        {
            if spaced && matches!(number, 1 | 3) {
                next_second(&mut logged).await;
            }
            logged.transact(statements).await;
            let (file, offset) = logged.place().await;
            after.push((file, offset, logged.gtids().await));
        }
        let file = logged.closed_file().await;
        Self {
            logged,
            after,
            file,
        }
    }

    fn folder(&self) -> &Path {
        Path::new(&self.file).parent().unwrap()
    }

    /// The changes that are printed, each as its operation and its id.
    async fn changes(&self, arguments: &[&str]) -> Vec<String> {
        let form = [
            "--format",
            "ndjson",
            "--changes-only",
            "--database",
            "logged",
        ];
        let read = [&["cat"], arguments, &form].concat();
        lines(&binlog(&read).await.done())
            .iter()
            .map(brief)
            .collect()
    }
}

/// Wait until the server's clock shows another second: that is as exactly as times are chosen.
async fn next_second(logged: &mut Logged) {
    let sql = "SELECT UNIX_TIMESTAMP()";
    let now = logged.one(sql).await;
    while logged.one(sql).await == now {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
}

fn brief(change: &Value) -> String {
    let id = |image: &Value| {
        image["id"]
            .as_u64()
            .map_or(String::new(), |id| id.to_string())
    };
    format!(
        "{} {} {}>{}",
        change["op"].as_str().unwrap(),
        change["table"].as_str().unwrap(),
        id(&change["before"]),
        id(&change["after"])
    )
}

const ALL: [&str; 7] = [
    "insert item >1",
    "insert item >2",
    "update item 1>1",
    "insert note >1",
    "update item 1>7",
    "delete item 7>",
    "insert item >9",
];

#[tokio::test]
async fn reading_begins_and_ends_at_places_times_and_transactions() {
    each_kind(async |kind| {
        let told = Told::start_spaced(kind).await;
        let file = told.file.as_str();
        let name = file.rsplit('/').next().unwrap();
        let all = lines(
            &binlog(&["cat", file, "--format", "ndjson", "--changes-only"])
                .await
                .done(),
        );
        // The seconds in which the second transaction and the fourth were logged.
        let second = |at: usize| all[at]["timestamp"].as_str().unwrap()[..19].to_owned();
        let (begin, end) = (second(2), second(5));
        let place = |at: usize| told.after[at].1.to_string();
        assert_eq!(told.changes(&[file]).await, ALL);
        // Behind the first transaction, and before the fourth.
        let expected = &ALL[2..5];
        let named = |at: usize| format!("{name}:{}", place(at));
        for (from, to) in [
            (place(0), place(2)),
            (named(0), named(2)),
            (format!("{begin}Z"), format!("{end}Z")),
            (begin.replace('T', " "), end.replace('T', " ")),
            (told.after[0].2.clone(), told.after[2].2.clone()),
            (place(0), told.after[2].2.clone()),
            (told.after[0].2.clone(), end.clone()),
        ] {
            let read = [file, "--from", &from, "--to", &to];
            assert_eq!(told.changes(&read).await, expected, "{kind} {from} {to}");
        }
        // In another zone.
        let there = |second: &str| {
            let moment: jiff::Timestamp = format!("{second}Z").parse().unwrap();
            let zone = jiff::tz::TimeZone::fixed(jiff::tz::offset(2));
            moment.to_zoned(zone).datetime().to_string()
        };
        let (begin, end) = (there(&begin), there(&end));
        let times = ["--time-zone", "+02:00", "--from", &begin, "--to", &end];
        let read = [&[file], &times[..]].concat();
        assert_eq!(told.changes(&read).await, expected);
        // Of a folder, the files that are not concerned are not needed.
        let folder = told.folder().to_str().unwrap();
        let (from, to) = (named(0), named(2));
        assert_eq!(
            told.changes(&[folder, "--from", &from, "--to", &to]).await,
            expected
        );
        // From the server, the same.
        let live = ["--from", &from, "--to", &to, "--database", "logged"];
        let live: Vec<String> = told.logged.changes(&live).await.iter().map(brief).collect();
        assert_eq!(live, expected);
        // And other ways to choose.
        assert_eq!(
            told.changes(&[file, "--op", "delete,update"]).await,
            [ALL[2], ALL[4], ALL[5]]
        );
        assert_eq!(told.changes(&[file, "--table", "note"]).await, [ALL[3]]);
        assert_eq!(
            told.changes(&[file, "--not-table", "logged.i*"]).await,
            [ALL[3]]
        );
        assert_eq!(told.changes(&[file, "--min-rows", "2"]).await, ALL[..4]);
        assert_eq!(told.changes(&[file, "--where", "id=7"]).await, ALL[4..6]);
        assert_eq!(
            told.changes(&[file, "--where", "name=NULL"]).await,
            ALL[6..]
        );
        let gtid = all.last().unwrap()["gtid"].as_str().unwrap().to_owned();
        assert_eq!(told.changes(&[file, "--gtid", &gtid]).await, ALL[6..]);
        assert_eq!(told.changes(&[file, "--not-gtid", &gtid]).await, ALL[..6]);
    })
    .await;
}

#[tokio::test]
async fn the_exit_code_says_whether_the_log_is_whole() {
    each_kind(async |kind| {
        let mut told = Told::start(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let whole = fs::read(&told.file).unwrap();
        let copy = async |bytes: &[u8]| {
            let path = folder.path().join("copy.000001");
            fs::write(&path, bytes).unwrap();
            let read = [
                "cat",
                path.to_str().unwrap(),
                "--format",
                "ndjson",
                "--changes-only",
            ];
            binlog(&read).await
        };
        let said = |outcome: crate::cli::Outcome, code: i32, words: &[&str]| {
            assert_eq!(outcome.code, Some(code), "{kind}: {}", outcome.err);
            for word in words {
                assert!(
                    outcome.err.contains(word),
                    "{kind}: {word}: {}",
                    outcome.err
                );
            }
            lines(outcome.printed()).len()
        };
        assert_eq!(
            said(
                copy(&whole).await,
                0,
                &["complete: copy.000001 was read to its end"]
            ),
            7
        );
        // Cut inside the last transaction's rows, as a copy that was broken off.
        let end = told.after[3].1 as usize;
        assert_eq!(
            said(
                copy(&whole[..end + 100]).await,
                4,
                &["truncated", "of which"]
            ),
            6
        );
        // One byte of the rows of an event in the middle.
        let changes = lines(copy(&whole).await.printed());
        let mut damaged = whole.clone();
        damaged[changes[2]["end_pos"].as_u64().unwrap() as usize - 6] ^= 1;
        let count = said(
            copy(&damaged).await,
            5,
            &["corrupt: 1 event left out", "checksum"],
        );
        assert_eq!(count, 6);
        let mut encrypted = whole.clone();
        encrypted[0] = 0xfd;
        assert_eq!(said(copy(&encrypted).await, 5, &["encrypted"]), 0);
        assert_eq!(said(copy(b"CREATE TABLE t").await, 5, &["copy.000001"]), 0);
        // The one that the server is writing.
        let (name, _) = told.logged.place().await;
        let path = told.logged.path(&name);
        told.logged.run("INSERT INTO note VALUES (2, '')").await;
        let read = [
            "cat",
            path.to_str().unwrap(),
            "--format",
            "ndjson",
            "--changes-only",
        ];
        assert_eq!(
            said(binlog(&read).await, 4, &["still being written", "--follow"]),
            1
        );
        // And none.
        let missing = folder.path().join("none");
        let error = binlog(&["cat", missing.to_str().unwrap()]).await.failed(2);
        assert!(
            error.contains("there is no ") && error.contains("none"),
            "{error}"
        );
        // A place that is none in this log is a wrong use, and no damage.
        for (from, words) in [
            ("7", "no event begins there"),
            ("99999999", "the file ends before that"),
        ] {
            let outcome = binlog(&[
                "cat",
                &told.file,
                "--format",
                "ndjson",
                "--changes-only",
                "--from",
                from,
            ])
            .await;
            assert_eq!(said(outcome, 2, &[words]), 0);
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_printed_before_the_checkpoint_is_not_printed_again() {
    each_kind(async |kind| {
        let mut logged = Logged::start(kind, &[]).await;
        logged.run("CREATE TABLE t (id INT PRIMARY KEY)").await;
        let folder = tempfile::tempdir().unwrap();
        let kept = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
        let (live, file, all) = (kept("live"), kept("file"), kept("all"));
        let url = logged.url();
        let data = logged.server.data_dir().to_str().unwrap().to_owned();
        let form = ["--format", "ndjson", "--changes-only"];
        let mut next = 0;
        for part in 0..4 {
            let mut expected = Vec::new();
            for _ in 0..5 {
                next += 1;
                logged.run(&format!("INSERT INTO t VALUES ({next})")).await;
                expected.push(format!("insert t >{next}"));
            }
            if part == 1 {
                logged.closed_file().await;
            }
            for (source, checkpoint, code) in
                [(&["--url", &url][..], &live, 0), (&[&data], &file, 4)]
            {
                let read = [&["cat"], source, &form, &["--checkpoint", checkpoint]].concat();
                let outcome = binlog(&read).await;
                assert_eq!(outcome.code, Some(code), "{kind}: {}", outcome.err);
                let printed: Vec<String> = lines(outcome.printed()).iter().map(brief).collect();
                assert_eq!(printed, expected, "{kind} {source:?}");
            }
        }
        // Ended in the middle by --to, the next run goes on there.
        let (name, place) = logged.place().await;
        let mut printed = Vec::new();
        let alone = ["cat", "--url", &url, "--to", "4"];
        let said = binlog(&alone).await.failed(2);
        assert!(said.contains("write FILE:POSITION"), "{said}");
        let to = format!("{name}:{place}");
        for more in [&["--to", to.as_str()][..], &[]] {
            let read = [
                &["cat", "--url", &url],
                &form[..],
                more,
                &["--checkpoint", &all],
            ]
            .concat();
            let outcome = binlog(&read).await;
            assert_eq!(outcome.code, Some(0), "{}", outcome.err);
            printed.extend(lines(outcome.printed()).iter().map(brief));
        }
        let expected: Vec<String> = (1..=next).map(|id| format!("insert t >{id}")).collect();
        assert_eq!(printed, expected);
        // A file that is no checkpoint is not written over.
        fs::write(&all, "notes").unwrap();
        let read = [&["cat", &data], &form[..], &["--checkpoint", &all]].concat();
        binlog(&read).await.failed(1);
        assert_eq!(fs::read_to_string(&all).unwrap(), "notes");
    })
    .await;
}

#[tokio::test]
async fn two_runs_print_what_one_does_and_a_third_nothing() {
    let folder = tempfile::tempdir().unwrap();
    for (recorded, name, to) in [
        ("types-mysql.binlog", "bin.000044", "20000"),
        ("types-mariadb.binlog", "bin.000048", "20000"),
        // Without GTIDs, and with the name of a next file at its end.
        ("mysql/binlog.000001", "binlog.000001", "5000"),
    ] {
        let recorded = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/binlog")
            .join(recorded);
        // The name that its server gave it: a place names a file.
        let file = folder.path().join(name);
        fs::copy(recorded, &file).unwrap();
        let kept = folder.path().join(format!("{name}-checkpoint"));
        let read = [
            "cat",
            file.to_str().unwrap(),
            "--format",
            "ndjson",
            "--checkpoint",
            kept.to_str().unwrap(),
        ];
        let whole = binlog(&read[..4]).await.done();
        let first = binlog(&[&read[..], &["--to", to]].concat()).await.done();
        let second = binlog(&read).await.done();
        assert!(!first.is_empty() && !second.is_empty(), "{name}");
        assert_eq!(first + &second, whole, "{name}");
        assert_eq!(binlog(&read).await.done(), "", "{name}");
    }
}

/// When following has begun is not said, so rows are written until one comes.
async fn first_change(logged: &mut Logged, printed: &mut Lines<BufReader<ChildStdout>>) -> Value {
    loop {
        logged.run("UPDATE t SET n = n + 1").await;
        let wait = std::time::Duration::from_millis(200);
        if let Ok(line) = tokio::time::timeout(wait, printed.next_line()).await {
            let line = line.unwrap().expect("it goes on");
            return serde_json::from_str(&line).unwrap();
        }
    }
}

#[tokio::test]
async fn a_log_is_followed_until_it_is_enough() {
    each_kind(async |kind| {
        let mut logged = Logged::start(kind, &[]).await;
        logged
            .run("CREATE TABLE t (id INT PRIMARY KEY, n INT)")
            .await;
        logged.run("INSERT INTO t VALUES (1, 1)").await;
        let url = logged.url();
        let data = logged.server.data_dir().to_str().unwrap().to_owned();
        let form = ["--format", "ndjson", "--changes-only"];
        for source in [&["--url", &url][..], &[&data]] {
            // From now on, so that what was there before is not printed.
            let read = [&["binlog", "tail"], source, &form].concat();
            let mut child = Program::new(&read).start();
            let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
            let first = first_change(&mut logged, &mut printed).await;
            assert_eq!(brief(&first), "update t 1>1");
            logged.closed_file().await;
            logged.run("INSERT INTO t VALUES (3, 1)").await;
            let third = async {
                loop {
                    let line = printed.next_line().await.unwrap().expect("it goes on");
                    let change: Value = serde_json::from_str(&line).unwrap();
                    if brief(&change) == "insert t >3" {
                        return;
                    }
                }
            };
            let patience = std::time::Duration::from_mins(1);
            assert!(
                tokio::time::timeout(patience, third).await.is_ok(),
                "{kind} {source:?}"
            );
            signal(&child, "INT");
            assert_eq!(exit_code(child).await, Some(130), "{kind} {source:?}");
            logged.run("DELETE FROM t WHERE id = 3").await;
        }
        // A file by itself, as long as it is the one that is written.
        let (name, _) = logged.place().await;
        let file = logged.path(&name);
        let read = [&["binlog", "tail", file.to_str().unwrap()], &form[..]].concat();
        let mut child = Program::new(&read).start();
        let mut printed = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = first_change(&mut logged, &mut printed).await;
        assert_eq!(brief(&first), "update t 1>1");
        logged.closed_file().await;
        assert_eq!(exit_code(child).await, Some(0), "{kind}");
        // From now on to now, there is nothing.
        let read = [&["tail", "--url", &url], &form[..], &["--stop-at-end"]].concat();
        assert_eq!(binlog(&read).await.done(), "");
    })
    .await;
}

#[tokio::test]
async fn the_files_of_a_log_are_listed() {
    each_kind(async |kind| {
        let told = Told::start(kind).await;
        let here: Value = {
            let read = ["list", told.folder().to_str().unwrap(), "--format", "json"];
            serde_json::from_str(&binlog(&read).await.done()).unwrap()
        };
        let there: Value = {
            let read = ["list", "--format", "json"];
            serde_json::from_str(&told.logged.binlog(&read).await.done()).unwrap()
        };
        let column = |list: &Value, key: &str| -> Vec<Value> {
            list.as_array()
                .unwrap()
                .iter()
                .map(|row| row[key].clone())
                .collect()
        };
        // The one in use grows: MariaDB writes to it by itself.
        let closed = |list: &Value, key: &str| {
            let mut column = column(list, key);
            column.pop();
            column
        };
        assert_eq!(column(&here, "file"), column(&there, "file"), "{kind}");
        assert_eq!(column(&here, "in_use"), column(&there, "in_use"), "{kind}");
        assert_eq!(closed(&here, "bytes"), closed(&there, "bytes"), "{kind}");
        let in_use = column(&here, "in_use");
        assert_eq!(in_use.last(), Some(&Value::Bool(true)), "{here}");
        assert!(
            in_use[..in_use.len() - 1].iter().all(|used| *used == false),
            "{here}"
        );
        // What the last file has before it is all of the one before.
        let before = column(&here, "gtids_before").pop().unwrap();
        assert_eq!(before, Value::from(told.after.last().unwrap().2.clone()));
        let table = binlog(&["list", told.folder().to_str().unwrap()])
            .await
            .done();
        assert!(
            table.contains("in use") && table.contains("closed"),
            "{table}"
        );
    })
    .await;
}

#[tokio::test]
async fn the_history_of_a_row_begins_with_its_newest_change() {
    each_kind(async |kind| {
        let told = Told::start(kind).await;
        let log = told.folder().to_str().unwrap();
        let history = async |condition: &str, form: &str| {
            let read = [
                "row-history",
                "--table",
                "logged.item",
                "--where",
                condition,
                "--format",
                form,
            ];
            let here = binlog(&[&read[..], &[log]].concat()).await;
            assert_eq!(
                here.code,
                Some(4),
                "the last file is still written: {}",
                here.err
            );
            let there = told.logged.binlog(&read).await.done();
            // MariaDB does not send the statements that it logs beside the rows, which text has.
            if form == "ndjson" {
                assert_eq!(here.printed(), there, "{kind}");
            }
            there
        };
        let brief = |text: &str| lines(text).iter().map(brief).collect::<Vec<_>>();
        assert_eq!(
            brief(&history("id=1", "ndjson").await),
            [ALL[4], ALL[2], ALL[0]]
        );
        assert_eq!(brief(&history("id=7", "ndjson").await), [ALL[5], ALL[4]]);
        assert_eq!(brief(&history("id=8", "ndjson").await), [""; 0]);
        let text = history("id=1", "text").await;
        let prices = ["id: 1 → 7", "price: 1.50 → 3.00", "name='apple' price=1.50"];
        let places = prices.map(|price| {
            text.find(price)
                .unwrap_or_else(|| panic!("{price} in {text}"))
        });
        assert!(places.is_sorted(), "{text}");
        let csv = history("id=1", "csv").await;
        assert_eq!(csv.lines().count(), 4, "{csv}");
    })
    .await;
}

#[tokio::test]
async fn a_summary_counts_by_table_and_by_time() {
    each_kind(async |kind| {
        let told = Told::start(kind).await;
        let read = ["summary", &told.file, "--format", "json"];
        let summary: Value = serde_json::from_str(&binlog(&read).await.done()).unwrap();
        let counts =
            |row: &Value| ["inserts", "updates", "deletes"].map(|key| row[key].as_u64().unwrap());
        let tables = summary["tables"].as_array().unwrap();
        let of = |name: &str| counts(tables.iter().find(|table| table["table"] == name).unwrap());
        assert_eq!((of("item"), of("note")), ([3, 2, 1], [1, 0, 0]), "{kind}");
        assert_eq!(summary["transactions"], 5);
        let steps = summary["steps"].as_array().unwrap();
        let sums = steps.iter().map(counts).fold([0; 3], |sums, step| {
            [sums[0] + step[0], sums[1] + step[1], sums[2] + step[2]]
        });
        assert_eq!(sums, [4, 2, 1]);
        assert!(
            steps
                .iter()
                .all(|step| step["begin"].as_u64().unwrap() % 60 == 0)
        );
        let text = binlog(&["summary", &told.file]).await.done();
        for words in [
            "transactions",
            "logged",
            "item",
            "Biggest transactions",
            "steps of 60 s",
        ] {
            assert!(text.contains(words), "{words} in {text}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_log_is_printed_for_people_for_spreadsheets_and_as_statements() {
    each_kind(async |kind| {
        let told = Told::start(kind).await;
        let text = binlog(&["cat", &told.file]).await.done();
        for line in [
            "  + logged.item  id=1 name='apple' price=1.50\n",
            "  ~ logged.item  id=1  price: 1.50 → 3.00\n",
            "  ~ logged.item  id: 1 → 7  name: 'apple' → 'plum'\n",
            "  - logged.item  id=7 name='plum' price=3.00\n",
            "  + logged.item  id=9 name=NULL price=NULL\n",
            "  committed: 2 rows",
        ] {
            assert!(text.contains(line), "{kind}: {line:?} in {text}");
        }
        let csv = binlog(&["cat", &told.file, "--format", "csv"]).await.done();
        assert_eq!(csv.lines().count(), 1 + ALL.len(), "{csv}");
        assert!(
            csv.contains(
                r#"update,logged,item,"{""id"":1,""name"":""apple"",""price"":""1.50""}""#
            ),
            "{csv}"
        );
        // All that the log says, made again where nothing is left.
        let mut told = told;
        let state = async |told: &Told| {
            let items = told.logged.query("SELECT * FROM item ORDER BY id").await;
            items + &told.logged.query("SELECT * FROM note ORDER BY id").await
        };
        let before = state(&told).await;
        let log = told.folder().to_str().unwrap().to_owned();
        let read = ["cat", &log, "--format", "sql", "--database", "logged"];
        let sql = binlog(&read).await;
        assert_eq!(sql.code, Some(4), "{}", sql.err);
        told.logged.run("DROP DATABASE logged").await;
        told.logged.apply(sql.printed()).await;
        assert_eq!(state(&told).await, before);
    })
    .await;
}

/// Undo would otherwise take back all up to the log's end.
#[tokio::test]
async fn an_end_in_a_file_that_is_not_there_is_refused() {
    for kind in ["mysql", "mariadb"] {
        let log = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/binlog")
            .join(kind);
        let log = log.to_str().unwrap();
        for verb in ["undo", "summary", "cat"] {
            let outcome = binlog(&[verb, log, "--to", "binlog.000999:4"]).await;
            let said = "--to names a file that is not among those that are read: binlog.000999";
            assert_eq!(outcome.code, Some(2), "{verb}: {}", outcome.err);
            assert!(outcome.err.contains(said), "{verb}: {}", outcome.err);
            assert_eq!(outcome.printed(), "", "{verb}");
        }
    }
}

#[tokio::test]
async fn wrong_use_is_told_before_anything_is_read() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("log.000001");
    fs::write(&file, b"\xfebin").unwrap();
    let file = file.to_str().unwrap();
    for (arguments, words) in [
        (&["cat"][..], "FILE"),
        (
            &["cat", file, "--from", "yesterday"],
            "no place in a log: yesterday",
        ),
        (&["cat", file, "--to", "now"], "--to now says nothing"),
        (
            &["cat", file, "--follow", "--stop-at-end"],
            "cannot be used with",
        ),
        (&["cat", file, "--where", "id"], "no condition: id"),
        (&["cat", file, "--time-zone", "Mars"], "no time zone: Mars"),
        (&["cat", file, "--gtid", "x"], "x:"),
        (&["cat", file, "--op", "upsert"], "upsert"),
        (&["cat", file, "--format", "xml"], "xml"),
        (
            &["cat", file, "--changes-only"],
            "--changes-only is for --format ndjson",
        ),
        (
            &["cat", file, "--whole", "--format", "csv"],
            "--whole is for --format text",
        ),
        (
            &["cat", file, "--checkpoint", "/nonexistent/here"],
            "there is no folder /nonexistent",
        ),
        (&["cat", "/nonexistent/binlog.000001"], "/nonexistent"),
        (
            &["list", file, "--url", "mysql://nobody@localhost"],
            "cannot be used with",
        ),
        (&["undo", file, "--follow"], "--follow"),
        (
            &[
                "row-history",
                file,
                "--table",
                "t",
                "--where",
                "id=1",
                "--follow",
            ],
            "row-history has no --follow",
        ),
        (&["cat", file, "--from", "2026-11-31"], "no such day"),
        (
            &["tail", file, "--to", "2026-11-21 23:20"],
            "--to is a position where more is waited for",
        ),
        (
            &["undo", file, "--redo", "--partial"],
            "cannot be used with",
        ),
        (
            &["summary", file, "--where", "id=1"],
            "--where is not for a summary",
        ),
        (&["row-history", file, "--table", "t"], "no row is named"),
        (&["row-history", file, "--where", "id=1"], "no row is named"),
    ] {
        let said = binlog(arguments).await.failed(2);
        assert!(said.contains(words), "{arguments:?}: {said}");
    }
}
