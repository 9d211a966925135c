//! The statements behind figures, each with its time and rows, to be read, copied or opened in the editor.

use egui::{Frame, Label, Margin, RichText, ScrollArea, Ui};

use super::button::Button;
use crate::{
    engine::metrics::Ran,
    gui::{
        format, icons,
        theme::{PaletteExt as _, RADIUS, SPACE, text},
        words::Words,
    },
};

/// Characters of a statement that are shown; all of it is copied.
const LONGEST: usize = 6_000;

/// Draw them one below another in the room there is. `what` says what each was for. Gives the place of the one that is
/// to be opened in the editor (`QueryCommand::OpenText`).
pub fn ran_list_ui<'a>(
    ui: &mut Ui,
    ran: impl IntoIterator<Item = (&'a str, &'a Ran)>,
) -> Option<usize> {
    let mut opened = None;
    ui.spacing_mut().item_spacing.y = SPACE[1];
    for (at, (what, ran)) in ran.into_iter().enumerate() {
        ui.push_id(("ran", at), |ui| {
            if one_ui(ui, what, ran) {
                opened = Some(at);
            }
        });
        ui.add_space(SPACE[1]);
    }
    opened
}

fn one_ui(ui: &mut Ui, what: &str, ran: &Ran) -> bool {
    let palette = ui.palette();
    ui.label(RichText::new(what).text_style(text::strong()));
    let took = format!(
        "{} · {}",
        format::duration(ran.took),
        format::rows(ran.rows)
    );
    ui.label(RichText::new(took).small().color(palette.secondary));
    Frame::NONE
        .fill(palette.background)
        .stroke(palette.hairline())
        .corner_radius(RADIUS)
        .inner_margin(Margin::same(8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            let sql = format::plain(&ran.sql, LONGEST);
            let sql = RichText::new(sql).text_style(text::position());
            ScrollArea::vertical().max_height(220.0).show(ui, |ui| {
                ui.add(Label::new(sql).wrap().selectable(true));
            });
        });
    let mut open = false;
    ui.horizontal(|ui| {
        let copy = Words::new(icons::COPY, "Copy SQL");
        if ui.add(Button::of(copy).with_icon()).clicked() {
            ui.copy_text(ran.sql.clone());
        }
        let words = Words::new(icons::ARROW_SQUARE_OUT, "Open in editor");
        open = ui.add(Button::of(words).with_icon()).clicked();
    });
    open
}
