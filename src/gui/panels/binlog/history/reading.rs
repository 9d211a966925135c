//! Looks through the files of a log, the newest first, each from its begin to its end.

use std::{fs, path::PathBuf, sync::Arc};

use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::{
    Ended,
    found::{Room, Told, memory},
};
use crate::{
    engine::{
        Error, Result,
        binlog::{
            checks,
            source::{Progress, StartAt, dir, head::head},
            trail::{Missing, Trail, Wanted},
        },
        error::Stopped,
    },
    gui::panels::binlog::{
        input::{Input, Log},
        scan::{Part, cut_short, scan_dated, walk},
    },
};

/// A file of the log.
struct File {
    name: String,
    bytes: u64,
    /// Where it lies on this computer; none where a server has it.
    path: Option<PathBuf>,
}

/// What was found in a file.
struct Looked {
    found: Room,
    missing: Missing,
    /// When the file was begun, in seconds since 1970 UTC; none where reading did not come so far.
    begun: Option<u32>,
}

/// Look for what is wanted, until there is no room for more.
pub(super) async fn look(
    input: Input,
    wanted: Wanted,
    room: Room,
    send: Sender<Told>,
    cancel: CancellationToken,
) -> Result<Ended> {
    let mut files = files(&input, &cancel).await?;
    let total = files.iter().map(|file| file.bytes).sum();
    let (mut read, mut transactions, mut bytes) = (0, 0, 0);
    let mut ended = Ended::default();
    while let Some(file) = files.pop() {
        let mut begun = begun(&file)?;
        let later = |to: u32| begun.is_some_and(|begun| begun >= to);
        let told = send.send(Told::File(file.name.clone())).await;
        if told.is_err() || cancel.is_cancelled() {
            return Err(Error::Cancelled(Stopped::BeforeServer));
        }
        if !wanted.to.is_some_and(later) {
            let before = Progress {
                read,
                total: Some(total),
            };
            let looked = look_in(&input, &file, &wanted, before, &send, &cancel).await?;
            transactions += looked.found.transactions;
            bytes += looked.found.bytes;
            ended.missing.count += looked.missing.count;
            ended.missing.notes.extend(looked.missing.notes);
            begun = begun.or(looked.begun);
        }
        read += file.bytes;
        // The oldest of the file are not kept then; one transaction is, however large.
        let over = transactions > room.transactions || bytes > room.bytes;
        ended.full = over && transactions > 1;
        // What is before it is older.
        let older = |from: u32| begun.is_some_and(|begun| begun < from);
        if wanted.from.is_some_and(older) {
            break;
        }
        if transactions >= room.transactions || bytes >= room.bytes {
            ended.full |= !files.is_empty();
            break;
        }
    }
    Ok(ended)
}

/// The files of a log, the oldest first.
async fn files(input: &Input, cancel: &CancellationToken) -> Result<Vec<File>> {
    let paths = match &input.log {
        Log::Server(session) => {
            let survey = checks::survey(session, cancel).await?;
            let files = survey.files.ok_or_else(|| {
                Error::Invalid(
                    "this account may not see which files the log has (REPLICATION CLIENT, or BINLOG MONITOR)"
                        .to_owned(),
                )
            })?;
            let file = |file: checks::LogFile| File {
                name: file.name,
                bytes: file.bytes,
                path: None,
            };
            return Ok(files.into_iter().map(file).collect());
        }
        Log::Files(paths) => paths.clone(),
        Log::Folder(folder) => dir::list(folder)?.1,
    };
    Ok(paths
        .into_iter()
        .map(|path| File {
            name: path.file_name().map_or_else(
                || path.display().to_string(),
                |name| name.to_string_lossy().into_owned(),
            ),
            bytes: fs::metadata(&path).map_or(0, |file| file.len()),
            path: Some(path),
        })
        .collect())
}

/// When a file of this computer was begun, in seconds since 1970 UTC; none where that is not known before it is read.
fn begun(file: &File) -> Result<Option<u32>> {
    let Some(path) = &file.path else {
        return Ok(None);
    };
    Ok(head(path)?.ok().map(|head| head.timestamp))
}

/// Look through one file.
async fn look_in(
    input: &Input,
    file: &File,
    wanted: &Wanted,
    before: Progress,
    send: &Sender<Told>,
    cancel: &CancellationToken,
) -> Result<Looked> {
    let mut part = Part::between(None, None);
    part.filter = wanted.filter();
    let mut input = input.clone();
    if let Some(path) = &file.path {
        input.log = Log::Files(vec![path.clone()]);
    } else {
        part.start = StartAt::Position {
            file: Some(file.name.clone()),
            offset: 0,
        };
        // Where the next one begins.
        part.end = Some((file.name.clone(), u64::MAX));
    }
    let told = send.clone();
    let tell = move |progress: Progress| {
        let far = Progress {
            read: before.read + progress.read,
            total: before.total,
        };
        // The window may have gone.
        told.blocking_send(Told::Progress(far)).ok();
    };
    let mut trail = Trail::new(wanted.clone(), input.zone());
    let send = send.clone();
    let looked = scan_dated(input, part, cancel.clone(), tell, move |reader| {
        let mut found = Room {
            transactions: 0,
            bytes: 0,
        };
        let ending = walk(reader, |item| {
            if let Some(touched) = trail.take(item) {
                found.transactions += 1;
                found.bytes += memory(&touched);
                send.blocking_send(Told::Touched(Arc::new(touched))).ok();
            }
            Ok(())
        })?;
        let mut missing = trail.missing().clone();
        if let Some(why) = cut_short(&ending) {
            missing.count += 1;
            missing.notes.push(why);
        }
        Ok((found, missing))
    });
    let ((found, missing), begun) = looked.await?;
    Ok(Looked {
        found,
        missing,
        begun,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::{
        engine::binlog::trail::Touched, gui::panels::binlog::history::found::Found,
        worker::Gather as _,
    };

    /// What is kept of the recorded log where there is room for so many, and how the search ended.
    async fn kept(transactions: usize) -> (Vec<Arc<Touched>>, Ended) {
        let room = Room {
            transactions,
            ..Room::default()
        };
        let input = Input {
            log: Log::Folder(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog/mysql")),
            names: None,
            program: None,
        };
        let wanted = Wanted {
            database: "shop".to_owned(),
            table: "item".to_owned(),
            row: Vec::new(),
            from: None,
            to: None,
        };
        let (send, mut told) = tokio::sync::mpsc::channel(1);
        let gather = async {
            let mut found = Found::within(room);
            while let Some(told) = told.recv().await {
                found.gather(told);
            }
            found.all().cloned().collect()
        };
        let look = look(input, wanted, room, send, CancellationToken::new());
        let (ended, all) = tokio::join!(look, gather);
        (all, ended.unwrap())
    }

    #[tokio::test]
    async fn a_search_that_finds_more_than_there_is_room_for_keeps_the_newest_and_says_so() {
        let (all, ended) = kept(usize::MAX).await;
        assert!(all.len() > 10 && !ended.full);
        for room in [1, 2, all.len() - 1] {
            let (some, ended) = kept(room).await;
            assert_eq!(some, all[..room]);
            assert!(ended.full, "{room}");
        }
        // Room for all of them, and nothing older.
        let (same, ended) = kept(all.len()).await;
        assert!(same == all && !ended.full);
    }
}
