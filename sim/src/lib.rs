//! Turen, Exo and RunAgents in one process on loopback: stateful, seeded, deterministic, with a world that moves and
//! faults on demand. Exo comes in its documented and its real form, RunAgents in both its generations.
//!
//! [`Sim::start`] builds a [`World`] and serves it; the [`Sim`] it gives is the handle by which a test or a demo moves
//! the clock, changes the world, scripts [`Fault`]s and reads what was asked and applied.
//!
//! Always true: only 127.0.0.1 is listened on; everything drawn by lot comes from the seed; a dialect is a function over
//! data (`dialect`), the world is rows (`world`), what goes wrong is kept apart from both (`faults`), and only `server`
//! knows sockets. Not here: anything of the client's. The two share no type and no code; recorded replies under
//! `fixtures/` are their only common truth.

mod dialect;
mod faults;
mod http;
mod options;
mod rng;
mod server;
mod sim;
mod time;
mod world;

pub use faults::{BadRow, Fault, FaultId, Limit, Matcher, RateHeaders, Retry, Script, What, When, Window};
pub use options::{Clock, Options, Quirk, Scenario, UnknownScenario};
pub use server::{Applied, Logged};
pub use sim::{Endpoint, Sim};
pub use world::World;
