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
    /// Those that have room, from left to right.
    pub(super) columns: Vec<Place>,
    /// Those that have none, by their places.
    pub(super) left_out: Vec<usize>,
    pub(super) fit: Fit,
}

/// What is done where there is little room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fit {
    /// Heads have their short names.
    pub(super) short: bool,
    /// Badges stand below what they are of, not beside it.
    pub(super) below: bool,
}

/// Where a column stands.
pub(super) struct Place {
    /// Which column it is.
    pub(super) at: usize,
    pub(super) left: f32,
    pub(super) width: f32,
    /// Of the text; the picture takes the rest.
    pub(super) text: f32,
    /// Of intervals.
    pub(super) axis: Option<[f64; 2]>,
}

impl Layout {
    /// As it fits: first heads are shortened, then badges move below, then the least important columns are left out.
    pub(super) fn new(ui: &Ui, columns: &[Column], rows: &[Vec<Cell>], room: f32) -> Self {
        let all: Vec<usize> = (0..columns.len()).collect();
        let narrow = Fit {
            short: true,
            below: true,
        };
        let fits = [
            Fit::default(),
            Fit {
                below: false,
                ..narrow
            },
            narrow,
        ];
        let wide = |places: &[Place]| places.iter().map(|place| place.width).sum::<f32>() > room;
        for fit in fits {
            let places = places(ui, columns, rows, &all, fit);
            if !wide(&places) {
                return Self::of(places, columns, room, fit);
            }
        }
        let mut kept = all;
        loop {
            let places = places(ui, columns, rows, &kept, narrow);
            let least = kept.iter().copied().filter(|at| columns[*at].rank > 0);
            let least = least.max_by_key(|at| columns[*at].rank);
            match least {
                Some(least) if wide(&places) => kept.retain(|at| *at != least),
                _ => return Self::of(places, columns, room, narrow),
            }
        }
    }

    /// What is left over goes to the pictures first.
    fn of(mut places: Vec<Place>, columns: &[Column], room: f32, fit: Fit) -> Self {
        let mut left_over = room - places.iter().map(|place| place.width).sum::<f32>();
        let has_picture = |place: &Place| columns[place.at].picture != Picture::None;
        let pictures = places.iter().filter(|place| has_picture(place)).count();
        if left_over > 0.0 && pictures > 0 {
            let each = (left_over * 0.6 / pictures as f32).min(WIDEST_PICTURE - PICTURE);
            for place in &mut places {
                if has_picture(place) {
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
        let is_kept = |at: &usize| places.iter().any(|place| place.at == *at);
        Self {
            width: left.max(room),
            left_out: (0..columns.len()).filter(|at| !is_kept(at)).collect(),
            columns: places,
            fit,
        }
    }
}

/// These columns, each as wide as what stands in it.
fn places(ui: &Ui, columns: &[Column], rows: &[Vec<Cell>], kept: &[usize], fit: Fit) -> Vec<Place> {
    let place = |at: &usize| {
        let column = &columns[*at];
        let cells = || rows.iter().take(MEASURED).filter_map(|row| row.get(*at));
        let text = cells()
            .map(|cell| cell_width(ui, cell, column, fit))
            .fold(0.0, f32::max);
        let head = width(ui, column.head(fit), &TextStyle::Name("strong".into()));
        let has_picture = column.picture != Picture::None;
        let picture = if has_picture { GAP + PICTURE } else { 0.0 };
        let intervals: Vec<Interval> = cells().filter_map(|cell| cell.interval).collect();
        Place {
            at: *at,
            left: 0.0,
            width: (text + picture).max(head) + 2.0 * PAD,
            // A head that is wider than its numbers moves them to the right.
            text: if has_picture { text } else { text.max(head) },
            axis: common_axis(&intervals, column.picture == Picture::Forest),
        }
    };
    kept.iter().map(place).collect()
}

fn cell_width(ui: &Ui, cell: &Cell, column: &Column, fit: Fit) -> f32 {
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
    let first = if cell.has_badge_below(fit) {
        first.max(badge - 10.0)
    } else {
        first + badge
    };
    dot + first.max(second)
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
