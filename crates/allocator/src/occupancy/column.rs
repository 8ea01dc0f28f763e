//! A node's keys, masks or counts: up to `N` integers side by side, stored as tightly as their values allow.

use alloc::boxed::Box;
use core::fmt::Debug;
use core::ops::BitOr;

use crate::key::Key;

/// Up to `N` integers. The node knows how many are in use; the slots behind them hold a filler.
pub trait Column<K: Key, const N: usize>: Clone + Debug + Send + Sync {
    /// All slots hold `filler`, which must be [`Key::ZERO`] or [`Key::MAX`].
    fn filled(filler: K) -> Self;
    /// The number at `at`.
    fn get(&self, at: usize) -> K;
    /// Replaces the number at `at`.
    fn set(&mut self, at: usize, to: K);
    /// Makes room at `at` among the first `len` and puts `new` there.
    fn insert(&mut self, len: usize, at: usize, new: K);
    /// Takes out `at` from among the first `len`; the slot that falls free holds `filler`.
    fn remove(&mut self, len: usize, at: usize, filler: K);
    /// The slots `from..to` fall free and hold `filler`.
    fn fill(&mut self, from: usize, to: usize, filler: K);
    /// Of sorted numbers filled up with [`Key::MAX`]: how many of the first `len` are at most `key`.
    fn rank(&self, len: usize, key: K) -> usize;
    /// The union of the bits in `from..to`.
    fn union(&self, from: usize, to: usize) -> K;
    /// The first from `from` on that shares a bit with `want`, where the filler is zero.
    fn first_with(&self, from: usize, want: K) -> Option<usize>;
    /// The last of `from..to` that shares a bit with `want`.
    fn last_with(&self, from: usize, to: usize, want: K) -> Option<usize>;
    /// The sum of `from..to`, modulo two to the bits of the key.
    fn sum(&self, from: usize, to: usize) -> K;
}

/// Two steps of up to eight comparisons without a branch between them, for 64 numbers.
#[inline]
fn rank<T: Copy + Ord>(numbers: &[T], len: usize, key: T) -> usize {
    let (groups, rest) = numbers.as_chunks::<8>();
    let Some(others) = groups.get(1..) else {
        return rest.iter().filter(|number| **number <= key).count().min(len);
    };
    let mut group = 0;
    for other in others {
        group += usize::from(other[0] <= key);
    }
    let mut rank = group * 8;
    for number in &groups[group] {
        rank += usize::from(*number <= key);
    }
    for number in rest {
        rank += usize::from(*number <= key);
    }
    rank.min(len)
}

/// The first number at or after `from` that has something; eight at a time.
#[inline]
fn first_with<T: Copy + Default + Eq + BitOr<Output = T>>(
    numbers: &[T],
    from: usize,
    masked: impl Fn(T) -> T,
) -> Option<usize> {
    let mut at = from;
    while let Some(eight) = numbers.get(at..).and_then(|rest| rest.first_chunk::<8>()) {
        let any = eight
            .iter()
            .fold(T::default(), |any, number| any | masked(*number));
        if any != T::default() {
            break;
        }
        at += 8;
    }
    numbers
        .get(at..)?
        .iter()
        .position(|number| masked(*number) != T::default())
        .map(|found| at + found)
}

#[inline]
fn shift_in<T: Copy>(numbers: &mut [T], len: usize, at: usize, new: T) {
    numbers.copy_within(at..len, at + 1);
    numbers[at] = new;
}

#[inline]
fn shift_out<T: Copy>(numbers: &mut [T], len: usize, at: usize, filler: T) {
    numbers.copy_within(at + 1..len, at);
    numbers[len - 1] = filler;
}

macro_rules! plain_column {
    ($int:ty) => {
        impl<const N: usize> Column<$int, N> for [$int; N] {
            fn filled(filler: $int) -> Self {
                [filler; N]
            }
            #[inline]
            fn get(&self, at: usize) -> $int {
                self[at]
            }
            #[inline]
            fn set(&mut self, at: usize, to: $int) {
                self[at] = to;
            }
            #[inline]
            fn insert(&mut self, len: usize, at: usize, new: $int) {
                shift_in(self, len, at, new);
            }
            #[inline]
            fn remove(&mut self, len: usize, at: usize, filler: $int) {
                shift_out(self, len, at, filler);
            }
            fn fill(&mut self, from: usize, to: usize, filler: $int) {
                self[from..to].fill(filler);
            }
            #[inline]
            fn rank(&self, len: usize, key: $int) -> usize {
                rank(self, len, key)
            }
            #[inline]
            fn union(&self, from: usize, to: usize) -> $int {
                self[from..to].iter().fold(0, |all, bits| all | bits)
            }
            #[inline]
            fn first_with(&self, from: usize, want: $int) -> Option<usize> {
                first_with(self, from, |bits| bits & want)
            }
            #[inline]
            fn last_with(&self, from: usize, to: usize, want: $int) -> Option<usize> {
                self[from..to]
                    .iter()
                    .rposition(|bits| bits & want != 0)
                    .map(|at| from + at)
            }
            #[inline]
            fn sum(&self, from: usize, to: usize) -> $int {
                self[from..to]
                    .iter()
                    .fold(0, |sum, number| sum.wrapping_add(*number))
            }
        }
    };
}

plain_column!(u8);
plain_column!(u32);
plain_column!(u64);

/// 128-bit numbers as halves. Where only prefixes up to /64 occur, all lower halves are zero and take no space.
#[derive(Clone, Debug)]
pub struct Halves<const N: usize> {
    high: [u64; N],
    /// There exactly if some lower half is not zero (a filler's lower half counts as zero).
    low: Option<Box<[u64; N]>>,
}

fn split(wide: u128) -> (u64, u64) {
    ((wide >> 64) as u64, wide as u64)
}

impl<const N: usize> Halves<N> {
    fn low_mut(&mut self) -> &mut [u64; N] {
        self.low.get_or_insert_with(|| Box::new([0; N]))
    }

    /// Gives the lower halves' space back once they are all zero.
    fn trim(&mut self) {
        if self
            .low
            .as_ref()
            .is_some_and(|low| low.iter().all(|half| *half == 0))
        {
            self.low = None;
        }
    }
}

impl<const N: usize> Column<u128, N> for Halves<N> {
    fn filled(filler: u128) -> Self {
        Halves {
            high: [split(filler).0; N],
            low: None,
        }
    }

    #[inline]
    fn get(&self, at: usize) -> u128 {
        let low = self.low.as_ref().map_or(0, |low| low[at]);
        (u128::from(self.high[at]) << 64) | u128::from(low)
    }

    #[inline]
    fn set(&mut self, at: usize, to: u128) {
        let (high, low) = split(to);
        self.high[at] = high;
        if low != 0 {
            self.low_mut()[at] = low;
        } else if let Some(lows) = &mut self.low {
            let before = core::mem::replace(&mut lows[at], 0);
            if before != 0 {
                self.trim();
            }
        }
    }

    #[inline]
    fn insert(&mut self, len: usize, at: usize, new: u128) {
        let (high, low) = split(new);
        shift_in(&mut self.high, len, at, high);
        if low != 0 {
            shift_in(self.low_mut(), len, at, low);
        } else if let Some(lows) = &mut self.low {
            shift_in(&mut lows[..], len, at, 0);
        }
    }

    #[inline]
    fn remove(&mut self, len: usize, at: usize, filler: u128) {
        shift_out(&mut self.high, len, at, split(filler).0);
        if let Some(lows) = &mut self.low {
            let removed = lows[at];
            shift_out(&mut lows[..], len, at, 0);
            if removed != 0 {
                self.trim();
            }
        }
    }

    fn fill(&mut self, from: usize, to: usize, filler: u128) {
        self.high[from..to].fill(split(filler).0);
        if let Some(lows) = &mut self.low {
            lows[from..to].fill(0);
            self.trim();
        }
    }

    #[inline]
    fn rank(&self, len: usize, key: u128) -> usize {
        let (high, low) = split(key);
        let up_to = rank(&self.high, len, high);
        match &self.low {
            None => up_to,
            Some(lows) => {
                let below = self.high[..up_to].partition_point(|half| *half < high);
                below + lows[below..up_to].partition_point(|half| *half <= low)
            }
        }
    }

    #[inline]
    fn union(&self, from: usize, to: usize) -> u128 {
        let all = |halves: &[u64; N]| u128::from(halves[from..to].iter().fold(0, |all, bits| all | bits));
        (all(&self.high) << 64) | self.low.as_ref().map_or(0, |low| all(low))
    }

    #[inline]
    fn first_with(&self, from: usize, want: u128) -> Option<usize> {
        match &self.low {
            None => {
                let want = split(want).0;
                first_with(&self.high, from, |bits| bits & want)
            }
            Some(_) => (from..N).find(|at| self.get(*at) & want != 0),
        }
    }

    #[inline]
    fn last_with(&self, from: usize, to: usize, want: u128) -> Option<usize> {
        (from..to).rev().find(|at| self.get(*at) & want != 0)
    }

    #[inline]
    fn sum(&self, from: usize, to: usize) -> u128 {
        match &self.low {
            None => {
                let high = self.high[from..to]
                    .iter()
                    .fold(0u64, |sum, half| sum.wrapping_add(*half));
                u128::from(high) << 64
            }
            Some(_) => (from..to).fold(0, |sum, at| sum.wrapping_add(self.get(at))),
        }
    }
}

const EACH: u64 = 0x0101_0101_0101_0101;

/// The bytes of a word from `from` on and before `to`, which count from the word's first and may lie outside.
#[inline]
fn bytes_between(from: usize, to: usize) -> u64 {
    let tail = if to >= 8 {
        u64::MAX
    } else {
        !(u64::MAX << (to * 8))
    };
    if from >= 8 {
        0
    } else {
        tail & (u64::MAX << (from * 8))
    }
}

/// The first byte from `from` on that shares a bit with `want`; eight at a time.
#[inline]
pub(super) fn first_sharing<const N: usize>(bytes: &[u8; N], from: usize, want: u8) -> Option<usize> {
    let (words, rest) = bytes.as_chunks::<8>();
    let want_each = EACH * u64::from(want);
    let mut keep = want_each & (u64::MAX << ((from & 7) * 8));
    for (at, word) in words.iter().enumerate().skip(from / 8) {
        let hits = u64::from_le_bytes(*word) & keep;
        if hits != 0 {
            return Some(at * 8 + hits.trailing_zeros() as usize / 8);
        }
        keep = want_each;
    }
    let start = words.len() * 8;
    let skip = from.saturating_sub(start);
    let found = rest.iter().skip(skip).position(|byte| byte & want != 0)?;
    Some(start + skip + found)
}

/// The last byte in `from..to` that shares a bit with `want`.
#[inline]
pub(super) fn last_sharing<const N: usize>(
    bytes: &[u8; N],
    from: usize,
    to: usize,
    want: u8,
) -> Option<usize> {
    let found = bytes[..to].iter().skip(from).rposition(|byte| byte & want != 0)?;
    Some(from + found)
}

/// The union of the bytes in `from..to`.
#[inline]
pub(super) fn union_of<const N: usize>(bytes: &[u8; N], from: usize, to: usize) -> u8 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut all = 0;
    for (at, word) in words.iter().enumerate() {
        let keep = bytes_between(from.saturating_sub(at * 8), to.saturating_sub(at * 8));
        all |= u64::from_le_bytes(*word) & keep;
    }
    let start = words.len() * 8;
    let rest = rest
        .iter()
        .enumerate()
        .filter(|(at, _)| (from..to).contains(&(start + at)));
    all.to_le_bytes().iter().fold(0, |all, byte| all | byte) | rest.fold(0, |all, (_, byte)| all | byte)
}

/// The union of all bytes.
#[inline]
pub(super) fn union_of_all<const N: usize>(bytes: &[u8; N]) -> u8 {
    let (words, rest) = bytes.as_chunks::<8>();
    let mut all = words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word));
    all |= all >> 32;
    all |= all >> 16;
    all |= all >> 8;
    all as u8 | rest.iter().fold(0, |all, byte| all | byte)
}
