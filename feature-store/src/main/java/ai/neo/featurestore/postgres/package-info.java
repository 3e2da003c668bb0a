/** The offline feature store in PostgreSQL, by the Vert.x client. */
package ai.neo.featurestore.postgres;
