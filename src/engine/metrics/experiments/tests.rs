//! Figures of analysis sets that are made by hand: edge cases, verdicts, and what must not change them.

use expect_test::expect;
use proptest::prelude::*;

use super::{
    Analysis, Arm, Check, Exposures, Method, Report, Sample, VariantMetrics, Verdict, analyze,
    exposures::{Assigned, Days, Odd},
    method::{Correction, LiftKind},
};
use crate::engine::metrics::{
    health::Level,
    ratio::ratio,
    series::{DAY, Moment},
    stats::{PValue, planning::DaysLeft},
};

const NOON: i64 = 20_000 * DAY + DAY / 2;

/// Each variant with users and converters, all of a day ten days ago.
fn experiment(variants: &[(&str, u64, u64)]) -> (Vec<VariantMetrics>, Exposures) {
    let days = variants
        .iter()
        .map(|(name, users, converters)| (*name, vec![(10, *users, *converters)]));
    by_day(&days.collect::<Vec<_>>())
}

/// Users and converters of some days, each so many days ago.
type Ago = Vec<(i64, u64, u64)>;

/// Each variant with its days.
fn by_day(variants: &[(&str, Ago)]) -> (Vec<VariantMetrics>, Exposures) {
    let mut exposures = Exposures {
        has_times: true,
        now: Moment(NOON),
        first: Some(Moment(NOON - 40 * DAY)),
        last: Some(Moment(NOON - 2 * DAY)),
        ..Exposures::default()
    };
    let mut contract = Vec::new();
    for (name, days) in variants {
        let mut all = Days::default();
        for (ago, users, converters) in days {
            let arm = Arm {
                users: *users,
                converters: *converters,
            };
            all.total = all.total.plus(arm);
            all.days.insert(Moment(NOON - ago * DAY).day(), arm);
        }
        contract.push(VariantMetrics {
            variant: (*name).to_owned(),
            named: true,
            mean: ratio(
                i128::from(all.total.converters),
                u128::from(all.total.users),
            ),
            count: all.total.users,
            conversions: i128::from(all.total.converters),
        });
        exposures.variants.push(Assigned {
            name: (*name).to_owned(),
            rows: all.total.users,
            all,
            ..Assigned::default()
        });
    }
    (contract, exposures)
}

fn look(variants: &[(&str, u64, u64)], method: &Method) -> Analysis {
    let (contract, exposures) = experiment(variants);
    analyze(&contract, &exposures, method)
}

fn verdicts(analysis: &Analysis) -> Vec<&'static str> {
    let variants = analysis.variants.iter();
    let compared = variants.filter_map(|variant| variant.comparison);
    compared
        .map(|comparison| comparison.verdict.words())
        .collect()
}

#[test]
fn verdicts_follow_the_p_value_and_wait_for_enough_users() {
    let verdict = |control, treatment| {
        let (control, treatment): ((u64, u64), (u64, u64)) = (control, treatment);
        let variants = [
            ("control", control.0, control.1),
            ("b", treatment.0, treatment.1),
        ];
        verdicts(&look(&variants, &Method::default()))[0]
    };
    assert_eq!(verdict((1000, 100), (1000, 150)), "better than control");
    assert_eq!(verdict((1000, 150), (1000, 100)), "worse than control");
    assert_eq!(verdict((1000, 100), (1000, 101)), "no clear difference");
    assert_eq!(verdict((1000, 4), (1000, 40)), "not enough data");
    assert_eq!(verdict((1000, 40), (1000, 996)), "not enough data");
    assert_eq!(verdict((1000, 100), (1500, 200)), "check the data first");
}

#[test]
fn several_treatments_are_corrected_and_their_intervals_are_not() {
    // Alone, each of the two would be significant.
    let variants = [
        ("control", 10_000, 1000),
        ("b", 10_000, 1090),
        ("c", 10_000, 1086),
    ];
    let alone = look(&variants[..2], &Method::default());
    assert_eq!(verdicts(&alone), ["better than control"]);
    let of = |correction| {
        let method = Method {
            correction,
            ..Method::default()
        };
        look(&variants, &method)
    };
    let holm = of(Correction::Holm);
    for (corrected, raw) in holm.variants.iter().zip(of(Correction::None).variants) {
        let (Some(corrected), Some(raw)) = (corrected.comparison, raw.comparison) else {
            continue;
        };
        assert!(corrected.adjusted_p > raw.adjusted_p);
        assert_eq!(raw.adjusted_p, raw.p_value.map(PValue::p));
        assert_eq!(corrected.difference, raw.difference);
    }
    assert_eq!(verdicts(&holm), ["no clear difference"; 2]);
    assert_eq!(verdicts(&of(Correction::None)), ["better than control"; 2]);
}

#[test]
fn nothing_is_computed_where_nothing_can_be() {
    let one = look(&[("b", 10, 3)], &Method::default());
    assert_eq!((one.control, one.variants[0].comparison), (Some(0), None));
    assert!(one.variants[0].interval.is_some());
    let none = look(&[("control", 5, 0), ("b", 5, 0)], &Method::default());
    let compared = none.variants[1].comparison.unwrap();
    assert_eq!((compared.fixed.z, compared.lift), (None, None));
    assert_eq!(compared.adjusted_p, Some(1.0));
    assert_eq!(compared.verdict, Verdict::NotEnough);
    // Nothing converted in the control alone: no lift, and all else.
    let zero = look(&[("control", 500, 0), ("b", 500, 30)], &Method::default());
    let compared = zero.variants[1].comparison.unwrap();
    assert!(compared.lift.is_none() && compared.p_value.unwrap().p() < 0.01);
    assert!(zero.planning.unwrap().sample_size.is_none());
    let empty = look(&[], &Method::default());
    assert!(empty.findings.is_empty() && empty.control.is_none() && empty.planning.is_none());
}

#[test]
fn a_lift_of_few_converters_is_marked_and_made_by_the_ratio() {
    let lift = |converters, kind| {
        let method = Method {
            lift: kind,
            ..Method::default()
        };
        let analysis = look(&[("control", 500, 24), ("b", 500, converters)], &method);
        analysis.variants[1].comparison.unwrap().lift.unwrap()
    };
    let auto = lift(30, LiftKind::Auto);
    assert!(auto.small_sample);
    assert_eq!(auto.interval, lift(30, LiftKind::LogRatio).interval);
    assert_ne!(auto.interval, lift(30, LiftKind::Delta).interval);
}

#[test]
fn looking_often_replaces_interval_and_p_value_together() {
    let often = Method {
        sequential: Some(5000.0),
        ..Method::default()
    };
    let variants = [("control", 2000, 200), ("b", 2000, 250)];
    let (fixed, often) = (look(&variants, &Method::default()), look(&variants, &often));
    let of = |analysis: &Analysis| analysis.variants[1].comparison.unwrap();
    let (fixed, often) = (of(&fixed), of(&often));
    let (narrow, wide) = (fixed.difference.unwrap(), often.difference.unwrap());
    assert!(wide.low < narrow.low && narrow.high < wide.high);
    assert!(often.p_value.unwrap().p() > fixed.p_value.unwrap().p());
    assert_eq!(often.fixed, fixed.fixed);
    assert_eq!(
        (fixed.verdict, often.verdict),
        (Verdict::Better, Verdict::NoClearDifference)
    );
}

#[test]
fn checks_speak_in_sentences() {
    let (mut contract, mut exposures) = by_day(&[
        ("control", vec![(3, 300, 40), (2, 100, 12)]),
        ("b", vec![(3, 100, 9), (2, 300, 29)]),
    ]);
    contract[1].conversions = 500;
    exposures.several = 2;
    exposures.variants[1].rows += 1;
    exposures.odd = Odd {
        no_user: 1,
        other_value: 3,
        future: 1,
        ..Odd::default()
    };
    exposures.spellings.users = 1;
    exposures.last = Some(Moment(NOON - 3 * 3600));
    let analysis = analyze(&contract, &exposures, &Method::default());
    let lines: Vec<String> = analysis
        .findings
        .iter()
        .map(|finding| {
            let level = finding.level.word();
            format!(
                "{level} | {:?} | {} | {}\n",
                finding.check, finding.figure, finding.sentence
            )
        })
        .collect();
    expect![[r"
        ok | Split | p = 1.0000 | Users are split as planned (p = 1.0000).
        warning | Stability | p < 1e-16 | The split changes from day to day (p < 1e-16 over 2 days or groups of days). Whatever else changed between days is mixed into the rates: the comparison by day (Mantel-Haenszel) keeps it apart.
        warning | SeveralVariants | 2 users | 2 users are in several variants, 0.25 % of all. They are left out.
        note | Duplicates | 1 row | 1 row is of a user who has one in the same variant already. Each user counts once, as converted if any row says so; the sum of conversions counts them all.
        warning | Values | 4 rows | 3 values are neither 0 nor 1 and taken as converted; 1 row with no user, counted nowhere.
        red | Mean | b | Converted is counted more than once per user: the sum of conversions is larger than the number of users.
        ok | SampleSize | 800 users | Each variant has at least five users who converted and five who did not.
        warning | Spelling | 1 user | Spelled in several ways that the column's collation takes for equal, such as User1 and user1: 1 user. They count as one, as in the server's own figures.
        warning | Times | 1 row | 1 row is in the future: in the totals, and outside the charts.
        note | Receiving | yes | The last assignment was 3 h ago. Who looks now and again later finds differences that are none: switch to sequential figures, or wait for the planned end.
    "]].assert_eq(&lines.concat());
    assert_eq!(verdicts(&analysis), ["check the data first"]);
    let by_day = analysis.variants[1].comparison.unwrap().stratified;
    assert!(by_day.is_some(), "the split moves");
}

#[test]
fn a_red_split_is_no_news_where_it_was_planned() {
    let level = |weights: &[(&str, f64)]| {
        let method = Method {
            weights: weights
                .iter()
                .map(|(name, weight)| ((*name).to_owned(), *weight))
                .collect(),
            ..Method::default()
        };
        let analysis = look(&[("control", 9000, 900), ("b", 1000, 100)], &method);
        let split = analysis
            .findings
            .iter()
            .find(|one| one.check == Check::Split);
        (split.unwrap().level, analysis.variants[0].expected_share)
    };
    assert_eq!(level(&[]), (Level::Bad, Some(0.5)));
    assert_eq!(
        level(&[("Control", 9.0), ("b", 1.0)]),
        (Level::Ok, Some(0.9))
    );
    assert_eq!(
        level(&[("control", 1.0)]),
        (Level::Warn, None),
        "b has no weight"
    );
    assert_eq!(level(&[("control", 1.0), ("b", 0.0)]), (Level::Warn, None));
}

#[test]
fn a_plan_counts_the_last_full_days_and_not_today() {
    let days: Vec<_> = (0..=20)
        .map(|ago| (ago, if ago == 0 { 1 } else { 40 }, 4))
        .collect();
    let mut days = days;
    days[0].2 = 0;
    let (contract, exposures) = by_day(&[("control", days.clone()), ("b", days)]);
    let analysis = analyze(&contract, &exposures, &Method::default());
    let plan = analysis.planning.unwrap();
    assert_eq!(plan.new_per_day, [40; 7]);
    let needed = plan.sample_size.unwrap().per_arm - plan.per_arm as f64;
    assert_eq!(
        plan.days_left,
        Some(DaysLeft::Days((needed / 40.0).ceil() as u32))
    );
    assert!(analysis.over_time.days.last().unwrap().incomplete);
    let ahead = plan.curve.iter().filter(|point| point.ahead).count();
    assert!(ahead > 0 && plan.curve.windows(2).all(|pair| pair[0].day < pair[1].day));
}

#[test]
fn a_plan_waits_for_the_smallest_variant_at_its_own_pace() {
    let days = |users| (1..=20).map(|ago| (ago, users, users / 10)).collect();
    let (contract, exposures) = by_day(&[("control", days(95)), ("b", days(5))]);
    let method = Method {
        weights: [("control".to_owned(), 19.0), ("b".to_owned(), 1.0)].into(),
        ..Method::default()
    };
    let plan = analyze(&contract, &exposures, &method).planning.unwrap();
    assert_eq!((plan.per_arm, plan.new_per_day), (100, vec![5; 7]));
    let last = plan.curve.last().unwrap();
    let ahead = plan.curve.iter().filter(|point| point.ahead).count() as u64;
    assert_eq!(last.per_arm, 100 + 5 * ahead);
}

#[test]
fn a_plan_is_for_one_look_and_not_for_data_that_are_wrong() {
    let words = |variants: &[(&str, u64, u64)], sequential| {
        let (contract, exposures) = experiment(variants);
        let method = Method {
            sequential,
            ..Method::default()
        };
        let report = Report {
            id: "x",
            metrics: Some(&contract),
            ran: None,
            exposures: &exposures,
            method: &method,
            analysis: &analyze(&contract, &exposures, &method),
            server: "",
        };
        report.plan_line().unwrap()
    };
    let (right, wrong) = (
        [("control", 90_000, 9_000), ("b", 90_000, 9_100)],
        [("control", 90_000, 9_000), ("b", 50_000, 5_000)],
    );
    assert!(words(&right, None).contains("That is enough."));
    let often = words(&right, Some(5000.0));
    assert!(often.contains("planned for one look at the end"), "{often}");
    assert!(!often.contains("That is enough."), "{often}");
    assert!(!words(&wrong, None).contains("enough"));
}

#[test]
fn more_days_than_can_be_shown_are_left_out_and_it_is_said() {
    let days: Ago = (1..=100_001).map(|ago| (ago, 1, 0)).collect();
    let (contract, exposures) = by_day(&[("control", days.clone()), ("b", days)]);
    let analysis = analyze(&contract, &exposures, &Method::default());
    assert!(analysis.over_time.left_out && analysis.over_time.days.is_empty());
    let times = analysis
        .findings
        .iter()
        .find(|one| one.check == Check::Times);
    assert_eq!(times.unwrap().level, Level::Warn);
}

#[test]
fn a_sample_is_not_held_against_the_contract() {
    let (_, mut exposures) = experiment(&[("control", 100, 10), ("b", 100, 12)]);
    exposures.sample = Sample::new(64);
    let analysis = analyze(&[], &exposures, &Method::default());
    assert!(analysis.agrees && analysis.variants[1].comparison.is_some());
    assert!(analysis.variants.iter().all(|one| one.contract.is_none()));
}

proptest! {
    // Each computes chances of all variants, unoptimised.
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn weights_by_a_constant_and_the_order_of_variants_change_nothing(
        users in proptest::collection::vec((1_u64..5000, 0_u64..5000), 2..5),
        scale in 0.01_f64..100.0,
    ) {
        let names = ["control", "b", "c", "d"];
        let mut variants: Vec<_> = users
            .iter()
            .zip(names)
            .map(|((users, converters), name)| (name, *users, (*converters).min(*users)))
            .collect();
        let method = |scale: f64| Method {
            weights: names.iter().zip(1..).map(|(name, weight)| ((*name).to_owned(), f64::from(weight) * scale)).collect(),
            ..Method::default()
        };
        let one = look(&variants, &method(1.0));
        let scaled = look(&variants, &method(scale));
        prop_assert_eq!(verdicts(&one), verdicts(&scaled));
        prop_assert_eq!(&one.findings[0].level, &scaled.findings[0].level);
        variants.reverse();
        let reversed = look(&variants, &method(1.0));
        for variant in &one.variants {
            let same = reversed.variants.iter().find(|other| other.name == variant.name).unwrap();
            prop_assert_eq!(variant.comparison.map(|one| (one.verdict, one.difference)), same.comparison.map(|one| (one.verdict, one.difference)));
            prop_assert_eq!(variant.interval, same.interval);
        }
    }
}
