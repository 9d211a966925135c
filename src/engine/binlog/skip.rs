//! Leaves out the transactions before a GTID position, in files that begin before it.

use std::collections::BTreeMap;

use super::{
    frame::Flavour,
    gtid::{Gtid, GtidPosition, MariaGtid},
};

/// What is still to be left out.
pub(super) enum Skip {
    /// All that is in the set.
    Set(GtidPosition),
    /// By domain, all up to this one. Numbers may run backwards (without `gtid_strict_mode`), so what comes before it
    /// is left out and what comes behind it is read, whatever its number.
    UpTo(BTreeMap<u32, Last>),
}

/// The last transaction of a domain that is not wanted.
pub(super) struct Last {
    gtid: MariaGtid,
    /// Others were left out before it.
    left_out: bool,
}

impl Skip {
    pub(super) fn new(position: GtidPosition) -> Self {
        match position {
            GtidPosition::MariaDb(state) => {
                let last = |gtid: MariaGtid| {
                    let left_out = false;
                    (gtid.domain, Last { gtid, left_out })
                };
                Self::UpTo(state.iter().map(last).collect())
            }
            set @ GtidPosition::MySql(_) => Self::Set(set),
        }
    }

    /// Whose log has such a position.
    pub(super) fn product(&self) -> Flavour {
        match self {
            Self::Set(_) => Flavour::MySql,
            Self::UpTo(_) => Flavour::MariaDb,
        }
    }

    /// A file says what is in those before it: the last transaction of each server in each domain. The numbers of one
    /// server only grow.
    pub(super) fn file_begins(&mut self, before: &[MariaGtid]) {
        if let Self::UpTo(domains) = self {
            domains.retain(|domain, last| {
                let is_before = |listed: &MariaGtid| {
                    listed.domain == *domain
                        && listed.server == last.gtid.server
                        && listed.number >= last.gtid.number
                };
                !before.iter().any(is_before)
            });
        }
    }

    /// Of a transaction that is before the position: how far that is in its domain, which is not gone back behind.
    pub(super) fn leaves_out(&mut self, gtid: &Gtid) -> Option<Gtid> {
        match (self, gtid) {
            (Self::Set(set), gtid) => set.contains(gtid).then_some(*gtid),
            (Self::UpTo(domains), Gtid::MariaDb(gtid)) => {
                let last = domains.get_mut(&gtid.domain)?;
                let upto = last.gtid;
                let beyond = gtid.server == upto.server && gtid.number > upto.number;
                last.left_out = true;
                if beyond || *gtid == upto {
                    domains.remove(&gtid.domain);
                }
                (!beyond).then_some(Gtid::MariaDb(upto))
            }
            _ => None,
        }
    }

    /// Transactions of the position that never came, though others of their domains were left out until they would.
    pub(super) fn missed(&self) -> Vec<MariaGtid> {
        match self {
            Self::Set(_) => Vec::new(),
            Self::UpTo(domains) => {
                let waiting = domains.values().filter(|last| last.left_out);
                waiting.map(|last| last.gtid).collect()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maria(text: &str) -> Gtid {
        text.parse().unwrap()
    }

    fn listed(text: &str) -> Vec<MariaGtid> {
        text.split(',').map(|gtid| gtid.parse().unwrap()).collect()
    }

    #[test]
    fn what_comes_behind_the_position_is_read_even_with_smaller_numbers() {
        let mut skip = Skip::new("0-1-5,3-1-2".parse().unwrap());
        assert!(skip.leaves_out(&maria("0-1-4")).is_some());
        assert!(skip.leaves_out(&maria("0-1-5")).is_some());
        assert!(skip.leaves_out(&maria("0-2-3")).is_none());
        assert!(skip.leaves_out(&maria("7-1-1")).is_none());
        assert!(skip.leaves_out(&maria("3-1-9")).is_none());
        assert!(skip.missed().is_empty());
    }

    #[test]
    fn what_comes_before_the_position_is_left_out_even_with_larger_numbers() {
        let mut skip = Skip::new("0-2-3".parse().unwrap());
        assert_eq!(skip.leaves_out(&maria("0-1-10")), Some(maria("0-2-3")));
        assert_eq!(skip.leaves_out(&maria("0-2-3")), Some(maria("0-2-3")));
        assert!(skip.leaves_out(&maria("0-2-4")).is_none());
        assert!(skip.leaves_out(&maria("0-1-11")).is_none());
        assert!(skip.missed().is_empty());
    }

    #[test]
    fn a_position_that_never_comes_is_told() {
        let mut skip = Skip::new("0-2-3,1-1-1".parse().unwrap());
        assert!(skip.leaves_out(&maria("0-1-10")).is_some());
        assert_eq!(skip.missed(), listed("0-2-3"));
    }

    #[test]
    fn a_position_that_an_earlier_file_holds_leaves_nothing_out() {
        for (position, before) in [("0-1-5", "0-1-5"), ("0-2-3", "0-2-3,0-1-10")] {
            let mut skip = Skip::new(position.parse().unwrap());
            skip.file_begins(&listed(before));
            assert!(skip.leaves_out(&maria("0-2-4")).is_none(), "{position}");
        }
        let mut skip = Skip::new("0-2-3".parse().unwrap());
        skip.file_begins(&listed("0-1-10"));
        assert!(skip.leaves_out(&maria("0-2-3")).is_some(), "it comes here");
    }
}
