//! Builds a preview: the commands are decided one after the other on a branch of the state, so that every finding is
//! about what would be true.

use plat_domain::command::{CreateSpace, PutResource};
use plat_domain::query::{Compliance, compliance};
use plat_domain::{
    Actor, Change, ChangeSet, Cidr, ClaimId, Command, Context, Name, Resource, Role, Space, SpaceId, State,
    Timestamp, decide, limits,
};

use crate::text::quoted;
use crate::{Finding, Format, IgnoredColumn, ImportError, Options, Outcome, Preview, PreviewRow};

/// Blocking claims that a finding names.
const NAMED: usize = 3;

/// A space that a row goes into: there already, or to be made when the first row needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub(crate) id: SpaceId,
    pub(crate) name: Name,
}

/// A row, and the claims that are made of it or that it matches.
struct Built {
    row: PreviewRow,
    claims: Vec<ClaimId>,
}

/// Where to go back to when the rest of a row is refused.
pub(crate) struct Mark {
    state: State,
    commands: usize,
}

/// A preview in the making.
pub(crate) struct Builder<'a> {
    /// The workspace as it is.
    pub(crate) base: &'a State,
    /// The workspace as it would be after the rows so far.
    pub(crate) state: State,
    /// What the caller wants.
    pub(crate) options: &'a Options,
    /// Columns not kept.
    pub(crate) ignored: Vec<IgnoredColumn>,
    context: Option<Context>,
    commands: Vec<Command>,
    rows: Vec<Built>,
}

impl<'a> Builder<'a> {
    pub(crate) fn new(base: &'a State, options: &'a Options) -> Self {
        // Whoever applies the commands is authorised by the host; here they are only tried.
        let actor = Name::new("import").ok().map(|name| Actor {
            name,
            role: Role::Owner,
        });
        let context = actor.map(|actor| Context {
            actor,
            now: Timestamp::from_ms(0),
        });
        Self {
            base,
            state: base.clone(),
            options,
            ignored: Vec::new(),
            context,
            commands: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// True if the user left the row out.
    pub(crate) fn left_out(&self, line: u64) -> bool {
        self.options.leave_out.contains(&line)
    }

    /// Decides a command and keeps it if it changes something.
    pub(crate) fn run(&mut self, command: Command) -> Result<ChangeSet, Finding> {
        let changes = self.decided(&self.state, &command)?;
        if changes.is_empty() {
            return Ok(changes);
        }
        // Given away and taken back, not cloned: a state that no one else holds is changed in place.
        match core::mem::take(&mut self.state).commit(&changes) {
            Ok(after) => {
                self.state = after;
                self.commands.push(command);
                Ok(changes)
            }
            Err(corrupt) => {
                // A bug of the engine: what it decided does not follow. The commands before did.
                self.state = self.replayed();
                Err(Finding::new("invalid", corrupt.to_string()))
            }
        }
    }

    /// What a command changes in a state.
    pub(crate) fn decided(&self, state: &State, command: &Command) -> Result<ChangeSet, Finding> {
        let context = self
            .context
            .as_ref()
            .ok_or_else(|| Finding::new("forbidden", "no actor"))?;
        decide(state, command, context).map_err(|r| Finding::new(r.code(), r.to_string()))
    }

    /// The workspace after the commands kept so far.
    fn replayed(&self) -> State {
        self.commands.iter().fold(self.base.clone(), |state, command| {
            let after = self
                .decided(&state, command)
                .ok()
                .and_then(|set| state.clone().commit(&set).ok());
            after.unwrap_or(state)
        })
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            state: self.state.clone(),
            commands: self.commands.len(),
        }
    }

    pub(crate) fn back_to(&mut self, mark: Mark) {
        self.state = mark.state;
        self.commands.truncate(mark.commands);
    }

    /// Adds a finished row.
    pub(crate) fn add(&mut self, row: PreviewRow, claims: Vec<ClaimId>) {
        self.rows.push(Built { row, claims });
    }

    /// Adds a row that cannot be imported or was left out.
    pub(crate) fn set_aside(&mut self, mut row: PreviewRow, findings: Vec<Finding>) {
        row.outcome = if self.left_out(row.line) {
            Outcome::LeftOut
        } else {
            Outcome::Error
        };
        row.findings.extend(findings);
        self.add(row, Vec::new());
    }

    /// The space that a row names; the default one for a blank name.
    pub(crate) fn target(&self, name: &str) -> Result<Target, Finding> {
        let unknown = |message: String| Finding::new("unknown-space", message);
        if name.is_empty() {
            let space = self.state.space(self.options.default_space);
            return space
                .map(|s| Target {
                    id: s.id,
                    name: s.name.clone(),
                })
                .ok_or_else(|| unknown("no space for rows that name none: choose one".into()));
        }
        let name = Name::new(name).map_err(|e| unknown(format!("space `{}`: {e}", quoted(name))))?;
        if let Some(space) = self.state.space_named(&name) {
            return Ok(Target { id: space.id, name });
        }
        if !self.options.create_spaces {
            return Err(unknown(format!(
                "unknown space `{name}`: make it first, let the import make spaces, or leave the row out"
            )));
        }
        // The id that any machine derives from the name, unless a space that was renamed has it.
        let free = |id: &SpaceId| self.state.space(*id).is_none();
        let first = SpaceId::derived(&[name.as_str()]);
        let salted = || {
            (2..)
                .map(|n: u32| SpaceId::derived(&[name.as_str(), &n.to_string()]))
                .find(free)
        };
        match Some(first).filter(free).or_else(salted) {
            Some(id) => Ok(Target { id, name }),
            None => Err(unknown(format!("unknown space `{name}`"))),
        }
    }

    /// Makes the space of a row if it is not there. A finding if it was made.
    pub(crate) fn make_space(&mut self, target: &Target) -> Result<Option<Finding>, Finding> {
        if self.state.space(target.id).is_some() {
            return Ok(None);
        }
        let space = Space::new(target.id, target.name.clone());
        self.run(Command::CreateSpace(CreateSpace { space }))?;
        Ok(Some(Finding::new(
            "new-space",
            format!("makes the space `{}`", target.name),
        )))
    }

    /// Records a resource. A finding if one that was there changes.
    pub(crate) fn put_resource(&mut self, resource: Resource) -> Result<Option<Finding>, Finding> {
        let known = self.state.resource(resource.id).is_some();
        let name = resource.name.clone();
        let changes = self.run(Command::PutResource(PutResource { resource }))?;
        let updated = known && !changes.is_empty();
        Ok(updated.then(|| {
            Finding::new(
                "resource-updated",
                format!("what is recorded of `{name}` is brought up to date"),
            )
        }))
    }

    /// An identity for a claim, from its content; another one if a claim that has since been changed has it.
    pub(crate) fn claim_id(&self, parts: &[&str], prefixes: &[Cidr]) -> ClaimId {
        let mut parts: Vec<String> = core::iter::once("import")
            .chain(parts.iter().copied())
            .map(str::to_owned)
            .collect();
        parts.extend(prefixes.iter().map(ToString::to_string));
        for n in 2_u32.. {
            let borrowed: Vec<&str> = parts.iter().map(String::as_str).collect();
            let id = ClaimId::derived(&borrowed);
            if self.state.claim(id).is_none() {
                return id;
            }
            if n > 2 {
                parts.pop();
            }
            parts.push(n.to_string());
        }
        ClaimId::derived(&[])
    }

    /// What a change set does to claims other than the one it makes: they come to lie in it.
    pub(crate) fn taken_in(&self, own: ClaimId, changes: &ChangeSet) -> Option<Finding> {
        let others: Vec<ClaimId> = changes
            .changes
            .iter()
            .filter_map(|change| match change {
                Change::ClaimPut(claim) if claim.id != own => Some(claim.id),
                Change::ClaimPut(_)
                | Change::ClaimRemoved(_)
                | Change::SpacePut(_)
                | Change::SpaceRemoved(_)
                | Change::ResourcePut(_)
                | Change::ResourceRemoved(_)
                | Change::ConflictAccepted(_)
                | Change::AcceptanceEnded(_) => None,
            })
            .collect();
        let message = || {
            format!(
                "contains existing {}: it will become their parent",
                self.named(others.iter().copied(), others.len())
            )
        };
        (!others.is_empty()).then(|| Finding::new("becomes-parent", message()))
    }

    /// A few claims by name, and how many more there are.
    fn named(&self, ids: impl Iterator<Item = ClaimId>, total: usize) -> String {
        let named: Vec<String> = ids
            .take(NAMED)
            .filter_map(|id| plat_domain::Named::of(&self.state, id))
            .map(|n| n.to_string())
            .collect();
        let more = total.saturating_sub(named.len());
        let listed = named.join(", ");
        if more > 0 {
            format!("{listed} and {more} more")
        } else {
            listed
        }
    }

    fn overlaps(&self, id: ClaimId) -> Option<Finding> {
        let total = self.state.conflicts_of(id).count();
        let message = || format!("overlaps {}", self.named(self.state.conflicts_of(id), total));
        (total > 0).then(|| Finding::new("overlap", message()))
    }

    /// The rules of the pools around that the claim breaks, which what exists may.
    fn breaks_policy(&self, id: ClaimId) -> Vec<Finding> {
        let claim = self.state.claim(id);
        let reasons = match claim.and_then(|claim| compliance(&self.state, claim)) {
            Some((Compliance::Noncompliant, reasons)) => reasons,
            Some((Compliance::Compliant | Compliance::Unmanaged | Compliance::Ignored, _)) | None => {
                Vec::new()
            }
        };
        // Overlaps, accepted ones too, have findings of their own.
        let rules = reasons.into_iter().filter(|reason| reason.code != "overlap");
        rules
            .map(|reason| Finding::new("policy", reason.detail))
            .collect()
    }

    /// The preview, once every row is added.
    ///
    /// # Errors
    /// `too-many-rows` where the rows need more commands than one batch has.
    pub(crate) fn finish(mut self, format: Format, name: &str) -> Result<Preview, ImportError> {
        if self.commands.len() > limits::COMMANDS_PER_BATCH {
            return Err(ImportError::too_many_rows(self.commands.len()));
        }
        let mut built = core::mem::take(&mut self.rows);
        let conflicts = self.state.conflict_count() > 0;
        for Built { row, claims } in &mut built {
            for id in claims.iter() {
                if conflicts {
                    row.findings.extend(self.overlaps(*id));
                }
                if row.outcome == Outcome::Create {
                    row.findings.extend(self.breaks_policy(*id));
                }
            }
        }
        let mut rows: Vec<PreviewRow> = built.into_iter().map(|b| b.row).collect();
        rows.sort_by_key(|row| row.line);
        let count = |outcome: Outcome| rows.iter().filter(|r| r.outcome == outcome).count() as u64;
        let kept = |r: &&PreviewRow| matches!(r.outcome, Outcome::Create | Outcome::Match);
        Ok(Preview {
            format,
            name: name.to_owned(),
            created: count(Outcome::Create),
            matched: count(Outcome::Match),
            flagged: rows
                .iter()
                .filter(kept)
                .filter(|r| !r.findings.is_empty())
                .count() as u64,
            errors: count(Outcome::Error),
            left_out: count(Outcome::LeftOut),
            rows,
            ignored_columns: self.ignored,
            commands: self.commands,
        })
    }
}

/// Reads a prefix, clearing host bits where the caller wants that; what is worth knowing goes to `findings`.
pub(crate) fn read_prefix(
    text: &str,
    options: &Options,
    findings: &mut Vec<Finding>,
) -> Result<Cidr, Finding> {
    let cidr = match (text.parse::<Cidr>(), options.clear_host_bits) {
        (Ok(cidr), _) => cidr,
        (Err(e), true) => {
            let Some(meant) = e.meant else {
                return Err(Finding::new("cell", e.to_string()));
            };
            findings.push(Finding::new(
                "host-bits-cleared",
                format!("`{}` taken as {meant}", e.text),
            ));
            meant
        }
        (Err(e), false) => {
            return Err(match e.meant {
                Some(meant) => Finding::new(
                    "host-bits",
                    format!(
                        "`{}` is not a network: did you mean {meant}? Correct it, or let host bits be cleared",
                        e.text
                    ),
                ),
                None => Finding::new("cell", e.to_string()),
            });
        }
    };
    if cidr.is_ipv4_mapped() {
        findings.push(Finding::new(
            "ipv4-mapped",
            format!("{cidr} is IPv4 written as IPv6: kept as IPv6"),
        ));
    }
    Ok(cidr)
}
