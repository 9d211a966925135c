//! What is drawn of the flag that is shown: the line above, the checks, the table and the chart, or why there are none.

use egui::Ui;

use super::{FlagsPanel, SCREEN, details, reading::Step, table, view::View};
use crate::{
    engine::metrics::{flags::Window, words::separated},
    gui::{
        command::FlagsCommand,
        context::PanelContext,
        icons,
        panels::metrics::header::{Exports, Header, against_ui, zone_ui},
        saved::FlagChoice,
        theme::SPACE,
        widgets::{
            button::Button,
            card::{empty_ui, hint_ui},
            health::chips_ui,
        },
        words::Words,
    },
};

/// What the zone is of.
const ZONE: &str = "Days begin at midnight of this zone, and times are shown in it. What a DATETIME column holds is taken as UTC.";

impl FlagsPanel {
    pub(super) fn shown_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        if self.desk.shown.is_some() {
            self.header_ui(ui, cx);
            self.windows_ui(ui, cx);
        }
        let error = self.first.error().or(self.reading.error());
        self.desk.trouble_ui(ui, &SCREEN, error, cx);
        if let Some(Step::Heavy(heavy)) = self.first.value() {
            let day = FlagsCommand::Window(Window::days(1));
            let ways = vec![
                (
                    Words::new(icons::PLAY, "Read it anyway"),
                    FlagsCommand::ReadAnyway.into(),
                ),
                (
                    Words::new(icons::CLOCK, "Only the last 24 hours"),
                    day.into(),
                ),
            ];
            heavy.ui(ui, ways, cx);
        }
        let first = match self.first.value() {
            Some(Step::Read(first)) if !first.groups.is_empty() => Some(first),
            _ => None,
        };
        if let Some(view) = &self.view {
            if view.rows.is_empty() {
                return self.no_rows_ui(ui, cx);
            }
            chips_ui(ui, &view.chips);
            ui.add_space(SPACE[0]);
            // The chart keeps a share of the height, however many groups there are.
            let most = (ui.available_height() * 0.5).max(120.0);
            let (columns, rows) = (&view.columns, &view.rows);
            let asked = self.desk.table.ui(ui, "Groups", columns, rows, most);
            self.desk.details = asked.or(self.desk.details);
            ui.add_space(SPACE[1]);
            self.chart_ui(ui, cx);
        } else if let Some(first) = first {
            let rows = table::plain_rows(&first.groups);
            let columns = table::plain_columns();
            let most = ui.available_height() * 0.6;
            self.desk.table.ui(ui, "Groups", &columns, &rows, most);
            hint_ui(ui, "Checks, intervals and the chart follow.");
        } else if self.desk.shown.is_none() && self.desk.list.error().is_none() {
            self.desk.nothing_shown_ui(ui, &SCREEN);
        }
    }

    fn header_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let zone = self.desk.zone;
        let groups = View::groups();
        let look = self.view.as_ref().map(|view| self.look_of(view));
        let copies = |_| {
            let view = self.view.as_ref().zip(look);
            view.map_or(String::new(), |(view, look)| view.in_words(look))
        };
        let as_of = self.view.as_ref();
        let header = Header {
            as_of: as_of.map(|view| zone.time_of_day(view.data.as_of())),
            busy: self.busy(),
            every: self.saved.every,
            before: Vec::new(),
            after: self.requests().into_iter().collect(),
            exports: self.view.is_some().then_some(Exports {
                groups: &groups,
                copies: &copies,
            }),
        };
        let choice = self.choice();
        self.desk.header_ui(ui, &SCREEN, header, cx, |ui| {
            zone_ui(ui, ZONE, cx);
            if let Some(view) = &self.view {
                baseline_ui(ui, view, &choice, cx);
            }
        });
    }

    /// How many there are in all.
    fn requests(&self) -> Option<String> {
        let groups = self.view.as_ref()?.data.groups.iter();
        let requests = groups.fold(0_u128, |sum, group| sum.saturating_add(group.requests));
        Some(format!("{} requests", separated(requests)))
    }

    /// No events: of this window, or of this id at all.
    fn no_rows_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let view = self.view.as_ref();
        let window = view.map_or(self.saved.window, |view| view.data.request.window);
        let mut entries = self.desk.list.entries.iter();
        let is_known = entries.any(|entry| Some(&entry.id) == self.desk.shown.as_ref());
        let called = self.desk.called();
        let words = if is_known {
            format!("{called} has no events here: {}.", window.words())
        } else {
            format!("No events for {called} in this table.")
        };
        empty_ui(ui, icons::FLAG, "No events", &words, |ui| {
            let all = Words::new(icons::CLOCK, "Show all time");
            if window != Window::All && ui.add(Button::of(all)).clicked() {
                cx.commands.push(FlagsCommand::Window(Window::All));
            }
            if !is_known {
                self.desk.near_ui(ui, &SCREEN, cx);
            }
        });
    }

    pub(super) fn dialogs_ui(&mut self, ctx: &egui::Context, cx: &PanelContext<'_>) {
        self.desk.mapping_ui(ctx, &SCREEN, cx);
        let Some(row) = self.desk.details else { return };
        let view = self.view.as_ref();
        let chosen = view.and_then(|view| {
            let group = view.data.groups.get(row)?;
            Some((view, group))
        });
        let closed = chosen
            .is_none_or(|(view, group)| details::numbers(view, row).ui(ctx, group.key.shown()));
        if closed {
            self.desk.details = None;
        }
    }
}

/// Which group the others are compared with.
fn baseline_ui(ui: &mut Ui, view: &View, choice: &FlagChoice, cx: &PanelContext<'_>) {
    let groups = &view.data.groups;
    let Some(baseline) = view.analysis.baseline.map(|at| &groups[at]) else {
        return;
    };
    if groups.len() < 2 {
        return;
    }
    let all = groups
        .iter()
        .map(|group| (group.key.shown(), separated(group.requests)));
    let hint = "The group that the others are compared with";
    if let Some(at) = against_ui(ui, hint, baseline.key.shown(), all) {
        cx.commands.push(FlagsCommand::Use(FlagChoice {
            baseline: Some(groups[at].key.clone()),
            ..choice.clone()
        }));
    }
}
