//! What a frame of the result grid costs while it scrolls, beside `egui_table`, which is what one would take instead.
//!
//! Headless: the time to run one frame of 1600x900 on one thread, without a renderer; the median of many frames (and
//! the 95th percentile), so that whatever else runs on the machine counts little. Both show the same cells with the
//! same widths and fonts; the cells that a frame asks for are counted.
//! Cells are made when they are asked for, so ten million rows need no memory.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

use std::time::Instant;

use egui::{
    Context, Event, Key, Label, Modifiers, MouseWheelSource, MouseWheelUnit, PointerButton,
    RawInput, Rect, RichText, TouchPhase, Ui, pos2, vec2,
};
use egui_table::{AutoSizeMode, CellInfo, HeaderCellInfo, HeaderRow, Table, TableDelegate};
use porthole::{
    engine::value::{self, Cell, Column, Kind},
    gui::{
        theme,
        widgets::rows_table::{Rows, RowsTable},
    },
};

const ROWS: u64 = 10_000_000;
const WARM_UP: usize = 60;
const FRAMES: usize = 600;
const ROUNDS: usize = 3;
/// What a frame may cost.
const TARGET_MS: f64 = 1.0;
/// About what our grid gives columns of these kinds, so that both show as many cells.
const WIDTHS: [f32; 5] = [86.0, 98.0, 168.0, 356.0, 100.0];
/// "No dearer" allows for as much as two medians of one thing differ.
const NOISE: f64 = 1.1;

fn main() {
    let narrow = beside("40 columns", 40, Scroll::Wheel, Some(TARGET_MS));
    let no_dearer = Some(narrow * NOISE);
    beside("500 columns", 500, Scroll::Wheel, no_dearer);
    beside(
        "40 columns, another page every frame",
        40,
        Scroll::Pages,
        None,
    );
    alone(
        "40 columns, at the last rows",
        40,
        End::Last,
        false,
        Some(TARGET_MS),
    );
    alone("4,096 columns", 4096, End::First, false, None);
    alone(
        "40 columns, with a screen reader",
        40,
        End::First,
        true,
        None,
    );
}

#[derive(Clone, Copy)]
enum Scroll {
    /// Thirty pixels a frame, so that every frame shows a row that the one before did not.
    Wheel,
    /// Every frame shows cells that the one before did not.
    Pages,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    First,
    Last,
}

/// Median and 95th percentile, in milliseconds.
#[derive(Clone, Copy)]
struct Cost {
    median: f64,
    slow: f64,
    /// Cells that a frame asks for.
    cells: u64,
}

impl std::fmt::Display for Cost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            median,
            slow,
            cells,
        } = self;
        write!(f, "{median:.2} ms ({slow:.2}), {cells} cells")
    }
}

fn beside(what: &str, columns: usize, scroll: Scroll, target: Option<f64>) -> f64 {
    let sample = Sample::new(columns);
    let ours = best(|| ours(&sample, scroll, End::First, false));
    let theirs = best(|| theirs(&sample, scroll));
    let ratio = theirs.median / ours.median;
    let reference = format!("egui_table: {theirs}; {ratio:.1}x as dear");
    print(what, ours, &reference, target);
    ours.median
}

fn alone(what: &str, columns: usize, end: End, read_aloud: bool, target: Option<f64>) {
    let sample = Sample::new(columns);
    let ours = best(|| ours(&sample, Scroll::Wheel, end, read_aloud));
    print(what, ours, "", target);
}

/// The lowest of a few medians: a busy machine can only add to them.
fn best(measure: impl Fn() -> Cost) -> Cost {
    (0..ROUNDS)
        .map(|_| measure())
        .min_by(|a, b| a.median.total_cmp(&b.median))
        .expect("there is a round")
}

fn print(what: &str, ours: Cost, reference: &str, target: Option<f64>) {
    let (target, verdict) = match target {
        None => (String::new(), ""),
        Some(target) if ours.median <= target => (format!("at most {target:.2} ms"), "met"),
        Some(target) => (format!("at most {target:.2} ms"), "MISSED"),
    };
    println!(
        "| grid, 10,000,000 rows x {what}: a frame while scrolling | {ours} | {reference} | {target} | {verdict} |"
    );
}

fn ours(sample: &Sample, scroll: Scroll, end: End, read_aloud: bool) -> Cost {
    let mut table = RowsTable::default();
    let ctx = context();
    if read_aloud {
        ctx.enable_accesskit();
    }
    if end == End::Last {
        let at = pos2(800.0, 450.0);
        let click = |pressed| Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        };
        let last = Event::Key {
            key: Key::End,
            physical_key: None,
            pressed: true,
            repeat: false,
            modifiers: Modifiers::COMMAND,
        };
        for event in [Event::PointerMoved(at), click(true), click(false), last] {
            let input = input(vec![event]);
            let mut output = ctx.run_ui(input, |ui| {
                table.ui(ui, sample);
            });
            output.textures_delta.clear();
        }
        assert!(table.top().0 > ROWS - 100, "the last rows are seen");
    }
    let towards = if end == End::Last { 1.0 } else { -1.0 };
    cost(&ctx, sample, scroll, towards, |ui| {
        table.ui(ui, sample);
    })
}

fn theirs(sample: &Sample, scroll: Scroll) -> Cost {
    let mut cells = Cells(sample);
    let ctx = context();
    let columns: Vec<_> = (0..sample.columns.len())
        .map(|index| {
            let width = WIDTHS[index % WIDTHS.len()];
            egui_table::Column::new(width).range(width..=width)
        })
        .collect();
    cost(&ctx, sample, scroll, -1.0, |ui| {
        Table::new()
            .num_rows(ROWS)
            .columns(columns.clone())
            .headers([HeaderRow::new(theme::ROW_HEIGHT + 2.0)])
            .auto_size_mode(AutoSizeMode::Never)
            .show(ui, &mut cells);
    })
}

fn cost(
    ctx: &Context,
    sample: &Sample,
    scroll: Scroll,
    towards: f32,
    mut draw: impl FnMut(&mut Ui),
) -> Cost {
    let pixels = match scroll {
        Scroll::Wheel => 30.0,
        Scroll::Pages => 860.0,
    };
    let mut times = Vec::with_capacity(FRAMES);
    let mut cells = 0;
    for frame in 0..WARM_UP + FRAMES {
        let wheel = |delta, phase| Event::MouseWheel {
            unit: MouseWheelUnit::Point,
            delta: vec2(0.0, delta),
            modifiers: Modifiers::NONE,
            phase,
            source: MouseWheelSource::Trackpad,
        };
        let mut events = vec![Event::PointerMoved(pos2(800.0, 450.0))];
        // As from a touchpad: what is not smoothed moves at once.
        if frame == 0 {
            events.push(wheel(0.0, TouchPhase::Start));
        }
        events.push(wheel(pixels * towards, TouchPhase::Move));
        let input = input(events);
        sample.asked.set(0);
        let start = Instant::now();
        let mut output = ctx.run_ui(input, &mut draw);
        let elapsed = start.elapsed().as_secs_f64() * 1e3;
        // Nothing is rendered, so nobody takes the textures.
        output.textures_delta.clear();
        assert!(!output.shapes.is_empty());
        if frame >= WARM_UP {
            times.push(elapsed);
            cells += sample.asked.get();
        }
    }
    times.sort_by(f64::total_cmp);
    Cost {
        median: times[FRAMES / 2],
        slow: times[FRAMES * 95 / 100],
        cells: cells / FRAMES as u64,
    }
}

fn context() -> Context {
    let ctx = Context::default();
    theme::install(&ctx);
    ctx.set_theme(egui::Theme::Dark);
    ctx
}

fn input(events: Vec<Event>) -> RawInput {
    RawInput {
        screen_rect: Some(Rect::from_min_size(pos2(0.0, 0.0), vec2(1600.0, 900.0))),
        predicted_dt: 1.0 / 60.0,
        events,
        ..RawInput::default()
    }
}

/// Numbers, names, times, JSON and NULL, as a table of a shop has them.
struct Sample {
    columns: Vec<Column>,
    names: Vec<String>,
    times: Vec<String>,
    documents: Vec<String>,
    asked: std::cell::Cell<u64>,
}

impl Sample {
    fn new(columns: usize) -> Self {
        const KINDS: [Kind; 5] = [
            Kind::Int,
            Kind::Text,
            Kind::DateTime,
            Kind::Json,
            Kind::Double,
        ];
        let column = |index: usize| Column {
            name: format!("column_{index}"),
            database: "shop".to_owned(),
            table: "orders".to_owned(),
            column: format!("column_{index}"),
            kind: KINDS[index % KINDS.len()],
            type_name: "of the bench".to_owned(),
            primary_key: index == 0,
        };
        let many = |text: fn(usize) -> String| (0..997).map(text).collect();
        Self {
            columns: (0..columns).map(column).collect(),
            names: many(|index| format!("u-{:06}", 120_034 + index * 977)),
            times: many(|index| format!("2026-10-{:02} {:02}:41:11", index % 28 + 1, index % 24)),
            documents: many(|index| {
                format!("{{\"plan\": \"annual\", \"cart\": {index}, \"utm\": \"spring\"}}")
            }),
            asked: std::cell::Cell::new(0),
        }
    }
}

impl Rows for Sample {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn rows(&self) -> u64 {
        ROWS
    }

    fn cell(&self, row: u64, column: usize) -> Option<Cell<'_>> {
        self.asked.set(self.asked.get() + 1);
        let pick = |of: &'_ [String]| {
            let place = (row as usize).wrapping_mul(31) + column * 7;
            place % of.len()
        };
        Some(match column % 5 {
            0 => Cell::UInt(row + column as u64),
            1 => Cell::Text(self.names[pick(&self.names)].as_bytes()),
            2 => Cell::Text(self.times[pick(&self.times)].as_bytes()),
            3 => Cell::Text(self.documents[pick(&self.documents)].as_bytes()),
            _ if row.is_multiple_of(7) => Cell::Null,
            _ => Cell::Double(row as f64 / 8.0),
        })
    }
}

/// The same cells for `egui_table`.
struct Cells<'a>(&'a Sample);

impl TableDelegate for Cells<'_> {
    fn header_cell_ui(&mut self, ui: &mut Ui, cell: &HeaderCellInfo) {
        for column in cell.col_range.clone() {
            ui.strong(&self.0.columns[column].name);
        }
    }

    fn cell_ui(&mut self, ui: &mut Ui, cell: &CellInfo) {
        let column = &self.0.columns[cell.col_nr];
        let text = match self.0.cell(cell.row_nr, cell.col_nr) {
            None | Some(Cell::Null) => "NULL".to_owned(),
            Some(value) => value::text(value, column.kind),
        };
        ui.add(Label::new(RichText::new(text).text_style(theme::text::cell())).extend());
    }

    fn default_row_height(&self) -> f32 {
        theme::ROW_HEIGHT
    }
}
