//! The dialects: each turns a request and a place into a reply, exactly as its platform would.
//!
//! A dialect is a function over data: it opens no sockets, reads no clock but the place's, and knows nothing of faults
//! or limits. The router is `match` over method and path segments.

use serde_json::Value;

use crate::http::{Body, Reply, Request};
use crate::options::Scenario;
use crate::world::Place;

mod exo;
mod list;
mod runagents;
mod turen;

pub(crate) use list::apply_edit;
pub(crate) use turen::bump_policy;

/// A row, or a whole list where no row is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) table: &'static str,
    pub(crate) id: Option<String>,
}

impl Target {
    /// The row that a reply says was made, where none was named.
    pub(crate) fn or_made(mut self, reply: &Reply) -> Target {
        if let (None, 201, Body::Json(row)) = (&self.id, reply.status, &reply.body) {
            self.id = ["id", "name"].iter().find_map(|field| row.get(*field)?.as_str().map(str::to_owned));
        }
        self
    }
}

/// What opens an endpoint.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Credentials {
    pub(crate) key: Option<&'static str>,
    pub(crate) read_only: Option<&'static str>,
    pub(crate) user: Option<&'static str>,
    pub(crate) password: Option<&'static str>,
}

/// A platform in one of its forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Dialect {
    Turen,
    /// As its manual describes it.
    ExoDocumented,
    /// As the server is.
    Exo,
    RunAgents,
    /// The generation before.
    RunAgentsAlpha,
}

impl Dialect {
    /// Platform, as a manifest names it.
    pub(crate) fn platform(self) -> &'static str {
        match self {
            Dialect::Turen => "turen",
            Dialect::Exo | Dialect::ExoDocumented => "exo",
            Dialect::RunAgents => "runagents",
            Dialect::RunAgentsAlpha => "runagents-v1alpha",
        }
    }

    /// Path of the base URL.
    pub(crate) fn base(self) -> &'static str {
        if self == Dialect::RunAgentsAlpha { "" } else { "/api/v1" }
    }

    /// What opens it.
    pub(crate) fn credentials(self) -> Credentials {
        match self {
            Dialect::Turen => turen::CREDENTIALS,
            Dialect::Exo => exo::CREDENTIALS,
            Dialect::ExoDocumented => exo::CREDENTIALS_DOCUMENTED,
            Dialect::RunAgents => runagents::CREDENTIALS,
            Dialect::RunAgentsAlpha => runagents::CREDENTIALS_ALPHA,
        }
    }

    pub(crate) fn populate(self, place: &mut Place, scenario: Scenario) {
        use crate::world::{exo, runagents, turen};
        match self {
            Dialect::Turen => turen::populate(place, scenario),
            Dialect::Exo | Dialect::ExoDocumented => exo::populate(place),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::populate(place),
        }
    }

    /// The clock has moved: what runs out by itself does.
    pub(crate) fn tick(self, place: &mut Place) {
        if matches!(self, Dialect::RunAgents | Dialect::RunAgentsAlpha) {
            crate::world::runagents::expire(place);
        }
    }

    /// One small thing happens there.
    pub(crate) fn step(self, place: &mut Place) {
        use crate::world::{exo, runagents, turen};
        match self {
            Dialect::Turen => turen::step(place),
            Dialect::Exo | Dialect::ExoDocumented => exo::step(place),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::step(place),
        }
    }

    /// Another person decides something there before the reader does.
    pub(crate) fn interfere(self, place: &mut Place) {
        use crate::world::conflict;
        match self {
            Dialect::Turen => conflict::turen(place),
            Dialect::Exo | Dialect::ExoDocumented => conflict::exo(place),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => conflict::runagents(place),
        }
    }

    /// Answers a request below the base URL.
    pub(crate) fn answer(self, place: &mut Place, ask: &Request) -> Reply {
        match self {
            Dialect::Turen => turen::answer(place, ask),
            Dialect::Exo | Dialect::ExoDocumented => exo::answer(place, ask),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::answer(place, ask),
        }
    }

    /// Answers a request that is not below the base URL.
    pub(crate) fn outside(self, ask: &Request) -> Reply {
        match self {
            Dialect::Exo => exo::outside(ask),
            _ => self.refuse(404, "not found"),
        }
    }

    /// A refusal in the platform's own shape.
    pub(crate) fn refuse(self, status: u16, words: &str) -> Reply {
        match self {
            Dialect::Turen => turen::refuse(status, words),
            Dialect::ExoDocumented => exo::refuse_documented(status, words),
            Dialect::Exo => exo::refuse(status, words),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::refuse(status, words),
        }
    }

    /// A new row in a list, as the platform makes them; its id. `None` where it makes none.
    pub(crate) fn grow(self, place: &mut Place, collection: &str) -> Option<String> {
        match self {
            Dialect::Turen => turen::grow(place, collection),
            Dialect::Exo | Dialect::ExoDocumented => exo::grow(place, collection),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::grow(place, collection),
        }
    }

    /// Whether the platform lists such a collection at all, to the account that is simulated.
    pub(crate) fn serves(self, collection: &str) -> bool {
        match self {
            Dialect::Turen | Dialect::RunAgents => true,
            Dialect::ExoDocumented => !matches!(collection, "alerts" | "approvals" | "workflow_runs"),
            // Only administrators see providers.
            Dialect::Exo => collection != "providers",
            Dialect::RunAgentsAlpha => !matches!(collection, "catalog" | "model_spend"),
        }
    }

    /// The field that says when a row last changed.
    pub(crate) fn modified_field(self, collection: &str) -> &'static str {
        match (self, collection) {
            (Dialect::Turen, "sessions") => "modified_at",
            (Dialect::Turen, "agents") => "last_seen_at",
            (Dialect::Turen, "events") => "timestamp",
            _ => "updated_at",
        }
    }

    /// Rows of a collection that is no table: derived, single, or kept below other rows.
    pub(crate) fn derived(self, place: &Place, collection: &str) -> Vec<Value> {
        match self {
            Dialect::Turen => turen::derived(place, collection),
            Dialect::Exo | Dialect::ExoDocumented => exo::derived(place, collection),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::derived(place, collection),
        }
    }

    /// What a request is about. Worked out before it is answered: afterwards it may be gone.
    pub(crate) fn target(self, place: &Place, ask: &Request) -> Option<Target> {
        let parts = ask.parts();
        let named = match self {
            Dialect::Turen => turen::target(&parts),
            Dialect::Exo | Dialect::ExoDocumented => exo::target(&parts, self == Dialect::Exo),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::target(place, ask, &parts),
        };
        let list = || Some(Target { table: self.table_of(&parts)?, id: None });
        named.map(|(table, id)| Target { table, id: Some(id) }).or_else(list)
    }

    /// The table behind a path: `/registered-agents` is `agents`. Where paths differ from names only.
    pub(crate) fn table_of(self, segments: &[&str]) -> Option<&'static str> {
        match self {
            Dialect::Turen => turen::table_of(segments),
            // As documented, what stands under `alerts` are rules.
            Dialect::ExoDocumented if segments.first() == Some(&"alerts") => Some("alert_rules"),
            Dialect::Exo | Dialect::ExoDocumented => exo::table_of(segments),
            Dialect::RunAgents | Dialect::RunAgentsAlpha => runagents::table_of(segments),
        }
    }
}
