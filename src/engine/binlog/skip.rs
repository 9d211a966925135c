//! Leaves out the transactions before a GTID position, in files that begin before it.

use std::collections::BTreeMap;

use super::gtid::{Gtid, GtidPosition, MariaGtid, MariaGtidState};

/// What is still to be left out.
pub(super) enum Skip {
    /// All that is in the set.
    Set(GtidPosition),
    /// By domain, all up to this one. Numbers may run backwards (without `gtid_strict_mode`), so what comes behind it
    /// is read whatever its number.
    UpTo(BTreeMap<u32, MariaGtid>),
}

impl Skip {
    pub(super) fn new(position: GtidPosition) -> Self {
        match position {
            GtidPosition::MariaDb(state) => {
                Self::UpTo(state.iter().map(|gtid| (gtid.domain, gtid)).collect())
            }
            set @ GtidPosition::MySql(_) => Self::Set(set),
        }
    }

    /// A file says what is in those before it.
    pub(super) fn file_begins(&mut self, before: &MariaGtidState) {
        if let Self::UpTo(domains) = self {
            domains.retain(|_, last| !before.contains(last));
        }
    }

    /// Of a transaction that is before the position: how far that is in its domain, which is not gone back behind.
    pub(super) fn leaves_out(&mut self, gtid: &Gtid) -> Option<Gtid> {
        match (self, gtid) {
            (Self::Set(set), gtid) => set.contains(gtid).then_some(*gtid),
            (Self::UpTo(domains), Gtid::MariaDb(gtid)) => {
                let last = *domains.get(&gtid.domain)?;
                let before = gtid.number <= last.number;
                if last == *gtid || !before {
                    domains.remove(&gtid.domain);
                }
                before.then_some(Gtid::MariaDb(last))
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maria(text: &str) -> Gtid {
        text.parse().unwrap()
    }

    #[test]
    fn what_comes_behind_the_position_is_read_even_with_smaller_numbers() {
        let mut skip = Skip::new("0-1-5,3-1-2".parse().unwrap());
        assert!(skip.leaves_out(&maria("0-1-4")).is_some());
        assert!(skip.leaves_out(&maria("0-1-5")).is_some());
        assert!(skip.leaves_out(&maria("0-2-3")).is_none());
        assert!(skip.leaves_out(&maria("7-1-1")).is_none());
        assert!(skip.leaves_out(&maria("3-2-9")).is_none());
    }

    #[test]
    fn a_position_that_an_earlier_file_holds_leaves_nothing_out() {
        let mut skip = Skip::new("0-1-5".parse().unwrap());
        let state: MariaGtidState = "0-1-5".parse().unwrap();
        skip.file_begins(&state);
        assert!(skip.leaves_out(&maria("0-2-4")).is_none());
    }
}
