//! An open, pooled connection to one server, made safe.
//!
//! A [`Session`] is a cheap handle; each job takes a `Lease`, which is one connection for the job alone. No
//! state of a person's statements outlives its lease: connections are reset when they return, and one whose
//! statement did not end cleanly is closed instead.

mod bare;
mod connect;
pub(in crate::engine) mod dump;
pub mod facts;
pub mod flavour;
mod functions;
pub mod grants;
mod layer;
mod lookalike;
mod own;
pub mod shelter;
mod tls;

use std::{
    collections::HashSet,
    fmt,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::{Duration, Instant},
};

use mysql_async::{Conn, Opts, Pool, prelude::Queryable as _};

pub use super::sql::dialect::{Dialect, Product};
pub use facts::{Facts, TlsFacts};
pub use grants::{Power, ReadOnly};

use self::{layer::Layer, own::Own, shelter::sheltered};
use super::{
    Error, Result,
    error::{ConnectCause, ConnectError},
    profiles::{Profile, Secret},
    sql::guard::{Functions, Rules},
};

/// Time for a polite goodbye; then the line is simply dropped.
const GOODBYE: Duration = Duration::from_millis(50);
/// Pauses before a full server is asked again.
const FULL_PAUSES: [Duration; 3] = [
    Duration::from_millis(50),
    Duration::from_millis(150),
    Duration::from_millis(450),
];
/// Time for the answer to a word of our own that the server need not work on.
const ANSWER: Duration = Duration::from_secs(3);

/// An open profile: a pool of connections to one server.
#[derive(Clone)]
pub struct Session {
    inner: Arc<Inner>,
}

struct Inner {
    profile: Profile,
    /// Holds the password; never printed.
    opts: Opts,
    pool: Pool,
    /// The connection that the facts were read over, until a job takes it: the pool would first reset it, and open
    /// another meanwhile.
    first: Mutex<Option<Conn>>,
    facts: Facts,
    /// Does the session's read-only mode hold on this server?
    layer: Layer,
    functions: Arc<Functions>,
    /// Connections that stand in a database: the reset on return does not undo that, and a tab without a
    /// database must not get one of them.
    placed: Mutex<HashSet<u32>>,
    /// The tests' door; see `bare.rs`.
    #[cfg(feature = "unguarded")]
    bare: bool,
}

impl Inner {
    fn new(profile: &Profile, first: First) -> Self {
        Self {
            profile: profile.clone(),
            opts: first.opts,
            pool: first.pool,
            first: Mutex::new(first.conn),
            facts: first.facts,
            layer: first.layer,
            functions: Arc::new(first.functions),
            placed: Mutex::default(),
            #[cfg(feature = "unguarded")]
            bare: false,
        }
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("address", &self.inner.facts.address)
            .finish_non_exhaustive()
    }
}

/// Connect once, look, and close again: the answer of "Test connection".
pub async fn test(profile: &Profile, password: Option<&Secret>) -> Result<Facts> {
    let first = First::connect(profile, password).await?;
    if let Some(conn) = first.conn {
        say_goodbye(conn).await;
    }
    Ok(first.facts)
}

/// The first connection of a profile, and what was read over it.
struct First {
    /// `None` once it cannot be used any more.
    conn: Option<Conn>,
    pool: Pool,
    opts: Opts,
    facts: Facts,
    layer: Layer,
    functions: Functions,
}

impl First {
    async fn connect(profile: &Profile, password: Option<&Secret>) -> Result<Self> {
        check_time_zone(profile)?;
        let (mut conn, pool, opts) = connect::open(profile, password).await?;
        let limit = Duration::from_secs(profile.limits.connect_timeout_secs.max(1));
        let (facts, layer) =
            match tokio::time::timeout(limit, facts::read(&mut conn, profile)).await {
                Ok(read) => read.map_err(|error| connect::classify(profile, error))?,
                Err(_) => {
                    return Err(Error::Connect(ConnectError {
                        cause: ConnectCause::Timeout,
                        address: profile.address.to_string(),
                        message: format!(
                            "connected, but the server did not answer within {} s",
                            limit.as_secs()
                        ),
                    }));
                }
            };
        Ok(Self {
            conn: Some(conn),
            pool,
            opts,
            facts,
            layer,
            functions: Functions::default(),
        })
    }

    /// The functions beyond the server's own. A server that is slow to tell them is no reason not to connect: then
    /// none may be called, and the connection that waits for the answer is not used again.
    async fn learn_functions(&mut self, profile: &Profile) -> Result<()> {
        let Some(mut conn) = self.conn.take() else {
            return Ok(());
        };
        let dialect = self.facts.dialect();
        let read = functions::read(&mut conn, dialect);
        if let Ok(functions) = tokio::time::timeout(ANSWER, read).await {
            self.functions = functions.map_err(|error| connect::classify(profile, error))?;
            self.conn = Some(conn);
        } else {
            self.functions = functions::unread();
            say_goodbye(conn).await;
        }
        Ok(())
    }
}

/// A zone goes into a statement of our own, so only characters that zones have may pass.
fn check_time_zone(profile: &Profile) -> Result<()> {
    let zone = &profile.time_zone;
    let fits = !zone.is_empty()
        && zone.len() <= 64
        && zone
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/_+-:".contains(c));
    if fits {
        return Ok(());
    }
    Err(Error::Connect(ConnectError {
        cause: ConnectCause::UnknownTimeZone,
        address: profile.address.to_string(),
        message:
            "the session time zone is an offset such as +00:00 or a name such as Europe/Berlin"
                .to_owned(),
    }))
}

impl Session {
    /// Open a profile: connect once, read who answers, and keep a pool for what follows.
    pub async fn open(profile: &Profile, password: Option<&Secret>) -> Result<Self> {
        let mut first = First::connect(profile, password).await?;
        first.learn_functions(profile).await?;
        Ok(Self {
            inner: Arc::new(Inner::new(profile, first)),
        })
    }

    /// What is known of the server and of this line.
    pub fn facts(&self) -> &Facts {
        &self.inner.facts
    }

    /// The profile that is open.
    pub fn profile(&self) -> &Profile {
        &self.inner.profile
    }

    /// The password that it was opened with, for another connection to the same server.
    pub(in crate::engine) fn password(&self) -> Option<Secret> {
        let password = self.inner.opts.pass()?;
        Some(Secret::new(password.to_owned()))
    }

    /// What the guard needs to know.
    pub fn rules(&self) -> Rules {
        Rules {
            dialect: self.inner.facts.dialect(),
            sql_mode: self.inner.facts.sql_mode,
            functions: self.inner.functions.clone(),
            call_stored_functions: self.inner.profile.call_stored_functions,
            check_tables: self.inner.profile.check_tables,
        }
    }

    /// Is the server there? One round trip, at most twice 3 s: over a connection of the pool, and where that one
    /// is dead or none is free, over a new one.
    pub async fn ping(&self) -> Result<Duration> {
        let pooled = tokio::time::timeout(ANSWER, async {
            let mut conn = match self.take_first() {
                Some(conn) => conn,
                None => self.inner.pool.get_conn().await?,
            };
            round_trip(&mut conn).await
        });
        if let Ok(Ok(time)) = pooled.await {
            return Ok(time);
        }
        let mut conn = tokio::time::timeout(ANSWER, Conn::new(self.inner.opts.clone()))
            .await
            .map_err(|_| self.silent(ANSWER))?
            .map_err(|error| connect::classify(self.profile(), error))?;
        let time = tokio::time::timeout(ANSWER, round_trip(&mut conn))
            .await
            .map_err(|_| self.silent(ANSWER))?
            .map_err(|error| self.error(error))?;
        say_goodbye(conn).await;
        Ok(time)
    }

    /// Nothing came for so long.
    pub(in crate::engine) fn silent(&self, after: Duration) -> Error {
        connect::silent(self.profile(), after)
    }

    /// Say in the engine's words what the driver said while a connection was in use.
    pub(in crate::engine) fn error(&self, error: mysql_async::Error) -> Error {
        connect::in_use(self.profile(), error)
    }

    /// Close all connections.
    pub async fn close(self) {
        drop(self.take_first());
        // Waits for leases that are out; a server that does not answer must not hold up the end.
        tokio::time::timeout(Duration::from_secs(2), self.inner.pool.clone().disconnect())
            .await
            .ok();
    }

    /// A connection of the pool. A server that is full for a moment (it may still be clearing up a connection
    /// that we closed) is asked again, with growing pauses.
    async fn connection(&self) -> Result<Conn> {
        if let Some(conn) = self.take_first() {
            return Ok(conn);
        }
        for pause in FULL_PAUSES {
            match self.pooled().await {
                Err(error) if error.cause == ConnectCause::TooManyConnections => {
                    tokio::time::sleep(pause).await;
                }
                end => return Ok(end.map_err(|error| self.explained(error))?),
            }
        }
        Ok(self.pooled().await?)
    }

    /// From the pool, or beside it. The driver resets a connection that returns, and waits for that answer without
    /// limit: one whose network went away just then keeps its place until the system gives the line up.
    async fn pooled(&self) -> Result<Conn, ConnectError> {
        let pooled = connect::within(self.profile(), self.inner.pool.get_conn());
        let open = self
            .inner
            .pool
            .metrics()
            .connection_count
            .load(Ordering::Relaxed);
        if open < self.inner.profile.pool.most() || self.all_in_use() {
            return pooled.await;
        }
        match tokio::time::timeout(ANSWER, pooled).await {
            Ok(end) => end,
            Err(_) => connect::within(self.profile(), Conn::new(self.inner.opts.clone())).await,
        }
    }

    fn all_in_use(&self) -> bool {
        let metrics = self.inner.pool.metrics();
        metrics.connections_in_use.load(Ordering::Relaxed) >= self.inner.profile.pool.most()
    }

    /// Waiting for one of our own connections is not the network's fault.
    fn explained(&self, error: ConnectError) -> ConnectError {
        if error.cause != ConnectCause::Timeout || !self.all_in_use() {
            return error;
        }
        ConnectError {
            cause: ConnectCause::TooManyConnections,
            message: format!(
                "all {} connections of this profile are busy",
                self.inner.profile.pool.most()
            ),
            ..error
        }
    }

    fn take_first(&self) -> Option<Conn> {
        self.inner
            .first
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    fn is_placed(&self, id: u32) -> bool {
        self.inner
            .placed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .contains(&id)
    }

    fn forget_place(&self, id: u32) {
        self.inner
            .placed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }

    fn remember_place(&self, id: u32) {
        self.inner
            .placed
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(id);
    }

    /// A connection for one job, made safe, in the given database or else in the profile's.
    pub(in crate::engine) async fn lease(
        &self,
        database: Option<&str>,
        time_limit: Duration,
    ) -> Result<Lease> {
        let database = database.or(self.inner.profile.database.as_deref());
        let mut stale = false;
        loop {
            // A pooled connection may have died unseen; then a new one is made, for the others have died with it.
            let mut conn = if stale {
                connect::within(self.profile(), Conn::new(self.inner.opts.clone())).await?
            } else {
                self.connection().await?
            };
            if database.is_none() && self.is_placed(conn.id()) {
                self.forget_place(conn.id());
                say_goodbye(conn).await;
                continue;
            }
            if let Err(error) = self.make_safe(&mut conn, time_limit).await {
                self.forget_place(conn.id());
                say_goodbye(conn).await;
                if stale || matches!(error, Error::Server { .. }) {
                    return Err(error);
                }
                stale = true;
                continue;
            }
            let lease = Lease {
                id: conn.id(),
                conn: Some(conn),
                session: self.clone(),
            };
            return match database {
                Some(name) => lease.in_database(name).await,
                None => Ok(lease),
            };
        }
    }

    /// Set the session up again, and see that it is so.
    async fn make_safe(&self, conn: &mut Conn, time_limit: Duration) -> Result<()> {
        let facts = &self.inner.facts;
        if self.is_bare() {
            return Ok(());
        }
        let own = Own::make_safe(
            facts.dialect(),
            self.profile(),
            Some(&facts.sql_mode_text),
            time_limit,
            self.inner.layer,
        );
        tokio::time::timeout(ANSWER, own.run(conn))
            .await
            .map_err(|_| self.silent(ANSWER))?
            .map_err(|error| self.error(error))?;
        if self.inner.layer != Layer::Kept {
            return Ok(());
        }
        let found = tokio::time::timeout(ANSWER, layer::surprise(conn, facts.dialect()))
            .await
            .map_err(|_| self.silent(ANSWER))?
            .map_err(|error| self.error(error))?;
        match found {
            None if layer::is_left_open(conn) => {
                Err(self.unsafe_session("it is inside a transaction"))
            }
            None => Ok(()),
            Some(found) => Err(self.unsafe_session(found)),
        }
    }

    fn unsafe_session(&self, found: &'static str) -> Error {
        Error::UnsafeSession {
            address: self.inner.facts.address.clone(),
            found,
        }
    }

    /// Tell the server to stop what a connection runs, over a connection outside the pool. A balancer may lead that
    /// one to another server, where the same number is somebody else's: then nothing is killed.
    pub(in crate::engine) async fn kill_query(&self, id: u32) -> Result<()> {
        let mut conn = connect::within(self.profile(), Conn::new(self.inner.opts.clone())).await?;
        let killed = async {
            if facts::node(&mut conn).await? != self.inner.facts.node {
                return Ok(false);
            }
            Own::KillQuery(id).run(&mut conn).await.map(|()| true)
        }
        .await;
        say_goodbye(conn).await;
        match killed {
            Ok(true) => Ok(()),
            Ok(false) => Err(Error::Connect(ConnectError {
                cause: ConnectCause::Other,
                address: self.inner.facts.address.clone(),
                message: "another server answers at this address now".to_owned(),
            })),
            // 1094: the connection is gone already, and its statement with it.
            Err(mysql_async::Error::Server(server)) if server.code == 1094 => Ok(()),
            Err(error) => Err(self.error(error)),
        }
    }

    /// What a DBA can run when [`Session::kill_query`] did not help.
    pub(in crate::engine) fn kill_statement(id: u32) -> String {
        Own::KillQuery(id).sql()
    }
}

/// One connection, owned by one job.
pub(in crate::engine) struct Lease {
    /// Taken when the lease ends.
    conn: Option<Conn>,
    id: u32,
    session: Session,
}

impl Lease {
    /// The server's number of this connection.
    pub(in crate::engine) fn id(&self) -> u32 {
        self.id
    }

    /// Must the statement go as text, because the layer that prepares is switched off?
    pub(in crate::engine) fn is_bare(&self) -> bool {
        self.session.is_bare()
    }

    /// The connection.
    pub(in crate::engine) fn conn(&mut self) -> &mut Conn {
        self.conn
            .as_mut()
            .expect("a lease has its connection until it ends")
    }

    /// Say what went wrong in the engine's words.
    pub(in crate::engine) fn error(&self, error: mysql_async::Error) -> Error {
        self.session.error(error)
    }

    async fn in_database(mut self, name: &str) -> Result<Self> {
        self.session.remember_place(self.id);
        let used = tokio::time::timeout(ANSWER, Own::UseDatabase(name).run(self.conn())).await;
        let error = match used {
            Ok(Ok(())) => return Ok(self),
            Ok(Err(error)) => self.error(error),
            Err(_) => self.session.silent(ANSWER),
        };
        self.finish(false).await;
        Err(error)
    }

    /// The warnings of the last statement, as (level, code, message).
    pub(in crate::engine) async fn warnings(&mut self) -> Result<Vec<(String, String, String)>> {
        let rows = Own::Warnings
            .rows(self.conn())
            .await
            .map_err(|error| self.error(error))?;
        let field = |row: &[Option<String>], index: usize| {
            row.get(index).cloned().flatten().unwrap_or_default()
        };
        Ok(rows
            .iter()
            .map(|row| (field(row, 0), field(row, 1), field(row, 2)))
            .collect())
    }

    /// Give the connection back after a clean end; close it after any other, and where a statement left a transaction
    /// open.
    pub(in crate::engine) async fn finish(mut self, clean: bool) {
        let Some(conn) = self.conn.take() else { return };
        if clean && !layer::is_left_open(&conn) {
            drop(conn); // back to the pool, which resets it
        } else {
            self.session.forget_place(self.id);
            say_goodbye(conn).await;
        }
    }
}

impl Drop for Lease {
    /// A job that is dropped in mid-answer must not have its connection drained and reused.
    fn drop(&mut self) {
        if let (Some(conn), Ok(runtime)) = (self.conn.take(), tokio::runtime::Handle::try_current())
        {
            self.session.forget_place(self.id);
            runtime.spawn(say_goodbye(conn));
        }
    }
}

async fn round_trip(conn: &mut Conn) -> mysql_async::Result<Duration> {
    let start = Instant::now();
    sheltered(conn.ping()).await?;
    Ok(start.elapsed())
}

/// Close a connection without reading the rest of its answer: the driver's own goodbye would drain it first, so
/// it gets a moment only. After that moment the connection counts as closed and the pool forgets it.
async fn say_goodbye(conn: Conn) {
    tokio::time::timeout(GOODBYE, sheltered(conn.disconnect()))
        .await
        .ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_zone_cannot_carry_sql() {
        let check = |zone: &str| {
            check_time_zone(&Profile {
                time_zone: zone.to_owned(),
                ..Profile::default()
            })
        };
        assert!(check("+02:00").is_ok());
        assert!(check("America/Argentina/Buenos_Aires").is_ok());
        assert!(check("'; DROP").is_err());
        assert!(check("").is_err());
    }
}
