//! What a row's badges say beside conflicts: breaks a rule, fuller than it should be.

use plat_domain::Utilization;
use plat_domain::query::{Compliance, Row};

/// A badge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
    pub(super) class: &'static str,
}

/// The badges of a row. A conflict breaks a rule too, and has a badge of its own.
pub(super) fn marks(row: &Row) -> Vec<Mark> {
    let mut marks = Vec::new();
    if row.compliance == Some(Compliance::Noncompliant) && row.conflicts == 0 {
        marks.push(Mark {
            sign: "!",
            word: "noncompliant",
            class: "is-noncompliant",
        });
    }
    if row.utilization == Some(Utilization::Over) {
        marks.push(Mark {
            sign: "▴",
            word: "overused",
            class: "level-over",
        });
    }
    marks
}
