//! Making documents on several threads: one reads the mirror, the others take messages apart, look for secrets and hand over what
//! is to be found.
//!
//! Always true: all that was read has been handed over when [`run`] returns, or it returns an error; few records
//! wait, since one may have megabytes of messages.
//! Records are independent of each other: in which order they are handed over does not matter.

use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use quarterdeck_index::{Error, Writer};
use quarterdeck_sync::content;
use quarterdeck_sync::model::{Content, Record, RowKey};

use super::documents;
use super::indexer::FollowError;

/// Fewer records than this are not worth a thread.
const FEW: usize = 8;

/// A record as it was read.
pub struct Taken {
    pub key: RowKey,
    /// None: nothing of it is to be found.
    pub record: Option<Record>,
    pub content: Option<Content>,
}

/// Makes a record's documents and hands them over. The index has none of it.
pub fn put(writer: &Writer, taken: Taken) -> Result<(), Error> {
    let Some(record) = taken.record else { return Ok(()) };
    let entries = taken.content.map(|content| content::entries(&content.messages)).unwrap_or_default();
    let documents = documents::of(&record, &entries);
    drop(entries);
    writer.add(taken.key.0.cast_unsigned(), documents)
}

/// Calls `put` with all that is read, from so many threads.
pub fn run<I, T, P>(threads: usize, read: I, put: P) -> Result<(), FollowError>
where
    I: ExactSizeIterator<Item = Result<T, FollowError>>,
    T: Send,
    P: Fn(T) -> Result<(), Error> + Sync,
{
    if threads < 2 || read.len() < FEW {
        return read.into_iter().try_for_each(|read| Ok(put(read?)?));
    }
    let (give, take) = sync_channel(threads);
    // Held by the makers alone: where none is left, nothing can be given.
    let take = Arc::new(Mutex::new(take));
    thread::scope(|scope| {
        let makers: Vec<_> = (0..threads)
            .map(|_| {
                let (take, put) = (take.clone(), &put);
                scope.spawn(move || make(&take, put))
            })
            .collect();
        drop(take);
        let read = read.into_iter().try_for_each(|read| {
            let _ = give.send(read?);
            Ok(())
        });
        drop(give);
        for maker in makers {
            maker.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
        }
        read
    })
}

/// After a failure it goes on taking, and makes nothing more: whoever gives is not to wait.
fn make<T>(take: &Mutex<Receiver<T>>, put: impl Fn(T) -> Result<(), Error>) -> Result<(), Error> {
    let mut made = Ok(());
    loop {
        let taken = take.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match (taken, &made) {
            (Ok(taken), Ok(())) => made = put(taken),
            (Ok(_), Err(_)) => {}
            (Err(_), _) => return made,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn everything_that_is_read_is_made_once_however_many_make_it() {
        for threads in [1, 2, 5] {
            let made = Mutex::new(Vec::new());
            let put = |number: u32| {
                made.lock().unwrap().push(number);
                Ok(())
            };
            run(threads, (0..1_000).map(Ok), put).unwrap();
            let made = made.into_inner().unwrap();
            assert_eq!((made.len(), made.into_iter().collect::<BTreeSet<_>>().len()), (1_000, 1_000));
        }
    }

    #[test]
    fn a_failure_ends_it_and_is_told_whoever_meets_it() {
        for threads in [1, 2, 5] {
            let fails = |number: u32| if number == 500 { Err(Error::Held) } else { Ok(()) };
            let told = run(threads, (0..1_000).map(Ok), fails);
            assert!(matches!(told, Err(FollowError::Index(Error::Held))), "{threads}: {told:?}");
            let unread = |number| if number == 500 { Err(FollowError::Index(Error::Held)) } else { Ok(number) };
            let told = run(threads, (0..1_000u32).map(unread), |_| Ok(()));
            assert!(matches!(told, Err(FollowError::Index(Error::Held))), "{threads}: {told:?}");
        }
    }
}
