//! Runs as small tables: rounded for people, with all digits for programs. The command line and the window use the
//! same.

use std::fmt::Write as _;

use super::{
    Found, Goal, Listing, Run, Series, Summary, Texts,
    charts::Look,
    compare::{Compared, Setting},
    length_text, time_text, value_text,
};
use crate::engine::{
    calendar::rfc3339,
    export::sheet::{Field, Sheet, markdown},
    metrics::{names::Names, stats::smoothing::debiased_ema},
};

/// A value that was logged; `n/a` where there is none.
pub fn value(value: Option<f64>) -> Field {
    match value {
        // Words for people; programs have a gap.
        Some(value) if !value.is_finite() => Field::Number {
            shown: value_text(value),
            exact: String::new(),
        },
        value => Field::number(value, value_text),
    }
}

/// A difference, with its sign.
pub fn difference(value: Option<f64>) -> Field {
    Field::number(value, |value| {
        let text = value_text(value.abs());
        match text.as_str() {
            "0" => text,
            _ if value < 0.0 => format!("−{text}"),
            _ => format!("+{text}"),
        }
    })
}

/// The same without columns that have nothing to say, for people.
#[must_use]
pub fn without_empty(sheet: &Sheet) -> Sheet {
    let said = |at: usize| {
        let mut fields = sheet.rows.iter().filter_map(|row| row.get(at));
        fields.any(|field| *field != Field::text(""))
    };
    let kept: Vec<bool> = (0..sheet.columns.len()).map(said).collect();
    let keep = |at: &usize| kept[*at] || sheet.rows.is_empty();
    let columns = (0..sheet.columns.len())
        .filter(keep)
        .map(|at| sheet.columns[at].clone());
    let rows = sheet.rows.iter().map(|row| {
        let fields = row.iter().enumerate().filter(|(at, _)| keep(at));
        fields.map(|(_, field)| field.clone()).collect()
    });
    Sheet {
        columns: columns.collect(),
        rows: rows.collect(),
    }
}

/// How long a run took: programs get seconds.
pub fn length(run: &Run) -> Field {
    match run.millis() {
        Some(millis) => Field::Number {
            shown: length_text(millis),
            exact: (millis as f64 / 1000.0).to_string(),
        },
        None => Field::Undefined,
    }
}

fn optional(text: Option<&str>) -> Field {
    text.map_or_else(|| Field::text(""), Field::text)
}

fn time(millis: Option<i64>) -> Field {
    millis.map_or_else(|| Field::text(""), |millis| Field::text(time_text(millis)))
}

/// A moment to the millisecond; a number where the calendar has none.
fn moment(millis: i64) -> Field {
    Field::text(rfc3339(millis).unwrap_or_else(|| format!("{millis} ms")))
}

/// The list of runs; of these metrics the last and the best value.
pub fn list(listing: &Listing, metrics: &[(&str, Goal)]) -> Sheet {
    let mut sheet = Sheet::new(&[
        "run",
        "name",
        "experiment",
        "status",
        "start (UTC)",
        "duration",
    ]);
    for (key, goal) in metrics {
        sheet.columns.push(format!("{key} last"));
        if let Some(goal) = goal.name() {
            sheet.columns.push(format!("{key} best ({goal})"));
        }
    }
    let rows = listing.runs.iter().map(|listed| {
        let run = &listed.run;
        let mut row = vec![
            Field::text(&run.id),
            optional(run.name.as_deref()),
            optional(run.group()),
            status(run),
            time(run.start),
            length(run),
        ];
        for (key, goal) in metrics {
            let summary = listed.metrics.get(*key);
            row.push(value(summary.and_then(|summary| summary.last)));
            if goal.name().is_some() {
                row.push(value(summary.and_then(|summary| summary.best(*goal))));
            }
        }
        row
    });
    sheet.rows = rows.collect();
    sheet
}

fn status(run: &Run) -> Field {
    let status = run.status.as_deref().unwrap_or_default();
    Field::text(match (run.deleted, status) {
        (false, status) => status.to_owned(),
        (true, "") => "deleted".to_owned(),
        (true, status) => format!("{status}, deleted"),
    })
}

/// What a run is.
pub fn facts(run: &Run) -> Sheet {
    let mut sheet = Sheet::new(&["run", &run.id]);
    let mut fact = |name: &str, field: Field| {
        if field != Field::text("") && field != Field::Undefined {
            sheet.rows.push(vec![Field::text(name), field]);
        }
    };
    fact("name", optional(run.name.as_deref()));
    fact("experiment", optional(run.group()));
    fact("user", optional(run.user.as_deref()));
    fact("status", status(run));
    fact("start (UTC)", time(run.start));
    fact("end (UTC)", time(run.end));
    // A column of texts is aligned left.
    if let Some(millis) = run.millis() {
        fact("duration", Field::text(length_text(millis)));
    }
    sheet
}

/// The metrics of a run, each with its points, last and best value.
pub fn metrics<'a>(rows: impl Iterator<Item = (&'a str, Goal, &'a Summary, Option<i64>)>) -> Sheet {
    let mut sheet = Sheet::new(&["metric", "better", "points", "last", "best", "best at step"]);
    let rows = rows.map(|(key, goal, summary, step)| {
        vec![
            Field::text(key),
            optional(goal.name()),
            Field::whole(summary.points),
            value(summary.last),
            value(summary.best(goal)),
            step.map_or(Field::Undefined, Field::whole),
        ]
    });
    sheet.rows = rows.collect();
    sheet
}

/// The points of metrics, one a row; with smoothing also the smoothed values. With `exact`, for programs, each time
/// stands there in milliseconds since 1970 too.
pub fn points(all: &[&Series], look: Look, exact: bool) -> Sheet {
    let mut sheet = Sheet::new(&["run", "metric", "step", "time (UTC)"]);
    sheet.columns.extend(exact.then(|| "time_ms".to_owned()));
    sheet.columns.push("value".to_owned());
    if look.smoothing > 0.0 {
        sheet.columns.push(format!("smoothed {}", look.smoothing));
    }
    for series in all {
        let values: Vec<Option<f64>> = series.points.iter().map(|point| point.value).collect();
        let smooth = debiased_ema(&values, look.smoothing).unwrap_or_default();
        for (nth, point) in series.points.iter().enumerate() {
            let mut row = vec![
                Field::text(&series.run),
                Field::text(&series.key),
                Field::whole(point.step),
                point.time.map_or(Field::Undefined, moment),
            ];
            if exact {
                row.push(point.time.map_or(Field::Undefined, Field::whole));
            }
            row.push(value(point.value));
            if look.smoothing > 0.0 {
                row.push(value(smooth.get(nth).copied().flatten()));
            }
            sheet.rows.push(row);
        }
    }
    sheet
}

/// Parameters or tags of one run.
pub fn texts(what: &str, texts: &Texts) -> Sheet {
    let mut sheet = Sheet::new(&[what, "value"]);
    let rows = texts
        .iter()
        .map(|(key, value)| vec![Field::text(key), Field::text(value)]);
    sheet.rows = rows.collect();
    sheet
}

/// What runs are called in the heads of columns, each otherwise: by its name, with its id where another run or column
/// is called so.
fn heads(runs: &[Found], columns: &[String]) -> Vec<String> {
    let labels: Vec<String> = runs.iter().map(|found| found.run.label()).collect();
    let heads: Vec<String> = (runs.iter().zip(&labels))
        .map(|(found, label)| {
            let called_so = labels.iter().filter(|other| *other == label).count();
            if called_so > 1 || columns.contains(label) {
                format!("{label} ({})", found.run.id)
            } else {
                label.clone()
            }
        })
        .collect();
    let mut names = Names::of(heads.iter().map(String::as_str));
    heads.iter().map(|head| names.next(head)).collect()
}

/// Metrics side by side: last values, and the difference of each run to the first.
pub fn compared(runs: &[Found], metrics: &[Compared]) -> Sheet {
    // By number, as names of runs need not be unique.
    let difference_to = |nth: usize| match runs.len() {
        2 => "difference".to_owned(),
        _ => format!("difference {}", nth + 1),
    };
    let mut others = ["metric", "better", "best"].map(str::to_owned).to_vec();
    others.extend((1..runs.len()).map(difference_to));
    let heads = heads(runs, &others);
    let mut sheet = Sheet::new(&["metric", "better"]);
    for (nth, head) in heads.iter().enumerate() {
        sheet.columns.push(head.clone());
        if nth > 0 {
            sheet.columns.push(difference_to(nth));
        }
    }
    sheet.columns.push("best".to_owned());
    let rows = metrics.iter().map(|metric| {
        let mut row = vec![Field::text(&metric.key), optional(metric.goal.name())];
        for (nth, last) in metric.last.iter().enumerate() {
            row.push(value(*last));
            if nth > 0 {
                row.push(difference(metric.difference.get(nth).copied().flatten()));
            }
        }
        let ahead = metric.ahead.and_then(|nth| heads.get(nth));
        row.push(optional(ahead.map(String::as_str)));
        row
    });
    sheet.rows = rows.collect();
    sheet
}

/// Parameters or tags side by side.
pub fn settings(what: &str, runs: &[Found], settings: &[Setting]) -> Sheet {
    let mut sheet = Sheet::new(&[what, "same"]);
    let heads = heads(runs, &sheet.columns);
    sheet.columns.extend(heads);
    let rows = settings.iter().map(|setting| {
        let same = if setting.differs { "differs" } else { "same" };
        let mut row = vec![Field::text(&setting.key), Field::text(same)];
        row.extend(
            setting
                .values
                .iter()
                .map(|value| optional(value.as_deref())),
        );
        row
    });
    sheet.rows = rows.collect();
    sheet
}

/// A Markdown document: a title, lines on how it was made, and tables under headings; empty tables are left out.
pub fn document(title: &str, method: &[String], parts: &[(&str, Sheet)]) -> String {
    let mut out = format!("# {}\n", markdown(title));
    for line in method {
        write!(out, "\n- {}", markdown(line)).expect("a String takes any text");
    }
    if !method.is_empty() {
        out.push('\n');
    }
    for (heading, sheet) in parts.iter().filter(|(_, sheet)| !sheet.rows.is_empty()) {
        write!(out, "\n## {}\n\n{}", markdown(heading), sheet.to_markdown())
            .expect("a String takes any text");
    }
    out
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;
    use crate::engine::metrics::runs::{Listed, Point, compare};

    fn summary(last: f64) -> Summary {
        Summary {
            points: 3,
            last: Some(last),
            lowest: Some(0.25),
            highest: Some(1.0),
            ..Summary::default()
        }
    }

    fn found(id: &str, last: f64, rate: &str) -> Found {
        Found {
            run: Run {
                id: id.to_owned(),
                status: Some("FINISHED".to_owned()),
                start: Some(1_789_985_600_000),
                end: Some(1_789_985_661_500),
                ..Run::default()
            },
            metrics: [("loss".to_owned(), summary(last))].into(),
            params: [("lr".to_owned(), rate.to_owned())].into(),
            ..Found::default()
        }
    }

    #[test]
    fn a_list_rounds_for_people_and_not_for_programs() {
        let mut of = found("a|b", f64::NAN, "0.1");
        of.run.status = None;
        let listing = Listing {
            runs: vec![Listed {
                run: of.run,
                metrics: of.metrics,
            }],
            ..Listing::default()
        };
        let sheet = list(&listing, &[("loss", Goal::Min), ("none", Goal::Max)]);
        expect![[r"
            run,name,experiment,status,start (UTC),duration,loss last,loss best (min),none last,none best (max)
            a|b,,,,2026-09-21 10:13:20,61.5,,0.25,,
        "]]
        .assert_eq(&sheet.to_csv(false));
        assert!(
            sheet.to_text().contains("1 min 01 s        NaN"),
            "{}",
            sheet.to_text()
        );
    }

    #[test]
    fn compared_runs_stand_side_by_side_with_their_differences() {
        let runs = [found("one", 0.5, "0.1"), found("two", 0.25, "0.2")];
        let metrics = compare::metrics(&runs, Goal::of);
        let parts = [
            ("Metrics", compared(&runs, &metrics)),
            (
                "Parameters",
                settings("parameter", &runs, &compare::params(&runs)),
            ),
            ("Tags", settings("tag", &runs, &compare::tags(&runs))),
        ];
        let method = ["last value of each metric".to_owned()];
        expect![[r"
            # one \| two

            - last value of each metric

            ## Metrics

            | metric | better | one | two | difference | best |
            | --- | --- | ---: | ---: | ---: | --- |
            | loss | min | 0.5 | 0.25 | −0.25 | two |

            ## Parameters

            | parameter | same | one | two |
            | --- | --- | --- | --- |
            | lr | differs | 0.1 | 0.2 |
        "]]
        .assert_eq(&document("one | two", &method, &parts));
    }

    #[test]
    fn runs_of_one_name_have_columns_of_their_own() {
        let named = |id: &str, name: &str| {
            let mut found = found(id, 0.5, "0.1");
            found.run.name = Some(name.to_owned());
            found
        };
        let runs = [
            named("1a", "net"),
            named("2b", "net"),
            named("3c", "best"),
            named("4d", "other"),
            named("5e", "net (1a)"),
        ];
        let columns = compared(&runs, &[]).columns;
        assert_eq!(
            columns.join(","),
            "metric,better,net (1a),net (2b),difference 2,best (3c),difference 3,other,difference 4,net (1a)_2,\
             difference 5,best"
        );
        let columns = settings("parameter", &runs[..2], &[]).columns;
        assert_eq!(columns, ["parameter", "same", "net (1a)", "net (2b)"]);
    }

    #[test]
    fn points_have_all_digits_and_a_gap_where_there_is_no_number() {
        let point = |step, value| Point {
            step,
            time: Some(7),
            value,
        };
        let points_of = vec![
            point(0, Some(f64::from(0.1_f32))),
            point(1, Some(f64::NAN)),
            point(2, None),
        ];
        let series = Series::of("r", "=k", points_of, false);
        let look = Look {
            smoothing: 0.5,
            ..Look::default()
        };
        expect![[r"
            run,metric,step,time (UTC),time_ms,value,smoothed 0.5
            r,=k,0,1970-01-01T00:00:00.007Z,7,0.10000000149011612,0.10000000149011612
            r,=k,1,1970-01-01T00:00:00.007Z,7,,
            r,=k,2,1970-01-01T00:00:00.007Z,7,,
        "]]
        .assert_eq(&points(&[&series], look, true).to_csv(false));
        let people = points(&[&series], look, false);
        assert_eq!(people.columns.len(), 6, "{:?}", people.columns);
        assert_eq!(moment(i64::MAX), Field::text("9223372036854775807 ms"));
    }
}
