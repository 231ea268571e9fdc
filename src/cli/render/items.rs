use serde::Serialize;

use crate::cli::out::{Form, Out};
use crate::error::Failure;

/// The JSON answer of a list, written item by item: `{"schema":"qd.agents/1","items":[...]}`, or one item a line.
#[derive(Debug)]
pub struct Items {
    noun: String,
    ndjson: bool,
    written: u64,
}

impl Items {
    /// An answer about `noun`, in `form`. Nothing is written yet.
    pub fn new(noun: &str, form: Form) -> Self {
        Self { noun: noun.to_owned(), ndjson: form == Form::Ndjson, written: 0 }
    }

    /// Writes one item.
    pub fn item(&mut self, out: &mut Out, item: &impl Serialize) -> Result<(), Failure> {
        if !self.ndjson {
            match self.written {
                0 => {
                    self.open(out)?;
                    out.raw("\n")?;
                }
                _ => out.raw(",\n")?,
            }
        }
        self.written += 1;
        match self.ndjson {
            true => out.json(item),
            false => out.json_part(item),
        }
    }

    /// Writes the end. Without it a reader can tell that the answer broke off.
    pub fn finish(self, out: &mut Out) -> Result<(), Failure> {
        match (self.ndjson, self.written) {
            (true, _) => Ok(()),
            (false, 0) => {
                self.open(out)?;
                out.raw("]}\n")
            }
            (false, _) => out.raw("\n]}\n"),
        }
    }

    fn open(&self, out: &mut Out) -> Result<(), Failure> {
        let schema = serde_json::Value::from(format!("qd.{}/1", self.noun));
        out.raw("{\"schema\":")?;
        out.json_part(&schema)?;
        out.raw(",\"items\":[")
    }
}
