//! The SQL editor: tabs of text, each with its database, its last run, and the rows of it as they arrive.
//!
//! Not here: history, saved queries, formatting, parameters.

mod bar;
mod loading;
mod place;
mod result;
mod row_key;
mod save;
mod tab;
mod tab_strip;
mod trouble;
mod use_database;

use std::collections::BTreeMap;

use egui::{CentralPanel, Frame, Panel, Ui};

use self::tab::Tab;
use crate::{
    engine::{
        session::Session,
        sql::{guard::Rules, names::quote_identifier},
    },
    gui::{
        command::QueryCommand,
        context::PanelContext,
        layout::{Layout, PaneId},
        saved::SavedTab,
        state::{State, TableName},
        theme::PaletteExt as _,
    },
    worker::Worker,
};

/// Closed tabs that can be opened again.
const CLOSED: usize = 20;

/// The tabs of all tiles, and those closed lately.
#[derive(Default)]
pub struct QueryPanel {
    /// In the order of the strips.
    tabs: Vec<Tab>,
    /// The tab that is seen in each tile.
    front: BTreeMap<PaneId, u64>,
    next_id: u64,
    closed: Vec<SavedTab>,
}

impl QueryPanel {
    /// The tabs of the last time.
    pub fn new(saved: Vec<SavedTab>) -> Self {
        let mut panel = Self::default();
        for tab in saved {
            panel.open_at(panel.tabs.len(), tab);
        }
        panel
    }

    /// What is kept for the next start.
    pub fn saved(&self) -> Vec<SavedTab> {
        let front = |tab: &Tab| self.front.get(&tab.pane) == Some(&tab.id);
        self.tabs.iter().map(|tab| tab.saved(front(tab))).collect()
    }

    /// Take in what background work has reported, and follow the tiles: each has a tab, and no tab is without a tile.
    pub fn poll(&mut self, layout: &Layout, worker: &Worker) {
        for tab in &mut self.tabs {
            tab.poll(worker);
        }
        let panes = layout.panes();
        for tab in &mut self.tabs {
            if !panes.contains(&tab.pane) {
                tab.pane = layout.active();
            }
        }
        for pane in panes {
            let mut here = self.tabs.iter().filter(|tab| tab.pane == pane);
            let seen = self.front.get(&pane);
            if here.clone().any(|tab| Some(&tab.id) == seen) {
                continue;
            }
            match here.next().map(|tab| tab.id) {
                Some(first) => {
                    self.front.insert(pane, first);
                }
                None => self.new_tab(pane),
            }
        }
    }

    /// The tab that commands go to has a statement running.
    pub fn is_running(&self, layout: &Layout) -> bool {
        let front = self.front.get(&layout.active());
        self.tabs
            .iter()
            .any(|tab| Some(&tab.id) == front && tab.is_running())
    }

    /// Do what the user asked for.
    pub fn handle(
        &mut self,
        command: QueryCommand,
        layout: &mut Layout,
        state: &State,
        worker: &Worker,
    ) {
        let pane = layout.active();
        match command {
            QueryCommand::NewTab => self.new_tab(pane),
            QueryCommand::CloseTab => {
                if let Some(id) = self.front.get(&pane).copied() {
                    self.close(id, layout);
                }
            }
            QueryCommand::CloseTabNumber(id) => self.close(id, layout),
            QueryCommand::SelectTab(id) => self.show(id),
            QueryCommand::ReopenTab => {
                if let Some(saved) = self.closed.pop() {
                    self.open_saved(SavedTab {
                        pane,
                        front: true,
                        ..saved
                    });
                }
            }
            QueryCommand::NextTab => self.step(pane, 1),
            QueryCommand::PreviousTab => self.step(pane, self.tabs.len()),
            QueryCommand::MoveTabLeft => self.shift(pane, -1),
            QueryCommand::MoveTabRight => self.shift(pane, 1),
            QueryCommand::OpenTable(name) => self.open_table(&name, pane, state, worker),
            QueryCommand::OpenText { name, sql } => {
                self.open_saved(SavedTab {
                    name,
                    pane,
                    front: true,
                    sql,
                    ..SavedTab::default()
                });
            }
            other => {
                let front = self.front.get(&pane);
                if let Some(tab) = self.tabs.iter_mut().find(|tab| Some(&tab.id) == front) {
                    tab.handle(other, state, worker);
                }
            }
        }
    }

    /// Draw what is in one tile. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut Ui, pane: PaneId, active: bool, cx: &PanelContext<'_>) {
        let front = self.front.get(&pane).copied();
        Panel::top("query tabs")
            .frame(Frame::NONE.fill(ui.palette().panel))
            .exact_size(tab_strip::HEIGHT)
            .resizable(false)
            .show_separator_line(false)
            .show(ui, |ui| {
                let here = self.tabs.iter_mut().filter(|tab| tab.pane == pane);
                tab_strip::tab_strip_ui(ui, here, front, active, cx);
            });
        if let Some(tab) = self.tabs.iter_mut().find(|tab| Some(tab.id) == front) {
            // Ids below must not change when tabs are moved.
            ui.push_id(tab.id, |ui| tab_ui(ui, tab, cx));
        }
    }

    fn new_tab(&mut self, pane: PaneId) {
        // One more than there are tabs: one of the names is free.
        let name = (1..=self.tabs.len() + 1)
            .map(|number| format!("Query {number}"))
            .find(|name| self.tabs.iter().all(|tab| tab.name != *name))
            .unwrap_or_default();
        self.open_saved(SavedTab {
            name,
            pane,
            front: true,
            ..SavedTab::default()
        });
    }

    /// Behind the tab that is seen in its tile.
    fn open_saved(&mut self, saved: SavedTab) -> u64 {
        let seen = self.front.get(&saved.pane);
        let beside = self.tabs.iter().position(|tab| Some(&tab.id) == seen);
        self.open_at(beside.map_or(self.tabs.len(), |at| at + 1), saved)
    }

    fn open_at(&mut self, at: usize, saved: SavedTab) -> u64 {
        self.next_id += 1;
        let id = self.next_id;
        let (front, pane) = (saved.front, saved.pane);
        self.tabs.insert(at, Tab::from_saved(id, saved));
        if front || !self.front.contains_key(&pane) {
            self.show(id);
        }
        id
    }

    /// A table's rows, in a tab of its own.
    fn open_table(&mut self, name: &TableName, pane: PaneId, state: &State, worker: &Worker) {
        let sql = format!(
            "SELECT * FROM {}.{}",
            quote_identifier(&name.database),
            quote_identifier(&name.table)
        );
        let id = self.open_saved(SavedTab {
            name: name.table.clone(),
            pane,
            front: true,
            sql,
            ..SavedTab::default()
        });
        self.run(id, state, worker);
    }

    /// Put a text where nothing has been written yet, and run its first statement.
    pub fn ask(&mut self, sql: &str, pane: PaneId, state: &State, worker: &Worker) {
        let front = self.front.get(&pane).copied();
        let empty = self
            .tabs
            .iter()
            .find(|tab| Some(tab.id) == front && tab.edit.text().is_empty());
        let Some(id) = empty.map(|tab| tab.id) else {
            return;
        };
        self.tabs.retain(|tab| tab.id != id);
        let id = self.open_saved(SavedTab {
            name: "First look".to_owned(),
            pane,
            front: true,
            sql: sql.to_owned(),
            ..SavedTab::default()
        });
        self.run(id, state, worker);
    }

    fn run(&mut self, id: u64, state: &State, worker: &Worker) {
        if let Some(tab) = self.tabs.iter_mut().find(|tab| tab.id == id) {
            tab.handle(QueryCommand::Run, state, worker);
        }
    }

    /// Close a tab; its text can be had back. A tile goes with its last tab, unless it is the last tile.
    fn close(&mut self, id: u64, layout: &mut Layout) {
        let Some(index) = self.tabs.iter().position(|tab| tab.id == id) else {
            return;
        };
        let tab = self.tabs.remove(index);
        if !tab.edit.text().trim().is_empty() {
            self.closed.push(tab.saved(true));
            if self.closed.len() > CLOSED {
                self.closed.remove(0);
            }
        }
        let here: Vec<usize> = self.places(tab.pane);
        let beside = here
            .iter()
            .find(|place| **place >= index)
            .or(here.last())
            .and_then(|place| self.tabs.get(*place));
        match beside.map(|beside| beside.id) {
            Some(beside) if self.front.get(&tab.pane) == Some(&id) => self.show(beside),
            Some(_) => {}
            None => {
                self.front.remove(&tab.pane);
                if !layout.close(tab.pane) {
                    self.new_tab(tab.pane);
                }
            }
        }
    }

    fn show(&mut self, id: u64) {
        if let Some(tab) = self.tabs.iter_mut().find(|tab| tab.id == id) {
            self.front.insert(tab.pane, id);
            tab.edit.focus();
        }
    }

    /// The places in `tabs` of a tile's tabs.
    fn places(&self, pane: PaneId) -> Vec<usize> {
        let tabs = self.tabs.iter().enumerate();
        tabs.filter(|(_, tab)| tab.pane == pane)
            .map(|(place, _)| place)
            .collect()
    }

    /// Places of a tile's tabs, and which of them is seen.
    fn seen(&self, pane: PaneId) -> Option<(Vec<usize>, usize)> {
        let places = self.places(pane);
        let front = self.front.get(&pane)?;
        let at = places
            .iter()
            .position(|place| self.tabs[*place].id == *front)?;
        Some((places, at))
    }

    /// So many tabs further, and round.
    fn step(&mut self, pane: PaneId, by: usize) {
        if let Some((places, at)) = self.seen(pane) {
            let by = by.min(places.len() - 1);
            self.show(self.tabs[places[(at + by) % places.len()]].id);
        }
    }

    fn shift(&mut self, pane: PaneId, by: isize) {
        if let Some((places, at)) = self.seen(pane)
            && let Some(other) = at.checked_add_signed(by).and_then(|at| places.get(at))
        {
            self.tabs.swap(places[at], *other);
        }
    }
}

fn tab_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    Panel::top("query bar")
        .frame(Frame::NONE.fill(palette.background))
        .exact_size(bar::HEIGHT)
        .show(ui, |ui| bar::bar_ui(ui, tab, cx));
    Panel::top("query text")
        .frame(Frame::NONE.fill(palette.background))
        .resizable(true)
        .default_size(254.0)
        .size_range(60.0..=(ui.available_height() - 90.0).max(60.0))
        .show(ui, |ui| text_ui(ui, tab, cx));
    CentralPanel::default()
        .frame(Frame::NONE.fill(palette.background))
        .show(ui, |ui| result::result_ui(ui, tab, cx));
}

fn text_ui(ui: &mut Ui, tab: &mut Tab, cx: &PanelContext<'_>) {
    let rules = cx
        .active()
        .and_then(|open| open.session.as_ref())
        .map_or_else(Rules::default, Session::rules);
    if let Some(too_long) = tab.edit.refused_text() {
        Panel::bottom("too long").show(ui, |ui| result::warning_line_ui(ui, &too_long));
    } else if let Some(refusal) = tab.edit.refusal() {
        let words = refusal.to_string();
        Panel::bottom("refusal").show(ui, |ui| result::warning_line_ui(ui, &words));
    }
    let running = tab.is_running();
    tab.edit.ui(ui, &rules, running);
}
