//! What must hold for any counts.

use proptest::prelude::*;

use super::{assert_close, counts};
use crate::engine::metrics::stats::{
    Counts, Interval, Level, beta, chi_square, comparison, distribution::Beta, multiple, planning,
    proportion, sequential,
};

/// Arms of any size, small ones and ends of the range as often as others.
fn arms() -> impl Strategy<Value = Counts> {
    let trials = prop_oneof![
        1..20_u64,
        20..5_000_u64,
        5_000..1_000_000_000_u64,
        1..=u64::MAX
    ];
    trials.prop_flat_map(|trials| {
        let events = prop_oneof![Just(0), Just(trials), 0..=trials.min(30), 0..=trials];
        events.prop_map(move |events| counts(events, trials))
    })
}

fn levels() -> impl Strategy<Value = Level> {
    (0.5_f64..0.9999).prop_map(|confidence| Level::from_confidence(confidence).unwrap())
}

#[track_caller]
fn assert_mirrored(one: Interval, other: Interval, scale: f64) {
    let is_near = |a: f64, b: f64| (a + b).abs() <= 1e-12 * scale;
    assert!(
        is_near(one.low, other.high) && is_near(one.high, other.low),
        "{one:?} and {other:?}"
    );
}

proptest! {
    #[test]
    fn swapped_arms_have_the_opposite_difference(one in arms(), two in arms(), level in levels()) {
        let there = comparison::compare(one, two, level).unwrap();
        let back = comparison::compare(two, one, level).unwrap();
        prop_assert!((there.difference + back.difference).abs() <= 0.0);
        prop_assert_eq!(there.p_value, back.p_value);
        assert_mirrored(there.newcombe, back.newcombe, 1.0);
        assert_mirrored(there.wald, back.wald, 1.0);
    }

    #[test]
    fn limits_lie_around_what_they_limit(one in arms(), two in arms(), level in levels()) {
        let rate = one.rate().unwrap();
        for interval in [
            proportion::wilson(one, level).unwrap(),
            proportion::clopper_pearson(one, level).unwrap(),
        ] {
            prop_assert!(0.0 <= interval.low && interval.high <= 1.0);
            // Of counts near 2⁶⁴ the interval is as narrow as the last digit.
            prop_assert!(interval.low <= rate * (1.0 + 1e-15), "{interval:?} {rate}");
            prop_assert!(interval.high >= rate * (1.0 - 1e-15), "{interval:?} {rate}");
        }
        let compared = comparison::compare(one, two, level).unwrap();
        prop_assert!(compared.newcombe.contains(compared.difference));
        prop_assert!((-1.0 - 1e-12..).contains(&compared.newcombe.low));
        prop_assert!((..=1.0 + 1e-12).contains(&compared.newcombe.high));
    }

    #[test]
    fn failures_have_the_mirrored_interval(one in arms(), level in levels()) {
        let failures = Counts::new(one.misses(), one.trials()).unwrap();
        let interval = proportion::wilson(one, level).unwrap();
        let mirrored = proportion::wilson(failures, level).unwrap();
        prop_assert!((interval.low - (1.0 - mirrored.high)).abs() <= 1e-15);
        prop_assert!((interval.high - (1.0 - mirrored.low)).abs() <= 1e-15);
    }

    #[test]
    fn chances_of_both_arms_add_up(
        one in arms(),
        two in arms(),
        a in 0.1_f64..50.0,
        b in 0.1_f64..50.0,
    ) {
        let prior = beta::Prior::new(a, b).unwrap();
        let there = beta::chances(one, two, prior);
        let back = beta::chances(two, one, prior);
        prop_assert!((there.to_win + back.to_win - 1.0).abs() <= 1e-12);
        prop_assert!((0.0..=1.0).contains(&there.to_win));
        let gap = prior.posterior(one).mean() - prior.posterior(two).mean();
        let losses = there.loss_of_shipping - there.loss_of_keeping;
        prop_assert!((losses - gap).abs() <= 1e-12, "{losses} {gap}");
        prop_assert!((there.loss_of_shipping - back.loss_of_keeping).abs() <= 1e-12);
        prop_assert!(there.loss_of_shipping >= 0.0 && there.loss_of_keeping >= 0.0);
    }

    #[test]
    fn the_chance_to_win_is_the_finite_sum(
        (x1, n1) in (1_u64..200).prop_flat_map(|n| (0..=n, Just(n))),
        (x2, n2) in (1_u64..200).prop_flat_map(|n| (0..=n, Just(n))),
    ) {
        let chances = beta::chances(counts(x1, n1), counts(x2, n2), beta::Prior::default());
        let sum = finite_sum(x1, n1, x2, n2);
        prop_assert!((chances.to_win - sum).abs() <= 1e-11 * sum, "{chances:?} {sum}");
    }

    #[test]
    fn a_limit_of_a_beta_has_its_share_below(
        a in 0.05_f64..1e7,
        b in 0.05_f64..1e7,
        q in 1e-6_f64..0.5,
    ) {
        let beta = Beta { a, b };
        let mirrored = Beta { a: b, b: a };
        let (low, high) = (beta.quantile(q), beta.upper_quantile(q));
        prop_assert!(low <= high);
        prop_assert!((high - (1.0 - mirrored.quantile(q))).abs() <= 1e-12);
    }

    #[test]
    fn sequential_limits_hold_the_fixed_ones(one in arms(), two in arms(), alpha in 0.001_f64..0.3) {
        let level = Level::from_alpha(alpha).unwrap();
        let fixed = comparison::compare(one, two, level).unwrap();
        let sequence = sequential::asymptotic(one, two, alpha, 5000.0).unwrap();
        if let Some(interval) = sequence.absolute.interval {
            prop_assert!(interval.low <= fixed.wald.low && fixed.wald.high <= interval.high);
        }
        let looks = sequence.relative.and_then(|look| look.interval).zip(fixed.lift);
        if let Some((interval, lift)) = looks {
            prop_assert!(interval.low <= lift.delta.low && lift.delta.high <= interval.high);
        }
    }

    #[test]
    fn adjusted_is_not_below_raw(p_values in prop::collection::vec(0.0_f64..=1.0, 0..20)) {
        let bonferroni = multiple::bonferroni(&p_values, 0.05);
        let holm = multiple::holm(&p_values, 0.05);
        let bh = multiple::benjamini_hochberg(&p_values, 0.05);
        for (index, &raw) in p_values.iter().enumerate() {
            // A product and a quotient of the same two numbers may differ in the last digit.
            let at_most = |a: f64, b: f64| a <= b * (1.0 + 1e-15);
            prop_assert!(raw <= holm.p_values[index]);
            prop_assert!(at_most(raw, bh.p_values[index]));
            prop_assert!(at_most(bh.p_values[index], holm.p_values[index]));
            prop_assert!(holm.p_values[index] <= bonferroni.p_values[index]);
            prop_assert!(bonferroni.p_values[index] <= 1.0);
        }
        prop_assert!(bonferroni.rejected <= holm.rejected && holm.rejected <= bh.rejected);
    }

    #[test]
    fn only_proportions_of_weights_matter(
        arms in prop::collection::vec((0_u64..=u64::MAX, 0.01_f64..100.0), 2..20),
        scale in 1e-12_f64..1e12,
    ) {
        let (users, weights): (Vec<_>, Vec<_>) =
            arms.into_iter().map(|(users, weight)| (u128::from(users), weight)).unzip();
        let scaled: Vec<_> = weights.iter().map(|weight| weight * scale).collect();
        let (one, two) = (chi_square::srm(&users, &weights), chi_square::srm(&users, &scaled));
        prop_assert_eq!(one.is_some(), users.iter().any(|&count| count > 0));
        if let Some((one, two)) = one.zip(two) {
            assert_close(one.test.statistic, two.test.statistic, 1e-9);
            assert_close(one.max_abs_deviation, two.max_abs_deviation, 1e-9);
        }
    }

    #[test]
    fn the_users_of_an_effect_find_that_effect(p in 0.001_f64..0.9, effect in 0.01_f64..0.1) {
        let aims = planning::Aims::default();
        let size = planning::sample_size(p, p + effect, aims).unwrap();
        let power = planning::power(p, p + effect, size.per_arm_exact, 0.05).unwrap();
        prop_assert!((power - 0.8).abs() < 1e-12);
        let mde = planning::mde(p, size.per_arm_exact, aims).unwrap();
        assert_close(mde.absolute, effect, 1e-11);
    }
}

/// P(p₂ > p₁) under flat priors as a sum over the treatment's conversions.
fn finite_sum(x1: u64, n1: u64, x2: u64, n2: u64) -> f64 {
    let [a1, b1] = [x1 + 1, n1 - x1 + 1].map(|count| count as f64);
    let b2 = (n2 - x2 + 1) as f64;
    let ln_beta = |a: f64, b: f64| libm::lgamma(a) + libm::lgamma(b) - libm::lgamma(a + b);
    let term = |i: u64| {
        let i = i as f64;
        let ln = ln_beta(a1 + i, b1 + b2) - ln_beta(1.0 + i, b2) - ln_beta(a1, b1);
        ln.exp() / (b2 + i)
    };
    (0..=x2).map(term).sum()
}
