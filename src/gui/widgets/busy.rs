//! A thin bar that runs to and fro while something is read; what was there before stays under it.

use std::time::Duration;

use egui::{Rect, Ui, pos2, vec2};

use crate::gui::theme::PaletteExt as _;

/// What runs shorter than this does not show that it runs.
pub const PATIENCE: Duration = Duration::from_millis(300);

/// Over the upper edge of the room. `elapsed`: for how long it has been running; `None` draws nothing.
pub fn busy_bar_ui(ui: &Ui, elapsed: Option<Duration>) {
    let Some(elapsed) = elapsed else { return };
    if elapsed < PATIENCE {
        ui.request_repaint_after(PATIENCE.saturating_sub(elapsed));
        return;
    }
    let palette = ui.palette();
    let rect = ui.max_rect();
    let bar = Rect::from_min_size(rect.min, vec2(rect.width(), 2.0));
    let still = ui.style().animation_time == 0.0;
    let (left, width) = if still {
        (bar.left(), bar.width())
    } else {
        let phase = (elapsed.as_secs_f32() * 0.6).fract();
        let width = bar.width() * 0.25;
        (bar.left() - width + (bar.width() + width) * phase, width)
    };
    let moving = Rect::from_min_size(pos2(left, bar.top()), vec2(width, bar.height()));
    let painter = ui.ctx().layer_painter(ui.layer_id()).with_clip_rect(bar);
    painter.rect_filled(moving, 0.0, palette.accent);
    let pause = if still { 200 } else { 33 };
    ui.request_repaint_after(Duration::from_millis(pause));
}
