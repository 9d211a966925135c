//! One row of the list: caret, icon, name, and what is known of it at the right.

use std::sync::Arc;

use egui::{
    Align2, Color32, CornerRadius, Galley, Rect, Role, Sense, StrokeKind, TextStyle, Ui,
    WidgetInfo, pos2,
    text::{LayoutJob, TextWrapping},
    vec2,
};

use super::{node::Node, tree::Tree};
use crate::{
    engine::schema::TableKind,
    gui::{
        format, icons,
        theme::{PaletteExt as _, SELECTION_RADIUS, text},
    },
    worker::Job,
};

/// What a click or key asks of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Select,
    Toggle,
    ShowRows,
    Insert,
    Copy,
    /// In the binary log.
    WhoChanged,
}

#[derive(Clone, Copy)]
pub(super) struct Look {
    pub(super) node: Node,
    pub(super) selected: bool,
    pub(super) focused: bool,
    pub(super) height: f32,
}

/// What a row says.
struct Words {
    name: String,
    detail: String,
    icon: Option<(&'static str, Color32)>,
    strong: bool,
    ink: Color32,
    /// Said to those who do not see the list.
    spoken: String,
}

pub(super) fn row_ui(ui: &mut Ui, tree: &Tree, look: Look) -> Option<Ask> {
    let palette = ui.palette();
    let node = look.node;
    let words = words(ui, tree, node);
    let width = ui.available_width();
    let (rect, response) = ui.allocate_exact_size(vec2(width, look.height), Sense::CLICK);
    let open = tree.is_open(node);
    response.widget_info(|| WidgetInfo::labeled(Role::TreeItem, true, &words.spoken));
    ui.ctx().accesskit_node_builder(response.id, |builder| {
        builder.set_level(node.level() + 1);
        builder.set_selected(look.selected);
        if node.opens() {
            builder.set_expanded(open);
        }
    });
    let mut tile = rect.shrink2(vec2(5.0, 0.0));
    // What is beyond the edge of the list is not seen.
    tile.max.x = tile.max.x.min(ui.clip_rect().right() - 5.0);
    // Also while the pointer is over the button that stands on the row.
    let over = response.hovered() || ui.rect_contains_pointer(rect);
    if look.selected || over {
        let fill = if look.selected {
            palette.selection
        } else {
            palette.raised
        };
        ui.painter().rect_filled(tile, SELECTION_RADIUS, fill);
    }
    if look.focused {
        ui.painter().rect_stroke(
            tile,
            CornerRadius::same(4),
            palette.focus(),
            StrokeKind::Inside,
        );
    }
    let y = rect.center().y;
    let mut x = tile.left() + 6.0 + node.level() as f32 * 15.0;
    let icon = text::icon().resolve(ui.style());
    if node.opens() {
        let caret = if open {
            icons::CARET_DOWN
        } else {
            icons::CARET_RIGHT
        };
        let font = egui::FontId::new(icon.size * 0.75, icon.family.clone());
        ui.painter().text(
            pos2(x + 6.0, y),
            Align2::CENTER_CENTER,
            caret,
            font,
            palette.faint,
        );
    }
    x += 17.0;
    if let Some((glyph, color)) = words.icon {
        let font = egui::FontId::new(icon.size * 0.85, icon.family.clone());
        // In the place of the caret, where there is none.
        x -= if node.opens() { 0.0 } else { 12.0 };
        ui.painter()
            .text(pos2(x, y), Align2::LEFT_CENTER, glyph, font, color);
        x += 17.0;
    }
    let mut asked = None;
    let rows_button = matches!(node, Node::Table(..)) && (over || look.focused);
    let mut right = tile.right() - 7.0;
    if rows_button {
        let button = Rect::from_center_size(pos2(right - 6.0, y), vec2(20.0, 20.0));
        asked = show_rows_ui(ui, button, &words.name).then_some(Ask::ShowRows);
        right -= 20.0;
    }
    let cut = name_ui(ui, &words, Rect::from_x_y_ranges(x..=right, rect.y_range()));
    if asked.is_some() {
        return asked;
    }
    let response = if cut {
        response.on_hover_text(&words.name)
    } else {
        response
    };
    let mut chosen = None;
    response.context_menu(|ui| chosen = menu_ui(ui, node));
    if chosen.is_some() {
        chosen
    } else if response.double_clicked() && matches!(node, Node::Table(..) | Node::Column(..)) {
        Some(Ask::Insert)
    } else if response.clicked() {
        Some(match node {
            Node::Column(..)
            | Node::Loading(..)
            | Node::Empty(_)
            | Node::Cut(..)
            | Node::CutDatabases => Ask::Select,
            _ => Ask::Toggle,
        })
    } else {
        None
    }
}

/// Between name and detail, at least.
const GAP: f32 = 8.0;

/// The name is cut where both do not fit: the detail is short. True where it was.
fn name_ui(ui: &Ui, words: &Words, room: Rect) -> bool {
    let (name, detail) = texts(ui, words, room.width());
    let y = room.center().y;
    let clip = ui
        .painter()
        .with_clip_rect(room.expand(1.0).intersect(ui.clip_rect()));
    let cut = name.elided;
    clip.galley(pos2(room.left(), y - name.size().y / 2.0), name, words.ink);
    let left = room.right() - detail.size().x;
    let at = pos2(left, y - detail.size().y / 2.0);
    clip.galley(at, detail, ui.palette().faint);
    cut
}

/// Name and detail, cut so that they fit beside each other.
fn texts(ui: &Ui, words: &Words, width: f32) -> (Arc<Galley>, Arc<Galley>) {
    let style = if words.strong {
        text::strong()
    } else {
        TextStyle::Body
    };
    let cut = |text: &str, style: TextStyle, color, width: f32| {
        let font = style.resolve(ui.style());
        let mut job = LayoutJob::simple_singleline(text.to_owned(), font, color);
        job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
        ui.painter().layout_job(job)
    };
    // A column's type can be long too: it has what the name leaves, and half at least.
    let whole = cut(&words.name, style.clone(), words.ink, f32::INFINITY);
    let most = (width / 2.0).max(width - whole.size().x - GAP);
    let detail = cut(&words.detail, TextStyle::Small, ui.palette().faint, most);
    let taken = if words.detail.is_empty() {
        0.0
    } else {
        detail.size().x + GAP
    };
    let name = cut(&words.name, style, words.ink, width - taken);
    (name, detail)
}

fn show_rows_ui(ui: &Ui, rect: Rect, table: &str) -> bool {
    let palette = ui.palette();
    let id = ui.scope_id().with(("show rows", table));
    let response = ui.interact(rect, id, Sense::CLICK);
    let words = format!("Show rows of {table}");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &words));
    let ink = if response.hovered() {
        palette.text
    } else {
        palette.secondary
    };
    if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, palette.line);
    }
    let font = egui::FontId::proportional(14.0);
    ui.painter().text(
        rect.center(),
        Align2::CENTER_CENTER,
        icons::TABLE,
        font,
        ink,
    );
    response.on_hover_text(words).clicked()
}

fn menu_ui(ui: &mut Ui, node: Node) -> Option<Ask> {
    let mut asked = None;
    let mut item = |ui: &mut Ui, text: &str, ask| {
        if ui.button(text).clicked() {
            asked = Some(ask);
        }
    };
    if matches!(node, Node::Table(..)) {
        item(ui, "Show rows", Ask::ShowRows);
    }
    if matches!(node, Node::Database(_) | Node::Table(..) | Node::Column(..)) {
        item(ui, "Insert name", Ask::Insert);
        item(ui, "Copy name", Ask::Copy);
    }
    if matches!(node, Node::Table(..)) {
        item(ui, "Who changed this table", Ask::WhoChanged);
    }
    asked
}

fn words(ui: &Ui, tree: &Tree, node: Node) -> Words {
    let palette = ui.palette();
    let plain = |name: &str, detail: &str| Words {
        name: format::plain(name, 200),
        detail: detail.to_owned(),
        icon: None,
        strong: false,
        ink: palette.text,
        spoken: String::new(),
    };
    let mut words = match node {
        Node::Database(index) => {
            let name = tree.database_name(node).unwrap_or("");
            let tables = tree
                .database(index as usize)
                .and_then(|database| database.tables.value());
            let bytes = tables.map(|tables| {
                let bytes = tables.items.iter().filter_map(|table| table.bytes);
                // A server may say anything.
                bytes.fold(0, u64::saturating_add)
            });
            let detail = bytes
                .filter(|bytes| *bytes > 0)
                .map(format::bytes)
                .unwrap_or_default();
            Words {
                strong: true,
                ..plain(name, &detail)
            }
        }
        Node::Table(..) => table_words(tree, node, plain, palette.faint),
        Node::Column(..) => Words {
            ink: palette.secondary,
            ..column_words(tree, node, plain, palette.warning)
        },
        Node::Loading(..) => Words {
            ink: palette.faint,
            ..plain("Reading…", "")
        },
        Node::Empty(_) => Words {
            ink: palette.faint,
            ..plain("No tables", "")
        },
        Node::Failed(index, _) => {
            let tables = tree
                .database(index as usize)
                .and_then(|database| database.tables.error());
            let error = tree
                .columns(node)
                .and_then(|columns| columns.error())
                .or(tables);
            let why = error.map(ToString::to_string).unwrap_or_default();
            Words {
                icon: Some((icons::WARNING_CIRCLE, palette.danger)),
                ..plain(&format!("{why} (click to try again)"), "")
            }
        }
        Node::Cut(..) | Node::CutDatabases => Words {
            ink: palette.faint,
            ..plain(&cut_words(tree, node), "")
        },
        Node::Unread => Words {
            icon: Some((icons::LIST_MAGNIFYING_GLASS, palette.secondary)),
            ..plain(&unread_words(tree), "")
        },
    };
    if words.spoken.is_empty() {
        words.spoken = match words.detail.as_str() {
            "" => words.name.clone(),
            detail => format!("{}, {detail}", words.name),
        };
    }
    words
}

/// Where a list ends, and what of the rest.
fn cut_words(tree: &Tree, node: Node) -> String {
    let (count, noun) = match node {
        Node::Cut(_, Some(_)) => {
            let columns = tree.columns(node).and_then(Job::value);
            (columns.map_or(0, |list| list.items.len()), "columns")
        }
        Node::Cut(index, None) => {
            let tables = tree
                .database(index as usize)
                .and_then(|database| database.tables.value());
            (tables.map_or(0, |list| list.items.len()), "tables")
        }
        _ => (tree.databases().len(), "databases"),
    };
    let count = format::count(count as u64);
    format!("The first {count} {noun}; others can be used by name")
}

fn unread_words(tree: &Tree) -> String {
    let unread = tree.unread_databases().count();
    let more = if unread == 1 {
        "1 more database".to_owned()
    } else {
        format!("{} more databases", format::count(unread as u64))
    };
    if tree.is_full() {
        format!("Not searched: {more}; the list is full")
    } else {
        format!("Search in {more}")
    }
}

fn table_words(
    tree: &Tree,
    node: Node,
    plain: impl Fn(&str, &str) -> Words,
    faint: Color32,
) -> Words {
    let Some(table) = tree.table(node) else {
        return plain("", "");
    };
    match (table.kind, table.rows) {
        (TableKind::View, _) => Words {
            icon: Some((icons::EYE, faint)),
            ..plain(&table.name, "view")
        },
        (TableKind::Sequence, _) => plain(&table.name, "sequence"),
        (TableKind::Table, Some(rows)) => Words {
            spoken: format!(
                "{}, about {}",
                format::plain(&table.name, 200),
                format::rows(rows)
            ),
            ..plain(&table.name, &format::about(rows))
        },
        (TableKind::Table, None) => plain(&table.name, ""),
    }
}

fn column_words(
    tree: &Tree,
    node: Node,
    plain: impl Fn(&str, &str) -> Words,
    key: Color32,
) -> Words {
    let Some(column) = tree.column(node) else {
        return plain("", "");
    };
    let words = plain(&column.name, &format::plain(&column.type_name, 60));
    if column.primary_key {
        Words {
            icon: Some((icons::KEY, key)),
            spoken: format!("{}, {}, primary key", words.name, words.detail),
            ..words
        }
    } else {
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(name: &str) -> Words {
        Words {
            name: name.to_owned(),
            detail: "199 k".to_owned(),
            icon: None,
            strong: false,
            ink: Color32::WHITE,
            spoken: String::new(),
        }
    }

    #[test]
    fn a_long_name_is_cut_and_its_count_is_whole() {
        egui::__run_test_ui(|ui| {
            crate::gui::theme::install(ui.ctx());
            let (name, detail) = texts(ui, &words(&"experiment_assignments".repeat(3)), 200.0);
            assert!(name.elided);
            assert!(!detail.elided);
            assert!(name.size().x + GAP + detail.size().x <= 200.5);

            let (name, detail) = texts(ui, &words("runs"), 200.0);
            assert!(!name.elided && !detail.elided);
        });
    }
}
