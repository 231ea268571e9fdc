//! From a connection to a client that can talk.

use quarterdeck_sync::platform::{Client, ConnectSpec, Registry};
use url::Url;

use super::{Connection, Settings};
use crate::error::{Failure, Kind};

/// Resolves the secret and makes the client of one connection; sends nothing. Blocks while a secret's command runs.
///
/// # Errors
/// When the platform is not known, the secret cannot be had, or the client cannot be made of it.
pub fn client(
    name: &str,
    connection: &Connection,
    registry: &Registry,
    settings: &Settings,
) -> Result<Client, Failure> {
    let manifest = registry.get(&connection.platform).ok_or_else(|| {
        Failure::new(
            Kind::Config,
            format!("connection {name} names a platform that is not known: {}", connection.platform),
        )
        .hint("qd platform list shows those that are")
    })?;
    let url = Url::parse(&connection.url)
        .map_err(|error| Failure::new(Kind::Config, format!("connection {name}: {}: {error}", connection.url)))?;
    let secret = connection.secret.resolve(name, settings.secret_timeout)?;
    let spec = ConnectSpec { name: name.to_owned(), url, user: connection.user.clone(), secret };
    Ok(Client::new(manifest, spec, settings.client_options())?)
}

/// Makes the clients of many connections side by side, so that three secrets take as long as the slowest. Each is answered in
/// its place.
pub fn clients(
    connections: &[(String, Connection)],
    registry: &Registry,
    settings: &Settings,
) -> Vec<Result<Client, Failure>> {
    std::thread::scope(|scope| {
        let asked: Vec<_> = connections
            .iter()
            .map(|(name, connection)| scope.spawn(move || client(name, connection, registry, settings)))
            .collect();
        asked
            .into_iter()
            .map(|thread| {
                thread.join().unwrap_or_else(|_| Err(Failure::new(Kind::Internal, "making a client panicked")))
            })
            .collect()
    })
}
