//! What an answer means for a write, and the words for it. Pure.

use super::lanes::Contact;
use crate::model::{Verdict, WriteState};
use crate::outbox::TurnLog;
use crate::outbox::action::Sent;
use crate::outbox::state::Outcome;
use crate::platform::write::{NotTold, Reached};
use crate::platform::{FetchError, FetchKind};

/// How the words of a write begin whose connection does not accept us.
pub(super) const PAUSED: &str = "the connection is paused: ";

/// Codes of looks that do not show what the platform said yes to.
pub(super) const NOT_SHOWN: [&str; 2] = ["not_shown", "look_refused"];

/// How many of a write's last moves came to one of `codes`, one after the other. The commit of `sending` and what failed on the way
/// say nothing of it, and are passed over.
pub(super) fn in_a_row(turns: &[TurnLog], codes: &[&str]) -> u32 {
    const ON_THE_WAY: [&str; 4] = ["look_failed", "not_sent", "rate_limited", "unauthorized"];
    let code = |turn: &TurnLog| turn.verdict.as_ref().map_or(String::new(), |verdict| verdict.code.clone());
    let tells = |turn: &&TurnLog| turn.to != WriteState::Sending && !ON_THE_WAY.contains(&code(turn).as_str());
    let row = turns.iter().rev().filter(tells).take_while(|turn| codes.contains(&code(turn).as_str()));
    u32::try_from(row.count()).unwrap_or(u32::MAX)
}

/// What a write's moves say of the tries behind them: one without an answer outweighs whatever else there was.
pub(super) fn sent_in(turns: &[TurnLog]) -> Sent {
    let answered = |turn: &TurnLog| {
        let status = turn.verdict.as_ref().and_then(|verdict| verdict.status);
        turn.from == Some(WriteState::Sending) && status.is_some()
    };
    if turns.iter().any(|turn| turn.to == WriteState::Unknown) {
        Sent::Maybe
    } else if turns.iter().any(answered) {
        Sent::Refused
    } else {
        Sent::Never
    }
}

/// What it means that the target could not be looked at.
pub(super) fn of_look(error: &FetchError) -> Outcome {
    match error.kind {
        FetchKind::Unauthorized => Outcome::Unauthorized,
        FetchKind::RateLimited => Outcome::Throttled(error.retry_after),
        FetchKind::Forbidden | FetchKind::Rejected => Outcome::Refused,
        FetchKind::NotOffered => Outcome::Missing,
        // A connection that cannot be used as it is set up is mended by a person, without harm to what waits for it.
        FetchKind::Server
        | FetchKind::Unreachable
        | FetchKind::TimedOut
        | FetchKind::BadReply
        | FetchKind::TooLarge
        | FetchKind::Redirected
        | FetchKind::Unusable => Outcome::LookFailed,
    }
}

/// What it means that a request was not answered with yes.
pub(super) fn of_write(not: &NotTold) -> Outcome {
    if not.reached == Reached::Maybe {
        return Outcome::Unanswered;
    }
    match not.error.kind {
        FetchKind::Unauthorized => Outcome::Unauthorized,
        FetchKind::RateLimited => Outcome::Throttled(not.error.retry_after),
        FetchKind::Rejected if not.error.status == Some(409) => Outcome::Clash,
        FetchKind::Rejected | FetchKind::Forbidden | FetchKind::NotOffered | FetchKind::Redirected => Outcome::Refused,
        FetchKind::Server
        | FetchKind::Unreachable
        | FetchKind::TimedOut
        | FetchKind::BadReply
        | FetchKind::TooLarge
        | FetchKind::Unusable => Outcome::NotSent,
    }
}

/// Did the platform say yes and no in one answer?
pub(super) fn says_both(not: &NotTold) -> bool {
    not.reached == Reached::Maybe && not.error.kind == FetchKind::Rejected
}

/// Does it say that nothing else that is asked of the connection now would fare better?
pub(super) fn ends_all(error: &FetchError) -> bool {
    matches!(
        error.kind,
        FetchKind::Unauthorized | FetchKind::RateLimited | FetchKind::Unreachable | FetchKind::Unusable
    )
}

/// What an error shows of the connection.
pub(super) fn contact(error: &FetchError) -> Contact {
    match error.kind {
        FetchKind::Unreachable | FetchKind::TimedOut => Contact::Lost,
        FetchKind::RateLimited => Contact::Throttled,
        // It was found unusable before anything left.
        FetchKind::Unusable => Contact::None,
        _ => Contact::Answered,
    }
}

/// What it means that a plan says to stop at `to`: `may_have_left` when it was sent once and nobody answered.
pub(super) fn of_stop(to: WriteState, may_have_left: bool) -> Outcome {
    match to {
        WriteState::Conflicted => Outcome::Moved,
        // Known not to have had its effect, it is queued again, and there its deadline is found to have passed.
        WriteState::Expired if may_have_left => Outcome::Clear,
        WriteState::Expired => Outcome::Late,
        // No look can tell: a person has to.
        WriteState::Unknown => Outcome::Refused,
        _ => Outcome::Missing,
    }
}

/// Why the target could not be looked at.
pub(super) fn look_failed(outcome: &Outcome, error: &FetchError) -> Verdict {
    let (code, before) = match outcome {
        Outcome::Unauthorized => ("unauthorized", PAUSED),
        Outcome::Throttled(_) => ("rate_limited", ""),
        Outcome::Refused => ("look_refused", "it may not be looked at, and nothing is sent blind: "),
        Outcome::Missing => ("missing", "it is not there to be looked at: "),
        _ => ("look_failed", "it could not be looked at: "),
    };
    of_error(code, before, error)
}

/// Why the request was not answered with yes, in the server's words.
pub(super) fn not_told(outcome: &Outcome, error: &FetchError) -> Verdict {
    let (code, before) = match outcome {
        Outcome::Unauthorized => ("unauthorized", PAUSED),
        Outcome::Throttled(_) => ("rate_limited", ""),
        Outcome::Clash => ("clash", ""),
        Outcome::Refused => ("refused", ""),
        Outcome::Unanswered => ("no_answer", "it was sent, and a look has to tell whether it arrived: "),
        _ => ("not_sent", "nothing was done: "),
    };
    of_error(code, before, error)
}

fn of_error(code: &str, before: &str, error: &FetchError) -> Verdict {
    verdict(code, format!("{before}{}", error.message), error.status)
}

/// A verdict of a code, words and perhaps a status.
pub(super) fn verdict(code: &str, message: impl Into<String>, status: Option<u16>) -> Verdict {
    Verdict { code: code.to_owned(), message: message.into(), status, ..Verdict::default() }
}
