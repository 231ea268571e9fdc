//! The editor and the sheet of an approval as they look.

use super::editing::{conflicted, open_in};
use super::screens::{SIZES, snapshot};
use super::*;

#[test]
fn the_editor() {
    for size in SIZES {
        let name = |what: &str| format!("editor-{what}-{}x{}", size.0, size.1);
        let mut console = Console::new(size);
        open_in(&mut console);
        snapshot(&name("begin"), &console.text());
        console.press("<Down> <Down> <End> <BS> <BS>");
        console.type_text("60,");
        console.press("<Enter>");
        console.type_text("\"brand_new\": true,");
        console.pass(Duration::from_secs(30));
        snapshot(&name("doubts"), &console.text());
        console.press("C-o");
        snapshot(&name("changes"), &console.text());
        console.press("C-o");
        snapshot(&name("request"), &console.text());
        console.press("C-o");
        snapshot(&name("affected"), &console.text());
        console.press("C-o <BackTab> j");
        snapshot(&name("versions"), &console.text());
        console.press("<Esc> x C-o");
        snapshot(&name("wrong"), &console.text());
        console.press("<Esc>");
        snapshot(&name("leaving"), &console.text());
        console.press("<Esc> <BS> C-s");
        snapshot(&name("sheet"), &console.text());
    }
}

#[test]
fn the_editor_on_a_bad_day() {
    for size in SIZES {
        let name = |what: &str| format!("editor-{what}-{}x{}", size.0, size.1);
        let mut console = Console::with(size, conflicted(), connections(), TuiSettings::default());
        console.press("@outbox i");
        snapshot(&name("conflict"), &console.text());
        let mut console = Console::new(size);
        console.press("@policies /");
        console.type_text("connection:turen");
        console.press("<Enter>");
        console.key("i");
        console.draw();
        snapshot(&name("opening"), &console.text());
        console.settle();
        console.store.broken.store(true, Ordering::SeqCst);
        console.type_text("x");
        snapshot(&name("unchecked"), &console.text());
        console.press("<Esc> C-d i");
        snapshot(&name("error"), &console.text());
        let mut console = Console::new(size);
        open_in(&mut console);
        let evil = "\u{202e}C-y yes\u{200b} │┊╭─╮\u{1b}[2J\u{9b}";
        console.paste(&format!("{{\"{evil}\": \"{}\"}}\n", evil.repeat(30)));
        console.press("<Up>");
        snapshot(&name("hostile"), &console.text());
        assert!(!console.text().chars().any(|c| quarterdeck_sync::text::is_hidden(c) && c != '\n'));
    }
}

#[test]
fn an_approval() {
    for size in SIZES {
        let name = |what: &str| format!("sheet-approval-{what}-{}x{}", size.0, size.1);
        let mut console = Console::new(size);
        console.press("@approvals a");
        snapshot(&name("begin"), &console.text());
        console.press("<PgDn>");
        snapshot(&name("more"), &console.text());
        console.press("<Esc>");
        console.store.world.lock().unwrap().groundless = Some("disk I/O error".to_owned());
        console.press("a");
        snapshot(&name("groundless"), &console.text());
    }
}
