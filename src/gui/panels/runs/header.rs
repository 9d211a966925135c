//! The lines above: what is looked at and how fresh it is, what can be done, and how lines are drawn.

use egui::{Align, Label, Layout, RichText, Slider, TextStyle, Ui};

use super::RunsPanel;
use crate::{
    engine::metrics::runs::{
        Precision,
        charts::{Along, MOST_SMOOTHING},
    },
    gui::{
        command::RunsCommand,
        context::PanelContext,
        icons,
        saved::RunsTab,
        theme::{PaletteExt as _, SPACE},
        widgets::{
            button::Button,
            choice::check_box_ui,
            export::menu_of,
            refresh::{RefreshAsked, RefreshBar},
        },
        words::Words,
        zone::Zone,
    },
};

/// Below this width tabs and buttons have a line each.
const NARROW: f32 = 560.0;
const TABS: [(RunsTab, &str); 4] = [
    (RunsTab::Charts, "Charts"),
    (RunsTab::Compare, "Compare"),
    (RunsTab::Parallel, "Parallel"),
    (RunsTab::Scatter, "Scatter"),
];
const ALONG: [(Along, &str, &str); 3] = [
    (Along::Step, "Step", "By step"),
    (Along::Time, "Time", "Over time, in UTC"),
    (Along::Relative, "Relative", "By time since the run began"),
];

impl RunsPanel {
    pub(super) fn header_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let as_of = self
            .read
            .as_ref()
            .and_then(|read| read.as_of)
            .map(|at| Zone::default().time_of_day(at));
        let busy = self.busy();
        let bar = RefreshBar {
            as_of: as_of.as_deref(),
            running: busy.running,
            stopping: busy.stopping,
            every: self.saved.every,
        };
        // Beside each other where both have room.
        if ui.available_width() < NARROW {
            ui.horizontal(|ui| self.tabs_ui(ui));
            ui.horizontal(|ui| self.freshness_ui(ui, &bar, cx));
        } else {
            ui.horizontal(|ui| {
                ui.set_height(30.0);
                self.tabs_ui(ui);
                self.freshness_ui(ui, &bar, cx);
            });
        }
        if self.read.is_some() && self.saved.tab == RunsTab::Charts {
            self.look_ui(ui);
        }
    }

    fn tabs_ui(&mut self, ui: &mut Ui) {
        ui.spacing_mut().item_spacing.x = 2.0;
        for (tab, words) in TABS {
            let text = RichText::new(words).text_style(TextStyle::Button);
            let response = ui.selectable_label(self.saved.tab == tab, text);
            if response.clicked() {
                self.saved.tab = tab;
            }
        }
    }

    fn freshness_ui(&mut self, ui: &mut Ui, bar: &RefreshBar<'_>, cx: &PanelContext<'_>) {
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            self.buttons_ui(ui, bar, cx);
            if let Some(moment) = bar.moment() {
                let words = RichText::new(moment).small().color(ui.palette().secondary);
                ui.add(Label::new(words).truncate());
            }
        });
    }

    /// From right to left.
    fn buttons_ui(&mut self, ui: &mut Ui, bar: &RefreshBar<'_>, cx: &PanelContext<'_>) {
        let sql = Words::new(icons::CODE, "SQL");
        if ui.add(Button::of(sql).plain()).clicked() {
            self.sql_open = !self.sql_open;
        }
        if let Some(figures) = self.figures.clone() {
            let words = Words::new(icons::EXPORT, "Export");
            let button = ui.add(Button::of(words).plain());
            let asked = self.groups(&figures, |groups| {
                menu_of(&button, groups, |group| self.in_words(&figures, group))
            });
            if let Some(step) = asked {
                cx.commands.push(RunsCommand::Export(step));
            }
        }
        match bar.buttons_ui(ui) {
            Some(RefreshAsked::Now) => cx.commands.push(RunsCommand::Refresh),
            Some(RefreshAsked::Stop) => cx.commands.push(RunsCommand::Cancel),
            Some(RefreshAsked::Every(every)) => cx.commands.push(RunsCommand::Every(every)),
            None => {}
        }
    }

    /// The x axis, smoothing and the logarithm.
    fn look_ui(&mut self, ui: &mut Ui) {
        let narrow = ui.available_width() < NARROW;
        let look = &mut self.saved.look;
        let row = |ui: &mut Ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (along, words, spoken) in ALONG {
                let on = look.along == along;
                let label = ui.selectable_label(on, RichText::new(words).small());
                ui.ctx()
                    .accesskit_node_builder(label.id, |node| node.set_label(spoken));
                if label.on_hover_text(spoken).clicked() {
                    look.along = along;
                }
            }
            ui.add_space(SPACE[2]);
            let label = ui.label(RichText::new("Smoothing").color(ui.palette().secondary));
            ui.add_space(SPACE[0]);
            let slider = Slider::new(&mut look.smoothing, 0.0..=MOST_SMOOTHING)
                .fixed_decimals(2)
                .step_by(0.01);
            ui.spacing_mut().slider_width = 110.0;
            ui.add(slider).labelled_by(label.id);
            ui.add_space(SPACE[2]);
            check_box_ui(ui, &mut look.log, "Log y");
            let single = self
                .read
                .as_ref()
                .is_some_and(|read| read.precision == Some(Precision::Single));
            if single && !narrow {
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let words = RichText::new("single precision").small();
                    let color = ui.palette().faint;
                    ui.add(Label::new(words.color(color)).truncate())
                        .on_hover_text(
                            "This tracker keeps values as FLOAT, which holds about seven digits.",
                        );
                });
            }
        };
        if narrow {
            ui.horizontal_wrapped(row);
        } else {
            ui.horizontal(row);
        }
    }
}
