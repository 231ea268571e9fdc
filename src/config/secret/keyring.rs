//! A secret in the keyring of the operating system: service `quarterdeck`, account = the connection's name.

use std::sync::mpsc;
use std::time::Duration;

use keyring::{Entry, Error};
use quarterdeck_sync::platform::Secret;

use super::SecretError;

const SERVICE: &str = "quarterdeck";

/// How long a person may take to unlock the keyring when they have just asked for something to be done with it.
const UNLOCK: Duration = Duration::from_secs(120);

/// Reads the secret of a connection. Waits at most `limit`: a locked keyring asks its owner, who may not be there.
pub fn get(name: &str, limit: Duration) -> Result<Secret, SecretError> {
    let name = name.to_owned();
    apart(name.clone(), limit, move || {
        entry(&name)?.get_password().map(Secret::new).map_err(|error| told(&name, &error))
    })
}

/// Writes the secret of a connection and reads it back.
///
/// # Errors
/// When there is no keyring, it does not open, or it gives back something else than was written.
pub fn keep(name: &str, secret: &Secret) -> Result<(), SecretError> {
    let (account, secret) = (name.to_owned(), secret.clone());
    apart(name.to_owned(), UNLOCK, move || {
        let entry = entry(&account)?;
        entry.set_password(secret.expose()).map_err(|error| told(&account, &error))?;
        let read = entry.get_password().map_err(|error| told(&account, &error))?;
        if Secret::new(read) != secret {
            return Err(SecretError::new(place(&account), "what was read back is not what was written", OTHERS));
        }
        Ok(())
    })
}

/// Removes the secret of a connection; says whether there was one.
pub fn forget(name: &str) -> Result<bool, SecretError> {
    let name = name.to_owned();
    apart(name.clone(), UNLOCK, move || match entry(&name)?.delete_credential() {
        Ok(()) => Ok(true),
        Err(Error::NoEntry) => Ok(false),
        Err(error) => Err(told(&name, &error)),
    })
}

const OTHERS: &str = "unlock the keyring, or name another place: env:VARIABLE, command:COMMAND or file:PATH";

fn place(name: &str) -> String {
    format!("keyring (service {SERVICE}, account {name})")
}

fn entry(name: &str) -> Result<Entry, SecretError> {
    if let Err(error) = Entry::store_status() {
        return Err(told(name, error));
    }
    Entry::new(SERVICE, name).map_err(|error| told(name, &error))
}

/// What the keyring says, in our words: its own could carry what it was given.
fn told(name: &str, error: &Error) -> SecretError {
    let message = match error {
        Error::NoEntry => {
            return SecretError::new(
                place(name),
                "there is no entry",
                format!("qd connect remove {name}, then add it again"),
            );
        }
        Error::NoStorageAccess(_) => "the keyring does not open".to_owned(),
        Error::NoDefaultStore | Error::PlatformFailure(_) => "there is no keyring to be reached here".to_owned(),
        Error::BadEncoding(_) | Error::BadDataFormat(..) => "the entry does not hold text".to_owned(),
        Error::Ambiguous(_) => "more than one entry answers to that name".to_owned(),
        Error::TooLong(..) => "the keyring takes no secret of this length".to_owned(),
        _ => "the keyring refused".to_owned(),
    };
    SecretError::new(place(name), message, OTHERS)
}

/// Runs keyring calls on a thread of their own: they block, and bring an executor that must not meet ours.
fn apart<T: Send + 'static>(
    name: String,
    limit: Duration,
    call: impl FnOnce() -> Result<T, SecretError> + Send + 'static,
) -> Result<T, SecretError> {
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        let _ = sender.send(call());
    });
    receiver.recv_timeout(limit).unwrap_or_else(|error| {
        let message = match error {
            mpsc::RecvTimeoutError::Timeout => format!("no answer within {} s", limit.as_secs()),
            mpsc::RecvTimeoutError::Disconnected => "the keyring's library failed".to_owned(),
        };
        Err(SecretError::new(place(&name), message, OTHERS))
    })
}
