/**
 * Incremental indicators with TA-Lib's definitions. Each takes one number or bar per update,
 * allocates nothing, and is NaN until it is ready.
 */
package ai.neo.featurestore.indicator;
