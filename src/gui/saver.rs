//! Writes the window's state a little after it has changed, on the worker: never in a frame.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use super::window_file::WindowFile;
use crate::{
    engine::{Error, Result},
    worker::{Job, Worker},
};

/// How long after a change the window's state is written.
const SAVED_AFTER: Duration = Duration::from_secs(3);
/// How long the end of the program waits for a write that has begun.
const PATIENCE: Duration = Duration::from_secs(2);

/// What was written last, and what waits to be.
pub struct Saver {
    file: Option<Arc<WindowFile>>,
    written: String,
    changed: Option<Instant>,
    job: Job<()>,
}

impl Saver {
    pub fn new(file: Option<WindowFile>) -> Self {
        Self {
            file: file.map(Arc::new),
            written: String::new(),
            changed: None,
            job: Job::default(),
        }
    }

    /// Something may have changed a while ago and has not been written.
    pub fn is_due(&mut self, ctx: &egui::Context, changed: bool) -> bool {
        if changed && self.changed.is_none() {
            self.changed = Some(Instant::now());
        }
        let Some(at) = self.changed else {
            return false;
        };
        let left = SAVED_AFTER.saturating_sub(at.elapsed());
        if !left.is_zero() {
            // So that it is written when nothing else happens either; a repaint may come a little early.
            ctx.request_repaint_after(left + Duration::from_millis(50));
        }
        left.is_zero() && !self.job.is_running()
    }

    /// Write on the worker, if it differs from what was written last.
    pub fn start(&mut self, worker: &Worker, text: String) {
        self.changed = None;
        let Some(file) = self.file.clone() else {
            return;
        };
        if text == self.written {
            return;
        }
        self.written.clone_from(&text);
        self.job.start(worker, "Save the window", |_| async move {
            let written = tokio::task::spawn_blocking(move || file.write(&text));
            written
                .await
                .map_err(|error| Error::Invalid(error.to_string()))?
        });
    }

    /// Why writing failed, once.
    pub fn poll(&mut self) -> Option<Error> {
        self.job.poll();
        let error = self.job.take_error()?;
        self.written.clear();
        Some(error)
    }

    /// At the end of the program: write here, after what is being written.
    pub fn write_now(&mut self, text: &str) -> Result<()> {
        let patience = Instant::now() + PATIENCE;
        while self.job.is_running() && Instant::now() < patience {
            self.job.poll();
            std::thread::yield_now();
        }
        match &self.file {
            Some(file) if text != self.written || self.job.error().is_some() => file.write(text),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{gui::saved::Saved, worker::test::until};

    fn saved(zoom: f32) -> Saved {
        let mut saved = Saved::default();
        saved.settings.zoom = zoom;
        saved
    }

    fn saver(folder: &std::path::Path) -> Saver {
        Saver::new(Some(WindowFile::open(folder).0))
    }

    fn zoom_on_disk(folder: &std::path::Path) -> f32 {
        WindowFile::open(folder).1.settings.zoom
    }

    #[test]
    fn the_last_word_is_written_after_what_is_being_written() {
        let folder = tempfile::tempdir().unwrap();
        let worker = Worker::new(|| {}).unwrap();
        let mut saver = saver(folder.path());
        saver.start(&worker, saved(1.5).text().unwrap());
        saver.write_now(&saved(2.0).text().unwrap()).unwrap();
        drop((saver, worker));
        assert!((zoom_on_disk(folder.path()) - 2.0).abs() < f32::EPSILON);
    }

    #[test]
    fn what_could_not_be_written_is_said_and_tried_again() {
        let folder = tempfile::tempdir().unwrap();
        let blocked = folder.path().join("a file");
        std::fs::write(&blocked, "").unwrap();
        let worker = Worker::new(|| {}).unwrap();
        let mut saver = saver(&blocked);
        let text = saved(1.5).text().unwrap();
        saver.start(&worker, text.clone());
        until(|| saver.poll().is_some());

        std::fs::remove_file(&blocked).unwrap();
        saver.start(&worker, text);
        until(|| blocked.join("window.toml").exists());
    }
}
