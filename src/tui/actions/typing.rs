//! Keys that edit text where text is typed.
//!
//! They are the widgets' own and no rows of the table: they are what people know from every other place, and stay as they are. They are
//! told here for the help and `docs/keys.md`.

/// Keys that do the same, and what that is.
#[derive(Debug)]
pub struct Edits {
    /// The keys, as written. `S-` is shift.
    pub keys: &'static [&'static str],
    /// What they do.
    pub label: &'static str,
}

const fn edits(keys: &'static [&'static str], label: &'static str) -> Edits {
    Edits { keys, label }
}

/// Heading of [`EVERYWHERE`] in help and docs.
pub const EVERYWHERE_TITLE: &str = "Editing text, wherever it is typed";

/// What works in every field, in notes and in the editor.
pub const EVERYWHERE: &[Edits] = &[
    edits(&["C-a", "<Home>"], "To the beginning of the line"),
    edits(&["C-e", "<End>"], "To the end of the line"),
    edits(&["C-w"], "Delete the word before the cursor"),
    edits(&["C-k"], "Delete to the end of the line"),
    edits(&["C-h", "<BS>"], "Delete the character before the cursor"),
    edits(&["<Del>"], "Delete the character at the cursor"),
];

/// Heading of [`FIELDS`] in help and docs.
pub const FIELDS_TITLE: &str = "Editing text, but for the editor";

/// What works everywhere but in the editor.
pub const FIELDS: &[Edits] = &[edits(&["C-u"], "Delete to the beginning of the line")];

/// Heading of [`EDITOR`] in help and docs.
pub const EDITOR_TITLE: &str = "Editing text, in the editor alone";

/// What works in the editor alone.
pub const EDITOR: &[Edits] = &[
    edits(&["C-d"], "Delete the character at the cursor"),
    edits(&["A-d"], "Delete the next word"),
    edits(&["C-<Left>", "A-b"], "To the word before"),
    edits(&["C-<Right>", "A-f"], "To the next word"),
    edits(&["C-<Home>", "A-<"], "To the beginning of the text"),
    edits(&["C-<End>", "A->"], "To the end of the text"),
    edits(&["S-<Left>", "S-<Right>", "S-<Up>", "S-<Down>"], "Select: shift with any key that moves"),
];

/// All of them, each part under its heading.
pub const ALL: [(&str, &[Edits]); 3] = [(EVERYWHERE_TITLE, EVERYWHERE), (FIELDS_TITLE, FIELDS), (EDITOR_TITLE, EDITOR)];
