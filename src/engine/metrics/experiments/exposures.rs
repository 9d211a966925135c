//! The analysis set: each user once in each variant, converted or not, on the day of the first row; and which users
//! are in several variants. Plain data; `reading` fills it.
//!
//! Both ways to deal with users in several variants are kept, so that choosing the other asks the server nothing.

use std::collections::{BTreeMap, BTreeSet};

use super::{method::Contamination, sample::Sample};
use crate::engine::metrics::{Ran, series::Moment};

/// Days of all variants together that are kept apart; with more, the column of times is surely another, and a chart
/// would show nothing.
pub(super) const MOST_CELLS: usize = 200_000;

/// Some users, and how many of them converted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Arm {
    /// Users.
    pub users: u64,
    /// Those who converted; never more than `users`.
    pub converters: u64,
}

/// What was read of an experiment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exposures {
    /// Its variants, in the order of the contract's; rows without a variant are in none.
    pub variants: Vec<Assigned>,
    /// Users that are in several variants.
    pub several: u64,
    /// Rows that are not as they should be.
    pub odd: Odd,
    /// What the server takes for equal though it is spelled differently.
    pub spellings: Spellings,
    /// The table says when a user was assigned.
    pub has_times: bool,
    /// The first assignment, of those that are not in the future.
    pub first: Option<Moment>,
    /// The last one.
    pub last: Option<Moment>,
    /// There are more days and variants than are kept apart: users are counted, and on no day.
    pub too_many_days: bool,
    /// The server's clock when the reading began.
    pub now: Moment,
    /// Only some users were read.
    pub sample: Option<Sample>,
    /// How far the days' midnights are from UTC's, east positive.
    pub offset_secs: i32,
    /// The statements, in order.
    pub ran: Vec<Ran>,
}

/// A variant's users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assigned {
    /// The variant's name, as the contract has it.
    pub name: String,
    /// Rows that have a user.
    pub rows: u64,
    /// Everybody who was ever assigned to it.
    pub all: Days,
    /// Those of them who are in other variants too.
    pub shared: Days,
    /// Those of these whose earliest row is here.
    pub earliest: Days,
}

/// Users by the day of their first row in a variant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Days {
    /// All, also those without a day.
    pub total: Arm,
    /// By the midnight that begins the day, in seconds since 1970 of the days' own zone.
    pub days: BTreeMap<Moment, Arm>,
}

/// Rows that are not as they should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Odd {
    /// Without a user; in no figure.
    pub no_user: u64,
    /// Without a variant; in no figure.
    pub no_variant: u64,
    /// Without a value for the conversion; taken as not converted.
    pub no_value: u64,
    /// Neither 0 nor 1; taken as converted.
    pub other_value: u64,
    /// Without a time; outside the charts.
    pub no_time: u64,
    /// With a date that no calendar has, such as 0000-00-00; outside the charts.
    pub no_date: u64,
    /// In the future; outside the charts.
    pub future: u64,
}

/// What the server takes for equal though it is spelled differently: `User1` and `user1`, say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spellings {
    /// Users in one variant with several spellings.
    pub users: u64,
    /// Variants with several spellings.
    pub variants: u64,
}

impl Arm {
    pub(super) fn add(&mut self, converted: bool) {
        self.users += 1;
        self.converters += u64::from(converted);
    }

    pub(super) fn plus(self, other: Self) -> Self {
        Self {
            users: self.users + other.users,
            converters: self.converters + other.converters,
        }
    }

    /// What is taken away was read a moment later: it may hold users that this has not.
    fn minus(self, other: Self) -> Self {
        let users = self.users.saturating_sub(other.users);
        Self {
            users,
            converters: self.converters.saturating_sub(other.converters).min(users),
        }
    }
}

impl Days {
    /// One more user, first seen at this moment of the days' zone.
    pub(super) fn add(&mut self, first: Option<Moment>, converted: bool) {
        self.total.add(converted);
        if let Some(first) = first {
            self.days.entry(first.day()).or_default().add(converted);
        }
    }

    fn combined(&self, other: &Self, with: impl Fn(Arm, Arm) -> Arm) -> Self {
        let mut days = self.days.clone();
        for (day, arm) in &other.days {
            let entry = days.entry(*day).or_default();
            *entry = with(*entry, *arm);
        }
        days.retain(|_, arm| arm.users > 0);
        Self {
            total: with(self.total, other.total),
            days,
        }
    }

    pub(super) fn absorb(&mut self, other: &Self) {
        *self = self.combined(other, Arm::plus);
    }
}

impl Assigned {
    /// The users that count, under a rule for those in several variants.
    pub fn counted(&self, rule: Contamination) -> Days {
        let alone = self.all.combined(&self.shared, Arm::minus);
        match rule {
            Contamination::Exclude => alone,
            Contamination::First => alone.combined(&self.earliest, Arm::plus),
        }
    }
}

impl Exposures {
    /// Distinct users over all variants.
    pub fn users(&self) -> u64 {
        let pairs = |days: fn(&Assigned) -> &Days| -> u64 {
            let variants = self.variants.iter();
            variants.map(|variant| days(variant).total.users).sum()
        };
        pairs(|variant| &variant.all).saturating_sub(pairs(|variant| &variant.shared))
            + self.several
    }

    /// Each user has one row, in one variant, with 0 or 1: the contract's figures are then those of the analysis set,
    /// and where they differ, rows came in between.
    pub fn is_plain(&self) -> bool {
        let once = |variant: &Assigned| variant.rows == variant.all.total.users;
        self.several == 0 && self.odd.other_value == 0 && self.variants.iter().all(once)
    }

    /// Where a day of the charts is in UTC.
    pub fn utc(&self, day: Moment) -> Moment {
        Moment(day.0 - i64::from(self.offset_secs))
    }

    /// The day that is not over yet.
    pub fn today(&self) -> Moment {
        Moment(self.now.0 + i64::from(self.offset_secs)).day()
    }

    /// The days on which somebody was first seen.
    pub fn days(&self) -> Vec<Moment> {
        let days = self
            .variants
            .iter()
            .flat_map(|variant| variant.all.days.keys());
        days.copied().collect::<BTreeSet<_>>().into_iter().collect()
    }
}
