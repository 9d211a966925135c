//! Lines that jump, made calm; the raw line stays beside them.

/// The exponential moving average without the pull of its start towards 0: last = w·last + (1−w)·y, shown as
/// last/(1−wᵏ), where k counts the points so far (the bias correction of Adam,
/// arXiv 1412.6980, § 3; as in Weights & Biases).
///
/// A missing point, or one that is not finite, stays a gap and leaves the average as it was. `None` if the weight is
/// not at least 0 and below 1; 0 gives the points themselves.
pub fn debiased_ema(points: &[Option<f64>], weight: f64) -> Option<Vec<Option<f64>>> {
    if !(0.0..1.0).contains(&weight) {
        return None;
    }
    let (mut last, mut missing) = (0.0, 1.0);
    let smooth = |point: &Option<f64>| {
        let y = point.filter(|y| y.is_finite())?;
        last = weight * last + (1.0 - weight) * y;
        missing *= weight;
        Some(last / (1.0 - missing))
    };
    Some(points.iter().map(smooth).collect())
}
