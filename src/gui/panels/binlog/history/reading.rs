//! Looks through the files of a log, the newest first, each from its begin to its end.

use std::{fs, path::PathBuf};

use tokio::sync::mpsc::Sender;
use tokio_util::sync::CancellationToken;

use super::{
    Ended,
    found::{MOST, MOST_BYTES, Told, memory},
};
use crate::{
    engine::{
        Error, Result,
        binlog::{
            checks,
            source::{Progress, StartAt, dir, head::head},
            trail::{Missing, Trail, Wanted},
        },
    },
    gui::panels::binlog::{
        input::{Input, Log},
        scan::{Part, cut_short, scan, walk},
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
    transactions: usize,
    bytes: usize,
    missing: Missing,
}

/// Look for what is wanted.
pub(super) async fn look(
    input: Input,
    wanted: Wanted,
    send: Sender<Told>,
    cancel: CancellationToken,
) -> Result<Ended> {
    let mut files = files(&input, &cancel).await?;
    let total = files.iter().map(|file| file.bytes).sum();
    let (mut read, mut transactions, mut bytes) = (0, 0, 0);
    let mut ended = Ended::default();
    while let Some(file) = files.pop() {
        let begun = begun(&file)?;
        let later = |to: u32| begun.is_some_and(|begun| begun >= to);
        let told = send.send(Told::File(file.name.clone())).await;
        if told.is_err() || cancel.is_cancelled() {
            return Err(Error::Cancelled(
                crate::engine::error::Stopped::BeforeServer,
            ));
        }
        if !wanted.to.is_some_and(later) {
            let room = (
                MOST.saturating_sub(transactions),
                MOST_BYTES.saturating_sub(bytes),
            );
            let before = Progress {
                read,
                total: Some(total),
            };
            let looked = look_in(&input, &file, &wanted, room, before, &send, &cancel).await?;
            transactions += looked.transactions;
            bytes += looked.bytes;
            ended.missing.count += looked.missing.count;
            ended.missing.notes.extend(looked.missing.notes);
        }
        read += file.bytes;
        if transactions >= MOST || bytes >= MOST_BYTES {
            ended.full = true;
            break;
        }
        // What is before it is older.
        let older = |from: u32| begun.is_some_and(|begun| begun < from);
        if wanted.from.is_some_and(older) {
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
    (most, most_bytes): (usize, usize),
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
    scan(input, part, cancel.clone(), tell, move |reader| {
        let (mut transactions, mut bytes) = (0, 0);
        let ending = walk(reader, |item| {
            let Some(touched) = trail.take(item) else {
                return Ok(());
            };
            if transactions < most && bytes < most_bytes {
                transactions += 1;
                bytes += memory(&touched);
                send.blocking_send(Told::Touched(Box::new(touched))).ok();
            }
            Ok(())
        })?;
        let mut missing = trail.missing().clone();
        if let Some(why) = cut_short(&ending) {
            missing.count += 1;
            missing.notes.push(why);
        }
        Ok(Looked {
            transactions,
            bytes,
            missing,
        })
    })
    .await
}
