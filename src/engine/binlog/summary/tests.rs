//! What is counted of the recorded logs.

use std::path::Path;

use super::*;
use crate::engine::binlog::{
    filter::Filter,
    source::{Note, StartAt, dir::DirSource, file::Options},
    transaction::Transactions,
};

fn items() -> Vec<Item> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog/mysql");
    let source = DirSource::open(&folder, &StartAt::Begin, Options::default()).unwrap();
    let mut transactions = Transactions::new(source, Filter::default());
    let mut items = Vec::new();
    loop {
        let item = transactions.next().unwrap();
        if let Item::Ended(_) = item {
            return items;
        }
        items.push(item);
    }
}

#[test]
fn a_transaction_that_comes_again_after_the_line_was_lost_counts_once() {
    let items = items();
    let mut plain = Summary::default();
    for item in &items {
        plain.take(item);
    }
    assert!(plain.counts.rows() > 0 && plain.statement_format > 0);

    let mut twice = Summary::default();
    for item in &items {
        if let Item::End(end) = item {
            let mut cut = end.clone();
            cut.outcome = Outcome::Cut;
            twice.take(&Item::End(cut));
            twice.take(&Item::Note(Note {
                file: end.file.clone(),
                offset: end.end,
                kind: NoteKind::Link,
                text: "the line was lost".to_owned(),
            }));
            // Again, from its start.
            let begin =
                |one: &Item| matches!(one, Item::Begin(begin) if Arc::ptr_eq(begin, &end.begin));
            let start = items.iter().position(begin).unwrap();
            let over = |one: &Item| matches!(one, Item::End(_));
            for again in items[start..].iter().take_while(|one| !over(one)) {
                if !matches!(again, Item::Note(_) | Item::Other(..)) {
                    twice.take(again);
                }
            }
        }
        twice.take(item);
    }
    assert_eq!(twice.cut, plain.cut);
    assert_eq!(twice.counts, plain.counts);
    assert_eq!(twice.tables(), plain.tables());
    let sum = twice
        .tables()
        .iter()
        .map(|table| table.counts.rows())
        .sum::<u64>();
    assert_eq!(sum + twice.other_tables.rows(), twice.counts.rows());
}

#[test]
fn gaps_are_counted_beyond_those_that_are_listed() {
    let mut summary = Summary::default();
    for pos in 0..MOST_TEXTS as u64 + 5 {
        summary.take(&Item::Note(Note {
            file: "binlog.000001".into(),
            offset: pos,
            kind: NoteKind::Gap,
            text: "a file is not there".to_owned(),
        }));
    }
    assert_eq!(summary.gaps.len(), MOST_TEXTS);
    assert_eq!(summary.gap_count, MOST_TEXTS as u64 + 5);
}
