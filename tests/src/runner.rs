//! Runs a script's commands against a host and writes down what it answers.

mod look;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail, ensure};
use plat_api::{
    Applied, ApplyRequest, ClaimDetails, Committed, ConflictPage, Export, Free, Imported, PlanAnswer,
    Problem, Reference, Request, ResourceRequest, RowPage, SearchAnswer, SimulateRequest, TreeRequest,
    UsageAnswer, Workspace,
};
use plat_domain::command::Batch;
use plat_domain::{Actor, Command, Context, Digest, Name, Plan, Role, Timestamp};
use plat_interchange::Preview;
use serde_json::Value;

use crate::ask::{self, Names};
use crate::file;
use crate::host::{Answer, Host};
use crate::line::Line;
use crate::script;
use crate::show::{Show, read, short};
use crate::twin::Twin;

/// The time at which a scenario starts, where it says none: late enough that no alarm of a real clock rings before.
const START: &str = "2097-01-01T00:00:00Z";

/// Claims that a line of what is answered lists; more are counted.
const CLAIMS_SHOWN: usize = 6;

struct KeptPlan {
    plan: Plan,
    /// The digest that the last refused application asked to confirm.
    to_confirm: Option<Digest>,
}

/// A scenario under way.
pub(crate) struct Runner<'h> {
    host: &'h mut dyn Host,
    twin: Twin,
    context: Context,
    names: Names,
    /// The revision and digest last seen.
    seen: (u64, Digest),
    plans: BTreeMap<String, KeptPlan>,
    /// What was last asked, for `retry`.
    last: Option<(Request, Option<u64>)>,
    /// Exports, by the name they were kept under.
    files: BTreeMap<String, String>,
    scenario: String,
    /// How many workspaces it has had beside the first.
    opened: u32,
}

impl<'h> Runner<'h> {
    pub(crate) fn new(host: &'h mut dyn Host, scenario: &str, twin: Twin) -> Result<Self> {
        host.open(scenario)?;
        let context = Context {
            actor: Actor {
                name: Name::new("ada")?,
                role: Role::Owner,
            },
            now: START.parse()?,
        };
        let mut runner = Self {
            host,
            twin,
            context,
            names: Names::default(),
            seen: (0, Digest::default()),
            plans: BTreeMap::new(),
            last: None,
            files: BTreeMap::new(),
            scenario: scenario.to_owned(),
            opened: 0,
        };
        let workspace = runner.workspace()?;
        ensure!(
            workspace.revision == 1,
            "a new workspace is at revision {}, not at its genesis",
            workspace.revision
        );
        runner.seen = (workspace.revision, workspace.digest);
        Ok(runner)
    }

    /// The revision and digest last seen.
    pub(crate) fn end(&self) -> String {
        format!("revision {} digest {}", self.seen.0, short(self.seen.1))
    }

    pub(crate) fn step(&mut self, command: &script::Command) -> Result<String> {
        self.run(command)
            .with_context(|| format!("line {}: {}", command.at, command.head))
    }

    fn run(&mut self, command: &script::Command) -> Result<String> {
        let mut line = Line::read(&command.head)?;
        match line.verb.as_str() {
            "at" => {
                self.context.now = line.need("a time")?.parse::<Timestamp>()?;
                line.done()?;
                Ok(String::new())
            }
            "batch" => {
                let commands = self.commands(&command.body)?;
                self.change(
                    Request::Command(Box::new(Command::Batch(Batch { commands }))),
                    None,
                )
            }
            "import" | "preview-import" => self.import(line, &command.body),
            "export" => self.export(line),
            "fresh" => self.fresh(),
            "retry" => {
                let (request, base) = self.last.clone().context("nothing to ask again")?;
                if matches!(request, Request::Import(_)) {
                    // The file again, by someone who has seen what is there now.
                    self.send_file(request)
                } else {
                    self.change(request, base)
                }
            }
            "preview" => self.preview(command.head.trim_start_matches("preview ")),
            "plan" => {
                let name = line.need("a name")?;
                self.plan(name, &command.body)
            }
            "apply" | "confirm" => {
                let name = line.need("a plan")?;
                let kept = self.plans.get(&name).context("no such plan")?;
                let confirm = kept.to_confirm.filter(|_| line.verb == "confirm");
                let plan = kept.plan.clone();
                self.apply(&name, ApplyRequest { plan, confirm })
            }
            "forge" => {
                let name = line.need("a plan")?;
                self.plans.get_mut(&name).context("no such plan")?.plan.digest = Digest::default();
                Ok(String::new())
            }
            "usage" | "tree" | "free" | "conflicts" | "search" | "show" | "workspace" => self.query(line),
            "details" | "prefixes" | "resources" | "holds" | "recommend" | "compliance" | "plan-release" => {
                self.look(line)
            }
            "history" => self.history(line),
            "acquire" => {
                let name = line.need("a resource")?;
                line.done()?;
                self.acquire(&name, &command.body)
            }
            "pool" | "allocate" | "adopt" | "edit" | "release" | "split" | "merge" | "associate"
            | "space" | "edit-space" | "resource" | "accept" | "reopen" | "expire" | "remove" => {
                self.changes(&command.head)
            }
            other => bail!("no command `{other}`"),
        }
    }

    fn ask(&mut self, request: &Request, base: Option<u64>) -> Result<Answer> {
        self.host.call(request, &self.context, base)
    }

    fn show(&self) -> Show<'_> {
        Show {
            twin: self.twin,
            names: &self.names,
        }
    }

    /// A read that must succeed, as its type; a problem is shown instead.
    fn read<T: serde::de::DeserializeOwned>(&mut self, request: &Request) -> Result<Result<T, String>> {
        let answer = self.ask(request, None)?;
        if answer.status >= 400 {
            return Ok(Err(self.show().problem(&read(answer.body)?)?));
        }
        ensure!(answer.status == 200, "a read answered {}", answer.status);
        Ok(Ok(read(answer.body)?))
    }

    fn workspace(&mut self) -> Result<Workspace> {
        self.read(&Request::Workspace)?
            .map_err(|problem| anyhow::anyhow!("no workspace: {problem}"))
    }

    fn changes(&mut self, head: &str) -> Result<String> {
        // The base, for `edit`: what was last seen unless the script says otherwise.
        let (mut head, mut base) = (head.to_owned(), Some(self.seen.0));
        if let Some((before, given)) = head.clone().rsplit_once(" base=") {
            base = if given == "none" {
                None
            } else {
                Some(given.parse()?)
            };
            head = before.to_owned();
        }
        let mut text = String::new();
        for ask in ask::read(&mut self.names, self.twin, &head)? {
            let request = ask.request(&self.names);
            let base = base.filter(|_| request.needs_base());
            text.push_str(&self.change(request, base)?);
        }
        Ok(text)
    }

    /// A resource with allocations for it, in one request.
    fn acquire(&mut self, name: &str, body: &[String]) -> Result<String> {
        let resource = self.names.resource(name)?;
        let lines = body.iter().map(|line| line.trim_start_matches("allocate "));
        let allocations =
            lines.map(|line| ask::read_allocation(&mut self.names, self.twin, &format!("allocate {line}")));
        let allocations = allocations.collect::<Result<_>>()?;
        self.change(
            Request::PutResource(ResourceRequest {
                resource,
                allocations,
            }),
            None,
        )
    }

    fn commands(&mut self, body: &[String]) -> Result<Vec<Command>> {
        let mut commands = Vec::new();
        for line in body {
            for ask in ask::read(&mut self.names, self.twin, line)? {
                commands.extend(ask.commands()?);
            }
        }
        Ok(commands)
    }

    fn change(&mut self, request: Request, base: Option<u64>) -> Result<String> {
        let answer = self.ask(&request, base)?;
        self.last = Some((request, base));
        if answer.status >= 400 {
            return self.refused(answer.body);
        }
        let committed: Committed = read(answer.body)?;
        ensure!(
            committed.revision == answer.revision,
            "body and answer name different revisions"
        );
        self.note(committed.revision, committed.digest)?;
        let mut several: Vec<String> = committed.claims.iter().map(|row| self.show().row(row)).collect();
        if several.len() > CLAIMS_SHOWN {
            several = vec![format!("{} claims", several.len())];
        }
        let what = match (committed.changed, answer.status, &committed.claim) {
            (false, 200, None) if !several.is_empty() => format!("unchanged {}", several.join(", ")),
            (true, 201, None) if !several.is_empty() => format!("created {}", several.join(", ")),
            (true, 200, None) if !several.is_empty() => format!("changed {}", several.join(", ")),
            (false, 200, Some(row)) => format!("unchanged {}", self.show().row(row)),
            (false, 200, None) => "unchanged".to_owned(),
            (true, 201, Some(row)) => format!("created {}", self.show().row(row)),
            (true, 200, Some(row)) => format!("changed {}", self.show().row(row)),
            (true, 201, None) => "done".to_owned(),
            (true, 200, None) if committed.released.is_empty() => "done".to_owned(),
            (true, 200, None) => {
                let names: Vec<String> = committed.released.iter().map(|id| self.names.of(id)).collect();
                format!("released {}", names.join(", "))
            }
            (changed, status, _) => bail!(
                "status {status} for a change that {}",
                if changed { "was made" } else { "was not" }
            ),
        };
        Ok(format!("{} {what}\n", self.end()))
    }

    /// A step's revision: never backwards, and the digest differs exactly when the revision does.
    fn note(&mut self, revision: u64, digest: Digest) -> Result<()> {
        ensure!(
            revision >= self.seen.0,
            "went back from revision {} to {revision}",
            self.seen.0
        );
        ensure!(
            (revision == self.seen.0) == (digest == self.seen.1),
            "revision {} became {revision}, digest {} became {}",
            self.seen.0,
            short(self.seen.1),
            short(digest)
        );
        self.seen = (revision, digest);
        Ok(())
    }

    /// A refusal changes nothing: where the revision moved all the same (an expiry that was due), it is shown.
    fn refused(&mut self, body: Value) -> Result<String> {
        let problem: Problem = read(body)?;
        let mut text = self.show().problem(&problem)?;
        let before = self.seen;
        let workspace = self.workspace()?;
        self.note(workspace.revision, workspace.digest)?;
        if self.seen != before {
            text.push_str(&format!("  now {}\n", self.end()));
        }
        Ok(text)
    }

    fn preview(&mut self, head: &str) -> Result<String> {
        let mut text = String::new();
        for command in self.commands(&[head.to_owned()])? {
            let answer: Result<Committed, String> = self.read(&Request::Preview {
                command: Box::new(command),
            })?;
            match answer {
                Err(problem) => text.push_str(&problem),
                Ok(would) => {
                    text.push_str(&format!(
                        "would be revision {} digest {}\n",
                        would.revision,
                        short(would.digest)
                    ));
                    text.push_str(&self.show().diff(&would.diff.unwrap_or_default()));
                }
            }
        }
        Ok(text)
    }

    fn plan(&mut self, name: String, body: &[String]) -> Result<String> {
        let request = Request::Simulate(SimulateRequest {
            name: Name::new(&name)?,
            commands: self.commands(body)?,
        });
        let answer: PlanAnswer = match self.read(&request)? {
            Ok(answer) => answer,
            Err(problem) => return Ok(problem),
        };
        Ok(self.keep_plan(name, answer))
    }

    /// Shows a plan and keeps it under a name, to be applied.
    fn keep_plan(&mut self, name: String, answer: PlanAnswer) -> String {
        let plan = answer.plan;
        let mut text = format!(
            "plan on revision {}, {} steps, digest {}\n",
            plan.base_revision,
            plan.steps.len(),
            short(plan.digest)
        );
        text.push_str(&self.show().diff(&answer.diff));
        self.plans.insert(
            name,
            KeptPlan {
                plan,
                to_confirm: None,
            },
        );
        text
    }

    fn apply(&mut self, name: &str, request: ApplyRequest) -> Result<String> {
        let answer = self.ask(&Request::Apply(Box::new(request)), None)?;
        if answer.status >= 400 {
            let digest = answer
                .body
                .get("digest")
                .cloned()
                .and_then(|digest| read(digest).ok());
            if let Some(kept) = self.plans.get_mut(name) {
                kept.to_confirm = digest;
            }
            return self.refused(answer.body);
        }
        let applied: Applied = read(answer.body)?;
        ensure!(
            applied.revision == answer.revision,
            "body and answer name different revisions"
        );
        self.note(applied.revision, applied.digest)?;
        let rebased = if applied.rebased { " rebased" } else { "" };
        let mut text = format!("{} applied{rebased}\n", self.end());
        applied
            .moved
            .iter()
            .for_each(|moved| text.push_str(&self.show().moved(moved)));
        Ok(text)
    }

    fn import(&mut self, mut line: Line, body: &[String]) -> Result<String> {
        let text = match line.named("from") {
            Some(kept) => self.files.get(&kept).context("no such export")?.clone(),
            None => body.iter().map(|line| format!("{line}\n")).collect(),
        };
        let file = file::request(&mut line, &text)?;
        let is_preview = line.verb == "preview-import";
        line.done()?;
        if is_preview {
            let preview: Result<Preview, String> = self.read(&Request::PreviewImport(file))?;
            return Ok(preview.map_or_else(|problem| problem, |preview| self.show().preview_file(&preview)));
        }
        self.send_file(Request::Import(file))
    }

    fn send_file(&mut self, request: Request) -> Result<String> {
        let base = Some(self.seen.0);
        let answer = self.ask(&request, base)?;
        self.last = Some((request, base));
        if answer.status >= 400 {
            return self.refused(answer.body);
        }
        let imported: Imported = read(answer.body)?;
        ensure!(
            imported.changed == (imported.revision > self.seen.0),
            "says changed: {}",
            imported.changed
        );
        self.note(imported.revision, imported.digest)?;
        let (created, matched, flagged) = (imported.created, imported.matched, imported.flagged);
        Ok(format!(
            "{} imported: created {created}, matched {matched}, flagged {flagged}\n",
            self.end()
        ))
    }

    /// `export csv|json as NAME`: keeps the file, and shows its lines unless it is one that was kept before.
    fn export(&mut self, mut line: Line) -> Result<String> {
        let (format, name) = (
            line.need("a format")?,
            line.named("as").context("`export` needs a name: `as all`")?,
        );
        line.done()?;
        let export: Export = match self.read(&Request::Export { format })? {
            Ok(export) => export,
            Err(problem) => return Ok(problem),
        };
        let head = format!("{} {}", export.file_name, export.media_type);
        if let Some((same, _)) = self.files.iter().find(|(_, text)| **text == export.text) {
            return Ok(format!("{head}, the same as {same}\n"));
        }
        let shown: String = export
            .text
            .lines()
            .map(|line| format!("  {}\n", line.trim_start_matches('\u{feff}')))
            .collect();
        self.files.insert(name, export.text);
        Ok(format!("{head}\n{shown}"))
    }

    /// Goes on in a new workspace, with the exports that were kept.
    fn fresh(&mut self) -> Result<String> {
        self.opened += 1;
        let name = format!("{}-{}", self.scenario, self.opened);
        self.host.open(&name)?;
        let workspace = self.workspace()?;
        ensure!(
            workspace.revision == 1,
            "a new workspace is at revision {}",
            workspace.revision
        );
        self.seen = (workspace.revision, workspace.digest);
        Ok(String::new())
    }

    fn query(&mut self, mut line: Line) -> Result<String> {
        let space = line.named("space").map(Reference);
        let limit = line
            .named("limit")
            .map(|limit| limit.parse::<usize>())
            .transpose()?;
        let subject = line.next();
        let claim = subject.as_deref().map(|name| self.names.reference(name));
        let verb = line.verb.clone();
        let mut lens = Vec::new();
        while let (true, Some(len)) = (verb == "free", line.next()) {
            lens.push(self.twin.read_len(len.trim_start_matches('/').parse()?));
        }
        line.done()?;
        let needed = || claim.clone().context("of what?");
        let text = match verb.as_str() {
            "usage" => self
                .read(&Request::Usage { pool: needed()? })?
                .map(|a: UsageAnswer| self.show().usage_answer(&a)),
            "free" => self
                .read(&Request::Free {
                    pool: needed()?,
                    limit,
                })?
                .map(|a: Free| self.show().free(&a, &lens)),
            "conflicts" => {
                let page: Result<ConflictPage, String> = self.read(&Request::Conflicts {
                    space,
                    skip: None,
                    limit,
                })?;
                page.map(|page| {
                    let listed: String = page.conflicts.iter().map(|c| self.show().conflict(c)).collect();
                    format!("conflicts {}\n{listed}", page.total)
                })
            }
            "search" => {
                let q = subject.context("for what?")?;
                // In a twin, addresses are looked for where they are.
                let q = self.twin.read_cidr(&q).map_or(q, |cidr| cidr.to_string());
                let found: Result<SearchAnswer, String> = self.read(&Request::Search { q, space, limit })?;
                found.map(|found| {
                    let rows: String = found
                        .rows
                        .iter()
                        .map(|row| format!("{}\n", self.show().row(row)))
                        .collect();
                    if rows.is_empty() {
                        "nothing found\n".to_owned()
                    } else {
                        rows
                    }
                })
            }
            "show" => self
                .read(&Request::Claim { claim: needed()? })?
                .map(|details: ClaimDetails| self.details(&details)),
            "tree" => return self.tree(space, claim, limit),
            _ => {
                let w = self.workspace()?;
                let next = w
                    .next_expiry
                    .map(|at| format!(", next expiry {at}"))
                    .unwrap_or_default();
                let accepted = match w.accepted_conflicts {
                    0 => String::new(),
                    n => format!(" and {n} accepted"),
                };
                let (spaces, counts) = (w.spaces.len(), (w.claims, w.resources, w.conflicts));
                Ok(format!(
                    "revision {} digest {}: spaces {spaces}, claims {}, resources {}, conflicts {}{accepted}{next}\n",
                    w.revision,
                    short(w.digest),
                    counts.0,
                    counts.1,
                    counts.2
                ))
            }
        };
        Ok(text.unwrap_or_else(|problem| problem))
    }

    fn details(&self, details: &ClaimDetails) -> String {
        let show = self.show();
        let mut text = show.row(&details.row);
        text.push('\n');
        for ancestor in &details.ancestors {
            text.push_str(&format!("  in {}\n", show.named(ancestor)));
        }
        for conflict in &details.conflicts {
            text.push_str(&format!("  conflicts with {}\n", show.named(conflict)));
        }
        text
    }

    /// The whole tree below a claim or of a space, page by page.
    fn tree(
        &mut self,
        space: Option<Reference>,
        claim: Option<Reference>,
        limit: Option<usize>,
    ) -> Result<String> {
        let mut text = String::new();
        if let Err(problem) = self.level(
            0,
            TreeRequest {
                space,
                parent: claim,
                after: None,
                limit,
            },
            &mut text,
        )? {
            return Ok(problem);
        }
        Ok(if text.is_empty() {
            "nothing\n".to_owned()
        } else {
            text
        })
    }

    fn level(
        &mut self,
        depth: usize,
        mut level: TreeRequest,
        text: &mut String,
    ) -> Result<Result<(), String>> {
        loop {
            let page: RowPage = match self.read(&Request::Tree(level.clone()))? {
                Ok(page) => page,
                Err(problem) => return Ok(Err(problem)),
            };
            for row in &page.rows {
                text.push_str(&format!("{}{}\n", "  ".repeat(depth), self.show().row(row)));
                if row.has_children {
                    let below = TreeRequest {
                        parent: Some(row.id.into()),
                        limit: level.limit,
                        ..TreeRequest::default()
                    };
                    if let Err(problem) = self.level(depth + 1, below, text)? {
                        return Ok(Err(problem));
                    }
                }
            }
            if page.next.is_none() {
                return Ok(Ok(()));
            }
            level.after = page.next;
        }
    }
}
