//! A line to a server that can be cut without a word, as a pulled cable does: what is open stays open, nothing is
//! closed or reset, and nothing arrives any more.

use std::future;

use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, TcpStream},
    sync::watch,
    task::JoinSet,
};

use crate::support::TestServer;

pub(crate) struct Line {
    pub(crate) port: u16,
    state: watch::Sender<State>,
    /// Ends with this value, and with it all that passes.
    _carrying: JoinSet<()>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Whole,
    Cut,
}

impl Line {
    pub(crate) async fn to(server: &TestServer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (state, seen) = watch::channel(State::Whole);
        let mut carrying = JoinSet::new();
        carrying.spawn(accept(listener, (server.host.clone(), server.port), seen));
        Self {
            port,
            state,
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
}

async fn accept(listener: TcpListener, to: (String, u16), state: watch::Receiver<State>) {
    let mut connections = JoinSet::new();
    loop {
        let (client, _) = listener.accept().await.unwrap();
        connections.spawn(carry(client, to.clone(), state.clone()));
    }
}

async fn carry(mut client: TcpStream, to: (String, u16), mut state: watch::Receiver<State>) {
    let whole = *state.borrow_and_update() == State::Whole;
    if whole {
        let Ok(mut server) = TcpStream::connect(to).await else {
            return;
        };
        tokio::select! {
            biased;
            _ = state.changed() => future::pending().await,
            // However it ends, both sides are closed with this task.
            end = copy_bidirectional(&mut client, &mut server) => drop(end),
        }
    } else {
        future::pending::<()>().await;
    }
}
