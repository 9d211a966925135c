//! A server that follows a script, for answers that no real server gives: it speaks the protocol of MySQL 4.1 and
//! later without TLS, lets everybody in, and answers what a session asks at its start. Everything else is the
//! test's: one answer, sent as it is, however false.

use std::{
    io,
    sync::{Arc, Mutex, atomic::AtomicUsize, atomic::Ordering},
};

use porthole::engine::profiles::{Address, Profile, TlsMode};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    task::JoinSet,
};

/// What the client asks for; prepared statements come with the text that was prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Command {
    Query,
    Prepare,
    Execute,
    Ping,
    Reset,
    /// "I am a replica", before the binary log is asked for.
    Register,
    /// The binary log, by place or by GTID.
    Dump,
}

/// Bodies of packets, which get their headers; or bytes with headers of their own.
pub(crate) enum Answer {
    Packets(Vec<Vec<u8>>),
    Bytes(Vec<u8>),
}

type Script = dyn Fn(Command, &str) -> Option<Answer> + Send + Sync;

pub(crate) struct Scripted {
    port: u16,
    seen: Arc<Seen>,
    /// Ends with this value.
    _serving: JoinSet<()>,
}

#[derive(Default)]
struct Seen {
    /// All bytes of all clients.
    bytes: Mutex<Vec<u8>>,
    open: AtomicUsize,
}

impl Scripted {
    /// Serves until it is dropped. Where the script has no answer, the server gives an ordinary one: a row of
    /// plausible texts for SELECT, no rows for SHOW, OK for the rest.
    pub(crate) async fn start(
        script: impl Fn(Command, &str) -> Option<Answer> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen::default());
        let mut serving = JoinSet::new();
        serving.spawn(accept(listener, Arc::new(script), seen.clone()));
        Self {
            port,
            seen,
            _serving: serving,
        }
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn profile(&self) -> Profile {
        let mut profile = Profile {
            address: Address::Tcp {
                host: "127.0.0.1".to_owned(),
                port: self.port,
            },
            user: "somebody".to_owned(),
            ..Profile::default()
        };
        profile.tls.mode = Some(TlsMode::Disabled);
        profile
    }

    /// Did any client send this?
    pub(crate) fn received(&self, text: &str) -> bool {
        let bytes = self.seen.bytes.lock().unwrap();
        bytes
            .windows(text.len())
            .any(|part| part == text.as_bytes())
    }

    /// Connections that clients have not closed yet.
    pub(crate) fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }
}

async fn accept(listener: TcpListener, script: Arc<Script>, seen: Arc<Seen>) {
    let mut connections = JoinSet::new();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        seen.open.fetch_add(1, Ordering::SeqCst);
        let (script, seen) = (script.clone(), seen.clone());
        connections.spawn(async move {
            let client = Client {
                stream,
                seen: seen.clone(),
            };
            // A client may go when it likes.
            client.serve(&*script).await.ok();
            seen.open.fetch_sub(1, Ordering::SeqCst);
        });
    }
}

struct Client {
    stream: TcpStream,
    seen: Arc<Seen>,
}

impl Client {
    async fn serve(mut self, script: &Script) -> io::Result<()> {
        self.send(0, &[greeting()]).await?;
        self.read().await?; // who it is; everybody may come in
        self.send(2, &[ok()]).await?;
        let mut prepared: Vec<String> = Vec::new();
        loop {
            let body = self.read().await?;
            let text = || String::from_utf8_lossy(&body[1..]).into_owned();
            let (command, text) = match body.first() {
                Some(0x03) => (Command::Query, text()),
                Some(0x16) => {
                    prepared.push(text());
                    (Command::Prepare, text())
                }
                Some(0x17) => {
                    let id = u32::from_le_bytes(body[1..5].try_into().unwrap());
                    (Command::Execute, prepared[id as usize - 1].clone())
                }
                Some(0x0e) => (Command::Ping, String::new()),
                Some(0x1f) => (Command::Reset, String::new()),
                Some(0x15) => (Command::Register, String::new()),
                Some(0x12 | 0x1e) => (Command::Dump, String::new()),
                Some(0x19) => continue, // closing a statement has no answer
                _ => return Ok(()),
            };
            let answer = script(command, &text)
                .unwrap_or_else(|| Answer::Packets(ordinary(command, &text, prepared.len())));
            match answer {
                Answer::Packets(bodies) => self.send(1, &bodies).await?,
                Answer::Bytes(bytes) => self.stream.write_all(&bytes).await?,
            }
        }
    }

    async fn read(&mut self) -> io::Result<Vec<u8>> {
        let mut header = [0; 4];
        self.stream.read_exact(&mut header).await?;
        let length = u32::from_le_bytes([header[0], header[1], header[2], 0]);
        let mut body = vec![0; length as usize];
        self.stream.read_exact(&mut body).await?;
        self.seen.bytes.lock().unwrap().extend(&body);
        Ok(body)
    }

    async fn send(&mut self, first: u8, bodies: &[Vec<u8>]) -> io::Result<()> {
        let mut bytes = Vec::new();
        for (body, number) in bodies.iter().zip(first..) {
            bytes.extend(&(body.len() as u32).to_le_bytes()[..3]);
            bytes.push(number);
            bytes.extend(body);
        }
        self.stream.write_all(&bytes).await
    }
}

fn ordinary(command: Command, text: &str, prepared: usize) -> Vec<Vec<u8>> {
    let select = text.strip_prefix("SELECT ");
    match (command, select) {
        (Command::Query, Some(list)) => {
            let names: Vec<&str> = list.split(", ").collect();
            let values: Vec<&str> = names.iter().map(|name| value(name)).collect();
            result_set(&names, &[text_row(&values)])
        }
        (Command::Query, None) if text.starts_with("SHOW ") => result_set(&["Value"], &[]),
        (Command::Prepare, _) => {
            let mut body = vec![0];
            body.extend(&(prepared as u32).to_le_bytes());
            body.extend([0; 7]); // no columns told, no places for values, no warnings
            vec![body]
        }
        _ => vec![ok()],
    }
}

fn value(name: &str) -> &'static str {
    match name {
        "VERSION()" => "9.7.4",
        "CURRENT_USER()" => "somebody@%",
        "NOW()" => "2026-01-01 00:00:00",
        "@@time_zone" => "+00:00",
        "@@hostname" => "scripted",
        "@@session.transaction_read_only" | "@@session.autocommit" => "1",
        _ => "",
    }
}

/// "It is done", without rows.
pub(crate) fn ok() -> Vec<u8> {
    vec![0, 0, 0, 2, 0, 0, 0]
}

pub(crate) fn end_of_rows() -> Vec<u8> {
    vec![0xfe, 0, 0, 2, 0]
}

/// "It failed."
pub(crate) fn error(code: u16, message: &str) -> Vec<u8> {
    [
        &[0xff],
        &code.to_le_bytes()[..],
        b"#HY000",
        message.as_bytes(),
    ]
    .concat()
}

/// Asks the client to send a file.
pub(crate) fn file_request(name: &str) -> Vec<u8> {
    [&[0xfb], name.as_bytes()].concat()
}

/// Columns of text and rows as they are given.
pub(crate) fn result_set(names: &[&str], rows: &[Vec<u8>]) -> Vec<Vec<u8>> {
    result_set_ending(names, rows, 2)
}

/// The same, with these status flags at its end.
pub(crate) fn result_set_ending(names: &[&str], rows: &[Vec<u8>], status: u16) -> Vec<Vec<u8>> {
    let mut packets = vec![vec![names.len() as u8]];
    packets.extend(names.iter().map(|name| column(name)));
    packets.push(end_of_rows());
    packets.extend_from_slice(rows);
    packets.push([&[0xfe, 0, 0], &status.to_le_bytes()[..]].concat());
    packets
}

fn column(name: &str) -> Vec<u8> {
    let mut body = Vec::new();
    for text in ["def", "", "", "", name, ""] {
        put_text(&mut body, text);
    }
    body.push(12);
    body.extend([45, 0]); // utf8mb4
    body.extend(1020_u32.to_le_bytes());
    body.push(253); // VARCHAR
    body.extend([0; 5]);
    body
}

/// A row of the text protocol.
pub(crate) fn text_row(values: &[&str]) -> Vec<u8> {
    let mut body = Vec::new();
    for value in values {
        put_text(&mut body, value);
    }
    body
}

/// A row of the prepared protocol: no NULLs, and at most six columns.
pub(crate) fn binary_row(values: &[&str]) -> Vec<u8> {
    [vec![0, 0], text_row(values)].concat()
}

fn put_text(body: &mut Vec<u8>, text: &str) {
    body.push(u8::try_from(text.len()).expect("short texts alone"));
    body.extend(text.as_bytes());
}

fn greeting() -> Vec<u8> {
    // Long passwords, long flags, database at connect, local files, 4.1, transactions, 4.1 login, many statements
    // and results (prepared ones too), plugins.
    let capabilities: u32 = 0x000f_a28d;
    let [low, next, third, high] = capabilities.to_le_bytes();
    let mut body = vec![10];
    body.extend(b"9.7.4\0");
    body.extend(1_u32.to_le_bytes());
    body.extend(b"12345678\0");
    body.extend([low, next, 45, 2, 0, third, high, 21]);
    body.extend([0; 10]);
    body.extend(b"123456789012\0mysql_native_password\0");
    body
}
