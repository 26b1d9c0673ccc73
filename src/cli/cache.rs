//! The option that names a cache.

use std::path::PathBuf;

use crate::cache::Cache;
use crate::compiler::Compiler;

#[derive(clap::Args)]
pub(super) struct CacheArgs {
    /// Directory in which compiled policy is cached
    #[arg(long, value_name = "DIR")]
    cache_dir: Option<PathBuf>,
}

impl CacheArgs {
    /// The compiler with the cache, if there is to be one.
    pub(super) fn apply(&self, compiler: Compiler) -> Result<Compiler, String> {
        let Some(directory) = &self.cache_dir else { return Ok(compiler) };
        let cache = Cache::open(directory).map_err(|error| format!("{}: {error}", directory.display()))?;
        Ok(compiler.cache(cache))
    }
}
