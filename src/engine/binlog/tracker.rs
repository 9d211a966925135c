//! Finds the ends of transactions in a stream of events: the only places at which a checkpoint may stand.
//!
//! It wants those events alone that begin or end something ([`Tracker::wants`]), and of a compressed transaction only
//! the event that holds it. What is in a transaction is not here.

use std::cmp::Ordering;

use super::{
    checkpoint::{Checkpoint, Identity},
    event::{Event, MariaBegin},
    frame::{FLAG_ARTIFICIAL, Flavour, RawEvent},
    gtid::{Gtid, GtidError, GtidPosition},
    kind::{
        ANNOTATE_ROWS, DELETE_ROWS, DELETE_ROWS_COMPRESSED, DELETE_ROWS_V1, HEARTBEAT,
        HEARTBEAT_V2, PARTIAL_UPDATE_ROWS, QUERY_COMPRESSED, ROWS_QUERY, TABLE_MAP, UPDATE_ROWS,
        UPDATE_ROWS_V1, WRITE_ROWS, WRITE_ROWS_COMPRESSED_V1, WRITE_ROWS_V1,
    },
    source::dir::numbered,
};

/// Follows the transactions of one log.
#[derive(Clone, Debug)]
pub struct Tracker {
    checkpoint: Checkpoint,
    /// Transactions that ended where those before them are not known.
    passed: Option<GtidPosition>,
    state: State,
    /// The name of the open transaction.
    gtid: Option<Gtid>,
    /// The file is read from its begin: what it says of the files before it holds for what follows.
    from_begin: bool,
    /// The place to go on from has not been reached: what comes before it does not move it back.
    resumes: bool,
    /// The last event stands before that place.
    repeats: bool,
}

/// How far a transaction has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// There is none.
    Between,
    /// It has a name, or variables for its statement; a statement that is no BEGIN is all of it.
    Named,
    /// It goes on until its COMMIT.
    Begun,
}

impl Tracker {
    /// Go on from here.
    pub fn new(checkpoint: Checkpoint) -> Self {
        Self {
            resumes: !checkpoint.file.is_empty(),
            checkpoint,
            passed: None,
            state: State::Between,
            gtid: None,
            from_begin: false,
            repeats: false,
        }
    }

    /// After the last whole transaction.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// Whether all of these are before the checkpoint. Where reading began at a place, what was before that is not
    /// known, and the last of them decide.
    pub fn has_passed(&self, gtids: &GtidPosition) -> bool {
        match (&self.checkpoint.gtids, &self.passed) {
            (Some(known), _) => gtids.is_subset_of(known),
            (None, Some(passed)) => gtids.is_reached_by(passed),
            (None, None) => false,
        }
    }

    /// Whether a transaction has begun and not ended.
    pub fn is_inside(&self) -> bool {
        self.state != State::Between
    }

    /// Forget the transaction that has begun: it comes again from its start.
    pub fn restart(&mut self) {
        self.state = State::Between;
        self.gtid = None;
    }

    /// Whether the last event that was taken stands before the place to go on from: who resumes has had it.
    pub fn repeats(&self) -> bool {
        self.repeats
    }

    /// Events come again from a place that may be before the checkpoint, and what was open from its start. On another
    /// server than before, the place means nothing.
    pub fn reopen(&mut self, server: &Identity) {
        self.restart();
        let before = self.checkpoint.server.as_ref();
        if !before.is_some_and(|before| before.is_same(server)) {
            self.checkpoint.file.clear();
            self.checkpoint.offset = 0;
            self.checkpoint.file_begun = None;
        }
        self.checkpoint.server = Some(server.clone());
        self.resumes = !self.checkpoint.file.is_empty();
    }

    /// Whether events of this kind can begin or end anything.
    pub fn wants(kind: u8) -> bool {
        !matches!(
            kind,
            TABLE_MAP
                | WRITE_ROWS
                | UPDATE_ROWS
                | DELETE_ROWS
                | WRITE_ROWS_V1
                | UPDATE_ROWS_V1
                | DELETE_ROWS_V1
                | PARTIAL_UPDATE_ROWS
                | ROWS_QUERY
                | ANNOTATE_ROWS
                | HEARTBEAT
                | HEARTBEAT_V2
                | WRITE_ROWS_COMPRESSED_V1..=DELETE_ROWS_COMPRESSED
        )
    }

    /// The next event; true where a transaction ends with it.
    pub fn take(&mut self, raw: &RawEvent, event: &Event) -> Result<bool, GtidError> {
        self.repeats = self.resumes;
        match event {
            Event::Rotate(rotate) => {
                if !rotate.artificial || self.state == State::Between {
                    self.restart();
                    self.move_to(&rotate.file, rotate.offset);
                }
            }
            Event::FormatDescription(format) => {
                self.checkpoint.product = format.flavour;
                let begun = raw.header.timestamp;
                if self.checkpoint.file == *raw.file
                    && self.checkpoint.file_begun.is_some_and(|at| at != begun)
                {
                    // A log that was begun anew gives its files the same names.
                    (self.resumes, self.repeats) = (false, false);
                }
                // A file that is begun ends what its server left open when it died.
                self.from_begin = !raw.header.has(FLAG_ARTIFICIAL) && raw.header.log_pos != 0;
                if self.from_begin {
                    self.restart();
                    self.move_to(&raw.file, raw.end);
                }
                if self.state == State::Between {
                    if self.checkpoint.file != *raw.file {
                        self.move_to(&raw.file, raw.end);
                    }
                    if self.checkpoint.file == *raw.file {
                        self.checkpoint.file_begun = Some(begun);
                    }
                }
            }
            Event::PreviousGtids(before) => {
                self.name_before(GtidPosition::MySql(before.clone()));
                self.pass(raw);
            }
            Event::GtidList(before) if !raw.header.has(FLAG_ARTIFICIAL) => {
                self.name_before(GtidPosition::MariaDb(before.clone()));
                self.pass(raw);
            }
            Event::GtidList(_) | Event::Heartbeat { .. } => {}
            Event::Gtid(gtid) => {
                self.gtid = gtid.gtid.map(Gtid::MySql);
                self.state = State::Named;
            }
            Event::MariaGtid(begin) => {
                self.gtid = Some(Gtid::MariaDb(begin.gtid));
                self.state = if begin.flags & MariaBegin::FLAG_STANDALONE != 0 {
                    State::Named
                } else {
                    State::Begun
                };
            }
            Event::Query(query) => return self.statement(raw, &query.sql),
            Event::LoadQuery(_) if self.state != State::Begun => return self.end(raw),
            Event::Xid(_) | Event::XaPrepare(_) | Event::Payload(_) => return self.end(raw),
            Event::Incident { .. } if self.state == State::Named => return self.end(raw),
            Event::IntVar(_) | Event::Rand(..) | Event::UserVar(_) | Event::Load(_) => {
                if self.state == State::Between {
                    self.state = State::Named;
                }
            }
            // A statement too long to be one of those that are told apart.
            Event::Unknown { kind, .. } if *kind == QUERY_COMPRESSED => {
                return self.statement(raw, b"");
            }
            _ => self.pass(raw),
        }
        Ok(false)
    }

    /// The transactions of the files before this one.
    fn name_before(&mut self, gtids: GtidPosition) {
        if self.from_begin {
            self.checkpoint.gtids.get_or_insert(gtids);
        }
    }

    fn statement(&mut self, raw: &RawEvent, sql: &[u8]) -> Result<bool, GtidError> {
        match (Word::of(sql, self.checkpoint.product), self.state) {
            (Word::Begin, State::Between | State::Named) => self.state = State::Begun,
            (Word::Begin | Word::Other, State::Begun) => {}
            (Word::End | Word::Other, _) => return self.end(raw),
        }
        Ok(false)
    }

    fn end(&mut self, raw: &RawEvent) -> Result<bool, GtidError> {
        match (self.gtid.take(), &mut self.checkpoint.gtids) {
            (Some(gtid), Some(gtids)) => gtids.add(&gtid)?,
            // What has no name is not among the names: from here on only the place is true.
            (None, gtids) => *gtids = None,
            (Some(gtid), None) => {
                let none = || GtidPosition::without(&gtid);
                let passed = self.passed.get_or_insert_with(none);
                passed.add(&gtid)?;
            }
        }
        self.state = State::Between;
        self.move_to(&raw.file, raw.end);
        Ok(true)
    }

    /// An event that belongs to no transaction.
    fn pass(&mut self, raw: &RawEvent) {
        if self.state == State::Between {
            self.move_to(&raw.file, raw.end);
        }
    }

    fn move_to(&mut self, file: &str, offset: u64) {
        if self.resumes {
            let reached = self.compare(file, offset);
            if reached == Ordering::Less {
                return;
            }
            self.resumes = false;
            self.repeats = reached == Ordering::Equal;
        }
        if self.checkpoint.file != file {
            file.clone_into(&mut self.checkpoint.file);
            self.checkpoint.file_begun = None;
        }
        self.checkpoint.offset = offset;
    }

    /// Where a place is, seen from the checkpoint. Files of which that cannot be said are behind it.
    fn compare(&self, file: &str, offset: u64) -> Ordering {
        let ours = &self.checkpoint;
        if ours.file == file {
            return offset.cmp(&ours.offset);
        }
        match (numbered(file), numbered(&ours.file)) {
            (Some((stem, number)), Some((our_stem, our_number))) if stem == our_stem => {
                // Behind .999999 the names grow.
                (number.len(), number).cmp(&(our_number.len(), our_number))
            }
            _ => Ordering::Greater,
        }
    }
}

/// What a statement is to a transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Word {
    Begin,
    End,
    Other,
}

impl Word {
    /// The servers write these words themselves, in capitals; XA comes as a person wrote it.
    fn of(sql: &[u8], product: Flavour) -> Self {
        let starts = |word: &[u8]| {
            sql.get(..word.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(word))
        };
        if sql == b"BEGIN" || starts(b"XA START") || starts(b"XA BEGIN") {
            return Self::Begin;
        }
        if sql == b"COMMIT" || sql == b"ROLLBACK" || starts(b"XA COMMIT") || starts(b"XA ROLLBACK")
        {
            return Self::End;
        }
        // CREATE TABLE ... SELECT of MySQL 8.0.21 and later, whose rows follow. The body of a procedure or an event can
        // be just these words.
        if product == Flavour::MySql
            && starts(b"CREATE TABLE")
            && sql.ends_with(b" START TRANSACTION")
        {
            return Self::Begin;
        }
        Self::Other
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::binlog::source::{
        Source as _, StartAt, Step, dir::DirSource, file::Options,
    };

    /// The name and the checkpoint after each transaction of a recorded log.
    fn ends(from: &Checkpoint, start: &StartAt) -> Vec<(Option<Gtid>, Checkpoint)> {
        let folder = match from.product {
            Flavour::MySql => "mysql",
            Flavour::MariaDb => "mariadb",
        };
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/data/binlog")
            .join(folder);
        let mut source = DirSource::open(&folder, start, Options::default()).unwrap();
        let mut tracker = Tracker::new(from.clone());
        let (mut format, mut ends) = (None, Vec::new());
        loop {
            let raw = match source.next().unwrap() {
                Step::Event(raw) => raw,
                Step::Note(note) => panic!("{note}"),
                Step::End(_) => {
                    assert!(!tracker.is_inside(), "all have ended");
                    return ends;
                }
            };
            if !Tracker::wants(raw.header.kind) {
                continue;
            }
            let event = Event::parse(&raw, format.as_ref()).unwrap();
            if let Event::FormatDescription(read) = &event {
                format = Some((**read).clone());
            }
            if matches!(event, Event::Gtid(_) | Event::MariaGtid(_)) {
                assert!(
                    !tracker.is_inside(),
                    "{}: the one before has ended",
                    raw.offset
                );
            }
            let name = tracker.gtid;
            if tracker.take(&raw, &event).unwrap() {
                ends.push((name, tracker.checkpoint().clone()));
            }
        }
    }

    fn all(product: Flavour) -> Vec<(Option<Gtid>, Checkpoint)> {
        ends(&Checkpoint::new(product, None), &StartAt::Begin)
    }

    #[test]
    fn every_transaction_of_a_log_ends_once() {
        for product in [Flavour::MySql, Flavour::MariaDb] {
            let all = all(product);
            assert!(all.len() > 20, "{product}: {}", all.len());
            let (_, last) = all.last().unwrap();
            let position = last.gtids.as_ref().unwrap();
            let mut names: Vec<Gtid> = all.iter().filter_map(|(name, _)| *name).collect();
            assert!(
                names.iter().all(|name| position.contains(name)),
                "{product}"
            );
            let count = names.len();
            names.sort_unstable();
            names.dedup();
            assert_eq!(names.len(), count, "{product}: no name twice");
        }
    }

    #[test]
    fn what_follows_the_end_of_any_transaction_is_the_rest() {
        for product in [Flavour::MySql, Flavour::MariaDb] {
            let all = all(product);
            for (done, (_, from)) in all.iter().enumerate() {
                let start = StartAt::Position {
                    file: Some(from.file.clone()),
                    offset: from.offset,
                };
                let rest = ends(from, &start);
                let names = |ends: &[(Option<Gtid>, Checkpoint)]| -> Vec<Option<Gtid>> {
                    ends.iter().map(|(name, _)| *name).collect()
                };
                assert_eq!(names(&rest), names(&all[done + 1..]), "{product}: {from:?}");
                let place = |ends: &[(Option<Gtid>, Checkpoint)]| {
                    ends.last().map(|(_, at)| (at.file.clone(), at.offset))
                };
                assert_eq!(place(&rest), place(&all[done + 1..]), "{product}: {from:?}");
            }
        }
    }

    #[test]
    fn on_another_server_only_the_gtids_are_gone_on_with() {
        let server = |id| Identity { id, uuid: None };
        let mut from = Checkpoint::new(Flavour::MariaDb, Some(server(1)));
        from.file = "binlog.000007".to_owned();
        (from.offset, from.file_begun) = (5000, Some(1));
        from.gtids = Some("0-1-5".parse().unwrap());
        let mut tracker = Tracker::new(from.clone());
        tracker.reopen(&server(1));
        assert_eq!(*tracker.checkpoint(), from);
        tracker.reopen(&server(2));
        let at = tracker.checkpoint();
        assert_eq!(at.server, Some(server(2)));
        assert_eq!((&*at.file, at.offset, at.file_begun), ("", 0, None));
        assert_eq!(at.gtids, from.gtids);
    }

    #[test]
    fn words_that_begin_and_end_are_told_from_others() {
        for (sql, word) in [
            ("BEGIN", Word::Begin),
            ("xa start 'a','b'", Word::Begin),
            ("CREATE TABLE t (a INT) START TRANSACTION", Word::Begin),
            ("CREATE PROCEDURE p() START TRANSACTION", Word::Other),
            (
                "CREATE EVENT e ON SCHEDULE EVERY 1 DAY DO START TRANSACTION",
                Word::Other,
            ),
            ("COMMIT", Word::End),
            ("ROLLBACK", Word::End),
            ("ROLLBACK TO `a`", Word::Other),
            ("XA END 'a'", Word::Other),
            ("XA COMMIT 'a'", Word::End),
            ("SAVEPOINT `a`", Word::Other),
            ("DROP TABLE t", Word::Other),
            ("", Word::Other),
        ] {
            assert_eq!(Word::of(sql.as_bytes(), Flavour::MySql), word, "{sql}");
        }
        let created = b"CREATE TABLE t (a INT) START TRANSACTION";
        assert_eq!(Word::of(created, Flavour::MariaDb), Word::Other);
    }
}
