//! What happens meanwhile: in random order, and each of it.

use std::{collections::BTreeMap, time::Duration};

use mysql_async::prelude::Queryable as _;
use porthole::demo::{Kind, random::Random};
use tokio::time::{Instant, sleep};

use super::Load;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// FLUSH BINARY LOGS.
    Rotate,
    /// kill -9.
    Crash,
    /// In good order.
    Restart,
    /// KILL of every dump thread.
    KillDumps,
    /// A line goes dead without a word, and is there again for who connects anew.
    Cut,
    /// A connection is closed in the middle of something.
    Tear,
    /// The engine's reader stops, and goes on from its checkpoint.
    Pause,
    /// kill -9 of the program.
    KillProgram,
    /// DDL, which is a transaction without rows.
    Ddl,
    /// MariaDB compresses events from now on, or no longer; MySQL's writers do that by themselves.
    Compress,
}

use Trouble::{Compress, Crash, Cut, Ddl, KillDumps, KillProgram, Pause, Restart, Rotate, Tear};

/// Those that cost little are had more often.
const ROUND: [Trouble; 17] = [
    Rotate,
    Rotate,
    Crash,
    Restart,
    KillDumps,
    KillDumps,
    Cut,
    Tear,
    Tear,
    Tear,
    Pause,
    Pause,
    KillProgram,
    KillProgram,
    KillProgram,
    Ddl,
    Compress,
];

pub(super) struct Troubles {
    random: Random,
    /// Between two.
    most_pause: Duration,
    deck: Vec<Trouble>,
    rounds: u64,
    pub(super) made: BTreeMap<Trouble, u64>,
}

impl Troubles {
    pub(super) fn new(seed: u64, secs: u64) -> Self {
        Self {
            random: Random::new(seed ^ 0x7472_6f75_626c_6573),
            // A round fits in a short run too.
            most_pause: Duration::from_millis((secs * 50).clamp(200, 5000)),
            deck: Vec::new(),
            rounds: 0,
            made: BTreeMap::new(),
        }
    }

    /// The time is over, and each was had.
    pub(super) fn are_enough(&self, until: Instant) -> bool {
        Instant::now() >= until && (self.rounds > 1 || self.rounds == 1 && self.deck.is_empty())
    }

    /// The next.
    pub(super) async fn make(&mut self, load: &mut Load) {
        self.wait(self.most_pause).await;
        if self.deck.is_empty() {
            self.deck = ROUND.to_vec();
            self.rounds += 1;
        }
        let at = self.random.below(self.deck.len() as u64) as usize;
        let trouble = self.deck.swap_remove(at);
        self.disturb(trouble, load).await;
        *self.made.entry(trouble).or_default() += 1;
    }

    async fn disturb(&mut self, trouble: Trouble, load: &mut Load) {
        let written = &mut load.written;
        match trouble {
            Rotate => written.run("FLUSH BINARY LOGS").await,
            Crash => {
                written.server.kill().await.unwrap();
                self.wait(Duration::from_secs(1)).await;
                written.restart().await;
            }
            Restart => written.restart().await,
            KillDumps => {
                for thread in written.dump_threads().await {
                    // It may have gone by itself.
                    let sql = format!("KILL {thread}");
                    written.admin.query_drop(sql).await.ok();
                }
            }
            Cut => {
                let line = *self.random.pick(&load.lines());
                line.cut();
                self.wait(Duration::from_secs(3)).await;
                line.mend();
            }
            Tear => {
                let line = *self.random.pick(&load.lines());
                line.tear_after(self.random.below(200_000));
            }
            Pause => {
                let millis = self.random.below(3000);
                let pauses = &load.engine.pauses;
                pauses.send(Duration::from_millis(millis)).await.unwrap();
            }
            KillProgram => load.programs[0].kills.send(()).await.unwrap(),
            Ddl => {
                let table = format!("loaded.side_{}", self.random.below(5));
                for sql in [
                    format!("CREATE TABLE IF NOT EXISTS {table} (id INT PRIMARY KEY)"),
                    format!("ALTER TABLE {table} COMMENT '{}'", self.random.bits()),
                    format!("DROP TABLE {table}"),
                ] {
                    written.run(&sql).await;
                }
            }
            Compress if written.server.kind() == Kind::MariaDb => {
                let on = self.random.below(2);
                written
                    .run(&format!("SET GLOBAL log_bin_compress = {on}"))
                    .await;
            }
            Compress => {}
        }
    }

    async fn wait(&mut self, most: Duration) {
        let millis = self.random.below(most.as_millis() as u64 + 1);
        sleep(Duration::from_millis(millis)).await;
    }
}
