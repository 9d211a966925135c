//! What screen readers and tests by label see: a table of the visible rows and cells.
//!
//! What a painter draws is nothing to AccessKit, so each visible row and cell gets a node here. Nothing is done while
//! nobody listens.

use egui::{
    Event, Id, Rect, Response, Sense, Ui, UiBuilder, WidgetInfo,
    accesskit::{Action, Node, NodeId, Role},
    pos2, vec2,
};

use super::{
    CellRef, Rows, RowsTable,
    areas::Areas,
    cell_text::{CellText, LONGEST},
    copy::thousands,
};

/// Nodes of cells a frame, at most: what a very large window shows.
const MOST: usize = 6000;

impl RowsTable {
    /// Describe what is seen. Gives the cell that a screen reader has asked to select.
    pub(super) fn accessible(
        &self,
        ui: &mut Ui,
        response: &Response,
        areas: &Areas,
        rows: &dyn Rows,
    ) -> Option<CellRef> {
        let enabled = ui.is_enabled();
        response.widget_info(|| WidgetInfo::labeled(Role::Table, enabled, "Result rows"));
        ui.accesskit_node_builder(response.id, |node| {
            node.set_row_count(usize::try_from(rows.rows()).unwrap_or(usize::MAX));
            node.set_column_count(self.columns.len());
        })?;
        ui.allow_widget_id_changes_in(areas.rect);
        let table = Table {
            grid: self,
            areas,
            rows,
            id: response.id,
            asked: asked(ui),
        };
        table.header(ui);
        table.body(ui, response.has_focus())
    }
}

struct Table<'a> {
    grid: &'a RowsTable,
    areas: &'a Areas,
    rows: &'a dyn Rows,
    id: Id,
    asked: Vec<NodeId>,
}

impl Table<'_> {
    fn header(&self, ui: &mut Ui) {
        let row = self.row(ui, self.id.with("header"), self.areas.header);
        for column in self.columns() {
            let Some(name) = self.rows.columns().get(column).map(|column| &column.name) else {
                continue;
            };
            let left = self
                .areas
                .column_left(&self.grid.columns, self.grid.x, column);
            let rect = Rect::from_min_size(
                pos2(left, self.areas.header.top()),
                vec2(self.grid.columns.width(column), self.areas.header.height()),
            );
            node(&row, self.id.with(("name", column)), rect, |node| {
                node.set_role(Role::ColumnHeader);
                node.set_label(CellText::name(name, LONGEST).into_label());
                node.set_column_index(column);
            });
        }
    }

    fn body(&self, ui: &mut Ui, focused: bool) -> Option<CellRef> {
        let columns = self.columns();
        let most = MOST / columns.len().max(1);
        let mut wanted = None;
        for row in self.areas.visible_rows(self.grid.position).take(most) {
            let top = self.areas.row_top(self.grid.position, row);
            let gutter = Rect::from_min_size(
                pos2(self.areas.gutter.left(), top),
                vec2(self.areas.gutter.width(), self.areas.row_height),
            );
            let line = gutter.union(Rect::from_min_size(
                pos2(self.areas.body.left(), top),
                vec2(self.areas.body.width(), self.areas.row_height),
            ));
            let row_ui = self.row(ui, self.id.with(("row", row)), line);
            ui.accesskit_node_builder(row_ui.unique_id(), |node| {
                node.set_row_index(usize::try_from(row).unwrap_or(usize::MAX));
            });
            node(&row_ui, self.id.with(("number", row)), gutter, |node| {
                node.set_role(Role::RowHeader);
                node.set_label(thousands(row + 1));
            });
            for column in columns.clone() {
                wanted = self
                    .cell(&row_ui, CellRef { row, column }, focused)
                    .or(wanted);
            }
        }
        wanted
    }

    fn cell(&self, row_ui: &Ui, cell: CellRef, focused: bool) -> Option<CellRef> {
        let id = self.id.with(("cell", cell.row, cell.column));
        let rect = self
            .areas
            .cell_rect(&self.grid.columns, self.grid.position, self.grid.x, cell);
        let kind = self.rows.columns().get(cell.column)?.kind;
        let value = self.rows.cell(cell.row, cell.column);
        let label = if value.is_none() {
            "not loaded".to_owned()
        } else {
            CellText::new(value, kind, LONGEST).into_label()
        };
        node(row_ui, id, rect, |node| {
            node.set_role(Role::Cell);
            node.set_label(label);
            node.set_row_index(usize::try_from(cell.row).unwrap_or(usize::MAX));
            node.set_column_index(cell.column);
            node.add_action(Action::Click);
            if let Some(selection) = &self.grid.selection {
                node.set_selected(selection.contains(cell));
            }
        });
        if focused && self.grid.selection.is_some_and(|held| held.cursor == cell) {
            row_ui.accesskit_node_builder(self.id, |node| {
                node.set_active_descendant(id.accesskit_id());
            });
        }
        self.asked.contains(&id.accesskit_id()).then_some(cell)
    }

    fn columns(&self) -> std::ops::Range<usize> {
        self.grid
            .columns
            .visible(self.grid.x, f64::from(self.areas.body.width()))
    }

    fn row(&self, ui: &mut Ui, id: Id, rect: Rect) -> Ui {
        let builder = UiBuilder::new()
            .scope_id(id)
            .max_rect(rect)
            .accessibility_parent(self.id)
            .accessibility_role(Role::Row);
        let mut row = ui.new_child(builder);
        row.set_clip_rect(self.areas.rect.intersect(ui.clip_rect()));
        ui.accesskit_node_builder(row.unique_id(), |node| bound(node, rect));
        row
    }
}

fn node(row: &Ui, id: Id, rect: Rect, write: impl FnOnce(&mut Node)) {
    // Only so that egui knows whose child the node is.
    row.interact(rect, id, Sense::hover());
    row.accesskit_node_builder(id, |node| {
        bound(node, rect);
        write(node);
    });
}

fn bound(node: &mut Node, rect: Rect) {
    node.set_bounds(egui::accesskit::Rect {
        x0: rect.min.x.into(),
        y0: rect.min.y.into(),
        x1: rect.max.x.into(),
        y1: rect.max.y.into(),
    });
}

/// The nodes that a screen reader has asked to press or to go to.
fn asked(ui: &Ui) -> Vec<NodeId> {
    ui.input(|input| {
        input
            .events
            .iter()
            .filter_map(|event| match event {
                Event::AccessKitActionRequest(request)
                    if matches!(request.action, Action::Click | Action::Focus) =>
                {
                    Some(request.target_node)
                }
                _ => None,
            })
            .collect()
    })
}
