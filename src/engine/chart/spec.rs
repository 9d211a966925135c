//! The one description of a chart: what the window, SVG, PNG and the CSV of drawn points are all made from.
//!
//! It says what is to be seen, never how: no colour, no pixel, no label of a tick. There are no two y axes: what has
//! two units is two [`Panel`]s, one above the other, over the same x axis.

use std::sync::Arc;

/// A chart: words around a [`Body`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ChartSpec {
    /// What is seen, in a few words: "Difference in rate over time".
    pub title: String,
    /// How it was made: "treatment − control, users assigned so far, 95 % band".
    pub subtitle: String,
    /// What is drawn.
    pub body: Body,
    /// What exported files carry below the chart, a line each: method, window, time zone, server's version, time of
    /// the query. The window leaves them out, as its panel says the same.
    pub footnotes: Vec<String>,
    /// The chart in words, for screen readers and for copying: what is compared, the last or the outstanding
    /// values, and what follows.
    pub summary: String,
}

/// What a chart draws.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Points between two axes.
    Plot(Plot),
    /// A vertical axis for each quantity, and a line across them for each thing that has them.
    Parallel(Parallel),
}

impl Default for Body {
    fn default() -> Self {
        Self::Plot(Plot::default())
    }
}

/// One or more panels over one x axis.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plot {
    /// The axis that all panels share.
    pub x: Axis,
    /// From top to bottom; mostly one.
    pub panels: Vec<Panel>,
    /// The x axis runs down the left side and y to the right: forest plots, bars with long names. Such a plot has
    /// one panel.
    pub flipped: bool,
    /// Moments or places on the x axis with something to say.
    pub markers: Vec<Marker>,
    /// Ranges of the x axis with a tint behind the data.
    pub shades: Vec<Shade>,
}

/// A y axis with what is measured on it.
#[derive(Debug, Clone, PartialEq)]
pub struct Panel {
    /// What is measured.
    pub y: Axis,
    /// How much of the height it takes, compared with the other panels.
    pub share: f32,
    /// What is drawn; the first lies undermost.
    pub series: Vec<Series>,
    /// Lines to compare with.
    pub rules: Vec<Rule>,
    /// Bars of several series at one x stand on each other, not side by side.
    pub stacked: bool,
}

impl Panel {
    /// A panel that shares the height evenly with its neighbours, without rules.
    pub fn new(y: Axis, series: Vec<Series>) -> Self {
        Self {
            y,
            share: 1.0,
            series,
            rules: Vec::new(),
            stacked: false,
        }
    }

    /// With a line to compare with.
    #[must_use]
    pub fn with_rule(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }
}

/// What runs along one side of a plot.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Axis {
    /// What it measures; may be empty where labels and title say it.
    pub title: String,
    /// The unit, which decides where ticks stand and how they are written.
    pub kind: Kind,
    /// How values are spread along it. A logarithmic axis leaves out what is not above 0.
    pub scale: Scale,
    /// Reach down (or up) to zero. Axes of bars always do; a logarithmic one cannot.
    pub zero: bool,
    /// Larger values at the bottom or left.
    pub reversed: bool,
    /// Show exactly this range; otherwise the data decide.
    pub bounds: Option<[f64; 2]>,
    /// The distance between neighbours where a point stands for a bucket (86,400 for days): bars are as wide.
    /// Without it the smallest distance in the data counts.
    pub step: Option<f64>,
}

impl Axis {
    /// A linear axis whose range follows the data.
    pub fn new(title: impl Into<String>, kind: Kind) -> Self {
        Self {
            title: title.into(),
            kind,
            ..Self::default()
        }
    }

    /// Reaching to zero.
    #[must_use]
    pub fn with_zero(mut self) -> Self {
        self.zero = true;
        self
    }

    /// Logarithmic.
    #[must_use]
    pub fn with_log(mut self) -> Self {
        self.scale = Scale::Log;
        self
    }

    /// Of buckets this wide.
    #[must_use]
    pub fn with_step(mut self, step: f64) -> Self {
        self.step = Some(step);
        self
    }
}

/// The unit of an axis.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Kind {
    /// A plain number: a loss, a step.
    #[default]
    Number,
    /// Whole things, with separators: "12,500".
    Count,
    /// A share, 0.125 for "12.5%".
    Percent,
    /// A difference of two shares, 0.06 for "+6 pp".
    Points,
    /// A relative difference, 0.234 for "+23.4%".
    Lift,
    /// Seconds since 1970 in UTC, shown `offset_secs` later.
    Time {
        /// The display zone's distance from UTC, east positive.
        offset_secs: i32,
    },
    /// Seconds: "90 s", "2 h".
    Duration,
    /// Names: x = 0 is the first, 1 the second. Shown from the top down, or from left to right.
    Category(Vec<String>),
}

impl Kind {
    /// Time shown in UTC.
    pub const UTC: Self = Self::Time { offset_secs: 0 };
}

/// How values are spread along an axis.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Scale {
    /// Equal distances for equal differences.
    #[default]
    Linear,
    /// Equal distances for equal ratios.
    Log,
}

/// Points that belong together, drawn alike.
#[derive(Debug, Clone)]
pub struct Series {
    /// Whose points: written at the line's end or into the legend. Empty: in neither (the dashed first days of a
    /// line, say). Two panels may have the same name: it is shown once.
    pub name: String,
    /// Colour, dash and shape.
    pub slot: Slot,
    /// Thin and pale, unlabelled: raw values behind a smoothed line.
    pub faint: bool,
    /// Short dashes whatever the slot has: values that stand for less than the rest of the line do.
    pub tentative: bool,
    /// How the points are drawn.
    pub marks: Marks,
    /// By x ascending. Shared, so that copies of a chart are cheap and its drawings can be kept: change points by
    /// replacing them all.
    pub points: Arc<[Point]>,
}

/// The same points are equal without being compared one by one (and though NaN is not equal to itself).
impl PartialEq for Series {
    fn eq(&self, other: &Self) -> bool {
        let drawn = |series: &Self| (series.slot, series.faint, series.tentative, series.marks);
        self.name == other.name
            && drawn(self) == drawn(other)
            && (Arc::ptr_eq(&self.points, &other.points) || self.points == other.points)
    }
}

impl Series {
    /// A series that is neither faint nor tentative.
    pub fn new(
        name: impl Into<String>,
        slot: Slot,
        marks: Marks,
        points: impl Into<Arc<[Point]>>,
    ) -> Self {
        Self {
            name: name.into(),
            slot,
            faint: false,
            tentative: false,
            marks,
            points: points.into(),
        }
    }

    /// Faint.
    #[must_use]
    pub fn faint(mut self) -> Self {
        self.faint = true;
        self
    }

    /// Tentative.
    #[must_use]
    pub fn tentative(mut self) -> Self {
        self.tentative = true;
        self
    }
}

/// One measured value.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// Where on the x axis; must be finite, or the point is left out.
    pub x: f64,
    /// The value. `None` is a gap. NaN and the infinities were measured: each is a tick at the axis (+∞ at the far
    /// end) that no line joins.
    pub y: Option<f64>,
    /// The interval around it, lower limit first; drawn as [`Marks::range`] says.
    pub range: Option<[f64; 2]>,
}

impl Point {
    /// A value without an interval.
    pub fn new(x: f64, y: f64) -> Self {
        Self {
            x,
            y: Some(y),
            range: None,
        }
    }

    /// A gap.
    pub fn gap(x: f64) -> Self {
        Self {
            x,
            y: None,
            range: None,
        }
    }

    /// With an interval.
    #[must_use]
    pub fn with_range(mut self, low: f64, high: f64) -> Self {
        self.range = Some([low, high]);
        self
    }
}

/// How the points of a series are drawn: any of these, together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Marks {
    /// Values joined.
    pub line: Option<Line>,
    /// Intervals.
    pub range: Option<Range>,
    /// The slot's shape at each value.
    pub dots: bool,
    /// A bar from zero to each value.
    pub bars: bool,
}

impl Marks {
    /// A line.
    pub const LINE: Self = Self {
        line: Some(Line::Straight),
        ..Self::NONE
    };
    /// A line that keeps each value until the next.
    pub const STEPS: Self = Self {
        line: Some(Line::Steps),
        ..Self::NONE
    };
    /// A line in a filled band.
    pub const BAND: Self = Self {
        line: Some(Line::Straight),
        range: Some(Range::Band),
        ..Self::NONE
    };
    /// The limits of a band alone, without filling.
    pub const OUTLINE: Self = Self {
        range: Some(Range::Outline),
        ..Self::NONE
    };
    /// Dots alone.
    pub const DOTS: Self = Self {
        dots: true,
        ..Self::NONE
    };
    /// Dots with whiskers.
    pub const WHISKERS: Self = Self {
        dots: true,
        range: Some(Range::Whiskers),
        ..Self::NONE
    };
    /// Bars.
    pub const BARS: Self = Self {
        bars: true,
        ..Self::NONE
    };
    const NONE: Self = Self {
        line: None,
        range: None,
        dots: false,
        bars: false,
    };
}

/// How values are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// From point to point.
    Straight,
    /// Level until the next point.
    Steps,
}

/// How intervals are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Range {
    /// A tint between the limits, outlined.
    Band,
    /// The two limits as dashed lines.
    Outline,
    /// A line with caps at each point.
    Whiskers,
}

/// A place in the order of colours, dashes and shapes (`palette`); one thing keeps its slot in every chart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Slot {
    /// Grey: control, baseline, totals.
    #[default]
    Neutral,
    /// The first, second … colour, from 0; after the last they begin again with other dashes.
    Color(u8),
}

/// A straight line to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// The axis on which it has its value: on y it runs across.
    pub on: On,
    /// The value.
    pub at: f64,
    /// What it is: "margin", "today"; empty for a plain zero line.
    pub label: String,
}

impl Rule {
    /// The line at y = 0, which needs no label.
    pub fn zero() -> Self {
        Self::y(0.0, "")
    }

    /// A line across at this y.
    pub fn y(at: f64, label: impl Into<String>) -> Self {
        Self {
            on: On::Y,
            at,
            label: label.into(),
        }
    }

    /// A line up at this x.
    pub fn x(at: f64, label: impl Into<String>) -> Self {
        Self {
            on: On::X,
            at,
            label: label.into(),
        }
    }
}

/// One of the two axes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum On {
    /// The shared one.
    X,
    /// The panel's own.
    Y,
}

/// Something to say about a place on the x axis: a line through all panels, numbered, its text below or on hover.
#[derive(Debug, Clone, PartialEq)]
pub struct Marker {
    /// Where.
    pub x: f64,
    /// What: "prices changed", "new-checkout: 10 % → 50 %".
    pub text: String,
    /// Who says it.
    pub from: MarkerFrom,
}

/// Where a [`Marker`] comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MarkerFrom {
    /// The analyst's own note.
    Note,
    /// A change read from the server: a flag, a release.
    Change,
}

/// A tinted range of the x axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Shade {
    /// Where it begins.
    pub from: f64,
    /// Where it ends.
    pub to: f64,
    /// What it is: "weekend", "incomplete". Shades of one label are labelled once.
    pub label: String,
}

/// Parallel coordinates.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Parallel {
    /// The quantities, from left to right; an axis' title is its name.
    pub axes: Vec<Axis>,
    /// The things that have them.
    pub lines: Vec<Polyline>,
}

/// One thing in [`Parallel`] coordinates.
#[derive(Debug, Clone, PartialEq)]
pub struct Polyline {
    /// Whose values.
    pub name: String,
    /// Colour and dash.
    pub slot: Slot,
    /// Thin and pale: all but the chosen ones.
    pub faint: bool,
    /// A value for each axis, in their order; `None` interrupts the line.
    pub values: Vec<Option<f64>>,
}
