//! What a screen keeps around the figures of the one that is shown, and what it keeps of each for the next start.

use std::{collections::BTreeMap, time::Instant};

use egui::{Key, Modifiers, Panel, Ui};

use super::{Asked, Screen, drawer::Drawer, frame, listing::Listing, notes::NoteDraft};
use crate::{
    engine::{
        Error,
        metrics::ids::near,
        profiles::{Mapping, ProfileId},
    },
    gui::{
        context::PanelContext,
        dialogs::mapping::{MapStep, MappingDialog},
        format,
        notice::NoticeKind,
        state::State,
        widgets::{
            button::Button,
            card::{AfterError, empty_ui, error_ui},
            export::ExportForm,
            figure_table::FigureTable,
            name,
            side_list::SideEntry,
        },
        words::Words,
        zone::Zone,
    },
};

/// What figures are read from: a profile, and what its tables are called.
pub type Origin = (ProfileId, Mapping);

/// By the profile's id, and by the id of what is shown.
pub type Kept<T> = BTreeMap<String, BTreeMap<String, T>>;

/// The origin of what is read now.
pub fn origin(state: &State) -> Option<Origin> {
    let id = state.active.clone()?;
    let mapping = state.profile(&id)?.mapping.clone();
    Some((id, mapping))
}

/// The list, what is shown of it, and what stands around the figures.
#[derive(Default)]
pub struct Desk {
    /// What all that is here was read from.
    pub of: Option<Origin>,
    pub list: Listing,
    pub shown: Option<String>,
    /// When the last reading ended, well or not.
    pub ended: Option<Instant>,
    pub table: FigureTable,
    /// The row whose numbers are shown.
    pub details: Option<usize>,
    pub drawer: Option<Drawer>,
    pub note: NoteDraft,
    pub export: ExportForm,
    pub opens_export: bool,
    pub mapping: MappingDialog,
    /// Ids like one, found once: of which id, among how many, and what they are.
    near: Option<((String, usize), Vec<String>)>,
    /// Of days and times.
    pub zone: Zone,
}

impl Desk {
    /// With these listed and one of them shown, of the profile of [`State::for_test`]; for tests.
    pub fn with_entries(entries: Vec<SideEntry>, shown: &str) -> Self {
        Self {
            of: origin(&State::for_test()),
            list: Listing::with_entries(entries),
            shown: Some(shown.to_owned()),
            ..Self::default()
        }
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        self.mapping.is_open() || self.details.is_some()
    }

    /// Take in what background work has reported. True when nothing of what is here holds any more, as it is of another
    /// profile or other tables: it is gone then.
    pub fn poll(&mut self, state: &mut State) -> bool {
        self.mapping.poll();
        if let Some(written) = self.export.poll() {
            state.notices.push(NoticeKind::Good, written);
        }
        let of = origin(state);
        let is_other = of.is_some() && self.of != of;
        if is_other {
            *self = Self {
                of,
                drawer: self.drawer,
                zone: self.zone,
                ..Self::default()
            };
        }
        is_other
    }

    /// Take over the window's zone. True when what is shown is of another.
    pub fn take_zone(&mut self, state: &State) -> bool {
        let is_other = self.zone != state.settings.zone;
        self.zone = state.settings.zone;
        is_other && self.shown.is_some()
    }

    /// Another one, or the same, is to be shown; `last` keeps it. True for another one.
    pub fn show(&mut self, id: &str, last: &mut BTreeMap<String, String>) -> bool {
        let is_other = self.shown.as_deref() != Some(id);
        if is_other {
            self.details = None;
            self.table = FigureTable::default();
        }
        if let Some((profile, _)) = &self.of {
            last.insert(profile.0.clone(), id.to_owned());
        }
        self.shown = Some(id.to_owned());
        is_other
    }

    /// What was shown the last time.
    pub fn last(&self, last: &BTreeMap<String, String>) -> Option<String> {
        let (profile, _) = self.of.as_ref()?;
        last.get(&profile.0).cloned()
    }

    /// What is kept of what is shown.
    pub fn kept<'a, T>(&self, all: &'a Kept<T>) -> Option<&'a T> {
        let (profile, _) = self.of.as_ref()?;
        all.get(&profile.0)?.get(self.shown.as_ref()?)
    }

    /// Keep this of what is shown; `None` forgets it.
    pub fn keep<T>(&self, all: &mut Kept<T>, value: Option<T>) {
        let (Some((profile, _)), Some(id)) = (&self.of, &self.shown) else {
            return;
        };
        let all = all.entry(profile.0.clone()).or_default();
        match value {
            Some(value) => drop(all.insert(id.clone(), value)),
            None => drop(all.remove(id)),
        }
    }

    /// E opens the menu of exports, wherever nothing is typed.
    pub fn keys(&mut self, ui: &Ui) {
        let typing = ui.ctx().text_edit_focused();
        let modal = ui.memory(|memory| memory.top_modal_layer().is_some());
        if typing || modal {
            return;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::E)) {
            self.opens_export = true;
            ui.request_repaint();
        }
    }

    /// The line that asks where a file goes, while one is being written.
    pub fn export_ui(&mut self, ui: &mut Ui, screen: &Screen, cx: &PanelContext<'_>) {
        if !self.export.is_open() {
            return;
        }
        let asked = Panel::bottom(format!("export of {}", screen.many))
            .frame(frame::side(ui, egui::Margin::symmetric(12, 8)))
            .show(ui, |ui| self.export.ui(ui))
            .inner;
        if let Some(step) = asked {
            cx.commands.push((screen.command)(Asked::Export(step)));
        }
    }

    /// The dialog of tables, while it is open.
    pub fn mapping_ui(&mut self, ctx: &egui::Context, screen: &Screen, cx: &PanelContext<'_>) {
        self.mapping
            .ui(ctx, cx, |step| (screen.command)(Asked::Map(step)));
    }

    /// What went wrong with the one that is shown, else with the list. The same is not said twice: a table that is
    /// missing is missing for both. True if something did.
    pub fn trouble_ui(
        &self,
        ui: &mut Ui,
        screen: &Screen,
        error: Option<&Error>,
        cx: &PanelContext<'_>,
    ) -> bool {
        let found = match (error, self.list.error()) {
            (Some(error), _) => Some((format!("The {} could not be read", screen.one), error)),
            (None, Some(error)) => {
                Some((format!("The {} could not be listed", screen.many), error))
            }
            (None, None) => None,
        };
        let Some((what, error)) = found else {
            return false;
        };
        let asked = error_ui(ui, &what, error).map(|after| match after {
            AfterError::TryAgain => Asked::Refresh,
            AfterError::MapTables => Asked::Map(MapStep::Open(screen.place)),
        });
        if let Some(asked) = asked {
            cx.commands.push((screen.command)(asked));
        }
        true
    }

    /// Nothing is shown, and why.
    pub fn nothing_shown_ui(&self, ui: &mut Ui, screen: &Screen) {
        if self.list.job.is_running() {
            return;
        }
        let (title, words) = if self.list.entries.is_empty() {
            (format!("No {} yet", screen.many), screen.no_rows)
        } else {
            let article = if screen.one.starts_with(['a', 'e', 'i', 'o', 'u']) {
                "an"
            } else {
                "a"
            };
            (format!("Choose {article} {}", screen.one), screen.purpose)
        };
        empty_ui(ui, screen.icon, &title, words, |_| {});
    }

    /// Buttons to those whose ids are like the one that is shown, which the table does not have.
    pub fn near_ui(&mut self, ui: &mut Ui, screen: &Screen, cx: &PanelContext<'_>) {
        let shown = self.shown.as_deref().unwrap_or_default();
        let of = (shown.to_owned(), self.list.entries.len());
        if self.near.as_ref().is_none_or(|near| near.0 != of) {
            let ids = self.list.ids();
            let others = near(shown, &ids).into_iter().filter(|id| *id != shown);
            self.near = Some((of, others.map(str::to_owned).collect()));
        }
        for id in self.near.iter().flat_map(|near| &near.1) {
            let words = Words::new(screen.icon, format!("Show {}", name::shown(id)));
            if ui.add(Button::of(words)).clicked() {
                cx.commands.push((screen.command)(Asked::Show(id.clone())));
            }
        }
    }

    /// What is shown, in a sentence.
    pub fn called(&self) -> String {
        format::plain(&name::shown(self.shown.as_deref().unwrap_or_default()), 80)
    }
}
