//! How long what is read has been running, over several jobs.

use std::time::Duration;

use crate::worker::work::Work;

/// Of all jobs that a person waits for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Busy {
    /// For how long the oldest has been running; `None` while nothing is read.
    pub running: Option<Duration>,
    /// One was asked to stop and has not ended yet.
    pub stopping: bool,
}

impl Busy {
    /// And this one.
    #[must_use]
    pub fn and<R, A, S>(self, job: &Work<R, A, S>) -> Self {
        let running = job.is_running().then(|| job.elapsed().unwrap_or_default());
        Self {
            running: self.running.max(running),
            stopping: self.stopping || job.is_cancelling(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::{Job, Worker, test::until};

    #[test]
    fn what_has_ended_is_not_waited_for_any_more() {
        let worker = Worker::new(|| {}).unwrap();
        let mut job = Job::default();
        job.start(&worker, "Read", |_| async { Ok(1) });
        assert!(Busy::default().and(&job).running.is_some());
        until(|| job.poll());
        assert_eq!(Busy::default().and(&job), Busy::default());
    }
}
