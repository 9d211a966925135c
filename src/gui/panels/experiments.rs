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
mod header;
mod jobs;
mod reading;
mod screen;
mod table;
mod view;

use std::{collections::BTreeMap, sync::Arc, time::Instant};

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

pub use self::reading::{Figures, Read};
use self::{
    drawer::{Drawer, NoteDraft},
    reading::{Begun, Extent, Listed},
    view::{Looks, Slots, View},
};
use crate::{
    engine::{
        metrics::{
            experiments::{ASSIGNMENTS, Sample},
            markers::Note,
        },
        profiles::{Mapping, ProfileId},
    },
    gui::{
        command::ExperimentsCommand,
        context::PanelContext,
        dialogs::mapping::{MapStep, MappingDialog},
        icons,
        notice::NoticeKind,
        saved::SavedExperiments,
        state::State,
        theme::{PaletteExt as _, SIDE_LIST_WIDTH},
        widgets::{
            busy::busy_bar_ui,
            card::not_connected_ui,
            chart::ChartView,
            export::ExportForm,
            figure_table::FigureTable,
            side_list::{SideEntry, SideList},
        },
    },
    worker::{Job, Worker},
};

/// What the screen is for, where there is nothing to show.
const PURPOSE: &str = "Experiments and their figures are read from the server's own tables.";
/// Of so many users one is read, where a table is too large for all.
const ONE_IN: u32 = 64;
/// Notes of one experiment.
const MOST_NOTES: usize = 50;

/// The list of experiments, and the one that is looked at.
#[derive(Default)]
pub struct ExperimentsPanel {
    saved: SavedExperiments,
    /// The profile, and its mapping, that what is here was read with.
    of: Option<(ProfileId, Mapping)>,
    list: Job<Listed>,
    curves: Job<BTreeMap<String, Vec<f32>>>,
    entries: Vec<SideEntry>,
    /// Changes when they do.
    version: u64,
    side: SideList,
    shown: Option<String>,
    extent: Extent,
    first: Job<Begun>,
    reading: Job<Arc<Read>>,
    making: Job<Arc<Figures>>,
    view: Option<View>,
    /// Colours by experiment and variant.
    slots: BTreeMap<String, Slots>,
    /// When the last reading ended, well or not.
    ended: Option<Instant>,
    looks: Looks,
    /// Zoom and pictures of the two charts.
    views: [ChartView; 2],
    table: FigureTable,
    details: Option<usize>,
    drawer: Option<Drawer>,
    note: NoteDraft,
    export: ExportForm,
    opens_export: bool,
    mapping: MappingDialog,
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
            shown: Some(figures.read.id.clone()),
            entries,
            version: 1,
            ..Self::default()
        };
        panel.take_figures(Arc::new(figures));
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedExperiments {
        self.saved.clone()
    }

    /// Something is being read, and Esc stops it.
    pub fn is_running(&self) -> bool {
        self.list.is_running() || self.first.is_running() || self.reading.is_running()
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        self.mapping.is_open() || self.details.is_some()
    }

    /// Take in what background work has reported. `seen` while the screen is in front.
    pub fn poll(&mut self, state: &mut State, worker: &Worker, seen: bool) {
        self.mapping.poll();
        if let Some(written) = self.export.poll() {
            state.notices.push(NoticeKind::Good, written);
        }
        let of = state.active.clone().and_then(|id| {
            let mapping = state.profile(&id)?.mapping.clone();
            Some((id, mapping))
        });
        if self.of != of && of.is_some() {
            self.forget(of);
        }
        if seen && !self.has_begun() && state.has_session() {
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
                self.list.cancel();
                self.curves.cancel();
                self.first.cancel();
                self.reading.cancel();
            }
            ExperimentsCommand::Show(id) => self.show(id, state, worker),
            ExperimentsCommand::CountAll => self.start_list(true, state, worker),
            ExperimentsCommand::ReadAgain => self.read_again(state, worker),
            ExperimentsCommand::ReadAnyway => self.read_as(Extent::Whole, state, worker),
            ExperimentsCommand::ReadSample => {
                if let Some(sample) = Sample::new(ONE_IN) {
                    self.read_as(Extent::Sample(sample), state, worker);
                }
            }
            ExperimentsCommand::Use(method) => self.use_method(method, worker),
            ExperimentsCommand::Every(every) => self.saved.every = every,
            ExperimentsCommand::AddNote { at, text } => {
                let mut notes = self.notes().to_vec();
                notes.push(Note { at, text });
                notes.truncate(MOST_NOTES);
                notes.sort_by_key(|note| note.at);
                self.keep_notes(notes);
            }
            ExperimentsCommand::RemoveNote(at) => {
                let mut notes = self.notes().to_vec();
                if at < notes.len() {
                    notes.remove(at);
                }
                self.keep_notes(notes);
            }
            ExperimentsCommand::Export(step) => self.export_step(step, state, worker),
            ExperimentsCommand::Map(step) => self.mapping.handle(step, state, worker),
        }
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let palette = ui.palette();
        if !cx.has_session() && self.entries.is_empty() {
            CentralPanel::default()
                .frame(Frame::NONE.fill(palette.background))
                .show(ui, |ui| not_connected_ui(ui, cx, icons::FLASK, PURPOSE));
            return;
        }
        Panel::left("experiments")
            .default_size(SIDE_LIST_WIDTH)
            .size_range(180.0..=480.0)
            .frame(
                Frame::NONE
                    .fill(palette.panel)
                    .inner_margin(Margin::symmetric(6, 10)),
            )
            .show(ui, |ui| self.list_ui(ui, cx));
        if let Some(drawer) = self.drawer {
            Panel::right("experiment drawer")
                .default_size(drawer::WIDTH)
                .size_range(260.0..=640.0)
                .frame(
                    Frame::NONE
                        .fill(palette.panel)
                        .inner_margin(Margin::same(12)),
                )
                .show(ui, |ui| self.drawer_ui(ui, drawer, cx));
        }
        if self.export.is_open() {
            let frame = Frame::NONE
                .fill(palette.panel)
                .inner_margin(Margin::symmetric(12, 8));
            let asked = Panel::bottom("experiment export")
                .frame(frame)
                .show(ui, |ui| self.export.ui(ui))
                .inner;
            if let Some(step) = asked {
                cx.commands.push(ExperimentsCommand::Export(step));
            }
        }
        CentralPanel::default()
            .frame(Frame::NONE.fill(palette.background))
            .show(ui, |ui| {
                busy_bar_ui(ui, self.running_for());
                Frame::NONE
                    .inner_margin(Margin {
                        left: 18,
                        right: 18,
                        top: 8,
                        bottom: 14,
                    })
                    .show(ui, |ui| self.shown_ui(ui, cx));
            });
        self.keys(ui);
        self.dialogs_ui(ui.ctx(), cx);
        let idle = !self.is_running() && !self.making.is_running() && cx.has_session();
        if idle && self.saved.every.is_due(ui.ctx(), self.ended) {
            cx.commands.push(ExperimentsCommand::ReadAgain);
        }
    }
}

/// Opens the dialog that says where assignments are.
fn map_step() -> MapStep {
    MapStep::Open(&ASSIGNMENTS)
}
