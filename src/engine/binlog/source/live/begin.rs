//! Where a stream begins on this server: what a person or a checkpoint says, as what the server can be asked for.

use mysql_async::Sid;
use mysql_common::packets::{GnoInterval, Tag as WireTag};

use super::{
    refusal::{Cause, Refusal},
    wire::{Begin, Opened},
};
use crate::engine::{
    Error, Result,
    binlog::{
        checkpoint::{Checkpoint, Identity},
        frame::Flavour,
        gtid::{GtidPosition, MariaGtidState, MySqlGtidSet},
        source::StartAt,
    },
    session::dump::{Dump, DumpFacts, Place},
};

/// Where a file's first event begins.
const FIRST: u32 = 4;

/// Finds the place of one stream.
pub(super) struct Beginning<'a> {
    dump: &'a mut Dump,
    facts: DumpFacts,
    product: Flavour,
    server: Identity,
    notes: Vec<String>,
    skip_before: Option<u64>,
}

impl<'a> Beginning<'a> {
    pub(super) fn new(dump: &'a mut Dump) -> Self {
        let facts = dump.facts().clone();
        Self {
            product: facts.dialect().product,
            server: Identity {
                id: facts.server_id,
                uuid: facts.server_uuid.clone(),
            },
            facts,
            dump,
            notes: Vec::new(),
            skip_before: None,
        }
    }

    /// What to ask for, and what is known by then. `age` says when a file was begun.
    pub(super) async fn find(
        mut self,
        begin: &Begin,
        age: impl AsyncFn(&str) -> Result<Option<u32>>,
    ) -> Result<(Place, Opened)> {
        let mut known = Checkpoint::new(self.product, Some(self.server.clone()));
        let place = match begin {
            Begin::Resume(checkpoint) => self.resume(checkpoint, &mut known)?,
            Begin::At(StartAt::Begin) => self.file("", 0, &mut known),
            Begin::At(StartAt::Now) => self.now(&mut known).await?,
            Begin::At(StartAt::Position { file, offset }) => {
                let file = file.as_deref().unwrap_or_default();
                self.position(file, *offset, &mut known).await?
            }
            Begin::At(StartAt::Time(seconds)) => {
                let file = self.at_time(*seconds, age).await?;
                self.file(&file, 0, &mut known)
            }
            Begin::At(StartAt::After(gtids)) => self.after(gtids, &mut known)?,
        };
        let gtids = self.facts.gtids.as_deref().filter(|_| self.has_gtids());
        let opened = Opened {
            gtids: gtids.map(|text| parse(self.product, text)).transpose()?,
            version: self.facts.version,
            server: self.server,
            reader_id: 0,
            begin: known,
            by_place: matches!(place, Place::File { .. }),
            skip_before: self.skip_before,
            end: None,
            notes: self.notes,
        };
        Ok((place, opened))
    }

    fn resume(&mut self, from: &Checkpoint, known: &mut Checkpoint) -> Result<Place> {
        if from.product != self.product {
            return Err(Refusal::found(Cause::OtherServer));
        }
        let same = from
            .server
            .as_ref()
            .is_none_or(|server| server.is_same(&self.server));
        if let Some(gtids) = from.gtids.as_ref().filter(|_| self.has_gtids()) {
            let place = self.after(gtids, known)?;
            if !same && !self.shares(gtids) {
                return Err(Refusal::found(Cause::OtherServer));
            }
            if !same {
                self.notes.push(
                    "this is another server than the one of the checkpoint, with the same transactions"
                        .to_owned(),
                );
            }
            // The place says nothing on another server.
            if same {
                known.file.clone_from(&from.file);
                known.offset = from.offset;
                known.file_begun = from.file_begun;
            }
            return Ok(place);
        }
        if !same {
            return Err(Refusal::found(Cause::OtherServer));
        }
        known.file_begun = from.file_begun;
        known.gtids.clone_from(&from.gtids);
        Ok(self.file(&from.file, from.offset, known))
    }

    /// Can transactions be asked for by GTID?
    fn has_gtids(&self) -> bool {
        match self.product {
            Flavour::MySql => self.facts.gtid_mode.as_deref() == Some("ON"),
            Flavour::MariaDb => self.facts.gtids.is_some(),
        }
    }

    /// Has the server any of these? One that has none is usually the wrong one, and would send all that it has.
    fn shares(&self, gtids: &GtidPosition) -> bool {
        if gtids.is_empty() {
            return true;
        }
        let theirs = self.facts.gtids.as_deref().unwrap_or_default();
        match gtids {
            GtidPosition::MySql(ours) => theirs
                .parse::<MySqlGtidSet>()
                .is_ok_and(|theirs| !theirs.intersect(ours).is_empty()),
            GtidPosition::MariaDb(ours) => theirs
                .parse::<MariaGtidState>()
                .is_ok_and(|theirs| !theirs.intersect(ours).is_empty()),
        }
    }

    async fn now(&mut self, known: &mut Checkpoint) -> Result<Place> {
        if self.has_gtids() {
            let text = self.facts.gtids.as_deref().unwrap_or_default();
            let gtids = parse(self.product, text)?;
            return self.after(&gtids, known);
        }
        match self.dump.end().await? {
            Some((file, offset)) => Ok(self.file(&file, offset, known)),
            None => Err(Refusal::found(Cause::Off)),
        }
    }

    fn after(&mut self, gtids: &GtidPosition, known: &mut Checkpoint) -> Result<Place> {
        if !self.has_gtids() {
            return Err(Refusal::found(Cause::NoGtids));
        }
        let place = match (gtids, self.product) {
            (GtidPosition::MySql(set), Flavour::MySql) => Place::Sids(sids(set)),
            (GtidPosition::MariaDb(state), Flavour::MariaDb) => Place::State(state.to_string()),
            // No text has a kind of its own: an empty one is both.
            (other, Flavour::MariaDb) if other.is_empty() => Place::State(String::new()),
            _ => {
                return Err(Error::Invalid(format!(
                    "{} does not name transactions so: {gtids}",
                    self.product
                )));
            }
        };
        if !self.shares(gtids) {
            self.notes.push(
                "the server has none of the transactions after which it was to begin; it sends all that it has"
                    .to_owned(),
            );
        }
        known.gtids = Some(match self.product {
            Flavour::MariaDb if gtids.is_empty() => {
                GtidPosition::MariaDb(MariaGtidState::default())
            }
            _ => gtids.clone(),
        });
        Ok(place)
    }

    async fn position(&mut self, file: &str, offset: u64, known: &mut Checkpoint) -> Result<Place> {
        if self.product == Flavour::MariaDb && offset > u64::from(FIRST) && !file.is_empty() {
            // Without the right, or at no event's place, the place in the file has to do for resuming.
            let before = self.dump.gtids_before(file, offset).await;
            known.gtids = match before {
                Ok(Some(text)) => Some(parse(self.product, &text)?),
                Ok(None) | Err(Error::Server { .. }) => None,
                Err(error) => return Err(error),
            };
        }
        Ok(self.file(file, offset, known))
    }

    /// The command has 32 bits for the place: beyond that, the file is read from its begin and what comes before is
    /// left out.
    fn file(&mut self, name: &str, offset: u64, known: &mut Checkpoint) -> Place {
        name.clone_into(&mut known.file);
        known.offset = offset.max(u64::from(FIRST));
        let asked = u32::try_from(known.offset).unwrap_or_else(|_| {
            self.skip_before = Some(known.offset);
            FIRST
        });
        Place::File {
            name: name.to_owned(),
            offset: asked,
        }
    }

    /// The last file that was begun by then; the first, if none was.
    async fn at_time(
        &mut self,
        seconds: u32,
        age: impl AsyncFn(&str) -> Result<Option<u32>>,
    ) -> Result<String> {
        let files = self.dump.logs().await?;
        let (mut low, mut high) = (0, files.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let Some(file) = files.get(middle) else { break };
            // One that says nothing, or was purged just now, is older than what one looks for.
            if age(file).await?.is_none_or(|begun| begun <= seconds) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let file = low.checked_sub(1).and_then(|last| files.get(last));
        Ok(file.or(files.first()).cloned().unwrap_or_default())
    }
}

/// GTIDs as the driver puts them into the dump command.
fn sids(set: &MySqlGtidSet) -> Vec<Sid<'static>> {
    set.iter()
        .map(|(origin, intervals)| {
            let wire = |(first, last)| GnoInterval::new(first, last + 1);
            let sid = Sid::new(origin.uuid.0).with_intervals(intervals.map(wire).collect());
            if origin.tag.is_none() {
                return sid;
            }
            let tag = WireTag::new(origin.tag.as_str().to_owned());
            sid.with_tag(tag.expect("the driver's rules for tags are ours"))
        })
        .collect()
}

fn parse(product: Flavour, text: &str) -> Result<GtidPosition> {
    let parsed = match product {
        Flavour::MySql => text.parse().map(GtidPosition::MySql),
        Flavour::MariaDb => text.parse().map(GtidPosition::MariaDb),
    };
    parsed.map_err(|error| Error::Invalid(error.to_string()))
}
