//! SQL that is read and not edited: coloured, with the numbers of its lines, of any length.
//!
//! Lexing is done once, when it is made ([`SqlText::new`], which belongs off the window's thread for long texts); a
//! frame lays out the lines in view alone. What is shown of a line is bounded and made harmless; what is copied or
//! saved is the text itself.

use std::ops::Range;

use egui::{Label, ScrollArea, TextFormat, TextStyle, Ui, accesskit::Role, text::LayoutJob, vec2};

use super::sql_edit::highlight::{Paint, spans};
use crate::{
    engine::{sql::lexer::SqlMode, visible},
    gui::theme::{Palette, PaletteExt as _, text},
};

/// Letters of a line that are shown.
const LONGEST_LINE: usize = 2000;

/// A text with its lines and colours.
#[derive(Debug, Default)]
pub struct SqlText {
    text: String,
    /// Without their ends.
    lines: Vec<Range<usize>>,
    spans: Vec<(Range<usize>, Paint)>,
    /// In letters, of the longest line that is shown.
    widest: usize,
}

impl SqlText {
    /// Find the lines and colours of a text.
    pub fn new(text: String) -> Self {
        let mut lines = Vec::new();
        let mut start = 0;
        for line in text.split_inclusive('\n') {
            lines.push(start..start + line.trim_end_matches('\n').len());
            start += line.len();
        }
        let widest = lines.iter().map(|line| line.len().min(LONGEST_LINE)).max();
        Self {
            spans: spans(&text, SqlMode::default()),
            widest: widest.unwrap_or_default(),
            text,
            lines,
        }
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// How many lines it has.
    pub fn lines(&self) -> usize {
        self.lines.len()
    }

    /// Draw it into all the room there is. `name` is for screen readers.
    pub fn ui(&self, ui: &mut Ui, name: &str) {
        let palette = ui.palette();
        let font = TextStyle::Monospace.resolve(ui.style());
        let (height, letter) = ui.fonts_mut(|fonts| {
            let height = fonts.row_height(&font).ceil() + 2.0;
            (height, fonts.glyph_width(&font, '0'))
        });
        let digits = self.lines.len().max(1).to_string().len();
        let gutter = digits as f32 * letter + 14.0;
        let width = gutter + self.widest as f32 * letter;
        let body = ScrollArea::both()
            .id_salt(name)
            .auto_shrink(false)
            .show_rows(ui, height, self.lines.len(), |ui, rows| {
                ui.set_min_width(width);
                ui.spacing_mut().item_spacing.y = 0.0;
                // Lines are as high as their letters, not as controls are.
                ui.spacing_mut().interact_size.y = height;
                for row in rows {
                    ui.horizontal(|ui| {
                        ui.spacing_mut().item_spacing.x = 0.0;
                        number_ui(ui, row, vec2(gutter, height));
                        let job = self.line(row, palette, &font);
                        ui.add(Label::new(job).selectable(true).extend());
                    });
                }
            });
        let id = body.id;
        ui.accesskit_node_builder(id, |node| {
            node.set_role(Role::Document);
            node.set_label(name);
        });
    }

    /// A line with its colours.
    fn line(&self, row: usize, palette: &Palette, font: &egui::FontId) -> LayoutJob {
        let mut job = LayoutJob {
            wrap: egui::text::TextWrapping::no_max_width(),
            ..LayoutJob::default()
        };
        let Some(line) = self.lines.get(row) else {
            return job;
        };
        let first = self
            .spans
            .partition_point(|(range, _)| range.end <= line.start);
        let mut left = LONGEST_LINE;
        let mut shown = String::new();
        for (range, paint) in self.spans.iter().skip(first) {
            if range.start >= line.end || left == 0 {
                break;
            }
            let part = range.start.max(line.start)..range.end.min(line.end);
            shown.clear();
            for letter in self.text.get(part).unwrap_or_default().chars().take(left) {
                visible::push(&mut shown, letter);
                left -= 1;
            }
            let color = paint.color(palette);
            job.append(&shown, 0.0, TextFormat::simple(font.clone(), color));
        }
        if left == 0 {
            job.append("…", 0.0, TextFormat::simple(font.clone(), palette.faint));
        }
        job
    }
}

/// The number of a line.
fn number_ui(ui: &mut Ui, row: usize, size: egui::Vec2) {
    let palette = ui.palette();
    let (rect, _) = ui.allocate_exact_size(size, egui::Sense::hover());
    ui.painter().text(
        egui::pos2(rect.right() - 12.0, rect.center().y),
        egui::Align2::RIGHT_CENTER,
        row + 1,
        text::position().resolve(ui.style()),
        palette.faint,
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &SqlText, row: usize) -> String {
        let palette = Palette::of(egui::Theme::Dark);
        text.line(row, palette, &egui::FontId::monospace(12.0)).text
    }

    #[test]
    fn each_line_has_its_own_part_of_the_text() {
        let text = SqlText::new("-- a\nUPDATE t SET a = 'é\tb'\n\nWHERE b = 1;".to_owned());
        assert_eq!(text.lines(), 4);
        assert_eq!(shown(&text, 0), "-- a");
        assert_eq!(shown(&text, 1), "UPDATE t SET a = 'é\\tb'");
        assert_eq!(shown(&text, 2), "");
        assert_eq!(shown(&text, 3), "WHERE b = 1;");
    }

    #[test]
    fn a_line_of_any_length_is_shown_in_part() {
        let text = SqlText::new(format!("SELECT '{}';\nb", "x".repeat(1 << 20)));
        assert_eq!(shown(&text, 0).chars().count(), LONGEST_LINE + 1);
        assert!(shown(&text, 0).ends_with('…'));
        assert_eq!(shown(&text, 1), "b");
    }
}
