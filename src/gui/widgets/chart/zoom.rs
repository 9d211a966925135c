//! What part of the data is seen: egui_plot moves and scales it, this bounds and remembers it.
//!
//! egui_plot is given the scene's pixels as its coordinates, anew in each frame; where a panel's edges have gone
//! says what is wanted. So logarithms, reversed and flipped axes are the scene's alone.

use std::ops::RangeInclusive;

use egui::{Color32, Id, Key, Modifiers, Pos2, Rect, Response, Sense, Shape, Ui, UiBuilder, Vec2b};
use egui_plot::{Plot, PlotBounds, PlotGeometry, PlotItem, PlotItemBase, PlotTransform};

use crate::engine::chart::{
    Body, ChartSpec,
    scene::{Map, PanelScene, Scene, View},
};

/// Marks at the edge of the data are not cut in halves.
const EDGE: f32 = 4.0;
/// A zoom shows at least this part of the data.
const FINEST: f64 = 1e-5;

/// One panel's place on screen.
pub(super) struct Place<'a> {
    pub id: Id,
    pub origin: Pos2,
    pub panel: &'a PanelScene,
    pub spec: &'a ChartSpec,
}

impl Place<'_> {
    /// Draw the data and take in what the pointer does to it.
    pub(super) fn ui(&self, ui: &mut Ui, shapes: &[Shape], view: &mut View) -> Response {
        let rect = self.panel.rect;
        let frame = Rect::from_min_max(
            self.origin + egui::vec2(rect.left, rect.top),
            self.origin + egui::vec2(rect.right, rect.bottom),
        )
        .expand(EDGE);
        let free = self.free();
        // Downwards is positive in the scene, upwards in a plot.
        let bounds = PlotBounds::from_min_max(
            [f64::from(frame.left()), -f64::from(frame.bottom())],
            [f64::from(frame.right()), -f64::from(frame.top())],
        );
        let item = Shapes {
            shapes: shapes.to_vec(),
            base: PlotItemBase::new(String::new()),
        };
        let mut place = ui.new_child(UiBuilder::new().max_rect(frame).id_salt(self.id));
        let plot = Plot::new("data")
            .id(self.id)
            .show_axes(false)
            .show_grid(false)
            .show_background(false)
            .show_x(false)
            .show_y(false)
            .allow_drag(free)
            .allow_zoom(free)
            .allow_scroll(false)
            .allow_boxed_zoom(false)
            .allow_axis_zoom_drag(false)
            .allow_double_click_reset(false)
            .sense(Sense::CLICK | Sense::DRAG) // the chart has the focus, not each of its panels
            .show(&mut place, |plot| {
                plot.set_plot_bounds(bounds);
                plot.add(item);
            });
        if free.any() && *plot.transform.bounds() != bounds {
            *view = self.moved(&plot.transform, *view);
        }
        plot.response
    }

    /// The directions that can be zoomed.
    fn free(&self) -> Vec2b {
        match &self.spec.body {
            Body::Plot(plot) if !plot.flipped => Vec2b::new(true, self.panel.cloud),
            _ => Vec2b::FALSE,
        }
    }

    fn moved(&self, transform: &PlotTransform, view: View) -> View {
        let rect = self.panel.rect;
        let corner = |x: f32, y: f32| {
            let at = self.origin + egui::vec2(x, y);
            transform.value_from_position(at)
        };
        let (near, far) = (corner(rect.left, rect.bottom), corner(rect.right, rect.top));
        let x = [near.x, far.x].map(|x| self.panel.x.value(x as f32 - self.origin.x));
        let y = [near.y, far.y].map(|y| self.panel.y.value(-y as f32 - self.origin.y));
        let moved = bounded(self.spec, x);
        if self.panel.cloud {
            let y = ordered(y);
            let fine = |map: &Map| (y[1] - y[0]) > (map.range[1] - map.range[0]).abs() * FINEST;
            if moved.is_none() && view.x.is_none() && view.y.is_none() {
                return View::default();
            }
            return View {
                x: Some(ordered(x)),
                y: if fine(&self.panel.y) { Some(y) } else { view.y },
            };
        }
        View { x: moved, y: None }
    }
}

fn ordered([a, b]: [f64; 2]) -> [f64; 2] {
    if a <= b { [a, b] } else { [b, a] }
}

/// The range within the data, not too fine; `None` is all of it.
fn bounded(spec: &ChartSpec, range: [f64; 2]) -> Option<[f64; 2]> {
    let Body::Plot(plot) = &spec.body else {
        return None;
    };
    let [low, high] = ordered(range);
    let [first, last] = Scene::whole(plot);
    if !(low.is_finite() && high.is_finite()) || high - low >= last - first {
        return None;
    }
    let width = (high - low).max((last - first) * FINEST);
    let low = low.clamp(first, last - width);
    Some([low, low + width])
}

/// One press of a key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Step {
    /// The part of what is seen that will be seen.
    Zoom(f64),
    /// By this part of what is seen.
    Move(f64),
    All,
}

/// What the keyboard asks of the chart that has it.
pub(super) fn step(ui: &Ui) -> Option<Step> {
    let keys = [
        (Key::Plus, Step::Zoom(0.5)),
        (Key::Equals, Step::Zoom(0.5)),
        (Key::Minus, Step::Zoom(2.0)),
        (Key::ArrowLeft, Step::Move(-0.2)),
        (Key::ArrowRight, Step::Move(0.2)),
        (Key::Num0, Step::All),
        (Key::Home, Step::All),
    ];
    ui.input_mut(|input| {
        let pressed = |(key, _): &(Key, Step)| {
            input.consume_key(Modifiers::NONE, *key) || input.consume_key(Modifiers::SHIFT, *key)
        };
        keys.into_iter().find(pressed).map(|(_, step)| step)
    })
}

impl Step {
    /// The view after this step.
    pub(super) fn of(self, spec: &ChartSpec, view: View) -> View {
        let Body::Plot(plot) = &spec.body else {
            return view;
        };
        if plot.flipped || self == Self::All {
            return View::default();
        }
        let axis = Map::whole(plot);
        let seen = view.x.unwrap_or(axis.range).map(|end| axis.forward(end));
        let (middle, half) = (f64::midpoint(seen[0], seen[1]), (seen[1] - seen[0]) / 2.0);
        let (middle, half) = match self {
            Self::Zoom(part) => (middle, half * part),
            Self::Move(part) => (middle + 2.0 * half * part, half),
            Self::All => (middle, half),
        };
        let x = [middle - half, middle + half].map(|end| axis.backward(end));
        View {
            x: bounded(spec, x),
            ..view
        }
    }
}

/// What egui_plot draws: shapes that are ready.
struct Shapes {
    shapes: Vec<Shape>,
    base: PlotItemBase,
}

impl PlotItem for Shapes {
    fn shapes(&self, _: &Ui, _: &PlotTransform, shapes: &mut Vec<Shape>) {
        shapes.extend(self.shapes.iter().cloned());
    }

    fn initialize(&mut self, _: RangeInclusive<f64>) {}

    fn color(&self) -> Color32 {
        Color32::TRANSPARENT
    }

    fn geometry(&self) -> PlotGeometry<'_> {
        PlotGeometry::None
    }

    fn bounds(&self) -> PlotBounds {
        PlotBounds::NOTHING
    }

    fn base(&self) -> &PlotItemBase {
        &self.base
    }

    fn base_mut(&mut self) -> &mut PlotItemBase {
        &mut self.base
    }
}
