//! What the charts of a flag show: rates over time above requests, the seven rolling days, the difference to the
//! baseline, the budget. Each is a [`ChartSpec`] with its summary in words; how it is drawn is `engine/chart`'s.

use std::collections::BTreeMap;

use super::{
    Group, GroupKey,
    analysis::{Analysis, CAUTION, Method, Verdict},
    data::Data,
    timeline::{Bucket, Line, ROLLING_DAYS, Timeline},
    words::method_words,
};
use crate::engine::{
    chart::{
        Axis, Body, ChartSpec, Kind, Marker, Marks, Panel, Plot, Point, Rule, Series, Shade, Slot,
    },
    metrics::{
        markers::Note,
        series::{DAY, Moment, step_words},
        stats::{Level, comparison, proportion},
        words::{confidence, percent, points, separated, trimmed},
    },
    visible,
};

/// Lines of a chart, if nobody has chosen others: the baseline and the largest.
pub const MOST_LINES: usize = 8;
/// Height of the rates, compared with 1 for the requests below them.
const RATES_SHARE: f32 = 2.6;

/// Which chart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Which {
    /// Rates over time, requests below.
    #[default]
    Rates,
    /// Rates over the seven days up to each.
    Rolling,
    /// Difference to the baseline.
    Difference,
}

/// What a chart is made of.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The figures.
    pub data: &'a Data,
    /// How the groups compare.
    pub analysis: &'a Analysis,
    /// By which method.
    pub method: &'a Method,
    /// What the analyst has noted.
    pub notes: &'a [Note],
    /// The groups that are drawn; empty for the baseline and the largest.
    pub shown: &'a [GroupKey],
    /// The colour of each group.
    pub slots: &'a Slots,
}

/// Colours by the keys of groups.
pub type Slots = BTreeMap<GroupKey, Slot>;

/// Give each group a colour that has none yet: grey for the first baseline, then the colours in the order of the groups.
/// A group keeps its colour, whatever the others do.
pub fn give_slots(slots: &mut Slots, groups: &[Group], baseline: Option<usize>) {
    for (at, group) in groups.iter().enumerate() {
        if slots.contains_key(&group.key) {
            continue;
        }
        let neutral_is_free = !slots.values().any(|slot| *slot == Slot::Neutral);
        let slot = if Some(at) == baseline && neutral_is_free {
            Slot::Neutral
        } else {
            let colors = slots
                .values()
                .filter(|slot| **slot != Slot::Neutral)
                .count();
            Slot::Color(u8::try_from(colors).unwrap_or(u8::MAX))
        };
        slots.insert(group.key.clone(), slot);
    }
}

impl Source<'_> {
    /// The chart; `None` where there is nothing with a date, or no baseline for a difference.
    pub fn chart(&self, which: Which) -> Option<ChartSpec> {
        match which {
            Which::Rates => self.rates(),
            Which::Rolling => self.rolling(),
            Which::Difference => self.difference(),
        }
    }

    fn rates(&self) -> Option<ChartSpec> {
        let timeline = self.data.timeline.as_ref()?;
        let (mut rates, mut requests) = (Vec::new(), Vec::new());
        for line in self.lines(timeline) {
            let slot = self.slot(&line.key);
            let points: Vec<Point> = timeline
                .starts()
                .map(|at| {
                    line.at(at)
                        .map_or(Point::gap(middle(at, timeline.step)), |bucket| {
                            self.rate(bucket, timeline.step)
                        })
                })
                .collect();
            rates.push(Series::new(name(&line.key), slot, Marks::BAND, points));
            let bars: Vec<Point> = line
                .buckets
                .iter()
                .map(|bucket| {
                    Point::new(
                        middle(bucket.at, timeline.step),
                        bucket.sums.requests as f64,
                    )
                })
                .collect();
            requests.push(Series::new(name(&line.key), slot, Marks::BARS, bars));
        }
        let mut above = Panel::new(Axis::new("Error rate", Kind::Percent), rates);
        above.share = RATES_SHARE;
        if let Some(objective) = self.method.objective {
            above = above.with_rule(Rule::y(
                1.0 - objective,
                format!("allowed by {} %", trimmed(objective * 100.0)),
            ));
        }
        let mut below = Panel::new(Axis::new("Requests", Kind::Count).with_zero(), requests);
        below.stacked = true;
        let buckets = step_words(timeline.step);
        Some(self.finish(ChartSpec {
            title: "Error rate over time".to_owned(),
            subtitle: format!("per {buckets}, {} band; requests below", self.confidence()),
            body: Body::Plot(Plot {
                x: time_axis(timeline.step),
                panels: vec![above, below],
                shades: self.incomplete(timeline),
                ..Plot::default()
            }),
            summary: self.rates_in_words(&buckets),
            ..ChartSpec::default()
        }))
    }

    fn rolling(&self) -> Option<ChartSpec> {
        let daily = self.data.daily.as_ref()?;
        let [from, _] = self.data.range()?;
        let mut series = Vec::new();
        for line in daily.rolling(from, self.data.first_event) {
            if !self.is_shown(&line.key) {
                continue;
            }
            let slot = self.slot(&line.key);
            let days: Vec<(Point, bool)> = line
                .days
                .iter()
                .map(|day| {
                    (
                        self.rate(
                            &Bucket {
                                at: day.day,
                                sums: day.sums,
                            },
                            DAY,
                        ),
                        day.whole,
                    )
                })
                .collect();
            // The first whole day ends the dashed part, so that the line does not break between the two.
            let whole = days
                .iter()
                .position(|(_, whole)| *whole)
                .unwrap_or(days.len());
            let points =
                |days: &[(Point, bool)]| days.iter().map(|(point, _)| *point).collect::<Vec<_>>();
            if whole > 0 {
                let early = points(&days[..days.len().min(whole + 1)]);
                let label = if whole < days.len() {
                    String::new()
                } else {
                    name(&line.key)
                };
                series.push(Series::new(label, slot, Marks::LINE, early).tentative());
            }
            if whole < days.len() {
                series.push(Series::new(
                    name(&line.key),
                    slot,
                    Marks::BAND,
                    points(&days[whole..]),
                ));
            }
        }
        let panel = Panel::new(Axis::new("Error rate", Kind::Percent), series);
        Some(self.finish(ChartSpec {
            title: "Error rate, rolling 7 days".to_owned(),
            subtitle: format!(
                "errors of the last {ROLLING_DAYS} calendar days over their requests, {} band; dashed where there are fewer days{}",
                self.confidence(),
                if from < daily.from { "; older days are left out" } else { "" }
            ),
            body: Body::Plot(Plot { x: time_axis(DAY), panels: vec![panel], ..Plot::default() }),
            summary: self.rates_in_words("7 rolling days"),
            ..ChartSpec::default()
        }))
    }

    fn difference(&self) -> Option<ChartSpec> {
        let timeline = self.data.timeline.as_ref()?;
        let baseline = &self.data.groups[self.analysis.baseline?].key;
        let control = timeline.lines.iter().find(|line| line.key == *baseline)?;
        let series = self
            .lines(timeline)
            .filter(|line| line.key != *baseline)
            .map(|line| {
                let points: Vec<Point> = timeline
                    .starts()
                    .map(|at| {
                        let x = middle(at, timeline.step);
                        difference(control.at(at), line.at(at), self.method.level)
                            .map_or(Point::gap(x), |(value, [low, high])| {
                                Point::new(x, value).with_range(low, high)
                            })
                    })
                    .collect();
                Series::new(name(&line.key), self.slot(&line.key), Marks::BAND, points)
            });
        let mut panel = Panel::new(
            Axis::new("Difference in error rate", Kind::Points),
            series.collect(),
        );
        panel = panel.with_rule(Rule::zero());
        if self.method.margin != 0.0 {
            panel = panel.with_rule(Rule::y(self.method.margin, "margin"));
        }
        Some(self.finish(ChartSpec {
            title: "Difference to the baseline over time".to_owned(),
            subtitle: format!(
                "rate − rate of {}, per {}, {} band",
                name(baseline),
                step_words(timeline.step),
                self.confidence()
            ),
            body: Body::Plot(Plot {
                x: time_axis(timeline.step),
                panels: vec![panel],
                shades: self.incomplete(timeline),
                ..Plot::default()
            }),
            summary: self.difference_in_words(),
            ..ChartSpec::default()
        }))
    }

    /// The groups that are drawn, in their order.
    fn lines<'t>(&self, timeline: &'t Timeline) -> impl Iterator<Item = &'t Line> {
        timeline
            .lines
            .iter()
            .filter(|line| self.is_shown(&line.key))
    }

    /// Is a group among those that are drawn?
    pub fn is_shown(&self, key: &GroupKey) -> bool {
        if !self.shown.is_empty() {
            return self.shown.contains(key);
        }
        let groups = &self.data.groups;
        let Some(at) = groups.iter().position(|group| group.key == *key) else {
            return false;
        };
        // The baseline, and of the others the largest.
        let larger = |other: &(usize, &Group)| {
            let (nth, group) = *other;
            Some(nth) != self.analysis.baseline
                && (group.requests > groups[at].requests
                    || (group.requests == groups[at].requests && nth < at))
        };
        Some(at) == self.analysis.baseline
            || groups.iter().enumerate().filter(larger).count() < MOST_LINES - 1
    }

    /// A bucket's rate with its interval; a gap without requests. What is above 1 has no interval.
    fn rate(&self, bucket: &Bucket, step: i64) -> Point {
        let x = middle(bucket.at, step);
        let Some(rate) = bucket.sums.error_rate() else {
            return Point::gap(x);
        };
        let interval = bucket
            .counts()
            .and_then(|counts| proportion::wilson(counts, self.method.level));
        match interval {
            Some(interval) => Point::new(x, rate).with_range(interval.low, interval.high),
            None => Point::new(x, rate),
        }
    }

    /// The bucket that has not ended yet.
    fn incomplete(&self, timeline: &Timeline) -> Vec<Shade> {
        let last = timeline.to.0 - timeline.step;
        let now = self.data.facts.now.0;
        (last..timeline.to.0)
            .contains(&now)
            .then(|| Shade {
                from: last as f64,
                to: timeline.to.0 as f64,
                label: "incomplete".to_owned(),
            })
            .into_iter()
            .collect()
    }

    fn slot(&self, key: &GroupKey) -> Slot {
        self.slots.get(key).copied().unwrap_or_default()
    }

    fn confidence(&self) -> String {
        confidence(self.method.level.alpha())
    }

    /// Markers within the chart, and what exported files say below it.
    fn finish(&self, mut chart: ChartSpec) -> ChartSpec {
        if let (Body::Plot(plot), Some([from, to])) = (&mut chart.body, self.data.range()) {
            let inside = |at: i64| (from.0..to.0).contains(&at);
            let notes = self
                .notes
                .iter()
                .filter(|note| inside(note.at))
                .map(Marker::from);
            let changes = self.data.changes.iter().map(Marker::from);
            plot.markers = notes.chain(changes).collect();
            plot.markers.sort_by(|a, b| a.x.total_cmp(&b.x));
        }
        let data = self.data;
        chart.footnotes = vec![
            format!(
                "Flag {}, {}, UTC",
                visible::line(&data.request.flag),
                data.request.window.words()
            ),
            method_words(data, self.method),
            format!(
                "{}, read {} UTC from {}",
                data.server,
                data.as_of(),
                visible::line(&data.table)
            ),
        ];
        chart
    }

    fn rates_in_words(&self, per: &str) -> String {
        let groups = self
            .data
            .groups
            .iter()
            .filter(|group| self.is_shown(&group.key));
        let rates: Vec<String> = groups
            .map(|group| match group.error_rate() {
                Some(rate) => format!(
                    "{} {} of {} requests",
                    name(&group.key),
                    percent(rate),
                    separated(group.requests)
                ),
                None => format!("{} no requests", name(&group.key)),
            })
            .collect();
        format!(
            "Error rate of flag {}, {}, per {per}. Over all: {}.",
            visible::line(&self.data.request.flag),
            self.data.request.window.words(),
            rates.join("; ")
        )
    }

    fn difference_in_words(&self) -> String {
        let groups = self.data.groups.iter().zip(&self.analysis.rows);
        let differences: Vec<String> = groups
            .filter(|(group, _)| self.is_shown(&group.key))
            .filter_map(|(group, row)| {
                let against = row.against?;
                let figures = against.comparison;
                let mark = if against.verdict == Verdict::Worse {
                    ", wholly above the margin"
                } else {
                    ""
                };
                Some(format!(
                    "{} {} ({} to {}){mark}",
                    name(&group.key),
                    points(figures.difference),
                    points(figures.newcombe.low),
                    points(figures.newcombe.high)
                ))
            })
            .collect();
        format!(
            "Difference in error rate to the baseline of flag {}, {}. Over all: {}; {CAUTION}.",
            visible::line(&self.data.request.flag),
            self.data.request.window.words(),
            if differences.is_empty() {
                "nothing to compare".to_owned()
            } else {
                differences.join("; ")
            }
        )
    }
}

/// The difference of two buckets and Newcombe's interval of it.
fn difference(
    control: Option<&Bucket>,
    bucket: Option<&Bucket>,
    level: Level,
) -> Option<(f64, [f64; 2])> {
    let figures = comparison::compare(control?.counts()?, bucket?.counts()?, level)?;
    Some((
        figures.difference,
        [figures.newcombe.low, figures.newcombe.high],
    ))
}

/// What a group is called in a chart.
fn name(key: &GroupKey) -> String {
    match key.shown() {
        "" => "(empty)".to_owned(),
        name => visible::line(name),
    }
}

fn time_axis(step: i64) -> Axis {
    Axis::new("", Kind::UTC).with_step(step as f64)
}

/// A bucket stands in its middle, where its bar does.
fn middle(at: Moment, step: i64) -> f64 {
    at.0 as f64 + step as f64 / 2.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::{
        flags::{Totals, Window, analysis::analyse, data::Request, health::Facts},
        series::HOUR,
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
        give_slots(&mut slots, &data.groups, analysis.baseline);
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
}
