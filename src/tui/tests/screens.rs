//! Every view as it looks, at the smallest size that must be comfortable and at a large one.

use ratatui::style::Style;

use super::*;

pub(super) const SIZES: [(u16, u16); 2] = [(80, 24), (160, 48)];

pub(super) fn snapshot(name: &str, text: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, text));
}

#[test]
fn overlays_and_panes() {
    for size in SIZES {
        let name = |what: &str| format!("{what}-{}x{}", size.0, size.1);
        let mut console = Console::new(size);
        console.press("@approvals l");
        snapshot(&name("detail"), &console.text());
        console.press("<Esc> v v v");
        snapshot(&name("detail-below"), &console.text());
        console.press("@runs /");
        console.type_text("status:failed agent:k");
        snapshot(&name("filter"), &console.text());
        console.press("<Enter> ?");
        snapshot(&name("help"), &console.text());
        console.press("<Esc> :");
        console.type_text("sy");
        snapshot(&name("palette"), &console.text());
    }
}

#[test]
fn sheets() {
    for size in SIZES {
        let name = |what: &str| format!("sheet-{what}-{}x{}", size.0, size.1);
        let mut console = Console::with(size, World::believable().with_writes(), connections(), TuiSettings::default());
        console.press("/");
        console.type_text("connection:turen");
        console.press("<Enter> j j j j s");
        console.type_text("leaked key, see incident 41");
        snapshot(&name("suspend"), &console.text());
        console.press("<Esc> * s");
        snapshot(&name("many"), &console.text());
        console.press("<Esc> <Esc> <Esc> @approvals a");
        snapshot(&name("pending-approval"), &console.text());
        console.press("<Esc> j j a");
        snapshot(&name("approve"), &console.text());
    }
}

#[test]
fn the_outbox() {
    for size in SIZES {
        let name = |what: &str| format!("outbox-{what}-{}x{}", size.0, size.1);
        let mut console = Console::with(size, World::believable().with_writes(), connections(), TuiSettings::default());
        console.press("@outbox");
        snapshot(&name("conflict"), &console.text());
        console.press("l");
        snapshot(&name("reading"), &console.text());
        console.press("h j j j j z");
        console.pass(Duration::from_secs(30));
        snapshot(&name("queued"), &console.text());
        console.press("z g j m");
        snapshot(&name("settle"), &console.text());
    }
}

fn with_contents(size: (u16, u16)) -> Console {
    Console::with(size, World::believable().with_contents(), connections(), TuiSettings::default())
}

#[test]
fn transcripts() {
    for size in SIZES {
        let name = |what: &str| format!("transcript-{what}-{}x{}", size.0, size.1);
        let mut console = with_contents(size);
        console.press("@sessions t");
        snapshot(&name("begin"), &console.text());
        console.press("d");
        snapshot(&name("change"), &console.text());
        console.press("v");
        console.pass(Duration::from_secs(30));
        snapshot(&name("audit"), &console.text());
        console.press("v /");
        console.type_text("refunded");
        snapshot(&name("search"), &console.text());
        console.press("<Esc> h j t");
        snapshot(&name("missing"), &console.text());
        console.press("h j t");
        snapshot(&name("old"), &console.text());
        console.press("h j t");
        snapshot(&name("not-offered"), &console.text());
        console.press("h j");
        console.store.broken.store(true, Ordering::SeqCst);
        console.press("t");
        snapshot(&name("error"), &console.text());
    }
}

#[test]
fn searches() {
    for size in SIZES {
        let name = |what: &str| format!("search-{what}-{}x{}", size.0, size.1);
        let mut console = with_contents(size);
        console.press("f");
        snapshot(&name("begin"), &console.text());
        console.type_text("refund");
        snapshot(&name("typing"), &console.text());
        console.press("<Esc> h j");
        snapshot(&name("facets"), &console.text());
        console.press("l /");
        console.type_text(" no-such-word (");
        snapshot(&name("nothing"), &console.text());
        console.store.broken.store(true, Ordering::SeqCst);
        console.type_text("x");
        snapshot(&name("error"), &console.text());
    }
}

#[test]
fn ways_and_choices() {
    for size in SIZES {
        let name = |what: &str| format!("{what}-{}x{}", size.0, size.1);
        let mut console = Console::new(size);
        console.press("# 1 1 j L");
        snapshot(&name("links"), &console.text());
        console.press("<Enter> j L <Enter>");
        snapshot(&name("crumbs"), &console.text());
        console.press("L <Down> <Enter> V");
        snapshot(&name("columns"), &console.text());
        console.press("<Esc> @runs /");
        console.type_text("status:paused agent:r");
        snapshot(&name("completion"), &console.text());
        console.press("<Esc> :");
        console.type_text("apr-01");
        snapshot(&name("palette-records"), &console.text());
        console.press("<Esc> @agents # 1 1 j");
        console.store.broken.store(true, Ordering::SeqCst);
        console.press("L");
        snapshot(&name("links-error"), &console.text());
    }
}

/// A way through records with hostile and over-long titles keeps to its line.
#[test]
fn a_long_and_hostile_way() {
    let mut world = World::believable();
    for (row, _) in &mut world.rows {
        row.title = Some("\u{1b}]0;owned\u{7}\u{202e} › Outbox › ".repeat(9));
    }
    let mut console = Console::with((80, 24), world, connections(), TuiSettings::default());
    console.press("@sessions L L L");
    snapshot("crumbs-hostile-80x24", &console.text());
    assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
}

#[test]
fn nothing_to_show() {
    let size = (80, 24);
    let mut console = Console::with(size, World::default(), Vec::new(), TuiSettings::default());
    snapshot("welcome-80x24", &console.text());
    console = Console::with(size, World::default(), connections(), TuiSettings::default());
    snapshot("never-synced-80x24", &console.text());
    console = Console::new(size);
    console.press("@outbox");
    snapshot("outbox-empty-80x24", &console.text());
    console.press("@agents /");
    console.type_text("nothing-is-called-so");
    snapshot("no-match-80x24", &console.text());
}

/// What a screen says does not depend on colour: every theme shows the same characters.
#[test]
fn every_theme_says_the_same() {
    let themes = [
        ("dark", ColorMode::True),
        ("light", ColorMode::Indexed),
        ("ansi-16", ColorMode::Ansi),
        ("dark", ColorMode::None),
    ];
    for view in ["inbox", "agents", "runs", "approvals", "outbox", "connections"] {
        let texts: Vec<String> = themes
            .iter()
            .map(|(theme, mode)| {
                let world = World::believable().with_writes();
                let mut console = Console::with((120, 36), world, connections(), settings(theme, *mode));
                console.press(&format!("@{view}"));
                console.text()
            })
            .collect();
        assert!(texts.windows(2).all(|pair| pair[0] == pair[1]), "view {view}");
    }
}

/// Where the styles change, line by line: a theme's look, in a form that can be compared.
pub(super) fn styles(console: &Console) -> String {
    let buffer = console.screen.backend().buffer();
    let mut out = String::new();
    for y in 0..buffer.area.height {
        let mut last: Option<Style> = None;
        for x in 0..buffer.area.width {
            let cell = buffer.cell((x, y)).unwrap();
            let style = Style::new().fg(cell.fg).bg(cell.bg).add_modifier(cell.modifier);
            if last != Some(style) {
                out.push_str(&format!("{y:>2},{x:<3} {} on {} {:?}\n", cell.fg, cell.bg, cell.modifier));
                last = Some(style);
            }
        }
    }
    out
}

/// Long and hostile text keeps to its place, and nothing hidden is left in it.
#[test]
fn long_and_hostile_writes() {
    for size in SIZES {
        let mut world = World::believable().with_writes();
        let evil = "\u{1b}]0;owned\u{7}\u{202e}\u{9b}2J\nC-y yes ".repeat(40);
        for write in &mut world.writes {
            write.intent.target = Some(format!("{evil}{}", write.id));
            write.intent.title = Some(evil.clone());
            write.intent.reason = Some(evil.clone());
            if let Some(verdict) = &mut write.verdict {
                (verdict.message, verdict.who) = (evil.clone(), Some(evil.clone()));
            }
        }
        let mut console = Console::with(size, world, connections(), TuiSettings::default());
        console.press("@outbox j");
        snapshot(&format!("outbox-hostile-{}x{}", size.0, size.1), &console.text());
        console.press("m");
        snapshot(&format!("sheet-hostile-{}x{}", size.0, size.1), &console.text());
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
    }
}
