//! The recorded files read as files, as streams, in parts, and while they grow.

use std::{fs, io::Write as _, sync::mpsc};

use super::*;

fn recorded(name: &str) -> Vec<u8> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
    fs::read(data.join(name)).unwrap()
}

/// Where the events begin, and how it ends.
fn read(mut source: FileSource) -> (Vec<u64>, Status) {
    let mut offsets = Vec::new();
    loop {
        match source.next().unwrap() {
            Step::Event(event) => offsets.push(event.offset),
            Step::Note(note) => panic!("{note}"),
            Step::End(ending) => return (offsets, ending.status),
        }
    }
}

fn stream(bytes: Vec<u8>) -> FileSource {
    FileSource::stream(io::Cursor::new(bytes), "stream", Options::default())
}

/// Gives one byte at a time, as a slow pipe may.
struct Slow(io::Cursor<Vec<u8>>);

impl Read for Slow {
    fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
        let room = room.get_mut(..1).unwrap_or_default();
        self.0.read(room)
    }
}

#[test]
fn a_file_a_stream_and_a_slow_pipe_give_the_same() {
    let bytes = recorded("mysql/binlog.000001");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binlog.000001");
    fs::write(&path, &bytes).unwrap();
    let file = read(FileSource::open(&path, Options::default()).unwrap());
    assert_eq!(file.1, Status::Complete);
    assert!(file.0.len() > 100);
    assert_eq!(read(stream(bytes.clone())), file);
    let slow = Slow(io::Cursor::new(bytes));
    let slow = FileSource::stream(slow, "slow", Options::default());
    assert_eq!(read(slow), file);
}

#[test]
fn reading_begins_at_any_event_behind_the_description() {
    let bytes = recorded("mysql/binlog.000001");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binlog.000001");
    fs::write(&path, &bytes).unwrap();
    let (all, _) = read(stream(bytes.clone()));
    for offset in &all {
        let options = Options {
            offset: *offset,
            ..Options::default()
        };
        let follow: Vec<u64> = all[1..].iter().copied().filter(|at| at >= offset).collect();
        let file = read(FileSource::open(&path, options.clone()).unwrap());
        assert_eq!((file.0[0], &file.0[1..]), (4, &*follow));
        let input = io::Cursor::new(bytes.clone());
        assert_eq!(read(FileSource::stream(input, "stream", options)), file);
    }
    for wrong in [5, 130, 345, bytes.len() as u64 + 1] {
        let options = Options {
            offset: wrong,
            ..Options::default()
        };
        let mut source = FileSource::open(&path, options).unwrap();
        assert!(matches!(source.next(), Ok(Step::Event(raw)) if raw.offset == 4));
        let refused = source.next();
        assert!(
            matches!(refused, Err(Error::Invalid(_))),
            "{wrong}: {refused:?}"
        );
    }
}

#[test]
fn what_is_no_binary_log_is_told_from_one_that_cannot_be_read() {
    let status = |bytes: &[u8]| read(stream(bytes.to_vec())).1;
    assert_eq!(status(b""), Status::Truncated { partial: 0 });
    assert_eq!(status(b"hello, world"), Status::NotABinlog);
    assert_eq!(
        status(b"\xfdbin and then"),
        Status::Encrypted(Encryption::MySql)
    );
    let mut old = MAGIC.to_vec();
    let header = Header {
        kind: kind::START_V3,
        size: 75,
        log_pos: 79,
        ..Header::default()
    };
    old.extend(header.to_bytes());
    old.resize(79, 0);
    assert_eq!(status(&old), Status::TooOld(3));
}

#[test]
fn a_declared_size_reserves_no_memory_of_a_stream() {
    let mut bytes = recorded("mysql/binlog.000001")[..127].to_vec();
    let header = Header {
        kind: kind::QUERY,
        size: MAX_EVENT_LEN,
        ..Header::default()
    };
    bytes.extend(header.to_bytes());
    let mut source = stream(bytes);
    while !matches!(source.next().unwrap(), Step::End(_)) {
        assert!(source.block.len() <= 2 * BLOCK);
    }
}

#[test]
fn a_file_that_grows_is_followed_until_its_server_closes_it() {
    let bytes = recorded("mysql-in-use.000001");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binlog.000001");
    let mut file = File::create(&path).unwrap();
    let options = Options {
        follow: true,
        ..Options::default()
    };
    let mut source = FileSource::open(&path, options).unwrap();
    let (send, seen) = mpsc::sync_channel(1000);
    let reader = std::thread::spawn(move || {
        loop {
            let step = source.next().unwrap();
            let ended = matches!(step, Step::End(_));
            send.send(step).unwrap();
            if ended {
                return;
            }
        }
    });
    let next = || seen.recv_timeout(Duration::from_mins(1)).unwrap();
    let (offsets, _) = read(stream(bytes.clone()));
    let length = bytes.len() as u64;
    let ends = offsets[1..].iter().chain([&length]);
    let mut written = 0;
    for (offset, end) in offsets.iter().zip(ends) {
        // Half of the event, then the rest of it with half of the next header.
        for upto in [(offset + end) / 2, (*end + 9).min(bytes.len() as u64)] {
            let upto = (upto as usize).max(written);
            file.write_all(&bytes[written..upto]).unwrap();
            file.flush().unwrap();
            written = upto;
        }
        let Step::Event(event) = next() else {
            panic!("no event at {offset}");
        };
        assert_eq!((event.offset, event.end), (*offset, *end));
    }
    file.seek(SeekFrom::Start(FIRST + 17)).unwrap();
    file.write_all(&[0]).unwrap();
    let Step::End(ending) = next() else {
        panic!("no end");
    };
    assert_eq!(ending.status, Status::Complete);
    reader.join().unwrap();
}

#[test]
fn offsets_beyond_four_gigabytes_are_our_own() {
    let bytes = recorded("mysql/binlog.000001");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binlog.000001");
    let far = 5_u64 << 30;
    let mut file = File::create(&path).unwrap();
    file.write_all(&bytes[..127]).unwrap();
    file.seek(SeekFrom::Start(far)).unwrap();
    for at in 0..2 {
        let header = Header {
            kind: kind::STOP,
            size: 23,
            log_pos: (far + 23 * (at + 1)) as u32,
            ..Header::default()
        };
        file.write_all(&header.to_bytes()).unwrap();
        let checksum = crc32fast::hash(&header.to_bytes());
        file.write_all(&checksum.to_le_bytes()).unwrap();
    }
    let options = Options {
        offset: far,
        ..Options::default()
    };
    let source = FileSource::open(&path, options).unwrap();
    let (offsets, status) = read(source);
    assert_eq!(offsets, [4, far, far + 23]);
    assert_eq!(status, Status::Complete);
}

#[test]
fn who_follows_can_stop() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("binlog.000001");
    fs::write(&path, recorded("mysql-in-use.000001")).unwrap();
    let cancel = CancellationToken::new();
    let options = Options {
        follow: true,
        cancel: cancel.clone(),
        ..Options::default()
    };
    let mut source = FileSource::open(&path, options).unwrap();
    while !matches!(source.next().unwrap(), Step::Event(event) if event.header.kind == kind::XID) {}
    cancel.cancel();
    let Step::End(ending) = source.next().unwrap() else {
        panic!("no end");
    };
    assert_eq!(ending.status, Status::Stopped);
}

#[test]
fn an_idle_pipe_is_not_waited_for_once_reading_is_cancelled() {
    let bytes = recorded("mysql/binlog.000001");
    let (output, mut input) = io::pipe().unwrap();
    input.write_all(&bytes[..1000]).unwrap();
    let options = Options::default();
    let cancel = options.cancel.clone();
    let pipe = Pipe::start(output, cancel.clone()).unwrap();
    let mut source = FileSource::stream(pipe, "pipe", options);
    let mut events = 0;
    let ending = loop {
        match source.next().unwrap() {
            Step::Event(_) => {
                events += 1;
                cancel.cancel();
            }
            Step::Note(note) => panic!("{note}"),
            Step::End(ending) => break ending,
        }
    };
    assert!(events > 0);
    assert_eq!(ending.status, Status::Stopped);
    drop(input);
}
