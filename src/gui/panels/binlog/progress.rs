//! The button that starts a reading, and in its place while it runs how far it has come and the way to stop it.

use egui::{ProgressBar, RichText, Ui};

use crate::{
    engine::binlog::source::Progress,
    gui::{
        command::{Ask as _, BinlogCommand},
        format,
        theme::PaletteExt as _,
        widgets::{busy::PATIENCE, button::Button},
        words::Words,
    },
    worker::work::Work,
};

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Start,
    Stop,
}

/// Draw it. `ready`: there is something to read.
pub(super) fn run_ui<R, A, S>(
    ui: &mut Ui,
    reading: &Work<R, A, S>,
    progress: Option<Progress>,
    start: Words,
    ready: bool,
) -> Option<Asked> {
    if !reading.is_running() {
        let button = Button::of(start).filled().with_icon();
        return ui
            .add_enabled(ready, button)
            .clicked()
            .then_some(Asked::Start);
    }
    let mut asked = None;
    let stop = BinlogCommand::Cancel.words();
    if ui.add(Button::of(stop).with_icon()).clicked() {
        asked = Some(Asked::Stop);
    }
    let elapsed = reading.elapsed().unwrap_or_default();
    let progress = progress.unwrap_or_default();
    if let Some(share) = share(progress) {
        let bar = ui.add(
            ProgressBar::new(share)
                .desired_width(120.0)
                .desired_height(6.0),
        );
        ui.ctx().accesskit_node_builder(bar.id, |node| {
            node.set_label("How much of the log has been read");
        });
    }
    let words = if reading.is_cancelling() {
        "stopping".to_owned()
    } else {
        in_words(progress)
    };
    let words = if elapsed < PATIENCE {
        words
    } else {
        format!("{words} · {} s", elapsed.as_secs())
    };
    ui.label(RichText::new(words).color(ui.palette().secondary));
    asked
}

/// From 0 to 1; none where nobody knows how much there is.
fn share(progress: Progress) -> Option<f32> {
    let total = progress.total.filter(|total| *total > 0)?;
    Some((progress.read as f64 / total as f64).clamp(0.0, 1.0) as f32)
}

fn in_words(progress: Progress) -> String {
    match progress.total {
        _ if progress.read == 0 => "opening the log".to_owned(),
        Some(total) => format!(
            "{} of {}",
            format::bytes(progress.read),
            format::bytes(total.max(progress.read))
        ),
        None => format!("{} read", format::bytes(progress.read)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_far_reading_has_come_is_said_as_far_as_it_is_known() {
        let progress = |read, total| Progress { read, total };
        assert_eq!(in_words(progress(0, Some(10))), "opening the log");
        assert_eq!(
            in_words(progress(612_000_000, Some(1_200_000_000))),
            "612 MB of 1.2 GB"
        );
        assert_eq!(in_words(progress(500, None)), "500 B read");
        // A log that grows while it is read.
        assert_eq!(in_words(progress(20, Some(10))), "20 B of 20 B");
        assert_eq!(share(progress(20, Some(10))), Some(1.0));
        assert_eq!(share(progress(20, None)), None);
    }
}
