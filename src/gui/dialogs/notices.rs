//! Notices as toasts at the bottom right, and all of them as a list.

use std::time::{Instant, SystemTime};

use egui::{Align2, Area, Color32, Id, Modal, Order, RichText, ScrollArea, Ui, vec2};

use crate::gui::{
    command::{AppCommand, Ask as _},
    context::PanelContext,
    icons,
    notice::{Notice, NoticeKind},
    theme::{CARD_RADIUS, Palette, PaletteExt as _, SPACE, STATUS_BAR_HEIGHT, text},
    widgets::icon::icon_ui,
};

const WIDTH: f32 = 360.0;
/// Toasts that stand at once; older ones are in the list.
const AT_ONCE: usize = 4;

pub fn toasts_ui(ctx: &egui::Context, cx: &PanelContext<'_>) {
    let now = Instant::now();
    let mut standing: Vec<_> = cx
        .state
        .notices
        .iter()
        .rev()
        .filter(|notice| notice.is_toast(now))
        .take(AT_ONCE)
        .collect();
    standing.reverse();
    if standing.is_empty() {
        return;
    }
    // They go by themselves: draw again when the next one does.
    if let Some(end) = standing.iter().filter_map(|notice| notice.ends()).min() {
        ctx.request_repaint_after(end.saturating_duration_since(now));
    }
    let gap = STATUS_BAR_HEIGHT + SPACE[2];
    let area = Area::new(Id::unique("toasts"))
        .order(Order::Foreground)
        .anchor(Align2::RIGHT_BOTTOM, vec2(-SPACE[2], -gap))
        .show(ctx, |ui| {
            ui.spacing_mut().item_spacing.y = SPACE[1];
            for notice in standing {
                egui::Frame::window(ui.style())
                    .corner_radius(CARD_RADIUS)
                    .inner_margin(egui::Margin::symmetric(12, 8))
                    .show(ui, |ui| {
                        ui.set_width(WIDTH);
                        toast_ui(ui, cx, notice);
                    });
            }
        });
    // Placed by the size of the frame before.
    let bottom = ctx.content_rect().bottom() - gap;
    if (area.response.rect.bottom() - bottom).abs() > 0.5 {
        ctx.request_repaint();
    }
}

fn toast_ui(ui: &mut Ui, cx: &PanelContext<'_>, notice: &Notice) {
    ui.with_layout(egui::Layout::right_to_left(egui::Align::Min), |ui| {
        let close = AppCommand::CloseNotice(notice.id);
        if ui.add(close.button().icon_only()).clicked() {
            cx.commands.push(close);
        }
        ui.with_layout(egui::Layout::left_to_right(egui::Align::Min), |ui| {
            notice_ui(ui, notice);
        });
    });
}

fn notice_ui(ui: &mut Ui, notice: &Notice) {
    let (icon, color) = look(notice.kind, ui.palette());
    icon_ui(ui, icon, 16.0, color);
    ui.vertical(|ui| {
        ui.add(egui::Label::new(&notice.text).wrap());
        if let Some(hint) = &notice.hint {
            let hint = RichText::new(hint).small().color(ui.palette().secondary);
            ui.add(egui::Label::new(hint).wrap());
        }
    });
}

fn look(kind: NoticeKind, palette: &Palette) -> (&'static str, Color32) {
    match kind {
        NoticeKind::Info => (icons::INFO, palette.accent),
        NoticeKind::Good => (icons::CHECK_CIRCLE, palette.good),
        NoticeKind::Warning => (icons::WARNING, palette.warning),
        NoticeKind::Danger => (icons::WARNING_CIRCLE, palette.danger),
    }
}

/// All notices, the newest first.
pub fn list_ui(ctx: &egui::Context, cx: &PanelContext<'_>, open: &mut bool) {
    if !*open {
        return;
    }
    let modal = Modal::new(Id::unique("messages"))
        .backdrop_color(ctx.palette().shade)
        .frame(egui::Frame::window(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(520.0);
        ui.label(RichText::new("Messages").text_style(text::title()));
        ui.add_space(SPACE[1]);
        if cx.state.notices.is_empty() {
            ui.label("Nothing has happened that no panel shows.");
        }
        ScrollArea::vertical().max_height(400.0).show(ui, |ui| {
            for notice in cx.state.notices.iter().rev() {
                ui.horizontal_top(|ui| {
                    let ago = RichText::new(ago(notice.at))
                        .small()
                        .color(ui.palette().faint);
                    ui.add_sized([72.0, 18.0], egui::Label::new(ago));
                    notice_ui(ui, notice);
                });
                ui.separator();
            }
        });
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(AppCommand::CloseDialog.button()).clicked()
        })
        .inner
    });
    if response.inner || response.should_close() {
        *open = false;
    }
}

fn ago(at: SystemTime) -> String {
    let seconds = at.elapsed().unwrap_or_default().as_secs();
    match seconds {
        0..60 => "just now".to_owned(),
        60..3600 => format!("{} min ago", seconds / 60),
        _ => format!("{} h ago", seconds / 3600),
    }
}
