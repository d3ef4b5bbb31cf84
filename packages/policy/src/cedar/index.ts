export { type CedarEntity, type CedarRequest, type CedarValue, cedarRequests } from './cedar-requests.js';
export { type CedarExport, toCedar } from './to-cedar.js';
