//! What is drawn: the list at the left, and of what is shown the checks, the table and the charts, or why there are none.

use egui::{Align, Key, Label, Layout, Modifiers, RichText, TextStyle, Ui};

use super::{ExperimentsPanel, PURPOSE, details, drawer::Drawer, map_step, reading::Heavy, table};
use crate::{
    engine::{
        Error,
        metrics::{advice::CAUTION, ids::near},
    },
    gui::{
        command::{Ask as _, Command, ExperimentsCommand},
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            card::{AfterError, card_ui, empty_ui, error_ui, hint_ui},
            health::chips_ui,
            name,
        },
        words::Words,
    },
};

impl ExperimentsPanel {
    pub(super) fn list_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            ui.add_space(SPACE[1]);
            ui.label(RichText::new("Experiments").text_style(TextStyle::Heading));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let words = Words::new(icons::TABLE, "Map tables…");
                let can = cx.state.active_session().is_some();
                if ui.add_enabled(can, Button::of(words).icon_only()).clicked() {
                    cx.commands.push(ExperimentsCommand::Map(map_step()));
                }
            });
        });
        if let Some(listed) = self.list.value().filter(|listed| listed.names_only) {
            let rows = listed.table.size.rows;
            let rows = rows.map_or("an unknown number of".to_owned(), format::about);
            let words = format!("The table has {rows} rows, so users were not counted.");
            hint_ui(ui, &words);
            if ui.add(ExperimentsCommand::CountAll.button()).clicked() {
                cx.commands.push(ExperimentsCommand::CountAll);
            }
            ui.add_space(SPACE[0]);
        }
        let selected = self.shown.as_deref();
        let picked = self
            .side
            .ui(ui, "experiments", &self.entries, self.version, selected);
        if let Some(entry) = picked.and_then(|at| self.entries.get(at)) {
            cx.commands.push(ExperimentsCommand::Show(entry.id.clone()));
        }
    }

    pub(super) fn shown_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = SPACE[1];
        if self.shown.is_some() {
            self.header_ui(ui, cx);
        }
        self.trouble_ui(ui, cx);
        if let Some(view) = &self.view {
            if view.rows.is_empty() {
                return self.no_rows_ui(ui, cx);
            }
            // What can be done about most of them is in the method: weights, users in several variants, looking often.
            if chips_ui(ui, &view.chips).is_some() {
                self.drawer = Some(Drawer::Method);
            }
            ui.add_space(SPACE[0]);
            // Charts keep a share of the height, however many variants there are.
            let most = (ui.available_height() * 0.5).max(120.0);
            let asked = self
                .table
                .ui(ui, "Variants", &view.columns, &view.rows, most);
            if let Some(row) = asked {
                self.details = Some(row);
            }
            ui.add_space(SPACE[1]);
            self.charts_ui(ui);
        } else if let Some(first) = self.counted().filter(|first| !first.contract.is_empty()) {
            let rows = table::plain_rows(&first.contract);
            let columns = table::plain_columns();
            let most = ui.available_height() * 0.6;
            self.table.ui(ui, "Variants", &columns, &rows, most);
            hint_ui(ui, "Checks, intervals and charts follow.");
        } else if let Some(heavy) = self.heavy() {
            if !self.first.is_running() {
                cost_ui(ui, heavy, cx);
            }
        } else if self.counted().is_some() && !self.reading.is_running() {
            self.no_rows_ui(ui, cx);
        } else if self.shown.is_none() && self.list.error().is_none() {
            self.nothing_shown_ui(ui);
        }
    }

    fn nothing_shown_ui(&self, ui: &mut Ui) {
        if self.list.is_running() {
            return;
        }
        if self.entries.is_empty() {
            let words = "The table of assignments has no rows. An experiment appears with its first assignment.";
            empty_ui(ui, icons::FLASK, "No experiments yet", words, |_| {});
        } else {
            empty_ui(ui, icons::FLASK, "Choose an experiment", PURPOSE, |_| {});
        }
    }

    fn no_rows_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let shown = self.shown.clone().unwrap_or_default();
        let ids: Vec<String> = self.entries.iter().map(|entry| entry.id.clone()).collect();
        let words = format!(
            "No assignments for {} in this table.",
            format::plain(&name::shown(&shown), 80)
        );
        empty_ui(ui, icons::FLASK, "No assignments", &words, |ui| {
            for id in near(&shown, &ids).into_iter().filter(|id| *id != shown) {
                let words = Words::new(icons::FLASK, format!("Show {}", name::shown(id)));
                if ui.add(Button::of(words)).clicked() {
                    cx.commands.push(ExperimentsCommand::Show(id.to_owned()));
                }
            }
        });
    }

    /// What went wrong, above what there is.
    fn trouble_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let errors: [(&str, Option<&Error>); 3] = [
            ("The experiment could not be read", self.first.error()),
            ("The experiment could not be read", self.reading.error()),
            ("The experiments could not be listed", self.list.error()),
        ];
        // The same is not said twice: a table that is missing is missing for both.
        let Some((what, error)) = errors
            .into_iter()
            .find_map(|(what, error)| Some((what, error?)))
        else {
            return self.broken_figures_ui(ui);
        };
        match error_ui(ui, what, error) {
            Some(AfterError::TryAgain) => cx.commands.push(ExperimentsCommand::Refresh),
            Some(AfterError::MapTables) => {
                cx.commands.push(ExperimentsCommand::Map(map_step()));
            }
            None => {}
        }
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

    /// E opens the menu of exports, wherever nothing is typed.
    pub(super) fn keys(&mut self, ui: &Ui) {
        let typing = ui.ctx().text_edit_focused();
        let modal = ui.memory(|memory| memory.top_modal_layer().is_some());
        if typing || modal || self.view.is_none() {
            return;
        }
        if ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::E)) {
            self.opens_export = true;
            ui.request_repaint();
        }
    }

    pub(super) fn dialogs_ui(&mut self, ctx: &egui::Context, cx: &PanelContext<'_>) {
        self.mapping
            .ui(ctx, cx, |step| Command::from(ExperimentsCommand::Map(step)));
        if let (Some(view), Some(row)) = (&self.view, self.details)
            && details::details_ui(ctx, view, row)
        {
            self.details = None;
        }
    }
}

/// What it would take, and what would make it light.
fn cost_ui(ui: &mut Ui, heavy: &Heavy, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    let title = "This may take a while";
    card_ui(ui, icons::HOURGLASS, palette.warning, title, |ui| {
        let how = if heavy.cost.whole_table {
            "read the table from end to end"
        } else {
            "look up each row on its own"
        };
        let words = format!(
            "By its plan the server would {how}: about {} rows.",
            format::about(heavy.cost.rows)
        );
        ui.add(Label::new(words).wrap());
        ui.horizontal(|ui| {
            for run in [
                ExperimentsCommand::ReadAnyway,
                ExperimentsCommand::ReadSample,
            ] {
                if ui.add(run.button().with_icon()).clicked() {
                    cx.commands.push(run);
                }
            }
        });
        let Some(advice) = &heavy.advice else {
            return;
        };
        ui.add_space(SPACE[0]);
        let size = advice
            .bytes
            .map(|bytes| format!(" It would take about {}.", format::bytes(bytes)))
            .unwrap_or_default();
        let words = format!(
            "With an index that holds all that is read it is quick.{size} {} {CAUTION}",
            heavy.limit
        );
        hint_ui(ui, &words);
        let sql = RichText::new(format::plain(&advice.sql, 2_000)).text_style(text::position());
        ui.add(Label::new(sql).wrap().selectable(true));
        let copy = Words::new(icons::COPY, "Copy the statement");
        if ui.add(Button::of(copy).with_icon()).clicked() {
            ui.copy_text(advice.sql.clone());
        }
    });
}
