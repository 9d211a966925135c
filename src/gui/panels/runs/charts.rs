//! The charts of the metrics: a grid, or one that has all the room.

use egui::{
    Frame, Key, Label, Margin, Modifiers, Rect, RichText, ScrollArea, TextStyle, Ui, UiBuilder,
    pos2, vec2,
};

use super::{RunsPanel, figures::MetricChart};
use crate::gui::{
    format, icons,
    theme::{CARD_RADIUS, PaletteExt as _, SPACE},
    widgets::{button::Button, name},
    words::Words,
};

const GAP: f32 = 12.0;
/// A card is as wide at least, and as high at least and at most.
const NARROWEST: f32 = 300.0;
const LOWEST: f32 = 210.0;
const HIGHEST: f32 = 420.0;

impl RunsPanel {
    pub(super) fn charts_ui(&mut self, ui: &mut Ui) {
        let Some(figures) = self.figures.clone() else {
            return;
        };
        let large = self.large.as_ref();
        let large = large.and_then(|key| figures.charts.iter().find(|chart| chart.key == *key));
        if let Some(chart) = large {
            let room = ui.available_rect_before_wrap();
            let closed = self.card_ui(ui, room, chart, true);
            let typing = ui.ctx().text_edit_focused();
            let escaped = !typing
                && !self.is_running()
                && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
            if closed || escaped {
                self.large = None;
            }
            return;
        }
        let room = ui.available_rect_before_wrap();
        let columns = (((room.width() + GAP) / (NARROWEST + GAP)) as usize).clamp(1, 4);
        let rows = figures.charts.len().div_ceil(columns).max(1);
        // Evenly: four are two by two, not three and one.
        let columns = figures.charts.len().div_ceil(rows).max(1);
        let in_view = rows.min(2) as f32;
        let height = (room.height() - GAP * (in_view - 1.0)) / in_view;
        let height = if rows <= 2 {
            height.max(LOWEST)
        } else {
            height.clamp(LOWEST, HIGHEST)
        };
        let foot = if figures.left_out > 0 { 40.0 } else { 0.0 };
        let all = rows as f32 * (height + GAP) - GAP + foot;
        ScrollArea::vertical()
            .auto_shrink(false)
            .show_viewport(ui, |ui, view| {
                let width = ui.available_width();
                let (area, _) = ui.allocate_exact_size(vec2(width, all), egui::Sense::hover());
                let card = vec2(
                    (width - GAP * (columns - 1) as f32) / columns as f32,
                    height,
                );
                for (at, chart) in figures.charts.iter().enumerate() {
                    let (row, column) = (at / columns, at % columns);
                    let top = row as f32 * (height + GAP);
                    if top > view.bottom() || top + height < view.top() {
                        continue;
                    }
                    let left = column as f32 * (card.x + GAP);
                    let min = pos2(area.left() + left, area.top() + top);
                    if self.card_ui(ui, Rect::from_min_size(min, card), chart, false) {
                        self.large = Some(chart.key.clone());
                    }
                }
                if figures.left_out > 0 {
                    let top = area.bottom() - 32.0;
                    let rest = Rect::from_min_size(pos2(area.left(), top), vec2(width, 32.0));
                    ui.scope_builder(UiBuilder::new().max_rect(rest), |ui| {
                        let words = format!(
                            "Show {} more metrics",
                            format::count(figures.left_out as u64)
                        );
                        let more =
                            Button::of(Words::new(icons::ARROW_LINE_DOWN, words)).with_icon();
                        if ui.add(more).clicked() {
                            self.all_charts = true;
                        }
                    });
                }
            });
    }

    /// True when it is to have all the room, or no longer.
    fn card_ui(&mut self, ui: &mut Ui, rect: Rect, chart: &MetricChart, large: bool) -> bool {
        let palette = ui.palette();
        let mut pressed = false;
        let key = name::shown(&chart.key);
        let builder = UiBuilder::new().id_salt(&chart.key).max_rect(rect);
        ui.scope_builder(builder, |ui| {
            Frame::NONE
                .fill(palette.panel)
                .stroke(palette.hairline())
                .corner_radius(CARD_RADIUS)
                .inner_margin(Margin::symmetric(12, 8))
                .show(ui, |ui| {
                    ui.set_min_size(ui.available_size());
                    ui.spacing_mut().item_spacing.y = 2.0;
                    ui.horizontal(|ui| {
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            let words = if large {
                                Words::new(
                                    icons::ARROWS_IN,
                                    format!("Show all charts, not {key} alone"),
                                )
                            } else {
                                Words::new(icons::ARROWS_OUT, format!("Enlarge {key}"))
                            };
                            pressed = ui.add(Button::of(words).icon_only()).clicked();
                            ui.with_layout(
                                egui::Layout::left_to_right(egui::Align::Center),
                                |ui| {
                                    let title = RichText::new(&key).text_style(TextStyle::Heading);
                                    ui.add(Label::new(title).truncate());
                                },
                            );
                        });
                    });
                    let parts = [chart.best.as_str(), chart.chart.subtitle.as_str()];
                    let parts: Vec<&str> =
                        parts.into_iter().filter(|part| !part.is_empty()).collect();
                    let subtitle = RichText::new(format::plain(&parts.join(" · "), 200))
                        .small()
                        .color(palette.secondary);
                    ui.horizontal(|ui| {
                        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                            if chart.has_far {
                                self.far_ui(ui, &key);
                            }
                            ui.with_layout(
                                egui::Layout::left_to_right(egui::Align::Center),
                                |ui| ui.add(Label::new(subtitle).truncate()),
                            );
                        });
                    });
                    ui.add_space(SPACE[0]);
                    if self.reading.is_running() && !self.has_points(&chart.key) {
                        ui.label(RichText::new("Reading points…").color(palette.faint));
                    } else {
                        let picture = self.view(&chart.key).ui(ui, &chart.bare);
                        ui.ctx().accesskit_node_builder(picture.id, |node| {
                            node.set_label(format!("Chart of {key}"));
                        });
                    }
                });
        });
        pressed
    }

    /// The way to the values that are out of view, in all charts, and back.
    fn far_ui(&mut self, ui: &mut Ui, key: &str) {
        let whole = self.saved.look.whole;
        let words = if whole {
            "Leave far values out"
        } else {
            "Show all values"
        };
        let link = ui.link(RichText::new(words).small());
        ui.ctx().accesskit_node_builder(link.id, |node| {
            node.set_label(format!("{words} of {key}"));
        });
        let hint = "Values that are so far off that the others would be one flat line. Log y shows all of them too.";
        if link.on_hover_text(hint).clicked() {
            self.saved.look.whole = !whole;
        }
    }

    /// Points of it have been read, of any run.
    fn has_points(&self, key: &str) -> bool {
        self.points.keys().any(|(_, other)| other == key)
    }
}
