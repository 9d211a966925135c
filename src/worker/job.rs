//! `Job<T>`: a value that comes from elsewhere. Idle, running or failed, and the last good answer beside each.

use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::{
    Worker, no_answer,
    work::{Underway, Work},
};
use crate::engine::Result;

/// One answer, from work on the [`Worker`].
///
/// Starting again cancels the work before, whose late answer reaches nobody. Dropping cancels.
pub type Job<T> = Work<Answer<T>, T>;

/// The one answer, on its way.
pub struct Answer<T>(oneshot::Receiver<Result<T>>);

impl<T: Send + 'static> Job<T> {
    /// Start `work`, under a name for people. The last good answer stays until the new one comes.
    pub fn start<F>(
        &mut self,
        worker: &Worker,
        name: &str,
        work: impl FnOnce(CancellationToken) -> F,
    ) where
        F: Future<Output = Result<T>> + Send + 'static,
    {
        let (sender, answer) = oneshot::channel();
        let cancel = worker.spawn(name, |cancel| {
            let work = work(cancel);
            // Nobody listens any more when the job was started again or dropped.
            async move { drop(sender.send(work.await)) }
        });
        self.error = None;
        self.running = Some(Underway::new(Answer(answer), cancel));
    }
}

impl<T> Job<T> {
    /// As if work had ended with this. For tests of what shows answers.
    pub fn set(&mut self, answer: Result<T>) {
        self.running = None;
        match answer {
            Ok(value) => self.value = Some(value),
            Err(error) => self.error = Some(error),
        }
    }

    /// Take in the answer, if it has come. True when this call ended the job.
    pub fn poll(&mut self) -> bool {
        let Some(running) = &mut self.running else {
            return false;
        };
        let answer = match running.coming.0.try_recv() {
            Ok(answer) => answer,
            Err(oneshot::error::TryRecvError::Empty) => return false,
            Err(oneshot::error::TryRecvError::Closed) => Err(no_answer()),
        };
        self.took = Some(running.elapsed());
        self.running = None;
        match answer {
            Ok(value) => self.value = Some(value),
            Err(error) => self.error = Some(error),
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{Error, error::Stopped},
        worker::test::until,
    };

    fn worker() -> Worker {
        Worker::new(|| {}).unwrap()
    }

    async fn stopped(cancel: CancellationToken) -> Result<u32> {
        cancel.cancelled().await;
        Err(Error::Cancelled(Stopped::OnServer))
    }

    #[test]
    fn the_answer_comes_and_stays_while_the_next_is_made() {
        let worker = worker();
        let mut job = Job::default();
        job.start(&worker, "First", |_| async { Ok(1) });
        until(|| job.poll());
        assert_eq!(job.value(), Some(&1));

        job.start(&worker, "Second", stopped);
        assert!(job.is_running());
        assert_eq!(job.value(), Some(&1));
    }

    #[test]
    fn a_failure_stands_beside_the_last_good_answer() {
        let worker = worker();
        let mut job = Job::default();
        job.start(&worker, "First", |_| async { Ok(1) });
        until(|| job.poll());
        job.start(&worker, "Second", |_| async {
            Err(Error::Invalid("no".to_owned()))
        });
        until(|| job.poll());
        assert_eq!(job.value(), Some(&1));
        assert_eq!(job.error().unwrap().to_string(), "no");

        job.start(&worker, "Third", |_| async { Ok(3) });
        assert!(job.error().is_none());
    }

    #[test]
    fn starting_again_cancels_the_one_before_and_ignores_its_late_answer() {
        let worker = worker();
        let mut job = Job::default();
        let (seen, mut was_cancelled) = oneshot::channel();
        job.start(&worker, "First", |cancel| async move {
            cancel.cancelled().await;
            seen.send(()).ok();
            Ok(1)
        });
        job.start(&worker, "Second", |_| async { Ok(2) });
        until(|| was_cancelled.try_recv().is_ok());
        until(|| worker.running().is_empty());
        job.poll();
        assert_eq!(job.value(), Some(&2));
    }

    #[test]
    fn cancelled_work_runs_until_it_says_so() {
        let worker = worker();
        let mut job = Job::default();
        job.start(&worker, "Run query", stopped);
        assert!(!job.is_cancelling());
        job.cancel();
        assert!(job.is_running() && job.is_cancelling());
        until(|| job.poll());
        assert!(job.error().unwrap().is_cancelled());
        assert!(!job.is_running());
    }

    #[test]
    fn dropping_a_job_cancels_it() {
        let worker = worker();
        let mut job = Job::default();
        job.start(&worker, "Run query", stopped);
        drop(job);
        until(|| worker.running().is_empty());
    }

    #[test]
    fn a_panic_becomes_an_error() {
        let worker = worker();
        let mut job: Job<u32> = Job::default();
        job.start(&worker, "Run query", |_| async { panic!("a bug") });
        until(|| job.poll());
        assert!(job.error().is_some());
        assert!(worker.running().is_empty());
    }
}
