//! What is read, and when: which job follows which, and what becomes of their answers.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use super::{
    ExperimentsPanel, Figures,
    reading::{self, Begun, Extent, First, Heavy},
    view::View,
};
use crate::{
    engine::{
        metrics::{experiments::Method, health::Level, markers::Note},
        profiles::{Mapping, ProfileId},
    },
    gui::{
        state::State,
        widgets::{figure_table::FigureTable, side_list::SideEntry},
    },
    worker::{Job, Worker},
};

impl ExperimentsPanel {
    pub(super) fn has_begun(&self) -> bool {
        self.list.is_running() || self.list.value().is_some() || self.list.error().is_some()
    }

    /// Another profile, or other tables: nothing of what is here holds.
    pub(super) fn forget(&mut self, of: Option<(ProfileId, Mapping)>) {
        *self = Self {
            of,
            saved: std::mem::take(&mut self.saved),
            slots: std::mem::take(&mut self.slots),
            looks: self.looks,
            drawer: self.drawer,
            ..Self::default()
        };
    }

    pub(super) fn begin(&mut self, state: &State, worker: &Worker) {
        self.start_list(false, state, worker);
        let profile = self.of.as_ref().map(|(profile, _)| profile.0.clone());
        let last = profile.and_then(|profile| self.saved.shown.get(&profile).cloned());
        if let Some(id) = last {
            self.show(id, state, worker);
        }
    }

    pub(super) fn refresh(&mut self, state: &State, worker: &Worker) {
        let whole = self.list.value().is_some_and(|listed| !listed.names_only);
        self.start_list(whole, state, worker);
        self.read_again(state, worker);
    }

    /// What is shown alone: the list takes a look at all experiments.
    pub(super) fn read_again(&mut self, state: &State, worker: &Worker) {
        if self.view.is_some() && self.extent == Extent::Asked {
            // Who has read it once knows what it takes.
            self.extent = Extent::Whole;
        }
        if self.shown.is_some() {
            self.start_first(state, worker);
        }
    }

    pub(super) fn read_as(&mut self, extent: Extent, state: &State, worker: &Worker) {
        self.extent = extent;
        self.start_first(state, worker);
    }

    pub(super) fn start_list(&mut self, whole: bool, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping))) = (state.active_session().cloned(), &self.of)
        else {
            return;
        };
        let mapping = mapping.clone();
        self.list.start(worker, "Read experiments", |cancel| {
            reading::list(session, mapping, whole, cancel)
        });
    }

    pub(super) fn show(&mut self, id: String, state: &State, worker: &Worker) {
        if self.shown.as_ref() != Some(&id) {
            self.view = None;
            self.details = None;
            self.first = Job::default();
            self.reading = Job::default();
            self.making = Job::default();
            self.table = FigureTable::default();
            self.extent = Extent::default();
        }
        if let Some((profile, _)) = &self.of {
            self.saved.shown.insert(profile.0.clone(), id.clone());
        }
        self.shown = Some(id);
        self.start_first(state, worker);
    }

    pub(super) fn start_first(&mut self, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping)), Some(id)) = (
            state.active_session().cloned(),
            self.of.clone(),
            self.shown.clone(),
        ) else {
            return;
        };
        let table = self.list.value().map(|listed| listed.table.clone());
        if let Extent::Sample(sample) = self.extent {
            self.reading
                .start(worker, "Read some users of an experiment", |cancel| {
                    reading::sample(session, table, mapping, id, sample, cancel)
                });
            return;
        }
        let anyway = self.extent == Extent::Whole;
        self.first
            .start(worker, "Count users by variant", |cancel| {
                reading::first(session, table, mapping, id, anyway, cancel)
            });
    }

    pub(super) fn use_method(&mut self, method: Method, worker: &Worker) {
        let (Some((profile, _)), Some(id)) = (&self.of, &self.shown) else {
            return;
        };
        let methods = self.saved.methods.entry(profile.0.clone()).or_default();
        if method == Method::default() {
            methods.remove(id);
        } else {
            methods.insert(id.clone(), method);
        }
        self.make(worker);
    }

    /// Make the figures of what has been read.
    pub(super) fn make(&mut self, worker: &Worker) {
        let read = self.reading.value().cloned();
        let read = read.or_else(|| Some(self.view.as_ref()?.figures.read.clone()));
        let Some(read) = read else { return };
        let method = self.method();
        self.making.start(worker, "Compute figures", |_| {
            reading::figures(read, method)
        });
    }

    pub(super) fn poll_list(&mut self, state: &State, worker: &Worker) {
        if self.list.poll()
            && let Some(listed) = self.list.value()
        {
            let known: BTreeMap<&str, &SideEntry> = self
                .entries
                .iter()
                .map(|entry| (entry.id.as_str(), entry))
                .collect();
            // Curves and marks stay until new ones come.
            let entries = listed.entries.iter().map(|entry| {
                let before = known.get(entry.id.as_str());
                SideEntry {
                    curve: before
                        .map(|before| before.curve.clone())
                        .unwrap_or_default(),
                    warning: before.and_then(|before| before.warning.clone()),
                    ..entry.clone()
                }
            });
            self.entries = entries.collect();
            self.version += 1;
            let (table, names_only) = (listed.table.clone(), listed.names_only);
            if let Some(session) = state.active_session().cloned()
                && !names_only
            {
                self.curves
                    .start(worker, "Read curves of experiments", |cancel| {
                        reading::curves(session, table, cancel)
                    });
            }
            let newest = self.entries.first().map(|entry| entry.id.clone());
            if self.shown.is_none()
                && !names_only
                && let Some(newest) = newest
            {
                self.show(newest, state, worker);
            }
        }
        if self.curves.poll()
            && let Some(mut curves) = self.curves.take_value()
        {
            for entry in &mut self.entries {
                entry.curve = curves.remove(&entry.id).unwrap_or_default();
            }
        }
    }

    pub(super) fn poll_shown(&mut self, state: &State, worker: &Worker) {
        if self.first.poll() {
            self.ended = Some(Instant::now());
            if self.first.error().is_none()
                && let (Some(first), Some(session)) =
                    (self.counted().cloned(), state.active_session().cloned())
            {
                self.reading.start(worker, "Read an experiment", |cancel| {
                    reading::read(session, first, 0, cancel)
                });
            }
        }
        if self.reading.poll() {
            self.ended = Some(Instant::now());
            if self.reading.error().is_none() {
                self.make(worker);
            }
        }
        if self.making.poll()
            && let Some(figures) = self.making.value().cloned()
            && self.shown.as_ref() == Some(&figures.read.id)
        {
            self.take_figures(figures);
        }
    }

    pub(super) fn take_figures(&mut self, figures: Arc<Figures>) {
        let id = figures.read.id.clone();
        let bad = figures.analysis.level() == Level::Bad;
        if let Some(entry) = self.entries.iter_mut().find(|entry| entry.id == id) {
            entry.warning = bad.then(|| "check the data first".to_owned());
        }
        let notes = self.notes().to_vec();
        let slots = self.slots.entry(id).or_default();
        self.view = Some(View::new(figures, slots, &notes, self.looks));
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

    pub(super) fn keep_notes(&mut self, notes: Vec<Note>) {
        let (Some((profile, _)), Some(id)) = (&self.of, &self.shown) else {
            return;
        };
        let all = self.saved.notes.entry(profile.0.clone()).or_default();
        if notes.is_empty() {
            all.remove(id);
        } else {
            all.insert(id.clone(), notes);
        }
        if let Some(view) = self.view.take() {
            self.take_figures(view.figures);
        }
    }

    /// The method of what is shown.
    pub(super) fn method(&self) -> Method {
        self.of_shown(&self.saved.methods)
            .cloned()
            .unwrap_or_default()
    }

    pub(super) fn notes(&self) -> &[Note] {
        self.of_shown(&self.saved.notes).map_or(&[], Vec::as_slice)
    }

    /// What is kept of the experiment that is shown.
    pub(super) fn of_shown<'a, T>(
        &self,
        kept: &'a BTreeMap<String, BTreeMap<String, T>>,
    ) -> Option<&'a T> {
        let (profile, _) = self.of.as_ref()?;
        kept.get(&profile.0)?.get(self.shown.as_ref()?)
    }

    /// How long what is read has been running: all of it, as people wait for all.
    pub(super) fn running_for(&self) -> Option<Duration> {
        let elapsed = |running: bool, elapsed: Option<Duration>| {
            running.then_some(elapsed.unwrap_or_default())
        };
        [
            elapsed(self.list.is_running(), self.list.elapsed()),
            elapsed(self.first.is_running(), self.first.elapsed()),
            elapsed(self.reading.is_running(), self.reading.elapsed()),
        ]
        .into_iter()
        .flatten()
        .max()
    }

    pub(super) fn is_stopping(&self) -> bool {
        self.list.is_cancelling() || self.first.is_cancelling() || self.reading.is_cancelling()
    }
}
