//! One chart of each kind, made of arithmetic alone.

use super::chart::{
    Axis, Body, ChartSpec, Kind, Marker, MarkerFrom, Marks, Panel, Parallel, Plot, Point, Polyline,
    Rule, Series, Shade, Slot,
};

const DAY: f64 = 86_400.0;
/// 2026-10-01 in UTC.
pub(crate) const OCTOBER: f64 = 1_790_812_800.0;

fn day(number: f64) -> f64 {
    OCTOBER + number * DAY
}

/// Between -1 and 1, and always the same.
fn noise(seed: u32) -> f64 {
    let mixed = seed.wrapping_mul(2_654_435_761) ^ (seed.wrapping_mul(40_503) >> 7);
    f64::from(mixed.wrapping_mul(2_246_822_519) >> 8) / f64::from(1 << 23) - 1.0
}

fn spec(title: &str, subtitle: &str, plot: Plot) -> ChartSpec {
    ChartSpec {
        title: title.to_owned(),
        subtitle: subtitle.to_owned(),
        body: Body::Plot(plot),
        footnotes: vec![
            "checkout-redesign · 1–20 Oct 2026, UTC · 95 % two-sided, fixed horizon".to_owned(),
            "MySQL 9.7.4 · asked at 2026-10-20T12:41:07Z".to_owned(),
        ],
        summary: format!("{title}: a sample."),
    }
}

fn time(panels: Vec<Panel>) -> Plot {
    Plot {
        x: Axis::new("", Kind::UTC),
        panels,
        ..Plot::default()
    }
}

/// Two lines that end with their names.
pub(crate) fn exposures() -> ChartSpec {
    let line = |name: &str, slot, factor: f64| {
        let points: Vec<_> = (0..=40)
            .map(|half| {
                let at = f64::from(half) / 2.0;
                Point::new(day(at), (at / 20.0).powf(0.82) * factor)
            })
            .collect();
        Series::new(name, slot, Marks::LINE, points)
    };
    let series = vec![
        line("control", Slot::Neutral, 9610.0),
        line("treatment", Slot::Color(0), 9320.0),
    ];
    let panel = Panel::new(Axis::new("", Kind::Count).with_zero(), series);
    spec(
        "Users exposed so far",
        "by first assignment, per variant",
        time(vec![panel]),
    )
}

/// A band, a zero line, an incomplete day.
pub(crate) fn difference() -> ChartSpec {
    let points: Vec<_> = (1..=60)
        .map(|third| {
            let at = f64::from(third) / 3.0;
            let mid = 0.028 + 0.018 * (at / 2.4).sin() / (0.6 + at / 7.0);
            let half = 0.036 / at.sqrt();
            Point::new(day(at), mid).with_range(mid - half, mid + half)
        })
        .collect();
    let series = Series::new("treatment − control", Slot::Color(0), Marks::BAND, points);
    let panel = Panel::new(Axis::new("", Kind::Points), vec![series]).with_rule(Rule::zero());
    let mut plot = time(vec![panel]);
    plot.shades.push(Shade {
        from: day(19.0),
        to: day(20.0),
        label: "incomplete".to_owned(),
    });
    spec(
        "Difference in rate over time",
        "treatment − control, users assigned so far, 95 % band",
        plot,
    )
}

/// A row for each treatment, the shared axis at the left.
pub(crate) fn forest() -> ChartSpec {
    let rows = ["one page", "one page, no coupon", "express button"];
    let points = [
        [0.234, 0.15, 0.32],
        [0.04, -0.06, 0.142],
        [-0.09, -0.155, -0.021],
    ];
    let series = points.iter().enumerate().map(|(row, [mid, low, high])| {
        let point = Point::new(row as f64, *mid).with_range(*low, *high);
        Series::new(rows[row], Slot::Color(row as u8), Marks::WHISKERS, [point])
    });
    let panel = Panel::new(
        Axis::new("lift against control", Kind::Lift),
        series.collect(),
    )
    .with_rule(Rule::zero());
    let names = rows.map(str::to_owned).to_vec();
    let plot = Plot {
        x: Axis::new("", Kind::Category(names)),
        panels: vec![panel],
        flipped: true,
        ..Plot::default()
    };
    spec("Effect of each treatment", "lift, 95 % interval", plot)
}

/// Rates with bands above, requests below, weekends and markers.
pub(crate) fn stacked() -> ChartSpec {
    let groups = [
        ("control", Slot::Neutral),
        ("new checkout", Slot::Color(0)),
        ("express", Slot::Color(1)),
    ];
    let rates = groups.iter().enumerate().map(|(index, (name, slot))| {
        let points: Vec<_> = (0..84)
            .map(|bucket: u32| {
                let x = day(f64::from(bucket) / 12.0);
                if index == 2 && (30..38).contains(&bucket) {
                    return Point::gap(x);
                }
                let base = 0.011 + index as f64 * 0.006;
                let rate = base + noise(bucket * 7 + index as u32 * 1009) * 0.0018;
                Point::new(x, rate).with_range(rate - 0.0022, rate + 0.0024)
            })
            .collect();
        Series::new(*name, *slot, Marks::BAND, points)
    });
    let requests = groups.iter().enumerate().map(|(index, (name, slot))| {
        let points: Vec<_> = (0..84)
            .map(|bucket: u32| {
                let wave = (f64::from(bucket) / 12.0 * std::f64::consts::TAU).sin();
                let count = (2600.0 + 900.0 * wave + 300.0 * noise(bucket + index as u32)).round();
                Point::new(day(f64::from(bucket) / 12.0), count / (index + 1) as f64)
            })
            .collect();
        Series::new(*name, *slot, Marks::BARS, points)
    });
    let above = Panel::new(
        Axis::new("error rate", Kind::Percent).with_zero(),
        rates.collect(),
    )
    .with_rule(Rule::y(0.02, "objective"));
    let mut below = Panel::new(
        Axis::new("requests in 2 h", Kind::Count),
        requests.collect(),
    );
    below.share = 0.4;
    below.stacked = true;
    let mut plot = time(vec![above, below]);
    plot.x.step = Some(7200.0);
    plot.shades.push(Shade {
        from: day(2.0),
        to: day(4.0),
        label: "weekend".to_owned(),
    });
    for (at, text, from) in [
        (1.2, "prices changed", MarkerFrom::Note),
        (4.5, "new checkout: 10 % → 50 %", MarkerFrom::Change),
        (4.6, "cache emptied", MarkerFrom::Note),
    ] {
        plot.markers.push(Marker {
            x: day(at),
            text: text.to_owned(),
            from,
        });
    }
    spec("Error rate by group", "2 h buckets, 95 % Wilson band", plot)
}

/// Whiskers of two variants at each day.
pub(crate) fn daily() -> ChartSpec {
    let line = |name: &str, slot, base: f64, seed: u32| {
        let points: Vec<_> = (0..14)
            .map(|at| {
                let rate = base + noise(seed + at) * 0.012;
                Point::new(day(f64::from(at)), rate).with_range(rate - 0.014, rate + 0.016)
            })
            .collect();
        Series::new(name, slot, Marks::WHISKERS, points)
    };
    let series = vec![
        line("control", Slot::Neutral, 0.12, 1),
        line("treatment", Slot::Color(0), 0.148, 99),
        line("express", Slot::Color(1), 0.139, 999),
    ];
    let panel = Panel::new(Axis::new("rate", Kind::Percent), series);
    let mut plot = time(vec![panel]);
    plot.x.step = Some(DAY);
    spec(
        "Rate by day",
        "users by day of first assignment, 95 % Wilson",
        plot,
    )
}

/// Smoothed lines before faint raw ones, a logarithmic axis, values that are no numbers.
pub(crate) fn losses() -> ChartSpec {
    let mut series = Vec::new();
    for run in 0..4_u8 {
        let length = 3000 - u32::from(run) * 500;
        let raw = |step: u32| {
            let level = 2.3 * (-f64::from(step) / (500.0 + 150.0 * f64::from(run))).exp() + 0.02;
            let value = level * (1.0 + 0.25 * noise(step * 13 + u32::from(run)));
            match step {
                900 if run == 1 => f64::NAN,
                1200 if run == 2 => f64::INFINITY,
                _ => value,
            }
        };
        let raw: Vec<_> = (0..length)
            .map(|step| Point::new(f64::from(step), raw(step)))
            .collect();
        let mut level = 0.0;
        let smooth: Vec<_> = raw
            .iter()
            .enumerate()
            .map(|(index, point)| {
                let value = point.y.filter(|y| y.is_finite());
                level = 0.95 * level + 0.05 * value.unwrap_or(level);
                let weight = 1.0 - 0.95_f64.powi(i32::try_from(index).unwrap() + 1);
                Point {
                    y: value.map(|_| level / weight),
                    ..*point
                }
            })
            .collect();
        let name = format!("run-{run}-of-october");
        series.push(Series::new(name.clone(), Slot::Color(run), Marks::LINE, raw).faint());
        series.push(Series::new(name, Slot::Color(run), Marks::LINE, smooth));
    }
    let panel = Panel::new(Axis::new("loss", Kind::Number).with_log(), series);
    let plot = Plot {
        x: Axis::new("step", Kind::Count),
        panels: vec![panel],
        ..Plot::default()
    };
    spec("loss", "smoothed 0.95, raw behind", plot)
}

/// Two metrics of many runs.
pub(crate) fn scatter() -> ChartSpec {
    let series = (0..24_u8).map(|run| {
        let x = 0.1 + 0.5 * (noise(u32::from(run)) + 1.0);
        let point = Point::new(x, 0.95 - 0.2 * x + 0.03 * noise(u32::from(run) + 500));
        Series::new(format!("run-{run}"), Slot::Color(run), Marks::DOTS, [point])
    });
    let panel = Panel::new(Axis::new("accuracy", Kind::Number), series.collect());
    let plot = Plot {
        x: Axis::new("loss", Kind::Number),
        panels: vec![panel],
        ..Plot::default()
    };
    spec("accuracy against loss", "last value of each run", plot)
}

/// Parameters and metrics of runs.
pub(crate) fn parallel() -> ChartSpec {
    let axes = vec![
        Axis::new("learning rate", Kind::Number).with_log(),
        Axis::new("batch", Kind::Count),
        Axis::new(
            "optimizer",
            Kind::Category(["adam", "sgd", "lamb"].map(str::to_owned).to_vec()),
        ),
        Axis::new("loss", Kind::Number),
        Axis {
            reversed: true,
            ..Axis::new("latency", Kind::Duration)
        },
    ];
    let lines = (0..16_u8).map(|run| {
        let seed = u32::from(run) * 31;
        Polyline {
            name: format!("run-{run}"),
            slot: Slot::Color(run),
            faint: run > 2,
            values: vec![
                Some(10f64.powf(-3.0 + 1.5 * noise(seed))),
                Some((160.0 + 130.0 * noise(seed + 1)).round()),
                Some(f64::from(run % 3)),
                (run % 7 != 4).then(|| 0.4 + 0.3 * noise(seed + 2)),
                Some(90.0 + 50.0 * noise(seed + 3)),
            ],
        }
    });
    ChartSpec {
        body: Body::Parallel(Parallel {
            axes,
            lines: lines.collect(),
        }),
        ..spec(
            "Settings and results",
            "three runs chosen of 16",
            Plot::default(),
        )
    }
}

/// Bars with long names, sorted.
pub(crate) fn ranking() -> ChartSpec {
    let names: Vec<String> = (0..9)
        .map(|run| format!("resnet-50 · seed {run} · warm restarts"))
        .collect();
    let points: Vec<_> = (0..9)
        .map(|run| Point::new(f64::from(run), 0.91 - 0.03 * f64::from(run)))
        .collect();
    let series = Series::new("accuracy", Slot::Color(0), Marks::BARS, points);
    let plot = Plot {
        x: Axis::new("", Kind::Category(names)),
        panels: vec![Panel::new(
            Axis::new("accuracy", Kind::Number),
            vec![series],
        )],
        flipped: true,
        ..Plot::default()
    };
    spec("Best accuracy by run", "maximum over steps", plot)
}

/// A curve with today marked, and an interval that only its outline shows.
pub(crate) fn planning() -> ChartSpec {
    let curve: Vec<_> = (2..=60)
        .map(|at| {
            let mde = 0.21 / f64::from(at).sqrt();
            Point::new(f64::from(at), mde).with_range(mde * 0.8, mde * 1.25)
        })
        .collect();
    let marks = Marks {
        line: Marks::LINE.line,
        ..Marks::OUTLINE
    };
    let series = Series::new("detectable lift", Slot::Color(2), marks, curve);
    let panel = Panel::new(
        Axis::new("smallest detectable lift", Kind::Lift).with_zero(),
        vec![series],
    )
    .with_rule(Rule::x(20.0, "today"))
    .with_rule(Rule::y(0.05, "wanted"));
    let plot = Plot {
        x: Axis::new("days", Kind::Number),
        panels: vec![panel],
        ..Plot::default()
    };
    spec("How long yet?", "power 80 %", plot)
}

/// Nine lines in all the colours, one of them tentative.
pub(crate) fn colours() -> ChartSpec {
    let slots = [Slot::Neutral].into_iter().chain((0..8).map(Slot::Color));
    let series = slots.enumerate().map(|(index, slot)| {
        let points: Vec<_> = (0..30)
            .map(|at| {
                Point::new(
                    f64::from(at),
                    10.0 + index as f64 * 3.0 + (f64::from(at) / 3.0 + index as f64).sin(),
                )
            })
            .collect();
        Series::new(format!("series {index}"), slot, Marks::LINE, points)
    });
    let mut series: Vec<_> = series.collect();
    series[3] = series[3].clone().tentative();
    let plot = Plot {
        x: Axis::new("", Kind::Number),
        panels: vec![Panel::new(Axis::new("", Kind::Number), series)],
        ..Plot::default()
    };
    spec("All colours", "", plot)
}

/// Names that want to be markup, to reorder, or to fill the picture.
pub(crate) fn hostile() -> ChartSpec {
    let mut spec = exposures();
    spec.title = "</title><script>alert('1')</script> & \"more\"".to_owned();
    spec.subtitle = "a\u{1b}[31m\u{202e}b\u{0}\u{ffff}".to_owned();
    spec.summary = "<desc>&".to_owned();
    if let Body::Plot(plot) = &mut spec.body {
        let series = &mut plot.panels[0].series;
        series[0].name = "=HYPERLINK(\"x\")\n".to_owned();
        series[1].name = "n".repeat(255);
    }
    spec
}

/// A name for each.
pub(crate) fn all() -> Vec<(&'static str, ChartSpec)> {
    vec![
        ("exposures", exposures()),
        ("difference", difference()),
        ("forest", forest()),
        ("stacked", stacked()),
        ("daily", daily()),
        ("losses", losses()),
        ("scatter", scatter()),
        ("parallel", parallel()),
        ("ranking", ranking()),
        ("planning", planning()),
        ("colours", colours()),
        ("hostile", hostile()),
        ("empty", ChartSpec::default()),
    ]
}
