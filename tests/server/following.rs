//! A server of one test, and its binary log followed live: what the tests of following share.
//!
//! What comes is gathered by name: the GTID of each whole transaction, with how many rows events it had.

use std::{path::PathBuf, sync::Arc, time::Duration};

use mysql_async::{Conn, prelude::Queryable as _};
use porthole::{
    demo::{Kind, Options, Server},
    engine::{
        Error, Result,
        binlog::{
            checkpoint::Checkpoint,
            event::Event,
            frame::{Flavour, Format},
            gtid::{Gtid, GtidPosition},
            kind,
            source::{
                Ending, Note, NoteKind, Source as _, Step,
                live::{self, Begin, Cause, Link, Live, LiveSource, Program},
            },
            tracker::Tracker,
        },
        profiles::{Profile, Secret},
    },
};
use tokio::{
    sync::{Mutex, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    sessions::{eventually, profile_of},
    support,
};

/// One whole transaction as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Its GTID; none where the server has none.
    pub(crate) name: Option<Gtid>,
    /// Events with rows.
    pub(crate) rows: u32,
    /// The place after it.
    pub(crate) after: (String, u64),
}

/// All that came, up to the end.
pub(crate) struct Whole {
    pub(crate) transactions: Vec<Seen>,
    pub(crate) notes: Vec<Note>,
    pub(crate) ending: Result<Ending>,
    pub(crate) checkpoint: Checkpoint,
}

impl Whole {
    pub(crate) fn names(&self) -> Vec<Option<Gtid>> {
        self.transactions.iter().map(|seen| seen.name).collect()
    }

    pub(crate) fn kinds(&self) -> Vec<NoteKind> {
        self.notes.iter().map(|note| note.kind).collect()
    }

    #[track_caller]
    pub(crate) fn cause(&self) -> Cause {
        match &self.ending {
            Err(Error::Binlog(refusal)) => refusal.cause,
            other => panic!("expected a refusal, got {other:?}"),
        }
    }
}

/// A following under way.
pub(crate) struct Following {
    pub(crate) link: watch::Receiver<Link>,
    pub(crate) count: watch::Receiver<usize>,
    /// Whoever has it makes the consumer stand still.
    pub(crate) gate: Arc<Mutex<()>>,
    pub(crate) cancel: CancellationToken,
    pub(crate) gathered: JoinHandle<Whole>,
    _work: JoinHandle<()>,
}

impl Following {
    pub(crate) fn start(live: Live, begin: Begin, stop_at_end: bool) -> Self {
        let cancel = CancellationToken::new();
        let (source, link, work) = live::follow(live, begin, stop_at_end, cancel.clone());
        let (counted, count) = watch::channel(0);
        let gate = Arc::new(Mutex::new(()));
        let open = gate.clone();
        Self {
            link,
            count,
            gate,
            cancel,
            gathered: tokio::task::spawn_blocking(move || gather(source, &counted, &open)),
            _work: tokio::spawn(work),
        }
    }

    /// Wait until so many whole transactions came.
    pub(crate) async fn until(&mut self, wanted: usize) {
        let waiting = tokio::time::timeout(
            Duration::from_mins(2),
            self.count.wait_for(|count| *count >= wanted),
        );
        let came = matches!(waiting.await, Ok(Ok(_)));
        assert!(
            came,
            "{} of {wanted} transactions came; the line: {:?}",
            *self.count.borrow(),
            *self.link.borrow()
        );
    }

    pub(crate) async fn until_link(&mut self, what: &str, wanted: impl FnMut(&Link) -> bool) {
        let seen = tokio::time::timeout(Duration::from_mins(2), self.link.wait_for(wanted));
        assert!(matches!(seen.await, Ok(Ok(_))), "waited for: {what}");
    }

    pub(crate) async fn until_open(&mut self) {
        self.until_link("the line is open", |link| matches!(link, Link::Open { .. }))
            .await;
    }

    pub(crate) async fn stop(self) -> Whole {
        self.cancel.cancel();
        self.end().await
    }

    pub(crate) async fn end(self) -> Whole {
        self.gathered.await.unwrap()
    }
}

/// What a decoder does with the steps, as far as it is about transactions.
pub(crate) fn gather(
    mut source: LiveSource,
    counted: &watch::Sender<usize>,
    open: &Mutex<()>,
) -> Whole {
    let mut transactions = Vec::new();
    let mut notes = Vec::new();
    let mut format: Option<Format> = None;
    let mut tracker: Option<Tracker> = None;
    let (mut name, mut rows) = (None, 0);
    let ending = loop {
        drop(open.blocking_lock());
        let step = source.next();
        if let Some(begun) = source.begun() {
            (name, rows) = (None, 0);
            tracker = Some(Tracker::new(begun));
        }
        let raw = match step {
            Ok(Step::Event(raw)) => raw,
            Ok(Step::Note(note)) => {
                notes.push(note);
                continue;
            }
            Ok(Step::End(ending)) => break Ok(ending),
            Err(error) => break Err(error),
        };
        if matches!(
            raw.header.kind,
            kind::WRITE_ROWS | kind::WRITE_ROWS_V1 | kind::UPDATE_ROWS | kind::UPDATE_ROWS_V1
        ) {
            rows += 1;
        }
        if !Tracker::wants(raw.header.kind) {
            continue;
        }
        let event = Event::parse(&raw, format.as_ref()).unwrap();
        match &event {
            Event::FormatDescription(read) => format = Some((**read).clone()),
            Event::Gtid(gtid) => (name, rows) = (gtid.gtid.map(Gtid::MySql), 0),
            Event::MariaGtid(begin) => (name, rows) = (Some(Gtid::MariaDb(begin.gtid)), 0),
            _ => {}
        }
        let tracker = tracker.as_mut().unwrap();
        if tracker.take(&raw, &event).unwrap() {
            transactions.push(Seen {
                name: name.take(),
                rows,
                after: (raw.file.to_string(), raw.end),
            });
            rows = 0;
            counted.send_replace(transactions.len());
        }
    };
    Whole {
        transactions,
        notes,
        ending,
        checkpoint: tracker.map_or_else(
            || Checkpoint::new(Flavour::default(), None),
            |tracker| tracker.checkpoint().clone(),
        ),
    }
}

/// A server of one test, with a table that rows can be written to.
pub(crate) struct Written {
    pub(crate) server: Server,
    pub(crate) admin: Conn,
    pub(crate) next: u32,
}

impl Written {
    pub(crate) async fn start(kind: Kind, args: &[&str]) -> Self {
        let options = Options {
            args: args.iter().map(ToString::to_string).collect(),
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let mut admin = server.connect().await.unwrap();
        for sql in [
            "CREATE DATABASE followed",
            "CREATE TABLE followed.t (id INT PRIMARY KEY, word LONGTEXT)",
        ] {
            admin.query_drop(sql).await.unwrap();
        }
        Self {
            server,
            admin,
            next: 0,
        }
    }

    pub(crate) fn live(&self) -> Live {
        live_at(
            profile_of(&self.server),
            self.server.root_password().clone(),
        )
    }

    /// Transactions of three statements each.
    pub(crate) async fn write(&mut self, transactions: u32) {
        for _ in 0..transactions {
            self.begin().await;
            self.run("COMMIT").await;
        }
    }

    /// What second since 1970 UTC it is there.
    pub(crate) async fn now(&mut self) -> u32 {
        let now = self.admin.query_first("SELECT UNIX_TIMESTAMP()").await;
        now.unwrap().unwrap()
    }

    pub(crate) async fn begin(&mut self) {
        self.run("BEGIN").await;
        for _ in 0..3 {
            self.next += 1;
            let sql = format!("INSERT INTO followed.t VALUES ({}, 'word')", self.next);
            self.run(&sql).await;
        }
    }

    pub(crate) async fn run(&mut self, sql: &str) {
        self.admin
            .query_drop(sql)
            .await
            .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    pub(crate) async fn one(&mut self, sql: &str) -> String {
        self.admin.query_first(sql).await.unwrap().unwrap()
    }

    /// All that the server has by now.
    pub(crate) async fn gtids(&mut self) -> GtidPosition {
        let sql = match self.server.kind() {
            Kind::MySql => "SELECT @@global.gtid_executed",
            Kind::MariaDb => "SELECT @@global.gtid_binlog_pos",
        };
        let text = self.one(sql).await;
        position(self.server.kind(), &text)
    }

    pub(crate) async fn place(&mut self) -> (String, u64) {
        let sql = match self.server.kind() {
            Kind::MySql => "SHOW BINARY LOG STATUS",
            Kind::MariaDb => "SHOW MASTER STATUS",
        };
        let row: mysql_async::Row = self.admin.query_first(sql).await.unwrap().unwrap();
        (row.get(0).unwrap(), row.get(1).unwrap())
    }

    /// The first file that there is.
    async fn first_file(&mut self) -> String {
        let row: mysql_async::Row = self
            .admin
            .query_first("SHOW BINARY LOGS")
            .await
            .unwrap()
            .unwrap();
        row.get(0).unwrap()
    }

    /// A file that a reader has just let go of may be held for a moment yet, and is then not purged.
    pub(crate) async fn purge_to(&mut self, file: &str) {
        eventually("the files are purged", async || {
            self.run(&format!("PURGE BINARY LOGS TO '{file}'")).await;
            self.first_file().await == file
        })
        .await;
    }

    pub(crate) async fn dump_threads(&mut self) -> Vec<u32> {
        let sql = match self.server.kind() {
            // Its processlist has the statements too, and fails over those that utf8mb3 cannot hold.
            Kind::MySql => {
                "SELECT processlist_id FROM performance_schema.threads WHERE processlist_command LIKE 'Binlog Dump%'"
            }
            Kind::MariaDb => {
                "SELECT id FROM information_schema.processlist WHERE command LIKE 'Binlog Dump%'"
            }
        };
        self.admin.query(sql).await.unwrap()
    }

    pub(crate) async fn restart(&mut self) {
        self.server.resume().await.unwrap();
        self.admin = self.server.connect().await.unwrap();
    }
}

pub(crate) fn live_at(profile: Profile, password: Secret) -> Live {
    Live {
        profile,
        password: Some(password),
        program: Program::at(PathBuf::from(env!("CARGO_BIN_EXE_porthole"))),
    }
}

pub(crate) fn position(kind: Kind, text: &str) -> GtidPosition {
    match kind {
        Kind::MySql => GtidPosition::MySql(text.parse().unwrap()),
        Kind::MariaDb => GtidPosition::MariaDb(text.parse().unwrap()),
    }
}

pub(crate) async fn each_kind(test: impl AsyncFn(Kind)) {
    tokio::join!(test(Kind::MySql), test(Kind::MariaDb));
}
