//! All the numbers of one row, with twelve digits: what the table rounds.

use egui::{Align, Frame, Grid, Id, Label, Layout, Modal, RichText, ScrollArea, Ui};

use crate::{
    engine::metrics::stats::Interval,
    gui::{
        icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{button::Button, name},
        words::Words,
    },
};

/// What each is, and its value.
#[derive(Debug, Default)]
pub struct Numbers(Vec<(String, String)>);

impl Numbers {
    pub fn add(&mut self, what: impl Into<String>, value: impl Into<String>) {
        self.0.push((what.into(), value.into()));
    }

    pub fn number(&mut self, what: &str, value: f64) {
        self.add(what, number(value));
    }

    pub fn optional(&mut self, what: &str, value: Option<f64>) {
        self.add(what, value.map_or("n/a".to_owned(), number));
    }

    pub fn interval(&mut self, what: &str, interval: Option<Interval>) {
        let value = interval.map_or("n/a".to_owned(), |interval| {
            format!("{} to {}", number(interval.low), number(interval.high))
        });
        self.add(what, value);
    }

    /// A small window with all of them. True when it is to be closed.
    pub fn ui(&self, ctx: &egui::Context, of: &str) -> bool {
        let modal = Modal::new(Id::unique("all numbers"))
            .backdrop_color(ctx.palette().shade)
            .frame(Frame::window(&ctx.global_style()));
        let answer = modal.show(ctx, |ui| {
            ui.set_width(560.0);
            ui.label(RichText::new(name::shown(of)).text_style(text::title()));
            ui.add_space(SPACE[1]);
            ScrollArea::vertical()
                .auto_shrink([false, true])
                .max_height((ui.ctx().content_rect().height() - 220.0).max(160.0))
                .show(ui, |ui| self.lines_ui(ui));
            ui.add_space(SPACE[2]);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = ui.add(Button::of(Words::new(icons::X, "Close"))).clicked();
                let copy = Words::new(icons::COPY, "Copy numbers");
                if ui.add(Button::of(copy)).clicked() {
                    let lines = self.0.iter();
                    let lines = lines.map(|(what, value)| format!("{what}\t{value}"));
                    ui.copy_text(lines.collect::<Vec<_>>().join("\n"));
                }
                close
            })
            .inner
        });
        answer.inner || answer.should_close()
    }

    fn lines_ui(&self, ui: &mut Ui) {
        let palette = ui.palette();
        ui.spacing_mut().interact_size.y = 18.0;
        Grid::new("numbers")
            .num_columns(2)
            .min_row_height(18.0)
            .spacing([SPACE[4], 4.0])
            .show(ui, |ui| {
                for (what, value) in &self.0 {
                    let label = ui.label(RichText::new(what).color(palette.secondary));
                    let value = RichText::new(value).text_style(text::cell());
                    ui.add(Label::new(value).selectable(true))
                        .labelled_by(label.id);
                    ui.end_row();
                }
            });
    }
}

/// Twelve digits that count, and an exponent where there would be many zeros.
pub fn number(value: f64) -> String {
    let size = value.abs();
    if size > 0.0 && !(1e-4..1e15).contains(&size) {
        return format!("{value:.11e}");
    }
    let decimals = (11.0 - size.max(1e-4).log10().floor()).clamp(1.0, 17.0);
    let text = format!("{value:.*}", decimals as usize);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_twelve_digits_wherever_their_point_is() {
        let text = [
            0.148_121_827_411_167_5,
            0.004_947_260_337_907_215,
            -12.345_678_901_234_5,
            1.25,
            0.0,
            1.5e-9,
            123_456_789.0,
        ]
        .map(number);
        assert_eq!(
            text,
            [
                "0.148121827411",
                "0.00494726033791",
                "-12.3456789012",
                "1.25",
                "0",
                "1.50000000000e-9",
                "123456789"
            ]
        );
    }
}
