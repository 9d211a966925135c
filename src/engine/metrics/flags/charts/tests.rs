//! What the charts of a flag show.

use super::*;
use crate::engine::chart::Plot;
use crate::engine::metrics::{
    flags::{Totals, Window, analysis::analyse, data::Request, health::Facts},
    series::{DAY, HOUR},
    slots,
};

fn data() -> Data {
    let line = |key: &str, buckets: &[(i64, u128, u128)]| Line {
        key: key.into(),
        buckets: buckets
            .iter()
            .map(|(hour, requests, errors)| Bucket {
                at: Moment(hour * HOUR),
                sums: Totals {
                    requests: *requests,
                    errors: *errors,
                },
            })
            .collect(),
    };
    let group = |key: &str, requests, errors| Group {
        key: key.into(),
        requests,
        errors,
    };
    Data {
        request: Request {
            flag: "a\u{202e}b".to_owned(),
            window: Window::All,
            ..Request::default()
        },
        groups: vec![group("on", 300, 30), group("off", 300, 3)],
        facts: Facts {
            first_last: Some([Moment(0), Moment(3 * HOUR)]),
            now: Moment(3 * HOUR + 60),
            ..Facts::default()
        },
        timeline: Some(Timeline {
            step: HOUR,
            offset_secs: 0,
            from: Moment(0),
            to: Moment(4 * HOUR),
            lines: vec![
                line("on", &[(0, 100, 10), (1, 0, 0), (3, 5, 9)]),
                line("off", &[(0, 100, 1), (1, 100, 1), (3, 100, 1)]),
            ],
        }),
        ..Data::default()
    }
}

fn chart(which: Which, data: &Data, notes: &[Note]) -> Option<ChartSpec> {
    let method = Method::default();
    let analysis = analyse(&data.groups, &method);
    let mut slots = Slots::default();
    let keys = data.groups.iter().map(|group| &group.key);
    slots::give(&mut slots, keys, analysis.baseline);
    Source {
        data,
        analysis: &analysis,
        method: &method,
        notes,
        shown: &[],
        slots: &slots,
    }
    .chart(which)
}

fn plot(chart: &ChartSpec) -> &Plot {
    let Body::Plot(plot) = &chart.body else {
        panic!("not a plot")
    };
    plot
}

#[test]
fn no_requests_is_a_gap_and_more_errors_than_requests_has_no_band() {
    let chart = chart(Which::Rates, &data(), &[]).unwrap();
    let on = &plot(&chart).panels[0].series[0];
    assert_eq!((on.name.as_str(), on.slot), ("on", Slot::Color(0)));
    let seen: Vec<(Option<f64>, bool)> = on
        .points
        .iter()
        .map(|point| (point.y, point.range.is_some()))
        .collect();
    assert_eq!(
        seen,
        [
            (Some(0.1), true),
            (None, false),
            (None, false),
            (Some(1.8), false)
        ]
    );
    assert_eq!(plot(&chart).panels[0].series[1].slot, Slot::Neutral);
    assert_eq!(plot(&chart).panels[1].series[0].points.len(), 3);
    assert_eq!(plot(&chart).shades[0].label, "incomplete");
}

#[test]
fn the_difference_is_against_the_baseline_where_both_have_a_rate() {
    let chart = chart(Which::Difference, &data(), &[]).unwrap();
    let series = &plot(&chart).panels[0].series;
    assert_eq!(series.len(), 1);
    let seen: Vec<bool> = series[0]
        .points
        .iter()
        .map(|point| point.y.is_some())
        .collect();
    assert_eq!(seen, [true, false, false, false]);
}

#[test]
fn names_are_shown_without_what_could_reorder_them_and_notes_stand_inside() {
    let notes = [(60, "in"), (9 * HOUR, "out")].map(|(at, text)| Note {
        at,
        text: text.to_owned(),
    });
    let chart = chart(Which::Rates, &data(), &notes).unwrap();
    assert!(
        chart.footnotes[0].contains("a\\u{202E}b"),
        "{:?}",
        chart.footnotes
    );
    let markers: Vec<&str> = plot(&chart)
        .markers
        .iter()
        .map(|marker| marker.text.as_str())
        .collect();
    assert_eq!(markers, ["in"]);
}

#[test]
fn the_baseline_and_the_largest_are_drawn_of_many() {
    let mut data = data();
    data.groups = (0..12)
        .map(|nth| Group {
            key: format!("g{nth}").as_str().into(),
            requests: nth,
            errors: 0,
        })
        .collect();
    let method = Method {
        baseline: Some("g0".into()),
        ..Method::default()
    };
    let analysis = analyse(&data.groups, &method);
    let source = Source {
        data: &data,
        analysis: &analysis,
        method: &method,
        notes: &[],
        shown: &[],
        slots: &Slots::default(),
    };
    let shown: Vec<&str> = data
        .groups
        .iter()
        .map(|group| &group.key)
        .filter(|key| source.is_shown(key))
        .map(GroupKey::shown)
        .collect();
    assert_eq!(shown, ["g0", "g5", "g6", "g7", "g8", "g9", "g10", "g11"]);
}

#[test]
fn fewer_than_seven_days_are_dashed() {
    let mut data = data();
    let buckets = (0..9).map(|day| Bucket {
        at: Moment(day * DAY),
        sums: Totals {
            requests: 10,
            errors: 1,
        },
    });
    data.daily = Some(Timeline {
        step: DAY,
        offset_secs: 0,
        from: Moment(-6 * DAY),
        to: Moment(9 * DAY),
        lines: vec![Line {
            key: "on".into(),
            buckets: buckets.collect(),
        }],
    });
    data.first_event = Some(Moment(0));
    let chart = chart(Which::Rolling, &data, &[]).unwrap();
    let series = &plot(&chart).panels[0].series;
    let seen: Vec<(bool, usize, &str)> = series
        .iter()
        .map(|series| (series.tentative, series.points.len(), series.name.as_str()))
        .collect();
    assert_eq!(seen, [(true, 7, ""), (false, 3, "on")]);
}

#[test]
fn a_budget_begins_whole_and_ends_at_what_is_left() {
    let mut data = data();
    let day = |nth: i64, requests, errors| Bucket {
        at: Moment(nth * DAY),
        sums: Totals { requests, errors },
    };
    data.facts.now = Moment(2 * DAY + 60);
    data.budget = Some(Timeline {
        step: DAY,
        offset_secs: 0,
        from: Moment(0),
        to: Moment(3 * DAY),
        lines: vec![
            Line {
                key: "on".into(),
                buckets: vec![day(0, 500, 2), day(1, 400, 9), day(2, 100, 0)],
            },
            Line {
                key: "off".into(),
                buckets: Vec::new(),
            },
        ],
    });
    let method = Method {
        objective: Some(0.99),
        ..Method::default()
    };
    let analysis = analyse(&data.groups, &method);
    let slots = Slots::default();
    let source = Source {
        data: &data,
        analysis: &analysis,
        method: &method,
        notes: &[],
        shown: &[],
        slots: &slots,
    };
    let chart = source.chart(Which::Budget).unwrap();
    let series = &plot(&chart).panels[0].series;
    assert_eq!(series.len(), 1);
    let points: Vec<(f64, i64)> = series[0]
        .points
        .iter()
        .map(|point| (point.x, (point.y.unwrap() * 1_000.0).round() as i64))
        .collect();
    // Ten errors are allowed; eleven were there after the second day, and the third is not over.
    let day = DAY as f64;
    assert_eq!(
        points,
        [
            (0.0, 1_000),
            (day, 800),
            (2.0 * day, -100),
            (2.0 * day + 60.0, -100)
        ]
    );
    assert!(
        chart.summary.ends_with("Now: on −10 %; off no requests."),
        "{}",
        chart.summary
    );
    assert_eq!(
        Source {
            method: &Method::default(),
            ..source
        }
        .chart(Which::Budget),
        None
    );
}
