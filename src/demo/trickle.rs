//! Keeps a few transactions a second flowing into the sample data, as a server in use has them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::{task::JoinHandle, time::sleep};
use tokio_util::sync::CancellationToken;

use super::{Result, Server, analytics, random::Random, shop};

const PAUSE: Duration = Duration::from_millis(300);
/// Every so many transactions the flags report, and every so many somebody orders.
const FLAG_EVERY: u64 = 20;
const ORDER_EVERY: u64 = 3;

/// The flow. Dropping it stops it at its next pause.
#[derive(Debug)]
pub(super) struct Trickle {
    stop: CancellationToken,
    task: JoinHandle<Result<()>>,
}

impl Trickle {
    /// Starts it, on a connection of its own.
    pub(super) async fn start(server: &Server, seed: u64) -> Result<Self> {
        let mut writer = server.writer().await?;
        let stop = CancellationToken::new();
        let told = stop.clone();
        let task = tokio::spawn(async move {
            let mut random = Random::new(seed);
            for nth in 0.. {
                if told.run_until_cancelled(sleep(PAUSE)).await.is_none() {
                    break;
                }
                writer
                    .transaction(&transaction(&mut random, nth, now()))
                    .await?;
            }
            writer.close().await
        });
        Ok(Self { stop, task })
    }

    /// Stops it between two transactions, and says how it went.
    pub(super) async fn stop(mut self) -> Result<()> {
        self.stop.cancel();
        (&mut self.task)
            .await
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
    }
}

impl Drop for Trickle {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Seconds since 1970.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}

/// What happens next: somebody joins the running experiment; somebody of it converts; now and then more.
fn transaction(random: &mut Random, nth: u64, now: i64) -> Vec<String> {
    let running = analytics::RUNNING;
    let newcomer = running.assignment(random, running.users() + nth, now);
    let mut statements = vec![format!(
        "INSERT INTO {} VALUES ({newcomer})",
        analytics::ASSIGNMENT_COLUMNS
    )];
    if random.chance(0.3) {
        statements.push(format!(
            "UPDATE analytics.experiment_assignments SET converted = 1 WHERE id = {}",
            analytics::ASSIGNMENTS - random.below(running.users())
        ));
    }
    if nth.is_multiple_of(FLAG_EVERY) {
        // The time since the last report, in hours.
        let share = PAUSE.as_secs_f64() * FLAG_EVERY as f64 / 3_600.0;
        let rows = analytics::flag_hour(random, now, 1.0, share);
        let rows: Vec<String> = rows.iter().map(|row| format!("({row})")).collect();
        statements.push(format!(
            "INSERT INTO {} VALUES {}",
            analytics::FLAG_COLUMNS,
            rows.join(",")
        ));
    }
    if nth.is_multiple_of(ORDER_EVERY) {
        statements.extend(shop::order_now(random, now));
    }
    statements
}
