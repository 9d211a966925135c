//! Small tables of flags: whole for programs, rounded for people. Nothing is computed here.

use super::{
    Group, Listed, Totals,
    analysis::{Analysis, Method},
    data::Data,
    words::{Digits, budget_words},
};
use crate::engine::{
    export::sheet::{Field, Sheet},
    metrics::{
        series::Moment,
        stats::Interval,
        words::{confidence, p_bare, percent, points, separated, times},
    },
};

/// The plain figures as a table.
pub fn plain(groups: &[Group]) -> Sheet {
    let mut sheet = Sheet::new(&["group", "requests", "errors", "error_rate"]);
    sheet.rows = groups
        .iter()
        .map(|group| {
            vec![
                Field::name(group.key.shown()),
                whole(group.requests),
                whole(group.errors),
                Field::number(group.error_rate(), percent),
            ]
        })
        .collect();
    sheet
}

/// The compared groups as a table.
pub fn compared(data: &Data, analysis: &Analysis, method: &Method) -> Sheet {
    let mut sheet = Sheet::new(&[
        "group",
        "requests",
        "errors",
        "error_rate",
        "low",
        "high",
        "difference",
        "difference_low",
        "difference_high",
        "ratio",
        "p_value",
        "log10_p",
        "p_value_holm",
        "verdict",
        "method",
        "confidence",
    ]);
    if method.objective.is_some() {
        sheet
            .columns
            .extend(["burn", "budget_left"].map(str::to_owned));
    }
    for (at, (group, row)) in data.groups.iter().zip(&analysis.rows).enumerate() {
        let figures = row.against.map(|against| against.comparison);
        let mut fields = vec![
            Field::name(group.key.shown()),
            whole(group.requests),
            whole(group.errors),
            Field::number(group.error_rate(), percent),
            Field::number(row.interval.map(|interval| interval.low), percent),
            Field::number(row.interval.map(|interval| interval.high), percent),
            Field::number(figures.map(|figures| figures.difference), points),
            Field::number(figures.map(|figures| figures.newcombe.low), points),
            Field::number(figures.map(|figures| figures.newcombe.high), points),
            Field::number(row.against.and_then(|against| against.ratio), times),
            Field::number(figures.map(|figures| figures.p_value.p()), p_bare),
            Field::number(figures.map(|figures| figures.p_value.log10()), |log| {
                format!("{log:.2}")
            }),
            Field::number(row.against.map(|against| against.p_holm), p_bare),
            Field::text(standing(analysis, at, group)),
            Field::text("Wilson, Newcombe, pooled z; Holm"),
            Field::number(Some(1.0 - method.level.alpha()), |part| part.to_string()),
        ];
        if let Some(objective) = method.objective {
            let left = data
                .burn
                .as_ref()
                .and_then(|windows| windows.budget_left(at, objective));
            fields.push(Field::number(row.burn, |burn| format!("{burn:.2}")));
            fields.push(Field::number(left, budget_words));
        }
        sheet.rows.push(fields);
    }
    sheet
}

/// The compared groups for people: figures of a column have the same decimals, and intervals are one column.
pub fn people(data: &Data, analysis: &Analysis, method: &Method) -> Sheet {
    let confidence = confidence(method.level.alpha());
    let mut sheet = Sheet::new(&["group", "requests", "errors", "error rate"]);
    sheet.columns.push(format!("{confidence} interval"));
    // Of one comparison there is nothing to correct.
    let corrected = analysis.compared() > 1;
    let columns = [
        &["difference", "interval of it", "ratio", "p"][..],
        if corrected { &["p (Holm)"] } else { &[] },
        &["verdict"],
        if method.objective.is_some() {
            &["burn", "budget left (30 d)"]
        } else {
            &[]
        },
    ];
    let columns = columns.concat();
    sheet.columns.extend(columns.into_iter().map(str::to_owned));
    let digits = Digits::of(&data.groups, analysis);
    for (at, (group, row)) in data.groups.iter().zip(&analysis.rows).enumerate() {
        let figures = row.against.map(|against| against.comparison);
        let between = |interval: Option<Interval>, words: &dyn Fn(f64) -> String| match interval {
            Some(interval) => Field::text(format!(
                "{} to {}",
                words(interval.low),
                words(interval.high)
            )),
            None => Field::text("n/a"),
        };
        let mut fields = vec![
            Field::name(group.key.shown()),
            whole(group.requests),
            whole(group.errors),
            Field::number(group.error_rate(), |rate| digits.percent(rate)),
            between(row.interval, &|rate| digits.percent(rate)),
            Field::number(figures.map(|figures| figures.difference), |value| {
                digits.points(value)
            }),
            between(figures.map(|figures| figures.newcombe), &|value| {
                digits.points(value)
            }),
            Field::number(row.against.and_then(|against| against.ratio), times),
            Field::number(figures.map(|figures| figures.p_value.p()), p_bare),
        ];
        if corrected {
            let p = row.against.map(|against| against.p_holm);
            fields.push(Field::number(p, p_bare));
        }
        fields.push(Field::text(standing(analysis, at, group)));
        if let Some(objective) = method.objective {
            let left = data
                .burn
                .as_ref()
                .and_then(|windows| windows.budget_left(at, objective));
            fields.push(Field::number(row.burn, |burn| format!("{burn:.2}")));
            fields.push(Field::number(left, budget_words));
        }
        sheet.rows.push(fields);
    }
    sheet
}

/// What stands at the end of a group's row: what it is, or the verdict on it.
pub fn standing(analysis: &Analysis, at: usize, group: &Group) -> &'static str {
    let row = &analysis.rows[at];
    let broken = group.errors > group.requests;
    match row.against {
        _ if broken => "check the data first",
        _ if analysis.baseline == Some(at) => "baseline",
        Some(against) => against.verdict.words(),
        None if group.requests == 0 => "no requests",
        None => "check the data first",
    }
}

/// The flags as a table.
pub fn list(flags: &[Listed]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "flag",
        "requests",
        "errors",
        "requests_7d",
        "error_rate_7d",
        "first",
        "last",
    ]);
    let is_any_wrong = flags.iter().any(|flag| flag.wrong.is_some());
    if is_any_wrong {
        sheet.columns.push("wrong".to_owned());
    }
    sheet.rows = flags
        .iter()
        .map(|flag| {
            let time = |moment: Option<Moment>| {
                moment.map_or(Field::Undefined, |at| Field::text(at.to_string()))
            };
            let count = |totals: Option<Totals>, of: fn(Totals) -> u128| {
                totals.map_or(Field::Undefined, |totals| whole(of(totals)))
            };
            let mut row = vec![
                Field::name(flag.id.as_deref().unwrap_or("(NULL)")),
                count(flag.total, |total| total.requests),
                count(flag.total, |total| total.errors),
                count(flag.week, |week| week.requests),
                Field::number(flag.week.and_then(Totals::error_rate), percent),
                time(flag.first),
                time(flag.last),
            ];
            if is_any_wrong {
                row.push(Field::text(flag.wrong.as_deref().unwrap_or_default()));
            }
            row
        })
        .collect();
    sheet
}

/// A whole number with separators for people and all digits for programs.
fn whole(number: u128) -> Field {
    Field::Number {
        shown: separated(number),
        exact: number.to_string(),
    }
}
