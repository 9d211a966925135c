//! The large chart, with its ways to look at it beside its title.

use egui::{Align, Frame, Layout, Margin, Rect, TextStyle, Ui, UiBuilder, pos2, vec2};

use super::FlagsPanel;
use crate::{
    engine::metrics::flags::charts::Which,
    gui::{
        command::FlagsCommand,
        context::PanelContext,
        theme::{CARD_RADIUS, PaletteExt as _, SPACE},
        widgets::card::hint_ui,
    },
};

const LOOKS: [(Which, &str); 3] = [
    (Which::Rates, "Rate"),
    (Which::Rolling, "Rolling 7 days"),
    (Which::Difference, "Difference"),
];
/// Height of the line that they stand in.
const TABS: f32 = 22.0;
/// Room that the chart's own way back from a zoom takes at the right.
const RESET: f32 = 92.0;

impl FlagsPanel {
    pub(super) fn chart_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(view) = &self.view else { return };
        if ui.available_height() < 60.0 {
            return;
        }
        let palette = ui.palette();
        let chart = view.chart(self.which);
        Frame::NONE
            .fill(palette.panel)
            .stroke(palette.hairline())
            .corner_radius(CARD_RADIUS)
            .inner_margin(Margin::symmetric(12, 10))
            .show(ui, |ui| {
                let mut room = ui.available_rect_before_wrap();
                ui.set_min_size(room.size());
                let reset = if self.chart.is_zoomed() { RESET } else { 0.0 };
                let line =
                    Rect::from_min_max(room.min, pos2(room.right() - reset, room.top() + TABS));
                let title = chart.as_ref().map_or("", |chart| &chart.title);
                if width(ui, title) + tabs_width(ui) + reset + SPACE[2] > room.width() {
                    // No room beside the title: a line of their own.
                    room.min.y += TABS;
                }
                ui.scope_builder(
                    UiBuilder::new().id_salt("chart").max_rect(room),
                    |ui| match &chart {
                        Some(chart) => {
                            self.chart.ui(ui, chart);
                        }
                        None => hint_ui(ui, self.why_no_chart()),
                    },
                );
                // After the chart, so that they lie over it.
                ui.scope_builder(UiBuilder::new().id_salt("looks").max_rect(line), |ui| {
                    self.looks_ui(ui, cx);
                });
            });
    }

    fn looks_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            ui.spacing_mut().button_padding = vec2(7.0, 1.0);
            ui.spacing_mut().interact_size.y = TABS - 2.0;
            for (value, words) in LOOKS.iter().rev() {
                let words = egui::RichText::new(*words).small();
                if ui.selectable_label(*value == self.which, words).clicked() {
                    cx.commands.push(FlagsCommand::Look(*value));
                }
            }
        });
    }

    fn why_no_chart(&self) -> &'static str {
        match self.which {
            Which::Rolling if self.is_running() => "The days are being read.",
            Which::Difference => "There is no second group to compare with.",
            _ => "No event of this window has a date that can be drawn.",
        }
    }
}

fn width(ui: &Ui, words: &str) -> f32 {
    let font = TextStyle::Heading.resolve(ui.style());
    let ink = ui.palette().text;
    ui.painter()
        .layout_no_wrap(words.to_owned(), font, ink)
        .size()
        .x
}

/// About as wide as they are drawn.
fn tabs_width(ui: &Ui) -> f32 {
    LOOKS.iter().map(|(_, words)| width(ui, words) + 14.0).sum()
}
