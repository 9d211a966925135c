//! What is kept of a transaction: its names, times and statements, and the first of its rows. Of a large one, counts
//! stand for the rest.

use std::{mem, sync::Arc, time::Duration};

use crate::engine::{
    binlog::{
        event::secret,
        matching::{Condition, Conditions},
        owned::OwnedRow,
        print::logged_micros,
        rows::{Change, Op, is_changed},
        table::TablePlan,
        transaction::{End, Item, Outcome, Role, Rows, TableTally},
        zone::Zone,
    },
    sql::lexer::SqlMode,
};

/// Rows of one transaction that are kept, and bytes of them.
pub const MOST_ROWS: usize = 1_000;
pub const MOST_BYTES: usize = 1 << 20;
/// Statements of one transaction that are kept, and bytes of each.
const MOST_STATEMENTS: usize = 100;
const MOST_TEXT: usize = 16 << 10;
/// What the allocator takes beside what was asked for, roughly.
const EACH: usize = 16;

/// A transaction.
#[derive(Debug)]
pub struct Held {
    /// What the log says of it. Its counts are of the rows that were wanted.
    pub end: Box<End>,
    /// The time of its first change, in seconds since 1970 UTC.
    pub since: u32,
    /// Rows that were wanted.
    pub rows: u64,
    /// The first of them.
    pub changes: Vec<Kept>,
    pub statements: Vec<Said>,
    /// Statements beyond those.
    pub more_statements: u64,
    memory: usize,
}

/// A change of a row.
#[derive(Debug)]
pub struct Kept {
    pub op: Op,
    pub table: Arc<TablePlan>,
    /// Empty for an insert.
    pub before: OwnedRow,
    /// Empty for a delete.
    pub after: OwnedRow,
}

/// A statement.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    /// Without passwords; cut where it is very long.
    pub text: Box<str>,
    /// Bytes of it that are left out.
    pub left_out: usize,
    pub what: What,
    /// How many seconds the server says that it took.
    pub secs: Option<u32>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// A change by its text: DDL, accounts.
    Definition,
    /// A change of rows by its text, in the place of the rows.
    Statement,
    /// What the rows come from.
    Original,
    /// A frame of the transaction, such as SAVEPOINT.
    Frame,
}

/// How long a transaction took, as far as a log can tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Took {
    /// From its first change to its end, in the whole seconds that a log counts; the word of the statement where
    /// that is larger.
    Seconds(u32),
    /// From its commit where it was made to its commit in this log.
    Commit(Duration),
}

impl Took {
    pub fn duration(self) -> Duration {
        match self {
            Self::Seconds(seconds) => Duration::from_secs(seconds.into()),
            Self::Commit(duration) => duration,
        }
    }
}

impl Kept {
    pub fn is_changed(&self, column: usize) -> bool {
        is_changed(self.before.value(column), self.after.value(column))
    }

    /// The image that names the row: as it was, where it was.
    pub fn image(&self) -> &OwnedRow {
        if self.before.is_empty() {
            &self.after
        } else {
            &self.before
        }
    }

    fn memory(&self) -> usize {
        let images = [&self.before, &self.after];
        let bytes = images.map(|row| row.memory() - size_of::<OwnedRow>() + 2 * EACH);
        size_of::<Self>() + bytes.iter().sum::<usize>()
    }
}

impl Held {
    /// When it was written to this log, in microseconds since 1970 UTC.
    pub fn micros(&self) -> u64 {
        logged_micros(&self.end.begin)
    }

    /// The same in seconds.
    pub fn second(&self) -> u32 {
        u32::try_from(self.micros() / 1_000_000).unwrap_or(u32::MAX)
    }

    pub fn gtid(&self) -> Option<String> {
        Some(self.end.begin.gtid?.to_string())
    }

    pub fn took(&self) -> Took {
        let mysql = self.end.begin.mysql.as_ref();
        let commits = mysql.and_then(|begin| begin.original_commit.zip(begin.immediate_commit));
        if let Some((original, immediate)) = commits
            && original > 0
            && immediate > original
        {
            return Took::Commit(Duration::from_micros(immediate - original));
        }
        let said = self.statements.iter().filter_map(|said| said.secs).max();
        let seconds = self.end.timestamp.saturating_sub(self.since);
        Took::Seconds(seconds.max(said.unwrap_or(0)))
    }

    /// The first statement that changed something else than rows.
    pub fn definition(&self) -> Option<&Said> {
        let mut statements = self.statements.iter();
        statements.find(|said| said.what == What::Definition)
    }

    /// Tables whose rows were changed and wanted; those that were touched where no row of any was.
    pub fn tables(&self) -> impl Iterator<Item = &TableTally> {
        let counted = |tally: &TableTally| tally.tally.rows.iter().sum::<u64>() > 0;
        let any = self.end.tables.iter().any(counted);
        let tables = self.end.tables.iter();
        tables.filter(move |tally| !any || counted(tally))
    }

    /// Rows that were wanted and are not kept.
    pub fn left_out(&self) -> u64 {
        self.rows.saturating_sub(self.changes.len() as u64)
    }

    /// Bytes that it takes. Plans of tables are not counted: transactions share them.
    pub fn memory(&self) -> usize {
        self.memory
    }

    fn weigh(&self) -> usize {
        let texts = self.statements.iter().map(|said| said.text.len() + EACH);
        size_of::<Self>()
            + size_of::<End>()
            + size_of_val(&*self.end.begin)
            + 4 * EACH
            + self.end.tables.capacity() * size_of::<TableTally>()
            + self.statements.capacity() * size_of::<Said>()
            + texts.sum::<usize>()
            + (self.changes.capacity() - self.changes.len()) * size_of::<Kept>()
            + self.changes.iter().map(Kept::memory).sum::<usize>()
    }
}

/// Gathers what comes into transactions.
#[derive(Default)]
pub struct Gathering {
    conditions: Conditions,
    /// Transactions with fewer rows, or bytes in the log, are not wanted.
    least_rows: u64,
    least_bytes: u64,
    /// Those that have no end are: they are a file's last.
    keeps_cut: bool,
    open: Open,
}

/// The transaction that is read.
#[derive(Default)]
struct Open {
    since: Option<u32>,
    rows: u64,
    changes: Vec<Kept>,
    bytes: usize,
    /// There was no room for one: those after it would leave a hole.
    full: bool,
    statements: Vec<Said>,
    more_statements: u64,
}

impl Gathering {
    /// `keeps_cut`: also transactions without an end, which do not come again.
    pub fn new(
        conditions: Vec<Condition>,
        zone: Zone,
        least_rows: u64,
        least_bytes: u64,
        keeps_cut: bool,
    ) -> Self {
        Self {
            conditions: Conditions::new(conditions, zone),
            least_rows,
            least_bytes,
            keeps_cut,
            open: Open::default(),
        }
    }

    /// Rows of the transaction that is read; how many were wanted. Those of an event that cannot be read to its end
    /// are counted as damage.
    pub fn rows(&mut self, rows: &Rows) -> u64 {
        let open = &mut self.open;
        let time = rows.raw.header.timestamp;
        open.since = Some(open.since.map_or(time, |since| since.min(time)));
        let mut count = 0;
        let read = self.conditions.each(rows, |change| {
            count += 1;
            open.keep(rows, change);
            Ok(())
        });
        open.rows += count;
        if let Err(reason) = read {
            open.say(Said::of(
                &format!("-- rows could not be read: {reason}"),
                What::Frame,
            ));
        }
        count
    }

    /// What comes beside rows. A transaction that is over is given back, if it is wanted.
    pub fn take(&mut self, item: Item) -> Option<Held> {
        let open = &mut self.open;
        match item {
            Item::Begin(_) => *open = Open::default(),
            Item::Original(text) => {
                let text = secret::hidden(String::from_utf8_lossy(&text), SqlMode::default());
                open.say(Said::of(&text, What::Original));
            }
            Item::Statement(statement) => {
                let time = statement.raw.header.timestamp;
                open.since = Some(open.since.map_or(time, |since| since.min(time)));
                let what = match statement.role {
                    Role::Change if statement.query.changes_rows() => What::Statement,
                    Role::Change => What::Definition,
                    _ => What::Frame,
                };
                let mut said = Said::of(&statement.query.shown(), what);
                said.secs = Some(statement.query.exec_secs);
                open.say(said);
            }
            Item::End(end) => {
                let open = mem::take(open);
                return self.ended(end, open);
            }
            Item::Rows(_) | Item::Other(..) | Item::Note(_) | Item::Ended(_) => {}
        }
        None
    }

    fn ended(&self, end: Box<End>, mut open: Open) -> Option<Held> {
        let cut = end.outcome == Outcome::Cut && !self.keeps_cut;
        let chosen = !self.conditions.is_empty() && open.rows == 0;
        if cut || chosen || open.rows < self.least_rows || end.bytes < self.least_bytes {
            return None;
        }
        open.changes.shrink_to_fit();
        open.statements.shrink_to_fit();
        let mut held = Held {
            since: open.since.unwrap_or(end.timestamp),
            rows: open.rows,
            changes: open.changes,
            statements: open.statements,
            more_statements: open.more_statements,
            end,
            memory: 0,
        };
        held.memory = held.weigh();
        Some(held)
    }
}

impl Open {
    fn keep(&mut self, rows: &Rows, change: &Change<'_>) {
        // Looked at before anything is copied.
        let fits = self.changes.len() < MOST_ROWS
            && self.bytes < MOST_BYTES
            && rows.raw.body.len() <= MOST_BYTES;
        if self.full || !fits {
            self.full = true;
            return;
        }
        let kept = Kept {
            op: rows.op,
            table: rows.table.clone(),
            before: OwnedRow::new(&change.before),
            after: OwnedRow::new(&change.after),
        };
        self.bytes += kept.memory();
        self.changes.push(kept);
    }

    fn say(&mut self, said: Said) {
        if self.statements.len() < MOST_STATEMENTS {
            self.statements.push(said);
        } else {
            self.more_statements += 1;
        }
    }
}

impl Said {
    fn of(text: &str, what: What) -> Self {
        let end = text.floor_char_boundary(MOST_TEXT);
        Self {
            text: text.get(..end).unwrap_or_default().into(),
            left_out: text.len() - end,
            what,
            secs: None,
        }
    }
}

#[cfg(test)]
pub(super) mod test {
    use std::path::Path;

    use super::*;
    use crate::engine::binlog::{
        filter::Filter,
        source::{StartAt, dir::DirSource, file::Options},
        transaction::Transactions,
    };

    /// The transactions of a recorded log.
    pub(in super::super) fn recorded(product: &str, mut gathering: Gathering) -> Vec<Arc<Held>> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
        let source = DirSource::open(&folder.join(product), &StartAt::Begin, Options::default());
        let mut reader = Transactions::new(source.unwrap(), Filter::default());
        let mut all = Vec::new();
        loop {
            match reader.next().unwrap() {
                Item::Ended(_) => return all,
                Item::Rows(rows) => {
                    let count = gathering.rows(&rows);
                    reader.count_rows(&rows.table, rows.op, count);
                }
                item => all.extend(gathering.take(item).map(Arc::new)),
            }
        }
    }

    fn gathering(conditions: &[&str], least_rows: u64, least_bytes: u64) -> Gathering {
        let conditions = conditions.iter().filter_map(|text| Condition::parse(text));
        let zone = Zone::default();
        Gathering::new(conditions.collect(), zone, least_rows, least_bytes, true)
    }

    #[test]
    fn a_transaction_holds_its_rows_its_statements_and_what_it_weighs() {
        let all = recorded("mysql", gathering(&[], 0, 0));
        let updated = |held: &&Arc<Held>| {
            let statements = held.statements.iter();
            statements
                .map(|said| &*said.text)
                .any(|text| text == "UPDATE item SET price = price + 1")
        };
        let held = all.iter().find(updated).unwrap();
        assert_eq!((held.rows, held.changes.len(), held.left_out()), (2, 2, 0));
        assert_eq!(held.statements[0].what, What::Original);
        let change = &held.changes[0];
        let changed: Vec<_> = (0..4).filter(|at| change.is_changed(*at)).collect();
        assert_eq!(changed, [2], "the price alone");
        let images: usize = held
            .changes
            .iter()
            .map(|one| one.before.memory() + one.after.memory())
            .sum();
        assert!(held.memory() > images + size_of::<Held>());
        let ddl = all.iter().find_map(|held| held.definition()).unwrap();
        assert_eq!(&*ddl.text, "CREATE DATABASE shop");
    }

    #[test]
    fn passwords_are_not_held() {
        for product in ["mysql", "mariadb"] {
            let all = recorded(product, gathering(&[], 0, 0));
            let texts = all.iter().flat_map(|held| &held.statements);
            let accounts: Vec<_> = texts
                .filter(|said| said.text.starts_with("CREATE USER"))
                .collect();
            assert!(!accounts.is_empty());
            for said in accounts {
                assert!(said.text.contains("'***'"), "{}", said.text);
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let all = recorded("mysql", gathering(&[], 0, 0)).len();
        let kept = recorded("mysql", gathering(&["@2=kept"], 0, 0));
        assert!(!kept.is_empty() && kept.len() < all);
        assert!(kept.iter().all(|held| held.rows > 0));
        assert!(
            recorded("mysql", gathering(&[], 2, 0))
                .iter()
                .all(|held| held.rows >= 2)
        );
        assert!(
            recorded("mysql", gathering(&[], 0, 500))
                .iter()
                .all(|held| held.end.bytes >= 500)
        );
    }
}
