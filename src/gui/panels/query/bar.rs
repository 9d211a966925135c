//! Run and Cancel, and what a run is bound to: database, row limit, time limit.

use egui::{
    Align, Align2, Layout, Popup, Response, Role, ScrollArea, Sense, StrokeKind, TextStyle, Ui,
    WidgetInfo, pos2, vec2,
};

use super::tab::Tab;
use crate::gui::{
    command::{Ask as _, QueryCommand},
    context::PanelContext,
    format, icons,
    saved::RowLimit,
    state::OpenSession,
    theme::{CONTROL_HEIGHT, PaletteExt as _, RADIUS, SPACE},
    widgets::list_row::ListRow,
};

pub(super) const HEIGHT: f32 = 39.0;
const LIMITS: [RowLimit; 5] = [
    RowLimit::Rows(1_000),
    RowLimit::Rows(10_000),
    RowLimit::Rows(100_000),
    RowLimit::Rows(1_000_000),
    RowLimit::All,
];

pub(super) fn bar_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    ui.horizontal_centered(|ui| {
        ui.add_space(SPACE[2]);
        let run = QueryCommand::Run.button().filled().with_icon();
        if ui.add_enabled(cx.has_session(), run).clicked() {
            cx.commands.push(QueryCommand::Run);
        }
        if tab.is_running() {
            let cancel = QueryCommand::Cancel.button().with_icon();
            if ui
                .add_enabled(!tab.result.is_cancelling(), cancel)
                .clicked()
            {
                cx.commands.push(QueryCommand::Cancel);
            }
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.add_space(SPACE[1]);
            ui.spacing_mut().item_spacing.x = SPACE[0];
            if let Some(open) = cx.active() {
                limits_ui(ui, tab, open);
                database_ui(ui, tab, open, cx);
            }
        });
    });
}

fn limits_ui(ui: &mut Ui, tab: &mut Tab, open: &OpenSession) {
    let limits = &open.profile.limits;
    if limits.statement_secs > 0 {
        let secs = format!("{} s", limits.statement_secs);
        let color = ui.palette().secondary;
        ui.colored_label(color, secs)
            .on_hover_text("Time that the server may work on a statement; set in the profile");
        dot_ui(ui);
    }
    let of_profile = (limits.rows > 0).then_some(limits.rows);
    let shown = limit_words(tab.limit, of_profile);
    let response = picker_ui(ui, &shown, &format!("Row limit: {shown}"));
    Popup::menu(&response)
        .width(200.0)
        .accessible_name("Row limit")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for limit in std::iter::once(RowLimit::OfProfile).chain(LIMITS) {
                let mut row =
                    ListRow::new(limit_words(limit, of_profile)).selected(limit == tab.limit);
                if limit == RowLimit::OfProfile {
                    row = row.detail("as in the profile");
                }
                if ui.add(row).clicked() {
                    tab.limit = limit;
                    ui.close();
                }
            }
        });
    dot_ui(ui);
}

fn limit_words(limit: RowLimit, of_profile: Option<u64>) -> String {
    let rows = match limit {
        RowLimit::OfProfile => of_profile,
        RowLimit::Rows(rows) => Some(rows),
        RowLimit::All => None,
    };
    rows.map_or("all rows".to_owned(), |rows| {
        format!("first {}", format::rows(rows))
    })
}

fn database_ui(ui: &mut Ui, tab: &mut Tab, open: &OpenSession, cx: &PanelContext<'_>) {
    let default = open.profile.database.as_deref();
    let chosen = tab.database(&open.profile.id);
    let shown = chosen.or(default).unwrap_or("no database");
    let response = picker_ui(ui, shown, &format!("Database: {shown}"));
    let (chosen, filter) = (chosen.map(str::to_owned), &mut tab.database_filter);
    Popup::menu(&response)
        .width(260.0)
        .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
        .accessible_name("Databases")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            let field = egui::TextEdit::singleline(filter)
                .hint_text("Filter databases")
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label("Filter databases"));
            ui.add_space(SPACE[0]);
            let as_profile = ListRow::new(default.unwrap_or("no database"))
                .detail("as in the profile")
                .selected(chosen.is_none());
            if ui.add(as_profile).clicked() {
                tab.placed = None;
                ui.close();
            }
            let wanted = filter.to_lowercase();
            let names: Vec<&String> = open
                .databases
                .iter()
                .filter(|name| name.to_lowercase().contains(&wanted))
                .collect();
            if names.is_empty() && wanted.is_empty() {
                ui.weak("The list of databases has not been read yet.");
            }
            ScrollArea::vertical().max_height(320.0).show_rows(
                ui,
                CONTROL_HEIGHT,
                names.len(),
                |ui, rows| {
                    for name in &names[rows] {
                        let row = ListRow::new(format::plain(name, 200))
                            .selected(chosen.as_ref() == Some(*name));
                        if ui.add(row).clicked() {
                            cx.commands.push(QueryCommand::Database((*name).clone()));
                            ui.close();
                        }
                    }
                },
            );
        });
}

fn dot_ui(ui: &mut Ui) {
    let faint = ui.palette().faint;
    ui.colored_label(faint, "·");
}

/// Plain words with a small caret that open a menu.
fn picker_ui(ui: &mut Ui, shown: &str, name: &str) -> Response {
    let palette = ui.palette();
    let font = TextStyle::Body.resolve(ui.style());
    let text = ui
        .painter()
        .layout_no_wrap(shown.to_owned(), font, palette.secondary);
    let size = vec2(text.size().x + 26.0, CONTROL_HEIGHT);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), name));
    if response.hovered() {
        ui.painter().rect_filled(rect, RADIUS, palette.raised);
    }
    if response.has_focus() {
        ui.painter()
            .rect_stroke(rect, RADIUS, palette.focus(), StrokeKind::Inside);
    }
    let at = pos2(rect.left() + 6.0, rect.center().y - text.size().y / 2.0);
    ui.painter().galley(at, text, palette.secondary);
    let caret = pos2(rect.right() - 10.0, rect.center().y);
    let small = egui::FontId::proportional(10.0);
    ui.painter().text(
        caret,
        Align2::CENTER_CENTER,
        icons::CARET_DOWN,
        small,
        palette.faint,
    );
    response
}
