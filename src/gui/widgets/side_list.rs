//! The list at the left of a screen of figures: a field that searches, and rows with a name, a faint second line, a
//! small curve and a mark where something is wrong.
//!
//! Only rows in view are drawn. The list takes the keyboard as a whole: arrows, Page Up and Down, Home and End move,
//! Enter opens, and letters go to the field.

use egui::{
    Align2, Color32, Event, EventFilter, Id, Key, Modifiers, Rect, Response, Role, ScrollArea,
    Sense, Stroke, StrokeKind, TextEdit, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::name;
use crate::gui::{
    format, icons,
    theme::{PaletteExt as _, SELECTION_RADIUS, text},
};

/// Two lines and their space.
pub const ROW_HEIGHT: f32 = 46.0;
const CURVE: egui::Vec2 = vec2(66.0, 14.0);

/// One row. Texts may come from a server as they are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SideEntry {
    /// What is given back when it is chosen, and what is searched with the second line.
    pub id: String,
    /// The second line: `19,850 users`.
    pub detail: String,
    /// Heights of the curve, from left to right; fewer than two draw none.
    pub curve: Vec<f32>,
    /// Why it needs a look, in a sentence.
    pub warning: Option<String>,
}

/// What is typed, and where the keyboard is. Keep one for each screen.
#[derive(Debug, Default)]
pub struct SideList {
    search: String,
    /// Among those that are found.
    cursor: usize,
    found: Found,
}

/// The entries that fit, kept from frame to frame.
#[derive(Debug, Default)]
struct Found {
    search: String,
    version: Option<u64>,
    places: Vec<usize>,
}

impl SideList {
    /// Draw in the room there is. `noun`: `experiments`; `version` changes when the entries do. Gives the place of the
    /// entry that was chosen.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        noun: &str,
        entries: &[SideEntry],
        version: u64,
        selected: Option<&str>,
    ) -> Option<usize> {
        let keys = self.search_ui(ui, noun, entries.len());
        self.find(entries, version);
        ui.add_space(2.0);
        if self.found.places.is_empty() && !entries.is_empty() {
            let words = format!("Nothing is called “{}”.", format::plain(&self.search, 60));
            ui.label(egui::RichText::new(words).color(ui.palette().secondary));
            return None;
        }
        self.rows_ui(ui, noun, entries, selected, keys)
    }

    /// The field; gives what was pressed in it that is meant for the list.
    fn search_ui(&mut self, ui: &mut Ui, noun: &str, all: usize) -> Keys {
        let id = ui.scope_id().with("search");
        let focused = ui.memory(|memory| memory.has_focus(id));
        let keys = if focused {
            Keys::take(ui)
        } else {
            Keys::default()
        };
        let field = TextEdit::singleline(&mut self.search)
            .id(id)
            .hint_text(format!(
                "{} Search {}",
                icons::MAGNIFYING_GLASS,
                format::count(all as u64)
            ))
            .char_limit(200)
            .margin(egui::Margin::symmetric(8, 5))
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        ui.ctx().accesskit_node_builder(field.id, |node| {
            node.set_label(format!("Search {noun}"));
        });
        if field.changed() {
            self.cursor = 0;
        }
        if focused && !self.search.is_empty() {
            let escape =
                |input: &mut egui::InputState| input.consume_key(Modifiers::NONE, Key::Escape);
            if ui.input_mut(escape) {
                self.search.clear();
                self.cursor = 0;
            }
        }
        keys
    }

    fn find(&mut self, entries: &[SideEntry], version: u64) {
        if self.found.version == Some(version) && self.found.search == self.search {
            return;
        }
        let wanted: Vec<String> = self
            .search
            .to_lowercase()
            .split_whitespace()
            .map(str::to_owned)
            .collect();
        let fits = |entry: &SideEntry| {
            let text = entry.id.to_lowercase();
            wanted.iter().all(|word| text.contains(word))
        };
        let places = (0..entries.len())
            .filter(|at| fits(&entries[*at]))
            .collect();
        self.found = Found {
            search: self.search.clone(),
            version: Some(version),
            places,
        };
    }

    fn rows_ui(
        &mut self,
        ui: &mut Ui,
        noun: &str,
        entries: &[SideEntry],
        selected: Option<&str>,
        in_field: Keys,
    ) -> Option<usize> {
        let id = ui.scope_id().with("list");
        let room = ui.available_rect_before_wrap();
        let list = ui.interact(room, id, Sense::CLICK | Sense::FOCUSABLE);
        list.widget_info(|| WidgetInfo::labeled(Role::ListBox, ui.is_enabled(), noun));
        let focused = list.has_focus();
        let keys = if focused {
            self.keys_of_list(ui, id)
        } else {
            in_field
        };
        let places = &self.found.places;
        if !focused && in_field == Keys::default() {
            // The keyboard begins where the choice is.
            let chosen = places
                .iter()
                .position(|at| selected == Some(entries[*at].id.as_str()));
            self.cursor = chosen.unwrap_or(self.cursor);
        }
        let page = ((room.height() / ROW_HEIGHT) as usize).max(1);
        let end = places.len().saturating_sub(1);
        let before = self.cursor;
        self.cursor = keys.moved(self.cursor.min(end), page).min(end);
        let mut picked = keys.enter.then_some(self.cursor);

        let cursor = self.cursor;
        ScrollArea::vertical()
            .id_salt(id)
            .auto_shrink(false)
            .show_viewport(ui, |ui, view| {
                ui.set_height(places.len() as f32 * ROW_HEIGHT);
                let origin = ui.min_rect().min;
                let size = vec2(ui.available_width(), ROW_HEIGHT);
                let line = |at: usize| {
                    let top = origin.y + at as f32 * ROW_HEIGHT;
                    Rect::from_min_size(pos2(origin.x, top), size)
                };
                if cursor != before {
                    ui.scroll_to_rect(line(cursor), None);
                }
                let first = (view.top() / ROW_HEIGHT).max(0.0) as usize;
                let end = ((view.bottom() / ROW_HEIGHT).ceil().max(0.0) as usize).min(places.len());
                let builder = UiBuilder::new().accessibility_parent(id);
                ui.scope_builder(builder, |ui| {
                    for at in first..end {
                        let entry = &entries[places[at]];
                        let row = Row {
                            entry,
                            selected: selected == Some(entry.id.as_str()),
                            cursor: at == cursor && (focused || in_field != Keys::default()),
                        };
                        let response = row.ui(ui, line(at), id.with(("row", at)));
                        if response.clicked() {
                            picked = Some(at);
                        }
                        if focused && at == cursor {
                            ui.accesskit_node_builder(id, |node| {
                                node.set_active_descendant(response.id.accesskit_id());
                            });
                        }
                    }
                });
            });
        let picked = picked?;
        self.cursor = picked;
        self.found.places.get(picked).copied()
    }

    /// Arrows and Enter; what is typed goes to the field.
    fn keys_of_list(&mut self, ui: &Ui, id: Id) -> Keys {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let typed: String = ui.input(|input| {
            let texts = input.events.iter().filter_map(|event| match event {
                Event::Text(text) => Some(text.as_str()),
                _ => None,
            });
            texts.collect()
        });
        if !typed.trim().is_empty() {
            self.search.push_str(&typed);
            self.cursor = 0;
            let field = ui.scope_id().with("search");
            ui.memory_mut(|memory| memory.request_focus(field));
        }
        Keys::take(ui)
    }
}

/// What moves the cursor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Keys {
    rows: isize,
    pages: isize,
    /// -1 for the first, 1 for the last.
    end: isize,
    enter: bool,
}

impl Keys {
    /// Out of the input, so that nobody else takes them.
    fn take(ui: &Ui) -> Self {
        ui.input_mut(|input| {
            let mut pressed = |key| isize::from(input.consume_key(Modifiers::NONE, key));
            Self {
                rows: pressed(Key::ArrowDown) - pressed(Key::ArrowUp),
                pages: pressed(Key::PageDown) - pressed(Key::PageUp),
                end: pressed(Key::End) - pressed(Key::Home),
                enter: pressed(Key::Enter) > 0,
            }
        })
    }

    fn moved(self, cursor: usize, page: usize) -> usize {
        match self.end {
            -1 => 0,
            1 => usize::MAX,
            _ => cursor.saturating_add_signed(self.rows + self.pages * page.cast_signed()),
        }
    }
}

struct Row<'a> {
    entry: &'a SideEntry,
    selected: bool,
    cursor: bool,
}

impl Row<'_> {
    fn ui(&self, ui: &mut Ui, rect: Rect, id: Id) -> Response {
        let palette = ui.palette();
        // Without a stop of its own for Tab: the list is one.
        let response = ui.interact(rect.shrink2(vec2(0.0, 1.0)), id, Sense::CLICK);
        let shown = name::shown(&self.entry.id);
        let mut spoken = format!("{shown}, {}", self.entry.detail);
        if let Some(warning) = &self.entry.warning {
            spoken = format!("{spoken}, {warning}");
        }
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), self.selected, &spoken)
        });
        let rect = response.rect;
        let painter = ui.painter().with_clip_rect(rect.intersect(ui.clip_rect()));
        let fill = match (self.selected, response.hovered()) {
            (true, _) => palette.selection,
            (false, true) => palette.raised,
            (false, false) => Color32::TRANSPARENT,
        };
        painter.rect_filled(rect, SELECTION_RADIUS, fill);
        if self.cursor {
            painter.rect_stroke(rect, SELECTION_RADIUS, palette.focus(), StrokeKind::Inside);
        }
        let inner = rect.shrink2(vec2(10.0, 0.0));
        let curve = Rect::from_min_size(
            pos2(inner.right() - CURVE.x, rect.bottom() - 9.0 - CURVE.y),
            CURVE,
        );
        let has_curve = self.entry.curve.len() > 1;
        let faint = if self.selected {
            palette.secondary
        } else {
            palette.faint
        };
        if has_curve {
            let ink = if self.selected {
                palette.text
            } else {
                palette.secondary
            };
            paint_curve(&painter, curve, &self.entry.curve, Stroke::new(1.2, ink));
        }
        let mut name_end = inner.right();
        if self.entry.warning.is_some() {
            let at = pos2(inner.right() - 7.0, rect.top() + 11.0);
            let font = egui::FontId::proportional(14.0);
            let icon = icons::WARNING;
            painter.text(at, Align2::CENTER_CENTER, icon, font, palette.warning);
            name_end -= 18.0;
        }
        let strong = text::strong().resolve(ui.style());
        let width = name_end - inner.left();
        let (name, cut) = name::fitted(ui, &shown, &strong, palette.text, width);
        let at = pos2(inner.left(), rect.top() + 15.0 - name.size().y / 2.0);
        painter.galley(at, name, palette.text);
        let small = TextStyle::Small.resolve(ui.style());
        let end = if has_curve {
            curve.left() - 6.0
        } else {
            inner.right()
        };
        let (detail, _) = name::fitted(ui, &self.entry.detail, &small, faint, end - inner.left());
        let at = pos2(inner.left(), rect.top() + 31.0 - detail.size().y / 2.0);
        painter.galley(at, detail, faint);
        match (&self.entry.warning, cut) {
            (Some(warning), true) => response.on_hover_text(format!("{shown}\n{warning}")),
            (Some(warning), false) => response.on_hover_text(warning),
            (None, true) => response.on_hover_text(shown),
            (None, false) => response,
        }
    }
}

/// From the lowest at the bottom to the highest at the top; a level line in the middle where all are one.
fn paint_curve(painter: &egui::Painter, rect: Rect, heights: &[f32], line: Stroke) {
    let finite = || heights.iter().copied().filter(|height| height.is_finite());
    let (low, high) = finite().fold((f32::MAX, f32::MIN), |(low, high), height| {
        (low.min(height), high.max(height))
    });
    let step = rect.width() / (heights.len() - 1) as f32;
    let points = heights.iter().enumerate().filter_map(|(at, height)| {
        let share = if high > low {
            (height - low) / (high - low)
        } else {
            0.5
        };
        let y = rect.bottom() - rect.height() * share;
        height
            .is_finite()
            .then(|| pos2(rect.left() + step * at as f32, y))
    });
    painter.line(points.collect(), line);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_of_a_search_are_wanted() {
        let entries: Vec<SideEntry> = ["checkout-redesign", "Redesign of mail", "search"]
            .map(|id| SideEntry {
                id: id.to_owned(),
                ..SideEntry::default()
            })
            .into();
        let mut list = SideList {
            search: "redesign MAIL".to_owned(),
            ..SideList::default()
        };
        list.find(&entries, 1);
        assert_eq!(list.found.places, [1]);
        list.search = "redesign".to_owned();
        list.find(&entries, 1);
        assert_eq!(list.found.places, [0, 1]);
    }

    #[test]
    fn keys_move_by_rows_and_pages() {
        let keys = |rows, pages, end| Keys {
            rows,
            pages,
            end,
            enter: false,
        };
        assert_eq!(keys(1, 0, 0).moved(3, 10), 4);
        assert_eq!(keys(0, -1, 0).moved(3, 10), 0);
        assert_eq!(keys(0, 0, -1).moved(3, 10), 0);
        assert_eq!(keys(0, 0, 1).moved(3, 10), usize::MAX);
    }
}
