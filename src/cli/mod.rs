//! The command line: nouns, then verbs; one file for each command, one line for it in [`Command`].
//!
//! stdout is data, stderr is talk ([`out`]). Every read answers in three forms ([`out::Form`]). A command gets a
//! [`Context`] and returns the [`Code`] it ends with, or a [`Failure`] that is told in one place, here.
//! It is synchronous; one that talks to a platform brings its executor from [`Context::runtime`].
//!
//! Not here: the console (`tui`), which this module never imports.

mod act;
mod alone;
mod audit;
mod begun;
pub mod columns;
mod completions;
mod connect;
mod content;
pub mod context;
mod crash;
mod demo;
mod doctor;
mod file;
mod fleet;
mod inbox;
mod incidents;
mod index;
mod list;
mod manner;
mod manual;
mod noun;
pub mod out;
mod outbox;
mod own;
mod platform;
mod policies;
mod projects;
mod prompt;
mod reading;
mod render;
mod reveal;
mod search;
mod show;
mod sim;
mod sql;
mod status;
pub mod style;
mod sync;
mod themes;
mod timeline;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use quarterdeck_sync::model::Kind as RecordKind;

use self::context::{Context, Noun};
use self::out::{Form, talk};
use self::style::Style;
use crate::config::{Env, Paths};
use crate::console::Opening;
use crate::error::{Code, Failure, Kind};

/// The operator's console for fleets of AI agents: mirrored, searchable and usable offline
///
/// Without a command it opens the console. A noun alone lists: `qd agents` is `qd agents list`. Every other collection of a platform
/// is a noun too: `qd workflows list`.
#[derive(Debug, Default, Parser)]
#[command(name = "qd", version, max_term_width = 110, disable_help_subcommand = false)]
pub struct Cli {
    /// What is asked of every command.
    #[command(flatten)]
    pub global: Global,
    /// Open the console on its first view, wherever you left it the last time
    #[arg(long, help_heading = "The console")]
    pub fresh: bool,
    /// How the console behaves, when there is no command.
    #[command(flatten)]
    pub flags: manner::Flags,
    /// The command; none opens the console.
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Heading of the flags that every command takes.
const EVERY: &str = "Every command";

/// Flags of every command.
#[derive(Debug, Clone, Copy, Default, clap::Args)]
pub struct Global {
    /// Answer as one JSON object; errors are JSON on stderr
    #[arg(long, global = true, help_heading = EVERY, conflicts_with = "ndjson")]
    pub json: bool,
    /// Answer as one JSON value a line; errors are JSON on stderr
    #[arg(long, global = true, help_heading = EVERY)]
    pub ndjson: bool,
    /// No colour, whatever the terminal can show
    #[arg(long, global = true, help_heading = EVERY)]
    pub no_color: bool,
    /// Nothing on stderr but errors
    #[arg(short, long, global = true, help_heading = EVERY)]
    pub quiet: bool,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Three simulated platforms to look around in, no account needed
    Demo(demo::Args),
    /// The connections: add, list, test, remove
    Connect(connect::Args),
    /// Pull the platforms into the mirror
    ///
    /// On a terminal it shows how far it is, and a table at its end. Into a pipe or a file it writes its report, as with `--json`.
    Sync(sync::Args),
    /// How fresh the mirror is, and what is wrong
    Status(status::Args),
    /// Everything that wants you, the most pressing first
    Inbox(inbox::Args),
    /// The fleet in numbers: agents, sessions and events per day, runs, costs
    Fleet(fleet::Args),
    /// What an agent did and what was done to it, in order of time
    Timeline(timeline::Args),
    /// Agents of all platforms
    Agents(noun::Args<act::AgentVerbs>),
    /// Sessions of all platforms
    Sessions(noun::Args<content::ContentVerbs>),
    /// Runs of all platforms
    Runs(noun::Args<act::RunVerbs>),
    /// Approvals of all platforms
    Approvals(noun::Args<act::ApprovalVerbs>),
    /// Policies of all platforms
    Policies(noun::Args<policies::PolicyVerbs>),
    /// Events of all platforms
    Events(noun::Args<act::NoVerbs>),
    /// Find anything in records and in what was said, offline
    Search(search::Args),
    /// The search index: how it stands, making it anew, comparing it with the mirror
    Index(index::Args),
    /// Decisions under way, and those that wait for you
    Outbox(outbox::Args),
    /// Something went wrong: what belongs to it, notes, and its evidence as a folder
    Incidents(incidents::Args),
    /// Your own notes about records and their entries
    Notes(own::notes::Args),
    /// Records and entries that you want to find again
    Bookmarks(own::bookmarks::Args),
    /// The log of every decision and what became of it
    Audit(audit::Args),
    /// Ask the mirror in SQL, read only
    Sql(sql::Args),
    /// Platforms: what they serve, and manifests of your own
    Platform(platform::Args),
    /// Run the simulated platforms alone
    Sim(sim::Args),
    /// The colours of the console: list, preview, export
    Themes(themes::Args),
    /// Is everything here as it should be?
    Doctor,
    /// Print a completion script for a shell
    Completions(completions::Args),
    /// Print the manual page
    Man(manual::Args),
    /// A collection by its name
    #[command(external_subcommand)]
    Collection(Vec<OsString>),
}

/// Runs `qd` as the process was called.
pub fn main() -> ExitCode {
    let args: Vec<OsString> = std::env::args_os().collect();
    let json = args.iter().skip(1).take_while(|arg| *arg != "--").any(|arg| arg == "--json" || arg == "--ndjson");
    crash::guard(json, || match run(args) {
        Ok(code) => code.into(),
        Err(Stop::Clap(error)) => clap_stop(&error, json),
        Err(Stop::Failure(failure)) => {
            // A wrong command line is not logged: a secret may have been typed into it.
            if !matches!(failure.kind, Kind::BrokenPipe | Kind::Usage | Kind::Query) {
                tracing::warn!(kind = failure.kind.as_str(), "{failure}");
            }
            if failure.kind != Kind::BrokenPipe {
                talk(&if json { failure.json() } else { failure.plain() });
            }
            failure.code().into()
        }
    })
}

/// Why there is nothing more to do.
#[derive(Debug)]
enum Stop {
    /// The command line is wrong, or help was asked for.
    Clap(clap::Error),
    /// The command failed.
    Failure(Failure),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

impl From<clap::Error> for Stop {
    fn from(error: clap::Error) -> Self {
        Self::Clap(error)
    }
}

impl From<noun::ParseError> for Stop {
    fn from(error: noun::ParseError) -> Self {
        match error {
            noun::ParseError::Clap(error) => Self::Clap(error),
            noun::ParseError::Failure(failure) => Self::Failure(failure),
        }
    }
}

fn run(args: Vec<OsString>) -> Result<Code, Stop> {
    let env = Env::read();
    let cli = read(args)?;
    cli.flags.refuse_before(cli.fresh, cli.command.as_ref())?;
    let paths = Paths::find(&env).map_err(Failure::from)?;
    crate::log::start(&env, &paths).map_err(|error| {
        Failure::usage(error).hint("for example QD_LOG=debug, or QD_LOG=warn,quarterdeck_sync=trace")
    })?;
    let cx = context(&cli.global, env, paths);
    let command = match cli.command {
        // Its flags stand behind a word that clap does not know, so they are read in a second pass.
        Some(Command::Collection(words)) => {
            let (noun, parsed) = noun::parse(&words, &cx.registry())?;
            return noun::run(&cx.with(&parsed.global), &noun, parsed.args);
        }
        Some(command) => command,
        None => return Ok(open_console(cx, cli.flags, cli.fresh)?),
    };
    dispatch(&cx, command)
}

/// The command line. `qd` alone is not parsed: to make the whole grammar ready for it takes longer than to open the mirror.
fn read(args: Vec<OsString>) -> Result<Cli, clap::Error> {
    if args.len() <= 1 {
        return Ok(Cli::default());
    }
    Cli::from_arg_matches(&Cli::command().try_get_matches_from(args)?)
}

fn open_console(cx: Context, flags: manner::Flags, fresh: bool) -> Result<Code, Failure> {
    let (no_color, manner, theme) = (!cx.style.color, flags.manner(), flags.theme);
    crate::console::run(Opening { no_color, manner, theme, fresh, ..Opening::new(cx.env, cx.paths) })
}

fn context(global: &Global, env: Env, paths: Paths) -> Context {
    let form = match (global.json, global.ndjson) {
        (_, true) => Form::Ndjson,
        (true, false) => Form::Json,
        _ => Form::Plain,
    };
    let style = Style::find(global.no_color, &env);
    Context { env, paths, form, style, quiet: global.quiet }
}

fn dispatch(cx: &Context, command: Command) -> Result<Code, Stop> {
    Ok(match command {
        Command::Agents(args) => noun::run(cx, &Noun::Kind(RecordKind::Agent), args)?,
        Command::Sessions(args) => noun::run(cx, &Noun::Kind(RecordKind::Session), args)?,
        Command::Runs(args) => noun::run(cx, &Noun::Kind(RecordKind::Run), args)?,
        Command::Approvals(args) => noun::run(cx, &Noun::Kind(RecordKind::Approval), args)?,
        Command::Policies(args) => noun::run(cx, &Noun::Kind(RecordKind::Policy), args)?,
        Command::Events(args) => noun::run(cx, &Noun::Kind(RecordKind::Event), args)?,
        Command::Demo(args) => demo::run(cx, &args)?,
        Command::Connect(args) => connect::run(cx, args)?,
        Command::Sync(args) => sync::run(cx, args)?,
        Command::Status(args) => status::run(cx, args)?,
        Command::Inbox(args) => inbox::run(cx, &args)?,
        Command::Fleet(args) => fleet::run(cx, &args)?,
        Command::Timeline(args) => timeline::run(cx, &args)?,
        Command::Search(args) => search::run(cx, args)?,
        Command::Index(args) => index::run(cx, &args)?,
        Command::Outbox(args) => outbox::run(cx, args)?,
        Command::Incidents(args) => incidents::run(cx, args)?,
        Command::Notes(args) => own::notes::run(cx, args)?,
        Command::Bookmarks(args) => own::bookmarks::run(cx, args)?,
        Command::Audit(args) => audit::run(cx, args)?,
        Command::Sql(args) => sql::run(cx, args)?,
        Command::Platform(args) => platform::run(cx, args)?,
        Command::Sim(args) => sim::run(cx, &args)?,
        Command::Themes(args) => themes::run(cx, args)?,
        Command::Doctor => doctor::run(cx)?,
        Command::Completions(args) => completions::run(&args)?,
        Command::Man(args) => manual::run(&args)?,
        Command::Collection(_) => Err(Failure::new(Kind::Internal, "a collection reached the commands"))?,
    })
}

/// Help and version are answers; everything else clap says is a failure like any other.
fn clap_stop(error: &clap::Error, json: bool) -> ExitCode {
    use clap::error::ErrorKind as E;
    match error.kind() {
        E::DisplayHelp | E::DisplayVersion => {
            // clap decides about colour by itself and knows NO_COLOR; a reader that left is no failure.
            let _ = error.print();
            Code::Done.into()
        }
        E::DisplayHelpOnMissingArgumentOrSubcommand if !json => {
            let _ = error.print();
            Code::Usage.into()
        }
        _ => {
            let failure = usage(error);
            talk(&if json { failure.json() } else { failure.plain() });
            failure.code().into()
        }
    }
}

/// clap's words as a failure: what is wrong is the message, its tips and the usage line are the hint.
fn usage(error: &clap::Error) -> Failure {
    use clap::error::ErrorKind as E;
    if error.kind() == E::DisplayHelpOnMissingArgumentOrSubcommand {
        return Failure::usage("the command is not complete").hint("the same with --help shows what may follow");
    }
    let text = error.render().to_string();
    let text = text.strip_prefix("error: ").unwrap_or(&text);
    let mut parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    let message = parts.next().unwrap_or("the command line is wrong").to_owned();
    let hints: Vec<&str> =
        parts.flat_map(str::lines).map(str::trim).map(|line| line.strip_prefix("tip: ").unwrap_or(line)).collect();
    Failure::usage(message).hint(hints.join("\n        "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_definition_of_the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn qd_alone_is_read_as_it_would_be_parsed() {
        let parsed = Cli::try_parse_from(["qd"]).unwrap();
        assert_eq!(format!("{:?}", read(vec!["qd".into()]).unwrap()), format!("{parsed:?}"));
        assert!(read(vec!["qd".into(), "--fresh".into()]).unwrap().fresh);
    }

    #[test]
    fn what_clap_says_becomes_a_message_and_a_hint() {
        let error = Cli::try_parse_from(["qd", "status", "--jsno"]).unwrap_err();
        let failure = usage(&error);
        assert_eq!(failure.code(), Code::Usage);
        assert!(failure.message.contains("--jsno"), "{failure:?}");
        assert!(failure.hint.unwrap().contains("--json"));
    }
}
