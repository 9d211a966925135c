//! The line above the figures: which experiment, since when, how many users, how fresh; and what can be done.

use egui::{Align, Label, Layout, Popup, RichText, ScrollArea, Ui, vec2};

use super::{ExperimentsPanel, View, drawer::Drawer};
use crate::{
    engine::metrics::{
        experiments::Method,
        series::{DAY, Moment},
    },
    gui::{
        command::ExperimentsCommand,
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            export::menu_of,
            list_row::ListRow,
            name,
            refresh::{RefreshAsked, RefreshBar},
        },
        words::Words,
    },
};

/// What the days and times are.
const ZONE: &str =
    "Times are UTC, and days begin at midnight UTC. What a DATETIME column holds is taken as UTC.";
const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

impl ExperimentsPanel {
    pub(super) fn header_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let id = name::shown(self.shown.as_deref().unwrap_or_default());
        let moment = self
            .view
            .as_ref()
            .map(|view| time_of_day(view.figures.read.exposures.now));
        let bar = RefreshBar {
            as_of: moment.as_deref(),
            running: self.running_for(),
            stopping: self.is_stopping(),
            every: self.saved.every,
        };
        let facts = self.facts(bar.moment());
        ui.horizontal(|ui| {
            ui.set_height(30.0);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                self.buttons_ui(ui, &bar, cx);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = SPACE[2];
                    let font = text::title().resolve(ui.style());
                    let room = (ui.available_width() * 0.55).max(80.0);
                    let (galley, cut) = name::fitted(ui, &id, &font, ui.palette().text, room);
                    let title = ui.add(Label::new(galley));
                    ui.ctx().accesskit_node_builder(title.id, |node| {
                        node.set_role(egui::accesskit::Role::Heading);
                        node.set_label(&*id);
                    });
                    if cut {
                        title.on_hover_text(&id);
                    }
                    let facts = RichText::new(facts).color(ui.palette().secondary);
                    ui.add(Label::new(facts).truncate()).on_hover_text(ZONE);
                });
            });
        });
    }

    /// From right to left.
    fn buttons_ui(&mut self, ui: &mut Ui, bar: &RefreshBar<'_>, cx: &PanelContext<'_>) {
        for (drawer, icon, words) in [
            (Drawer::Sql, icons::CODE, "SQL"),
            (Drawer::Method, icons::SLIDERS_HORIZONTAL, "Method"),
        ] {
            if ui
                .add(Button::of(Words::new(icon, words)).plain())
                .clicked()
            {
                self.drawer = (self.drawer != Some(drawer)).then_some(drawer);
            }
        }
        if self.view.is_some() {
            let words = Words::new(icons::EXPORT, "Export");
            let button = ui.add(Button::of(words).plain()).on_hover_text("E");
            if std::mem::take(&mut self.opens_export) {
                Popup::open_id(ui.ctx(), Popup::default_response_id(&button));
                button.request_focus();
            }
            let asked = self
                .view
                .as_ref()
                .and_then(|view| menu_of(&button, &View::groups(), |group| view.in_words(group)));
            if let Some(step) = asked {
                cx.commands.push(ExperimentsCommand::Export(step));
            }
        }
        match bar.buttons_ui(ui) {
            Some(RefreshAsked::Now) => cx.commands.push(ExperimentsCommand::Refresh),
            Some(RefreshAsked::Stop) => cx.commands.push(ExperimentsCommand::Cancel),
            Some(RefreshAsked::Every(every)) => {
                cx.commands.push(ExperimentsCommand::Every(every));
            }
            None => {}
        }
        if let Some(view) = &self.view {
            control_ui(ui, view, cx);
        }
    }

    fn facts(&self, fresh: Option<String>) -> String {
        let mut facts = Vec::new();
        if let Some(view) = &self.view {
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
        }
        facts.extend(fresh);
        facts.join(" · ")
    }
}

/// Which variant the others are compared with.
fn control_ui(ui: &mut Ui, view: &View, cx: &PanelContext<'_>) {
    let figures = &view.figures;
    let Some(control) = figures.analysis.control() else {
        return;
    };
    if figures.analysis.variants.len() < 2 {
        return;
    }
    let shown = name::shown(&control.name);
    let short: String = shown.chars().take(18).collect();
    let caret = icons::CARET_DOWN;
    let words = Words::new(caret, format!("vs {short} {caret}"));
    let button = ui
        .add(Button::of(words).plain())
        .on_hover_text("The variant that the others are compared with");
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("Compared with {shown}"));
    });
    Popup::menu(&button)
        .width(240.0)
        .accessible_name("Compared with")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for variant in &figures.analysis.variants {
                    let row = ListRow::new(name::shown(&variant.name))
                        .detail(format::count(variant.arm.users))
                        .selected(variant.name == control.name);
                    if ui.add(row).clicked() {
                        let method = Method {
                            control: Some(variant.name.clone()),
                            ..figures.method.clone()
                        };
                        cx.commands.push(ExperimentsCommand::Use(method));
                        ui.close();
                    }
                }
            });
        });
}

/// `12:41:07 UTC`.
pub(super) fn time_of_day(moment: Moment) -> String {
    let text = moment.to_string();
    let time = text.split_once(' ').map_or("", |(_, time)| time);
    format!("{time} UTC")
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
        assert_eq!(time_of_day(moment("2026-10-01 12:41:07")), "12:41:07 UTC");
    }
}
