//! What a [`Job`](super::Job) and a [`Feed`](super::Feed) have in common: whether work is under way, what it gave, why it
//! failed.

use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;

use crate::engine::Error;

/// Work that is started, stopped and started again, with its last good answer `A` and its last word `S`; `R` is what
/// it sends through.
pub struct Work<R, A, S = ()> {
    pub(super) running: Option<Underway<R>>,
    pub(super) value: Option<A>,
    pub(super) summary: Option<S>,
    pub(super) error: Option<Error>,
    pub(super) took: Option<Duration>,
}

/// Work that has not ended. Dropping cancels it.
pub(super) struct Underway<R> {
    pub(super) coming: R,
    cancel: CancellationToken,
    started: Instant,
}

impl<R> Underway<R> {
    /// It begins now.
    pub(super) fn new(coming: R, cancel: CancellationToken) -> Self {
        Self {
            coming,
            cancel,
            started: Instant::now(),
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }
}

impl<R> Drop for Underway<R> {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}

impl<R, A, S> Default for Work<R, A, S> {
    fn default() -> Self {
        Self {
            running: None,
            value: None,
            summary: None,
            error: None,
            took: None,
        }
    }
}

impl<R, A, S> Work<R, A, S> {
    /// Ask the work to stop. It is still running until it says that it has ended.
    pub fn cancel(&self) {
        if let Some(running) = &self.running {
            running.cancel.cancel();
        }
    }

    /// Work is under way.
    pub fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Work was asked to stop and has not ended yet.
    pub fn is_cancelling(&self) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.cancel.is_cancelled())
    }

    /// How long the work has been running, else how long the last took.
    pub fn elapsed(&self) -> Option<Duration> {
        match &self.running {
            Some(running) => Some(running.elapsed()),
            None => self.took,
        }
    }

    /// The last good answer, or what has been gathered of the next.
    pub fn value(&self) -> Option<&A> {
        self.value.as_ref()
    }

    /// The same, to change it.
    pub fn value_mut(&mut self) -> Option<&mut A> {
        self.value.as_mut()
    }

    /// The same, out of here.
    pub fn take_value(&mut self) -> Option<A> {
        self.value.take()
    }

    /// Why the last work failed. What it had sent is kept.
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// The same, out of here.
    pub fn take_error(&mut self) -> Option<Error> {
        self.error.take()
    }
}
