//! A profile's encryption, in the driver's words.
//!
//! PREFERRED and REQUIRED encrypt without checking the certificate, as MySQL's own client does; VERIFY_CA with a
//! CA file trusts that file alone.

use std::path::Path;

use mysql_async::{ClientIdentity, SslOpts};
use openssl::{pkcs12::Pkcs12, pkey::PKey, stack::Stack, x509::X509};

use crate::engine::{
    error::{ConnectCause, ConnectError},
    profiles::{Profile, TlsMode},
};

/// The driver's options for an encrypted line.
pub(super) async fn options(profile: &Profile) -> Result<SslOpts, ConnectError> {
    let mode = profile.tls_mode();
    let mut options = SslOpts::default()
        .with_danger_accept_invalid_certs(!mode.verifies())
        .with_danger_skip_domain_validation(mode != TlsMode::VerifyIdentity);
    if let Some(file) = profile.tls.ca_file.as_ref().filter(|_| mode.verifies()) {
        let pem = read(profile, file).await?;
        if X509::stack_from_pem(&pem)
            .ok()
            .is_none_or(|found| found.is_empty())
        {
            return Err(unusable(profile, file, "it holds no certificate in PEM"));
        }
        options = options
            .with_root_certs(vec![pem.into()])
            .with_disable_built_in_roots(true);
    }
    if let Some(name) = &profile.tls.server_name {
        options = options.with_danger_tls_hostname_override(Some(name.clone()));
    }
    if let (Some(certificate), Some(key)) =
        (&profile.tls.client_certificate, &profile.tls.client_key)
    {
        options = options.with_client_identity(Some(identity(profile, certificate, key).await?));
    }
    Ok(options)
}

/// The driver takes a client's certificate and key as PKCS#12 alone.
async fn identity(
    profile: &Profile,
    certificate: &Path,
    key: &Path,
) -> Result<ClientIdentity, ConnectError> {
    let mut chain = X509::stack_from_pem(&read(profile, certificate).await?)
        .map_err(|_| unusable(profile, certificate, "it holds no certificate in PEM"))?
        .into_iter();
    let leaf = chain
        .next()
        .ok_or_else(|| unusable(profile, certificate, "it holds no certificate in PEM"))?;
    let key_pem = read(profile, key).await?;
    // An encrypted key would make OpenSSL ask on the terminal; an empty passphrase makes it fail instead.
    let private = PKey::private_key_from_pem_passphrase(&key_pem, b"")
        .map_err(|_| unusable(profile, key, "it holds no unencrypted key in PEM"))?;
    let pack = || -> Result<Vec<u8>, openssl::error::ErrorStack> {
        let mut authorities = Stack::new()?;
        for authority in chain {
            authorities.push(authority)?;
        }
        Pkcs12::builder()
            .pkey(&private)
            .cert(&leaf)
            .ca(authorities)
            .build2("")?
            .to_der()
    };
    let der =
        pack().map_err(|_| unusable(profile, key, "the key does not belong to the certificate"))?;
    Ok(ClientIdentity::new(der.into()).with_password(""))
}

async fn read(profile: &Profile, file: &Path) -> Result<Vec<u8>, ConnectError> {
    let path = file.to_owned();
    let bytes = tokio::task::spawn_blocking(move || std::fs::read(path))
        .await
        .unwrap_or_else(|stopped| Err(std::io::Error::other(stopped)));
    bytes.map_err(|error| unusable(profile, file, &error.to_string()))
}

fn unusable(profile: &Profile, file: &Path, why: &str) -> ConnectError {
    ConnectError {
        cause: ConnectCause::CertificateFile,
        address: profile.address.to_string(),
        message: format!("{why}: {}", file.display()),
    }
}
