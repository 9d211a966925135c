mod cases;
mod fuzzed;
mod properties;

use expect_test::{Expect, expect};

use super::*;

/// The one place that calls the guard; the cases below survive any change of its signature.
#[track_caller]
fn check_sql(sql: &str, expect: &Expect) {
    let verdict = match check(sql, &Rules::default()) {
        Ok(checked) => format!("{:?}", checked.kind()),
        Err(refusal) => format!("refused: {} at {}", refusal.word, &sql[refusal.at]),
    };
    expect.assert_eq(&verdict);
}

#[test]
fn what_reads_passes() {
    check_sql("SELECT 1", &expect!["Select"]);
    check_sql("(SELECT 1) UNION (SELECT 2);", &expect!["Select"]);
    check_sql("WITH a AS (SELECT 1) SELECT * FROM a", &expect!["Select"]);
    check_sql(
        "SELECT REPLACE('a', 'b', 'c'), `delete` FROM `into`",
        &expect!["Select"],
    );
    check_sql("SHOW CREATE TABLE t", &expect!["Show"]);
    check_sql("SHOW COUNT(*) WARNINGS", &expect!["Diagnostics"]);
    check_sql("DESC t", &expect!["Describe"]);
    check_sql("EXPLAIN DELETE FROM t", &expect!["Explain"]);
    check_sql("EXPLAIN INSERT INTO t SELECT 1", &expect!["Explain"]);
    check_sql("EXPLAIN ANALYZE SELECT 1", &expect!["Analyze"]);
    check_sql("CHECKSUM TABLE t", &expect!["Checksum"]);
    check_sql("TABLE t", &expect!["Select"]);
    check_sql("XA RECOVER CONVERT XID", &expect!["XaRecover"]);
    check_sql("EXPLAIN FORMAT = JSON (SELECT 1)", &expect!["Explain"]);
}

#[test]
fn what_writes_is_refused_by_its_word() {
    check_sql("DELETE FROM t", &expect!["refused: DELETE at DELETE"]);
    check_sql(
        "WITH a AS (SELECT 1) DELETE FROM t",
        &expect!["refused: DELETE at DELETE"],
    );
    check_sql(
        "SELECT 1 INTO OUTFILE 'x'",
        &expect!["refused: INTO at INTO"],
    );
    check_sql(
        "SELECT 1 /*!50000 INTO OUTFILE 'x' */",
        &expect!["refused: INTO at INTO"],
    );
    check_sql("SELECT 1; DELETE FROM t", &expect!["refused: ; at ;"]);
    check_sql("SELECT 1--1; DELETE FROM t", &expect!["refused: ; at ;"]);
    check_sql(
        "SELECT * FROM t FOR UPDATE",
        &expect!["refused: FOR UPDATE at FOR"],
    );
    check_sql(
        "SELECT * FROM t LOCK IN SHARE MODE",
        &expect!["refused: LOCK IN SHARE MODE at LOCK"],
    );
    check_sql("SELECT @a := 1", &expect!["refused: := at :="]);
    check_sql("SELECT sleep (10)", &expect!["refused: SLEEP at sleep"]);
    check_sql(
        "SELECT /*+ SET_VAR(x=1) */ 1",
        &expect!["refused: /*+ SET_VAR(x=1) */ at /*+ SET_VAR(x=1) */"],
    );
    check_sql(
        "EXPLAIN ANALYZE DELETE FROM t",
        &expect!["refused: DELETE at DELETE"],
    );
    check_sql("ANALYZE TABLE t", &expect!["refused: ANALYZE at ANALYZE"]);
    check_sql("SET GLOBAL x = 1", &expect!["refused: SET at SET"]);
    check_sql("XA COMMIT 'a'", &expect!["refused: XA at XA"]);
    check_sql("EXPLAIN SELECT format = f(5)", &expect!["refused: F at f"]);
    check_sql("CALL p()", &expect!["refused: CALL at CALL"]);
    check_sql("USE shop", &expect!["Use"]);
    check_sql("", &expect!["refused: nothing at "]);
    check_sql("SELECT 'open", &expect!["refused: 'open at 'open"]);
}

#[test]
fn what_is_analysed_is_run_and_must_be_a_query() {
    check_sql("ANALYZE FORMAT=JSON SELECT 1", &expect!["Analyze"]);
    check_sql(
        "ANALYZE UPDATE (t) SET a = 1",
        &expect!["refused: UPDATE at UPDATE"],
    );
    check_sql(
        "ANALYZE FORMAT=JSON DELETE FROM t",
        &expect!["refused: DELETE at DELETE"],
    );
    check_sql(
        "EXPLAIN ANALYZE WITH a AS (SELECT 1) DELETE FROM t",
        &expect!["refused: DELETE at DELETE"],
    );
    check_sql("ANALYZE TABLES t", &expect!["refused: ANALYZE at ANALYZE"]);
}

#[test]
fn a_function_that_acts_is_refused_in_quotes_and_by_its_family_too() {
    check_sql(
        "SELECT `load_file` ('/etc/passwd')",
        &expect!["refused: LOAD_FILE at `load_file`"],
    );
    check_sql(
        "SELECT group_replication_disable_member_action(1)",
        &expect![
            "refused: GROUP_REPLICATION_DISABLE_MEMBER_ACTION at group_replication_disable_member_action"
        ],
    );
    check_sql(
        "SELECT shop.charge(1)",
        &expect!["refused: CHARGE at charge"],
    );
    check_sql(
        "EXPLAIN INSERT INTO shop.orders (id) VALUES (1)",
        &expect!["Explain"],
    );
    check_sql(
        "SELECT `count` FROM shop.orders WHERE id IN (1)",
        &expect!["Select"],
    );
}

#[test]
fn instead_of_a_write_the_rows_it_is_about_are_offered() {
    let instead = |sql| {
        let refusal = check(sql, &Rules::default()).unwrap_err();
        refusal.query.or(refusal.instead).unwrap_or_default()
    };
    assert_eq!(
        instead("DELETE FROM t WHERE a = 1"),
        "SELECT * FROM t WHERE a = 1"
    );
    assert_eq!(
        instead("DELETE a FROM t a JOIN u USING (id) LIMIT 3"),
        "SELECT * FROM t a JOIN u USING (id) LIMIT 3"
    );
    assert_eq!(
        instead("DELETE FROM a USING t a JOIN u ON a.id = u.id"),
        "SELECT * FROM t a JOIN u ON a.id = u.id"
    );
    assert_eq!(
        instead("UPDATE IGNORE t SET a = (SELECT 1 WHERE 2) WHERE b = 3 ORDER BY c"),
        "SELECT * FROM t WHERE b = 3 ORDER BY c"
    );
    assert_eq!(
        instead("WITH a AS (SELECT 1) DELETE FROM t WHERE b IN (SELECT * FROM a)"),
        "WITH a AS (SELECT 1) SELECT * FROM t WHERE b IN (SELECT * FROM a)"
    );
    assert_eq!(
        instead("INSERT INTO t SELECT * FROM u ON DUPLICATE KEY UPDATE a = 1"),
        "SELECT * FROM u"
    );
    assert_eq!(
        instead("INSERT INTO t VALUES (1)"),
        "To run it, copy it into a tool that may write."
    );
    // What is offered must itself be allowed.
    assert_eq!(
        instead("DELETE FROM t WHERE SLEEP(5)"),
        "To run it, copy it into a tool that may write."
    );
}

#[test]
fn a_hint_before_the_verb_does_not_hide_the_kind() {
    let rules = Rules::default();
    assert_eq!(kind_of("/*+ x */ SELECT 1", &rules), Kind::Select);
    check_sql("/*+ x */ SELECT 1", &expect!["Select"]);
    check_sql(
        "/*+ x */ DELETE FROM t",
        &expect!["refused: DELETE at DELETE"],
    );
}

#[test]
fn a_name_that_may_be_somebodys_is_refused_where_their_functions_could_not_be_read() {
    let of = |product, unread_stored, unread_loadable| Rules {
        dialect: Dialect::newest(product),
        functions: Arc::new(Functions {
            unread_stored,
            unread_loadable,
            ..Functions::default()
        }),
        ..Rules::default()
    };
    let passes = |sql, rules: &Rules| check(sql, rules).is_ok();
    let unread = of(Product::MySql, true, false);
    assert!(!passes("SELECT COUNT (a) FROM t", &unread));
    assert!(passes("SELECT COUNT(a) FROM t", &unread));
    assert!(passes("SELECT COUNT (a) FROM t", &Rules::default()));
    // No function of MySQL 9 any more, so it can be one of a library.
    let unread = of(Product::MySql, false, true);
    assert!(!passes("SELECT AREA(a) FROM t", &unread));
    assert!(passes("SELECT MD5(a), ST_AREA(a) FROM t", &unread));
    assert!(passes(
        "SELECT AREA(a) FROM t",
        &of(Product::MariaDb, true, true)
    ));
}
