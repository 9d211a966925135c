//! `porthole test-connection`: connect, look, disconnect.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::{
    Failure, print, runtime,
    target::{self, TargetArgs},
};
use crate::engine::{
    Error,
    error::ConnectCause,
    profiles::Target,
    session::{self, Facts, ReadOnly},
    visible,
};

const EXAMPLES: &str = "\
Examples:
  porthole test-connection --profile shop
  porthole test-connection --url mysql://ann@db.example.com --format json

With --format json the answer is one object, also where there is no connection:
  {\"status\":\"connected\",\"product\":…,\"version\":…,\"tls\":{\"version\":…,\"cipher\":…} or null,
   \"latency_ms\":…,\"server_time\":…,\"time_zone\":…,\"read_only\":\"server\" or \"porthole\"}
  {\"status\":\"failed\",\"cause\":…,\"message\":…,\"hint\":…}   and exit code 1";

/// Which server, and how to answer.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// How to print the answer.
    #[arg(long, value_enum, default_value_t = Answer::Text)]
    format: Answer,
    #[command(flatten)]
    target: TargetArgs,
}

/// The forms of the answer.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Answer {
    /// In words.
    Text,
    /// One JSON object.
    Json,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let target = args.target.resolve()?;
    match (connect(&target)?, args.format) {
        (Ok(facts), Answer::Text) => print::data(in_words(&facts).as_bytes()),
        (Ok(facts), Answer::Json) => print::data(line(&connected(&facts)).as_bytes()),
        (Err(error @ Error::Connect(_)), Answer::Json) => {
            print::data(line(&failed(&error)).as_bytes())?;
            Err(Failure::Said)
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// The answer in words; for `porthole profiles test`.
pub(super) fn in_words_of(target: &Target) -> Result<(), Failure> {
    let facts = connect(target)??;
    print::data(in_words(&facts).as_bytes())
}

fn connect(target: &Target) -> Result<Result<Facts, Error>, Failure> {
    let answer = runtime()?.block_on(session::test(&target.profile, target.password.as_ref()));
    Ok(answer.map_err(|error| target::explain(error, target)))
}

fn line(value: &Value) -> String {
    format!("{value}\n")
}

fn connected(facts: &Facts) -> Value {
    json!({
        "status": "connected",
        "product": facts.product.to_string(),
        "version": facts.version,
        "tls": facts.tls.as_ref().map(|tls| json!({"version": tls.version, "cipher": tls.cipher})),
        "latency_ms": milliseconds(facts),
        "server_time": facts.server_time,
        "time_zone": facts.time_zone,
        "read_only": match facts.read_only {
            ReadOnly::Server => "server",
            ReadOnly::Porthole { .. } => "porthole",
        },
    })
}

fn failed(error: &Error) -> Value {
    let cause = match error {
        Error::Connect(error) => error.cause,
        _ => ConnectCause::Other,
    };
    json!({
        "status": "failed",
        "cause": cause.name(),
        "message": error.to_string(),
        "hint": error.hint().unwrap_or_default(),
    })
}

/// To the microsecond.
fn milliseconds(facts: &Facts) -> f64 {
    facts.latency.as_micros() as f64 / 1000.0
}

fn in_words(facts: &Facts) -> String {
    let tls = match &facts.tls {
        Some(tls) => format!("{} with {}", tls.version, tls.cipher),
        None => "none: user, password and rows cross the line readable".to_owned(),
    };
    let tls = match &facts.tls {
        None if facts.address.starts_with('/') => "none (a socket of this machine)".to_owned(),
        _ => tls,
    };
    let read_only = match &facts.read_only {
        ReadOnly::Server => {
            "guaranteed by the server: this account has no right to write".to_owned()
        }
        ReadOnly::Porthole { .. } => format!(
            "guaranteed by {}: {}",
            facts.read_only.guard(),
            facts.read_only.because().unwrap_or_default()
        ),
    };
    let mut lines = vec![
        format!(
            "Connected to {} {} at {}",
            facts.product, facts.version, facts.address
        ),
        format!("Account       {}", facts.account),
        format!("Encryption    {tls}"),
        format!(
            "Server time   {} (zone {})",
            facts.server_time, facts.time_zone
        ),
        format!("Latency       {} ms", milliseconds(facts)),
        format!("Read-only     {read_only}"),
    ];
    if let ReadOnly::Porthole {
        powers,
        better_account,
        ..
    } = &facts.read_only
        && !powers.is_empty()
    {
        lines.push("This account could".to_owned());
        lines.extend(powers.iter().map(|power| format!("    {power}")));
        lines.push("A better account, for a DBA to make:".to_owned());
        lines.extend(better_account.lines().map(|line| format!("    {line}")));
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(&visible::line(&line));
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::error::ConnectError;

    #[test]
    fn a_failure_names_its_cause_and_what_to_try() {
        let error = Error::Connect(ConnectError {
            cause: ConnectCause::PortClosed,
            address: "127.0.0.1:1".to_owned(),
            message: "refused".to_owned(),
        });
        let answer = failed(&error);
        assert_eq!(answer["cause"], "port_closed");
        assert_eq!(answer["message"], "cannot connect to 127.0.0.1:1: refused");
        assert_eq!(answer["hint"], ConnectCause::PortClosed.hint());
    }
}
