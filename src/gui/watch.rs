//! Watches open sessions: asks each server now and then whether it is there, and says so when that changes.
//!
//! Only a change is reported, so a window in which nothing happens draws nothing. A dead server is asked less and less
//! often, and each session by work of its own: one that hangs holds up no other.

use std::{collections::BTreeMap, time::Duration};

use tokio::{sync::mpsc::Sender, time};
use tokio_util::sync::CancellationToken;

use super::{
    notice::NoticeKind,
    state::{SessionStatus, State},
};
use crate::{
    engine::{Result, profiles::ProfileId, session::Session},
    worker::{Feed, Worker},
};

/// Between two questions to a server that answers.
const CALM: Duration = Duration::from_secs(4);
/// Between the first two questions to one that does not; doubled until [`LONGEST`].
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(30);

#[derive(Default)]
pub struct Watch {
    watched: BTreeMap<ProfileId, Watched>,
}

#[derive(Default)]
struct Watched {
    changes: Feed<SessionStatus, Vec<SessionStatus>>,
    /// The notice of the loss, as long as the line is lost.
    loss: Option<u64>,
}

impl Watch {
    /// Watch what is open, forget what is not, and take in what has changed.
    pub fn poll(&mut self, state: &mut State, worker: &Worker) {
        let open = |id: &ProfileId| {
            state
                .sessions
                .get(id)
                .and_then(|open| open.session.as_ref())
        };
        self.watched.retain(|id, _| open(id).is_some());
        for (id, session) in &state.sessions {
            let Some(session) = &session.session else {
                continue;
            };
            self.watched.entry(id.clone()).or_insert_with(|| {
                let mut watched = Watched::default();
                let session = session.clone();
                let changes = &mut watched.changes;
                changes.start(worker, "", Vec::new(), |changes, cancel| {
                    watch(session, changes, cancel)
                });
                watched
            });
        }
        for (id, watched) in &mut self.watched {
            watched.changes.poll();
            let news = watched.changes.value_mut().map(std::mem::take);
            for status in news.unwrap_or_default() {
                tell(state, id, status, &mut watched.loss);
            }
        }
    }
}

fn tell(state: &mut State, id: &ProfileId, status: SessionStatus, loss: &mut Option<u64>) {
    let Some(open) = state.sessions.get_mut(id) else {
        return;
    };
    let name = &open.profile.name;
    // The news that is no longer true.
    if let Some(old) = loss.take() {
        state.notices.close(old);
    }
    if let SessionStatus::Lost(reason) = &status {
        let text = format!(
            "Connection to {name} lost: {reason}. Text and rows are kept; Porthole goes on trying."
        );
        *loss = Some(state.notices.push(NoticeKind::Warning, text));
    } else {
        let text = format!("Connected to {name} again");
        state.notices.push(NoticeKind::Good, text);
    }
    open.status = status;
}

/// Until nobody listens: sends a change of whether the server is there.
async fn watch(
    session: Session,
    changes: Sender<SessionStatus>,
    cancel: CancellationToken,
) -> Result<()> {
    let mut lost = false;
    let mut pause = CALM;
    loop {
        tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            () = time::sleep(pause) => {}
        }
        let answer = tokio::select! {
            () = cancel.cancelled() => return Ok(()),
            answer = session.ping() => answer,
        };
        let change = match &answer {
            Ok(_) if lost => Some(SessionStatus::Connected),
            Err(error) if !lost => Some(SessionStatus::Lost(error.to_string())),
            _ => None,
        };
        pause = match (&answer, lost) {
            (Ok(_), _) => CALM,
            (Err(_), false) => FIRST,
            (Err(_), true) => (pause * 2).min(LONGEST),
        };
        lost = answer.is_err();
        if let Some(change) = change
            && changes.send(change).await.is_err()
        {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn a_lost_line_is_shown_and_said_and_so_is_its_return() {
        let mut state = State::for_test();
        let id = state.active.clone().unwrap();
        let mut loss = None;
        let gone = SessionStatus::Lost("no route".to_owned());
        tell(&mut state, &id, gone.clone(), &mut loss);
        assert_eq!(state.sessions[&id].status, gone);
        tell(&mut state, &id, SessionStatus::Connected, &mut loss);
        assert_eq!(state.sessions[&id].status, SessionStatus::Connected);
        let now = Instant::now();
        let standing = state.notices.iter().filter(|notice| notice.is_toast(now));
        assert_eq!(standing.count(), 1, "the loss is no longer true");
        let said: Vec<_> = state.notices.iter().map(|notice| notice.kind).collect();
        assert_eq!(said, [NoticeKind::Warning, NoticeKind::Good]);
    }
}
