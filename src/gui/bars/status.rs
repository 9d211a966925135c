//! The status bar: the connection and how it is protected, who guarantees read-only, the time zone, and what runs.

use std::time::Duration;

use egui::{Align, Color32, Layout, RichText, Sense, TextStyle, Ui, vec2};

use crate::{
    engine::{
        profiles::TlsMode,
        session::{Facts, Product, ReadOnly},
    },
    gui::{
        command::{AppCommand, Ask as _},
        context::PanelContext,
        icons,
        state::{OpenSession, SessionStatus},
        theme::{PaletteExt as _, SPACE},
        widgets::icon::icon_ui,
        words::Words,
    },
    worker::Running,
};

/// What ends sooner is not shown: it would only flicker.
pub const SHOWN_AFTER: Duration = Duration::from_millis(300);

pub fn status_bar_ui(ui: &mut Ui, cx: &PanelContext<'_>, running: &[Running]) {
    ui.style_mut().override_text_style = Some(TextStyle::Small);
    ui.spacing_mut().item_spacing.x = SPACE[1];
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.add_space(SPACE[2]);
        notices_ui(ui, cx);
        jobs_ui(ui, cx, running);
        if let Some(facts) = cx.active().and_then(|open| open.facts.as_ref()) {
            let zone =
                ui.label(RichText::new(zone_words(&facts.time_zone)).color(ui.palette().secondary));
            zone.on_hover_text("Time zone of the session");
        }
        // The rest is for the left, and may be cut there.
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            ui.add_space(SPACE[1]);
            match cx.active() {
                Some(open) => connection_ui(ui, open),
                None => {
                    ui.label(RichText::new("Not connected").color(ui.palette().secondary));
                }
            }
        });
    });
}

fn connection_ui(ui: &mut Ui, open: &OpenSession) {
    let palette = ui.palette();
    let (color, word) = match &open.status {
        SessionStatus::Connecting => (palette.warning, "Connecting"),
        SessionStatus::Connected => (palette.good, "Connected"),
        SessionStatus::Lost(_) => (palette.danger, "Connection lost"),
    };
    dot_ui(ui, color);
    let label = ui.label(word);
    if let SessionStatus::Lost(reason) = &open.status {
        label.on_hover_text(reason);
    }
    ui.add_space(SPACE[0]);
    let Some(facts) = &open.facts else {
        let address = open.profile.address.to_string();
        ui.label(RichText::new(address).color(palette.secondary));
        tls_ui(ui, open);
        return;
    };
    let server = format!("{} · {}", product_words(facts), facts.address);
    ui.label(RichText::new(server).color(palette.secondary));
    tls_ui(ui, open);
    ui.add_space(SPACE[0]);
    read_only_ui(ui, &facts.read_only);
}

fn dot_ui(ui: &mut Ui, color: Color32) {
    let (rect, _) = ui.allocate_exact_size(vec2(8.0, 8.0), Sense::hover());
    ui.painter().circle_filled(rect.center(), 4.0, color);
}

/// Encryption of the line; where there is none it is said as long as the window is open, in the warning colour if
/// others could read along.
fn tls_ui(ui: &mut Ui, open: &OpenSession) {
    let palette = ui.palette();
    let encrypted = open.facts.as_ref().map(|facts| facts.tls.as_ref());
    match encrypted {
        Some(Some(tls)) => {
            ui.add_space(3.0 - SPACE[1]); // one sentence with what comes before
            let label =
                ui.label(RichText::new(format!("· {}", tls.version)).color(palette.secondary));
            label.on_hover_text(&tls.cipher);
        }
        Some(None) => not_encrypted_ui(ui, open),
        None if open.profile.tls_mode() == TlsMode::Disabled => not_encrypted_ui(ui, open),
        None => {}
    }
}

fn not_encrypted_ui(ui: &mut Ui, open: &OpenSession) {
    let palette = ui.palette();
    let (color, meaning) = if open.profile.address.is_local() {
        (palette.secondary, "The line does not leave this machine.")
    } else {
        (
            palette.warning,
            "User, password and rows cross the network readable.",
        )
    };
    mark_ui(ui, icons::LOCK_OPEN, color);
    ui.label(RichText::new("not encrypted").color(color))
        .on_hover_text(meaning);
}

fn read_only_ui(ui: &mut Ui, read_only: &ReadOnly) {
    let palette = ui.palette();
    match read_only {
        ReadOnly::Server => {
            mark_ui(ui, icons::SHIELD_CHECK, palette.good);
            ui.label("Read-only by the server")
                .on_hover_text("This account has no right to change anything.");
        }
        ReadOnly::Porthole { unkept_by, .. } => {
            mark_ui(ui, icons::SHIELD_WARNING, palette.warning);
            let because = read_only.because().unwrap_or_default();
            let does = if unkept_by.is_some() {
                "Porthole refuses what is not reading, and nothing stands behind it but the account's rights."
            } else {
                "Porthole refuses what is not reading and keeps the session read-only; the profile shows statements \
                 for a better account."
            };
            ui.label(format!("Read-only by {}", read_only.guard()))
                .on_hover_text(format!("Not by the server, because {because}. {does}"));
        }
    }
}

fn mark_ui(ui: &mut Ui, icon: &str, color: Color32) {
    icon_ui(ui, icon, 14.0, color);
    ui.add_space(-SPACE[0]);
}

/// Right to left: the last comes first.
fn jobs_ui(ui: &mut Ui, cx: &PanelContext<'_>, running: &[Running]) {
    let shown: Vec<_> = running
        .iter()
        .filter(|work| work.started.elapsed() >= SHOWN_AFTER)
        .collect();
    match shown.as_slice() {
        [] => {}
        [work] => {
            cancel_ui(ui, cx, work);
            time_ui(ui, work);
            ui.label(&work.name);
            ui.label(RichText::new("·").color(ui.palette().faint));
        }
        [.., _] => {
            let button = ui.add(egui::Button::new(format!("{} jobs", shown.len())).frame(false));
            egui::Popup::menu(&button)
                .accessible_name("Running jobs")
                .close_behavior(egui::PopupCloseBehavior::CloseOnClickOutside)
                .show(|ui| {
                    for work in &shown {
                        ui.horizontal(|ui| {
                            ui.label(&work.name);
                            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                                cancel_ui(ui, cx, work);
                                time_ui(ui, work);
                            });
                        });
                    }
                });
            if let Some(oldest) = shown.first() {
                time_ui(ui, oldest);
            }
        }
    }
}

fn cancel_ui(ui: &mut Ui, cx: &PanelContext<'_>, work: &Running) {
    if work.is_cancelling() {
        ui.label(RichText::new("Cancelling").color(ui.palette().secondary));
    } else if plain_ui(ui, AppCommand::CancelJob(work.id).words()).clicked() {
        cx.commands.push(AppCommand::CancelJob(work.id));
    }
}

/// The status bar is too low for the window's button.
fn plain_ui(ui: &mut Ui, words: Words) -> egui::Response {
    let palette = ui.palette();
    ui.spacing_mut().button_padding = vec2(4.0, 0.0);
    ui.spacing_mut().interact_size.y = 18.0;
    let text = RichText::new(words.text).color(palette.text);
    ui.add(egui::Button::new(text).frame_when_inactive(false))
}

fn time_ui(ui: &mut Ui, work: &Running) {
    let seconds = work.started.elapsed().as_secs();
    let time = format!("{:02}:{:02}", seconds / 60, seconds % 60);
    ui.label(RichText::new(time).color(ui.palette().secondary));
}

fn notices_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    if cx.state.notices.is_empty() {
        return;
    }
    let mut words = AppCommand::Notices.words();
    words.text = format!("{} ({})", words.text, cx.state.notices.iter().count()).into();
    if plain_ui(ui, words).clicked() {
        cx.commands.push(AppCommand::Notices);
    }
}

/// "MySQL 9.7.4": product, and version in digits.
fn product_words(facts: &Facts) -> String {
    let name = match facts.product {
        Product::MySql => "MySQL",
        Product::MariaDb => "MariaDB",
    };
    format!("{name} {}", facts.dialect().version_text())
}

fn zone_words(zone: &str) -> &str {
    if zone == "+00:00" { "UTC" } else { zone }
}
