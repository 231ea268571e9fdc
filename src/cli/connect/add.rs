//! `qd connect add`.

use std::sync::Arc;

use quarterdeck_sync::platform::manifest::Auth;
use quarterdeck_sync::platform::{Client, ConnectSpec, Manifest, Registry, Secret};
use serde_json::json;
use url::Url;

use super::list::Shown;
use crate::cli::context::Context;
use crate::cli::out::{Form, Out};
use crate::cli::{platform, prompt};
use crate::config::{ConfigError, Connection, SecretSource, check_name, secret};
use crate::error::{Code, Failure, Kind};

/// Arguments of `connect add`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Name for the connection: a-z, 0-9, - and _
    name: String,
    /// Name of its platform: qd platform list
    #[arg(long, short)]
    platform: Option<String>,
    /// URL of the platform's API, as pasted from wherever; needless where the platform has one address
    #[arg(long, short)]
    url: Option<String>,
    /// User, for a platform that is signed in to with a password
    #[arg(long)]
    user: Option<String>,
    /// Where the secret is: env:VARIABLE, command:COMMAND, file:PATH or keyring (then it is read from stdin)
    // Not parsed by clap: its error would repeat a secret that was given instead of its place.
    #[arg(long, value_name = "PLACE")]
    secret: Option<String>,
}

pub fn run(cx: &Context, args: Args) -> Result<Code, Failure> {
    let mut connections = cx.connections()?;
    check_name(&args.name)?;
    if connections.get(&args.name).is_ok() {
        return Err(ConfigError::Exists { name: args.name }.into());
    }
    let registry = cx.registry();
    let manifest = manifest(&registry, args.platform.as_deref())?;
    let (manifest, url) = address(cx, &registry, manifest, args.url.as_deref())?;
    sign_in(&manifest, args.user.as_deref())?;
    let source = place(args.secret.as_deref(), &args.name)?.anchored();
    let secret = fetch(cx, &source, &args.name)?;
    if let Some(secret) = &secret {
        let spec =
            ConnectSpec { name: args.name.clone(), url: url.clone(), user: args.user.clone(), secret: secret.clone() };
        // Sends nothing: it looks at the URL, the way to sign in and the sort of the key.
        Client::new(manifest.clone(), spec, cx.settings()?.client_options())?;
        if source == SecretSource::Keyring {
            secret::keep(&args.name, secret)?;
        }
    }
    let connection =
        Connection { platform: manifest.name.clone(), url: url.to_string(), user: args.user, secret: source };
    connections.add(&args.name, connection.clone())?;
    cx.say(&format!("added {}: its secret is in {}", args.name, connection.secret));
    cx.say(&format!("next: qd connect test {}", args.name));
    let mut out = Out::new();
    match cx.form {
        Form::Plain => {}
        Form::Json => out.json(&json!({"schema": "qd.connection/1", "item": Shown::new(&args.name, &connection)}))?,
        Form::Ndjson => out.json(&Shown::new(&args.name, &connection))?,
    }
    out.finish()?;
    Ok(Code::Done)
}

/// The manifest of a platform, or which there are.
fn manifest(registry: &Registry, name: Option<&str>) -> Result<Arc<Manifest>, Failure> {
    if let Some(name) = name {
        return Ok(platform::named(registry, name, Kind::Usage)?.0.clone());
    }
    let known: Vec<&str> = registry.iter().map(|(manifest, _)| manifest.name.as_str()).collect();
    Err(Failure::usage("--platform is missing: which platform is it?").hint(format!("there are: {}", known.join(", "))))
}

/// The URL in form, and the platform it really belongs to.
fn address(
    cx: &Context,
    registry: &Registry,
    manifest: Arc<Manifest>,
    pasted: Option<&str>,
) -> Result<(Arc<Manifest>, Url), Failure> {
    let Some(pasted) = pasted.or(manifest.base_url.as_deref()) else {
        return Err(Failure::usage("--url is missing")
            .hint(format!("{} has an address for each organisation: paste yours", manifest.title)));
    };
    let wrong = |reason: String| {
        Failure::usage(format!("that URL cannot be used: {reason}")).hint("for example https://acme.example.com/api/v1")
    };
    if Url::parse(pasted.trim()).is_ok_and(|url| !url.username().is_empty() || url.password().is_some()) {
        return Err(wrong("it carries a user or a password".to_owned())
            .hint("leave them out of the URL: --user and --secret are the places for them"));
    }
    let (url, elsewhere) = Client::normalise_url(&manifest, pasted).map_err(wrong)?;
    let Some(other) = elsewhere.filter(|other| *other != manifest.name) else {
        return Ok((manifest, url));
    };
    let other = registry.get(&other).ok_or_else(|| {
        Failure::new(
            Kind::Manifest,
            format!("{} sends that URL to a platform that is not known: {other}", manifest.name),
        )
    })?;
    cx.say(&format!("that URL speaks {}: the connection is made for that platform", other.name));
    let (url, _) = Client::normalise_url(&other, pasted).map_err(wrong)?;
    Ok((other, url))
}

/// Does what was given suit a way to sign in?
fn sign_in(manifest: &Manifest, user: Option<&str>) -> Result<(), Failure> {
    let with_user = |auth: &&Auth| matches!(auth, Auth::Session { .. });
    let sessions = manifest.auth.iter().filter(with_user).count();
    match user {
        Some(_) if sessions == 0 => {
            Err(Failure::usage(format!("{} takes a key and no user", manifest.title)).hint("leave --user out"))
        }
        None if sessions > 0 && sessions == manifest.auth.len() => {
            Err(Failure::usage(format!("{} is signed in to with a user and a password", manifest.title))
                .hint("add --user EMAIL; --secret then names the place of the password"))
        }
        _ => Ok(()),
    }
}

/// Where the secret is: as told, or as a person answers.
fn place(told: Option<&str>, name: &str) -> Result<SecretSource, Failure> {
    if let Some(told) = told {
        return told.parse().map_err(|reason: String| {
            Failure::usage(format!("--secret: {reason}"))
                .hint("if you typed the secret itself, your shell's history has it now: make a new key on the platform")
        });
    }
    if !prompt::someone() {
        return Err(Failure::usage("--secret is missing: where is the key or password?")
            .hint(format!("--secret {}", secret::FORMS)));
    }
    let question = "Where is the key or password?\n  1  in a variable of the environment\n  2  a command prints it\n  \
                    3  in a file of mode 0600\n  4  in the keyring: I will type it\n> ";
    let answer = match prompt::line(question)?.as_str() {
        "1" => format!("env:{}", prompt::line("Name of the variable: ")?),
        "2" => format!("command:{}", prompt::line("The command: ")?),
        "3" => format!("file:{}", prompt::line("The file, from / on: ")?),
        "4" => "keyring".to_owned(),
        _ => return Err(Failure::usage(format!("that is none of the four; {name} was not added"))),
    };
    answer.parse().map_err(Failure::usage)
}

/// The secret, to look at it once. Only a variable may be missing now: it may be there where qd will run.
fn fetch(cx: &Context, source: &SecretSource, name: &str) -> Result<Option<Secret>, Failure> {
    if *source == SecretSource::Keyring {
        let secret = prompt::secret("The key or password (not shown): ")?;
        if secret.expose().is_empty() {
            return Err(Failure::usage("no secret was given").hint("type it, or pipe it into stdin"));
        }
        return Ok(Some(secret));
    }
    match source.resolve(name, cx.settings()?.secret_timeout) {
        Ok(secret) => Ok(Some(secret)),
        Err(error) if matches!(source, SecretSource::Env(_)) => {
            cx.warn(&format!("{error}; it must be set wherever qd runs"));
            Ok(None)
        }
        Err(error) => Err(error.into()),
    }
}
