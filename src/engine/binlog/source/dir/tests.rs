//! Folders of recorded files: order, gaps, where reading begins, and what is followed.

use std::{sync::mpsc, time::Duration};

use tokio_util::sync::CancellationToken;

use super::*;
use crate::engine::binlog::{frame::RawEvent, kind};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/binlog")
        .join(name)
}

/// A folder with some of MariaDB's recorded files.
fn folder(numbers: &[u32]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for number in numbers {
        let name = format!("binlog.{number:06}");
        fs::copy(data("mariadb").join(&name), folder.path().join(name)).unwrap();
    }
    folder
}

fn read(mut source: DirSource) -> (Vec<RawEvent>, Vec<Note>, Ending) {
    let (mut events, mut notes) = (Vec::new(), Vec::new());
    loop {
        match source.next().unwrap() {
            Step::Event(event) => events.push(event),
            Step::Note(note) => notes.push(note),
            Step::End(ending) => return (events, notes, ending),
        }
    }
}

fn open(folder: &Path, start: &StartAt) -> DirSource {
    DirSource::open(folder, start, Options::default()).unwrap()
}

#[test]
fn files_are_read_by_number_or_by_the_index() {
    let folder = folder(&[4, 1, 2, 3]);
    fs::write(folder.path().join("other.txt"), "x").unwrap();
    let source = open(folder.path(), &StartAt::Begin);
    let names: Vec<String> = source.files().iter().map(|path| base_name(path)).collect();
    assert_eq!(
        names,
        [
            "binlog.000001",
            "binlog.000002",
            "binlog.000003",
            "binlog.000004"
        ]
    );
    let (_, notes, ending) = read(source);
    assert!(notes.is_empty());
    assert_eq!(
        (&*ending.file, ending.status),
        ("binlog.000004", Status::Complete)
    );
    fs::write(
        folder.path().join("binlog.index"),
        "./binlog.000003\n/elsewhere/binlog.000004\n",
    )
    .unwrap();
    assert_eq!(open(folder.path(), &StartAt::Begin).files().len(), 2);
}

#[test]
fn one_of_several_logs_has_to_be_named() {
    let folder = folder(&[1]);
    fs::copy(
        data("mysql/binlog.000001"),
        folder.path().join("mysql-bin.000001"),
    )
    .unwrap();
    fs::copy(
        data("mysql/binlog.000001"),
        folder.path().join("x-relay-bin.000001"),
    )
    .unwrap();
    let error = list(folder.path()).unwrap_err().to_string();
    assert!(error.contains("several"), "{error}");
    let (_, files) = list(&folder.path().join("mysql-bin")).unwrap();
    assert_eq!(files.len(), 1);
    let nothing = tempfile::tempdir().unwrap();
    assert!(list(nothing.path()).is_err());
}

#[test]
fn the_folder_of_a_mariadb_has_one_log() {
    let folder = folder(&[1]);
    fs::write(folder.path().join("aria_log.00000001"), "Aria").unwrap();
    let (_, files) = list(folder.path()).unwrap();
    assert_eq!(files.len(), 1);
    fs::remove_file(&files[0]).unwrap();
    let error = list(folder.path()).unwrap_err().to_string();
    assert!(error.contains("no binary log"), "{error}");
}

#[test]
fn a_missing_file_and_one_that_was_never_closed_are_told() {
    let folder = folder(&[1, 2, 4]);
    let in_use = fs::read(data("mariadb-in-use.000001")).unwrap();
    fs::write(
        folder.path().join("binlog.000002"),
        &in_use[..in_use.len() - 5],
    )
    .unwrap();
    let (_, notes, ending) = read(open(folder.path(), &StartAt::Begin));
    assert_eq!(ending.status, Status::Complete);
    let kinds: Vec<NoteKind> = notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Info, NoteKind::Gap], "{notes:?}");
}

#[test]
fn a_file_that_cannot_be_read_hides_no_other() {
    let folder = folder(&[1, 2, 3, 4]);
    fs::copy(
        data("mariadb-encrypted.000001"),
        folder.path().join("binlog.000002"),
    )
    .unwrap();
    fs::write(folder.path().join("binlog.000003"), "no log").unwrap();
    let (events, notes, ending) = read(open(folder.path(), &StartAt::Begin));
    let kinds: Vec<NoteKind> = notes.iter().map(|note| note.kind).collect();
    assert_eq!(kinds, [NoteKind::Gap, NoteKind::Damage]);
    assert!(events.iter().any(|event| &*event.file == "binlog.000004"));
    assert_eq!(ending.status, Status::Complete);
}

#[test]
fn reading_begins_in_the_file_of_a_time() {
    let folder = folder(&[1, 2, 3, 4]);
    let files = list(folder.path()).unwrap().1;
    let begun = |at: usize| head(&files[at]).unwrap().unwrap().timestamp;
    assert_eq!(by_time(&files, 0).unwrap(), 0);
    assert_eq!(by_time(&files, u32::MAX).unwrap(), 3);
    for at in 0..files.len() {
        let time = begun(at);
        let found = by_time(&files, time).unwrap();
        assert_eq!(begun(found), time);
        assert!(files.get(found + 1).is_none() || begun(found + 1) > time);
    }
}

#[test]
fn files_of_a_later_time_are_not_read() {
    let folder = folder(&[1, 2, 3, 4]);
    let files = list(folder.path()).unwrap().1;
    let begun = |at: usize| head(&files[at]).unwrap().unwrap().timestamp;
    let until = begun(3);
    let options = Options {
        until: Some(until),
        ..Options::default()
    };
    let source = DirSource::open(folder.path(), &StartAt::Begin, options).unwrap();
    let (events, _, ending) = read(source);
    assert_eq!(ending.status, Status::Complete);
    let first = |file: &str| events.iter().find(|event| &*event.file == file);
    for (at, path) in files.iter().enumerate() {
        assert_eq!(
            first(&base_name(path)).is_some(),
            at == 0 || begun(at) < until
        );
    }
}

#[test]
fn reading_begins_in_the_last_file_that_lacks_nothing() {
    let folder = folder(&[1, 2, 3, 4]);
    let first = |position: &str| {
        let start = StartAt::After(position.parse().unwrap());
        let (events, notes, _) = read(open(folder.path(), &start));
        (events[0].file.to_string(), notes.len())
    };
    assert_eq!(first("0-11-25"), ("binlog.000002".to_owned(), 0));
    assert_eq!(first("0-11-26"), ("binlog.000002".to_owned(), 0));
    assert_eq!(first("0-11-31,3-12-3"), ("binlog.000003".to_owned(), 0));
    assert_eq!(first("0-11-31,3-12-14"), ("binlog.000004".to_owned(), 0));
    fs::remove_file(folder.path().join("binlog.000001")).unwrap();
    assert_eq!(first("0-11-24"), ("binlog.000002".to_owned(), 1));
}

#[test]
fn a_file_that_is_not_there_cannot_be_begun_with() {
    let folder = folder(&[1]);
    let start = StartAt::Position {
        file: Some("binlog.000007".to_owned()),
        offset: 4,
    };
    assert!(DirSource::open(folder.path(), &start, Options::default()).is_err());
}

#[test]
fn a_folder_is_followed_into_its_next_file() {
    let folder = folder(&[3]);
    let cancel = tokio_util::sync::CancellationToken::new();
    let options = Options {
        follow: true,
        cancel: cancel.clone(),
        ..Options::default()
    };
    let mut source = DirSource::open(folder.path(), &StartAt::Now, options).unwrap();
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
    // Nothing is new, but the description comes in any case.
    let Step::Event(event) = next() else {
        panic!("no event");
    };
    assert_eq!((&*event.file, event.offset), ("binlog.000003", 4));
    fs::copy(
        data("mariadb/binlog.000004"),
        folder.path().join("binlog.000004"),
    )
    .unwrap();
    loop {
        match next() {
            Step::Event(event) if event.header.kind == kind::STOP => break,
            Step::Event(event) => assert_eq!(&*event.file, "binlog.000004"),
            other => panic!("{other:?}"),
        }
    }
    cancel.cancel();
    let Step::End(ending) = next() else {
        panic!("no end");
    };
    assert_eq!(ending.status, Status::Stopped);
    reader.join().unwrap();
}

#[test]
fn a_file_that_is_purged_while_it_is_read_is_followed_by_the_next_that_is_there() {
    let folder = folder(&[1]);
    let cancel = CancellationToken::new();
    let options = Options {
        follow: true,
        cancel: cancel.clone(),
        ..Options::default()
    };
    let mut source = DirSource::open(folder.path(), &StartAt::Begin, options).unwrap();
    assert!(matches!(source.next().unwrap(), Step::Event(_)));
    fs::remove_file(folder.path().join("binlog.000001")).unwrap();
    for number in [3, 4] {
        let name = format!("binlog.{number:06}");
        fs::copy(data("mariadb").join(&name), folder.path().join(name)).unwrap();
    }
    let (mut gaps, mut files) = (Vec::new(), Vec::new());
    while files.last().is_none_or(|file| file != "binlog.000004") {
        match source.next().unwrap() {
            Step::Event(event) => {
                files.push(event.file.to_string());
                files.dedup();
            }
            Step::Note(note) => gaps.push((note.kind, note.text)),
            Step::End(ending) => panic!("{ending}"),
        }
    }
    assert_eq!(files, ["binlog.000001", "binlog.000003", "binlog.000004"]);
    let missing = "the files between this one and binlog.000003 are missing".to_owned();
    assert_eq!(gaps, [(NoteKind::Gap, missing)]);
}

#[test]
fn the_begin_of_the_file_that_comes_next_is_a_place_before_it_is_there() {
    let folder = folder(&[1]);
    let start = |name: &str, offset| StartAt::Position {
        file: Some(name.to_owned()),
        offset,
    };
    let (events, notes, ending) = read(open(folder.path(), &start("binlog.000002", 4)));
    assert_eq!((events.len(), notes.len()), (1, 0), "the description alone");
    assert_eq!(
        (&*ending.file, ending.status),
        ("binlog.000001", Status::Complete)
    );
    for (name, offset) in [("binlog.000002", 500), ("binlog.000003", 4)] {
        let start = start(name, offset);
        assert!(DirSource::open(folder.path(), &start, Options::default()).is_err());
    }
}
