/**
 * The words of trading: instruments, exact prices and quantities, market events, orders, fills.
 *
 * <p>Prices, quantities and money are {@code long} in units of 1e-8; a raw number carries the
 * suffix {@code E8}. Everything here is immutable and free of I/O.
 */
package ai.neo.tradingtypes;
