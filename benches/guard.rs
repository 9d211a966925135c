//! What the guard costs: statements a second beside reading their tokens alone, `porthole check` of 100,000 beside
//! parsing the same JSON alone, and texts made to be slow, at one length and twice that: linear time doubles.
//!
//! `PORTHOLE_BENCH_STATEMENTS` names a file with an object `{"sql": …}` a line; else the cases of `tests/data/guard`
//! are repeated.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

use std::{
    env,
    fs::{self, File},
    hint::black_box,
    io::Write as _,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use porthole::engine::sql::{
    dialect::{Dialect, Product},
    guard::{self, Rules},
    lexer::{SqlMode, tokens},
    statement,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RUNS: usize = 5;
/// Statements for the command.
const STATEMENTS: usize = 100_000;
const TARGET: Duration = Duration::from_secs(1);
/// Bytes of a hostile text; then twice as many.
const LENGTH: usize = 512 * 1024;
/// Twice the text may take this many times as long; the square of it would take four times.
const TARGET_RATIO: f64 = 3.0;

fn main() -> ExitCode {
    let measured = statements().and_then(|statements| {
        speed(&statements);
        command(&statements)
    });
    for hostile in HOSTILE {
        linear(hostile);
    }
    match measured {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("guard: not measured: {error}");
            ExitCode::FAILURE
        }
    }
}

/// As many statements as are asked for.
fn statements() -> Result<Vec<String>> {
    let some: Vec<String> = if let Some(path) = env::var_os("PORTHOLE_BENCH_STATEMENTS") {
        fs::read_to_string(path)?
            .lines()
            .map(|line| Ok(serde_json::from_str::<Submission>(line)?.sql))
            .collect::<Result<_>>()?
    } else {
        [
            include_str!("../tests/data/guard/pass.sql"),
            include_str!("../tests/data/guard/refuse.sql"),
        ]
        .iter()
        .flat_map(|file| file.split("\n\n"))
        .map(|block| {
            let lines = block.lines().filter(|line| !line.starts_with(['#', '=']));
            lines.collect::<Vec<_>>().join("\n").replace(['«', '»'], "")
        })
        .collect()
    };
    Ok(some.into_iter().cycle().take(STATEMENTS).collect())
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Submission {
    sql: String,
}

fn rules(product: Product) -> Rules {
    Rules {
        dialect: Dialect::newest(product),
        ..Rules::default()
    }
}

fn speed(statements: &[String]) {
    let bytes: usize = statements.iter().map(String::len).sum();
    let lexed = median(|| {
        for sql in statements {
            black_box(tokens(sql, SqlMode::default()));
        }
    });
    for product in [Product::MySql, Product::MariaDb] {
        let rules = rules(product);
        let checked = median(|| {
            for sql in statements {
                black_box(guard::check(sql, &rules).is_ok());
            }
        });
        println!(
            "| guard for {product}, {} statements of {} bytes on average | {:.0} statements a second | their tokens alone: {:.0} a second, {:.1} times as fast | | |",
            statements.len(),
            bytes / statements.len(),
            statements.len() as f64 / checked.as_secs_f64(),
            statements.len() as f64 / lexed.as_secs_f64(),
            checked.as_secs_f64() / lexed.as_secs_f64(),
        );
    }
}

/// The whole program, from its start to its last line.
fn command(statements: &[String]) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("statements.ndjson");
    let mut file = File::create(&path)?;
    for sql in statements {
        serde_json::to_writer(&mut file, &Submission { sql: sql.clone() })?;
        file.write_all(b"\n")?;
    }
    drop(file);
    let parsed = median(|| {
        let text = fs::read(&path).expect("it was just written");
        for line in text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            black_box(serde_json::from_slice::<Submission>(line).expect("it was just written"));
        }
    });
    for dialect in [&["--dialect", "mysql"][..], &[]] {
        let mut times = Vec::new();
        for _ in 0..RUNS {
            let start = Instant::now();
            let status = Command::new(env!("CARGO_BIN_EXE_porthole"))
                .args(["check", "--input", "ndjson", "--format", "ndjson"])
                .args(dialect)
                .arg(&path)
                .stdout(Stdio::null())
                .status()?;
            times.push(start.elapsed());
            if !matches!(status.code(), Some(0 | 3)) {
                return Err(format!("porthole check ended with {status}").into());
            }
        }
        times.sort_unstable();
        let checked = times[RUNS / 2];
        println!(
            "| `porthole check --input ndjson {}` of {} statements | {:.2} s | parsing the same JSON alone: {:.2} s, a ratio of {:.1} | at most {} s | {} |",
            dialect.join(" "),
            statements.len(),
            checked.as_secs_f64(),
            parsed.as_secs_f64(),
            checked.as_secs_f64() / parsed.as_secs_f64(),
            TARGET.as_secs(),
            verdict(checked <= TARGET)
        );
    }
    Ok(())
}

/// What stands once before, what is repeated, and what stands once after.
struct Hostile(&'static str, &'static str, &'static str);

const HOSTILE: &[Hostile] = &[
    Hostile("", "(", ""),
    Hostile("SELECT ", "f(", ""),
    Hostile("SELECT ", "count(", ""),
    Hostile("SELECT ", "a.", "a(1)"),
    Hostile("SELECT ", "a.a(", ""),
    Hostile("", "/*!50000", ""),
    Hostile("SELECT 1 ", "/*!50000 + 1 */", ""),
    Hostile("SELECT 1 ", "/*!99999 /*", ""),
    Hostile(
        "SELECT 1",
        "/*!10000 /*!20000 /*!30000 /*!40000 /*!50000 /*!60000 + 1 */",
        "",
    ),
    Hostile("EXPLAIN INSERT ", "INTO ", "t VALUES (1)"),
    Hostile("EXPLAIN ", "FORMAT = JSON ", "SELECT 1"),
    Hostile("", "\u{a0}", ""),
    Hostile("SELECT ", "`", ""),
    Hostile("SELECT '", "\\'", ""),
    Hostile("", "WITH a AS (", ""),
    Hostile("", "WITH a AS (SELECT 1) ", "SELECT 1"),
    Hostile("", "INSERT t WITH a AS (b) ", "DELETE FROM t"),
    Hostile("DELETE ", "FROM t USING ", ""),
    Hostile("SELECT /*+ ", "SET_VA ", "*/ 1"),
    Hostile("SELECT ", "- ", "1"),
    Hostile("", "DELIMITER;", ""),
    Hostile("", "DELIMITER //\n", ""),
    Hostile("DELIMITER ((((((((((((((((((((((((((((((((x\n", "(", ""),
    Hostile("", "SELECT 1;", ""),
];

/// One guard and one splitter over a text and over one twice as long.
fn linear(Hostile(before, repeated, after): &Hostile) {
    let text = |length: usize| {
        format!(
            "{before}{}{after}",
            repeated.repeat(length / repeated.len())
        )
    };
    let time = |sql: &str| {
        let rules = rules(Product::MariaDb);
        median(|| {
            black_box(guard::check(sql, &rules).is_ok());
            black_box(statement::split(sql, SqlMode::default()));
        })
    };
    let (once, twice) = (time(&text(LENGTH)), time(&text(2 * LENGTH)));
    let ratio = twice.as_secs_f64() / once.as_secs_f64();
    println!(
        "| guard and splitter: 1 MiB of `{}` | {:.1} ms | half of it: {:.1} ms, a ratio of {ratio:.1} | at most {TARGET_RATIO} | {} |",
        format!("{before}{repeated}").escape_debug(),
        twice.as_secs_f64() * 1e3,
        once.as_secs_f64() * 1e3,
        verdict(ratio <= TARGET_RATIO)
    );
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

fn median(mut run: impl FnMut()) -> Duration {
    let mut times: Vec<Duration> = (0..RUNS)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed()
        })
        .collect();
    times.sort_unstable();
    times[RUNS / 2]
}
