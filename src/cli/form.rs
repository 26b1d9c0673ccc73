//! Text for people or JSON for programs: the options of commands that print no other form.

#[derive(clap::Args, Clone, Copy, Debug)]
pub(super) struct FormArgs {
    /// Format of the output
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = OutputFormat::Text)]
    format: OutputFormat,

    /// Short for --format json
    #[arg(long, conflicts_with = "format")]
    json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum OutputFormat {
    /// Human-readable text
    Text,
    /// One JSON document
    Json,
}

impl FormArgs {
    pub(super) fn is_json(self) -> bool {
        self.json || self.format == OutputFormat::Json
    }
}
