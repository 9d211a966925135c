//! Moments of a log, in the window's zone.

use crate::{engine::calendar, gui::zone::Zone};

/// `2026-11-21 12:41:07.412`; without a fraction where the log has whole seconds.
pub(super) fn moment(micros: u64, zone: Zone) -> String {
    let local = i64::try_from(micros / 1_000)
        .unwrap_or(i64::MAX)
        .saturating_add(i64::from(zone.offset_secs) * 1_000);
    let text = calendar::rfc3339(local).unwrap_or_default();
    text.trim_end_matches('Z').replace('T', " ")
}

/// The same without the day, `12:41:07.412`; with month and day where `days` differ.
pub(super) fn time(micros: u64, zone: Zone, days: bool) -> String {
    let moment = moment(micros, zone);
    let from = if days {
        "2026-".len()
    } else {
        "2026-11-21 ".len()
    };
    moment.get(from..).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_of_the_windows_zone() {
        let micros = 1_795_264_867_412_345;
        assert_eq!(moment(micros, Zone::default()), "2026-11-21 12:41:07.412");
        let east = Zone {
            offset_secs: 5 * 3600 + 1800,
        };
        assert_eq!(time(micros, east, false), "18:11:07.412");
        assert_eq!(time(micros - 412_345, east, true), "11-21 18:11:07");
    }
}
