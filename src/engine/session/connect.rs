//! Profile + password → one connection, or the cause why not.

use std::{io, time::Duration};

use mysql_async::{
    Conn, DriverError, IoError, Opts, OptsBuilder, Pool, PoolConstraints, PoolOpts, TlsError,
};

use mysql_common::proto::codec::error::PacketCodecError;

use super::{shelter::sheltered, tls};
use crate::engine::{
    Error, Result,
    error::{ConnectCause, ConnectError},
    profiles::{Address, Profile, Secret, TlsMode},
};

/// What a server may send in one packet: the largest that the protocol's servers can be set to.
const MAX_PACKET: usize = 1 << 30;
/// Idle seconds after which the system asks whether the other side is still there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Open a pool and its first connection.
pub(super) async fn open(
    profile: &Profile,
    password: Option<&Secret>,
) -> Result<(Conn, Pool, Opts)> {
    match pooled(
        profile,
        options(profile, password, encrypts(profile)).await?,
    )
    .await
    {
        Err(error) if goes_plain(profile, &error) => {
            let plain = options(profile, password, false).await?;
            Ok(pooled(profile, plain).await?)
        }
        opened => Ok(opened?),
    }
}

/// Open one connection that belongs to no pool.
pub(super) async fn single(profile: &Profile, password: Option<&Secret>) -> Result<Conn> {
    let opts = options(profile, password, encrypts(profile)).await?;
    match within(profile, Conn::new(opts)).await {
        Err(error) if goes_plain(profile, &error) => {
            let plain = options(profile, password, false).await?;
            Ok(within(profile, Conn::new(plain)).await?)
        }
        opened => Ok(opened?),
    }
}

/// Whether TLS is asked for.
fn encrypts(profile: &Profile) -> bool {
    profile.tls_mode() != TlsMode::Disabled && matches!(profile.address, Address::Tcp { .. })
}

/// With PREFERRED, a server that offers no TLS gets a plain connection; nothing else falls back.
fn goes_plain(profile: &Profile, error: &ConnectError) -> bool {
    encrypts(profile)
        && profile.tls_mode() == TlsMode::Preferred
        && error.cause == ConnectCause::TlsNotOffered
}

async fn pooled(profile: &Profile, opts: Opts) -> Result<(Conn, Pool, Opts), ConnectError> {
    let pool = Pool::new(opts.clone());
    let conn = within(profile, pool.get_conn()).await?;
    Ok((conn, pool, opts))
}

/// Wait for a connection no longer than the profile says.
pub(super) async fn within(
    profile: &Profile,
    connecting: impl Future<Output = mysql_async::Result<Conn>>,
) -> Result<Conn, ConnectError> {
    let limit = Duration::from_secs(profile.limits.connect_timeout_secs.max(1));
    match tokio::time::timeout(limit, sheltered(connecting)).await {
        Ok(Ok(conn)) => Ok(conn),
        Ok(Err(error)) => Err(classify(profile, error)),
        Err(_) => Err(ConnectError {
            cause: ConnectCause::Timeout,
            address: profile.address.to_string(),
            message: format!("no answer within {} s", limit.as_secs()),
        }),
    }
}

/// The driver's options. They hold the password: never print them.
async fn options(profile: &Profile, password: Option<&Secret>, encrypted: bool) -> Result<Opts> {
    let mut builder = OptsBuilder::default()
        // Else the driver asks a TCP server for `@@socket` and then tries that path on this machine:
        // a tunnel could silently end at the local server.
        .prefer_socket(false)
        .user(Some(profile.user.clone()))
        .pass(password.map(|secret| secret.reveal().to_owned()))
        .db_name(profile.database.clone())
        .tcp_keepalive(Some(KEEP_ALIVE))
        // Given, so that the driver does not ask the server for them.
        .max_allowed_packet(Some(MAX_PACKET))
        .wait_timeout(Some(28_800))
        // Each person's statement is prepared once and closed.
        .stmt_cache_size(0)
        .connect_attribute("program_name", "porthole")
        .enable_cleartext_plugin(encrypted && profile.tls_mode().verifies())
        .pool_opts(pool_options(profile));
    builder = match &profile.address {
        Address::Socket(path) => builder.socket(Some(path.to_string_lossy().into_owned())),
        Address::Tcp { host, port } => {
            let host = host.trim_matches(['[', ']']).to_owned();
            builder.ip_or_hostname(host).tcp_port(*port)
        }
    };
    if encrypted {
        builder = builder.ssl_opts(Some(tls::options(profile).await?));
    }
    Ok(builder.into())
}

fn pool_options(profile: &Profile) -> PoolOpts {
    let max = profile.pool.most();
    let constraints =
        PoolConstraints::new(profile.pool.min.min(max), max).expect("min is at most max");
    PoolOpts::default()
        .with_constraints(constraints)
        .with_abs_conn_ttl(Some(Duration::from_secs(profile.pool.recycle_secs.max(1))))
        .with_reset_connection(true)
}

/// What the driver said, as a cause that a person can act on.
pub(super) fn classify(profile: &Profile, error: mysql_async::Error) -> ConnectError {
    let (cause, message) = match error {
        mysql_async::Error::Server(server) => (server_cause(server.code), server.message),
        mysql_async::Error::Io(IoError::Tls(error)) => tls_cause(&error),
        mysql_async::Error::Io(IoError::Io(error)) => io_cause(profile, &error),
        mysql_async::Error::Driver(error) => driver_cause(error),
        mysql_async::Error::Other(error) => (ConnectCause::Other, error.to_string()),
        other => (ConnectCause::Other, other.to_string()),
    };
    ConnectError {
        cause,
        address: profile.address.to_string(),
        message,
    }
}

/// By the servers' error numbers (MySQL: Server Error Message Reference).
fn server_cause(code: u16) -> ConnectCause {
    match code {
        1045 | 1698 | 1862 | 3955 => ConnectCause::AccessDenied,
        1129 | 1130 => ConnectCause::HostNotAllowed,
        1044 | 1049 => ConnectCause::UnknownDatabase,
        1040 | 1203 | 1226 => ConnectCause::TooManyConnections,
        3159 => ConnectCause::TlsRequired,
        1251 | 1524 | 2059 => ConnectCause::AuthPlugin,
        1298 => ConnectCause::UnknownTimeZone,
        1053 | 1152 | 1153 | 1158..=1161 => ConnectCause::ServerGone,
        _ => ConnectCause::Other,
    }
}

fn driver_cause(error: DriverError) -> (ConnectCause, String) {
    match error {
        DriverError::NoClientSslFlagFromServer => (
            ConnectCause::TlsNotOffered,
            "the server offers no encryption".to_owned(),
        ),
        DriverError::UnknownAuthPlugin { name } => (
            ConnectCause::AuthPlugin,
            format!("the account logs in by {name}, which Porthole does not have"),
        ),
        DriverError::CleartextPluginDisabled => (
            ConnectCause::AuthPlugin,
            "the account's login sends the password readable (mysql_clear_password)".to_owned(),
        ),
        DriverError::MysqlOldPasswordDisabled => (
            ConnectCause::AuthPlugin,
            "the account uses the insecure mysql_old_password".to_owned(),
        ),
        DriverError::ConnectionClosed => (
            ConnectCause::ServerGone,
            "the server closed the connection".to_owned(),
        ),
        DriverError::LocalInfile(_) => (ConnectCause::Other, Error::FileRequested.to_string()),
        DriverError::CantParseServerVersion { .. }
        | DriverError::UnexpectedPacket { .. }
        | DriverError::PacketOutOfOrder => (
            ConnectCause::Other,
            "what answers there does not speak MySQL's protocol as expected".to_owned(),
        ),
        other => (ConnectCause::Other, other.to_string()),
    }
}

fn io_cause(profile: &Profile, error: &io::Error) -> (ConnectCause, String) {
    let cause = match error.kind() {
        io::ErrorKind::ConnectionRefused
        | io::ErrorKind::PermissionDenied
        | io::ErrorKind::NotFound
        | io::ErrorKind::AddrNotAvailable => ConnectCause::PortClosed,
        io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => ConnectCause::Timeout,
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::ConnectionAborted => ConnectCause::ServerGone,
        _ if is_lookup_failure(profile, error) => ConnectCause::NameNotResolved,
        // In the middle of a packet, as the driver's codec says it.
        _ if error.to_string() == "bytes remaining on stream" => ConnectCause::ServerGone,
        _ => ConnectCause::Other,
    };
    (cause, error.to_string())
}

/// The standard library has no kind of its own for a failed look-up; its text is the same on every Unix.
fn is_lookup_failure(profile: &Profile, error: &io::Error) -> bool {
    let named = matches!(&profile.address, Address::Tcp { host, .. } if host.parse::<std::net::IpAddr>().is_err());
    named && error.to_string().contains("lookup")
}

/// How the library for TLS says that the other side closed the line.
const GONE: [&str; 4] = [
    "unexpected eof",
    "connection reset",
    "connection closed",
    "broken pipe",
];

fn tls_cause(error: &TlsError) -> (ConnectCause, String) {
    let message = error.to_string();
    let text = message.to_ascii_lowercase();
    let cause = if text.contains("hostname mismatch") || text.contains("ip address mismatch") {
        ConnectCause::NameMismatch
    } else if text.contains("certificate verify failed")
        || text.contains("self-signed")
        || text.contains("self signed")
    {
        ConnectCause::CertificateUntrusted
    } else if GONE.iter().any(|words| text.contains(words)) {
        // A server that goes down in the middle says nothing about encryption.
        ConnectCause::ServerGone
    } else {
        ConnectCause::TlsFailed
    };
    (cause, message)
}

/// Nothing came for so long.
pub(super) fn silent(profile: &Profile, after: Duration) -> Error {
    Error::ReadTimeout {
        address: profile.address.to_string(),
        after,
    }
}

/// What the driver said while a connection was in use.
pub(in crate::engine) fn in_use(profile: &Profile, error: mysql_async::Error) -> Error {
    match error {
        mysql_async::Error::Server(server) => Error::Server {
            code: server.code,
            state: server.state,
            message: server.message,
        },
        mysql_async::Error::Driver(DriverError::LocalInfile(_)) => Error::FileRequested,
        mysql_async::Error::Io(IoError::Io(error)) if is_malformed(&error) => Error::Unreadable {
            address: profile.address.to_string(),
            reason: error.to_string(),
        },
        mysql_async::Error::Other(error) => Error::Unreadable {
            address: profile.address.to_string(),
            reason: error.to_string(),
        },
        error @ (mysql_async::Error::Io(_)
        | mysql_async::Error::Driver(DriverError::ConnectionClosed)) => Error::LostConnection {
            address: profile.address.to_string(),
            reason: error.to_string(),
        },
        other => Error::Unreadable {
            address: profile.address.to_string(),
            reason: other.to_string(),
        },
    }
}

/// The driver reports what it cannot parse as if the network had said it.
fn is_malformed(error: &io::Error) -> bool {
    let text = error.to_string();
    matches!(error.get_ref(), Some(cause) if cause.is::<PacketCodecError>())
        || error.kind() == io::ErrorKind::InvalidData
        || text.starts_with("can't parse")
        || text == "failed to fill whole buffer"
}
