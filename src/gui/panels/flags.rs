//! The screen of feature flags: can the data be trusted, is a group failing more often, since when.
//!
//! Every figure comes from [`metrics::flags`](crate::engine::metrics::flags); nothing is computed here. The plain sums
//! are shown as soon as they are there, intervals and charts when they follow, and what was on screen stays until new
//! figures are complete.

mod charts;
mod details;
mod drawer;
mod export;
mod jobs;
mod reading;
mod screen;
mod table;
mod view;
mod windows;

use std::{collections::BTreeMap, sync::Arc};

use egui::Ui;

use self::{reading::Step, view::View, windows::WindowDraft};
use super::metrics::{
    Asked, Screen,
    desk::Desk,
    frame::{left_ui, middle_ui, right_ui, unconnected_ui},
};
use crate::{
    engine::metrics::{
        flags::{EVENTS, GroupKey, charts::Which, data::Data},
        markers::Note,
        slots::Slots,
    },
    gui::{
        command::FlagsCommand,
        context::PanelContext,
        icons,
        saved::{FlagChoice, SavedFlags},
        state::State,
        widgets::{chart::ChartView, side_list::SideEntry},
    },
    worker::{Job, Worker},
};

const SCREEN: Screen = Screen {
    title: "Feature flags",
    one: "feature flag",
    many: "feature flags",
    icon: icons::FLAG,
    purpose: "Feature flags and their figures are read from the server's own tables.",
    no_rows: "The table of events has no rows. A flag appears with its first event.",
    left_undone: "so requests were not added up",
    do_it: "Add them up anyway",
    place: &EVENTS,
    command: |asked| FlagsCommand::from(asked).into(),
};

/// The list of feature flags, and the one that is looked at.
#[derive(Default)]
pub struct FlagsPanel {
    saved: SavedFlags,
    desk: Desk,
    first: Job<Step>,
    /// The flag that is read however long it takes.
    anyway: Option<String>,
    reading: Job<Arc<Data>>,
    view: Option<View>,
    /// Colours by flag and group.
    slots: BTreeMap<String, Slots<GroupKey>>,
    which: Which,
    /// Groups that were ticked for the chart; none for the baseline and the largest.
    lines: Vec<GroupKey>,
    chart: ChartView,
    custom: WindowDraft,
    objective: String,
}

impl From<Asked> for FlagsCommand {
    fn from(asked: Asked) -> Self {
        match asked {
            Asked::Refresh => Self::Refresh,
            Asked::Stop => Self::Cancel,
            Asked::Show(id) => Self::Show(id),
            Asked::ListWhole => Self::ListAnyway,
            Asked::Every(every) => Self::Every(every),
            Asked::AddNote { at, text } => Self::AddNote { at, text },
            Asked::RemoveNote(at) => Self::RemoveNote(at),
            Asked::Export(step) => Self::Export(step),
            Asked::Map(step) => Self::Map(step),
        }
    }
}

impl FlagsPanel {
    /// As it was the last time.
    pub fn new(saved: SavedFlags) -> Self {
        Self {
            saved,
            ..Self::default()
        }
    }

    /// With an answer as a server would give it; for tests.
    pub fn with_data(entries: Vec<SideEntry>, data: Data, choice: &FlagChoice) -> Self {
        let mut panel = Self {
            desk: Desk::with_entries(entries, &data.request.flag),
            ..Self::default()
        };
        panel
            .desk
            .keep(&mut panel.saved.choices, Some(choice.clone()));
        panel.take_data(Arc::new(data), choice);
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedFlags {
        self.saved.clone()
    }

    /// Something is being read, and Esc stops it.
    pub fn is_running(&self) -> bool {
        self.busy().running.is_some()
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        self.desk.asks()
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
    pub fn handle(&mut self, command: FlagsCommand, state: &mut State, worker: &Worker) {
        match command {
            FlagsCommand::Refresh => {
                self.start_list(false, state, worker);
                self.start_first(state, worker);
            }
            FlagsCommand::Cancel => {
                self.desk.list.cancel();
                self.first.cancel();
                self.reading.cancel();
            }
            FlagsCommand::Show(id) => self.show(&id, state, worker),
            FlagsCommand::ListAnyway => self.start_list(true, state, worker),
            FlagsCommand::ReadAnyway => {
                self.anyway.clone_from(&self.desk.shown);
                self.start_first(state, worker);
            }
            FlagsCommand::Window(window) => {
                self.saved.window = window;
                self.chart.reset();
                // A bucket that fitted another window may not fit this one.
                self.saved.step = None;
                self.start_first(state, worker);
            }
            FlagsCommand::Step(step) => {
                self.saved.step = step;
                self.start_first(state, worker);
            }
            FlagsCommand::Look(which) => self.look(which, state, worker),
            FlagsCommand::Lines(lines) => {
                self.lines = lines;
                self.look_again();
                if !self.has_lines() {
                    self.start_first(state, worker);
                }
            }
            FlagsCommand::Use(choice) => self.use_choice(choice, state, worker),
            FlagsCommand::Every(every) => self.saved.every = every,
            FlagsCommand::AddNote { at, text } => {
                let note = Note { at, text };
                self.desk.add_note(&mut self.saved.notes, note);
                self.look_again();
            }
            FlagsCommand::RemoveNote(at) => {
                self.desk.remove_note(&mut self.saved.notes, at);
                self.look_again();
            }
            FlagsCommand::Export(step) => self.export_step(step, worker),
            FlagsCommand::Map(step) => self.desk.mapping.handle(step, state, worker),
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
        let idle = !self.is_running() && cx.has_session();
        if idle && self.saved.every.is_due(ui.ctx(), self.desk.ended) {
            cx.commands.push(FlagsCommand::Refresh);
        }
    }
}
