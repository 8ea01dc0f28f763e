//! A workspace to import into, and applying a preview as a host does.
#![allow(dead_code, unreachable_pub)]

use plat_domain::command::{CreatePool, CreateSpace};
use plat_domain::{
    Actor, Cidr, Claim, ClaimId, Command, Context, Description, Name, Place, Policy, Role, Space, SpaceId,
    State, Tags, Timestamp, Wanted, check::check, decide,
};
use plat_interchange::{Finding, Options, Outcome, Preview, PreviewRow, SourceFile, preview};

pub fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

pub fn cidr(text: &str) -> Cidr {
    text.parse().unwrap()
}

pub fn text(text: &str) -> Description {
    Description::new(text).unwrap()
}

pub fn tags(pairs: &[(&str, &str)]) -> Tags {
    Tags::new(pairs.iter().map(|(k, v)| (name(k), text(v))).collect()).unwrap()
}

pub fn context() -> Context {
    Context {
        actor: Actor {
            name: name("ada"),
            role: Role::Owner,
        },
        now: "2027-01-31T00:00:00Z".parse::<Timestamp>().unwrap(),
    }
}

pub fn default_space() -> SpaceId {
    SpaceId::derived(&["default"])
}

/// Decides and commits one command, and checks every invariant.
pub fn apply(state: &State, command: &Command) -> State {
    let changes = decide(state, command, &context()).unwrap();
    let after = state.clone().commit(&changes).unwrap();
    assert_eq!(check(&after), Vec::<String>::new());
    after
}

/// A workspace with its default space.
pub fn workspace() -> State {
    let space = Space::new(default_space(), name("default"));
    apply(&State::new(), &Command::CreateSpace(CreateSpace { space }))
}

pub fn create_pool(state: &State, called: &str, prefix: &str, policy: Policy) -> State {
    let (id, place) = (
        ClaimId::derived(&["test", called]),
        Place::Innermost(default_space()),
    );
    let command = Command::CreatePool(CreatePool {
        policy,
        ..CreatePool::new(id, place, name(called), Wanted::Prefixes(vec![cidr(prefix)]))
    });
    apply(state, &command)
}

pub fn options() -> Options {
    Options {
        create_spaces: true,
        ..Options::into_space(default_space())
    }
}

pub fn look(state: &State, bytes: &[u8], options: &Options) -> Preview {
    preview(
        state,
        &SourceFile {
            name: "a file",
            bytes,
        },
        options,
    )
    .unwrap()
}

/// Applies a preview that is ready, and checks that a second look finds nothing left to do.
pub fn import(state: &State, bytes: &[u8], options: &Options) -> State {
    let found = look(state, bytes, options);
    assert!(found.ready(), "{:#?}", found.rows);
    let after = found
        .batch()
        .map_or_else(|| state.clone(), |batch| apply(state, &batch));
    let again = look(&after, bytes, options);
    assert_eq!(again.commands, [], "the same file twice");
    assert!(
        again
            .rows
            .iter()
            .all(|r| matches!(r.outcome, Outcome::Match | Outcome::LeftOut)),
        "{:#?}",
        again.rows
    );
    after
}

pub fn codes(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|f| f.code.as_str()).collect()
}

pub fn row(found: &Preview, line: u64) -> &PreviewRow {
    found.rows.iter().find(|r| r.line == line).unwrap()
}

/// The one claim of a kind with this prefix.
pub fn claim<'s>(state: &'s State, kind: &str, prefix: &str) -> &'s Claim {
    let found: Vec<&Claim> = state
        .claims()
        .filter(|c| c.kind.word() == kind && c.prefixes.contains(&cidr(prefix)))
        .collect();
    assert_eq!(found.len(), 1, "{kind} {prefix}");
    found[0]
}

pub fn parent_label(state: &State, claim: &Claim) -> String {
    claim
        .parent
        .and_then(|p| state.claim(p))
        .map(Claim::label)
        .unwrap_or_default()
}

pub fn count(state: &State, kind: &str) -> usize {
    state.claims().filter(|c| c.kind.word() == kind).count()
}

/// A CSV as a spreadsheet saves it: with another separator, every cell in quotes, and the rows in the order that `sort` puts
/// them in.
pub fn saved_again(csv: &[u8], separator: u8, sort: impl FnOnce(&mut [csv::StringRecord])) -> Vec<u8> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv));
    let mut records: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    sort(&mut records[1..]);
    let mut writer = csv::WriterBuilder::new()
        .delimiter(separator)
        .quote_style(csv::QuoteStyle::Always)
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    for record in &records {
        writer.write_record(record).unwrap();
    }
    writer.into_inner().unwrap()
}
