//! Several p-values at once.

/// Adjusted p-values, in the order of the input, and how many of them are rejected.
#[derive(Clone, Debug, PartialEq)]
pub struct Adjusted {
    /// Each at most 1 and at least the raw p-value.
    pub p_values: Vec<f64>,
    /// How many hypotheses fall at the alpha that was given.
    pub rejected: usize,
}

/// Bonferroni: p·m.
pub fn bonferroni(p_values: &[f64], alpha: f64) -> Adjusted {
    let count = p_values.len() as f64;
    Adjusted {
        p_values: p_values.iter().map(|p| (p * count).min(1.0)).collect(),
        rejected: p_values.iter().filter(|p| **p <= alpha / count).count(),
    }
}

/// Holm (Scand. J. Stat. 6 (1979) 65): keeps the chance of any false finding at alpha, and finds more than Bonferroni.
pub fn holm(p_values: &[f64], alpha: f64) -> Adjusted {
    let order = ascending(p_values);
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    let mut rejected = 0;
    for (rank, &index) in order.iter().enumerate() {
        let left = (order.len() - rank) as f64;
        largest = largest.max(p_values[index] * left);
        adjusted[index] = largest.min(1.0);
        if rejected == rank && p_values[index] <= alpha / left {
            rejected += 1;
        }
    }
    Adjusted {
        p_values: adjusted,
        rejected,
    }
}

/// Benjamini and Hochberg (J. R. Stat. Soc. B 57 (1995) 289): keeps the expected share of false ones among the findings
/// at alpha.
pub fn benjamini_hochberg(p_values: &[f64], alpha: f64) -> Adjusted {
    let order = ascending(p_values);
    let count = order.len() as f64;
    let mut adjusted = vec![0.0; p_values.len()];
    let mut least = 1.0_f64;
    let mut rejected = 0;
    for (rank, &index) in order.iter().enumerate().rev() {
        let share = (rank + 1) as f64 / count;
        least = least.min(p_values[index] / share);
        adjusted[index] = least;
        if rejected == 0 && p_values[index] <= share * alpha {
            rejected = rank + 1;
        }
    }
    Adjusted {
        p_values: adjusted,
        rejected,
    }
}

/// Places of the values, smallest first, equal ones in the order of the input.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<_> = (0..values.len()).collect();
    order.sort_by(|&left, &right| values[left].total_cmp(&values[right]));
    order
}
