//! The drawer at the right: how figures are made, or the statements that were run. Its parts: headings, lines with a
//! control at the right, pickers.

use egui::{Align, DragValue, Label, Layout, Popup, RichText, ScrollArea, TextStyle, Ui, vec2};

use super::Screen;
use crate::{
    engine::metrics::{Ran, tables::Located},
    gui::{
        command::QueryCommand,
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button, card::hint_ui, choice::check_box_ui, list_row::ListRow, name,
            ran_list::ran_list_ui,
        },
        words::Words,
    },
};

pub const WIDTH: f32 = 316.0;
/// What can be ticked: beyond these nobody searches by eye.
const MOST_TICKS: usize = 200;

/// What the drawer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Drawer {
    Method,
    Sql,
}

impl Drawer {
    /// Head and body. True when it is to be closed.
    pub fn ui(self, ui: &mut Ui, body: impl FnOnce(&mut Ui)) -> bool {
        let title = match self {
            Self::Method => "Method",
            Self::Sql => "What was run",
        };
        let mut closed = false;
        ui.horizontal(|ui| {
            ui.label(RichText::new(title).text_style(TextStyle::Heading));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let close = Words::new(icons::X, "Close the drawer");
                closed = ui.add(Button::of(close).icon_only()).clicked();
            });
        });
        ui.add_space(SPACE[0]);
        ScrollArea::vertical()
            .id_salt(title)
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.set_width(ui.available_width() - 10.0);
                body(ui);
            });
        closed
    }
}

pub fn heading_ui(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).text_style(text::strong()));
}

pub fn separator_ui(ui: &mut Ui) {
    ui.add_space(SPACE[0]);
    ui.separator();
    ui.add_space(SPACE[0]);
}

/// A line with its words at the left and the control at the right.
pub fn line_ui(ui: &mut Ui, words: &str, hint: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        let label = ui.label(RichText::new(words).color(ui.palette().secondary));
        if !hint.is_empty() {
            label.on_hover_text(hint);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), control);
    });
}

/// A figure, as a line's control.
pub fn figure_ui(ui: &mut Ui, words: &str, hint: &str, figure: String) {
    line_ui(ui, words, hint, |ui| {
        ui.label(RichText::new(figure).text_style(text::cell()));
    });
}

/// A picker of a few values.
pub fn pick_ui<T: Copy + PartialEq>(ui: &mut Ui, name: &str, now: &mut T, all: &[(T, &str)]) {
    let shown = all
        .iter()
        .find(|(value, _)| value == now)
        .map_or("own", |(_, words)| words);
    let button = ui.add(Button::of(Words::new(icons::CARET_DOWN, shown.to_owned())).with_icon());
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("{name}: {shown}"));
    });
    Popup::menu(&button)
        .width(230.0)
        .accessible_name(name.to_owned())
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for (value, words) in all {
                if ui
                    .add(ListRow::new(*words).selected(value == now))
                    .clicked()
                {
                    *now = *value;
                    ui.close();
                }
            }
        });
}

/// How sure intervals are.
pub fn confidence_ui(ui: &mut Ui, alpha: &mut f64) {
    line_ui(ui, "Confidence", "", |ui| {
        let mut percent = ((1.0 - *alpha) * 1000.0).round() as i32;
        let all = [(900, "90 %"), (950, "95 %"), (990, "99 %"), (999, "99.9 %")];
        let before = percent;
        pick_ui(ui, "Confidence", &mut percent, &all);
        if percent != before {
            *alpha = f64::from(1000 - percent) / 1000.0;
        }
    });
}

/// A number that is dragged or written, with a name.
pub fn number_ui(ui: &mut Ui, field: DragValue<'_>, name: &str) {
    let response = ui.add(field);
    ui.ctx()
        .accesskit_node_builder(response.id, |node| node.set_label(name));
}

/// Boxes to tick, one for each name; ticked are those that are drawn. Gives the places of all that are to be drawn, where one was
/// changed.
pub fn ticks_ui(
    ui: &mut Ui,
    title: &str,
    names: &[(&str, bool)],
    most: usize,
) -> Option<Vec<usize>> {
    heading_ui(ui, title);
    let mut changed = None;
    ScrollArea::vertical()
        .id_salt("ticks")
        .max_height(180.0)
        .show(ui, |ui| {
            for (at, (name, drawn)) in names.iter().enumerate().take(MOST_TICKS) {
                let mut ticked = *drawn;
                ui.push_id(at, |ui| check_box_ui(ui, &mut ticked, &name::shown(name)));
                if ticked != *drawn {
                    changed = Some((at, ticked));
                }
            }
        });
    let (at, ticked) = changed?;
    let is_other = |other: &usize| *other != at && names[*other].1;
    let mut all: Vec<usize> = (0..names.len()).filter(is_other).collect();
    if ticked {
        all.push(at);
    }
    all.truncate(most);
    Some(all)
}

/// The statements, each with what it was for; a button opens one in the editor. `below` stands under them.
pub fn statements_ui(
    ui: &mut Ui,
    screen: &Screen,
    shown: Option<&str>,
    ran: &[(&str, &Ran)],
    table: Option<&Located>,
    cx: &PanelContext<'_>,
) {
    if ran.is_empty() {
        hint_ui(ui, "Nothing was run yet.");
    }
    if let Some(at) = ran_list_ui(ui, ran.iter().copied()) {
        cx.commands.push(QueryCommand::OpenText {
            name: format::plain(shown.unwrap_or(screen.many), 40),
            sql: ran[at].1.sql.clone(),
        });
    }
    ui.add_space(SPACE[1]);
    if let Some(table) = table {
        let table = format!("{}.{}", table.database, table.table);
        hint_ui(ui, &format!("Read from {}.", name::shown(&table)));
    }
}

/// Words that say that something needs a look.
pub fn caution_ui(ui: &mut Ui, words: &str) {
    let words = RichText::new(words).small().color(ui.palette().warning);
    ui.add(Label::new(words).wrap());
}
