//! What each crate may depend on, and why. A dependency that is not here is refused: add it with its reason, or do without.

/// A crate of the core, the only dependencies it may declare (tests and build scripts aside), each with its reason.
pub(crate) struct Allowance {
    pub(crate) package: &'static str,
    pub(crate) may: &'static [(&'static str, &'static str)],
}

const SERDE: (&str, &str) = ("serde", "stored and sent forms are derived, not hand-written");
const SERDE_JSON: (&str, &str) = ("serde_json", "the JSON of stored and sent forms");
const IPNET: (&str, &str) = ("ipnet", "the types the public API shares with the ecosystem");
const SHA2: (&str, &str) = ("sha2", "digests of plans and states");
const ALLOCATOR: (&str, &str) = ("plat-allocator", "the arithmetic beneath");
const DOMAIN: (&str, &str) = ("plat-domain", "the rules beneath");
const API: (&str, &str) = ("plat-api", "the request and answer types");
const SERVICE: (&str, &str) = ("plat-service", "the one service every host runs");
const THISERROR: (&str, &str) = (
    "thiserror",
    "error types without boilerplate; nothing at run time",
);
const POSTCARD: (&str, &str) = (
    "postcard",
    "the compact snapshot: a quarter of the JSON, five times faster",
);

pub(crate) const CORE: [Allowance; 7] = [
    Allowance {
        package: "plat-allocator",
        may: &[SERDE, IPNET],
    },
    Allowance {
        package: "plat-domain",
        may: &[
            ALLOCATOR,
            SERDE,
            SERDE_JSON,
            IPNET,
            SHA2,
            THISERROR,
            POSTCARD,
            (
                "imbl",
                "maps that share structure, so that a what-if branch costs nothing",
            ),
            (
                "jiff",
                "RFC 3339 text of times that are given; its clock is switched off",
            ),
        ],
    },
    Allowance {
        package: "plat-api",
        may: &[ALLOCATOR, DOMAIN, SERDE, SERDE_JSON, IPNET, THISERROR],
    },
    Allowance {
        package: "plat-interchange",
        may: &[
            ALLOCATOR,
            DOMAIN,
            SERDE,
            SERDE_JSON,
            IPNET,
            SHA2,
            THISERROR,
            ("csv", "quoting rules of other people's files"),
            ("csv-core", "quoting rules of other people's files, without std"),
        ],
    },
    Allowance {
        package: "plat-service",
        may: &[
            ALLOCATOR,
            DOMAIN,
            API,
            ("plat-interchange", "imports and exports"),
            SERDE,
            SERDE_JSON,
            IPNET,
            SHA2,
            THISERROR,
        ],
    },
    Allowance {
        package: "plat-arm",
        may: &[
            ALLOCATOR, DOMAIN, API, SERVICE, SERDE, SERDE_JSON, IPNET, THISERROR,
        ],
    },
    Allowance {
        package: "plat-vmm",
        may: &[ALLOCATOR, DOMAIN, API, SERDE, SERDE_JSON, IPNET, THISERROR],
    },
];

/// Never reachable from a core crate, however far away: each brings a clock, entropy, a host or an executor.
pub(crate) const NEVER_IN_CORE: [&str; 12] = [
    "tokio",
    "async-std",
    "js-sys",
    "web-sys",
    "wasm-bindgen",
    "getrandom",
    "rand",
    "fastrand",
    "chrono",
    "time",
    "reqwest",
    "worker",
];

/// (who, must never reach, why).
pub(crate) const NEVER: [(&str, &str, &str); 5] = [
    ("plat-allocator", "serde_json", "the allocator knows no JSON"),
    (
        "plat-web-page",
        "plat-worker",
        "web and worker share the core, not each other",
    ),
    (
        "plat-web-engine",
        "plat-worker",
        "web and worker share the core, not each other",
    ),
    (
        "plat-worker",
        "plat-web-page",
        "web and worker share the core, not each other",
    ),
    (
        "plat-worker",
        "plat-web-engine",
        "web and worker share the core, not each other",
    ),
];

/// Crates that build and run the product and so must not be built from it; anything else named `plat-…` is product.
pub(crate) const TOOLS: [&str; 2] = ["xtask", "plat-local-edge"];
