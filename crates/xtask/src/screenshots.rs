//! `screenshots`: pictures of the planner, taken by `tests/browser/screenshots.mjs`.

use anyhow::Result;
use plat_local_edge::{Edge, Paths, Settings, owner_token};

use crate::build::{self, Purpose, Speed};
use crate::report::run_shown;
use crate::setup;

pub(crate) fn run(speed: Speed) -> Result<()> {
    let paths = Paths::of_checkout();
    let tools = setup::for_build(&paths)?;
    let chromium = setup::browser()?;
    build::needed(&paths, &tools, speed, Purpose::Serve)?;
    let data = paths.target.join("screenshots-data");
    let owner = owner_token(&data)?;
    let edge = Edge::start(Settings::new(&data).var("OWNER_TOKEN_SHA256", owner.sha256_hex()))?;
    let mut script = tools.node_command(&paths.npm.join("browser/screenshots.mjs"));
    script
        .env("PLAT_URL", edge.url())
        .env("PLAT_OWNER_TOKEN", owner.token)
        .env(setup::CHROMIUM_VARIABLE, chromium)
        .env("PLAT_SCREENSHOTS", paths.target.join("screenshots"));
    run_shown(&mut script)?;
    edge.stop()
}
