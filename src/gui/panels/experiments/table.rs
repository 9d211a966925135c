//! The main table: each variant with its users, rate, lift, chance, p-value and verdict.

use super::reading::Figures;
use crate::{
    engine::{
        chart::Slot,
        metrics::{
            experiments::{
                Analysis, Check, Comparison, Exposures, Method, Variant, VariantMetrics, Verdict,
                method::Correction,
            },
            health::Level,
            stats, words,
        },
    },
    gui::{
        format,
        widgets::{
            figure_table::{Badge, BadgeLook, Cell, Column},
            health::Tone,
            name::shown,
            whisker::Interval,
        },
    },
};

/// The heads.
pub(super) fn columns(analysis: &Analysis, method: &Method) -> Vec<Column> {
    let confidence = format!("{:.0} %", method.confidence() * 100.0);
    let (p, how) = match (method.sequential, treatments(analysis), method.correction) {
        (Some(_), _, _) => (
            "p, sequential",
            "Of the confidence sequence: it may be looked at on any day.",
        ),
        (None, 0 | 1, _) | (None, _, Correction::None) => (
            "p",
            "Two-sided, pooled z test of the difference between the rates.",
        ),
        (None, _, Correction::Holm) => (
            "p, Holm",
            "Two-sided, pooled z test, corrected for several treatments by Holm's method. The intervals are not corrected.",
        ),
        (None, _, Correction::Bh) => (
            "p, BH",
            "Two-sided, pooled z test, corrected for several treatments by Benjamini and Hochberg's method. The intervals are not corrected.",
        ),
    };
    let lift_hint = if method.sequential.is_some() {
        "Rate divided by the control's, less one, with the asymptotic confidence sequence."
    } else {
        "Rate divided by the control's, less one. Interval by the delta method; by the logarithm of the ratio where there are fewer than 25 converters."
    };
    vec![
        Column::new("Variant"),
        Column::number("Users").hint("Each user once, in one variant."),
        Column::number("Share")
            .hint("Part of all users, and the planned part where they differ.")
            .may_go(3),
        Column::number("Conversions")
            .hint("Users who have converted by now.")
            .short("Conv.")
            .may_go(2),
        Column::number(format!("Rate, {confidence} interval"))
            .hint("Converters among users, with Wilson's interval.")
            .short("Rate")
            .with_whiskers(),
        Column::number("Lift against control")
            .hint(lift_hint)
            .short("Lift")
            .with_forest(),
        Column::number("Chance to beat")
            .hint("Chance that the rate is above the control's, from flat priors.")
            .short("Chance")
            .may_go(1),
        Column::number(p).hint(how),
    ]
}

fn treatments(analysis: &Analysis) -> usize {
    let variants = analysis.variants.iter();
    variants
        .filter(|variant| variant.comparison.is_some())
        .count()
}

/// A row for each variant.
pub(super) fn rows(figures: &Figures, slots: &[Slot]) -> Vec<Vec<Cell>> {
    let analysis = &figures.analysis;
    let greyed = analysis.level() == Level::Bad;
    let split_is_off = analysis
        .findings
        .iter()
        .any(|finding| finding.check == Check::Split && finding.level > Level::Info);
    let layers = Layers {
        differ: figures.read.plain.is_some() && differ_by_rule(&figures.read.exposures),
    };
    analysis
        .variants
        .iter()
        .enumerate()
        .map(|(at, variant)| {
            let slot = slots.get(at).copied().unwrap_or_default();
            let is_control = Some(at) == analysis.control;
            vec![
                name(variant, slot, is_control && analysis.variants.len() > 1),
                layers.users(variant),
                share(variant, split_is_off),
                layers.conversions(variant),
                layers.rate(variant, slot),
                lift(variant, slot, is_control, analysis),
                chance(variant, is_control, greyed),
                p(variant, is_control, greyed),
            ]
        })
        .collect()
}

fn name(variant: &Variant, slot: Slot, is_control: bool) -> Cell {
    let cell = Cell::name(shown(&variant.name), slot);
    if is_control {
        if variant.name.eq_ignore_ascii_case("control") {
            return cell;
        }
        return cell.with_badge(Badge {
            words: "control".to_owned(),
            look: BadgeLook::Plain,
        });
    }
    let Some(comparison) = &variant.comparison else {
        return cell;
    };
    let words = comparison.verdict.words().to_owned();
    let look = match comparison.verdict {
        Verdict::Better | Verdict::Worse => BadgeLook::Strong,
        Verdict::NoClearDifference | Verdict::NotEnough => BadgeLook::Plain,
        Verdict::CheckData => BadgeLook::Tone(Tone::Danger),
    };
    let arrow = match comparison.verdict {
        Verdict::Better => " ↑",
        Verdict::Worse => " ↓",
        _ => "",
    };
    let cell = cell.with_badge(Badge {
        words: format!("{words}{arrow}"),
        look,
    });
    if comparison.borderline {
        return cell
            .with_second("borderline")
            .with_hint("p-value and interval say different things, as they can at the edge. The verdict follows the p-value.");
    }
    cell
}

/// Are there rows that the analyst counts otherwise than a plain statement does? Where there are none, the two differ
/// only because rows came in between them.
fn differ_by_rule(exposures: &Exposures) -> bool {
    let odd = &exposures.odd;
    let rows: u64 = exposures.variants.iter().map(|one| one.rows).sum();
    let users: u64 = exposures
        .variants
        .iter()
        .map(|one| one.all.total.users)
        .sum();
    let odd = odd.no_user + odd.no_variant + odd.no_value + odd.other_value;
    exposures.several > 0 || rows > users || odd > 0
}

/// The analyst's figures with the plain count's below them.
struct Layers {
    /// They may differ.
    differ: bool,
}

impl Layers {
    /// What the plain count has, where it is another figure.
    fn plain(
        &self,
        variant: &Variant,
        figure: impl Fn(&VariantMetrics) -> String,
    ) -> (String, &'static str) {
        let contract = variant
            .contract
            .as_ref()
            .filter(|_| !variant.agrees && self.differ);
        let Some(contract) = contract else {
            return (String::new(), "");
        };
        (
            format!("plain {}", figure(contract)),
            "“plain” is what one GROUP BY gives: COUNT(DISTINCT user) and SUM(converted), with nobody left out.",
        )
    }

    fn users(&self, variant: &Variant) -> Cell {
        let (second, hint) = self.plain(variant, |contract| format::count(contract.count));
        Cell::text(format::count(variant.arm.users))
            .with_second(second)
            .with_hint(hint)
    }

    fn conversions(&self, variant: &Variant) -> Cell {
        let (second, hint) = self.plain(variant, |contract| signed(contract.conversions));
        Cell::text(format::count(variant.arm.converters))
            .with_second(second)
            .with_hint(hint)
    }

    fn rate(&self, variant: &Variant, slot: Slot) -> Cell {
        let (Some(rate), Some(interval)) = (variant.rate, variant.interval) else {
            return Cell::undefined("There are no users.");
        };
        let (second, hint) = self.plain(variant, |contract| match contract.mean {
            Some(mean) => words::percent(mean),
            None => "n/a".to_owned(),
        });
        let limits = words::interval(interval, words::percent);
        Cell::text(words::percent(rate))
            .with_interval(drawn(rate, interval), slot)
            .with_spoken(format!("{}, {limits}", words::percent(rate)))
            .with_second(second)
            .with_hint(join(&limits, hint))
    }
}

/// The planned share stands below where the check of the split says more than that all is well.
fn share(variant: &Variant, split_is_off: bool) -> Cell {
    let Some(share) = variant.share else {
        return Cell::undefined("There are no users.");
    };
    let cell = Cell::text(format!("{:.1} %", share * 100.0));
    match variant.expected_share {
        Some(planned) if split_is_off => cell.with_second(format!("plan {:.1} %", planned * 100.0)),
        Some(planned) => cell.with_hint(format!("Planned {:.1} %", planned * 100.0)),
        None => cell,
    }
}

fn lift(variant: &Variant, slot: Slot, is_control: bool, analysis: &Analysis) -> Cell {
    let Some(comparison) = &variant.comparison else {
        return nothing(is_control, analysis);
    };
    let Some(lift) = comparison.lift else {
        // The row still says how much it is in points.
        let difference = comparison.fixed.difference;
        return Cell {
            faint: false,
            ..Cell::undefined("The control has no conversions, so there is nothing to divide by.")
        }
        .with_second(words::points(difference));
    };
    let cell = Cell {
        strong: true,
        ..Cell::text(short_lift(lift.estimate))
    };
    let interval = lift.interval.map_or("no interval".to_owned(), |interval| {
        words::interval(interval, words::lift)
    });
    let difference = difference_words(comparison);
    let mut cell = cell
        .with_interval(
            lift.interval
                .and_then(|interval| drawn(lift.estimate, interval)),
            slot,
        )
        .with_spoken(format!("{}, {interval}", words::lift(lift.estimate)))
        .with_hint(format!("{interval}\nDifference {difference}"));
    if lift.small_sample {
        cell = cell.with_second("small sample");
    }
    cell
}

fn difference_words(comparison: &Comparison) -> String {
    let estimate = words::points(comparison.fixed.difference);
    match comparison.difference {
        Some(interval) => format!("{estimate} ({})", words::interval(interval, words::points)),
        None => estimate,
    }
}

/// One decimal: the interval beside it is wider than what is left out.
fn short_lift(lift: f64) -> String {
    let text = format!("{:+.1} %", lift * 100.0);
    // No sign where nothing is left of it.
    match text.as_str() {
        "+0.0 %" | "-0.0 %" => "0.0 %".to_owned(),
        _ => text,
    }
}

fn chance(variant: &Variant, is_control: bool, greyed: bool) -> Cell {
    let Some(comparison) = &variant.comparison else {
        return blank(is_control);
    };
    let chance = comparison.chances.to_win;
    let text = match chance {
        chance if chance > 0.999 => "> 99.9 %".to_owned(),
        chance if chance < 0.001 => "< 0.1 %".to_owned(),
        chance => format!("{:.1} %", chance * 100.0),
    };
    let chances = &comparison.chances;
    Cell {
        faint: greyed,
        ..Cell::text(text)
    }
    .with_hint(format!(
        "If it is shipped and is worse, it costs {} on average; if the control is kept and is worse, {}.",
        points_lost(chances.loss_of_shipping),
        points_lost(chances.loss_of_keeping)
    ))
}

fn points_lost(points: f64) -> String {
    format!("{:.3} points", points * 100.0)
}

fn p(variant: &Variant, is_control: bool, greyed: bool) -> Cell {
    let Some(comparison) = &variant.comparison else {
        return blank(is_control);
    };
    let (Some(raw), Some(adjusted)) = (comparison.p_value, comparison.adjusted_p) else {
        return Cell::undefined("The confidence sequence has no p-value yet.");
    };
    let text = words::p_bare(adjusted);
    let cell = Cell {
        faint: greyed,
        ..Cell::text(text)
    };
    if (adjusted - raw.p()).abs() > f64::EPSILON {
        return cell.with_second(format!("raw {}", words::p_bare(raw.p())));
    }
    cell.with_hint(format!("10 to the power of {:.2}", raw.log10()))
}

/// Where the control would be compared with itself; else why there is nothing.
fn nothing(is_control: bool, analysis: &Analysis) -> Cell {
    if is_control || analysis.variants.len() < 2 {
        return Cell::default();
    }
    Cell::undefined("One of the two variants has no users.")
}

fn blank(is_control: bool) -> Cell {
    if is_control {
        Cell::default()
    } else {
        Cell::undefined("There is nothing to compare it with.")
    }
}

/// As the plain count gives it while the rest is still being read.
pub(super) fn plain_rows(contract: &[VariantMetrics]) -> Vec<Vec<Cell>> {
    let row = |metrics: &VariantMetrics| {
        let rate = metrics.mean.map_or_else(
            || Cell::undefined("There are no users."),
            |mean| Cell::text(words::percent(mean)),
        );
        vec![
            Cell {
                strong: true,
                ..Cell::text(shown(&metrics.variant))
            },
            Cell::text(format::count(metrics.count)),
            Cell::text(signed(metrics.conversions)),
            rate,
        ]
    };
    contract.iter().map(row).collect()
}

/// The heads of these.
pub(super) fn plain_columns() -> Vec<Column> {
    vec![
        Column::new("Variant"),
        Column::number("Users"),
        Column::number("Conversions"),
        Column::number("Rate"),
    ]
}

/// With separators, also for what no u64 holds.
pub(super) fn signed(number: i128) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::new();
    if number < 0 {
        out.push('−');
    }
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn drawn(at: f64, interval: stats::Interval) -> Option<Interval> {
    Interval::new(at, [interval.low, interval.high])
}

fn join(first: &str, second: &str) -> String {
    if second.is_empty() {
        first.to_owned()
    } else {
        format!("{first}\n{second}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_of_any_size_have_separators() {
        assert_eq!(signed(0), "0");
        assert_eq!(signed(-128), "−128");
        assert_eq!(
            signed(36_893_488_147_419_103_230),
            "36,893,488,147,419,103,230"
        );
    }
}
