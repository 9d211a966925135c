//! Every colour, size and font of the window. Nothing else names a colour or a size of type.
//!
//! [`Palette`] is the table of colours, one column a theme; ask for it with `ui.palette()`. Text is set in one of the
//! styles below: egui's Body, Small, Button, Heading and Monospace, and the named ones of [`text`].

use std::sync::Arc;

use egui::{
    Color32, CornerRadius, FontData, FontDefinitions, FontFamily, FontId, Margin, Shadow, Stroke,
    Style, TextStyle, Theme, Vec2, Visuals, style::ScrollStyle, style::WidgetVisuals,
};

use crate::engine::{chart, profiles::Environment};

/// Steps of space between things.
pub const SPACE: [f32; 5] = [4.0, 8.0, 12.0, 16.0, 24.0];
/// Buttons, fields and pickers.
pub const CONTROL_HEIGHT: f32 = 26.0;
/// Rows of grids and trees.
pub const ROW_HEIGHT: f32 = 24.0;
pub const TOP_BAR_HEIGHT: f32 = 40.0;
pub const RAIL_WIDTH: f32 = 48.0;
pub const SIDE_LIST_WIDTH: f32 = 236.0;
pub const STATUS_BAR_HEIGHT: f32 = 24.0;
/// Corners of controls.
pub const RADIUS: CornerRadius = CornerRadius::same(5);
/// Corners of cards, menus and small windows.
pub const CARD_RADIUS: CornerRadius = CornerRadius::same(6);
/// Corners of what is selected in a list.
pub const SELECTION_RADIUS: CornerRadius = CornerRadius::same(4);
/// How long a movement takes, where one explains something.
pub const MOTION_SECS: f32 = 0.1;

/// The colours of one theme.
#[derive(Debug, PartialEq)]
pub struct Palette {
    /// Editor, grid.
    pub background: Color32,
    /// Bars, lists, cards.
    pub panel: Color32,
    /// Table heads, what is hovered.
    pub raised: Color32,
    /// Hairlines.
    pub line: Color32,
    /// Every second row.
    pub stripe: Color32,
    pub text: Color32,
    pub secondary: Color32,
    pub faint: Color32,
    pub accent: Color32,
    /// Text on what is filled with `accent`.
    pub on_accent: Color32,
    pub selection: Color32,
    pub good: Color32,
    pub warning: Color32,
    pub danger: Color32,
    /// A changed cell as it was.
    pub row_before: Color32,
    /// A changed cell as it is now.
    pub row_after: Color32,
    pub keyword: Color32,
    pub function: Color32,
    /// A text in quotes.
    pub string: Color32,
    pub number: Color32,
    pub comment: Color32,
    /// Behind a small window that must be answered.
    pub shade: Color32,
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one table of colours"
)]
const fn rgb(hex: &str) -> Color32 {
    let Ok(number) = u32::from_str_radix(hex, 16) else {
        panic!("not a hexadecimal number") // seen while compiling: the tables are statics
    };
    let [_, red, green, blue] = number.to_be_bytes();
    Color32::from_rgb(red, green, blue)
}

/// A colour of charts, whose table is the engine's: files have them without a window.
#[expect(
    clippy::disallowed_methods,
    reason = "the one door from the engine's colours to the window's"
)]
pub const fn color(red: u8, green: u8, blue: u8) -> Color32 {
    Color32::from_rgb(red, green, blue)
}

/// What stands behind and around charts has one colour in the window and in files.
const fn shared(chart::palette::Rgb(red, green, blue): chart::palette::Rgb) -> Color32 {
    color(red, green, blue)
}

static DARK: Palette = Palette {
    background: shared(chart::Theme::Dark.ground().background),
    panel: shared(chart::Theme::Dark.ground().panel),
    raised: shared(chart::Theme::Dark.ground().raised),
    line: shared(chart::Theme::Dark.ground().line),
    stripe: rgb("1a1e24"),
    text: shared(chart::Theme::Dark.ground().text),
    secondary: shared(chart::Theme::Dark.ground().secondary),
    faint: shared(chart::Theme::Dark.ground().faint),
    accent: rgb("6cadff"),
    on_accent: rgb("0d1622"),
    selection: rgb("24405f"),
    good: rgb("4fb58c"),
    warning: rgb("e0a243"),
    danger: rgb("f0837b"),
    row_before: rgb("44262a"),
    row_after: rgb("1d3a2f"),
    keyword: rgb("7fb3ff"),
    function: rgb("c9a6ff"),
    string: rgb("9ccb8a"),
    number: rgb("e2b07a"),
    comment: rgb("8592a2"),
    shade: Color32::from_black_alpha(110),
};

static LIGHT: Palette = Palette {
    background: shared(chart::Theme::Light.ground().background),
    panel: shared(chart::Theme::Light.ground().panel),
    raised: shared(chart::Theme::Light.ground().raised),
    line: shared(chart::Theme::Light.ground().line),
    stripe: rgb("f8f9fb"),
    text: shared(chart::Theme::Light.ground().text),
    secondary: shared(chart::Theme::Light.ground().secondary),
    faint: shared(chart::Theme::Light.ground().faint),
    accent: rgb("1a5fbd"),
    on_accent: rgb("ffffff"),
    selection: rgb("d6e6fb"),
    good: rgb("17704a"),
    warning: rgb("8f5200"),
    danger: rgb("b52e24"),
    row_before: rgb("fde3e1"),
    row_after: rgb("dcf5e7"),
    keyword: rgb("1652b5"),
    function: rgb("7136b8"),
    string: rgb("1f6b1f"),
    number: rgb("8a4500"),
    comment: rgb("5f6b79"),
    shade: Color32::from_black_alpha(60),
};

impl Palette {
    pub fn of(theme: Theme) -> &'static Self {
        match theme {
            Theme::Dark => &DARK,
            Theme::Light => &LIGHT,
        }
    }

    /// The colour of an environment; a dot or a word of it always stands beside.
    pub fn environment(&self, environment: Environment) -> Color32 {
        match environment {
            Environment::Production => self.danger,
            Environment::Staging => self.warning,
            Environment::Development => self.good,
            Environment::Other => self.secondary,
        }
    }

    pub fn hairline(&self) -> Stroke {
        Stroke::new(1.0, self.line)
    }

    /// Around what has the keyboard.
    pub fn focus(&self) -> Stroke {
        Stroke::new(1.5, self.accent)
    }
}

/// `ui.palette()`, also on a `Context`.
pub trait PaletteExt {
    fn palette(&self) -> &'static Palette;
}

impl PaletteExt for egui::Ui {
    fn palette(&self) -> &'static Palette {
        Palette::of(Theme::from_dark_mode(self.visuals().dark_mode))
    }
}

impl PaletteExt for egui::Context {
    fn palette(&self) -> &'static Palette {
        Palette::of(self.theme())
    }
}

/// Text styles beside egui's own five.
pub mod text {
    use egui::{FontFamily, FontId, TextStyle};

    /// A page's name: 17 semibold.
    pub fn title() -> TextStyle {
        TextStyle::Name("title".into())
    }

    /// Body, semibold.
    pub fn strong() -> TextStyle {
        TextStyle::Name("strong".into())
    }

    /// Cells of grids: 12.5 mono.
    pub fn cell() -> TextStyle {
        TextStyle::Name("cell".into())
    }

    /// Positions and file names: 12 mono.
    pub fn position() -> TextStyle {
        TextStyle::Name("position".into())
    }

    /// Icons in controls.
    pub fn icon() -> TextStyle {
        TextStyle::Name("icon".into())
    }

    /// The semibold face.
    pub fn semibold() -> FontFamily {
        FontFamily::Name("semibold".into())
    }

    /// Semibold at any size.
    pub fn semibold_at(size: f32) -> FontId {
        FontId::new(size, semibold())
    }
}

/// Install fonts and both themes' styles.
pub fn install(ctx: &egui::Context) {
    ctx.set_fonts(fonts());
    for theme in [Theme::Dark, Theme::Light] {
        ctx.set_style_of(theme, style(theme));
    }
}

/// Switch movement off where the person wants none.
pub fn set_motion(ctx: &egui::Context, reduced: bool) {
    ctx.all_styles_mut(|style| {
        style.animation_time = if reduced { 0.0 } else { MOTION_SECS };
        style.scroll_animation = if reduced {
            egui::style::ScrollAnimation::none()
        } else {
            egui::style::ScrollAnimation::default()
        };
    });
}

/// The bundled fonts. Behind them stand egui's own and then the system's, for what they lack.
fn fonts() -> FontDefinitions {
    let mut fonts = FontDefinitions::default();
    let bundled: [(&str, &'static [u8]); 4] = [
        (
            "Inter",
            include_bytes!("../../assets/fonts/Inter-Regular.otf"),
        ),
        (
            "Inter SemiBold",
            include_bytes!("../../assets/fonts/Inter-SemiBold.otf"),
        ),
        (
            "JetBrains Mono",
            include_bytes!("../../assets/fonts/JetBrainsMono-Regular.ttf"),
        ),
        (
            "Phosphor",
            include_bytes!("../../assets/fonts/Phosphor-Regular.ttf"),
        ),
    ];
    for (name, file) in bundled {
        fonts
            .font_data
            .insert(name.to_owned(), Arc::new(FontData::from_static(file)));
    }
    let behind = |family| fonts.families.get(family).cloned().unwrap_or_default();
    let (plain, mono) = (
        behind(&FontFamily::Proportional),
        behind(&FontFamily::Monospace),
    );
    let chain = |first: &str, behind: &[String]| {
        let mut names = vec![first.to_owned(), "Phosphor".to_owned()];
        names.extend_from_slice(behind);
        names
    };
    fonts
        .families
        .insert(FontFamily::Proportional, chain("Inter", &plain));
    fonts
        .families
        .insert(text::semibold(), chain("Inter SemiBold", &plain));
    fonts
        .families
        .insert(FontFamily::Monospace, chain("JetBrains Mono", &mono));
    fonts
}

fn style(theme: Theme) -> Style {
    let mut style = Style {
        visuals: visuals(theme),
        animation_time: MOTION_SECS,
        ..Style::default()
    };
    let plain = |size| FontId::new(size, FontFamily::Proportional);
    let mono = |size| FontId::new(size, FontFamily::Monospace);
    style.text_styles = [
        (TextStyle::Body, plain(12.5)),
        (TextStyle::Button, plain(12.5)),
        (TextStyle::Small, plain(11.5)),
        (TextStyle::Heading, text::semibold_at(13.0)),
        (TextStyle::Monospace, mono(13.0)),
        (text::title(), text::semibold_at(17.0)),
        (text::strong(), text::semibold_at(12.5)),
        (text::cell(), mono(12.5)),
        (text::position(), mono(12.0)),
        (text::icon(), plain(16.0)),
    ]
    .into();
    let spacing = &mut style.spacing;
    spacing.item_spacing = Vec2::splat(SPACE[1]);
    spacing.button_padding = Vec2::new(10.0, 4.0);
    spacing.interact_size = Vec2::new(CONTROL_HEIGHT, CONTROL_HEIGHT);
    spacing.menu_margin = Margin::same(4);
    spacing.menu_spacing = 4.0;
    spacing.window_margin = Margin::same(16);
    spacing.indent = SPACE[3];
    spacing.icon_width = 14.0;
    spacing.icon_width_inner = 8.0;
    spacing.combo_width = 120.0;
    spacing.tooltip_width = 360.0;
    spacing.scroll = ScrollStyle {
        bar_width: 10.0,
        floating_width: 6.0,
        foreground_color: true,
        dormant_handle_opacity: 0.25,
        active_handle_opacity: 0.4,
        interact_handle_opacity: 0.6,
        active_background_opacity: 0.0,
        interact_background_opacity: 0.3,
        ..ScrollStyle::floating()
    };
    style.interaction.selectable_labels = false;
    style
}

fn visuals(theme: Theme) -> Visuals {
    let palette = Palette::of(theme);
    let mut visuals = theme.default_visuals();
    visuals.weak_text_color = Some(palette.faint);
    visuals.hyperlink_color = palette.accent;
    visuals.faint_bg_color = palette.stripe;
    visuals.extreme_bg_color = palette.background;
    visuals.text_edit_bg_color = Some(palette.background);
    visuals.code_bg_color = palette.raised;
    visuals.warn_fg_color = palette.warning;
    visuals.error_fg_color = palette.danger;
    visuals.panel_fill = palette.panel;
    visuals.window_fill = palette.panel;
    visuals.window_stroke = palette.hairline();
    visuals.window_corner_radius = CARD_RADIUS;
    visuals.menu_corner_radius = CARD_RADIUS;
    visuals.window_shadow = Shadow {
        offset: [0, 8],
        blur: 24,
        spread: 0,
        color: palette.shade,
    };
    visuals.popup_shadow = Shadow {
        offset: [0, 4],
        blur: 12,
        spread: 0,
        color: palette.shade,
    };
    visuals.selection.bg_fill = palette.selection;
    // Also the ring of a field that has the keyboard.
    visuals.selection.stroke = Stroke::new(1.0, palette.accent);
    visuals.text_cursor.stroke = Stroke::new(1.5, palette.accent);
    // A blinking caret would draw the window twice a second while nothing happens.
    visuals.text_cursor.blink = false;
    visuals.indent_has_left_vline = false;
    visuals.striped = false;
    visuals.disabled_alpha = 0.55;

    let widget = |fill: Color32, line: Color32, text: Color32| WidgetVisuals {
        bg_fill: fill,
        weak_bg_fill: fill,
        bg_stroke: Stroke::new(1.0, line),
        corner_radius: RADIUS,
        fg_stroke: Stroke::new(1.0, text),
        expansion: 0.0,
    };
    visuals.widgets.noninteractive = widget(palette.panel, palette.line, palette.text);
    visuals.widgets.inactive = widget(palette.panel, palette.line, palette.text);
    visuals.widgets.hovered = widget(palette.raised, palette.line, palette.text);
    visuals.widgets.active = widget(palette.raised, palette.accent, palette.text);
    visuals.widgets.open = widget(palette.raised, palette.line, palette.text);
    // Boxes to tick and the rails of sliders; buttons use the weak fill.
    visuals.widgets.inactive.bg_fill = palette.line;
    visuals.widgets.hovered.bg_fill = palette.line;
    visuals
}

#[cfg(test)]
mod tests {
    use super::*;

    /// WCAG 2.1, "relative luminance" and "contrast ratio".
    fn contrast(a: Color32, b: Color32) -> f64 {
        let luminance = |color: Color32| {
            let part = |part: u8| {
                let part = f64::from(part) / 255.0;
                if part <= 0.04045 {
                    part / 12.92
                } else {
                    ((part + 0.055) / 1.055).powf(2.4)
                }
            };
            0.2126 * part(color.r()) + 0.7152 * part(color.g()) + 0.0722 * part(color.b())
        };
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn contrast_is_computed_as_the_standard_says() {
        assert!((contrast(Color32::BLACK, Color32::WHITE) - 21.0).abs() < 1e-9);
    }

    #[test]
    fn text_can_be_read_on_everything_it_stands_on() {
        for palette in [&DARK, &LIGHT] {
            let texts = [
                ("text", palette.text),
                ("secondary", palette.secondary),
                ("faint", palette.faint),
                ("accent", palette.accent),
                ("good", palette.good),
                ("warning", palette.warning),
                ("danger", palette.danger),
                ("keyword", palette.keyword),
                ("function", palette.function),
                ("string", palette.string),
                ("number", palette.number),
                ("comment", palette.comment),
            ];
            let grounds = [
                ("background", palette.background, 4.5),
                ("panel", palette.panel, 4.5),
                ("raised", palette.raised, 4.5),
                ("stripe", palette.stripe, 4.5),
                ("selection", palette.selection, 3.0),
            ];
            for (text, color) in texts {
                for (ground, behind, least) in grounds {
                    let contrast = contrast(color, behind);
                    assert!(contrast >= least, "{text} on {ground}: {contrast:.2}");
                }
            }
            for behind in [palette.row_before, palette.row_after] {
                assert!(contrast(palette.text, behind) >= 4.5);
            }
            assert!(contrast(palette.on_accent, palette.accent) >= 4.5);
        }
    }

    #[test]
    fn every_icon_and_mark_is_in_the_bundled_fonts() {
        let ctx = egui::Context::default();
        install(&ctx);
        let mut missing = Vec::new();
        let mut output = ctx.run_ui(egui::RawInput::default(), |ui| {
            let icon = TextStyle::Body.resolve(ui.style());
            let mono = TextStyle::Monospace.resolve(ui.style());
            ui.fonts_mut(|fonts| {
                let icons = include_str!("icons.rs")
                    .lines()
                    .filter_map(|line| line.split_once("\\u{")?.1.split_once('}'))
                    .map(|(code, _)| {
                        char::from_u32(u32::from_str_radix(code, 16).unwrap()).unwrap()
                    });
                missing.extend(icons.filter(|c| !fonts.has_glyph(&icon, *c)));
                let marks = "␀␉␊␍␛␠↵→·…⟨⟩│─┼●✓✗ÄžΩЖ";
                missing.extend(marks.chars().filter(|c| !fonts.has_glyph(&mono, *c)));
            });
        });
        output.textures_delta.clear();
        assert_eq!(missing, Vec::<char>::new());
    }
}
