//! What other programs compute: scipy 1.17, statsmodels 0.15, or by hand.

use super::{assert_close, counts};
use crate::engine::metrics::stats::{
    Counts, Level, PValue, beta, chi_square,
    chi_square::Alarm,
    distribution, flag, normal,
    planning::{DaysLeft, days_left},
    proportion, smoothing,
};

#[test]
fn normal_quantiles_are_exact_into_the_tails() {
    assert_close(normal::upper_quantile(0.025), 1.959_963_984_540_054, 1e-15);
    assert_close(normal::upper_quantile(1e-300), 37.047_096_299_361_2, 1e-14);
    assert!(normal::upper_quantile(0.5).abs() < 1e-16);
    assert_close(normal::upper_quantile(0.975), -1.959_963_984_540_054, 1e-15);
    // erfc ends near 27; its logarithm goes on without a step.
    let (near, far) = (normal::ln_upper(35.355_339), normal::ln_upper(35.355_34));
    assert_close(near - far, 1e-6 * 35.383_6, 1e-3);
}

#[test]
fn student_quantiles_and_tails() {
    assert_close(
        distribution::student_two_sided_quantile(0.05, 3.7),
        2.867_520_707_191_190_3,
        1e-13,
    );
    let p = distribution::ln_student_two_sided(40.0, 2.5).exp();
    assert_close(p, 0.000_141_956_342_904_933_8, 1e-12);
    assert!(distribution::ln_student_two_sided(0.0, 9.0).abs() < 1e-15);
}

#[test]
fn a_p_value_goes_below_what_f64_holds() {
    let p = PValue::of_z(100.0);
    assert!(p.p() < f64::MIN_POSITIVE);
    assert_close(p.log10(), -2_173.570_512_873_37, 1e-14);
    assert_eq!(PValue::of_z(0.0), PValue::ONE);
    assert_close(
        PValue::of_z(1e-8).log10(),
        -3.465_168_633_348_863_3e-9,
        1e-15,
    );
}

#[test]
fn more_events_than_trials_are_no_proportion() {
    assert_eq!(Counts::new(3_u64, 2_u64), None);
    assert_eq!(counts(0, 0).rate(), None);
    assert_eq!(proportion::wilson(counts(0, 0), Level::default()), None);
    assert!(counts(5, 10).is_enough() && !counts(4, 10).is_enough() && !counts(6, 10).is_enough());
}

#[test]
fn the_best_of_three() {
    let arms = [counts(120, 1000), counts(135, 1000), counts(128, 900)];
    let expected = [
        0.035_429_632_442_018,
        0.309_240_582_864_198,
        0.655_329_784_693_783,
    ];
    for (got, expected) in beta::chances_to_be_best(&arms, beta::Prior::default())
        .unwrap()
        .into_iter()
        .zip(expected)
    {
        assert_close(got, expected, 1e-6);
    }
}

#[test]
fn the_best_of_arms_of_very_different_sizes() {
    let arms = [
        counts(0, 1),
        counts(500, 1_000_000),
        counts(3, 10_000),
        counts(1, 3),
    ];
    let got = beta::chances_to_be_best(&arms, beta::Prior::default()).unwrap();
    assert_close(got[0], 0.4, 1e-6);
    assert_close(got[3], 0.6, 1e-6);
    assert!(got[1] < 1e-7 && got[2] < 1e-7, "{got:?}");
    assert_eq!(
        beta::chances_to_be_best(&arms[..1], beta::Prior::default()).unwrap(),
        [1.0]
    );
}

#[test]
fn the_best_of_many_is_told_and_of_too_many_not_asked() {
    let mut arms = vec![counts(120, 1000); beta::MOST_ARMS];
    for chance in beta::chances_to_be_best(&arms, beta::Prior::default()).unwrap() {
        assert_close(chance, 1.0 / beta::MOST_ARMS as f64, 1e-9);
    }
    // Points of one arm among those of others that are a thousand times as wide.
    arms.truncate(3);
    arms.push(counts(120_000_000, 1_000_000_000));
    let got = beta::chances_to_be_best(&arms, beta::Prior::default()).unwrap();
    let [wide, .., narrow] = got.as_slice() else {
        panic!("{got:?}")
    };
    assert_close(3.0 * wide + narrow, 1.0, 1e-12);
    // Each of the wide ones is below the narrow one with nearly the same chance: all three by its cube.
    let below = beta::chances(arms[0], arms[3], beta::Prior::default()).to_win;
    assert_close(*narrow, below.powi(3), 1e-5);
    let too_many = vec![counts(1, 2); 1000];
    assert_eq!(
        beta::chances_to_be_best(&too_many, beta::Prior::default()),
        None
    );
}

#[test]
fn a_split_that_changes_is_found_where_the_whole_looks_right() {
    let days = [vec![1545, 470], vec![1000, 1200], vec![1526, 2336]];
    let found = chi_square::homogeneity(&days).unwrap();
    assert_close(found.test.statistic, 761.105_254_985_743_6, 1e-13);
    assert_eq!((found.test.df, found.alarm()), (2, Alarm::Yellow));
    assert_close(found.test.p_value.p(), 5.346_798_358_664_142e-166, 1e-10);
    let whole = chi_square::srm(&[4071, 4006], &[1.0, 1.0]).unwrap();
    assert_eq!(whole.alarm(), Some(Alarm::Green));
}

#[test]
fn days_are_put_together_until_each_cell_expects_five() {
    let days = [
        vec![3, 2, 0],
        vec![4, 3, 0],
        vec![0, 0, 0],
        vec![9, 9, 0],
        vec![1, 1, 0],
    ];
    let found = chi_square::homogeneity(&days).unwrap();
    assert_eq!(found.groups, [0..2, 2..5]);
    assert_eq!(found.test.df, 1);
    // One group, one variant, nobody, rows of different lengths.
    assert_eq!(chi_square::homogeneity(&days[..2]), None);
    assert_eq!(chi_square::homogeneity(&[vec![90, 0], vec![90, 0]]), None);
    assert_eq!(chi_square::homogeneity(&[vec![0, 0]]), None);
    assert_eq!(chi_square::homogeneity(&[vec![9, 9], vec![9]]), None);
    assert_eq!(chi_square::homogeneity(&[]), None);
}

#[test]
fn an_alarm_needs_users_and_a_deviation_that_matters() {
    let alarm = |users: &[u128]| {
        chi_square::srm(users, &vec![1.0; users.len()])
            .unwrap()
            .alarm()
    };
    assert_eq!(alarm(&[9, 9]), None);
    assert_eq!(alarm(&[60, 100]), Some(Alarm::Yellow));
    assert_eq!(alarm(&[821_588, 815_482]), Some(Alarm::Red));
    // p = 3e-7, and off by less than a tenth of a point.
    assert_eq!(alarm(&[10_008_000, 9_992_000]), Some(Alarm::Yellow));
    assert_eq!(chi_square::srm(&[5], &[1.0]), None);
    assert_eq!(chi_square::srm(&[0, 0], &[1.0, 1.0]), None);
}

#[test]
fn strata_are_weighed_as_by_mantel_and_haenszel() {
    let strata = [
        (counts(20, 100), counts(30, 100)),
        (counts(60, 2000), counts(45, 1000)),
        (counts(9, 20), counts(3, 10)),
        (counts(0, 50), counts(0, 40)),
        (counts(0, 0), counts(4, 40)),
    ];
    let found = chi_square::mantel_haenszel(&strata, Level::default()).unwrap();
    assert_close(found.odds_ratio.unwrap(), 1.496_453_900_709_22, 1e-13);
    let interval = found.interval.unwrap();
    assert_close(interval.low, 1.077_132_582_793_706_6, 1e-12);
    assert_close(interval.high, 2.079_014_517_544_055, 1e-12);
    assert_close(found.test.statistic, 5.833_080_272_877_090_5, 1e-12);
    assert_close(found.test.p_value.p(), 0.015_727_561_875_877_65, 1e-11);
    assert_eq!(
        chi_square::mantel_haenszel(&strata[3..], Level::default()),
        None
    );
}

#[test]
fn days_left_go_by_the_median_of_the_last_week() {
    let week = [9_000, 0, 10, 20, 30, 40, 50, 1_000];
    assert_eq!(days_left(1_000.0, 400, &week), Some(DaysLeft::Days(20)));
    assert_eq!(days_left(1_000.0, 1_000, &week), Some(DaysLeft::Enough));
    assert_eq!(days_left(1e6, 0, &week), Some(DaysLeft::MoreThanAYear));
    assert_eq!(days_left(1_000.0, 400, &[10, 20]), Some(DaysLeft::Days(40)));
    assert_eq!(days_left(1_000.0, 400, &[0, 0, 9]), None);
    assert_eq!(days_left(1_000.0, 400, &[]), None);
}

#[test]
fn a_gap_leaves_the_average_as_it_was() {
    let points = [None, Some(2.0), None, Some(f64::INFINITY), Some(4.0)];
    let smooth = smoothing::debiased_ema(&points, 0.5).unwrap();
    assert_eq!(smooth[..4], [None, Some(2.0), None, None]);
    assert_close(smooth[4].unwrap(), (0.25 * 2.0 + 0.5 * 4.0) / 0.75, 1e-15);
    assert_eq!(smoothing::debiased_ema(&points, 1.0), None);
    let as_is = smoothing::debiased_ema(&points, 0.0).unwrap();
    assert_eq!(as_is, [None, Some(2.0), None, None, Some(4.0)]);
}

#[test]
fn an_objective_of_everything_leaves_no_budget() {
    assert_close(flag::burn(0.004, 0.995).unwrap(), 0.8, 1e-14);
    assert_eq!(flag::burn(0.004, 1.0), None);
    assert_eq!(flag::burn(0.004, f64::NAN), None);
}
