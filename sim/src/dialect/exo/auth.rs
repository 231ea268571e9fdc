//! Signing in: cookies that last 72 hours, CSRF tokens, and keys where the manual promises them.

use serde_json::json;

use super::{KEY, PASSWORD, USER, deny, refuse_documented};
use crate::dialect::Dialect;
use crate::http::{Reply, Request};
use crate::time::after;
use crate::world::{self, Place};

const COOKIE: &str = "exo_session";
const SESSION_SECONDS: i64 = 72 * 3600;

pub(super) fn answer(place: &mut Place, ask: &Request, verb: &str) -> Reply {
    match (ask.method.as_str(), verb) {
        ("POST", "login") => login(place, ask),
        ("GET", "me") => match check(place, ask) {
            Ok(()) => Reply::ok(me()),
            Err(refusal) => refusal,
        },
        ("GET", "csrf") => csrf(place, ask),
        ("POST", "logout") => match check(place, ask) {
            Ok(()) => {
                if let Some(cookie) = ask.cookie(COOKIE) {
                    place.sign_ins.open.remove(cookie);
                }
                Reply::ok(json!({"message": "Logged out"}))
            }
            Err(refusal) => refusal,
        },
        (_, "login" | "me" | "csrf" | "logout") => deny(place, 405, "Method not allowed"),
        _ => deny(place, 404, "Not found"),
    }
}

fn me() -> serde_json::Value {
    json!({"id": world::exo::USER, "email": USER, "name": "Fleet operator", "role": "member"})
}

fn login(place: &mut Place, ask: &Request) -> Reply {
    let body = ask.object().unwrap_or_default();
    let given = |field: &str| body.get(field).and_then(|value| value.as_str()).unwrap_or_default().to_owned();
    if given("email") != USER || given("password") != PASSWORD {
        return deny(place, 401, "Invalid email or password");
    }
    let now = place.now;
    place.sign_ins.open.retain(|_, (ends, _)| *ends > now);
    let cookie = place.sign_ins.rng.hex(48);
    let ends = after(place.now, SESSION_SECONDS);
    place.sign_ins.open.insert(cookie.clone(), (ends, None));
    let attributes = format!("Path=/; HttpOnly; SameSite=Lax; Max-Age={SESSION_SECONDS}");
    Reply::ok(json!({"user": me()})).with("Set-Cookie", format!("{COOKIE}={cookie}; {attributes}"))
}

/// Whether the request's cookie is good now.
fn signed_in(place: &Place, ask: &Request) -> bool {
    let session = ask.cookie(COOKIE).and_then(|cookie| place.sign_ins.open.get(cookie));
    session.is_some_and(|(ends, _)| *ends > place.now)
}

fn csrf(place: &mut Place, ask: &Request) -> Reply {
    if let Err(refusal) = check(place, ask) {
        return refusal;
    }
    let token = place.sign_ins.rng.hex(40);
    if let Some((_, open)) = ask.cookie(COOKIE).and_then(|cookie| place.sign_ins.open.get_mut(cookie)) {
        *open = Some(token.clone());
    }
    // The manual names no field; older servers and the form as documented used the longer name.
    let field = if place.dialect == Dialect::ExoDocumented { "csrf_token" } else { "token" };
    Reply::ok(json!({field: token}))
}

/// Whether a request may pass.
pub(super) fn check(place: &Place, ask: &Request) -> Result<(), Reply> {
    let documented = place.dialect == Dialect::ExoDocumented;
    if documented && let Some(key) = ask.header("x-api-key") {
        return if key == KEY { Ok(()) } else { Err(refuse_documented(401, "Invalid API key")) };
    }
    if !signed_in(place, ask) {
        // As it is, the CSRF layer sees a write first, and refuses it in its own words.
        let write = ask.is_write() && !documented;
        return Err(if write {
            refuse_documented(403, "Invalid session")
        } else {
            deny(place, 401, "Not authenticated")
        });
    }
    if ask.is_write() {
        let (_, token) = ask.cookie(COOKIE).and_then(|cookie| place.sign_ins.open.get(cookie)).cloned().unzip();
        if token.flatten().as_deref() != ask.header("x-csrf-token") || ask.header("x-csrf-token").is_none() {
            return Err(refuse_documented(403, "CSRF token missing or invalid"));
        }
    }
    Ok(())
}
