//! Binary logs beside what ships with each server: decoded to values that are owned, printed, and read live; and the
//! most memory that each of our processes had.
//!
//! About 600 MB of rows in large transactions, and a file with a row a transaction. `PORTHOLE_BENCH_LOGS` names a
//! folder where these are kept. `PORTHOLE_BENCH_PYTHON` names an interpreter that has python-mysql-replication, which
//! is then measured for scale. Runs of each alternate; the middle one counts.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

mod common;
#[path = "common/logs.rs"]
mod logs;
#[path = "common/process.rs"]
mod process;

use std::{
    env, fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

use porthole::{
    demo::{Kind, Server},
    engine::{
        binlog::{
            filter::Filter,
            owned::OwnedRow,
            rows::Change,
            source::{
                Source, StartAt, Status,
                file::{FileSource, Options},
                live::{self, Begin, Live, Program},
            },
            transaction::{Item, Transactions},
        },
        profiles::{Address, Profile},
    },
};
use tokio::runtime::Runtime;
use tokio_util::sync::CancellationToken;

use self::{
    logs::Logs,
    process::{Run, run},
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const RUNS: usize = 3;
/// Times as fast as the server's own tool with `-vv`.
const DECODE: f64 = 8.0;
const PRINT: f64 = 3.0;
/// Megabytes a second.
const BULK: f64 = 500.0;
const TINY: f64 = 150.0;
const LIVE: f64 = 300.0;
const MOST_MIB: f64 = 64.0;
const PYTHON: &str = "\
import sys, time
from pymysqlreplication import BinLogStreamReader
from pymysqlreplication.row_event import WriteRowsEvent, UpdateRowsEvent, DeleteRowsEvent
stream = BinLogStreamReader(connection_settings=dict(host='127.0.0.1', port=int(sys.argv[1]), user=sys.argv[2],
    passwd=sys.argv[3]), server_id=4000000001, log_file=sys.argv[4], log_pos=4, resume_stream=True,
    is_mariadb=sys.argv[5] == 'mariadb', only_events=[WriteRowsEvent, UpdateRowsEvent, DeleteRowsEvent])
start, rows = time.time(), 0
for event in stream:
    rows += len(event.rows)
    if time.time() - start > 20:
        break
print(rows / (time.time() - start), stream.log_pos / (time.time() - start) / 1e6)
";

fn main() -> ExitCode {
    let runtime = Runtime::new().expect("a runtime starts");
    let mut code = ExitCode::SUCCESS;
    for kind in [Kind::MySql, Kind::MariaDb] {
        if let Err(error) = measure(&runtime, kind) {
            println!("binlog of {kind}: not measured: {error}");
            code = ExitCode::FAILURE;
        }
    }
    code
}

fn measure(runtime: &Runtime, kind: Kind) -> Result<()> {
    let folder = tempfile::tempdir()?;
    let logs = runtime.block_on(logs::make(kind, folder.path()))?;
    let mut most = 0_f64;
    for (what, path, aim) in [("bulk", &logs.bulk, BULK), ("tiny", &logs.tiny, TINY)] {
        let file = File {
            kind,
            what,
            path,
            megabytes: fs::metadata(path)?.len() as f64 / 1e6,
        };
        most = most.max(file.measure(aim)?);
    }
    let whole = folder.path().join("one");
    logs::in_one_transaction(&logs.bulk, &whole)?;
    let one = printed(&whole, "ndjson")?;
    println!(
        "| `binlog cat` of {kind}'s logs, memory at most | {most:.0} MiB; all rows in one transaction {:.0} MiB | | at most {MOST_MIB:.0} MiB | {} |",
        one.peak_mib,
        verdict(most.max(one.peak_mib) <= MOST_MIB)
    );
    measure_live(runtime, kind, &logs, folder.path())?;
    std::io::stdout().flush()?;
    Ok(())
}

/// A log of one server.
struct File<'a> {
    kind: Kind,
    what: &'static str,
    path: &'a Path,
    megabytes: f64,
}

impl File<'_> {
    /// What it takes to decode and to print it; the memory of the printing process, in MiB.
    fn measure(&self, aim: f64) -> Result<f64> {
        let (mut decoded, mut theirs, mut ndjson, mut text) = (vec![], vec![], vec![], vec![]);
        let mut rows = 0;
        for _ in 0..RUNS {
            theirs.push(run(self.theirs(), Path::new("/dev/null"))?);
            let start = Instant::now();
            rows = decode(FileSource::open(self.path, Options::default())?)?;
            decoded.push(start.elapsed());
            ndjson.push(printed(self.path, "ndjson")?);
            text.push(printed(self.path, "text")?);
        }
        decoded.sort_unstable();
        let decoded = decoded[RUNS / 2];
        let theirs = median(theirs).time;
        let beside = format!("{} -vv: {:.0} MB/s", tool(self.kind), self.speed(theirs));
        let times = theirs.as_secs_f64() / decoded.as_secs_f64();
        println!(
            "| decode {}, {:.0} MB of {} | {:.0} MB/s, {:.2} million rows/s ({times:.1}x as fast) | {beside} | at least {DECODE}x, {aim} MB/s | {} |",
            self.what,
            self.megabytes,
            self.kind,
            self.speed(decoded),
            rows as f64 / decoded.as_secs_f64() / 1e6,
            verdict(times >= DECODE && self.speed(decoded) >= aim),
        );
        let mut most = 0_f64;
        for (form, runs) in [("ndjson", ndjson), ("text", text)] {
            let run = median(runs);
            let times = theirs.as_secs_f64() / run.time.as_secs_f64();
            println!(
                "| `binlog cat --format {form}` of {} of {} | {:.0} MB/s ({times:.1}x as fast) | {beside} | at least {PRINT}x | {} |",
                self.what,
                self.kind,
                self.speed(run.time),
                verdict(times >= PRINT),
            );
            most = most.max(run.peak_mib);
        }
        Ok(most)
    }

    fn theirs(&self) -> Command {
        let mut command = Command::new(tool(self.kind));
        command.args(["--no-defaults", "-vv"]).arg(self.path);
        command
    }

    fn speed(&self, time: Duration) -> f64 {
        self.megabytes / time.as_secs_f64()
    }
}

fn printed(path: &Path, form: &str) -> Result<Run> {
    let mut command = Command::new(common::program());
    command.args(["binlog", "cat", "--format", form]).arg(path);
    run(command, Path::new("/dev/null"))
}

/// Every row becomes values of its own; how many there were.
fn decode(source: impl Source) -> Result<u64> {
    let mut log = Transactions::new(source, Filter::default());
    let mut count = 0;
    loop {
        match log.next()? {
            Item::Rows(rows) => {
                let mut rows_left = rows.event()?.rows(&rows.table)?;
                let mut change = Change::default();
                while rows_left.next(&mut change)? {
                    for values in [change.before(), change.after()].into_iter().flatten() {
                        std::hint::black_box(OwnedRow::new(values));
                    }
                    count += 1;
                }
            }
            Item::Note(note) => return Err(note.to_string().into()),
            Item::Ended(ending) if ending.status == Status::Complete => return Ok(count),
            Item::Ended(ending) => return Err(ending.to_string().into()),
            _ => {}
        }
    }
}

fn measure_live(runtime: &Runtime, kind: Kind, logs: &Logs, folder: &Path) -> Result<()> {
    let megabytes = logs.live_bytes as f64 / 1e6;
    let speed = |time: Duration| megabytes / time.as_secs_f64();
    let (mut ours, mut cat, mut theirs, mut raw) = (vec![], vec![], vec![], vec![]);
    for _ in 0..RUNS {
        theirs.push(run(remote(logs, folder, false)?, Path::new("/dev/null"))?);
        raw.push(run(remote(logs, folder, true)?, Path::new("/dev/null"))?);
        ours.push(decode_live(runtime, logs)?);
        cat.push(run(cat_live(&logs.server), Path::new("/dev/null"))?);
    }
    ours.sort_unstable();
    let ours = ours[RUNS / 2];
    let (cat, theirs, raw) = (median(cat), median(theirs), median(raw));
    let beside = format!(
        "{} --read-from-remote-server -vv: {:.0} MB/s, --raw: {:.0} MB/s",
        tool(kind),
        speed(theirs.time),
        speed(raw.time)
    );
    println!(
        "| live, {megabytes:.0} MB of {kind}, decoded | {:.0} MB/s ({:.1}x as fast as -vv) | {beside} | at least {LIVE} MB/s | {} |",
        speed(ours),
        theirs.time.as_secs_f64() / ours.as_secs_f64(),
        verdict(speed(ours) >= LIVE),
    );
    let times = theirs.time.as_secs_f64() / cat.time.as_secs_f64();
    println!(
        "| live, `binlog cat --format ndjson` of {kind} | {:.0} MB/s ({times:.1}x as fast as -vv) | {beside} | at least {PRINT}x | {} |",
        speed(cat.time),
        verdict(times >= PRINT),
    );
    println!(
        "| its memory at most, of {kind}: of the program or of its reader | {:.0} MiB | {} -vv: {:.0} MiB | at most {MOST_MIB:.0} MiB | {} |",
        cat.peak_mib,
        tool(kind),
        theirs.peak_mib,
        verdict(cat.peak_mib <= MOST_MIB),
    );
    python(kind, logs, folder)
}

/// From the first event to the last, with a reader process as the program has one.
fn decode_live(runtime: &Runtime, logs: &Logs) -> Result<Duration> {
    let live = Live {
        profile: Profile {
            address: Address::Tcp {
                host: "127.0.0.1".to_owned(),
                port: logs.server.port(),
            },
            user: logs.server.root_user().to_owned(),
            ..Profile::default()
        },
        password: Some(logs.server.root_password().clone()),
        program: Program::at(PathBuf::from(common::program())),
    };
    let start = Instant::now();
    let begin = Begin::At(StartAt::Begin);
    let (source, _link, work) = live::follow(live, begin, true, CancellationToken::new());
    runtime.spawn(work);
    decode(source)?;
    Ok(start.elapsed())
}

fn cat_live(server: &Server) -> Command {
    let mut command = Command::new(common::program());
    command
        .args(["binlog", "cat", "--format", "ndjson", "--stop-at-end"])
        .arg("--url")
        .arg(format!(
            "mysql://{}:{}@127.0.0.1:{}/",
            server.root_user(),
            server.root_password().reveal(),
            server.port()
        ));
    command
}

fn remote(logs: &Logs, folder: &Path, raw: bool) -> Result<Command> {
    let server = &logs.server;
    let password = folder.join("client.cnf");
    fs::write(
        &password,
        format!("[client]\npassword={}\n", server.root_password().reveal()),
    )?;
    let mut command = Command::new(tool(server.kind()));
    command
        .arg(format!("--defaults-file={}", password.display()))
        .args(["--read-from-remote-server", "--host=127.0.0.1"])
        .arg(format!("--port={}", server.port()))
        .arg(format!("--user={}", server.root_user()));
    if raw {
        command
            .arg("--raw")
            .arg(format!("--result-file={}/", folder.display()));
    } else {
        command.arg("-vv");
    }
    command.arg(&logs.live);
    Ok(command)
}

/// For scale alone.
fn python(kind: Kind, logs: &Logs, folder: &Path) -> Result<()> {
    let Some(python) = env::var_os("PORTHOLE_BENCH_PYTHON") else {
        println!(
            "| python-mysql-replication, of {kind} | | not measured: PORTHOLE_BENCH_PYTHON names no interpreter that has it | | |"
        );
        return Ok(());
    };
    let script = folder.join("rows.py");
    fs::write(&script, PYTHON)?;
    let server = &logs.server;
    let said = Command::new(python)
        .arg(script)
        .arg(server.port().to_string())
        .arg(server.root_user())
        .arg(server.root_password().reveal())
        .args([&logs.live, kind.folder()])
        .output()?;
    let text = String::from_utf8_lossy(&said.stdout);
    let mut numbers = text.split_whitespace().map(str::parse::<f64>);
    match (numbers.next(), numbers.next()) {
        (Some(Ok(rows)), Some(Ok(megabytes))) => println!(
            "| python-mysql-replication, live, of {kind} | | {megabytes:.1} MB/s, {:.3} million rows/s | | |",
            rows / 1e6
        ),
        _ => println!(
            "| python-mysql-replication, of {kind} | | not measured: {} | | |",
            String::from_utf8_lossy(&said.stderr)
                .lines()
                .last()
                .unwrap_or("it said nothing")
        ),
    }
    Ok(())
}

fn tool(kind: Kind) -> &'static str {
    match kind {
        Kind::MariaDb => "mariadb-binlog",
        Kind::MySql => "mysqlbinlog",
    }
}

fn median(mut runs: Vec<Run>) -> Run {
    runs.sort_by_key(|run| run.time);
    runs[runs.len() / 2]
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}
