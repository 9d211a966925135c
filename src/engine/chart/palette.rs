//! The colours, dashes and shapes of charts, and the few colours that the window and files share.
//!
//! Series take the Okabe-Ito set in its published order after a neutral grey, so that people who see few colours can
//! tell them apart; each has a dash and a shape of its own beside it. On dark ground the two blues are lighter than
//! published, and on light ground the pale colours get a dark outline: everything stands out from the ground by 3:1
//! at least, and words by 4.5:1 (both computed below).

use std::fmt;

use super::spec::Slot;

/// A colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rgb(
    /// Red.
    pub u8,
    /// Green.
    pub u8,
    /// Blue.
    pub u8,
);

impl Rgb {
    const fn new(hex: &str) -> Self {
        let Ok(number) = u32::from_str_radix(hex, 16) else {
            panic!("not a hexadecimal number") // seen while compiling: the tables are statics
        };
        let [_, red, green, blue] = number.to_be_bytes();
        Self(red, green, blue)
    }
}

/// As CSS and SVG write it: `#1a5fbd`.
impl fmt::Display for Rgb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }
}

/// Dark or light.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Theme {
    /// Light on dark.
    Dark,
    /// Dark on light: what is printed.
    #[default]
    Light,
}

impl Theme {
    /// The colours around the series.
    pub const fn ground(self) -> &'static Ground {
        match self {
            Self::Dark => &DARK,
            Self::Light => &LIGHT,
        }
    }
}

/// What stands behind and around series; the window takes the same.
#[derive(Debug, PartialEq, Eq)]
pub struct Ground {
    /// Of the page: editor, grid, exported charts.
    pub background: Rgb,
    /// Of bars, lists and cards, and so of charts in the window.
    pub panel: Rgb,
    /// Of table heads.
    pub raised: Rgb,
    /// Hairlines.
    pub line: Rgb,
    /// Words.
    pub text: Rgb,
    /// Words beside them: labels of ticks.
    pub secondary: Rgb,
    /// Words that may be missed.
    pub faint: Rgb,
}

static DARK: Ground = Ground {
    background: Rgb::new("15181d"),
    panel: Rgb::new("1b1f25"),
    raised: Rgb::new("252a32"),
    line: Rgb::new("2e343d"),
    text: Rgb::new("dce1e8"),
    secondary: Rgb::new("a3adba"),
    faint: Rgb::new("8b95a4"),
};

static LIGHT: Ground = Ground {
    background: Rgb::new("ffffff"),
    panel: Rgb::new("f5f7f9"),
    raised: Rgb::new("e9edf2"),
    line: Rgb::new("d9dfe6"),
    text: Rgb::new("1c232d"),
    secondary: Rgb::new("4f5a68"),
    faint: Rgb::new("5f6b7a"),
};

/// How a series looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Look {
    /// Lines, bars, dots.
    pub mark: Rgb,
    /// Its name, and the outline of pale marks.
    pub ink: Rgb,
    /// Marks need an outline of `ink` to be seen.
    pub pale: bool,
    /// Lengths of dashes and gaps in pixels; empty is a whole line.
    pub dash: &'static [f32],
    /// Of dots.
    pub shape: Shape,
}

/// The shape of a dot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Shape {
    /// ■
    Square,
    /// ●
    Circle,
    /// ▲
    Triangle,
    /// ◆
    Diamond,
    /// ▼
    Downward,
    /// ✚
    Cross,
    /// ⬟
    Pentagon,
    /// ★
    Star,
}

impl Shape {
    /// Its corners around a centre, all shapes about as large as a circle of this radius.
    pub fn corners(self, [x, y]: [f32; 2], radius: f32) -> Vec<[f32; 2]> {
        let around = |corners: &[[f32; 2]], size: f32| -> Vec<[f32; 2]> {
            let scale = radius * size;
            corners
                .iter()
                .map(|[dx, dy]| [x + dx * scale, y + dy * scale])
                .collect()
        };
        match self {
            Self::Square => around(&[[-1.0, -1.0], [1.0, -1.0], [1.0, 1.0], [-1.0, 1.0]], 0.88),
            Self::Circle => around(&CIRCLE, 1.0),
            Self::Triangle => around(&[[0.0, -1.1], [1.05, 0.8], [-1.05, 0.8]], 1.1),
            Self::Downward => around(&[[0.0, 1.1], [-1.05, -0.8], [1.05, -0.8]], 1.1),
            Self::Diamond => around(&[[0.0, -1.3], [1.3, 0.0], [0.0, 1.3], [-1.3, 0.0]], 1.0),
            Self::Cross => around(&CROSS, 1.15),
            Self::Pentagon => around(&PENTAGON, 1.1),
            Self::Star => around(&STAR, 1.35),
        }
    }
}

const CIRCLE: [[f32; 2]; 16] = [
    [1.0, 0.0],
    [0.924, 0.383],
    [0.707, 0.707],
    [0.383, 0.924],
    [0.0, 1.0],
    [-0.383, 0.924],
    [-0.707, 0.707],
    [-0.924, 0.383],
    [-1.0, 0.0],
    [-0.924, -0.383],
    [-0.707, -0.707],
    [-0.383, -0.924],
    [0.0, -1.0],
    [0.383, -0.924],
    [0.707, -0.707],
    [0.924, -0.383],
];
const CROSS: [[f32; 2]; 12] = [
    [-0.36, -1.0],
    [0.36, -1.0],
    [0.36, -0.36],
    [1.0, -0.36],
    [1.0, 0.36],
    [0.36, 0.36],
    [0.36, 1.0],
    [-0.36, 1.0],
    [-0.36, 0.36],
    [-1.0, 0.36],
    [-1.0, -0.36],
    [-0.36, -0.36],
];
const PENTAGON: [[f32; 2]; 5] = [
    [0.0, -1.0],
    [0.951, -0.309],
    [0.588, 0.809],
    [-0.588, 0.809],
    [-0.951, -0.309],
];
const STAR: [[f32; 2]; 10] = [
    [0.0, -1.0],
    [0.235, -0.324],
    [0.951, -0.309],
    [0.38, 0.124],
    [0.588, 0.809],
    [0.0, 0.4],
    [-0.588, 0.809],
    [-0.38, 0.124],
    [-0.951, -0.309],
    [-0.235, -0.324],
];

/// Mark and ink for dark ground, then for light ground.
type Colors = [(Rgb, Rgb); 2];

const fn colors(dark: [&str; 2], light: [&str; 2]) -> Colors {
    [
        (Rgb::new(dark[0]), Rgb::new(dark[1])),
        (Rgb::new(light[0]), Rgb::new(light[1])),
    ]
}

static NEUTRAL: Colors = colors(["a3adba", "a3adba"], ["4f5a68", "4f5a68"]);

static COLORS: [Colors; 7] = [
    colors(["4a9be0", "6cadff"], ["0072b2", "0067a1"]), // blue
    colors(["e69f00", "e69f00"], ["e69f00", "8a5a00"]), // orange
    colors(["009e73", "2bb98d"], ["009e73", "00714f"]), // bluish green
    colors(["d55e00", "ee7d2e"], ["d55e00", "a84600"]), // vermilion
    colors(["cc79a7", "d68db6"], ["cc79a7", "96417a"]), // reddish purple
    colors(["9bd7f5", "9bd7f5"], ["56b4e9", "1f6f9f"]), // sky blue
    colors(["f0e442", "f0e442"], ["f0e442", "6b6200"]), // yellow
];

/// Dashes that can be told apart where lines cross; the first belongs to the neutral slot.
static DASHES: [&[f32]; 8] = [
    &[5.0, 3.0],
    &[],
    &[9.0, 3.0],
    &[2.0, 2.5],
    &[9.0, 3.0, 2.0, 3.0],
    &[14.0, 4.0],
    &[4.0, 2.0, 4.0, 5.0],
    &[9.0, 3.0, 2.0, 3.0, 2.0, 3.0],
];

static SHAPES: [Shape; 8] = [
    Shape::Square,
    Shape::Circle,
    Shape::Triangle,
    Shape::Diamond,
    Shape::Downward,
    Shape::Cross,
    Shape::Pentagon,
    Shape::Star,
];

/// Lines of values that stand for less than others do.
pub const TENTATIVE: &[f32] = &[3.0, 3.0];
/// Rules, and the outlines of bands.
pub const RULE: &[f32] = &[4.0, 4.0];

/// How a slot looks.
pub fn look(slot: Slot, theme: Theme) -> Look {
    let (colors, style) = match slot {
        Slot::Neutral => (&NEUTRAL, 0),
        Slot::Color(number) => {
            let number = usize::from(number);
            let (round, color) = (number / COLORS.len(), number % COLORS.len());
            // The second round has each colour with the next dash and shape.
            (&COLORS[color], 1 + (color + round) % COLORS.len())
        }
    };
    let (mark, ink) = colors[match theme {
        Theme::Dark => 0,
        Theme::Light => 1,
    }];
    Look {
        mark,
        ink,
        pale: contrast(mark, theme.ground().panel) < 3.0,
        dash: DASHES[style],
        shape: SHAPES[style],
    }
}

/// WCAG 2.1, "contrast ratio": from 1 to 21.
pub fn contrast(a: Rgb, b: Rgb) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// WCAG 2.1, "relative luminance".
fn luminance(color: Rgb) -> f64 {
    let part = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 {
            part / 12.92
        } else {
            ((part + 0.055) / 1.055).powf(2.4)
        }
    };
    0.2126 * part(color.0) + 0.7152 * part(color.1) + 0.0722 * part(color.2)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    fn slots() -> impl Iterator<Item = Slot> {
        [Slot::Neutral]
            .into_iter()
            .chain((0..COLORS.len() as u8).map(Slot::Color))
    }

    #[test]
    fn marks_stand_out_and_words_can_be_read_on_both_grounds() {
        assert!((contrast(Rgb(0, 0, 0), Rgb(255, 255, 255)) - 21.0).abs() < 1e-9);
        for theme in [Theme::Dark, Theme::Light] {
            let ground = theme.ground();
            for slot in slots() {
                let look = look(slot, theme);
                let seen = if look.pale { look.ink } else { look.mark };
                for behind in [ground.background, ground.panel] {
                    let (mark, ink) = (contrast(seen, behind), contrast(look.ink, behind));
                    assert!(mark >= 3.0, "{slot:?} on {theme:?}: {mark:.2}");
                    assert!(ink >= 4.5, "name of {slot:?} on {theme:?}: {ink:.2}");
                }
            }
        }
    }

    #[test]
    fn no_two_slots_share_a_colour_a_dash_or_a_shape() {
        for theme in [Theme::Dark, Theme::Light] {
            let looks: Vec<_> = slots().map(|slot| look(slot, theme)).collect();
            let marks: HashSet<_> = looks.iter().map(|look| look.mark).collect();
            let shapes: HashSet<_> = looks.iter().map(|look| look.shape).collect();
            let dashes: HashSet<_> = looks
                .iter()
                .map(|look| format!("{:?}", look.dash))
                .collect();
            assert_eq!([marks.len(), shapes.len(), dashes.len()], [8; 3]);
        }
    }

    #[test]
    fn colours_that_begin_again_have_other_dashes_and_shapes() {
        let (first, second) = (
            look(Slot::Color(0), Theme::Light),
            look(Slot::Color(7), Theme::Light),
        );
        assert_eq!(first.mark, second.mark);
        assert_ne!(first.dash, second.dash);
        assert_ne!(first.shape, second.shape);
        assert_eq!(
            look(Slot::Color(255), Theme::Dark).ink,
            look(Slot::Color(3), Theme::Dark).ink
        );
    }
}
