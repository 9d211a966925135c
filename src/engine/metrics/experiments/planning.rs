//! How many users an experiment takes, the smallest effect that it finds, and how long yet.

use super::{
    exposures::{Arm, Exposures},
    method::Method,
    over_time::OverTime,
};
use crate::engine::metrics::{
    series::{DAY, Moment},
    stats::planning::{self, Aims, DaysLeft, Mde, SampleSize},
};

/// Full days that say how many users come in.
const RECENT_DAYS: i64 = 7;
/// Days that the curve looks ahead at most.
const AHEAD: usize = 90;

/// A plan for what is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Planning {
    /// The rate without the change.
    pub baseline: f64,
    /// The lift that is worth finding.
    pub lift: f64,
    /// The chance to find it.
    pub power: f64,
    /// Users that finding it takes; `None` where no number does, as with a baseline of 0.
    pub sample_size: Option<SampleSize>,
    /// Users of the smallest variant so far.
    pub per_arm: u64,
    /// The smallest effect that these find.
    pub mde: Option<Mde>,
    /// New users per variant on each of the last full days.
    pub new_per_day: Vec<u64>,
    /// Days until there are enough; `None` where nobody came in lately.
    pub days_left: Option<DaysLeft>,
    /// The smallest effect by days since the first.
    pub curve: Vec<MdePoint>,
}

/// The smallest effect that is found after so many days.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MdePoint {
    /// Days since the experiment began; the first is 1.
    pub day: u32,
    /// Users per variant.
    pub per_arm: u64,
    /// Foreseen, not seen.
    pub ahead: bool,
    /// The effect.
    pub mde: Mde,
}

/// `None` without a control that has users.
pub(super) fn plan(
    arms: &[Arm],
    control: Option<usize>,
    exposures: &Exposures,
    over_time: &OverTime,
    method: &Method,
) -> Option<Planning> {
    let control = arms.get(control?)?;
    let aimed = Aims::new(method.alpha, method.plan.power)?;
    let baseline = method.plan.baseline.or_else(|| control.counts().rate())?;
    let per_arm = arms.iter().map(|arm| arm.users).min()?;
    let sample_size = planning::sample_size(baseline, baseline * (1.0 + method.plan.lift), aimed);
    let new_per_day = new_per_day(arms.len(), exposures, over_time);
    Some(Planning {
        baseline,
        lift: method.plan.lift,
        power: method.plan.power,
        per_arm,
        mde: planning::mde(baseline, per_arm as f64, aimed),
        days_left: sample_size
            .and_then(|size| planning::days_left(size.per_arm, per_arm, &new_per_day)),
        sample_size,
        curve: curve(baseline, aimed, over_time, &new_per_day),
        new_per_day,
    })
}

/// New users per variant on the last full days before today, none before the experiment began.
fn new_per_day(arms: usize, exposures: &Exposures, over_time: &OverTime) -> Vec<u64> {
    let Some(first) = over_time.days.first() else {
        return Vec::new();
    };
    let today = exposures.today();
    let days = (1..=RECENT_DAYS).map(|back| Moment(today.0 - back * DAY));
    let days = days.filter(|date| *date >= first.date);
    let users = |date: Moment| {
        let day = over_time.days.iter().rfind(|day| day.date == date);
        let users: u64 = day.map_or(0, |day| day.new.iter().map(|arm| arm.users).sum());
        users / arms.max(1) as u64
    };
    days.map(users).collect()
}

fn curve(baseline: f64, aims: Aims, over_time: &OverTime, new_per_day: &[u64]) -> Vec<MdePoint> {
    let (Some(first), Some(last)) = (over_time.days.first(), over_time.days.last()) else {
        return Vec::new();
    };
    let number = |date: Moment| ((date.0 - first.date.0) / DAY + 1) as u32;
    let smallest = |arms: &[Arm]| arms.iter().map(|arm| arm.users).min().unwrap_or_default();
    let point = |day, per_arm: u64, ahead| {
        Some(MdePoint {
            day,
            per_arm,
            ahead,
            mde: planning::mde(baseline, per_arm as f64, aims)?,
        })
    };
    let seen = over_time
        .days
        .iter()
        .map(|day| (number(day.date), smallest(&day.so_far), false));
    let (from, users, rate) = (
        number(last.date),
        smallest(&last.so_far),
        median(new_per_day),
    );
    let ahead = if rate > 0 {
        from.clamp(14, AHEAD as u32)
    } else {
        0
    };
    let foreseen = (1..=ahead).map(|days| (from + days, users + u64::from(days) * rate, true));
    seen.chain(foreseen)
        .filter_map(|(day, users, ahead)| point(day, users, ahead))
        .collect()
}

fn median(days: &[u64]) -> u64 {
    let mut days = days.to_vec();
    days.sort_unstable();
    days.get(days.len() / 2).copied().unwrap_or_default()
}
