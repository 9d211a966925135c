//! `Feed<T, A, S>`: many items of type `T`, gathered into an `A` that can be drawn while it grows, and a last word `S`.
//!
//! The channel between work and window is bounded, so a window that is slow to take slows the server and not our
//! memory.

use tokio::sync::{mpsc, oneshot};
use tokio_util::sync::CancellationToken;

use super::{
    Repaint, Worker, no_answer,
    work::{Underway, Work},
};
use crate::engine::Result;

/// Items that may wait for the window.
const WAITING: usize = 32;

/// Items taken in at most at each poll, so that a frame stays short.
const AT_ONCE: usize = 256;

/// Something that items are gathered into.
pub trait Gather<T> {
    /// Take one more.
    fn gather(&mut self, item: T);
}

impl<T> Gather<T> for Vec<T> {
    fn gather(&mut self, item: T) {
        self.push(item);
    }
}

/// Many items, from work on the [`Worker`].
///
/// What was gathered before stays until the first new item comes. Starting again cancels the work before, whose late
/// items reach nobody. Dropping cancels.
pub type Feed<T, A, S = ()> = Work<Items<T, A, S>, A, S>;

/// The items and the last word, on their way.
pub struct Items<T, A, S> {
    next: mpsc::Receiver<T>,
    end: oneshot::Receiver<Result<S>>,
    // Taken when the first item comes.
    initial: Option<A>,
    repaint: Repaint,
}

impl<T: Send + 'static, A, S: Send + 'static> Feed<T, A, S> {
    /// Start `work`, under a name for people. Its items will be gathered into `initial`.
    pub fn start<F>(
        &mut self,
        worker: &Worker,
        name: &str,
        initial: A,
        work: impl FnOnce(mpsc::Sender<T>, CancellationToken) -> F,
    ) where
        F: Future<Output = Result<S>> + Send + 'static,
    {
        // The work's own channel holds one item; the pump hands it on and asks for a repaint, which a plain
        // sender, all that the engine knows, cannot do.
        let (give, mut given) = mpsc::channel(1);
        let (hand_on, items) = mpsc::channel(WAITING);
        let (last, end) = oneshot::channel();
        let repaint = worker.repaint.clone();
        let repaint_at_item = worker.repaint.clone();
        let closing = worker.closing.clone();
        let cancel = worker.spawn(name, |cancel| {
            let work = work(give, cancel);
            let pump = async move {
                while let Some(item) = given.recv().await {
                    let handed_on = tokio::select! {
                        handed_on = hand_on.send(item) => handed_on.is_ok(),
                        () = closing.cancelled() => false,
                    };
                    if !handed_on {
                        // Nobody listens any more. Closing lets the work's own sends fail instead of waiting.
                        given.close();
                    }
                    repaint_at_item();
                }
            };
            async move {
                let (answer, ()) = tokio::join!(work, pump);
                drop(last.send(answer));
            }
        });
        self.error = None;
        let coming = Items {
            next: items,
            end,
            initial: Some(initial),
            repaint,
        };
        self.running = Some(Underway::new(coming, cancel));
    }
}

impl<T, A: Gather<T>, S> Feed<T, A, S> {
    /// Take in what has come, a few hundred items at most. True when this call ended the feed.
    pub fn poll(&mut self) -> bool {
        let Some(Underway { coming, .. }) = &mut self.running else {
            return false;
        };
        for _ in 0..AT_ONCE {
            match coming.next.try_recv() {
                Ok(item) => {
                    if let Some(initial) = coming.initial.take() {
                        self.value = Some(initial);
                        self.summary = None;
                    }
                    if let Some(value) = &mut self.value {
                        value.gather(item);
                    }
                }
                Err(mpsc::error::TryRecvError::Empty) => return false,
                Err(mpsc::error::TryRecvError::Disconnected) => return self.poll_end(),
            }
        }
        (coming.repaint)();
        false
    }

    /// All items are in: what was the last word?
    fn poll_end(&mut self) -> bool {
        let Some(running) = &mut self.running else {
            return false;
        };
        let answer = match running.coming.end.try_recv() {
            Ok(answer) => answer,
            Err(oneshot::error::TryRecvError::Empty) => return false,
            Err(oneshot::error::TryRecvError::Closed) => Err(no_answer()),
        };
        self.took = Some(running.elapsed());
        match answer {
            Ok(summary) => {
                if let Some(initial) = running.coming.initial.take() {
                    self.value = Some(initial);
                }
                self.summary = Some(summary);
            }
            Err(error) => self.error = Some(error),
        }
        self.running = None;
        true
    }
}

impl<T, A, S> Feed<T, A, S> {
    /// Work is under way and has sent nothing yet: [`Work::value`] is still the one before.
    pub fn is_waiting_for_first(&self) -> bool {
        self.running
            .as_ref()
            .is_some_and(|running| running.coming.initial.is_some())
    }

    /// The last word of the work that gave [`Work::value`], once it has ended well.
    pub fn summary(&self) -> Option<&S> {
        self.summary.as_ref()
    }

    /// The same, out of here.
    pub fn take_summary(&mut self) -> Option<S> {
        self.summary.take()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    };

    use super::*;
    use crate::{
        engine::{Error, error::Stopped},
        worker::test::until,
    };

    type Numbers = Feed<u32, Vec<u32>, &'static str>;

    fn worker() -> Worker {
        Worker::new(|| {}).unwrap()
    }

    #[test]
    fn items_are_gathered_in_order_and_the_last_word_is_kept() {
        let worker = worker();
        let mut feed = Numbers::default();
        feed.start(&worker, "Count", Vec::new(), |items, _| async move {
            for item in 0..1000 {
                items.send(item).await.ok();
            }
            Ok("done")
        });
        until(|| feed.poll());
        assert_eq!(feed.value().unwrap(), &(0..1000).collect::<Vec<_>>());
        assert_eq!(feed.summary(), Some(&"done"));
    }

    #[test]
    fn a_window_that_does_not_take_slows_the_work() {
        let worker = worker();
        let sent = Arc::new(AtomicUsize::new(0));
        let count = sent.clone();
        let mut feed = Numbers::default();
        feed.start(&worker, "Count", Vec::new(), |items, cancel| async move {
            loop {
                tokio::select! {
                    biased;
                    () = cancel.cancelled() => return Err(Error::Cancelled(Stopped::OnServer)),
                    answer = items.send(1) => {
                        assert!(answer.is_ok());
                        count.fetch_add(1, Ordering::SeqCst);
                    }
                }
            }
        });
        // One in the work's own channel, one in the pump's hand.
        let most = WAITING + 2;
        until(|| sent.load(Ordering::SeqCst) == most);
        for _ in 0..1000 {
            std::thread::yield_now();
        }
        assert_eq!(sent.load(Ordering::SeqCst), most);
        feed.cancel();
        until(|| feed.poll());
        assert!(feed.error().unwrap().is_cancelled());
        assert_eq!(feed.value().unwrap().len(), sent.load(Ordering::SeqCst));
    }

    #[test]
    fn the_old_rows_stay_until_new_ones_come() {
        let worker = worker();
        let mut feed = Numbers::default();
        feed.start(&worker, "First", Vec::new(), |items, _| async move {
            items.send(1).await.ok();
            Ok("first")
        });
        until(|| feed.poll());

        let (go, may_go) = oneshot::channel::<()>();
        feed.start(&worker, "Second", Vec::new(), |items, _| async move {
            may_go.await.ok();
            items.send(2).await.ok();
            Ok("second")
        });
        feed.poll();
        assert!(feed.is_waiting_for_first());
        assert_eq!(feed.value().unwrap(), &[1]);
        assert_eq!(feed.summary(), Some(&"first"));
        go.send(()).unwrap();
        until(|| feed.poll());
        assert_eq!(feed.value().unwrap(), &[2]);
        assert_eq!(feed.summary(), Some(&"second"));
    }

    #[test]
    fn no_items_and_a_good_end_make_an_empty_answer() {
        let worker = worker();
        let mut feed = Numbers::default();
        feed.start(&worker, "Nothing", Vec::new(), |_, _| async { Ok("done") });
        until(|| feed.poll());
        assert_eq!(feed.value().unwrap(), &[] as &[u32]);
    }

    #[test]
    fn work_whose_feed_is_gone_is_cancelled_and_not_left_waiting() {
        let worker = worker();
        let mut feed = Numbers::default();
        feed.start(&worker, "Count", Vec::new(), |items, _| async move {
            // Looks at its sends alone, not at `cancel`.
            while items.send(1).await.is_ok() {}
            Err(Error::Cancelled(Stopped::BeforeServer))
        });
        until(|| {
            feed.poll();
            feed.value().is_some()
        });
        drop(feed);
        until(|| worker.running().is_empty());
    }

    #[test]
    fn each_item_asks_for_a_repaint() {
        let asked = Arc::new(AtomicUsize::new(0));
        let count = asked.clone();
        let worker = Worker::new(move || {
            count.fetch_add(1, Ordering::SeqCst);
        })
        .unwrap();
        let mut feed = Numbers::default();
        feed.start(&worker, "Count", Vec::new(), |items, cancel| async move {
            items.send(1).await.ok();
            cancel.cancelled().await;
            Ok("done")
        });
        until(|| asked.load(Ordering::SeqCst) == 1);
        feed.poll();
        assert_eq!(feed.value().unwrap(), &[1]);
    }
}
