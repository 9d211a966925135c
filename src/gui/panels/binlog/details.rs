//! The transaction that is opened: what is known of it, its statements, its rows, and the chosen row before and after.

use std::sync::Arc;

use egui::{
    Align, Align2, Frame, Label, Layout, Margin, Panel, Rect, Response, RichText, Role, ScrollArea,
    Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2, vec2,
};

use super::{
    BinlogPanel,
    cells::{self, Line, Shown},
    clock,
    held::{Held, Kept, What},
    list::why_took,
};
use crate::{
    engine::binlog::{
        render::Render,
        rows::Op,
        statements::{HEAD, Unsayable},
        table::Origin,
        transaction::Outcome,
    },
    gui::{
        command::{BinlogCommand, QueryCommand, Span},
        context::PanelContext,
        format, icons,
        theme::{CARD_RADIUS, PaletteExt as _, ROW_HEIGHT, SELECTION_RADIUS, text},
        widgets::{button::Button, name},
        words::Words,
    },
};

const WIDTH: f32 = 480.0;
const LEAST: f32 = 340.0;
/// Rows of the list of changes that are seen at once.
const SEEN: usize = 7;
const CELL: f32 = 26.0;
/// Room that is kept for the chosen row below the list of changes.
const ROW_ROOM: f32 = 320.0;
/// Room that is kept for the statement that takes a row back.
const UNDO: f32 = 130.0;
/// Letters of a statement that are laid out.
const LETTERS: usize = 4_000;

#[derive(Default)]
pub(super) struct Details {
    opened: Option<(u64, Arc<Held>)>,
    /// Which of its changes is seen.
    at: usize,
    /// Its columns, made when it was chosen.
    lines: Vec<Line>,
    /// The statement that takes it back, or why there is none.
    undo: Option<Result<String, Unsayable>>,
    /// What the lines and the statement are of.
    of: Option<(u64, usize)>,
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
}

impl Details {
    pub(super) fn is_open(&self) -> bool {
        self.opened.is_some()
    }

    pub(super) fn opened(&self) -> Option<&Arc<Held>> {
        self.opened.as_ref().map(|(_, held)| held)
    }

    pub(super) fn number(&self) -> Option<u64> {
        self.opened.as_ref().map(|(number, _)| *number)
    }

    pub(super) fn open(&mut self, number: u64, held: Arc<Held>) {
        if self.number() != Some(number) {
            self.at = 0;
        }
        self.opened = Some((number, held));
    }
}

impl BinlogPanel {
    pub(super) fn details_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some((number, held)) = self.details.opened.clone() else {
            return;
        };
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
        let mut render = Render::new(self.log_zone());
        let fallen = self
            .stream
            .as_ref()
            .is_some_and(|stream| number < stream.ring.first());
        Panel::right("binlog details")
            .default_size(usual.min(most))
            .size_range(LEAST..=most)
            .show_separator_line(false)
            .frame(card)
            .show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 6.0;
                let close = self.details.title_ui(ui, &held, &mut render, cx);
                facts_ui(ui, &held, fallen, cx);
                statements_ui(ui, &held);
                self.details.changes_ui(ui, &held, &mut render);
                self.details.row_ui(ui, number, &held, &mut render, cx);
                if close {
                    self.details = Details::default();
                }
            });
    }
}

impl Details {
    fn kept<'a>(&self, held: &'a Held) -> Option<&'a Kept> {
        held.changes.get(self.at)
    }

    fn title_ui(
        &self,
        ui: &mut Ui,
        held: &Held,
        render: &mut Render,
        cx: &PanelContext<'_>,
    ) -> bool {
        let mut close = false;
        let row = self.kept(held);
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let button = Button::of(Words::new(icons::X, "Close the transaction")).icon_only();
                close = ui.add(button).clicked();
                if let Some(change) = row {
                    let key = cells::key(change, render);
                    let words = Words::new(icons::CLOCK, "History of this row");
                    let history = Button::of(words).plain();
                    let history = ui.add_enabled(key.is_some(), history);
                    let history = history.on_disabled_hover_text(
                        "The row's key is not known: it is in the log with binlog_row_metadata=FULL, or told by the server.",
                    );
                    if history.clicked()
                        && let Some(key) = key
                    {
                        cx.commands.push(BinlogCommand::HistoryOf(key));
                    }
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words = RichText::new(title(held, row)).text_style(TextStyle::Heading);
                    ui.add(Label::new(words).truncate());
                });
            });
        });
        close
    }

    /// The changes that are held, a line each; only those in view are drawn.
    fn changes_ui(&mut self, ui: &mut Ui, held: &Held, render: &mut Render) {
        let palette = ui.palette();
        let count = held.changes.len();
        if held.left_out() > 0 {
            let words = format!(
                "{} of {} are held; the others were counted, and are in the log.",
                format::count(count as u64),
                format::rows(held.rows)
            );
            ui.label(RichText::new(words).small().color(palette.warning));
        }
        if count < 2 {
            return;
        }
        let id = ui.scope_id().with("changes");
        // Low windows leave room for the row itself.
        let fit = ((ui.available_height() - ROW_ROOM) / ROW_HEIGHT) as usize;
        let seen = count.min(fit.clamp(3, SEEN)) as f32 * ROW_HEIGHT;
        let width = ui.available_width();
        let (room, _) = ui.allocate_exact_size(vec2(width, seen), Sense::hover());
        let area = ui.interact(room, id, Sense::CLICK | Sense::FOCUSABLE);
        area.widget_info(|| WidgetInfo::labeled(Role::ListBox, ui.is_enabled(), "changes"));
        let mut offset = None;
        if area.has_focus() {
            let filter = egui::EventFilter {
                vertical_arrows: true,
                ..egui::EventFilter::default()
            };
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
            let step = ui.input_mut(|input| {
                let mut pressed = |key| isize::from(input.consume_key(egui::Modifiers::NONE, key));
                let page = SEEN.cast_signed();
                pressed(egui::Key::ArrowDown) - pressed(egui::Key::ArrowUp)
                    + page * (pressed(egui::Key::PageDown) - pressed(egui::Key::PageUp))
            });
            if step != 0 {
                self.at = self.at.saturating_add_signed(step).min(count - 1);
                let middle = self.at as f32 * ROW_HEIGHT - seen / 2.0;
                offset = Some(middle.max(0.0));
            }
            ui.painter()
                .rect_stroke(room, 4.0, palette.focus(), egui::StrokeKind::Outside);
        }
        let mut inner = ui.new_child(egui::UiBuilder::new().id_salt(id).max_rect(room));
        inner.set_clip_rect(room.intersect(ui.clip_rect()));
        inner.spacing_mut().item_spacing.y = 0.0;
        let mut scroll = ScrollArea::vertical().id_salt(id).auto_shrink(false);
        if let Some(offset) = offset {
            scroll = scroll.vertical_scroll_offset(offset);
        }
        scroll.show_rows(&mut inner, ROW_HEIGHT, count, |ui, rows| {
            for at in rows {
                let Some(change) = held.changes.get(at) else {
                    continue;
                };
                let size = vec2(ui.available_width(), ROW_HEIGHT);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                let response = change_ui(ui, rect, id.with(at), change, at == self.at, render);
                if response.clicked() {
                    self.at = at;
                    area.request_focus();
                }
            }
        });
    }

    /// The chosen row, before and after.
    fn row_ui(
        &mut self,
        ui: &mut Ui,
        number: u64,
        held: &Held,
        render: &mut Render,
        cx: &PanelContext<'_>,
    ) {
        let Some(change) = self.kept(held) else {
            return;
        };
        if self.of != Some((number, self.at)) {
            self.of = Some((number, self.at));
            self.lines = cells::lines(change, render);
            self.undo = Some(cells::undo(change));
        }
        let palette = ui.palette();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            let words = format!(
                "{} · {}",
                op_words(change.op),
                cells::row_words(change, render)
            );
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let grid = Button::of(Words::new(icons::TABLE, "Show in grid")).plain();
                let select = cells::select(change, render);
                let grid = ui.add_enabled(select.is_some(), grid);
                if grid.clicked()
                    && let Some(sql) = select
                {
                    let name = name::shown(&change.table.table);
                    cx.commands.push(QueryCommand::OpenText { name, sql });
                }
                let copy = Button::of(Words::new(icons::COPY, "Copy row")).plain();
                if ui.add(copy).clicked() {
                    ui.ctx().copy_text(cells::copied(change, render));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words = RichText::new(words).small().color(palette.secondary);
                    ui.add(Label::new(words).truncate());
                });
            });
        });
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let places = places(rect);
        let font = text::strong().resolve(ui.style());
        for (words, area) in ["Column", "Before", "After"].into_iter().zip(places) {
            let at = area.left_center();
            ui.painter().text(
                at,
                Align2::LEFT_CENTER,
                words,
                font.clone(),
                palette.secondary,
            );
        }
        let mut copy = None;
        // As high as its columns, and so that the statement below has room.
        let high = self.lines.len() as f32 * CELL;
        let room = ui.available_height();
        let undo = self.undo.as_ref().filter(|_| room > UNDO + 3.0 * CELL);
        let most = undo.map_or(room, |_| room - UNDO).max(CELL);
        let gap = ui.spacing().item_spacing.y;
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt("columns of the row")
            .auto_shrink([false, true])
            .max_height(most.min(high))
            .show_rows(ui, CELL, self.lines.len(), |ui, rows| {
                for at in rows {
                    let Some(line) = self.lines.get(at) else {
                        continue;
                    };
                    if let Some(after) = line_ui(ui, line, at) {
                        copy = Some((at, after));
                    }
                }
            });
        ui.spacing_mut().item_spacing.y = gap;
        if let Some(undo) = undo {
            undo_ui(ui, undo);
        }
        if let Some((at, after)) = copy
            && let Some(value) = cells::whole(change, at, after, render)
        {
            ui.ctx().copy_text(value);
        }
    }
}

/// The statement of one row. Times in it are UTC, as its session's must be.
fn undo_ui(ui: &mut Ui, undo: &Result<String, Unsayable>) {
    let palette = ui.palette();
    ui.add_space(4.0);
    ui.separator();
    ui.horizontal(|ui| {
        ui.label(RichText::new("Undo, as text").text_style(text::strong()));
        if let Ok(sql) = undo {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let copy = Button::of(Words::new(icons::COPY, "Copy the undo of this row"));
                if ui.add(copy.icon_only()).clicked() {
                    ui.ctx().copy_text(format!("{HEAD}{sql}\n"));
                }
            });
        }
    });
    match undo {
        Ok(sql) => {
            ScrollArea::vertical()
                .id_salt("undo of the row")
                .max_height((ui.available_height() - 24.0).max(24.0))
                .show(ui, |ui| {
                    let words = RichText::new(format::plain(sql, LETTERS));
                    ui.add(Label::new(words.text_style(text::position())).wrap());
                });
            let words = "Porthole never runs it. The copy sets its session: UTF-8, UTC, strict.";
            ui.label(RichText::new(words).small().color(palette.faint));
        }
        Err(reason) => {
            let words = format!(
                "There is none: {}.",
                format::plain(&reason.to_string(), 400)
            );
            ui.add(Label::new(RichText::new(words).color(palette.secondary)).wrap());
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

fn op_words(op: Op) -> &'static str {
    match op {
        Op::Insert => "Insert",
        Op::Update => "Update",
        Op::Delete => "Delete",
    }
}

fn origin_words(held: &Held) -> Option<&'static str> {
    let worst = held
        .changes
        .iter()
        .map(|change| change.table.origin)
        .max()?;
    Some(match worst {
        Origin::Logged => "names from the log",
        Origin::History => "names from the log's history",
        Origin::Server => "names from the server, as its tables are now",
        Origin::Position => "names not known",
    })
}

fn facts_ui(ui: &mut Ui, held: &Held, fallen: bool, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    let begin = &held.end.begin;
    let mut facts = vec![
        format::rows(held.rows),
        format!("server {}", begin.server_id),
    ];
    facts.extend(held.end.thread_id.map(|id| format!("thread {id}")));
    facts.extend(origin_words(held).map(str::to_owned));
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
    if fallen {
        warn("It has fallen off the list, and is held as long as it is open.");
    }
}

fn statements_ui(ui: &mut Ui, held: &Held) {
    let shown: Vec<_> = held
        .statements
        .iter()
        .filter(|said| said.what != What::Frame || held.rows == 0)
        .collect();
    if shown.is_empty() {
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
            ScrollArea::vertical()
                .id_salt("statements")
                .max_height(if held.changes.is_empty() { 420.0 } else { 72.0 })
                .show(ui, |ui| {
                    for said in shown {
                        let title = match said.what {
                            What::Original => Some("Original statement"),
                            What::Statement => Some("Logged as a statement, without its rows"),
                            What::Definition | What::Frame => None,
                        };
                        if let Some(title) = title {
                            ui.label(RichText::new(title).small().color(palette.faint));
                        }
                        let words = RichText::new(format::plain(&said.text, LETTERS));
                        let words = words.text_style(text::position());
                        ui.add(Label::new(words).wrap().selectable(true));
                        if said.left_out > 0 {
                            let words = format!(
                                "{} more are in the log",
                                format::bytes(said.left_out as u64)
                            );
                            ui.label(RichText::new(words).small().color(palette.warning));
                        }
                    }
                    if held.more_statements > 0 {
                        let words = format!(
                            "{} more statements are in the log",
                            format::count(held.more_statements)
                        );
                        ui.label(RichText::new(words).small().color(palette.warning));
                    }
                });
        });
}

fn change_ui(
    ui: &Ui,
    rect: Rect,
    id: egui::Id,
    change: &Kept,
    selected: bool,
    render: &mut Render,
) -> Response {
    let palette = ui.palette();
    let response = ui.interact(rect, id, Sense::CLICK);
    let (sign, color) = match change.op {
        Op::Insert => ("+", palette.good),
        Op::Update => ("~", palette.warning),
        Op::Delete => ("−", palette.danger),
    };
    let table = name::shown(&change.table.table);
    let row = cells::row_words(change, render);
    let spoken = format!("{} {table}, {row}", op_words(change.op));
    response.widget_info(|| {
        WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), selected, &spoken)
    });
    let painter = ui.painter();
    if selected {
        painter.rect_filled(rect, SELECTION_RADIUS, palette.selection);
    } else if response.hovered() {
        painter.rect_filled(rect, SELECTION_RADIUS, palette.raised);
    }
    let mono = text::cell().resolve(ui.style());
    let at = pos2(rect.left() + 8.0, rect.center().y);
    painter.text(at, Align2::LEFT_CENTER, sign, mono.clone(), color);
    let body = TextStyle::Body.resolve(ui.style());
    let (galley, _) = name::fitted(ui, &table, &body, palette.text, rect.width() * 0.4);
    let width = galley.size().x;
    let at = pos2(rect.left() + 24.0, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, palette.text);
    let room = (rect.width() - width - 44.0).max(20.0);
    let (galley, _) = name::fitted(ui, &row, &mono, palette.secondary, room);
    let at = pos2(at.x + width + 10.0, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, palette.secondary);
    response
}

/// Column, before, after.
fn places(rect: Rect) -> [Rect; 3] {
    let name = (rect.width() * 0.28).clamp(90.0, 170.0);
    let gap = 6.0;
    let value = (rect.width() - name - 2.0 * gap) / 2.0;
    let at = |left: f32, width: f32| {
        Rect::from_min_size(
            pos2(rect.left() + left, rect.top()),
            vec2(width, rect.height()),
        )
    };
    [
        at(0.0, name),
        at(name + gap, value),
        at(name + value + 2.0 * gap, value),
    ]
}

/// A column; which of its values is to be copied.
fn line_ui(ui: &mut Ui, line: &Line, at: usize) -> Option<bool> {
    let palette = ui.palette();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), CELL), Sense::hover());
    let [column, before, after] = places(rect);
    let body = TextStyle::Body.resolve(ui.style());
    let ink = if line.changed {
        palette.text
    } else {
        palette.secondary
    };
    let (galley, _) = name::fitted(ui, &line.name, &body, ink, column.width());
    let place = pos2(column.left(), rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(place, galley, ink);
    if line.key {
        let line_y = rect.center().y + 8.0;
        let end = (column.left() + 40.0).min(column.right());
        let stroke = Stroke::new(1.0, palette.accent.gamma_multiply(0.6));
        ui.painter().hline(column.left()..=end, line_y, stroke);
    }
    let mut asked = None;
    for (shown, area, is_after) in [(&line.before, before, false), (&line.after, after, true)] {
        let Some(shown) = shown else { continue };
        let id = ui.scope_id().with(("cell", at, is_after));
        if cell_ui(ui, area, id, line, shown, is_after) {
            asked = Some(is_after);
        }
    }
    asked
}

fn cell_ui(ui: &Ui, area: Rect, id: egui::Id, line: &Line, shown: &Shown, is_after: bool) -> bool {
    let palette = ui.palette();
    let response = ui.interact(area, id, Sense::CLICK);
    let when = if is_after { "after" } else { "before" };
    let mark = if line.changed { ", changed" } else { "" };
    let spoken = format!("{} {when}: {}{mark}", line.name, shown.text);
    response.widget_info(|| WidgetInfo::labeled(Role::Cell, ui.is_enabled(), &spoken));
    let fill = area.shrink2(vec2(0.0, 2.0));
    if line.changed {
        let color = if is_after {
            palette.row_after
        } else {
            palette.row_before
        };
        ui.painter().rect_filled(fill, 3.0, color);
    } else if response.hovered() {
        ui.painter().rect_filled(fill, 3.0, palette.raised);
    }
    let mono = text::cell().resolve(ui.style());
    let ink = match (shown.faint, line.changed) {
        (true, _) => palette.faint,
        (false, true) => palette.text,
        (false, false) => palette.secondary,
    };
    let (galley, cut) = name::fitted(ui, &shown.text, &mono, ink, area.width() - 12.0);
    let at = pos2(area.left() + 6.0, area.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, ink);
    let response = if cut {
        response.on_hover_text(shown.text.as_str())
    } else {
        response
    };
    let mut asked = false;
    response.context_menu(|ui| {
        let words = Words::new(icons::COPY, "Copy value");
        if ui.add(Button::of(words).plain().with_icon()).clicked() {
            asked = true;
            ui.close();
        }
    });
    asked || response.double_clicked()
}
