//! `porthole completions SHELL`.

use clap::CommandFactory as _;
use clap_complete::Shell;

use super::{Cli, Failure, print};

const EXAMPLES: &str = "\
Examples:
  porthole completions bash > ~/.local/share/bash-completion/completions/porthole
  porthole completions zsh > ~/.zfunc/_porthole
  porthole completions fish > ~/.config/fish/completions/porthole.fish";

/// Which shell.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The shell that should complete.
    shell: Shell,
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "porthole", &mut script);
    print::data(&script)
}
