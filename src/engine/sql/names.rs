//! Names of databases, tables and columns as SQL.

/// A name in backticks; a backtick inside is doubled (MySQL manual, "Schema Object Names").
pub fn quote_identifier(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        assert_eq!(quote_identifier("a`b"), "`a``b`");
    }
}
