//! A table with one column of every type of the server, and values that programs get wrong: the least, the greatest,
//! and an odd one. A fourth row is all NULL.

use super::{Kind, Result, Writer};

/// A column: its name, its type, and an SQL literal for each of the first three rows.
struct Column(&'static str, &'static str, [&'static str; 3]);

/// Rows of `shop.every_type`.
pub(super) const ROWS: u64 = 4;

/// Makes the table and fills it.
pub(super) async fn create(writer: &mut Writer) -> Result<()> {
    let columns = columns(writer.kind(), writer.release());
    let defined: Vec<String> = columns
        .iter()
        .map(|Column(name, kind, _)| {
            // Without NULL said, an older MariaDB makes the first TIMESTAMP one that fills itself.
            format!("`{name}` {kind} NULL")
        })
        .collect();
    writer
        .run(&format!(
            "CREATE TABLE shop.every_type (id INT AUTO_INCREMENT PRIMARY KEY, {}) \
             CHARACTER SET utf8mb4 COMMENT='One column of every type, with unpleasant values'",
            defined.join(", ")
        ))
        .await?;
    // Zero dates are what this table is for; the servers' default mode refuses them.
    writer.run("SET SESSION sql_mode = ''").await?;
    for row in 0..3 {
        let values: Vec<&str> = columns
            .iter()
            .map(|Column(_, _, values)| values[row])
            .collect();
        let sql = format!(
            "INSERT INTO shop.every_type VALUES (NULL, {})",
            values.join(", ")
        );
        writer.run(&sql).await?;
    }
    writer
        .run("INSERT INTO shop.every_type () VALUES ()")
        .await?;
    writer.run("SET SESSION sql_mode = DEFAULT").await
}

fn columns(kind: Kind, release: (u32, u32)) -> Vec<&'static Column> {
    let special = match kind {
        Kind::MySql => MYSQL,
        Kind::MariaDb => MARIADB,
    };
    let late: &[Column] = if kind == Kind::MariaDb && release >= (11, 7) {
        MARIADB_11_7
    } else {
        &[]
    };
    [NUMBERS, TIMES, TEXTS, BYTES, SHAPES, special, late]
        .into_iter()
        .flatten()
        .collect()
}

const NUMBERS: &[Column] = &[
    Column("tinyint", "TINYINT", ["-128", "127", "0"]),
    Column("tinyint_unsigned", "TINYINT UNSIGNED", ["0", "255", "128"]),
    Column("bool", "TINYINT(1)", ["0", "1", "-128"]),
    Column("smallint", "SMALLINT", ["-32768", "32767", "-1"]),
    Column(
        "smallint_unsigned",
        "SMALLINT UNSIGNED",
        ["0", "65535", "32768"],
    ),
    Column("mediumint", "MEDIUMINT", ["-8388608", "8388607", "-1"]),
    Column(
        "mediumint_unsigned",
        "MEDIUMINT UNSIGNED",
        ["0", "16777215", "8388608"],
    ),
    Column("int", "INT", ["-2147483648", "2147483647", "-1"]),
    Column(
        "int_unsigned",
        "INT UNSIGNED",
        ["0", "4294967295", "2147483648"],
    ),
    Column("int_zerofill", "INT(8) ZEROFILL", ["0", "4294967295", "42"]),
    Column(
        "bigint",
        "BIGINT",
        [
            "-9223372036854775808",
            "9223372036854775807",
            "9007199254740993",
        ],
    ),
    Column(
        "bigint_unsigned",
        "BIGINT UNSIGNED",
        ["0", "18446744073709551615", "9223372036854775808"],
    ),
    Column(
        "bigint_zerofill",
        "BIGINT(20) ZEROFILL",
        ["0", "18446744073709551615", "7"],
    ),
    Column(
        "decimal",
        "DECIMAL(65,30)",
        [
            "-99999999999999999999999999999999999.999999999999999999999999999999",
            "99999999999999999999999999999999999.999999999999999999999999999999",
            "0.000000000000000000000000000001",
        ],
    ),
    Column(
        "decimal_zerofill",
        "DECIMAL(10,2) ZEROFILL",
        ["0", "99999999.99", "1.5"],
    ),
    Column("float", "FLOAT", ["-3.40282e38", "3.40282e38", "16777217"]),
    Column(
        "float_fixed",
        "FLOAT(7,4)",
        ["-999.9999", "999.9999", "0.1"],
    ),
    Column(
        "double",
        "DOUBLE",
        ["-1.7976931348623157e308", "2.2250738585072014e-308", "0.1"],
    ),
    Column("bit", "BIT(1)", ["b'0'", "b'1'", "b'1'"]),
    Column(
        "bit_64",
        "BIT(64)",
        ["b'0'", "0xffffffffffffffff", "0x8000000000000001"],
    ),
];

const TIMES: &[Column] = &[
    Column(
        "date",
        "DATE",
        ["'0000-00-00'", "'9999-12-31'", "'2024-00-15'"],
    ),
    Column(
        "datetime",
        "DATETIME",
        [
            "'0000-00-00 00:00:00'",
            "'9999-12-31 23:59:59'",
            "'2024-02-00 12:34:56'",
        ],
    ),
    Column(
        "datetime_6",
        "DATETIME(6)",
        [
            "'0000-00-00 00:00:00.000000'",
            "'9999-12-31 23:59:59.999999'",
            "'2024-02-29 12:34:56.000001'",
        ],
    ),
    Column(
        "timestamp",
        "TIMESTAMP",
        [
            "'0000-00-00 00:00:00'",
            "'2038-01-19 03:14:07'",
            "'1970-01-01 00:00:01'",
        ],
    ),
    Column(
        "timestamp_3",
        "TIMESTAMP(3)",
        [
            "'0000-00-00 00:00:00.000'",
            "'2038-01-19 03:14:07.499'",
            "'1970-01-01 00:00:01.001'",
        ],
    ),
    Column(
        "time",
        "TIME",
        ["'-838:59:59'", "'838:59:59'", "'00:00:00'"],
    ),
    Column(
        "time_6",
        "TIME(6)",
        [
            "'-838:59:58.999999'",
            "'838:59:58.999999'",
            "'-00:00:00.000001'",
        ],
    ),
    Column("year", "YEAR", ["0000", "2155", "1901"]),
];

const TEXTS: &[Column] = &[
    Column(
        "char",
        "CHAR(20)",
        ["''", "'日本語 한국어 中文'", "'e\u{301} is not \u{e9}'"],
    ),
    Column(
        "varchar",
        "VARCHAR(255)",
        [
            "''",
            "'👩‍👩‍👧‍👦 🇯🇵 🏳️‍🌈'",
            "'tab\\tnul\\0bell\u{7}escape\u{1b}[31mred'",
        ],
    ),
    Column(
        "varchar_latin1",
        "VARCHAR(40) CHARACTER SET latin1",
        ["''", "'naïve café ÿ'", "'it''s \"quoted\" `so`'"],
    ),
    Column(
        "varchar_binary",
        "VARCHAR(40) COLLATE utf8mb4_bin",
        ["'NULL'", "'null'", "' blanks around '"],
    ),
    Column(
        "tinytext",
        "TINYTEXT",
        ["''", "'\u{feff}byte order mark'", "'\\\\N'"],
    ),
    Column(
        "text",
        "TEXT",
        [
            "''",
            "'first\\nsecond\\r\\nthird'",
            "'\u{202e}backwards\u{202c} \u{2066}isolated\u{2069} \u{200b}nothing'",
        ],
    ),
    Column(
        "mediumtext",
        "MEDIUMTEXT",
        ["''", "'שלום עולם مرحبا'", "REPEAT('long 長い ', 2000)"],
    ),
    Column(
        "longtext",
        "LONGTEXT",
        ["''", "'a,b;c\"d'", "REPEAT('x', 70000)"],
    ),
    Column(
        "enum",
        "ENUM('','a,b','it''s','日本','\"','0')",
        ["''", "'it''s'", "'0'"],
    ),
    Column(
        "set",
        "SET('one','two words','ü','it''s','日本')",
        ["''", "'one,two words,ü,it''s,日本'", "'日本,one'"],
    ),
    Column(
        "json",
        "JSON",
        [
            "'null'",
            "'{\"\": [1.0, 1.7e308, 18446744073709551616], \"é\": \"\\\\u0000 😀\", \"a\": {\"a\": {}}}'",
            "'\"just text\"'",
        ],
    ),
];

const BYTES: &[Column] = &[
    Column(
        "binary",
        "BINARY(8)",
        ["''", "x'ffffffffffffffff'", "'text'"],
    ),
    Column(
        "varbinary",
        "VARBINARY(64)",
        ["''", "x'00ff00ff'", "'looks like text'"],
    ),
    Column(
        "tinyblob",
        "TINYBLOB",
        ["''", "x'89504e470d0a1a0a'", "x'c328'"],
    ),
    Column("blob", "BLOB", ["''", "REPEAT(x'00', 5000)", "x'efbbbf'"]),
    Column(
        "mediumblob",
        "MEDIUMBLOB",
        ["''", "REPEAT(x'deadbeef', 4000)", "x'0a'"],
    ),
    Column(
        "longblob",
        "LONGBLOB",
        ["''", "REPEAT(x'ff', 70000)", "x'27'"],
    ),
];

const SHAPES: &[Column] = &[
    Column(
        "geometry",
        "GEOMETRY",
        [
            "ST_GeomFromText('POINT(0 0)')",
            "ST_GeomFromText('LINESTRING(-180 -90, 180 90)')",
            "ST_GeomFromText('POINT(1e-300 -1e300)')",
        ],
    ),
    Column(
        "point",
        "POINT",
        [
            "ST_GeomFromText('POINT(0 0)')",
            "ST_GeomFromText('POINT(180 90)')",
            "ST_GeomFromText('POINT(-0.5 1e10)')",
        ],
    ),
    Column(
        "linestring",
        "LINESTRING",
        [
            "ST_GeomFromText('LINESTRING(0 0, 1 1)')",
            "ST_GeomFromText('LINESTRING(0 0, 1 1, 2 0, 3 1)')",
            "NULL",
        ],
    ),
    Column(
        "polygon",
        "POLYGON",
        [
            "ST_GeomFromText('POLYGON((0 0, 1 0, 1 1, 0 0))')",
            "ST_GeomFromText('POLYGON((0 0, 9 0, 9 9, 0 9, 0 0), (1 1, 2 1, 2 2, 1 1))')",
            "NULL",
        ],
    ),
    Column(
        "multipoint",
        "MULTIPOINT",
        [
            "ST_GeomFromText('MULTIPOINT(0 0)')",
            "ST_GeomFromText('MULTIPOINT(0 0, 1 1, 2 2)')",
            "NULL",
        ],
    ),
    Column(
        "multilinestring",
        "MULTILINESTRING",
        [
            "ST_GeomFromText('MULTILINESTRING((0 0, 1 1))')",
            "ST_GeomFromText('MULTILINESTRING((0 0, 1 1), (2 2, 3 3))')",
            "NULL",
        ],
    ),
    Column(
        "multipolygon",
        "MULTIPOLYGON",
        [
            "ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)))')",
            "ST_GeomFromText('MULTIPOLYGON(((0 0, 1 0, 1 1, 0 0)), ((5 5, 6 5, 6 6, 5 5)))')",
            "NULL",
        ],
    ),
    Column(
        "geometrycollection",
        "GEOMETRYCOLLECTION",
        [
            "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1))')",
            "ST_GeomFromText('GEOMETRYCOLLECTION(POINT(1 1), LINESTRING(0 0, 1 1))')",
            "NULL",
        ],
    ),
];

const MYSQL: &[Column] = &[Column(
    "vector",
    "VECTOR(3)",
    [
        "STRING_TO_VECTOR('[0,0,0]')",
        "STRING_TO_VECTOR('[1,-2.5,3e38]')",
        "STRING_TO_VECTOR('[1.5e-38,-0,0.1]')",
    ],
)];

const MARIADB: &[Column] = &[
    Column(
        "uuid",
        "UUID",
        [
            "'00000000-0000-0000-0000-000000000000'",
            "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
            "'123e4567-e89b-12d3-a456-426655440000'",
        ],
    ),
    Column(
        "inet4",
        "INET4",
        ["'0.0.0.0'", "'255.255.255.255'", "'127.0.0.1'"],
    ),
    Column(
        "inet6",
        "INET6",
        [
            "'::'",
            "'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'",
            "'::ffff:192.0.2.1'",
        ],
    ),
];

const MARIADB_11_7: &[Column] = &[Column(
    "vector",
    "VECTOR(3)",
    [
        "VEC_FromText('[0,0,0]')",
        "VEC_FromText('[1,-2.5,3e38]')",
        "VEC_FromText('[1.5e-38,-0,0.1]')",
    ],
)];
