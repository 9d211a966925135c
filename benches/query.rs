//! `porthole query --format tsv` of two million rows of seven columns to a file, beside what ships with each server:
//! wall time and the most memory that each process took.
//!
//! All read the same table over TCP, encrypted where the server offers it, in turn; the middle run of each counts.
//! Their output is compared: it must be the same, byte for byte.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

mod common;
#[path = "common/process.rs"]
mod process;

use std::{
    fs,
    io::Write as _,
    path::Path,
    process::{Command, ExitCode},
};

use mysql_async::prelude::Queryable as _;
use porthole::demo::{Kind, Options, Server};

use self::process::{Run, run};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROWS: u64 = 2_000_000;
const RUNS: usize = 5;
/// Times as fast as the server's own client.
const TARGET: f64 = 1.1;
const TARGET_MIB: f64 = 64.0;
const SQL: &str = "SELECT * FROM bench.t";

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    let mut code = ExitCode::SUCCESS;
    for kind in [Kind::MariaDb, Kind::MySql] {
        if let Err(error) = runtime.block_on(measure(kind)) {
            println!("query on {kind}: not measured: {error}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

async fn measure(kind: Kind) -> Result<()> {
    let options = Options {
        args: vec!["--innodb-buffer-pool-size=512M".to_owned()],
        ..Options::default()
    };
    let server = Server::start(kind, &options).await?;
    fill(&server).await?;
    let folder = tempfile::tempdir()?;
    let password = folder.path().join("client.cnf");
    fs::write(
        &password,
        format!("[client]\npassword={}\n", server.root_password().reveal()),
    )?;
    let (ours_file, theirs_file) = (folder.path().join("ours"), folder.path().join("theirs"));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        theirs.push(run(their_client(&server, &password), &theirs_file)?);
        ours.push(run(porthole(&server), &ours_file)?);
    }
    if fs::read(&ours_file)? != fs::read(&theirs_file)? {
        return Err("the outputs differ".into());
    }
    report(kind, &median(ours), &median(theirs));
    Ok(())
}

/// An integer, three texts, a flag, an exact number and a time, as in a table of assignments.
async fn fill(server: &Server) -> Result<()> {
    let mut admin = server.connect().await?;
    admin
        .query_drop(
            "CREATE DATABASE bench; CREATE TABLE bench.t (id BIGINT UNSIGNED AUTO_INCREMENT PRIMARY KEY, \
             experiment_id VARCHAR(255) NOT NULL, user_id VARCHAR(255) NOT NULL, variant_id VARCHAR(255) NOT NULL, \
             converted TINYINT(1) NOT NULL, amount DECIMAL(12,2) NOT NULL, assigned_at DATETIME NOT NULL)",
        )
        .await?;
    // Each step adds as many rows as there are, at most as many as are missing.
    let mut rows: u64 = 1000;
    let some: Vec<String> = (0..rows).map(|n| format!("({n})")).collect();
    admin
        .query_drop(format!(
            "CREATE TEMPORARY TABLE bench.n (n INT); INSERT INTO bench.n VALUES {}",
            some.join(",")
        ))
        .await?;
    admin
        .query_drop(
            "INSERT INTO bench.t (experiment_id, user_id, variant_id, converted, amount, assigned_at) \
             SELECT CONCAT('experiment-', n % 3), CONCAT('user-', n * 7919), ELT(n % 2 + 1, 'control', 'treatment'), \
             n % 5 = 0, n * 1.37, '2026-01-01' + INTERVAL n MINUTE FROM bench.n",
        )
        .await?;
    while rows < ROWS {
        let more = rows.min(ROWS - rows);
        admin
            .query_drop(format!(
                "INSERT INTO bench.t (experiment_id, user_id, variant_id, converted, amount, assigned_at) \
                 SELECT experiment_id, CONCAT('user-', id * 7919 % 1000003), variant_id, converted, amount + id / 100, \
                 assigned_at + INTERVAL id SECOND FROM bench.t ORDER BY id LIMIT {more}"
            ))
            .await?;
        rows += more;
    }
    admin.disconnect().await?;
    Ok(())
}

fn porthole(server: &Server) -> Command {
    let mut command = Command::new(common::program());
    command
        .args(["query", SQL, "--format", "tsv", "--timeout", "0"])
        .env("MYSQL_HOST", "127.0.0.1")
        .env("MYSQL_PORT", server.port().to_string())
        .env("MYSQL_USER", server.root_user())
        .env("MYSQL_PASSWORD", server.root_password().reveal());
    command
}

fn their_client(server: &Server, password: &Path) -> Command {
    let mut command = Command::new(name(server.kind()));
    command
        .arg(format!("--defaults-file={}", password.display()))
        .args(["--quick", "--batch", "--protocol=tcp", "--host=127.0.0.1"])
        .arg(format!("--port={}", server.port()))
        .arg(format!("--user={}", server.root_user()))
        .args(["--execute", SQL]);
    command
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::MariaDb => "mariadb",
        Kind::MySql => "mysql",
    }
}

fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by_key(|run| run.time);
    runs[runs.len() / 2]
}

fn report(kind: Kind, ours: &Run, theirs: &Run) {
    let times = theirs.time.as_secs_f64() / ours.time.as_secs_f64();
    println!(
        "| query --format tsv of 2,000,000 rows x 7 columns on {kind} | {:.2} s ({times:.2}x as fast) | {} --quick --batch: {:.2} s | at least {TARGET}x | {} |",
        ours.time.as_secs_f64(),
        name(kind),
        theirs.time.as_secs_f64(),
        verdict(times >= TARGET)
    );
    println!(
        "| its memory at most, on {kind} | {:.0} MiB | {} --quick --batch: {:.0} MiB | at most {TARGET_MIB:.0} MiB | {} |",
        ours.peak_mib,
        name(kind),
        theirs.peak_mib,
        verdict(ours.peak_mib <= TARGET_MIB)
    );
    std::io::stdout().flush().ok();
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
