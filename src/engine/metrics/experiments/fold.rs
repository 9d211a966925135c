//! Rows of users, as they come, into counts by variant and day.

use std::collections::HashMap;

use tokio_util::sync::CancellationToken;

use super::{
    contract,
    exposures::{Assigned, MOST_CELLS},
    reading::Row,
};
use crate::engine::{
    Result,
    metrics::{ask, series::Moment, tables::Column, text},
    session::Session,
    sql::placeholders::Value,
};

/// The counts, while rows come.
#[derive(Debug, Default)]
pub(super) struct Fold {
    /// The contract's variants in its order, then spellings that are none of its names.
    pub(super) variants: Vec<Assigned>,
    /// Users in several variants.
    pub(super) several: u64,
    /// Users in one variant that are spelled in several ways.
    pub(super) users_respelled: u64,
    /// There are more days than are kept.
    pub(super) too_many_days: bool,
    /// Days of all variants.
    cells: usize,
    /// Variants whose rows of one user spell it in several ways.
    respelled: Vec<bool>,
    /// Variants whose names are settled.
    settled: usize,
    spellings: HashMap<Vec<u8>, usize>,
    /// Most rows have the variant of the row before.
    last: (Vec<u8>, usize),
    offset_secs: i64,
    /// The rows of one user in several variants.
    user: Vec<Shared>,
    user_name: Vec<u8>,
}

#[derive(Debug)]
struct Shared {
    variant: usize,
    converted: bool,
    first: Option<Moment>,
    /// Least in the earliest row; empty where there is no telling.
    order: Vec<u8>,
}

impl Fold {
    pub(super) fn new(names: &[&str], offset_secs: i32) -> Self {
        let mut fold = Self {
            offset_secs: i64::from(offset_secs),
            last: (Vec::new(), usize::MAX),
            ..Self::default()
        };
        for name in names {
            let at = fold.variants.len();
            fold.spellings.entry(name.as_bytes().to_vec()).or_insert(at);
            fold.push((*name).to_owned());
        }
        fold.settled = fold.variants.len();
        fold
    }

    fn push(&mut self, name: String) {
        self.respelled.push(false);
        self.variants.push(Assigned {
            name,
            ..Assigned::default()
        });
    }

    /// A user of a variant: variant, converted, first seen, rows, spelled.
    pub(super) fn user(&mut self, row: &Row<'_>) -> Result<()> {
        let at = self.variant(&row.bytes(0))?;
        let converted = row.number(1) == Some(1);
        let first = self.local(row.number(2));
        let spelled = row.number(4).unwrap_or_default();
        self.users_respelled += u64::from(spelled & 1 == 1);
        self.respelled[at] |= spelled & 2 == 2;
        let variant = &mut self.variants[at];
        variant.rows += row.number(3).unwrap_or_default().max(0) as u64;
        let days = variant.all.days.len();
        variant.all.add(first, converted);
        self.cells += variant.all.days.len() - days;
        if self.cells > MOST_CELLS {
            self.drop_days();
        }
        Ok(())
    }

    /// A variant of a user in several: variant, converted, first seen, order, user. Users come one after another.
    pub(super) fn shared(&mut self, row: &Row<'_>) -> Result<()> {
        let user = row.bytes(4);
        if *user != *self.user_name {
            self.end_shared();
            self.user_name = user.into_owned();
        }
        let shared = Shared {
            variant: self.variant(&row.bytes(0))?,
            converted: row.number(1) == Some(1),
            first: self.local(row.number(2)),
            order: row.bytes(3).into_owned(),
        };
        self.user.push(shared);
        Ok(())
    }

    /// The last user in several variants is complete.
    pub(super) fn end_shared(&mut self) {
        let user = std::mem::take(&mut self.user);
        // Rows without a time come last; else the contract's order decides.
        let earliest = user
            .iter()
            .min_by_key(|one| (one.order.is_empty(), &one.order, one.variant));
        if let Some(one) = earliest {
            self.several += 1;
            self.variants[one.variant]
                .earliest
                .add(one.first, one.converted);
        }
        for one in &user {
            self.variants[one.variant]
                .shared
                .add(one.first, one.converted);
        }
    }

    /// Spellings that are none of the contract's names belong to the variant that the server takes for equal; what is
    /// equal to none has come since, and is a variant of its own.
    pub(super) async fn settle(
        &mut self,
        session: &Session,
        column: Option<&Column>,
        cancel: &CancellationToken,
    ) -> Result<()> {
        self.last = (Vec::new(), usize::MAX);
        let new = self.variants.split_off(self.settled);
        let respelled = self.respelled.split_off(self.settled);
        for (assigned, respelled) in new.into_iter().zip(respelled) {
            let names = self.variants.iter().map(|one| one.name.as_str());
            let collation = column.and_then(|column| column.collation.as_deref());
            let equal = match collation {
                Some(collation) => {
                    equal(session, collation, &assigned.name, names.collect(), cancel).await?
                }
                None => None,
            };
            let at = equal.unwrap_or(self.variants.len());
            if equal.is_none() {
                self.push(assigned.name.clone());
            }
            self.spellings.insert(assigned.name.into_bytes(), at);
            self.respelled[at] |= respelled || equal.is_some();
            let variant = &mut self.variants[at];
            variant.rows += assigned.rows;
            variant.all.absorb(&assigned.all);
            variant.shared.absorb(&assigned.shared);
            variant.earliest.absorb(&assigned.earliest);
        }
        self.settled = self.variants.len();
        Ok(())
    }

    /// Variants that are spelled in several ways.
    pub(super) fn variants_respelled(&self) -> u64 {
        self.respelled.iter().filter(|one| **one).count() as u64
    }

    fn variant(&mut self, bytes: &[u8]) -> Result<usize> {
        if self.last.1 != usize::MAX && self.last.0 == bytes {
            return Ok(self.last.1);
        }
        let at = if let Some(at) = self.spellings.get(bytes) {
            *at
        } else {
            let at = self.variants.len();
            contract::check_variants(at as u64 + 1)?;
            self.spellings.insert(bytes.to_vec(), at);
            self.push(String::from_utf8_lossy(bytes).into_owned());
            at
        };
        self.last = (bytes.to_vec(), at);
        Ok(at)
    }

    /// Users are only counted from here on.
    fn drop_days(&mut self) {
        self.too_many_days = true;
        self.cells = 0;
        for variant in &mut self.variants {
            variant.all.days.clear();
        }
    }

    fn local(&self, seconds: Option<i64>) -> Option<Moment> {
        let seconds = seconds.filter(|_| !self.too_many_days);
        seconds.map(|seconds| Moment(seconds + self.offset_secs))
    }
}

/// Which of the names the server takes for equal to this one, under a collation.
async fn equal(
    session: &Session,
    collation: &str,
    name: &str,
    names: Vec<&str>,
    cancel: &CancellationToken,
) -> Result<Option<usize>> {
    // Both are words of information_schema and go into the statement as they are.
    let is_word = |word: &str| {
        word.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let Some((charset, _)) = collation.split_once('_').filter(|_| is_word(collation)) else {
        return Ok(None);
    };
    if names.is_empty() {
        return Ok(None);
    }
    let one =
        format!("CONVERT(? USING {charset}) COLLATE {collation} = CONVERT(? USING {charset})");
    let sql = format!("SELECT {}", vec![one; names.len()].join(", "));
    let pairs = names.iter().flat_map(|other| [name, other]);
    let values = pairs.map(|text| Value::Text(text.to_owned())).collect();
    let (rows, _) = ask(session, &sql, values, cancel).await?;
    Ok((0..names.len()).find(|at| text(&rows, 0, *at) == "1"))
}
