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

/// The stack of a thread that compiles, in bytes. Unoptimised code needs more of it for the deepest nesting that is taken.
#[cfg(feature = "parallel")]
pub(crate) const STACK: usize = if cfg!(debug_assertions) { 64 << 20 } else { 2 << 20 };

/// The one place that hands work to threads. It knows no types of items and results, so that the machinery is compiled once.
#[cfg(feature = "parallel")]
fn for_each(count: usize, work: &(dyn Fn(usize) + Sync)) {
    use rayon::prelude::*;
    let each = || (0..count).into_par_iter().for_each(work);
    // The threads of the common pool have stacks for optimised code.
    let deep = (cfg!(debug_assertions) && rayon::current_thread_index().is_none())
        .then(|| rayon::ThreadPoolBuilder::new().stack_size(STACK).build().ok());
    match deep.flatten() {
        Some(pool) => pool.install(each),
        None => each(),
    }
}

/// The results of some work on every item, in the order of the items. The bounds are those of the parallel version, so that a
/// caller builds with either.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.iter().map(work).collect()
}
