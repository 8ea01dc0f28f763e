//! The sample company: one batch that makes a small, believable network with both families and one conflict.

use plat_domain::command::{Adopt, Allocate, Batch, CreatePool, PutResource};
use plat_domain::{
    Cidr, ClaimId, ClaimKind, Command, Description, Name, Place, Policy, Resource, ResourceId, SpaceId,
    Strategy, Tags, Timestamp, Wanted,
};

const DAY_MS: u64 = 86_400_000;

struct Builder {
    space: SpaceId,
    commands: Vec<Command>,
}

fn id(what: &str) -> ClaimId {
    ClaimId::derived(&["sample", what])
}

impl Builder {
    fn pool(
        &mut self,
        parent: Option<&str>,
        what: &str,
        prefixes: &[&str],
        policy: &Policy,
        description: &str,
    ) -> Option<()> {
        let place = parent.map_or(Place::Top(self.space), |p| Place::In(id(p)));
        let prefixes: Vec<Cidr> = prefixes.iter().map(|p| p.parse().ok()).collect::<Option<_>>()?;
        self.commands.push(Command::CreatePool(CreatePool {
            policy: policy.clone(),
            description: Description::new(description).ok()?,
            ..CreatePool::new(id(what), place, Name::new(what).ok()?, Wanted::Prefixes(prefixes))
        }));
        Some(())
    }

    fn take(&mut self, pool: &str, what: &str, kind: ClaimKind, len: u8) -> Option<()> {
        self.commands.push(Command::Allocate(Allocate {
            name: Some(Name::new(what).ok()?),
            ..Allocate::new(id(what), Place::In(id(pool)), kind, Wanted::PrefixLength(len))
        }));
        Some(())
    }

    fn held(&mut self, pool: &str, what: &str, kind: &str, provider: &str, len: u8) -> Option<()> {
        let holder = ResourceId::derived(&["sample", what]);
        self.commands.push(Command::PutResource(PutResource {
            resource: Resource {
                provider: Name::new(provider).ok(),
                ..Resource::new(holder, Name::new(what).ok()?, Name::new(kind).ok()?)
            },
        }));
        self.take(pool, what, ClaimKind::Network { holder: Some(holder) }, len)
    }
}

/// The commands of the sample, as one batch in `space`.
pub(crate) fn company(space: SpaceId, now_ms: u64) -> Option<Command> {
    let mut b = Builder {
        space,
        commands: Vec::new(),
    };
    let plain = Policy::default();
    let sites = Policy {
        shortest_len: Some(22),
        longest_len: Some(28),
        default_len: Some(24),
        ..Policy::default()
    };
    b.pool(
        None,
        "Company IPv4",
        &["10.0.0.0/8"],
        &plain,
        "All private IPv4 space of the company",
    )?;
    b.pool(
        Some("Company IPv4"),
        "Europe",
        &["10.0.0.0/12"],
        &plain,
        "Sites and clouds in Europe",
    )?;
    b.pool(
        Some("Company IPv4"),
        "Americas",
        &["10.16.0.0/12"],
        &plain,
        "Sites and clouds in the Americas",
    )?;
    b.pool(
        Some("Company IPv4"),
        "Labs",
        &["10.240.0.0/16"],
        &Policy {
            strategy: Some(Strategy::Sparse),
            ..plain.clone()
        },
        "Short-lived experiments",
    )?;
    b.pool(
        Some("Europe"),
        "Azure West Europe",
        &["10.0.0.0/16"],
        &sites,
        "Hub and spokes",
    )?;
    b.pool(Some("Europe"), "Berlin office", &["10.1.0.0/20"], &sites, "")?;
    b.pool(Some("Americas"), "AWS us-east-1", &["10.16.0.0/16"], &sites, "")?;
    b.held("Azure West Europe", "hub-weu", "virtualNetwork", "azure", 22)?;
    for (name, len) in [
        ("web-prod", 24),
        ("web-test", 25),
        ("data-prod", 23),
        ("kubernetes-prod", 22),
        ("vdi", 24),
    ] {
        b.held("Azure West Europe", name, "virtualNetwork", "azure", len)?;
    }
    for (name, len) in [("shop-prod", 22), ("shop-stage", 24), ("analytics", 23)] {
        b.held("AWS us-east-1", name, "vpc", "aws", len)?;
    }
    for (what, len) in [("hub-weu", 26), ("web-prod", 26), ("web-prod", 27)] {
        let label = format!("{what} /{len}");
        b.take(what, &label, ClaimKind::Subnet, len)?;
    }
    b.take("Berlin office", "Berlin clients", ClaimKind::Static, 23)?;
    b.take(
        "Berlin office",
        "Berlin printers and phones",
        ClaimKind::Static,
        25,
    )?;
    let expires_at = Some(Timestamp::from_ms(now_ms + 92 * DAY_MS));
    b.take(
        "Berlin office",
        "Second floor, next quarter",
        ClaimKind::Reservation { expires_at },
        24,
    )?;
    b.take(
        "Americas",
        "Acquired branch, held back",
        ClaimKind::Reservation { expires_at: None },
        16,
    )?;
    b.take("Labs", "wifi-experiment", ClaimKind::Network { holder: None }, 24)?;
    b.pool(
        None,
        "On-premises legacy",
        &["172.16.0.0/12", "192.168.0.0/16"],
        &plain,
        "Before the cloud",
    )?;
    b.take(
        "On-premises legacy",
        "Data centre Frankfurt",
        ClaimKind::External,
        16,
    )?;
    b.take("On-premises legacy", "Plant network", ClaimKind::External, 20)?;
    b.pool(
        None,
        "Company IPv6",
        &["2001:db8::/32"],
        &plain,
        "Documentation prefix, for the sample",
    )?;
    b.pool(
        Some("Company IPv6"),
        "Europe IPv6",
        &["2001:db8::/36"],
        &Policy {
            default_len: Some(48),
            ..plain.clone()
        },
        "A /48 a site",
    )?;
    b.held("Europe IPv6", "hub-weu IPv6", "virtualNetwork", "azure", 48)?;
    b.take("Europe IPv6", "Berlin office IPv6", ClaimKind::Static, 48)?;
    // Found, not planned: a forgotten network in the middle of the cloud's space.
    b.commands.push(Command::Adopt(Adopt {
        id: id("legacy-vpn"),
        place: Place::In(id("Azure West Europe")),
        kind: ClaimKind::Network { holder: None },
        prefixes: vec!["10.0.4.128/25".parse().ok()?],
        name: Name::new("legacy-vpn").ok(),
        tags: Tags::default(),
        description: Description::new("Found on a firewall; nobody remembers it").ok()?,
        absorb: false,
    }));
    Some(Command::Batch(Batch { commands: b.commands }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::query::conflicts;
    use plat_domain::{Actor, Context, Family, Role, Space, State, decide};

    #[test]
    fn the_sample_is_accepted_and_has_one_conflict_and_both_families() {
        let context = Context {
            actor: Actor {
                name: Name::new("ada").unwrap(),
                role: Role::Owner,
            },
            now: Timestamp::from_ms(DAY_MS),
        };
        let space = Space::new(SpaceId::derived(&["s"]), Name::new("s").unwrap());
        let make = Command::CreateSpace(plat_domain::command::CreateSpace { space: space.clone() });
        let state = State::new();
        let state = state
            .clone()
            .commit(&decide(&state, &make, &context).unwrap())
            .unwrap();
        let sample = company(space.id, DAY_MS).unwrap();
        let state = state
            .clone()
            .commit(&decide(&state, &sample, &context).unwrap())
            .unwrap();
        assert_eq!(conflicts(&state, None, 0, 10).1, 1);
        assert!(state.claims().any(|c| c.prefixes[0].family() == Family::V6));
        // Opening it twice changes nothing.
        assert!(decide(&state, &sample, &context).unwrap().is_empty());
    }
}
