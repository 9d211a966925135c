//! The top bar: mark, profile picker, the field that opens the command palette, theme, settings.

use egui::{
    Align2, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Stroke, StrokeKind, TextStyle,
    ThemePreference, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use crate::{
    engine::profiles::Profile,
    gui::{
        command::{AppCommand, Ask as _, ProfilesCommand},
        context::PanelContext,
        icons,
        state::Section,
        theme::{CONTROL_HEIGHT, PaletteExt as _, RADIUS, SPACE, TOP_BAR_HEIGHT, text},
        widgets::{button::Button, list_row::ListRow},
        words::Words,
    },
};

const PICKER_WIDTH: f32 = 250.0;
const FINDER_WIDTH: f32 = 380.0;

pub fn top_bar_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    let bar = ui.max_rect();
    mark_ui(ui, pos2(bar.left() + 24.0, bar.center().y));

    let picker = Rect::from_min_size(
        pos2(bar.left() + 56.0, bar.center().y - CONTROL_HEIGHT / 2.0),
        vec2(PICKER_WIDTH, CONTROL_HEIGHT),
    );
    picker_ui(ui, picker, cx);

    // In the middle of the window, or of what is left beside picker and buttons.
    let room = Rect::from_x_y_ranges(
        picker.right() + SPACE[3]..=bar.right() - 96.0,
        picker.y_range(),
    );
    let width = FINDER_WIDTH.min(room.width());
    let left =
        (bar.center().x - width / 2.0).clamp(room.left(), (room.right() - width).max(room.left()));
    let finder = Rect::from_min_size(pos2(left, room.top()), vec2(width, CONTROL_HEIGHT));
    if width > 120.0 && finder_ui(ui, finder).clicked() {
        cx.commands.push(AppCommand::Palette);
    }

    let right = Rect::from_x_y_ranges(bar.right() - 88.0..=bar.right() - 12.0, bar.y_range());
    let layout = egui::Layout::right_to_left(egui::Align::Center);
    ui.scope_builder(
        egui::UiBuilder::new().max_rect(right).layout(layout),
        |ui| {
            ui.spacing_mut().item_spacing.x = SPACE[0];
            if ui.add(AppCommand::Settings.button().icon_only()).clicked() {
                cx.commands.push(AppCommand::Settings);
            }
            theme_ui(ui, cx);
        },
    );
    debug_assert!(bar.height() <= TOP_BAR_HEIGHT + 1.0);
}

/// A porthole.
fn mark_ui(ui: &Ui, center: egui::Pos2) {
    let palette = ui.palette();
    let painter = ui.painter();
    painter.circle_stroke(center, 9.0, Stroke::new(2.0, palette.accent));
    painter.circle_filled(center, 4.0, palette.accent);
}

/// One click takes the next theme; hovering names this one.
fn theme_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    let (icon, name, next) = match cx.state.settings.theme {
        ThemePreference::Dark => (icons::MOON, "dark", ThemePreference::Light),
        ThemePreference::Light => (icons::SUN, "light", ThemePreference::System),
        ThemePreference::System => (icons::DESKTOP, "as the system", ThemePreference::Dark),
    };
    let words = Words {
        text: format!("Theme: {name}").into(),
        icon,
        shortcut: None,
    };
    if ui.add(Button::of(words).icon_only()).clicked() {
        cx.commands.push(AppCommand::Theme(next));
    }
}

/// Looks like a field; the palette it opens is one.
fn finder_ui(ui: &mut Ui, rect: Rect) -> Response {
    let palette = ui.palette();
    let words = AppCommand::Palette.words();
    let response = ui.interact(rect, ui.scope_id().with("finder"), Sense::click());
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &*words.text));
    field_ui(ui, &response);
    let painter = ui.painter();
    let y = rect.center().y;
    let body = TextStyle::Body.resolve(ui.style());
    let icon = text::icon().resolve(ui.style());
    painter.text(
        pos2(rect.left() + 9.0, y),
        Align2::LEFT_CENTER,
        words.icon,
        icon,
        palette.secondary,
    );
    painter.text(
        pos2(rect.left() + 30.0, y),
        Align2::LEFT_CENTER,
        &words.text,
        body,
        palette.secondary,
    );
    if let Some(keys) = words.keys() {
        let keys = keys.replace('+', " ");
        let small = TextStyle::Small.resolve(ui.style());
        painter.text(
            pos2(rect.right() - 10.0, y),
            Align2::RIGHT_CENTER,
            keys,
            small,
            palette.secondary,
        );
    }
    response
}

/// The ground that looks like a field's: raised under the pointer, ringed with the keyboard.
fn field_ui(ui: &Ui, response: &Response) {
    let palette = ui.palette();
    let line = if response.has_focus() {
        palette.focus()
    } else {
        palette.hairline()
    };
    let fill = if response.hovered() {
        palette.raised
    } else {
        palette.background
    };
    ui.painter()
        .rect(response.rect, RADIUS, fill, line, StrokeKind::Inside);
}

/// Whom we look at: dot and word in the environment's colour.
fn picker_ui(ui: &mut Ui, rect: Rect, cx: &PanelContext<'_>) {
    let palette = ui.palette();
    let profile = cx.chosen();
    let response = ui.interact(rect, ui.scope_id().with("profile picker"), Sense::click());
    let name = profile.map_or("Choose a profile", |profile| profile.name.as_str());
    let spoken = match profile {
        Some(profile) => format!("Profile: {name}, {}", profile.environment.name()),
        None => name.to_owned(),
    };
    response.widget_info(|| WidgetInfo::labeled(Role::Button, ui.is_enabled(), &spoken));
    field_ui(ui, &response);
    let y = rect.center().y;
    let mut x = rect.left() + 10.0;
    if let Some(profile) = profile {
        let color = palette.environment(profile.environment);
        ui.painter().circle_filled(pos2(x + 4.0, y), 4.0, color);
        x += 16.0;
    }
    let caret = rect.right() - 16.0;
    let clipped = ui.painter().with_clip_rect(Rect::from_x_y_ranges(
        rect.left()..=caret - 10.0,
        rect.y_range(),
    ));
    let strong = text::semibold_at(13.0);
    let drawn = clipped.text(pos2(x, y), Align2::LEFT_CENTER, name, strong, palette.text);
    if let Some(profile) = profile {
        let color = palette.environment(profile.environment);
        let body = TextStyle::Body.resolve(ui.style());
        let place = pos2(drawn.right() + 8.0, y);
        clipped.text(
            place,
            Align2::LEFT_CENTER,
            profile.environment.name(),
            body,
            color,
        );
    }
    let small = egui::FontId::proportional(12.0);
    let place = pos2(caret + 4.0, y);
    ui.painter().text(
        place,
        Align2::CENTER_CENTER,
        icons::CARET_DOWN,
        small,
        palette.secondary,
    );

    let frame = egui::Frame::menu(ui.style());
    Popup::menu(&response)
        .close_behavior(PopupCloseBehavior::CloseOnClick)
        .width(320.0)
        .frame(frame)
        .accessible_name("Profiles")
        .show(|ui| picker_menu_ui(ui, cx));
}

fn picker_menu_ui(ui: &mut Ui, cx: &PanelContext<'_>) {
    ui.spacing_mut().item_spacing = Vec2::ZERO;
    let palette = ui.palette();
    egui::ScrollArea::vertical()
        .max_height(400.0)
        .show(ui, |ui| {
            for profile in &cx.state.profiles {
                let row = ListRow::new(profile.name.as_str())
                    .dot(palette.environment(profile.environment))
                    .detail(detail(profile))
                    .selected(cx.state.active.as_ref() == Some(&profile.id));
                if ui.add(row).clicked() {
                    cx.commands
                        .push(ProfilesCommand::Connect(profile.id.clone()));
                }
            }
        });
    if !cx.state.profiles.is_empty() {
        ui.separator();
    }
    let new = ProfilesCommand::New.words();
    if ui.add(ListRow::new(new.text).icon(new.icon)).clicked() {
        cx.commands.push(ProfilesCommand::New);
    }
    let manage = ListRow::new("All profiles").icon(icons::LIST);
    if ui.add(manage).clicked() {
        cx.commands.push(AppCommand::Show(Section::Profiles));
    }
}

fn detail(profile: &Profile) -> String {
    format!("{} · {}", profile.environment.name(), profile.address)
}
