//! The room of a screen: the list at the left, a drawer at the right, and the middle.

use std::time::Duration;

use egui::{CentralPanel, Frame, Margin, Panel, Ui};

use super::{Screen, drawer};
use crate::gui::{
    context::PanelContext,
    theme::{PaletteExt as _, SIDE_LIST_WIDTH},
    widgets::{busy::busy_bar_ui, card::not_connected_ui},
};

/// The ground of what stands beside the middle.
pub fn side(ui: &Ui, margin: Margin) -> Frame {
    Frame::NONE.fill(ui.palette().panel).inner_margin(margin)
}

pub fn left_ui(ui: &mut Ui, screen: &Screen, add: impl FnOnce(&mut Ui)) {
    Panel::left(screen.many)
        .default_size(SIDE_LIST_WIDTH)
        .size_range(180.0..=480.0)
        .frame(side(ui, Margin::symmetric(6, 10)))
        .show(ui, add);
}

pub fn right_ui(ui: &mut Ui, screen: &Screen, add: impl FnOnce(&mut Ui)) {
    Panel::right(format!("drawer of {}", screen.many))
        .default_size(drawer::WIDTH)
        .size_range(260.0..=640.0)
        .frame(side(ui, Margin::same(12)))
        .show(ui, add);
}

/// What is left of the room, with a thin bar while something is read.
pub fn middle_ui(ui: &mut Ui, running: Option<Duration>, add: impl FnOnce(&mut Ui)) {
    let fill = ui.palette().background;
    CentralPanel::default()
        .frame(Frame::NONE.fill(fill))
        .show(ui, |ui| {
            busy_bar_ui(ui, running);
            let margin = Margin {
                left: 18,
                right: 18,
                top: 8,
                bottom: 14,
            };
            Frame::NONE.inner_margin(margin).show(ui, add);
        });
}

/// The whole room, where there is nothing to read from.
pub fn unconnected_ui(ui: &mut Ui, screen: &Screen, cx: &PanelContext<'_>) {
    let fill = ui.palette().background;
    CentralPanel::default()
        .frame(Frame::NONE.fill(fill))
        .show(ui, |ui| {
            not_connected_ui(ui, cx, screen.icon, screen.purpose);
        });
}
