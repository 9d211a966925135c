//! `porthole profiles`: the saved connections.

use clap::{
    Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};

use super::{
    Failure, print,
    target::{self, TargetArgs},
    test_connection,
};
use crate::engine::{
    Error,
    profiles::{
        Environment, PasswordSource, Profile, ProfileId, ProfileName, Secret, Target,
        secrets::Passwords, store::Store, url,
    },
    visible,
};

const EXAMPLES: &str = "\
Examples:
  porthole profiles add shop --url mysql://ann@db.example.com/shop --environment production
  porthole profiles add shop --url mysql://ann@db.example.com/shop --password keyring
  porthole profiles test shop
  porthole profiles list";

/// What to do with the saved connections.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Subcommand)]
enum Action {
    /// List the saved profiles.
    List,
    /// Show one profile as it is stored; passwords are not part of it.
    Show {
        /// The profile's name.
        name: String,
    },
    /// Save a new profile.
    Add(Add),
    /// Remove a profile, and its password from the keyring.
    Remove {
        /// The profile's name.
        name: String,
    },
    /// Connect, and say who answers.
    Test {
        /// The profile's name.
        name: String,
        /// Read the password from standard input.
        #[arg(long)]
        password_stdin: bool,
    },
}

#[derive(clap::Args)]
struct Add {
    /// The profile's name.
    name: String,
    /// The server, as mysql://USER@HOST:PORT/DATABASE?ssl-mode=REQUIRED.
    #[arg(long, value_name = "URL")]
    url: String,
    /// What kind of server it is; production is shown in its own colour.
    #[arg(long, value_name = "ENVIRONMENT", default_value = "other", value_parser = environment())]
    environment: Environment,
    /// Where the password is kept: the system's keyring, the window's memory until it ends, or nowhere (ask each
    /// time). A command is a program of its own, so with memory it asks each time.
    #[arg(long, value_name = "WHERE", default_value = "ask", value_parser = password_source())]
    password: PasswordSource,
    /// Read the password to keep from standard input.
    #[arg(long)]
    password_stdin: bool,
}

fn environment() -> impl TypedValueParser<Value = Environment> {
    PossibleValuesParser::new(Environment::ALL.map(Environment::name)).map(|name| {
        let mut all = Environment::ALL.into_iter();
        all.find(|environment| environment.name() == name)
            .expect("one of the names")
    })
}

fn password_source() -> impl TypedValueParser<Value = PasswordSource> {
    PossibleValuesParser::new(PasswordSource::ALL.map(PasswordSource::name)).map(|name| {
        let mut all = PasswordSource::ALL.into_iter();
        all.find(|source| source.name() == name)
            .expect("one of the names")
    })
}

pub(super) fn run(args: Args) -> Result<(), Failure> {
    let store = Store::open_default()?;
    match args.action {
        Action::List => list(&target::load(&store)?.profiles),
        Action::Show { name } => show(target::load(&store)?.by_name(&name)?),
        Action::Add(add) => add.run(&store),
        Action::Remove { name } => remove(&store, &name),
        Action::Test {
            name,
            password_stdin,
        } => test_connection::in_words_of(&TargetArgs::of_profile(name, password_stdin).resolve()?),
    }
}

/// Aligned where a person looks, tab-separated where a program does.
fn list(profiles: &[Profile]) -> Result<(), Failure> {
    let head = [
        "NAME",
        "SERVER",
        "USER",
        "DATABASE",
        "ENVIRONMENT",
        "TLS",
        "PASSWORD",
    ];
    let mut rows = vec![head.map(str::to_owned)];
    rows.extend(profiles.iter().map(|profile| {
        [
            profile.name.to_string(),
            profile.address.to_string(),
            profile.user.clone(),
            profile.database.clone().unwrap_or_default(),
            profile.environment.name().to_owned(),
            profile.tls_mode().name().to_owned(),
            profile.password.name().to_owned(),
        ]
        .map(|text| visible::line(&text))
    }));
    let mut out = String::new();
    for row in &rows {
        if print::is_terminal() {
            for (index, text) in row.iter().enumerate() {
                let widest = rows.iter().map(|row| visible::width(&row[index])).max();
                let blanks = widest.unwrap_or(0) - visible::width(text) + 2;
                out.push_str(text);
                out.extend(std::iter::repeat_n(' ', blanks));
            }
            out.truncate(out.trim_end().len());
        } else {
            out.push_str(&row.join("\t"));
        }
        out.push('\n');
    }
    print::data(out.as_bytes())
}

fn show(profile: &Profile) -> Result<(), Failure> {
    let text = toml::to_string(profile).map_err(|error| Failure::Failed {
        message: format!("cannot print the profile: {error}"),
        hint: None,
    })?;
    print::data(format!("# {}\n{text}", url::to_url(profile)).as_bytes())
}

impl Add {
    fn run(self, store: &Store) -> Result<(), Failure> {
        let Target { profile, password } = target::from_url(&self.url)?;
        let profile = Profile {
            id: ProfileId::random(),
            name: ProfileName::new(&self.name)?,
            environment: self.environment,
            password: self.password,
            ..profile
        };
        if target::load(store)?.by_name(&self.name).is_ok() {
            return Err(
                Error::Invalid(format!("there is a profile \"{}\" already", profile.name)).into(),
            );
        }
        let mut to_keep = None;
        match self.password {
            PasswordSource::Keyring => to_keep = Some(self.password_to_keep(&profile, password)?),
            PasswordSource::Memory => print::note(
                "the window asks for this password once and forgets it when it ends; \
                 a command cannot remember it from one run to the next and asks each time",
            ),
            PasswordSource::Ask if password.is_some() || self.password_stdin => {
                print::note("the password was not saved; --password keyring saves it");
            }
            PasswordSource::Ask => {}
        }
        // First the profile: a password without one would stay in the keyring for ever.
        store.add(&profile)?;
        if let Some(password) = to_keep {
            keep(store, &profile, &password)?;
        }
        print::note(&format!("saved the profile \"{}\"", profile.name));
        Ok(())
    }

    fn password_to_keep(
        &self,
        profile: &Profile,
        given: Option<Secret>,
    ) -> Result<Secret, Failure> {
        if self.password_stdin {
            return target::password_from_stdin();
        }
        let question = format!("Password of {} at {}: ", profile.user, profile.address);
        match given {
            Some(password) => Ok(password),
            None => target::ask(&question)?.ok_or_else(|| {
                Failure::usage(
                    "there is no password to keep in the keyring",
                    "Give it with --password-stdin, or on a terminal when asked.",
                )
            }),
        }
    }
}

/// Keep the password in the keyring; where that fails, the profile asks for it instead.
fn keep(store: &Store, profile: &Profile, password: &Secret) -> Result<(), Failure> {
    if let Err(error) = Passwords::system().keep(profile, password) {
        print::warning(&format!(
            "{error}; this profile asks for its password instead"
        ));
        print::hint(error.hint());
        let asks = Profile {
            password: PasswordSource::Ask,
            ..profile.clone()
        };
        store.replace(profile, &asks)?;
    }
    Ok(())
}

fn remove(store: &Store, name: &str) -> Result<(), Failure> {
    let loaded = target::load(store)?;
    let profile = loaded.by_name(name)?;
    store.remove(profile)?;
    if let Err(error) = Passwords::system().forget(profile) {
        print::warning(&format!(
            "the profile is removed, but its password may still be in the keyring: {error}"
        ));
    }
    print::note(&format!("removed the profile \"{}\"", profile.name));
    Ok(())
}
