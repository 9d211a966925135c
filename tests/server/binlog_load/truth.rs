//! What was received, held against what was made.
//!
//! A transaction is told by its row in the table `journal`, and what it changed by a sum over its changes, which the
//! writer forms from what it meant to write and [`Received`] from what it read. The sum does not know the order; that
//! each change finds the row as the one before it left it, does.

use std::{
    collections::{BTreeMap, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use porthole::engine::binlog::gtid::{Gtid, GtidPosition};
use serde_json::Value;

/// The changes of one transaction.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Digest {
    pub(super) rows: u64,
    sum: u64,
}

impl Digest {
    /// One more; images as NDJSON has them, null where there is none.
    pub(super) fn add(&mut self, op: &str, table: &str, before: &Value, after: &Value) {
        self.rows += 1;
        let change = format!("{op} {table} {before} {after}");
        self.sum = self.sum.wrapping_add(hash(&change));
    }
}

/// Transactions by their number in the journal.
pub(super) type Transactions = HashMap<u64, Digest>;
/// Changes by table and operation.
pub(super) type Counts = BTreeMap<(String, String), u64>;

/// What one reader has received.
pub(super) struct Received {
    /// For messages.
    who: &'static str,
    /// All transactions up to here.
    pub(super) position: GtidPosition,
    /// Transactions, those without rows among them.
    pub(super) ended: u64,
    pub(super) transactions: Transactions,
    pub(super) counts: Counts,
    /// The rows as they are after all that was received, by table and key.
    rows: HashMap<String, u64>,
    open: Option<Open>,
}

/// A transaction that has begun.
struct Open {
    gtid: String,
    digest: Digest,
    number: Option<u64>,
}

impl Received {
    /// Nothing after `position` yet.
    pub(super) fn after(who: &'static str, position: GtidPosition) -> Self {
        Self {
            who,
            position,
            ended: 0,
            transactions: Transactions::new(),
            counts: Counts::new(),
            rows: HashMap::new(),
            open: None,
        }
    }

    /// Take NDJSON.
    pub(super) fn take(&mut self, text: &str) {
        for line in text.lines() {
            let object: Value = serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{}: {error}: {line}", self.who));
            if object.get("op").is_some() {
                self.change(&object);
                continue;
            }
            match text_of(&object, "event") {
                "commit" => self.end(&object),
                "rollback" | "cut" | "xa_prepare" | "damage" | "gap" => {
                    panic!("{}: {object}", self.who)
                }
                _ => {}
            }
        }
    }

    /// All has come, and nothing is left open.
    pub(super) fn assert_whole(&self) {
        assert!(self.open.is_none(), "{}: a part is left", self.who);
    }

    /// Exactly these transactions have come.
    pub(super) fn assert_is(&self, made: &Transactions) {
        self.assert_whole();
        for (number, digest) in made {
            match self.transactions.get(number) {
                None => panic!("{}: {number} is lost: {digest:?}", self.who),
                Some(received) => {
                    assert_eq!(received, digest, "{}: {number} is another one", self.who);
                }
            }
        }
        for number in self.transactions.keys() {
            let is_made = made.contains_key(number);
            assert!(is_made, "{}: {number} was never made", self.who);
        }
    }

    /// The rows of a table are these.
    pub(super) fn assert_rows(&self, table: &str, rows: &[Value]) {
        let mut expected: HashMap<String, u64> = rows
            .iter()
            .map(|row| (key(table, row).unwrap(), hash(&row.to_string())))
            .collect();
        assert_eq!(expected.len(), rows.len(), "each key once");
        for (key, row) in &self.rows {
            if key.starts_with(&format!("{table} ")) {
                assert_eq!(expected.remove(key), Some(*row), "{}: {key}", self.who);
            }
        }
        assert!(expected.is_empty(), "{}: {expected:?}", self.who);
    }

    fn change(&mut self, change: &Value) {
        let who = self.who;
        let (op, table) = (text_of(change, "op"), text_of(change, "table"));
        let gtid = text_of(change, "gtid");
        let (before, after) = (&change["before"], &change["after"]);
        let open = self.open.get_or_insert_with(|| Open {
            gtid: gtid.to_owned(),
            digest: Digest::default(),
            number: None,
        });
        assert_eq!(open.gtid, gtid, "{who}: a transaction within another");
        open.digest.add(op, table, before, after);
        if table == "journal" {
            let number = after["id"].as_u64();
            assert!(number.is_some(), "{who}: {change}");
            assert_eq!(open.number, None, "{who}: two transactions in one");
            open.number = number;
        }
        let count = self.counts.entry((table.to_owned(), op.to_owned()));
        *count.or_default() += 1;
        if let Some(key) = key(table, before) {
            let was = self.rows.remove(&key);
            assert_eq!(
                was,
                Some(hash(&before.to_string())),
                "{who}: {key} was another row before: {change}"
            );
        }
        if let Some(key) = key(table, after) {
            let was = self.rows.insert(key, hash(&after.to_string()));
            assert_eq!(was, None, "{who}: there was such a row: {change}");
        }
    }

    fn end(&mut self, event: &Value) {
        let who = self.who;
        let gtid = text_of(event, "gtid");
        let name: Gtid = gtid.parse().unwrap();
        assert!(!self.position.contains(&name), "{who}: {gtid} came twice");
        self.position.add(&name).unwrap();
        self.ended += 1;
        let open = self.open.take();
        let digest = open.as_ref().map_or(Digest::default(), |open| open.digest);
        assert_eq!(event["rows"].as_u64(), Some(digest.rows), "{who}: {event}");
        let Some(open) = open else { return };
        assert_eq!(open.gtid, gtid, "{who}: another one has ended");
        let Some(number) = open.number else {
            panic!("{who}: {gtid} is not in the journal")
        };
        let before = self.transactions.insert(number, open.digest);
        assert_eq!(before, None, "{who}: {number} came twice");
    }
}

fn text_of<'a>(object: &'a Value, name: &str) -> &'a str {
    object[name].as_str().unwrap_or_default()
}

/// What a row is found by; nothing where there is no row, or its table has no key.
fn key(table: &str, row: &Value) -> Option<String> {
    if row.is_null() || table == "keyless" {
        return None;
    }
    Some(match table {
        "docs" => format!("docs {} {}", row["writer"], row["nr"]),
        _ => format!("{table} {}", row["id"]),
    })
}

fn hash(text: &str) -> u64 {
    let mut hasher = DefaultHasher::new();
    text.hash(&mut hasher);
    hasher.finish()
}
