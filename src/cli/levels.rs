//! Options that say which warnings are errors, and which are not wanted.

use clap::Args;

use crate::diagnostic::{Code, Levels};
use crate::vocab::nearest;

#[derive(Args, Clone, Debug)]
pub(super) struct LevelArgs {
    /// Treat these warnings as errors; without codes, all warnings
    #[arg(long, value_name = "CODE,…", value_delimiter = ',', num_args = 0.., require_equals = true)]
    werror: Option<Vec<String>>,

    /// Hide warnings and notes with these codes
    #[arg(long, value_name = "CODE,…", value_delimiter = ',', require_equals = true)]
    allow: Vec<String>,
}

impl LevelArgs {
    /// The severities that the options ask for.
    pub(super) fn levels(&self) -> Result<Levels, String> {
        let mut levels = Levels::new();
        match self.werror.as_deref() {
            None => {}
            Some([]) => levels = levels.deny_warnings(),
            Some(codes) => {
                for text in codes {
                    levels = levels.deny(code(text)?);
                }
            }
        }
        for text in &self.allow {
            levels = levels.allow(code(text)?);
        }
        Ok(levels)
    }
}

fn code(text: &str) -> Result<Code, String> {
    let known = Code::ALL.iter().copied();
    known.clone().find(|code| code.as_str() == text).ok_or_else(|| {
        let hint = nearest(text.as_bytes(), known.map(Code::as_str)).map(|near| format!("; did you mean `{near}`?"));
        format!("unknown diagnostic code `{text}`{}", hint.unwrap_or_default())
    })
}
