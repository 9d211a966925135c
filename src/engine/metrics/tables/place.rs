//! What is looked for on a server: a table by what it holds, its columns by what they mean, and the names that are usual.

/// What a table of ours holds, by the names that are usual.
#[derive(Debug, PartialEq, Eq)]
pub struct Place {
    /// Its name in the profile's mapping.
    pub name: &'static str,
    /// What it holds, for people: `assignments of experiments`.
    pub what: &'static str,
    /// Its usual names; the first is the sample server's.
    pub tables: &'static [&'static str],
    /// Its columns.
    pub roles: &'static [Role],
}

/// What a column means.
#[derive(Debug, PartialEq, Eq)]
pub struct Role {
    /// Its name in the profile's mapping.
    pub name: &'static str,
    /// What it holds, for people.
    pub what: &'static str,
    /// Names that are taken for it without asking; the first is the usual one.
    pub names: &'static [&'static str],
    /// Names that are suggested for it.
    pub like: &'static [&'static str],
    /// The figures cannot be had without it.
    pub required: bool,
}

/// A role that must be there and has one usual name.
pub(in crate::engine::metrics) const fn role(
    name: &'static str,
    what: &'static str,
    names: &'static [&'static str],
    like: &'static [&'static str],
) -> Role {
    Role {
        name,
        what,
        names,
        like,
        required: true,
    }
}

/// A role that may be missing.
pub(in crate::engine::metrics) const fn optional(
    name: &'static str,
    what: &'static str,
    names: &'static [&'static str],
    like: &'static [&'static str],
) -> Role {
    Role {
        required: false,
        ..role(name, what, names, like)
    }
}
