//! Where in a document a merge stands, and what the manifest says about lists there.

use crate::platform::manifest::Edits;

/// How a list is compared and merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort<'a> {
    /// A whole value.
    Plain,
    /// Order and repetition mean nothing.
    Set,
    /// Items are told apart by these pointers, in order of weight.
    Keyed(&'a [String]),
}

/// The path from the root, and the rules for lists.
#[derive(Debug)]
pub(super) struct Place<'a> {
    tokens: Vec<String>,
    rules: Vec<(Vec<String>, Sort<'a>)>,
}

impl<'a> Place<'a> {
    /// The root of a document.
    pub(super) fn root(rules: &'a Edits) -> Self {
        let sets = rules.sets.iter().map(|at| (tokens(at), Sort::Set));
        let keyed = rules.keyed.iter().map(|(at, by)| (tokens(at), Sort::Keyed(by)));
        Self { tokens: Vec::new(), rules: sets.chain(keyed).collect() }
    }

    /// Does `work` one step further down.
    pub(super) fn below<T>(&mut self, token: impl Into<String>, work: impl FnOnce(&mut Self) -> T) -> T {
        self.enter(token);
        let result = work(self);
        self.leave();
        result
    }

    /// One step down. To be followed by [`Place::leave`].
    pub(super) fn enter(&mut self, token: impl Into<String>) {
        self.tokens.push(token.into());
    }

    /// One step up.
    pub(super) fn leave(&mut self) {
        self.tokens.pop();
    }

    /// Is this so deep that values are taken as wholes?
    pub(super) fn is_deep(&self) -> bool {
        self.tokens.len() >= super::DEEPEST
    }

    /// What a list is that stands here.
    pub(super) fn sort(&self) -> Sort<'a> {
        let fits = |rule: &[String]| {
            rule.len() == self.tokens.len()
                && rule.iter().zip(&self.tokens).all(|(rule, here)| rule == "*" || rule == here)
        };
        self.rules.iter().find(|(rule, _)| fits(rule)).map_or(Sort::Plain, |(_, sort)| *sort)
    }

    /// The JSON pointer that leads here.
    pub(super) fn pointer(&self) -> String {
        self.tokens.iter().map(|token| format!("/{}", token.replace('~', "~0").replace('/', "~1"))).collect()
    }
}

fn tokens(pointer: &str) -> Vec<String> {
    pointer.split('/').skip(1).map(|token| token.replace("~1", "/").replace("~0", "~")).collect()
}
