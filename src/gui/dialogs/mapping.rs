//! Says which table, and which of its columns, hold experiments, flags or runs, where they are not called as usual.
//! What is said is tried on the server first, and then kept with the profile.
//!
//! A screen holds one [`MappingDialog`], hands it the [`MapStep`]s that its commands carry, and draws it last.

use std::collections::BTreeMap;

use egui::{
    Align, Grid, Id, Key, Label, Layout, Modal, Popup, RichText, ScrollArea, TextEdit, TextStyle,
    Ui, vec2,
};

use crate::{
    engine::{
        error::unmapped::Candidate,
        metrics::tables::{self, Place, Role},
        profiles::{Mapping, ProfileId, mapping::TableMapping},
    },
    gui::{
        command::{Command, ProfilesCommand},
        context::PanelContext,
        format, icons,
        state::State,
        theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE},
        widgets::{
            button::Button,
            card::{hint_ui, sentence},
            icon::icon_ui,
            list_row::ListRow,
            name,
        },
        words::Words,
    },
    worker::{Job, Worker},
};

const WIDTH: f32 = 560.0;
/// Tables in view; more are reached by scrolling.
const TABLES_SEEN: f32 = 5.0;

/// What a person asks of the dialog; a panel's command carries it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MapStep {
    Open(&'static Place),
    /// Look for tables by the words in the field.
    Search,
    /// Try on the server; keep what works.
    Keep,
    Close,
}

/// The dialog, open or not.
#[derive(Default)]
pub struct MappingDialog(Option<Form>);

struct Form {
    place: &'static Place,
    profile: ProfileId,
    /// What the profile says now, of all places.
    mapping: Mapping,
    search: String,
    found: Job<Vec<Candidate>>,
    chosen: Option<Candidate>,
    /// Columns by role.
    columns: BTreeMap<&'static str, String>,
    check: Job<Mapping>,
    has_focus: bool,
}

impl MappingDialog {
    pub fn is_open(&self) -> bool {
        self.0.is_some()
    }

    /// Do what was asked for.
    pub fn handle(&mut self, step: MapStep, state: &State, worker: &Worker) {
        match (step, &mut self.0) {
            (MapStep::Open(place), _) => self.0 = Form::open(place, state, worker),
            (MapStep::Close, _) => self.0 = None,
            (MapStep::Search, Some(form)) => form.search(state, worker),
            (MapStep::Keep, Some(form)) => form.check(state, worker),
            (MapStep::Search | MapStep::Keep, None) => {}
        }
    }

    /// Take in what the server says.
    pub fn poll(&mut self) {
        if let Some(form) = &mut self.0 {
            form.check.poll();
            if form.found.poll()
                && form.chosen.is_none()
                && let Some(first) = form.found.value().and_then(|found| found.first())
            {
                let first = first.clone();
                form.choose(first);
            }
        }
    }

    /// Draw while it is open. `command` makes the panel's command of a step.
    pub fn ui(
        &mut self,
        ctx: &egui::Context,
        cx: &PanelContext<'_>,
        command: impl Fn(MapStep) -> Command,
    ) {
        let Some(form) = &mut self.0 else { return };
        if let Some(mapping) = form.check.take_value() {
            // In force at once; the screen reads again because the profile's mapping differs.
            cx.commands
                .push(ProfilesCommand::Map(form.profile.clone(), mapping));
            self.0 = None;
            return;
        }
        let modal = Modal::new(Id::unique("map tables"))
            .backdrop_color(ctx.palette().shade)
            .frame(egui::Frame::window(&ctx.global_style()));
        let answer = modal.show(ctx, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 2.0 * SPACE[4]));
            form.ui(ui)
        });
        if let Some(step) = answer.inner {
            cx.commands.push(command(step));
        } else if answer.should_close() {
            self.0 = None;
        }
    }
}

impl Form {
    fn open(place: &'static Place, state: &State, worker: &Worker) -> Option<Self> {
        let profile = state.active.clone()?;
        let mapping = state.profile(&profile)?.mapping.clone();
        let mut form = Self {
            place,
            profile,
            mapping,
            search: String::new(),
            found: Job::default(),
            chosen: None,
            columns: BTreeMap::new(),
            check: Job::default(),
            has_focus: false,
        };
        form.search(state, worker);
        Some(form)
    }

    fn search(&mut self, state: &State, worker: &Worker) {
        let Some(session) = state.active_session().cloned() else {
            return;
        };
        let (place, words) = (self.place, self.search.trim().to_owned());
        self.found
            .start(worker, "Look for tables", |cancel| async move {
                if words.is_empty() {
                    tables::candidates(&session, place, &cancel).await
                } else {
                    tables::named(&session, place, &words, &cancel).await
                }
            });
    }

    fn check(&mut self, state: &State, worker: &Worker) {
        let (Some(session), Some(table)) = (state.active_session().cloned(), self.said()) else {
            return;
        };
        let (place, mut mapping) = (self.place, self.mapping.clone());
        mapping.0.insert(place.name.to_owned(), table);
        self.check
            .start(worker, "Check the tables", |cancel| async move {
                tables::locate(&session, place, &mapping, &cancel).await?;
                Ok(mapping)
            });
    }

    /// What would be kept of the table.
    fn said(&self) -> Option<TableMapping> {
        let table = self.chosen.as_ref()?;
        let columns = self.columns.iter();
        Some(TableMapping {
            database: Some(table.database.clone()),
            table: Some(table.table.clone()),
            columns: columns
                .map(|(role, column)| ((*role).to_owned(), column.clone()))
                .collect(),
        })
    }

    fn choose(&mut self, table: Candidate) {
        self.columns = table.guess.iter().cloned().collect();
        self.chosen = Some(table);
        self.check = Job::default();
    }

    /// A table is chosen, and every column that must be.
    fn is_complete(&self) -> bool {
        let mut required = self.place.roles.iter().filter(|role| role.required);
        self.chosen.is_some() && required.all(|role| self.columns.contains_key(role.name))
    }

    fn ui(&mut self, ui: &mut Ui) -> Option<MapStep> {
        let title = format!("Which table holds {}?", self.place.what);
        ui.label(RichText::new(title).text_style(TextStyle::Heading));
        ui.add_space(SPACE[0]);
        let mut step = self.search_ui(ui);
        self.tables_ui(ui);
        ui.add_space(SPACE[1]);
        self.roles_ui(ui);
        if let Some(error) = self.check.error().filter(|error| !error.is_cancelled()) {
            ui.add_space(SPACE[1]);
            ui.horizontal(|ui| {
                icon_ui(ui, icons::WARNING_CIRCLE, 15.0, ui.palette().danger);
                let words = format::plain(&sentence(&error.to_string()), 400);
                ui.add(Label::new(words).wrap());
            });
        }
        ui.add_space(SPACE[2]);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Words::new(icons::CHECK, "Check and keep");
            let ready = self.is_complete() && !self.check.is_running();
            if ui
                .add_enabled(ready, Button::of(keep).filled())
                .on_disabled_hover_text("Choose a table, and a column for each of the marked ones")
                .clicked()
            {
                step = Some(MapStep::Keep);
            }
            let cancel = Words::new(icons::X, "Cancel");
            if ui.add(Button::of(cancel)).clicked() {
                step = Some(MapStep::Close);
            }
            if self.check.is_running() {
                ui.label(RichText::new("asking the server").color(ui.palette().secondary));
            }
        });
        step
    }

    fn search_ui(&mut self, ui: &mut Ui) -> Option<MapStep> {
        let field = TextEdit::singleline(&mut self.search)
            .hint_text("Part of its name; Enter looks for it")
            .char_limit(200)
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        ui.ctx().accesskit_node_builder(field.id, |node| {
            node.set_label("Look for a table");
        });
        if !std::mem::replace(&mut self.has_focus, true) {
            field.request_focus();
        }
        let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
        if enter {
            // What was found before is no answer to these words.
            self.chosen = None;
            self.columns.clear();
            self.found = Job::default();
            field.request_focus();
        }
        enter.then_some(MapStep::Search)
    }

    /// As high while it is looked for as when much is found: nothing below moves under the pointer.
    fn tables_ui(&mut self, ui: &mut Ui) {
        let size = vec2(ui.available_width(), TABLES_SEEN * CONTROL_HEIGHT);
        ui.allocate_ui(size, |ui| {
            ui.set_min_size(size);
            self.found_ui(ui);
        });
    }

    fn found_ui(&mut self, ui: &mut Ui) {
        let palette = ui.palette();
        if let Some(error) = self.found.error().filter(|error| !error.is_cancelled()) {
            return hint_ui(ui, &sentence(&error.to_string()));
        }
        let found = match self.found.value() {
            Some(found) if !found.is_empty() => found,
            answer => {
                let words = if answer.is_none() || self.found.is_running() {
                    "Looking for tables…"
                } else {
                    "No table that could be meant is seen with this account. Look for one by its name."
                };
                ui.label(RichText::new(words).color(palette.secondary));
                return;
            }
        };
        let mut chosen = None;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.spacing_mut().scroll.floating_allocated_width = 10.0;
            ScrollArea::vertical()
                .id_salt("tables")
                .auto_shrink([false, true])
                .show(ui, |ui| {
                    for table in found {
                        let detail = match table.missing {
                            0 => "has all columns".to_owned(),
                            1 => "1 column to choose".to_owned(),
                            count => format!("{count} columns to choose"),
                        };
                        let row = ListRow::new(full_name(table))
                            .icon(icons::TABLE)
                            .detail(detail)
                            .selected(self.chosen.as_ref() == Some(table));
                        if ui.add(row).clicked() {
                            chosen = Some(table.clone());
                        }
                    }
                });
        });
        if let Some(table) = chosen {
            self.choose(table);
        }
    }

    fn roles_ui(&mut self, ui: &mut Ui) {
        let palette = ui.palette();
        let table = self.chosen.as_ref();
        let mut changed = false;
        let columns = &mut self.columns;
        ScrollArea::vertical()
            .id_salt("roles")
            .max_height(260.0)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                Grid::new("roles")
                    .num_columns(2)
                    .spacing([SPACE[3], 6.0])
                    .show(ui, |ui| {
                        for role in self.place.roles {
                            let missing = role.required && !columns.contains_key(role.name);
                            ui.horizontal(|ui| {
                                let (icon, color) = match (missing, role.required) {
                                    (true, _) => (icons::WARNING, palette.warning),
                                    (false, true) => (icons::CHECK, palette.good),
                                    (false, false) => (icons::CIRCLE, palette.faint),
                                };
                                icon_ui(ui, icon, 13.0, color);
                                ui.label(role.what);
                                if missing {
                                    ui.colored_label(palette.warning, "needed");
                                }
                            });
                            changed |= column_ui(ui, role, table, columns);
                            ui.end_row();
                        }
                    });
            });
        if changed {
            self.check = Job::default();
        }
    }
}

/// The column of a role, once there is a table to choose it from. True if another was chosen.
fn column_ui(
    ui: &mut Ui,
    role: &'static Role,
    table: Option<&Candidate>,
    columns: &mut BTreeMap<&'static str, String>,
) -> bool {
    let now = columns.get(role.name).cloned();
    let shown = now
        .as_ref()
        .map_or("choose a column".to_owned(), |name| name::shown(name));
    let words = Words::new(icons::CARET_DOWN, shown.clone());
    let button = ui.add_enabled(table.is_some(), Button::of(words).with_icon());
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("Column for {}: {shown}", role.what));
    });
    let mut picked = None;
    let Some(table) = table else { return false };
    Popup::menu(&button)
        .width(240.0)
        .accessible_name("Columns")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical().max_height(280.0).show(ui, |ui| {
                if !role.required {
                    let none = ListRow::new("none").selected(now.is_none());
                    if ui.add(none).clicked() {
                        picked = Some(None);
                        ui.close();
                    }
                }
                for column in &table.columns {
                    let row =
                        ListRow::new(name::shown(column)).selected(now.as_ref() == Some(column));
                    if ui.add(row).clicked() {
                        picked = Some(Some(column.clone()));
                        ui.close();
                    }
                }
            });
        });
    match picked {
        Some(Some(column)) => columns.insert(role.name, column) != now,
        Some(None) => columns.remove(role.name).is_some(),
        None => false,
    }
}

fn full_name(table: &Candidate) -> String {
    format!(
        "{}.{}",
        name::shown(&table.database),
        name::shown(&table.table)
    )
}
