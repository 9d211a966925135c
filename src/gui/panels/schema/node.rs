//! One row of the list, as numbers that are cheap to copy.

/// One row. Numbers are places in the lists of the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Database(u32),
    Table(u32, u32),
    Column(u32, u32, u32),
    /// Being read, under a database or a table.
    Loading(u32, Option<u32>),
    /// Could not be read.
    Failed(u32, Option<u32>),
    /// A database without tables.
    Empty(u32),
    /// The list of tables, or of columns, ends before its end.
    Cut(u32, Option<u32>),
    /// The list of databases does.
    CutDatabases,
    /// The filter has not seen every database.
    Unread,
}

impl Node {
    pub(super) fn database(self) -> Option<usize> {
        match self {
            Self::Database(database)
            | Self::Table(database, _)
            | Self::Column(database, ..)
            | Self::Loading(database, _)
            | Self::Failed(database, _)
            | Self::Cut(database, _)
            | Self::Empty(database) => Some(database as usize),
            Self::CutDatabases | Self::Unread => None,
        }
    }

    pub(super) fn table(self) -> Option<usize> {
        match self {
            Self::Table(_, table)
            | Self::Column(_, table, _)
            | Self::Loading(_, Some(table))
            | Self::Failed(_, Some(table))
            | Self::Cut(_, Some(table)) => Some(table as usize),
            _ => None,
        }
    }

    pub(super) fn opens(self) -> bool {
        matches!(self, Self::Database(_) | Self::Table(..))
    }

    pub(super) fn parent(self) -> Option<Self> {
        match self {
            Self::Database(_) | Self::CutDatabases | Self::Unread => None,
            Self::Table(database, _)
            | Self::Empty(database)
            | Self::Cut(database, None)
            | Self::Loading(database, None)
            | Self::Failed(database, None) => Some(Self::Database(database)),
            Self::Column(database, table, _)
            | Self::Cut(database, Some(table))
            | Self::Loading(database, Some(table))
            | Self::Failed(database, Some(table)) => Some(Self::Table(database, table)),
        }
    }

    /// How far to the right it stands.
    pub(super) fn level(self) -> usize {
        match self {
            Self::Database(_) | Self::CutDatabases | Self::Unread => 0,
            node => node.parent().map_or(0, |parent| parent.level() + 1),
        }
    }
}
