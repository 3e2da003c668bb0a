/** The order book of one instrument, by price level. */
package ai.neo.featurestore.book;
