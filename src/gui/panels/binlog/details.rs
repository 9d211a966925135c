//! The transaction that is opened: what is known of it, its statements, its rows, and the chosen row before and after.

mod apart;
mod changes;
mod row;

use std::sync::Arc;

use egui::{Align, Frame, Label, Layout, Margin, Panel, RichText, ScrollArea, TextStyle, Ui};

use self::{apart::Apart, row::Row};
use super::{
    BinlogPanel,
    cells::{op_words, origin_words},
    clock,
    held::{Held, Kept, What},
    input::Input,
    list::why_took,
};
use crate::{
    engine::binlog::{render::Render, transaction::Outcome},
    gui::{
        command::{BinlogCommand, Span},
        context::PanelContext,
        format, icons,
        theme::{CARD_RADIUS, PaletteExt as _, text},
        widgets::{button::Button, name},
        words::Words,
    },
    worker::Worker,
};

const WIDTH: f32 = 480.0;
const LEAST: f32 = 340.0;
/// Letters of a statement that are laid out.
const LETTERS: usize = 4_000;

#[derive(Default)]
pub(super) struct Details {
    opened: Option<Opened>,
    /// One that is not held, while it is read.
    apart: Option<Apart>,
}

/// A transaction. What is shown of it is made once, not in each frame: a value can be large.
struct Opened {
    /// Its number in the list; none where it was read by itself.
    number: Option<u64>,
    held: Arc<Held>,
    statements: Vec<Statement>,
    /// Which of its changes is seen.
    at: usize,
    /// What names each change, made when it comes into view.
    words: Vec<Option<String>>,
    row: Option<Row>,
}

/// A statement as it is shown.
struct Statement {
    title: Option<&'static str>,
    text: String,
    /// Bytes that are not held.
    left_out: usize,
}

impl Held {
    /// Its place.
    pub(super) fn span(&self) -> Span {
        Span {
            file: self.end.begin.file.to_string(),
            offset: self.end.begin.offset,
            end: (self.end.file.to_string(), self.end.end),
            gtid: self.gtid(),
        }
    }

    /// It is at this place, or around it.
    pub(super) fn is_around(&self, span: &Span) -> bool {
        let begin = &self.end.begin;
        *begin.file == *span.file && (begin.offset..self.end.end).contains(&span.offset)
    }
}

impl Details {
    pub(super) fn is_open(&self) -> bool {
        self.opened.is_some() || self.apart.is_some()
    }

    pub(super) fn opened(&self) -> Option<&Arc<Held>> {
        self.opened.as_ref().map(|opened| &opened.held)
    }

    pub(super) fn number(&self) -> Option<u64> {
        self.opened.as_ref()?.number
    }

    /// Show one; `number` is its own in the list, if it is there.
    pub(super) fn open(&mut self, number: Option<u64>, held: Arc<Held>) {
        self.apart = None;
        let same = self.opened().is_some_and(|open| Arc::ptr_eq(open, &held));
        if !same {
            self.opened = Some(Opened::new(number, held));
        }
    }

    /// Read one that is not held, and show it.
    pub(super) fn read(&mut self, span: Span, input: Input, worker: &Worker) {
        self.opened = None;
        self.apart = Some(Apart::start(span, input, worker));
    }

    /// One is being read.
    pub(super) fn is_reading(&self) -> bool {
        self.apart.as_ref().is_some_and(Apart::is_reading)
    }

    pub(super) fn cancel(&self) {
        if let Some(apart) = &self.apart {
            apart.cancel();
        }
    }

    /// Take in what has been read.
    pub(super) fn poll(&mut self) {
        let Some(apart) = &mut self.apart else { return };
        if let Some(held) = apart.poll() {
            self.open(None, held);
        } else if apart.was_cancelled() {
            self.apart = None;
        }
    }
}

impl BinlogPanel {
    pub(super) fn details_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let mut render = Render::new(self.log_zone());
        let first = self.stream.as_ref().map(|stream| stream.ring.first());
        let details = &mut self.details;
        if !details.is_open() {
            return;
        }
        let palette = ui.palette();
        let room = ui.available_width();
        let usual = (room * 0.4).clamp(WIDTH, 720.0);
        let most = (room - 420.0).max(LEAST);
        let card = Frame::NONE
            .fill(palette.panel)
            .stroke(palette.hairline())
            .corner_radius(CARD_RADIUS)
            .outer_margin(Margin {
                left: 14,
                ..Margin::ZERO
            })
            .inner_margin(Margin::symmetric(14, 12));
        let mut close = false;
        Panel::right("binlog details")
            .default_size(usual.min(most))
            .size_range(LEAST..=most)
            .show_separator_line(false)
            .frame(card)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                close = match (&details.apart, &mut details.opened) {
                    (Some(apart), _) => apart.ui(ui, cx),
                    (None, Some(opened)) => opened.ui(ui, first, &mut render, cx),
                    (None, None) => false,
                };
            });
        if close {
            *details = Details::default();
        }
    }
}

/// The title's line, with what can be done at its right; true: close.
fn title_ui(ui: &mut Ui, title: &str, links: impl FnOnce(&mut Ui)) -> bool {
    let mut close = false;
    ui.horizontal(|ui| {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let button = Button::of(Words::new(icons::X, "Close the transaction")).icon_only();
            close = ui.add(button).clicked();
            links(ui);
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let words = RichText::new(title).text_style(TextStyle::Heading);
                ui.add(Label::new(words).truncate());
            });
        });
    });
    close
}

impl Opened {
    fn new(number: Option<u64>, held: Arc<Held>) -> Self {
        let statements = held.statements.iter();
        let statements = statements
            .filter(|said| said.what != What::Frame || held.rows == 0)
            .map(|said| Statement {
                title: match said.what {
                    What::Original => Some("Original statement"),
                    What::Statement => Some("Logged as a statement, without its rows"),
                    What::Definition | What::Frame => None,
                },
                text: format::plain(&said.text, LETTERS),
                left_out: said.left_out,
            });
        Self {
            number,
            statements: statements.collect(),
            at: 0,
            words: vec![None; held.changes.len()],
            row: None,
            held,
        }
    }

    /// The change that is seen.
    fn change(&self) -> Option<&Kept> {
        self.held.changes.get(self.at)
    }

    /// Draw it; true: close. `first`: the number of the oldest in the list.
    fn ui(
        &mut self,
        ui: &mut Ui,
        first: Option<u64>,
        render: &mut Render,
        cx: &PanelContext<'_>,
    ) -> bool {
        self.choose(render);
        let title = title(&self.held, self.change());
        let close = title_ui(ui, &title, |ui| self.history_ui(ui, cx));
        let place = match (self.number, first) {
            (None, _) => Some("It is not in the list: it was read by itself."),
            (Some(number), Some(first)) if number < first => {
                Some("It has fallen off the list, and is held as long as it is open.")
            }
            _ => None,
        };
        facts_ui(ui, &self.held, place, cx);
        self.statements_ui(ui);
        self.changes_ui(ui, render);
        self.choose(render);
        self.row_ui(ui, render, cx);
        close
    }

    /// The way to all changes of the row.
    fn history_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(row) = &self.row else { return };
        let words = Words::new(icons::CLOCK, "History of this row");
        let history = ui.add_enabled(row.key.is_some(), Button::of(words).plain());
        let history = history.on_disabled_hover_text(
            "The row's key is not known: it is in the log with binlog_row_metadata=FULL, or told by the server.",
        );
        if history.clicked()
            && let Some(key) = row.key.clone()
        {
            cx.commands.push(BinlogCommand::HistoryOf(key));
        }
    }

    fn statements_ui(&self, ui: &mut Ui) {
        if self.statements.is_empty() {
            return;
        }
        let palette = ui.palette();
        Frame::NONE
            .fill(palette.background)
            .stroke(palette.hairline())
            .corner_radius(4.0)
            .inner_margin(Margin::symmetric(8, 6))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                let alone = self.held.changes.is_empty();
                ScrollArea::vertical()
                    .id_salt("statements")
                    .max_height(if alone { 420.0 } else { 72.0 })
                    .show(ui, |ui| {
                        for statement in &self.statements {
                            statement.ui(ui);
                        }
                        if self.held.more_statements > 0 {
                            let words = format!(
                                "{} more statements are in the log",
                                format::count(self.held.more_statements)
                            );
                            ui.label(RichText::new(words).small().color(palette.warning));
                        }
                    });
            });
    }
}

impl Statement {
    fn ui(&self, ui: &mut Ui) {
        let palette = ui.palette();
        if let Some(title) = self.title {
            ui.label(RichText::new(title).small().color(palette.faint));
        }
        let words = RichText::new(&self.text).text_style(text::position());
        ui.add(Label::new(words).wrap().selectable(true));
        if self.left_out > 0 {
            let words = format!(
                "{} more are in the log",
                format::bytes(self.left_out as u64)
            );
            ui.label(RichText::new(words).small().color(palette.warning));
        }
    }
}

fn title(held: &Held, row: Option<&Kept>) -> String {
    if let (Some(change), 1) = (row, held.rows) {
        let table = format!("{}.{}", change.table.database, change.table.table);
        return format!("{} {}", op_words(change.op), name::shown(&table));
    }
    if held.rows == 0 {
        return match held.definition() {
            Some(_) => "A statement".to_owned(),
            None => "A transaction without rows".to_owned(),
        };
    }
    let tables = held.tables().count();
    let unit = if tables == 1 { "table" } else { "tables" };
    format!("{} in {tables} {unit}", format::rows(held.rows))
}

/// What is known of it. `place`: what is to be known of where it is held.
fn facts_ui(ui: &mut Ui, held: &Held, place: Option<&str>, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    let begin = &held.end.begin;
    let mut facts = vec![
        format::rows(held.rows),
        format!("server {}", begin.server_id),
    ];
    facts.extend(held.end.thread_id.map(|id| format!("thread {id}")));
    let worst = held.changes.iter().map(|change| change.table.origin).max();
    facts.extend(worst.map(|origin| origin_words(origin).to_owned()));
    if held.changes.iter().any(|change| change.table.has_doubts()) {
        facts.push("some values may be shown otherwise than a SELECT shows them".to_owned());
    }
    let words = RichText::new(facts.join(" · "))
        .small()
        .color(palette.secondary);
    ui.add(Label::new(words).wrap());
    let zone = cx.state.settings.zone;
    let mut second = vec![format!("{} {zone}", clock::moment(held.micros(), zone))];
    let original = begin.mysql.as_ref().and_then(|begin| begin.original_commit);
    if let Some(original) = original.filter(|micros| *micros > 0 && *micros != held.micros()) {
        second.push(format!(
            "committed first at {}",
            clock::moment(original, zone)
        ));
    }
    second.push(why_took(held));
    second.push(format!(
        "{} at {}:{}",
        format::bytes(held.end.bytes),
        name::shown(&begin.file),
        format::count(begin.offset)
    ));
    second.extend(held.end.xid.map(|xid| format!("xid {xid}")));
    let words = RichText::new(second.join(" · "))
        .small()
        .color(palette.faint);
    ui.add(Label::new(words).wrap().selectable(true));
    if let Some(gtid) = held.gtid() {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let copy = Button::of(Words::new(icons::COPY, "Copy the GTID")).icon_only();
            if ui.add(copy).clicked() {
                ui.ctx().copy_text(gtid.clone());
            }
            let words = RichText::new(gtid)
                .text_style(text::position())
                .color(palette.secondary);
            ui.add(Label::new(words).truncate().selectable(true));
        });
    }
    let mut warn = |words: &str| {
        ui.add(Label::new(RichText::new(words).small().color(palette.warning)).wrap());
    };
    match held.end.outcome {
        Outcome::Committed => {}
        Outcome::RolledBack => {
            warn("It was rolled back; what it did to tables without transactions stayed.");
        }
        Outcome::Prepared(_) => warn("XA PREPARE: another transaction says what becomes of it."),
        Outcome::Cut => warn("It has no end in this log: it has not happened."),
    }
    if begin.partial {
        warn("Reading began inside it: changes may be missing.");
    }
    if held.end.damaged > 0 {
        warn("Some of its events are damaged and were left out.");
    }
    if let Some(place) = place {
        warn(place);
    }
}
