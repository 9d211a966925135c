//! How fresh the figures are: the moment they are of, a button that reads them again, whether they are read again by
//! themselves, and the clock of a reading that takes long.

use std::time::{Duration, Instant};

use egui::{Popup, Ui, vec2};
use serde::{Deserialize, Serialize};

use super::{busy::PATIENCE, button::Button, list_row::ListRow};
use crate::gui::{format, icons, theme::PaletteExt as _, words::Words};

/// What takes longer shows its time, and can be stopped here.
const LONG: Duration = Duration::from_secs(2);

/// How often figures are read again by themselves. Kept from one start to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    #[default]
    Off,
    HalfMinute,
    Minute,
    FiveMinutes,
}

impl Every {
    const ALL: [Self; 4] = [Self::Off, Self::HalfMinute, Self::Minute, Self::FiveMinutes];

    /// `None` for never.
    pub fn period(self) -> Option<Duration> {
        match self {
            Self::Off => None,
            Self::HalfMinute => Some(Duration::from_secs(30)),
            Self::Minute => Some(Duration::from_mins(1)),
            Self::FiveMinutes => Some(Duration::from_mins(5)),
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::HalfMinute => "30 s",
            Self::Minute => "1 min",
            Self::FiveMinutes => "5 min",
        }
    }

    /// The next reading is due: `last` is when the one before ended, well or not. Call it while the screen is seen
    /// and nothing is read; it asks for the frame in which it will be due.
    pub fn is_due(self, ctx: &egui::Context, last: Option<Instant>) -> bool {
        let (Some(period), Some(last)) = (self.period(), last) else {
            return false;
        };
        let left = period.saturating_sub(last.elapsed());
        if !left.is_zero() {
            ctx.request_repaint_after(left);
        }
        left.is_zero()
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefreshAsked {
    Now,
    Stop,
    Every(Every),
}

/// The bar's state, made anew each frame.
pub struct RefreshBar<'a> {
    /// The moment on the server's clock that the figures are of: `12:41:07 UTC`.
    pub as_of: Option<&'a str>,
    /// How long the reading has been running; `None` while nothing is read.
    pub running: Option<Duration>,
    /// It was asked to stop and has not ended yet.
    pub stopping: bool,
    pub every: Every,
}

impl RefreshBar<'_> {
    /// `as of …`, or the time of what runs. A label; put it beside what the figures are of.
    pub fn moment_ui(&self, ui: &mut Ui) {
        let Some(words) = self.moment() else { return };
        let color = ui.palette().secondary;
        ui.colored_label(color, words);
    }

    /// The same as text, to be joined with others.
    pub fn moment(&self) -> Option<String> {
        match self.running {
            Some(_) if self.stopping => Some("asked the server to stop".to_owned()),
            Some(elapsed) if elapsed >= PATIENCE => {
                Some(format!("reading, {}", format::duration(elapsed)))
            }
            _ => self.as_of.map(|moment| format!("as of {moment}")),
        }
    }

    /// The buttons: Refresh (Stop, once it takes long), and at its right how often. In a row that runs to the right or
    /// to the left.
    pub fn buttons_ui(&self, ui: &mut Ui) -> Option<RefreshAsked> {
        if ui.layout().prefer_right_to_left() {
            let every = self.every_ui(ui);
            return self.now_ui(ui).or(every);
        }
        let now = self.now_ui(ui);
        now.or(self.every_ui(ui))
    }

    fn now_ui(&self, ui: &mut Ui) -> Option<RefreshAsked> {
        let mut asked = None;
        if self.running.is_some_and(|elapsed| elapsed >= LONG) {
            let stop = Button::of(Words::new(icons::STOP, "Stop reading")).plain();
            if ui.add_enabled(!self.stopping, stop).clicked() {
                asked = Some(RefreshAsked::Stop);
            }
        } else {
            let refresh = Button::of(Words::new(icons::ARROWS_CLOCKWISE, "Refresh")).plain();
            if ui.add(refresh).on_hover_text("F5").clicked() {
                asked = Some(RefreshAsked::Now);
            }
        }
        if self.running.is_some() {
            ui.request_repaint_after(PATIENCE);
        }
        asked
    }

    fn every_ui(&self, ui: &mut Ui) -> Option<RefreshAsked> {
        let mut asked = None;
        let words = format!("Refresh by itself: {}", self.every.words());
        let icon = if self.every == Every::Off {
            icons::CLOCK
        } else {
            icons::TIMER
        };
        let button = ui.add(Button::of(Words::new(icon, words)).icon_only());
        Popup::menu(&button)
            .width(170.0)
            .accessible_name("Refresh by itself")
            .show(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                for every in Every::ALL {
                    let words = match every {
                        Every::Off => "Only when asked".to_owned(),
                        every => format!("Every {}", every.words()),
                    };
                    if ui
                        .add(ListRow::new(words).selected(every == self.every))
                        .clicked()
                    {
                        asked = Some(RefreshAsked::Every(every));
                        ui.close();
                    }
                }
            });
        asked
    }
}
