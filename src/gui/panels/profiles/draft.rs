//! A profile as it is being typed: every field a text, so that nothing is lost while it is not yet right.

use std::fmt;

use crate::engine::profiles::{
    Address, Environment, Limits, Mapping, PasswordSource, PoolSettings, Profile, ProfileId,
    ProfileName, Secret, Target, Tls, TlsMode,
    check::{self, Field, Problem},
};

/// Which of the two addresses is meant; both texts are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Tcp,
    Socket,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Draft {
    pub(super) id: ProfileId,
    pub(super) name: String,
    pub(super) reach: Reach,
    pub(super) host: String,
    pub(super) port: String,
    pub(super) socket: String,
    pub(super) user: String,
    pub(super) database: String,
    pub(super) environment: Environment,
    pub(super) tls_mode: Option<TlsMode>,
    pub(super) ca_file: String,
    pub(super) client_certificate: String,
    pub(super) client_key: String,
    pub(super) server_name: String,
    pub(super) source: PasswordSource,
    pub(super) connect_timeout: String,
    pub(super) read_timeout: String,
    pub(super) statement_limit: String,
    pub(super) row_limit: String,
    pub(super) call_stored_functions: bool,
    pub(super) check_tables: bool,
    pub(super) time_zone: String,
    pub(super) pool_min: String,
    pub(super) pool_max: String,
    pub(super) pool_recycle: String,
    /// One name a line.
    pub(super) include_databases: String,
    pub(super) exclude_tables: String,
    /// Has no field: the screens that read those tables ask for it.
    pub(super) mapping: Mapping,
    /// Typed, and not yet kept anywhere.
    pub(super) password: String,
    /// A URL to fill the form from; may hold a password.
    pub(super) url: String,
    /// Why the URL could not be read.
    pub(super) url_error: Option<String>,
    /// Problems are shown once the person has tried to use the form, not while the first word is typed.
    pub(super) tried: bool,
}

/// Without the password and the URL that may hold one.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft")
            .field("id", &self.id)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Draft {
    pub(super) fn of(profile: &Profile) -> Self {
        let (reach, host, port, socket) = match &profile.address {
            Address::Tcp { host, port } => {
                (Reach::Tcp, host.clone(), port.to_string(), String::new())
            }
            Address::Socket(path) => {
                let Address::Tcp { host, port } = Address::default() else {
                    unreachable!("the default address is a host");
                };
                let path = path.display().to_string();
                (Reach::Socket, host, port.to_string(), path)
            }
        };
        let path = |path: &Option<std::path::PathBuf>| {
            path.as_ref()
                .map(|path| path.display().to_string())
                .unwrap_or_default()
        };
        Self {
            id: profile.id.clone(),
            name: profile.name.to_string(),
            reach,
            host,
            port,
            socket,
            user: profile.user.clone(),
            database: profile.database.clone().unwrap_or_default(),
            environment: profile.environment,
            tls_mode: profile.tls.mode,
            ca_file: path(&profile.tls.ca_file),
            client_certificate: path(&profile.tls.client_certificate),
            client_key: path(&profile.tls.client_key),
            server_name: profile.tls.server_name.clone().unwrap_or_default(),
            source: profile.password,
            connect_timeout: profile.limits.connect_timeout_secs.to_string(),
            read_timeout: profile.limits.read_timeout_secs.to_string(),
            statement_limit: profile.limits.statement_secs.to_string(),
            row_limit: profile.limits.rows.to_string(),
            call_stored_functions: profile.call_stored_functions,
            check_tables: profile.check_tables,
            time_zone: profile.time_zone.clone(),
            pool_min: profile.pool.min.to_string(),
            pool_max: profile.pool.max.to_string(),
            pool_recycle: profile.pool.recycle_secs.to_string(),
            include_databases: profile.include_databases.join("\n"),
            exclude_tables: profile.exclude_tables.join("\n"),
            mapping: profile.mapping.clone(),
            password: String::new(),
            url: String::new(),
            url_error: None,
            tried: false,
        }
    }

    /// Take over what a URL says; what it cannot say stays as it was.
    pub(super) fn fill(&mut self, target: Target, name: ProfileName) {
        let mut profile = target.profile;
        profile.name = name;
        let filled = Self::of(&profile);
        *self = Self {
            id: self.id.clone(),
            environment: self.environment,
            source: self.source,
            read_timeout: self.read_timeout.clone(),
            statement_limit: self.statement_limit.clone(),
            row_limit: self.row_limit.clone(),
            call_stored_functions: self.call_stored_functions,
            check_tables: self.check_tables,
            time_zone: self.time_zone.clone(),
            pool_min: self.pool_min.clone(),
            pool_max: self.pool_max.clone(),
            pool_recycle: self.pool_recycle.clone(),
            include_databases: self.include_databases.clone(),
            exclude_tables: self.exclude_tables.clone(),
            mapping: self.mapping.clone(),
            password: target
                .password
                .map(|password| password.reveal().to_owned())
                .unwrap_or_default(),
            ..filled
        };
    }

    /// The TLS mode in force if none is chosen.
    pub(super) fn default_tls_mode(&self) -> TlsMode {
        let address = match self.reach {
            Reach::Tcp => Address::Tcp {
                host: self.host.trim().to_owned(),
                port: 0,
            },
            Reach::Socket => Address::Socket(self.socket.clone().into()),
        };
        Profile {
            address,
            ..Profile::default()
        }
        .tls_mode()
    }

    /// The password in the field, if there is one.
    pub(super) fn typed_password(&self) -> Option<Secret> {
        (!self.password.is_empty()).then(|| Secret::new(self.password.clone()))
    }

    /// What would be saved, or everything that stands against it. `others` are the profiles with names of their own.
    pub(super) fn parse<'a>(
        &self,
        others: impl IntoIterator<Item = &'a Profile>,
    ) -> Result<Profile, Vec<Problem>> {
        let mut problems = Vec::new();
        let name = ProfileName::new(&self.name).unwrap_or_else(|error| {
            problems.push(Problem::new(Field::Name, error.to_string()));
            ProfileName::default()
        });
        if problems.is_empty()
            && others
                .into_iter()
                .any(|other| other.id != self.id && other.name == name)
        {
            problems.push(Problem::new(Field::Name, "another profile has this name"));
        }
        let mut numbers = Numbers(&mut problems);
        let defaults = Profile::default();
        let address = match self.reach {
            Reach::Tcp => Address::Tcp {
                host: self.host.trim().trim_matches(['[', ']']).to_owned(),
                port: numbers.read(Field::Port, &self.port, 3306),
            },
            Reach::Socket => Address::Socket(self.socket.trim().into()),
        };
        let usual = &defaults.limits;
        let limits = Limits {
            connect_timeout_secs: numbers.read(
                Field::ConnectTimeout,
                &self.connect_timeout,
                usual.connect_timeout_secs,
            ),
            read_timeout_secs: numbers.read(
                Field::ReadTimeout,
                &self.read_timeout,
                usual.read_timeout_secs,
            ),
            statement_secs: numbers.read(
                Field::StatementLimit,
                &self.statement_limit,
                usual.statement_secs,
            ),
            rows: numbers.read(Field::RowLimit, &self.row_limit, usual.rows),
        };
        let pool_max = numbers.read(Field::PoolMax, &self.pool_max, defaults.pool.max);
        let pool = PoolSettings {
            // What cannot be read must not make the other look wrong.
            min: numbers.read(
                Field::PoolMin,
                &self.pool_min,
                defaults.pool.min.min(pool_max),
            ),
            max: pool_max,
            recycle_secs: numbers.read(
                Field::PoolRecycle,
                &self.pool_recycle,
                defaults.pool.recycle_secs,
            ),
        };
        let profile = Profile {
            id: self.id.clone(),
            name,
            address,
            user: self.user.clone(),
            database: given(&self.database),
            environment: self.environment,
            tls: Tls {
                mode: self.tls_mode,
                ca_file: given(&self.ca_file).map(Into::into),
                client_certificate: given(&self.client_certificate).map(Into::into),
                client_key: given(&self.client_key).map(Into::into),
                server_name: given(&self.server_name),
            },
            password: self.source,
            limits,
            call_stored_functions: self.call_stored_functions,
            check_tables: self.check_tables,
            time_zone: self.time_zone.trim().to_owned(),
            pool,
            include_databases: lines(&self.include_databases),
            exclude_tables: lines(&self.exclude_tables),
            mapping: self.mapping.clone(),
        };
        problems.extend(check::problems(&profile));
        if problems.is_empty() {
            Ok(profile)
        } else {
            Err(problems)
        }
    }

    /// It says the same as `profile`, and no password waits in it.
    pub(super) fn is_unchanged(&self, profile: &Profile) -> bool {
        let kept = Self::of(profile);
        *self
            == Self {
                url: self.url.clone(),
                url_error: self.url_error.clone(),
                tried: self.tried,
                // The other address's texts are kept while typing and are not saved.
                host: choose(self.reach == Reach::Socket, &self.host, &kept.host),
                port: choose(self.reach == Reach::Socket, &self.port, &kept.port),
                socket: choose(self.reach == Reach::Tcp, &self.socket, &kept.socket),
                ..kept
            }
    }
}

fn choose(first: bool, a: &str, b: &str) -> String {
    if first { a.to_owned() } else { b.to_owned() }
}

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter_map(given).collect()
}

struct Numbers<'a>(&'a mut Vec<Problem>);

impl Numbers<'_> {
    fn read<T: std::str::FromStr>(&mut self, field: Field, text: &str, instead: T) -> T {
        text.trim().parse().unwrap_or_else(|_| {
            let message = match field {
                Field::Port => "a port is a number from 1 to 65535",
                _ => "a whole number is needed",
            };
            self.0.push(Problem::new(field, message));
            instead
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::profiles::url;

    fn mapping() -> Mapping {
        let mut mapping = Mapping::default();
        mapping.add("assignments.user_id=uid".parse().unwrap());
        mapping
    }

    fn full() -> Profile {
        let target = url::parse(
            "mysql://ann@db:3307/shop?ssl-mode=VERIFY_CA&ssl-ca=/ca&ssl-cert=/c&ssl-key=/k&server-name=n",
        )
        .unwrap();
        Profile {
            id: ProfileId::random(),
            include_databases: vec!["a".to_owned(), "b".to_owned()],
            exclude_tables: vec!["tmp_*".to_owned()],
            mapping: mapping(),
            call_stored_functions: true,
            check_tables: true,
            time_zone: "Europe/Berlin".to_owned(),
            ..target.profile
        }
    }

    #[test]
    fn every_setting_survives_the_form() {
        for profile in [
            full(),
            Profile {
                id: ProfileId::random(),
                address: Address::Socket("/run/my.sock".into()),
                ..Profile::default()
            },
        ] {
            let draft = Draft::of(&profile);
            assert!(draft.is_unchanged(&profile));
            assert_eq!(draft.parse([]), Ok(profile));
        }
    }

    #[test]
    fn what_is_typed_wrong_is_named_and_nothing_else() {
        let mut draft = Draft::of(&full());
        draft.name = " ".to_owned();
        draft.port = "http".to_owned();
        draft.pool_max = "many".to_owned();
        draft.time_zone = "noon!".to_owned();
        let fields: Vec<_> = draft
            .parse([])
            .unwrap_err()
            .into_iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(
            fields,
            [Field::Name, Field::Port, Field::PoolMax, Field::TimeZone]
        );
    }

    #[test]
    fn a_name_is_taken_by_others_only() {
        let profile = full();
        let other = Profile {
            id: ProfileId::random(),
            ..profile.clone()
        };
        let draft = Draft::of(&profile);
        assert!(draft.parse([&profile]).is_ok());
        assert_eq!(draft.parse([&other]).unwrap_err()[0].field, Field::Name);
    }

    #[test]
    fn a_url_fills_what_it_says_and_leaves_the_rest() {
        let mut draft = Draft::of(&full());
        draft.environment = Environment::Production;
        draft.row_limit = "7".to_owned();
        let id = draft.id.clone();
        let target = url::parse("mysql://bob:s3cret@other/x").unwrap();
        draft.fill(target, ProfileName::new("other").unwrap());
        assert_eq!(
            (
                draft.host.as_str(),
                draft.user.as_str(),
                draft.password.as_str()
            ),
            ("other", "bob", "s3cret")
        );
        assert_eq!(draft.tls_mode, None);
        assert_eq!(draft.environment, Environment::Production);
        assert_eq!(draft.row_limit, "7");
        assert_eq!(draft.id, id);
        assert!(!format!("{draft:?}").contains("s3cret"));
    }

    #[test]
    fn trying_a_socket_and_going_back_changes_nothing() {
        let profile = full();
        let mut draft = Draft::of(&profile);
        draft.reach = Reach::Socket;
        draft.socket = "/tmp/s".to_owned();
        assert!(!draft.is_unchanged(&profile));
        draft.reach = Reach::Tcp;
        assert!(draft.is_unchanged(&profile));
        assert_eq!(draft.socket, "/tmp/s");
    }
}
