//! The drawer at the right: how the groups are compared and the notes on the axis of time, or the statements that were
//! run.

use egui::{DragValue, Label, Popup, RichText, ScrollArea, TextEdit, Ui, vec2};

use super::{FlagsPanel, reading::Step, view::View};
use crate::{
    engine::metrics::{
        advice,
        flags::{EVENTS, analysis::CAUTION, burn, timeline::MOST_LINES},
        markers::CHANGES,
        series::Moment,
        words::trimmed,
    },
    gui::{
        command::{Ask as _, FlagsCommand, QueryCommand},
        context::PanelContext,
        dialogs::mapping::MapStep,
        format, icons,
        saved::FlagChoice,
        theme::{PaletteExt as _, SPACE, text},
        widgets::{
            button::Button, card::hint_ui, choice::check_box_ui, list_row::ListRow, name,
            ran_list::ran_list_ui,
        },
        words::Words,
    },
};

pub(super) const WIDTH: f32 = 316.0;
/// Groups that can be ticked: beyond these nobody searches by eye.
const MOST_TICKS: usize = 200;

/// What the drawer holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Drawer {
    Method,
    Sql,
}

/// A note that is being written.
#[derive(Debug, Default)]
pub(super) struct NoteDraft {
    at: String,
    text: String,
}

impl FlagsPanel {
    pub(super) fn drawer_ui(&mut self, ui: &mut Ui, drawer: Drawer, cx: &PanelContext<'_>) {
        let title = match drawer {
            Drawer::Method => "Method",
            Drawer::Sql => "What was run",
        };
        ui.horizontal(|ui| {
            ui.label(RichText::new(title).text_style(egui::TextStyle::Heading));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                let close = Words::new(icons::X, "Close the drawer");
                if ui.add(Button::of(close).icon_only()).clicked() {
                    self.drawer = None;
                }
            });
        });
        ui.add_space(SPACE[0]);
        ScrollArea::vertical()
            .id_salt(title)
            .auto_shrink(false)
            .show(ui, |ui| {
                ui.set_width(ui.available_width() - 10.0);
                match drawer {
                    Drawer::Method => self.method_ui(ui, cx),
                    Drawer::Sql => self.sql_ui(ui, cx),
                }
            });
    }

    fn method_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let before = self.choice();
        let mut choice = before.clone();
        confidence_ui(ui, &mut choice);
        margin_ui(ui, &mut choice);
        hint_ui(
            ui,
            &format!(
                "Wilson's and Newcombe's intervals, pooled z test; {CAUTION}, so p is smaller than it should be."
            ),
        );
        separator_ui(ui);
        self.objective_ui(ui, &mut choice);
        separator_ui(ui);
        if let Some(view) = &self.view {
            lines_ui(ui, view, cx);
        }
        self.notes_ui(ui, cx);
        if choice != before {
            cx.commands.push(FlagsCommand::Use(choice));
        } else if choice != FlagChoice::default() {
            ui.add_space(SPACE[1]);
            let reset = Words::new(icons::ARROW_COUNTER_CLOCKWISE, "Back to the usual method");
            if ui.add(Button::of(reset)).clicked() {
                self.objective.clear();
                cx.commands.push(FlagsCommand::Use(FlagChoice::default()));
            }
        }
    }

    fn objective_ui(&mut self, ui: &mut Ui, choice: &mut FlagChoice) {
        heading_ui(ui, "Objective");
        hint_ui(
            ui,
            "What share of requests shall succeed. It adds burn rates, alerts and what is left of a budget of 30 days.",
        );
        if let Some(objective) = choice.objective {
            let shown = format!("{} %", trimmed(objective * 100.0));
            line_ui(ui, "Now", |ui| {
                let remove = Words::new(icons::X, "Remove the objective");
                if ui.add(Button::of(remove).icon_only()).clicked() {
                    choice.objective = None;
                }
                ui.label(RichText::new(shown).text_style(text::cell()));
            });
        }
        ui.horizontal(|ui| {
            let field = TextEdit::singleline(&mut self.objective)
                .hint_text("99.9 %")
                .char_limit(12)
                .desired_width(84.0);
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label("Objective"));
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(egui::Key::Enter));
            let read = burn::parse_objective(&self.objective);
            let set = Button::of(Words::new(icons::CHECK, "Set the objective"));
            let set = ui
                .add_enabled(read.is_ok(), set)
                .on_disabled_hover_text("Write a share below 100 %, such as 99.9 %");
            if let Ok(objective) = read
                && (set.clicked() || enter)
            {
                choice.objective = Some(objective);
                self.objective.clear();
            }
        });
    }

    fn notes_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        heading_ui(ui, "Notes on the axis of time");
        for (at, note) in self.notes().iter().enumerate() {
            ui.horizontal(|ui| {
                let when = Moment(note.at).to_string();
                let when = when
                    .trim_end_matches(":00")
                    .trim_end_matches(" 00:00")
                    .to_owned();
                ui.label(RichText::new(when).color(ui.palette().secondary));
                ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                    let words = Words::new(icons::X, format!("Remove note {}", at + 1));
                    if ui.add(Button::of(words).icon_only()).clicked() {
                        cx.commands.push(FlagsCommand::RemoveNote(at));
                    }
                    ui.with_layout(egui::Layout::left_to_right(egui::Align::Center), |ui| {
                        ui.add(Label::new(format::plain(&note.text, 200)).truncate());
                    });
                });
            });
        }
        let draft = &mut self.note;
        for (name, example, text) in [
            ("Time of the note", "2026-10-01 14:30, UTC", &mut draft.at),
            ("Note", "What happened then", &mut draft.text),
        ] {
            let field = TextEdit::singleline(text)
                .hint_text(example)
                .char_limit(200)
                .desired_width(f32::INFINITY);
            let field = ui.add(field);
            ui.ctx()
                .accesskit_node_builder(field.id, |node| node.set_label(name));
        }
        let at = Moment::parse(&draft.at).filter(|_| !draft.text.trim().is_empty());
        let add = FlagsCommand::AddNote {
            at: at.unwrap_or_default().0,
            text: draft.text.trim().to_owned(),
        };
        let response = ui
            .add_enabled(at.is_some(), add.button())
            .on_disabled_hover_text(
                "Write a time, such as 2026-10-01 14:30, and what happened then",
            );
        if response.clicked() {
            cx.commands.push(add);
            *draft = NoteDraft::default();
        }
        ui.add_space(SPACE[1]);
        hint_ui(ui, "Changes of flags are marked too, if a table has them.");
        if ui
            .add(Button::of(Words::new(icons::TABLE, "Table of changes…")))
            .clicked()
        {
            cx.commands.push(FlagsCommand::Map(MapStep::Open(&CHANGES)));
        }
    }

    fn sql_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let listed = self
            .list
            .value()
            .map(|listed| ("The list at the left", &listed.ran));
        let shown: Vec<_> = match (&self.view, self.first.value()) {
            (Some(view), _) => view
                .data
                .ran
                .iter()
                .map(|(what, ran)| (what.words(), ran))
                .collect(),
            (None, Some(Step::Read(first))) => vec![("Requests and errors by group", &first.ran)],
            (None, Some(Step::Heavy { .. }) | None) => Vec::new(),
        };
        let all: Vec<_> = shown.into_iter().chain(listed).collect();
        if all.is_empty() {
            ui.label(RichText::new("Nothing was run yet.").color(ui.palette().secondary));
        }
        if let Some(at) = ran_list_ui(ui, all.iter().copied()) {
            let name = self.shown.as_deref().unwrap_or("flags");
            cx.commands.push(QueryCommand::OpenText {
                name: format::plain(name, 40),
                sql: all[at].1.sql.clone(),
            });
        }
        ui.add_space(SPACE[1]);
        if let Some(advice) = self
            .view
            .as_ref()
            .and_then(|view| view.data.advice.as_ref())
        {
            advice_ui(ui, advice);
            ui.add_space(SPACE[1]);
        }
        if let Some(table) = self.list.value().map(|listed| &listed.source.table) {
            let table = format!("{}.{}", table.database, table.table);
            hint_ui(ui, &format!("Read from {}.", name::shown(&table)));
        }
        if ui
            .add(Button::of(Words::new(icons::TABLE, "Map tables…")))
            .clicked()
        {
            cx.commands.push(FlagsCommand::Map(MapStep::Open(&EVENTS)));
        }
    }
}

pub(super) fn advice_ui(ui: &mut Ui, advice: &advice::Advice) {
    heading_ui(ui, "An index would make this quicker");
    let size = advice.bytes.map_or(String::new(), |bytes| {
        format!(" About {}.", format::bytes(bytes))
    });
    hint_ui(
        ui,
        &format!(
            "With it none of these statements reads the rows themselves.{size} {}",
            advice::CAUTION
        ),
    );
    let sql = RichText::new(format::plain(&advice.sql, 2_000)).text_style(text::position());
    ui.add(Label::new(sql).wrap().selectable(true));
    if ui
        .add(Button::of(Words::new(icons::COPY, "Copy the index")))
        .clicked()
    {
        ui.copy_text(advice.sql.clone());
    }
}

fn confidence_ui(ui: &mut Ui, choice: &mut FlagChoice) {
    const ALL: [(f64, &str); 4] = [
        (0.1, "90 %"),
        (0.05, "95 %"),
        (0.01, "99 %"),
        (0.001, "99.9 %"),
    ];
    let is = |alpha: f64| (choice.alpha - alpha).abs() < 1e-9;
    let shown = ALL
        .iter()
        .find(|(alpha, _)| is(*alpha))
        .map_or("own", |(_, words)| words);
    let mut picked = None;
    line_ui(ui, "Confidence", |ui| {
        let button = ui.add(Button::of(Words::new(icons::CARET_DOWN, shown)).with_icon());
        ui.ctx().accesskit_node_builder(button.id, |node| {
            node.set_label(format!("Confidence: {shown}"));
        });
        Popup::menu(&button)
            .width(160.0)
            .accessible_name("Confidence")
            .show(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                for (alpha, words) in ALL {
                    if ui.add(ListRow::new(words).selected(is(alpha))).clicked() {
                        picked = Some(alpha);
                        ui.close();
                    }
                }
            });
    });
    choice.alpha = picked.unwrap_or(choice.alpha);
}

/// Which groups the chart draws, where there are several to choose from.
fn lines_ui(ui: &mut Ui, view: &View, cx: &PanelContext<'_>) {
    let groups = &view.data.groups;
    if groups.len() < 3 {
        return;
    }
    heading_ui(ui, "Lines of the chart");
    ScrollArea::vertical()
        .id_salt("lines")
        .max_height(180.0)
        .show(ui, |ui| {
            for group in groups.iter().take(MOST_TICKS) {
                let drawn = view.is_drawn(&group.key);
                let mut ticked = drawn;
                check_box_ui(ui, &mut ticked, &name::shown(group.key.shown()));
                if ticked == drawn {
                    continue;
                }
                let others = groups.iter().filter(|other| other.key != group.key);
                let mut lines: Vec<_> = others
                    .filter(|other| view.is_drawn(&other.key))
                    .map(|other| other.key.clone())
                    .collect();
                if ticked {
                    lines.push(group.key.clone());
                }
                lines.truncate(MOST_LINES);
                cx.commands.push(FlagsCommand::Lines(lines));
            }
        });
    separator_ui(ui);
}

/// In points of a percent, as the table has differences.
fn margin_ui(ui: &mut Ui, choice: &mut FlagChoice) {
    line_ui(ui, "Margin", |ui| {
        let mut points = choice.margin * 100.0;
        let before = points;
        let field = DragValue::new(&mut points)
            .range(-100.0..=100.0)
            .speed(0.01)
            .max_decimals(4)
            .suffix(" pp");
        let response = ui
            .add(field)
            .on_hover_text("What the rate may rise by before it counts as worse");
        ui.ctx()
            .accesskit_node_builder(response.id, |node| node.set_label("Margin in points"));
        if (points - before).abs() > f64::EPSILON {
            choice.margin = points / 100.0;
        }
    });
}

fn heading_ui(ui: &mut Ui, words: &str) {
    ui.label(RichText::new(words).text_style(text::strong()));
}

fn separator_ui(ui: &mut Ui) {
    ui.add_space(SPACE[0]);
    ui.separator();
    ui.add_space(SPACE[0]);
}

/// A line with its words at the left and the control at the right.
fn line_ui(ui: &mut Ui, words: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.label(RichText::new(words).color(ui.palette().secondary));
        ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), control);
    });
}
