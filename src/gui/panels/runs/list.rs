//! The list at the left: search, the metric that is shown, and the runs, of which those that are ticked are drawn.
//!
//! Only rows in view are drawn. The list takes the keyboard as a whole: arrows, Page Up and Down, Home and End move,
//! Space ticks, Enter looks at one run alone.

use egui::{
    Align2, EventFilter, Id, Key, Modifiers, Popup, Rect, RichText, Role, ScrollArea, Sense,
    TextEdit, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::{
    RunsPanel,
    figures::keys,
    lines::{Line, Wanted},
    row::{Columns, ROW, Row, is_right},
};
use crate::{
    engine::metrics::runs::Goal,
    gui::{
        command::{Ask as _, RunsCommand},
        context::PanelContext,
        format, icons,
        saved::{RunsColumn, RunsOrder},
        theme::{PaletteExt as _, SPACE, text},
        widgets::{button::Button, choice::check_box_ui, list_row::ListRow, name},
        words::Words,
    },
};

const HEAD: f32 = 24.0;

impl RunsPanel {
    pub(super) fn list_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.spacing_mut().item_spacing.y = 6.0;
        ui.horizontal(|ui| {
            ui.add_space(SPACE[1]);
            ui.label(RichText::new("Training runs").text_style(TextStyle::Heading));
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                self.metric_ui(ui);
            });
        });
        self.search_ui(ui);
        self.switches_ui(ui, cx);
        self.rows_ui(ui, cx);
    }

    /// Which metric the list shows, and which way it gets better.
    fn metric_ui(&mut self, ui: &mut Ui) {
        let Some(read) = self.read.clone() else {
            return;
        };
        let Some((key, goal)) = self.metric() else {
            return;
        };
        let (icon, words, less) = match goal {
            Goal::Min => (icons::ARROW_DOWN, "less is better", true),
            Goal::Max => (icons::ARROW_UP, "more is better", false),
            Goal::Neither => (icons::MINUS, "neither way is better", true),
        };
        let turn = Words::new(icon, format!("{}: {words}; turn round", name::shown(&key)));
        if ui.add(Button::of(turn).icon_only()).clicked() {
            self.set_goal(&key, if less { Goal::Max } else { Goal::Min });
        }
        let shown: String = name::shown(&key).chars().take(22).collect();
        let button = ui.add(Button::of(Words::new(icons::CARET_DOWN, shown)).with_icon());
        ui.ctx().accesskit_node_builder(button.id, |node| {
            node.set_label(format!("Metric of the list: {}", name::shown(&key)));
        });
        Popup::menu(&button)
            .width(240.0)
            .accessible_name("Metric of the list")
            .show(|ui| {
                ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
                ScrollArea::vertical().max_height(320.0).show(ui, |ui| {
                    for other in keys(read.runs.iter()) {
                        let row = ListRow::new(name::shown(&other)).selected(other == key);
                        if ui.add(row).clicked() {
                            self.set_metric(other);
                            ui.close();
                        }
                    }
                });
            });
    }

    fn search_ui(&mut self, ui: &mut Ui) {
        let all = self.read.as_ref().map_or(0, |read| read.runs.len());
        let field = TextEdit::singleline(&mut self.search)
            .hint_text(format!(
                "{} Search {}",
                icons::MAGNIFYING_GLASS,
                format::count(all as u64)
            ))
            .char_limit(200)
            .margin(egui::Margin::symmetric(8, 5))
            .desired_width(f32::INFINITY);
        let field = ui.add(field);
        ui.ctx().accesskit_node_builder(field.id, |node| {
            node.set_label("Search runs");
        });
        if field.changed() {
            self.cursor = 0;
        }
        let escaped = field.has_focus()
            && !self.search.is_empty()
            && ui.input_mut(|input| input.consume_key(Modifiers::NONE, Key::Escape));
        if escaped {
            self.search.clear();
        }
    }

    fn switches_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        ui.horizontal(|ui| {
            ui.add_space(2.0);
            ui.spacing_mut().item_spacing.x = SPACE[1];
            check_box_ui(ui, &mut self.saved.grouped, "By experiment");
            let mut deleted = self.saved.deleted;
            let hidden = self.read.as_ref().map_or(0, |read| read.hidden);
            let words = if hidden > 0 {
                format!("Deleted ({})", format::count(hidden))
            } else {
                "Deleted".to_owned()
            };
            if check_box_ui(ui, &mut deleted, &words).changed() {
                cx.commands.push(RunsCommand::Deleted(deleted));
            }
            ui.with_layout(egui::Layout::right_to_left(egui::Align::Center), |ui| {
                ui.spacing_mut().item_spacing.x = 0.0;
                for (command, words) in [
                    (RunsCommand::ShowNone, "None"),
                    (RunsCommand::ShowNewest, "Newest 10"),
                ] {
                    let long = command.words().text;
                    let button = ui.add(Button::of(Words::new(icons::CHECK, words)).plain());
                    ui.ctx().accesskit_node_builder(button.id, |node| {
                        node.set_label(long.to_string());
                    });
                    if button.clicked() {
                        cx.commands.push(command);
                    }
                }
                let ticked = format!("{} ticked", self.ticked.len());
                ui.label(RichText::new(ticked).small().color(ui.palette().faint));
            });
        });
    }

    fn rows_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(read) = self.read.clone() else {
            return;
        };
        if read.runs.is_empty() {
            return;
        }
        let metric = self.metric();
        let wanted = Wanted {
            version: self.version,
            search: self.search.clone(),
            order: self.saved.order,
            grouped: self.saved.grouped,
            metric: metric.as_ref().map(|(key, _)| key.clone()),
            goal: metric.as_ref().map(|(_, goal)| *goal),
        };
        let lines = self.lines.of(&read.runs, &wanted).to_vec();
        if lines.is_empty() {
            let words = format!("No run has “{}”.", format::plain(&self.search, 60));
            ui.label(RichText::new(words).color(ui.palette().secondary));
            return;
        }
        self.head_ui(ui);
        let foot = if read.more { 34.0 } else { 0.0 };
        let room = ui.available_rect_before_wrap();
        let room = room.with_max_y((room.bottom() - foot).max(room.top()));
        let id = ui.scope_id().with("runs");
        let list = ui.interact(room, id, Sense::CLICK | Sense::FOCUSABLE);
        list.widget_info(|| WidgetInfo::labeled(Role::ListBox, ui.is_enabled(), "runs"));
        let focused = list.has_focus();
        let before = self.cursor;
        let mut pressed = None;
        if focused {
            let page = (room.height() / ROW) as usize;
            pressed = self.keys(ui, id, lines.len(), page.max(1));
        }
        self.cursor = self.cursor.min(lines.len() - 1);
        let best = metric
            .as_ref()
            .and_then(|(key, goal)| super::best_of(&read.runs, key, *goal));
        let mut inner = ui.new_child(UiBuilder::new().id_salt(id).max_rect(room));
        inner.set_clip_rect(room.intersect(ui.clip_rect()));
        let scroll = ScrollArea::vertical().id_salt(id).auto_shrink(false);
        scroll.show_viewport(&mut inner, |ui, view| {
            ui.set_height(lines.len() as f32 * ROW);
            let origin = ui.min_rect().min;
            let size = vec2(ui.available_width(), ROW);
            let area =
                |at: usize| Rect::from_min_size(pos2(origin.x, origin.y + at as f32 * ROW), size);
            if self.cursor != before {
                ui.scroll_to_rect(area(self.cursor), None);
            }
            let first = (view.top() / ROW).max(0.0) as usize;
            let end = ((view.bottom() / ROW).ceil().max(0.0) as usize).min(lines.len());
            let builder = UiBuilder::new().accessibility_parent(id);
            ui.scope_builder(builder, |ui| {
                for (at, line) in lines.iter().enumerate().take(end).skip(first) {
                    let row_id = id.with(("row", at));
                    let cursor = focused && at == self.cursor;
                    let response = match line {
                        Line::Group(group, count) => {
                            group_ui(ui, area(at), row_id, group, *count, cursor)
                        }
                        Line::Run(place) => {
                            let found = &read.runs[*place];
                            let row = Row {
                                found,
                                slot: self.slot_of(&found.run.id),
                                cursor,
                                metric: metric.as_ref().map(|(key, goal)| (key.as_str(), *goal)),
                                best: best == Some(*place),
                                now: read.as_of,
                            };
                            row.ui(ui, area(at), row_id)
                        }
                    };
                    if response.clicked() {
                        self.cursor = at;
                        list.request_focus();
                        pressed = Some(if response.double_clicked() {
                            Pressed::Alone
                        } else {
                            Pressed::Tick
                        });
                    }
                    if cursor {
                        ui.accesskit_node_builder(id, |node| {
                            node.set_active_descendant(response.id.accesskit_id());
                        });
                    }
                }
            });
        });
        if let Some(pressed) = pressed {
            self.press(pressed, &lines, cx);
        }
        ui.advance_cursor_after_rect(room);
        if read.more && ui.add(RunsCommand::More.button().with_icon()).clicked() {
            cx.commands.push(RunsCommand::More);
        }
    }

    /// The heads of the columns; each orders the runs by its values.
    fn head_ui(&mut self, ui: &mut Ui) {
        let size = vec2(ui.available_width(), HEAD);
        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
        let palette = ui.palette();
        ui.painter().rect_filled(rect, 4.0, palette.raised);
        for (column, area) in Columns::of(rect).0 {
            let words = match column {
                RunsColumn::Name => "Run",
                RunsColumn::Status => "Status",
                RunsColumn::Start => "Start (UTC)",
                RunsColumn::Took => "Took",
                RunsColumn::Last => "Last",
                RunsColumn::Best => "Best",
            };
            let id = ui.scope_id().with(("head", words));
            let head = ui.interact(area, id, Sense::click());
            let on = self.saved.order.by == column;
            let spoken = match (on, self.saved.order.turned) {
                (true, false) => format!("Order by {words}, on"),
                (true, true) => format!("Order by {words}, turned round"),
                (false, _) => format!("Order by {words}"),
            };
            head.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &spoken));
            if head.clicked() {
                let turned = on && !self.saved.order.turned;
                self.saved.order = RunsOrder { by: column, turned };
            }
            let ink = if on || head.hovered() || head.has_focus() {
                palette.text
            } else {
                palette.secondary
            };
            let font = TextStyle::Small.resolve(ui.style());
            let arrow = match (on, self.saved.order.turned) {
                (true, false) => " ↓",
                (true, true) => " ↑",
                (false, _) => "",
            };
            let words = format!("{words}{arrow}");
            let inner = area.shrink2(vec2(4.0, 0.0));
            let (at, align) = if is_right(column) {
                (inner.right_center(), Align2::RIGHT_CENTER)
            } else {
                (inner.left_center(), Align2::LEFT_CENTER)
            };
            ui.painter().text(at, align, words, font, ink);
            if head.has_focus() {
                let line = palette.focus();
                let kind = egui::StrokeKind::Inside;
                ui.painter().rect_stroke(area, 4.0, line, kind);
            }
        }
    }

    fn keys(&mut self, ui: &Ui, id: Id, lines: usize, page: usize) -> Option<Pressed> {
        let filter = EventFilter {
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
        let cursor = &mut self.cursor;
        ui.input_mut(|input| {
            let mut pressed = |key| isize::from(input.consume_key(Modifiers::NONE, key));
            let rows = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
            let pages = pressed(Key::PageDown) - pressed(Key::PageUp);
            *cursor = cursor.saturating_add_signed(rows + pages * page.cast_signed());
            if pressed(Key::Home) > 0 {
                *cursor = 0;
            }
            if pressed(Key::End) > 0 {
                *cursor = lines;
            }
            if pressed(Key::Enter) > 0 {
                return Some(Pressed::Alone);
            }
            (pressed(Key::Space) > 0).then_some(Pressed::Tick)
        })
    }

    fn press(&mut self, pressed: Pressed, lines: &[Line], cx: &PanelContext<'_>) {
        let Some(read) = self.read.clone() else {
            return;
        };
        let id = |at: usize| read.runs.get(at).map(|found| found.run.id.clone());
        match (lines.get(self.cursor), pressed) {
            (Some(Line::Run(at)), Pressed::Tick) => {
                if let Some(id) = id(*at) {
                    let ticked = self.slot_of(&id).is_some();
                    self.tick(&id, !ticked);
                }
            }
            (Some(Line::Run(at)), Pressed::Alone) => {
                if let Some(id) = id(*at) {
                    cx.commands.push(RunsCommand::Show(id));
                }
            }
            (Some(Line::Group(..)), _) => {
                let of_group = lines.iter().skip(self.cursor + 1);
                let ids: Vec<String> = of_group
                    .map_while(|line| match line {
                        Line::Run(at) => id(*at),
                        Line::Group(..) => None,
                    })
                    .collect();
                let all = ids.iter().all(|id| self.slot_of(id).is_some());
                for id in ids {
                    self.tick(&id, !all);
                }
            }
            (None, _) => {}
        }
    }
}

/// What was done to a line.
#[derive(Clone, Copy)]
enum Pressed {
    Tick,
    Alone,
}

fn group_ui(
    ui: &Ui,
    rect: Rect,
    id: Id,
    group: &str,
    count: usize,
    cursor: bool,
) -> egui::Response {
    let palette = ui.palette();
    let response = ui.interact(rect, id, Sense::CLICK);
    let unit = if count == 1 { "run" } else { "runs" };
    let shown = if group.is_empty() {
        "no experiment".to_owned()
    } else {
        name::shown(group)
    };
    let spoken = format!("{shown}, {count} {unit}; tick or untick all");
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &spoken));
    if response.hovered() {
        ui.painter().rect_filled(rect, 4.0, palette.raised);
    }
    if cursor {
        let kind = egui::StrokeKind::Inside;
        ui.painter().rect_stroke(rect, 4.0, palette.focus(), kind);
    }
    let strong = text::strong().resolve(ui.style());
    let (galley, _) = name::fitted(ui, &shown, &strong, palette.text, rect.width() - 90.0);
    let at = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    let width = galley.size().x;
    ui.painter().galley(at, galley, palette.text);
    let small = TextStyle::Small.resolve(ui.style());
    let at = pos2(at.x + width + 8.0, rect.center().y);
    let words = format!("{count} {unit}");
    ui.painter()
        .text(at, Align2::LEFT_CENTER, words, small, palette.faint);
    response.on_hover_text("Tick or untick all of them")
}
