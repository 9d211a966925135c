//! The two small windows that must be answered: the password, and whether to delete.

use egui::{Id, Modal, RichText, TextStyle, Ui};

use super::{ProfilesPanel, answer, form};
use crate::{
    engine::{
        Error,
        profiles::{PasswordSource, ProfileId, Secret, secrets::SecretError},
    },
    gui::{
        command::{Ask as _, ProfilesCommand},
        context::PanelContext,
        icons,
        theme::{PaletteExt as _, SPACE},
        widgets::button::Button,
        words::Words,
    },
};

const WIDTH: f32 = 440.0;

/// What the password is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    Connect,
    Test,
}

pub(super) struct PasswordPrompt {
    pub(super) id: ProfileId,
    pub(super) purpose: Purpose,
    pub(super) source: PasswordSource,
    pub(super) text: String,
    /// Why the keyring did not help.
    why: Option<SecretError>,
    shown: bool,
    focused: bool,
}

impl PasswordPrompt {
    pub(super) fn new(
        id: ProfileId,
        purpose: Purpose,
        source: PasswordSource,
        why: Option<SecretError>,
    ) -> Self {
        Self {
            id,
            purpose,
            source,
            text: String::new(),
            why,
            shown: false,
            focused: false,
        }
    }

    pub(super) fn secret(&self) -> Secret {
        Secret::new(self.text.clone())
    }
}

impl ProfilesPanel {
    pub(super) fn prompt_ui(&mut self, ctx: &egui::Context, cx: &PanelContext<'_>) {
        let Some(mut prompt) = self.prompt.take() else {
            return;
        };
        let draft = self.drafts.get(&prompt.id);
        let who = match (draft, self.known(&prompt.id)) {
            (Some(draft), _) => format!("{} at {}", or_nobody(&draft.user), draft.name),
            (None, Some(profile)) => {
                format!("{} at {}", or_nobody(&profile.user), profile.address)
            }
            (None, None) => return,
        };
        let is_saved = self.saved.iter().any(|saved| saved.id == prompt.id);
        let checked = self.keyring.value().cloned();
        let answer = modal(ctx, "password").show(ctx, |ui| {
            ui.set_width(WIDTH);
            heading_ui(ui, &format!("Password for {who}"));
            if let Some(why) = &prompt.why {
                answer::error_ui(ui, &Error::from(why.clone()));
                ui.add_space(SPACE[0]);
            }
            let label = ui.label("Password");
            let field = form::password_ui(ui, &mut prompt.text, &mut prompt.shown, label.id);
            if !prompt.focused {
                prompt.focused = true;
                field.request_focus();
            }
            let entered =
                field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            if is_saved && prompt.purpose == Purpose::Connect {
                ui.add_space(SPACE[0]);
                form::source_ui(ui, &mut prompt.source, checked.as_ref(), cx);
            }
            ui.add_space(SPACE[2]);
            buttons_ui(ui, ProfilesCommand::UsePassword.button().filled(), entered)
        });
        let choice = if answer.should_close() {
            Some(false)
        } else {
            answer.inner
        };
        if choice == Some(true) {
            cx.commands.push(ProfilesCommand::UsePassword);
        }
        if choice != Some(false) {
            self.prompt = Some(prompt);
        }
    }

    pub(super) fn confirm_delete_ui(&mut self, ctx: &egui::Context, cx: &PanelContext<'_>) {
        let Some(id) = self.confirm_delete.clone() else {
            return;
        };
        let name = match (self.known(&id), self.drafts.get(&id)) {
            (Some(profile), _) => profile.name.to_string(),
            (None, Some(draft)) => draft.name.clone(),
            (None, None) => String::new(),
        };
        let mut words = format!(
            "The profile “{name}” and its saved password are removed from this computer. The server and its data stay as they are."
        );
        if cx.state.sessions.contains_key(&id) {
            words.push_str(" Its connections are closed, and what runs on them is stopped.");
        }
        let answer = modal(ctx, "delete profile").show(ctx, |ui| {
            ui.set_width(WIDTH);
            heading_ui(ui, "Delete this profile?");
            ui.label(RichText::new(words).color(ui.palette().secondary));
            ui.add_space(SPACE[2]);
            let delete = ProfilesCommand::DeleteNow.button().filled().danger();
            buttons_ui(ui, delete, false)
        });
        match answer.inner {
            Some(true) => cx.commands.push(ProfilesCommand::DeleteNow),
            Some(false) => self.confirm_delete = None,
            None if answer.should_close() => self.confirm_delete = None,
            None => {}
        }
    }
}

fn modal(ctx: &egui::Context, name: &str) -> Modal {
    Modal::new(Id::unique(name))
        .backdrop_color(ctx.palette().shade)
        .frame(egui::Frame::window(&ctx.global_style()))
}

fn or_nobody(user: &str) -> &str {
    if user.is_empty() {
        "the anonymous user"
    } else {
        user
    }
}

fn heading_ui(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).text_style(TextStyle::Heading));
    ui.add_space(SPACE[0]);
}

/// The deed at the right, Cancel beside it. `Some(true)` for the deed, `Some(false)` for Cancel.
fn buttons_ui(ui: &mut Ui, deed: Button, entered: bool) -> Option<bool> {
    let buttons = |ui: &mut Ui| {
        let done = ui.add(deed).clicked() || entered;
        let cancel = Button::of(Words::new(icons::X, "Cancel"));
        let cancelled = ui.add(cancel).clicked();
        match (done, cancelled) {
            (true, _) => Some(true),
            (_, true) => Some(false),
            _ => None,
        }
    };
    egui::Sides::new().show(ui, |_| {}, buttons).1
}
