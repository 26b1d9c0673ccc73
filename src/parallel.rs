//! Work on many items at once, by the feature `parallel`; one after the other without it.

/// The results of some work on every item, in the order of the items.
#[cfg(feature = "parallel")]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    use rayon::prelude::*;
    // A single item does not wait for a free thread: all of them may be busy with the work of another caller.
    if let [item] = items { vec![work(item)] } else { items.par_iter().map(work).collect() }
}

/// The results of some work on every item, in the order of the items. The bounds are those of the parallel version, so that a
/// caller builds with either.
#[cfg(not(feature = "parallel"))]
pub(crate) fn map<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    items.iter().map(work).collect()
}
