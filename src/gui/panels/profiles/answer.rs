//! What came of connecting or testing, in words: who answers and how it is protected, or what failed, why, and what
//! to try.

use std::time::Duration;

use egui::{Color32, Frame, Margin, RichText, TextStyle, Ui};

use crate::{
    engine::{
        Error,
        error::ConnectCause,
        profiles::Address,
        session::{Facts, Power, ReadOnly},
    },
    gui::{
        icons,
        theme::{CARD_RADIUS, PaletteExt as _, SPACE},
        widgets::{button::Button, icon::icon_ui},
        words::Words,
    },
};

/// More than any version or cipher; what is longer is cut.
const MAX_TEXT: usize = 300;

/// As many are shown without asking.
const FEW_POWERS: usize = 6;

/// A card for one answer.
pub(super) fn card_ui(ui: &mut Ui, contents: impl FnOnce(&mut Ui)) {
    Frame::new()
        .fill(ui.palette().panel)
        .stroke(ui.palette().hairline())
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = SPACE[0];
            contents(ui);
        });
}

/// Icon in a colour, then words.
pub(super) fn marked_ui(ui: &mut Ui, icon: &str, color: Color32, words: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = 6.0;
        icon_ui(ui, icon, 15.0, color);
        ui.label(words);
    });
}

/// Everything that is known of a server that answered.
pub(super) fn facts_ui(ui: &mut Ui, facts: &Facts) {
    let palette = ui.palette();
    let server = format!("{} {}", facts.product, facts.version);
    marked_ui(
        ui,
        icons::CHECK_CIRCLE,
        palette.good,
        &format!("Connected to {}", printable(&server)),
    );
    match &facts.tls {
        Some(tls) => {
            let words = format!("Encrypted: {}, {}", tls.version, tls.cipher);
            marked_ui(ui, icons::LOCK_SIMPLE, palette.good, &printable(&words));
        }
        None if stays_here(&facts.address) => marked_ui(
            ui,
            icons::LOCK_OPEN,
            palette.secondary,
            "Not encrypted; the line does not leave this machine",
        ),
        None => marked_ui(
            ui,
            icons::LOCK_OPEN,
            palette.warning,
            "Not encrypted: what is sent can be read on the way",
        ),
    }
    let clock = format!(
        "Server time {} ({}), answers in {}",
        facts.server_time,
        facts.time_zone,
        round_trip(facts.latency)
    );
    marked_ui(ui, icons::CLOCK, palette.secondary, &printable(&clock));
    let account = format!("Account {}", facts.account);
    marked_ui(ui, icons::USER, palette.secondary, &printable(&account));
    match &facts.read_only {
        ReadOnly::Server => marked_ui(
            ui,
            icons::SHIELD_CHECK,
            palette.good,
            "Read-only by the server: this account has no right to write",
        ),
        ReadOnly::Porthole {
            powers,
            better_account,
            ..
        } => {
            let words = format!(
                "Read-only by {}: {}",
                facts.read_only.guard(),
                facts.read_only.because().unwrap_or_default()
            );
            marked_ui(
                ui,
                icons::SHIELD_WARNING,
                palette.warning,
                &printable(&words),
            );
            powers_ui(ui, powers);
            if !powers.is_empty() {
                better_account_ui(ui, better_account);
            }
        }
    }
}

/// What the account could do, and by which rights; folded where it is more than one wants to read each time.
fn powers_ui(ui: &mut Ui, powers: &[Power]) {
    if powers.is_empty() {
        return;
    }
    egui::CollapsingHeader::new("What this account could do")
        .default_open(powers.len() <= FEW_POWERS)
        .show_unindented(ui, |ui| {
            for power in powers {
                let words = sentence(&printable(&power.to_string()));
                ui.label(
                    RichText::new(format!("•  {words}"))
                        .small()
                        .color(ui.palette().secondary),
                );
            }
        });
}

fn better_account_ui(ui: &mut Ui, statements: &str) {
    ui.add_space(SPACE[0]);
    ui.label(
        RichText::new("A DBA can make an account that can only read:")
            .color(ui.palette().secondary),
    );
    Frame::new()
        .fill(ui.palette().background)
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::same(8))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.add(
                egui::Label::new(RichText::new(statements).text_style(TextStyle::Monospace))
                    .selectable(true)
                    .wrap(),
            );
        });
    ui.add_space(SPACE[0]);
    if ui.add(copy_button("Copy statements").with_icon()).clicked() {
        ui.copy_text(statements.to_owned());
    }
}

/// A socket, or loopback: an address as [`Facts`] has it.
fn stays_here(address: &str) -> bool {
    if address.starts_with('/') {
        return true;
    }
    let (host, _port) = address.rsplit_once(':').unwrap_or((address, ""));
    let host = host.to_owned();
    Address::Tcp { host, port: 0 }.is_local()
}

fn round_trip(latency: Duration) -> String {
    if latency < Duration::from_millis(1) {
        format!("{} µs", latency.as_micros())
    } else {
        format!("{:.1} ms", latency.as_secs_f64() * 1000.0)
    }
}

/// A button for what is done while drawing, where the clipboard is at hand.
pub(super) fn copy_button(text: &'static str) -> Button {
    Button::of(Words::new(icons::COPY, text))
}

/// What failed, why, and what to try.
pub(super) fn error_ui(ui: &mut Ui, error: &Error) {
    let palette = ui.palette();
    let words = sentence(&printable(&error.to_string()));
    marked_ui(ui, icons::WARNING_CIRCLE, palette.danger, &words);
    if let Some(hint) = error.hint() {
        ui.label(RichText::new(hint).color(palette.secondary));
    }
}

/// Another password may help.
pub(super) fn is_about_password(error: &Error) -> bool {
    matches!(
        error,
        Error::Connect(error)
            if matches!(error.cause, ConnectCause::AccessDenied | ConnectCause::PasswordNeeded)
    )
}

/// A message of the engine as a sentence of its own.
pub(super) fn sentence(message: &str) -> String {
    let mut chars = message.chars();
    chars
        .next()
        .map(|first| first.to_uppercase().chain(chars).collect())
        .unwrap_or_default()
}

/// A server's text is not ours: bounded, and without characters that move or hide what stands beside them.
fn printable(text: &str) -> String {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    };
    let mut shown: String = text
        .chars()
        .take(MAX_TEXT)
        .map(|c| if hidden(c) { '·' } else { c })
        .collect();
    if text.chars().nth(MAX_TEXT).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_version_is_bounded_and_hides_nothing() {
        assert_eq!(printable("8.0\n\u{202e}x"), "8.0··x");
        assert_eq!(printable(&"x".repeat(5000)).chars().count(), MAX_TEXT + 1);
    }

    #[test]
    fn what_stays_on_this_machine_is_told_apart() {
        for address in [
            "/run/my.sock",
            "127.0.0.1:3306",
            "[::1]:3306",
            "localhost:1",
        ] {
            assert!(stays_here(address), "{address}");
        }
        for address in ["db.example:3306", "10.0.0.1:3306", "[fe80::1]:3306"] {
            assert!(!stays_here(address), "{address}");
        }
    }

    #[test]
    fn a_message_becomes_a_sentence() {
        assert_eq!(sentence("cannot connect"), "Cannot connect");
        assert_eq!(sentence(""), "");
    }
}
