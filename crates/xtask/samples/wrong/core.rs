//! Deliberately wrong, never compiled: `cargo xtask check` must refuse each line of the code below. An f64 in a comment is fine.

struct Wrong {
    share: f64,
    by_name: HashMap<String, u32>,
    seen: HashSet<u32>,
    since: SystemTime,
    started: Instant,
    hasher: RandomState,
}

fn half() -> u32 {
    let rest = 0.5_f32;
    let dice = thread_rng();
    let allowed = 1.0_f64; // allowed: shows that an exemption works
    0
}
