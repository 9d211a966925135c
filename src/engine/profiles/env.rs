//! The target that the environment names: MYSQL_HOST and its companions.
//!
//! Pure over a lookup, so that nothing here reads or sets a variable. MYSQL_PASSWORD belongs to this target and
//! to no other: no saved profile and no URL ever gets it.

use std::{env, ffi::OsString};

use super::{Address, DEFAULT_PORT, Limits, Profile, ProfileName, Secret, Target, check};
use crate::engine::{Error, Result};

/// Seconds to wait for a connection unless MYSQL_TIMEOUT_SECONDS says otherwise.
const DEFAULT_TIMEOUT_SECS: u64 = 30;

/// The target that this process was given, if MYSQL_HOST is set.
pub fn target() -> Result<Option<Target>> {
    from_lookup(|name| env::var_os(name))
}

/// The target that `lookup` names. An empty value counts as not set; a host that starts with `/` is a socket.
pub fn from_lookup(lookup: impl Fn(&str) -> Option<OsString>) -> Result<Option<Target>> {
    let text = |name: &str| -> Result<Option<String>> {
        match lookup(name).map(OsString::into_string).transpose() {
            Ok(value) => Ok(value.filter(|value| !value.is_empty())),
            // The bytes are not shown: they may be the password's.
            Err(_) => Err(Error::Invalid(format!("{name} is not UTF-8"))),
        }
    };
    let Some(host) = text("MYSQL_HOST")? else {
        return Ok(None);
    };
    let port = number(
        text("MYSQL_PORT")?,
        "MYSQL_PORT",
        u64::from(DEFAULT_PORT),
        65535,
    )?;
    let address = if host.starts_with('/') {
        Address::Socket(host.into())
    } else {
        Address::Tcp {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: port as u16,
        }
    };
    let profile = Profile {
        name: ProfileName::new("environment")?,
        address,
        user: text("MYSQL_USER")?.unwrap_or_default(),
        database: text("MYSQL_DATABASE")?,
        limits: Limits {
            connect_timeout_secs: number(
                text("MYSQL_TIMEOUT_SECONDS")?,
                "MYSQL_TIMEOUT_SECONDS",
                DEFAULT_TIMEOUT_SECS,
                check::MAX_CONNECT_TIMEOUT_SECS,
            )?,
            ..Limits::default()
        },
        ..Profile::default()
    };
    if let Some(problem) = check::problems(&profile).into_iter().next() {
        return Err(Error::Invalid(format!(
            "{}: {}",
            variable(problem.field),
            problem.message
        )));
    }
    // An empty MYSQL_PASSWORD is an answer: this account has no password.
    let password = match lookup("MYSQL_PASSWORD") {
        None => None,
        Some(_) => Some(Secret::new(text("MYSQL_PASSWORD")?.unwrap_or_default())),
    };
    Ok(Some(Target { profile, password }))
}

fn number(value: Option<String>, name: &str, default: u64, most: u64) -> Result<u64> {
    let Some(value) = value else {
        return Ok(default);
    };
    value
        .trim()
        .parse()
        .ok()
        .filter(|number| (1..=most).contains(number))
        .ok_or_else(|| Error::Invalid(format!("{name} must be a number from 1 to {most}")))
}

/// Which variable a setting came from.
fn variable(field: check::Field) -> &'static str {
    match field {
        check::Field::User => "MYSQL_USER",
        check::Field::Database => "MYSQL_DATABASE",
        _ => "MYSQL_HOST",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(variables: &[(&str, &str)]) -> Result<Option<Target>> {
        from_lookup(|wanted| {
            variables
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn without_a_host_there_is_no_target_and_nothing_else_matters() {
        assert_eq!(target(&[]).unwrap(), None);
        assert_eq!(
            target(&[("MYSQL_HOST", ""), ("MYSQL_PORT", "x")]).unwrap(),
            None
        );
        assert_eq!(target(&[("MYSQL_PASSWORD", "p")]).unwrap(), None);
    }

    #[test]
    fn a_host_alone_gets_the_defaults() {
        let target = target(&[("MYSQL_HOST", "db.example")]).unwrap().unwrap();
        assert_eq!(target.profile.address.to_string(), "db.example:3306");
        assert_eq!(target.profile.limits.connect_timeout_secs, 30);
        assert_eq!(target.profile.database, None);
        assert_eq!(target.password, None);
        assert_eq!(target.profile.id.0, "");
    }

    #[test]
    fn all_variables_are_used() {
        let target = target(&[
            ("MYSQL_HOST", "[::1]"),
            ("MYSQL_PORT", "3307"),
            ("MYSQL_DATABASE", "shop"),
            ("MYSQL_USER", "ann"),
            ("MYSQL_PASSWORD", "s3cret"),
            ("MYSQL_TIMEOUT_SECONDS", "5"),
        ])
        .unwrap()
        .unwrap();
        assert_eq!(target.profile.address.to_string(), "[::1]:3307");
        assert_eq!(target.profile.database.as_deref(), Some("shop"));
        assert_eq!(target.profile.user, "ann");
        assert_eq!(target.profile.limits.connect_timeout_secs, 5);
        assert_eq!(target.password.as_ref().unwrap().reveal(), "s3cret");
        assert!(!format!("{target:?}").contains("s3cret"));
    }

    #[test]
    fn a_path_is_a_socket() {
        let target = target(&[("MYSQL_HOST", "/run/db.sock")]).unwrap().unwrap();
        assert_eq!(
            target.profile.address,
            Address::Socket("/run/db.sock".into())
        );
    }

    #[test]
    fn an_empty_password_is_a_password() {
        let target = target(&[("MYSQL_HOST", "h"), ("MYSQL_PASSWORD", "")])
            .unwrap()
            .unwrap();
        assert_eq!(target.password, Some(Secret::new(String::new())));
    }

    #[test]
    fn bad_values_are_named() {
        for (name, value, message) in [
            (
                "MYSQL_PORT",
                "http",
                "MYSQL_PORT must be a number from 1 to 65535",
            ),
            (
                "MYSQL_PORT",
                "0",
                "MYSQL_PORT must be a number from 1 to 65535",
            ),
            (
                "MYSQL_PORT",
                "65536",
                "MYSQL_PORT must be a number from 1 to 65535",
            ),
            (
                "MYSQL_TIMEOUT_SECONDS",
                "-1",
                "MYSQL_TIMEOUT_SECONDS must be a number from 1 to 3600",
            ),
            (
                "MYSQL_DATABASE",
                "a\nb",
                "MYSQL_DATABASE: a database's name has 1 to 64 characters, none of them control characters",
            ),
        ] {
            let error = target(&[("MYSQL_HOST", "h"), (name, value)]).unwrap_err();
            assert_eq!(error.to_string(), message);
        }
        let error = target(&[("MYSQL_HOST", "h:3306/x")]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "MYSQL_HOST: a host is a name or an address, without blanks, port or path"
        );
    }

    #[cfg(unix)]
    #[test]
    fn a_password_that_is_not_utf8_is_not_shown() {
        use std::os::unix::ffi::OsStringExt as _;
        let error = from_lookup(|name| match name {
            "MYSQL_HOST" => Some("h".into()),
            "MYSQL_PASSWORD" => Some(OsString::from_vec(b"abc\xff".to_vec())),
            _ => None,
        })
        .unwrap_err();
        assert_eq!(error.to_string(), "MYSQL_PASSWORD is not UTF-8");
    }
}
