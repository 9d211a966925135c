//! The rows of the list in order: what is open and what the filter lets through, one [`Node`] each.

use super::{
    node::Node,
    tree::{Database, Tree},
};
use crate::engine::profiles::ProfileId;

/// The rows, kept until something changes.
#[derive(Default)]
pub(super) struct Nodes {
    pub(super) list: Vec<Node>,
    made_for: Option<(ProfileId, String)>,
}

impl Nodes {
    /// Something has been read, opened or folded.
    pub(super) fn forget(&mut self) {
        self.made_for = None;
    }

    pub(super) fn position(&self, node: Node) -> Option<usize> {
        self.list.iter().position(|held| *held == node)
    }

    pub(super) fn update(&mut self, profile: &ProfileId, tree: &Tree, filter: &str) {
        let filter = filter.trim().to_lowercase();
        if self
            .made_for
            .as_ref()
            .is_some_and(|(of, with)| of == profile && *with == filter)
        {
            return;
        }
        self.list.clear();
        for index in 0..tree.databases().len() {
            self.add_database(tree, index as u32, &filter);
        }
        if tree.has_more_databases() {
            self.list.push(Node::CutDatabases);
        }
        if !filter.is_empty() && tree.unread_databases().next().is_some() {
            self.list.push(Node::Unread);
        }
        self.made_for = Some((profile.clone(), filter));
    }

    fn add_database(&mut self, tree: &Tree, index: u32, filter: &str) {
        let at = self.list.len();
        self.list.push(Node::Database(index));
        let filtering = !filter.is_empty();
        if let Some(database) = tree.database(index as usize)
            && (filtering || tree.is_database_open(index as usize))
        {
            self.add_tables(tree, database, index, filter);
        }
        let named = tree.databases()[index as usize]
            .to_lowercase()
            .contains(filter);
        if filtering && !named && self.list.len() == at + 1 {
            self.list.pop();
        }
    }

    fn add_tables(&mut self, tree: &Tree, database: &Database, index: u32, filter: &str) {
        if let Some(tables) = database.tables.value() {
            for (place, table) in tables.items.iter().enumerate() {
                if contains(&table.name, filter) {
                    let node = Node::Table(index, place as u32);
                    self.list.push(node);
                    if tree.is_open(node) {
                        self.add_columns(tree, index, place as u32);
                    }
                }
            }
            if tables.cut {
                self.list.push(Node::Cut(index, None));
            }
        }
        if database.tables.error().is_some() {
            self.list.push(Node::Failed(index, None));
        } else if database.tables.value().is_none() {
            self.list.push(Node::Loading(index, None));
        } else if filter.is_empty()
            && database
                .tables
                .value()
                .is_some_and(|tables| tables.items.is_empty())
        {
            self.list.push(Node::Empty(index));
        }
    }

    fn add_columns(&mut self, tree: &Tree, index: u32, place: u32) {
        let Some(columns) = tree.columns(Node::Table(index, place)) else {
            self.list.push(Node::Loading(index, Some(place)));
            return;
        };
        if let Some(list) = columns.value() {
            let columns = 0..list.items.len() as u32;
            self.list
                .extend(columns.map(|column| Node::Column(index, place, column)));
            if list.cut {
                self.list.push(Node::Cut(index, Some(place)));
            }
        } else if columns.error().is_some() {
            self.list.push(Node::Failed(index, Some(place)));
        } else {
            self.list.push(Node::Loading(index, Some(place)));
        }
    }
}

/// Letters in either case; `filter` is in lower case.
fn contains(name: &str, filter: &str) -> bool {
    filter.is_empty() || name.to_lowercase().contains(filter)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        engine::{
            Error,
            schema::{List, Table, TableKind},
        },
        worker::{Worker, test::until},
    };

    fn whole<T>(items: Vec<T>) -> List<T> {
        List {
            items,
            cut: false,
            bytes: 0,
        }
    }

    fn tables(names: impl Iterator<Item = String>) -> List<Table> {
        let table = |name| Table {
            name,
            kind: TableKind::Table,
            rows: None,
            bytes: None,
        };
        whole(names.map(table).collect())
    }

    /// Databases `a` with these tables and `b`, which has not been read.
    fn tree(worker: &Worker, names: List<Table>) -> Tree {
        let mut tree = Tree::default();
        let databases = vec!["sys".to_owned(), "a".to_owned(), "b".to_owned()];
        tree.databases_job()
            .start(worker, "", |_| async { Ok(whole(databases)) });
        tree.tables_job("a")
            .start(worker, "", |_| async { Ok(names) });
        until(|| {
            tree.poll();
            tree.has_databases() && !tree.all_tables().is_empty()
        });
        tree
    }

    fn list(tree: &Tree, filter: &str) -> Vec<Node> {
        let mut nodes = Nodes::default();
        nodes.update(&ProfileId::default(), tree, filter);
        nodes.list
    }

    #[test]
    fn what_is_open_is_listed_and_the_servers_own_come_last() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(
            &worker,
            tables(["orders", "items"].map(str::to_owned).into_iter()),
        );
        assert_eq!(tree.databases(), ["a", "b", "sys"]);
        let folded = [Node::Database(0), Node::Database(1), Node::Database(2)];
        assert_eq!(list(&tree, ""), folded);
        assert_eq!(tree.toggle(Node::Database(0)), None);
        let open = list(&tree, "");
        assert_eq!(open[1..3], [Node::Table(0, 0), Node::Table(0, 1)]);
        assert!(tree.toggle(Node::Table(0, 0)).is_some());
        assert_eq!(list(&tree, "")[2], Node::Loading(0, Some(0)));
        tree.toggle(Node::Database(0));
        assert_eq!(list(&tree, ""), folded);
    }

    #[test]
    fn the_filter_finds_tables_of_what_was_read_and_offers_the_rest() {
        let worker = Worker::new(|| {}).unwrap();
        let tree = tree(
            &worker,
            tables(["Orders", "items"].map(str::to_owned).into_iter()),
        );
        let found = [Node::Database(0), Node::Table(0, 0), Node::Unread];
        assert_eq!(list(&tree, "order"), found);
        assert_eq!(list(&tree, "nothing"), [Node::Unread]);
    }

    #[test]
    fn a_database_that_cannot_be_read_says_so_in_its_place() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(&worker, tables(["t".to_owned()].into_iter()));
        assert!(tree.toggle(Node::Database(1)).is_some());
        tree.tables_job("b").start(&worker, "", |_| async {
            Err(Error::Invalid("no".to_owned()))
        });
        until(|| tree.poll());
        assert_eq!(list(&tree, "")[2], Node::Failed(1, None));
        assert!(tree.toggle(Node::Failed(1, None)).is_some());
    }

    #[test]
    fn a_list_that_ends_early_says_so_also_under_a_filter() {
        let worker = Worker::new(|| {}).unwrap();
        let cut = List {
            cut: true,
            ..tables(["orders", "items"].map(str::to_owned).into_iter())
        };
        let mut tree = tree(&worker, cut);
        tree.toggle(Node::Database(0));
        assert_eq!(list(&tree, "")[3], Node::Cut(0, None));
        let found = list(&tree, "order");
        assert_eq!(found[1..3], [Node::Table(0, 0), Node::Cut(0, None)]);

        let databases = List {
            cut: true,
            ..whole(vec!["a".to_owned()])
        };
        tree.databases_job()
            .start(&worker, "", |_| async { Ok(databases) });
        until(|| tree.poll());
        assert_eq!(list(&tree, "").last(), Some(&Node::CutDatabases));
    }

    #[test]
    fn the_list_is_made_once_for_many_frames() {
        let worker = Worker::new(|| {}).unwrap();
        let mut tree = tree(
            &worker,
            tables((0..50_000).map(|number| format!("t{number}"))),
        );
        tree.toggle(Node::Database(0));
        let mut nodes = Nodes::default();
        nodes.update(&ProfileId::default(), &tree, "");
        assert_eq!(nodes.list.len(), 50_003);
        nodes.list.clear();
        nodes.update(&ProfileId::default(), &tree, "");
        assert!(nodes.list.is_empty(), "made again without need");
        nodes.forget();
        nodes.update(&ProfileId::default(), &tree, "");
        assert_eq!(nodes.list.len(), 50_003);
    }
}
