//! A peer: the classic buddy allocator, a sorted set of free blocks per size. It need not know what it gave out; to
//! answer what Plat answers it would have to, so it can keep that too.

use std::collections::{BTreeMap, BTreeSet};

use plat_allocator::{Family, Key, Prefix};

/// Free blocks by size exponent.
#[derive(Clone)]
pub struct Buddy<F: Family> {
    free: Vec<BTreeSet<F::Key>>,
    top: u8,
    claims: Option<BTreeMap<F::Key, (u8, u32)>>,
}

impl<F: Family> Buddy<F> {
    /// All of the pool is free.
    pub fn new(pool: Prefix<F>) -> Self {
        let mut free = vec![BTreeSet::new(); usize::from(pool.size_exponent()) + 1];
        free[usize::from(pool.size_exponent())].insert(pool.first());
        Buddy {
            free,
            top: pool.size_exponent(),
            claims: None,
        }
    }

    /// From now on keeps what it gives out, beginning with these.
    pub fn keep(&mut self, claims: impl IntoIterator<Item = (Prefix<F>, u32)>) {
        let claims = claims
            .into_iter()
            .map(|(prefix, value)| (prefix.first(), (prefix.len(), value)));
        self.claims = Some(claims.collect());
    }

    fn note(&mut self, first: F::Key, exponent: u8, value: u32) {
        if let Some(claims) = &mut self.claims {
            claims.insert(first, (F::BITS - exponent, value));
        }
    }

    /// Cuts the block at `first` down to `wanted`, which it contains.
    fn carve(&mut self, first: F::Key, size: u8, wanted: F::Key, exponent: u8) {
        self.free[usize::from(size)].remove(&first);
        for half in (exponent..size).rev() {
            let bit = F::Key::pow2(half);
            // The half without the wanted block stays free.
            self.free[usize::from(half)].insert((wanted & !F::Key::low_bits(half)) ^ bit);
        }
    }

    /// Takes the lowest place.
    pub fn first_fit(&mut self, exponent: u8, value: u32) -> Option<F::Key> {
        let blocks =
            (exponent..=self.top).filter_map(|size| Some((*self.free[usize::from(size)].first()?, size)));
        let (first, size) = blocks.min()?;
        self.carve(first, size, first, exponent);
        self.note(first, exponent, value);
        Some(first)
    }

    /// Takes the lowest of the smallest blocks that hold it.
    pub fn best_fit(&mut self, exponent: u8, value: u32) -> Option<F::Key> {
        let (first, size) =
            (exponent..=self.top).find_map(|size| Some((*self.free[usize::from(size)].first()?, size)))?;
        self.carve(first, size, first, exponent);
        self.note(first, exponent, value);
        Some(first)
    }

    /// Takes a given place, if it is free.
    pub fn take(&mut self, prefix: Prefix<F>) -> bool {
        let exponent = prefix.size_exponent();
        for size in exponent..=self.top {
            let first = prefix.first() & !F::Key::low_bits(size);
            if self.free[usize::from(size)].contains(&first) {
                self.carve(first, size, prefix.first(), exponent);
                return true;
            }
        }
        false
    }

    /// Gives a place back, and joins it with its free buddies.
    pub fn give_back(&mut self, prefix: Prefix<F>) {
        let (mut first, mut size) = (prefix.first(), prefix.size_exponent());
        while size < self.top && self.free[usize::from(size)].remove(&(first ^ F::Key::pow2(size))) {
            first = first & !F::Key::pow2(size);
            size += 1;
        }
        self.free[usize::from(size)].insert(first);
    }

    /// The free blocks, by size and then address.
    pub fn blocks(&self) -> impl Iterator<Item = (F::Key, u8)> + '_ {
        (0..=self.top).flat_map(|size| {
            self.free[usize::from(size)]
                .iter()
                .map(move |first| (*first, size))
        })
    }
}
