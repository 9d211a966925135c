//! Charts in the window: their words for screen readers, values under the pointer, zoom by pointer and keys.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

use egui::{Event, Key, Modifiers, PointerButton, Pos2, Role, pos2};
use egui_kittest::{
    Harness,
    kittest::{NodeT as _, Queryable as _},
};
use porthole::{
    engine::chart::{
        Axis, Body, ChartSpec, Kind, Marker, MarkerFrom, Marks, Panel, Parallel, Plot, Point,
        Polyline, Rule, Series, Shade, Slot,
    },
    gui::{theme, widgets::chart::ChartView},
};

struct Shown {
    spec: ChartSpec,
    view: ChartView,
}

fn shown(spec: ChartSpec) -> Harness<'static, Shown> {
    let mut harness = Harness::builder()
        .with_size([640.0, 400.0])
        .with_step_dt(1.0 / 60.0) // two clicks within a step of a quarter of a second are no double click
        .with_context_setup(theme::install)
        .build_ui_state(
            |ui, shown: &mut Shown| {
                shown.view.ui(ui, &shown.spec);
            },
            Shown {
                spec,
                view: ChartView::default(),
            },
        );
    harness.run();
    harness
}

/// Rates of two groups over a hundred hours, and requests below.
fn rates() -> ChartSpec {
    let line = |name: &str, slot, rate: f64, marks| {
        let points: Vec<_> = (0..=100)
            .map(|hour| match hour {
                40..45 => Point::gap(f64::from(hour) * 3600.0),
                _ => Point::new(f64::from(hour) * 3600.0, rate + f64::from(hour) / 1e4)
                    .with_range(rate, rate + 0.02),
            })
            .collect();
        Series::new(name, slot, marks, points)
    };
    let above = vec![
        line("off", Slot::Neutral, 0.01, Marks::BAND),
        line("on", Slot::Color(0), 0.03, Marks::BAND),
    ];
    let below = vec![line("on", Slot::Color(0), 900.0, Marks::BARS)];
    ChartSpec {
        title: "Error rate by group".to_owned(),
        summary: "The error rate of on is about 3 points above off.".to_owned(),
        body: Body::Plot(Plot {
            x: Axis::new("", Kind::UTC),
            panels: vec![
                Panel::new(Axis::new("error rate", Kind::Percent), above).with_rule(Rule::zero()),
                Panel::new(Axis::new("requests", Kind::Count), below),
            ],
            markers: vec![Marker {
                x: 50.0 * 3600.0,
                text: "switched on".to_owned(),
                from: MarkerFrom::Change,
            }],
            shades: vec![Shade {
                from: 48.0 * 3600.0,
                to: 60.0 * 3600.0,
                label: "weekend".to_owned(),
            }],
            flipped: false,
        }),
        ..ChartSpec::default()
    }
}

fn chart_of<'h>(harness: &'h Harness<'_, Shown>, title: &'h str) -> egui_kittest::Node<'h> {
    harness.get_by_role_and_label(Role::Image, title)
}

fn says(harness: &Harness<'_, Shown>, words: &str) -> bool {
    harness.query_all_by_label_contains(words).next().is_some()
}

/// A place in the upper panel, at a part of its width.
fn place(part: f32) -> Pos2 {
    pos2(60.0 + part * 500.0, 120.0)
}

fn hover(harness: &mut Harness<'_, Shown>, at: Pos2) {
    harness.hover_at(at);
    harness.run();
    harness.run();
}

/// The time that is read at a part of the width.
fn time(harness: &mut Harness<'_, Shown>, part: f32) -> String {
    hover(harness, place(part));
    let node = harness.get_by_label_contains(" Jan 1970");
    node.accesskit_node().value().unwrap()
}

#[test]
fn a_screen_reader_gets_the_chart_in_words_and_the_keyboard_reaches_it() {
    let mut harness = shown(rates());
    let node = chart_of(&harness, "Error rate by group");
    let summary = node.accesskit_node().description().unwrap();
    assert_eq!(summary, "The error rate of on is about 3 points above off.");
    harness.key_press(Key::Tab);
    harness.run();
    assert!(chart_of(&harness, "Error rate by group").is_focused());
    assert!(
        shown(ChartSpec::default())
            .query_by_role_and_label(Role::Image, "Chart")
            .is_some()
    );
}

#[test]
fn the_pointer_reads_all_series_at_one_time() {
    let mut harness = shown(rates());
    assert!(!says(&harness, "on · error rate"));
    hover(&mut harness, place(0.2));
    for words in [
        "1 Jan 1970",
        "off · error rate",
        "on · error rate",
        "on · requests",
        " %",
        " (",
    ] {
        assert!(says(&harness, words), "{words}");
    }
    assert!(!says(&harness, "weekend"));
    harness.hover_at(pos2(5.0, 395.0));
    harness.run();
    assert!(!says(&harness, "on · error rate"));
}

#[test]
fn markers_and_shades_are_told_where_they_are() {
    let mut harness = shown(rates());
    let found = (0..=50).any(|step| {
        hover(&mut harness, place(step as f32 / 50.0));
        says(&harness, "switched on") && says(&harness, "weekend")
    });
    assert!(found);
}

#[test]
fn keys_zoom_move_and_show_all_again() {
    let mut harness = shown(rates());
    chart_of(&harness, "Error rate by group").focus();
    harness.run();
    assert!(!harness.state().view.is_zoomed());
    let first = |harness: &mut Harness<'_, Shown>| time(harness, 0.02);
    let all = first(&mut harness);
    for key in [Key::Plus, Key::Plus] {
        harness.key_press(key);
        harness.run();
    }
    assert!(harness.state().view.is_zoomed());
    let zoomed = first(&mut harness);
    assert_ne!(all, zoomed);
    harness.key_press(Key::ArrowRight);
    harness.run();
    assert_ne!(first(&mut harness), zoomed);
    assert!(chart_of(&harness, "Error rate by group").is_focused());
    for _ in 0..40 {
        harness.key_press(Key::ArrowLeft);
        harness.run();
    }
    let start = first(&mut harness);
    assert!(
        start.starts_with("1 Jan 1970 0"),
        "it does not leave the data: {start}"
    );
    harness.get_by_label("Reset zoom").click();
    harness.run();
    assert!(!harness.state().view.is_zoomed());
    assert!(harness.query_by_label("Reset zoom").is_none());
}

#[test]
fn a_pinch_zooms_a_drag_moves_and_a_double_click_shows_all() {
    let mut harness = shown(rates());
    hover(&mut harness, place(0.5));
    harness.event(Event::Zoom(4.0));
    harness.run();
    assert!(harness.state().view.is_zoomed());
    let button = |harness: &mut Harness<'_, Shown>, at, pressed| {
        harness.event(Event::PointerButton {
            pos: at,
            button: PointerButton::Primary,
            pressed,
            modifiers: Modifiers::NONE,
        });
        harness.step();
    };
    let zoomed = time(&mut harness, 0.5);
    button(&mut harness, place(0.5), true);
    for part in [0.55, 0.65, 0.8, 0.95] {
        harness.hover_at(place(part));
        harness.step();
    }
    button(&mut harness, place(0.95), false);
    harness.run();
    assert_ne!(
        time(&mut harness, 0.5),
        zoomed,
        "what lay left is under the pointer"
    );
    for pressed in [true, false, true, false] {
        button(&mut harness, place(0.5), pressed);
    }
    harness.run();
    assert!(!harness.state().view.is_zoomed());
}

#[test]
fn a_new_chart_is_drawn_at_once_and_a_wild_one_breaks_nothing() {
    let mut harness = shown(rates());
    let mut spec = rates();
    spec.title = "Another".to_owned();
    harness.state_mut().spec = spec;
    harness.run();
    chart_of(&harness, "Another");
    for y in [f64::NAN, f64::INFINITY, f64::MAX, -0.0] {
        let points: Vec<_> = (0..5000).map(|x| Point::new(f64::from(x), y)).collect();
        let series = Series::new("\u{202e}", Slot::Color(255), Marks::LINE, points);
        let panel = Panel::new(Axis::new("", Kind::Number).with_log(), vec![series]);
        harness.state_mut().spec.body = Body::Plot(Plot {
            panels: vec![panel],
            ..Plot::default()
        });
        harness.run();
        hover(&mut harness, place(0.5));
        chart_of(&harness, "Another").focus();
        harness.key_press(Key::Plus);
        harness.run();
    }
    assert!(
        says(&harness, "\\u{202E}"),
        "a name that reorders is shown as a mark"
    );
}

#[test]
fn a_dot_and_a_line_of_parallel_coordinates_are_read_by_themselves() {
    let dots = Series::new(
        "run-7",
        Slot::Color(3),
        Marks::DOTS,
        [Point::new(0.25, 0.5)],
    );
    let mut harness = shown(ChartSpec {
        body: Body::Plot(Plot {
            x: Axis::new("loss", Kind::Number),
            panels: vec![Panel::new(Axis::new("accuracy", Kind::Number), vec![dots])],
            ..Plot::default()
        }),
        ..ChartSpec::default()
    });
    let read = |harness: &mut Harness<'_, Shown>| {
        (0..64)
            .flat_map(|x| (0..40).map(move |y| pos2(x as f32 * 10.0, y as f32 * 10.0)))
            .any(|at| {
                harness.hover_at(at);
                harness.step();
                harness.step();
                says(harness, "run-7") && says(harness, "accuracy") && says(harness, "0.5")
            })
    };
    assert!(read(&mut harness));
    harness.state_mut().spec.body = Body::Parallel(Parallel {
        axes: vec![
            Axis::new("loss", Kind::Number),
            Axis::new("accuracy", Kind::Number),
        ],
        lines: vec![Polyline {
            name: "run-7".to_owned(),
            slot: Slot::Color(3),
            faint: true,
            values: vec![Some(0.25), Some(0.5)],
        }],
    });
    harness.run();
    assert!(read(&mut harness));
}
