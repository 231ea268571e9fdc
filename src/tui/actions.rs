//! Everything a key can do, in one table.
//!
//! A row says: name, id, default keys, where it counts, how dangerous it is, what it is called, and when it cannot be
//! done and why. The footer's hints, the `?` help, the `:` palette, `docs/keys.md` and remapping are all read off it.
//! To add a key: one row here, and one match arm where it is done.

mod facts;
mod scope;
pub mod typing;
mod verbs;

use std::borrow::Cow;

use quarterdeck_sync::model::WriteState;
pub(crate) use verbs::{of_agents, verbs, view_number};

pub use facts::{Copies, Facts};
pub use scope::Scope;

use super::incidents;

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
const WITH_ROW: Why = |facts| if facts.selected { None } else { Some(facts.no_record()) };
const IN_ROWS: Why = |facts| if facts.records { WITH_ROW(facts) } else { IN_LIST(facts) };
const IN_LIST: Why = |facts| said(!facts.records, "this view is not a list of records");
const TRACED: Why = |facts| match (facts.records || facts.inbox, facts.selected) {
    _ if facts.traced => Some("this is its timeline".into()),
    (_, true) => None,
    (true, false) => Some(facts.no_record()),
    (false, false) => Some("only a record has a timeline".into()),
};
const WITH_ITEM: Why = |facts| match (facts.item, facts.beyond) {
    (true, _) => None,
    (_, true) => Some("this line stands for more than is listed: open their list".into()),
    _ => Some("nothing is selected in the inbox".into()),
};
const CAN_OPEN: Why = |facts| said(!facts.item && !facts.beyond, "nothing is selected in the inbox");
const IN_GROUPS: Why = |facts| said(!facts.grouped, "this list has no groups");
const CAN_READ: Why = |facts| said(!facts.readable, "only sessions and runs have a transcript, and what names one");
const IN_ENTRIES: Why = |facts| said(!facts.entries, "there is no entry here");
const WITH_HIT: Why = |facts| said(!facts.hit, "nothing is found yet");
const WITH_QUERY: Why = |facts| said(!facts.query, "there is no query to keep");
const WITH_SAVED: Why = |facts| said(!facts.saved, "saved searches are chosen while there is no query");
const WITH_SECRETS: Why =
    |facts| said(!facts.masks, "no secret is masked here: an open transcript and the details of a record show them");
const CONNECTED: Why = |facts| said(!facts.connected, "there is no connection yet: qd connect add");
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

const WITH_ID: Why = |facts| said(!facts.copies.id, "nothing is selected that has an id");
const WITH_MORE: Why =
    |facts| said(!facts.copies.more, "nothing is open that could be copied: no document, no record, no evidence");

const WITH_TEXT: Why = |facts| said(!facts.text_selected, "nothing is selected: shift with a key that moves selects");

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
    Reveal "reveal" ["!"] Global None 44 "secrets" "Show the secrets of the open transcript or record as they are, after a question; again masks them" WITH_SECRETS;
    Back "back" ["<Esc>"] Global None 0 "back" "Leave what is open: message, details, marks, filter; then back to what it was opened from" ALWAYS;
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

    Open "open" ["<Enter>" "l" "<Right>"] List None 10 "open" "Into the details of the selected record" IN_ROWS;
    Filter "filter" ["/"] List None 20 "filter" "Filter the list; words, field:value, \"phrase\", -not" IN_LIST;
    Sort "sort" ["o"] List None 30 "sort" "Sort by the next column" IN_LIST;
    Reverse "reverse" ["O"] List None 0 "reverse" "Turn the order round" IN_LIST;
    NextGroup "next-group" ["."] List None 15 "group" "Next group" IN_GROUPS;
    PreviousGroup "previous-group" [","] List None 0 "previous group" "Previous group" IN_GROUPS;
    Mark "mark" ["<Space>"] List None 16 "mark" "Mark the selected record, for a decision about many" IN_ROWS;
    MarkTo "mark-to" ["M"] List None 0 "mark to here" "Mark every record from the one marked last to this one" IN_ROWS;
    MarkAll "mark-all" ["*"] List None 0 "mark all" "Mark every record that the list shows, or none" IN_ROWS;
    Layout "layout" ["v"] List None 40 "pane" "Details beside the list, below it, or away" IN_LIST;
    Columns "columns" ["V"] List None 56 "columns" "Choose the columns: which, in what order, how wide" IN_LIST;
    ShowGone "show-gone" ["z"] List None 55 "gone" "Show or hide records their platform no longer lists" IN_LIST;

    Close "close" ["h" "<Left>"] Detail None 11 "list" "Back to the list" ALWAYS;
    Fold "fold" ["<Space>" "<Enter>"] Detail None 12 "fold" "Fold or unfold this part of the document" ALWAYS;
    Unfold "unfold-all" ["e" "+"] Detail None 13 "unfold all" "Unfold the whole document" ALWAYS;
    FoldAll "fold-all" ["-"] Detail None 14 "fold all" "Fold the whole document" ALWAYS;
    DetailLayout "detail-layout" ["v"] Detail None 40 "pane" "Details beside the list, below it, or away" IN_LIST;

    Timeline "timeline" ["="] Record None 12 "timeline" "What its agent did and what was done to it, on one axis" TRACED;
    Links "links" ["L"] Record None 12 "links" "Follow to what the record names, and to what names it" WITH_ROW;
    Read "read" ["t"] Record None 11 "transcript" "Read what was said and done: the transcript of a session or run, or of the one that an approval or event names" CAN_READ;
    Approve "approve" ["a"] Record Decides 5 "approve" "Approve what is asked for" |facts| facts.lacks(Act::Approve);
    Reject "reject" ["x"] Record Decides 6 "reject" "Reject what is asked for" |facts| facts.lacks(Act::Reject);
    SuspendAgent "suspend-agent" ["s"] Record Decides 7 "suspend" "Suspend the agent" |facts| facts.lacks(Act::SuspendAgent);
    ResumeAgent "resume-agent" ["S"] Record Decides 8 "resume" "Let a suspended agent work again" |facts| facts.lacks(Act::ResumeAgent);
    Contain "contain" ["c"] Record Decides 9 "contain" "Stop the agent with everything the platform has" |facts| facts.lacks(Act::Contain);
    Release "release" ["C"] Record Decides 0 "release" "Let a contained agent go" |facts| facts.lacks(Act::Release);
    StopRun "stop-run" ["X"] Record Decides 7 "stop" "Stop the run" |facts| facts.lacks(Act::StopRun);
    Edit "edit" ["E"] Record Decides 7 "edit" "Edit the document in $EDITOR" |facts| facts.lacks(Act::Edit);
    EditHere "edit-here" ["i"] Record Decides 6 "edit here" "Edit the document in the console, checked while you type" |facts| facts.lacks(Act::EditHere);
    Versions "versions" ["H"] Record None 8 "versions" "Versions of the document that were seen: compare, bring one back" |facts| facts.lacks(Act::Versions);
    SwitchOn "switch-on" ["w"] Record Decides 8 "switch on" "Activate or enable it" |facts| facts.lacks(Act::SwitchOn);
    SwitchOff "switch-off" ["W"] Record Decides 9 "switch off" "Deactivate or disable it" |facts| facts.lacks(Act::SwitchOff);
    Acknowledge "acknowledge" ["A"] Record Decides 7 "acknowledge" "Acknowledge the alert" |facts| facts.lacks(Act::Acknowledge);
    Delete "delete" ["D"] Record Decides 0 "delete" "Delete it on its platform" |facts| facts.lacks(Act::Delete);

    CopyId "copy-id" ["y"] Chosen None 0 "copy id" "Copy the id of what is selected" WITH_ID;
    CopyMore "copy-more" ["Y"] Chosen None 0 "copy more" "Copy what belongs to it: the document of a record, the record of a write, a note, the folder of the evidence" WITH_MORE;

    OpenItem "open-item" ["<Enter>" "l" "<Right>"] Inbox None 10 "open" "Open it where it lives: the record, the entry that shows it, the write, the connection; of more than is listed, their list" CAN_OPEN;
    MarkItem "mark-item" ["<Space>"] Inbox None 16 "mark" "Mark the selected item, for what is done to many" WITH_ITEM;
    MarkItems "mark-items" ["*"] Inbox None 0 "mark all" "Mark every item that is shown, or none" ALWAYS;
    FilterItems "filter-items" ["/"] Inbox None 17 "filter" "Only items that hold these words" ALWAYS;
    NextItem "next-item" ["n"] Inbox None 12 "next" "Next item" ALWAYS;
    PreviousItem "previous-item" ["p"] Inbox None 0 "previous" "Previous item" ALWAYS;
    Seen "seen" ["e"] Inbox None 13 "seen" "Seen: out of the inbox until something about it changes; again takes it back" WITH_ITEM;
    Snooze "snooze" ["z"] Inbox None 14 "snooze" "Not now: back in an hour, or in as many as are counted before; again takes it back" WITH_ITEM;
    ShowSnoozed "show-snoozed" ["Z"] Inbox None 20 "snoozed" "Show or hide what was seen or snoozed" ALWAYS;
    NextCause "next-cause" ["."] Inbox None 15 "only" "Next cause only" ALWAYS;
    PreviousCause "previous-cause" [","] Inbox None 0 "previous cause" "Previous cause only" ALWAYS;
    InboxPane "inbox-pane" ["v"] Inbox None 40 "pane" "Show or hide what is known of the selected item" ALWAYS;

    OpenPanel "open-panel" ["<Enter>"] Panels None 10 "open" "Open the list behind what the cursor is on" ALWAYS;
    NextPanel "next-panel" ["."] Panels None 11 "next panel" "Next panel" ALWAYS;
    PreviousPanel "previous-panel" [","] Panels None 0 "previous panel" "Previous panel" ALWAYS;
    PanelRight "panel-right" ["l" "<Right>"] Panels None 0 "right" "To the right: a day, a week, the panel beside" ALWAYS;
    PanelLeft "panel-left" ["h" "<Left>"] Panels None 0 "left" "To the left: a day, a week, the panel beside" ALWAYS;

    OpenMoment "open-moment" ["<Enter>"] Timeline None 10 "open" "Open what the cursor is on, where it lives" ALWAYS;
    ZoomIn "zoom-in" ["+"] Timeline None 11 "closer" "A shorter time, closer" ALWAYS;
    ZoomOut "zoom-out" ["-"] Timeline None 12 "wider" "A longer time, from farther away" ALWAYS;
    NextOfLane "next-of-lane" ["l" "<Right>"] Timeline None 13 "next alike" "Next of the same lane" ALWAYS;
    PreviousOfLane "previous-of-lane" ["h" "<Left>"] Timeline None 0 "previous alike" "Previous of the same lane" ALWAYS;
    Latest "latest" ["n"] Timeline None 14 "now" "To what was last" ALWAYS;

    OpenWrite "open-write" ["<Enter>" "l" "<Right>"] Outbox None 40 "read" "Move through what is known of the selected write" WITH_WRITE;
    CloseWrite "close-write" ["h" "<Left>"] Outbox None 0 "list" "Back to the list of writes" ALWAYS;
    CancelWrite "cancel-write" ["x"] Outbox Decides 5 "cancel" "Take the write back before it is sent" IS_WAITING;
    RetryWrite "retry-write" ["t"] Outbox Decides 6 "try again" "Try the write again" CAN_RETRY;
    DiscardWrite "discard-write" ["d"] Outbox Decides 7 "discard" "Let go of a write that failed" HAS_FAILED;
    TakeMine "take-mine" ["m"] Outbox Decides 8 "mine" "Settle a conflict: what I want, over what is there now" CONFLICTED;
    TakeTheirs "take-theirs" ["M"] Outbox Decides 9 "theirs" "Settle a conflict: leave it as it is there" CONFLICTED;
    EditWrite "edit-write" ["E"] Outbox Decides 10 "edit" "Settle a conflict in $EDITOR" CONFLICTED;
    WriteRecord "write-record" ["L"] Outbox None 11 "record" "Follow to the record that the write is about" WITH_WRITE;
    MarkWrite "mark-write" ["<Space>"] Outbox None 16 "mark" "Mark the selected write, for a change of many" WITH_WRITE;
    MarkWrites "mark-writes" ["*"] Outbox None 0 "mark all" "Mark every write that is shown, or none" WITH_WRITE;
    EditWriteHere "edit-write-here" ["i"] Outbox Decides 10 "settle here" "Settle a conflict in the console's editor, with all three sides" CONFLICTED;
    FilterWrites "filter-writes" ["/"] Outbox None 14 "filter" "Filter the writes; words, field:value, \"phrase\", -not" ALWAYS;
    NextState "next-state" ["."] Outbox None 15 "state" "Next state only" ALWAYS;
    PreviousState "previous-state" [","] Outbox None 0 "previous state" "Previous state only" ALWAYS;
    SortWrites "sort-writes" ["o"] Outbox None 30 "sort" "Sort by the next column" ALWAYS;
    ReverseWrites "reverse-writes" ["O"] Outbox None 0 "reverse" "Turn the order round" ALWAYS;
    WritePane "write-pane" ["v"] Outbox None 41 "pane" "What is known of the write beside the list, below it, or away" WITH_WRITE;
    WriteColumns "write-columns" ["V"] Outbox None 56 "columns" "Choose the columns: which, in what order, how wide" WITH_WRITE;
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
    NextApproval "next-approval" ["a"] Reading None 18 "approval" "Next question for permission, or answer to one" IN_ENTRIES;
    PreviousApproval "previous-approval" ["A"] Reading None 0 "previous approval" "Previous question for permission, or answer to one" IN_ENTRIES;
    NextEntry "next-entry" ["J" "}"] Reading None 0 "next entry" "Next entry" IN_ENTRIES;
    PreviousEntry "previous-entry" ["K" "{"] Reading None 0 "previous entry" "Previous entry" IN_ENTRIES;
    Follow "follow" ["o"] Reading None 20 "follow" "From a call to its answer and back; from a subagent to its session" IN_ENTRIES;
    Kin "subagents" ["s"] Reading None 20 "subagents" "The sessions of its subagents, and the one that started it" ALWAYS;
    Bookmark "bookmark" ["b"] Reading None 23 "bookmark" "Set or take away a bookmark at the entry; on the card, at the session" ALWAYS;
    NextMark "next-mark" ["B"] Reading None 0 "next bookmark" "Next bookmark or note, from the end on to the first" ALWAYS;
    Note "note" ["i"] Reading None 24 "note" "Write a note at the entry; on the card, at the session" ALWAYS;
    Review "review" ["m"] Reading None 25 "reviewed" "Mark the session as reviewed, until it changes" ALWAYS;
    Times "times" ["t"] Reading None 21 "times" "Time of day, time since it began, time since the entry before" IN_ENTRIES;
    Yank "copy-entry" ["y"] Reading None 19 "copy" "Copy the entry" ALWAYS;
    YankPart "copy-part" ["Y"] Reading None 0 "copy part" "Copy what the cursor is on: the command, the path, the text, the answer" ALWAYS;
    TranscriptLinks "transcript-links" ["L"] Reading None 20 "links" "Follow to its record, and to what it has to do with: agent, run, approvals, subagents" ALWAYS;
    Pick "copy-thing" ["w"] Reading None 0 "copy code" "Copy a block of code, a command, a path or a link of the entry" IN_ENTRIES;
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
    FilterIncidents "filter-incidents" ["/"] Incidents None 19 "filter" "Filter the incidents; words, field:value, \"phrase\", -not" ALWAYS;
    ShowClosed "show-closed" ["z"] Incidents None 20 "closed" "Show or hide closed incidents" ALWAYS;

    OpenHit "open-hit" ["<Enter>" "l" "<Right>"] Hits None 10 "read" "Read it where it stands" WITH_HIT;
    EditQuery "edit-query" ["/" "i"] Hits None 11 "change the query" "Type in the query" ALWAYS;
    HitLinks "hit-links" ["L"] Hits None 12 "links" "Follow to it in its list, and to what it has to do with" WITH_HIT;
    HitOrder "hit-order" ["o"] Hits None 13 "order" "Best first, newest first, oldest first" ALWAYS;
    ToFacets "to-facets" ["h" "<Left>"] Hits None 12 "narrow" "To the facets: what was found, by kind, connection, agent, project, tool" WITH_HIT;
    Preview "preview" ["v"] Hits None 40 "preview" "Show or hide the selected hit in its surroundings" ALWAYS;
    SaveSearch "save-search" ["s"] Hits None 20 "save" "Keep this search under a name" WITH_QUERY;
    ForgetSearch "forget-search" ["D"] Hits None 21 "forget" "Let go of the chosen saved search" WITH_SAVED;

    OpenFound "open-found" ["<Enter>" "l" "<Right>"] Found None 10 "open" "Open the record in its list" ALWAYS;
    CloseFound "close-found" ["h" "<Left>"] Found None 11 "hits" "Back to what was found" ALWAYS;
    FoldFound "fold-found" ["<Space>"] Found None 13 "fold" "Fold or unfold this part of the document" ALWAYS;
    UnfoldFound "unfold-found" ["e" "+"] Found None 14 "unfold all" "Unfold the whole document" ALWAYS;
    FoldAllFound "fold-all-found" ["-"] Found None 15 "fold all" "Fold the whole document" ALWAYS;

    Narrow "narrow" ["<Enter>" "<Space>"] Facets None 10 "only these" "Only what has this value, or no longer only that" ALWAYS;
    ToHits "to-hits" ["l" "<Right>" "h" "<Left>"] Facets None 11 "hits" "Back to what was found" ALWAYS;

    OpenList "open-list" ["<Enter>" "l" "<Right>"] Connection None 10 "open" "Open the selected list; of a connection, move through what is known of it" CONNECTED;
    CloseConnection "close-connection" ["h" "<Left>"] Connection None 0 "connections" "Back to the connections" ALWAYS;
    SyncConnection "sync-connection" ["R"] Connection Network 11 "sync this" "Sync the selected connection now, or the marked ones" CAN_SYNC;
    TestConnection "test-connection" ["t"] Connection Network 12 "test" "Test the selected connection, or the marked ones: sign in, read one row; if it was paused, it goes on, and a sheet asks before anything that waits is sent" CONNECTED;
    MarkConnection "mark-connection" ["<Space>"] Connection None 16 "mark" "Mark the connection, to sync or test several" CONNECTED;
    MarkConnections "mark-connections" ["*"] Connection None 0 "mark all" "Mark every connection that is shown, or none" CONNECTED;
    FilterConnections "filter-connections" ["/"] Connection None 20 "filter" "Filter connections and lists; words, field:value, \"phrase\", -not" CONNECTED;
    SortConnections "sort-connections" ["o"] Connection None 30 "sort" "Sort by the next column" CONNECTED;
    ReverseConnections "reverse-connections" ["O"] Connection None 0 "reverse" "Turn the order round" CONNECTED;
    ConnectionPane "connection-pane" ["v"] Connection None 40 "pane" "What is known beside the list, below it, or away" CONNECTED;
    ConnectionColumns "connection-columns" ["V"] Connection None 56 "columns" "Choose the columns: which, in what order, how wide" CONNECTED;

    ShowColumn "show-column" ["<Space>"] Columns None 10 "show" "Show or hide the column" ALWAYS;
    ColumnLater "column-later" ["J"] Columns None 11 "later" "Put the column one place later" ALWAYS;
    ColumnEarlier "column-earlier" ["K"] Columns None 12 "earlier" "Put the column one place earlier" ALWAYS;
    Wider "wider" ["l" "<Right>"] Columns None 13 "wider" "Make the column wider" ALWAYS;
    Narrower "narrower" ["h" "<Left>"] Columns None 14 "narrower" "Make the column narrower" ALWAYS;
    NaturalWidth "natural-width" ["="] Columns None 15 "as it fits" "As wide as it needs to be" ALWAYS;
    PlainColumns "plain-columns" ["0"] Columns None 16 "as they were" "The columns as they are by themselves" ALWAYS;
    ColumnsDone "columns-done" ["<Enter>" "V"] Columns None 20 "done" "Keep the columns so" ALWAYS;

    Confirm "confirm" ["C-y"] Sheet Decides 10 "yes, do it" "Do what the sheet says" |facts| facts.unconfirmed.clone();
    LookAgain "look-again" ["C-r"] Sheet None 5 "look again" "Take what is there now for what was seen" |facts| said(!facts.moved, "nothing has changed");
    RevealGrounds "reveal-grounds" ["A-s"] Sheet None 35 "secrets" "Show the secrets in what the answer rests on, after a question; again masks them" WITH_SECRETS;
    Leave "leave" ["<Esc>" "C-g"] Sheet None 20 "leave" "Leave the sheet: nothing is done" ALWAYS;
    NextField "next-field" ["<Tab>" "<Down>" "<Enter>"] Sheet None 30 "next field" "Next field" ALWAYS;
    PreviousField "previous-field" ["<BackTab>" "<Up>"] Sheet None 0 "previous field" "Previous field" ALWAYS;
    NextChoice "next-choice" ["<Right>"] Sheet None 0 "next choice" "Next choice, in a field that has some" ALWAYS;
    PreviousChoice "previous-choice" ["<Left>"] Sheet None 0 "previous choice" "Previous choice, in a field that has some" ALWAYS;
    SheetDown "sheet-down" ["<PgDn>" "C-f"] Sheet None 40 "more" "One page down" ALWAYS;
    SheetUp "sheet-up" ["<PgUp>" "C-b"] Sheet None 0 "less" "One page up" ALWAYS;
    SheetLast "sheet-last" ["C-<End>" "A-G"] Sheet None 0 "end" "To its end" ALWAYS;
    SheetFirst "sheet-first" ["C-<Home>" "A-g"] Sheet None 0 "beginning" "To its beginning" ALWAYS;

    Unmask "unmask" ["C-x"] Unmasking None 10 "show them" "Show the secrets as they are; the audit log says so first" ALWAYS;
    StayMasked "stay-masked" ["<Esc>" "C-g"] Unmasking None 20 "leave them masked" "Leave them masked" ALWAYS;

    KeepNote "keep-note" ["C-s" "A-<Enter>"] Note None 10 "keep" "Keep what is written" ALWAYS;
    LeaveNote "leave-note" ["<Esc>" "C-g"] Note None 20 "leave" "Leave; what is written is there the next time" ALWAYS;

    Accept "accept" ["<Enter>"] Prompt None 10 "accept" "Take what is typed or chosen" ALWAYS;
    Cancel "cancel" ["<Esc>" "C-g"] Prompt None 20 "cancel" "Leave without it" ALWAYS;
    Following "following" ["<Down>" "C-n" "<Tab>"] Prompt None 30 "next" "Next suggestion" ALWAYS;
    Preceding "preceding" ["<Up>" "C-p" "<BackTab>"] Prompt None 0 "previous" "Previous suggestion" ALWAYS;

    SaveText "save-text" ["C-s"] Editor Decides 10 "save" "To the sheet that puts the text into the outbox" ALWAYS;
    LeaveText "leave-text" ["<Esc>" "C-g"] Editor None 20 "leave" "Leave the editor; what was typed is asked about first" ALWAYS;
    ToBeside "to-beside" ["<BackTab>" "<F6>"] Editor None 30 "beside" "To what stands beside the text" ALWAYS;
    NextBeside "next-beside" ["C-o"] Editor None 35 "next pane" "What stands beside the text: problems, changes, request, affected, versions" ALWAYS;
    NextRemark "next-remark" ["C-t" "<F8>"] Editor None 40 "problem" "To the next problem" ALWAYS;
    UndoTyping "undo-typing" ["C-u"] Editor None 45 "undo" "Take back what was typed last" ALWAYS;
    RedoTyping "redo-typing" ["C-r"] Editor None 0 "redo" "Type again what was taken back" ALWAYS;
    FindText "find-text" ["C-f"] Editor None 50 "find" "Find in the text" ALWAYS;
    NextInText "next-in-text" ["C-n" "<F3>"] Editor None 0 "next found" "Next place that holds the words" ALWAYS;
    PreviousInText "previous-in-text" ["C-p"] Editor None 0 "previous found" "Previous place that holds the words" ALWAYS;
    CopyText "copy-text" ["C-c"] Editor None 0 "copy" "Copy what is selected; where nothing is, the key does what it does elsewhere" WITH_TEXT;
    CutText "cut-text" ["C-x"] Editor None 0 "cut" "Cut what is selected" WITH_TEXT;
    PasteText "paste-text" ["C-v"] Editor None 0 "paste" "Put in what was copied or cut here" ALWAYS;
    TextOutside "text-outside" ["A-e"] Editor None 55 "$EDITOR" "Go on with the text in $EDITOR" ALWAYS;

    GoThere "go-there" ["<Enter>"] Beside None 10 "go there" "To the place of a problem; bring back a version" ALWAYS;
    ToText "to-text" ["i" "<F6>"] Beside None 20 "text" "Back to the text, as esc leads" ALWAYS;
    NextPane "next-pane" ["." "l" "<Right>"] Beside None 30 "next" "Next pane" ALWAYS;
    PreviousPane "previous-pane" ["," "h" "<Left>"] Beside None 0 "previous" "Previous pane" ALWAYS;
    OpenOutside "open-outside" ["E"] Beside None 40 "$EDITOR" "Go on with the text in $EDITOR" ALWAYS;

    KeepAndLeave "keep-and-leave" ["<Enter>"] Leaving None 10 "keep and leave" "Leave; what was typed is kept, and there when the document is edited again" ALWAYS;
    ThrowAway "throw-away" ["C-d"] Leaving None 20 "throw away" "Leave, and throw away what was typed" ALWAYS;
    GoOn "go-on" ["<Esc>" "C-g"] Leaving None 30 "go on" "Go on typing" ALWAYS;
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
