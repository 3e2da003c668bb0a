/**
 * May this order go out, and if not, why: a function of the order, the account, the limits and the
 * time. No I/O, no clock, no logger; {@link ai.neo.riskrules.OrderRate} is the one thing that
 * remembers.
 */
package ai.neo.riskrules;
