//! Bodies of events, made by hand where no server at hand writes them; and any bytes at all.

use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::engine::binlog::payload::{Nested, expand};

fn format(flavour: Flavour, lens: &[(u8, u8)]) -> Format {
    let mut body = 4_u16.to_le_bytes().to_vec();
    let (version, kinds): (&[u8], _) = match flavour {
        Flavour::MySql => (b"9.7.4", 42),
        Flavour::MariaDb => (b"10.11.18-MariaDB", 171),
    };
    body.extend(version);
    body.resize(56, 0);
    body.push(19);
    let mut posts = vec![0; kinds];
    posts[usize::from(kind::QUERY) - 1] = 13;
    posts[usize::from(kind::QUERY_COMPRESSED.min(kinds as u8)) - 1] = 13;
    posts[usize::from(kind::TABLE_MAP) - 1] = 8;
    posts[usize::from(kind::EXECUTE_LOAD_QUERY) - 1] = 26;
    posts[usize::from(kind::GTID) - 1] = 42;
    for (kind, len) in lens {
        posts[usize::from(*kind) - 1] = *len;
    }
    body.extend(posts);
    body.push(0);
    Format::parse(&body).unwrap()
}

fn raw(kind: u8, body: &[u8]) -> RawEvent {
    RawEvent {
        file: Arc::from("binlog.000001"),
        offset: 4,
        end: 4,
        header: Header {
            kind,
            timestamp: 1,
            log_pos: 77,
            ..Header::default()
        },
        body: Bytes::copy_from_slice(body),
        nested: false,
    }
}

fn mysql(kind: u8, body: &[u8]) -> Result<Event, Malformed> {
    Event::parse(&raw(kind, body), Some(&format(Flavour::MySql, &[])))
}

#[test]
fn heartbeats_of_both_forms_say_where_the_server_is() {
    let Ok(Event::Heartbeat { file, offset }) = mysql(kind::HEARTBEAT, b"binlog.000007") else {
        panic!("no heartbeat");
    };
    assert_eq!((file.as_str(), offset), ("binlog.000007", 77));
    let mut body = b"\x01\x0dbinlog.000007\x02\x09\xfe".to_vec();
    body.extend(5_000_000_000_u64.to_le_bytes());
    body.extend(b"\x63\x01x\0");
    let Ok(Event::Heartbeat { file, offset }) = mysql(kind::HEARTBEAT_V2, &body) else {
        panic!("no heartbeat");
    };
    assert_eq!((file.as_str(), offset), ("binlog.000007", 5_000_000_000));
}

#[test]
fn gtids_of_every_version_are_read() {
    let mut body = vec![1];
    body.extend([7; 16]);
    body.extend(42_u64.to_le_bytes());
    let of = |body: &[u8], fixed: u8| {
        let format = format(Flavour::MySql, &[(kind::GTID, fixed)]);
        GtidEvent::parse(kind::GTID, body, &format).unwrap()
    };
    // 5.6
    let event = of(&body, 25);
    assert_eq!(event.gtid.map(|gtid| gtid.number), Some(42));
    assert!(event.may_have_sbr && event.logical_clock.is_none());
    // 5.7
    body.push(2);
    body.extend(3_i64.to_le_bytes());
    body.extend(4_i64.to_le_bytes());
    let event = of(&body, 42);
    assert_eq!(
        event.logical_clock.map(|clock| clock.sequence_number),
        Some(4)
    );
    assert_eq!(event.original_commit, None);
    // 8.0, on the server where it was made
    let mut here = body.clone();
    here.extend(&1_700_000_000_000_000_u64.to_le_bytes()[..7]);
    here.extend([252, 0x34, 0x12]);
    here.extend(80_036_u32.to_le_bytes());
    let event = of(&here, 42);
    assert_eq!(event.original_commit, Some(1_700_000_000_000_000));
    assert_eq!(event.immediate_commit, event.original_commit);
    assert_eq!(event.transaction_len, Some(0x1234));
    assert_eq!(event.original_version, Some(80_036));
    // 8.0, on a replica
    let mark = 1_u64 << 55;
    body.extend(&(1_700_000_000_000_009 + mark).to_le_bytes()[..7]);
    body.extend(&1_700_000_000_000_000_u64.to_le_bytes()[..7]);
    body.push(200);
    let mark = 1_u32 << 31;
    body.extend((80_036 + mark).to_le_bytes());
    body.extend(999_999_u32.to_le_bytes());
    let event = of(&body, 42);
    assert_eq!(event.immediate_commit, Some(1_700_000_000_000_009));
    assert_eq!(event.original_commit, Some(1_700_000_000_000_000));
    assert_eq!(event.immediate_version, Some(80_036));
    assert_eq!(event.original_version, None);
}

/// A tagged GTID: fields as pairs of number and bytes.
fn tagged(last_needed: u8, more: &[u8]) -> Vec<u8> {
    let mut fields = vec![0, 2, 2];
    fields.extend([7 << 1; 16]);
    fields.extend([4, 5 << 2, 6, 2 << 1, b'a', b'b', 8, 0, 10, 8]);
    fields.extend(more);
    let mut body = vec![2, (fields.len() as u8 + 3) << 1, last_needed << 1];
    body.extend(fields);
    body
}

#[test]
fn tagged_gtids_of_later_versions_are_read_where_they_may_be() {
    let event = GtidEvent::parse_tagged(&tagged(0, &[])).unwrap();
    let gtid = event.gtid.unwrap();
    assert_eq!((gtid.number, gtid.origin.tag.as_str()), (5, "ab"));
    assert_eq!(
        event.logical_clock.map(|clock| clock.sequence_number),
        Some(2)
    );
    let newer = [60 << 1, 9, 9, 9];
    assert_eq!(GtidEvent::parse_tagged(&tagged(0, &newer)), Ok(event));
    assert!(GtidEvent::parse_tagged(&tagged(61, &newer)).is_err());
    assert!(GtidEvent::parse_tagged(&[4, 6, 0]).is_err());
}

#[test]
fn what_happened_outside_of_the_log_is_told() {
    let Ok(Event::Incident { code, message }) = mysql(kind::INCIDENT, b"\x01\0\x03abc") else {
        panic!("no incident");
    };
    assert_eq!((code, &*message), (1, b"abc".as_slice()));
}

#[test]
fn group_replication_is_shown_by_its_names() {
    let mut body = b"16789:3".to_vec();
    body.resize(40, 0);
    body.extend(9_u64.to_le_bytes());
    body.extend([0; 8]);
    let Ok(Event::ViewChange(view)) = mysql(kind::VIEW_CHANGE, &body) else {
        panic!("no view");
    };
    assert_eq!((view.view.as_str(), view.number), ("16789:3", 9));
    let mut body = vec![3];
    body.extend(8_u32.to_le_bytes());
    body.push(1);
    for len in [0_u32, 5, 0] {
        body.extend(len.to_le_bytes());
    }
    body.extend(b"abc");
    let Ok(Event::TransactionContext(context)) = mysql(kind::TRANSACTION_CONTEXT, &body) else {
        panic!("no context");
    };
    assert_eq!(
        (context.server.as_str(), context.thread_id, context.writes),
        ("abc", 8, 5)
    );
}

#[test]
fn an_event_that_is_not_known_keeps_its_number_and_size() {
    let Ok(Event::Unknown { kind: 99, size: 5 }) = mysql(99, b"hello") else {
        panic!("known");
    };
}

#[test]
fn a_statement_with_variables_of_a_later_version_is_read() {
    let mut body = vec![0; 8];
    body.push(2);
    body.extend([0, 0]);
    body.extend(9_u16.to_le_bytes());
    body.extend([0, 0, 0, 0, 1, 77, 1, 2, 3]);
    body.extend(b"db\0SELECT 1");
    let Ok(Event::Query(query)) = mysql(kind::QUERY, &body) else {
        panic!("no query");
    };
    assert_eq!(query.vars.unknown, Some(77));
    assert_eq!(query.vars.flags2, Some(0x0100_0000));
    assert_eq!(
        (query.database().as_ref(), query.shown().as_ref()),
        ("db", "SELECT 1")
    );
}

#[test]
fn rows_of_either_version_are_expanded() {
    let packed = |bytes: &[u8]| {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        std::io::Write::write_all(&mut encoder, bytes).unwrap();
        let mut packed = vec![0x82];
        packed.extend((bytes.len() as u16).to_be_bytes());
        packed.extend(encoder.finish().unwrap());
        packed
    };
    let format = format(Flavour::MariaDb, &[]);
    let head = [1, 0, 0, 0, 0, 0, 1, 0];
    for (kind, plain, head) in [
        (
            kind::WRITE_ROWS_COMPRESSED_V1,
            kind::WRITE_ROWS_V1,
            [&head[..], &[9, 0xff, 1]].concat(),
        ),
        (
            kind::UPDATE_ROWS_COMPRESSED_V1,
            kind::UPDATE_ROWS_V1,
            [&head[..], &[2, 3, 3]].concat(),
        ),
        (
            kind::DELETE_ROWS_COMPRESSED,
            kind::DELETE_ROWS,
            [&head[..], &[3, 0, 0xaa, 2, 3]].concat(),
        ),
        (
            kind::UPDATE_ROWS_COMPRESSED,
            kind::UPDATE_ROWS,
            [&head[..], &[2, 0, 2, 3, 3]].concat(),
        ),
    ] {
        let mut event = raw(kind, &[head.clone(), packed(b"the rows")].concat());
        expand(&mut event, &format).unwrap();
        assert_eq!(event.header.kind, plain);
        assert_eq!(event.body, [head, b"the rows".to_vec()].concat());
    }
}

#[test]
fn a_packed_event_that_lies_about_its_size_is_refused() {
    let format = format(Flavour::MariaDb, &[]);
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
    std::io::Write::write_all(&mut encoder, &vec![0; 1 << 20]).unwrap();
    let zeros = encoder.finish().unwrap();
    for declared in [0_u32, 5, 1 << 30, u32::MAX] {
        let mut body = vec![1, 0, 0, 0, 0, 0, 1, 0, 1, 1, 0x84];
        body.extend(declared.to_be_bytes());
        body.extend(&zeros);
        let mut event = raw(kind::WRITE_ROWS_COMPRESSED_V1, &body);
        assert!(expand(&mut event, &format).is_err(), "{declared}");
    }
}

#[test]
fn a_packed_transaction_that_lies_about_its_size_is_no_whole_one() {
    let format = format(Flavour::MySql, &[]);
    let mut inner = Header {
        kind: kind::XID,
        size: 27,
        ..Header::default()
    }
    .to_bytes()
    .to_vec();
    inner.extend(9_u64.to_le_bytes());
    let payload = |declared: u64| Payload {
        compression: 0,
        uncompressed_len: declared,
        data: zstd::encode_all(&inner[..], 1).unwrap().into(),
    };
    let read = |payload: &Payload| {
        let outer = raw(kind::TRANSACTION_PAYLOAD, b"");
        let mut nested = Nested::new(&outer, payload, &format).unwrap();
        assert!(nested.next_event().unwrap().unwrap().nested);
        nested.next_event()
    };
    assert!(matches!(read(&payload(27)), Ok(None)));
    assert!(read(&payload(1 << 60)).is_err());
    let mut cut = payload(27);
    cut.data.truncate(cut.data.len() - 1);
    let outer = raw(kind::TRANSACTION_PAYLOAD, b"");
    let mut nested = Nested::new(&outer, &cut, &format).unwrap();
    while let Ok(Some(_)) = nested.next_event() {}
    assert!(matches!(nested.next_event(), Ok(None)), "an error ends it");
}

proptest! {
    #[test]
    fn any_bytes_are_an_event_or_malformed(
        kind: u8,
        body in prop::collection::vec(prop_oneof![0_u8..8, any::<u8>()], 0..200),
        mariadb: bool,
    ) {
        let flavour = if mariadb { Flavour::MariaDb } else { Flavour::MySql };
        let format = format(flavour, &[]);
        let mut event = raw(kind, &body);
        expand(&mut event, &format).ok();
        if let Ok(Event::Payload(payload)) = Event::parse(&event, Some(&format))
            && let Ok(mut nested) = Nested::new(&event, &payload, &format)
        {
            while let Ok(Some(_)) = nested.next_event() {}
        }
        Event::parse(&event, None).ok();
    }

    #[test]
    fn any_description_lays_out_any_event_without_a_panic(
        description in prop::collection::vec(any::<u8>(), 0..80),
        kind: u8,
        body in prop::collection::vec(any::<u8>(), 0..60),
    ) {
        let mut whole = vec![4, 0];
        whole.extend(b"5.5.5");
        whole.resize(56, 0);
        whole.push(19);
        whole.extend(description);
        if let Ok(format) = Format::parse(&whole) {
            Event::parse(&raw(kind, &body), Some(&format)).ok();
        }
    }
}
