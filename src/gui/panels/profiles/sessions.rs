//! Opening, closing and testing: the attempts that are under way, and what becomes of their answers.

use std::sync::Arc;

use super::{
    ProfilesPanel,
    ask::{PasswordPrompt, Purpose},
    work::{self, Attempt, Opened},
};
use crate::{
    engine::profiles::{ProfileId, Secret, secrets::SecretError},
    gui::state::{OpenSession, Section, SessionStatus, State},
    worker::{Job, Worker},
};

impl ProfilesPanel {
    pub(super) fn connect(
        &mut self,
        id: &ProfileId,
        typed: Option<Secret>,
        state: &mut State,
        worker: &Worker,
    ) {
        let Some(profile) = self.known(id).cloned() else {
            return;
        };
        if state
            .sessions
            .get(id)
            .is_some_and(|open| open.session.is_some())
        {
            state.active = Some(id.clone());
            return;
        }
        self.failures.remove(id);
        state.sessions.insert(
            id.clone(),
            OpenSession {
                profile: profile.clone(),
                status: SessionStatus::Connecting,
                session: None,
                facts: None,
                databases: Vec::new(),
                tables: Arc::default(),
            },
        );
        state.active = Some(id.clone());
        let passwords = self.passwords.clone();
        let name = format!("Connect to {}", profile.name);
        let job = self.connecting.entry(id.clone()).or_default();
        job.start(worker, &name, |cancel| {
            work::open(profile, typed, passwords, cancel)
        });
    }

    pub(super) fn poll_connecting(&mut self, state: &mut State) {
        let mut ended: Vec<_> = Vec::new();
        self.connecting.retain(|id, job| {
            let done = job.poll();
            if done {
                ended.push((id.clone(), job.take_value(), job.take_error()));
            }
            !done
        });
        for (id, answer, error) in ended {
            match (answer, error) {
                (Some(Attempt::Done(opened)), _) => self.take_opened(&id, opened, state),
                (Some(Attempt::Ask { why }), _) => {
                    not_open(&id, state);
                    self.ask_password(&id, Purpose::Connect, why, state);
                }
                (None, Some(error)) => {
                    not_open(&id, state);
                    if !error.is_cancelled() {
                        // Shown on the profile's page, wherever the wish came from.
                        self.show(id.clone(), state);
                        self.failures.insert(id, error);
                    }
                }
                (None, None) => not_open(&id, state),
            }
        }
    }

    pub(super) fn take_opened(&mut self, id: &ProfileId, opened: Opened, state: &mut State) {
        if let Some(error) = opened.keyring {
            let what = "The password was not saved and is kept until Porthole ends";
            state.notices.push_error(what, &error.into());
        }
        if let Some(draft) = self.drafts.get_mut(id) {
            draft.password.clear();
        }
        let unchanged = self.drafts.get(id).zip(self.known(id));
        if unchanged.is_some_and(|(draft, profile)| draft.is_unchanged(profile)) {
            self.drafts.remove(id);
        }
        if let Some(open) = state.sessions.get_mut(id) {
            open.status = SessionStatus::Connected;
            open.facts = Some(opened.session.facts().clone());
            open.session = Some(opened.session);
            if state.active.as_ref() == Some(id) {
                state.section = Section::Query;
            }
        }
    }

    pub(super) fn disconnect(&mut self, id: &ProfileId, state: &mut State, worker: &Worker) {
        self.connecting.remove(id);
        let session = state
            .sessions
            .get_mut(id)
            .and_then(|open| open.session.take());
        not_open(id, state);
        if let Some(session) = session {
            let mut job = Job::default();
            job.start(worker, "Disconnect", |_| async move {
                session.close().await;
                Ok(())
            });
            self.closing.push(job);
        }
    }

    pub(super) fn start_test(&mut self, typed: Option<Secret>, state: &mut State, worker: &Worker) {
        let Some((profile, in_form)) = self.parsed() else {
            return;
        };
        let typed = typed.or(in_form);
        state.section = Section::Profiles;
        self.test = Job::default();
        self.tested = Some(profile.id.clone());
        self.failures.remove(&profile.id);
        let passwords = self.passwords.clone();
        self.test.start(worker, "Test connection", |cancel| {
            work::test(profile, typed, passwords, cancel)
        });
    }

    pub(super) fn stop(&mut self) {
        if self.tested == self.selected {
            self.test.cancel();
        }
        if let Some(job) = self
            .selected
            .as_ref()
            .and_then(|id| self.connecting.get(id))
        {
            job.cancel();
        }
    }

    pub(super) fn ask_password(
        &mut self,
        id: &ProfileId,
        purpose: Purpose,
        why: Option<SecretError>,
        state: &mut State,
    ) {
        self.show(id.clone(), state);
        let source = match self.drafts.get(id) {
            Some(draft) => draft.source,
            None => self
                .known(id)
                .map(|profile| profile.password)
                .unwrap_or_default(),
        };
        self.prompt = Some(PasswordPrompt::new(id.clone(), purpose, source, why));
    }

    pub(super) fn use_password(&mut self, state: &mut State, worker: &Worker) {
        let Some(prompt) = self.prompt.take() else {
            return;
        };
        let secret = Some(prompt.secret());
        match prompt.purpose {
            Purpose::Test => self.start_test(secret, state, worker),
            Purpose::Connect => match self.saved.iter().find(|saved| saved.id == prompt.id) {
                // Another choice of where it is kept belongs to the profile, so it is saved first.
                Some(saved) if saved.password != prompt.source => {
                    self.selected = Some(prompt.id);
                    if let Some(mut draft) = self.shown_draft() {
                        draft.source = prompt.source;
                        draft.password = prompt.text;
                        self.drafts.insert(draft.id.clone(), draft);
                        self.start_save(true, state, worker);
                    }
                }
                _ => self.connect(&prompt.id, secret, state, worker),
            },
        }
    }
}

fn not_open(id: &ProfileId, state: &mut State) {
    state.sessions.remove(id);
    if state.active.as_ref() == Some(id) {
        state.active = state.sessions.keys().next().cloned();
    }
}
