//! The chosen row, before and after, and the statement that takes it back.

use egui::{
    Align, Align2, Id, Label, Layout, Rect, RichText, Role, ScrollArea, Sense, Stroke, TextStyle,
    Ui, WidgetInfo, pos2, vec2,
};

use super::{LETTERS, Opened};
use crate::{
    engine::binlog::{
        render::Render,
        statements::{HEAD, Unsayable},
    },
    gui::{
        command::{QueryCommand, RowKey},
        context::PanelContext,
        format, icons,
        panels::binlog::{
            cells::{self, Line, Shown},
            held::Kept,
        },
        theme::{PaletteExt as _, text},
        widgets::{button::Button, name},
        words::Words,
    },
};

const CELL: f32 = 26.0;
/// Room that is kept for the statement that takes a row back.
const UNDO: f32 = 130.0;

/// A change as it is shown, and what can be asked of it.
pub(super) struct Row {
    /// Which one of its transaction.
    at: usize,
    /// What was done, to which row.
    words: String,
    lines: Vec<Line>,
    /// The statement that takes it back, or why there is none.
    undo: Result<String, Unsayable>,
    /// The statement that reads the row, where there is one.
    select: Option<String>,
    /// What names it, where that is known.
    pub(super) key: Option<RowKey>,
}

impl Row {
    fn new(at: usize, change: &Kept, render: &mut Render) -> Self {
        let row = cells::row_words(change, render);
        Self {
            at,
            words: format!("{} · {row}", cells::op_words(change.op)),
            lines: cells::lines(change, render),
            undo: cells::undo(change),
            select: cells::select(change, render),
            key: cells::key(change, render),
        }
    }
}

impl Opened {
    /// Make what is shown of the change that is seen now.
    pub(super) fn choose(&mut self, render: &mut Render) {
        if self.row.as_ref().map(|row| row.at) != Some(self.at) {
            let change = self.held.changes.get(self.at);
            self.row = change.map(|change| Row::new(self.at, change, render));
        }
    }

    /// The chosen row, before and after.
    pub(super) fn row_ui(&self, ui: &mut Ui, render: &mut Render, cx: &PanelContext<'_>) {
        let Some((row, change)) = self.row.as_ref().zip(self.change()) else {
            return;
        };
        let palette = ui.palette();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let grid = Button::of(Words::new(icons::TABLE, "Show in grid")).plain();
                let grid = ui.add_enabled(row.select.is_some(), grid);
                if grid.clicked()
                    && let Some(sql) = row.select.clone()
                {
                    let name = name::shown(&change.table.table);
                    cx.commands.push(QueryCommand::OpenText { name, sql });
                }
                let copy = Button::of(Words::new(icons::COPY, "Copy row")).plain();
                if ui.add(copy).clicked() {
                    ui.ctx().copy_text(cells::copied(change, render));
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let words = RichText::new(&row.words).small().color(palette.secondary);
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
        let high = row.lines.len() as f32 * CELL;
        let room = ui.available_height();
        let undo = Some(&row.undo).filter(|_| room > UNDO + 3.0 * CELL);
        let most = undo.map_or(room, |_| room - UNDO).max(CELL);
        let gap = ui.spacing().item_spacing.y;
        ui.spacing_mut().item_spacing.y = 0.0;
        ScrollArea::vertical()
            .id_salt("columns of the row")
            .auto_shrink([false, true])
            .max_height(most.min(high))
            .show_rows(ui, CELL, row.lines.len(), |ui, rows| {
                for at in rows {
                    let Some(line) = row.lines.get(at) else {
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

fn cell_ui(ui: &Ui, area: Rect, id: Id, line: &Line, shown: &Shown, is_after: bool) -> bool {
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
