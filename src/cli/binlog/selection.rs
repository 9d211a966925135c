//! Which part of a log is wanted: the filters, as options that every verb has.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{super::Failure, input::Bound, server::Server};
use crate::engine::binlog::{
    filter::{Filter, TableRule},
    gtid::GtidPosition,
    matching::{Condition, Conditions},
    rows::Op,
    transaction::Item,
    zone::Zone,
};

/// What is wanted of a log.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectionArgs {
    /// Begin here: FILE:POSITION, POSITION (in the first file), a time, GTIDs that are left out, or now.
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// End here: before the transaction at FILE:POSITION or POSITION (in the last file), before a time, or with the
    /// last of these GTIDs.
    #[arg(long, value_name = "PLACE")]
    to: Option<String>,
    /// Only changes of a database; * and ? stand for any characters. May be given again.
    #[arg(long, value_name = "NAME")]
    database: Vec<String>,
    /// Only changes of a table, as DATABASE.TABLE or TABLE. May be given again.
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
    /// No changes of a table, as DATABASE.TABLE or TABLE. May be given again.
    #[arg(long, value_name = "NAME")]
    not_table: Vec<String>,
    /// Only these operations.
    #[arg(long, value_name = "OP", value_delimiter = ',', value_parser = PossibleValuesParser::new(OPS.map(Op::name)).map(|name| OPS.into_iter().find(|op| op.name() == name).expect("one of the names")))]
    op: Vec<Op>,
    /// Only transactions of these GTIDs, as the server writes sets (MySQL) or states (MariaDB).
    #[arg(long, value_name = "GTIDS")]
    gtid: Option<String>,
    /// No transactions of these GTIDs.
    #[arg(long, value_name = "GTIDS")]
    not_gtid: Option<String>,
    /// Only transactions that this server made. May be given again.
    #[arg(long, value_name = "ID")]
    server_id: Vec<u32>,
    /// Only rows where a column has this value before or after the change; NULL is also SQL's. Given again, all must
    /// hold in the same image.
    #[arg(long = "where", value_name = "COLUMN=VALUE")]
    conditions: Vec<String>,
    /// The zone in which TIMESTAMP columns are shown and times without a zone are meant: +02:00, Europe/Oslo. Else the
    /// profile's, or UTC.
    #[arg(long, value_name = "ZONE")]
    time_zone: Option<String>,
}

const OPS: [Op; 3] = [Op::Insert, Op::Update, Op::Delete];

/// What is wanted, understood.
pub(super) struct Selection {
    pub(super) from: Option<Bound>,
    /// A place to end at, where it is none that the filter knows.
    pub(super) until: Option<Until>,
    pub(super) filter: Filter,
    pub(super) zone: Zone,
    conditions: Vec<Condition>,
}

/// A place in a file.
#[derive(Clone, Debug)]
pub(super) struct Until {
    /// None is the last file.
    file: Option<String>,
    offset: u64,
    /// The file was seen.
    met: bool,
}

impl SelectionArgs {
    /// Begin with what comes from now on, where no other place is named.
    pub(super) fn begin_now(&mut self) {
        self.from.get_or_insert_with(|| "now".to_owned());
    }

    /// Understand the options.
    pub(super) fn parse(&self, server: Option<&Server>) -> Result<Selection, Failure> {
        let zone = self.time_zone.as_deref();
        let zone = zone.unwrap_or(server.map_or("+00:00", Server::time_zone));
        let zone = Zone::parse(zone).ok_or_else(|| {
            Failure::usage(
                format!("no time zone: {zone}"),
                "Give an offset such as +02:00, or a region such as Europe/Oslo.",
            )
        })?;
        let bound = |text: &Option<String>| {
            let text = text.as_deref();
            text.map(|text| Bound::parse(text, &zone)).transpose()
        };
        let (from, to) = (bound(&self.from)?, bound(&self.to)?);
        let mut filter = Filter {
            tables: self
                .database
                .iter()
                .map(|name| TableRule::database(name))
                .chain(self.table.iter().map(|name| TableRule::parse(name)))
                .collect(),
            not_tables: self
                .not_table
                .iter()
                .map(|name| TableRule::parse(name))
                .collect(),
            ops: self.op.clone(),
            server_ids: self.server_id.clone(),
            gtids: gtids(self.gtid.as_deref())?,
            not_gtids: gtids(self.not_gtid.as_deref())?,
            ..Filter::default()
        };
        let mut until = None;
        match to {
            None => {}
            Some(Bound::Time(seconds)) => filter.to = Some(seconds),
            Some(Bound::Gtids(_)) if filter.gtids.is_some() => {
                return Err(Failure::usage(
                    "--to with GTIDs and --gtid say the same",
                    "Give one of them.",
                ));
            }
            Some(Bound::Gtids(gtids)) => filter.gtids = Some(gtids),
            Some(Bound::Position { file, offset }) => {
                until = Some(Until {
                    file,
                    offset,
                    met: false,
                });
            }
            Some(Bound::Now) => {
                return Err(Failure::usage(
                    "--to now says nothing",
                    "Without --follow, reading ends where the log ends.",
                ));
            }
        }
        let condition = |text: &String| {
            Condition::parse(text).ok_or_else(|| {
                Failure::usage(
                    format!("no condition: {text}"),
                    "Write COLUMN=VALUE, such as id=42.",
                )
            })
        };
        Ok(Selection {
            from,
            until,
            filter,
            zone,
            conditions: self
                .conditions
                .iter()
                .map(condition)
                .collect::<Result<_, _>>()?,
        })
    }
}

impl Selection {
    /// What rows must fit.
    pub(super) fn conditions(&self) -> Conditions {
        Conditions::new(self.conditions.clone(), self.zone.clone())
    }

    /// Whether only rows of some values are wanted.
    pub(super) fn chooses_rows(&self) -> bool {
        !self.conditions.is_empty()
    }
}

impl Until {
    /// Whether an item is at the place or beyond it, and begins something.
    pub(super) fn is_reached(&mut self, item: &Item) -> bool {
        let (file, offset) = match item {
            Item::Begin(begin) => (&begin.file, begin.offset),
            Item::Other(raw, _) => (&raw.file, raw.offset),
            _ => return false,
        };
        match &self.file {
            Some(wanted) if **wanted == **file => {
                self.met = true;
                offset >= self.offset
            }
            Some(_) => self.met,
            None => offset >= self.offset,
        }
    }
}

fn gtids(text: Option<&str>) -> Result<Option<GtidPosition>, Failure> {
    text.map(|text| {
        text.parse().map_err(|error| Failure::Usage {
            message: format!("{text}: {error}"),
            hint: Some(
                "MySQL writes 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-21, MariaDB 0-1-5.".to_owned(),
            ),
        })
    })
    .transpose()
}
