//! What of a summary is drawn: the tables in the order that is asked for, and the chart.

use std::cmp::Reverse;

use crate::{
    engine::{
        binlog::summary::{Counts, Step, Summary, TableCounts},
        chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Plot, Point, Series, Slot},
        metrics::series::step_words,
    },
    gui::{format, zone::Zone},
};

/// More bars cannot be told apart.
const MOST_BARS: usize = 160;
/// Fewer would be walls.
const LEAST_BARS: f64 = 16.0;
/// Bytes of each unit, the largest first.
const BYTES: [(f64, &str); 4] = [(1e9, "GB"), (1e6, "MB"), (1e3, "kB"), (1.0, "Bytes")];

/// In the order of [`Unit::of`], each in its colour.
const OPERATIONS: [(&str, Slot); 3] = [
    ("inserted", Slot::Color(2)),
    ("updated", Slot::Color(0)),
    ("deleted", Slot::Color(3)),
];

/// What is counted of changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Unit {
    #[default]
    Rows,
    Bytes,
}

impl Unit {
    /// Inserted, updated, deleted.
    pub fn of(self, counts: &Counts) -> [u64; 3] {
        match self {
            Self::Rows => [counts.inserts, counts.updates, counts.deletes],
            Self::Bytes => [
                counts.insert_bytes,
                counts.update_bytes,
                counts.delete_bytes,
            ],
        }
    }

    /// A count of it for people.
    pub fn words(self, count: u64) -> String {
        match self {
            Self::Rows => format::count(count),
            Self::Bytes => format::bytes(count),
        }
    }
}

/// A summary as it was at one moment of reading.
#[derive(Clone, Debug)]
pub struct Figures {
    pub summary: Summary,
    /// Those with most bytes first.
    pub tables: Vec<TableCounts>,
}

impl Figures {
    pub fn of(summary: &Summary) -> Self {
        Self {
            summary: summary.clone(),
            tables: summary.tables(),
        }
    }

    /// The places of the tables in the order of a column of the list.
    pub fn order(&self, unit: Unit, (column, largest_first): (usize, bool)) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.tables.len()).collect();
        let Some(place) = column.checked_sub(1) else {
            order.sort_by_key(|at| {
                let table = self.tables.get(*at);
                table.map(|table| (&table.database, &table.table))
            });
            if largest_first {
                order.reverse();
            }
            return order;
        };
        let figure = |at: &usize| {
            let counts = self.tables.get(*at).map(|table| table.counts);
            let counts = counts.unwrap_or_default();
            let parts = unit.of(&counts);
            let rest = [counts.rows(), counts.bytes()];
            parts.into_iter().chain(rest).nth(place).unwrap_or_default()
        };
        if largest_first {
            order.sort_by_key(|at| Reverse(figure(at)));
        } else {
            order.sort_by_key(figure);
        }
        order
    }

    /// The changes over time.
    pub fn chart(&self, unit: Unit, zone: Zone) -> ChartSpec {
        let (step, steps) = self.bars();
        let sum = |bar: &Step| unit.of(&bar.counts).into_iter().sum::<u64>() as f64;
        let highest = steps.iter().map(sum).fold(0.0, f64::max);
        let (scale, what, kind) = match unit {
            Unit::Rows => (1.0, "Rows", Kind::Count),
            Unit::Bytes => {
                let fits = BYTES.into_iter().find(|(bytes, _)| *bytes <= highest);
                let (scale, what) = fits.unwrap_or((1.0, "Bytes"));
                (scale, what, Kind::Number)
            }
        };
        let series = OPERATIONS.into_iter().enumerate();
        let series = series.map(|(at, (name, slot))| {
            let points: Vec<Point> = steps
                .iter()
                .map(|bar| {
                    let count = unit.of(&bar.counts).get(at).copied().unwrap_or_default();
                    Point::new(f64::from(bar.begin), count as f64 / scale)
                })
                .collect();
            Series::new(name, slot, Marks::BARS, points)
        });
        let mut panel = Panel::new(Axis::new("", kind).with_zero(), series.collect());
        panel.stacked = true;
        let time = Kind::Time {
            offset_secs: zone.offset_secs,
        };
        ChartSpec {
            title: format!("{what} per {}", per(step)),
            subtitle: String::new(),
            body: Body::Plot(Plot {
                x: Axis {
                    bounds: bounds(&steps, step),
                    ..Axis::new("", time).with_step(step.into())
                },
                panels: vec![panel],
                ..Plot::default()
            }),
            footnotes: Vec::new(),
            summary: self.in_words(unit),
        }
    }

    /// Steps of time, joined until they are few enough, and the seconds of one.
    fn bars(&self) -> (u32, Vec<Step>) {
        let mut width = self.summary.step_secs;
        let span = match (self.summary.first, self.summary.last) {
            (Some(first), Some(last)) => last.saturating_sub(first),
            _ => 0,
        };
        while span as usize / width as usize >= MOST_BARS {
            width = wider(width);
        }
        let mut bars: Vec<Step> = Vec::new();
        for step in self.summary.steps() {
            let begin = step.begin - step.begin % width;
            match bars.last_mut().filter(|bar| bar.begin == begin) {
                Some(bar) => {
                    bar.transactions += step.transactions;
                    bar.counts.merge(step.counts);
                }
                None => bars.push(Step { begin, ..*step }),
            }
        }
        (width, bars)
    }

    fn in_words(&self, unit: Unit) -> String {
        let [inserted, updated, deleted] =
            unit.of(&self.summary.counts).map(|count| unit.words(count));
        format!("In all {inserted} inserted, {updated} updated, {deleted} deleted.")
    }
}

/// `minute`, `15 min`.
fn per(step: u32) -> String {
    match step {
        60 => "minute".to_owned(),
        3600 => "hour".to_owned(),
        86_400 => "day".to_owned(),
        step => step_words(step.into()),
    }
}

/// All bars, and room around few.
fn bounds(bars: &[Step], step: u32) -> Option<[f64; 2]> {
    let (first, last) = (bars.first()?, bars.last()?);
    let (first, last) = (f64::from(first.begin), f64::from(last.begin));
    let step = f64::from(step);
    let room = ((LEAST_BARS * step - (last - first)) / 2.0).max(step / 2.0);
    Some([first - room, last + room])
}

/// The next width that people count time in.
fn wider(width: u32) -> u32 {
    const WIDTHS: [u32; 9] = [60, 300, 900, 3600, 10_800, 21_600, 43_200, 86_400, 604_800];
    // A summary of a long log has steps of its own, twice as wide each time.
    WIDTHS
        .into_iter()
        .find(|wider| *wider > width && wider.is_multiple_of(width))
        .unwrap_or(width.saturating_mul(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str, inserts: u64, deletes: u64, insert_bytes: u64) -> TableCounts {
        TableCounts {
            database: "shop".to_owned(),
            table: name.to_owned(),
            counts: Counts {
                inserts,
                deletes,
                insert_bytes,
                ..Counts::default()
            },
        }
    }

    #[test]
    fn tables_are_sorted_by_what_a_column_shows() {
        let figures = Figures {
            summary: Summary::default(),
            tables: vec![
                table("c", 1, 9, 50),
                table("a", 5, 0, 10),
                table("b", 2, 3, 20),
            ],
        };
        let names = |unit, by| -> Vec<&str> {
            let order = figures.order(unit, by);
            let names = order.iter().map(|at| &*figures.tables[*at].table);
            names.collect()
        };
        assert_eq!(names(Unit::Rows, (0, false)), ["a", "b", "c"]);
        assert_eq!(names(Unit::Rows, (1, true)), ["a", "b", "c"]);
        assert_eq!(names(Unit::Bytes, (1, true)), ["c", "b", "a"]);
        assert_eq!(names(Unit::Rows, (3, true)), ["c", "b", "a"]);
        assert_eq!(names(Unit::Rows, (5, false)), ["a", "b", "c"]);
    }

    #[test]
    fn bars_grow_wider_in_steps_that_people_know() {
        assert_eq!(wider(60), 300);
        assert_eq!(wider(900), 3600);
        assert_eq!(wider(120), 3600);
        assert_eq!(wider(7_680), 15_360);
    }
}
