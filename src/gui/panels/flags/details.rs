//! All the numbers of one group: what the table rounds.

use egui::{Grid, Id, Modal, RichText, ScrollArea, Ui};

use super::view::View;
use crate::{
    engine::metrics::{
        flags::{sheets::standing, words::pair_words},
        stats::Interval,
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
    let Some(group) = view.data.groups.get(row) else {
        return true;
    };
    let lines = lines(view, row);
    let modal = Modal::new(Id::unique("group in numbers"))
        .backdrop_color(ctx.palette().shade)
        .frame(egui::Frame::window(&ctx.global_style()));
    let answer = modal.show(ctx, |ui| {
        ui.set_width(560.0);
        ui.label(RichText::new(name::shown(group.key.shown())).text_style(text::title()));
        ui.add_space(SPACE[1]);
        ScrollArea::vertical()
            .max_height((ui.ctx().content_rect().height() - 220.0).max(160.0))
            .show(ui, |ui| lines_ui(ui, &lines));
        ui.add_space(SPACE[2]);
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
            let close = ui.add(Button::of(Words::new(icons::X, "Close"))).clicked();
            if ui
                .add(Button::of(Words::new(icons::COPY, "Copy numbers")))
                .clicked()
            {
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
    Grid::new("numbers")
        .num_columns(2)
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

fn lines(view: &View, at: usize) -> Vec<(String, String)> {
    let (data, analysis, method) = (&view.data, &view.analysis, &view.method);
    let (group, row) = (&data.groups[at], &analysis.rows[at]);
    let optional = |value: Option<f64>| value.map_or("n/a".to_owned(), number);
    let interval = |interval: Option<Interval>| {
        interval.map_or("n/a".to_owned(), |interval| {
            format!("{} to {}", number(interval.low), number(interval.high))
        })
    };
    let mut lines = vec![
        ("Requests", group.requests.to_string()),
        ("Errors", group.errors.to_string()),
        ("Error rate", optional(group.error_rate())),
        ("Error rate, Wilson's interval", interval(row.interval)),
        ("Standing", standing(analysis, at, group).to_owned()),
    ];
    if let Some(against) = row.against {
        let figures = against.comparison;
        lines.extend([
            ("Difference to the baseline", number(figures.difference)),
            (
                "Difference, Newcombe's interval",
                interval(Some(figures.newcombe)),
            ),
            ("Ratio to the baseline", optional(against.ratio)),
            ("Pooled z", optional(figures.z)),
            ("p, two-sided", number(figures.p_value.p())),
            ("log10 of it", number(figures.p_value.log10())),
            ("Margin", number(method.margin)),
        ]);
    }
    lines.push(("Confidence", number(1.0 - method.level.alpha())));
    let mut lines: Vec<(String, String)> = lines
        .into_iter()
        .map(|(what, value)| (what.to_owned(), value))
        .collect();
    if let Some((objective, windows)) = method.objective.zip(data.burn.as_ref()) {
        lines.push(("Objective".to_owned(), number(objective)));
        lines.push(("Burn rate".to_owned(), optional(row.burn)));
        lines.push((
            "Left of the budget of 30 days".to_owned(),
            optional(windows.budget_left(at, objective)),
        ));
        for (nth, state) in windows.pairs(at, objective).iter().enumerate() {
            lines.push((format!("Alert {}", nth + 1), pair_words(state)));
        }
    }
    lines
}

/// Twelve digits, and an exponent where there would be many zeros.
fn number(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.11e}");
    }
    let digits = (11.0 - size.max(1e-4).log10().floor()).clamp(1.0, 17.0);
    let text = format!("{value:.*}", digits as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_twelve_digits() {
        assert_eq!(number(0.004_947_260_337_907_215), "0.00494726033791");
        assert_eq!(number(1.25), "1.25");
        assert_eq!(number(-0.001), "-0.001");
        assert_eq!(number(0.0), "0");
        assert_eq!(number(1.5e-9), "1.50000000000e-9");
        assert_eq!(number(123_456_789.0), "123456789");
    }
}
