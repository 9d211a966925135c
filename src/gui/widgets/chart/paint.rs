//! The engine's scene → egui's shapes, once for each picture.

use egui::{
    Align2, Color32, FontFamily, FontId, Id, Mesh, Painter, Pos2, Rect, Sense, Shape, Stroke,
    StrokeKind, Ui, emath::GuiRounding as _, epaint::PathStroke, pos2, vec2,
};

use crate::{
    engine::chart::{
        palette::Rgb,
        scene::{Anchor, Item, Scene, Stroke as Line, Text},
        words::Weight,
    },
    gui::{theme::text, widgets::dot},
};

/// From a baseline to the middle of egui's rows, in sizes of type: half a capital letter.
const MIDDLE: f32 = 0.364;

/// Shapes at their places on screen, in the scene's order.
#[derive(Default)]
pub(super) struct Painting {
    pub under: Vec<Shape>,
    pub panels: Vec<Vec<Shape>>,
    pub over: Vec<Shape>,
}

impl Painting {
    pub(super) fn new(ui: &Ui, scene: &Scene, origin: Pos2) -> Self {
        let brush = Brush {
            painter: ui.painter(),
            origin,
        };
        let shapes = |items: &[Item]| {
            let mut out = Vec::new();
            for item in items {
                brush.item(item, &mut out);
            }
            out
        };
        Self {
            under: shapes(&scene.under),
            panels: scene
                .panels
                .iter()
                .map(|panel| shapes(&panel.items))
                .collect(),
            over: shapes(&scene.over),
        }
    }
}

/// Paint shapes, cut at the chart's edge.
pub(super) fn paint(ui: &Ui, shapes: &[Shape], rect: Rect) {
    ui.painter()
        .with_clip_rect(rect.expand(1.0).intersect(ui.clip_rect()))
        .extend(shapes.iter().cloned());
}

/// Whole texts on hover, where they were shortened.
pub(super) fn full_texts(ui: &Ui, scene: &Scene, origin: Pos2, id: Id) {
    let texts = scene
        .under
        .iter()
        .chain(&scene.over)
        .filter_map(|item| match item {
            Item::Text(text) => Some((text, text.full.as_ref()?)),
            _ => None,
        });
    for (index, (text, full)) in texts.enumerate() {
        let galley =
            ui.painter()
                .layout_no_wrap(text.text.clone(), font(text), Color32::PLACEHOLDER);
        let middle = pos2(text.at[0], text.at[1] - text.size * MIDDLE) + origin.to_vec2();
        let rect = align(text.anchor).anchor_size(middle, galley.size());
        ui.interact(rect, id.with(("text", index)), Sense::hover())
            .on_hover_text(full);
    }
}

struct Brush<'a> {
    painter: &'a Painter,
    origin: Pos2,
}

impl Brush<'_> {
    fn at(&self, [x, y]: [f32; 2]) -> Pos2 {
        self.origin + vec2(x, y)
    }

    fn item(&self, item: &Item, out: &mut Vec<Shape>) {
        match item {
            Item::Line { points, stroke } => self.line(points, stroke, out),
            Item::Area {
                upper,
                lower,
                color,
                opacity,
            } => out.push(self.area(upper, lower, faded(*color, *opacity))),
            Item::Rect {
                rect,
                color,
                opacity,
                outline,
            } => {
                let rect = Rect::from_min_max(
                    self.at([rect.left, rect.top]),
                    self.at([rect.right, rect.bottom]),
                );
                out.push(Shape::rect_filled(rect, 0.0, faded(*color, *opacity)));
                if let Some(color) = outline {
                    let stroke = Stroke::new(1.0, dot::color(*color));
                    out.push(Shape::rect_stroke(rect, 0.0, stroke, StrokeKind::Inside));
                }
            }
            Item::Dot {
                at,
                radius,
                shape,
                color,
                opacity,
                outline,
            } => {
                let fill = faded(*color, *opacity);
                let edge = outline.map_or(fill, |color| faded(color, *opacity));
                out.extend(dot::shapes(*shape, self.at(*at), *radius, fill, edge));
            }
            Item::Text(text) => out.push(self.text(text)),
        }
    }

    #[expect(clippy::float_cmp, reason = "the two ends of a level line are copies")]
    fn line(&self, points: &[[f32; 2]], line: &Line, out: &mut Vec<Shape>) {
        let mut points: Vec<Pos2> = points.iter().map(|point| self.at(*point)).collect();
        // Hairlines are sharp where they run along pixels.
        if let ([a, b], true) = (&mut points[..], line.width <= 1.0) {
            if a.y == b.y {
                a.y = self.painter.round_to_pixel_center(a.y);
                b.y = a.y;
            } else if a.x == b.x {
                a.x = self.painter.round_to_pixel_center(a.x);
                b.x = a.x;
            }
        }
        let stroke = Stroke::new(line.width, faded(line.color, line.opacity));
        if line.dash.is_empty() {
            out.push(Shape::line(points, PathStroke::from(stroke)));
            return;
        }
        let every = |first: usize| line.dash.iter().skip(first).step_by(2).copied();
        let (dashes, gaps): (Vec<f32>, Vec<f32>) = (every(0).collect(), every(1).collect());
        out.extend(Shape::dashed_line_with_offset(
            &points, stroke, &dashes, &gaps, 0.0,
        ));
    }

    /// Two triangles for each step: no matter how the sides run.
    fn area(&self, upper: &[[f32; 2]], lower: &[[f32; 2]], color: Color32) -> Shape {
        let mut mesh = Mesh::default();
        for (index, (high, low)) in upper.iter().zip(lower).enumerate() {
            mesh.colored_vertex(self.at(*high), color);
            mesh.colored_vertex(self.at(*low), color);
            if let Some(before) = (index as u32 * 2).checked_sub(2) {
                mesh.add_triangle(before, before + 1, before + 2);
                mesh.add_triangle(before + 1, before + 2, before + 3);
            }
        }
        Shape::mesh(mesh)
    }

    fn text(&self, text: &Text) -> Shape {
        let color = dot::color(text.color);
        let galley = self
            .painter
            .layout_no_wrap(text.text.clone(), font(text), color);
        let middle = self.at([text.at[0], text.at[1] - text.size * MIDDLE]);
        let rect = align(text.anchor).anchor_size(middle, galley.size());
        let scale = self.painter.pixels_per_point();
        let place = rect.min.round_to_pixels(scale);
        Shape::galley(place, galley, color)
    }
}

fn font(text: &Text) -> FontId {
    match text.weight {
        Weight::Regular => FontId::new(text.size, FontFamily::Proportional),
        Weight::Semibold => text::semibold_at(text.size),
    }
}

fn align(anchor: Anchor) -> Align2 {
    match anchor {
        Anchor::Start => Align2::LEFT_CENTER,
        Anchor::Middle => Align2::CENTER_CENTER,
        Anchor::End => Align2::RIGHT_CENTER,
    }
}

fn faded(color: Rgb, opacity: f32) -> Color32 {
    let color = dot::color(color);
    if opacity < 1.0 {
        color.gamma_multiply(opacity)
    } else {
        color
    }
}
