//! Points → lines, areas, bars and dots of one panel.

use std::collections::HashSet;

use super::{
    Item, Map, Rect, Stroke,
    clip::{clipped, steps},
    domain::{Stacks, is_whiskers, seen},
};
use crate::engine::chart::{
    palette::{self, Look, Theme},
    reduce::{self, FEW, Pixel},
    spec::{Axis, Line, Panel, Point, Range, Series},
};

/// Half the length of a whisker's cap.
const CAP: f32 = 4.0;
/// Whiskers and dots of several series at one x stand this far apart.
const APART: f32 = 7.0;
/// A panel's place: along the shared axis and across it.
pub(super) struct Ground<'a> {
    pub rect: Rect,
    pub x: Map,
    pub y: Map,
    pub flipped: bool,
    /// Pixels between neighbours on the shared axis.
    pub step: Option<f32>,
    pub theme: Theme,
    pub panel: &'a Panel,
    pub x_axis: &'a Axis,
}

/// A series with its place among those that share its x.
struct Drawn<'a> {
    series: &'a Series,
    look: Look,
    points: &'a [Point],
    /// Added along the shared axis.
    shift: f32,
}

/// Everything of a panel, undermost first.
pub(super) fn items(ground: &Ground<'_>) -> Vec<Item> {
    let drawn = ground.drawn();
    let mut items = Vec::new();
    for drawn in &drawn {
        ground.range(drawn, &mut items);
    }
    ground.bars(&drawn, &mut items);
    for drawn in &drawn {
        ground.line(drawn, &mut items);
    }
    for drawn in &drawn {
        ground.whiskers(drawn, &mut items);
        ground.dots(drawn, &mut items);
        ground.ticks(drawn, &mut items);
    }
    items
}

impl<'a> Ground<'a> {
    fn drawn(&self) -> Vec<Drawn<'a>> {
        let beside_others = |series: &Series| {
            !series.faint && series.marks.line.is_none() && is_whiskers(series.marks)
        };
        let (series, panel) = (&self.panel.series, self.panel);
        let count = series.iter().filter(|series| beside_others(series)).count();
        let room = self.step.map_or(0.0, |step| step * 0.7);
        let apart = (room / count.max(1) as f32).min(APART);
        let mut place = 0.0;
        panel
            .series
            .iter()
            .map(|series| {
                let mut shift = 0.0;
                // In a forest plot each row is its own.
                if beside_others(series) && count > 1 && !self.flipped {
                    shift = (place - (count - 1) as f32 / 2.0) * apart;
                    place += 1.0;
                }
                Drawn {
                    series,
                    look: palette::look(series.slot, self.theme),
                    points: seen(&series.points, self.x.range, 1),
                    shift,
                }
            })
            .collect()
    }

    /// From along and across to right and down.
    fn place(&self, [along, across]: Pixel) -> Pixel {
        if self.flipped {
            [across, along]
        } else {
            [along, across]
        }
    }

    fn places(&self, points: impl IntoIterator<Item = Pixel>) -> Vec<Pixel> {
        points.into_iter().map(|point| self.place(point)).collect()
    }

    fn pixel(&self, drawn: &Drawn<'_>, x: f64, y: f64) -> Option<Pixel> {
        Some([self.x.pixel(x)? + drawn.shift, self.y.pixel(y)?])
    }

    fn line(&self, drawn: &Drawn<'_>, items: &mut Vec<Item>) {
        let Some(line) = drawn.series.marks.line else {
            return;
        };
        let points: Vec<(f32, Option<f32>)> = drawn
            .points
            .iter()
            .filter_map(|point| {
                let y = point.y.and_then(|y| self.y.pixel(y));
                Some((self.x.pixel(point.x)?, y))
            })
            .collect();
        if points.len() > FEW && self.scribble(drawn, &points, items) {
            return;
        }
        let stroke = drawn.stroke();
        for run in reduce::runs(points.into_iter()) {
            if let [[along, across]] = run[..] {
                items.push(dot(drawn, self.place([along, across]), stroke.width));
                continue;
            }
            let run = match line {
                Line::Straight => run,
                Line::Steps => steps(&run),
            };
            for run in clipped(&self.places(run), &self.rect) {
                if drawn.look.pale && !drawn.series.faint {
                    let mut around = stroke;
                    around.width += 1.6;
                    around.color = drawn.look.ink;
                    items.push(Item::Line {
                        points: run.clone(),
                        stroke: around,
                    });
                }
                items.push(Item::Line {
                    points: run,
                    stroke,
                });
            }
        }
    }

    /// A line that goes much more up and down than along is what it covers: an area from the lowest to the highest
    /// of each column, which costs a frame a fraction of the strokes. False where the line is not like that.
    fn scribble(
        &self,
        drawn: &Drawn<'_>,
        points: &[(f32, Option<f32>)],
        items: &mut Vec<Item>,
    ) -> bool {
        let ranges = points.iter().map(|(x, y)| (*x, y.map(|y| [y, y])));
        let runs = reduce::bands(ranges);
        let columns = runs.iter().flatten();
        let (covered, count) = columns.fold((0.0, 0.0), |(covered, count), (_, [low, high])| {
            (covered + (high - low).abs(), count + 1.0)
        });
        if covered < 3.0 * count {
            return false;
        }
        let faint = drawn.series.faint;
        let outlined = drawn.look.pale && !faint;
        for run in runs {
            let mut area = |color, around: f32| {
                let side = |end: usize, by: f32| {
                    let points = run.iter().map(|(x, range)| [*x, range[end] + by]);
                    self.places(points)
                };
                items.push(Item::Area {
                    upper: side(0, -around),
                    lower: side(1, around),
                    color,
                    opacity: if faint { 0.28 } else { 1.0 },
                });
            };
            if outlined {
                area(drawn.look.ink, 1.3);
            }
            area(drawn.look.mark, 0.5);
        }
        true
    }

    fn range(&self, drawn: &Drawn<'_>, items: &mut Vec<Item>) {
        let Some(kind @ (Range::Band | Range::Outline)) = drawn.series.marks.range else {
            return;
        };
        for run in reduce::bands(self.ranges(drawn).into_iter()) {
            // A single interval is as wide as a line.
            let run = match run[..] {
                [(x, range)] => vec![(x - 1.0, range), (x + 1.0, range)],
                _ => run,
            };
            let side = |end: usize| self.places(run.iter().map(|(x, range)| [*x, range[end]]));
            let (lower, upper) = (side(0), side(1));
            let edge = Stroke::new(drawn.look.mark, 1.0);
            let edge = match kind {
                Range::Outline => edge.dashed(palette::RULE).at(0.9),
                _ => edge.at(0.45),
            };
            for side in [&upper, &lower] {
                items.extend(
                    clipped(side, &self.rect)
                        .into_iter()
                        .map(|points| Item::Line {
                            points,
                            stroke: edge,
                        }),
                );
            }
            if kind == Range::Band {
                items.push(Item::Area {
                    upper,
                    lower,
                    color: drawn.look.mark,
                    opacity: 0.2,
                });
            }
        }
    }

    /// Intervals in pixels, gaps among them.
    fn ranges(&self, drawn: &Drawn<'_>) -> Vec<(f32, Option<[f32; 2]>)> {
        let [start, end] = self.y.pixels;
        // Down from a value that a logarithmic axis cannot show, and to infinity.
        let limit = |value: f64| {
            let beyond = if value > 0.0 { end } else { start };
            if value.is_nan() {
                None
            } else {
                Some(self.y.pixel(value).unwrap_or(beyond))
            }
        };
        drawn
            .points
            .iter()
            .filter_map(|point| {
                let range = point
                    .range
                    .and_then(|[low, high]| Some([limit(low)?, limit(high)?]));
                Some((self.x.pixel(point.x)? + drawn.shift, range))
            })
            .collect()
    }

    fn whiskers(&self, drawn: &Drawn<'_>, items: &mut Vec<Item>) {
        if !is_whiskers(drawn.series.marks) {
            return;
        }
        let stroke = Stroke {
            dash: &[],
            width: if drawn.series.faint { 1.0 } else { 1.5 },
            color: if drawn.look.pale {
                drawn.look.ink
            } else {
                drawn.look.mark
            },
            ..drawn.stroke()
        };
        for (x, [low, high]) in reduce::bands(self.ranges(drawn).into_iter())
            .into_iter()
            .flatten()
        {
            let mut push = |points: [Pixel; 2]| {
                items.push(Item::Line {
                    points: self.places(points),
                    stroke,
                });
            };
            push([[x, low], [x, high]]);
            for limit in [low, high] {
                push([[x - CAP, limit], [x + CAP, limit]]);
            }
        }
    }

    fn dots(&self, drawn: &Drawn<'_>, items: &mut Vec<Item>) {
        if !drawn.series.marks.dots {
            return;
        }
        let many = drawn.points.len() > FEW;
        let mut taken = HashSet::new();
        let radius = if drawn.points.len() > 200 { 2.2 } else { 3.6 };
        for point in drawn.points {
            let pixel = point.y.and_then(|y| self.pixel(drawn, point.x, y));
            let Some(pixel) = pixel else { continue };
            let place = self.place(pixel);
            // Of dots that hide each other one is enough.
            if many && !taken.insert(place.map(|side| side.round() as i32)) {
                continue;
            }
            items.push(dot(drawn, place, radius));
        }
    }

    fn bars(&self, drawn: &[Drawn<'_>], items: &mut Vec<Item>) {
        let bars: Vec<_> = drawn
            .iter()
            .filter(|drawn| drawn.series.marks.bars)
            .collect();
        let beside = if self.panel.stacked {
            1
        } else {
            bars.len().max(1)
        };
        let step = self.step.unwrap_or(32.0);
        let group = (step * if step < 4.0 { 1.0 } else { 0.76 }).min(72.0);
        let width = (group / beside as f32).max(1.0);
        let Some(zero) = self.y.pixel(0.0).or(self.y.pixel(self.y.range[0])) else {
            return;
        };
        let mut stacks = Stacks::default();
        for (index, drawn) in bars.into_iter().enumerate() {
            let place = if self.panel.stacked { 0 } else { index };
            let from = width * place as f32 - group / 2.0;
            for point in drawn.points {
                let Some(value) = point.y.filter(|value| value.is_finite()) else {
                    continue;
                };
                let [start, end] = if self.panel.stacked {
                    stacks.add(point.x, value)
                } else {
                    [0.0, value]
                };
                let (Some(x), Some(end)) = (self.x.pixel(point.x), self.y.pixel(end)) else {
                    continue;
                };
                let start = self.y.pixel(start).unwrap_or(zero);
                let gap = if width > 4.0 { 0.5 } else { 0.0 };
                items.push(self.bar(
                    drawn,
                    [x + from + gap, x + from + width - gap],
                    [start, end],
                ));
            }
        }
    }

    fn bar(&self, drawn: &Drawn<'_>, along: [f32; 2], across: [f32; 2]) -> Item {
        let [start, end] = [0, 1].map(|side| self.place([along[side], across[side]]));
        Item::Rect {
            rect: Rect {
                left: start[0].min(end[0]),
                top: start[1].min(end[1]),
                right: start[0].max(end[0]),
                bottom: start[1].max(end[1]),
            },
            color: drawn.look.mark,
            opacity: if drawn.series.faint { 0.4 } else { 1.0 },
            outline: (drawn.look.pale && along[1] - along[0] > 3.0).then_some(drawn.look.ink),
        }
    }

    /// What was measured and is no number: at the axis, or at the far end for +∞.
    fn ticks(&self, drawn: &Drawn<'_>, items: &mut Vec<Item>) {
        let [start, end] = self.y.pixels;
        let inward = if end < start { -7.0 } else { 7.0 };
        let mut last = None;
        for point in drawn.points {
            let Some(y) = point.y.filter(|y| !y.is_finite()) else {
                continue;
            };
            let Some(x) = self.x.pixel(point.x) else {
                continue;
            };
            let [from, to] = if y == f64::INFINITY {
                [end, end - inward]
            } else {
                [start, start + inward]
            };
            if last.replace((x.round(), from)) == Some((x.round(), from)) {
                continue; // the same column of pixels
            }
            items.push(Item::Line {
                points: self.places([[x, from], [x, to]]),
                stroke: Stroke::new(drawn.look.ink, 1.5),
            });
        }
    }
}

impl Drawn<'_> {
    fn stroke(&self) -> Stroke {
        if self.series.faint {
            return Stroke::new(self.look.mark, 1.0).at(0.28);
        }
        let dash = if self.series.tentative {
            palette::TENTATIVE
        } else {
            self.look.dash
        };
        Stroke::new(self.look.mark, 1.8).dashed(dash)
    }
}

fn dot(drawn: &Drawn<'_>, at: Pixel, radius: f32) -> Item {
    Item::Dot {
        at,
        radius,
        shape: drawn.look.shape,
        color: drawn.look.mark,
        opacity: if drawn.series.faint { 0.4 } else { 1.0 },
        outline: drawn.look.pale.then_some(drawn.look.ink),
    }
}
