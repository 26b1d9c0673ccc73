//! Work on many items at once, by the feature `parallel`; one after the other without it.

#[cfg(feature = "parallel")]
use std::sync::{Mutex, PoisonError};

/// The results of some work on every item, in the order of the items.
#[cfg(feature = "parallel")]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    // A single item does not wait for a free thread: all of them may be busy with the work of another caller.
    if let [item] = items {
        return vec![work(item)];
    }
    let results: Vec<Mutex<Option<R>>> = items.iter().map(|_| Mutex::new(None)).collect();
    for_each(items.len(), &|at| {
        if let (Some(item), Some(place)) = (items.get(at), results.get(at)) {
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(work(item));
        }
    });
    results.into_iter().filter_map(|result| result.into_inner().unwrap_or_else(PoisonError::into_inner)).collect()
}

/// The one place that hands work to threads. It knows no types of items and results, so that the machinery is compiled once.
#[cfg(feature = "parallel")]
fn for_each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    use rayon::prelude::*;
    (0..count).into_par_iter().for_each(work);
}

/// The results of some work on every item, in the order of the items. The bounds are those of the parallel version, so that a
/// caller builds with either.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.iter().map(work).collect()
}
