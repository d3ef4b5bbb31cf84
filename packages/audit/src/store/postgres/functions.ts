import { DURABLE } from './durable.js';

/**
 * What writes. The application's role needs no privilege on the tables but SELECT: these functions run as their owner
 * and do nothing but append. Each statement inside them sees what was committed while the one before it waited for a
 * lock (READ COMMITTED, "volatile").
 */
export function functions(schema: string): string {
  const settings = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp';
  return `
CREATE FUNCTION ${schema}.durable(wait int) RETURNS void LANGUAGE plpgsql AS $$
BEGIN ${DURABLE}
  PERFORM set_config('lock_timeout', wait::text, true);
END $$;

CREATE FUNCTION ${schema}.open_log(named text, key text, wait int) RETURNS TABLE (log int, size bigint)
LANGUAGE plpgsql ${settings} AS $$
#variable_conflict use_column
BEGIN
  PERFORM ${schema}.durable(wait);
  INSERT INTO ${schema}.logs (origin, log_key) VALUES (named, key) ON CONFLICT (origin) DO NOTHING;
  INSERT INTO ${schema}.heads SELECT l.log, 0 FROM ${schema}.logs l WHERE l.origin = named ON CONFLICT DO NOTHING;
  INSERT INTO ${schema}.signers SELECT l.log, 0, 0, NULL FROM ${schema}.logs l WHERE l.origin = named
    ON CONFLICT DO NOTHING;
  RETURN QUERY SELECT l.log, h.size FROM ${schema}.logs l JOIN ${schema}.heads h USING (log) WHERE l.origin = named;
END $$;

-- Appends what is new behind the last entry. The row of the head is what makes one appender wait for the other.
CREATE FUNCTION ${schema}.append(
  of_log int, wait int, ids uuid[], leaves bytea[], subjects bytea[], actors bytea[], recorded bigint[],
  types smallint[], subject_handles bytea[], actor_handles bytea[], object_handles bytea[]
) RETURNS TABLE (index bigint, added boolean) LANGUAGE plpgsql ${settings}
  -- A plan made while the table was small must not read the whole table later.
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
#variable_conflict use_column
DECLARE
  first bigint;
BEGIN
  PERFORM ${schema}.durable(wait);
  SELECT h.size INTO STRICT first FROM ${schema}.heads h WHERE h.log = of_log FOR UPDATE;
  RETURN QUERY
  WITH given AS (
    SELECT g.*, (SELECT e.index FROM ${schema}.entries e WHERE e.log = of_log AND e.id = g.id) AS known
    FROM unnest(ids, leaves, subjects, actors, recorded, types, subject_handles, actor_handles, object_handles)
      WITH ORDINALITY AS g (id, leaf, subject, actor, recorded_at, type, subject_handle, actor_handle, object_handle, n)
  ), fresh AS (
    SELECT f.n, f.id, first + row_number() OVER (ORDER BY f.n) - 1 AS index
    FROM (SELECT DISTINCT ON (g.id) g.n, g.id FROM given g WHERE g.known IS NULL ORDER BY g.id, g.n) f
  ), written AS (
    INSERT INTO ${schema}.entries
    SELECT of_log, f.index, g.id, g.recorded_at, g.type, g.leaf, g.subject, g.actor, g.subject_handle,
      g.actor_handle, g.object_handle
    FROM fresh f JOIN given g USING (n) ORDER BY f.index
    RETURNING 1
  ), moved AS (
    UPDATE ${schema}.heads h SET size = first + (SELECT count(*) FROM written) WHERE h.log = of_log
  )
  SELECT coalesce(g.known, f.index), g.known IS NULL AND f.n = g.n
  FROM given g LEFT JOIN fresh f ON f.id = g.id ORDER BY g.n;
END $$;

-- The lease: the signer's row, locked until the transaction ends. A holder that falls silent loses its transaction.
CREATE FUNCTION ${schema}.lease(of_log int, wait int, silence int)
RETURNS TABLE (epoch bigint, covered bigint, checkpoint bytea, size bigint) LANGUAGE plpgsql ${settings} AS $$
#variable_conflict use_column
DECLARE
  held ${schema}.signers;
BEGIN
  PERFORM ${schema}.durable(wait);
  PERFORM set_config('idle_in_transaction_session_timeout', silence::text, true);
  SELECT s.* INTO STRICT held FROM ${schema}.signers s WHERE s.log = of_log FOR UPDATE;
  -- A statement of its own: it sees every entry that the checkpoint just read may cover.
  RETURN QUERY SELECT held.epoch, held.size, held.checkpoint, h.size FROM ${schema}.heads h WHERE h.log = of_log;
END $$;

-- Tiles and checkpoint, by the holder of the lease and on what the lease was given for.
CREATE FUNCTION ${schema}.publish(
  of_log int, of_epoch bigint, covered bigint, next bigint, signed bytea, levels smallint[], indices bigint[],
  hashes bytea[]
) RETURNS void LANGUAGE plpgsql ${settings} AS $$
#variable_conflict use_column
DECLARE
  written bigint;
BEGIN
  UPDATE ${schema}.signers s SET epoch = s.epoch + 1, size = next, checkpoint = signed
  WHERE s.log = of_log AND s.epoch = of_epoch AND s.size = covered;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'fenced' USING ERRCODE = 'WS002';
  END IF;
  IF next < covered OR next > (SELECT h.size FROM ${schema}.heads h WHERE h.log = of_log) THEN
    RAISE EXCEPTION 'checkpoint of another size' USING ERRCODE = 'WS003';
  END IF;
  -- A tile grows; what it holds stays.
  INSERT INTO ${schema}.tiles AS t SELECT of_log, g.* FROM unnest(levels, indices, hashes) g
  ON CONFLICT (log, level, index) DO UPDATE
    SET hashes = CASE WHEN length(t.hashes) < length(excluded.hashes) THEN excluded.hashes ELSE t.hashes END
    WHERE substr(t.hashes, 1, length(excluded.hashes)) = substr(excluded.hashes, 1, length(t.hashes));
  GET DIAGNOSTICS written = ROW_COUNT;
  IF written <> cardinality(levels) THEN
    RAISE EXCEPTION 'another tile' USING ERRCODE = 'WS003';
  END IF;
END $$;

-- For whoever has more privileges than the application: a slip does no harm. The tree, not this, is the proof.
CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'append only' USING ERRCODE = 'WS004';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON ${schema}.entries
  FOR EACH ROW EXECUTE FUNCTION ${schema}.refuse();
CREATE TRIGGER never_emptied BEFORE TRUNCATE ON ${schema}.entries
  FOR EACH STATEMENT EXECUTE FUNCTION ${schema}.refuse();

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA ${schema} FROM PUBLIC;
`;
}
