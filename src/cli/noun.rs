//! `qd NOUN list|show`: the same two verbs for every collection of every manifest.
//!
//! The kinds are known to clap. Any other word is looked up among the collections of the known platforms and parsed by
//! the same definition, so that `qd workflows list` has the flags and the help of `qd agents list`.

use std::collections::BTreeSet;
use std::ffi::OsString;

use clap::{CommandFactory, FromArgMatches, Subcommand};
use quarterdeck_sync::platform::Registry;

use super::context::{Context, Noun};
use super::{Cli, Global, list, show};
use crate::error::{Code, Failure};
use crate::names::nearest;

/// A noun's verbs.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The verb.
    #[command(subcommand)]
    pub verb: Verb,
}

/// What can be asked of records.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List records, newest first
    List(list::Args),
    /// Show one record
    Show(show::Args),
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
    pub args: Args,
}

/// Runs the verb.
pub fn run(cx: &Context, noun: &Noun, args: Args) -> Result<Code, Failure> {
    match args.verb {
        Verb::List(args) => list::run(cx, noun, args),
        Verb::Show(args) => show::run(cx, noun, args),
    }
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
