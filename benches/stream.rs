//! An unlimited `SELECT *` of 2,000,000 rows x 7 columns in the window, without a screen: how soon after the
//! server's first packet of rows they are drawn, and how long the frames take while they stream.
//!
//! The window's own code runs here frame by frame (input, jobs, drawing, tessellation); only the graphics driver
//! is missing. A relay between window and server sees the server's first packet.

#![expect(clippy::print_stdout, reason = "lines of the table are what it makes")]

use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    process::ExitCode,
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};

use egui::{Context, RawInput, Shape, pos2, vec2};
use mysql_async::prelude::Queryable as _;
use porthole::{
    demo::{Kind, Options, Server},
    engine::profiles::{Address, Profile, Target, TlsMode, secrets::Passwords, store::Store},
    gui::{app::App, options::WindowOptions},
    worker::Worker,
};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const ROWS: u64 = 2_000_000;
const TARGET_FIRST_ROW: Duration = Duration::from_millis(150);
const TARGET_FRAME: Duration = Duration::from_millis(33);
/// A screen's pace.
const PACE: Duration = Duration::from_millis(16);
/// What the first row shows, and nothing else does.
const MARK: &str = "first-of-all";

fn main() -> ExitCode {
    match measure() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            println!("stream: not measured: {error}");
            ExitCode::FAILURE
        }
    }
}

fn measure() -> Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let server = runtime.block_on(filled_server())?;
    let relay = Relay::start(server.port())?;
    let folder = tempfile::tempdir()?;
    let mut profile = Profile {
        address: Address::Tcp {
            host: "127.0.0.1".to_owned(),
            port: relay.port,
        },
        user: server.root_user().to_owned(),
        ..Profile::default()
    };
    profile.limits.rows = 0; // all of them
    profile.tls.mode = Some(TlsMode::Disabled); // the relay looks at commands
    let options = WindowOptions {
        store: Store::open(folder.path()),
        passwords: Passwords::system(),
        folder: Some(folder.path().to_owned()),
        ask: Some("SELECT * FROM bench.t"),
        connect: Some(Target {
            profile,
            password: Some(server.root_password().clone()),
        }),
        reader: None,
    };
    let mut window = Window::open(options)?;
    let drawn_at = window.until("the first row is drawn", |drawn| drawn.contains(MARK))?;
    let packet_at = relay.first_rows().ok_or("the relay saw no rows")?;
    let first_row = drawn_at.saturating_duration_since(packet_at);
    window.frames.clear();
    window.until("all rows are there", |drawn| {
        drawn.contains("2,000,000 rows")
    })?;
    let worst = window.frames.iter().max().copied().unwrap_or_default();
    let mut sorted = window.frames.clone();
    sorted.sort_unstable();
    println!(
        "| first row drawn after the server's first packet | {} ms | | at most {} ms | {} |",
        first_row.as_millis(),
        TARGET_FIRST_ROW.as_millis(),
        verdict(first_row <= TARGET_FIRST_ROW)
    );
    println!(
        "| longest of {} frames while 2,000,000 rows stream | {:.1} ms | the median: {:.1} ms | at most {} ms | {} |",
        sorted.len(),
        worst.as_secs_f64() * 1e3,
        sorted[sorted.len() / 2].as_secs_f64() * 1e3,
        TARGET_FRAME.as_millis(),
        verdict(worst <= TARGET_FRAME)
    );
    Ok(())
}

fn verdict(met: bool) -> &'static str {
    if met { "met" } else { "MISSED" }
}

async fn filled_server() -> Result<Server> {
    let server = Server::start(Kind::MariaDb, &Options::default()).await?;
    let mut admin = server.connect().await?;
    admin.query_drop("CREATE DATABASE bench").await?;
    admin.query_drop("USE bench").await?; // the sequence engine wants one
    admin
        .query_drop(
            "CREATE TABLE bench.t (id BIGINT UNSIGNED PRIMARY KEY, name VARCHAR(40), amount DECIMAL(12,2), at DATETIME, \
             ratio DOUBLE, flag TINYINT, note VARCHAR(100))",
        )
        .await?;
    admin
        .query_drop(format!(
            "INSERT INTO bench.t SELECT seq, IF(seq = 1, '{MARK}', CONCAT('user-', seq)), seq * 1.25, '2026-01-01' + INTERVAL seq SECOND, \
             seq / 7, seq % 2, CONCAT('note number ', seq, ' of the table') FROM seq_1_to_{ROWS}"
        ))
        .await?;
    Ok(server)
}

/// The program's window, drawn into nothing.
struct Window {
    ctx: Context,
    app: App,
    /// How long each frame took.
    frames: Vec<Duration>,
    start: Instant,
}

impl Window {
    fn open(options: WindowOptions) -> Result<Self> {
        let ctx = Context::default();
        let repaint = ctx.clone();
        let worker = Worker::new(move || repaint.request_repaint())?;
        let app = App::new(&ctx, worker, options);
        Ok(Self {
            ctx,
            app,
            frames: Vec::new(),
            start: Instant::now(),
        })
    }

    /// Frames at a screen's pace until one shows what is waited for; gives when that frame was ready.
    fn until(&mut self, what: &str, shows: impl Fn(&str) -> bool) -> Result<Instant> {
        let deadline = Instant::now() + Duration::from_mins(2);
        while Instant::now() < deadline {
            let begin = Instant::now();
            let drawn = self.frame();
            let end = Instant::now();
            self.frames.push(end - begin);
            if shows(&drawn) {
                return Ok(end);
            }
            thread::park_timeout(PACE.saturating_sub(end - begin));
        }
        Err(format!("waited for: {what}").into())
    }

    /// One frame; gives the texts that it shows.
    fn frame(&mut self) -> String {
        let input = RawInput {
            screen_rect: Some(egui::Rect::from_min_size(
                pos2(0.0, 0.0),
                vec2(1280.0, 800.0),
            )),
            time: Some(self.start.elapsed().as_secs_f64()),
            focused: true,
            ..RawInput::default()
        };
        let app = &mut self.app;
        let ctx = self.ctx.clone();
        let mut output = self.ctx.run_ui(input, |ui| {
            app.poll(&ctx);
            app.ui(ui);
        });
        output.textures_delta.clear(); // there is no graphics driver to give it to
        let mut texts = String::new();
        for clipped in &output.shapes {
            collect_texts(&clipped.shape, &mut texts);
        }
        std::hint::black_box(self.ctx.tessellate(output.shapes, output.pixels_per_point));
        texts
    }
}

fn collect_texts(shape: &Shape, texts: &mut String) {
    match shape {
        Shape::Text(text) => {
            texts.push_str(text.galley.text());
            texts.push('\n');
        }
        Shape::Vec(shapes) => shapes.iter().for_each(|shape| collect_texts(shape, texts)),
        _ => {}
    }
}

/// Passes bytes between window and server, and notes when rows begin to come.
struct Relay {
    port: u16,
    seen: Arc<Mutex<Seen>>,
}

#[derive(Default)]
struct Seen {
    /// The statement has been sent and not yet been answered.
    asked: bool,
    first_rows: Option<Instant>,
}

impl Relay {
    fn start(server: u16) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        let seen = Arc::new(Mutex::new(Seen::default()));
        let shared = seen.clone();
        thread::spawn(move || {
            for client in listener.incoming().map_while(io::Result::ok) {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", server)) {
                    relay(client, server, &shared);
                }
            }
        });
        Ok(Self { port, seen })
    }

    fn first_rows(&self) -> Option<Instant> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .first_rows
    }
}

fn relay(client: TcpStream, server: TcpStream, seen: &Arc<Mutex<Seen>>) {
    let (Ok(from_client), Ok(from_server)) = (client.try_clone(), server.try_clone()) else {
        return;
    };
    let there = seen.clone();
    thread::spawn(move || {
        let mut prepared = false;
        copy(from_client, server, |bytes| {
            // COM_STMT_PREPARE of our statement, then the COM_STMT_EXECUTE that follows it on this line.
            prepared |= bytes.windows(7).any(|part| part == b"bench.t");
            if prepared && bytes.get(4) == Some(&0x17) {
                there.lock().unwrap_or_else(PoisonError::into_inner).asked = true;
            }
        });
    });
    let back = seen.clone();
    thread::spawn(move || {
        copy(from_server, client, |_| {
            let mut seen = back.lock().unwrap_or_else(PoisonError::into_inner);
            if seen.asked && seen.first_rows.is_none() {
                seen.first_rows = Some(Instant::now());
            }
        });
    });
}

fn copy(mut from: TcpStream, mut to: TcpStream, mut look: impl FnMut(&[u8])) {
    let mut buffer = vec![0; 64 << 10];
    while let Ok(length @ 1..) = from.read(&mut buffer) {
        look(&buffer[..length]);
        if to.write_all(&buffer[..length]).is_err() {
            break;
        }
    }
    to.shutdown(std::net::Shutdown::Both).ok(); // it may be closed already
}
