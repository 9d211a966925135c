//! Settings of the window: theme, size, movement.

use egui::{Id, Modal, RichText, Slider, ThemePreference, Ui};

use crate::gui::{
    command::{AppCommand, Ask as _},
    context::PanelContext,
    state::Settings,
    theme::{PaletteExt as _, SPACE, text},
    widgets::choice::{check_box_ui, radio_ui},
};

/// Draw while it is open. What is changed is asked for, and done after drawing.
pub fn settings_ui(ctx: &egui::Context, cx: &PanelContext<'_>, open: &mut bool) {
    if !*open {
        return;
    }
    let modal = Modal::new(Id::unique("settings"))
        .backdrop_color(ctx.palette().shade)
        .frame(egui::Frame::window(&ctx.global_style()));
    let response = modal.show(ctx, |ui| {
        ui.set_width(380.0);
        ui.label(RichText::new("Settings").text_style(text::title()));
        ui.add_space(SPACE[1]);
        let mut settings = cx.state.settings.clone();
        fields_ui(ui, &mut settings);
        if settings != cx.state.settings {
            cx.commands.push(AppCommand::Change(settings));
        }
        ui.add_space(SPACE[2]);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            ui.add(AppCommand::CloseDialog.button()).clicked()
        })
        .inner
    });
    if response.inner || response.should_close() {
        *open = false;
    }
}

fn fields_ui(ui: &mut Ui, settings: &mut Settings) {
    egui::Grid::new("settings")
        .num_columns(2)
        .spacing([SPACE[4], SPACE[2]])
        .show(ui, |ui| {
            ui.label("Theme");
            ui.horizontal(|ui| {
                for (theme, name) in [
                    (ThemePreference::System, "As the system"),
                    (ThemePreference::Light, "Light"),
                    (ThemePreference::Dark, "Dark"),
                ] {
                    radio_ui(ui, &mut settings.theme, theme, name);
                }
            });
            ui.end_row();

            let label = ui.label("Size");
            let mut percent = (settings.zoom * 100.0).round();
            let slider = Slider::new(&mut percent, 60.0..=250.0)
                .step_by(10.0)
                .suffix(" %");
            // Not while dragging: the slider would run away from the pointer.
            let response = ui.add(slider).labelled_by(label.id);
            if response.drag_stopped() || (response.changed() && !response.dragged()) {
                settings.zoom = percent / 100.0;
            }
            ui.end_row();

            ui.label("Movement");
            let mut moves = !settings.reduced_motion;
            check_box_ui(ui, &mut moves, "Short movements that explain");
            settings.reduced_motion = !moves;
            ui.end_row();
        });
}
