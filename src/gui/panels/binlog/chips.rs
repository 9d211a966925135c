//! The filters, as chips, and the line in which one is written.

use egui::{Align, Frame, Key, Layout, Margin, Popup, RichText, TextEdit, Ui};

use super::{
    BinlogPanel,
    wishes::{OPS, Wish, Wishes},
};
use crate::gui::{
    command::BinlogCommand,
    context::PanelContext,
    icons,
    theme::{PaletteExt as _, RADIUS, SPACE},
    widgets::{
        button::Button,
        choice::{check_box_ui, radio_ui},
        list_row::ListRow,
        name,
    },
    words::Words,
};

/// Letters of a filter that its chip shows.
const LETTERS: usize = 40;

/// A filter that is being written.
pub(super) struct Editing {
    wish: Wish,
    wishes: Wishes,
    /// Of all that is there since reading began.
    again: bool,
    pub(super) fault: Option<&'static str>,
    /// It was just opened, and takes the keyboard.
    fresh: bool,
}

impl BinlogPanel {
    /// Something is left out.
    pub(super) fn is_wishing(&self) -> bool {
        let wishes = self.wishes();
        Wish::ALL.iter().any(|wish| wishes.said(*wish).is_some())
    }

    pub(super) fn chips_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let wishes = self.wishes();
        let mut edit = None;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = SPACE[2];
                self.rate_ui(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = SPACE[1];
                    for wish in Wish::ALL {
                        let Some(said) = wishes.said(wish) else {
                            continue;
                        };
                        let (title, _) = wish.words();
                        let mut shown: String = name::shown(&said).chars().take(LETTERS).collect();
                        if said.chars().nth(LETTERS).is_some() {
                            shown.push('…');
                        }
                        let words = Words::new(icons::FUNNEL, format!("{title}  {shown}"));
                        if ui.add(Button::of(words)).clicked() {
                            edit = Some(wish);
                        }
                    }
                    let add = ui.add(Button::of(Words::new(icons::PLUS, "Add filter")));
                    Popup::menu(&add)
                        .width(180.0)
                        .accessible_name("Filters")
                        .show(|ui| {
                            ui.spacing_mut().item_spacing.y = 0.0;
                            for wish in Wish::ALL {
                                if wishes.said(wish).is_none()
                                    && ui.add(ListRow::new(wish.words().0)).clicked()
                                {
                                    edit = Some(wish);
                                    ui.close();
                                }
                            }
                        });
                });
            });
        });
        if let Some(wish) = edit {
            self.editing = Some(Editing {
                wish,
                wishes,
                again: true,
                fault: None,
                fresh: true,
            });
        }
        self.editing_ui(ui, cx);
    }

    fn editing_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(editing) = &mut self.editing else {
            return;
        };
        let palette = ui.palette();
        let mut asked = None;
        Frame::NONE
            .fill(palette.panel)
            .stroke(palette.hairline())
            .corner_radius(RADIUS)
            .inner_margin(Margin::symmetric(10, 6))
            .show(ui, |ui| {
                ui.horizontal_wrapped(|ui| {
                    asked = editing.line_ui(ui);
                });
                if let Some(fault) = editing.fault {
                    ui.label(RichText::new(fault).color(palette.danger));
                }
            });
        match asked {
            None => {}
            Some(Asked::Close) => self.editing = None,
            Some(asked) => {
                if asked == Asked::Remove {
                    editing.wishes.clear(editing.wish);
                }
                cx.commands.push(BinlogCommand::Want {
                    wishes: Box::new(editing.wishes.clone()),
                    again: editing.again,
                });
            }
        }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Asked {
    Apply,
    Remove,
    Close,
}

impl Editing {
    fn line_ui(&mut self, ui: &mut Ui) -> Option<Asked> {
        let mut asked = None;
        let (title, example) = self.wish.words();
        let was = self.wishes.said(self.wish).is_some();
        ui.label(RichText::new(title).text_style(crate::gui::theme::text::strong()));
        match self.wishes.text(self.wish) {
            Some(text) => {
                let field = TextEdit::singleline(text)
                    .hint_text(example)
                    .char_limit(100_000)
                    .desired_width(340.0);
                let field = ui.add(field);
                ui.ctx().accesskit_node_builder(field.id, |node| {
                    node.set_label(format!("{title}: {example}"));
                });
                if std::mem::take(&mut self.fresh) {
                    field.request_focus();
                }
                if field.changed() {
                    self.fault = None;
                }
                if field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter)) {
                    asked = Some(Asked::Apply);
                }
            }
            None => {
                for (op, on) in OPS.iter().zip(&mut self.wishes.ops) {
                    check_box_ui(ui, on, op.name());
                }
            }
        }
        ui.add_space(SPACE[1]);
        radio_ui(
            ui,
            &mut self.again,
            true,
            "Read again from where reading began",
        )
        .on_hover_text("What is held is replaced.");
        radio_ui(ui, &mut self.again, false, "Only what comes from now on")
            .on_hover_text("What is held stays as it is. The stream goes on where it is, and nothing is lost in between.");
        ui.add_space(SPACE[1]);
        if ui
            .add(Button::of(Words::new(icons::CHECK, "Apply")).filled())
            .clicked()
        {
            asked = Some(Asked::Apply);
        }
        if was
            && ui
                .add(Button::of(Words::new(icons::TRASH, "Remove filter")))
                .clicked()
        {
            asked = Some(Asked::Remove);
        }
        let close = ui.add(Button::of(Words::new(icons::X, "Close the filter")).icon_only());
        if close.clicked() {
            asked = Some(Asked::Close);
        }
        asked
    }
}
