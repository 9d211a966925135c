//! The sample server: a private MySQL or MariaDB with data to look at, for people who want to see Porthole at work and
//! for its tests.
//!
//! The only code of Porthole that writes to a database. It can write to one server alone, the one that it started:
//! a [`Writer`] comes from a [`Server`], and a [`Server`] from starting a process. Stands beside the engine, which
//! cannot see it. Not here: installing servers (`packaging/servers.sh`), and the words on the terminal.

mod analytics;
mod error;
mod every_type;
mod instance;
mod programs;
pub mod random;
mod schema;
mod server;
mod shop;
mod trickle;
mod writer;

use std::path::PathBuf;

pub use self::{
    error::{Error, Result},
    programs::Kind,
    server::{Options, Server},
    writer::Writer,
};
use self::{random::Random, trickle::Trickle};
use crate::engine::profiles::secrets::Secret;

/// The sample data is the same at every start, but for its dates, which end now.
const SEED: u64 = 0x706f_7274_686f_6c65;

/// Tables that the sample data fills with a fixed number of rows; others have about as many as their parents.
pub const COUNTS: &[(&str, u64)] = &[
    ("analytics.experiment_assignments", analytics::ASSIGNMENTS),
    ("analytics.feature_flag_events", analytics::FLAG_EVENTS),
    ("analytics.experiments", analytics::TRACKED_EXPERIMENTS),
    ("analytics.runs", analytics::RUNS),
    ("shop.customers", shop::CUSTOMERS),
    ("shop.products", shop::PRODUCTS),
    ("shop.orders", shop::ORDERS),
    ("shop.every_type", every_type::ROWS),
];

/// Where the sample server is, and as whom to read it.
#[derive(Clone, Debug)]
pub struct Target {
    /// Which product.
    pub kind: Kind,
    /// Always the loopback address.
    pub host: &'static str,
    /// The TCP port.
    pub port: u16,
    /// The Unix socket, for those who would rather.
    pub socket: PathBuf,
    /// An account that may only read.
    pub user: &'static str,
    /// Made at this start.
    pub password: Secret,
    /// Where to look first.
    pub database: &'static str,
}

impl Target {
    /// As one URL, with the password in it: for the one place that prints it.
    pub fn url(&self) -> String {
        format!(
            "{}://{}:{}@{}:{}/{}",
            self.kind.folder(),
            self.user,
            self.password.reveal(),
            self.host,
            self.port,
            self.database
        )
    }
}

/// A running sample server with data and a trickle of changes. Dropping it stops it.
#[derive(Debug)]
pub struct Demo {
    trickle: Trickle,
    server: Server,
    target: Target,
}

impl Demo {
    /// Starts a server, fills it and keeps it changing. `progress` is told what is being done, in words.
    pub async fn start(kind: Kind, progress: impl Fn(&str)) -> Result<Self> {
        progress(&format!("Starting a private {kind}…"));
        let server = Server::start(kind, &Options::default()).await?;
        progress("Loading the sample data…");
        load(&server, trickle::now()).await?;
        let target = reader(&server).await?;
        let trickle = Trickle::start(&server, SEED).await?;
        Ok(Self {
            trickle,
            server,
            target,
        })
    }

    /// Where it is.
    pub fn target(&self) -> &Target {
        &self.target
    }

    /// Stops the trickle and the server, and removes the server's folder.
    pub async fn stop(self) -> Result<()> {
        let trickled = self.trickle.stop().await;
        self.server.stop().await?;
        trickled
    }
}

/// Fills a fresh server with the sample data, its dates ending at `now` (seconds since 1970).
///
/// Not in the binary log: that begins with the changes that happen while somebody watches.
pub async fn load(server: &Server, now: i64) -> Result<()> {
    let (mut one, mut other) = (loader(server).await?, loader(server).await?);
    schema::create(&mut one).await?;
    tokio::try_join!(load_analytics(&mut one, now), load_shop(&mut other, now))?;
    one.close().await?;
    other.close().await
}

async fn load_analytics(writer: &mut Writer, now: i64) -> Result<()> {
    let random = &mut Random::new(SEED);
    let assignments = analytics::assignments(random, now);
    writer
        .insert(analytics::ASSIGNMENT_COLUMNS, assignments)
        .await?;
    let events = analytics::flag_events(random, now);
    writer.insert(analytics::FLAG_COLUMNS, events).await?;
    for (columns, rows) in analytics::tracker(random, now) {
        writer.insert(columns, rows.into_iter()).await?;
    }
    Ok(())
}

async fn load_shop(writer: &mut Writer, now: i64) -> Result<()> {
    for (columns, rows) in shop::rows(&mut Random::new(SEED), now) {
        writer.insert(columns, rows.into_iter()).await?;
    }
    every_type::create(writer).await
}

async fn loader(server: &Server) -> Result<Writer> {
    let mut writer = server.writer().await?;
    writer
        .run("SET SESSION sql_log_bin = 0, unique_checks = 0, foreign_key_checks = 0")
        .await?;
    Ok(writer)
}

async fn reader(server: &Server) -> Result<Target> {
    let password = server::new_password()?;
    let mut writer = server.writer().await?;
    writer.run("SET SESSION sql_log_bin = 0").await?;
    schema::create_reader(&mut writer, &password).await?;
    writer.close().await?;
    Ok(Target {
        kind: server.kind(),
        host: "127.0.0.1",
        port: server.port(),
        socket: server.socket().to_owned(),
        user: schema::READER,
        password,
        database: "analytics",
    })
}
