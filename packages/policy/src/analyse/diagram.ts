import { PolicyError } from '../errors.js';

/** Most nodes of one analysis: a hundred times what the default policy needs, some 100 MB. */
export const MAX_NODES = 300_000;
/** Most steps of one analysis: a few seconds. */
export const MAX_STEPS = 10_000_000;
/** How many results are kept, a power of two: a megabyte. */
const KEPT = 65_536;
/** Most different ends: how many combinations of duties one analysis tells apart. */
const ENDS = 4_096;

/** A node of a diagram. Those below 4,096 are ends: 0 is false, 1 is true, what others mean is up to the caller. */
export type Node = number;
/** The result when it is plain from the two nodes alone, else undefined. */
export type Operation = (a: Node, b: Node) => Node | undefined;
/** For some variables, which of their values (by index) are allowed; every other variable is free. */
export type Cube = ReadonlyMap<number, ReadonlySet<number>>;

export const NO: Node = 0;
export const YES: Node = 1;
export const isEnd = (node: Node): boolean => node < ENDS;

export const and: Operation = (a, b) =>
  a === NO || b === NO ? NO : a === YES ? b : b === YES || a === b ? a : undefined;
export const or: Operation = (a, b) =>
  a === YES || b === YES ? YES : a === NO ? b : b === NO || a === b ? a : undefined;
/** The first without the second. */
export const minus: Operation = (a, b) => (a === NO || b === YES || a === b ? NO : b === NO ? a : undefined);

/**
 * Ordered, reduced decision diagrams over variables of many values (Srinivasan et al., 1990; Bryant, 1986): equal
 * functions are the same node, so that comparing costs nothing.
 */
export class Diagram {
  readonly #variables: number[] = [];
  readonly #children: (readonly Node[])[] = [];
  /** The last node of each hash; each node knows the one before of the same hash. */
  readonly #heads = new Map<number, Node>();
  readonly #before: Node[] = [];
  readonly #ids = new Map<Operation, number>();
  /** The latest results, four numbers each: operation, both nodes, outcome. What is overwritten is worked out again. */
  readonly #done = new Int32Array(4 * KEPT);
  #steps = 0;

  /** Counts work, so that a document made to be costly is refused. */
  work(steps = 1): void {
    this.#steps += steps;
    if (this.#steps > MAX_STEPS || this.#children.length > MAX_NODES)
      throw new PolicyError('ANALYSIS_TOO_LARGE', '', 'the document takes too much to analyse');
  }

  /** The end of a number; `NO` and `YES` are 0 and 1. */
  end(value: number): Node {
    if (value >= ENDS) this.work(Number.POSITIVE_INFINITY);
    return value;
  }

  /** One child for each value of the variable; all variables in the children come later in the order. */
  node(variable: number, children: readonly Node[]): Node {
    let hash = variable;
    let isSame = true;
    for (const child of children) {
      hash = Math.imul(hash ^ child, 0x9e3779b1) ^ (hash >>> 15);
      isSame &&= child === children[0];
    }
    if (isSame) return children[0]!;
    const head = this.#heads.get(hash) ?? NO;
    for (let at = head; at !== NO; at = this.#before[at - ENDS]!)
      if (this.#variables[at - ENDS] === variable && equal(this.children(at), children)) return at;
    this.work();
    const made = ENDS + this.#children.length;
    this.#variables.push(variable);
    this.#children.push(children);
    this.#before.push(head);
    this.#heads.set(hash, made);
    return made;
  }

  /** Ends have no variable: they come after all. */
  variable(node: Node): number {
    return isEnd(node) ? Number.POSITIVE_INFINITY : this.#variables[node - ENDS]!;
  }

  children(node: Node): readonly Node[] {
    return this.#children[node - ENDS]!;
  }

  apply(operation: Operation, a: Node, b: Node): Node {
    let id = this.#ids.get(operation);
    if (id === undefined) {
      id = this.#ids.size + 1;
      this.#ids.set(operation, id);
    }
    return this.#apply(operation, id, a, b);
  }

  #apply(operation: Operation, id: number, a: Node, b: Node): Node {
    const plain = operation(a, b);
    if (plain !== undefined) return plain;
    const done = this.#done;
    const mixed = Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b) ^ id;
    const place = 4 * ((mixed ^ (mixed >>> 15)) & (KEPT - 1));
    if (done[place] === id && done[place + 1] === a && done[place + 2] === b) return done[place + 3]!;
    this.work();
    const [at, bt] = [this.variable(a), this.variable(b)];
    const top = Math.min(at, bt);
    const [as, bs] = [at === top ? this.children(a) : undefined, bt === top ? this.children(b) : undefined];
    const below: Node[] = [];
    const width = (as ?? bs)!.length;
    for (let i = 0; i < width; i += 1) below.push(this.#apply(operation, id, as ? as[i]! : a, bs ? bs[i]! : b));
    const node = this.node(top, below);
    done[place] = id;
    done[place + 1] = a;
    done[place + 2] = b;
    done[place + 3] = node;
    return node;
  }

  all(nodes: readonly Node[]): Node {
    return nodes.reduce((a, b) => this.apply(and, a, b), YES);
  }

  any(nodes: readonly Node[]): Node {
    return nodes.reduce((a, b) => this.apply(or, a, b), NO);
  }

  not(node: Node): Node {
    return this.apply(minus, YES, node);
  }

  /** True where the variable has one of the values. */
  literal(variable: number, width: number, values: { has(value: number): boolean }): Node {
    return this.node(
      variable,
      Array.from({ length: width }, (_, i) => (values.has(i) ? YES : NO)),
    );
  }

  /** Each end put through a function. */
  map(node: Node, end: (end: Node) => Node): Node {
    return this.apply((a) => (isEnd(a) ? end(a) : undefined), node, NO);
  }

  /** True wherever some values of the variables that are not kept make it true. */
  project(node: Node, kept: ReadonlySet<number>): Node {
    const done = new Map<Node, Node>();
    const go = (at: Node): Node => {
      if (isEnd(at)) return at;
      let out = done.get(at);
      if (out === undefined) {
        const below = this.children(at).map(go);
        out = kept.has(this.variable(at)) ? this.node(this.variable(at), below) : this.any(below);
        done.set(at, out);
      }
      return out;
    };
    return go(node);
  }

  /** One way to an end other than false within the cube: the values of the variables that matter. Null when there is none. */
  path(node: Node, cube: Cube = new Map()): Map<number, number> | null {
    const dead = new Set<Node>([NO]);
    const way = new Map<number, number>();
    const go = (at: Node): boolean => {
      if (dead.has(at)) return false;
      if (isEnd(at)) return true;
      this.work();
      const variable = this.variable(at);
      const allowed = cube.get(variable);
      for (const [i, child] of this.children(at).entries())
        if (allowed?.has(i) !== false && go(child)) {
          way.set(variable, i);
          return true;
        }
      dead.add(at);
      return false;
    };
    return go(node) ? way : null;
  }
}

function equal(a: readonly Node[], b: readonly Node[]): boolean {
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
