//! Profiles: the list of saved connections, and the page of the one that is chosen, where it is edited, tested,
//! opened and closed.
//!
//! The page is always a form: what is typed becomes a `Draft`, kept by profile until it is saved or
//! discarded, so that looking at another profile loses nothing. Drafts and passwords are not kept from one start to
//! the next.

mod answer;
mod ask;
mod draft;
mod form;
mod list;
mod page;
mod sessions;
mod work;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use self::{
    ask::{PasswordPrompt, Purpose},
    draft::Draft,
    work::{Attempt, Opened, Saved},
};
use crate::{
    engine::{
        Error,
        profiles::{
            Mapping, PasswordSource, Profile, ProfileId, ProfileName, Secret, Target,
            check::Field,
            secrets::{Passwords, SecretError},
            store::{self, Loaded, Store},
            url,
        },
        session::Facts,
    },
    gui::{
        command::ProfilesCommand,
        context::PanelContext,
        files::{FilePicker, SystemFiles},
        notice::NoticeKind,
        state::{Section, State},
        theme::SIDE_LIST_WIDTH,
    },
    worker::{Job, Worker},
};

/// No person cancels a dialog as fast as a missing file chooser answers.
const NO_CHOOSER: Duration = Duration::from_millis(300);

/// Saved connections, and everything that is done to one.
pub struct ProfilesPanel {
    store: Store,
    passwords: Passwords,
    files: Arc<dyn FilePicker>,
    /// As on disk; what [`Store::replace`] compares with.
    saved: Vec<Profile>,
    /// Given to this program at its start; on disk only once they are saved.
    given: Vec<Profile>,
    selected: Option<ProfileId>,
    drafts: BTreeMap<ProfileId, Draft>,
    load: Job<Loaded>,
    save: Job<Saved>,
    mapping: Job<Loaded>,
    /// Connect to it once it is saved.
    connect_saved: bool,
    delete: Job<(ProfileId, Loaded, Option<SecretError>)>,
    confirm_delete: Option<ProfileId>,
    connecting: BTreeMap<ProfileId, Job<Attempt<Opened>>>,
    /// Why the last attempt to connect failed, by profile.
    failures: BTreeMap<ProfileId, Error>,
    /// What [`ProfilesPanel::test`] is about.
    tested: Option<ProfileId>,
    test: Job<Attempt<Facts>>,
    prompt: Option<PasswordPrompt>,
    keyring: Job<Result<(), SecretError>>,
    /// Just begun: its first field waits for the focus.
    begun: Option<ProfileId>,
    browsing: Option<(ProfileId, Field)>,
    browse: Job<Option<PathBuf>>,
    no_chooser: bool,
    closing: Vec<Job<()>>,
}

impl ProfilesPanel {
    pub fn new(store: Store, passwords: Passwords) -> Self {
        Self::with_files(store, passwords, Arc::new(SystemFiles))
    }

    /// With another file chooser than the system's.
    pub fn with_files(store: Store, passwords: Passwords, files: Arc<dyn FilePicker>) -> Self {
        Self {
            store,
            passwords,
            files,
            saved: Vec::new(),
            given: Vec::new(),
            selected: None,
            drafts: BTreeMap::new(),
            load: Job::default(),
            save: Job::default(),
            mapping: Job::default(),
            connect_saved: false,
            delete: Job::default(),
            confirm_delete: None,
            connecting: BTreeMap::new(),
            failures: BTreeMap::new(),
            tested: None,
            test: Job::default(),
            prompt: None,
            keyring: Job::default(),
            begun: None,
            browsing: None,
            browse: Job::default(),
            no_chooser: false,
            closing: Vec::new(),
        }
    }

    /// Read the profiles from disk.
    pub fn load(&mut self, worker: &Worker) {
        let store = self.store.clone();
        self.load.start(worker, "Read profiles", |_| async move {
            work::blocking(move || store.load()).await?
        });
    }

    /// Add a target that this program was given at its start, and connect to it. It is in the list until the program
    /// ends, unless the person saves it.
    pub fn connect_to(&mut self, target: Target, state: &mut State, worker: &Worker) {
        let mut profile = target.profile;
        profile.id = ProfileId::random();
        profile.name = store::free_name(&state.profiles, &profile.name);
        profile.password = PasswordSource::Memory;
        let id = profile.id.clone();
        self.given.push(profile);
        self.list(state);
        self.selected = Some(id.clone());
        self.connect(&id, target.password, state, worker);
    }

    /// Take in what background work has reported.
    pub fn poll(&mut self, state: &mut State, worker: &Worker) {
        if self.load.poll() {
            match self.load.take_value() {
                Some(loaded) => self.take_in(loaded, state),
                None => self.load_failed(state),
            }
        }
        if self.save.poll()
            && let Some(saved) = self.save.take_value()
        {
            self.take_saved(saved, state, worker);
        }
        if self.mapping.poll() {
            if let Some(loaded) = self.mapping.take_value() {
                self.take_in(loaded, state);
            } else if let Some(error) = self.mapping.take_error() {
                state.notices.push_error("Map tables", &error);
                // Back to what is on disk.
                self.load(worker);
            }
        }
        if self.delete.poll()
            && let Some((id, loaded, keyring)) = self.delete.take_value()
        {
            self.take_deleted(&id, loaded, keyring, state, worker);
        }
        self.poll_connecting(state);
        if self.test.poll()
            && let Some(Attempt::Ask { .. }) = self.test.value()
            && let Some(Attempt::Ask { why }) = self.test.take_value()
            && let Some(id) = self.tested.clone()
        {
            self.ask_password(&id, Purpose::Test, why, state);
        }
        self.keyring.poll();
        if self.browse.poll() {
            self.take_path();
        }
        self.closing.retain_mut(|job| !job.poll());
    }

    /// Do what the user asked for.
    pub fn handle(&mut self, command: ProfilesCommand, state: &mut State, worker: &Worker) {
        match command {
            ProfilesCommand::New => self.new_draft(state),
            ProfilesCommand::Show(id) => self.show(id, state),
            ProfilesCommand::Connect(id) => {
                let typed = self.drafts.get(&id).and_then(Draft::typed_password);
                self.connect(&id, typed, state, worker);
            }
            ProfilesCommand::Disconnect(id) => self.disconnect(&id, state, worker),
            ProfilesCommand::Map(id, mapping) => self.map(&id, &mapping, state, worker),
            ProfilesCommand::Save => self.start_save(false, state, worker),
            ProfilesCommand::SaveAndConnect => self.start_save(true, state, worker),
            ProfilesCommand::Revert => self.revert(),
            ProfilesCommand::Duplicate => self.duplicate(state),
            ProfilesCommand::Delete => self.confirm_delete.clone_from(&self.selected),
            ProfilesCommand::DeleteNow => self.start_delete(worker),
            ProfilesCommand::Test => self.start_test(None, state, worker),
            ProfilesCommand::Stop => self.stop(),
            ProfilesCommand::FillFromUrl => self.fill_from_url(state),
            ProfilesCommand::Browse(field) => self.start_browse(field, worker),
            ProfilesCommand::CheckKeyring => {
                let passwords = self.passwords.clone();
                self.keyring.start(worker, "Check the keyring", |_| {
                    work::blocking(move || passwords.keyring_status())
                });
            }
            ProfilesCommand::EnterPassword => {
                if let Some(id) = self.selected.clone() {
                    self.ask_password(&id, Purpose::Connect, None, state);
                }
            }
            ProfilesCommand::UsePassword => self.use_password(state, worker),
        }
    }

    /// Draw. Ask by pushing a command; never wait.
    pub fn ui(&mut self, ui: &mut egui::Ui, cx: &PanelContext<'_>) {
        if cx.state.settings.side_list {
            egui::Panel::left("profiles list")
                .default_size(SIDE_LIST_WIDTH)
                .size_range(160.0..=420.0)
                .frame(list::frame(ui))
                .show(ui, |ui| self.list_ui(ui, cx));
        }
        egui::CentralPanel::no_frame().show(ui, |ui| self.page_ui(ui, cx));
        self.confirm_delete_ui(ui.ctx(), cx);
        self.prompt_ui(ui.ctx(), cx);
    }

    /// The profile as it was last saved, or given.
    fn known(&self, id: &ProfileId) -> Option<&Profile> {
        self.saved
            .iter()
            .chain(&self.given)
            .find(|profile| profile.id == *id)
    }

    fn list(&self, state: &mut State) {
        state.profiles = self.saved.iter().chain(&self.given).cloned().collect();
    }

    fn take_in(&mut self, loaded: Loaded, state: &mut State) {
        self.saved = loaded.profiles;
        self.given
            .retain(|given| self.saved.iter().all(|saved| saved.id != given.id));
        self.list(state);
        if let Some(notice) = loaded.notice {
            state.notices.push(NoticeKind::Warning, notice);
        }
        if self.selected.is_none() {
            let last = state.active.as_ref().filter(|id| self.known(id).is_some());
            let first = self.saved.first().map(|profile| &profile.id);
            self.selected = last.or(first).cloned();
        }
    }

    fn load_failed(&mut self, state: &mut State) {
        if let Some(error) = self.load.take_error() {
            state.notices.push_error("Profiles", &error);
        }
    }

    fn show(&mut self, id: ProfileId, state: &mut State) {
        self.selected = Some(id);
        state.section = Section::Profiles;
    }

    fn new_draft(&mut self, state: &mut State) {
        let mut profile = Profile {
            id: ProfileId::random(),
            ..Profile::default()
        };
        profile.name = self.free_name(&profile.name);
        self.drafts.insert(profile.id.clone(), Draft::of(&profile));
        self.begun = Some(profile.id.clone());
        self.show(profile.id, state);
    }

    /// A small window waits for an answer.
    pub fn asks(&self) -> bool {
        self.prompt.is_some() || self.confirm_delete.is_some()
    }

    /// Free among what is saved and what is being typed.
    fn free_name(&self, base: &ProfileName) -> ProfileName {
        let mut taken: Vec<_> = self.saved.iter().chain(&self.given).cloned().collect();
        taken.extend(self.drafts.values().filter_map(|draft| {
            Some(Profile {
                name: ProfileName::new(&draft.name).ok()?,
                ..Profile::default()
            })
        }));
        store::free_name(&taken, base)
    }

    fn revert(&mut self) {
        if let Some(id) = self.selected.take() {
            self.drafts.remove(&id);
            let next = self.known(&id).or_else(|| self.saved.first());
            self.selected = next.map(|profile| profile.id.clone());
        }
    }

    fn duplicate(&mut self, state: &mut State) {
        let Some(mut copy) = self.shown_draft() else {
            return;
        };
        copy.id = ProfileId::random();
        copy.password.clear();
        copy.url.clear();
        copy.tried = false;
        if let Ok(name) = ProfileName::new(&format!("{} copy", copy.name)) {
            copy.name = self.free_name(&name).to_string();
        }
        let id = copy.id.clone();
        self.drafts.insert(id.clone(), copy);
        self.show(id, state);
    }

    /// What the page shows: the draft, or the profile as one.
    fn shown_draft(&self) -> Option<Draft> {
        let id = self.selected.as_ref()?;
        match self.drafts.get(id) {
            Some(draft) => Some(draft.clone()),
            None => self.known(id).map(Draft::of),
        }
    }

    /// What the page says, if it can be used; else the page shows why not.
    fn parsed(&mut self) -> Option<(Profile, Option<Secret>)> {
        let mut draft = self.shown_draft()?;
        let parsed = draft.parse(self.saved.iter().chain(&self.given));
        let typed = draft.typed_password();
        if parsed.is_err() {
            draft.tried = true;
            self.drafts.insert(draft.id.clone(), draft);
        }
        Some((parsed.ok()?, typed))
    }

    fn start_save(&mut self, connect: bool, state: &mut State, worker: &Worker) {
        if self.save.is_running() {
            return;
        }
        let Some((after, typed)) = self.parsed() else {
            return;
        };
        self.connect_saved = connect;
        if connect {
            state.section = Section::Profiles;
        }
        let before = self
            .saved
            .iter()
            .find(|saved| saved.id == after.id)
            .cloned();
        let (store, passwords) = (self.store.clone(), self.passwords.clone());
        self.save.start(worker, "Save profile", |_| async move {
            let work =
                move || work::save(&store, &passwords, before.as_ref(), after, typed.as_ref());
            work::blocking(work).await?
        });
    }

    /// In force at once; kept with the profile if that is saved.
    fn map(&mut self, id: &ProfileId, mapping: &Mapping, state: &mut State, worker: &Worker) {
        let before = self.saved.iter().find(|saved| saved.id == *id).cloned();
        let known = self.saved.iter_mut().chain(&mut self.given);
        for profile in known.filter(|profile| profile.id == *id) {
            profile.mapping.clone_from(mapping);
        }
        if let Some(draft) = self.drafts.get_mut(id) {
            draft.mapping.clone_from(mapping);
        }
        self.list(state);
        let Some(before) = before else {
            return;
        };
        let after = Profile {
            mapping: mapping.clone(),
            ..before.clone()
        };
        let store = self.store.clone();
        self.mapping.start(worker, "Save profile", |_| async move {
            work::blocking(move || store.replace(&before, &after)).await?
        });
    }

    fn take_saved(&mut self, saved: Saved, state: &mut State, worker: &Worker) {
        let Saved {
            loaded,
            profile,
            keyring,
        } = saved;
        let id = profile.id.clone();
        // What was typed since the save began stays; so does a password that is to be asked each time.
        let draft = self.drafts.remove(&id);
        let typed = draft.as_ref().and_then(Draft::typed_password);
        if let Some(mut draft) = draft {
            if profile.password != PasswordSource::Ask {
                draft.password.clear();
            }
            if !draft.is_unchanged(&profile) {
                self.drafts.insert(id.clone(), draft);
            }
        }
        self.take_in(loaded, state);
        if let Some(error) = keyring {
            state.notices.push_error("Password", &error.into());
        }
        if std::mem::take(&mut self.connect_saved) {
            self.connect(&id, typed, state, worker);
        }
    }

    fn start_delete(&mut self, worker: &Worker) {
        let Some(id) = self.confirm_delete.take() else {
            return;
        };
        let Some(profile) = self.known(&id).cloned() else {
            self.revert();
            return;
        };
        let on_disk = self.saved.contains(&profile);
        let (store, passwords) = (self.store.clone(), self.passwords.clone());
        self.delete.start(worker, "Delete profile", |_| async move {
            let work = move || {
                let loaded = if on_disk {
                    store.remove(&profile)?
                } else {
                    store.load()?
                };
                Ok((profile.id.clone(), loaded, passwords.forget(&profile).err()))
            };
            work::blocking(work).await?
        });
    }

    fn take_deleted(
        &mut self,
        id: &ProfileId,
        loaded: Loaded,
        keyring: Option<SecretError>,
        state: &mut State,
        worker: &Worker,
    ) {
        self.disconnect(id, state, worker);
        self.drafts.remove(id);
        self.failures.remove(id);
        self.given.retain(|given| given.id != *id);
        if self.selected.as_ref() == Some(id) {
            self.selected = None;
        }
        self.take_in(loaded, state);
        if let Some(error) = keyring {
            let what = "The profile is deleted, its password may still be in the keyring";
            state.notices.push_error(what, &error.into());
        }
    }

    fn fill_from_url(&mut self, state: &mut State) {
        let Some(mut draft) = self.shown_draft() else {
            return;
        };
        match url::parse(&draft.url) {
            Ok(target) => {
                let is_new = self.known(&draft.id).is_none();
                let name = if is_new {
                    store::free_name(&state.profiles, &target.profile.name)
                } else {
                    // A saved profile keeps the name that the person gave it.
                    ProfileName::new(&draft.name).unwrap_or_else(|_| target.profile.name.clone())
                };
                draft.fill(target, name);
            }
            Err(error) => draft.url_error = Some(error.to_string()),
        }
        self.drafts.insert(draft.id.clone(), draft);
    }

    fn start_browse(&mut self, field: Field, worker: &Worker) {
        let Some(id) = self.selected.clone() else {
            return;
        };
        self.browsing = Some((id, field));
        let picked = self.files.pick(field.label());
        self.browse
            .start(worker, "Choose a file", |_| async move { Ok(picked.await) });
    }

    fn take_path(&mut self) {
        let took = self.browse.elapsed().unwrap_or_default();
        let picked = self.browse.take_value().flatten();
        self.no_chooser = picked.is_none() && took < NO_CHOOSER;
        let (Some(path), Some((id, field))) = (picked, self.browsing.take()) else {
            return;
        };
        let draft = match self.drafts.remove(&id) {
            Some(draft) => Some(draft),
            None => self.known(&id).map(Draft::of),
        };
        let Some(mut draft) = draft else { return };
        let path = path.display().to_string();
        match field {
            Field::CaFile => draft.ca_file = path,
            Field::ClientCertificate => draft.client_certificate = path,
            Field::ClientKey => draft.client_key = path,
            Field::Socket => draft.socket = path,
            _ => {}
        }
        self.drafts.insert(id, draft);
    }
}
