//! What is written of a summary: its tables, its steps of time, the chart, all of it for programs.

use std::sync::Arc;

use super::{Figures, SummaryView};
use crate::{
    engine::{
        Error, Result,
        binlog::report,
        chart::{ChartSpec, Theme, csv, png, svg},
        export::sheet::Sheet,
    },
    gui::widgets::export::{ExportGroup, ExportKind, ExportPiece, ExportStep, MakeBytes},
    worker::Worker,
};

/// Of a chart in a file, in points.
const SIZE: [u32; 2] = [960, 400];
/// Statements of a report.
const MOST_TEXTS: usize = 100;

/// What can be written.
pub(super) const GROUPS: [ExportGroup<'static>; 3] = [
    ExportGroup {
        title: "By table",
        kinds: &ExportKind::OF_TABLE,
    },
    ExportGroup {
        title: "Over time",
        kinds: &[ExportKind::TableCsv],
    },
    ExportGroup {
        title: "Chart",
        kinds: &[
            ExportKind::Svg,
            ExportKind::Png,
            ExportKind::Png2,
            ExportKind::Summary,
        ],
    },
];

impl SummaryView {
    pub(super) fn export_step(&mut self, step: ExportStep, worker: &Worker) {
        let Some(figures) = self.figures.clone() else {
            return;
        };
        let zone = crate::gui::zone::Zone::default();
        let chart = figures.chart(self.unit, zone);
        let name = |piece: ExportPiece| {
            match piece.group {
                1 => "binlog over time",
                2 => "binlog chart",
                _ => "binlog summary",
            }
            .to_owned()
        };
        let make = |piece: ExportPiece| -> MakeBytes {
            let (figures, chart) = (figures.clone(), chart.clone());
            Box::new(move || bytes(piece, &figures, &chart))
        };
        self.export.handle(step, worker, name, make);
    }
}

/// Charts in files are light, and in UTC, whatever the window is: they go into documents.
fn bytes(piece: ExportPiece, figures: &Arc<Figures>, chart: &ChartSpec) -> Result<Vec<u8>> {
    let summary = &figures.summary;
    match piece.kind {
        ExportKind::Svg => Ok(svg(chart, SIZE, Theme::Light).into_bytes()),
        ExportKind::Png => png(chart, SIZE, Theme::Light, 1.0),
        ExportKind::Png2 => png(chart, SIZE, Theme::Light, 2.0),
        ExportKind::ChartCsv => Ok(csv(chart, true).into_bytes()),
        ExportKind::TableJson => serde_json::to_vec_pretty(&report::Whole::of(summary))
            .map_err(|error| Error::Invalid(error.to_string())),
        ExportKind::Report => Ok(markdown(figures).into_bytes()),
        ExportKind::TableCsv if piece.group == 1 => {
            let steps: Vec<_> = summary.steps().copied().collect();
            Ok(report::by_time(&steps).to_csv(true).into_bytes())
        }
        // What else there is, this screen does not offer.
        ExportKind::TableCsv | ExportKind::Summary | ExportKind::Sql => {
            Ok(report::by_table(&figures.tables).to_csv(true).into_bytes())
        }
    }
}

fn markdown(figures: &Figures) -> String {
    let summary = &figures.summary;
    let steps: Vec<_> = summary.steps().copied().collect();
    let parts: [(&str, Sheet); 7] = [
        ("Log", report::facts(summary)),
        ("Tables", report::by_table(&figures.tables)),
        ("Time", report::by_time(&steps)),
        (
            "Biggest transactions",
            report::transactions(&summary.biggest),
        ),
        (
            "Longest transactions",
            report::transactions(&summary.longest),
        ),
        ("DDL", report::texts(&summary.ddl, MOST_TEXTS)),
        ("Missing", report::texts(&summary.gaps, MOST_TEXTS)),
    ];
    let mut text = String::from("# Summary of a binary log\n");
    for (title, sheet) in parts {
        if !sheet.rows.is_empty() {
            text.push_str("\n## ");
            text.push_str(title);
            text.push_str("\n\n");
            text.push_str(&sheet.to_markdown());
        }
    }
    text
}
