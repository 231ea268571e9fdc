//! What a status means for the request: a table, no I/O.

use reqwest::Method;
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
    /// We want something to read.
    pub read: bool,
}

/// Judges a reply by its status.
pub(super) fn judge(status: u16, asked: &Asked) -> Verdict {
    use Verdict::{Again, Fail, Later, Renew, Take};
    match status {
        304 if asked.conditional => Take,
        304 => Again(FetchKind::BadReply),
        204 | 205 if asked.read => Again(FetchKind::BadReply),
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

/// Where a redirect may be followed to: a read only, and nowhere but to the same scheme, host and port, since the key
/// goes along.
pub(super) fn follow(method: &Method, status: u16, from: &Url, location: Option<&str>, hops: usize) -> Option<Url> {
    let read = method == Method::GET || method == Method::HEAD;
    if !read || !matches!(status, 301 | 302 | 303 | 307 | 308) || hops >= REDIRECTS {
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
        let read = Asked { read: true, ..Asked::default() };
        let user = Asked { session: true, ..read };
        let key = |status| judge(status, &read);
        assert_eq!(key(200), Take);
        assert_eq!(key(204), Again(FetchKind::BadReply));
        assert_eq!(judge(204, &Asked::default()), Take, "a write needs no words to have been done");
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
    fn the_key_never_leaves_its_host() {
        let from: Url = "https://exo.example/api/v1/agents?limit=5".parse().unwrap();
        let get = |to: &str| follow(&Method::GET, 307, &from, Some(to), 0).map(String::from);
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
        assert_eq!(follow(&Method::POST, 307, &from, Some("/x"), 0), None);
        assert_eq!(follow(&Method::GET, 307, &from, Some("/x"), REDIRECTS), None);
        assert_eq!(follow(&Method::GET, 307, &from, None, 0), None);
        assert_eq!(follow(&Method::GET, 304, &from, Some("/x"), 0), None);
    }
}
