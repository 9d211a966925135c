//! What holds for any text, and for any way to write a statement that may pass.

use proptest::{prelude::*, sample::select};

use super::{
    cases::{PASS, REFUSE, cases},
    *,
};
use crate::engine::sql::{
    lexer::tokens,
    placeholders::{self, Value, Values},
    statement,
};

/// Blanks and comments of every style, as they may stand between two tokens.
const BETWEEN: &[&str] = &[
    " ",
    "\t",
    "\n",
    "\r\n",
    "\u{b}",
    "\u{c}",
    "/**/",
    "/* ; ' \" ` DELETE */",
    "/* /* */",
    "/***/",
    "# ' ; DROP TABLE t\n",
    "-- ' ; DROP TABLE t\n",
    "--\n",
    "--\u{1} */\n",
    "# \r ; still\n",
    "/*!99999 ; DELETE FROM t */",
];
/// Of those, what no server can take for code.
const HARMLESS: usize = BETWEEN.len() - 1;

/// What makes a second statement of anything before or after it.
const SECOND: &[&str] = &[
    "DELETE FROM t",
    "SELECT 2",
    "/*!50000 DROP TABLE t */",
    "/*M!100000 DROP TABLE t */",
    "SET GLOBAL a = 1",
    "COMMIT",
    "x",
    "(",
    "'a'",
];

fn allowed() -> impl Strategy<Value = (String, Rules)> {
    let all: Vec<_> = cases(PASS)
        .into_iter()
        .flat_map(|case| {
            let sql = case.sql;
            case.rules
                .into_iter()
                .map(move |rules| (sql.clone(), rules))
        })
        .collect();
    select(all)
}

fn any_rules() -> impl Strategy<Value = Rules> {
    let products = select(vec![Product::MySql, Product::MariaDb]);
    (products, any::<[bool; 5]>()).prop_map(|(product, flags)| Rules {
        dialect: Dialect::newest(product),
        sql_mode: SqlMode {
            ansi_quotes: flags[0],
            no_backslash_escapes: flags[1],
            oracle: flags[2],
        },
        functions: if flags[3] {
            Arc::new(cases::known())
        } else {
            Arc::default()
        },
        call_stored_functions: flags[4],
        check_tables: false,
    })
}

/// Texts of pieces that mean something to a lexer.
fn any_text() -> impl Strategy<Value = String> {
    const PIECES: &str = "\
        '|\"|`|\\|/*|*/|/*!|/*!50000|/*!99999 |/*!100000|/*M!|/*M!100000 |/*T!|/*T![a]|/*+|#|--|-- |\n|\r|\
        \0|\u{a0}|\u{feff}|é|日| |;|(|)|.|,|{|}|@|@@|:|=|:=|?|%s|:a|x'|_utf8mb4|N'|0x|1e5|.5|1.|$$|\
        DELIMITER |delimiter //\n|//|SELECT |WITH |a |AS |EXPLAIN |ANALYZE |FORMAT=|FOR |UPDATE |INTO |\
        INSERT |DELETE |FROM |SET |VALUES |SHOW |USE |CHECK |sleep|f|count|looks|NEXT VALUE FOR |NEXTVAL|\
        COLUMNS|CYCLE|RESTRICT |RETURNING |WHERE |ON DUPLICATE KEY UPDATE |USING|SET_VAR|mariadb_schema|\
        HELP |JSON ";
    let mut pieces: Vec<String> = PIECES.split('|').map(str::to_owned).collect();
    pieces.extend(cases(PASS).into_iter().map(|case| case.sql));
    pieces.extend(cases(REFUSE).into_iter().map(|case| case.sql));
    prop::collection::vec(
        prop_oneof![9 => select(pieces), 1 => any::<char>().prop_map(String::from)],
        0..14,
    )
    .prop_map(|pieces| pieces.concat())
}

/// The same tokens with more between them: where something stood already, and around commas and inside parentheses.
fn written(sql: &str, mode: SqlMode, between: &[&str]) -> String {
    let mut out = String::new();
    let mut gaps = between.iter().cycle();
    let mut gap = || gaps.next().copied().unwrap_or_default();
    for token in tokens(sql, mode) {
        let text = token.text(sql);
        if token.kind == TokenKind::Symbol && matches!(text, ")" | ",") {
            out += gap();
        }
        out += text;
        let parts = matches!(token.kind, TokenKind::Blank | TokenKind::Comment);
        if parts || token.kind == TokenKind::Symbol && matches!(text, "(" | ",") {
            out += gap();
        }
    }
    out
}

/// Words and symbols without anything that opens or closes a comment or a quote.
fn plain_text() -> impl Strategy<Value = String> {
    const PIECES: &str = "\
        SELECT|1|a|f|sleep|count|(|)|(1)|+|,|.|*|=|;|INTO|@b|FOR|UPDATE|SHARE|LOCK IN SHARE MODE|FROM t|\
        WHERE|AS|WITH|a AS (SELECT 1)|DELETE|SET|EXPLAIN|ANALYZE|INSERT|VALUES (1)|SHOW TABLES|\
        SHOW WARNINGS|USE|UNION|NEXT|VALUE|:=|{x|}|JSON_TABLE|COLUMNS|1e5|EXTENDED|NEXTVAL";
    let pieces: Vec<&str> = PIECES.split('|').collect();
    prop::collection::vec(select(pieces), 0..6).prop_map(|pieces| pieces.join(" "))
}

fn is_place_in(sql: &str, at: &Range<usize>) -> bool {
    at.start <= at.end && sql.get(at.clone()).is_some()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_allowed_statement_stays_so_between_blanks_and_comments(
        (sql, rules) in allowed(),
        before in prop::collection::vec(select(&BETWEEN[..HARMLESS]), 0..4),
        after in prop::collection::vec(select(&BETWEEN[..HARMLESS]), 0..4),
    ) {
        // A comment to the end of the line may stand last.
        let wrapped = format!("{}{sql}\n{}", before.concat(), after.concat());
        prop_assert_eq!(check(&wrapped, &rules).err(), None, "{}", wrapped);
    }

    #[test]
    fn an_allowed_statement_stays_so_with_more_between_its_tokens(
        // Inside an executable comment the end of another would end it.
        (sql, rules) in allowed().prop_filter("no executable comment", |(sql, _)| !executable::is_in(sql)),
        between in prop::collection::vec(select(&BETWEEN[..HARMLESS]), 1..6),
    ) {
        let written = written(&sql, rules.sql_mode, &between);
        prop_assert_eq!(check(&written, &rules).err(), None, "{}", written);
    }

    #[test]
    fn a_second_statement_is_refused(
        (sql, rules) in allowed(),
        second in select(SECOND),
        between in prop::collection::vec(select(BETWEEN), 0..4),
        first: bool,
    ) {
        let between = between.concat();
        let two = if first {
            format!("{second}{between}\n;{sql}")
        } else {
            format!("{sql}\n;{between}{second}")
        };
        prop_assert!(check(&two, &rules).is_err(), "{}", two);
    }

    #[test]
    fn the_case_of_words_does_not_matter((sql, rules) in allowed(), upper: bool) {
        let mut other = String::new();
        for token in tokens(&sql, rules.sql_mode) {
            let text = token.text(&sql);
            other += &match token.kind {
                TokenKind::Word if text.starts_with(['x', 'X', '0']) => text.to_owned(),
                TokenKind::Word if upper => text.to_ascii_uppercase(),
                TokenKind::Word => text.to_ascii_lowercase(),
                _ => text.to_owned(),
            };
        }
        prop_assert_eq!(check(&other, &rules).err(), None, "{}", other);
    }

    #[test]
    fn any_text_is_read_without_a_panic(sql in any_text(), rules in any_rules()) {
        let named = ("a".to_owned(), Value::Null);
        let values = Values { positional: vec![Value::Int(1)], named: [named].into() };
        placeholders::bind(&sql, &values, rules.sql_mode).ok();
        kind_of(&sql, &rules);
        for reading in [Reading::Code, Reading::Comments, Reading::Server(rules.dialect)] {
            let joined: String = tokens_as(&sql, rules.sql_mode, reading).iter().map(|token| token.text(&sql)).collect();
            prop_assert_eq!(&joined, &sql);
        }
        let mut end = 0;
        for statement in statement::split(&sql, rules.sql_mode) {
            prop_assert!(statement.range.start >= end && is_place_in(&sql, &statement.range));
            end = statement.range.end;
        }
        if let Err(refusal) = check(&sql, &rules) {
            prop_assert!(is_place_in(&sql, &refusal.at), "{:?}", refusal.at);
            if let Some(query) = refusal.query {
                prop_assert_eq!(check(&query, &rules).err(), None, "{}", query);
            }
        }
    }

    #[test]
    fn an_executable_comment_passes_only_if_it_may_be_code_and_may_be_none(
        (head, inner, tail) in (prop_oneof![plain_text(), Just("SELECT 1".to_owned())], plain_text(), plain_text()),
        mark in select(vec!["/*!", "/*!50000", "/*!80000", "/*!999999", "/*M!", "/*M!100000", "/*T!"]),
        rules in any_rules(),
    ) {
        let commented = format!("{head} {mark} {inner} */ {tail}");
        // Nothing at all is no statement, and does nothing.
        let passes = |sql: &str| check(sql, &rules).map_or_else(|refusal| refusal.kind == Kind::Empty, |_| true);
        if check(&commented, &rules).is_ok() {
            prop_assert!(passes(&format!("{head} {inner} {tail}")), "as code: {}", commented);
            prop_assert!(passes(&format!("{head} {tail}")), "without it: {}", commented);
        }
    }
}
