/**
 * Technical indicators, updated one value at a time, by TA-Lib's definitions.
 *
 * <p>Every indicator allocates only when it is made. It answers {@code NaN} until it is ready, and
 * an input that is not finite (or not positive, where a logarithm is taken) is refused: {@code
 * update} returns {@code false} and nothing changes. None is safe for use by several threads.
 *
 * <p>Two things differ from {@code com.tictactec:ta-lib:0.4.0} on purpose: sums over a window do
 * not drift and do not cancel, and "zero" means exactly zero, so that an asset at 0.00001 gets the
 * same answer as one at 100 000 with the same returns.
 */
package ai.neo.featurestore.indicator;
