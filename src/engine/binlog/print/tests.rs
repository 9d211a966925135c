//! Recorded logs in every form.

use std::path::{Path, PathBuf};

use expect_test::{Expect, expect};
use serde_json::Value;

use super::*;
use crate::engine::binlog::{
    event::{Query, StatusVars},
    filter::{Filter, TableRule},
    matching::Condition,
    rows::Op,
    source::{
        StartAt,
        dir::DirSource,
        file::{FileSource, Options as FileOptions},
    },
    transaction::Transactions,
};

fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog")
}

/// All files of a server.
fn folder(name: &str) -> DirSource {
    DirSource::open(&data().join(name), &StartAt::Begin, FileOptions::default()).unwrap()
}

fn one_file(name: &str) -> FileSource {
    FileSource::open(&data().join(name), FileOptions::default()).unwrap()
}

fn printed(
    source: impl crate::engine::binlog::source::Source,
    form: Form,
    options: &Options,
    filter: Filter,
    conditions: &[&str],
) -> (String, Counts) {
    let conditions = conditions
        .iter()
        .map(|text| Condition::parse(text).unwrap());
    let conditions = Conditions::new(conditions.collect(), Zone::UTC);
    let mut printer = Printer::new(form, options, conditions);
    let mut transactions = Transactions::new(source, filter);
    let mut out = Vec::new();
    printer.start(&mut out);
    loop {
        let item = transactions.next().unwrap();
        printer.item(&item, &mut out);
        if let Item::Ended(_) = item {
            break;
        }
    }
    (String::from_utf8(out).unwrap(), printer.counts())
}

fn plain(source: impl crate::engine::binlog::source::Source, form: Form) -> (String, Counts) {
    printed(source, form, &Options::default(), Filter::default(), &[])
}

/// A log in a form with the rows of one table: some lines from the first that begins so.
#[track_caller]
fn check_table(name: &str, form: Form, table: &str, begin: &str, expect: &Expect) {
    let filter = Filter {
        tables: vec![TableRule::parse(table)],
        ..Filter::default()
    };
    let options = Options {
        changes_only: true,
        ..Options::default()
    };
    let (text, _) = printed(folder(name), form, &options, filter, &[]);
    let lines: Vec<_> = text
        .lines()
        .skip_while(|line| !line.starts_with(begin))
        .take(12)
        .collect();
    expect.assert_eq(&(lines.join("\n") + "\n"));
}

#[test]
fn every_change_is_an_object_with_the_members_that_are_promised() {
    for name in ["mysql", "mariadb"] {
        let (text, counts) = plain(folder(name), Form::Ndjson);
        let mut changes = 0;
        for line in text.lines() {
            let object: Value = serde_json::from_str(line).unwrap();
            let object = object.as_object().unwrap();
            let keys: Vec<_> = object.keys().map(String::as_str).collect();
            if object.contains_key("event") {
                assert_eq!(keys[0], "event", "{line}");
                continue;
            }
            changes += 1;
            assert_eq!(
                keys,
                [
                    "op",
                    "database",
                    "table",
                    "before",
                    "after",
                    "gtid",
                    "file",
                    "pos",
                    "end_pos",
                    "timestamp",
                    "server_id"
                ]
            );
            assert_eq!(
                object["before"].is_null(),
                object["op"] == "insert",
                "{line}"
            );
            assert_eq!(
                object["after"].is_null(),
                object["op"] == "delete",
                "{line}"
            );
            assert!(
                object["pos"].as_u64() < object["end_pos"].as_u64(),
                "{line}"
            );
            assert!(
                object["timestamp"].as_str().unwrap().ends_with('Z'),
                "{line}"
            );
        }
        assert_eq!(counts.rows, changes);
        assert!(changes > 20, "{changes}");
        assert_eq!(counts.damaged, 0);
    }
}

#[test]
fn every_type_is_printed_and_nothing_of_it_moves_a_cursor() {
    for name in ["types-mysql.binlog", "types-mariadb.binlog"] {
        for whole in [false, true] {
            let options = Options {
                whole,
                ..Options::default()
            };
            let (text, counts) =
                printed(one_file(name), Form::Text, &options, Filter::default(), &[]);
            assert!(counts.rows > 20);
            assert_eq!(counts.damaged, 0);
            for letter in text.chars() {
                assert!(
                    letter == '\n'
                        || !letter.is_control() && !crate::engine::visible::is_invisible(letter),
                    "{letter:?}"
                );
            }
        }
    }
}

#[test]
fn a_csv_has_a_line_for_each_change() {
    for name in ["mysql", "mariadb"] {
        let (text, counts) = plain(folder(name), Form::Csv);
        assert_eq!(text.lines().count() as u64, counts.rows + 1);
        for line in text.lines() {
            // Outside of quotes there are as many commas as in the head.
            let outside = line.split('"').step_by(2).collect::<String>();
            assert_eq!(outside.matches(',').count(), 10, "{line}");
        }
    }
}

#[test]
fn text_shows_of_an_update_what_was_changed() {
    check_table(
        "mysql",
        Form::Text,
        "shop.item",
        "  > UPDATE",
        &expect![[r"
              > UPDATE item SET price = price + 1
              ~ shop.item  @1=1  @2='tea'  @3: 3.50 → 4.50  @4=2026-01-02 03:04:05.678
              ~ shop.item  @1=2  @2='Grüße'  @3: -1.25 → -0.25  @4=NULL
              committed: 2 rows, 424 bytes, thread 10, xid 17
            2026-11-21 23:33:06.669840  anonymous  server 11  binlog.000001:1728
              > DELETE FROM item WHERE id = 1
              - shop.item  @1=1 @2='tea' @3=4.50 @4=2026-01-02 03:04:05.678
              committed: 1 row, 356 bytes, thread 10, xid 18
            2026-11-21 23:33:06.683052  anonymous  server 11  binlog.000001:2084
              > INSERT INTO item (name) VALUES ('kept')
              + shop.item  @1=3 @2='kept' @3=NULL @4=NULL
              . SAVEPOINT `a`
        "]],
    );
}

#[test]
fn json_has_the_columns_by_their_names() {
    check_table(
        "mysql",
        Form::Ndjson,
        "odd*",
        "{",
        &expect![[r#"
        {"op":"insert","database":"shop","table":"odd `name","before":null,"after":{"a b":"y","s":"p,q","u":18446744073709551615},"gtid":"ddb95f8c-e603-11f1-a302-02fc00000001:44","file":"binlog.000008","pos":6416,"end_pos":6462,"timestamp":"2026-11-21T23:33:09.574971Z","server_id":11}
    "#]],
    );
}

#[test]
fn statements_need_names() {
    check_table(
        "mysql",
        Form::Sql,
        "odd*",
        "INSERT INTO `",
        &expect![[r"
        INSERT INTO `shop`.`odd ``name` (`a b`, `s`, `u`) VALUES ('y', 'p,q', 18446744073709551615);
        COMMIT;
    "]],
    );
    let (text, counts) = plain(folder("mysql"), Form::Sql);
    assert!(counts.refused > 0);
    assert!(text.contains("-- REFUSED: "), "{text}");
    assert!(!text.contains("a secret that must not show"));
}

#[test]
fn conditions_hold_before_or_after_and_all_in_one_image() {
    let rows = |conditions: &[&str]| {
        let options = Options {
            changes_only: true,
            ..Options::default()
        };
        let (_, counts) = printed(
            folder("mysql"),
            Form::Ndjson,
            &options,
            Filter::default(),
            conditions,
        );
        counts.rows
    };
    let all = rows(&[]);
    let of_id = rows(&["@1=1"]);
    assert!(of_id > 0 && of_id < all, "{of_id} of {all}");
    assert_eq!(rows(&["@1=1", "@1=2"]), 0);
    assert_eq!(rows(&["no such column=1"]), 0);
    assert!(rows(&["@4=NULL"]) > 0);
}

#[test]
fn only_the_operations_that_are_wanted_are_printed() {
    let filter = Filter {
        ops: vec![Op::Delete],
        ..Filter::default()
    };
    let options = Options {
        changes_only: true,
        ..Options::default()
    };
    let (text, counts) = printed(folder("mariadb"), Form::Ndjson, &options, filter, &[]);
    assert!(counts.rows > 0);
    assert!(
        text.lines()
            .all(|line| line.starts_with("{\"op\":\"delete\""))
    );
}

#[test]
fn a_moment_has_its_microseconds() {
    let mut out = Vec::new();
    stamp(&mut out, 1_000_000_000_000_001, b'T');
    out.push(b'\n');
    stamp(&mut out, u64::MAX, b' ');
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "2001-09-09T01:46:40.000001Z\n2106-02-07 06:28:15.551615"
    );
}

#[test]
fn pieces_are_turned_round_and_what_is_before_them_stays() {
    let mut text = b"head one two three tail".to_vec();
    turn_round(&mut text, 5, &[9, 13, 19]);
    assert_eq!(text, b"head three two one tail");
    turn_round(&mut text, 5, &[]);
    assert_eq!(text, b"head three two one tail");
}

fn query(sql: &[u8]) -> Query {
    Query {
        thread_id: 1,
        exec_secs: 0,
        error_code: 0,
        database: bytes::Bytes::from_static(b"shop"),
        sql: bytes::Bytes::copy_from_slice(sql),
        vars: StatusVars::default(),
    }
}

#[test]
fn a_statement_is_written_with_what_ends_it() {
    let written = |sql: &str| script::write_bare(&query(sql.as_bytes())).unwrap();
    assert_eq!(
        written("DROP TABLE t /* ; */ -- ;"),
        "DROP TABLE t /* ; */ -- ;\n;\n"
    );
    assert_eq!(
        written("CREATE PROCEDURE p() BEGIN SELECT 6 // 2; END"),
        "DELIMITER $$\nCREATE PROCEDURE p() BEGIN SELECT 6 // 2; END\n$$\nDELIMITER ;\n"
    );
    assert_eq!(
        written("CREATE TABLE t (\n  a int\n) START TRANSACTION"),
        "CREATE TABLE t (\n  a int\n)\n;\n"
    );
    assert_eq!(
        written("CREATE TABLE start (transaction int)"),
        "CREATE TABLE start (transaction int)\n;\n"
    );
}

#[test]
fn what_a_client_or_a_terminal_would_act_upon_is_no_statement() {
    for sql in [
        "system ls",
        "\\! ls",
        "SELECT 1 \\! ls\n",
        "source file",
        "/* x */ tee file",
        "CREATE TABLE t (a INT)\ndelimiter x",
        "ALTER TABLE t COMMENT '\u{1b}[31m'",
        "ALTER TABLE t /* \u{1b}[31m */ ADD a INT",
        "ALTER TABLE t COMMENT 'a\rb'",
        "ALTER TABLE t COMMENT 'never ends",
        "INSERT INTO t VALUES (_latin1'\u{fffd}",
        "",
    ] {
        assert!(script::write_bare(&query(sql.as_bytes())).is_err(), "{sql}");
    }
    assert!(script::write_bare(&query(b"INSERT INTO t VALUES (_binary'\xff')")).is_err());
    let sql = b"/*!40000 ALTER TABLE t\r\n DISABLE KEYS */";
    assert!(script::write_bare(&query(sql)).is_ok());
    let mut failed = query(b"DELETE FROM t");
    failed.error_code = 1317;
    assert!(script::write_bare(&failed).is_err());
}

#[test]
fn a_statement_has_its_session_and_its_moment() {
    let mut said = query(b"INSERT INTO t VALUES (NOW(6))");
    said.vars = StatusVars {
        flags2: Some(1 << 26),
        sql_mode: Some(4),
        collations: Some((8, 48, 255)),
        time_zone: Some(bytes::Bytes::from_static(b"Europe/Oslo")),
        micros: Some(25),
        explicit_defaults: Some(false),
        ..StatusVars::default()
    };
    let script = script::write(&said, 1_000_000_000).unwrap();
    assert!(script.changes_rows);
    assert_eq!(script.moment, "SET TIMESTAMP = 1000000000.000025;\n");
    assert_eq!(
        script.settings,
        "SET SESSION sql_mode = 4, foreign_key_checks = 0, unique_checks = 1, sql_auto_is_null = 0, \
         auto_increment_increment = 1, auto_increment_offset = 1, character_set_client = utf8mb4, \
         collation_connection = 48, collation_server = 255, time_zone = 'Europe/Oslo', lc_time_names = 0, \
         explicit_defaults_for_timestamp = 0;\n"
    );
    assert_eq!(
        script::between(&script.settings, ""),
        "SET SESSION explicit_defaults_for_timestamp = DEFAULT;\n"
    );
}

#[test]
fn what_is_only_prepared_is_counted_and_not_committed() {
    let (text, counts) = plain(folder("mysql"), Form::Sql);
    assert!(text.contains("-- REFUSED: it is prepared as "), "{text}");
    assert!(counts.refused > 0);
}
