//! All the numbers of one variant: what the table rounds.

use super::View;
use crate::{
    engine::metrics::{
        experiments::{Comparison, Variant, analysis::LiftInterval},
        stats::PValue,
    },
    gui::panels::metrics::numbers::Numbers,
};

pub(super) fn numbers(view: &View, variant: &Variant) -> Numbers {
    let mut lines = Numbers::default();
    lines.add("Users", variant.arm.users.to_string());
    lines.add("Conversions", variant.arm.converters.to_string());
    lines.optional("Share of users", variant.share);
    lines.optional("Planned share", variant.expected_share);
    lines.optional("Rate", variant.rate);
    lines.interval("Rate, Wilson's interval", variant.interval);
    lines.optional("Chance to be best", variant.chance_to_be_best);
    if let Some(plain) = &variant.contract {
        lines.add("Plain count of users", plain.count.to_string());
        lines.add("Plain sum of conversions", plain.conversions.to_string());
        lines.optional("Plain mean", plain.mean);
    }
    if let Some(comparison) = &variant.comparison {
        compared(&mut lines, comparison);
    }
    lines.number("Confidence", view.figures.method.confidence());
    lines
}

fn compared(lines: &mut Numbers, comparison: &Comparison) {
    let fixed = &comparison.fixed;
    lines.add("Verdict", comparison.verdict.words());
    lines.number("Difference", fixed.difference);
    lines.interval("Difference, Newcombe's interval", Some(fixed.newcombe));
    lines.optional("Pooled z", fixed.z);
    lines.number("p, fixed horizon", fixed.p_value.p());
    lines.number("log10 of it", fixed.p_value.log10());
    lines.optional("p, corrected", comparison.adjusted_p);
    lines.optional("Lift", comparison.lift.map(|lift| lift.estimate));
    if let Some(lift) = comparison.lift {
        let how = match lift.kind {
            LiftInterval::Delta => "Lift, interval by the delta method",
            LiftInterval::LogRatio => "Lift, interval by the logarithm of the ratio",
            LiftInterval::Sequential => "Lift, confidence sequence",
        };
        lines.interval(how, lift.interval);
    }
    let chances = &comparison.chances;
    lines.number("Chance to beat control", chances.to_win);
    lines.number("Expected loss of shipping", chances.loss_of_shipping);
    lines.number("Expected loss of keeping", chances.loss_of_keeping);
    if let Some(sequential) = &comparison.sequential {
        let look = sequential.absolute;
        lines.interval("Difference, confidence sequence", look.interval);
        lines.optional("p, sequential", look.p_value.map(PValue::p));
    }
    if let Some(growthbook) = &comparison.growthbook {
        let relative = &growthbook.relative;
        lines.interval("GrowthBook's interval of the lift", Some(relative.interval));
        lines.number("GrowthBook's p", relative.p_value.p());
        lines.number("GrowthBook's chance to win", relative.chance_to_win);
    }
    if let Some(stratified) = &comparison.stratified {
        lines.optional("Odds ratio by day (Mantel-Haenszel)", stratified.odds_ratio);
        lines.interval("Odds ratio by day, interval", stratified.interval);
        lines.number("p by day", stratified.test.p_value.p());
    }
}
