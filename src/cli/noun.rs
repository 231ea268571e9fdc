//! `qd NOUN VERB`: `list` and `show` for every collection of every manifest, and what can be done to its records.
//!
//! The kinds and their verbs are known to clap. Any other noun is looked up among the collections of the known platforms, any
//! other verb among their actions ([`super::act::other`]), and both are parsed by the same definitions: `qd workflows list`
//! has the flags and the help of `qd agents list`.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Subcommand};
use quarterdeck_sync::platform::Registry;

use super::act::{self, Verbs};
use super::alone::or_list;
use super::content::ContentVerbs;
use super::context::{Context, Noun};
use super::{Cli, Global, Stop, list, show};
use crate::error::{Code, Failure};
use crate::names::nearest;

/// A noun's verbs.
#[derive(Debug, clap::Args)]
pub struct Args<V: Verbs> {
    /// The verb.
    #[command(subcommand)]
    pub verb: Option<Verb<V>>,
}

/// What can be asked of records.
#[derive(Debug, Subcommand)]
pub enum Verb<V: Verbs> {
    /// List records, newest first
    List(list::Args),
    /// Show one record
    Show(show::Args),
    /// What this noun has beside.
    #[command(flatten)]
    Own(V),
    /// What a manifest has beside
    #[command(external_subcommand)]
    Other(Vec<OsString>),
}

/// What follows the name of a collection: the flags of every command, and the verb.
#[derive(Debug, clap::Parser)]
#[command(no_binary_name = true)]
pub struct Tail {
    /// Flags that stand behind the name.
    #[command(flatten)]
    pub global: Global,
    /// The verb.
    #[command(flatten)]
    pub args: Args<ContentVerbs>,
}

/// Runs the verb.
pub fn run<V: Verbs>(cx: &Context, noun: &Noun, args: Args<V>) -> Result<Code, Stop> {
    Ok(match or_list(args.verb)? {
        Verb::List(args) => list::run(cx, noun, args)?,
        Verb::Show(args) => show::run(cx, noun, args)?,
        Verb::Own(verb) => verb.run(cx, noun)?,
        // Its flags stand behind a word that clap does not know, so they are read in a second pass.
        Verb::Other(words) => {
            let (global, asking) = act::other::parse(noun, &words, &cx.registry())?;
            asking.run(&cx.with(&global), noun)?
        }
    })
}

/// A word that clap does not know: the name of a collection, or a mistake.
pub fn parse(words: &[OsString], registry: &Registry) -> Result<(Noun, Tail), ParseError> {
    let word = words.first().map(|word| word.to_string_lossy().into_owned()).unwrap_or_default();
    let collections = collections(registry);
    if !collections.contains(&word) {
        return Err(ParseError::Failure(unknown(&word, &collections)));
    }
    let command = Tail::command().bin_name(format!("qd {word}")).about(format!("Records of {word}"));
    let matches = command.try_get_matches_from(&words[1..]).map_err(ParseError::Clap)?;
    let tail = Tail::from_arg_matches(&matches).map_err(ParseError::Clap)?;
    Ok((Noun::Collection(word), tail))
}

/// Why a word could not be taken as a noun with its verb.
#[derive(Debug)]
pub enum ParseError {
    /// It is none.
    Failure(Failure),
    /// What follows it is wrong, or asks for help.
    Clap(clap::Error),
}

/// Names of all collections of all platforms.
fn collections(registry: &Registry) -> BTreeSet<String> {
    registry.iter().flat_map(|(manifest, _)| manifest.collections.keys().cloned()).collect()
}

fn unknown(word: &str, collections: &BTreeSet<String>) -> Failure {
    let commands: Vec<String> = Cli::command().get_subcommands().map(|command| command.get_name().to_owned()).collect();
    let near = nearest(word, commands.iter().chain(collections).map(String::as_str));
    let failure = Failure::usage(format!("there is no command and no collection called {word:?}"));
    match near {
        Some(near) => failure.hint(format!("did you mean `qd {near}`?")),
        None => failure.hint("`qd help` lists the commands, `qd platform show NAME` a platform's collections"),
    }
}
