//! The line above the figures: which one, how fresh and how much; and what can be done.

use egui::{Align, Label, Layout, Popup, RichText, ScrollArea, Ui, vec2};

use super::{Asked, Screen, busy::Busy, desk::Desk, drawer::Drawer};
use crate::gui::{
    command::AppCommand,
    context::PanelContext,
    icons,
    state::Settings,
    theme::{PaletteExt as _, SPACE, text},
    widgets::{
        button::Button,
        export::{ExportGroup, menu_of},
        list_row::ListRow,
        name,
        refresh::{Every, RefreshAsked, RefreshBar},
    },
    words::Words,
};

/// Letters of a name in a button.
const LETTERS: usize = 18;

/// What the line says.
pub struct Header<'a> {
    /// When the figures are of: `12:41:07 UTC`.
    pub as_of: Option<String>,
    pub busy: Busy,
    pub every: Every,
    /// What stands before and after how fresh they are.
    pub before: Vec<String>,
    pub after: Vec<String>,
    pub exports: Option<Exports<'a>>,
}

/// What can be exported.
#[derive(Clone, Copy)]
pub struct Exports<'a> {
    pub groups: &'a [ExportGroup<'a>],
    /// A group's chart in words.
    pub copies: &'a dyn Fn(usize) -> String,
}

impl Desk {
    /// Draw it; `more` adds the screen's own buttons, from right to left.
    pub fn header_ui(
        &mut self,
        ui: &mut Ui,
        screen: &Screen,
        header: Header<'_>,
        cx: &PanelContext<'_>,
        more: impl FnOnce(&mut Ui),
    ) {
        let id = name::shown(self.shown.as_deref().unwrap_or_default());
        let bar = RefreshBar {
            as_of: header.as_of.as_deref(),
            running: header.busy.running,
            stopping: header.busy.stopping,
            every: header.every,
        };
        let facts: Vec<String> = header
            .before
            .into_iter()
            .chain(bar.moment())
            .chain(header.after)
            .collect();
        ui.horizontal(|ui| {
            ui.set_height(30.0);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                self.drawers_ui(ui);
                if let Some(exports) = header.exports {
                    self.exports_ui(ui, screen, exports, cx);
                }
                let asked = bar.buttons_ui(ui).map(|asked| match asked {
                    RefreshAsked::Now => Asked::Refresh,
                    RefreshAsked::Stop => Asked::Stop,
                    RefreshAsked::Every(every) => Asked::Every(every),
                });
                if let Some(asked) = asked {
                    cx.commands.push((screen.command)(asked));
                }
                more(ui);
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    title_ui(ui, &id, &facts.join(" · "));
                });
            });
        });
    }

    fn drawers_ui(&mut self, ui: &mut Ui) {
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
    }

    fn exports_ui(
        &mut self,
        ui: &mut Ui,
        screen: &Screen,
        exports: Exports<'_>,
        cx: &PanelContext<'_>,
    ) {
        let words = Words::new(icons::EXPORT, "Export");
        let button = ui.add(Button::of(words).plain()).on_hover_text("E");
        if std::mem::take(&mut self.opens_export) {
            Popup::open_id(ui.ctx(), Popup::default_response_id(&button));
            button.request_focus();
        }
        if let Some(step) = menu_of(&button, exports.groups, exports.copies) {
            cx.commands.push((screen.command)(Asked::Export(step)));
        }
    }
}

/// The name, which loses its middle where there is little room, and what is known of it.
fn title_ui(ui: &mut Ui, id: &str, facts: &str) {
    ui.spacing_mut().item_spacing.x = SPACE[2];
    let font = text::title().resolve(ui.style());
    let room = (ui.available_width() * 0.55).max(80.0);
    let (galley, cut) = name::fitted(ui, id, &font, ui.palette().text, room);
    let title = ui.add(Label::new(galley));
    ui.ctx().accesskit_node_builder(title.id, |node| {
        node.set_role(egui::accesskit::Role::Heading);
        node.set_label(id);
    });
    if cut {
        title.on_hover_text(id);
    }
    let words = RichText::new(facts).color(ui.palette().secondary);
    ui.add(Label::new(words).truncate());
}

/// The zone that days and times are shown in, and the way to another; it is the window's. `hint`: what is shown in it.
pub fn zone_ui(ui: &mut Ui, hint: &str, cx: &PanelContext<'_>) {
    if let Some(zone) = cx.state.settings.zone.ui(ui, hint) {
        cx.commands.push(AppCommand::Change(Settings {
            zone,
            ..cx.state.settings.clone()
        }));
    }
}

/// Which one of these the others are compared with, each with how many there are of it. Gives the place of the one that was chosen.
pub fn against_ui<'a>(
    ui: &mut Ui,
    hint: &str,
    now: &str,
    all: impl Iterator<Item = (&'a str, String)>,
) -> Option<usize> {
    let shown = name::shown(now);
    let short: String = shown.chars().take(LETTERS).collect();
    let words = Words::new(icons::CARET_DOWN, format!("vs {short}"));
    let button = ui
        .add(Button::of(words).plain().with_icon())
        .on_hover_text(hint);
    ui.ctx().accesskit_node_builder(button.id, |node| {
        node.set_label(format!("Compared with {shown}"));
    });
    let mut chosen = None;
    Popup::menu(&button)
        .width(240.0)
        .accessible_name("Compared with")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                for (at, (name, many)) in all.enumerate() {
                    let row = ListRow::new(name::shown(name))
                        .detail(many)
                        .selected(name == now);
                    if ui.add(row).clicked() {
                        chosen = Some(at);
                        ui.close();
                    }
                }
            });
        });
    chosen
}
