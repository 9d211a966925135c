//! The driver's calls, sheltered from the driver's panics: it indexes what a server sent without looking at its
//! length (mysql_async 0.37, an empty packet in the place of a row). What would end the program becomes an error of
//! that one connection.
//!
//! Not here: too little memory for the number of columns that a server announces, which the driver believes. That
//! ends the program, and nothing of ours stands between.

use std::{
    cell::Cell,
    future::poll_fn,
    panic::{self, AssertUnwindSafe},
    pin::pin,
    task::Poll,
};

thread_local! {
    static SHELTERED: Cell<bool> = const { Cell::new(false) };
}

/// What was sent cannot be MySQL's protocol.
#[derive(Debug, thiserror::Error)]
#[error("what came breaks MySQL's protocol")]
struct Malformed;

/// Wait for the driver; its panic is an error like its others.
pub(in crate::engine) async fn sheltered<T>(
    answer: impl Future<Output = mysql_async::Result<T>>,
) -> mysql_async::Result<T> {
    let mut answer = pin!(answer);
    poll_fn(|cx| {
        // The driver's state is not used again: whoever gets this error closes the connection.
        let polled = {
            let _within = Within::enter();
            panic::catch_unwind(AssertUnwindSafe(|| answer.as_mut().poll(cx)))
        };
        polled.unwrap_or_else(|_| Poll::Ready(Err(mysql_async::Error::Other(Box::new(Malformed)))))
    })
    .await
}

/// Will a panic of this thread become an error? Then it need not be told on stderr.
pub fn is_sheltered() -> bool {
    SHELTERED.get()
}

struct Within(bool);

impl Within {
    fn enter() -> Self {
        Self(SHELTERED.replace(true))
    }
}

impl Drop for Within {
    fn drop(&mut self) {
        SHELTERED.set(self.0);
    }
}
