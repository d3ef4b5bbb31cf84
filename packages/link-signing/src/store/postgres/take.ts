import { OPENED_BEFORE, PROOF_SEEN } from './failure.js';
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
  proof bytea, proof_until bigint
) RETURNS TABLE (outcome text, use int, max_uses int) LANGUAGE plpgsql ${SETTINGS} AS $$
#variable_conflict use_column
DECLARE
  leaf bytea := chain[1];
  alive boolean := answer IS NOT NULL;
  n int;
  m int;
  entry record;
  reason text;
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
    ${count} WHERE c.id = leaf AND ${live} RETURNING c.used, c.max_uses INTO n, m;
    IF FOUND THEN
      INSERT INTO ${schema}.openings (link, key, use, taken_at, sealed) VALUES (leaf, opening, n, moment, answer)
      ON CONFLICT DO NOTHING;
      IF NOT FOUND THEN
        RAISE EXCEPTION 'opened before' USING ERRCODE = '${OPENED_BEFORE}';
      END IF;
      IF proof IS NOT NULL THEN
        INSERT INTO ${schema}.proofs VALUES (proof, proof_until) ON CONFLICT DO NOTHING;
        IF NOT FOUND THEN
          RAISE EXCEPTION 'proof seen' USING ERRCODE = '${PROOF_SEEN}';
        END IF;
      END IF;
      RETURN QUERY SELECT 'taken', n, m;
      RETURN;
    END IF;
  END IF;
  SELECT o.use, o.taken_at, o.cancelled INTO entry FROM ${schema}.openings o WHERE o.link = leaf AND o.key = opening;
  -- The first link that is dead, from the leaf up. None of these reasons ever passes.
  SELECT r.reason INTO reason FROM (
    SELECT w.n, CASE
      WHEN c.id IS NULL THEN 'unknown'
      WHEN c.revoked_at IS NOT NULL THEN 'revoked'
      WHEN c.expires <= moment THEN 'expired'
      WHEN c.failures >= failure_limit THEN 'locked'
      WHEN c.used >= c.max_uses THEN 'exhausted' END AS reason
    FROM unnest(chain) WITH ORDINALITY AS w (id, n) LEFT JOIN ${schema}.counts c ON c.id = w.id
  ) r WHERE r.reason IS NOT NULL ORDER BY r.n LIMIT 1;
  IF entry.use IS NULL THEN
    RETURN QUERY SELECT coalesce(reason, 'stale'), NULL::int, NULL::int;
  ELSIF reason IS NOT NULL AND reason <> 'exhausted' THEN
    RETURN QUERY SELECT reason, NULL::int, NULL::int;
  ELSIF entry.cancelled OR entry.taken_at + answer_window <= moment THEN
    RETURN QUERY SELECT 'stale', NULL::int, NULL::int;
  ELSE
    RETURN QUERY SELECT 'repeated', entry.use, c.max_uses FROM ${schema}.counts c WHERE c.id = leaf;
  END IF;
END $$;

-- A revocation changes the row of the opening as well: whoever comes second sees what the first one did.
CREATE FUNCTION ${schema}.release(wait int, of_link bytea, opening bytea, moment bigint, answer_window int)
RETURNS TABLE (outcome text, sealed bytea) LANGUAGE plpgsql ${SETTINGS} AS $$
#variable_conflict use_column
DECLARE
  answer bytea;
BEGIN ${START}
  UPDATE ${schema}.openings o SET released_at = coalesce(o.released_at, moment)
  WHERE o.link = of_link AND o.key = opening AND NOT o.cancelled AND o.sealed IS NOT NULL
    AND o.taken_at + answer_window > moment
    AND EXISTS (SELECT FROM ${schema}.counts c WHERE c.id = of_link AND c.revoked_at IS NULL AND c.expires > moment)
  RETURNING o.sealed INTO answer;
  IF FOUND THEN
    RETURN QUERY SELECT 'released', answer;
    RETURN;
  END IF;
  RETURN QUERY SELECT coalesce((
    SELECT CASE
      WHEN c.revoked_at IS NOT NULL THEN 'revoked'
      WHEN c.expires <= moment THEN 'expired'
      ELSE 'stale' END
    FROM ${schema}.counts c JOIN ${schema}.openings o ON o.link = c.id WHERE c.id = of_link AND o.key = opening
  ), 'unknown'), NULL::bytea;
END $$;
`;
}
