package ai.neo.modelgateway.learning;

import ai.neo.modelgateway.network.Outcome;

/**
 * One prediction's features and what came of it, checked.
 *
 * @param features F values, finite, as they went into the prediction; not to be changed
 * @param timeNs when the outcome was known
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody; copied at the edge
record Sample(float[] features, Outcome outcome, long timeNs) {}
