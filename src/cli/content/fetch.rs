use quarterdeck_sync::model::Record;
use crate::cli::context::Context;
use crate::error::{Failure, Kind};

pub fn one(_: &Context, _: &Record) -> Result<(), Failure> {
    Err(Failure::new(Kind::Unreachable, "x"))
}
