//! What is drawn of an experiment, made once from its figures: rows, chips and charts.

use std::{cell::RefCell, sync::Arc};

use super::{checks, reading::Figures, table};
use crate::{
    engine::{
        chart::{ChartSpec, Marker, Slot},
        metrics::{
            experiments::charts::{Charted, EffectView, ExposureView},
            markers::Note,
            slots::{self, Slots},
        },
    },
    gui::widgets::{
        export::{ExportGroup, ExportKind},
        figure_table::{Cell, Column},
        health::Chip,
    },
};

pub(super) struct View {
    pub(super) figures: Arc<Figures>,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) chips: Vec<Chip>,
    slots: Vec<Slot>,
    markers: Vec<Marker>,
    /// Variants that are drawn; none for the control and the largest.
    lines: Vec<String>,
    /// Made when they are drawn first.
    left: RefCell<Option<(Left, Arc<ChartSpec>)>>,
    effect: RefCell<Option<(EffectView, Arc<ChartSpec>)>>,
    /// What is looked at, so that it is exported too.
    pub(super) looks: Looks,
}

/// Which charts are looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Looks {
    pub(super) left: Left,
    pub(super) effect: EffectView,
}

/// What the left chart shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Left {
    /// Who came in.
    Exposures(ExposureView),
    /// The smallest effect that is found, day by day.
    Plan,
}

impl Default for Left {
    fn default() -> Self {
        Self::Exposures(ExposureView::default())
    }
}

impl View {
    pub(super) fn new(
        figures: Arc<Figures>,
        known: &mut Slots,
        notes: &[Note],
        lines: &[String],
        looks: Looks,
    ) -> Self {
        let analysis = &figures.analysis;
        let names = analysis.variants.iter().map(|variant| &variant.name);
        slots::give(known, names, analysis.control);
        let slots: Vec<Slot> = analysis
            .variants
            .iter()
            .map(|variant| known.get(&variant.name).copied().unwrap_or_default())
            .collect();
        Self {
            columns: table::columns(analysis, &figures.method),
            rows: table::rows(&figures, &slots),
            chips: checks::chips(&figures),
            markers: markers(notes, &figures),
            lines: lines.to_vec(),
            slots,
            left: RefCell::default(),
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
            shown: &self.lines,
        }
    }

    /// The variants, each with whether it is drawn.
    pub(super) fn drawn(&self) -> Vec<(&str, bool)> {
        let drawn = self.charted().shown();
        let variants = self.figures.analysis.variants.iter().enumerate();
        variants
            .map(|(at, variant)| (variant.name.as_str(), drawn.contains(&at)))
            .collect()
    }

    /// The left chart. Where there is no plan, who came in.
    pub(super) fn left(&self) -> Arc<ChartSpec> {
        let mut kept = self.left.borrow_mut();
        let look = self.looks.left;
        kept_or(&mut kept, look, || {
            let charted = self.charted();
            match look {
                Left::Exposures(view) => charted.exposures(view),
                Left::Plan => charted
                    .smallest_effect()
                    .unwrap_or_else(|| charted.exposures(ExposureView::default())),
            }
        })
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
                title: "The chart at the left",
                kinds: &ExportKind::OF_CHART,
            },
            ExportGroup {
                title: "The chart at the right",
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
            self.left()
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

/// Notes, and changes of flags, by time.
fn markers(notes: &[Note], figures: &Figures) -> Vec<Marker> {
    let changes = figures.read.changes.iter();
    let changes = changes.flat_map(|(changes, _)| changes.iter().map(Marker::from));
    let mut markers: Vec<Marker> = notes.iter().map(Marker::from).chain(changes).collect();
    markers.sort_by(|one, other| one.x.total_cmp(&other.x));
    markers
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{
            chart::{Body, MarkerFrom},
            metrics::{
                Ran,
                experiments::{Arm, Exposures, Method, exposures::Assigned},
                markers::Change,
                series::Moment,
            },
        },
        gui::panels::experiments::Read,
    };

    #[test]
    fn changes_of_flags_are_marked_beside_the_notes() {
        let mut assigned = Assigned {
            name: "control".to_owned(),
            ..Assigned::default()
        };
        assigned.all.total = Arm {
            users: 2,
            converters: 1,
        };
        assigned.all.days = [(Moment(0), assigned.all.total)].into();
        let change = Change {
            at: Moment(60),
            flag: "new-search".to_owned(),
            what: Some("10 % → 50 %".to_owned()),
        };
        let ran = Ran {
            sql: String::new(),
            took: std::time::Duration::ZERO,
            rows: 1,
        };
        let read = Read {
            id: "a".to_owned(),
            plain: None,
            exposures: Exposures {
                variants: vec![assigned],
                has_times: true,
                ..Exposures::default()
            },
            changes: Some((vec![change], ran)),
        };
        let figures = Arc::new(Figures::of(Arc::new(read), Method::default()));
        let note = Note {
            at: 120,
            text: "prices changed".to_owned(),
        };
        let mut slots = Slots::default();
        let view = View::new(figures, &mut slots, &[note], &[], Looks::default());
        for chart in [view.left(), view.effect()] {
            let Body::Plot(plot) = &chart.body else {
                panic!("{} is no plot", chart.title)
            };
            let markers: Vec<(&str, MarkerFrom)> = plot
                .markers
                .iter()
                .map(|marker| (marker.text.as_str(), marker.from))
                .collect();
            assert_eq!(
                markers,
                [
                    ("new-search: 10 % → 50 %", MarkerFrom::Change),
                    ("prices changed", MarkerFrom::Note)
                ]
            );
        }
    }
}
