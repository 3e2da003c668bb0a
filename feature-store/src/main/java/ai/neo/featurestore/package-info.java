/**
 * Market events in, feature vectors out: the same code live and historical.
 *
 * <p>{@link ai.neo.featurestore.FeatureSetDefinition} says which features there are, {@link
 * ai.neo.featurestore.FeaturePipeline} computes them for one instrument, {@link
 * ai.neo.featurestore.TrainingRows} turns history into labelled rows with the very same pipeline,
 * and the two stores keep the newest vector and all of them. Nothing here does I/O but the stores'
 * implementations, which have packages of their own.
 */
package ai.neo.featurestore;
