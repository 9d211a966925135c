//! The stair between engine and window: runs the engine's futures off the window's thread.
//!
//! A [`Job`] is one answer, a [`Feed`] many items. Both are plain values that a panel owns and polls; a closure
//! asks the window for a repaint when there is something to take in. No egui here, and no lock that the window
//! and the work share: answers are sent.

pub mod feed;
pub mod job;
pub mod work;

use std::{
    cell::{Cell, RefCell},
    io,
    sync::{Arc, Weak},
    time::{Duration, Instant},
};

use tokio::{runtime, time};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

pub use feed::{Feed, Gather};
pub use job::Job;

/// How long cancelled work may take to tell its server to stop, when the window closes.
const CLOSING: Duration = Duration::from_secs(2);

type Repaint = Arc<dyn Fn() + Send + Sync>;

/// The window's runtime, and the list of what runs on it.
pub struct Worker {
    // `None` only while dropping.
    runtime: Option<runtime::Runtime>,
    tasks: TaskTracker,
    closing: CancellationToken,
    repaint: Repaint,
    running: RefCell<Vec<Running>>,
    started: Cell<u64>,
}

/// One piece of work for the status bar.
#[derive(Clone)]
pub struct Running {
    /// Differs from that of all other work of this worker.
    pub id: u64,
    /// For people: "Run query".
    pub name: String,
    /// When it began.
    pub started: Instant,
    cancel: CancellationToken,
    // Held by the task; gone when the task is.
    alive: Weak<()>,
}

impl Running {
    /// Ask it to stop.
    pub fn cancel(&self) {
        self.cancel.cancel();
    }

    /// It was asked to stop and has not ended yet.
    pub fn is_cancelling(&self) -> bool {
        self.cancel.is_cancelled()
    }
}

impl Worker {
    /// Start the runtime. `repaint` is called from its threads whenever something has been sent.
    pub fn new(repaint: impl Fn() + Send + Sync + 'static) -> io::Result<Self> {
        let runtime = runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("porthole-worker")
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            tasks: TaskTracker::new(),
            closing: CancellationToken::new(),
            repaint: Arc::new(repaint),
            running: RefCell::default(),
            started: Cell::default(),
        })
    }

    /// What runs now, oldest first. Work without a name is not listed: it runs as long as the window does.
    pub fn running(&self) -> Vec<Running> {
        let mut running = self.running.borrow_mut();
        running.retain(|work| work.alive.strong_count() > 0);
        let listed = running.iter().filter(|work| !work.name.is_empty());
        listed.cloned().collect()
    }

    /// Run `work` until it ends by itself; `repaint` follows its end.
    fn spawn<F: Future<Output = ()> + Send + 'static>(
        &self,
        name: &str,
        work: impl FnOnce(CancellationToken) -> F,
    ) -> CancellationToken {
        let cancel = self.closing.child_token();
        let alive = Arc::new(());
        self.started.update(|number| number + 1);
        self.running.borrow_mut().push(Running {
            id: self.started.get(),
            name: name.to_owned(),
            started: Instant::now(),
            cancel: cancel.clone(),
            alive: Arc::downgrade(&alive),
        });
        let work = work(cancel.clone());
        let end = AtEnd {
            repaint: self.repaint.clone(),
            alive: Some(alive),
        };
        let task = async move {
            work.await;
            drop(end); // also when the work panics
        };
        if let Some(runtime) = &self.runtime {
            self.tasks.spawn_on(task, runtime.handle());
        }
        cancel
    }
}

impl Drop for Worker {
    /// Cancel everything and give it two seconds: a cancelled query still has to be ended on its server.
    fn drop(&mut self) {
        self.closing.cancel();
        self.tasks.close();
        if let Some(runtime) = self.runtime.take() {
            runtime.block_on(async { time::timeout(CLOSING, self.tasks.wait()).await.ok() });
            runtime.shutdown_background();
        }
    }
}

/// Takes the work off the list, then asks for a repaint.
struct AtEnd {
    repaint: Repaint,
    alive: Option<Arc<()>>,
}

impl Drop for AtEnd {
    fn drop(&mut self) {
        self.alive = None;
        (self.repaint)();
    }
}

/// What a panel shows when work ended without an answer: it panicked, or the window is closing.
pub fn no_answer() -> crate::engine::Error {
    crate::engine::Error::Invalid(
        "the work ended without an answer; this is a bug in Porthole".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn closing_lets_cancelled_work_finish_what_it_must() {
        let told = Arc::new(AtomicBool::new(false));
        let worker = Worker::new(|| {}).unwrap();
        let tell = told.clone();
        worker.spawn("Long query", |cancel| async move {
            cancel.cancelled().await;
            tokio::task::yield_now().await;
            tell.store(true, Ordering::SeqCst);
        });
        drop(worker);
        assert!(told.load(Ordering::SeqCst));
    }

    #[test]
    fn what_runs_is_listed_until_it_ends() {
        let worker = Worker::new(|| {}).unwrap();
        worker.spawn("First", |cancel| async move { cancel.cancelled().await });
        worker.spawn("Second", |cancel| async move { cancel.cancelled().await });
        let names: Vec<_> = worker.running().into_iter().map(|work| work.name).collect();
        assert_eq!(names, ["First", "Second"]);

        worker.spawn("", |cancel| async move { cancel.cancelled().await });
        assert_eq!(worker.running().len(), 2);

        worker.running()[0].cancel();
        test::until(|| worker.running().len() == 1);
        assert_eq!(worker.running()[0].name, "Second");
        assert!(!worker.running()[0].is_cancelling());
    }
}

#[cfg(test)]
pub(crate) mod test {
    use std::time::{Duration, Instant};

    /// Poll to a generous deadline.
    #[track_caller]
    pub(crate) fn until(mut done: impl FnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_secs(30);
        while !done() {
            assert!(Instant::now() < deadline, "did not happen within 30 s");
            std::thread::yield_now();
        }
    }
}
