//! The command palette: one field that finds commands, profiles and tables.

use std::sync::Arc;

use egui::{Align2, Area, Id, Key, Modal, Modifiers, ScrollArea, TextEdit, Ui, vec2};

use crate::gui::{
    command::{Ask as _, Command, ProfilesCommand, QueryCommand},
    context::PanelContext,
    format, icons,
    state::{State, TableName},
    theme::{CONTROL_HEIGHT, PaletteExt as _, SPACE, TOP_BAR_HEIGHT},
    widgets::list_row::ListRow,
};

const WIDTH: f32 = 560.0;
/// Rows in view; more are reached by scrolling.
const ROWS_SEEN: f32 = 14.0;
/// More matches than this are of no use to anybody.
const MOST: usize = 200;
/// Letters of a name that are looked at: no server has longer ones.
const LONGEST: usize = 200;

#[derive(Default)]
pub struct CommandPalette {
    open: bool,
    text: String,
    chosen: usize,
    tables: FoundTables,
}

/// The tables that fit, kept from frame to frame: there may be a hundred thousand to look through.
#[derive(Default)]
struct FoundTables {
    text: String,
    all: Arc<[TableName]>,
    found: Vec<Entry>,
}

#[derive(Clone)]
struct Entry {
    command: Command,
    text: String,
    detail: String,
    icon: &'static str,
}

impl CommandPalette {
    pub fn is_open(&self) -> bool {
        self.open
    }

    pub fn toggle(&mut self, ctx: &egui::Context) {
        *self = Self {
            open: !self.open,
            ..Self::default()
        };
        if self.open {
            // At once: what is typed before the next frame is meant for it.
            ctx.memory_mut(|memory| memory.request_focus(field_id()));
        }
    }

    /// Draw while it is open. `can` leaves out commands that have nothing to do now.
    pub fn ui(
        &mut self,
        ctx: &egui::Context,
        cx: &PanelContext<'_>,
        can: impl Fn(&Command) -> bool,
    ) {
        if !self.open {
            return;
        }
        let id = Id::unique("command palette");
        let area = Area::new(id)
            .kind(egui::UiKind::Modal)
            .sense(egui::Sense::hover())
            .anchor(Align2::CENTER_TOP, vec2(0.0, TOP_BAR_HEIGHT))
            .order(egui::Order::Foreground);
        let shade = ctx.palette().shade;
        let modal = Modal::new(id).area(area).backdrop_color(shade);
        let done = modal.show(ctx, |ui| {
            ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 2.0 * SPACE[4]));
            self.content_ui(ui, cx, &can)
        });
        if done.inner || done.should_close() {
            self.open = false;
        }
    }

    /// True when something was chosen.
    fn content_ui(
        &mut self,
        ui: &mut Ui,
        cx: &PanelContext<'_>,
        can: &dyn Fn(&Command) -> bool,
    ) -> bool {
        // Before the field sees them.
        let (moved, enter) = ui.input_mut(|input| {
            let mut pressed = |key| input.consume_key(Modifiers::NONE, key);
            let down = isize::from(pressed(Key::ArrowDown)) - isize::from(pressed(Key::ArrowUp));
            let pages = isize::from(pressed(Key::PageDown)) - isize::from(pressed(Key::PageUp));
            (down + pages * 10, pressed(Key::Enter))
        });
        let before = self.text.clone();
        let field = ui.add(
            TextEdit::singleline(&mut self.text)
                .id(field_id())
                .hint_text("Find a table, profile or command")
                .desired_width(f32::INFINITY)
                .margin(egui::Margin::symmetric(8, 5)),
        );
        field.request_focus();
        name_field(&field, "Find a table, profile or command");
        if self.text != before {
            self.chosen = 0;
        }
        let mut all = entries(cx.state, can);
        all.extend_from_slice(self.tables.find(&self.text, cx.state));
        let found = find(&self.text, all);
        let last = found.len().saturating_sub(1);
        self.chosen = self.chosen.saturating_add_signed(moved).min(last);

        if found.is_empty() {
            ui.label(format!("Nothing is called “{}”.", self.text));
            return false;
        }
        ui.spacing_mut().item_spacing.y = 0.0;
        // Beside the rows, not over their keys.
        ui.spacing_mut().scroll.floating_allocated_width = 10.0;
        let mut pick = enter.then_some(self.chosen);
        ScrollArea::vertical()
            .max_height(ROWS_SEEN * CONTROL_HEIGHT)
            .auto_shrink([false, true])
            .show(ui, |ui| {
                for (index, entry) in found.iter().enumerate() {
                    let chosen = index == self.chosen;
                    let row = ListRow::new(entry.text.as_str())
                        .icon(entry.icon)
                        .detail(entry.detail.as_str())
                        .selected(chosen);
                    let row = ui.add(row);
                    if chosen && (moved != 0 || self.text != before) {
                        row.scroll_to_me(None);
                    }
                    if row.clicked() {
                        pick = Some(index);
                    }
                }
            });
        let Some(entry) = pick.and_then(|index| found.get(index)) else {
            return false;
        };
        cx.commands.push(entry.command.clone());
        true
    }
}

impl FoundTables {
    /// The best of them.
    fn find(&mut self, text: &str, state: &State) -> &[Entry] {
        let all = state.active_open().map(|open| open.tables.clone());
        let all = all.unwrap_or_default();
        let known = self.text == text && Arc::ptr_eq(&self.all, &all);
        if !known {
            let table = |name: &TableName| Entry {
                command: QueryCommand::OpenTable(name.clone()).into(),
                text: format::plain(&format!("{}.{}", name.database, name.table), LONGEST),
                detail: "table".to_owned(),
                icon: icons::TABLE,
            };
            *self = Self {
                text: text.to_owned(),
                found: find(text, all.iter().map(table)),
                all,
            };
        }
        &self.found
    }
}

fn field_id() -> Id {
    Id::unique("command palette field")
}

/// A field without a label of its own still has a name.
fn name_field(field: &egui::Response, name: &str) {
    field
        .ctx
        .accesskit_node_builder(field.id, |node| node.set_label(name));
}

fn entries(state: &State, can: &dyn Fn(&Command) -> bool) -> Vec<Entry> {
    let listed = Command::listed(state).into_iter().filter(can);
    let commands = listed.map(|command| {
        let words = command.words();
        Entry {
            detail: words.keys().unwrap_or_default(),
            text: words.text.into_owned(),
            icon: words.icon,
            command,
        }
    });
    let profiles = state.profiles.iter().map(|profile| Entry {
        command: ProfilesCommand::Connect(profile.id.clone()).into(),
        text: profile.name.to_string(),
        detail: format!("profile · {}", profile.environment.name()),
        icon: icons::PLUGS,
    });
    commands.chain(profiles).collect()
}

/// The entries that hold all letters of `text` in their order, the best first.
fn find(text: &str, entries: impl IntoIterator<Item = Entry>) -> Vec<Entry> {
    let mut found: Vec<_> = entries
        .into_iter()
        .filter_map(|entry| Some((score(text, &entry.text)?, entry)))
        .collect();
    // Stable: equals stay in the order of the list.
    found.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    found.truncate(MOST);
    found.into_iter().map(|(_, entry)| entry).collect()
}

/// How well `text` fits `name`: letters side by side and at the starts of words count more, long names less.
/// `None` where letters are missing.
fn score(text: &str, name: &str) -> Option<i32> {
    let lower = |text: &str| {
        text.chars()
            .flat_map(char::to_lowercase)
            .collect::<Vec<_>>()
    };
    let name = lower(name);
    let mut text = lower(text);
    text.retain(|c| !c.is_whitespace());
    let length = i32::try_from(name.len()).unwrap_or(i32::MAX).min(100);
    let Some(first) = text.first() else {
        return Some(0);
    };
    let starts = (0..name.len()).filter(|start| name[*start] == *first);
    let best = starts
        .filter_map(|start| score_from(start, &text, &name))
        .max()?;
    Some(best * 16 - length)
}

/// Takes each letter where it comes next, from `start` on.
fn score_from(start: usize, text: &[char], name: &[char]) -> Option<i32> {
    let mut score = 0;
    let mut from = start;
    for (number, letter) in text.iter().enumerate() {
        let at = from + name.get(from..)?.iter().position(|c| c == letter)?;
        let starts_word = at == 0 || !name[at - 1].is_alphanumeric();
        score += match () {
            () if number > 0 && at == from => 6,
            () if starts_word => 5,
            () => 0,
        };
        from = at + 1;
    }
    Some(score)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, names: &[&str]) -> Vec<String> {
        let entries = names.iter().map(|name| Entry {
            command: QueryCommand::Run.into(),
            text: (*name).to_owned(),
            detail: String::new(),
            icon: icons::TABLE,
        });
        let texts = |found: Vec<Entry>| found.into_iter().map(|entry| entry.text).collect();
        texts(find(text, entries))
    }

    #[test]
    fn starts_of_words_find_a_table() {
        let names = [
            "shop.orders",
            "analytics.experiment_assignments",
            "sys.metrics",
        ];
        assert_eq!(found("exass", &names), ["analytics.experiment_assignments"]);
        assert_eq!(found("EA", &names)[0], "analytics.experiment_assignments");
    }

    #[test]
    fn letters_side_by_side_come_first() {
        let names = ["shop.order_items", "shop.orders", "o_r_d_e_r_s"];
        assert_eq!(found("orders", &names)[0], "shop.orders");
    }

    #[test]
    fn missing_letters_find_nothing_and_no_letters_find_all() {
        assert!(found("xyz", &["orders"]).is_empty());
        assert_eq!(found(" ", &["b", "a"]), ["b", "a"]);
    }

    #[test]
    fn letters_that_grow_in_lower_case_do_no_harm() {
        assert_eq!(found("İ", &["İstanbul"]), ["İstanbul"]);
    }

    #[test]
    fn tables_are_looked_through_again_when_text_or_list_change() {
        let tables = |names: &[&str]| -> Arc<[TableName]> {
            let table = |name: &&str| TableName {
                database: "shop".to_owned(),
                table: (*name).to_owned(),
            };
            names.iter().map(table).collect()
        };
        let mut state = State::for_test();
        let mut found = FoundTables::default();
        let mut texts = |text: &str, state: &State| -> Vec<String> {
            let found = found.find(text, state).iter();
            found.map(|entry| entry.text.clone()).collect()
        };
        assert!(texts("or", &state).is_empty());
        state.sessions.values_mut().next().unwrap().tables = tables(&["orders", "items"]);
        assert_eq!(texts("or", &state), ["shop.orders"]);
        assert_eq!(texts("it", &state), ["shop.items"]);
        state.sessions.values_mut().next().unwrap().tables = tables(&["it\u{202e}"]);
        assert_eq!(texts("it", &state), ["shop.it\u{fffd}"]);
    }
}
