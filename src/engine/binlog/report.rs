//! A summary of a log as tables, for people and for programs.

use serde::Serialize;

use super::summary::{Counts, Listed, Step, Summary, TableCounts, Text};
use crate::engine::{
    export::sheet::{Field, Sheet},
    visible,
};

/// Everything, for programs.
#[derive(Debug, Serialize)]
pub struct Whole<'a> {
    #[serde(flatten)]
    summary: &'a Summary,
    tables: Vec<TableCounts>,
    steps: Vec<Step>,
}

impl<'a> Whole<'a> {
    /// All of a summary, its tables and steps of time too.
    pub fn of(summary: &'a Summary) -> Self {
        Self {
            summary,
            tables: summary.tables(),
            steps: summary.steps().copied().collect(),
        }
    }
}

/// What happened in all, a fact a row.
pub fn facts(summary: &Summary) -> Sheet {
    let mut sheet = Sheet::new(&["what", "value"]);
    let mut fact = |what: &str, value: Field| sheet.rows.push(vec![Field::text(what), value]);
    fact("from", moment(summary.first));
    fact("to", moment(summary.last));
    fact("transactions", Field::whole(summary.transactions));
    fact("bytes", Field::whole(summary.bytes));
    fact("inserted rows", Field::whole(summary.counts.inserts));
    fact("updated rows", Field::whole(summary.counts.updates));
    fact("deleted rows", Field::whole(summary.counts.deletes));
    for (what, count) in [
        ("rolled back", summary.rolled_back),
        ("prepared (XA)", summary.prepared),
        ("without an end", summary.cut),
        (
            "statements that change rows by their text",
            summary.statement_format,
        ),
        ("damaged events", summary.damaged),
        (
            "rows of tables that are not listed",
            summary.other_tables.rows(),
        ),
    ] {
        if count > 0 {
            fact(what, Field::whole(count));
        }
    }
    sheet
}

const COUNTS: [&str; 6] = [
    "inserts",
    "updates",
    "deletes",
    "insert bytes",
    "update bytes",
    "delete bytes",
];

fn counts(counts: &Counts) -> impl Iterator<Item = Field> {
    [
        counts.inserts,
        counts.updates,
        counts.deletes,
        counts.insert_bytes,
        counts.update_bytes,
        counts.delete_bytes,
    ]
    .into_iter()
    .map(Field::whole)
}

/// What was done to each table.
pub fn by_table(tables: &[TableCounts]) -> Sheet {
    let mut sheet = Sheet::new(&[&["database", "table"][..], &COUNTS].concat());
    sheet.rows = tables
        .iter()
        .map(|table| {
            [Field::name(&table.database), Field::name(&table.table)]
                .into_iter()
                .chain(counts(&table.counts))
                .collect()
        })
        .collect();
    sheet
}

/// What was done in each step of time.
pub fn by_time(steps: &[Step]) -> Sheet {
    let mut sheet = Sheet::new(&[&["from", "transactions"][..], &COUNTS].concat());
    sheet.rows = steps
        .iter()
        .map(|step| {
            [moment(Some(step.begin)), Field::whole(step.transactions)]
                .into_iter()
                .chain(counts(&step.counts))
                .collect()
        })
        .collect();
    sheet
}

/// Transactions of a list.
pub fn transactions(listed: &[Listed]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "logged", "seconds", "rows", "bytes", "place", "gtid", "tables",
    ]);
    sheet.rows = listed
        .iter()
        .map(|listed| {
            vec![
                moment(Some(listed.logged)),
                Field::whole(listed.seconds),
                Field::whole(listed.rows),
                Field::whole(listed.bytes),
                Field::text(format!("{}:{}", visible::line(&listed.file), listed.pos)),
                Field::text(listed.gtid.as_deref().unwrap_or("")),
                Field::name(listed.tables.join(" ")),
            ]
        })
        .collect();
    sheet
}

/// Statements or notes, the first ones.
pub fn texts(texts: &[Text], most: usize) -> Sheet {
    let mut sheet = Sheet::new(&["at", "place", "text"]);
    sheet.rows = texts
        .iter()
        .take(most)
        .map(|text| {
            vec![
                moment((text.logged > 0).then_some(text.logged)),
                Field::text(format!("{}:{}", visible::line(&text.file), text.pos)),
                Field::text(visible::line(&text.text)),
            ]
        })
        .collect();
    sheet
}

/// In UTC.
fn moment(seconds: Option<u32>) -> Field {
    let moment = seconds.and_then(|seconds| jiff::Timestamp::from_second(seconds.into()).ok());
    moment.map_or(Field::Undefined, |moment| Field::text(moment.to_string()))
}
