//! The lines above the figures: which flag, how fresh, what can be done; and which part of time, in which buckets.

use egui::{
    Align, Label, Layout, Margin, Popup, PopupCloseBehavior, RichText, ScrollArea, TextEdit, Ui,
    vec2,
};

use super::{FlagsPanel, drawer::Drawer, view::View};
use crate::{
    engine::metrics::{
        flags::{Span, Window},
        series::{Moment, STEPS, step_words},
        words::separated,
    },
    gui::{
        command::FlagsCommand,
        context::PanelContext,
        icons,
        saved::FlagChoice,
        theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            card::hint_ui,
            export::menu_of,
            list_row::ListRow,
            name,
            refresh::{RefreshAsked, RefreshBar},
        },
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
    pub(super) fn header_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let id = name::shown(self.shown.as_deref().unwrap_or_default());
        let moment = self
            .view
            .as_ref()
            .map(|view| time_of_day(view.data.as_of()));
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
                    ui.add(Label::new(facts).truncate());
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
        if let Some(view) = &self.view {
            let words = Words::new(icons::EXPORT, "Export");
            let button = ui.add(Button::of(words).plain()).on_hover_text("E");
            if std::mem::take(&mut self.opens_export) {
                Popup::open_id(ui.ctx(), Popup::default_response_id(&button));
                button.request_focus();
            }
            if let Some(step) = menu_of(&button, &View::groups(), |_| view.in_words(self.which)) {
                cx.commands.push(FlagsCommand::Export(step));
            }
        }
        match bar.buttons_ui(ui) {
            Some(RefreshAsked::Now) => cx.commands.push(FlagsCommand::Refresh),
            Some(RefreshAsked::Stop) => cx.commands.push(FlagsCommand::Cancel),
            Some(RefreshAsked::Every(every)) => cx.commands.push(FlagsCommand::Every(every)),
            None => {}
        }
        if let Some(view) = &self.view {
            baseline_ui(ui, view, &self.choice(), cx);
        }
    }

    /// How fresh it is, and how much.
    fn facts(&self, fresh: Option<String>) -> String {
        let mut facts: Vec<String> = fresh.into_iter().collect();
        if let Some(view) = &self.view {
            let groups = view.data.groups.iter();
            let requests = groups.fold(0_u128, |sum, group| sum.saturating_add(group.requests));
            facts.push(format!("{} requests", separated(requests)));
        }
        facts.join(" · ")
    }

    /// The second line: which part of time, in buckets of which width.
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

/// Which group the others are compared with.
fn baseline_ui(ui: &mut Ui, view: &View, choice: &FlagChoice, cx: &PanelContext<'_>) {
    let groups = &view.data.groups;
    let Some(baseline) = view.analysis.baseline.map(|at| &groups[at]) else {
        return;
    };
    if groups.len() < 2 {
        return;
    }
    let shown = name::shown(baseline.key.shown());
    let short: String = shown.chars().take(18).collect();
    let words = Words::new(icons::CARET_DOWN, format!("vs {short}"));
    let button = ui
        .add(Button::of(words).plain().with_icon())
        .on_hover_text("The group that the others are compared with");
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("Compared with {shown}"));
    });
    Popup::menu(&button)
        .width(240.0)
        .accessible_name("Compared with")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for group in groups {
                    let row = ListRow::new(name::shown(group.key.shown()))
                        .detail(separated(group.requests))
                        .selected(group.key == baseline.key);
                    if ui.add(row).clicked() {
                        cx.commands.push(FlagsCommand::Use(FlagChoice {
                            baseline: Some(group.key.clone()),
                            ..choice.clone()
                        }));
                        ui.close();
                    }
                }
            });
        });
}

/// `12:41:07 UTC`.
fn time_of_day(moment: Moment) -> String {
    let text = moment.to_string();
    let time = text.split_once(' ').map_or("", |(_, time)| time);
    format!("{time} UTC")
}
