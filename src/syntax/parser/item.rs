//! One item of any kind: its first token decides which.

use nom::Parser;
use nom::combinator::map;

use super::input::{PResult, ParserError, TokenInput};
use super::lexer::{Keyword, SyntaxKind, Token, classes, initial, keyword};
use super::{
    abi, all, block, capability, change_profile, conditional, dbus, error, file, include, io_uring, link, mount,
    mqueue, network, pivot_root, prefix, profile, ptrace, rlimit, signal, unix, userns, variable,
};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{ItemKind, ProfileKeyword, QualifierBlock, Rule, RuleKind};
use crate::vocab::{MountOperation, nearest};

/// An item; the input stands at its first token.
pub(super) fn item(start: TokenInput<'_>) -> PResult<'_, ItemKind> {
    let (input, token) = initial::lex(start)?;
    let result = match token.kind {
        SyntaxKind::Include { pound, if_exists } => {
            map(include::item(pound, if_exists), ItemKind::Include).parse(input)
        }
        SyntaxKind::Keyword(Keyword::Abi) => map(abi::item, ItemKind::Abi).parse(input),
        SyntaxKind::Keyword(Keyword::Alias) => map(variable::alias, ItemKind::Alias).parse(input),
        SyntaxKind::Keyword(Keyword::If) => {
            map(|input| conditional::item(input, &token), |it| ItemKind::Conditional(Box::new(it))).parse(input)
        }
        SyntaxKind::Keyword(Keyword::Set) => map(rlimit::rule, ItemKind::Rlimit).parse(input),
        SyntaxKind::Profile => profile(&token, ProfileKeyword::Profile, input),
        SyntaxKind::Hat => profile(&token, ProfileKeyword::Hat, input),
        SyntaxKind::Caret => profile(&token, ProfileKeyword::Caret, input),
        SyntaxKind::BoolVariable => map(|input| variable::boolean(&token, input), ItemKind::BoolVariable).parse(input),
        SyntaxKind::SetVariable => match initial::lex(input) {
            Ok((rest, op)) if op.kind == SyntaxKind::Assign => {
                map(|input| variable::set(&token, &op, input), ItemKind::SetVariable).parse(rest)
            }
            _ => prefixed(start, token, input),
        },
        SyntaxKind::Id | SyntaxKind::Name => path_first(start, token, input),
        _ => prefixed(start, token, input),
    };
    result.map_err(|problem| explained(problem, &token))
}

fn profile<'a>(token: &Token<'a>, keyword: ProfileKeyword, input: TokenInput<'a>) -> PResult<'a, ItemKind> {
    let (rest, profile) = profile::named(token, keyword, input)?;
    Ok((rest, ItemKind::Profile(Box::new(profile))))
}

/// A path or name: with permissions after it a rule, else a profile without keyword, or a misspelt keyword.
fn path_first<'a>(start: TokenInput<'a>, token: Token<'a>, input: TokenInput<'a>) -> PResult<'a, ItemKind> {
    let (rest, next) = match initial::lex(input) {
        Ok(next) => next,
        Err(problem) => return Err(unknown_keyword(&token).unwrap_or(problem)),
    };
    let like_mode = next.kind == SyntaxKind::Name
        && classes::is_mode(next.text)
        && matches!(rest.byte(0), Some(b'}' | b';') | None);
    match next.kind {
        SyntaxKind::Mode => match prefixed(start, token, input) {
            Err(problem) => Err(unknown_keyword(&token).unwrap_or(problem)),
            result => result,
        },
        SyntaxKind::Open | SyntaxKind::ListOpen | SyntaxKind::Flags | SyntaxKind::Group | SyntaxKind::Plus => {
            without_keyword(&token, input)
        }
        SyntaxKind::Condition if token.kind == SyntaxKind::Id => without_keyword(&token, input),
        // An attachment, if the header goes on to its brace.
        SyntaxKind::Id | SyntaxKind::SetVariable | SyntaxKind::Name if !like_mode => match initial::lex(rest) {
            Ok((_, third))
                if matches!(
                    third.kind,
                    SyntaxKind::Open | SyntaxKind::ListOpen | SyntaxKind::Flags | SyntaxKind::Group | SyntaxKind::Plus
                ) || third.kind != SyntaxKind::Comma && next.text.ends_with(b"{") =>
            {
                without_keyword(&token, input)
            }
            _ => Err(unknown_keyword(&token).unwrap_or_else(|| failed(file::rule(token, input)))),
        },
        _ if token.text.ends_with(b"{") => without_keyword(&token, input),
        _ => match unknown_keyword(&token) {
            Some(problem) => Err(problem),
            None => prefixed(start, token, input),
        },
    }
}

fn without_keyword<'a>(name: &Token<'a>, input: TokenInput<'a>) -> PResult<'a, ItemKind> {
    let (rest, profile) = profile::header(ProfileKeyword::None, name.pattern(), input)?;
    Ok((rest, ItemKind::Profile(Box::new(profile))))
}

/// The problem of a result that has one.
fn failed<T>(result: PResult<'_, T>) -> nom::Err<ParserError> {
    result.err().unwrap_or(nom::Err::Error(ParserError::Mismatch))
}

/// Returns the diagnostic about a bare name that is not a keyword.
fn unknown_keyword(token: &Token<'_>) -> Option<nom::Err<ParserError>> {
    if token.kind != SyntaxKind::Name {
        return None;
    }
    if token.text == b"include" {
        return Some(error::syntax(token.span, "missing space after `include`", "write `include <path>`"));
    }
    let word = String::from_utf8_lossy(token.text);
    let diagnostic = Diagnostic::new(Code::UnknownKeyword, format!("unknown keyword `{word}`"), token.span);
    let nearest = nearest(token.text, keyword::STARTERS.iter().copied());
    Some(error::failure(diagnostic.with_nearest(token.text, nearest, || {
        "begin the rule with a keyword, or with a path that begins with `/` or `@{`".into()
    })))
}

/// A rule or block with its prefix.
fn prefixed<'a>(start: TokenInput<'a>, token: Token<'a>, input: TokenInput<'a>) -> PResult<'a, ItemKind> {
    let (input, (prefix, token)) = prefix::prefix(token, input)?;
    if token.kind == SyntaxKind::Open {
        let (rest, block) = block::block(input, token.span)?;
        return Ok((rest, ItemKind::Block(QualifierBlock { prefix, block })));
    }
    let at = start.seek(token.span.start);
    let (rest, kind) = if prefix.is_empty() {
        rule(token, at, input)?
    } else {
        rule(token, at, input).map_err(|problem| explained(problem, &token))?
    };
    Ok((rest, ItemKind::Rule(Rule { prefix, kind })))
}

/// A rule whose first token is scanned; the token stands at `at`.
fn rule<'a>(token: Token<'a>, at: TokenInput<'a>, input: TokenInput<'a>) -> PResult<'a, RuleKind> {
    let keyword = match token.kind {
        SyntaxKind::Id | SyntaxKind::Name | SyntaxKind::SetVariable | SyntaxKind::Mode => {
            return file::rule(token, input).map(|(rest, rule)| (rest, RuleKind::File(rule)));
        }
        SyntaxKind::Keyword(keyword) => keyword,
        _ => return Err(no_rule(&token, at)),
    };
    match keyword {
        Keyword::File | Keyword::Safe | Keyword::Unsafe => {
            file::rule(token, input).map(|(rest, rule)| (rest, RuleKind::File(rule)))
        }
        Keyword::Link => map(link::rule, RuleKind::Link).parse(input),
        Keyword::ChangeProfile => map(change_profile::rule, RuleKind::ChangeProfile).parse(input),
        Keyword::Capability => map(capability::rule, RuleKind::Capability).parse(input),
        Keyword::Network => map(network::rule, |rule| RuleKind::Network(Box::new(rule))).parse(input),
        Keyword::Unix => map(unix::rule, RuleKind::Unix).parse(input),
        Keyword::Dbus => map(dbus::rule, RuleKind::Dbus).parse(input),
        Keyword::Signal => map(signal::rule, RuleKind::Signal).parse(input),
        Keyword::Ptrace => map(ptrace::rule, RuleKind::Ptrace).parse(input),
        Keyword::Mount => map(mount::rule(MountOperation::Mount), RuleKind::Mount).parse(input),
        Keyword::Remount => map(mount::rule(MountOperation::Remount), RuleKind::Mount).parse(input),
        Keyword::Umount => map(mount::rule(MountOperation::Umount), RuleKind::Mount).parse(input),
        Keyword::PivotRoot => map(pivot_root::rule, RuleKind::PivotRoot).parse(input),
        Keyword::Mqueue => map(mqueue::rule, RuleKind::Mqueue).parse(input),
        Keyword::Userns => map(userns::rule, RuleKind::Userns).parse(input),
        Keyword::IoUring => map(io_uring::rule, RuleKind::IoUring).parse(input),
        Keyword::All => map(all::rule, RuleKind::All).parse(input),
        _ => Err(no_rule(&token, at)),
    }
}

/// A token that no rule begins with.
fn no_rule(token: &Token<'_>, at: TokenInput<'_>) -> nom::Err<ParserError> {
    let text = String::from_utf8_lossy(token.text.trim_ascii_end());
    let no_prefix = matches!(
        token.kind,
        SyntaxKind::Keyword(Keyword::If | Keyword::Set | Keyword::Abi | Keyword::Alias)
            | SyntaxKind::Profile
            | SyntaxKind::Hat
            | SyntaxKind::Caret
            | SyntaxKind::Include { .. }
    );
    if no_prefix {
        let message = format!("`{text}` does not take a prefix");
        return error::syntax(token.span, message, format!("remove the words before `{text}`"));
    }
    match token.kind {
        SyntaxKind::Keyword(Keyword::Else) => {
            error::syntax(token.span, "`else` without `if`", "write `else` directly after the block of an `if`")
        }
        SyntaxKind::Keyword(Keyword::Rlimit) => {
            error::syntax(token.span, "`rlimit` without `set`", "write `set rlimit`")
        }
        SyntaxKind::Stray => error::unexpected_char(at),
        SyntaxKind::Comma => error::syntax(token.span, "comma without a rule", "remove the comma"),
        SyntaxKind::Condition | SyntaxKind::Flags | SyntaxKind::Group | SyntaxKind::Identities => {
            let help = "write the condition after the keyword of its rule and before the comma";
            error::syntax(token.span, format!("`{text}=` without a rule"), help)
        }
        _ => error::expected(at, "a rule"),
    }
}

/// Adds a hint about the item's kind to a problem that has none.
fn explained(problem: nom::Err<ParserError>, token: &Token<'_>) -> nom::Err<ParserError> {
    let mut diagnostic = match problem {
        nom::Err::Failure(ParserError::Reported(diagnostic)) => diagnostic,
        other => return other,
    };
    if diagnostic.help.is_none() {
        diagnostic.help = example(token).map(|example| format!("follow this form: `{example}`"));
    }
    nom::Err::Failure(ParserError::Reported(diagnostic))
}

fn example(token: &Token<'_>) -> Option<&'static str> {
    Some(match token.kind {
        SyntaxKind::Include { .. } => "include <abstractions/base>",
        SyntaxKind::Profile => "profile NAME /path flags=(complain) { … }",
        SyntaxKind::Hat => "hat NAME { … }",
        SyntaxKind::Caret => "^NAME { … }",
        SyntaxKind::SetVariable => "@{NAME} = value value",
        SyntaxKind::BoolVariable => "$NAME = true",
        SyntaxKind::Id | SyntaxKind::Mode => "/path rw,",
        SyntaxKind::Keyword(keyword) => match keyword {
            Keyword::Network => "network (send, receive) inet stream,",
            Keyword::Unix => "unix (send, receive) type=stream peer=(label=NAME),",
            Keyword::Dbus => "dbus send bus=system path=/path interface=NAME member=NAME peer=(name=NAME, label=NAME),",
            Keyword::Signal => "signal (send, receive) set=(term, kill) peer=NAME,",
            Keyword::Ptrace => "ptrace (read, trace) peer=NAME,",
            Keyword::Userns => "userns create,",
            Keyword::Mqueue => "mqueue (read, write) type=posix /name,",
            Keyword::Abi => "abi <abi/4.0>,",
            Keyword::ChangeProfile => "change_profile /path -> NAME,",
            Keyword::Mount => "mount fstype=ext4 options=(rw, nosuid) /source -> /mount/point/,",
            Keyword::Remount => "remount options=(ro) /mount/point/,",
            Keyword::Umount => "umount /mount/point/,",
            Keyword::If => "if @{NAME} == value { … } else { … }",
            Keyword::Capability => "capability chown setuid,",
            Keyword::Link => "link subset /link -> /target,",
            Keyword::Set => "set rlimit nofile <= 1024,",
            Keyword::Alias => "alias /from/ -> /to/,",
            Keyword::File | Keyword::Safe | Keyword::Unsafe => "file /path rw,",
            Keyword::PivotRoot => "pivot_root oldroot=/old/ /new/,",
            Keyword::IoUring => "io_uring (sqpoll, override_creds) label=NAME,",
            Keyword::All => "all,",
            _ => return None,
        },
        _ => return None,
    })
}
