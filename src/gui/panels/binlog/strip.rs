//! Transactions over time, above their list: bars that can be clicked, or dragged over, to see those of that time
//! alone.

use egui::{Key, Modifiers, Rect, Response, Role, Sense, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::{
    BinlogPanel, clock,
    ring::{Ring, Second},
};
use crate::gui::{
    context::PanelContext,
    format,
    theme::{CARD_RADIUS, PaletteExt as _, SPACE},
    zone::Zone,
};

const HEIGHT: f32 = 44.0;
/// A bar and the room after it.
const STEP: f32 = 10.0;
const BAR: f32 = 7.0;
/// Of a live log, the last ten minutes are seen; more where it is searched or stands still.
const LIVE_SECS: u32 = 600;

/// Seconds in bars of the same width.
struct Bars {
    /// When the first one begins.
    first: u32,
    /// Seconds of each.
    width: u32,
    counts: Vec<Second>,
}

impl Bars {
    fn of(ring: &Ring, live: bool, room: usize) -> Option<Self> {
        let (newest, _) = ring.seconds().last_key_value()?;
        let (oldest, _) = ring.seconds().first_key_value()?;
        let oldest = if live {
            (*oldest).max(newest.saturating_sub(LIVE_SECS))
        } else {
            *oldest
        };
        let room = u32::try_from(room.max(1)).unwrap_or(1);
        let span = newest - oldest + 1;
        // Wide enough for the room, and bars that begin with a width of their own do not dance while time goes on.
        let width = span.div_ceil(room.saturating_sub(1).max(1)).max(1);
        let first = oldest - oldest % width;
        let mut all = vec![Second::default(); room as usize];
        for (second, counts) in ring.seconds().range(first..=*newest) {
            let at = ((second - first) / width) as usize;
            if let Some(bar) = all.get_mut(at) {
                bar.transactions += counts.transactions;
                bar.rows += counts.rows;
                bar.bytes += counts.bytes;
                bar.notable += counts.notable;
            }
        }
        Some(Self {
            first,
            width,
            counts: all,
        })
    }

    /// What is in a bar, beside the pointer.
    fn told_ui(&self, strip: Response, at: usize, zone: Zone) {
        let (first, last) = self.seconds(at);
        let time = |second: u32| clock::time(u64::from(second) * 1_000_000, zone, false);
        let bar = self.counts.get(at).copied().unwrap_or_default();
        let when = if first == last {
            time(first)
        } else {
            format!("{} to {}", time(first), time(last))
        };
        strip.on_hover_ui_at_pointer(|ui| {
            ui.spacing_mut().item_spacing.y = SPACE[0];
            ui.label(format!("{when} {zone}"));
            ui.label(format!(
                "{} transactions, {}, {}",
                format::count(bar.transactions),
                format::rows(bar.rows),
                format::bytes(bar.bytes)
            ));
            if bar.notable > 0 {
                let notable = format::count(bar.notable);
                ui.label(format!("{notable} of them large or long"));
            }
        });
    }

    /// The seconds of a bar, the last included.
    fn seconds(&self, bar: usize) -> (u32, u32) {
        let first = self.first + bar as u32 * self.width;
        (first, first + self.width - 1)
    }
}

impl BinlogPanel {
    pub(super) fn strip_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(stream) = &self.stream else { return };
        let size = vec2(ui.available_width(), HEIGHT);
        let (rect, strip) = ui.allocate_exact_size(size, Sense::click_and_drag());
        let palette = ui.palette();
        let painter = ui.painter_at(rect);
        painter.rect_filled(rect, CARD_RADIUS, palette.panel);
        painter.rect_stroke(rect, CARD_RADIUS, palette.hairline(), StrokeKind::Inside);
        let inner = rect.shrink2(vec2(6.0, 4.0));
        let room = (inner.width() / STEP) as usize;
        let live = stream.link.is_some();
        let bars = Bars::of(&stream.ring, live, room);
        let spoken = match (&bars, self.list.brush) {
            (_, Some(_)) => "Transactions over time, a part is chosen; Esc shows all",
            (Some(_), None) => "Transactions over time; click or drag to choose a part",
            (None, None) => "Transactions over time, none yet",
        };
        strip.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), spoken));
        let Some(bars) = bars else { return };
        let most = bars.counts.iter().map(|bar| bar.transactions).max();
        let most = most.unwrap_or(1).max(1) as f32;
        let area = |at: usize, share: f32| {
            let left = inner.left() + at as f32 * STEP;
            let height = (inner.height() * share).max(3.0);
            Rect::from_min_max(
                pos2(left, inner.bottom() - height),
                pos2(left + BAR, inner.bottom()),
            )
        };
        let bar_at = |x: f32| {
            let at = ((x - inner.left()) / STEP).max(0.0) as usize;
            at.min(bars.counts.len().saturating_sub(1))
        };
        for (at, bar) in bars.counts.iter().enumerate() {
            if bar.transactions == 0 {
                continue;
            }
            let chosen = self.list.brush.is_none_or(|(from, to)| {
                let (first, last) = bars.seconds(at);
                first <= to && last >= from
            });
            let color = if bar.notable > 0 {
                palette.warning
            } else {
                palette.accent.gamma_multiply(0.65)
            };
            let color = if chosen {
                color
            } else {
                color.gamma_multiply(0.35)
            };
            painter.rect_filled(area(at, bar.transactions as f32 / most), 1.0, color);
        }
        // One click chooses a bar, another on the same shows all again.
        let dragged = ui.input(|input| {
            let from = input.pointer.press_origin()?;
            Some((from, input.pointer.latest_pos()?))
        });
        if strip.dragged()
            && let Some((from, to)) = dragged
        {
            let (one, other) = (bar_at(from.x), bar_at(to.x));
            let (first, _) = bars.seconds(one.min(other));
            let (_, last) = bars.seconds(one.max(other));
            self.list.brush = Some((first, last));
        } else if strip.clicked() {
            let at = strip.interact_pointer_pos().map(|at| bar_at(at.x));
            let chosen = at.map(|at| bars.seconds(at));
            self.list.brush = if self.list.brush.is_some() {
                None
            } else {
                chosen
            };
        }
        let escaped = strip.has_focus()
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if escaped {
            self.list.brush = None;
        }
        if let Some(at) = strip.hover_pos() {
            bars.told_ui(strip, bar_at(at.x), cx.state.settings.zone);
        }
    }
}
