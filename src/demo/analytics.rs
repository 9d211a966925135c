//! Rows of schema `analytics`: experiments with assignments, feature flags by the hour, runs of a machine-learning
//! tracker. Each has something to find: see the tables of constants.

use super::{
    random::Random,
    writer::{datetime, quoted},
};

const HOUR: i64 = 3_600;
const DAY: i64 = 24 * HOUR;

/// Rows of `experiment_assignments`.
pub(super) const ASSIGNMENTS: u64 = 200_000;
/// The experiment that the trickle goes on feeding.
pub(super) const RUNNING: &Experiment = &EXPERIMENTS[2];

/// An experiment as it was planned, and what its data will show.
#[derive(Debug)]
pub(super) struct Experiment {
    /// `experiment_id`.
    pub(super) id: &'static str,
    users: u64,
    from_day: i64,
    to_day: i64,
    /// Name, share of the users it gets, rate of conversion. The shares add up to 1.
    variants: &'static [(&'static str, f64, f64)],
}

const EXPERIMENTS: [Experiment; 3] = [
    // Clean, with a difference to see.
    Experiment {
        id: "checkout-button",
        users: 90_000,
        from_day: -35,
        to_day: -7,
        variants: &[("control", 0.5, 0.102), ("treatment", 0.5, 0.111)],
    },
    // Meant to be halves: too few came to the treatment, so its rate says nothing.
    Experiment {
        id: "search-ranking",
        users: 60_000,
        from_day: -28,
        to_day: -14,
        variants: &[("control", 0.515, 0.200), ("treatment", 0.485, 0.212)],
    },
    // Still running, three ways.
    Experiment {
        id: "onboarding-tour",
        users: 50_000,
        from_day: -10,
        to_day: 0,
        variants: &[
            ("control", 0.34, 0.310),
            ("long", 0.33, 0.305),
            ("short", 0.33, 0.327),
        ],
    },
];

impl Experiment {
    /// One assignment, as the values of [`ASSIGNMENT_COLUMNS`]. Each `nth` is a user of its own.
    pub(super) fn assignment(&self, random: &mut Random, nth: u64, at: i64) -> String {
        let mut left = random.unit();
        let mut variants = self.variants.iter();
        let (name, _, rate) = variants
            .find(|(_, share, _)| {
                left -= share;
                left < 0.0
            })
            .unwrap_or(&self.variants[0]); // shares that add up to a hair under 1
        let converted = u8::from(random.chance(*rate));
        // Multiplying by a number without a common divisor shuffles, and gives no user twice.
        let user = nth * 7_368_787 % 10_000_000;
        format!(
            "'{}','u{user:07}','{name}',{converted},'{}'",
            self.id,
            datetime(at)
        )
    }

    /// How many assignments the sample data has of it.
    pub(super) fn users(&self) -> u64 {
        self.users
    }
}

/// Where [`Experiment::assignment`] goes.
pub(super) const ASSIGNMENT_COLUMNS: &str =
    "analytics.experiment_assignments (experiment_id, user_id, variant_id, converted, assigned_at)";

/// All assignments up to `now`, in order of time within each experiment.
pub(super) fn assignments(random: &mut Random, now: i64) -> impl Iterator<Item = String> {
    EXPERIMENTS.iter().flat_map(move |experiment| {
        let (from, to) = (
            now + experiment.from_day * DAY,
            now + experiment.to_day * DAY,
        );
        let mut times: Vec<i64> = (0..experiment.users)
            .map(|_| moment(random, from, to))
            .collect();
        times.sort_unstable();
        let rows: Vec<String> = (0..)
            .zip(times)
            .map(|(nth, at)| experiment.assignment(random, nth, at))
            .collect();
        rows
    })
}

/// A time between these, by day rather than by night.
pub(super) fn moment(random: &mut Random, from: i64, to: i64) -> i64 {
    loop {
        let at = from + random.seconds(to - from);
        if random.chance(traffic(at)) {
            return at;
        }
    }
}

/// How busy an hour is, from 0.2 to 1.
fn traffic(at: i64) -> f64 {
    let turn = (at.rem_euclid(DAY) - 15 * HOUR) as f64 / DAY as f64 * std::f64::consts::TAU;
    0.6 + 0.4 * turn.cos()
}

const FLAG_DAYS: i64 = 28;
/// Name, requests in a busy hour, rate of errors without and with the flag.
const FLAGS: [(&str, f64, f64, f64); 4] = [
    ("dark-mode", 9_000.0, 0.004, 0.004),
    ("fast-checkout", 2_400.0, 0.006, 0.005), // with an incident, below
    ("image-cdn", 40_000.0, 0.0010, 0.0013),  // given to more people day by day
    ("new-search", 15_000.0, 0.0030, 0.0046), // worse, and not by a little
];
/// Rows of `feature_flag_events`.
pub(super) const FLAG_EVENTS: u64 = (FLAG_DAYS * 24).unsigned_abs() * FLAGS.len() as u64 * 2;

/// Where [`flag_events`] goes.
pub(super) const FLAG_COLUMNS: &str =
    "analytics.feature_flag_events (flag_id, group_key, request_count, error_count, recorded_at)";

/// Every hour of the last 28 days, by flag and group.
pub(super) fn flag_events(random: &mut Random, now: i64) -> impl Iterator<Item = String> {
    let last = now - now.rem_euclid(HOUR);
    (0..FLAG_DAYS * 24).flat_map(move |hour| {
        let at = last - (FLAG_DAYS * 24 - 1 - hour) * HOUR;
        flag_hour(random, at, hour as f64 / (FLAG_DAYS * 24) as f64, 1.0)
    })
}

/// What all flags report for one time; `progress` is how far the 28 days have gone, `share` how much of an hour it is.
pub(super) fn flag_hour(random: &mut Random, at: i64, progress: f64, share: f64) -> Vec<String> {
    let mut rows = Vec::with_capacity(FLAGS.len() * 2);
    for (flag, busy, without, with) in FLAGS {
        let enabled_share = if flag == "image-cdn" {
            0.05 + 0.9 * progress
        } else {
            0.5
        };
        for (group, part, mut rate) in [
            ("control", 1.0 - enabled_share, without),
            ("enabled", enabled_share, with),
        ] {
            // Six bad hours on the 20th day, only for those who had the flag.
            if flag == "fast-checkout" && group == "enabled" && (0.690..0.699).contains(&progress) {
                rate = 0.06;
            }
            let mean = busy * part * share * traffic(at);
            let requests = (mean + mean.sqrt() * random.normal()).max(0.0).round() as u64;
            let errors = random.successes(requests, rate);
            rows.push(format!(
                "'{flag}','{group}',{requests},{errors},'{}'",
                datetime(at)
            ));
        }
    }
    rows
}

const TRACKED: [(&str, &str); 2] = [
    ("churn-model", "Who will cancel in the next 30 days"),
    (
        "price-forecast",
        "Weekly price of 40 products, next 8 weeks",
    ),
];
const RUNS_OF_EACH: i64 = 6;
const STEPS: i64 = 120;
/// Rows of `runs`.
pub(super) const RUNS: u64 = TRACKED.len() as u64 * RUNS_OF_EACH.unsigned_abs();
/// Rows of the tracker's `experiments`.
pub(super) const TRACKED_EXPERIMENTS: u64 = TRACKED.len() as u64;

/// Rows of `experiments`, `runs` and `metrics`, in this order, each with its table.
pub(super) fn tracker(random: &mut Random, now: i64) -> [(&'static str, Vec<String>); 3] {
    let (mut experiments, mut runs, mut metrics) = (Vec::new(), Vec::new(), Vec::new());
    for (number, (name, description)) in (1i64..).zip(TRACKED) {
        let made = now - (20 + number) * DAY;
        let place = format!("s3://models/{name}");
        experiments.push(format!(
            "{number},'{name}',{},'{}','{place}','active'",
            quoted(description),
            datetime(made)
        ));
        for nth in 0..RUNS_OF_EACH {
            let run = format!("{:016x}{:016x}", random.bits(), random.bits());
            let newest = nth + 1 == RUNS_OF_EACH;
            // One diverged, one is still at it.
            let status = match number {
                1 if nth == 3 => "FAILED",
                2 if newest => "RUNNING",
                _ => "FINISHED",
            };
            let steps = if status == "FINISHED" {
                STEPS
            } else {
                STEPS * 2 / 3
            };
            let start = if status == "RUNNING" {
                now - steps * 30
            } else {
                made + 2 * DAY * nth + random.seconds(40_000)
            };
            let end = (status != "RUNNING").then(|| (start + steps * 30) * 1_000);
            let end = end.map_or("NULL".to_owned(), |end| end.to_string());
            let person = random.pick(&["ada", "grace", "katherine"]);
            runs.push(format!(
                "'{run}',{number},'{person}','{status}',{},{end},'{place}/{run}/artifacts'",
                start * 1_000
            ));
            let rate = 0.02 * 0.6f64.powf(nth as f64);
            metrics.extend(curves(random, &run, status == "FAILED", rate, start, steps));
        }
    }
    [
        (
            "analytics.experiments (experiment_id, name, description, created_timestamp, artifact_location, lifecycle_stage)",
            experiments,
        ),
        (
            "analytics.runs (run_id, experiment_id, user_id, status, start_time, end_time, artifact_uri)",
            runs,
        ),
        (
            "analytics.metrics (run_id, metric_key, metric_value, timestamp, step)",
            metrics,
        ),
    ]
}

/// The curves of one run: it learns, and its validation loss turns up again late; one that diverges ends in NULL, as
/// a FLOAT has no word for infinity.
fn curves(
    random: &mut Random,
    run: &str,
    diverges: bool,
    rate: f64,
    start: i64,
    steps: i64,
) -> Vec<String> {
    let mut rows = Vec::new();
    let mut push = |key: &str, value: Option<f64>, step: i64| {
        let value = value.map_or("NULL".to_owned(), |value| format!("{value:.6}"));
        rows.push(format!(
            "'{run}','{key}',{value},{},{step}",
            (start + step * 30) * 1_000
        ));
    };
    for step in 0..steps {
        let learned = (-rate * 3.0 * step as f64).exp();
        let blow_up = if diverges {
            (step as f64 / 9.0).exp()
        } else {
            0.0
        };
        let noise = 0.01 * random.normal();
        let train = 0.12 + 0.6 * learned + noise + blow_up;
        push("train_loss", (train < 5_000.0).then_some(train), step);
        if step % 5 == 0 {
            let late = (step as f64 / STEPS as f64).powi(3) * 0.05;
            let loss = 0.15 + 0.58 * learned + late + 0.006 * random.normal() + blow_up;
            push("val_loss", (loss < 5_000.0).then_some(loss), step);
            let accuracy = 0.93 - 0.38 * learned - late + 0.004 * random.normal();
            push(
                "val_accuracy",
                Some(if diverges { 0.5 } else { accuracy }),
                step,
            );
            push("learning_rate", Some(rate), step);
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::*;

    const NOW: i64 = 1_790_000_000;

    fn all_assignments() -> Vec<String> {
        assignments(&mut Random::new(7), NOW).collect()
    }

    #[test]
    fn the_same_seed_gives_the_same_rows_and_another_gives_others() {
        assert_eq!(all_assignments(), all_assignments());
        let other: Vec<String> = assignments(&mut Random::new(8), NOW).take(3).collect();
        assert_ne!(all_assignments()[..3], other);
    }

    #[test]
    fn assignments_are_as_many_as_promised_and_no_user_is_in_an_experiment_twice() {
        let rows = all_assignments();
        assert_eq!(rows.len() as u64, ASSIGNMENTS);
        let people: HashSet<(&str, &str)> = rows
            .iter()
            .map(|row| {
                let mut values = row.split(',');
                (values.next().unwrap(), values.next().unwrap())
            })
            .collect();
        assert_eq!(people.len() as u64, ASSIGNMENTS);
    }

    #[test]
    fn one_experiment_has_the_wrong_split_and_the_others_have_the_planned_one() {
        let rows = all_assignments();
        let mut people: HashMap<(String, String), f64> = HashMap::new();
        for row in &rows {
            let values: Vec<&str> = row.split(',').collect();
            *people
                .entry((values[0].to_owned(), values[2].to_owned()))
                .or_default() += 1.0;
        }
        for experiment in &EXPERIMENTS {
            // Against what people believe was planned: equal parts.
            let expected = experiment.users as f64 / experiment.variants.len() as f64;
            let chi_square: f64 = experiment
                .variants
                .iter()
                .map(|(name, ..)| {
                    let seen = people[&(format!("'{}'", experiment.id), format!("'{name}'"))];
                    (seen - expected).powi(2) / expected
                })
                .sum();
            // 10.8 is p = 0.001 for two variants.
            match experiment.id {
                "search-ranking" => assert!(chi_square > 30.0, "{chi_square}"),
                "checkout-button" => assert!(chi_square < 10.8, "{chi_square}"),
                _ => {}
            }
        }
    }

    #[test]
    fn flags_report_every_hour_and_never_more_errors_than_requests() {
        let rows: Vec<String> = flag_events(&mut Random::new(7), NOW).collect();
        assert_eq!(rows.len() as u64, FLAG_EVENTS);
        for row in &rows {
            let values: Vec<&str> = row.split(',').collect();
            let (requests, errors): (u64, u64) =
                (values[2].parse().unwrap(), values[3].parse().unwrap());
            assert!(errors <= requests, "{row}");
        }
    }

    #[test]
    fn the_tracker_has_twelve_runs_and_no_point_twice() {
        let [(_, experiments), (_, runs), (_, metrics)] = tracker(&mut Random::new(7), NOW);
        assert_eq!(
            (experiments.len() as u64, runs.len() as u64),
            (TRACKED_EXPERIMENTS, RUNS)
        );
        let keys: HashSet<(&str, &str, &str)> = metrics
            .iter()
            .map(|row| {
                let values: Vec<&str> = row.split(',').collect();
                (values[0], values[1], values[3])
            })
            .collect();
        assert_eq!(keys.len(), metrics.len());
        assert!(metrics.iter().any(|row| row.contains(",NULL,")));
    }
}
