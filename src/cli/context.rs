//! What every command is given: where things are, how to answer, and the ways to open what it needs.
//!
//! Files are read when a command asks for them, so that `qd completions` works with a broken `config.toml`.

use quarterdeck_sync::model::Kind as RecordKind;
use quarterdeck_sync::outbox::{Onlooker, Outbox};
use quarterdeck_sync::platform::Registry;
use quarterdeck_sync::store::{Access, Mirror, Reader};
use quarterdeck_sync::text::Clean;

use super::Global;
use super::out::{Form, talk};
use super::style::Style;
use crate::config::{Connections, Env, Paths, Settings};
use crate::error::{Failure, Kind};

/// What every command is given.
#[derive(Debug, Clone)]
pub struct Context {
    /// The environment as it was at start.
    pub env: Env,
    /// Where things are.
    pub paths: Paths,
    /// How to answer.
    pub form: Form,
    /// Colour and terminals.
    pub style: Style,
    /// Say nothing on stderr but errors.
    pub quiet: bool,
}

impl Context {
    /// The same for flags that were read later.
    pub fn with(&self, global: &Global) -> Self {
        let form = match (global.json, global.ndjson) {
            (_, true) => Form::Ndjson,
            (true, false) => Form::Json,
            _ => self.form,
        };
        let style = Style { color: self.style.color && !global.no_color, ..self.style };
        Self { form, style, quiet: self.quiet || global.quiet, ..self.clone() }
    }

    /// `config.toml`.
    pub fn settings(&self) -> Result<Settings, Failure> {
        Ok(Settings::load(&self.paths.settings())?)
    }

    /// `connections.toml`.
    pub fn connections(&self) -> Result<Connections, Failure> {
        Ok(Connections::load(&self.paths.connections())?)
    }

    /// All platforms. The operator's manifests that are wrong are told on stderr and left out.
    pub fn registry(&self) -> Registry {
        let (registry, wrong) = Registry::load(&self.paths.platforms());
        for error in wrong {
            self.warn(&format!("manifest left out: {error}"));
        }
        registry
    }

    /// The mirror, to read.
    pub fn mirror(&self) -> Result<Mirror, Failure> {
        Ok(Mirror::open(&self.paths.mirror(), Access::ReadOnly)?)
    }

    /// The mirror, to write: only with the lease held.
    pub fn mirror_to_write(&self) -> Result<Mirror, Failure> {
        self.paths.make_data_dir()?;
        Ok(Mirror::open(&self.paths.mirror(), Access::ReadWrite)?)
    }

    /// The outbox, made if it is missing. One that was damaged has been set aside: that is told on stderr, quiet or not.
    pub fn outbox(&self) -> Result<Outbox, Failure> {
        self.paths.make_data_dir()?;
        let (outbox, aside) = Outbox::open(&self.paths.outbox(), self.env.by())?;
        if let Some(aside) = &aside {
            let (path, reason) = (Clean::line(&aside.path.display().to_string()), Clean::line(&aside.reason));
            talk(&format!(
                "qd: THE OUTBOX WAS DAMAGED: {reason}\n  it lies in {path} now, untouched, and a new one was begun\n  \
                 hint: decisions that were not sent are in that file alone: keep it, and look at the platforms before \
                 you decide again\n"
            ));
        }
        // Whoever set one aside may have been a console or a scheduled sync that nobody read.
        for path in self.paths.damaged_outboxes() {
            if aside.as_ref().is_none_or(|aside| aside.path != path) {
                self.warn(&format!(
                    "a damaged outbox lies in {}: decisions that were not sent are in that file alone. Move it elsewhere \
                     when you have seen to it",
                    path.display()
                ));
            }
        }
        Ok(outbox)
    }

    /// What the operator sees: the mirror with the unfinished writes over it.
    pub fn reader(&self) -> Result<Reader, Failure> {
        let reader = self.mirror()?.reader()?;
        // Who only looks makes no outbox, and does not stop before one that is broken: the mirror can still be read.
        match Onlooker::new(&self.paths.outbox()).overlay() {
            Ok(overlay) => Ok(reader.over(overlay)),
            Err(error) => {
                let error = Clean::line(&error.to_string()).into_string();
                talk(&format!(
                    "qd: what was decided and is not finished is not shown: {error}\n  hint: qd outbox list\n"
                ));
                Ok(reader)
            }
        }
    }

    /// An executor for the commands that talk to platforms.
    pub fn runtime(&self) -> Result<tokio::runtime::Runtime, Failure> {
        tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(|error| Failure::new(Kind::Internal, format!("no threads to be had: {error}")))
    }

    /// Tells a person how things go, on stderr, unless they asked for quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            talk(&format!("{}\n", Clean::block(text)));
        }
    }

    /// Tells something that needs a look, on stderr, unless they asked for quiet.
    pub fn warn(&self, text: &str) {
        self.say(&format!("qd: warning: {text}"));
    }
}

/// What stands before `list` and `show`: a kind of record, or a collection of that name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Noun {
    /// `qd agents`: every collection of the kind.
    Kind(RecordKind),
    /// `qd workflows`: the collection of that name, on every platform that has it.
    Collection(String),
    /// Every record, where no noun is written.
    Any,
}

impl Noun {
    /// As it was typed.
    pub fn name(&self) -> &str {
        match self {
            Noun::Kind(kind) => kind.plural(),
            Noun::Collection(name) => name,
            Noun::Any => "records",
        }
    }

    /// Which lists it means.
    pub fn scope(&self) -> quarterdeck_sync::model::Scope {
        let mut scope = quarterdeck_sync::model::Scope::default();
        match self {
            Noun::Kind(kind) => scope.kinds.push(*kind),
            Noun::Collection(name) => scope.collections.push(name.clone()),
            Noun::Any => {}
        }
        scope
    }
}
