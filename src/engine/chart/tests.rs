//! Charts of each kind as files.

use std::path::Path;

use expect_test::expect;

use crate::engine::chart;

mod samples;

use super::*;

const SIZE: [u32; 2] = [640, 420];

/// Nothing that a browser would run or fetch; as many elements opened as closed.
#[track_caller]
fn check_harmless(svg: &str) {
    for word in [
        "<script", "href", "url(http", "<image", "<style", "onclick", "NaN", "inf",
    ] {
        let found = svg
            .find(word)
            .map(|at| &svg[at.saturating_sub(40)..(at + 40).min(svg.len())]);
        assert!(found.is_none(), "{word} in {found:?}");
    }
    let hidden = svg
        .chars()
        .find(|letter| letter.is_control() && *letter != '\n');
    assert_eq!(hidden, None);
    let count = |what: &str| svg.matches(what).count();
    assert_eq!(count("<text"), count("</text>"));
    assert_eq!(count("<title>"), count("</title>"));
}

#[test]
fn equal_input_gives_equal_bytes() {
    for (name, spec) in samples::all() {
        for theme in [Theme::Dark, Theme::Light] {
            let first = svg(&spec, SIZE, theme);
            assert_eq!(first, svg(&spec.clone(), SIZE, theme), "{name}");
            check_harmless(&first.replace("alert", ""));
        }
        assert_eq!(csv(&spec, false), csv(&spec, false), "{name}");
    }
}

#[test]
fn a_small_chart_in_full() {
    let series = Series::new(
        "a & b",
        Slot::Color(0),
        Marks::WHISKERS,
        [
            Point::new(0.0, 0.25).with_range(0.2, 0.3),
            Point::gap(1.0),
            Point::new(2.0, 0.5).with_range(0.4, 0.6),
        ],
    );
    let spec = ChartSpec {
        title: "Rate".to_owned(),
        summary: "From 25 % to 50 %.".to_owned(),
        footnotes: vec!["95 % Wilson".to_owned()],
        body: Body::Plot(Plot {
            x: Axis::new("week", Kind::Count),
            panels: vec![
                Panel::new(Axis::new("", Kind::Percent).with_zero(), vec![series])
                    .with_rule(Rule::y(0.5, "wanted")),
            ],
            ..Plot::default()
        }),
        ..ChartSpec::default()
    };
    expect![[r##"
        <svg xmlns="http://www.w3.org/2000/svg" width="300" height="200" viewBox="0 0 300 200" role="img" font-family="Inter, sans-serif">
        <title>Rate</title>
        <desc>From 25 % to 50 %.</desc>
        <defs>
        <clipPath id="panel0"><rect x="52.28" y="40" width="225.72" height="84"/></clipPath>
        </defs>
        <rect width="300" height="200" fill="#ffffff"/>
        <text x="16" y="28" font-size="13" fill="#1c232d" font-weight="600">Rate</text>
        <text x="16" y="182" font-size="10.5" fill="#5f6b7a">95 % Wilson</text>
        <path d="M56.28 44.5L274 44.5" fill="none" stroke="#d9dfe6" stroke-width="1" stroke-linejoin="round"/>
        <text x="48.28" y="48" font-size="11.5" fill="#4f5a68" text-anchor="end">100 %</text>
        <path d="M56.28 82.5L274 82.5" fill="none" stroke="#d9dfe6" stroke-width="1" stroke-linejoin="round"/>
        <text x="48.28" y="86" font-size="11.5" fill="#4f5a68" text-anchor="end">50 %</text>
        <path d="M56.28 120.5L274 120.5" fill="none" stroke="#d9dfe6" stroke-width="1" stroke-linejoin="round"/>
        <text x="48.28" y="124" font-size="11.5" fill="#4f5a68" text-anchor="end">0 %</text>
        <text x="62.45" y="135" font-size="11.5" fill="#4f5a68" text-anchor="middle">0</text>
        <text x="267.84" y="135" font-size="11.5" fill="#4f5a68" text-anchor="middle">2</text>
        <text x="165.14" y="158" font-size="11.5" fill="#4f5a68" text-anchor="middle">week</text>
        <g clip-path="url(#panel0)">
        <path d="M62.45 104.8L62.45 97.2" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="round"/>
        <path d="M58.45 104.8L66.45 104.8" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="round"/>
        <path d="M58.45 97.2L66.45 97.2" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="round"/>
        <path d="M267.84 89.6L267.84 74.4" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="round"/>
        <path d="M263.84 89.6L271.84 89.6" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="round"/>
        <path d="M263.84 74.4L271.84 74.4" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="round"/>
        <circle cx="62.45" cy="101" r="3.6" fill="#0072b2"/>
        <circle cx="267.84" cy="82" r="3.6" fill="#0072b2"/>
        </g>
        <path d="M56.28 82.5L274 82.5" fill="none" stroke="#1c232d" stroke-width="1" stroke-linejoin="round" stroke-dasharray="4 4"/>
        <rect x="227.44" y="67.11" width="44.56" height="13.11" fill="#ffffff" fill-opacity="0.75"/>
        <text x="270" y="77" font-size="11.5" fill="#4f5a68" text-anchor="end">wanted</text>
        </svg>
    "##]].assert_eq(&svg(&spec, [300, 200], Theme::Light));
}

#[test]
fn hostile_names_are_text_and_nothing_else() {
    let svg = svg(&samples::hostile(), SIZE, Theme::Light);
    assert!(svg.contains("<title>&lt;/title&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt; &amp; &quot;more&quot;</title>"));
    assert!(svg.contains(r"a\x1B[31m\u{202E}b\x00"));
    let long = "n".repeat(255);
    assert!(
        svg.contains(&format!("<title>{long}</title>nnn")),
        "shortened, and whole on hover"
    );
    assert_eq!(svg.matches(&long).count(), 1);
    let csv = csv(&samples::hostile(), true);
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")\n\""));
}

#[test]
fn a_picture_has_the_size_asked_for_and_something_in_it() {
    let spec = samples::stacked();
    for (theme, scale) in [(Theme::Dark, 1.0), (Theme::Light, 2.0)] {
        let file = png(&spec, SIZE, theme, scale).unwrap();
        assert_eq!(&file[1..4], b"PNG");
        let pixels = resvg::tiny_skia::Pixmap::decode_png(&file).unwrap();
        let sides = SIZE.map(|side| side * scale as u32);
        assert_eq!([pixels.width(), pixels.height()], sides);
        let has = |color: palette::Rgb| {
            let same = |pixel: &&resvg::tiny_skia::PremultipliedColorU8| {
                [pixel.red(), pixel.green(), pixel.blue()] == [color.0, color.1, color.2]
            };
            pixels.pixels().iter().filter(same).count()
        };
        let ground = theme.ground();
        assert!(has(ground.background) > pixels.pixels().len() / 2);
        assert!(has(palette::look(Slot::Color(0), theme).mark) > 500);
        assert!(has(ground.text) > 20, "words are drawn");
    }
}

#[test]
fn a_picture_that_is_too_large_is_refused_before_it_is_drawn() {
    let spec = ChartSpec::default();
    for (size, scale) in [
        ([9000, 10], 1.0),
        ([0, 10], 1.0),
        ([5000, 5000], 2.0),
        ([10, 10], f32::NAN),
    ] {
        let error = png(&spec, size, Theme::Light, scale)
            .unwrap_err()
            .to_string();
        assert!(error.contains("8192"), "{error}");
    }
    assert!(png(&spec, [8192, 1], Theme::Light, 1.0).is_ok());
}

#[test]
fn all_points_are_in_the_csv() {
    let mut spec = samples::difference();
    let Body::Plot(plot) = &mut spec.body else {
        unreachable!()
    };
    plot.panels[0].y.title = "difference".to_owned();
    plot.panels[0].series[0].points = [
        Point::new(samples::OCTOBER + 0.5, 1.0 / 3.0).with_range(-0.1, 0.7),
        Point::gap(samples::OCTOBER + 3600.0),
        Point::new(samples::OCTOBER + 7200.0, f64::NAN),
    ]
    .into();
    expect![[r#"
        panel,series,x,y,low,high,note
        difference,treatment − control,2026-10-01T00:00:00.500Z,0.3333333333333333,-0.1,0.7,"checkout-redesign · 1–20 Oct 2026, UTC · 95 % two-sided, fixed horizon; MySQL 9.7.4 · asked at 2026-10-20T12:41:07Z"
        difference,treatment − control,2026-10-01T01:00:00Z,,,,
        difference,treatment − control,2026-10-01T02:00:00Z,NaN,,,
    "#]]
    .assert_eq(&csv(&spec, false));
}

#[test]
fn the_kind_of_file_is_told_by_its_ending() {
    let spec = samples::forest();
    let made = |name: &str| file(Path::new(name), &spec, SIZE, Theme::Light);
    assert!(made("a.SVG").unwrap().starts_with(b"<svg"));
    assert_eq!(&made("a.b.png").unwrap()[1..4], b"PNG");
    assert!(made("a.csv").unwrap().starts_with(b"panel,"));
    let error = made("chart.jpeg").unwrap_err().to_string();
    expect![
        "the kind of file cannot be told from the name chart.jpeg: it must end in .svg, .png or .csv"
    ]
    .assert_eq(&error);
}

#[test]
fn no_value_and_no_size_breaks_a_chart() {
    let wild = [
        0.0,
        -1.0,
        1e-320,
        f64::MAX,
        f64::MIN,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
    ];
    let points: Vec<Point> = wild
        .iter()
        .enumerate()
        .map(|(index, y)| Point::new(index as f64, *y).with_range(*y, wild[(index + 3) % 8]))
        .chain([Point::new(f64::NAN, 1.0), Point::new(f64::MAX, 1.0)])
        .collect();
    let all = Marks {
        line: Some(Line::Steps),
        range: Some(Range::Band),
        dots: true,
        bars: true,
    };
    for (kind, log) in [
        (Kind::Number, false),
        (Kind::Number, true),
        (Kind::UTC, false),
        (Kind::Category(Vec::new()), false),
        (Kind::Duration, false),
    ] {
        for flipped in [false, true] {
            let mut axis = Axis::new("axis", kind.clone());
            if log {
                axis = axis.with_log();
            }
            let series = [all, Marks::WHISKERS, Marks::OUTLINE]
                .map(|marks| Series::new("s", Slot::Color(200), marks, points.clone()));
            let mut panel =
                Panel::new(axis.clone(), series.to_vec()).with_rule(Rule::x(f64::NAN, "never"));
            panel.stacked = flipped;
            panel.share = f32::NAN;
            let spec = ChartSpec {
                body: Body::Plot(Plot {
                    x: axis,
                    panels: vec![panel.clone(), panel],
                    flipped,
                    ..Plot::default()
                }),
                ..samples::stacked()
            };
            for size in [[1, 1], [40, 30], [400, 300], [100_000, 3]] {
                check_harmless(&svg(&spec, size, Theme::Dark));
            }
        }
    }
}
