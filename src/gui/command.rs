//! Everything a user can ask for, by noun. Text, shortcut and icon of each stand in one match, so that buttons, menus,
//! palette and keys agree. What a command does is in its panel's `handle`.

mod binlog;
mod experiments;
mod flags;
mod runs;

use std::cell::RefCell;

use egui::{Key, Modifiers, ThemePreference};

use super::{
    icons,
    layout::Direction,
    state::{Section, Settings, State, TableName},
    widgets::button::Button,
    words::Words,
};
use crate::engine::profiles::{Mapping, ProfileId, check::Field};

pub use self::{
    binlog::{BinlogCommand, BinlogView, Browse, HistoryStep, RowKey, Span, SummaryStep, UndoStep},
    experiments::ExperimentsCommand,
    flags::FlagsCommand,
    runs::RunsCommand,
};

#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    App(AppCommand),
    Profiles(ProfilesCommand),
    Query(QueryCommand),
    Schema(SchemaCommand),
    Experiments(ExperimentsCommand),
    Flags(FlagsCommand),
    Runs(RunsCommand),
    Binlog(BinlogCommand),
}

/// The window itself.
#[derive(Clone, Debug, PartialEq)]
pub enum AppCommand {
    Show(Section),
    Palette,
    SideList,
    Settings,
    Notices,
    /// A tile beside the one in use.
    Split(Direction),
    CloseTile,
    Theme(ThemePreference),
    ZoomIn,
    ZoomOut,
    ZoomReset,
    CloseNotice(u64),
    /// Close the small window in front.
    CloseDialog,
    Change(Settings),
    /// Ask one piece of background work to stop, by its number.
    CancelJob(u64),
    Quit,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ProfilesCommand {
    New,
    /// Go to a profile's page.
    Show(ProfileId),
    Connect(ProfileId),
    Disconnect(ProfileId),
    /// Keep what its tables of experiments, flags and runs are called.
    Map(ProfileId, Mapping),
    /// The rest is about the profile whose page is shown.
    Save,
    SaveAndConnect,
    Revert,
    Duplicate,
    /// Ask whether to delete.
    Delete,
    DeleteNow,
    Test,
    /// Stop testing or connecting.
    Stop,
    FillFromUrl,
    Browse(Field),
    CheckKeyring,
    /// Give another password than the one that is kept.
    EnterPassword,
    UsePassword,
}

#[derive(Clone, Debug, PartialEq)]
pub enum QueryCommand {
    Run,
    Cancel,
    NewTab,
    CloseTab,
    CloseTabNumber(u64),
    SelectTab(u64),
    /// Open the tab that was closed last.
    ReopenTab,
    RenameTab,
    NextTab,
    PreviousTab,
    MoveTabLeft,
    MoveTabRight,
    /// The last statement of the tab, once more.
    RunAgain,
    /// The last statement once more, without a row limit.
    LoadAll,
    /// Ask where the rows are to be saved.
    SaveAs,
    /// Save them there; with `replace`, also over a file that is there.
    Save {
        replace: bool,
    },
    /// Choose the file in the system's dialog.
    BrowseSave,
    /// Put a text at the caret.
    Insert(String),
    /// The tab's database.
    Database(String),
    /// Look at a table's rows in a tab of its own.
    OpenTable(TableName),
    /// A text in a tab of its own; it is not run.
    OpenText {
        name: String,
        sql: String,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub enum SchemaCommand {
    Refresh,
    /// The tables of a database.
    ReadTables(String),
    /// The tables of every database that has not been read yet.
    ReadAllTables,
    /// The columns of a table.
    ReadColumns(TableName),
}

const CTRL: Modifiers = Modifiers::COMMAND;
const CTRL_SHIFT: Modifiers = Modifiers::COMMAND.plus(Modifiers::SHIFT);

/// Something that can be asked for: a [`Command`], or one of a noun.
pub trait Ask: Into<Command> + Clone {
    fn words(&self) -> Words;

    /// A button with the command's text, icon and shortcut. Outlined, unless it is told otherwise.
    fn button(&self) -> Button {
        Button::of(self.words())
    }
}

impl Ask for Command {
    fn words(&self) -> Words {
        match self {
            Self::App(command) => command.words(),
            Self::Profiles(command) => command.words(),
            Self::Query(command) => command.words(),
            Self::Schema(command) => command.words(),
            Self::Experiments(command) => command.words(),
            Self::Flags(command) => command.words(),
            Self::Runs(command) => command.words(),
            Self::Binlog(command) => command.words(),
        }
    }
}

impl Ask for AppCommand {
    fn words(&self) -> Words {
        match self {
            Self::Show(Section::Profiles) => {
                Words::new(icons::DATABASE, "Profiles").key(CTRL, Key::Num1)
            }
            Self::Show(Section::Query) => {
                Words::new(icons::TERMINAL_WINDOW, "Query").key(CTRL, Key::Num2)
            }
            Self::Show(Section::Experiments) => {
                Words::new(icons::FLASK, "Experiments").key(CTRL, Key::Num3)
            }
            Self::Show(Section::Flags) => Words::new(icons::FLAG, "Flags").key(CTRL, Key::Num4),
            Self::Show(Section::Runs) => Words::new(icons::CHART_LINE, "Runs").key(CTRL, Key::Num5),
            Self::Show(Section::Binlog) => {
                Words::new(icons::GIT_COMMIT, "Binlog").key(CTRL, Key::Num6)
            }
            Self::Palette => {
                Words::new(icons::MAGNIFYING_GLASS, "Find a table or command").key(CTRL, Key::K)
            }
            Self::SideList => {
                Words::new(icons::SIDEBAR_SIMPLE, "Show or hide the side list").key(CTRL, Key::B)
            }
            Self::Split(Direction::Right) => {
                Words::new(icons::SPLIT_HORIZONTAL, "Split right").key(CTRL, Key::Backslash)
            }
            Self::Split(Direction::Down) => {
                Words::new(icons::SPLIT_VERTICAL, "Split down").key(CTRL_SHIFT, Key::Backslash)
            }
            Self::CloseTile => Words::new(icons::X, "Close tile").key(CTRL_SHIFT, Key::W),
            Self::Settings => Words::new(icons::GEAR_SIX, "Settings").key(CTRL, Key::Comma),
            Self::Notices => Words::new(icons::BELL, "Messages").key(CTRL_SHIFT, Key::M),
            Self::Theme(ThemePreference::Dark) => Words::new(icons::MOON, "Dark theme"),
            Self::Theme(ThemePreference::Light) => Words::new(icons::SUN, "Light theme"),
            Self::Theme(ThemePreference::System) => {
                Words::new(icons::DESKTOP, "Theme of the system")
            }
            // The keys of these three are egui's own.
            Self::ZoomIn => Words::new(icons::PLUS, "Zoom in"),
            Self::ZoomOut => Words::new(icons::MINUS, "Zoom out"),
            Self::ZoomReset => Words::new(icons::MAGNIFYING_GLASS, "Zoom to normal size"),
            Self::CloseNotice(_) => Words::new(icons::X, "Close message"),
            Self::CloseDialog => Words::new(icons::X, "Close"),
            Self::Change(_) => Words::new(icons::GEAR_SIX, "Change settings"),
            Self::CancelJob(_) => Words::new(icons::X_CIRCLE, "Cancel"),
            Self::Quit => Words::new(icons::SIGN_OUT, "Quit").key(CTRL, Key::Q),
        }
    }
}

impl Ask for ProfilesCommand {
    fn words(&self) -> Words {
        match self {
            Self::New => Words::new(icons::PLUS, "New profile"),
            Self::Connect(_) => Words::new(icons::PLUGS, "Connect"),
            Self::Disconnect(_) => Words::new(icons::PLUGS_CONNECTED, "Disconnect"),
            Self::Map(..) => Words::new(icons::TABLE, "Map tables"),
            Self::Show(_) => Words::new(icons::PENCIL_SIMPLE, "Edit profile"),
            Self::Save => Words::new(icons::FLOPPY_DISK, "Save"),
            Self::SaveAndConnect => Words::new(icons::PLUGS, "Save and connect"),
            Self::Revert => Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Discard changes"),
            Self::Duplicate => Words::new(icons::COPY, "Duplicate"),
            Self::Delete => Words::new(icons::TRASH, "Delete"),
            Self::DeleteNow => Words::new(icons::TRASH, "Delete profile"),
            Self::Test => Words::new(icons::PULSE, "Test connection"),
            Self::Stop => Words::new(icons::X_CIRCLE, "Cancel"),
            Self::FillFromUrl => Words::new(icons::CLIPBOARD_TEXT, "Fill in from URL"),
            Self::Browse(field) => Words::new(
                icons::FOLDER_OPEN,
                format!("Browse for {}", lower_first(field.label())),
            ),
            Self::CheckKeyring => Words::new(icons::KEY, "Check the keyring"),
            Self::EnterPassword => Words::new(icons::PASSWORD, "Enter password"),
            Self::UsePassword => Words::new(icons::PLUGS, "Continue"),
        }
    }
}

/// A label inside a sentence; one that starts with an abbreviation stays.
fn lower_first(label: &str) -> String {
    let mut chars = label.chars();
    match (chars.next(), chars.clone().next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => label.to_owned(),
    }
}

impl Ask for QueryCommand {
    fn words(&self) -> Words {
        match self {
            Self::Run => Words::new(icons::PLAY, "Run").key(CTRL, Key::Enter),
            // Takes the key only while a query runs; see `App::hears`.
            Self::Cancel => Words::new(icons::STOP, "Cancel").key(Modifiers::NONE, Key::Escape),
            Self::NewTab => Words::new(icons::PLUS, "New query tab").key(CTRL, Key::T),
            Self::CloseTab => Words::new(icons::X, "Close query tab").key(CTRL, Key::W),
            Self::CloseTabNumber(_) => Words::new(icons::X, "Close tab"),
            Self::SelectTab(_) => Words::new(icons::TERMINAL_WINDOW, "Show tab"),
            Self::ReopenTab => {
                Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Reopen closed query tab")
                    .key(CTRL_SHIFT, Key::T)
            }
            Self::RenameTab => {
                Words::new(icons::PENCIL_SIMPLE, "Rename query tab").key(Modifiers::NONE, Key::F2)
            }
            Self::NextTab => {
                Words::new(icons::CARET_RIGHT, "Next query tab").key(CTRL, Key::PageDown)
            }
            Self::PreviousTab => {
                Words::new(icons::CARET_LEFT, "Previous query tab").key(CTRL, Key::PageUp)
            }
            Self::MoveTabLeft => Words::new(icons::ARROW_LEFT, "Move query tab to the left")
                .key(CTRL_SHIFT, Key::PageUp),
            Self::MoveTabRight => Words::new(icons::ARROW_RIGHT, "Move query tab to the right")
                .key(CTRL_SHIFT, Key::PageDown),
            Self::RunAgain => Words::new(icons::ARROW_CLOCKWISE, "Run again"),
            Self::LoadAll => Words::new(icons::ARROW_LINE_DOWN, "Load all rows"),
            Self::SaveAs => Words::new(icons::DOWNLOAD_SIMPLE, "Save rows as…").key(CTRL, Key::S),
            Self::Save { replace: false } => Words::new(icons::FLOPPY_DISK, "Save rows"),
            Self::Save { replace: true } => Words::new(icons::FLOPPY_DISK, "Replace the file"),
            Self::BrowseSave => Words::new(icons::FOLDER_OPEN, "Browse…"),
            Self::Insert(text) => Words::new(icons::TEXT_AA, format!("Insert {text}")),
            Self::Database(name) => Words::new(icons::DATABASE, format!("Use database {name}")),
            Self::OpenText { .. } => Words::new(icons::ARROW_SQUARE_OUT, "Open in editor"),
            Self::OpenTable(name) => {
                Words::new(icons::TABLE, format!("{}.{}", name.database, name.table))
            }
        }
    }
}

impl Ask for SchemaCommand {
    fn words(&self) -> Words {
        match self {
            Self::Refresh => {
                Words::new(icons::ARROWS_CLOCKWISE, "Refresh schema").key(Modifiers::NONE, Key::F5)
            }
            Self::ReadTables(database) => {
                Words::new(icons::DATABASE, format!("Read the tables of {database}"))
            }
            Self::ReadAllTables => Words::new(icons::DATABASE, "Read the tables of all databases"),
            Self::ReadColumns(name) => Words::new(
                icons::COLUMNS,
                format!("Read the columns of {}", name.table),
            ),
        }
    }
}

impl Command {
    /// What can be asked of a section's screen. Sections may share keys.
    fn of_section(section: Section, has_session: bool) -> Vec<Self> {
        match section {
            // Files are read without one.
            Section::Binlog => BinlogCommand::LISTED.map(Self::from).to_vec(),
            _ if !has_session => Vec::new(),
            Section::Profiles => Vec::new(),
            Section::Query => vec![
                QueryCommand::Run.into(),
                QueryCommand::Cancel.into(),
                QueryCommand::SaveAs.into(),
                SchemaCommand::Refresh.into(),
            ],
            Section::Experiments => [ExperimentsCommand::Refresh, ExperimentsCommand::Cancel]
                .map(Self::from)
                .to_vec(),
            Section::Flags => [FlagsCommand::Refresh, FlagsCommand::Cancel]
                .map(Self::from)
                .to_vec(),
            Section::Runs => [RunsCommand::Refresh, RunsCommand::Cancel]
                .map(Self::from)
                .to_vec(),
        }
    }

    /// What can be asked for now: the palette's list, and the keys that are listened to.
    pub fn listed(state: &State) -> Vec<Self> {
        let mut list: Vec<Self> = Section::ALL
            .map(|section| AppCommand::Show(section).into())
            .to_vec();
        list.extend(Self::of_section(state.section, state.has_session()));
        list.extend(
            [
                QueryCommand::NewTab,
                QueryCommand::CloseTab,
                QueryCommand::ReopenTab,
                QueryCommand::RenameTab,
                QueryCommand::NextTab,
                QueryCommand::PreviousTab,
                QueryCommand::MoveTabLeft,
                QueryCommand::MoveTabRight,
            ]
            .map(Self::from),
        );
        list.push(ProfilesCommand::New.into());
        let themes = [
            ThemePreference::Dark,
            ThemePreference::Light,
            ThemePreference::System,
        ];
        list.extend(themes.map(|theme| AppCommand::Theme(theme).into()));
        list.extend(
            [
                AppCommand::Palette,
                AppCommand::SideList,
                AppCommand::Split(Direction::Right),
                AppCommand::Split(Direction::Down),
                AppCommand::CloseTile,
                AppCommand::Settings,
                AppCommand::Notices,
                AppCommand::ZoomIn,
                AppCommand::ZoomOut,
                AppCommand::ZoomReset,
                AppCommand::Quit,
            ]
            .map(Self::from),
        );
        list
    }
}

macro_rules! noun {
    ($($noun:ident($command:ty)),*) => {$(
        impl From<$command> for Command {
            fn from(command: $command) -> Self {
                Self::$noun(command)
            }
        }
    )*};
}
noun!(
    App(AppCommand),
    Profiles(ProfilesCommand),
    Query(QueryCommand),
    Schema(SchemaCommand),
    Experiments(ExperimentsCommand),
    Flags(FlagsCommand),
    Runs(RunsCommand),
    Binlog(BinlogCommand)
);

/// What was asked for while drawing; taken once a frame.
#[derive(Default)]
pub struct CommandQueue(RefCell<Vec<Command>>);

impl CommandQueue {
    pub fn push(&self, command: impl Into<Command>) {
        self.0.borrow_mut().push(command.into());
    }

    pub fn take(&self) -> Vec<Command> {
        self.0.take()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn listed_in(section: Section) -> Vec<Command> {
        let state = State {
            section,
            ..State::for_test()
        };
        Command::listed(&state)
    }

    #[test]
    fn no_two_commands_of_a_section_share_a_key() {
        for section in Section::ALL {
            let mut seen = HashSet::new();
            for shortcut in listed_in(section)
                .iter()
                .filter_map(|command| command.words().shortcut)
            {
                assert!(
                    seen.insert(shortcut),
                    "{shortcut:?} is used twice in {section:?}"
                );
            }
        }
    }

    #[test]
    fn no_two_listed_commands_have_one_name() {
        for section in Section::ALL {
            let mut seen = HashSet::new();
            for command in listed_in(section) {
                let text = command.words().text;
                assert!(
                    seen.insert(text.clone()),
                    "{text} is listed twice in {section:?}"
                );
            }
        }
    }
}
