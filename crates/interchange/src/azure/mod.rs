//! Azure virtual networks: resources that hold networks, with their subnets.

mod read;

use std::collections::{BTreeMap, BTreeSet};

use plat_domain::command::{Adopt, Edit};
use plat_domain::{
    Cidr, Claim, ClaimId, ClaimKind, Command, Description, Name, Place, Resource, ResourceId, Tags,
};

use crate::build::{Builder, Target};
use crate::json::Node;
use crate::surroundings::Surroundings;
use crate::{Finding, ImportError, Outcome, PreviewRow};
use read::{Subnet, Vnet};

pub(crate) use read::recognise;

/// What providers are called in resources that this makes.
const PROVIDER: &str = "azure";

/// A virtual network that was placed: its networks, by prefix.
struct Held {
    name: String,
    networks: Vec<(Cidr, ClaimId)>,
}

/// What is known while virtual networks are placed.
struct Import<'b, 'a> {
    builder: &'b mut Builder<'a>,
    target: Target,
    around: Surroundings,
    /// Resources of Azure by their identity there, which is compared without case.
    known: BTreeMap<String, ResourceId>,
    /// Networks and subnets of this file, by holder or network, and their lines.
    lines: BTreeMap<ClaimId, u64>,
}

pub(crate) fn import(builder: &mut Builder<'_>, root: &Node<'_>) -> Result<(), ImportError> {
    let (vnets, ignored) = read::vnets(builder, root)?;
    builder.ignored = ignored;
    let target = match builder.target("") {
        Ok(target) => target,
        Err(unknown) => {
            for vnet in vnets {
                for row in core::iter::once(vnet.row).chain(vnet.subnets.into_iter().map(|s| s.row)) {
                    builder.set_aside(row, vec![unknown.clone()]);
                }
            }
            return Ok(());
        }
    };
    let prefixes = vnets.iter().flat_map(|v| {
        v.prefixes
            .iter()
            .chain(v.subnets.iter().flat_map(|s| &s.prefixes))
    });
    let wanted: BTreeSet<_> = prefixes.map(|p| (target.id, *p)).collect();
    let known = builder
        .base
        .resources()
        .filter(|r| r.provider.as_ref().is_some_and(|p| p.as_str() == PROVIDER));
    let known = known
        .map(|r| (r.external_id.as_str().to_lowercase(), r.id))
        .collect();
    let around = Surroundings::look(builder.base, &wanted);
    let mut import = Import {
        builder,
        target,
        around,
        known,
        lines: BTreeMap::new(),
    };
    for vnet in vnets {
        import.vnet(vnet);
    }
    Ok(())
}

impl Import<'_, '_> {
    fn vnet(&mut self, vnet: Vnet) {
        let Vnet {
            mut row,
            errors,
            prefixes,
            subnets,
            name,
            external_id,
            tags,
        } = vnet;
        row.space = self.target.name.to_string();
        row.prefixes.clone_from(&prefixes);
        let line = row.line;
        if self.builder.left_out(line) || !errors.is_empty() {
            self.builder.set_aside(row, errors);
            return self.set_aside_subnets(subnets, line);
        }
        let Some(name) = name else { return };
        let mark = self.builder.mark();
        match self.place_vnet(&mut row, &name, external_id, tags, &prefixes) {
            Ok(held) => {
                let claims = held.networks.iter().map(|(_, id)| *id).collect();
                self.builder.add(row, claims);
                for subnet in subnets {
                    self.subnet(subnet, &held);
                }
            }
            Err(refused) => {
                self.builder.back_to(mark);
                self.builder.set_aside(row, vec![refused]);
                self.set_aside_subnets(subnets, line);
            }
        }
    }

    /// Without its virtual network a subnet has nowhere to go.
    fn set_aside_subnets(&mut self, subnets: Vec<Subnet>, line: u64) {
        let left_out = self.builder.left_out(line);
        for Subnet { mut row, errors, .. } in subnets {
            row.space = self.target.name.to_string();
            if left_out {
                row.outcome = Outcome::LeftOut;
                let message = format!("its virtual network (line {line}) is left out");
                row.findings.push(Finding::new("parent-left-out", message));
                self.builder.add(row, Vec::new());
            } else {
                let mut errors = errors;
                let message = format!("its virtual network (line {line}) has an error");
                errors.push(Finding::new("parent-failed", message));
                self.builder.set_aside(row, errors);
            }
        }
    }

    fn place_vnet(
        &mut self,
        row: &mut PreviewRow,
        name: &Name,
        external_id: Description,
        tags: Tags,
        prefixes: &[Cidr],
    ) -> Result<Held, Finding> {
        let lower = external_id.as_str().to_lowercase();
        let key = if lower.is_empty() { name.as_str() } else { &lower };
        let derived = ResourceId::derived(&["import", PROVIDER, key]);
        let id = self
            .known
            .get(&lower)
            .copied()
            .filter(|_| !lower.is_empty())
            .unwrap_or(derived);
        let provider = |e: plat_domain::TextError| Finding::new("cell", e.to_string());
        let existing = self.builder.state.resource(id);
        row.outcome = if existing.is_some() {
            Outcome::Match
        } else {
            Outcome::Create
        };
        let resource = Resource {
            id,
            name: name.clone(),
            kind: Name::new("virtualNetwork").map_err(provider)?,
            provider: Some(Name::new(PROVIDER).map_err(provider)?),
            external_id,
            // Azure does not say whose it is in our terms; what a person recorded stays.
            tenant: existing.and_then(|r| r.tenant.clone()),
            tags,
        };
        row.findings.extend(self.builder.put_resource(resource)?);
        let mut held = Held {
            name: name.to_string(),
            networks: Vec::new(),
        };
        for prefix in prefixes {
            let network = self.network(row, id, &lower, *prefix)?;
            held.networks.push((*prefix, network));
        }
        Ok(held)
    }

    /// The network that a virtual network holds at one of its prefixes: found, or adopted.
    fn network(
        &mut self,
        row: &mut PreviewRow,
        holder: ResourceId,
        external_id: &str,
        prefix: Cidr,
    ) -> Result<ClaimId, Finding> {
        let is_it = |n: &&Claim| n.space == self.target.id && n.prefixes == [prefix];
        let held = self.builder.state.networks_of(holder).find(is_it).map(|n| n.id);
        if let Some(id) = held {
            self.again(row, id);
            return Ok(id);
        }
        let same = self.around.same(&self.builder.state, self.target.id, &[prefix]);
        let planned = same
            .iter()
            .find(|c| c.kind == ClaimKind::Network { holder: None })
            .map(|c| c.id);
        if let Some(id) = planned {
            let edit = Edit {
                holder: Some(holder),
                ..Edit::of(id)
            };
            // Refused if something found since overlaps the planned network; then it is there, and held by no one.
            let held = self.builder.run(Command::Edit(edit)).is_ok();
            let message = if held {
                format!("the planned network {prefix} is now held by it")
            } else {
                format!("the planned network {prefix} overlaps others and stays held by no one")
            };
            row.findings.push(Finding::new("holder-set", message));
            self.lines.insert(id, row.line);
            return Ok(id);
        }
        let id = self.adopt(
            &["network", external_id],
            &[prefix],
            ClaimKind::Network { holder: Some(holder) },
            Place::Innermost(self.target.id),
            None,
        )?;
        row.outcome = Outcome::Create;
        self.lines.insert(id, row.line);
        Ok(id)
    }

    fn adopt(
        &mut self,
        parts: &[&str],
        prefixes: &[Cidr],
        kind: ClaimKind,
        place: Place,
        name: Option<Name>,
    ) -> Result<ClaimId, Finding> {
        let mut all = vec![self.target.name.as_str(), PROVIDER];
        all.extend(parts);
        let id = self.builder.claim_id(&all, prefixes);
        self.builder.run(Command::Adopt(Adopt {
            id,
            place,
            kind,
            prefixes: prefixes.to_vec(),
            name,
            tags: Tags::default(),
            description: Description::default(),
            absorb: false,
        }))?;
        Ok(id)
    }

    /// Flags what an earlier line of the file says too.
    fn again(&mut self, row: &mut PreviewRow, id: ClaimId) {
        let line = *self.lines.entry(id).or_insert(row.line);
        if line != row.line {
            row.findings
                .push(Finding::new("duplicate", format!("the same as line {line}")));
        }
    }

    fn subnet(&mut self, subnet: Subnet, held: &Held) {
        let Subnet {
            mut row,
            errors,
            prefixes,
            name,
        } = subnet;
        row.space = self.target.name.to_string();
        row.prefixes.clone_from(&prefixes);
        if self.builder.left_out(row.line) || !errors.is_empty() {
            return self.builder.set_aside(row, errors);
        }
        // A subnet of two families lies in two networks; what lies in the same one is one claim.
        let mut groups: BTreeMap<Option<ClaimId>, Vec<Cidr>> = BTreeMap::new();
        for prefix in prefixes {
            let network = held
                .networks
                .iter()
                .find(|(outer, _)| outer.contains(&prefix))
                .map(|(_, id)| *id);
            groups.entry(network).or_default().push(prefix);
        }
        row.outcome = Outcome::Match;
        let mark = self.builder.mark();
        let mut claims = Vec::new();
        for (network, mut prefixes) in groups {
            prefixes.sort_unstable();
            match self.place_subnet(&mut row, network, &prefixes, name.as_ref(), held) {
                Ok(id) => claims.push(id),
                Err(refused) => {
                    self.builder.back_to(mark);
                    return self.builder.set_aside(row, vec![refused]);
                }
            }
        }
        self.builder.add(row, claims);
    }

    fn place_subnet(
        &mut self,
        row: &mut PreviewRow,
        network: Option<ClaimId>,
        prefixes: &[Cidr],
        name: Option<&Name>,
        held: &Held,
    ) -> Result<ClaimId, Finding> {
        let fits = |kind: &ClaimKind, parent| *kind == ClaimKind::Subnet && parent == network;
        let same = self.around.same(&self.builder.state, self.target.id, prefixes);
        let there = same.into_iter().find(|c| fits(&c.kind, c.parent)).map(|c| c.id);
        let in_network = network.into_iter().flat_map(|id| self.builder.state.children(id));
        let there = there.or_else(|| in_network.filter(|c| c.prefixes == prefixes).map(|c| c.id).next());
        if let Some(id) = there {
            self.again(row, id);
            return Ok(id);
        }
        let place = match network {
            Some(id) => Place::In(id),
            None => {
                let first = prefixes.first().map(ToString::to_string).unwrap_or_default();
                let message = format!("{first} is outside the address space of {}", held.name);
                row.findings.push(Finding::new("outside-network", message));
                Place::Top(self.target.id)
            }
        };
        let within = network.map_or_else(|| held.name.clone(), |id| id.to_string());
        let id = self.adopt(
            &["subnet", &within],
            prefixes,
            ClaimKind::Subnet,
            place,
            name.cloned(),
        )?;
        row.outcome = Outcome::Create;
        self.lines.insert(id, row.line);
        Ok(id)
    }
}
