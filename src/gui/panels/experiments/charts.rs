//! The two charts side by side: who came in, and what the effect is, each with its ways to look at it.

use egui::{Rect, Ui, pos2, vec2};

use super::{ExperimentsPanel, view::Left};
use crate::{
    engine::metrics::experiments::charts::{EffectView, ExposureView},
    gui::widgets::chart_card::ChartCard,
};

/// Below this the charts stand one below another.
const SIDE_BY_SIDE: f32 = 560.0;

const LEFT: [(Left, &str); 4] = [
    (Left::Exposures(ExposureView::SoFar), "So far"),
    (Left::Exposures(ExposureView::Daily), "Daily"),
    (Left::Exposures(ExposureView::Share), "Share"),
    (Left::Plan, "Plan"),
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
        let (left, right) = halves(room);
        let (users, effect) = (view.left(), view.effect());
        let mut looks = view.looks;
        let [left_view, right_view] = &mut self.views;
        // Without a plan there is no chart of it.
        let planned = view.figures.analysis.planning.is_some();
        let all = if planned { &LEFT[..] } else { &LEFT[..3] };
        let card = ChartCard {
            name: "left",
            rect: left,
            chart: Some(&users),
            why: "",
        };
        looks.left = card
            .ui(ui, left_view, all, looks.left)
            .unwrap_or(looks.left);
        let card = ChartCard {
            name: "right",
            rect: right,
            chart: Some(&effect),
            why: "",
        };
        let chosen = card.ui(ui, right_view, &EFFECTS, looks.effect);
        looks.effect = chosen.unwrap_or(looks.effect);
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
