//! Runs one checked statement and streams its rows.
//!
//! The statement goes through the prepared protocol, which lets the server refuse a second statement hidden in
//! the first; the few that no server prepares (HELP, SHOW WARNINGS …) go as text, which the guard has found to be
//! one statement. Rows leave in batches over a bounded channel: a slow reader slows the server, not our memory.

mod decode;
mod prepare;
pub mod rows;
pub mod spill;
mod stream;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use mysql_async::Value;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

pub use rows::{Batch, ResultSet};

use super::{
    Error, Result,
    error::Stopped,
    session::Session,
    sql::{guard::Checked, placeholders},
    value::Column,
};

/// Rows kept in memory before the rest goes to the temporary file.
pub const MEMORY_BUDGET: usize = 256 << 20;
/// How often the server is told again to stop.
const KILL_AGAIN: Duration = Duration::from_millis(500);
/// How long it may take to stop.
const KILL_PATIENCE: Duration = Duration::from_secs(5);

/// How one statement is to run.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The tab's database; `None` for the profile's.
    pub database: Option<String>,
    /// Stop after so many rows.
    pub row_limit: Option<u64>,
    /// How long the server may work on it; zero means no limit.
    pub time_limit: Duration,
    /// Bytes of rows held in memory; what exceeds them goes to the temporary file. `None` where the reader
    /// keeps nothing, so that no limit is needed.
    pub memory: Option<usize>,
    /// Values for the places of the statement, in order.
    pub values: Vec<placeholders::Value>,
}

impl Options {
    /// The profile's limits, and no values.
    pub fn of(session: &Session) -> Self {
        let limits = &session.profile().limits;
        Self {
            database: None,
            row_limit: (limits.rows > 0).then_some(limits.rows),
            time_limit: limits.statement(),
            memory: Some(MEMORY_BUDGET),
            values: Vec::new(),
        }
    }
}

/// What comes out while a statement runs: the columns first, then rows.
#[derive(Clone, Debug)]
pub enum Output {
    /// The columns; empty where the statement has no rows to give.
    Columns(Arc<[Column]>),
    /// Some rows.
    Rows(Batch),
}

/// How a statement ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that came out.
    pub rows: u64,
    /// There were more, and the row limit cut them off.
    pub cut: bool,
    /// From start to the last row.
    pub elapsed: Duration,
    /// From start to the first row.
    pub first_row: Option<Duration>,
    /// What the server warned about.
    pub warnings: Vec<Warning>,
}

/// A warning of the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// `Note`, `Warning` or `Error`.
    pub level: String,
    /// The server's number.
    pub code: String,
    /// The server's text.
    pub message: String,
}

/// Run one checked statement; its columns and rows go to `out` as they come.
///
/// If `cancel` fires or the receiver is dropped, the server is told to stop while the connection is still ours, so the kill cannot hit
/// somebody else's query. Never cancel by dropping this future alone: the server would go on.
///
/// # Errors
/// What the server said, a lost line, a full disk (the rows sent before stay readable), or
/// [`Error::Cancelled`] with how it stopped.
pub async fn run(
    session: &Session,
    statement: &Checked,
    options: &Options,
    out: mpsc::Sender<Output>,
    cancel: &CancellationToken,
) -> Result<Summary> {
    let start = Instant::now();
    let lease = session.lease(options.database.as_deref(), options.time_limit);
    let mut lease = tokio::select! {
        biased;
        () = cancel.cancelled() => return Err(Error::Cancelled(Stopped::BeforeServer)),
        lease = lease => lease?,
    };
    let id = lease.id();
    let mut answer = Box::pin(stream::stream(
        &mut lease, session, statement, options, &out, cancel, start,
    ));
    let (clean, end) = tokio::select! {
        biased;
        // Before the answer, which may use up this task's turn each time (tokio's cooperative budget) and leave none.
        () = unwanted(cancel, &out) => (false, Err(Error::Cancelled(stop(session, id, answer.as_mut()).await))),
        end = &mut answer => (end.as_ref().is_ok_and(|summary| !summary.cut) || matches!(end, Err(Error::Server { .. })), end),
    };
    drop(answer);
    if still_works(&end) {
        // Best effort: the connection is closed in any case, and the server notices that when it next writes.
        tokio::time::timeout(KILL_AGAIN, session.kill_query(id))
            .await
            .ok();
    }
    lease.finish(clean).await;
    end
}

/// Did we leave while the server may go on working?
fn still_works(end: &Result<Summary>) -> bool {
    match end {
        Ok(summary) => summary.cut,
        Err(error) => matches!(
            error,
            Error::ReadTimeout { .. } | Error::Unreadable { .. } | Error::Spill { .. }
        ),
    }
}

async fn unwanted(cancel: &CancellationToken, out: &mpsc::Sender<Output>) {
    tokio::select! {
        () = cancel.cancelled() => {}
        () = out.closed() => {}
    }
}

/// Tell the server to stop until the answer ends. A kill that arrives between prepare and execute is forgotten
/// by the server, so it is sent again.
async fn stop(
    session: &Session,
    id: u32,
    mut answer: impl Future<Output = Result<Summary>> + Unpin,
) -> Stopped {
    let deadline = tokio::time::Instant::now() + KILL_PATIENCE;
    let mut reason = "it did not stop in time".to_owned();
    while tokio::time::Instant::now() < deadline {
        let kill = async {
            let killed = tokio::time::timeout_at(deadline, session.kill_query(id)).await;
            tokio::time::sleep(KILL_AGAIN).await;
            killed
        };
        tokio::select! {
            biased;
            // Before the answer: rows that come faster than we read them would leave the kill no share of this task's
            // turn (tokio's cooperative budget), and it would never be sent.
            killed = kill => match killed {
                Ok(Ok(())) => {}
                Ok(Err(error)) => reason = error.to_string(),
                Err(_) => reason = String::from("the server did not answer"),
            },
            end = &mut answer => return match end {
                Err(Error::Cancelled(stopped)) => stopped,
                // A broken line ends the statement for us, not for the server.
                Err(error @ (Error::LostConnection { .. } | Error::ReadTimeout { .. })) => unconfirmed(id, error.to_string()),
                _ => Stopped::OnServer,
            },
        }
    }
    unconfirmed(id, reason)
}

fn unconfirmed(id: u32, reason: String) -> Stopped {
    Stopped::Unconfirmed {
        reason,
        statement: Session::kill_statement(id),
    }
}

/// Run a statement and gather all its rows; for answers that are known to be small, such as the schema's.
///
/// # Errors
/// As [`run`].
pub async fn collect(
    session: &Session,
    statement: &Checked,
    options: &Options,
    cancel: &CancellationToken,
) -> Result<(ResultSet, Summary)> {
    let (sender, mut receiver) = mpsc::channel(8);
    let gather = async {
        let mut rows = ResultSet::default();
        while let Some(output) = receiver.recv().await {
            match output {
                Output::Columns(columns) => rows = ResultSet::new(columns),
                Output::Rows(batch) => rows.push(batch),
            }
        }
        rows
    };
    let (summary, rows) = tokio::join!(run(session, statement, options, sender, cancel), gather);
    Ok((rows, summary?))
}

/// A value as the driver binds it.
fn driver_value(value: &placeholders::Value) -> Value {
    match value {
        placeholders::Value::Null => Value::NULL,
        placeholders::Value::Int(value) => Value::Int(*value),
        placeholders::Value::UInt(value) => Value::UInt(*value),
        placeholders::Value::Double(value) => Value::Double(*value),
        placeholders::Value::Text(value) => Value::Bytes(value.clone().into_bytes()),
    }
}
