//! Where the parts of the grid stand this frame, and what stands at a point.

use egui::{Pos2, Rect, Ui, Vec2, pos2, vec2};

use super::{
    CellRef, Rows,
    columns::Columns,
    copy::thousands,
    look::Look,
    scroll::{Bar, Position, Span},
};
use crate::gui::theme;

/// Width of the strip in which a scroll bar is drawn and taken hold of.
pub(super) const BAR: f32 = 12.0;

/// How near to a column's edge the pointer resizes it.
const EDGE: f64 = 4.0;

/// Room at both sides of a cell's text.
pub(super) const PADDING: f32 = 10.0;

/// The parts of the grid.
#[derive(Clone, Copy, Debug)]
pub(super) struct Areas {
    pub(super) rect: Rect,
    /// The column names; all of the width.
    pub(super) header: Rect,
    /// The row numbers.
    pub(super) gutter: Rect,
    /// The cells. The bars stand beside it.
    pub(super) body: Rect,
    pub(super) vertical: Option<Rect>,
    pub(super) horizontal: Option<Rect>,
    pub(super) row_height: f32,
    /// Rows, and the body's height.
    pub(super) span: Span,
    /// The body's width.
    pub(super) view_width: f64,
    pub(super) content_width: f64,
    pub(super) pixels_per_point: f32,
}

/// What stands at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Zone {
    Corner,
    Header(usize),
    /// The right edge of a column's name.
    Edge(usize),
    Gutter(u64),
    Cell(CellRef),
    Vertical,
    Horizontal,
    Nothing,
}

impl Areas {
    pub(super) fn new(
        ui: &Ui,
        rect: Rect,
        rows: &dyn Rows,
        columns: &Columns,
        look: &Look,
    ) -> Self {
        let pixels_per_point = ui.pixels_per_point();
        let whole = |points: f32| (points * pixels_per_point).round() / pixels_per_point;
        let row_height = whole(theme::ROW_HEIGHT.max(look.line_height + 6.0)).max(1.0);
        let header_height = whole(row_height + 2.0).min(rect.height());
        let digits = thousands(rows.rows()).len().max(3) as f32;
        let gutter_width =
            whole(digits * look.number_advance + PADDING * 2.0 + 8.0).min(rect.width());

        let split = pos2(rect.left() + gutter_width, rect.top() + header_height);
        let header = Rect::from_min_max(rect.min, pos2(rect.right(), split.y));
        let room = Rect::from_min_max(split, rect.max).size().max(Vec2::ZERO);

        let span = |view: f32| Span {
            rows: rows.rows(),
            row_height: f64::from(row_height),
            view: f64::from(view),
        };
        let too_high = |view: f32| span(view).content() > f64::from(view);
        let too_wide = |view: f32| columns.total() > f64::from(view);
        let roomy = room.x > BAR && room.y > BAR;
        // A bar takes room, for which the other may be needed.
        let wide = roomy && (too_wide(room.x) || (too_high(room.y) && too_wide(room.x - BAR)));
        let high = roomy && too_high(if wide { room.y - BAR } else { room.y });
        let bars = vec2(if high { BAR } else { 0.0 }, if wide { BAR } else { 0.0 });
        let body = Rect::from_min_size(split, room - bars);
        let gutter = Rect::from_x_y_ranges(rect.left()..=split.x, body.y_range());
        Self {
            rect,
            header,
            gutter,
            body,
            vertical: high
                .then(|| Rect::from_x_y_ranges(body.right()..=rect.right(), body.y_range())),
            horizontal: wide
                .then(|| Rect::from_x_y_ranges(body.x_range(), body.bottom()..=rect.bottom())),
            row_height,
            span: span(body.height()),
            view_width: f64::from(body.width()),
            content_width: columns.total(),
            pixels_per_point,
        }
    }

    /// The furthest that columns can be scrolled away.
    pub(super) fn last_x(&self) -> f64 {
        (self.content_width - self.view_width).max(0.0)
    }

    /// Whole rows that are seen at once; at least one.
    pub(super) fn page(&self) -> u64 {
        ((self.span.view / self.span.row_height) as u64).max(1)
    }

    pub(super) fn vertical_bar(&self) -> Option<(Rect, Bar)> {
        let rect = self.vertical?;
        Some((
            rect,
            Bar {
                track: rect.height(),
                view: self.span.view,
                content: self.span.content(),
            },
        ))
    }

    pub(super) fn horizontal_bar(&self) -> Option<(Rect, Bar)> {
        let rect = self.horizontal?;
        Some((
            rect,
            Bar {
                track: rect.width(),
                view: self.view_width,
                content: self.content_width,
            },
        ))
    }

    /// Top edge of a row on screen, on a whole pixel.
    pub(super) fn row_top(&self, position: Position, row: u64) -> f32 {
        let below = if row >= position.row {
            (row - position.row) as f64
        } else {
            -((position.row - row) as f64)
        };
        self.body.top() + self.pixel(below * self.span.row_height - position.sub)
    }

    /// Left edge of a column on screen, on a whole pixel.
    pub(super) fn column_left(&self, columns: &Columns, x: f64, column: usize) -> f32 {
        self.body.left() + self.pixel(columns.left(column) - x)
    }

    pub(super) fn cell_rect(
        &self,
        columns: &Columns,
        position: Position,
        x: f64,
        cell: CellRef,
    ) -> Rect {
        Rect::from_min_size(
            pos2(
                self.column_left(columns, x, cell.column),
                self.row_top(position, cell.row),
            ),
            vec2(columns.width(cell.column), self.row_height),
        )
    }

    /// The rows that are seen, at least in part.
    pub(super) fn visible_rows(&self, position: Position) -> std::ops::Range<u64> {
        let height = f64::from(self.body.height());
        let seen = ((height + position.sub) / self.span.row_height)
            .ceil()
            .max(0.0);
        position.row..position.row.saturating_add(seen as u64).min(self.span.rows)
    }

    /// Whether all of a row is seen.
    pub(super) fn sees_whole(&self, position: Position, row: u64) -> bool {
        self.span.revealing(position, row) == position
    }

    /// The row at a height, or the nearest.
    pub(super) fn nearest_row(&self, position: Position, y: f32) -> u64 {
        let down = f64::from(y - self.body.top()) + position.sub;
        let steps = (down / self.span.row_height).floor();
        let row = if steps >= 0.0 {
            position.row.saturating_add(steps as u64)
        } else {
            position.row.saturating_sub(-steps as u64)
        };
        row.min(self.span.rows.saturating_sub(1))
    }

    /// What stands at a point.
    pub(super) fn zone(&self, columns: &Columns, position: Position, x: f64, at: Pos2) -> Zone {
        if !self.rect.contains(at) {
            return Zone::Nothing;
        }
        if self.vertical.is_some_and(|bar| bar.contains(at)) {
            return Zone::Vertical;
        }
        if self.horizontal.is_some_and(|bar| bar.contains(at)) {
            return Zone::Horizontal;
        }
        let in_gutter = at.x < self.body.left();
        let across = f64::from(at.x - self.body.left()) + x;
        if at.y < self.body.top() {
            if let Some(edge) = columns.edge_at(across, EDGE)
                && (!in_gutter || across + EDGE > x)
            {
                return Zone::Edge(edge);
            }
            if in_gutter {
                return Zone::Corner;
            }
            return columns.at(across).map_or(Zone::Nothing, Zone::Header);
        }
        if at.x >= self.body.right() || at.y >= self.body.bottom() {
            // Where the bars end: under the row numbers, and in the corner between the two.
            return Zone::Nothing;
        }
        let down = f64::from(at.y - self.body.top()) + position.sub;
        let steps = (down / self.span.row_height).floor().max(0.0);
        let row = position.row.saturating_add(steps as u64);
        if row >= self.span.rows {
            return Zone::Nothing;
        }
        if in_gutter {
            return Zone::Gutter(row);
        }
        columns
            .at(across)
            .map_or(Zone::Nothing, |column| Zone::Cell(CellRef { row, column }))
    }

    fn pixel(&self, points: f64) -> f32 {
        let scale = f64::from(self.pixels_per_point);
        ((points * scale).round() / scale) as f32
    }
}
