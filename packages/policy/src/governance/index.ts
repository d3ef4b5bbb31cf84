export type { GovernanceEvent } from './event.js';
export type { Approval, Guardian, Register, RegisteredVersion, VersionRef, VersionStatus } from './register.js';
export type { ChangeSummary, TextChange, ToldChange } from './summarise-change.js';
