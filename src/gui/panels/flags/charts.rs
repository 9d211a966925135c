//! The large chart, with its ways to look at it.

use egui::{Sense, Ui};

use super::{FlagsPanel, view::View};
use crate::{
    engine::metrics::flags::charts::Which,
    gui::{command::FlagsCommand, context::PanelContext, widgets::chart_card::ChartCard},
};

const LOOKS: [(Which, &str); 4] = [
    (Which::Rates, "Rate"),
    (Which::Rolling, "Rolling 7 days"),
    (Which::Difference, "Difference"),
    (Which::Budget, "Budget"),
];

impl FlagsPanel {
    pub(super) fn chart_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(view) = &self.view else { return };
        // A budget is an objective's.
        let budget = view.method.objective.is_some();
        let looks = if budget { &LOOKS[..] } else { &LOOKS[..3] };
        let which = self.look_of(view);
        let chart = view.chart(which);
        let room = ui.available_rect_before_wrap();
        let card = ChartCard {
            name: "chart",
            rect: room,
            chart: chart.as_deref(),
            why: self.why_no_chart(),
        };
        if let Some(which) = card.ui(ui, &mut self.chart, looks, which) {
            cx.commands.push(FlagsCommand::Look(which));
        }
        ui.allocate_rect(room, Sense::hover());
    }

    /// The chart that is looked at: without an objective there is none of its budget.
    pub(super) fn look_of(&self, view: &View) -> Which {
        match self.which {
            Which::Budget if view.method.objective.is_none() => Which::default(),
            which => which,
        }
    }

    fn why_no_chart(&self) -> &'static str {
        match self.which {
            Which::Rolling if self.is_running() => "The days are being read.",
            Which::Budget => "The days of the budget are being read.",
            Which::Difference => "There is no second group to compare with.",
            _ => "No event of this window has a date that can be drawn.",
        }
    }
}
