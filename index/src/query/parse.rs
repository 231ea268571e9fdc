use super::flaw::Flaws;
use super::lex::{Lexer, What};
use super::{Ast, Fields, Flaw, Node, NodeKind, Span};

/// Groups within groups that are told apart; deeper ones are read as if their parentheses were not there.
pub const MAX_DEPTH: usize = 32;

/// Terms a query may have, values of fields counted; further ones are left out.
pub const MAX_TERMS: usize = 256;

/// Reads a query that may still be being typed. Never fails: what had to be repaired or left out is told beside it,
/// in the order of the text.
pub fn parse(text: &str, fields: &Fields) -> (Ast, Vec<Flaw>) {
    let mut lexer = Lexer::new(text, fields);
    let mut parser = Parser { text, stack: vec![Frame::default()], too_deep: 0, terms: 0, flaws: Flaws::new(text) };
    for token in lexer.by_ref() {
        parser.take(token.what, token.span);
    }
    let root = parser.finish();
    let mut flaws = lexer.flaws.into_vec();
    flaws.append(&mut parser.flaws.into_vec());
    flaws.sort_by_key(|flaw| flaw.span.start);
    (Ast { root }, flaws)
}

/// Reads a query that must be right as it stands.
///
/// # Errors
/// The first flaw of its text.
pub fn parse_strict(text: &str, fields: &Fields) -> Result<Ast, Flaw> {
    let (ast, flaws) = parse(text, fields);
    match flaws.into_iter().next() {
        Some(flaw) => Err(flaw),
        None => Ok(ast),
    }
}

/// A group that is being read.
#[derive(Default)]
struct Frame {
    /// Alternatives that are complete.
    done: Vec<Node>,
    /// Parts of the alternative at hand.
    parts: Vec<Node>,
    /// A `-` or `NOT` waits for what it excludes; where it stands, and whether it still holds.
    not: Option<(Span, bool)>,
    /// An `OR` or `AND` waits for its right side.
    joint: Option<(Span, &'static str)>,
    /// The parenthesis that opened it.
    open: Option<Span>,
}

struct Parser<'a> {
    text: &'a str,
    /// Never empty; the first is the query itself.
    stack: Vec<Frame>,
    /// Open parentheses that were ignored.
    too_deep: usize,
    terms: usize,
    flaws: Flaws<'a>,
}

impl Parser<'_> {
    fn flaw(&mut self, span: Span, message: impl Into<String>, hint: &str) {
        self.flaws.add(span, message, hint);
    }

    fn take(&mut self, what: What, span: Span) {
        match what {
            What::Open => self.open(span),
            What::Close => self.close(span),
            What::Or => self.or(span),
            What::And => self.joint(span, "AND"),
            What::Not => {
                if let Some(frame) = self.stack.last_mut() {
                    let holds = frame.not.is_none_or(|(_, holds)| !holds);
                    frame.not = Some((span, holds));
                }
            }
            What::Term(kind) => {
                self.terms += match &kind {
                    NodeKind::Field { values, .. } => values.len().max(1),
                    _ => 1,
                };
                match self.terms > MAX_TERMS {
                    true => {
                        self.flaw(
                            span,
                            format!("a query has at most {MAX_TERMS} terms"),
                            "ask for fewer things at once",
                        );
                        self.nothing();
                    }
                    false => self.add(Node { kind, span }),
                }
            }
            What::Nothing => self.nothing(),
        }
    }

    /// Something was left out, and with it what stood before it.
    fn nothing(&mut self) {
        if let Some(frame) = self.stack.last_mut() {
            frame.not = None;
            frame.joint = None;
        }
    }

    fn add(&mut self, node: Node) {
        if let Some(frame) = self.stack.last_mut() {
            frame.joint = None;
            let node = match frame.not.take() {
                Some((span, true)) => negate(node, span),
                _ => node,
            };
            frame.parts.push(node);
        }
    }

    fn open(&mut self, span: Span) {
        if self.stack.len() > MAX_DEPTH {
            self.too_deep += 1;
            self.nothing();
            self.flaw(span, format!("groups go at most {MAX_DEPTH} deep"), "take out parentheses that are not needed");
        } else {
            self.stack.push(Frame { open: Some(span), ..Frame::default() });
        }
    }

    fn close(&mut self, span: Span) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
        } else if self.stack.len() > 1 {
            self.pop(span.end);
        } else {
            self.flaw(span, "this parenthesis closes nothing", "remove it, or quote it to search for it");
        }
    }

    /// Ends the innermost group at byte `end` and hands what it asks to the one around it.
    fn pop(&mut self, end: usize) {
        let open = self.stack.last().and_then(|frame| frame.open);
        match self.end_frame() {
            Some(mut node) => {
                if let Some(open) = open {
                    node.span = Span::new(open.start, end);
                }
                self.add(node);
            }
            None => {
                let span = Span::new(open.map_or(0, |open| open.start), end);
                self.flaw(span, "there is nothing between the parentheses", "write what to find there, or remove them");
                self.nothing();
            }
        }
    }

    fn or(&mut self, span: Span) {
        self.joint(span, "OR");
        if let Some(frame) = self.stack.last_mut() {
            let parts = std::mem::take(&mut frame.parts);
            frame.done.extend(group(parts, NodeKind::And));
        }
    }

    fn joint(&mut self, span: Span, word: &'static str) {
        let Some(frame) = self.stack.last_mut() else { return };
        let bare_left = frame.parts.is_empty();
        let not = frame.not.take();
        let before = frame.joint.replace((span, word));
        if let Some((not, _)) = not {
            self.dangling_not(not);
        } else if bare_left || before.is_some() {
            self.dangling_joint(span, word);
        }
    }

    fn dangling_joint(&mut self, span: Span, word: &str) {
        self.flaw(
            span,
            format!("`{word}` needs something on both sides"),
            "add it, or quote the word to search for it",
        );
    }

    fn dangling_not(&mut self, span: Span) {
        self.flaw(span, "nothing follows that could be left out", "remove it, or quote it to search for it");
    }

    /// Ends the innermost group; `None` when it asks nothing.
    fn end_frame(&mut self) -> Option<Node> {
        let frame = self.stack.pop()?;
        if let Some((span, _)) = frame.not {
            self.dangling_not(span);
        } else if let Some((span, word)) = frame.joint {
            self.dangling_joint(span, word);
        }
        let mut alternatives = frame.done;
        alternatives.extend(group(frame.parts, NodeKind::And));
        group(alternatives, NodeKind::Or)
    }

    fn finish(&mut self) -> Node {
        let end = self.text.len();
        while self.stack.len() > 1 {
            if let Some(open) = self.stack.last().and_then(|frame| frame.open) {
                self.flaw(open, "the parenthesis that opens here is not closed", "add a ) at its end");
            }
            self.pop(end);
        }
        self.end_frame().unwrap_or(Node { kind: NodeKind::All, span: Span::new(0, end) })
    }
}

/// Joins nodes into one of `kind`, in normal form; `None` when there are none.
fn group(nodes: Vec<Node>, kind: fn(Vec<Node>) -> NodeKind) -> Option<Node> {
    let same = kind(Vec::new());
    let mut flat = Vec::with_capacity(nodes.len());
    for node in nodes {
        match (node.kind, &same) {
            (NodeKind::And(inner), NodeKind::And(_)) | (NodeKind::Or(inner), NodeKind::Or(_)) => flat.extend(inner),
            (kind, _) => flat.push(Node { kind, span: node.span }),
        }
    }
    let span = flat.iter().map(|node| node.span).reduce(Span::join)?;
    match flat.len() {
        1 => flat.pop(),
        _ => Some(Node { kind: kind(flat), span }),
    }
}

fn negate(node: Node, not: Span) -> Node {
    let span = not.join(node.span);
    match node.kind {
        NodeKind::Not(inner) => *inner,
        kind => Node { kind: NodeKind::Not(Box::new(Node { kind, span: node.span })), span },
    }
}
