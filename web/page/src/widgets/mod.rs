//! The parts of the page: a folder each with its view, its styles and, where there is logic, a `model.rs` without a DOM.

pub(crate) mod allocate;
pub(crate) mod apply;
pub(crate) mod compare;
pub(crate) mod conflicts;
pub(crate) mod connect;
pub(crate) mod details;
pub(crate) mod diff_list;
pub(crate) mod edit_form;
pub(crate) mod empty;
pub(crate) mod header;
pub(crate) mod help;
pub(crate) mod import;
pub(crate) mod map;
pub(crate) mod palette;
pub(crate) mod plan_bar;
pub(crate) mod pool_form;
pub(crate) mod problem;
pub(crate) mod release;
pub(crate) mod search;
pub(crate) mod splitter;
pub(crate) mod toast;
pub(crate) mod tree;
pub(crate) mod usage_bar;
