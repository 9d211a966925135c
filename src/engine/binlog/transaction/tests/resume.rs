//! Going on from a checkpoint.

use super::*;

#[test]
fn where_reading_begins_is_a_checkpoint_before_anything_has_ended() {
    for product in ["mysql", "mariadb"] {
        let mut all = Transactions::new(folder(product, &StartAt::Begin), Filter::default());
        let ending = drain(&mut all, |_| {});
        let mut none = Transactions::new(folder(product, &StartAt::Now), Filter::default());
        drain(&mut none, |item| assert!(!matches!(item, Item::End(_))));
        let at = none.checkpoint();
        assert_eq!((&*at.file, at.offset), (&*ending.file, ending.offset));
        assert_eq!(at.file_begun, all.checkpoint().file_begun);
    }
}

fn by_place(from: &Checkpoint) -> Checkpoint {
    let mut from = from.clone();
    from.gtids = None;
    from
}

/// Each recorded log with its checkpoint behind every transaction and at its end, with and without GTIDs.
fn checkpoints(name: &str) -> Vec<Checkpoint> {
    let mut reader = Transactions::new(folder(name, &StartAt::Begin), Filter::default());
    let mut all = Vec::new();
    loop {
        let item = reader.next().unwrap();
        let ended = matches!(item, Item::Ended(_));
        if ended || matches!(item, Item::End(_)) {
            let by_gtid = reader.checkpoint().clone();
            let by_place = by_place(&by_gtid);
            all.extend([by_gtid, by_place]);
        }
        if ended {
            assert!(all.len() > 40, "{}", all.len());
            return all;
        }
    }
}

/// As the command line goes on from a checkpoint.
fn resume(name: &str, from: &Checkpoint) -> Transactions<DirSource> {
    let start = match &from.gtids {
        Some(gtids) => StartAt::After(gtids.clone()),
        None => StartAt::Position {
            file: Some(from.file.clone()),
            offset: from.offset,
        },
    };
    let source = folder(name, &start);
    let reader = Transactions::resuming(source, Filter::default(), from.clone());
    match &from.gtids {
        Some(gtids) => reader.after(gtids.clone()),
        None => reader,
    }
}

/// Where the transactions end that are read from here on.
fn end_places<S: Source>(reader: &mut Transactions<S>) -> Vec<(String, u64)> {
    let mut ends = Vec::new();
    drain(reader, |item| {
        if let Item::End(end) = item {
            ends.push((end.file.to_string(), end.end));
        }
    });
    ends
}

#[test]
fn a_run_that_goes_on_gives_what_comes_after_the_checkpoint_and_keeps_its_place() {
    for name in ["mysql", "mariadb"] {
        let mut whole = Transactions::new(folder(name, &StartAt::Begin), Filter::default());
        let all = end_places(&mut whole);
        let place = |at: &Checkpoint| (at.file.clone(), at.offset);
        let last = place(whole.checkpoint());
        for from in checkpoints(name) {
            let mut reader = resume(name, &from);
            let rest: Vec<_> = all.iter().filter(|end| **end > place(&from)).collect();
            let again = end_places(&mut reader);
            assert_eq!(again.iter().collect::<Vec<_>>(), rest, "{name}: {from:?}");
            assert_eq!(place(reader.checkpoint()), last, "{name}: {from:?}");
            if from.gtids.is_some() {
                let reached = &reader.checkpoint().gtids;
                assert_eq!(*reached, whole.checkpoint().gtids, "{name}: {from:?}");
            }
        }
    }
}

#[test]
fn reading_from_the_end_of_a_file_on_keeps_that_place() {
    for name in ["mysql", "mariadb"] {
        let file = data(name).join("binlog.000001");
        let mut whole = Transactions::new(
            FileSource::open(&file, Options::default()).unwrap(),
            Filter::default(),
        );
        let end = drain(&mut whole, |_| {}).offset;
        let options = Options {
            offset: end,
            ..Options::default()
        };
        let source = FileSource::open(&file, options).unwrap();
        let mut reader = Transactions::new(source, Filter::default());
        drain(&mut reader, |_| {});
        let at = reader.checkpoint();
        assert_eq!((&*at.file, at.offset), ("binlog.000001", end), "{name}");
    }
}

#[test]
fn a_checkpoint_of_another_log_is_refused() {
    let end = |name| {
        let mut reader = Transactions::new(folder(name, &StartAt::Begin), Filter::default());
        drain(&mut reader, |_| {});
        reader.checkpoint().clone()
    };
    let failure = |name: &str, from: &Checkpoint| {
        let mut reader = resume(name, from);
        loop {
            match reader.next() {
                Err(error) => return Some(error.to_string()),
                Ok(Item::Ended(_)) => return None,
                Ok(_) => {}
            }
        }
    };
    for (name, other) in [("mysql", "mariadb"), ("mariadb", "mysql")] {
        let by_gtid = end(name);
        let by_place = by_place(&by_gtid);
        assert_eq!(failure(name, &by_gtid), None);
        assert_eq!(failure(name, &by_place), None);
        let reset = |from: &Checkpoint| {
            let mut from = from.clone();
            from.file_begun = Some(1);
            from
        };
        // GTIDs go on where a file does not.
        assert_eq!(failure(name, &reset(&by_gtid)), None);
        let refused = failure(name, &reset(&by_place)).unwrap();
        assert!(refused.contains("begun at another time"), "{refused}");
        let refused = failure(other, &by_gtid).unwrap();
        assert!(refused.contains("belongs to another log"), "{refused}");
    }
}

/// Reading may end before any of them.
#[test]
fn at_the_begin_of_a_transaction_the_checkpoint_is_before_it() {
    let rule = TableRule::parse("no.such");
    let chosen = Filter {
        tables: vec![rule],
        every_statement: true,
        ..Filter::default()
    };
    for name in ["mysql", "mariadb"] {
        for filter in [Filter::default(), chosen.clone()] {
            let mut reader = Transactions::new(folder(name, &StartAt::Begin), filter);
            let mut count = 0;
            loop {
                match reader.next().unwrap() {
                    Item::Begin(begin) => {
                        count += 1;
                        let at = reader.checkpoint();
                        assert!(
                            (&*at.file, at.offset) <= (&*begin.file, begin.offset),
                            "{name}: {begin:?} {at:?}"
                        );
                    }
                    Item::End(end) => {
                        let at = reader.checkpoint();
                        assert_eq!((&*at.file, at.offset), (&*end.file, end.end), "{name}");
                    }
                    Item::Ended(_) => break,
                    _ => {}
                }
            }
            assert!(count > 5, "{name}: {count}");
        }
    }
}

#[test]
fn gtids_of_the_other_product_are_refused() {
    for (name, gtids) in [
        ("mysql", "0-1-5"),
        ("mariadb", "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-5"),
    ] {
        let gtids: GtidPosition = gtids.parse().unwrap();
        let filter = Filter {
            gtids: Some(gtids.clone()),
            ..Filter::default()
        };
        let all = || folder(name, &StartAt::Begin);
        let chosen = Transactions::new(all(), filter);
        let behind = Transactions::new(all(), Filter::default()).after(gtids);
        for mut reader in [chosen, behind] {
            let refused = reader.next().unwrap_err().to_string();
            assert!(
                refused.contains("these GTIDs are none of this log"),
                "{refused}"
            );
        }
    }
}
