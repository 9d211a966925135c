//! What can be asked of the screen of the binary log.

use egui::{Key, Modifiers};

use super::Ask;
use crate::gui::{icons, words::Words};

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

/// Names a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowKey {
    pub database: String,
    pub table: String,
    /// Columns of its key and their values, as `porthole query` prints them.
    pub columns: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum BinlogCommand {
    /// Look at another part.
    Show(BinlogView),
    /// Statements that take a transaction back.
    UndoOf(Span),
    /// All changes of a row.
    HistoryOf(RowKey),
    /// Stop what is being read.
    Cancel,
}

impl BinlogCommand {
    /// What the palette lists, and whose keys are listened to.
    pub(super) const LISTED: [Self; 2] = [Self::Show(BinlogView::Timeline), Self::Cancel];
}

impl Ask for BinlogCommand {
    fn words(&self) -> Words {
        match self {
            Self::Show(BinlogView::Timeline) => Words::new(icons::GIT_COMMIT, "Transactions"),
            Self::Show(BinlogView::Summary) => Words::new(icons::CHART_LINE, "Summary"),
            Self::Show(BinlogView::Undo) | Self::UndoOf(_) => {
                Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Undo as SQL")
            }
            Self::Show(BinlogView::History) | Self::HistoryOf(_) => {
                Words::new(icons::CLOCK, "History of this row")
            }
            // Takes the key only while something is read; see `App::hears`.
            Self::Cancel => Words::new(icons::STOP, "Stop reading the binary log")
                .key(Modifiers::NONE, Key::Escape),
        }
    }
}
