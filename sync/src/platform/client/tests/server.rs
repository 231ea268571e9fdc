//! A raw TCP server whose every byte a test decides.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// A request as it arrived.
#[derive(Debug, Clone)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// Which connection it came on, from 0.
    pub connection: usize,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn path(&self) -> &str {
        self.target.split('?').next().unwrap_or_default()
    }
}

/// What the server does about a request.
pub enum Act {
    /// Sends these bytes and keeps the connection.
    Send(Vec<u8>),
    /// Sends these bytes and closes.
    SendClose(Vec<u8>),
    /// Sends these bytes and says no more.
    SendHang(Vec<u8>),
}

/// Runs until dropped.
pub struct Server {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Request>>>,
    task: JoinHandle<()>,
}

impl Server {
    /// `act` is asked about each request, with its number from 0.
    pub async fn start(act: impl FnMut(&Request, usize) -> Act + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let act = Arc::new(Mutex::new(act));
        let log = Arc::clone(&seen);
        let task = tokio::spawn(async move {
            for connection in 0.. {
                let Ok((stream, _)) = listener.accept().await else { return };
                let (log, act) = (Arc::clone(&log), Arc::clone(&act));
                tokio::spawn(async move {
                    let decide = |request: Request| {
                        let mut log = log.lock().unwrap();
                        log.push(request.clone());
                        let number = log.len() - 1;
                        drop(log);
                        (act.lock().unwrap())(&request, number)
                    };
                    serve(stream, connection, decide).await;
                });
            }
        });
        Self { address, seen, task }
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// How many requests came for `path`.
    pub fn count(&self, path: &str) -> usize {
        self.seen().iter().filter(|request| request.path() == path).count()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, connection: usize, mut decide: impl FnMut(Request) -> Act) {
    let mut buffer = Vec::new();
    while let Some(request) = read(&mut stream, &mut buffer, connection).await {
        let (bytes, close, hang) = match decide(request) {
            Act::Send(bytes) => (bytes, false, false),
            Act::SendClose(bytes) => (bytes, true, false),
            Act::SendHang(bytes) => (bytes, false, true),
        };
        if stream.write_all(&bytes).await.is_err() || close {
            return;
        }
        if hang {
            let _ = stream.read_buf(&mut buffer).await;
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>, connection: usize) -> Option<Request> {
    let head = loop {
        if let Some(end) = buffer.windows(4).position(|four| four == b"\r\n\r\n") {
            break String::from_utf8_lossy(&buffer.drain(..end + 4).collect::<Vec<_>>()).into_owned();
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let mut lines = head.trim_end().lines();
    let mut first = lines.next()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<_> = lines
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").map_or(0, |(_, n)| n.parse().unwrap());
    while buffer.len() < length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8_lossy(&buffer.drain(..length).collect::<Vec<_>>()).into_owned();
    Some(Request { method, target, headers, body, connection })
}

/// A whole reply; `headers` are lines.
pub fn reply(status: u16, headers: &[&str], body: &str) -> Vec<u8> {
    let mut lines = String::new();
    headers.iter().for_each(|line| lines += &format!("{line}\r\n"));
    format!("HTTP/1.1 {status} Status\r\n{lines}Content-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// A good reply.
pub fn ok(body: &str) -> Act {
    Act::Send(reply(200, &["Content-Type: application/json"], body))
}

/// A reply with this status.
pub fn status(status: u16, body: &str) -> Act {
    Act::Send(reply(status, &[], body))
}

/// A list of one row.
pub const ROWS: &str = r#"{"data":[{"id":"a","name":"Ada"}]}"#;
