//! What the verbs share: reading on a thread that may wait, beside Ctrl-C.

use tokio_util::sync::CancellationToken;

use super::{
    super::{Failure, interrupt::Interrupt, print, runtime, target::TargetArgs},
    ending::End,
    input::Reader,
    server::Server,
    until::Until,
};
use crate::engine::{
    binlog::{
        matching::Conditions,
        source::{Note, NoteKind},
        transaction::Item,
    },
    visible,
};

/// Tables that a warning is given of.
pub(super) const MOST_TOLD: usize = 100;

/// Around the work.
pub(super) struct Context {
    /// Fires at the first Ctrl-C.
    pub(super) cancel: CancellationToken,
    /// The server that was named.
    pub(super) server: Option<Server>,
}

/// Work that reads a log and may wait. The second Ctrl-C does not wait for it.
pub(super) fn run(
    target: &TargetArgs,
    checks: bool,
    work: impl FnOnce(&Context) -> Result<(), Failure> + Send + 'static,
) -> Result<(), Failure> {
    let runtime = runtime()?;
    let done = runtime.block_on(async {
        let interrupt = Interrupt::listen_saying("stopping; Ctrl-C again ends at once")?;
        let cancel = interrupt.cancel().clone();
        let done = async {
            let server = Server::of(target, &cancel).await?;
            if let (Some(server), true) = (&server, checks) {
                server.check(&cancel).await?;
            }
            let session = server.as_ref().map(Server::session);
            let context = Context { cancel, server };
            let work = tokio::task::spawn_blocking(move || work(&context));
            let done = work.await;
            if let Some(session) = session {
                session.close().await;
            }
            done.unwrap_or_else(|stopped| {
                Err(Failure::Failed {
                    message: format!("reading the log stopped: {stopped}"),
                    hint: None,
                })
            })
        };
        interrupt.guard(done).await
    });
    // Not waiting for standard input, or for a pipe that nobody reads.
    runtime.shutdown_background();
    done
}

/// Read to the end, or to where reading should end.
pub(super) fn walk(
    reader: &mut Reader,
    mut until: Option<Until>,
    mut take: impl FnMut(&Item) -> Result<(), Failure>,
) -> Result<End, Failure> {
    loop {
        let item = reader.next()?;
        if let Item::Ended(ending) = item {
            tell_unmet(reader);
            return match &until {
                Some(until) => until.elsewhere(ending, reader),
                None => Ok(End::Source(ending)),
            };
        }
        if let Some(until) = &mut until
            && until.is_reached(&item, reader)
        {
            tell_unmet(reader);
            return Ok(End::Reached);
        }
        if let Item::Note(note) = &item {
            tell(note);
        }
        take(&item)?;
    }
}

/// Say what was asked for and is nowhere in what was read: a name is easily mistyped.
pub(super) fn tell_unknown(conditions: &Conditions) {
    for column in conditions.unknown() {
        print::warning(&format!(
            "no table of which rows were read has a column {}",
            visible::line(column)
        ));
    }
    if let Some(table) = conditions.nameless() {
        let name = format!("{}.{}", table.database, table.table);
        print::warning(&format!(
            "changes of {} were passed over, for the names of its columns are not in all of the log",
            visible::line(&name)
        ));
        print::hint(
            "Name the server (--url or --profile), which lends them, or the column by its place, such as @1.",
        );
    }
}

/// Say of which tables that were asked for no row was read.
pub(super) fn tell_unmet(reader: &Reader) {
    for rule in reader.unmet().iter().take(MOST_TOLD) {
        print::warning(&format!(
            "no change of a row was read of {}",
            visible::line(&rule.to_string())
        ));
    }
}

/// Say what is beside the events also to who reads stderr.
pub(super) fn tell(note: &Note) {
    match note.kind {
        NoteKind::Damage | NoteKind::Gap => print::warning(&note.to_string()),
        NoteKind::Link | NoteKind::Info => print::note(&note.to_string()),
    }
}
