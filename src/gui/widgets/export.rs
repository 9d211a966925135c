//! Writing figures to files: a menu of what there is, then a line that asks where. A file appears whole or not at all,
//! and one that is there is replaced only when that is asked for.
//!
//! What is in the files is the screen's: it hands over a closure that makes the bytes, which runs on the worker.

use std::{
    io,
    path::{Path, PathBuf},
};

use egui::{Key, Popup, TextEdit, Ui, vec2};

use super::{button::Button, icon::icon_ui, list_row::ListRow};
use crate::{
    engine::{Error, Result},
    gui::{
        command::{Ask as _, QueryCommand},
        files::{self, SystemFiles, WriteError},
        icons,
        theme::{PaletteExt as _, SPACE},
        words::Words,
    },
    worker::{Job, Worker},
};

/// A kind of file, or what goes to the clipboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ExportKind {
    Svg,
    Png,
    /// Twice as large.
    Png2,
    /// The points that a chart draws.
    ChartCsv,
    TableCsv,
    TableJson,
    /// Markdown.
    Report,
    /// Statements.
    Sql,
    /// Copied, not written.
    Summary,
}

impl ExportKind {
    /// What a chart can become.
    pub const OF_CHART: [Self; 5] = [
        Self::Svg,
        Self::Png,
        Self::Png2,
        Self::ChartCsv,
        Self::Summary,
    ];
    /// What a table can become.
    pub const OF_TABLE: [Self; 3] = [Self::TableCsv, Self::TableJson, Self::Report];

    fn words(self) -> Words {
        match self {
            Self::Svg => Words::new(icons::CHART_LINE, "Chart as SVG"),
            Self::Png => Words::new(icons::CHART_LINE, "Chart as PNG"),
            Self::Png2 => Words::new(icons::CHART_LINE, "Chart as PNG, twice as large"),
            Self::ChartCsv => Words::new(icons::FILE_CSV, "Points of the chart as CSV"),
            Self::TableCsv => Words::new(icons::FILE_CSV, "Table as CSV"),
            Self::TableJson => Words::new(icons::BRACKETS_CURLY, "Figures as JSON"),
            Self::Report => Words::new(icons::FILE_TEXT, "Report in Markdown"),
            Self::Sql => Words::new(icons::FILE_SQL, "Statements as SQL"),
            Self::Summary => Words::new(icons::COPY, "Copy the chart in words"),
        }
    }

    fn ending(self) -> &'static str {
        match self {
            Self::Svg => "svg",
            Self::Png | Self::Png2 => "png",
            Self::ChartCsv | Self::TableCsv => "csv",
            Self::TableJson => "json",
            Self::Report => "md",
            Self::Sql => "sql",
            Self::Summary => "txt",
        }
    }
}

/// A heading of the menu with what stands below it.
#[derive(Clone, Copy, Debug)]
pub struct ExportGroup<'a> {
    /// `Users exposed so far`.
    pub title: &'a str,
    pub kinds: &'a [ExportKind],
}

/// What is to be written: a kind, of the group with this place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ExportPiece {
    pub group: usize,
    pub kind: ExportKind,
}

/// What a person asks of the form; a panel's command carries it (`ExperimentsCommand::Export(step)`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExportStep {
    /// Ask where to.
    Choose(ExportPiece),
    /// The system's dialog.
    Browse,
    /// Write; with `replace`, also over a file that is there.
    Save {
        replace: bool,
    },
    Close,
}

/// Makes the bytes of a file; runs on the worker.
pub type MakeBytes = Box<dyn FnOnce() -> Result<Vec<u8>> + Send>;

/// Writes a file that may be too long for memory; runs on the worker.
pub type WriteFile = Box<dyn FnOnce(&mut dyn io::Write) -> Result<(), WriteError> + Send>;

/// What is being written, and where to. Keep one for each screen.
#[derive(Default)]
pub struct ExportForm {
    open: Option<ExportPiece>,
    path: String,
    /// The folder of the last file.
    folder: Option<PathBuf>,
    save: Job<()>,
    browse: Job<Option<PathBuf>>,
    asks_focus: bool,
}

impl ExportForm {
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// What was to be written is not there any more. What is being written already is written.
    pub fn close(&mut self) {
        self.open = None;
    }

    /// Do what was asked for. `name` is the file's without its ending (`checkout-redesign exposures`); `make` gives
    /// what makes a piece's bytes.
    pub fn handle(
        &mut self,
        step: ExportStep,
        worker: &Worker,
        name: impl FnOnce(ExportPiece) -> String,
        make: impl FnOnce(ExportPiece) -> MakeBytes,
    ) {
        self.handle_writing(step, worker, name, |piece| {
            let make = make(piece);
            Box::new(move |file| {
                let bytes = make().map_err(WriteError::Content)?;
                file.write_all(&bytes).map_err(WriteError::Io)
            })
        });
    }

    /// The same for what is written as it is made.
    pub fn handle_writing(
        &mut self,
        step: ExportStep,
        worker: &Worker,
        name: impl FnOnce(ExportPiece) -> String,
        write: impl FnOnce(ExportPiece) -> WriteFile,
    ) {
        match step {
            ExportStep::Choose(piece) => {
                self.path = self.suggest(&name(piece), piece.kind);
                self.open = Some(piece);
                self.save = Job::default();
                self.asks_focus = true;
            }
            ExportStep::Browse => {
                let name = Path::new(&self.path).file_name();
                let name = name.map(|name| name.to_string_lossy().into_owned());
                let name = name.unwrap_or_default();
                self.browse.start(worker, "Choose a file", |_| async move {
                    Ok(SystemFiles::pick_new("Export", &name).await)
                });
            }
            ExportStep::Save { replace } => {
                if let Some(piece) = self.open {
                    self.start(worker, replace, write(piece));
                }
            }
            ExportStep::Close => self.close(),
        }
    }

    /// Take in what has been written; what to say of it.
    pub fn poll(&mut self) -> Option<String> {
        if self.browse.poll()
            && let Some(Some(path)) = self.browse.take_value()
        {
            self.path = path.to_string_lossy().into_owned();
        }
        self.save.poll().then(|| self.save.take_value()).flatten()?;
        let path = PathBuf::from(self.path.trim());
        self.folder = path.parent().map(Path::to_owned);
        self.open = None;
        Some(format!("Written to {}", path.display()))
    }

    /// In the folder of the last time, else in that for downloads.
    fn suggest(&self, name: &str, kind: ExportKind) -> String {
        let folder = self.folder.clone().or_else(files::downloads);
        let name = files::file_name(name);
        let file = format!("{name}.{}", kind.ending());
        let path = folder.unwrap_or_default().join(file);
        path.to_string_lossy().into_owned()
    }

    fn start(&mut self, worker: &Worker, replace: bool, write: WriteFile) {
        let path = PathBuf::from(self.path.trim());
        self.save.start(worker, "Export", |_| async move {
            let write = move || files::write_whole(&path, replace, write);
            tokio::task::spawn_blocking(write)
                .await
                .map_err(|stopped| Error::Invalid(stopped.to_string()))?
        });
    }

    /// The file is there already.
    fn is_taken(&self) -> bool {
        matches!(
            self.save.error(),
            Some(Error::File { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists
        )
    }

    /// One line that asks where, while something was chosen; draw it in a panel at the top or the bottom.
    pub fn ui(&mut self, ui: &mut Ui) -> Option<ExportStep> {
        let piece = self.open?;
        let mut asked = None;
        ui.horizontal(|ui| {
            let words = piece.kind.words();
            icon_ui(ui, words.icon, 15.0, ui.palette().secondary);
            let label = ui.label(words.text);
            let width = (ui.available_width() - 260.0).clamp(120.0, 640.0);
            let field = TextEdit::singleline(&mut self.path).desired_width(width);
            let field = ui.add(field).labelled_by(label.id);
            if std::mem::take(&mut self.asks_focus) {
                field.request_focus();
            }
            let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            let escaped = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Escape));
            if ui.add(QueryCommand::BrowseSave.button()).clicked() {
                asked = Some(ExportStep::Browse);
            }
            let ready = !self.path.trim().is_empty() && !self.save.is_running();
            let save = Button::of(Words::new(icons::FLOPPY_DISK, "Write the file"));
            if ui.add_enabled(ready, save).clicked() || (entered && ready) {
                asked = Some(ExportStep::Save { replace: false });
            }
            let close = Words::new(icons::X, "Close without writing");
            if ui.add(Button::of(close).icon_only()).clicked() || escaped {
                asked = Some(ExportStep::Close);
            }
        });
        let error = self.save.error().filter(|error| !error.is_cancelled());
        if let Some(error) = error {
            ui.add_space(SPACE[0]);
            ui.horizontal(|ui| {
                icon_ui(ui, icons::WARNING_CIRCLE, 15.0, ui.palette().danger);
                if self.is_taken() {
                    ui.label("A file of that name is there.");
                    let replace = Words::new(icons::FLOPPY_DISK, "Replace the file");
                    if ui.add(Button::of(replace).danger()).clicked() {
                        asked = Some(ExportStep::Save { replace: true });
                    }
                } else {
                    ui.label(error.to_string());
                }
            });
        }
        asked
    }
}

/// A button that opens a menu of everything that can be written; `words` are the button's. `copies` gives the words of
/// a group's chart, which go to the clipboard at once.
pub fn export_menu_ui(
    ui: &mut Ui,
    words: Words,
    groups: &[ExportGroup<'_>],
    copies: impl Fn(usize) -> String,
) -> Option<ExportStep> {
    let button = ui.add(Button::of(words).plain());
    menu_of(&button, groups, copies)
}

/// The same menu for a button that is there already; `open` opens it by a key.
pub fn menu_of(
    button: &egui::Response,
    groups: &[ExportGroup<'_>],
    copies: impl Fn(usize) -> String,
) -> Option<ExportStep> {
    let mut asked = None;
    Popup::menu(button)
        .width(250.0)
        .accessible_name("Export")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for (at, group) in groups.iter().enumerate() {
                if at > 0 {
                    ui.separator();
                }
                ui.push_id(at, |ui| {
                    let title = egui::RichText::new(group.title).small();
                    ui.horizontal(|ui| {
                        ui.add_space(SPACE[1]);
                        ui.label(title.color(ui.palette().faint));
                    });
                    for kind in group.kinds {
                        let words = kind.words();
                        if !ui.add(ListRow::new(words.text).icon(words.icon)).clicked() {
                            continue;
                        }
                        if *kind == ExportKind::Summary {
                            ui.copy_text(copies(at));
                        } else {
                            asked = Some(ExportStep::Choose(ExportPiece {
                                group: at,
                                kind: *kind,
                            }));
                        }
                        ui.close();
                    }
                });
            }
        });
    asked
}
