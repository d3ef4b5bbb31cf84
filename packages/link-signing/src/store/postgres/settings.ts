/**
 * Statements at the start of a function that writes: they raise unless what is committed survives a power cut, because a
 * use that is forgotten could be had twice, and ask for this transaction what a session may ask. Checked on every write,
 * because an administrator can change the server's settings while it runs. `wait`: milliseconds.
 */
export const START = `
  IF current_setting('fsync') <> 'on' OR current_setting('full_page_writes') <> 'on' THEN
    RAISE EXCEPTION 'not durable' USING ERRCODE = 'WS001';
  END IF;
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;
  PERFORM set_config('lock_timeout', wait::text, true);`;

/**
 * Functions run as their owner, so that the application's role needs no privilege on any table and can neither set a
 * count back nor raise a limit. A plan made while a table was small must not read the whole table later.
 */
export const SETTINGS = 'SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET enable_seqscan = off';
