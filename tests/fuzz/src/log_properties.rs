//! What must hold for any bytes of a binary log: asserted by the fuzz targets, and by an ordinary test for the inputs
//! that are saved.
//!
//! An input that begins as a log is read as one, so that the recorded logs are seeds as they are. Its checksums are
//! made right first where it is not the checksums that are tried: no mutation would come through otherwise.

use std::io::Cursor;

use bytes::Bytes;

use crate::engine::{
    binlog::{
        bytes::Malformed,
        event::Event,
        filter::Filter,
        frame::{FLAG_IN_USE, Format, HEADER_LEN, Header, MAGIC, RawEvent, Start},
        gtid::{Gtid, GtidPosition, MariaGtidState, MySqlGtidSet},
        jsonb, jsondiff, jsonsql,
        matching::Conditions,
        owned::OwnedRow,
        payload::{Nested, expand},
        print::{Form, Options as PrintOptions, Printer},
        render::Render,
        rows::{Change, Op, RowsEvent},
        source::{
            Ending, Source as _, Status, Step,
            file::{FileSource, Options},
        },
        statements::{Direction, Statements},
        table::{TablePlan, Tables},
        transaction::{Item, Transactions},
        zone::Zone,
    },
    sql::lexer::SqlMode,
    visible,
};

const RECORDED: [&[u8]; 2] = [
    include_bytes!("../../data/binlog/mysql/binlog.000008"),
    include_bytes!("../../data/binlog/mariadb/binlog.000003"),
];

/// Events: those of a log, each by itself; or a flavour, a kind and a body.
pub fn events(data: &[u8]) {
    if data.starts_with(&MAGIC) {
        each_event(sealed(data), |raw, format| event(raw.clone(), format));
    } else if let [flavour, kind, body @ ..] = data {
        let format = recorded_format(*flavour);
        event(raw_event(*kind, Bytes::copy_from_slice(body)), &format);
    }
}

/// Rows under the tables of a log; or a flavour, a table, and the rows of one event of it.
pub fn rows(data: &[u8]) {
    if data.starts_with(&MAGIC) {
        let mut tables = Tables::default();
        let mut last = None;
        each_event(sealed(data), |raw, format| {
            let mut raw = raw.clone();
            if expand(&mut raw, format).is_err() {
                return;
            }
            if let Ok(plan) = tables.take(&raw.body, format, |plan| plan) {
                last = Some(plan);
            }
            let Ok(event) = RowsEvent::parse(raw.header.kind, &raw.body, format) else {
                return;
            };
            // Also rows that name another table than there is.
            if let Some(plan) = tables.plan(event.table_id).or(last.as_ref()) {
                rows_of(&event, plan).ok();
            }
        });
    } else if let [flavour, kind, length, rest @ ..] = data {
        let format = recorded_format(*flavour);
        let (table, body) = rest.split_at(usize::from(*length).min(rest.len()));
        if let (Ok(plan), Ok(event)) = (
            TablePlan::parse(table, &format),
            RowsEvent::parse(*kind, body, &format),
        ) {
            rows_of(&event, &plan).ok();
        }
    }
}

/// A JSON document of MySQL, and changes of it: how long the document is stands in the first two bytes.
pub fn json(data: &[u8]) {
    let Some((length, rest)) = data.split_first_chunk() else {
        return;
    };
    let (document, diff) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let is_json = |text: &[u8]| {
        // A server that breaks its word sends text that is no UTF-8, which is marked when it is printed.
        let text = String::from_utf8_lossy(text);
        let read = serde_json::from_str::<serde_json::Value>(&text);
        // The servers go to depth 100, and numbers of this parser end where theirs do not.
        if let Err(error) = read {
            let said = error.to_string();
            assert!(
                said.contains("number out of range") || said.contains("recursion limit"),
                "{said}: {text}"
            );
        }
    };
    let mut out = Vec::new();
    if jsonb::write_text(document, &mut out).is_ok() {
        is_json(&out);
    }
    assert!(
        out.len() <= 16 * document.len() + 128,
        "{} bytes",
        out.len()
    );
    out.clear();
    if jsondiff::write_changed(document, diff, &mut out).is_ok() {
        is_json(&out);
    }
    assert!(out.len() <= 16 * data.len() + 256, "{} bytes", out.len());
    out.clear();
    if jsondiff::write_changes(diff, &mut out).is_ok() {
        is_json(&out);
    }
    out.clear();
    jsonsql::write(document, SqlMode::default(), &mut out).ok();
    assert!(
        out.len() <= 24 * document.len() + 256,
        "{} bytes",
        out.len()
    );
}

/// Sets of GTIDs of both servers, as text and as the bodies of their events.
pub fn gtids(data: &[u8]) {
    if let Ok(set) = MySqlGtidSet::decode(data) {
        mysql_sets(&set, &MySqlGtidSet::default());
    }
    if let Ok(state) = MariaGtidState::decode(data) {
        assert_eq!(state.to_string().parse(), Ok(state));
    }
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    if let Ok(gtid) = text.parse::<Gtid>() {
        assert_eq!(gtid.to_string().parse(), Ok(gtid));
    }
    if let Ok(position) = text.parse::<GtidPosition>()
        && !position.is_empty()
    {
        assert_eq!(position.to_string().parse(), Ok(position));
    }
    let (first, second) = text.split_once('|').unwrap_or((text, ""));
    if let (Ok(first), Ok(second)) = (first.parse(), second.parse()) {
        mysql_sets(&first, &second);
    }
    if let (Ok(first), Ok(second)) = (first.parse(), second.parse()) {
        mariadb_states(&first, &second);
    }
}

fn mysql_sets(first: &MySqlGtidSet, second: &MySqlGtidSet) {
    assert_eq!(first.to_string().parse(), Ok(first.clone()));
    assert_eq!(MySqlGtidSet::decode(&first.encode()), Ok(first.clone()));
    let (both, only, all) = (
        first.intersect(second),
        first.subtract(second),
        first.union(second),
    );
    assert_eq!(both, second.intersect(first));
    assert_eq!(all, second.union(first));
    assert!(both.is_subset_of(second) && only.is_subset_of(first));
    assert!(first.is_subset_of(&all) && second.is_subset_of(&all));
    assert_eq!(both.union(&only), *first);
    assert!(only.intersect(second).is_empty());
    assert_eq!(both.count() + only.count(), first.count());
    assert_eq!(only.count() + second.count(), all.count());
}

fn mariadb_states(first: &MariaGtidState, second: &MariaGtidState) {
    assert_eq!(first.to_string().parse(), Ok(first.clone()));
    let (both, all) = (first.intersect(second), first.union(second));
    assert!(both.is_subset_of(first) && both.is_subset_of(second));
    assert!(first.is_subset_of(&all) && second.is_subset_of(&all));
    let only: u128 = first
        .subtract(second)
        .iter()
        .map(|range| u128::from(range.count()))
        .sum();
    assert!(only <= first.count());
}

/// A log as it is, and once more with its checksums made right: each is printed, in all forms, and ends honestly.
pub fn log(data: &[u8]) {
    let damaged = read_log(data);
    let whole = sealed(data);
    if *whole != *data {
        read_log(&whole);
    }
    // A stream of any length that comes in small pieces is the same.
    let mut slow = Transactions::new(
        of_bytes(Slow(Cursor::new(data.to_vec()))),
        Filter::default(),
    );
    let end = loop {
        if let Item::Ended(end) = slow.next().expect("memory can be read") {
            break end;
        }
    };
    assert_eq!(end, damaged);
}

/// Gives a few bytes at a time.
struct Slow(Cursor<Vec<u8>>);

impl std::io::Read for Slow {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        let most = room.len().min(1 + self.0.position() as usize % 997);
        self.0.read(&mut room[..most])
    }
}

fn read_log(data: &[u8]) -> Ending {
    let mut printers: Vec<Printer> = Form::ALL
        .into_iter()
        .map(|form| Printer::new(form, &PrintOptions::default(), Conditions::default()))
        .collect();
    let mut out = Vec::new();
    let source = of_bytes(Cursor::new(data.to_vec()));
    let mut transactions = Transactions::new(source, Filter::default());
    loop {
        let item = transactions.next().expect("memory can be read");
        if let Item::Ended(ending) = item {
            let length = data.len() as u64;
            let honest = match ending.status {
                Status::Complete => ending.offset == length,
                Status::InUse { partial } | Status::Truncated { partial } => {
                    ending.offset + partial == length
                }
                Status::Stopped => false,
                _ => ending.offset <= length,
            };
            assert!(honest, "{ending} of {length} bytes");
            let again = transactions.next().expect("memory can be read");
            assert!(matches!(again, Item::Ended(again) if again == ending));
            return ending;
        }
        for (form, printer) in Form::ALL.into_iter().zip(&mut printers) {
            out.clear();
            printer.item(&item, &mut out);
            printed(form, &out);
        }
    }
}

/// Every line is an object, or can be shown on a terminal.
fn printed(form: Form, out: &[u8]) {
    let text = std::str::from_utf8(out).expect("text is UTF-8");
    match form {
        Form::Ndjson => {
            for line in text.lines() {
                let read = serde_json::from_str::<serde_json::Map<_, _>>(line);
                let read: Result<serde_json::Map<String, serde_json::Value>, _> = read;
                assert!(read.is_ok(), "{read:?}: {line}");
            }
        }
        Form::Text => {
            let hidden = |letter: &char| {
                *letter != '\n' && (letter.is_control() || visible::is_invisible(*letter))
            };
            assert_eq!(text.chars().find(hidden), None, "{text:?}");
        }
        Form::Csv | Form::Sql => {}
    }
}

fn event(mut raw: RawEvent, format: &Format) {
    if expand(&mut raw, format).is_err() {
        return;
    }
    Event::parse(&raw, None).ok();
    let Ok(event) = Event::parse(&raw, Some(format)) else {
        return;
    };
    match &event {
        Event::Payload(payload) => {
            if let Ok(mut nested) = Nested::new(&raw, payload, format) {
                while let Ok(Some(inner)) = nested.next_event() {
                    Event::parse(&inner, Some(format)).ok();
                }
            }
        }
        Event::Query(query) => {
            query.shown();
            query.database();
        }
        Event::TableMap(_) => {
            TablePlan::parse(&raw.body, format).ok();
        }
        _ => {}
    }
    let item = Item::Other(raw, Box::new(event));
    for form in Form::ALL {
        let mut out = Vec::new();
        let mut printer = Printer::new(form, &PrintOptions::default(), Conditions::default());
        printer.item(&item, &mut out);
        printed(form, &out);
    }
}

/// All that is done with the rows of an event.
fn rows_of(event: &RowsEvent<'_>, plan: &TablePlan) -> Result<(), Malformed> {
    let mut rows = event.rows(plan)?;
    let mut change = Change::default();
    let mut render = Render::new(Zone::UTC);
    let mut statements = Statements::new();
    let (mut text, mut json) = (String::new(), Vec::new());
    let mut count = 0;
    while rows.next(&mut change)? {
        count += 1;
        assert!(count <= event.row_bytes(), "a row without bytes");
        for values in [change.before(), change.after()].into_iter().flatten() {
            assert_eq!(values.len(), plan.columns.len());
            let owned = OwnedRow::new(values);
            for (one, other) in owned.values().zip(values) {
                assert!(one.is_same(other), "{one:?} of {other:?}");
            }
            for (column, value) in plan.columns.iter().zip(values) {
                text.clear();
                json.clear();
                render.text(column, *value, &mut text).ok();
                render
                    .sql(column, *value, SqlMode::default(), &mut text)
                    .ok();
                if render.json(column, *value, &mut json).is_ok() && value.is_present() {
                    let read = serde_json::from_slice::<serde_json::Value>(&json);
                    assert!(read.is_ok(), "{}", String::from_utf8_lossy(&json));
                }
            }
        }
        for direction in [Direction::Redo, Direction::Undo] {
            text.clear();
            statements
                .write(plan, event.op, &change, direction, &mut text)
                .ok();
        }
        let images = (change.before().is_some(), change.after().is_some());
        let expected = (event.op != Op::Insert, event.op != Op::Delete);
        assert!(images == expected || plan.columns.is_empty());
    }
    Ok(())
}

fn each_event(log: Vec<u8>, mut take: impl FnMut(&RawEvent, &Format)) {
    let mut source = of_bytes(Cursor::new(log));
    loop {
        match source.next().expect("memory can be read") {
            Step::Event(raw) => {
                let format = source.format().cloned().expect("the description is first");
                take(&raw, &format);
            }
            Step::Note(_) => {}
            Step::End(_) => return,
        }
    }
}

fn of_bytes(input: impl std::io::Read + Send + 'static) -> FileSource {
    FileSource::stream(input, "fuzzed", Options::default())
}

/// The log with the checksums of its events made right, as far as it can be cut into events.
fn sealed(data: &[u8]) -> Vec<u8> {
    let mut log = data.to_vec();
    let mut at = MAGIC.len();
    let mut checksums = true;
    while let Some(Ok(mut header)) = log.get(at..).map(Header::of) {
        let size = header.size as usize;
        let Some(event) = at.checked_add(size).and_then(|end| log.get_mut(at..end)) else {
            break;
        };
        let Some((covered, stored)) = event.split_last_chunk_mut::<4>() else {
            break;
        };
        if covered.len() < HEADER_LEN {
            break;
        }
        if at == MAGIC.len() {
            header.flags &= !FLAG_IN_USE;
        }
        if checksums {
            let mut hasher = crc32fast::Hasher::new();
            hasher.update(&header.to_bytes());
            hasher.update(&covered[HEADER_LEN..]);
            *stored = hasher.finalize().to_le_bytes();
        }
        if at == MAGIC.len() {
            let whole = Bytes::copy_from_slice(&log[at..at + size]);
            checksums = match Format::start(&whole) {
                Ok(Start::Readable(format, _)) => format.checksum,
                _ => return data.to_vec(),
            };
            if !checksums {
                return data.to_vec();
            }
        }
        at += size;
    }
    log
}

fn recorded_format(flavour: u8) -> Format {
    let log = RECORDED[usize::from(flavour) % RECORDED.len()];
    let header = Header::of(&log[MAGIC.len()..]).expect("it was recorded");
    let event = Bytes::from_static(&log[MAGIC.len()..MAGIC.len() + header.size as usize]);
    match Format::start(&event) {
        Ok(Start::Readable(format, _)) => *format,
        other => panic!("no description was recorded: {other:?}"),
    }
}

fn raw_event(kind: u8, body: Bytes) -> RawEvent {
    RawEvent {
        file: "fuzzed".into(),
        offset: 4,
        end: 4 + (HEADER_LEN + body.len()) as u64,
        header: Header {
            timestamp: 1_700_000_000,
            kind,
            server_id: 1,
            size: (HEADER_LEN + body.len()) as u32,
            ..Header::default()
        },
        body,
        nested: false,
    }
}
