//! What is selected: one rectangle of cells, whole rows, whole columns, or everything.
//!
//! Held as two corners and a reach, never as a list of cells, so that ten million selected rows cost nothing and
//! rows that arrive later belong to a selected column at once.

use std::ops::Range;

/// A cell by its place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CellRef {
    /// Row, counted from 0.
    pub row: u64,
    /// Column, counted from 0.
    pub column: usize,
}

/// How far a selection reaches beyond its two corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The cells between the corners.
    Cells,
    /// All columns of the rows between the corners.
    Rows,
    /// All rows of the columns between the corners.
    Columns,
    /// Every cell.
    All,
}

/// A selection. The cursor is the corner that keys move; the anchor is the one that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Selection {
    /// Where the selection began.
    pub anchor: CellRef,
    /// Where it has been drawn to.
    pub cursor: CellRef,
    /// How far it reaches.
    pub reach: Reach,
}

/// A movement of the cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    RowStart,
    RowEnd,
    Top,
    Bottom,
    First,
    Last,
}

impl Selection {
    /// One cell.
    pub(super) fn cell(cell: CellRef) -> Self {
        Self {
            anchor: cell,
            cursor: cell,
            reach: Reach::Cells,
        }
    }

    /// Whether it is just the cell under the cursor.
    pub(super) fn is_single(&self) -> bool {
        self.reach == Reach::Cells && self.anchor == self.cursor
    }

    /// The selected rows, of so many.
    pub fn rows(&self, total: u64) -> Range<u64> {
        match self.reach {
            Reach::Columns | Reach::All => 0..total,
            Reach::Cells | Reach::Rows => {
                let (from, to) = ordered(self.anchor.row, self.cursor.row);
                from.min(total)..to.saturating_add(1).min(total)
            }
        }
    }

    /// The selected columns, of so many.
    pub fn columns(&self, total: usize) -> Range<usize> {
        match self.reach {
            Reach::Rows | Reach::All => 0..total,
            Reach::Cells | Reach::Columns => {
                let (from, to) = ordered(self.anchor.column, self.cursor.column);
                from.min(total)..to.saturating_add(1).min(total)
            }
        }
    }

    /// Whether a cell is in it.
    pub(super) fn contains(&self, cell: CellRef) -> bool {
        self.rows(u64::MAX).contains(&cell.row) && self.columns(usize::MAX).contains(&cell.column)
    }

    /// The same with its cursor elsewhere; the anchor stays.
    pub(super) fn extended_to(self, cursor: CellRef) -> Self {
        Self { cursor, ..self }
    }

    /// The same after rows or columns became fewer; nothing where none are left.
    pub(super) fn within(self, rows: u64, columns: usize) -> Option<Self> {
        let (last_row, last_column) = (rows.checked_sub(1)?, columns.checked_sub(1)?);
        let inside = |cell: CellRef| CellRef {
            row: cell.row.min(last_row),
            column: cell.column.min(last_column),
        };
        Some(Self {
            anchor: inside(self.anchor),
            cursor: inside(self.cursor),
            reach: self.reach,
        })
    }
}

impl CellRef {
    /// The cell a step away, of so many rows and columns; a page is `page` rows.
    pub(super) fn moved(self, step: Step, rows: u64, columns: usize, page: u64) -> Self {
        let (last_row, last_column) = (rows.saturating_sub(1), columns.saturating_sub(1));
        let (row, column) = match step {
            Step::Up => (self.row.saturating_sub(1), self.column),
            Step::Down => (self.row.saturating_add(1), self.column),
            Step::Left => (self.row, self.column.saturating_sub(1)),
            Step::Right => (self.row, self.column.saturating_add(1)),
            Step::PageUp => (self.row.saturating_sub(page), self.column),
            Step::PageDown => (self.row.saturating_add(page), self.column),
            Step::RowStart => (self.row, 0),
            Step::RowEnd => (self.row, last_column),
            Step::Top => (0, self.column),
            Step::Bottom => (last_row, self.column),
            Step::First => (0, 0),
            Step::Last => (last_row, last_column),
        };
        Self {
            row: row.min(last_row),
            column: column.min(last_column),
        }
    }
}

fn ordered<T: Ord>(a: T, b: T) -> (T, T) {
    if a <= b { (a, b) } else { (b, a) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const STEPS: [Step; 12] = [
        Step::Up,
        Step::Down,
        Step::Left,
        Step::Right,
        Step::PageUp,
        Step::PageDown,
        Step::RowStart,
        Step::RowEnd,
        Step::Top,
        Step::Bottom,
        Step::First,
        Step::Last,
    ];

    fn at(row: u64, column: usize) -> CellRef {
        CellRef { row, column }
    }

    #[test]
    fn corners_may_be_drawn_in_any_direction() {
        let selection = Selection::cell(at(7, 3)).extended_to(at(2, 1));
        assert_eq!(selection.rows(100), 2..8);
        assert_eq!(selection.columns(10), 1..4);
        assert!(selection.contains(at(2, 3)));
        assert!(!selection.contains(at(2, 0)));
    }

    #[test]
    fn rows_that_arrive_belong_to_a_selected_column() {
        let selection = Selection {
            reach: Reach::Columns,
            ..Selection::cell(at(0, 2))
        };
        assert_eq!(selection.rows(10), 0..10);
        assert_eq!(selection.rows(20), 0..20);
        assert_eq!(selection.columns(5), 2..3);
    }

    #[test]
    fn a_selection_shrinks_with_the_rows() {
        let selection = Selection::cell(at(50, 4)).extended_to(at(90, 2));
        let smaller = selection.within(60, 4).expect("cells are left");
        assert_eq!(smaller.rows(60), 50..60);
        assert_eq!(smaller.columns(4), 2..4);
        assert_eq!(selection.within(0, 4), None);
        assert_eq!(selection.within(4, 0), None);
    }

    proptest! {
        #[test]
        fn no_step_leaves_the_table(rows in 1u64.., columns in 1usize.., row: u64, column: usize, page: u64, step in prop::sample::select(&STEPS)) {
            let from = at(row.min(rows - 1), column.min(columns - 1));
            let to = from.moved(step, rows, columns, page);
            prop_assert!(to.row < rows && to.column < columns);
        }

        #[test]
        fn ranges_hold_both_corners(a: (u64, usize), b: (u64, usize)) {
            let selection = Selection::cell(at(a.0 >> 1, a.1 >> 1)).extended_to(at(b.0 >> 1, b.1 >> 1));
            prop_assert!(selection.contains(selection.anchor));
            prop_assert!(selection.contains(selection.cursor));
        }
    }
}
