//! The row of tabs above the editor.

use egui::{
    Align2, Color32, Key, Rect, Role, ScrollArea, Sense, Stroke, TextStyle, Ui, WidgetInfo, pos2,
    scroll_area::ScrollBarVisibility, vec2,
};

use super::tab::Tab;
use crate::gui::{
    command::{Ask as _, QueryCommand},
    context::PanelContext,
    icons,
    theme::PaletteExt as _,
};

pub(super) const HEIGHT: f32 = 35.0;
const WIDEST: f32 = 220.0;

pub(super) fn tab_strip_ui<'a>(
    ui: &mut Ui,
    tabs: impl Iterator<Item = &'a mut Tab>,
    front: Option<u64>,
    active: bool,
    cx: &PanelContext<'_>,
) {
    let palette = ui.palette();
    let strip = ui.max_rect();
    ui.painter()
        .hline(strip.x_range(), strip.bottom() - 0.5, palette.hairline());
    ScrollArea::horizontal()
        .id_salt("tabs")
        .scroll_bar_visibility(ScrollBarVisibility::AlwaysHidden)
        .show(ui, |ui| {
            ui.horizontal_centered(|ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                for tab in tabs {
                    let seen = match (front == Some(tab.id), active) {
                        (false, _) => Seen::No,
                        (true, false) => Seen::Beside,
                        (true, true) => Seen::Active,
                    };
                    tab_ui(ui, tab, seen, cx);
                }
                ui.add_space(6.0);
                if ui.add(QueryCommand::NewTab.button().icon_only()).clicked() {
                    cx.commands.push(QueryCommand::NewTab);
                }
            });
        });
}

/// A tab is seen in each tile; commands go to one of them.
#[derive(Clone, Copy, PartialEq)]
enum Seen {
    No,
    Beside,
    Active,
}

fn tab_ui(ui: &mut Ui, tab: &mut Tab, seen: Seen, cx: &PanelContext<'_>) {
    let active = seen != Seen::No;
    if active && tab.renaming.is_some() {
        return rename_ui(ui, tab);
    }
    let palette = ui.palette();
    let font = TextStyle::Body.resolve(ui.style());
    let ink = if active {
        palette.text
    } else {
        palette.secondary
    };
    let name = ui.painter().layout_no_wrap(tab.name.clone(), font, ink);
    let dot = if tab.is_running() { 14.0 } else { 0.0 };
    let width = (name.size().x + dot + 14.0 + 34.0).min(WIDEST);
    let (rect, response) = ui.allocate_exact_size(vec2(width, HEIGHT), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), active, &tab.name));
    if active && ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, 0.0, palette.background);
        let top = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
        let line = if seen == Seen::Active {
            palette.accent
        } else {
            palette.faint
        };
        ui.painter().rect_filled(top, 0.0, line);
        ui.painter()
            .vline(rect.right(), rect.y_range(), palette.hairline());
    } else if response.hovered() {
        ui.painter()
            .rect_filled(rect.with_max_y(rect.bottom() - 1.0), 0.0, palette.raised);
    }
    if response.has_focus() {
        ui.painter().rect_stroke(
            rect.shrink(2.0),
            3.0,
            palette.focus(),
            egui::StrokeKind::Inside,
        );
    }
    let mut x = rect.left() + 14.0;
    if tab.is_running() {
        ui.painter()
            .circle_filled(pos2(x + 3.0, rect.center().y), 3.0, palette.accent);
        x += dot;
    }
    let room = Rect::from_x_y_ranges(x..=rect.right() - 32.0, rect.y_range());
    let at = pos2(x, rect.center().y - name.size().y / 2.0);
    ui.painter_at(room.intersect(ui.clip_rect()))
        .galley(at, name, ink);
    close_ui(ui, rect, tab, active || response.hovered(), cx);
    if response.clicked() && !active {
        cx.commands.push(QueryCommand::SelectTab(tab.id));
    }
    if response.middle_clicked() {
        cx.commands.push(QueryCommand::CloseTabNumber(tab.id));
    }
    if response.double_clicked() {
        tab.renaming = Some(tab.name.clone());
    }
    if active {
        response.scroll_to_me(None);
    }
    response.context_menu(|ui| menu_ui(ui, tab, cx));
}

fn close_ui(ui: &Ui, tab_rect: Rect, tab: &Tab, shown: bool, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    let center = pos2(tab_rect.right() - 19.0, tab_rect.center().y);
    let rect = Rect::from_center_size(center, vec2(20.0, 20.0));
    let id = ui.scope_id().with(("close tab", tab.id));
    let response = ui.interact(rect, id, Sense::click());
    let words = format!("Close {}", tab.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &words));
    if !(shown || response.hovered() || response.has_focus()) {
        return;
    }
    let (fill, ink) = if response.hovered() {
        (palette.line, palette.text)
    } else {
        (Color32::TRANSPARENT, palette.faint)
    };
    let line = if response.has_focus() {
        palette.focus()
    } else {
        Stroke::NONE
    };
    ui.painter()
        .rect(rect, 4.0, fill, line, egui::StrokeKind::Inside);
    let font = egui::FontId::proportional(13.0);
    ui.painter()
        .text(center, Align2::CENTER_CENTER, icons::X, font, ink);
    if response.on_hover_text(words).clicked() {
        cx.commands.push(QueryCommand::CloseTabNumber(tab.id));
    }
}

fn rename_ui(ui: &mut Ui, tab: &mut Tab) {
    let Some(name) = &mut tab.renaming else {
        return;
    };
    ui.add_space(8.0);
    let field = egui::TextEdit::singleline(name).desired_width(140.0);
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label("Name of the tab"));
    if !response.has_focus() && !response.lost_focus() {
        response.request_focus();
    }
    if response.lost_focus() {
        let new = name
            .trim()
            .chars()
            .filter(|c| !c.is_control())
            .take(60)
            .collect::<String>();
        if !new.is_empty() && !ui.input(|input| input.key_pressed(Key::Escape)) {
            tab.name = new;
        }
        tab.renaming = None;
    }
    ui.add_space(8.0);
}

fn menu_ui(ui: &mut Ui, tab: &Tab, cx: &PanelContext<'_>) {
    let here = [
        QueryCommand::RenameTab,
        QueryCommand::MoveTabLeft,
        QueryCommand::MoveTabRight,
        QueryCommand::CloseTab,
        QueryCommand::ReopenTab,
    ];
    for command in here {
        let words = command.words();
        let keys = words.keys().unwrap_or_default();
        let button = egui::Button::new(words.text).shortcut_text(keys);
        if ui.add(button).clicked() {
            // The tab under the pointer is meant, not the one that was seen.
            cx.commands.push(QueryCommand::SelectTab(tab.id));
            cx.commands.push(command);
        }
    }
}
