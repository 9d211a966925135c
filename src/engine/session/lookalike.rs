//! Products and proxies that speak MySQL's protocol and do not keep a session read-only, known by what they say of
//! themselves. What is in no list here is judged by reading the mode back.
//!
//! Aurora is not in the list: it is MySQL's own server, and its mode reads back as it was set, on readers too.

use mysql_async::Conn;

use super::own::Own;

/// What a server says of itself.
#[derive(Clone, Debug, Default)]
pub(super) struct Signs {
    /// `VERSION()` and `@@version_comment`.
    words: String,
    /// Names of variables that only one product has.
    variables: Vec<String>,
}

/// A product, the words that give it away, and a variable of its own.
struct Product {
    name: &'static str,
    words: &'static [&'static str],
    variable: Option<&'static str>,
}

const PRODUCTS: &[Product] = &[
    // Answers @@version_comment itself; a statement may go to another connection than the SET before it.
    product("ProxySQL", &["proxysql"], None),
    // Sends each statement to a server of its choice.
    product("MaxScale", &["maxscale"], None),
    // Refuses READ ONLY, or with tidb_enable_noop_functions takes it without effect.
    product("TiDB", &["tidb"], Some("tidb_current_ts")),
    // PlanetScale is Vitess: the one that runs the statement is not the one that took the SET.
    product("PlanetScale", &["planetscale"], None),
    product("Vitess", &["vitess"], None),
    // Their manuals speak of the variable as one without effect, or not at all.
    product("OceanBase", &["oceanbase"], Some("ob_query_timeout")),
    product(
        "SingleStore",
        &["singlestore", "memsql"],
        Some("memsql_version"),
    ),
    product("ShardingSphere", &["shardingsphere"], None),
    product("Mycat", &["mycat"], None),
    product("DBLE", &["dble"], None),
    product("StarRocks", &["starrocks"], None),
    product("Doris", &["doris"], None),
    product("ClickHouse", &["clickhouse"], None),
    product("Dolt", &["dolt"], None),
];

const fn product(
    name: &'static str,
    words: &'static [&'static str],
    variable: Option<&'static str>,
) -> Product {
    Product {
        name,
        words,
        variable,
    }
}

/// The variables to ask for.
pub(super) fn variables() -> impl Iterator<Item = &'static str> {
    PRODUCTS.iter().filter_map(|product| product.variable)
}

/// Who this is, if it is one that does not keep a session read-only.
pub(super) fn recognise(signs: &Signs) -> Option<String> {
    let words = signs.words.to_ascii_lowercase();
    let found = PRODUCTS.iter().find(|product| {
        product.words.iter().any(|word| words.contains(word))
            || product.variable.is_some_and(|variable| {
                signs
                    .variables
                    .iter()
                    .any(|name| name.eq_ignore_ascii_case(variable))
            })
    });
    found.map(|product| product.name.to_owned())
}

impl Signs {
    /// A server that does not understand the question gives no sign.
    pub(super) async fn read(conn: &mut Conn, version: &str) -> mysql_async::Result<Self> {
        let comment = Own::VersionComment.column(conn).await?.unwrap_or_default();
        let variables = Own::ProductVariables
            .column(conn)
            .await?
            .unwrap_or_default();
        Ok(Self {
            words: format!("{version} {}", comment.join(" ")),
            variables,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(version: &str, comment: &str, variables: &[&str]) -> Option<String> {
        recognise(&Signs {
            words: format!("{version} {comment}"),
            variables: variables.iter().map(|name| (*name).to_owned()).collect(),
        })
    }

    #[test]
    fn products_that_only_look_like_mysql_are_known_by_their_own_words() {
        for (version, comment, name) in [
            ("8.0.11", "(ProxySQL)", "ProxySQL"),
            ("10.6.8 24.02.1-maxscale", "", "MaxScale"),
            (
                "8.0.11-TiDB-v7.5.0",
                "TiDB Server (Apache License 2.0)",
                "TiDB",
            ),
            ("8.0.30-Vitess", "", "Vitess"),
            ("8.0.34-PlanetScale", "Vitess", "PlanetScale"),
            ("5.7.25-OceanBase-v4.2.1.0", "OceanBase_CE", "OceanBase"),
        ] {
            assert_eq!(named(version, comment, &[]).as_deref(), Some(name));
        }
        let by_variable = named("8.0.11", "", &["TIDB_CURRENT_TS"]);
        assert_eq!(by_variable.as_deref(), Some("TiDB"));
    }

    #[test]
    fn the_servers_themselves_are_not_suspected() {
        for (version, comment) in [
            ("9.7.4", "(Debian)"),
            ("8.0.36", "MySQL Community Server - GPL"),
            ("8.0.36-28.1", "Percona Server (GPL), Release 28"),
            ("8.0.mysql_aurora.3.04.0", "Source distribution"),
            ("10.11.18-MariaDB-0+deb12u1", "Debian 12"),
        ] {
            assert_eq!(named(version, comment, &[]), None, "{version}");
        }
    }
}
