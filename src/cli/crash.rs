//! A bug of ours: told like any other failure, and never as raw text.

use std::panic::{self, AssertUnwindSafe, PanicHookInfo};

use super::out::talk;
use crate::error::{Code, Failure, Kind};

/// Runs `work`; a panic in it is told on stderr and ends in exit code 1.
pub fn guard<T: From<Code>>(json: bool, work: impl FnOnce() -> T) -> T {
    panic::set_hook(Box::new(move |info| {
        let failure = told(info);
        tracing::error!("{failure}");
        talk(&if json { failure.json() } else { failure.plain() });
    }));
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| T::from(Code::Fault))
}

fn told(info: &PanicHookInfo<'_>) -> Failure {
    let payload = info.payload();
    let words = match (payload.downcast_ref::<&str>(), payload.downcast_ref::<String>()) {
        (Some(words), _) => words,
        (None, Some(words)) => words.as_str(),
        (None, None) => "no words",
    };
    let place = info.location().map(|place| format!(" at {}:{}", place.file(), place.line())).unwrap_or_default();
    Failure::new(Kind::Internal, format!("this is a bug in qd: {words}{place}"))
        .hint("what was committed is kept; please report it with the last lines of qd.log")
}
