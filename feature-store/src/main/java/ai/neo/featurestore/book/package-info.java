/** The order book. */
package ai.neo.featurestore.book;
