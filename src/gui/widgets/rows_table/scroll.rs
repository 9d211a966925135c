//! Where the view stands over the rows, in numbers that stay exact.
//!
//! A pixel offset in `f32` stops being exact at 2^24 pixels, which is 700,000 rows. So the top of the view is a row
//! number and the pixels into that row, and nothing here ever multiplies the two but for the scroll bar, which is
//! coarser than a pixel anyway.

/// The top edge of the view: a row, and how many pixels of it are scrolled away.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Position {
    pub(super) row: u64,
    /// From 0 up to, not including, the height of a row.
    pub(super) sub: f64,
}

/// What there is to scroll over, and how much of it is seen at once.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    pub(super) rows: u64,
    pub(super) row_height: f64,
    pub(super) view: f64,
}

impl Span {
    /// The last place to scroll to: the end of the last row meets the end of the view.
    pub(super) fn last(&self) -> Position {
        if self.content() <= self.view {
            return Position::default();
        }
        let whole = (self.view / self.row_height).floor();
        let rest = self.view - whole * self.row_height;
        let below = (whole as u64).min(self.rows);
        if rest > 0.0 {
            Position {
                row: self.rows.saturating_sub(below + 1),
                sub: self.row_height - rest,
            }
        } else {
            Position {
                row: self.rows - below,
                sub: 0.0,
            }
        }
    }

    /// The nearest place that exists.
    pub(super) fn clamp(&self, at: Position) -> Position {
        let last = self.last();
        if (at.row, at.sub) >= (last.row, last.sub) {
            last
        } else {
            Position {
                row: at.row,
                sub: at.sub.clamp(0.0, self.row_height),
            }
        }
    }

    /// The place `pixels` further down (up, where negative).
    pub(super) fn moved(&self, from: Position, pixels: f64) -> Position {
        let total = from.sub + pixels;
        let steps = (total / self.row_height).floor();
        let mut sub = total - steps * self.row_height;
        let mut row = if steps >= 0.0 {
            from.row.saturating_add(steps as u64)
        } else {
            match from.row.checked_sub(-steps as u64) {
                Some(row) => row,
                None => return Position::default(),
            }
        };
        if sub >= self.row_height {
            row += 1;
            sub = 0.0;
        }
        self.clamp(Position { row, sub })
    }

    /// The place nearest to `from` that shows all of `row`.
    pub(super) fn revealing(&self, from: Position, row: u64) -> Position {
        if row < from.row || (row == from.row && from.sub > 0.0) || self.view < self.row_height {
            return self.clamp(Position { row, sub: 0.0 });
        }
        let down = (row - from.row) as f64 * self.row_height - from.sub;
        let beyond = down + self.row_height - self.view;
        if beyond > 0.0 {
            // From the row itself and not from `from`, so that a long way stays exact.
            self.moved(Position { row, sub: 0.0 }, self.row_height - self.view)
        } else {
            self.clamp(from)
        }
    }

    /// Height of all rows.
    pub(super) fn content(&self) -> f64 {
        self.rows as f64 * self.row_height
    }

    /// Pixels above the view, for the scroll bar.
    pub(super) fn pixels(&self, at: Position) -> f64 {
        at.row as f64 * self.row_height + at.sub
    }

    /// The place that has so many pixels above it; whole pixels, so that text stays sharp.
    pub(super) fn at(&self, pixels: f64) -> Position {
        self.moved(Position::default(), pixels.max(0.0).round())
    }
}

/// The part of a scroll bar that is taken hold of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Thumb {
    pub(super) start: f32,
    pub(super) length: f32,
}

/// A scroll bar in one direction.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    /// Length of the bar on screen.
    pub(super) track: f32,
    pub(super) view: f64,
    pub(super) content: f64,
}

impl Bar {
    const SHORTEST: f32 = 28.0;

    /// Where the thumb stands with `offset` pixels above the view.
    pub(super) fn thumb(&self, offset: f64) -> Thumb {
        let length = (f64::from(self.track) * self.view / self.content.max(1.0)) as f32;
        let length = length.max(Self::SHORTEST).min(self.track);
        let share = (offset / self.room()).clamp(0.0, 1.0);
        Thumb {
            start: ((f64::from(self.track - length)) * share) as f32,
            length,
        }
    }

    /// The offset that puts the thumb's start there.
    pub(super) fn offset(&self, start: f32) -> f64 {
        let free = self.track - self.thumb(0.0).length;
        if free <= 0.0 {
            return 0.0;
        }
        f64::from((start / free).clamp(0.0, 1.0)) * self.room()
    }

    fn room(&self) -> f64 {
        (self.content - self.view).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn span(rows: u64) -> Span {
        Span {
            rows,
            row_height: 24.0,
            view: 850.0,
        }
    }

    #[test]
    fn a_pixel_is_a_pixel_at_the_end_of_ten_million_rows() {
        let span = span(10_000_000);
        let start = Position {
            row: 9_990_000,
            sub: 0.0,
        };
        let mut at = start;
        for _ in 0..99 {
            at = span.moved(at, 3.0);
        }
        assert_eq!(
            at,
            Position {
                row: 9_990_012,
                sub: 9.0
            }
        );
        for _ in 0..297 {
            at = span.moved(at, -1.0);
        }
        assert_eq!(at, start);
    }

    #[test]
    fn the_last_row_ends_where_the_view_ends() {
        assert_eq!(span(100).last(), Position { row: 64, sub: 14.0 });
        assert_eq!(span(35).last(), Position::default());
        assert_eq!(span(0).last(), Position::default());
        let even = Span {
            view: 240.0,
            ..span(100)
        };
        assert_eq!(even.last(), Position { row: 90, sub: 0.0 });
    }

    #[test]
    fn a_step_too_small_for_a_float_still_leaves_a_valid_place() {
        let at = span(1000).moved(Position { row: 5, sub: 0.0 }, -1e-20);
        assert!(at.sub < 24.0, "{at:?}");
        assert_eq!(at.row, 5);
    }

    proptest! {
        #[test]
        fn whole_pixels_move_exactly(rows in 1u64..20_000_000, row in 0u64..20_000_000, steps in prop::collection::vec(-900i32..900, 0..50)) {
            let span = span(rows);
            let last = span.last();
            let last = last.row * 24 + last.sub as u64;
            let mut at = span.clamp(Position { row, sub: 0.0 });
            let mut exact = (at.row * 24 + at.sub as u64).cast_signed();
            for step in steps {
                at = span.moved(at, f64::from(step));
                exact = (exact + i64::from(step)).clamp(0, last.cast_signed());
                prop_assert_eq!((at.row * 24).cast_signed() + at.sub as i64, exact);
                prop_assert!((0.0..24.0).contains(&at.sub));
                prop_assert!(at.sub.fract() == 0.0);
            }
        }

        #[test]
        fn a_row_that_is_revealed_is_seen_whole(rows in 1u64..20_000_000, from in 0u64..20_000_000, sub in 0u32..24, row in 0u64..20_000_000) {
            let span = span(rows);
            let row = row.min(rows - 1);
            let at = span.revealing(span.clamp(Position { row: from, sub: f64::from(sub) }), row);
            prop_assert!((at.row, at.sub) <= (row, 0.0));
            prop_assert!((row - at.row) as f64 * 24.0 - at.sub + 24.0 <= 850.0);
        }

        #[test]
        fn any_size_and_any_move_is_answered(rows: u64, row: u64, height in 1.0f64..100.0, view in 0.0f64..5000.0, pixels in -1e12f64..1e12) {
            let span = Span { rows: rows >> 8, row_height: height, view };
            let at = span.moved(span.clamp(Position { row, sub: 0.0 }), pixels);
            prop_assert!(at.row <= span.rows);
            prop_assert!(at.sub >= 0.0);
            span.revealing(at, row.min(span.rows.saturating_sub(1)));
        }

        #[test]
        fn dragging_the_thumb_to_where_it_stands_stays_there(track in 100f32..2000.0, share in 0.0f64..=1.0) {
            let bar = Bar { track, view: 850.0, content: 240_000_000.0 };
            let offset = share * (bar.content - bar.view);
            let back = bar.offset(bar.thumb(offset).start);
            prop_assert!((back - offset).abs() < bar.content / 1e5, "{back} {offset}");
        }
    }
}
