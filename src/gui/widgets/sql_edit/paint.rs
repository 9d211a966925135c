//! How the editor is drawn: fonts and colours of a frame, the coloured text, and what stands beside and under lines.

use std::{ops::Range, sync::Arc};

use egui::{
    Align2, FontId, Galley, Pos2, Rect, Sense, Stroke, TextFormat, TextStyle, Ui, pos2,
    text::{ByteIndex, CCursor, LayoutJob, LayoutSection},
    text_edit::TextEditOutput,
    vec2,
};

use super::{
    HIGHLIGHTED_LINES,
    highlight::{self, Paint},
};
use crate::{
    engine::sql::lexer::SqlMode,
    gui::theme::{Palette, PaletteExt as _, text},
};

/// Between the bar and the text, and between the numbers and the bar.
const GAP: f32 = 6.0;
const BAR: f32 = 2.0;

/// Fonts, sizes and colours of one frame.
pub(super) struct Look {
    pub(super) palette: &'static Palette,
    pub(super) font: FontId,
    numbers: FontId,
    line_height: f32,
}

impl Look {
    pub(super) fn of(ui: &Ui) -> Self {
        let font = TextStyle::Monospace.resolve(ui.style());
        let line_height = ui.fonts_mut(|fonts| fonts.row_height(&font)).ceil() + 1.0;
        Self {
            palette: ui.palette(),
            font,
            numbers: text::position().resolve(ui.style()),
            line_height,
        }
    }

    /// Room for what one key may add to the longest line.
    pub(super) fn slack(&self) -> f32 {
        self.font.size * 4.0
    }

    /// Wide enough for the last line's number, and never for less than three digits.
    pub(super) fn gutter_width(&self, ui: &Ui, lines: usize) -> f32 {
        let digits = lines.to_string().len().max(3) as f32;
        let digit = ui.fonts_mut(|fonts| fonts.glyph_width(&self.numbers, '0'));
        12.0 + digits * digit + GAP + BAR + GAP - 2.0
    }

    /// Line numbers.
    pub(super) fn gutter(&self, ui: &Ui, lines: &Lines, gutter: Rect, current: usize) {
        let painter = ui.painter_at(gutter.intersect(ui.clip_rect()));
        let right = gutter.right() - BAR - 2.0 * GAP + 2.0;
        for line in lines.visible() {
            let color = if line == current {
                self.palette.text
            } else {
                self.palette.faint
            };
            painter.text(
                pos2(right, lines.rect(line).center().y),
                Align2::RIGHT_CENTER,
                line + 1,
                self.numbers.clone(),
                color,
            );
        }
    }

    /// The bar beside the statement that would run.
    pub(super) fn bar(&self, ui: &Ui, lines: &Lines, gutter: Rect, rows: Range<usize>) {
        let Some(last) = rows.end.checked_sub(1) else {
            return;
        };
        let x = gutter.right() - GAP - BAR + 2.0;
        let top = lines.rect(rows.start).top();
        let bottom = lines.rect(last).bottom();
        let bar = Rect::from_min_max(pos2(x, top), pos2(x + BAR, bottom));
        ui.painter_at(gutter.intersect(ui.clip_rect()))
            .rect_filled(bar, 1.0, self.palette.accent);
    }

    /// A line under a place, in characters, that says its reason when pointed at.
    pub(super) fn underline(
        &self,
        ui: &Ui,
        lines: &Lines,
        chars: Range<usize>,
        reason: &str,
        index: usize,
    ) {
        let painter = ui.painter_at(lines.clip.intersect(ui.clip_rect()));
        for (row, rect) in lines.spans(chars).into_iter().enumerate() {
            let rect = rect.intersect(lines.clip);
            if !rect.is_positive() {
                continue;
            }
            let stroke = Stroke::new(1.5, self.palette.danger);
            painter.hline(rect.x_range(), rect.bottom() - 1.5, stroke);
            let id = ui.scope_id().with(("underline", index, row));
            ui.interact(rect, id, Sense::hover()).on_hover_text(reason);
        }
    }
}

/// The rows of the text as laid out; the text does not wrap, so a row is a line.
pub(super) struct Lines {
    galley: Arc<Galley>,
    origin: Pos2,
    clip: Rect,
}

impl Lines {
    pub(super) fn new(output: &TextEditOutput, clip: Rect) -> Self {
        Self {
            galley: output.galley.clone(),
            origin: output.galley_pos,
            clip,
        }
    }

    fn visible(&self) -> Range<usize> {
        let rows = &self.galley.rows;
        let first = rows.partition_point(|row| self.origin.y + row.max_y() < self.clip.top());
        let end = rows.partition_point(|row| self.origin.y + row.min_y() <= self.clip.bottom());
        first..end
    }

    pub(super) fn any_visible(&self, rows: &Range<usize>) -> bool {
        let visible = self.visible();
        rows.start < visible.end && visible.start < rows.end
    }

    fn rect(&self, line: usize) -> Rect {
        let row = self.galley.rows.get(line).or(self.galley.rows.last());
        row.map_or(Rect::NOTHING, |row| {
            row.rect().translate(self.origin.to_vec2())
        })
    }

    /// The rectangles of a place, one a row; an empty place is as wide as a letter.
    fn spans(&self, chars: Range<usize>) -> Vec<Rect> {
        let at = |index: usize| {
            self.galley
                .pos_from_cursor(CCursor::new(index))
                .translate(self.origin.to_vec2())
        };
        let (start, end) = (at(chars.start), at(chars.end));
        let first_row = |y: f32| {
            self.galley
                .rows
                .partition_point(|row| self.origin.y + row.max_y() <= y + 0.5)
        };
        let (top, bottom) = (first_row(start.top()), first_row(end.top()));
        (top..=bottom)
            .map(|line| {
                let row = self.rect(line);
                let left = if line == top {
                    start.left()
                } else {
                    row.left()
                };
                let right = if line == bottom {
                    end.left()
                } else {
                    row.right()
                };
                Rect::from_min_max(pos2(left, row.top()), pos2(right.max(left), row.bottom()))
            })
            .map(|rect| {
                if rect.width() < 1.0 {
                    rect.with_max_x(rect.left() + vec2(8.0, 0.0).x)
                } else {
                    rect
                }
            })
            .collect()
    }
}

/// The coloured text, made anew when the text or the look changes.
#[derive(Default)]
pub(super) struct JobMemo {
    job: LayoutJob,
    made_for: Option<(bool, FontId, SqlMode)>,
}

impl JobMemo {
    pub(super) fn of(&mut self, text: &str, mode: SqlMode, look: &Look) -> &LayoutJob {
        let made_for = (
            std::ptr::eq(look.palette, Palette::of(egui::Theme::Dark)),
            look.font.clone(),
            mode,
        );
        if self.job.text != text || self.made_for.as_ref() != Some(&made_for) {
            self.job = layout_job(text, mode, look);
            self.made_for = Some(made_for);
        }
        &self.job
    }
}

fn layout_job(text: &str, mode: SqlMode, look: &Look) -> LayoutJob {
    let plain = text.bytes().filter(|byte| *byte == b'\n').count() >= HIGHLIGHTED_LINES;
    let spans = if plain || text.is_empty() {
        vec![(0..text.len(), Paint::Plain)]
    } else {
        highlight::spans(text, mode)
    };
    let palette = look.palette;
    let section = |(range, paint): (Range<usize>, Paint)| LayoutSection {
        leading_space: 0.0,
        byte_range: ByteIndex(range.start)..ByteIndex(range.end),
        format: TextFormat {
            font_id: look.font.clone(),
            color: paint.color(palette),
            line_height: Some(look.line_height),
            valign: egui::Align::Center,
            ..TextFormat::default()
        },
    };
    LayoutJob {
        text: text.to_owned(),
        sections: spans.into_iter().map(section).collect(),
        break_on_newline: true,
        keep_trailing_whitespace: true,
        wrap: egui::text::TextWrapping::no_max_width(),
        ..LayoutJob::default()
    }
}
