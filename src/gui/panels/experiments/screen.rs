//! What is drawn of the experiment that is shown: the line above, the checks, the table and the charts, or why there
//! are none.

use egui::Ui;

use super::{ExperimentsPanel, SCREEN, View, details, table};
use crate::{
    engine::metrics::{
        experiments::Method,
        series::{DAY, Moment},
    },
    gui::{
        command::{Ask as _, ExperimentsCommand},
        context::PanelContext,
        format, icons,
        panels::metrics::{
            drawer::Drawer,
            header::{Exports, Header, against_ui, zone_ui},
        },
        theme::{PaletteExt as _, SPACE},
        widgets::{
            card::{card_ui, empty_ui, hint_ui},
            health::chips_ui,
        },
    },
};

/// What the zone is of.
const ZONE: &str = "Days begin at midnight of this zone, and times are shown in it. What a DATETIME column holds is taken as UTC.";
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl ExperimentsPanel {
    pub(super) fn shown_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        if self.desk.shown.is_some() {
            self.header_ui(ui, cx);
        }
        let error = self.first.error().or(self.reading.error());
        if !self.desk.trouble_ui(ui, &SCREEN, error, cx) {
            self.broken_figures_ui(ui);
        }
        if let Some(view) = &self.view {
            if view.rows.is_empty() {
                return self.no_rows_ui(ui, cx);
            }
            // What can be done about most of them is in the method: weights, users in several variants, looking often.
            if chips_ui(ui, &view.chips).is_some() {
                self.desk.drawer = Some(Drawer::Method);
            }
            ui.add_space(SPACE[0]);
            // Charts keep a share of the height, however many variants there are.
            let most = (ui.available_height() * 0.5).max(120.0);
            let (columns, rows) = (&view.columns, &view.rows);
            let asked = self.desk.table.ui(ui, "Variants", columns, rows, most);
            self.desk.details = asked.or(self.desk.details);
            ui.add_space(SPACE[1]);
            self.charts_ui(ui);
        } else if let Some(first) = self.counted().filter(|first| !first.contract.is_empty()) {
            let rows = table::plain_rows(&first.contract);
            let columns = table::plain_columns();
            let most = ui.available_height() * 0.6;
            self.desk.table.ui(ui, "Variants", &columns, &rows, most);
            hint_ui(ui, "Checks, intervals and charts follow.");
        } else if let Some(heavy) = self.heavy() {
            if !self.first.is_running() {
                let ways = [
                    ExperimentsCommand::ReadAnyway,
                    ExperimentsCommand::ReadSample,
                ];
                let ways = ways.map(|way| (way.words(), way.into()));
                heavy.ui(ui, ways.into(), cx);
            }
        } else if self.counted().is_some() && !self.reading.is_running() {
            self.no_rows_ui(ui, cx);
        } else if self.desk.shown.is_none() && self.desk.list.error().is_none() {
            self.desk.nothing_shown_ui(ui, &SCREEN);
        }
    }

    fn header_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let zone = self.desk.zone;
        let exposures = self.view.as_ref().map(|view| &view.figures.read.exposures);
        let groups = View::groups();
        let copies = |group| {
            let view = self.view.as_ref();
            view.map_or(String::new(), |view| view.in_words(group))
        };
        let header = Header {
            as_of: exposures.map(|exposures| zone.time_of_day(exposures.now)),
            busy: self.busy(),
            every: self.saved.every,
            before: self.facts(),
            after: Vec::new(),
            exports: self.view.is_some().then_some(Exports {
                groups: &groups,
                copies: &copies,
            }),
        };
        self.desk.header_ui(ui, &SCREEN, header, cx, |ui| {
            zone_ui(ui, ZONE, cx);
            if let Some(view) = &self.view {
                control_ui(ui, view, cx);
            }
        });
    }

    /// When, for how long, how many.
    fn facts(&self) -> Vec<String> {
        let mut facts = Vec::new();
        let Some(view) = &self.view else { return facts };
        let exposures = &view.figures.read.exposures;
        if let (Some(first), Some(last)) = (exposures.first, exposures.last) {
            let offset = i64::from(exposures.offset_secs);
            let (first, last) = (Moment(first.0 + offset), Moment(last.0 + offset));
            facts.push(span(first, last));
            let days = (last.day().0 - first.day().0) / DAY + 1;
            let unit = if days == 1 { "day" } else { "days" };
            facts.push(format!("{} {unit}", format::count(days.max(1) as u64)));
        }
        let users = exposures.users();
        let unit = if users == 1 { "user" } else { "users" };
        facts.push(format!("{} {unit}", format::count(users)));
        facts
    }

    fn no_rows_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let words = format!("No assignments for {} in this table.", self.desk.called());
        empty_ui(ui, icons::FLASK, "No assignments", &words, |ui| {
            self.desk.near_ui(ui, &SCREEN, cx);
        });
    }

    fn broken_figures_ui(&self, ui: &mut Ui) {
        if let Some(error) = self.making.error() {
            let palette = ui.palette();
            let title = "The figures could not be computed";
            card_ui(ui, icons::WARNING_CIRCLE, palette.danger, title, |ui| {
                hint_ui(ui, &error.to_string());
            });
        }
    }

    pub(super) fn dialogs_ui(&mut self, ctx: &egui::Context, cx: &PanelContext<'_>) {
        self.desk.mapping_ui(ctx, &SCREEN, cx);
        let method = self.method();
        self.late.dialog_ui(ctx, &method, self.view.as_ref(), cx);
        let Some(row) = self.desk.details else { return };
        let view = self.view.as_ref();
        let chosen = view.and_then(|view| {
            let variant = view.figures.analysis.variants.get(row)?;
            Some((view, variant))
        });
        let closed = chosen
            .is_none_or(|(view, variant)| details::numbers(view, variant).ui(ctx, &variant.name));
        if closed {
            self.desk.details = None;
        }
    }
}

/// Which variant the others are compared with.
fn control_ui(ui: &mut Ui, view: &View, cx: &PanelContext<'_>) {
    let (method, variants) = (&view.figures.method, &view.figures.analysis.variants);
    let Some(control) = view.figures.analysis.control() else {
        return;
    };
    if variants.len() < 2 {
        return;
    }
    let all = variants
        .iter()
        .map(|variant| (variant.name.as_str(), format::count(variant.arm.users)));
    let hint = "The variant that the others are compared with";
    if let Some(at) = against_ui(ui, hint, &control.name, all) {
        let method = Method {
            control: Some(variants[at].name.clone()),
            ..method.clone()
        };
        cx.commands.push(ExperimentsCommand::Use(method));
    }
}

/// `1 Oct – 20 Oct 2026`.
fn span(first: Moment, last: Moment) -> String {
    let day = |moment: Moment| -> Option<(i64, String)> {
        let date = moment.date();
        let mut parts = date.rsplitn(3, '-');
        let day: u8 = parts.next()?.parse().ok()?;
        let month: usize = parts.next()?.parse().ok()?;
        let year = parts.next()?.parse().ok()?;
        Some((
            year,
            format!("{day} {}", MONTHS.get(month.checked_sub(1)?)?),
        ))
    };
    match (day(first), day(last)) {
        (Some((_, first)), Some((year, last))) if first == last => format!("{last} {year}"),
        (Some((from, first)), Some((year, last))) if from == year => {
            format!("{first} – {last} {year}")
        }
        (Some((from, first)), Some((year, last))) => format!("{first} {from} – {last} {year}"),
        _ => format!("{} – {}", first.date(), last.date()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_that_an_experiment_took_is_short() {
        let moment = |text| Moment::parse(text).unwrap();
        let span = |first, last| super::span(moment(first), moment(last));
        assert_eq!(span("2026-10-01", "2026-10-20"), "1 Oct – 20 Oct 2026");
        assert_eq!(span("2025-12-31", "2026-01-02"), "31 Dec 2025 – 2 Jan 2026");
        assert_eq!(span("2026-10-01 01:00", "2026-10-01 23:00"), "1 Oct 2026");
    }
}
