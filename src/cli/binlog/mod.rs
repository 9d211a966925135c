//! `porthole binlog`: a server's binary log, from files or live.
//!
//! Every verb ends with a line on stderr that says how far the log was read and why reading ended, and an exit code
//! that tells a log that is complete (0) from one that was cut off or is still being written (4) and from one that is
//! damaged, encrypted or of an unknown format (5).

mod cat;
mod ending;
mod history;
mod input;
mod list;
mod pipe;
mod progress;
mod selection;
mod server;
mod sink;
mod summary;
mod undo;
mod until;
mod work;

use clap::Subcommand;

use super::Failure;

/// The arguments of `porthole binlog`.
#[derive(clap::Args)]
pub struct Args {
    #[command(subcommand)]
    verb: Verb,
}

/// What to do with a log.
#[derive(Subcommand)]
enum Verb {
    /// Print what a log says: changes of rows with their values before and after, statements, and all other events.
    Cat(cat::Args),
    /// The same as cat from now on, waiting for more: cat --from now --follow.
    #[command(after_help = cat::TAIL_EXAMPLES)]
    Tail(cat::Args),
    /// List the files of a log, with what each begins with.
    List(list::Args),
    /// Count what happened: by table and over time, the largest and longest transactions, DDL, gaps.
    Summary(summary::Args),
    /// Write statements that take changes back, or make them again. Nothing is executed.
    Undo(undo::Args),
    /// Print every change of a row, the newest first.
    RowHistory(history::Args),
}

pub(super) fn run(args: &Args) -> Result<(), Failure> {
    match &args.verb {
        Verb::Cat(args) => cat::run(args),
        Verb::Tail(args) => cat::run(&args.clone().now_on()),
        Verb::List(args) => list::run(args),
        Verb::Summary(args) => summary::run(args),
        Verb::Undo(args) => undo::run(args),
        Verb::RowHistory(args) => history::run(args),
    }
}
