//! An interval as a picture in a row: a dot, a line with caps, on an axis that all rows of the table share.

use std::ops::RangeInclusive;

use egui::{Color32, Painter, Rect, Stroke, pos2, vec2};

use crate::gui::theme::Palette;

/// Half the height of a cap.
const CAP: f32 = 4.0;

/// A value with the limits around it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The value; `None` draws the limits alone.
    pub at: Option<f64>,
    pub low: f64,
    pub high: f64,
}

impl Interval {
    /// `None` unless all of it are numbers that can be drawn.
    pub fn new(at: f64, [low, high]: [f64; 2]) -> Option<Self> {
        (at.is_finite() && low.is_finite() && high.is_finite()).then_some(Self {
            at: Some(at),
            low,
            high,
        })
    }
}

/// The axis that holds all of these, with a little air; with `zero`, zero too.
pub fn common_axis<'a>(
    intervals: impl IntoIterator<Item = &'a Interval>,
    zero: bool,
) -> Option<[f64; 2]> {
    let mut axis: Option<[f64; 2]> = None;
    for interval in intervals {
        let ends = [Some(interval.low), Some(interval.high), interval.at];
        for end in ends.into_iter().flatten() {
            let [low, high] = axis.unwrap_or([end, end]);
            axis = Some([low.min(end), high.max(end)]);
        }
    }
    let [mut low, mut high] = axis?;
    if zero {
        (low, high) = (low.min(0.0), high.max(0.0));
    }
    let air = match (high - low) * 0.04 {
        air if air > 0.0 => air,
        _ => (low.abs() * 0.1).max(1e-9),
    };
    Some([low - air, high + air])
}

/// Draws rows of one column.
pub struct Whiskers<'a> {
    pub palette: &'a Palette,
    pub axis: [f64; 2],
    /// A line at zero, from the top of the row to its bottom.
    pub zero: bool,
}

impl Whiskers<'_> {
    /// Axis line, zero line, interval and value. `painter` should clip to the cell: an axis may be narrower than
    /// what is drawn on it.
    pub fn paint(
        &self,
        painter: &Painter,
        rect: Rect,
        interval: Option<&Interval>,
        color: Color32,
    ) {
        let y = rect.center().y;
        painter.hline(rect.x_range(), y, Stroke::new(1.0, self.palette.line));
        if self.zero {
            let x = self.x(rect, 0.0);
            let reach = RangeInclusive::new(rect.top(), rect.bottom());
            painter.vline(x, reach, Stroke::new(1.0, self.palette.secondary));
        }
        let Some(interval) = interval else { return };
        let (left, right) = (self.x(rect, interval.low), self.x(rect, interval.high));
        let line = Stroke::new(2.0, color);
        painter.hline(left..=right, y, line);
        for x in [left, right] {
            painter.vline(x, y - CAP..=y + CAP, line);
        }
        if let Some(at) = interval.at {
            let x = self.x(rect, at);
            painter.circle_filled(pos2(x, y), 4.0, color);
        }
    }

    fn x(&self, rect: Rect, value: f64) -> f32 {
        let [low, high] = self.axis;
        let share = ((value - low) / (high - low)).clamp(-1.0, 2.0);
        rect.left() + rect.width() * share as f32
    }
}

/// A share from 0 to 1 as a bar, with marks where it begins to say something.
pub fn paint_share(
    painter: &Painter,
    rect: Rect,
    palette: &Palette,
    share: f64,
    marks: &[f64],
    color: Color32,
) {
    let bar = Rect::from_center_size(rect.center(), vec2(rect.width(), 4.0));
    painter.rect_filled(bar, 2.0, palette.line);
    let end = bar.left() + bar.width() * share.clamp(0.0, 1.0) as f32;
    painter.rect_filled(bar.with_max_x(end), 2.0, color);
    for mark in marks {
        let x = bar.left() + bar.width() * *mark as f32;
        let reach = bar.top() - 3.0..=bar.bottom() + 3.0;
        painter.vline(x, reach, Stroke::new(1.0, palette.faint));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_axis_holds_what_is_drawn_and_zero_where_it_is_wanted() {
        let interval = |at, low, high| Interval::new(at, [low, high]).unwrap();
        let all = [interval(0.12, 0.11, 0.13), interval(0.15, 0.14, 0.16)];
        let [low, high] = common_axis(&all, false).unwrap();
        assert!(low < 0.11 && low > 0.1 && high > 0.16 && high < 0.17);
        let [low, _] = common_axis(&all, true).unwrap();
        assert!(low < 0.0);
        assert_eq!(common_axis(&[], true), None);
        let [low, high] = common_axis(&[interval(0.0, 0.0, 0.0)], false).unwrap();
        assert!(low < high);
    }

    #[test]
    fn what_is_no_number_is_not_drawn() {
        assert_eq!(Interval::new(f64::NAN, [0.0, 1.0]), None);
        assert_eq!(Interval::new(0.5, [0.0, f64::INFINITY]), None);
    }
}
