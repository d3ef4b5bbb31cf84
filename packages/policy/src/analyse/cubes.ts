import { type Cube, type Diagram, isEnd, minus, NO, type Node, YES } from './diagram.js';

/** Every way to an end other than false, ways through the same next node taken together. */
export function* cubesOf(diagram: Diagram, node: Node, above: Cube = new Map()): Generator<Cube> {
  if (node === NO) return;
  if (isEnd(node)) {
    yield above;
    return;
  }
  const variable = diagram.variable(node);
  const ways = new Map<Node, Set<number>>();
  diagram.children(node).forEach((child, i) => {
    ways.set(child, (ways.get(child) ?? new Set()).add(i));
  });
  for (const [child, values] of ways) yield* cubesOf(diagram, child, new Map([...above, [variable, values]]));
}

/**
 * The region as a few cubes, each as wide as it can be among what is `cared` about: where nothing is cared about, a cube
 * may reach beyond the region, so that it says what matters and no more.
 *
 * @param width - how many values a variable has.
 * @returns at most `most` cubes, with a path into the region for each; `more` when they do not cover it.
 */
export function coverOf(
  diagram: Diagram,
  region: Node,
  cared: Node,
  width: (variable: number) => number,
  most: number,
): { cubes: { cube: Cube; path: Map<number, number> }[]; more: boolean } {
  const outside = diagram.apply(minus, cared, region);
  const cubes: { cube: Cube; path: Map<number, number> }[] = [];
  let left = region;
  for (let path = diagram.path(left); path !== null && cubes.length < most; path = diagram.path(left)) {
    const cube = new Map<number, ReadonlySet<number>>(
      [...path].map(([variable, value]) => [variable, new Set([value])]),
    );
    for (const variable of [...path.keys()]) widen(diagram, { outside, cared }, cube, variable, width(variable));
    cubes.push({ cube, path });
    left = diagram.apply(minus, left, asNode(diagram, cube, width));
  }
  return { cubes, more: left !== NO };
}

/** Lets go of a variable, or of as many of its values as the cube can take. */
function widen(
  diagram: Diagram,
  { outside, cared }: { readonly outside: Node; readonly cared: Node },
  cube: Map<number, ReadonlySet<number>>,
  variable: number,
  width: number,
): void {
  const value = cube.get(variable)!;
  cube.delete(variable);
  if (diagram.path(outside, cube) === null) return;
  let allowed = value;
  for (let i = 0; i < width; i += 1) {
    // A value that never occurs where anything is cared about is not worth a word.
    if (allowed.has(i) || diagram.path(cared, new Map([...cube, [variable, new Set([i])]])) === null) continue;
    const wider = new Set([...allowed, i]);
    cube.set(variable, wider);
    if (diagram.path(outside, cube) === null) allowed = wider;
  }
  cube.set(variable, allowed);
}

function asNode(diagram: Diagram, cube: Cube, width: (variable: number) => number): Node {
  return [...cube]
    .sort(([a], [b]) => b - a)
    .reduce<Node>(
      (below, [variable, values]) =>
        diagram.node(
          variable,
          Array.from({ length: width(variable) }, (_, i) => (values.has(i) ? below : NO)),
        ),
      YES,
    );
}
