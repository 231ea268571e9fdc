use std::path::Path;

use crate::platform::Registry;

/// The built-in manifests are read without a word, all four.
#[test]
fn every_built_in_platform_is_read() {
    for name in ["exo", "runagents", "runagents-v1alpha", "turen"] {
        let text = std::fs::read_to_string(format!("{}/platforms/{name}.toml", env!("CARGO_MANIFEST_DIR"))).unwrap();
        let errors = Registry::builtin().check(Path::new(name), &text).err().unwrap_or_default();
        assert!(errors.is_empty(), "{errors:#?}");
    }
    let names: Vec<String> = Registry::builtin().iter().map(|(manifest, _)| manifest.name.clone()).collect();
    assert_eq!(names, ["exo", "runagents", "runagents-v1alpha", "turen"]);
}
