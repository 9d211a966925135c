//! Rows that stand in the temporary file are read back when the grid comes to them.

use std::ops::Range;

use arrow_array::RecordBatch;

use crate::{
    engine::{Error, Result, query::ResultSet},
    worker::{Job, Worker},
};

#[derive(Default)]
pub(super) struct Loading {
    job: Job<Loaded>,
    wanted: Option<Range<u64>>,
    /// The run and the batches of it that were asked for last.
    asked: Option<(u64, Vec<usize>)>,
}

/// Batches that were read back, and the run that they are of.
struct Loaded {
    run: u64,
    batches: Vec<(usize, RecordBatch)>,
}

impl Loading {
    /// Rows that the grid draws and that are not in memory.
    pub(super) fn want(&mut self, rows: Range<u64>) {
        self.wanted = Some(rows);
    }

    /// Ask once more for what could not be read.
    pub(super) fn retry(&mut self) {
        self.asked = None;
    }

    /// Why rows cannot be read back.
    pub(super) fn error(&self) -> Option<&Error> {
        self.job.error()
    }

    /// Take in what was read, and ask for what is wanted now of the rows on screen, which are of this run.
    pub(super) fn poll(&mut self, rows: Option<(u64, &mut ResultSet)>, worker: &Worker) {
        let wanted = self.wanted.take();
        let loaded = if self.job.poll() {
            self.job.take_value()
        } else {
            None
        };
        let Some((run, rows)) = rows else { return };
        if let Some(loaded) = loaded.filter(|loaded| loaded.run == run) {
            for (index, batch) in loaded.batches {
                rows.insert_loaded(index, batch);
            }
        }
        let missing = wanted.map_or_else(Vec::new, |wanted| rows.missing(wanted));
        let batches: Vec<usize> = missing.iter().map(|(index, _)| *index).collect();
        if self.is_worth_asking(run, &batches) {
            self.start(worker, run, batches, move || {
                missing
                    .into_iter()
                    .map(|(index, batch)| Ok((index, batch.read()?)))
                    .collect()
            });
        }
    }

    /// Something is missing that is not being read, and that could not be found unreadable a moment ago.
    fn is_worth_asking(&self, run: u64, batches: &[usize]) -> bool {
        let has_failed = |asked: &(u64, Vec<usize>)| {
            asked.0 == run && batches.iter().all(|index| asked.1.contains(index))
        };
        let failed = self.job.error().is_some() && self.asked.as_ref().is_some_and(has_failed);
        !batches.is_empty() && !self.job.is_running() && !failed
    }

    fn start(
        &mut self,
        worker: &Worker,
        run: u64,
        batches: Vec<usize>,
        read: impl FnOnce() -> Result<Vec<(usize, RecordBatch)>> + Send + 'static,
    ) {
        self.asked = Some((run, batches));
        let name = "Read rows from the temporary file";
        self.job.start(worker, name, move |_| async move {
            let batches = tokio::task::spawn_blocking(read)
                .await
                .map_err(|stopped| Error::Spill {
                    source: std::io::Error::other(stopped),
                })??;
            Ok(Loaded { run, batches })
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::worker::test::until;

    #[test]
    fn what_cannot_be_read_is_not_asked_for_again_until_other_rows_are_or_the_person_says_so() {
        let worker = Worker::new(|| {}).unwrap();
        let mut loading = Loading::default();
        assert!(loading.is_worth_asking(1, &[2, 3]));
        loading.start(&worker, 1, vec![2, 3], || {
            Err(Error::Invalid("gone".to_owned()))
        });
        assert!(!loading.is_worth_asking(1, &[2, 3]));
        until(|| loading.job.poll());
        assert!(loading.error().is_some());
        assert!(!loading.is_worth_asking(1, &[2, 3]));
        assert!(!loading.is_worth_asking(1, &[3]));
        assert!(loading.is_worth_asking(1, &[3, 4]));
        assert!(loading.is_worth_asking(2, &[2, 3]));
        loading.retry();
        assert!(loading.is_worth_asking(1, &[2, 3]));
    }
}
