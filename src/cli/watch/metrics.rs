//! Numbers about the agent, in the text form of Prometheus
//! (<https://prometheus.io/docs/instrumenting/exposition_formats/>).

use std::fmt::Write;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::agent::{FileOutcome, PassReport, Refusal};

#[derive(Debug)]
pub(super) struct Metrics {
    interval: Duration,
    /// The time at which the agent last showed that it works: it looked for changes, or went on to another file; `None` before the first
    /// time.
    alive: Option<Instant>,
    passes: u64,
    loads: u64,
    replacements: u64,
    refusals: u64,
    removals: u64,
    /// Seconds since 1970.
    last_pass: u64,
    last: Arc<PassReport>,
}

impl Metrics {
    pub(super) fn new(interval: Duration) -> Metrics {
        Metrics {
            interval,
            alive: None,
            passes: 0,
            loads: 0,
            replacements: 0,
            refusals: 0,
            removals: 0,
            last_pass: 0,
            last: Arc::default(),
        }
    }

    /// Counts a pass; `None` where there was nothing to do.
    pub(super) fn record(&mut self, report: Option<&Arc<PassReport>>) {
        self.note_alive();
        let Some(report) = report else { return };
        self.passes += 1;
        for file in &report.files {
            match file.outcome {
                FileOutcome::Loaded => self.loads += 1,
                FileOutcome::Replaced => self.replacements += 1,
                FileOutcome::Refused(_) => self.refusals += 1,
                FileOutcome::Unchanged => {}
            }
        }
        self.removals += report.vanished.iter().filter(|vanished| vanished.kept.is_none()).count() as u64;
        self.last_pass = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
        self.last = Arc::clone(report);
    }

    /// Notes that the agent works.
    pub(super) fn note_alive(&mut self) {
        self.alive = Some(Instant::now());
    }

    /// Returns the reason why the agent does not do its work: it has stood still for a few intervals, or the kernel takes no policy.
    /// Broken profiles are no reason to restart it.
    pub(super) fn trouble(&self) -> Option<String> {
        if self.alive.is_none_or(|alive| alive.elapsed() > 3 * self.interval + Duration::from_secs(30)) {
            return Some("no pass has ended in time".into());
        }
        let mut problems = self.last.problems.iter().filter(|problem| problem.is_about_the_kernel());
        problems.next().map(ToString::to_string)
    }

    pub(super) fn text(&self) -> String {
        let mut text = String::new();
        let mut family = |name: &str, kind: &str, help: &str, samples: &[(String, u64)]| {
            let _infallible = writeln!(text, "# HELP armorer_{name} {help}\n# TYPE armorer_{name} {kind}");
            for (labels, value) in samples {
                let _infallible = writeln!(text, "armorer_{name}{labels} {value}");
            }
        };
        let plain = |value: u64| [(String::new(), value)];
        family("passes_total", "counter", "Passes over all files.", &plain(self.passes));
        let results = [
            ("loaded", self.loads),
            ("replaced", self.replacements),
            ("refused", self.refusals),
            ("removed", self.removals),
        ];
        let results = results.map(|(result, value)| (format!("{{result=\"{result}\"}}"), value));
        family("changes_total", "counter", "What was done with files and vanished profiles.", &results);
        let seconds = "Time of the last pass that had something to do, in seconds since 1970.";
        family("last_pass_timestamp_seconds", "gauge", seconds, &plain(self.last_pass));
        family("problems", "gauge", "What kept the last pass from its work.", &plain(self.last.problems.len() as u64));
        let files: Vec<_> = self
            .last
            .files
            .iter()
            .map(|file| {
                let good = !matches!(file.outcome, FileOutcome::Refused(_));
                (format!("{{file=\"{}\"}}", escaped(&file.file.to_string_lossy())), u64::from(good))
            })
            .collect();
        family("file_in_force", "gauge", "Whether a file is loaded as it stands.", &files);
        let exceeding: Vec<_> = self
            .last
            .files
            .iter()
            .filter_map(|file| match &file.outcome {
                FileOutcome::Refused(Refusal::Exceeds(excess)) => {
                    let [path, excess] =
                        [file.file.to_string_lossy().into_owned(), excess.to_string()].map(|text| escaped(&text));
                    Some((format!("{{file=\"{}\",excess=\"{}\"}}", path, excess), 1))
                }
                _ => None,
            })
            .collect();
        family("file_exceeds_baseline", "gauge", "Files refused for what they allow beyond the baseline.", &exceeding);
        let profiles: Vec<_> = self
            .last
            .files
            .iter()
            .filter(|file| !matches!(file.outcome, FileOutcome::Refused(_)))
            .flat_map(|file| &file.profiles)
            .map(|profile| (format!("{{profile=\"{}\"}}", escaped(profile)), 1))
            .collect();
        family("profile_loaded", "gauge", "Profiles that are loaded as their files say.", &profiles);
        text
    }
}

/// A label's value: backslash, quote and line end are escaped.
fn escaped(value: &str) -> String {
    value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn healthy_once_it_has_looked() {
        let mut metrics = Metrics::new(Duration::from_secs(10));
        assert_eq!(metrics.trouble().as_deref(), Some("no pass has ended in time"));
        metrics.record(None);
        assert_eq!(metrics.trouble(), None);
        assert!(metrics.text().contains("\narmorer_passes_total 0\n"));
        metrics.record(Some(&Arc::default()));
        assert!(metrics.text().contains("\narmorer_passes_total 1\n"));
        let mut report = PassReport::default();
        report.problems.push(crate::agent::AgentProblem::Wedged("the kernel accepts no policy".into()));
        metrics.record(Some(&Arc::new(report)));
        assert_eq!(metrics.trouble().as_deref(), Some("the kernel accepts no policy"));
        assert_eq!(escaped("a\"b\\c\n"), "a\\\"b\\\\c\\n");
    }
}
