//! Everything a key can do, in one table.
//!
//! A row says: name, id, default keys, where it counts, how dangerous it is, what it is called, and when it cannot be
//! done and why. The footer's hints, the `?` help, the `:` palette, `docs/keys.md` and remapping are all read off it.
//! To add a key: one row here, and one match arm where it is done.

/// Where an action counts. Keys are looked up from the focus outwards, [`Scope::Global`] last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere, except while text is being typed.
    Global,
    /// Wherever something can be moved through: lists, details, help.
    Move,
    /// In a list of records.
    List,
    /// In the details of a record.
    Detail,
    /// While text is being typed: filter, palette.
    Prompt,
}

impl Scope {
    /// Every scope, in the order of the help.
    pub const ALL: [Scope; 5] = [Scope::Global, Scope::Move, Scope::List, Scope::Detail, Scope::Prompt];

    /// Heading in help and docs.
    pub fn title(self) -> &'static str {
        match self {
            Scope::Global => "Everywhere",
            Scope::Move => "Moving",
            Scope::List => "In a list",
            Scope::Detail => "In the details",
            Scope::Prompt => "While typing",
        }
    }
}

/// What an action may do to the world outside the console.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Danger {
    /// Nothing: it looks, or moves.
    None,
    /// It talks to platforms, but changes nothing there.
    Network,
}

/// What an action needs to know to say whether it can be done.
#[derive(Debug, Clone, Copy, Default)]
pub struct Facts {
    /// A record is selected.
    pub selected: bool,
    /// The open view is a list of records.
    pub records: bool,
    /// The list is grouped.
    pub grouped: bool,
    /// The list is filtered.
    pub filtered: bool,
    /// There is a connection to sync.
    pub connected: bool,
    /// Another process holds the lease: this one only reads.
    pub reading: bool,
    /// Views there are.
    pub views: usize,
}

type Why = fn(&Facts) -> Option<&'static str>;

/// One row of the table.
#[derive(Debug)]
pub struct Action {
    /// The action.
    pub act: Act,
    /// Stable id, for settings.
    pub id: &'static str,
    /// Keys it has unless the operator says otherwise.
    pub keys: &'static [&'static str],
    /// Where it counts.
    pub scope: Scope,
    /// What it may do outside.
    pub danger: Danger,
    /// Footer hint: lower comes first; 0 is never shown there.
    pub hint: u8,
    /// A word or two, for hints.
    pub short: &'static str,
    /// A sentence, for help and palette.
    pub label: &'static str,
    /// Why it cannot be done now, if it cannot.
    pub disabled: Why,
}

macro_rules! actions {
    ($($act:ident $id:literal [$($key:literal)*] $scope:ident $danger:ident $hint:literal $short:literal $label:literal $why:expr;)*) => {
        /// Names of all actions.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Act { $(#[doc = $label] $act,)* }

        /// The table.
        pub const ACTIONS: &[Action] = &[$(Action {
            act: Act::$act, id: $id, keys: &[$($key),*], scope: Scope::$scope, danger: Danger::$danger,
            hint: $hint, short: $short, label: $label, disabled: $why,
        },)*];
    };
}

const ALWAYS: Why = |_| None;
const CAN_STOP: Why = |_| (!super::signals::CAN_STOP).then_some("this system does not let a program stop for a while");
const WITH_ROW: Why = |facts| (!facts.selected).then_some("nothing is selected");
const IN_LIST: Why = |facts| (!facts.records).then_some("this view is not a list of records");
const IN_GROUPS: Why = |facts| (!facts.grouped).then_some("this list has no groups");
const CAN_SYNC: Why = |facts| match (facts.connected, facts.reading) {
    (false, _) => Some("there is no connection yet: qd connect add"),
    (_, true) => Some("another qd is syncing; this one only reads"),
    _ => None,
};

// act id [keys] scope danger hint short label disabled
actions! {
    Quit "quit" ["q" "C-c"] Global None 90 "quit" "Leave the console" ALWAYS;
    Help "help" ["?" "<F1>"] Global None 47 "help" "Show every key" ALWAYS;
    Palette "palette" [":" "C-p"] Global None 48 "palette" "Find any action, view or connection by name" ALWAYS;
    NextView "next-view" ["<Tab>" "]"] Global None 60 "views" "Next view" ALWAYS;
    PreviousView "previous-view" ["<BackTab>" "["] Global None 0 "previous view" "Previous view" ALWAYS;
    View1 "view-1" ["1"] Global None 0 "view 1" "Open the first view" ALWAYS;
    View2 "view-2" ["2"] Global None 0 "view 2" "Open the second view" ALWAYS;
    View3 "view-3" ["3"] Global None 0 "view 3" "Open the third view" ALWAYS;
    View4 "view-4" ["4"] Global None 0 "view 4" "Open the fourth view" ALWAYS;
    View5 "view-5" ["5"] Global None 0 "view 5" "Open the fifth view" ALWAYS;
    View6 "view-6" ["6"] Global None 0 "view 6" "Open the sixth view" ALWAYS;
    View7 "view-7" ["7"] Global None 0 "view 7" "Open the seventh view" ALWAYS;
    View8 "view-8" ["8"] Global None 0 "view 8" "Open the eighth view" ALWAYS;
    View9 "view-9" ["9"] Global None 0 "view 9" "Open the ninth view" |facts| (facts.views < 9).then_some("there is no ninth view");
    Sync "sync" ["r"] Global Network 50 "sync" "Sync every connection now" CAN_SYNC;
    Back "back" ["<Esc>"] Global None 0 "back" "Leave what is open: details, filter, message" ALWAYS;
    NextTheme "next-theme" ["T"] Global None 0 "theme" "Next theme" ALWAYS;
    Redraw "redraw" ["C-l"] Global None 0 "redraw" "Draw the whole screen again" ALWAYS;
    Suspend "suspend" ["C-z"] Global None 0 "suspend" "Back to the shell; fg returns" CAN_STOP;

    Down "down" ["j" "<Down>"] Move None 0 "down" "One down" ALWAYS;
    Up "up" ["k" "<Up>"] Move None 0 "up" "One up" ALWAYS;
    PageDown "page-down" ["<PgDn>" "C-f"] Move None 0 "page down" "One page down" ALWAYS;
    PageUp "page-up" ["<PgUp>" "C-b"] Move None 0 "page up" "One page up" ALWAYS;
    HalfDown "half-down" ["C-d"] Move None 0 "half down" "Half a page down" ALWAYS;
    HalfUp "half-up" ["C-u"] Move None 0 "half up" "Half a page up" ALWAYS;
    First "first" ["g" "<Home>"] Move None 0 "first" "To the first" ALWAYS;
    Last "last" ["G" "<End>"] Move None 0 "last" "To the last" ALWAYS;
    Count "count" ["#"] Move None 0 "count" "Type a number before a motion: # 5 0 j is fifty down" ALWAYS;

    Open "open" ["<Enter>" "l" "<Right>"] List None 10 "open" "Into the details of the selected record" WITH_ROW;
    Filter "filter" ["/"] List None 20 "filter" "Filter the list; words, field:value, \"phrase\", -not" IN_LIST;
    Sort "sort" ["o"] List None 30 "sort" "Sort by the next column" IN_LIST;
    Reverse "reverse" ["O"] List None 0 "reverse" "Turn the order round" IN_LIST;
    NextGroup "next-group" ["."] List None 15 "group" "Next group" IN_GROUPS;
    PreviousGroup "previous-group" [","] List None 0 "previous group" "Previous group" IN_GROUPS;
    Layout "layout" ["v"] List None 40 "pane" "Details beside the list, below it, or away" IN_LIST;
    ShowGone "show-gone" ["z"] List None 55 "gone" "Show or hide records their platform no longer lists" IN_LIST;

    Close "close" ["h" "<Left>"] Detail None 11 "list" "Back to the list" ALWAYS;
    Fold "fold" ["<Space>" "<Enter>"] Detail None 12 "fold" "Fold or unfold this part of the document" ALWAYS;
    Unfold "unfold-all" ["e"] Detail None 13 "unfold all" "Unfold the whole document" ALWAYS;
    FoldAll "fold-all" ["E"] Detail None 14 "fold all" "Fold the whole document" ALWAYS;
    DetailLayout "detail-layout" ["v"] Detail None 40 "pane" "Details beside the list, below it, or away" IN_LIST;

    Accept "accept" ["<Enter>"] Prompt None 10 "accept" "Take what is typed or chosen" ALWAYS;
    Cancel "cancel" ["<Esc>" "C-g"] Prompt None 20 "cancel" "Leave without it" ALWAYS;
    Following "following" ["<Down>" "C-n" "<Tab>"] Prompt None 30 "next" "Next suggestion" ALWAYS;
    Preceding "preceding" ["<Up>" "C-p" "<BackTab>"] Prompt None 0 "previous" "Previous suggestion" ALWAYS;
}

/// The row of an action.
pub fn row(act: Act) -> &'static Action {
    // The table is made from the same lines as the enum, in the same order.
    &ACTIONS[act as usize]
}

/// The row with this id.
pub fn by_id(id: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

/// Which view an action opens, from 0.
pub(crate) fn view_number(act: Act) -> Option<usize> {
    let (first, number) = (Act::View1 as usize, act as usize);
    (first..first + 9).contains(&number).then(|| number - first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_rows_are_found() {
        for action in ACTIONS {
            assert_eq!(by_id(action.id).map(|found| found.act), Some(action.act), "{} stands twice", action.id);
            assert_eq!(row(action.act).id, action.id);
        }
    }
}
