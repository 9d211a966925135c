//! What must hold for any counts, what other programs compute, and what looking often does to a p-value. The
//! published values stand beside the calculator that takes them (`cli/stats`).

mod looking_often;
mod properties;
mod values;

use super::Counts;

fn counts(events: u64, trials: u64) -> Counts {
    Counts::new(events, trials).expect("no more events than trials")
}

/// Equal to so many parts of the larger one.
#[track_caller]
fn assert_close(left: f64, right: f64, tolerance: f64) {
    let off = (left - right).abs();
    assert!(
        off <= tolerance * left.abs().max(right.abs()),
        "{left} and {right}"
    );
}
