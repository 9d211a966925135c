use arrow_array::{
    ArrayRef, BinaryArray, Float32Array, Float64Array, Int64Array, NullArray, UInt64Array,
};
use expect_test::{Expect, expect};

use super::*;
use crate::engine::value::Kind as Values;

fn column(name: &str, kind: Values) -> Column {
    Column {
        name: name.to_owned(),
        database: String::new(),
        table: String::new(),
        column: String::new(),
        kind,
        type_name: String::new(),
        primary_key: false,
    }
}

struct Answer {
    columns: Vec<Column>,
    arrays: Vec<ArrayRef>,
}

fn answer<const N: usize>(columns: [(&str, Values, ArrayRef); N]) -> Answer {
    let mut answer = Answer {
        columns: Vec::new(),
        arrays: Vec::new(),
    };
    for (name, kind, array) in columns {
        answer.columns.push(column(name, kind));
        answer.arrays.push(array);
    }
    answer
}

impl Answer {
    /// Written in batches of `rows`, for what is written must not depend on them.
    fn in_batches(&self, format: Format, rows: usize) -> String {
        let schema = arrow_schema::Schema::new(
            self.arrays
                .iter()
                .map(|array| arrow_schema::Field::new("", array.data_type().clone(), true))
                .collect::<Vec<_>>(),
        );
        let batch = RecordBatch::try_new(Arc::new(schema), self.arrays.clone()).unwrap();
        let mut writer = Writer::new(format, self.columns.clone().into(), true);
        let mut out = Vec::new();
        writer.start(&mut out);
        for from in (0..batch.num_rows()).step_by(rows) {
            let length = rows.min(batch.num_rows() - from);
            writer.rows(&batch.slice(from, length), &mut out);
        }
        writer.finish(&mut out);
        String::from_utf8(out).unwrap()
    }

    #[track_caller]
    fn is_written(&self, format: Format, expect: &Expect) {
        let whole = self.in_batches(format, 8192);
        assert_eq!(whole, self.in_batches(format, 1));
        expect.assert_eq(&with_signs(&whole));
    }
}

/// A text that can stand in this file.
fn with_signs(text: &str) -> String {
    text.replace('\t', "→")
        .replace('\r', "␍")
        .replace('\0', "␀")
        .replace('\u{1b}', "␛")
        .replace('\u{202e}', "‹RLO›")
}

fn texts(values: &[Option<&[u8]>]) -> ArrayRef {
    Arc::new(values.iter().copied().collect::<BinaryArray>())
}

fn hostile() -> Answer {
    answer([
        (
            "a,\"b\"\t\\",
            Values::Text,
            texts(&[
                Some(b""),
                None,
                Some(b"NULL"),
                Some(b"a,b"),
                Some(b"say \"hi\""),
                Some(b"two\nlines\r\n"),
                Some(b"tab\there \\N"),
                Some("日本\u{202e}\u{1b}[31m".as_bytes()),
                Some(b"broken \xff\xfe utf-8\0"),
            ]),
        ),
        (
            "n",
            Values::Int,
            Arc::new(Int64Array::from_iter_values(-4..5)),
        ),
    ])
}

fn every_kind() -> Answer {
    let uints = |values: [Option<u64>; 3]| -> ArrayRef { Arc::new(UInt64Array::from_iter(values)) };
    let text =
        |a: &'static str, b: &'static str| texts(&[Some(a.as_bytes()), Some(b.as_bytes()), None]);
    answer([
        (
            "int",
            Values::Int,
            Arc::new(Int64Array::from_iter([Some(i64::MIN), Some(7), None])),
        ),
        (
            "uint",
            Values::UInt { zerofill: 0 },
            uints([Some(u64::MAX), Some(0), None]),
        ),
        (
            "zerofill",
            Values::UInt { zerofill: 5 },
            uints([Some(7), Some(123_456), None]),
        ),
        (
            "float",
            Values::Float,
            Arc::new(Float32Array::from_iter([Some(0.1), Some(-1e30), None])),
        ),
        (
            "double",
            Values::Double,
            Arc::new(Float64Array::from_iter([
                Some(1.0 / 3.0),
                Some(f64::NAN),
                None,
            ])),
        ),
        (
            "decimal",
            Values::Decimal,
            text("-0.10", "99999999999999999999.5"),
        ),
        ("date", Values::Date, text("0000-00-00", "2026-11-21")),
        (
            "datetime",
            Values::DateTime,
            text("2026-11-21 14:00:00.120", "0000-00-00 00:00:00.000"),
        ),
        ("time", Values::Time, text("-838:59:59", "00:00:01")),
        ("year", Values::Year, uints([Some(0), Some(2026), None])),
        ("text", Values::Text, text("Grüße", "")),
        ("enum", Values::Enum, text("small", "")),
        ("set", Values::Set, text("a,b", "")),
        ("json", Values::Json, text("{\"a\": 1.0}", "[]")),
        ("bit", Values::Bit, uints([Some(5), Some(u64::MAX), None])),
        (
            "binary",
            Values::Binary,
            texts(&[Some(b"\0\xff\""), Some(b""), None]),
        ),
        (
            "geometry",
            Values::Geometry,
            texts(&[Some(b"\x01\x02\x03\x04"), Some(b"\x00"), None]),
        ),
        (
            "vector",
            Values::Vector,
            texts(&[Some(&1_f32.to_le_bytes()), Some(b"\x00"), None]),
        ),
        ("null", Values::Null, Arc::new(NullArray::new(3))),
    ])
}

#[test]
fn csv_quotes_what_needs_it_and_tells_null_from_empty() {
    hostile().is_written(
        Format::Csv,
        &expect![[r#"
        "a,""b""→\",n
        "",-4
        ,-3
        NULL,-2
        "a,b",-1
        "say ""hi""",0
        "two
        lines␍
        ",1
        tab→here \N,2
        日本‹RLO›␛[31m,3
        broken �� utf-8␀,4
    "#]],
    );
}

#[test]
fn tsv_escapes_what_would_break_a_line() {
    hostile().is_written(
        Format::Tsv,
        &expect![[r#"
        a,"b"\t\\→n
        →-4
        \N→-3
        NULL→-2
        a,b→-1
        say "hi"→0
        two\nlines␍\n→1
        tab\there \\N→2
        日本‹RLO›␛[31m→3
        broken �� utf-8␀→4
    "#]],
    );
}

#[test]
fn json_strings_are_valid_whatever_the_server_sends() {
    hostile().is_written(
        Format::Json,
        &expect![[r#"
        [
        {"a,\"b\"\t\\":"","n":-4},
        {"a,\"b\"\t\\":null,"n":-3},
        {"a,\"b\"\t\\":"NULL","n":-2},
        {"a,\"b\"\t\\":"a,b","n":-1},
        {"a,\"b\"\t\\":"say \"hi\"","n":0},
        {"a,\"b\"\t\\":"two\nlines\r\n","n":1},
        {"a,\"b\"\t\\":"tab\there \\N","n":2},
        {"a,\"b\"\t\\":"日本‹RLO›\u001b[31m","n":3},
        {"a,\"b\"\t\\":"broken �� utf-8\u0000","n":4}
        ]
    "#]],
    );
}

#[test]
fn a_table_shows_marks_for_what_could_deceive() {
    hostile().is_written(
        Format::Table,
        &expect![[r#"
        a,"b"\t\             |  n
        ---------------------+---
                             | -4
        NULL                 | -3
        NULL                 | -2
        a,b                  | -1
        say "hi"             |  0
        two\nlines\r\n       |  1
        tab\there \N         |  2
        日本\u{202E}\x1B[31m |  3
        broken �� utf-8\x00  |  4
    "#]],
    );
}

#[test]
fn every_kind_in_csv() {
    every_kind().is_written(Format::Csv, &expect![[r#"
        int,uint,zerofill,float,double,decimal,date,datetime,time,year,text,enum,set,json,bit,binary,geometry,vector,null
        -9223372036854775808,18446744073709551615,00007,0.1,0.3333333333333333,-0.10,0000-00-00,2026-11-21 14:00:00.120,-838:59:59,0000,Grüße,small,"a,b","{""a"": 1.0}",5,0x00FF22,0x01020304,0x0000803F,
        7,0,123456,-1e30,NaN,99999999999999999999.5,2026-11-21,0000-00-00 00:00:00.000,00:00:01,2026,"","","",[],18446744073709551615,0x,0x00,0x00,
        ,,,,,,,,,,,,,,,,,,
    "#]]);
}

#[test]
fn every_kind_in_tsv() {
    every_kind().is_written(Format::Tsv, &expect![[r#"
        int→uint→zerofill→float→double→decimal→date→datetime→time→year→text→enum→set→json→bit→binary→geometry→vector→null
        -9223372036854775808→18446744073709551615→00007→0.1→0.3333333333333333→-0.10→0000-00-00→2026-11-21 14:00:00.120→-838:59:59→0000→Grüße→small→a,b→{"a": 1.0}→5→0x00FF22→0x01020304→0x0000803F→\N
        7→0→123456→-1e30→NaN→99999999999999999999.5→2026-11-21→0000-00-00 00:00:00.000→00:00:01→2026→→→→[]→18446744073709551615→0x→0x00→0x00→\N
        \N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N→\N
    "#]]);
}

#[test]
fn every_kind_in_ndjson() {
    every_kind().is_written(Format::Ndjson, &expect![[r#"
        {"int":-9223372036854775808,"uint":18446744073709551615,"zerofill":7,"float":0.1,"double":0.3333333333333333,"decimal":"-0.10","date":"0000-00-00","datetime":"2026-11-21 14:00:00.120","time":"-838:59:59","year":"0000","text":"Grüße","enum":"small","set":"a,b","json":"{\"a\": 1.0}","bit":5,"binary":"AP8i","geometry":"AQIDBA==","vector":"AACAPw==","null":null}
        {"int":7,"uint":0,"zerofill":123456,"float":-1e30,"double":null,"decimal":"99999999999999999999.5","date":"2026-11-21","datetime":"0000-00-00 00:00:00.000","time":"00:00:01","year":"2026","text":"","enum":"","set":"","json":"[]","bit":18446744073709551615,"binary":"","geometry":"AA==","vector":"AA==","null":null}
        {"int":null,"uint":null,"zerofill":null,"float":null,"double":null,"decimal":null,"date":null,"datetime":null,"time":null,"year":null,"text":null,"enum":null,"set":null,"json":null,"bit":null,"binary":null,"geometry":null,"vector":null,"null":null}
    "#]]);
}

#[test]
fn every_kind_in_a_table() {
    every_kind().is_written(Format::Table, &expect![[r#"
                         int |                 uint | zerofill | float |             double |                decimal | date       | datetime                | time       | year | text  | enum  | set  | json       |                  bit | binary   | geometry   | vector     | null
        ---------------------+----------------------+----------+-------+--------------------+------------------------+------------+-------------------------+------------+------+-------+-------+------+------------+----------------------+----------+------------+------------+-----
        -9223372036854775808 | 18446744073709551615 |    00007 |   0.1 | 0.3333333333333333 |                  -0.10 | 0000-00-00 | 2026-11-21 14:00:00.120 | -838:59:59 | 0000 | Grüße | small | a,b  | {"a": 1.0} |                    5 | 0x00FF22 | 0x01020304 | 0x0000803F | NULL
                           7 |                    0 |   123456 | -1e30 |                NaN | 99999999999999999999.5 | 2026-11-21 | 0000-00-00 00:00:00.000 | 00:00:01   | 2026 |       |       |      | []         | 18446744073709551615 | 0x       | 0x00       | 0x00       | NULL
                        NULL |                 NULL |     NULL |  NULL |               NULL |                   NULL | NULL       | NULL                    | NULL       | NULL | NULL  | NULL  | NULL | NULL       |                 NULL | NULL     | NULL       | NULL       | NULL
    "#]]);
}

#[test]
fn json_and_ndjson_can_be_read_back() {
    for answer in [hostile(), every_kind()] {
        let array = answer.in_batches(Format::Json, 8192);
        let array: Vec<serde_json::Map<_, _>> = serde_json::from_str(&array).unwrap();
        let lines = answer.in_batches(Format::Ndjson, 8192);
        let lines: Vec<serde_json::Map<_, _>> = lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(array, lines);
        for row in lines {
            assert_eq!(row.len(), answer.columns.len());
        }
    }
}

#[test]
fn equal_names_get_numbers_that_no_other_column_has() {
    let one = || -> ArrayRef { Arc::new(Int64Array::from_iter_values([1])) };
    answer([
        ("a", Values::Int, one()),
        ("a", Values::Int, one()),
        ("a_2", Values::Int, one()),
        ("a", Values::Int, one()),
        ("", Values::Int, one()),
        ("", Values::Int, one()),
    ])
    .is_written(
        Format::Ndjson,
        &expect![[r#"
        {"a":1,"a_3":1,"a_2":1,"a_4":1,"":1,"_2":1}
    "#]],
    );
}

#[test]
fn an_answer_without_rows_has_its_header_and_is_valid() {
    let none = || {
        answer([
            (
                "a",
                Values::Int,
                Arc::new(Int64Array::new_null(0)) as ArrayRef,
            ),
            ("b", Values::Text, texts(&[])),
        ])
    };
    none().is_written(
        Format::Csv,
        &expect![[r"
        a,b
    "]],
    );
    none().is_written(
        Format::Table,
        &expect![[r"
        a | b
        --+--
    "]],
    );
    none().is_written(
        Format::Json,
        &expect![[r"
        []
    "]],
    );
    none().is_written(Format::Ndjson, &expect![""]);
}

#[test]
fn a_long_value_is_cut_in_a_table_and_nowhere_else() {
    let long = "日".repeat(1000);
    let answer = answer([
        ("t", Values::Text, texts(&[Some(long.as_bytes())])),
        ("b", Values::Binary, texts(&[Some(&[0xab; 1000])])),
    ]);
    assert!(answer.in_batches(Format::Tsv, 1).contains(&long));
    answer.is_written(Format::Table, &expect![[r"
        t                                                                               | b
        --------------------------------------------------------------------------------+----------------------------------------------------------------------------------------------
        日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日日… | 0xABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABABA… (1000 bytes)
    "]]);
}

#[test]
fn a_row_wider_than_the_measured_ones_is_not_cut_to_them() {
    let values: Vec<_> = (0..2000)
        .map(|row| if row == 1999 { "wider" } else { "x" })
        .collect();
    let values: Vec<_> = values.iter().map(|text| Some(text.as_bytes())).collect();
    let answer = answer([
        ("t", Values::Text, texts(&values)),
        ("u", Values::Text, texts(&values)),
    ]);
    let written = answer.in_batches(Format::Table, 100);
    assert_eq!(written.lines().count(), 2002);
    assert!(written.ends_with("x | x\nwider | wider\n"), "{written}");
}
