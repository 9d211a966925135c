//! What must hold for any text: asserted by the fuzz targets, and by an ordinary test for the inputs that are saved.

use std::{collections::HashMap, sync::Arc};

use crate::engine::sql::{
    dialect::{Dialect, Product},
    executable::Reading,
    guard::{self, DataAccess, Functions, Rules},
    kind::Kind,
    lexer::{SqlMode, Token, TokenKind, tokens_as},
    placeholders::{self, Value, Values},
    statement,
};

/// Servers of all ages.
const SERVERS: [Dialect; 7] = [
    server(Product::MySql, (5, 5, 62)),
    server(Product::MySql, (5, 7, 44)),
    server(Product::MySql, (8, 0, 36)),
    server(Product::MySql, (9, 7, 4)),
    server(Product::MariaDb, (5, 5, 68)),
    server(Product::MariaDb, (10, 11, 18)),
    server(Product::MariaDb, (11, 8, 6)),
];

const fn server(product: Product, version: (u16, u16, u16)) -> Dialect {
    Dialect { product, version }
}

/// The first byte says how the text after it is read; a text that is no UTF-8 is read with marks in its place.
fn input(data: &[u8]) -> (Rules, String) {
    let (flags, text) = data
        .split_first()
        .map_or((0, data), |(first, rest)| (*first, rest));
    let on = |bit: u8| flags & (1 << bit) != 0;
    let rules = Rules {
        dialect: SERVERS[usize::from(flags >> 5) % SERVERS.len()],
        sql_mode: SqlMode {
            ansi_quotes: on(0),
            no_backslash_escapes: on(1),
            oracle: on(2),
        },
        functions: if on(3) { known() } else { Arc::default() },
        call_stored_functions: on(4),
        check_tables: false,
    };
    (rules, String::from_utf8_lossy(text).into_owned())
}

fn known() -> Arc<Functions> {
    let of = |name: &str, access| (name.to_owned(), vec![("shop".to_owned(), access)]);
    Arc::new(Functions {
        stored: HashMap::from([
            of("looks", DataAccess::Reads),
            of("writes", DataAccess::Other),
            of("count", DataAccess::Other),
        ]),
        loadable: vec!["udf".to_owned()],
        ..Functions::default()
    })
}

/// Tokens join back to the text in every reading, and end between characters.
pub fn lexer(data: &[u8]) {
    let (rules, sql) = input(data);
    let servers = SERVERS.map(Reading::Server);
    for reading in servers
        .into_iter()
        .chain([Reading::Code, Reading::Comments])
    {
        let mut end = 0;
        for token in tokens_as(&sql, rules.sql_mode, reading) {
            assert_eq!(token.range.start, end, "tokens join");
            assert!(token.range.end > end, "each token has text");
            assert!(
                sql.get(token.range.clone()).is_some(),
                "tokens end between characters"
            );
            end = token.range.end;
        }
        assert_eq!(end, sql.len(), "nothing is left over");
    }
    let named = HashMap::from([("a".to_owned(), Value::Null)])
        .into_iter()
        .collect();
    let values = Values {
        positional: vec![Value::Int(1)],
        named,
    };
    if let Ok(bound) = placeholders::bind(&sql, &values, rules.sql_mode) {
        assert_eq!(
            bound.values.len(),
            1 + sql.matches(":a").count().min(bound.values.len() - 1)
        );
    }
}

/// Statements stand in order, have text, and are found again at their own places.
pub fn splitter(data: &[u8]) {
    let (rules, sql) = input(data);
    let statements = statement::split(&sql, rules.sql_mode);
    let mut end = 0;
    for one in &statements {
        assert!(
            one.range.start >= end && one.range.start < one.range.end,
            "in order"
        );
        let text = sql.get(one.range.clone()).expect("between characters");
        let blanks = [' ', '\n', '\t'];
        // What never ends has the rest of the text, blanks too.
        let ends = one.range.end == sql.len() || !text.ends_with(blanks);
        assert!(!text.starts_with(blanks) && ends, "no blanks around it");
        assert_eq!(statement::at(&statements, one.range.start), Some(one));
        end = one.range.end;
    }
}

/// What a refusal says is true of the text, what it offers may run, and what is allowed reads in the eyes of every
/// server.
pub fn guard(data: &[u8]) {
    let (rules, sql) = input(data);
    let kind = guard::kind_of(&sql, &rules);
    match guard::check(&sql, &rules) {
        Err(refusal) => {
            assert!(
                sql.get(refusal.at.clone()).is_some(),
                "its place is in the text"
            );
            if let Some(query) = &refusal.query {
                assert!(guard::check(query, &rules).is_ok(), "offered: {query}");
            }
        }
        Ok(checked) => {
            assert_eq!(checked.sql(), sql);
            assert!(kind == checked.kind() || kind == Kind::Empty, "{kind:?}");
            stays_allowed(&sql, &rules);
            two_are_refused(&sql, &rules);
            for server in SERVERS {
                reads_only(&sql, &rules, server);
            }
        }
    }
}

fn stays_allowed(sql: &str, rules: &Rules) {
    let wrapped = format!("\n/* ' */ -- \"\n{sql}\n# `");
    assert!(
        guard::check(&wrapped, rules).is_ok(),
        "with comments around it"
    );
    let lower: String = tokens_as(sql, rules.sql_mode, Reading::Code)
        .iter()
        .map(|token| lower(sql, token))
        .collect();
    assert!(
        guard::check(&lower, rules).is_ok(),
        "in small letters: {lower}"
    );
}

/// The same word in small letters, but for marks of strings, which have a meaning.
fn lower(sql: &str, token: &Token) -> String {
    let text = token.text(sql);
    if token.kind == TokenKind::Word {
        text.to_ascii_lowercase()
    } else {
        text.to_owned()
    }
}

fn two_are_refused(sql: &str, rules: &Rules) {
    for two in [
        format!("{sql}\n;DELETE FROM t"),
        format!("DELETE FROM t;\n{sql}"),
        format!("{sql}\n;/*!50000 DROP TABLE t */"),
        format!("SELECT 1;\n{sql}"),
    ] {
        assert!(guard::check(&two, rules).is_err(), "two statements: {two}");
    }
}

/// An oracle that knows less than the guard: the code that this server sees holds no word that writes or locks.
fn reads_only(sql: &str, rules: &Rules, server: Dialect) {
    let tokens = tokens_as(sql, rules.sql_mode, Reading::Server(server));
    let code: Vec<&str> = tokens
        .iter()
        .filter(|token| {
            let marks = [
                TokenKind::ExecutableOpen,
                TokenKind::ExecutableClose,
                TokenKind::Hint,
            ];
            token.is_code() && !marks.contains(&token.kind)
        })
        .map(|token| token.text(sql))
        .collect();
    let is = |at: usize, word: &str| {
        code.get(at)
            .is_some_and(|text| text.eq_ignore_ascii_case(word))
    };
    let Some(first) = code.iter().position(|text| *text != "(") else {
        return;
    };
    let may = [
        "SELECT", "TABLE", "VALUES", "WITH", "SHOW", "EXPLAIN", "DESCRIBE", "DESC", "ANALYZE",
        "HELP", "CHECKSUM", "USE", "XA", ";",
    ];
    assert!(
        may.iter().any(|word| is(first, word)),
        "begins with {}",
        code[first]
    );
    let plans = ["EXPLAIN", "DESCRIBE", "DESC"]
        .iter()
        .any(|word| is(0, word));
    for at in 1..code.len() {
        if code[at - 1] == "." {
            continue;
        }
        let word = code[at];
        assert!(plans || !is(at, "INTO"), "INTO");
        assert!(word != ":=", "sets a variable");
        assert!(
            word != ";" || code[at..].iter().all(|rest| *rest == ";"),
            "two statements"
        );
        let query = !is(first, "SHOW")
            && !is(first, "DESC")
            && !is(first, "DESCRIBE")
            && !is(first, "HELP");
        assert!(
            !query || !is(at, "FOR") || !is(at + 1, "UPDATE"),
            "FOR UPDATE"
        );
        let begins = ["SELECT", ",", "(", "=", "AND"];
        let value = begins.iter().any(|before| is(at - 1, before));
        let called = CALLS.iter().any(|call| is(at, call)) && is(at + 1, "(");
        assert!(
            !(value && called) || is_table_of_with(&code[at + 1..]),
            "calls {word}"
        );
    }
}

/// Functions that lock, wait, write or read a file.
const CALLS: [&str; 6] = [
    "get_lock",
    "release_lock",
    "load_file",
    "benchmark",
    "nextval",
    "setval",
];

/// A table of WITH may have any name: `(a, b) AS (` stands behind it, and behind no call.
fn is_table_of_with(behind: &[&str]) -> bool {
    let columns = behind.iter().position(|text| *text == ")");
    let body = columns.and_then(|end| behind.get(end + 1..end + 3));
    body.is_some_and(|body| body[0].eq_ignore_ascii_case("AS") && body[1] == "(")
}
