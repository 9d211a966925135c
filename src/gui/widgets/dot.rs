//! The colour of a variant, group or run, as charts have it, and the shape that stands beside its name.

use egui::{Color32, Mesh, Painter, Pos2, Shape, Stroke, Ui};

use crate::{
    engine::chart::{
        Slot,
        palette::{self, Look, Rgb},
    },
    gui::theme,
};

/// Radius of the dot beside a name.
pub const RADIUS: f32 = 5.0;

/// The engine's name of the theme that is on.
pub fn theme(ui: &Ui) -> palette::Theme {
    if ui.visuals().dark_mode {
        palette::Theme::Dark
    } else {
        palette::Theme::Light
    }
}

/// Colours, dash and shape of a slot in the theme that is on.
pub fn look(ui: &Ui, slot: Slot) -> Look {
    palette::look(slot, theme(ui))
}

/// Lines, dots and bars of a slot; pale ones in their darker ink, as they stand on nothing that outlines them.
pub fn slot_color(ui: &Ui, slot: Slot) -> Color32 {
    let look = look(ui, slot);
    color(if look.pale { look.ink } else { look.mark })
}

/// A colour of the engine's as egui's.
pub fn color(Rgb(red, green, blue): Rgb) -> Color32 {
    theme::color(red, green, blue)
}

/// The slot's shape with this radius: never colour alone.
pub fn paint_dot(painter: &Painter, ui: &Ui, center: Pos2, radius: f32, slot: Slot) {
    let look = look(ui, slot);
    let fill = color(look.mark);
    let line = if look.pale { color(look.ink) } else { fill };
    painter.extend(shapes(look.shape, center, radius * 0.9, fill, line));
}

/// A shape of the palette as egui's: filled, and its edge.
pub fn shapes(
    shape: palette::Shape,
    center: Pos2,
    radius: f32,
    fill: Color32,
    line: Color32,
) -> [Shape; 2] {
    let corners: Vec<Pos2> = shape
        .corners(center.into(), radius)
        .into_iter()
        .map(Pos2::from)
        .collect();
    // A fan: stars and crosses are not convex, but all of them is seen from the centre. The line smooths its edge.
    let mut fan = Mesh::default();
    fan.colored_vertex(center, fill);
    for corner in &corners {
        fan.colored_vertex(*corner, fill);
    }
    let count = corners.len() as u32;
    for at in 0..count {
        fan.add_triangle(0, 1 + at, 1 + (at + 1) % count);
    }
    let edge = Shape::closed_line(corners, Stroke::new(1.0, line));
    [Shape::mesh(fan), edge]
}
