//! Reads the arguments, then opens the window or runs the command line.

use std::{panic, process::ExitCode};

use clap::Parser as _;
use porthole::{
    cli::{self, Cli, Command, Failure, demo, print},
    engine::{profiles::Target, session::shelter},
};

/// What the window on the sample server opens with.
const FIRST_LOOK: &str = "\
-- Ctrl+Enter runs the statement at the cursor.
SELECT id, experiment_id, user_id, variant_id, converted, assigned_at
FROM experiment_assignments
ORDER BY id;

-- Conversions by variant
SELECT experiment_id, variant_id,
       COUNT(DISTINCT user_id) AS users, SUM(converted) AS conversions,
       ROUND(SUM(converted) / COUNT(DISTINCT user_id), 4) AS rate
FROM experiment_assignments
GROUP BY experiment_id, variant_id;
";

fn main() -> ExitCode {
    tell_panics();
    let cli = Cli::parse();
    if cli.verbose > 0 {
        print::start_log(cli.verbose > 1);
    }
    match cli.command {
        None => cli::end(window(None, None)),
        Some(Command::Demo(args)) if !args.no_window => cli::end(demo_window(&args)),
        Some(command) => cli::run(command),
    }
}

/// Each panic is told on stderr, but those that become an ordinary error.
fn tell_panics() {
    let tell = panic::take_hook();
    panic::set_hook(Box::new(move |panic| {
        if !shelter::is_sheltered() {
            tell(panic);
        }
    }));
}

/// The sample server, for as long as the window is open.
fn demo_window(args: &demo::Args) -> Result<(), Failure> {
    let running = demo::Running::start(args)?;
    let seen = running
        .target()
        .and_then(|target| window(Some(target), Some(FIRST_LOOK)));
    running.stop()?;
    seen
}

#[cfg(feature = "gui")]
fn window(connect: Option<Target>, ask: Option<&'static str>) -> Result<(), Failure> {
    use porthole::gui::{options::WindowOptions, run::run};

    let options = WindowOptions {
        connect,
        ask,
        ..WindowOptions::of_system()?
    };
    run(options).map_err(|error| Failure::Failed {
        message: error.to_string(),
        hint: None,
    })
}

#[cfg(not(feature = "gui"))]
fn window(_: Option<Target>, _: Option<&'static str>) -> Result<(), Failure> {
    Err(Failure::Usage {
        message: "this build of Porthole has no window".to_owned(),
        hint: Some(
            "The command line does the same work: porthole --help, or porthole demo --no-window"
                .to_owned(),
        ),
    })
}
