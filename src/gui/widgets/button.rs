//! The window's button: filled, outlined or plain, with an icon, with words, or both. Its accessible name is its text,
//! also where only the icon is drawn.

use egui::{
    Align2, Color32, Response, Sense, Stroke, StrokeKind, TextStyle, Ui, Vec2, Widget, WidgetInfo,
};

use crate::gui::{
    theme::{CONTROL_HEIGHT, PaletteExt as _, RADIUS, text},
    words::Words,
};

/// Between icon and text.
const GAP: f32 = 6.0;

#[derive(Clone, Copy, PartialEq)]
enum Look {
    Filled,
    Outlined,
    Plain,
}

#[must_use = "a button does nothing until it is added to a Ui"]
pub struct Button {
    words: Words,
    look: Look,
    show_icon: bool,
    show_text: bool,
    danger: bool,
}

impl Button {
    /// Words of a command: outlined, text alone.
    pub fn of(words: Words) -> Self {
        Self {
            words,
            look: Look::Outlined,
            show_icon: false,
            show_text: true,
            danger: false,
        }
    }

    /// The one thing that people came to this screen for.
    pub fn filled(self) -> Self {
        Self {
            look: Look::Filled,
            ..self
        }
    }

    /// No frame until the pointer is over it.
    pub fn plain(self) -> Self {
        Self {
            look: Look::Plain,
            ..self
        }
    }

    /// Icon before the text.
    pub fn with_icon(self) -> Self {
        Self {
            show_icon: true,
            ..self
        }
    }

    /// The icon alone; the text is its name and shows on hover.
    pub fn icon_only(self) -> Self {
        Self {
            look: Look::Plain,
            show_icon: true,
            show_text: false,
            ..self
        }
    }

    /// For what destroys something.
    pub fn danger(self) -> Self {
        Self {
            danger: true,
            ..self
        }
    }
}

impl Widget for Button {
    fn ui(self, ui: &mut Ui) -> Response {
        let palette = ui.palette();
        let icon_font = text::icon().resolve(ui.style());
        let text_font = match self.look {
            Look::Filled => text::strong().resolve(ui.style()),
            Look::Outlined | Look::Plain => TextStyle::Button.resolve(ui.style()),
        };
        // Laid out in a colour that says "fill in later", since hovering is known only after the place is.
        let lay = |ui: &Ui, show: bool, text: &str, font| {
            show.then(|| {
                ui.painter()
                    .layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER)
            })
        };
        let icon = lay(ui, self.show_icon, self.words.icon, icon_font);
        let label = lay(ui, self.show_text, &self.words.text, text_font);
        let icon_width = icon.as_ref().map_or(0.0, |icon| icon.size().x);
        let label_width = label.as_ref().map_or(0.0, |label| label.size().x);
        let gap = if icon.is_some() && label.is_some() {
            GAP
        } else {
            0.0
        };
        let padding = if label.is_some() { 10.0 } else { 5.0 };
        let width = (icon_width + gap + label_width + 2.0 * padding).max(CONTROL_HEIGHT);
        let (rect, response) =
            ui.allocate_exact_size(Vec2::new(width, CONTROL_HEIGHT), Sense::click());
        response.widget_info(|| {
            WidgetInfo::labeled(egui::Role::Button, ui.is_enabled(), &*self.words.text)
        });

        if ui.is_rect_visible(rect) {
            let over = response.hovered() || response.is_pointer_button_down_on();
            let ink = match (self.look, self.danger) {
                (Look::Filled, _) => palette.on_accent,
                (_, true) => palette.danger,
                (Look::Plain, _) if !over => palette.secondary,
                _ => palette.text,
            };
            let fill = match self.look {
                Look::Filled if self.danger => palette.danger,
                Look::Filled if over => palette.accent.lerp_to_gamma(palette.text, 0.12),
                Look::Filled => palette.accent,
                _ if over => palette.raised,
                Look::Outlined => palette.panel,
                Look::Plain => Color32::TRANSPARENT,
            };
            let line = match self.look {
                _ if response.has_focus() => palette.focus(),
                Look::Outlined => palette.hairline(),
                Look::Filled | Look::Plain => Stroke::NONE,
            };
            let painter = ui.painter();
            painter.rect(rect, RADIUS, fill, line, StrokeKind::Inside);
            if self.look == Look::Filled && response.has_focus() {
                // The accent is no ring around the accent.
                let ring = Stroke::new(1.0, palette.on_accent);
                painter.rect_stroke(rect.shrink(2.0), RADIUS, ring, StrokeKind::Inside);
            }
            let mut x = rect.center().x - (icon_width + gap + label_width) / 2.0;
            for part in [icon, label].into_iter().flatten() {
                let size = part.size();
                let place = Align2::LEFT_CENTER.anchor_size(egui::pos2(x, rect.center().y), size);
                painter.galley(place.min, part, ink);
                x += size.x + gap;
            }
        }
        hover_words(response, &self.words, self.show_text)
    }
}

/// Name (where it is not drawn) and shortcut, on hover.
fn hover_words(response: Response, words: &Words, named: bool) -> Response {
    let keys = words.keys().unwrap_or_default();
    let hint = match (named, keys.is_empty()) {
        (true, true) => return response,
        (true, false) => keys,
        (false, true) => words.text.to_string(),
        (false, false) => format!("{}  {keys}", words.text),
    };
    response.on_hover_text(hint)
}
