//! The command line: one file a subcommand, named as the panel of the window is.
//!
//! Data goes to stdout and everything else to stderr; [`mod@print`] is the only place that does either. What a command
//! can do is the engine's; here stand its arguments, its words and its exit code.

mod binlog;
mod binlog_reader;
mod chart;
mod check;
mod completions;
pub mod demo;
mod experiments;
mod failure;
mod flags;
mod interrupt;
mod metrics;
mod output;
mod parameters;
pub mod print;
mod profiles;
mod query;
mod runs;
mod stats;
mod target;
mod test_connection;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use self::failure::Failure;

const EXAMPLES: &str = "\
Examples:
  porthole                                            open the window
  porthole demo                                       open it on a private server with sample data
  porthole query --url mysql://ann@db.example.com/shop 'SELECT * FROM orders LIMIT 10'
  porthole profiles add shop --url mysql://ann@db.example.com/shop --password keyring
  porthole query --profile shop --format csv -o orders.csv -f orders.sql

Exit codes: 0 done, 1 failed, 2 wrong use, 3 refused as not read-only, 130 interrupted; porthole binlog has two more.";

/// Look into any MySQL or MariaDB server and touch nothing.
///
/// Without a command, Porthole opens its window. Whatever you ask, it only reads: a statement that would change,
/// lock or hold up the server is refused before it is sent.
#[derive(Parser)]
#[command(name = "porthole", version, after_help = EXAMPLES, disable_help_subcommand = true)]
pub struct Cli {
    /// What to do; nothing opens the window.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Say on stderr what is being done (-vv also each frame that is drawn); never SQL, values or passwords.
    #[arg(short, long, global = true, display_order = 100, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

/// The verbs.
#[derive(Subcommand)]
pub enum Command {
    /// Run one statement that reads, and print its rows.
    Query(query::Args),
    /// Connect, say who answers and how the line is protected, and disconnect.
    TestConnection(test_connection::Args),
    /// List, show, add, remove and test saved connections.
    Profiles(profiles::Args),
    /// List the experiments, with users and times.
    Experiments(experiments::ListArgs),
    /// Print one experiment's figures.
    Experiment(experiments::Args),
    /// List the feature flags, with requests, errors and times.
    Flags(flags::ListArgs),
    /// Print one feature flag's requests, errors and error rate by group.
    Flag(flags::Args),
    /// List training runs, with what they have logged.
    Runs(runs::ListArgs),
    /// Print what one training run has logged.
    Run(runs::Args),
    /// Set training runs side by side.
    CompareRuns(runs::CompareArgs),
    /// Read a server's binary log, from its files or live: print, count, search and undo changes.
    Binlog(binlog::Args),
    /// Start a private server with sample data, and look at it.
    Demo(demo::Args),
    /// Say of statements whether they only read; no server is asked.
    Check(check::Args),
    /// Compute a difference, an interval, a chance or a sample size from counts; no server is asked.
    Stats(stats::Args),
    /// Print a script that completes Porthole's commands in your shell.
    Completions(completions::Args),
    /// Hold the connection to a binary log; Porthole starts this by itself.
    #[command(hide = true)]
    BinlogReader,
}

/// Do what a command says, and say what became of it.
pub fn run(command: Command) -> ExitCode {
    let done = match command {
        Command::Query(args) => query::run(&args),
        Command::TestConnection(args) => test_connection::run(&args),
        Command::Profiles(args) => profiles::run(args),
        Command::Experiments(args) => experiments::run_list(&args),
        Command::Experiment(args) => experiments::run(&args),
        Command::Flags(args) => flags::run_list(&args),
        Command::Flag(args) => flags::run(&args),
        Command::Runs(args) => runs::run_list(&args),
        Command::Run(args) => runs::run(&args),
        Command::CompareRuns(args) => runs::run_compare(&args),
        Command::Binlog(args) => binlog::run(&args),
        Command::Demo(args) => demo::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Stats(args) => stats::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::BinlogReader => binlog_reader::run(),
    };
    end(done)
}

/// Say what failed, if anything did, and end with the code for it.
pub fn end(done: Result<(), Failure>) -> ExitCode {
    let Err(failure) = done else {
        return ExitCode::SUCCESS;
    };
    print::failure(&failure);
    ExitCode::from(failure.exit_code())
}

/// The runtime of one command: one thread for the connection, beside those that wait for files and pipes.
fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::no_runtime(&error))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_arguments_contradict_nothing() {
        Cli::command().debug_assert();
    }
}
