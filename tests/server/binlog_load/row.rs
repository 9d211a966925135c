//! Random rows: as SQL for the server, and as the NDJSON that they are to come back as.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use porthole::demo::random::Random;
use serde_json::{Map, Value, json};

use crate::support::hex_literal;

/// The tables.
pub(super) const TABLES: [&str; 5] = [
    "CREATE TABLE journal (id BIGINT UNSIGNED PRIMARY KEY, writer INT NOT NULL, seed BIGINT NOT NULL)",
    "CREATE TABLE items (id BIGINT UNSIGNED PRIMARY KEY, writer INT NOT NULL, version INT NOT NULL, m MEDIUMINT, \
     u INT UNSIGNED, d DECIMAL(20,6), f DOUBLE, s VARCHAR(200) CHARACTER SET utf8mb4, dt DATETIME(6), ts TIMESTAMP(3) NULL, \
     t TIME(3), y YEAR, e ENUM('one','two','drei'), st SET('x','y','z'), b BIT(12), bin VARBINARY(40), j JSON)",
    "CREATE TABLE docs (writer INT NOT NULL, nr BIGINT NOT NULL, body LONGTEXT NOT NULL, PRIMARY KEY (writer, nr))",
    "CREATE TABLE keyless (tag BIGINT NOT NULL, n INT NOT NULL, note VARCHAR(40) NOT NULL, KEY (tag))",
    "CREATE TABLE hot (id INT PRIMARY KEY, n BIGINT NOT NULL, last BIGINT NOT NULL)",
];

/// A row of `journal`.
pub(super) struct Journal {
    pub(super) number: u64,
    pub(super) writer: u64,
    pub(super) seed: u64,
}

impl Journal {
    pub(super) fn image(&self) -> Value {
        json!({"id": self.number, "writer": self.writer, "seed": self.seed})
    }

    pub(super) fn insert(&self) -> String {
        format!(
            "INSERT INTO journal VALUES ({},{},{})",
            self.number, self.writer, self.seed
        )
    }
}

/// A row of `items`.
pub(super) struct Row {
    pub(super) image: Value,
    literals: Vec<String>,
}

impl Row {
    pub(super) fn random(random: &mut Random, id: u64, writer: u64) -> Self {
        let mut image = Map::new();
        let mut literals = Vec::new();
        for (name, number) in [("id", id), ("writer", writer), ("version", 1)] {
            image.insert(name.to_owned(), json!(number));
            literals.push(number.to_string());
        }
        for (name, make) in COLUMNS {
            let (literal, value) = cell(random, *make);
            image.insert((*name).to_owned(), value);
            literals.push(literal);
        }
        Self {
            image: Value::Object(image),
            literals,
        }
    }

    pub(super) fn values(&self) -> String {
        format!("({})", self.literals.join(","))
    }

    /// Some columns get other values; what is set, and the row then.
    pub(super) fn changed(random: &mut Random, before: &Value) -> (String, Value) {
        let mut after = before.clone();
        let version = before["version"].as_u64().unwrap_or_default() + 1;
        after["version"] = json!(version);
        let mut set = vec![format!("version = {version}")];
        for (name, make) in COLUMNS {
            if random.chance(0.3) {
                let (literal, value) = cell(random, *make);
                after[*name] = value;
                set.push(format!("{name} = {literal}"));
            }
        }
        (set.join(", "), after)
    }
}

/// A value of `docs`: a text so often.
pub(super) struct Body {
    text: String,
    times: usize,
}

impl Body {
    pub(super) fn random(random: &mut Random) -> Self {
        let most = match random.below(200) {
            0 => 300_000,
            1..=20 => 10_000,
            _ => 200,
        };
        Self {
            text: format!("{:07} ", random.below(10_000_000)),
            times: random.below(most) as usize,
        }
    }

    pub(super) fn sql(&self) -> String {
        format!("REPEAT('{}', {})", self.text, self.times)
    }

    pub(super) fn image(&self, writer: u64, nr: u64) -> Value {
        json!({"writer": writer, "nr": nr, "body": self.text.repeat(self.times)})
    }
}

/// A literal, and the value that it has.
type Cell = (String, Value);
type Make = fn(&mut Random) -> Cell;

/// Of `items`, behind its key, writer and version.
const COLUMNS: &[(&str, Make)] = &[
    ("m", |random| {
        number(random.below(1 << 24).cast_signed() - (1 << 23))
    }),
    ("u", |random| number((random.bits() >> 32).cast_signed())),
    ("d", |random| {
        let (whole, part) = (random.below(10_u64.pow(14)), 1 + random.below(999_999));
        let sign = *random.pick(&["", "-"]);
        let text = format!("{sign}{whole}.{part:06}");
        (text.clone(), json!(text))
    }),
    ("f", |random| {
        // Exact in binary and in few digits.
        let value = (random.below(2_000_000) as f64 - 1e6) + 0.125;
        (value.to_string(), json!(value))
    }),
    ("s", |random| {
        let words = [
            "Größe",
            "日本",
            "😀",
            "a'b",
            "c\"d",
            "e\\f",
            "tab\tlf\n",
            "",
            "x",
        ];
        let count = random.below(12);
        let text: Vec<&str> = (0..count).map(|_| *random.pick(&words)).collect();
        quoted(&text.join(" "))
    }),
    ("dt", |random| {
        quoted(&format!(
            "{} {}.{:06}",
            day(random),
            clock(random),
            random.below(1_000_000)
        ))
    }),
    ("ts", |random| {
        quoted(&format!(
            "{} {}.{:03}",
            day(random),
            clock(random),
            random.below(1000)
        ))
    }),
    ("t", |random| {
        let sign = *random.pick(&["", "-"]);
        quoted(&format!(
            "{sign}{}.{:03}",
            clock(random),
            1 + random.below(999)
        ))
    }),
    ("y", |random| {
        quoted(&(1901 + random.below(255)).to_string())
    }),
    ("e", |random| label(random, &["one", "two", "drei"])),
    ("st", |random| label(random, &["", "x", "y,z", "x,y,z"])),
    ("b", |random| number(random.below(1 << 12).cast_signed())),
    ("bin", |random| {
        let length = random.below(40);
        let bytes: Vec<u8> = (0..length).map(|_| random.bits() as u8).collect();
        (hex_literal(&bytes), json!(STANDARD.encode(&bytes)))
    }),
    // As MySQL writes it, so that both servers have one text.
    ("j", |random| {
        quoted(&format!(
            r#"{{"a": {}, "bb": ["x", null, true]}}"#,
            random.below(1000)
        ))
    }),
];

fn cell(random: &mut Random, make: Make) -> Cell {
    if random.chance(0.1) {
        ("NULL".to_owned(), Value::Null)
    } else {
        make(random)
    }
}

fn number(number: i64) -> Cell {
    (number.to_string(), json!(number))
}

fn quoted(text: &str) -> Cell {
    let literal = text.replace('\\', "\\\\").replace('\'', "''");
    (format!("'{literal}'"), json!(text))
}

fn label(random: &mut Random, labels: &[&str]) -> Cell {
    quoted(random.pick::<&str>(labels))
}

fn day(random: &mut Random) -> String {
    let (year, month, day) = (
        1971 + random.below(60),
        1 + random.below(12),
        1 + random.below(28),
    );
    format!("{year}-{month:02}-{day:02}")
}

fn clock(random: &mut Random) -> String {
    let (hour, minute, second) = (random.below(24), random.below(60), random.below(60));
    format!("{hour:02}:{minute:02}:{second:02}")
}
