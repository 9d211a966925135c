//! Random load, and everything that can happen to a server, its files, the line and the readers meanwhile: each change
//! comes once.
//!
//! Several writers (`writer.rs`) keep the truth (`truth.rs`), against which stand: the engine that follows
//! (`engine.rs`), the program that appends to a file and is killed, and one that nobody kills (`program.rs`), the
//! server's files read afterwards, the sums that the server's own tool prints of them, and the rows of a SELECT.
//!
//! `PORTHOLE_LOAD_SECS` says how long the load goes on; a few disturbances of each sort are made in any case.
//! `PORTHOLE_LOAD_REPORT` names a file to which the figures are appended.

mod engine;
mod program;
mod report;
mod row;
mod tool;
mod trouble;
mod truth;
mod writer;

use std::{
    env,
    fs::File,
    io::{BufRead as _, BufReader},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use mysql_async::{OptsBuilder, prelude::Queryable as _};
use porthole::{
    demo::Kind,
    engine::{
        binlog::{
            checkpoint::Checkpoint,
            gtid::{GtidPosition, MariaRange},
            source::{StartAt, Status, dir::DirSource, file, live::Live},
        },
        profiles::{Address, Profile},
    },
};
use tokio::{
    sync::{mpsc, watch},
    task::{JoinHandle, JoinSet},
    time::Instant,
};
use tokio_util::sync::CancellationToken;

use self::{
    report::Report,
    trouble::Troubles,
    truth::{Digest, Received, Transactions},
    writer::Writer,
};
use crate::{
    cli::Program,
    following::{Written, live_at, position},
    line::Line,
    sessions::profile_of,
};

const WRITERS: u64 = 4;
/// Enough for every disturbance once, where nothing else is said.
const SHORT_SECS: u64 = 20;
/// A line that was cut while a stream was opened is given up after a minute and a half.
const PATIENCE: Duration = Duration::from_mins(5);

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_random_load_on_mysql_comes_once_whatever_happens() {
    Load::start(Kind::MySql).await.run().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_of_a_random_load_on_mariadb_comes_once_whatever_happens() {
    Load::start(Kind::MariaDb).await.run().await;
}

/// A server under load, and who reads its log.
struct Load {
    written: Written,
    seed: u64,
    before: GtidPosition,
    folder: tempfile::TempDir,
    engine: Engine,
    /// The one that is killed, and the one that is not.
    programs: [Printing; 2],
    made: Transactions,
    began: Instant,
}

/// The engine's reader under way.
struct Engine {
    line: Line,
    pauses: mpsc::Sender<Duration>,
    ended: watch::Receiver<u64>,
    enough: CancellationToken,
    reading: JoinHandle<engine::Read>,
}

/// A program under way.
struct Printing {
    line: Line,
    place: program::Place,
    kills: mpsc::Sender<()>,
    enough: CancellationToken,
    running: JoinHandle<program::Figures>,
}

impl Load {
    async fn start(kind: Kind) -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let seed = number_of("PORTHOLE_LOAD_SEED").unwrap_or(now.as_micros() as u64);
        let mut written = Written::start(
            kind,
            &[
                "--max-binlog-size=1M",
                // A crash loses nothing that was sent.
                "--sync-binlog=1",
                "--innodb-flush-log-at-trx-commit=1",
            ],
        )
        .await;
        written
            .run("CREATE DATABASE loaded CHARACTER SET utf8mb4")
            .await;
        written.run("USE loaded").await;
        for sql in row::TABLES {
            written.run(sql).await;
        }
        let before = written.gtids().await;
        let folder = tempfile::tempdir().unwrap();
        let engine = Engine::start(&written, before.clone()).await;
        let programs = [
            Printing::start(&written, folder.path(), "killed").await,
            Printing::start(&written, folder.path(), "patient").await,
        ];
        let made = fill_hot(&mut written).await;
        Self {
            written,
            seed,
            before,
            folder,
            engine,
            programs,
            made,
            began: Instant::now(),
        }
    }

    async fn run(mut self) {
        let kind = self.written.server.kind();
        let secs = number_of("PORTHOLE_LOAD_SECS").unwrap_or(SHORT_SECS);
        let mut report = Report::new(kind, self.seed);
        let enough = CancellationToken::new();
        let mut writers = JoinSet::new();
        for number in 1..=WRITERS {
            let opts = OptsBuilder::default()
                .socket(Some(self.written.server.socket().to_string_lossy()))
                .user(Some(self.written.server.root_user()))
                .pass(Some(self.written.server.root_password().reveal()))
                .db_name(Some("loaded"));
            let writer = Writer::new(kind, number, self.seed, opts.into());
            writers.spawn(writer.run(enough.clone()));
        }
        let until = Instant::now() + Duration::from_secs(secs);
        let mut troubles = Troubles::new(self.seed, secs);
        while !troubles.are_enough(until) {
            troubles.make(&mut self).await;
        }
        enough.cancel();
        while let Some(writer) = writers.join_next().await {
            let writer = writer.unwrap();
            report.writer(writer.figures);
            self.made.extend(writer.made);
        }
        report.load(self.began.elapsed(), &troubles);
        self.compare(report).await;
    }

    /// Of the engine's reader, the program that is killed and the one that is not.
    fn lines(&self) -> [&Line; 3] {
        let [killed, patient] = &self.programs;
        [&self.engine.line, &killed.line, &patient.line]
    }

    async fn compare(mut self, mut report: Report) {
        let after = self.written.gtids().await;
        let sql = "SELECT id FROM loaded.journal";
        let journal: Vec<u64> = self.written.admin.query(sql).await.unwrap();
        assert_eq!(journal.len(), self.made.len());
        assert!(journal.iter().all(|number| self.made.contains_key(number)));

        let read = self.engine.end(count(&self.before, &after)).await;
        let all = &read.received;
        all.assert_is(&self.made);
        assert_eq!(all.position.to_string(), after.to_string());
        for table in ["items", "docs", "hot"] {
            let url = format!(
                "mysql://root@127.0.0.1:{}/loaded",
                self.written.server.port()
            );
            let sql = format!("SELECT * FROM {table}");
            let arguments = [
                "query",
                "--url",
                &url,
                "--password-stdin",
                "--format",
                "ndjson",
                &sql,
            ];
            let password = self.written.server.root_password();
            let rows = Program::new(&arguments).input(password.reveal());
            let rows: Vec<_> = rows
                .run()
                .await
                .done()
                .lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect();
            all.assert_rows(table, &rows);
        }
        report.made(&self.made, all);
        report.engine(&read);

        for printing in self.programs {
            let (place, figures) = printing.end(&after).await;
            let mut received = Received::after(place.name, self.before.clone());
            let output = BufReader::new(File::open(place.output()).unwrap());
            for line in output.lines() {
                received.take(&line.unwrap());
            }
            received.assert_is(&self.made);
            assert_eq!(received.counts, all.counts, "{}", place.name);
            assert_eq!(received.position.to_string(), after.to_string());
            report.program(&place, &figures);
        }

        // Now what the files say, with nobody writing them.
        self.written.server.pause().await.unwrap();
        let folder = self.written.server.data_dir();
        let source = DirSource::open(&folder, &StartAt::Begin, file::Options::default()).unwrap();
        let files = source.files().to_vec();
        let nothing = position(self.written.server.kind(), "");
        let from_files = tokio::task::spawn_blocking(move || {
            let received = Received::after("files", nothing);
            engine::read(
                source,
                Checkpoint::nowhere(),
                received,
                &watch::channel(0).0,
            )
        })
        .await
        .unwrap();
        assert_eq!(from_files.ending.unwrap().unwrap().status, Status::Complete);
        from_files.received.assert_is(&self.made);
        assert_eq!(from_files.received.counts, all.counts);
        let printed = tool::counts(self.written.server.kind(), &files).await;
        assert_eq!(printed, all.counts, "the server's own tool");
        report.files(files.len());
        report.finish();
        drop(self.folder);
    }
}

impl Engine {
    async fn start(written: &Written, before: GtidPosition) -> Self {
        let line = Line::to_address("127.0.0.1", written.server.port()).await;
        let through = live_over(&line, written);
        let (pauses, orders) = mpsc::channel(1);
        let (counted, ended) = watch::channel(0);
        let (open, enough) = (CancellationToken::new(), CancellationToken::new());
        let received = Received::after("engine", before);
        let work = engine::follow(
            through,
            received,
            orders,
            counted,
            open.clone(),
            enough.clone(),
        );
        let reading = tokio::spawn(work);
        let opened = tokio::time::timeout(PATIENCE, open.cancelled()).await;
        opened.expect("the reader begins");
        Self {
            line,
            pauses,
            ended,
            enough,
            reading,
        }
    }

    /// Wait until so many transactions have come.
    async fn end(mut self, wanted: u64) -> engine::Read {
        loop {
            if *self.ended.borrow_and_update() >= wanted {
                break;
            }
            let more = tokio::time::timeout(PATIENCE, self.ended.changed()).await;
            if !matches!(more, Ok(Ok(()))) {
                // It has ended by itself, or stands still.
                let said = tokio::time::timeout(Duration::from_secs(1), &mut self.reading).await;
                panic!(
                    "{} of {wanted} transactions came; {:?}",
                    *self.ended.borrow(),
                    said.map(|read| read.map(|_| ()))
                );
            }
        }
        self.enough.cancel();
        self.reading.await.unwrap()
    }
}

impl Printing {
    async fn start(written: &Written, folder: &std::path::Path, name: &'static str) -> Self {
        let line = Line::to_address("127.0.0.1", written.server.port()).await;
        let place = program::Place {
            port: line.port,
            password: written.server.root_password().clone(),
            folder: folder.to_owned(),
            name,
        };
        let (kills, orders) = mpsc::channel(1);
        let enough = CancellationToken::new();
        let running = tokio::spawn(place.clone().run(orders, enough.clone()));
        let printing = Self {
            line,
            place,
            kills,
            enough,
            running,
        };
        printing
            .until("it has begun", Checkpoint::is_somewhere)
            .await;
        printing
    }

    async fn until(&self, what: &str, mut reached: impl FnMut(&Checkpoint) -> bool) {
        let mut last = None;
        let mut deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.place.checkpoint();
            if now.as_ref().is_some_and(&mut reached) {
                return;
            }
            if now != last {
                deadline = Instant::now() + PATIENCE;
            }
            let goes_on = Instant::now() < deadline && !self.running.is_finished();
            assert!(goes_on, "{}: waited for: {what}: {now:?}", self.place.name);
            last = now;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn end(self, after: &GtidPosition) -> (program::Place, program::Figures) {
        let after = after.to_string();
        self.until("it has all", |at| {
            at.gtids.as_ref().map(ToString::to_string) == Some(after.clone())
        })
        .await;
        self.enough.cancel();
        let figures = self.running.await.unwrap();
        let written = self.place.checkpoint().unwrap().written.unwrap();
        assert!(written.ended, "{}", self.place.name);
        let length = self.place.output().metadata().unwrap().len();
        assert_eq!(
            written.output.unwrap().length,
            length,
            "{}",
            self.place.name
        );
        (self.place, figures)
    }
}

/// The rows for which the writers contend: the first transaction.
async fn fill_hot(written: &mut Written) -> Transactions {
    let entry = row::Journal {
        number: 0,
        writer: 0,
        seed: 0,
    };
    let mut digest = Digest::default();
    digest.add(
        "insert",
        "journal",
        &serde_json::Value::Null,
        &entry.image(),
    );
    written.run("BEGIN").await;
    written.run(&entry.insert()).await;
    for id in 0..writer::HOT {
        let image = serde_json::json!({"id": id, "n": 0, "last": 0});
        digest.add("insert", "hot", &serde_json::Value::Null, &image);
        written
            .run(&format!("INSERT INTO hot VALUES ({id}, 0, 0)"))
            .await;
    }
    written.run("COMMIT").await;
    Transactions::from([(0, digest)])
}

fn live_over(line: &Line, written: &Written) -> Live {
    let profile = Profile {
        address: Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: line.port,
        },
        ..profile_of(&written.server)
    };
    live_at(profile, written.server.root_password().clone())
}

/// Transactions of the one that the other lacks.
fn count(before: &GtidPosition, after: &GtidPosition) -> u64 {
    match (before, after) {
        (GtidPosition::MySql(before), GtidPosition::MySql(after)) => {
            after.subtract(before).count() as u64
        }
        (GtidPosition::MariaDb(before), GtidPosition::MariaDb(after)) => {
            after.subtract(before).iter().map(MariaRange::count).sum()
        }
        _ => panic!("of one server"),
    }
}

fn number_of(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{variable} is no number")),
    )
}
