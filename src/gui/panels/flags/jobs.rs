//! What is read, and when: which job follows which, and what becomes of their answers.

use std::{sync::Arc, time::Instant};

use super::{
    FlagsPanel,
    reading::{self, Step},
    view::View,
};
use crate::{
    engine::metrics::flags::{
        charts::Which,
        data::{Data, Request},
    },
    gui::{
        panels::metrics::busy::Busy, saved::FlagChoice, state::State, widgets::chart::ChartView,
    },
    worker::{Job, Worker},
};

impl FlagsPanel {
    /// Another profile, or other tables: nothing of what is here holds.
    pub(super) fn forget(&mut self) {
        *self = Self {
            desk: std::mem::take(&mut self.desk),
            saved: std::mem::take(&mut self.saved),
            slots: std::mem::take(&mut self.slots),
            which: self.which,
            ..Self::default()
        };
    }

    pub(super) fn begin(&mut self, state: &State, worker: &Worker) {
        self.start_list(false, state, worker);
        if let Some(id) = self.desk.last(&self.saved.shown) {
            self.show(&id, state, worker);
        }
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
            .start(worker, "Read feature flags", |cancel| {
                reading::list(session, mapping, whole, cancel)
            });
    }

    pub(super) fn show(&mut self, id: &str, state: &State, worker: &Worker) {
        if self.desk.show(id, &mut self.saved.shown) {
            self.view = None;
            self.first = Job::default();
            self.reading = Job::default();
            self.chart = ChartView::default();
            self.lines.clear();
            self.objective.clear();
        }
        self.start_first(state, worker);
    }

    pub(super) fn start_first(&mut self, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping)), Some(flag)) = (
            state.active_session().cloned(),
            self.desk.of.clone(),
            self.desk.shown.clone(),
        ) else {
            return;
        };
        let request = Request {
            flag,
            window: self.saved.window,
            step: self.saved.step,
            rolling: self.which == Which::Rolling,
            lines: self.lines.clone(),
            burn: self.choice().objective.is_some(),
            offset_secs: self.desk.zone.offset_secs,
        };
        let anyway = self.anyway == self.desk.shown;
        self.reading.cancel();
        self.first
            .start(worker, "Add up requests by group", |cancel| {
                reading::first(session, mapping, request, anyway, cancel)
            });
    }

    pub(super) fn look(&mut self, which: Which, state: &State, worker: &Worker) {
        self.which = which;
        self.chart.reset();
        let data = self.view.as_ref().map(|view| &view.data);
        let has_days = data.is_some_and(|data| data.daily.is_some());
        if which == Which::Rolling && !has_days {
            self.start_first(state, worker);
        }
    }

    pub(super) fn use_choice(&mut self, choice: FlagChoice, state: &State, worker: &Worker) {
        let other = Some(choice).filter(|choice| *choice != FlagChoice::default());
        self.desk.keep(&mut self.saved.choices, other);
        self.look_again();
        // An objective needs windows of its own; everything else is made of what has been read.
        let data = self.view.as_ref().map(|view| &view.data);
        let has_windows = data.is_some_and(|data| data.burn.is_some());
        if self.choice().objective.is_some() && !has_windows {
            self.start_first(state, worker);
        }
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
                .start(worker, "Read curves of feature flags", |cancel| {
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
                && let (Some(Step::Read(first)), Some(session), Some((_, mapping))) = (
                    self.first.value().cloned(),
                    state.active_session().cloned(),
                    self.desk.of.clone(),
                )
            {
                self.reading.start(worker, "Read a feature flag", |cancel| {
                    reading::rest(session, mapping, *first, cancel)
                });
            }
        }
        if self.reading.poll() {
            self.desk.ended = Some(Instant::now());
            if self.reading.error().is_none()
                && let Some(data) = self.reading.value().cloned()
                && self.desk.shown.as_ref() == Some(&data.request.flag)
            {
                let choice = self.choice();
                self.take_data(data, &choice);
            }
        }
    }

    pub(super) fn take_data(&mut self, data: Arc<Data>, choice: &FlagChoice) {
        let id = data.request.flag.clone();
        let notes = self.desk.notes(&self.saved.notes);
        let slots = self.slots.entry(id).or_default();
        self.view = Some(View::new(data, choice, slots, notes, &self.lines));
    }

    /// The same data by another method, or with other notes.
    pub(super) fn look_again(&mut self) {
        if let Some(view) = self.view.take() {
            let choice = self.choice();
            self.take_data(view.data, &choice);
        }
    }

    /// All groups that are ticked have been read over time.
    pub(super) fn has_lines(&self) -> bool {
        let timeline = self
            .view
            .as_ref()
            .and_then(|view| view.data.timeline.as_ref());
        timeline.is_some_and(|timeline| {
            let mut lines = self.lines.iter();
            lines.all(|key| timeline.lines.iter().any(|line| line.key == *key))
        })
    }

    /// How what is shown is compared.
    pub(super) fn choice(&self) -> FlagChoice {
        let kept = self.desk.kept(&self.saved.choices);
        kept.cloned().unwrap_or_default()
    }

    /// All that a person waits for.
    pub(super) fn busy(&self) -> Busy {
        let list = self.desk.list.busy();
        list.and(&self.first).and(&self.reading)
    }
}
