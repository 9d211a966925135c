//! The lines of the list: which runs are found, in which order, under which groups. Pure.

use std::cmp::Ordering;

use crate::{
    engine::metrics::runs::{Found, Goal},
    gui::saved::{RunsColumn, RunsOrder},
};

/// One line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// The name of a group, over so many runs.
    Group(String, usize),
    /// A run, by its place among those that were read.
    Run(usize),
}

/// What decides over the lines; they are made anew when it changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Wanted {
    /// Changes when the runs do.
    pub(super) version: u64,
    pub(super) search: String,
    pub(super) order: RunsOrder,
    pub(super) grouped: bool,
    pub(super) metric: Option<String>,
    pub(super) goal: Option<Goal>,
}

/// The lines, kept from frame to frame.
#[derive(Debug, Default)]
pub(super) struct Lines {
    of: Option<Wanted>,
    lines: Vec<Line>,
}

impl Lines {
    /// The lines that are wanted.
    pub(super) fn of(&mut self, runs: &[Found], wanted: &Wanted) -> &[Line] {
        if self.of.as_ref() != Some(wanted) {
            self.lines = lines(runs, wanted);
            self.of = Some(wanted.clone());
        }
        &self.lines
    }
}

fn lines(runs: &[Found], wanted: &Wanted) -> Vec<Line> {
    let words: Vec<String> = wanted
        .search
        .to_lowercase()
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    let mut found: Vec<usize> = (0..runs.len())
        .filter(|at| fits(&runs[*at], &words))
        .collect();
    // Stable: equal ones stay the newest first.
    found.sort_by(|a, b| compare(&runs[*a], &runs[*b], wanted));
    if !wanted.grouped {
        return found.into_iter().map(Line::Run).collect();
    }
    let mut groups: Vec<(String, Vec<usize>)> = Vec::new();
    for at in found {
        let group = runs[at].run.group().unwrap_or_default();
        match groups.iter_mut().find(|(name, _)| name == group) {
            Some((_, places)) => places.push(at),
            None => groups.push((group.to_owned(), vec![at])),
        }
    }
    let lines = groups.into_iter().flat_map(|(name, places)| {
        let head = Line::Group(name, places.len());
        std::iter::once(head).chain(places.into_iter().map(Line::Run))
    });
    lines.collect()
}

/// All words are in the id, the name, the group, the status or the user.
fn fits(found: &Found, words: &[String]) -> bool {
    let run = &found.run;
    let texts = [
        Some(run.id.as_str()),
        run.name.as_deref(),
        run.group(),
        run.status.as_deref(),
        run.user.as_deref(),
    ];
    let text = texts
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase();
    words.iter().all(|word| text.contains(word))
}

/// What comes first in the usual order of the column; what has no value comes last, whichever way it is turned.
fn compare(a: &Found, b: &Found, wanted: &Wanted) -> Ordering {
    let turn = |ordering: Ordering| {
        if wanted.order.turned {
            ordering.reverse()
        } else {
            ordering
        }
    };
    let last = |found: &Found| {
        let summary = found.metrics.get(wanted.metric.as_ref()?)?;
        summary.last.filter(|value| value.is_finite())
    };
    let best = |found: &Found| {
        found
            .metrics
            .get(wanted.metric.as_ref()?)?
            .best(wanted.goal?)
    };
    let better = |a: f64, b: f64| match wanted.goal {
        Some(Goal::Min) => a.total_cmp(&b),
        _ => b.total_cmp(&a),
    };
    match wanted.order.by {
        RunsColumn::Name => turn(a.run.label().cmp(&b.run.label())),
        RunsColumn::Status => {
            missing_last(a.run.status.as_deref(), b.run.status.as_deref(), |a, b| {
                turn(a.cmp(b))
            })
        }
        RunsColumn::Start => missing_last(a.run.start, b.run.start, |a, b| turn(b.cmp(&a))),
        RunsColumn::Took => missing_last(a.run.millis(), b.run.millis(), |a, b| turn(b.cmp(&a))),
        RunsColumn::Last => missing_last(last(a), last(b), |a, b| turn(better(a, b))),
        RunsColumn::Best => missing_last(best(a), best(b), |a, b| turn(better(a, b))),
    }
}

fn missing_last<T>(a: Option<T>, b: Option<T>, of: impl Fn(T, T) -> Ordering) -> Ordering {
    match (a, b) {
        (Some(a), Some(b)) => of(a, b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => Ordering::Equal,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::metrics::runs::{Run, Summary};

    fn run(id: &str, group: &str, start: i64, best: Option<f64>) -> Found {
        let summary = Summary {
            last: best,
            lowest: best,
            highest: best,
            ..Summary::default()
        };
        Found {
            run: Run {
                id: id.to_owned(),
                experiment: Some(group.to_owned()),
                status: Some("FINISHED".to_owned()),
                start: Some(start),
                ..Run::default()
            },
            metrics: [("loss".to_owned(), summary)].into(),
            ..Found::default()
        }
    }

    fn runs() -> Vec<Found> {
        vec![
            run("c", "churn", 3, Some(0.5)),
            run("b", "price", 2, None),
            run("a", "churn", 1, Some(0.25)),
        ]
    }

    fn order(by: RunsColumn, turned: bool) -> Wanted {
        Wanted {
            order: RunsOrder { by, turned },
            metric: Some("loss".to_owned()),
            goal: Some(Goal::Min),
            ..Wanted::default()
        }
    }

    fn places(wanted: &Wanted) -> Vec<usize> {
        let lines = lines(&runs(), wanted);
        let places = lines.iter().filter_map(|line| match line {
            Line::Run(at) => Some(*at),
            Line::Group(..) => None,
        });
        places.collect()
    }

    #[test]
    fn the_best_comes_first_and_what_has_no_value_last_both_ways() {
        assert_eq!(places(&order(RunsColumn::Start, false)), [0, 1, 2]);
        assert_eq!(places(&order(RunsColumn::Start, true)), [2, 1, 0]);
        assert_eq!(places(&order(RunsColumn::Best, false)), [2, 0, 1]);
        assert_eq!(places(&order(RunsColumn::Best, true)), [0, 2, 1]);
        assert_eq!(places(&order(RunsColumn::Name, false)), [2, 1, 0]);
        let more = Wanted {
            goal: Some(Goal::Max),
            ..order(RunsColumn::Last, false)
        };
        assert_eq!(places(&more), [0, 2, 1]);
    }

    #[test]
    fn groups_come_in_the_order_of_their_first_runs() {
        let wanted = Wanted {
            grouped: true,
            ..order(RunsColumn::Start, false)
        };
        assert_eq!(
            lines(&runs(), &wanted),
            [
                Line::Group("churn".to_owned(), 2),
                Line::Run(0),
                Line::Run(2),
                Line::Group("price".to_owned(), 1),
                Line::Run(1)
            ]
        );
    }

    #[test]
    fn all_words_of_a_search_are_wanted_wherever_they_stand() {
        let search = |words: &str| {
            let wanted = Wanted {
                search: words.to_owned(),
                ..order(RunsColumn::Start, false)
            };
            places(&wanted)
        };
        assert_eq!(search("CHURN fin"), [0, 2]);
        assert_eq!(search("churn b"), [0usize; 0]);
    }

    #[test]
    fn lines_are_kept_until_something_changes() {
        let mut kept = Lines::default();
        let wanted = order(RunsColumn::Start, false);
        assert_eq!(kept.of(&runs(), &wanted).len(), 3);
        assert_eq!(kept.of(&[], &wanted).len(), 3);
        let newer = Wanted {
            version: 1,
            ..wanted
        };
        assert_eq!(kept.of(&[], &newer).len(), 0);
    }
}
