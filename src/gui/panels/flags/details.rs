//! All the numbers of one group: what the table rounds.

use super::view::View;
use crate::{
    engine::metrics::flags::{sheets::standing, words::pair_words},
    gui::panels::metrics::numbers::Numbers,
};

/// Of the group with this place.
pub(super) fn numbers(view: &View, at: usize) -> Numbers {
    let (data, analysis, method) = (&view.data, &view.analysis, &view.method);
    let (group, row) = (&data.groups[at], &analysis.rows[at]);
    let mut lines = Numbers::default();
    lines.add("Requests", group.requests.to_string());
    lines.add("Errors", group.errors.to_string());
    lines.optional("Error rate", group.error_rate());
    lines.interval("Error rate, Wilson's interval", row.interval);
    lines.add("Standing", standing(analysis, at, group));
    if let Some(against) = row.against {
        let figures = against.comparison;
        lines.number("Difference to the baseline", figures.difference);
        let newcombe = Some(figures.newcombe);
        lines.interval("Difference, Newcombe's interval", newcombe);
        lines.optional("Ratio to the baseline", against.ratio);
        lines.optional("Pooled z", figures.z);
        lines.number("p, two-sided", figures.p_value.p());
        lines.number("log10 of it", figures.p_value.log10());
        lines.number("Margin", method.margin);
    }
    lines.number("Confidence", 1.0 - method.level.alpha());
    if let Some((objective, windows)) = method.objective.zip(data.burn.as_ref()) {
        lines.number("Objective", objective);
        lines.optional("Burn rate", row.burn);
        let left = windows.budget_left(at, objective);
        lines.optional("Left of the budget of 30 days", left);
        for (nth, state) in windows.pairs(at, objective).iter().enumerate() {
            lines.add(format!("Alert {}", nth + 1), pair_words(state));
        }
    }
    lines
}
