//! One request cannot drain a pool: B30. At and past the limit.
//! rows: F19

use plat_api::Request;
use plat_domain::command::{Allocate, Batch, CreatePool};
use plat_domain::{
    Actor, ClaimId, ClaimKind, Command, Context, Name, Place, Role, SpaceId, State, Timestamp, Wanted, limits,
};
use plat_service::{Call, DEFAULT_SPACE, Outcome, genesis, handle};

fn ask(state: &State, command: Command) -> Outcome {
    let actor = Actor {
        name: Name::new("test").unwrap(),
        role: Role::Owner,
    };
    let context = Context {
        actor,
        now: Timestamp::from_ms(1),
    };
    handle(state, Call::new(Request::Command(Box::new(command))), &context)
}

fn addresses(count: usize) -> Command {
    let allocate = |i: usize| {
        let pool = Place::In(ClaimId::derived(&["pool"]));
        let id = ClaimId::derived(&["address", &i.to_string()]);
        Command::Allocate(Allocate::new(
            id,
            pool,
            ClaimKind::Static,
            Wanted::PrefixLength(32),
        ))
    };
    Command::Batch(Batch {
        commands: (0..count).map(allocate).collect(),
    })
}

#[test]
fn batch_of_allocations_is_bounded_at_the_limit() {
    let pool = Command::CreatePool(CreatePool::new(
        ClaimId::derived(&["pool"]),
        Place::Top(SpaceId::derived(&[DEFAULT_SPACE])),
        Name::new("pool").unwrap(),
        Wanted::Prefixes(vec!["10.0.0.0/16".parse().unwrap()]),
    ));
    let state = ask(&State::new(), genesis().unwrap()).next.unwrap();
    let state = ask(&state, pool).next.unwrap();
    let refused = ask(&state, addresses(limits::ALLOCATIONS_PER_REQUEST + 1));
    assert_eq!(
        (refused.status, &refused.body["type"]),
        (422, &"/problems/limit-exceeded".into())
    );
    assert!(
        refused.entries.is_empty() && refused.next.is_none(),
        "nothing is allocated"
    );
    let taken = ask(&state, addresses(limits::ALLOCATIONS_PER_REQUEST));
    assert_eq!(
        taken.next.unwrap().claim_count(),
        1 + limits::ALLOCATIONS_PER_REQUEST
    );
}
