//! What is measured on: disjoint prefixes, fixed per size, in two families with one geometry.

use plat_allocator::{Family, Key, Prefix, V4, V6};

/// SplitMix64: the same numbers in every run.
pub struct Random(pub u64);

impl Random {
    /// The next 64 bits.
    pub fn draw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`.
    pub fn below(&mut self, bound: usize) -> usize {
        (self.draw() % bound as u64) as usize
    }

    /// A random order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at + 1));
        }
    }
}

/// A family in which the workload can be laid out: 32 bits of it hold what IPv4 holds, so that both families see
/// the same sets, IPv6 from /32 to /64.
pub trait Terrain: Family
where
    Self::Key: range_set_blaze::Integer,
    (Self::Key, u8): prefix_trie::Prefix<R = Self::Key>,
{
    /// How many bits longer prefixes are than in IPv4.
    const SHIFT: u8;
    /// The address for an IPv4 address.
    fn address_at(addr: u32) -> Self::Key;

    /// The prefix for an IPv4 prefix.
    fn prefix_at(addr: u32, len: u8) -> Prefix<Self> {
        Prefix::truncating(Self::address_at(addr), len + Self::SHIFT)
    }
}

impl Terrain for V4 {
    const SHIFT: u8 = 0;
    fn address_at(addr: u32) -> u32 {
        addr
    }
}

impl Terrain for V6 {
    const SHIFT: u8 = 32;
    fn address_at(addr: u32) -> u128 {
        (0x2001_0db8 << 96) | (u128::from(addr) << 64)
    }
}

/// Disjoint claims /24 to /28 (IPv6: /56 to /60) that cover about a fifth of a pool, as many per pool address at
/// every size.
pub struct Workload<F: Family> {
    /// Where all lie.
    pub pool: Prefix<F>,
    /// In random order, with values.
    pub shuffled: Vec<(Prefix<F>, u32)>,
    /// The same in address order.
    pub sorted: Vec<(Prefix<F>, u32)>,
    /// Addresses to look up, inside the pool.
    pub addresses: Vec<F::Key>,
}

impl<F: Terrain> Workload<F>
where
    F::Key: range_set_blaze::Integer,
    (F::Key, u8): prefix_trie::Prefix<R = F::Key>,
{
    /// The claims for a size, 1,000 to 10,000,000.
    pub fn new(size: usize) -> Self {
        // 2^20 claims in a /3 (of 98 addresses on average: 19 %); ten million in everything (23 %).
        let pool_len = 23u32.saturating_sub(size.next_power_of_two().ilog2()) as u8;
        let first = if pool_len == 0 { 0 } else { 0x2000_0000 };
        let bits = 32 - u32::from(pool_len);
        let mut random = Random(size as u64);
        // One bit for each /28 of the pool.
        let mut taken = vec![0u64; 1 << (bits - 4 - 6)];
        let mut shuffled = Vec::with_capacity(size);
        while shuffled.len() < size {
            let len = 24 + (random.draw() % 5) as u8;
            let width = 1u64 << (28 - len);
            let unit = (random.draw() % (1 << (bits - 4))) / width * width;
            let mask = ((1 << width) - 1) << (unit % 64);
            let word = &mut taken[(unit / 64) as usize];
            if *word & mask == 0 {
                *word |= mask;
                shuffled.push((
                    F::prefix_at(first + (unit << 4) as u32, len),
                    shuffled.len() as u32,
                ));
            }
        }
        let mut sorted = shuffled.clone();
        sorted.sort_unstable();
        let inside = if bits == 32 { u32::MAX } else { (1 << bits) - 1 };
        let host_bits = F::Key::low_bits(F::BITS - 32 - F::SHIFT);
        let addresses = (0..1_000_000)
            .map(|_| {
                let addr = random.draw();
                F::address_at(first | (addr as u32 & inside))
                    | (F::Key::from_u128(u128::from(addr)) & host_bits)
            })
            .collect();
        Workload {
            pool: F::prefix_at(first, pool_len),
            shuffled,
            sorted,
            addresses,
        }
    }
}
