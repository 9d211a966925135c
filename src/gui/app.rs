//! `App` owns state, panels and worker. Before a frame it takes in what background work has reported; then it draws;
//! then it does what was asked for.

use std::time::Duration;

use egui::{CentralPanel, Event, Frame, Panel, Role, Ui, WidgetInfo};

use super::{
    bars::{rail::rail_ui, status, top::top_bar_ui},
    command::{
        AppCommand, Ask as _, BinlogCommand, Command, CommandQueue, ExperimentsCommand,
        FlagsCommand, QueryCommand, RunsCommand,
    },
    context::PanelContext,
    dialogs::{notices, palette::CommandPalette, settings::settings_ui},
    focus::KeptFocus,
    layout::Layout,
    options::WindowOptions,
    panels::{
        binlog::BinlogPanel, experiments::ExperimentsPanel, flags::FlagsPanel,
        profiles::ProfilesPanel, query::QueryPanel, runs::RunsPanel, schema::SchemaPanel,
    },
    saved::Saved,
    saver::Saver,
    state::{Section, Settings, State},
    theme::{
        self, PaletteExt as _, RAIL_WIDTH, SIDE_LIST_WIDTH, STATUS_BAR_HEIGHT, TOP_BAR_HEIGHT,
    },
    watch::Watch,
    window_file::WindowFile,
};
use crate::{engine::profiles::Environment, worker::Worker};

/// The window's name.
pub const TITLE: &str = "Porthole";
/// How often the clocks of running jobs move.
const CLOCK: Duration = Duration::from_millis(250);

pub struct App {
    pub state: State,
    pub(super) commands: CommandQueue,
    profiles: ProfilesPanel,
    query: QueryPanel,
    schema: SchemaPanel,
    experiments: ExperimentsPanel,
    flags: FlagsPanel,
    runs: RunsPanel,
    binlog: BinlogPanel,
    layout: Layout,
    palette: CommandPalette,
    settings_open: bool,
    notices_open: bool,
    focus: KeptFocus,
    saver: Saver,
    watch: Watch,
    /// Waits for the connection.
    ask: Option<&'static str>,
    /// Last: what the fields above have running is cancelled first, then the worker waits for it.
    pub worker: Worker,
}

impl App {
    pub fn new(ctx: &egui::Context, worker: Worker, options: WindowOptions) -> Self {
        theme::install(ctx);
        let (file, saved, error) = match options.folder.as_deref().map(WindowFile::open) {
            Some((file, saved, error)) => (Some(file), saved, error),
            None => <_>::default(),
        };
        let mut state = State {
            section: saved.section,
            active: saved.profile.clone(),
            settings: saved.settings.clone(),
            ..State::default()
        };
        if let Some(error) = error {
            state.notices.push_error("Saved window", &error);
        }
        ctx.set_zoom_factor(state.settings.zoom);
        apply(ctx, &state.settings);
        let mut profiles = ProfilesPanel::new(options.store, options.passwords);
        profiles.load(&worker);
        if let Some(target) = options.connect {
            profiles.connect_to(target, &mut state, &worker);
        }
        Self {
            profiles,
            layout: saved.layout(),
            query: QueryPanel::new(saved.tabs),
            schema: SchemaPanel::default(),
            experiments: ExperimentsPanel::new(saved.experiments),
            flags: FlagsPanel::new(saved.flags),
            runs: RunsPanel::new(saved.runs),
            binlog: BinlogPanel::new(saved.binlog, options.reader),
            state,
            commands: CommandQueue::default(),
            palette: CommandPalette::default(),
            settings_open: false,
            notices_open: false,
            saver: Saver::new(file),
            focus: KeptFocus::default(),
            watch: Watch::default(),
            ask: options.ask,
            worker,
        }
    }

    /// Take in what background work has reported.
    pub fn poll(&mut self, ctx: &egui::Context) {
        self.profiles.poll(&mut self.state, &self.worker);
        self.watch.poll(&mut self.state, &self.worker);
        self.schema.poll(&mut self.state, &self.worker);
        self.query.poll(&self.layout, &self.worker);
        let seen = self.state.section;
        let (state, worker) = (&mut self.state, &self.worker);
        self.experiments
            .poll(state, worker, seen == Section::Experiments);
        self.flags.poll(state, worker, seen == Section::Flags);
        self.runs.poll(state, worker, seen == Section::Runs);
        self.binlog.poll(state, worker, seen == Section::Binlog);
        if self.state.active_session().is_some()
            && let Some(sql) = self.ask.take()
        {
            let pane = self.layout.active();
            self.query.ask(sql, pane, &self.state, &self.worker);
        }
        // Ctrl +, - and 0 are egui's.
        self.state.settings.zoom = ctx.zoom_factor();
        let changed = ctx.input(|input| input.events.iter().any(may_change));
        if self.saver.is_due(ctx, changed) {
            match self.saved().text() {
                Ok(text) => self.saver.start(&self.worker, text),
                Err(error) => self.state.notices.push_error("Saving the window", &error),
            }
        }
        if let Some(error) = self.saver.poll() {
            self.state.notices.push_error("Saving the window", &error);
        }
    }

    /// Draw, then do what was asked for.
    pub fn ui(&mut self, ui: &mut Ui) {
        let dialog = self.palette.is_open()
            || self.settings_open
            || self.notices_open
            || self.profiles.asks()
            || self.experiments.asks()
            || self.flags.asks()
            || self.runs.asks();
        self.focus.keep(ui.ctx(), dialog);
        // The window's title does not reach the accessibility tree.
        ui.ctx()
            .accesskit_node_builder(egui::accesskit_root_id(), |node| node.set_label(TITLE));
        self.shortcuts(ui);
        self.bars_ui(ui);
        self.section_ui(ui);
        self.dialogs_ui(ui.ctx());
        for command in self.commands.take() {
            self.dispatch(ui.ctx(), command);
        }
    }

    /// Keys of commands, before any widget sees them. A small window in front keeps them to itself.
    fn shortcuts(&mut self, ui: &Ui) {
        let modal = ui.memory(|memory| memory.top_modal_layer().is_some());
        let menu = egui::Popup::is_any_open(ui.ctx());
        let heard = |command: &Command| {
            let palette = *command == AppCommand::Palette.into();
            // Esc closes a menu first.
            (!modal || palette && self.palette.is_open())
                && !(menu && is_cancel(command))
                && self.hears(command)
        };
        let mut listed: Vec<_> = Command::listed(&self.state)
            .into_iter()
            .filter_map(|command| Some((command.words().shortcut?, command)))
            .filter(|(_, command)| heard(command))
            .collect();
        // Ctrl+Shift+M would also be taken for Ctrl+M.
        listed.sort_by_key(|(keys, _)| !(keys.modifiers.shift || keys.modifiers.alt));
        for (keys, command) in listed {
            if ui.input_mut(|input| input.consume_shortcut(&keys)) {
                self.commands.push(command);
            }
        }
    }

    /// A key means something where its panel is seen; [`Command::listed`] has those of the section in front alone.
    fn hears(&self, command: &Command) -> bool {
        let query = self.state.section == Section::Query;
        // Esc has other meanings while nothing runs.
        if is_cancel(command) {
            return self.cancels(command);
        }
        match command {
            Command::Query(command) => query || *command == QueryCommand::NewTab,
            _ => true,
        }
    }

    /// There is something that this command would stop.
    fn cancels(&self, command: &Command) -> bool {
        match command {
            Command::Query(_) => self.query.is_running(&self.layout),
            Command::Experiments(_) => self.experiments.is_running(),
            Command::Flags(_) => self.flags.is_running(),
            Command::Runs(_) => self.runs.is_running(),
            Command::Binlog(_) => self.binlog.is_running(),
            Command::App(_) | Command::Profiles(_) | Command::Schema(_) => false,
        }
    }

    fn bars_ui(&mut self, ui: &mut Ui) {
        let running = self.worker.running();
        if !running.is_empty() {
            ui.request_repaint_after(CLOCK);
        }
        let cx = PanelContext::new(&self.state, &self.commands);
        let palette = ui.palette();
        let bar = Frame::new().fill(palette.panel);
        Panel::top("top bar")
            .exact_size(TOP_BAR_HEIGHT)
            .frame(bar)
            .show(ui, |ui| top_bar_ui(ui, &cx));
        let open = cx.active().map(|open| open.profile.environment);
        if open == Some(Environment::Production) {
            let color = palette.environment(Environment::Production);
            Panel::top("environment")
                .exact_size(2.0)
                .show_separator_line(false)
                .frame(Frame::new().fill(color))
                .show(ui, |ui| {
                    let line = ui.response();
                    line.widget_info(|| {
                        WidgetInfo::labeled(Role::Label, true, "Production server")
                    });
                });
        }
        Panel::bottom("status bar")
            .exact_size(STATUS_BAR_HEIGHT)
            .frame(bar)
            .show(ui, |ui| status::status_bar_ui(ui, &cx, &running));
        Panel::left("rail")
            .exact_size(RAIL_WIDTH)
            .resizable(false)
            .frame(bar)
            .show(ui, |ui| rail_ui(ui, &cx));
    }

    fn section_ui(&mut self, ui: &mut Ui) {
        let cx = PanelContext::new(&self.state, &self.commands);
        match self.state.section {
            Section::Profiles => self.profiles.ui(ui, &cx),
            Section::Experiments => self.experiments.ui(ui, &cx),
            Section::Flags => self.flags.ui(ui, &cx),
            Section::Runs => self.runs.ui(ui, &cx),
            Section::Binlog => self.binlog.ui(ui, &cx),
            Section::Query => {
                let palette = ui.palette();
                if self.state.settings.side_list {
                    Panel::left("side list")
                        .default_size(SIDE_LIST_WIDTH)
                        .size_range(160.0..=520.0)
                        .frame(Frame::new().fill(palette.panel))
                        .show(ui, |ui| self.schema.ui(ui, &cx));
                }
                let (query, active) = (&mut self.query, self.layout.active());
                CentralPanel::default()
                    .frame(Frame::new().fill(palette.background))
                    .show(ui, |ui| {
                        self.layout
                            .ui(ui, &mut |ui, pane| query.ui(ui, pane, pane == active, &cx));
                    });
            }
        }
    }

    fn dialogs_ui(&mut self, ctx: &egui::Context) {
        let cx = PanelContext::new(&self.state, &self.commands);
        let running = Command::listed(&self.state)
            .iter()
            .any(|command| is_cancel(command) && self.cancels(command));
        self.palette.ui(ctx, &cx, |command| {
            let palette = *command == AppCommand::Palette.into();
            !palette && (running || !is_cancel(command))
        });
        settings_ui(ctx, &cx, &mut self.settings_open);
        notices::list_ui(ctx, &cx, &mut self.notices_open);
        notices::toasts_ui(ctx, &cx);
    }

    fn dispatch(&mut self, ctx: &egui::Context, command: Command) {
        match command {
            Command::App(command) => self.handle(ctx, command),
            Command::Profiles(command) => {
                self.profiles.handle(command, &mut self.state, &self.worker);
            }
            Command::Query(command) => {
                self.state.section = Section::Query;
                self.query
                    .handle(command, &mut self.layout, &self.state, &self.worker);
            }
            Command::Schema(command) => self.schema.handle(command, &self.state, &self.worker),
            Command::Experiments(command) => {
                self.experiments
                    .handle(command, &mut self.state, &self.worker);
            }
            Command::Flags(command) => self.flags.handle(command, &mut self.state, &self.worker),
            Command::Runs(command) => self.runs.handle(command, &mut self.state, &self.worker),
            Command::Binlog(command) => {
                self.binlog.handle(command, &mut self.state, &self.worker);
            }
        }
        // What was asked for is seen at once.
        ctx.request_repaint();
    }

    fn handle(&mut self, ctx: &egui::Context, command: AppCommand) {
        let settings = &mut self.state.settings;
        match command {
            AppCommand::Show(section) => self.state.section = section,
            AppCommand::Palette => self.palette.toggle(ctx),
            AppCommand::Split(direction) => {
                self.layout.split(direction);
            }
            AppCommand::CloseTile => {
                self.layout.close(self.layout.active());
            }
            AppCommand::SideList => settings.side_list = !settings.side_list,
            AppCommand::Settings => self.settings_open = true,
            AppCommand::Notices => self.notices_open = true,
            AppCommand::CloseDialog => {
                self.settings_open = false;
                self.notices_open = false;
            }
            AppCommand::Theme(theme) => settings.theme = theme,
            AppCommand::Change(changed) => {
                ctx.set_zoom_factor(changed.zoom);
                *settings = changed;
            }
            AppCommand::ZoomIn => egui::gui_zoom::zoom_in(ctx),
            AppCommand::ZoomOut => egui::gui_zoom::zoom_out(ctx),
            AppCommand::ZoomReset => ctx.set_zoom_factor(1.0),
            AppCommand::CloseNotice(id) => self.state.notices.close(id),
            AppCommand::CancelJob(id) => {
                let running = self.worker.running();
                running
                    .iter()
                    .filter(|work| work.id == id)
                    .for_each(crate::worker::Running::cancel);
            }
            AppCommand::Quit => ctx.send_viewport_cmd(egui::ViewportCommand::Close),
        }
        apply(ctx, &self.state.settings);
    }

    /// What is kept from one start to the next.
    fn saved(&self) -> Saved {
        Saved {
            section: self.state.section,
            profile: self.state.active.clone(),
            layout: serde_json::to_string(&self.layout).unwrap_or_default(),
            settings: self.state.settings.clone(),
            tabs: self.query.saved(),
            experiments: self.experiments.saved(),
            flags: self.flags.saved(),
            runs: self.runs.saved(),
            binlog: self.binlog.saved(),
            ..Saved::default()
        }
    }

    /// At the end: what has not been saved yet.
    pub fn save_now(&mut self) {
        let written = self
            .saved()
            .text()
            .and_then(|text| self.saver.write_now(&text));
        if let Err(error) = written {
            tracing::error!("the window's state is not saved: {error}");
        }
    }
}

fn apply(ctx: &egui::Context, settings: &Settings) {
    ctx.set_theme(settings.theme);
    theme::set_motion(ctx, settings.reduced_motion);
}

/// It stops what runs on the screen in front.
fn is_cancel(command: &Command) -> bool {
    matches!(
        command,
        Command::Query(QueryCommand::Cancel)
            | Command::Experiments(ExperimentsCommand::Cancel)
            | Command::Flags(FlagsCommand::Cancel)
            | Command::Runs(RunsCommand::Cancel)
            | Command::Binlog(BinlogCommand::Cancel)
    )
}

/// Moving the pointer alone changes nothing that is kept.
fn may_change(event: &Event) -> bool {
    !matches!(
        event,
        Event::PointerMoved(_)
            | Event::PointerGone
            | Event::MouseMoved(_)
            | Event::MouseWheel { .. }
    )
}

impl eframe::App for App {
    fn logic(&mut self, ctx: &egui::Context, _: &mut eframe::Frame) {
        self.poll(ctx);
    }

    fn ui(&mut self, ui: &mut Ui, _: &mut eframe::Frame) {
        let frame = ui.ctx().cumulative_frame_nr();
        self.ui(ui);
        tracing::trace!(frame, "drawn");
    }

    fn clear_color(&self, visuals: &egui::Visuals) -> [f32; 4] {
        visuals.panel_fill.to_normalized_gamma_f32()
    }

    fn on_exit(&mut self, _: Option<&eframe::glow::Context>) {
        self.save_now();
    }
}
