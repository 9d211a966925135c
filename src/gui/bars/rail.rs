//! The rail at the left: one icon a section.

use egui::{
    Align2, Color32, CornerRadius, Rect, Response, Role, Sense, StrokeKind, Vec2, WidgetInfo,
};

use crate::gui::{
    command::{AppCommand, Ask as _},
    context::PanelContext,
    state::Section,
    theme::{CARD_RADIUS, PaletteExt as _, RAIL_WIDTH},
};

const TILE: Vec2 = Vec2::new(34.0, 32.0);
const STEP: f32 = 40.0;

pub fn rail_ui(ui: &mut egui::Ui, cx: &PanelContext<'_>) {
    ui.spacing_mut().item_spacing.y = 0.0;
    ui.add_space(4.0);
    for section in Section::ALL {
        if section_ui(ui, section, cx.state.section == section).clicked() {
            cx.commands.push(AppCommand::Show(section));
        }
    }
}

fn section_ui(ui: &mut egui::Ui, section: Section, chosen: bool) -> Response {
    let palette = ui.palette();
    let words = AppCommand::Show(section).words();
    let (rect, response) = ui.allocate_exact_size(Vec2::new(RAIL_WIDTH, STEP), Sense::click());
    response
        .widget_info(|| WidgetInfo::selected(Role::Button, ui.is_enabled(), chosen, &*words.text));
    let tile = Rect::from_center_size(rect.center(), TILE);
    let over = response.hovered();
    let fill = match (chosen, over) {
        (true, _) => palette.selection,
        (false, true) => palette.raised,
        (false, false) => Color32::TRANSPARENT,
    };
    let painter = ui.painter();
    painter.rect_filled(tile, CARD_RADIUS, fill);
    if response.has_focus() {
        painter.rect_stroke(tile, CARD_RADIUS, palette.focus(), StrokeKind::Inside);
    }
    if chosen {
        let bar = Rect::from_min_size(
            rect.left_center() - Vec2::new(0.0, 11.0),
            Vec2::new(3.0, 22.0),
        );
        let right = CornerRadius {
            nw: 0,
            ne: 2,
            sw: 0,
            se: 2,
        };
        painter.rect_filled(bar, right, palette.accent);
    }
    let ink = if chosen || over {
        palette.text
    } else {
        palette.secondary
    };
    let font = egui::FontId::proportional(20.0);
    painter.text(rect.center(), Align2::CENTER_CENTER, words.icon, font, ink);
    let keys = words.keys().unwrap_or_default();
    response.on_hover_text(format!("{}  {keys}", words.text))
}
