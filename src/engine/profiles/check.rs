//! What makes a profile usable: one rule for the form, the file, URLs and the environment.
//!
//! Pure: whether files exist or a host has an address is found out by connecting.

use std::{net::Ipv6Addr, path::Path};

use super::{Address, Profile};
use crate::engine::{Error, Result};

/// One setting of a profile, so that a form can show what is wrong beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Name of the profile.
    Name,
    /// Host name or address.
    Host,
    /// TCP port.
    Port,
    /// Path of the Unix socket.
    Socket,
    /// Account name.
    User,
    /// Default database.
    Database,
    /// File with trusted authorities.
    CaFile,
    /// Client certificate.
    ClientCertificate,
    /// Key of the client certificate.
    ClientKey,
    /// Name that the certificate must be for.
    ServerName,
    /// Seconds to wait for a connection.
    ConnectTimeout,
    /// Seconds without a byte.
    ReadTimeout,
    /// Seconds of work for a statement.
    StatementLimit,
    /// Rows fetched at first.
    RowLimit,
    /// Session time zone.
    TimeZone,
    /// Connections kept when idle.
    PoolMin,
    /// Connections at most.
    PoolMax,
    /// Age at which a connection is replaced.
    PoolRecycle,
    /// Databases shown.
    IncludeDatabases,
    /// Tables left out.
    ExcludeTables,
}

impl Field {
    /// Its name in words, as the form has it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Name => "Name",
            Self::Host => "Host",
            Self::Port => "Port",
            Self::Socket => "Socket path",
            Self::User => "User",
            Self::Database => "Default database",
            Self::CaFile => "CA file",
            Self::ClientCertificate => "Client certificate",
            Self::ClientKey => "Client key",
            Self::ServerName => "Server name to expect",
            Self::ConnectTimeout => "Connect timeout",
            Self::ReadTimeout => "Read timeout",
            Self::StatementLimit => "Statement time limit",
            Self::RowLimit => "Row limit",
            Self::TimeZone => "Session time zone",
            Self::PoolMin => "Connections kept",
            Self::PoolMax => "Connections at most",
            Self::PoolRecycle => "Replaced after",
            Self::IncludeDatabases => "Only these databases",
            Self::ExcludeTables => "Leave out these tables",
        }
    }
}

/// One thing that is wrong with one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The setting.
    pub field: Field,
    /// What it should be, in words.
    pub message: String,
}

impl Problem {
    /// What is wrong with `field`.
    pub fn new(field: Field, message: impl Into<String>) -> Self {
        Self {
            field,
            message: message.into(),
        }
    }
}

/// Longest connect timeout, in seconds.
pub const MAX_CONNECT_TIMEOUT_SECS: u64 = 3600;

/// Longest read timeout and statement limit, in seconds: a day.
pub const MAX_LIMIT_SECS: u64 = 86_400;

/// Most connections that one profile may hold.
pub const MAX_POOL: usize = 100;

/// Everything that is wrong with `profile`, in the order of the form.
pub fn problems(profile: &Profile) -> Vec<Problem> {
    let mut found = Vec::new();
    address(profile, &mut found);
    account(profile, &mut found);
    tls(profile, &mut found);
    limits(profile, &mut found);
    if let Err(message) = time_zone(&profile.time_zone) {
        found.push(Problem::new(Field::TimeZone, message));
    }
    pool(profile, &mut found);
    list(
        Field::IncludeDatabases,
        &profile.include_databases,
        &mut found,
    );
    list(Field::ExcludeTables, &profile.exclude_tables, &mut found);
    found
}

/// The first of [`problems`] as an error.
pub fn check(profile: &Profile) -> Result<()> {
    match problems(profile).into_iter().next() {
        None => Ok(()),
        Some(Problem { field, message }) => {
            Err(Error::Invalid(format!("{}: {message}", field.label())))
        }
    }
}

fn address(profile: &Profile, found: &mut Vec<Problem>) {
    match &profile.address {
        Address::Tcp { host, port } => {
            if host.is_empty() {
                found.push(Problem::new(
                    Field::Host,
                    "a host name or address is needed",
                ));
            } else if !is_host(host) {
                found.push(Problem::new(
                    Field::Host,
                    "a host is a name or an address, without blanks, port or path",
                ));
            }
            if *port == 0 {
                found.push(Problem::new(
                    Field::Port,
                    "a port is a number from 1 to 65535",
                ));
            }
        }
        Address::Socket(path) => file(Field::Socket, path, found),
    }
}

/// A colon is for IPv6 alone, else `host:port` in the host's field would be looked up as a name.
fn is_host(host: &str) -> bool {
    let odd = |c: char| {
        c.is_control() || c.is_whitespace() || matches!(c, '/' | '@' | '?' | '#' | '[' | ']')
    };
    let address = host
        .split_once('%')
        .map_or(host, |(address, _zone)| address);
    host.len() <= 255
        && !host.chars().any(odd)
        && (!host.contains(':') || address.parse::<Ipv6Addr>().is_ok())
}

fn account(profile: &Profile, found: &mut Vec<Problem>) {
    if profile.user.chars().count() > 128 || profile.user.chars().any(char::is_control) {
        found.push(Problem::new(
            Field::User,
            "a user has at most 128 characters, none of them control characters",
        ));
    }
    if let Some(database) = &profile.database
        && (database.is_empty()
            || database.chars().count() > 64
            || database.chars().any(char::is_control))
    {
        found.push(Problem::new(
            Field::Database,
            "a database's name has 1 to 64 characters, none of them control characters",
        ));
    }
}

fn tls(profile: &Profile, found: &mut Vec<Problem>) {
    let tls = &profile.tls;
    for (field, path) in [
        (Field::CaFile, &tls.ca_file),
        (Field::ClientCertificate, &tls.client_certificate),
        (Field::ClientKey, &tls.client_key),
    ] {
        if let Some(path) = path {
            file(field, path, found);
        }
    }
    match (&tls.client_certificate, &tls.client_key) {
        (Some(_), None) => found.push(Problem::new(
            Field::ClientKey,
            "a client certificate needs its key",
        )),
        (None, Some(_)) => found.push(Problem::new(
            Field::ClientCertificate,
            "a client key needs its certificate",
        )),
        _ => {}
    }
    if let Some(name) = &tls.server_name
        && (name.is_empty()
            || name.len() > 255
            || name.chars().any(|c| c.is_control() || c.is_whitespace()))
    {
        found.push(Problem::new(
            Field::ServerName,
            "a server name is a host name, without blanks",
        ));
    }
}

fn file(field: Field, path: &Path, found: &mut Vec<Problem>) {
    match path.to_str() {
        None => found.push(Problem::new(
            field,
            "the path is not UTF-8, so it cannot be stored; use another name or a link",
        )),
        Some("") => found.push(Problem::new(field, "a path is needed")),
        Some(text) if text.chars().any(char::is_control) => {
            found.push(Problem::new(field, "the path holds a control character"));
        }
        Some(_) => {}
    }
}

fn limits(profile: &Profile, found: &mut Vec<Problem>) {
    let limits = &profile.limits;
    if !(1..=MAX_CONNECT_TIMEOUT_SECS).contains(&limits.connect_timeout_secs) {
        found.push(Problem::new(
            Field::ConnectTimeout,
            format!("a connect timeout is 1 to {MAX_CONNECT_TIMEOUT_SECS} seconds"),
        ));
    }
    for (field, secs) in [
        (Field::ReadTimeout, limits.read_timeout_secs),
        (Field::StatementLimit, limits.statement_secs),
    ] {
        if secs > MAX_LIMIT_SECS {
            found.push(Problem::new(
                field,
                format!("at most {MAX_LIMIT_SECS} seconds; 0 means no limit"),
            ));
        }
    }
}

fn pool(profile: &Profile, found: &mut Vec<Problem>) {
    let pool = &profile.pool;
    if !(1..=MAX_POOL).contains(&pool.max) {
        found.push(Problem::new(
            Field::PoolMax,
            format!("1 to {MAX_POOL} connections"),
        ));
    }
    if pool.min > pool.max {
        found.push(Problem::new(
            Field::PoolMin,
            format!("not more than the {} connections at most", pool.max),
        ));
    }
    if !(10..=MAX_LIMIT_SECS).contains(&pool.recycle_secs) {
        found.push(Problem::new(
            Field::PoolRecycle,
            format!("10 to {MAX_LIMIT_SECS} seconds"),
        ));
    }
}

fn list(field: Field, names: &[String], found: &mut Vec<Problem>) {
    if names.len() > 1000
        || names.iter().any(|name| {
            name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control)
        })
    {
        found.push(Problem::new(
            field,
            "at most 1000 names, each of 1 to 200 characters without control characters",
        ));
    }
}

/// An offset from -13:59 to +14:00, or something that can be a name (MySQL manual, "MySQL Server Time Zone Support").
fn time_zone(zone: &str) -> Result<(), &'static str> {
    if let Some(offset) = zone.strip_prefix(['+', '-']) {
        let parsed = offset.split_once(':').and_then(|(hours, minutes)| {
            let digits = |text: &str| {
                (1..=2).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
            };
            (digits(hours) && digits(minutes) && minutes.len() == 2)
                .then(|| Some((hours.parse::<u32>().ok()?, minutes.parse::<u32>().ok()?)))
                .flatten()
        });
        let most = if zone.starts_with('+') {
            14 * 60
        } else {
            14 * 60 - 1
        };
        return match parsed {
            Some((hours, minutes)) if minutes < 60 && hours * 60 + minutes <= most => Ok(()),
            _ => Err("an offset is from -13:59 to +14:00, such as +02:00"),
        };
    }
    let name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '-' | '+');
    if zone.is_empty() || zone.len() > 64 || !zone.chars().all(name) {
        return Err("a time zone is an offset such as +00:00, or a name such as Europe/Berlin");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::profiles::{Limits, PoolSettings, Tls};

    fn fields(profile: &Profile) -> Vec<Field> {
        problems(profile)
            .into_iter()
            .map(|problem| problem.field)
            .collect()
    }

    #[test]
    fn the_usual_settings_are_fine() {
        assert_eq!(problems(&Profile::default()), []);
    }

    #[test]
    fn every_wrong_setting_is_named_at_once() {
        let profile = Profile {
            address: Address::Tcp {
                host: "a b".to_owned(),
                port: 0,
            },
            database: Some(String::new()),
            tls: Tls {
                client_certificate: Some("c.pem".into()),
                server_name: Some(" ".to_owned()),
                ..Tls::default()
            },
            limits: Limits {
                connect_timeout_secs: 0,
                read_timeout_secs: u64::MAX,
                ..Limits::default()
            },
            time_zone: "now()".to_owned(),
            pool: PoolSettings {
                min: 9,
                max: 3,
                recycle_secs: 1,
            },
            include_databases: vec![String::new()],
            ..Profile::default()
        };
        assert_eq!(
            fields(&profile),
            [
                Field::Host,
                Field::Port,
                Field::Database,
                Field::ClientKey,
                Field::ServerName,
                Field::ConnectTimeout,
                Field::ReadTimeout,
                Field::TimeZone,
                Field::PoolMin,
                Field::PoolRecycle,
                Field::IncludeDatabases,
            ]
        );
        assert_eq!(
            check(&profile).unwrap_err().to_string(),
            "Host: a host is a name or an address, without blanks, port or path"
        );
    }

    #[test]
    fn time_zones_are_offsets_or_names() {
        for zone in [
            "+00:00",
            "-13:59",
            "+14:00",
            "+5:30",
            "SYSTEM",
            "Europe/Berlin",
            "Etc/GMT+3",
        ] {
            assert_eq!(time_zone(zone), Ok(()), "{zone}");
        }
        for zone in [
            "", "+14:01", "-14:00", "+1", "+01:60", "+001:00", "+-1:00", "+01:0", "'", "a b",
            "+é:00",
        ] {
            assert!(time_zone(zone).is_err(), "{zone}");
        }
    }

    #[test]
    fn a_colon_in_a_host_is_ipv6_or_wrong() {
        assert!(is_host("::1") && is_host("fe80::1%eth0") && is_host("db.example"));
        assert!(!is_host("db:3307") && !is_host("[::1]") && !is_host("user@db"));
    }

    #[test]
    fn a_socket_needs_a_path() {
        let profile = Profile {
            address: Address::Socket("".into()),
            ..Profile::default()
        };
        assert_eq!(fields(&profile), [Field::Socket]);
    }
}
