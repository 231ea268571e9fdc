//! One table from what went wrong to what a person is told: kind, message, hint, exit code.
//!
//! Libraries have typed errors; the command line has [`Failure`], and the `From` implementations below are the only
//! place where one becomes the other. A failure is shown as two lines on stderr, or as one JSON object when the output
//! is JSON. Whatever its message quotes passes the text boundary here, once.

mod evidence;
mod search;
#[cfg(test)]
mod tests;

use std::fmt::{self, Write as _};
use std::process::ExitCode;

use quarterdeck_sync::outbox::OutboxError;
use quarterdeck_sync::outbox::action::Refusal;
use quarterdeck_sync::outbox::decide::DecideError;
use quarterdeck_sync::outbox::sender::SendError;
use quarterdeck_sync::platform::{FetchError, FetchKind, ManifestError};
use quarterdeck_sync::store::StoreError;
use quarterdeck_sync::text::secrets::mask_json;
use quarterdeck_sync::text::{Clean, json_safe};
use serde_json::json;

use crate::config::{ConfigError, LeaseError, SecretError};

/// How a command ended: the exit code of the process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Code {
    /// Everything was done.
    Done = 0,
    /// Our fault: a bug, a full disk, a damaged file.
    Fault = 1,
    /// The command, a file of the operator's or an argument is wrong.
    Usage = 2,
    /// Not signed in, or forbidden.
    Auth = 3,
    /// No usable answer from the platform.
    Unreachable = 4,
    /// Some connections, lists or rows failed; the rest was done.
    Partly = 5,
    /// Kept to be sent later.
    Queued = 6,
    /// Somebody else got there first.
    Conflicted = 7,
    /// Expired, or refused by the platform.
    Refused = 8,
    /// No such record, connection, platform or collection.
    NotFound = 9,
    /// Another qd holds the lease.
    Held = 10,
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        ExitCode::from(code as u8)
    }
}

/// The sorts of failure, one row each: a stable word for scripts, its exit code, and whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A bug, or the machine under us.
    Internal,
    /// A file cannot be read or written.
    Io,
    /// The mirror cannot be used.
    Mirror,
    /// The outbox cannot be used.
    Outbox,
    /// The search index cannot be used.
    Index,
    /// The command line is wrong.
    Usage,
    /// A configuration file is wrong.
    Config,
    /// A manifest is wrong.
    Manifest,
    /// A filter or a statement cannot be understood, or is not allowed.
    Query,
    /// A secret cannot be had, or is of the wrong sort.
    Secret,
    /// The platform does not accept the secret.
    Unauthorized,
    /// The platform does not let this key do that.
    Forbidden,
    /// No connection to the platform.
    Unreachable,
    /// The platform took too long.
    TimedOut,
    /// The platform refused for longer than we wait.
    RateLimited,
    /// The platform failed, or answered something that cannot be used.
    BadReply,
    /// The platform does not accept the request.
    Rejected,
    /// The platform cannot do that at all.
    Capability,
    /// Kept, and not sent yet.
    Queued,
    /// Somebody else got there first.
    Conflicted,
    /// It makes no sense as things stand, or it came too late.
    Refused,
    /// There is no such thing.
    NotFound,
    /// More than one thing answers to that name.
    Ambiguous,
    /// Another qd pulls already.
    Held,
    /// Somebody stopped us before the end.
    Stopped,
    /// Whoever read our output has gone: no failure at all.
    BrokenPipe,
}

impl Kind {
    fn row(self) -> (&'static str, Code, bool) {
        match self {
            Kind::Internal => ("internal", Code::Fault, false),
            Kind::Io => ("io", Code::Fault, false),
            Kind::Mirror => ("mirror", Code::Fault, false),
            Kind::Outbox => ("outbox", Code::Fault, false),
            Kind::Index => ("index", Code::Fault, false),
            Kind::Usage => ("usage", Code::Usage, false),
            Kind::Config => ("config", Code::Usage, false),
            Kind::Manifest => ("manifest", Code::Usage, false),
            Kind::Query => ("query", Code::Usage, false),
            Kind::Secret => ("secret", Code::Auth, false),
            Kind::Unauthorized => ("unauthorized", Code::Auth, false),
            Kind::Forbidden => ("forbidden", Code::Auth, false),
            Kind::Unreachable => ("unreachable", Code::Unreachable, true),
            Kind::TimedOut => ("timed_out", Code::Unreachable, true),
            Kind::RateLimited => ("rate_limited", Code::Unreachable, true),
            Kind::BadReply => ("bad_reply", Code::Unreachable, true),
            Kind::Rejected => ("rejected", Code::Refused, false),
            Kind::Capability => ("capability", Code::Usage, false),
            Kind::Queued => ("queued", Code::Queued, true),
            Kind::Conflicted => ("conflicted", Code::Conflicted, false),
            Kind::Refused => ("refused", Code::Refused, false),
            Kind::NotFound => ("not_found", Code::NotFound, false),
            Kind::Ambiguous => ("ambiguous", Code::Usage, false),
            Kind::Held => ("held", Code::Held, true),
            Kind::Stopped => ("stopped", Code::Partly, true),
            Kind::BrokenPipe => ("broken_pipe", Code::Done, false),
        }
    }

    /// The word that stands in JSON; it does not change between versions.
    pub fn as_str(self) -> &'static str {
        self.row().0
    }

    /// The exit code.
    pub fn code(self) -> Code {
        self.row().1
    }

    /// Can the same command succeed later without anybody changing anything here?
    pub fn retryable(self) -> bool {
        self.row().2
    }
}

/// What went wrong, ready to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// What sort.
    pub kind: Kind,
    /// What happened, where.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Failure {
    /// A failure without a hint.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), hint: None }
    }

    /// A wrong command line.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Kind::Usage, message)
    }

    /// Nothing of that name.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Kind::NotFound, message)
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with a hint, unless `hint` is `None`.
    #[must_use]
    pub fn maybe_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint.or(self.hint);
        self
    }

    /// The exit code.
    pub fn code(&self) -> Code {
        self.kind.code()
    }

    /// For a person: `qd: message`, and the hint on a line of its own. Ends with a line break.
    pub fn plain(&self) -> String {
        let mut out = format!("qd: {}\n", Clean::block(&self.message));
        if let Some(hint) = &self.hint {
            let _ = writeln!(out, "  hint: {}", Clean::block(hint));
        }
        out
    }

    /// For a script: one line of JSON, with its line break. The words are ours, so what they quote is made visible as for a
    /// person: whoever decodes them prints them.
    pub fn json(&self) -> String {
        let error = json!({"error": {
            "code": self.code() as u8,
            "kind": self.kind.as_str(),
            "message": Clean::block(&self.message).as_str(),
            "hint": self.hint.as_ref().map(|hint| Clean::block(hint).into_string()),
            "retryable": self.kind.retryable(),
        }});
        format!("{}\n", json_safe(&mask_json(&error.to_string())))
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", Clean::block(&self.message))
    }
}

impl std::error::Error for Failure {}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::BrokenPipe => Self::new(Kind::BrokenPipe, "the reader of our output has gone"),
            std::io::ErrorKind::StorageFull => {
                Self::new(Kind::Io, error.to_string()).hint("make room on the disk, then try again")
            }
            _ => Self::new(Kind::Io, error.to_string()),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        let message = error.to_string();
        match error {
            ConfigError::NoHome => {
                Self::new(Kind::Config, message).hint("set HOME, or QD_HOME to a folder of your own")
            }
            ConfigError::Io { .. } => {
                Self::new(Kind::Io, message).hint("`qd doctor` shows the folders qd uses and their modes")
            }
            ConfigError::Text { hint, .. } => Self::new(Kind::Config, message).maybe_hint(hint),
            ConfigError::Exists { name } => {
                Self::usage(message).hint(format!("take another name, or `qd connect remove {name}` first"))
            }
            ConfigError::Name { .. } => {
                Self::usage(message).hint("at most 64 of a-z, 0-9, - and _, a letter or digit first: prod-eu")
            }
            ConfigError::Unknown { known, .. } if known.is_empty() => {
                Self::not_found(message).hint("there are none yet: qd connect add NAME --platform P --url U")
            }
            ConfigError::Unknown { name, known } => {
                let near = crate::names::nearest(&name, known.iter().map(String::as_str));
                let near = near.map(|near| format!("did you mean {near}? ")).unwrap_or_default();
                Self::not_found(message).hint(format!("{near}there are: {}", known.join(", ")))
            }
        }
    }
}

impl From<SecretError> for Failure {
    fn from(error: SecretError) -> Self {
        Self::new(Kind::Secret, format!("no secret from {error}")).maybe_hint(error.hint)
    }
}

impl From<LeaseError> for Failure {
    fn from(error: LeaseError) -> Self {
        match error {
            LeaseError::Held { .. } => Self::new(Kind::Held, error.to_string())
                .hint("one process pulls at a time; reading commands work meanwhile"),
            LeaseError::Config(error) => error.into(),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        let message = error.to_string();
        let (damage, full) = (error.is_damage(), error.is_full());
        match error {
            StoreError::Refused { .. } => Self::new(Kind::Query, message),
            StoreError::Pattern { .. } => {
                Self::new(Kind::Query, message).hint("write a simpler one, or quote it to search for the text")
            }
            StoreError::Open { .. } => {
                Self::new(Kind::Mirror, message).hint("`qd doctor` shows the folders qd uses and their modes")
            }
            // Their messages say what to do.
            StoreError::Newer { .. }
            | StoreError::Older { .. }
            | StoreError::NotAMirror { .. }
            | StoreError::Damaged { .. } => Self::new(Kind::Mirror, message),
            StoreError::Sqlite(_) if damage => Self::new(Kind::Mirror, message)
                .hint("put mirror.db aside (`qd doctor` says where it is): the next sync makes a new one. Keep it: what the platforms list no more is in it alone"),
            StoreError::Sqlite(_) if full => {
                Self::new(Kind::Mirror, message).hint("make room on the disk: what was read until now is kept")
            }
            StoreError::Sqlite(_) => Self::new(Kind::Mirror, message)
                .hint("is the file on a network drive? put mirror.db aside, and the next sync makes a new one"),
            StoreError::UnknownList(_) | StoreError::ReadOnly | StoreError::Stopped => {
                Self::new(Kind::Internal, message).hint("please report it with the last lines of qd.log")
            }
        }
    }
}

impl From<SendError> for Failure {
    fn from(error: SendError) -> Self {
        match error {
            SendError::Outbox(error) => error.into(),
            SendError::Store(error) => error.into(),
        }
    }
}

impl From<OutboxError> for Failure {
    fn from(error: OutboxError) -> Self {
        let message = error.to_string();
        match error {
            OutboxError::Unknown(_) => Self::not_found(message).hint("`qd outbox list --all` shows every write"),
            // Their messages say what can be done instead.
            OutboxError::NotNow { .. } => Self::new(Kind::Refused, message),
            OutboxError::Newer { .. } => Self::new(Kind::Outbox, message),
            OutboxError::Open { .. } => {
                Self::new(Kind::Outbox, message).hint("`qd doctor` shows the folders qd uses and their modes")
            }
            OutboxError::Damaged { .. } => Self::new(Kind::Outbox, message)
                .hint("it holds what was decided: keep a copy, then move it out of the way"),
            OutboxError::Sqlite(_) | OutboxError::Json(_) => {
                Self::new(Kind::Outbox, message).hint("is there room on the disk? `qd doctor` looks at the file")
            }
            OutboxError::ReadOnly | OutboxError::Stopped => {
                Self::new(Kind::Internal, message).hint("please report it with the last lines of qd.log")
            }
        }
    }
}

impl From<DecideError> for Failure {
    fn from(error: DecideError) -> Self {
        match error {
            DecideError::Refused(refusal) => refusal.into(),
            DecideError::Outbox(error) => error.into(),
            DecideError::Store(error) => error.into(),
        }
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Lacks(why) => {
                Self::new(Kind::Capability, why).hint("`qd platform show NAME` shows what a platform can do")
            }
            Refusal::NotNow(why) => Self::new(Kind::Refused, why).hint("`qd sync` fetches how it stands now"),
            Refusal::Argument(why) => Self::usage(why),
            Refusal::Same(why) => Self::new(Kind::Refused, why),
            Refusal::OtherHash(why) => {
                Self::new(Kind::Refused, why).hint("look at it again: what is there is not what you saw")
            }
        }
    }
}

impl From<ManifestError> for Failure {
    fn from(error: ManifestError) -> Self {
        Self::new(Kind::Manifest, error.to_string()).maybe_hint(error.hint)
    }
}

impl From<FetchKind> for Kind {
    fn from(kind: FetchKind) -> Self {
        match kind {
            FetchKind::Unauthorized => Kind::Unauthorized,
            FetchKind::Forbidden => Kind::Forbidden,
            FetchKind::NotOffered => Kind::NotFound,
            FetchKind::RateLimited => Kind::RateLimited,
            FetchKind::Rejected => Kind::Rejected,
            FetchKind::Unreachable => Kind::Unreachable,
            FetchKind::TimedOut => Kind::TimedOut,
            FetchKind::Server | FetchKind::BadReply | FetchKind::TooLarge | FetchKind::Redirected => Kind::BadReply,
            FetchKind::Unusable => Kind::Config,
        }
    }
}

impl From<FetchError> for Failure {
    fn from(error: FetchError) -> Self {
        let hint = match error.kind {
            FetchKind::Unauthorized => Some("check where the connection's secret comes from: qd connect list"),
            FetchKind::Forbidden => Some("the key lacks a permission on the platform; another key may have it"),
            FetchKind::Unreachable => Some("check the network and the URL: qd connect list"),
            FetchKind::BadReply => Some("is the URL that of the platform's API, and not of its web pages?"),
            FetchKind::TooLarge => Some("raise max_reply in config.toml"),
            FetchKind::TimedOut => Some("raise idle_timeout in config.toml, or try again later"),
            _ => None,
        };
        Self::new(error.kind.into(), error.message).maybe_hint(hint.map(str::to_owned))
    }
}
