//! What is written of runs: a chart, the table of the list, a report of what is ticked.

use std::{collections::BTreeMap, sync::Arc};

use super::{Figures, RunsPanel};
use crate::{
    engine::{
        Error, Result,
        chart::{ChartSpec, Theme, csv, png, svg},
        metrics::runs::{Found, Goal, Listed, Listing, report, time_text},
    },
    gui::{
        saved::RunsTab,
        widgets::export::{ExportGroup, ExportKind, ExportPiece, ExportStep, MakeBytes},
    },
    worker::Worker,
};

/// Of a chart in a file, in points.
const SIZE: [u32; 2] = [960, 540];

impl RunsPanel {
    /// What the menu offers: the charts that are in front, then the table.
    pub(super) fn groups<R>(
        &self,
        figures: &Figures,
        with: impl FnOnce(&[ExportGroup<'_>]) -> R,
    ) -> R {
        let charts = self.charts_in_front(figures);
        let mut groups: Vec<ExportGroup<'_>> = charts
            .iter()
            .map(|chart| ExportGroup {
                title: &chart.title,
                kinds: &ExportKind::OF_CHART,
            })
            .collect();
        groups.push(ExportGroup {
            title: "Runs",
            kinds: &ExportKind::OF_TABLE,
        });
        with(&groups)
    }

    /// The chart that can be exported: the one that has the room, else that of the list's metric.
    fn charts_in_front<'a>(&self, figures: &'a Figures) -> Vec<&'a ChartSpec> {
        match self.saved.tab {
            RunsTab::Charts => {
                let metric = self.metric().map(|(key, _)| key);
                let key = self.large.clone().or(metric);
                let chart = figures
                    .charts
                    .iter()
                    .find(|chart| Some(&chart.key) == key.as_ref());
                let chart = chart.or_else(|| figures.charts.first());
                chart.map(|chart| &chart.chart).into_iter().collect()
            }
            RunsTab::Compare => Vec::new(),
            RunsTab::Parallel => vec![&figures.parallel],
            RunsTab::Scatter => vec![&figures.scatter],
        }
    }

    /// A group's chart in words.
    pub(super) fn in_words(&self, figures: &Figures, group: usize) -> String {
        let charts = self.charts_in_front(figures);
        charts
            .get(group)
            .map_or(String::new(), |chart| chart.summary.clone())
    }

    pub(super) fn export_step(&mut self, step: ExportStep, worker: &Worker) {
        let (Some(figures), Some(read)) = (self.figures.clone(), self.read.clone()) else {
            return;
        };
        let charts: Vec<ChartSpec> = self
            .charts_in_front(&figures)
            .into_iter()
            .cloned()
            .collect();
        let method = self.method_lines();
        let goals = self.goals();
        let name = |piece: ExportPiece| match charts.get(piece.group) {
            Some(chart) => format!("runs {}", chart.title),
            None => "training runs".to_owned(),
        };
        let make = |piece: ExportPiece| -> MakeBytes {
            let chart = charts.get(piece.group).cloned();
            let (figures, read, method, goals) =
                (figures.clone(), read.clone(), method.clone(), goals.clone());
            Box::new(move || match (piece.kind, chart) {
                (kind, Some(mut chart)) => {
                    chart.footnotes.extend(method);
                    chart_bytes(kind, &chart)
                }
                (kind, None) => table_bytes(kind, &figures, &read.runs, &method, &goals),
            })
        };
        self.export.handle(step, worker, name, make);
    }

    /// How what is seen was made, a line each.
    fn method_lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(read) = &self.read {
            if let Some(tables) = &read.tables {
                let precision = tables.precision().name();
                lines.push(format!(
                    "from {}.{} ({}, {precision} precision)",
                    tables.runs.database,
                    tables.runs.table,
                    tables.layout()
                ));
            }
            if let Some(as_of) = read.as_of {
                lines.push(format!("read at {} UTC", time_text(as_of.0 * 1000)));
            }
        }
        lines.push(
            "of several points of one step the last counts; what is no finite number is never best"
                .to_owned(),
        );
        if self.saved.look.smoothing > 0.0 {
            lines.push(format!(
                "smoothed with a debiased exponential moving average of weight {:.2}",
                self.saved.look.smoothing
            ));
        }
        lines
    }
}

fn table_bytes(
    kind: ExportKind,
    figures: &Arc<Figures>,
    runs: &[Found],
    method: &[String],
    goals: &BTreeMap<String, Goal>,
) -> Result<Vec<u8>> {
    let goal = |key: &str| goals.get(key).copied().unwrap_or_else(|| Goal::of(key));
    let listing = Listing {
        runs: runs
            .iter()
            .map(|found| Listed {
                run: found.run.clone(),
                metrics: found.metrics.clone(),
            })
            .collect(),
        ..Listing::default()
    };
    let keys: Vec<(&str, Goal)> = listing
        .keys()
        .into_iter()
        .map(|key| (key, goal(key)))
        .collect();
    match kind {
        ExportKind::TableJson => {
            let value = crate::engine::metrics::runs::json::list(&listing, goal);
            serde_json::to_vec_pretty(&value).map_err(|error| Error::Invalid(error.to_string()))
        }
        ExportKind::Report => {
            let founds: Vec<Found> = figures
                .compared
                .iter()
                .map(|(found, _)| found.clone())
                .collect();
            let parts = [
                (
                    "Runs",
                    report::without_empty(&report::list(&listing, &keys)),
                ),
                ("Side by side", report::compared(&founds, &figures.metrics)),
                (
                    "Parameters",
                    report::settings("parameter", &founds, &figures.params),
                ),
                ("Tags", report::settings("tag", &founds, &figures.tags)),
            ];
            Ok(report::document("Training runs", method, &parts).into_bytes())
        }
        _ => Ok(report::list(&listing, &keys).to_csv(true).into_bytes()),
    }
}

/// Charts in files are light, whatever the window is: they go into documents.
fn chart_bytes(kind: ExportKind, chart: &ChartSpec) -> Result<Vec<u8>> {
    match kind {
        ExportKind::ChartCsv => Ok(csv(chart, true).into_bytes()),
        ExportKind::Png => png(chart, SIZE, Theme::Light, 1.0),
        ExportKind::Png2 => png(chart, SIZE, Theme::Light, 2.0),
        _ => Ok(svg(chart, SIZE, Theme::Light).into_bytes()),
    }
}
