//! One row of a menu or list: dot or icon, text, and a faint detail at the right.

use std::borrow::Cow;

use egui::{
    Align2, Color32, Rect, Response, Role, Sense, StrokeKind, TextStyle, Ui, Widget, WidgetInfo,
    pos2, vec2,
};

use crate::gui::theme::{CONTROL_HEIGHT, PaletteExt as _, SELECTION_RADIUS, text};

#[must_use = "a row does nothing until it is added to a Ui"]
pub struct ListRow<'a> {
    text: Cow<'a, str>,
    icon: Option<&'a str>,
    dot: Option<Color32>,
    detail: String,
    selected: bool,
}

impl<'a> ListRow<'a> {
    pub fn new(text: impl Into<Cow<'a, str>>) -> Self {
        Self {
            text: text.into(),
            icon: None,
            dot: None,
            detail: String::new(),
            selected: false,
        }
    }

    pub fn icon(self, icon: &'a str) -> Self {
        Self {
            icon: Some(icon),
            ..self
        }
    }

    /// Never alone: what the colour says must also be in the text or the detail.
    pub fn dot(self, color: Color32) -> Self {
        Self {
            dot: Some(color),
            ..self
        }
    }

    /// Faint, at the right; also part of the accessible name.
    pub fn detail(self, detail: impl Into<String>) -> Self {
        Self {
            detail: detail.into(),
            ..self
        }
    }

    pub fn selected(self, selected: bool) -> Self {
        Self { selected, ..self }
    }
}

impl Widget for ListRow<'_> {
    fn ui(self, ui: &mut Ui) -> Response {
        let palette = ui.palette();
        let size = vec2(ui.available_width(), CONTROL_HEIGHT);
        let (rect, response) = ui.allocate_exact_size(size, Sense::click());
        let spoken = if self.detail.is_empty() {
            self.text.to_string()
        } else {
            format!("{}, {}", self.text, self.detail)
        };
        response.widget_info(|| {
            WidgetInfo::selected(Role::Button, ui.is_enabled(), self.selected, &spoken)
        });
        if !ui.is_rect_visible(rect) {
            return response;
        }
        let painter = ui.painter();
        let fill = match (self.selected, response.hovered()) {
            (true, _) => palette.selection,
            (false, true) => palette.raised,
            (false, false) => Color32::TRANSPARENT,
        };
        painter.rect_filled(rect, SELECTION_RADIUS, fill);
        if response.has_focus() {
            painter.rect_stroke(rect, SELECTION_RADIUS, palette.focus(), StrokeKind::Inside);
        }
        let y = rect.center().y;
        let mut x = rect.left() + 8.0;
        if let Some(color) = self.dot {
            painter.circle_filled(pos2(x + 5.0, y), 4.0, color);
            x += 18.0;
        }
        if let Some(icon) = self.icon {
            let font = text::icon().resolve(ui.style());
            painter.text(
                pos2(x, y),
                Align2::LEFT_CENTER,
                icon,
                font,
                palette.secondary,
            );
            x += 24.0;
        }
        let right = rect.right() - 8.0;
        let small = TextStyle::Small.resolve(ui.style());
        let ink = if self.selected {
            palette.secondary
        } else {
            palette.faint
        };
        let detail = painter.layout_no_wrap(self.detail, small, ink);
        // The text comes first where both do not fit.
        let body = TextStyle::Body.resolve(ui.style());
        let words = painter.layout_no_wrap(self.text.into_owned(), body, palette.text);
        let text_end = (x + words.size().x).min(right);
        let detail_left = (right - detail.size().x).max(text_end + 12.0);
        let in_row = |from: f32, to: f32| {
            painter.with_clip_rect(
                Rect::from_x_y_ranges(from..=to, rect.y_range()).intersect(ui.clip_rect()),
            )
        };
        let top = |height: f32| y - height / 2.0;
        let at = pos2(x, top(words.size().y));
        in_row(x, right).galley(at, words, palette.text);
        let at = pos2(detail_left, top(detail.size().y));
        in_row(detail_left.min(right), right).galley(at, detail, ink);
        response
    }
}
