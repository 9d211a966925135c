//! Which of several variants or groups the others are compared with, until a person says otherwise.

/// Names of a baseline, the likeliest first.
const NAMES: [&str; 8] = [
    "control", "ctrl", "baseline", "off", "disabled", "original", "a", "0",
];

/// The likeliest baseline: the one that is called so, whole or as one of its words and whatever the case; else the
/// largest, and of equal ones the first by name. `None` where there is none to choose from.
pub fn pick<S: Ord>(names: &[(&str, S)]) -> Option<usize> {
    let find = |matches: &dyn Fn(&str, &str) -> bool| {
        NAMES.iter().find_map(|wanted| {
            names
                .iter()
                .position(|(name, _)| matches(&name.trim().to_lowercase(), wanted))
        })
    };
    find(&|name, wanted| name == wanted)
        .or_else(|| {
            find(&|name, wanted| {
                name.split(|letter: char| !letter.is_alphanumeric())
                    .any(|word| word == wanted)
            })
        })
        .or_else(|| {
            let larger = |a: &usize, b: &usize| {
                let ((one, size), (other, than)) = (&names[*a], &names[*b]);
                size.cmp(than).then_with(|| other.cmp(one))
            };
            (0..names.len()).max_by(larger)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picked<'a>(names: &[(&'a str, u64)]) -> Option<&'a str> {
        pick(names).map(|at| names[at].0)
    }

    #[test]
    fn a_name_says_it_whatever_its_case_and_size() {
        assert_eq!(picked(&[("enabled", 9), ("Disabled", 1)]), Some("Disabled"));
        assert_eq!(picked(&[("a", 9), ("CONTROL ", 1)]), Some("CONTROL "));
        assert_eq!(
            picked(&[("new", 9), ("old-control", 1)]),
            Some("old-control")
        );
        assert_eq!(picked(&[("banana", 1), ("b", 2)]), Some("b"));
    }

    #[test]
    fn else_it_is_the_largest_and_then_the_first_by_name() {
        assert_eq!(picked(&[("x", 1), ("y", 2)]), Some("y"));
        assert_eq!(picked(&[("y", 2), ("x", 2), ("z", 2)]), Some("x"));
        assert_eq!(picked(&[]), None);
    }
}
