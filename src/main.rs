//! Reads the arguments, then opens the window or runs the command line.

use std::process::ExitCode;

use clap::Parser as _;
use porthole::cli::{self, Cli, Failure, print};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if cli.verbose {
        print::start_log();
    }
    match cli.command {
        Some(command) => cli::run(command),
        None => end(window()),
    }
}

fn window() -> Result<(), Failure> {
    Err(Failure::Usage {
        message: "this build of Porthole has no window".to_owned(),
        hint: Some("The command line does the same work: porthole --help".to_owned()),
    })
}

fn end(done: Result<(), Failure>) -> ExitCode {
    let Err(failure) = done else {
        return ExitCode::SUCCESS;
    };
    print::failure(&failure);
    ExitCode::from(failure.exit_code())
}
