//! The two charts side by side: who came in, and what the effect is, each with its ways to look at it.

use egui::{
    Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::ExperimentsPanel;
use crate::{
    engine::{
        chart::ChartSpec,
        metrics::experiments::charts::{EffectView, ExposureView},
    },
    gui::{
        theme::{CARD_RADIUS, PaletteExt as _, SELECTION_RADIUS, SPACE},
        widgets::chart::ChartView,
    },
};

const TAB_HEIGHT: f32 = 22.0;
/// Below this the charts stand one below another.
const SIDE_BY_SIDE: f32 = 560.0;

const EXPOSURES: [(ExposureView, &str); 3] = [
    (ExposureView::SoFar, "So far"),
    (ExposureView::Daily, "Daily"),
    (ExposureView::Share, "Share"),
];
const EFFECTS: [(EffectView, &str); 4] = [
    (EffectView::Difference, "Difference"),
    (EffectView::Lift, "Lift"),
    (EffectView::Rate, "Rate"),
    (EffectView::DailyRate, "By day"),
];

impl ExperimentsPanel {
    pub(super) fn charts_ui(&mut self, ui: &mut Ui) {
        let Some(view) = &mut self.view else { return };
        let room = ui.available_rect_before_wrap();
        if room.height() < 60.0 {
            return;
        }
        let (left, right) = halves(room);
        let (exposures, effect) = (view.exposures(), view.effect());
        let mut looks = view.looks;
        let [exposures_view, effect_view] = &mut self.views;
        let card = Card {
            name: "exposures",
            rect: left,
            chart: &exposures,
        };
        card.ui(ui, exposures_view, &EXPOSURES, &mut looks.exposures);
        let card = Card {
            name: "effect",
            rect: right,
            chart: &effect,
        };
        card.ui(ui, effect_view, &EFFECTS, &mut looks.effect);
        view.looks = looks;
        self.looks = looks;
    }
}

fn halves(room: Rect) -> (Rect, Rect) {
    let gap = 14.0;
    if room.width() >= SIDE_BY_SIDE {
        let width = (room.width() - gap) / 2.0;
        let size = vec2(width, room.height());
        return (
            Rect::from_min_size(room.min, size),
            Rect::from_min_size(pos2(room.left() + width + gap, room.top()), size),
        );
    }
    let height = (room.height() - gap) / 2.0;
    let size = vec2(room.width(), height);
    (
        Rect::from_min_size(room.min, size),
        Rect::from_min_size(pos2(room.left(), room.top() + height + gap), size),
    )
}

/// One chart, with its ways to look at it beside its title.
struct Card<'a> {
    name: &'a str,
    rect: Rect,
    chart: &'a ChartSpec,
}

impl Card<'_> {
    fn ui<L: Copy + PartialEq>(
        &self,
        ui: &mut Ui,
        view: &mut ChartView,
        looks: &[(L, &str)],
        look: &mut L,
    ) {
        let palette = ui.palette();
        let builder = UiBuilder::new().id_salt(self.name).max_rect(self.rect);
        ui.scope_builder(builder, |ui| {
            ui.painter().rect(
                self.rect,
                CARD_RADIUS,
                palette.panel,
                palette.hairline(),
                StrokeKind::Inside,
            );
            let mut room = self.rect.shrink2(vec2(12.0, 10.0));
            let tabs: f32 = looks.iter().map(|(_, words)| tab_width(ui, words)).sum();
            let title = width(ui, &self.chart.title, &TextStyle::Heading);
            let line = Rect::from_min_size(
                pos2(room.right() - tabs, room.top() - 2.0),
                vec2(tabs, TAB_HEIGHT),
            );
            if title + tabs + SPACE[2] > room.width() {
                // No room beside the title: a line of their own.
                room.min.y += TAB_HEIGHT;
            }
            ui.scope_builder(UiBuilder::new().id_salt("chart").max_rect(room), |ui| {
                view.ui(ui, self.chart);
            });
            // After the chart, so that they lie over it.
            let mut left = line.left();
            for (value, words) in looks {
                let size = vec2(tab_width(ui, words), TAB_HEIGHT);
                let rect = Rect::from_min_size(pos2(left, line.top()), size);
                left = rect.right();
                if tab_ui(ui, rect, words, value == look).clicked() {
                    *look = *value;
                    view.reset();
                }
            }
        });
    }
}

fn width(ui: &Ui, words: &str, style: &TextStyle) -> f32 {
    let font = style.resolve(ui.style());
    let ink = ui.palette().text;
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ink);
    galley.size().x
}

fn tab_width(ui: &Ui, words: &str) -> f32 {
    width(ui, words, &TextStyle::Small) + 14.0
}

fn tab_ui(ui: &mut Ui, rect: Rect, words: &str, selected: bool) -> Response {
    let palette = ui.palette();
    let response = ui.interact(rect, ui.scope_id().with(words), Sense::click());
    response.widget_info(|| WidgetInfo::selected(Role::Tab, ui.is_enabled(), selected, words));
    let (fill, ink) = match (selected, response.hovered()) {
        (true, _) => (palette.selection, palette.text),
        (false, true) => (palette.raised, palette.text),
        (false, false) => (Color32::TRANSPARENT, palette.secondary),
    };
    let line = if response.has_focus() {
        palette.focus()
    } else {
        Stroke::NONE
    };
    let painter = ui.painter();
    painter.rect(rect, SELECTION_RADIUS, fill, line, StrokeKind::Inside);
    let font = TextStyle::Small.resolve(ui.style());
    painter.text(rect.center(), Align2::CENTER_CENTER, words, font, ink);
    response
}
