//! Tables of every column type of a server, and values for them that programs get wrong, among random ones.

use std::{fmt::Write as _, net::Ipv6Addr, rc::Rc};

use porthole::demo::{Kind, random::Random};

/// Makes an SQL literal.
type Literal = Rc<dyn Fn(&mut Random) -> String>;

/// A column.
#[derive(Clone)]
pub(super) struct Column {
    pub(super) name: String,
    /// Its type and what else stands in its definition.
    kind: String,
    /// None where it is generated.
    literal: Option<Literal>,
}

/// A table, of which the first column is `id`.
#[derive(Clone)]
pub(super) struct Table {
    pub(super) name: String,
    /// `id` is its primary key.
    pub(super) keyed: bool,
    pub(super) columns: Vec<Column>,
}

impl Column {
    fn new(
        name: impl Into<String>,
        kind: impl Into<String>,
        literal: impl Fn(&mut Random) -> String + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            kind: kind.into(),
            literal: Some(Rc::new(literal)),
        }
    }

    fn generated(name: &str, kind: &str) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            literal: None,
        }
    }

    pub(super) fn is_generated(&self) -> bool {
        self.literal.is_none()
    }

    fn is_nullable(&self) -> bool {
        !self.kind.contains("NOT NULL")
    }

    /// A value, NULL now and then. The column is not generated.
    pub(super) fn value(&self, random: &mut Random) -> String {
        if self.is_nullable() && random.chance(0.12) {
            return "NULL".to_owned();
        }
        self.literal.as_ref().unwrap()(random)
    }

    /// Without NULL said, an older MariaDB makes the first TIMESTAMP one that fills itself; and it does not take the
    /// word after others.
    fn definition(&self) -> String {
        let null = if self.kind.starts_with("TIMESTAMP") {
            " NULL"
        } else {
            ""
        };
        format!("{} {}{null}", self.name, self.kind)
    }
}

impl Table {
    fn new(name: &str, columns: Vec<Column>) -> Self {
        Self {
            name: name.to_owned(),
            keyed: true,
            columns,
        }
    }

    /// The same without a key, under another name.
    pub(super) fn keyless(&self) -> Self {
        Self {
            name: format!("{}_keyless", self.name),
            keyed: false,
            ..self.clone()
        }
    }

    pub(super) fn create(&self) -> String {
        let key = if self.keyed { " PRIMARY KEY" } else { "" };
        let columns: Vec<String> = self.columns.iter().map(Column::definition).collect();
        format!(
            "CREATE TABLE {} (id INT{key}, {}) ROW_FORMAT = DYNAMIC",
            self.name,
            columns.join(", ")
        )
    }

    /// Columns that a statement can give a value.
    pub(super) fn settable(&self) -> Vec<&Column> {
        let columns = self.columns.iter();
        columns.filter(|column| !column.is_generated()).collect()
    }

    /// All columns by name: `*` leaves invisible ones out.
    pub(super) fn names(&self) -> String {
        let names = self.columns.iter().map(|column| column.name.as_str());
        ["id"]
            .into_iter()
            .chain(names)
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Rows with these ids.
    pub(super) fn insert(&self, ids: impl IntoIterator<Item = u64>, random: &mut Random) -> String {
        self.insert_by(ids, |column| column.value(random))
    }

    /// A row with NULL in every column that takes it.
    pub(super) fn insert_nulls(&self, id: u64, random: &mut Random) -> String {
        self.insert_by([id], |column| {
            if column.is_nullable() {
                "NULL".to_owned()
            } else {
                column.value(random)
            }
        })
    }

    fn insert_by(
        &self,
        ids: impl IntoIterator<Item = u64>,
        mut value: impl FnMut(&Column) -> String,
    ) -> String {
        let columns = self.settable();
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let rows: Vec<String> = ids
            .into_iter()
            .map(|id| {
                let values: Vec<String> = columns.iter().map(|column| value(column)).collect();
                format!("({id}, {})", values.join(", "))
            })
            .collect();
        format!(
            "INSERT INTO {} (id, {}) VALUES {}",
            self.name,
            names.join(", "),
            rows.join(", ")
        )
    }

    /// Some columns of some rows get other values.
    pub(super) fn update(&self, count: usize, rows: &str, random: &mut Random) -> String {
        let columns = self.settable();
        let mut chosen: Vec<&Column> = Vec::new();
        while chosen.len() < count.min(columns.len()) {
            let column = *random.pick(&columns);
            if !chosen.iter().any(|other| other.name == column.name) {
                chosen.push(column);
            }
        }
        let set: Vec<String> = chosen
            .iter()
            .map(|column| format!("{} = {}", column.name, column.value(random)))
            .collect();
        format!("UPDATE {} SET {} WHERE {rows}", self.name, set.join(", "))
    }
}

/// Together, the tables have a column of every type, and of every character set. `release` is the server's.
pub(super) fn tables(kind: Kind, release: (u32, u32)) -> Vec<Table> {
    let year = if kind == Kind::MariaDb && release >= (11, 5) {
        2106
    } else {
        2038
    };
    let special = match kind {
        Kind::MySql => special_to_mysql(),
        Kind::MariaDb => special_to_mariadb(release),
    };
    vec![
        Table::new("numbers", numbers()),
        Table::new("times", times(year)),
        Table::new("charsets", charsets(kind)),
        Table::new("texts", texts()),
        Table::new("specials", special),
    ]
}

fn numbers() -> Vec<Column> {
    let mut columns = Vec::new();
    for (name, bits) in [
        ("TINYINT", 8),
        ("SMALLINT", 16),
        ("MEDIUMINT", 24),
        ("INT", 32),
        ("BIGINT", 64),
    ] {
        columns.push(Column::new(format!("s{bits}"), name, move |random| {
            integer(random, bits, true)
        }));
        let unsigned = format!("{name} UNSIGNED");
        columns.push(Column::new(format!("u{bits}"), unsigned, move |random| {
            integer(random, bits, false)
        }));
    }
    for (digits, scale) in [
        (1, 0),
        (5, 2),
        (9, 9),
        (10, 0),
        (18, 9),
        (30, 10),
        (38, 30),
        (65, 30),
        (65, 0),
        (20, 19),
    ] {
        let kind = format!("DECIMAL({digits},{scale})");
        columns.push(Column::new(
            format!("d{digits}_{scale}"),
            kind,
            move |random| decimal(random, digits, scale),
        ));
    }
    for bits in [1, 7, 8, 9, 13, 33, 64] {
        let literal = move |random: &mut Random| {
            let all = u64::MAX >> (64 - bits);
            let any = random.bits() & all;
            random.pick(&[0, all, any]).to_string()
        };
        columns.push(Column::new(
            format!("b{bits}"),
            format!("BIT({bits})"),
            literal,
        ));
    }
    let unsigned = |text: String| text.trim_start_matches('-').to_owned();
    columns.extend([
        Column::new("z", "INT(7) UNSIGNED ZEROFILL", |random| {
            integer(random, 24, false)
        }),
        Column::new("yes", "BOOL", |random| random.below(2).to_string()),
        Column::new("du", "DECIMAL(10,3) UNSIGNED", move |random| {
            unsigned(decimal(random, 10, 3))
        }),
        Column::new("dz", "DECIMAL(8,3) ZEROFILL", move |random| {
            unsigned(decimal(random, 8, 3))
        }),
        Column::new("f", "FLOAT", float),
        Column::new("f10", "FLOAT(10,3)", |random| {
            format!("{:.3}", random.unit() * 2e6 - 1e6)
        }),
        Column::new("fz", "FLOAT ZEROFILL", |_| "1.5".to_owned()),
        Column::new("e", "DOUBLE", double),
        Column::new("eu", "DOUBLE UNSIGNED", move |random| {
            unsigned(double(random))
        }),
    ]);
    columns
}

fn times(last_year: u64) -> Vec<Column> {
    let mut columns = vec![
        Column::new("day", "DATE", |random| {
            let any = date(random, 1, 9999);
            quoted(choose(
                random,
                &[
                    "0000-00-00",
                    "1000-01-01",
                    "9999-12-31",
                    "2024-02-29",
                    "2024-00-00",
                    "2024-05-00",
                    &any,
                    &any,
                ],
            ))
        }),
        Column::new("y", "YEAR", |random| {
            let any = (1901 + random.below(255)).to_string();
            choose(random, &["0", "1901", "2155", &any]).to_owned()
        }),
    ];
    for digits in 0..=6 {
        columns.push(Column::new(
            format!("t{digits}"),
            format!("TIME({digits})"),
            move |random| time(random, digits),
        ));
        columns.push(Column::new(
            format!("at{digits}"),
            format!("DATETIME({digits})"),
            move |random| {
                let any = moment(random, 0, 9998, digits);
                quoted(choose(
                    random,
                    &[
                        "0000-00-00 00:00:00",
                        "9999-12-31 23:59:59",
                        "2024-00-00 00:00:00",
                        &any,
                        &any,
                    ],
                ))
            },
        ));
        columns.push(Column::new(
            format!("ts{digits}"),
            format!("TIMESTAMP({digits})"),
            move |random| {
                let any = moment(random, 1971, last_year - 1, digits);
                let last = match last_year {
                    2038 => "2038-01-19 03:14:07",
                    _ => "2106-02-07 06:28:15",
                };
                quoted(choose(
                    random,
                    &[
                        "0000-00-00 00:00:00",
                        "1970-01-01 00:00:01",
                        last,
                        &any,
                        &any,
                    ],
                ))
            },
        ));
    }
    columns
}

const ASCII: &str = "abc XYZ012'\"\\\t\n\r,~";
const LATIN: &str = "abc XYZ012'\"\\\t\n\r,~äöüßéèñ€Ÿ£¥";
const JAPANESE: &str = "日本語カタカナひらがな漢字ｱｲｳabc\\~";
const JAPANESE_MORE: &str = "日本語カタカナひらがな漢字ｱｲｳabc\\~①";
const CHINESE: &str = "中文汉字测试国家abc，。";
const TAIWANESE: &str = "中文漢字測試國家abc，。";
const KOREAN: &str = "한국어글자테스트abc";
const PLANE: &str = "abc XYZ012'\"\\\t\n\r,~äöüßéèñ€Ÿ£¥日本語한글中文\u{200b}קאلعربية\u{301}";
const UNICODE: &str =
    "abc XYZ012'\"\\\t\n\r,~\0\u{1}\u{1a}äöüßéèñ€Ÿ£¥日本語한글中文𝄞😀\u{200b}קאلعربية\u{301}";

fn charsets(kind: Kind) -> Vec<Column> {
    let mut columns = Vec::new();
    let mut charset = |name: &str, letters: &'static str| {
        for (start, kind, most) in [
            ("c", "CHAR(20)", 8),
            ("v", "VARCHAR(100)", 40),
            ("x", "TEXT", 60),
        ] {
            columns.push(Column::new(
                format!("{start}_{name}"),
                format!("{kind} CHARACTER SET {name}"),
                move |random| text(random, letters, most),
            ));
        }
    };
    for (name, letters) in [
        ("utf8mb4", UNICODE),
        ("utf8mb3", PLANE),
        ("latin1", LATIN),
        ("ascii", ASCII),
        ("latin2", "abcąłśćž"),
        ("cp1251", "абвЖЯabc"),
        ("koi8r", "абвЖЯabc"),
        ("greek", "αβγabc"),
        ("hebrew", "אבגabc"),
        ("ucs2", PLANE),
        ("utf16", UNICODE),
        ("utf32", UNICODE),
        ("utf16le", UNICODE),
        ("gbk", CHINESE),
        ("gb2312", CHINESE),
        ("big5", TAIWANESE),
        ("sjis", JAPANESE),
        ("cp932", JAPANESE_MORE),
        ("ujis", JAPANESE),
        ("eucjpms", JAPANESE_MORE),
        ("euckr", KOREAN),
        ("swe7", "abcÄÖå"),
        ("tis620", "กขคabc"),
        ("cp850", "äöüé░▒abc"),
        ("macroman", "äö∞abc"),
    ] {
        charset(name, letters);
    }
    if kind == Kind::MySql {
        charset("gb18030", UNICODE);
    }
    columns
}

fn texts() -> Vec<Column> {
    let unicode = |most| move |random: &mut Random| text(random, UNICODE, most);
    let bytes = |most| move |random: &mut Random| bytes(random, most);
    let number = |labels: u64| {
        move |random: &mut Random| {
            // 0 is the error value.
            let least = u64::from(!random.chance(0.1));
            (least + random.below(labels + 1 - least)).to_string()
        }
    };
    let members = |labels: u32| {
        move |random: &mut Random| {
            let all = u64::MAX >> (64 - labels);
            let any = random.bits() & all;
            random.pick(&[0, all, any]).to_string()
        }
    };
    let labels = |count, start| {
        let labels: Vec<String> = (0..count).map(|at| format!("'{start}{at}'")).collect();
        labels.join(",")
    };
    vec![
        Column::new("c255", "CHAR(255) CHARACTER SET utf8mb4", unicode(100)),
        Column::new("v300", "VARCHAR(300) CHARACTER SET latin1", |random| {
            text(random, LATIN, 300)
        }),
        Column::new("tt", "TINYTEXT", unicode(50)),
        Column::new("mt", "MEDIUMTEXT", unicode(300)),
        Column::new("lt", "LONGTEXT", unicode(500)),
        Column::new("bin1", "BINARY(1)", bytes(1)),
        Column::new("bin4", "BINARY(4)", bytes(4)),
        Column::new("bin16", "BINARY(16)", bytes(16)),
        Column::new("bin255", "BINARY(255)", bytes(60)),
        Column::new("vb10", "VARBINARY(10)", bytes(10)),
        Column::new("vb400", "VARBINARY(400)", bytes(300)),
        Column::new("tb", "TINYBLOB", bytes(40)),
        Column::new("bl", "BLOB", bytes(300)),
        Column::new("mb", "MEDIUMBLOB", bytes(400)),
        Column::new("lb", "LONGBLOB", bytes(400)),
        Column::new(
            "c_bin",
            "VARCHAR(20) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin",
            unicode(20),
        ),
        Column::new(
            "e",
            r"ENUM('a','b','it''s','x y','é','日本','','a;b','\\back')",
            number(9),
        ),
        Column::new("el", "ENUM('ä','ß','c') CHARACTER SET latin1", number(3)),
        Column::new("eb", format!("ENUM({})", labels(300, "v")), number(300)),
        Column::new("es", "ENUM('ア','イ') CHARACTER SET sjis", number(2)),
        Column::new("eu", "ENUM('ア','b') CHARACTER SET utf16", number(2)),
        Column::new("ex", "ENUM('x','Y') CHARACTER SET binary", number(2)),
        Column::new("s3", "SET('x','ü','z') CHARACTER SET latin1", members(3)),
        Column::new("s9", format!("SET({})", labels(9, "k")), members(9)),
        Column::new("s33", format!("SET({})", labels(33, "s")), members(33)),
        Column::new("s64", format!("SET({})", labels(64, "s")), members(64)),
    ]
}

fn common() -> Vec<Column> {
    vec![
        Column::new("g", "GEOMETRY", geometry),
        Column::new("p", "POINT", |random| {
            format!("ST_GeomFromText('POINT({} 1)')", random.below(10))
        }),
        Column::generated("twice", "INT GENERATED ALWAYS AS (id * 2) VIRTUAL"),
        Column::generated(
            "named",
            "VARCHAR(20) GENERATED ALWAYS AS (CONCAT('g', id)) STORED",
        ),
        Column::new("hidden", "INT INVISIBLE DEFAULT 5", |random| {
            random.below(10).to_string()
        }),
        Column::new("x", "TEXT", |random| text(random, UNICODE, 30)),
    ]
}

fn special_to_mysql() -> Vec<Column> {
    let mut columns = common();
    columns.extend([
        Column::new("j", "JSON", mysql_json),
        Column::new("j2", "JSON", mysql_json),
        Column::new("v", "VECTOR(3)", |random| {
            format!("STRING_TO_VECTOR('{}')", vector(random))
        }),
    ]);
    columns
}

fn special_to_mariadb(release: (u32, u32)) -> Vec<Column> {
    let mut columns = common();
    columns.extend([
        Column::new("j", "JSON", |random| quoted(&json(random, 0))),
        Column::new("u", "UUID", uuid),
        Column::new("i6", "INET6", inet6),
        Column::new("i4", "INET4", |random| {
            let any = random.bits() as u32;
            let number = *random.pick(&[0, 1, u32::MAX, any]);
            quoted(&std::net::Ipv4Addr::from(number).to_string())
        }),
        Column::new("vc", "VARCHAR(500) COMPRESSED", |random| {
            text(random, UNICODE, 200)
        }),
        Column::new("tc", "TEXT COMPRESSED", |random| text(random, UNICODE, 300)),
        Column::new("bc", "BLOB COMPRESSED", |random| bytes(random, 400)),
        Column::new("lc", "LONGTEXT COMPRESSED CHARACTER SET latin1", |random| {
            text(random, LATIN, 500)
        }),
        Column::new("ttc", "TINYTEXT COMPRESSED", |random| {
            text(random, "ab", 200)
        }),
        Column::new("vbc", "VARBINARY(500) COMPRESSED", |random| {
            bytes(random, 300)
        }),
    ]);
    if release >= (11, 7) {
        columns.push(Column::new("v", "VECTOR(3) NOT NULL", |random| {
            format!("VEC_FromText('{}')", vector(random))
        }));
    }
    columns
}

/// One of these texts.
fn choose<'a>(random: &mut Random, from: &[&'a str]) -> &'a str {
    let chosen: &&str = random.pick(from);
    chosen
}

/// Text as a literal.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('\'', "''");
    format!("'{}'", text.replace('\0', "\\0"))
}

fn integer(random: &mut Random, bits: u32, signed: bool) -> String {
    let (least, most) = if signed {
        (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1)
    } else {
        (0, (1i128 << bits) - 1)
    };
    let any = least + i128::from(random.bits()) % (most - least + 1);
    let odd = if signed { -1 } else { 255 };
    random
        .pick(&[least, most, 0, 1, most / 2, any, any, odd])
        .to_string()
}

fn decimal(random: &mut Random, digits: usize, scale: usize) -> String {
    let mut any = |count: usize| -> String {
        (0..count.max(1))
            .map(|_| char::from(b'0' + random.below(10) as u8))
            .collect()
    };
    let (long, short) = (any(digits), any(digits / 2));
    let nines = "9".repeat(digits);
    let chosen = choose(random, &["0", "1", &nines, &long, &long, &short]);
    let padded = format!("{chosen:0>width$}", width = scale + 1);
    let (whole, part) = padded.split_at(padded.len() - scale);
    let sign = choose(random, &["", "-"]);
    if scale == 0 {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{part}")
    }
}

/// A finite one.
fn any_double(random: &mut Random) -> f64 {
    let any = loop {
        let any = f64::from_bits(random.bits());
        if any.abs() < 1.7e308 {
            break any;
        }
    };
    *random.pick(&[
        any,
        any,
        0.0,
        -0.0,
        1.5,
        -0.1,
        1e15,
        1e-5,
        123_456.789,
        1e22,
        5e-324,
        f64::MAX,
    ])
}

fn double(random: &mut Random) -> String {
    format!("{:e}", any_double(random))
}

fn float(random: &mut Random) -> String {
    let any = (random.unit() * 2e6 - 1e6) as f32;
    let small = random.unit() as f32;
    let number: f32 = *random.pick(&[
        0.1,
        1.5,
        -3.25,
        -0.0,
        1e10,
        3.4e38,
        1e-38,
        16_777_216.0,
        any,
        small,
    ]);
    format!("{number:e}")
}

fn date(random: &mut Random, from: u64, to: u64) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        from + random.below(to + 1 - from),
        1 + random.below(12),
        1 + random.below(28)
    )
}

fn fraction(random: &mut Random, digits: usize) -> String {
    if digits == 0 {
        return String::new();
    }
    format!(".{:06}", random.below(1_000_000))[..=digits].to_owned()
}

fn moment(random: &mut Random, from: u64, to: u64, digits: usize) -> String {
    format!(
        "{} {:02}:{:02}:{:02}{}",
        date(random, from, to),
        random.below(24),
        random.below(60),
        random.below(60),
        fraction(random, digits)
    )
}

fn time(random: &mut Random, digits: usize) -> String {
    let hours = random.below(838);
    let any = format!(
        "{}{:02}:{:02}:{:02}{}",
        choose(random, &["", "-"]),
        random.pick(&[0, 1, 23, 24, 100, 837, hours, hours]),
        random.below(60),
        random.below(60),
        fraction(random, digits)
    );
    let small = format!("-00:00:00{}", fraction(random, digits));
    let edges = ["838:59:59", "-838:59:59", "00:00:00", &small];
    quoted(if random.chance(0.1) {
        choose(random, &edges)
    } else {
        &any
    })
}

fn length(random: &mut Random, most: u64) -> u64 {
    let any = random.below(most + 1);
    *random.pick(&[0, 1, 2, most / 2, most, any])
}

fn letters(random: &mut Random, letters: &str, most: u64) -> String {
    let letters: Vec<char> = letters.chars().collect();
    (0..length(random, most))
        .map(|_| *random.pick(&letters))
        .collect()
}

fn text(random: &mut Random, alphabet: &str, most: u64) -> String {
    quoted(&letters(random, alphabet, most))
}

fn bytes(random: &mut Random, most: u64) -> String {
    let length = length(random, most).min(most);
    let mut hex = String::from("x'");
    for _ in 0..length {
        let any = random.below(256);
        write!(hex, "{:02x}", random.pick(&[0, 0, 255, any])).unwrap();
    }
    hex.push('\'');
    hex
}

fn vector(random: &mut Random) -> String {
    format!("[{}, -2, {:e}]", random.unit(), random.unit() as f32)
}

fn uuid(random: &mut Random) -> String {
    let hex = format!("{:016x}{:016x}", random.bits(), random.bits());
    let dashed = |hex: &str| {
        format!(
            "{}-{}-{}-{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[12..16],
            &hex[16..20],
            &hex[20..32]
        )
    };
    let version = |version: char| {
        let mut hex = hex.clone();
        hex.replace_range(12..13, &version.to_string());
        hex.replace_range(16..17, "a");
        dashed(&hex)
    };
    let all = [
        dashed(&hex),
        version('1'),
        version('4'),
        version('6'),
        version('7'),
        "00000000-0000-0000-0000-000000000000".to_owned(),
        "ffffffff-ffff-ffff-ffff-ffffffffffff".to_owned(),
        "0190163d-8694-739b-aea5-966c26f8ad90".to_owned(),
        "1ec9414c-232a-6b00-b3c8-9e6bdeced846".to_owned(),
        "00000000-0000-1000-8000-000000000000".to_owned(),
        "f0000000-0000-0000-9000-0000000000a0".to_owned(),
    ];
    let chosen: &String = random.pick(&all);
    quoted(chosen)
}

fn inet6(random: &mut Random) -> String {
    let mut octets = [0; 16];
    for octet in &mut octets {
        let any = random.below(256) as u8;
        *octet = *random.pick(&[0, 0, 0, any]);
    }
    let any = Ipv6Addr::from(octets).to_string();
    quoted(choose(
        random,
        &[
            "::",
            "::1",
            "::ffff:1.2.3.4",
            "::1.2.3.4",
            "2001:db8::1",
            "fe80::1:0:0:1",
            "1:0:0:2:0:0:0:3",
            "1:2:3:4:5:6:7:8",
            "1:0:3:4:5:6:7:8",
            "0:0:0:1::",
            "64:ff9b::1.2.3.4",
            &any,
            &any,
            &any,
        ],
    ))
}

fn geometry(random: &mut Random) -> String {
    let mut degree = || random.below(161).cast_signed() - 80;
    let (a, b, c, d) = (degree(), degree(), degree(), degree());
    random
        .pick(&[
            format!("ST_GeomFromText('POINT({a} {b})')"),
            format!("ST_GeomFromText('LINESTRING({a} {b},{c} {d},0.5 1.25)')"),
            "ST_GeomFromText('POLYGON((0 0,10 0,10 10,0 10,0 0))')".to_owned(),
            format!("ST_GeomFromText('GEOMETRYCOLLECTION(POINT({a} {b}),POINT(1 1))')"),
            format!("ST_GeomFromText('POINT({a} {b})', 4326)"),
        ])
        .clone()
}

/// A document as text.
fn json(random: &mut Random, depth: u32) -> String {
    let string = |text: String| serde_json::to_string(&text).unwrap();
    if depth > 3 || random.chance(0.55) {
        let number = integer(random, 64, true);
        let small = (random.below(2_000_001).cast_signed() - 1_000_000).to_string();
        let edge = *random.pick(&[
            "127",
            "128",
            "-32768",
            "32767",
            "32768",
            "65535",
            "65536",
            "-2147483648",
            "2147483647",
            "4294967296",
            "18446744073709551615",
        ]);
        let double = format!("{:?}", any_double(random));
        let scaled = format!(
            "{:e}",
            (random.unit() - 0.5) * 10f64.powi(random.below(41) as i32 - 20)
        );
        let long = string(letters(random, UNICODE, 20));
        let odd = string(letters(random, "a\u{1}\u{1f}\u{8}\u{c}/\"\\", 8));
        let chosen = choose(
            random,
            &[
                "null", "true", "false", &number, &small, edge, &double, &scaled, &long, &odd,
            ],
        );
        return chosen.to_owned();
    }
    let count = random.below(6);
    if random.chance(0.5) {
        let items: Vec<String> = (0..count).map(|_| json(random, depth + 1)).collect();
        return format!("[{}]", items.join(", "));
    }
    let mut keys: Vec<String> = (0..count)
        .map(|_| string(letters(random, "abcé日", 6)))
        .collect();
    keys.sort();
    keys.dedup();
    let members: Vec<String> = keys
        .iter()
        .map(|key| format!("{key}: {}", json(random, depth + 1)))
        .collect();
    format!("{{{}}}", members.join(", "))
}

/// What MySQL keeps in a document beyond what its text says.
const OPAQUE: [&str; 21] = [
    "CAST('2020-01-02' AS DATE)",
    "CAST('-100:11:12.345' AS TIME(3))",
    "CAST('2020-01-02 03:04:05.678901' AS DATETIME(6))",
    "TIMESTAMP'2020-01-02 10:11:12'",
    "1.50",
    "-0.001",
    "CAST(99999999999999999999.123456 AS DECIMAL(40,10))",
    "x'00ff10'",
    "b'1011'",
    "CAST(REPEAT('q', 200) AS BINARY)",
    "CAST('0000-00-00' AS DATETIME)",
    "ST_GeomFromText('POINT(1 2)')",
    "TRUE",
    "NULL",
    "1.0e0",
    "1e15",
    "CAST(5 AS UNSIGNED)",
    "CAST(-1 AS SIGNED)",
    "CAST('x' AS CHAR)",
    "CAST(REPEAT('z', 7000) AS CHAR)",
    "''",
];

fn mysql_json(random: &mut Random) -> String {
    let mut any = || *random.pick(&OPAQUE);
    let (a, b, c) = (any(), any(), any());
    match random.below(10) {
        0 | 1 => format!("JSON_ARRAY({a}, {b}, {c})"),
        2 => format!("JSON_OBJECT('k1', {a}, 'é', {b}, '', JSON_ARRAY({c}))"),
        3 => format!("JSON_ARRAY({a})"),
        _ => quoted(&json(random, 0)),
    }
}
