//! The screen of training runs: which there are, what they have logged, and how they compare.
//!
//! Every figure comes from [`metrics::runs`](crate::engine::metrics::runs). The list and the values in short come
//! first, the points of the ticked runs follow; what was on screen stays until what is new has come.

mod across;
mod charts;
mod compare;
mod drawer;
mod export;
mod figures;
mod header;
mod jobs;
mod lines;
mod list;
mod reading;
mod row;

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
    time::Instant,
};

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use self::reading::Listed;
pub use self::{
    figures::{Figures, Points},
    reading::Read,
};
use super::metrics::{
    busy::Busy,
    cost::Heavy,
    desk::{Origin, origin},
};
use crate::{
    engine::{
        chart::Slot,
        metrics::{
            Ran,
            runs::{Found, Goal, PLACES, Series},
            tables::Place,
        },
    },
    gui::{
        command::{Ask as _, Command, RunsCommand},
        context::PanelContext,
        dialogs::mapping::{MapStep, MappingDialog},
        icons,
        notice::NoticeKind,
        saved::{RunsTab, SavedRuns},
        state::State,
        theme::{PaletteExt as _, SPACE},
        widgets::{
            busy::busy_bar_ui,
            card::{AfterError, empty_ui, error_ui, not_connected_ui},
            chart::ChartView,
            export::ExportForm,
            figure_table::FigureTable,
        },
    },
    worker::{Job, Worker},
};

/// What the screen is for, where there is nothing to show.
const PURPOSE: &str = "Training runs and what they have logged are read from the tables of MLflow or another tracker.";
/// Runs that are ticked unless a person ticks others.
const NEWEST: usize = 10;
/// Runs that are listed at first, and how many times as many each time that older ones are asked for.
const LISTED: u32 = 100;
const MORE: u32 = 4;
/// Runs that are kept as ticked.
const MOST_TICKED: usize = 200;
const LIST_WIDTH: f32 = 516.0;
const WIDEST_LIST: f32 = 620.0;

/// How much of a large tracker is listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Extent {
    /// As much as is usual, if its plan is a light one.
    #[default]
    Asked,
    /// The same, however long it takes.
    Whole,
    /// No more runs than are ticked at first.
    Few,
}

/// The list of training runs, and those that are looked at.
#[derive(Default)]
pub struct RunsPanel {
    saved: SavedRuns,
    /// The profile, and its mapping, that what is here was read with.
    of: Option<Origin>,
    list: Job<Listed>,
    extent: Extent,
    /// It was not read, as it would take long.
    heavy: Option<Heavy>,
    read: Option<Arc<Read>>,
    /// Changes when the runs do.
    version: u64,
    newest: u32,
    ticked: BTreeSet<String>,
    /// The person has ticked; else the newest are.
    chosen: bool,
    /// Colours by run, for as long as the window is open.
    slots: BTreeMap<String, u8>,
    reading: Job<reading::Points>,
    points: Points,
    /// Series that have been read since the last refresh.
    fresh: HashSet<(String, String)>,
    points_ran: Vec<Ran>,
    making: Job<Arc<Figures>>,
    figures: Option<Arc<Figures>>,
    /// What the figures, or those that are being made, are of.
    made_of: Option<jobs::MadeOf>,
    points_version: u64,
    /// When the last reading ended, well or not.
    ended: Option<Instant>,
    search: String,
    cursor: usize,
    lines: lines::Lines,
    /// The metric whose chart has all the room.
    large: Option<String>,
    all_charts: bool,
    views: HashMap<String, ChartView>,
    tables: [FigureTable; 3],
    sql_open: bool,
    export: ExportForm,
    mapping: MappingDialog,
}

impl RunsPanel {
    /// As it was the last time.
    pub fn new(saved: SavedRuns) -> Self {
        Self {
            saved,
            ..Self::default()
        }
    }

    /// With answers as a server would give them; for tests.
    pub fn with_runs(state: &State, saved: SavedRuns, read: Read, series: Vec<Series>) -> Self {
        let mut panel = Self::new(saved);
        panel.forget(origin(state));
        panel.take_read(Arc::new(read));
        let ran = Vec::new();
        let series = series.into_iter().map(Arc::new).collect();
        panel.take_points(reading::Points { series, ran });
        panel.figures = Some(Arc::new(Figures::of(&panel.input())));
        panel.made_of = Some(panel.wanted_of());
        panel
    }

    /// With a list that would take long to read; for tests.
    pub fn with_heavy(state: &State, heavy: Heavy) -> Self {
        let mut panel = Self::default();
        panel.forget(origin(state));
        panel.heavy = Some(heavy);
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedRuns {
        self.saved.clone()
    }

    /// Something is being read, and Esc stops it.
    pub fn is_running(&self) -> bool {
        self.list.is_running() || self.reading.is_running()
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        self.mapping.is_open()
    }

    /// Take in what background work has reported. `seen` while the screen is in front.
    pub fn poll(&mut self, state: &mut State, worker: &Worker, seen: bool) {
        self.mapping.poll();
        if let Some(written) = self.export.poll() {
            state.notices.push(NoticeKind::Good, written);
        }
        let of = origin(state);
        if of.is_some() && self.of != of {
            self.forget(of);
        }
        if seen && !self.has_begun() && state.has_session() {
            self.start_list(state, worker);
        }
        self.poll_jobs(state, worker);
    }

    /// Do what the person asked for.
    pub fn handle(&mut self, command: RunsCommand, state: &mut State, worker: &Worker) {
        match command {
            RunsCommand::Refresh => {
                self.fresh.clear();
                self.start_list(state, worker);
            }
            RunsCommand::Cancel => {
                self.list.cancel();
                self.reading.cancel();
            }
            RunsCommand::Show(id) => {
                self.ticked.clear();
                self.tick(&id, true);
            }
            RunsCommand::ShowNewest => {
                self.chosen = false;
                self.keep_ticked();
                self.tick_newest();
            }
            RunsCommand::ShowNone => {
                self.ticked.clear();
                self.chosen = true;
                self.keep_ticked();
            }
            RunsCommand::ReadAnyway => {
                self.extent = Extent::Whole;
                self.start_list(state, worker);
            }
            RunsCommand::ReadFew => {
                self.extent = Extent::Few;
                self.start_list(state, worker);
            }
            RunsCommand::More => {
                if self.extent == Extent::Few {
                    self.extent = Extent::Asked;
                }
                self.newest = self.newest.max(LISTED).saturating_mul(MORE);
                self.start_list(state, worker);
            }
            RunsCommand::Deleted(deleted) => {
                self.saved.deleted = deleted;
                self.start_list(state, worker);
            }
            RunsCommand::Every(every) => self.saved.every = every,
            RunsCommand::Export(step) => self.export_step(step, worker),
            RunsCommand::Map(step) => self.mapping.handle(step, state, worker),
        }
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let palette = ui.palette();
        if !cx.has_session() && self.read.is_none() {
            CentralPanel::default()
                .frame(Frame::NONE.fill(palette.background))
                .show(ui, |ui| {
                    not_connected_ui(ui, cx, icons::CHART_LINE, PURPOSE);
                });
            return;
        }
        let has_runs = self.read.as_ref().is_some_and(|read| !read.runs.is_empty());
        let has_hidden = self.read.as_ref().is_some_and(|read| read.hidden > 0);
        if has_runs || has_hidden {
            let room = ui.available_width();
            let most = (room * 0.6).max(260.0);
            // Wide windows have room for all columns.
            let usual = (room * 0.36).clamp(LIST_WIDTH, WIDEST_LIST);
            Panel::left("runs")
                .default_size(usual.min(most))
                .size_range(240.0..=most)
                .frame(
                    Frame::NONE
                        .fill(palette.panel)
                        .inner_margin(Margin::symmetric(8, 10)),
                )
                .show(ui, |ui| self.list_ui(ui, cx));
        }
        if self.sql_open {
            Panel::right("runs drawer")
                .default_size(320.0)
                .size_range(260.0..=640.0)
                .frame(
                    Frame::NONE
                        .fill(palette.panel)
                        .inner_margin(Margin::same(12)),
                )
                .show(ui, |ui| self.drawer_ui(ui, cx));
        }
        if self.export.is_open() {
            let frame = Frame::NONE
                .fill(palette.panel)
                .inner_margin(Margin::symmetric(12, 8));
            let asked = Panel::bottom("runs export")
                .frame(frame)
                .show(ui, |ui| self.export.ui(ui))
                .inner;
            if let Some(step) = asked {
                cx.commands.push(RunsCommand::Export(step));
            }
        }
        CentralPanel::default()
            .frame(Frame::NONE.fill(palette.background))
            .show(ui, |ui| {
                busy_bar_ui(ui, self.busy().running);
                let margin = Margin {
                    left: 14,
                    right: 14,
                    top: 8,
                    bottom: 12,
                };
                Frame::NONE
                    .inner_margin(margin)
                    .show(ui, |ui| self.shown_ui(ui, cx));
            });
        self.mapping
            .ui(ui.ctx(), cx, |step| Command::from(RunsCommand::Map(step)));
        let idle = !self.is_running() && cx.has_session();
        if idle && self.saved.every.is_due(ui.ctx(), self.ended) {
            cx.commands.push(RunsCommand::Refresh);
        }
    }

    fn shown_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        self.header_ui(ui, cx);
        self.trouble_ui(ui, cx);
        if let Some(heavy) = self.heavy.as_ref().filter(|_| !self.list.is_running()) {
            let ways = [RunsCommand::ReadAnyway, RunsCommand::ReadFew];
            let ways = ways.map(|way| (way.words(), way.into()));
            heavy.ui(ui, ways.into(), cx);
        }
        let Some(read) = &self.read else { return };
        if read.runs.is_empty() {
            let words = if read.hidden > 0 {
                "All runs are marked as deleted; the list at the left can show them."
            } else {
                "The table of runs has no rows. A run appears when its tracker begins to log."
            };
            return empty_ui(ui, icons::CHART_LINE, "No training runs", words, |_| {});
        }
        if self.ticked.is_empty() {
            let words = "Tick runs at the left to see what they have logged.";
            return empty_ui(ui, icons::CHART_LINE, "No run is ticked", words, |_| {});
        }
        match self.saved.tab {
            RunsTab::Charts => self.charts_ui(ui),
            RunsTab::Compare => self.compare_ui(ui),
            RunsTab::Parallel => self.parallel_ui(ui),
            RunsTab::Scatter => self.scatter_ui(ui),
        }
    }

    /// What went wrong, above what there is.
    fn trouble_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let errors = [
            ("The runs could not be listed", self.list.error()),
            ("The points could not be read", self.reading.error()),
            ("The figures could not be made", self.making.error()),
        ];
        let found = errors
            .into_iter()
            .find_map(|(what, error)| Some((what, error?)));
        let Some((what, error)) = found else { return };
        match error_ui(ui, what, error) {
            Some(AfterError::TryAgain) => cx.commands.push(RunsCommand::Refresh),
            Some(AfterError::MapTables) => {
                let place = self.missing_place();
                cx.commands.push(RunsCommand::Map(MapStep::Open(place)));
            }
            None => {}
        }
    }

    /// The place that the error is about; the runs where it is about none.
    fn missing_place(&self) -> &'static Place {
        let name = match self.list.error() {
            Some(crate::engine::Error::Unmapped(unmapped)) => unmapped.place,
            _ => PLACES[0].name,
        };
        let place = PLACES.into_iter().find(|place| place.name == name);
        place.unwrap_or(PLACES[0])
    }

    /// The metric whose values the list shows, and which way it gets better.
    fn metric(&self) -> Option<(String, Goal)> {
        let keys = figures::keys(self.read.as_ref()?.runs.iter());
        let said = self.profile().and_then(|id| self.saved.metric.get(id));
        let key = said.filter(|key| keys.contains(key)).cloned();
        // What people look at first is how a run does on data that it has not seen.
        let usual = ["val", "eval", "test"].iter().find_map(|word| {
            let suits = |key: &&String| key.starts_with(word) && Goal::of(key) == Goal::Min;
            keys.iter().find(suits).cloned()
        });
        let key = key
            .or(usual)
            .or_else(|| keys.iter().find(|key| Goal::of(key) == Goal::Min).cloned())
            .or_else(|| keys.iter().find(|key| Goal::of(key) == Goal::Max).cloned())
            .or_else(|| keys.first().cloned())?;
        let goal = self.goal(&key);
        Some((key, goal))
    }

    fn profile(&self) -> Option<&String> {
        self.of.as_ref().map(|(profile, _)| &profile.0)
    }

    /// A name to keep choices under; one for all where no profile is open.
    fn keep_under(&self) -> String {
        self.profile().cloned().unwrap_or_default()
    }

    fn set_metric(&mut self, key: String) {
        let profile = self.keep_under();
        self.saved.metric.insert(profile, key);
    }

    fn goals(&self) -> BTreeMap<String, Goal> {
        let goals = self.saved.goals.get(&self.keep_under());
        goals.cloned().unwrap_or_default()
    }

    fn goal(&self, key: &str) -> Goal {
        let said = self.saved.goals.get(&self.keep_under());
        let said = said.and_then(|goals| goals.get(key));
        said.copied().unwrap_or_else(|| Goal::of(key))
    }

    fn set_goal(&mut self, key: &str, goal: Goal) {
        let profile = self.keep_under();
        let goals = self.saved.goals.entry(profile).or_default();
        if goal == Goal::of(key) {
            goals.remove(key);
        } else {
            goals.insert(key.to_owned(), goal);
        }
    }

    fn slot_of(&self, id: &str) -> Option<Slot> {
        if !self.ticked.contains(id) {
            return None;
        }
        self.slots.get(id).map(|nth| Slot::Color(*nth))
    }

    /// Tick a run, or not; from now on the person's choice is kept.
    fn tick(&mut self, id: &str, ticked: bool) {
        self.chosen = true;
        if ticked {
            self.ticked.insert(id.to_owned());
            self.colour(id);
        } else {
            self.ticked.remove(id);
        }
        self.keep_ticked();
    }

    /// The run's colour: its own, else the first that no ticked run has.
    fn colour(&mut self, id: &str) {
        if self.slots.contains_key(id) {
            return;
        }
        let used: HashSet<u8> = self
            .ticked
            .iter()
            .filter_map(|id| self.slots.get(id).copied())
            .collect();
        let free = (0..u8::MAX).find(|nth| !used.contains(nth)).unwrap_or(0);
        self.slots.insert(id.to_owned(), free);
    }

    fn keep_ticked(&mut self) {
        let profile = self.keep_under();
        if self.chosen {
            let ids = self.ticked.iter().take(MOST_TICKED).cloned().collect();
            self.saved.ticked.insert(profile, ids);
        } else {
            self.saved.ticked.remove(&profile);
        }
        // What stopped before may go on for other runs.
        if !self.reading.is_running() {
            self.reading = Job::default();
        }
    }

    /// The state of a chart, by a name of its own.
    fn view(&mut self, name: &str) -> &mut ChartView {
        self.views
            .entry(name.to_owned())
            .or_insert_with(ChartView::listed)
    }

    /// All that a person waits for.
    fn busy(&self) -> Busy {
        Busy::default().and(&self.list).and(&self.reading)
    }
}

/// The place of the run with the best value of a metric; of equal ones the earliest.
fn best_of(runs: &[Found], key: &str, goal: Goal) -> Option<usize> {
    let mut best: Option<(usize, f64)> = None;
    for (at, found) in runs.iter().enumerate().rev() {
        if let Some(value) = found.metrics.get(key).and_then(|of| of.best(goal))
            && best.is_none_or(|(_, than)| goal.is_better(value, than))
        {
            best = Some((at, value));
        }
    }
    best.map(|(at, _)| at)
}
