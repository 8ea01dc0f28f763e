//! The tree without a DOM: levels that are read a page at a time, which lines they make, which page is wanted next.
//!
//! A level is a run of rows in listing order with *gaps* where more are known to be. After a change of the workspace every
//! row is stale: it stays on the screen until its page is read again, so nothing jumps. What is out of sight is not read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use plat_domain::query::{Cursor, Row};
use plat_domain::{ClaimId, Family};

/// Rows read at a time.
pub(crate) const PAGE_ROWS: usize = 200;

/// Levels this small are opened without being asked, when a space is first shown.
const OPENED_ROWS_MAX: usize = 12;

#[derive(Clone, Debug)]
enum Item {
    Row {
        row: Arc<Row>,
        version: u64,
    },
    /// More rows than are known, after this one.
    Gap {
        after: Option<Cursor>,
    },
}

#[derive(Clone, Debug)]
struct Level {
    items: Vec<Item>,
    version: u64,
}

/// One line on the screen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Line {
    /// A claim.
    Row {
        /// What is known of it.
        row: Arc<Row>,
        /// Levels above it.
        depth: usize,
        /// Whether its own level is shown; none where nothing lies in it.
        open: Option<bool>,
    },
    /// Rows that are not read yet.
    Gap {
        /// Whose children; none for the top.
        parent: Option<ClaimId>,
        /// After which row.
        after: Option<Cursor>,
        /// Levels above them.
        depth: usize,
    },
}

/// A page to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    /// Whose children; none for the top.
    pub(crate) parent: Option<ClaimId>,
    /// After which row.
    pub(crate) after: Option<Cursor>,
    /// The state that the answer will be of.
    pub(crate) version: u64,
}

/// What is known of the tree and what is open.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    levels: BTreeMap<Option<ClaimId>, Level>,
    open: BTreeSet<ClaimId>,
    version: u64,
    /// Only rows of this family; none for both.
    pub(crate) family: Option<Family>,
    /// Whether small levels may still open by themselves.
    opening: bool,
    /// A page that is read before all others: that of a claim selected elsewhere.
    revealing: Option<(Option<ClaimId>, Option<Cursor>)>,
}

fn cursor(row: &Row) -> Option<Cursor> {
    row.prefixes.first().map(|first| Cursor {
        first: *first,
        id: row.id,
    })
}

/// A cursor that every row from `row` on comes after.
fn just_before(row: &Row) -> Option<Cursor> {
    row.prefixes.first().map(|first| Cursor {
        first: *first,
        id: ClaimId::from_bytes([0; 16]),
    })
}

impl Tree {
    /// A space's tree of which nothing is read yet.
    pub(crate) fn new(family: Option<Family>) -> Self {
        let mut tree = Self {
            family,
            opening: true,
            ..Self::default()
        };
        tree.level(None);
        tree
    }

    fn level(&mut self, parent: Option<ClaimId>) -> &mut Level {
        self.levels.entry(parent).or_insert_with(|| Level {
            items: vec![Item::Gap { after: None }],
            version: 0,
        })
    }

    /// The state changed: what is shown is read again when it is next in sight.
    pub(crate) fn outdate(&mut self) {
        self.version += 1;
    }

    /// Shows or hides the children of a claim.
    pub(crate) fn set_open(&mut self, id: ClaimId, open: bool) {
        if open {
            self.level(Some(id));
            self.open.insert(id);
        } else {
            self.open.remove(&id);
        }
    }

    /// True if the children of a claim are shown.
    pub(crate) fn is_open(&self, id: ClaimId) -> bool {
        self.open.contains(&id)
    }

    /// Makes sure that a row will be among the lines, its ancestors (outermost first) open, even where its page is not
    /// the next one to read.
    pub(crate) fn reveal(&mut self, ancestors: &[ClaimId], row: &Row) {
        for id in ancestors {
            self.set_open(*id, true);
        }
        let level = self.level(row.parent);
        let known = level
            .items
            .iter()
            .any(|i| matches!(i, Item::Row { row: r, .. } if r.id == row.id));
        if known {
            return;
        }
        let Some(key) = just_before(row) else { return };
        let parent = row.parent;
        // A gap for its page, in order, unless one is there that will read it next.
        let at = level.items.iter().position(|i| match i {
            Item::Row { row, .. } => cursor(row) > Some(key),
            Item::Gap { .. } => false,
        });
        let at = at.unwrap_or(level.items.len());
        match at.checked_sub(1).map(|before| &level.items[before]) {
            // The gap before it begins with its page.
            Some(Item::Gap { after: None }) => {}
            Some(_) | None => {
                level.items.insert(at, Item::Gap { after: Some(key) });
                self.revealing = Some((parent, Some(key)));
            }
        }
    }

    /// Takes in a page that was read: `rows` follow `after`, `next` says whether more follow them.
    pub(crate) fn take_in(&mut self, wanted: &Wanted, rows: Vec<Row>, next: Option<Cursor>) {
        let open_now =
            self.opening && wanted.after.is_none() && rows.len() <= OPENED_ROWS_MAX && next.is_none();
        let newly_open: Vec<ClaimId> = if open_now {
            rows.iter().filter(|r| r.has_children).map(|r| r.id).collect()
        } else {
            Vec::new()
        };
        let version = wanted.version;
        let after = wanted.after;
        if self.revealing == Some((wanted.parent, after)) {
            self.revealing = None;
        }
        let level = self.level(wanted.parent);
        level.version = version;
        // Everything known in (after, upto] is replaced; without `next` there is nothing beyond.
        let upto = next;
        let within = |key: Option<Cursor>| key > after && (upto.is_none() || key <= upto);
        let mut kept: Vec<Item> = Vec::with_capacity(level.items.len() + rows.len());
        let mut tail: Vec<Item> = Vec::new();
        let mut cut_gap = false;
        for item in level.items.drain(..) {
            match &item {
                Item::Row { row, .. } => {
                    let key = cursor(row);
                    if key <= after && after.is_some() {
                        kept.push(item);
                    } else if !within(key) {
                        tail.push(item);
                    }
                }
                Item::Gap { after: gap } => {
                    if *gap < after {
                        kept.push(item);
                    } else if upto.is_some() && *gap >= upto {
                        tail.push(item);
                    } else {
                        cut_gap = true;
                    }
                }
            }
        }
        kept.extend(rows.into_iter().map(|row| Item::Row {
            row: Arc::new(row),
            version,
        }));
        // A gap that began within the page and is not closed by it goes on behind it.
        if cut_gap && upto.is_some() && !matches!(tail.first(), Some(Item::Gap { after }) if *after == upto) {
            kept.push(Item::Gap { after: upto });
        }
        if upto.is_some() {
            kept.append(&mut tail);
            let has_more = kept
                .last()
                .is_some_and(|last| matches!(last, Item::Row { row, .. } if cursor(row) == upto));
            if has_more {
                kept.push(Item::Gap { after: upto });
            }
        }
        level.items = kept;
        for id in newly_open {
            self.set_open(id, true);
        }
    }

    /// The user has begun to open and close levels: from now on only they do.
    pub(crate) fn settle(&mut self) {
        self.opening = false;
    }

    /// Every line, outer before inner.
    pub(crate) fn lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        self.push_level(None, 0, &mut lines);
        lines
    }

    fn push_level(&self, parent: Option<ClaimId>, depth: usize, lines: &mut Vec<Line>) {
        let Some(level) = self.levels.get(&parent) else {
            return;
        };
        for item in &level.items {
            match item {
                Item::Row { row, .. } => {
                    if self.family.is_some_and(|f| f != row.family) {
                        continue;
                    }
                    let open = row.has_children.then(|| self.open.contains(&row.id));
                    lines.push(Line::Row {
                        row: row.clone(),
                        depth,
                        open,
                    });
                    if open == Some(true) {
                        self.push_level(Some(row.id), depth + 1, lines);
                    }
                }
                Item::Gap { after } => lines.push(Line::Gap {
                    parent,
                    after: *after,
                    depth,
                }),
            }
        }
    }

    /// The first page that the lines in sight need: a gap, or rows that are stale.
    pub(crate) fn wanted(&self, seen: &[Line]) -> Option<Wanted> {
        if let Some(top) = self.levels.get(&None)
            && top.version < self.version
            && top.items.is_empty()
        {
            return Some(Wanted {
                parent: None,
                after: None,
                version: self.version,
            });
        }
        if let Some((parent, after)) = self.revealing {
            return Some(Wanted {
                parent,
                after,
                version: self.version,
            });
        }
        for line in seen {
            match line {
                Line::Gap { parent, after, .. } => {
                    return Some(Wanted {
                        parent: *parent,
                        after: *after,
                        version: self.version,
                    });
                }
                Line::Row { row, .. } => {
                    let Some(level) = self.levels.get(&row.parent) else {
                        continue;
                    };
                    let at = level
                        .items
                        .iter()
                        .position(|i| matches!(i, Item::Row { row: r, .. } if Arc::ptr_eq(r, row)));
                    let Some(at) = at else { continue };
                    if let Item::Row { version, .. } = &level.items[at]
                        && *version < self.version
                    {
                        let after = match at.checked_sub(1).map(|i| &level.items[i]) {
                            None => None,
                            Some(Item::Row { row, .. }) => cursor(row),
                            Some(Item::Gap { .. }) => just_before(row),
                        };
                        return Some(Wanted {
                            parent: row.parent,
                            after,
                            version: self.version,
                        });
                    }
                }
            }
        }
        None
    }

    /// True once the top of the space was read.
    pub(crate) fn is_read(&self) -> bool {
        self.levels.get(&None).is_some_and(|top| {
            top.version > 0 || !matches!(top.items.first(), Some(Item::Gap { after: None }))
        })
    }
}

/// Which lines are in sight: those of `height_px` from `top_px` on, with some before and after.
pub(crate) fn in_sight(lines: usize, top_px: f64, height_px: f64, row_px: f64) -> (usize, usize) {
    const MARGIN: usize = 8;
    let first = (top_px / row_px).floor().max(0.0) as usize;
    let count = (height_px / row_px).ceil().max(1.0) as usize + 1;
    (
        first.saturating_sub(MARGIN).min(lines),
        (first + count + MARGIN).min(lines),
    )
}

/// Where a key takes the selection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// To this line.
    To(usize),
    /// Show or hide the children of the line.
    Open(usize, bool),
    /// Nowhere.
    Stay,
}

/// What an arrow, Home, End, page or Enter key does at line `at`, as in any tree (WAI-ARIA's tree pattern).
pub(crate) fn step(lines: &[Line], at: Option<usize>, key: &str, page: usize) -> Step {
    let Some(last) = lines.len().checked_sub(1) else {
        return Step::Stay;
    };
    let Some(at) = at else {
        return match key {
            "ArrowDown" | "Home" => Step::To(0),
            "ArrowUp" | "End" => Step::To(last),
            _ => Step::Stay,
        };
    };
    let depth_of = |line: &Line| match line {
        Line::Row { depth, .. } | Line::Gap { depth, .. } => *depth,
    };
    match (key, &lines[at.min(last)]) {
        ("ArrowDown", _) => Step::To((at + 1).min(last)),
        ("ArrowUp", _) => Step::To(at.saturating_sub(1)),
        ("PageDown", _) => Step::To((at + page).min(last)),
        ("PageUp", _) => Step::To(at.saturating_sub(page)),
        ("Home", _) => Step::To(0),
        ("End", _) => Step::To(last),
        (
            "ArrowRight",
            Line::Row {
                open: Some(false), ..
            },
        ) => Step::Open(at, true),
        ("ArrowRight", Line::Row { open: Some(true), .. }) => Step::To((at + 1).min(last)),
        ("ArrowLeft", Line::Row { open: Some(true), .. }) => Step::Open(at, false),
        ("ArrowLeft", line) => {
            let depth = depth_of(line);
            lines[..at]
                .iter()
                .rposition(|l| depth_of(l) < depth)
                .map_or(Step::Stay, Step::To)
        }
        ("Enter" | " ", Line::Row { open: Some(open), .. }) => Step::Open(at, !open),
        _ => Step::Stay,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plat_domain::query::Usage;
    use plat_domain::{Count, SpaceId, Tags};

    fn row(n: u32, parent: Option<ClaimId>, has_children: bool) -> Row {
        let usage = Usage {
            total: Count::ONE,
            allocated: Count::ZERO,
            reserved: Count::ZERO,
            available: Count::ONE,
            delegated: Count::ZERO,
            used: Count::ZERO,
            allocated_basis_points: 0,
            reserved_basis_points: 0,
            used_basis_points: 0,
        };
        Row {
            id: ClaimId::derived(&[&n.to_string()]),
            space: SpaceId::derived(&["s"]),
            parent,
            kind: "pool".into(),
            name: format!("r{n}"),
            prefixes: vec![format!("10.{}.{}.0/24", n / 256, n % 256).parse().unwrap()],
            family: Family::V4,
            holder: None,
            usage,
            utilization: None,
            usable: None,
            compliance: None,
            in_use: false,
            has_children,
            conflicts: 0,
            observed: false,
            expires_at: None,
            tags: Tags::default(),
            description: String::new(),
        }
    }

    /// A server of `total` rows at the top, paged.
    fn page(all: &[Row], after: Option<Cursor>, limit: usize) -> (Vec<Row>, Option<Cursor>) {
        let rest: Vec<&Row> = all.iter().filter(|r| cursor(r) > after).collect();
        let rows: Vec<Row> = rest.iter().take(limit).map(|r| (*r).clone()).collect();
        let next = if rest.len() > limit {
            rows.last().and_then(cursor)
        } else {
            None
        };
        (rows, next)
    }

    fn read_all_in(tree: &mut Tree, all: &[Row], from: usize, to: usize, limit: usize) {
        for _ in 0..1000 {
            let lines = tree.lines();
            let seen = &lines[from.min(lines.len())..to.min(lines.len())];
            let Some(wanted) = tree.wanted(seen) else { return };
            let (rows, next) = page(all, wanted.after, limit);
            tree.take_in(&wanted, rows, next);
        }
        panic!("it never has enough");
    }

    fn names(tree: &Tree) -> Vec<String> {
        tree.lines()
            .iter()
            .map(|l| match l {
                Line::Row { row, .. } => row.name.clone(),
                Line::Gap { .. } => "…".into(),
            })
            .collect()
    }

    #[test]
    fn pages_are_read_as_they_come_into_sight() {
        let all: Vec<Row> = (0..50).map(|n| row(n, None, false)).collect();
        let mut tree = Tree::new(None);
        tree.outdate();
        read_all_in(&mut tree, &all, 0, 5, 10);
        assert_eq!(tree.lines().len(), 11);
        read_all_in(&mut tree, &all, 8, 25, 10);
        assert_eq!(tree.lines().len(), 31);
        read_all_in(&mut tree, &all, 0, 100, 10);
        assert_eq!(
            names(&tree),
            all.iter().map(|r| r.name.clone()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_change_is_read_only_where_it_is_seen() {
        let mut all: Vec<Row> = (0..40).map(|n| row(n * 2, None, false)).collect();
        let mut tree = Tree::new(None);
        tree.outdate();
        read_all_in(&mut tree, &all, 0, 100, 10);
        all.insert(3, row(5, None, false));
        all.remove(10);
        tree.outdate();
        read_all_in(&mut tree, &all, 0, 15, 10);
        assert_eq!(
            names(&tree)[..15],
            all.iter().map(|r| r.name.clone()).collect::<Vec<_>>()[..15]
        );
        read_all_in(&mut tree, &all, 0, 100, 10);
        assert_eq!(
            names(&tree),
            all.iter().map(|r| r.name.clone()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn everything_may_go_and_come_back() {
        let all: Vec<Row> = (0..3).map(|n| row(n, None, false)).collect();
        let mut tree = Tree::new(None);
        tree.outdate();
        read_all_in(&mut tree, &all, 0, 9, 10);
        tree.outdate();
        read_all_in(&mut tree, &[], 0, 9, 10);
        assert!(tree.lines().is_empty() && tree.is_read());
        tree.outdate();
        read_all_in(&mut tree, &all, 0, 9, 10);
        assert_eq!(tree.lines().len(), 3);
    }

    #[test]
    fn a_row_far_down_is_revealed_without_reading_all_before_it() {
        let all: Vec<Row> = (0..500).map(|n| row(n, None, false)).collect();
        let mut tree = Tree::new(None);
        tree.outdate();
        read_all_in(&mut tree, &all, 0, 5, 10);
        tree.reveal(&[], &all[400]);
        read_all_in(&mut tree, &all, 0, 5, 10);
        assert!(names(&tree).contains(&"r400".to_owned()));
        read_all_in(&mut tree, &all, 0, 1000, 10);
        assert_eq!(
            names(&tree),
            all.iter().map(|r| r.name.clone()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn keys_move_and_open_as_in_any_tree() {
        let parent = row(0, None, true);
        let child = row(1, Some(parent.id), false);
        let lines = vec![
            Line::Row {
                row: Arc::new(parent),
                depth: 0,
                open: Some(true),
            },
            Line::Row {
                row: Arc::new(child),
                depth: 1,
                open: None,
            },
        ];
        assert_eq!(step(&lines, None, "ArrowDown", 5), Step::To(0));
        assert_eq!(step(&lines, Some(0), "ArrowRight", 5), Step::To(1));
        assert_eq!(step(&lines, Some(0), "ArrowLeft", 5), Step::Open(0, false));
        assert_eq!(step(&lines, Some(1), "ArrowLeft", 5), Step::To(0));
        assert_eq!(step(&lines, Some(0), "End", 5), Step::To(1));
        assert_eq!(step(&lines, Some(0), "Enter", 5), Step::Open(0, false));
        assert_eq!(step(&lines, Some(1), "Enter", 5), Step::Stay);
    }

    #[test]
    fn only_lines_in_sight_are_drawn() {
        assert_eq!(in_sight(100_000, 28_000.0, 560.0, 28.0), (992, 1029));
        assert_eq!(in_sight(3, 0.0, 560.0, 28.0), (0, 3));
    }
}
