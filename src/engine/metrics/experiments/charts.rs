//! The charts of an experiment: who came in, the effect as it settled, what can be found by when. Points come ready
//! from [`Analysis`]; the window, files and the command line draw the same.

use super::{
    analysis::{Analysis, level},
    method::Method,
    over_time::{Day, Effect},
};
use crate::engine::{
    chart::{
        Axis, Body, ChartSpec, Kind, Marker, Marks, Panel, Plot, Point, Rule, Series, Shade, Slot,
    },
    metrics::{
        series::DAY,
        stats::{Interval, sequential::Look},
        words,
    },
};

/// Variants in a chart, unless the reader chooses: the control and the largest others.
pub const MOST_VARIANTS: usize = 8;

/// Who came in, and when.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ExposureView {
    /// Users so far.
    #[default]
    SoFar,
    /// New users by day.
    Daily,
    /// Each variant's part of the users so far.
    Share,
}

/// What is followed over time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum EffectView {
    /// Treatment less control, with the users so far.
    #[default]
    Difference,
    /// The same as a part of the control's rate.
    Lift,
    /// The rates with the users so far.
    Rate,
    /// The rates of the users of each day.
    DailyRate,
}

/// What a chart needs beside the figures.
#[derive(Clone, Copy, Debug)]
pub struct Charted<'a> {
    /// The figures.
    pub analysis: &'a Analysis,
    /// What they were made by.
    pub method: &'a Method,
    /// Colours, by variant; missing ones are taken in order.
    pub slots: &'a [Slot],
    /// Seconds that the days' midnights are ahead of UTC's.
    pub offset_secs: i32,
    /// Notes and changes.
    pub markers: &'a [Marker],
}

impl Charted<'_> {
    /// Who came in, and when.
    pub fn exposures(&self, view: ExposureView) -> ChartSpec {
        let (title, subtitle) = match view {
            ExposureView::SoFar => ("Users exposed so far", "by first assignment, per variant"),
            ExposureView::Daily => ("New users by day", "by first assignment, per variant"),
            ExposureView::Share => (
                "Share of users so far",
                "by first assignment, per variant; a planned split stays level",
            ),
        };
        let kind = match view {
            ExposureView::Share => Kind::Percent,
            _ => Kind::Count,
        };
        let value = |day: &Day, at: usize| match view {
            ExposureView::SoFar => Some(day.so_far[at].users as f64),
            ExposureView::Daily => Some(day.new[at].users as f64),
            ExposureView::Share => {
                let all: u64 = day.so_far.iter().map(|arm| arm.users).sum();
                (all > 0).then(|| day.so_far[at].users as f64 / all as f64)
            }
        };
        let marks = match view {
            ExposureView::Daily => Marks::BARS,
            _ => Marks::LINE,
        };
        let series = self.shown().map(|at| {
            let points = self.days().iter().map(|day| Point {
                x: x(day),
                y: value(day, at),
                range: None,
            });
            self.series(at, marks, points.collect())
        });
        let y = Axis::new("", kind);
        let panel = match view {
            ExposureView::Share => Panel::new(y, series.collect()),
            _ => Panel::new(y.with_zero(), series.collect()),
        };
        let summary = self.exposures_in_words();
        self.chart(title, subtitle.to_owned(), vec![panel], summary)
    }

    /// The effect as it settled, or the rates.
    pub fn effect(&self, view: EffectView) -> ChartSpec {
        let percent = words::confidence(self.method.alpha);
        let control = self.control_name();
        let users = "users so far, converted by now";
        match view {
            EffectView::Difference | EffectView::Lift => {
                let is_lift = view == EffectView::Lift;
                let (title, kind) = if is_lift {
                    ("Lift over time", Kind::Lift)
                } else {
                    ("Difference in rate over time", Kind::Points)
                };
                let against = match self.only_treatment() {
                    Some(name) => format!("{name} − {control}"),
                    None => format!("each − {control}"),
                };
                let band = if self.method.sequential.is_some() {
                    format!("{percent} confidence sequence")
                } else {
                    format!("{percent} band")
                };
                let panel =
                    Panel::new(Axis::new("", kind), self.effects(is_lift)).with_rule(Rule::zero());
                let subtitle = format!("{against}, {users}, {band}");
                self.chart(title, subtitle, vec![panel], self.effect_in_words(is_lift))
            }
            EffectView::Rate => {
                let series = self.shown().map(|at| {
                    let points = self.days().iter().map(|day| {
                        let arm = day.so_far[at];
                        Point {
                            x: x(day),
                            y: arm.counts().rate(),
                            range: None,
                        }
                    });
                    self.series(at, Marks::LINE, points.collect())
                });
                let panel = Panel::new(Axis::new("", Kind::Percent), series.collect());
                let subtitle = format!("per variant, {users}");
                self.chart("Rate so far", subtitle, vec![panel], self.rates_in_words())
            }
            EffectView::DailyRate => {
                let series = self.shown().map(|at| {
                    let points = self.days().iter().map(|day| {
                        let x = x(day);
                        match day.rate(at, level(self.method)) {
                            Some((rate, interval)) => {
                                Point::new(x, rate).with_range(interval.low, interval.high)
                            }
                            None => Point::gap(x),
                        }
                    });
                    self.series(at, Marks::WHISKERS, points.collect())
                });
                let panel = Panel::new(Axis::new("", Kind::Percent), series.collect());
                let subtitle = format!("users first assigned on the day, {percent} interval");
                let words = self.rates_in_words();
                let mut chart = self.chart("Rate by day", subtitle, vec![panel], words);
                if let Body::Plot(plot) = &mut chart.body {
                    plot.shades.extend(self.weekends());
                }
                chart
            }
        }
    }

    /// The smallest effect that is found, by days since the experiment began; `None` without a plan.
    pub fn smallest_effect(&self) -> Option<ChartSpec> {
        let planning = self.analysis.planning.as_ref()?;
        let points = |ahead: bool| -> Vec<Point> {
            let of = planning.curve.iter().filter(|point| point.ahead == ahead);
            of.map(|point| Point::new(f64::from(point.day), point.mde.absolute))
                .collect()
        };
        let (seen, mut ahead) = (points(false), points(true));
        let today = seen.last().copied();
        // One line: what is foreseen begins where what is seen ends.
        ahead.splice(0..0, today);
        let neutral = |points| Series::new("", Slot::Neutral, Marks::LINE, points);
        let panel = Panel::new(
            Axis::new("", Kind::Points).with_zero(),
            vec![neutral(seen), neutral(ahead).tentative()],
        );
        let mut panel = panel;
        if let Some(today) = today {
            panel.rules.push(Rule::x(today.x, "today"));
        }
        let summary = today
            .and_then(|today| today.y)
            .map(|mde| {
                format!(
                    "With today's users a difference of {} is found with a chance of {:.0} %.",
                    words::points(mde),
                    planning.power * 100.0
                )
            })
            .unwrap_or_default();
        Some(ChartSpec {
            title: "Smallest effect that is found".to_owned(),
            subtitle: format!(
                "by day, from a rate of {}, with a chance of {:.0} %",
                words::percent(planning.baseline),
                planning.power * 100.0
            ),
            body: Body::Plot(Plot {
                x: Axis::new("day", Kind::Count),
                panels: vec![panel],
                ..Plot::default()
            }),
            footnotes: Vec::new(),
            summary,
        })
    }

    fn days(&self) -> &[Day] {
        &self.analysis.over_time.days
    }

    /// The variants that are drawn, in the table's order.
    fn shown(&self) -> impl Iterator<Item = usize> + use<> {
        let variants = &self.analysis.variants;
        let mut places: Vec<usize> = (0..variants.len()).collect();
        if places.len() > MOST_VARIANTS {
            let control = self.analysis.control;
            places.sort_by_key(|at| {
                (
                    Some(*at) != control,
                    u64::MAX - variants[*at].arm.users,
                    *at,
                )
            });
            places.truncate(MOST_VARIANTS);
            places.sort_unstable();
        }
        places.into_iter()
    }

    fn slot(&self, at: usize) -> Slot {
        let default = || {
            if Some(at) == self.analysis.control {
                Slot::Neutral
            } else {
                let before = self.analysis.control.is_some_and(|control| control < at);
                Slot::Color(u8::try_from(at - usize::from(before)).unwrap_or(u8::MAX))
            }
        };
        self.slots.get(at).copied().unwrap_or_else(default)
    }

    fn series(&self, at: usize, marks: Marks, points: Vec<Point>) -> Series {
        let name = &self.analysis.variants[at].name;
        Series::new(name.clone(), self.slot(at), marks, points)
    }

    fn effects(&self, is_lift: bool) -> Vec<Series> {
        let treatments = self.shown().filter(|at| Some(*at) != self.analysis.control);
        treatments
            .map(|at| {
                let points = self.days().iter().map(|day| {
                    let x = x(day);
                    let effect = day.effects.get(at).and_then(Option::as_ref);
                    match effect.and_then(|effect| self.estimate(effect, is_lift)) {
                        Some((estimate, Some(interval))) => {
                            Point::new(x, estimate).with_range(interval.low, interval.high)
                        }
                        Some((estimate, None)) => Point::new(x, estimate),
                        None => Point::gap(x),
                    }
                });
                self.series(at, Marks::BAND, points.collect())
            })
            .collect()
    }

    /// What is shown of an effect: for the fixed horizon, or for who looks often.
    fn estimate(&self, effect: &Effect, is_lift: bool) -> Option<(f64, Option<Interval>)> {
        let of = |look: Look| (look.estimate, look.interval);
        match (self.method.sequential, is_lift) {
            (Some(_), true) => effect.sequential?.relative.map(of),
            (Some(_), false) => effect.sequential.map(|both| of(both.absolute)),
            (None, true) => {
                let lift = effect.fixed.lift?;
                Some((lift.estimate, Some(lift.delta)))
            }
            (None, false) => Some((effect.fixed.difference, Some(effect.fixed.newcombe))),
        }
    }

    fn chart(
        &self,
        title: &str,
        subtitle: String,
        panels: Vec<Panel>,
        summary: String,
    ) -> ChartSpec {
        let time = Kind::Time {
            offset_secs: self.offset_secs,
        };
        let incomplete = self.days().last().filter(|day| day.incomplete);
        let shades = incomplete.map(|day| Shade {
            from: x(day) - DAY as f64 / 2.0,
            to: x(day) + DAY as f64 / 2.0,
            label: "incomplete".to_owned(),
        });
        ChartSpec {
            title: title.to_owned(),
            subtitle,
            body: Body::Plot(Plot {
                x: Axis::new("", time).with_step(DAY as f64),
                panels,
                markers: self.markers.to_vec(),
                shades: shades.into_iter().collect(),
                ..Plot::default()
            }),
            footnotes: Vec::new(),
            summary,
        }
    }

    /// Saturdays and Sundays.
    fn weekends(&self) -> Vec<Shade> {
        let days = self.days().iter().filter(|day| {
            // The first of January 1970 was a Thursday.
            (day.date.0.div_euclid(DAY) + 3).rem_euclid(7) >= 5
        });
        let half = DAY as f64 / 2.0;
        days.map(|day| Shade {
            from: x(day) - half,
            to: x(day) + half,
            label: "weekend".to_owned(),
        })
        .collect()
    }

    fn control_name(&self) -> &str {
        let control = self.analysis.control();
        control.map_or("control", |control| control.name.as_str())
    }

    /// Its name, where there is one alone.
    fn only_treatment(&self) -> Option<&str> {
        let variants = self.analysis.variants.iter().enumerate();
        let mut others = variants.filter(|(at, _)| Some(*at) != self.analysis.control);
        match (others.next(), others.next()) {
            (Some((_, only)), None) => Some(&only.name),
            _ => None,
        }
    }

    fn exposures_in_words(&self) -> String {
        let variants = self.analysis.variants.iter().map(|variant| {
            let share = variant
                .share
                .map(|share| format!(" ({})", words::percent(share)))
                .unwrap_or_default();
            format!("{} {} users{share}", variant.name, variant.arm.users)
        });
        let days = self.days();
        let when = match (days.first(), days.last()) {
            (Some(first), Some(last)) => {
                format!("From {} to {}: ", first.date.date(), last.date.date())
            }
            _ => String::new(),
        };
        format!("{when}{}.", variants.collect::<Vec<_>>().join(", "))
    }

    fn rates_in_words(&self) -> String {
        let variants = self.analysis.variants.iter().filter_map(|variant| {
            let (rate, interval) = (variant.rate?, variant.interval?);
            Some(format!(
                "{} {} ({})",
                variant.name,
                words::percent(rate),
                words::interval(interval, words::percent)
            ))
        });
        let all: Vec<String> = variants.collect();
        format!("Rates with all users: {}.", all.join(", "))
    }

    fn effect_in_words(&self, is_lift: bool) -> String {
        let variants = self.analysis.variants.iter().filter_map(|variant| {
            let comparison = variant.comparison.as_ref()?;
            let (estimate, interval, write): (_, _, fn(f64) -> String) = if is_lift {
                let lift = comparison.lift?;
                (lift.estimate, lift.interval, words::lift)
            } else {
                let estimate = comparison.fixed.difference;
                (estimate, comparison.difference, words::points)
            };
            let interval = interval
                .map(|interval| format!(" ({})", words::interval(interval, write)))
                .unwrap_or_default();
            Some(format!(
                "{} {}{interval}, {}",
                variant.name,
                write(estimate),
                comparison.verdict.words()
            ))
        });
        let all: Vec<String> = variants.collect();
        if all.is_empty() {
            return "There is nothing to compare.".to_owned();
        }
        format!("Against {}: {}.", self.control_name(), all.join("; "))
    }
}

/// Where a day stands: its midnight.
fn x(day: &Day) -> f64 {
    day.at.0 as f64
}

#[cfg(test)]
mod tests {
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
}
