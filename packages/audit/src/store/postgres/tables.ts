/** Version of tables and functions together. A store of another version is refused. */
export const SCHEMA_VERSION = 1;

/**
 * The tables (docs/spec/postgres-store.md). Bundles are not stored: they are the leaves of `entries`, so that nothing
 * is there twice. A tile of hashes is one row that only grows.
 */
export function tables(schema: string): string {
  return `
CREATE TABLE ${schema}.meta (version int NOT NULL, alone boolean PRIMARY KEY DEFAULT true CHECK (alone));
INSERT INTO ${schema}.meta VALUES (${SCHEMA_VERSION});

CREATE TABLE ${schema}.logs (
  log int GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  origin text NOT NULL UNIQUE,
  log_key text NOT NULL
);

CREATE TABLE ${schema}.heads (log int PRIMARY KEY, size bigint NOT NULL) WITH (fillfactor = 10);

CREATE TABLE ${schema}.signers (
  log int PRIMARY KEY,
  epoch bigint NOT NULL,
  size bigint NOT NULL,
  checkpoint bytea
) WITH (fillfactor = 10);

CREATE TABLE ${schema}.entries (
  log int NOT NULL,
  index bigint NOT NULL,
  id uuid NOT NULL,
  recorded_at bigint NOT NULL,
  type smallint NOT NULL,
  leaf bytea NOT NULL,
  subject bytea NOT NULL,
  actor bytea NOT NULL,
  subject_handle bytea,
  actor_handle bytea NOT NULL,
  object_handle bytea,
  PRIMARY KEY (log, index),
  UNIQUE (log, id)
);
-- Sealed bytes do not get smaller.
ALTER TABLE ${schema}.entries ALTER subject SET STORAGE EXTERNAL, ALTER actor SET STORAGE EXTERNAL;
CREATE INDEX ON ${schema}.entries (log, subject_handle, index) WHERE subject_handle IS NOT NULL;
CREATE INDEX ON ${schema}.entries (log, actor_handle, index);
CREATE INDEX ON ${schema}.entries (log, object_handle, index) WHERE object_handle IS NOT NULL;
CREATE INDEX ON ${schema}.entries (log, type, index);
CREATE INDEX ON ${schema}.entries USING brin (recorded_at);

CREATE TABLE ${schema}.tiles (
  log int NOT NULL,
  level smallint NOT NULL,
  index bigint NOT NULL,
  hashes bytea NOT NULL,
  PRIMARY KEY (log, level, index)
);
ALTER TABLE ${schema}.tiles ALTER hashes SET STORAGE EXTERNAL;
`;
}
