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
    /// New users of the smallest variant on each of the last full days, the oldest first.
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
    let users = arms.iter().map(|arm| arm.users).enumerate();
    let (smallest, per_arm) = users.min_by_key(|(_, users)| *users)?;
    let sample_size = planning::sample_size(baseline, baseline * (1.0 + method.plan.lift), aimed);
    let new_per_day = new_per_day(smallest, exposures, over_time);
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

/// New users of a variant on the last full days before today, none before the experiment began.
fn new_per_day(variant: usize, exposures: &Exposures, over_time: &OverTime) -> Vec<u64> {
    let Some(first) = over_time.days.first() else {
        return Vec::new();
    };
    let today = exposures.today();
    let days = (1..=RECENT_DAYS)
        .rev()
        .map(|back| Moment(today.0 - back * DAY));
    let days = days.filter(|date| *date >= first.date);
    let users = |date: Moment| {
        let day = over_time.days.iter().rfind(|day| day.date == date);
        let arm = day.and_then(|day| day.new.get(variant));
        arm.map_or(0, |arm| arm.users)
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
    let pace = planning::pace(new_per_day).unwrap_or_default();
    let (from, users) = (number(last.date), smallest(&last.so_far));
    let ahead = if pace > 0.0 {
        from.clamp(14, AHEAD as u32)
    } else {
        0
    };
    let foreseen = (1..=ahead).map(|days| {
        let more = (f64::from(days) * pace) as u64;
        (from + days, users + more, true)
    });
    seen.chain(foreseen)
        .filter_map(|(day, users, ahead)| point(day, users, ahead))
        .collect()
}
