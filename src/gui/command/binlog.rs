//! What can be asked of the screen of the binary log.

use std::path::PathBuf;

use egui::{Key, Modifiers};

use super::{Ask, CTRL};
use crate::{
    engine::binlog::source::StartAt,
    gui::{icons, panels::binlog::wishes::Wishes, widgets::export::ExportStep, words::Words},
};

/// What of a log is looked at.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BinlogView {
    /// Transactions, and what is in the one that is opened.
    #[default]
    Timeline,
    /// Which tables were changed how much, and when.
    Summary,
    /// Statements that take changes back.
    Undo,
    /// The changes of one row, or of one table.
    History,
}

/// A transaction's place in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span {
    /// The file of its first event, without folder.
    pub file: String,
    /// Where that event begins, in bytes.
    pub offset: u64,
    /// The file of its last event, and where what follows it begins.
    pub end: (String, u64),
    /// Its name, where the server has GTIDs.
    pub gtid: Option<String>,
}

impl Span {
    /// Where reading it begins.
    pub fn start(&self) -> StartAt {
        StartAt::Position {
            file: Some(self.file.clone()),
            offset: self.offset,
        }
    }
}

/// Names a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowKey {
    pub database: String,
    pub table: String,
    /// Columns of its key and their values, as `porthole query` prints them.
    pub columns: Vec<(String, String)>,
}

/// What can be chosen in the system's dialog.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Browse {
    Files,
    Folder,
}

/// What can be asked of the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SummaryStep {
    /// Count the changes in the part of time that is chosen.
    Read,
    Export(ExportStep),
}

/// What can be asked of the statements that take changes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UndoStep {
    /// Read the log and write them.
    Read,
    Export(ExportStep),
}

/// What can be asked of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HistoryStep {
    /// Look for the changes of what is named.
    Read,
    Export(ExportStep),
}

#[derive(Clone, Debug, PartialEq)]
pub enum BinlogCommand {
    /// Look at another part.
    Show(BinlogView),
    /// Statements that take a transaction back.
    UndoOf(Span),
    /// All changes of a row; of a table where no columns are named.
    HistoryOf(RowKey),
    /// A transaction, opened in the timeline.
    ShowAt(Span),
    Summary(SummaryStep),
    Undo(UndoStep),
    History(HistoryStep),
    /// Look at what stands in the way of reading, and what it costs.
    Check,
    /// Read the log of the server that is connected.
    Start,
    /// Close the stream, keeping the place and what is held.
    Pause,
    /// Go on exactly where it was paused.
    Resume,
    /// At the end of a file that is being written, wait for more.
    Follow,
    /// Forget the log, and choose another.
    Leave,
    /// Go to where files can be named.
    OpenFile,
    /// Choose them in the system's dialog.
    Browse(Browse),
    /// Read files of one log in their order, or a folder of them.
    Open(Vec<PathBuf>),
    /// Want something else; `again`: of all that is there since reading began, else of what comes from now on. Where
    /// no log is open, of the one that is opened next.
    Want {
        wishes: Box<Wishes>,
        again: bool,
    },
    /// Search in what is held.
    Find,
    /// Stop what is being read.
    Cancel,
}

impl BinlogCommand {
    /// What the palette lists, and whose keys are listened to.
    pub(super) const LISTED: [Self; 10] = [
        Self::Show(BinlogView::Timeline),
        Self::Show(BinlogView::Summary),
        Self::Show(BinlogView::Undo),
        Self::Show(BinlogView::History),
        Self::Pause,
        Self::Resume,
        Self::Check,
        Self::OpenFile,
        Self::Find,
        Self::Cancel,
    ];
}

impl Ask for BinlogCommand {
    fn words(&self) -> Words {
        match self {
            Self::Show(BinlogView::Timeline) => Words::new(icons::GIT_COMMIT, "Transactions"),
            Self::ShowAt(_) => Words::new(icons::GIT_COMMIT, "Show in the timeline"),
            Self::Show(BinlogView::Summary) | Self::Summary(_) => {
                Words::new(icons::CHART_LINE, "Summary")
            }
            Self::Show(BinlogView::Undo) | Self::UndoOf(_) | Self::Undo(_) => {
                Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Undo as SQL")
            }
            Self::Show(BinlogView::History) | Self::History(_) => {
                Words::new(icons::CLOCK, "History")
            }
            Self::HistoryOf(key) if key.columns.is_empty() => {
                Words::new(icons::CLOCK, "Who changed this table")
            }
            Self::HistoryOf(_) => Words::new(icons::CLOCK, "History of this row"),
            Self::Check => Words::new(icons::ARROWS_CLOCKWISE, "Check the binary log again")
                .key(Modifiers::NONE, Key::F5),
            Self::Start => Words::new(icons::PLAY, "Start reading"),
            Self::Pause => Words::new(icons::PAUSE, "Pause"),
            Self::Resume => Words::new(icons::PLAY, "Resume"),
            Self::Follow => Words::new(icons::PLAY, "Follow"),
            Self::Leave => Words::new(icons::X, "Close this log"),
            Self::OpenFile => Words::new(icons::FOLDER_OPEN, "Open file").key(CTRL, Key::O),
            Self::Browse(Browse::Files) => Words::new(icons::FILE, "Browse for files…"),
            Self::Browse(Browse::Folder) => Words::new(icons::FOLDER, "Browse for a folder…"),
            Self::Open(_) => Words::new(icons::FOLDER_OPEN, "Read files"),
            Self::Want { .. } => Words::new(icons::FUNNEL, "Apply"),
            Self::Find => {
                Words::new(icons::MAGNIFYING_GLASS, "Search transactions").key(CTRL, Key::F)
            }
            // Takes the key only while something is read; see `App::hears`.
            Self::Cancel => Words::new(icons::STOP, "Stop reading the binary log")
                .key(Modifiers::NONE, Key::Escape),
        }
    }
}
