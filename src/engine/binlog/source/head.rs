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
        gtid::{GtidPosition, MariaGtidState, MySqlGtidSet},
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
                });
            }
            (Step::Event(event), Some(head)) => {
                let position = match event.header.kind {
                    kind::PREVIOUS_GTIDS => {
                        MySqlGtidSet::decode(&event.body).map(GtidPosition::MySql)
                    }
                    kind::GTID_LIST => {
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
}
