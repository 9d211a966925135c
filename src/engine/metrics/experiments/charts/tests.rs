//! What the charts of an experiment show.

use super::*;
use crate::engine::metrics::{
    experiments::{
        Arm, Exposures, VariantMetrics, analyze,
        exposures::{Assigned, Days},
    },
    series::Moment,
};

/// As many days for each variant as it has pairs of users and converters.
fn analysis(variants: &[(&str, &[(u64, u64)])], method: &Method) -> Analysis {
    let days = |counts: &[(u64, u64)]| {
        let arms = counts.iter().map(|(users, converters)| Arm {
            users: *users,
            converters: *converters,
        });
        let days = (0..)
            .zip(arms.clone())
            .map(|(at, arm)| (Moment(at * DAY), arm));
        Days {
            total: Arm {
                users: arms.clone().map(|arm| arm.users).sum(),
                converters: arms.map(|arm| arm.converters).sum(),
            },
            days: days.collect(),
        }
    };
    let exposures = Exposures {
        has_times: true,
        now: Moment(2 * DAY - 1),
        variants: variants
            .iter()
            .map(|(name, counts)| Assigned {
                name: (*name).to_owned(),
                all: days(counts),
                ..Assigned::default()
            })
            .collect(),
        ..Exposures::default()
    };
    let contract: Vec<VariantMetrics> = Vec::new();
    analyze(&contract, &exposures, method)
}

fn plot(chart: &ChartSpec) -> &Plot {
    let Body::Plot(plot) = &chart.body else {
        panic!("{} is no plot", chart.title)
    };
    plot
}

fn charted<'a>(analysis: &'a Analysis, method: &'a Method) -> Charted<'a> {
    Charted {
        analysis,
        method,
        slots: &[],
        offset_secs: 0,
        markers: &[],
        shown: &[],
    }
}

const TWO: &[(&str, &[(u64, u64)])] = &[
    ("control", &[(100, 10), (100, 12)]),
    ("treatment", &[(100, 20), (300, 70)]),
];

#[test]
fn users_add_up_and_the_day_that_is_not_over_is_said_so() {
    let method = Method::default();
    let analysis = analysis(TWO, &method);
    let chart = charted(&analysis, &method).exposures(ExposureView::SoFar);
    let plot = plot(&chart);
    let heights = |at: usize| -> Vec<Option<f64>> {
        plot.panels[0].series[at]
            .points
            .iter()
            .map(|point| point.y)
            .collect()
    };
    assert_eq!(heights(0), [Some(100.0), Some(200.0)]);
    assert_eq!(heights(1), [Some(100.0), Some(400.0)]);
    assert_eq!(plot.shades.len(), 1);
    assert_eq!(plot.shades[0].label, "incomplete");
    assert_eq!(
        chart.summary,
        "From 1970-01-01 to 1970-01-02: control 200 users (33.33 %), treatment 400 users (66.67 %)."
    );
}

#[test]
fn the_control_has_no_difference_and_the_others_have_a_band() {
    let method = Method::default();
    let analysis = analysis(TWO, &method);
    let chart = charted(&analysis, &method).effect(EffectView::Difference);
    let series = &plot(&chart).panels[0].series;
    assert_eq!(series.len(), 1);
    assert_eq!(series[0].name, "treatment");
    let last = series[0].points.last().unwrap();
    let compared = analysis.variants[1].comparison.unwrap();
    assert_eq!(last.y, Some(compared.fixed.difference));
    let newcombe = compared.fixed.newcombe;
    assert_eq!(last.range, Some([newcombe.low, newcombe.high]));
    assert!(chart.subtitle.starts_with("treatment − control, "));
}

#[test]
fn the_control_takes_no_colour_from_the_others() {
    let method = Method::default();
    let analysis = analysis(TWO, &method);
    let charted = charted(&analysis, &method);
    assert_eq!(
        [0, 1].map(|at| charted.slot(at)),
        [Slot::Neutral, Slot::Color(0)]
    );
}

#[test]
fn who_looks_often_sees_the_wider_band() {
    let often = Method {
        sequential: Some(5000.0),
        ..Method::default()
    };
    let analysis = analysis(TWO, &often);
    let chart = charted(&analysis, &often).effect(EffectView::Difference);
    let last = *plot(&chart).panels[0].series[0].points.last().unwrap();
    let fixed = analysis.variants[1].comparison.unwrap().fixed.newcombe;
    let [low, high] = last.range.unwrap();
    assert!(low < fixed.low && high > fixed.high);
    assert!(chart.subtitle.ends_with("95 % confidence sequence"));
}

#[test]
fn of_many_variants_the_control_and_the_largest_are_drawn() {
    let counts: Vec<Vec<(u64, u64)>> = (0..20).map(|at| vec![(100 + at, 10)]).collect();
    let names: Vec<String> = (0..20).map(|at| format!("v{at:02}")).collect();
    let variants: Vec<(&str, &[(u64, u64)])> = names
        .iter()
        .map(String::as_str)
        .zip(counts.iter().map(Vec::as_slice))
        .collect();
    let method = Method {
        control: Some("v00".to_owned()),
        ..Method::default()
    };
    let analysis = analysis(&variants, &method);
    let chart = charted(&analysis, &method).exposures(ExposureView::Daily);
    let names: Vec<&str> = plot(&chart).panels[0]
        .series
        .iter()
        .map(|series| series.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["v00", "v13", "v14", "v15", "v16", "v17", "v18", "v19"]
    );
}

#[test]
fn the_variants_that_were_ticked_are_drawn_alone() {
    let method = Method::default();
    let analysis = analysis(TWO, &method);
    let shown = ["treatment".to_owned(), "gone".to_owned()];
    let one = Charted {
        shown: &shown,
        ..charted(&analysis, &method)
    };
    assert_eq!(one.shown(), [1]);
    // Names that no variant has any more hide nothing.
    let none = Charted {
        shown: &shown[1..],
        ..one
    };
    assert_eq!(none.shown(), [0, 1]);
}

#[test]
fn one_variant_has_charts_and_nothing_to_compare() {
    let method = Method::default();
    let analysis = analysis(&TWO[..1], &method);
    let charted = charted(&analysis, &method);
    for view in [EffectView::Difference, EffectView::Lift] {
        let chart = charted.effect(view);
        assert!(plot(&chart).panels[0].series.is_empty());
        assert_eq!(chart.summary, "There is nothing to compare.");
    }
    let rates = charted.effect(EffectView::DailyRate);
    assert_eq!(plot(&rates).panels[0].series.len(), 1);
}
