//! Lines in pixels: made into steps, and cut where they leave the picture.

use super::Rect;
use crate::engine::chart::reduce::Pixel;

/// How far lines reach out of the picture.
const OUTSIDE: f32 = 20.0;

/// Level until the next point.
pub(super) fn steps(run: &[Pixel]) -> Vec<Pixel> {
    let mut out = Vec::with_capacity(run.len() * 2);
    for two in run.windows(2) {
        out.push(two[0]);
        out.push([two[1][0], two[0][1]]);
    }
    out.extend(run.last());
    out
}

/// What of a line is in or near a rectangle: a zoom leaves points millions of pixels away.
pub(super) fn clipped(run: &[Pixel], rect: &Rect) -> Vec<Vec<Pixel>> {
    let near = Rect {
        left: rect.left - OUTSIDE,
        top: rect.top - OUTSIDE,
        right: rect.right + OUTSIDE,
        bottom: rect.bottom + OUTSIDE,
    };
    let mut out: Vec<Vec<Pixel>> = Vec::new();
    for two in run.windows(2) {
        let Some([start, end]) = segment(two[0], two[1], &near) else {
            continue;
        };
        match out.last_mut() {
            Some(run) if run.last() == Some(&start) => run.push(end),
            _ => out.push(vec![start, end]),
        }
    }
    out
}

/// The part of a segment within a rectangle (Liang and Barsky).
fn segment(from: Pixel, to: Pixel, rect: &Rect) -> Option<[Pixel; 2]> {
    let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
    let limits = [[rect.left, rect.right], [rect.top, rect.bottom]];
    for (axis, [low, high]) in limits.into_iter().enumerate() {
        let (start, end) = (f64::from(from[axis]), f64::from(to[axis]));
        let (low, high) = (f64::from(low), f64::from(high));
        if start == end {
            if start < low || start > high {
                return None;
            }
            continue;
        }
        let (a, b) = (
            (low - start) / (end - start),
            (high - start) / (end - start),
        );
        enter = enter.max(a.min(b));
        leave = leave.min(a.max(b));
    }
    let at = |share: f64| {
        [0, 1].map(|axis| {
            let (start, end) = (f64::from(from[axis]), f64::from(to[axis]));
            (start + share * (end - start)) as f32
        })
    };
    (enter <= leave).then(|| {
        [
            if enter == 0.0 { from } else { at(enter) },
            if leave == 1.0 { to } else { at(leave) },
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_near_the_picture_and_keep_their_direction() {
        let rect = Rect {
            left: 0.0,
            top: 0.0,
            right: 100.0,
            bottom: 100.0,
        };
        let runs = clipped(
            &[
                [-1e6, 50.0],
                [50.0, 50.0],
                [50.0, 1e6],
                [60.0, 1e6],
                [60.0, 20.0],
            ],
            &rect,
        );
        assert_eq!(
            runs,
            [
                vec![[-20.0, 50.0], [50.0, 50.0], [50.0, 120.0]],
                vec![[60.0, 120.0], [60.0, 20.0]]
            ]
        );
        assert_eq!(
            clipped(&[[-50.0, -50.0], [-40.0, -90.0]], &rect),
            Vec::<Vec<Pixel>>::new()
        );
    }

    #[test]
    fn steps_are_level_until_the_next_point() {
        let stair = steps(&[[0.0, 1.0], [2.0, 5.0]]);
        assert_eq!(stair, [[0.0, 1.0], [2.0, 1.0], [2.0, 5.0]]);
    }
}
