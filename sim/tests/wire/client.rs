//! A client that sends bytes and shows what came back, whole or not.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use quarterdeck_sim::{Endpoint, Options, Sim};
use serde_json::Value;

/// A simulator with a runtime to start it on.
pub fn start(options: Options) -> Sim {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(Sim::start(options)).expect("the simulator starts")
}

/// Options with a clock that stands still at 17 February 2026, 09:00 UTC.
pub fn fixed() -> Options {
    let start = "2026-02-17T09:00:00Z".parse().expect("a time");
    Options { clock: quarterdeck_sim::Clock::Fixed(start), ..Options::default() }
}

/// How an exchange ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// With a whole reply.
    Whole,
    /// The connection was closed before the reply was whole.
    Closed,
    /// The connection was reset.
    Reset,
    /// Nothing more came in time.
    Silence,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    pub end: End,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.text()))
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

/// A platform with the headers that open it.
#[derive(Debug, Clone)]
pub struct Caller {
    host: String,
    base: String,
    pub headers: Vec<(String, String)>,
}

impl Caller {
    /// Without any key.
    pub fn stranger(endpoint: &Endpoint) -> Caller {
        let rest = endpoint.url.strip_prefix("http://").expect("plain http");
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        let base = if path.is_empty() { String::new() } else { format!("/{path}") };
        Caller { host: host.to_owned(), base, headers: Vec::new() }
    }

    /// With the key of the endpoint, or signed in.
    pub fn new(sim: &Sim, name: &str) -> Caller {
        let endpoint = sim.endpoint(name).expect("an endpoint of this name");
        let mut caller = Caller::stranger(&endpoint);
        match (endpoint.platform.as_str(), endpoint.key.clone()) {
            ("runagents", Some(key)) => caller.add("X-RunAgents-API-Key", key),
            ("runagents-v1alpha", Some(key)) => caller.add("Authorization", format!("Bearer {key}")),
            (_, Some(key)) => caller.add("X-API-Key", key),
            (_, None) => caller.sign_in(&endpoint),
        }
        caller
    }

    pub fn add(&mut self, name: &str, value: String) {
        self.headers.push((name.to_owned(), value));
    }

    /// Cookie and CSRF token.
    pub fn sign_in(&mut self, endpoint: &Endpoint) {
        let body = serde_json::json!({"email": endpoint.user, "password": endpoint.password});
        let answer = self.send("POST", "/auth/login", &body.to_string());
        assert_eq!(answer.status, 200, "{}", answer.text());
        let cookie =
            answer.header("set-cookie").and_then(|cookie| cookie.split(';').next()).expect("a cookie").to_owned();
        self.add("Cookie", cookie);
        let token = self.get("/auth/csrf").json();
        let token = token.get("token").or(token.get("csrf_token")).and_then(Value::as_str).expect("a token").to_owned();
        self.add("X-CSRF-Token", token);
    }

    pub fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "")
    }

    /// Sends a request below the base URL on a connection of its own.
    pub fn send(&self, method: &str, path: &str, body: &str) -> Answer {
        self.raw(method, &format!("{}{path}", self.base), body)
    }

    /// Sends a request to any path of the host.
    pub fn raw(&self, method: &str, path: &str, body: &str) -> Answer {
        let mut stream = self.connect();
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n", self.host);
        for (name, value) in &self.headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        text.push_str(&format!("Content-Length: {}\r\n\r\n{body}", body.len()));
        stream.write_all(text.as_bytes()).expect("the request is sent");
        receive(&mut stream)
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).expect("the port is open");
        stream.set_read_timeout(Some(Duration::from_secs(60))).expect("a timeout");
        stream
    }
}

/// Reads until the other side ends, however it does; stops after 8 MiB.
pub fn receive(stream: &mut TcpStream) -> Answer {
    let mut bytes = Vec::new();
    let mut buffer = [0; 64 * 1024];
    let mut end = End::Closed;
    while bytes.len() < 8 << 20 {
        match stream.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => bytes.extend_from_slice(&buffer[..count]),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {
                end = End::Reset;
                break;
            }
            Err(_) => {
                end = End::Silence;
                break;
            }
        }
    }
    parse(&bytes, end)
}

fn parse(bytes: &[u8], end: End) -> Answer {
    let Some(split) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
        return Answer { status: 0, headers: Vec::new(), body: Vec::new(), end };
    };
    let head = String::from_utf8_lossy(&bytes[..split]).into_owned();
    let mut lines = head.lines();
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).unwrap_or(0);
    let headers: Vec<(String, String)> = lines
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let mut answer = Answer { status, headers, body: bytes[split + 4..].to_vec(), end };
    let whole = match answer.header("content-length").and_then(|length| length.parse::<usize>().ok()) {
        Some(length) => answer.body.len() == length,
        None if answer.header("transfer-encoding") == Some("chunked") => dechunk(&mut answer.body),
        None => end == End::Closed,
    };
    if whole {
        answer.end = End::Whole;
    }
    answer
}

/// Joins the chunks; whether the last one was there.
fn dechunk(body: &mut Vec<u8>) -> bool {
    let (mut joined, mut rest) = (Vec::new(), body.as_slice());
    let mut whole = false;
    while let Some(line) = rest.windows(2).position(|pair| pair == b"\r\n") {
        let size = std::str::from_utf8(&rest[..line]).ok().and_then(|hex| usize::from_str_radix(hex, 16).ok());
        let Some(size) = size else { break };
        if size == 0 {
            whole = true;
            break;
        }
        let from = (line + 2).min(rest.len());
        let to = (from + size).min(rest.len());
        joined.extend_from_slice(&rest[from..to]);
        rest = rest.get(to + 2..).unwrap_or_default();
    }
    *body = joined;
    whole
}
