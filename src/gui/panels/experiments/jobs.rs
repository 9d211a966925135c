//! What is read, and when: which job follows which, and what becomes of their answers.

use std::{sync::Arc, time::Instant};

use super::{
    ExperimentsPanel, Figures,
    late::LateQuestion,
    reading::{self, Begun, Extent, First, Place},
    view::View,
};
use crate::{
    engine::metrics::{experiments::Method, health::Level},
    gui::{
        panels::metrics::{busy::Busy, cost::Heavy},
        state::State,
    },
    worker::{Job, Worker},
};

impl ExperimentsPanel {
    /// Another profile, or other tables: nothing of what is here holds.
    pub(super) fn forget(&mut self) {
        *self = Self {
            desk: std::mem::take(&mut self.desk),
            saved: std::mem::take(&mut self.saved),
            slots: std::mem::take(&mut self.slots),
            looks: self.looks,
            ..Self::default()
        };
    }

    pub(super) fn begin(&mut self, state: &State, worker: &Worker) {
        self.start_list(false, state, worker);
        if let Some(id) = self.desk.last(&self.saved.shown) {
            self.show(&id, state, worker);
        }
    }

    pub(super) fn refresh(&mut self, state: &State, worker: &Worker) {
        let whole = self.desk.list.is_whole();
        self.start_list(whole, state, worker);
        self.read_again(state, worker);
    }

    /// What is shown alone: the list takes a look at all experiments.
    pub(super) fn read_again(&mut self, state: &State, worker: &Worker) {
        if self.view.is_some() && self.extent == Extent::Asked {
            // Who has read it once knows what it takes.
            self.extent = Extent::Whole;
        }
        if self.desk.shown.is_some() {
            self.start_first(state, worker);
        }
    }

    pub(super) fn read_as(&mut self, extent: Extent, state: &State, worker: &Worker) {
        self.extent = extent;
        self.start_first(state, worker);
    }

    pub(super) fn start_list(&mut self, whole: bool, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping))) = (state.active_session().cloned(), &self.desk.of)
        else {
            return;
        };
        let mapping = mapping.clone();
        self.desk
            .list
            .job
            .start(worker, "Read experiments", |cancel| {
                reading::list(session, mapping, whole, cancel)
            });
    }

    pub(super) fn show(&mut self, id: &str, state: &State, worker: &Worker) {
        if self.desk.show(id, &mut self.saved.shown) {
            self.view = None;
            self.first = Job::default();
            self.reading = Job::default();
            self.making = Job::default();
            self.extent = Extent::default();
            self.lines.clear();
            self.late = LateQuestion::default();
        }
        self.start_first(state, worker);
    }

    pub(super) fn start_first(&mut self, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping)), Some(id)) = (
            state.active_session().cloned(),
            self.desk.of.clone(),
            self.desk.shown.clone(),
        ) else {
            return;
        };
        let place = Place {
            table: self.desk.list.table().cloned(),
            mapping,
            id,
            offset_secs: self.desk.zone.offset_secs,
        };
        if let Extent::Sample(sample) = self.extent {
            self.reading
                .start(worker, "Read some users of an experiment", |cancel| {
                    reading::sample(session, place, sample, cancel)
                });
            return;
        }
        let anyway = self.extent == Extent::Whole;
        self.first
            .start(worker, "Count users by variant", |cancel| {
                reading::first(session, place, anyway, cancel)
            });
    }

    pub(super) fn use_method(&mut self, method: Method, worker: &Worker) {
        let other = Some(method).filter(|method| *method != Method::default());
        self.desk.keep(&mut self.saved.methods, other);
        self.make(worker);
    }

    /// Make the figures of what has been read.
    fn make(&mut self, worker: &Worker) {
        let read = self.reading.value().cloned();
        let read = read.or_else(|| Some(self.view.as_ref()?.figures.read.clone()));
        let Some(read) = read else { return };
        let method = self.method();
        self.making.start(worker, "Compute figures", |_| {
            reading::figures(read, method)
        });
    }

    pub(super) fn poll_list(&mut self, state: &State, worker: &Worker) {
        if !self.desk.list.poll() {
            return;
        }
        let list = &mut self.desk.list;
        if let (true, Some(table), Some(session)) = (
            list.is_whole(),
            list.table().cloned(),
            state.active_session().cloned(),
        ) {
            list.curves
                .start(worker, "Read curves of experiments", |cancel| {
                    reading::curves(session, table, cancel)
                });
        }
        if let (None, Some(newest)) = (&self.desk.shown, self.desk.list.newest()) {
            self.show(&newest, state, worker);
        }
    }

    pub(super) fn poll_shown(&mut self, state: &State, worker: &Worker) {
        if self.first.poll() {
            self.desk.ended = Some(Instant::now());
            if self.first.error().is_none()
                && let (Some(first), Some(session)) =
                    (self.counted().cloned(), state.active_session().cloned())
            {
                self.reading.start(worker, "Read an experiment", |cancel| {
                    reading::read(session, first, cancel)
                });
            }
        }
        if self.reading.poll() {
            self.desk.ended = Some(Instant::now());
            if self.reading.error().is_none() {
                self.make(worker);
            }
        }
        if self.making.poll()
            && let Some(figures) = self.making.value().cloned()
            && self.desk.shown.as_ref() == Some(&figures.read.id)
        {
            self.take_figures(figures);
        }
    }

    pub(super) fn take_figures(&mut self, figures: Arc<Figures>) {
        let id = figures.read.id.clone();
        let bad = figures.analysis.level() == Level::Bad;
        let mut entries = self.desk.list.entries.iter_mut();
        if let Some(entry) = entries.find(|entry| entry.id == id) {
            entry.warning = bad.then(|| "check the data first".to_owned());
        }
        let notes = self.desk.notes(&self.saved.notes);
        let slots = self.slots.entry(id).or_default();
        self.view = Some(View::new(figures, slots, notes, &self.lines, self.looks));
    }

    /// The same figures with other notes or lines.
    pub(super) fn look_again(&mut self) {
        if let Some(view) = self.view.take() {
            self.take_figures(view.figures);
        }
    }

    /// The plain count of what is shown.
    pub(super) fn counted(&self) -> Option<&First> {
        match self.first.value()? {
            Begun::Counted(first) => Some(first),
            Begun::Heavy(_) => None,
        }
    }

    /// It was not read, as it would take long.
    pub(super) fn heavy(&self) -> Option<&Heavy> {
        match self.first.value()? {
            Begun::Heavy(heavy) => Some(heavy),
            Begun::Counted(_) => None,
        }
    }

    /// The method of what is shown.
    pub(super) fn method(&self) -> Method {
        let kept = self.desk.kept(&self.saved.methods);
        kept.cloned().unwrap_or_default()
    }

    /// All that a person waits for.
    pub(super) fn busy(&self) -> Busy {
        let list = self.desk.list.busy();
        list.and(&self.first).and(&self.reading)
    }
}
