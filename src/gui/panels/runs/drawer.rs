//! The statements behind what is seen, and where the tables are.

use egui::{Label, Popup, RichText, ScrollArea, Ui, vec2};

use super::RunsPanel;
use crate::{
    engine::metrics::runs::PLACES,
    gui::{
        command::{QueryCommand, RunsCommand},
        context::PanelContext,
        dialogs::mapping::MapStep,
        icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{button::Button, card::sentence, list_row::ListRow, name, ran_list::ran_list_ui},
        words::Words,
    },
};

impl RunsPanel {
    pub(super) fn drawer_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Statements").text_style(text::strong()));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let close = Words::new(icons::X, "Close the statements");
                if ui.add(Button::of(close).icon_only()).clicked() {
                    self.sql_open = false;
                }
            });
        });
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let list = self.read.iter().flat_map(|read| &read.ran);
            let all: Vec<_> = list
                .map(|(what, ran)| (*what, ran))
                .chain(
                    self.points_ran
                        .iter()
                        .map(|ran| ("Points of the charts", ran)),
                )
                .collect();
            if all.is_empty() {
                ui.label(RichText::new("Nothing was run yet.").color(ui.palette().secondary));
            }
            if let Some(at) = ran_list_ui(ui, all.iter().copied()) {
                cx.commands.push(QueryCommand::OpenText {
                    name: "training runs".to_owned(),
                    sql: all[at].1.sql.clone(),
                });
            }
            ui.add_space(SPACE[1]);
            if let Some(tables) = self.read.as_ref().and_then(|read| read.tables.as_ref()) {
                let runs = format!("{}.{}", tables.runs.database, tables.runs.table);
                let words = format!("Read from {} ({}).", name::shown(&runs), tables.layout());
                let words = RichText::new(words).color(ui.palette().secondary);
                ui.add(Label::new(words).wrap());
            }
            let button = ui.add(Button::of(Words::new(icons::TABLE, "Map tables…")));
            Popup::menu(&button)
                .width(230.0)
                .accessible_name("Which table")
                .show(|ui| {
                    ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                    for place in PLACES {
                        if ui
                            .add(ListRow::new(
                                sentence(place.what).trim_end_matches('.').to_owned(),
                            ))
                            .clicked()
                        {
                            cx.commands.push(RunsCommand::Map(MapStep::Open(place)));
                            ui.close();
                        }
                    }
                });
        });
    }
}
