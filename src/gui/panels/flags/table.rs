//! The main table: each group with its requests, errors, rate, difference, ratio, p-value and burn.

use crate::{
    engine::{
        chart::Slot,
        metrics::{
            flags::{
                Group, GroupKey,
                analysis::{Against, Analysis, CAUTION, Method, Verdict},
                data::Data,
                words::{Digits, pair_words},
            },
            slots::Slots,
            stats,
            words::{p_bare, separated, times, trimmed},
        },
    },
    gui::widgets::{
        figure_table::{Badge, BadgeLook, Cell, Column},
        health::Tone,
        name::shown,
        whisker::Interval,
    },
};

/// The heads.
pub(super) fn columns(method: &Method) -> Vec<Column> {
    let confidence = trimmed((1.0 - method.level.alpha()) * 100.0);
    let mut columns = vec![
        Column::new("Group"),
        Column::number("Requests").hint("The sum of what the rows of the window count."),
        Column::number("Errors")
            .hint("The same of errors.")
            .may_go(2),
        Column::number(format!("Error rate, {confidence} % interval"))
            .hint("Errors divided by requests, with Wilson's interval.")
            .short("Error rate")
            .with_whiskers(),
        Column::number("Difference to baseline")
            .hint(format!(
                "Rate less the baseline's, with Newcombe's interval; {CAUTION}."
            ))
            .short("Difference")
            .with_forest(),
        Column::number("Ratio")
            .hint("Rate divided by the baseline's.")
            .may_go(1),
        Column::number("p").hint(format!(
            "Two-sided, pooled z test; {CAUTION}: it is smaller than it should be."
        )),
    ];
    if let Some(objective) = method.objective {
        columns.push(Column::number("Burn").hint(format!(
            "Rate divided by the {} % that the objective allows. 1 uses up the budget just in time.",
            trimmed((1.0 - objective) * 100.0)
        )));
    }
    columns
}

/// A row for each group.
pub(super) fn rows(
    data: &Data,
    analysis: &Analysis,
    method: &Method,
    slots: &Slots<GroupKey>,
) -> Vec<Vec<Cell>> {
    let digits = Digits::of(&data.groups, analysis);
    let groups = data.groups.iter().enumerate();
    groups
        .map(|(at, group)| {
            let slot = slots.get(&group.key).copied().unwrap_or_default();
            let against = analysis.rows[at].against;
            let is_baseline = analysis.baseline == Some(at);
            let mut row = vec![
                name(analysis, at, group, slot),
                Cell::text(separated(group.requests)),
                Cell::text(separated(group.errors)),
                rate(group, analysis.rows[at].interval, slot, digits),
                compared(is_baseline, against, |against| {
                    difference(against, slot, digits)
                }),
                compared(is_baseline, against, ratio),
                compared(is_baseline, against, p),
            ];
            if let Some(objective) = method.objective {
                row.push(burn(data, at, analysis.rows[at].burn, objective));
            }
            row
        })
        .collect()
}

fn name(analysis: &Analysis, at: usize, group: &Group, slot: Slot) -> Cell {
    let cell = Cell::name(shown(group.key.shown()), slot);
    let alone = analysis.rows.len() < 2;
    let badge = |words: &str, look| Badge {
        words: words.to_owned(),
        look,
    };
    if group.errors > group.requests {
        return cell.with_badge(badge("check the data first", BadgeLook::Tone(Tone::Danger)));
    }
    if analysis.baseline == Some(at) {
        return if alone {
            cell
        } else {
            cell.with_badge(badge("baseline", BadgeLook::Plain))
        };
    }
    let Some(against) = analysis.rows[at].against else {
        let words = if group.requests == 0 {
            "no requests"
        } else {
            "nothing to compare with"
        };
        return cell.with_badge(badge(words, BadgeLook::Plain));
    };
    let words = against.verdict.words();
    cell.with_badge(match against.verdict {
        Verdict::Worse => badge(&format!("{words} ↑"), BadgeLook::Tone(Tone::Warning)),
        Verdict::Better => badge(&format!("{words} ↓"), BadgeLook::Strong),
        Verdict::Within | Verdict::Unclear | Verdict::NotEnough => badge(words, BadgeLook::Plain),
    })
}

fn rate(group: &Group, interval: Option<stats::Interval>, slot: Slot, digits: Digits) -> Cell {
    let Some(rate) = group.error_rate() else {
        return Cell::undefined("There are no requests to divide by.");
    };
    let text = digits.percent(rate);
    let Some(interval) = interval else {
        return Cell::text(text).with_hint(
            "There are more errors than requests: this is no share, and has no interval.",
        );
    };
    let words = format!(
        "{} to {}",
        digits.percent(interval.low),
        digits.percent(interval.high)
    );
    Cell::text(text.clone())
        .with_interval(Interval::new(rate, [interval.low, interval.high]), slot)
        .with_spoken(format!("{text}, {words}"))
        .with_hint(words)
}

/// Nothing for the baseline itself; why there is nothing for others.
fn compared(
    is_baseline: bool,
    against: Option<Against>,
    cell: impl FnOnce(Against) -> Cell,
) -> Cell {
    match against {
        Some(against) => cell(against),
        None if is_baseline => Cell::default(),
        None => Cell::undefined("One of the two has no requests, or more errors than requests."),
    }
}

fn difference(against: Against, slot: Slot, digits: Digits) -> Cell {
    let figures = against.comparison;
    let (low, high) = (figures.newcombe.low, figures.newcombe.high);
    let text = digits.points(figures.difference);
    let words = format!("{} to {}", digits.points(low), digits.points(high));
    Cell {
        strong: true,
        ..Cell::text(text.clone())
    }
    .with_interval(Interval::new(figures.difference, [low, high]), slot)
    .with_spoken(format!("{text}, {words}"))
    .with_hint(words)
}

fn ratio(against: Against) -> Cell {
    match against.ratio {
        Some(ratio) => Cell::text(times(ratio)),
        None => Cell::undefined("The baseline has no errors to divide by."),
    }
}

fn p(against: Against) -> Cell {
    let p = against.comparison.p_value;
    Cell::text(p_bare(p.p())).with_hint(format!(
        "10 to the power of {:.2}; {} with Holm's correction",
        p.log10(),
        p_bare(against.p_holm)
    ))
}

/// The burn rate, and what is left of the budget.
fn burn(data: &Data, at: usize, rate: Option<f64>, objective: f64) -> Cell {
    let Some(rate) = rate else {
        return Cell::undefined("There are no requests.");
    };
    let cell = Cell::text(format!("{rate:.2}x"));
    let Some(windows) = &data.burn else {
        return cell;
    };
    let lines: Vec<String> = windows
        .pairs(at, objective)
        .iter()
        .map(pair_words)
        .collect();
    let left = match windows.budget_left(at, objective) {
        None => "no requests in 30 d".to_owned(),
        Some(left) if left < 0.0 => "budget overdrawn".to_owned(),
        Some(left) => format!("{:.0} % of 30 d left", left * 100.0),
    };
    cell.with_second(left).with_hint(lines.join("\n"))
}

/// As the plain figures give it while the rest is still being read.
pub(super) fn plain_rows(groups: &[Group]) -> Vec<Vec<Cell>> {
    let digits = Digits::of(groups, &Analysis::default());
    groups
        .iter()
        .map(|group| {
            let rate = group.error_rate().map_or_else(
                || Cell::undefined("There are no requests to divide by."),
                |rate| Cell::text(digits.percent(rate)),
            );
            let name = Cell {
                strong: true,
                ..Cell::text(shown(group.key.shown()))
            };
            let counts = [group.requests, group.errors].map(|count| Cell::text(separated(count)));
            let [requests, errors] = counts;
            vec![name, requests, errors, rate]
        })
        .collect()
}

/// The heads of these.
pub(super) fn plain_columns() -> Vec<Column> {
    vec![
        Column::new("Group"),
        Column::number("Requests"),
        Column::number("Errors"),
        Column::number("Error rate"),
    ]
}
