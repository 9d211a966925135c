//! The statements of `tests/data/guard`: what must pass, and what must be refused, by which word at which place.

use super::*;

pub(super) const PASS: &str = include_str!("../../../../../tests/data/guard/pass.sql");
pub(super) const REFUSE: &str = include_str!("../../../../../tests/data/guard/refuse.sql");

/// One block of a file.
pub(super) struct Case {
    pub(super) sql: String,
    pub(super) rules: Vec<Rules>,
    /// Word and place of the refusal, where there is one.
    refusal: Option<(String, Range<usize>)>,
}

pub(super) fn cases(file: &str) -> Vec<Case> {
    file.split("\n\n").filter_map(case).collect()
}

fn case(block: &str) -> Option<Case> {
    let mut lines: Vec<&str> = block.trim_matches('\n').lines().collect();
    let mut whom = "both";
    let about = lines.iter().take_while(|line| is_about(line)).count();
    for line in lines.drain(..about) {
        whom = line.strip_prefix("#! ").unwrap_or(whom);
    }
    let word = lines
        .last()
        .and_then(|line| line.strip_prefix("=> "))
        .map(visible);
    if word.is_some() {
        lines.pop();
    }
    if lines.is_empty() {
        return None;
    }
    let marked = visible(&lines.join("\n"));
    let place = |mark: char| marked.find(mark);
    let refusal = word.map(|word| {
        let start = place('«').expect("a refusal has a place");
        let end = place('»').expect("a place has an end") - '«'.len_utf8();
        (word, start..end)
    });
    Some(Case {
        sql: marked.replace(['«', '»'], ""),
        rules: rules(whom),
        refusal,
    })
}

/// `# why` and `#! for whom`, before the statement; a statement's own comments are told by what stands before them.
fn is_about(line: &&str) -> bool {
    line.starts_with("# ") || line.starts_with("#! ")
}

/// Characters that no editor shows are written by name.
fn visible(text: &str) -> String {
    let names = [
        ("<NUL>", "\0"),
        ("<SOH>", "\u{1}"),
        ("<TAB>", "\t"),
        ("<VT>", "\u{b}"),
        ("<FF>", "\u{c}"),
        ("<CR>", "\r"),
        ("<DEL>", "\u{7f}"),
        ("<NEL>", "\u{85}"),
        ("<NBSP>", "\u{a0}"),
        ("<ZWSP>", "\u{200b}"),
        ("<WIDE>", "\u{3000}"),
        ("<BOM>", "\u{feff}"),
    ];
    names
        .iter()
        .fold(text.to_owned(), |text, (name, c)| text.replace(name, c))
}

fn rules(whom: &str) -> Vec<Rules> {
    let mut words = whom.split(' ');
    let products = match words.next() {
        Some("mysql") => vec![Product::MySql],
        Some("mariadb") => vec![Product::MariaDb],
        _ => vec![Product::MySql, Product::MariaDb],
    };
    let rest: Vec<&str> = words.collect();
    let functions = if rest.contains(&"known") {
        known()
    } else {
        Functions::default()
    };
    let functions = Arc::new(functions);
    products
        .into_iter()
        .map(|product| Rules {
            dialect: Dialect::newest(product),
            sql_mode: SqlMode::parse(&rest.join(",")),
            functions: Arc::clone(&functions),
            call_stored_functions: true,
            check_tables: false,
        })
        .collect()
}

/// The functions of a server on which people have made some, also with the names of the server's own.
pub(super) fn known() -> Functions {
    let of = |access| ("shop".to_owned(), access);
    let writing = [
        "writes", "count", "ascii", "concat", "area", "equals", "left",
    ];
    let mut stored: HashMap<_, _> = writing
        .into_iter()
        .map(|name| (name.to_owned(), vec![of(DataAccess::Other)]))
        .collect();
    stored.insert("looks".to_owned(), vec![of(DataAccess::Reads)]);
    let both_ways = vec![
        of(DataAccess::Reads),
        ("other".to_owned(), DataAccess::Other),
    ];
    stored.insert("both_ways".to_owned(), both_ways);
    Functions {
        stored,
        loadable: vec!["udf".to_owned()],
        ..Functions::default()
    }
}

#[test]
fn what_must_pass_passes() {
    let mut wrong = Vec::new();
    for case in cases(PASS) {
        for rules in &case.rules {
            if let Err(refusal) = check(&case.sql, rules) {
                let product = rules.dialect.product;
                wrong.push(format!("{product}: {:?}: {refusal}", case.sql));
            }
        }
    }
    assert!(wrong.is_empty(), "refused:\n{}", wrong.join("\n"));
}

#[test]
fn what_must_be_refused_is_refused_by_its_word_and_place() {
    let mut wrong = Vec::new();
    for case in cases(REFUSE) {
        let expected = case.refusal.as_ref().expect("each case names its word");
        for rules in &case.rules {
            let found = check(&case.sql, rules)
                .err()
                .map(|refusal| (refusal.word, refusal.at));
            if found.as_ref() != Some(expected) {
                let product = rules.dialect.product;
                wrong.push(format!(
                    "{product}: {:?}: {found:?} for {expected:?}",
                    case.sql
                ));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "not refused, or for another reason:\n{}",
        wrong.join("\n")
    );
}

/// A file that nobody reads proves nothing.
#[test]
fn the_files_hold_cases() {
    assert!(cases(PASS).len() > 80);
    assert!(cases(REFUSE).len() > 200);
}

#[test]
fn the_profile_allows_stored_functions_or_not() {
    let mut rules = Rules {
        functions: Arc::new(known()),
        ..Rules::default()
    };
    for sql in ["SELECT looks(1)", "SELECT shop.looks(1)"] {
        assert!(check(sql, &rules).is_err(), "{sql}");
    }
    rules.call_stored_functions = true;
    for sql in ["SELECT looks(1)", "SELECT shop.looks(1)"] {
        assert!(check(sql, &rules).is_ok(), "{sql}");
    }
}

#[test]
fn what_an_old_server_does_not_have_can_be_somebodys_function() {
    let uuid_to_bin = (
        "uuid_to_bin".to_owned(),
        vec![("shop".to_owned(), DataAccess::Other)],
    );
    let mut rules = Rules {
        functions: Arc::new(Functions {
            stored: HashMap::from([uuid_to_bin]),
            loadable: vec!["lateral".to_owned()],
            ..Functions::default()
        }),
        call_stored_functions: true,
        ..Rules::default()
    };
    assert!(check("SELECT UUID_TO_BIN(a) FROM t", &rules).is_ok());
    rules.dialect.version = (5, 7, 44);
    assert!(check("SELECT UUID_TO_BIN(a) FROM t", &rules).is_err());
    assert!(check("SELECT LATERAL(1)", &rules).is_err());
}

#[test]
fn check_table_is_for_profiles_that_allow_it_and_never_upgrades() {
    let rules = Rules {
        check_tables: true,
        ..Rules::default()
    };
    assert!(check("CHECK TABLE t, u EXTENDED", &rules).is_ok());
    assert!(check("CHECK TABLE t", &Rules::default()).is_err());
    assert_eq!(
        check("CHECK TABLE t FOR UPGRADE", &rules).map_err(|refusal| refusal.at),
        Err(18..25)
    );
}
