//! How wide columns are and where they stand.
//!
//! First widths come from the name and a few rows, in multiples of the fixed-width face: nothing is laid out for it,
//! so that 4,096 columns open as fast as four. A width that a person set is kept by the column's name, so that the
//! next run of a statement finds it again.

use std::{collections::HashMap, ops::Range};

use super::{
    Rows,
    cell_text::{CellText, LONGEST},
};
use crate::engine::value::{Column, Kind};

/// Cells that first widths are taken from, over all columns.
const SAMPLE: usize = 20_000;

/// Rows that first widths are taken from.
const SAMPLE_ROWS: u64 = 64;

/// Characters that a first width shows at most.
const WIDEST_FIRST: usize = 44;

/// In characters of the fixed-width face: what a column needs beside its text, and its limits.
const PADDING: f32 = 3.4;
const NARROWEST: f32 = 4.0;
const NARROWEST_FIRST: f32 = 10.0;
const WIDEST: f32 = 400.0;

/// Widths and places of the columns of one answer.
#[derive(Debug, Default)]
pub(super) struct Columns {
    names: Vec<String>,
    widths: Vec<f32>,
    /// Left edge of each column, and the right edge of the last.
    edges: Vec<f64>,
    /// Widths that a person has set, in characters.
    kept: HashMap<String, f32>,
    sampled: bool,
    /// Width of a character in points.
    advance: f32,
}

impl Columns {
    /// Take in what there is to show. Widths change only with other columns, with the first rows, and with the
    /// size of the font. True where the columns are others than before.
    pub(super) fn follow(&mut self, rows: &dyn Rows, advance: f32) -> bool {
        let columns = rows.columns();
        let other = self.names.len() != columns.len()
            || self
                .names
                .iter()
                .zip(columns)
                .any(|(name, column)| *name != column.name);
        if other {
            self.names = columns.iter().map(|column| column.name.clone()).collect();
        }
        let first_rows = !self.sampled && rows.rows() > 0;
        if other || first_rows || self.edges.is_empty() {
            self.sampled = rows.rows() > 0;
            self.widths = (0..columns.len())
                .map(|index| self.first_width(rows, index) * advance)
                .collect();
            self.place();
        } else if (self.advance - advance).abs() > 1e-4 {
            let scale = advance / self.advance;
            for width in &mut self.widths {
                *width = (*width * scale).round();
            }
            self.place();
        }
        self.advance = advance;
        other
    }

    pub(super) fn len(&self) -> usize {
        self.widths.len()
    }

    /// Width of a character of the fixed-width face.
    pub(super) fn advance(&self) -> f32 {
        self.advance
    }

    /// Width of all columns.
    pub(super) fn total(&self) -> f64 {
        self.edges.last().copied().unwrap_or(0.0)
    }

    pub(super) fn left(&self, column: usize) -> f64 {
        self.edges
            .get(column)
            .copied()
            .unwrap_or_else(|| self.total())
    }

    pub(super) fn width(&self, column: usize) -> f32 {
        self.widths.get(column).copied().unwrap_or(0.0)
    }

    /// The columns that are seen, at least in part, from `x` on.
    pub(super) fn visible(&self, x: f64, width: f64) -> Range<usize> {
        if self.widths.is_empty() {
            return 0..0;
        }
        let first = self
            .edges
            .partition_point(|edge| *edge <= x)
            .saturating_sub(1);
        let end = self.edges.partition_point(|edge| *edge < x + width);
        first.min(self.len())..end.clamp(first, self.len())
    }

    /// The column at a place, if there is one.
    pub(super) fn at(&self, x: f64) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge <= x);
        (after > 0 && after <= self.len()).then(|| after - 1)
    }

    /// The column nearest to a place.
    pub(super) fn nearest(&self, x: f64) -> usize {
        self.at(x).unwrap_or(if x < 0.0 {
            0
        } else {
            self.len().saturating_sub(1)
        })
    }

    /// The column whose right edge is within `reach` of a place.
    pub(super) fn edge_at(&self, x: f64, reach: f64) -> Option<usize> {
        let after = self.edges.partition_point(|edge| *edge < x - reach).max(1);
        // Where columns are narrower than the reach, the nearest edge is meant.
        self.edges
            .iter()
            .enumerate()
            .skip(after)
            .take_while(|(_, edge)| **edge <= x + reach)
            .min_by(|(_, a), (_, b)| (*a - x).abs().total_cmp(&(*b - x).abs()))
            .map(|(edge, _)| edge - 1)
    }

    /// Set a width and keep it for this name.
    pub(super) fn resize(&mut self, column: usize, width: f32) {
        let (Some(held), Some(name)) = (self.widths.get_mut(column), self.names.get(column)) else {
            return;
        };
        let width = width
            .clamp(NARROWEST * self.advance, WIDEST * self.advance)
            .round();
        if (*held - width).abs() < 0.5 {
            return;
        }
        *held = width;
        self.kept.insert(name.clone(), width / self.advance);
        self.place();
    }

    /// In characters.
    fn first_width(&self, rows: &dyn Rows, index: usize) -> f32 {
        let Some(column) = rows.columns().get(index) else {
            return 0.0;
        };
        if let Some(kept) = self.kept.get(&column.name) {
            return *kept;
        }
        let sample = (SAMPLE / rows.columns().len().max(1)).max(2) as u64;
        let longest = (0..rows.rows().min(SAMPLE_ROWS).min(sample))
            .filter_map(|row| rows.cell(row, index))
            .map(|cell| CellText::new(Some(cell), column.kind, WIDEST_FIRST).width())
            .max()
            .map_or(0, |longest| longest + growth(column.kind))
            .max(header_width(column));
        (longest.min(WIDEST_FIRST) as f32 + PADDING).max(NARROWEST_FIRST)
    }

    fn place(&mut self) {
        let mut edge = 0.0;
        self.edges.clear();
        self.edges.push(edge);
        for width in &mut self.widths {
            *width = width.round();
            edge += f64::from(*width);
            self.edges.push(edge);
        }
    }
}

/// Whole numbers grow along a table, and one that is cut says nothing: room for some digits more than the first rows
/// have.
fn growth(kind: Kind) -> usize {
    match kind {
        Kind::Int | Kind::UInt { .. } => 3,
        _ => 0,
    }
}

fn header_width(column: &Column) -> usize {
    CellText::name(&column.name, LONGEST).width()
}

#[cfg(test)]
mod tests {
    #![expect(
        clippy::float_cmp,
        reason = "places are whole pixels, and exactly these"
    )]

    use super::*;
    use crate::engine::value::Cell;

    struct Sample {
        columns: Vec<Column>,
        text: String,
        rows: u64,
    }

    impl Rows for Sample {
        fn columns(&self) -> &[Column] {
            &self.columns
        }
        fn rows(&self) -> u64 {
            self.rows
        }
        fn cell(&self, _: u64, _: usize) -> Option<Cell<'_>> {
            Some(Cell::Text(self.text.as_bytes()))
        }
    }

    fn sample(names: &[&str], text: &str, rows: u64) -> Sample {
        let column = |name: &&str| Column {
            name: (*name).to_owned(),
            database: String::new(),
            table: String::new(),
            column: String::new(),
            kind: Kind::Text,
            type_name: "varchar".to_owned(),
            primary_key: false,
        };
        Sample {
            columns: names.iter().map(column).collect(),
            text: text.to_owned(),
            rows,
        }
    }

    #[test]
    fn first_widths_follow_names_and_rows_up_to_a_limit() {
        let mut columns = Columns::default();
        columns.follow(&sample(&["id", "a_rather_long_name"], "x", 3), 10.0);
        assert_eq!((columns.width(0), columns.width(1)), (100.0, 214.0));
        let mut columns = Columns::default();
        columns.follow(&sample(&["id"], &"x".repeat(100_000), 3), 10.0);
        assert_eq!(columns.width(0), 474.0);
    }

    #[test]
    fn whole_numbers_have_room_to_grow() {
        let mut numbers = sample(&["n"], "123456789", 3);
        numbers.columns[0].kind = Kind::Int;
        let mut columns = Columns::default();
        columns.follow(&numbers, 10.0);
        assert_eq!(columns.width(0), 154.0);
    }

    #[test]
    fn a_width_is_remembered_by_name() {
        let mut columns = Columns::default();
        columns.follow(&sample(&["id", "name"], "x", 3), 10.0);
        columns.resize(1, 333.0);
        assert!(columns.follow(&sample(&["total"], "x", 3), 10.0));
        assert!(columns.follow(&sample(&["name", "id"], "x", 3), 10.0));
        assert_eq!((columns.width(0), columns.width(1)), (333.0, 100.0));
    }

    #[test]
    fn rows_that_come_after_the_first_move_nothing() {
        let mut columns = Columns::default();
        columns.follow(&sample(&["id"], "", 0), 10.0);
        columns.follow(&sample(&["id"], "twenty characters xx", 5), 10.0);
        assert_eq!(columns.width(0), 234.0);
        columns.follow(&sample(&["id"], &"x".repeat(40), 500), 10.0);
        assert_eq!(columns.width(0), 234.0);
    }

    #[test]
    fn a_larger_font_keeps_the_proportions() {
        let mut columns = Columns::default();
        columns.follow(&sample(&["id"], "x", 3), 10.0);
        columns.follow(&sample(&["id"], "x", 3), 15.0);
        assert_eq!(columns.width(0), 150.0);
    }

    #[test]
    fn places_are_found_from_both_sides() {
        let mut columns = Columns::default();
        columns.follow(&sample(&["a", "b", "c"], "x", 3), 10.0);
        assert_eq!(columns.visible(0.0, 100.0), 0..1);
        assert_eq!(columns.visible(99.0, 2.0), 0..2);
        assert_eq!(columns.visible(250.0, 1000.0), 2..3);
        assert_eq!(columns.at(300.0), None);
        assert_eq!(columns.at(-1.0), None);
        assert_eq!(columns.nearest(999.0), 2);
        assert_eq!(columns.edge_at(98.0, 4.0), Some(0));
        assert_eq!(columns.edge_at(303.0, 4.0), Some(2));
        assert_eq!(columns.edge_at(2.0, 4.0), None);
        assert_eq!(columns.edge_at(150.0, 4.0), None);
    }

    #[test]
    fn no_columns_are_no_trouble() {
        let mut columns = Columns::default();
        columns.follow(&sample(&[], "x", 3), 10.0);
        assert_eq!(columns.visible(0.0, 100.0), 0..0);
        assert_eq!(
            (
                columns.at(0.0),
                columns.nearest(5.0),
                columns.edge_at(0.0, 4.0)
            ),
            (None, 0, None)
        );
        columns.resize(3, 100.0);
    }
}
