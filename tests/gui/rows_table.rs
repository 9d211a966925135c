//! The result grid: what is seen, selected and copied, and how exactly it scrolls.

#![expect(
    clippy::float_cmp,
    reason = "places are whole pixels, and exactly these"
)]

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use egui::{
    Event, Key, Modifiers, MouseWheelSource, MouseWheelUnit, OutputCommand, Pos2, Rect, TouchPhase,
    accesskit::Role, pos2, vec2,
};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::value::{Cell, Column, Kind},
    gui::{
        theme,
        widgets::rows_table::{CellRef, Copied, Reach, Rows, RowsTable, Selection},
    },
};

/// A value that a test owns.
#[derive(Clone, Debug)]
enum Value {
    Null,
    Int(i64),
    Text(Vec<u8>),
    Binary(Vec<u8>),
    NotLoaded,
}

/// Rows of any number; cells that are not given hold the row's number.
#[derive(Clone, Debug, Default)]
struct Sample {
    columns: Vec<Column>,
    rows: u64,
    given: BTreeMap<(u64, usize), Value>,
}

impl Rows for Sample {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn rows(&self) -> u64 {
        self.rows
    }

    fn cell(&self, row: u64, column: usize) -> Option<Cell<'_>> {
        match self.given.get(&(row, column)) {
            None => Some(Cell::UInt(row + 1)),
            Some(Value::Null) => Some(Cell::Null),
            Some(Value::Int(value)) => Some(Cell::Int(*value)),
            Some(Value::Text(bytes)) => Some(Cell::Text(bytes)),
            Some(Value::Binary(bytes)) => Some(Cell::Binary(bytes)),
            Some(Value::NotLoaded) => None,
        }
    }
}

impl Sample {
    fn new(columns: &[(&str, Kind)], rows: u64) -> Self {
        let column = |(name, kind): &(&str, Kind)| Column {
            name: (*name).to_owned(),
            database: String::new(),
            table: String::new(),
            column: String::new(),
            kind: *kind,
            type_name: "bigint".to_owned(),
            primary_key: false,
        };
        Self {
            columns: columns.iter().map(column).collect(),
            rows,
            given: BTreeMap::new(),
        }
    }

    fn with(mut self, row: u64, column: usize, value: Value) -> Self {
        self.given.insert((row, column), value);
        self
    }

    fn with_text(self, row: u64, column: usize, text: &str) -> Self {
        self.with(row, column, Value::Text(text.into()))
    }
}

fn numbered(columns: usize, rows: u64) -> Sample {
    let names: Vec<String> = (0..columns).map(|index| format!("c{index}")).collect();
    let columns: Vec<(&str, Kind)> = names
        .iter()
        .map(|name| (name.as_str(), Kind::UInt { zerofill: 0 }))
        .collect();
    Sample::new(&columns, rows)
}

/// What a test looks at after a frame.
#[derive(Default)]
struct Seen {
    table: RowsTable,
    missing: Option<std::ops::Range<u64>>,
    copied: Option<Copied>,
    acted: Option<CellRef>,
    rect: Option<Rect>,
}

struct Grid {
    harness: Harness<'static, Seen>,
    rows: Rc<RefCell<Sample>>,
}

impl Grid {
    fn new(rows: Sample) -> Self {
        Self::sized(rows, vec2(800.0, 600.0))
    }

    fn sized(rows: Sample, size: egui::Vec2) -> Self {
        let rows = Rc::new(RefCell::new(rows));
        let shown = rows.clone();
        let harness = Harness::builder()
            .with_size(size)
            .with_step_dt(1.0 / 60.0)
            .with_max_steps(60)
            .allow_missing_glyphs()
            .with_context_setup(theme::install)
            .build_ui_state(
                move |ui, seen: &mut Seen| {
                    let answer = seen.table.ui(ui, &*shown.borrow());
                    seen.missing = answer.missing;
                    seen.copied = answer.copied.or(seen.copied.take());
                    seen.acted = answer.acted.or(seen.acted);
                    seen.rect = Some(answer.response.rect);
                },
                Seen::default(),
            );
        let mut grid = Self { harness, rows };
        grid.harness.run();
        grid
    }

    fn table(&self) -> &RowsTable {
        &self.harness.state().table
    }

    fn rect(&self) -> Rect {
        self.harness.state().rect.expect("the grid was drawn")
    }

    /// Where the first such cell stands.
    fn cell(&self, label: &str) -> Rect {
        self.harness
            .query_all_by_role_and_label(Role::Cell, label)
            .next()
            .unwrap_or_else(|| panic!("no cell {label:?} is seen"))
            .rect()
    }

    fn has_cell(&self, label: &str) -> bool {
        self.harness
            .query_all_by_role_and_label(Role::Cell, label)
            .next()
            .is_some()
    }

    fn click_at(&mut self, at: Pos2, modifiers: Modifiers) {
        self.harness.event(Event::PointerMoved(at));
        self.harness.event(Event::ModifiersChanged(modifiers));
        for pressed in [true, false] {
            self.harness.event(Event::PointerButton {
                pos: at,
                button: egui::PointerButton::Primary,
                pressed,
                modifiers,
            });
        }
        self.harness.event(Event::ModifiersChanged(Modifiers::NONE));
        self.harness.run();
    }

    fn click(&mut self, label: &str) {
        self.click_at(self.cell(label).center(), Modifiers::NONE);
    }

    fn drag(&mut self, from: Pos2, to: Pos2) {
        self.harness.event(Event::PointerMoved(from));
        self.harness.drag_at(from);
        self.harness.event(Event::PointerMoved(to));
        self.harness.drop_at(to);
        self.harness.run();
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.harness.run();
    }

    fn wheel(&mut self, delta: egui::Vec2) {
        self.harness.event(Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta,
            modifiers: Modifiers::NONE,
            phase: TouchPhase::Move,
            source: MouseWheelSource::Unknown,
        });
        self.harness.run();
    }

    fn go_to(&mut self, row: &str) {
        self.key(Modifiers::COMMAND, Key::G);
        self.harness
            .get_by_role_and_label(Role::TextInput, "Go to row")
            .type_text(row);
        self.harness.run();
        self.key(Modifiers::NONE, Key::Enter);
    }

    fn selection(&self) -> Selection {
        *self.table().selection().expect("something is selected")
    }

    /// Rows and columns that are selected, counted from 0.
    fn selected(&self) -> (std::ops::Range<u64>, std::ops::Range<usize>) {
        let rows = self.rows.borrow();
        let selection = self.selection();
        (
            selection.rows(rows.rows),
            selection.columns(rows.columns.len()),
        )
    }

    /// What the copy key puts on the clipboard.
    fn copy(&mut self, modifiers: Modifiers) -> Option<String> {
        self.harness.event(Event::ModifiersChanged(modifiers));
        self.harness.step();
        self.harness.event(Event::Copy);
        self.harness.step();
        let text = self
            .harness
            .output()
            .platform_output
            .commands
            .iter()
            .find_map(|command| match command {
                OutputCommand::CopyText(text) => Some(text.clone()),
                _ => None,
            });
        self.harness.event(Event::ModifiersChanged(Modifiers::NONE));
        self.harness.step();
        text
    }

    fn copied(&mut self) -> Option<Copied> {
        self.harness.state_mut().copied.take()
    }
}

/// A text as it was drawn.
#[derive(Clone, Debug)]
struct Drawn {
    text: String,
    rect: Rect,
    color: egui::Color32,
}

impl Grid {
    fn drawn(&self) -> Vec<Drawn> {
        let shapes = &self.harness.output().shapes;
        shapes
            .iter()
            .filter_map(|clipped| match &clipped.shape {
                egui::Shape::Text(text) => Some(Drawn {
                    text: text.galley.text().to_owned(),
                    rect: text.galley.rect.translate(text.pos.to_vec2()),
                    color: text.galley.job.sections.first()?.format.color,
                }),
                _ => None,
            })
            .collect()
    }

    fn drawn_as(&self, text: &str) -> Drawn {
        let drawn = self.drawn();
        let found = drawn.iter().find(|drawn| drawn.text == text);
        found
            .cloned()
            .unwrap_or_else(|| panic!("{text:?} is not drawn: {drawn:?}"))
    }
}

fn at(row: u64, column: usize) -> CellRef {
    CellRef { row, column }
}

const NONE: Modifiers = Modifiers::NONE;
const SHIFT: Modifiers = Modifiers::SHIFT;
const COMMAND: Modifiers = Modifiers::COMMAND;

#[test]
fn cells_headers_and_row_numbers_are_found_by_their_labels() {
    let rows = Sample::new(&[("id", Kind::Int), ("name", Kind::Text)], 3)
        .with(0, 0, Value::Int(-4711))
        .with_text(0, 1, "Ann")
        .with(1, 1, Value::Null)
        .with(2, 1, Value::Binary(vec![0x1f, 0x8b]));
    let grid = Grid::new(rows);
    let table = grid
        .harness
        .get_by_role_and_label(Role::Table, "Result rows");
    let node = table.accesskit_node();
    assert_eq!(node.data().row_count(), Some(3));
    assert_eq!(node.data().column_count(), Some(2));
    let cell = grid.harness.get_by_role_and_label(Role::Cell, "Ann");
    let data = cell.accesskit_node();
    assert_eq!(data.data().row_index(), Some(0));
    assert_eq!(data.data().column_index(), Some(1));
    let row = data.parent().expect("a cell is in a row");
    assert_eq!(row.role(), Role::Row);
    let parent = row.parent().expect("a row is in the table");
    assert_eq!(parent.role(), Role::Table);
    for label in ["-4711", "NULL", "0x1F8B  2 B"] {
        assert!(grid.has_cell(label), "{label}");
    }
    grid.harness
        .get_by_role_and_label(Role::ColumnHeader, "name");
    grid.harness.get_by_role_and_label(Role::RowHeader, "3");
    let header = grid
        .harness
        .get_by_role_and_label(Role::ColumnHeader, "name")
        .rect();
    let cell = cell.rect();
    assert_eq!((header.left(), header.width()), (cell.left(), cell.width()));
}

#[test]
fn only_what_is_seen_is_described() {
    let grid = Grid::new(numbered(500, 10_000_000));
    let count = |role| grid.harness.query_all_by_role(role).count();
    let (rows, columns) = (count(Role::RowHeader), count(Role::ColumnHeader));
    assert!((20..30).contains(&rows), "{rows}");
    assert!((5..20).contains(&columns), "{columns}");
    assert_eq!(count(Role::Cell), rows * columns);
}

#[test]
fn ninety_nine_steps_of_three_pixels_are_297_pixels_at_the_end_of_ten_million_rows() {
    let mut grid = Grid::new(numbered(40, 10_000_000));
    grid.click("1");
    grid.go_to("9,990,000");
    grid.harness.hover_at(grid.rect().center());
    grid.harness.run();
    let (row, sub) = grid.table().top();
    let label = "9,990,004";
    let before = grid
        .harness
        .get_by_role_and_label(Role::RowHeader, label)
        .rect();
    let last = "9,990,010";
    for _ in 0..33 {
        grid.wheel(vec2(0.0, -3.0));
    }
    let after = grid
        .harness
        .get_by_role_and_label(Role::RowHeader, label)
        .rect();
    assert_eq!(before.top() - after.top(), 99.0);
    for _ in 0..66 {
        grid.wheel(vec2(0.0, -3.0));
    }
    let height = f64::from(before.height());
    let (row_after, sub_after) = grid.table().top();
    let moved = (row_after - row) as f64 * height + sub_after - sub;
    assert_eq!(moved, 297.0);
    let gap = grid
        .harness
        .get_by_role_and_label(Role::RowHeader, last)
        .rect();
    let next = grid
        .harness
        .get_by_role_and_label(Role::RowHeader, "9,990,011")
        .rect();
    assert_eq!(next.top() - gap.top(), before.height());
    for _ in 0..99 {
        grid.wheel(vec2(0.0, 3.0));
    }
    assert_eq!(grid.table().top(), (row, sub));
}

#[test]
fn arrows_pages_and_ends_move_the_cursor_and_bring_it_into_view() {
    let mut grid = Grid::new(numbered(30, 1_000_000));
    grid.harness
        .get_by_role_and_label(Role::Table, "Result rows")
        .focus();
    grid.harness.run();
    assert_eq!(grid.table().selection(), None);
    grid.key(NONE, Key::ArrowDown);
    assert_eq!(grid.selection(), selection(at(0, 0)));
    grid.key(NONE, Key::ArrowDown);
    grid.key(NONE, Key::ArrowRight);
    assert_eq!(grid.selection(), selection(at(1, 1)));
    grid.key(NONE, Key::End);
    assert_eq!(grid.selection(), selection(at(1, 29)));
    assert!(
        grid.harness
            .query_by_role_and_label(Role::ColumnHeader, "c29")
            .is_some()
    );
    grid.key(COMMAND, Key::End);
    assert_eq!(grid.selection(), selection(at(999_999, 29)));
    let last = grid
        .harness
        .get_by_role_and_label(Role::RowHeader, "1,000,000")
        .rect();
    assert!(last.bottom() <= grid.rect().bottom());
    grid.key(NONE, Key::Home);
    grid.key(NONE, Key::PageUp);
    let row = grid.selection().cursor.row;
    assert!((999_970..999_990).contains(&row), "{row}");
    grid.key(NONE, Key::PageDown);
    assert_eq!(grid.selection(), selection(at(999_999, 0)));
    grid.key(COMMAND, Key::Home);
    assert_eq!(grid.selection(), selection(at(0, 0)));
    assert_eq!(grid.table().top(), (0, 0.0));
    grid.key(NONE, Key::ArrowUp);
    grid.key(NONE, Key::ArrowLeft);
    assert_eq!(grid.selection(), selection(at(0, 0)));
}

fn selection(cell: CellRef) -> Selection {
    Selection {
        anchor: cell,
        cursor: cell,
        reach: Reach::Cells,
    }
}

#[test]
fn shift_extends_and_escape_comes_back_step_by_step() {
    let mut grid = Grid::new(numbered(5, 100));
    let first = grid
        .harness
        .get_by_role_and_label(Role::RowHeader, "3")
        .rect();
    let header = grid
        .harness
        .get_by_role_and_label(Role::ColumnHeader, "c1")
        .rect();
    grid.click_at(pos2(header.center().x, first.center().y), NONE);
    grid.key(SHIFT, Key::ArrowDown);
    grid.key(SHIFT, Key::ArrowRight);
    grid.key(SHIFT, Key::ArrowRight);
    assert_eq!(grid.selected(), (2..4, 1..4));
    grid.key(NONE, Key::Escape);
    assert_eq!(grid.selection(), selection(at(3, 3)));
    grid.key(NONE, Key::Escape);
    assert_eq!(grid.table().selection(), None);
    grid.key(COMMAND, Key::A);
    assert_eq!(grid.selected(), (0..100, 0..5));
}

#[test]
fn tab_leaves_the_grid_and_arrows_do_not() {
    let rows = numbered(3, 10);
    let mut harness = Harness::builder()
        .with_size(vec2(400.0, 300.0))
        .with_context_setup(theme::install)
        .build_ui_state(
            move |ui, table: &mut RowsTable| {
                let beside = ui.max_rect().with_min_x(340.0);
                let _ = ui.put(beside, egui::Button::new("Beside"));
                let left = ui.max_rect().with_max_x(330.0);
                ui.scope_builder(egui::UiBuilder::new().max_rect(left), |ui| {
                    let _ = ui.button("Before");
                    table.ui(ui, &rows);
                });
            },
            RowsTable::default(),
        );
    harness.run();
    // The cell under the cursor counts as what has the keyboard inside of the table.
    let focused = |harness: &Harness<'_, RowsTable>| {
        let held = harness
            .query_by(|node| node.is_focused() && matches!(node.role(), Role::Table | Role::Cell));
        held.is_some()
    };
    harness.get_by_label("Before").focus();
    harness.run();
    harness.key_press(Key::Tab);
    harness.run();
    assert!(focused(&harness));
    for key in [
        Key::ArrowUp,
        Key::ArrowRight,
        Key::ArrowRight,
        Key::ArrowDown,
        Key::Escape,
    ] {
        harness.key_press(key);
        harness.run();
        assert!(focused(&harness), "{key:?}");
    }
    harness.key_press(Key::Tab);
    harness.run();
    assert!(!focused(&harness));
}

#[test]
fn rows_columns_and_everything_are_selected_from_their_heads() {
    let mut grid = Grid::new(numbered(5, 100));
    let number = |grid: &Grid, label: &str| {
        let rect = grid
            .harness
            .get_by_role_and_label(Role::RowHeader, label)
            .rect();
        rect.center()
    };
    let name = |grid: &Grid, label: &str| {
        let rect = grid
            .harness
            .get_by_role_and_label(Role::ColumnHeader, label)
            .rect();
        rect.center()
    };
    grid.click_at(number(&grid, "3"), NONE);
    assert_eq!(grid.selected(), (2..3, 0..5));
    grid.click_at(number(&grid, "6"), SHIFT);
    assert_eq!(grid.selected(), (2..6, 0..5));
    grid.drag(number(&grid, "8"), number(&grid, "4"));
    assert_eq!(grid.selected(), (3..8, 0..5));
    grid.click_at(name(&grid, "c1"), NONE);
    assert_eq!(grid.selected(), (0..100, 1..2));
    grid.drag(name(&grid, "c1"), name(&grid, "c3"));
    assert_eq!(grid.selected(), (0..100, 1..4));
    let corner = pos2(number(&grid, "1").x, name(&grid, "c0").y);
    grid.click_at(corner, NONE);
    assert_eq!(grid.selected(), (0..100, 0..5));
}

#[test]
fn dragging_over_cells_selects_them_and_scrolls_at_the_edge() {
    let mut grid = Grid::new(numbered(5, 1000));
    let place = |grid: &Grid, row: &str, column: &str| {
        let row = grid
            .harness
            .get_by_role_and_label(Role::RowHeader, row)
            .rect();
        let column = grid
            .harness
            .get_by_role_and_label(Role::ColumnHeader, column)
            .rect();
        pos2(column.center().x, row.center().y)
    };
    grid.drag(place(&grid, "2", "c1"), place(&grid, "5", "c3"));
    assert_eq!(grid.selected(), (1..5, 1..4));
    let below = pos2(grid.rect().center().x, grid.rect().bottom() + 200.0);
    grid.harness.drag_at(place(&grid, "2", "c1"));
    for _ in 0..5 {
        grid.harness.event(Event::PointerMoved(below));
        grid.harness.step();
    }
    grid.harness.drop_at(below);
    grid.harness.run();
    assert!(grid.table().top().0 > 0);
    assert!(grid.selected().0.end > 25);
}

#[test]
fn the_selection_is_copied_as_tab_separated_values() {
    let rows = Sample::new(
        &[
            ("id", Kind::Int),
            ("tab\tname", Kind::Text),
            ("b", Kind::Binary),
        ],
        2,
    )
    .with(0, 0, Value::Int(1))
    .with_text(0, 1, "a\tb\nc\\d")
    .with(0, 2, Value::Binary(vec![0, 0xff]))
    .with(1, 0, Value::Int(2))
    .with(1, 1, Value::Null)
    .with_text(1, 2, "");
    let mut grid = Grid::new(rows);
    grid.click("1");
    grid.key(COMMAND, Key::A);
    let body = "1\ta\\tb\\nc\\\\d\t0x00FF\n2\t\\N\t";
    assert_eq!(grid.copy(NONE).as_deref(), Some(body));
    assert_eq!(
        grid.copied(),
        Some(Copied::Done {
            rows: 2,
            columns: 3
        })
    );
    let named = format!("id\ttab\\tname\tb\n{body}");
    assert_eq!(grid.copy(SHIFT), Some(named.clone()));
    grid.copied();
    grid.harness.key_press_modifiers(COMMAND | SHIFT, Key::C);
    grid.harness.step();
    assert!(grid.copied().is_some());
}

#[test]
fn one_cell_is_copied_as_it_is() {
    let json = "{\"path\": \"a\\\\b\",\n\t\"n\": 1}";
    let rows = Sample::new(&[("j", Kind::Json)], 1).with_text(0, 0, json);
    let mut grid = Grid::new(rows);
    grid.click("{\"path\": \"a\\\\b\",↵→\"n\": 1}");
    assert_eq!(grid.copy(NONE).as_deref(), Some(json));
}

#[test]
fn copying_needs_a_selection_and_the_keyboard() {
    let mut grid = Grid::new(numbered(3, 10));
    assert_eq!(grid.copy(NONE), None);
    grid.harness
        .get_by_role_and_label(Role::Table, "Result rows")
        .focus();
    grid.harness.run();
    assert_eq!(grid.copy(NONE), None);
    assert_eq!(grid.copied(), None);
}

#[test]
fn a_copy_that_is_too_large_is_refused_in_words() {
    let mut grid = Grid::new(numbered(40, 10_000_000));
    let corner = grid.rect().min + vec2(5.0, 5.0);
    grid.click_at(corner, NONE);
    assert_eq!(grid.copy(NONE), None);
    let said = grid.copied().expect("it is said").to_string();
    assert_eq!(
        said,
        "400,000,000 cells are too many for the clipboard, which takes 200,000; export them instead"
    );

    let huge = vec![b'x'; 9 << 20];
    let rows = Sample::new(&[("a", Kind::Text), ("b", Kind::Text)], 1)
        .with(0, 0, Value::Text(huge.clone()))
        .with(0, 1, Value::Text(huge));
    let mut grid = Grid::new(rows);
    grid.click_at(corner, NONE);
    assert_eq!(grid.copy(NONE), None);
    assert_eq!(grid.copied(), Some(Copied::TooLarge));
}

#[test]
fn rows_that_are_not_loaded_are_named_and_can_be_told_apart() {
    let mut rows = numbered(2, 1000);
    for row in 5..9 {
        for column in 0..2 {
            rows = rows.with(row, column, Value::NotLoaded);
        }
    }
    let mut grid = Grid::new(rows);
    assert_eq!(grid.harness.state().missing, Some(5..9));
    assert_eq!(
        grid.harness
            .query_all_by_role_and_label(Role::Cell, "not loaded")
            .count(),
        8
    );
    let corner = grid.rect().min + vec2(5.0, 5.0);
    grid.click_at(corner, NONE);
    assert_eq!(grid.copy(NONE), None);
    assert_eq!(grid.copied(), Some(Copied::NotLoaded { rows: 0..1000 }));
    grid.rows.borrow_mut().given.clear();
    grid.harness.run();
    assert_eq!(grid.harness.state().missing, None);
}

#[test]
fn hostile_texts_become_one_short_visible_line() {
    let rows = Sample::new(&[("a", Kind::Text), ("\u{202e}eman\n", Kind::Text)], 4)
        .with_text(0, 0, "user\u{202e}txt.exe")
        .with_text(1, 0, "\u{1b}]0;owned\u{7}\r\n")
        .with(2, 0, Value::Text(vec![b'x'; 1 << 20]))
        .with(3, 0, Value::Text(vec![0xff, 0xfe, b'a', 0]));
    let grid = Grid::new(rows);
    for label in [
        "user\\u{202E}txt.exe",
        "\\x1B]0;owned\\x07\\r↵",
        "\\xFF\\xFEa\\x00",
    ] {
        assert!(grid.has_cell(label), "{label}");
    }
    grid.harness
        .get_by_role_and_label(Role::ColumnHeader, "\\u{202E}eman↵");
    assert!(grid.has_cell(&format!("{}…", "x".repeat(300))));
}

#[test]
fn the_row_to_go_to_is_asked_for_and_what_is_no_row_is_said() {
    let mut grid = Grid::new(numbered(3, 10_000));
    grid.click("1");
    grid.go_to("ten");
    grid.harness.get_by_label("Write a row number in digits");
    grid.key(NONE, Key::Escape);
    assert!(grid.harness.query_by_label("Go to row").is_none());
    grid.go_to("20000");
    grid.harness.get_by_label("There are rows 1 to 10,000");
    grid.key(NONE, Key::Escape);
    grid.go_to("7,500");
    assert_eq!(grid.selection().cursor.row, 7499);
    grid.harness.get_by_role_and_label(Role::RowHeader, "7,500");
    grid.key(NONE, Key::ArrowDown);
    assert_eq!(grid.selection().cursor.row, 7500);
}

#[test]
fn the_thumb_and_the_trough_of_the_scroll_bar_move_the_rows() {
    let mut grid = Grid::new(numbered(3, 10_000_000));
    let rect = grid.rect();
    let x = rect.right() - 4.0;
    let top = pos2(x, rect.top() + 40.0);
    grid.drag(top, pos2(x, rect.bottom() + 50.0));
    grid.harness
        .get_by_role_and_label(Role::RowHeader, "10,000,000");
    grid.drag(pos2(x, rect.bottom() - 8.0), pos2(x, rect.top() - 50.0));
    assert_eq!(grid.table().top(), (0, 0.0));
    grid.click_at(pos2(x, rect.center().y), NONE);
    let (row, _) = grid.table().top();
    assert!((15..30).contains(&row), "a page, not {row}");
}

#[test]
fn the_scroll_bars_lie_over_no_cell() {
    let mut grid = Grid::new(numbered(40, 1000));
    let rect = grid.rect();
    let bar = 12.0;
    let corners = [
        rect.left_bottom() + vec2(bar / 2.0, -bar / 2.0),
        rect.right_bottom() - vec2(bar / 2.0, bar / 2.0),
    ];
    for corner in corners {
        grid.click_at(corner, NONE);
        assert!(grid.table().selection().is_none(), "{corner:?}");
    }
    // The last row and column, whole, end where the bars begin.
    grid.click_at(rect.center(), NONE);
    grid.key(COMMAND, Key::End);
    let last = grid
        .harness
        .query_all_by_role_and_label(Role::Cell, "1000")
        .map(|cell| cell.rect())
        .reduce(|last, cell| {
            if cell.right() > last.right() {
                cell
            } else {
                last
            }
        })
        .expect("the last row is seen");
    assert_eq!(rect.max - last.max, vec2(bar, bar));
}

#[test]
fn columns_are_made_wider_by_their_edge_and_fitted_by_a_double_click() {
    let rows = Sample::new(&[("id", Kind::Int), ("text", Kind::Text)], 5).with_text(
        2,
        1,
        "a text of some length, sixty or so characters as it happens",
    );
    let mut grid = Grid::new(rows);
    let header = |grid: &Grid, name: &str| {
        grid.harness
            .get_by_role_and_label(Role::ColumnHeader, name)
            .rect()
    };
    let before = header(&grid, "id");
    let edge = before.right_center();
    grid.drag(edge, edge + vec2(50.0, 0.0));
    assert_eq!(header(&grid, "id").width(), before.width() + 50.0);
    let text = header(&grid, "text");
    assert_eq!(text.left(), before.right() + 50.0);
    let edge = text.right_center();
    for pressed in [true, false, true, false] {
        grid.harness.event(Event::PointerMoved(edge));
        grid.harness.event(Event::PointerButton {
            pos: edge,
            button: egui::PointerButton::Primary,
            pressed,
            modifiers: NONE,
        });
    }
    grid.harness.run();
    let fitted = header(&grid, "text").width();
    assert!(
        fitted > text.width() && fitted < 60.0 * 8.0 + 40.0,
        "{fitted}"
    );
}

#[test]
fn keys_make_the_column_of_the_cursor_wider_and_narrower() {
    let mut grid = Grid::new(numbered(3, 10));
    grid.click("1");
    let width = |grid: &Grid| {
        let header = grid.harness.get_by_role_and_label(Role::ColumnHeader, "c0");
        header.rect().width()
    };
    let before = width(&grid);
    grid.key(Modifiers::ALT, Key::ArrowRight);
    grid.key(Modifiers::ALT, Key::ArrowRight);
    let wider = width(&grid);
    assert!(wider > before + 20.0, "{before} {wider}");
    grid.key(Modifiers::ALT, Key::ArrowLeft);
    assert!(width(&grid) < wider);
    assert_eq!(grid.selection(), selection(at(0, 0)));
}

#[test]
fn new_columns_begin_at_the_top_and_rows_that_vanish_take_the_selection_along() {
    let mut grid = Grid::new(numbered(3, 1000));
    grid.click("1");
    grid.key(COMMAND, Key::End);
    grid.rows.borrow_mut().rows = 10;
    grid.harness.run();
    assert_eq!(grid.selection(), selection(at(9, 2)));
    assert_eq!(grid.table().top(), (0, 0.0));
    *grid.rows.borrow_mut() = Sample::new(&[("other", Kind::Int)], 1000);
    grid.harness.run();
    assert_eq!(grid.table().selection(), None);
}

#[test]
fn rows_that_arrive_move_nothing() {
    let mut grid = Grid::new(numbered(3, 1000));
    grid.click("1");
    grid.go_to("500");
    let before = (grid.table().top(), grid.cell("500"));
    grid.rows.borrow_mut().rows = 9999;
    grid.harness.run();
    assert_eq!((grid.table().top(), grid.cell("500")), before);
}

#[test]
fn nothing_to_show_and_no_room_are_no_trouble() {
    for rows in [
        numbered(0, 0),
        numbered(3, 0),
        numbered(0, 10),
        numbered(4096, 3),
        numbered(500, u64::MAX),
    ] {
        for size in [
            vec2(800.0, 600.0),
            vec2(300.0, 5.0),
            vec2(5.0, 300.0),
            vec2(60.0, 60.0),
            vec2(1.0, 1.0),
            vec2(0.0, 0.0),
        ] {
            let mut grid = Grid::sized(rows.clone(), size);
            grid.harness
                .get_by_role_and_label(Role::Table, "Result rows")
                .focus();
            grid.harness.run();
            for key in [Key::ArrowDown, Key::PageDown, Key::End, Key::Escape] {
                grid.key(NONE, key);
            }
            grid.key(COMMAND, Key::End);
            grid.key(COMMAND, Key::A);
            grid.wheel(vec2(-50.0, -50.0));
            let middle = grid.rect().center();
            grid.click_at(middle, NONE);
            grid.drag(middle, middle + vec2(100.0, 100.0));
        }
    }
}

#[test]
fn a_screen_reader_can_select_a_cell() {
    let mut grid = Grid::new(numbered(1, 100));
    grid.harness
        .get_by_role_and_label(Role::Cell, "7")
        .click_accesskit();
    grid.harness.run();
    assert_eq!(grid.selection(), selection(at(6, 0)));
    let cell = grid.harness.get_by_role_and_label(Role::Cell, "7");
    assert_eq!(cell.accesskit_node().is_selected(), Some(true));
}

/// Open the menu of the first cell with this label.
fn menu_of(grid: &mut Grid, label: &str) {
    let place = grid.cell(label);
    grid.harness.event(Event::PointerMoved(place.center()));
    for pressed in [true, false] {
        grid.harness.event(Event::PointerButton {
            pos: place.center(),
            button: egui::PointerButton::Secondary,
            pressed,
            modifiers: NONE,
        });
    }
    grid.harness.run();
}

#[test]
fn a_panel_can_have_an_entry_of_its_own_for_a_row() {
    let mut grid = Grid::new(numbered(2, 10));
    menu_of(&mut grid, "4");
    assert!(grid.harness.query_by_label_contains("History").is_none());

    let mut grid = Grid::new(numbered(2, 10));
    grid.harness.state_mut().table.row_action = Some("History of this row");
    menu_of(&mut grid, "4");
    grid.harness
        .get_by_label_contains("History of this row")
        .click();
    grid.harness.run();
    assert_eq!(grid.harness.state().acted, Some(at(3, 0)));
}

#[test]
fn the_menu_copies_what_is_selected() {
    let mut grid = Grid::new(numbered(2, 10));
    menu_of(&mut grid, "4");
    assert_eq!(grid.selection(), selection(at(3, 0)));
    grid.harness
        .get_by_label_contains("Copy with column names")
        .click();
    grid.harness.run();
    assert_eq!(
        grid.copied(),
        Some(Copied::Done {
            rows: 1,
            columns: 1
        })
    );
}

#[test]
fn numbers_end_at_the_right_and_words_of_ours_are_faint() {
    let rows = Sample::new(
        &[
            ("number", Kind::Int),
            ("text", Kind::Text),
            ("empty", Kind::Text),
        ],
        1,
    )
    .with(0, 0, Value::Int(42))
    .with(0, 1, Value::Null)
    .with_text(0, 2, "");
    let grid = Grid::new(rows);
    let palette = theme::Palette::of(grid.harness.ctx.theme());
    let (number, null, empty) = (
        grid.drawn_as("42"),
        grid.drawn_as("NULL"),
        grid.drawn_as("''"),
    );
    assert!((grid.cell("42").right() - number.rect.right() - 10.0).abs() <= 1.0);
    assert!((null.rect.left() - grid.cell("NULL").left() - 10.0).abs() <= 1.0);
    assert_eq!(number.color, palette.text);
    assert_eq!((null.color, empty.color), (palette.faint, palette.faint));
    assert!(null.rect.height() < number.rect.height());
}

#[test]
fn what_is_too_wide_ends_in_a_faint_ellipsis_inside_of_its_column() {
    for text in [
        "x".repeat(1 << 20),
        "é".repeat(1 << 20),
        "\u{7}".repeat(1 << 20),
    ] {
        let rows = Sample::new(&[("wide", Kind::Text), ("next", Kind::Text)], 1)
            .with_text(0, 0, &text)
            .with_text(0, 1, "neighbour");
        let grid = Grid::new(rows);
        let ellipsis = grid.drawn_as("…");
        let palette = theme::Palette::of(grid.harness.ctx.theme());
        assert_eq!(ellipsis.color, palette.faint);
        let next = grid.cell("neighbour").left();
        assert!(ellipsis.rect.right() <= next - 9.0, "{ellipsis:?}");
        for drawn in grid.drawn() {
            assert!(drawn.text.len() < 2000, "{} bytes", drawn.text.len());
            assert!(drawn.rect.right() <= next || drawn.rect.left() >= next);
        }
    }
}

#[test]
fn rows_are_drawn_at_even_distances_at_the_end_of_ten_million() {
    let mut grid = Grid::new(numbered(1, 10_000_000));
    grid.click("1");
    grid.go_to("9990000");
    grid.harness.hover_at(grid.rect().center());
    grid.wheel(vec2(0.0, -5.0));
    let top = |number: u64| grid.drawn_as(&number.to_string()).rect.top();
    for number in 9_989_995..9_990_010 {
        assert_eq!(top(number + 1) - top(number), 24.0, "{number}");
    }
}

#[test]
fn hovering_a_cut_cell_shows_more_of_it() {
    let long = format!("{}the end of it", "word ".repeat(40));
    let rows = Sample::new(&[("a", Kind::Text)], 2)
        .with_text(0, 0, &long)
        .with_text(1, 0, "short");
    let mut grid = Grid::new(rows);
    let shown = |grid: &Grid| {
        let drawn = grid.drawn();
        drawn
            .iter()
            .any(|drawn| drawn.text.ends_with("the end of it"))
    };
    grid.harness.hover_at(grid.cell("short").center());
    grid.harness.run_steps(90);
    assert!(!shown(&grid));
    let place = grid.cell(&long);
    grid.harness.hover_at(place.center());
    grid.harness.run_steps(90);
    assert!(shown(&grid));
}
