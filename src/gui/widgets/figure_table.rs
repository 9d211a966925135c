//! A table of figures: a raised head, rows with a name, right-aligned numbers, intervals drawn on an axis that the
//! column shares, verdicts as badges, and a faint second line where there is more to say of a figure.
//!
//! Where there is little room, heads are shortened, badges move to the second line, and the least important columns are
//! left out; the head says which.
//!
//! Only rows in view are drawn. The table takes the keyboard as a whole: arrows move, D or Enter asks for all the
//! numbers of a row. Rows and cells are told to screen readers with the names of their columns.
//!
//! Results of queries are [`super::rows_table`]'s.

mod draw;
mod measure;

use egui::{
    EventFilter, Key, Modifiers, Rect, Role, ScrollArea, Sense, Ui, WidgetInfo,
    accesskit::Role as NodeRole, vec2,
};

pub(super) use self::draw::bound;
use self::{
    draw::{cell_ui, header_ui, row_ground_ui},
    measure::{Fit, Layout},
};
use super::{health::Tone, whisker::Interval};
use crate::engine::chart::Slot;

/// Height of the head.
pub const HEAD: f32 = 26.0;
/// Height of a row; holds two lines.
pub const ROW: f32 = 40.0;

/// A column: `Column::new("Users")`, `Column::number("p")`, `Column::number("Rate, 95 % interval").with_whiskers()`.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    pub name: String,
    /// Shown when the pointer is over the head.
    pub hint: String,
    /// The name where there is little room; empty for the same.
    short: String,
    /// The columns with the highest rank are left out first where there is no room; those with 0 never are.
    rank: u8,
    picture: Picture,
    right: bool,
}

/// What is drawn beside the text of a column's cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Picture {
    None,
    /// Intervals on an axis that the data decide.
    Whiskers,
    /// Intervals around a line at zero.
    Forest,
    /// A bar from 0 to 1.
    Share,
}

impl Column {
    /// Of words.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            hint: String::new(),
            short: String::new(),
            rank: 0,
            picture: Picture::None,
            right: false,
        }
    }

    /// Of numbers: mono, aligned right.
    pub fn number(name: impl Into<String>) -> Self {
        Self {
            right: true,
            ..Self::new(name)
        }
    }

    /// What it is and how it is computed.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    /// What it is called where there is little room.
    #[must_use]
    pub fn short(self, short: impl Into<String>) -> Self {
        Self {
            short: short.into(),
            ..self
        }
    }

    /// It is left out where there is no room, those with the highest rank first.
    #[must_use]
    pub fn may_go(self, rank: u8) -> Self {
        Self { rank, ..self }
    }

    fn head(&self, fit: Fit) -> &str {
        if fit.short && !self.short.is_empty() {
            &self.short
        } else {
            &self.name
        }
    }

    /// Each cell's interval, on one axis.
    #[must_use]
    pub fn with_whiskers(self) -> Self {
        Self {
            picture: Picture::Whiskers,
            ..self
        }
    }

    /// Each cell's interval, on one axis with a line at zero.
    #[must_use]
    pub fn with_forest(self) -> Self {
        Self {
            picture: Picture::Forest,
            ..self
        }
    }

    /// Each cell's share as a bar, with marks at 5 and 95 %.
    #[must_use]
    pub fn with_share(self) -> Self {
        Self {
            picture: Picture::Share,
            ..self
        }
    }
}

/// One cell; texts must be fit to be shown ([`super::name::shown`], [`crate::gui::format`]).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    pub text: String,
    /// Bold; names are.
    pub strong: bool,
    /// Faint: undefined, or of no meaning here.
    pub faint: bool,
    /// Dot before the text, colour of the interval.
    pub slot: Option<Slot>,
    pub badge: Option<Badge>,
    pub interval: Option<Interval>,
    /// For columns with a share.
    pub share: Option<f64>,
    /// A faint second line.
    pub second: String,
    /// What screen readers say instead of the text: intervals in words.
    pub spoken: String,
    /// On hover.
    pub hint: String,
}

/// A verdict in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Badge {
    pub words: String,
    pub look: BadgeLook,
}

/// How a verdict looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BadgeLook {
    /// Filled: what was looked for was found.
    Strong,
    /// Outlined.
    Plain,
    /// With the colour and the icon of a tone.
    Tone(Tone),
}

impl Cell {
    pub fn text(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            ..Self::default()
        }
    }

    /// The name of what a row is of, with its dot.
    pub fn name(name: impl Into<String>, slot: Slot) -> Self {
        Self {
            strong: true,
            slot: Some(slot),
            ..Self::text(name)
        }
    }

    /// Undefined: `n/a`, faint, with the reason on hover.
    pub fn undefined(why: impl Into<String>) -> Self {
        Self {
            faint: true,
            hint: why.into(),
            ..Self::text("n/a")
        }
    }

    #[must_use]
    pub fn with_second(self, second: impl Into<String>) -> Self {
        Self {
            second: second.into(),
            ..self
        }
    }

    #[must_use]
    pub fn with_badge(self, badge: Badge) -> Self {
        Self {
            badge: Some(badge),
            ..self
        }
    }

    /// With an interval in this slot's colour.
    #[must_use]
    pub fn with_interval(self, interval: Option<Interval>, slot: Slot) -> Self {
        Self {
            interval,
            slot: Some(slot),
            ..self
        }
    }

    #[must_use]
    pub fn with_hint(self, hint: impl Into<String>) -> Self {
        Self {
            hint: hint.into(),
            ..self
        }
    }

    #[must_use]
    pub fn with_spoken(self, spoken: impl Into<String>) -> Self {
        Self {
            spoken: spoken.into(),
            ..self
        }
    }

    /// A second line is there for the badge only if nothing else stands in it.
    fn has_badge_below(&self, fit: Fit) -> bool {
        fit.below && self.second.is_empty() && self.badge.is_some()
    }

    /// What a screen reader says.
    fn label(&self) -> String {
        let mut label = if self.spoken.is_empty() {
            self.text.clone()
        } else {
            self.spoken.clone()
        };
        let badge = self.badge.as_ref().map_or("", |badge| &badge.words);
        for more in [badge, &self.second] {
            if !more.is_empty() {
                label = format!("{label}, {more}");
            }
        }
        label
    }
}

/// Where the keyboard is. Keep one for each table.
#[derive(Clone, Copy, Debug, Default)]
pub struct FigureTable {
    row: usize,
    column: usize,
}

impl FigureTable {
    /// Draw with all the width there is, and as high as the rows are, up to `most_height`; more scroll. `name` is for
    /// screen readers. Gives the row whose numbers are asked for.
    pub fn ui(
        &mut self,
        ui: &mut Ui,
        name: &str,
        columns: &[Column],
        rows: &[Vec<Cell>],
        most_height: f32,
    ) -> Option<usize> {
        let layout = Layout::new(ui, columns, rows, ui.available_width());
        // Room for the bar under the last row, where there is one.
        let bar = if layout.width > ui.available_width() + 0.5 {
            ui.spacing().scroll.bar_width + 2.0
        } else {
            0.0
        };
        let wanted = HEAD + rows.len() as f32 * ROW + 1.0;
        let height = (wanted + bar).min(most_height.max(HEAD + ROW));
        let size = vec2(ui.available_width(), height);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let id = ui.scope_id().with(name);
        let table = ui.interact(rect, id, Sense::CLICK | Sense::FOCUSABLE);
        table.widget_info(|| WidgetInfo::labeled(Role::Table, ui.is_enabled(), name));
        ui.accesskit_node_builder(id, |node| {
            node.set_row_count(rows.len());
            node.set_column_count(columns.len());
        });
        self.row = self.row.min(rows.len().saturating_sub(1));
        let seen = layout.columns.len();
        self.column = self.column.min(seen.saturating_sub(1));
        let before = self.row;
        let mut details = None;
        if table.has_focus() {
            details = self.keys(ui, id, rows.len(), seen);
        }
        let moved = self.row != before;

        let mut inner = ui.new_child(egui::UiBuilder::new().id_salt(id).max_rect(rect));
        inner.set_clip_rect(rect.intersect(ui.clip_rect()));
        let scroll = ScrollArea::both().id_salt(id).auto_shrink(false);
        scroll.show_viewport(&mut inner, |ui, view| {
            ui.set_min_size(vec2(layout.width, wanted));
            let view_of = View {
                layout: &layout,
                columns,
                rows,
                table: id,
                focused: table.has_focus(),
            };
            let pressed = self.rows_ui(ui, view, &view_of, moved);
            if let Some((row, twice)) = pressed {
                self.row = row;
                table.request_focus();
                if twice {
                    details = Some(row);
                }
            }
            let top = ui.min_rect().top() + view.top().max(0.0);
            let head = Rect::from_min_size(
                egui::pos2(ui.min_rect().left(), top),
                vec2(layout.width, HEAD),
            );
            header_ui(ui, head, &view_of);
        });
        details
    }

    fn keys(&mut self, ui: &Ui, id: egui::Id, rows: usize, columns: usize) -> Option<usize> {
        let filter = EventFilter {
            vertical_arrows: true,
            horizontal_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        ui.input_mut(|input| {
            let mut pressed = |key| isize::from(input.consume_key(Modifiers::NONE, key));
            let down = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
            let right = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
            let end = pressed(Key::End) - pressed(Key::Home);
            let details = pressed(Key::D) + pressed(Key::Enter) > 0;
            self.row = self.row.saturating_add_signed(down);
            self.column = self.column.saturating_add_signed(right);
            match end {
                1 => self.row = usize::MAX,
                -1 => self.row = 0,
                _ => {}
            }
            self.row = self.row.min(rows.saturating_sub(1));
            self.column = self.column.min(columns.saturating_sub(1));
            (details && rows > 0).then_some(self.row)
        })
    }

    /// The rows in view; the one that was pressed, and whether twice.
    fn rows_ui(
        &self,
        ui: &mut Ui,
        view: Rect,
        table: &View<'_>,
        moved: bool,
    ) -> Option<(usize, bool)> {
        let mut pressed = None;
        let left = ui.min_rect().left();
        let top = ui.min_rect().top() + HEAD;
        let line = |at: usize| {
            let at = egui::pos2(left, top + at as f32 * ROW);
            Rect::from_min_size(at, vec2(table.layout.width, ROW))
        };
        if moved {
            // The head stands over the first row in view.
            let mut rect = line(self.row);
            rect.min.y -= HEAD;
            ui.scroll_to_rect(rect, None);
        }
        let first = ((view.top() - HEAD) / ROW).max(0.0) as usize;
        let end = (((view.bottom() - HEAD) / ROW).ceil().max(0.0) as usize).min(table.rows.len());
        for row in first..end {
            let rect = line(row);
            let id = table.table.with(("row", row));
            let builder = egui::UiBuilder::new()
                .scope_id(id)
                .max_rect(rect)
                .accessibility_parent(table.table)
                .accessibility_role(NodeRole::Row);
            let mut row_ui = ui.new_child(builder);
            row_ui.accesskit_node_builder(row_ui.unique_id(), |node| {
                bound(node, rect);
                node.set_row_index(row);
            });
            let response = row_ui.interact(rect, id.with("press"), Sense::CLICK);
            if response.clicked() {
                pressed = Some((row, response.double_clicked()));
            }
            let cursor = table.focused && row == self.row;
            row_ground_ui(&row_ui, rect, response.hovered(), cursor);
            for (at, place) in table.layout.columns.iter().enumerate() {
                if let Some(cell) = table.rows[row].get(place.at) {
                    let here = cursor && at == self.column;
                    cell_ui(&mut row_ui, rect, cell, (row, place), here, table);
                }
            }
        }
        pressed
    }
}

/// What drawing a table needs.
struct View<'a> {
    layout: &'a Layout,
    columns: &'a [Column],
    rows: &'a [Vec<Cell>],
    table: egui::Id,
    focused: bool,
}
