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
  | { search: { q: string; space?: Reference; limit?: number } }
  | { conflicts: { space?: Reference; skip?: number; limit?: number } }
  | { preview: { command: Command } }
  | { simulate: { name: string; commands: Command[] } }
  | { previewImport: ImportRequest }
  | { export: { format: string } }
  | { createPool: PoolRequest }
  | { allocate: AllocationRequest }
  | { edit: EditRequest }
  | { release: { claim: Reference } }
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
  strategy?: Strategy;
  policy?: Policy;
  tags?: Tags;
  description?: string;
}

export interface AllocationRequest {
  id?: Id;
  pool: Reference;
  kind?: "network" | "subnet" | "static" | "external" | "reservation";
  prefixLength?: number;
  addresses?: Count;
  cidr?: Cidr;
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
  kind?: "fabric" | "provider" | "customer";
  description?: string;
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
}

export type ClaimKind =
  | { pool: Policy }
  | { network: { holder: Id | null } }
  | "subnet"
  | "static"
  | "external"
  | { reservation: { expiresAt: Timestamp | null } };

export interface Claim {
  id: Id;
  space: Id;
  parent: Id | null;
  kind: ClaimKind;
  name: string | null;
  prefixes: Cidr[];
  observed: boolean;
  tags: Tags;
  description: string;
  request: string;
}

export type Place = { top: Id } | { in: Id } | { innermost: Id };
export type Wanted = { prefixes: Cidr[] } | { prefixLength: number } | { addresses: Count } | "defaultLength";

export type Command =
  | { createSpace: { space: Space } }
  | { removeSpace: { id: Id } }
  | { putResource: { resource: Resource } }
  | { removeResource: { id: Id } }
  | { createPool: { id: Id; place: Place; name: string; wanted: Wanted; strategy?: Strategy | null; policy?: Policy; tags?: Tags; description?: string } }
  | { allocate: { id: Id; place: Place; kind: ClaimKind; wanted: Wanted; strategy?: Strategy | null; name?: string | null; tags?: Tags; description?: string } }
  | { adopt: { id: Id; place: Place; kind: ClaimKind; prefixes: Cidr[]; name?: string | null; tags?: Tags; description?: string; absorb?: boolean } }
  | { edit: { id: Id; name?: string | null; description?: string | null; tags?: Tags | null; prefixes?: Cidr[] | null; place?: Place | null; policy?: Policy | null; holder?: Id | null } }
  | { release: { id: Id; holder?: Id | null } }
  | { expireDue: {} }
  | { batch: { commands: Command[] } }
  | { restore: { claim: Claim } };

export type Change =
  | { spacePut: Space }
  | { spaceRemoved: Id }
  | { resourcePut: Resource }
  | { resourceRemoved: Id }
  | { claimPut: Claim }
  | { claimRemoved: Id };

/** Commands with what they change on a stated base: the plan file. */
export interface Plan {
  version: number;
  name: string;
  baseRevision: number;
  baseDigest: Digest;
  asOf: Timestamp;
  steps: { command: Command; changes: { changes: Change[] } }[];
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
}

/** Always `total = allocated + reserved + available`. */
export interface Usage {
  total: Count;
  allocated: Count;
  reserved: Count;
  available: Count;
  delegated: Count;
  allocatedBasisPoints: number;
  reservedBasisPoints: number;
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
}

/** Answers a change. */
export interface Committed {
  revision: number;
  digest: Digest;
  changed: boolean;
  claim: Row | null;
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
