//! Pinning, and taking pins off.

use jiff::Timestamp;
use quarterdeck_sync::model::{IncidentId, Place};
use quarterdeck_sync::outbox::Outbox;

use super::{change, one};
use crate::cli::context::{Context, Noun};
use crate::cli::{outbox, reading};
use crate::error::{Code, Failure, Kind};
use crate::incident::{place_of_write, written};

/// Arguments of `incidents pin` and `incidents unpin`.
#[derive(Debug, clap::Args)]
pub struct PinArgs {
    /// The incident's id, or the beginning of it
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    things: Things,
}

/// What is meant.
#[derive(Debug, Default, clap::Args)]
pub struct Things {
    /// Records: an id, the beginning of one, or connection/id; with --write, writes
    #[arg(value_name = "THING", required = true)]
    things: Vec<String>,
    /// Only this connection; may be repeated
    #[arg(short, long, value_name = "NAME")]
    connection: Vec<String>,
    /// Only records of this collection
    #[arg(long, value_name = "NAME")]
    collection: Option<String>,
    /// The entry at this place of the session or run; the first is 0
    #[arg(long, value_name = "N", conflicts_with = "write")]
    entry: Option<u64>,
    /// They are writes of the outbox
    #[arg(long, conflicts_with_all = ["connection", "collection"])]
    write: bool,
}

impl Things {
    /// Records by their ids alone.
    pub fn records(ids: &[String]) -> Self {
        Self { things: ids.to_vec(), ..Self::default() }
    }

    /// Where they are. All of them, or a failure.
    pub fn find(&self, cx: &Context, kept: &Outbox) -> Result<Vec<Place>, Failure> {
        if self.write {
            return self.things.iter().map(|id| Ok(place_of_write(&outbox::one(kept, id)?))).collect();
        }
        if self.things.is_empty() {
            return Ok(Vec::new());
        }
        let reader = cx.reader()?;
        reading::check_connections(cx, &reader, &self.connection)?;
        let noun = self.collection.clone().map_or(Noun::Any, Noun::Collection);
        let mut places = Vec::with_capacity(self.things.len());
        for id in &self.things {
            let row = reading::find(cx, &reader, &noun, id, &self.connection)?.row;
            let place = Place::record(row.list.connection, row.list.collection, row.id);
            places.push(Place { entry: self.entry, ..place });
        }
        Ok(places)
    }
}

/// Pins.
pub fn pin(cx: &Context, args: &PinArgs) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    for place in args.things.find(cx, &outbox)? {
        if !outbox.pin(&id, &place, Timestamp::now())? {
            cx.say(&format!("{} is pinned already", written(&place)));
        }
    }
    change::again(cx, &outbox, &id, "pinned to")
}

/// Takes pins off. What is pinned is named as it was, whether or not the mirror still has it.
pub fn unpin(cx: &Context, args: &PinArgs) -> Result<Code, Failure> {
    let outbox = cx.outbox()?;
    let id = one(&outbox, &args.id)?.id;
    let places = args.things.pinned(&outbox, &id)?;
    for place in &places {
        outbox.unpin(&id, place)?;
    }
    change::again(cx, &outbox, &id, "unpinned from")
}

impl Things {
    /// Those pins of an incident that are meant.
    fn pinned(&self, outbox: &Outbox, incident: &IncidentId) -> Result<Vec<Place>, Failure> {
        let pins = outbox.pins(incident)?;
        let mut places = Vec::new();
        for thing in &self.things {
            let of = |place: &Place| {
                (place.collection == Place::OUTBOX) == self.write
                    && (self.connection.is_empty() || self.connection.contains(&place.connection))
                    && self.collection.as_ref().is_none_or(|collection| *collection == place.collection)
                    && self.entry.is_none_or(|entry| place.entry == Some(entry))
            };
            let whole = |place: &Place| place.id == *thing || format!("{}/{}", place.connection, place.id) == *thing;
            let begun = |place: &Place| {
                !thing.is_empty()
                    && (place.id.starts_with(thing.as_str())
                        || format!("{}/{}", place.connection, place.id).starts_with(thing.as_str()))
            };
            let all = || pins.iter().map(|pin| &pin.place).filter(|place| of(place));
            let mut found: Vec<&Place> = all().filter(|place| whole(place)).collect();
            if found.is_empty() {
                found = all().filter(|place| begun(place)).collect();
            }
            match found.as_slice() {
                [] => return Err(Failure::not_found(format!("{thing} is not pinned to {incident}"))),
                [one] => places.push((*one).clone()),
                many => {
                    let mut message = format!("{thing} is more than one pin:");
                    many.iter().for_each(|place| message.push_str(&format!("\n  {}", written(place))));
                    let hint = "write more of the id, or say --connection, --collection, --entry or --write";
                    return Err(Failure::new(Kind::Ambiguous, message).hint(hint));
                }
            }
        }
        Ok(places)
    }
}
