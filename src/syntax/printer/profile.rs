//! Profiles, hats and child profiles.

use super::condition::{group, list};
use super::item::Printer;
use super::line::PrintedRule;
use crate::syntax::ast::{Profile, ProfileKeyword};

impl Printer {
    pub(super) fn profile(&mut self, profile: &Profile) {
        let mut line = PrintedRule::new();
        // The scanner wants keyword and name on one line, and no blank after the caret.
        match profile.keyword {
            ProfileKeyword::None => line.part(profile.name.as_bytes()),
            ProfileKeyword::Profile => line.part([b"profile ", profile.name.as_bytes()].concat()),
            ProfileKeyword::Hat => line.part([b"hat ", profile.name.as_bytes()].concat()),
            ProfileKeyword::Caret => line.part([b"^", profile.name.as_bytes()].concat()),
        }
        if let Some(attachment) = &profile.attachment {
            line.part(attachment.as_bytes());
        }
        if let Some(xattrs) = &profile.xattrs {
            line.part(group(xattrs));
        }
        for identities in &profile.identities {
            line.part([b"+identities=", &*list(identities, b", ")].concat());
        }
        if let Some(flags) = &profile.flags {
            line.part([b"flags=", &*list(flags, b",")].concat());
        }
        self.header(&line);
        self.append(b" ");
        self.block(&profile.body);
    }
}
