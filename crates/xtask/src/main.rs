//! `cargo xtask`: all the set-up a fresh machine needs, and every task of the project.
//!
//! Each task first makes sure of the tools it needs (see [`setup`]); what is already there costs nothing.

mod bench;
mod build;
mod check;
mod ci;
mod report;
mod rows;
mod screenshots;
mod serve;
mod setup;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "cargo xtask",
    about = "Set up, build, serve, test and check Plat",
    disable_help_subcommand = true
)]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Install what the other tasks need: wasm target, Node, npm packages, Chromium
    Setup,
    /// Build the page, the engine, the Worker and the js package into target/dist
    Build {
        /// Compile quickly and skip optimisation: for trying things out
        #[arg(long)]
        dev: bool,
    },
    /// Run planner and API on this machine, data kept on disk
    Serve {
        /// The port of 127.0.0.1 to listen on
        #[arg(long, default_value_t = 8787)]
        port: u16,
        /// Where data is kept [default: .plat/data]
        #[arg(long)]
        data: Option<PathBuf>,
        /// A variable for the Worker, NAME=VALUE; may be repeated
        #[arg(long = "var")]
        vars: Vec<String>,
        /// Compile quickly and skip optimisation
        #[arg(long)]
        dev: bool,
    },
    /// Run the tests: native, Node, a real workerd, a real browser
    Test {
        /// Only these kinds
        #[arg(long, value_enum)]
        only: Vec<test::Kind>,
    },
    /// Check the rules between crates and in their sources
    Check,
    /// List every row of the product with the scenarios and tests that show it
    Rows,
    /// Run the benchmarks; everything after the name goes to the bench crate
    Bench {
        /// Arguments for the bench crate
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Take pictures of the planner, light and dark, wide and narrow
    Screenshots {
        /// Compile quickly and skip optimisation
        #[arg(long)]
        dev: bool,
    },
    /// Everything CI runs, in its order
    Ci,
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Result<()> {
    match task {
        Task::Setup => setup::everything(),
        Task::Build { dev } => build::run(build::Speed::from_dev(dev)),
        Task::Serve {
            port,
            data,
            vars,
            dev,
        } => serve::run(port, data, &vars, build::Speed::from_dev(dev)),
        Task::Test { only } => test::run(&only),
        Task::Check => check::run(),
        Task::Rows => rows::run(),
        Task::Bench { arguments } => bench::run(&arguments),
        Task::Screenshots { dev } => screenshots::run(build::Speed::from_dev(dev)),
        Task::Ci => ci::run(),
    }
}
