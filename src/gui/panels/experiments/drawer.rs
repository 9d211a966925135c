//! What the drawer holds: the method and the plan, which variants the charts show, notes on the axes of time, or the
//! statements that were run.

use egui::{DragValue, Ui};

use super::{ExperimentsPanel, SCREEN, View};
use crate::{
    engine::metrics::{
        experiments::{
            Method, Planning,
            charts::MOST_CHOSEN,
            method::{Contamination, Correction, LiftKind},
        },
        stats::planning::DaysLeft,
        words,
    },
    gui::{
        command::ExperimentsCommand,
        context::PanelContext,
        format, icons,
        panels::metrics::drawer::{
            Drawer, confidence_ui, figure_ui, heading_ui, line_ui, number_ui, pick_ui,
            separator_ui, statements_ui, ticks_ui,
        },
        theme::SPACE,
        widgets::{button::Button, choice::check_box_ui, name},
        words::Words,
    },
};

/// With so many variants one may want to see some of them alone.
const SEVERAL: usize = 3;

impl ExperimentsPanel {
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
        let before = self.method();
        let mut method = before.clone();
        confidence_ui(ui, &mut method.alpha);
        self.late.ui(ui, &mut method, self.view.as_ref());
        engine_ui(ui, &mut method);
        separator_ui(ui);
        if let Some(view) = &self.view {
            lines_ui(ui, view, cx);
            weights_ui(ui, &mut method, view);
            separator_ui(ui);
        }
        plan_ui(ui, &mut method, self.view.as_ref());
        separator_ui(ui);
        let notes = self.desk.notes(&self.saved.notes).to_vec();
        self.desk.notes_ui(ui, &SCREEN, &notes, cx);
        // What was noted of a late change stays, whatever else is.
        let usual = Method {
            late_changes: method.late_changes.clone(),
            ..Method::default()
        };
        if method != before {
            cx.commands.push(ExperimentsCommand::Use(method));
        } else if method != usual {
            ui.add_space(SPACE[1]);
            let reset = Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Back to the usual method");
            if ui.add(Button::of(reset)).clicked() {
                cx.commands.push(ExperimentsCommand::Use(usual));
            }
        }
    }

    fn sql_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let mut all = match (&self.view, self.counted()) {
            (Some(view), _) => view.figures.read.statements(),
            (None, Some(first)) => vec![("Users and conversions by variant", &first.ran)],
            (None, None) => Vec::new(),
        };
        let listed = self.desk.list.job.value();
        all.extend(listed.map(|listed| ("The list at the left", &listed.ran)));
        let shown = self.desk.shown.as_deref();
        statements_ui(ui, &SCREEN, shown, &all, self.desk.list.table(), cx);
    }
}

/// Which variants the charts show.
fn lines_ui(ui: &mut Ui, view: &View, cx: &PanelContext<'_>) {
    let drawn = view.drawn();
    if drawn.len() < SEVERAL {
        return;
    }
    if let Some(places) = ticks_ui(ui, "Variants in the charts", &drawn, MOST_CHOSEN) {
        let lines = places.into_iter().map(|at| drawn[at].0.to_owned());
        cx.commands.push(ExperimentsCommand::Lines(lines.collect()));
    }
    separator_ui(ui);
}

fn engine_ui(ui: &mut Ui, method: &mut Method) {
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
            number_ui(ui, field, &format!("Weight of {shown}"));
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
        number_ui(ui, field, words);
        if (percent - before).abs() > f64::EPSILON {
            *value = percent / 100.0;
        }
    });
}

fn results_ui(ui: &mut Ui, planning: &Planning) {
    let size = planning.sample_size;
    figure_ui(
        ui,
        "Users per variant",
        "R's power.prop.test. Evan Miller's page takes the null variance at the baseline and gives a little less.",
        size.map_or("n/a".to_owned(), |size| format::count(size.per_arm as u64)),
    );
    let smallest = format::count(planning.per_arm);
    figure_ui(ui, "Users of the smallest variant", "", smallest);
    let lift = planning.mde.and_then(|mde| mde.relative).map(words::lift);
    let lift = lift
        .map(|lift| format!("{lift} of the baseline"))
        .unwrap_or_default();
    let smallest = planning.mde.map(|mde| words::points(mde.absolute));
    let smallest = smallest.unwrap_or("n/a".to_owned());
    figure_ui(ui, "Smallest effect found now", &lift, smallest);
    let days = match planning.days_left {
        None => "n/a".to_owned(),
        Some(DaysLeft::Enough) => "enough users".to_owned(),
        Some(DaysLeft::Days(1)) => "1 day".to_owned(),
        Some(DaysLeft::Days(days)) => format!("{days} days"),
        Some(DaysLeft::MoreThanAYear) => "more than a year".to_owned(),
    };
    let pace = "At the median of new users on the last seven full days.";
    figure_ui(ui, "Days left", pace, days);
}
