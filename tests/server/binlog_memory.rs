//! The binary log on the command line under a limit of the system: logs of any size, and logs that lie about theirs,
//! are read in little memory. No server is asked.

use std::{
    fs::{self, File},
    io::{BufWriter, Write as _},
    path::Path,
    process::{Command, Stdio},
};

use porthole::engine::binlog::{
    frame::{HEADER_LEN, Header, MAGIC},
    kind,
};

/// Of memory that the process may write, stacks of threads among it.
const MOST_KIB: u32 = 40 << 10;
const MANY_BYTES: usize = 56 << 20;

/// What the program said of a log, within the limit.
struct Said {
    code: Option<i32>,
    lines: usize,
    err: String,
}

fn read(path: &Path, arguments: &[&str]) -> Said {
    let said = Command::new("sh")
        .arg("-c")
        .arg(format!("ulimit -d {MOST_KIB} && exec \"$0\" \"$@\""))
        .arg(env!("CARGO_BIN_EXE_porthole"))
        .args(["binlog", "cat", "--format", "ndjson"])
        .args(arguments)
        .arg(path)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    Said {
        code: said.status.code(),
        lines: said.stdout.split(|byte| *byte == b'\n').count() - 1,
        err: String::from_utf8_lossy(&said.stderr).into_owned(),
    }
}

fn recorded(name: &str) -> Vec<u8> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
    fs::read(folder.join(name)).unwrap()
}

/// The events of a log with their headers.
fn events(log: &[u8]) -> Vec<(Header, &[u8])> {
    let mut rest = &log[MAGIC.len()..];
    let mut events = Vec::new();
    while let Ok(header) = Header::of(rest) {
        let (event, after) = rest.split_at(header.size as usize);
        events.push((header, event));
        rest = after;
    }
    events
}

/// The first transaction with an event of a kind: what is before its rows, these with their table, and its end.
fn transaction(log: &[u8], wanted: u8) -> [Vec<u8>; 3] {
    let events = events(log);
    let is = |wanted: u8| move |(header, _): &(Header, &[u8])| header.kind == wanted;
    let rows = events.iter().position(is(wanted)).unwrap();
    let begin = events[..rows].iter().rposition(is(kind::GTID)).unwrap();
    let table = events[..rows]
        .iter()
        .rposition(is(kind::TABLE_MAP))
        .unwrap();
    let end = rows + events[rows..].iter().position(is(kind::XID)).unwrap();
    let bytes = |events: &[(Header, &[u8])]| {
        let events: Vec<_> = events.iter().map(|(_, event)| *event).collect();
        events.concat()
    };
    [
        bytes(&events[begin..table]),
        bytes(&events[table..=rows]),
        bytes(&events[end..=end]),
    ]
}

/// What is before the first transaction.
fn head(log: &[u8]) -> &[u8] {
    let before = events(log)
        .into_iter()
        .take_while(|(header, _)| header.kind != kind::GTID);
    let length: usize = before.map(|(_, event)| event.len()).sum();
    &log[..MAGIC.len() + length]
}

#[test]
fn a_transaction_of_any_size_is_printed_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large");
    let log = recorded("mysql/binlog.000006");
    let [begin, rows, end] = transaction(&log, kind::WRITE_ROWS);
    let times = MANY_BYTES / rows.len();
    let mut file = BufWriter::new(File::create(&path).unwrap());
    for part in [head(&log), &begin]
        .into_iter()
        .chain(std::iter::repeat_n(&*rows, times))
        .chain([&*end])
    {
        file.write_all(part).unwrap();
    }
    drop(file);
    // Also where all of it is held back until its end is known.
    for arguments in [&[][..], &["--min-rows", "1"]] {
        let said = read(&path, arguments);
        assert_eq!(said.code, Some(0), "{}", said.err);
        assert!(said.lines > times, "{} lines of {times} events", said.lines);
    }
}

#[test]
fn what_is_left_out_between_what_is_wanted_takes_no_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sparse");
    let log = recorded("mysql/binlog.000006");
    let wanted = transaction(&log, kind::DELETE_ROWS).concat();
    let [begin, rows, end] = transaction(&log, kind::WRITE_ROWS);
    let left_out = [begin, rows.repeat((250 << 10) / rows.len()), end].concat();
    let times = MANY_BYTES / left_out.len();
    let mut file = BufWriter::new(File::create(&path).unwrap());
    file.write_all(head(&log)).unwrap();
    for _ in 0..times {
        file.write_all(&wanted).unwrap();
        file.write_all(&left_out).unwrap();
    }
    drop(file);
    let said = read(&path, &["--op", "delete"]);
    assert_eq!(said.code, Some(0), "{}", said.err);
    assert!(
        said.lines >= times,
        "{} lines of {times} transactions",
        said.lines
    );
}

#[test]
fn a_log_that_lies_about_sizes_ends_honestly_in_little_memory() {
    let folder = tempfile::tempdir().unwrap();
    for name in [
        "mysql/binlog.000008",
        "mysql/binlog.000006",
        "mariadb/binlog.000003",
    ] {
        let log = recorded(name);
        let count = events(&log).len();
        for at in (1..count).step_by(3) {
            for place in [0, 8, 17, 30] {
                let path = folder.path().join("lie");
                fs::write(&path, lying(&log, at, place)).unwrap();
                let said = read(&path, &[]);
                assert!(
                    matches!(said.code, Some(0 | 4 | 5)),
                    "{name} {at} {place}: {:?} {}",
                    said.code,
                    said.err
                );
            }
        }
    }
}

/// The log with a number of four bytes in one event that is as large as can be, under a checksum that is right.
fn lying(log: &[u8], which: usize, place: usize) -> Vec<u8> {
    let mut lie = MAGIC.to_vec();
    for (index, (header, event)) in events(log).into_iter().enumerate() {
        if index == which {
            let mut body = event[HEADER_LEN..event.len() - 4].to_vec();
            let end = body.len().min(place + 4);
            if place < end {
                body[place..end].fill(0xff);
            }
            lie.extend(sealed(header, &body));
        } else {
            lie.extend(event);
        }
    }
    lie
}

fn sealed(mut header: Header, body: &[u8]) -> Vec<u8> {
    header.size = (HEADER_LEN + body.len() + 4) as u32;
    let mut event = header.to_bytes().to_vec();
    event.extend(body);
    event.extend(crc32fast::hash(&event).to_le_bytes());
    event
}
