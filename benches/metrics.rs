//! An experiment of twenty million assignments, made by a seeded generator on a server whose buffer pool holds them:
//! `porthole experiment` beside the bare GROUP BY on the same server, the memory that it takes with and without its
//! analysis, and how soon Ctrl-C ends it. Without and with the covering index that Porthole suggests.
//!
//! `PORTHOLE_BENCH_ROWS` makes fewer assignments. It needs about 12 GiB of memory and 8 GiB of disk.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

mod common;
#[path = "common/process.rs"]
mod process;

use std::{
    env, fs,
    io::Write as _,
    path::Path,
    process::{Command, ExitCode, Stdio},
    time::{Duration, Instant},
};

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::demo::{Kind, Options, Server};

use self::process::{Run, run};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROWS: u64 = 20_000_000;
const RUNS: usize = 3;
/// A statement that takes longer is measured once.
const LONG: Duration = Duration::from_secs(30);
/// The first figures may take so many times what the server takes for the bare statement.
const TARGET: f64 = 1.2;
const TARGET_MIB: f64 = 256.0;
/// So soon after Ctrl-C the program has ended, whatever the server does.
const TARGET_END: Duration = Duration::from_secs(6);
/// The server may go on so much longer than after its own KILL QUERY.
const TARGET_STOP: Duration = Duration::from_secs(5);
/// When Ctrl-C comes, as a part of the time that the whole takes.
const STOPS: [f64; 3] = [0.02, 0.3, 0.7];
/// When KILL QUERY comes, as a part of the time that the bare GROUP BY takes.
const KILLS: [f64; 3] = [0.1, 0.4, 0.8];
/// The longest that a server may go on.
const PATIENCE: Duration = Duration::from_mins(10);
const BARE: &str = "SELECT variant_id, COUNT(DISTINCT user_id), SUM(converted) FROM bench.experiment_assignments \
                    WHERE experiment_id = 'big' GROUP BY variant_id";
const INDEX: &str = "CREATE INDEX ix_exp_variant_user ON bench.experiment_assignments \
                     (experiment_id, variant_id, user_id, converted, assigned_at)";

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let mut code = ExitCode::SUCCESS;
    for kind in [Kind::MariaDb, Kind::MySql] {
        if let Err(error) = runtime.block_on(measure(kind)) {
            println!("metrics on {kind}: not measured: {error}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

async fn measure(kind: Kind) -> Result<()> {
    let mut args = vec!["--innodb-buffer-pool-size=6G".to_owned()];
    args.extend(match kind {
        Kind::MariaDb => vec!["--innodb-log-file-size=1G".to_owned()],
        Kind::MySql => vec!["--innodb-redo-log-capacity=2G".to_owned()],
    });
    let server = Server::start(
        kind,
        &Options {
            args,
            ..Options::default()
        },
    )
    .await?;
    let mut admin = server.connect().await?;
    fill(&mut admin, rows()?).await?;
    compare(&server, &mut admin, "without the covering index").await?;
    admin.query_drop(INDEX).await?;
    compare(&server, &mut admin, "with it").await?;
    admin.disconnect().await?;
    Ok(())
}

fn rows() -> Result<u64> {
    Ok(match env::var("PORTHOLE_BENCH_ROWS") {
        Ok(rows) => rows.parse()?,
        Err(_) => ROWS,
    })
}

/// Every user once, in the order in which they come; who gets what and who converts is the seed's choice.
async fn fill(admin: &mut Conn, rows: u64) -> Result<()> {
    const SEED: u32 = 20_261_121;
    const STEP: u64 = 500_000;
    admin
        .query_drop(
            "CREATE DATABASE bench CHARACTER SET utf8mb4; USE bench; \
             CREATE TABLE experiment_assignments (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, \
             experiment_id VARCHAR(255) NOT NULL, user_id VARCHAR(255) NOT NULL, variant_id VARCHAR(255) NOT NULL, \
             converted TINYINT(1) NOT NULL DEFAULT 0, assigned_at DATETIME NOT NULL DEFAULT CURRENT_TIMESTAMP, \
             INDEX idx_experiment_id (experiment_id)) CHARSET=utf8mb4; \
             CREATE TABLE digits (d INT UNSIGNED PRIMARY KEY)",
        )
        .await?;
    let digits: Vec<String> = (0..1000).map(|digit| format!("({digit})")).collect();
    admin
        .query_drop(format!("INSERT INTO digits VALUES {}", digits.join(",")))
        .await?;
    for start in (0..rows).step_by(usize::try_from(STEP)?) {
        let more = STEP.min(rows - start);
        admin
            .query_drop(format!(
                "INSERT INTO experiment_assignments (experiment_id, user_id, variant_id, converted, assigned_at) \
                 SELECT 'big', CONCAT('u', LPAD(n * 73687873 % 1000000007, 10, '0')), \
                 IF(CRC32(CONCAT('{SEED}v', n)) % 2, 'control', 'treatment'), \
                 CRC32(CONCAT('{SEED}c', n)) % 1000 < IF(CRC32(CONCAT('{SEED}v', n)) % 2, 100, 103), \
                 '2026-01-01' + INTERVAL n DIV 8 SECOND \
                 FROM (SELECT {start} + a.d * 1000 + b.d AS n FROM digits a, digits b \
                 WHERE a.d < {} ORDER BY a.d, b.d LIMIT {more}) numbers",
                more.div_ceil(1000)
            ))
            .await?;
    }
    admin
        .query_drop("ANALYZE TABLE experiment_assignments")
        .await?;
    Ok(())
}

async fn compare(server: &Server, admin: &mut Conn, how: &str) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let output = folder.path().join("answer");
    let (mut bare, mut ours) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let start = Instant::now();
        let _: Vec<(String, u64, String)> = admin.query(BARE).await?;
        bare.push(start.elapsed());
        ours.push(run(porthole(server, &[]), &output)?);
        if bare[0] > LONG {
            break;
        }
    }
    bare.sort();
    ours.sort_by_key(|run| run.time);
    let (bare, ours) = (bare[bare.len() / 2], ours[ours.len() / 2]);
    let kind = server.kind();
    let ratio = ours.time.as_secs_f64() / bare.as_secs_f64();
    line(&format!(
        "| experiment of {} assignments on {kind}, {how}: the contract's figures | {:.2} s, {:.0} MiB | the bare GROUP BY: {:.2} s, a ratio of {ratio:.2} | at most {TARGET}, {TARGET_MIB:.0} MiB | {} |",
        rows()?,
        ours.time.as_secs_f64(),
        ours.peak_mib,
        bare.as_secs_f64(),
        verdict(ratio <= TARGET && ours.peak_mib <= TARGET_MIB)
    ));
    let whole = run(porthole(server, &["--analysis"]), &output)?;
    line(&format!(
        "| the same with --analysis | {:.2} s, {:.0} MiB | {:.1} times the bare GROUP BY | at most {TARGET_MIB:.0} MiB | {} |",
        whole.time.as_secs_f64(),
        whole.peak_mib,
        whole.time.as_secs_f64() / bare.as_secs_f64(),
        verdict(whole.peak_mib <= TARGET_MIB)
    ));
    stop(server, admin, whole, bare, &output).await
}

/// Ctrl-C at several moments: the program ends, and nothing goes on for it on the server. A server that looks only
/// now and then whether it is to stop does so for others too: beside it stands KILL QUERY of the bare GROUP BY.
async fn stop(
    server: &Server,
    admin: &mut Conn,
    whole: Run,
    bare: Duration,
    output: &Path,
) -> Result<()> {
    let (mut program, mut longest) = (Duration::ZERO, Duration::ZERO);
    for part in STOPS {
        let mut child = porthole(server, &["--analysis"])
            .stdin(Stdio::null())
            .stdout(fs::File::create(output)?)
            .stderr(Stdio::null())
            .spawn()?;
        tokio::time::sleep(whole.time.mul_f64(part)).await;
        let start = Instant::now();
        Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()?;
        let ended = child.wait()?;
        program = program.max(start.elapsed());
        quiet(admin).await?;
        longest = longest.max(start.elapsed());
        if ended.code() != Some(130) {
            return Err(format!("Ctrl-C after {:.0} % ended it with {ended}", part * 100.0).into());
        }
    }
    let killed = kill(server, admin, bare).await?;
    let percent = |parts: &[f64]| {
        let parts = parts.iter().map(|part| format!("{:.0}", part * 100.0));
        parts.collect::<Vec<_>>().join(", ")
    };
    line(&format!(
        "| Ctrl-C during it, after {} % of its time: until the program has ended | {:.2} s at most | | at most {} s | {} |",
        percent(&STOPS),
        program.as_secs_f64(),
        TARGET_END.as_secs(),
        verdict(program <= TARGET_END)
    ));
    line(&format!(
        "| until nothing runs on the server | {:.2} s at most | KILL QUERY of the bare GROUP BY after {} % of its time: {:.2} s at most | at most {} s more | {} |",
        longest.as_secs_f64(),
        percent(&KILLS),
        killed.as_secs_f64(),
        TARGET_STOP.as_secs(),
        verdict(longest <= killed + TARGET_STOP)
    ));
    Ok(())
}

/// How long the server takes at most to end the bare statement when it is told to.
async fn kill(server: &Server, admin: &mut Conn, bare: Duration) -> Result<Duration> {
    let mut longest = Duration::ZERO;
    for part in KILLS {
        let mut other = server.connect().await?;
        let id = other.id();
        let running = tokio::spawn(async move {
            // That it is interrupted is what is wanted.
            other.query_drop(BARE).await.ok();
            other.disconnect().await
        });
        tokio::time::sleep(bare.mul_f64(part)).await;
        let start = Instant::now();
        admin.query_drop(format!("KILL QUERY {id}")).await?;
        running.await??;
        longest = longest.max(start.elapsed());
    }
    Ok(longest)
}

/// Waits until no statement on the table runs.
async fn quiet(admin: &mut Conn) -> Result<()> {
    let start = Instant::now();
    while running(admin).await? > 0 {
        if start.elapsed() > PATIENCE {
            return Err("the server does not end the statement".into());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    Ok(())
}

/// Statements on the table, but for our own look.
async fn running(admin: &mut Conn) -> Result<u64> {
    let count: Option<u64> = admin
        .query_first(
            "SELECT COUNT(*) FROM information_schema.processlist \
             WHERE info LIKE '%experiment_assignments%' AND id <> CONNECTION_ID()",
        )
        .await?;
    Ok(count.unwrap_or(0))
}

fn porthole(server: &Server, arguments: &[&str]) -> Command {
    let mut command = Command::new(common::program());
    command
        .args(["experiment", "big", "--format", "json", "--timeout", "0"])
        .args(arguments)
        .env("MYSQL_HOST", "127.0.0.1")
        .env("MYSQL_PORT", server.port().to_string())
        .env("MYSQL_USER", server.root_user())
        .env("MYSQL_PASSWORD", server.root_password().reveal());
    command
}

fn line(text: &str) {
    println!("{text}");
    std::io::stdout().flush().ok();
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
