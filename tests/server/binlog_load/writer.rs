//! Writes random transactions, and knows afterwards which of them were committed.
//!
//! A writer changes rows of its own, whose content it therefore knows, and rows for which all writers contend, which
//! it reads under a lock before it changes them. Where the answer to a COMMIT is lost with the server, the journal
//! says later what became of it.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use mysql_async::{Conn, Error, Opts, prelude::Queryable as _};
use porthole::demo::{Kind, random::Random};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::{
    row::{self, Row},
    truth::{Digest, Transactions},
};

/// Rows for which all contend.
pub(super) const HOT: u64 = 12;
/// Of its own, in each table, a writer has about so many.
const MOST_ITEMS: usize = 150;
const MOST_DOCS: usize = 12;
const MOST_TAGS: usize = 30;
/// A pause between two transactions is up to so long: the machine has other work, and the log gets no smaller by it.
const MOST_PAUSE_MILLIS: u64 = 60;

pub(super) struct Writer {
    kind: Kind,
    number: u64,
    random: Random,
    opts: Opts,
    rows: Rows,
    next: u64,
    /// Committed, or perhaps so.
    doubt: Option<Made>,
    pub(super) made: Transactions,
    pub(super) figures: Figures,
}

/// What happened to a writer.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Figures {
    pub(super) connections: u64,
    pub(super) rolled_back: u64,
    pub(super) deadlocks: u64,
    /// Commits whose answer was lost: those that had happened, and those that had not.
    pub(super) answers_lost: [u64; 2],
}

/// What a writer's own rows are.
#[derive(Clone, Default)]
struct Rows {
    items: BTreeMap<u64, Arc<Value>>,
    docs: BTreeMap<u64, Arc<Value>>,
    /// Rows without a key, by a mark that they share.
    tags: BTreeMap<u64, Arc<Vec<Value>>>,
}

/// A transaction.
struct Made {
    number: u64,
    digest: Digest,
    rows: Rows,
}

impl Writer {
    pub(super) fn new(kind: Kind, number: u64, seed: u64, opts: Opts) -> Self {
        Self {
            kind,
            number,
            random: Random::new(seed ^ (number << 32)),
            opts,
            rows: Rows::default(),
            next: 1,
            doubt: None,
            made: Transactions::new(),
            figures: Figures::default(),
        }
    }

    /// Write until it is enough, and know of each transaction what became of it.
    pub(super) async fn run(mut self, enough: CancellationToken) -> Self {
        loop {
            let connecting = tokio::time::timeout(Duration::from_secs(10), async {
                let mut conn = Conn::new(self.opts.clone()).await?;
                self.prepare(&mut conn).await?;
                Ok::<_, Error>(conn)
            });
            let Ok(Ok(mut conn)) = connecting.await else {
                tokio::time::sleep(Duration::from_millis(50)).await; // the server is down
                continue;
            };
            self.figures.connections += 1;
            match self.work(&mut conn, &enough).await {
                Ok(()) => {
                    conn.disconnect().await.ok();
                    return self;
                }
                Err(error) => assert!(is_passing(&error), "writer {}: {error}", self.number),
            }
        }
    }

    async fn prepare(&mut self, conn: &mut Conn) -> Result<(), Error> {
        for sql in [
            "SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED",
            "SET SESSION innodb_lock_wait_timeout = 5",
        ] {
            conn.query_drop(sql).await?;
        }
        let on = self.random.below(2);
        let own = match self.kind {
            Kind::MySql => format!(
                "SET SESSION binlog_transaction_compression = {on}, binlog_rows_query_log_events = {}",
                self.random.below(2)
            ),
            Kind::MariaDb => format!("SET SESSION gtid_domain_id = {}", self.number % 2),
        };
        conn.query_drop(own).await?;
        if let Some(doubt) = &self.doubt {
            let sql = format!("SELECT COUNT(*) FROM journal WHERE id = {}", doubt.number);
            let happened = conn.query_first::<u64, _>(sql).await? == Some(1);
            self.figures.answers_lost[usize::from(!happened)] += 1;
            self.settle(happened);
        }
        Ok(())
    }

    /// It is known what became of the last transaction.
    fn settle(&mut self, happened: bool) {
        if let Some(made) = self.doubt.take()
            && happened
        {
            self.rows = made.rows;
            self.made.insert(made.number, made.digest);
        }
    }

    async fn work(&mut self, conn: &mut Conn, enough: &CancellationToken) -> Result<(), Error> {
        while !enough.is_cancelled() {
            match self.transaction(conn).await {
                Ok(()) => {}
                // The server has taken the victim's changes back, or the statement's.
                Err(Error::Server(error)) if matches!(error.code, 1205 | 1213) => {
                    self.figures.deadlocks += 1;
                    conn.query_drop("ROLLBACK").await?;
                }
                Err(error) => return Err(error),
            }
            let pause = self.random.below(MOST_PAUSE_MILLIS);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        Ok(())
    }

    async fn transaction(&mut self, conn: &mut Conn) -> Result<(), Error> {
        let number = self.number * 1_000_000_000 + self.next;
        self.next += 1;
        let entry = row::Journal {
            number,
            writer: self.number,
            seed: self.random.bits() >> 1,
        };
        let mut made = Made {
            number,
            digest: Digest::default(),
            rows: self.rows.clone(),
        };
        made.insert("journal", &entry.image());
        if self.random.chance(0.05) {
            // By itself: a statement that is a transaction.
            self.doubt = Some(made);
            conn.query_drop(entry.insert()).await?;
            self.settle(true);
            return Ok(());
        }
        conn.query_drop("BEGIN").await?;
        let steps = if self.random.chance(0.02) {
            40
        } else {
            1 + self.random.below(5)
        };
        let first = self.random.below(steps);
        for step in 0..steps {
            if step == first {
                conn.query_drop(entry.insert()).await?;
            }
            if self.random.chance(0.05) {
                let kept = (made.digest, made.rows.clone());
                conn.query_drop("SAVEPOINT here").await?;
                self.step(conn, &mut made).await?;
                conn.query_drop("ROLLBACK TO here").await?;
                (made.digest, made.rows) = kept;
            }
            self.step(conn, &mut made).await?;
        }
        if self.random.chance(0.06) {
            conn.query_drop("ROLLBACK").await?;
            self.figures.rolled_back += 1;
            return Ok(());
        }
        self.doubt = Some(made);
        conn.query_drop("COMMIT").await?;
        self.settle(true);
        Ok(())
    }

    async fn step(&mut self, conn: &mut Conn, made: &mut Made) -> Result<(), Error> {
        let sql = match self.random.below(12) {
            0..=2 => self.insert_items(made),
            3..=5 => self.update_item(made),
            6 => self.delete_items(made),
            7 | 8 => self.change_doc(made),
            9 | 10 => self.change_keyless(made),
            _ => return self.heat(conn, made).await,
        };
        conn.query_drop(sql).await
    }

    fn insert_items(&mut self, made: &mut Made) -> String {
        if made.rows.items.len() > MOST_ITEMS {
            return self.delete_items(made);
        }
        let count = 1 + self.random.below(6) * self.random.below(4);
        let mut values = Vec::new();
        for _ in 0..count {
            let id = (self.number << 40) + self.random.below(1 << 40);
            let item = Row::random(&mut self.random, id, self.number);
            values.push(item.values());
            made.insert("items", &item.image);
            made.rows.items.insert(id, Arc::new(item.image));
        }
        format!("INSERT INTO items VALUES {}", values.join(","))
    }

    fn update_item(&mut self, made: &mut Made) -> String {
        let Some(id) = pick(&mut self.random, &made.rows.items) else {
            return self.insert_items(made);
        };
        let before = made.rows.items[&id].clone();
        let (set, after) = Row::changed(&mut self.random, &before);
        made.update("items", &before, &after);
        made.rows.items.insert(id, Arc::new(after));
        format!("UPDATE items SET {set} WHERE id = {id}")
    }

    fn delete_items(&mut self, made: &mut Made) -> String {
        let mut ids = Vec::new();
        for _ in 0..=self.random.below(20) {
            if let Some(id) = pick(&mut self.random, &made.rows.items) {
                made.delete("items", &made.rows.items[&id].clone());
                made.rows.items.remove(&id);
                ids.push(id.to_string());
            }
        }
        if ids.is_empty() {
            return "DELETE FROM items WHERE id = 0".to_owned();
        }
        format!("DELETE FROM items WHERE id IN ({})", ids.join(","))
    }

    fn change_doc(&mut self, made: &mut Made) -> String {
        let docs = &made.rows.docs;
        let old = pick(&mut self.random, docs).filter(|_| self.random.chance(0.6));
        let writer = self.number;
        let Some(nr) = old else {
            let nr = self.random.below(1 << 30);
            if docs.len() > MOST_DOCS || docs.contains_key(&nr) {
                return self.delete_doc(made);
            }
            let body = row::Body::random(&mut self.random);
            let image = body.image(writer, nr);
            made.insert("docs", &image);
            made.rows.docs.insert(nr, Arc::new(image));
            return format!("INSERT INTO docs VALUES ({writer},{nr},{})", body.sql());
        };
        if self.random.chance(0.2) {
            return self.delete_doc(made);
        }
        let before = docs[&nr].clone();
        let body = row::Body::random(&mut self.random);
        let after = body.image(writer, nr);
        // An update that changes nothing is not logged.
        if *before == after {
            return self.delete_doc(made);
        }
        made.update("docs", &before, &after);
        made.rows.docs.insert(nr, Arc::new(after));
        let body = body.sql();
        format!("UPDATE docs SET body = {body} WHERE writer = {writer} AND nr = {nr}")
    }

    fn delete_doc(&mut self, made: &mut Made) -> String {
        let nr = pick(&mut self.random, &made.rows.docs).unwrap_or_default();
        if let Some(before) = made.rows.docs.remove(&nr) {
            made.delete("docs", &before);
        }
        format!(
            "DELETE FROM docs WHERE writer = {} AND nr = {nr}",
            self.number
        )
    }

    fn change_keyless(&mut self, made: &mut Made) -> String {
        let old = pick(&mut self.random, &made.rows.tags);
        let full = made.rows.tags.len() > MOST_TAGS;
        let Some(tag) = old.filter(|_| full || self.random.chance(0.5)) else {
            let tag = (self.number << 32) + self.random.below(1 << 32);
            if made.rows.tags.contains_key(&tag) {
                return "DELETE FROM keyless WHERE tag = 0".to_owned();
            }
            let count = if self.random.chance(0.003) {
                1000
            } else {
                1 + self.random.below(9)
            };
            let rows: Vec<Value> = (0..count)
                .map(|n| json!({"tag": tag, "n": n, "note": "new"}))
                .collect();
            for row in &rows {
                made.insert("keyless", row);
            }
            made.rows.tags.insert(tag, Arc::new(rows));
            let values: Vec<String> = (0..count).map(|n| format!("({tag},{n},'new')")).collect();
            return format!("INSERT INTO keyless VALUES {}", values.join(","));
        };
        let rows = made.rows.tags.remove(&tag).unwrap_or_default();
        if self.random.chance(0.5) {
            for row in rows.iter() {
                made.delete("keyless", row);
            }
            return format!("DELETE FROM keyless WHERE tag = {tag}");
        }
        // Never the note that is there.
        let note = format!("note {}", made.number);
        let noted = rows.iter().map(|row| {
            let mut after = row.clone();
            if row["note"] != note.as_str() {
                after["note"] = json!(note);
                made.digest.add("update", "keyless", row, &after);
            }
            after
        });
        let noted = Arc::new(noted.collect());
        made.rows.tags.insert(tag, noted);
        format!("UPDATE keyless SET note = '{note}' WHERE tag = {tag}")
    }

    /// Change a row that others change too.
    async fn heat(&mut self, conn: &mut Conn, made: &mut Made) -> Result<(), Error> {
        let id = self.random.below(HOT);
        let sql = format!("SELECT n, last FROM hot WHERE id = {id} FOR UPDATE");
        let there: Option<(u64, u64)> = conn.query_first(sql).await?;
        let (n, last) = there.expect("it is never deleted");
        let sql = format!(
            "UPDATE hot SET n = n + 1, last = {} WHERE id = {id}",
            made.number
        );
        conn.query_drop(sql).await?;
        let image = |n: u64, last: u64| json!({"id": id, "n": n, "last": last});
        made.update("hot", &image(n, last), &image(n + 1, made.number));
        Ok(())
    }
}

impl Made {
    fn insert(&mut self, table: &str, after: &Value) {
        self.digest.add("insert", table, &Value::Null, after);
    }

    fn update(&mut self, table: &str, before: &Value, after: &Value) {
        self.digest.add("update", table, before, after);
    }

    fn delete(&mut self, table: &str, before: &Value) {
        self.digest.add("delete", table, before, &Value::Null);
    }
}

/// One of the keys, if there is any.
fn pick<T>(random: &mut Random, from: &BTreeMap<u64, T>) -> Option<u64> {
    if from.is_empty() {
        return None;
    }
    let nth = usize::try_from(random.below(from.len() as u64)).ok()?;
    from.keys().nth(nth).copied()
}

/// Whether this is how a server goes away.
fn is_passing(error: &Error) -> bool {
    match error {
        Error::Io(_) | Error::Driver(_) => true,
        // Shutting down; interrupted by that.
        Error::Server(error) => matches!(
            error.code,
            1053 | 1077 | 1079 | 1152 | 1158 | 1184 | 1317 | 1927
        ),
        _ => false,
    }
}
