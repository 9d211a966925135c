//! Messages to the user that no panel asked for: a lost connection, a finished export. Shown as toasts at the bottom
//! right, and kept as a list.
//!
//! What a panel's own job failed with is not here: it stands beside the button that caused it.

use std::{
    collections::VecDeque,
    time::{Duration, Instant, SystemTime},
};

use crate::engine::Error;

/// The list keeps so many; the oldest falls off its end.
const KEPT: usize = 200;
/// How long a toast of good news stands. Warnings and errors stand until they are closed.
const STANDS: Duration = Duration::from_secs(6);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoticeKind {
    Info,
    Good,
    Warning,
    Danger,
}

#[derive(Clone, Debug)]
pub struct Notice {
    pub id: u64,
    pub kind: NoticeKind,
    pub text: String,
    /// What to try.
    pub hint: Option<String>,
    pub at: SystemTime,
    shown: Instant,
    closed: bool,
}

impl Notice {
    /// Stands as a toast at `now`.
    pub fn is_toast(&self, now: Instant) -> bool {
        !self.closed && self.ends().is_none_or(|end| now < end)
    }

    /// When the toast goes by itself.
    pub fn ends(&self) -> Option<Instant> {
        match self.kind {
            NoticeKind::Info | NoticeKind::Good => Some(self.shown + STANDS),
            NoticeKind::Warning | NoticeKind::Danger => None,
        }
    }
}

/// All notices, oldest first.
#[derive(Debug, Default)]
pub struct Notices {
    list: VecDeque<Notice>,
    next_id: u64,
}

impl Notices {
    /// Gives the number by which it can be closed.
    pub fn push(&mut self, kind: NoticeKind, text: impl Into<String>) -> u64 {
        self.add(kind, text.into(), None)
    }

    /// What failed, why, and what to try. Nothing if it was cancelled: the person wanted that.
    pub fn push_error(&mut self, what: &str, error: &Error) {
        if error.is_cancelled() {
            return;
        }
        self.add(NoticeKind::Danger, format!("{what}: {error}"), error.hint());
    }

    /// Close the toast; the list keeps the notice.
    pub fn close(&mut self, id: u64) {
        if let Some(notice) = self.list.iter_mut().find(|notice| notice.id == id) {
            notice.closed = true;
        }
    }

    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Notice> {
        self.list.iter()
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    fn add(&mut self, kind: NoticeKind, text: String, hint: Option<String>) -> u64 {
        if self.list.len() == KEPT {
            self.list.pop_front();
        }
        self.next_id += 1;
        self.list.push_back(Notice {
            id: self.next_id,
            kind,
            text,
            hint,
            at: SystemTime::now(),
            shown: Instant::now(),
            closed: false,
        });
        self.next_id
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::Stopped;

    #[test]
    fn good_news_goes_by_itself_and_bad_news_stays_until_closed() {
        let mut notices = Notices::default();
        notices.push(NoticeKind::Good, "Exported 12 rows");
        notices.push(NoticeKind::Danger, "Connection lost");
        let later = Instant::now() + Duration::from_hours(1);
        let standing: Vec<_> = notices.iter().filter(|n| n.is_toast(later)).collect();
        assert_eq!(standing.len(), 1);
        let id = standing[0].id;
        notices.close(id);
        assert!(!notices.iter().any(|notice| notice.is_toast(later)));
        assert_eq!(notices.iter().count(), 2);
    }

    #[test]
    fn cancelling_is_no_news() {
        let mut notices = Notices::default();
        notices.push_error("Query", &Error::Cancelled(Stopped::OnServer));
        assert!(notices.is_empty());
    }

    #[test]
    fn the_list_is_bounded() {
        let mut notices = Notices::default();
        for number in 0..1000 {
            notices.push(NoticeKind::Info, number.to_string());
        }
        assert_eq!(notices.iter().count(), KEPT);
        assert_eq!(notices.iter().next_back().unwrap().text, "999");
    }
}
