//! What is drawn of a flag, made once from its figures: chips, rows and the chart.

use std::{cell::RefCell, sync::Arc};

use super::table;
use crate::{
    engine::{
        chart::ChartSpec,
        metrics::{
            flags::{
                GroupKey,
                analysis::{Analysis, Method, analyse},
                burn::{Alert, PAIRS},
                charts::{self, Which},
                data::Data,
                health,
                words::pair_words,
            },
            health::Level as Badness,
            markers::Note,
            slots::{self, Slots},
            stats::Level,
        },
    },
    gui::{
        saved::FlagChoice,
        widgets::{
            export::{ExportGroup, ExportKind},
            figure_table::{Cell, Column},
            health::{Chip, Tone},
            name,
        },
    },
};

pub(super) struct View {
    pub(super) data: Arc<Data>,
    pub(super) method: Method,
    pub(super) analysis: Analysis,
    pub(super) columns: Vec<Column>,
    pub(super) rows: Vec<Vec<Cell>>,
    pub(super) chips: Vec<Chip>,
    notes: Vec<Note>,
    /// Groups that are drawn; none for the baseline and the largest.
    lines: Vec<GroupKey>,
    slots: Slots<GroupKey>,
    /// Made when it is drawn first.
    chart: RefCell<Option<(Which, Option<Arc<ChartSpec>>)>>,
}

impl View {
    pub(super) fn new(
        data: Arc<Data>,
        choice: &FlagChoice,
        known: &mut Slots<GroupKey>,
        notes: &[Note],
        lines: &[GroupKey],
    ) -> Self {
        let method = method_of(choice);
        let analysis = analyse(&data.groups, &method);
        slots::give(
            known,
            data.groups.iter().map(|group| &group.key),
            analysis.baseline,
        );
        let findings = health::checks(&data.groups, &data.facts, data.request.window);
        let chips = findings.iter().map(|finding| {
            Chip::new(tone(finding.level), finding.check.label(), &finding.figure)
                .why(&finding.sentence)
        });
        Self {
            columns: table::columns(&method),
            rows: table::rows(&data, &analysis, &method, known),
            chips: chips.chain(alerts(&data, &method)).collect(),
            notes: notes.to_vec(),
            lines: lines.to_vec(),
            slots: known.clone(),
            chart: RefCell::default(),
            data,
            method,
            analysis,
        }
    }

    /// The chart, kept until another is looked at; `None` where there is nothing to draw.
    pub(super) fn chart(&self, which: Which) -> Option<Arc<ChartSpec>> {
        let mut kept = self.chart.borrow_mut();
        match &*kept {
            Some((of, chart)) if *of == which => chart.clone(),
            _ => {
                let chart = self.source().chart(which).map(Arc::new);
                *kept = Some((which, chart.clone()));
                chart
            }
        }
    }

    /// Is a group drawn?
    pub(super) fn is_drawn(&self, key: &GroupKey) -> bool {
        self.source().is_shown(key)
    }

    fn source(&self) -> charts::Source<'_> {
        charts::Source {
            data: &self.data,
            analysis: &self.analysis,
            method: &self.method,
            notes: &self.notes,
            shown: &self.lines,
            slots: &self.slots,
        }
    }

    /// What can be exported: the chart, and the table.
    pub(super) fn groups() -> [ExportGroup<'static>; 2] {
        [
            ExportGroup {
                title: "The chart",
                kinds: &[ExportKind::Svg, ExportKind::ChartCsv, ExportKind::Summary],
            },
            ExportGroup {
                title: "All figures",
                kinds: &ExportKind::OF_TABLE,
            },
        ]
    }

    /// The chart in words.
    pub(super) fn in_words(&self, which: Which) -> String {
        self.chart(which).map_or_else(String::new, |chart| {
            format!("{} ({}). {}", chart.title, chart.subtitle, chart.summary)
        })
    }
}

/// What a choice means to the engine.
pub(super) fn method_of(choice: &FlagChoice) -> Method {
    Method {
        baseline: choice.baseline.clone(),
        level: Level::from_alpha(choice.alpha).unwrap_or_default(),
        margin: choice.margin,
        objective: choice.objective,
    }
}

/// What the windows of the objective say: each group that burns, else that all is quiet; and what the data is too coarse
/// for.
fn alerts(data: &Data, method: &Method) -> Vec<Chip> {
    let Some((objective, windows)) = method.objective.zip(data.burn.as_ref()) else {
        return Vec::new();
    };
    let mut chips = Vec::new();
    let mut coarse = Vec::new();
    for (at, group) in data.groups.iter().enumerate() {
        let pairs = windows.pairs(at, objective);
        let why: Vec<String> = pairs.iter().map(pair_words).collect();
        if let Some(state) = pairs.iter().find(|state| state.alert == Alert::Firing) {
            let words = format!("{} burns its budget", name::shown(group.key.shown()));
            let over = format!("{} and {}", state.pair.long, state.pair.short);
            chips.push(Chip::new(Tone::Danger, words, over).why(why.join("\n")));
        }
        let too_coarse = pairs.iter().filter(|state| state.alert == Alert::TooCoarse);
        coarse.extend(too_coarse.map(|state| state.pair.long.to_string()));
    }
    if chips.is_empty() && coarse.len() < PAIRS.len() * data.groups.len() {
        let why = "No group exceeds the rate of an alert in both of its windows.";
        chips.push(Chip::new(Tone::Good, "Budget alerts", "quiet").why(why));
    }
    coarse.sort();
    coarse.dedup();
    if !coarse.is_empty() {
        let words = format!("Alerts over {}", coarse.join(", "));
        let why =
            "Events come too far apart to tell the short window of these alerts from a longer one.";
        chips.push(Chip::new(Tone::Info, words, Alert::TooCoarse.words()).why(why));
    }
    chips
}

fn tone(level: Badness) -> Tone {
    match level {
        Badness::Ok => Tone::Good,
        Badness::Info => Tone::Info,
        Badness::Warn => Tone::Warning,
        Badness::Bad => Tone::Danger,
    }
}
