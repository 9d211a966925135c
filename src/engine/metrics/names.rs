//! Names as the keys of one JSON object, each once.

use std::collections::HashSet;

/// What stands in JSON for what has no name.
pub const NULL: &str = "NULL";
/// What stands in tables for what has no name.
pub const NULL_SHOWN: &str = "(NULL)";

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
        self.numbered(name)
    }

    /// The key of what has no name: this word, unless something is called so. It takes no name's key, whatever the
    /// order in which they come.
    pub fn nameless(&mut self, word: &str) -> String {
        if self.taken.insert(word.to_owned()) {
            return word.to_owned();
        }
        self.numbered(word)
    }

    fn numbered(&mut self, name: &str) -> String {
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

    #[test]
    fn what_has_no_name_takes_none_away() {
        let mut keys = Names::of(["NULL", "NULL_2"].into_iter());
        assert_eq!(keys.nameless("NULL"), "NULL_3");
        assert_eq!(
            ["NULL", "NULL_2"].map(|name| keys.next(name)),
            ["NULL", "NULL_2"]
        );
        assert_eq!(Names::of(["a"].into_iter()).nameless("NULL"), "NULL");
    }
}
