//! What has been read of one server's schema, and what of it is folded open.

use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

use super::node::Node;
use crate::{
    engine::{
        Error,
        schema::{List, Table, TableColumn},
    },
    gui::{command::SchemaCommand, state::TableName},
    worker::Job,
};

/// Databases of the servers themselves: last in the list, and not opened by themselves.
const SYSTEM: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];

/// Names and memory of what is kept of one server. Beyond them, nothing is read that was not asked for by name, and
/// what is folded away makes room.
const MOST_NAMES: usize = 200_000;
const MOST_BYTES: usize = 128 << 20;

#[derive(Default)]
pub(super) struct Tree {
    read: Job<List<String>>,
    begun: bool,
    /// In the order of the list.
    names: Vec<String>,
    databases: BTreeMap<String, Database>,
    /// Databases whose tables are read one after the other, so that no query has to wait for a connection.
    waiting: VecDeque<String>,
    open: BTreeSet<String>,
    first_opened: bool,
}

#[derive(Default)]
pub(super) struct Database {
    pub(super) tables: Job<List<Table>>,
    columns: BTreeMap<String, Job<List<TableColumn>>>,
    open: BTreeSet<String>,
}

impl Tree {
    /// Reading has been asked for.
    pub(super) fn is_begun(&self) -> bool {
        self.begun
    }

    pub(super) fn has_databases(&self) -> bool {
        self.read.value().is_some()
    }

    pub(super) fn error(&self) -> Option<&Error> {
        self.read.error()
    }

    /// True when something new is known.
    pub(super) fn poll(&mut self) -> bool {
        let mut news = self.read.poll();
        if news && let Some(names) = self.read.value() {
            let (own, mut system): (Vec<_>, Vec<_>) = names
                .items
                .iter()
                .cloned()
                .partition(|name| !is_system(name));
            self.names = own;
            self.names.append(&mut system);
            let names: BTreeSet<&String> = self.names.iter().collect();
            self.databases.retain(|name, _| names.contains(name));
        }
        let mut stopped = false;
        for database in self.databases.values_mut() {
            if database.tables.poll() {
                news = true;
                stopped |= database.tables.error().is_some_and(Error::is_cancelled);
            }
            for columns in database.columns.values_mut() {
                news |= columns.poll();
            }
        }
        if stopped {
            // The others are not begun.
            self.forget_unread();
            self.waiting.clear();
        } else if news && self.is_full() {
            self.forget_unread();
        }
        news
    }

    /// No more is read than what is asked for by name.
    pub(super) fn is_full(&self) -> bool {
        let (names, bytes) = self.databases.values().map(Database::size).fold(
            (0, 0),
            |(names, bytes): (usize, usize), more| {
                (names.saturating_add(more.0), bytes.saturating_add(more.1))
            },
        );
        names >= MOST_NAMES || bytes >= MOST_BYTES
    }

    /// Forget what is folded away, if there is too much.
    fn make_room(&mut self) {
        if !self.is_full() {
            return;
        }
        let open = &self.open;
        self.databases.retain(|name, _| open.contains(name));
        for database in self.databases.values_mut() {
            let open = &database.open;
            database.columns.retain(|table, _| open.contains(table));
        }
    }

    /// Read the tables of every database that has not been read, one after the other.
    pub(super) fn read_unread(&mut self) {
        let unread: Vec<String> = self.unread_databases().map(str::to_owned).collect();
        for name in unread {
            self.databases.insert(name.clone(), Database::default());
            self.waiting.push_back(name);
        }
    }

    /// Read again what has been read, one after the other.
    pub(super) fn read_again(&mut self) {
        self.waiting = self.databases.keys().cloned().collect();
    }

    /// The database to read next, once no other is being read.
    pub(super) fn next_to_read(&mut self) -> Option<String> {
        let mut all = self.databases.values();
        if self.waiting.is_empty() || all.any(|database| database.tables.is_running()) {
            return None;
        }
        loop {
            let next = self.waiting.pop_front()?;
            if self.databases.contains_key(&next) {
                return Some(next);
            }
        }
    }

    /// What waits to be read for the first time counts as unread again.
    fn forget_unread(&mut self) {
        for name in &self.waiting {
            let is_read = |database: &Database| {
                database.tables.value().is_some() || database.tables.error().is_some()
            };
            if !self.databases.get(name).is_some_and(is_read) {
                self.databases.remove(name);
            }
        }
    }

    /// The database to open by itself, once: the one given, else the only one that is not the server's own.
    pub(super) fn take_first(&mut self, default: Option<&str>) -> Option<String> {
        if self.first_opened || !self.has_databases() {
            return None;
        }
        self.first_opened = true;
        let own: Vec<&String> = self.names.iter().filter(|name| !is_system(name)).collect();
        let first = match (default, own.as_slice()) {
            (Some(default), _) => self.names.iter().find(|name| *name == default)?,
            (None, [only]) => *only,
            _ => return None,
        };
        let first = first.clone();
        self.open.insert(first.clone());
        Some(first)
    }

    /// The list of databases ends before its end.
    pub(super) fn has_more_databases(&self) -> bool {
        self.read.value().is_some_and(|list| list.cut)
    }

    pub(super) fn databases(&self) -> &[String] {
        &self.names
    }

    pub(super) fn unread_databases(&self) -> impl Iterator<Item = &str> {
        let unread = |name: &&String| !self.databases.contains_key(*name);
        self.names.iter().filter(unread).map(String::as_str)
    }

    pub(super) fn databases_job(&mut self) -> &mut Job<List<String>> {
        self.begun = true;
        &mut self.read
    }

    pub(super) fn tables_job(&mut self, database: &str) -> &mut Job<List<Table>> {
        let database = self.databases.entry(database.to_owned()).or_default();
        // The columns may be others too.
        database.columns.clear();
        database.open.clear();
        &mut database.tables
    }

    pub(super) fn columns_job(&mut self, name: &TableName) -> &mut Job<List<TableColumn>> {
        let database = self.databases.entry(name.database.clone()).or_default();
        database.columns.entry(name.table.clone()).or_default()
    }

    /// Every table that has been read.
    pub(super) fn all_tables(&self) -> Arc<[TableName]> {
        let mut all = Vec::new();
        for (name, database) in &self.databases {
            let tables = database.tables.value().into_iter();
            let tables = tables.flat_map(|tables| &tables.items);
            all.extend(tables.map(|table| TableName {
                database: name.clone(),
                table: table.name.clone(),
            }));
        }
        all.into()
    }

    pub(super) fn database_name(&self, node: Node) -> Option<&str> {
        self.names.get(node.database()?).map(String::as_str)
    }

    pub(super) fn database(&self, index: usize) -> Option<&Database> {
        self.databases.get(self.names.get(index)?)
    }

    pub(super) fn is_database_open(&self, index: usize) -> bool {
        self.names
            .get(index)
            .is_some_and(|name| self.open.contains(name))
    }

    pub(super) fn table(&self, node: Node) -> Option<&Table> {
        self.database(node.database()?)?
            .tables
            .value()?
            .items
            .get(node.table()?)
    }

    pub(super) fn table_name(&self, node: Node) -> Option<TableName> {
        Some(TableName {
            database: self.database_name(node)?.to_owned(),
            table: self.table(node)?.name.clone(),
        })
    }

    pub(super) fn columns(&self, node: Node) -> Option<&Job<List<TableColumn>>> {
        let table = &self.table(node)?.name;
        self.database(node.database()?)?.columns.get(table)
    }

    pub(super) fn column(&self, node: Node) -> Option<&TableColumn> {
        let Node::Column(_, _, column) = node else {
            return None;
        };
        self.columns(node)?.value()?.items.get(column as usize)
    }

    /// The node shows what is below it.
    pub(super) fn is_open(&self, node: Node) -> bool {
        match node {
            Node::Database(index) => self.is_database_open(index as usize),
            Node::Table(index, _) => {
                let table = self.table(node).map(|table| &table.name);
                let database = self.database(index as usize);
                database
                    .zip(table)
                    .is_some_and(|(database, table)| database.open.contains(table))
            }
            _ => false,
        }
    }

    /// Open or fold; what must be read for it.
    pub(super) fn toggle(&mut self, node: Node) -> Option<SchemaCommand> {
        let name = self.database_name(node).map(str::to_owned);
        match node {
            Node::Database(_) => {
                let name = name?;
                if !self.open.remove(&name) {
                    self.open.insert(name.clone());
                    let read = self.databases.get(&name);
                    let stands = read.is_some_and(|database| database.tables.error().is_none());
                    if !stands {
                        self.make_room();
                        return Some(SchemaCommand::ReadTables(name));
                    }
                }
                None
            }
            Node::Table(..) => {
                let table = self.table_name(node)?;
                let database = self.databases.get_mut(&table.database)?;
                if !database.open.remove(&table.table) {
                    database.open.insert(table.table.clone());
                    let read = database.columns.get(&table.table);
                    let stands = read.is_some_and(|columns| columns.error().is_none());
                    if !stands {
                        self.make_room();
                        return Some(SchemaCommand::ReadColumns(table));
                    }
                }
                None
            }
            Node::Failed(_, None) => name.map(SchemaCommand::ReadTables),
            Node::Failed(_, Some(_)) => self.table_name(node).map(SchemaCommand::ReadColumns),
            Node::Unread => (!self.is_full()).then_some(SchemaCommand::ReadAllTables),
            Node::Column(..)
            | Node::Loading(..)
            | Node::Empty(..)
            | Node::Cut(..)
            | Node::CutDatabases => None,
        }
    }
}

impl Database {
    /// Names and bytes of what has been read.
    fn size(&self) -> (usize, usize) {
        let tables = self.tables.value();
        let tables = tables.map(|list| (list.items.len(), list.bytes));
        let columns = self.columns.values().filter_map(Job::value);
        let columns = columns.map(|list| (list.items.len(), list.bytes));
        tables
            .into_iter()
            .chain(columns)
            .fold((0, 0), |(names, bytes), more| {
                (names + more.0, bytes + more.1)
            })
    }
}

fn is_system(name: &str) -> bool {
    SYSTEM
        .iter()
        .any(|system| name.eq_ignore_ascii_case(system))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{error::Stopped, schema::TableKind},
        worker::{Worker, test::until},
    };

    fn whole<T>(items: Vec<T>) -> List<T> {
        List {
            items,
            cut: false,
            bytes: 0,
        }
    }

    fn tree(worker: &Worker) -> Tree {
        let mut tree = Tree::default();
        let names = whole(["a", "b", "c"].map(str::to_owned).to_vec());
        tree.databases_job()
            .start(worker, "", |_| async { Ok(names) });
        until(|| tree.poll());
        tree.read_unread();
        tree
    }

    #[test]
    fn many_databases_are_read_one_after_the_other() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(&worker);
        for expected in ["a", "b", "c"] {
            assert_eq!(tree.next_to_read().as_deref(), Some(expected));
            tree.tables_job(expected)
                .start(&worker, "", |_| async { Ok(whole(Vec::new())) });
            assert_eq!(tree.next_to_read(), None);
            until(|| tree.poll());
        }
        assert_eq!(tree.next_to_read(), None);
        tree.read_again();
        assert_eq!(tree.next_to_read().as_deref(), Some("a"));
    }

    #[test]
    fn cancelling_one_ends_the_reading_of_all() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(&worker);
        let first = tree.next_to_read().unwrap();
        tree.tables_job(&first)
            .start(&worker, "", |cancel| async move {
                cancel.cancelled().await;
                Err(Error::Cancelled(Stopped::OnServer))
            });
        tree.tables_job(&first).cancel();
        until(|| tree.poll());
        assert_eq!(tree.next_to_read(), None);
        assert_eq!(tree.unread_databases().collect::<Vec<_>>(), ["b", "c"]);
    }

    /// Read these tables, as if they took a lot.
    fn read_large(tree: &mut Tree, worker: &Worker, database: &str, bytes: usize) {
        let table = Table {
            name: "t".to_owned(),
            kind: TableKind::Table,
            rows: None,
            bytes: None,
        };
        let tables = List {
            bytes,
            ..whole(vec![table])
        };
        tree.tables_job(database)
            .start(worker, "", |_| async { Ok(tables) });
        until(|| tree.poll());
    }

    #[test]
    fn a_full_list_reads_no_more_by_itself_and_what_was_read_is_read_again() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(&worker);
        assert_eq!(tree.next_to_read().as_deref(), Some("a"));
        read_large(&mut tree, &worker, "a", MOST_BYTES - 1);
        assert_eq!(tree.next_to_read().as_deref(), Some("b"));
        read_large(&mut tree, &worker, "b", 1);
        assert_eq!(tree.next_to_read(), None);
        assert_eq!(tree.unread_databases().collect::<Vec<_>>(), ["c"]);
        assert_eq!(tree.toggle(Node::Unread), None);

        tree.read_again();
        for name in ["a", "b"] {
            assert_eq!(tree.next_to_read().as_deref(), Some(name));
            read_large(&mut tree, &worker, name, MOST_BYTES);
        }
        assert_eq!(tree.next_to_read(), None);
    }

    #[test]
    fn what_is_opened_by_hand_takes_the_room_of_what_is_folded() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(&worker);
        read_large(&mut tree, &worker, "a", MOST_BYTES);
        tree.toggle(Node::Database(1));
        read_large(&mut tree, &worker, "b", 1);
        let columns = SchemaCommand::ReadColumns(TableName {
            database: "b".to_owned(),
            table: "t".to_owned(),
        });
        assert_eq!(tree.toggle(Node::Table(1, 0)), Some(columns));
        assert!(!tree.is_full());
        assert_eq!(tree.unread_databases().collect::<Vec<_>>(), ["a", "c"]);
        assert!(tree.table(Node::Table(1, 0)).is_some());
    }
}
