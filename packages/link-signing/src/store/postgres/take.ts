import { PROOF_SEEN } from './failure.js';
import { SETTINGS, START } from './settings.js';

/**
 * `take` and `release`. Counting is one conditional update of the link's row, which checks revoked, expired, locked and
 * used up on the row's newest version under its lock. Of a chain all rows are locked first, the root first as `revoke`
 * does, so that two never wait for each other.
 */
export function opening(schema: string): string {
  const live = `c.revoked_at IS NULL AND c.expires > moment AND c.failures < failure_limit AND c.used < c.max_uses`;
  const count = `UPDATE ${schema}.counts c SET used = c.used + 1,
      sealed_share = CASE WHEN c.used + 1 < c.max_uses THEN c.sealed_share END`;
  return `
CREATE FUNCTION ${schema}.take(
  wait int, chain bytea[], opening bytea, answer bytea, moment bigint, answer_window int, failure_limit int,
  proof bytea, proof_until bigint, OUT outcome text, OUT use int, OUT uses int
) LANGUAGE plpgsql ${SETTINGS} AS $$
#variable_conflict use_column
DECLARE
  leaf bytea := chain[1];
  alive boolean := answer IS NOT NULL;
  entry record;
BEGIN ${START}
  IF alive AND cardinality(chain) > 1 THEN
    SELECT count(*) = cardinality(chain) INTO alive FROM (
      SELECT FROM unnest(chain) WITH ORDINALITY AS w (id, n) JOIN ${schema}.counts c ON c.id = w.id
      WHERE ${live} ORDER BY w.n DESC FOR UPDATE OF c
    ) held;
    IF alive THEN
      ${count} WHERE c.id = ANY (chain[2:]);
    END IF;
  END IF;
  IF alive THEN
    ${count} WHERE c.id = leaf AND ${live} RETURNING c.used, c.max_uses INTO use, uses;
    IF FOUND THEN
      -- A second row of one opening is a unique violation: all is rolled back, and the first one is looked for.
      INSERT INTO ${schema}.openings (link, key, use, taken_at, sealed) VALUES (leaf, opening, take.use, moment, answer);
      IF proof IS NOT NULL THEN
        INSERT INTO ${schema}.proofs VALUES (proof, proof_until) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'proof seen' USING ERRCODE = '${PROOF_SEEN}';
        END IF;
      END IF;
      outcome := 'taken';
      RETURN;
    END IF;
  END IF;
  SELECT o.use, o.taken_at, o.cancelled, c.max_uses INTO entry
  FROM ${schema}.openings o JOIN ${schema}.counts c ON c.id = o.link WHERE o.link = leaf AND o.key = opening;
  -- The first link that is dead, from the leaf up. None of these reasons ever passes.
  SELECT r.reason INTO outcome FROM (
    SELECT w.n, CASE
      WHEN c.id IS NULL THEN 'unknown'
      WHEN c.revoked_at IS NOT NULL THEN 'revoked'
      WHEN c.expires <= moment THEN 'expired'
      WHEN c.failures >= failure_limit THEN 'locked'
      WHEN c.used >= c.max_uses THEN 'exhausted' END AS reason
    FROM unnest(chain) WITH ORDINALITY AS w (id, n) LEFT JOIN ${schema}.counts c ON c.id = w.id
  ) r WHERE r.reason IS NOT NULL ORDER BY r.n LIMIT 1;
  IF entry.use IS NULL THEN
    outcome := coalesce(outcome, 'stale');
  ELSIF outcome IS NULL OR outcome = 'exhausted' THEN
    IF entry.cancelled OR entry.taken_at + answer_window <= moment THEN
      outcome := 'stale';
    ELSE
      outcome := 'repeated';
      use := entry.use;
      uses := entry.max_uses;
    END IF;
  END IF;
END $$;

-- A revocation changes the row of the opening as well: whoever comes second sees what the first one did.
CREATE FUNCTION ${schema}.release(
  wait int, of_link bytea, opening bytea, moment bigint, answer_window int, OUT outcome text, OUT sealed bytea
) LANGUAGE plpgsql ${SETTINGS} AS $$
#variable_conflict use_column
BEGIN ${START}
  UPDATE ${schema}.openings o SET released_at = coalesce(o.released_at, moment)
  WHERE o.link = of_link AND o.key = opening AND NOT o.cancelled AND o.sealed IS NOT NULL
    AND o.taken_at + answer_window > moment
    AND EXISTS (SELECT FROM ${schema}.counts c WHERE c.id = of_link AND c.revoked_at IS NULL AND c.expires > moment)
  RETURNING 'released', o.sealed INTO outcome, sealed;
  IF FOUND THEN
    RETURN;
  END IF;
  SELECT CASE
    WHEN c.revoked_at IS NOT NULL THEN 'revoked'
    WHEN c.expires <= moment THEN 'expired'
    ELSE 'stale' END INTO outcome
  FROM ${schema}.counts c JOIN ${schema}.openings o ON o.link = c.id WHERE c.id = of_link AND o.key = opening;
  outcome := coalesce(outcome, 'unknown');
END $$;
`;
}
