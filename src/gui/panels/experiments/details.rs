//! All the numbers of one variant, with twelve digits: what the table rounds.

use egui::{Grid, Id, Modal, RichText, ScrollArea, Ui};

use super::View;
use crate::{
    engine::metrics::{
        experiments::{Comparison, Variant, analysis::LiftInterval},
        stats::{Interval, PValue},
    },
    gui::{
        icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{button::Button, name},
        words::Words,
    },
};

/// Draw while a row is chosen. True when it is to be closed.
pub(super) fn details_ui(ctx: &egui::Context, view: &View, row: usize) -> bool {
    let Some(variant) = view.figures.analysis.variants.get(row) else {
        return true;
    };
    let lines = lines(view, variant);
    let modal = Modal::new(Id::unique("variant in numbers"))
        .backdrop_color(ctx.palette().shade)
        .frame(egui::Frame::window(&ctx.global_style()));
    let answer = modal.show(ctx, |ui| {
        ui.set_width(560.0);
        let title = RichText::new(name::shown(&variant.name)).text_style(text::title());
        ui.label(title);
        ui.add_space(SPACE[1]);
        ScrollArea::vertical()
            .auto_shrink([false, true])
            .max_height((ui.ctx().content_rect().height() - 220.0).max(160.0))
            .show(ui, |ui| lines_ui(ui, &lines));
        ui.add_space(SPACE[2]);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui.add(Button::of(Words::new(icons::X, "Close"))).clicked();
            let copy = Words::new(icons::COPY, "Copy numbers");
            if ui.add(Button::of(copy)).clicked() {
                let text: Vec<String> = lines
                    .iter()
                    .map(|(what, value)| format!("{what}\t{value}"))
                    .collect();
                ui.copy_text(text.join("\n"));
            }
            close
        })
        .inner
    });
    answer.inner || answer.should_close()
}

fn lines_ui(ui: &mut Ui, lines: &[(String, String)]) {
    let palette = ui.palette();
    ui.spacing_mut().interact_size.y = 18.0;
    Grid::new("numbers")
        .num_columns(2)
        .min_row_height(18.0)
        .spacing([SPACE[4], 4.0])
        .show(ui, |ui| {
            for (what, value) in lines {
                let label = ui.label(RichText::new(what).color(palette.secondary));
                let value = RichText::new(value).text_style(text::cell());
                ui.add(egui::Label::new(value).selectable(true))
                    .labelled_by(label.id);
                ui.end_row();
            }
        });
}

fn lines(view: &View, variant: &Variant) -> Vec<(String, String)> {
    let mut lines = Lines::default();
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
        lines.comparison(comparison);
    }
    lines.add("Confidence", number(view.figures.method.confidence()));
    lines.0
}

#[derive(Default)]
struct Lines(Vec<(String, String)>);

impl Lines {
    fn add(&mut self, what: &str, value: impl Into<String>) {
        self.0.push((what.to_owned(), value.into()));
    }

    fn optional(&mut self, what: &str, value: Option<f64>) {
        self.add(what, value.map_or("n/a".to_owned(), number));
    }

    fn interval(&mut self, what: &str, interval: Option<Interval>) {
        let value = interval.map_or("n/a".to_owned(), |interval| {
            format!("{} to {}", number(interval.low), number(interval.high))
        });
        self.add(what, value);
    }

    fn comparison(&mut self, comparison: &Comparison) {
        let fixed = &comparison.fixed;
        self.add("Verdict", comparison.verdict.words());
        self.add("Difference", number(fixed.difference));
        self.interval("Difference, Newcombe's interval", Some(fixed.newcombe));
        self.optional("Pooled z", fixed.z);
        self.add("p, fixed horizon", number(fixed.p_value.p()));
        self.add("log10 of it", number(fixed.p_value.log10()));
        self.optional("p, corrected", comparison.adjusted_p);
        if let Some(lift) = comparison.lift {
            self.add("Lift", number(lift.estimate));
            let how = match lift.kind {
                LiftInterval::Delta => "Lift, interval by the delta method",
                LiftInterval::LogRatio => "Lift, interval by the logarithm of the ratio",
                LiftInterval::Sequential => "Lift, confidence sequence",
            };
            self.interval(how, lift.interval);
        } else {
            self.add("Lift", "n/a");
        }
        self.add("Chance to beat control", number(comparison.chances.to_win));
        let chances = &comparison.chances;
        self.add(
            "Expected loss of shipping",
            number(chances.loss_of_shipping),
        );
        self.add("Expected loss of keeping", number(chances.loss_of_keeping));
        if let Some(sequential) = &comparison.sequential {
            let look = sequential.absolute;
            self.interval("Difference, confidence sequence", look.interval);
            self.optional("p, sequential", look.p_value.map(PValue::p));
        }
        if let Some(growthbook) = &comparison.growthbook {
            let relative = &growthbook.relative;
            self.interval("GrowthBook's interval of the lift", Some(relative.interval));
            self.add("GrowthBook's p", number(relative.p_value.p()));
            self.add("GrowthBook's chance to win", number(relative.chance_to_win));
        }
        if let Some(stratified) = &comparison.stratified {
            self.optional("Odds ratio by day (Mantel-Haenszel)", stratified.odds_ratio);
            self.interval("Odds ratio by day, interval", stratified.interval);
            self.add("p by day", number(stratified.test.p_value.p()));
        }
    }
}

/// Twelve digits that count.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let exponent = value.abs().log10().floor();
    if (-5.0..12.0).contains(&exponent) {
        let decimals = (11.0 - exponent).clamp(0.0, 17.0) as usize;
        format!("{value:.decimals$}")
    } else {
        format!("{value:.11e}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_twelve_digits_wherever_their_point_is() {
        assert_eq!(number(0.148_121_827_411_167_5), "0.148121827411");
        assert_eq!(number(-12.345_678_901_234_5), "-12.3456789012");
        assert_eq!(number(1e-9), "1.00000000000e-9");
        assert_eq!(number(0.0), "0");
    }
}
