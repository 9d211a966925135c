//! Names as the keys of one JSON object, each once.

use std::collections::HashSet;

/// Gives each name a key that no other has: the second `a` is `a_2`, unless another is called so.
#[derive(Debug)]
pub struct Names {
    taken: HashSet<String>,
    given: HashSet<String>,
}

impl Names {
    /// For these names, which are then asked for in turn.
    pub fn of<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        Self {
            taken: names.map(str::to_owned).collect(),
            given: HashSet::new(),
        }
    }

    /// The key of the next one.
    pub fn next(&mut self, name: &str) -> String {
        if self.given.insert(name.to_owned()) {
            return name.to_owned();
        }
        let mut number = 2_u64;
        loop {
            let key = format!("{name}_{number}");
            if self.taken.insert(key.clone()) {
                return key;
            }
            number += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_names_get_keys_of_their_own() {
        let names = ["a", "a", "a_2", "b", "a"];
        let mut keys = Names::of(names.into_iter());
        assert_eq!(
            names.map(|name| keys.next(name)),
            ["a", "a_3", "a_2", "b", "a_4"]
        );
    }
}
