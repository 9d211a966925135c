//! The zone that days and times are shown in: so many minutes from UTC, all year round. Zones with summer time are not
//! here: no rows of a server say which days of theirs had 23 hours.

use std::fmt;

use egui::{Popup, ScrollArea, Ui, vec2};
use serde::{Deserialize, Serialize};

use super::{
    icons,
    widgets::{button::Button, list_row::ListRow},
    words::Words,
};
use crate::engine::{calendar, metrics::series::Moment};

/// Whole hours from UTC that are in use somewhere, and what lies between them, in minutes.
const HOURS: std::ops::RangeInclusive<i32> = -12..=14;
const BETWEEN: [i32; 11] = [-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765];

/// A distance from UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Zone {
    /// East is positive.
    pub offset_secs: i32,
}

impl fmt::Display for Zone {
    /// `UTC`, `UTC+05:30`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&calendar::zone(self.offset_secs))
    }
}

impl Zone {
    /// All that can be chosen, from west to east.
    fn all() -> Vec<Self> {
        let mut minutes: Vec<i32> = HOURS.map(|hour| hour * 60).chain(BETWEEN).collect();
        minutes.sort_unstable();
        let zone = |minutes: i32| Self {
            offset_secs: minutes * 60,
        };
        minutes.into_iter().map(zone).collect()
    }

    /// What a clock of this zone shows, as if it were UTC.
    pub fn local(self, at: Moment) -> Moment {
        Moment(at.0 + i64::from(self.offset_secs))
    }

    /// The moment at which a clock of this zone shows this.
    pub fn moment(self, local: Moment) -> Moment {
        Moment(local.0 - i64::from(self.offset_secs))
    }

    /// `12:41:07 UTC`.
    pub fn time_of_day(self, at: Moment) -> String {
        let text = self.local(at).to_string();
        let time = text.split_once(' ').map_or("", |(_, time)| time);
        format!("{time} {self}")
    }

    /// A chip that says which it is and lets another be chosen. `hint`: what is shown in it.
    pub fn ui(self, ui: &mut Ui, hint: &str) -> Option<Self> {
        let words = Words::new(icons::GLOBE, self.to_string());
        let button = ui
            .add(Button::of(words).plain().with_icon())
            .on_hover_text(hint);
        ui.ctx().accesskit_node_builder(button.id, |node| {
            node.set_label(format!("Time zone: {self}"));
            node.set_description(hint);
        });
        let mut chosen = None;
        Popup::menu(&button)
            .width(150.0)
            .accessible_name("Time zone")
            .show(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                    for zone in Self::all() {
                        let row = ui.add(ListRow::new(zone.to_string()).selected(zone == self));
                        if zone == self && ui.memory(|memory| memory.focused().is_none()) {
                            row.scroll_to_me(None);
                        }
                        if row.clicked() {
                            chosen = Some(zone);
                            ui.close();
                        }
                    }
                });
            });
        chosen.filter(|zone| *zone != self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_of_a_zone_and_the_moment_belong_together() {
        let kathmandu = Zone {
            offset_secs: 345 * 60,
        };
        assert!(Zone::all().contains(&kathmandu) && Zone::all().contains(&Zone::default()));
        let noon = Moment::parse("2026-10-20 12:00").unwrap();
        assert_eq!(kathmandu.local(noon).to_string(), "2026-10-20 17:45:00");
        assert_eq!(kathmandu.moment(kathmandu.local(noon)), noon);
        assert_eq!(kathmandu.time_of_day(noon), "17:45:00 UTC+05:45");
        assert_eq!(Zone::default().time_of_day(noon), "12:00:00 UTC");
    }
}
