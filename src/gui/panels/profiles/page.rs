//! The page of the chosen profile: what it is called and how it stands, what can be done, the last answer, the form.

use std::time::Duration;

use egui::{Frame, Margin, RichText, ScrollArea, Ui};

use super::{
    ProfilesPanel, answer,
    draft::Draft,
    form::{self, Beside},
    list::Standing,
    work::Attempt,
};
use crate::{
    engine::profiles::{ProfileId, url},
    gui::{
        command::{Ask as _, ProfilesCommand},
        context::PanelContext,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{button::Button, icon::icon_ui},
    },
};

/// A form wider than this is harder to read, not easier.
const PAGE_WIDTH: f32 = 720.0;

impl ProfilesPanel {
    pub(super) fn page_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        Frame::new()
            .fill(ui.palette().background)
            .inner_margin(Margin::symmetric(24, 16))
            .show(ui, |ui| {
                ui.take_available_space();
                let Some(draft) = self.shown_draft() else {
                    if !self.load.is_running() {
                        empty_ui(ui, cx);
                    }
                    return;
                };
                ScrollArea::vertical()
                    .id_salt(&draft.id.0)
                    .auto_shrink(false)
                    .show(ui, |ui| {
                        ui.set_max_width(PAGE_WIDTH);
                        self.chosen_ui(ui, draft, cx);
                    });
            });
    }

    fn chosen_ui(&mut self, ui: &mut Ui, mut draft: Draft, cx: &PanelContext<'_>) {
        let standing = self.standing(&draft.id, cx);
        head_ui(ui, &draft, standing);
        ui.add_space(SPACE[1]);
        self.toolbar_ui(ui, &draft, standing, cx);
        self.save_error_ui(ui);
        self.answers_ui(ui, &draft.id, standing, cx);

        let problems = if draft.tried {
            draft
                .parse(self.saved.iter().chain(&self.given))
                .err()
                .unwrap_or_default()
        } else {
            Vec::new()
        };
        // A small window that has just closed still keeps the focus to itself.
        let is_begun = self.begun.as_ref() == Some(&draft.id)
            && ui.memory(|memory| memory.allows_interaction(ui.layer_id()));
        if is_begun {
            self.begun = None;
        }
        let beside = Beside {
            problems: &problems,
            keyring: self.keyring.value(),
            no_chooser: self.no_chooser,
            is_new: self.known(&draft.id).is_none(),
            is_begun,
        };
        let before = draft.clone();
        form::form_ui(ui, &mut draft, &beside, cx);
        ui.add_space(SPACE[4]);
        if draft != before {
            self.drafts.insert(draft.id.clone(), draft);
        }
    }

    fn toolbar_ui(&self, ui: &mut Ui, draft: &Draft, standing: Standing, cx: &PanelContext<'_>) {
        let is_edited = self.is_edited(&draft.id);
        ui.horizontal_wrapped(|ui| {
            let add = |ui: &mut Ui, enabled: bool, button: Button, command: ProfilesCommand| {
                if ui.add_enabled(enabled, button).clicked() {
                    cx.commands.push(command);
                }
            };
            let idle = !self.save.is_running();
            match standing {
                Standing::Open => {
                    let command = ProfilesCommand::Disconnect(draft.id.clone());
                    add(ui, true, command.button().with_icon(), command);
                }
                Standing::Connecting => {
                    let command = ProfilesCommand::Connect(draft.id.clone());
                    add(ui, false, command.button().filled().with_icon(), command);
                }
                Standing::Closed | Standing::Unreachable if is_edited => {
                    let command = ProfilesCommand::SaveAndConnect;
                    add(ui, idle, command.button().filled().with_icon(), command);
                }
                Standing::Closed | Standing::Unreachable => {
                    let command = ProfilesCommand::Connect(draft.id.clone());
                    add(ui, idle, command.button().filled().with_icon(), command);
                }
            }
            let test = ProfilesCommand::Test;
            add(ui, !self.test.is_running(), test.button().with_icon(), test);
            let is_on_disk = self.saved.iter().any(|saved| saved.id == draft.id);
            if is_edited || !is_on_disk {
                let command = ProfilesCommand::Save;
                add(ui, idle, command.button().with_icon(), command);
            }
            if is_edited {
                let command = ProfilesCommand::Revert;
                add(ui, true, command.button(), command);
            }
            if let Some(profile) = self.known(&draft.id) {
                let command = ProfilesCommand::Duplicate;
                add(ui, true, command.button().plain(), command);
                if ui.add(answer::copy_button("Copy URL").plain()).clicked() {
                    ui.copy_text(url::to_url(profile));
                }
                let command = ProfilesCommand::Delete;
                add(ui, true, command.button().plain().danger(), command);
            }
        });
    }

    fn save_error_ui(&self, ui: &mut Ui) {
        for error in [self.save.error(), self.delete.error()]
            .into_iter()
            .flatten()
        {
            answer::error_ui(ui, error);
        }
    }

    /// The last attempt and its answer, or what the open session says of its server.
    fn answers_ui(&self, ui: &mut Ui, id: &ProfileId, standing: Standing, cx: &PanelContext<'_>) {
        let is_tested = self.tested.as_ref() == Some(id);
        if let Some(job) = self.connecting.get(id) {
            running_ui(ui, "Connecting", job.elapsed(), cx);
        } else if is_tested && self.test.is_running() {
            running_ui(ui, "Testing the connection", self.test.elapsed(), cx);
        }
        let test_failed = self
            .test
            .error()
            .filter(|error| is_tested && !error.is_cancelled());
        if let Some(error) = self.failures.get(id).or(test_failed) {
            answer::card_ui(ui, |ui| {
                answer::error_ui(ui, error);
                if answer::is_about_password(error) && self.known(id).is_some() {
                    let command = ProfilesCommand::EnterPassword;
                    if ui.add(command.button().with_icon()).clicked() {
                        cx.commands.push(command);
                    }
                }
            });
        } else if let (true, Some(Attempt::Done(facts))) = (is_tested, self.test.value()) {
            answer::card_ui(ui, |ui| answer::facts_ui(ui, facts));
        } else if standing == Standing::Open
            && let Some(facts) = cx
                .state
                .sessions
                .get(id)
                .and_then(|open| open.facts.as_ref())
        {
            answer::card_ui(ui, |ui| answer::facts_ui(ui, facts));
        }
    }
}

/// Name, environment and state, each in words.
fn head_ui(ui: &mut Ui, draft: &Draft, standing: Standing) {
    let palette = ui.palette();
    ui.horizontal_wrapped(|ui| {
        ui.label(RichText::new(&draft.name).text_style(text::title()));
        ui.add_space(SPACE[1]);
        icon_ui(ui, "●", 12.5, palette.environment(draft.environment));
        ui.label(RichText::new(draft.environment.name()).color(palette.secondary));
        ui.add_space(SPACE[1]);
        icon_ui(ui, standing.icon(), 15.0, standing.color(ui));
        ui.label(RichText::new(standing.word()).color(palette.secondary));
    });
}

/// What runs, for how long, and a way to stop it.
fn running_ui(ui: &mut Ui, what: &str, elapsed: Option<Duration>, cx: &PanelContext<'_>) {
    ui.horizontal(|ui| {
        let secs = elapsed.unwrap_or_default().as_secs();
        let words = if secs < 2 {
            format!("{what}…")
        } else {
            format!("{what}… {secs} s")
        };
        ui.label(RichText::new(words).color(ui.palette().secondary));
        let stop = ProfilesCommand::Stop;
        if ui.add(stop.button()).clicked() {
            cx.commands.push(stop);
        }
    });
    ui.request_repaint_after(Duration::from_millis(500));
}

/// Nothing is saved yet.
fn empty_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    ui.add_space(ui.available_height() * 0.3);
    ui.vertical_centered(|ui| {
        ui.label("A profile is a saved connection to a MySQL or MariaDB server.");
        ui.add_space(SPACE[1]);
        let new = ProfilesCommand::New;
        if ui.add(new.button().filled().with_icon()).clicked() {
            cx.commands.push(new);
        }
    });
}
