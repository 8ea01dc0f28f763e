//! One operation over and over, for counting instructions:
//! `valgrind --tool=callgrind --toggle-collect='*measured*' target/release/examples/hot best 1000000`.

use plat_allocator::{Occupancy, Strategy, V4};
use plat_bench::workload::Workload;

const COUNT: u32 = 10_000;

#[inline(never)]
fn measured(taken: &mut Occupancy<V4>, work: &Workload<V4>, operation: &str) -> usize {
    match operation {
        "first" | "best" => {
            let strategy = if operation == "first" {
                Strategy::FirstFit
            } else {
                Strategy::BestFit
            };
            (0..COUNT)
                .filter_map(|value| taken.allocate(work.pool, 26, strategy, value))
                .count()
        }
        "find" => (0..COUNT)
            .filter_map(|_| taken.find(work.pool, 26, Strategy::BestFit))
            .count(),
        "lpm" => work.addresses[..COUNT as usize]
            .iter()
            .filter_map(|addr| taken.longest_match(*addr))
            .count(),
        "release" => work.shuffled[..COUNT as usize]
            .iter()
            .filter_map(|(prefix, _)| taken.release(*prefix))
            .count(),
        _ => panic!("first, best, find, lpm or release"),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let operation = arguments.next().unwrap_or_default();
    let size = arguments
        .next()
        .and_then(|size| size.parse().ok())
        .unwrap_or(100_000);
    let rounds = arguments
        .next()
        .and_then(|rounds| rounds.parse().ok())
        .unwrap_or(1);
    let work = Workload::new(size);
    let mut done = 0;
    for _ in 0..rounds {
        let mut taken = Occupancy::new();
        for (prefix, value) in &work.shuffled {
            taken.claim(*prefix, *value).expect("disjoint");
        }
        done += measured(&mut taken, &work, &operation);
    }
    println!("{done} operations");
}
