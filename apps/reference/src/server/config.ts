/** How this node runs, from the environment. Nothing unsafe gets this far: `loadConfig` refuses it. */
export interface Config {
  readonly port: number;
  /** Loopback unless the origin is https. */
  readonly host: string;
  readonly dataDir: string;
  readonly databaseUrl: string;
  /** As a browser sends it, `http://localhost:4000`. Known once the port is. */
  readonly origin: string;
  /** The WebAuthn relying party: the origin's host name. */
  readonly rpId: string;
  readonly auditDir: string;
}
