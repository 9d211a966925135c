//! What is written of a flag.

use std::sync::Arc;

use super::{FlagsPanel, view::View};
use crate::{
    engine::{
        Error, Result,
        chart::{self, ChartSpec, Theme},
        metrics::flags::{
            analysis::{Analysis, Method},
            data::Data,
            json::Document,
            markdown, sheets,
        },
    },
    gui::widgets::export::{ExportKind, ExportPiece, ExportStep, MakeBytes},
    worker::Worker,
};

/// Of files that hold a chart, in pixels at 1x.
const SIZE: [u32; 2] = [1_120, 640];

/// What is written of, owned by the work that writes.
struct Piece {
    data: Arc<Data>,
    analysis: Analysis,
    method: Method,
    chart: Option<Arc<ChartSpec>>,
}

impl FlagsPanel {
    pub(super) fn export_step(&mut self, step: ExportStep, worker: &Worker) {
        let Some(view) = &self.view else { return };
        let id = view.data.request.flag.clone();
        let which = self.look_of(view);
        let name = |piece: ExportPiece| match piece.group {
            0 => format!("{id} over time"),
            _ => id,
        };
        let make = |piece: ExportPiece| -> MakeBytes {
            let of = Piece::new(view, view.chart(which));
            Box::new(move || of.bytes(piece.kind))
        };
        self.desk.export.handle(step, worker, name, make);
    }
}

impl Piece {
    fn new(view: &View, chart: Option<Arc<ChartSpec>>) -> Self {
        Self {
            data: view.data.clone(),
            analysis: view.analysis.clone(),
            method: view.method.clone(),
            chart,
        }
    }

    fn bytes(&self, kind: ExportKind) -> Result<Vec<u8>> {
        let (data, analysis, method) = (&*self.data, &self.analysis, &self.method);
        Ok(match kind {
            ExportKind::TableCsv => sheets::compared(data, analysis, method)
                .to_csv(false)
                .into_bytes(),
            ExportKind::Report => markdown::report(data, analysis, method).into_bytes(),
            ExportKind::TableJson => {
                serde_json::to_vec_pretty(&Document::new(data, analysis, method))
                    .map_err(|error| Error::Invalid(error.to_string()))?
            }
            ExportKind::Svg => chart::svg(self.chart()?, SIZE, Theme::Light).into_bytes(),
            ExportKind::ChartCsv => chart::csv(self.chart()?, false).into_bytes(),
            ExportKind::Png => chart::png(self.chart()?, SIZE, Theme::Light, 1.0)?,
            ExportKind::Png2 => chart::png(self.chart()?, SIZE, Theme::Light, 2.0)?,
            ExportKind::Summary => self.chart()?.summary.clone().into_bytes(),
            ExportKind::Sql => {
                return Err(Error::Invalid(
                    "there are no statements to write".to_owned(),
                ));
            }
        })
    }

    fn chart(&self) -> Result<&ChartSpec> {
        self.chart
            .as_deref()
            .ok_or_else(|| Error::Invalid("there is no chart to write".to_owned()))
    }
}
