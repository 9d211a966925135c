//! Which part of a log is wanted: the filters, as options that every verb has.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{
    super::Failure,
    ending::End,
    input::{Bound, InputArgs},
    server::Server,
};
use crate::engine::{
    binlog::{
        filter::{Filter, TableRule},
        gtid::{Gtid, GtidPosition, MariaGtid},
        matching::{Condition, Conditions},
        rows::Op,
        source::{Ending, Status},
        transaction::Item,
        zone::Zone,
    },
    visible,
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
    /// Only changes of a table, as DATABASE.TABLE, or TABLE in any database (with --database, in that one). May be
    /// given again.
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
    /// No changes of a table, as DATABASE.TABLE or TABLE. May be given again.
    #[arg(long, value_name = "NAME")]
    not_table: Vec<String>,
    /// Only these operations.
    #[arg(long, value_name = "OP", value_delimiter = ',', value_parser = PossibleValuesParser::new(OPS.map(Op::name)).map(|name| OPS.into_iter().find(|op| op.name() == name).expect("one of the names")))]
    op: Vec<Op>,
    /// Only the transactions with these GTIDs: a set as MySQL writes it, or GTIDs of MariaDB with commas between.
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
    /// None is any: there is but one, or it is a server's.
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

    /// Understand the options, for this log.
    pub(super) fn parse(
        &self,
        input: &InputArgs,
        server: Option<&Server>,
    ) -> Result<Selection, Failure> {
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
        let (gtids, listed) = self::gtids(self.gtid.as_deref())?;
        let (not_gtids, not_listed) = self::gtids(self.not_gtid.as_deref())?;
        let mut filter = Filter {
            tables: self.tables(),
            not_tables: self
                .not_table
                .iter()
                .map(|name| TableRule::parse(name))
                .collect(),
            ops: self.op.clone(),
            server_ids: self.server_id.clone(),
            gtids,
            not_gtids,
            listed,
            not_listed,
            ..Filter::default()
        };
        let mut until = None;
        match to {
            None => {}
            Some(Bound::Time(seconds)) => filter.to = Some(seconds),
            Some(Bound::Gtids(_)) if filter.gtids.is_some() || !filter.listed.is_empty() => {
                return Err(Failure::usage(
                    "--to with GTIDs and --gtid say the same",
                    "Give one of them.",
                ));
            }
            Some(Bound::Gtids(gtids)) => filter.gtids = Some(gtids),
            Some(Bound::Position { file, offset }) => {
                let last = || input.last_file();
                until = Some(Until {
                    file: file.map_or_else(last, |file| Ok(Some(file)))?,
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

impl SelectionArgs {
    /// A table without a database is one of the databases that are named, if any are.
    fn tables(&self) -> Vec<TableRule> {
        if self.table.is_empty() {
            let databases = self.database.iter();
            return databases.map(|name| TableRule::database(name)).collect();
        }
        let rules = self.table.iter().map(|name| TableRule::parse(name));
        rules
            .flat_map(|rule| {
                if rule.database.is_some() || self.database.is_empty() {
                    return vec![rule];
                }
                let in_each = self.database.iter().map(|database| TableRule {
                    database: Some(database.clone()),
                    table: rule.table.clone(),
                });
                in_each.collect()
            })
            .collect()
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

    /// The log ended elsewhere: what that is where the file was among those that were read. Where it was not, more
    /// was read than was asked for.
    pub(super) fn elsewhere(&self, ending: Ending) -> Result<End, Failure> {
        let whole = matches!(ending.status, Status::Complete | Status::InUse { .. });
        match &self.file {
            Some(file) if !self.met && whole => Err(Failure::usage(
                format!(
                    "--to names a file that is not among those that were read: {}",
                    visible::line(file)
                ),
                "porthole binlog list says which there are.",
            )),
            _ => Ok(End::Source(ending)),
        }
    }
}

/// Transactions of MySQL as a set, or of MariaDB one by one: a position of MariaDB would have all that were before.
fn gtids(text: Option<&str>) -> Result<(Option<GtidPosition>, Vec<Gtid>), Failure> {
    let Some(text) = text else {
        return Ok((None, Vec::new()));
    };
    let parts = text.split(',').map(|part| part.trim().parse());
    let listed: Result<Vec<MariaGtid>, _> = parts.collect();
    if let Ok(listed) = listed {
        return Ok((None, listed.into_iter().map(Gtid::MariaDb).collect()));
    }
    match text.parse() {
        Ok(GtidPosition::MySql(set)) => Ok((Some(GtidPosition::MySql(set)), Vec::new())),
        Ok(GtidPosition::MariaDb(_)) => Err(no_gtids(text, "it is no list of GTIDs")),
        Err(error) => Err(no_gtids(text, error)),
    }
}

fn no_gtids(text: &str, why: impl std::fmt::Display) -> Failure {
    Failure::usage(
        format!("{text}: {why}"),
        "MySQL writes 3e11fa47-71ca-11e1-9e33-c80aa9429562:1-21, MariaDB 0-1-5,0-1-6.",
    )
}
