//! Painting: grounds, then text, then what stands above the cells.
//!
//! Nothing is clipped cell by cell, which would cost a draw call each: text that is too wide ends in a faint ellipsis
//! (see `look`), and the header and the row numbers are painted over what scrolls under them.

use std::{ops::Range, sync::Arc};

use egui::{
    Align2, Color32, CornerRadius, Galley, Painter, Pos2, Rect, Shape, Stroke, StrokeKind,
    epaint::text::FontsView, pos2, vec2,
};

use super::{
    Missing, Reach, Rows, Selection,
    areas::{Areas, BAR, PADDING},
    cell_text::{self, CellText, LONGEST},
    columns::Columns,
    copy::thousands,
    look::Look,
    pointer::Drag,
    scroll::{Position, Thumb},
};
use crate::gui::theme;

/// Everything that painting reads.
pub(super) struct Drawing<'a> {
    pub(super) rows: &'a dyn Rows,
    pub(super) columns: &'a Columns,
    pub(super) areas: &'a Areas,
    pub(super) look: &'a Look,
    pub(super) position: Position,
    pub(super) x: f64,
    pub(super) selection: Option<Selection>,
    pub(super) drag: Option<Drag>,
    pub(super) focused: bool,
    pub(super) pointer: Option<Pos2>,
}

impl Drawing<'_> {
    pub(super) fn paint(&self, painter: &Painter, missing: &mut Missing) {
        let mut shapes = Vec::with_capacity(2048);
        let seen = self.areas.visible_rows(self.position);
        let columns = self
            .columns
            .visible(self.x, f64::from(self.areas.body.width()));
        self.grounds(&mut shapes, &seen, &columns);
        painter.fonts_mut(|fonts| {
            let ellipsis = self.look.ellipsis(fonts);
            for row in seen.clone() {
                self.cells(fonts, &mut shapes, row, &columns, &ellipsis, missing);
            }
            self.cursor(&mut shapes);
            self.gutter(fonts, &mut shapes, &seen);
            self.header(fonts, &mut shapes, &columns, &ellipsis);
        });
        self.bars(painter, &mut shapes);
        if self.focused {
            shapes.push(Shape::rect_stroke(
                self.areas.rect,
                CornerRadius::ZERO,
                self.look.palette.focus(),
                StrokeKind::Inside,
            ));
        }
        painter.extend(shapes);
    }

    fn grounds(&self, shapes: &mut Vec<Shape>, seen: &Range<u64>, columns: &Range<usize>) {
        let (areas, palette) = (self.areas, self.look.palette);
        shapes.push(fill(areas.rect, palette.background));
        for row in seen.clone().filter(|row| row % 2 == 1) {
            shapes.push(fill(self.line(areas.body, row), palette.stripe));
        }
        if let Some(selected) = self.selected_rect() {
            shapes.push(fill(selected, palette.selection));
        }
        for column in columns.clone() {
            let right = areas.column_left(self.columns, self.x, column + 1);
            shapes.push(Shape::vline(
                right - 0.5,
                areas.body.y_range(),
                palette.hairline(),
            ));
        }
    }

    fn cells(
        &self,
        fonts: &mut FontsView<'_>,
        shapes: &mut Vec<Shape>,
        row: u64,
        columns: &Range<usize>,
        ellipsis: &Arc<Galley>,
        missing: &mut Missing,
    ) {
        let top = self.areas.row_top(self.position, row);
        for (offset, column) in self.rows.columns()[columns.clone()].iter().enumerate() {
            let index = columns.start + offset;
            let value = self.rows.cell(row, index);
            if value.is_none() {
                missing.add(row..row + 1);
            }
            let left = self.areas.column_left(self.columns, self.x, index);
            let width = self.columns.width(index);
            let inner = width - PADDING * 2.0;
            let limit = ((inner / self.look.advance) * 2.0).max(4.0) as usize;
            let text = CellText::new(value, column.kind, limit.min(LONGEST));
            let to_right = column.kind.is_number() && text.look == cell_text::Look::Value;
            let (galley, cut) = self.look.cell_fitted(fonts, text, inner);
            let start = if to_right && !cut {
                left + width - PADDING - galley.size().x
            } else {
                left + PADDING
            };
            let end = start + galley.size().x;
            let height = self.areas.row_height;
            shapes.push(placed(galley, start, top, height));
            if cut {
                shapes.push(placed(ellipsis.clone(), end, top, height));
            }
        }
    }

    /// The border of the cell that keys start from.
    fn cursor(&self, shapes: &mut Vec<Shape>) {
        let Some(selection) = &self.selection else {
            return;
        };
        if selection.reach == Reach::All {
            return;
        }
        let rect = self
            .areas
            .cell_rect(self.columns, self.position, self.x, selection.cursor);
        if rect.intersects(self.areas.body) {
            let stroke = Stroke::new(1.0, self.look.palette.accent);
            shapes.push(Shape::rect_stroke(
                rect,
                CornerRadius::ZERO,
                stroke,
                StrokeKind::Inside,
            ));
        }
    }

    fn gutter(&self, fonts: &mut FontsView<'_>, shapes: &mut Vec<Shape>, seen: &Range<u64>) {
        let (areas, palette) = (self.areas, self.look.palette);
        shapes.push(fill(areas.gutter, palette.background));
        let selected = self.selection.map(|held| held.rows(areas.span.rows));
        let whole = self
            .selection
            .is_some_and(|held| matches!(held.reach, Reach::Rows | Reach::All));
        for row in seen.clone() {
            let marked = selected.as_ref().is_some_and(|rows| rows.contains(&row));
            let line = self.line(areas.gutter, row);
            if marked && whole {
                shapes.push(fill(line, palette.selection));
            } else if row % 2 == 1 {
                shapes.push(fill(line, palette.stripe));
            }
            let color = if marked { palette.text } else { palette.faint };
            let galley = fonts.layout_no_wrap(thousands(row + 1), self.look.number.clone(), color);
            let start = areas.gutter.right() - PADDING - galley.size().x;
            shapes.push(placed(galley, start, line.top(), areas.row_height));
        }
        shapes.push(Shape::vline(
            areas.gutter.right() - 0.5,
            areas.gutter.y_range(),
            palette.hairline(),
        ));
    }

    fn header(
        &self,
        fonts: &mut FontsView<'_>,
        shapes: &mut Vec<Shape>,
        columns: &Range<usize>,
        ellipsis: &Arc<Galley>,
    ) {
        let (areas, palette) = (self.areas, self.look.palette);
        shapes.push(fill(areas.header, palette.raised));
        let selected = self
            .selection
            .filter(|held| matches!(held.reach, Reach::Columns | Reach::All))
            .map(|held| held.columns(self.columns.len()));
        for index in columns.clone() {
            let Some(column) = self.rows.columns().get(index) else {
                continue;
            };
            let left = areas.column_left(self.columns, self.x, index);
            let width = self.columns.width(index);
            let place = Rect::from_min_size(
                pos2(left, areas.header.top()),
                vec2(width, areas.header.height()),
            );
            if selected.as_ref().is_some_and(|held| held.contains(&index)) {
                shapes.push(fill(place, palette.selection));
            }
            let job = self.look.name_job(&column.name, palette.text);
            let (galley, cut) = self.look.fitted(fonts, job, width - PADDING * 2.0);
            let end = left + PADDING + galley.size().x;
            let height = areas.header.height();
            shapes.push(placed(galley, left + PADDING, place.top(), height));
            if cut {
                shapes.push(placed(ellipsis.clone(), end, place.top(), height));
            }
            if self.edge_is_held(index, place) {
                shapes.push(fill(
                    Rect::from_min_max(pos2(place.right() - 2.0, place.top()), place.max),
                    palette.accent,
                ));
            }
        }
        // Names scroll under the corner.
        let corner = Rect::from_min_max(
            areas.header.min,
            pos2(areas.body.left(), areas.header.bottom()),
        );
        shapes.push(fill(corner, palette.raised));
    }

    fn edge_is_held(&self, index: usize, place: Rect) -> bool {
        match self.drag {
            Some(Drag::Resize { column, .. }) => column == index,
            Some(_) => false,
            None => self.pointer.is_some_and(|at| {
                place.y_range().contains(at.y) && (at.x - place.right()).abs() <= 4.0
            }),
        }
    }

    fn bars(&self, painter: &Painter, shapes: &mut Vec<Shape>) {
        // Rows and columns that are seen in part end at the bars.
        let (rect, body, palette) = (self.areas.rect, self.areas.body, self.look.palette);
        if self.areas.vertical.is_some() {
            let ground = Rect::from_min_max(body.right_top(), rect.max);
            shapes.push(fill(ground, palette.background));
        }
        if self.areas.horizontal.is_some() {
            let ground = Rect::from_min_max(pos2(rect.left(), body.bottom()), rect.max);
            shapes.push(fill(ground, palette.background));
        }
        let held =
            |drag: bool, rect: Rect| drag || self.pointer.is_some_and(|at| rect.contains(at));
        if let Some((rect, bar)) = self.areas.vertical_bar() {
            let dragged = matches!(self.drag, Some(Drag::Vertical { .. }));
            let thumb = bar.thumb(self.areas.span.pixels(self.position));
            let inset = if held(dragged, rect) { 2.0 } else { 3.0 };
            let place = Rect::from_min_size(
                pos2(rect.left() + inset, rect.top() + thumb.start),
                vec2(BAR - inset * 2.0, thumb.length),
            );
            shapes.push(self.thumb(place, held(dragged, rect)));
            if dragged {
                self.say_row(painter, shapes, rect, thumb);
            }
        }
        if let Some((rect, bar)) = self.areas.horizontal_bar() {
            let dragged = matches!(self.drag, Some(Drag::Horizontal { .. }));
            let thumb = bar.thumb(self.x);
            let inset = if held(dragged, rect) { 2.0 } else { 3.0 };
            let place = Rect::from_min_size(
                pos2(rect.left() + thumb.start, rect.top() + inset),
                vec2(thumb.length, BAR - inset * 2.0),
            );
            shapes.push(self.thumb(place, held(dragged, rect)));
        }
    }

    fn thumb(&self, place: Rect, held: bool) -> Shape {
        let share = if held { 0.6 } else { 0.35 };
        let color = self.look.palette.faint.gamma_multiply(share);
        Shape::rect_filled(place.shrink2(vec2(0.0, 1.0)), CornerRadius::same(4), color)
    }

    /// While the thumb is dragged: which row it stands at.
    fn say_row(&self, painter: &Painter, shapes: &mut Vec<Shape>, bar: Rect, thumb: Thumb) {
        let palette = self.look.palette;
        let text = format!("row {}", thousands(self.position.row + 1));
        let galley = painter.layout_no_wrap(text, self.look.number.clone(), palette.text);
        let middle = pos2(
            bar.left() - 8.0,
            bar.top() + thumb.start + thumb.length / 2.0,
        );
        let place = Align2::RIGHT_CENTER
            .anchor_size(middle, galley.size() + vec2(16.0, 8.0))
            .intersect(self.areas.body);
        shapes.push(Shape::rect_filled(
            place,
            theme::SELECTION_RADIUS,
            palette.raised,
        ));
        shapes.push(Shape::rect_stroke(
            place,
            theme::SELECTION_RADIUS,
            palette.hairline(),
            StrokeKind::Inside,
        ));
        shapes.push(Shape::galley(
            place.min + vec2(8.0, 4.0),
            galley,
            palette.text,
        ));
    }

    fn selected_rect(&self) -> Option<Rect> {
        let selection = self.selection?;
        let areas = self.areas;
        let seen = areas.visible_rows(self.position);
        let rows = selection.rows(areas.span.rows);
        let (first, end) = (rows.start.max(seen.start), rows.end.min(seen.end));
        let columns = selection.columns(self.columns.len());
        if first >= end || columns.is_empty() {
            return None;
        }
        let left = areas.column_left(self.columns, self.x, columns.start);
        let right = areas.column_left(self.columns, self.x, columns.end);
        let rect = Rect::from_min_max(
            pos2(left, areas.row_top(self.position, first)),
            pos2(right, areas.row_top(self.position, end)),
        );
        let rect = rect.intersect(areas.body);
        rect.is_positive().then_some(rect)
    }

    fn line(&self, across: Rect, row: u64) -> Rect {
        Rect::from_min_size(
            pos2(across.left(), self.areas.row_top(self.position, row)),
            vec2(across.width(), self.areas.row_height),
        )
    }
}

fn fill(rect: Rect, color: Color32) -> Shape {
    Shape::rect_filled(rect, CornerRadius::ZERO, color)
}

/// Text in the middle of a line's height.
fn placed(galley: Arc<Galley>, left: f32, top: f32, height: f32) -> Shape {
    let y = top + ((height - galley.size().y) / 2.0).round();
    Shape::galley(pos2(left, y), galley, Color32::PLACEHOLDER)
}
