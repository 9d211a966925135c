//! Numbers as people read them: signs, separators between thousands, units.
//!
//! [`text`] writes one value by itself; the labels of an axis, which agree with each other, are `scale`'s.

use super::{spec::Kind, times};

/// One value in words, for tooltips and summaries: "14.81 %", "+2.813 pp", "3 Oct 2026 06:00 UTC", "NaN".
pub fn text(kind: &Kind, value: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() {
            "NaN".to_owned()
        } else if value > 0.0 {
            "∞".to_owned()
        } else {
            "−∞".to_owned()
        };
    }
    match kind {
        Kind::Category(names) => {
            let name = (value >= -0.5).then(|| names.get(value.round() as usize));
            name.flatten().cloned().unwrap_or_default()
        }
        Kind::Time { offset_secs } => times::text(value, *offset_secs),
        Kind::Duration => duration(value),
        Kind::Percent | Kind::Points | Kind::Lift => {
            with_sign(kind, value, &significant((value * 100.0).abs(), 4, true))
        }
        Kind::Count if value.fract() == 0.0 && value.abs() < 1e15 => {
            with_sign(kind, value, &grouped(&format!("{:.0}", value.abs())))
        }
        Kind::Number | Kind::Count => with_sign(kind, value, &significant(value.abs(), 6, false)),
    }
}

/// The number with its sign and unit: "−0.5", "+6 pp", "12 %".
pub(super) fn with_sign(kind: &Kind, value: f64, number: &str) -> String {
    let sign = match kind {
        _ if value < 0.0 => "−",
        Kind::Points | Kind::Lift if value > 0.0 => "+",
        _ => "",
    };
    let unit = match kind {
        Kind::Percent | Kind::Lift => " %",
        Kind::Points => " pp",
        _ => "",
    };
    format!("{sign}{number}{unit}")
}

/// Commas between thousands; of 10,000 and more as of 1,000.
pub(super) fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find(['.', 'e']).unwrap_or(number.len()));
    let mut out = String::with_capacity(number.len() + whole.len() / 3);
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out + rest
}

/// A round positive number without needless digits: "0.001", "20,000", or "1e-3", "2e4" where others need that.
pub(super) fn short(value: f64, plain: bool) -> String {
    if plain || value == 1.0 {
        grouped(&format!("{}", (value * 1e6).round() / 1e6))
    } else {
        format!("{value:e}")
    }
}

/// So many digits that count; trailing zeros kept or not.
fn significant(value: f64, digits: i32, zeros: bool) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let power = value.log10().floor() as i32;
    let trimmed = |text: String| {
        if zeros || !text.contains('.') {
            text
        } else {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        }
    };
    if (-5..12).contains(&power) {
        let decimals = usize::try_from(digits - 1 - power).unwrap_or(0);
        grouped(&trimmed(format!("{value:.decimals$}")))
    } else {
        let text = format!("{value:.*e}", (digits - 1) as usize);
        let (mantissa, power) = text.split_once('e').unwrap_or((&text, "0"));
        format!("{}e{power}", trimmed(mantissa.to_owned()))
    }
}

/// Its two largest units.
fn duration(secs: f64) -> String {
    let sign = if secs < 0.0 { "−" } else { "" };
    let secs = secs.abs();
    let whole = secs.round();
    let text = if whole < 60.0 {
        format!("{} s", significant(secs, 3, false))
    } else if whole < 3600.0 {
        format!("{} min {:02} s", (whole / 60.0).floor(), whole % 60.0)
    } else if whole < 86_400.0 {
        let minutes = (whole / 60.0).floor();
        format!("{} h {:02} min", (minutes / 60.0).floor(), minutes % 60.0)
    } else {
        let hours = (whole / 3600.0).floor();
        let days = grouped(&format!("{:.0}", (hours / 24.0).floor()));
        format!("{days} d {:02} h", hours % 24.0)
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn one_value_in_words() {
        let said: Vec<_> = [
            text(&Kind::Percent, 0.148_121_827),
            text(&Kind::Points, 0.028_121),
            text(&Kind::Lift, -0.5),
            text(&Kind::Count, 19_850.0),
            text(&Kind::Number, 0.1 + 0.2),
            text(&Kind::Number, 1.5e-9),
            text(&Kind::Number, 123_456.0),
            text(&Kind::Number, f64::NAN),
            text(&Kind::Duration, 3725.0),
            text(&Kind::Duration, 90.0),
            text(&Kind::Category(vec!["a".to_owned(), "b".to_owned()]), 1.0),
            text(&Kind::Category(Vec::new()), -3.0),
        ]
        .into();
        expect!["14.81 % | +2.812 pp | −50.00 % | 19,850 | 0.3 | 1.5e-9 | 123,456 | NaN | 1 h 02 min | 1 min 30 s | b | "]
            .assert_eq(&said.join(" | "));
    }
}
