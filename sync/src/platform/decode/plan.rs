//! What to look for in a row, compiled once per collection: a tree of keys instead of a list of pointers.

use crate::platform::Collection;
use crate::platform::manifest::{Delta, Partition};
use crate::platform::template::{self, Part, Slot};

/// A place in the tree.
#[derive(Debug, Default)]
pub struct Node {
    children: Vec<(Box<str>, usize)>,
    any: Option<usize>,
    /// The slot that takes the value found here.
    pub slot: Option<usize>,
    /// The value found here is a secret.
    pub mask: bool,
}

/// A way to an id, or to a title.
#[derive(Debug)]
pub enum Rule {
    /// The value a slot took.
    Value(usize),
    /// Several values and what stands between them; each of them is needed.
    Joined(Vec<Piece>),
}

/// A piece of a joined one.
#[derive(Debug)]
pub enum Piece {
    Text(Box<str>),
    Value(usize),
}

/// The tree, and which slots make up which column.
#[derive(Debug)]
pub struct Plan {
    nodes: Vec<Node>,
    /// Number of slots.
    pub slots: usize,
    pub id: Vec<Rule>,
    pub title: Vec<Rule>,
    pub status: Vec<usize>,
    pub agent: Vec<usize>,
    pub project: Vec<usize>,
    pub created_at: Vec<usize>,
    pub updated_at: Vec<usize>,
    pub join_on: Option<usize>,
    pub join_rank: Option<usize>,
    pub order_by: Option<usize>,
    pub parent: Option<usize>,
    pub with: Vec<usize>,
    pub without: Vec<usize>,
    /// Secrets are masked.
    pub masks: bool,
}

impl Plan {
    /// The tree's root.
    pub const ROOT: usize = 0;

    /// Nothing is looked for, and nothing masked.
    pub fn bare() -> Self {
        Self {
            nodes: vec![Node::default()],
            slots: 0,
            id: Vec::new(),
            title: Vec::new(),
            status: Vec::new(),
            agent: Vec::new(),
            project: Vec::new(),
            created_at: Vec::new(),
            updated_at: Vec::new(),
            join_on: None,
            join_rank: None,
            order_by: None,
            parent: None,
            with: Vec::new(),
            without: Vec::new(),
            masks: false,
        }
    }

    /// Compiles what a manifest says about a collection.
    pub fn new(collection: &Collection) -> Self {
        let mut tree = Tree { nodes: vec![Node::default()], slots: 0 };
        let columns = &collection.columns;
        let id = columns.id.iter().map(|rule| tree.rule(rule)).collect();
        let title = columns.title.iter().map(|rule| tree.rule(rule)).collect();
        let [status, agent, project, created_at, updated_at, with, without] = [
            &columns.status,
            &columns.agent,
            &columns.project,
            &columns.created_at,
            &columns.updated_at,
            &collection.with,
            &collection.without,
        ]
        .map(|pointers| pointers.iter().map(|pointer| tree.slot(pointer)).collect());
        let order_by = match &collection.delta {
            Delta::Full => None,
            Delta::NewestFirst { by } | Delta::Since { by, .. } => Some(tree.slot(by)),
        };
        let parent = match &collection.partition {
            Some(Partition::Parent { field: Some(field), .. }) => Some(tree.slot(field)),
            _ => None,
        };
        let join_on = collection.joined.as_ref().map(|joined| tree.slot(&joined.on));
        let join_rank = collection.joined.as_ref().and_then(|joined| joined.rank.as_ref()).map(|rank| tree.slot(rank));
        for pointer in &collection.mask {
            let node = tree.node(pointer, true);
            tree.nodes[node].mask = true;
        }
        tree.spread(Self::ROOT);
        Self {
            slots: tree.slots,
            nodes: tree.nodes,
            id,
            title,
            status,
            agent,
            project,
            created_at,
            updated_at,
            join_on,
            join_rank,
            order_by,
            parent,
            with,
            without,
            masks: true,
        }
    }

    /// A node.
    #[inline]
    pub fn node(&self, at: usize) -> &Node {
        &self.nodes[at]
    }

    /// The child of `at` under `key`.
    #[inline]
    pub fn child(&self, at: usize, key: &str) -> Option<usize> {
        let node = &self.nodes[at];
        node.children.iter().find(|(name, _)| **name == *key).map(|(_, child)| *child).or(node.any)
    }
}

struct Tree {
    nodes: Vec<Node>,
    slots: usize,
}

impl Tree {
    /// The slot for a pointer; one pointer has one slot, however many columns use it.
    fn slot(&mut self, pointer: &str) -> usize {
        let node = self.node(pointer, false);
        *self.nodes[node].slot.get_or_insert_with(|| {
            self.slots += 1;
            self.slots - 1
        })
    }

    /// A rule is a pointer, or a template of pointers.
    fn rule(&mut self, rule: &str) -> Rule {
        if rule.starts_with('/') {
            return Rule::Value(self.slot(rule));
        }
        let piece = |part| match part {
            Part::Text(text) => Piece::Text(text.into()),
            Part::Slot(Slot::Pointer(pointer)) => Piece::Value(self.slot(pointer)),
            // A manifest with any other place in one is refused when it is read.
            Part::Slot(other) => Piece::Text(other.name().into()),
        };
        Rule::Joined(template::parts(rule).unwrap_or_default().into_iter().map(piece).collect())
    }

    fn node(&mut self, pointer: &str, wildcards: bool) -> usize {
        pointer.split('/').skip(1).fold(Plan::ROOT, |at, segment| {
            let key = segment.replace("~1", "/").replace("~0", "~");
            self.step(at, (key != "*" || !wildcards).then_some(key))
        })
    }

    /// The child of `at` under `key`, or under any key; made if it is missing.
    fn step(&mut self, at: usize, key: Option<String>) -> usize {
        let known = match &key {
            None => self.nodes[at].any,
            Some(key) => self.nodes[at].children.iter().find(|(name, _)| **name == **key).map(|(_, child)| *child),
        };
        if let Some(child) = known {
            return child;
        }
        let child = self.nodes.len();
        self.nodes.push(Node::default());
        match key {
            None => self.nodes[at].any = Some(child),
            Some(key) => self.nodes[at].children.push((key.into_boxed_str(), child)),
        }
        child
    }

    /// Copies what holds for any key into the children with names, so that one look-up finds both.
    fn spread(&mut self, at: usize) {
        let named: Vec<usize> = self.nodes[at].children.iter().map(|(_, child)| *child).collect();
        if let Some(any) = self.nodes[at].any {
            for child in &named {
                self.overlay(any, *child);
            }
            self.spread(any);
        }
        for child in named {
            self.spread(child);
        }
    }

    fn overlay(&mut self, from: usize, onto: usize) {
        self.nodes[onto].mask |= self.nodes[from].mask;
        let below: Vec<(Option<String>, usize)> = self.nodes[from]
            .children
            .iter()
            .map(|(name, child)| (Some(name.to_string()), *child))
            .chain(self.nodes[from].any.map(|any| (None, any)))
            .collect();
        for (key, child) in below {
            let target = self.step(onto, key);
            self.overlay(child, target);
        }
    }
}
