//! Colours that stay with what they were given to, whatever else comes and goes.

use std::collections::BTreeMap;

use crate::engine::chart::Slot;

/// Colours by name.
pub type Slots<K = String> = BTreeMap<K, Slot>;

/// Give each of these a colour that has none yet: grey for the one at `neutral` (a control, a baseline) if nothing is
/// grey yet, then the colours in their order.
pub fn give<'a, K: Ord + Clone + 'a>(
    slots: &mut Slots<K>,
    names: impl Iterator<Item = &'a K>,
    neutral: Option<usize>,
) {
    for (at, name) in names.enumerate() {
        if slots.contains_key(name) {
            continue;
        }
        let neutral_is_free = !slots.values().any(|slot| *slot == Slot::Neutral);
        let slot = if Some(at) == neutral && neutral_is_free {
            Slot::Neutral
        } else {
            let colors = slots.values().filter(|slot| **slot != Slot::Neutral);
            Slot::Color(u8::try_from(colors.count()).unwrap_or(u8::MAX))
        };
        slots.insert(name.clone(), slot);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_stays_when_another_becomes_the_baseline() {
        let names = ["on", "off", "beta"].map(str::to_owned);
        let mut slots: Slots = Slots::default();
        give(&mut slots, names[..2].iter(), Some(1));
        give(&mut slots, names.iter(), Some(0));
        let given = names.map(|name| slots[&name]);
        assert_eq!(given, [Slot::Color(0), Slot::Neutral, Slot::Color(1)]);
    }
}
