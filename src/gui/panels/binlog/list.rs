//! The list of transactions, newest first. Only rows in view are laid out; what arrives does not move what is read.

use egui::{
    Align2, Color32, EventFilter, FontId, Id, Key, Modifiers, Rect, Response, RichText, Role,
    ScrollArea, Sense, StrokeKind, TextStyle, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::{
    BinlogPanel, clock,
    held::{Held, Took},
    ring::{Ring, is_notable},
};
use crate::{
    engine::binlog::{gtid::Gtid, transaction::Outcome},
    gui::{
        context::PanelContext,
        format,
        theme::{Palette, PaletteExt as _, SELECTION_RADIUS, text},
        widgets::name,
        zone::Zone,
    },
};

/// Rows of lists of events.
const ROW: f32 = 26.0;
const HEAD: f32 = 26.0;
/// Names of tables that a row shows.
const TABLES: usize = 4;

/// What the list remembers.
#[derive(Default)]
pub(super) struct List {
    /// The number of the transaction that the keyboard is at.
    cursor: Option<u64>,
    /// The transaction at the upper edge, and how far it is scrolled out; none at the newest.
    anchor: Option<(u64, f32)>,
    /// Only these seconds are seen, the last included.
    pub(super) brush: Option<(u32, u32)>,
    chosen: Chosen,
}

/// Which transactions are seen, where not all are.
#[derive(Default)]
struct Chosen {
    of: (u64, u64, Option<(u32, u32)>, Option<usize>, bool),
    numbers: Option<Vec<u64>>,
}

/// The rows from top to bottom.
struct Rows<'a> {
    ring: &'a Ring,
    numbers: Option<&'a [u64]>,
}

impl Rows<'_> {
    fn len(&self) -> usize {
        self.numbers.map_or(self.ring.len(), <[u64]>::len)
    }

    fn number(&self, row: usize) -> Option<u64> {
        let back = self.len().checked_sub(row + 1)?;
        match self.numbers {
            Some(numbers) => numbers.get(back).copied(),
            None => Some(self.ring.first() + back as u64),
        }
    }

    /// The row of a transaction, or of the next older one that is seen.
    fn row(&self, number: u64) -> usize {
        let not_newer = match self.numbers {
            Some(numbers) => numbers.partition_point(|one| *one <= number),
            None => usize::try_from((number + 1).saturating_sub(self.ring.first()))
                .unwrap_or(usize::MAX),
        };
        let len = self.len();
        len.saturating_sub(not_newer).min(len.saturating_sub(1))
    }
}

impl Chosen {
    fn update(&mut self, ring: &Ring, brush: Option<(u32, u32)>, found: Option<&[u64]>) {
        let of = (
            ring.first(),
            ring.next(),
            brush,
            found.map(<[u64]>::len),
            found.is_some(),
        );
        if self.of == of {
            return;
        }
        self.of = of;
        let within = |number: &u64| {
            brush.is_none_or(|(from, to)| {
                let second = ring.get(*number).map(|held| held.second());
                second.is_some_and(|second| (from..=to).contains(&second))
            })
        };
        self.numbers = match (found, brush) {
            (None, None) => None,
            (Some(found), _) => Some(found.iter().copied().filter(within).collect()),
            (None, Some(_)) => Some((ring.first()..ring.next()).filter(within).collect()),
        };
    }
}

impl List {
    /// Bring a transaction into view, with the keyboard at it.
    pub(super) fn go_to(&mut self, number: u64) {
        self.brush = None;
        self.cursor = Some(number);
        self.anchor = Some((number, 0.0));
    }
}

impl BinlogPanel {
    pub(super) fn list_ui(&mut self, ui: &mut Ui, cx: &PanelContext<'_>) {
        let Some(stream) = &self.stream else { return };
        let ring = &stream.ring;
        let list = &mut self.list;
        list.chosen.update(ring, list.brush, self.find.found());
        let rows = Rows {
            ring,
            numbers: list.chosen.numbers.as_deref(),
        };
        let columns = head_ui(ui);
        if rows.len() == 0 {
            let words = if list.brush.is_some() {
                "No transaction of this time is held. A click on the bars above shows all."
            } else {
                "Nothing that is held has this text."
            };
            ui.label(RichText::new(words).color(ui.palette().secondary));
            return;
        }
        let room = ui.available_rect_before_wrap();
        let id = ui.scope_id().with("transactions");
        let area = ui.interact(room, id, Sense::CLICK | Sense::FOCUSABLE);
        area.widget_info(|| WidgetInfo::labeled(Role::ListBox, ui.is_enabled(), "transactions"));
        let focused = area.has_focus();
        let mut opened = None;
        let mut offset = list
            .anchor
            .map_or(0.0, |(number, into)| rows.row(number) as f32 * ROW + into);
        if focused {
            let page = ((room.height() / ROW) as usize).max(1);
            let at = list.cursor.map(|number| rows.row(number));
            let (to, enter) = keys(ui, id, at, rows.len(), page);
            if to != at
                && let Some(to) = to
            {
                list.cursor = rows.number(to);
                // Into view, by as little as is needed.
                let top = to as f32 * ROW;
                offset = offset.clamp((top + ROW - room.height()).max(0.0), top);
                if self.details.is_open() {
                    opened = list.cursor;
                }
            }
            if enter {
                opened = list.cursor;
            }
        }
        let shown_number = self.details.number();
        let days = spans_days(ring, cx.state.settings.zone);
        let look = Look {
            zone: cx.state.settings.zone,
            days,
            columns,
        };
        let mut inner = ui.new_child(UiBuilder::new().id_salt(id).max_rect(room));
        inner.set_clip_rect(room.intersect(ui.clip_rect()));
        inner.spacing_mut().item_spacing.y = 0.0;
        let output = ScrollArea::vertical()
            .id_salt(id)
            .auto_shrink(false)
            .vertical_scroll_offset(offset)
            .show_rows(&mut inner, ROW, rows.len(), |ui, seen| {
                let builder = UiBuilder::new().accessibility_parent(id);
                ui.scope_builder(builder, |ui| {
                    for row in seen {
                        let size = vec2(ui.available_width(), ROW);
                        let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                        let Some((number, held)) = rows
                            .number(row)
                            .and_then(|number| Some((number, ring.get(number)?)))
                        else {
                            continue;
                        };
                        let at_cursor = focused && list.cursor == Some(number);
                        let selected = shown_number == Some(number);
                        let response =
                            look.row_ui(ui, rect, id.with(number), held, selected, at_cursor);
                        if response.clicked() {
                            list.cursor = Some(number);
                            area.request_focus();
                            opened = Some(number);
                        }
                        if at_cursor {
                            ui.accesskit_node_builder(id, |node| {
                                node.set_active_descendant(response.id.accesskit_id());
                            });
                        }
                    }
                });
            });
        let offset = output.state.clamped_offset().y;
        let top = (offset / ROW) as usize;
        list.anchor = (offset >= 1.0)
            .then(|| Some((rows.number(top)?, offset - top as f32 * ROW)))
            .flatten();
        if let Some(number) = opened
            && let Some(held) = ring.get(number)
        {
            self.details.open(Some(number), held.clone());
        }
        ui.advance_cursor_after_rect(room);
    }
}

/// What is held is of more than one day.
fn spans_days(ring: &Ring, zone: Zone) -> bool {
    let day = |second: u32| (i64::from(second) + i64::from(zone.offset_secs)) / 86_400;
    let first = ring.seconds().first_key_value();
    let last = ring.seconds().last_key_value();
    first
        .zip(last)
        .is_some_and(|((first, _), (last, _))| day(*first) != day(*last))
}

/// Where the keyboard goes, and whether it opens.
fn keys(ui: &Ui, id: Id, at: Option<usize>, len: usize, page: usize) -> (Option<usize>, bool) {
    let filter = EventFilter {
        vertical_arrows: true,
        ..EventFilter::default()
    };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(id, filter));
    ui.input_mut(|input| {
        let mut pressed = |key| isize::from(input.consume_key(Modifiers::NONE, key));
        let rows = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
        let pages = pressed(Key::PageDown) - pressed(Key::PageUp);
        let (home, end) = (pressed(Key::Home) > 0, pressed(Key::End) > 0);
        let enter = pressed(Key::Enter) > 0;
        let last = len.saturating_sub(1);
        let step = rows + pages * page.cast_signed();
        let to = match (at, home, end) {
            (_, true, _) => Some(0),
            (_, _, true) => Some(last),
            (None, ..) if step != 0 || enter => Some(0),
            (None, ..) => None,
            (Some(at), ..) => Some(at.saturating_add_signed(step).min(last)),
        };
        (to, enter)
    })
}

/// Where columns begin and end, from the row's left edge.
#[derive(Clone, Copy)]
struct Columns {
    transaction: f32,
    tables: f32,
    tables_end: f32,
    rows: f32,
    size: f32,
    took: f32,
}

fn head_ui(ui: &mut Ui) -> Columns {
    let width = ui.available_width();
    let columns = Columns {
        transaction: 118.0,
        tables: if width > 560.0 { 250.0 } else { 214.0 },
        tables_end: width - 250.0,
        rows: width - 176.0,
        size: width - 92.0,
        took: width - 16.0,
    };
    let (rect, _) = ui.allocate_exact_size(vec2(width, HEAD), Sense::hover());
    let palette = ui.palette();
    let painter = ui.painter();
    painter.rect_filled(rect, 4.0, palette.raised);
    let font = text::strong().resolve(ui.style());
    let font = FontId::new(11.5, font.family);
    let y = rect.center().y;
    for (words, x, align) in [
        ("Time", 10.0, Align2::LEFT_CENTER),
        ("Transaction", columns.transaction, Align2::LEFT_CENTER),
        ("Tables", columns.tables, Align2::LEFT_CENTER),
        ("Rows", columns.rows, Align2::RIGHT_CENTER),
        ("Size", columns.size, Align2::RIGHT_CENTER),
        ("Took", columns.took, Align2::RIGHT_CENTER),
    ] {
        let at = pos2(rect.left() + x, y);
        painter.text(at, align, words, font.clone(), palette.secondary);
    }
    columns
}

/// How rows are drawn.
struct Look {
    zone: Zone,
    days: bool,
    columns: Columns,
}

impl Look {
    fn row_ui(
        &self,
        ui: &Ui,
        rect: Rect,
        id: Id,
        held: &Held,
        selected: bool,
        at_cursor: bool,
    ) -> Response {
        let palette = ui.palette();
        let response = ui.interact(rect, id, Sense::CLICK);
        let time = clock::time(held.micros(), self.zone, self.days);
        let transaction = short(held);
        let (what, ink) = what(held, palette);
        let rows = if held.rows == 0 && held.definition().is_some() {
            "DDL".to_owned()
        } else {
            format::count(held.rows)
        };
        let size = format::bytes(held.end.bytes);
        let took = took(held);
        let spoken = format!("{time}, {transaction}, {what}, {rows} rows, {size}, {took}");
        response.widget_info(|| {
            WidgetInfo::selected(Role::ListBoxOption, ui.is_enabled(), selected, &spoken)
        });
        let painter = ui.painter();
        if selected {
            painter.rect_filled(rect, SELECTION_RADIUS, palette.selection);
        } else if response.hovered() {
            painter.rect_filled(rect, SELECTION_RADIUS, palette.raised);
        }
        painter.hline(rect.x_range(), rect.bottom(), palette.hairline());
        if at_cursor {
            let focus = palette.focus();
            painter.rect_stroke(rect, SELECTION_RADIUS, focus, StrokeKind::Inside);
        }
        let mono = text::cell().resolve(ui.style());
        let body = TextStyle::Body.resolve(ui.style());
        let left = |x: f32| pos2(rect.left() + x, rect.center().y);
        let put = |x: f32, align, words: &str, font: &FontId, ink| {
            painter.text(left(x), align, words, font.clone(), ink);
        };
        let notable = is_notable(held);
        let figure = if notable {
            palette.warning
        } else {
            palette.text
        };
        let faint = if notable {
            palette.warning
        } else {
            palette.secondary
        };
        let columns = self.columns;
        put(10.0, Align2::LEFT_CENTER, &time, &mono, palette.secondary);
        let width = columns.tables - columns.transaction - 8.0;
        let (galley, _) = name::fitted(ui, &transaction, &mono, palette.text, width);
        let at = left(columns.transaction) - vec2(0.0, galley.size().y / 2.0);
        painter.galley(at, galley, palette.text);
        let width = columns.tables_end - columns.tables;
        let (galley, _) = name::fitted(ui, &what, &body, ink, width.max(20.0));
        let at = left(columns.tables) - vec2(0.0, galley.size().y / 2.0);
        painter.galley(at, galley, ink);
        put(columns.rows, Align2::RIGHT_CENTER, &rows, &mono, figure);
        put(columns.size, Align2::RIGHT_CENTER, &size, &mono, faint);
        put(columns.took, Align2::RIGHT_CENTER, &took, &mono, faint);
        response.on_hover_ui(|ui| {
            ui.label(held.gtid().unwrap_or_else(|| place(held)));
            ui.label(format!(
                "{} {}",
                clock::moment(held.micros(), self.zone),
                self.zone
            ));
            for tally in held.tables().take(20) {
                let [inserts, updates, deletes] = tally.tally.rows;
                let table = format!("{}.{}", tally.table.database, tally.table.table);
                let table = name::shown(&table);
                ui.label(format!("{table}: +{inserts} ~{updates} -{deletes}"));
            }
            ui.label(why_took(held));
        })
    }
}

/// The GTID without what is the same for all of a server; the place where there is none.
fn short(held: &Held) -> String {
    match held.end.begin.gtid {
        Some(Gtid::MySql(gtid)) if gtid.origin.tag.is_none() => format!(":{}", gtid.number),
        Some(Gtid::MySql(gtid)) => format!(":{}:{}", gtid.origin.tag.as_str(), gtid.number),
        Some(Gtid::MariaDb(gtid)) => gtid.to_string(),
        None => place(held),
    }
}

fn place(held: &Held) -> String {
    let file = name::shown(&held.end.begin.file);
    let number = file.rsplit('.').next().unwrap_or(&file);
    format!("{number}:{}", held.end.begin.offset)
}

/// What was changed, and in which ink.
fn what(held: &Held, palette: &Palette) -> (String, Color32) {
    let prefix = match held.end.outcome {
        Outcome::Committed => "",
        Outcome::RolledBack => "rolled back: ",
        Outcome::Prepared(_) => "XA prepared: ",
        Outcome::Cut => "cut off: ",
    };
    if held.rows == 0
        && let Some(said) = held.definition()
    {
        let words: String = said.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let words: String = words.chars().take(120).collect();
        return (format!("{prefix}{}", name::shown(&words)), palette.function);
    }
    let mut names: Vec<String> = Vec::new();
    let mut more = 0_usize;
    for tally in held.tables() {
        if names.len() < TABLES {
            names.push(name::shown(&tally.table.table));
        } else {
            more += 1;
        }
    }
    let mut words = names.join(", ");
    if more > 0 {
        words = format!("{words} and {more} more");
    }
    if words.is_empty() {
        let said = held.statements.first().map(|said| &*said.text);
        let said: String = said.unwrap_or("no changes").chars().take(120).collect();
        words = name::shown(&said);
    }
    let ink = if prefix.is_empty() {
        palette.text
    } else {
        palette.secondary
    };
    (format!("{prefix}{words}"), ink)
}

fn took(held: &Held) -> String {
    match held.took() {
        Took::Commit(time) => format::duration(time),
        Took::Seconds(0) => "< 1 s".to_owned(),
        Took::Seconds(seconds) => format!("{} s", format::count(seconds.into())),
    }
}

/// What the duration is of.
pub(super) fn why_took(held: &Held) -> String {
    match held.took() {
        Took::Commit(time) => format!(
            "{} from the commit where it was made to the commit in this log",
            format::duration(time)
        ),
        Took::Seconds(0) => {
            "less than 1 s from its first change to its end, as the log counts: in whole seconds"
                .to_owned()
        }
        Took::Seconds(seconds) => format!(
            "{} s from its first change to its end, as the log counts: in whole seconds",
            format::count(seconds.into())
        ),
    }
}
