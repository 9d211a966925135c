//! What a feature flag needs beyond [`super::comparison`]: its error budget.

/// How many times faster than allowed the error budget is used up: rate / (1 − objective), 1 being just as planned
/// (Google, Site Reliability Workbook, chapter 5).
///
/// `None` if the objective is not at least 0 and below 1: an objective of 100% leaves no budget to divide by.
pub fn burn(error_rate: f64, objective: f64) -> Option<f64> {
    (0.0..1.0)
        .contains(&objective)
        .then(|| error_rate / (1.0 - objective))
}
