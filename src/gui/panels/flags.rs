//! The screen of feature flags: can the data be trusted, is a group failing more often, since when.
//!
//! Every figure comes from [`metrics::flags`](crate::engine::metrics::flags); nothing is computed here. The plain sums
//! are shown as soon as they are there, intervals and charts when they follow, and what was on screen stays until new
//! figures are complete.

mod charts;
mod details;
mod drawer;
mod export;
mod header;
mod reading;
mod table;
mod view;

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use egui::{CentralPanel, Frame, Key, Margin, Modifiers, Panel, RichText, TextStyle, Ui};

use self::{
    drawer::{Drawer, NoteDraft},
    header::WindowDraft,
    reading::{Listed, Step},
    view::View,
};
use crate::{
    engine::{
        Error,
        metrics::{
            flags::{
                EVENTS, GroupKey, Window,
                charts::{Slots, Which},
                data::{Data, Request},
            },
            ids::near,
            markers::Note,
        },
        profiles::{Mapping, ProfileId},
    },
    gui::{
        command::{Command, FlagsCommand},
        context::PanelContext,
        dialogs::mapping::{MapStep, MappingDialog},
        format, icons,
        notice::NoticeKind,
        saved::{FlagChoice, SavedFlags},
        state::State,
        theme::{PaletteExt as _, SIDE_LIST_WIDTH, SPACE},
        widgets::{
            busy::busy_bar_ui,
            button::Button,
            card::{AfterError, card_ui, empty_ui, error_ui, hint_ui, not_connected_ui},
            chart::ChartView,
            export::ExportForm,
            figure_table::FigureTable,
            health::chips_ui,
            name,
            side_list::{SideEntry, SideList},
        },
        words::Words,
    },
    worker::{Job, Worker},
};

/// What the screen is for, where there is nothing to show.
const PURPOSE: &str = "Feature flags and their figures are read from the server's own tables.";
/// Notes of one flag.
const MOST_NOTES: usize = 50;

/// The list of feature flags, and the one that is looked at.
#[derive(Default)]
pub struct FlagsPanel {
    saved: SavedFlags,
    /// The profile, and its mapping, that what is here was read with.
    of: Option<(ProfileId, Mapping)>,
    list: Job<Listed>,
    curves: Job<BTreeMap<String, Vec<f32>>>,
    entries: Vec<SideEntry>,
    /// Changes when they do.
    version: u64,
    side: SideList,
    shown: Option<String>,
    first: Job<Step>,
    /// The flag that is read however long it takes.
    anyway: Option<String>,
    reading: Job<Arc<Data>>,
    view: Option<View>,
    /// Colours by flag and group.
    slots: BTreeMap<String, Slots>,
    which: Which,
    /// Groups that were ticked for the chart; none for the baseline and the largest.
    lines: Vec<GroupKey>,
    chart: ChartView,
    /// When the last reading ended, well or not.
    ended: Option<Instant>,
    table: FigureTable,
    details: Option<usize>,
    drawer: Option<Drawer>,
    note: NoteDraft,
    custom: WindowDraft,
    objective: String,
    export: ExportForm,
    opens_export: bool,
    mapping: MappingDialog,
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
            shown: Some(data.request.flag.clone()),
            entries,
            version: 1,
            ..Self::default()
        };
        panel.take_data(Arc::new(data), choice);
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> SavedFlags {
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
    pub fn handle(&mut self, command: FlagsCommand, state: &mut State, worker: &Worker) {
        match command {
            FlagsCommand::Refresh => self.refresh(state, worker),
            FlagsCommand::Cancel => {
                self.list.cancel();
                self.curves.cancel();
                self.first.cancel();
                self.reading.cancel();
            }
            FlagsCommand::Show(id) => self.show(id, state, worker),
            FlagsCommand::ListAnyway => self.start_list(true, state, worker),
            FlagsCommand::ReadAnyway => {
                self.anyway.clone_from(&self.shown);
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
            FlagsCommand::Look(which) => {
                self.which = which;
                self.chart.reset();
                let has_days = self
                    .view
                    .as_ref()
                    .is_some_and(|view| view.data.daily.is_some());
                if which == Which::Rolling && !has_days {
                    self.start_first(state, worker);
                }
            }
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
                let mut notes = self.notes().to_vec();
                notes.push(Note { at, text });
                notes.truncate(MOST_NOTES);
                notes.sort_by_key(|note| note.at);
                self.keep_notes(notes);
            }
            FlagsCommand::RemoveNote(at) => {
                let mut notes = self.notes().to_vec();
                if at < notes.len() {
                    notes.remove(at);
                }
                self.keep_notes(notes);
            }
            FlagsCommand::Export(step) => self.export_step(step, worker),
            FlagsCommand::Map(step) => self.mapping.handle(step, state, worker),
        }
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let palette = ui.palette();
        if !cx.has_session() && self.entries.is_empty() {
            CentralPanel::default()
                .frame(Frame::NONE.fill(palette.background))
                .show(ui, |ui| not_connected_ui(ui, cx, icons::FLAG, PURPOSE));
            return;
        }
        let side = |margin| Frame::NONE.fill(palette.panel).inner_margin(margin);
        Panel::left("flags")
            .default_size(SIDE_LIST_WIDTH)
            .size_range(180.0..=480.0)
            .frame(side(Margin::same(8)))
            .show(ui, |ui| self.list_ui(ui, cx));
        if let Some(drawer) = self.drawer {
            Panel::right("flag drawer")
                .default_size(drawer::WIDTH)
                .size_range(260.0..=640.0)
                .frame(side(Margin::same(12)))
                .show(ui, |ui| self.drawer_ui(ui, drawer, cx));
        }
        if self.export.is_open() {
            let asked = Panel::bottom("flag export")
                .frame(side(Margin::symmetric(12, 8)))
                .show(ui, |ui| self.export.ui(ui))
                .inner;
            if let Some(step) = asked {
                cx.commands.push(FlagsCommand::Export(step));
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
        let idle = !self.is_running() && cx.has_session();
        if idle && self.saved.every.is_due(ui.ctx(), self.ended) {
            cx.commands.push(FlagsCommand::Refresh);
        }
    }
}

/// What is read, and when.
impl FlagsPanel {
    fn has_begun(&self) -> bool {
        self.list.is_running() || self.list.value().is_some() || self.list.error().is_some()
    }

    /// Another profile, or other tables: nothing of what is here holds.
    fn forget(&mut self, of: Option<(ProfileId, Mapping)>) {
        *self = Self {
            of,
            saved: std::mem::take(&mut self.saved),
            slots: std::mem::take(&mut self.slots),
            which: self.which,
            drawer: self.drawer,
            ..Self::default()
        };
    }

    fn begin(&mut self, state: &State, worker: &Worker) {
        self.start_list(false, state, worker);
        let profile = self.of.as_ref().map(|(profile, _)| profile.0.clone());
        let last = profile.and_then(|profile| self.saved.shown.get(&profile).cloned());
        if let Some(id) = last {
            self.show(id, state, worker);
        }
    }

    fn refresh(&mut self, state: &State, worker: &Worker) {
        self.start_list(false, state, worker);
        self.start_first(state, worker);
    }

    fn start_list(&mut self, whole: bool, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping))) = (state.active_session().cloned(), &self.of)
        else {
            return;
        };
        let mapping = mapping.clone();
        self.list.start(worker, "Read feature flags", |cancel| {
            reading::list(session, mapping, whole, cancel)
        });
    }

    fn show(&mut self, id: String, state: &State, worker: &Worker) {
        if self.shown.as_ref() != Some(&id) {
            self.view = None;
            self.details = None;
            self.first = Job::default();
            self.reading = Job::default();
            self.table = FigureTable::default();
            self.chart = ChartView::default();
            self.lines.clear();
            self.objective.clear();
        }
        if let Some((profile, _)) = &self.of {
            self.saved.shown.insert(profile.0.clone(), id.clone());
        }
        self.shown = Some(id);
        self.start_first(state, worker);
    }

    fn start_first(&mut self, state: &State, worker: &Worker) {
        let (Some(session), Some((_, mapping)), Some(flag)) = (
            state.active_session().cloned(),
            self.of.clone(),
            self.shown.clone(),
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
        };
        let anyway = self.anyway == self.shown;
        self.reading.cancel();
        self.first
            .start(worker, "Add up requests by group", |cancel| {
                reading::first(session, mapping, request, anyway, cancel)
            });
    }

    fn use_choice(&mut self, choice: FlagChoice, state: &State, worker: &Worker) {
        let (Some((profile, _)), Some(id)) = (&self.of, &self.shown) else {
            return;
        };
        let choices = self.saved.choices.entry(profile.0.clone()).or_default();
        if choice == FlagChoice::default() {
            choices.remove(id);
        } else {
            choices.insert(id.clone(), choice);
        }
        self.look_again();
        // An objective needs windows of its own; everything else is made of what has been read.
        let has_windows = self
            .view
            .as_ref()
            .is_some_and(|view| view.data.burn.is_some());
        if self.choice().objective.is_some() && !has_windows {
            self.start_first(state, worker);
        }
    }

    fn poll_list(&mut self, state: &State, worker: &Worker) {
        if self.list.poll()
            && self.list.error().is_none()
            && let Some(listed) = self.list.value()
        {
            let known: BTreeMap<&str, &[f32]> = self
                .entries
                .iter()
                .map(|entry| (entry.id.as_str(), entry.curve.as_slice()))
                .collect();
            // Curves stay until new ones come.
            let entries = listed.entries.iter().map(|entry| SideEntry {
                curve: known
                    .get(entry.id.as_str())
                    .map_or_else(Vec::new, |curve| curve.to_vec()),
                ..entry.clone()
            });
            self.entries = entries.collect();
            self.version += 1;
            let (source, names_only) = (listed.source.clone(), listed.names_only);
            if let Some(session) = state.active_session().cloned()
                && !names_only
            {
                self.curves
                    .start(worker, "Read curves of feature flags", |cancel| {
                        reading::curves(session, source, cancel)
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

    fn poll_shown(&mut self, state: &State, worker: &Worker) {
        if self.first.poll() {
            self.ended = Some(Instant::now());
            if self.first.error().is_none()
                && let (Some(Step::Read(first)), Some(session), Some((_, mapping))) = (
                    self.first.value().cloned(),
                    state.active_session().cloned(),
                    self.of.clone(),
                )
            {
                self.reading.start(worker, "Read a feature flag", |cancel| {
                    reading::rest(session, mapping, *first, cancel)
                });
            }
        }
        if self.reading.poll() {
            self.ended = Some(Instant::now());
            if self.reading.error().is_none()
                && let Some(data) = self.reading.value().cloned()
                && self.shown.as_ref() == Some(&data.request.flag)
            {
                let choice = self.choice();
                self.take_data(data, &choice);
            }
        }
    }

    fn take_data(&mut self, data: Arc<Data>, choice: &FlagChoice) {
        let id = data.request.flag.clone();
        let notes = self.notes().to_vec();
        let slots = self.slots.entry(id).or_default();
        self.view = Some(View::new(data, choice, slots, &notes, &self.lines));
    }

    /// The same data by another method, or with other notes.
    fn look_again(&mut self) {
        if let Some(view) = self.view.take() {
            let choice = self.choice();
            self.take_data(view.data, &choice);
        }
    }

    /// All groups that are ticked have been read over time.
    fn has_lines(&self) -> bool {
        let timeline = self
            .view
            .as_ref()
            .and_then(|view| view.data.timeline.as_ref());
        timeline.is_some_and(|timeline| {
            let mut lines = self.lines.iter();
            lines.all(|key| timeline.lines.iter().any(|line| line.key == *key))
        })
    }

    fn keep_notes(&mut self, notes: Vec<Note>) {
        let (Some((profile, _)), Some(id)) = (&self.of, &self.shown) else {
            return;
        };
        let all = self.saved.notes.entry(profile.0.clone()).or_default();
        if notes.is_empty() {
            all.remove(id);
        } else {
            all.insert(id.clone(), notes);
        }
        self.look_again();
    }

    /// How what is shown is compared.
    fn choice(&self) -> FlagChoice {
        self.of_shown(&self.saved.choices)
            .cloned()
            .unwrap_or_default()
    }

    fn notes(&self) -> &[Note] {
        self.of_shown(&self.saved.notes).map_or(&[], Vec::as_slice)
    }

    /// What is kept of the flag that is shown.
    fn of_shown<'a, T>(&self, kept: &'a BTreeMap<String, BTreeMap<String, T>>) -> Option<&'a T> {
        let (profile, _) = self.of.as_ref()?;
        kept.get(&profile.0)?.get(self.shown.as_ref()?)
    }

    /// How long what is read has been running: all of it, as people wait for all.
    fn running_for(&self) -> Option<Duration> {
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

    fn is_stopping(&self) -> bool {
        self.list.is_cancelling() || self.first.is_cancelling() || self.reading.is_cancelling()
    }
}

/// What is drawn.
impl FlagsPanel {
    fn list_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.label(RichText::new("Feature flags").text_style(TextStyle::Heading));
        ui.add_space(SPACE[0]);
        if let Some(listed) = self.list.value().filter(|listed| listed.names_only) {
            let rows = listed.source.table.size.rows;
            let rows = rows.map_or("an unknown number of".to_owned(), format::about);
            hint_ui(
                ui,
                &format!("The table has {rows} rows, so requests were not added up."),
            );
            let button = Button::of(Words::new(icons::PLAY, "Add them up anyway"));
            if ui.add(button).clicked() {
                cx.commands.push(FlagsCommand::ListAnyway);
            }
            ui.add_space(SPACE[0]);
        }
        let selected = self.shown.as_deref();
        let picked = self
            .side
            .ui(ui, "feature flags", &self.entries, self.version, selected);
        if let Some(entry) = picked.and_then(|at| self.entries.get(at)) {
            cx.commands.push(FlagsCommand::Show(entry.id.clone()));
        }
    }

    fn shown_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        if self.shown.is_some() {
            self.header_ui(ui, cx);
            self.windows_ui(ui, cx);
        }
        self.trouble_ui(ui, cx);
        self.heavy_ui(ui, cx);
        let first = match self.first.value() {
            Some(Step::Read(first)) if !first.groups.is_empty() => Some(first),
            _ => None,
        };
        if let Some(view) = &self.view {
            if view.rows.is_empty() {
                return self.no_rows_ui(ui, cx);
            }
            chips_ui(ui, &view.chips);
            ui.add_space(SPACE[0]);
            // The chart keeps a share of the height, however many groups there are.
            let most = (ui.available_height() * 0.5).max(120.0);
            let asked = self.table.ui(ui, "Groups", &view.columns, &view.rows, most);
            if let Some(row) = asked {
                self.details = Some(row);
            }
            ui.add_space(SPACE[1]);
            self.chart_ui(ui, cx);
        } else if let Some(first) = first {
            let rows = table::plain_rows(&first.groups);
            let columns = table::plain_columns();
            let most = ui.available_height() * 0.6;
            self.table.ui(ui, "Groups", &columns, &rows, most);
            hint_ui(ui, "Checks, intervals and the chart follow.");
        } else if self.shown.is_none() && self.list.error().is_none() {
            self.nothing_shown_ui(ui);
        }
    }

    /// What would take long is not read before a person has said so.
    fn heavy_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(Step::Heavy { cost, advice, .. }) = self.first.value() else {
            return;
        };
        let limit = cx
            .chosen()
            .map_or(0, |profile| profile.limits.statement_secs);
        let title = format!("This would read about {} rows", format::about(cost.rows));
        card_ui(ui, icons::WARNING, ui.palette().warning, &title, |ui| {
            let how = if cost.whole_table {
                "The server would go through the whole table: no index leads to these rows."
            } else {
                "The index that leads to these rows does not hold what is added up, so the server would read each row."
            };
            let limit = if limit == 0 {
                "There is no time limit.".to_owned()
            } else {
                format!("The server stops after {limit} s, and you can stop it at any moment.")
            };
            hint_ui(ui, &format!("{how} {limit}"));
            ui.horizontal(|ui| {
                let day = FlagsCommand::Window(Window::days(1));
                for (command, words) in [
                    (FlagsCommand::ReadAnyway, "Read it anyway"),
                    (day, "Only the last 24 hours"),
                ] {
                    if ui.add(Button::of(Words::new(icons::PLAY, words))).clicked() {
                        cx.commands.push(command);
                    }
                }
            });
            if let Some(advice) = advice {
                drawer::advice_ui(ui, advice);
            }
        });
        ui.add_space(SPACE[1]);
    }

    fn nothing_shown_ui(&self, ui: &mut Ui) {
        if self.list.is_running() {
            return;
        }
        if self.entries.is_empty() {
            let words = "The table of events has no rows. A flag appears with its first event.";
            empty_ui(ui, icons::FLAG, "No feature flags yet", words, |_| {});
        } else {
            empty_ui(ui, icons::FLAG, "Choose a feature flag", PURPOSE, |_| {});
        }
    }

    /// No events: of this window, or of this id at all.
    fn no_rows_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let shown = self.shown.clone().unwrap_or_default();
        let called = format::plain(&name::shown(&shown), 80);
        let window = self
            .view
            .as_ref()
            .map_or(self.saved.window, |view| view.data.request.window);
        let ids: Vec<String> = self.entries.iter().map(|entry| entry.id.clone()).collect();
        let is_known = ids.contains(&shown);
        let words = if is_known {
            format!("{called} has no events here: {}.", window.words())
        } else {
            format!("No events for {called} in this table.")
        };
        empty_ui(ui, icons::FLAG, "No events", &words, |ui| {
            if window != Window::All
                && ui
                    .add(Button::of(Words::new(icons::CLOCK, "Show all time")))
                    .clicked()
            {
                cx.commands.push(FlagsCommand::Window(Window::All));
            }
            let near = if is_known {
                Vec::new()
            } else {
                near(&shown, &ids)
            };
            for id in near {
                let words = Words::new(icons::FLAG, format!("Show {}", name::shown(id)));
                if ui.add(Button::of(words)).clicked() {
                    cx.commands.push(FlagsCommand::Show(id.to_owned()));
                }
            }
        });
    }

    /// What went wrong, above what there is.
    fn trouble_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let errors: [(&str, Option<&Error>); 3] = [
            ("The flag could not be read", self.first.error()),
            ("The flag could not be read", self.reading.error()),
            ("The flags could not be listed", self.list.error()),
        ];
        // The same is not said twice: a table that is missing is missing for both.
        let Some((what, error)) = errors
            .into_iter()
            .find_map(|(what, error)| Some((what, error?)))
        else {
            return;
        };
        match error_ui(ui, what, error) {
            Some(AfterError::TryAgain) => cx.commands.push(FlagsCommand::Refresh),
            Some(AfterError::MapTables) => {
                cx.commands.push(FlagsCommand::Map(MapStep::Open(&EVENTS)));
            }
            None => {}
        }
    }

    /// E opens the menu of exports, wherever nothing is typed.
    fn keys(&mut self, ui: &Ui) {
        let typing = ui.ctx().text_edit_focused();
        let modal = ui.memory(|memory| memory.top_modal_layer().is_some());
        if typing || modal || self.view.is_none() {
            return;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::E)) {
            self.opens_export = true;
            ui.request_repaint();
        }
    }

    fn dialogs_ui(&mut self, ctx: &egui::Context, cx: &PanelContext<'_>) {
        self.mapping
            .ui(ctx, cx, |step| Command::from(FlagsCommand::Map(step)));
        if let (Some(view), Some(row)) = (&self.view, self.details)
            && details::details_ui(ctx, view, row)
        {
            self.details = None;
        }
    }
}
