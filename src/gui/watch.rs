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
    watched: BTreeMap<ProfileId, Feed<SessionStatus, Vec<SessionStatus>>>,
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
                let mut feed = Feed::default();
                let session = session.clone();
                feed.start(worker, "", Vec::new(), |changes, cancel| {
                    watch(session, changes, cancel)
                });
                feed
            });
        }
        for (id, feed) in &mut self.watched {
            feed.poll();
            let news: Vec<_> = feed.value_mut().map(std::mem::take).unwrap_or_default();
            for status in news {
                tell(state, id, status);
            }
        }
    }
}

fn tell(state: &mut State, id: &ProfileId, status: SessionStatus) {
    let Some(open) = state.sessions.get_mut(id) else {
        return;
    };
    let name = &open.profile.name;
    let (kind, text) = match &status {
        SessionStatus::Lost(reason) => {
            let kept = "Text and rows are kept; Porthole goes on trying.";
            (
                NoticeKind::Warning,
                format!("Connection to {name} lost: {reason}. {kept}"),
            )
        }
        _ => (NoticeKind::Good, format!("Connected to {name} again")),
    };
    state.notices.push(kind, text);
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
    use super::*;

    #[test]
    fn a_lost_line_is_shown_and_said_and_so_is_its_return() {
        let mut state = State::for_test();
        let id = state.active.clone().unwrap();
        tell(&mut state, &id, SessionStatus::Lost("no route".to_owned()));
        assert_eq!(
            state.sessions[&id].status,
            SessionStatus::Lost("no route".to_owned())
        );
        tell(&mut state, &id, SessionStatus::Connected);
        assert_eq!(state.sessions[&id].status, SessionStatus::Connected);
        let said: Vec<_> = state.notices.iter().map(|notice| notice.kind).collect();
        assert_eq!(said, [NoticeKind::Warning, NoticeKind::Good]);
    }
}
