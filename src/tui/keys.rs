//! Keys as they are written (`j`, `C-d`, `<PgDn>`), and what each does: the action table with the operator's changes.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::actions::{self, ACTIONS, Act, Action, Danger, Scope, typing};

/// One key, with the modifiers that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    code: KeyCode,
    mods: KeyModifiers,
}

const NAMED: [(&str, KeyCode); 13] = [
    ("Enter", KeyCode::Enter),
    ("Esc", KeyCode::Esc),
    ("Tab", KeyCode::Tab),
    ("BackTab", KeyCode::BackTab),
    ("BS", KeyCode::Backspace),
    ("Del", KeyCode::Delete),
    ("Up", KeyCode::Up),
    ("Down", KeyCode::Down),
    ("Left", KeyCode::Left),
    ("Right", KeyCode::Right),
    ("PgUp", KeyCode::PageUp),
    ("PgDn", KeyCode::PageDown),
    ("Home", KeyCode::Home),
];

/// What arrives as another key when control is held: these have been one and the same byte since there were terminals.
const SAME: [(char, &str); 3] = [('i', "<Tab>"), ('m', "<Enter>"), ('[', "<Esc>")];

impl Key {
    /// What a terminal sent. Shift is part of the character, or of the key's own name.
    pub fn from_event(event: &KeyEvent) -> Self {
        let mut mods = event.modifiers & (KeyModifiers::CONTROL | KeyModifiers::ALT);
        let code = match event.code {
            KeyCode::Char(c) => KeyCode::Char(sent(c, mods)),
            KeyCode::Tab if event.modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
            // Some terminals send C-h for backspace, and C-i and C-m are Tab and Enter on all of them.
            code => code,
        };
        if code == KeyCode::BackTab {
            mods = KeyModifiers::NONE;
        }
        Self { code, mods }
    }

    /// Pressed in a text field, it would be typed.
    pub fn is_text(self) -> bool {
        matches!(self.code, KeyCode::Char(_)) && self.mods.is_empty()
    }

    /// It cannot be text: control or alt is held.
    pub fn is_control(self) -> bool {
        !self.mods.is_empty()
    }

    /// Reads `j`, `G`, `C-d`, `A-x`, `<Enter>`, `C-<Left>`, `<F1>`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut rest = text;
        let mut mods = KeyModifiers::NONE;
        loop {
            let (mark, modifier) = match rest.get(..2) {
                Some("C-") if rest.len() > 2 => ("C-", KeyModifiers::CONTROL),
                Some("A-") if rest.len() > 2 => ("A-", KeyModifiers::ALT),
                _ => break,
            };
            rest = &rest[mark.len()..];
            mods |= modifier;
        }
        let mut chars = rest.chars();
        let code = match (chars.next(), chars.next()) {
            (Some(c), None) if !quarterdeck_sync::text::is_hidden(c) && c != ' ' => KeyCode::Char(sent(c, mods)),
            (Some('<'), Some(_)) => named(rest).ok_or_else(|| format!("`{text}` is not a key"))?,
            _ => return Err(format!("`{text}` is not a key: write j, G, C-d, A-x, <Enter>, <PgDn>, <F1> ...")),
        };
        if let (KeyCode::Char(c), true) = (code, mods.contains(KeyModifiers::CONTROL))
            && let Some((_, other)) = SAME.iter().find(|(same, _)| *same == c)
        {
            return Err(format!("a terminal sends {other} for `{text}`: write {other}, or take another key"));
        }
        Ok(Self { code, mods })
    }
}

/// A letter as it is told apart: a terminal does not say of a key with control whether shift was held.
fn sent(c: char, mods: KeyModifiers) -> char {
    if mods.contains(KeyModifiers::CONTROL) { c.to_ascii_lowercase() } else { c }
}

fn named(text: &str) -> Option<KeyCode> {
    let name = text.strip_prefix('<')?.strip_suffix('>')?;
    if name == "Space" {
        return Some(KeyCode::Char(' '));
    }
    if name == "End" {
        return Some(KeyCode::End);
    }
    if let Some(number) = name.strip_prefix('F').and_then(|n| n.parse::<u8>().ok()) {
        return (1..=24).contains(&number).then_some(KeyCode::F(number));
    }
    NAMED.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, code)| *code)
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.mods.contains(KeyModifiers::CONTROL) {
            f.write_str("C-")?;
        }
        if self.mods.contains(KeyModifiers::ALT) {
            f.write_str("A-")?;
        }
        match self.code {
            KeyCode::Char(' ') => f.write_str("<Space>"),
            KeyCode::Char(c) => write!(f, "{c}"),
            KeyCode::F(number) => write!(f, "<F{number}>"),
            KeyCode::End => f.write_str("<End>"),
            code => {
                let name = NAMED.iter().find(|(_, known)| *known == code).map_or("?", |(name, _)| name);
                write!(f, "<{name}>")
            }
        }
    }
}

/// The keys in force.
#[derive(Debug, Clone)]
pub struct Keymap {
    /// What each key does, and where.
    acts: HashMap<Key, Vec<(Scope, Act)>>,
    keys: HashMap<Act, Vec<Key>>,
}

impl Keymap {
    /// The table's keys with the operator's changes: action id to its keys; an empty list unbinds it.
    /// Also what is wrong with the changes, for a person: unknown actions, keys that cannot be, keys given twice.
    pub fn new(changes: &BTreeMap<String, Vec<String>>) -> (Self, Vec<String>) {
        let mut trouble = Vec::new();
        for id in changes.keys().filter(|id| actions::by_id(id).is_none()) {
            trouble.push(format!("keys: there is no action `{id}`"));
        }
        let mut map = Self { acts: HashMap::new(), keys: HashMap::new() };
        for action in ACTIONS {
            let written: Vec<&str> = match changes.get(action.id) {
                Some(keys) => keys.iter().map(String::as_str).collect(),
                None => action.keys.to_vec(),
            };
            for text in written {
                match Key::parse(text) {
                    Ok(key) => map.bind(action.act, key, &mut trouble),
                    Err(why) => trouble.push(format!("keys.{}: {why}", action.id)),
                }
            }
        }
        (map, trouble)
    }

    fn bind(&mut self, act: Act, key: Key, trouble: &mut Vec<String>) {
        let action = actions::row(act);
        let what = match action.scope {
            Scope::Sheet => Some("a reason"),
            Scope::Note => Some("a note"),
            Scope::Editor => Some("a document"),
            Scope::Prompt => Some("a filter"),
            _ => None,
        };
        if let Some(what) = what.filter(|_| key.is_text()) {
            trouble.push(format!("keys: {key} is text where {what} is typed; `{}` needs another key", action.id));
            return;
        }
        // What confirms a decision must be no key that leads to one, nor any other that is pressed without thinking.
        let felt = |other: Scope, meant: Act| match act {
            Act::Confirm => other != Scope::Prompt || meant == Act::Accept,
            _ => together(action.scope, other),
        };
        let taken = self.acts.get(&key).map(Vec::as_slice).unwrap_or_default();
        let mut rivals = taken.iter().filter(|(scope, meant)| felt(*scope, *meant)).map(|(_, meant)| *meant);
        // So it is for what stands behind it in the table.
        let confirms =
            (taken.contains(&(Scope::Sheet, Act::Confirm)) && leads_to_a_sheet(action)).then_some(Act::Confirm);
        let rival = rivals.find(|rival| *rival != act).or(confirms.filter(|_| act != Act::Confirm));
        if let Some(rival) = rival {
            let taken = actions::row(rival).id;
            trouble.push(format!("keys: {key} means both `{taken}` and `{}`; `{taken}` keeps it", action.id));
            return;
        }
        let taken = self.acts.entry(key).or_default();
        taken.retain(|(scope, _)| *scope != action.scope);
        taken.push((action.scope, act));
        let keys = self.keys.entry(act).or_default();
        if !keys.contains(&key) {
            keys.push(key);
        }
    }

    /// What `key` does in `scope`, or in the wider ones around it.
    pub fn find(&self, scope: Scope, key: Key) -> Option<Act> {
        let acts = self.acts.get(&key)?;
        let here = |scope: &Scope| acts.iter().find(|(of, _)| of == scope).map(|(_, act)| *act);
        scope.chain().iter().find_map(here)
    }

    /// The keys of an action, as written.
    pub fn keys_of(&self, act: Act) -> Vec<String> {
        self.keys.get(&act).map(|keys| keys.iter().map(Key::to_string).collect()).unwrap_or_default()
    }

    /// The first key of an action, made short for hints.
    pub fn hint_of(&self, act: Act) -> Option<String> {
        self.hints(act).next()
    }

    /// All keys of an action, made short.
    pub fn hints(&self, act: Act) -> impl Iterator<Item = String> {
        self.keys.get(&act).into_iter().flatten().map(short)
    }
}

fn short(key: &Key) -> String {
    match key.code {
        KeyCode::Enter => "⏎".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        KeyCode::Char(' ') => "space".to_owned(),
        KeyCode::Esc | KeyCode::Tab if key.mods.is_empty() => key.to_string().trim_matches(['<', '>']).to_lowercase(),
        _ => key.to_string(),
    }
}

/// A key of it may open a sheet: by itself, by what it chooses in the palette, at a version that is gone back to, or where what waits
/// would be sent.
fn leads_to_a_sheet(action: &Action) -> bool {
    action.danger == Danger::Decides || matches!(action.act, Act::Accept | Act::GoThere | Act::TestConnection)
}

/// Is a key of the one ever looked up together with a key of the other?
fn together(one: Scope, other: Scope) -> bool {
    Scope::ALL.iter().any(|scope| scope.chain().contains(&one) && scope.chain().contains(&other))
}

/// The text of `docs/keys.md`.
pub fn page() -> String {
    let mut out = String::from(
        "# Keys\n\nMade from the action table (`src/tui/actions.rs`); a test keeps it so. Every key can be changed or taken away in\n\
         the settings: `[keys]`, then `id = [\"key\", ...]`; an empty list takes the keys away. Keys are written `j`, `G`, `C-d`,\n\
         `A-x`, `<Enter>`, `<PgDn>`, `<F1>`. With control a capital letter is the small one; `C-i`, `C-m` and `C-[` are `<Tab>`,\n\
         `<Enter>` and `<Esc>` on every terminal, and cannot be given.\n",
    );
    for scope in Scope::ALL {
        out.push_str(&format!("\n## {}\n\n| keys | id | what it does |\n|---|---|---|\n", scope.title()));
        for action in ACTIONS.iter().filter(|action| action.scope == scope) {
            let keys: Vec<String> = action.keys.iter().map(|key| format!("`{key}`")).collect();
            out.push_str(&format!("| {} | `{}` | {} |\n", keys.join(" "), action.id, action.label));
        }
    }
    out.push_str("\nThe keys below edit text where it is typed; these stay as they are. `S-` is shift.\n");
    for (title, edits) in typing::ALL {
        out.push_str(&format!("\n## {title}\n\n| keys | what they do |\n|---|---|\n"));
        for edits in edits {
            let keys: Vec<String> = edits.keys.iter().map(|key| format!("`{key}`")).collect();
            out.push_str(&format!("| {} | {} |\n", keys.join(" "), edits.label));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changes(list: &[(&str, &[&str])]) -> BTreeMap<String, Vec<String>> {
        list.iter().map(|(id, keys)| ((*id).into(), keys.iter().map(|k| (*k).into()).collect())).collect()
    }

    #[test]
    fn the_table_itself_has_no_clash() {
        let (_, trouble) = Keymap::new(&BTreeMap::new());
        assert_eq!(trouble, Vec::<String>::new());
    }

    #[test]
    fn a_key_can_be_moved_and_taken_away() {
        let (map, trouble) = Keymap::new(&changes(&[("quit", &["Q"]), ("next-theme", &[])]));
        assert_eq!(trouble, Vec::<String>::new());
        let key = |text: &str| Key::parse(text).unwrap();
        assert_eq!(map.find(Scope::List, key("Q")), Some(Act::Quit));
        assert_eq!(map.find(Scope::List, key("q")), None);
        assert_eq!(map.find(Scope::List, key("T")), None);
    }

    #[test]
    fn clashes_and_nonsense_are_reported() {
        let (map, trouble) = Keymap::new(&changes(&[("sort", &["j"]), ("qiut", &["x"]), ("help", &["<Nope>", "C-"])]));
        assert_eq!(trouble.len(), 4, "{trouble:?}");
        assert!(trouble.iter().any(|line| line.contains("j means both `down` and `sort`")));
        assert!(trouble.iter().any(|line| line.contains("no action `qiut`")));
        assert_eq!(map.find(Scope::List, Key::parse("j").unwrap()), Some(Act::Down));
    }

    #[test]
    fn a_key_with_control_is_the_same_with_a_capital_letter() {
        let pressed = Key::from_event(&KeyEvent::new(KeyCode::Char('y'), KeyModifiers::CONTROL));
        let (map, trouble) = Keymap::new(&changes(&[("confirm", &["C-Y"])]));
        assert_eq!((map.find(Scope::Sheet, pressed), trouble), (Some(Act::Confirm), Vec::new()));
        assert_eq!(map.keys_of(Act::Confirm), ["C-y"], "as it is shown beside what it does");
        let (_, trouble) = Keymap::new(&changes(&[("suspend-agent", &["C-Y"])]));
        assert!(trouble[0].contains("C-y means both `suspend-agent` and `confirm`"), "{trouble:?}");
        // Without control a capital letter is a key of its own.
        assert_ne!(Key::parse("G"), Key::parse("g"));
        assert_ne!(Key::parse("A-G"), Key::parse("A-g"));
    }

    #[test]
    fn a_key_that_no_terminal_can_send_is_reported_with_the_one_that_arrives() {
        for (written, arrives) in [("C-i", "<Tab>"), ("C-M", "<Enter>"), ("C-[", "<Esc>"), ("C-A-i", "<Tab>")] {
            let (_, trouble) = Keymap::new(&changes(&[("sort", &[written])]));
            assert_eq!(trouble.len(), 1, "{written}: {trouble:?}");
            assert!(trouble[0].starts_with("keys.sort: ") && trouble[0].contains(arrives), "{trouble:?}");
        }
    }

    #[test]
    fn keys_are_written_as_they_are_read() {
        for text in [
            "j",
            "G",
            "?",
            "<",
            "C-d",
            "A-x",
            "C-<Left>",
            "<Enter>",
            "<PgDn>",
            "<F12>",
            "<Space>",
            "<BackTab>",
            "<End>",
        ] {
            assert_eq!(Key::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn typing_never_meets_an_action_of_a_list() {
        let (map, _) = Keymap::new(&BTreeMap::new());
        for c in ('a'..='z').chain('A'..='Z').chain('0'..='9').chain("/:?[]# ".chars()) {
            let key = Key { code: KeyCode::Char(c), mods: KeyModifiers::NONE };
            assert_eq!(map.find(Scope::Prompt, key), None, "{c}");
            assert_eq!(map.find(Scope::Sheet, key), None, "{c}");
            assert_eq!(map.find(Scope::Note, key), None, "{c}");
        }
    }

    #[test]
    fn nothing_confirms_that_can_be_typed_or_that_leads_to_a_sheet() {
        let key = |text: &str| Key::parse(text).unwrap();
        let (map, trouble) = Keymap::new(&changes(&[("confirm", &["y", "C-o"])]));
        assert_eq!((map.find(Scope::Sheet, key("y")), map.find(Scope::Sheet, key("C-o"))), (None, Some(Act::Confirm)));
        assert!(trouble[0].contains("y is text where a reason is typed"), "{trouble:?}");
        let (map, trouble) = Keymap::new(&changes(&[("suspend-agent", &["C-y"])]));
        assert_eq!(map.find(Scope::Sheet, key("C-y")), None);
        assert!(trouble[0].contains("C-y means both `suspend-agent` and `confirm`"), "{trouble:?}");
    }

    #[test]
    fn no_settings_let_one_key_lead_to_a_sheet_and_confirm_it() {
        let deciding = ACTIONS.iter().filter(|it| leads_to_a_sheet(it) && it.act != Act::Confirm);
        for action in deciding {
            for (id, written) in [(action.id, "C-y"), ("confirm", "C-b")] {
                let (map, _) = Keymap::new(&changes(&[(id, &[written]), (action.id, &[written])]));
                let key = Key::parse(written).unwrap();
                let leads = map.find(action.scope, key) == Some(action.act);
                assert!(!(leads && map.find(Scope::Sheet, key) == Some(Act::Confirm)), "{} by {written}", action.id);
            }
        }
    }

    #[test]
    fn the_keys_page_is_fresh() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/keys.md");
        if std::env::var_os("QD_BLESS").is_some() {
            std::fs::write(path, page()).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == page(), "docs/keys.md is stale: run the tests once with QD_BLESS=1");
    }
}
