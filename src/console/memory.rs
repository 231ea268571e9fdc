//! The file in which the console's memory lies from one time to the next.
//!
//! Always true: it never keeps the console from opening. A file that cannot be understood is set aside, and said.

use std::fs;
use std::io::Read;
use std::path::Path;

use jiff::Timestamp;

use crate::config;
use crate::tui::memory::Memory;

/// Bytes that are read, at most: ours are a few thousand.
const MOST: u64 = 1 << 20;

/// What was remembered, and what there is to say about it.
pub(super) fn load(path: &Path, fresh: bool) -> (Memory, Option<String>) {
    let memory = match read(path) {
        Ok(None) => return (Memory::default(), None),
        Ok(Some(text)) => Memory::read(&text),
        Err(error) => return (Memory::default(), Some(format!("what was remembered cannot be read: {error}"))),
    };
    match memory {
        Ok(memory) if fresh => (memory.afresh(), None),
        Ok(memory) => (memory, None),
        Err(why) => (Memory::default(), Some(set_aside(path, &why))),
    }
}

fn read(path: &Path) -> std::io::Result<Option<String>> {
    let file = match fs::File::open(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Vec::new();
    file.take(MOST).read_to_end(&mut bytes)?;
    // What is no text will not be understood either, and is set aside with that.
    Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
}

fn set_aside(path: &Path, why: &str) -> String {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!("{name}.damaged-{}", Timestamp::now().as_second()));
    match fs::rename(path, &aside) {
        Ok(()) => format!("what was remembered is damaged ({why}) and lies in {} now", aside.display()),
        Err(error) => format!("what was remembered is damaged ({why}) and cannot be set aside: {error}"),
    }
}

/// Keeps it; what stood in the way, for a person.
pub(super) fn keep(path: &Path, memory: &Memory) -> Result<(), String> {
    config::replace(path, &memory.text()).map_err(|error| format!("where you are is not remembered: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_kept_is_found_again_unless_one_begins_afresh() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state").join("console.qd");
        assert_eq!(load(&path, false), (Memory::default(), None));
        let memory = Memory { qd: 1, view: Some("runs".into()), recent: vec!["sync".into()], ..Memory::default() };
        keep(&path, &memory).unwrap();
        assert_eq!(load(&path, false), (memory.clone(), None));
        assert_eq!(load(&path, true), (memory.afresh(), None));
    }

    #[test]
    fn a_damaged_file_is_set_aside_and_the_console_begins_afresh() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("console.qd");
        fs::write(&path, b"\xff\xfe{\"qd\": 1").unwrap();
        let (memory, said) = load(&path, false);
        assert_eq!(memory, Memory::default());
        assert!(said.unwrap().contains("damaged"));
        assert!(!path.exists());
        let aside: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().collect();
        assert_eq!(aside.len(), 1, "nothing is thrown away");
        keep(&path, &Memory::default()).unwrap();
    }
}
