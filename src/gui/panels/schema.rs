//! The list of databases, tables and columns beside the editor. Each level is read when it is opened, and only what is
//! seen is drawn, so that fifty thousand tables cost no more than fifty.
//!
//! Not here: indexes, keys, definitions, diagrams.

mod node;
mod nodes;
mod row;
mod tree;

use std::collections::BTreeMap;

use egui::{
    EventFilter, Frame, Id, Key, Margin, Modifiers, Role, ScrollArea, Sense, Ui, WidgetInfo, vec2,
};

use self::{node::Node, nodes::Nodes, tree::Tree};
use crate::{
    engine::{
        profiles::ProfileId,
        schema::{self, Most},
        session::Session,
        sql::names::quote_identifier,
    },
    gui::{
        command::{Ask as _, BinlogCommand, QueryCommand, RowKey, SchemaCommand},
        context::PanelContext,
        format, icons,
        state::{OpenSession, SessionStatus, State, TableName},
        theme::{PaletteExt as _, ROW_HEIGHT, SPACE},
    },
    worker::Worker,
};

/// One list for each open session.
#[derive(Default)]
pub struct SchemaPanel {
    trees: BTreeMap<ProfileId, Tree>,
    filter: String,
    nodes: Nodes,
    selected: Option<Node>,
    /// Bring the selected row into view.
    reveal: bool,
}

impl SchemaPanel {
    /// Take in what background work has reported, and read the databases of a session that is new.
    pub fn poll(&mut self, state: &mut State, worker: &Worker) {
        self.trees
            .retain(|profile, _| state.sessions.contains_key(profile));
        for (profile, open) in &mut state.sessions {
            let Some(session) = &open.session else {
                continue;
            };
            let tree = self.trees.entry(profile.clone()).or_default();
            if !tree.is_begun() && open.status == SessionStatus::Connected {
                load_databases(tree, session, worker);
            }
            let news = tree.poll();
            if let Some(next) = tree.next_to_read() {
                load_tables(tree, session, worker, next);
            }
            if news {
                publish(tree, open);
                self.nodes.forget();
            }
        }
        if let Some(first) = self.first_to_open(state)
            && let Some(session) = state.active_session()
        {
            let tree = self.trees.entry(session.profile().id.clone()).or_default();
            load_tables(tree, session, worker, first);
            self.nodes.forget();
        }
    }

    /// The profile's database is opened at once, so that the list says something.
    fn first_to_open(&mut self, state: &State) -> Option<String> {
        let open = state.active_open()?;
        let tree = self.trees.get_mut(&open.profile.id)?;
        tree.take_first(open.profile.database.as_deref())
    }

    /// Do what the user asked for.
    pub fn handle(&mut self, command: SchemaCommand, state: &State, worker: &Worker) {
        let Some(session) = state.active_session() else {
            return;
        };
        let tree = self.trees.entry(session.profile().id.clone()).or_default();
        match command {
            SchemaCommand::Refresh => {
                load_databases(tree, session, worker);
                tree.read_again();
            }
            SchemaCommand::ReadTables(database) => load_tables(tree, session, worker, database),
            SchemaCommand::ReadAllTables => tree.read_unread(),
            SchemaCommand::ReadColumns(name) => load_columns(tree, session, worker, name),
        }
        self.nodes.forget();
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        self.head_ui(ui, cx);
        let Some(open) = cx.active() else {
            return words_ui(
                ui,
                "Databases, tables and columns of the server appear here once you are connected.",
            );
        };
        let Some(tree) = self
            .trees
            .get(&open.profile.id)
            .filter(|tree| tree.has_databases())
        else {
            return self.begin_ui(ui, open, cx);
        };
        self.nodes.update(&open.profile.id, tree, &self.filter);
        if self.nodes.list.is_empty() {
            let words = if self.filter.trim().is_empty() {
                "This account sees no databases."
            } else {
                "Nothing matches the filter."
            };
            return words_ui(ui, words);
        }
        self.list_ui(ui, open, cx);
    }

    fn head_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let margin = Margin {
            left: 12,
            right: 10,
            top: 7,
            // The list follows at the usual distance.
            bottom: 0,
        };
        Frame::NONE.inner_margin(margin).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = SPACE[1];
            ui.horizontal(|ui| {
                ui.heading("Schema");
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let refresh = SchemaCommand::Refresh.button().icon_only();
                    if ui.add_enabled(cx.has_session(), refresh).clicked() {
                        cx.commands.push(SchemaCommand::Refresh);
                    }
                });
            });
            let tables = cx.active().map_or(0, |open| open.tables.len());
            let hint = match tables {
                0 => "Filter tables".to_owned(),
                1 => "Filter 1 table".to_owned(),
                tables => format!("Filter {} tables", format::count(tables as u64)),
            };
            let field = egui::TextEdit::singleline(&mut self.filter)
                .prefix(egui::RichText::new(icons::FUNNEL).color(ui.palette().secondary))
                .hint_text(hint)
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label("Filter tables"));
            let down = field.has_focus() && ui.input(|input| input.key_pressed(Key::ArrowDown));
            if down {
                ui.memory_mut(|memory| memory.request_focus(list_id()));
            }
        });
    }

    /// Nothing has been read yet.
    fn begin_ui(&self, ui: &mut Ui, open: &OpenSession, cx: &PanelContext<'_>) {
        let error = self.trees.get(&open.profile.id).and_then(Tree::error);
        match (error, &open.status) {
            (Some(error), _) => {
                words_ui(
                    ui,
                    &format!(
                        "The list could not be read: {}",
                        format::plain(&error.to_string(), 500)
                    ),
                );
                ui.horizontal(|ui| {
                    ui.add_space(SPACE[2]);
                    if ui.add(SchemaCommand::Refresh.button()).clicked() {
                        cx.commands.push(SchemaCommand::Refresh);
                    }
                });
            }
            (None, SessionStatus::Connecting) => words_ui(ui, "Connecting…"),
            (None, _) => words_ui(ui, "Reading databases…"),
        }
    }

    fn list_ui(&mut self, ui: &mut Ui, open: &OpenSession, cx: &PanelContext<'_>) {
        let Some(tree) = self.trees.get_mut(&open.profile.id) else {
            return;
        };
        let id = list_id();
        let area = ui.available_rect_before_wrap();
        let list = ui.interact(area, id, Sense::focusable_noninteractive());
        list.widget_info(|| WidgetInfo::labeled(Role::Tree, true, "Schema"));
        let mut asked = None;
        if list.has_focus() {
            ui.memory_mut(|memory| memory.set_focus_lock_filter(id, arrows()));
            asked = keys(ui, &self.nodes, &mut self.selected, tree);
            self.reveal |= asked.is_some();
        }
        // The font decides, so that zoom keeps the proportions.
        let height = ROW_HEIGHT.max(ui.text_style_height(&egui::TextStyle::Body) + 6.0);
        ui.spacing_mut().item_spacing.y = 0.0;
        let mut scroll = ScrollArea::vertical().id_salt("schema").auto_shrink(false);
        if std::mem::take(&mut self.reveal)
            && let Some(index) = self.selected.and_then(|node| self.nodes.position(node))
        {
            scroll = reveal(scroll, ui, index, height, area.height());
        }
        let nodes = &self.nodes;
        let output = scroll.show_rows(ui, height, nodes.list.len(), |ui, rows| {
            for node in &nodes.list[rows] {
                let selected = self.selected == Some(*node);
                let look = row::Look {
                    node: *node,
                    selected,
                    focused: selected && list.has_focus(),
                    height,
                };
                if let Some(ask) = row::row_ui(ui, tree, look) {
                    asked = Some((*node, ask));
                }
            }
        });
        ui.data_mut(|data| data.insert_temp(id.with("offset"), output.state.clamped_offset().y));
        if let Some((node, ask)) = asked {
            self.selected = Some(node);
            let default = open.profile.database.as_deref();
            do_asked(ui, tree, node, ask, default, cx);
            if ask != row::Ask::Insert {
                ui.memory_mut(|memory| memory.request_focus(id));
            }
            self.nodes.forget();
        }
    }
}

fn list_id() -> Id {
    Id::unique("schema list")
}

fn arrows() -> EventFilter {
    EventFilter {
        tab: false,
        escape: false,
        horizontal_arrows: true,
        vertical_arrows: true,
    }
}

/// Arrows walk and fold, as in every tree.
fn keys(
    ui: &Ui,
    nodes: &Nodes,
    selected: &mut Option<Node>,
    tree: &Tree,
) -> Option<(Node, row::Ask)> {
    let key = |key| ui.input_mut(|input| input.consume_key(Modifiers::NONE, key));
    let at = selected.and_then(|node| nodes.position(node));
    let last = nodes.list.len() - 1;
    let page = 20;
    let target = if key(Key::ArrowDown) {
        Some(at.map_or(0, |at| (at + 1).min(last)))
    } else if key(Key::ArrowUp) {
        Some(at.map_or(0, |at| at.saturating_sub(1)))
    } else if key(Key::PageDown) {
        Some((at.unwrap_or(0) + page).min(last))
    } else if key(Key::PageUp) {
        Some(at.unwrap_or(0).saturating_sub(page))
    } else if key(Key::Home) {
        Some(0)
    } else if key(Key::End) {
        Some(last)
    } else {
        None
    };
    if let Some(target) = target {
        return Some((nodes.list[target], row::Ask::Select));
    }
    let node = nodes.list[at?];
    if key(Key::ArrowRight) {
        let next = nodes.list.get(at? + 1).copied();
        return match (tree.is_open(node), next) {
            (false, _) if node.opens() => Some((node, row::Ask::Toggle)),
            (true, Some(next)) => Some((next, row::Ask::Select)),
            _ => None,
        };
    }
    if key(Key::ArrowLeft) {
        if tree.is_open(node) {
            return Some((node, row::Ask::Toggle));
        }
        return node.parent().map(|parent| (parent, row::Ask::Select));
    }
    if key(Key::Enter) {
        let ask = match node {
            Node::Table(..) | Node::Column(..) => row::Ask::Insert,
            _ => row::Ask::Toggle,
        };
        return Some((node, ask));
    }
    None
}

fn reveal(scroll: ScrollArea, ui: &Ui, index: usize, height: f32, view: f32) -> ScrollArea {
    let offset: f32 = ui
        .data(|data| data.get_temp(list_id().with("offset")))
        .unwrap_or(0.0);
    let top = index as f32 * height;
    let wanted = offset.clamp((top + height - view).max(0.0), top.max(0.0));
    scroll.vertical_scroll_offset(wanted)
}

fn do_asked(
    ui: &Ui,
    tree: &mut Tree,
    node: Node,
    ask: row::Ask,
    default: Option<&str>,
    cx: &PanelContext<'_>,
) {
    match ask {
        row::Ask::Select => {}
        row::Ask::Toggle => {
            if let Some(command) = tree.toggle(node) {
                cx.commands.push(command);
            }
        }
        row::Ask::ShowRows => {
            if let Some(name) = tree.table_name(node) {
                cx.commands.push(QueryCommand::OpenTable(name));
            }
        }
        row::Ask::Insert => {
            if let Some(text) = text_of(tree, node, default) {
                cx.commands.push(QueryCommand::Insert(text));
            }
        }
        row::Ask::WhoChanged => {
            if let Some(TableName { database, table }) = tree.table_name(node) {
                cx.commands.push(BinlogCommand::HistoryOf(RowKey {
                    database,
                    table,
                    columns: Vec::new(),
                }));
            }
        }
        row::Ask::Copy => {
            if let Some(text) = text_of(tree, node, default) {
                ui.copy_text(text);
            }
        }
    }
}

/// A name as it can stand in a statement; with its database, unless that is the profile's.
fn text_of(tree: &Tree, node: Node, default: Option<&str>) -> Option<String> {
    match node {
        Node::Database(_) => tree.database_name(node).map(quote_identifier),
        Node::Column(..) => tree
            .column(node)
            .map(|column| quote_identifier(&column.name)),
        Node::Table(..) => {
            let name = tree.table_name(node)?;
            let table = quote_identifier(&name.table);
            if Some(name.database.as_str()) == default {
                return Some(table);
            }
            Some(format!("{}.{table}", quote_identifier(&name.database)))
        }
        _ => None,
    }
}

/// What other parts of the window offer for choosing.
fn publish(tree: &Tree, open: &mut OpenSession) {
    open.databases = tree.databases().to_vec();
    open.tables = tree.all_tables();
}

fn load_databases(tree: &mut Tree, session: &Session, worker: &Worker) {
    let session = session.clone();
    tree.databases_job()
        .start(worker, "Read databases", move |cancel| async move {
            schema::databases(&session, Most::DATABASES, &cancel).await
        });
}

fn load_tables(tree: &mut Tree, session: &Session, worker: &Worker, database: String) {
    let session = session.clone();
    tree.tables_job(&database)
        .start(worker, "Read tables", move |cancel| async move {
            schema::tables(&session, &database, Most::TABLES, &cancel).await
        });
}

fn load_columns(tree: &mut Tree, session: &Session, worker: &Worker, name: TableName) {
    let session = session.clone();
    tree.columns_job(&name)
        .start(worker, "Read columns", move |cancel| async move {
            schema::columns(
                &session,
                &name.database,
                &name.table,
                Most::COLUMNS,
                &cancel,
            )
            .await
        });
}

fn words_ui(ui: &mut Ui, words: &str) {
    let color = ui.palette().secondary;
    Frame::NONE
        .inner_margin(Margin::symmetric(12, 8))
        .show(ui, |ui| {
            ui.set_max_width(ui.available_width());
            ui.add(egui::Label::new(egui::RichText::new(words).color(color)).wrap());
        });
    ui.add_space(vec2(0.0, SPACE[0]).y);
}
