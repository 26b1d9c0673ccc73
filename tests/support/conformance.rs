//! Accept/reject cases with the reference compiler's verdicts.

use std::io::Read;
use std::path::PathBuf;

use armorer::{Compiler, Features};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) path: String,
    text: String,
    pub(crate) accept: bool,
    encoding: Option<String>,
}

impl Case {
    pub(crate) fn bytes(&self) -> Vec<u8> {
        match self.encoding.as_deref() {
            Some("latin-1") => {
                self.text.chars().map(|c| u8::try_from(u32::from(c)).expect("a latin-1 character")).collect()
            }
            _ => self.text.clone().into_bytes(),
        }
    }
}

pub(crate) struct Suite {
    pub(crate) cases: Vec<Case>,
    /// The working directory that relative includes of the cases start from.
    pub(crate) tst: PathBuf,
    /// The feature set that the verdicts hold for.
    pub(crate) features: PathBuf,
}

impl Suite {
    /// A compiler that finds the includes of the cases.
    pub(crate) fn compiler(&self, features: Features) -> Compiler {
        Compiler::new(features).working_directory(&self.tst).include_dir(self.tst.join("simple_tests"))
    }
}

/// The cases, where there are any.
pub(crate) fn suite(what: &str) -> Option<Suite> {
    let directory = super::directory("ARMORER_CONFORMANCE", what)?;
    let features = super::directory("ARMORER_FEATURES", what)?.join("all");
    let file = std::fs::File::open(directory.join("cases.jsonl.gz")).expect("the cases are readable");
    let mut text = String::new();
    flate2::read::GzDecoder::new(file).read_to_string(&mut text).expect("the cases unpack");
    let cases = text.lines().map(|line| serde_json::from_str(line).expect("a case a line")).collect();
    Some(Suite { cases, tst: directory.join("tst"), features })
}
