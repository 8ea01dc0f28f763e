/** A UUID in its 36-character form. */
export type Id = string;
/** An identity, or a pool's (or space's) name; `space/name` for a pool outside the default space. */
export type Reference = string;
/** A prefix, such as `10.0.0.0/8` or `2001:db8::/32`. */
export type Cidr = string;
/** How many, exactly: up to 2^128, so a decimal string. */
export type Count = string;
/** RFC 3339 with a zone, such as `2027-01-31T00:00:00Z`. */
export type Timestamp = string;
/** 64 hexadecimal digits. */
export type Digest = string;
export type Tags = Record<string, string>;
export type Family = "v4" | "v6";
/** From one address to another, such as `10.0.0.10-10.0.0.99`, or a prefix. */
export type Span = string;
export type SpaceKind = "fabric" | "provider" | "customer";
export type Isolation = "none" | "nvgre" | "ipRewrite" | "vlan" | "vxlan";
export type Compliance = "compliant" | "noncompliant" | "unmanaged" | "ignored";
export type Strategy = "firstFit" | "bestFit" | "fromEnd" | "sparse";

/** Who asks, and when. */
export interface Context {
  actor: { name: string; role: "owner" | "reader" };
  now: Timestamp;
}

/** An answer: `body` is a {@link Problem} where `status` is 400 or more. */
export interface Answer<Body = any> {
  status: number;
  body: Body;
  revision: number;
}

/** RFC 9457. Further fields depend on the type: what blocks, alternatives, what moved. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail: string;
  [field: string]: unknown;
}

export type Request =
  | "workspace"
  | { tree: { space?: Reference; parent?: Reference; after?: Cursor; limit?: number } }
  | { claim: { claim: Reference } }
  | { usage: { pool: Reference } }
  | { free: { pool: Reference; limit?: number } }
  | { prefixes: { pool: Reference; part: "allocated" | "reserved" | "available"; after?: Cidr; limit?: number } }
  | { resources: { pool: Reference; after?: Cursor; limit?: number } }
  | { resource: { resource: Reference } }
  | { recommend: { claim: Reference } }
  | { compliance: { space?: Reference; within?: Reference; status?: Compliance[]; after?: Cursor; limit?: number } }
  | { planRelease: { claim: Reference } }
  | { search: { q: string; space?: Reference; limit?: number } }
  | { conflicts: { space?: Reference; skip?: number; limit?: number } }
  | { preview: { command: Command } }
  | { simulate: { name: string; commands: Command[] } }
  | { previewImport: ImportRequest }
  | { export: { format: string } }
  | { createPool: PoolRequest }
  | { allocate: AllocationRequest }
  | { edit: EditRequest }
  | { release: { claim: Reference; atOnce?: boolean } }
  | { split: { claim: Reference; parts: { id?: Id; name?: string; prefixes: Cidr[] }[] } }
  | { merge: { claim: Reference; from: Reference[]; name?: string; description?: string; tags?: Tags; policy?: Policy; holder?: Id } }
  | { putResource: { resource: Resource; allocations?: AllocationRequest[] } }
  | { removeResource: { resource: Reference } }
  | { associate: { pool: Reference; resources?: Id[]; networks?: Id[] } }
  | { createSpace: SpaceRequest }
  | { editSpace: { space: Reference; name?: string; description?: string; provider?: Reference; isolation?: Isolation } }
  | { removeSpace: { space: Reference } }
  | { acceptConflict: { left: Reference; right: Reference; reason: string; expiresAt?: Timestamp } }
  | { reopenConflict: { left: Reference; right: Reference } }
  | { command: Command }
  | { import: ImportRequest }
  | { apply: { plan: Plan; confirm?: Digest } };

export interface PoolRequest {
  id?: Id;
  name: string;
  space?: Reference;
  parent?: Reference;
  prefixLength?: number;
  addresses?: Count;
  prefixes?: Cidr[];
  /** Become the parent of what lies whole within the prefixes already. */
  absorb?: boolean;
  /** How many prefixes may make it up; one contiguous prefix if left out. */
  maxPrefixes?: number;
  excluded?: Cidr[];
  within?: Span;
  strategy?: Strategy;
  policy?: Policy;
  tags?: Tags;
  description?: string;
}

export interface SpaceRequest {
  id?: Id;
  name: string;
  kind?: SpaceKind;
  /** Of a customer space. */
  provider?: Reference;
  /** Of a customer space. */
  isolation?: Isolation;
  description?: string;
}

export interface AllocationRequest {
  id?: Id;
  pool: Reference;
  /** Tried in order where `pool` has no room. */
  orPools?: Reference[];
  kind?: "network" | "subnet" | "static" | "external" | "reservation" | "range" | "address";
  prefixLength?: number;
  addresses?: Count;
  cidr?: Cidr;
  /** For a range. */
  range?: Span;
  /** How many prefixes may make it up; one contiguous prefix if left out. */
  maxPrefixes?: number;
  excluded?: Cidr[];
  within?: Span;
  /** For a range or an address. */
  inUse?: boolean;
  strategy?: Strategy;
  name?: string;
  resource?: Resource;
  expiresAt?: Timestamp;
  tags?: Tags;
  description?: string;
}

/** What is left out stays. */
export interface EditRequest {
  claim: Reference;
  name?: string;
  description?: string;
  tags?: Tags;
  prefixes?: Cidr[];
  space?: Reference;
  parent?: Reference;
  policy?: Policy;
  holder?: Id;
  inUse?: boolean;
  expiresAt?: Timestamp;
  /** Why it is left out of compliance; empty to take it in again. */
  ignored?: string;
  atOnce?: boolean;
}

export interface ImportRequest {
  name: string;
  /** Base64. */
  bytes: string;
  space?: Reference;
  createSpaces?: boolean;
  clearHostBits?: boolean;
  leaveOut?: number[];
}

export interface Space {
  id: Id;
  name: string;
  kind?: SpaceKind;
  description?: string;
  provider?: Id | null;
  isolation?: Isolation | null;
}

export interface Resource {
  id: Id;
  name: string;
  kind: string;
  provider?: string | null;
  externalId?: string;
  tenant?: string | null;
  tags?: Tags;
}

/** A longer prefix is a smaller block. */
export interface Policy {
  shortestLen?: number | null;
  longestLen?: number | null;
  defaultLen?: number | null;
  strategy?: Strategy | null;
  /** Tags that every allocation must have, each with the values allowed; any where none is listed. */
  requiredTags?: Record<string, string[]> | null;
  /** In addresses of IPv4, /64s of IPv6. */
  quotas?: { default?: Count | null; tenants?: Record<string, Count> } | null;
  coolDownSeconds?: number | null;
  thresholds?: { underBasisPoints: number; overBasisPoints: number } | null;
  profile?: "generic" | "azure" | "aws" | "googleCloud" | "oci" | null;
}

export type ClaimKind =
  | { pool: Policy }
  | { network: { holder: Id | null } }
  | "subnet"
  | "static"
  | "external"
  | { reservation: { expiresAt: Timestamp | null } }
  | { cooling: { until: Timestamp } }
  | { range: { inUse: boolean } }
  | { address: { inUse: boolean } };

/** Parts that are as if never given are left out. */
export interface Claim {
  id: Id;
  space: Id;
  kind: ClaimKind;
  prefixes: Cidr[];
  request: string;
  parent?: Id | null;
  name?: string | null;
  observed?: boolean;
  tags?: Tags;
  description?: string;
  ignored?: string | null;
}

/** An accepted conflict. */
export interface Acceptance {
  pair: { left: Id; right: Id };
  reason: string;
  expiresAt?: Timestamp | null;
}

export type Place = { top: Id } | { in: Id } | { innermost: Id } | { firstOf: Id[] };
export type Wanted = { prefixes: Cidr[] } | { prefixLength: number } | { addresses: Count } | "defaultLength";

export type Command =
  | { createSpace: { space: Space } }
  | { removeSpace: { id: Id } }
  | { putResource: { resource: Resource } }
  | { removeResource: { id: Id } }
  | { createPool: { id: Id; place: Place; name: string; wanted: Wanted; policy?: Policy; tags?: Tags; description?: string; absorb?: boolean } & Search }
  | { allocate: { id: Id; place: Place; kind: ClaimKind; wanted: Wanted; name?: string | null; tags?: Tags; description?: string } & Search }
  | { adopt: { id: Id; place: Place; kind: ClaimKind; prefixes: Cidr[]; name?: string | null; tags?: Tags; description?: string; absorb?: boolean } }
  | { edit: { id: Id; name?: string | null; description?: string | null; tags?: Tags | null; prefixes?: Cidr[] | null; place?: Place | null; policy?: Policy | null; holder?: Id | null; inUse?: boolean; expiresAt?: Timestamp; ignored?: string; atOnce?: boolean } }
  | { release: { id: Id; holder?: Id | null; atOnce?: boolean } }
  | { expireDue: {} }
  | { batch: { commands: Command[] } }
  | { restore: { claim: Claim } }
  | { split: { id: Id; parts: { id: Id; prefixes: Cidr[]; name?: string }[] } }
  | { merge: { into: Id; from: Id[]; name?: string; description?: string; tags?: Tags; policy?: Policy; holder?: Id } }
  | { editSpace: { id: Id; name?: string; description?: string; provider?: Id; isolation?: Isolation } }
  | { acceptConflict: { left: Id; right: Id; reason: string; expiresAt?: Timestamp } }
  | { reopenConflict: { left: Id; right: Id } }
  | { restoreAcceptance: { acceptance: Acceptance } };

/** Where to look, and in what pieces. */
export interface Search {
  strategy?: Strategy | null;
  maxPrefixes?: number | null;
  excluded?: Cidr[];
  within?: Span | null;
}

export type Change =
  | { spacePut: Space }
  | { spaceRemoved: Id }
  | { resourcePut: Resource }
  | { resourceRemoved: Id }
  | { claimPut: Claim }
  | { claimRemoved: Id }
  | { conflictAccepted: Acceptance }
  | { acceptanceEnded: { left: Id; right: Id } };

/** Commands with what they change on a stated base: the plan file. */
export interface Plan {
  version: number;
  name: string;
  baseRevision: number;
  baseDigest: Digest;
  asOf: Timestamp;
  steps: {
    command: Command;
    changes: { changes: Change[] };
    /** What it removes, as it was in the plan. */
    removed?: Claim[];
    at?: Timestamp;
  }[];
  digest: Digest;
}

/** A claim that a rebase would put elsewhere. */
export interface Moved {
  step: number;
  claim: Id;
  label: string;
  before: Cidr[];
  now: Cidr[];
  because: Named[];
}

export interface Named {
  id: Id;
  kind: string;
  label: string;
  prefixes: Cidr[];
  holder: string | null;
  /** When its space becomes available by itself. */
  availableAt?: Timestamp;
}

/** Always `total = allocated + reserved + available`. */
export interface Usage {
  total: Count;
  allocated: Count;
  reserved: Count;
  available: Count;
  delegated: Count;
  /** Really in use, at any depth. */
  used: Count;
  allocatedBasisPoints: number;
  reservedBasisPoints: number;
  usedBasisPoints: number;
}

export interface Row {
  id: Id;
  space: Id;
  parent: Id | null;
  kind: string;
  name: string;
  prefixes: Cidr[];
  family: Family;
  holder: { id: Id; name: string; kind: string } | null;
  usage: Usage;
  utilization: "under" | "optimal" | "over" | null;
  /** Addresses that hosts can have, of a network or subnet. */
  usable: Count | null;
  compliance: Compliance | null;
  inUse: boolean;
  hasChildren: boolean;
  conflicts: number;
  observed: boolean;
  expiresAt: Timestamp | null;
  tags: Tags;
  description: string;
}

export interface Cursor {
  first: Cidr;
  id: Id;
}

export interface Diff {
  claims: { before: Row | null; now: Row | null }[];
  spaces: number;
  resources: number;
  acceptances: number;
}

/** Answers a change. */
export interface Committed {
  revision: number;
  digest: Digest;
  changed: boolean;
  claim: Row | null;
  /** Where there are several. */
  claims?: Row[];
  /** The space that was made or changed. */
  space?: Space;
  /** The resource that was recorded. */
  resource?: Resource;
  released: Id[];
  diff?: Diff;
}

/** Answers `apply`. */
export interface Applied {
  revision: number;
  digest: Digest;
  rebased: boolean;
  moved: Moved[];
}

/** Addresses are decimal strings; `last` is inclusive. */
export interface MapWindow {
  space?: Reference;
  family: Family;
  first: string;
  last: string;
  widthPx: number;
}
