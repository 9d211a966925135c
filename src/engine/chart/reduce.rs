//! Many points → what a screen can show of them: for each column of pixels the first, lowest, highest and last.
//!
//! Spikes survive, gaps stay gaps, and the time is linear. It works on pixels, after scales and zoom: a logarithmic
//! axis needs nothing of its own. Few points pass as they are.

/// Fewer points than this are drawn one by one.
pub const FEW: usize = 2000;

/// A place in pixels.
pub type Pixel = [f32; 2];

/// Runs of points to join. `points` ascend by x; a gap is a point without y. A run of one point is a dot.
pub fn runs(points: impl ExactSizeIterator<Item = (f32, Option<f32>)>) -> Vec<Vec<Pixel>> {
    let mut runs = Runs::default();
    if points.len() <= FEW {
        for (x, y) in points {
            match y {
                Some(y) => runs.push([x, y]),
                None => runs.cut(),
            }
        }
        return runs.done();
    }
    let mut column: Option<Column> = None;
    let mut gaps = 0; // points between which it grew are not joined
    for (x, y) in points {
        match y {
            None => gaps += 1,
            Some(y) => {
                let point = [x, y];
                let kept = Kept { point, gaps };
                let at = x.floor();
                match &mut column {
                    Some(column) if column.at == at => column.take(kept),
                    _ => {
                        if let Some(full) = column.replace(Column::new(at, kept)) {
                            runs.column(&full);
                        }
                    }
                }
            }
        }
    }
    if let Some(last) = column {
        runs.column(&last);
    }
    runs.done()
}

/// For each column of pixels the lowest low and the highest high, in runs as above.
pub fn bands(
    ranges: impl ExactSizeIterator<Item = (f32, Option<[f32; 2]>)>,
) -> Vec<Vec<(f32, [f32; 2])>> {
    let few = ranges.len() <= FEW;
    let mut runs: Vec<Vec<(f32, [f32; 2])>> = vec![Vec::new()];
    for (x, range) in ranges {
        let Some(run) = runs.last_mut() else { break };
        match (range, run.last_mut()) {
            (None, None) => {}
            // A gap within a column is narrower than what is seen, but it is there.
            (None, Some(_)) => runs.push(Vec::new()),
            (Some(range), Some((at, wide))) if !few && at.floor() == x.floor() => {
                wide[0] = wide[0].min(range[0]);
                wide[1] = wide[1].max(range[1]);
            }
            (Some(range), _) => run.push((x, range)),
        }
    }
    runs.retain(|run| !run.is_empty());
    if few { runs } else { one_a_column(runs) }
}

/// Where gaps leave several runs in one column, the widest of each stays.
fn one_a_column(runs: Vec<Vec<(f32, [f32; 2])>>) -> Vec<Vec<(f32, [f32; 2])>> {
    let mut out: Vec<Vec<(f32, [f32; 2])>> = Vec::new();
    for run in runs {
        let single = run.len() == 1;
        let last = out.last_mut().and_then(|run| run.last_mut());
        match last {
            Some((at, wide)) if single && at.floor() == run[0].0.floor() => {
                wide[0] = wide[0].min(run[0].1[0]);
                wide[1] = wide[1].max(run[0].1[1]);
            }
            _ => out.push(run),
        }
    }
    out
}

/// A point, and how many gaps lay before it.
#[derive(Debug, Clone, Copy)]
struct Kept {
    point: Pixel,
    gaps: usize,
}

/// One column of pixels: its points in the order they came.
#[derive(Debug)]
struct Column {
    at: f32,
    first: Kept,
    low: (usize, Kept),
    high: (usize, Kept),
    last: (usize, Kept),
}

impl Column {
    fn new(at: f32, kept: Kept) -> Self {
        Self {
            at,
            first: kept,
            low: (0, kept),
            high: (0, kept),
            last: (0, kept),
        }
    }

    fn take(&mut self, kept: Kept) {
        let index = self.last.0 + 1;
        if kept.point[1] < self.low.1.point[1] {
            self.low = (index, kept);
        }
        if kept.point[1] > self.high.1.point[1] {
            self.high = (index, kept);
        }
        self.last = (index, kept);
    }
}

#[derive(Debug, Default)]
struct Runs {
    done: Vec<Vec<Pixel>>,
    run: Vec<Pixel>,
    gaps: usize,
}

impl Runs {
    fn push(&mut self, point: Pixel) {
        self.run.push(point);
    }

    fn cut(&mut self) {
        if !self.run.is_empty() {
            self.done.push(std::mem::take(&mut self.run));
        }
    }

    fn column(&mut self, column: &Column) {
        let mut kept = [(0, column.first), column.low, column.high, column.last];
        kept.sort_by_key(|(index, _)| *index);
        let mut before = None;
        for (index, kept) in kept {
            if before == Some(index) {
                continue;
            }
            before = Some(index);
            if kept.gaps != self.gaps {
                self.cut();
                self.gaps = kept.gaps;
            }
            self.push(kept.point);
        }
    }

    fn done(mut self) -> Vec<Vec<Pixel>> {
        self.cut();
        self.done
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Heights by column of pixels.
    fn columns(points: impl Iterator<Item = Pixel>) -> BTreeMap<i64, Vec<f32>> {
        let mut columns = BTreeMap::<i64, Vec<f32>>::new();
        for [x, y] in points {
            columns.entry(x.floor() as i64).or_default().push(y);
        }
        columns
    }

    fn extremes(heights: &[f32]) -> [f32; 2] {
        let fold = |f: fn(f32, f32) -> f32| heights.iter().copied().reduce(f).unwrap();
        [fold(f32::min), fold(f32::max)]
    }

    prop_compose! {
        fn many()(gaps in 1usize..50, width in 1f32..900.0, seed in any::<u64>(), count in FEW + 1..6000) -> Vec<(f32, Option<f32>)> {
            let mut state = seed | 1;
            (0..count).map(|index| {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let random = (state >> 33) as usize;
                let y = (random % (gaps * 7) >= 7).then_some((random % 10_007) as f32);
                (index as f32 / count as f32 * width, y)
            }).collect()
        }
    }

    proptest! {
        #[test]
        fn spikes_survive_and_a_column_has_four_points(points in many()) {
            let drawn = runs(points.iter().copied());
            let all = columns(points.iter().filter_map(|(x, y)| Some([*x, (*y)?])));
            let kept = columns(drawn.iter().flatten().copied());
            prop_assert_eq!(all.keys().collect::<Vec<_>>(), kept.keys().collect::<Vec<_>>());
            for (column, heights) in &all {
                prop_assert_eq!(extremes(heights), extremes(&kept[column]));
                prop_assert!(kept[column].len() <= 4);
            }
        }

        #[test]
        fn no_line_crosses_a_gap(points in many()) {
            let gaps: Vec<f32> = points.iter().filter(|(_, y)| y.is_none()).map(|(x, _)| *x).collect();
            for run in runs(points.iter().copied()) {
                for two in run.windows(2) {
                    prop_assert!(two[0][0] <= two[1][0]);
                    prop_assert!(!gaps.iter().any(|gap| two[0][0] < *gap && *gap < two[1][0]));
                }
            }
        }

        #[test]
        fn a_band_keeps_its_limits(points in many()) {
            let ranges: Vec<_> = points.iter().map(|(x, y)| (*x, y.map(|y| [y - 1.0, y + 1.0]))).collect();
            let drawn = bands(ranges.iter().copied());
            let all = columns(points.iter().filter_map(|(x, y)| Some([*x, (*y)?])));
            let kept = columns(drawn.iter().flatten().flat_map(|(x, [low, high])| [[*x, *low], [*x, *high]]));
            for (column, heights) in &all {
                let [low, high] = extremes(heights);
                prop_assert_eq!([low - 1.0, high + 1.0], extremes(&kept[column]));
            }
        }
    }

    #[test]
    fn few_points_pass_as_they_are() {
        let points = [
            (0.0, Some(1.0)),
            (0.1, Some(2.0)),
            (0.2, None),
            (0.3, Some(1.5)),
        ];
        assert_eq!(
            runs(points.into_iter()),
            [vec![[0.0, 1.0], [0.1, 2.0]], vec![[0.3, 1.5]]]
        );
        let ranges = [
            (0.0, Some([1.0, 2.0])),
            (0.1, None),
            (0.2, Some([0.0, 3.0])),
        ];
        assert_eq!(
            bands(ranges.into_iter()),
            [vec![(0.0, [1.0, 2.0])], vec![(0.2, [0.0, 3.0])]]
        );
    }
}
