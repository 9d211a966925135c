//! `porthole demo`: the sample server, for as long as the command runs.
//!
//! With a window, `main` opens it: this module knows no window.

use clap::builder::{PossibleValuesParser, TypedValueParser};
use tokio::signal::unix::{SignalKind, signal};

use super::{Failure, print};
use crate::{
    demo::{Demo, Kind},
    engine::profiles::{Environment, ProfileName, Target, url},
};

const EXAMPLES: &str = "\
The server belongs to this command alone: it listens on this machine only, keeps its files in your
cache folder, and ends with the command, however that ends. It needs a MariaDB or MySQL server's
program, on PATH or in the data folder of Porthole; if there is none, the message says how to get one.

Examples:
  porthole demo
  porthole demo --server mysql
  porthole demo --no-window      prints the server's URL, password and all, and waits for Ctrl-C";

/// Which server, and whether to look at it.
#[derive(clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The product to start.
    #[arg(long, value_name = "SERVER", default_value = "mariadb", value_parser = kind())]
    server: Kind,
    /// Print the server's URL instead of opening the window, and wait.
    #[arg(long)]
    pub no_window: bool,
}

fn kind() -> impl TypedValueParser<Value = Kind> {
    let kinds = [Kind::MariaDb, Kind::MySql];
    PossibleValuesParser::new(kinds.map(Kind::folder)).map(move |name| {
        let mut kinds = kinds.into_iter();
        kinds
            .find(|kind| kind.folder() == name)
            .expect("one of the names")
    })
}

/// A sample server that runs beside whatever its owner does.
pub struct Running {
    runtime: tokio::runtime::Runtime,
    demo: Demo,
}

impl Running {
    /// Start it and fill it.
    pub fn start(args: &Args) -> Result<Self, Failure> {
        // A thread of its own keeps the changes flowing while this one draws.
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .map_err(|error| Failure::no_runtime(&error))?;
        let demo = runtime.block_on(Demo::start(args.server, print::note))?;
        Ok(Self { runtime, demo })
    }

    /// How to connect to it.
    pub fn target(&self) -> Result<Target, Failure> {
        let mut target = url::parse(&self.demo.target().url())?;
        target.profile.name = ProfileName::new("Sample server")?;
        target.profile.environment = Environment::Development;
        Ok(target)
    }

    /// Stop it and remove its files.
    pub fn stop(self) -> Result<(), Failure> {
        Ok(self.runtime.block_on(self.demo.stop())?)
    }
}

/// Without a window: say where it is and wait for Ctrl-C or SIGTERM.
pub(super) fn run(args: &Args) -> Result<(), Failure> {
    let running = Running::start(args)?;
    let waited = running.runtime.block_on(async {
        let mut interrupt =
            signal(SignalKind::interrupt()).map_err(|error| Failure::no_signals(&error))?;
        let mut terminate =
            signal(SignalKind::terminate()).map_err(|error| Failure::no_signals(&error))?;
        let url = format!("{}\n", running.demo.target().url());
        match print::data(url.as_bytes()) {
            // Whoever wanted the URL has left; the server is still wanted.
            Ok(()) | Err(Failure::ClosedPipe) => {}
            Err(failure) => return Err(failure),
        }
        print::note("the sample server runs until Ctrl-C");
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        Ok(())
    });
    print::note("stopping the sample server");
    running.stop()?;
    waited
}
