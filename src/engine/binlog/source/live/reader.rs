//! The reader process: one connection, whose events go out through a pipe as they came.
//!
//! Why a process: the driver reserves the size that a compressed transaction declares, and indexes what a server
//! sent. What a hostile server can do by that ends this process and not the window. It may hold [`MOST_MEMORY`], and
//! the system is told to end it before others where memory runs out.

use std::{
    future::poll_fn,
    io::{self, Read, Write},
    task::Poll,
    time::Duration,
};

use super::{
    begin::Beginning,
    wire::{self, Failed, Kind, Opened, Order},
};
use crate::engine::{
    Error, Result,
    binlog::{frame::Header, kind::FORMAT_DESCRIPTION},
    profiles::{Profile, Secret},
    session::dump::{Dump, EventStream, Place, Request},
};

/// Address space of the process: the largest packet there is, three times (as it is received, as the event that the
/// driver makes of it, and on its way out), and room to work.
pub const MOST_MEMORY: u64 = 4 << 30;
/// Events are gathered up to so many bytes while more are there.
const BLOCK: usize = 256 << 10;

/// Be the reader process: an order from `input`, events to `output`, until either ends.
///
/// `Ok` where all that happened was said through the pipe.
pub async fn serve(
    mut input: impl Read + Send + 'static,
    mut output: impl Write,
) -> io::Result<()> {
    limit_memory();
    let (Kind::Order, content) = wire::read(&mut input)? else {
        return Err(io::Error::other("no order came"));
    };
    let order: Order = wire::value(&content)?;
    drop(content);
    std::thread::spawn(move || {
        // Nothing more comes; the end means that nobody wants events any more, or is there to take them.
        io::copy(&mut input, &mut io::sink()).ok();
        std::process::exit(0);
    });
    match read(order, &mut output).await {
        Ok(()) => wire::write(&mut output, Kind::End, &[]),
        Err(Stop::Output(error)) => Err(error),
        Err(Stop::Server(error)) => {
            wire::write_value(&mut output, Kind::Failed, &Failed::from(error))
        }
    }
}

/// Why reading ended before the server's end.
enum Stop {
    Server(Error),
    Output(io::Error),
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Self::Server(error)
    }
}

impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

async fn read(order: Order, output: &mut impl Write) -> std::result::Result<(), Stop> {
    let password = order.password.as_ref();
    let password = password.map(|password| Secret::new(password.0.clone()));
    let (profile, password) = (&order.profile, password.as_ref());
    let mut dump = Dump::connect(profile, password).await?;
    let (place, mut opened): (Place, Opened) = Beginning::new(&mut dump)
        .find(&order.begin, async |file| {
            begun(profile, password, file, &order).await
        })
        .await?;
    if order.stop_at_end {
        // Who may not ask where the log ends believes the server that this is the end.
        opened.end = match dump.end().await {
            Err(Error::Server { .. }) => None,
            end => end?,
        };
    }
    opened.reader_id = other_than(order.reader_id, opened.server.id);
    let request = Request {
        place,
        reader_id: opened.reader_id,
        heartbeat: Duration::from_secs(order.heartbeat_secs),
        stop_at_end: order.stop_at_end,
    };
    let mut stream = dump.stream(request).await?;
    wire::write_value(output, Kind::Opened, &opened)?;
    let mut block = Vec::with_capacity(BLOCK);
    loop {
        let more = gather(&mut stream, &mut block).await;
        if !block.is_empty() {
            wire::write(output, Kind::Events, &block)?;
            block.clear();
            block.shrink_to(4 * BLOCK);
        }
        if !more? {
            return Ok(());
        }
    }
}

/// Events as long as some are there; false at the end.
async fn gather(stream: &mut EventStream, block: &mut Vec<u8>) -> Result<bool> {
    poll_fn(|cx| {
        loop {
            match stream.poll_into(cx, block) {
                Poll::Ready(Ok(true)) if block.len() < BLOCK => {}
                Poll::Pending if !block.is_empty() => return Poll::Ready(Ok(true)),
                other => return other,
            }
        }
    })
    .await
}

/// When a file was begun, over a connection of its own; none where its server does not give it.
async fn begun(
    profile: &Profile,
    password: Option<&Secret>,
    file: &str,
    order: &Order,
) -> Result<Option<u32>> {
    let dump = Dump::connect(profile, password).await?;
    let request = Request {
        reader_id: other_than(order.reader_id ^ 1, dump.facts().server_id),
        place: Place::File {
            name: file.to_owned(),
            offset: 4,
        },
        heartbeat: Duration::from_secs(order.heartbeat_secs),
        stop_at_end: true,
    };
    let mut stream = dump.stream(request).await?;
    let mut event = Vec::new();
    for _ in 0..4 {
        event.clear();
        let next = poll_fn(|cx| stream.poll_into(cx, &mut event)).await;
        match next {
            Ok(true) => {}
            // Purged just now.
            Ok(false) | Err(Error::Server { code: 1236, .. }) => return Ok(None),
            Err(error) => return Err(error),
        }
        let header = Header::of(&event).ok();
        let description = header.filter(|header| header.kind == FORMAT_DESCRIPTION);
        if let Some(header) = description {
            return Ok(Some(header.timestamp));
        }
    }
    Ok(None)
}

/// An id in the upper half that is not the source's own.
fn other_than(reader_id: u32, source_id: u32) -> u32 {
    let reader_id = reader_id | 1 << 31;
    if reader_id == source_id {
        reader_id ^ 2
    } else {
        reader_id
    }
}

/// Limits that the system keeps for us. Where it does not, reading goes on without them.
fn limit_memory() {
    #[cfg(unix)]
    {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

        let maximum = getrlimit(Resource::As).maximum;
        let current = maximum.map_or(MOST_MEMORY, |maximum| maximum.min(MOST_MEMORY));
        setrlimit(
            Resource::As,
            Rlimit {
                current: Some(current),
                maximum: Some(current),
            },
        )
        .ok();
    }
    #[cfg(target_os = "linux")]
    std::fs::write("/proc/self/oom_score_adj", "1000").ok();
}
