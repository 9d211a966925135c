//! What a million rows of ten columns take in memory, beside the size of the data itself.
//!
//! The data's own size is what the values need in the server's column types: an INT four bytes, a DATETIME five,
//! a text its length.

#![expect(clippy::print_stdout, reason = "a line of the table is what it makes")]

use std::{fs, process::ExitCode, time::Duration};

use mysql_async::prelude::Queryable as _;
use porthole::{
    demo::{Kind, Options, Server},
    engine::{
        profiles::{Address, Profile},
        query::{self, Options as Run},
        session::Session,
        sql::guard,
    },
};
use tokio_util::sync::CancellationToken;

const ROWS: u64 = 1_000_000;
/// Bytes a row beyond the data's own size.
const TARGET: f64 = 150.0;
/// BIGINT, INT, TINYINT, DOUBLE, DECIMAL(12,2), DATETIME, DATE; three texts are added by their length.
const FIXED: u64 = 8 + 4 + 1 + 8 + 6 + 5 + 3;

fn main() -> ExitCode {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    match runtime.block_on(measure()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("memory: not measured: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn measure() -> Result<(), Box<dyn std::error::Error>> {
    let server = Server::start(Kind::MariaDb, &Options::default()).await?;
    let mut admin = server.connect().await?;
    admin
        .query_drop(
            "CREATE DATABASE bench; USE bench; CREATE TABLE t (a BIGINT, b INT, c TINYINT, d DOUBLE, e DECIMAL(12,2), f DATETIME, g DATE, \
             h VARCHAR(40), i VARCHAR(40), j VARCHAR(40))",
        )
        .await?;
    admin
        .query_drop(format!(
            "INSERT INTO t SELECT seq, seq % 1000, seq % 2, seq / 7, seq * 1.25, '2026-01-01' + INTERVAL seq SECOND, '2026-01-01', \
             CONCAT('user-', seq), CONCAT('variant-', seq % 3), CONCAT('note number ', seq) FROM seq_1_to_{ROWS}"
        ))
        .await?;
    let texts: u64 = admin
        .query_first("SELECT CAST(SUM(LENGTH(h) + LENGTH(i) + LENGTH(j)) AS UNSIGNED) FROM t")
        .await?
        .unwrap_or(0);
    let profile = Profile {
        address: Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: server.port(),
        },
        user: server.root_user().to_owned(),
        database: Some("bench".to_owned()),
        ..Profile::default()
    };
    let session = Session::open(&profile, Some(server.root_password())).await?;
    let checked = guard::check("SELECT * FROM t", &session.rules())?;
    let options = Run {
        row_limit: None,
        time_limit: Duration::ZERO,
        ..Run::of(&session)
    };
    let before = resident_kib()?;
    let (rows, summary) =
        query::collect(&session, &checked, &options, &CancellationToken::new()).await?;
    let after = resident_kib()?;
    assert_eq!(summary.rows, ROWS);
    let own = FIXED as f64 + texts as f64 / ROWS as f64;
    let beyond = rows.memory() as f64 / ROWS as f64 - own;
    let resident = (after - before) as f64 * 1024.0 / ROWS as f64 - own;
    println!(
        "| 1,000,000 rows x 10 columns in memory | {beyond:.0} bytes a row beyond the data ({resident:.0} by the system's count) | the data: {own:.0} | at most {TARGET:.0} | {} |",
        if beyond <= TARGET && resident <= TARGET {
            "met"
        } else {
            "MISSED"
        }
    );
    Ok(())
}

/// Memory of this process that is in use, from the system.
fn resident_kib() -> Result<u64, Box<dyn std::error::Error>> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.split_whitespace().nth(1).ok_or("no number")?.parse()?)
}
