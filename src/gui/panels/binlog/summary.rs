//! What happened in a part of a log, in numbers: over time, by table, the largest and the longest transactions, what
//! changed tables, and what is missing. While it is read, what has been counted so far is seen.

mod export;
mod figures;
mod lists;

use std::{sync::Arc, time::Instant};

use egui::{Align, Frame, Layout, Margin, Ui};
use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

pub use self::figures::{Figures, Unit};
use self::lists::Lists;
use super::{
    input::Input,
    progress::{self, Asked},
    scan::{Part, as_told, cut_short, scan, walk},
    when::{Has, When, WhenDraft, moment},
};
use crate::{
    engine::{
        Result,
        binlog::{
            source::{Ending, Progress},
            summary::{MOST_TABLES, Summary},
            transaction::MOST_TALLIES,
        },
    },
    gui::{
        command::{BinlogCommand, SummaryStep},
        context::PanelContext,
        format, icons,
        notice::NoticeKind,
        state::State,
        theme::{CARD_RADIUS, PaletteExt as _, SPACE},
        widgets::{
            card::{AfterError, empty_ui, error_ui, hint_ui},
            chart::ChartView,
            export::{ExportForm, export_menu_ui},
            icon::icon_ui,
        },
        words::Words,
        zone::Zone,
    },
    worker::{Feed, Gather, Worker},
};

/// Why it is worth reading.
const PURPOSE: &str =
    "Counts the changes in a part of the log: when, in which tables, and by which transactions.";
/// How often what has been counted is handed over.
const SHOWN_EVERY: std::time::Duration = std::time::Duration::from_millis(400);
/// Items between two looks at the clock.
const ITEMS: u32 = 256;
const CHART_HEIGHT: f32 = 190.0;

/// A word from the reading.
pub enum Told {
    Progress(Progress),
    Figures(Arc<Figures>),
}

/// What has been counted, and how far reading has come.
#[derive(Default)]
pub struct Seen {
    progress: Option<Progress>,
    figures: Option<Arc<Figures>>,
}

impl Gather<Told> for Seen {
    fn gather(&mut self, told: Told) {
        match told {
            Told::Progress(progress) => self.progress = Some(progress),
            Told::Figures(figures) => self.figures = Some(figures),
        }
    }
}

/// The part of the screen.
#[derive(Default)]
pub struct SummaryView {
    /// None is what is usual.
    when: Option<When>,
    draft: WhenDraft,
    reading: Feed<Told, Seen, Ending>,
    /// What is shown: of the reading, or of the one before until it has anything.
    figures: Option<Arc<Figures>>,
    unit: Unit,
    lists: Lists,
    chart: ChartView,
    export: ExportForm,
}

impl SummaryView {
    /// With what a reading would tell, and its end; without one it goes on until it is stopped. For tests.
    pub fn with_reading(told: Vec<Told>, end: Option<Result<Ending>>, worker: &Worker) -> Self {
        let mut view = Self::default();
        let name = "Summarise the binary log";
        view.reading
            .start(worker, name, Seen::default(), |send, cancel| {
                as_told(told, end, send, cancel)
            });
        view
    }

    /// Something is being read.
    pub fn is_running(&self) -> bool {
        self.reading.is_running()
    }

    /// Stop reading; what has been counted stays.
    pub fn cancel(&self) {
        self.reading.cancel();
    }

    /// Another log: nothing of what is here holds.
    pub fn forget(&mut self) {
        *self = Self {
            when: self.when,
            unit: self.unit,
            ..Self::default()
        };
    }

    /// Take in what has been read.
    pub fn poll(&mut self, state: &mut State) {
        self.reading.poll();
        let seen = self.reading.value().and_then(|seen| seen.figures.as_ref());
        if let Some(figures) = seen
            && !self
                .figures
                .as_ref()
                .is_some_and(|shown| Arc::ptr_eq(shown, figures))
        {
            self.figures = Some(figures.clone());
        }
        if let Some(written) = self.export.poll() {
            state.notices.push(NoticeKind::Good, written);
        }
    }

    /// Do what the person asked for.
    pub fn handle(&mut self, step: SummaryStep, input: Option<&Input>, worker: &Worker) {
        match step {
            SummaryStep::Export(step) => self.export_step(step, worker),
            SummaryStep::Read => {
                if let Some(input) = input.cloned() {
                    self.start(input, worker);
                }
            }
        }
    }

    fn start(&mut self, input: Input, worker: &Worker) {
        let when = self.when.unwrap_or(Has::of(Some(&input)).usual());
        let (from, to) = when.bounds();
        let part = Part::between(from, to);
        let name = "Summarise the binary log";
        self.reading
            .start(worker, name, Seen::default(), |send, cancel| {
                summarise(input, part, send, cancel)
            });
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, has: Has, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        let zone = cx.state.settings.zone;
        self.bar_ui(ui, has, zone, cx);
        if let Some(step) = self.export.ui(ui) {
            push(cx, SummaryStep::Export(step));
        }
        let failed = self.reading.error();
        if let Some(error) = failed
            && error_ui(ui, "The log could not be read", error) == Some(AfterError::TryAgain)
        {
            push(cx, SummaryStep::Read);
        }
        let Some(figures) = self.figures.clone() else {
            return self.empty_ui(ui, has);
        };
        self.facts_ui(ui, &figures, zone);
        if figures.summary.transactions == 0 && figures.summary.ddl_count == 0 {
            let words = "Nothing was changed in this part of time.";
            return empty_ui(ui, icons::CALENDAR_BLANK, "No transactions", words, |_| {});
        }
        let palette = ui.palette();
        Frame::NONE
            .fill(palette.panel)
            .stroke(palette.hairline())
            .corner_radius(CARD_RADIUS)
            .inner_margin(Margin::symmetric(12, 8))
            .show(ui, |ui| {
                ui.set_width(ui.available_width());
                ui.set_height(CHART_HEIGHT.min(ui.available_height() * 0.4));
                let spec = figures.chart(self.unit, zone);
                self.chart.ui(ui, &spec);
            });
        self.lists.ui(ui, &figures, self.unit, zone, cx);
    }

    fn bar_ui(&mut self, ui: &mut Ui, has: Has, zone: Zone, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            let now = self.when.unwrap_or(has.usual());
            if let Some(when) = self.draft.ui(ui, now, zone) {
                self.when = Some(when);
            }
            ui.add_space(SPACE[0]);
            let read = Words::new(icons::PLAY, "Count the changes");
            let seen = self.reading.value().and_then(|seen| seen.progress);
            match progress::run_ui(ui, &self.reading, seen, read, has.any()) {
                Some(Asked::Start) => push(cx, SummaryStep::Read),
                Some(Asked::Stop) => cx.commands.push(BinlogCommand::Cancel),
                None => {}
            }
            if self.figures.is_none() {
                return;
            }
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                let words = Words::new(icons::EXPORT, "Export");
                let asked = export_menu_ui(ui, words, &export::GROUPS, |_| self.in_words(zone));
                if let Some(step) = asked {
                    push(cx, SummaryStep::Export(step));
                }
                ui.add_space(SPACE[1]);
                for (unit, words) in [(Unit::Bytes, "Bytes"), (Unit::Rows, "Rows")] {
                    if ui.selectable_label(self.unit == unit, words).clicked() {
                        self.unit = unit;
                    }
                }
            });
        });
    }

    fn empty_ui(&self, ui: &mut Ui, has: Has) {
        if self.reading.error().is_some() {
            return;
        }
        let (title, words) = if self.reading.is_running() {
            ("Reading…", "Figures are shown as soon as there are any.")
        } else if has.any() {
            ("No summary yet", PURPOSE)
        } else {
            (
                "No log is open",
                "Open files, or connect to a server, to see what its log holds.",
            )
        };
        empty_ui(ui, icons::CHART_LINE, title, words, |_| {});
    }

    /// What there is in all, and what is to be known of it.
    fn facts_ui(&self, ui: &mut Ui, figures: &Figures, zone: Zone) {
        let summary = &figures.summary;
        ui.horizontal_wrapped(|ui| {
            ui.label(self.in_words(zone));
        });
        let ending = self.reading.summary().and_then(cut_short);
        for warning in warnings(summary).into_iter().chain(ending) {
            ui.horizontal(|ui| {
                let color = ui.palette().warning;
                icon_ui(ui, icons::WARNING, 14.0, color);
                hint_ui(ui, &warning);
            });
        }
    }

    /// What there is in all.
    fn in_words(&self, zone: Zone) -> String {
        let Some(figures) = &self.figures else {
            return String::new();
        };
        let summary = &figures.summary;
        let mut parts = vec![
            format::many(summary.transactions, "transaction"),
            format!("{} of row events", format::bytes(summary.counts.bytes())),
        ];
        let counts = &summary.counts;
        for (count, what) in [
            (counts.inserts, "inserted"),
            (counts.updates, "updated"),
            (counts.deletes, "deleted"),
        ] {
            parts.push(format!("{} {what}", format::rows(count)));
        }
        if let (Some(first), Some(last)) = (summary.first, summary.last) {
            let (first, last) = (moment(first, zone), moment(last, zone));
            parts.push(format!("{first} to {last} {zone}"));
        }
        parts.join(" · ")
    }
}

fn push(cx: &PanelContext<'_>, step: SummaryStep) {
    cx.commands.push(BinlogCommand::Summary(step));
}

/// What the numbers do not say.
fn warnings(summary: &Summary) -> Vec<String> {
    let mut warnings = Vec::new();
    if summary.statement_format > 0 {
        warnings.push(format!(
            "{} changed rows by their text (binlog_format is not ROW): how many rows is not in the log.",
            format::many(summary.statement_format, "statement")
        ));
    }
    if summary.gap_count > 0 || summary.damaged > 0 {
        warnings.push(
            "Parts of the log are missing or cannot be read, so changes may be missing here; the list below says which."
                .to_owned(),
        );
    }
    if summary.other_tables.rows() > 0 {
        warnings.push(format!(
            "{} of other tables are in the totals alone: {} tables are listed at most, and {} of one transaction.",
            format::rows(summary.other_tables.rows()),
            format::count(MOST_TABLES as u64),
            format::count(MOST_TALLIES as u64),
        ));
    }
    let kept: [(u64, &str); 3] = [
        (summary.rolled_back, "rolled back"),
        (summary.prepared, "only prepared (XA)"),
        (summary.cut, "without an end"),
    ];
    let kept: Vec<String> = kept
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{} {what}", format::many(count, "transaction")))
        .collect();
    if !kept.is_empty() {
        warnings.push(format!("Beside those: {}.", kept.join(", ")));
    }
    warnings
}

/// Read a part and count what is in it.
async fn summarise(
    input: Input,
    part: Part,
    send: Sender<Told>,
    cancel: CancellationToken,
) -> Result<Ending> {
    let told = send.clone();
    let tell = move |progress| {
        // The window may have gone.
        told.blocking_send(Told::Progress(progress)).ok();
    };
    scan(input, part, cancel, tell, move |reader| {
        let mut summary = Summary::default();
        let mut shown = Instant::now();
        let mut items: u32 = 0;
        let show = |summary: &Summary| {
            let figures = Arc::new(Figures::of(summary));
            send.blocking_send(Told::Figures(figures)).ok();
        };
        let ending = walk(reader, |item| {
            summary.take(item);
            items = items.wrapping_add(1);
            if items.is_multiple_of(ITEMS) && shown.elapsed() >= SHOWN_EVERY {
                shown = Instant::now();
                show(&summary);
            }
            Ok(())
        });
        // Also of what was stopped or has failed.
        show(&summary);
        ending
    })
    .await
}
