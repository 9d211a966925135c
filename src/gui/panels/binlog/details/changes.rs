//! The changes of a transaction that are held, a line each; only those in view are drawn.

use egui::{
    Align2, EventFilter, Id, Key, Modifiers, Rect, Response, RichText, Role, ScrollArea, Sense,
    StrokeKind, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::Opened;
use crate::{
    engine::binlog::{render::Render, rows::Op},
    gui::{
        format,
        panels::binlog::{
            cells::{op_words, row_words},
            held::Kept,
        },
        theme::{PaletteExt as _, ROW_HEIGHT, SELECTION_RADIUS, text},
        widgets::name,
    },
};

/// Rows of the list that are seen at once.
const SEEN: usize = 7;
/// Room that is kept for the chosen row below it.
const ROW_ROOM: f32 = 320.0;

impl Opened {
    pub(super) fn changes_ui(&mut self, ui: &mut Ui, render: &mut Render) {
        let palette = ui.palette();
        let count = self.held.changes.len();
        if self.held.left_out() > 0 {
            let words = format!(
                "{} of {} are held; the others were counted, and are in the log.",
                format::count(count as u64),
                format::rows(self.held.rows)
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
            let step = step(ui, id);
            if step != 0 {
                self.at = self.at.saturating_add_signed(step).min(count - 1);
                let middle = self.at as f32 * ROW_HEIGHT - seen / 2.0;
                offset = Some(middle.max(0.0));
            }
            ui.painter()
                .rect_stroke(room, 4.0, palette.focus(), StrokeKind::Outside);
        }
        let mut inner = ui.new_child(UiBuilder::new().id_salt(id).max_rect(room));
        inner.set_clip_rect(room.intersect(ui.clip_rect()));
        inner.spacing_mut().item_spacing.y = 0.0;
        let mut scroll = ScrollArea::vertical().id_salt(id).auto_shrink(false);
        if let Some(offset) = offset {
            scroll = scroll.vertical_scroll_offset(offset);
        }
        scroll.show_rows(&mut inner, ROW_HEIGHT, count, |ui, rows| {
            for at in rows {
                let change = self.held.changes.get(at).zip(self.words.get_mut(at));
                let Some((change, words)) = change else {
                    continue;
                };
                let words = words.get_or_insert_with(|| row_words(change, render));
                let size = vec2(ui.available_width(), ROW_HEIGHT);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                let response = change_ui(ui, rect, id.with(at), change, words, at == self.at);
                if response.clicked() {
                    self.at = at;
                    area.request_focus();
                }
            }
        });
    }
}

/// How far the keyboard goes.
fn step(ui: &Ui, id: Id) -> isize {
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    ui.input_mut(|input| {
        let mut pressed = |key| isize::from(input.consume_key(Modifiers::NONE, key));
        let page = SEEN.cast_signed();
        pressed(Key::ArrowDown) - pressed(Key::ArrowUp)
            + page * (pressed(Key::PageDown) - pressed(Key::PageUp))
    })
}

fn change_ui(ui: &Ui, rect: Rect, id: Id, change: &Kept, row: &str, selected: bool) -> Response {
    let palette = ui.palette();
    let response = ui.interact(rect, id, Sense::CLICK);
    let (sign, color) = match change.op {
        Op::Insert => ("+", palette.good),
        Op::Update => ("~", palette.warning),
        Op::Delete => ("−", palette.danger),
    };
    let table = name::shown(&change.table.table);
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
    let (galley, _) = name::fitted(ui, row, &mono, palette.secondary, room);
    let at = pos2(at.x + width + 10.0, rect.center().y - galley.size().y / 2.0);
    painter.galley(at, galley, palette.secondary);
    response
}
