//! A chart on a card, with the ways to look at it beside its title.

use egui::{
    Align2, Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::{card::hint_ui, chart::ChartView};
use crate::{
    engine::chart::ChartSpec,
    gui::theme::{CARD_RADIUS, PaletteExt as _, SELECTION_RADIUS, SPACE},
};

const TAB_HEIGHT: f32 = 22.0;
/// Room that the chart's own way back from a zoom takes at the right.
const RESET: f32 = 92.0;
/// Lower places have no chart.
const LOWEST: f32 = 60.0;

/// One chart.
pub struct ChartCard<'a> {
    /// Apart from others on the screen.
    pub name: &'a str,
    pub rect: Rect,
    /// `None` where there is nothing to draw; `why` says why then.
    pub chart: Option<&'a ChartSpec>,
    pub why: &'a str,
}

impl ChartCard<'_> {
    /// Draw it. Gives the way to look that was chosen.
    pub fn ui<L: Copy + PartialEq>(
        &self,
        ui: &mut Ui,
        view: &mut ChartView,
        looks: &[(L, &str)],
        now: L,
    ) -> Option<L> {
        if self.rect.height() < LOWEST {
            return None;
        }
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
            let reset = if view.is_zoomed() { RESET } else { 0.0 };
            let title = self.chart.map_or("", |chart| &chart.title);
            let title = width(ui, title, &TextStyle::Heading);
            let line = Rect::from_min_size(
                pos2(room.right() - reset - tabs, room.top() - 2.0),
                vec2(tabs, TAB_HEIGHT),
            );
            if title + tabs + reset + SPACE[2] > room.width() {
                // No room beside the title: a line of their own.
                room.min.y += TAB_HEIGHT;
            }
            ui.scope_builder(
                UiBuilder::new().id_salt("chart").max_rect(room),
                |ui| match self.chart {
                    Some(chart) => drop(view.ui(ui, chart)),
                    None => hint_ui(ui, self.why),
                },
            );
            // After the chart, so that they lie over it.
            let mut chosen = None;
            let mut left = line.left();
            for (value, words) in looks {
                let size = vec2(tab_width(ui, words), TAB_HEIGHT);
                let rect = Rect::from_min_size(pos2(left, line.top()), size);
                left = rect.right();
                if tab_ui(ui, rect, words, *value == now).clicked() && *value != now {
                    chosen = Some(*value);
                    view.reset();
                }
            }
            chosen
        })
        .inner
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
