//! Where reading begins and what is wanted, as a person writes it.

use serde::{Deserialize, Serialize};

use crate::engine::binlog::{
    filter::{Filter, TableRule},
    gtid::GtidPosition,
    matching::Condition,
    rows::Op,
    source::StartAt,
    zone::Zone,
};

pub const OPS: [Op; 3] = [Op::Insert, Op::Update, Op::Delete];

/// Where reading begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beginning {
    #[default]
    Now,
    Start,
    Place,
    Time,
    Gtids,
}

impl Beginning {
    pub const ALL: [Self; 5] = [Self::Now, Self::Start, Self::Place, Self::Time, Self::Gtids];

    /// The choice in words, and what is written beside it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Now => ("Now: only what comes from now on", ""),
            Self::Start => ("The start of the log", ""),
            Self::Place => ("A place in a file", "binlog.000042:157"),
            Self::Time => ("A time", "2026-11-21 12:30"),
            Self::Gtids => (
                "After GTIDs",
                "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-21, or 0-1-5",
            ),
        }
    }

    /// What was written, understood; `zone` is that of times that name none.
    pub fn start(self, text: &str, zone: &Zone) -> Result<StartAt, &'static str> {
        let text = text.trim();
        match self {
            Self::Now => Ok(StartAt::Now),
            Self::Start => Ok(StartAt::Begin),
            Self::Place => {
                let place = text.rsplit_once(':');
                let place = place.and_then(|(file, offset)| {
                    let offset = offset.trim().parse().ok()?;
                    (!file.is_empty()).then(|| StartAt::Position {
                        file: Some(file.trim().to_owned()),
                        offset,
                    })
                });
                place.ok_or("Write a file and a position: binlog.000042:157")
            }
            Self::Time => zone
                .seconds(text)
                .map(StartAt::Time)
                .ok_or("Write a time: 2026-11-21 12:30, or 2026-11-21T12:30:00Z"),
            Self::Gtids => gtids(text).map(StartAt::After),
        }
    }
}

/// What of a log is wanted. Empty texts want everything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Wishes {
    pub tables: String,
    pub not_tables: String,
    /// Insert, update, delete; none is all.
    pub ops: [bool; 3],
    pub gtids: String,
    pub since: String,
    pub until: String,
    pub servers: String,
    pub conditions: String,
    pub rows: String,
    pub bytes: String,
}

/// The same, understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    pub filter: Filter,
    pub conditions: Vec<Condition>,
    pub least_rows: u64,
    pub least_bytes: u64,
}

/// One wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Wish {
    Tables,
    NotTables,
    Operations,
    Values,
    Since,
    Until,
    Gtids,
    Servers,
    Rows,
    Bytes,
}

impl Wish {
    pub const ALL: [Self; 10] = [
        Self::Tables,
        Self::NotTables,
        Self::Operations,
        Self::Values,
        Self::Since,
        Self::Until,
        Self::Gtids,
        Self::Servers,
        Self::Rows,
        Self::Bytes,
    ];

    /// What it is called, and an example of it.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Tables => ("Tables", "shop.orders, shop.ship*, other.*"),
            Self::NotTables => ("Without tables", "shop.sessions, tmp_*"),
            Self::Operations => ("Operations", ""),
            Self::Values => (
                "Values",
                "status=paid, id=42 (all of them, before or after)",
            ),
            Self::Since => ("Since", "2026-11-21 12:30"),
            Self::Until => ("Until", "2026-11-21 13:00"),
            Self::Gtids => (
                "GTIDs",
                "3e11fa47-71ca-11e1-9e33-c80aa9429562:1-21, or 0-1-5",
            ),
            Self::Servers => ("Made by server", "12, 13"),
            Self::Rows => ("Rows at least", "1000"),
            Self::Bytes => ("Bytes at least", "1000000"),
        }
    }
}

impl Wishes {
    /// Where one is written; operations are ticked.
    pub fn text(&mut self, wish: Wish) -> Option<&mut String> {
        match wish {
            Wish::Operations => None,
            Wish::Tables => Some(&mut self.tables),
            Wish::NotTables => Some(&mut self.not_tables),
            Wish::Values => Some(&mut self.conditions),
            Wish::Since => Some(&mut self.since),
            Wish::Until => Some(&mut self.until),
            Wish::Gtids => Some(&mut self.gtids),
            Wish::Servers => Some(&mut self.servers),
            Wish::Rows => Some(&mut self.rows),
            Wish::Bytes => Some(&mut self.bytes),
        }
    }

    /// What is said of one; nothing where it wants everything.
    pub fn said(&self, wish: Wish) -> Option<String> {
        let text = match wish {
            Wish::Operations => {
                let named = OPS.iter().zip(self.ops).filter(|(_, on)| *on);
                let words: Vec<&str> = named.map(|(op, _)| op.name()).collect();
                words.join(" · ")
            }
            Wish::Tables => self.tables.clone(),
            Wish::NotTables => self.not_tables.clone(),
            Wish::Values => self.conditions.clone(),
            Wish::Since => self.since.clone(),
            Wish::Until => self.until.clone(),
            Wish::Gtids => self.gtids.clone(),
            Wish::Servers => self.servers.clone(),
            Wish::Rows => self.rows.clone(),
            Wish::Bytes => self.bytes.clone(),
        };
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Want everything in this respect.
    pub fn clear(&mut self, wish: Wish) {
        match self.text(wish) {
            Some(text) => text.clear(),
            None => self.ops = [false; 3],
        }
    }

    /// Understand what was written; else which of it is not understood, and how it is written. `zone` is that of times
    /// that name none.
    pub fn wanted(&self, zone: &Zone) -> Result<Wanted, (Wish, &'static str)> {
        let time = |wish, text: &str| {
            if text.trim().is_empty() {
                return Ok(None);
            }
            let seconds = zone.seconds(text.trim());
            seconds.map(Some).ok_or((
                wish,
                "Write a time: 2026-11-21 12:30, or 2026-11-21T12:30:00Z",
            ))
        };
        let number = |wish, text: &str| match text.trim() {
            "" => Ok(0),
            text => text.parse().map_err(|_| (wish, "Write a number")),
        };
        let servers: Result<_, _> = parts(&self.servers).map(str::parse::<u32>).collect();
        let conditions: Option<_> = parts(&self.conditions).map(Condition::parse).collect();
        let tables = |text| parts(text).map(TableRule::parse).collect();
        let gtids = if self.gtids.trim().is_empty() {
            None
        } else {
            let set = gtids(self.gtids.trim());
            Some(set.map_err(|reason| (Wish::Gtids, reason))?)
        };
        let ops = OPS.iter().zip(self.ops).filter(|(_, on)| *on);
        Ok(Wanted {
            filter: Filter {
                tables: tables(&self.tables),
                not_tables: tables(&self.not_tables),
                ops: ops.map(|(op, _)| *op).collect(),
                server_ids: servers.map_err(|_| (Wish::Servers, "Write server ids: 12, 13"))?,
                from: time(Wish::Since, &self.since)?,
                to: time(Wish::Until, &self.until)?,
                gtids,
                ..Filter::default()
            },
            conditions: conditions.ok_or((Wish::Values, "Write COLUMN=VALUE, such as id=42"))?,
            least_rows: number(Wish::Rows, &self.rows)?,
            least_bytes: number(Wish::Bytes, &self.bytes)?,
        })
    }
}

fn parts(text: &str) -> impl Iterator<Item = &str> {
    text.split(',')
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn gtids(text: &str) -> Result<GtidPosition, &'static str> {
    let set: Option<GtidPosition> = text.parse().ok();
    set.filter(|set| !set.is_empty())
        .ok_or("MySQL writes 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-21, MariaDB 0-1-5")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wishes_become_the_filter_that_they_say() {
        let wishes = Wishes {
            tables: "shop.orders, log_*".to_owned(),
            ops: [true, false, true],
            since: "2026-11-21 12:30".to_owned(),
            servers: " 12,13 ".to_owned(),
            conditions: "status=paid,id=42".to_owned(),
            rows: "1000".to_owned(),
            ..Wishes::default()
        };
        let zone = Zone::parse("+02:00").unwrap();
        let wanted = wishes.wanted(&zone).unwrap();
        let filter = &wanted.filter;
        assert!(filter.wants_table("shop", "orders") && filter.wants_table("any", "log_a"));
        assert!(!filter.wants_table("shop", "items"));
        assert_eq!(filter.ops, [Op::Insert, Op::Delete]);
        assert_eq!(filter.from, zone.seconds("2026-11-21T10:30:00Z"));
        assert_eq!(filter.server_ids, [12, 13]);
        assert_eq!(wanted.conditions.len(), 2);
        assert_eq!((wanted.least_rows, wanted.least_bytes), (1000, 0));
        assert_eq!(
            wishes.said(Wish::Operations).as_deref(),
            Some("insert · delete")
        );
    }

    #[test]
    fn nothing_wished_is_everything() {
        assert_eq!(Wishes::default().wanted(&Zone::UTC), Ok(Wanted::default()));
        for wish in Wish::ALL {
            assert_eq!(Wishes::default().said(wish), None, "{wish:?}");
        }
    }

    #[test]
    fn what_is_not_understood_is_named() {
        for wish in Wish::ALL {
            let mut wishes = Wishes::default();
            if let Some(text) = wishes.text(wish) {
                text.push_str("no such thing");
            }
            let fault = wishes.wanted(&Zone::UTC).err().map(|(wish, _)| wish);
            let any = matches!(wish, Wish::Tables | Wish::NotTables | Wish::Operations);
            assert_eq!(fault, (!any).then_some(wish));
        }
    }

    #[test]
    fn a_beginning_is_what_is_written_beside_it() {
        let start = |beginning: Beginning, text| beginning.start(text, &Zone::UTC);
        assert_eq!(start(Beginning::Now, ""), Ok(StartAt::Now));
        assert_eq!(
            start(Beginning::Place, "binlog.000042:157"),
            Ok(StartAt::Position {
                file: Some("binlog.000042".to_owned()),
                offset: 157
            })
        );
        assert_eq!(
            start(Beginning::Time, "2026-11-21 12:30"),
            Ok(StartAt::Time(1_795_264_200))
        );
        assert!(matches!(
            start(Beginning::Gtids, "0-1-5"),
            Ok(StartAt::After(_))
        ));
        for beginning in [Beginning::Place, Beginning::Time, Beginning::Gtids] {
            assert!(start(beginning, "nothing of it").is_err());
        }
    }
}
