//! What the drawer holds: how the groups are compared, which of them the chart shows, notes on the axis of time, or the
//! statements that were run.

use egui::{DragValue, RichText, TextEdit, Ui};

use super::{FlagsPanel, SCREEN, reading::Step, view::View};
use crate::{
    engine::metrics::{
        flags::{analysis::CAUTION, burn, timeline::MOST_LINES},
        words::trimmed,
    },
    gui::{
        command::FlagsCommand,
        context::PanelContext,
        icons,
        panels::metrics::{
            cost::advice_ui,
            drawer::{
                Drawer, confidence_ui, heading_ui, line_ui, number_ui, separator_ui, statements_ui,
                ticks_ui,
            },
        },
        saved::FlagChoice,
        theme::{SPACE, text},
        widgets::{button::Button, card::hint_ui},
        words::Words,
    },
};

/// With so many groups one may want to see some of them alone.
const SEVERAL: usize = 3;

impl FlagsPanel {
    pub(super) fn drawer_ui(&mut self, ui: &mut Ui, drawer: Drawer, cx: &PanelContext<'_>) {
        let closed = drawer.ui(ui, |ui| match drawer {
            Drawer::Method => self.method_ui(ui, cx),
            Drawer::Sql => self.sql_ui(ui, cx),
        });
        if closed {
            self.desk.drawer = None;
        }
    }

    fn method_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let before = self.choice();
        let mut choice = before.clone();
        confidence_ui(ui, &mut choice.alpha);
        margin_ui(ui, &mut choice);
        hint_ui(
            ui,
            &format!(
                "Wilson's and Newcombe's intervals, pooled z test; {CAUTION}, so p is smaller than it should be."
            ),
        );
        separator_ui(ui);
        self.objective_ui(ui, &mut choice);
        separator_ui(ui);
        if let Some(view) = &self.view {
            lines_ui(ui, view, cx);
        }
        let notes = self.desk.notes(&self.saved.notes).to_vec();
        self.desk.notes_ui(ui, &SCREEN, &notes, cx);
        if choice != before {
            cx.commands.push(FlagsCommand::Use(choice));
        } else if choice != FlagChoice::default() {
            ui.add_space(SPACE[1]);
            let reset = Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Back to the usual method");
            if ui.add(Button::of(reset)).clicked() {
                self.objective.clear();
                cx.commands.push(FlagsCommand::Use(FlagChoice::default()));
            }
        }
    }

    fn objective_ui(&mut self, ui: &mut Ui, choice: &mut FlagChoice) {
        heading_ui(ui, "Objective");
        hint_ui(
            ui,
            "What share of requests shall succeed. It adds burn rates, alerts and what is left of a budget of 30 days.",
        );
        if let Some(objective) = choice.objective {
            let shown = format!("{} %", trimmed(objective * 100.0));
            line_ui(ui, "Now", "", |ui| {
                let remove = Words::new(icons::X, "Remove the objective");
                if ui.add(Button::of(remove).icon_only()).clicked() {
                    choice.objective = None;
                }
                ui.label(RichText::new(shown).text_style(text::cell()));
            });
        }
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.objective)
                .hint_text("99.9 %")
                .char_limit(12)
                .desired_width(84.0);
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label("Objective"));
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let read = burn::parse_objective(&self.objective);
            let set = Button::of(Words::new(icons::CHECK, "Set the objective"));
            let set = ui
                .add_enabled(read.is_ok(), set)
                .on_disabled_hover_text("Write a share below 100 %, such as 99.9 %");
            if let Ok(objective) = read
                && (set.clicked() || enter)
            {
                choice.objective = Some(objective);
                self.objective.clear();
            }
        });
    }

    fn sql_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let mut all: Vec<_> = match (&self.view, self.first.value()) {
            (Some(view), _) => {
                let ran = view.data.ran.iter();
                ran.map(|(what, ran)| (what.words(), ran)).collect()
            }
            (None, Some(Step::Read(first))) => vec![("Requests and errors by group", &first.ran)],
            (None, Some(Step::Heavy(_)) | None) => Vec::new(),
        };
        let listed = self.desk.list.job.value();
        all.extend(listed.map(|listed| ("The list at the left", &listed.ran)));
        let shown = self.desk.shown.as_deref();
        statements_ui(ui, &SCREEN, shown, &all, self.desk.list.table(), cx);
        let advice = self.view.as_ref();
        if let Some(advice) = advice.and_then(|view| view.data.advice.as_ref()) {
            ui.add_space(SPACE[1]);
            advice_ui(ui, advice, "");
        }
    }
}

/// Which groups the chart draws, where there are several to choose from.
fn lines_ui(ui: &mut Ui, view: &View, cx: &PanelContext<'_>) {
    let groups = &view.data.groups;
    if groups.len() < SEVERAL {
        return;
    }
    let drawn: Vec<(&str, bool)> = groups
        .iter()
        .map(|group| (group.key.shown(), view.is_drawn(&group.key)))
        .collect();
    if let Some(places) = ticks_ui(ui, "Lines of the chart", &drawn, MOST_LINES) {
        let lines = places.into_iter().map(|at| groups[at].key.clone());
        cx.commands.push(FlagsCommand::Lines(lines.collect()));
    }
    separator_ui(ui);
}

/// In points of a percent, as the table has differences.
fn margin_ui(ui: &mut Ui, choice: &mut FlagChoice) {
    line_ui(
        ui,
        "Margin",
        "What the rate may rise by before it counts as worse",
        |ui| {
            let mut points = choice.margin * 100.0;
            let before = points;
            let field = DragValue::new(&mut points)
                .range(-100.0..=100.0)
                .speed(0.01)
                .max_decimals(4)
                .suffix(" pp");
            number_ui(ui, field, "Margin in points");
            if (points - before).abs() > f64::EPSILON {
                choice.margin = points / 100.0;
            }
        },
    );
}
