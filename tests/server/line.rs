//! A line to a server that can be cut without a word, as a pulled cable does: what is open stays open, nothing is
//! closed or reset, and nothing arrives any more. Or it can be held: what the server sends waits. Or it tears, in the
//! middle of whatever the server sends.

use std::{
    future, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _, copy},
    net::{
        TcpListener, TcpStream,
        tcp::{OwnedReadHalf, OwnedWriteHalf},
    },
    sync::watch,
    task::JoinSet,
};

use crate::support::TestServer;

pub(crate) struct Line {
    pub(crate) port: u16,
    state: watch::Sender<State>,
    meter: Arc<Meter>,
    /// Ends with this value, and with it all that passes.
    _carrying: JoinSet<()>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Whole,
    Cut,
}

/// What has come from the server.
struct Meter {
    /// Bytes, over all connections.
    passed: AtomicU64,
    /// Connections that have ended.
    ended: AtomicU64,
    /// The connection that brings this byte is closed before it.
    tear: AtomicU64,
    /// A connection that has brought so many bytes brings no more.
    most: watch::Sender<u64>,
}

impl Line {
    pub(crate) async fn to(server: &TestServer) -> Self {
        Self::to_address(&server.host, server.port).await
    }

    pub(crate) async fn to_address(host: &str, to_port: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, seen) = watch::channel(State::Whole);
        let meter = Arc::new(Meter {
            passed: AtomicU64::new(0),
            ended: AtomicU64::new(0),
            tear: AtomicU64::new(u64::MAX),
            most: watch::channel(u64::MAX).0,
        });
        let mut carrying = JoinSet::new();
        let to = (host.to_owned(), to_port);
        carrying.spawn(accept(listener, to, seen, meter.clone()));
        Self {
            port,
            state,
            meter,
            _carrying: carrying,
        }
    }

    /// Nothing passes any more, in either direction, for connections that are there and for those that come.
    pub(crate) fn cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// Connections that come from now on pass; the ones that were cut stay dead.
    pub(crate) fn mend(&self) {
        self.state.send_replace(State::Whole);
    }

    /// From each connection no more than so many bytes come, until the line is released; the server waits meanwhile.
    pub(crate) fn hold_after(&self, bytes: u64) {
        self.meter.most.send_replace(bytes);
    }

    /// What waits comes, and all that follows.
    pub(crate) fn release(&self) {
        self.meter.most.send_replace(u64::MAX);
    }

    /// So many bytes still come from the server; then the connection that brings more is closed, once.
    pub(crate) fn tear_after(&self, bytes: u64) {
        let at = self.passed() + bytes;
        self.meter.tear.store(at, Ordering::Relaxed);
    }

    /// Bytes that have come from the server.
    pub(crate) fn passed(&self) -> u64 {
        self.meter.passed.load(Ordering::Relaxed)
    }

    /// Connections that have ended.
    pub(crate) fn ended(&self) -> u64 {
        self.meter.ended.load(Ordering::Relaxed)
    }
}

async fn accept(
    listener: TcpListener,
    to: (String, u16),
    state: watch::Receiver<State>,
    meter: Arc<Meter>,
) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.spawn(carry(client, to.clone(), state.clone(), meter.clone()));
    }
}

async fn carry(
    client: TcpStream,
    to: (String, u16),
    mut state: watch::Receiver<State>,
    meter: Arc<Meter>,
) {
    let whole = *state.borrow_and_update() == State::Whole;
    if whole {
        let Ok(server) = TcpStream::connect(to).await else {
            return;
        };
        // Owned here, so that what is cut stays open.
        let (mut from_client, mut to_client) = client.into_split();
        let (mut from_server, mut to_server) = server.into_split();
        let both = async {
            tokio::try_join!(
                up(&mut from_client, &mut to_server),
                down(&mut from_server, &mut to_client, &meter)
            )
        };
        tokio::select! {
            biased;
            _ = state.changed() => future::pending().await,
            // However it ends, both sides are closed with this task.
            end = both => drop(end),
        }
        meter.ended.fetch_add(1, Ordering::Relaxed);
    } else {
        future::pending::<()>().await;
    }
}

async fn up(client: &mut OwnedReadHalf, server: &mut OwnedWriteHalf) -> io::Result<()> {
    copy(client, server).await?;
    server.shutdown().await
}

async fn down(
    server: &mut OwnedReadHalf,
    client: &mut OwnedWriteHalf,
    meter: &Meter,
) -> io::Result<()> {
    let mut most = meter.most.subscribe();
    let mut buffer = vec![0; 16 << 10];
    let mut brought = 0;
    loop {
        let read = server.read(&mut buffer).await?;
        if read == 0 {
            return client.shutdown().await;
        }
        let passed = meter.passed.fetch_add(read as u64, Ordering::Relaxed);
        let tear = meter.tear.load(Ordering::Relaxed);
        if let Some(rest) = tear.checked_sub(passed).filter(|rest| *rest < read as u64) {
            meter.tear.store(u64::MAX, Ordering::Relaxed);
            client.write_all(&buffer[..rest as usize]).await?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        client.write_all(&buffer[..read]).await?;
        brought += read as u64;
        if most.wait_for(|most| brought < *most).await.is_err() {
            return Ok(()); // the line is gone
        }
    }
}
