//! Every type of both servers, exactly.

use porthole::{
    demo,
    engine::{
        schema::{self, Most},
        value::{self, Cell, Kind},
    },
};
use tokio_util::sync::CancellationToken;

use crate::{sessions::Opened, support};

/// Types that both servers have, a literal, and the text that the cell must have.
const COMMON: &[(&str, &str, &str)] = &[
    ("TINYINT", "-128", "-128"),
    ("TINYINT UNSIGNED", "255", "255"),
    ("SMALLINT", "-32768", "-32768"),
    ("MEDIUMINT", "-8388608", "-8388608"),
    ("MEDIUMINT UNSIGNED", "16777215", "16777215"),
    ("INT", "-2147483648", "-2147483648"),
    ("INT(6) UNSIGNED ZEROFILL", "42", "000042"),
    ("BIGINT", "-9223372036854775808", "-9223372036854775808"),
    (
        "BIGINT UNSIGNED",
        "18446744073709551615",
        "18446744073709551615",
    ),
    ("BOOLEAN", "TRUE", "1"),
    ("FLOAT", "0.1", "0.1"),
    ("FLOAT", "16777216", "16777216"),
    ("DOUBLE", "0.1", "0.1"),
    ("DOUBLE", "1e308", "1e308"),
    ("DOUBLE", "-0.000012345", "-0.000012345"),
    (
        "DECIMAL(65,30)",
        "-12345678901234567890123456789012345.123456789012345678901234567890",
        "-12345678901234567890123456789012345.123456789012345678901234567890",
    ),
    ("DECIMAL(10,2)", "1.5", "1.50"),
    ("BIT(1)", "b'1'", "1"),
    (
        "BIT(64)",
        "b'1111111111111111111111111111111111111111111111111111111111111111'",
        "18446744073709551615",
    ),
    ("DATE", "'0000-00-00'", "0000-00-00"),
    ("DATE", "'2026-02-00'", "2026-02-00"),
    ("DATE", "'9999-12-31'", "9999-12-31"),
    ("DATETIME", "'0000-00-00 00:00:00'", "0000-00-00 00:00:00"),
    (
        "DATETIME(6)",
        "'2026-01-02 03:04:05.000006'",
        "2026-01-02 03:04:05.000006",
    ),
    (
        "DATETIME(3)",
        "'2026-01-02 03:04:05'",
        "2026-01-02 03:04:05.000",
    ),
    (
        "TIMESTAMP NULL",
        "'2026-01-02 03:04:05'",
        "2026-01-02 03:04:05",
    ),
    ("TIME", "'-838:59:59'", "-838:59:59"),
    ("TIME", "'838:59:59'", "838:59:59"),
    ("TIME(2)", "'-00:00:00.05'", "-00:00:00.05"),
    ("YEAR", "0", "0000"),
    ("YEAR", "2155", "2155"),
    ("CHAR(5)", "'ab'", "ab"),
    ("VARCHAR(30)", "'日本 😀 \\'\"`\\\\'", "日本 😀 '\"`\\"),
    ("VARCHAR(30)", "''", ""),
    ("LONGTEXT", "'line 1\\nline 2\\0'", "line 1\nline 2\0"),
    ("BINARY(4)", "x'0001'", "0x00010000"),
    ("VARBINARY(4)", "x'FF00'", "0xFF00"),
    ("LONGBLOB", "''", "0x"),
    ("ENUM('a','b,ü','')", "'b,ü'", "b,ü"),
    ("ENUM('a','b,ü','')", "''", ""),
    ("SET('x','y','z')", "'x,z'", "x,z"),
    ("SET('x','y','z')", "''", ""),
    (
        "GEOMETRY",
        "ST_GeomFromText('POINT(1 2)')",
        "0x000000000101000000000000000000F03F0000000000000040",
    ),
];

const MYSQL: &[(&str, &str, &str)] = &[
    (
        "JSON",
        r#"'{"b": 1.10, "a": [null, "é"]}'"#,
        r#"{"a": [null, "é"], "b": 1.1}"#,
    ),
    ("VECTOR(2)", "TO_VECTOR('[1,2]')", "0x0000803F00000040"),
];

const MARIADB: &[(&str, &str, &str)] = &[
    ("JSON", r#"'{"b": 1.10}'"#, r#"{"b": 1.10}"#),
    (
        "UUID",
        "'6ccd780c-baba-1026-9564-5b8c656024db'",
        "6ccd780c-baba-1026-9564-5b8c656024db",
    ),
    ("INET6", "'::ffff:1.2.3.4'", "::ffff:1.2.3.4"),
    ("INET4", "'1.2.3.4'", "1.2.3.4"),
];

#[tokio::test]
async fn every_type_is_exact() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let own = if kind == demo::Kind::MariaDb {
            MARIADB
        } else {
            MYSQL
        };
        let cases: Vec<_> = COMMON.iter().chain(own).collect();
        let column = |(index, (name, ..)): (usize, &&(&str, &str, &str))| {
            format!("c{index} {name}, n{index} {name}")
        };
        let columns: Vec<String> = cases.iter().enumerate().map(column).collect();
        let names: Vec<String> = (0..cases.len()).map(|index| format!("c{index}")).collect();
        let literals: Vec<&str> = cases.iter().map(|(_, literal, _)| *literal).collect();
        db.db
            .run(&[
                "SET SESSION sql_mode = ''",
                &format!(
                    "CREATE TABLE every (id INT PRIMARY KEY, {}) ROW_FORMAT=DYNAMIC",
                    columns.join(", ")
                ),
                &format!(
                    "INSERT INTO every (id, {}) VALUES (1, {})",
                    names.join(", "),
                    literals.join(", ")
                ),
            ])
            .await;
        let (rows, _) = db.query("SELECT * FROM every").await.unwrap();
        assert_eq!(rows.rows(), 1);
        for (index, (name, literal, expected)) in cases.iter().enumerate() {
            let column = 1 + index * 2;
            let cell = rows.cell(0, column).unwrap();
            let shown = value::text(cell, rows.columns()[column].kind);
            assert_eq!(shown, *expected, "{name} {literal} on {kind:?}");
            assert_ne!(cell, Cell::Null, "{name} {literal} on {kind:?}");
            assert_eq!(
                rows.cell(0, column + 1),
                Some(Cell::Null),
                "NULL in {name} on {kind:?}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn kinds_tell_numbers_labels_and_bytes_apart() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        db.db.run(&["CREATE TABLE k (e ENUM('a'), s SET('a'), b BIT(3), j JSON, t TEXT, v VARBINARY(3), d DECIMAL(3,1), y YEAR)"]).await;
        let (rows, _) = db.query("SELECT *, NULL, 1.5, 1e0, 'x', x'00' FROM k").await.unwrap();
        let kinds: Vec<Kind> = rows.columns().iter().map(|column| column.kind).collect();
        let json = if kind == demo::Kind::MariaDb { Kind::Text } else { Kind::Json };
        let expected = [Kind::Enum, Kind::Set, Kind::Bit, json, Kind::Text, Kind::Binary, Kind::Decimal, Kind::Year];
        assert_eq!(kinds[..8], expected, "{kind:?}");
        assert_eq!(kinds[9..], [Kind::Decimal, Kind::Double, Kind::Text, Kind::Binary], "{kind:?}");
    })
    .await;
}

#[tokio::test]
async fn a_cell_of_one_mebibyte_arrives_whole() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let (rows, _) = db.query("SELECT REPEAT('é', 524288), 1").await.unwrap();
        let Some(Cell::Text(text)) = rows.cell(0, 0) else {
            panic!("no text on {kind:?}")
        };
        assert_eq!(text.len(), 1 << 20);
        assert!(text.starts_with("éé".as_bytes()) && text.ends_with("é".as_bytes()));
    })
    .await;
}

#[tokio::test]
async fn as_many_columns_as_the_servers_allow() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let items: Vec<String> = (0..4096)
            .map(|index| format!("{index} AS c{index}"))
            .collect();
        let (rows, _) = db
            .query(&format!("SELECT {}", items.join(", ")))
            .await
            .unwrap();
        assert_eq!(rows.columns().len(), 4096);
        assert_eq!(rows.cell(0, 4095), Some(Cell::Int(4095)), "{kind:?}");
    })
    .await;
}

#[tokio::test]
async fn no_rows_still_have_columns() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        let (rows, summary) = db
            .query("SELECT 1 AS a, 'x' AS b FROM DUAL WHERE 1 = 0")
            .await
            .unwrap();
        assert_eq!(
            (rows.rows(), summary.rows, rows.columns().len()),
            (0, 0, 2),
            "{kind:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn names_with_quotes_and_other_scripts_are_kept() {
    support::each_server(async |server| {
        let kind = server.kind;
        let db = Opened::create(server).await;
        db.db
            .run(&["CREATE TABLE `a``b \"c\" 'd' 日本` (`x``y` INT, `é€` INT, `select` INT)"])
            .await;
        let (rows, _) = db
            .query("SELECT * FROM `a``b \"c\" 'd' 日本`")
            .await
            .unwrap();
        let names: Vec<&str> = rows
            .columns()
            .iter()
            .map(|column| column.name.as_str())
            .collect();
        assert_eq!(names, ["x`y", "é€", "select"], "{kind:?}");
        assert_eq!(rows.columns()[0].table, "a`b \"c\" 'd' 日本");
        let (rows, _) = db
            .query("SELECT '😀' AS 'x\"`', 2 AS '日本'")
            .await
            .unwrap();
        assert_eq!(
            [
                rows.columns()[0].name.as_str(),
                rows.columns()[1].name.as_str()
            ],
            ["x\"`", "日本"],
            "{kind:?}"
        );
        let cancel = CancellationToken::new();
        let tables = schema::tables(&db.session, &db.db.name, Most::TABLES, &cancel)
            .await
            .unwrap();
        assert_eq!(tables.items[0].name, "a`b \"c\" 'd' 日本");
        let table = &tables.items[0].name;
        let columns = |most| schema::columns(&db.session, &db.db.name, table, most, &cancel);
        let whole = columns(Most::COLUMNS).await.unwrap();
        assert_eq!(whole.items[0].name, "x`y");
        assert!(!whole.cut);
        let two = columns(Most {
            rows: 2,
            ..Most::COLUMNS
        });
        let two = two.await.unwrap();
        assert_eq!((two.items.as_slice(), two.cut), (&whole.items[..2], true));
        let small = columns(Most {
            bytes: 0,
            ..Most::COLUMNS
        });
        assert!(small.await.unwrap().cut, "{kind:?}");
        cancel.cancel();
        assert!(columns(Most::COLUMNS).await.unwrap_err().is_cancelled());
    })
    .await;
}
