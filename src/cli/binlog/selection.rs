//! Which part of a log is wanted: the filters, as options that every verb has.

use clap::builder::{PossibleValuesParser, TypedValueParser as _};

use super::{
    super::{Failure, print},
    input::{Bound, InputArgs},
    server::Server,
    until::Until,
};
use crate::engine::binlog::{
    filter::{Filter, TableRule},
    gtid::{Gtid, GtidPosition, MariaGtid, MySqlGtidSet},
    matching::{Condition, Conditions},
    rows::Op,
    zone::Zone,
};

/// What is wanted of a log.
#[derive(clap::Args, Clone)]
#[command(next_help_heading = "Selection")]
pub(super) struct SelectionArgs {
    /// Begin here: FILE:POSITION, POSITION (in the first file), a time, GTIDs that are left out, or now.
    #[arg(long, value_name = "PLACE")]
    from: Option<String>,
    /// End here: before the transaction at FILE:POSITION or POSITION (in the last file), before a time, or behind the
    /// transactions up to these GTIDs.
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
    /// Where to end, where that is nothing that the filter knows.
    pub(super) until: Option<Until>,
    pub(super) filter: Filter,
    pub(super) zone: Zone,
    conditions: Vec<Condition>,
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
        if let Some(Bound::Gtids(GtidPosition::MySql(set))) = &from {
            tell_earlier(set);
        }
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
            Some(Bound::Time(_) | Bound::Gtids(_)) if input.follow => {
                return Err(Failure::usage(
                    "--to is a position where more is waited for",
                    "Write FILE:POSITION, or leave the waiting out: cat with --from.",
                ));
            }
            Some(Bound::Time(seconds)) => filter.to = Some(seconds),
            Some(Bound::Gtids(gtids)) => until = Some(Until::behind(gtids)),
            Some(Bound::Position { file, offset }) => {
                until = Some(Until::before(input.file_of_end(file)?, offset));
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

/// A set is what is left out, which is easily taken for a place to begin behind.
fn tell_earlier(set: &MySqlGtidSet) {
    let late = set.iter().find_map(|(origin, mut parts)| {
        let (first, _) = parts.next().filter(|(first, _)| *first > 1)?;
        Some((origin, first, parts.last().map_or(first, |(_, last)| last)))
    });
    if let Some((origin, first, last)) = late {
        print::warning(&format!(
            "--from leaves out these GTIDs alone, and those before {origin}:{first} are read: to begin behind, write {origin}:1-{last}"
        ));
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
        Ok(GtidPosition::MySql(set)) if set.is_empty() => {
            Err(no_gtids(text, "it names no transaction"))
        }
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
