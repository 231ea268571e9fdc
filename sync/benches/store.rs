//! The mirror against its budgets: a first sync of session records by pages, the size of the file, and windows at random
//! places of every order and filter. `cargo bench -p quarterdeck-sync --bench store [-- ROWS]`.

use std::collections::{BTreeMap, VecDeque};
use std::error::Error;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use quarterdeck_sync::model::{
    Anchor, Base, By, ColumnEdits, Columns, Effect, Field, Filter, Incoming, Intent, Kind, ListKey, Match, Order,
    Overlay, Query, RowKey, Scope, Sort, Write, WriteId, WriteState,
};
use quarterdeck_sync::store::{Access, Batch, ListSpec, Mirror, Reader};
use tokio::runtime::Runtime;

const PAGE: u64 = 100;
/// Records with an unfinished write.
const DECIDED: u64 = 1_000;
const IN_FLIGHT: usize = 64;
const NEWEST: i64 = 1_771_318_800;

const WORDS: &str = "fix refund webhook retried capture twice find why add idempotency key cover test upgrade build green \
    error thread ledger cannot be sent between safely lock timeout every night checkout cart badge size guide hero image \
    price locale missing review flaky deploy staging rollback index slow query migrate schema parser token stream retry";

fn main() -> Result<(), Box<dyn Error>> {
    let rows = std::env::args().skip(1).find_map(|word| word.replace('_', "").parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("mirror.db");
    let runtime = Runtime::new()?;
    let before = peak_mib();

    let mirror = Mirror::open(&path, Access::ReadWrite)?;
    let words: Vec<&str> = WORDS.split_whitespace().collect();
    let started = Instant::now();
    let (bytes, made) = runtime.block_on(fill(&mirror, rows, &words))?;
    let filled = started.elapsed();
    runtime.block_on(mirror.settle())?;
    let all = started.elapsed();
    say(&format!("processor {:.2} s", process_time()))?;
    let size = std::fs::metadata(&path)?.len();
    say(&format!("{rows} rows, {} bytes of JSON each", bytes / rows))?;
    say(&format!(
        "apply {:.2} s, settle {:.2} s, together {:.2} s ({:.2} s of it making the rows)",
        filled.as_secs_f64(),
        (all - filled).as_secs_f64(),
        all.as_secs_f64(),
        made.as_secs_f64()
    ))?;
    say(&format!("{:.0} rows/s", rows as f64 / all.as_secs_f64()))?;
    say(&format!("file {:.1} MB, {:.2} of the JSON", size as f64 / 1e6, size as f64 / bytes as f64))?;
    say(&format!("peak {} MiB, {} before", peak_mib(), before))?;

    let reader = mirror.reader()?;
    windows("", &reader, rows, &filters(rows)?)?;
    counts("", &reader)?;
    drop(reader);
    overlaid(&mirror, &runtime, rows, &words)?;

    let started = Instant::now();
    let pages = 200.min(rows / PAGE);
    runtime.block_on(async {
        for page in 0..pages {
            mirror.apply(ListIdOf::sessions(), batch(rows, page, &words), Timestamp::now()).await?;
        }
        Ok::<_, Box<dyn Error>>(())
    })?;
    say(&format!("unchanged page {:.2} ms", started.elapsed().as_secs_f64() * 1e3 / pages as f64))?;
    Ok(())
}

/// The bench registers one list, which is number 1.
struct ListIdOf;

impl ListIdOf {
    fn sessions() -> quarterdeck_sync::model::ListId {
        quarterdeck_sync::model::ListId(1)
    }
}

async fn fill(mirror: &Mirror, rows: u64, words: &[&str]) -> Result<(u64, Duration), Box<dyn Error>> {
    let spec = ListSpec {
        key: ListKey::new("main", "sessions"),
        platform: "turen".to_owned(),
        kind: Kind::Session,
        agent_join: Some("agents".to_owned()),
        agent_list: None,
        content: None,
    };
    let list = mirror.register(vec![spec]).await?[0];
    let (mut bytes, mut made) = (0, Duration::ZERO);
    let mut pending = VecDeque::new();
    for page in 0..rows.div_ceil(PAGE) {
        let started = Instant::now();
        let batch = batch(rows, page, words);
        bytes += batch.rows.iter().map(|row| row.doc.len() as u64).sum::<u64>();
        made += started.elapsed();
        pending.push_back(mirror.submit(list, batch, Timestamp::now()).await?);
        if pending.len() > IN_FLIGHT
            && let Some(first) = pending.pop_front()
        {
            first.committed().await?;
        }
    }
    for pending in pending {
        pending.committed().await?;
    }
    Ok((bytes, made))
}

fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// A page of sessions, newest first.
fn batch(rows: u64, page: u64, words: &[&str]) -> Batch {
    let first = rows - page * PAGE;
    let rows = (0..PAGE.min(first)).map(|step| session(first - step, rows, words)).collect();
    Batch { rows, ..Batch::default() }
}

fn session(id: u64, rows: u64, words: &[&str]) -> Incoming {
    let mixed = mix(id);
    let agent = mixed % 200;
    let agent = if agent < 150 { agent % 20 } else { agent };
    let client = format!("{:016x}", mix(agent + 7));
    let project = format!("/srv/checkouts/project-{:03}", (mixed >> 8) % 120);
    let mut title = String::new();
    for word in 0..9 {
        let pick = mix(mixed.wrapping_add(word)) as usize % words.len();
        let _ = write!(title, "{}{}", if word > 0 { " " } else { "" }, words[pick]);
    }
    let status = ["active", "completed", "failed", "paused"][((mixed >> 40) % 100).min(3) as usize];
    let modified = NEWEST - (rows - id).cast_signed() * 2;
    let created = modified - 300 - (mixed >> 52).cast_signed();
    let time = |seconds: i64| Timestamp::from_second(seconds).unwrap_or_default();
    let messages = 4 + (mixed >> 38) % 120;
    let doc = format!(
        r#"{{"id":{id},"session_id":"sess_{mixed:016x}","client_id":"{client}","agent_hostname":"build-runner-{agent:03}","project_path":"{project}","first_prompt":"{title}","git_branch":"fix/issue-{}","status":"{status}","message_count":{messages},"created_at":"{}","modified_at":"{}","uploaded_at":"{}","size_bytes":{},"is_subagent":false,"subagent_count":{}}}"#,
        (mixed >> 20) % 300,
        time(created),
        time(modified),
        time(modified + 41),
        messages * 1911,
        (mixed >> 58) % 4,
    );
    Incoming {
        id: id.to_string(),
        columns: Columns {
            title: Some(title),
            status: Some(status.to_owned()),
            agent: Some(client),
            project: Some(project),
            created_at: Some(time(created)),
            updated_at: Some(time(modified)),
        },
        join: None,
        hash: mixed,
        doc,
    }
}

fn is(field: Field, word: &str) -> Filter {
    Filter::Field(field, Match::Is(word.to_owned()))
}

/// The suspension of a record, decided and not sent.
fn suspension(number: u64, id: u64) -> Write {
    let columns = ColumnEdits { status: Some(Some("suspended".to_owned())), ..ColumnEdits::default() };
    Write {
        id: WriteId::new(format!("{number:026}")),
        intent: Intent {
            connection: "main".to_owned(),
            platform: "turen".to_owned(),
            collection: "sessions".to_owned(),
            kind: Kind::Session,
            action: "suspend".to_owned(),
            verb: "suspend".to_owned(),
            target: Some(id.to_string()),
            title: None,
            args: BTreeMap::new(),
            reason: None,
            base: Base::default(),
            effect: Effect { doc: Vec::new(), columns },
            deadline: None,
            undoes: None,
            by: By::default(),
        },
        created_at: Timestamp::UNIX_EPOCH,
        state: WriteState::Queued,
        updated_at: Timestamp::UNIX_EPOCH,
        attempts: 0,
        due_at: None,
        verdict: None,
        memory: serde_json::Value::Null,
    }
}

/// The same windows and counts with a thousand decisions waiting, scattered and among the newest.
fn overlaid(mirror: &Mirror, runtime: &Runtime, rows: u64, words: &[&str]) -> Result<(), Box<dyn Error>> {
    let scattered = (0..DECIDED / 2).map(|number| mix(number) % rows + 1);
    let newest = (0..DECIDED / 2).map(|number| rows - number);
    let writes: Vec<Write> = (0..).zip(scattered.chain(newest)).map(|(number, id)| suspension(number, id)).collect();
    let overlay = Arc::new(Overlay::of(&writes));
    let reader = mirror.reader()?.over(overlay.clone());
    let filters = [
        ("all", Filter::All),
        ("status suspended", is(Field::Status, "suspended")),
        ("status paused (97 %)", is(Field::Status, "paused")),
        ("agent (4 %)", is(Field::Agent, &format!("{:016x}", mix(3 + 7)))),
        ("pending", Filter::Pending),
        ("not pending", Filter::Not(Box::new(Filter::Pending))),
    ];
    windows("overlaid ", &reader, rows, &filters)?;
    counts("overlaid ", &reader)?;
    drop(reader);

    // Every commit makes the overlaid records be found anew.
    let mut after = Vec::new();
    let session = |turn: u64| Incoming { hash: turn, ..session(rows - turn, rows, words) };
    for turn in 0..60.min(rows / 2) {
        let batch = Batch { rows: vec![session(turn)], ..Batch::default() };
        runtime.block_on(mirror.apply(ListIdOf::sessions(), batch, Timestamp::now()))?;
        let reader = mirror.reader()?.over(overlay.clone());
        let started = busy_time();
        reader.window(&Query::newest(Scope::default()))?;
        after.push(busy_time() - started);
    }
    say(&format!("overlaid window after a commit {}", spread(after)))?;
    Ok(())
}

/// What lists are narrowed by.
fn filters(rows: u64) -> Result<Vec<(&'static str, Filter)>, Box<dyn Error>> {
    let agent = format!("{:016x}", mix(163 + 7));
    let busy = format!("{:016x}", mix(3 + 7));
    Ok(vec![
        ("all", Filter::All),
        ("status active (1 %)", is(Field::Status, "active")),
        ("status paused (97 %)", is(Field::Status, "paused")),
        ("agent (0.5 %)", is(Field::Agent, &agent)),
        ("agent (4 %)", is(Field::Agent, &busy)),
        ("project (0.8 %)", is(Field::Project, "/srv/checkouts/project-042")),
        ("connection", is(Field::Connection, "main")),
        ("agent and status", Filter::And(vec![is(Field::Agent, &busy), is(Field::Status, "failed")])),
        (
            "agent and project",
            Filter::And(vec![is(Field::Agent, &busy), is(Field::Project, "/srv/checkouts/project-042")]),
        ),
        ("id prefix", is(Field::Id, "50001")),
        (
            "status in a week",
            Filter::And(vec![
                is(Field::Status, "active"),
                Filter::After(Timestamp::from_second(NEWEST - rows.cast_signed())?),
            ]),
        ),
    ])
}

fn windows(what: &str, reader: &Reader, rows: u64, filters: &[(&str, Filter)]) -> Result<(), Box<dyn Error>> {
    for (sort, name) in [
        (Sort::Updated, "updated"),
        (Sort::Created, "created"),
        (Sort::Status, "status"),
        (Sort::Agent, "agent"),
        (Sort::Id, "id"),
    ] {
        for (narrowed, filter) in filters {
            let query = Query { sort, filter: filter.clone(), ..Query::newest(Scope::default()) };
            let mut first = Vec::new();
            let mut placed = Vec::new();
            for turn in 0..60 {
                let started = busy_time();
                reader.window(&query)?;
                first.push(busy_time() - started);
                let key = RowKey(i64::try_from(mix(turn) % rows)? + 1);
                let order = if turn % 2 == 0 { Order::Descending } else { Order::Ascending };
                let anchor = if turn % 3 == 0 { Anchor::Before(key) } else { Anchor::After(key) };
                let query = Query { anchor, order, ..query.clone() };
                let started = busy_time();
                reader.window(&query)?;
                placed.push(busy_time() - started);
            }
            say(&format!(
                "{what}window by {name:8} {narrowed:22} first {}   anywhere {}",
                spread(first),
                spread(placed)
            ))?;
        }
    }
    Ok(())
}

fn counts(what: &str, reader: &Reader) -> Result<(), Box<dyn Error>> {
    for (narrowed, filter) in [
        ("all", Filter::All),
        ("status", Filter::Field(Field::Status, Match::Is("paused".to_owned()))),
        ("title contains", Filter::Field(Field::Title, Match::Contains("rollback schema".to_owned()))),
        ("text contains", Filter::Text(Match::Contains("rollback schema".to_owned()))),
    ] {
        let query = Query { filter, ..Query::newest(Scope::default()) };
        let started = busy_time();
        let count = reader.count(&query, u64::MAX)?;
        say(&format!("{what}count {narrowed:22} {:.1} ms {count:?}", (busy_time() - started).as_secs_f64() * 1e3))?;
    }
    Ok(())
}

fn spread(mut times: Vec<Duration>) -> String {
    times.sort_unstable();
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize].as_secs_f64() * 1e3;
    format!("{:7.2} / {:7.2} ms", at(0.5), at(0.99))
}

/// Time this thread has spent on a processor: on a shared machine the clock mostly measures the others.
fn busy_time() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    Duration::from_nanos(spent.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default())
}

/// Processor seconds of the whole process.
fn process_time() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<f64> =
        stat.rsplit(')').next().unwrap_or_default().split(' ').filter_map(|n| n.parse().ok()).collect();
    fields.get(10..12).map_or(0.0, |ticks| ticks.iter().sum::<f64>() / 100.0)
}

/// Largest resident size of this process so far.
fn peak_mib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or_default() / 1024
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}
