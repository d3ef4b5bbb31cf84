import { MAX_ANCESTORS } from '../../store.js';
import { SETTINGS, START } from './settings.js';
import { opening } from './take.js';

/** Most dead links that one sweep of the database tells of at once; more are told of in the next. */
export const SWEEP_BATCH = 1000;

/** What reads and writes: one function a method of the store, so that each is one statement and one round trip. */
export function functions(schema: string): string {
  return `
CREATE FUNCTION ${schema}.prepare(wait int, of_cti bytea, share bytea, until bigint) RETURNS boolean
LANGUAGE plpgsql ${SETTINGS} AS $$
BEGIN ${START}
  IF EXISTS (SELECT FROM ${schema}.links l WHERE l.cti = of_cti) THEN
    RETURN false;
  END IF;
  INSERT INTO ${schema}.prepared VALUES (of_cti, share, until) ON CONFLICT DO NOTHING;
  RETURN FOUND;
END $$;

CREATE FUNCTION ${schema}.put(
  wait int, of_id bytea, of_cti bytea, signed bytea, of_object bytea, of_recipient bytea, by_user bytea, of_parent bytea,
  until bigint, uses int, passcode bytea, with_share boolean, moment bigint
) RETURNS text LANGUAGE plpgsql ${SETTINGS} AS $$
DECLARE
  share bytea;
  level int := 0;
BEGIN ${START}
  IF EXISTS (SELECT FROM ${schema}.links l WHERE l.id = of_id OR l.cti = of_cti) THEN
    RETURN 'duplicate';
  END IF;
  IF of_parent IS NOT NULL THEN
    -- Changed, not only locked: whatever the isolation, a revocation of the parent comes wholly before or after.
    UPDATE ${schema}.counts c SET used = c.used WHERE c.id = of_parent AND c.revoked_at IS NULL
    RETURNING c.depth + 1 INTO level;
    IF NOT FOUND THEN
      RETURN 'orphan';
    END IF;
  END IF;
  IF with_share THEN
    DELETE FROM ${schema}.prepared p WHERE p.cti = of_cti AND p.expires > moment RETURNING p.sealed_share INTO share;
    IF NOT FOUND THEN
      -- Unless another put has it by now.
      RETURN CASE WHEN EXISTS (SELECT FROM ${schema}.links l WHERE l.cti = of_cti)
        THEN 'duplicate' ELSE 'unprepared' END;
    END IF;
  ELSE
    DELETE FROM ${schema}.prepared p WHERE p.cti = of_cti AND p.expires <= moment;
    IF EXISTS (SELECT FROM ${schema}.prepared p WHERE p.cti = of_cti) THEN
      RETURN 'duplicate';
    END IF;
  END IF;
  INSERT INTO ${schema}.links VALUES (of_id, of_cti, signed, of_object, of_recipient, by_user, of_parent, passcode)
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    -- Somebody was faster: look again.
    RAISE EXCEPTION 'stored meanwhile' USING ERRCODE = '40001';
  END IF;
  INSERT INTO ${schema}.counts (id, depth, expires, max_uses, sealed_share)
  VALUES (of_id, level, until, uses, share);
  RETURN 'stored';
END $$;

-- The link, its parent and so on up to the root, in one statement and so as of one moment.
CREATE FUNCTION ${schema}.read(of_id bytea, opening bytea) RETURNS TABLE (
  id bytea, cti bytea, signed_grant bytea, object bytea, recipient bytea, issuer_user bytea, parent bytea, passcode bytea,
  expires bigint, max_uses int, used int, failures int, revoked_at bigint, sealed_share bytea, taken boolean
) LANGUAGE plpgsql STABLE ${SETTINGS} AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  WITH RECURSIVE chain AS (
    SELECT l.*, 0 AS n FROM ${schema}.links l WHERE l.id = of_id
    UNION ALL SELECT p.*, c.n + 1 FROM chain c JOIN ${schema}.links p ON p.id = c.parent
      WHERE c.n < ${MAX_ANCESTORS}
  )
  SELECT l.id, l.cti, l.signed_grant, l.object, l.recipient, l.issuer_user, l.parent, l.passcode, c.expires, c.max_uses,
    c.used, c.failures, c.revoked_at, c.sealed_share,
    EXISTS (SELECT FROM ${schema}.openings o WHERE o.link = of_id AND o.key = opening)
  FROM chain l JOIN ${schema}.counts c ON c.id = l.id ORDER BY l.n;
END $$;

CREATE FUNCTION ${schema}.attempt(wait int, of_id bytea, failure_limit int) RETURNS boolean
LANGUAGE plpgsql ${SETTINGS} AS $$
BEGIN ${START}
  UPDATE ${schema}.counts c SET reserved = c.reserved + 1
  WHERE c.id = of_id AND c.failures + c.reserved < failure_limit;
  RETURN FOUND;
END $$;

CREATE FUNCTION ${schema}.judge(wait int, of_id bytea, wrong boolean) RETURNS int LANGUAGE plpgsql ${SETTINGS} AS $$
DECLARE
  n int;
BEGIN ${START}
  UPDATE ${schema}.counts c SET reserved = c.reserved - 1, failures = c.failures + wrong::int
  WHERE c.id = of_id AND c.reserved > 0 RETURNING c.failures INTO n;
  IF NOT FOUND THEN
    SELECT c.failures INTO n FROM ${schema}.counts c WHERE c.id = of_id;
  END IF;
  RETURN coalesce(n, 0);
END $$;

-- Level by level: a parent's row is locked before its children are looked for, so that none is stored meanwhile, and
-- each link's row before its openings, so that none is taken meanwhile. From the root down, as a take does.
CREATE FUNCTION ${schema}.revoke(wait int, by_column text, value bytea, moment bigint)
RETURNS TABLE (id bytea, cti bytea) LANGUAGE plpgsql ${SETTINGS} AS $$
#variable_conflict use_column
DECLARE
  level bytea[];
  found bytea[] := '{}';
BEGIN ${START}
  level := CASE by_column
    WHEN 'id' THEN ARRAY(SELECT l.id FROM ${schema}.links l WHERE l.id = value)
    WHEN 'object' THEN ARRAY(SELECT l.id FROM ${schema}.links l WHERE l.object = value)
    WHEN 'recipient' THEN ARRAY(SELECT l.id FROM ${schema}.links l WHERE l.recipient = value)
    WHEN 'issuerUser' THEN ARRAY(SELECT l.id FROM ${schema}.links l WHERE l.issuer_user = value)
  END;
  WHILE cardinality(level) > 0 LOOP
    PERFORM FROM ${schema}.counts c WHERE c.id = ANY (level) ORDER BY c.depth, c.id FOR UPDATE;
    UPDATE ${schema}.counts c SET revoked_at = coalesce(c.revoked_at, moment), sealed_share = NULL
    WHERE c.id = ANY (level);
    found := found || level;
    level := ARRAY(SELECT l.id FROM ${schema}.links l WHERE l.parent = ANY (level) AND l.id <> ALL (found));
  END LOOP;
  UPDATE ${schema}.openings o SET cancelled = o.cancelled OR o.released_at IS NULL, sealed = NULL
  WHERE o.link = ANY (found) AND (o.sealed IS NOT NULL OR (o.released_at IS NULL AND NOT o.cancelled));
  RETURN QUERY SELECT l.id, l.cti FROM ${schema}.links l WHERE l.id = ANY (found);
END $$;

CREATE FUNCTION ${schema}.sweep(wait int, moment bigint, answer_window int) RETURNS TABLE (id bytea, cti bytea)
LANGUAGE plpgsql ${SETTINGS} AS $$
#variable_conflict use_column
BEGIN ${START}
  UPDATE ${schema}.openings o SET sealed = NULL WHERE o.sealed IS NOT NULL AND o.taken_at <= moment - answer_window;
  DELETE FROM ${schema}.prepared p WHERE p.expires <= moment;
  DELETE FROM ${schema}.proofs p WHERE p.until <= moment;
  RETURN QUERY SELECT l.id, l.cti FROM ${schema}.counts c JOIN ${schema}.links l ON l.id = c.id
  WHERE NOT c.swept AND (c.used >= c.max_uses OR c.revoked_at IS NOT NULL OR c.expires <= moment)
  LIMIT ${SWEEP_BATCH};
END $$;

CREATE FUNCTION ${schema}.swept(wait int, ids bytea[]) RETURNS void LANGUAGE plpgsql ${SETTINGS} AS $$
BEGIN ${START}
  UPDATE ${schema}.counts c SET swept = true, sealed_share = NULL WHERE c.id = ANY (ids);
END $$;
${opening(schema)}
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC;
`;
}
