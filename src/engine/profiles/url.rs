//! `mysql://` and `mariadb://` URLs, read and written by ourselves.
//!
//! Our own reader because an error may not repeat any part of the text that could be a password: a password with
//! an unescaped `/`, `?` or `#` shifts every part behind it. So errors quote option names alone, and not even those
//! where an `@` after the host suggests such a shift.

use std::{net::Ipv6Addr, path::PathBuf};

use super::{
    Address, DEFAULT_PORT, Limits, Profile, ProfileName, Secret, Target, Tls, check,
    percent::{decode, encode, encode_keeping},
};
use crate::engine::{Error, Result};

/// What may stand behind `?`.
const OPTIONS: [&str; 7] = [
    "ssl-mode",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "server-name",
    "socket",
    "connect-timeout",
];

/// Said wherever a shifted password is the likely cause.
const ESCAPE: &str = "write @ : / ? # % in a user or password as %40 %3A %2F %3F %23 %25";

/// Read `scheme://user:password@host:port/database?option=value&…`.
///
/// The profile gets a name made of user, host and database, and no id.
pub fn parse(text: &str) -> Result<Target> {
    let Some((scheme, rest)) = text.trim().split_once("://") else {
        return Err(invalid("a server's URL starts with mysql:// or mariadb://"));
    };
    if !scheme.eq_ignore_ascii_case("mysql") && !scheme.eq_ignore_ascii_case("mariadb") {
        return Err(invalid("a server's URL starts with mysql:// or mariadb://"));
    }
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    if rest.contains('#') || (rest.contains('@') && !authority.contains('@')) {
        return Err(invalid(format!("the URL cannot be read; {ESCAPE}")));
    }
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (login, server) = authority.rsplit_once('@').unwrap_or(("", authority));
    let (user, password) = match login.split_once(':') {
        Some((user, password)) => (user, Some(password)),
        None => (login, None),
    };
    let options = options(query)?;
    let mut profile = Profile {
        user: decode(user, "user")?,
        database: database(path)?,
        ..Profile::default()
    };
    apply(&mut profile, &options)?;
    profile.address = address(server, option(&options, "socket"))?;
    check::check(&profile)?;
    profile.name = name(&profile)?;
    let password = password
        .map(|password| decode(password, "password").map(Secret::new))
        .transpose()?;
    Ok(Target { profile, password })
}

/// Write the URL that [`parse`] reads back to the same server, account and encryption; never with a password.
pub fn to_url(profile: &Profile) -> String {
    let mut url = "mysql://".to_owned();
    if !profile.user.is_empty() {
        url.push_str(&encode(&profile.user));
        url.push('@');
    }
    let mut options = Vec::new();
    match &profile.address {
        Address::Tcp { host, port } => {
            if host.contains(':') {
                url.push('[');
                url.push_str(&encode_keeping(host, ":"));
                url.push(']');
            } else {
                url.push_str(&encode(host));
            }
            if *port != DEFAULT_PORT {
                url.push(':');
                url.push_str(&port.to_string());
            }
        }
        Address::Socket(path) => {
            url.push_str("localhost");
            options.push(("socket", path.to_string_lossy().into_owned()));
        }
    }
    if let Some(database) = &profile.database {
        url.push('/');
        url.push_str(&encode(database));
    }
    let tls = &profile.tls;
    if let Some(mode) = tls.mode {
        options.push(("ssl-mode", mode.name().to_owned()));
    }
    for (name, path) in [
        ("ssl-ca", &tls.ca_file),
        ("ssl-cert", &tls.client_certificate),
        ("ssl-key", &tls.client_key),
    ] {
        if let Some(path) = path {
            options.push((name, path.to_string_lossy().into_owned()));
        }
    }
    if let Some(name) = &tls.server_name {
        options.push(("server-name", name.clone()));
    }
    if profile.limits.connect_timeout_secs != Limits::default().connect_timeout_secs {
        let secs = profile.limits.connect_timeout_secs;
        options.push(("connect-timeout", secs.to_string()));
    }
    for (index, (name, value)) in options.into_iter().enumerate() {
        url.push(if index == 0 { '?' } else { '&' });
        url.push_str(name);
        url.push('=');
        url.push_str(&encode_keeping(&value, "/"));
    }
    url
}

fn invalid(message: impl Into<String>) -> Error {
    Error::Invalid(message.into())
}

/// Known options in the order given, decoded.
fn options(query: &str) -> Result<Vec<(&'static str, String)>> {
    let mut found: Vec<(&str, String)> = Vec::new();
    for part in query.split('&').filter(|part| !part.is_empty()) {
        let (key, value) = part.split_once('=').unwrap_or((part, ""));
        let Some(name) = OPTIONS.into_iter().find(|name| *name == key) else {
            return Err(invalid(if query.contains('@') {
                format!("the part behind ? cannot be read; {ESCAPE}")
            } else {
                let shown: String = key.chars().take(40).flat_map(char::escape_debug).collect();
                format!("unknown option `{shown}`; known are {}", OPTIONS.join(", "))
            }));
        };
        if option(&found, name).is_some() {
            return Err(invalid(format!("the option `{name}` is given twice")));
        }
        let value = decode(value, name)?;
        if value.is_empty() {
            return Err(invalid(format!("the option `{name}` has no value")));
        }
        found.push((name, value));
    }
    Ok(found)
}

fn option<'a>(options: &'a [(&str, String)], wanted: &str) -> Option<&'a str> {
    options
        .iter()
        .find(|(name, _)| *name == wanted)
        .map(|(_, value)| value.as_str())
}

fn apply(profile: &mut Profile, options: &[(&'static str, String)]) -> Result<()> {
    let path = |name| option(options, name).map(PathBuf::from);
    profile.tls = Tls {
        mode: option(options, "ssl-mode").map(str::parse).transpose()?,
        ca_file: path("ssl-ca"),
        client_certificate: path("ssl-cert"),
        client_key: path("ssl-key"),
        server_name: option(options, "server-name").map(str::to_owned),
    };
    if let Some(secs) = option(options, "connect-timeout") {
        profile.limits.connect_timeout_secs = secs
            .parse()
            .map_err(|_| invalid("`connect-timeout` is a number of seconds"))?;
    }
    Ok(())
}

fn database(path: &str) -> Result<Option<String>> {
    let name = path.strip_prefix('/').unwrap_or(path);
    if name.contains('/') {
        return Err(invalid(format!(
            "one database at most follows the host; {ESCAPE}"
        )));
    }
    Ok(Some(decode(name, "database")?).filter(|name| !name.is_empty()))
}

/// A socket comes as an option beside no host or `localhost`, or percent-encoded in the host's place.
fn address(server: &str, socket: Option<&str>) -> Result<Address> {
    if let Some(socket) = socket {
        if !server.is_empty() && server != "localhost" {
            return Err(invalid(
                "a URL names a host or a socket, not both; beside a socket the host is empty or localhost",
            ));
        }
        return Ok(Address::Socket(socket.into()));
    }
    let (host, port) = if let Some(inner) = server.strip_prefix('[') {
        let Some((host, port)) = inner.split_once(']') else {
            return Err(invalid("the address in brackets has no closing bracket"));
        };
        let host = decode(host, "host")?;
        let bare = host.split_once('%').map_or(host.as_str(), |(bare, _)| bare);
        if bare.parse::<Ipv6Addr>().is_err() {
            return Err(invalid("brackets are for an IPv6 address"));
        }
        let port = match port.strip_prefix(':') {
            Some(port) => Some(port),
            None if port.is_empty() => None,
            None => {
                return Err(invalid(
                    "after the bracket comes `:` and the port, or nothing",
                ));
            }
        };
        (host, port)
    } else {
        match server.split_once(':') {
            Some((_, rest)) if rest.contains(':') => {
                return Err(invalid("an IPv6 address stands in brackets: [::1]:3306"));
            }
            Some((host, port)) => (decode(host, "host")?, Some(port)),
            None => (decode(server, "host")?, None),
        }
    };
    if host.is_empty() {
        return Err(invalid("the URL names no host (and no socket)"));
    }
    if host.starts_with('/') && port.is_none() {
        return Ok(Address::Socket(host.into()));
    }
    let port = match port {
        None => DEFAULT_PORT,
        Some(digits) => Some(digits)
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .filter(|port| *port != 0)
            .ok_or_else(|| invalid("the port must be a number from 1 to 65535"))?,
    };
    Ok(Address::Tcp { host, port })
}

/// What a person would call it: `user@host/database`, cut to what a name may have.
fn name(profile: &Profile) -> Result<ProfileName> {
    let mut name = match &profile.address {
        Address::Tcp { host, .. } => host.clone(),
        Address::Socket(path) => path.to_string_lossy().into_owned(),
    };
    if !profile.user.is_empty() {
        name = format!("{}@{name}", profile.user);
    }
    if let Some(database) = &profile.database {
        name = format!("{name}/{database}");
    }
    ProfileName::new(&name.chars().take(100).collect::<String>())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::engine::profiles::TlsMode;

    fn error(url: &str) -> String {
        parse(url).unwrap_err().to_string()
    }

    #[test]
    fn everything_that_a_url_can_say() {
        let target = parse(
            " mariadb://ann%40corp:p%40ss%3Aw@db.example:3307/shop?ssl-mode=verify_identity&ssl-ca=/etc/ca.pem\
             &ssl-cert=c.pem&ssl-key=k.pem&server-name=db.internal&connect-timeout=3\n",
        )
        .unwrap();
        let profile = &target.profile;
        assert_eq!(profile.name.as_str(), "ann@corp@db.example/shop");
        assert_eq!(profile.user, "ann@corp");
        assert_eq!(profile.address.to_string(), "db.example:3307");
        assert_eq!(profile.database.as_deref(), Some("shop"));
        assert_eq!(
            profile.tls,
            Tls {
                mode: Some(TlsMode::VerifyIdentity),
                ca_file: Some("/etc/ca.pem".into()),
                client_certificate: Some("c.pem".into()),
                client_key: Some("k.pem".into()),
                server_name: Some("db.internal".to_owned()),
            }
        );
        assert_eq!(profile.limits.connect_timeout_secs, 3);
        assert_eq!(target.password.as_ref().unwrap().reveal(), "p@ss:w");
        assert!(!format!("{target:?}").contains("p@ss"));
    }

    #[test]
    fn the_shortest_url_gets_the_defaults() {
        let target = parse("mysql://db").unwrap();
        assert_eq!(
            target.profile,
            Profile {
                name: ProfileName::new("db").unwrap(),
                address: Address::Tcp {
                    host: "db".to_owned(),
                    port: 3306
                },
                ..Profile::default()
            }
        );
        assert_eq!(target.password, None);
        assert_eq!(parse("MySQL://db/").unwrap().profile.database, None);
    }

    #[test]
    fn a_raw_at_sign_in_the_password_is_understood() {
        let target = parse("mysql://u:p@ss@h/db").unwrap();
        assert_eq!(target.password.unwrap().reveal(), "p@ss");
    }

    #[test]
    fn an_empty_password_is_not_no_password() {
        assert_eq!(
            parse("mysql://u:@h").unwrap().password,
            Some(Secret::new(String::new()))
        );
    }

    #[test]
    fn ipv6_and_sockets() {
        let address = |url: &str| parse(url).unwrap().profile.address.to_string();
        assert_eq!(address("mysql://u@[::1]"), "[::1]:3306");
        assert_eq!(
            address("mysql://u@[fe80::1%25eth0]:33"),
            "[fe80::1%eth0]:33"
        );
        assert_eq!(address("mysql://u@/db?socket=/run/my.sock"), "/run/my.sock");
        assert_eq!(
            address("mysql://u@localhost/db?socket=%2Frun%2Fmy.sock"),
            "/run/my.sock"
        );
        assert_eq!(address("mysql://u@%2Frun%2Fmy.sock/db"), "/run/my.sock");
    }

    #[test]
    fn each_mistake_has_its_own_words() {
        let start = "a server's URL starts with mysql:// or mariadb://";
        assert_eq!(error("postgres://u:p@h"), start);
        assert_eq!(error("db.example:3306"), start);
        assert_eq!(error(""), start);
        let port = "the port must be a number from 1 to 65535";
        for url in [
            "mysql://h:x",
            "mysql://h:0",
            "mysql://h:65536",
            "mysql://h:",
            "mysql://h:+1",
        ] {
            assert_eq!(error(url), port, "{url}");
        }
        assert_eq!(
            error("mysql://u:p@/db"),
            "the URL names no host (and no socket)"
        );
        assert_eq!(
            error("mysql://::1"),
            "an IPv6 address stands in brackets: [::1]:3306"
        );
        assert_eq!(
            error("mysql://[::1"),
            "the address in brackets has no closing bracket"
        );
        assert_eq!(error("mysql://[db]"), "brackets are for an IPv6 address");
        assert_eq!(
            error("mysql://h?sslmode=REQUIRED"),
            "unknown option `sslmode`; known are ssl-mode, ssl-ca, ssl-cert, ssl-key, server-name, socket, connect-timeout"
        );
        assert_eq!(
            error("mysql://h?ssl-ca=a&ssl-ca=b"),
            "the option `ssl-ca` is given twice"
        );
        assert_eq!(
            error("mysql://h?ssl-ca"),
            "the option `ssl-ca` has no value"
        );
        assert_eq!(
            error("mysql://h?ssl-mode=strict"),
            "a TLS mode is one of DISABLED, PREFERRED, REQUIRED, VERIFY_CA, VERIFY_IDENTITY"
        );
        assert_eq!(
            error("mysql://h?connect-timeout=soon"),
            "`connect-timeout` is a number of seconds"
        );
        assert_eq!(
            error("mysql://h?connect-timeout=0"),
            "Connect timeout: a connect timeout is 1 to 3600 seconds"
        );
        assert_eq!(
            error("mysql://h?ssl-cert=c.pem"),
            "Client key: a client certificate needs its key"
        );
        assert_eq!(
            error("mysql://db.example?socket=/s"),
            "a URL names a host or a socket, not both; beside a socket the host is empty or localhost"
        );
        assert_eq!(
            error("mysql://h/a%2"),
            "the database has a % that two hex digits must follow"
        );
        assert_eq!(
            error("mysql://h/%FF"),
            "the database is not UTF-8 once decoded"
        );
    }

    #[test]
    fn an_unescaped_password_is_never_repeated() {
        for url in [
            "mysql://u:hun/ter2@h/db",
            "mysql://u:hun?ter2@h/db",
            "mysql://u:hun#ter2@h/db",
            "mysql://u:hun@x/ter2@h/db",
            "mysql://u:hun@x?ter2=1@h/db",
            "mysql://u:hun%ter2@h/db",
            "mysql://u:hun%FFter2@h/db",
            "mysql://u:hunter2@h:hunter2/db",
            "hunter2://u:hunter2@h",
        ] {
            let error = parse(url).unwrap_err();
            for text in [error.to_string(), format!("{error:?}")] {
                assert!(
                    !text.contains("hun") && !text.contains("ter2"),
                    "{url}: {text}"
                );
            }
        }
    }

    prop_compose! {
        fn any_profile()(
            user in "\\PC{0,20}",
            host in "([a-z0-9.-]{1,20}|::1|fe80::1%eth0)",
            port in 1..=u16::MAX,
            socket in proptest::option::of("/\\PC{1,30}"),
            database in proptest::option::of("\\PC{1,20}"),
            mode in proptest::option::of(proptest::sample::select(TlsMode::ALL.to_vec())),
            ca in proptest::option::of("\\PC{1,30}"),
            pair in proptest::option::of(("\\PC{1,30}", "\\PC{1,30}")),
            server_name in proptest::option::of("[a-z.]{1,20}"),
            secs in 1..=3600u64,
        ) -> Profile {
            let (cert, key) = pair.unzip();
            Profile {
                address: socket.map_or(Address::Tcp { host, port }, |path| Address::Socket(path.into())),
                user,
                database,
                tls: Tls {
                    mode,
                    ca_file: ca.map(Into::into),
                    client_certificate: cert.map(Into::into),
                    client_key: key.map(Into::into),
                    server_name,
                },
                limits: Limits { connect_timeout_secs: secs, ..Limits::default() },
                ..Profile::default()
            }
        }
    }

    proptest! {
        #[test]
        fn a_profile_survives_its_url(profile in any_profile()) {
            let url = to_url(&profile);
            let target = parse(&url).map_err(|error| TestCaseError::fail(format!("{url}: {error}")))?;
            prop_assert_eq!(target.password, None);
            prop_assert_eq!(Profile { name: profile.name.clone(), ..target.profile }, profile);
        }

        #[test]
        fn a_password_survives_its_escape(password in "\\PC{0,30}") {
            let url = format!("mysql://u:{}@h", encode(&password));
            prop_assert_eq!(parse(&url).unwrap().password, Some(Secret::new(password)));
        }

        #[test]
        fn no_text_makes_it_panic(text in "(mysql://)?[a-z%@:/?#&=\\[\\]é0-9]{0,40}") {
            let _ignored: Option<Target> = parse(&text).ok();
        }
    }
}
