//! The recorded logs of both servers (tests/data/binlog) as transactions: whole, cut, damaged.

use std::{
    fmt::Write as _,
    io::Cursor,
    path::{Path, PathBuf},
};

use expect_test::{expect, expect_file};

mod resume;

use super::*;
use crate::engine::binlog::{
    filter::TableRule,
    frame::{HEADER_LEN, Header},
    rows::Change,
    source::{
        Ending, StartAt, Status,
        dir::DirSource,
        file::{FileSource, Options},
    },
};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/binlog")
        .join(name)
}

fn folder(name: &str, start: &StartAt) -> DirSource {
    DirSource::open(&data(name), start, Options::default()).unwrap()
}

/// All recorded files with their names.
fn files() -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    for place in ["", "mysql", "mariadb"] {
        for entry in std::fs::read_dir(data(place)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_file() && name.contains(".0") {
                files.push((format!("{place}/{name}"), std::fs::read(path).unwrap()));
            }
        }
    }
    assert!(files.len() > 12);
    files
}

/// Read everything that a log holds, the values of all rows too.
fn drain<S: Source>(transactions: &mut Transactions<S>, mut seen: impl FnMut(&Item)) -> Ending {
    loop {
        let item = transactions.next().unwrap();
        seen(&item);
        match item {
            Item::Rows(rows) => {
                let count = count(&rows).unwrap_or(0);
                transactions.count_rows(&rows.table, rows.op, count);
            }
            Item::Ended(ending) => return ending,
            _ => {}
        }
    }
}

fn count(rows: &Rows) -> Result<u64, Malformed> {
    let mut all = rows.event()?.rows(&rows.table)?;
    let mut change = Change::default();
    let mut count = 0;
    while all.next(&mut change)? {
        count += 1;
    }
    Ok(count)
}

/// One line an item, without what differs from run to run.
fn transcript<S: Source>(transactions: &mut Transactions<S>) -> String {
    let mut text = String::new();
    let ending = drain(transactions, |item| line(item, &mut text));
    writeln!(text, "{ending}").unwrap();
    text
}

fn line(item: &Item, text: &mut String) {
    match item {
        Item::Begin(begin) => {
            let gtid = begin.gtid.map_or("no GTID".to_owned(), |gtid| match gtid {
                // The server's own UUID is another one each time.
                Gtid::MySql(gtid) if gtid.origin.uuid.0[0] != 0x11 => {
                    let tag = gtid.origin.tag.as_str();
                    format!("{tag}:{}", gtid.number)
                }
                gtid => gtid.to_string(),
            });
            let partial = if begin.partial { " partial" } else { "" };
            writeln!(text, "{} {} {gtid}{partial}", begin.file, begin.offset)
        }
        Item::Rows(rows) => writeln!(
            text,
            "    {} {}.{}: {} rows{}",
            rows.op.name(),
            rows.table.database,
            rows.table.table,
            count(rows).unwrap(),
            if rows.raw.nested { ", packed" } else { "" }
        ),
        Item::Statement(statement) => {
            let role = match statement.role {
                Role::Change => "statement".to_owned(),
                role => format!("{role:?}"),
            };
            let shown = statement.query.shown();
            assert_eq!(statement.query.vars.unknown, None, "{shown}");
            writeln!(text, "    {role} {}", shown.replace('\n', " "))
        }
        Item::Original(sql) => writeln!(text, "    -- {}", String::from_utf8_lossy(sql)),
        Item::Other(_, event) => match &**event {
            Event::FormatDescription(format) => {
                writeln!(text, "  description of {}", format.flavour)
            }
            Event::PreviousGtids(_) => writeln!(text, "  previous GTIDs"),
            Event::LoadQuery(load) => writeln!(text, "    load of file {}", load.file_id),
            Event::Rand(..) => writeln!(text, "    seeds"),
            event => writeln!(text, "  {event:?}"),
        },
        Item::End(end) => {
            let (bytes, plain) = (end.bytes, end.plain_bytes);
            let packed = if plain == bytes {
                String::new()
            } else {
                format!(", unpacked {plain}")
            };
            let damaged = match end.damaged {
                0 => String::new(),
                count => format!(", {count} damaged"),
            };
            let rows: u64 = end.tables.iter().flat_map(|table| table.tally.rows).sum();
            let outcome = match &end.outcome {
                Outcome::Prepared(xa) => format!("prepared {xa}"),
                outcome => format!("{outcome:?}").to_lowercase(),
            };
            writeln!(
                text,
                "  {outcome} up to {}: {} events, {bytes} bytes{packed}, {rows} rows{damaged}",
                end.end, end.events
            )
        }
        Item::Note(note) => writeln!(text, "  note {:?}: {note}", note.kind),
        Item::Ended(_) => Ok(()),
    }
    .unwrap();
}

fn all<S: Source>(source: S) -> String {
    transcript(&mut Transactions::new(source, Filter::default()))
}

fn of_bytes(bytes: Vec<u8>) -> FileSource {
    FileSource::stream(Cursor::new(bytes), "stream", Options::default())
}

#[test]
fn a_log_of_mysql_is_read_whole() {
    let text = all(folder("mysql", &StartAt::Begin));
    expect_file![data("mysql.txt")].assert_eq(&text);
}

#[test]
fn a_log_of_mariadb_is_read_whole() {
    let text = all(folder("mariadb", &StartAt::Begin));
    expect_file![data("mariadb.txt")].assert_eq(&text);
}

#[test]
fn passwords_and_their_hashes_are_not_shown() {
    for name in ["mysql", "mariadb"] {
        let text = all(folder(name, &StartAt::Begin));
        assert!(text.contains("CREATE USER"), "{text}");
        assert!(!text.contains("secret"), "{text}");
        assert!(!text.contains("$A$"), "{text}");
    }
}

#[test]
fn transactions_are_as_long_as_mysql_says_and_follow_each_other() {
    let mut transactions = Transactions::new(folder("mysql", &StartAt::Begin), Filter::default());
    let (mut seen, mut file, mut next) = (0, Arc::<str>::from(""), 0);
    drain(&mut transactions, |item| {
        if let Item::End(end) = item {
            let begin = end.begin.mysql.as_ref().unwrap();
            assert_eq!(begin.transaction_len, Some(end.bytes));
            assert_eq!(begin.immediate_version, Some(90704));
            assert!(begin.immediate_commit >= begin.original_commit);
            assert_eq!(end.end - end.begin.offset, end.bytes);
            assert!(end.thread_id.is_some());
            if file == end.file {
                assert_eq!(end.begin.offset, next);
            }
            (file, next) = (end.file.clone(), end.end);
            seen += 1;
        }
    });
    assert!(seen > 60);
}

#[test]
fn a_position_is_not_gone_back_behind_while_what_it_holds_is_left_out() {
    let position: GtidPosition = "0-11-31,3-12-9".parse().unwrap();
    let bytes = std::fs::read(data("mariadb/binlog.000003")).unwrap();
    // Ends before the position is reached.
    let source = of_bytes(bytes[..1565].to_vec());
    let mut transactions = Transactions::new(source, Filter::default()).after(position.clone());
    drain(&mut transactions, |item| {
        assert!(!matches!(item, Item::Begin(_)));
    });
    assert_eq!(transactions.checkpoint().offset, 1565);
    assert_eq!(transactions.checkpoint().gtids, Some(position));
}

#[test]
fn filters_leave_out_what_is_not_wanted() {
    let filter = Filter {
        tables: vec![TableRule::parse("shop.doc")],
        ops: vec![Op::Update],
        rows_only: true,
        ..Filter::default()
    };
    let mut transactions = Transactions::new(folder("mysql", &StartAt::Begin), filter);
    let text = transcript(&mut transactions);
    let text: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("    "))
        .collect();
    assert_eq!(
        text,
        [
            "    -- UPDATE doc SET body = JSON_SET(body, '$.a', 2)",
            "    update shop.doc: 1 rows",
            "    -- UPDATE doc SET body = JSON_REMOVE(body, '$.b[0]')",
            "    update shop.doc: 1 rows",
            "    -- UPDATE doc SET wide = 'other'",
            "    update shop.doc: 1 rows",
            "    -- UPDATE doc SET body = JSON_REPLACE(body, '$.a', 'three')",
            "    update shop.doc: 1 rows",
        ]
    );
    let filter = Filter {
        server_ids: vec![12],
        not_tables: vec![TableRule::parse("item")],
        ..Filter::default()
    };
    let text = transcript(&mut Transactions::new(
        folder("mariadb", &StartAt::Begin),
        filter,
    ));
    assert!(text.contains("insert shop.versioned"));
    assert!(!text.contains("shop.item"));
    assert!(!text.contains("0-11-1"));
}

/// Who takes changes back must know of each, whatever transactions are chosen.
#[test]
fn every_statement_is_given_also_of_transactions_that_are_not_chosen() {
    let statements = |filter: Filter| {
        let mut reader = Transactions::new(folder("mysql", &StartAt::Begin), filter);
        let (mut statements, mut rows) = (Vec::new(), 0);
        drain(&mut reader, |item| match item {
            Item::Statement(statement) if statement.role == Role::Change => {
                statements.push((statement.raw.file.clone(), statement.raw.offset));
            }
            Item::Rows(_) => rows += 1,
            _ => {}
        });
        (statements, rows)
    };
    let (all, _) = statements(Filter::default());
    let none = Filter {
        server_ids: vec![999],
        ..Filter::default()
    };
    assert!(!all.is_empty());
    assert_eq!(statements(none.clone()), (vec![], 0));
    let every_statement = true;
    let known = Filter {
        every_statement,
        ..none
    };
    assert_eq!(statements(known.clone()), (all, 0));
    let later = Filter {
        from: Some(u32::MAX),
        ..known
    };
    assert_eq!(statements(later), (vec![], 0));
}

#[test]
fn files_that_end_otherwise_say_so() {
    let status = |name: &str| {
        let source = FileSource::open(&data(name), Options::default()).unwrap();
        drain(&mut Transactions::new(source, Filter::default()), |_| {}).to_string()
    };
    expect!["still being written: mysql-in-use.000001 was read up to 742"]
        .assert_eq(&status("mysql-in-use.000001"));
    expect!["still being written: mariadb-in-use.000001 was read up to 729"]
        .assert_eq(&status("mariadb-in-use.000001"));
    expect!["encrypted: mariadb-encrypted.000001 from 296 on can be read by its server alone (encrypt_binlog); read it live"]
        .assert_eq(&status("mariadb-encrypted.000001"));
}

#[test]
fn a_file_cut_anywhere_is_never_complete_but_at_the_end_of_an_event() {
    for (name, bytes) in files() {
        let mut boundaries = vec![4];
        let mut source = of_bytes(bytes.clone());
        while let Step::Event(event) = source.next().unwrap() {
            boundaries.push(event.end as usize);
        }
        let encrypted = name.contains("encrypted");
        for cut in 0..bytes.len() {
            let mut source = of_bytes(bytes[..cut].to_vec());
            let ending = if cut % 50 == 0 {
                drain(&mut Transactions::new(source, Filter::default()), |_| {})
            } else {
                loop {
                    if let Step::End(ending) = source.next().unwrap() {
                        break ending;
                    }
                }
            };
            let whole = boundaries.contains(&cut) && cut > 4;
            let honest = match ending.status {
                Status::Complete => whole,
                Status::InUse { partial } => name.contains("in-use") && whole == (partial == 0),
                // Between the events of a transaction only who knows transactions sees it.
                Status::Truncated { partial } => {
                    (cut <= 4 || whole == (partial == 0)) && (partial as usize) < bytes.len()
                }
                Status::Encrypted(_) => encrypted,
                Status::NotABinlog => cut < 4,
                _ => false,
            };
            assert!(honest, "{name} cut at {cut}: {ending}");
        }
    }
}

#[test]
fn a_flipped_byte_is_found_and_hides_no_other_event() {
    for (name, bytes) in files() {
        if name.contains("encrypted") {
            continue;
        }
        let mut events = Vec::new();
        let mut source = of_bytes(bytes.clone());
        while let Step::Event(event) = source.next().unwrap() {
            events.push((event.offset as usize, event.end as usize));
        }
        for at in (4..bytes.len()).step_by(7) {
            let mut damaged = bytes.clone();
            damaged[at] ^= 0x55;
            let mut source = of_bytes(damaged);
            let (mut left, mut notes) = (Vec::new(), 0);
            let ending = loop {
                match source.next().unwrap() {
                    Step::Event(event) => left.push((event.offset as usize, event.end as usize)),
                    Step::Note(note) => {
                        notes += usize::from(note.kind == NoteKind::Damage);
                    }
                    Step::End(ending) => break ending,
                }
            };
            let hit = events
                .iter()
                .position(|(from, to)| (*from..*to).contains(&at));
            let hit = hit.expect("every byte is of an event");
            let (from, to) = events[hit];
            // The mark "in use" is the one thing that no checksum covers, and flags of the description are beside it.
            if hit == 0 && (at == 21 || at == 22) {
                continue;
            }
            let in_size = (from + 9..from + 13).contains(&at);
            let last_bytes = to == bytes.len();
            if hit == 0 || in_size {
                let cut = matches!(
                    ending.status,
                    Status::Corrupt(_)
                        | Status::Truncated { .. }
                        | Status::InUse { .. }
                        | Status::TooOld(_)
                );
                assert!(cut, "{name} flipped at {at}: {ending}");
                assert_eq!(left, events[..hit], "{name} flipped at {at}");
            } else if notes == 1 {
                let others: Vec<_> = events
                    .iter()
                    .copied()
                    .filter(|event| *event != (from, to))
                    .collect();
                assert_eq!(left, others, "{name} flipped at {at}");
            } else {
                assert!(
                    last_bytes && matches!(ending.status, Status::Corrupt(_)),
                    "{name} flipped at {at}: {ending}"
                );
            }
        }
    }
}

/// Bytes that are wrong under a checksum that is right: what reads events meets them.
#[test]
fn wrong_bytes_behind_a_right_checksum_do_no_harm() {
    for (name, bytes) in files() {
        if name.contains("encrypted") {
            continue;
        }
        let mut source = of_bytes(bytes.clone());
        // Where the description ends, and where the transaction begins that the event is in.
        let (mut described, mut begun) = (4, 4);
        while let Step::Event(event) = source.next().unwrap() {
            let (from, to) = (event.offset as usize, event.end as usize);
            match event.header.kind {
                kind::FORMAT_DESCRIPTION => described = to,
                kind::GTID
                | kind::GTID_TAGGED
                | kind::ANONYMOUS_GTID
                | kind::MARIADB_GTID
                | kind::ROTATE => begun = from,
                _ => {}
            }
            let first = event.header.kind == kind::FORMAT_DESCRIPTION;
            // The last byte of a description says whether there are checksums at all.
            let last = if first { to - 5 } else { to - 4 };
            for at in (from + HEADER_LEN..last).step_by(3) {
                for flip in [0xff, 0x80, 0x01] {
                    let mut damaged = bytes[..described].to_vec();
                    let start = if first { 0 } else { begun.max(described) };
                    let moved = if first { 0 } else { described };
                    if !first {
                        damaged.extend(&bytes[start..to]);
                    }
                    damaged[at - start + moved] ^= flip;
                    seal(&mut damaged[from - start + moved..]);
                    let mut transactions = Transactions::new(of_bytes(damaged), Filter::default());
                    drain(&mut transactions, |item| {
                        if let Item::Statement(statement) = item {
                            statement.query.shown();
                        }
                    });
                }
            }
        }
    }
}

/// Make the checksum of an event right.
fn seal(event: &mut [u8]) {
    let (covered, checksum) = event.split_last_chunk_mut::<4>().unwrap();
    let mut header = Header::of(covered).unwrap();
    if header.kind == kind::FORMAT_DESCRIPTION {
        header.flags = 0;
    }
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&header.to_bytes());
    hasher.update(&covered[HEADER_LEN..]);
    *checksum = hasher.finalize().to_le_bytes();
}

#[test]
fn a_file_that_ends_between_the_events_of_a_transaction_is_not_complete() {
    let bytes = std::fs::read(data("types-mysql.binlog")).unwrap();
    let mut begins = Vec::new();
    let mut ends = Vec::new();
    let mut whole = Transactions::new(of_bytes(bytes.clone()), Filter::default());
    drain(&mut whole, |item| match item {
        Item::Rows(rows) => begins.push(rows.raw.end),
        Item::End(end) => ends.push(end.end),
        _ => {}
    });
    let inside = begins.into_iter().find(|end| !ends.contains(end)).unwrap();
    for (end, status) in [
        (inside, Status::Truncated { partial: 0 }),
        (ends[0], Status::Complete),
    ] {
        let cut = bytes[..end as usize].to_vec();
        let ending = drain(
            &mut Transactions::new(of_bytes(cut), Filter::default()),
            |_| {},
        );
        assert_eq!(ending.status, status);
        assert_eq!(ending.offset, end);
    }
}

#[test]
fn rows_of_a_table_whose_number_is_that_of_none_are_read() {
    let bytes = std::fs::read(data("mysql/binlog.000001")).unwrap();
    let (mut source, mut events) = (of_bytes(bytes.clone()), Vec::new());
    while let Step::Event(event) = source.next().unwrap() {
        events.push((event.header.kind, event.offset as usize..event.end as usize));
    }
    // Statements with one table and one row event.
    let (mut changed, mut statements) = (bytes.clone(), 0);
    for four in events.windows(4) {
        let [(before, _), (kind::TABLE_MAP, map), (rows, at), (behind, _)] = four else {
            continue;
        };
        let is_rows = |kind: u8| Op::of(kind).is_some();
        if *before == kind::TABLE_MAP || !is_rows(*rows) || is_rows(*behind) {
            continue;
        }
        statements += 1;
        for event in [map, at] {
            changed[event.start + HEADER_LEN..][..6].copy_from_slice(&[255, 255, 255, 0, 0, 0]);
            seal(&mut changed[event.clone()]);
        }
    }
    assert!(statements > 10, "{statements}");
    let counted = |bytes| {
        let mut reader = Transactions::new(of_bytes(bytes), Filter::default());
        let mut counted = Vec::new();
        drain(&mut reader, |item| {
            if let Item::Rows(rows) = item {
                counted.push(count(rows).unwrap());
            }
        });
        counted
    };
    assert_eq!(counted(changed), counted(bytes));
}

#[test]
fn reading_begins_at_any_event_of_a_relay_log() {
    let mut bytes = std::fs::read(data("mysql/binlog.000001")).unwrap();
    let (mut source, mut places) = (of_bytes(bytes.clone()), Vec::new());
    while let Step::Event(event) = source.next().unwrap() {
        // The replica's own events come first.
        if places.is_empty() && event.header.kind != kind::ANONYMOUS_GTID {
            continue;
        }
        let (from, to) = (event.offset as usize, event.end as usize);
        let theirs = event.header.log_pos + 100_000;
        bytes[from + 13..from + 17].copy_from_slice(&theirs.to_le_bytes());
        seal(&mut bytes[from..to]);
        places.push(event.offset);
    }
    assert!(places.len() > 30, "{}", places.len());
    // What is last has none behind it that could tell.
    places.pop();
    for from in places {
        let options = |offset| Options {
            offset,
            ..Options::default()
        };
        let input = Cursor::new(bytes.clone());
        let mut source = FileSource::stream(input, "relay", options(from));
        source.next().unwrap();
        let Step::Event(event) = source.next().unwrap() else {
            panic!("an event begins at {from}")
        };
        assert_eq!(event.offset, from);
        let input = Cursor::new(bytes.clone());
        let mut source = FileSource::stream(input, "relay", options(from + 1));
        source.next().unwrap();
        assert!(source.next().is_err(), "none begins at {from} + 1");
    }
}
