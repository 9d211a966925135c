//! Radio buttons and check boxes whose ring can be seen: the hairline of other controls is too faint for what has no
//! text inside.

use egui::{Response, Stroke, Ui};

use crate::gui::theme::PaletteExt as _;

pub fn radio_ui<T: PartialEq>(
    ui: &mut Ui,
    current: &mut T,
    choice: T,
    words: impl Into<String>,
) -> Response {
    ringed(ui, |ui| ui.radio_value(current, choice, words.into()))
}

pub fn check_box_ui(ui: &mut Ui, checked: &mut bool, words: &str) -> Response {
    ringed(ui, |ui| ui.checkbox(checked, words))
}

fn ringed(ui: &mut Ui, control: impl FnOnce(&mut Ui) -> Response) -> Response {
    ui.scope(|ui| {
        let ring = Stroke::new(1.0, ui.palette().faint);
        let fill = ui.palette().background;
        let widgets = &mut ui.visuals_mut().widgets;
        widgets.inactive.bg_stroke = ring;
        widgets.inactive.bg_fill = fill;
        widgets.hovered.bg_stroke = ring;
        control(ui)
    })
    .inner
}
