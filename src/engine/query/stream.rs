//! One statement over one connection: prepare, execute, and rows out in batches.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use mysql_async::{Params, QueryResult, prelude::Queryable as _};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::{
    Batch, Options, Output, Summary, Warning, decode, decode::Decoder, driver_value,
    prepare::shielded, spill::SpillWriter,
};
use crate::engine::{
    Error, Result,
    error::Stopped,
    session::{Lease, Session, shelter::sheltered},
    sql::{guard::Checked, kind::Kind},
    value::Column,
};

/// Rows that wait no longer than this for the batch to fill.
const TICK: Duration = Duration::from_millis(50);
/// Rows of the first batch: enough to fill a window.
const FIRST_ROWS: usize = 128;
/// Rows of a full batch.
const BATCH_ROWS: usize = 8192;
/// Rows of a full batch for a reader that keeps none: small enough to stay in the processor's cache on its way.
const PASSING_ROWS: usize = 1024;
/// Bytes of a full batch.
const BATCH_BYTES: usize = 1 << 20;
/// "This command is not supported in the prepared statement protocol yet".
const UNSUPPORTED_PREPARED: u16 = 1295;

/// Run the statement on this connection.
pub(super) async fn stream(
    lease: &mut Lease,
    session: &Session,
    statement: &Checked,
    options: &Options,
    out: &mpsc::Sender<Output>,
    cancel: &CancellationToken,
    start: Instant,
) -> Result<Summary> {
    let mut summary = Summary::default();
    if statement.kind() == Kind::Use {
        return Err(Error::Invalid(
            "USE ends with its statement: choose the database of the tab above the editor, or put it into the URL (--url …/shop)".to_owned(),
        ));
    }
    let sql = shielded(statement).ok_or_else(|| {
        Error::Invalid("this statement cannot be sent unchanged: put blanks between `-` or `/` and the quote that follows".to_owned())
    })?;
    let silence = longest_silence(options.time_limit, session.profile().limits.read_timeout());
    let prepared = patient(session, silence, prepare(lease, statement, &sql)).await??;
    if cancel.is_cancelled() {
        // A kill would have hit the preparing, and be forgotten.
        return Err(Error::Cancelled(Stopped::BeforeServer));
    }
    let mut rows = Rows::new(session, options, out, cancel, start);
    if let Some(prepared) = prepared {
        let places = usize::from(prepared.num_params());
        if places != options.values.len() {
            return Err(Error::Parameters(format!(
                "the statement has {places} places for values (?), and {} values were given",
                options.values.len()
            )));
        }
        let values: Vec<_> = options.values.iter().map(driver_value).collect();
        let params = if values.is_empty() {
            Params::Empty
        } else {
            Params::Positional(values)
        };
        let answer = patient(
            session,
            silence,
            sheltered(lease.conn().exec_iter(&prepared, params)),
        )
        .await?;
        let mut answer = answer.map_err(|error| session.error(error))?;
        rows.take(&mut answer, &mut summary).await?;
        drop(answer);
        if !summary.cut {
            patient(session, silence, sheltered(lease.conn().close(prepared)))
                .await?
                .map_err(|error| session.error(error))?;
        }
    } else {
        let answer = patient(
            session,
            silence,
            sheltered(lease.conn().query_iter(sql.as_ref())),
        )
        .await?;
        let mut answer = answer.map_err(|error| session.error(error))?;
        rows.take(&mut answer, &mut summary).await?;
    }
    summary.elapsed = start.elapsed();
    if !summary.cut && lease.conn().get_warnings() > 0 {
        summary.warnings = patient(session, silence, lease.warnings())
            .await??
            .into_iter()
            .map(|(level, code, message)| Warning {
                level,
                code,
                message,
            })
            .collect();
    }
    Ok(summary)
}

/// `None` where the statement has to go as text: the guard has found it to be one statement.
async fn prepare(
    lease: &mut Lease,
    statement: &Checked,
    sql: &str,
) -> Result<Option<mysql_async::Statement>> {
    if statement.kind() == Kind::Diagnostics || lease.is_bare() {
        return Ok(None); // of Diagnostics, a failed PREPARE would be the warning that it shows
    }
    match sheltered(lease.conn().prep(sql)).await {
        Ok(prepared) => Ok(Some(prepared)),
        Err(mysql_async::Error::Server(error))
            if error.code == UNSUPPORTED_PREPARED
                && matches!(
                    statement.kind(),
                    Kind::Help | Kind::Show | Kind::XaRecover | Kind::CheckTable
                ) =>
        {
            Ok(None)
        }
        Err(error) => Err(lease.error(error)),
    }
}

/// A server may be silent for as long as it may work on the statement (it sends rows only when a packet is full),
/// and for the read timeout beyond that.
fn longest_silence(time_limit: Duration, read_timeout: Option<Duration>) -> Option<Duration> {
    let read_timeout = read_timeout?;
    (time_limit > Duration::ZERO).then(|| time_limit + read_timeout)
}

async fn patient<T>(
    session: &Session,
    silence: Option<Duration>,
    answer: impl Future<Output = T>,
) -> Result<T> {
    match silence {
        None => Ok(answer.await),
        Some(after) => tokio::time::timeout(after, answer)
            .await
            .map_err(|_| session.silent(after)),
    }
}

/// Where rows go: batches that grow, to memory or to the temporary file.
struct Rows<'a> {
    session: &'a Session,
    options: &'a Options,
    out: &'a mpsc::Sender<Output>,
    cancel: &'a CancellationToken,
    start: Instant,
    /// Rows of the batch being gathered; grows from the first to [`BATCH_ROWS`].
    full_batch: usize,
    in_memory: usize,
    spill: Option<SpillWriter>,
}

impl<'a> Rows<'a> {
    fn new(
        session: &'a Session,
        options: &'a Options,
        out: &'a mpsc::Sender<Output>,
        cancel: &'a CancellationToken,
        start: Instant,
    ) -> Self {
        Self {
            session,
            options,
            out,
            cancel,
            start,
            full_batch: FIRST_ROWS,
            in_memory: 0,
            spill: None,
        }
    }

    /// All rows of the answer, until its end or the row limit.
    async fn take<P>(
        &mut self,
        answer: &mut QueryResult<'_, 'static, P>,
        summary: &mut Summary,
    ) -> Result<()>
    where
        P: mysql_async::prelude::Protocol,
    {
        let from = answer.columns_ref();
        let columns: Arc<[Column]> = from.iter().map(decode::column).collect();
        let mut decoder = Decoder::new(&columns, from, self.options.memory.is_some());
        self.send(Output::Columns(columns.clone())).await;
        let limit = self.options.row_limit.unwrap_or(u64::MAX);
        let mut silence = Silence::new(self.session, self.options.time_limit);
        let mut tick = tokio::time::interval(TICK);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        'rows: loop {
            // Pinned first: the driver's futures are large, and this is done for each row.
            let mut next = std::pin::pin!(answer.next());
            let row = loop {
                tokio::select! {
                    biased;
                    row = sheltered(next.as_mut()) => break row,
                    _ = tick.tick() => {
                        if decoder.rows() > 0 {
                            self.flush(&mut decoder).await?;
                        }
                        silence.tick(summary.rows)?;
                    }
                }
            };
            match row.map_err(|error| self.session.error(error))? {
                None => break 'rows,
                Some(_) if summary.rows >= limit => {
                    summary.cut = true;
                    break 'rows;
                }
                Some(row) => {
                    decoder
                        .push(row)
                        .map_err(|misfit| self.misfit(&columns, misfit.column))?;
                    summary.rows += 1;
                }
            }
            if summary.first_row.is_none() {
                summary.first_row = Some(self.start.elapsed());
            }
            if decoder.rows() >= self.full_batch || decoder.bytes() >= BATCH_BYTES {
                self.flush(&mut decoder).await?;
                tick.reset();
            }
        }
        if decoder.rows() > 0 {
            self.flush(&mut decoder).await?;
        }
        Ok(())
    }

    async fn flush(&mut self, decoder: &mut Decoder) -> Result<()> {
        let most = if self.options.memory.is_some() {
            BATCH_ROWS
        } else {
            PASSING_ROWS
        };
        self.full_batch = (self.full_batch * 2).min(most);
        let batch = decoder.take();
        let bytes = batch.get_array_memory_size();
        let fits = self
            .options
            .memory
            .is_none_or(|budget| self.in_memory + bytes <= budget);
        let batch = if fits && self.spill.is_none() {
            self.in_memory += bytes;
            Batch::Memory(batch)
        } else {
            let mut writer = match self.spill.take() {
                Some(writer) => writer,
                None => SpillWriter::new(decoder.schema())?,
            };
            let (writer, spilled) = tokio::task::spawn_blocking(move || {
                let spilled = writer.write(&batch);
                (writer, spilled)
            })
            .await
            .map_err(|stopped| Error::Spill {
                source: std::io::Error::other(stopped),
            })?;
            self.spill = Some(writer);
            Batch::Spilled(spilled?)
        };
        self.send(Output::Rows(batch)).await;
        Ok(())
    }

    /// Hand over, unless nobody wants it any more: then the answer is only read to the end that the kill gives it.
    async fn send(&self, output: Output) {
        tokio::select! {
            biased;
            () = self.cancel.cancelled() => {}
            sent = self.out.send(output) => sent.ok().unwrap_or_default(),
        }
    }

    fn misfit(&self, columns: &[Column], column: usize) -> Error {
        let name = columns
            .get(column)
            .map_or("", |column| column.name.as_str());
        Error::Unreadable {
            address: self.session.facts().address.clone(),
            reason: format!(
                "a value of column {name:?} does not have the type that the server announced"
            ),
        }
    }
}

/// Watches for a server that says nothing.
struct Silence<'a> {
    session: &'a Session,
    limit: Option<Duration>,
    rows: u64,
    since: Instant,
}

impl<'a> Silence<'a> {
    fn new(session: &'a Session, time_limit: Duration) -> Self {
        Self {
            session,
            limit: longest_silence(time_limit, session.profile().limits.read_timeout()),
            rows: 0,
            since: Instant::now(),
        }
    }

    fn tick(&mut self, rows: u64) -> Result<()> {
        if rows != self.rows {
            self.rows = rows;
            self.since = Instant::now();
        }
        match self.limit {
            Some(after) if self.since.elapsed() > after => Err(self.session.silent(after)),
            _ => Ok(()),
        }
    }
}
