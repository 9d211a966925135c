//! Chips of a health strip: icon, words and a bold number each, never colour alone; the sentence behind it on hover
//! and for screen readers.

use egui::{
    Align2, Color32, Response, Role, Sense, StrokeKind, TextStyle, Ui, Widget, WidgetInfo, pos2,
    vec2,
};

use crate::gui::{
    icons,
    theme::{CONTROL_HEIGHT, PaletteExt as _, RADIUS, text},
};

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tone {
    Good,
    /// To know; nothing is wrong.
    Info,
    Warning,
    Danger,
}

impl Tone {
    /// For those who do not see the icon.
    pub fn word(self) -> &'static str {
        match self {
            Self::Good => "fine",
            Self::Info => "note",
            Self::Warning => "warning",
            Self::Danger => "problem",
        }
    }

    pub fn icon(self) -> &'static str {
        match self {
            Self::Good => icons::CHECK_CIRCLE,
            Self::Info => icons::INFO,
            Self::Warning => icons::WARNING,
            Self::Danger => icons::WARNING_OCTAGON,
        }
    }

    pub fn color(self, ui: &Ui) -> Color32 {
        let palette = ui.palette();
        match self {
            Self::Good => palette.good,
            Self::Info => palette.secondary,
            Self::Warning => palette.warning,
            Self::Danger => palette.danger,
        }
    }
}

/// One thing that was looked at: `Chip::new(Tone::Good, "Users in both", "0").why("Nobody was seen in two variants.")`.
/// A `Ui` takes it as a widget; the answer says whether it was pressed.
#[must_use = "a chip does nothing until it is added to a Ui"]
#[derive(Clone, Debug, PartialEq)]
pub struct Chip {
    pub tone: Tone,
    pub words: String,
    pub number: String,
    pub why: String,
}

impl Chip {
    pub fn new(tone: Tone, words: impl Into<String>, number: impl Into<String>) -> Self {
        Self {
            tone,
            words: words.into(),
            number: number.into(),
            why: String::new(),
        }
    }

    /// What it means, in a sentence.
    pub fn why(self, why: impl Into<String>) -> Self {
        Self {
            why: why.into(),
            ..self
        }
    }
}

impl Widget for Chip {
    fn ui(self, ui: &mut Ui) -> Response {
        let palette = ui.palette();
        let ink = if self.tone == Tone::Danger {
            palette.text
        } else {
            palette.secondary
        };
        let body = TextStyle::Body.resolve(ui.style());
        let strong = text::strong().resolve(ui.style());
        let words = ui.painter().layout_no_wrap(self.words.clone(), body, ink);
        let number = ui
            .painter()
            .layout_no_wrap(self.number.clone(), strong, palette.text);
        let width = 26.0 + words.size().x + 6.0 + number.size().x + 8.0;
        let (rect, response) = ui.allocate_exact_size(vec2(width, CONTROL_HEIGHT), Sense::click());
        let spoken = format!("{} {}, {}", self.words, self.number, self.tone.word());
        response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &spoken));
        ui.ctx().accesskit_node_builder(response.id, |node| {
            node.set_description(&*self.why);
        });
        if ui.is_rect_visible(rect) {
            let line = match self.tone {
                _ if response.has_focus() => palette.focus(),
                Tone::Danger => egui::Stroke::new(1.0, palette.danger),
                _ => palette.hairline(),
            };
            let fill = if response.hovered() {
                palette.raised
            } else {
                palette.panel
            };
            let painter = ui.painter();
            painter.rect(rect, RADIUS, fill, line, StrokeKind::Inside);
            painter.text(
                pos2(rect.left() + 15.0, rect.center().y),
                Align2::CENTER_CENTER,
                self.tone.icon(),
                egui::FontId::proportional(15.0),
                self.tone.color(ui),
            );
            let left = rect.left() + 26.0;
            let at = |x: f32, height: f32| pos2(x, rect.center().y - height / 2.0);
            let number_left = left + words.size().x + 6.0;
            painter.galley(at(left, words.size().y), words, ink);
            painter.galley(at(number_left, number.size().y), number, palette.text);
        }
        if self.why.is_empty() {
            return response;
        }
        // Those who came by keyboard read it too.
        if response.has_focus() {
            response.show_tooltip_text(&self.why);
        }
        response.on_hover_text(self.why)
    }
}

/// Chips side by side, in more lines where there is no room. The one that was pressed.
pub fn chips_ui(ui: &mut Ui, chips: &[Chip]) -> Option<usize> {
    let mut pressed = None;
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        for (at, chip) in chips.iter().enumerate() {
            if ui.add(chip.clone()).clicked() {
                pressed = Some(at);
            }
        }
    });
    pressed
}

/// The worst of them.
pub fn worst(chips: &[Chip]) -> Option<Tone> {
    chips.iter().map(|chip| chip.tone).max()
}
