//! The second line: which part of time, in buckets of which width.

use egui::{Label, Margin, Popup, PopupCloseBehavior, RichText, TextEdit, Ui, vec2};

use super::FlagsPanel;
use crate::{
    engine::metrics::{
        flags::{Span, Window},
        series::{STEPS, step_words},
    },
    gui::{
        command::FlagsCommand,
        context::PanelContext,
        icons,
        theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE},
        widgets::{button::Button, card::hint_ui, list_row::ListRow},
        words::Words,
    },
};

const WINDOWS: [(Window, &str); 5] = [
    (Window::Last(Span::Hours(1)), "1 h"),
    (Window::Last(Span::Hours(24)), "24 h"),
    (Window::Last(Span::Days(7)), "7 d"),
    (Window::Last(Span::Days(28)), "28 d"),
    (Window::All, "All"),
];

/// A window that is being written.
#[derive(Debug, Default)]
pub(super) struct WindowDraft {
    from: String,
    to: String,
}

impl FlagsPanel {
    pub(super) fn windows_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let now = self.saved.window;
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (window, words) in WINDOWS {
                let tab = ui.selectable_label(window == now, words);
                ui.ctx().accesskit_node_builder(tab.id, |node| {
                    node.set_label(format!("Window: {}", window.words()));
                });
                if tab.clicked() {
                    cx.commands.push(FlagsCommand::Window(window));
                }
            }
            self.custom_ui(ui, cx);
            ui.add_space(SPACE[1]);
            self.steps_ui(ui, cx);
        });
    }

    fn custom_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let now = self.saved.window;
        let own = !WINDOWS.iter().any(|(window, _)| *window == now);
        let words = if own {
            now.words()
        } else {
            "Custom…".to_owned()
        };
        let button = ui.selectable_label(own, words);
        ui.ctx().accesskit_node_builder(button.id, |node| {
            node.set_label("Window: from and to");
        });
        let draft = &mut self.custom;
        Popup::menu(&button)
            .width(300.0)
            .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
            .accessible_name("From and to")
            .show(|ui| {
                ui.spacing_mut().item_spacing = vec2(SPACE[1], SPACE[1]);
                hint_ui(
                    ui,
                    "Days or times in UTC. The end is not part of it; either may be empty.",
                );
                for (words, text, example) in [
                    ("From", &mut draft.from, "2026-05-01"),
                    ("To", &mut draft.to, "2026-05-08 12:00"),
                ] {
                    ui.horizontal(|ui| {
                        let label = ui.add_sized([36.0, CONTROL_HEIGHT], Label::new(words));
                        let field = TextEdit::singleline(text)
                            .hint_text(example)
                            .char_limit(30)
                            .margin(Margin::symmetric(8, 5))
                            .desired_width(f32::INFINITY);
                        ui.add(field).labelled_by(label.id);
                    });
                }
                let read = format!("{}..{}", draft.from.trim(), draft.to.trim()).parse::<Window>();
                let show = Button::of(Words::new(icons::CHECK, "Show this window"));
                let asked = ui.add_enabled(read.is_ok(), show).clicked();
                match read {
                    Ok(window) if asked => {
                        cx.commands.push(FlagsCommand::Window(window));
                        ui.close();
                    }
                    Ok(_) => {}
                    Err(error) => {
                        let words = RichText::new(error.to_string())
                            .small()
                            .color(ui.palette().warning);
                        ui.add(Label::new(words).wrap());
                    }
                }
            });
    }

    fn steps_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let drawn = self
            .view
            .as_ref()
            .and_then(|view| view.data.timeline.as_ref());
        let Some(timeline) = drawn else { return };
        let now = self.saved.step;
        let shown = match now {
            None => format!("{} buckets", step_words(timeline.step)),
            Some(step) => format!("{} buckets, chosen", step_words(step)),
        };
        let words = Words::new(icons::CARET_DOWN, shown);
        let button = ui.add(Button::of(words).plain().with_icon());
        Popup::menu(&button)
            .width(180.0)
            .accessible_name("Buckets")
            .show(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                if ui
                    .add(ListRow::new("What fits").selected(now.is_none()))
                    .clicked()
                {
                    cx.commands.push(FlagsCommand::Step(None));
                    ui.close();
                }
                let width = timeline.to.0 - timeline.from.0;
                // Neither more than can be told apart nor a single one.
                for step in STEPS
                    .into_iter()
                    .filter(|step| width / step <= 2_000 && *step < width)
                {
                    let row = ListRow::new(step_words(step))
                        .detail(format!("{} of them", (width + step - 1) / step))
                        .selected(now == Some(step));
                    if ui.add(row).clicked() {
                        cx.commands.push(FlagsCommand::Step(Some(step)));
                        ui.close();
                    }
                }
            });
    }
}
