//! Encryption does what its mode says, against certificates of every kind.

use std::path::PathBuf;

use porthole::{
    demo::{self, Kind, Server},
    engine::{
        Error,
        error::ConnectCause,
        profiles::{Profile, TlsMode},
        session,
    },
};

use crate::{
    certificates::Authority,
    session::{cause, write},
    sessions::{profile_of, secret},
    support,
};

/// A server with a certificate from an authority of our own, and files that a client may be given.
struct Lab {
    server: Server,
    authority: Authority,
    folder: tempfile::TempDir,
}

impl Lab {
    /// The certificate is for these names; without any it has no alternative name at all, as those have that
    /// MySQL makes for itself.
    async fn start(kind: Kind, names: &[&str]) -> Self {
        let authority = Authority::new("Our authority");
        let (certificate, key) = authority.issue("Server without its name", names);
        let file = |name: &str, bytes| (name.to_owned(), bytes);
        let args = [
            "--ssl-ca={folder}/ca.pem",
            "--ssl-cert={folder}/cert.pem",
            "--ssl-key={folder}/key.pem",
        ];
        let options = demo::Options {
            args: args.map(str::to_owned).to_vec(),
            files: vec![
                file("ca.pem", authority.pem()),
                file("cert.pem", certificate),
                file("key.pem", key),
            ],
            ..support::options()
        };
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), authority.pem()).unwrap();
        std::fs::write(
            folder.path().join("other.pem"),
            Authority::new("Another authority").pem(),
        )
        .unwrap();
        Self {
            server: support::start(kind, &options).await,
            authority,
            folder,
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn profile(&self, mode: TlsMode, ca: Option<&str>, server_name: Option<&str>) -> Profile {
        let mut profile = profile_of(&self.server);
        profile.tls.mode = Some(mode);
        profile.tls.ca_file = ca.map(|name| self.file(name));
        profile.tls.server_name = server_name.map(str::to_owned);
        profile
    }

    /// Whether the line is encrypted, or why there is none.
    async fn outcome(
        &self,
        mode: TlsMode,
        ca: Option<&str>,
        server_name: Option<&str>,
    ) -> Result<bool, ConnectCause> {
        match session::test(
            &self.profile(mode, ca, server_name),
            Some(self.server.root_password()),
        )
        .await
        {
            Ok(facts) => Ok(facts.tls.is_some()),
            Err(Error::Connect(error)) => Err(error.cause),
            Err(other) => panic!("{other}"),
        }
    }
}

#[tokio::test]
async fn modes_mean_what_mysql_means_by_them() {
    for kind in support::BOTH {
        for names in [&["db.example", "localhost"][..], &[]] {
            let lab = Lab::start(kind, names).await;
            let untrusted = Err(ConnectCause::CertificateUntrusted);
            let misnamed = Err(ConnectCause::NameMismatch);
            assert_eq!(lab.outcome(TlsMode::Disabled, None, None).await, Ok(false));
            assert_eq!(lab.outcome(TlsMode::Preferred, None, None).await, Ok(true));
            assert_eq!(lab.outcome(TlsMode::Required, None, None).await, Ok(true));
            assert_eq!(
                lab.outcome(TlsMode::Required, Some("other.pem"), None)
                    .await,
                Ok(true),
                "nothing is checked"
            );
            assert_eq!(
                lab.outcome(TlsMode::VerifyCa, Some("ca.pem"), None).await,
                Ok(true),
                "whatever the name"
            );
            assert_eq!(
                lab.outcome(TlsMode::VerifyCa, Some("other.pem"), None)
                    .await,
                untrusted
            );
            assert_eq!(lab.outcome(TlsMode::VerifyCa, None, None).await, untrusted);
            assert_eq!(
                lab.outcome(TlsMode::VerifyCa, Some("missing.pem"), None)
                    .await,
                Err(ConnectCause::CertificateFile)
            );
            assert_eq!(
                lab.outcome(TlsMode::VerifyIdentity, Some("ca.pem"), None)
                    .await,
                misnamed
            );
            let named = lab
                .outcome(TlsMode::VerifyIdentity, Some("ca.pem"), Some("db.example"))
                .await;
            assert_eq!(named, if names.is_empty() { misnamed } else { Ok(true) });
            assert_eq!(
                lab.outcome(
                    TlsMode::VerifyIdentity,
                    Some("other.pem"),
                    Some("db.example")
                )
                .await,
                untrusted
            );
        }
    }
}

#[tokio::test]
async fn a_client_certificate_opens_an_account_that_asks_for_one() {
    for kind in support::BOTH {
        let lab = Lab::start(kind, &[]).await;
        let mut admin = lab.server.connect().await.unwrap();
        write(
            &mut admin,
            "CREATE USER x509@'%' IDENTIFIED BY 'geheim' REQUIRE X509",
        )
        .await;
        let (certificate, key) = lab.authority.issue("client", &[]);
        std::fs::write(lab.file("client.pem"), certificate).unwrap();
        std::fs::write(lab.file("client.key"), key).unwrap();
        let mut profile = Profile {
            user: "x509".to_owned(),
            ..lab.profile(TlsMode::VerifyCa, Some("ca.pem"), None)
        };
        assert_eq!(cause(&profile, "geheim").await, ConnectCause::AccessDenied);
        profile.tls.client_certificate = Some(lab.file("client.pem"));
        profile.tls.client_key = Some(lab.file("client.key"));
        let tls = session::test(&profile, Some(&secret("geheim")))
            .await
            .unwrap()
            .tls
            .unwrap();
        assert!(
            tls.version.starts_with("TLSv1") && !tls.cipher.is_empty(),
            "{tls:?}"
        );
        profile.tls.client_key = Some(lab.file("ca.pem"));
        assert_eq!(
            cause(&profile, "geheim").await,
            ConnectCause::CertificateFile
        );
    }
}

#[tokio::test]
async fn a_server_that_demands_encryption_refuses_a_plain_line() {
    for kind in support::BOTH {
        let lab = Lab::start(kind, &[]).await;
        write(
            &mut lab.server.connect().await.unwrap(),
            "SET GLOBAL require_secure_transport = ON",
        )
        .await;
        let refused = lab.outcome(TlsMode::Disabled, None, None).await;
        // MariaDB answers with the code of a wrong password.
        let cause = if kind == Kind::MariaDb {
            ConnectCause::AccessDenied
        } else {
            ConnectCause::TlsRequired
        };
        assert_eq!(refused, Err(cause));
    }
}

#[tokio::test]
async fn a_server_without_tls_gets_a_plain_line_only_where_preferred() {
    for kind in support::BOTH {
        let off = if kind == Kind::MariaDb {
            "--skip-ssl"
        } else {
            "--tls-version="
        };
        let options = demo::Options {
            args: vec![off.to_owned()],
            ..support::options()
        };
        let server = support::start(kind, &options).await;
        let with = |mode| {
            let mut profile = profile_of(&server);
            profile.tls.mode = Some(mode);
            profile
        };
        let facts = session::test(&with(TlsMode::Preferred), Some(server.root_password()))
            .await
            .unwrap();
        assert_eq!(facts.tls, None);
        for mode in [
            TlsMode::Required,
            TlsMode::VerifyCa,
            TlsMode::VerifyIdentity,
        ] {
            assert_eq!(
                cause(&with(mode), server.root_password().reveal()).await,
                ConnectCause::TlsNotOffered
            );
        }
    }
}
