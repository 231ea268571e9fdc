//! Where things are, what the operator has set, and which connections there are.
//!
//! - [`Env`]: the environment, read here and nowhere else.
//! - [`Paths`]: every file and folder of ours.
//! - [`Settings`]: `config.toml`, the operator's file: we only read it.
//! - [`Connections`]: `connections.toml`, our file: `qd connect` writes it.
//! - [`SecretSource`]: where a connection's secret is. The secret itself is never kept here.
//! - [`Lease`]: who pulls.
//!
//! Not here: anything that is shown, and anything that talks to a platform.

mod clients;
mod connections;
mod env;
mod error;
mod files;
mod lease;
mod paths;
mod private;
pub mod secret;
mod settings;
mod toml_error;

pub use clients::{client, clients};
pub use connections::{Connection, Connections, check_name};
pub use env::Env;
pub use error::ConfigError;
pub use files::{append, make_folder, new_private, private_folder, replace};
pub use lease::{Holder, Lease, LeaseError};
pub use paths::Paths;
pub use private::{hidden_folder, mode, sync_folder};
pub use secret::{SecretError, SecretSource};
pub use settings::{Keys, Settings, parse_duration};
