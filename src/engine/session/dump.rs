//! A connection that turns into a stream of the server's binary log.
//!
//! It belongs to no pool and runs nothing of a person; what it sends is in `own.rs`. The driver gives events as they
//! came, without their checksums, which it hands over beside them and does not look at. One thing it does unasked: it
//! unpacks MySQL's compressed transactions, reserving the size that the event declares. So a stream is opened in a
//! process of its own (`binlog/source/live`), and what the driver unpacked is not used.

use std::{
    future::poll_fn,
    pin::{Pin, pin},
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream as _;
use mysql_async::{BinlogStream, BinlogStreamRequest, Conn, Sid, binlog::events::Event};
use mysql_common::proto::MySerialize as _;

use super::{
    ANSWER, connect,
    facts::first_cell,
    own::{Own, Rows},
    shelter::sheltered,
};
use crate::engine::{
    Result,
    profiles::{Profile, Secret},
    sql::dialect::{Dialect, Product},
};

/// The name under which a reader stands in the server's list of replicas.
const HOST_NAME: &[u8] = b"porthole";
/// How long the server waits for us to take what it sends; our own patience ends before.
const WRITE_TIMEOUT: Duration = Duration::from_mins(5);
/// Time for an answer that the server may have to look for in a file of a gigabyte.
const SEARCH: Duration = Duration::from_mins(1);

/// Kinds of events that are no part of a transaction, however they are numbered in it.
const ROTATE: u8 = 4;
const FORMAT_DESCRIPTION: u8 = 15;
const HEARTBEAT: u8 = 27;
const TRANSACTION_PAYLOAD: u8 = 40;
const HEARTBEAT_V2: u8 = 41;

/// A connection that has not asked for the log yet.
pub(in crate::engine) struct Dump {
    conn: Conn,
    profile: Profile,
    facts: DumpFacts,
}

/// What the server says of itself and of its log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::engine) struct DumpFacts {
    /// The server's full version text.
    pub(in crate::engine) version: String,
    /// Its replication id.
    pub(in crate::engine) server_id: u32,
    /// MySQL's; it stays with the server's data.
    pub(in crate::engine) server_uuid: Option<String>,
    /// MySQL's `gtid_mode`.
    pub(in crate::engine) gtid_mode: Option<String>,
    /// Every transaction that it has: MySQL's `gtid_executed`, MariaDB's `gtid_binlog_pos`.
    pub(in crate::engine) gtids: Option<String>,
}

impl DumpFacts {
    /// Product and version in digits.
    pub(in crate::engine) fn dialect(&self) -> Dialect {
        Dialect::parse(&self.version)
    }
}

/// Where a stream begins.
#[derive(Clone, Debug)]
pub(in crate::engine) enum Place {
    /// At an event of a file; an empty name is the first file.
    File { name: String, offset: u32 },
    /// After these (MySQL).
    Sids(Vec<Sid<'static>>),
    /// After this state (MariaDB): digits, hyphens and commas.
    State(String),
}

/// What is asked for.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Request {
    pub(in crate::engine) place: Place,
    /// As which replica: no other of the server may have it at the same time.
    pub(in crate::engine) reader_id: u32,
    /// Between two signs of life while there is nothing to send.
    pub(in crate::engine) heartbeat: Duration,
    /// End where the log ends now, instead of waiting for more.
    pub(in crate::engine) stop_at_end: bool,
}

impl Dump {
    /// Connect, and read what the server says of its log.
    pub(in crate::engine) async fn connect(
        profile: &Profile,
        password: Option<&Secret>,
    ) -> Result<Self> {
        let mut conn = connect::single(profile, password).await?;
        let facts = tokio::time::timeout(ANSWER, read_facts(&mut conn))
            .await
            .map_err(|_| connect::silent(profile, ANSWER))?
            .map_err(|error| connect::in_use(profile, error))?;
        Ok(Self {
            conn,
            profile: profile.clone(),
            facts,
        })
    }

    /// What was read.
    pub(in crate::engine) fn facts(&self) -> &DumpFacts {
        &self.facts
    }

    /// The names of its files, the oldest first.
    pub(in crate::engine) async fn logs(&mut self) -> Result<Vec<String>> {
        let rows = self.ask(&Own::BinaryLogs, ANSWER).await?;
        let name = |row: Vec<Option<String>>| row.into_iter().next().flatten();
        Ok(rows.into_iter().filter_map(name).collect())
    }

    /// Its last file, and where that ends.
    pub(in crate::engine) async fn end(&mut self) -> Result<Option<(String, u64)>> {
        let own = Own::BinlogEnd(self.facts.dialect());
        let row = self.ask(&own, ANSWER).await?.into_iter().next();
        let mut cells = row.unwrap_or_default().into_iter().flatten();
        let (file, offset) = (cells.next(), cells.next());
        Ok(file.zip(offset.and_then(|offset| offset.parse().ok())))
    }

    /// The GTID state before a place in a file (MariaDB); none where that is no event's place.
    pub(in crate::engine) async fn gtids_before(
        &mut self,
        file: &str,
        offset: u64,
    ) -> Result<Option<String>> {
        let rows = self.ask(&Own::GtidsBefore { file, offset }, SEARCH).await?;
        let cell = rows
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next());
        Ok(cell.flatten())
    }

    async fn ask(&mut self, own: &Own<'_>, limit: Duration) -> Result<Rows> {
        tokio::time::timeout(limit, own.rows(&mut self.conn))
            .await
            .map_err(|_| connect::silent(&self.profile, limit))?
            .map_err(|error| connect::in_use(&self.profile, error))
    }

    /// Ask for the log. Whether the server gives it shows with the first event.
    pub(in crate::engine) async fn stream(mut self, request: Request) -> Result<EventStream> {
        let state = match &request.place {
            Place::State(state) => {
                debug_assert!(
                    state
                        .bytes()
                        .all(|c| c.is_ascii_digit() || b"-,".contains(&c))
                );
                Some(state.as_str())
            }
            _ => None,
        };
        let own = Own::FollowBinlog {
            dialect: self.facts.dialect(),
            after: state,
            heartbeat: request.heartbeat,
            write_timeout: WRITE_TIMEOUT,
        };
        self.ask(&own, ANSWER).await?;
        let profile = self.profile;
        let asked = async {
            let mut asked = BinlogStreamRequest::new(request.reader_id).with_hostname(HOST_NAME);
            if request.stop_at_end {
                asked = asked.with_non_blocking();
            }
            asked = match &request.place {
                Place::File { name, offset } => asked
                    .with_filename(name.as_bytes())
                    .with_pos(u64::from(*offset)),
                Place::Sids(sids) => asked
                    .with_gtid()
                    .with_gtid_set(sids.iter().cloned())
                    .with_pos(4_u64),
                Place::State(_) => asked.with_pos(4_u64),
            };
            self.conn.get_binlog_stream(asked).await
        };
        let stream = tokio::time::timeout(ANSWER, sheltered(asked))
            .await
            .map_err(|_| connect::silent(&profile, ANSWER))?
            .map_err(|error| connect::in_use(&profile, error))?;
        Ok(EventStream {
            stream,
            profile,
            unpacking: false,
        })
    }
}

async fn read_facts(conn: &mut Conn) -> mysql_async::Result<DumpFacts> {
    let version = first_cell(Own::Version.rows(conn).await?);
    let dialect = Dialect::parse(&version);
    let rows = Own::BinlogFacts(dialect).rows(conn).await?;
    let mut cells = rows.into_iter().next().unwrap_or_default().into_iter();
    let mut next = || cells.next().flatten();
    let server_id = next().and_then(|id| id.parse().ok()).unwrap_or(0);
    let is_mysql = dialect.product == Product::MySql;
    let (server_uuid, gtid_mode) = if is_mysql {
        (next(), next())
    } else {
        (None, None)
    };
    Ok(DumpFacts {
        version,
        server_id,
        server_uuid,
        gtid_mode,
        gtids: next(),
    })
}

/// The events of a server.
pub(in crate::engine) struct EventStream {
    stream: BinlogStream,
    profile: Profile,
    /// The last event was a compressed transaction: what follows without a place of its own, the driver unpacked.
    unpacking: bool,
}

impl EventStream {
    /// The next event, into `to` as it stands in the file, header and checksum included; false at the end.
    ///
    /// After an error, or the end, the stream is not polled again.
    pub(in crate::engine) fn poll_into(
        &mut self,
        cx: &mut Context<'_>,
        to: &mut Vec<u8>,
    ) -> Poll<Result<bool>> {
        loop {
            let stream = &mut self.stream;
            let next = poll_fn(|cx| Pin::new(&mut *stream).poll_next(cx).map(Option::transpose));
            let event = match ready!(pin!(sheltered(next)).poll(cx)) {
                Ok(Some(event)) => event,
                Ok(None) => return Poll::Ready(Ok(false)),
                Err(error) => return Poll::Ready(Err(connect::in_use(&self.profile, error))),
            };
            let header = event.header();
            let kind = header.event_type_raw();
            if self.unpacking && header.log_pos() == 0 && !stands_alone(kind) {
                continue;
            }
            self.unpacking = kind == TRANSACTION_PAYLOAD;
            write(&event, to);
            return Poll::Ready(Ok(true));
        }
    }
}

fn stands_alone(kind: u8) -> bool {
    matches!(kind, ROTATE | FORMAT_DESCRIPTION | HEARTBEAT | HEARTBEAT_V2)
}

/// The event's own bytes again: the driver has taken off the checksum, and the algorithm in front of a description's.
fn write(event: &Event, to: &mut Vec<u8>) {
    let header = event.header();
    let is_description = header.event_type_raw() == FORMAT_DESCRIPTION;
    header.serialize(to);
    to.extend_from_slice(event.data());
    let algorithm = event.footer().get_checksum_alg();
    if is_description && let Ok(Some(algorithm)) = algorithm {
        to.push(algorithm as u8);
    }
    if let Some(checksum) = event.checksum() {
        to.extend_from_slice(&checksum);
    }
}
