//! One whole number divided by another, rounded once: what a program that divides integers exactly would print.

/// `numerator / denominator` as the nearest f64, also where neither number fits into one; `None` for a denominator
/// of 0.
pub fn ratio(numerator: i128, denominator: u128) -> Option<f64> {
    if denominator == 0 {
        return None;
    }
    let sign = if numerator < 0 { -1.0 } else { 1.0 };
    let mut quotient = numerator.unsigned_abs() / denominator;
    let mut rest = numerator.unsigned_abs() % denominator;
    let mut exponent = 0;
    // Long division until there are more digits than an f64 keeps; what is left over then only decides ties.
    while rest > 0 && quotient < 1 << 55 {
        let carry = rest >= denominator - rest;
        rest = if carry {
            rest - (denominator - rest)
        } else {
            rest * 2
        };
        quotient = quotient * 2 + u128::from(carry);
        exponent -= 1;
    }
    let digits = quotient | u128::from(rest > 0);
    // At least 2^-128 and so never subnormal: the second rounding is none.
    Some(sign * digits as f64 * 2_f64.powi(exponent))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn figures_of_any_size_are_rounded_once() {
        assert_eq!(ratio(1459, 9850), Some(0.148_121_827_411_167_5));
        assert_eq!(
            ratio(18_446_744_073_709_552, 36_893_488_147_419_103_230),
            Some(0.0005)
        );
        assert_eq!(ratio(-128, 3), Some(-128.0 / 3.0));
        assert_eq!(ratio(0, 7), Some(0.0));
        assert_eq!(ratio(1, 0), None);
        assert_eq!(ratio(i128::MAX, u128::MAX), Some(0.5));
        assert_eq!(ratio(1, u128::MAX), Some(2_f64.powi(-128)));
        // 2^53 + 1 is no f64: dividing after conversion would lose it.
        assert_eq!(
            ratio(27_021_597_764_222_979, 3),
            Some(9_007_199_254_740_993_f64)
        );
        assert_eq!(
            ratio(9_007_199_254_740_993, 9_007_199_254_740_993),
            Some(1.0)
        );
    }

    proptest! {
        #[test]
        fn what_f64_holds_is_divided_as_f64_divides(a in -(1_i64 << 53)..(1 << 53), b in 1..(1_u64 << 53)) {
            prop_assert_eq!(ratio(i128::from(a), u128::from(b)), Some(a as f64 / b as f64));
        }
    }
}
