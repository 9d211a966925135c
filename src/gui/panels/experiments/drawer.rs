//! The drawer at the right: the method and the plan, notes on the axes of time, or the statements that were run.

use egui::{DragValue, Label, Popup, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{ExperimentsPanel, View};
use crate::{
    engine::metrics::{
        experiments::{
            Method, Planning,
            method::{Contamination, Correction, LiftKind, SEQUENTIAL_USERS},
        },
        series::Moment,
        stats::planning::DaysLeft,
        words,
    },
    gui::{
        command::{Ask as _, ExperimentsCommand, QueryCommand},
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button, choice::check_box_ui, list_row::ListRow, name, ran_list::ran_list_ui,
        },
        words::Words,
    },
};

pub(super) const WIDTH: f32 = 316.0;

/// What the drawer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawer {
    Method,
    Sql,
}

/// A note that is being written.
#[derive(Debug, Default)]
pub(super) struct NoteDraft {
    day: String,
    text: String,
}

impl ExperimentsPanel {
    pub(super) fn drawer_ui(&mut self, ui: &mut Ui, drawer: Drawer, cx: &PanelContext<'_>) {
        let title = match drawer {
            Drawer::Method => "Method",
            Drawer::Sql => "What was run",
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let close = Words::new(icons::X, "Close the drawer");
                if ui.add(Button::of(close).icon_only()).clicked() {
                    self.drawer = None;
                }
            });
        });
        ui.add_space(SPACE[0]);
        ScrollArea::vertical()
            .id_salt(title)
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.set_width(ui.available_width() - 10.0);
                match drawer {
                    Drawer::Method => self.method_ui(ui, cx),
                    Drawer::Sql => self.sql_ui(ui, cx),
                }
            });
    }

    fn method_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let before = self.method();
        let mut method = before.clone();
        engine_ui(ui, &mut method);
        separator_ui(ui);
        if let Some(view) = &self.view {
            weights_ui(ui, &mut method, view);
            separator_ui(ui);
        }
        plan_ui(ui, &mut method, self.view.as_ref());
        separator_ui(ui);
        self.notes_ui(ui, cx);
        if method != before {
            cx.commands.push(ExperimentsCommand::Use(method));
        } else if method != Method::default() {
            ui.add_space(SPACE[1]);
            let reset = Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Back to the usual method");
            if ui.add(Button::of(reset)).clicked() {
                cx.commands.push(ExperimentsCommand::Use(Method::default()));
            }
        }
    }

    fn notes_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        heading_ui(ui, "Notes on the axes of time");
        for (at, note) in self.notes().iter().enumerate() {
            ui.horizontal(|ui| {
                let day = Moment(note.at).date();
                ui.label(RichText::new(day).color(ui.palette().secondary));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let remove = ExperimentsCommand::RemoveNote(at);
                    let words = Words::new(icons::X, format!("Remove note {}", at + 1));
                    if ui.add(Button::of(words).icon_only()).clicked() {
                        cx.commands.push(remove);
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(Label::new(format::plain(&note.text, 200)).truncate());
                    });
                });
            });
        }
        let draft = &mut self.note;
        ui.horizontal(|ui| {
            let day = TextEdit::singleline(&mut draft.day)
                .hint_text("2026-10-01")
                .char_limit(10)
                .desired_width(84.0);
            let day = ui.add(day);
            ui.ctx()
                .accesskit_node_builder(day.id, |node| node.set_label("Day of the note"));
            let words = TextEdit::singleline(&mut draft.text)
                .hint_text("What happened then")
                .char_limit(200)
                .desired_width(f32::INFINITY);
            let words = ui.add(words);
            ui.ctx()
                .accesskit_node_builder(words.id, |node| node.set_label("Note"));
        });
        let day = Moment::parse(&draft.day).filter(|_| !draft.text.trim().is_empty());
        let add = ExperimentsCommand::AddNote {
            at: day.unwrap_or_default().0,
            text: draft.text.trim().to_owned(),
        };
        let response = ui
            .add_enabled(day.is_some(), add.button())
            .on_disabled_hover_text("Write a day, such as 2026-10-01, and what happened on it");
        if response.clicked() {
            cx.commands.push(add);
            *draft = NoteDraft::default();
        }
    }

    fn sql_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let listed = self
            .list
            .value()
            .map(|listed| ("The list at the left", &listed.ran));
        let shown = match (&self.view, self.counted()) {
            (Some(view), _) => view.figures.read.statements(),
            (None, Some(first)) => vec![("Users and conversions by variant", &first.ran)],
            (None, None) => Vec::new(),
        };
        let all: Vec<_> = shown.into_iter().chain(listed).collect();
        if all.is_empty() {
            let words = RichText::new("Nothing was run yet.").color(ui.palette().secondary);
            ui.label(words);
        }
        if let Some(at) = ran_list_ui(ui, all.iter().copied()) {
            let name = self.shown.as_deref().unwrap_or("experiments");
            cx.commands.push(QueryCommand::OpenText {
                name: format::plain(name, 40),
                sql: all[at].1.sql.clone(),
            });
        }
        ui.add_space(SPACE[1]);
        if let Some(located) = self.list.value().map(|listed| &listed.table) {
            let table = format!("{}.{}", located.database, located.table);
            let words = format!("Read from {}.", name::shown(&table));
            ui.add(Label::new(RichText::new(words).color(ui.palette().secondary)).wrap());
        }
    }
}

fn heading_ui(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).text_style(text::strong()));
}

fn separator_ui(ui: &mut Ui) {
    ui.add_space(SPACE[0]);
    ui.separator();
    ui.add_space(SPACE[0]);
}

/// A line with its words at the left and the control at the right.
fn line_ui(ui: &mut Ui, words: &str, hint: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(words).color(ui.palette().secondary));
        if !hint.is_empty() {
            label.on_hover_text(hint);
        }
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), control);
    });
}

/// A picker of a few values.
fn pick_ui<T: Copy + PartialEq>(ui: &mut Ui, name: &str, now: &mut T, all: &[(T, &str)]) {
    let shown = all
        .iter()
        .find(|(value, _)| value == now)
        .map_or("", |(_, words)| words);
    let button = ui.add(Button::of(Words::new(icons::CARET_DOWN, shown.to_owned())).with_icon());
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("{name}: {shown}"));
    });
    Popup::menu(&button)
        .width(230.0)
        .accessible_name(name.to_owned())
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for (value, words) in all {
                if ui
                    .add(ListRow::new(*words).selected(value == now))
                    .clicked()
                {
                    *now = *value;
                    ui.close();
                }
            }
        });
}

fn engine_ui(ui: &mut Ui, method: &mut Method) {
    line_ui(ui, "Confidence", "", |ui| {
        let mut percent = (method.confidence() * 1000.0).round() as i32;
        let all = [(900, "90 %"), (950, "95 %"), (990, "99 %"), (999, "99.9 %")];
        let before = percent;
        pick_ui(ui, "Confidence", &mut percent, &all);
        if percent != before {
            method.alpha = f64::from(1000 - percent) / 1000.0;
        }
    });
    let mut often = method.sequential.is_some();
    check_box_ui(ui, &mut often, "I look often (sequential)").on_hover_text(
        "Intervals and p-values that hold however often one looks: the asymptotic confidence sequence. They are wider.",
    );
    if often != method.sequential.is_some() {
        method.sequential = often.then_some(SEQUENTIAL_USERS);
    }
    if let Some(users) = &mut method.sequential {
        line_ui(
            ui,
            "Narrowest at",
            "The number of users at which the sequence is narrowest. Choose it before the data are seen.",
            |ui| {
                ui.label("users");
                let field = DragValue::new(users).range(10.0..=1e12).speed(50.0);
                named(ui, field, "Narrowest at users");
            },
        );
        if (*users - SEQUENTIAL_USERS).abs() > f64::EPSILON {
            let words =
                "Changed from 5,000: say so if data had been seen. Exports carry the number.";
            ui.add(Label::new(RichText::new(words).small().color(ui.palette().warning)).wrap());
        }
    }
    line_ui(ui, "Several treatments", "", |ui| {
        let all = [
            (Correction::Holm, "Holm"),
            (Correction::Bh, "Benjamini-Hochberg"),
            (Correction::None, "not corrected"),
        ];
        pick_ui(ui, "Several treatments", &mut method.correction, &all);
    });
    line_ui(ui, "Users in several variants", "", |ui| {
        let all = [
            (Contamination::Exclude, "left out"),
            (Contamination::First, "count where first seen"),
        ];
        pick_ui(
            ui,
            "Users in several variants",
            &mut method.contamination,
            &all,
        );
    });
    line_ui(ui, "Interval of the lift", "", |ui| {
        let all = [
            (LiftKind::Auto, "by size"),
            (LiftKind::Delta, "delta method"),
            (LiftKind::LogRatio, "log-ratio"),
        ];
        pick_ui(ui, "Interval of the lift", &mut method.lift, &all);
    });
    check_box_ui(
        ui,
        &mut method.growthbook,
        "GrowthBook's figures in the details",
    );
}

fn weights_ui(ui: &mut Ui, method: &mut Method, view: &View) {
    heading_ui(ui, "Planned split");
    let variants = &view.figures.analysis.variants;
    for variant in variants.iter().take(20) {
        let shown = name::shown(&variant.name);
        line_ui(ui, &shown, "", |ui| {
            let mut weight = method.weights.get(&variant.name).copied().unwrap_or(1.0);
            let before = weight;
            let field = DragValue::new(&mut weight)
                .range(0.0..=1e9)
                .speed(0.5)
                .max_decimals(3);
            named(ui, field, &format!("Weight of {shown}"));
            if (weight - before).abs() > f64::EPSILON {
                // Those that were equal until now have to be said.
                for other in variants {
                    method.weights.entry(other.name.clone()).or_insert(1.0);
                }
                method.weights.insert(variant.name.clone(), weight);
            }
        });
    }
}

fn plan_ui(ui: &mut Ui, method: &mut Method, view: Option<&View>) {
    heading_ui(ui, "Plan");
    let plan = &mut method.plan;
    let found = view.and_then(|view| view.figures.analysis.planning.as_ref());
    let mut own = plan.baseline.is_some();
    check_box_ui(ui, &mut own, "A baseline of my own");
    if own != plan.baseline.is_some() {
        let now = found.map_or(0.1, |planning| planning.baseline);
        plan.baseline = own.then_some(now);
    }
    if let Some(baseline) = &mut plan.baseline {
        percent_ui(ui, "Baseline rate", baseline, 0.001..=99.9);
    }
    percent_ui(ui, "Lift worth finding", &mut plan.lift, 0.1..=1000.0);
    percent_ui(ui, "Chance to find it", &mut plan.power, 10.0..=99.9);
    let Some(planning) = found else { return };
    ui.add_space(SPACE[0]);
    results_ui(ui, planning);
}

fn percent_ui(ui: &mut Ui, words: &str, value: &mut f64, range: std::ops::RangeInclusive<f64>) {
    line_ui(ui, words, "", |ui| {
        let mut percent = *value * 100.0;
        let before = percent;
        let field = DragValue::new(&mut percent)
            .range(range)
            .speed(0.1)
            .max_decimals(3)
            .suffix(" %");
        named(ui, field, words);
        if (percent - before).abs() > f64::EPSILON {
            *value = percent / 100.0;
        }
    });
}

fn results_ui(ui: &mut Ui, planning: &Planning) {
    let figure = |ui: &mut Ui, value: String| {
        ui.label(RichText::new(value).text_style(text::cell()));
    };
    line_ui(
        ui,
        "Users per variant",
        "R's power.prop.test. Evan Miller's page takes the null variance at the baseline and gives a little less.",
        |ui| {
            figure(
                ui,
                planning
                    .sample_size
                    .map_or("n/a".to_owned(), |size| format::count(size.per_arm as u64)),
            );
        },
    );
    line_ui(ui, "Users of the smallest variant", "", |ui| {
        figure(ui, format::count(planning.per_arm));
    });
    let lift = planning.mde.and_then(|mde| mde.relative).map(words::lift);
    let lift = lift
        .map(|lift| format!("{lift} of the baseline"))
        .unwrap_or_default();
    line_ui(ui, "Smallest effect found now", &lift, |ui| {
        figure(
            ui,
            planning
                .mde
                .map_or("n/a".to_owned(), |mde| words::points(mde.absolute)),
        );
    });
    line_ui(
        ui,
        "Days left",
        "At the median of new users on the last seven full days.",
        |ui| {
            figure(
                ui,
                match planning.days_left {
                    None => "n/a".to_owned(),
                    Some(DaysLeft::Enough) => "enough users".to_owned(),
                    Some(DaysLeft::Days(1)) => "1 day".to_owned(),
                    Some(DaysLeft::Days(days)) => format!("{days} days"),
                    Some(DaysLeft::MoreThanAYear) => "more than a year".to_owned(),
                },
            );
        },
    );
}

fn named(ui: &mut Ui, field: DragValue<'_>, name: &str) {
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
}
