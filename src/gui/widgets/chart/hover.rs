//! Values under the pointer: a line through all panels, the points it meets, and what they are.

use egui::{
    Grid, Id, Pos2, RichText, Sense, Stroke, Tooltip, Ui, containers::PopupAnchor,
    emath::GuiRounding as _, vec2,
};

use crate::{
    engine::chart::{
        Body, ChartSpec,
        readout::{self, Reading},
        scene::Scene,
    },
    gui::{
        theme::{PaletteExt as _, text},
        widgets::dot,
    },
};

pub(super) fn ui(ui: &Ui, spec: &ChartSpec, scene: &Scene, origin: Pos2, at: Pos2, id: Id) {
    let place = (at - origin).into();
    let Some(reading) = readout::read(spec, scene, place) else {
        return;
    };
    cross(ui, spec, scene, origin, &reading);
    let id = id.with("values");
    Tooltip::always_open(ui.ctx().clone(), ui.layer_id(), id, PopupAnchor::Pointer)
        .gap(14.0)
        .show(|ui| words(ui, &reading));
}

/// The place that is read, through all panels.
fn cross(ui: &Ui, spec: &ChartSpec, scene: &Scene, origin: Pos2, reading: &Reading) {
    let palette = ui.palette();
    let flipped = matches!(&spec.body, Body::Plot(plot) if plot.flipped);
    if let Some(along) = reading.along {
        let stroke = Stroke::new(1.0, palette.faint);
        for panel in &scene.panels {
            let rect = panel.rect;
            let ends = if flipped {
                [[rect.left, along], [rect.right, along]]
            } else {
                [[along, rect.top], [along, rect.bottom]]
            };
            let ends = ends
                .map(|[x, y]| (origin + vec2(x, y)).round_to_pixel_center(ui.pixels_per_point()));
            ui.painter().line_segment(ends, stroke);
        }
    }
    for ([x, y], slot) in &reading.dots {
        let at = origin + vec2(*x, *y);
        ui.painter().circle_filled(at, 5.5, palette.panel);
        dot::paint_dot(ui.painter(), ui, at, 4.5, *slot);
    }
}

fn words(ui: &mut Ui, reading: &Reading) {
    let palette = ui.palette();
    ui.spacing_mut().item_spacing = vec2(8.0, 3.0);
    if !reading.at.is_empty() {
        ui.label(RichText::new(&reading.at).text_style(text::strong()));
    }
    Grid::new("values")
        .num_columns(3)
        .min_col_width(10.0)
        .spacing([8.0, 3.0])
        .min_row_height(16.0)
        .show(ui, |ui| {
            for row in &reading.rows {
                if let Some(slot) = row.slot {
                    let (rect, _) = ui.allocate_exact_size(vec2(10.0, 16.0), Sense::hover());
                    dot::paint_dot(ui.painter(), ui, rect.center(), 4.0, slot);
                }
                ui.label(RichText::new(&row.name).color(palette.secondary));
                ui.label(RichText::new(&row.value).text_style(text::strong()));
                ui.end_row();
            }
        });
    if reading.more > 0 {
        let more = format!("and {} more", reading.more);
        ui.label(RichText::new(more).color(palette.secondary));
    }
    for note in &reading.notes {
        ui.label(RichText::new(note).color(palette.secondary));
    }
}
