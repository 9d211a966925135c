//! The faces and colours of a frame, and text laid out to the width it has.
//!
//! Text that is too wide is shortened before it is laid out, so that a wide value costs what is seen of it and
//! nothing has to be clipped.

use std::sync::Arc;

use egui::{
    Color32, FontId, Galley, TextStyle, Ui,
    epaint::text::{FontsView, LayoutJob, TextFormat},
};

use super::{
    CellRef, Rows,
    cell_text::{self, CellText, LONGEST},
};
use crate::gui::theme::{self, Palette, PaletteExt as _};

/// Fonts, their measures and the colours of a frame.
pub(super) struct Look {
    pub(super) palette: &'static Palette,
    cell: FontId,
    small: FontId,
    name: FontId,
    pub(super) number: FontId,
    pub(super) line_height: f32,
    /// Width of a character in a cell.
    pub(super) advance: f32,
    /// Width of a digit of a row number.
    pub(super) number_advance: f32,
}

impl Look {
    pub(super) fn new(ui: &Ui) -> Self {
        let cell = cell_style(ui).resolve(ui.style());
        let number =
            style_or(ui, theme::text::position(), TextStyle::Monospace).resolve(ui.style());
        let (line_height, advance, number_advance) = ui.fonts_mut(|fonts| {
            (
                fonts.row_height(&cell),
                fonts.glyph_width(&cell, '0').max(1.0),
                fonts.glyph_width(&number, '0').max(1.0),
            )
        });
        Self {
            palette: ui.palette(),
            small: FontId::new(cell.size * 0.88, egui::FontFamily::Proportional),
            name: style_or(ui, theme::text::strong(), TextStyle::Body).resolve(ui.style()),
            cell,
            number,
            line_height,
            advance,
            number_advance,
        }
    }

    /// Width of a cell's text, all of it that is ever shown.
    pub(super) fn full_width(
        &self,
        fonts: &mut FontsView<'_>,
        rows: &dyn Rows,
        cell: CellRef,
    ) -> f32 {
        let Some(column) = rows.columns().get(cell.column) else {
            return 0.0;
        };
        let text = CellText::new(rows.cell(cell.row, cell.column), column.kind, LONGEST);
        let rest = if text.cut { self.advance } else { 0.0 };
        fonts.layout_job(self.job(text)).size().x + rest
    }

    pub(super) fn name_width(&self, fonts: &mut FontsView<'_>, name: &str) -> f32 {
        fonts
            .layout_job(self.name_job(name, self.palette.text))
            .size()
            .x
    }

    /// What stands for the part of a text that is left out.
    pub(super) fn ellipsis(&self, fonts: &mut FontsView<'_>) -> Arc<Galley> {
        let faint = TextFormat::simple(self.cell.clone(), self.palette.faint);
        fonts.layout_job(LayoutJob::single_section("…".to_owned(), faint))
    }

    fn job(&self, text: CellText) -> LayoutJob {
        let (font, color) = match text.look {
            cell_text::Look::Value => (&self.cell, self.palette.text),
            cell_text::Look::Quiet => (&self.cell, self.palette.secondary),
            cell_text::Look::Null => (&self.small, self.palette.faint),
            cell_text::Look::Sign => (&self.cell, self.palette.faint),
        };
        self.marked(text, font, color)
    }

    pub(super) fn name_job(&self, name: &str, color: Color32) -> LayoutJob {
        self.marked(CellText::name(name, LONGEST), &self.name, color)
    }

    fn marked(&self, text: CellText, font: &FontId, color: Color32) -> LayoutJob {
        let format = |color| TextFormat::simple(font.clone(), color);
        if text.marks.is_empty() {
            return LayoutJob::single_section(text.text, format(color));
        }
        let mut job = LayoutJob::default();
        let mut plain = 0;
        for mark in text.marks {
            job.append(&text.text[plain..mark.start], 0.0, format(color));
            plain = mark.end;
            job.append(&text.text[mark], 0.0, format(self.palette.faint));
        }
        job.append(&text.text[plain..], 0.0, format(color));
        job
    }

    /// Lay out a job in at most `width`. True where something is left out.
    pub(super) fn fitted(
        &self,
        fonts: &mut FontsView<'_>,
        mut job: LayoutJob,
        width: f32,
    ) -> (Arc<Galley>, bool) {
        let whole = fonts.layout_job(job.clone());
        if whole.size().x <= width {
            return (whole, false);
        }
        job.wrap.max_width = (width - self.advance).max(1.0);
        job.wrap.max_rows = 1;
        job.wrap.break_anywhere = true;
        job.wrap.overflow_character = None;
        (fonts.layout_job(job), true)
    }

    /// Lay out a cell's text in at most `width`. True where something is left out.
    pub(super) fn cell_fitted(
        &self,
        fonts: &mut FontsView<'_>,
        mut text: CellText,
        width: f32,
    ) -> (Arc<Galley>, bool) {
        let mut cut = text.cut;
        // In the fixed-width face the length says the width, and the rest need not be laid out.
        if text.look != cell_text::Look::Null && text.text.is_ascii() {
            let room = (width / self.advance).max(0.0) as usize;
            if text.text.len() + usize::from(cut) > room {
                cut = true;
                text.shorten(room.saturating_sub(1));
            }
            return (fonts.layout_job(self.job(text)), cut);
        }
        let rest = if cut { self.advance } else { 0.0 };
        let (galley, shortened) = self.fitted(fonts, self.job(text), width - rest);
        (galley, cut || shortened)
    }
}

/// The style of cells; egui's own where the theme is not installed, as in a test of one widget.
pub(super) fn cell_style(ui: &Ui) -> TextStyle {
    style_or(ui, theme::text::cell(), TextStyle::Monospace)
}

fn style_or(ui: &Ui, wanted: TextStyle, other: TextStyle) -> TextStyle {
    if ui.style().text_styles.contains_key(&wanted) {
        wanted
    } else {
        other
    }
}
