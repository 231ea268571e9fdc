//! What a status means for the request: a table, no I/O.

use url::Url;

use crate::platform::FetchKind;

/// Most redirects followed for one request.
pub(super) const REDIRECTS: usize = 3;

/// What to do with a reply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Read it.
    Take,
    /// The session is over: sign in, then ask again.
    Renew,
    /// Refused for now: the budget knows for how long.
    Later,
    /// May be better next time; if not, this is the failure.
    Again(FetchKind),
    /// Will not get better.
    Fail(FetchKind),
}

/// What a status is judged by besides itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Asked {
    /// We signed in with a user.
    pub session: bool,
    /// The words of a 403 mean that the session is over.
    pub expired: bool,
    /// We sent validators.
    pub conditional: bool,
}

/// Judges the reply to a request that only reads by its status.
pub(super) fn judge(status: u16, asked: &Asked) -> Verdict {
    use Verdict::{Again, Fail, Later, Renew, Take};
    match status {
        304 if asked.conditional => Take,
        304 => Again(FetchKind::BadReply),
        204 | 205 => Again(FetchKind::BadReply),
        200..=299 => Take,
        300..=399 => Fail(FetchKind::Redirected),
        401 if asked.session => Renew,
        401 => Fail(FetchKind::Unauthorized),
        403 if asked.session && asked.expired => Renew,
        403 => Fail(FetchKind::Forbidden),
        404 | 405 | 410 | 501 => Fail(FetchKind::NotOffered),
        408 | 425 => Again(FetchKind::TimedOut),
        429 => Later,
        400..=499 => Fail(FetchKind::Rejected),
        500..=599 => Again(FetchKind::Server),
        _ => Again(FetchKind::BadReply),
    }
}

/// What a reply says to a request that changes something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// It was done.
    Yes,
    /// The session is over: nothing was done. Sign in, then ask again.
    Renew,
    /// The token is stale: nothing was done. Fetch another, then ask again.
    Token,
    /// Refused for now: nothing was done. The budget knows for how long.
    Later,
    /// Nothing was done.
    No(FetchKind),
    /// It may have been done.
    Maybe(FetchKind),
}

/// What the reply to a change is judged by besides its status.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    /// We signed in with a user.
    pub session: bool,
    /// The words of a 403 mean that the session is over.
    pub expired: bool,
    /// The words of a 403 speak of the token, and we sent one.
    pub stale: bool,
    /// It says when to come again, and means it.
    pub come_again: bool,
}

/// Judges the reply to a change by its status. The reasons stand in the table of [`super::write`].
pub(super) fn heard(status: u16, written: &Written) -> Heard {
    use Heard::{Later, Maybe, No, Renew, Token, Yes};
    match status {
        200..=299 => Yes,
        303 => Maybe(FetchKind::Redirected),
        304 => Maybe(FetchKind::BadReply),
        300..=399 => No(FetchKind::Redirected),
        401 if written.session => Renew,
        401 => No(FetchKind::Unauthorized),
        403 if written.session && written.expired => Renew,
        403 if written.session && written.stale => Token,
        403 => No(FetchKind::Forbidden),
        404 | 405 | 410 | 501 => No(FetchKind::NotOffered),
        408 => Maybe(FetchKind::TimedOut),
        425 => No(FetchKind::TimedOut),
        429 => Later,
        400..=499 => No(FetchKind::Rejected),
        503 if written.come_again => No(FetchKind::Server),
        500..=599 => Maybe(FetchKind::Server),
        _ => Maybe(FetchKind::BadReply),
    }
}

/// Where a redirect of a read may be followed to: nowhere but to the same scheme, host and port, since the key goes along.
pub(super) fn follow(status: u16, from: &Url, location: Option<&str>, hops: usize) -> Option<Url> {
    if !matches!(status, 301 | 302 | 303 | 307 | 308) || hops >= REDIRECTS {
        return None;
    }
    let to = from.join(location?).ok()?;
    let plain = to.username().is_empty() && to.password().is_none();
    (plain && to.origin() == from.origin()).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_consequence() {
        use Verdict::{Again, Fail, Later, Renew, Take};
        let read = Asked::default();
        let user = Asked { session: true, ..read };
        let key = |status| judge(status, &read);
        assert_eq!(key(200), Take);
        assert_eq!(key(204), Again(FetchKind::BadReply));
        assert_eq!(key(304), Again(FetchKind::BadReply));
        assert_eq!(judge(304, &Asked { conditional: true, ..read }), Take);
        assert_eq!(key(301), Fail(FetchKind::Redirected));
        assert_eq!(key(401), Fail(FetchKind::Unauthorized));
        assert_eq!(judge(401, &user), Renew);
        assert_eq!(judge(403, &Asked { expired: true, ..user }), Renew);
        assert_eq!(judge(403, &Asked { expired: true, ..read }), Fail(FetchKind::Forbidden));
        for status in [404, 405, 410, 501] {
            assert_eq!(key(status), Fail(FetchKind::NotOffered));
        }
        assert_eq!(key(429), Later);
        assert_eq!(key(422), Fail(FetchKind::Rejected));
        assert_eq!(key(503), Again(FetchKind::Server));
    }

    #[test]
    fn each_answer_to_a_change_says_whether_it_can_have_happened() {
        use Heard::{Later, Maybe, No, Renew, Token, Yes};
        let key = |status| heard(status, &Written::default());
        let user =
            |status, expired, stale| heard(status, &Written { session: true, expired, stale, come_again: false });
        for status in [200, 201, 202, 204, 205, 299] {
            assert_eq!(key(status), Yes, "{status}");
        }
        for (status, kind) in [
            (301, FetchKind::Redirected),
            (307, FetchKind::Redirected),
            (400, FetchKind::Rejected),
            (401, FetchKind::Unauthorized),
            (403, FetchKind::Forbidden),
            (404, FetchKind::NotOffered),
            (409, FetchKind::Rejected),
            (422, FetchKind::Rejected),
            (425, FetchKind::TimedOut),
            (501, FetchKind::NotOffered),
        ] {
            assert_eq!(key(status), No(kind), "{status}");
        }
        for (status, kind) in [
            (303, FetchKind::Redirected),
            (304, FetchKind::BadReply),
            (408, FetchKind::TimedOut),
            (500, FetchKind::Server),
            (502, FetchKind::Server),
            (503, FetchKind::Server),
            (504, FetchKind::Server),
            (600, FetchKind::BadReply),
        ] {
            assert_eq!(key(status), Maybe(kind), "{status}");
        }
        assert_eq!(heard(503, &Written { come_again: true, ..Written::default() }), No(FetchKind::Server));
        assert_eq!(key(429), Later);
        assert_eq!(user(401, false, false), Renew);
        assert_eq!(user(403, true, true), Renew, "a new session brings a new token");
        assert_eq!(user(403, false, true), Token);
        assert_eq!(user(403, false, false), No(FetchKind::Forbidden));
        assert_eq!(heard(403, &Written { expired: true, stale: true, ..Written::default() }), No(FetchKind::Forbidden));
    }

    #[test]
    fn the_key_never_leaves_its_host() {
        let from: Url = "https://exo.example/api/v1/agents?limit=5".parse().unwrap();
        let get = |to: &str| follow(307, &from, Some(to), 0).map(String::from);
        assert_eq!(get("/api/v1/agents/?limit=5").as_deref(), Some("https://exo.example/api/v1/agents/?limit=5"));
        assert_eq!(get("https://exo.example:443/x").as_deref(), Some("https://exo.example/x"));
        for elsewhere in [
            "http://exo.example/api",
            "https://evil.example/api",
            "//evil.example/api",
            "https://exo.example:8443/api",
            "https://user:word@exo.example/api",
            "javascript:alert(1)",
            "https://",
        ] {
            assert_eq!(get(elsewhere), None, "{elsewhere}");
        }
        assert_eq!(follow(307, &from, Some("/x"), REDIRECTS), None);
        assert_eq!(follow(307, &from, None, 0), None);
        assert_eq!(follow(304, &from, Some("/x"), 0), None);
    }
}
