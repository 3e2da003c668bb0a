/**
 * May this order go out, and if not, why: a pure function of the order, the account, the limits and
 * the time. No I/O, no clock, no logger.
 */
package ai.neo.riskrules;
