//! The screen of experiments: can the data be trusted, what is the effect, is it settling.
//!
//! Every figure comes from [`metrics::experiments`](crate::engine::metrics::experiments); nothing is computed here. The
//! plain count of the experiment is shown as soon as it is there, the analyst's figures when they follow, and what was
//! on screen stays until new figures are complete.

mod charts;
mod checks;
mod details;
mod drawer;
mod export;
mod jobs;
mod late;
mod reading;
mod screen;
mod table;
mod view;

use std::{collections::BTreeMap, sync::Arc};

use egui::Ui;

pub use self::reading::{Figures, Read};
use self::{
    late::LateQuestion,
    reading::{Begun, Extent},
    view::{Looks, View},
};
use super::metrics::{
    Asked, Screen,
    desk::Desk,
    frame::{left_ui, middle_ui, right_ui, unconnected_ui},
};
use crate::{
    engine::metrics::{
        experiments::{ASSIGNMENTS, Sample},
        markers::Note,
        slots::Slots,
    },
    gui::{
        command::ExperimentsCommand,
        context::PanelContext,
        icons,
        saved::SavedExperiments,
        state::State,
        widgets::{chart::ChartView, side_list::SideEntry},
    },
    worker::{Job, Worker},
};

const SCREEN: Screen = Screen {
    title: "Experiments",
    one: "experiment",
    many: "experiments",
    icon: icons::FLASK,
    purpose: "Experiments and their figures are read from the server's own tables.",
    no_rows: "The table of assignments has no rows. An experiment appears with its first assignment.",
    left_undone: "so users were not counted",
    do_it: "Count them anyway",
    place: &ASSIGNMENTS,
    command: |asked| ExperimentsCommand::from(asked).into(),
};
/// Of so many users one is read, where a table is too large for all.
const ONE_IN: u32 = 64;

/// The list of experiments, and the one that is looked at.
#[derive(Default)]
pub struct ExperimentsPanel {
    saved: SavedExperiments,
    desk: Desk,
    extent: Extent,
    first: Job<Begun>,
    reading: Job<Arc<Read>>,
    making: Job<Arc<Figures>>,
    view: Option<View>,
    /// Colours by experiment and variant.
    slots: BTreeMap<String, Slots>,
    looks: Looks,
    /// Variants that were ticked for the charts; none for the control and the largest.
    lines: Vec<String>,
    /// Zoom and pictures of the two charts.
    views: [ChartView; 2],
    late: LateQuestion,
}

impl From<Asked> for ExperimentsCommand {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Refresh => Self::Refresh,
            Asked::Stop => Self::Cancel,
            Asked::Show(id) => Self::Show(id),
            Asked::ListWhole => Self::CountAll,
            Asked::Every(every) => Self::Every(every),
            Asked::AddNote { at, text } => Self::AddNote { at, text },
            Asked::RemoveNote(at) => Self::RemoveNote(at),
            Asked::Export(step) => Self::Export(step),
            Asked::Map(step) => Self::Map(step),
        }
    }
}

impl ExperimentsPanel {
    /// As it was the last time.
    pub fn new(saved: SavedExperiments) -> Self {
        Self {
            saved,
            ..Self::default()
        }
    }

    /// With an answer as a server would give it; for tests.
    pub fn with_figures(entries: Vec<SideEntry>, figures: Figures) -> Self {
        let mut panel = Self {
            desk: Desk::with_entries(entries, &figures.read.id),
            ..Self::default()
        };
        let method = figures.method.clone();
        panel.desk.keep(&mut panel.saved.methods, Some(method));
        panel.take_figures(Arc::new(figures));
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedExperiments {
        self.saved.clone()
    }

    /// Something is being read, and Esc stops it.
    pub fn is_running(&self) -> bool {
        self.busy().running.is_some()
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        self.desk.asks() || self.late.asks()
    }

    /// Take in what background work has reported. `seen` while the screen is in front.
    pub fn poll(&mut self, state: &mut State, worker: &Worker, seen: bool) {
        if self.desk.poll(state) {
            self.forget();
        }
        if seen && self.desk.take_zone(state) {
            self.start_first(state, worker);
        }
        if seen && !self.desk.list.has_begun() && state.has_session() {
            self.begin(state, worker);
        }
        self.poll_list(state, worker);
        self.poll_shown(state, worker);
    }

    /// Do what the person asked for.
    pub fn handle(&mut self, command: ExperimentsCommand, state: &mut State, worker: &Worker) {
        match command {
            ExperimentsCommand::Refresh => self.refresh(state, worker),
            ExperimentsCommand::Cancel => {
                self.desk.list.cancel();
                self.first.cancel();
                self.reading.cancel();
            }
            ExperimentsCommand::Show(id) => self.show(&id, state, worker),
            ExperimentsCommand::CountAll => self.start_list(true, state, worker),
            ExperimentsCommand::ReadAgain => self.read_again(state, worker),
            ExperimentsCommand::ReadAnyway => self.read_as(Extent::Whole, state, worker),
            ExperimentsCommand::ReadSample => {
                if let Some(sample) = Sample::new(ONE_IN) {
                    self.read_as(Extent::Sample(sample), state, worker);
                }
            }
            ExperimentsCommand::Use(method) => self.use_method(method, worker),
            ExperimentsCommand::Lines(lines) => {
                self.lines = lines;
                self.look_again();
            }
            ExperimentsCommand::Every(every) => self.saved.every = every,
            ExperimentsCommand::AddNote { at, text } => {
                let note = Note { at, text };
                self.desk.add_note(&mut self.saved.notes, note);
                self.look_again();
            }
            ExperimentsCommand::RemoveNote(at) => {
                self.desk.remove_note(&mut self.saved.notes, at);
                self.look_again();
            }
            ExperimentsCommand::Export(step) => self.export_step(step, state, worker),
            ExperimentsCommand::Map(step) => self.desk.mapping.handle(step, state, worker),
        }
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        if !cx.has_session() && self.desk.list.entries.is_empty() {
            return unconnected_ui(ui, &SCREEN, cx);
        }
        left_ui(ui, &SCREEN, |ui| {
            let shown = self.desk.shown.as_deref();
            self.desk.list.ui(ui, &SCREEN, shown, cx);
        });
        if let Some(drawer) = self.desk.drawer {
            right_ui(ui, &SCREEN, |ui| self.drawer_ui(ui, drawer, cx));
        }
        self.desk.export_ui(ui, &SCREEN, cx);
        middle_ui(ui, self.busy().running, |ui| self.shown_ui(ui, cx));
        if self.view.is_some() {
            self.desk.keys(ui);
        }
        self.dialogs_ui(ui.ctx(), cx);
        let idle = !self.is_running() && !self.making.is_running() && cx.has_session();
        if idle && self.saved.every.is_due(ui.ctx(), self.desk.ended) {
            cx.commands.push(ExperimentsCommand::ReadAgain);
        }
    }
}
