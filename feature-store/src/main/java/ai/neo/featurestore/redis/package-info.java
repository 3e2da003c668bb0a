/** The online feature store in Redis, by Redisson. */
package ai.neo.featurestore.redis;
