//! The verbs that clap knows: those of the kinds. They are in the help and in docs/cli.md; every other verb of a manifest is
//! found by [`super::other`].

use std::collections::BTreeMap;

use clap::{Subcommand, ValueEnum};
use serde_json::Value;

use super::flags::{Shared, Targets};
use super::{Fields, Wish};
use crate::cli::content::{self, EntriesArgs, ExportArgs};
use crate::cli::context::{Context, Noun};
use crate::error::{Code, Failure};

/// The verbs of a noun beside `list` and `show`.
pub trait Verbs: Subcommand {
    /// Carries one out.
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure>;
}

/// Verbs of a noun that has none of its own.
#[derive(Debug, Subcommand)]
pub enum NoVerbs {}

impl Verbs for NoVerbs {
    fn run(self, _: &Context, _: &Noun) -> Result<Code, Failure> {
        match self {}
    }
}

/// What can be done to agents.
#[derive(Debug, Subcommand)]
pub enum AgentVerbs {
    /// Stop agents until they are resumed
    Suspend(Plain),
    /// Let suspended agents work again
    Resume(Plain),
    /// Delete agents
    Delete(Delete),
    /// Stop all that agents do, in whichever way their platform has
    Contain(Plain),
    /// Take a containment back
    Release(Plain),
    /// Change fields of agents
    Update(Update),
}

/// What can be done to approvals.
#[derive(Debug, Subcommand)]
pub enum ApprovalVerbs {
    /// Let agents do what they ask for, exactly as it was seen
    Approve(Approve),
    /// Refuse agents what they ask for
    Reject(Reject),
}

/// What can be done to runs, and read of them.
#[derive(Debug, Subcommand)]
pub enum RunVerbs {
    /// What happened in it, event by event
    #[command(visible_alias = "entries")]
    Events(EntriesArgs),
    /// Write one down as a document: Markdown, a web page, or JSON that is complete
    Export(ExportArgs),
    /// Stop runs for good
    Stop(Plain),
}

/// A verb without arguments of its own.
#[derive(Debug, clap::Args)]
pub struct Plain {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `delete`.
#[derive(Debug, clap::Args)]
pub struct Delete {
    #[command(flatten)]
    targets: Targets,
    /// With everything the platform has of them; without it some platforms only mark them as deleted
    #[arg(long)]
    hard: bool,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `approve`.
#[derive(Debug, clap::Args)]
pub struct Approve {
    #[command(flatten)]
    targets: Targets,
    /// How far the approval reaches, on platforms that ask
    #[arg(long)]
    scope: Option<Scope>,
    /// How long it holds, with a scope that is not once: 4h
    #[arg(long, value_name = "TIME")]
    duration: Option<String>,
    /// Only if this is the payload hash of what is asked for, or the hash that show gives
    #[arg(long, value_name = "HASH")]
    if_hash: Option<String>,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `reject`.
#[derive(Debug, clap::Args)]
pub struct Reject {
    #[command(flatten)]
    targets: Targets,
    /// Only if this is the payload hash of what is asked for, or the hash that show gives
    #[arg(long, value_name = "HASH")]
    if_hash: Option<String>,
    #[command(flatten)]
    shared: Shared,
}

/// Arguments of `update`.
#[derive(Debug, clap::Args)]
pub struct Update {
    #[command(flatten)]
    targets: Targets,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    shared: Shared,
}

/// How far an approval reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Scope {
    /// This request alone.
    Once,
    /// Everything of the kind in this run.
    Run,
    /// Everything of the kind for this agent and user, for the duration.
    #[value(name = "agent_user_ttl")]
    AgentUserTtl,
}

impl Plain {
    fn wish(self, verb: &str) -> Wish {
        Wish::new(verb, self.targets, self.shared)
    }
}

impl Verbs for AgentVerbs {
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        let wish = match self {
            AgentVerbs::Suspend(args) => args.wish("suspend"),
            AgentVerbs::Resume(args) => args.wish("resume"),
            AgentVerbs::Delete(args) => args.into(),
            AgentVerbs::Contain(args) => args.wish("contain"),
            AgentVerbs::Release(args) => args.wish("release"),
            AgentVerbs::Update(args) => {
                Wish { fields: Some(args.fields), ..Wish::new("update", args.targets, args.shared) }
            }
        };
        wish.run(cx, noun)
    }
}

impl Verbs for ApprovalVerbs {
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        let wish: Wish = match self {
            ApprovalVerbs::Approve(args) => args.into(),
            ApprovalVerbs::Reject(args) => {
                Wish { if_hash: args.if_hash, ..Wish::new("reject", args.targets, args.shared) }
            }
        };
        wish.run(cx, noun)
    }
}

impl Verbs for RunVerbs {
    fn run(self, cx: &Context, noun: &Noun) -> Result<Code, Failure> {
        match self {
            RunVerbs::Events(args) => content::list_entries(cx, noun, &args),
            RunVerbs::Export(args) => content::write_down(cx, noun, &args),
            RunVerbs::Stop(args) => args.wish("stop").run(cx, noun),
        }
    }
}

impl From<Delete> for Wish {
    fn from(args: Delete) -> Self {
        let hard = args.hard.then(|| ("hard".to_owned(), Value::Bool(true)));
        Wish { args: hard.into_iter().collect(), ..Wish::new("delete", args.targets, args.shared) }
    }
}

impl From<Approve> for Wish {
    fn from(args: Approve) -> Self {
        let scope = args.scope.and_then(|scope| Some(scope.to_possible_value()?.get_name().to_owned()));
        let given = [("scope", scope), ("duration", args.duration)];
        let given: BTreeMap<String, Value> =
            given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?.into()))).collect();
        Wish { args: given, if_hash: args.if_hash, ..Wish::new("approve", args.targets, args.shared) }
    }
}
