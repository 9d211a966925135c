//! The SQL editor: colours, line numbers, a bar beside the statement that would run, and what the guard or the server
//! objects to, underlined where it stands.
//!
//! Built on egui's text field, which lays out the whole text; so above [`HIGHLIGHTED_LINES`] there are no colours, and
//! texts above [`MOST_LINES`] are not taken at all: such a file is for `porthole query -f`. No completion here yet.

mod edit;
pub(super) mod highlight;
mod outline;
mod paint;

use std::ops::Range;

use egui::{
    EventFilter, Frame, Id, Key, Margin, Modifiers, Rect, ScrollArea, TextEdit, Ui, UiBuilder,
    Vec2,
    text::{CCursor, CCursorRange},
    text_edit::{TextEditOutput, TextEditState},
    vec2,
};

use self::{outline::Outline, paint::JobMemo};
use crate::engine::sql::guard::{Refusal, Rules};

/// Above this many lines a text is plain: colouring it would cost more than a frame has.
pub const HIGHLIGHTED_LINES: usize = 5_000;
/// Texts with more lines are not taken into the editor.
pub const MOST_LINES: usize = 20_000;
/// Nor are longer texts, in bytes.
pub const MOST_BYTES: usize = 2 << 20;

/// A text being edited, and what is known of it.
#[derive(Default)]
pub struct SqlEdit {
    text: String,
    /// In bytes; empty for a caret.
    selection: Range<usize>,
    outline: Outline,
    job: JobMemo,
    /// Changes asked for from outside, made where the text is drawn, because the caret lives there.
    asked: Vec<Ask>,
    mark: Option<Mark>,
    refused_bytes: Option<usize>,
    /// Of the longest line.
    width: f32,
}

/// A change to a text and a selection; gives the new selection.
type Edit = fn(&mut String, Range<usize>) -> Range<usize>;

enum Ask {
    Insert(String),
    Select(Range<usize>),
    Focus,
}

/// A place that the server objects to, and its reason.
struct Mark {
    range: Range<usize>,
    reason: String,
}

impl SqlEdit {
    /// An editor that holds a text; too long a text is refused as a paste would be.
    pub fn new(text: String) -> Self {
        let mut edit = Self::default();
        if fits(&text) {
            edit.selection = text.len()..text.len();
            edit.text = text;
        } else {
            edit.refused_bytes = Some(text.len());
        }
        edit
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What would run, in bytes: the selection, else the statement at the caret.
    pub fn current(&mut self, rules: &Rules) -> Option<Range<usize>> {
        self.outline.update(&self.text, rules, HIGHLIGHTED_LINES);
        let selected = self.text.get(self.selection.clone()).unwrap_or("");
        if selected.trim().is_empty() {
            self.outline.statement_at(self.selection.start)
        } else {
            let start = self.selection.start + selected.len() - selected.trim_start().len();
            Some(start..start + selected.trim().len())
        }
    }

    /// Put a text at the caret.
    pub fn insert(&mut self, text: &str) {
        self.asked.push(Ask::Insert(text.to_owned()));
    }

    /// Select a place and show it.
    pub fn select(&mut self, range: Range<usize>) {
        self.asked.push(Ask::Select(range));
    }

    /// Take the keyboard.
    pub fn focus(&mut self) {
        self.asked.push(Ask::Focus);
    }

    /// Underline a place until the text changes.
    pub fn mark(&mut self, range: Range<usize>, reason: &str) {
        self.mark = Some(Mark {
            range,
            reason: reason.to_owned(),
        });
    }

    /// The place that is underlined because of the last [`SqlEdit::mark`].
    pub fn marked(&self) -> Option<Range<usize>> {
        self.mark.as_ref().map(|mark| mark.range.clone())
    }

    /// Nothing is wrong any more.
    pub fn unmark(&mut self) {
        self.mark = None;
    }

    /// What the guard would refuse of the statement at the caret, once its word is written.
    pub fn refusal(&self) -> Option<&Refusal> {
        let current = self.outline.statement_at(self.selection.end)?;
        self.outline
            .refusals(self.selection.end)
            .find(|refusal| current.start <= refusal.at.start && refusal.at.end <= current.end)
    }

    /// Line and column of the caret, from 1.
    pub fn position(&self) -> (usize, usize) {
        let line = self.outline.line_at(self.selection.end);
        let before = self
            .text
            .get(self.outline.line_start(line)..self.selection.end);
        (
            line + 1,
            before.map_or(0, |before| before.chars().count()) + 1,
        )
    }

    /// What was not taken because it is too long, in words.
    pub fn refused_text(&self) -> Option<String> {
        self.refused_bytes.map(|bytes| {
            format!(
                "A text of {} kB was not taken: the editor holds up to {MOST_LINES} lines and {} MB. Run such a file with “porthole query -f FILE”.",
                bytes / 1000,
                MOST_BYTES >> 20
            )
        })
    }

    /// Draw, and take keys. Fills what is left of `ui`. With `keep_escape`, Esc does not leave the field.
    pub fn ui(&mut self, ui: &mut Ui, rules: &Rules, keep_escape: bool) {
        let id = ui.make_persistent_id("SQL");
        self.do_asked(ui, id);
        self.take_keys(ui, id);
        self.outline.update(&self.text, rules, HIGHLIGHTED_LINES);

        let look = paint::Look::of(ui);
        let rect = ui.available_rect_before_wrap();
        ui.painter().rect_filled(rect, 0.0, look.palette.background);
        let gutter = rect.with_max_x(rect.left() + look.gutter_width(ui, self.outline.lines()));
        let body = rect.with_min_x(gutter.right());
        ui.advance_cursor_after_rect(rect);
        let mut body_ui = ui.new_child(UiBuilder::new().max_rect(body).id_salt("body"));
        let output = ScrollArea::both()
            .id_salt("scroll")
            .auto_shrink(false)
            .show(&mut body_ui, |ui| {
                self.text_ui(ui, id, &look, rules, keep_escape, body.size())
            })
            .inner;
        self.take_in(ui, id, &output);
        self.outline.update(&self.text, rules, HIGHLIGHTED_LINES);
        self.decorate(ui, &look, &output, gutter, body);
    }

    fn text_ui(
        &mut self,
        ui: &mut Ui,
        id: Id,
        look: &paint::Look,
        rules: &Rules,
        keep_escape: bool,
        viewport: Vec2,
    ) -> TextEditOutput {
        let job = &mut self.job;
        let mut layouter = |ui: &Ui, text: &dyn egui::TextBuffer, _: f32| {
            // The job is kept, the galley never: egui would forget the lines that it has laid out.
            let job = job.of(text.as_str(), rules.sql_mode, look).clone();
            ui.fonts_mut(|fonts| fonts.layout_job(job))
        };
        // Room for what the next key may add; a wider line is followed in the next frame.
        let width = viewport.x.max(self.width + look.slack());
        TextEdit::multiline(&mut self.text)
            .id(id)
            .font(look.font.clone())
            .frame(Frame::NONE.inner_margin(Margin {
                left: 2,
                right: 8,
                top: 6,
                bottom: 6,
            }))
            .desired_width(width)
            .min_size(vec2(width, viewport.y))
            .layouter(&mut layouter)
            .event_filter(EventFilter {
                tab: true,
                horizontal_arrows: true,
                vertical_arrows: true,
                escape: keep_escape,
            })
            .show(ui)
    }

    fn take_in(&mut self, ui: &Ui, id: Id, output: &TextEditOutput) {
        if output.response.changed() {
            self.mark = None;
            self.refused_bytes = None;
        }
        if let Some(range) = output
            .cursor_range
            .or_else(|| output.state.cursor.char_range())
        {
            self.selection = byte_range(&self.text, &range);
        }
        if (self.width - output.galley.size().x).abs() > 0.5 {
            self.width = output.galley.size().x;
            ui.request_repaint();
        }
        ui.ctx()
            .accesskit_node_builder(id, |node| node.set_label("SQL"));
    }

    /// Line numbers, the bar of the statement, and what is underlined.
    fn decorate(
        &self,
        ui: &Ui,
        look: &paint::Look,
        output: &TextEditOutput,
        gutter: Rect,
        body: Rect,
    ) {
        let lines = paint::Lines::new(output, body);
        let current = if self.selection.is_empty() {
            self.outline.statement_at(self.selection.start)
        } else {
            None
        };
        look.gutter(ui, &lines, gutter, self.outline.line_at(self.selection.end));
        if let Some(current) = current {
            let rows = self.outline.line_at(current.start)..self.outline.line_at(current.end) + 1;
            look.bar(ui, &lines, gutter, rows);
        }
        let refusals = self
            .outline
            .refusals(self.selection.end)
            .map(|refusal| (&refusal.at, refusal.to_string()));
        let mark = self
            .mark
            .iter()
            .map(|mark| (&mark.range, mark.reason.clone()));
        for (index, (range, reason)) in refusals.chain(mark).enumerate() {
            let rows = self.outline.line_at(range.start)..self.outline.line_at(range.end) + 1;
            if lines.any_visible(&rows) {
                let chars = char_index(&self.text, range.start)..char_index(&self.text, range.end);
                look.underline(ui, &lines, chars, &reason, index);
            }
        }
    }

    fn do_asked(&mut self, ui: &Ui, id: Id) {
        // A small window that has just closed still keeps the focus to itself.
        if !self.asked.is_empty() && !ui.memory(|memory| memory.allows_interaction(ui.layer_id())) {
            ui.request_repaint();
            return;
        }
        for ask in std::mem::take(&mut self.asked) {
            match ask {
                Ask::Insert(text) if fits_together(&self.text, &text) => {
                    let selection = self.selection_in(ui, id);
                    self.selection = edit::replace(&mut self.text, selection, &text);
                    self.mark = None;
                }
                Ask::Insert(text) => self.refused_bytes = Some(text.len()),
                Ask::Select(range) => {
                    if self.text.get(range.clone()).is_some() {
                        self.selection = range;
                    }
                }
                Ask::Focus => {}
            }
            self.store_selection(ui, id);
            ui.memory_mut(|memory| memory.request_focus(id));
        }
    }

    /// The keys that the text field does not have, before it sees them.
    fn take_keys(&mut self, ui: &Ui, id: Id) {
        if !ui.memory(|memory| memory.has_focus(id)) {
            return;
        }
        self.refuse_long_pastes(ui);
        let edit = ui.input_mut(|input| -> Option<Edit> {
            if input.consume_key(Modifiers::SHIFT, Key::Tab) {
                Some(edit::unindent)
            } else if input.consume_key(Modifiers::NONE, Key::Tab) {
                Some(edit::indent)
            } else if input.consume_key(Modifiers::COMMAND, Key::Slash) {
                Some(edit::toggle_comment)
            } else if input.consume_key(Modifiers::NONE, Key::Enter) {
                Some(edit::new_line)
            } else {
                None
            }
        });
        if let Some(edit) = edit {
            let selection = self.selection_in(ui, id);
            self.selection = edit(&mut self.text, selection);
            self.mark = None;
            self.store_selection(ui, id);
        }
    }

    fn refuse_long_pastes(&mut self, ui: &Ui) {
        let (text, refused) = (&self.text, &mut self.refused_bytes);
        ui.input_mut(|input| {
            input.events.retain(|event| match event {
                egui::Event::Paste(paste) if !fits_together(text, paste) => {
                    *refused = Some(paste.len());
                    false
                }
                _ => true,
            });
        });
    }

    fn selection_in(&self, ui: &Ui, id: Id) -> Range<usize> {
        TextEditState::load(ui.ctx(), id)
            .and_then(|state| state.cursor.char_range())
            .map_or(self.selection.clone(), |range| {
                byte_range(&self.text, &range)
            })
    }

    fn store_selection(&self, ui: &Ui, id: Id) {
        let mut state = TextEditState::load(ui.ctx(), id).unwrap_or_default();
        let cursor = |byte| CCursor::new(char_index(&self.text, byte));
        state.cursor.set_char_range(Some(CCursorRange::two(
            cursor(self.selection.start),
            cursor(self.selection.end),
        )));
        state.store(ui.ctx(), id);
    }
}

fn fits(text: &str) -> bool {
    text.len() <= MOST_BYTES && text.bytes().filter(|byte| *byte == b'\n').count() < MOST_LINES
}

fn fits_together(text: &str, more: &str) -> bool {
    let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
    text.len() + more.len() <= MOST_BYTES && lines(text) + lines(more) < MOST_LINES
}

fn byte_range(text: &str, range: &CCursorRange) -> Range<usize> {
    let chars = range.as_sorted_char_range();
    byte_index(text, chars.start.0)..byte_index(text, chars.end.0)
}

fn byte_index(text: &str, chars: usize) -> usize {
    text.char_indices()
        .nth(chars)
        .map_or(text.len(), |(byte, _)| byte)
}

fn char_index(text: &str, byte: usize) -> usize {
    text.get(..byte).unwrap_or(text).chars().count()
}
