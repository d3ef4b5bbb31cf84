/** How likely, and how bad for the people concerned: each 1 (least) to 5 (most). */
export interface Scale {
  readonly likelihood: number;
  readonly severity: number;
}

/**
 * From this score (likelihood x severity) a risk is high. 15 of 25: the corner of the usual five-by-five matrix where a
 * possible event is catastrophic, or an almost certain one moderate. A trust with another matrix gives its own figure.
 */
export const HIGH_RISK_SCORE = 15;

/**
 * @returns likelihood times severity, 1 to 25.
 * @example
 * ```ts
 * riskScore({ likelihood: 3, severity: 5 }); // 15
 * ```
 */
export function riskScore({ likelihood, severity }: Scale): number {
  return likelihood * severity;
}
