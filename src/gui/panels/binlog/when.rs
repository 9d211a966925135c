//! Which part of time is read of a log: the last hours, all, or from one moment to another.

use std::time::{SystemTime, UNIX_EPOCH};

use egui::{Label, Margin, Popup, PopupCloseBehavior, RichText, TextEdit, Ui, vec2};

use super::input::{Input, Log};
use crate::{
    engine::metrics::series::Moment,
    gui::{
        icons,
        theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE},
        widgets::{button::Button, card::hint_ui},
        words::Words,
        zone::Zone,
    },
};

/// A part of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum When {
    /// All that the log holds.
    All,
    /// The last so many minutes.
    Last(u32),
    /// From a second since 1970 UTC, to before another; none is where the log begins or ends.
    Between(Option<u32>, Option<u32>),
}

const OFFERED: [(When, &str, &str); 5] = [
    (When::Last(15), "15 min", "Time: the last 15 minutes"),
    (When::Last(60), "1 h", "Time: the last hour"),
    (When::Last(24 * 60), "24 h", "Time: the last 24 hours"),
    (When::Last(7 * 24 * 60), "7 d", "Time: the last 7 days"),
    (When::All, "All", "Time: all that the log holds"),
];

/// What the parts of the screen can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Has {
    Nothing,
    Server,
    Files,
}

impl Has {
    pub fn of(input: Option<&Input>) -> Self {
        match input.map(|input| &input.log) {
            None => Self::Nothing,
            Some(Log::Server(_)) => Self::Server,
            Some(Log::Files(_) | Log::Folder(_)) => Self::Files,
        }
    }

    /// There is something to read.
    pub(super) fn any(self) -> bool {
        self != Self::Nothing
    }

    /// What is read where nobody says otherwise: of a busy server's log an hour is enough to wait for.
    pub(super) fn usual(self) -> When {
        match self {
            Self::Nothing | Self::Server => When::Last(60),
            Self::Files => When::All,
        }
    }
}

impl When {
    /// From when and to when, in seconds since 1970 UTC.
    pub(super) fn bounds(self) -> (Option<u32>, Option<u32>) {
        let minutes = match self {
            Self::All => return (None, None),
            Self::Between(from, to) => return (from, to),
            Self::Last(minutes) => minutes,
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let now = now.map_or(0, |now| u32::try_from(now.as_secs()).unwrap_or(u32::MAX));
        (Some(now.saturating_sub(minutes.saturating_mul(60))), None)
    }

    fn words(self, zone: Zone) -> String {
        match self {
            Self::Between(from, to) => {
                let moment = |second: Option<u32>| {
                    second.map_or_else(String::new, |second| moment(second, zone))
                };
                format!("{} … {}", moment(from), moment(to))
            }
            other => OFFERED
                .iter()
                .find(|(when, ..)| *when == other)
                .map_or_else(String::new, |(_, words, _)| (*words).to_owned()),
        }
    }
}

/// `2026-11-21 23:20:00` on a clock of this zone.
pub(super) fn moment(second: u32, zone: Zone) -> String {
    zone.local(Moment(second.into())).to_string()
}

/// `23:20:00` on it.
pub(super) fn clock(second: u32, zone: Zone) -> String {
    let moment = moment(second, zone);
    let time = moment.split_once(' ').map(|(_, time)| time.to_owned());
    time.unwrap_or(moment)
}

/// The same with milliseconds, of microseconds since 1970 UTC.
pub(super) fn moment_of(micros: u64, zone: Zone) -> String {
    let second = u32::try_from(micros / 1_000_000).unwrap_or(u32::MAX);
    let millis = micros / 1000 % 1000;
    format!("{}.{millis:03}", moment(second, zone))
}

/// A part of time that is being written.
#[derive(Debug, Default)]
pub(super) struct WhenDraft {
    from: String,
    to: String,
}

impl WhenDraft {
    /// What is written; an error says what is wrong with it.
    fn read(&self, zone: Zone) -> Result<When, &'static str> {
        let second = |text: &str| {
            let text = text.trim();
            if text.is_empty() {
                return Ok(None);
            }
            let moment = Moment::parse(text).map(|local| zone.moment(local));
            let second = moment.and_then(|moment| u32::try_from(moment.0).ok());
            second
                .map(Some)
                .ok_or("Write a day or a time, such as 2026-11-21 23:20")
        };
        match (second(&self.from)?, second(&self.to)?) {
            (None, None) => Ok(When::All),
            (Some(from), Some(to)) if from >= to => Err("The end is not after the begin"),
            (from, to) => Ok(When::Between(from, to)),
        }
    }

    /// Chips to choose from. Gives what was chosen.
    pub(super) fn ui(&mut self, ui: &mut Ui, now: When, zone: Zone) -> Option<When> {
        let mut chosen = None;
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.x = 2.0;
            for (when, words, spoken) in OFFERED {
                let chip = ui.selectable_label(when == now, words);
                ui.ctx()
                    .accesskit_node_builder(chip.id, |node| node.set_label(spoken));
                if chip.clicked() {
                    chosen = Some(when);
                }
            }
            let own = matches!(now, When::Between(..));
            let words = if own {
                now.words(zone)
            } else {
                "Custom…".to_owned()
            };
            let button = ui.selectable_label(own, words);
            ui.ctx().accesskit_node_builder(button.id, |node| {
                node.set_label("Time: from and to");
            });
            let popup = Popup::menu(&button)
                .width(300.0)
                .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
                .accessible_name("From and to")
                .show(|ui| self.fields_ui(ui, zone));
            chosen = chosen.or(popup.and_then(|popup| popup.inner));
        });
        chosen
    }

    fn fields_ui(&mut self, ui: &mut Ui, zone: Zone) -> Option<When> {
        ui.spacing_mut().item_spacing = vec2(SPACE[1], SPACE[1]);
        let hint =
            format!("Days or times in {zone}. The end is not part of it; either may be empty.");
        hint_ui(ui, &hint);
        for (words, text, example) in [
            ("From", &mut self.from, "2026-11-21"),
            ("To", &mut self.to, "2026-11-21 23:20"),
        ] {
            ui.horizontal(|ui| {
                let label = ui.add_sized([36.0, CONTROL_HEIGHT], Label::new(words));
                let field = TextEdit::singleline(text)
                    .hint_text(example)
                    .char_limit(30)
                    .margin(Margin::symmetric(8, 5))
                    .desired_width(f32::INFINITY);
                ui.add(field).labelled_by(label.id);
            });
        }
        let read = self.read(zone);
        let words = Words::new(icons::CHECK, "Use this time");
        let asked = ui.add_enabled(read.is_ok(), Button::of(words)).clicked();
        match read {
            Ok(when) if asked => {
                ui.close();
                return Some(when);
            }
            Ok(_) => {}
            Err(why) => {
                let words = RichText::new(why).small().color(ui.palette().warning);
                ui.add(Label::new(words).wrap());
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: &str, to: &str, offset_secs: i32) -> Result<When, &'static str> {
        let draft = WhenDraft {
            from: from.to_owned(),
            to: to.to_owned(),
        };
        draft.read(Zone { offset_secs })
    }

    #[test]
    fn times_are_of_the_zone_that_is_shown() {
        let noon = 1_763_726_400;
        assert_eq!(
            read("2025-11-21 12:00", "", 0),
            Ok(When::Between(Some(noon), None))
        );
        assert_eq!(
            read("", "2025-11-21 12:00", 3600),
            Ok(When::Between(None, Some(noon - 3600)))
        );
        assert_eq!(
            moment(noon, Zone { offset_secs: 3600 }),
            "2025-11-21 13:00:00"
        );
        assert_eq!(read(" ", "", 0), Ok(When::All));
    }

    #[test]
    fn what_is_no_part_of_time_is_said() {
        assert!(read("yesterday", "", 0).is_err());
        assert!(read("2025-11-21", "2025-11-21", 0).is_err());
        assert!(read("1800-01-01", "", 0).is_err());
    }

    #[test]
    fn the_last_minutes_end_where_the_log_does() {
        let (from, to) = When::Last(15).bounds();
        assert!(from.is_some_and(|from| from > 1_700_000_000) && to.is_none());
        assert_eq!(When::All.bounds(), (None, None));
    }
}
