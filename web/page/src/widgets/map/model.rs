//! The map without a screen: windows, blocks, rulers, the Hilbert curve. No DOM, tested natively.
//!
//! Addresses are exact `u128` everywhere. Only *where in the window* something is drawn is a float, and it is always
//! measured from the window's own start, so an error stays far below a pixel at every zoom.

pub(crate) mod blocks;
pub(crate) mod hilbert;
pub(crate) mod layout;
pub(crate) mod snap;
pub(crate) mod window;

pub(crate) use blocks::{Answer, Block, Kind, Spot, Step};
pub(crate) use layout::{Layout, Rect};
pub(crate) use window::Window;
