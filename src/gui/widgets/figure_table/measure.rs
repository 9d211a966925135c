//! How wide the columns are: as what stands in them, and what is left over goes to the pictures first.

use egui::{TextStyle, Ui};

use super::{Cell, Column, Picture};
use crate::gui::{
    theme::text,
    widgets::whisker::{Interval, common_axis},
};

/// Rows that are measured.
const MEASURED: usize = 200;
/// A name may take so much; longer ones lose their middle.
const LONGEST: f32 = 260.0;
/// Space around a cell.
pub(super) const PAD: f32 = 9.0;
/// Between a number and its picture.
pub(super) const GAP: f32 = 10.0;
const PICTURE: f32 = 62.0;
const WIDEST_PICTURE: f32 = 240.0;
/// From the left edge of a dot to the text.
pub(super) const DOT: f32 = 17.0;

pub(super) struct Layout {
    /// Of all columns.
    pub(super) width: f32,
    pub(super) columns: Vec<Place>,
}

/// Where a column stands.
pub(super) struct Place {
    pub(super) left: f32,
    pub(super) width: f32,
    /// Of the text; the picture takes the rest.
    pub(super) text: f32,
    /// Of intervals.
    pub(super) axis: Option<[f64; 2]>,
}

impl Layout {
    pub(super) fn new(ui: &Ui, columns: &[Column], rows: &[Vec<Cell>], room: f32) -> Self {
        let mut places: Vec<Place> = columns
            .iter()
            .enumerate()
            .map(|(at, column)| {
                let cells = || rows.iter().take(MEASURED).filter_map(|row| row.get(at));
                let text = cells()
                    .map(|cell| cell_width(ui, cell, column))
                    .fold(0.0, f32::max);
                let head = width(ui, &column.name, &TextStyle::Name("strong".into()));
                let has_picture = column.picture != Picture::None;
                let picture = if has_picture { GAP + PICTURE } else { 0.0 };
                let intervals: Vec<Interval> = cells().filter_map(|cell| cell.interval).collect();
                Place {
                    left: 0.0,
                    width: (text + picture).max(head) + 2.0 * PAD,
                    // A head that is wider than its numbers moves them to the right.
                    text: if has_picture { text } else { text.max(head) },
                    axis: common_axis(&intervals, column.picture == Picture::Forest),
                }
            })
            .collect();
        let mut left_over = room - places.iter().map(|place| place.width).sum::<f32>();
        let pictures = columns
            .iter()
            .filter(|column| column.picture != Picture::None)
            .count();
        if left_over > 0.0 && pictures > 0 {
            let each = (left_over * 0.6 / pictures as f32).min(WIDEST_PICTURE - PICTURE);
            for (place, column) in places.iter_mut().zip(columns) {
                if column.picture != Picture::None {
                    place.width += each;
                    left_over -= each;
                }
            }
        }
        if left_over > 0.0 {
            let each = left_over / places.len().max(1) as f32;
            for place in &mut places {
                place.width += each;
            }
        }
        let mut left = 0.0;
        for place in &mut places {
            place.left = left;
            left += place.width;
        }
        Self {
            width: left.max(room),
            columns: places,
        }
    }
}

fn cell_width(ui: &Ui, cell: &Cell, column: &Column) -> f32 {
    let first = width(ui, &cell.text, &style(cell, column.right)).min(LONGEST);
    let dot = if cell.slot.is_some() && cell.interval.is_none() {
        DOT
    } else {
        0.0
    };
    let badge = cell.badge.as_ref().map_or(0.0, |badge| {
        width(ui, &badge.words, &TextStyle::Small) + 26.0
    });
    let second = width(ui, &cell.second, &TextStyle::Small).min(LONGEST);
    dot + (first + badge).max(second)
}

/// The style of a cell's first line.
pub(super) fn style(cell: &Cell, number: bool) -> TextStyle {
    match (cell.strong, number) {
        (true, _) => text::strong(),
        (false, true) => text::cell(),
        (false, false) => TextStyle::Body,
    }
}

fn width(ui: &Ui, words: &str, style: &TextStyle) -> f32 {
    if words.is_empty() {
        return 0.0;
    }
    let font = style.resolve(ui.style());
    let ink = egui::Color32::PLACEHOLDER;
    let galley = ui.painter().layout_no_wrap(words.to_owned(), font, ink);
    galley.size().x
}
