//! The points of a chart as CSV: all of them and all their digits, not the pixels that are left of them in a picture.
//!
//! Times are ISO 8601 in UTC whatever zone the chart shows; categories are their names. What the chart says about its
//! making stands once, in the column `note` of the first row.

use super::spec::{Axis, Body, ChartSpec, Kind, Parallel, Plot};
use crate::engine::{
    calendar,
    export::sheet::{Field, Sheet},
};

/// The drawn points. With `spreadsheet`, a text that a spreadsheet would take for a formula gets an apostrophe.
pub fn csv(spec: &ChartSpec, spreadsheet: bool) -> String {
    let mut sheet = Sheet::new(&["panel", "series", "x", "y", "low", "high", "note"]);
    match &spec.body {
        Body::Plot(plot) => points(plot, &mut sheet),
        Body::Parallel(parallel) => values(parallel, &mut sheet),
    }
    let note = spec.footnotes.join("; ");
    if !note.is_empty() {
        if sheet.rows.is_empty() {
            sheet.rows.push(vec![Field::Undefined; sheet.columns.len()]);
        }
        if let Some(last) = sheet.rows.first_mut().and_then(|row| row.last_mut()) {
            *last = Field::text(note);
        }
    }
    sheet.to_csv(spreadsheet)
}

fn points(plot: &Plot, sheet: &mut Sheet) {
    for panel in &plot.panels {
        for series in &panel.series {
            sheet.rows.extend(series.points.iter().map(|point| {
                let [low, high] = point.range.map_or([None; 2], |range| range.map(Some));
                vec![
                    Field::text(&panel.y.title),
                    Field::text(&series.name),
                    value(&plot.x, Some(point.x)),
                    value(&panel.y, point.y),
                    value(&panel.y, low),
                    value(&panel.y, high),
                    Field::Undefined,
                ]
            }));
        }
    }
}

fn values(parallel: &Parallel, sheet: &mut Sheet) {
    for line in &parallel.lines {
        for (index, axis) in parallel.axes.iter().enumerate() {
            sheet.rows.push(vec![
                Field::text(&axis.title),
                Field::text(&line.name),
                Field::whole(index),
                value(axis, line.values.get(index).copied().flatten()),
                Field::Undefined,
                Field::Undefined,
                Field::Undefined,
            ]);
        }
    }
}

fn value(axis: &Axis, value: Option<f64>) -> Field {
    let Some(number) = value else {
        return Field::Undefined;
    };
    match &axis.kind {
        Kind::Time { .. } => match calendar::rfc3339_of_seconds(number) {
            Some(time) => Field::text(time),
            None => Field::number(value, |_| String::new()),
        },
        Kind::Category(names) if number >= 0.0 && number.fract() == 0.0 => {
            match names.get(number as usize) {
                Some(name) => Field::text(name),
                None => Field::number(value, |_| String::new()),
            }
        }
        _ => Field::number(value, |_| String::new()),
    }
}
