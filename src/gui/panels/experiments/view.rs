//! What is drawn of an experiment, made once from its figures: rows, chips and charts.

use std::{cell::RefCell, collections::BTreeMap, sync::Arc};

use super::{checks, reading::Figures, table};
use crate::{
    engine::{
        chart::{ChartSpec, Marker, Slot},
        metrics::{
            experiments::charts::{Charted, EffectView, ExposureView},
            markers::Note,
        },
    },
    gui::widgets::{
        export::{ExportGroup, ExportKind},
        figure_table::{Cell, Column},
        health::Chip,
    },
};

/// Colours by the names of variants; they stay while the window is open.
pub(super) type Slots = BTreeMap<String, Slot>;

pub(super) struct View {
    pub(super) figures: Arc<Figures>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) chips: Vec<Chip>,
    slots: Vec<Slot>,
    markers: Vec<Marker>,
    /// Made when they are drawn first.
    exposures: RefCell<Option<(ExposureView, Arc<ChartSpec>)>>,
    effect: RefCell<Option<(EffectView, Arc<ChartSpec>)>>,
    /// What is looked at, so that it is exported too.
    pub(super) looks: Looks,
}

/// Which charts are looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looks {
    pub(super) exposures: ExposureView,
    pub(super) effect: EffectView,
}

impl View {
    pub(super) fn new(
        figures: Arc<Figures>,
        known: &mut Slots,
        notes: &[Note],
        looks: Looks,
    ) -> Self {
        let analysis = &figures.analysis;
        for (at, variant) in analysis.variants.iter().enumerate() {
            if known.contains_key(&variant.name) {
                continue;
            }
            let neutral_is_free = !known.values().any(|slot| *slot == Slot::Neutral);
            let slot = if Some(at) == analysis.control && neutral_is_free {
                Slot::Neutral
            } else {
                let colors = known.values().filter(|slot| **slot != Slot::Neutral);
                Slot::Color(u8::try_from(colors.count()).unwrap_or(u8::MAX))
            };
            known.insert(variant.name.clone(), slot);
        }
        let slots: Vec<Slot> = analysis
            .variants
            .iter()
            .map(|variant| known.get(&variant.name).copied().unwrap_or_default())
            .collect();
        Self {
            columns: table::columns(analysis, &figures.method),
            rows: table::rows(&figures, &slots),
            chips: checks::chips(&figures),
            markers: notes.iter().map(Marker::from).collect(),
            slots,
            exposures: RefCell::default(),
            effect: RefCell::default(),
            looks,
            figures,
        }
    }

    fn charted(&self) -> Charted<'_> {
        Charted {
            analysis: &self.figures.analysis,
            method: &self.figures.method,
            slots: &self.slots,
            offset_secs: self.figures.read.exposures.offset_secs,
            markers: &self.markers,
        }
    }

    pub(super) fn exposures(&self) -> Arc<ChartSpec> {
        let mut kept = self.exposures.borrow_mut();
        let look = self.looks.exposures;
        kept_or(&mut kept, look, || self.charted().exposures(look))
    }

    pub(super) fn effect(&self) -> Arc<ChartSpec> {
        let mut kept = self.effect.borrow_mut();
        let look = self.looks.effect;
        kept_or(&mut kept, look, || self.charted().effect(look))
    }

    /// What can be exported: the two charts, and the table.
    pub(super) fn groups() -> [ExportGroup<'static>; 3] {
        [
            ExportGroup {
                title: "Users over time",
                kinds: &ExportKind::OF_CHART,
            },
            ExportGroup {
                title: "Effect over time",
                kinds: &ExportKind::OF_CHART,
            },
            ExportGroup {
                title: "All figures",
                kinds: &ExportKind::OF_TABLE,
            },
        ]
    }

    /// The chart of a group.
    pub(super) fn chart(&self, group: usize) -> Arc<ChartSpec> {
        if group == 0 {
            self.exposures()
        } else {
            self.effect()
        }
    }

    /// A group's chart in words.
    pub(super) fn in_words(&self, group: usize) -> String {
        let chart = self.chart(group);
        format!("{} ({}). {}", chart.title, chart.subtitle, chart.summary)
    }
}

fn kept_or<L: Copy + PartialEq>(
    kept: &mut Option<(L, Arc<ChartSpec>)>,
    look: L,
    make: impl FnOnce() -> ChartSpec,
) -> Arc<ChartSpec> {
    match kept {
        Some((of, chart)) if *of == look => chart.clone(),
        _ => {
            let chart = Arc::new(make());
            *kept = Some((look, chart.clone()));
            chart
        }
    }
}
