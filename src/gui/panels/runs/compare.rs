//! Two to five runs side by side: their values with the differences to the first, then what they were started with.

use egui::{Label, RichText, ScrollArea, Ui};

use super::{RunsPanel, figures::Figures};
use crate::{
    engine::metrics::runs::{
        Found, Goal,
        compare::{Compared, Setting},
        value_text,
    },
    gui::{
        format,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            figure_table::{Cell, Column, HEAD, ROW},
            name,
        },
    },
};

/// Letters of a parameter that are shown; all of it is in the tooltip.
const LETTERS: usize = 40;
/// So many runs have a column for their differences.
const OWN_COLUMNS: usize = 3;

impl RunsPanel {
    pub(super) fn compare_ui(&mut self, ui: &mut Ui) {
        let Some(figures) = self.figures.clone() else {
            return;
        };
        let of = figures.compared.len();
        let words = match (of, self.ticked.len()) {
            (0 | 1, _) => "Tick two to five runs to set them side by side.".to_owned(),
            (of, all) if all > of => {
                format!("The newest {of} of {all} ticked runs; differences are to the first.")
            }
            _ => "Last values; differences are to the first run, the newest.".to_owned(),
        };
        let words = RichText::new(words).color(ui.palette().secondary);
        ui.add(Label::new(words).wrap());
        if of == 0 {
            return;
        }
        let parts = [
            ("Metrics", metric_columns(&figures), metric_rows(&figures)),
            (
                "Parameters",
                setting_columns(&figures, "Parameter"),
                setting_rows(&figures, &figures.params),
            ),
            (
                "Tags",
                setting_columns(&figures, "Tag"),
                setting_rows(&figures, &figures.tags),
            ),
        ];
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            for ((title, columns, rows), table) in parts.iter().zip(&mut self.tables) {
                if rows.is_empty() {
                    continue;
                }
                ui.label(RichText::new(*title).text_style(text::strong()));
                let height = HEAD + rows.len() as f32 * ROW + 1.0;
                table.ui(ui, title, columns, rows, height);
                ui.add_space(SPACE[1]);
            }
        });
    }
}

fn metric_columns(figures: &Figures) -> Vec<Column> {
    let mut columns = vec![Column::new("Metric")];
    let own = has_own_columns(figures);
    for (at, (found, _)) in figures.compared.iter().enumerate() {
        columns.push(Column::number(name::shown(&found.run.label())));
        if at > 0 && own {
            columns.push(Column::number("Difference").hint("To the first run"));
        }
    }
    columns
}

/// With more runs the differences stand under the values: the table would be wider than the screen.
fn has_own_columns(figures: &Figures) -> bool {
    figures.compared.len() <= OWN_COLUMNS
}

fn metric_rows(figures: &Figures) -> Vec<Vec<Cell>> {
    let own = has_own_columns(figures);
    let rows = figures.metrics.iter().map(|metric| {
        let better = match metric.goal {
            Goal::Min => "less is better",
            Goal::Max => "more is better",
            Goal::Neither => "neither way is better",
        };
        let head = Cell {
            strong: true,
            ..Cell::text(name::shown(&metric.key))
        };
        let mut row = vec![head.with_second(better)];
        for (at, (found, _)) in figures.compared.iter().enumerate() {
            let difference = metric.difference.get(at).copied().flatten();
            row.push(value_cell(found, metric, at, difference.filter(|_| !own)));
            if at > 0 && own {
                let none = || Cell::undefined("One of the two has no value");
                row.push(difference.map_or_else(none, |value| Cell::text(signed(value))));
            }
        }
        row
    });
    rows.collect()
}

/// The last value; under it whether it is the best of these, and the difference or what the run had reached before.
fn value_cell(found: &Found, metric: &Compared, at: usize, difference: Option<f64>) -> Cell {
    let value = metric.last.get(at).copied().flatten();
    let best = metric.best.get(at).copied().flatten();
    let mut second = Vec::new();
    let ahead = metric.ahead == Some(at);
    if ahead {
        second.push("best".to_owned());
    }
    if let Some(difference) = difference {
        second.push(signed(difference));
    } else if let Some(best) = best
        && value.is_none_or(|value| value.total_cmp(&best).is_ne())
    {
        second.push(format!("reached {}", value_text(best)));
    }
    let cell = value.map_or_else(
        || missing(found, &metric.key),
        |value| Cell::text(value_text(value)),
    );
    Cell {
        strong: ahead,
        ..cell.with_second(second.join(", "))
    }
}

/// Why there is no value: none was logged, or the last one was no number.
fn missing(found: &Found, key: &str) -> Cell {
    match found.metrics.get(key) {
        None => Cell::undefined("This run has not logged it"),
        Some(summary) => match summary.last {
            Some(value) => Cell {
                hint: "The last value is no finite number".to_owned(),
                ..Cell::text(value_text(value))
            },
            None => Cell::undefined("The last value is NULL: the run logged no number"),
        },
    }
}

fn signed(value: f64) -> String {
    let text = value_text(value.abs());
    match text.as_str() {
        "0" => text,
        _ if value < 0.0 => format!("−{text}"),
        _ => format!("+{text}"),
    }
}

fn setting_columns(figures: &Figures, what: &str) -> Vec<Column> {
    let runs = figures.compared.iter();
    let runs = runs.map(|(found, _)| Column::new(name::shown(&found.run.label())));
    std::iter::once(Column::new(what)).chain(runs).collect()
}

fn setting_rows(figures: &Figures, settings: &[Setting]) -> Vec<Vec<Cell>> {
    let mut settings: Vec<&Setting> = settings.iter().collect();
    // What differs is what people look for.
    settings.sort_by_key(|setting| !setting.differs);
    let several = figures.compared.len() > 1;
    let rows = settings.into_iter().map(|setting| {
        let head = Cell {
            strong: setting.differs && several,
            ..Cell::text(name::shown(&setting.key))
        };
        let second = match (several, setting.differs) {
            (true, true) => "differs",
            (true, false) => "the same",
            (false, _) => "",
        };
        let mut row = vec![head.with_second(second)];
        row.extend(setting.values.iter().map(|value| match value {
            None => Cell::undefined("This run has none"),
            Some(value) => {
                let whole = name::shown(value);
                let short = format::plain(&whole, LETTERS);
                Cell {
                    faint: several && !setting.differs,
                    ..Cell::text(short)
                }
                .with_hint(whole)
            }
        }));
        row
    });
    rows.collect()
}
