//! Saving the rows on screen as a file: where, in which format, and what became of it.
//!
//! The file appears whole or not at all, and one that is there is replaced only when that is asked for.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use egui::{Frame, Key, Margin, Panel, Popup, TextEdit, Ui, vec2};

use crate::{
    engine::{
        Error, Result,
        export::{Format, Writer},
        query::{Batch, ResultSet},
    },
    gui::{
        command::{Ask as _, QueryCommand},
        context::PanelContext,
        files::{self, SystemFiles, WriteError},
        format, icons,
        theme::{PaletteExt as _, SPACE},
        widgets::{button::Button, icon::icon_ui, list_row::ListRow},
        words::Words,
    },
    worker::{Job, Worker},
};

/// What can be chosen; a table for people is no file format.
const FORMATS: [(Format, &str); 4] = [
    (Format::Csv, "CSV"),
    (Format::Tsv, "TSV"),
    (Format::Json, "JSON"),
    (Format::Ndjson, "JSON lines"),
];
/// Bytes gathered before they are written.
const BUFFER: usize = 1 << 20;

/// Where the rows are to be saved.
pub(super) struct SaveForm {
    path: String,
    format: Format,
    save: Job<u64>,
    browse: Job<Option<PathBuf>>,
}

impl SaveForm {
    /// In the folder for downloads, named as the tab is.
    pub(super) fn new(name: &str) -> Self {
        let name = files::file_name(name);
        let folder = files::downloads().unwrap_or_default();
        let path = folder.join(format!("{name}.csv"));
        Self {
            path: path.to_string_lossy().into_owned(),
            format: Format::Csv,
            save: Job::default(),
            browse: Job::default(),
        }
    }

    fn choose(&mut self, format: Format) {
        let path = Path::new(&self.path);
        if path
            .extension()
            .is_some_and(|extension| extension == self.format.name())
        {
            self.path = path
                .with_extension(format.name())
                .to_string_lossy()
                .into_owned();
        }
        self.format = format;
    }

    pub(super) fn browse(&mut self, worker: &Worker) {
        let name = Path::new(&self.path)
            .file_name()
            .map(|name| name.to_string_lossy().into_owned())
            .unwrap_or_default();
        self.browse.start(worker, "Choose a file", |_| async move {
            Ok(SystemFiles::pick_new("Save rows", &name).await)
        });
    }

    pub(super) fn start(&mut self, rows: &ResultSet, replace: bool, worker: &Worker) {
        let path = PathBuf::from(self.path.trim());
        let format = self.format;
        // Batches are shared with the screen, not copied.
        let (columns, batches) = (rows.columns().clone(), rows.batches().to_vec());
        self.save.start(worker, "Save rows", |cancel| async move {
            let write = move || {
                let mut writer = Writer::new(format, columns, true);
                files::write_whole(&path, replace, |file| {
                    write_rows(file, &mut writer, &batches, &|| cancel.is_cancelled())
                })
            };
            tokio::task::spawn_blocking(write)
                .await
                .map_err(|stopped| Error::Invalid(stopped.to_string()))?
        });
    }

    /// What to say once the rows are saved.
    pub(super) fn poll(&mut self) -> Option<String> {
        if self.browse.poll()
            && let Some(Some(path)) = self.browse.take_value()
        {
            self.path = path.to_string_lossy().into_owned();
        }
        let saved = self.save.poll().then(|| self.save.take_value()).flatten()?;
        Some(format!(
            "{} saved to {}",
            format::rows(saved),
            self.path.trim()
        ))
    }

    /// The file is there already.
    fn is_taken(&self) -> bool {
        matches!(
            self.save.error(),
            Some(Error::File { source, .. }) if source.kind() == io::ErrorKind::AlreadyExists
        )
    }
}

fn write_rows(
    file: &mut dyn io::Write,
    writer: &mut Writer,
    batches: &[Batch],
    cancelled: &dyn Fn() -> bool,
) -> Result<u64, WriteError> {
    let mut file = io::BufWriter::with_capacity(BUFFER, file);
    let mut text = Vec::new();
    let mut rows = 0;
    writer.start(&mut text);
    for batch in batches {
        if cancelled() {
            let stopped = crate::engine::error::Stopped::BeforeServer;
            return Err(WriteError::Content(Error::Cancelled(stopped)));
        }
        match batch {
            Batch::Memory(batch) => writer.rows(batch, &mut text),
            Batch::Spilled(batch) => {
                writer.rows(&batch.read().map_err(WriteError::Content)?, &mut text);
            }
        }
        rows += batch.rows() as u64;
        file.write_all(&text).map_err(WriteError::Io)?;
        text.clear();
    }
    writer.finish(&mut text);
    file.write_all(&text).map_err(WriteError::Io)?;
    file.flush().map_err(WriteError::Io)?;
    Ok(rows)
}

/// One line under the line of numbers. False when it is to be closed.
pub(super) fn form_ui(ui: &mut Ui, form: &mut SaveForm, cx: &PanelContext<'_>) -> bool {
    let mut open = true;
    let frame = Frame::NONE
        .fill(ui.palette().panel)
        .inner_margin(Margin::symmetric(12, 8));
    Panel::top("save rows")
        .frame(frame)
        .resizable(false)
        .show(ui, |ui| {
            ui.horizontal(|ui| {
                format_ui(ui, form);
                let field = TextEdit::singleline(&mut form.path)
                    .desired_width((ui.available_width() - 300.0).clamp(120.0, 640.0));
                let field = ui.add(field);
                ui.ctx()
                    .accesskit_node_builder(field.id, |node| node.set_label("File to save to"));
                let entered = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
                if ui.add(QueryCommand::BrowseSave.button()).clicked() {
                    cx.commands.push(QueryCommand::BrowseSave);
                }
                let save = QueryCommand::Save { replace: false };
                let ready = !form.path.trim().is_empty() && !form.save.is_running();
                if ui.add_enabled(ready, save.button()).clicked() || (entered && ready) {
                    cx.commands.push(save);
                }
                let close = Words::new(icons::X, "Close without saving");
                open = !ui.add(Button::of(close).icon_only()).clicked();
            });
            if let Some(error) = form.save.error().filter(|error| !error.is_cancelled()) {
                ui.add_space(SPACE[0]);
                ui.horizontal(|ui| {
                    let words = if form.is_taken() {
                        "A file of that name is there.".to_owned()
                    } else {
                        error.to_string()
                    };
                    icon_ui(ui, icons::WARNING_CIRCLE, 15.0, ui.palette().danger);
                    ui.label(words);
                    let replace = QueryCommand::Save { replace: true };
                    if form.is_taken() && ui.add(replace.button().danger()).clicked() {
                        cx.commands.push(replace);
                    }
                });
            }
        });
    open
}

fn format_ui(ui: &mut Ui, form: &mut SaveForm) {
    let chosen = FORMATS.iter().find(|(format, _)| *format == form.format);
    let name = chosen.map_or("", |(_, name)| *name);
    let words = Words::new(icons::CARET_DOWN, format!("Format: {name}"));
    let response = ui.add(Button::of(words).with_icon());
    Popup::menu(&response)
        .width(160.0)
        .accessible_name("Formats")
        .show(|ui| {
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            for (format, name) in FORMATS {
                if ui
                    .add(ListRow::new(name).selected(format == form.format))
                    .clicked()
                {
                    form.choose(format);
                    ui.close();
                }
            }
        });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_format_changes_the_ending_that_was_its_own() {
        let mut form = SaveForm::new("a/b: c");
        assert!(form.path.ends_with("a_b_ c.csv"), "{}", form.path);
        form.choose(Format::Json);
        assert!(form.path.ends_with("a_b_ c.json"));
        form.path = "rows.txt".to_owned();
        form.choose(Format::Tsv);
        assert_eq!(form.path, "rows.txt");
    }
}
