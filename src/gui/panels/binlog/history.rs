//! The history of a row: every change of it in the log, the newest first. Without a key it is that of a table: who
//! changed it, when, and by which statement.
//!
//! Files are read one after another, the newest first, so what happened last is seen first; what has been found is
//! shown while the rest is read. Bounded: beyond a bound nothing older is read, and the screen says so.

mod details;
mod export;
mod form;
mod found;
mod lines;
mod reading;

use egui::{Align, Label, Layout, Rect, RichText, Ui, UiBuilder, pos2};

pub use self::found::{Found, Told};
use self::{form::Form, found::Room};
use super::{
    input::Input,
    progress::{self, Asked},
    scan::as_told,
    when::{Has, When, WhenDraft},
};
use crate::{
    engine::{Result, binlog::trail::Missing, visible},
    gui::{
        command::{BinlogCommand, HistoryStep, RowKey},
        context::PanelContext,
        files::WriteError,
        format, icons,
        notice::NoticeKind,
        state::State,
        theme::{PaletteExt as _, SPACE},
        widgets::{
            button::Button,
            card::{AfterError, empty_ui, error_ui, hint_ui},
            export::{ExportForm, ExportKind, ExportPiece, ExportStep},
            icon::icon_ui,
            list_table::{ListTable, Pressed},
            name,
        },
        words::Words,
    },
    worker::{Feed, Worker},
};

const PURPOSE: &str = "Name a table and the key of a row to see every change of that row; name a table alone to see who changed it.";

/// How a search ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ended {
    /// What may be missing.
    pub missing: Missing,
    /// There is more than is kept: the oldest changes are not among what was found.
    pub full: bool,
}

/// The part of the screen.
#[derive(Default)]
pub struct HistoryView {
    form: Form,
    when: Option<When>,
    draft: WhenDraft,
    reading: Feed<Told, Found, Ended>,
    /// What the search is of.
    of: Option<RowKey>,
    table: ListTable,
    export: ExportForm,
}

impl HistoryView {
    /// With what a search would tell, and its end; without one it goes on until it is stopped. For tests.
    pub fn with_reading(
        of: RowKey,
        told: Vec<Told>,
        end: Option<Result<Ended>>,
        worker: &Worker,
    ) -> Self {
        let mut view = Self::default();
        view.form.fill(&of);
        view.of = Some(of);
        let found = Found::default();
        view.reading
            .start(worker, "Look for changes", found, |send, cancel| {
                as_told(told, end, send, cancel)
            });
        view
    }

    /// Something is being read.
    pub fn is_running(&self) -> bool {
        self.reading.is_running()
    }

    /// Stop reading; what has been found stays.
    pub fn cancel(&self) {
        self.reading.cancel();
    }

    /// Another log: nothing of what is here holds.
    pub fn forget(&mut self) {
        *self = Self {
            form: std::mem::take(&mut self.form),
            when: self.when,
            ..Self::default()
        };
    }

    /// Take in what has been read.
    pub fn poll(&mut self, state: &mut State) {
        // Lines move only while reading goes on.
        let found = self.reading.value().filter(|_| self.is_running());
        let chosen = found.and_then(|found| found.mark(self.table.chosen()?));
        self.reading.poll();
        if let Some(mark) = chosen {
            // What is looked at stays chosen where newer changes of its file come before it.
            let found = self.reading.value();
            self.table.choose(found.and_then(|found| found.find(&mark)));
        }
        if let Some(written) = self.export.poll() {
            state.notices.push(NoticeKind::Good, written);
        }
    }

    /// Changes of a row; of a table where no columns are named. Looked for at once where a log is open.
    pub fn of(&mut self, key: &RowKey, input: Option<&Input>, worker: &Worker) {
        self.form.fill(key);
        let is_named = key.columns.iter().all(|(column, _)| !column.is_empty());
        if input.is_some() && is_named {
            return self.start(input, worker);
        }
        self.leave();
        self.of = None;
    }

    /// What was found of one row does not stand below another one's name.
    fn leave(&mut self) {
        self.reading = Feed::default();
        self.table.choose(None);
        self.export.close();
    }

    /// Do what the person asked for.
    pub fn handle(&mut self, step: HistoryStep, input: Option<&Input>, worker: &Worker) {
        match step {
            HistoryStep::Read => self.start(input, worker),
            HistoryStep::Export(step) => self.export_step(step, worker),
        }
    }

    fn start(&mut self, input: Option<&Input>, worker: &Worker) {
        let (Some(input), Some(key)) = (input.cloned(), self.form.key()) else {
            return;
        };
        let (from, to) = self.when().bounds();
        let wanted = form::wanted(&key, from, to);
        if self.of.as_ref() != Some(&key) {
            self.leave();
        }
        self.table.choose(None);
        self.of = Some(key);
        let (found, room) = (Found::default(), Room::default());
        self.reading
            .start(worker, "Look for changes", found, |send, cancel| {
                reading::look(input, wanted, room, send, cancel)
            });
    }

    /// All, unless a person says otherwise.
    fn when(&self) -> When {
        self.when.unwrap_or(When::All)
    }

    fn export_step(&mut self, step: ExportStep, worker: &Worker) {
        let Some(found) = self.reading.value() else {
            return;
        };
        self.export.handle_writing(
            step,
            worker,
            |_| "binlog history".to_owned(),
            |_| {
                let all: Vec<_> = found.all().cloned().collect();
                Box::new(move |file| export::write(&all, file).map_err(WriteError::Io))
            },
        );
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, has: Has, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        self.form.ui(ui);
        self.bar_ui(ui, has, cx);
        if let Some(step) = self.export.ui(ui) {
            push(cx, HistoryStep::Export(step));
        }
        if let Some(error) = self.reading.error()
            && error_ui(ui, "The log could not be read", error) == Some(AfterError::TryAgain)
        {
            push(cx, HistoryStep::Read);
        }
        self.notes_ui(ui);
        let found = self.reading.value().filter(|found| found.lines() > 0);
        if found.is_none() {
            return self.empty_ui(ui);
        }
        let room = ui.available_rect_before_wrap();
        let wide = self.table.chosen().is_some();
        let middle = if wide {
            room.left() + room.width() * 0.58
        } else {
            room.right()
        };
        let left = Rect::from_min_max(room.min, pos2(middle, room.bottom()));
        let right = Rect::from_min_max(pos2(middle + SPACE[2], room.top()), room.max);
        let part = |name, rect| UiBuilder::new().id_salt(name).max_rect(rect);
        ui.scope_builder(part("changes", left), |ui| self.lines_ui(ui, cx));
        if wide {
            ui.scope_builder(part("change", right), |ui| self.details_ui(ui, cx));
        }
        ui.advance_cursor_after_rect(room);
    }

    fn bar_ui(&mut self, ui: &mut Ui, has: Has, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            let zone = cx.state.settings.zone;
            if let Some(when) = self.draft.ui(ui, self.when(), zone) {
                self.when = Some(when);
            }
            ui.add_space(SPACE[0]);
            let ready = has.any() && self.form.key().is_some();
            let words = Words::new(icons::BINOCULARS, "Find changes");
            let seen = self.reading.value().and_then(Found::progress);
            match progress::run_ui(ui, &self.reading, seen, words, ready) {
                Some(Asked::Start) => push(cx, HistoryStep::Read),
                Some(Asked::Stop) => cx.commands.push(BinlogCommand::Cancel),
                None => {}
            }
            let Some(found) = self.reading.value() else {
                return;
            };
            let count = RichText::new(self.in_words(found)).color(ui.palette().secondary);
            let any = found.lines() > 0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let save = Words::new(icons::EXPORT, "Save as CSV…");
                if ui.add_enabled(any, Button::of(save).plain()).clicked() {
                    let piece = ExportPiece {
                        group: 0,
                        kind: ExportKind::TableCsv,
                    };
                    push(cx, HistoryStep::Export(ExportStep::Choose(piece)));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.add(Label::new(count).truncate());
                });
            });
        });
    }

    /// What has been found.
    fn in_words(&self, found: &Found) -> String {
        let table = self.of.as_ref().is_some_and(|of| of.columns.is_empty());
        let what = if table { "transaction" } else { "change" };
        let mut words = format::many(found.lines() as u64, what);
        if let Some(of) = &self.of {
            let name = name::shown(&format!("{}.{}", of.database, of.table));
            words = format!("{words} of {name}");
        }
        if self.reading.is_running() {
            words.push_str(" so far");
        }
        if let Some(file) = found.file() {
            words = format!("{words}, back to {}", visible::line(file));
        }
        words
    }

    /// What may not be among what is shown.
    fn notes_ui(&self, ui: &mut Ui) {
        let Some(ended) = self.reading.summary() else {
            return;
        };
        let mut notes = Vec::new();
        if ended.full {
            notes.push(
                "Older changes are not shown: there are more than are kept. Choose a shorter time for them."
                    .to_owned(),
            );
        }
        if ended.missing.count > 0 {
            let first = ended.missing.notes.first().map_or("", String::as_str);
            notes.push(format!(
                "Changes may be missing: {}. The first: {}",
                format::many(ended.missing.count, "part") + " of the log cannot be read",
                format::plain(first, 300)
            ));
        }
        for note in notes {
            ui.horizontal_top(|ui| {
                icon_ui(ui, icons::WARNING, 14.0, ui.palette().warning);
                hint_ui(ui, &note);
            });
        }
    }

    fn lines_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(found) = self.reading.value() else {
            return;
        };
        let table = self.of.as_ref().is_some_and(|of| of.columns.is_empty());
        let zone = cx.state.settings.zone;
        let pressed = lines::ui(ui, &mut self.table, found, table, zone);
        if let Some(Pressed::Open(line)) = pressed
            && let Some(span) = found.line(line).map(|line| lines::span(line.touched))
        {
            cx.commands.push(BinlogCommand::ShowAt(span));
        }
    }

    fn details_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let found = self.reading.value();
        let line = found.and_then(|found| found.line(self.table.chosen()?));
        let Some(line) = line else { return };
        if let Some(command) = details::ui(ui, &line, cx.state.settings.zone) {
            cx.commands.push(command);
        }
    }

    fn empty_ui(&self, ui: &mut Ui) {
        if self.reading.error().is_some() {
            return;
        }
        let (title, words) = match self.reading.summary() {
            _ if self.reading.is_running() => (
                "Looking…",
                "The newest file is read first; what is found is shown at once.",
            ),
            Some(_) => (
                "No changes",
                "None of what was read changed it. Names and values are compared exactly; values as a query shows them.",
            ),
            None => ("No history yet", PURPOSE),
        };
        empty_ui(ui, icons::CLOCK, title, words, |_| {});
    }
}

fn push(cx: &PanelContext<'_>, step: HistoryStep) {
    cx.commands.push(BinlogCommand::History(step));
}
