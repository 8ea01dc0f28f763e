//! The stage without a page: questions and answers, hands, keys.

use super::*;
use crate::widgets::map::model::blocks::STRIDE;

const SPACE: [u8; 16] = [7; 16];

fn prefix(text: &str) -> Cidr {
    text.parse().unwrap()
}

/// A block as the engine writes it, in the columns of the question.
fn numbers(ask: &MapAsk, text: &str, depth: u32, kind: u32, claim: u32) -> Option<Vec<u32>> {
    let block = prefix(text);
    if block.family() != ask.family || block.last() < ask.first || block.first() > ask.last {
        return None;
    }
    let column = |addr: u128| {
        ((addr - ask.first) as f64 / ((ask.last - ask.first) as f64 + 1.0) * f64::from(ask.width_px)) as u32
    };
    let from = column(block.first().max(ask.first));
    let to = column(block.last().min(ask.last)).max(from) + 1;
    let quad = |shift: u32| (block.first() >> shift) as u32;
    let all = [
        from,
        to,
        u32::from(block.len()),
        depth,
        kind,
        0,
        0,
        0,
        0,
        claim,
        quad(96),
        quad(64),
        quad(32),
        quad(0),
    ];
    assert_eq!(all.len(), STRIDE);
    Some(all.to_vec())
}

fn engine(ask: &MapAsk) -> Vec<u32> {
    [
        numbers(ask, "10.0.0.0/8", 0, 0, 1),
        numbers(ask, "192.168.0.0/16", 0, 0, 2),
        numbers(ask, "10.0.0.0/10", 1, 0, 3),
        numbers(ask, "10.0.0.0/12", 2, 1, 4),
    ]
    .into_iter()
    .flatten()
    .flatten()
    .collect()
}

/// A stage of 1036 × 622 px (1000 px for addresses) on a space whose extent the page sums up as all of IPv4.
fn opened() -> Stage {
    let mut stage = Stage::new();
    stage.show(Some(SpaceId::from_bytes(SPACE)), "1", &[prefix("0.0.0.0/0")]);
    settle(&mut stage, 1_000.0);
    stage
}

/// Answers until nothing more is asked; returns how many questions there were.
fn settle(stage: &mut Stage, now_ms: f64) -> usize {
    for asked in 0..10 {
        stage.begin_frame(now_ms, (1036.0, 622.0), 1000.0, 1.0);
        let Some(ask) = stage.wanted(now_ms + REST_MS) else {
            return asked;
        };
        let answer = engine(&ask.question);
        stage.answered(&ask, Ok(answer));
    }
    panic!("the map asks without end");
}

fn hand(x: f64, y: f64) -> Hand {
    Hand {
        id: 1,
        x,
        y,
        touch: false,
        button: 0,
        pans: false,
    }
}

/// Where an address is drawn, in the middle of its column.
fn x_of(stage: &Stage, addr: &str) -> f64 {
    stage.layout().x_of(prefix(addr).first()) + 0.5
}

fn claim(n: u128) -> ClaimId {
    id(n)
}

#[test]
fn it_opens_on_the_largest_part_where_parts_are_far_apart() {
    let stage = opened();
    assert_eq!(stage.window, Window::of(&prefix("10.0.0.0/8")));
    assert_eq!(stage.tops(), [prefix("10.0.0.0/8"), prefix("192.168.0.0/16")]);
    assert!(stage.zoomed());
    let mut near = Stage::new();
    near.show(
        Some(SpaceId::from_bytes(SPACE)),
        "1",
        &[prefix("10.0.0.0/8"), prefix("11.0.0.0/8")],
    );
    assert_eq!(near.window, Window::of(&prefix("10.0.0.0/7")));
}

#[test]
fn what_is_there_is_not_asked_again_and_what_changed_is() {
    let mut stage = opened();
    assert_eq!(settle(&mut stage, 5_000.0), 0);
    stage.show(Some(SpaceId::from_bytes(SPACE)), "2", &[prefix("0.0.0.0/0")]);
    assert_eq!(settle(&mut stage, 5_000.0), 2, "the map and the strip");
    // Less is shown: asked once it rests.
    stage.wheel(0.0, -60.0, false, 500.0, 300.0, 6_000.0);
    stage.begin_frame(6_000.0, (1036.0, 622.0), 1000.0, 1.0);
    assert!(stage.wanted(6_000.0).is_none());
    assert_eq!(stage.rest_in(6_000.0), Some(121));
    stage.rested();
    assert!(stage.wanted(6_000.0 + REST_MS).is_some());
}

#[test]
fn answers_to_what_is_not_shown_any_more_are_dropped() {
    let mut stage = opened();
    stage.wheel(0.0, -100.0, false, 500.0, 300.0, 2_000.0);
    let late = stage.wanted(2_000.0 + REST_MS).unwrap();
    stage.show(Some(SpaceId::from_bytes([8; 16])), "1", &[]);
    let before = stage.answer.clone();
    stage.answered(&late, Ok(engine(&late.question)));
    assert_eq!(stage.answer, before);
    // A question that fails is not asked again before something changes.
    let ask = stage.wanted(3_000.0).unwrap();
    stage.answered(&ask, Err("stopped".into()));
    let next = stage.wanted(3_000.0).unwrap();
    assert!(next.mini);
    stage.answered(&next, Err("stopped".into()));
    assert!(stage.wanted(3_000.0).is_none());
}

#[test]
fn a_click_selects_what_is_on_top() {
    let mut stage = opened();
    let y = stage.layout().height - 10.0;
    let x = x_of(&stage, "10.4.0.0");
    stage.pointer(Pointer::Down, &hand(x, y), 2_000.0);
    let (deed, _) = stage.pointer(Pointer::Up, &hand(x, y), 2_050.0);
    assert_eq!(deed, Deed::Select(claim(4)));
    // Above the network is the pool that it lies in.
    let above = stage.layout().y_of(11.0);
    stage.pointer(Pointer::Down, &hand(x, above), 3_000.0);
    assert_eq!(
        stage.pointer(Pointer::Up, &hand(x, above), 3_050.0).0,
        Deed::Select(claim(3))
    );
}

#[test]
fn a_drag_on_free_space_allocates_the_largest_block_and_elsewhere_moves_the_map() {
    let mut stage = opened();
    let y = stage.layout().height - 10.0;
    let (from, to) = (x_of(&stage, "10.64.0.0"), x_of(&stage, "10.127.255.0"));
    stage.pointer(Pointer::Down, &hand(from, y), 2_000.0);
    let (_, card) = stage.pointer(Pointer::Move, &hand(to, y), 2_050.0);
    assert_eq!(card.unwrap().prefix, "10.64.0.0/10");
    let (deed, _) = stage.pointer(Pointer::Up, &hand(to, y), 2_100.0);
    assert_eq!(deed, Deed::Allocate(prefix("10.64.0.0/10")));
    assert_eq!(stage.window, Window::of(&prefix("10.0.0.0/8")));

    // From free space over a claim: the block ends where free space does.
    let (from, to) = (x_of(&stage, "10.32.0.0"), x_of(&stage, "10.1.0.0"));
    stage.pointer(Pointer::Down, &hand(from, y), 3_000.0);
    stage.pointer(Pointer::Move, &hand(to, y), 3_050.0);
    let (deed, _) = stage.pointer(Pointer::Up, &hand(to, y), 3_100.0);
    assert_eq!(deed, Deed::Allocate(prefix("10.16.0.0/12")));

    // On a claim: the map moves, and nothing is asked of the page.
    stage.wheel(0.0, -200.0, false, 40.0, y, 4_000.0);
    let first = stage.window.first;
    let x = x_of(&stage, "10.8.0.0");
    stage.pointer(Pointer::Down, &hand(x, y), 4_100.0);
    stage.pointer(Pointer::Move, &hand(x - 50.0, y), 4_150.0);
    assert_eq!(
        stage.pointer(Pointer::Up, &hand(x - 50.0, y), 4_200.0).0,
        Deed::Nothing
    );
    assert!(stage.window.first > first);
}

#[test]
fn one_finger_moves_two_zoom_and_a_resting_one_allocates() {
    let mut stage = opened();
    let y = stage.layout().height - 10.0;
    let finger = |id, x| Hand {
        id,
        touch: true,
        ..hand(x, y)
    };
    let x = x_of(&stage, "10.128.0.0");
    stage.pointer(Pointer::Down, &finger(1, x), 2_000.0);
    assert!(!stage.is_dragging());
    let card = stage.long_press(1).unwrap();
    assert!(stage.is_dragging() && card.title == "Allocate");
    stage.pointer(Pointer::Cancel, &finger(1, x), 2_500.0);

    stage.pointer(Pointer::Down, &finger(1, 400.0), 3_000.0);
    stage.pointer(Pointer::Down, &finger(2, 600.0), 3_000.0);
    let under = stage.layout().address_at(500.0);
    stage.pointer(Pointer::Move, &finger(1, 300.0), 3_050.0);
    stage.pointer(Pointer::Move, &finger(2, 700.0), 3_100.0);
    assert!((stage.window.size - Window::of(&prefix("10.0.0.0/9")).size).abs() < 1.0);
    assert!((stage.layout().x_of(under) - 500.0).abs() < 1.0);
    assert!(stage.long_press(1).is_none());
}

#[test]
fn the_keyboard_walks_selects_allocates_and_zooms() {
    let mut stage = opened();
    stage.selected = Some(3);
    let (deed, card, said) = stage.key("ArrowRight", true, 2_000.0).unwrap();
    assert_eq!(
        (deed, card.unwrap().prefix.as_str()),
        (Deed::Nothing, "10.64.0.0/10")
    );
    assert_eq!(said.unwrap(), "Free, 10.64.0.0/10, 4,194,304 addresses");
    assert_eq!(
        stage.key("Enter", false, 2_000.0).unwrap().0,
        Deed::Allocate(prefix("10.64.0.0/10"))
    );
    stage.key("ArrowLeft", true, 2_000.0);
    stage.key("ArrowDown", true, 2_000.0);
    assert_eq!(
        stage.key("Enter", false, 2_000.0).unwrap().0,
        Deed::Select(claim(4))
    );
    stage.selected = Some(4);
    stage.key("Enter", false, 2_000.0);
    assert_eq!(stage.target(), Window::of(&prefix("10.0.0.0/12")));
    stage.key("0", false, 3_000.0);
    assert_eq!(stage.target(), Window::all(Family::V4));
    stage.key("0", false, 3_000.0);
    assert_eq!(stage.target(), Window::of(&prefix("10.0.0.0/8")));
    assert!(
        stage.key("a", false, 3_000.0).is_none(),
        "other keys are the page's"
    );
}

#[test]
fn a_link_to_a_place_is_followed_and_written() {
    let mut stage = Stage::new();
    stage.go_to_text("10.0.0.0-10.0.255.255", 0.0);
    stage.show(Some(SpaceId::from_bytes(SPACE)), "1", &[prefix("0.0.0.0/0")]);
    settle(&mut stage, 1_000.0);
    assert_eq!(stage.window, Window::of(&prefix("10.0.0.0/16")));
    // The selection of the same link does not move the map; a later one does.
    stage.reveal(&prefix("192.168.0.0/16"), 1_000.0);
    assert_eq!(stage.target(), Window::of(&prefix("10.0.0.0/16")));
    stage.reveal(&prefix("192.168.0.0/16"), 9_000.0);
    assert!(stage.target().shows(&prefix("192.168.0.0/16")));
    assert_eq!(stage.take_place(1_000.0), None, "not while it moves");
    assert!(!stage.begin_frame(20_000.0, (1036.0, 622.0), 1000.0, 1.0));
    assert_eq!(stage.take_place(30_000.0), Some(stage.window.text()));
    stage.go(stage.home(), 30_000.0);
    stage.begin_frame(40_000.0, (1036.0, 622.0), 1000.0, 1.0);
    assert_eq!(stage.take_place(50_000.0), Some(String::new()));
}

#[test]
fn the_square_keeps_the_place_and_steps_by_four() {
    let mut stage = opened();
    stage.choose_view(View::Square);
    assert_eq!(stage.square, prefix("10.0.0.0/8"));
    settle(&mut stage, 2_000.0);
    stage.zoom(0.5, 3_000.0);
    assert_eq!(stage.square.len(), 10);
    stage.choose_view(View::Nested);
    assert_eq!(stage.window, Window::of(&stage.square));
}
