//! Everything a key can do, in one table.
//!
//! A row says: name, id, default keys, where it counts, how dangerous it is, what it is called, and when it cannot be
//! done and why. The footer's hints, the `?` help, the `:` palette, `docs/keys.md` and remapping are all read off it.
//! To add a key: one row here, and one match arm where it is done.

mod verbs;

use std::borrow::Cow;

use quarterdeck_sync::model::{ListKey, WriteState};

use super::incidents;
pub(crate) use verbs::verbs;

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
    /// On a record, whether in its list or in its details.
    Record,
    /// In the outbox.
    Outbox,
    /// In a transcript.
    Reading,
    /// In the incidents.
    Incidents,
    /// In what a search has found.
    Hits,
    /// In the facets beside it.
    Facets,
    /// On the sheet that a decision is confirmed on.
    Sheet,
    /// While text is being typed: filter, palette.
    Prompt,
    /// While a note is being written.
    Note,
}

impl Scope {
    /// Every scope, in the order of the help.
    pub const ALL: [Scope; 13] = [
        Scope::Global,
        Scope::Move,
        Scope::List,
        Scope::Detail,
        Scope::Record,
        Scope::Outbox,
        Scope::Reading,
        Scope::Incidents,
        Scope::Hits,
        Scope::Facets,
        Scope::Sheet,
        Scope::Prompt,
        Scope::Note,
    ];

    /// Heading in help and docs.
    pub fn title(self) -> &'static str {
        match self {
            Scope::Global => "Everywhere",
            Scope::Move => "Moving",
            Scope::List => "In a list",
            Scope::Detail => "In the details",
            Scope::Record => "Deciding about records",
            Scope::Outbox => "In the outbox",
            Scope::Reading => "In a transcript",
            Scope::Incidents => "In the incidents",
            Scope::Hits => "In what a search has found",
            Scope::Facets => "In the facets of a search",
            Scope::Sheet => "On the sheet that confirms a decision",
            Scope::Prompt => "While typing",
            Scope::Note => "While writing a note",
        }
    }

    /// The scopes in which keys are looked up while this one is in force, from the inside out.
    pub fn chain(self) -> &'static [Scope] {
        match self {
            Scope::Prompt => &[Scope::Prompt],
            Scope::Sheet => &[Scope::Sheet],
            Scope::Note => &[Scope::Note],
            Scope::Incidents => &[Scope::Incidents, Scope::Move, Scope::Global],
            Scope::List => &[Scope::List, Scope::Record, Scope::Move, Scope::Global],
            Scope::Detail => &[Scope::Detail, Scope::Record, Scope::Move, Scope::Global],
            Scope::Outbox => &[Scope::Outbox, Scope::Move, Scope::Global],
            Scope::Reading => &[Scope::Reading, Scope::Move, Scope::Global],
            Scope::Hits => &[Scope::Hits, Scope::Move, Scope::Global],
            Scope::Facets => &[Scope::Facets, Scope::Move, Scope::Global],
            Scope::Record => &[Scope::Record, Scope::Global],
            Scope::Move => &[Scope::Move, Scope::Global],
            Scope::Global => &[Scope::Global],
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
    /// It leads to a sheet; what is confirmed there changes something on a platform, or what will be changed.
    Decides,
}

/// Why something cannot be done now.
pub type Reason = Cow<'static, str>;

/// What an action needs to know to say whether it can be done.
#[derive(Debug, Clone, Default)]
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
    /// Lists of the records that a decision would be about: the marked ones, else the selected one.
    pub targets: Vec<ListKey>,
    /// Decisions that these lists do not let be taken, and why.
    pub lacking: Vec<(Act, Reason)>,
    /// The selected record may have entries.
    pub readable: bool,
    /// The open transcript has entries.
    pub entries: bool,
    /// Something is selected that a search has found.
    pub hit: bool,
    /// The open view is the outbox.
    pub outbox: bool,
    /// Where the selected write stands.
    pub write: Option<WriteState>,
    /// There is something that could be taken back.
    pub undoable: bool,
    /// What is known of incidents.
    pub incidents: incidents::Facts,
    /// Why the open sheet cannot be confirmed.
    pub unconfirmed: Option<Reason>,
    /// What the open sheet shows is not what is there any more.
    pub moved: bool,
    /// Nothing is decided in this console.
    pub read_only: bool,
}

impl Facts {
    fn lacks(&self, act: Act) -> Option<Reason> {
        if !self.records {
            return IN_LIST(self);
        }
        if self.targets.is_empty() {
            return Some("nothing is selected".into());
        }
        self.lacking.iter().find(|(lacking, _)| *lacking == act).map(|(_, why)| why.clone())
    }

    fn write_in(&self, passes: impl Fn(WriteState) -> bool, why: &'static str) -> Option<Reason> {
        match self.write {
            None => Some("no write is selected".into()),
            Some(state) if passes(state) => None,
            Some(state) => Some(format!("{why}; this one is {state}").into()),
        }
    }
}

type Why = fn(&Facts) -> Option<Reason>;

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
    /// Why it cannot be done now, if it cannot; see [`Action::why_not`].
    disabled: Why,
}

impl Action {
    /// Why it cannot be done now, if it cannot.
    pub fn why_not(&self, facts: &Facts) -> Option<Reason> {
        if facts.read_only && self.danger == Danger::Decides {
            return Some("this console is read-only".into());
        }
        (self.disabled)(facts)
    }
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
const CAN_STOP: Why = |_| said(!super::signals::CAN_STOP, "this system does not let a program stop for a while");
const WITH_ROW: Why = |facts| said(!facts.selected, "nothing is selected");
const IN_LIST: Why = |facts| said(!facts.records, "this view is not a list of records");
const IN_GROUPS: Why = |facts| said(!facts.grouped, "this list has no groups");
const CAN_READ: Why = |facts| said(!facts.readable, "only sessions and runs have a transcript");
const IN_ENTRIES: Why = |facts| said(!facts.entries, "there is no entry here");
const WITH_HIT: Why = |facts| said(!facts.hit, "nothing is found yet");
const CAN_SYNC: Why = |facts| match (facts.connected, facts.reading) {
    (false, _) => Some("there is no connection yet: qd connect add".into()),
    (_, true) => Some("another qd is syncing; this one only reads".into()),
    _ => None,
};
const WITH_WRITE: Why = |facts| facts.write_in(|_| true, "");
const IS_WAITING: Why = |facts| {
    facts.write_in(|state| matches!(state, WriteState::Queued | WriteState::Retrying), "only what was not sent can be")
};
const CAN_RETRY: Why = |facts| {
    let again = |state: WriteState| state.needs_person() || matches!(state, WriteState::Retrying | WriteState::Unknown);
    facts.write_in(again, "only what failed or waits can be tried again")
};
const HAS_FAILED: Why = |facts| {
    let failed = |state: WriteState| state.needs_person() || state == WriteState::Unknown;
    facts.write_in(failed, "only what failed can be let go of")
};
const CONFLICTED: Why = |facts| facts.write_in(|state| state == WriteState::Conflicted, "only a conflict is settled");
const CAN_UNDO: Why = |facts| said(!facts.undoable, "nothing was decided here yet; the outbox shows every write");

fn said(so: bool, why: &'static str) -> Option<Reason> {
    so.then_some(Cow::Borrowed(why))
}

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
    View9 "view-9" ["9"] Global None 0 "view 9" "Open the ninth view" |facts| said(facts.views < 9, "there is no ninth view");
    Search "search" ["f"] Global None 45 "find" "Find anything: records, and entries of sessions and runs" ALWAYS;
    Undo "undo" ["u"] Global Decides 46 "undo" "Take back the last decision; in the outbox, the selected write" CAN_UNDO;
    Sync "sync" ["r"] Global Network 50 "sync" "Sync every connection now" CAN_SYNC;
    OpenIncident "open-incident" ["I"] Global None 0 "incident" "Open an incident; what is selected is pinned to it first" ALWAYS;
    Pin "pin" ["&"] Global None 0 "pin" "Pin what is selected to the incident that is worked on" incidents::not_pinnable;
    Back "back" ["<Esc>"] Global None 0 "back" "Leave what is open: details, filter, message" ALWAYS;
    NextTheme "next-theme" ["T"] Global None 0 "theme" "Next theme" ALWAYS;
    Mouse "mouse" ["<F12>"] Global None 0 "mouse" "Give the mouse to the terminal, or take it back" ALWAYS;
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
    Mark "mark" ["<Space>"] List None 16 "mark" "Mark the selected record, for a decision about many" WITH_ROW;
    MarkAll "mark-all" ["*"] List None 0 "mark all" "Mark every record that the list shows, or none" WITH_ROW;
    Layout "layout" ["v"] List None 40 "pane" "Details beside the list, below it, or away" IN_LIST;
    ShowGone "show-gone" ["z"] List None 55 "gone" "Show or hide records their platform no longer lists" IN_LIST;

    Close "close" ["h" "<Left>"] Detail None 11 "list" "Back to the list" ALWAYS;
    Fold "fold" ["<Space>" "<Enter>"] Detail None 12 "fold" "Fold or unfold this part of the document" ALWAYS;
    Unfold "unfold-all" ["e" "+"] Detail None 13 "unfold all" "Unfold the whole document" ALWAYS;
    FoldAll "fold-all" ["-"] Detail None 14 "fold all" "Fold the whole document" ALWAYS;
    DetailLayout "detail-layout" ["v"] Detail None 40 "pane" "Details beside the list, below it, or away" IN_LIST;

    Read "read" ["t"] Record None 11 "transcript" "Read what was said and done: the transcript of a session or run" CAN_READ;
    Approve "approve" ["a"] Record Decides 5 "approve" "Approve what is asked for" |facts| facts.lacks(Act::Approve);
    Reject "reject" ["x"] Record Decides 6 "reject" "Reject what is asked for" |facts| facts.lacks(Act::Reject);
    SuspendAgent "suspend-agent" ["s"] Record Decides 7 "suspend" "Suspend the agent" |facts| facts.lacks(Act::SuspendAgent);
    ResumeAgent "resume-agent" ["S"] Record Decides 8 "resume" "Let a suspended agent work again" |facts| facts.lacks(Act::ResumeAgent);
    Contain "contain" ["c"] Record Decides 9 "contain" "Stop the agent with everything the platform has" |facts| facts.lacks(Act::Contain);
    Release "release" ["C"] Record Decides 0 "release" "Let a contained agent go" |facts| facts.lacks(Act::Release);
    StopRun "stop-run" ["X"] Record Decides 7 "stop" "Stop the run" |facts| facts.lacks(Act::StopRun);
    Edit "edit" ["E"] Record Decides 7 "edit" "Edit the document in $EDITOR" |facts| facts.lacks(Act::Edit);
    SwitchOn "switch-on" ["w"] Record Decides 8 "switch on" "Activate or enable it" |facts| facts.lacks(Act::SwitchOn);
    SwitchOff "switch-off" ["W"] Record Decides 9 "switch off" "Deactivate or disable it" |facts| facts.lacks(Act::SwitchOff);
    Acknowledge "acknowledge" ["A"] Record Decides 7 "acknowledge" "Acknowledge the alert" |facts| facts.lacks(Act::Acknowledge);
    Delete "delete" ["D"] Record Decides 0 "delete" "Delete it on its platform" |facts| facts.lacks(Act::Delete);

    OpenWrite "open-write" ["<Enter>" "l" "<Right>"] Outbox None 40 "read" "Move through what is known of the selected write" WITH_WRITE;
    CloseWrite "close-write" ["h" "<Left>"] Outbox None 0 "list" "Back to the list of writes" ALWAYS;
    CancelWrite "cancel-write" ["x"] Outbox Decides 5 "cancel" "Take the write back before it is sent" IS_WAITING;
    RetryWrite "retry-write" ["t"] Outbox Decides 6 "try again" "Try the write again" CAN_RETRY;
    DiscardWrite "discard-write" ["d"] Outbox Decides 7 "discard" "Let go of a write that failed" HAS_FAILED;
    TakeMine "take-mine" ["m"] Outbox Decides 8 "mine" "Settle a conflict: what I want, over what is there now" CONFLICTED;
    TakeTheirs "take-theirs" ["M"] Outbox Decides 9 "theirs" "Settle a conflict: leave it as it is there" CONFLICTED;
    EditWrite "edit-write" ["E"] Outbox Decides 10 "edit" "Settle a conflict in $EDITOR" CONFLICTED;
    NextState "next-state" ["."] Outbox None 15 "filter" "Next state only" ALWAYS;
    PreviousState "previous-state" [","] Outbox None 0 "previous filter" "Previous state only" ALWAYS;
    ShowFinished "show-finished" ["z"] Outbox None 20 "finished" "Show or hide writes that are over" ALWAYS;

    CloseEntries "close-entries" ["h" "<Left>" "<BS>"] Reading None 10 "back" "Back to where one came from" ALWAYS;
    FoldPart "fold-part" ["<Space>" "<Enter>"] Reading None 11 "fold" "Unfold or fold what the cursor is on" IN_ENTRIES;
    UnfoldParts "unfold-parts" ["+"] Reading None 0 "unfold all" "Unfold everything" IN_ENTRIES;
    FoldParts "fold-parts" ["-"] Reading None 0 "fold all" "Fold everything" IN_ENTRIES;
    FindInside "find-inside" ["/"] Reading None 12 "search" "Search inside of this session" IN_ENTRIES;
    NextMatch "next-match" ["n"] Reading None 22 "next found" "Next place that holds the words" IN_ENTRIES;
    PreviousMatch "previous-match" ["N"] Reading None 0 "previous found" "Previous place that holds the words" IN_ENTRIES;
    Audit "audit" ["v"] Reading None 14 "audit" "Only what touched the world: commands, changes, network, secrets, permissions, errors" IN_ENTRIES;
    NextError "next-error" ["e"] Reading None 15 "error" "Next error" IN_ENTRIES;
    PreviousError "previous-error" ["E"] Reading None 0 "previous error" "Previous error" IN_ENTRIES;
    NextCall "next-call" ["c"] Reading None 17 "call" "Next call of a tool" IN_ENTRIES;
    PreviousCall "previous-call" ["C"] Reading None 0 "previous call" "Previous call of a tool" IN_ENTRIES;
    NextChange "next-change" ["d"] Reading None 16 "change" "Next change of a file" IN_ENTRIES;
    PreviousChange "previous-change" ["D"] Reading None 0 "previous change" "Previous change of a file" IN_ENTRIES;
    NextPrompt "next-prompt" ["p"] Reading None 18 "prompt" "Next message of a person" IN_ENTRIES;
    PreviousPrompt "previous-prompt" ["P"] Reading None 0 "previous prompt" "Previous message of a person" IN_ENTRIES;
    NextEntry "next-entry" ["J" "}"] Reading None 0 "next entry" "Next entry" IN_ENTRIES;
    PreviousEntry "previous-entry" ["K" "{"] Reading None 0 "previous entry" "Previous entry" IN_ENTRIES;
    Follow "follow" ["o"] Reading None 20 "follow" "From a call to its answer and back; from a subagent to its session" IN_ENTRIES;
    Times "times" ["t"] Reading None 21 "times" "Time of day, time since it began, time since the entry before" IN_ENTRIES;
    Yank "copy-entry" ["y"] Reading None 19 "copy" "Copy the entry" ALWAYS;
    YankPart "copy-part" ["Y"] Reading None 0 "copy part" "Copy what the cursor is on: the command, the path, the text, the answer" ALWAYS;
    Fetch "fetch" ["R"] Reading None 0 "fetch" "Ask the platform for the entries again" ALWAYS;

    EnterIncident "enter-incident" ["<Enter>" "l" "<Right>"] Incidents None 10 "open" "Into the incident; in it, to where the selected thing lives" incidents::nowhere_to_go;
    LeaveIncident "leave-incident" ["h" "<Left>"] Incidents None 0 "list" "Back to the list of incidents" ALWAYS;
    ContainPinned "contain-pinned" ["c"] Incidents Decides 5 "contain" "Contain every agent and run that is pinned" incidents::not_containable;
    WriteNote "write-note" ["n"] Incidents None 11 "note" "Write a note" incidents::no_incident;
    ExportIncident "export-incident" ["w"] Incidents None 12 "evidence" "Write the evidence into a new folder: report, records, transcripts, sums" incidents::no_incident;
    EditIncident "edit-incident" ["e"] Incidents None 13 "edit" "Give the incident another title; on a note, change the note" incidents::no_incident;
    TakeOut "take-out" ["d"] Incidents None 14 "take out" "Take the selected pin off, or drop the selected note; undo brings it back" incidents::nothing_to_take;
    CloseIncident "close-incident" ["x"] Incidents None 15 "close" "Close the incident, or open it again" incidents::no_incident;
    NextPart "next-part" ["."] Incidents None 16 "part" "To the next part: what is pinned, notes, timeline" incidents::no_incident;
    PreviousPart "previous-part" [","] Incidents None 0 "previous part" "To the part before" incidents::no_incident;
    ShowClosed "show-closed" ["z"] Incidents None 20 "closed" "Show or hide closed incidents" ALWAYS;

    OpenHit "open-hit" ["<Enter>" "l" "<Right>"] Hits None 10 "read" "Read it where it stands" WITH_HIT;
    EditQuery "edit-query" ["/" "i"] Hits None 11 "change the query" "Type in the query" ALWAYS;
    HitOrder "hit-order" ["o"] Hits None 13 "order" "Best first, newest first, oldest first" ALWAYS;
    ToFacets "to-facets" ["h" "<Left>"] Hits None 12 "narrow" "To the facets: what was found, by kind, connection, agent, project, tool" WITH_HIT;
    Preview "preview" ["v"] Hits None 40 "preview" "Show or hide the selected hit in its surroundings" ALWAYS;

    Narrow "narrow" ["<Enter>" "<Space>"] Facets None 10 "only these" "Only what has this value, or no longer only that" ALWAYS;
    ToHits "to-hits" ["l" "<Right>" "h" "<Left>"] Facets None 11 "hits" "Back to what was found" ALWAYS;

    Confirm "confirm" ["C-y"] Sheet Decides 10 "yes, do it" "Do what the sheet says" |facts| facts.unconfirmed.clone();
    LookAgain "look-again" ["C-r"] Sheet None 5 "look again" "Take what is there now for what was seen" |facts| said(!facts.moved, "nothing has changed");
    Leave "leave" ["<Esc>" "C-g"] Sheet None 20 "leave" "Leave the sheet: nothing is done" ALWAYS;
    NextField "next-field" ["<Tab>" "<Down>" "<Enter>"] Sheet None 30 "next field" "Next field" ALWAYS;
    PreviousField "previous-field" ["<BackTab>" "<Up>"] Sheet None 0 "previous field" "Previous field" ALWAYS;
    NextChoice "next-choice" ["<Right>"] Sheet None 0 "next choice" "Next choice, in a field that has some" ALWAYS;
    PreviousChoice "previous-choice" ["<Left>"] Sheet None 0 "previous choice" "Previous choice, in a field that has some" ALWAYS;
    SheetDown "sheet-down" ["<PgDn>" "C-f"] Sheet None 40 "more" "One page down" ALWAYS;
    SheetUp "sheet-up" ["<PgUp>" "C-b"] Sheet None 0 "less" "One page up" ALWAYS;

    KeepNote "keep-note" ["C-s" "A-<Enter>"] Note None 10 "keep" "Keep what is written" ALWAYS;
    LeaveNote "leave-note" ["<Esc>" "C-g"] Note None 20 "leave" "Leave; what is written is there the next time" ALWAYS;

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
