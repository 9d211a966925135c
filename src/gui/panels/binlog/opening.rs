//! The page before a log is read: what stands in the way and what it costs, where to begin, and the way to files.

use egui::{Align, Frame, Label, Layout, Margin, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{BinlogPanel, wishes::Beginning};
use crate::{
    engine::binlog::checks::{Finding, Survey, Weight},
    gui::{
        command::{Ask as _, BinlogCommand, Browse, ProfilesCommand},
        context::PanelContext,
        format, icons,
        theme::{CARD_RADIUS, PaletteExt as _, SPACE, text},
        widgets::{
            button::Button,
            card::{AfterError, error_ui, hint_ui},
            choice::radio_ui,
            icon::icon_ui,
            name,
        },
        words::Words,
    },
};

/// As wide as one reads well.
const WIDTH: f32 = 780.0;
/// What reading does to the server.
pub(super) const REPLICA: &str = "While its log is read, Porthole is listed on the server as a replica, under an id of its own. The server sends it the log; nothing is written there.";

impl BinlogPanel {
    pub(super) fn opening_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let spare = (ui.available_width() - WIDTH).max(0.0) / 2.0;
            let frame = Frame::NONE.inner_margin(Margin {
                left: spare.min(120.0) as i8,
                ..Margin::ZERO
            });
            frame.show(ui, |ui| {
                ui.set_max_width(WIDTH);
                ui.spacing_mut().item_spacing.y = SPACE[2];
                ui.horizontal(|ui| {
                    ui.set_height(30.0);
                    ui.label(RichText::new("Binlog").text_style(text::title()));
                    if self.stream.is_some() {
                        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                            let back = Words::new(icons::ARROW_LEFT, "Back to the transactions");
                            if ui.add(Button::of(back).plain().with_icon()).clicked() {
                                self.opens_file = false;
                            }
                        });
                    }
                });
                if self.stream.is_none() {
                    self.server_ui(ui, cx);
                }
                self.files_ui(ui, cx);
            });
        });
    }

    fn server_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        if !cx.has_session() {
            return section_ui(ui, "From a server", |ui| {
                let words = "Connect to a server to follow its binary log as it is written.";
                ui.label(RichText::new(words).color(ui.palette().secondary));
                if let Some(profile) = cx.chosen() {
                    let words = Words::new(icons::PLUGS, format!("Connect to {}", profile.name));
                    if ui.add(Button::of(words).with_icon()).clicked() {
                        cx.commands
                            .push(ProfilesCommand::Connect(profile.id.clone()));
                    }
                }
            });
        }
        let name = cx
            .active()
            .map(|open| name::shown(&open.profile.name.to_string()));
        let title = format!("From {}", name.unwrap_or_else(|| "the server".to_owned()));
        section_ui(ui, &title, |ui| {
            if let Some(error) = self.survey.error() {
                let asked = error_ui(ui, "The server could not be looked at", error);
                if asked == Some(AfterError::TryAgain) {
                    cx.commands.push(BinlogCommand::Check);
                }
                return;
            }
            match self.survey.value() {
                None => {
                    let words = "Looking at what the server's binary log can show…";
                    ui.label(RichText::new(words).color(ui.palette().secondary));
                }
                Some(survey) => survey_ui(ui, survey),
            }
            let readable = self.offers_server(cx);
            if readable {
                self.begin_ui(ui, cx);
                self.filters_ui(ui, cx);
                hint_ui(ui, REPLICA);
            }
            ui.horizontal(|ui| {
                let start = BinlogCommand::Start.button().filled().with_icon();
                if ui.add_enabled(readable, start).clicked() {
                    cx.commands.push(BinlogCommand::Start);
                }
                let again = Words::new(icons::ARROWS_CLOCKWISE, "Check again");
                let idle = !self.survey.is_running() && self.survey.value().is_some();
                if ui.add_enabled(idle, Button::of(again)).clicked() {
                    cx.commands.push(BinlogCommand::Check);
                }
            });
        });
    }

    /// The server's log can be read from this page.
    fn offers_server(&self, cx: &PanelContext<'_>) -> bool {
        let readable = self.survey.value().is_some_and(Survey::is_readable);
        readable && self.survey.error().is_none() && self.stream.is_none() && cx.has_session()
    }

    /// What is wanted of what is read, kept from the last time.
    fn filters_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.label(RichText::new("Filters").text_style(text::strong()));
        self.kept_chips_ui(ui, cx);
        hint_ui(ui, "They hold for the server's log and for files.");
    }

    /// Where reading begins.
    fn begin_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let zone = cx.state.settings.zone;
        let (was, mut text) = self.beginning();
        let mut beginning = was;
        let mut changed = false;
        ui.label(RichText::new("Begin at").text_style(text::strong()));
        ui.scope(|ui| {
            ui.spacing_mut().item_spacing.y = 2.0;
            for choice in Beginning::ALL {
                let (words, example) = choice.words();
                ui.horizontal(|ui| {
                    radio_ui(ui, &mut beginning, choice, words);
                    if choice == beginning && !example.is_empty() {
                        let field = TextEdit::singleline(&mut text)
                            .hint_text(example)
                            .char_limit(100_000)
                            .desired_width(360.0);
                        let field = ui.add(field);
                        let zone = (choice == Beginning::Time).then(|| zone.to_string());
                        ui.ctx().accesskit_node_builder(field.id, |node| {
                            let zone = zone.as_deref().map(|zone| format!(" {zone}"));
                            let zone = zone.unwrap_or_default();
                            node.set_label(format!("{words}: {example}{zone}"));
                        });
                        if let Some(zone) = zone {
                            ui.label(RichText::new(zone).color(ui.palette().secondary));
                        }
                        changed |= field.changed();
                    }
                });
            }
        });
        if beginning != was {
            text.clear();
        }
        if beginning != was || changed {
            self.begin_fault = None;
            let key = self.keep_under();
            self.saved.beginnings.insert(key, (beginning, text));
        }
        if let Some(fault) = self.begin_fault {
            ui.label(RichText::new(fault).color(ui.palette().danger));
        }
    }

    fn files_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        section_ui(ui, "From files", |ui| {
            hint_ui(
                ui,
                "Files of one log in their order, a line each, or the folder of a server's log. They are only read.",
            );
            let field = TextEdit::multiline(&mut self.files)
                .hint_text("/var/lib/mysql/binlog.000042")
                .desired_rows(2)
                .char_limit(200_000)
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            ui.ctx().accesskit_node_builder(field.id, |node| {
                node.set_label("Files or a folder");
            });
            if self.opens_file && ui.memory(|memory| memory.focused().is_none()) {
                field.request_focus();
            }
            if !self.offers_server(cx) {
                self.filters_ui(ui, cx);
            }
            ui.horizontal(|ui| {
                let named = self.named_files();
                let read = Button::of(BinlogCommand::Open(Vec::new()).words()).with_icon();
                // One filled button: here only where no server could be read.
                let read = if cx.has_session() {
                    read
                } else {
                    read.filled()
                };
                if ui.add_enabled(!named.is_empty(), read).clicked() {
                    cx.commands.push(BinlogCommand::Open(named));
                }
                for what in [Browse::Files, Browse::Folder] {
                    if ui.add(BinlogCommand::Browse(what).button()).clicked() {
                        cx.commands.push(BinlogCommand::Browse(what));
                    }
                }
            });
        });
    }
}

fn section_ui(ui: &mut Ui, title: &str, body: impl FnOnce(&mut Ui)) {
    let palette = ui.palette();
    Frame::NONE
        .fill(palette.panel)
        .stroke(palette.hairline())
        .corner_radius(CARD_RADIUS)
        .inner_margin(Margin::symmetric(16, 12))
        .show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing.y = SPACE[1];
            ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
            body(ui);
        });
}

/// What is as it should be is said in a line; what costs something, with what could be run.
fn survey_ui(ui: &mut Ui, survey: &Survey) {
    let palette = ui.palette();
    if !survey.rights.follow {
        line_ui(
            ui,
            Weight::Blocks,
            "This account may not read the binary log.",
        );
    } else if !survey.rights.list {
        let words = "This account may read the log, and not list its files: where it ends, and which files there are, is not shown.";
        line_ui(ui, Weight::Costs, words);
    } else {
        line_ui(
            ui,
            Weight::Good,
            "This account may read the log and list its files.",
        );
    }
    if let Some(grant) = &survey.grant {
        statement_ui(ui, "A DBA can run:", grant);
    }
    for finding in &survey.findings {
        finding_ui(ui, finding);
    }
    let mut facts = Vec::new();
    if let Some(files) = &survey.files {
        let bytes: u64 = files.iter().map(|file| file.bytes).sum();
        let unit = if files.len() == 1 { "file" } else { "files" };
        facts.push(format!(
            "{} {unit}, {}",
            format::count(files.len() as u64),
            format::bytes(bytes)
        ));
        facts.extend(
            files
                .first()
                .map(|file| format!("since {}", name::shown(&file.name))),
        );
    }
    if let Some(end) = &survey.end {
        facts.push(format!(
            "ends at {}:{}",
            name::shown(&end.file),
            format::count(end.offset)
        ));
    }
    if !facts.is_empty() {
        let words = RichText::new(facts.join(" · ")).text_style(text::position());
        ui.add(Label::new(words.color(palette.secondary)).wrap());
    }
}

fn finding_ui(ui: &mut Ui, finding: &Finding) {
    let value = name::shown(&finding.value);
    let words = format!("{} = {value}: {}", finding.setting, finding.cost);
    line_ui(ui, finding.weight, &words);
    if let Some(statement) = &finding.statement {
        statement_ui(ui, "A DBA can run:", statement);
    }
}

fn line_ui(ui: &mut Ui, weight: Weight, words: &str) {
    let palette = ui.palette();
    let (icon, color) = match weight {
        Weight::Blocks => (icons::X_CIRCLE, palette.danger),
        Weight::Costs => (icons::WARNING, palette.warning),
        Weight::Good => (icons::CHECK_CIRCLE, palette.good),
    };
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = SPACE[1];
        icon_ui(ui, icon, 15.0, color);
        ui.add(
            Label::new(format::plain(words, 2_000))
                .wrap()
                .selectable(true),
        );
    });
}

/// Text to be run elsewhere, with a way to copy it.
fn statement_ui(ui: &mut Ui, title: &str, statement: &str) {
    let palette = ui.palette();
    ui.horizontal_top(|ui| {
        ui.add_space(23.0);
        Frame::NONE
            .fill(palette.background)
            .stroke(palette.hairline())
            .corner_radius(4.0)
            .inner_margin(Margin::symmetric(8, 4))
            .show(ui, |ui| {
                ui.set_max_width(ui.available_width() - 8.0);
                ui.horizontal_top(|ui| {
                    ui.spacing_mut().item_spacing = vec2(SPACE[1], 2.0);
                    let copy = Words::new(icons::COPY, "Copy the statement");
                    let copy = ui.add(Button::of(copy).icon_only()).on_hover_text("Copy");
                    if copy.clicked() {
                        ui.ctx().copy_text(statement.to_owned());
                    }
                    ui.vertical(|ui| {
                        ui.label(RichText::new(title).small().color(palette.faint));
                        let words = RichText::new(format::plain(statement, 2_000));
                        let words = words.text_style(text::position());
                        ui.add(Label::new(words).wrap().selectable(true));
                    });
                });
            });
    });
}
