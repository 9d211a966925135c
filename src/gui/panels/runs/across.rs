//! Runs as wholes: lines across parameters and results, or dots of two metrics.

use egui::{Frame, Margin, Popup, RichText, ScrollArea, Ui, vec2};

use super::{RunsPanel, figures::keys};
use crate::{
    engine::chart::{Body, ChartSpec},
    gui::{
        icons,
        theme::{CARD_RADIUS, PaletteExt as _, SPACE},
        widgets::{button::Button, card::empty_ui, chart::ChartView, list_row::ListRow, name},
        words::Words,
    },
};

impl RunsPanel {
    pub(super) fn parallel_ui(&mut self, ui: &mut Ui) {
        let Some(figures) = self.figures.clone() else {
            return;
        };
        let axes = match &figures.parallel.body {
            Body::Parallel(parallel) => parallel.axes.len(),
            Body::Plot(_) => 0,
        };
        if axes < 2 {
            let words = "There must be two parameters or metrics in which the runs differ.";
            return empty_ui(ui, icons::CHART_LINE, "Nothing to compare", words, |_| {});
        }
        card_ui(
            ui,
            self.view("parallel coordinates"),
            &figures.parallel,
            &figures.bare_parallel,
        );
    }

    pub(super) fn scatter_ui(&mut self, ui: &mut Ui) {
        let Some(figures) = self.figures.clone() else {
            return;
        };
        let Some((x, y)) = figures.axes.clone() else {
            let words = "The ticked runs have logged fewer than two metrics.";
            return empty_ui(ui, icons::CHART_LINE, "Nothing to compare", words, |_| {});
        };
        let all = keys(self.read.iter().flat_map(|read| &read.runs));
        let (mut new_x, mut new_y) = (x.clone(), y.clone());
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = SPACE[1];
            pick_ui(ui, "Along x", &all, &mut new_x);
            pick_ui(ui, "Along y", &all, &mut new_y);
            let swap = Words::new(icons::ARROWS_CLOCKWISE, "Swap the axes");
            if ui.add(Button::of(swap).icon_only()).clicked() {
                std::mem::swap(&mut new_x, &mut new_y);
            }
        });
        if (&new_x, &new_y) != (&x, &y) {
            let profile = self.keep_under();
            self.saved.scatter.insert(profile, (new_x, new_y));
        }
        card_ui(
            ui,
            self.view("scatter of two metrics"),
            &figures.scatter,
            &figures.bare_scatter,
        );
    }
}

fn pick_ui(ui: &mut Ui, what: &str, keys: &[String], now: &mut String) {
    ui.label(RichText::new(what).color(ui.palette().secondary));
    let shown: String = name::shown(now).chars().take(24).collect();
    let button = ui.add(Button::of(Words::new(icons::CARET_DOWN, shown)).with_icon());
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("{what}: {}", name::shown(now)));
    });
    Popup::menu(&button)
        .width(240.0)
        .accessible_name(what.to_owned())
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for key in keys {
                    let row = ListRow::new(name::shown(key)).selected(key == now);
                    if ui.add(row).clicked() {
                        now.clone_from(key);
                        ui.close();
                    }
                }
            });
        });
}

fn card_ui(ui: &mut Ui, view: &mut ChartView, chart: &ChartSpec, bare: &ChartSpec) {
    let palette = ui.palette();
    Frame::NONE
        .fill(palette.panel)
        .stroke(palette.hairline())
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            let subtitle = RichText::new(&chart.subtitle).small();
            ui.label(subtitle.color(palette.secondary));
            ui.add_space(SPACE[0]);
            let picture = view.ui(ui, bare);
            ui.ctx().accesskit_node_builder(picture.id, |node| {
                node.set_label(chart.title.as_str());
            });
        });
}
