//! An answer of the engine: the blocks to draw, what is free between them, and which is next to which.
//!
//! The engine merges what is narrower than a column, so there are at most about a block a column and level, however many
//! claims the space holds.

use std::collections::HashMap;

use plat_domain::{Cidr, Family};

use super::snap;

/// Numbers a block: what `plat_service::MAP_STRIDE` says.
pub(crate) const STRIDE: usize = 14;

/// Free runs narrower than this many columns are not ruled.
const RULED_COLUMNS: u32 = 8;
/// Free blocks narrower than this many columns are not drawn.
const FREE_COLUMNS: f64 = 5.0;
/// Free blocks at most: about one for every 4 px of a wide screen.
const FREE_MAX: usize = 1000;

/// Blocks of a level overlap only in conflicts: further back than this there is none that reaches as far.
const LOOK_BACK: usize = 8;

/// What occupies a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Pool,
    Network,
    Subnet,
    Static,
    External,
    Reservation,
}

impl Kind {
    /// In the order of their numbers.
    pub(crate) const ALL: [Self; 6] = [
        Self::Pool,
        Self::Network,
        Self::Subnet,
        Self::Static,
        Self::External,
        Self::Reservation,
    ];

    fn from_number(number: u32) -> Self {
        usize::try_from(number)
            .ok()
            .and_then(|n| Self::ALL.get(n).copied())
            .unwrap_or(Self::Pool)
    }

    /// As people and style sheets call it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Pool => "pool",
            Self::Network => "network",
            Self::Subnet => "subnet",
            Self::Static => "static",
            Self::External => "external",
            Self::Reservation => "reservation",
        }
    }
}

/// One rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// The claim's UUID as a number.
    pub(crate) id: u128,
    pub(crate) prefix: Cidr,
    /// What is drawn, inclusive: the prefix, or the column where it stands for several claims.
    pub(crate) first: u128,
    pub(crate) last: u128,
    pub(crate) kind: Kind,
    /// Levels below the top of the space.
    pub(crate) depth: u8,
    pub(crate) conflict: bool,
    /// It stands for several claims narrower than a column.
    pub(crate) merged: bool,
    pub(crate) observed: bool,
    /// How many blocks with the same prefix are around it.
    pub(crate) nudge: u8,
    /// The shortest length among the blocks directly in it; 255 if there are none.
    pub(crate) inner_len: u8,
}

impl Block {
    fn holds(&self, addr: u128) -> bool {
        self.first <= addr && addr <= self.last
    }
}

/// A free block of a pool: the largest that is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Free {
    pub(crate) prefix: Cidr,
    /// The pool, by its place in [`Answer::blocks`].
    pub(crate) pool: usize,
    /// False if it may go on, or be occupied, beyond what was asked for.
    pub(crate) known: bool,
}

/// What the keyboard is on: a claim or free space.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    pub(crate) prefix: Cidr,
    /// None for free space.
    pub(crate) claim: Option<u128>,
}

/// Where the keyboard goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    Before,
    After,
    Out,
    In,
}

/// A free run and the pool it is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub(crate) first: u128,
    pub(crate) last: u128,
    pub(crate) pool: usize,
}

/// The blocks of a run of addresses.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) family: Family,
    /// First and last address asked for.
    pub(crate) first: u128,
    pub(crate) last: u128,
    pub(crate) width_px: u32,
    /// Outer before inner.
    pub(crate) blocks: Vec<Block>,
    pub(crate) free: Vec<Free>,
    /// Places in `blocks` by depth, by first address in each.
    levels: Vec<Vec<usize>>,
}

impl Answer {
    /// Nothing, of a family.
    pub(crate) fn empty(family: Family) -> Self {
        Self {
            family,
            first: 0,
            last: 0,
            width_px: 1,
            blocks: Vec::new(),
            free: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// Reads an answer to `(first, last, width_px)`. What is not of the family is left out.
    pub(crate) fn new(family: Family, (first, last, width_px): (u128, u128, u32), columns: &[u32]) -> Self {
        let mut answer = Self {
            first,
            last,
            width_px: width_px.max(1),
            ..Self::empty(family)
        };
        let mut same: HashMap<(u128, u8), u8> = HashMap::new();
        for numbers in columns.chunks_exact(STRIDE) {
            let wide = |at: usize| {
                numbers[at..at + 4]
                    .iter()
                    .fold(0u128, |n, quad| n << 32 | u128::from(*quad))
            };
            let len = u8::try_from(numbers[2]).unwrap_or(u8::MAX);
            let Some(prefix) = Cidr::holding(family, wide(10), len) else {
                continue;
            };
            let merged = numbers[5] & 2 != 0;
            let (from_px, to_px) = (numbers[0], numbers[1]);
            let nudge = same
                .entry((prefix.first(), len))
                .and_modify(|n| *n = n.saturating_add(1))
                .or_insert(0);
            let (block_first, block_last) = if merged {
                (
                    answer.column(from_px).min(prefix.first()),
                    answer.column_end(to_px.max(1) - 1).max(prefix.last()),
                )
            } else {
                (prefix.first(), prefix.last())
            };
            answer.blocks.push(Block {
                id: wide(6),
                prefix,
                first: block_first,
                last: block_last,
                kind: Kind::from_number(numbers[4]),
                depth: u8::try_from(numbers[3]).unwrap_or(u8::MAX),
                conflict: numbers[5] & 1 != 0,
                merged,
                observed: numbers[5] & 4 != 0,
                nudge: *nudge,
                inner_len: u8::MAX,
            });
        }
        answer.index();
        answer.rule();
        answer
    }

    /// The first address of a column: as the engine reckons it (`MapWindow::address`).
    fn column(&self, column: u32) -> u128 {
        let span = self.last - self.first;
        let shift = 128u32.saturating_sub(span.leading_zeros()).saturating_sub(64);
        let span = (span >> shift) + 1;
        let offset = (u128::from(column) * span).div_ceil(u128::from(self.width_px));
        let offset = if offset.leading_zeros() < shift {
            u128::MAX
        } else {
            offset << shift
        };
        self.first.saturating_add(offset).min(self.last)
    }

    /// The last address of a column.
    fn column_end(&self, column: u32) -> u128 {
        if column + 1 >= self.width_px {
            self.last
        } else {
            self.column(column + 1).saturating_sub(1).max(self.first)
        }
    }

    fn index(&mut self) {
        for (i, block) in self.blocks.iter().enumerate() {
            let depth = usize::from(block.depth);
            if self.levels.len() <= depth {
                self.levels.resize(depth + 1, Vec::new());
            }
            self.levels[depth].push(i);
        }
        let blocks = &self.blocks;
        for level in &mut self.levels {
            level.sort_by_key(|i| (blocks[*i].first, blocks[*i].prefix.len()));
        }
        for i in 0..self.blocks.len() {
            if let Some(parent) = self.around(i) {
                let len = self.blocks[i].prefix.len();
                let inner = &mut self.blocks[parent].inner_len;
                *inner = (*inner).min(len);
            }
        }
    }

    /// The block directly around a block.
    fn around(&self, i: usize) -> Option<usize> {
        let block = &self.blocks[i];
        self.at_depth(block.depth.checked_sub(1)?, block.prefix.first())
    }

    /// The block of a level that holds an address; of several in conflict, one of them.
    fn at_depth(&self, depth: u8, addr: u128) -> Option<usize> {
        let level = self.levels.get(usize::from(depth))?;
        let end = level.partition_point(|i| self.blocks[*i].first <= addr);
        level[..end]
            .iter()
            .rev()
            .take(LOOK_BACK)
            .copied()
            .find(|i| self.blocks[*i].holds(addr))
    }

    /// The innermost block that holds an address.
    pub(crate) fn innermost(&self, addr: u128) -> Option<usize> {
        (0..self.levels.len())
            .rev()
            .find_map(|depth| self.at_depth(u8::try_from(depth).ok()?, addr))
    }

    /// The innermost pool that holds an address which nothing in the pool holds; and the run of such addresses.
    pub(crate) fn free_run(&self, addr: u128) -> Option<Run> {
        let pool = self.innermost(addr)?;
        let block = &self.blocks[pool];
        if block.kind != Kind::Pool || block.merged {
            return None;
        }
        self.gaps(pool)
            .find(|(first, last)| *first <= addr && addr <= *last)
            .map(|(first, last)| Run { first, last, pool })
    }

    /// The runs of a block that no block directly in it holds, within what was asked.
    fn gaps(&self, i: usize) -> impl Iterator<Item = (u128, u128)> {
        let block = self.blocks[i];
        let (first, last) = (block.first.max(self.first), block.last.min(self.last));
        let level = self
            .levels
            .get(usize::from(block.depth) + 1)
            .map_or(&[][..], Vec::as_slice);
        let begin = level
            .partition_point(|c| self.blocks[*c].last < first)
            .saturating_sub(LOOK_BACK);
        let mut inner = level[begin..]
            .iter()
            .map(|c| &self.blocks[*c])
            .take_while(move |c| c.first <= last);
        let mut next = Some(first);
        std::iter::from_fn(move || {
            loop {
                let from = next.filter(|n| *n <= last)?;
                let Some(child) = inner.next() else {
                    next = None;
                    return Some((from, last));
                };
                // One that is not narrow is exact; one that is takes its whole column, in which there may be more.
                let after = child.last.checked_add(1);
                next = after.map(|a| a.max(from));
                let until = child.first;
                if until > from {
                    return Some((from, until - 1));
                }
            }
        })
    }

    /// Finds the free blocks that are wide enough to be drawn.
    fn rule(&mut self) {
        let column = (self.last - self.first) as f64 / f64::from(self.width_px);
        let columns = |first: u128, last: u128| (last - first) as f64 / column.max(f64::MIN_POSITIVE);
        let mut free = Vec::new();
        for (i, block) in self.blocks.iter().enumerate() {
            if block.kind != Kind::Pool || block.merged {
                continue;
            }
            for (first, last) in self.gaps(i) {
                if columns(first, last) < f64::from(RULED_COLUMNS) && column > 1.0 {
                    continue;
                }
                // Where a run meets the edge of what was asked, take it as free to the end of the pool: then the rule
                // does not jump while the window moves. It is only not *known* to be.
                let from = if first == self.first {
                    block.prefix.first()
                } else {
                    first
                };
                let to = if last == self.last {
                    block.prefix.last()
                } else {
                    last
                };
                for prefix in snap::prefixes(self.family, from, to) {
                    if prefix.last() < first || prefix.first() > last || free.len() >= FREE_MAX {
                        continue;
                    }
                    if columns(prefix.first(), prefix.last()) >= FREE_COLUMNS || column <= 0.25 {
                        let known = prefix.first() >= first && prefix.last() <= last;
                        free.push(Free {
                            prefix,
                            pool: i,
                            known,
                        });
                    }
                }
            }
        }
        self.free = free;
    }

    /// The free block known at an address.
    pub(crate) fn free_at(&self, addr: u128) -> Option<&Free> {
        self.free
            .iter()
            .find(|f| f.prefix.first() <= addr && addr <= f.prefix.last())
    }

    /// The first block of a claim.
    pub(crate) fn find(&self, claim: u128) -> Option<&Block> {
        self.blocks
            .iter()
            .find(|b| b.id == claim && !b.merged)
            .or_else(|| self.blocks.iter().find(|b| b.id == claim))
    }

    /// Where a step from `spot` leads; without a spot, to the first block that begins in `shown` (or reaches into it).
    pub(crate) fn step(&self, spot: Option<Spot>, step: Step, shown: (u128, u128)) -> Option<Spot> {
        let Some(spot) = spot else {
            let reaches = |b: &&Block| b.last >= shown.0 && b.first <= shown.1;
            let inside = self
                .blocks
                .iter()
                .filter(|b| b.first >= shown.0 && b.first <= shown.1)
                .min_by_key(|b| (b.depth, b.first));
            return inside
                .or_else(|| self.blocks.iter().find(reaches))
                .map(Self::spot);
        };
        let (first, last) = (spot.prefix.first(), spot.prefix.last());
        let depth = self.depth_of(&spot)?;
        match step {
            Step::Out => self
                .at_depth(depth.checked_sub(1)?, first)
                .map(|i| Self::spot(&self.blocks[i])),
            Step::In => {
                spot.claim?;
                self.at_level(depth.checked_add(1)?)
                    .filter(|s| s.prefix.first() >= first && s.prefix.last() <= last)
                    .min_by_key(Self::order)
            }
            Step::Before => self
                .at_level(depth)
                .filter(|s| Self::order(s) < Self::order(&spot))
                .max_by_key(Self::order),
            Step::After => self
                .at_level(depth)
                .filter(|s| Self::order(s) > Self::order(&spot))
                .min_by_key(Self::order),
        }
    }

    fn spot(block: &Block) -> Spot {
        Spot {
            prefix: block.prefix,
            claim: Some(block.id),
        }
    }

    fn order(spot: &Spot) -> (u128, u8, Option<u128>) {
        (spot.prefix.first(), spot.prefix.len(), spot.claim)
    }

    /// Levels below the top. Free space is one below its pool.
    fn depth_of(&self, spot: &Spot) -> Option<u8> {
        match spot.claim {
            Some(id) => self
                .blocks
                .iter()
                .find(|b| b.id == id && b.prefix == spot.prefix)
                .or_else(|| self.find(id))
                .map(|b| b.depth),
            None => self
                .innermost(spot.prefix.first())
                .and_then(|i| self.blocks[i].depth.checked_add(1)),
        }
    }

    fn at_level(&self, depth: u8) -> impl Iterator<Item = Spot> {
        let level = self.levels.get(usize::from(depth)).map_or(&[][..], Vec::as_slice);
        let blocks = level.iter().map(|i| Self::spot(&self.blocks[*i]));
        let free = self
            .free
            .iter()
            .filter(move |f| f.known && self.blocks[f.pool].depth.checked_add(1) == Some(depth));
        blocks.chain(free.map(|f| Spot {
            prefix: f.prefix,
            claim: None,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers of a block as the engine writes them. `id` is small.
    fn numbers(
        from_px: u32,
        to_px: u32,
        prefix: &str,
        depth: u32,
        kind: u32,
        flags: u32,
        id: u32,
    ) -> Vec<u32> {
        let prefix: Cidr = prefix.parse().unwrap();
        let first = prefix.first();
        let quad = |shift: u32| (first >> shift) as u32;
        vec![
            from_px,
            to_px,
            u32::from(prefix.len()),
            depth,
            kind,
            flags,
            0,
            0,
            0,
            id,
            quad(96),
            quad(64),
            quad(32),
            quad(0),
        ]
    }

    /// 10.0.0.0/16 with two child pools, networks in the first, and a conflict.
    fn sample() -> Answer {
        let columns = [
            numbers(0, 1024, "10.0.0.0/16", 0, 0, 0, 1),
            numbers(0, 256, "10.0.0.0/18", 1, 0, 0, 2),
            numbers(512, 1024, "10.0.128.0/17", 1, 0, 0, 3),
            numbers(0, 4, "10.0.0.0/24", 2, 1, 4, 4),
            numbers(4, 8, "10.0.1.0/24", 2, 1, 1, 5),
            numbers(4, 6, "10.0.1.0/25", 2, 4, 5, 6),
            numbers(512, 1024, "10.0.128.0/17", 2, 5, 0, 7),
        ];
        let (first, last) = (0x0a00_0000, 0x0a00_ffff);
        Answer::new(Family::V4, (first, last, 1024), &columns.concat())
    }

    fn address(text: &str) -> u128 {
        text.parse::<Cidr>().unwrap().first()
    }

    fn spots(answer: &Answer, from: &str, claim: Option<u128>, step: Step) -> Option<(String, Option<u128>)> {
        let spot = Spot {
            prefix: from.parse().unwrap(),
            claim,
        };
        answer
            .step(Some(spot), step, (answer.first, answer.last))
            .map(|s| (s.prefix.to_string(), s.claim))
    }

    #[test]
    fn numbers_become_blocks() {
        let answer = sample();
        assert_eq!(answer.blocks.len(), 7);
        let block = &answer.blocks[5];
        assert_eq!(block.prefix.to_string(), "10.0.1.0/25");
        assert_eq!(
            (block.kind, block.conflict, block.merged, block.observed),
            (Kind::External, true, false, true)
        );
        assert_eq!(block.id, 6);
        // The length of the first thing in a block bounds its label; the same prefix again is nudged.
        assert_eq!(answer.blocks[0].inner_len, 17);
        assert_eq!(answer.blocks[1].inner_len, 24);
        assert_eq!(answer.blocks[4].inner_len, 255);
        assert_eq!(answer.blocks[6].nudge, 1);
        assert!(
            Answer::new(Family::V4, (0, 9, 1), &[1, 2, 99, 0])
                .blocks
                .is_empty()
        );
        assert!(
            Answer::new(Family::V4, (0, 9, 1), &numbers(0, 1, "::/64", 0, 0, 0, 1))
                .blocks
                .is_empty()
        );
    }

    #[test]
    fn the_innermost_block_is_found() {
        let answer = sample();
        let at = |text: &str| answer.innermost(address(text)).map(|i| answer.blocks[i].id);
        assert_eq!(at("10.0.0.7"), Some(4));
        assert_eq!(at("10.0.1.200"), Some(5));
        assert_eq!(at("10.0.2.0"), Some(2));
        assert_eq!(at("10.0.100.0"), Some(1));
        assert_eq!(at("10.0.200.0"), Some(7));
        assert_eq!(at("10.1.0.0"), None);
    }

    #[test]
    fn free_runs_hold_nothing_and_end_at_something() {
        let answer = sample();
        let run = |text: &str| {
            answer
                .free_run(address(text))
                .map(|r| (r.first, r.last, answer.blocks[r.pool].id))
        };
        assert_eq!(
            run("10.0.100.0"),
            Some((address("10.0.64.0"), address("10.0.127.255"), 1))
        );
        assert_eq!(
            run("10.0.9.0"),
            Some((address("10.0.2.0"), address("10.0.63.255"), 2))
        );
        assert_eq!(run("10.0.0.9"), None);
        assert_eq!(run("10.0.200.0"), None);
        assert_eq!(run("11.0.0.0"), None);
    }

    #[test]
    fn free_space_is_ruled_by_the_blocks_that_fit() {
        let answer = sample();
        let text: Vec<String> = answer.free.iter().map(|f| f.prefix.to_string()).collect();
        assert_eq!(
            text,
            [
                "10.0.64.0/18",
                "10.0.2.0/23",
                "10.0.4.0/22",
                "10.0.8.0/21",
                "10.0.16.0/20",
                "10.0.32.0/19"
            ]
        );
        assert!(answer.free.iter().all(|f| f.known));
        // In the middle of a larger pool the rule is the pool's, and not called known.
        let middle = Answer::new(
            Family::V4,
            (0x0a01_0000, 0x0a01_ffff, 1024),
            &numbers(0, 1024, "10.0.0.0/8", 0, 0, 0, 1),
        );
        assert_eq!(
            middle
                .free
                .iter()
                .map(|f| (f.prefix.to_string(), f.known))
                .collect::<Vec<_>>(),
            [("10.0.0.0/8".to_owned(), false)]
        );
        assert_eq!(
            middle.free_run(0x0a01_8000).map(|r| (r.first, r.last)),
            Some((0x0a01_0000, 0x0a01_ffff))
        );
    }

    #[test]
    fn merged_columns_are_taken_whole() {
        // One column of 16 holds a /28 and more: the whole column is not free.
        let columns = [
            numbers(0, 16, "10.0.0.0/24", 0, 0, 0, 1),
            numbers(4, 5, "10.0.0.68/32", 1, 1, 2, 2),
        ];
        let answer = Answer::new(Family::V4, (0x0a00_0000, 0x0a00_00ff, 16), &columns.concat());
        assert_eq!(
            (answer.blocks[1].first, answer.blocks[1].last),
            (0x0a00_0040, 0x0a00_004f)
        );
        assert_eq!(answer.free_run(0x0a00_0045), None);
        assert_eq!(
            answer.free_run(0x0a00_0050).map(|r| (r.first, r.last)),
            Some((0x0a00_0050, 0x0a00_00ff))
        );
    }

    #[test]
    fn columns_are_the_engines() {
        for (first, last, width_px) in [
            (0, u128::MAX, 1000),
            (5, 1 << 100, 777),
            (0, 0xffff_ffff, 1023),
            (7, 7, 1),
        ] {
            let answer = Answer {
                first,
                last,
                width_px,
                ..Answer::empty(Family::V6)
            };
            assert_eq!(answer.column(0), first);
            assert_eq!(answer.column_end(width_px - 1), last);
            for column in 1..width_px {
                assert_eq!(answer.column(column), answer.column_end(column - 1) + 1);
            }
        }
    }

    #[test]
    fn the_keyboard_goes_through_blocks_and_free_space() {
        let answer = sample();
        let start = answer
            .step(None, Step::After, (answer.first, answer.last))
            .unwrap();
        assert_eq!(
            (start.prefix.to_string(), start.claim),
            ("10.0.0.0/16".into(), Some(1))
        );
        assert_eq!(
            spots(&answer, "10.0.0.0/16", Some(1), Step::In),
            Some(("10.0.0.0/18".into(), Some(2)))
        );
        assert_eq!(
            spots(&answer, "10.0.0.0/18", Some(2), Step::After),
            Some(("10.0.64.0/18".into(), None))
        );
        assert_eq!(
            spots(&answer, "10.0.64.0/18", None, Step::After),
            Some(("10.0.128.0/17".into(), Some(3)))
        );
        assert_eq!(spots(&answer, "10.0.128.0/17", Some(3), Step::After), None);
        assert_eq!(
            spots(&answer, "10.0.64.0/18", None, Step::Out),
            Some(("10.0.0.0/16".into(), Some(1)))
        );
        assert_eq!(spots(&answer, "10.0.64.0/18", None, Step::In), None);
        assert_eq!(
            spots(&answer, "10.0.128.0/17", Some(7), Step::Out),
            Some(("10.0.128.0/17".into(), Some(3)))
        );
        assert_eq!(
            spots(&answer, "10.0.1.0/24", Some(5), Step::After),
            Some(("10.0.1.0/25".into(), Some(6)))
        );
        assert_eq!(
            spots(&answer, "10.0.1.0/24", Some(5), Step::Before),
            Some(("10.0.0.0/24".into(), Some(4)))
        );
        assert_eq!(spots(&answer, "10.0.0.0/16", Some(1), Step::Out), None);
    }
}
