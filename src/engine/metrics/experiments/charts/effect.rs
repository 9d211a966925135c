//! The effect as it settled, and the rates behind it.

use super::{Charted, EffectView, x};
use crate::engine::{
    chart::{Axis, Body, ChartSpec, Kind, Marks, Panel, Point, Rule, Series, Shade},
    metrics::{
        experiments::{analysis::level, over_time::Effect},
        series::DAY,
        stats::{Interval, sequential::Look},
        words,
    },
};

impl Charted<'_> {
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
                let series = self.shown().into_iter().map(|at| {
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
                let series = self.shown().into_iter().map(|at| {
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

    fn effects(&self, is_lift: bool) -> Vec<Series> {
        let treatments = self
            .shown()
            .into_iter()
            .filter(|at| Some(*at) != self.analysis.control);
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
