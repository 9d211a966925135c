//! A [`ChartSpec`] in the window: drawn as files show it, with what only a window has: values under the pointer,
//! zoom, the keyboard, and the chart in words for screen readers.
//!
//! The picture is the engine's [`Scene`], made anew only when description, size, theme or zoom change; egui_plot
//! holds the places of the data, draws what is in them and turns drags and pinches into a zoom. Only the shared axis
//! zooms, the other follows what is seen; clouds of dots zoom both ways. Menus and exports are the panels'.

mod hover;
mod paint;
mod zoom;

use egui::{
    EventFilter, Rect, Response, RichText, Sense, Ui, UiBuilder, Vec2, WidgetInfo, accesskit::Role,
    pos2, vec2,
};

use self::paint::Painting;
use super::dot;
use crate::{
    engine::chart::{
        ChartSpec, Theme,
        scene::{For, Scene, View},
    },
    gui::theme::{PaletteExt as _, SELECTION_RADIUS},
};

/// Smaller places get a chart of this size, cut off.
const LEAST: Vec2 = vec2(80.0, 60.0);

/// A chart's own state: its zoom, and the picture as it was last drawn. Keep one for each chart.
#[derive(Default)]
pub struct ChartView {
    view: View,
    drawn: Option<Drawn>,
    /// A list beside it has the names.
    listed: bool,
}

/// The last picture with what it was made of.
struct Drawn {
    spec: ChartSpec,
    size: Vec2,
    theme: Theme,
    view: View,
    scene: Scene,
    /// The shapes of the scene, for this place.
    painting: Painting,
    made_at: (Rect, f32),
}

impl ChartView {
    /// For a place beside a list that has the names with their colours.
    pub fn listed() -> Self {
        Self {
            listed: true,
            ..Self::default()
        }
    }

    /// Something other than all of the data is seen.
    pub fn is_zoomed(&self) -> bool {
        self.view != View::default()
    }

    /// See all of the data again.
    pub fn reset(&mut self) {
        self.view = View::default();
    }

    /// Draw the chart into all the room there is.
    pub fn ui(&mut self, ui: &mut Ui, spec: &ChartSpec) -> Response {
        let size = ui.available_size().max(LEAST).min(Vec2::splat(8192.0));
        let (rect, response) = ui.allocate_exact_size(size, Sense::focusable_noninteractive());
        describe(ui, &response, spec);
        if !ui.is_rect_visible(rect) {
            return response;
        }
        self.keyboard(ui, &response, spec);
        let theme = dot::theme(ui);
        let before = self.view;
        self.prepare(ui, spec, rect, theme);
        let Some(drawn) = &self.drawn else {
            return response;
        };
        paint::paint(ui, &drawn.painting.under, rect);
        let mut pointer = None;
        let mut view = self.view;
        for (index, panel) in drawn.scene.panels.iter().enumerate() {
            let shapes = &drawn.painting.panels[index];
            let place = zoom::Place {
                id: response.id.with(("panel", index)),
                origin: rect.min,
                panel,
                spec,
            };
            let plot = place.ui(ui, shapes, &mut view);
            if let Some(at) = plot.hover_pos() {
                pointer = Some(at);
            }
            if plot.double_clicked() {
                view = View::default();
            }
            if plot.clicked() || plot.drag_started() {
                response.request_focus();
            }
        }
        paint::paint(ui, &drawn.painting.over, rect);
        paint::full_texts(ui, &drawn.scene, rect.min, response.id);
        if let Some(at) = pointer {
            hover::ui(ui, spec, &drawn.scene, rect.min, at, response.id);
        }
        self.view = view;
        if self.is_zoomed() && reset_ui(ui, rect) {
            self.reset();
        }
        if self.view != before {
            ui.request_repaint();
        }
        if response.has_focus() {
            let ring = ui.palette().focus();
            let outside = egui::StrokeKind::Outside;
            ui.painter()
                .rect_stroke(rect, SELECTION_RADIUS, ring, outside);
        }
        response
    }

    /// Make the picture where it is not the one that is there.
    fn prepare(&mut self, ui: &Ui, spec: &ChartSpec, rect: Rect, theme: Theme) {
        let (size, view) = (rect.size(), self.view);
        let made_at = (rect, ui.pixels_per_point());
        let same = |drawn: &&mut Drawn| {
            (drawn.size, drawn.theme, drawn.view) == (size, theme, view) && drawn.spec == *spec
        };
        if let Some(drawn) = self.drawn.as_mut().filter(same) {
            if drawn.made_at != made_at {
                drawn.painting = Painting::new(ui, &drawn.scene, rect.min);
                drawn.made_at = made_at;
            }
            return;
        }
        let purpose = if self.listed {
            For::Listed
        } else {
            For::Window
        };
        let scene = Scene::new(spec, size.into(), theme, purpose, view);
        self.drawn = Some(Drawn {
            spec: spec.clone(),
            size,
            theme,
            view,
            painting: Painting::new(ui, &scene, rect.min),
            scene,
            made_at,
        });
    }

    /// + and − zoom, arrows move, 0 shows all.
    fn keyboard(&mut self, ui: &Ui, response: &Response, spec: &ChartSpec) {
        if !response.has_focus() {
            return;
        }
        let filter = EventFilter {
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
        if let Some(step) = zoom::step(ui) {
            self.view = step.of(spec, self.view);
        }
    }
}

/// What a screen reader says: a picture's name, and the chart in words.
fn describe(ui: &Ui, response: &Response, spec: &ChartSpec) {
    let name = if spec.title.is_empty() {
        "Chart"
    } else {
        &spec.title
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Image, ui.is_enabled(), name));
    ui.accesskit_node_builder(response.id, |node| {
        node.set_description(spec.summary.as_str());
    });
}

/// The way back to all of the data. True when it was taken.
fn reset_ui(ui: &mut Ui, rect: Rect) -> bool {
    let size = vec2(84.0, 20.0);
    let place = Rect::from_min_size(pos2(rect.right() - size.x, rect.top()), size);
    let text = RichText::new("Reset zoom").small();
    let button = egui::Button::new(text).min_size(size);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| ui.add(button))
        .inner
        .on_hover_text("Double click, or 0")
        .clicked()
}
