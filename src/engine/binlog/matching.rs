//! Which changes of rows are wanted, by a column's value before or after.

use std::sync::Arc;

use super::{
    bytes::Malformed,
    render::Render,
    rows::Change,
    table::{Origin, TablePlan},
    transaction::Rows,
    value::Value,
    zone::Zone,
};

/// A column has a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The column's name; case does not matter, as for the servers.
    pub column: String,
    /// Its text as `porthole query` prints it. `NULL` is also SQL's NULL.
    pub value: String,
}

impl Condition {
    /// From `COLUMN=VALUE`.
    pub fn parse(text: &str) -> Option<Self> {
        let (column, value) = text.split_once('=')?;
        (!column.is_empty()).then(|| Self {
            column: column.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// Conditions that a row must fit, all of them in the same image.
#[derive(Debug, Default)]
pub struct Conditions {
    all: Vec<Condition>,
    render: Render,
    text: String,
    table: Option<Arc<TablePlan>>,
    /// Where in the table the column of each condition stands; empty where one is missing.
    columns: Vec<usize>,
    /// Which conditions are about columns of no table so far.
    unmet: Vec<bool>,
    /// A table of which rows were read, where it had no names for its columns.
    nameless: Option<Arc<TablePlan>>,
}

impl Conditions {
    /// TIMESTAMP is compared as it is in this zone.
    pub fn new(all: Vec<Condition>, zone: Zone) -> Self {
        Self {
            all,
            render: Render::new(zone),
            ..Self::default()
        }
    }

    /// Whether every row fits.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Columns of conditions that no table had of which rows were read.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        let conditions = self.all.iter().zip(&self.unmet);
        conditions
            .filter(|(_, unmet)| **unmet)
            .map(|(condition, _)| condition.column.as_str())
    }

    /// A table of which no row could fit, for the names of its columns were not known.
    pub fn nameless(&self) -> Option<&TablePlan> {
        self.nameless.as_deref()
    }

    /// Rows of this table follow.
    fn of_table(&mut self, table: &Arc<TablePlan>) {
        if self.all.is_empty()
            || self
                .table
                .as_ref()
                .is_some_and(|known| Arc::ptr_eq(known, table))
        {
            return;
        }
        let place = |condition: &Condition| {
            let same = |name: &str| name.to_lowercase() == condition.column.to_lowercase();
            table.columns.iter().position(|column| same(&column.name))
        };
        let places: Vec<Option<usize>> = self.all.iter().map(place).collect();
        self.unmet.resize(self.all.len(), true);
        for (unmet, place) in self.unmet.iter_mut().zip(&places) {
            *unmet &= place.is_none();
        }
        if table.origin == Origin::Position && places.contains(&None) {
            self.nameless.get_or_insert_with(|| table.clone());
        }
        self.columns = places
            .into_iter()
            .collect::<Option<_>>()
            .unwrap_or_default();
        self.table = Some(table.clone());
    }

    /// Read the rows of an event, and give those that fit to `take`. One value that cannot be read hides its row, but
    /// not those after it: the reason is given back in the end.
    pub fn each(
        &mut self,
        rows: &Rows,
        mut take: impl FnMut(&Change<'_>) -> Result<(), Malformed>,
    ) -> Result<(), Malformed> {
        let mut reader = rows.event()?.rows(&rows.table)?;
        self.of_table(&rows.table);
        let mut change = Change::default();
        let mut broken = Ok(());
        while reader.next(&mut change)? {
            let taken = match self.want(&change) {
                Ok(true) => take(&change),
                Ok(false) => Ok(()),
                Err(reason) => Err(reason),
            };
            if taken.is_err() {
                broken = taken;
            }
        }
        broken
    }

    /// Whether a change of the table fits. A table without one of the columns has no row that does.
    fn want(&mut self, change: &Change<'_>) -> Result<bool, Malformed> {
        if self.all.is_empty() {
            return Ok(true);
        }
        Ok(self.fit(&change.before)? || self.fit(&change.after)?)
    }

    fn fit(&mut self, image: &[Value<'_>]) -> Result<bool, Malformed> {
        let Some(table) = &self.table else {
            return Ok(false);
        };
        if self.columns.is_empty() {
            return Ok(false);
        }
        for (condition, at) in self.all.iter().zip(&self.columns) {
            let (Some(value), Some(column)) = (image.get(*at), table.columns.get(*at)) else {
                return Ok(false);
            };
            let fits = match value {
                Value::Absent => false,
                Value::Null => condition.value == "NULL",
                value => {
                    self.text.clear();
                    self.render.text(column, *value, &mut self.text)?;
                    self.text == condition.value
                }
            };
            if !fits {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
