//! A reader that is the engine itself: followed, paused, and resumed from its checkpoint, over a line that is cut.

use std::time::Duration;

use porthole::engine::{
    Error, Result,
    binlog::{
        checkpoint::Checkpoint,
        filter::Filter,
        matching::Conditions,
        print::{Form, Options, Printer},
        source::{
            Ending, NoteKind, Source, StartAt,
            live::{self, Begin, Link, Live},
        },
        transaction::{Item, Outcome, Transactions},
    },
};
use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use super::truth::Received;

/// A stretch of reading.
pub(super) struct Part {
    pub(super) received: Received,
    pub(super) checkpoint: Checkpoint,
    /// None while it is read.
    pub(super) ending: Option<Result<Ending>>,
    /// How often the line was lost and came back.
    pub(super) links: u64,
    /// Transactions that were cut off, and came again.
    pub(super) cuts: u64,
}

/// Read all of a source.
pub(super) fn read(
    source: impl Source,
    from: Checkpoint,
    received: Received,
    ended: &watch::Sender<u64>,
) -> Part {
    let mut reader = Transactions::resuming(source, Filter::default(), from.clone());
    let mut printer = Printer::new(Form::Ndjson, &Options::default(), Conditions::default());
    let mut text = Vec::new();
    let mut part = Part {
        received,
        checkpoint: from,
        ending: None,
        links: 0,
        cuts: 0,
    };
    loop {
        let item = match reader.next() {
            Ok(Item::Ended(ending)) => {
                part.ending = Some(Ok(ending));
                break;
            }
            Ok(item) => item,
            Err(error) => {
                part.ending = Some(Err(error));
                break;
            }
        };
        match &item {
            Item::Begin(_) => text.clear(),
            Item::Note(note) => match note.kind {
                NoteKind::Link => part.links += 1,
                NoteKind::Info => {}
                NoteKind::Damage | NoteKind::Gap => panic!("{note}"),
            },
            _ => {}
        }
        printer.item(&item, &mut text);
        assert_eq!(printer.counts().damaged, 0);
        if let Item::End(end) = &item {
            if end.outcome == Outcome::Cut {
                part.cuts += 1;
            } else {
                part.received.take(std::str::from_utf8(&text).unwrap());
                part.checkpoint = reader.checkpoint().clone();
                ended.send_replace(part.received.ended);
            }
            text.clear();
        }
    }
    part
}

/// What became of a reader.
pub(super) struct Read {
    pub(super) received: Received,
    pub(super) pauses: u64,
    pub(super) links: u64,
    pub(super) cuts: u64,
    /// Openings for which the server was not there.
    pub(super) refused: u64,
}

/// Follow a server, with pauses of these lengths, until it is enough. `open` fires when it has begun.
pub(super) async fn follow(
    live: Live,
    received: Received,
    mut pauses: mpsc::Receiver<Duration>,
    ended: watch::Sender<u64>,
    open: CancellationToken,
    enough: CancellationToken,
) -> Read {
    let mut begin = Begin::At(StartAt::Now);
    let mut read = Read {
        received,
        pauses: 0,
        links: 0,
        cuts: 0,
        refused: 0,
    };
    loop {
        let cancel = CancellationToken::new();
        let (source, mut link, work) =
            live::follow(live.clone(), begin.clone(), false, cancel.clone());
        let work = tokio::spawn(work);
        let from = match &begin {
            Begin::Resume(checkpoint) => checkpoint.clone(),
            Begin::At(_) => Checkpoint::nowhere(),
        };
        let (ended, opened) = (ended.clone(), open.clone());
        let received = read.received;
        let mut reading =
            tokio::task::spawn_blocking(move || self::read(source, from, received, &ended));
        tokio::spawn(async move {
            if link
                .wait_for(|link| matches!(link, Link::Open { .. }))
                .await
                .is_ok()
            {
                opened.cancel();
            }
        });
        let (pause, part) = tokio::select! {
            pause = pauses.recv() => (pause, None),
            () = enough.cancelled() => (None, None),
            part = &mut reading => (None, Some(part)),
        };
        cancel.cancel();
        let ended_itself = part.is_some();
        let part = match part {
            Some(part) => part,
            None => reading.await,
        }
        .unwrap();
        work.await.unwrap();
        read.received = part.received;
        read.links += part.links;
        read.cuts += part.cuts;
        if part.checkpoint.is_somewhere() {
            begin = Begin::Resume(part.checkpoint);
        }
        match part.ending {
            Some(Ok(_)) if !ended_itself => {}
            // Its server was down when it was to begin, or had too much to do to answer.
            Some(Err(
                Error::Connect(_) | Error::LostConnection { .. } | Error::ReadTimeout { .. },
            )) => {
                read.refused += 1;
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            other => panic!("the reader ended by itself: {other:?}"),
        }
        if enough.is_cancelled() {
            return read;
        }
        if let Some(pause) = pause {
            read.pauses += 1;
            tokio::time::sleep(pause).await;
        }
    }
}
