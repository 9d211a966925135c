//! Numbers, times and sizes as people read them.

use std::time::Duration;

use crate::engine::visible::is_invisible;

pub use crate::engine::metrics::words::bytes;

/// `1234567` as `1,234,567`.
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// An estimate, short: `2.1 M`, `812 k`, `1,204`.
pub fn about(number: u64) -> String {
    scaled(number, 1000.0, &["", " k", " M", " G", " T", " P"])
}

fn scaled(number: u64, step: f64, units: &[&str]) -> String {
    if number < 10_000 {
        return format!("{}{}", count(number), units[0]);
    }
    let mut value = number as f64;
    let mut unit = 0;
    // What would be printed as 1000 belongs to the next unit.
    while value >= step - 0.5 && unit + 1 < units.len() {
        value /= step;
        unit += 1;
    }
    let decimals = usize::from(value < 9.95);
    format!("{value:.decimals$}{}", units[unit])
}

/// How long something took: `12 ms`, `0.41 s`, `2 min 05 s`.
pub fn duration(time: Duration) -> String {
    let millis = time.as_millis();
    let secs = time.as_secs();
    if time < Duration::from_millis(10) {
        format!("{:.1} ms", time.as_secs_f64() * 1e3)
    } else if millis < 100 {
        format!("{millis} ms")
    } else if secs < 10 {
        format!("{:.2} s", time.as_secs_f64())
    } else if secs < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", secs / 60, secs % 60)
    }
}

/// `1 row`, `2 rows`.
pub fn rows(number: u64) -> String {
    many(number, "row")
}

/// `1 statement`, `2 statements`.
pub fn many(number: u64, what: &str) -> String {
    let end = if number == 1 { "" } else { "s" };
    format!("{} {what}{end}", count(number))
}

/// A server's text made harmless: bounded, and characters that steer or hide others shown as a mark.
pub fn plain(text: &str, most_chars: usize) -> String {
    let mut out: String = text
        .chars()
        .take(most_chars)
        .map(|c| match c {
            '\n' => c,
            c if c.is_control() || is_invisible(c) => '\u{fffd}',
            c => c,
        })
        .collect();
    if text.chars().nth(most_chars).is_some() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_and_estimates_are_short() {
        assert_eq!(count(0), "0");
        assert_eq!(count(100_000), "100,000");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
        assert_eq!(about(1_204), "1,204");
        assert_eq!(about(64_000), "64 k");
        assert_eq!(about(999_900), "1.0 M");
        assert_eq!(about(2_090_000), "2.1 M");
        assert_eq!(about(u64::MAX), "18447 P");
        assert_eq!(bytes(3_100_000_000), "3.1 GB");
        assert_eq!(bytes(812), "812 B");
    }

    #[test]
    fn a_servers_text_cannot_steer_the_window() {
        assert_eq!(plain("a\u{202e}b\tc\nd", 100), "a\u{fffd}b\u{fffd}c\nd");
        assert_eq!(plain("abcd", 3), "abc…");
    }

    #[test]
    fn durations_keep_what_matters() {
        let ms = Duration::from_millis;
        assert_eq!(duration(Duration::from_micros(420)), "0.4 ms");
        assert_eq!(duration(ms(12)), "12 ms");
        assert_eq!(duration(ms(412)), "0.41 s");
        assert_eq!(duration(ms(12_340)), "12.3 s");
        assert_eq!(duration(ms(125_000)), "2 min 05 s");
    }
}
