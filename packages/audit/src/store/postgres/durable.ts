/**
 * Statements at the start of a function that writes: they raise unless what is committed survives a power cut, and ask
 * for this transaction what a session may ask. Checked on every write, because an administrator can change the server's
 * settings while it runs.
 */
export const DURABLE = `
  IF current_setting('fsync') <> 'on' OR current_setting('full_page_writes') <> 'on' THEN
    RAISE EXCEPTION 'not durable' USING ERRCODE = 'WS001';
  END IF;
  IF current_setting('synchronous_commit') NOT IN ('on', 'remote_apply') THEN
    PERFORM set_config('synchronous_commit', 'on', true);
  END IF;`;
