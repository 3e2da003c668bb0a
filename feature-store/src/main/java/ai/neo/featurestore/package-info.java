/** Market events in, feature vectors out: the same code live and historical. */
package ai.neo.featurestore;
