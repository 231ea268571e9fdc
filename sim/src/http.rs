//! A request as the dialects see it, and the reply they give: plain data, no sockets.

use bytes::Bytes;
use hyper::HeaderMap;
use percent_encoding::percent_decode_str;
use serde_json::Value;

/// A request, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path below the endpoint's base URL, as it came: `/sessions/12`.
    pub(crate) path: String,
    /// The same, split and decoded.
    pub(crate) segments: Vec<String>,
    /// Query, decoded, in order.
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// A fault has taken the offset or cursor away that was there.
    pub(crate) past_first_page: bool,
}

impl Request {
    pub(crate) fn new(method: &str, path: &str, query: &str, headers: HeaderMap, body: Bytes) -> Request {
        let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        Request {
            method: method.to_owned(),
            path: path.to_owned(),
            segments: path.split('/').filter(|part| !part.is_empty()).map(decode).collect(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers,
            body,
            past_first_page: false,
        }
    }

    /// Segments for matching with slice patterns.
    pub(crate) fn parts(&self) -> Vec<&str> {
        self.segments.iter().map(String::as_str).collect()
    }

    /// The first value of a query parameter that is not empty.
    pub(crate) fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// A cookie's value.
    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        let cookies = self.header("cookie")?;
        cookies.split(';').filter_map(|pair| pair.trim().split_once('=')).find(|(key, _)| *key == name).map(|(_, v)| v)
    }

    /// The body as a JSON object; `None` when it is anything else.
    pub(crate) fn object(&self) -> Option<serde_json::Map<String, Value>> {
        match serde_json::from_slice(&self.body) {
            Ok(Value::Object(map)) => Some(map),
            _ => None,
        }
    }

    pub(crate) fn is_write(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }

    /// It changes something, and not only who is signed in.
    pub(crate) fn is_decision(&self) -> bool {
        self.is_write() && !self.path.starts_with("/auth/")
    }
}

/// What a platform answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
}

/// A reply's body.
#[derive(Debug, Clone)]
pub(crate) enum Body {
    Empty,
    Json(Value),
    /// JSON that was formatted without building a `Value`.
    Text(Bytes),
    /// Something else: a page of HTML.
    Other(Bytes, &'static str),
}

impl Reply {
    pub(crate) fn json(status: u16, body: Value) -> Reply {
        Reply { status, headers: Vec::new(), body: Body::Json(body) }
    }

    pub(crate) fn ok(body: Value) -> Reply {
        Reply::json(200, body)
    }

    pub(crate) fn empty(status: u16) -> Reply {
        Reply { status, headers: Vec::new(), body: Body::Empty }
    }

    pub(crate) fn html(status: u16, page: &'static str) -> Reply {
        let body = Body::Other(Bytes::from_static(page.as_bytes()), "text/html; charset=utf-8");
        Reply { status, headers: Vec::new(), body }
    }

    pub(crate) fn with(mut self, name: &str, value: impl Into<String>) -> Reply {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Lets `change` work on the body as a JSON value; anything that is no JSON stays.
    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Value)) {
        if let Body::Text(text) = &self.body
            && let Ok(value) = serde_json::from_slice(text)
        {
            self.body = Body::Json(value);
        }
        if let Body::Json(value) = &mut self.body {
            change(value);
        }
    }

    /// The bytes to send and their type.
    pub(crate) fn bytes(&self) -> (Bytes, Option<&'static str>) {
        match &self.body {
            Body::Empty => (Bytes::new(), None),
            Body::Json(value) => (Bytes::from(value.to_string()), Some("application/json")),
            Body::Text(text) => (text.clone(), Some("application/json")),
            Body::Other(text, kind) => (text.clone(), Some(kind)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_and_queries_are_decoded() {
        let ask = Request::new("GET", "/agents/a%2Fb", "q=%C3%A9&limit=", HeaderMap::new(), Bytes::new());
        assert_eq!(ask.parts(), ["agents", "a/b"]);
        assert_eq!(ask.param("q"), Some("é"));
        assert_eq!(ask.param("limit"), None);
    }

    #[test]
    fn a_cookie_is_found_among_others() {
        let mut headers = HeaderMap::new();
        headers.insert("cookie", "theme=dark; exo_session=abc".parse().unwrap());
        let ask = Request::new("GET", "/", "", headers, Bytes::new());
        assert_eq!(ask.cookie("exo_session"), Some("abc"));
        assert_eq!(ask.cookie("session"), None);
    }
}
