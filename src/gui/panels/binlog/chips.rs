//! The filters, as chips, and the line in which one is written.

use egui::{Align, Frame, Key, Layout, Margin, Popup, RichText, TextEdit, Ui, vec2};

use super::{
    BinlogPanel,
    wishes::{OPS, Wish, Wishes},
};
use crate::gui::{
    command::BinlogCommand,
    context::PanelContext,
    icons,
    theme::{PaletteExt as _, RADIUS, SPACE, text},
    widgets::{
        button::Button,
        choice::{check_box_ui, radio_ui},
        list_row::ListRow,
        name,
    },
    words::Words,
    zone::Zone,
};

/// Letters of a filter that its chip shows.
const LETTERS: usize = 40;

/// A filter that is being written.
pub(super) struct Editing {
    wish: Wish,
    wishes: Wishes,
    /// Of the log that is opened next; else of the one that is open.
    next: bool,
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

    /// The filters of the log that is open, and how much comes.
    pub(super) fn chips_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let wishes = self.wishes();
        let mut edit = None;
        ui.horizontal(|ui| {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = SPACE[2];
                self.rate_ui(ui);
                let chips = Layout::left_to_right(Align::Center).with_main_wrap(true);
                ui.with_layout(chips, |ui| edit = wishes_ui(ui, &wishes));
            });
        });
        self.edit(edit, wishes, false);
        self.editing_ui(ui, false, cx);
    }

    /// The filters of the log that is opened next.
    pub(super) fn kept_chips_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let wishes = self.kept_wishes();
        let edit = ui.horizontal_wrapped(|ui| wishes_ui(ui, &wishes)).inner;
        self.edit(edit, wishes, true);
        self.editing_ui(ui, true, cx);
    }

    fn edit(&mut self, wish: Option<Wish>, wishes: Wishes, next: bool) {
        if let Some(wish) = wish {
            self.editing = Some(Editing {
                wish,
                wishes,
                next,
                again: true,
                fault: None,
                fresh: true,
            });
        }
    }

    /// The filter that is being written, of the log that is open or of the next.
    fn editing_ui(&mut self, ui: &mut Ui, next: bool, cx: &PanelContext<'_>) {
        let Some(editing) = self.editing.as_mut().filter(|one| one.next == next) else {
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
                    asked = editing.line_ui(ui, cx.state.settings.zone);
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
    /// `zone`: of times that are written without one.
    fn line_ui(&mut self, ui: &mut Ui, zone: Zone) -> Option<Asked> {
        let mut asked = None;
        let (title, example) = self.wish.words();
        let in_zone = matches!(self.wish, Wish::Since | Wish::Until).then(|| zone.to_string());
        let was = self.wishes.said(self.wish).is_some();
        ui.label(RichText::new(title).text_style(text::strong()));
        match self.wishes.text(self.wish) {
            Some(written) => {
                let field = TextEdit::singleline(written)
                    .hint_text(example)
                    .char_limit(100_000)
                    .desired_width(340.0);
                let field = ui.add(field);
                ui.ctx().accesskit_node_builder(field.id, |node| {
                    let zone = in_zone.as_deref().map(|zone| format!(" {zone}"));
                    node.set_label(format!("{title}: {example}{}", zone.unwrap_or_default()));
                });
                if let Some(zone) = &in_zone {
                    ui.label(RichText::new(zone).color(ui.palette().secondary));
                }
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
        if !self.next {
            self.again_ui(ui);
        }
        // One filled button: where a log is chosen, it is that which reads.
        let apply = Button::of(Words::new(icons::CHECK, "Apply"));
        let apply = if self.next { apply } else { apply.filled() };
        if ui.add(apply).clicked() {
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

    /// Of what it is to be.
    fn again_ui(&mut self, ui: &mut Ui) {
        let again = "Read again from where reading began";
        radio_ui(ui, &mut self.again, true, again).on_hover_text("What is held is replaced.");
        radio_ui(ui, &mut self.again, false, "Only what comes from now on")
            .on_hover_text("What is held stays as it is. The stream goes on where it is, and nothing is lost in between.");
        ui.add_space(SPACE[1]);
    }
}

/// A chip for each filter, and the way to another; the one that is to be written.
fn wishes_ui(ui: &mut Ui, wishes: &Wishes) -> Option<Wish> {
    let mut edit = None;
    ui.spacing_mut().item_spacing = vec2(SPACE[1], SPACE[0]);
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
                if wishes.said(wish).is_none() && ui.add(ListRow::new(wish.words().0)).clicked() {
                    edit = Some(wish);
                    ui.close();
                }
            }
        });
    edit
}
