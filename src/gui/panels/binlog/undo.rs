//! Statements that take changes back, or make them again, as text: of one transaction, of a part of time, of one row.
//! Porthole never runs them.
//!
//! What the engine refuses is refused here with its reasons; what a reader of the text must know stands above it.

mod made;

use std::sync::Arc;

use egui::{Align, Label, Layout, RichText, TextEdit, Ui};

use self::made::make;
pub use self::made::{Made, Work};
use super::{
    input::Input,
    progress::{self, Asked},
    scan::{Part, as_told},
    when::{Has, When, WhenDraft},
};
use crate::{
    engine::{
        Result,
        binlog::{
            filter::TableRule,
            source::{Progress, StartAt},
            statements::Direction,
        },
        visible,
    },
    gui::{
        command::{BinlogCommand, Span, UndoStep},
        context::PanelContext,
        files::WriteError,
        format, icons,
        notice::NoticeKind,
        state::State,
        theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            card::{AfterError, card_ui, empty_ui, error_ui, hint_ui, message_ui},
            choice::check_box_ui,
            export::{ExportForm, ExportKind, ExportPiece, ExportStep},
            icon::icon_ui,
        },
        words::Words,
    },
    worker::{Feed, Gather, Worker},
};

/// What the text is for.
const PURPOSE: &str = "Statements that take changes back, the last first, or make them again. Choose a transaction in the timeline, or a part of time here.";
/// Under every text.
const NEVER: &str = "Porthole never runs it.";
/// Reasons that are shown.
const MOST_SHOWN: usize = 6;

/// The last that was told of a reading.
#[derive(Default)]
pub struct Far(Option<Progress>);

impl Gather<Progress> for Far {
    fn gather(&mut self, progress: Progress) {
        self.0 = Some(progress);
    }
}

/// The part of the screen.
#[derive(Default)]
pub struct UndoView {
    /// The transaction; none for a part of time.
    of: Option<Span>,
    when: Option<When>,
    draft: WhenDraft,
    /// Tables, with commas between.
    tables: String,
    work: Work,
    reading: Feed<Progress, Far, Arc<Made>>,
    made: Option<Arc<Made>>,
    export: ExportForm,
    copied: bool,
}

impl UndoView {
    /// With the end of a reading; without one it goes on until it is stopped. For tests.
    pub fn with_reading(of: Option<Span>, end: Option<Result<Made>>, worker: &Worker) -> Self {
        let mut view = Self {
            of,
            ..Self::default()
        };
        let end = end.map(|made| made.map(Arc::new));
        let name = "Write statements that undo changes";
        view.reading
            .start(worker, name, Far::default(), |send, cancel| {
                as_told(Vec::new(), end, send, cancel)
            });
        view
    }

    /// Something is being read.
    pub fn is_running(&self) -> bool {
        self.reading.is_running()
    }

    /// Stop reading.
    pub fn cancel(&self) {
        self.reading.cancel();
    }

    /// Another log: nothing of what is here holds.
    pub fn forget(&mut self) {
        *self = Self {
            when: self.when,
            work: self.work,
            ..Self::default()
        };
    }

    /// Take in what has been read.
    pub fn poll(&mut self, state: &mut State) {
        if self.reading.poll() && self.reading.error().is_none() {
            self.made = self.reading.summary().cloned();
        }
        if let Some(written) = self.export.poll() {
            state.notices.push(NoticeKind::Good, written);
        }
    }

    /// Statements for a transaction.
    pub fn of(&mut self, span: Span, input: Option<&Input>, worker: &Worker) {
        self.of = Some(span);
        self.leave();
        self.start(input, worker);
    }

    /// The text is not that of what is chosen any more; nor will be what is being read.
    fn leave(&mut self) {
        self.reading = Feed::default();
        self.made = None;
        self.copied = false;
        self.export.close();
    }

    /// Do what the person asked for.
    pub fn handle(&mut self, step: UndoStep, input: Option<&Input>, worker: &Worker) {
        match step {
            UndoStep::Read => self.start(input, worker),
            UndoStep::Export(step) => self.export_step(step, worker),
        }
    }

    fn start(&mut self, input: Option<&Input>, worker: &Worker) {
        self.leave();
        let Some(input) = input.cloned() else { return };
        let (part, work) = (self.part(&input), self.work);
        let name = match work.direction {
            Direction::Undo => "Write statements that undo changes",
            Direction::Redo => "Write statements that redo changes",
        };
        self.reading
            .start(worker, name, Far::default(), |send, cancel| {
                make(input, part, work, send, cancel)
            });
    }

    /// What is read.
    fn part(&self, input: &Input) -> Part {
        if let Some(span) = &self.of {
            let mut part = Part::between(None, None);
            part.start = StartAt::Position {
                file: Some(span.file.clone()),
                offset: span.offset,
            };
            part.end = Some(span.end.clone());
            return part;
        }
        let when = self.when.unwrap_or(Has::of(Some(input)).usual());
        let (from, to) = when.bounds();
        let mut part = Part::between(from, to);
        let rules = self.tables.split(',').map(str::trim);
        part.filter.tables = rules
            .filter(|rule| !rule.is_empty())
            .map(TableRule::parse)
            .collect();
        part
    }

    fn export_step(&mut self, step: ExportStep, worker: &Worker) {
        let Some(made) = self.made.clone() else {
            return;
        };
        let name = format!("binlog {}", made.direction_word());
        self.export.handle_writing(
            step,
            worker,
            |_| name,
            |_| Box::new(move |file| made.write(file).map_err(WriteError::Io)),
        );
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, has: Has, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        self.of_ui(ui, has, cx);
        self.bar_ui(ui, has, cx);
        if let Some(step) = self.export.ui(ui) {
            cx.commands
                .push(BinlogCommand::Undo(UndoStep::Export(step)));
        }
        if let Some(error) = self.reading.error()
            && error_ui(ui, "The log could not be read", error) == Some(AfterError::TryAgain)
        {
            read(cx);
        }
        match self.made.clone() {
            Some(made) => made_ui(ui, &made),
            None => self.empty_ui(ui),
        }
    }

    /// Of what.
    fn of_ui(&mut self, ui: &mut Ui, has: Has, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            let Some(span) = &self.of else {
                let now = self.when.unwrap_or(has.usual());
                let chosen = self.draft.ui(ui, now, cx.state.settings.zone);
                ui.add_space(SPACE[1]);
                let label = ui.label("Tables");
                let field = TextEdit::singleline(&mut self.tables)
                    .hint_text("shop.orders, log_*; empty for all")
                    .margin(egui::Margin::symmetric(8, 5))
                    .desired_width(280.0);
                let field = ui.add(field).labelled_by(label.id);
                self.when = chosen.or(self.when);
                if chosen.is_some_and(|when| when != now) || field.changed() {
                    self.leave();
                }
                return;
            };
            let name = span.gtid.as_deref().unwrap_or("no GTID");
            ui.label("Transaction");
            ui.label(RichText::new(visible::line(name)).text_style(text::position()));
            let place = visible::line(&format!("{}:{}", span.file, span.offset));
            let place = RichText::new(place).text_style(text::position());
            ui.label(place.color(ui.palette().secondary));
            let words = Words::new(icons::X, "Choose a part of time instead");
            if ui.add(Button::of(words).icon_only()).clicked() {
                self.of = None;
                self.leave();
            }
        });
    }

    fn bar_ui(&mut self, ui: &mut Ui, has: Has, cx: &PanelContext<'_>) {
        let before = self.work;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (direction, words) in [(Direction::Undo, "Undo"), (Direction::Redo, "Redo")] {
                let chosen = self.work.direction == direction;
                if ui.selectable_label(chosen, words).clicked() {
                    self.work.direction = direction;
                }
            }
            ui.spacing_mut().item_spacing.x = SPACE[1];
            ui.add_space(SPACE[1]);
            if self.work.direction == Direction::Undo {
                check_box_ui(
                    ui,
                    &mut self.work.partial,
                    "Leave out what cannot be undone",
                )
                .on_hover_text("Otherwise nothing is written if there is any such change.");
                check_box_ui(ui, &mut self.work.past_barriers, "Also before DDL")
                    .on_hover_text("Changes before a statement that may have changed their table.");
                ui.add_space(SPACE[1]);
            }
            let words = Words::new(icons::FILE_SQL, "Write the statements");
            let seen = self.reading.value().and_then(|far| far.0);
            match progress::run_ui(ui, &self.reading, seen, words, has.any()) {
                Some(Asked::Start) => read(cx),
                Some(Asked::Stop) => cx.commands.push(BinlogCommand::Cancel),
                None => {}
            }
            if let Some(made) = self.made.clone() {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    self.out_ui(ui, &made, cx);
                });
            }
        });
        if self.work != before {
            let follows = self.made.is_some() || self.reading.is_running();
            self.leave();
            // A transaction is read in no time: what is shown follows the switches.
            if self.of.is_some() && follows {
                read(cx);
            }
        }
    }

    /// The ways out of the window.
    fn out_ui(&mut self, ui: &mut Ui, made: &Made, cx: &PanelContext<'_>) {
        let has_text = made.bytes() > 0;
        let save = Button::of(Words::new(icons::DOWNLOAD_SIMPLE, "Save as…")).plain();
        if ui.add_enabled(has_text, save).clicked() {
            let piece = ExportPiece {
                group: 0,
                kind: ExportKind::Sql,
            };
            let step = UndoStep::Export(ExportStep::Choose(piece));
            cx.commands.push(BinlogCommand::Undo(step));
        }
        let copy = Button::of(Words::new(icons::COPY, "Copy")).plain();
        let copy = ui.add_enabled(has_text && made.is_whole(), copy);
        if copy.clicked() {
            ui.copy_text(made.text().text().to_owned());
            self.copied = true;
        }
        if has_text && !made.is_whole() {
            copy.on_disabled_hover_text("It is too long for the clipboard: save it as a file.");
        }
        if self.copied {
            ui.label(RichText::new("Copied").color(ui.palette().secondary));
        }
    }

    fn empty_ui(&self, ui: &mut Ui) {
        if self.reading.error().is_some() {
            return;
        }
        let (title, words) = if self.reading.is_running() {
            (
                "Reading…",
                "The last change comes first, so the text is there when all is read.",
            )
        } else {
            ("No statements yet", PURPOSE)
        };
        empty_ui(ui, icons::ARROW_COUNTER_CLOCKWISE, title, words, |ui| {
            ui.label(RichText::new(NEVER).color(ui.palette().faint));
        });
    }
}

fn read(cx: &PanelContext<'_>) {
    cx.commands.push(BinlogCommand::Undo(UndoStep::Read));
}

/// The text, and what must be known of it.
fn made_ui(ui: &mut Ui, made: &Made) {
    notes_ui(ui, made);
    if made.bytes() == 0 {
        if made.refusal.is_none() {
            let words = "No change of a row is in this part of the log.";
            empty_ui(ui, icons::FILE_SQL, "Nothing to write", words, |_| {});
        }
        return;
    }
    let palette = ui.palette();
    let mut facts = vec![made.in_words()];
    if !made.is_whole() {
        facts.push(format!(
            "the first {} of {} are shown",
            format::bytes(made.text().text().len() as u64),
            format::bytes(made.bytes())
        ));
    }
    let foot = CONTROL_HEIGHT;
    let room = ui.available_rect_before_wrap();
    let body = room.with_max_y(room.bottom() - foot);
    ui.painter().rect(
        body,
        crate::gui::theme::CARD_RADIUS,
        palette.panel,
        palette.hairline(),
        egui::StrokeKind::Inside,
    );
    let inside = egui::UiBuilder::new().max_rect(body.shrink(10.0));
    ui.scope_builder(inside, |ui| {
        made.text().ui(ui, "Statements");
    });
    let foot = room.with_min_y(body.bottom() + 4.0);
    let line = egui::UiBuilder::new().max_rect(foot);
    ui.scope_builder(line, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new(NEVER).color(palette.secondary));
            let words = RichText::new(facts.join(" · ")).color(palette.faint);
            ui.add(Label::new(words).truncate());
        });
    });
}

/// What must be known of the text, above it.
fn notes_ui(ui: &mut Ui, made: &Made) {
    let palette = ui.palette();
    if let Some(refusal) = &made.refusal {
        let title = "Refused: something of this cannot be undone";
        card_ui(ui, icons::PROHIBIT, palette.danger, title, |ui| {
            message_ui(ui, refusal);
            reasons_ui(ui, &made.reasons);
        });
        return;
    }
    for warning in &made.warnings {
        ui.horizontal_top(|ui| {
            icon_ui(ui, icons::WARNING, 14.0, palette.warning);
            ui.add(Label::new(visible::line(warning)).wrap());
        });
    }
    reasons_ui(ui, &made.reasons);
    for hint in &made.hints {
        hint_ui(ui, hint);
    }
}

fn reasons_ui(ui: &mut Ui, reasons: &[String]) {
    for reason in reasons.iter().take(MOST_SHOWN) {
        hint_ui(ui, &format!("· {}", visible::line(reason)));
    }
    if let Some(more) = reasons.len().checked_sub(MOST_SHOWN + 1) {
        let more = format::many(more as u64 + 1, "more reason");
        hint_ui(ui, &format!("· {more}, in the head of the text"));
    }
}
