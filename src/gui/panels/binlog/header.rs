//! The lines above: which log, how reading goes, where it is, and what can be done; and below them what went wrong.

use std::time::{Duration, Instant};

use egui::{Align, Color32, Label, Layout, RichText, Role, Sense, TextStyle, Ui, WidgetInfo, vec2};

use super::{
    BinlogPanel,
    input::Log,
    stream::{Doing, Stream},
};
use crate::{
    engine::binlog::source::{Ending, Status, live::Link},
    gui::{
        command::{Ask as _, BinlogCommand, BinlogView},
        context::PanelContext,
        format, icons,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            card::{AfterError, card_ui, empty_ui, error_ui, hint_ui, message_ui},
            name,
        },
        words::Words,
    },
};

/// Letters of all GTIDs that are shown.
const LONGEST: usize = 160;
/// The server says every five seconds that it is there.
const QUIET: Duration = Duration::from_secs(8);

impl BinlogPanel {
    pub(super) fn header_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(stream) = &self.stream else { return };
        let mut asked = None;
        ui.horizontal(|ui| {
            ui.set_height(30.0);
            ui.spacing_mut().item_spacing.x = SPACE[2];
            ui.label(RichText::new("Binlog").text_style(text::title()));
            let (word, color, hint) = state_of(ui, stream);
            badge_ui(ui, &word, color, &hint);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 2.0;
                for command in self.links(stream) {
                    let open = command == self.command_of_view();
                    let button = Button::of(command.words()).plain();
                    let button = ui.add_enabled(!open, button);
                    if button.clicked() {
                        asked = Some(command);
                    }
                }
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.spacing_mut().item_spacing.x = SPACE[2];
                    place_ui(ui, stream);
                });
            });
        });
        if let Some(command) = asked {
            cx.commands.push(command);
        }
    }

    /// What can be done, from right to left.
    fn links(&self, stream: &Stream) -> Vec<BinlogCommand> {
        let undo = match (&self.view, self.details.opened()) {
            (BinlogView::Timeline, Some(held)) => BinlogCommand::UndoOf(held.span()),
            _ => BinlogCommand::Show(BinlogView::Undo),
        };
        let mut links = vec![
            BinlogCommand::Leave,
            undo,
            BinlogCommand::OpenFile,
            BinlogCommand::Show(BinlogView::History),
            BinlogCommand::Show(BinlogView::Summary),
        ];
        if self.view != BinlogView::Timeline {
            links.push(BinlogCommand::Show(BinlogView::Timeline));
        }
        match stream.doing() {
            Doing::Reads => links.push(BinlogCommand::Pause),
            Doing::Paused | Doing::Failed => links.push(BinlogCommand::Resume),
            Doing::Ended if is_written(stream) => links.push(BinlogCommand::Follow),
            Doing::Ends | Doing::Ended => {}
        }
        links
    }

    /// What went wrong, above what is held.
    pub(super) fn trouble_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(stream) = &self.stream else { return };
        if let Some(error) = &stream.error {
            let asked = error_ui(ui, "Reading the log has stopped", error);
            if asked == Some(AfterError::TryAgain) {
                cx.commands.push(BinlogCommand::Resume);
            }
        }
        let palette = ui.palette();
        if let Some(ending) = stream.ending.as_ref().filter(|_| !stream.is_reading()) {
            let shown = match ending.status {
                Status::Complete | Status::Stopped | Status::InUse { .. } => None,
                Status::Truncated { .. } => Some((palette.warning, "The file is cut off")),
                Status::Corrupt(_) => Some((palette.danger, "The file is damaged")),
                Status::Encrypted(_) => Some((palette.warning, "The file is encrypted")),
                Status::TooOld(_) => Some((palette.warning, "The file is too old")),
                Status::NotABinlog => Some((palette.warning, "This is not a binary log")),
            };
            if let Some((color, title)) = shown {
                card_ui(ui, icons::WARNING_CIRCLE, color, title, |ui| {
                    message_ui(ui, &format!("{}.", capital(&ending.to_string())));
                    if matches!(ending.status, Status::Truncated { .. } | Status::Corrupt(_)) {
                        hint_ui(ui, "What stands before that place is shown.");
                    }
                });
            }
        }
        if let Some(note) = stream.loss() {
            card_ui(
                ui,
                icons::WARNING,
                palette.warning,
                "Changes may be missing",
                |ui| message_ui(ui, &format!("{note}.")),
            );
        }
    }

    /// Nothing is held yet, or no more.
    pub(super) fn waiting_ui(&self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(stream) = &self.stream else { return };
        let wished = self.is_wishing();
        let (title, words) = match stream.doing() {
            Doing::Reads if stream.link.is_none() => {
                ("Reading", "Transactions appear as they are found.")
            }
            Doing::Reads => (
                "Waiting for the next transaction",
                "The stream is open. Whatever the server commits from now on appears here.",
            ),
            Doing::Ends => ("Stopping", "The reader ends at the next event."),
            Doing::Paused => ("Paused", "No transaction was read by now."),
            Doing::Failed => ("Nothing was read", "The reason stands above."),
            Doing::Ended if wished => (
                "No transaction fits",
                "The log was read to its end. Change the filters above to see others.",
            ),
            Doing::Ended => ("No transactions", "The log was read to its end."),
        };
        empty_ui(ui, icons::GIT_COMMIT, title, words, |ui| {
            if stream.doing() == Doing::Paused {
                let button = BinlogCommand::Resume.button().filled().with_icon();
                if ui.add(button).clicked() {
                    cx.commands.push(BinlogCommand::Resume);
                }
            }
        });
    }
}

/// The last file is one that its server writes: more may come.
fn is_written(stream: &Stream) -> bool {
    let written = |ending: &Ending| matches!(ending.status, Status::InUse { .. });
    let whole = match &stream.order().input.log {
        Log::Files(files) => files.len() == 1,
        Log::Folder(_) => true,
        Log::Server(_) => false,
    };
    whole && stream.ending.as_ref().is_some_and(written)
}

/// In a word, in which colour, and in a sentence.
fn state_of(ui: &Ui, stream: &Stream) -> (String, Color32, String) {
    let palette = ui.palette();
    let said = |word: &str, color, hint: String| (word.to_owned(), color, hint);
    match (stream.doing(), &stream.link) {
        (Doing::Reads, Some(Link::Open { version, reader_id, .. })) => {
            let quiet = stream.heard.map(|heard| heard.elapsed());
            let hint = format!(
                "The stream is open to {}. Porthole is listed there as replica {reader_id}.",
                format::plain(version, 100)
            );
            match quiet {
                Some(quiet) if quiet > QUIET => (
                    format!("quiet for {} s", quiet.as_secs()),
                    palette.warning,
                    format!("{hint} It says every 5 s that it is there; after 15 s of silence the stream is opened anew."),
                ),
                _ => said("live", palette.good, hint),
            }
        }
        (Doing::Reads, Some(Link::Connecting)) => said(
            "connecting",
            palette.warning,
            "A connection is being made, or the server looks for the place to begin.".to_owned(),
        ),
        (Doing::Reads, Some(Link::Lost { reason, retry_in })) => said(
            "reconnecting",
            palette.warning,
            format!(
                "The line was lost: {}. It is tried again after {}; nothing is lost or comes twice.",
                format::plain(reason, 300),
                format::duration(*retry_in)
            ),
        ),
        (Doing::Reads, Some(Link::Waiting)) => said(
            "waiting",
            palette.warning,
            "The window was slow to take what came, so the stream was closed; it opens again by itself.".to_owned(),
        ),
        (Doing::Reads, Some(Link::Closed) | None) => said(
            "reading",
            palette.accent,
            "Files are being read.".to_owned(),
        ),
        (Doing::Ends, _) => said("stopping", palette.secondary, String::new()),
        (Doing::Paused, _) => said(
            "paused",
            palette.warning,
            "The stream is closed. It goes on exactly where it ended.".to_owned(),
        ),
        (Doing::Failed, _) => said("stopped", palette.danger, "The reason stands below.".to_owned()),
        (Doing::Ended, _) => {
            let ending = stream.ending.as_ref();
            let word = ending.map_or("complete", |ending| match ending.status {
                Status::Complete => "complete",
                Status::InUse { .. } => "still being written",
                Status::Truncated { .. } => "truncated",
                Status::Corrupt(_) => "corrupt",
                Status::Encrypted(_) => "encrypted",
                Status::TooOld(_) => "too old",
                Status::NotABinlog => "not a binary log",
                Status::Stopped => "stopped",
            });
            let good = matches!(
                ending.map(|ending| ending.status),
                None | Some(Status::Complete | Status::InUse { .. })
            );
            let color = if good { palette.good } else { palette.danger };
            let hint = ending.map(Ending::to_string).unwrap_or_default();
            said(word, color, capital(&format::plain(&hint, 400)))
        }
    }
}

fn capital(words: &str) -> String {
    let mut chars = words.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}", first.unwrap_or_default(), chars.as_str())
}

fn badge_ui(ui: &mut Ui, word: &str, color: Color32, hint: &str) {
    let palette = ui.palette();
    let font = TextStyle::Small.resolve(ui.style());
    let galley = ui.painter().layout_no_wrap(word.to_owned(), font, color);
    let size = galley.size() + vec2(14.0, 4.0);
    let (rect, badge) = ui.allocate_exact_size(size, Sense::hover());
    badge.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    ui.painter().rect_filled(rect, 4.0, palette.raised);
    let at = rect.center() - galley.size() / 2.0;
    ui.painter().galley(at, galley, color);
    if !hint.is_empty() {
        badge.on_hover_text(hint);
    }
}

/// Where the reader is: the place behind what is held, and the GTIDs.
fn place_ui(ui: &mut Ui, stream: &Stream) {
    let palette = ui.palette();
    let newest = stream.ring.next().checked_sub(1);
    let newest = newest.and_then(|number| stream.ring.get(number));
    let held = newest.map(|held| (held.end.file.to_string(), held.end.end));
    let said = stream.checkpoint.as_ref();
    let place = said
        .filter(|checkpoint| !checkpoint.file.is_empty())
        .map(|checkpoint| (checkpoint.file.clone(), checkpoint.offset));
    // What is held can be newer than what was said last.
    let place = match (held, place) {
        (Some(held), Some(said)) => Some(held.max(said)),
        (held, said) => held.or(said),
    };
    let mono = |words: String, color| {
        RichText::new(words)
            .text_style(text::position())
            .color(color)
    };
    if let Some((file, offset)) = place {
        let words = format!("{} : {}", name::shown(&file), format::count(offset));
        ui.label(mono(words, palette.text));
    }
    if let Some(gtids) = stream.gtids() {
        let copy = Button::of(Words::new(icons::COPY, "Copy all GTIDs up to here")).icon_only();
        if ui.add(copy).clicked() {
            ui.ctx().copy_text(gtids.to_owned());
        }
        let shown: String = gtids.chars().take(LONGEST).collect();
        ui.add(Label::new(mono(shown, palette.secondary)).truncate())
            .on_hover_text("All transactions up to here");
    }
}

impl BinlogPanel {
    /// How much comes, or how far a file was read.
    pub(super) fn rate_ui(&self, ui: &mut Ui) {
        let Some(stream) = &self.stream else { return };
        let words = match (stream.doing(), stream.progress.total) {
            (Doing::Reads, Some(total)) if stream.link.is_none() => {
                let read = stream.progress.read.min(total);
                let share = 100.0 * read as f64 / total.max(1) as f64;
                format!(
                    "{} of {} read · {share:.0} %",
                    format::bytes(read),
                    format::bytes(total)
                )
            }
            (Doing::Reads, _) => {
                let (transactions, rows) = stream.ring.rate(Instant::now());
                // Without anything that comes, the rate has to fall too.
                if transactions > 0.0 {
                    ui.request_repaint_after(Duration::from_secs(1));
                }
                format!(
                    "{} transactions/s · {} rows/s",
                    rate(transactions),
                    rate(rows)
                )
            }
            _ => String::new(),
        };
        let (count, bytes) = (stream.ring.len() as u64, stream.ring.bytes() as u64);
        let (fallen, fallen_rows) = stream.ring.fallen();
        let held = format!("{} held, {}", format::count(count), format::bytes(bytes));
        let limits = stream.ring.limits();
        let hint = format!(
            "The newest {} transactions are held, in at most {}.",
            format::count(limits.transactions as u64),
            format::bytes(limits.bytes as u64)
        );
        let palette = ui.palette();
        let faint = |words: String| RichText::new(words).small().color(palette.secondary);
        if fallen > 0 {
            let words = format!("{} older ones fell off", format::count(fallen));
            let hint = format!(
                "{hint} Those that fell off had {}.",
                format::rows(fallen_rows)
            );
            ui.label(faint(words).color(palette.warning))
                .on_hover_text(hint);
        }
        ui.label(faint(held)).on_hover_text(hint);
        if !words.is_empty() {
            ui.label(faint(words));
        }
        let notes = stream.notes_count;
        if notes > 0 {
            let unit = if notes == 1 { "note" } else { "notes" };
            let button = Words::new(icons::INFO, format!("{} {unit}", format::count(notes)));
            let button = ui.add(Button::of(button).plain().with_icon());
            egui::Popup::menu(&button).width(460.0).show(|ui| {
                egui::ScrollArea::vertical()
                    .max_height(320.0)
                    .show(ui, |ui| {
                        for note in stream.notes.iter().rev() {
                            ui.add(Label::new(format::plain(&note.to_string(), 600)).wrap());
                        }
                    });
            });
        }
    }
}

fn rate(number: f64) -> String {
    if number > 0.0 && number < 10.0 {
        format!("{number:.1}")
    } else {
        format::count(number.round() as u64)
    }
}
