//! What a file says of itself before its first transaction: enough to choose among many.

use std::path::Path;

use super::{
    Ending, Source as _, Step,
    file::{FileSource, Options},
};
use crate::engine::{
    Result,
    binlog::{
        frame::{FLAG_IN_USE, Format},
        gtid::{GtidPosition, MariaGtid, MariaGtidState, MySqlGtidSet},
        kind,
    },
};

/// What stands at the head of a file.
#[derive(Clone, Debug)]
pub struct Head {
    /// How it is laid out.
    pub format: Format,
    /// When it was begun, in seconds since 1970 UTC.
    pub timestamp: u32,
    /// Whether it has the mark of a file that is being written.
    pub in_use: bool,
    /// What the files before it hold; none where it does not say.
    pub previous: Option<GtidPosition>,
    /// Of MariaDB: the last of them of each server in each domain.
    pub listed: Vec<MariaGtid>,
}

impl Head {
    /// Whether all that the files before this one hold is among `position`, and all that is not comes in this file or
    /// later.
    pub fn is_after(&self, position: &GtidPosition) -> bool {
        match (&self.previous, position) {
            (Some(GtidPosition::MySql(before)), GtidPosition::MySql(position)) => {
                before.is_subset_of(position)
            }
            (Some(GtidPosition::MariaDb(before)), GtidPosition::MariaDb(position)) => {
                // Numbers may run backwards: what came behind the position can have smaller ones.
                let is_passed = |last: MariaGtid| {
                    let passed = |listed: &MariaGtid| {
                        (listed.domain, listed.server) == (last.domain, last.server)
                            && listed.number >= last.number
                    };
                    before.last_of(last.domain) != Some(last) && self.listed.iter().any(passed)
                };
                before.is_subset_of(position) && !position.iter().any(is_passed)
            }
            _ => false,
        }
    }
}

/// Read the head of a file; `Err` inside says how the file ends before it has one.
pub fn head(path: &Path) -> Result<std::result::Result<Head, Ending>> {
    let mut source = FileSource::open(path, Options::default())?;
    let mut head: Option<Head> = None;
    loop {
        match (source.next()?, &mut head) {
            (Step::Event(event), None) => {
                let Some(format) = source.format().cloned() else {
                    continue;
                };
                head = Some(Head {
                    format,
                    timestamp: event.header.timestamp,
                    in_use: event.header.has(FLAG_IN_USE),
                    previous: None,
                    listed: Vec::new(),
                });
            }
            (Step::Event(event), Some(head)) => {
                let position = match event.header.kind {
                    kind::PREVIOUS_GTIDS => {
                        MySqlGtidSet::decode(&event.body).map(GtidPosition::MySql)
                    }
                    kind::GTID_LIST => {
                        head.listed = MariaGtid::listed(&event.body).unwrap_or_default();
                        MariaGtidState::decode(&event.body).map(GtidPosition::MariaDb)
                    }
                    kind::START_ENCRYPTION | kind::BINLOG_CHECKPOINT => continue,
                    _ => return Ok(Ok(head.clone())),
                };
                head.previous = position.ok();
                return Ok(Ok(head.clone()));
            }
            (Step::Note(_) | Step::End(_), Some(head)) => return Ok(Ok(head.clone())),
            (Step::Note(_), None) => {}
            (Step::End(ending), None) => return Ok(Err(ending)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_head_says_what_the_files_before_hold() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
        let first = head(&data.join("mariadb/binlog.000003")).unwrap().unwrap();
        assert_eq!(first.previous.unwrap().to_string(), "0-11-31");
        assert!(!first.in_use);
        let in_use = head(&data.join("mysql-in-use.000001")).unwrap().unwrap();
        assert!(in_use.in_use);
        assert!(in_use.previous.unwrap().to_string().ends_with(":nightly:1"));
    }

    #[test]
    fn a_file_begins_after_a_position_only_where_nothing_lies_between() {
        let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/binlog");
        let mut head = head(&data.join("mariadb/binlog.000003")).unwrap().unwrap();
        let mut is_after = |listed: &[&str], position: &str| {
            let mut before = MariaGtidState::default();
            head.listed = listed.iter().map(|gtid| gtid.parse().unwrap()).collect();
            for gtid in &head.listed {
                before.add(*gtid).unwrap();
            }
            head.previous = Some(GtidPosition::MariaDb(before));
            head.is_after(&position.parse().unwrap())
        };
        assert!(is_after(&["0-1-10"], "0-1-10"));
        assert!(is_after(&["0-1-10"], "0-2-12"));
        assert!(!is_after(&["0-1-10"], "0-1-9"));
        assert!(!is_after(&["0-1-10", "1-1-1"], "0-1-10"));
        assert!(is_after(&["0-1-10", "0-2-3"], "0-2-3"));
        // 0-1-5 came behind the position.
        assert!(!is_after(&["0-2-12", "0-1-5"], "0-2-12"));
    }
}
