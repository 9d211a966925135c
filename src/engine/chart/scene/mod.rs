//! A chart in pixels: where everything stands, in what colour, and nothing yet of SVG or of the window.
//!
//! Both draw the same [`Scene`], so that a file shows what was on screen. It is made from a description, a size and
//! a theme alone, with the widths of the bundled font: the same input gives the same picture on every machine.
//! Animation, hover and zoom are the window's; a zoom comes in as a [`View`].

mod axes;
mod clip;
mod domain;
mod map;
mod marks;
mod names;
mod parallel;
mod plot;

pub use self::map::Map;
use super::{
    palette::{Ground as Colors, Rgb, Shape, Theme},
    reduce::Pixel,
    spec::{Body, ChartSpec, Plot},
    words::{self, Weight},
};

/// Sizes of type.
pub const TITLE: f32 = 13.0;
/// Subtitles, ticks, names.
pub const SMALL: f32 = 11.5;
/// Footnotes.
pub const FINE: f32 = 10.5;

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left side.
    pub left: f32,
    /// Upper side.
    pub top: f32,
    /// Right side.
    pub right: f32,
    /// Lower side.
    pub bottom: f32,
}

impl Rect {
    /// Whether a place is inside.
    pub fn contains(&self, [x, y]: Pixel) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }

    /// Never negative.
    pub fn width(&self) -> f32 {
        (self.right - self.left).max(0.0)
    }

    /// Never negative.
    pub fn height(&self) -> f32 {
        (self.bottom - self.top).max(0.0)
    }
}

/// One drawn thing.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// Points joined.
    Line {
        /// At least two.
        points: Vec<Pixel>,
        /// Colour and width.
        stroke: Stroke,
    },
    /// The area between two lines of equally many points.
    Area {
        /// One side.
        upper: Vec<Pixel>,
        /// The other.
        lower: Vec<Pixel>,
        /// Filling.
        color: Rgb,
        /// From 0 to 1.
        opacity: f32,
    },
    /// A filled rectangle.
    Rect {
        /// Where.
        rect: Rect,
        /// Filling.
        color: Rgb,
        /// From 0 to 1.
        opacity: f32,
        /// Around it.
        outline: Option<Rgb>,
    },
    /// A small shape.
    Dot {
        /// Its centre.
        at: Pixel,
        /// Half its width.
        radius: f32,
        /// Which.
        shape: Shape,
        /// Filling.
        color: Rgb,
        /// From 0 to 1.
        opacity: f32,
        /// Around it.
        outline: Option<Rgb>,
    },
    /// Words.
    Text(Text),
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stroke {
    /// Its colour.
    pub color: Rgb,
    /// In pixels.
    pub width: f32,
    /// From 0 to 1.
    pub opacity: f32,
    /// Dashes and gaps; empty for none.
    pub dash: &'static [f32],
}

impl Stroke {
    fn new(color: Rgb, width: f32) -> Self {
        Self {
            color,
            width,
            opacity: 1.0,
            dash: &[],
        }
    }

    fn dashed(self, dash: &'static [f32]) -> Self {
        Self { dash, ..self }
    }

    fn at(self, opacity: f32) -> Self {
        Self { opacity, ..self }
    }
}

/// Words at a place.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// On the baseline, where `anchor` says.
    pub at: Pixel,
    /// Which end stands at `at`.
    pub anchor: Anchor,
    /// In pixels.
    pub size: f32,
    /// Ordinary or semibold.
    pub weight: Weight,
    /// Of the letters.
    pub color: Rgb,
    /// What is drawn.
    pub text: String,
    /// All of it, where it was shortened.
    pub full: Option<String>,
}

/// What of a text stands at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// Its left end.
    Start,
    /// Its middle.
    Middle,
    /// Its right end.
    End,
}

impl Text {
    /// Ordinary words, shortened to the room there is.
    fn new(at: Pixel, text: &str, color: Rgb, size: f32, room: f32) -> Self {
        Self::weighted(at, text, color, size, room, Weight::Regular)
    }

    /// Semibold words, shortened to the room there is.
    fn strong(at: Pixel, text: &str, color: Rgb, size: f32, room: f32) -> Self {
        Self::weighted(at, text, color, size, room, Weight::Semibold)
    }

    fn weighted(at: Pixel, text: &str, color: Rgb, size: f32, room: f32, weight: Weight) -> Self {
        let fitted = words::fitted(text, room, size, weight);
        Self {
            at,
            anchor: Anchor::Start,
            size,
            weight,
            color,
            full: (fitted != text).then(|| text.to_owned()),
            text: fitted,
        }
    }

    fn anchored(self, anchor: Anchor) -> Self {
        Self { anchor, ..self }
    }
}

/// A range to show instead of all: what a zoom has left.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct View {
    /// Of the shared axis; the y axes follow what is seen of the data.
    pub x: Option<[f64; 2]>,
    /// Of the first panel's y axis.
    pub y: Option<[f64; 2]>,
}

/// For whom a scene is made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum For {
    /// A picture that stands alone: ground, margins, the markers' texts and footnotes.
    File,
    /// A place in the window, which has these itself.
    Window,
    /// The same, beside a list that has the names with their colours: they are not written again.
    Listed,
}

/// A chart in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width and height.
    pub size: Pixel,
    /// The ground's colour; in the window what is there already.
    pub ground: Option<Rgb>,
    /// Drawn first: shades, grid, labels.
    pub under: Vec<Item>,
    /// The data, from top to bottom; each is clipped to its rectangle.
    pub panels: Vec<PanelScene>,
    /// Drawn last: rules' labels, names.
    pub over: Vec<Item>,
    /// Of parallel coordinates: where each axis stands, and its values.
    pub axes: Vec<(f32, Map)>,
    /// The names stand at the lines of a panel above.
    named: bool,
    /// The names are not to be written at all.
    listed: bool,
}

/// One panel of a scene.
#[derive(Debug, Clone, PartialEq)]
pub struct PanelScene {
    /// Where data can be.
    pub rect: Rect,
    /// From values of the shared axis to pixels.
    pub x: Map,
    /// From values of the panel's own axis to pixels.
    pub y: Map,
    /// Pixels between neighbours on the shared axis, where there are such.
    pub step: Option<f32>,
    /// Only dots, read one by one.
    pub cloud: bool,
    /// What is drawn.
    pub items: Vec<Item>,
}

impl Scene {
    /// All of the shared axis: what a zoom cannot leave.
    pub fn whole(plot: &Plot) -> [f64; 2] {
        domain::x(plot)
    }

    /// Lay a chart out.
    pub fn new(spec: &ChartSpec, size: Pixel, theme: Theme, purpose: For, view: View) -> Self {
        let size = size.map(|side| {
            if side.is_finite() {
                side.clamp(1.0, 16_384.0)
            } else {
                1.0
            }
        });
        let mut scene = Self {
            size,
            ground: (purpose == For::File).then(|| theme.ground().background),
            under: Vec::new(),
            panels: Vec::new(),
            over: Vec::new(),
            axes: Vec::new(),
            named: false,
            listed: purpose == For::Listed,
        };
        let margin = if purpose == For::File { 16.0 } else { 0.0 };
        let mut room = Rect {
            left: margin,
            top: margin,
            right: size[0] - margin,
            bottom: size[1] - margin,
        };
        scene.heading(spec, theme, &mut room);
        if purpose == For::File {
            scene.footing(spec, theme, &mut room);
        }
        match &spec.body {
            Body::Plot(plot) => plot::draw(&mut scene, plot, theme, room, view),
            Body::Parallel(parallel) => parallel::draw(&mut scene, parallel, theme, room),
        }
        scene
    }

    fn heading(&mut self, spec: &ChartSpec, theme: Theme, room: &mut Rect) {
        let ground = theme.ground();
        let (left, width) = (room.left, room.width());
        if !spec.title.is_empty() {
            let title = words::shown(&spec.title);
            let at = [left, room.top + 12.0];
            self.under.push(Item::Text(Text::strong(
                at,
                &title,
                ground.text,
                TITLE,
                width,
            )));
            room.top += 18.0;
        }
        if !spec.subtitle.is_empty() {
            let subtitle = words::shown(&spec.subtitle);
            let at = [left, room.top + 11.0];
            let text = Text::new(at, &subtitle, ground.secondary, SMALL, width);
            self.under.push(Item::Text(text));
            room.top += 18.0;
        }
        if room.top > 0.0 {
            room.top += 4.0;
        }
    }

    /// Words that may lie on lines: what is behind them shows through a little.
    fn over_data(&mut self, text: Text, colors: &Colors) {
        let width = words::width(&text.text, text.size, text.weight);
        let left = match text.anchor {
            Anchor::Start => text.at[0],
            Anchor::Middle => text.at[0] - width / 2.0,
            Anchor::End => text.at[0] - width,
        };
        self.over.push(Item::Rect {
            rect: Rect {
                left: left - 2.0,
                top: text.at[1] - text.size * 0.86,
                right: left + width + 2.0,
                bottom: text.at[1] + text.size * 0.28,
            },
            color: self.ground.unwrap_or(colors.panel),
            opacity: 0.75,
            outline: None,
        });
        self.over.push(Item::Text(text));
    }

    /// What the window's panel says elsewhere: the markers' texts and the footnotes.
    fn footing(&mut self, spec: &ChartSpec, theme: Theme, room: &mut Rect) {
        const LINE: f32 = 14.0;
        let mut lines = Vec::new();
        if let Body::Plot(plot) = &spec.body {
            lines.extend(plot.markers.iter().enumerate().map(|(index, marker)| {
                let at = super::numbers::text(&plot.x.kind, marker.x);
                format!("{} · {at} · {}", index + 1, words::shown(&marker.text))
            }));
        }
        lines.extend(spec.footnotes.iter().map(|note| words::shown(note)));
        let mut lines: Vec<String> = lines
            .iter()
            .flat_map(|line| words::wrapped(line, room.width(), FINE))
            .collect();
        // Half of the picture at most: a chart with a hundred notes is still a chart.
        let most = (room.height() / 2.0 / LINE) as usize;
        if lines.len() > most {
            let left_out = lines.len() - most.saturating_sub(1);
            lines.truncate(most.saturating_sub(1));
            lines.push(format!("… and {left_out} more lines"));
        }
        room.bottom -= lines.len() as f32 * LINE;
        for (index, line) in lines.iter().enumerate() {
            let at = [room.left, room.bottom + (index + 1) as f32 * LINE - 2.0];
            let text = Text::new(at, line, theme.ground().faint, FINE, room.width());
            self.under.push(Item::Text(text));
        }
        if !lines.is_empty() {
            room.bottom -= 8.0;
        }
    }
}
