//! Ctrl-C: the first asks the server to stop, the second ends at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::{Failure, print};

/// Listens for Ctrl-C (SIGINT) and SIGTERM until it is dropped.
pub(super) struct Interrupt {
    cancel: CancellationToken,
    at_once: CancellationToken,
    _listening: tokio_util::sync::DropGuard,
}

impl Interrupt {
    /// Start listening; from here on Ctrl-C does not end the process by itself.
    pub(super) fn listen() -> Result<Self, Failure> {
        Self::listen_saying("stopping the statement on the server; Ctrl-C again ends at once")
    }

    /// The same, with other words for what the first Ctrl-C does.
    pub(super) fn listen_saying(words: &'static str) -> Result<Self, Failure> {
        let mut interrupt =
            signal(SignalKind::interrupt()).map_err(|error| Failure::no_signals(&error))?;
        let mut terminate =
            signal(SignalKind::terminate()).map_err(|error| Failure::no_signals(&error))?;
        let end = CancellationToken::new();
        let (cancel, at_once) = (CancellationToken::new(), CancellationToken::new());
        let steps = [cancel.clone(), at_once.clone()];
        tokio::spawn(end.clone().run_until_cancelled_owned(async move {
            for (step, token) in steps.into_iter().enumerate() {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                }
                if step == 0 {
                    print::note(words);
                }
                token.cancel();
            }
        }));
        Ok(Self {
            cancel,
            at_once,
            _listening: end.drop_guard(),
        })
    }

    /// Fires at the first Ctrl-C.
    pub(super) fn cancel(&self) -> &CancellationToken {
        &self.cancel
    }

    /// Do the work, unless a second Ctrl-C says not to wait for it.
    pub(super) async fn guard<T>(
        &self,
        work: impl Future<Output = Result<T, Failure>>,
    ) -> Result<T, Failure> {
        tokio::select! {
            biased;
            // Before the work, which may leave it no share of the turn.
            () = self.at_once.cancelled() => Err(Failure::Interrupted),
            done = work => done,
        }
    }
}
