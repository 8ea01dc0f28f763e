//! Plans: what is simulated is what is applied; a base that moved is noticed; undo is exact.
//! rows: F36 F37 F38 F45

use plat_domain::command::{Allocate, CreatePool, CreateSpace, Release};
use plat_domain::{
    Actor, ClaimId, ClaimKind, Command, Context, Draft, Name, Place, Plan, PlanError, Rejection, Role, Space,
    SpaceId, State, Timestamp, Wanted, decide,
};

fn name(text: &str) -> Name {
    Name::new(text).unwrap()
}

fn context(ms: u64, actor: &str) -> Context {
    Context {
        actor: Actor {
            name: name(actor),
            role: Role::Owner,
        },
        now: Timestamp::from_ms(ms),
    }
}

fn id(text: &str) -> ClaimId {
    ClaimId::derived(&[text])
}

fn base() -> State {
    let space = Space::new(SpaceId::derived(&["s"]), name("default"));
    let pool = CreatePool::new(
        id("pool"),
        Place::Top(space.id),
        name("pool"),
        Wanted::Prefixes(vec!["10.0.0.0/16".parse().unwrap()]),
    );
    let commands = vec![
        Command::CreateSpace(CreateSpace { space }),
        Command::CreatePool(pool),
    ];
    Plan::simulate(&State::new(), name("base"), commands, &context(1, "ada"))
        .unwrap()
        .1
}

fn allocate(text: &str, wanted: Wanted) -> Command {
    let kind = ClaimKind::Network { holder: None };
    Command::Allocate(Allocate {
        name: Some(name(text)),
        ..Allocate::new(id(text), Place::In(id("pool")), kind, wanted)
    })
}

fn ten() -> Vec<Command> {
    (0..10)
        .map(|i| allocate(&format!("n{i}"), Wanted::PrefixLength(24)))
        .collect()
}

#[test]
fn what_is_simulated_is_what_is_applied() {
    let (plan, after) = Plan::simulate(&base(), name("ten"), ten(), &context(5, "planner")).unwrap();
    // Applied later, by someone else: who and when are no part of the digest.
    let rebased = plan.rebase(&base(), &context(99_999, "edge")).unwrap();
    assert!(rebased.moved.is_empty());
    assert_eq!(rebased.plan.digest, plan.digest);
    assert_eq!(rebased.state.content_digest(), after.content_digest());
}

#[test]
fn moved_base_names_what_moved_and_why() {
    let (plan, _) = Plan::simulate(&base(), name("ten"), ten(), &context(5, "planner")).unwrap();
    let taken = decide(
        &base(),
        &allocate("other", Wanted::Prefixes(vec!["10.0.3.0/24".parse().unwrap()])),
        &context(6, "bob"),
    )
    .unwrap();
    let head = base().commit(&taken).unwrap();
    let rebased = plan.rebase(&head, &context(7, "edge")).unwrap();
    assert_eq!(rebased.moved.len(), 7, "n3 to n9 move up by one");
    let first = &rebased.moved[0];
    assert_eq!((first.label.as_str(), first.step), ("n3", 3));
    assert_eq!(first.before, ["10.0.3.0/24".parse().unwrap()]);
    assert_eq!(first.now, ["10.0.4.0/24".parse().unwrap()]);
    assert_eq!(first.because[0].label, "other");
}

#[test]
fn base_that_moved_elsewhere_changes_nothing() {
    let (plan, _) = Plan::simulate(&base(), name("ten"), ten(), &context(5, "planner")).unwrap();
    let taken = decide(
        &base(),
        &allocate("other", Wanted::Prefixes(vec!["10.0.255.0/24".parse().unwrap()])),
        &context(6, "bob"),
    )
    .unwrap();
    let head = base().commit(&taken).unwrap();
    let rebased = plan.rebase(&head, &context(7, "edge")).unwrap();
    assert!(rebased.moved.is_empty());
    assert_ne!(
        rebased.plan.digest, plan.digest,
        "the chain includes what others did"
    );
}

#[test]
fn chosen_prefix_never_moves() {
    let chosen = vec![allocate(
        "pinned",
        Wanted::Prefixes(vec!["10.0.3.0/24".parse().unwrap()]),
    )];
    let (plan, _) = Plan::simulate(&base(), name("one"), chosen, &context(5, "planner")).unwrap();
    let taken = decide(
        &base(),
        &allocate("other", Wanted::Prefixes(vec!["10.0.3.128/25".parse().unwrap()])),
        &context(6, "bob"),
    )
    .unwrap();
    let head = base().commit(&taken).unwrap();
    let refused = plan.rebase(&head, &context(7, "edge")).unwrap_err();
    let PlanError::Refused { step: 0, rejection } = refused else {
        panic!("{refused:?}")
    };
    assert!(matches!(*rejection, Rejection::Overlap { .. }), "{rejection:?}");
}

#[test]
fn undo_and_redo_are_exact() {
    let mut draft = Draft::new(name("d"), base());
    let mut digests = vec![draft.head().digest()];
    for command in ten() {
        assert!(draft.add(command, &context(5, "planner")).unwrap());
        digests.push(draft.head().digest());
    }
    for expected in digests.iter().rev().skip(1) {
        draft.undo().unwrap();
        assert_eq!(draft.head().digest(), *expected);
    }
    assert!(draft.undo().is_none());
    for expected in &digests[1..] {
        draft.redo().unwrap();
        assert_eq!(draft.head().digest(), *expected);
    }
    assert!(draft.redo().is_none());
    draft.undo();
    draft
        .add(Command::Release(Release::of(id("n0"))), &context(6, "planner"))
        .unwrap();
    assert_eq!(draft.undone(), 0, "a new step gives up what was undone");
    assert!(
        !draft
            .add(Command::Release(Release::of(id("n0"))), &context(6, "planner"))
            .unwrap()
    );
    assert_eq!(draft.done(), 10, "a step that changes nothing is not added");
}

#[test]
fn refused_step_leaves_the_draft_as_it_was() {
    let mut draft = Draft::new(name("d"), base());
    draft
        .add(allocate("a", Wanted::PrefixLength(16)), &context(5, "planner"))
        .unwrap();
    let digest = draft.head().digest();
    assert!(
        draft
            .add(allocate("b", Wanted::PrefixLength(24)), &context(5, "planner"))
            .is_err()
    );
    assert_eq!((draft.head().digest(), draft.done()), (digest, 1));
}
