//! What is written of an experiment: its charts as they are looked at, its figures with all digits, and a report. Each
//! carries how it was looked at.

use std::sync::Arc;

use super::{ExperimentsPanel, reading::Figures, view::Left};
use crate::{
    engine::{
        Error, Result,
        chart::{self, ChartSpec, Theme},
        metrics::experiments::Report,
    },
    gui::{
        state::State,
        widgets::export::{ExportKind, ExportPiece, ExportStep, MakeBytes},
    },
    worker::Worker,
};

/// Points of a chart's file.
const SIZE: [u32; 2] = [960, 540];

impl ExperimentsPanel {
    pub(super) fn export_step(&mut self, step: ExportStep, state: &State, worker: &Worker) {
        let Some(view) = &self.view else { return };
        let figures = &view.figures;
        let name = |piece: ExportPiece| {
            let id = &figures.read.id;
            match (ExportKind::OF_TABLE.contains(&piece.kind), piece.group) {
                (true, _) => id.clone(),
                (false, 0) if view.looks.left == Left::Plan => format!("{id} plan"),
                (false, 0) => format!("{id} users"),
                (false, _) => format!("{id} effect"),
            }
        };
        let make = |piece: ExportPiece| -> MakeBytes {
            let (figures, chart) = (figures.clone(), view.chart(piece.group));
            let server = server(state);
            Box::new(move || bytes(piece.kind, &figures, &chart, &server))
        };
        self.desk.export.handle(step, worker, name, make);
    }
}

/// `MariaDB 10.11.18`; nothing until the server has said so.
fn server(state: &State) -> String {
    let facts = state.active_open().and_then(|open| open.facts.as_ref());
    facts.map_or_else(String::new, |facts| {
        format!("{} {}", facts.product, facts.version)
    })
}

fn bytes(
    kind: ExportKind,
    figures: &Figures,
    chart: &Arc<ChartSpec>,
    server: &str,
) -> Result<Vec<u8>> {
    let plain = figures.read.plain.as_ref();
    let report = Report {
        id: &figures.read.id,
        metrics: plain.map(|(contract, _)| contract.as_slice()),
        ran: plain.map(|(_, ran)| ran),
        exposures: &figures.read.exposures,
        method: &figures.method,
        analysis: &figures.analysis,
        server,
    };
    let spec = || ChartSpec {
        footnotes: report.method_lines(),
        ..ChartSpec::clone(chart)
    };
    let text = match kind {
        ExportKind::Svg => chart::svg(&spec(), SIZE, Theme::Light),
        ExportKind::Png => return chart::png(&spec(), SIZE, Theme::Light, 1.0),
        ExportKind::Png2 => return chart::png(&spec(), SIZE, Theme::Light, 2.0),
        ExportKind::ChartCsv => chart::csv(chart, false),
        ExportKind::Summary => chart.summary.clone(),
        ExportKind::TableCsv => report.flat().to_csv(false),
        ExportKind::TableJson => serde_json::to_string_pretty(&report.json())
            .map_err(|error| Error::Invalid(error.to_string()))?,
        ExportKind::Report => report.to_markdown(),
        ExportKind::Sql => {
            return Err(Error::Invalid(
                "there are no statements to write".to_owned(),
            ));
        }
    };
    Ok(text.into_bytes())
}
